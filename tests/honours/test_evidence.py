"""What is frozen of a head's deeds: of which days points that were taken back count."""

import json
from datetime import date, timedelta

import pytest

from models.enums import NominationState, SeasonState, SeasonSubject
from services.db import database
from services.honours import evidence
from services.kit import clock
from tests.town import honours
from tests.town.points import award, reverse
from tests.town.world import World

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("rated", "first", "last", "counts"),
    [
        (10, 365, 0, 1),
        (500, 365, 0, 1),  # taken back in these days, of a wish from before them
        (10, 20, 5, 1),  # of these days, taken back after them
        (500, 365, 5, 0),
    ],
)
async def test_points_taken_back_in_these_days_or_of_them(
    world: World, rated: int, first: int, last: int, counts: int
) -> None:
    a = world.a
    now = clock.now()
    await award(a, at=now - 7 * DAY)
    wish = await award(a, at=now - rated * DAY, household=1)
    await reverse(wish_id=wish.id, reason="冒领", account_id=None)
    season = await honours.season(a.community, SeasonState.OPEN)
    made = await honours.nomination(season, NominationState.CONSENTED, head=a.heads[0])
    days: list[date] = [honours.today() - first * DAY, honours.today() - last * DAY]
    assert await evidence.freeze(season.id, SeasonSubject.HEAD, *days) == 1
    kept = await database.fetch_value("SELECT evidence FROM nominations WHERE id = $1", made.id)
    assert json.loads(kept)["reversals"] == counts and json.loads(kept)["wishes"] == 1
