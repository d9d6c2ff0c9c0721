"""Random months of a small district, through the services and a plain model: ranks, movement, neighbours, totals."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.enums import AreaKind, LeaderboardMeasure, LeaderboardPeriod, WishCategory
from models.people import Area
from models.points import Reward
from models.wishes import Wish
from services.db.paging import PageRequest
from services.kit import clock
from services.kit.viewer import Viewer
from services.points import leaderboard, open_boards, scores, standings, totals
from services.points.open_boards import Leaderboard
from services.work import reconciliation
from tests.machines.plain_boards import SHANGHAI, Boards, Place, Posting
from tests.town import world as making
from tests.town.boards import becomes, board_of, one_page
from tests.town.emptying import Emptying
from tests.town.points import award, reverse
from tests.town.sizes import size

HEADS, MAX_POSTINGS = 7, 40
BEGIN = datetime(2026, 3, 30, 21, 0, tzinfo=SHANGHAI)  # a Monday, two days before a quarter begins
CATEGORIES = {WishCategory.REPAIR: 25, WishCategory.ERRAND: 15}
PASSING = [timedelta(minutes=1), timedelta(hours=4), timedelta(days=1), timedelta(days=8)]
AMOUNTS = st.lists(st.integers(0, 2), min_size=HEADS, max_size=HEADS)
POINTS = [(measure, period) for measure in LeaderboardMeasure for period in LeaderboardPeriod]


async def test_random_months_agree_with_a_plain_model(empty: Emptying, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    seen: Counter[str] = Counter()

    class District(RuleBasedStateMachine):
        """Every rule does one thing twice: in the model and through the services."""

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

        @initialize()
        def begin(self) -> None:
            self.run(self.make())

        async def make(self) -> None:
            await empty()
            monkeypatch.setattr(clock, "now", lambda: BEGIN.astimezone(UTC))
            self.world = await making.World.make()
            a = self.world.a
            self.grids = [a.grid, await making.area(a.community, AreaKind.GRID, "g2", "二网格"), self.world.b.grid]
            self.heads = [await making.head(self.grids[number % 3], f"{number}联户") for number in range(HEADS)]
            self.homes = [a.households[0], a.households[2], self.world.b.households[0]]
            self.wishes: list[Wish] = []
            by_id = sorted(range(HEADS), key=lambda number: self.heads[number].id)
            paths = [self.grids[number % 3].path for number in range(HEADS)]
            self.model = Boards(BEGIN, paths, by_id, set(range(HEADS)))
            monkeypatch.setattr(clock, "now", lambda: self.model.now.astimezone(UTC))
            self.areas = [*self.grids, a.community, self.world.district]

        @rule(passing=st.sampled_from(PASSING))
        def time_passes(self, passing: timedelta) -> None:
            self.model.now += passing

        @precondition(lambda self: len(self.wishes) < MAX_POSTINGS)
        @rule(
            head=st.integers(0, HEADS - 1),
            home=st.integers(0, 2),
            category=st.sampled_from(list(CATEGORIES)),
            stars=st.sampled_from([3, 5]),
        )
        def post(self, head: int, home: int, category: WishCategory, stars: int) -> None:
            self.run(self.do_post(head, home, category, stars))

        @rule(amounts=AMOUNTS)
        def post_many(self, amounts: list[int]) -> None:
            """So that boards are not sparse, and have ties."""
            for head, count in enumerate(amounts):
                for home in range(count):
                    self.run(self.do_post(head, home, WishCategory.ERRAND, 3))

        @rule(amounts=AMOUNTS, more=AMOUNTS)
        def the_next_day(self, amounts: list[int], more: list[int]) -> None:
            """So that places move."""
            self.post_many(amounts)
            self.model.now += timedelta(days=1)
            self.post_many(more)
            at = self.model.now.astimezone(UTC)
            board = self.run(board_of(self.world.district, LeaderboardPeriod.ALL, at))
            self.run(self.same(self.world.district, board))

        async def do_post(self, head: int, home: int, category: WishCategory, stars: int) -> None:
            seen["post"] += 1
            at = self.model.now.astimezone(UTC)
            lived_in = self.world.b if home == 2 else self.world.a
            wish = await award(
                lived_in, at=at, head=self.heads[head], household=self.homes[home], category=category, stars=stars
            )
            self.wishes.append(wish)
            reward = await wish_points(wish)
            self.model.postings.append(Posting(head, home, reward, self.model.now))

        @precondition(lambda self: self.wishes)
        @rule(data=st.data())
        def reverse(self, data: st.DataObject) -> None:
            number = data.draw(st.integers(0, len(self.wishes) - 1))
            self.run(reverse(wish_id=self.wishes[number].id, reason="误评", account_id=None))
            self.model.postings[number].stands = False

        @rule(head=st.integers(0, HEADS - 1), column=st.sampled_from(["opted_in_at", "suspended_at", "left_at"]))
        def come_or_go(self, head: int, column: str) -> None:
            on = head not in self.model.competing
            back = {"opted_in_at": self.model.now, "suspended_at": None, "left_at": None}
            change = back if on else {column: None if column == "opted_in_at" else self.model.now}
            self.run(becomes(self.heads[head], **change))
            (self.model.competing.add if on else self.model.competing.discard)(head)

        @rule(head=st.integers(0, HEADS - 1), grid=st.integers(0, 2))
        def move(self, head: int, grid: int) -> None:
            self.run(becomes(self.heads[head], grid_id=self.grids[grid].id))
            self.model.grids[head] = self.grids[grid].path

        @rule()
        def fold(self) -> None:
            self.run(scores.fold())

        @invariant()
        def they_agree(self) -> None:
            if hasattr(self, "areas"):
                self.run(self.compare())

        async def compare(self) -> None:
            assert await reconciliation.drifts() == []
            # One board of each after another, so that all are seen without each being compared each time.
            turn = len(self.model.postings) + self.model.now.minute + self.model.now.day
            area = self.areas[turn % len(self.areas)]
            measure, period = POINTS[turn % len(POINTS)]
            board = await board_of(area, period, self.model.now.astimezone(UTC))
            await self.same(area, Leaderboard(board.area, period, board.window, measure))

        async def same(self, area: Area, board: Leaderboard) -> None:
            model, measure = self.model, board.measure
            expected = model.places(area.path, board.period, measure)
            seen["movement"] += any(one.previous_rank not in (None, one.rank) for one in expected)
            seen["tie"] += len({one.rank for one in expected}) < len(expected)
            places = list((await one_page(board, PageRequest(100))).rows)
            assert [self.told(one) for one in places] == expected
            assert await open_boards.scored(Viewer(), [board]) == {board: len(expected)}
            assert await open_boards.sparse(Viewer(), [board]) == {board: len(expected) < 5}
            for number, head in enumerate(self.heads):
                own = Viewer(account_id=head.id, head_id=head.id, auditor_paths=(area.path,))
                radius = 1 + number % 4
                near = (await leaderboard.around(own, [board], radius)).get(board, [])
                assert [self.told(one) for one in near] == model.around(expected, number, radius)
                assert [one.is_me for one in near].count(True) == bool(near)
                mine = (await standings.standings(own, [board])).get(board)
                found = mine and (mine.rank, mine.movement, mine.to_next, mine.ahead_of)
                assert found == model.standing(expected, number, measure), (number, board.name)
                assert mine is None or mine.band == model.band(mine.rank, len(expected))
            kept = (await totals.of_boards(Viewer(), [board]))[board]
            homes = [self.world.a.grid.path, self.world.a.grid.path, self.world.b.grid.path]
            assert (kept.wishes, kept.households, kept.heads) == model.together(area.path, homes, board.period)

        def told(self, one: leaderboard.LeaderboardEntry) -> Place:
            by_id: dict[UUID, int] = {head.id: number for number, head in enumerate(self.heads)}
            return Place(
                by_id[one.id], one.rank, one.previous_rank, one.points, one.wishes, one.households, one.reached_at
            )

    def run() -> None:
        run_state_machine_as_test(
            District,
            settings=settings(
                max_examples=size(15, 200),
                stateful_step_count=30,
                deadline=None,
                phases=(Phase.generate,),
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )

    await asyncio.to_thread(run)
    assert min(seen[what] for what in ("post", "movement", "tie")) > 5, seen


async def wish_points(wish: Wish) -> int:
    """What it paid: caps may have bitten."""
    return (await Reward.get(wish_id=wish.id)).points
