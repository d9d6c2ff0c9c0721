"""The steps of a shop by those who run it and those who decide about it: 申请, 批准, 暂停, 退出, and its particulars.

Each is one transaction: it locks the shop, asks the shop table, and updates only from the state that it read. Repeating
a step changes nothing and succeeds. Each raises NOT_FOUND for a shop in which the viewer has no capacity, FORBIDDEN and
INVALID_STATE by the shop table, INVALID_INPUT for unfit values.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import PreparationState, ShopAction, ShopCategory, ShopKind, ShopState
from models.shops import Shop as ShopRow
from services.accounts import accounts
from services.agreements import actions as agreements
from services.audit import log as audit
from services.db import database, journal
from services.discounts import promises
from services.kit import clock, phones, secrets, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer
from services.shops import change_requests, invitations, past_hours, shops, staff
from services.shops.shops import Shop
from services.shops.steps import (
    ShopTransition,
    begin,
    ceiling_of,
    changed,
    checked,
    community,
    fitting,
    move,
    name_once,
    old_and_new,
    particulars,
)
from services.shops.table import MAX_OPEN_APPLICATIONS, MAX_OPEN_ENTRIES, TAKING_PART, ShopActor
from services.till import holds
from services.writes import requests, turns
from services.writes.write import write


@write
async def apply(
    viewer: Viewer,
    area_id: UUID,
    name: str,
    category: ShopCategory,
    address: str,
    latitude: float,
    longitude: float,
    request_no: str,
    opening_hours: str = "",
    monthly_ceiling_fen: int | None = None,
    kind: ShopKind = ShopKind.SHOP,
) -> Shop:
    """Apply with a shop or partner of one's own in a community, for an administrator to approve. The ceiling in fen a
    month.

    The same `request_no` again returns the same shop. Raises REQUEST_NO_REUSED, LIMIT_REACHED beyond 3 pending
    applications; NOT_FOUND unless the area is a community. Locks the request, then the account.
    """
    with Form() as form:
        given = form(particulars, name, category, address, latitude, longitude, opening_hours)
        form(fitting, category, kind)
        ceiling = form(ceiling_of, monthly_ceiling_fen)
        form(requests.checked, request_no)
    content = {**given, "kind": kind, "monthly_ceiling_fen": ceiling, "area_id": area_id}
    earlier, shop_id = await _claim(viewer, "shopApply", request_no, content)
    if earlier is None:
        await _check_open(
            viewer,
            "applied_by_id = $1 AND entered_by_id IS NULL",
            MAX_OPEN_APPLICATIONS,
            f"您已有 {MAX_OPEN_APPLICATIONS} 家店铺待审核，请等待审核结果",
        )
        await community(area_id)
        await _create(viewer, shop_id, content, applied_by_id=viewer.account_id)
        audit.record(viewer.account_id, "shop.apply", "Shop", shop_id, state=ShopState.APPLIED)
    return await _found(viewer, earlier or shop_id)


@write
async def enter(
    viewer: Viewer,
    area_id: UUID,
    name: str,
    category: ShopCategory,
    address: str,
    latitude: float,
    longitude: float,
    request_no: str,
    opening_hours: str = "",
    monthly_ceiling_fen: int | None = None,
    cashier_name: str | None = None,
    cashier_phone: str | None = None,
    kind: ShopKind = ShopKind.SHOP,
) -> Shop:
    """Enter a shop or partner on behalf of its future owner, within the reach of community staff and administrators.

    It is only an application: an administrator who did not enter it approves it. The cashier is invited to own it, and
    becomes the applicant once that phone signs in. The same `request_no` again returns the same shop. Raises
    REQUEST_NO_REUSED, LIMIT_REACHED beyond 50 pending entries, NOT_FOUND unless the area is a community in reach, and
    what `invitations.invite` raises. Locks the request, then the account.
    """
    with Form() as form:
        given = form(particulars, name, category, address, latitude, longitude, opening_hours)
        form(fitting, category, kind)
        ceiling = form(ceiling_of, monthly_ceiling_fen)
        cashier = form(_cashier, cashier_name, cashier_phone)
        form(requests.checked, request_no)
    content = {**given, "kind": kind, "monthly_ceiling_fen": ceiling, "area_id": area_id}
    # The number is stored nowhere in clear, and a bare hash of it would be guessed in no time.
    invited = [cashier[0], secrets.mac("request", cashier[1].encode()).hex()] if cashier else None
    earlier, shop_id = await _claim(viewer, "shopEnter", request_no, content | {"cashier": invited})
    if earlier is None:
        await community(area_id, viewer.manage_paths)
        await _check_open(
            viewer,
            "entered_by_id = $1",
            MAX_OPEN_ENTRIES,
            f"您录入的店铺已有 {MAX_OPEN_ENTRIES} 家待审核，请等待审核结果",
        )
        await _create(viewer, shop_id, content, entered_by_id=viewer.account_id)
        audit.record(viewer.account_id, "shop.enter", "Shop", shop_id, state=ShopState.APPLIED)
        if cashier:
            name, phone = cashier
            await invitations.invite(shop_id, phone, name, viewer.account_id, owner=True)
    return await _found(viewer, earlier or shop_id)


def _cashier(name: str | None, phone: str | None) -> tuple[str, str] | None:
    if name is None and phone is None:
        return None
    with Form() as form:
        cashier = (
            form(text.clean, name, "cashierName", least=1, most=accounts.MAX_NAME),
            form(phones.phone, phone, "cashierPhone"),
        )
    return cashier


async def _claim(viewer: Viewer, operation: str, request_no: str, content: dict[str, Any]) -> tuple[UUID | None, UUID]:
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    shop_id = uuid7()
    return await requests.claim(viewer.account_id, operation, request_no, content, shop_id), shop_id


async def _check_open(viewer: Viewer, condition: str, limit: int, message: str) -> None:
    # Two concurrent applications must not both be the last one allowed.
    await database.fetch("SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE", viewer.account_id)
    waiting = await database.fetch_value(
        f"SELECT count(*) FROM shops WHERE state = 'APPLIED' AND {condition}", viewer.account_id
    )
    if waiting >= limit:
        raise Refusal(ErrorCode.LIMIT_REACHED, message)


async def _create(viewer: Viewer, shop_id: UUID, content: Mapping[str, Any], **parties: Any) -> None:
    with name_once():
        await ShopRow.create(id=shop_id, state=ShopState.APPLIED, created_at=clock.now(), **parties, **content)


async def _found(viewer: Viewer, shop_id: UUID) -> Shop:
    found = (await shops.by_ids(viewer, [shop_id])).get(shop_id)
    if found is None:
        raise not_found("requestNo")
    return found


@write
async def approve(viewer: Viewer, shop_id: UUID) -> Shop:
    """Approve a shop. Its applicant becomes its owner; a cashier named at entry does so on signing in."""
    transition = await begin(viewer, shop_id, ShopAction.APPROVE)
    if transition.thing.applied_by_id is not None:
        await staff.grant(shop_id, transition.thing.applied_by_id, viewer.account_id, owner=True)
    await invitations.renew_all_of(shop_id)
    return await move(transition, {"state_reason": ""})


@write
async def reject(viewer: Viewer, shop_id: UUID, reason: str) -> Shop:
    """Reject an application, with a reason for the applicant."""
    rejected = await _for_a_reason(viewer, shop_id, ShopAction.REJECT, text.reason(reason))
    await invitations.end_all_of(shop_id, viewer.account_id)
    return rejected


@write
async def suspend(viewer: Viewer, shop_id: UUID, reason: str) -> Shop:
    """Suspend a shop, with a reason. From then on nothing is issued, prepared or confirmed there. Its agreements end.

    Locks the shop, then its agreements.
    """
    suspended = await _for_a_reason(viewer, shop_id, ShopAction.SUSPEND, text.reason(reason))
    await agreements.end_all_of(shop_id, viewer.account_id, "共建单位已被暂停")
    return suspended


async def _for_a_reason(viewer: Viewer, shop_id: UUID, action: ShopAction, reason: str) -> Shop:
    transition = await begin(viewer, shop_id, action)
    return await move(transition, {"state_reason": reason})


@write
async def resume(viewer: Viewer, shop_id: UUID) -> Shop:
    """End a suspension. Passes that are still live can be used again."""
    return await _for_a_reason(viewer, shop_id, ShopAction.RESUME, "")


@write
async def leave(viewer: Viewer, shop_id: UUID, reason: str = "") -> Shop:
    """Leave for good, or withdraw an application. All the shop's agreements and discounts end; live preparations may be
    confirmed, but are cancelled if the shop is suspended. Raises INVALID_STATE while any of its discounts is promised
    to heads.

    Its staff can still read its days. Locks its preparations, the shop, its agreements, its discounts; and what
    `holds.give_back` locks.
    """
    reason = text.reason(reason, least=0)
    found = checked(viewer, await shops.read(shop_id))
    prepared = await holds.lock_of_shop(shop_id)
    transition = await begin(viewer, shop_id, ShopAction.LEAVE)
    if transition.thing.state != found.state:  # a concurrent suspension, and perhaps a new preparation before it
        raise database.Again
    left = await move(transition, {"state_reason": reason})
    await invitations.end_all_of(shop_id, viewer.account_id)
    await change_requests.withdraw_of(viewer, shop_id)
    await agreements.end_all_of(shop_id, viewer.account_id, "共建单位已退出")
    ended = await database.fetch(
        "UPDATE discounts SET state = 'ENDED', state_reason = '店铺已退出'"
        " WHERE shop_id = $1 AND state IN ('DRAFT', 'SUBMITTED', 'ACTIVE', 'PAUSED') RETURNING id",
        shop_id,
    )
    audit.record_each(viewer.account_id, "discount.end", "Discount", [row["id"] for row in ended])
    if transition.thing.state == ShopState.SUSPENDED:
        cancelled = [(hold, PreparationState.CANCELLED) for hold in prepared]
        await holds.give_back(cancelled, clock.now(), viewer.account_id)
    return left


@write
async def suspend_again(shop_id: UUID) -> None:
    """Suspend a shop that was suspended after the backup that was restored. What ended with it is told by lines of its
    own. Locks the shop."""
    await _again(shop_id, "suspend", ShopState.SUSPENDED, (ShopState.ACTIVE,), journal.REASON)


@write
async def resume_again(shop_id: UUID) -> None:
    """End the suspension that ended after the backup that was restored. Locks the shop."""
    await _again(shop_id, "resume", ShopState.ACTIVE, (ShopState.SUSPENDED,), "")


@write
async def leave_again(shop_id: UUID) -> None:
    """Let a shop leave that left after the backup that was restored, though its discounts may be promised. What ended
    with it is told by lines of its own, but for a change that was asked for. Locks the shop."""
    if await _again(shop_id, "leave", ShopState.LEFT, (ShopState.APPLIED, *TAKING_PART), journal.REASON):
        await change_requests.withdraw_again(shop_id)


@write
async def leave_thanks_again(shop_id: UUID) -> None:
    """Take off the list of thanks a shop whose owner took it off after the backup that was restored. Locks the shop."""
    await _thanked_again(shop_id, listed=False)


@write
async def join_thanks_again(shop_id: UUID) -> None:
    """Put a shop on the list of thanks whose owner put it there after the backup that was restored. Locks the shop."""
    await _thanked_again(shop_id, listed=True)


async def _thanked_again(shop_id: UUID, *, listed: bool) -> None:
    if not await database.fetch("SELECT 1 FROM shops WHERE id = $1", shop_id):
        return
    await turns.exclusive(shop_id)
    rows = await database.fetch(
        "UPDATE shops SET thanks_listed = $2 WHERE id = $1 AND thanks_listed <> $2 RETURNING id", shop_id, listed
    )
    moved = [row["id"] for row in rows]
    audit.record_each(None, "shop.edit", "Shop", moved, {key: {"changed": ["thanks_listed"]} for key in moved})


async def _again(
    shop_id: UUID, action: str, state: ShopState, states: tuple[ShopState, ...], reason: str
) -> list[UUID]:
    """Move a shop from one of these states; return it, if it was moved."""
    if not await database.fetch("SELECT 1 FROM shops WHERE id = $1", shop_id):
        return []
    await turns.exclusive(shop_id)
    rows = await database.fetch(
        "UPDATE shops SET state = $2, state_reason = $3 WHERE id = $1 AND state = ANY($4) RETURNING id",
        shop_id,
        state.value,
        reason,
        [one.value for one in states],
    )
    moved = [row["id"] for row in rows]
    audit.record_each(None, f"shop.{action}", "Shop", moved)
    return moved


@write
async def edit(
    viewer: Viewer,
    shop_id: UUID,
    area_id: UUID | None = None,
    name: str | None = None,
    category: ShopCategory | None = None,
    address: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    opening_hours: str | None = None,
    thanks_listed: bool | None = None,
) -> Shop:
    """Change the given particulars; latitude and longitude go together. Equal values are no change.

    An owner's new name, address, position or community is only requested, until an administrator approves
    (`change_requests`), even if the owner is an administrator too. Raises NOT_FOUND for a community out of reach.
    """
    given = particulars(name, category, address, latitude, longitude, opening_hours, thanks_listed)
    if area_id is not None:
        given["area_id"] = area_id
    transition = await begin(viewer, shop_id, ShopAction.EDIT)
    if category is not None:
        fitting(category, transition.thing.kind)
    path = transition.thing.area_path
    if ShopActor.OWNER in shops.standing(viewer, transition.thing):
        requested = {column: given.pop(column) for column in change_requests.PARTICULARS if column in given}
        if requested:
            await change_requests.ask(viewer, transition.thing, requested)
    elif area_id is not None and area_id != transition.thing.area_id:
        path = await _destination(transition, area_id)
    return replace(await _change(transition, given), area_path=path)


async def _change(transition: ShopTransition, given: Mapping[str, Any], **details: Any) -> Shop:
    changes = changed(transition.thing, given)
    if not changes:
        return transition.thing
    if "opening_hours" in changes:
        past_hours.keep(transition.thing.id, transition.thing.opening_hours)
    return await move(transition, changes, changed=sorted(changes), **old_and_new(transition.thing, changes), **details)


async def _destination(transition: ShopTransition, area_id: UUID) -> str:
    reach = {ShopActor.ADMIN: transition.viewer.admin_paths, ShopActor.ENTERER: transition.viewer.manage_paths}
    return await community(area_id, reach.get(transition.step.actor))


@write
async def set_ceiling(viewer: Viewer, shop_id: UUID, monthly_ceiling_fen: int | None) -> Shop:
    """Set the most that the shop gives away in a calendar month, in fen; None for no limit. Allowed as editing is.

    A ceiling below what was already given away leaves 0 for the rest of the month. Its shop does not lower it beneath a
    promise of savings: raises INVALID_STATE.
    """
    fen = ceiling_of(monthly_ceiling_fen)
    transition = await begin(viewer, shop_id, ShopAction.SET_CEILING)
    before = transition.thing.monthly_ceiling_fen
    if transition.step.actor != ShopActor.ADMIN and fen is not None and (before is None or fen < before):
        await promises.check_no_savings_open_at(shop_id, "调低每月上限")
    return await _change(transition, {"monthly_ceiling_fen": fen}, monthly_ceiling_fen=fen)
