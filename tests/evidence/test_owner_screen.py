"""/admin as a shop's owner finds it: applying, discounts from draft to approval, people and their codes, webhooks,
statements, and changes that wait for approval."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from schema.graph import ids
from services.db import database
from tests.evidence.visits import Visit, losing, visit
from tests.town import discounts, points, settlement, shops
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")


async def at_own_shop(visited: Visit, world: World, part: str = "") -> Page:
    """The owner of A's shop, signed in, at a part of its affairs."""
    assert world.a.cashier
    await visited.sign_in(world.a.cashier)
    await visited.page.get_by_role("link", name="管店").click()
    await expect(visited.page.get_by_role("heading", name="A小吃店")).to_be_visible()
    if part:
        await visited.page.get_by_role("navigation", name="店铺").get_by_role("link", name=part).click()
    return visited.page


async def test_a_discount_from_draft_to_a_new_version(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_own_shop(visited, world, "优惠")
        await page.get_by_role("button", name="起草优惠").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("打几折").fill("八")
        await dialog.get_by_role("button", name="星期一").click()
        await dialog.get_by_role("button", name="保存草稿").click()
        await expect(dialog.get_by_label("名称")).to_have_accessible_description("请填写此项")
        await expect(dialog.get_by_label("打几折")).to_have_accessible_description("请填写几折，例如 8 或 8.5")
        await visited.look("owner-terms", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_label("名称").fill("午市特惠")
        await dialog.get_by_label("打几折").fill("8.5")
        await dialog.get_by_label("最低消费").fill("20")
        await dialog.get_by_label("所需积分").fill("100001")
        await dialog.get_by_label("几点起").fill("11:00")
        await dialog.get_by_label("到几点").fill("14:00")
        await dialog.get_by_role("button", name="保存草稿").click()
        await expect(dialog.get_by_label("所需积分")).to_have_attribute("aria-invalid", "true")
        await dialog.get_by_label("所需积分").fill("5")
        async with losing(visited, "DiscountDraft", arrives=True) as lost:
            await dialog.get_by_role("button", name="保存草稿").click()
            await lost.wait()
            await page.reload()
        await page.get_by_role("button", name="起草优惠").click()
        await expect(dialog.get_by_label("名称")).to_be_disabled()
        await dialog.get_by_role("button", name="再试一次").click()
        offer = page.get_by_role("region", name="这项优惠")
        await expect(offer.get_by_text("草稿", exact=True)).to_be_visible()
        await offer.get_by_role("button", name="修改草稿").click()
        await expect(dialog.get_by_label("打几折")).to_have_value("8.5")
        await dialog.get_by_label("总份数").fill("50")
        await dialog.get_by_role("button", name="保存草稿").click()
        await expect(offer.get_by_text("还剩 50 份")).to_be_visible()
        await visited.look("owner-offer", kept)
        await offer.get_by_role("button", name=re.compile("提交审核")).click()
        await dialog.get_by_role("button", name="提交审核").click()
        await expect(offer.get_by_text("待审核")).to_be_visible()
        made = await database.fetch_one("SELECT * FROM discounts WHERE title = '午市特惠'")
        assert made and (made["percent_off"], made["min_spend_fen"], made["cost_points"]) == (15, 2000, 5)
        await discounts.step(api, world.admin, "DiscountApprove", ids.make("Discount", made["id"]))
        await page.reload()
        await offer.get_by_role("button", name="起草新版本").click()
        await dialog.get_by_label("打几折").fill("8")
        await dialog.get_by_role("button", name="保存草稿").click()
        await expect(offer.get_by_role("heading", name=re.compile("第 2 版"))).to_be_visible()
    assert await database.fetch_value("SELECT count(*) FROM discounts WHERE title = '午市特惠'") == 2


async def test_people_pushes_and_statements(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    assert a.cashier
    await points.give_points(a.heads[0].id, 100)
    await settlement.settled_day(api, a)
    await shops.add(api, a.cashier, shops.shop_id(a))
    async with visit(browser, server.url) as visited:
        page = await at_own_shop(visited, world, "人员")
        parts = page.get_by_role("navigation", name="店铺")
        dialog = page.get_by_role("dialog")
        await page.get_by_role("button", name="开登录码：小王").click()
        await expect(dialog.get_by_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))).to_be_visible()
        await visited.look("owner-code", kept)
        await dialog.get_by_role("button", name="关闭").click()
        await expect(page.get_by_text("没有待接受的邀请")).to_be_visible()

        await parts.get_by_role("link", name="推送").click()
        await page.get_by_role("button", name="新增推送地址").click()
        await dialog.get_by_label("网址").fill("http://127.0.0.1/hook")
        await dialog.get_by_role("button", name="新增").click()
        await expect(dialog.get_by_label("网址")).to_have_attribute("aria-invalid", "true")
        await dialog.get_by_label("网址").fill("https://shop.example/hook")
        await dialog.get_by_label("结算单生成").uncheck()
        await visited.look("owner-webhook", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_role("button", name="新增").click()
        await expect(dialog.get_by_text("只显示这一次")).to_be_visible()
        secret = await dialog.locator(".secret").inner_text()
        await dialog.get_by_role("button", name="我已存好").click()
        await expect(page.get_by_text("核销成功，撤销或冲正", exact=True)).to_be_visible()
        await page.get_by_role("button", name="更换密钥").click()
        await dialog.get_by_role("button", name="更换密钥").click()
        await expect(dialog.locator(".secret")).not_to_have_text(secret)
        await dialog.get_by_role("button", name="我已存好").click()
        await visited.look("owner-pushes", kept)
        await page.get_by_role("button", name="推送记录").click()
        await expect(dialog.get_by_text("还没有推送")).to_be_visible()
        await dialog.get_by_role("button", name="关闭").click()
        await page.get_by_role("button", name=re.compile("^停用")).click()
        await dialog.get_by_role("button", name="停用").click()
        await expect(page.get_by_text("已停用").first).to_be_visible()

        await parts.get_by_role("link", name="结算").click()
        await page.get_by_role("link", name=re.compile("店铺未确认")).click()
        opened = page.get_by_role("region", name="这张结算单")
        await opened.get_by_role("button", name=re.compile("确认结算单")).click()
        await dialog.get_by_role("button", name="确认结算单").click()
        await expect(opened.get_by_text("店铺已确认")).to_be_visible()
    assert await database.fetch_value("SELECT shop_acknowledged_at FROM statements")


async def test_a_change_waits_and_a_resident_applies(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_own_shop(visited, world)
        await visited.look("owner-shop", kept)
        assert await visited.small_targets() == []
        await page.get_by_role("button", name="修改资料").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("地址").fill("香港路99号")
        await dialog.get_by_label("营业时间").fill("9:00-21:00")
        await dialog.get_by_role("button", name="保存").click()
        change = page.get_by_role("region", name="待审核的变更")
        await expect(change.locator("ins")).to_have_text("香港路99号")
        await change.get_by_role("button", name=re.compile("撤回变更")).click()
        await dialog.get_by_role("button", name="撤回变更").click()
        await expect(change).to_have_count(0)
        await expect(page.get_by_text("9:00-21:00")).to_be_visible()
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.sign_in(world.a.residents[0])
        await visited.open("/till")
        await page.get_by_role("link", name="申请加入红城星店").click()
        await expect(page.get_by_text("还没有店铺")).to_be_visible()
        await page.get_by_role("button", name="申请加入红城星店").click()
        dialog = page.get_by_role("dialog")
        for label, text in (("店名", "刘记面馆"), ("地址", "香港路8号"), ("纬度", "27.73"), ("经度", "106.92")):
            await dialog.get_by_label(label).fill(text)
        await dialog.get_by_label("类别").select_option(label="餐饮")
        await dialog.get_by_label("街道").select_option(label="上海路街道")
        await dialog.get_by_label("社区").select_option(label="A社区")
        await dialog.get_by_role("button", name="提交申请").click()
        opened = page.get_by_role("region", name="店铺资料")
        await expect(opened.get_by_text("待审核")).to_be_visible()
        await expect(opened.get_by_role("navigation")).to_have_count(0)
        await visited.look("owner-applied", kept)
        await opened.get_by_role("button", name=re.compile("退出合作")).click()
        await dialog.get_by_role("button", name="退出合作").click()
        await expect(opened.get_by_text("已退出")).to_be_visible()
        for part in ("", "/people", "/pushes"):
            await visited.open(f"/admin#shop/{shops.shop_id(world.b)}{part}")
            await page.reload()
            await expect(page.get_by_role("heading", name="B小吃店")).to_be_visible()
            await expect(opened.get_by_role("button")).to_have_count(0)


async def test_nothing_wrong_is_hidden(world: World, servers: Callable[[int], list[Server]], browser: Browser) -> None:
    """What was typed into a field that is no longer asked for bars nothing; of what is refused, all stands beside its
    field at once; a year has four digits."""
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_own_shop(visited, world, "优惠")
        await page.get_by_role("button", name="起草优惠").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("名称").fill("免费体检")
        await dialog.get_by_label("打几折").fill("5")
        await dialog.get_by_label("所需积分").fill("若干")
        await dialog.get_by_label("每人每天几次").fill("一次")
        await dialog.get_by_role("radio", name="专享").check()
        await dialog.get_by_label("总份数").fill("5")
        await dialog.get_by_label("从哪天").focus()
        await page.keyboard.type("0501202799")  # the browser's own field, in its own order
        await expect(dialog.get_by_label("从哪天")).to_have_value(re.compile(r"^\d{4}-05-01$"))
        await dialog.get_by_label("从哪天").fill("2027-05-01")
        await dialog.get_by_role("button", name="保存草稿").click()
        offer = page.get_by_role("region", name="这项优惠")
        await expect(offer.get_by_text("草稿", exact=True)).to_be_visible()

        await page.goto(server.url + "/till")
        await page.get_by_role("link", name="管店").click()
        await page.get_by_role("button", name="修改资料").click()
        await dialog.get_by_label("店名", exact=True).fill("店" * 65)
        await dialog.get_by_label("地址").fill("路" * 121)
        await dialog.get_by_role("button", name="保存").click()
        await expect(dialog.get_by_label("店名", exact=True)).to_have_accessible_description("内容过长，最多 64 个字")
        await expect(dialog.get_by_label("地址")).to_have_accessible_description("内容过长，最多 120 个字")
