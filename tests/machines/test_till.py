"""Random stories at the till, step by step, through the real services and through a plain model of them.

After each step they must agree: points, stock, limits, the shop's ceiling, states, disputes and statements; and nothing
may drift. `SIZE=full` tells many more and longer ones.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from itertools import count
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

from services.kit import clock
from services.till import passes
from tests.machines import agreement
from tests.machines.plain_till import SHANGHAI, Offer, Till, closing_of, midnight
from tests.machines.real_till import Story
from tests.town.emptying import Emptying
from tests.town.sizes import size
from tests.town.story import request_no

EXAMPLES, STEPS = size((25, 30), (1500, 50))

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
EITHER = st.integers(0, 1)  # head, discount or cashier
BILLS = st.sampled_from([999, 1000, 3333, 3333, 8800, 20000])
SALES = st.tuples(EITHER, EITHER, BILLS, EITHER)
DECISIONS = st.sampled_from(["UPHELD", "UPHELD", "REJECTED"])
# Passes, so that all there is fits on a page.
MAX_PASSES = 40


async def test_random_stories_at_the_till_agree_with_a_plain_model(
    empty: Emptying, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    seen: Counter[str] = Counter()
    # No slot is drawn a second time, which would end a pass that ran out a little before the tick does.
    slots = count()
    monkeypatch.setattr(passes.random, "randbelow", lambda below: next(slots) % below)

    class Machine(RuleBasedStateMachine):
        """Every step happens twice: in the model and through the services.

        There is but one rule, which chooses: of several, Hypothesis leaves out many in each story, and what takes three
        of them would hardly ever happen.
        """

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

        @initialize(
            start=st.sampled_from(STARTS),
            weekdays=st.sampled_from([EVERY_DAY, EVERY_DAY, (0, 1, 2, 3, 4), (4, 5)]),
            hours=st.sampled_from([(1200, 120), (1320, 60), (1260, 0), (600, 600)]),
            lasts=st.sampled_from([None, None, None, 0, 2, 30]),
        )
        def begin(self, start: datetime, weekdays: tuple[int, ...], hours: tuple[int, int], lasts: int | None) -> None:
            seen["stories"] += 1
            last_day = None if lasts is None else start.date() + timedelta(days=lasts)
            by_day = Offer(cost=10, percent=20, least_bill=1000, stock=8, per_day=2, per_month=4, ever=6)
            by_night = Offer(cost=5, amount=700, per_day=3, weekdays=weekdays, hours=hours, last_day=last_day)
            self.model = Till(start, [by_day, by_night])
            monkeypatch.setattr(clock, "now", lambda: self.model.now.astimezone(clock.UTC))
            story = Story(self.model, seen)
            self.run(story.begin(empty))
            self.story = story

        @rule(data=st.data())
        def step(self, data: st.DataObject) -> None:
            self.draw = data.draw
            story = self.story
            steps = [self.time_passes, self.a_moment_comes, self.the_night_begins, self.a_host_is_behind]
            steps += [self.by_time, self.a_day_closes]
            if len(story.passes) < MAX_PASSES - 5:
                steps += [self.take, self.sell, self.sell, self.a_busy_hour, self.sell_over_midnight]
                steps += [self.prepare_twice, self.prepare_twice, self.sell_and_revoke, self.sell_and_dispute]
            if len(self.model.rewards) < 8:
                steps.append(self.earn)
            steps += [self.reverse, self.reverse_while_held, self.reverse_while_held]
            if story.passes:
                steps += [self.cancel, self.prepare, self.prepare]
            if story.tokens:
                steps += [self.confirm, self.confirm]
            if self.model.confirmations:
                steps.append(self.confirm_again)
            if story.redeemed:
                steps += [self.revoke, self.dispute]
            if any(one.dispute for one in self.model.redemptions):
                steps += [self.decide, self.decide]
            getattr(self, self.draw(st.sampled_from([one.__name__ for one in steps])))()

        def one_of(self, *things: Any) -> Any:
            return self.draw(st.sampled_from(things))

        def place_in(self, things: list[Any]) -> int:
            """Any of them, more often than not one of the last."""
            newest = st.integers(max(0, len(things) - 3), len(things) - 1)
            return self.draw(st.one_of(newest, newest, st.integers(0, len(things) - 1)))

        # Time

        def time_passes(self) -> None:
            self.model.now += self.one_of(*PASSING)

        def a_moment_comes(self) -> None:
            """One at which something ends: a day, a shop's day, the night's hours, a promise, a right."""
            model, today = self.model, self.model.now.date()
            borders = {closing_of(today), closing_of(today - timedelta(days=1)), midnight(today + timedelta(days=1))}
            borders |= {border for days in (-1, 0) for border in model.offers[1].window(today + timedelta(days=days))}
            borders.add(midnight((today.replace(day=1) + timedelta(days=31)).replace(day=1)))
            borders |= {one.ends_at for one in model.preparations[-2:]}
            borders |= {one.issued_at + timedelta(hours=24) for one in model.passes[-2:]}
            borders |= {one.revocable_until for one in model.redemptions[-2:]}
            borders |= {one.confirmed_at + timedelta(hours=24) for one in model.redemptions[-2:]}
            ahead = sorted(one for one in borders if one > model.now)
            model.now = self.one_of(*ahead) + self.one_of(-TICK, timedelta(), timedelta(), TICK)

        def the_night_begins(self) -> None:
            """Most of all that happens would fall outside its hours; and it goes on after midnight."""
            windows = [self.model.offers[1].window(self.model.now.date() + timedelta(days=days)) for days in (0, 1)]
            begins = min(first for first, _ in windows if first > self.model.now)
            self.model.now = begins + timedelta(minutes=self.draw(st.integers(0, 330)))

        def a_host_is_behind(self) -> None:
            """What comes next is done by another host, whose clock runs late."""
            self.model.now -= timedelta(seconds=self.one_of(1, 45))

        def by_time(self) -> None:
            self.run(self.one_of(self.story.run_tick, self.story.sweep, self.story.close)())

        def a_day_closes(self) -> None:
            """With a sale just before it, perhaps; what comes next is done by a host whose clock may be behind."""
            before = closing_of(self.model.open_day()) - timedelta(minutes=5)
            if self.model.now <= before and len(self.story.passes) < MAX_PASSES and self.draw(st.booleans()):
                self.model.now = before
                self.run(self.story.sell(*self.draw(SALES)))
            self.run(self.story.close_day())
            self.model.now -= timedelta(seconds=self.one_of(0, 1, 30))
            if self.story.redeemed and self.draw(st.booleans()):
                self.run(self.story.revoke(len(self.story.redeemed) - 1, 1, request_no()))
            elif len(self.story.passes) < MAX_PASSES:
                self.run(self.story.sell(*self.draw(SALES)))

        # A head, and an administrator

        def take(self) -> None:
            self.run(self.story.take(self.draw(EITHER), self.draw(EITHER)))

        def cancel(self) -> None:
            self.run(self.story.cancel(self.draw(EITHER), self.place_in(self.story.passes)))

        def dispute(self) -> None:
            foreign = self.one_of(False, False, False, True)
            self.run(self.story.dispute(self.place_in(self.story.redeemed), foreign=foreign))

        def decide(self) -> None:
            disputed = [index for index, one in enumerate(self.model.redemptions) if one.dispute]
            self.run(self.story.decide(disputed[self.place_in(disputed)], self.draw(DECISIONS)))

        # The till

        def prepare(self) -> None:
            """With a code of now, or of a step before or after."""
            step = self.model.step() + self.one_of(0, 0, 0, 0, 1, -1, 2, -2)
            shown, typed = self.place_in(self.story.passes), self.draw(st.booleans())
            self.run(self.story.prepare(self.draw(EITHER), shown, self.draw(BILLS), step, typed=typed))

        def prepare_twice(self) -> None:
            """Again, by the same cashier or another, with the code it was prepared with or one of then."""
            head, offer, bill, cashier = self.draw(SALES)
            self.run(self.story.take(head, offer))
            shown, step, known = self.model.live_pass(head, offer), self.model.step(), len(self.story.tokens)
            if shown is None:
                return
            self.run(self.story.prepare(cashier, shown, bill, step))
            self.model.now += timedelta(seconds=self.one_of(0, 0, 61, 119))
            step = self.one_of(step, self.model.step())
            self.run(self.story.prepare(self.draw(EITHER), shown, self.draw(BILLS), step))
            if len(self.story.tokens) > known and self.draw(st.booleans()):
                self.run(self.story.confirm(self.draw(st.integers(known, len(self.story.tokens) - 1)), 0, request_no()))

        def confirm(self) -> None:
            used = self.story.numbers
            number = self.one_of(request_no(), self.one_of(*used) if used else request_no())
            self.run(self.story.confirm(self.place_in(self.story.tokens), self.draw(EITHER), number))

        def confirm_again(self) -> None:
            """No answer had come, so the same is sent once more, whenever."""
            number = self.one_of(*list(self.model.confirmations)[-4:])
            self.run(self.story.confirm(self.model.confirmations[number][0], self.draw(EITHER), number))

        def revoke(self) -> None:
            used = list(self.model.revocations)
            number = self.one_of(request_no(), self.one_of(*used) if used else request_no())
            self.run(self.story.revoke(self.place_in(self.story.redeemed), self.draw(EITHER), number))

        # What single steps seldom get through

        def sell(self) -> None:
            self.run(self.story.sell(*self.draw(SALES), takes=self.one_of(0, 0, 90, 119, 120)))

        def a_busy_hour(self) -> None:
            """Until a limit, the stock, the ceiling or the points give out."""
            for sale in self.draw(st.lists(SALES, min_size=2, max_size=5)):
                self.run(self.story.sell(*sale))

        def sell_over_midnight(self) -> None:
            """Prepared on one day, or in one month, and confirmed, perhaps revoked, on the next."""
            tomorrow = self.model.now.date() + timedelta(days=1)
            next_month = (self.model.now.date().replace(day=1) + timedelta(days=31)).replace(day=1)
            ends = midnight(self.one_of(tomorrow, next_month))
            self.model.now = max(self.model.now, ends - timedelta(seconds=45))
            made = self.run(self.story.sell(*self.draw(SALES), takes=90))
            if made is not None and self.draw(st.booleans()):
                self.run(self.story.revoke(made, 1, request_no()))

        def sell_and_revoke(self) -> None:
            made = self.run(self.story.sell(*self.draw(SALES)))
            if made is not None:
                if self.draw(st.booleans()):
                    self.run(self.story.dispute(made))
                self.model.now += timedelta(seconds=self.one_of(0, 10, 3599, 3600))
                self.run(self.story.revoke(made, 0, request_no()))

        def sell_and_dispute(self) -> None:
            """Decided before or after its day is settled; and then, perhaps, the day is closed that corrects it."""
            made = self.run(self.story.sell(*self.draw(SALES)))
            if made is not None:
                self.run(self.story.dispute(made))
                self.model.now += self.one_of(timedelta(), timedelta(hours=7), timedelta(days=4))
                decision, closings = self.draw(DECISIONS), self.one_of(0, 1, 2)
                for closing in range(closings):
                    if closing:
                        self.run(self.story.decide(made, decision))
                    self.run(self.story.close_day())
                self.run(self.story.decide(made, decision))

        # Rewards of wishes

        def earn(self) -> None:
            self.run(self.story.earn(self.draw(EITHER)))

        def reverse(self) -> None:
            self.run(self.story.reverse(self.place_in(self.model.rewards)))

        def reverse_while_held(self) -> None:
            """What is held then, and spent before, comes back later, or never."""
            posted = [index for index, one in enumerate(self.model.rewards) if one.state == "POSTED"]
            index = posted[self.place_in(posted)] if posted else 0
            head = self.model.rewards[index].head
            if len(self.story.passes) < MAX_PASSES - 5:
                self.run(self.story.sell(head, self.draw(EITHER), 1000, 0, takes=self.one_of(0, 120)))
                offer = self.draw(EITHER)
                self.run(self.story.take(head, offer))
                if (shown := self.model.live_pass(head, offer)) is not None:
                    self.run(self.story.prepare(0, shown, 1000, self.model.step()))
            self.run(self.story.reverse(index))

        # Do they agree?

        @invariant()
        def they_agree(self) -> None:
            if hasattr(self, "story"):
                self.run(agreement.check(self.story))

        def teardown(self) -> None:
            if hasattr(self, "story"):
                seen["statements"] += len(self.model.statements)
                seen["corrections"] += sum(row.bill < 0 for one in self.model.statements for row in one.rows)
                self.run(agreement.check_days(self.story))

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
