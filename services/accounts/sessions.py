"""Sessions: opaque bearer tokens, stored hashed, revocable at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.accounts import Session as SessionRow
from models.enums import Role
from services.accounts import accounts
from services.accounts.tokens import new_token, token_hash
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only, record
from services.db.sql import Args
from services.kit import clock
from services.kit.errors import not_found
from services.kit.settings import current
from services.kit.viewer import Viewer
from services.writes.write import write

IDLE_STAMP_EVERY = timedelta(minutes=5)
MAX_TOKEN_CHARACTERS = 128
MAX_LABEL = 64
BATCH = 500

NEWEST_FIRST = Keyset("sessions", {"id": ("s.id", UUID)}, descending=True)
COLUMNS = "s.id, s.account_id, s.label, s.created_at, s.last_seen_at, s.expires_at, s.revoked_at AS ended_at"

_AUTHENTICATE = """
SELECT s.id AS session_id, s.account_id, s.last_seen_at, a.display_name,
       m.role, m.household_id, m.head_id, m.shop_id, m.owner, scope.path,
       hh.suspended_at IS NULL AND hh.left_at IS NULL AS head_active, shop.state = 'ACTIVE' AS shop_active
FROM sessions s
JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
LEFT JOIN memberships m ON m.account_id = a.id AND m.revoked_at IS NULL
LEFT JOIN areas scope ON scope.id = m.area_id
LEFT JOIN household_heads hh ON hh.id = m.head_id
LEFT JOIN shops shop ON shop.id = m.shop_id
WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3
ORDER BY m.granted_at, m.id
"""


@dataclass(frozen=True, slots=True)
class Session:
    """One session, as it is read, without its token. `ended_at` is set once it was revoked."""

    id: UUID
    account_id: UUID
    label: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A valid session, as an operator sees it; `phone` is masked."""

    id: UUID
    display_name: str
    phone: str | None
    label: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def opening(args: Args) -> str:
    """Return SQL over `sessions s`: valid, that is neither revoked nor expired nor idle for too long. As
    `authenticate`."""
    now = clock.now()
    idle = now - timedelta(days=current().session_idle_days)
    return f"s.revoked_at IS NULL AND s.expires_at > {args(now)} AND s.last_seen_at > {args(idle)}"


async def open_session(account_id: UUID, label: str = "") -> str:
    """Sign an account in; return the bearer token, which is shown once and never stored."""
    token, hashed = new_token()
    now = clock.now()
    await SessionRow.create(
        account_id=account_id,
        token_hash=hashed,
        label=label,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=current().session_absolute_days),
    )
    return token


@dataclass(frozen=True, slots=True)
class Known:
    """The session of a token, as it was looked up."""

    viewer: Viewer
    last_seen_at: datetime


def is_token(token: str) -> bool:
    """Return whether a token could be one of ours."""
    return bool(token) and len(token) <= MAX_TOKEN_CHARACTERS and token.isascii()


async def authenticate(token: str) -> Viewer | None:
    """Return the viewer with this token, in one statement; None when it is unknown, revoked, idle too long or expired.

    Updates the session's `last_seen_at`, at most once in 5 minutes.
    """
    known = await _look_up(database.fetch, token)
    return await used(known) if known else None


async def look_up(token: str) -> Known | None:
    """Return the session of a token as `authenticate` finds it, on the reserved connection and without updating it."""
    return await _look_up(database.fetch_reserved, token)


async def used(known: Known) -> Viewer:
    """Return the viewer of a session that was just looked up. Updates `last_seen_at` as `authenticate`."""
    now = clock.now()
    if now - known.last_seen_at >= IDLE_STAMP_EVERY:
        # Of concurrent requests, only the first one updates it.
        await database.execute(
            "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at <= $3",
            known.viewer.session_id,
            now,
            now - IDLE_STAMP_EVERY,
        )
    return known.viewer


async def _look_up(fetch: Callable[..., Awaitable[list[dict[str, Any]]]], token: str) -> Known | None:
    if not is_token(token):
        return None
    now = clock.now()
    idle = timedelta(days=current().session_idle_days)
    rows = await fetch(_AUTHENTICATE, token_hash(token), now, now - idle)
    return Known(_viewer(rows), rows[0]["last_seen_at"]) if rows else None


def _viewer(rows: Sequence[dict[str, Any]]) -> Viewer:
    first = rows[0]
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
        active_shop_ids=tuple(row["shop_id"] for row in held if row["shop_active"]),
        owned_shop_ids=tuple(row["shop_id"] for row in held if row["owner"]),
        worker_paths=_paths(held, Role.GRID_WORKER),
        staff_paths=_paths(held, Role.COMMUNITY_STAFF),
        admin_paths=_paths(held, Role.DISTRICT_ADMIN),
        auditor_paths=_paths(held, Role.AUDITOR),
    )


@write
async def revoke(session_id: UUID, by: UUID | None = None) -> bool:
    """Revoke a session; return whether it was open. Every server refuses its token from the next request on.

    `by` is the acting account; None for the system.
    """
    ended = await database.execute(
        "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", session_id, clock.now()
    )
    if ended:
        audit.record(by, "session.revoke", "Session", session_id)
    return bool(ended)


async def open_audited(account_id: UUID, label: str, by: UUID | None = None) -> str:
    """Open a session for another account, with an audit row by `by`. Inside the caller's transaction."""
    token = await open_session(account_id, label)
    opened = await database.fetch_value("SELECT id FROM sessions WHERE token_hash = $1", token_hash(token))
    audit.record(by, "session.open", "Session", opened, member_id=str(account_id))
    return token


async def listed(page: PageRequest, phone: str | None = None) -> Page[ListedSession]:
    """Return a page of the valid sessions, newest first: of all accounts, or of the one with this phone. Raises
    NOT_FOUND."""
    args = Args()
    account_id = (await accounts.known(phone)).id if phone is not None else None
    condition, order = NEWEST_FIRST.clause(page, args)
    rows = await database.fetch(
        "SELECT s.id, a.display_name, a.phone_encrypted, s.label, s.created_at, s.last_seen_at, s.expires_at"
        " FROM sessions s JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL"
        f" WHERE {opening(args)} AND {f's.account_id = {args(account_id)}' if account_id else 'true'}"
        f" AND {condition} {order}",
        *args,
    )
    found = [record(ListedSession, accounts.with_masked_phone(row)) for row in rows]
    return NEWEST_FIRST.page(page, found)


async def end_all(account_id: UUID | None = None, *, but: UUID | None = None, by: UUID | None = None) -> int:
    """Revoke all sessions, or those of an account, except `but`; return how many. In transactions of 500."""
    ended = done = await _end_batch(account_id, but, by)
    while done == BATCH:
        done = await _end_batch(account_id, but, by)
        ended += done
    return ended


async def end_all_of(account_id: UUID, by: UUID | None = None) -> None:
    """Revoke all sessions of an account, inside the caller's transaction."""
    while await _end_some(account_id, None, by) == BATCH:
        pass


@write
async def _end_batch(account_id: UUID | None, but: UUID | None, by: UUID | None) -> int:
    return await _end_some(account_id, but, by)


async def _end_some(account_id: UUID | None, but: UUID | None, by: UUID | None) -> int:
    args = Args([clock.now(), BATCH])
    rows = await database.fetch(
        # An array is evaluated once; a subquery behind IN may be evaluated per row, and revoke more than $2.
        "UPDATE sessions SET revoked_at = $1 WHERE id = ANY(ARRAY(SELECT id FROM sessions WHERE revoked_at IS NULL"
        f" AND {f'account_id = {args(account_id)}' if account_id else 'true'}"
        f" AND {f'id <> {args(but)}' if but else 'true'} ORDER BY id LIMIT $2 FOR NO KEY UPDATE))"
        " AND revoked_at IS NULL RETURNING id",
        *args,
    )
    audit.record_each(by, "session.revoke", "Session", [row["id"] for row in rows])
    return len(rows)


def own_of(viewer: Viewer, args: Args) -> str:
    """Return SQL over `sessions s`: the viewer's own."""
    return f"s.account_id = {args(viewer.account_id)}"


# `by_ids` returns revoked ones too.
READING = Reading(Session, COLUMNS, "sessions s", "s.id", own_of)
by_ids = READING.by_ids


async def of_viewer(viewer: Viewer, page: PageRequest, only: Only = None) -> Page[Session]:
    """Return a page of the viewer's own valid sessions, newest first. One statement."""
    args = Args()
    return await READING.page(
        viewer, page, NEWEST_FIRST, f"{own_of(viewer, args)} AND {opening(args)}", args, only=only
    )


@write
async def end_own(viewer: Viewer, session_id: UUID | None = None) -> Session:
    """Revoke one of the viewer's own sessions, or the current one; a revoked one stays as it is.

    Raises NOT_FOUND for another account's. Locks the session.
    """
    row = await database.fetch_one(
        f"SELECT {COLUMNS} FROM sessions s WHERE s.id = $1 AND s.account_id = $2 FOR NO KEY UPDATE",
        session_id or viewer.session_id,
        viewer.account_id,
    )
    if row is None:
        raise not_found("sessionId")
    if row["ended_at"] is None:
        row = dict(row) | {"ended_at": clock.now()}
        await database.execute("UPDATE sessions SET revoked_at = $2 WHERE id = $1", row["id"], row["ended_at"])
        audit.record(viewer.account_id, "session.revoke", "Session", row["id"])
    return record(Session, row)


async def end_all_own(viewer: Viewer, *, keep_current: bool) -> int:
    """Revoke all of the viewer's own sessions, except the current one with `keep_current`; return how many."""
    assert viewer.account_id is not None, "only who is signed in comes here"
    kept = viewer.session_id if keep_current else None
    return await end_all(viewer.account_id, but=kept, by=viewer.account_id)


def _paths(rows: list[dict[str, object]], role: Role) -> tuple[str, ...]:
    return tuple(str(row["path"]) for row in rows if row["role"] == role)
