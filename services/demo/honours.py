"""Seasons of the demo district: last year's, concluded, with check-ups of which most were used; one whose list is
published in the first story set's community, with an answered objection and an open one; one of buildings, open."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.enums import (
    AreaKind,
    GrantSource,
    NominationState,
    ObjectionKind,
    ObjectionState,
    Role,
    SeasonState,
    SeasonSubject,
    ShopCategory,
)
from models.honours import Nomination, NominationSupport, Season, SeasonObjection
from services.audit import log as audit
from services.db import database
from services.db.sql import Args
from services.demo.district import District
from services.demo.grants import MORE, offer, use
from services.demo.keys import founded
from services.demo.people import Head
from services.demo.places import Place
from services.demo.size import random_for
from services.grants import giving
from services.grants.giving import Gift, Recipient
from services.honours import evidence
from services.honours.rules import TENTHS, Evidence, Rule, unmet
from services.honours.terms import HEADS_A_PLACE
from services.kit import clock
from services.kit.viewer import Viewer
from services.writes.write import write

HONOURED, USED, STOCK = 120, 96, 150
LISTED = 4  # of the published list
WHY = ("常年照看独居老人", "谁家有事都去", "疫情时天天送菜上门", "把楼道收拾得干干净净", "调解邻里有耐心")
OBJECTIONS = (("去年三月那件不是他一个人办的", "已核对记录，三件都由他办结"), ("希望说明评选条件", ""))
BASIS = "演示用的评选依据，不是真的文件"


async def honour(district: District) -> None:
    """Make the seasons; not in a district in which nothing is done on the seeding day. A killed seed resumes here."""
    if not district.size.real_wishes:
        return
    await _make(district)
    clinics = [shop for shop in district.shops if shop.category == ShopCategory.CLINIC]
    clinic, admin = (clinics or district.shops)[0], district.people.admin
    above = Viewer(
        account_id=admin.id, roles=frozenset({Role.DISTRICT_ADMIN}), admin_paths=(district.places.district.path,)
    )
    gift = await offer(clinic, above, {"title": "年度体检", "stock_total": STOCK}, "demo-yearly-check-up")
    heads = _honoured(district)
    await _give(gift, heads, admin.id)
    for number, head in enumerate(heads[: -(-len(heads) * USED // HONOURED)]):
        await use(clinic, head, gift, f"demo-yearly-check-up-{number}")


def _honoured(district: District) -> list[Head]:
    """Return the heads of last year: neither those of the story sets, nor, where there are enough, those thanked."""
    others = [head for head in district.people.heads if not head.in_story]
    count = min(HONOURED, max(1, len(district.people.heads) // HEADS_A_PLACE))
    return others[MORE : MORE + count] or others[-count:]


@write
async def _give(origin_id: UUID, heads: list[Head], by: UUID) -> None:
    """Give what has not been given yet, as the season's conclusion does."""
    given = await database.fetch("SELECT 1 FROM grants WHERE source = $1 LIMIT 1", GrantSource.HONOUR.value)
    if given:
        return
    recipients = [Recipient(head.id, founded("nomination", number)) for number, head in enumerate(heads)]
    until = clock.day_of(clock.now()) + timedelta(days=180)
    gift = Gift(origin_id=origin_id, quantity=1, valid_until=until, source=GrantSource.HONOUR, note="去年的优秀联户长")
    await giving.give(gift, recipients, by)


@write
async def _make(district: District) -> None:
    first = next(head for head in district.people.heads if head.in_story)
    community = first.grid.above(AreaKind.COMMUNITY)
    now = clock.now()
    past = now - timedelta(days=200)
    await _season(district, 0, district.places.district, "去年的优秀联户长", SeasonState.CONCLUDED, past)
    await _season(district, 1, community, "社区优秀联户长", SeasonState.NOTICE, now)
    await _season(district, 2, community, "最美楼栋", SeasonState.OPEN, now, SeasonSubject.BUILDING)
    await _nominations(district, 0, 0, _honoured(district), NominationState.HONOURED, past)
    near = [first, *[head for head in district.people.heads if head.grid.parent is community and head is not first]]
    listed = await _listed(near)
    await _nominations(district, 1, 1000, listed, NominationState.SHORTLISTED, now)
    await _freeze(len(listed))
    await _buildings(district, near[:2], now)
    await _objections(district, first, listed, near[-1], now)
    audit.record(None, "demo.honours", "Season", founded("season", 0))


async def _listed(near: list[Head]) -> list[Head]:
    """Return whom the published list names: the first, and of the others who helped those who meet the usual rule,
    or did most."""
    season = await Season.get(id=founded("season", 1))
    args = Args()
    first, after = (args(at) for at in evidence.window(season.deeds_from, season.deeds_until))
    rows = await database.fetch(
        f"SELECT hh.id, done.* FROM household_heads hh, LATERAL ({evidence.of_head('hh', first, after)}) done"
        f" WHERE hh.id = ANY({args([head.id for head in near])})",
        *args,
    )
    done = {row.pop("id"): Evidence(**row) for row in rows}
    helped = [head for head in near[1:] if done[head.id].wishes]
    others = sorted(helped, key=lambda head: (len(unmet(Rule(), done[head.id])), -done[head.id].wishes, head.id))
    listed = [near[0], *others[: LISTED - 1]]
    await Season.filter(id=season.id).update(rule=_met_by([done[head.id] for head in listed]).kept())
    return listed


def _met_by(listed: list[Evidence]) -> Rule:
    """Return the usual rule, or less where it is asked of who has done less: in a district of few wishes."""
    usual = Rule()
    return Rule(
        months=min(usual.months, *(one.months or 0 for one in listed)),
        wishes=min(usual.wishes, *(one.wishes for one in listed)),
        households=min(usual.households, *(one.households for one in listed)),
        ratings=min(usual.ratings, *(one.ratings or 0 for one in listed)),
        average_tenths=min(usual.average_tenths, *(int((one.average or 5) * TENTHS) for one in listed)),
    )


async def _freeze(listed: int) -> None:
    """Compute the evidence of the published list from what was done, as a review does."""
    season = await Season.get(id=founded("season", 1))
    for number in range(listed):
        key = founded("nomination", 1000 + number)
        await evidence.renew(key, season.subject, season.deeds_from, season.deeds_until)


async def _season(
    district: District, number: int, area: Place, title: str, state: SeasonState, at: datetime,
    subject: SeasonSubject = SeasonSubject.HEAD,
) -> None:  # fmt: skip
    """Make a season that is in this state at an instant. Its steps were three people's."""
    day, people = clock.day_of(at), district.people
    own = [person.id for person in people.staff if person.scope == area.id] or [person.id for person in people.staff]
    opened, published, concluded = own[0], own[1], people.admin.id
    given: dict[str, Any] = {
        "opened_by_id": opened,
        "opened_at": at - timedelta(days=60),
        "nominate_until": day + timedelta(days=20),
    }
    if state != SeasonState.OPEN:
        given |= {
            "nominate_until": day - timedelta(days=20),
            "reviewed_at": at - timedelta(days=19),
            "published_by_id": published,
            "published_at": at - timedelta(days=3),
            "notice_until": at + timedelta(days=4),
        }
    if state == SeasonState.CONCLUDED:
        given |= {"concluded_by_id": concluded, "concluded_at": at + timedelta(days=4)}
    row = Season(
        id=founded("season", number),
        title=title,
        subject=subject,
        area_id=area.id,
        basis=BASIS,
        criteria="热心为邻里办事，得到大家认可。",
        deeds_from=day - timedelta(days=386),
        deeds_until=day - timedelta(days=21),
        nominate_from=day - timedelta(days=50),
        quota=HONOURED if state == SeasonState.CONCLUDED else LISTED,
        rule=Rule().kept() if subject == SeasonSubject.HEAD else None,
        notice_days=7,
        state=state,
        drafted_by_id=opened,
        drafted_at=at - timedelta(days=61),
        **given,
    )
    await Season.bulk_create([row], ignore_conflicts=True)


async def _nominations(
    district: District, season: int, first: int, heads: list[Head], state: NominationState, at: datetime
) -> None:
    random = random_for(f"nominations {season}")
    decided = at - timedelta(days=10)
    rows = []
    for number, head in enumerate(heads):
        rows.append(
            Nomination(
                id=founded("nomination", first + number),
                season_id=founded("season", season),
                head_id=head.id,
                grid_id=head.grid.id,
                position=random.randrange(2**62),
                proposed_by_id=head.homes[0].resident.id if head.homes else district.people.staff[0].id,
                proposed_at=at - timedelta(days=40),
                reason=random.choice(WHY),
                state=state,
                consented_by_id=head.person.id,
                consented_at=at - timedelta(days=39),
                evidence=None,  # of honours it went, 30 days after
                evidence_at=at - timedelta(days=19),
                supports=0,
                decided_by_id=district.people.admin.id,
                decided_at=decided,
                decision="事迹属实",
                honoured_at=at + timedelta(days=4) if state == NominationState.HONOURED else None,
            )
        )
    await Nomination.bulk_create(rows, ignore_conflicts=True)


async def _buildings(district: District, heads: list[Head], at: datetime) -> None:
    """Nominate the buildings of some heads; the first one's residents have consented, and a neighbour supports it."""
    buildings = list({head.building.id: head for head in heads}.values())
    rows = [
        Nomination(
            id=founded("nomination", 2000 + number),
            season_id=founded("season", 2),
            building_id=head.building.id,
            grid_id=head.grid.id,
            position=2000 + number,
            proposed_by_id=district.people.workers[0].id,
            proposed_at=at - timedelta(days=5),
            reason="楼道整洁，邻里和睦",
            state=NominationState.CONSENTED if number == 0 else NominationState.PROPOSED,
            consented_by_id=head.homes[0].resident.id if number == 0 and head.homes else None,
            consented_at=at - timedelta(days=4) if number == 0 and head.homes else None,
        )
        for number, head in enumerate(buildings)
        if head.homes
    ]
    await Nomination.bulk_create(rows, ignore_conflicts=True)
    others = [head for head in heads if head.building.id != buildings[0].building.id and head.homes]
    supports = [
        NominationSupport(
            id=founded("support", number),
            season_id=founded("season", 2),
            nomination_id=founded("nomination", 2000),
            household_id=head.homes[0].id,
        )
        for number, head in enumerate(others)
    ]
    await NominationSupport.bulk_create(supports, ignore_conflicts=True)


async def _objections(district: District, first: Head, listed: list[Head], other: Head, at: datetime) -> None:
    """One objection that was answered, and one that waits."""
    rows = []
    for number, (text, answer) in enumerate(OBJECTIONS):
        answered = {"answered_at": at - timedelta(days=1), "answered_by_id": district.people.admin.id} if answer else {}
        nominee = min(number, len(listed) - 1)
        rows.append(
            SeasonObjection(
                id=founded("objection", number),
                season_id=founded("season", 1),
                nomination_id=founded("nomination", 1000 + nominee),
                kind=ObjectionKind.NOTICE,
                requester_id=first.homes[0].resident.id if number else other.person.id,
                text=text,
                state=ObjectionState.REJECTED if answer else ObjectionState.OPEN,
                submitted_at=at - timedelta(days=2),
                answer=answer,
                **answered,
            )
        )
    await SeasonObjection.bulk_create(rows, ignore_conflicts=True)
