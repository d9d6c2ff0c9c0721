"""Whether a head may have a discount: personal reasons, shown in full on the head's phone and never at the till."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode
from services.people.heads import star_level


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
    preparations, of all the discount's versions.
    """

    active: bool
    own_shop: bool
    points_earned: int
    available: int
    had_today: int
    had_this_month: int
    had_ever: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A personal reason, as shown to the head."""

    code: ErrorCode
    message: str


def obstacle(terms: Terms, standing: Standing) -> Obstacle | None:
    """Return why the head may not have the discount now, or None. Pure."""
    if not standing.active:
        return Obstacle(ErrorCode.NOT_ELIGIBLE, "您的联户长身份已暂停，或您已离任，请联系社区")
    if standing.own_shop:
        return Obstacle(ErrorCode.OWN_SHOP, "您在这家店工作，不能在本店使用优惠")
    if star_level(standing.points_earned) < terms.min_star_level:
        return Obstacle(ErrorCode.STAR_LEVEL_TOO_LOW, f"该优惠需达到 {terms.min_star_level} 星级")
    limits = (
        (terms.limit_per_day, standing.had_today, "今天"),
        (terms.limit_per_month, standing.had_this_month, "本月"),
        (terms.limit_total, standing.had_ever, "累计"),
    )
    for limit, had, period in limits:
        if limit is not None and had >= limit:
            return Obstacle(ErrorCode.LIMIT_REACHED, f"{period}已达使用上限 {limit} 次")
    if standing.available < terms.cost_points:
        message = f"可用积分不足：需要 {terms.cost_points} 分，现有 {standing.available} 分"
        return Obstacle(ErrorCode.NOT_ENOUGH_POINTS, message)
    return None


async def standing(candidate: Candidate) -> Standing:
    """Return one head's standing. Exact while the caller holds the lock of the head's row."""
    return (await standings([candidate]))[0]


async def standings(candidates: Sequence[Candidate]) -> list[Standing]:
    """Return the standing of each candidate, in order. One statement."""
    now = clock.now()
    return await database.read(
        Standing,
        _STANDINGS,
        [candidate.head_id for candidate in candidates],
        [candidate.discount_id for candidate in candidates],
        [candidate.pass_id for candidate in candidates],
        now,
        clock.day_of(now),
        clock.month_of(now),
    )


_STANDINGS = """
SELECT hh.suspended_at IS NULL AND hh.left_at IS NULL AS active,
    EXISTS (
        SELECT 1 FROM memberships own JOIN memberships staff ON staff.account_id = own.account_id
        WHERE own.head_id = hh.id AND own.revoked_at IS NULL AND staff.shop_id = d.shop_id AND staff.revoked_at IS NULL
    ) AS own_shop,
    hh.points_earned,
    greatest(0, coalesce(free.points, 0) + coalesce(returning_points.points, 0))::bigint AS available,
    had.today AS had_today, had.this_month AS had_this_month, had.ever AS had_ever
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS candidate (head_id, discount_id, pass_id, place)
JOIN household_heads hh ON hh.id = candidate.head_id
JOIN discounts d ON d.id = candidate.discount_id
CROSS JOIN LATERAL (
    SELECT sum(balance) AS points FROM points_accounts a WHERE a.head_id = hh.id AND a.kind IN ('AVAILABLE', 'DEBT')
) free
CROSS JOIN LATERAL (
    SELECT sum(p.cost_points) AS points FROM preparations p
    WHERE p.head_id = hh.id AND p.state = 'LIVE' AND (p.expires_at <= $4 OR p.issued_pass_id = candidate.pass_id)
) returning_points
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE day = $5) AS today, count(*) FILTER (WHERE month = $6) AS this_month,
        count(*) AS ever
    FROM (
        SELECT r.day, r.month FROM redemptions r
        WHERE r.head_id = hh.id AND r.origin_id = d.origin_id AND r.state = 'CONFIRMED'
        UNION ALL
        SELECT p.day, p.month FROM preparations p
        WHERE p.head_id = hh.id AND p.origin_id = d.origin_id AND p.state = 'LIVE' AND p.expires_at > $4
            AND p.issued_pass_id IS DISTINCT FROM candidate.pass_id
    ) taken
) had
ORDER BY candidate.place
"""
