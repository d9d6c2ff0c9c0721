"""A season of a whole district, and one of 200 nominations: what a page reads, and how many statements a step takes."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from models.discounts import DiscountCounter
from models.enums import NominationState, Role, SeasonState
from models.honours import Nomination, Season
from models.people import HouseholdHead
from schema.graph import ids
from services.db import database
from services.honours import candidates, concluding, nomination_actions, season_actions
from services.kit import clock
from tests.town import buffers, grants, growth, honours
from tests.town import world as making
from tests.town.documents import Api
from tests.town.world import Travel, World, person

TODO = "{ viewer { todo { nominationsToDecide seasonObjectionsToAnswer } } }"
NOTICED = 40  # a larger tree is higher
PLACES = (120, 500)  # communities beside the two, each with a head of 20 wishes


@pytest.mark.parametrize("rule", [honours.NOTHING, honours.NOTHING | {"wishes": 1000}])
async def test_a_page_costs_what_a_page_costs(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch, rule: dict[str, int]
) -> None:
    """However many heads of the district there are, and meet the rule: all of them or none."""
    monkeypatch.setattr(candidates, "WALKED", 100)
    monkeypatch.setattr(candidates, "EXAMINED", 10)
    season = await honours.season(world.district, rule=rule)
    admin, asked = world.admin, {"id": honours.season_id(season)}

    async def measured() -> dict[str, int]:
        found = {}
        for name, given in (("SeasonCandidates", asked | {"first": 5}), ("SeasonDetail", asked), (TODO, {})):
            with buffers.sent() as statements:
                await (api.query if name == TODO else api.run)(admin.token, name, **given)
            found[name] = max([await buffers.read_by(one) for one in statements])
        return found

    found, first = [], 1
    for last in PLACES:
        await growth.places(first, last)
        await database.fetch("VACUUM ANALYZE")
        found.append(await measured())
        first = last + 1
    before, after = found
    assert {name: (before[name], now) for name, now in after.items() if now > before[name] + NOTICED} == {}


async def full(world: World, state: SeasonState, nominated: NominationState, count: int, benefit: str) -> Season:
    """A season with so many nominations of as many heads."""
    given: dict[str, Any] = {"quota": 150}
    if benefit:
        given |= {"benefit_id": ids.find(benefit, "Discount"), "benefit_quantity": 1, "benefit_valid_days": 60}
    season = await honours.season(world.a.community, state, **given)
    some = await honours.nomination(season, nominated, head=world.a.heads[0])
    heads = [
        HouseholdHead(id=uuid4(), grid_id=world.a.grid.id, name=f"联户{n}", created_at=clock.now())
        for n in range(count - 1)
    ]
    await HouseholdHead.bulk_create(heads)
    columns = {name: getattr(some, name) for name in some._meta.db_fields if name != "id"}
    await Nomination.bulk_create([Nomination(**columns | {"head_id": head.id}) for head in heads])
    return season


@pytest.mark.parametrize("step", ["close", "shortlist", "publish", "conclude", "cancel"])
async def test_a_step_takes_as_many_statements_for_200(travel: Travel, world: World, api: Api, step: str) -> None:
    """As for two, and one row of the outbox each."""
    third = await person("三管理", Role.DISTRICT_ADMIN, area=world.district)
    viewer = await making.viewer(third)
    states, found = SeasonState, NominationState
    state, nominated, largest = {
        "close": (states.OPEN, found.CONSENTED, 200),
        "shortlist": (states.REVIEW, found.CONSENTED, 200),
        "publish": (states.REVIEW, found.SHORTLISTED, 150),
        "conclude": (states.NOTICE, found.SHORTLISTED, 150),
        "cancel": (states.NOTICE, found.SHORTLISTED, 200),
    }[step]
    taken = []
    for count in (2, largest):
        benefit = await grants.on_offer(api, world, world.a, title=f"体检{count}", stockTotal=200)
        season = await full(world, state, nominated, count, benefit if step in {"conclude", "cancel"} else "")
        if season.benefit_id:
            await DiscountCounter.update_or_create({"reserved": 150}, discount_id=season.benefit_id)
        one = await Nomination.filter(season_id=season.id).first()
        assert one
        steps: dict[str, Callable[[], Awaitable[Any]]] = {
            "close": lambda season=season: season_actions.close(season.id),
            "shortlist": lambda one=one: nomination_actions.shortlist(viewer, one.id, "事迹属实"),
            "publish": lambda season=season: season_actions.publish(viewer, season.id),
            "conclude": lambda season=season: concluding.conclude(viewer, season.id),
            "cancel": lambda season=season: season_actions.cancel(viewer, season.id, "重复"),
        }
        if step == "close":
            travel.by(days=1)
        with database.observed_statements() as seen:
            await steps[step]()
        taken.append(len(seen))
    assert taken[0] == taken[1] < 40, taken
    if step == "conclude":
        assert await Nomination.filter(state=found.HONOURED).count() == 2 + largest
        assert await database.fetch_value("SELECT count(*) FROM grants WHERE source = 'HONOUR'") == 2 + largest
