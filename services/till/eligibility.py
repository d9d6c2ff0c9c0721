"""Whether a head may have a discount: personal reasons, shown in full on the head's phone and never at the till.

And whether one could be taken and used this moment. That stands here twice, for a person (`obstacles`) and as SQL, by
which shops are chosen (`usable_by`): tests/till/test_eligibility.py holds both to what is answered at a till.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Protocol, Self
from uuid import UUID

from models.enums import DiscountAudience, DiscountKind
from services.db import database
from services.db.records import record
from services.db.sql import Args
from services.discounts import discounts, prices
from services.discounts.discounts import Discount
from services.grants import grants
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.people.heads import STAR_LEVELS, star_level


class Terms(Protocol):
    """The terms of a discount that depend on the head."""

    @property
    def cost_points(self) -> int:
        """The price in points."""

    @property
    def min_star_level(self) -> int:
        """The minimum star level."""

    @property
    def limit_per_day(self) -> int | None:
        """Uses a head may have in a day."""

    @property
    def limit_per_month(self) -> int | None:
        """Uses a head may have in a calendar month."""

    @property
    def limit_total(self) -> int | None:
        """Uses a head may have in all."""


_LEAST = "greatest(d.min_spend_fen, 1)"
# SQL over `discounts d`: what is saved, in fen, on the bill for which least is.
LEAST_SAVED = (
    f"(CASE d.kind WHEN '{DiscountKind.GIFT}' THEN 0 WHEN '{DiscountKind.AMOUNT_OFF}' THEN"
    f" least(d.amount_off_fen, {_LEAST})"
    f" ELSE least(d.max_saved_fen, ({_LEAST} * d.percent_off + 99) / 100) END)"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A head and a discount (any version). The own preparation of `pass_id` does not count against the head."""

    head_id: UUID
    discount_id: UUID
    pass_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A head's figures for a discount now.

    `available` includes points of expired holds, after repaying debt. The counts are confirmed redemptions and live
    preparations, of all the discount's versions; `had_ever` says something only where a limit is on all. `entitled`:
    the discount is for all, or the head holds a grant of it that can be used now.
    """

    active: bool
    own_shop: bool
    entitled: bool
    points_earned: int
    available: int
    had_today: int
    had_this_month: int
    had_ever: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something can't be had, as shown to the head; from `retry_at` on this no longer bars it."""

    code: ErrorCode
    message: str
    retry_at: datetime | None = None

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """Return a refusal as what is shown before anything is tried."""
        return cls(refusal.code, refusal.message, refusal.retry_at)

    def refusal(self) -> Refusal:
        """Return it as what is answered to who tries."""
        return Refusal(self.code, self.message, retry_at=self.retry_at)


def obstacle(terms: Terms, standing: Standing, now: datetime) -> Obstacle | None:
    """Return the personal reason why the head may not have the discount now, or None. Pure."""
    if not standing.active:
        return Obstacle(ErrorCode.NOT_ELIGIBLE, "您的联户长身份已暂停，或您已离任，请联系社区")
    if standing.own_shop:
        return Obstacle(ErrorCode.OWN_SHOP, "您在这家店工作，不能在本店使用优惠")
    if not standing.entitled:
        return needs_grant()
    if star_level(standing.points_earned) < terms.min_star_level:
        return Obstacle(ErrorCode.STAR_LEVEL_TOO_LOW, f"该优惠需达到 {terms.min_star_level} 星级")
    return _used_up(terms, standing, now) or _too_dear(terms, standing)


def _too_dear(terms: Terms, standing: Standing) -> Obstacle | None:
    if standing.available >= terms.cost_points:
        return None
    message = f"可用积分不足：需要 {terms.cost_points} 分，现有 {standing.available} 分"
    return Obstacle(ErrorCode.NOT_ENOUGH_POINTS, message)


def needs_grant() -> Obstacle:
    """Return what is answered where a discount is for grants alone, and the head has none that can be used now."""
    return Obstacle(ErrorCode.NEEDS_GRANT, "该优惠只给获赠的联户长，您目前没有可用的份数")


def _used_up(terms: Terms, standing: Standing, now: datetime) -> Obstacle | None:
    """Return the first limit that is reached, with when the last of those reached begins anew."""
    day, month = clock.day_of(now), clock.month_of(now)
    limits = (
        (terms.limit_per_day, standing.had_today, "今天", clock.start_of(day + timedelta(days=1))),
        (terms.limit_per_month, standing.had_this_month, "本月", clock.start_of(clock.next_month(month))),
        (terms.limit_total, standing.had_ever, "累计", None),
    )
    reached = [(limit, period, until) for limit, had, period, until in limits if limit is not None and had >= limit]
    if not reached:
        return None
    (limit, period, _), (_, _, until) = reached[0], reached[-1]
    return Obstacle(ErrorCode.LIMIT_REACHED, f"{period}已达使用上限 {limit} 次", until)


def ceiling_reached(saved_fen: int, ceiling_fen: int, month: date) -> Refusal:
    """Return what is answered where too little is left of the shop's month for what would be saved; where it is more
    than any month has, no month will do."""
    begins_anew = clock.start_of(clock.next_month(month)) if saved_fen <= ceiling_fen else None
    return Refusal(ErrorCode.CEILING_REACHED, "本店本月让利额度不足，无法使用该优惠", retry_at=begins_anew)


def _obstacle_here(
    discount: Discount, standing: Standing, ceiling_left: int | None, now: datetime
) -> Refusal | Obstacle | None:
    """Return why the head could not take a pass now, and use it at once for a bill that the ceiling lets through."""
    return (
        discounts.not_on_offer(discount)
        or discounts.outside_hours(discount, now)
        or discounts.sold_out(discount)
        or _beyond_ceiling(discount, ceiling_left, now)
        or obstacle(discount, standing, now)
    )


def _beyond_ceiling(discount: Discount, left: int | None, now: datetime) -> Refusal | None:
    """Return CEILING_REACHED when the ceiling lets no bill through, not even the one for which least is saved."""
    least = prices.saved_fen(discount, prices.least_bill_fen(discount))
    if discount.shop_ceiling_fen is None or left is None or least <= left:
        return None
    return ceiling_reached(least, discount.shop_ceiling_fen, clock.month_of(now))


async def obstacles(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Obstacle]:
    """Return why the viewer's head could not take and use each of these discounts now, which exist for the viewer;
    absent when nothing bars it, and for who is no head.

    What holds for one bill alone, and passes that the head has already, do not count. One statement for all of them.
    """
    if viewer.head_id is None:
        return {}
    args, now = Args(), clock.now()
    rows = await database.fetch(
        f"""
        SELECT {discounts.columns(viewer, args)}, {ceiling_left("d.shop_id", args)} AS ceiling_left, standing.*
        FROM {discounts.SOURCE} CROSS JOIN LATERAL ({_standing(args(viewer.head_id), args)}) standing
        WHERE d.id = ANY({args(list(ids))})
        """,
        *args,
    )
    found: dict[UUID, Obstacle] = {}
    for row in rows:
        of_head = record(Standing, {one.name: row.pop(one.name) for one in fields(Standing)})
        left = row.pop("ceiling_left")
        bars = _obstacle_here(record(Discount, row), of_head, left, now)
        if bars:
            found[row["id"]] = bars if isinstance(bars, Obstacle) else Obstacle.of(bars)
    return found


def usable_by(head_id: UUID, args: Args) -> str:
    """Return SQL over `discounts d`, of an active shop: the head could take it and use it now: `obstacles` has none."""
    ceiling = ceiling_left("d.shop_id", args)
    return f"""
        {discounts.live(args)} AND {discounts.in_hours(args)} AND {discounts.stock_left(args)} IS DISTINCT FROM 0
        AND coalesce({LEAST_SAVED} <= {ceiling}, true)
        AND EXISTS (
            SELECT 1 FROM ({_standing(args(head_id), args)}) standing
            WHERE standing.active AND NOT standing.own_shop AND standing.entitled
                AND standing.points_earned >= ({args(list(STAR_LEVELS))}::bigint[])[d.min_star_level]
                AND coalesce(standing.had_today < d.limit_per_day, true)
                AND coalesce(standing.had_this_month < d.limit_per_month, true)
                AND coalesce(standing.had_ever < d.limit_total, true) AND standing.available >= d.cost_points
        )"""


def is_active(head_id: UUID, args: Args) -> str:
    """Return SQL: the head is neither suspended nor gone. Of no row, so that it is asked once."""
    return f"(SELECT suspended_at IS NULL AND left_at IS NULL FROM household_heads WHERE id = {args(head_id)})"


def ceiling_left(shop_id: str, args: Args) -> str:
    """Return SQL: what a shop may still give away this month, in fen, never less than 0; null without a ceiling.

    Expired holds are not subtracted.
    """
    now = clock.now()
    month, at = args(clock.month_of(now)), args(now)
    return f"""(
        SELECT greatest(0, of.monthly_ceiling_fen - coalesce(m.given_fen, 0) - coalesce((
            SELECT sum(p.saved_fen) FROM preparations p
            WHERE p.shop_id = of.id AND p.month = {month} AND p.state = 'LIVE' AND p.expires_at > {at}
        ), 0))::bigint
        FROM shops of LEFT JOIN shop_months m ON m.shop_id = of.id AND m.month = {month}
        WHERE of.id = {shop_id} AND of.monthly_ceiling_fen IS NOT NULL
    )"""


async def standing(candidate: Candidate) -> Standing:
    """Return one head's standing. Exact while the caller holds the lock of the head's row."""
    return (await standings([candidate]))[0]


async def standings(candidates: Sequence[Candidate]) -> list[Standing]:
    """Return the standing of each candidate, in order. One statement."""
    args = Args()
    heads, offers, passes = (
        args([getattr(candidate, name) for candidate in candidates]) for name in ("head_id", "discount_id", "pass_id")
    )
    return await database.read(
        Standing,
        f"""
        SELECT standing.*
        FROM unnest({heads}::uuid[], {offers}::uuid[], {passes}::uuid[])
            WITH ORDINALITY AS candidate (head_id, discount_id, pass_id, place)
        JOIN discounts d ON d.id = candidate.discount_id
        CROSS JOIN LATERAL ({_standing("candidate.head_id", args, "candidate.pass_id")}) standing
        ORDER BY candidate.place
        """,
        *args,
    )


def _standing(head_id: str, args: Args, without: str = "NULL::uuid") -> str:
    """Return SQL over `discounts d` for a head's Standing: one row, as if the pass `without` held nothing."""
    now = clock.now()
    at, day, month = args(now), args(clock.day_of(now)), args(clock.month_of(now))
    return f"""
    SELECT hh.suspended_at IS NULL AND hh.left_at IS NULL AS active,
        EXISTS (
            SELECT 1 FROM memberships own JOIN memberships staff ON staff.account_id = own.account_id
            WHERE own.head_id = hh.id AND own.revoked_at IS NULL
                AND staff.shop_id = d.shop_id AND staff.revoked_at IS NULL
        ) AS own_shop,
        CASE WHEN d.audience = '{DiscountAudience.ALL}' THEN true
            ELSE {grants.held_by("hh.id", "d.origin_id", without, args)} END AS entitled,
        hh.points_earned,
        greatest(0, coalesce(free.points, 0) + coalesce(returning_points.points, 0))::bigint AS available,
        had.today AS had_today, had.this_month AS had_this_month, had.ever AS had_ever
    FROM household_heads hh
    CROSS JOIN LATERAL (
        SELECT sum(balance) AS points FROM points_accounts a WHERE a.head_id = hh.id AND a.kind IN ('AVAILABLE', 'DEBT')
    ) free
    CROSS JOIN LATERAL (
        SELECT sum(p.cost_points) AS points FROM preparations p
        WHERE p.head_id = hh.id AND p.state = 'LIVE' AND (p.expires_at <= {at} OR p.issued_pass_id = {without})
    ) returning_points
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE day = {day}) AS today, count(*) FILTER (WHERE month = {month}) AS this_month,
            count(*) AS ever
        FROM (
            SELECT r.day, r.month FROM redemptions r
            WHERE r.head_id = hh.id AND r.origin_id = d.origin_id AND r.state = 'CONFIRMED'
                AND r.day >= CASE WHEN d.limit_total IS NULL THEN {month}::date ELSE '-infinity' END
            UNION ALL
            SELECT p.day, p.month FROM preparations p
            WHERE p.head_id = hh.id AND p.origin_id = d.origin_id AND p.state = 'LIVE' AND p.expires_at > {at}
                AND p.issued_pass_id IS DISTINCT FROM {without}
        ) taken
    ) had
    WHERE hh.id = {head_id}"""
