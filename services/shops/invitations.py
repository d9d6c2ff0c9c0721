"""Invitations (邀请): a phone and a name typed by an inviter, which become an account and a role when that phone signs
in.

Inviting reads no account: no response, statement or timing reveals whether a number is known, and whose it is. An
invitation can be withdrawn until it is accepted, and expires after 30 days. An ended one keeps no phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import InvitationState, Role, ShopInvitationAction, ShopState
from services.accounts import accounts
from services.accounts.accounts import Account
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args
from services.kit import clock, names, phones, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.secrets import phone_columns, phone_index
from services.kit.viewer import Viewer
from services.people import areas
from services.shops import shops, staff
from services.shops.staff import MAX_STAFF
from services.writes import turns
from services.writes.write import write

VALID_FOR = timedelta(days=30)
MAX_OPEN = 20  # per shop
MAX_A_DAY_PER_SHOP = 20
MAX_A_DAY_PER_ACCOUNT = 50

SOURCE = "invitations i JOIN shops s ON s.id = i.shop_id"
OLDEST_FIRST = Keyset("invitations", {"id": ("i.id", UUID)})
_ENDED = "phone_index = NULL, phone_encrypted = NULL, ended_at = "


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation to work in a shop, as it is read. `name` is as typed; the phone is kept while it is open.

    When an account of the same name has accepted it, `name` is None.
    """

    id: UUID
    shop_id: UUID
    shop_path: str
    name: str | None
    phone_encrypted: bytes | None = field(repr=False)
    owner: bool
    state: InvitationState
    created_at: datetime
    expires_at: datetime

    @property
    def phone(self) -> str | None:
        """The masked phone; None once it has ended."""
        return accounts.masked_phone(self.phone_encrypted)


def available_actions(viewer: Viewer, invitation: Invitation) -> list[ShopInvitationAction]:
    """Return what this viewer may do with an invitation now."""
    if invitation.state != InvitationState.OPEN:
        return []
    possible = {
        ShopInvitationAction.WITHDRAW: staff.manages(viewer, invitation.shop_id, invitation.shop_path),
        ShopInvitationAction.SHOW_CODE: invitation.shop_id in viewer.owned_shop_ids and not invitation.owner,
    }
    return [action for action, may in possible.items() if may]


def columns(_: Viewer, args: Args) -> str:
    """Return the columns of an Invitation; an overdue one reads EXPIRED before the tick ends it."""
    over = f"i.state = 'OPEN' AND i.expires_at <= {args(clock.now())}"
    return (
        f"i.id, i.shop_id, {areas.path_of('s.area_id')} AS shop_path, i.name,"
        f" CASE WHEN NOT ({over}) THEN i.phone_encrypted END AS phone_encrypted, i.owner,"
        f" CASE WHEN {over} THEN 'EXPIRED' ELSE i.state END AS state, i.created_at, i.expires_at"
    )


def _open_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over SOURCE: acceptable invitations, for those who run the shop."""
    return f"i.state = 'OPEN' AND i.expires_at > {args(clock.now())} AND {shops.run_by(viewer, args)}"


# `by_ids` returns ended ones too.
READING = Reading(Invitation, columns, SOURCE, "i.id", shops.run_by)
by_ids = READING.by_ids
OPEN = replace(READING, visible_to=_open_to)


async def of_shops(
    viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Invitation]]:
    """Return a page of each shop's open invitations, oldest first. One statement for all the shops."""
    return await OPEN.of_parents(viewer, shop_ids, page, OLDEST_FIRST, "i.shop_id", only=only)


async def invite(shop_id: UUID, phone: str, name: str, by: UUID | None, *, owner: bool = False) -> UUID:
    """Invite a phone to work in a shop; return the invitation's id. An open one gets the new name and a new term.

    `phone` and `name` are cleaned. Runs inside the caller's transaction, which has locked the shop. Raises
    LIMIT_REACHED beyond 20 open in the shop or 50 with its staff, TOO_MANY_ATTEMPTS beyond 20 new ones a day in the
    shop and 50 by the account.
    """
    kept, now = phone_columns(phone), clock.now()
    await _end_expired(shop_id, now)
    await _check_room(shop_id, kept["phone_index"], by, now)
    row = await database.fetch_one(
        "INSERT INTO invitations (id, role, shop_id, owner, name, phone_encrypted, phone_index, state, invited_by_id,"
        " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'OPEN', $8, $9, $10)"
        " ON CONFLICT (phone_index, shop_id) WHERE state = 'OPEN' AND shop_id IS NOT NULL DO UPDATE"
        " SET name = excluded.name, owner = excluded.owner, expires_at = excluded.expires_at"
        " RETURNING id, xmax = 0 AS fresh",
        uuid7(),
        Role.SHOP_STAFF.value,
        shop_id,
        owner,
        name,
        kept["phone_encrypted"],
        kept["phone_index"],
        by,
        now,
        now + VALID_FOR,
    )
    assert row is not None, "either way there is one"
    action = "invitation.make" if row["fresh"] else "invitation.renew"
    audit.record(by, action, "Invitation", row["id"], shop_id=str(shop_id), owner=owner)
    return UUID(str(row["id"]))


async def _end_expired(shop_id: UUID, now: datetime) -> None:
    await database.execute(
        f"UPDATE invitations SET state = 'EXPIRED', {_ENDED} $2 WHERE shop_id = $1 AND state = 'OPEN'"
        " AND expires_at <= $2",
        shop_id,
        now,
    )


async def _check_room(shop_id: UUID, index: bytes, by: UUID | None, now: datetime) -> None:
    """Raise what `invite` raises. Counts the other phones by this shop's own rows, never by accounts."""
    since = clock.start_of(clock.day_of(now))
    row = await database.fetch_one(
        """
        SELECT count(*) FILTER (WHERE state = 'OPEN' AND phone_index <> $2) AS open,
            count(*) FILTER (WHERE state = 'OPEN' AND phone_index = $2) AS again,
            count(*) FILTER (WHERE created_at >= $4) AS of_shop,
            (SELECT count(*) FROM invitations WHERE invited_by_id = $3 AND created_at >= $4) AS of_account,
            (SELECT count(*) FROM memberships WHERE shop_id = $1 AND revoked_at IS NULL) AS working
        FROM invitations WHERE shop_id = $1
        """,
        shop_id,
        index,
        by,
        since,
    )
    assert row is not None, "an aggregate has one row"
    if row["again"]:
        return
    if row["open"] >= MAX_OPEN:
        message = f"本店已有 {MAX_OPEN} 个邀请等待接受，请先撤回一些，或等对方登录"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, "shopId")
    if row["working"] + row["open"] >= MAX_STAFF:
        message = f"每家店铺连同待接受的邀请最多 {MAX_STAFF} 位店员，请先移除或撤回一些"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, "shopId")
    if row["of_shop"] >= MAX_A_DAY_PER_SHOP or row["of_account"] >= MAX_A_DAY_PER_ACCOUNT:
        again_at = since + timedelta(days=1)
        raise Refusal(ErrorCode.TOO_MANY_ATTEMPTS, "今天邀请的人数已达上限，请明天再邀请", "shopId", again_at)


@write
async def add(viewer: Viewer, shop_id: UUID, phone: str, display_name: str, *, owner: bool = False) -> Invitation:
    """Invite a phone to work in a shop, as an owner or at the till. The result does not depend on who has the phone.

    Raises INVALID_INPUT, NOT_FOUND, FORBIDDEN, INVALID_STATE for a shop that is not approved or has left, and what
    `invite` raises. Locks the viewer's account, then the shop.
    """
    with Form() as form:
        phone = form(phones.phone, phone, "phone")
        name = form(text.clean, display_name, "displayName", least=1, most=accounts.MAX_NAME)
    await accounts.lock(viewer.account_id)  # its invitations of the day are counted
    await staff.lock_to_add(viewer, shop_id)
    made = await invite(shop_id, phone, name, viewer.account_id, owner=owner)
    return (await by_ids(viewer, [made]))[made]


@write
async def withdraw(viewer: Viewer, invitation_id: UUID) -> Invitation:
    """Withdraw an open invitation. Repeating it, or withdrawing an expired one, changes nothing.

    Raises NOT_FOUND, FORBIDDEN, INVALID_STATE for an accepted one. Locks the shop.
    """
    shop_id = await database.fetch_value("SELECT shop_id FROM invitations WHERE id = $1", invitation_id)
    if shop_id is None:
        raise not_found("invitationId")
    await staff.lock_to_manage(viewer, shop_id, "invitationId")
    found = (await by_ids(viewer, [invitation_id]))[invitation_id]
    if found.state == InvitationState.ACCEPTED:
        raise Refusal(ErrorCode.INVALID_STATE, "对方已经接受，请在店员名单里移除", "invitationId")
    if found.state == InvitationState.OPEN:
        await _end([invitation_id], InvitationState.WITHDRAWN)
        audit.record(viewer.account_id, "invitation.withdraw", "Invitation", invitation_id, shop_id=str(shop_id))
    return (await by_ids(viewer, [invitation_id]))[invitation_id]


async def renew_all_of(shop_id: UUID) -> None:
    """Renew the term of a shop's open invitations. The caller has locked the shop."""
    await database.execute(
        "UPDATE invitations SET expires_at = $2 WHERE shop_id = $1 AND state = 'OPEN'", shop_id, clock.now() + VALID_FOR
    )


async def end_all_of(shop_id: UUID, by: UUID | None) -> None:
    """Withdraw the open invitations of a shop that was rejected or leaves. The caller has locked the shop."""
    rows = await database.fetch("SELECT id FROM invitations WHERE shop_id = $1 AND state = 'OPEN' ORDER BY id", shop_id)
    ids = [row["id"] for row in rows]
    if ids:
        await _end(ids, InvitationState.WITHDRAWN)
        audit.record_each(by, "invitation.withdraw", "Invitation", ids)


async def expire(limit: int) -> int:
    """Expire at most `limit` overdue invitations, and delete their phones; return how many. One statement."""
    return await database.execute(
        f"UPDATE invitations SET state = 'EXPIRED', {_ENDED} $1 WHERE id = ANY(ARRAY(SELECT id FROM invitations"
        " WHERE state = 'OPEN' AND expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))",
        clock.now(),
        limit,
    )


async def _end(ids: Sequence[UUID], state: InvitationState) -> None:
    await database.execute(
        f"UPDATE invitations SET state = $2, {_ENDED} $3 WHERE id = ANY($1) AND state = 'OPEN'",
        list(ids),
        state.value,
        clock.now(),
    )


async def accept(phone: str) -> UUID:
    """Accept all open invitations of a phone that signs in; return the account's id.

    A missing account is created under the name of the oldest invitation. An existing one keeps its name, and a shop
    that typed another still sees the one it typed. Runs inside the caller's transaction. Raises NOT_FOUND where there
    is neither an account nor an invitation, INVALID_STATE for a disabled account. Locks the account, then each shop by
    its id.
    """
    phone = phones.phone(phone, "phone")
    rows = await database.fetch(
        "SELECT id, shop_id, name FROM invitations WHERE phone_index = $1 AND state = 'OPEN' AND expires_at > $2"
        " AND shop_id IS NOT NULL ORDER BY id",
        phone_index(phone),
        clock.now(),
    )
    if rows:
        await accounts.make(phone, rows[0]["name"])
    account = await accounts.known(phone)
    if not account.enabled:
        raise Refusal(ErrorCode.INVALID_STATE, "这个账号已停用，请联系运维人员", "phone")
    if rows:
        await accounts.lock(account.id)
    for row in sorted(rows, key=lambda row: row["shop_id"]):
        await _accept(row["id"], row["shop_id"], account)
    return account.id


async def accept_present(invitation_id: UUID, account_id: UUID) -> None:
    """Accept a cashier's open invitation for somebody present, by a new account of the same name.

    Inside the caller's transaction, which has locked the shop. Raises INVALID_STATE for one that is not open or makes
    an owner, LIMIT_REACHED where the shop is full.
    """
    row = await database.fetch_one(
        "SELECT name, owner, shop_id FROM invitations WHERE id = $1 AND state = 'OPEN' AND expires_at > $2",
        invitation_id,
        clock.now(),
    )
    if row is None:
        raise Refusal(ErrorCode.INVALID_STATE, "这个邀请已接受、撤回或过期，请刷新后再试", "invitationId")
    if row["owner"]:
        raise Refusal(ErrorCode.INVALID_STATE, "邀请的是店主，请对方用手机号登录", "invitationId")
    await _accept(invitation_id, row["shop_id"], Account(account_id, row["name"], enabled=True))
    if account_id not in await staff.working_in(row["shop_id"]):
        raise Refusal(ErrorCode.LIMIT_REACHED, f"每家店铺最多 {MAX_STAFF} 位店员，请先移除一些", "invitationId")


async def _accept(invitation_id: UUID, shop_id: UUID, account: Account) -> None:
    """Accept one, unless it was just withdrawn or the shop is full: then it stays open."""
    shop = await turns.exclusive(shop_id)
    row = await database.fetch_one(
        "SELECT name, owner, invited_by_id FROM invitations WHERE id = $1 AND state = 'OPEN'", invitation_id
    )
    if row is None:
        return
    if shop.state == ShopState.APPLIED:
        await database.execute("UPDATE shops SET applied_by_id = $2 WHERE id = $1", shop_id, account.id)
    elif not await _employ(shop_id, account.id, row["invited_by_id"], owner=row["owner"]):
        return
    name = None if names.agree(row["name"], account.display_name) else row["name"]
    await database.execute(
        f"UPDATE invitations SET state = 'ACCEPTED', account_id = $2, name = $3, {_ENDED} $4 WHERE id = $1",
        invitation_id,
        account.id,
        name,
        clock.now(),
    )
    audit.record(account.id, "invitation.accept", "Invitation", invitation_id, shop_id=str(shop_id))


async def _employ(shop_id: UUID, account_id: UUID, by: UUID | None, *, owner: bool) -> bool:
    working = await staff.working_in(shop_id)
    if staff_id := working.get(account_id):
        if owner:
            await staff.put_owner(staff_id, by, owner=True)
        return True
    if len(working) >= MAX_STAFF:
        return False
    await staff.grant(shop_id, account_id, by, owner=owner)
    return True
