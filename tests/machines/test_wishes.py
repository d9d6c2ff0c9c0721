"""Random stories, step by step, through the real services and through a plain model, which must agree after each."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from itertools import cycle
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
from services.points import ledger
from services.till import codes, passes, preparations, redemptions
from services.wishes import actions as wish_actions
from services.wishes import ratings, submissions
from services.wishes import steps as wish_steps
from services.work import tick
from tests.machines.plain_model import BASE, CEILING, COST, PER_DAY, SAVINGS, STOCK, Model, Pass, Wish
from tests.town import world as district
from tests.town.points import give_points
from tests.town.sizes import size
from tests.town.story import request_no
from tests.town.world import World, viewer

HEADS = st.integers(0, 1)
BEGIN = datetime(2026, 2, 27, 1, 0, tzinfo=UTC)  # close to a month's end
HOUSEHOLDS = st.integers(0, 2)
CATEGORIES = st.sampled_from(sorted(BASE))
BILLS = st.sampled_from([999, 1000, 3333, 8800, 20000])
MAX_WISHES = 14
PASSING = [
    timedelta(seconds=10),
    timedelta(hours=1),
    timedelta(hours=47),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=30),
]


async def test_random_stories_agree_with_a_plain_model(emptying: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    class Story(RuleBasedStateMachine):
        """Every rule does one thing twice: in the model and through the services."""

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

        @initialize()
        def begin(self) -> None:
            self.model = Model(BEGIN)
            monkeypatch.setattr(clock, "now", lambda: self.model.now)
            # Hosts whose clocks disagree take turns.
            hosts = cycle([0, 600_000, -600_000])
            monkeypatch.setattr(wish_steps, "uuid7", lambda: UUID(int=uuid7().int + (next(hosts) << 80)))
            self.run(self.make())
            self.wishes: list[UUID] = []
            self.passes: list[UUID] = []
            self.tokens: list[str] = []
            self.redeemed: list[UUID] = []

        async def make(self) -> None:
            await database.fetch(emptying)
            world = await World.make()
            self.place = world.a
            assert self.place.shop
            self.place.shop.monthly_ceiling_fen = CEILING
            await self.place.shop.save()
            self.discount = await district.discount(
                self.place.shop, cost_points=COST, stock_total=STOCK, limit_per_day=PER_DAY
            )
            for head in self.place.heads:
                await give_points(head.id, SAVINGS)
            self.staff = await viewer(self.place.staff)
            self.cashier = await viewer(self.place.cashier)
            self.heads = [await viewer(person) for person in self.place.head_people]
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
            self.model.now += passing

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

        @rule(head=HEADS)
        def take_a_pass(self, head: int) -> None:
            self.do_take(head)

        def do_take(self, head: int) -> None:
            live = self.model.live_pass(head)
            expected = live is not None or self.model.may_issue(head)
            issued = self.both(expected, passes.issue(self.heads[head], self.discount.id, request_no()))
            if live is not None:
                assert issued.id == self.passes[live]
            elif expected:
                for one in self.model.passes:
                    if one.head == head and one.state == "LIVE":
                        one.state = "EXPIRED"
                self.model.passes.append(Pass(head, self.model.now))
                self.passes.append(issued.id)

        @rule(head=HEADS, bill=BILLS)
        def prepare(self, head: int, bill: int) -> None:
            self.do_prepare(head, bill)

        def do_prepare(self, head: int, bill: int) -> None:
            live = self.model.live_pass(head)
            known = len(self.model.preparations)
            made = self.model.prepare(head, bill)
            code = self.run(self.code_of(self.passes[live])) if live is not None else "00000000000"
            prepared = self.both(made is not None, preparations.prepare(self.cashier, code, bill))
            if made is not None:
                assert (prepared.bill_fen, prepared.saved_fen, prepared.cost_points) == (bill, made.saved, COST)
                if len(self.model.preparations) > known:
                    self.tokens.append(prepared.token)
                assert self.tokens[self.model.preparations.index(made)] == prepared.token

        async def code_of(self, pass_id: UUID) -> str:
            row = await database.fetch_one("SELECT slot, secret_encrypted FROM passes WHERE id = $1", pass_id)
            assert row is not None
            secret = passes.open_secret(row["secret_encrypted"])
            return codes.short_text(secret, pass_id, row["slot"], codes.step_at(clock.now()))

        @precondition(lambda self: self.tokens)
        @rule(data=st.data())
        def confirm(self, data: st.DataObject) -> None:
            self.do_confirm(data.draw(st.integers(0, len(self.tokens) - 1)))

        def do_confirm(self, index: int) -> None:
            expected = self.model.confirm(self.model.preparations[index])
            made = self.both(expected, redemptions.confirm(self.cashier, self.tokens[index], request_no()))
            if expected:
                self.redeemed.append(made.id)

        @rule(head=HEADS, bill=BILLS)
        def a_sale_goes_well(self, head: int, bill: int) -> None:
            self.do_sell(head, bill)

        def do_sell(self, head: int, bill: int) -> None:
            """Pass, preparation and confirmation in one step, as far as the rules let it."""
            self.do_take(head)
            self.do_prepare(head, bill)
            if self.tokens and self.model.preparations[-1].state == "LIVE":
                self.do_confirm(len(self.tokens) - 1)

        @precondition(lambda self: len(self.wishes) < MAX_WISHES)
        @rule(household=HOUSEHOLDS, head=HEADS, sale=st.booleans(), held=st.booleans(), stars=st.integers(1, 5))
        def a_wish_is_neglected(self, household: int, head: int, sale: bool, held: bool, stars: int) -> None:
            """Rated by the clock, its points perhaps spent or held, and then rated by the household after all."""
            index = self.do_submit(household, "REPAIR")
            self.do_dispatch(index, head)
            self.do_act(index, head, "accept")
            self.do_act(index, head, "complete")
            self.model.now += timedelta(days=7)
            self.do_tick()
            if sale:
                self.do_sell(head, 8800)
            if held:
                self.do_take(head)
                self.do_prepare(head, 1000)
            self.do_rate(index, stars)

        @rule(head=HEADS, bill=BILLS, seconds=st.sampled_from([119, 120, 121]))
        def a_preparation_runs_out(self, head: int, bill: int, seconds: int) -> None:
            """Confirmed in the last moment, or just too late."""
            self.do_take(head)
            known = len(self.tokens)
            self.do_prepare(head, bill)
            self.model.now += timedelta(seconds=seconds)
            if len(self.tokens) > known:
                self.do_confirm(known)

        @precondition(lambda self: self.redeemed)
        @rule(data=st.data(), minutes=st.sampled_from([0, 0, 59, 60]))
        def revoke(self, data: st.DataObject, minutes: int) -> None:
            self.model.now += timedelta(minutes=minutes)
            index = data.draw(st.integers(0, len(self.redeemed) - 1))
            expected = self.model.revoke(self.model.redemptions[index])
            self.both(expected, redemptions.revoke(self.cashier, self.redeemed[index], request_no(), "顾客退货"))

        @precondition(lambda self: self.passes)
        @rule(data=st.data())
        def cancel_a_pass(self, data: st.DataObject) -> None:
            index = data.draw(st.integers(0, len(self.passes) - 1))
            head = self.heads[self.model.passes[index].head]
            self.both(self.model.cancel_pass(index), passes.cancel(head, self.passes[index]))

        def wish(self, data: st.DataObject, states: set[str]) -> int:
            """A wish, more often than not in one of the states in which the step is possible."""
            fitting = [index for index, one in enumerate(self.model.wishes) if one.state in states]
            choices = st.integers(0, len(self.wishes) - 1)
            return data.draw(st.one_of(st.sampled_from(fitting), choices) if fitting else choices)

        @invariant()
        def they_agree(self) -> None:
            if hasattr(self, "wishes"):
                self.run(self.compare())

        async def compare(self) -> None:
            rows = await database.fetch("SELECT id, state, head_id FROM wishes")
            held_by = {head.id: index for index, head in enumerate(self.place.heads)}
            real = {row["id"]: (row["state"], held_by.get(row["head_id"])) for row in rows}
            expected = {key: (one.state, one.head) for key, one in zip(self.wishes, self.model.wishes, strict=True)}
            assert real == expected
            balances = await points_balances.balances(self.heads[0], [self.place.heads[0].id])
            balances |= await points_balances.balances(self.heads[1], [self.place.heads[1].id])
            for index, head in enumerate(self.place.heads):
                one, model = balances[head.id], self.model
                assert (one.available, one.pending, one.held, one.debt) == (
                    model.available(index), model.pending(index), model.held(index), model.debt(index),
                )  # fmt: skip
            assert await ledger.reconcile() == []
            counter = await database.fetch_one(
                "SELECT held, used FROM discount_counters WHERE discount_id = $1", self.discount.id
            )
            assert counter is not None
            assert counter["used"] == sum(one.state == "CONFIRMED" for one in self.model.redemptions)
            assert counter["held"] + counter["used"] <= STOCK
            over = await database.fetch("SELECT 1 FROM shop_months WHERE held_fen + given_fen > $1", CEILING)
            assert over == []

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
