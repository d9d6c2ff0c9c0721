"""What a conclusion finds when things have changed since the list: offices, withdrawn consents, the benefit's days."""

from datetime import timedelta
from typing import Any

import pytest

from models.discounts import Discount, DiscountCounter
from models.enums import NominationState, ObjectionKind, Role, SeasonState, SeasonSubject
from models.honours import Nomination, Season
from schema.graph import ids
from services.kit import clock
from services.work import privacy, reconciliation
from tests.town import grants, honours, story
from tests.town import world as making
from tests.town.documents import Api, nodes
from tests.town.honours import nomination_id, season_id
from tests.town.story import code
from tests.town.world import World, grant

S, N = SeasonState, NominationState


async def with_benefit(world: World, state: SeasonState, *, days: int, **more: Any) -> tuple[Season, Discount]:
    """A season of A with a gift that is offered for so many days from today on, reserved once it is open."""
    last = clock.day_of(clock.now()) + timedelta(days=days)
    terms = grants.ROW | {"stock_total": 2, "valid_until": last, "title": story.request_no()}
    gift = await making.discount(world.a.shop, **terms)  # type: ignore[arg-type]
    benefit = {"benefit_id": gift.id, "benefit_quantity": 1, "benefit_valid_days": 60}
    if state != S.DRAFT:
        await DiscountCounter.filter(discount_id=gift.id).update(reserved=2)
    return await honours.season(world.a.community, state, **benefit, **more), gift


async def test_who_holds_an_office_by_now_is_left_out(world: World, api: Api) -> None:
    """However much was done: the list was right when it was published."""
    a = world.a
    season, gift = await with_benefit(world, S.NOTICE, days=90)
    made = [await honours.nomination(season, N.SHORTLISTED, head=head) for head in a.heads]
    await grant(a.head_people[0].account_id, Role.COMMUNITY_STAFF, area=world.b.community)
    await story.done(api, a.staff, "SeasonConclude", seasonId=season_id(season))
    assert [await honours.state_of(nomination_id(one)) for one in made] == ["LAPSED", "HONOURED"]
    assert await grants.counter(ids.make("Discount", gift.id)) == (0, 0, 1, 0)
    assert await reconciliation.drifts() == []


async def test_a_benefit_is_offered_for_long_enough(world: World, api: Api) -> None:
    """Nominating ends today, and the review takes 2 days, the notice 7: then it is good for 60 days."""
    await honours.many_heads(world.a)
    await honours.another_decider(world.a)
    enough = 1 + 2 + 7 + 59
    short, _ = await with_benefit(world, S.DRAFT, days=enough - 1)
    refused = await story.act(api, world.admin, "SeasonOpen", seasonId=season_id(short))
    assert (code(refused), refused["errors"][0]["field"]) == ("INVALID_STATE", ["input", "seasonId"])
    assert "请先请店铺延长" in refused["errors"][0]["message"]
    long, gift = await with_benefit(world, S.DRAFT, days=enough)
    await story.done(api, world.admin, "SeasonOpen", seasonId=season_id(long))
    assert await grants.counter(ids.make("Discount", gift.id)) == (0, 0, 0, 2)


async def test_a_benefit_that_ran_out_is_prolonged_first(world: World, api: Api) -> None:
    """Else nothing could ever conclude the season: its terms stand."""
    season, gift = await with_benefit(world, S.NOTICE, days=-1)
    await honours.nomination(season, N.SHORTLISTED, head=world.a.heads[0])
    refused = await story.act(api, world.a.staff, "SeasonConclude", seasonId=season_id(season))
    assert (code(refused), refused["errors"][0]["field"]) == ("INVALID_STATE", ["input", "seasonId"])
    assert "到期：请先请店铺延长" in refused["errors"][0]["message"]
    await Discount.filter(id=gift.id).update(valid_until=clock.day_of(clock.now()) + timedelta(days=3))
    await story.done(api, world.a.staff, "SeasonConclude", seasonId=season_id(season))
    (own,) = await grants.mine(api, world.a.head_people[0])
    assert own["validUntil"] == grants.until(3), "no longer than it is offered"


async def test_a_benefit_s_refusal_names_the_season(world: World, api: Api) -> None:
    """Its stock is no input of who opens."""
    await honours.many_heads(world.a)
    await honours.another_decider(world.a)
    season, gift = await with_benefit(world, S.DRAFT, days=300)
    await Discount.filter(id=gift.id).update(stock_total=1)
    refused = await story.act(api, world.admin, "SeasonOpen", seasonId=season_id(season))
    assert (code(refused), refused["errors"][0]["field"]) == ("OUT_OF_STOCK", ["input", "seasonId"])


@pytest.mark.parametrize(
    ("season", "state"),
    [
        (S.OPEN, N.CONSENTED), (S.REVIEW, N.CONSENTED), (S.REVIEW, N.PASSED_OVER), (S.REVIEW, N.SHORTLISTED),
        (S.NOTICE, N.PASSED_OVER), (S.NOTICE, N.SHORTLISTED), (S.CONCLUDED, N.HONOURED),
    ],
)  # fmt: skip
async def test_a_consent_is_withdrawn_at_any_time(
    world: World, api: Api, season: SeasonState, state: NominationState
) -> None:
    """Nobody else then reads a name or a deed of it, and nobody can put it on a list again."""
    a = world.a
    of = await honours.season(a.community, season)
    made = await honours.nomination(of, state, head=a.heads[0])
    await Nomination.filter(id=made.id).update(proposed_by_id=a.residents[2].account_id)
    await story.done(api, a.head_people[0], "NominationWithdraw", nominationId=nomination_id(made))
    assert nodes((await api.run(None, "SeasonDetail", id=season_id(of)))["node"]["nominations"]) == []
    for own in nodes((await api.run(a.residents[2].token, "MyNominations"))["viewer"]["nominations"]):
        assert own["evidence"] is None, "who proposed it knows whom, and learns no more"
    why = {"nominationId": nomination_id(made), "reason": "事迹属实"}
    assert code(await story.act(api, a.staff, "NominationShortlist", **why)) == "INVALID_STATE"


async def test_who_is_forgotten_is_not_listed(world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, S.REVIEW, SeasonSubject.HOUSEHOLD)
    home = a.households[0]
    made = await honours.nomination(season, N.PASSED_OVER, household=home)
    await Nomination.filter(id=made.id).update(consented_by_id=a.residents[0].account_id)
    await privacy.erase(a.residents[0].account_id)
    why = {"nominationId": nomination_id(made), "reason": "事迹属实"}
    assert code(await story.act(api, a.staff, "NominationShortlist", **why)) == "INVALID_STATE"


async def test_corrected_evidence_is_held_against_the_rule(world: World, api: Api) -> None:
    """The nominee objects, rightly, and it comes out less than was asked."""
    a = world.a
    season = await honours.season(a.community, S.REVIEW)
    made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
    objection = await honours.objection(made, a.head_people[0], ObjectionKind.EVIDENCE)
    answer = {"objectionId": ids.make("SeasonObjection", objection.id), "upheld": True, "answer": "已更正"}
    await story.done(api, a.staff, "SeasonObjectionAnswer", **answer)
    refused = await story.act(api, a.staff, "SeasonPublish", seasonId=season_id(season))
    assert code(refused) == "INVALID_STATE" and "1 项按更正后的事迹" in refused["errors"][0]["message"]
    why = {"nominationId": nomination_id(made), "reason": "心愿不足"}
    await story.done(api, a.staff, "NominationPassOver", **why)
    refused = await story.act(api, a.staff, "SeasonPublish", seasonId=season_id(season))
    assert "名单是空的" in refused["errors"][0]["message"]
