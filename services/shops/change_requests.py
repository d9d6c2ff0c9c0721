"""Requests by owners to change a shop's name, address, position or community (资料变更申请).

The shop keeps its particulars until an administrator approves who neither made the request nor works there. Approval
writes only what was requested, into the shop as it is then. Each step locks the shop first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import NotificationKind, ShopAction, ShopChangeAction, ShopChangeState
from models.shops import ShopChange as ShopChangeRow
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only, record
from services.db.sql import Args
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.people import areas
from services.shops import shops
from services.shops.shops import Shop
from services.shops.staff import known_as
from services.shops.steps import begin, changed, community, lock, move, old_and_new
from services.writes import transitions
from services.writes.write import write

PARTICULARS = ("name", "address", "latitude", "longitude", "area_id")
COLUMNS = (
    f"c.id, c.shop_id, {areas.path_of('s.area_id')} AS shop_path, c.name, c.address, c.latitude, c.longitude,"
    f" c.area_id, c.state, c.asked_by_id, {known_as('c.shop_id', 'c.asked_by_id', 'p.display_name')} AS asked_by_name,"
    " c.asked_at, c.decided_at, c.reason"
)
SOURCE = "shop_changes c JOIN shops s ON s.id = c.shop_id JOIN accounts p ON p.id = c.asked_by_id"
NEWEST_FIRST = Keyset("shopChanges", {"id": ("c.id", UUID)}, descending=True)
OLDEST_FIRST = Keyset("shopChangesToApprove", {"asked_at": ("c.asked_at", datetime), "id": ("c.id", UUID)})


@dataclass(frozen=True, slots=True)
class ShopChange:
    """One request, as it is read; None for what it leaves alone. Coordinates are GCJ-02."""

    id: UUID
    shop_id: UUID
    shop_path: str
    name: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    area_id: UUID | None
    state: ShopChangeState
    asked_by_id: UUID
    asked_by_name: str
    asked_at: datetime
    decided_at: datetime | None
    reason: str

    @property
    def asked(self) -> dict[str, Any]:
        """The requested values, by column."""
        return {column: value for column in PARTICULARS if (value := getattr(self, column)) is not None}


def available_actions(viewer: Viewer, change: ShopChange) -> list[ShopChangeAction]:
    """Return what this viewer may do with a request now."""
    if change.state != ShopChangeState.PENDING:
        return []
    found = []
    if _decides(viewer, change.shop_id, change.shop_path, change.asked_by_id):
        found = [ShopChangeAction.APPROVE, ShopChangeAction.REJECT]
    return found + ([ShopChangeAction.WITHDRAW] if change.shop_id in viewer.owned_shop_ids else [])


def _decides(viewer: Viewer, shop_id: UUID, shop_path: str, asked_by_id: UUID) -> bool:
    above = inside(shop_path, viewer.admin_paths)
    return above and shop_id not in viewer.shop_ids and viewer.account_id != asked_by_id


READING = Reading(ShopChange, COLUMNS, SOURCE, "c.id", shops.run_by)
by_ids = READING.by_ids


async def pending_of(viewer: Viewer, shop_ids: Sequence[UUID]) -> dict[UUID, ShopChange]:
    """Return the pending request of each shop, for those who run or oversee it. One statement."""
    args = Args()
    rows = await database.read(
        ShopChange,
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.shop_id = ANY({args(list(shop_ids))}) AND c.state = 'PENDING'"
        f" AND {shops.run_by(viewer, args)}",
        *args,
    )
    return {one.shop_id: one for one in rows}


async def of_shops(
    viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[ShopChange]]:
    """Return a page of each shop's requests, newest first. One statement for all the shops."""
    return await READING.of_parents(viewer, shop_ids, page, NEWEST_FIRST, "c.shop_id", only=only)


async def to_approve(
    viewer: Viewer, area_id: UUID | None, page: PageRequest, only: Only = None
) -> Page[ShopChange] | None:
    """Return a page of an area's pending requests, the longest waiting first, within the viewer's control.

    Without `area_id`, all areas; None for a viewer without such control, and for an area out of its reach. Two
    statements.
    """
    _, paths = await areas.reach(viewer, area_id, viewer.control_paths)
    if not paths:
        return None
    args = Args()
    shops_there = areas.shops_in(paths, args)
    wanted = ["c.state = 'PENDING'", *(["c.shop_id = place.id"] if shops_there else [])]
    where = OLDEST_FIRST.merged(page, args, "shop_changes c", shops_there, wanted)
    return await READING.page(viewer, page, OLDEST_FIRST, where, args, only=only)


async def ask(viewer: Viewer, shop: Shop, given: Mapping[str, Any]) -> None:
    """Request changes of a locked shop's particulars, by column; equal values are left out.

    Replaces the pending request and keeps its other columns; withdraws it when nothing is left to change. Raises
    NOT_FOUND unless the area is a community, INVALID_INPUT for a name that another shop has there.
    """
    before = await _pending(shop.id)
    wanted = (before.asked if before else {}) | dict(given)
    wanted = changed(shop, wanted)
    if before and wanted == before.asked:
        return
    if "area_id" in given and given["area_id"] != shop.area_id:
        await community(given["area_id"])
    await _check_name(shop, wanted)
    if before:
        state = ShopChangeState.REPLACED if wanted else ShopChangeState.WITHDRAWN
        await _decide(viewer, before, state)
    if wanted:
        made = await ShopChangeRow.create(
            id=uuid7(),
            shop_id=shop.id,
            state=ShopChangeState.PENDING,
            asked_by_id=viewer.account_id,
            asked_at=clock.now(),
            **wanted,
        )
        audit.record(
            viewer.account_id,
            "shop_change.ask",
            "ShopChange",
            made.id,
            shop_id=str(shop.id),
            **old_and_new(shop, wanted),
        )


async def _check_name(shop: Shop, wanted: Mapping[str, Any]) -> None:
    if "name" not in wanted and "area_id" not in wanted:
        return
    taken = await database.fetch_value(
        "SELECT 1 FROM shops WHERE area_id = $1 AND name = $2 AND id <> $3"
        " AND state IN ('APPLIED', 'ACTIVE', 'SUSPENDED')",
        wanted.get("area_id", shop.area_id),
        wanted.get("name", shop.name),
        shop.id,
    )
    if taken:
        raise Refusal(ErrorCode.INVALID_INPUT, "该社区已有同名的店铺，请核对，或在店名中注明分店", "name")


@write
async def approve(viewer: Viewer, change_id: UUID) -> ShopChange:
    """Apply what was requested and still differs. By an administrator who neither made the request nor works there.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE for a request decided otherwise, INVALID_INPUT for a name that another
    shop has there by now. Locks the shop.
    """
    change = await _begin(viewer, change_id, ShopChangeState.APPROVED)
    if change.state == ShopChangeState.PENDING:
        transition = await begin(viewer, change.shop_id, ShopAction.EDIT)
        if change.area_id is not None and change.area_id != transition.thing.area_id:
            await community(change.area_id, viewer.admin_paths)
        wanted = changed(transition.thing, change.asked)
        if wanted:
            details = old_and_new(transition.thing, wanted)
            await move(transition, wanted, changed=sorted(wanted), change_id=str(change_id), **details)
        await _decide(viewer, change, ShopChangeState.APPROVED)
    return await _read(viewer, change_id)


@write
async def reject(viewer: Viewer, change_id: UUID, reason: str) -> ShopChange:
    """Reject a request, with a reason for the owner. Allowed and raises as `approve`. Locks the shop."""
    reason = text.reason(reason)
    change = await _begin(viewer, change_id, ShopChangeState.REJECTED)
    if change.state == ShopChangeState.PENDING:
        await _decide(viewer, change, ShopChangeState.REJECTED, reason)
    return await _read(viewer, change_id)


@write
async def withdraw(viewer: Viewer, change_id: UUID) -> ShopChange:
    """Withdraw a request, as any owner of the shop. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE. Locks the shop."""
    change = await _begin(viewer, change_id, ShopChangeState.WITHDRAWN)
    if change.state == ShopChangeState.PENDING:
        await _decide(viewer, change, ShopChangeState.WITHDRAWN)
    return await _read(viewer, change_id)


async def withdraw_of(viewer: Viewer, shop_id: UUID) -> None:
    """Withdraw the pending request of a shop that leaves. The caller has locked the shop."""
    pending = await _pending(shop_id)
    if pending:
        await _decide(viewer, pending, ShopChangeState.WITHDRAWN)


async def withdraw_again(shop_id: UUID) -> None:
    """Withdraw, in the name of who asked, the pending request of a shop that had left when the backup was restored. The
    caller has locked the shop."""
    rows = await database.fetch(
        "UPDATE shop_changes SET state = $2, decided_by_id = asked_by_id, decided_at = $3"
        " WHERE shop_id = $1 AND state = 'PENDING' RETURNING id",
        shop_id,
        ShopChangeState.WITHDRAWN.value,
        clock.now(),
    )
    audit.record_each(None, "shop_change.withdrawn", "ShopChange", [row["id"] for row in rows])


_TO: Mapping[ShopChangeState, ShopChangeAction] = {
    ShopChangeState.APPROVED: ShopChangeAction.APPROVE,
    ShopChangeState.REJECTED: ShopChangeAction.REJECT,
    ShopChangeState.WITHDRAWN: ShopChangeAction.WITHDRAW,
}
_WORDS: Mapping[ShopChangeState, str] = {
    ShopChangeState.APPROVED: "已获批准",
    ShopChangeState.REJECTED: "已被驳回",
    ShopChangeState.WITHDRAWN: "已撤回",
    ShopChangeState.REPLACED: "已被新的申请取代",
}


async def _begin(viewer: Viewer, change_id: UUID, to_state: ShopChangeState) -> ShopChange:
    """Lock the shop of a request; return the request, which is pending, or already in `to_state`."""
    found = await _read(viewer, change_id)
    await lock(viewer, found.shop_id, "changeId")
    change = await _read(viewer, change_id)
    decides = _decides(viewer, change.shop_id, change.shop_path, change.asked_by_id)
    if to_state == ShopChangeState.WITHDRAWN:
        if change.shop_id not in viewer.owned_shop_ids:
            raise Refusal(ErrorCode.FORBIDDEN, "资料变更申请由店主撤回", "changeId")
    elif not decides:
        raise Refusal(ErrorCode.FORBIDDEN, "须由另一位不在本店工作的区管理员审核", "changeId")
    if change.state not in {ShopChangeState.PENDING, to_state}:
        raise Refusal(ErrorCode.INVALID_STATE, f"这项申请{_WORDS[change.state]}，请刷新后再看", "changeId")
    return change


async def _read(viewer: Viewer, change_id: UUID) -> ShopChange:
    found = (await by_ids(viewer, [change_id])).get(change_id)
    if found is None:
        raise not_found("changeId")
    return found


async def _pending(shop_id: UUID) -> ShopChange | None:
    row = await database.fetch_one(
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE c.shop_id = $1 AND c.state = 'PENDING'", shop_id
    )
    return record(ShopChange, row) if row else None


async def _decide(viewer: Viewer, change: ShopChange, state: ShopChangeState, reason: str = "") -> None:
    decision = {"decided_by_id": viewer.account_id, "decided_at": clock.now(), "reason": reason}
    await transitions.move("shop_changes", change, state, decision)
    audit.record(
        viewer.account_id, f"shop_change.{state.lower()}", "ShopChange", change.id, shop_id=str(change.shop_id)
    )
    if state in {ShopChangeState.APPROVED, ShopChangeState.REJECTED}:
        kind, shops_told = NotificationKind.SHOP_DECIDED, [change.shop_id]
        outbox.notice(kind, change.shop_id, by=viewer.account_id, shops=shops_told, accounts=[change.asked_by_id])
