"""Heads who could be proposed: all who meet the rule and nobody else, page by page, however little a page looks at."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from models.enums import AreaKind, NominationState, Role
from models.honours import Season
from models.people import Area, HouseholdHead
from services.db import database
from services.db.paging import Page, PageRequest
from services.honours import candidates, evidence, seasons
from services.honours.candidates import Candidate
from services.honours.rules import Evidence, Rule, unmet
from services.kit import clock
from tests.town import honours
from tests.town.documents import Api
from tests.town.world import Community, Travel, World, area, grant, person, viewer

RULE = Rule(months=6, wishes=2, households=2, ratings=1, average_tenths=40)


async def crowd(of: Area, place: Community, random: Random) -> Season:
    """Heads of whom each lacks something else, or nothing; and a season of an area that asks for it."""
    season = await honours.season(of, rule=RULE.kept())
    grids = [place.grid, await area(place.community, AreaKind.GRID, "g9", "第九网格")]
    now = clock.now()
    for number in range(30):
        head = await HouseholdHead.create(
            grid_id=random.choice(grids).id, name=f"联户{number}", created_at=now - timedelta(days=400)
        )
        await honours.deeds(place, head, wishes=random.choice([1, 2, 3, 4]), stars=random.choice([3, 4, 5]))
        lacks: dict[str, Any] = random.choice(
            [{}] * 4 + [{"suspended_at": now}, {"left_at": now}, {"created_at": now - timedelta(days=30)}]
        )
        if lacks:
            await HouseholdHead.filter(id=head.id).update(**lacks)
        if number % 10 == 0:
            await honours.nomination(season, NominationState.PROPOSED, head=head)
        if number % 7 == 0:
            official = await person(f"网格员{number}", Role.GRID_WORKER, area=place.grid)
            await grant(official.account_id, Role.HOUSEHOLD_HEAD, head=head)
    return season


async def by_the_rule(season: Season, of: Area) -> list[UUID]:
    """Who is to be found, by id: of every head of the area the evidence, judged by the rule itself."""
    first, after = (f"'{at.isoformat()}'::timestamptz" for at in evidence.window(season.deeds_from, season.deeds_until))
    rows = await database.fetch(
        f"SELECT hh.id, done.* FROM household_heads hh JOIN areas g ON g.id = hh.grid_id,"
        f" LATERAL ({evidence.of_head('hh', first, after)}) done WHERE hh.left_at IS NULL AND starts_with(g.path, $1)"
        " AND NOT EXISTS (SELECT 1 FROM nominations n WHERE n.season_id = $2 AND n.head_id = hh.id) ORDER BY hh.id",
        of.path,
        season.id,
    )
    return [row["id"] for row in rows if not unmet(RULE, Evidence(**{k: v for k, v in row.items() if k != "id"}))]


async def paged(world: World, season: Season, **request: Any) -> list[Page[Candidate]]:
    """Each page of a season's candidates, from one end to the other."""
    who, found = await viewer(world.admin), await seasons.read(season.id)
    assert found
    pages: list[Page[Candidate]] = []
    cursor = None
    while not pages or (pages[-1].has_previous if request.get("backwards") else pages[-1].has_next):
        (page,) = (await candidates.of_seasons(who, [found], PageRequest(cursor=cursor, **request))).values()
        pages.append(page)
        cursor = page.start_cursor if request.get("backwards") else page.end_cursor
    return pages


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("walked", "examined"), [(2_000, 250), (7, 3), (1, 1), (4, 100), (100, 2)])
async def test_every_page_goes_on_where_one_stopped(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch, whole: bool, walked: int, examined: int
) -> None:
    of = world.district if whole else world.a.community
    season = await crowd(of, world.a, Random(42))
    expected = await by_the_rule(season, of)
    assert len(expected) > 4, "or nothing is shown"
    monkeypatch.setattr(candidates, "WALKED", walked)
    monkeypatch.setattr(candidates, "EXAMINED", examined)
    for limit in (1, 3, 100):
        forth = await paged(world, season, limit=limit)
        assert [row.head_id for page in forth for row in page.rows] == expected
        back = await paged(world, season, limit=limit, backwards=True)
        assert [row.head_id for page in reversed(back) for row in page.rows] == expected
        assert all(len(page.rows) <= limit for page in forth + back)
        assert len(forth) <= 3 + len(expected) // limit + await HouseholdHead.all().count() // min(walked, examined)


async def test_a_page_without_anybody_says_that_more_may_follow(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody meets the rule, in as many pages as there are heads to look at; then there is no more."""
    season = await honours.season(world.a.community, rule={**honours.NOTHING, "wishes": 1000})
    monkeypatch.setattr(candidates, "EXAMINED", 2)
    after, pages = None, 0
    while after or not pages:
        found = (await api.run(world.admin.token, "SeasonCandidates", id=honours.season_id(season), after=after))[
            "node"
        ]
        assert found["candidates"]["edges"] == []
        info = found["candidates"]["pageInfo"]
        after, pages = info["endCursor"], pages + 1
        assert info["hasNextPage"] == bool(after)
    assert pages == 1 + (await HouseholdHead.filter(grid_id=world.a.grid.id).count() - 1) // 2
