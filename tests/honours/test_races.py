"""Several at once, through two processes: exactly one concludes, no objection slips in beside, no second support."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from models.enums import NominationState, SeasonState, SeasonSubject
from services.db import database
from services.honours import season_actions
from services.kit import clock
from tests.town import honours, story
from tests.town.documents import Api
from tests.town.honours import nomination_id, season_id
from tests.town.story import code
from tests.town.world import World, keep_signed_in

S, N = SeasonState, NominationState


async def test_two_conclude_at_once(world: World, apis: Callable[[int], list[Api]]) -> None:
    a, (one, two) = world.a, apis(2)
    season = await honours.season(a.community, S.NOTICE)
    made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
    other = await honours.another_decider(a)
    given = {"seasonId": season_id(season)}
    answers = await asyncio.gather(
        story.act(one, a.staff, "SeasonConclude", **given), story.act(two, other, "SeasonConclude", **given)
    )
    assert [code(answer) for answer in answers] == [None, None], "the second finds it done"
    assert await honours.state_of(nomination_id(made)) == "HONOURED"
    rows = await database.fetch("SELECT 1 FROM audit_entries WHERE action = 'season.conclude'")
    assert len(rows) == 1


async def test_an_objection_beside_the_conclusion(world: World, apis: Callable[[int], list[Api]]) -> None:
    """Either it is there before, and the conclusion waits; or it comes too late."""
    a, (one, two) = world.a, apis(2)
    for number in range(5):
        season = await honours.season(a.community, S.NOTICE, notice_until=clock.now() + timedelta(seconds=0.05))
        made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
        words = {"nominationId": nomination_id(made), "text": "不是他", "requestNo": f"r-{number}"}
        await asyncio.sleep(0.03)
        objected, concluded = await asyncio.gather(
            story.act(one, a.residents[1], "NominationObject", **words),
            story.act(two, a.staff, "SeasonConclude", seasonId=season_id(season)),
        )
        state = await honours.state_of(nomination_id(made))
        assert not (code(objected) is None and code(concluded) is None), "never both"
        assert (state == "HONOURED") == (code(concluded) is None)


async def test_two_of_a_household_support_at_once(world: World, apis: Callable[[int], list[Api]]) -> None:
    a, (one, two) = world.a, apis(2)
    season = await honours.season(a.community, S.OPEN, SeasonSubject.HOUSEHOLD)
    first, second = [await honours.nomination(season, N.CONSENTED, household=home) for home in a.households[1:]]
    answers = await asyncio.gather(
        story.act(one, a.residents[0], "NominationSupport", nominationId=nomination_id(first)),
        story.act(two, a.residents[0], "NominationSupport", nominationId=nomination_id(second)),
    )
    assert sorted(code(answer) or "" for answer in answers) == ["", "ALREADY_TAKEN"]
    assert len(await database.fetch("SELECT 1 FROM nomination_supports")) == 1


async def test_a_consent_beside_the_tick(world: World, apis: Callable[[int], list[Api]]) -> None:
    """Who consents in time is reviewed; who does not, lapses. Nobody stays in between."""
    a, (one,) = world.a, apis(1)
    yesterday = clock.day_of(clock.now()) - timedelta(days=1)
    days = {"nominate_from": yesterday, "nominate_until": yesterday, "deeds_until": yesterday}
    for _ in range(5):
        season = await honours.season(a.community, **days)
        made = await honours.nomination(season, N.PROPOSED, head=a.heads[0])
        answer, _closed = await asyncio.gather(
            story.act(one, a.head_people[0], "NominationConsent", nominationId=nomination_id(made)),
            season_actions.close(season.id),
        )
        if not await database.fetch("SELECT 1 FROM seasons WHERE id = $1 AND state = 'REVIEW'", season.id):
            await season_actions.close(season.id)  # it was left to the next run
        row = await database.fetch_one("SELECT state, evidence FROM nominations WHERE id = $1", made.id)
        assert row
        assert row["state"] == ("CONSENTED" if code(answer) is None else "LAPSED")
        assert (row["evidence"] is not None) == (code(answer) is None)
    await keep_signed_in()
