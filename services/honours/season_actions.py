"""The steps of a season before the notice: drafted, edited, opened, closed by time, published, cancelled.

Each is one transaction that locks the season first. Once it is open, none of its terms changes.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import (
    AreaKind,
    DiscountAudience,
    NominationAction,
    NominationState,
    NotificationKind,
    SeasonAction,
    SeasonState,
    SeasonSubject,
)
from models.honours import Season as SeasonRow
from services.audit import log as audit
from services.db import database, journal
from services.db.sql import Args, under
from services.db.upkeep import Passed
from services.discounts import discounts
from services.grants import giving
from services.honours import evidence, rules, seasons, steps, table
from services.honours import terms as season_terms
from services.honours.rules import Evidence
from services.honours.seasons import Season
from services.honours.steps import begin, move, season_of
from services.honours.terms import HEADS_A_PLACE, Benefit, Terms
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.writes import requests
from services.writes.write import write

_KINDS = (AreaKind.DISTRICT, AreaKind.SUBDISTRICT, AreaKind.COMMUNITY)


@write
async def draft(viewer: Viewer, area_id: UUID, terms: Terms, request_no: str) -> Season:
    """Draft a season of an area that the viewer administers. The same `request_no` again returns the same season.

    Raises REQUEST_NO_REUSED, NOT_FOUND for an area or a benefit out of reach, INVALID_INPUT. Locks the request.
    """
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    today = await requests.asked_on(viewer.account_id, "seasonDraft", request_no)
    with Form() as form:
        terms = form(season_terms.fit, terms, today)
        form(requests.checked, request_no)
    made_id = uuid7()
    content = {"area_id": area_id, **asdict(terms)}
    before = await requests.claim(viewer.account_id, "seasonDraft", request_no, content, made_id)
    if before is not None:
        return await season_of(viewer, before, "requestNo")
    await _check_area(viewer, area_id)
    now, given = clock.now(), await _columns(viewer, terms)
    await SeasonRow.create(
        id=made_id, area_id=area_id, state=SeasonState.DRAFT, drafted_by_id=viewer.account_id, drafted_at=now, **given
    )
    audit.record(viewer.account_id, "season.draft", "Season", made_id, area_id=str(area_id))
    return await season_of(viewer, made_id)


@write
async def edit(viewer: Viewer, season_id: UUID, terms: Terms) -> Season:
    """Change the terms of a draft. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE, INVALID_INPUT. Locks the season."""
    terms = season_terms.fit(terms, clock.day_of(clock.now()))
    transition = await begin(viewer, season_id, SeasonAction.EDIT)
    given = await _columns(viewer, terms)
    row = await SeasonRow.get(id=season_id)
    changed = sorted(column for column, value in given.items() if getattr(row, column) != value)
    if changed:
        await SeasonRow.filter(id=season_id).update(**given)
        await move(transition, columns=changed)
    return await season_of(viewer, season_id)


async def _check_area(viewer: Viewer, area_id: UUID) -> None:
    area = await areas.find(viewer, area_id)
    if area is None or area.kind not in _KINDS or not inside(area.path, viewer.manage_paths):
        raise not_found("areaId")


async def _columns(viewer: Viewer, terms: Terms) -> dict[str, Any]:
    """Return the terms by column. Raises NOT_FOUND and INVALID_INPUT for the benefit."""
    given = asdict(terms)
    given["rule"] = terms.rule and terms.rule.kept()
    benefit = given.pop("benefit")
    given |= {"benefit_id": None, "benefit_quantity": None, "benefit_valid_days": None}
    if benefit is not None:
        assert terms.benefit is not None, "it was one"
        given["benefit_id"] = await _origin(viewer, terms.benefit)
        given["benefit_quantity"], given["benefit_valid_days"] = terms.benefit.quantity, terms.benefit.valid_days
    return given


async def _origin(viewer: Viewer, benefit: Benefit) -> UUID:
    found = (await discounts.by_ids(viewer, [benefit.discount_id])).get(benefit.discount_id)
    if found is None:
        raise not_found("terms.benefit.discountId")
    if found.audience != DiscountAudience.GRANTED:
        raise Refusal(ErrorCode.INVALID_INPUT, "请选一项给获赠者的专享优惠", "terms.benefit.discountId")
    return found.origin_id


@write
async def open_(viewer: Viewer, season_id: UUID) -> Season:
    """Open a season: from now on its terms stand, and are public. A benefit is reserved, quota × quantity.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE where fewer than three accounts may decide and for days that have passed,
    LIMIT_REACHED for a quota above 5 % of the area's heads; for the benefit DISCOUNT_NOT_AVAILABLE, OUT_OF_STOCK, and
    INVALID_STATE where it is offered for less long than who is honoured first may use it. Locks the season, then the
    benefit's counter.
    """
    transition = await begin(viewer, season_id, SeasonAction.OPEN)
    season = transition.thing
    await _check_deciders(season)
    if season.subject == SeasonSubject.HEAD:
        await _check_quota(season)
    if season.benefit_id is not None and season.benefit_quantity is not None:
        await _reserve(season, season.benefit_id, season.quota * season.benefit_quantity)
    await move(transition, {"opened_at": transition.at, "opened_by_id": viewer.account_id})
    return await season_of(viewer, season_id)


async def _check_deciders(season: Season) -> None:
    found = await seasons.deciders(season.area_path)
    if found < table.MIN_DECIDERS:
        message = f"开启、公示、公布须由三个人分别办理，这里能办的只有 {found} 人：请先请区里再设一位管理员"
        raise Refusal(ErrorCode.INVALID_STATE, message, "seasonId")


async def _check_quota(season: Season) -> None:
    args = Args()
    heads = await database.fetch_value(
        "SELECT count(*) FROM household_heads hh JOIN areas g ON g.id = hh.grid_id"
        f" WHERE hh.left_at IS NULL AND {under('g.path', [season.area_path], args)}",
        *args,
    )
    most = season_terms.largest_quota(heads)
    if not most:
        message = f"这里的联户长不足 {HEADS_A_PLACE} 位，请由上一级区域来评"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, "seasonId")
    if season.quota > most:
        message = f"名额最多为联户长的 5%，这里最多 {most} 名，请先修改方案"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, "seasonId")


async def _reserve(season: Season, origin_id: UUID, quantity: int) -> None:
    """Reserve the benefit, which must be on offer for as long as the first grants are good."""
    assert season.benefit_valid_days is not None, "it is whole"
    until = table.first_conclusion(season.nominate_until, season.notice_days) + timedelta(season.benefit_valid_days - 1)
    with steps.of_the_benefit():
        await giving.reserve(origin_id, quantity, until)


@write
async def publish(viewer: Viewer, season_id: UUID) -> Season:
    """Publish the list, for as many days as the season says. By who did not open it and is party to none of it.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE and LIMIT_REACHED as the table says, INVALID_STATE also where nobody is
    left to conclude it. Locks the season.
    """
    transition = await begin(viewer, season_id, SeasonAction.PUBLISH)
    await _check_list(transition.thing)
    assert viewer.account_id is not None, "the table lets only deciders come here"
    if not await seasons.can_be_concluded(transition.thing, viewer.account_id):
        message = "您公示以后没有人能公布了：其余能办的人开启了这一期，或与名单有关；请先请区里再设一位管理员"
        raise Refusal(ErrorCode.INVALID_STATE, message, "seasonId")
    until = transition.at + timedelta(days=transition.thing.notice_days)
    changes = {"published_at": transition.at, "published_by_id": viewer.account_id, "notice_until": until}
    await move(transition, changes)
    return await season_of(viewer, season_id)


async def _check_list(season: Season) -> None:
    """Refuse who no longer meets the rule: their evidence was computed anew once they were on the list."""
    rows = await database.fetch(
        "SELECT evidence FROM nominations WHERE season_id = $1 AND state = 'SHORTLISTED'", season.id
    )
    if some := sum(bool(rules.unmet(season.rule, Evidence.of(row["evidence"]))) for row in rows):
        message = f"公示名单有 {some} 项按更正后的事迹已不符合评选条件，请先改为不列入"
        raise Refusal(ErrorCode.INVALID_STATE, message, "seasonId")


@write
async def cancel(viewer: Viewer, season_id: UUID, reason: str) -> Season:
    """Cancel a season that is not concluded; its nominations lapse, its benefit is released.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE, INVALID_INPUT for the reason. Locks the season, its nominations, then
    the benefit's counter.
    """
    reason = text.reason(reason)
    transition = await begin(viewer, season_id, SeasonAction.CANCEL)
    await _end(transition.thing, transition.at, viewer.account_id)
    changes = {"cancelled_at": transition.at, "cancelled_by_id": viewer.account_id, "cancel_reason": reason}
    await move(transition, changes)
    return await season_of(viewer, season_id)


async def _end(season: Season, at: datetime, by: UUID | None) -> None:
    """End what a locked season that is cancelled leaves open: nominations, objections, and what is reserved."""
    await _lapse(season.id, table.UNDECIDED, by)
    await database.execute(
        "UPDATE season_objections SET state = 'WITHDRAWN', answered_at = $2 WHERE season_id = $1 AND state = 'OPEN'",
        season.id,
        at,
    )
    if season.state != SeasonState.DRAFT and season.benefit_id is not None and season.benefit_quantity is not None:
        await giving.release(season.benefit_id, season.quota * season.benefit_quantity)


@write
async def cancel_again(season_id: UUID) -> None:
    """Cancel a season that was cancelled after the backup that was restored. Locks as `cancel`."""
    await steps.lock_season(season_id)
    season = await seasons.read(season_id)
    if season is None or season.state in {SeasonState.CONCLUDED, SeasonState.CANCELLED}:
        return
    now = clock.now()
    await _end(season, now, None)
    await database.execute(
        "UPDATE seasons SET state = 'CANCELLED', cancelled_at = $2, cancel_reason = $3 WHERE id = $1",
        season_id,
        now,
        journal.REASON,
    )
    audit.record(None, "season.cancel", "Season", season_id)


async def _lapse(season_id: UUID, states: tuple[NominationState, ...], by: UUID | None) -> None:
    await steps.lock_nominations(season_id)
    rows = await database.fetch(
        "SELECT id FROM nominations WHERE season_id = $1 AND state = ANY($2)",
        season_id,
        [state.value for state in states],
    )
    await steps.end_all([row["id"] for row in rows], NominationState.LAPSED, NominationAction.LAPSE, by)


async def close_due(limit: int, passed: Passed) -> int:
    """Close the nominating of at most `limit` seasons whose last day is over; return how many. Each is a transaction of
    its own; a locked one is left to the next run."""
    rows = await database.fetch(
        "SELECT id FROM seasons WHERE state = 'OPEN' AND nominate_until < $1 ORDER BY nominate_until, id LIMIT $2",
        clock.day_of(clock.now()),
        limit,
    )
    closed = 0
    for row in rows:
        try:
            closed += await close(row["id"])
        except Exception as error:  # one bad season must not block the rest
            if not passed(row["id"], error):
                break
    return closed


@write
async def close(season_id: UUID) -> bool:
    """Take a season whose last day of nominating is over to review: who has not consented lapses, evidence and supports
    are frozen, and the nominees are told to look.

    False when nothing is due any more, or another transaction holds the season. Locks the season without waiting, then
    its nominations.
    """
    now = clock.now()
    locked = await database.fetch_one(
        "SELECT 1 FROM seasons WHERE id = $1 AND state = 'OPEN' AND nominate_until < $2 FOR NO KEY UPDATE SKIP LOCKED",
        season_id,
        clock.day_of(now),
    )
    if locked is None:
        return False
    season = await seasons.read(season_id)
    assert season is not None, "it is locked"
    await _lapse(season_id, (NominationState.PROPOSED,), None)
    await _lapse_those_who_left(season_id)
    await evidence.freeze(season_id, season.subject, season.deeds_from, season.deeds_until)
    await _tell_to_look(season_id)
    await database.execute("UPDATE seasons SET state = 'REVIEW', reviewed_at = $2 WHERE id = $1", season_id, now)
    audit.record(None, "season.close", "Season", season_id)
    return True


async def _lapse_those_who_left(season_id: UUID) -> None:
    rows = await database.fetch(
        "SELECT n.id FROM nominations n JOIN household_heads hh ON hh.id = n.head_id"
        " WHERE n.season_id = $1 AND n.state = 'CONSENTED' AND hh.left_at IS NOT NULL",
        season_id,
    )
    await steps.end_all([row["id"] for row in rows], NominationState.LAPSED, NominationAction.LAPSE, None)


async def _tell_to_look(season_id: UUID) -> None:
    rows = await database.fetch(
        "SELECT id, head_id, household_id FROM nominations WHERE season_id = $1 AND state = 'CONSENTED'", season_id
    )
    for row in rows:
        steps.tell(NotificationKind.EVIDENCE_READY, row["id"], row["head_id"], row["household_id"], None)


def to_close(args: Args, now: datetime) -> str:
    """Return SQL for how many seasons wait to be closed, and since when."""
    return (
        "SELECT count(*), min((nominate_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AS since FROM seasons"
        f" WHERE state = 'OPEN' AND nominate_until < {args(clock.day_of(now))}"
    )
