"""Whether a phone alone opens its account: not where the number may be somebody else's by now.

A carrier gives an abandoned number to a new person. So a code sent to a phone opens nothing once its account has not
been used for a year (half a year for whoever holds more than a household), nor where the roster knows the number under
another name. A desk's code, given to a person present, does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.db import database
from services.db.records import record
from services.kit import clock, names
from services.kit.errors import ErrorCode, Refusal
from services.kit.secrets import phone_index

IDLE = timedelta(days=365)
IDLE_WITH_DUTIES = timedelta(days=180)

_ROSTER_NAMES = (
    "SELECT contact_name AS name FROM households WHERE phone_index = $1"
    " UNION SELECT name FROM household_heads WHERE phone_index = $1 AND left_at IS NULL"
)
_FIND = f"""
SELECT a.id, a.display_name, a.disabled_at IS NULL AS enabled,
    greatest(a.created_at, (SELECT max(s.last_seen_at) FROM sessions s WHERE s.account_id = a.id),
        (SELECT max(c.changed_at) FROM phone_changes c WHERE c.account_id = a.id)) AS used_at,
    EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = a.id AND m.revoked_at IS NULL AND m.role <> 'RESIDENT')
        AS has_duties,
    ARRAY({_ROSTER_NAMES}) AS roster_names
FROM accounts a WHERE a.phone_index = $1
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """The account with a phone."""

    id: UUID
    display_name: str
    enabled: bool
    used_at: datetime
    has_duties: bool
    roster_names: list[str]


async def owner_of(phone: str) -> Owner | None:
    """Return the account with this valid phone. One statement."""
    row = await database.fetch_one(_FIND, phone_index(phone))
    return record(Owner, row) if row else None


def refusal(owner: Owner) -> Refusal | None:
    """Return why the phone alone does not open this account; None where it does."""
    if not owner.enabled:
        return Refusal(ErrorCode.INVALID_STATE, "这个账号已停用，请联系社区", "phone")
    idle = IDLE_WITH_DUTIES if owner.has_duties else IDLE
    if clock.now() - owner.used_at >= idle:
        message = f"这个账号 {idle.days} 天没有使用过，号码可能已换人。请到社区或找网格员，现场开一次性登录码"
        return Refusal(ErrorCode.INVALID_STATE, message, "phone")
    return _unlike(owner.roster_names, owner.display_name, "phone")


async def unlike(phone: str, name: str) -> Refusal | None:
    """Return why no new account of this name gets the valid phone: the roster knows it under another. One statement."""
    rows = await database.fetch(_ROSTER_NAMES, phone_index(phone))
    return _unlike([row["name"] for row in rows], name, "name")


def _unlike(roster_names: list[str], name: str, field: str) -> Refusal | None:
    if all(names.agree(one, name) for one in roster_names):
        return None
    message = "名册上这个号码登记的是另一个姓名。请到社区或找网格员核对，现场开一次性登录码"
    return Refusal(ErrorCode.INVALID_STATE, message, field)
