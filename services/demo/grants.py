"""A clinic's check-ups, for heads whom the district thanks: drafted, approved, given and used through the services."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from models.enums import DiscountAudience, DiscountKind, DiscountState, GrantSource, Role, ShopCategory
from services.db import database
from services.demo.district import District
from services.demo.people import Head
from services.demo.shops import Shop
from services.demo.stories import cashier_of, head_of
from services.discounts import actions as discount_actions
from services.discounts.terms import Terms
from services.grants import actions as grant_actions
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.till import passes, preparations, redemptions

STOCK = 200
MORE = 30  # heads beside those of the story sets
LASTS_DAYS = (20, 90, 180)
USED = 4  # of the others, one of so many has been there
BILL_FEN = 100
WHY = (
    "大雪天给独居老人送药", "连夜帮邻居修水管", "陪老人看了三次病", "带孩子们补了一暑假的课", "帮新搬来的住户办齐手续",
    "一年里接单从不推辞",
)  # fmt: skip
TERMS = Terms(
    title="免费体检",
    kind=DiscountKind.GIFT,
    gift="基础体检一次",
    audience=DiscountAudience.GRANTED,
    stock_total=STOCK,
)


async def thank(district: District) -> None:
    """Put the check-up on offer and give it; not in a district in which nothing is done on the seeding day. A killed
    seed resumes here, also on a later day: whoever has one is not given another."""
    if not district.size.real_wishes:
        return
    clinics = [shop for shop in district.shops if shop.category == ShopCategory.CLINIC]
    clinic = (clinics or district.shops)[0]
    admin = district.people.admin
    above = Viewer(
        account_id=admin.id, roles=frozenset({Role.DISTRICT_ADMIN}), admin_paths=(district.places.district.path,)
    )
    gift = await offer(clinic, above, {}, "demo-check-up")
    heads = sorted(district.people.heads, key=lambda head: not head.in_story)[: district.size.sets + MORE]
    thanked = await database.fetch("SELECT head_id FROM grants WHERE source = $1", GrantSource.THANKS.value)
    have = {row["head_id"] for row in thanked}
    today = clock.day_of(clock.now())
    for number, head in enumerate(heads):
        last = today + timedelta(days=LASTS_DAYS[number % len(LASTS_DAYS)])
        why = WHY[number % len(WHY)]
        if head.id not in have:
            await grant_actions.give(above, head.id, gift, 1 + number % 2, last, why, f"demo-grant-{number}")
        if not head.in_story and number % USED == 0:
            await use(clinic, head, gift, f"demo-check-up-{number}")


async def offer(clinic: Shop, above: Viewer, terms: dict[str, Any], request_no: str) -> UUID:
    """Put a check-up on offer, with some of its terms; its first version."""
    owner = cashier_of(clinic)
    gift = await discount_actions.draft(owner, clinic.id, replace(TERMS, **terms), request_no)
    if gift.state == DiscountState.DRAFT:
        gift = await discount_actions.submit(owner, gift.id)
    if gift.state == DiscountState.SUBMITTED:
        gift = await discount_actions.approve(above, gift.id)
    return gift.id


async def use(clinic: Shop, head: Head, gift: UUID, request_no: str) -> None:
    """Go there once, with a grant of it."""
    try:
        issued = await passes.issue(head_of(head), gift, request_no)
    except Refusal as refusal:  # used up before the seed was killed
        if refusal.code != ErrorCode.NEEDS_GRANT:
            raise
        return
    if code := issued.code():  # a spent pass has none
        prepared = await preparations.prepare(cashier_of(clinic), code, BILL_FEN)
        assert not isinstance(prepared, Refusal), "a refusal is raised"
        await redemptions.confirm(cashier_of(clinic), prepared.token, request_no)
