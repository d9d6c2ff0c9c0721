"""What of the seasons waits for whom: consents asked of oneself, nominations to decide, objections to answer."""

from typing import Any

from models.enums import NominationState, ObjectionKind, SeasonState, SeasonSubject
from models.honours import Nomination
from models.people import Household
from services.honours import waiting
from services.kit.viewer import ANONYMOUS
from tests.town import honours
from tests.town import world as making
from tests.town.documents import Api
from tests.town.world import Person, World

DECIDING = ("nominationsToDecide", "seasonObjectionsToAnswer")


async def todo(api: Api, who: Person | None) -> dict[str, Any]:
    assert who
    return dict((await api.run(who.token, "MyTodo"))["viewer"]["todo"])


async def deciding(api: Api, who: Person | None) -> tuple[int | None, ...]:
    found = await todo(api, who)
    return tuple(found[name] for name in DECIDING)


async def test_a_consent_is_asked_of_the_nominee_alone(world: World, api: Api) -> None:
    a = world.a
    heads = await honours.season(a.community)
    made = await honours.nomination(heads, head=a.heads[0])
    homes = await honours.season(a.community, subject=SeasonSubject.HOUSEHOLD)
    await honours.nomination(homes, household=a.households[0])
    people = (a.head_people[0], a.head_people[1], a.residents[0], a.residents[1], a.staff)
    assert [(await todo(api, one))["nominationsToConsent"] for one in people] == [1, 0, 1, 0, None]
    await Nomination.filter(id=made.id).update(state=NominationState.LAPSED)
    assert (await todo(api, a.head_people[0]))["nominationsToConsent"] == 0


async def test_a_building_is_asked_through_its_residents(world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, subject=SeasonSubject.BUILDING)
    await Household.filter(id=a.households[2].id).update(building_id=None)
    await honours.nomination(season, building=a.building)
    assert [(await todo(api, one))["nominationsToConsent"] for one in a.residents[1:]] == [1, 0]


async def test_what_is_decided_waits_for_who_may(world: World, api: Api) -> None:
    """Not for other communities, not for the auditor, and not for a party: who proposed it."""
    a = world.a
    review = await honours.season(a.community, SeasonState.REVIEW)
    made = await honours.nomination(review, NominationState.CONSENTED, head=a.heads[0])
    await honours.objection(made, a.head_people[0], ObjectionKind.EVIDENCE)
    await honours.nomination(review, NominationState.PASSED_OVER, head=a.heads[1])
    people = (a.staff, world.admin, world.b.staff, world.auditor, a.residents[0])
    assert [await deciding(api, one) for one in people] == [(1, 1), (1, 1), (0, 0), (None, None), (None, None)]
    assert a.staff
    await Nomination.filter(id=made.id).update(proposed_by_id=a.staff.account_id)
    assert [await deciding(api, one) for one in people[:2]] == [(0, 0), (1, 1)]


async def test_nobody_answers_an_objection_of_ones_own(world: World, api: Api) -> None:
    a = world.a
    notice = await honours.season(a.community, SeasonState.NOTICE)
    made = await honours.nomination(notice, NominationState.SHORTLISTED, head=a.heads[0])
    assert a.staff
    await honours.objection(made, a.staff)
    assert [await deciding(api, one) for one in (a.staff, world.admin)] == [(0, 0), (0, 1)]


async def test_no_more_is_counted_than_asked_for(world: World) -> None:
    a = world.a
    review = await honours.season(a.community, SeasonState.REVIEW)
    for head in a.heads:
        made = await honours.nomination(review, NominationState.CONSENTED, head=head)
        await honours.objection(made, a.residents[0], ObjectionKind.EVIDENCE)
    assert a.staff
    staff, count = await making.viewer(a.staff), len(a.heads)
    for counts in (waiting.to_decide, waiting.to_answer):
        assert [await counts(staff, most) for most in (1, 100)] == [1, count]
        assert await counts(ANONYMOUS, 100) == 0
    assert await waiting.to_consent(ANONYMOUS, 100) == 0
