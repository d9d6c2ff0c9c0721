"""Who shows a one-use code to whom: a desk to residents and heads of its area, a shop's owner to cashiers, an operator
to anybody.

A missing account is created under the roster's or the invitation's name, and without a phone: nothing has shown yet
that the number is this person's.
"""

from collections.abc import Callable
from uuid import UUID

from models.enums import HeadAction, Role, SignInMethod
from services.accounts import accounts, acting
from services.db import database
from services.db.sql import Args
from services.entry import one_use_codes
from services.entry.one_use_codes import Code
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer, inside
from services.people import heads, households
from services.people.directory import Scope
from services.roles import heads as head_actions
from services.roles import memberships
from services.shops import invitations, staff
from services.wishes import paying
from services.writes.write import write

# SQL over `households h`: the account of the contact, by number or else by name.
CONTACT = """
(SELECT a.id FROM memberships m JOIN accounts a ON a.id = m.account_id
WHERE m.household_id = h.id AND m.revoked_at IS NULL
    AND (a.phone_index = h.phone_index OR a.display_name = h.contact_name)
ORDER BY (a.phone_index = h.phone_index) DESC NULLS LAST, m.id LIMIT 1)
"""


@write
async def for_household(viewer: Viewer, household_id: UUID) -> Code:
    """Show a code to a household's contact, who is present: grid workers and community staff above.

    Raises NOT_FOUND for a household out of reach, FORBIDDEN for one's own account, for the head whom ratings of this
    household, or of another one of the account, pay, and for an account that works at a console; and as
    `one_use_codes.issue`. Locks the account.
    """
    household = (await households.by_ids(viewer, [household_id])).get(household_id)
    if household is None or not inside(household.grid_path, viewer.dispatch_paths):
        raise not_found("householdId")
    await _check_unpaid(
        viewer,
        household_id,
        lambda args: f"SELECT {paying.pays(viewer, 'h', args)} FROM households h WHERE h.id = $1",
        "householdId",
    )
    account_id = await database.fetch_value(f"SELECT {CONTACT} FROM households h WHERE h.id = $1", household_id)
    if account_id is None:
        account_id = await _make(viewer, household.contact_name, Role.RESIDENT, "household_id", household_id)
    return await _at_desk(viewer, account_id, household.grid_path, "householdId")


async def _check_unpaid(viewer: Viewer, key: UUID, paid: Callable[[Args], str], field: str) -> None:
    """Raise FORBIDDEN for the head whom `paid`, SQL about $1, tells to be paid."""
    args = Args([key])
    if viewer.head_id is not None and await database.fetch_value(paid(args), *args):
        message = "这户的评单关系到您的积分，不能由您开登录码：请社区工作者或别的网格员来开"
        raise Refusal(ErrorCode.FORBIDDEN, message, field)


@write
async def for_head(viewer: Viewer, head_id: UUID) -> Code:
    """Show a code to a household head, who is present: grid workers and community staff above.

    Raises NOT_FOUND for a head out of reach, INVALID_STATE for one who has left, FORBIDDEN as `for_household`. Locks
    the account.
    """
    head = (await heads.by_ids(viewer, [head_id])).get(head_id)
    head = head_actions.check(viewer, head, HeadAction.SHOW_CODE)
    head_actions.step(viewer, head, HeadAction.SHOW_CODE)
    account_id = await database.fetch_value(
        "SELECT account_id FROM memberships WHERE head_id = $1 AND revoked_at IS NULL", head_id
    )
    if account_id is None:
        account_id = await _make(viewer, head.name, Role.HOUSEHOLD_HEAD, "head_id", head_id)
    return await _at_desk(viewer, account_id, head.grid_path, "headId")


async def _make(viewer: Viewer, name: str, role: Role, column: str, scope_id: UUID) -> UUID:
    account_id = await accounts.make_without_phone(name, viewer.account_id)
    await memberships.give(account_id, role, Scope(column, scope_id, name), viewer.account_id)
    return account_id


async def _at_desk(viewer: Viewer, account_id: UUID, path: str, field: str) -> Code:
    await accounts.lock(account_id)
    if account_id == viewer.account_id:
        raise Refusal(ErrorCode.FORBIDDEN, "不能给自己开登录码", field)
    if await _works_at_console(account_id):
        message = "这个账号还有工作身份，不能用现场登录码：请用手机号登录，或请运维人员开登录码"
        raise Refusal(ErrorCode.FORBIDDEN, message, field)
    await _check_unpaid(viewer, account_id, lambda args: f"SELECT {paying.rates(viewer, '$1', args)}", field)
    area_id = await database.fetch_value(
        "SELECT id FROM areas WHERE path = ANY($1) AND starts_with($2, path) ORDER BY length(path) LIMIT 1",
        list(viewer.dispatch_paths),
        path,
    )
    return await one_use_codes.issue(account_id, SignInMethod.DESK, area_id=area_id, by=viewer.account_id)


@write
async def for_staff(viewer: Viewer, staff_id: UUID) -> Code:
    """Show a code to somebody who works in one's shop: owners.

    Raises NOT_FOUND, FORBIDDEN for who is no owner there, for the own account, and for one that works at a console.
    Locks the account, then the shop.
    """
    row = await database.fetch_one(
        "SELECT shop_id, account_id FROM memberships WHERE id = $1 AND shop_id IS NOT NULL AND revoked_at IS NULL",
        staff_id,
    )
    if row is None:
        raise not_found("staffId")
    await accounts.lock(row["account_id"])
    await staff.lock_to_manage(viewer, row["shop_id"], "staffId")
    return await _at_till(viewer, row["account_id"], row["shop_id"], "staffId")


@write
async def for_invited(viewer: Viewer, invitation_id: UUID) -> Code:
    """Show a code to somebody invited to work in one's shop, which accepts the invitation: owners.

    The account is a new one, of the name that was typed: whose the number is does not show. Raises as `for_staff`, and
    INVALID_STATE for an invitation that is no longer open, for one to be an owner, and for a shop that is full. Locks
    the shop.
    """
    row = await database.fetch_one("SELECT shop_id, name FROM invitations WHERE id = $1", invitation_id)
    if row is None or row["shop_id"] is None:
        raise not_found("invitationId")
    account_id = await accounts.make_without_phone(row["name"] or "", viewer.account_id)
    await staff.lock_to_manage(viewer, row["shop_id"], "invitationId")
    await invitations.accept_present(invitation_id, account_id)
    return await _at_till(viewer, account_id, row["shop_id"], "invitationId")


async def _at_till(viewer: Viewer, account_id: UUID, shop_id: UUID, field: str) -> Code:
    if shop_id not in viewer.owned_shop_ids:
        raise Refusal(ErrorCode.FORBIDDEN, "登录码由本店店主来开", field)
    if account_id == viewer.account_id:
        raise Refusal(ErrorCode.FORBIDDEN, "不能给自己开登录码", field)
    if await _works_at_console(account_id):
        raise Refusal(ErrorCode.FORBIDDEN, "这位店员还有社区工作身份，请他用手机号登录", field)
    return await one_use_codes.issue(account_id, SignInMethod.SHOP, shop_id=shop_id, by=viewer.account_id)


def showable(viewer: Viewer, account: str, args: Args) -> str:
    """Return SQL, given SQL for an account's id: a desk may show it a code, for it is enabled, not the own one,
    works at no console, and rates nobody's wishes whose rating pays the viewer."""
    return (
        f"({account} <> {args(viewer.account_id)} AND NOT {acting.works_at_console(account)}"
        f" AND NOT {paying.rates(viewer, account, args)} AND EXISTS"
        f" (SELECT 1 FROM accounts e WHERE e.id = {account} AND e.disabled_at IS NULL))"
    )


async def _works_at_console(account_id: UUID) -> bool:
    found: bool = await database.fetch_value(f"SELECT {acting.works_at_console('$1')}", account_id)
    return found


@write
async def for_phone(phone: str) -> Code:
    """Show a code to the account with this phone, as an operator. Accepts the phone's open invitations, which creates a
    missing account. Raises and locks as `invitations.accept`."""
    return await for_account(await invitations.accept(phone))


@write
async def by_operator(account_id: UUID) -> Code:
    """Show a code to an account, as an operator. Locks the account."""
    return await for_account(account_id)


async def for_account(account_id: UUID) -> Code:
    """Show a code to an account, as an operator, inside the caller's transaction. Locks the account."""
    await accounts.lock(account_id)
    return await one_use_codes.issue(account_id, SignInMethod.CODE)
