"""A request to belong to a household: asked, vouched for, decided, withdrawn, expired.

Asking shows nothing: a number or an address that no household has is taken, answered and counted as any other, in the
same statements; only nobody ever decides on it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import HouseholdJoinAction, HouseholdJoinState, Role, SignInMethod, TicketKind
from services.accounts import accounts
from services.accounts.acting import check_unbound
from services.accounts.sessions import Opening
from services.audit import log as audit
from services.db import database
from services.entry import devices, join_table, joins, numbers, signing_in, tickets
from services.entry.join_table import MAX_A_DAY, VALID_FOR
from services.entry.joins import HouseholdJoin
from services.entry.signing_in import SignedIn, Visitor
from services.kit import clock, secrets, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer
from services.people.directory import Scope
from services.roles import memberships
from services.writes import transitions
from services.writes.write import Unchanged, write

MAX_CODE, MAX_ADDRESS = 32, 120


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made; with a ticket, also the session of the new account, and its viewer."""

    join: HouseholdJoin
    signed_in: SignedIn | None = None
    viewer: Viewer | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The household that somebody means: its number (户编号) or its address, as typed and cleaned."""

    column: str
    value: str

    @property
    def field(self) -> str:
        """The input that names it."""
        return "householdCode" if self.column == "code" else "address"

    @property
    def mac(self) -> bytes:
        """A keyed hash, by which the same question is known again."""
        return secrets.mac("household-join", f"{self.column}:{self.value}".encode())

    async def find(self) -> UUID | None:
        """Return the household; None where none or several fit. One statement either way."""
        rows = await database.fetch(f"SELECT id FROM households WHERE {self.column} = $1 LIMIT 2", self.value)
        return rows[0]["id"] if len(rows) == 1 else None


def home(code: str | None, address: str | None) -> Home:
    """Return which household is meant. Raises INVALID_INPUT unless exactly one of both is given."""
    with Form() as form:
        code = form(text.clean, code, "householdCode", most=MAX_CODE)
        address = form(text.clean, address, "address", most=MAX_ADDRESS)
    if text.visible(code) == text.visible(address):
        raise Refusal(ErrorCode.INVALID_INPUT, "请填写户编号或地址，两项只填一项", "householdCode")
    return Home("code", code) if text.visible(code) else Home("address", address)


@write
async def ask(viewer: Viewer, wanted: Home) -> Asked:
    """Ask to belong to a household, as somebody who is signed in. Asking the same again returns the open request.

    Raises FORBIDDEN for a bound session, INVALID_STATE while another request is open and for one's own household,
    TOO_MANY_ATTEMPTS beyond three a day. Locks the account.
    """
    check_unbound(viewer)
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    await accounts.lock(viewer.account_id)
    now, household_id = clock.now(), await wanted.find()
    before = await _open_one(viewer.account_id, wanted, now)
    if before is not None:
        return Asked(await _read(viewer, before))
    if household_id in viewer.household_ids:
        raise Refusal(ErrorCode.INVALID_STATE, "您已经是这一户的居民", wanted.field)
    return Asked(await _make(viewer, wanted, household_id, now))


async def _open_one(account_id: UUID, wanted: Home, now: datetime) -> UUID | None:
    """Return the open request for the same, None for none. Raises as `ask`. The caller has locked the account.

    Requests are compared by what was typed, never by the household: else two of them would tell whether they fit.
    """
    await database.execute(
        "UPDATE household_joins SET state = 'EXPIRED', decided_at = $2 WHERE account_id = $1 AND state = 'OPEN'"
        " AND expires_at <= $2",
        account_id,
        now,
    )
    today = clock.start_of(clock.day_of(now))
    rows = await database.fetch(
        "SELECT id, asked_mac, state = 'OPEN' AS open, created_at >= $2 AS today FROM household_joins"
        " WHERE account_id = $1 AND (state = 'OPEN' OR created_at >= $2)",
        account_id,
        today,
    )
    for row in rows:
        if row["open"] and bytes(row["asked_mac"]) == wanted.mac:
            return UUID(str(row["id"]))
        if row["open"]:
            message = "您还有一项申请在等待确认，请等候，或撤回后再申请另一户"
            raise Refusal(ErrorCode.INVALID_STATE, message, wanted.field)
    if sum(row["today"] for row in rows) >= MAX_A_DAY:
        message = f"每天最多申请 {MAX_A_DAY} 次，请明天再申请，或到社区办理"
        raise Refusal(ErrorCode.TOO_MANY_ATTEMPTS, message, wanted.field, today + timedelta(days=1))
    return None


@write
async def ask_with_ticket(
    ticket: str, name: str, code: str | None, address: str | None, visitor: Visitor
) -> Asked | Refusal:
    """Make an account of the phone that a ticket proves, sign it in, and ask to belong to a household.

    Of several with one ticket, or for one phone, one makes the account. Raises CODE_INVALID for a ticket that is
    unknown, used or too old; INVALID_INPUT; INVALID_STATE for a phone that has an account by now, and for one that the
    roster knows under another name. Locks the ticket, then who else makes this account.
    """
    with Form() as form:
        wanted = form(home, code, address)
        name = form(text.clean, name, "name", least=1, most=accounts.MAX_NAME)
        checked = form(visitor.checked)
    label, device_key = checked
    phone = (await tickets.use(ticket, TicketKind.PHONE)).phone
    assert phone is not None, "this kind proves one"
    if refusal := await numbers.unlike(phone, name):
        return refusal
    account_id = await accounts.make(phone, name)
    if account_id is None:
        message = "这个手机号刚刚有了账号，请用短信验证码登录，登录后再申请"
        return Refusal(ErrorCode.INVALID_STATE, message, "ticket")
    signed_in = await signing_in.opened(account_id, label, Opening(SignInMethod.PHONE, device_key=device_key))
    viewer = Viewer(account_id=account_id)  # without roles, as a new account is
    join = await _make(viewer, wanted, await wanted.find(), clock.now())
    return Asked(join, signed_in, viewer)


async def _make(viewer: Viewer, wanted: Home, household_id: UUID | None, now: datetime) -> HouseholdJoin:
    made = uuid7()
    await database.execute(
        "INSERT INTO household_joins (id, account_id, household_id, asked_mac, state, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, 'OPEN', $5, $6)",
        made,
        viewer.account_id,
        household_id,
        wanted.mac,
        now,
        now + VALID_FOR,
    )
    to = None if household_id is None else str(household_id)
    audit.record(viewer.account_id, "household_join.ask", "HouseholdJoin", made, household_id=to)
    return await _read(viewer, made)


@write
async def withdraw(viewer: Viewer, join_id: UUID) -> HouseholdJoin:
    """Withdraw one's own request. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE. Locks the account, then the request."""
    join = await _begin(viewer, join_id, HouseholdJoinAction.WITHDRAW)
    return await _end(viewer, join, HouseholdJoinState.WITHDRAWN)


@write
async def vouch(viewer: Viewer, join_id: UUID) -> HouseholdJoin:
    """Vouch for the asker, as the household's active head. It decides nothing; those who decide see it.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE. Locks the household, the asker's account, then the request.
    """
    join = await _begin(viewer, join_id, HouseholdJoinAction.VOUCH)
    await database.execute(
        "UPDATE household_joins SET vouched_at = $2, vouched_by_id = $3 WHERE id = $1",
        join_id,
        clock.now(),
        viewer.head_id,
    )
    _record(viewer, "vouch", join)
    return await _read(viewer, join_id)


@write
async def decide(viewer: Viewer, join_id: UUID, *, confirm: bool) -> HouseholdJoin:
    """Confirm a request, which makes the asker a resident, or refuse it: grid workers and community staff above the
    household as it is now, but neither the asker nor the household's own head.

    Of two who decide alike, the second finds it done. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE for one that has ended
    otherwise, and for the request of a disabled account. Locks the household, the asker's account, then the request.
    """
    action = HouseholdJoinAction.CONFIRM if confirm else HouseholdJoinAction.REFUSE
    join = await _begin(viewer, join_id, action)
    if not confirm:
        return await _end(viewer, join, HouseholdJoinState.REFUSED, by=viewer.account_id)
    if not join.enabled:
        raise Refusal(ErrorCode.INVALID_STATE, "申请人的账号已停用，不能确认", "joinId")
    assert join.household_id is not None, "who decides works above a household"
    scope = Scope("household_id", join.household_id, "")
    await memberships.give(join.account_id, Role.RESIDENT, scope, viewer.account_id)
    await devices.compare(join.account_id)
    return await _end(viewer, join, HouseholdJoinState.CONFIRMED, by=viewer.account_id)


async def _begin(viewer: Viewer, join_id: UUID, action: HouseholdJoinAction) -> HouseholdJoin:
    """Lock what a step needs; return the request as it is then. Raises as the steps do; Unchanged when it is so
    already."""
    seen = await _read(viewer, join_id)
    if action != HouseholdJoinAction.WITHDRAW:  # which must not wait, and so tell, for a household
        await database.fetch("SELECT 1 FROM households WHERE id = $1 FOR NO KEY UPDATE", seen.household_id)
    await accounts.lock(seen.account_id)
    await database.fetch("SELECT 1 FROM household_joins WHERE id = $1 FOR NO KEY UPDATE", join_id)
    join = await _read(viewer, join_id)
    step = join_table.step(join.state, action, joins.actors(viewer, join), vouched=joins.vouched(viewer, join))
    if step is None:
        raise Unchanged(join)
    return join


async def _end(viewer: Viewer, join: HouseholdJoin, state: HouseholdJoinState, by: UUID | None = None) -> HouseholdJoin:
    changes = {"decided_at": clock.now(), "decided_by_id": by}
    await transitions.move("household_joins", join, state, changes)
    _record(viewer, {"CONFIRMED": "confirm", "REFUSED": "refuse", "WITHDRAWN": "withdraw"}[state], join)
    return await _read(viewer, join.id)


def _record(viewer: Viewer, action: str, join: HouseholdJoin) -> None:
    to = None if join.household_id is None else str(join.household_id)
    audit.record(viewer.account_id, f"household_join.{action}", "HouseholdJoin", join.id, household_id=to)


async def _read(viewer: Viewer, join_id: UUID) -> HouseholdJoin:
    found = (await joins.by_ids(viewer, [join_id])).get(join_id)
    if found is None:
        raise not_found("joinId")
    return found


async def expire(limit: int) -> int:
    """End at most `limit` overdue requests; return how many. One statement."""
    return await database.execute(
        "UPDATE household_joins SET state = 'EXPIRED', decided_at = $1 WHERE id = ANY(ARRAY(SELECT id FROM"
        " household_joins WHERE state = 'OPEN' AND expires_at <= $1 ORDER BY expires_at LIMIT $2"
        " FOR NO KEY UPDATE SKIP LOCKED))",
        clock.now(),
        limit,
    )
