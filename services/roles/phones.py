"""Changing a phone (换手机号): of an account, its head, and the households that it stands for.

Points, roles and history stay; the account's sessions end. Each change writes an audit row and a `phone_changes` row,
from which both numbers are notified.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from models.enums import HeadAction, NotificationKind, Role
from services.accounts import accounts, sessions
from services.audit import log as audit
from services.db import database
from services.db.sql import Args, any_of, under
from services.kit import clock, names, phones, secrets, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.settings import current
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.people import heads, households
from services.people.heads import HouseholdHead
from services.people.households import Household
from services.roles import heads as head_actions
from services.wishes import paying
from services.writes.write import write

IN_USE = "这个手机号已有人使用，请核对号码；若两个账号是同一个人，请运维人员合并"
NOT_YOURS = "这个人还有您管理范围以外的身份，或他家的评单关系到您的积分，请联系区管理员"

# SQL over `memberships m`: the path of its scope.
_PLACE = (
    "(SELECT scope.path FROM areas scope WHERE scope.id = coalesce(m.area_id,"
    " (SELECT grid_id FROM households WHERE id = m.household_id),"
    " (SELECT grid_id FROM household_heads WHERE id = m.head_id), (SELECT area_id FROM shops WHERE id = m.shop_id)))"
)
_STAFFS = (Role.RESIDENT, Role.HOUSEHOLD_HEAD, Role.GRID_WORKER, Role.SHOP_STAFF)
_ADMINS = (*_STAFFS, Role.COMMUNITY_STAFF)


@dataclass(frozen=True, slots=True)
class NewPhone:
    """A new number for an account, for a head with its account, or for a head without one."""

    account_id: UUID | None
    head_id: UUID | None
    phone_encrypted: bytes = field(repr=False)
    phone_index: bytes = field(repr=False)


@write
async def change(account_id: UUID, phone: str, by: UUID | None = None) -> bool:
    """Change an account's number, as an operator; return whether that changed anything.

    Raises INVALID_INPUT for an unfit number, INVALID_STATE for one in use, and for a merged or an erased account.
    Locks the account's households, head, then itself.
    """
    columns = secrets.phone_columns(phones.phone(phone, "newPhone"))
    return bool(await apply([NewPhone(account_id, None, **columns)], by, "newPhone"))


@write
async def change_of_head(viewer: Viewer, head_id: UUID, name: str, phone: str) -> HouseholdHead:
    """Change the number of a head and of the head's account: staff in their community, administrators in their
    district.

    `name` confirms whose it is. Raises NOT_FOUND for a head out of reach, FORBIDDEN for the own account and for one
    with roles that the viewer does not administer, INVALID_INPUT where the name is not the head's, INVALID_STATE for a
    head who has left and for a number in use. Locks as `change`.
    """
    phone, name = _typed(phone, name)
    columns = secrets.phone_columns(phone)
    found = (await heads.by_ids(viewer, [head_id])).get(head_id)
    found = head_actions.check(viewer, found, HeadAction.CHANGE_PHONE)
    if not names.agree(name, found.name):
        raise Refusal(ErrorCode.INVALID_INPUT, "姓名与这位联户长登记的不同，请核对", "name")
    head_actions.step(viewer, found, HeadAction.CHANGE_PHONE)
    account_id = await database.fetch_value(
        "SELECT account_id FROM memberships WHERE head_id = $1 AND revoked_at IS NULL", head_id
    )
    await _check_reach(viewer, account_id, "headId")
    await apply([NewPhone(account_id, head_id, **columns)], viewer.account_id)
    return (await heads.by_ids(viewer, [head_id]))[head_id]


@write
async def change_of_household(viewer: Viewer, household_id: UUID, name: str, phone: str) -> Household:
    """Change the number of a household's contact, and of the account that signs in by the old one: as `change_of_head`.

    When no resident signs in by it, only the contact number changes. FORBIDDEN also for the head whom the household's
    ratings pay: the number may let its holder in.
    """
    phone, name = _typed(phone, name)
    columns = secrets.phone_columns(phone)
    found = (await households.by_ids(viewer, [household_id])).get(household_id)
    if found is None or not inside(found.grid_path, viewer.manage_paths):
        raise not_found("householdId")
    if not names.agree(name, found.contact_name):
        raise Refusal(ErrorCode.INVALID_INPUT, "姓名与这户登记的联系人不同，请核对", "name")
    args = Args([household_id])
    row = await database.fetch_one(
        f"SELECT {reached_by('h')} AS account_id, {paying.pays(viewer, 'h', args)} AS pays FROM households h"
        " WHERE h.id = $1",
        *args,
    )
    assert row is not None, "it was just read"
    account_id: UUID | None = row["account_id"]
    if row["pays"]:
        raise Refusal(ErrorCode.FORBIDDEN, NOT_YOURS, "householdId")
    if account_id is not None:
        await _check_reach(viewer, account_id, "householdId")
        await apply([NewPhone(account_id, None, **columns)], viewer.account_id)
    elif await database.execute(
        "UPDATE households SET phone_index = $2, phone_encrypted = $3 WHERE id = $1"
        " AND phone_index IS DISTINCT FROM $2",
        household_id,
        columns["phone_index"],
        columns["phone_encrypted"],
    ):
        audit.record(viewer.account_id, "household.change_phone", "Household", household_id)
    return (await households.by_ids(viewer, [household_id]))[household_id]


def _typed(phone: str, name: str) -> tuple[str, str]:
    """Return a new number and the name that confirms whose it is, cleaned. Raises INVALID_INPUT."""
    with Form() as form:
        typed = form(phones.phone, phone, "phone"), form(text.clean, name, "name", least=1, most=accounts.MAX_NAME)
    return typed


async def _check_reach(viewer: Viewer, account_id: UUID | None, field: str) -> None:
    if account_id is None:
        return
    args = Args()
    may = await database.fetch_value(f"SELECT {changeable(viewer, f'{args(account_id)}::uuid', args)}", *args)
    if not may:
        raise Refusal(ErrorCode.FORBIDDEN, NOT_YOURS, field)


def changeable(viewer: Viewer, account: str, args: Args) -> str:
    """Return SQL, given SQL for an account's id: the viewer may change its number. Each of its roles is one that staff,
    or administrators, administer in their subtrees, it is not the own account, and rates nothing that pays the
    viewer."""
    administered = any_of(
        f"(m.role = ANY({args([role.value for role in roles])}) AND {within})"
        for roles, paths in ((_STAFFS, viewer.staff_paths), (_ADMINS, viewer.admin_paths))
        if (within := under(_PLACE, paths, args))
    )
    return (
        f"({account} <> {args(viewer.account_id)} AND NOT {paying.rates(viewer, account, args)}"
        f" AND NOT EXISTS (SELECT 1 FROM memberships m"
        f" WHERE m.account_id = {account} AND m.revoked_at IS NULL AND {administered} IS NOT TRUE))"
    )


def reached_by(household: str) -> str:
    """Return SQL, given the alias of a household: the account of its resident who signs in by its contact number."""
    return (
        f"(SELECT a.id FROM accounts a WHERE a.phone_index = {household}.phone_index AND a.id IN"
        f" (SELECT r.account_id FROM memberships r WHERE r.household_id = {household}.id AND r.revoked_at IS NULL))"
    )


async def apply(changes: Sequence[NewPhone], by: UUID | None, name: str = "phone") -> list[NewPhone]:
    """Change numbers, inside the caller's transaction; return those that changed. `name`: the number's input field.

    Locks all their households, then the accounts, then the heads, each by id. Raises INVALID_STATE for a number in use
    and for a merged or an erased account; Again where a concurrent transaction changed the same number.
    """
    before = await _current(changes)
    wanted = [one for one in changes if _differs(one, before[_key(one)])]
    if not wanted:
        return []
    rows = [before[_key(one)] for one in wanted]
    homes = sorted({key for row in rows for key in row["household_ids"]})
    heads_of = sorted({row["head_id"] for row in rows if row["head_id"]})
    people = sorted({row["account_id"] for row in rows if row["account_id"]})
    await database.fetch("SELECT id FROM households WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", homes)
    await database.fetch("SELECT id FROM accounts WHERE id = ANY($1) ORDER BY id FOR UPDATE", people)
    await database.fetch("SELECT id FROM household_heads WHERE id = ANY($1) ORDER BY id FOR UPDATE", heads_of)
    if await _current(wanted) != {_key(one): before[_key(one)] for one in wanted}:
        raise database.Again
    if any(row["ended"] for row in rows):
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已并入另一个账号或已注销，请用现在的账号", name)
    for one, row in zip(wanted, rows, strict=True):
        await _change(one, row, by, name)
    return wanted


def _differs(one: NewPhone, row: dict[str, Any]) -> bool:
    return row["phone_index"] != one.phone_index or (
        one.head_id is not None and row["head_phone_index"] != one.phone_index
    )


def _key(one: NewPhone) -> UUID:
    key = one.account_id or one.head_id
    assert key is not None, "a number is for an account or a head"
    return key


async def _current(changes: Sequence[NewPhone]) -> dict[UUID, dict[str, Any]]:
    """Return, by account or head, the current number, the head and the households."""
    rows = await database.fetch(
        """
        SELECT a.id AS key, a.id AS account_id, m.head_id, a.phone_index, a.phone_encrypted,
            (SELECT hh.phone_index FROM household_heads hh WHERE hh.id = m.head_id) AS head_phone_index,
            a.merged_into_id IS NOT NULL OR a.erased_at IS NOT NULL AS ended, ARRAY(
                SELECT h.id FROM households h WHERE h.phone_index = a.phone_index AND h.id IN (
                    SELECT r.household_id FROM memberships r WHERE r.account_id = a.id AND r.revoked_at IS NULL)
                ORDER BY h.id
            ) AS household_ids
        FROM accounts a
        LEFT JOIN memberships m ON m.account_id = a.id AND m.head_id IS NOT NULL AND m.revoked_at IS NULL
        WHERE a.id = ANY($1)
        UNION ALL
        SELECT hh.id, NULL, hh.id, hh.phone_index, hh.phone_encrypted, hh.phone_index, false, '{}'
        FROM household_heads hh
        WHERE hh.id = ANY($2)
        """,
        [one.account_id for one in changes if one.account_id],
        [one.head_id for one in changes if not one.account_id],
    )
    found = {row["key"]: dict(row) for row in rows}
    if len(found) < len({_key(one) for one in changes}):
        raise not_found("accountId")
    return found


async def check_free(phone_index: bytes, account_id: UUID | None, head_id: UUID | None, name: str = "phone") -> None:
    """Raise INVALID_STATE for a number of another account or head."""
    taken = await database.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE phone_index = $1 AND id IS DISTINCT FROM $2)"
        " OR EXISTS (SELECT 1 FROM household_heads WHERE phone_index = $1 AND id IS DISTINCT FROM"
        " coalesce($3, (SELECT head_id FROM memberships WHERE account_id = $2 AND head_id IS NOT NULL"
        " AND revoked_at IS NULL)))",
        phone_index,
        account_id,
        head_id,
    )
    if taken:
        raise Refusal(ErrorCode.INVALID_STATE, IN_USE, name)


async def _change(one: NewPhone, row: dict[str, Any], by: UUID | None, name: str) -> None:
    await check_free(one.phone_index, row["account_id"], row["head_id"], name)
    old, new = row["phone_index"], (one.phone_index, one.phone_encrypted)
    with _again_when_taken():
        if row["account_id"]:
            await database.execute(
                "UPDATE accounts SET phone_index = $2, phone_encrypted = $3 WHERE id = $1", row["account_id"], *new
            )
        # A head whose roster number differs from the sign-in number keeps it, unless the change is for the head.
        await database.execute(
            "UPDATE household_heads SET phone_index = $2, phone_encrypted = $3"
            " WHERE id = $1 AND ($5 OR phone_index IS NOT DISTINCT FROM $4)",
            row["head_id"],
            *new,
            old,
            one.head_id is not None,
        )
    await database.execute(
        "UPDATE households SET phone_index = $2, phone_encrypted = $3 WHERE id = ANY($1)", row["household_ids"], *new
    )
    subject = ("Account", row["account_id"]) if row["account_id"] else ("HouseholdHead", row["head_id"])
    if row["account_id"]:
        await note(row["account_id"], row["phone_encrypted"], one.phone_encrypted, by)
        await sessions.end_all_of(row["account_id"], by)
    audit.record(
        by,
        "account.change_phone",
        *subject,
        head_id=str(row["head_id"]) if row["head_id"] else None,
        households=len(row["household_ids"]),
    )


@contextmanager
def _again_when_taken() -> Iterator[None]:
    """Start over when a concurrent transaction took the number."""
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.__cause__, asyncpg.UniqueViolationError):
            raise database.Again from error
        raise


async def sweep(limit: int) -> int:
    """Delete at most `limit` changes of longer ago than sessions are kept after their end, which is more than a year:
    until then they tell that a number was in use. Return how many. One statement."""
    before = clock.now() - timedelta(days=current().sessions_kept_days)
    return await database.delete_before("phone_changes", "changed_at", before, limit)


async def note(account_id: UUID, old: bytes | None, new: bytes | None, by: UUID | None) -> None:
    """Record a change, from which both numbers are notified. Runs inside the caller's transaction."""
    change_id = uuid7()
    await database.execute(
        "INSERT INTO phone_changes (id, account_id, old_phone_encrypted, new_phone_encrypted, changed_by_id,"
        " changed_at) VALUES ($1, $2, $3, $4, $5, $6)",
        change_id,
        account_id,
        old,
        new,
        by,
        clock.now(),
    )
    outbox.notice(NotificationKind.PHONE_CHANGED, change_id, by=None, accounts=[account_id])
