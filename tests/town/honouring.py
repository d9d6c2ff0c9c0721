"""Seasons as all their people live them, for every document; and what can be sent amiss of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from models.enums import NominationState, ObjectionState, Role, SeasonState
from schema.graph import ids
from services.kit import clock
from tests.town import grants, honours, story
from tests.town import world as making
from tests.town.documents import Api, nodes
from tests.town.honours import nomination_id, season_id
from tests.town.story import Story
from tests.town.world import Community, Person, World, head, person


async def a_season_is_lived(told: Story) -> None:
    """Drafted, opened, nominated for, reviewed, published, objected to, concluded; an honour withdrawn and revoked."""
    a, admin = told.a, told.world.admin
    second = await honours.another_decider(a)
    third = await person("三管理", Role.DISTRICT_ADMIN, area=told.world.district)
    await honours.many_heads(a)
    gift = await grants.on_offer(told.api, told.world, a, title="荣誉体检")
    benefit = {"discountId": gift, "quantity": 1, "validDays": 60}
    area = ids.make("Area", a.community.id)
    given = {"areaId": area, "terms": honours.terms(benefit=benefit), "requestNo": story.request_no()}
    season = (await told.done(admin, "SeasonDraft", **given))["id"]
    spare = await honours.drafted(told.api, admin, a.community)
    await told.done(admin, "SeasonCancel", seasonId=spare, reason="重复")
    assert (await told.run(admin, "SeasonDetail", id=spare))["node"]["cancelReason"] == "重复"
    await told.done(admin, "SeasonEdit", seasonId=season, terms=honours.terms(benefit=benefit, quota=3))
    await told.done(admin, "SeasonOpen", seasonId=season)
    (listed, *_) = nodes((await told.run(admin, "Seasons", areaId=area))["seasons"])
    assert (listed["state"], listed["availableActions"]) == ("CANCELLED", []), "the newest first"

    heads = [await head(a.grid, name) for name in ("秦联户", "许联户", "何联户", "吕联户")]
    people = [await person(one.name, Role.HOUSEHOLD_HEAD, head=one) for one in heads]
    for one, wishes in zip(heads, (6, 1, 7, 0), strict=True):
        await honours.deeds(a, one, wishes=wishes)
    found = nodes((await told.run(admin, "SeasonCandidates", id=season))["node"]["candidates"])
    assert [one["head"]["name"] for one in found] == ["秦联户", "何联户"]
    choices = (await told.run(a.residents[0], "NominationChoices"))["viewer"]
    assert choices["household"]["building"]["name"] == "1栋"
    assert (await told.run(people[0], "NominationChoices"))["viewer"]["householdHead"]["name"] == "秦联户"
    made = [
        await honours.proposed(told.api, who, season, nomineeId=ids.make("HouseholdHead", one.id))
        for who, one in zip((a.residents[0], people[1], a.worker, second), heads, strict=True)
    ]
    good, weak, struck, declined = made
    for who, nomination in zip(people[:3], made, strict=False):
        await told.done(who, "NominationConsent", nominationId=nomination)
    await told.done(people[3], "NominationDecline", nominationId=declined)
    await told.done(a.residents[1], "NominationSupport", nominationId=good)
    seen = (await told.run(a.residents[1], "SeasonDetail", id=season))["node"]
    assert seen["supported"] == {"id": good, "name": "秦联户"}

    await honours.nominating_ends(told.travel)
    words = {"text": "还有两件没有算进去", "requestNo": story.request_no()}
    objection = (await told.done(people[1], "NominationObject", nominationId=weak, **words))["id"]
    (waiting,) = nodes((await told.run(a.staff, "SeasonObjections", id=season))["node"]["openObjections"])
    assert (waiting["kind"], waiting["requesterName"]) == ("EVIDENCE", "许联户")
    assert nodes((await told.run(a.staff, "SeasonDetail", id=season))["node"]["openObjections"]) == [{"id": objection}]
    answer = {"upheld": False, "answer": "那两件还没有评单"}
    await told.done(a.staff, "SeasonObjectionAnswer", objectionId=objection, **answer)
    await told.done(a.staff, "NominationShortlist", nominationId=good, reason="事迹属实")
    await told.done(a.staff, "NominationShortlist", nominationId=struck, reason="事迹属实")
    await told.done(a.staff, "NominationPassOver", nominationId=weak, reason="件数不足")
    assert len(nodes((await told.run(people[1], "MyNominations"))["viewer"]["nominations"])[0]["unmet"]) == 3
    await told.run(admin, "SeasonDetail", id=season)

    await honours.days_pass(told.travel, hours=48)
    await told.done(a.staff, "SeasonPublish", seasonId=season)
    words = {"text": "有三件是邻居办的", "requestNo": story.request_no()}
    objection = (await told.done(a.residents[2], "NominationObject", nominationId=struck, **words))["id"]
    answer = {"upheld": True, "answer": "经核实，确有其事"}
    await told.done(third, "SeasonObjectionAnswer", objectionId=objection, **answer)
    await told.done(third, "NominationStrike", nominationId=struck, reason="异议成立")
    await honours.days_pass(told.travel, days=7)
    await told.done(third, "SeasonConclude", seasonId=season)
    await told.run(admin, "Seasons", areaId=area)
    assert (await told.run(None, "SeasonDetail", id=season))["node"]["concludedAt"]

    (honour,) = nodes((await told.run(None, "HonourRoll", areaId=area))["honourRoll"])
    assert (honour["id"], honour["name"]) == (good, "秦联户")
    await told.run(people[0], "HeadHonours")
    await told.done(people[0], "NominationWithdraw", nominationId=good)
    await told.done(admin, "HonourRevoke", nominationId=good, reason="本人不再担任")
    (mine,) = nodes((await told.run(people[0], "HeadHonours"))["viewer"]["householdHead"]["honours"])
    assert (mine["state"], mine["revokeReason"]) == ("REVOKED", "本人不再担任")
    await told.run(people[0], "MyNominations")
    told.made["nominee"] = people[0]


# After these steps nobody who took one can take another.
NOTHING_LEFT_TO_DO = {
    "HonourRevoke: honourRevoke.nomination.availableActions",
    "NominationDecline: nominationDecline.nomination.availableActions",
    "NominationPassOver: nominationPassOver.nomination.availableActions",
    "NominationStrike: nominationStrike.nomination.availableActions",
    "NominationSupport: nominationSupport.nomination.availableActions",
    "NominationWithdraw: nominationWithdraw.nomination.availableActions",
    "SeasonCancel: seasonCancel.season.availableActions",
    "SeasonConclude: seasonConclude.season.availableActions",
    "SeasonObjectionAnswer: seasonObjectionAnswer.objection.availableActions",
}


async def one_of_each(
    api: Api, world: World, place: Community, admin: Person
) -> dict[str, tuple[Person | None, dict[str, Any]]]:
    """An input that would do for each mutation, and who sends it."""
    states, found, tops = SeasonState, NominationState, place.community
    await honours.another_decider(place)
    spare = [await making.head(place.grid, f"荣{n}") for n in range(9)]
    someone = await person("荣誉联户", Role.HOUSEHOLD_HEAD, head=spare[0])
    benefit = {"discountId": await grants.on_offer(api, world, place, title="专享体检"), "quantity": 1, "validDays": 9}
    rule = {"months": 1, "wishes": 1, "households": 1, "ratings": 1, "averageTenths": 40}
    terms = honours.terms(benefit=benefit, rule=rule, noticeDays=7)
    area = ids.make("Area", tops.id)
    open_, review = await honours.season(tops), await honours.season(tops, states.REVIEW)
    notice = await honours.season(tops, states.NOTICE, notice_until=clock.now() + timedelta(days=1))
    over, concluded = await honours.season(tops, states.NOTICE), await honours.season(tops, states.CONCLUDED)
    ready = await honours.season(tops, states.REVIEW)
    await honours.nomination(ready, found.SHORTLISTED, head=spare[8])
    await honours.nomination(over, found.SHORTLISTED, head=spare[8])
    listed = await honours.nomination(notice, found.SHORTLISTED, head=spare[1])
    await honours.objection(listed, await person("有异议的人"), state=ObjectionState.UPHELD)
    objected = await honours.nomination(notice, found.SHORTLISTED, head=spare[2])
    waiting = await honours.objection(objected, await person("也有异议的人"))
    draft = [await honours.season(tops, states.DRAFT) for _ in range(3)]
    await honours.many_heads(place)
    why = {"reason": "原因"}

    async def nominated(of: Any, state: NominationState, number: int) -> dict[str, str]:
        return {"nominationId": nomination_id(await honours.nomination(of, state, head=spare[number]))}

    nominee = {"nomineeId": ids.make("HouseholdHead", spare[7].id), "unit": ""}
    return {
        "HonourRevoke": (admin, await nominated(concluded, found.HONOURED, 3) | why),
        "NominationConsent": (someone, await nominated(open_, found.PROPOSED, 0)),
        "NominationDecline": (someone, await nominated(await honours.season(tops), found.PROPOSED, 0)),
        "NominationObject": (
            place.residents[0], {"nominationId": nomination_id(objected), "text": "不是他", "requestNo": "x"},
        ),
        "NominationPassOver": (place.staff, await nominated(review, found.CONSENTED, 4) | why),
        "NominationPropose": (place.staff, {"seasonId": season_id(open_), **nominee, **why, "requestNo": "x"}),
        "NominationShortlist": (place.staff, await nominated(review, found.CONSENTED, 5) | why),
        "NominationStrike": (place.staff, {"nominationId": nomination_id(listed)} | why),
        "NominationSupport": (place.residents[0], await nominated(open_, found.CONSENTED, 6)),
        "NominationWithdraw": (someone, await nominated(await honours.season(tops), found.CONSENTED, 0)),
        "SeasonCancel": (place.staff, {"seasonId": season_id(draft[0])} | why),
        "SeasonConclude": (place.staff, {"seasonId": season_id(over)}),
        "SeasonDraft": (place.staff, {"areaId": area, "terms": terms, "requestNo": "x"}),
        "SeasonEdit": (place.staff, {"seasonId": season_id(draft[1]), "terms": terms}),
        "SeasonObjectionAnswer": (
            place.staff,
            {"objectionId": ids.make("SeasonObjection", waiting.id), "upheld": False, "answer": "已核实"},
        ),
        "SeasonOpen": (place.staff, {"seasonId": season_id(draft[2])}),
        "SeasonPublish": (place.staff, {"seasonId": season_id(ready)}),
    }  # fmt: skip


async def of_others(place: Community) -> dict[str, str]:
    """A season, a nomination and an objection that nobody elsewhere sees."""
    draft = await honours.season(place.community, SeasonState.DRAFT)
    review = await honours.season(place.community, SeasonState.REVIEW)
    asked = await honours.nomination(review, NominationState.CONSENTED, head=place.heads[0])
    objection = await honours.objection(asked, await person("外面有异议的人"))
    return {
        "Season": season_id(draft),
        "Nomination": nomination_id(asked),
        "SeasonObjection": ids.make("SeasonObjection", objection.id),
    }


# What each text must be: from how many to how many characters, and whether it may have several lines.
TEXTS: dict[str, tuple[int, int, bool]] = {
    **{
        f"{kind}.terms.{name}": limits
        for kind in ("SeasonDraftInput", "SeasonEditInput")
        for name, limits in (("title", (1, 40, False)), ("basis", (1, 120, False)), ("criteria", (1, 500, True)))
    },
    **{
        f"{kind}.reason": (1, 200, False)
        for kind in (
            "HonourRevokeInput", "NominationPassOverInput", "NominationShortlistInput", "NominationStrikeInput",
            "SeasonCancelInput",
        )
    },
    "NominationObjectInput.requestNo": (1, 64, False),
    "NominationObjectInput.text": (1, 500, True),
    "NominationProposeInput.reason": (1, 300, False),
    "NominationProposeInput.requestNo": (1, 64, False),
    "NominationProposeInput.unit": (0, 20, False),
    "SeasonDraftInput.requestNo": (1, 64, False),
    "SeasonObjectionAnswerInput.answer": (1, 500, True),
}  # fmt: skip
NUMBERS: dict[str, tuple[int, int]] = {
    f"{kind}.terms.{name}": limits
    for kind in ("SeasonDraftInput", "SeasonEditInput")
    for name, limits in (
        ("quota", (1, 150)),
        ("noticeDays", (5, 30)),
        ("rule.months", (0, 60)),
        ("rule.wishes", (0, 1000)),
        ("rule.households", (0, 1000)),
        ("rule.ratings", (0, 1000)),
        ("rule.averageTenths", (0, 50)),
        ("benefit.quantity", (1, 10)),
        ("benefit.validDays", (1, 366)),
    )
}


def other_contents(valid: dict[str, tuple[Person | None, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """For each input with a requestNo, other values, each of which makes it another request."""
    another = valid["NominationSupport"][1]["nominationId"]
    return {
        "NominationObject": {"text": "另一句", "nominationId": another},
        "NominationPropose": {"reason": "另一句", "unit": "2单元"},
        "SeasonDraft": {"terms.title": "别的", "terms.quota": 1, "terms.rule.wishes": 2, "terms.benefit.quantity": 2},
    }


def refused(told: Story, unknown: UUID) -> dict[str, tuple[Person | None, dict[str, Any], str]]:
    """Each mutation with something that is not there, and the field that is told."""
    season, one = {"seasonId": ids.make("Season", unknown)}, {"nominationId": ids.make("Nomination", unknown)}
    why, terms = {"reason": "原因"}, {"terms": honours.terms()}
    nominee = {"nomineeId": ids.make("HouseholdHead", unknown), "requestNo": "x"}
    return {
        "HonourRevoke": (told.world.admin, one | why, "nominationId"),
        **dict.fromkeys(("NominationConsent", "NominationDecline"), (told.head, one, "nominationId")),
        "NominationWithdraw": (told.head, one, "nominationId"),
        "NominationSupport": (told.a.residents[0], one, "nominationId"),
        "NominationObject": (told.head, one | {"text": "不是他", "requestNo": "x"}, "nominationId"),
        **dict.fromkeys(
            ("NominationPassOver", "NominationShortlist", "NominationStrike"), (told.staff, one | why, "nominationId")
        ),
        "NominationPropose": (told.head, season | nominee | why, "seasonId"),
        "SeasonDraft": (told.staff, {"areaId": ids.make("Area", unknown), **terms, "requestNo": "x"}, "areaId"),
        "SeasonEdit": (told.staff, season | terms, "seasonId"),
        **dict.fromkeys(("SeasonOpen", "SeasonPublish", "SeasonConclude"), (told.staff, season, "seasonId")),
        "SeasonCancel": (told.staff, season | why, "seasonId"),
        "SeasonObjectionAnswer": (
            told.staff,
            {"objectionId": ids.make("SeasonObjection", unknown), "upheld": True, "answer": "是"},
            "objectionId",
        ),
    }
