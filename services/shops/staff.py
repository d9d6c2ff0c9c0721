"""The staff of a shop: owners (店主), who run it, and cashiers (店员), who work at its till. They join by
`invitations`; here owners and administrators above list them, remove them and change who is an owner.

A participating shop with staff has an owner who can sign in: its first member of staff becomes one, and the last owner
stays one. Every change of ownership holds the shop's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import Role, ShopStaffAction, ShopState
from services.accounts import accounts, acting
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.shops import shops
from services.shops.shops import Shop
from services.shops.steps import lock
from services.shops.table import TAKING_PART, ShopActor
from services.writes import turns
from services.writes.write import write

MAX_STAFF = 50


def known_as(shop: str, account: str, name: str) -> str:
    """Return SQL for the name by which a shop knows an account: the account's `name`, or the one under which it was
    invited, so that typing a phone reveals no stranger's name.
    """
    return (
        f"coalesce((SELECT k.name FROM invitations k WHERE k.shop_id = {shop} AND k.account_id = {account}"
        f" ORDER BY k.id DESC LIMIT 1), {name})"
    )


# SQL over `memberships o`: an owner who can sign in.
_OWNER = (
    "o.owner AND o.revoked_at IS NULL"
    " AND EXISTS (SELECT 1 FROM accounts c WHERE c.id = o.account_id AND c.disabled_at IS NULL)"
)
COLUMNS = (
    f"m.id, m.account_id, m.shop_id, s.state AS shop_state, {areas.path_of('s.area_id')} AS shop_path,"
    f" {known_as('m.shop_id', 'm.account_id', 'p.display_name')} AS name, p.phone_encrypted, m.owner,"
    f" NOT EXISTS (SELECT 1 FROM memberships o WHERE o.shop_id = m.shop_id AND o.id <> m.id AND {_OWNER}) AS alone,"
    f" p.disabled_at IS NOT NULL OR {acting.works_at_console('m.account_id')} AS kept_out,"
    " m.granted_at, m.revoked_at"
)
SOURCE = "memberships m JOIN accounts p ON p.id = m.account_id JOIN shops s ON s.id = m.shop_id"
OLDEST_FIRST = Keyset("shopStaff", {"id": ("m.id", UUID)})


@dataclass(frozen=True, slots=True)
class ShopStaff:
    """One person's work in one shop, as it is read. `revoked_at` is set once the person was removed.

    `alone`: no other owner of the shop can sign in. `kept_out`: no code of the shop lets the account in.
    """

    id: UUID
    account_id: UUID
    shop_id: UUID
    shop_state: ShopState
    shop_path: str
    name: str
    phone_encrypted: bytes | None = field(repr=False)
    owner: bool
    alone: bool
    kept_out: bool
    granted_at: datetime
    revoked_at: datetime | None

    @property
    def phone(self) -> str | None:
        """The masked phone; None if there is none."""
        return accounts.masked_phone(self.phone_encrypted)


@dataclass(frozen=True, slots=True)
class ShopApplicant:
    """The future owner of a shop."""

    shop_id: UUID
    name: str
    phone_encrypted: bytes | None = field(repr=False)

    @property
    def phone(self) -> str | None:
        """The masked phone; None if there is none."""
        return accounts.masked_phone(self.phone_encrypted)


def available_actions(viewer: Viewer, staff: ShopStaff) -> list[ShopStaffAction]:
    """Return what this viewer may do with a person's work in a shop now."""
    if not manages(viewer, staff.shop_id, staff.shop_path) or staff.revoked_at is not None:
        return []
    taking_part = staff.shop_state in TAKING_PART
    replaceable = not (staff.owner and staff.alone)
    others = staff.account_id != viewer.account_id and staff.shop_id in viewer.owned_shop_ids
    possible = {
        ShopStaffAction.MAKE_OWNER: taking_part and not staff.owner,
        ShopStaffAction.MAKE_CASHIER: taking_part and staff.owner and replaceable,
        ShopStaffAction.REMOVE: not taking_part or replaceable,
        ShopStaffAction.SIGN_OUT: True,
        ShopStaffAction.SHOW_CODE: others and not staff.kept_out,
    }
    return [action for action, may in possible.items() if may]


def manages(viewer: Viewer, shop_id: UUID, shop_path: str) -> bool:
    """Return whether the viewer manages a shop's staff: its owners, and administrators above."""
    return shop_id in viewer.owned_shop_ids or inside(shop_path, viewer.admin_paths)


# `by_ids` returns past staff too.
READING = Reading(ShopStaff, COLUMNS, SOURCE, "m.id", shops.run_by)
by_ids = READING.by_ids


async def of_shops(
    viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[ShopStaff]]:
    """Return a page of each shop's staff, oldest first. One statement for all the shops."""
    return await READING.of_parents(
        viewer, shop_ids, page, OLDEST_FIRST, "m.shop_id", among="m.revoked_at IS NULL", only=only
    )


async def applicants(viewer: Viewer, shop_ids: Sequence[UUID]) -> dict[UUID, ShopApplicant]:
    """Return the applicant or invited owner of each shop, for those who may follow it; absent where none was named. One
    statement.
    """
    args = Args()
    me = f"{args(viewer.account_id)} IN (s.applied_by_id, s.entered_by_id)" if viewer.signed_in else None
    wanted = f"s.id = ANY({args(list(shop_ids))}) AND {any_of([me, shops.run_by(viewer, args)])}"
    rows = await database.read(
        ShopApplicant,
        f"SELECT s.id AS shop_id, {known_as('s.id', 's.applied_by_id', 'p.display_name')} AS name, p.phone_encrypted"
        f" FROM shops s JOIN accounts p ON p.id = s.applied_by_id WHERE {wanted}"
        " UNION ALL SELECT s.id, i.name, i.phone_encrypted FROM shops s JOIN invitations i ON i.shop_id = s.id"
        f" WHERE {wanted} AND s.state = 'APPLIED' AND s.applied_by_id IS NULL AND i.state = 'OPEN'",
        *args,
    )
    return {one.shop_id: one for one in rows}


@write
async def remove(viewer: Viewer, staff_id: UUID) -> ShopStaff:
    """End a person's work in a shop, from the next request on. A colleague may confirm what that cashier has prepared.

    Removing again changes nothing. Raises NOT_FOUND, FORBIDDEN, INVALID_STATE for the last owner of a participating
    shop. Locks the shop.
    """
    shop, working = await _locked_of(viewer, staff_id)
    if staff_id in working.values():
        await keep_an_owner(shop.id, staff_id, "staffId")
        await database.execute(
            "UPDATE memberships SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", staff_id, clock.now()
        )
        audit.record(
            viewer.account_id,
            "membership.revoke",
            "Membership",
            staff_id,
            role=Role.SHOP_STAFF.value,
            shop_id=str(shop.id),
        )
    return (await by_ids(viewer, [staff_id]))[staff_id]


@write
async def make_owner(viewer: Viewer, staff_id: UUID) -> ShopStaff:
    """Make a cashier a further owner. An owner stays one.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE for past staff, and for a shop that has left. Locks the shop.
    """
    return await _set_owner(viewer, staff_id, owner=True)


@write
async def make_cashier(viewer: Viewer, staff_id: UUID) -> ShopStaff:
    """Make an owner (oneself too) a cashier. A cashier stays one.

    Raises as `make_owner`, and INVALID_STATE for the last owner. Locks the shop.
    """
    return await _set_owner(viewer, staff_id, owner=False)


async def _set_owner(viewer: Viewer, staff_id: UUID, *, owner: bool) -> ShopStaff:
    shop, working = await _locked_of(viewer, staff_id)
    _check_taking_part(shop, "staffId")
    if staff_id not in working.values():
        raise Refusal(ErrorCode.INVALID_STATE, "这位店员已不在本店，请刷新后再看", "staffId")
    if not owner:
        await keep_an_owner(shop.id, staff_id, "staffId")
    await put_owner(staff_id, viewer.account_id, owner=owner)
    return (await by_ids(viewer, [staff_id]))[staff_id]


async def put_owner(staff_id: UUID, by: UUID | None, *, owner: bool) -> bool:
    """Set whether a person owns a shop, which the caller has locked; return whether that changed."""
    changed = await database.execute(
        "UPDATE memberships SET owner = $2 WHERE id = $1 AND owner <> $2 AND revoked_at IS NULL", staff_id, owner
    )
    if changed:
        action = "membership.make_owner" if owner else "membership.make_cashier"
        audit.record(by, action, "Membership", staff_id)
    return bool(changed)


async def keep_an_owner(shop_id: UUID, staff_id: UUID, field: str) -> None:
    """Raise INVALID_STATE, naming `field`, where a participating shop would have no owner without this one.

    The caller has locked the shop.
    """
    last = await database.fetch_value(
        "SELECT 1 FROM memberships m JOIN shops s ON s.id = m.shop_id WHERE m.id = $2 AND m.owner"
        f" AND s.state = ANY($3) AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.shop_id = $1 AND o.id <> $2"
        f" AND {_OWNER})",
        shop_id,
        staff_id,
        [state.value for state in TAKING_PART],
    )
    if last:
        raise Refusal(ErrorCode.INVALID_STATE, "店铺至少要有一位店主，请先把另一位店员设为店主", field)


async def leave_an_owner(account_id: UUID) -> None:
    """Raise INVALID_STATE, naming the shop, where a participating shop would have no owner without this account.

    Runs inside the caller's transaction. Locks the shops that the account owns, by id.
    """
    owned = (
        "SELECT m.id, m.shop_id, s.name FROM memberships m JOIN shops s ON s.id = m.shop_id"
        " WHERE m.account_id = $1 AND m.owner AND m.revoked_at IS NULL ORDER BY m.shop_id"
    )
    await turns.exclusive_at([row["shop_id"] for row in await database.fetch(owned, account_id)])
    for row in await database.fetch(owned, account_id):
        try:
            await keep_an_owner(row["shop_id"], row["id"], "account")
        except Refusal as refusal:
            message = f"这是“{row['name']}”唯一的店主：请先把另一位店员设为店主，或加 --force"
            raise Refusal(refusal.code, message, "account") from None


async def grant(shop_id: UUID, account_id: UUID, by: UUID | None, *, owner: bool = False) -> UUID:
    """Let an account work in a shop that the caller has locked, unless it does already; return the membership's id. It
    owns the shop if `owner`, or if the shop has no other owner.
    """
    staff_id = uuid7()
    owner = await database.fetch_value(
        "INSERT INTO memberships (id, account_id, role, shop_id, owner, granted_at, granted_by_id) VALUES ($1, $2, $3,"
        f" $4, $5 OR NOT EXISTS (SELECT 1 FROM memberships o WHERE o.shop_id = $4 AND {_OWNER}), $6, $7)"
        " RETURNING owner",
        staff_id,
        account_id,
        Role.SHOP_STAFF.value,
        shop_id,
        owner,
        clock.now(),
        by,
    )
    audit.record(
        by,
        "membership.grant",
        "Membership",
        staff_id,
        role=Role.SHOP_STAFF.value,
        shop_id=str(shop_id),
        member_id=str(account_id),
        owner=owner,
    )
    return staff_id


async def working_in(shop_id: UUID) -> dict[UUID, UUID]:
    """Return the staff of a shop: the membership's id by the account's."""
    rows = await database.fetch(
        "SELECT account_id, id FROM memberships WHERE shop_id = $1 AND revoked_at IS NULL", shop_id
    )
    return {row["account_id"]: row["id"] for row in rows}


async def owned_by(shop_id: UUID, account_id: UUID | None) -> bool:
    """Return whether an account owns a shop now, by its rows: the viewer dates from the start of the request."""
    owned: bool = await database.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM memberships WHERE shop_id = $1 AND account_id = $2 AND owner"
        " AND revoked_at IS NULL)",
        shop_id,
        account_id,
    )
    return owned


async def lock_to_add(viewer: Viewer, shop_id: UUID) -> None:
    """Lock a participating shop whose staff the viewer may add to. Raises as `lock_to_manage`, and INVALID_STATE."""
    _check_taking_part(await lock_to_manage(viewer, shop_id, "shopId"))


async def lock_to_manage(viewer: Viewer, shop_id: UUID, field: str) -> Shop:
    """Lock a shop whose staff the viewer manages, as an owner or above it. Raises NOT_FOUND, FORBIDDEN."""
    shop = await lock(viewer, shop_id, field)
    # While waiting for the lock, another owner may have removed the viewer or made the viewer a cashier.
    if ShopActor.ADMIN not in shops.standing(viewer, shop) and not await owned_by(shop_id, viewer.account_id):
        raise not_found(field)
    return shop


def _check_taking_part(shop: Shop, field: str = "shopId") -> None:
    if shop.state not in TAKING_PART:
        raise Refusal(ErrorCode.INVALID_STATE, "店铺获得批准后、退出前才能增减店主和店员", field)


async def _locked_of(viewer: Viewer, staff_id: UUID) -> tuple[Shop, dict[UUID, UUID]]:
    """Lock the shop of a membership; return shop and staff. Raises NOT_FOUND, and as `lock_to_manage`."""
    shop_id = await database.fetch_value(
        "SELECT shop_id FROM memberships WHERE id = $1 AND role = $2", staff_id, Role.SHOP_STAFF.value
    )
    if shop_id is None:
        raise not_found("staffId")
    return await lock_to_manage(viewer, shop_id, "staffId"), await working_in(shop_id)
