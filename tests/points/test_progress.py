"""A head's own months, on the board or not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.enums import OfferState, WishCategory
from models.wishes import WishOffer
from services.db import database
from services.kit import clock
from services.kit.viewer import ANONYMOUS
from services.points import progress
from tests.town.boards import becomes
from tests.town.documents import Api
from tests.town.points import award, reverse
from tests.town.world import World
from tests.town.world import viewer as viewer_of

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after what happens here."""
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))


async def told(world: World, api: Api) -> dict[str, Any]:
    return dict((await api.run(world.a.head_people[0].token, "HeadStanding"))["headProgress"])


async def test_this_month_the_last_and_the_best(world: World, api: Api) -> None:
    a = world.a
    await becomes(a.heads[0], opted_in_at=None)  # not on the board
    for household in (0, 0, 1):
        await award(a, at=NOON - 65 * DAY, household=household, category=WishCategory.ERRAND, stars=3)
    await award(a, at=NOON - 20 * DAY)
    this = await award(a, at=NOON, household=1)
    found = await told(world, api)
    assert found["thisMonth"] == {"month": "2026-05-01", "wishes": 1, "households": 1, "points": 25}
    assert found["lastMonth"] == {"month": "2026-04-01", "wishes": 1, "households": 1, "points": 25}
    assert found["bestMonth"] == {"month": "2026-03-01", "wishes": 3, "households": 2, "points": 30}
    await reverse(wish_id=this.id, reason="误评", account_id=None)
    assert (await told(world, api))["thisMonth"] == {"month": "2026-05-01", "wishes": 0, "households": 0, "points": 0}


async def test_offers_of_the_last_thirty_days(world: World, api: Api) -> None:
    wish = await award(world.a, at=NOON)
    offers = [
        (OfferState.ACCEPTED, 1), (OfferState.DECLINED, 2), (OfferState.OPEN, 0), (OfferState.ACCEPTED, 29),
        (OfferState.ACCEPTED, 31),
    ]  # fmt: skip
    for state, days in offers:
        await WishOffer.create(wish=wish, head=world.a.heads[0], state=state, offered_at=NOON - days * DAY)
    found = await told(world, api)
    assert (found["offered"], found["accepted"]) == (4, 2)


async def test_it_is_told_to_heads_alone(world: World, api: Api) -> None:
    document = "{ headProgress { thisMonth { wishes } offered } }"
    assert world.a.staff
    for person in (None, world.a.residents[0], world.a.staff, world.admin):
        assert (await api.query(person and person.token, document))["headProgress"] is None
    with database.observed_statements() as seen:
        assert await progress.of_viewer(ANONYMOUS) is None
        assert seen == []
        assert await progress.of_viewer(await viewer_of(world.a.head_people[0]))
    assert sum("scores" in one for one in seen) == 1
