"""Disputes (异议): a head's objection to a redemption; reading and settling them.

The redemption's lock guards its dispute, of which there is at most one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from models.enums import DisputeAction, DisputeState
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only, record
from services.db.sql import Args, any_of, lies_in, one_of
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.till import dispute_table
from services.till.dispute_table import DisputeActor

COLUMNS = f"""
    d.id, d.redemption_id, d.shop_id, {areas.path_of("s.area_id")} AS shop_path, d.head_id,
    {areas.path_of("hh.grid_id")} AS head_path, d.opened_by_id, d.reason,
    d.opened_at, d.state, d.decided_at, d.decision_reason, d.correction_day,
    r.cashier_id || ARRAY(
        SELECT m.account_id FROM memberships m WHERE m.shop_id = d.shop_id
            AND coalesce(m.revoked_at, 'infinity') >= r.confirmed_at - interval '120 seconds') AS staff_ids
"""
SOURCE = """
    disputes d JOIN redemptions r ON r.id = d.redemption_id
    JOIN household_heads hh ON hh.id = d.head_id
    JOIN shops s ON s.id = d.shop_id
"""
NEWEST_FIRST = Keyset("shopDisputes", {"id": ("d.id", UUID)}, descending=True)
OLDEST_FIRST = Keyset("disputes", {"id": ("d.id", UUID)})


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute, as it is read.

    `correction_day`: the day on which the shop's statement corrects it. `staff_ids`: everyone who has worked in the
    shop since the discount was prepared, past staff included.
    """

    id: UUID
    redemption_id: UUID
    shop_id: UUID
    shop_path: str
    head_id: UUID
    head_path: str
    opened_by_id: UUID
    reason: str
    opened_at: datetime
    state: DisputeState
    decided_at: datetime | None
    decision_reason: str | None
    correction_day: date | None
    staff_ids: Sequence[UUID] = field(repr=False)

    @property
    def corrected_on(self) -> tuple[UUID, date] | None:
        """The shop and the day whose statement takes the redemption back."""
        return None if self.correction_day is None else (self.shop_id, self.correction_day)


def standing(viewer: Viewer, dispute: Dispute) -> frozenset[DisputeActor]:
    """Return the capacities in which the viewer may act on the dispute."""
    held = {
        DisputeActor.ADMIN: inside(dispute.shop_path, viewer.admin_paths),
        DisputeActor.STAFF: dispute.shop_id in viewer.shop_ids or viewer.account_id in dispute.staff_ids,
        DisputeActor.HEAD: dispute.head_id == viewer.head_id or dispute.opened_by_id == viewer.account_id,
    }
    return frozenset(actor for actor, holds in held.items() if holds)


def available_actions(viewer: Viewer, dispute: Dispute) -> list[DisputeAction]:
    """Return what this viewer may do with the dispute now, by the dispute table."""
    return dispute_table.available_actions(dispute.state, standing(viewer, dispute))


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `disputes d` and its SOURCE: visible with its redemption, as `redemptions.visible_to`."""
    return any_of(
        [
            f"d.head_id = {args(viewer.head_id)}" if viewer.head_id else None,
            f"d.shop_id = ANY({args(list(viewer.shop_ids))})" if viewer.shop_ids else None,
            lies_in("s.area_id", viewer.control_paths, args),
            lies_in("hh.grid_id", viewer.control_paths, args),
        ]
    )


def till_read_by(viewer: Viewer, args: Args) -> str:
    """Return SQL over `parent`, a shop: its staff, administrators and auditors above, who see all that its till did.

    Asked once a shop: for others, no row of it is looked at.
    """
    return any_of(
        [
            f"parent.id = ANY({args(list(viewer.shop_ids))})" if viewer.shop_ids else None,
            lies_in("(SELECT area_id FROM shops WHERE id = parent.id)", viewer.control_paths, args),
        ]
    )


READING = Reading(Dispute, COLUMNS, SOURCE, "d.id", visible_to)
by_ids = READING.by_ids


async def to_decide(
    viewer: Viewer,
    area_id: UUID | None,
    states: Sequence[DisputeState] | None,
    page: PageRequest,
    only: Only = None,
) -> Page[Dispute] | None:
    """Return a page of the disputes about an area's shops, oldest first, within the viewer's control.

    Without `states`, the open ones; without `area_id`, all areas. None for a viewer without such control, and for an
    area out of its reach. Two statements.
    """
    _, paths = await areas.reach(viewer, area_id, viewer.control_paths)
    if not paths:
        return None
    args = Args()
    shops = areas.shops_in(paths, args)
    branches = [*shops, one_of("state", [DisputeState.OPEN] if states is None else states, args)]
    wanted = ["d.state = one_state.state", *(["d.shop_id = place.id"] if shops else [])]
    where = OLDEST_FIRST.merged(page, args, "disputes d", branches, wanted)
    return await READING.page(viewer, page, OLDEST_FIRST, where, args, only=only)


async def of_shops(
    viewer: Viewer,
    shop_ids: Sequence[UUID],
    page: PageRequest,
    states: Sequence[DisputeState] | None = None,
    only: Only = None,
) -> dict[UUID, Page[Dispute]]:
    """Return a page of the disputes about each shop, newest first, for who reads its till; without `states`, in every
    state. One statement for all the shops."""
    args = Args()
    branches = [one_of("state", DisputeState if states is None else states, args)]
    wanted = ["d.shop_id = parent.id", "d.state = one_state.state", till_read_by(viewer, args)]
    where = NEWEST_FIRST.merged(page, args, "disputes d", branches, wanted)
    select = f"SELECT {COLUMNS} FROM {SOURCE} WHERE {where}"
    return await NEWEST_FIRST.fetch_each(Dispute, page, shop_ids, "shop_id", select, args, only)


async def of_redemption(redemption_id: UUID) -> Dispute | None:
    """Return the dispute of a redemption, without a visibility check. One statement."""
    row = await database.fetch_one(f"SELECT {COLUMNS} FROM {SOURCE} WHERE d.redemption_id = $1", redemption_id)
    return record(Dispute, row) if row else None


async def settle(redemption_id: UUID, now: datetime, account_id: UUID | None) -> None:
    """Settle the open dispute of a redemption, if any, because its shop revokes it.

    Runs inside the caller's transaction, which has locked the redemption.
    """
    row = await database.fetch_one(
        "UPDATE disputes SET state = 'SETTLED', decided_at = $2 WHERE redemption_id = $1 AND state = 'OPEN'"
        " RETURNING id",
        redemption_id,
        now,
    )
    if row:
        audit.record(
            account_id,
            "dispute.settle",
            "Dispute",
            row["id"],
            state=DisputeState.SETTLED,
            was=DisputeState.OPEN,
            redemption_id=str(redemption_id),
        )


def may_read_dispute_reason(viewer: Viewer, head_id: UUID, head_path: str, shop_id: UUID, shop_path: str) -> bool:
    """Return whether the viewer may read the head's reason: the head, and administrators and auditors above the head or
    the shop, unless they work in that shop.
    """
    if viewer.head_id == head_id:
        return True
    above = inside(head_path, viewer.control_paths) or inside(shop_path, viewer.control_paths)
    return above and shop_id not in viewer.shop_ids
