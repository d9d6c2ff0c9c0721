"""A season concluded: its list becomes honours, each head's with the benefit; and an honour revoked."""

from datetime import date, timedelta
from uuid import UUID

from models.enums import GrantSource, NominationAction, NominationState, NotificationKind, SeasonAction, SeasonSubject
from services.audit import log as audit
from services.db import database
from services.grants import giving
from services.grants.giving import Gift, Recipient
from services.honours import evidence, steps
from services.honours.nominations import Nomination
from services.honours.seasons import Season
from services.honours.steps import begin, begin_nomination, move, move_nomination, nomination_of, season_of
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.writes.write import write


@write
async def conclude(viewer: Viewer, season_id: UUID) -> Season:
    """Conclude a season whose notice has ended: the list is honoured, and each head gets a grant of the benefit. By a
    third account, after neither the one that opened nor the one that published it.

    A head who has left, is suspended or holds an office by now is left out. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE
    as the table says and for a benefit past its last day, and what giving raises. Locks the season, its nominations,
    the heads by id, then the benefit's counter.
    """
    transition = await begin(viewer, season_id, SeasonAction.CONCLUDE)
    season = transition.thing
    await steps.lock_nominations(season_id)
    honoured = await _honour(viewer, season)
    if season.benefit_id is not None and season.benefit_quantity is not None:
        await _give(viewer, season, season.benefit_id, honoured)
    await move(transition, {"concluded_at": transition.at, "concluded_by_id": viewer.account_id})
    return await season_of(viewer, season_id)


async def _honour(viewer: Viewer, season: Season) -> dict[UUID, UUID | None]:
    """Honour the list; return the honoured nominations with the head of each. Locks the heads by id."""
    rows = await database.fetch(
        "SELECT id, head_id, household_id FROM nominations WHERE season_id = $1 AND state = 'SHORTLISTED' ORDER BY id",
        season.id,
    )
    gone = set()
    if season.subject == SeasonSubject.HEAD:
        listed = [row["head_id"] for row in rows]
        await database.fetch("SELECT 1 FROM household_heads WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", listed)
        found = await database.fetch(
            "SELECT hh.id FROM household_heads hh WHERE hh.id = ANY($1) AND (hh.left_at IS NOT NULL"
            f" OR hh.suspended_at IS NOT NULL OR {evidence.in_office('hh.id')})",
            listed,
        )
        gone = {row["id"] for row in found}
    lapsed = [row["id"] for row in rows if row["head_id"] in gone]
    await steps.end_all(lapsed, NominationState.LAPSED, NominationAction.LAPSE, viewer.account_id)
    kept = [row for row in rows if row["head_id"] not in gone]
    await database.execute(
        "UPDATE nominations SET state = 'HONOURED', honoured_at = $2 WHERE id = ANY($1)",
        [row["id"] for row in kept],
        clock.now(),
    )
    audit.record_each(viewer.account_id, "nomination.honour", "Nomination", [row["id"] for row in kept])
    for row in kept:
        kind = NotificationKind.HONOUR_GIVEN
        steps.tell(kind, row["id"], row["head_id"], row["household_id"], viewer.account_id)
    return {row["id"]: row["head_id"] for row in kept}


async def _give(viewer: Viewer, season: Season, origin_id: UUID, honoured: dict[UUID, UUID | None]) -> None:
    """Give each honoured head a grant, out of what was reserved; the rest goes back. The caller holds the heads."""
    assert season.benefit_quantity is not None and season.benefit_valid_days is not None and viewer.account_id
    reserved = season.quota * season.benefit_quantity
    recipients = [Recipient(head_id, key) for key, head_id in honoured.items() if head_id is not None]
    if not recipients:
        await giving.release(origin_id, reserved)
        return
    today = clock.day_of(clock.now())
    until = today + timedelta(days=season.benefit_valid_days - 1)
    offered = await database.fetch_value(
        "SELECT valid_until FROM discounts WHERE origin_id = $1 AND state IN ('ACTIVE', 'PAUSED')", origin_id
    )
    if offered is not None and offered < today:
        message = f"附带的优惠已在 {offered} 到期：请先请店铺延长并批准，再公布"
        raise Refusal(ErrorCode.INVALID_STATE, message, "seasonId")
    gift = Gift(
        origin_id=origin_id,
        quantity=season.benefit_quantity,
        valid_until=min(until, offered or date.max),
        source=GrantSource.HONOUR,
        note=season.title,
    )
    with steps.of_the_benefit():
        await giving.give(gift, recipients, viewer.account_id, from_reserve=reserved)


@write
async def revoke(viewer: Viewer, nomination_id: UUID, reason: str) -> Nomination:
    """Revoke an honour, with a reason: an open grant of it ends; what was used stands. By an administrator who is no
    party to it. Revoking again changes nothing.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE, INVALID_INPUT. Locks the season, the nomination, the head, then the
    grant.
    """
    reason = text.reason(reason)
    transition = await begin_nomination(viewer, nomination_id, NominationAction.REVOKE)
    changes = {"revoked_at": transition.at, "revoked_by_id": viewer.account_id, "revoke_reason": reason}
    await move_nomination(transition, changes)
    grant_id = await database.fetch_value("SELECT id FROM grants WHERE nomination_id = $1", nomination_id)
    if grant_id is not None and viewer.account_id is not None:
        await giving.revoke(grant_id, reason, viewer.account_id)
    return await nomination_of(viewer, nomination_id)
