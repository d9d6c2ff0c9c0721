"""The steps of a dispute: a head disputes a redemption, an administrator decides with reasons.

Each is one transaction: it locks the redemption, then the shop (shared), so that the shop's day does not close
meanwhile, then reads the dispute and the clock. Each raises INVALID_INPUT for an unfit reason.
"""

from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import DisputeAction, DisputeState, NotificationKind, RedemptionState
from models.till import Dispute as DisputeRow
from services.audit import log as audit
from services.db import database
from services.kit import business_days, clock, text
from services.kit.errors import not_found
from services.kit.viewer import Viewer
from services.live import outbox
from services.till import dispute_table, disputes, redemptions
from services.till.disputes import Dispute
from services.till.redemptions import Locked
from services.writes import transitions
from services.writes.transitions import Transition
from services.writes.write import Unchanged, write


@write
async def open_dispute(viewer: Viewer, redemption_id: UUID, reason: str) -> Dispute:
    """Dispute a redemption of the viewer's own head, within 24 h of its confirmation.

    Repeated at any time, returns the existing dispute. Raises NOT_FOUND, and NOT_DISPUTABLE later or for a redemption
    that is not CONFIRMED. Locks the redemption, the shop (shared).
    """
    reason = text.reason(reason)
    own = await database.fetch_one(
        "SELECT 1 FROM redemptions WHERE id = $1 AND head_id = $2", redemption_id, viewer.head_id
    )
    if own is None:
        raise not_found("redemptionId")
    found = await redemptions.lock(redemption_id)
    now = clock.now()
    made = await disputes.of_redemption(redemption_id)
    if made is None:
        dispute_table.check_disputable(found.state, found.confirmed_at, now)
        dispute_id = uuid7()
        await DisputeRow.create(
            id=dispute_id,
            redemption_id=redemption_id,
            shop_id=found.shop_id,
            head_id=found.head_id,
            opened_by_id=viewer.account_id,
            reason=reason,
            opened_at=now,
            state=DisputeState.OPEN,
        )
        audit.record(
            viewer.account_id,
            "dispute.open",
            "Dispute",
            dispute_id,
            state=DisputeState.OPEN,
            redemption_id=str(redemption_id),
        )
        outbox.redemption_changed(redemption_id, found.state, found.head_id, found.shop_id)
    return await _read(redemption_id)


@write
async def uphold(viewer: Viewer, dispute_id: UUID, reason: str) -> Dispute:
    """Decide for the head: reverse the redemption and return what it took to where it came from.

    A redemption already settled is corrected on the shop's open day. Repeating it changes nothing. Raises NOT_FOUND,
    and FORBIDDEN and INVALID_STATE by the dispute table. Locks the redemption, the shop (shared), the discount's
    counter, the shop's month, points accounts.
    """
    return await _decide(viewer, dispute_id, DisputeAction.UPHOLD, reason)


@write
async def reject(viewer: Viewer, dispute_id: UUID, reason: str) -> Dispute:
    """Decide against the dispute: the redemption stays as it is.

    Repeating it changes nothing. Raises NOT_FOUND, and FORBIDDEN and INVALID_STATE by the dispute table. Locks the
    redemption, the shop (shared).
    """
    return await _decide(viewer, dispute_id, DisputeAction.REJECT, reason)


async def _decide(viewer: Viewer, dispute_id: UUID, action: DisputeAction, reason: str) -> Dispute:
    reason = text.reason(reason)
    seen = (await disputes.by_ids(viewer, [dispute_id])).get(dispute_id)
    if seen is None:
        raise not_found("disputeId")
    found = await redemptions.lock(seen.redemption_id)
    now = clock.now()
    dispute = await _read(seen.redemption_id)
    step = dispute_table.step(dispute.state, action, disputes.standing(viewer, dispute))
    if step is None:
        raise Unchanged(dispute)
    upheld = step.to_state == DisputeState.UPHELD
    correction_day = business_days.open_statement_day(now, found.closed_through) if upheld and found.settled else None
    decision = {
        "decided_by_id": viewer.account_id,
        "decided_at": now,
        "decision_reason": reason,
        "correction_day": correction_day,
    }
    await transitions.move("disputes", dispute, step.to_state, decision)
    transitions.record(
        "Dispute",
        "dispute",
        Transition(dispute, action, step, now, viewer),
        redemption_id=str(found.id),
        correction_day=correction_day and correction_day.isoformat(),
    )
    kind, by = NotificationKind.DISPUTE_DECIDED, viewer.account_id
    outbox.notice(kind, dispute_id, by=by, heads=[found.head_id], shops=[found.shop_id])
    if upheld:
        await _reverse(viewer, found, dispute_id)
    else:
        outbox.redemption_changed(found.id, found.state, found.head_id, found.shop_id)
    return await _read(found.id)


async def _reverse(viewer: Viewer, found: Locked, dispute_id: UUID) -> None:
    await transitions.move("redemptions", found, RedemptionState.REVERSED)
    await redemptions.take_back(found, RedemptionState.REVERSED)
    audit.record(viewer.account_id, "redemption.reverse", "Redemption", found.id, dispute_id=str(dispute_id))


async def _read(redemption_id: UUID) -> Dispute:
    dispute = await disputes.of_redemption(redemption_id)
    assert dispute is not None, "a dispute is never deleted"
    return dispute
