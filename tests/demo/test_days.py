"""Days that pass for the seasons of a demo."""

from datetime import timedelta

import pytest

from models.db import Marker
from models.enums import NominationState, SeasonState
from models.honours import Nomination, Season
from services.demo import MARKER, NotADemo, days
from services.work import tick
from tests.town import honours
from tests.town.world import World


async def test_real_districts_wait(world: World) -> None:
    await honours.season(world.a.community)
    with pytest.raises(NotADemo, match="days pass by themselves"):
        await days.pass_days(1)


async def test_running_seasons_alone_move(world: World) -> None:
    await Marker.create(key=MARKER, value="{}")
    a = world.a
    seasons = [await honours.season(a.community, state) for state in SeasonState]
    made = {
        one.state: await honours.nomination(one, NominationState.CONSENTED, head=a.heads[0]) for one in seasons[1:4]
    }
    objection = await honours.objection(made[SeasonState.NOTICE], a.residents[0])
    running = {SeasonState.OPEN, SeasonState.REVIEW, SeasonState.NOTICE}
    assert await days.pass_days(3) == 3
    for before in seasons:
        after = await Season.get(id=before.id)
        moved = timedelta(days=3 if before.state in running else 0)
        for name in ("deeds_from", "nominate_until", "drafted_at", "opened_at", "reviewed_at", "notice_until"):
            was = getattr(before, name)
            assert getattr(after, name) == (was and was - moved), (before.state, name)
    for one in made.values():
        row = await Nomination.get(id=one.id)
        assert row.consented_at and one.consented_at and row.consented_at == one.consented_at - timedelta(days=3)
    await objection.refresh_from_db()
    assert (await tick.run())["seasons_closed"] == 1, "what was to be due is"
