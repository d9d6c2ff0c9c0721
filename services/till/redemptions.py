"""Redemptions (核销): confirm consumes what was prepared, revoke gives it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import (
    NotificationKind,
    PreparationState,
    RedemptionAction,
    RedemptionState,
    ShopState,
    ThankWord,
    WebhookEvent,
)
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only, record
from services.db.sql import Args, any_of, lies_in
from services.kit import business_days, clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.text import mask_name
from services.kit.viewer import Viewer
from services.live import outbox
from services.people import areas
from services.points import balances
from services.till import disputes, holds, preparation_tokens
from services.till.dispute_table import disputable
from services.till.holds import Hold
from services.till.thank_table import thankable
from services.writes import requests, turns
from services.writes.write import write

REVOCABLE_FOR = timedelta(hours=1)
# Shown to the head in the history of points.
REFUNDED_AS = {RedemptionState.REVOKED: "店铺撤销核销，积分退回", RedemptionState.REVERSED: "异议成立，积分退回"}

COLUMNS = f"""
    r.id, r.issued_pass_id, r.head_id, hh.name AS head_name, {areas.path_of("hh.grid_id")} AS head_path,
    r.discount_id, r.shop_id, {areas.path_of("s.area_id")} AS shop_path,
    r.bill_fen, r.payable_fen, r.saved_fen, r.cost_points, r.statement_day, r.state, r.confirmed_at,
    r.revocable_until, r.revoked_at, r.revoke_reason, dispute.id AS dispute_id,
    coalesce(r.statement_day <= s.closed_through, false) AS settled,
    (SELECT word FROM redemption_thanks WHERE redemption_id = r.id) AS thanked_with
"""
SOURCE = """
    redemptions r
    JOIN household_heads hh ON hh.id = r.head_id
    JOIN shops s ON s.id = r.shop_id
    LEFT JOIN disputes dispute ON dispute.redemption_id = r.id
"""
NEWEST_FIRST = Keyset("redemptions", {"id": ("r.id", UUID)}, descending=True)
NEWEST_DAY_FIRST = Keyset(
    "shopRedemptions", {"statement_day": ("r.statement_day", date), "id": ("r.id", UUID)}, descending=True
)


@dataclass(frozen=True, slots=True)
class Redemption:
    """One redemption, as it is read. Money in fen. `settled`: counted by a closed statement. `thanked_with`: its head's
    word, for the head alone."""

    id: UUID
    issued_pass_id: UUID
    head_id: UUID
    head_name: str
    head_path: str
    discount_id: UUID
    shop_id: UUID
    shop_path: str
    bill_fen: int
    payable_fen: int
    saved_fen: int
    cost_points: int
    statement_day: date
    state: RedemptionState
    confirmed_at: datetime
    revocable_until: datetime
    revoked_at: datetime | None
    revoke_reason: str | None
    dispute_id: UUID | None
    settled: bool
    thanked_with: ThankWord | None

    @property
    def shop_day(self) -> tuple[UUID, date]:
        """The shop and the day on which it is settled."""
        return self.shop_id, self.statement_day


def name_for(viewer: Viewer, redemption: Redemption) -> str:
    """Return the head's name: in full for the head, administrators and auditors; masked at the till."""
    known = balances.may_read_points(viewer, redemption.head_id, redemption.head_path)
    return redemption.head_name if known else mask_name(redemption.head_name)


def available_actions(viewer: Viewer, redemption: Redemption) -> list[RedemptionAction]:
    """Return what the viewer may do with it now."""
    now = clock.now()
    in_time = now < redemption.revocable_until and not redemption.settled
    revocable = redemption.state == RedemptionState.CONFIRMED and in_time
    undisputed = redemption.dispute_id is None and disputable(redemption.state, redemption.confirmed_at, now)
    unthanked = thankable(redemption.state, redemption.confirmed_at, now, redemption.thanked_with)
    own = redemption.head_id == viewer.head_id
    possible = {
        RedemptionAction.REVOKE: revocable and redemption.shop_id in viewer.shop_ids,
        RedemptionAction.DISPUTE: undisputed and own,
        RedemptionAction.THANK: unthanked and own,
    }
    return [action for action, may in possible.items() if may]


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `redemptions r` and its SOURCE: the head, staff of the shop, administrators and auditors of
    either.
    """
    return any_of(
        [
            f"r.head_id = {args(viewer.head_id)}" if viewer.head_id else None,
            f"r.shop_id = ANY({args(list(viewer.shop_ids))})" if viewer.shop_ids else None,
            lies_in("s.area_id", viewer.control_paths, args),
            lies_in("hh.grid_id", viewer.control_paths, args),
        ]
    )


READING = Reading(Redemption, COLUMNS, SOURCE, "r.id", visible_to)
by_ids = READING.by_ids


async def of_heads(
    viewer: Viewer, head_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Redemption]]:
    """Return a page of each head's redemptions, newest first. One statement for all the heads."""
    return await READING.of_parents(viewer, head_ids, page, NEWEST_FIRST, "r.head_id", only=only)


async def of_shops(
    viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Redemption]]:
    """Return a page of each shop's redemptions, newest first, revoked ones included, for who reads its till. One
    statement for all the shops."""
    args = Args()
    select = f"SELECT {COLUMNS} FROM {SOURCE} WHERE r.shop_id = parent.id AND {disputes.till_read_by(viewer, args)}"
    return await NEWEST_DAY_FIRST.fetch_each(Redemption, page, shop_ids, "shop_id", select, args, only)


async def of_passes(viewer: Viewer, pass_ids: Sequence[UUID], only: Only = None) -> dict[UUID, Redemption]:
    """Return the redemption of each pass that was redeemed. One statement."""
    return await READING.one_of_each(viewer, pass_ids, "r.issued_pass_id", only)


async def by_request_no(viewer: Viewer, request_no: str) -> Redemption | None:
    """Return the result of a confirmation or revocation in one of the viewer's shops, or None.

    For a number used for both, the confirmation; in several shops, the newest. Two statements.
    """
    results = await requests.results(viewer.shop_ids, ("redemptionConfirm", "redemptionRevoke"), request_no)
    found = await by_ids(viewer, results) if results else {}
    return next((found[one] for one in results if one in found), None)


@write
async def confirm(viewer: Viewer, token: str, request_no: str) -> Redemption | Refusal:
    """Confirm a preparation, even if its discount, pass or hours have ended since.

    Idempotent by `request_no` for the shop. Raises INVALID_INPUT and REQUEST_NO_REUSED about that number, NOT_FOUND,
    ALREADY_CONFIRMED, and, committed with the hold given back, PREPARATION_EXPIRED and PREPARATION_CANCELLED (the shop
    or the head is suspended; or it was cancelled or replaced before). Locks head, pass, preparation, shop (shared), the
    discount's counter, the shop's month, points accounts.
    """
    preparation_id = preparation_tokens.id_of(token)
    prepared = preparation_id and await database.fetch_one(
        "SELECT id, shop_id, head_id, issued_pass_id FROM preparations WHERE id = $1 AND shop_id = ANY($2)",
        preparation_id,
        list(viewer.shop_ids),
    )
    if not prepared:
        raise not_found("token")
    redemption_id = uuid7()
    content = {"preparation": prepared["id"]}
    earlier = await requests.claim(prepared["shop_id"], "redemptionConfirm", request_no, content, redemption_id)
    if earlier is not None and (found := (await by_ids(viewer, [earlier])).get(earlier)):
        return found
    hold, head_suspended = await holds.lock_prepared(prepared["head_id"], prepared["issued_pass_id"], prepared["id"])
    if hold.state != PreparationState.LIVE:
        raise _ended(hold.state)
    shop = await turns.shared(hold.shop_id)
    now = clock.now()
    if ends_as := _ending(hold, now, suspended=head_suspended or shop.state == ShopState.SUSPENDED):
        await holds.give_back([(hold, ends_as)], now, viewer.account_id)
        return _ended(ends_as)
    await _redeem(viewer, hold, redemption_id, now, business_days.open_statement_day(now, shop.closed_through))
    return (await by_ids(viewer, [redemption_id]))[redemption_id]


def _ended(state: PreparationState) -> Refusal:
    if state == PreparationState.CONFIRMED:
        return Refusal(ErrorCode.ALREADY_CONFIRMED, "这一笔已经核销成功，请勿重复操作", "token")
    if state == PreparationState.EXPIRED:
        return Refusal(ErrorCode.PREPARATION_EXPIRED, "已超过 120 秒，占用已退回，请重新扫码", "token")
    return Refusal(ErrorCode.PREPARATION_CANCELLED, "这一笔已取消，占用已退回，请重新扫码", "token")


def in_time(expires_at: datetime, now: datetime) -> bool:
    """Return whether what expires then can still be confirmed."""
    return now < expires_at


def _ending(hold: Hold, now: datetime, *, suspended: bool) -> PreparationState | None:
    """Return how a live preparation ends instead of being confirmed, or None to confirm it."""
    if not in_time(hold.expires_at, now):
        return PreparationState.EXPIRED
    return PreparationState.CANCELLED if suspended else None


async def _redeem(viewer: Viewer, hold: Hold, redemption_id: UUID, now: datetime, day: date) -> None:
    await database.execute(
        """
        WITH spent AS (
            UPDATE passes SET state = 'SPENT', used_step = $3, ended_at = $4 WHERE id = $2
        ), kept AS (
            UPDATE preparations SET state = 'CONFIRMED', ended_at = $4 WHERE id = $1 AND state = 'LIVE' RETURNING *
        )
        INSERT INTO redemptions (id, preparation_id, issued_pass_id, head_id, discount_id, origin_id, shop_id,
            cashier_id, bill_fen, payable_fen, saved_fen, cost_points, day, month, statement_day, state, confirmed_at,
            revocable_until)
        SELECT $5, id, issued_pass_id, head_id, discount_id, origin_id, shop_id,
            $6, bill_fen, payable_fen, saved_fen, cost_points, day, month, $7, 'CONFIRMED', $4, $8
        FROM kept
        """,
        hold.id,
        hold.issued_pass_id,
        hold.step,
        now,
        redemption_id,
        viewer.account_id,
        day,
        min(now + REVOCABLE_FOR, business_days.statement_closes_at(day)),
    )
    await holds.spend(hold, redemption_id)
    audit.record(viewer.account_id, "redemption.confirm", "Redemption", redemption_id)
    outbox.redemption_changed(
        redemption_id, RedemptionState.CONFIRMED, hold.head_id, hold.shop_id, WebhookEvent.REDEMPTION_CONFIRMED
    )
    kind = NotificationKind.REDEMPTION_CONFIRMED
    outbox.notice(kind, redemption_id, by=viewer.account_id, heads=[hold.head_id])


@write
async def revoke(viewer: Viewer, redemption_id: UUID, request_no: str, reason: str) -> Redemption:
    """Revoke a redemption until `revocable_until`: points, stock and ceiling return to where they came from.

    The pass stays spent, an open dispute is settled. Idempotent by `request_no` for the shop. Raises INVALID_INPUT,
    REQUEST_NO_REUSED, NOT_FOUND, NOT_REVOCABLE. Locks the redemption, the shop (shared), the discount's counter, the
    shop's month, points accounts.
    """
    with Form() as form:
        reason = form(text.reason, reason)
        form(requests.checked, request_no)
    shop_id = await database.fetch_value(
        "SELECT shop_id FROM redemptions WHERE id = $1 AND shop_id = ANY($2)", redemption_id, list(viewer.shop_ids)
    )
    if shop_id is None:
        raise not_found("redemptionId")
    content = {"redemption": redemption_id, "reason": reason}
    earlier = await requests.claim(shop_id, "redemptionRevoke", request_no, content, redemption_id)
    if earlier is None:
        await _revoke(viewer, redemption_id, reason)
    return (await by_ids(viewer, [redemption_id]))[redemption_id]


async def _revoke(viewer: Viewer, redemption_id: UUID, reason: str) -> None:
    found = await lock(redemption_id)
    now = clock.now()
    if found.state == RedemptionState.REVOKED:
        raise Refusal(ErrorCode.NOT_REVOCABLE, "这一笔已经撤销", "redemptionId")
    if found.state == RedemptionState.REVERSED:
        raise Refusal(ErrorCode.NOT_REVOCABLE, "这一笔已因异议冲正", "redemptionId")
    if now >= found.revocable_until or found.settled:
        raise Refusal(ErrorCode.NOT_REVOCABLE, "已过可撤销的时间，请联系社区处理", "redemptionId")
    await database.execute(
        "UPDATE redemptions SET state = 'REVOKED', revoked_at = $2, revoked_by_id = $3, revoke_reason = $4"
        " WHERE id = $1 AND state = 'CONFIRMED'",
        redemption_id,
        now,
        viewer.account_id,
        reason,
    )
    await disputes.settle(redemption_id, now, viewer.account_id)
    await take_back(found, RedemptionState.REVOKED)
    audit.record(viewer.account_id, "redemption.revoke", "Redemption", redemption_id)


@dataclass(frozen=True, slots=True)
class Locked:
    """A locked redemption. `closed_through`: the last settled day of its shop, which is locked too (shared)."""

    id: UUID
    preparation_id: UUID
    head_id: UUID
    shop_id: UUID
    state: RedemptionState
    confirmed_at: datetime
    revocable_until: datetime
    statement_day: date
    closed_through: date | None

    @property
    def settled(self) -> bool:
        """Whether a closed statement has counted it: a change is then a correction on a later day."""
        return self.closed_through is not None and self.statement_day <= self.closed_through


async def lock(redemption_id: UUID) -> Locked:
    """Lock an existing redemption, then its shop (shared), inside the caller's transaction. Read the clock after."""
    row = await database.fetch_one(
        "SELECT id, preparation_id, head_id, shop_id, state, confirmed_at, revocable_until, statement_day"
        " FROM redemptions WHERE id = $1 FOR NO KEY UPDATE",
        redemption_id,
    )
    assert row is not None, "a redemption is never deleted"
    shop = await turns.shared(row["shop_id"])
    return record(Locked, row | {"closed_through": shop.closed_through})


async def take_back(found: Locked, state: RedemptionState) -> None:
    """Give back to head, stock and the shop's month what a redemption took, and publish the change.

    The caller has locked it and set it to `state`. Locks the discount's counter, the shop's month, points accounts.
    """
    prepared = await database.fetch_one(
        f"SELECT {holds.COLUMNS} FROM preparations p WHERE p.id = $1", found.preparation_id
    )
    assert prepared is not None, "a preparation is never deleted"
    await holds.refund(record(Hold, prepared), found.id, REFUNDED_AS[state])
    outbox.redemption_changed(found.id, state, found.head_id, found.shop_id, WebhookEvent.REDEMPTION_REVOKED)
