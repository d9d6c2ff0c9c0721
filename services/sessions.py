"""Signed-in sessions: opaque bearer tokens, kept hashed, revocable at once."""

from datetime import timedelta
from uuid import UUID

from models.accounts import Session
from models.enums import Role
from services import audit, clock, database
from services.policy import Viewer
from services.secrets import new_token, token_hash
from services.settings import current

IDLE_STAMP_EVERY = timedelta(minutes=5)
TOKEN_MOST_CHARACTERS = 128

_AUTHENTICATE = """
SELECT s.id AS session_id, s.account_id, s.last_seen_at, a.display_name,
       m.role, m.household_id, m.head_id, m.shop_id, scope.path,
       hh.suspended_at IS NULL AND hh.left_at IS NULL AS head_active
FROM sessions s
JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
LEFT JOIN memberships m ON m.account_id = a.id AND m.revoked_at IS NULL
LEFT JOIN areas scope ON scope.id = m.area_id
LEFT JOIN household_heads hh ON hh.id = m.head_id
WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3
ORDER BY m.granted_at, m.id
"""


async def open_session(account_id: UUID, label: str = "") -> str:
    """Sign an account in; the bearer token, which is shown this once and never kept."""
    token, hashed = new_token()
    now = clock.now()
    await Session.create(
        account_id=account_id,
        token_hash=hashed,
        label=label,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=current().session_absolute_days),
    )
    return token


async def authenticate(token: str) -> Viewer | None:
    """Who bears this token, in one statement; None when it is unknown, ended, idle too long or expired.

    Stamps the session as seen, at most once in 5 minutes.
    """
    if not token or len(token) > TOKEN_MOST_CHARACTERS or not token.isascii():  # nothing that we ever gave out
        return None
    now = clock.now()
    idle = timedelta(days=current().session_idle_days)
    rows = await database.fetch(_AUTHENTICATE, token_hash(token), now, now - idle)
    if not rows:
        return None
    first = rows[0]
    if now - first["last_seen_at"] >= IDLE_STAMP_EVERY:
        # Of several requests at once, the first one stamps; the others find it done.
        await database.execute(
            "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at <= $3",
            first["session_id"], now, now - IDLE_STAMP_EVERY,
        )  # fmt: skip
    held = [row for row in rows if row["role"] is not None]
    heads = [row["head_id"] for row in held if row["role"] == Role.HOUSEHOLD_HEAD]
    return Viewer(
        account_id=first["account_id"],
        session_id=first["session_id"],
        display_name=first["display_name"],
        roles=frozenset(Role(row["role"]) for row in held),
        household_ids=tuple(row["household_id"] for row in held if row["role"] == Role.RESIDENT),
        head_id=heads[0] if heads else None,
        head_active=all(row["head_active"] for row in held if row["role"] == Role.HOUSEHOLD_HEAD),
        shop_ids=tuple(row["shop_id"] for row in held if row["role"] == Role.SHOP_STAFF),
        worker_paths=_paths(held, Role.GRID_WORKER),
        staff_paths=_paths(held, Role.COMMUNITY_STAFF),
        admin_paths=_paths(held, Role.DISTRICT_ADMIN),
        auditor_paths=_paths(held, Role.AUDITOR),
    )


@database.transactional
async def revoke(session_id: UUID, by: UUID | None = None) -> bool:
    """End a session; whether there was one to end. The next request with its token is refused, on any server.

    `by` is the account that asks; None for the system.
    """
    ended = await database.execute(
        "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", session_id, clock.now()
    )
    if ended:
        await audit.record(by, "session.revoke", "Session", session_id)
    return bool(ended)


def _paths(rows: list[dict[str, object]], role: Role) -> tuple[str, ...]:
    return tuple(str(row["path"]) for row in rows if row["role"] == role)
