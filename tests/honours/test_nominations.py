"""Who sees which nomination in which state of its season, what each reads of it, and what proposers may do."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from tortoise.exceptions import IntegrityError

from models.enums import GrantSource, NominationState, ObjectionKind, ObjectionState, Role, SeasonState, SeasonSubject
from models.grants import Grant
from models.honours import Nomination
from models.people import HouseholdHead
from schema.graph import ids
from services.kit import clock
from services.work import tick
from tests.town import grants, honours, story
from tests.town.documents import Api, nodes
from tests.town.honours import head_id, nomination_id, season_id
from tests.town.story import code
from tests.town.world import Person, Travel, World, everybody, grant, person

S, N, K, J = SeasonState, NominationState, ObjectionKind, ObjectionState
ABOVE = {"admin", "auditor", "staff"}
NOMINEE = {"head"}
# Who lives or works in the community.
HERE = {"resident", "neighbour", "head", "other head", "staff", "worker", "admin"}
ALL = {"nobody", *ABOVE, *HERE, "cashier"}
FOREIGN = {f"foreign {name}" for name in ("resident", "neighbour", "head", "other head", "staff", "worker", "cashier")}
POSSIBLE = {
    S.OPEN: {N.PROPOSED, N.CONSENTED, N.LAPSED, N.WITHDRAWN},
    S.REVIEW: {N.CONSENTED, N.SHORTLISTED, N.PASSED_OVER, N.LAPSED, N.WITHDRAWN},
    S.NOTICE: {N.SHORTLISTED, N.PASSED_OVER, N.STRUCK, N.LAPSED, N.WITHDRAWN},
    S.CONCLUDED: {N.HONOURED, N.REVOKED, N.PASSED_OVER, N.STRUCK, N.LAPSED, N.WITHDRAWN},
    S.CANCELLED: {N.LAPSED},
}


def seen_by(season: SeasonState, state: NominationState) -> set[str]:
    """By the specification: the nominee and those above always; the area what is open and consented to; everybody the
    list and the honours."""
    if (season, state) in {(S.NOTICE, N.SHORTLISTED), (S.CONCLUDED, N.HONOURED)}:
        return ALL | FOREIGN
    return NOMINEE | ABOVE | (HERE if (season, state) == (S.OPEN, N.CONSENTED) else set())


@pytest.mark.parametrize(
    ("season", "state"), [(season, state) for season, states in POSSIBLE.items() for state in sorted(states)]
)
async def test_who_sees_a_nomination(world: World, api: Api, season: SeasonState, state: NominationState) -> None:
    opened = {"opened_at": clock.now(), "opened_by_id": world.admin.account_id} if season == S.CANCELLED else {}
    made = await honours.nomination(
        await honours.season(world.a.community, season, **opened), state, head=world.a.heads[0]
    )
    found = set()
    for name, who in everybody(world).items():
        data = await api.query(
            who and who.token,
            "query($id: ID!) { node(id: $id) { ... on Nomination { state } } }",
            id=nomination_id(made),
        )
        if data["node"]:
            found.add(name)
            assert data["node"]["state"] == state
    assert found == seen_by(season, state)


async def test_who_proposed_learns_of_no_decision_before_everybody(world: World, api: Api) -> None:
    a = world.a
    for state in (N.CONSENTED, N.SHORTLISTED, N.PASSED_OVER):
        made = await honours.nomination(await honours.season(a.community, S.REVIEW), state, head=a.heads[0])
        await Nomination.filter(id=made.id).update(proposed_by_id=a.residents[2].account_id)
        (seen,) = nodes((await api.run(a.residents[2].token, "MyNominations", first=1))["viewer"]["nominations"])
        assert (seen["id"], seen["state"], seen["decision"], seen["decidedAt"]) == (
            nomination_id(made), "CONSENTED", None, None,
        )  # fmt: skip
        assert seen["reason"] == "常年照看独居老人" and seen["availableActions"] == []


@pytest.mark.parametrize(
    ("season", "state"), [(season, state) for season, states in POSSIBLE.items() for state in sorted(states)]
)
async def test_who_supported_learns_of_no_decision(
    world: World, api: Api, season: SeasonState, state: NominationState
) -> None:
    """Nor that the nominee withdrew: a supporter reads what waits, and what everybody reads."""
    opened = {"opened_at": clock.now(), "opened_by_id": world.admin.account_id} if season == S.CANCELLED else {}
    of = await honours.season(world.a.community, season, **opened)
    made = await honours.nomination(of, state, head=world.a.heads[0])
    await honours.supported(made, world.a.households[1])
    data = await api.query(
        world.a.residents[1].token,
        "query($id: ID!) { node(id: $id) { ... on Season { supported { name state } } } }",
        id=season_id(of),
    )
    waits = (season == S.REVIEW and state in {N.CONSENTED, N.SHORTLISTED, N.PASSED_OVER}) or (
        (season, state) == (S.OPEN, N.CONSENTED)
    )
    public = {(S.NOTICE, N.SHORTLISTED): "SHORTLISTED", (S.CONCLUDED, N.HONOURED): "HONOURED"}
    read = "CONSENTED" if waits else public.get((season, state))
    assert data["node"]["supported"] == (read and {"name": "赵联户", "state": read})


async def test_who_supported_reads_no_name_without_consent(world: World, api: Api) -> None:
    of = await honours.season(world.a.community, S.CONCLUDED)
    made = await honours.nomination(of, N.HONOURED, head=world.a.heads[0], consent_withdrawn_at=clock.now())
    await honours.supported(made, world.a.households[1])
    node = (await api.run(world.a.residents[1].token, "SeasonDetail", id=season_id(of)))["node"]
    assert node["supported"] is None


async def test_evidence_leaves_the_public_and_the_name_stays(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, S.CONCLUDED)
    await honours.nomination(season, N.HONOURED, head=a.heads[0])

    async def read(who: Person | None) -> dict[str, Any]:
        node = (await api.run(who and who.token, "SeasonDetail", id=season_id(season)))["node"]
        (one,) = nodes(node["nominations"])
        return dict(one)

    await honours.days_pass(travel, days=29, hours=22)
    assert (await read(None))["evidence"]["wishes"] == 8
    await honours.days_pass(travel, hours=1)
    public = await read(None)
    assert (public["evidence"], public["name"]) == (None, "赵联户")
    assert (await read(a.head_people[0]))["evidence"] and (await read(a.staff))["evidence"]
    assert (await api.run(None, "HonourRoll", year=2026))["honourRoll"]["edges"]
    assert (await api.run(None, "HonourRoll", year=2025))["honourRoll"]["edges"] == []


async def test_a_notice_that_nobody_concludes_leaves_the_public(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, S.NOTICE)
    made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
    everybody_but_those = (None, a.residents[1], a.head_people[1])

    async def seen() -> list[bool]:
        document = "query($id: ID!) { node(id: $id) { ... on Nomination { name } } }"
        readers = (*everybody_but_those, a.head_people[0], a.staff)
        read = [await api.query(who and who.token, document, id=nomination_id(made)) for who in readers]
        listed = (await api.run(None, "SeasonDetail", id=season_id(season)))["node"]["nominations"]["edges"]
        return [bool(data["node"]) for data in read] + [bool(listed)]

    await honours.days_pass(travel, days=29, hours=22)
    assert await seen() == [True] * 6
    await honours.days_pass(travel, hours=1)
    assert await seen() == [False, False, False, True, True, False]


async def test_a_withdrawn_consent_takes_the_name_off(world: World, api: Api) -> None:
    a = world.a
    made = await honours.nomination(await honours.season(a.community, S.CONCLUDED), N.HONOURED, head=a.heads[0])
    first = await story.done(api, a.head_people[0], "NominationWithdraw", nominationId=nomination_id(made))
    again = await story.done(api, a.head_people[0], "NominationWithdraw", nominationId=nomination_id(made))
    assert first == again and first["nomination"]["state"] == "HONOURED"
    assert (await api.run(None, "HonourRoll"))["honourRoll"]["edges"] == []
    (own,) = nodes((await api.run(a.head_people[0].token, "HeadHonours"))["viewer"]["householdHead"]["honours"])
    assert own["consentWithdrawnAt"] is not None


async def test_who_can_be_proposed(world: World, api: Api) -> None:
    a, b = world.a, world.b
    heads, homes, buildings = [
        season_id(await honours.season(a.community, S.OPEN, subject))
        for subject in (SeasonSubject.HEAD, SeasonSubject.HOUSEHOLD, SeasonSubject.BUILDING)
    ]
    units = season_id(await honours.season(a.community, S.OPEN, SeasonSubject.UNIT))
    staff, building = a.staff, ids.make("Area", a.building.id)
    assert code(await honours.propose(api, staff, heads, nomineeId=head_id(b))) == "NOT_FOUND", "of elsewhere"
    assert code(await honours.propose(api, staff, heads, nomineeId=ids.make("Household", a.households[0].id))) == (
        "NOT_FOUND"
    )
    await grant(a.head_people[1].account_id, Role.GRID_WORKER, area=a.grid)
    assert code(await honours.propose(api, staff, heads, nomineeId=head_id(a, 1))) == "INVALID_STATE", "in office"
    await HouseholdHead.filter(id=a.heads[0].id).update(suspended_at=clock.now())
    assert code(await honours.propose(api, staff, heads, nomineeId=head_id(a))) == "INVALID_STATE", "suspended"
    assert code(await honours.propose(api, staff, units, nomineeId=building)) == "INVALID_INPUT", "which unit"
    assert code(await honours.propose(api, staff, buildings, nomineeId=building, unit="2单元")) == "INVALID_INPUT"
    grid = ids.make("Area", a.grid.id)
    assert code(await honours.propose(api, staff, buildings, nomineeId=grid)) == "NOT_FOUND", "no building"
    for unit in ("1单元", "2单元"):
        await honours.proposed(api, staff, units, nomineeId=building, unit=unit)
    assert code(await honours.propose(api, staff, units, nomineeId=building, unit="2单元")) == "ALREADY_TAKEN"
    await honours.proposed(api, a.residents[0], homes, nomineeId=ids.make("Household", a.households[0].id))


async def test_a_resident_proposes_one_and_staff_many(world: World, api: Api) -> None:
    a = world.a
    season = season_id(await honours.season(a.community))
    await honours.proposed(api, a.residents[0], season, nomineeId=head_id(a))
    assert code(await honours.propose(api, a.residents[0], season, nomineeId=head_id(a, 1))) == "LIMIT_REACHED"
    await honours.proposed(api, a.staff, season, nomineeId=head_id(a, 1))
    given = {"nomineeId": head_id(a), "requestNo": "p-1"}
    assert code(await honours.propose(api, a.staff, season, **given)) == "ALREADY_TAKEN"


async def test_a_household_supports_once_and_not_itself(world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, S.OPEN, SeasonSubject.HOUSEHOLD)
    own, other, third = [await honours.nomination(season, N.CONSENTED, household=home) for home in a.households]
    resident = a.residents[0]
    assert code(await story.act(api, resident, "NominationSupport", nominationId=nomination_id(own))) == "FORBIDDEN"
    first = await story.done(api, resident, "NominationSupport", nominationId=nomination_id(other))
    assert first == await story.done(api, resident, "NominationSupport", nominationId=nomination_id(other))
    again = await story.act(api, resident, "NominationSupport", nominationId=nomination_id(third))
    assert code(again) == "ALREADY_TAKEN"
    node = (await api.run(resident.token, "SeasonDetail", id=season_id(season)))["node"]
    assert [one["supports"] for one in nodes(node["nominations"])] == [None] * 3, "hidden until nominating ends"
    assert node["supported"]["id"] == nomination_id(other)
    offered = {one["id"]: "SUPPORT" in one["availableActions"] for one in nodes(node["nominations"])}
    assert not any(offered.values()), "nothing that would be refused"
    neighbour = (await api.run(a.residents[1].token, "SeasonDetail", id=season_id(season)))["node"]
    can = {one["id"] for one in nodes(neighbour["nominations"]) if "SUPPORT" in one["availableActions"]}
    assert can == {nomination_id(own), nomination_id(third)}


async def test_no_party_decides(world: World, api: Api) -> None:
    """Not who proposed it, nor who lives with the nominee, whatever else they are."""
    a = world.a
    season = await honours.season(a.community, S.REVIEW)
    proposer = await honours.another_decider(a)
    wife = await person("家里人", Role.COMMUNITY_STAFF, area=a.community)
    for who in (a.head_people[0], wife):
        await grant(who.account_id, Role.RESIDENT, household=a.households[0])
    made = await honours.nomination(season, N.CONSENTED, head=a.heads[0])
    await Nomination.filter(id=made.id).update(proposed_by_id=proposer.account_id)
    why = {"nominationId": nomination_id(made), "reason": "属实"}
    for who, name in product((proposer, wife), ("NominationShortlist", "NominationPassOver")):
        assert code(await story.act(api, who, name, **why)) == "FORBIDDEN"
        assert name[10:].upper() not in await story.offered(api, who, nomination_id(made))
    await story.done(api, a.staff, "NominationShortlist", **why)
    for who in (proposer, wife):
        assert code(await story.act(api, who, "SeasonPublish", seasonId=season_id(season))) == "FORBIDDEN"


@pytest.mark.parametrize(
    ("season", "state"),
    [(S.OPEN, N.PROPOSED), (S.OPEN, N.CONSENTED), (S.REVIEW, N.SHORTLISTED), (S.NOTICE, N.SHORTLISTED)],
)
async def test_a_head_who_leaves_is_on_no_list(world: World, season: SeasonState, state: NominationState) -> None:
    a = world.a
    far = clock.day_of(clock.now()) + timedelta(days=5)
    made = await honours.nomination(
        await honours.season(a.community, season, nominate_until=far), state, head=a.heads[0]
    )
    await honours.objection(made, a.residents[1])
    await HouseholdHead.filter(id=a.heads[0].id).update(left_at=clock.now())
    assert (await tick.run())["nominations_lapsed"] == 1
    assert await honours.state_of(nomination_id(made)) == "LAPSED"
    assert (await tick.run())["nominations_lapsed"] == 0


async def test_who_does_not_meet_the_rule_is_not_listed(world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, S.REVIEW)
    made = await honours.nomination(
        season, N.CONSENTED, head=a.heads[0], evidence=honours.EVIDENCE | {"wishes": 5, "reversals": 1}
    )
    refused = await story.act(api, a.staff, "NominationShortlist", nominationId=nomination_id(made), reason="辛苦")
    assert code(refused) == "INVALID_STATE"
    assert "评过的心愿不足 6 件、期间有积分被冲正" in refused["errors"][0]["message"]


async def test_listing_is_offered_where_the_rule_is_met(world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, S.REVIEW)
    for head, wishes in zip(a.heads, (6, 5), strict=False):
        await honours.nomination(season, N.CONSENTED, head=head, evidence=honours.EVIDENCE | {"wishes": wishes})
    node = (await api.run(a.staff and a.staff.token, "SeasonDetail", id=season_id(season)))["node"]
    offered = {one["evidence"]["wishes"]: one["availableActions"] for one in nodes(node["nominations"])}
    assert offered == {6: ["SHORTLIST", "PASS_OVER"], 5: ["PASS_OVER"]}


@pytest.mark.parametrize(
    ("before", "taken"),
    [
        ([], True),
        ([(K.NOTICE, J.OPEN)], False),
        ([(K.EVIDENCE, J.OPEN)], True),
        ([(K.NOTICE, J.REJECTED), (K.NOTICE, J.UPHELD)], True),
        ([(K.NOTICE, J.REJECTED), (K.NOTICE, J.UPHELD), (K.EVIDENCE, J.WITHDRAWN)], False),
    ],
)
async def test_an_objection_is_offered_if_it_is_taken(
    world: World, api: Api, before: list[tuple[ObjectionKind, ObjectionState]], taken: bool
) -> None:
    """Not while an own one of the kind waits, nor beyond three of an account and season; others' count for nothing."""
    a = world.a
    season = await honours.season(a.community, S.NOTICE, notice_until=clock.now() + timedelta(days=3))
    made = await honours.nomination(season, N.SHORTLISTED, head=a.heads[0])
    for kind, state in before:
        await honours.objection(made, a.residents[1], kind, state)
    await honours.objection(made, a.residents[2])
    node = (await api.run(a.residents[1].token, "SeasonDetail", id=season_id(season)))["node"]
    (shown,) = nodes(node["nominations"])
    assert shown["availableActions"] == ["OBJECT"] * taken
    words = {"nominationId": nomination_id(made), "text": "不实", "requestNo": "o-1"}
    payload = await story.act(api, a.residents[1], "NominationObject", **words)
    assert (payload["errors"] == []) == taken


async def test_nominating_is_offered_while_one_is_taken(world: World, api: Api) -> None:
    """One of a resident or a head in a season; of who works here, many."""
    a = world.a
    season = season_id(await honours.season(a.community, S.OPEN))
    for who, again in ((a.residents[0], False), (a.worker, True)):
        assert who is not None
        before = (await api.run(who.token, "SeasonDetail", id=season))["node"]["availableActions"]
        head = head_id(a, int(again))
        await honours.proposed(api, who, season, nomineeId=head)
        after = (await api.run(who.token, "SeasonDetail", id=season))["node"]["availableActions"]
        assert ("NOMINATE" in before, "NOMINATE" in after) == (True, again)


async def test_a_list_is_no_longer_than_its_quota(world: World, api: Api) -> None:
    a = world.a
    season = await honours.season(a.community, S.REVIEW, quota=1)
    for head in a.heads:
        await honours.nomination(season, N.SHORTLISTED, head=head)
    refused = await story.act(api, a.staff, "SeasonPublish", seasonId=season_id(season))
    assert code(refused) == "LIMIT_REACHED" and "名额 1 个" in refused["errors"][0]["message"]


async def test_the_roll_of_honour_of_an_area_by_subject_and_year(world: World, api: Api) -> None:
    """An area's is that of its own seasons and of those in it, whatever the subject; the latest first, page by page."""
    a, b = world.a, world.b
    nominees: dict[SeasonSubject, dict[str, Any]] = {
        SeasonSubject.HEAD: {"head": a.heads[0]},
        SeasonSubject.HOUSEHOLD: {"household": a.households[0]},
        SeasonSubject.UNIT: {"building": a.building, "unit": "2单元"},
        SeasonSubject.BUILDING: {"building": a.building},
    }
    made = {}
    for year, (subject, nominee) in enumerate(nominees.items(), 2020):
        season = await honours.season(a.community, S.CONCLUDED, subject)
        one = await honours.nomination(season, N.HONOURED, **nominee)
        await Nomination.filter(id=one.id).update(honoured_at=datetime(year, 5, 15, tzinfo=clock.SHANGHAI))
        made[subject] = nomination_id(one)
    whole = await honours.season(world.district, S.CONCLUDED)
    of_district = nomination_id(await honours.nomination(whole, N.HONOURED, head=b.heads[0]))

    async def roll(**asked: Any) -> list[str]:
        return [one["id"] for one in nodes((await api.run(None, "HonourRoll", **asked))["honourRoll"])]

    latest_first = [*reversed(made.values())]
    assert await roll() == [of_district, *latest_first]
    assert await roll(areaId=ids.make("Area", a.community.id)) == latest_first
    assert await roll(areaId=ids.make("Area", b.community.id)) == []
    for year, (subject, one) in enumerate(made.items(), 2020):
        heads = [of_district] if subject == SeasonSubject.HEAD else []
        assert await roll(subject=subject) == [*heads, one]
        assert await roll(subject=subject, areaId=ids.make("Area", a.community.id)) == [one]
        assert await roll(year=year) == [one]
        assert await roll(subject=subject, year=year + 1) == []
    first = (await api.run(None, "HonourRoll", first=2))["honourRoll"]
    rest = await roll(first=5, after=first["pageInfo"]["endCursor"])
    assert [one["id"] for one in nodes(first)] + rest == [of_district, *latest_first]


async def test_a_grant_is_of_a_nomination_that_exists(world: World) -> None:
    made = Grant.filter(id=ids.find(await grants.made(world.a), "Grant"))
    with pytest.raises(IntegrityError, match="grants_nomination_id_fkey"):
        await made.update(source=GrantSource.HONOUR, nomination_id=uuid4())
