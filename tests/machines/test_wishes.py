"""Random stories of wishes and what their points buy, through the services and plain models, which must agree."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from uuid_utils.compat import uuid7

from models.enums import WishCategory
from services.db import database
from services.kit import clock
from services.kit.errors import Refusal
from services.points import balances as points_balances
from services.till import passes
from services.wishes import actions as wish_actions
from services.wishes import ratings, submissions
from services.wishes import steps as wish_steps
from services.work import tick
from tests.machines import agreement, real_till
from tests.machines.plain_till import SHANGHAI, Offer, Till
from tests.machines.plain_wishes import BASE, Wish, Wishes
from tests.town.emptying import Emptying
from tests.town.sizes import size
from tests.town.story import request_no
from tests.town.world import viewer

HEADS = st.integers(0, 1)
BEGIN = datetime(2026, 2, 27, 9, 0, tzinfo=SHANGHAI)  # close to a month's end
HOUSEHOLDS = st.integers(0, 2)
CATEGORIES = st.sampled_from(sorted(BASE))
BILLS = st.sampled_from([999, 1000, 3333, 8800, 20000])
MAX_WISHES = 14
MAX_PASSES = 60  # so that all there is fits on a page
PASSING = [
    timedelta(seconds=10),
    timedelta(hours=1),
    timedelta(hours=47),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=30),
]


async def test_random_stories_agree_with_a_plain_model(empty: Emptying, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    slots = count()  # none is drawn a second time, which would end a pass a little before the tick does
    monkeypatch.setattr(passes.random, "randbelow", lambda below: next(slots) % below)

    class Story(RuleBasedStateMachine):
        """Every rule does one thing twice: in the model and through the services."""

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

        @initialize()
        def begin(self) -> None:
            offer = Offer(cost=10, percent=20, least_bill=1000, stock=6, per_day=3)
            self.model = Wishes(Till(BEGIN, [offer], savings=(15, 15), ceiling=5000))
            monkeypatch.setattr(clock, "now", lambda: self.model.now.astimezone(UTC))
            # Hosts whose clocks disagree take turns.
            hosts = cycle([0, 600_000, -600_000])
            monkeypatch.setattr(wish_steps, "uuid7", lambda: UUID(int=uuid7().int + (next(hosts) << 80)))
            till = real_till.Story(self.model.till, Counter())
            self.run(self.make(till))
            self.wishes: list[UUID] = []
            self.till = till

        async def make(self, till: real_till.Story) -> None:
            await till.begin(empty, earning=False)
            self.place, self.heads = till.place, till.people
            self.staff = await viewer(self.place.staff)
            self.residents = [await viewer(person) for person in self.place.residents]

        def both(self, expected: bool, action: Coroutine[Any, Any, Any]) -> Any:
            """The services do or refuse as the model did."""

            async def attempt() -> Any:
                try:
                    return await action, None
                except Refusal as refusal:
                    return None, refusal

            result, refusal = self.run(attempt())
            assert (refusal is None) == expected, refusal or "the services did what the model refused"
            return result

        @rule(passing=st.sampled_from(PASSING))
        def time_passes(self, passing: timedelta) -> None:
            self.model.till.now += passing

        @rule()
        def the_tick_runs(self) -> None:
            self.do_tick()

        def do_tick(self) -> None:
            self.model.tick()
            assert self.run(tick.run())["failed"] == 0

        @precondition(lambda self: len(self.wishes) < MAX_WISHES)
        @rule(household=HOUSEHOLDS, category=CATEGORIES)
        def submit(self, household: int, category: str) -> None:
            self.do_submit(household, category)

        def do_submit(self, household: int, category: str) -> int:
            self.model.wishes.append(Wish(household, category))
            resident, home = self.residents[household], self.place.households[household].id
            made = self.both(True, submissions.submit(resident, home, WishCategory(category), "心愿", request_no()))
            self.wishes.append(made.id)
            return len(self.wishes) - 1

        @precondition(lambda self: self.wishes)
        @rule(data=st.data(), head=st.one_of(st.none(), HEADS))
        def dispatch(self, data: st.DataObject, head: int | None) -> None:
            self.do_dispatch(self.wish(data, {"SUBMITTED"}), head)

        def do_dispatch(self, index: int, head: int | None) -> None:
            expected = self.model.dispatch(self.model.wishes[index], head)
            target = None if head is None else self.place.heads[head].id
            self.both(expected, wish_actions.dispatch(self.staff, self.wishes[index], target))

        @precondition(lambda self: self.wishes)
        @rule(data=st.data(), head=HEADS, action=st.sampled_from(["accept", "decline", "hand_back", "complete"]))
        def a_head_acts(self, data: st.DataObject, head: int, action: str) -> None:
            self.do_act(self.wish(data, {"DISPATCHED", "ACCEPTED"}), head, action)

        def do_act(self, index: int, head: int, action: str) -> None:
            viewer, wish = self.heads[head], self.wishes[index]
            expected = getattr(self.model, action)(self.model.wishes[index], head)
            acting = {
                "accept": lambda: wish_actions.accept(viewer, wish),
                "decline": lambda: wish_actions.decline(viewer, wish, "没空"),
                "hand_back": lambda: wish_actions.hand_back(viewer, wish, "没空"),
                "complete": lambda: wish_actions.complete(viewer, wish),
            }
            self.both(expected, acting[action]())

        @precondition(lambda self: len(self.wishes) < MAX_WISHES)
        @rule(household=HOUSEHOLDS, category=CATEGORIES, head=HEADS, stars=st.sampled_from([None, None, 2, 4, 5, 5]))
        def a_wish_goes_well(self, household: int, category: str, head: int, stars: int | None) -> None:
            """The way through in one step: random steps alone seldom find it."""
            index = self.do_submit(household, category)
            self.do_dispatch(index, head)
            self.do_act(index, head, "accept")
            self.do_act(index, head, "complete")
            if stars is not None:
                self.do_rate(index, stars)

        @precondition(lambda self: self.wishes)
        @rule(data=st.data(), stars=st.integers(1, 5))
        def rate(self, data: st.DataObject, stars: int) -> None:
            self.do_rate(self.wish(data, {"COMPLETED", "RATED"}), stars)

        def do_rate(self, index: int, stars: int) -> None:
            wish = self.model.wishes[index]
            expected = self.model.rate(wish, stars)
            self.both(expected, ratings.rate(self.residents[wish.household], self.wishes[index], stars))

        @precondition(lambda self: self.wishes)
        @rule(data=st.data(), action=st.sampled_from(["redo", "cancel", "recall"]))
        def it_goes_back(self, data: st.DataObject, action: str) -> None:
            index = self.wish(data, {"COMPLETED"} if action == "redo" else {"DISPATCHED", "ACCEPTED"})
            model, wish = self.model.wishes[index], self.wishes[index]
            resident = self.residents[model.household]
            acting = {
                "redo": lambda: ratings.redo(resident, wish, "还没修好"),
                "cancel": lambda: wish_actions.cancel(resident, wish),
                "recall": lambda: wish_actions.recall(self.staff, wish),
            }
            self.both(getattr(self.model, action)(model), acting[action]())

        # What the points buy

        @rule(head=HEADS)
        def take_a_pass(self, head: int) -> None:
            self.run(self.till.take(head, 0))

        @rule(head=HEADS, bill=BILLS)
        def prepare(self, head: int, bill: int) -> None:
            self.do_prepare(head, bill)

        def do_prepare(self, head: int, bill: int) -> None:
            """The head's live pass, typed at the till."""
            till = self.model.till
            if (shown := till.live_pass(head, 0)) is not None:
                self.run(self.till.prepare(0, shown, bill, till.step(), typed=True))

        @precondition(lambda self: self.till.tokens)
        @rule(data=st.data())
        def confirm(self, data: st.DataObject) -> None:
            self.run(self.till.confirm(data.draw(st.integers(0, len(self.till.tokens) - 1)), 0, request_no()))

        @precondition(lambda self: len(self.till.passes) < MAX_PASSES)
        @rule(head=HEADS, bill=BILLS)
        def a_sale_goes_well(self, head: int, bill: int) -> None:
            """Pass, preparation and confirmation in one step, as far as the rules let it."""
            self.run(self.till.sell(head, 0, bill, 0))

        @precondition(lambda self: len(self.wishes) < MAX_WISHES)
        @rule(
            household=HOUSEHOLDS,
            head=HEADS,
            sale=st.booleans(),
            held=st.sampled_from([None, 0, 120]),
            stars=st.integers(1, 5),
        )
        def a_wish_is_neglected(self, household: int, head: int, sale: bool, held: int | None, stars: int) -> None:
            """Rated by the clock, its points perhaps spent or held, and then rated by the household after all."""
            index = self.do_submit(household, "REPAIR")
            self.do_dispatch(index, head)
            self.do_act(index, head, "accept")
            self.do_act(index, head, "complete")
            self.model.till.now += timedelta(days=7)
            self.do_tick()
            if sale:
                self.run(self.till.sell(head, 0, 8800, 0))
            if held is not None:  # for so many seconds, so that it may have run out
                self.run(self.till.take(head, 0))
                self.do_prepare(head, 1000)
                self.model.till.now += timedelta(seconds=held)
            self.do_rate(index, stars)

        @rule(head=HEADS, bill=BILLS, seconds=st.sampled_from([119, 120, 121]))
        def a_preparation_runs_out(self, head: int, bill: int, seconds: int) -> None:
            """Confirmed in the last moment, or just too late."""
            self.run(self.till.sell(head, 0, bill, 0, takes=seconds))

        @precondition(lambda self: self.till.redeemed)
        @rule(data=st.data(), minutes=st.sampled_from([0, 0, 59, 60]))
        def revoke(self, data: st.DataObject, minutes: int) -> None:
            self.model.till.now += timedelta(minutes=minutes)
            self.run(self.till.revoke(data.draw(st.integers(0, len(self.till.redeemed) - 1)), 0, request_no()))

        @precondition(lambda self: self.till.passes)
        @rule(data=st.data())
        def cancel_a_pass(self, data: st.DataObject) -> None:
            index = data.draw(st.integers(0, len(self.till.passes) - 1))
            self.run(self.till.cancel(self.model.till.passes[index].head, index))

        def wish(self, data: st.DataObject, states: set[str]) -> int:
            """A wish, more often than not in one of the states in which the step is possible."""
            fitting = [index for index, one in enumerate(self.model.wishes) if one.state in states]
            choices = st.integers(0, len(self.wishes) - 1)
            return data.draw(st.one_of(st.sampled_from(fitting), choices) if fitting else choices)

        @invariant()
        def they_agree(self) -> None:
            if hasattr(self, "till"):
                self.run(self.compare())

        async def compare(self) -> None:
            rows = await database.fetch("SELECT id, state, head_id FROM wishes")
            held_by = {head.id: index for index, head in enumerate(self.place.heads)}
            real = {row["id"]: (row["state"], held_by.get(row["head_id"])) for row in rows}
            expected = {key: (one.state, one.head) for key, one in zip(self.wishes, self.model.wishes, strict=True)}
            assert real == expected
            found = await points_balances.balances(self.till.admin, self.till.heads)
            assert [found[head].pending for head in self.till.heads] == [self.model.pending(index) for index in (0, 1)]
            await agreement.check(self.till)

    def run() -> None:
        run_state_machine_as_test(
            Story,
            settings=settings(
                max_examples=size(20, 200),
                stateful_step_count=40,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )

    await asyncio.to_thread(run)
