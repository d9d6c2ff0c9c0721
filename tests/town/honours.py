"""Seasons of honours for tests: made straight away in any state, and a story from the draft to a check-up."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.accounts import Account
from models.enums import NominationState, ObjectionKind, ObjectionState, Role, SeasonState, SeasonSubject
from models.honours import Nomination, NominationSupport, Season, SeasonObjection
from models.people import Area, HouseholdHead
from schema.graph import ids
from services.db import database
from services.honours.rules import Evidence, Rule
from services.kit import clock
from services.work import tick
from tests.town import points, story
from tests.town.documents import Api
from tests.town.world import Community, Person, Travel, keep_signed_in, person

EVIDENCE = Evidence(
    wishes=8, households=3, months=14, ratings=5, stars=25, reversals=0, suspended=False, in_office=False
).kept()

# A rule that everybody meets.
NOTHING = {"months": 0, "wishes": 0, "households": 0, "ratings": 0, "average_tenths": 0}


def terms(**more: Any) -> dict[str, Any]:
    """What a season of heads is drafted with: the deeds of a year, nominated until the day after tomorrow."""
    day = today()
    return {
        "title": "年度优秀联户长",
        "subject": "HEAD",
        "basis": "汇川区社会工作部 2026 年第 3 号",
        "criteria": "热心为邻里办事，\n得到大家认可。",
        "deedsFrom": (day - timedelta(days=365)).isoformat(),
        "deedsUntil": day.isoformat(),
        "nominateFrom": (day - timedelta(days=5)).isoformat(),
        "nominateUntil": (day + timedelta(days=2)).isoformat(),
        "quota": 2,
        **more,
    }


def today() -> date:
    return clock.day_of(clock.now())


async def many_heads(place: Community, count: int = 60) -> None:
    """More heads, so that 5 % of them are somebody."""
    await HouseholdHead.bulk_create(
        HouseholdHead(grid_id=place.grid.id, name=f"群众{n}", created_at=clock.now()) for n in range(count)
    )


async def another_decider(place: Community) -> Person:
    """One more of the community's staff."""
    return await person("冯社工", Role.COMMUNITY_STAFF, area=place.community)


async def _somebody(name: str) -> UUID:
    return (await Account.create(display_name=name, created_at=clock.now())).id


async def season(
    area: Area,
    state: SeasonState = SeasonState.OPEN,
    subject: SeasonSubject = SeasonSubject.HEAD,
    **more: Any,
) -> Season:
    """A season of an area, in this state, decided by three people whom nobody else knows. Nominating ends today, a
    review began three days ago, a notice ended an hour ago."""
    now = clock.now()
    today = clock.day_of(now)
    passed = list(SeasonState).index(state)
    begun = state not in {SeasonState.DRAFT, SeasonState.CANCELLED}
    given: dict[str, Any] = {
        "title": "优秀联户长",
        "subject": subject,
        "area_id": area.id,
        "basis": "一份文件",
        "criteria": "热心",
        "deeds_from": today - timedelta(days=365),
        "deeds_until": today,
        "nominate_from": today - timedelta(days=5),
        "nominate_until": today,
        "quota": 2,
        "rule": Rule().kept() if subject == SeasonSubject.HEAD else None,
        "notice_days": 7,
        "state": state,
        "drafted_by_id": await _somebody("起草的人"),
        "drafted_at": now,
    }
    if begun:
        given |= {"opened_by_id": await _somebody("开启的人"), "opened_at": now - timedelta(days=20)}
    if begun and passed >= 2:
        given |= {"reviewed_at": now - timedelta(days=11)}
    if begun and passed >= 3:
        given |= {"published_by_id": await _somebody("公示的人"), "published_at": now - timedelta(days=8)}
        given |= {"notice_until": now - timedelta(hours=1)}
    if state == SeasonState.CONCLUDED:
        given |= {"concluded_by_id": await _somebody("公布的人"), "concluded_at": now}
    if state == SeasonState.CANCELLED:
        given |= {"cancelled_by_id": given["drafted_by_id"], "cancelled_at": now, "cancel_reason": "重复"}
    return await Season.create(**{"id": uuid7(), **given, **more})


_FROZEN = {
    NominationState.SHORTLISTED,
    NominationState.PASSED_OVER,
    NominationState.STRUCK,
    NominationState.HONOURED,
    NominationState.REVOKED,
}


async def nomination(of: Season, state: NominationState = NominationState.PROPOSED, **nominee: Any) -> Nomination:
    """A nomination in a season, in this state: of a head, a household or a building (`head=`, `household=`,
    `building=`), made by somebody whom nobody knows."""
    now, grid = clock.now(), None
    for name in ("head", "household", "building"):
        if one := nominee.pop(name, None):
            nominee[f"{name}_id"], grid = one.id, one.parent_id if name == "building" else one.grid_id
    given: dict[str, Any] = {
        "season_id": of.id,
        "grid_id": grid,
        "position": 1,
        "proposed_by_id": await _somebody("提名的人"),
        "proposed_at": now,
        "reason": "常年照看独居老人",
        "state": state,
    }
    if state not in {NominationState.PROPOSED, NominationState.LAPSED}:
        given |= {"consented_by_id": await _somebody("本人"), "consented_at": now}
    if state in _FROZEN or (state == NominationState.CONSENTED and of.state != SeasonState.OPEN):
        given |= {"evidence": EVIDENCE, "evidence_at": now - timedelta(hours=1), "supports": 0}
    if state in _FROZEN:
        given |= {"decided_by_id": await _somebody("审核的人"), "decided_at": now, "decision": "事迹属实"}
    if state in {NominationState.HONOURED, NominationState.REVOKED}:
        given |= {"honoured_at": now}
    if state == NominationState.REVOKED:
        given |= {"revoked_by_id": given["decided_by_id"], "revoked_at": now, "revoke_reason": "不实"}
    return await Nomination.create(**{"id": uuid7(), **given, **nominee})


async def objection(
    to: Nomination, by: Person, kind: ObjectionKind = ObjectionKind.NOTICE, state: ObjectionState = ObjectionState.OPEN
) -> SeasonObjection:
    """An objection to a nomination."""
    now, answered = clock.now(), state in {ObjectionState.UPHELD, ObjectionState.REJECTED}
    return await SeasonObjection.create(
        id=uuid7(),
        season_id=to.season_id,  # type: ignore[attr-defined]
        nomination_id=to.id,
        kind=kind,
        requester_id=by.account_id,
        text="有一件心愿不是他做的",
        state=state,
        submitted_at=now,
        answered_at=None if state == ObjectionState.OPEN else now,
        answered_by_id=await _somebody("答复的人") if answered else None,
        answer="已核实" if answered else "",
    )


async def supported(of: Nomination, household: Any) -> None:
    """A household supports a nomination."""
    await NominationSupport.create(
        id=uuid7(),
        season_id=of.season_id,
        nomination_id=of.id,
        household_id=household.id,  # type: ignore[attr-defined]
    )


def season_id(one: Season) -> str:
    return ids.make("Season", one.id)


def nomination_id(one: Nomination) -> str:
    return ids.make("Nomination", one.id)


def head_id(place: Community, head: int = 0) -> str:
    return ids.make("HouseholdHead", place.heads[head].id)


async def state_of(nomination: str) -> str:
    """The state of a nomination as the database has it."""
    return str(
        await database.fetch_value("SELECT state FROM nominations WHERE id = $1", ids.find(nomination, "Nomination"))
    )


async def drafted(api: Api, who: Person | None, area: Area, **given: Any) -> str:
    """A draft, as its screen makes one; its id."""
    payload = await story.done(
        api,
        who,
        "SeasonDraft",
        areaId=ids.make("Area", area.id),
        terms=terms(**given),
        requestNo=story.request_no(),
    )
    return str(payload["season"]["id"])


async def propose(api: Api, who: Person | None, season: str, **nominee: Any) -> dict[str, Any]:
    """The payload of NominationPropose."""
    given = {"reason": "常年照看独居老人", "requestNo": story.request_no(), **nominee}
    return await story.act(api, who, "NominationPropose", seasonId=season, **given)


async def proposed(api: Api, who: Person | None, season: str, **nominee: Any) -> str:
    """A nomination that was made; its id."""
    payload = await propose(api, who, season, **nominee)
    assert payload["errors"] == [], payload["errors"]
    return str(payload["nomination"]["id"])


async def deeds(place: Community, head: HouseholdHead | None = None, *, wishes: int = 6, stars: int = 5) -> None:
    """A head, the first without another, has done so much within the days of `terms`, for three households in turn, and
    is in office for a year."""
    of = head or place.heads[0]
    entered = clock.now() - timedelta(days=400)
    rated = {"ratings_count": wishes, "ratings_sum": wishes * stars}
    await HouseholdHead.filter(id=of.id).update(created_at=entered, **rated)
    for number in range(wishes):
        at = clock.now() - timedelta(days=3 + 7 * number)
        await points.award(place, at=at, head=of, household=number % 3, stars=stars)


async def nominating_ends(travel: Travel) -> dict[str, int]:
    """The last day of `terms` passes; what the tick did."""
    travel.to(clock.start_of(today() + timedelta(days=3)) + timedelta(hours=9))
    await keep_signed_in()
    return await tick.run()


async def days_pass(travel: Travel, **passed: float) -> None:
    travel.by(**passed)
    await keep_signed_in()
