"""Days closed at random moments of random tills, twice, beside them, and broken off: what stands is settled once.

A plain list says what was given and what became of it; the statements must add up to it. `SIZE=full` tells many more
and longer stories.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.accounts import sessions
from services.audit import log as audit
from services.db import database
from services.kit import business_days, clock
from services.kit.errors import Refusal, Unavailable
from services.live import outbox
from services.settlement import closing as statement_closing
from services.till import dispute_actions, passes, preparations, redemptions
from services.work import reconciliation
from tests.town.emptying import Emptying
from tests.town.points import give_points
from tests.town.postgres import holding, until_blocked
from tests.town.sizes import size
from tests.town.story import request_no
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Person, World, keep_signed_in

EXAMPLES, STEPS = size((10, 25), (200, 50))
BEGIN = datetime(2028, 2, 28, 20, 0, tzinfo=clock.SHANGHAI)  # a leap day comes, and a month's end
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PASSING = [MINUTE, 59 * MINUTE, HOUR, 5 * HOUR, 23 * HOUR, timedelta(days=2)]
BILLS = st.sampled_from([1000, 3333, 8800])
BOTH = st.integers(0, 1)


@dataclass
class Given:
    """One redemption, as plainly as it can be told. `corrected`: reversed after a statement had counted it."""

    id: UUID
    shop: int
    at: datetime
    fen: tuple[int, int, int, int]
    revocable_until: datetime
    state: str = "CONFIRMED"
    dispute: UUID | None = None
    corrected: bool = False


async def test_what_stands_is_settled_once(empty: Emptying, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    class Tills(RuleBasedStateMachine):
        """Two shops, each with a head who goes there."""

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

        @initialize()
        def begin(self) -> None:
            self.now = BEGIN
            self.given: list[Given] = []
            monkeypatch.setattr(clock, "now", lambda: self.now)
            self.run(self.make())

        async def make(self) -> None:
            await empty()
            self.world = await World.make()
            self.places = [self.world.a, self.world.b]
            for place in self.places:
                await give_points(place.heads[0].id, 10_000)
            self.heads = [await viewer(place.head_people[0]) for place in self.places]
            self.cashiers = [await viewer(place.cashier) for place in self.places]
            self.admin = await viewer(self.world.admin)

        # The tills

        @rule(shop=BOTH, bill=BILLS)
        def redeem(self, shop: int, bill: int) -> None:
            self.run(self.redeemed(shop, bill))

        async def redeemed(self, shop: int, bill: int) -> None:
            token = await self.prepared(shop, bill)
            self.note(shop, await redemptions.confirm(self.cashiers[shop], token, request_no()))

        async def prepared(self, shop: int, bill: int) -> str:
            place = self.places[shop]
            assert place.discount
            issued = await passes.issue(self.heads[shop], place.discount.id, request_no())
            made = await preparations.prepare(self.cashiers[shop], issued.code(), bill)
            assert not isinstance(made, Refusal)
            return made.token

        def note(self, shop: int, made: Any) -> None:
            assert not isinstance(made, Refusal)
            fen = made.bill_fen, made.saved_fen, made.payable_fen, made.cost_points
            self.given.append(Given(made.id, shop, made.confirmed_at, fen, made.revocable_until))

        @precondition(lambda self: self.given)
        @rule(data=st.data())
        def revoke(self, data: st.DataObject) -> None:
            one = data.draw(st.sampled_from(self.given[-4:]))
            if self.run(done(redemptions.revoke(self.cashiers[one.shop], one.id, request_no(), "退货"))):
                assert one.state == "CONFIRMED" and self.now < one.revocable_until
                one.state = "REVOKED"

        @precondition(lambda self: self.given)
        @rule(data=st.data())
        def reverse(self, data: st.DataObject) -> None:
            one = data.draw(st.sampled_from(self.given[-6:]))
            self.run(self.reversed(one))

        async def reversed(self, one: Given) -> None:
            if one.dispute is None:
                opened = dispute_actions.open_dispute(self.heads[one.shop], one.id, "不在遵义")
                if not await done(opened):
                    return
                one.dispute = await value("SELECT id FROM disputes WHERE redemption_id = $1", one.id)
            settled = await value("SELECT count(*) FROM statement_rows WHERE redemption_id = $1", one.id)
            if await done(dispute_actions.uphold(self.admin, one.dispute, "已核实")) and one.state == "CONFIRMED":
                one.state, one.corrected = "REVERSED", bool(settled)

        # Time, and the closing

        @rule(passing=st.sampled_from(PASSING))
        def time_passes(self, passing: timedelta) -> None:
            self.now += passing

        @rule(seconds=st.sampled_from([-1, 0, 1]))
        def it_gets_two(self, seconds: int) -> None:
            closes = business_days.statement_closes_at(business_days.statement_day_of(self.now)) + timedelta(
                seconds=seconds
            )
            self.now = max(self.now, closes.astimezone(clock.SHANGHAI))

        @rule()
        def close(self) -> None:
            self.run(statement_closing.close_due())
            self.compare()
            assert self.run(statement_closing.close_due()) == 0

        @rule(limit=st.integers(1, 3))
        def close_some(self, limit: int) -> None:
            assert self.run(statement_closing.close_due(limit)) <= limit
            self.compare()

        @rule(shop=BOTH, bill=BILLS, back=st.sampled_from([timedelta(0), MINUTE, 26 * HOUR]))
        def close_beside_a_till(self, shop: int, bill: int, back: timedelta) -> None:
            """Two closers and a confirmation at once, and a till whose clock is slow."""
            self.run(self.beside(shop, bill, back))
            self.compare()

        async def beside(self, shop: int, bill: int, back: timedelta) -> None:
            token, now = await self.prepared(shop, bill), self.now

            async def confirming() -> Any:
                self.now = now - back
                return await redemptions.confirm(self.cashiers[shop], token, request_no())

            made, *_ = await asyncio.gather(confirming(), statement_closing.close_due(), statement_closing.close_due())
            self.now = now
            self.note(shop, made)

        @rule(where=st.sampled_from([audit, outbox]))
        def break_off_by_an_error(self, where: Any) -> None:
            name = "record" if where is audit else "statement_closed"

            def broken(*args: Any, **given: Any) -> None:
                raise ZeroDivisionError

            with monkeypatch.context() as patch:
                patch.setattr(where, name, broken)
                self.run(swallowed(statement_closing.close_due()))
            self.compare()

        @rule(how=st.sampled_from(["cancel", "terminate"]))
        def break_off_from_outside(self, how: str) -> None:
            self.run(self.broken_off(how))
            self.compare()

        async def broken_off(self, how: str) -> None:
            async with holding("LOCK TABLE statement_rows IN SHARE MODE"):
                closing = asyncio.create_task(statement_closing.close_due())
                blocked = asyncio.create_task(until_blocked(1))
                await asyncio.wait({closing, blocked}, return_when=asyncio.FIRST_COMPLETED)
                if how == "cancel":
                    closing.cancel()
                elif not closing.done():
                    await database.fetch(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    )
                blocked.cancel()
                await asyncio.gather(
                    swallowed(asyncio.wait_for(closing, PATIENCE_SECONDS)), blocked, return_exceptions=True
                )

        # What must be so

        def compare(self) -> None:
            self.run(self.compared())

        async def compared(self) -> None:
            closed = await closed_through(self.places)
            rows = await database.fetch(
                "SELECT sr.*, st.day, st.shop_id FROM statement_rows sr JOIN statements st ON st.id = sr.statement_id"
            )
            kinds: dict[UUID, Counter[str]] = {one.id: Counter() for one in self.given}
            for row in rows:
                kinds[row["redemption_id"]][row["kind"]] += 1
            days = {
                row["id"]: row["statement_day"]
                for row in await database.fetch("SELECT id, statement_day FROM redemptions")
            }
            for one in self.given:
                through = closed[one.shop]
                over = through is not None and days[one.id] <= through
                counted = over and (one.state == "CONFIRMED" or one.corrected)
                assert kinds[one.id]["REDEMPTION"] == counted, one
                assert kinds[one.id]["CORRECTION"] <= one.corrected, one
            sums = [sum(row[name] for row in rows) for name in ("bill_fen", "saved_fen", "payable_fen", "points")]
            settled = [one for one in self.given if kinds[one.id]["REDEMPTION"] > kinds[one.id]["CORRECTION"]]
            assert sums == [sum(one.fen[place] for one in settled) for place in range(4)]
            totals = await database.fetch_one(
                "SELECT sum(bill_fen) AS b, sum(saved_fen) AS s, sum(payable_fen) AS p, sum(points) AS n,"
                " sum(redemptions + corrections) AS rows FROM statements"
            )
            assert totals and [int(totals[name] or 0) for name in ("b", "s", "p", "n")] == sums
            assert int(totals["rows"] or 0) == len(rows)

        def teardown(self) -> None:
            if not hasattr(self, "world"):
                return
            self.now += timedelta(days=3)
            self.run(statement_closing.close_due())
            self.run(self.ended())

        async def ended(self) -> None:
            await self.compared()
            standing = [one for one in self.given if one.state == "CONFIRMED"]
            for name, place in (("bill_fen", 0), ("saved_fen", 1), ("payable_fen", 2), ("points", 3)):
                total = await value(f"SELECT coalesce(sum({name}), 0)::bigint FROM statements")
                assert total == sum(one.fen[place] for one in standing), "all that stands, and nothing else"
            corrected = sum(one.corrected for one in self.given)
            assert await value("SELECT count(*) FROM statement_rows WHERE kind = 'CORRECTION'") == corrected
            assert await reconciliation.drifts() == []

    def run() -> None:
        run_state_machine_as_test(
            Tills,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )

    await asyncio.to_thread(run)


async def done(action: Coroutine[Any, Any, Any]) -> bool:
    """Whether the services did it, and did not refuse."""
    try:
        await action
    except Refusal:
        return False
    return True


async def swallowed(action: Any) -> None:
    """Whatever broke it off, as the tick would log it."""
    try:
        await action
    except (ZeroDivisionError, Unavailable, asyncio.CancelledError):
        return


async def value(sql: str, *args: Any) -> Any:
    return await database.fetch_value(sql, *args)


async def closed_through(places: list[Any]) -> list[date | None]:
    return [await value("SELECT closed_through FROM shops WHERE id = $1", place.shop.id) for place in places]


async def viewer(person: Person | None) -> Any:
    assert person is not None
    await keep_signed_in()
    found = await sessions.authenticate(person.token)
    assert found is not None
    return found
