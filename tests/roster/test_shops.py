"""Shops and discounts of a roster: taken in at once for who approves, entered and drafted for who does not."""

import asyncio

import pytest

from models.accounts import Membership
from models.audit import AuditEntry
from models.discounts import Discount
from models.enums import DiscountState, ShopState
from models.shops import Invitation, Shop
from services.db import database
from services.entry import signing_in
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns
from tests.town import roster, story, till
from tests.town import world as making
from tests.town.documents import Api
from tests.town.postgres import holding, until_blocked
from tests.town.roster import (
    DISCOUNTS,
    NOODLES,
    OFFER,
    OWN,
    SHOPS,
    account_of,
    changed,
    changes,
    importer_of,
    load,
    loaded,
    roles_of,
    table,
    untouched,
    wrong,
)
from tests.town.world import World


async def test_a_shop_and_its_discounts_begin_at_once(world: World, api: Api) -> None:
    file = table(
        DISCOUNTS,
        NOODLES + OFFER,
        (*NOODLES, "送蛋", "赠品", "卤蛋一个", "", "", "", "", "", "周一、周三", "11:00-14:00"),
    )
    assert await loaded(file) == {
        "街道": (0, 0, 1),
        "社区": (0, 0, 1),
        "店铺": (1, 0, 0),
        "优惠": (2, 0, 0),
    }
    shop = await Shop.get(name="星星面馆")
    assert (shop.state, shop.monthly_ceiling_fen, shop.opening_hours) == (ShopState.ACTIVE, 50_000, "9:00-21:00")
    offers = {offer.title: offer for offer in await Discount.filter(shop=shop)}
    assert {offer.state for offer in offers.values()} == {DiscountState.ACTIVE}
    assert (offers["八折"].percent_off, offers["八折"].stock_total) == (20, 100)
    assert (offers["送蛋"].gift, offers["送蛋"].weekdays, offers["送蛋"].until_minute) == ("卤蛋一个", 5, 840)
    assert await account_of("10000009401") is None, "nobody, before that phone signs in"
    async with untouched():
        assert (await loaded(file))["优惠"] == (0, 0, 2)
    token = await signing_in.open_for("10000009401")
    assert (await api.run(token, "Viewer"))["viewer"]["shop"]["name"] == "星星面馆"
    cashier = await account_of("10000009401")
    assert cashier and cashier.display_name == "贺店员" and (await Membership.get(account_id=cashier.id)).owner
    async with untouched():
        assert (await loaded(file))["优惠"] == (0, 0, 2)


async def test_what_was_corrected_changes_and_passes_keep_their_terms(rich: World, api: Api) -> None:
    a = rich.a
    live = await till.issued(api, a)
    offer = ("全场八折", "打折", "7折", "20", "10", "", "", "", "", "")
    report = await load(table(DISCOUNTS, changed(OWN, c4="香港路2号", c9="冯店员", c10="10000009402") + offer))
    assert report.problems == []
    assert changes(report) == [
        (2, "店铺 A小吃店", ("地址", "店员电话")),
        (2, "优惠 A小吃店 全场八折", ("力度", "最低消费(元)")),
    ]
    versions = await Discount.filter(shop=a.shop).order_by("version")
    assert [(one.version, one.state, one.percent_off) for one in versions] == [
        (1, DiscountState.REPLACED, 20),
        (2, DiscountState.ACTIVE, 30),
    ]
    payload = await story.done(api, a.cashier, "RedemptionPrepare", code=live["code"], billFen=10_000)
    assert payload["preparation"]["savedFen"] == 2_000, "on the terms on which the pass was issued"
    await signing_in.open_for("10000009402")
    staff = await Membership.filter(shop=a.shop, revoked_at=None).order_by("granted_at")
    assert [one.owner for one in staff] == [True, False], "the colleague stays, and owns it"


async def test_who_speaks_for_a_shop_is_invited_to_own_it(world: World) -> None:
    """Also who was invited as a cashier before, and where somebody owns it already."""
    a = world.a
    for heading, owners in (("店员", 1), ("联系人", 2), ("店员", 2)):
        headings = tuple(heading if one == "店员" else f"{heading}电话" if one == "店员电话" else one for one in SHOPS)
        report = await load(table(headings, changed(OWN, c4=f"{heading}路{owners}号", c9="冯店员", c10="10000009402")))
        assert report.problems == []
        assert await Invitation.filter(shop=a.shop, owner=True).count() == owners - 1
    await signing_in.open_for("10000009402")
    assert await Membership.filter(shop=a.shop, revoked_at=None, owner=True).count() == 2


async def test_a_column_that_is_not_there_leaves_what_is(world: World) -> None:
    await loaded(table(SHOPS, NOODLES))
    async with untouched():
        assert (await loaded(table(SHOPS[:7], NOODLES[:7])))["店铺"] == (0, 0, 1)
    report = await load(table(SHOPS[:9], changed(NOODLES[:9], c7="", c8="")))
    assert changes(report) == [(2, "店铺 星星面馆", ("营业时间", "每月让利上限(元)"))]
    shop = await Shop.get(name="星星面馆")
    assert (shop.opening_hours, shop.monthly_ceiling_fen) == ("", None)


async def test_what_stays_and_what_is_said_must_fit(world: World) -> None:
    offer = ("八折", "打折", "8折", "20", "5", "100", "2026-06-01", "2026-06-30")
    await loaded(table(DISCOUNTS[:-2], (*NOODLES, *offer)))
    ((row, column, _, message),) = await wrong(table(DISCOUNTS[:-3], (*NOODLES, *offer[:6], "2026-07-01")))
    assert (row, column) == (2, "结束日期") and "与系统里这项优惠的其他内容不符" in message
    most = (*SHOPS, "优惠名称", "方式", "力度", "最高优惠(元)")
    assert (await loaded(table(most, (*NOODLES, "八折", "打折", "7折", "30"))))["优惠"] == (0, 1, 0)
    assert (await loaded(table(most[:-1], (*NOODLES, "八折", "立减", "5元"))))["优惠"] == (0, 1, 0)
    now = await Discount.get(title="八折", state=DiscountState.ACTIVE)
    assert (now.amount_off_fen, now.max_saved_fen, now.cost_points) == (500, None, 5), "that was the other kind's"


async def test_what_staff_enter_waits_for_approval(world: World, api: Api) -> None:
    staff = await importer_of(world.a.staff)
    file = table(DISCOUNTS, NOODLES + OFFER)
    assert (await loaded(file, staff))["优惠"] == (1, 0, 0)
    shop = await Shop.get(name="星星面馆")
    assert (shop.state, shop.entered_by_id, shop.applied_by_id) == (ShopState.APPLIED, staff.account_id, None)
    assert await account_of("10000009401") is None
    assert (await Discount.get(shop=shop)).state == DiscountState.DRAFT
    async with untouched():
        await loaded(file, staff)
    report = await load(
        table(DISCOUNTS, changed(NOODLES, c4="别处1号", c10="10000009409") + changed(OFFER, c2="7折")), staff
    )
    assert changes(report) == [
        (2, "店铺 星星面馆", ("地址", "店员电话")),
        (2, "优惠 星星面馆 八折", ("力度",)),
    ]
    assert (await Discount.get(shop=shop)).percent_off == 30
    with pytest.raises(Refusal):
        await signing_in.open_for("10000009401")
    await signing_in.open_for("10000009409")
    assert (await account_of("10000009409")).id == (await Shop.get(id=shop.id)).applied_by_id
    await story.done(api, world.admin, "ShopApprove", shopId=roster.shop_id(shop))
    assert await roles_of("10000009409") == ["SHOP_STAFF"]


async def test_staff_change_no_shop_that_takes_part(world: World) -> None:
    staff = await importer_of(world.a.staff)
    offer = ("全场八折", "打折", "8折", "10", "10", "", "", "", "", "")
    async with untouched():
        await loaded(table(DISCOUNTS, OWN + offer), staff)
    ((_, column, value, message),) = await wrong(table(SHOPS, changed(OWN, c4="香港路2号")), staff)
    assert (column, value) == ("店名", "A小吃店") and message.startswith("地址与系统里的不同")
    for other in (changed(offer, c2="7折"), changed(offer, c0="新优惠")):
        ((_, column, _, message),) = await wrong(table(DISCOUNTS, OWN + other), staff)
        assert column == "优惠名称" and "区管理员批准" in message
    foreign = table(SHOPS, changed(OWN, c1="B社区", c2="B小吃店"))
    ((_, column, _, message),) = await wrong(foreign, staff)
    assert column == "社区" and "管理范围" in message


async def test_staff_enter_no_more_than_may_wait(world: World) -> None:
    staff = await importer_of(world.a.staff)
    rows = [changed(NOODLES, c2=f"面馆{number}号", c9="", c10="") for number in range(51)]
    await loaded(table(SHOPS, *rows[:50]), staff)
    ((_, _, _, message),) = await wrong(table(SHOPS, rows[50]), staff)
    assert "最多 50 家" in message
    assert (await loaded(table(SHOPS, rows[50])))["店铺"] == (1, 0, 0), "the district's own needs no approval"


async def test_what_contradicts_itself_is_refused(world: World) -> None:
    for other in (changed(NOODLES, c4="别处"), changed(NOODLES, c10="10000009403", c9="别人")):
        between = changed(NOODLES, c2="另一家", c9="", c10="")
        ((row, column, _, message),) = await wrong(table(SHOPS, NOODLES, between, other))
        assert (row, column) == (4, "店名") and "第 2 行" in message
    ((row, column, value, _),) = await wrong(table(DISCOUNTS, NOODLES + OFFER, NOODLES + changed(OFFER, c2="7折")))
    assert (row, column, value) == (3, "优惠名称", "八折")
    assert (await loaded(table(DISCOUNTS, NOODLES + OFFER, NOODLES + OFFER)))["优惠"] == (1, 0, 0)


async def test_a_shop_that_left_does_not_come_back_by_itself(world: World) -> None:
    await Shop.filter(id=world.a.shop.id).update(state=ShopState.LEFT)
    offer = ("全场八折", "打折", "8折", "10", "10", "", "", "", "", "")
    ((_, column, _, message),) = await wrong(table(DISCOUNTS, OWN + offer))
    assert column == "店名" and "已经退出" in message


async def test_more_discounts_than_may_be_are_told_with_their_row(world: World) -> None:
    rows = [NOODLES + changed(OFFER, c0=f"优惠{number}") for number in range(22)]
    found = await wrong(table(DISCOUNTS, *rows))
    assert [(row, column) for row, column, _, _ in found] == [(22, "优惠名称"), (23, "优惠名称")]


async def test_an_administrator_approves_what_is_imported(world: World) -> None:
    admin = await importer_of(world.admin)
    await loaded(table(DISCOUNTS, NOODLES + OFFER), admin)
    shop = await Shop.get(name="星星面馆")
    assert shop.state == ShopState.ACTIVE and shop.entered_by_id is None
    rows = await AuditEntry.filter(subject__in=["Shop", "Discount"])
    assert {(row.action, row.account_id) for row in rows} == {
        ("roster.add", admin.account_id),
        ("discount.adopt", admin.account_id),
    }
    noted = await database.fetch_value("SELECT string_agg(details::text, ' ') FROM audit_entries")
    assert "贺店员" not in noted and "10000009401" not in noted
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'invitation.make'") == 1


async def test_no_ceiling_is_too_large_to_be_told(world: World, api: Api) -> None:
    ((_, column, _, message),) = await wrong(table(SHOPS, changed(NOODLES, c8="10000001")))
    assert column == "每月让利上限(元)" and "单位是否为元" in message
    await loaded(table(SHOPS, changed(NOODLES, c8="10000000")))
    shop = roster.shop_id(await Shop.get(name="星星面馆"))
    told = await api.query(
        world.admin.token, "query($id: ID!) { node(id: $id) { ... on Shop { monthlyCeilingFen } } }", id=shop
    )
    assert told["node"]["monthlyCeilingFen"] == 1_000_000_000


async def test_nobody_learns_a_strangers_name_by_a_cashiers_phone(world: World) -> None:
    staff = await importer_of(world.a.staff)
    stranger = making.Account.filter(id=world.b.residents[0].account_id)
    await stranger.update(**phone_columns("10000009401"))
    ((_, column, value, message),) = await wrong(table(SHOPS, NOODLES), staff)
    assert (column, value) == ("店员电话", "100****9401") and "另一个姓名" in message
    assert (await loaded(table(SHOPS, changed(NOODLES, c9=(await stranger.get()).display_name)), staff))["店铺"] == (
        1,
        0,
        0,
    )


@pytest.mark.parametrize("what", ["shop", "discount"])
async def test_what_was_approved_meanwhile_is_no_entry_of_staff(world: World, what: str) -> None:
    staff = await importer_of(world.a.staff)
    await loaded(table(DISCOUNTS, NOODLES + OFFER), staff)
    shop = await Shop.get(name="星星面馆")
    row = changed(NOODLES, c4="别处1号") + OFFER if what == "shop" else NOODLES + changed(OFFER, c2="7折")
    async with holding("UPDATE shops SET state = 'ACTIVE' WHERE id = $1", shop.id):
        importing = asyncio.create_task(load(table(DISCOUNTS, row), staff))
        await until_blocked()
    ((column, message),) = [(one.column, one.message) for one in (await importing).problems]
    assert column == "店名" and "重新导入" in message
    assert (await Shop.get(id=shop.id)).address == "香港路9号" and (await Discount.get(shop=shop)).percent_off == 20
