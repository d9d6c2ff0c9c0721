"""An agreement in a browser: drafted and signed on /desk, signed and ended on /admin by another account; a partner that
helped, named on /card. Nothing is lost with an answer or a page."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from services.kit import clock
from tests.evidence.visits import Visit, losing, visit
from tests.town import agreements, wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import Person, World

pytestmark = pytest.mark.usefixtures("work")

PHONE = {"viewport": {"width": 360, "height": 740}}


async def at_desk(visited: Visit, who: Person | None) -> Page:
    """Community staff, signed in, at the agreements."""
    assert who
    await visited.sign_in(who)
    await visited.page.get_by_role("navigation", name="工作台").get_by_role("link", name="共建").click()
    return visited.page


async def at_own(visited: Visit, of: agreements.Partner) -> Page:
    """A partner's owner, signed in, at its agreements."""
    await visited.sign_in(of.owner)
    await visited.page.get_by_role("link", name="管店").click()
    await visited.page.get_by_role("navigation", name="店铺").get_by_role("link", name="协议").click()
    return visited.page


async def test_from_draft_to_in_force_and_its_end_by_two_accounts(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    of = await agreements.partner(world.a, "A社区卫生院")
    async with visit(browser, server.url) as desk, visit(browser, server.url, **PHONE) as owner:
        page = await at_desk(desk, world.a.staff)
        await expect(page.get_by_text("还没有共建协议")).to_be_visible()
        await page.get_by_role("button", name="起草协议").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="起草", exact=True).click()
        await expect(dialog.get_by_label("名称")).to_have_accessible_description("请填写此项")
        await expect(dialog.get_by_text("请选一家共建单位")).to_be_visible()
        await expect(dialog.get_by_label("查共建单位")).to_be_focused()
        await desk.look("agreements-draft", kept)
        assert await desk.small_targets() == []
        await dialog.get_by_label("查共建单位").fill("A社区卫")
        await dialog.get_by_role("button", name="查找").click()
        await dialog.get_by_role("button", name="选 A社区卫生院").click()
        await expect(dialog.get_by_role("button", name="另选")).to_be_visible()
        await dialog.get_by_label("名称").fill("健康共建协议")
        await dialog.get_by_label("内容").fill("1. 每月上门体检\n2. 每季一次讲座")
        async with losing(desk, "AgreementDraft", arrives=True) as lost:
            await dialog.get_by_role("button", name="起草", exact=True).click()
            await lost.wait()
            await page.reload()
        await page.get_by_role("button", name="起草协议").click()
        await expect(dialog.get_by_label("名称")).to_be_disabled()
        await dialog.get_by_role("button", name="再试一次").click()
        one = page.locator("main > section").and_(page.get_by_role("region", name="共建协议"))
        await expect(one.get_by_role("heading", name="健康共建协议")).to_be_focused()
        await expect(page.get_by_role("region", name="协议列表").get_by_text("待我方签署")).to_be_visible()
        await one.get_by_role("button", name="修改内容").click()
        await dialog.get_by_label("名称").fill("健康共建协议书")
        await dialog.get_by_role("button", name="保存").click()
        await expect(one.get_by_role("heading", name="健康共建协议书")).to_be_visible()
        await desk.look("agreements-desk", kept)
        assert await desk.small_targets() == []

        theirs = await at_own(owner, of)
        await theirs.get_by_role("link", name="A社区").click()
        panel = theirs.get_by_role("region", name="共建协议")
        await expect(panel.get_by_text("每季一次讲座")).to_be_visible()
        await expect(panel.get_by_role("button", name="修改内容")).to_have_count(0)
        await panel.get_by_role("button", name="签署").click()
        await owner.look("agreements-sign", kept)
        await theirs.get_by_role("dialog").get_by_role("button", name="签署协议").click()
        await expect(panel.get_by_text("何院长")).to_be_visible()
        await expect(panel.get_by_text("还没有签署")).to_have_count(1)
        await owner.look("agreements-owner", kept)
        assert await owner.small_targets() == []

        await one.get_by_role("button", name="签署").click()
        async with losing(desk, "AgreementSign", arrives=True) as lost:
            await dialog.get_by_role("button", name="签署协议").click()
            await lost.wait()
        await expect(one.get_by_text("生效中", exact=True)).to_be_visible()
        await expect(one.get_by_text("今年核销 0 次")).to_be_visible()
        await desk.look("agreements-in-force", kept)

        await theirs.reload()
        await panel.get_by_role("button", name="终止").click()
        ending = theirs.get_by_role("dialog")
        await ending.get_by_role("button", name="终止协议").click()
        await expect(ending.get_by_label("原因")).to_have_accessible_description("请填写此项")
        await ending.get_by_role("button", name="人员变动").click()
        await ending.get_by_role("button", name="终止协议").click()
        await expect(panel.get_by_text("已终止", exact=True)).to_be_visible()
        await expect(panel.get_by_text("终止原因：人员变动")).to_be_visible()


async def test_an_agreement_is_for_a_year_from_the_servers_day(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.page.clock.install(time=clock.now() + timedelta(days=40))
        page = await at_desk(visited, world.a.staff)
        await page.get_by_role("button", name="起草协议").click()
        until = await page.get_by_role("dialog").get_by_label("到期日").input_value()
        assert date.fromisoformat(until) < clock.day_of(clock.now()) + timedelta(days=370)


async def test_partners_are_chosen_by_name_in_all_the_district(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await agreements.partner(world.a, "A社区卫生院")
    await agreements.partner(world.b, "B社区物业")
    async with visit(browser, server.url, **PHONE) as visited:
        page = await at_desk(visited, world.a.staff)
        await page.get_by_role("button", name="起草协议").click()
        dialog = page.get_by_role("dialog")
        choices = dialog.get_by_role("listitem")
        await expect(choices).to_have_text([re.compile("A社区卫生院")], use_inner_text=True)
        search = dialog.get_by_label("查共建单位")
        await search.fill("物业")
        await search.press("Enter")
        await expect(dialog.get_by_text("没有找到。请核对，或写单位名称的开头。")).to_be_visible()
        await search.fill("B社区")
        await search.press("Enter")
        await expect(choices).to_have_text([re.compile("B社区物业")], use_inner_text=True)
        await visited.look("agreements-choose", kept)
        assert await visited.small_targets() == []
        await choices.get_by_role("button").click()
        await visited.reload()
        await page.get_by_role("button", name="起草协议").click()
        await expect(dialog.get_by_text("B社区物业")).to_be_visible()
        await dialog.get_by_label("名称").fill("物业共建协议")
        await dialog.get_by_label("内容").fill("楼道清洁")
        await dialog.get_by_role("button", name="起草", exact=True).click()
        one = page.locator("main > section").and_(page.get_by_role("region", name="共建协议"))
        await expect(one.get_by_text("B社区物业 · A社区")).to_be_visible()


async def test_an_administrator_agrees_for_a_subdistrict(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await agreements.partner(world.a, "A社区卫生院")
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        await page.get_by_role("link", name="店铺").first.click()
        await page.get_by_label("种类").select_option("PARTNER")
        await expect(page.get_by_role("link", name="A小吃店")).to_have_count(0)
        await page.get_by_role("link", name="A社区卫生院").click()
        await visited.look("agreements-partner", kept)
        await page.get_by_role("navigation", name="店铺").get_by_role("link", name="协议").click()
        await page.get_by_role("button", name="起草协议").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("街道").select_option("上海路街道")
        await dialog.get_by_label("名称").fill("街道共建协议")
        await dialog.get_by_label("内容").fill("场地开放")
        await visited.look("agreements-subdistrict", kept)
        await dialog.get_by_role("button", name="起草", exact=True).click()
        panel = page.get_by_role("region", name="共建协议")
        await expect(panel.get_by_text("A社区卫生院 · 上海路街道")).to_be_visible()
        await panel.get_by_role("button", name="签署").click()
        await dialog.get_by_role("button", name="签署协议").click()
        await expect(panel.get_by_text("管理员")).to_be_visible()


async def test_a_head_names_the_partner_that_helped(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    of = await agreements.partner(world.a, "A社区卫生院")
    agreement = await agreements.in_force(api, world.a, of)
    wish = await wishes.accepted(api, world.a)
    async with visit(browser, server.url, **PHONE) as visited:
        await visited.sign_in(world.a.head_people[0])
        await visited.open(f"/card#wish/{wish}")
        page = visited.page
        await page.get_by_role("button", name="办结").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="A社区卫生院").click()
        await visited.look("agreements-helped", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_role("button", name="办结", exact=True).click()
        await expect(page.get_by_text("一起帮忙：A社区卫生院")).to_be_visible()
    read = await agreements.detail(api, world.a.staff, agreement)
    assert read and read["facts"]["wishesHelped"] == 1


async def test_a_unit_applies_as_a_partner(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        assert world.a.cashier
        await visited.sign_in(world.a.cashier)
        page = visited.page
        await page.get_by_role("link", name="管店").click()
        await page.get_by_role("button", name="申请加入红城星店").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_label("每月让利上限")).to_be_visible()
        await dialog.get_by_role("radio", name="共建单位").check(force=True)
        await expect(dialog.get_by_label("每月让利上限")).to_have_count(0)
        await dialog.get_by_label("单位名称").fill("A社区物业")
        await dialog.get_by_label("类别").select_option("PROPERTY")
        await dialog.get_by_label("街道").select_option("上海路街道")
        await dialog.get_by_label("社区", exact=True).select_option("A社区")
        await dialog.get_by_label("地址").fill("香港路9号")
        await dialog.get_by_label("纬度").fill("27.73")
        await dialog.get_by_label("经度").fill("106.92")
        await visited.look("agreements-apply", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_role("button", name="提交申请").click()
        await expect(page.get_by_role("heading", name="A社区物业")).to_be_visible()
