"""The steps of a discount taken by the shop and by those who approve.

Each is one transaction: it locks the shop, then the discount's open versions by id, asks the discount table, and
updates only from the state that it saw. A step to the state in which the version already is succeeds and changes
nothing. Each raises NOT_FOUND for a discount that the viewer does not run, FORBIDDEN and INVALID_STATE as the discount
table says, INVALID_INPUT for invalid terms or an invalid reason. An administrator's step against a shop needs a reason.

No step touches issued passes or live preparations.
"""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import DiscountAction, DiscountState
from services.audit import log as audit
from services.db import database, journal
from services.discounts import steps
from services.discounts import terms as discount_terms
from services.discounts.discounts import Discount
from services.discounts.steps import begin, move, read, reason_of
from services.discounts.table import DRAFTED_IN, IN_PREPARATION, ON_OFFER
from services.discounts.terms import Terms
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer
from services.writes import requests, turns
from services.writes.write import write


@write
async def draft(viewer: Viewer, shop_id: UUID, terms: Terms, request_no: str) -> Discount:
    """Draft a discount of a shop that the viewer owns. The same `request_no` again returns the same discount.

    Raises REQUEST_NO_REUSED, INVALID_STATE for a shop that is not approved or has left, and LIMIT_REACHED beyond 20 in
    preparation. Locks the request, then the shop.
    """
    with Form() as form:
        terms = form(steps.fit, terms)
        form(requests.checked, request_no)
    made_id = uuid7()
    content = {"shop_id": shop_id, **asdict(terms)}
    if before := await _claim(viewer, "discountDraft", request_no, content, made_id):
        return await read(viewer, before, "requestNo")
    if shop_id not in viewer.owned_shop_ids:
        raise not_found("shopId")
    if await steps.lock_shop(shop_id, exclusive=True) not in DRAFTED_IN:
        raise Refusal(ErrorCode.INVALID_STATE, "店铺获得批准后、退出前才能起草优惠", "shopId")
    await steps.check_room(shop_id, IN_PREPARATION, "shopId")
    await steps.write(made_id, shop_id, made_id, terms, viewer.account_id, DiscountState.DRAFT)
    audit.record(viewer.account_id, "discount.draft", "Discount", made_id, shop_id=str(shop_id))
    return await read(viewer, made_id, "requestNo")


@write
async def revise(viewer: Viewer, discount_id: UUID, terms: Terms, request_no: str) -> Discount:
    """Draft a new version of a discount on offer, which stays on offer until the new one is approved.

    The same `request_no` again returns the same version. Raises REQUEST_NO_REUSED, and LIMIT_REACHED beyond 20 in
    preparation. Locks the request first.
    """
    with Form() as form:
        terms = form(steps.fit, terms)
        form(requests.checked, request_no)
    made_id = uuid7()
    content = {"discount_id": discount_id, **asdict(terms)}
    if before := await _claim(viewer, "discountRevise", request_no, content, made_id):
        return await read(viewer, before, "requestNo")
    transition = await begin(viewer, discount_id, DiscountAction.REVISE, exclusive=True)
    _check_audience(transition.thing, terms)
    shop_id, origin_id = transition.thing.shop_id, transition.thing.origin_id
    await steps.check_room(shop_id, IN_PREPARATION, "discountId")
    number = await steps.write(made_id, shop_id, origin_id, terms, viewer.account_id, DiscountState.DRAFT)
    audit.record(viewer.account_id, "discount.revise", "Discount", made_id, of=str(discount_id), version=number)
    return await read(viewer, made_id, "requestNo")


@write
async def edit(viewer: Viewer, discount_id: UUID, terms: Terms) -> Discount:
    """Change the terms of a draft."""
    terms = steps.fit(terms)
    transition = await begin(viewer, discount_id, DiscountAction.EDIT)
    if transition.thing.version > 1:
        _check_audience(transition.thing, terms)
    columns = discount_terms.changed(discount_terms.of(transition.thing), terms)
    if columns:
        await move(transition, {name: getattr(terms, name) for name in columns}, columns=list(columns))
    return await read(viewer, discount_id)


@write
async def submit(viewer: Viewer, discount_id: UUID) -> Discount:
    """Submit a draft for approval. Raises INVALID_STATE as `check_approvable`."""
    transition = await begin(viewer, discount_id, DiscountAction.SUBMIT)
    await steps.check_approvable(transition)
    await move(transition, {"submitted_at": transition.at, "state_reason": ""})
    return await read(viewer, discount_id)


@write
async def approve(viewer: Viewer, discount_id: UUID) -> Discount:
    """Put a submitted version on offer in place of the previous one, whose passes keep their terms.

    Raises INVALID_STATE as `check_approvable`, and LIMIT_REACHED beyond 20 on offer.
    """
    transition = await begin(viewer, discount_id, DiscountAction.APPROVE, exclusive=True)
    await steps.check_approvable(transition)
    if replaced := transition.other(ON_OFFER):
        await steps.replace(replaced, viewer.account_id, discount_id)
    else:
        await steps.check_room(transition.thing.shop_id, ON_OFFER, "discountId")
    await move(transition, {"approved_at": transition.at, "state_reason": ""}, version=transition.thing.version)
    return await read(viewer, discount_id)


@write
async def send_back(viewer: Viewer, discount_id: UUID, reason: str = "") -> Discount:
    """Make a submitted version a draft again: returned by an administrator, or taken back by the shop."""
    transition = await begin(viewer, discount_id, DiscountAction.RETURN)
    await move(transition, {"submitted_at": None, "state_reason": reason_of(transition, reason)})
    return await read(viewer, discount_id)


@write
async def pause(viewer: Viewer, discount_id: UUID, reason: str = "") -> Discount:
    """Pause a discount: no pass of any of its versions can be issued or prepared. Raises INVALID_STATE, by its
    shop, while grants of it are open."""
    transition = await begin(viewer, discount_id, DiscountAction.PAUSE)
    await move(transition, {"state_reason": reason_of(transition, reason)})
    return await read(viewer, discount_id)


@write
async def resume(viewer: Viewer, discount_id: UUID) -> Discount:
    """Put a paused discount on offer again."""
    transition = await begin(viewer, discount_id, DiscountAction.RESUME)
    await move(transition, {"state_reason": ""})
    return await read(viewer, discount_id)


@write
async def end(viewer: Viewer, discount_id: UUID, reason: str = "") -> Discount:
    """End a version for good. Ending the one on offer also ends the one in preparation. Raises INVALID_STATE
    while grants of it are open."""
    transition = await begin(viewer, discount_id, DiscountAction.END)
    reason = reason_of(transition, reason)
    await move(transition, {"state_reason": reason})
    successor = transition.other(IN_PREPARATION)
    if successor is not None and transition.thing.state in ON_OFFER:
        await steps.end_along(successor, reason, viewer.account_id, discount_id)
    return await read(viewer, discount_id)


@write
async def end_again(discount_id: UUID) -> None:
    """End a version that ended after the backup that was restored, though grants of it may be open. Locks the shop."""
    shop_id = await database.fetch_value("SELECT shop_id FROM discounts WHERE id = $1", discount_id)
    if shop_id is None:
        return
    await turns.exclusive(shop_id)
    rows = await database.fetch(
        "UPDATE discounts SET state = $2, state_reason = $3 WHERE id = $1 AND state = ANY($4) RETURNING id",
        discount_id,
        DiscountState.ENDED.value,
        journal.REASON,
        [*ON_OFFER, *IN_PREPARATION],
    )
    audit.record_each(None, "discount.end", "Discount", [row["id"] for row in rows])


def _check_audience(discount: Discount, terms: Terms) -> None:
    """Raise INVALID_INPUT for a version for others than those before: what was given of it would be another thing."""
    if terms.audience != discount.audience:
        message = f"这项优惠是给{discount.audience.label}的，新版本不能改给别人；请另起草一项"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "terms.audience")


async def _claim(
    viewer: Viewer, operation: str, request_no: str, content: dict[str, Any], made_id: UUID
) -> UUID | None:
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    return await requests.claim(viewer.account_id, operation, request_no, content, made_id)
