"""Who works for the district, and where: grid workers, community staff, administrators and auditors.

Administrators give and end the first two. Administrators and auditors are made at the server's command line alone
(`memberships`): nobody who is signed in makes another of those who oversee. Nobody changes their own roles.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models.enums import MembershipAction, NotificationKind, Role
from services.accounts import accounts
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in, one_of
from services.kit import clock, phones, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.people import areas, directory
from services.people.areas import Area
from services.people.directory import Scope
from services.roles import memberships
from services.writes.write import write

GIVEN = (Role.GRID_WORKER, Role.COMMUNITY_STAFF)
LISTED = (*GIVEN, Role.DISTRICT_ADMIN, Role.AUDITOR)
MAX_HOLDERS = 50  # of one role in one area

COLUMNS = (
    f"m.id, m.account_id, m.area_id, {areas.path_of('m.area_id')} AS area_path, m.role, a.display_name AS name,"
    " a.phone_encrypted, m.granted_at, m.revoked_at, m.end_reason"
)
SOURCE = "memberships m JOIN accounts a ON a.id = m.account_id"
OLDEST_FIRST = Keyset("roles", {"id": ("m.id", UUID)})


@dataclass(frozen=True, slots=True)
class Official:
    """One role of one account in an area, as it is read. `revoked_at` is set once it was ended, mostly for a reason."""

    id: UUID
    account_id: UUID
    area_id: UUID
    area_path: str
    role: Role
    name: str
    phone_encrypted: bytes | None = field(repr=False)
    granted_at: datetime
    revoked_at: datetime | None
    end_reason: str

    @property
    def phone(self) -> str | None:
        """The masked phone; None if there is none."""
        return accounts.masked_phone(self.phone_encrypted)


def available_actions(viewer: Viewer, official: Official) -> list[MembershipAction]:
    """Return what this viewer may do with a role now."""
    ends = (
        official.revoked_at is None
        and official.role in GIVEN
        and official.account_id != viewer.account_id
        and inside(official.area_path, viewer.admin_paths)
    )
    return [MembershipAction.END] if ends else []


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `memberships m`: roles in areas, for administrators and auditors above; those of grid workers for
    community staff above.
    """
    workers = lies_in("m.area_id", viewer.staff_paths, args)
    above = any_of(
        [
            lies_in("m.area_id", viewer.control_paths, args),
            f"(m.role = '{Role.GRID_WORKER}' AND {workers})" if workers else None,
        ]
    )
    return f"(m.area_id IS NOT NULL AND {above})"


# `by_ids` returns ended ones too.
READING = Reading(Official, COLUMNS, SOURCE, "m.id", visible_to)
by_ids = READING.by_ids


async def listed(
    viewer: Viewer, area_id: UUID | None, role: Role | None, page: PageRequest, only: Only = None
) -> Page[Official] | None:
    """Return a page of the roles that are held now in an area and below, oldest first, within the viewer's reach;
    without `area_id`, all of it, and without `role`, each role.

    None for a viewer who sees nobody's, and for an area out of reach. Raises INVALID_INPUT for a role that belongs to a
    household, a head or a shop. Two statements.
    """
    if role is not None and role not in LISTED:
        message = "这里列出网格员、社区工作者、区管理员和审计员；居民、联户长和店员请到住户、联户长和店铺里看"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "role")
    _, paths = await areas.reach(viewer, area_id, viewer.shop_paths)
    if not paths:
        return None
    args = Args()
    places = areas.units_in(paths, args)
    wanted = ["m.role = one_role.role", "m.revoked_at IS NULL", visible_to(viewer, args)]
    if places:
        wanted.append("m.area_id = place.id")
    branches = [*places, one_of("role", LISTED if role is None else [role], args)]
    where = OLDEST_FIRST.merged(page, args, "memberships m", branches, wanted)
    return await READING.page(viewer, page, OLDEST_FIRST, where, args, only=only)


@write
async def give(viewer: Viewer, role: Role, area_id: UUID, phone: str, name: str) -> Official:
    """Make the account with this phone a grid worker of a grid, or staff of a community. A missing account is created
    under `name`, and is told of it; giving again changes nothing.

    Raises INVALID_INPUT, also for a name other than the account's; NOT_FOUND for an area of another kind or out of
    reach, FORBIDDEN for administrators, auditors and oneself, INVALID_STATE for a disabled account, LIMIT_REACHED
    beyond 50 in the area. Locks the account, then the area.
    """
    with Form() as form:
        phone = form(phones.phone, phone, "phone")
        name = form(text.clean, name, "name", least=1, most=accounts.MAX_NAME)
    _check_given(role, "role")
    area = await _area(viewer, role, area_id)
    account_id = await accounts.by_phone(phone, name, viewer.account_id, field="name")
    if account_id == viewer.account_id:
        raise Refusal(ErrorCode.FORBIDDEN, "不能给自己身份，请由另一位区管理员办理", "phone")
    await accounts.lock(account_id)
    account = await accounts.known(phone)
    if account.id != account_id:  # the number was changed in between
        raise database.Again
    if not account.enabled:
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已停用，请先由运维人员启用", "phone")
    await _check_room(area.id, role, account_id)
    done = await memberships.give(account_id, role, Scope("area_id", area.id, area.name), viewer.account_id)
    if done.changed:
        outbox.notice(NotificationKind.ROLE_GIVEN, done.membership.id, by=viewer.account_id, accounts=[account_id])
    return (await by_ids(viewer, [done.membership.id]))[done.membership.id]


@write
async def end(viewer: Viewer, membership_id: UUID, reason: str) -> Official:
    """End a grid worker's or community staff's role, from the account's next request on. An ended one stays as it is.

    Raises INVALID_INPUT, NOT_FOUND, FORBIDDEN for administrators and auditors, for one's own and outside of one's area.
    """
    reason = text.reason(reason)
    found = (await by_ids(viewer, [membership_id])).get(membership_id)
    if found is None:
        raise not_found("membershipId")
    _check_given(found.role, "membershipId")
    if found.account_id == viewer.account_id:
        raise Refusal(ErrorCode.FORBIDDEN, "不能收回自己的身份，请由另一位区管理员办理", "membershipId")
    if not inside(found.area_path, viewer.admin_paths):
        raise Refusal(ErrorCode.FORBIDDEN, "这个身份由所在区域的区管理员收回", "membershipId")
    changed = await database.execute(
        "UPDATE memberships SET revoked_at = $2, end_reason = $3 WHERE id = $1 AND revoked_at IS NULL",
        membership_id,
        clock.now(),
        reason,
    )
    if changed:
        audit.record(viewer.account_id, "membership.revoke", "Membership", membership_id, role=found.role.value)
    return (await by_ids(viewer, [membership_id]))[membership_id]


def _check_given(role: Role, field: str) -> None:
    if role in {Role.DISTRICT_ADMIN, Role.AUDITOR}:
        raise Refusal(ErrorCode.FORBIDDEN, "区管理员和审计员由运维人员在服务器上任免，这里不能办理", field)
    if role not in GIVEN:
        message = "这里只办网格员和社区工作者；居民、联户长和店员在住户、联户长和店铺里办理"
        raise Refusal(ErrorCode.INVALID_INPUT, message, field)


async def _area(viewer: Viewer, role: Role, area_id: UUID) -> Area:
    """Return the area of a role, within the administrator's reach. Raises NOT_FOUND, also for another kind."""
    area = await areas.find(viewer, area_id)
    if area is None or area.kind != directory.KINDS[role] or not inside(area.path, viewer.admin_paths):
        raise not_found("areaId")
    return area


async def _check_room(area_id: UUID, role: Role, account_id: UUID) -> None:
    """Raise LIMIT_REACHED where enough others have the role. Locks the area, so that of two only one gets the last."""
    await database.fetch("SELECT 1 FROM areas WHERE id = $1 FOR NO KEY UPDATE", area_id)
    others = await database.fetch_value(
        "SELECT count(*) FROM memberships WHERE area_id = $1 AND role = $2 AND account_id <> $3 AND revoked_at IS NULL",
        area_id,
        role.value,
        account_id,
    )
    if others >= MAX_HOLDERS:
        raise Refusal(ErrorCode.LIMIT_REACHED, f"这里的{role.label}已有 {MAX_HOLDERS} 位，请先收回一些", "areaId")
