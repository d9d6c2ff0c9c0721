"""Dry runs of reward rules: what the wishes completed in a month would have paid under other terms."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from models.enums import RewardState, WishCategory
from services.db import database
from services.db.sql import Args, any_of, in_subtrees
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.giving_way import unhurried
from services.kit.one_at_a_time import Turns
from services.kit.periods import EARLIEST_YEAR
from services.kit.viewer import Viewer
from services.people import heads
from services.points import replay
from services.points.pricing import Price, Rule
from services.points.replay import Comparison, Completion, Reward, Step, Sums, What
from services.points.rule_book import Terms

MAX_STEPS = 200_000
STEPS_A_TEXT = 200
turns = Turns("trials")


@dataclass(frozen=True, slots=True)
class CategoryTrial:
    """The sums of one category's wishes."""

    category: WishCategory
    sums: Sums


@dataclass(frozen=True, slots=True)
class HeadTrial:
    """The sums of one head's wishes."""

    head_id: UUID
    sums: Sums


@dataclass(frozen=True, slots=True)
class RewardTrial:
    """The result of a dry run over the month that begins with `month`: the sums of every category, and of the heads
    with the largest differences, at most 10."""

    month: date
    found: Comparison
    categories: list[CategoryTrial]
    heads: list[HeadTrial]


async def trial(viewer: Viewer, terms: Terms, day: date | None = None) -> RewardTrial:
    """Return what the wishes completed in the month of `day` (None: the last month) paid, and would have paid under
    these terms; for the heads of the subtrees that the viewer controls.

    A redone wish belongs to the month of its last completion. Unrated wishes pay nothing so far. Reversals count as
    they happened (`replay`). Raises INVALID_INPUT for terms out of bounds, for a future month or one before the year
    2000, and for one with more than 200,000 steps; Overloaded while other trials run. One statement; the arithmetic
    runs in a thread.
    """
    rule = terms.rule()
    month = _month(day)
    async with turns.turn():
        real, steps = await read(viewer, month)
        return await asyncio.to_thread(_tried, rule, month, real, steps)


def _tried(rule: Rule, month: date, real: dict[UUID, Reward], steps: list[Step]) -> RewardTrial:
    found = replay.compare(real, replay.replay(rule, unhurried(steps)))
    categories = [CategoryTrial(category, sums) for category, sums in found.categories.items()]
    return RewardTrial(month, found, categories, [HeadTrial(head_id, sums) for head_id, sums in found.most_moved])


def _month(day: date | None) -> date:
    this_month = clock.month_of(clock.now())
    if day is None:
        return (this_month - timedelta(days=1)).replace(day=1)
    month = day.replace(day=1)
    if month.year < EARLIEST_YEAR or month > this_month:
        raise Refusal(ErrorCode.INVALID_INPUT, f"只能试算 {EARLIEST_YEAR} 年以来、到本月为止的月份", "month")
    return month


# The steps of a wish's reward, named as `replay` names them. A lapse and a reversal are no events of the wish.
_STEPS = """
    SELECT e.id, e.number, CASE e.action WHEN 'COMPLETE' THEN 'COMPLETED' WHEN 'REDO' THEN 'RETURNED'
        WHEN 'RATE' THEN 'RATED' ELSE 'RATED_AUTOMATICALLY' END AS what, e.head_id, e.stars, e.occurred_at
    FROM wish_events e
    WHERE e.wish_id = rewarded.wish_id AND e.action IN ('COMPLETE', 'REDO', 'RATE', 'RATE_AUTOMATICALLY')
    UNION ALL
    SELECT x.id, NULL, x.kind, NULL, NULL, x.ended_at FROM reward_endings x WHERE x.reward_id = rewarded.reward_id
"""
_PRICE = [column.name for column in fields(Price) if column.name != "same_household"]


async def read(viewer: Viewer, month: date) -> tuple[dict[UUID, Reward], list[Step]]:
    """Return the real rewards of the wishes last completed in `month`, of heads whom the viewer controls; and all steps
    of any wish completed in that month, of any head, for the caps that it used.

    The steps of each wish are ordered by number (a lapse and a reversal have none: no points move after them), and
    different wishes by their rows' ids. Ids are made under the lock of the head, so they give the order in which caps
    were counted, as far as the hosts' clocks agree: enough for an estimate. One statement, and so one snapshot; its
    rows come as JSON, many in one text, so that the event loop need not make an object of each: a thread does.
    """
    after = (month + timedelta(days=31)).replace(day=1)
    args = Args()
    starts, ends = args(clock.start_of(month)), args(clock.start_of(after))
    controlled = any_of([in_subtrees("hh.grid_id", viewer.control_paths, args)])
    lived_with = heads.lived_with("step.head_id", "rewarded.household_id", "rewarded.requester_id", "step.occurred_at")
    texts = await database.fetch(
        f"""
        SELECT json_agg(found ORDER BY place)::text AS rows, count(*) AS count FROM (
            SELECT row_number() OVER () AS place, ordered.* FROM (
                SELECT rewarded.wish_id, step.what, step.head_id, step.stars, step.occurred_at, rewarded.household_id,
                    rewarded.category, rewarded.filed_by_head_id, rewarded.controlled, rewarded.state, rewarded.price,
                    step.occurred_at = rewarded.completed_at AS last,
                    CASE WHEN step.what <> 'COMPLETED' THEN NULL WHEN step.occurred_at = rewarded.completed_at
                        THEN rewarded.same_household ELSE {lived_with} END AS same_household
                FROM (
                    SELECT r.wish_id, r.id AS reward_id, r.household_id, w.category, w.filed_by_head_id, r.state,
                        ARRAY[{", ".join(_PRICE)}] AS price, r.same_household, r.completed_at,
                        {controlled} AS controlled, CASE WHEN NOT w.on_behalf THEN w.requester_id END AS requester_id
                    FROM rewards r JOIN wishes w ON w.id = r.wish_id JOIN household_heads hh ON hh.id = r.head_id
                    WHERE r.wish_id IN (SELECT c.wish_id FROM wish_events c
                        WHERE c.action = 'COMPLETE' AND c.occurred_at >= {starts} AND c.occurred_at < {ends})
                ) rewarded
                CROSS JOIN LATERAL ({_STEPS}) step
                ORDER BY
                    max(step.id::text COLLATE "C") OVER (PARTITION BY rewarded.wish_id ORDER BY step.number, step.id),
                    step.number, step.id LIMIT {MAX_STEPS + 1}
            ) ordered
        ) found GROUP BY (place - 1) / {STEPS_A_TEXT} ORDER BY (place - 1) / {STEPS_A_TEXT}
        """,
        *args,
    )
    if sum(one["count"] for one in texts) > MAX_STEPS:
        raise Refusal(ErrorCode.INVALID_INPUT, f"该月心愿的步骤超过 {MAX_STEPS} 条，无法在线试算", "month")
    return await asyncio.to_thread(_parsed, [one["rows"] for one in texts], month)


class _Row(msgspec.Struct, gc=False):
    """One step, as it is read."""

    wish_id: UUID
    what: What
    head_id: UUID | None
    stars: int | None
    occurred_at: datetime
    household_id: UUID
    category: WishCategory
    filed_by_head_id: UUID | None
    controlled: bool
    state: RewardState
    price: list[int]
    last: bool
    same_household: bool | None


def _parsed(texts: Iterable[str], month: date) -> tuple[dict[UUID, Reward], list[Step]]:
    steps: list[Step] = []
    real: dict[UUID, Reward] = {}
    for text in texts:
        for row in unhurried(msgspec.json.decode(text, type=list[_Row])):
            step = _step(row)
            steps.append(step)
            if step.completion and row.last and row.controlled and clock.month_of(row.occurred_at) == month:
                real[row.wish_id] = _real(row, step.completion)
    return real, steps


def _step(row: _Row) -> Step:
    if row.what != What.COMPLETED:
        return Step(row.wish_id, row.what, stars=row.stars)
    assert row.head_id is not None, "somebody completed it"
    completion = Completion(
        head_id=row.head_id,
        household_id=row.household_id,
        category=row.category,
        day=clock.day_of(row.occurred_at),
        same_household=bool(row.same_household),
        filed_by_head=row.filed_by_head_id == row.head_id,
    )
    return Step(row.wish_id, row.what, completion)


def _real(row: _Row, last: Completion) -> Reward:
    price = dict(zip(_PRICE, row.price, strict=True))
    return Reward(last, Price(**price, same_household=last.same_household), row.state)
