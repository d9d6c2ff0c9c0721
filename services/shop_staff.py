"""Who works in a shop (店员): added by phone, removed, listed. By the shop's staff and by administrators above."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import Role, ShopState
from services import accounts, audit, batches, clock, database, shops, text
from services.errors import ErrorCode, Refusal, not_found
from services.paging import Keyset, Page, PageRequest
from services.policy import Viewer, inside
from services.records import records
from services.shop_steps import lock
from services.shop_table import ShopActor
from services.shops import Shop
from services.sql import Args, any_of

STAFF_MOST = 50

COLUMNS = "m.id, m.shop_id, p.display_name AS name, p.phone_encrypted, m.granted_at, m.revoked_at"
SOURCE = "memberships m JOIN accounts p ON p.id = m.account_id JOIN shops s ON s.id = m.shop_id"
OLDEST_FIRST = Keyset("shopStaff", {"id": ("m.id", UUID)})


@dataclass(frozen=True, slots=True)
class ShopStaff:
    """One person's work in one shop, as it is read. `revoked_at` is set once the person was removed."""

    id: UUID
    shop_id: UUID
    name: str
    phone_encrypted: bytes | None = field(repr=False)
    granted_at: datetime
    revoked_at: datetime | None

    @property
    def phone(self) -> str | None:
        """The phone, masked; None for who has none."""
        return accounts.masked_phone(self.phone_encrypted)


@dataclass(frozen=True, slots=True)
class ShopApplicant:
    """Whose shop it is to be."""

    shop_id: UUID
    name: str
    phone_encrypted: bytes | None = field(repr=False)

    @property
    def phone(self) -> str | None:
        """The phone, masked; None for who has none."""
        return accounts.masked_phone(self.phone_encrypted)


async def by_ids(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, ShopStaff]:
    """Those of the staff, past ones too, whose shops the viewer runs or oversees. One statement."""
    args = Args()
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE m.id = ANY({args(list(ids))}) AND {shops.run_by(viewer, args)}", *args
    )
    return {one.id: one for one in records(ShopStaff, rows)}


async def of_shops(viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[ShopStaff]]:
    """A page of those who work in each shop, who came first before. One statement for all the shops."""
    args = Args()
    select = (
        f"{COLUMNS} FROM {SOURCE} WHERE m.shop_id = parent.id AND m.revoked_at IS NULL AND {shops.run_by(viewer, args)}"
    )
    return await batches.pages(ShopStaff, OLDEST_FIRST, page, shop_ids, "shop_id", select, args)


async def applicants(viewer: Viewer, shop_ids: Sequence[UUID]) -> dict[UUID, ShopApplicant]:
    """Who applied for each shop, for those who may follow it; absent where nobody was named. One statement."""
    args = Args()
    me = f"{args(viewer.account_id)} IN (s.applied_by_id, s.entered_by_id)" if viewer.signed_in else None
    rows = await database.fetch(
        "SELECT s.id AS shop_id, p.display_name AS name, p.phone_encrypted FROM shops s"
        f" JOIN accounts p ON p.id = s.applied_by_id WHERE s.id = ANY({args(list(shop_ids))})"
        f" AND {any_of([me, shops.run_by(viewer, args)])}",
        *args,
    )
    return {one.shop_id: one for one in records(ShopApplicant, rows)}


@database.transactional
async def add(viewer: Viewer, shop_id: UUID, phone: str, display_name: str) -> ShopStaff:
    """Let the account with this phone and name work in the shop; it is made where nobody has the phone.

    Who works there already stays. Raises INVALID_INPUT, NOT_FOUND, INVALID_STATE for a shop that was not taken in or
    has left, LIMIT_REACHED beyond 50. Locks the account's phone, then the shop.
    """
    phone = text.phone(phone, "phone")
    name = text.clean(display_name, "displayName", least=1, most=accounts.NAME_MOST)
    await _staffed(viewer, shop_id)
    account_id = await accounts.by_phone(phone, name, viewer.account_id)  # in the order of locks: before the shop
    shop, working = await _locked(viewer, shop_id, "shopId")
    _check_taking_part(shop)
    staff_id = working.get(account_id)
    if staff_id is None:
        if len(working) >= STAFF_MOST:
            raise Refusal(ErrorCode.LIMIT_REACHED, f"每家店铺最多 {STAFF_MOST} 位店员,请先移除一些", "shopId")
        staff_id = await grant(viewer, shop_id, account_id)
    return (await by_ids(viewer, [staff_id]))[staff_id]


@database.transactional
async def remove(viewer: Viewer, staff_id: UUID) -> ShopStaff:
    """End somebody's work in a shop, from the next request on: what that cashier has prepared, a colleague may confirm.

    Removing again changes nothing. The last one is removed by an administrator alone. Raises NOT_FOUND, FORBIDDEN.
    Locks the shop.
    """
    shop_id = await database.fetch_value(
        "SELECT shop_id FROM memberships WHERE id = $1 AND role = $2", staff_id, Role.SHOP_STAFF.value
    )
    if shop_id is None:
        raise not_found("staffId")
    shop, working = await _locked(viewer, shop_id, "staffId")
    if staff_id in working.values():
        if len(working) == 1 and not inside(shop.area_path, viewer.admin_paths):
            raise Refusal(ErrorCode.FORBIDDEN, "最后一位店员只能由区管理员移除,请先添加一位", "staffId")
        await database.execute(
            "UPDATE memberships SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", staff_id, clock.now()
        )
        await audit.record(
            viewer.account_id, "membership.revoke", "Membership", staff_id,
            role=Role.SHOP_STAFF.value, shop_id=str(shop_id),
        )  # fmt: skip
    return (await by_ids(viewer, [staff_id]))[staff_id]


async def grant(viewer: Viewer, shop_id: UUID, account_id: UUID) -> UUID:
    """Let an account work in a shop that the caller has locked, where it does not yet; the membership's id."""
    staff_id = uuid7()
    await database.execute(
        "INSERT INTO memberships (id, account_id, role, shop_id, granted_at, granted_by_id)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        staff_id, account_id, Role.SHOP_STAFF.value, shop_id, clock.now(), viewer.account_id,
    )  # fmt: skip
    await audit.record(
        viewer.account_id, "membership.grant", "Membership", staff_id,
        role=Role.SHOP_STAFF.value, shop_id=str(shop_id), holder_id=str(account_id),
    )  # fmt: skip
    return staff_id


async def _staffed(viewer: Viewer, shop_id: UUID) -> None:
    """Raise what `add` would, before anybody learns anything of a phone, or is waited for."""
    shop = await shops.read(shop_id)
    if shop is None or not {ShopActor.STAFF, ShopActor.ADMIN} & shops.standing(viewer, shop):
        raise not_found("shopId")
    _check_taking_part(shop)


def _check_taking_part(shop: Shop) -> None:
    if shop.state not in {ShopState.ACTIVE, ShopState.SUSPENDED}:
        raise Refusal(ErrorCode.INVALID_STATE, "店铺获得批准后、退出前才能添加店员", "shopId")


async def _locked(viewer: Viewer, shop_id: UUID, field: str) -> tuple[Shop, dict[UUID, UUID]]:
    """A locked shop that the viewer may staff, and who works there: the membership's id by the account's."""
    shop = await lock(viewer, shop_id, field)
    rows = await database.fetch(
        "SELECT account_id, id FROM memberships WHERE shop_id = $1 AND revoked_at IS NULL", shop_id
    )
    working = {row["account_id"]: row["id"] for row in rows}
    # The lock may have been waited for while a colleague removed the viewer.
    if viewer.account_id not in working and ShopActor.ADMIN not in shops.standing(viewer, shop):
        raise not_found(field)
    return shop, working
