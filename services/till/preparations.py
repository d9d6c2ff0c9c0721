"""Prepare (预核销): turn a cashier's code and bill into a hold of 120 s. Nothing is consumed yet."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from secrets import token_bytes
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import PassState, PreparationAction, PreparationState
from services.audit import log as audit
from services.db import database
from services.db.database import Journal
from services.discounts import discounts, prices
from services.discounts.discounts import Discount
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal, Unavailable
from services.kit.text import mask_name
from services.kit.viewer import Viewer
from services.till import attempts, codes, eligibility, holds, passes, redemptions
from services.till.attempts import Attempt
from services.till.codes import QrCode, ShortCode
from services.till.eligibility import Candidate
from services.till.holds import Hold
from services.till.passes import MAX_SLOT_MISSES
from services.till.preparation_tokens import token_of
from services.till.redemptions import Redemption
from services.writes.write import write

LASTS = timedelta(seconds=120)
JUST_REDEEMED_FOR = timedelta(minutes=10)

_NO_ID = UUID(int=0)
_NO_SLOT = -1


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the cashier sees: the benefit and a masked name, nothing else of the head. Money in fen."""

    token: str
    head_name: str
    discount_id: UUID
    shop_id: UUID
    bill_fen: int
    payable_fen: int
    saved_fen: int
    cost_points: int
    expires_at: datetime


def available_actions(viewer: Viewer, prepared: Preparation) -> list[PreparationAction]:
    """Return what this viewer may do with a preparation now: whoever works in the shop, while it lasts."""
    confirmable = prepared.shop_id in viewer.shop_ids and redemptions.in_time(prepared.expires_at, clock.now())
    return [PreparationAction.CONFIRM] if confirmable else []


class JustRedeemed(Refusal):
    """The pass was redeemed at this shop within ten minutes; carries that redemption."""

    def __init__(self, redemption: Redemption) -> None:
        at, payable = clock.local(redemption.confirmed_at), redemption.payable_fen / 100
        message = f"这张码刚刚已经核销成功（{at:%H:%M}，应付 {payable:.2f} 元），请按这一笔收款，不要再按原价收"
        super().__init__(ErrorCode.JUST_REDEEMED, message, "code")
        self.redemption = redemption


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A pass that the code may belong to. `prepared_step`: of the code this cashier prepared it with, while that lasts;
    `used_step` and `redemption_id`: of its redemption, while that is recent and confirmed.
    """

    id: UUID
    head_id: UUID
    discount_id: UUID
    shop_id: UUID
    secret_encrypted: bytes | None
    state: PassState
    slot_misses: int
    expires_at: datetime
    prepared_step: int | None
    used_step: int | None
    redemption_id: UUID | None

    def secret(self) -> bytes:
        """The pass's secret; of one that ended long ago, bytes that open nothing."""
        return passes.open_secret(self.secret_encrypted) if self.secret_encrypted else token_bytes(codes.SECRET_BYTES)


@dataclass(frozen=True, slots=True)
class _Match:
    """The pass that the code belongs to. `fresh`: valid by the clock, not only as the code it was prepared with."""

    one: _Candidate
    step: int
    fresh: bool


_PREPARED = Journal.of(
    "preparations",
    id="uuid",
    issued_pass_id="uuid",
    head_id="uuid",
    discount_id="uuid",
    origin_id="uuid",
    shop_id="uuid",
    cashier_id="uuid",
    step="bigint",
    bill_fen="int",
    payable_fen="int",
    saved_fen="int",
    cost_points="int",
    day="date",
    month="date",
    state="text",
    expires_at="timestamptz",
    prepared_at="timestamptz",
)
_AS_ROW = attrgetter(*(one.name for one in fields(Hold)))  # `astuple` copies each value


async def prepare(viewer: Viewer, code: str, bill_fen: int, address: str | None = None) -> Preparation | Refusal:
    """Hold a discount for a cashier for 120 s: bind the pass; hold points, stock, limits and the shop's ceiling.

    The same cashier and pass again: the same bill returns the same preparation, another bill replaces it. For this the
    code it was prepared with stays valid, but does not extend the hold. Typed codes are rate-limited by `address` (the
    client's) and cashier, in an earlier transaction (services/till/attempts.py). Raises INVALID_INPUT,
    TOO_MANY_ATTEMPTS, CODE_INVALID (committed: misses on a slot are counted), JUST_REDEEMED, PASS_IN_USE,
    DISCOUNT_NOT_AVAILABLE, OUTSIDE_HOURS, BELOW_MINIMUM_SPEND, OUT_OF_STOCK, CEILING_REACHED, and NOT_ELIGIBLE for
    every personal reason. Locks head, pass, preparations, the shop and the discount's version (shared), its counter,
    the shop's month, points accounts.
    """
    _check_bill(bill_fen)
    parsed = codes.parse(code)
    if not isinstance(parsed, ShortCode):
        return await _prepare(viewer, parsed, bill_fen, address)
    attempt = await attempts.take(viewer, address)
    try:
        prepared = await _prepare(viewer, parsed, bill_fen, address, attempt)
    except Unavailable:
        if not attempt.looked_at:  # the client is parsed to retry: a retry must not cost another attempt
            await attempts.give_back(attempt)
        raise
    except Refusal as refusal:
        if refusal.code != ErrorCode.CODE_INVALID:
            await attempts.give_back(attempt)
        raise
    await attempts.give_back(attempt)
    return prepared


@write
async def _prepare(
    viewer: Viewer,
    parsed: QrCode | ShortCode | None,
    bill_fen: int,
    address: str | None,
    attempt: Attempt | None = None,
) -> Preparation | Refusal:
    """Mark the attempt as looked at before anything is read; the mark outlives a rollback."""
    if attempt:
        attempt.looked_at = True
    now = clock.now()
    candidates = await _candidates(viewer, parsed, now)
    found = _matching(parsed, candidates, now)
    if found is None:
        return await _missed(viewer, parsed, candidates, address, now)
    one, head_name = await _locked(found.one)
    now = clock.now()
    around = await holds.lock_around(one.id, one.head_id, one.shop_id, now)
    bound = next((hold for hold in around if hold.issued_pass_id == one.id and hold.expires_at > now), None)
    mine = bound is not None and bound.cashier_id == viewer.account_id
    found = _matching(parsed, [replace(one, prepared_step=bound.step if bound and mine else None)], now)
    if found is None:
        # Not counted as a miss: it was valid a moment ago.
        candidates = await _candidates(viewer, parsed, now)
        return await _missed(viewer, parsed if isinstance(parsed, QrCode) else None, candidates, address, now)
    if bound and not mine:
        message = "该优惠码正在另一收银台核销，请稍候或请顾客取消后重新领取"
        raise Refusal(ErrorCode.PASS_IN_USE, message, "code", bound.expires_at)
    if bound is None or bound.bill_fen != bill_fen:
        bound = await _promise(viewer, found, bill_fen, now, around, bound)
    return _shown(bound, head_name)


async def _locked(one: _Candidate) -> tuple[_Candidate, str]:
    """Lock the head of a pass, and then the pass; return it as it is now, and the head's name. One statement."""
    row = await database.fetch_one(
        """
        WITH head AS MATERIALIZED (SELECT name FROM household_heads WHERE id = $1 FOR NO KEY UPDATE)
        SELECT state, slot_misses, expires_at, (SELECT name FROM head) AS head_name
        FROM passes WHERE id = $2 AND EXISTS (SELECT FROM head) FOR NO KEY UPDATE
        """,
        one.head_id,
        one.id,
    )
    assert row is not None, "neither a head nor a pass is ever deleted"
    state, misses, expires_at = PassState(row["state"]), row["slot_misses"], row["expires_at"]
    return replace(one, state=state, slot_misses=misses, expires_at=expires_at), row["head_name"]


async def _promise(
    viewer: Viewer, found: _Match, bill_fen: int, now: datetime, around: Sequence[Hold], bound: Hold | None
) -> Hold:
    """Hold the discount, in place of `bound` if there is one; expire the other holds `around`."""
    discount = await discounts.terms(found.one.discount_id)
    assert discount is not None, "a pass has a discount"
    promised = _promised(viewer, found, discount, bill_fen, now, bound)
    # It counts as given back what is now given back.
    standing = await eligibility.standing(Candidate(promised.head_id, discount.id, promised.issued_pass_id))
    ends_as = {hold: PreparationState.REPLACED if hold is bound else PreparationState.EXPIRED for hold in around}
    await holds.give_back(list(ends_as.items()), now, viewer.account_id, taking=promised)
    await holds.take(promised, discount.stock_total, discount.shop_ceiling_fen)
    if eligibility.obstacle(discount, standing, now):
        raise _not_eligible()
    database.collect(_PREPARED, [(*_AS_ROW(promised), now)])
    try:
        await holds.take_points(promised)
    except Refusal:  # a concurrent reversal took points after the standing was read
        raise _not_eligible() from None
    audit.record(promised.cashier_id, "preparation.hold", "Preparation", promised.id)
    return promised


def _check_bill(bill_fen: int) -> None:
    if not 0 <= bill_fen <= prices.MAX_BILL_FEN:
        most = prices.MAX_BILL_FEN // 100
        raise Refusal(ErrorCode.INVALID_INPUT, f"消费金额须在 0 元到 {most} 元之间", "billFen")


def _promised(
    viewer: Viewer, found: _Match, discount: Discount, bill_fen: int, now: datetime, replaced: Hold | None
) -> Hold:
    if refusal := _refusal_at_the_till(discount, bill_fen, now):
        raise refusal
    assert viewer.account_id is not None, "declared on the mutation"
    saved = prices.saved_fen(discount, bill_fen)
    return Hold(
        id=uuid7(),
        issued_pass_id=found.one.id,
        head_id=found.one.head_id,
        discount_id=discount.id,
        origin_id=discount.origin_id,
        shop_id=discount.shop_id,
        cashier_id=viewer.account_id,
        step=found.step,
        bill_fen=bill_fen,
        payable_fen=bill_fen - saved,
        saved_fen=saved,
        cost_points=discount.cost_points,
        day=clock.day_of(now),
        month=clock.month_of(now),
        state=PreparationState.LIVE,
        expires_at=now + LASTS if replaced is None or found.fresh else replaced.expires_at,
    )


def _refusal_at_the_till(discount: Discount, bill_fen: int, now: datetime) -> Refusal | None:
    if refusal := discounts.unavailable(discount) or discounts.outside_hours(discount, now):
        return refusal
    least = prices.least_bill_fen(discount)
    if bill_fen < least:
        return Refusal(ErrorCode.BELOW_MINIMUM_SPEND, f"消费满 {least / 100:.2f} 元才能使用该优惠", "billFen")
    return None


def _not_eligible() -> Refusal:
    return Refusal(ErrorCode.NOT_ELIGIBLE, "顾客暂不符合使用条件，请顾客在自己的手机上查看原因")


def _shown(hold: Hold, head_name: str) -> Preparation:
    return Preparation(
        token=token_of(hold.id),
        head_name=mask_name(head_name),
        discount_id=hold.discount_id,
        shop_id=hold.shop_id,
        bill_fen=hold.bill_fen,
        payable_fen=hold.payable_fen,
        saved_fen=hold.saved_fen,
        cost_points=hold.cost_points,
        expires_at=hold.expires_at,
    )


async def _candidates(viewer: Viewer, parsed: QrCode | ShortCode | None, now: datetime) -> list[_Candidate]:
    """Return the passes of the cashier's shops that the code may belong to. One statement, the same for every code."""
    return await database.read(
        _Candidate,
        """
        SELECT p.id, p.head_id, p.discount_id, p.secret_encrypted, p.state, p.slot_misses, p.shop_id, p.expires_at,
            mine.step AS prepared_step, p.used_step, done.id AS redemption_id
        FROM passes p
        LEFT JOIN preparations mine ON mine.issued_pass_id = p.id AND mine.state = 'LIVE' AND mine.cashier_id = $4
            AND mine.expires_at > $5
        LEFT JOIN redemptions done ON done.issued_pass_id = p.id AND done.state = 'CONFIRMED' AND done.confirmed_at > $6
        WHERE p.shop_id = ANY($1) AND (p.id = $2 OR (p.slot = $3 AND p.state = 'LIVE'))
        """,
        list(viewer.shop_ids),
        parsed.pass_id if isinstance(parsed, QrCode) else _NO_ID,
        parsed.slot if isinstance(parsed, ShortCode) else _NO_SLOT,
        viewer.account_id,
        now,
        now - JUST_REDEEMED_FOR,
    )


def _matching(parsed: QrCode | ShortCode | None, candidates: Sequence[_Candidate], now: datetime) -> _Match | None:
    """Return the redeemable candidate that shows this code. Without candidates, compute codes all the same (timing)."""
    around = codes.steps_around(now)
    if parsed is None or not candidates:
        codes.matching_step(parsed or ShortCode(0, 0), bytes(32), _NO_ID, around)
        return None
    found = None
    for one in candidates:
        prepared = [] if one.prepared_step is None else [one.prepared_step]
        step = codes.matching_step(parsed, one.secret(), one.id, [*prepared, *around])
        good = one.state == PassState.LIVE and one.expires_at > now
        missed_out = isinstance(parsed, ShortCode) and one.slot_misses >= MAX_SLOT_MISSES
        if step is not None and good and not missed_out:
            found = _Match(one, step, step in around)
    return found


def _just_redeemed(parsed: QrCode | ShortCode | None, candidates: Sequence[_Candidate], now: datetime) -> UUID | None:
    """Return the confirmed redemption, at most ten minutes old, of the pass whose code was scanned.

    Only a scanned code proves that the pass was shown: its MAC has 128 bits, of any step since the one that was used.
    Typed codes have six guessable digits and a slot that may have been reused.
    """
    if not isinstance(parsed, QrCode):
        return None
    for one in candidates:
        if one.redemption_id is None or one.used_step is None:
            continue
        shown = range(one.used_step - codes.STEPS_AROUND, codes.steps_around(now).stop)
        if parsed.step in shown and codes.matching_step(parsed, one.secret(), one.id, [parsed.step]) is not None:
            return one.redemption_id
    return None


async def _missed(
    viewer: Viewer,
    parsed: QrCode | ShortCode | None,
    candidates: Sequence[_Candidate],
    address: str | None,
    now: datetime,
) -> Refusal:
    """Count a miss on the slots tried, and for the shop if the code was typed; return the one answer.

    Runs the same statements whatever was wrong. For the code of a pass that this shop has just redeemed, returns
    JustRedeemed instead.
    """
    tried = [candidate.id for candidate in candidates] if isinstance(parsed, ShortCode) else []
    await database.execute(
        "UPDATE passes SET slot_misses = least(slot_misses + 1, $2) WHERE id = ANY(ARRAY("
        "SELECT id FROM passes WHERE id = ANY($1) AND state = 'LIVE' ORDER BY id FOR NO KEY UPDATE))",
        tried,
        MAX_SLOT_MISSES,
    )
    redemption_id = _just_redeemed(parsed, candidates, now)
    done = (await redemptions.by_ids(viewer, [redemption_id or _NO_ID])).get(redemption_id or _NO_ID)
    if isinstance(parsed, ShortCode):
        await attempts.missed(viewer, address)
    if done is not None:
        return JustRedeemed(done)
    return Refusal(ErrorCode.CODE_INVALID, "优惠码无效或已过期，请顾客刷新后重新出示", "code")
