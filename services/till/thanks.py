"""Thanks (致谢): a head thanks the shop for a redemption, with one of three words; the shop learns sums alone."""

from uuid import UUID

from models.enums import RedemptionState, ThankWord
from models.till import RedemptionThank
from services.audit import log as audit
from services.db import database
from services.kit import business_days, clock
from services.kit.errors import not_found
from services.kit.viewer import Viewer
from services.till import redemptions, thank_table
from services.till.redemptions import Redemption
from services.writes.write import Unchanged, write


@write
async def thank(viewer: Viewer, redemption_id: UUID, word: ThankWord) -> Redemption:
    """Thank for a redemption of the viewer's own head: once, within 7 days of its confirmation.

    The same word again changes nothing. Raises NOT_FOUND, and INVALID_STATE for another word, later, and for a
    redemption that is not CONFIRMED. Nobody is told: a shop that heard of it now would know whose word it is. Locks the
    redemption.
    """
    row = await database.fetch_one(
        "SELECT shop_id, head_id, state, confirmed_at FROM redemptions WHERE id = $1 AND head_id = $2"
        " FOR NO KEY UPDATE",
        redemption_id,
        viewer.head_id,
    )
    if row is None:
        raise not_found("redemptionId")
    now = clock.now()
    said = await _said(redemption_id)
    thank_table.check(RedemptionState(row["state"]), row["confirmed_at"], now, said, word)
    if said is not None:
        raise Unchanged(await _read(viewer, redemption_id))
    await RedemptionThank.create(
        redemption_id=redemption_id,
        head_id=row["head_id"],
        shop_id=row["shop_id"],
        word=word,
        month=business_days.statement_day_of(now).replace(day=1),
        thanked_at=now,
    )
    audit.record(viewer.account_id, "redemption.thank", "Redemption", redemption_id)
    return await _read(viewer, redemption_id)


async def _said(redemption_id: UUID) -> ThankWord | None:
    # Read once the redemption, which guards it, is locked.
    word = await database.fetch_value("SELECT word FROM redemption_thanks WHERE redemption_id = $1", redemption_id)
    return None if word is None else ThankWord(word)


async def _read(viewer: Viewer, redemption_id: UUID) -> Redemption:
    return (await redemptions.by_ids(viewer, [redemption_id]))[redemption_id]
