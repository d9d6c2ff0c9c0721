"""Sessions: opaque bearer tokens, stored hashed, revocable at once."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.accounts import Session as SessionRow
from models.enums import SessionAction, SignInMethod
from services.accounts import accounts, acting
from services.accounts.tokens import is_token, new_token, token_hash
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only, record
from services.db.sql import Args
from services.kit import clock
from services.kit.errors import not_found
from services.kit.settings import current
from services.kit.viewer import ANONYMOUS, Viewer
from services.writes.write import write

IDLE_STAMP_EVERY = timedelta(minutes=5)
MAX_LABEL = 64
BATCH = 500
ENDED_AT = "LEAST(revoked_at, expires_at)"  # as the index `sessions_by_end` has it; LEAST passes over null

NEWEST_FIRST = Keyset("sessions", {"id": ("s.id", UUID)}, descending=True)
COLUMNS = (
    "s.id, s.account_id, s.method, (SELECT display_name FROM accounts WHERE id = s.opened_by_id) AS opened_by_name,"
    " s.label, s.created_at, s.last_seen_at, s.expires_at, s.revoked_at AS ended_at"
)


_SESSION = """
SELECT s.id AS session_id, s.account_id, s.method, s.last_seen_at, a.display_name,
       s.shop_id AS bound_shop_id, (SELECT path FROM areas WHERE id = s.area_id) AS bound_path,
       s.second_factor_at IS NOT NULL AS proven, s.method <> 'OPERATOR' AND EXISTS (
           SELECT 1 FROM second_factors f
           WHERE f.account_id = s.account_id AND f.ended_at IS NULL AND f.confirmed_at IS NOT NULL) AS enrolled,
       m.role, m.household_id, m.head_id, m.shop_id, m.owner, scope.path,
       hh.suspended_at IS NULL AND hh.left_at IS NULL AS head_active, shop.state = 'ACTIVE' AS shop_active,
       CASE WHEN s.area_id IS NOT NULL THEN (
           SELECT path FROM areas WHERE id = coalesce(
               hh.grid_id, (SELECT grid_id FROM households WHERE id = m.household_id))) END AS home_path
FROM sessions s
JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
LEFT JOIN memberships m ON m.account_id = a.id AND m.revoked_at IS NULL
LEFT JOIN areas scope ON scope.id = m.area_id
LEFT JOIN household_heads hh ON hh.id = m.head_id
LEFT JOIN shops shop ON shop.id = m.shop_id
WHERE s.{by} = $1 AND {valid}
ORDER BY m.granted_at, m.id
"""
_AUTHENTICATE = _SESSION.format(by="token_hash", valid=acting.valid("$2", "$3"))
_RENEW = _SESSION.format(by="id", valid=acting.valid("$2", "$3"))


@dataclass(frozen=True, slots=True)
class Session:
    """One session, as it is read, without its token. `ended_at` is set once it was revoked. `opened_by_name`: of whose
    code it was."""

    id: UUID
    account_id: UUID
    method: SignInMethod
    opened_by_name: str | None
    label: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None


def available_actions(session: Session) -> list[SessionAction]:
    """Return what its account, for whom alone it exists, may do with a session now."""
    return [SessionAction.END] if session.ended_at is None else []


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A valid session, as an operator sees it; `phone` is masked."""

    id: UUID
    display_name: str
    phone: str | None
    method: SignInMethod
    label: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def opening(args: Args) -> str:
    """Return SQL over `sessions s`: valid, as `authenticate` finds it."""
    return acting.valid(args(clock.now()), args(_idle()))


def _idle() -> timedelta:
    return timedelta(days=current().session_idle_days)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a session is opened: see the table `sessions`."""

    method: SignInMethod = SignInMethod.OPERATOR
    area_id: UUID | None = None
    shop_id: UUID | None = None
    opened_by_id: UUID | None = None
    device_key: bytes | None = field(default=None, repr=False)


async def open_session(account_id: UUID, label: str = "", how: Opening | None = None) -> str:
    """Sign an account in; return the bearer token, which is shown once and never stored."""
    how = how or Opening()
    token, hashed = new_token()
    now = clock.now()
    longest = timedelta(days=current().session_absolute_days)
    await SessionRow.create(
        account_id=account_id,
        token_hash=hashed,
        label=label,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (min(longest, acting.DESK_FOR) if how.method == SignInMethod.DESK else longest),
        **asdict(how),
    )
    return token


@dataclass(frozen=True, slots=True)
class Known:
    """The session of a token, as it was looked up."""

    viewer: Viewer
    last_seen_at: datetime


async def authenticate(token: str) -> Viewer | None:
    """Return the viewer with this token, in one statement; None when it is unknown, revoked, idle too long or expired.

    Updates the session's `last_seen_at`, at most once in 5 minutes.
    """
    known = await _look_up(database.fetch, token)
    return await used(known) if known else None


async def watched(token: str) -> Viewer | None:
    """Return what `authenticate` does, for a look-up that nobody asked for: it keeps no session from idling out."""
    known = await _look_up(database.fetch, token)
    return known.viewer if known else None


async def renewed(viewer: Viewer) -> Viewer:
    """Return the viewer of the same session by the roles that the account has now; anonymous once it has ended."""
    rows = await database.fetch(_RENEW, viewer.session_id, clock.now(), _idle())
    return acting.viewer(rows) if rows else ANONYMOUS


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
    rows = await fetch(_AUTHENTICATE, token_hash(token), clock.now(), _idle())
    return Known(acting.viewer(rows), rows[0]["last_seen_at"]) if rows else None


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


async def open_audited(
    account_id: UUID, label: str, by: UUID | None = None, how: Opening | None = None, **details: str | None
) -> str:
    """Open a session for another account, with an audit row by `by`. Inside the caller's transaction."""
    token = await open_session(account_id, label, how)
    opened = await database.fetch_value("SELECT id FROM sessions WHERE token_hash = $1", token_hash(token))
    method = how.method.value if how else None
    told = {name: value for name, value in {"method": method, **details}.items() if value is not None}
    audit.record(by, "session.open", "Session", opened, member_id=str(account_id), **told)
    return token


async def listed(page: PageRequest, phone: str | None = None) -> Page[ListedSession]:
    """Return a page of the valid sessions, newest first: of all accounts, or of the one with this phone. Raises
    NOT_FOUND."""
    args = Args()
    account_id = (await accounts.known(phone)).id if phone is not None else None
    condition, order = NEWEST_FIRST.clause(page, args)
    rows = await database.fetch(
        "SELECT s.id, a.display_name, a.phone_encrypted, s.method, s.label, s.created_at, s.last_seen_at, s.expires_at"
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


async def end_all_of(account_id: UUID, by: UUID | None = None, *, but_operators: bool = False) -> None:
    """Revoke all sessions of an account, `but_operators`: those that operators opened aside. Inside the caller's
    transaction."""
    while await _end_some(account_id, None, by, but_operators=but_operators) == BATCH:
        pass


@write
async def _end_batch(account_id: UUID | None, but: UUID | None, by: UUID | None) -> int:
    return await _end_some(account_id, but, by)


async def _end_some(account_id: UUID | None, but: UUID | None, by: UUID | None, *, but_operators: bool = False) -> int:
    args = Args([clock.now(), BATCH])
    rows = await database.fetch(
        # An array is evaluated once; a subquery behind IN may be evaluated per row, and revoke more than $2.
        "UPDATE sessions SET revoked_at = $1 WHERE id = ANY(ARRAY(SELECT id FROM sessions WHERE revoked_at IS NULL"
        f" AND {f'account_id = {args(account_id)}' if account_id else 'true'}"
        f" AND {f'id <> {args(but)}' if but else 'true'}"
        f" AND {f'method <> {args(SignInMethod.OPERATOR.value)}' if but_operators else 'true'}"
        " ORDER BY id LIMIT $2 FOR NO KEY UPDATE))"
        " AND revoked_at IS NULL RETURNING id",
        *args,
    )
    audit.record_each(by, "session.revoke", "Session", [row["id"] for row in rows])
    return len(rows)


async def end_method(account_id: UUID, method: SignInMethod, *, but: UUID | None, by: UUID | None) -> int:
    """Revoke an account's sessions that were opened so, except `but`, inside the caller's transaction; return how
    many."""
    return await _end_where("method = $3 AND id IS DISTINCT FROM $4", account_id, by, method.value, but)


async def end_at_shop(account_id: UUID, shop_id: UUID, by: UUID | None) -> int:
    """Revoke an account's sessions that a shop's code opened, inside the caller's transaction; return how many."""
    return await _end_where("shop_id = $3", account_id, by, shop_id)


async def _end_where(condition: str, account_id: UUID, by: UUID | None, *args: object) -> int:
    rows = await database.fetch(
        "UPDATE sessions SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL"
        f" AND {condition} RETURNING id",
        account_id,
        clock.now(),
        *args,
    )
    audit.record_each(by, "session.revoke", "Session", [row["id"] for row in rows])
    return len(rows)


async def sweep(limit: int) -> int:
    """Delete at most `limit` sessions that ended longer ago than they are kept; return how many. One statement.

    One that was idle too long ends, for this, when it would have expired in any case.
    """
    before = clock.now() - timedelta(days=current().sessions_kept_days)
    return await database.delete_before("sessions", ENDED_AT, before, limit)


def own_of(viewer: Viewer, args: Args) -> str:
    """Return SQL over `sessions s`: the viewer's own; of a bound session, itself alone."""
    if viewer.bound:
        return f"s.id = {args(viewer.session_id)}"
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
    args = Args([session_id or viewer.session_id])
    row = await database.fetch_one(
        f"SELECT {COLUMNS} FROM sessions s WHERE s.id = $1 AND {own_of(viewer, args)} FOR NO KEY UPDATE", *args
    )
    if row is None:
        raise not_found("sessionId")
    session = record(Session, row)
    if SessionAction.END not in available_actions(session):
        return session
    ended_at = clock.now()
    await database.execute("UPDATE sessions SET revoked_at = $2 WHERE id = $1", session.id, ended_at)
    audit.record(viewer.account_id, "session.revoke", "Session", session.id)
    return replace(session, ended_at=ended_at)


async def end_all_own(viewer: Viewer, *, keep_current: bool) -> int:
    """Revoke all of the viewer's own sessions, except the current one with `keep_current`; return how many."""
    assert viewer.account_id is not None, "only who is signed in comes here"
    if viewer.bound:
        return 0 if keep_current else int((await end_own(viewer)).ended_at is not None)
    kept = viewer.session_id if keep_current else None
    return await end_all(viewer.account_id, but=kept, by=viewer.account_id)
