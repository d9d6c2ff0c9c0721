"""Random stories at the till, step by step, through the real services and through a plain model of them.

After each step they must agree: points, stock, limits, the shop's ceiling, states, disputes and statements; and nothing
may drift. `TORTURE=full` tells many more and longer ones.
"""

import asyncio
import os
import time
from collections import Counter
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
    precondition,
    rule,
    run_state_machine_as_test,
)

from services import clock
from tests import till_agreement
from tests.plain_till import SHANGHAI, Offer, Till, closing_of, midnight
from tests.story import request_no
from tests.till_story import Story

EXAMPLES, STEPS = (1000, 60) if os.environ.get("TORTURE") == "full" else (70, 20)

STARTS = [
    datetime(2026, 2, 27, 21, 30, tzinfo=SHANGHAI),  # close to a month's end
    datetime(2028, 2, 28, 19, 0, tzinfo=SHANGHAI),  # of a leap year
    datetime(2028, 2, 29, 23, 58, tzinfo=SHANGHAI),
    datetime(2026, 12, 31, 20, 0, tzinfo=SHANGHAI),
    datetime(2026, 5, 16, 1, 50, tzinfo=SHANGHAI),
]
PASSING = [
    timedelta(seconds=1),
    timedelta(seconds=29),
    timedelta(seconds=120),
    timedelta(minutes=59),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=29),
]
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
TICK = timedelta(microseconds=1)
HEADS = CASHIERS = OFFERS = st.integers(0, 1)
BILLS = st.sampled_from([999, 1000, 3333, 8800, 20000])
SALES = st.tuples(HEADS, OFFERS, BILLS, CASHIERS)
# Passes, so that all there is fits on a page.
MOST = 40


async def test_random_stories_at_the_till_agree_with_a_plain_model(
    emptying: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    seen: Counter[str] = Counter()

    class Machine(RuleBasedStateMachine):
        """Every rule does one thing twice: in the model and through the services."""

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

        @initialize(
            start=st.sampled_from(STARTS),
            weekdays=st.sampled_from([EVERY_DAY, EVERY_DAY, (0, 1, 2, 3, 4), (4, 5)]),
            hours=st.sampled_from([(1200, 120), (1320, 60), (1260, 0), (600, 600)]),
            lasts=st.sampled_from([None, None, 0, 1, 3, 30]),
        )
        def begin(self, start: datetime, weekdays: tuple[int, ...], hours: tuple[int, int], lasts: int | None) -> None:
            seen["stories"] += 1
            last_day = None if lasts is None else start.date() + timedelta(days=lasts)
            by_day = Offer(cost=10, percent=20, least_bill=1000, stock=5, per_day=2, per_month=3, ever=4)
            by_night = Offer(cost=5, amount=700, per_day=2, weekdays=weekdays, hours=hours, last_day=last_day)
            self.model = Till(start, [by_day, by_night])
            monkeypatch.setattr(clock, "now", lambda: self.model.now.astimezone(clock.UTC))
            story = Story(self.model, seen)
            self.run(story.begin(emptying))
            self.story = story

        def room(self) -> bool:
            return len(self.story.passes) < MOST

        def any_of(self, data: st.DataObject, things: list[Any]) -> int:
            """The place of any of them, more often than not of one of the last."""
            newest = st.integers(max(0, len(things) - 3), len(things) - 1)
            return data.draw(st.one_of(newest, newest, st.integers(0, len(things) - 1)))

        # Time

        @rule(passing=st.sampled_from(PASSING))
        def time_passes(self, passing: timedelta) -> None:
            self.model.now += passing

        @rule(data=st.data(), off=st.sampled_from([-TICK, timedelta(), timedelta(), TICK]))
        def a_moment_comes(self, data: st.DataObject, off: timedelta) -> None:
            """One at which something ends: a day, a shop's day, the night's hours, a promise, a right."""
            model, today = self.model, self.model.now.date()
            borders = {closing_of(today), closing_of(today - timedelta(days=1)), midnight(today + timedelta(days=1))}
            borders |= {border for days in (-1, 0) for border in model.offers[1].window(today + timedelta(days=days))}
            borders.add(midnight((today.replace(day=1) + timedelta(days=31)).replace(day=1)))
            borders |= {one.ends_at for one in model.preparations[-2:]}
            borders |= {one.issued_at + timedelta(hours=24) for one in model.passes[-2:]}
            borders |= {one.revocable_until for one in model.redemptions[-2:]}
            borders |= {one.confirmed_at + timedelta(hours=24) for one in model.redemptions[-2:]}
            self.model.now = data.draw(st.sampled_from(sorted(one for one in borders if one > model.now))) + off

        @rule(minutes=st.integers(0, 330))
        def the_night_begins(self, minutes: int) -> None:
            """Most of all that happens would fall outside its hours."""
            windows = [self.model.offers[1].window(self.model.now.date() + timedelta(days=days))[0] for days in (0, 1)]
            self.model.now = min(one for one in windows if one > self.model.now) + timedelta(minutes=minutes)

        @rule(seconds=st.sampled_from([1, 45]))
        def a_host_is_behind(self, seconds: int) -> None:
            """What comes next is done by another host, whose clock runs late."""
            self.model.now -= timedelta(seconds=seconds)

        @rule()
        def the_tick_runs(self) -> None:
            self.run(self.story.run_tick())

        @rule()
        def holds_are_swept(self) -> None:
            self.run(self.story.sweep())

        @rule()
        def days_are_closed(self) -> None:
            self.run(self.story.close())

        @rule(behind=st.sampled_from([0, 1, 30]), sale=st.one_of(st.none(), SALES), then=st.sampled_from("-rs"))
        def a_day_closes(self, behind: int, sale: tuple[int, int, int, int] | None, then: str) -> None:
            """With a sale just before it, perhaps; what comes next is done by a host whose clock may be behind."""
            before = closing_of(self.model.open_day()) - timedelta(minutes=5)
            if sale and self.model.now <= before and self.room():
                self.model.now = before
                self.run(self.story.sell(*sale))
            self.run(self.story.close_day())
            self.model.now -= timedelta(seconds=behind)
            if then == "r" and self.story.redeemed:
                self.run(self.story.revoke(len(self.story.redeemed) - 1, 1, request_no()))
            if then == "s" and self.room():
                self.run(self.story.sell(1, 1, 1000, 1))

        # A head

        @precondition(room)
        @rule(head=HEADS, offer=OFFERS)
        def take_a_pass(self, head: int, offer: int) -> None:
            self.run(self.story.take(head, offer))

        @precondition(lambda self: self.story.passes)
        @rule(data=st.data(), head=HEADS)
        def cancel_a_pass(self, data: st.DataObject, head: int) -> None:
            self.run(self.story.cancel(head, self.any_of(data, self.story.passes)))

        @precondition(lambda self: self.story.redeemed)
        @rule(data=st.data(), foreign=st.sampled_from([False, False, False, True]))
        def dispute(self, data: st.DataObject, foreign: bool) -> None:
            self.run(self.story.dispute(self.any_of(data, self.story.redeemed), foreign=foreign))

        @precondition(lambda self: any(one.dispute for one in self.model.redemptions))
        @rule(data=st.data(), state=st.sampled_from(["UPHELD", "UPHELD", "REJECTED"]))
        def decide(self, data: st.DataObject, state: str) -> None:
            disputed = [index for index, one in enumerate(self.model.redemptions) if one.dispute]
            self.run(self.story.decide(disputed[self.any_of(data, disputed)], state))

        # The till

        @precondition(lambda self: self.story.passes)
        @rule(
            cashier=CASHIERS, head=HEADS, offer=OFFERS, bill=BILLS, typed=st.booleans(),
            off=st.sampled_from([0, 0, 0, 0, 1, -1, 2, -2]),
        )  # fmt: skip
        def prepare(self, cashier: int, head: int, offer: int, bill: int, typed: bool, off: int) -> None:
            """With a code of now, or of a step before or after."""
            own = [index for index, one in enumerate(self.model.passes) if (one.head, one.offer) == (head, offer)]
            if own:
                step = self.model.step() + off
                self.run(self.story.prepare(cashier, own[-1], bill, step, typed=typed))

        @precondition(lambda self: self.story.tokens)
        @rule(data=st.data(), cashier=CASHIERS, again=st.sampled_from([False, False, True]))
        def confirm(self, data: st.DataObject, cashier: int, again: bool) -> None:
            used = self.story.numbers
            number = data.draw(st.sampled_from(used)) if again and used else request_no()
            self.run(self.story.confirm(self.any_of(data, self.story.tokens), cashier, number))

        @precondition(lambda self: self.model.confirmations)
        @rule(data=st.data(), cashier=CASHIERS)
        def confirm_again(self, data: st.DataObject, cashier: int) -> None:
            """No answer had come, so the same is sent once more, whenever."""
            number = data.draw(st.sampled_from(list(self.model.confirmations)[-4:]))
            self.run(self.story.confirm(self.model.confirmations[number][0], cashier, number))

        @precondition(lambda self: self.story.redeemed)
        @rule(data=st.data(), cashier=CASHIERS, again=st.sampled_from([False, False, False, True]))
        def revoke(self, data: st.DataObject, cashier: int, again: bool) -> None:
            used = list(self.model.revocations)
            number = data.draw(st.sampled_from(used)) if again and used else request_no()
            self.run(self.story.revoke(self.any_of(data, self.story.redeemed), cashier, number))

        # What random steps alone seldom get through

        @precondition(room)
        @rule(sale=SALES, takes=st.sampled_from([0, 0, 90, 119, 120]))
        def sell(self, sale: tuple[int, int, int, int], takes: int) -> None:
            self.run(self.story.sell(*sale, takes=takes))

        @precondition(room)
        @rule(
            sale=SALES, cashier=CASHIERS, bill=BILLS, fresh=st.booleans(), waits=st.sampled_from([0, 61, 119]),
            confirms=st.booleans(),
        )  # fmt: skip
        def prepare_twice(
            self, sale: tuple[int, int, int, int], cashier: int, bill: int, fresh: bool, waits: int, confirms: bool
        ) -> None:
            """Again, by the same cashier or another, with the code it was prepared with or one of then."""
            head, offer, first, by = sale
            self.run(self.story.take(head, offer))
            shown, step, known = self.model.live_pass(head, offer), self.model.step(), len(self.story.tokens)
            if shown is not None:
                self.run(self.story.prepare(by, shown, first, step))
                self.model.now += timedelta(seconds=waits)
                self.run(self.story.prepare(cashier, shown, bill, self.model.step() if fresh else step))
                if confirms and len(self.story.tokens) > known:
                    self.run(self.story.confirm(len(self.story.tokens) - 1, 0, request_no()))

        @precondition(lambda self: len(self.story.passes) < MOST - 5)
        @rule(sales=st.lists(SALES, min_size=2, max_size=5))
        def a_busy_hour(self, sales: list[tuple[int, int, int, int]]) -> None:
            """Until a limit, the stock, the ceiling or the points give out."""
            for sale in sales:
                self.run(self.story.sell(*sale))

        @precondition(room)
        @rule(sale=SALES, months=st.booleans(), gives_back=st.booleans())
        def sell_over_midnight(self, sale: tuple[int, int, int, int], months: bool, gives_back: bool) -> None:
            """Prepared on one day, or in one month, and confirmed, perhaps revoked, on the next."""
            tomorrow = self.model.now.date() + timedelta(days=1)
            next_month = (tomorrow.replace(day=1) + timedelta(days=31)).replace(day=1)
            ends = midnight(next_month if months and tomorrow.day > 1 else tomorrow)
            self.model.now = max(self.model.now, ends - timedelta(seconds=45))
            made = self.run(self.story.sell(*sale, takes=90))
            if made is not None and gives_back:
                self.run(self.story.revoke(made, 1, request_no()))

        @precondition(room)
        @rule(sale=SALES, waits=st.sampled_from([0, 10, 3599, 3600]), disputed=st.booleans())
        def sell_and_revoke(self, sale: tuple[int, int, int, int], waits: int, disputed: bool) -> None:
            made = self.run(self.story.sell(*sale))
            if made is not None:
                if disputed:
                    self.run(self.story.dispute(made))
                self.model.now += timedelta(seconds=waits)
                self.run(self.story.revoke(made, 0, request_no()))

        @precondition(room)
        @rule(
            sale=SALES, state=st.sampled_from(["UPHELD", "UPHELD", "REJECTED"]), closings=st.integers(0, 2),
            waits=st.sampled_from([timedelta(), timedelta(hours=7), timedelta(days=4)]),
        )  # fmt: skip
        def sell_and_dispute(
            self, sale: tuple[int, int, int, int], state: str, closings: int, waits: timedelta
        ) -> None:
            """Decided before or after its day is settled; and then, perhaps, the day is closed that corrects it."""
            made = self.run(self.story.sell(*sale))
            if made is not None:
                self.run(self.story.dispute(made))
                self.model.now += waits
                for closing in range(closings):
                    if closing:
                        self.run(self.story.decide(made, state))
                    self.run(self.story.close_day())
                self.run(self.story.decide(made, state))

        # Do they agree?

        @invariant()
        def they_agree(self) -> None:
            if hasattr(self, "story"):
                self.run(till_agreement.check(self.story))

        def teardown(self) -> None:
            if hasattr(self, "story"):
                seen["statements"] += len(self.model.statements)
                seen["corrections"] += sum(row.bill < 0 for one in self.model.statements for row in one.rows)
                self.run(till_agreement.check_days(self.story))

    def run() -> None:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )

    begun = time.monotonic()
    await asyncio.to_thread(run)
    print(f"\n{seen.pop('stories')} stories, {seen.pop('steps')} steps, {time.monotonic() - begun:.0f} s")
    print("\n".join(f"{count:6} {what}" for what, count in sorted(seen.items())))
