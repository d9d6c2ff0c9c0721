"""Roles by place (身份): 居民, 联户长, 网格员, 社区工作者, 店员, 区管理员, 审计员, granted, found and revoked.

Repeating a step changes nothing. Of two concurrent equal grants, unique constraints let one through; the other finds it
done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import AreaKind, Role
from models.people import Area
from services.accounts import accounts, sessions
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import record
from services.db.sql import Args
from services.kit import clock, names, phones, text
from services.kit.errors import ErrorCode, Refusal, Unavailable
from services.kit.settings import current
from services.people import directory
from services.people.directory import Scope
from services.shops import staff
from services.shops.table import TAKING_PART
from services.writes import turns
from services.writes.write import write

TRIES = 3
OLDEST_FIRST = Keyset("memberships", {"id": ("m.id", UUID)})
SOURCE = (
    "memberships m JOIN accounts a ON a.id = m.account_id LEFT JOIN household_heads hh ON hh.id = m.head_id"
    " LEFT JOIN households h ON h.id = m.household_id LEFT JOIN shops s ON s.id = m.shop_id,"
    f" {directory.place_of('coalesce(m.area_id, hh.grid_id, h.grid_id, s.area_id)')}"
)
COLUMNS = (
    "m.id, m.account_id, a.display_name, a.phone_encrypted, m.role, m.owner,"
    " concat_ws('/', array_to_string(place.names, '/'), hh.name, s.name,"
    " CASE WHEN m.household_id IS NOT NULL THEN coalesce(h.code, '无户编号') END) AS scope, m.granted_at, m.revoked_at"
)


@dataclass(frozen=True, slots=True)
class Membership:
    """One role of an account in a scope, as it is listed; `phone` is masked. `owner`: of the shop in scope."""

    id: UUID
    account_id: UUID
    display_name: str
    phone: str | None
    role: Role
    owner: bool
    scope: str
    granted_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Done:
    """A membership after a step, and whether the step changed anything."""

    membership: Membership
    changed: bool


async def listed(page: PageRequest, role: Role | None = None, phone: str | None = None) -> Page[Membership]:
    """Return a page of the current memberships, oldest first: of all accounts, or of the one with this phone."""
    args = Args()
    account_id = (await accounts.known(phone)).id if phone is not None else None
    condition, order = OLDEST_FIRST.clause(page, args)
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE m.revoked_at IS NULL AND {condition}"
        f" AND {f'm.role = {args(role)}' if role else 'true'}"
        f" AND {f'm.account_id = {args(account_id)}' if account_id else 'true'} {order}",
        *args,
    )
    return OLDEST_FIRST.page(page, _readable(rows))


@write
async def grant(
    role: Role,
    given: str | UUID | None,
    phone: str,
    name: str | None = None,
    by: UUID | None = None,
    *,
    owner: bool = False,
) -> Done:
    """Grant a role in the scope that `given` names (`directory.of_role`) to the account with this phone.

    A missing account is created under `name`. `owner` makes shop staff, also existing staff, an owner; the first to
    work there is one anyway. Raises INVALID_INPUT for no account and no name, or for a name other than the account's or
    the head's; INVALID_STATE for a disabled account, or a head who has an account, or a second head for one account;
    LIMIT_REACHED for a shop's 51st; and what `directory.of_role` raises. Locks the account, then the head or the shop.
    """
    scope = await directory.of_role(role, given)
    account_id = await _account(phone, name, by)
    await _lock_scope(scope)
    if role == Role.SHOP_STAFF:
        return await _employ(account_id, scope.id, by, owner=owner)
    done = await give(account_id, role, scope, by)
    if role == Role.HOUSEHOLD_HEAD and done.changed:
        await _check_name(scope.id, account_id)
    return done


async def _lock_scope(scope: Scope) -> None:
    """Lock the head or shop in scope, so that neither leaves before COMMIT."""
    if scope.column == "shop_id":
        there = (await turns.exclusive(scope.id)).state in TAKING_PART
    elif scope.column == "head_id":
        held = "SELECT 1 FROM household_heads WHERE id = $1 AND left_at IS NULL FOR NO KEY UPDATE"
        there = bool(await database.fetch(held, scope.id))
    else:
        return
    if not there:
        raise Refusal(ErrorCode.INVALID_STATE, "对方刚刚离任或退出，请刷新后再试", scope.column.removesuffix("_id"))


async def _employ(account_id: UUID, shop_id: UUID, by: UUID | None, *, owner: bool) -> Done:
    """Let an account work in a locked shop; make existing staff an owner if `owner`."""
    working = await staff.working_in(shop_id)
    if staff_id := working.get(account_id):
        changed = owner and await staff.put_owner(staff_id, by, owner=True)
        return Done(await _read(staff_id), changed)
    if len(working) >= staff.MAX_STAFF:
        raise Refusal(ErrorCode.LIMIT_REACHED, f"每家店铺最多 {staff.MAX_STAFF} 位店员，请先收回一些店员身份", "shop")
    return Done(await _read(await staff.grant(shop_id, account_id, by, owner=owner)), changed=True)


async def _check_name(head_id: UUID, account_id: UUID) -> None:
    row = await database.fetch_one(
        "SELECT hh.name, a.display_name FROM household_heads hh, accounts a WHERE hh.id = $1 AND a.id = $2",
        head_id,
        account_id,
    )
    assert row is not None, "both are locked"
    if not names.agree(row["name"], row["display_name"]):
        raise Refusal(ErrorCode.INVALID_INPUT, "这位联户长登记的是另一个姓名，请核对；确为同一人请先更名", "name")


async def _account(phone: str, name: str | None, by: UUID | None) -> UUID:
    """Return the locked account with this phone, created under `name` if missing."""
    phone = phones.phone(phone, "phone")
    try:
        found = await accounts.known(phone)
    except Refusal:
        if name is None:
            raise Refusal(
                ErrorCode.INVALID_INPUT, "没有使用这个手机号的账号，新建请同时给出姓名（--name）", "name"
            ) from None
        account_id = await accounts.by_phone(phone, name, by, field="name")
        found = await accounts.known(phone)
        assert found.id == account_id, "a phone is one account's"
    if name is not None and not names.agree(
        text.clean(name, "name", least=1, most=accounts.MAX_NAME), found.display_name
    ):
        raise Refusal(ErrorCode.INVALID_INPUT, "这个手机号的账号用的是另一个姓名，请核对姓名和手机号", "name")
    if not found.enabled:
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已停用，请先启用（account enable）", "phone")
    await database.fetch("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE", found.id)
    return found.id


async def give(account_id: UUID, role: Role, scope: Scope, by: UUID | None) -> Done:
    """Grant a role to a locked account, inside the caller's transaction. Raises INVALID_STATE as `grant`."""
    for _ in range(TRIES):
        made = await database.fetch_value(
            f"INSERT INTO memberships (id, account_id, role, {scope.column}, granted_at, granted_by_id)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
            uuid7(),
            account_id,
            role,
            scope.id,
            clock.now(),
            by,
        )
        if made is not None:
            audit.record(
                by,
                "membership.grant",
                "Membership",
                made,
                role=role.value,
                member_id=str(account_id),
                **{scope.column: str(scope.id)},
            )
            return Done(await _read(made), changed=True)
        there = await database.fetch_one(
            "SELECT id, account_id, head_id FROM memberships WHERE revoked_at IS NULL AND ((account_id = $1"
            f" AND role = $2 AND {scope.column} = $3) OR (head_id IS NOT NULL AND (head_id = $3 OR account_id = $1)))"
            f" ORDER BY (account_id = $1 AND {scope.column} = $3) IS TRUE DESC LIMIT 1",
            account_id,
            role,
            scope.id,
        )
        if there is None:
            continue  # concurrently revoked
        if role != Role.HOUSEHOLD_HEAD or (there["account_id"], there["head_id"]) == (account_id, scope.id):
            return Done(await _read(there["id"]), changed=False)
        if there["head_id"] == scope.id:
            raise Refusal(ErrorCode.INVALID_STATE, "这位联户长已由另一个账号登录，请先收回（role revoke）", "head")
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已是另一位联户长，请先收回（role revoke）", "phone")
    raise Unavailable("the same role was given and taken all the while")


async def find(role: Role, phone: str, given: str | UUID | None = None) -> Membership:
    """Return the membership to revoke: of this account and role, in the scope that `given` names.

    Without `given`, the account's only one. Falls back to a revoked one. Raises NOT_FOUND when there never was one, and
    INVALID_INPUT when several match.
    """
    account = await accounts.known(phone)
    args = Args([account.id, role])
    condition = "true"
    if given is not None:
        scope = await directory.of_role(role, given)
        condition = f"m.{scope.column} = {args(scope.id)}"
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE m.account_id = $1 AND m.role = $2 AND {condition}"
        " ORDER BY m.revoked_at DESC NULLS FIRST, m.id LIMIT 2",
        *args,
    )
    found = _readable(rows)
    if not found:
        raise Refusal(ErrorCode.NOT_FOUND, f"这个账号没有这样的身份：{role.label}", "phone")
    if len(found) > 1 and found[1].revoked_at is None:
        raise Refusal(ErrorCode.INVALID_INPUT, f"这个账号在多处是{role.label}，请写明是哪一处", "phone")
    return found[0]


@write
async def revoke(membership_id: UUID, *, by: UUID | None = None, force: bool = False) -> Done:
    """Revoke a role, from the account's next request on. A revoked one is left as it is.

    Raises NOT_FOUND, and INVALID_STATE for the last district administrator, or the last owner of a participating shop,
    unless `force`. Locks the memberships of all district administrators to revoke one of them, so that of the last two
    only one can go; and the shop to revoke one of its staff.
    """
    row = await database.fetch_one("SELECT role, shop_id FROM memberships WHERE id = $1", membership_id)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "没有这样的身份", "membershipId")
    if row["role"] == Role.DISTRICT_ADMIN and not force:
        await _leave_one(membership_id)
    if row["role"] == Role.SHOP_STAFF:
        await turns.exclusive(row["shop_id"])
        if not force:
            await staff.keep_an_owner(row["shop_id"], membership_id, "membershipId")
    changed = await database.execute(
        "UPDATE memberships SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", membership_id, clock.now()
    )
    if changed:
        audit.record(by, "membership.revoke", "Membership", membership_id, role=row["role"])
    return Done(await _read(membership_id), bool(changed))


async def _leave_one(membership_id: UUID) -> None:
    if [row["id"] for row in await _administrators()] == [membership_id]:
        raise _last_administrator("membershipId")


async def leave_an_administrator(account_id: UUID) -> None:
    """Raise INVALID_STATE for the last account that can administer the district. Locks as `revoke`."""
    if {row["account_id"] for row in await _administrators()} == {account_id}:
        raise _last_administrator("account")


async def _administrators() -> list[dict[str, Any]]:
    """Lock and return the district administrators' memberships, so that of the last two only one can go."""
    await database.fetch(
        "SELECT id FROM memberships WHERE role = 'DISTRICT_ADMIN' AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE"
    )
    return await database.fetch(
        "SELECT m.id, m.account_id FROM memberships m JOIN accounts a ON a.id = m.account_id"
        " AND a.disabled_at IS NULL WHERE m.role = 'DISTRICT_ADMIN' AND m.revoked_at IS NULL"
    )


def _last_administrator(field: str) -> Refusal:
    message = "这是最后一位区管理员，此后无人能管理；请先任命另一位，或加 --force"
    return Refusal(ErrorCode.INVALID_STATE, message, field)


@write
async def first_administrator(name: str, phone: str, district: str, code: str) -> str:
    """Create the first administrator of a district, and a missing district; return a bearer token for that account.

    Of two concurrent calls the second waits, and is refused. Raises INVALID_STATE when there is an administrator
    already, and INVALID_INPUT for a district of another name than the existing one.
    """
    await database.fetch("SELECT pg_advisory_xact_lock($1)", database.lock_key(f"admin:{current().database_schema}"))
    if await database.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM memberships m JOIN accounts a ON a.id = m.account_id AND a.disabled_at IS NULL"
        " WHERE m.role = 'DISTRICT_ADMIN' AND m.revoked_at IS NULL)"
    ):
        raise Refusal(ErrorCode.INVALID_STATE, "已有区管理员；再任命一位请用 app.py role grant --role DISTRICT_ADMIN")
    district_id = await _district(text.clean(district, "district", least=1, most=64), code)
    account_id = await _account(phone, name, None)
    await give(account_id, Role.DISTRICT_ADMIN, Scope("area_id", district_id, district), None)
    return await sessions.open_audited(account_id, "首位区管理员")


async def _district(name: str, code: str) -> UUID:
    there = await database.fetch_one("SELECT id, name FROM areas WHERE parent_id IS NULL ORDER BY path LIMIT 1")
    if there is not None:
        if there["name"] != name:
            raise Refusal(ErrorCode.INVALID_INPUT, f"这个数据库里的区是“{there['name']}”，请照此填写", "district")
        return UUID(str(there["id"]))
    if not (code.isascii() and code.isalnum() and len(code) <= 32):
        raise Refusal(ErrorCode.INVALID_INPUT, "区的代码须是 1 到 32 个字母或数字，如 520303", "code")
    made = await Area.create(kind=AreaKind.DISTRICT, code=code, name=name, path=f"{code}/")
    audit.record(None, "area.create", "Area", made.id, kind=AreaKind.DISTRICT, code=code)
    return made.id


async def _read(membership_id: UUID) -> Membership:
    (found,) = _readable(await database.fetch(f"SELECT {COLUMNS} FROM {SOURCE} WHERE m.id = $1", membership_id))
    return found


def _readable(rows: list[dict[str, Any]]) -> list[Membership]:
    return [record(Membership, accounts.with_masked_phone(row)) for row in rows]
