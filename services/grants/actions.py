"""A grant given in thanks, and revoked, by an administrator above."""

from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import GrantSource, LeaderboardPeriod
from services.db import database
from services.db.sql import Args
from services.discounts import discounts
from services.discounts.discounts import Discount
from services.grants import giving, grants
from services.grants.giving import MAX_NOTE, MAX_QUANTITY, Gift, Recipient
from services.grants.grants import Grant
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.periods import Window, window
from services.kit.viewer import Viewer, inside
from services.people import heads
from services.people.heads import HouseholdHead
from services.writes import requests
from services.writes.write import Unchanged, write


def may_give(viewer: Viewer, head: HouseholdHead, *, kin: bool, thanked: bool) -> bool:
    """Return whether the viewer may give this head a grant: an administrator above who is not `kin` (`heads.kin`),
    while the head is active and was not `thanked` in this quarter."""
    return head.active and inside(head.grid_path, viewer.admin_paths) and not kin and not thanked


def thanked(head_id: str, args: Args) -> str:
    """Return SQL over a column: the head was given a grant in thanks in this quarter. One that was revoked before any
    use does not count: it may have been given by mistake."""
    return (
        f"EXISTS (SELECT 1 FROM grants g WHERE g.head_id = {head_id} AND g.source = '{GrantSource.THANKS}'"
        f" AND g.granted_at >= {args(_quarter().starts_at)} AND (g.revoked_at IS NULL OR {grants.used(args)} > 0))"
    )


def _quarter() -> Window:
    return window(LeaderboardPeriod.QUARTER, clock.now())


@write
async def give(
    viewer: Viewer, head_id: UUID, discount_id: UUID, quantity: int, valid_until: date, note: str, request_no: str
) -> Grant:
    """Give a head a grant in thanks, from today on. The same `request_no` again returns the same grant.

    Raises NOT_FOUND for a head or a discount out of the viewer's administration, FORBIDDEN for oneself and for who
    lives with one, INVALID_STATE for a head who is suspended or has left, LIMIT_REACHED for a second one in a quarter,
    REQUEST_NO_REUSED, and what `giving.give` raises. Locks the request, the head, the shop (shared), the discount's
    counter.
    """
    assert viewer.account_id is not None, "declared on the mutation"
    today = await requests.asked_on(viewer.account_id, "grantGive", request_no)
    with Form() as form:
        quantity = form(text.whole, quantity, "quantity", least=1, most=MAX_QUANTITY)
        form(giving.fit_day, valid_until, today)
        note = form(text.clean, note, "note", least=1, most=MAX_NOTE)
        form(requests.checked, request_no)
    content = {"head": head_id, "discount": discount_id, "quantity": quantity, "until": valid_until, "note": note}
    made_id = uuid7()
    earlier = await requests.claim(viewer.account_id, "grantGive", request_no, content, made_id)
    if earlier is not None:
        return await _read(viewer, earlier, "requestNo")
    discount = await _offered(viewer, discount_id)
    await _check_head(viewer, await heads.lock(head_id))
    gift = Gift(
        origin_id=discount.origin_id,
        quantity=quantity,
        valid_until=valid_until,
        source=GrantSource.THANKS,
        note=note,
    )
    (given,) = await giving.give(gift, [Recipient(head_id)], viewer.account_id)
    await requests.settle(viewer.account_id, "grantGive", request_no, given)
    return await _read(viewer, given, "requestNo")


async def _offered(viewer: Viewer, discount_id: UUID) -> Discount:
    found = (await discounts.by_ids(viewer, [discount_id])).get(discount_id)
    if found is None or found.approved_at is None or not inside(found.shop_path, viewer.admin_paths):
        raise not_found("discountId")
    return found


async def _check_head(viewer: Viewer, head: HouseholdHead | None) -> None:
    if head is None or not inside(head.grid_path, viewer.admin_paths):
        raise not_found("headId")
    args = Args()
    one = args(head.id)
    known = await database.fetch_one(
        f"SELECT {heads.kin(one, args(viewer.account_id))} AS kin, {thanked(one, args)} AS thanked", *args
    )
    assert known is not None, "it is asked of no row"
    if known["kin"]:
        raise Refusal(ErrorCode.FORBIDDEN, "不能赠予自己或自己家的人，请由另一位区管理员办理", "headId")
    if not may_give(viewer, head, kin=False, thanked=False):
        raise Refusal(ErrorCode.INVALID_STATE, "该联户长已暂停或离任，不能赠予", "headId")
    if known["thanked"]:
        message = "这位联户长本季度已经获赠过一次，请下个季度再赠"
        raise Refusal(ErrorCode.LIMIT_REACHED, message, "headId", _quarter().ends_at)


@write
async def revoke(viewer: Viewer, grant_id: UUID, reason: str) -> Grant:
    """Revoke a grant; what was used stands. A second time changes nothing.

    Raises NOT_FOUND, INVALID_STATE for one that has ended, INVALID_INPUT. Locks the head, the grant, the discount's
    counter.
    """
    assert viewer.account_id is not None, "declared on the mutation"
    reason = text.reason(reason)
    found = await _read(viewer, grant_id, "grantId")
    if not inside(found.head_path, viewer.admin_paths):
        raise not_found("grantId")
    await heads.hold(found.head_id)
    found = await _read(viewer, grant_id, "grantId")
    if found.revoked_at is not None:
        raise Unchanged(found)
    if not grants.may_revoke(viewer, found) or not await giving.revoke(grant_id, reason, viewer.account_id):
        raise Refusal(ErrorCode.INVALID_STATE, "这份专享已到期，不必收回", "grantId")
    return await _read(viewer, grant_id, "grantId")


async def _read(viewer: Viewer, grant_id: UUID, field: str) -> Grant:
    found = (await grants.by_ids(viewer, [grant_id])).get(grant_id)
    if found is None:
        raise not_found(field)
    return found
