"""A discount that is promised stays what it is: while a season's grants are reserved, and while grants are open."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.discounts import Discount, DiscountCounter
from models.enums import NominationState, SeasonState
from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.town import discounts, grants, honours, story
from tests.town.documents import Api
from tests.town.grants import agree, counter, given, on_offer
from tests.town.honours import season_id
from tests.town.postgres import holding, until_blocked
from tests.town.story import code
from tests.town.world import Travel, World

LAST = 200  # days from today, of the version on offer

# By what would be less: the terms now, and those of the new version beside.
LESS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "优惠方式": ({}, {"benefit": {"amountOff": {"amountFen": 100}}}),
    "最低消费": ({}, {"minSpendFen": 100_000}),
    "开始日期": ({}, {"validFrom": grants.until(30)}),
    "可用的星期和时间": ({}, {"weekdays": [1, 2, 3]}),
    "优惠力度": ({"benefit": {"amountOff": {"amountFen": 200}}}, {"benefit": {"amountOff": {"amountFen": 100}}}),
}


async def revised(api: Api, world: World, gift: str, **terms: Any) -> dict[str, Any]:
    """What becomes of a new version with these terms, once it is submitted."""
    new = await discounts.revised(api, world.a, gift, **grants.CHECK_UP | {"costPoints": 0} | terms)
    return {"id": new, **await story.act(api, discounts.cashier_of(world.a), "DiscountSubmit", discountId=new)}


async def reserved(api: Api, world: World, **terms: Any) -> str:
    """A gift of which a season that is published has two reserved."""
    gift = await on_offer(api, world, world.a, validUntil=grants.until(LAST), **terms)
    await DiscountCounter.update_or_create({"reserved": 2}, discount_id=ids.find(gift, "Discount"))
    return gift


def told(payload: dict[str, Any]) -> str:
    assert code(payload) == "INVALID_STATE"
    return str(payload["errors"][0]["message"])


async def taken_back(api: Api, world: World, new: dict[str, Any]) -> None:
    await discounts.step(api, discounts.cashier_of(world.a), "DiscountEnd", new["id"])


@pytest.mark.parametrize("promised", ["reserved", "granted"])
@pytest.mark.parametrize("words", LESS)
async def test_no_version_gives_less(world: World, api: Api, promised: str, words: str) -> None:
    """Until nothing is promised any more; what gives as much or more is approved."""
    now, less = LESS[words]
    gift = await on_offer(api, world, world.a, **now)
    if promised == "reserved":
        await DiscountCounter.update_or_create({"reserved": 2}, discount_id=ids.find(gift, "Discount"))
    else:
        grant = await given(api, world, world.a, gift)
    refused = await revised(api, world, gift, **now | less)
    assert f"{words}不能比现在的差" in told(refused)
    await taken_back(api, world, refused)
    equal = await revised(api, world, gift, **now | {"title": "体检一次", "stockTotal": 20})
    assert code(equal) is None
    await discounts.step(api, world.admin, "DiscountApprove", equal["id"])
    if promised == "reserved":
        await DiscountCounter.filter(discount_id=ids.find(gift, "Discount")).update(reserved=0)
    else:
        assert code(await grants.revoke(api, world.admin, grant["id"])) is None
    assert code(await revised(api, world, equal["id"], **now | less)) is None


async def test_while_reserved_it_does_not_end_earlier(world: World, api: Api) -> None:
    """Not by a day; later is well. A stock beneath what is reserved is refused, and its shop does not end it."""
    gift = await reserved(api, world)
    sooner = await revised(api, world, gift, validUntil=grants.until(LAST - 1))
    assert f"不能早于现在的 {grants.until(LAST)}" in told(sooner) and "取消那期评选" in told(sooner)
    await taken_back(api, world, sooner)
    fewer = await revised(api, world, gift, validUntil=grants.until(LAST), stockTotal=1)
    assert "不能少于 2" in told(fewer)
    await taken_back(api, world, fewer)
    cashier = discounts.cashier_of(world.a)
    for step in ("DiscountPause", "DiscountEnd"):
        assert "还有 2 份" in told(await story.act(api, cashier, step, discountId=gift, reason="不办了"))
    later = await revised(api, world, gift, validUntil=grants.until(LAST + 1))
    await discounts.step(api, world.admin, "DiscountApprove", later["id"])
    forever = await revised(api, world, later["id"], validUntil=None)
    await discounts.step(api, world.admin, "DiscountApprove", forever["id"])
    assert "请留空" in told(await revised(api, world, forever["id"], validUntil=grants.until(LAST + 400)))


async def test_what_was_submitted_before_the_reservation(world: World, api: Api) -> None:
    """Is not approved once it stands."""
    gift = await on_offer(api, world, world.a, validUntil=grants.until(LAST))
    sooner = await revised(api, world, gift, validUntil=grants.until(30))
    assert code(sooner) is None
    await DiscountCounter.update_or_create({"reserved": 2}, discount_id=ids.find(gift, "Discount"))
    assert "不能早于" in told(await story.act(api, world.admin, "DiscountApprove", discountId=sooner["id"]))


async def test_a_ceiling_is_not_lowered_beneath_savings(world: World, api: Api) -> None:
    """By the shop; an administrator may. A gift saves no money, and bars nothing."""
    assert world.a.shop
    shop = {"shopId": ids.make("Shop", world.a.shop.id)}
    cashier = discounts.cashier_of(world.a)
    await given(api, world, world.a, await on_offer(api, world, world.a))
    await story.done(api, cashier, "ShopSetCeiling", **shop, monthlyCeilingFen=9_000)
    off = await on_offer(api, world, world.a, title="减一百", benefit={"amountOff": {"amountFen": 10_000}})
    await given(api, world, world.a, off, head=1)
    assert "调低每月上限" in told(await story.act(api, cashier, "ShopSetCeiling", **shop, monthlyCeilingFen=8_999))
    for fen in (9_000, 20_000, None):
        await story.done(api, cashier, "ShopSetCeiling", **shop, monthlyCeilingFen=fen)
    assert code(await story.act(api, cashier, "ShopSetCeiling", **shop, monthlyCeilingFen=20_000)) == "INVALID_STATE"
    await story.done(api, world.admin, "ShopSetCeiling", **shop, monthlyCeilingFen=0)


@pytest.mark.parametrize("shorten_first", [True, False])
async def test_shortened_while_the_season_is_concluded(
    world: World, api: Api, travel: Travel, monkeypatch: pytest.MonkeyPatch, shorten_first: bool
) -> None:
    """Forced to meet: whoever is first, the heads have what was promised for as long."""
    monkeypatch.setattr(database, "RETRIES", 1)
    gift = await on_offer(api, world, world.a, validUntil=grants.until(LAST))
    sooner = await revised(api, world, gift, validUntil=grants.until(0))
    benefit = {"benefit_id": ids.find(gift, "Discount"), "benefit_quantity": 1, "benefit_valid_days": 60}
    season = await honours.season(world.a.community, SeasonState.NOTICE, **benefit)
    await DiscountCounter.update_or_create({"reserved": 2}, discount_id=benefit["benefit_id"])
    await honours.nomination(season, NominationState.SHORTLISTED, head=world.a.heads[0])
    steps = [
        story.act(api, world.admin, "DiscountApprove", discountId=sooner["id"]),
        story.act(api, world.a.staff, "SeasonConclude", seasonId=season_id(season)),
    ]
    assert world.a.shop
    async with holding(f"SELECT 1 FROM shops WHERE id = '{world.a.shop.id}' FOR UPDATE"):
        tasks = []
        for step in steps if shorten_first else steps[::-1]:
            tasks.append(asyncio.ensure_future(step))
            await until_blocked(len(tasks))
    payloads = await asyncio.gather(*tasks)
    shortened, concluded = payloads if shorten_first else payloads[::-1]
    assert ("不能早于" if shorten_first else "最晚可用到") in told(shortened) and code(concluded) is None
    (mine,) = await grants.mine(api, world.a.head_people[0])
    last = clock.day_of(clock.now()) + timedelta(days=59)
    assert mine["validUntil"] == last.isoformat() and await counter(gift) == (0, 0, 1, 0)
    assert await Discount.filter(origin_id=benefit["benefit_id"], state="ACTIVE").count() == 1
    await agree()
