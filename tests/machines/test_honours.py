"""Random seasons, through the services and a plain model, which must agree on what is done, refused, and what is so."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models.enums import Role
from services.db import database
from services.honours import concluding, nomination_actions, objection_actions, season_actions
from services.honours.nomination_actions import Nominee
from services.kit import clock
from services.kit.errors import Refusal
from services.work import reconciliation
from tests.machines.plain_honours import PlainSeason
from tests.town import honours
from tests.town.emptying import Emptying
from tests.town.sizes import size
from tests.town.story import request_no
from tests.town.world import World, head, person, viewer

BEGIN = datetime(2026, 5, 15, 12, 0, tzinfo=clock.SHANGHAI)
HEADS = ("h0", "h1", "h2")
DECIDERS = ("s0", "s1", "s2", "s3")
RESIDENTS = ("r0", "r1")
HEAD, DECIDER, RESIDENT = st.sampled_from(HEADS), st.sampled_from(DECIDERS), st.sampled_from(RESIDENTS)


async def test_random_seasons_agree_with_a_plain_model(empty: Emptying, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    class Seasons(RuleBasedStateMachine):
        """Every rule does one thing twice: in the model and through the services."""

        def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

        @initialize()
        def begin(self) -> None:
            self.model = PlainSeason(quota=2, opener="s0")
            monkeypatch.setattr(clock, "now", lambda: (BEGIN + timedelta(hours=self.model.now)).astimezone(UTC))
            self.ids: dict[str, UUID] = {}
            self.run(self.make())

        async def make(self) -> None:
            await empty()
            place = (await World.make()).a
            self.who, self.heads = {}, {}
            for name in HEADS:
                self.heads[name] = await head(place.grid, name)
                self.who[name] = await viewer(await person(name, Role.HOUSEHOLD_HEAD, head=self.heads[name]))
            for name in DECIDERS:
                self.who[name] = await viewer(await person(name, Role.COMMUNITY_STAFF, area=place.community))
            for name, resident in zip(RESIDENTS, place.residents, strict=False):
                self.who[name] = await viewer(resident)
            day = honours.today()
            season = await honours.season(
                place.community, rule=honours.NOTHING, opened_by_id=self.who["s0"].account_id,
                deeds_until=day - timedelta(days=9), nominate_until=day + timedelta(days=1000),
            )  # fmt: skip
            self.season = season.id

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

        def id_of(self, nominee: str) -> UUID:
            return self.ids.get(nominee, UUID(int=1))

        @rule(hours=st.sampled_from([1, 24, 47, 48, 24 * 7]))
        def time_passes(self, hours: int) -> None:
            self.model.now += hours

        @rule(who=st.sampled_from([*RESIDENTS, *DECIDERS[:2]]), nominee=HEAD)
        def propose(self, who: str, nominee: str) -> None:
            expected = self.model.propose(who, nominee, works=who in DECIDERS)
            given = Nominee("HouseholdHead", self.heads[nominee].id)
            made = self.both(
                expected, nomination_actions.propose(self.who[who], self.season, given, "为人热心", request_no())
            )
            if made:
                self.ids[nominee] = made.id

        @rule(nominee=HEAD, consents=st.booleans())
        def answer(self, nominee: str, consents: bool) -> None:
            step = nomination_actions.consent if consents else nomination_actions.decline
            expected = self.model.answer(nominee, consents=consents)
            self.both(expected, step(self.who[nominee], self.id_of(nominee)))

        @rule(who=RESIDENT, nominee=HEAD)
        def support(self, who: str, nominee: str) -> None:
            self.both(self.model.support(who, nominee), nomination_actions.support(self.who[who], self.id_of(nominee)))

        @rule()
        def close(self) -> None:
            self.model.close()
            self.run(self.do_close())

        async def do_close(self) -> None:
            await database.execute(
                "UPDATE seasons SET nominate_until = $2 WHERE id = $1 AND state = 'OPEN'",
                self.season,
                honours.today() - timedelta(days=1),
            )
            await season_actions.close(self.season)

        @rule(who=DECIDER, nominee=HEAD, lists=st.booleans())
        def decide(self, who: str, nominee: str, lists: bool) -> None:
            step = nomination_actions.shortlist if lists else nomination_actions.pass_over
            expected = self.model.decide(who, nominee, lists=lists)
            self.both(expected, step(self.who[who], self.id_of(nominee), "理由"))

        @rule(nominee=HEAD)
        def withdraw(self, nominee: str) -> None:
            expected = self.model.withdraw(nominee)
            self.both(expected, nomination_actions.withdraw(self.who[nominee], self.id_of(nominee)))

        @rule(who=DECIDER)
        def publish(self, who: str) -> None:
            self.both(self.model.publish(who), season_actions.publish(self.who[who], self.season))

        @rule(who=RESIDENT, nominee=HEAD)
        def object(self, who: str, nominee: str) -> None:
            expected = self.model.object(who, nominee)
            self.both(expected, objection_actions.file(self.who[who], self.id_of(nominee), "不是他", request_no()))

        @rule(who=DECIDER, nominee=HEAD, upheld=st.booleans())
        def reply(self, who: str, nominee: str, upheld: bool) -> None:
            row = self.run(self.waiting(nominee))
            expected = self.model.reply(who, nominee, upheld=upheld)
            self.both(expected, objection_actions.answer(self.who[who], row, upheld=upheld, words="已核实"))

        async def waiting(self, nominee: str) -> UUID:
            """The objection to a nominee that waits longest; nothing's id for none."""
            found = await database.fetch_value(
                "SELECT id FROM season_objections WHERE nomination_id = $1 AND state = 'OPEN' ORDER BY id LIMIT 1",
                self.id_of(nominee),
            )
            return found or UUID(int=2)

        @rule(who=DECIDER, nominee=HEAD)
        def strike(self, who: str, nominee: str) -> None:
            expected = self.model.strike(who, nominee)
            self.both(expected, nomination_actions.strike(self.who[who], self.id_of(nominee), "异议成立"))

        @rule(who=DECIDER)
        def conclude(self, who: str) -> None:
            self.both(self.model.conclude(who), concluding.conclude(self.who[who], self.season))

        @invariant()
        def both_say_the_same(self) -> None:
            if hasattr(self, "season"):
                self.run(self.compare())

        async def compare(self) -> None:
            row = await database.fetch_one("SELECT state FROM seasons WHERE id = $1", self.season)
            assert row and row["state"] == self.model.state
            rows = await database.fetch(
                "SELECT h.name, n.state, n.consent_withdrawn_at IS NULL AS public FROM nominations n"
                " JOIN household_heads h ON h.id = n.head_id"
            )
            assert {row["name"]: row["state"] for row in rows} == {
                name: one.state for name, one in self.model.nominations.items()
            }
            assert {row["name"] for row in rows if row["state"] == "HONOURED" and row["public"]} == {
                name for name, one in self.model.nominations.items() if one.state == "HONOURED" and one.public
            }
            counted = await database.fetch_value("SELECT count(*) FROM nomination_supports")
            assert counted == len(self.model.supports)

        def teardown(self) -> None:
            if hasattr(self, "season"):
                assert self.run(reconciliation.drifts()) == []

    chosen = settings(
        max_examples=size(short=8, full=200), stateful_step_count=size(short=40, full=60), deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, Seasons, settings=chosen)
