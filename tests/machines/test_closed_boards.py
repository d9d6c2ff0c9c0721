"""Random stories of a district's boards: closed ones are what a plain model says, with errata they are what is live,
both chains verify, and nobody's name survives leaving. `SIZE=full` tells many more stories."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from models.enums import ErratumCause
from models.enums import LeaderboardPeriod as P
from models.people import HouseholdHead
from models.points import Reward
from services.db import database
from services.db.paging import Page, PageRequest
from services.kit import clock
from services.kit.viewer import Viewer
from services.points import closing, closings, places, rewards
from services.points.drifts import drifts
from services.roles import heads as roles
from services.till import holds
from services.work import reconciliation
from tests.machines.plain_closings import Board, Deed, Head, Town
from tests.town import world as making
from tests.town.boards import becomes
from tests.town.emptying import Emptying
from tests.town.points import award
from tests.town.sizes import size
from tests.town.world import World

EXAMPLES, STEPS = size((6, 12), (200, 40))
BEGIN = datetime(2027, 12, 20, 12, 0, tzinfo=clock.SHANGHAI)  # a year ends soon
PASSING = [timedelta(hours=11, minutes=59), timedelta(days=1), timedelta(days=7), timedelta(days=30)]
SEVEN = st.integers(0, 6)
ALL = PageRequest(100)


@database.transactional
async def taken_back(deed: Deed, wish_id: Any, cause: ErratumCause) -> None:
    await holds.release_of_head(deed.head.id)
    await rewards.reverse_reward(wish_id=wish_id, reason="误评", account_id=None, cause=cause)


@database.transactional
async def forgotten(head: Head) -> None:
    await places.withdraw([head.id], clock.now())
    await places.forget([head.id])


async def test_closed_boards_never_change(empty: Emptying, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    class Boards(RuleBasedStateMachine):
        """Two communities with seven heads."""

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

        @initialize()
        def begin(self) -> None:
            self.now = BEGIN
            monkeypatch.setattr(clock, "now", lambda: self.now)
            self.wishes: list[Any] = []
            self.run(self.make())
            self.rate([0, 1, 2, 3, 4, 5, 6, 1, 5], 0)
            self.rate([2, 3, 1], 1)
            self.time_passes(timedelta(days=15), closes=True)

        async def make(self) -> None:
            await empty()
            self.world = await World.make()
            self.homes = [self.world.a, self.world.b]
            rows = await database.fetch("SELECT id, kind, code FROM areas WHERE kind IN ('DISTRICT', 'SUBDISTRICT')")
            above = tuple(str(row["id"]) for row in rows)
            self.above = {home.grid.id: (*above, str(home.community.id)) for home in self.homes}
            self.town = Town(tuple(sorted({area for some in self.above.values() for area in some})))
            self.admin = await making.viewer(self.world.admin)
            self.viewers: list[Viewer] = []
            for home in self.homes:
                for head, person in zip(home.heads, home.head_people, strict=True):
                    await self.there_is(head, home.grid.id, await making.viewer(person))
            for number in range(3):
                head = await making.head(self.world.a.grid, f"{chr(65 + number)}联户", opted_in=number > 0)
                person = await making.person("甲", making.Role.HOUSEHOLD_HEAD, head_id=head.id)
                await self.there_is(head, self.world.a.grid.id, await making.viewer(person))

        async def there_is(self, head: HouseholdHead, grid_id: Any, viewer: Viewer) -> None:
            self.town.heads.append(Head(head.id, self.above[grid_id], opted_in=head.opted_in_at is not None))
            self.viewers.append(viewer)

        # What heads do

        @rule(numbers=st.lists(SEVEN, min_size=1, max_size=6), household=st.integers(0, 1))
        def rate(self, numbers: list[int], household: int) -> None:
            for number in numbers:
                head = self.town.heads[number]
                home = self.homes[str(self.world.b.community.id) in head.areas]
                self.now += timedelta(minutes=1)
                self.run(self.rated(head, home, household, None if number % 2 else 5))

        async def rated(self, head: Head, home: Any, household: int, stars: int | None) -> None:
            row = await HouseholdHead.get(id=head.id)
            wish = await award(home, at=self.now, stars=stars, head=row, household=household)
            reward = await Reward.get(wish_id=wish.id)
            if reward.board_points:
                door = self.homes.index(home) * 10 + household
                self.town.deeds.append(Deed(head, door, reward.board_points, self.now))
                self.wishes.append(wish.id)

        @rule(numbers=st.lists(st.integers(0, 20), min_size=1, max_size=4), cause=st.sampled_from(ErratumCause))
        def take_back(self, numbers: list[int], cause: ErratumCause) -> None:
            for number in numbers:
                deed = self.town.deeds[number % len(self.wishes)]
                self.run(taken_back(deed, self.wishes[number % len(self.wishes)], cause))
                if deed.stands:
                    self.town.take_back(deed)

        # Who comes and goes

        @rule(number=SEVEN, how=st.sampled_from(["joins", "leaves", "suspended", "resumed", "retires", "moves"]))
        def comes_or_goes(self, number: int, how: str) -> None:
            head = self.town.heads[number]
            if head.left and how != "moves":
                self.run(forgotten(head))
                head.forgotten = True
            else:
                getattr(self, how)(head, self.viewers[number])

        def joins(self, head: Head, viewer: Viewer) -> None:
            self.run(roles.join_board(viewer, head.id))
            head.opted_in = True

        def leaves(self, head: Head, viewer: Viewer) -> None:
            if head.opted_in:
                self.run(roles.leave_board(viewer, head.id))
                head.opted_in = False
                self.town.withdraw(head)

        def suspended(self, head: Head, _: Viewer) -> None:
            self.run(roles.suspend(self.admin, head.id, "核实情况"))
            head.suspended = True

        def resumed(self, head: Head, _: Viewer) -> None:
            if head.suspended:
                self.run(roles.resume(self.admin, head.id, "已核实"))
                head.suspended = False

        def retires(self, head: Head, _: Viewer) -> None:
            self.run(roles.leave(self.admin, head.id, "搬离"))
            head.left = True
            self.town.withdraw(head)

        def moves(self, head: Head, _: Viewer) -> None:
            grid = self.homes[str(self.world.a.community.id) in head.areas].grid
            self.run(self.moved(head, grid))
            head.areas = self.above[grid.id]

        async def moved(self, head: Head, grid: Any) -> None:
            await becomes(await HouseholdHead.get(id=head.id), grid_id=grid.id)

        # Time, and the closing

        @rule(passing=st.sampled_from(PASSING), closes=st.booleans())
        def time_passes(self, passing: timedelta, closes: bool) -> None:
            self.now += passing
            if closes:
                assert self.run(closing.close_due()) == self.town.close(self.now)

        # What must be so

        @invariant()
        def agrees(self) -> None:
            self.run(self.compared())

        async def compared(self) -> None:
            assert await drifts() == []
            rows = await database.fetch("SELECT id, area_id, period, starts_at, participants FROM board_closings")
            assert {(str(row["area_id"]), P(row["period"]), row["starts_at"]) for row in rows} == set(self.town.closed)
            auditor = Viewer(account_id=self.admin.account_id, auditor_paths=(self.world.district.path,))
            read = await closings.by_ids(auditor, [row["id"] for row in rows])
            if not read:
                return
            boards = await closings.places(auditor, list(read.values()), ALL)
            links = {row["id"]: row["head_id"] for row in await database.fetch("SELECT id, head_id FROM board_heads")}
            for closed, page in boards.items():
                key: Board = (str(closed.area_id), closed.period, closed.starts_at)
                model = self.town.closed[key]
                assert closed.participants == model.participants
                assert isinstance(page, Page)
                assert [
                    (links.get(one.id), one.rank, one.points, one.wishes, one.households, one.reached_at)
                    for one in page.rows
                ] == [
                    (
                        None if one.head.forgotten else one.head.id, one.rank, one.points, one.wishes, one.households,
                        one.reached_at,
                    )
                    for one in model.places
                ]  # fmt: skip
                assert [not one.withdrawn for one in page.rows] == [one.named for one in model.places]
                assert [(one.corrected_points, one.corrected_rank) for one in page.rows] == [
                    model.corrected(one) for one in model.places
                ]
                await self.compared_errata(closed, model.errata)

        async def compared_errata(self, closed: Any, expected: list[tuple[int, int, int, int | None]]) -> None:
            rows = await database.fetch(
                "SELECT from_points, to_points, from_rank, to_rank FROM board_errata WHERE closing_id = $1"
                " ORDER BY number",
                closed.id,
            )
            assert [tuple(row.values()) for row in rows] == expected

        def teardown(self) -> None:
            assert self.run(reconciliation.drifts()) == []

    await asyncio.to_thread(
        run_state_machine_as_test,
        Boards,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
