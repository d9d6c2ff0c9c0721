"""Kept scores: whatever happens in whatever order, each board is what the rewards of all heads make of it."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from tortoise.connection import get_connection

from models.enums import AreaKind, WishCategory
from models.enums import LeaderboardPeriod as P
from models.people import Area, HouseholdHead
from models.wishes import Wish
from services.db import database
from services.kit import clock
from services.kit.periods import window
from services.kit.viewer import Viewer
from services.points import levels, scores, standings, totals
from services.roles import heads as head_services
from services.work import folding
from tests.town import world as making
from tests.town.boards import becomes, board_of, paged, summed, summed_ranks
from tests.town.boards import standings as told_standings
from tests.town.points import award, completed_wish, rate, reverse
from tests.town.postgres import holding
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import World

MIGRATIONS = [import_module(f"migrations.{name}") for name in ("0015_scores", "0028_boards")]
NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)  # a Wednesday
# Few, so that many points are reached at one instant; on both sides of midnight between two weeks, months and years.
INSTANTS = [
    datetime.fromisoformat(at)
    for at in (
        "2025-12-31T23:59:59.999999+08:00",
        "2026-01-01T00:00:00+08:00",
        "2026-04-30T23:00:00+08:00",
        "2026-05-17T23:59:59+08:00",
        "2026-05-18T00:00:00+08:00",
        "2026-05-20T12:00:00+08:00",
    )
]


async def drifts() -> list[str]:
    return [
        *await scores.reconcile(),
        *await scores.reconcile_counts(),
        *await totals.reconcile_helped(),
        *await totals.reconcile(),
    ]


async def shown(areas: Iterable[Area], period: P, at: datetime, random: Random) -> None:
    """Each board of a window reads as it was summed, page by page, from both ends, and for each head."""
    for area in areas:
        board = await board_of(area, period, at)
        wanted = await summed(area.path, period, at)
        for backwards in (False, True):
            assert await paged(board, random.randint(1, 5), backwards=backwards) == wanted, (area.path, period, at)
        assert await told_standings(board) == {head: (rank, points) for head, rank, points, _ in wanted}


async def told(world: World) -> dict[UUID, int]:
    """The rank of each head, as an administrator reads it."""
    admin = Viewer(account_id=world.admin.account_id, admin_paths=(world.district.path,))
    return await standings.ranks_of(admin, [head.id for head in await HouseholdHead.all()])


class Town:
    """A district of uneven places, and what may happen to its heads."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random, self.instants = world, random, INSTANTS
        self.posted: list[Wish] = []
        self.seen: Counter[str] = Counter()

    async def settle(self) -> None:
        """Grids are of a community, of a subdistrict, of the district; and some heads are of a community itself."""
        sub = await Area.get(kind=AreaKind.SUBDISTRICT)
        town = await making.area(self.world.district, AreaKind.SUBDISTRICT, "s10", "南关街道")
        self.places = [
            self.world.a.grid,
            self.world.b.grid,
            self.world.b.community,
            await making.area(self.world.a.community, AreaKind.GRID, "g2", "第二网格"),
            await making.area(sub, AreaKind.GRID, "g9", "直属网格"),
            await making.area(self.world.district, AreaKind.GRID, "g0", "区属网格"),
            await making.area(await making.area(town, AreaKind.COMMUNITY, "a", "丙社区"), AreaKind.GRID, "g1", "一"),
        ]
        self.heads = [*self.world.a.heads, *self.world.b.heads]
        self.heads += [
            await making.head(place, f"{chr(65 + number)}联户", opted_in=number % 3 > 0)
            for number, place in enumerate(self.places)
        ]

    async def step(self) -> None:
        steps: list[Callable[[], Awaitable[Any]]] = [
            self.post,
            self.reverse,
            self.turn,
            self.turn,
            self.move,
            self.fold,
        ]
        step = self.random.choices(steps, [10, 3, 2, 2, 2, 2])[0]
        self.seen[step.__name__] += 1
        await step()

    async def post(self) -> None:
        at, category = self.random.choice(self.instants), self.random.choice(list(WishCategory))
        wish = await completed_wish(
            self.world.a,
            at=at,
            head=self.random.choice(self.heads),
            household=self.random.randrange(3),
            category=category,
        )
        await rate(wish, self.random.choice((None, 2, 3, 5)), at)
        self.posted.append(wish)

    async def reverse(self) -> None:
        if self.posted:
            wish = self.posted.pop(self.random.randrange(len(self.posted)))
            await reverse(wish_id=wish.id, reason="误评", account_id=None)

    async def turn(self) -> None:
        """A head joins, or is not on the boards any more; as long as nobody has left, through the services."""
        head = self.random.choice(self.heads)
        own = Viewer(account_id=self.world.admin.account_id, head_id=head.id)
        staff = Viewer(account_id=self.world.admin.account_id, admin_paths=(self.world.district.path,))
        steps: tuple[Callable[[], Awaitable[Any]], ...] = (
            lambda: head_services.join_board(own, head.id),
            lambda: head_services.leave_board(own, head.id),
            lambda: head_services.suspend(staff, head.id, "核实情况"),
            lambda: head_services.resume(staff, head.id),
            lambda: becomes(head, left_at=NOON),
            lambda: becomes(head, left_at=None),
        )
        gone = (await HouseholdHead.get(id=head.id)).left_at is not None
        await steps[5 if gone else self.random.randrange(5)]()

    async def move(self) -> None:
        await becomes(self.random.choice(self.heads), grid_id=self.random.choice(self.places).id)

    async def fold(self) -> None:
        await scores.fold(self.random.choice((1, 7, 100)))


@pytest.mark.parametrize("seed", range(3))
async def test_a_random_time_on_all_boards(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    random = Random(seed)
    town = Town(world, random)
    await town.settle()
    areas = await Area.all().order_by("path")
    windows = list(product(P, INSTANTS))
    for number in range(90):
        await town.step()
        if number % 6 == 5:
            await shown(random.sample(areas, 3), *random.choice(windows), random)
            at = random.choice(INSTANTS)
            with monkeypatch.context() as patched:
                patched.setattr(clock, "now", lambda at=at: at)
                assert await told(world) == await summed_ranks(at)
    while await scores.fold():
        pass
    for period, at in random.sample(windows, 5):
        await shown(areas, period, at, random)
    assert await drifts() == []


@pytest.mark.parametrize("seed", range(3))
async def test_hosts_whose_clocks_stand_on_both_sides_of_midnight(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    town = Town(world, random)
    await town.settle()
    midnight = datetime.fromisoformat("2026-05-18T00:00:00+08:00")  # of a week too
    now = midnight
    monkeypatch.setattr(clock, "now", lambda: now)
    for day in range(3):
        for _ in range(25):
            now = midnight + timedelta(days=day, seconds=random.choice((-45, -1, 0, 1)))
            town.instants = [now]
            await town.step()
            for late in (timedelta(seconds=45), timedelta(), timedelta(days=-2)):
                with monkeypatch.context() as patched:
                    patched.setattr(clock, "now", lambda at=now - late: at)
                    assert await drifts() == []
    assert len(town.seen) == 5 and town.seen["reverse"] > 2


async def test_many_post_and_fold_at_once_and_nobody_waits_for_a_row(world: World) -> None:
    """Heads of one grid; each transaction runs once, so that none was a deadlock's victim."""
    heads = [await making.head(world.a.grid, f"{chr(65 + number)}联户") for number in range(6)]
    wishes = [
        await completed_wish(world.a, at=NOON, head=head, household=household)
        for household in range(3)
        for head in heads
    ]
    stop = asyncio.Event()

    async def turn() -> None:
        for opted_in_at in (None, NOON) * 3:
            await becomes(heads[0], opted_in_at=opted_in_at)

    async def read() -> None:
        board = await board_of(world.a.community, P.MONTH, NOON)
        while not stop.is_set():
            places = await paged(board, 100)
            ranks = [1 + sum(other[2] > points for other in places) for _, _, points, _ in places]
            assert [place[1] for place in places] == ranks, "the page and its ranks are of one moment"

    async def fold() -> None:
        while not stop.is_set():
            await scores.fold(3)

    beside = [asyncio.create_task(work()) for work in (read, fold, fold)]
    with database.observed_statements() as seen:
        await asyncio.gather(
            turn(), *(rate(wish, 5, NOON + place * timedelta(days=1)) for place, wish in enumerate(wishes))
        )
        await asyncio.gather(*(reverse(wish_id=wish.id, reason="误评", account_id=None) for wish in wishes[::4]))
    stop.set()
    await asyncio.gather(*beside)
    assert sum("INSERT INTO scores" in one for one in seen) == 6 + len(wishes) + len(wishes[::4])
    assert await drifts() == []
    for period in P:
        assert await paged(await board_of(world.a.grid, period, NOON), 2) == await summed(
            world.a.grid.path, period, NOON
        )


async def test_a_score_says_how_many_wishes_of_how_many_households(world: World) -> None:
    first = await award(world.a, at=NOON, household=0)
    second = await award(world.a, at=NOON + timedelta(minutes=1), household=0, category=WishCategory.ERRAND)
    third = await award(world.a, at=NOON + timedelta(minutes=2), household=1)

    async def score() -> list[tuple[Any, ...]]:
        rows = await database.fetch("SELECT points, wishes, households, reached_at FROM scores WHERE period = 'WEEK'")
        return [tuple(row.values()) for row in rows]

    assert await score() == [(60, 3, 2, NOON + timedelta(minutes=2))]
    await reverse(wish_id=third.id, reason="误评", account_id=None)
    assert await score() == [(40, 2, 1, NOON + timedelta(minutes=1))]
    await reverse(wish_id=second.id, reason="误评", account_id=None)
    assert await score() == [(25, 1, 1, NOON)]
    await reverse(wish_id=first.id, reason="误评", account_id=None)
    assert await score() == [] and await drifts() == []


async def test_a_posting_takes_one_statement_more_and_a_read_one(world: World) -> None:
    with database.observed_statements() as seen:
        await award(world.a, at=NOON)
    assert sum("scores" in one for one in seen) == 1
    board = await board_of(world.district, P.MONTH, NOON)
    own = Viewer(account_id=world.a.head_people[0].account_id, head_id=world.a.heads[0].id)
    for read in (
        paged(board, 20),
        standings.standings(own, [board]),
        standings.ranks_of(own, [own.head_id or UUID(int=0)]),
    ):
        with database.observed_statements() as seen:
            await read
        assert len(seen) == 1 and "rewards" not in seen[0]


async def test_folding_leaves_one_row_a_count_and_none_for_nobody(world: World) -> None:
    wishes = [await award(world.a, at=NOON, head=head, household=place) for place, head in enumerate(world.a.heads)]
    await reverse(wish_id=wishes[1].id, reason="误评", account_id=None)
    boards = 4 * len(P) * len(scores.MEASURES)
    assert await database.fetch_value("SELECT count(*) FROM board_counts") == 3 * boards
    unfolded = await database.fetch_value("SELECT count(*) FROM area_totals WHERE NOT folded")
    async with holding("SELECT pg_advisory_xact_lock($1)", database.lock_key("fold:public")):
        assert await scores.fold() == 0, "one at a time"
    assert await scores.fold(100) == 100 + min(unfolded, 100) and await scores.fold(100) >= 80
    assert await scores.waits() is False and await scores.fold() == 0
    rows = await database.fetch("SELECT DISTINCT measure, points, heads, folded FROM board_counts ORDER BY measure")
    found = [tuple(row.values()) for row in rows]
    assert found == [("HOUSEHOLDS", 1, 1, True), ("POINTS", 25, 1, True), ("WISHES", 1, 1, True)]
    assert await database.fetch_value("SELECT count(*) FROM board_counts") == boards
    rows = await database.fetch("SELECT count(*) AS n FROM area_totals GROUP BY area_id, period, starts_at")
    assert {row["n"] for row in rows} == {1}


async def test_it_folds_until_it_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "IDLE_SECONDS", 0.05)
    stop = asyncio.Event()
    task = asyncio.create_task(folding.run(stop))

    async def folded() -> bool:
        return not await scores.waits()

    for household in range(2):
        await award(world.a, at=NOON, household=household)
        await until(folded)
        boards = 4 * len(P) * len(scores.MEASURES)
        assert await database.fetch_value("SELECT count(*) FROM board_counts") == boards
    stop.set()
    await asyncio.wait_for(task, PATIENCE_SECONDS)


# The kept tables, and what in them a migration need not know.
KEPT = {
    "scores": ["id", "since", "points_before", "wishes_before", "households_before"],
    "board_counts": ["id"],
    "helped_households": ["id"],
    "area_totals": ["id", "changes"],
}
BROKEN = {
    "points": ("UPDATE scores SET points = points + 1 WHERE period = 'YEAR'", 9),
    "households": ("UPDATE scores SET wishes = 2, households = 2 WHERE period = 'ALL'", 1 + 4 * 2 * 2),
    "yesterday's": ("UPDATE scores SET points_before = 0 WHERE period = 'ALL'", 1 + 4 * 2),
    "competes": ("UPDATE scores SET competes = false WHERE period = 'WEEK'", 1 + 4 * 3),
    "another place": ("UPDATE scores SET grid_id = community_id WHERE period = 'MONTH'", 1 + 3 + 3 + 2),
    "no score": ("DELETE FROM scores WHERE period = 'QUARTER'", 1 + 4 * 3 + 4),
    "no count": ("DELETE FROM board_counts WHERE period = 'ALL'", 4 * 3),
    "a count too many": ("UPDATE board_counts SET heads = 2 WHERE period = 'ALL'", 4 * 3),
    "a count of another day": ("UPDATE board_counts SET since = '2999-01-01' WHERE period = 'ALL'", 2 * 4 * 3),
    "nobody helped": ("DELETE FROM helped_households WHERE period = 'ALL'", 1 + 4),
    "helped too often": ("UPDATE helped_households SET wishes = 2 WHERE period = 'WEEK'", 1),
    "no total": ("DELETE FROM area_totals WHERE period = 'MONTH'", 4),
    "one head too many": ("UPDATE area_totals SET heads = heads + 1 WHERE period = 'WEEK'", 4),
    "a move unnoticed": ("UPDATE household_heads SET grid_id = (SELECT parent_id FROM areas WHERE id = grid_id)", 5),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_reconciliation_finds_what_does_not_agree(world: World, what: str) -> None:
    await award(world.a, at=NOON)
    assert await drifts() == []
    statement, count = BROKEN[what]
    await database.execute(statement)
    found = await drifts()
    assert len(found) == count, found
    assert all(re.match(r"(head|board of area|household|totals of area) [0-9a-f-]{36}", one) for one in found)


async def test_what_a_migration_fills_is_what_is_kept(world: World) -> None:
    town = Town(world, Random(7))
    await town.settle()
    for _ in range(40):
        await town.step()
    while await scores.fold():
        pass

    async def kept() -> list[list[Any]]:
        return [
            [
                row["row"]
                for row in await database.fetch(
                    f"SELECT (to_jsonb(t) - $1::text[])::text AS row FROM {table} t ORDER BY 1", but
                )
            ]
            for table, but in KEPT.items()
        ]

    await database.execute("DELETE FROM helped_households WHERE wishes = 0")
    nothing = "(households, heads, participants) = (0, 0, 0)"
    await database.execute(f"DELETE FROM area_totals WHERE {nothing}")  # of changes alone
    before = await kept()
    assert all(before)
    filled = [statement for migration in MIGRATIONS for statement in migration.FILLED]
    for statement in (*(f"DELETE FROM {table}" for table in KEPT), *filled):
        await database.execute(statement)
    assert await kept() == before
    await scores.rebuild()
    assert await kept() == before


async def test_a_window_begins_in_sql_when_it_begins_in_python(connected: None) -> None:
    random = Random(1)
    begin = datetime(2002, 1, 1, tzinfo=UTC)
    instants = [begin + timedelta(microseconds=random.randrange(3 * 10**15)) for _ in range(500)]
    borders = [bound for at in instants for period in P if (bound := window(period, at).starts_at)]
    instants += [at - random.randrange(2) * timedelta(microseconds=1) for at in borders]
    rows = await database.fetch(
        "SELECT at, period, nullif(starts_at, '-infinity') AS starts_at FROM unnest($1::timestamptz[]) at"
        f" CROSS JOIN LATERAL {levels.windows_of('at')} w (period, starts_at)",
        instants,
    )
    assert len(rows) == len(P) * len(instants)
    assert [row for row in rows if window(P(row["period"]), row["at"]).starts_at != row["starts_at"]] == []


@pytest.mark.parametrize("kind", levels.LEVELS)
async def test_a_page_of_a_board_is_one_index_range(connected: None, kind: AreaKind) -> None:
    somebody, column = f"'{UUID(int=1)}'", levels.LEVELS[kind]
    async with get_connection("default")._in_transaction():
        await database.fetch("SET LOCAL enable_seqscan = off")
        await database.fetch("SET LOCAL enable_sort = off")  # of an empty table, statistics tell nothing
        plan = await database.fetch(
            f"EXPLAIN (COSTS OFF) SELECT b.points FROM scores b WHERE b.competes AND b.{column} = {somebody}"
            " AND b.period = 'MONTH' AND b.starts_at = '2026-05-01' AND (-b.points, b.reached_at, b.head_id)"
            f" > (-5, '2026-05-02', {somebody}) ORDER BY -b.points, b.reached_at, b.head_id LIMIT 20"
        )
    text = " ".join(row["QUERY PLAN"] for row in plan)
    assert f"scores_by_{kind.lower()}" in text and "Sort" not in text and "Filter" not in text, text
