"""/admin in a browser: what waits is decided, shops are looked after, a rule is tried before it is made, and an auditor
reads all of it and is offered nothing that would be refused."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from schema.graph import ids
from services.db import database
from services.kit import clock, hours
from tests.evidence.visits import Visit, losing, visit
from tests.town import discounts, points, settlement, shops, signals, story, till, wishes
from tests.town import servers as processes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import Person, World

pytestmark = pytest.mark.usefixtures("work")


async def signed_in(visited: Visit, who: Person) -> Page:
    """Somebody at /admin."""
    await visited.sign_in_with_factor(who)
    await expect(visited.page.get_by_role("region", name="待办")).to_be_visible()
    return visited.page


def waiting(page: Page, name: str) -> Locator:
    """The line of a kind of work, with how much there is of it."""
    return page.get_by_role("region", name="待办").get_by_role("link", name=re.compile(f"^{name}"))


async def test_what_waits_is_decided(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    applied = [await shops.applied(api, a, a.residents[1], name) for name in ("刘记面馆", "陈记修表")]
    change = await shops.asking(api, a)
    offers = [await discounts.submitted(api, a, title=title) for title in ("午市优惠", "晚市优惠")]
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.admin)
        await expect(waiting(page, "店铺申请")).to_contain_text("2")
        await visited.look("admin-todo", kept)
        assert await visited.small_targets() == []
        await waiting(page, "店铺申请").click()
        queue = page.get_by_role("region", name="待审核")
        await visited.look("admin-queue", kept)
        assert await visited.small_targets() == []
        await queue.get_by_role("button", name="批准加入：刘记面馆").click()
        await page.get_by_role("dialog").get_by_role("button", name="批准加入").click()
        await expect(page.get_by_text("已批准，店铺可以起草优惠")).to_be_visible()
        await expect(waiting(page, "店铺申请")).to_contain_text("1")
        await queue.get_by_role("button", name="驳回申请：陈记修表").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="驳回申请").click()
        await expect(dialog.get_by_label("原因")).to_have_accessible_description("请填写此项")
        await visited.look("admin-reject", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_label("原因").fill("字" * 201)
        await dialog.get_by_role("button", name="驳回申请").click()
        await expect(dialog.get_by_label("原因")).to_have_accessible_description(re.compile("内容过长，最多 200 个字"))
        await dialog.get_by_label("原因").fill("证照不全")
        await dialog.get_by_role("button", name="驳回申请").click()
        await expect(queue.get_by_text("没有待审核的店铺")).to_be_visible()

        await waiting(page, "店铺资料变更").click()
        await expect(queue.locator("ins")).to_have_text("迁往别处")
        await queue.get_by_role("button", name=re.compile("批准变更")).click()
        await page.get_by_role("dialog").get_by_role("button", name="批准变更").click()
        await expect(queue.get_by_text("没有待审核的变更")).to_be_visible()

        await waiting(page, "优惠").click()
        await visited.look("admin-offers", kept)
        await queue.get_by_role("button", name=re.compile("批准上线：.*午市优惠")).click()
        await page.get_by_role("dialog").get_by_role("button", name="批准上线").click()
        await queue.get_by_role("button", name=re.compile("退回修改：.*晚市优惠")).click()
        await page.get_by_role("dialog").get_by_label("原因").fill("请写明时段")
        await page.get_by_role("dialog").get_by_role("button", name="退回修改").click()
        await expect(queue.get_by_text("没有待审核的优惠")).to_be_visible()
        await expect(waiting(page, "优惠")).to_contain_text("没有")
    states = [await shops.row_of(one) for one in applied]
    assert [(row["state"], row["state_reason"]) for row in states] == [("ACTIVE", ""), ("REJECTED", "证照不全")]
    rows = await database.fetch(
        "SELECT state, state_reason FROM discounts WHERE id = ANY($1) ORDER BY id",
        [ids.find(one, "Discount") for one in offers],
    )
    assert [(row["state"], row["state_reason"]) for row in rows] == [("ACTIVE", ""), ("DRAFT", "请写明时段")]
    found = await database.fetch_value("SELECT state FROM shop_changes WHERE id = $1", ids.find(change, "ShopChange"))
    assert found == "APPROVED"


async def test_a_shop_is_looked_after(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    assert a.cashier
    await points.give_points(a.heads[0].id, 100)
    await till.redeemed(api, a)
    shop = shops.shop_id(a)
    await shops.add(api, a.cashier, shop)
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.admin)
        await page.get_by_role("link", name="店铺", exact=True).click()
        listed = page.get_by_role("region", name="店铺", exact=True)
        await expect(listed.get_by_role("link")).to_have_count(2)
        await listed.get_by_label("状态").select_option(label="已暂停")
        await expect(listed.get_by_text("没有这样的店铺")).to_be_visible()
        await listed.get_by_label("状态").select_option(label="合作中")
        await listed.get_by_label("街道").select_option(label="上海路街道")
        await listed.get_by_role("link", name=re.compile("A小吃店")).click()
        opened = page.get_by_role("region", name="店铺资料")
        await expect(opened.get_by_role("heading", name="A小吃店")).to_be_focused()
        await visited.look("admin-shop", kept)
        assert await visited.small_targets() == []

        await opened.get_by_role("button", name="修改资料").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("地址").fill("香港路2号")
        await dialog.get_by_label("每月让利上限").fill("500")
        await visited.look("admin-shop-edit", kept)
        await dialog.get_by_role("button", name="保存").click()
        await expect(opened.get_by_text("香港路2号")).to_be_visible()
        await expect(opened.get_by_text("¥500.00")).to_be_visible()
        await opened.get_by_role("button", name=re.compile("暂停合作")).click()
        await dialog.get_by_label("原因").fill("证照到期")
        await dialog.get_by_role("button", name="暂停合作").click()
        await expect(opened.get_by_text("证照到期")).to_be_visible()
        await opened.get_by_role("button", name=re.compile("恢复合作")).click()
        await dialog.get_by_role("button", name="恢复合作").click()
        await expect(opened.get_by_role("button", name=re.compile("暂停合作"))).to_be_visible()

        await opened.get_by_role("link", name="优惠").click()
        await opened.get_by_role("link", name=re.compile("全场八折")).click()
        offer = page.get_by_role("region", name="这项优惠")
        await visited.look("admin-offer", kept)
        await offer.get_by_role("button", name=re.compile("暂停优惠")).click()
        await dialog.get_by_label("原因").fill("投诉核查")
        await dialog.get_by_role("button", name="暂停优惠").click()
        await expect(offer.get_by_text("投诉核查")).to_be_visible()
        await offer.get_by_role("link", name="A小吃店").click()

        await opened.get_by_role("link", name="人员").click()
        await visited.look("admin-people", kept)
        assert await visited.small_targets() == []
        await opened.get_by_role("button", name="撤回邀请：小王").click()
        await dialog.get_by_role("button", name="撤回邀请").click()
        await expect(opened.get_by_text("没有待接受的邀请")).to_be_visible()
        await opened.get_by_role("button", name="邀请店主或店员").click()
        await dialog.get_by_label("姓名").fill("小李")
        await dialog.get_by_label("手机号").fill("123")
        await dialog.get_by_role("button", name="邀请", exact=True).click()
        await expect(dialog.get_by_label("手机号")).to_have_attribute("aria-invalid", "true")
        await dialog.get_by_label("手机号").fill("13800000002")
        await dialog.get_by_label("请为店主").check()
        await visited.look("admin-invite", kept)
        await dialog.get_by_role("button", name="邀请", exact=True).click()
        await expect(opened.get_by_role("button", name="撤回邀请：小李")).to_be_visible()

        await opened.get_by_role("link", name="每天").click()
        await expect(opened.get_by_text("赵联户").first).to_be_visible()
        await visited.look("admin-day", kept)
        await opened.get_by_role("link", name="结算").click()
        await expect(opened.get_by_text("0 天已关账")).to_be_visible()
        await visited.look("admin-month", kept)
        await opened.get_by_role("link", name="推送").click()
        await expect(opened.get_by_text("没有推送地址")).to_be_visible()
        assert await visited.small_targets() == []
    row = await shops.row_of(shop)
    assert (row["address"], row["monthly_ceiling_fen"], row["state"]) == ("香港路2号", 50_000, "ACTIVE")
    assert await database.fetch_value("SELECT owner FROM invitations WHERE state = 'OPEN'") is True


async def test_disputes_signals_and_statements(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    await points.give_points(a.heads[0].id, 100)
    statement = await settlement.settled_day(api, a)
    for reason in ("那天我不在", "金额不对"):
        done = await till.redeemed(api, a)
        await story.done(api, a.head_people[0], "RedemptionDispute", redemptionId=done["id"], reason=reason)
    await wishes.rated(api, a)
    await signals.flagged(a)
    async with visit(browser, server.url, accept_downloads=True) as visited:
        page = await signed_in(visited, world.admin)
        tabs = page.get_by_role("navigation", name="管理")
        await tabs.get_by_role("link", name=re.compile("异议")).click()
        listed = page.get_by_role("region", name="异议", exact=True)
        await expect(listed.get_by_text("那天我不在")).to_be_visible()
        await visited.look("admin-disputes", kept)
        assert await visited.small_targets() == []
        dialog = page.get_by_role("dialog")
        for step, done, left in (("异议成立", "已冲正，积分", 1), ("异议不成立", "核销照旧", 0)):
            await listed.get_by_role("button", name=re.compile(f"^{step}")).first.click()
            await dialog.get_by_label("裁定理由").fill(f"{step}，有监控")
            await dialog.get_by_role("button", name=step).click()
            await expect(page.get_by_text(done)).to_be_visible()
            await expect(listed.get_by_role("article")).to_have_count(left)
        await listed.get_by_label("状态").select_option(label="全部")
        await expect(listed.get_by_role("article")).to_have_count(2)

        await tabs.get_by_role("link", name=re.compile("提示")).click()
        await page.get_by_role("link", name=re.compile("一户与一人心愿集中")).click()
        signal = page.get_by_role("region", name="这条提示")
        await visited.look("admin-signal", kept)
        assert await visited.small_targets() == []
        await signal.get_by_role("button", name=re.compile("收回积分")).click()
        await dialog.get_by_label("原因").fill("并未办理")
        await dialog.get_by_role("button", name="收回积分").click()
        await expect(signal.get_by_text("已收回")).to_be_visible()
        await signal.get_by_role("button", name=re.compile("已跟进")).click()
        await dialog.get_by_label("研判意见").fill("已入户了解")
        await dialog.get_by_role("button", name="已跟进").click()
        await expect(signal.get_by_text("已入户了解")).to_be_visible()
        listed = page.get_by_role("region", name="异常提示")
        await expect(listed.get_by_text("没有待研判的提示")).to_be_visible()
        await listed.get_by_label("状态").select_option(label="全部")
        await expect(listed.get_by_role("link")).to_have_count(1)

        await tabs.get_by_role("link", name="结算").click()
        await page.get_by_role("link", name=re.compile("A小吃店")).click()
        opened = page.get_by_role("region", name="这张结算单")
        await expect(opened.get_by_role("heading")).to_be_focused()
        await visited.look("admin-statement", kept)
        assert await visited.small_targets() == []
        async with page.expect_download() as given:
            await opened.get_by_role("button", name="下载 CSV").click()
        file = await given.value
        assert file.suggested_filename.endswith(".csv")
        assert "核销" in (await file.path()).read_text(encoding="utf-8-sig")
        await opened.get_by_role("button", name=re.compile("确认结算单")).click()
        await dialog.get_by_role("button", name="确认结算单").click()
        await expect(opened.get_by_text("区里已确认")).to_be_visible()
    assert await database.fetch_value("SELECT count(*) FROM redemptions WHERE state = 'REVERSED'") == 1
    assert await database.fetch_value("SELECT judgement FROM signals WHERE judged_at IS NOT NULL") == "已入户了解"
    acknowledged = await database.fetch_value(
        "SELECT district_acknowledged_at FROM statements WHERE id = $1", ids.find(statement, "Statement")
    )
    assert acknowledged


async def test_a_month_is_typed_where_there_is_no_field_for_one(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    """As in Firefox and Safari on a desktop."""
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.context.add_init_script("""
          const set = Element.prototype.setAttribute;
          Element.prototype.setAttribute = function (name, value) {
            return set.call(this, name, name === "type" && value === "month" ? "text" : value);
          };
          const type = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "type");
          Object.defineProperty(HTMLInputElement.prototype, "type", {
            ...type, set(value) { type.set.call(this, value === "month" ? "text" : value); },
          });
        """)
        await visited.sign_in_with_factor(world.admin)
        await visited.open("/admin#statements")
        month = page.get_by_label("月份")
        await month.fill("2026年5月")
        await month.press("Enter")
        await expect(month).to_have_accessible_description("请写成 2026-05 这样")
        await expect(month).to_have_value("2026年5月")
        await month.fill("2026-05")
        await month.press("Enter")
        await expect(page.get_by_role("region", name="结算单")).to_contain_text("没有区里还没确认的结算单")
        await expect(month).not_to_have_attribute("aria-invalid", "true")


async def test_a_rule_is_tried_then_made_once(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await wishes.rated(api, world.a)
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.admin)
        await page.get_by_role("link", name="规则").click()
        await visited.look("admin-rules", kept)
        await page.get_by_role("link", name="制定新版").click()
        form = page.get_by_role("region", name="新版积分规则")
        await expect(form.get_by_label("维修")).to_have_value(re.compile(r"\d+"))
        await form.get_by_label("维修").fill("二十")
        await form.get_by_label("每人每日上限").fill("1000000")
        await form.get_by_role("button", name="试算").click()
        await expect(form.get_by_label("维修")).to_have_accessible_description("0 到 1000")
        await expect(form.get_by_label("维修")).to_be_focused()
        await form.get_by_label("维修").fill("50")
        await form.get_by_label("每人每日上限").fill("")
        await form.get_by_label("用哪个月试算").fill(hours.month_text(clock.day_of(clock.now())))
        await form.get_by_role("button", name="试算").click()
        await expect(form.get_by_role("heading", name=re.compile("试算$"))).to_be_focused()
        chart = form.get_by_role("figure").filter(has_text="按类别，积分")
        await expect(chart.locator("div").filter(has_text="维修")).to_have_text(re.compile("实际 25.*试算 55"))
        await visited.look("admin-rule", kept)
        assert await visited.small_targets() == []
        await form.get_by_label("陪伴").fill("7")
        await expect(form.get_by_text("改动后还没有试算")).to_be_visible()
        await expect(form.get_by_role("button", name="制定")).to_have_count(0)
        await visited.reload()
        await expect(form.get_by_label("陪伴")).to_have_value("7")
        await form.get_by_role("button", name="试算").click()
        await form.get_by_label("说明").fill("陪伴加分")
        async with losing(visited, "RewardRuleCreate", arrives=True) as lost:
            await form.get_by_role("button", name="制定").click()
            await lost.wait()
            await page.reload()
        await expect(form.get_by_label("说明")).to_have_value("陪伴加分")
        await expect(form.get_by_label("陪伴")).to_be_disabled()
        await form.get_by_role("button", name="再试一次").click()
        await expect(page.get_by_text("第 2 版已制定")).to_be_visible()
        listed = page.get_by_role("region", name="积分规则", exact=True)
        await listed.get_by_role("button", name=re.compile("撤回这一版")).click()
        await page.get_by_role("dialog").get_by_role("button", name="撤回这一版").click()
        await expect(listed.get_by_text("已撤回")).to_be_visible()
        await visited.keeps_nothing_of("admin:rule")
    assert await database.fetch_value("SELECT count(*) FROM reward_rules") == 2


@pytest.mark.parametrize("arrives", [True, False], ids=["done, the answer lost", "never arrived"])
async def test_a_shop_is_entered_once(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, arrives: bool
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.admin)
        await page.get_by_role("link", name="店铺", exact=True).click()
        await page.get_by_role("button", name="录入店铺").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="录入", exact=True).click()
        await expect(dialog.get_by_label("店名")).to_be_focused()
        await expect(dialog.get_by_text("请填写此项")).to_have_count(6)
        await visited.look("admin-enter", kept)
        assert await visited.small_targets() == []
        for label, text in (("店名", "刘记面馆"), ("地址", "香港路8号"), ("纬度", "27.73"), ("经度", "106.92")):
            await dialog.get_by_label(label).fill(text)
        await dialog.get_by_label("类别").select_option(label="餐饮")
        await dialog.get_by_label("街道").select_option(label="上海路街道")
        await dialog.get_by_label("社区").select_option(label="A社区")
        async with losing(visited, "ShopEnter", arrives=arrives) as lost:
            await dialog.get_by_role("button", name="录入", exact=True).click()
            await lost.wait()
            await page.reload()
        await page.get_by_role("button", name="录入店铺").click()
        await expect(dialog.get_by_label("店名")).to_have_value("刘记面馆")
        await expect(dialog.get_by_label("店名")).to_be_disabled()
        await expect(dialog.get_by_label("社区").locator("option:checked")).to_have_text("A社区")
        await visited.look("admin-unanswered", kept)
        await dialog.get_by_role("button", name="再试一次").click()
        await expect(page.get_by_text("已录入，另由一位区管理员审核")).to_be_visible()
        opened = page.get_by_role("region", name="店铺资料")
        await expect(opened.get_by_text("待审核")).to_be_visible()
        await expect(opened.get_by_role("button", name=re.compile("驳回申请"))).to_be_visible()
        await expect(opened.get_by_role("button", name=re.compile("批准加入"))).to_have_count(0)
        await visited.keeps_nothing_of("admin:shop")
    assert await database.fetch_value("SELECT count(*) FROM shops WHERE name = '刘记面馆'") == 1


async def test_a_lost_decision_is_sent_again(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await points.give_points(world.a.heads[0].id, 100)
    done = await till.redeemed(api, world.a)
    await story.done(api, world.a.head_people[0], "RedemptionDispute", redemptionId=done["id"], reason="那天我不在")
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.admin)
        await waiting(page, "异议").click()
        await page.get_by_role("button", name=re.compile("^异议成立")).click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("裁定理由").fill("监控未见本人")
        async with losing(visited, "DisputeUphold", arrives=True) as lost:
            await dialog.get_by_role("button", name="异议成立").click()
            await lost.wait()
        await expect(page.get_by_text("已冲正，积分")).to_be_visible()
        await expect(page.get_by_text("没有待裁定的异议")).to_be_visible()
    assert await database.fetch_value("SELECT count(*) FROM disputes WHERE state = 'UPHELD'") == 1


async def test_without_network_it_says_so_and_goes_on(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await shops.applied(api, world.a, world.a.residents[1], "刘记面馆")
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.admin)
        await waiting(page, "店铺申请").click()
        await page.get_by_role("button", name="批准加入：刘记面馆").focus()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        visited.cut = True
        await visited.context.set_offline(True)
        await dialog.get_by_role("button", name="批准加入").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("没有网络")).to_be_visible()
        assert await visited.amiss() == []
        await visited.context.set_offline(False)
        await expect(page.get_by_text("没有待审核的店铺")).to_be_visible()
        await visited.context.set_offline(True)
        await page.get_by_role("link", name="规则").click()
        await expect(page.get_by_text("这一页还没有下载")).to_be_visible()
        await page.get_by_role("button", name="我的登录").click()
        await expect(page.get_by_text("网络不通，请稍后再试")).to_be_visible()
        assert await visited.amiss() == []
        await visited.context.set_offline(False)
        await page.get_by_role("button", name="再试").click()
        await expect(page.get_by_role("link", name="制定新版")).to_be_visible()


async def test_an_auditor_reads_all_and_decides_nothing(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    assert a.cashier
    await points.give_points(a.heads[0].id, 100)
    shop = shops.shop_id(a)
    await shops.applied(api, a, a.residents[1], "刘记面馆")
    await shops.asking(api, a)
    await shops.add(api, a.cashier, shop)
    await discounts.submitted(api, a)
    done = await till.redeemed(api, a)
    await story.done(api, a.head_people[0], "RedemptionDispute", redemptionId=done["id"], reason="那天我不在")
    signal, statement = await signals.flagged(a), await settlement.settled_day(api, a)
    offer = ids.make("Discount", a.discount.id) if a.discount else ""
    places = [
        *("todo", "shops", "disputes", "signals", "statements", "rules", "rule", "roles"),
        *(f"queue/{name}" for name in ("shops", "changes", "discounts")),
        *(f"shop/{shop}{part}" for part in ("", "/offers", "/people", "/days", "/months", "/pushes")),
        *(f"discount/{offer}", f"signal/{signal}", f"statement/{statement}"),
    ]
    allowed = {
        "大字", "我的登录：审计员", "退出", "更多", "查找", "试算", "改回现行规则",
        "下载 Excel", "下载 CSV", "下载 规范格式",
    }  # fmt: skip
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.auditor)
        for place in places:
            await visited.open(f"/admin#{place}")
            await page.reload()  # where only the fragment changes, nothing is read anew
            await expect(page.get_by_text("正在打开…")).to_have_count(0)
            await expect(page.get_by_role("main")).to_be_visible()
            await page.wait_for_load_state("networkidle")
            buttons = await page.get_by_role("button").evaluate_all(
                "all => all.map((one) => one.getAttribute('aria-label') ?? one.textContent.trim())"
            )
            assert set(buttons) <= allowed, place
            assert await page.get_by_role("alert").filter(has_text=re.compile(".")).count() == 0, place
        await visited.look("admin-auditor", kept)

        await page.get_by_role("link", name="审计").click()
        listed = page.get_by_role("region", name="审计记录")
        await expect(listed.get_by_role("article").first).to_be_visible()
        await visited.look("admin-audit", kept)
        assert await visited.small_targets() == []
        await page.get_by_label("做了什么").fill("discount.")
        await page.keyboard.press("Enter")
        await expect(listed.get_by_role("article")).to_have_count(2)
        await listed.get_by_role("button", name=re.compile("只看这个人")).first.click()
        await expect(page.get_by_text(f"只看 {a.cashier.name}")).to_be_visible()
        await listed.get_by_role("link", name="打开").first.click()
        await expect(page.get_by_role("region", name="这项优惠")).to_be_visible()


async def test_where_nothing_but_trusted_documents_runs(
    world: World, database_url: str, browser: Browser, tmp_path: Path
) -> None:
    server = await asyncio.to_thread(
        processes.start, database_url, tmp_path / "log", TRUSTED_DOCUMENTS="only", GRAPHIQL="false"
    )
    try:
        async with visit(browser, server.url) as visited:
            page = await signed_in(visited, world.admin)
            for place in ("shops", "disputes", "signals", "statements", "rules", f"shop/{shops.shop_id(world.a)}"):
                await visited.open(f"/admin#{place}")
                await expect(page.get_by_text("正在打开…")).to_have_count(0)
                assert await page.get_by_role("alert").filter(has_text=re.compile(".")).count() == 0, place
    finally:
        server.stop()


async def test_large_type_and_who_has_no_such_role(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await signed_in(visited, world.admin)
        await page.get_by_role("button", name="大字").click()
        for place in ("todo", "shops", f"shop/{shops.shop_id(world.a)}", "rule", "statements"):
            await visited.open(f"/admin#{place}")
            await expect(page.get_by_text("正在打开…")).to_have_count(0)
            await visited.look(f"admin-large-{place.split('/')[0]}", kept)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(world.a.residents[0])
        await visited.open("/admin")
        await expect(visited.page.get_by_role("heading", name="我的店铺")).to_be_visible()
        assert await visited.amiss() == []
