"""Ways around the rules of a season, each tried: one person twice, too late by seconds, one thing under two names."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.enums import NominationState, Role, SeasonState, SeasonSubject
from models.honours import Nomination, Season
from models.people import HouseholdHead
from schema.graph import ids
from services.db import database
from services.honours import concluding, objection_actions, season_actions
from services.kit import clock
from services.kit.errors import Refusal
from services.roles import accounts
from tests.town import honours, story
from tests.town.documents import Api, nodes
from tests.town.honours import head_id, nomination_id, season_id
from tests.town.story import code
from tests.town.world import Travel, World, grant, person, viewer

S, N = SeasonState, NominationState
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("decided", ["opened_by_id", "published_by_id"])
async def test_another_role_or_session_is_no_other_person(world: World, decided: str) -> None:
    """The same account as staff, as an administrator, and in a session that is bound to either."""
    a = world.a
    assert a.staff
    await grant(a.staff.account_id, Role.DISTRICT_ADMIN, area=world.district)
    both = await viewer(a.staff)
    assert both.staff_paths and both.admin_paths
    for who in (both, replace(both, staff_paths=(), bound=True), replace(both, admin_paths=(), bound=True)):
        for state, step in ((S.REVIEW, season_actions.publish), (S.NOTICE, concluding.conclude)):
            if (state, decided) == (S.REVIEW, "published_by_id"):
                continue
            season = await honours.season(a.community, state)
            await Season.filter(id=season.id).update(**{decided: a.staff.account_id})
            await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
            with pytest.raises(Refusal, match="三个人"):
                await step(who, season.id)


async def test_what_nobody_could_conclude_is_not_published(world: World, api: Api) -> None:
    """Of three who may decide, one opened it and one proposed who is on the list."""
    a, second = world.a, await honours.another_decider(world.a)
    assert a.staff
    season = await honours.season(a.community, S.REVIEW, opened_by_id=a.staff.account_id)
    made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
    await Nomination.filter(id=made.id).update(proposed_by_id=world.admin.account_id)
    publish = "SeasonPublish", {"seasonId": season_id(season)}
    refused = await story.act(api, second, publish[0], **publish[1])
    assert code(refused) == "INVALID_STATE" and "再设一位管理员" in refused["errors"][0]["message"]
    fourth = await person("四管理", Role.DISTRICT_ADMIN, area=world.district)
    await accounts.disable(fourth.account_id)
    assert code(await story.act(api, second, publish[0], **publish[1])) == "INVALID_STATE"
    await accounts.enable(fourth.account_id)
    assert (await story.done(api, second, publish[0], **publish[1]))["season"]["state"] == "NOTICE"


async def test_after_the_last_day_whenever_the_tick_comes(travel: Travel, world: World, api: Api) -> None:
    """Nobody is proposed, consents or is supported any more, and nothing of it is offered."""
    a = world.a
    season = await honours.season(a.community)
    asked, supported = [
        await honours.nomination(season, state, head=head)
        for state, head in zip((N.PROPOSED, N.CONSENTED), a.heads, strict=False)
    ]
    await honours.days_pass(travel, days=1)
    steps = [
        await story.act(api, a.head_people[0], "NominationConsent", nominationId=nomination_id(asked)),
        await story.act(api, a.residents[1], "NominationSupport", nominationId=nomination_id(supported)),
        await honours.propose(api, a.staff, season_id(season), nomineeId=head_id(world.b)),
    ]
    assert [code(step) for step in steps] == ["INVALID_STATE"] * 3
    assert all("提名已截止" in step["errors"][0]["message"] for step in steps)
    (mine,) = nodes((await api.run(a.head_people[0].token, "MyNominations"))["viewer"]["nominations"])
    assert mine["availableActions"] == ["DECLINE"]
    await season_actions.close(season.id)
    assert await honours.state_of(nomination_id(asked)) == "LAPSED"


async def test_the_same_number_after_midnight_is_the_same_season(travel: Travel, world: World, api: Api) -> None:
    terms = honours.terms(nominateUntil=str(honours.today()))
    given = {"areaId": ids.make("Area", world.a.community.id), "terms": terms, "requestNo": "s-1"}
    made = await story.done(api, world.a.staff, "SeasonDraft", **given)
    await honours.days_pass(travel, days=1)
    again = await story.done(api, world.a.staff, "SeasonDraft", **given)
    assert again["season"]["id"] == made["season"]["id"]
    assert code(await story.act(api, world.a.staff, "SeasonDraft", **given | {"requestNo": "s-2"})) == "INVALID_INPUT"


@pytest.mark.parametrize("unit", ["2 单元", "二单元", "第2单元", "第二单元", "2号单元", "２单元", "2", "贰单元"])
async def test_a_unit_is_proposed_once(world: World, api: Api, unit: str) -> None:
    """However it is spelt; each is named in one way."""
    a = world.a
    season = season_id(await honours.season(a.community, S.OPEN, SeasonSubject.UNIT))
    building = ids.make("Area", a.building.id)
    await honours.proposed(api, a.staff, season, nomineeId=building, unit="2单元")
    assert code(await honours.propose(api, a.staff, season, nomineeId=building, unit=unit)) == "ALREADY_TAKEN"
    for other in ("12单元", "东单元", "a单元"):
        await honours.proposed(api, a.staff, season, nomineeId=building, unit=other)
    named = await database.fetch('SELECT unit FROM nominations ORDER BY unit COLLATE "C"')
    assert [row["unit"] for row in named] == ["12单元", "2单元", "A单元", "东单元"]


async def test_a_notice_ends_at_its_instant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the clock of whoever acts: on a host that is ahead, or behind, by seconds. What was accepted is answered
    before anybody concludes; once it is concluded nothing more is accepted."""
    a, now = world.a, clock.now()
    season = await honours.season(a.community, S.NOTICE, notice_until=now)
    made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
    objects, concludes = await viewer(a.residents[1]), await viewer(a.staff)

    def at(instant: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: now + instant)

    at(timedelta())
    with pytest.raises(Refusal, match="公示已结束"):
        await objection_actions.file(objects, made.id, "不是他", "late")
    at(-SECOND)
    with pytest.raises(Refusal, match="公示到"):
        await concluding.conclude(concludes, season.id)
    filed = await objection_actions.file(objects, made.id, "不是他", "in-time")
    at(SECOND)
    with pytest.raises(Refusal, match="1 件异议没有答复"):
        await concluding.conclude(concludes, season.id)
    await objection_actions.answer(concludes, filed.id, upheld=False, words="是他")
    await concluding.conclude(concludes, season.id)
    at(-SECOND)  # a host that is behind
    with pytest.raises(Refusal, match="已获致谢"):
        await objection_actions.file(objects, made.id, "不是他", "behind")


@pytest.mark.parametrize(("state", "of"), [(N.CONSENTED, S.REVIEW), (N.SHORTLISTED, S.NOTICE)])
async def test_a_nominee_who_moves_is_judged_where_it_was(world: World, api: Api, state: N, of: S) -> None:
    """The season is about what was done in its days: the place of the nomination stays, and so does the nominee."""
    a, b = world.a, world.b
    season = await honours.season(a.community, of)
    made = await honours.nomination(season, state, head=a.heads[0])
    await HouseholdHead.filter(id=a.heads[0].id).update(grid_id=b.grid.id)
    if of == S.REVIEW:
        why = {"nominationId": nomination_id(made), "reason": "事迹属实"}
        await story.done(api, a.staff, "NominationShortlist", **why)
        refused = await story.act(api, b.staff, "NominationPassOver", **why)
        assert code(refused) == "NOT_FOUND", "the new place decides nothing"
    else:
        await story.done(api, a.staff, "SeasonConclude", seasonId=season_id(season))
        (one,) = nodes((await api.run(None, "HonourRoll"))["honourRoll"])
        assert one["community"]["name"] == "A社区"
        assert await Nomination.filter(id=made.id, grid_id=a.grid.id).exists()


@pytest.mark.parametrize("unit", ["1" * 20, "㍿" * 20, "一" * 19])
async def test_a_unit_too_long_in_its_one_spelling_is_told(world: World, api: Api, unit: str) -> None:
    season = season_id(await honours.season(world.a.community, S.OPEN, SeasonSubject.UNIT))
    building = ids.make("Area", world.a.building.id)
    answer = await honours.propose(api, world.a.staff, season, nomineeId=building, unit=unit)
    assert code(answer) == "INVALID_INPUT"
