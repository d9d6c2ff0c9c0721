"""The figures of an area's points in a month, and the statement that counts them.

Heads are those of the area's grids, shops those of its communities.
"""

from dataclasses import dataclass, fields
from datetime import date

from models.enums import DiscountAudience
from services.db.sql import Args, under
from services.discounts import discounts
from services.kit import clock
from services.people.heads import STAR_LEVELS
from services.till import eligibility

# The kinds of transfers that are flows of a month, as the index by time has them.
FLOWING = "('REWARD_POSTED', 'DEBT_REPAID', 'SPEND', 'REFUND', 'REVERSAL')"

# What flowed, over `points_transfers t` and `source`, the accounts that points come from: as in Figures.
FLOWS = """
            coalesce(sum(t.points) FILTER (WHERE source.kind = 'PENDING'), 0)::bigint AS issued,
            coalesce(sum(t.points) FILTER (WHERE t.kind = 'SPEND'), 0)::bigint AS spent,
            coalesce(sum(t.points) FILTER (WHERE source.kind = 'SPENT'), 0)::bigint AS returned,
            coalesce(sum(t.points) FILTER (WHERE t.kind = 'REVERSAL'), 0)::bigint AS reversed"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one statement counts.

    `issued`: points that ratings posted in the month, also those that repaid a debt. `spent`: points that redemptions
    took in the month; `returned`: those that revocations and disputes gave back in it. `reversed`: points that
    administrators took back in it. `available`, `pending`, `held`: balances when it is counted; `debt`: what is owed
    then, not less than 0.

    `heads`: neither suspended nor gone. `heads_able`: of them, those who have the points and the stars for something
    that can be had on the day it is counted, at some hour, by stock and ceiling; what bars one head alone (own limits,
    own shop) does not count. `heads_ever`: of them, those with a redemption that stands.

    `offers`: live discounts of active shops, but for those that are given to heads; `cheapest_cost`, `median_cost`:
    their prices in points, None for none. `shops_unlimited`: shops with an offer for points whose stock and ceiling
    have no end. `remaining`: what all other shops can still take in points: of each what is left of its stocks times
    their prices, or what is left of its month's ceiling, at the month's points for each fen given, whichever is less.
    (Where no fen was given for points in the month, nothing says what a ceiling is worth, and it does not count.)
    """

    issued: int
    spent: int
    returned: int
    reversed: int
    available: int
    pending: int
    held: int
    debt: int
    heads: int
    heads_able: int
    heads_ever: int
    offers: int
    cheapest_cost: int | None
    median_cost: int | None
    shops_unlimited: int
    remaining: int


COLUMNS = ", ".join(one.name for one in fields(Figures))


def counting(path: str, month: date, args: Args) -> str:
    """Return the statement that counts the figures of an area, by its path, in the month that begins on this day.

    It adds up the kept balances of the area's heads, and reads their transfers or, of many heads, all of the month:
    which are fewer, only a plan for this area knows (`database.plan_anew`).
    """
    next_month = clock.next_month(month)
    since, until = args(clock.start_of(month)), args(clock.start_of(next_month))
    first, after = args(month), args(next_month)
    active = "here.suspended_at IS NULL AND here.left_at IS NULL"
    weekday = f"extract(isodow FROM {args(clock.day_of(clock.now()))}::date)::int - 1"
    return f"""
    WITH here AS MATERIALIZED (
        SELECT hh.id, hh.points_earned, hh.suspended_at, hh.left_at
        FROM areas g JOIN household_heads hh ON hh.grid_id = g.id WHERE {under("g.path", (path,), args)}
    ), flows AS (
        SELECT {FLOWS}
        FROM points_transfers t JOIN here ON here.id = t.head_id
        JOIN points_accounts source ON source.id = t.from_account_id
        WHERE t.kind IN {FLOWING} AND t.created_at >= {since} AND t.created_at < {until}
    ), balances AS (
        SELECT here.id, coalesce(sum(a.balance) FILTER (WHERE a.kind = 'AVAILABLE'), 0) AS available,
            coalesce(sum(a.balance) FILTER (WHERE a.kind = 'PENDING'), 0) AS pending,
            coalesce(sum(a.balance) FILTER (WHERE a.kind = 'HELD'), 0) AS held,
            coalesce(-sum(a.balance) FILTER (WHERE a.kind = 'DEBT'), 0) AS debt,
            width_bucket(here.points_earned, {args(list(STAR_LEVELS))}::bigint[]) AS stars, {active} AS active
        FROM here LEFT JOIN points_accounts a ON a.head_id = here.id
        GROUP BY here.id, here.points_earned, here.suspended_at, here.left_at
    ), shops_here AS MATERIALIZED (
        SELECT s.id, s.state FROM areas c JOIN shops s ON s.area_id = c.id
        WHERE c.kind = 'COMMUNITY' AND {under("c.path", (path,), args)}
    ), offers AS MATERIALIZED (
        SELECT d.shop_id, d.cost_points, d.min_star_level, {discounts.stock_left(args)} AS stock_left,
            {eligibility.ceiling_left("d.shop_id", args)} AS ceiling_left,
            d.weekdays & (1 << {weekday}) <> 0 AND coalesce({eligibility.LEAST_SAVED}
                <= {eligibility.ceiling_left("d.shop_id", args)}, true) AS today
        FROM shops_here s JOIN discounts d ON d.shop_id = s.id
        WHERE s.state = 'ACTIVE' AND d.audience = '{DiscountAudience.ALL}' AND {discounts.live(args)}
    ), stars AS (
        SELECT level, (SELECT min(cost_points) FROM offers
            WHERE today AND stock_left IS DISTINCT FROM 0 AND min_star_level <= level) AS cheapest
        FROM generate_series(1, {len(STAR_LEVELS)}) level
    ), worth AS (
        SELECT coalesce(sum(r.cost_points)::numeric / nullif(sum(r.saved_fen), 0), 0) AS points_a_fen
        FROM shops_here s JOIN redemptions r ON r.shop_id = s.id
        WHERE r.statement_day >= {first} AND r.statement_day < {after}
            AND r.state = 'CONFIRMED' AND r.cost_points > 0 AND r.saved_fen > 0
    ), supplies AS (
        SELECT least(
            CASE WHEN bool_and(stock_left IS NOT NULL) THEN sum(stock_left * cost_points) END,
            min(ceiling_left) * nullif((SELECT points_a_fen FROM worth), 0)
        ) AS points
        FROM offers WHERE cost_points > 0 GROUP BY shop_id
    )
    SELECT flows.*, sums.*,
        (SELECT count(*) FROM here WHERE {active} AND (
            SELECT true FROM redemptions r WHERE r.head_id = here.id AND r.state = 'CONFIRMED' LIMIT 1
        )) AS heads_ever,
        priced.*, supply.*
    FROM flows, (
        SELECT coalesce(sum(available), 0)::bigint AS available, coalesce(sum(pending), 0)::bigint AS pending,
            coalesce(sum(held), 0)::bigint AS held, coalesce(sum(debt), 0)::bigint AS debt,
            count(*) FILTER (WHERE active) AS heads,
            count(*) FILTER (WHERE active AND available >= stars.cheapest) AS heads_able
        FROM balances LEFT JOIN stars ON stars.level = balances.stars
    ) sums, (
        SELECT count(*) AS offers, min(cost_points) AS cheapest_cost,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY cost_points) AS median_cost
        FROM offers
    ) priced, (
        SELECT count(*) FILTER (WHERE points IS NULL) AS shops_unlimited,
            coalesce(floor(sum(points)), 0)::bigint AS remaining
        FROM supplies
    ) supply
    """
