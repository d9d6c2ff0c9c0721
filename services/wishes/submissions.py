"""Submitting a wish (点单): for one's own household, or on behalf of another with its consent (红色代办)."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import WishAction, WishActor, WishCategory, WishState
from models.wishes import Wish as WishRow
from services.db import database
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.state_table import Step
from services.kit.viewer import Viewer, inside
from services.people import households
from services.people.households import Household
from services.wishes import wishes
from services.wishes.steps import MAX_NOTE, record
from services.wishes.table import MAX_OPEN_WISHES, OPEN_STATES
from services.wishes.wishes import Wish
from services.writes import requests
from services.writes.write import write

MAX_TITLE = 60


@write
async def submit(
    viewer: Viewer,
    household_id: UUID,
    category: WishCategory,
    title: str,
    request_no: str,
    details: str = "",
    consent_note: str | None = None,
) -> Wish:
    """Submit a wish: a resident for the own household; its head, or staff and grid workers above, on its behalf, with a
    note of its consent.

    The same `request_no` again returns the same wish. Raises REQUEST_NO_REUSED, NOT_FOUND for a household that does not
    exist for the viewer, FORBIDDEN, INVALID_INPUT, and LIMIT_REACHED beyond 20 open wishes of a household. Locks the
    request, then the household.
    """
    assert viewer.account_id is not None, "the schema lets only the signed-in come here"
    with Form() as form:
        title = form(text.clean, title, "title", least=1, most=MAX_TITLE)
        details = form(text.clean, details, "details", most=MAX_NOTE, lines=True)
        consent = form(text.clean, consent_note, "consentNote", most=text.MAX_REASON)
        form(requests.checked, request_no)
    content: dict[str, Any] = {
        "category": category,
        "title": title,
        "details": details,
        "consent_note": consent if text.visible(consent) else None,
    }
    wish_id = uuid7()
    before = await requests.claim(
        viewer.account_id, "wishSubmit", request_no, {"household_id": household_id, **content}, wish_id
    )
    if before is not None:
        return await _found(viewer, before)
    household = await _locked_household(viewer, household_id)
    on_behalf = _is_on_behalf(viewer, household, consented=content["consent_note"] is not None)
    await _check_open_wishes(household_id)
    at = clock.now()
    await WishRow.create(
        id=wish_id,
        household_id=household_id,
        grid_id=household.grid_id,
        requester_id=viewer.account_id,
        on_behalf=on_behalf,
        filed_by_head_id=viewer.head_id if on_behalf else None,
        state=WishState.SUBMITTED,
        submitted_at=at,
        **content,
    )
    step = Step(WishActor.FILER if on_behalf else WishActor.REQUESTER, WishState.SUBMITTED)
    record(
        wish_id,
        household_id,
        household.grid_path,
        WishAction.SUBMIT,
        step,
        viewer.account_id,
        at,
        from_state=None,
        heads=[viewer.head_id],
    )
    return await _found(viewer, wish_id)


async def _locked_household(viewer: Viewer, household_id: UUID) -> Household:
    # Two concurrent wishes must not both be the twentieth. Read again under the lock: the household's head may have
    # changed.
    await database.fetch("SELECT id FROM households WHERE id = $1 FOR NO KEY UPDATE", household_id)
    found = (await households.by_ids(viewer, [household_id])).get(household_id)
    if found is None:
        raise not_found("householdId")
    return found


def not_to_submit(viewer: Viewer, household: Household) -> Refusal | None:
    """Return why the viewer can't submit a wish of a household; None for its residents, its active head, and staff and
    grid workers above."""
    if household.id in viewer.household_ids or inside(household.grid_path, viewer.dispatch_paths):
        return None
    if viewer.head_id is None or viewer.head_id != household.head_id:
        return Refusal(ErrorCode.FORBIDDEN, "您不能为这户居民点单", "householdId")
    if not viewer.head_active:
        return Refusal(ErrorCode.FORBIDDEN, "您的联户长身份已暂停，暂时不能代为点单", "householdId")
    return None


def _is_on_behalf(viewer: Viewer, household: Household, *, consented: bool) -> bool:
    if refusal := not_to_submit(viewer, household):
        raise refusal
    if household.id in viewer.household_ids:
        if consented:
            raise Refusal(ErrorCode.INVALID_INPUT, "为自家点单不需要同意记录", "consentNote")
        return False
    if not consented:
        raise Refusal(ErrorCode.INVALID_INPUT, "代为点单请写明住户如何表示同意", "consentNote")
    return True


async def _check_open_wishes(household_id: UUID) -> None:
    count = await database.fetch_value(
        "SELECT count(*) FROM wishes WHERE household_id = $1 AND state = ANY($2)", household_id, list(OPEN_STATES)
    )
    if count >= MAX_OPEN_WISHES:
        raise Refusal(
            ErrorCode.LIMIT_REACHED, f"这户已有 {MAX_OPEN_WISHES} 个未办结的心愿，请先办结或取消一些", "householdId"
        )


async def _found(viewer: Viewer, wish_id: UUID) -> Wish:
    found = (await wishes.by_ids(viewer, [wish_id])).get(wish_id)
    if found is None:
        raise not_found("requestNo")
    return found
