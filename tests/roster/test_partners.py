"""A roster's sheet of partners (共建单位): shops of another kind, told from shops by one heading."""

import pytest

from models.discounts import Discount
from models.enums import ShopCategory, ShopKind, ShopState
from models.shops import Invitation, Shop
from services.roster.headings import Layout, recognise
from services.sheets.words import Kind
from tests.town import world as making
from tests.town.roster import OFFER, SHOPS, changed, importer_of, load, loaded, table, untouched, wrong
from tests.town.world import World

HEADINGS = tuple("单位名称" if one == "店名" else one for one in SHOPS if "上限" not in one)
HOSPITAL = (
    "上海路街道", "A社区", "A社区卫生院", "医院", "香港路9号", "27.73", "106.92", "8:00-17:00", "何护士", "10000009501",
)  # fmt: skip
OFFERING = (*HEADINGS, "优惠名称", "方式", "力度", "最低消费(元)", "所需积分", "总份数", "开始日期", "结束日期", "星期")
SERVING = (*changed(HOSPITAL, c2="办事处", c3="公共服务", c9="10000009502", c8="吕科员"),)


async def test_partners_come_in_as_shops_do(world: World) -> None:
    file = table(OFFERING, HOSPITAL + OFFER[:-1], SERVING + ("",) * 9)
    assert await loaded(file) == {
        "街道": (0, 0, 1), "社区": (0, 0, 1), "共建单位": (2, 0, 0), "优惠": (1, 0, 0),
    }  # fmt: skip
    found = {one.name: one for one in await Shop.filter(kind=ShopKind.PARTNER)}
    assert {name: (one.category, one.state, one.monthly_ceiling_fen) for name, one in found.items()} == {
        "A社区卫生院": (ShopCategory.CLINIC, ShopState.ACTIVE, None),
        "办事处": (ShopCategory.PUBLIC_SERVICE, ShopState.ACTIVE, None),
    }
    assert await Discount.filter(shop=found["A社区卫生院"]).count() == 1
    assert await Invitation.filter(shop_id__in=[one.id for one in found.values()]).count() == 2
    async with untouched():
        assert (await loaded(file))["共建单位"] == (0, 0, 2)
    assert (await loaded(table(HEADINGS, changed(HOSPITAL, c4="香港路11号"))))["共建单位"] == (0, 1, 0)


async def test_staff_enter_them_for_approval(world: World) -> None:
    assert world.a.staff
    await loaded(table(HEADINGS, HOSPITAL), await importer_of(world.a.staff))
    made = await Shop.get(name="A社区卫生院")
    assert (made.kind, made.state, made.entered_by_id) == (
        ShopKind.PARTNER,
        ShopState.APPLIED,
        world.a.staff.account_id,
    )


@pytest.mark.parametrize("word", ["公共服务", "物业"])
async def test_their_categories_are_not_for_shops(world: World, word: str) -> None:
    row = (*HOSPITAL[:3], word, *HOSPITAL[4:8], "", *HOSPITAL[8:])
    ((line, column, value, message),) = await wrong(table(SHOPS, row))
    assert (line, column, value) == (2, "类别", word) and "写进共建单位表" in message


async def test_a_name_means_one_of_one_kind(world: World) -> None:
    await making.shop(world.a.community, "A社区卫生院", address="别处")
    ((line, column, value, message),) = await wrong(table(OFFERING, HOSPITAL + OFFER[:-1]))
    assert (line, column, value) == (2, "店名", "A社区卫生院") and "同名的是星店，不是共建单位" in message
    await Shop.filter(name="A社区卫生院").update(kind=ShopKind.PARTNER)
    row = (*HOSPITAL[:8], "", *HOSPITAL[8:])
    ((_, _, _, message),) = await wrong(table(SHOPS, row))
    assert "同名的是共建单位，不是星店" in message


def test_the_heading_of_the_name_says_which_they_are() -> None:
    for name, kind in (("单位名称", Kind.PARTNERS), ("共建单位", Kind.PARTNERS), ("店名", Kind.SHOPS)):
        found = recognise([name if one == "单位名称" else one for one in HEADINGS], "")
        assert isinstance(found, Layout) and (found.kind, found.headings["shop"]) == (kind, name)
    both = recognise([*SHOPS, "单位名称"], "")
    assert isinstance(both, Layout) and (both.kind, both.ignored) == (Kind.SHOPS, ("单位名称",))
    lacking = recognise(HEADINGS[:5], "")
    assert not isinstance(lacking, Layout) and "看起来是共建单位表，但缺少这些列：纬度、经度" in lacking.message
    ceiling = recognise([*HEADINGS, "每月让利上限(元)"], "")
    assert isinstance(ceiling, Layout) and ceiling.ignored == ("每月让利上限(元)",), "they need none"


async def test_a_contact_is_invited_to_own_it(world: World) -> None:
    headings = tuple({"店员": "联系人", "店员电话": "联系电话"}.get(one, one) for one in HEADINGS)
    assert (await load(table(headings, HOSPITAL))).problems == []
    assert (await Invitation.get(name="何护士")).owner
