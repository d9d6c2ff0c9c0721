"""专享 by clicking: an owner drafts a gift for who holds a grant, an administrator gives it, the head takes a pass, and
the till confirms."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from services.db import database
from tests.evidence.visits import Visit, losing, visit
from tests.town import discounts, grants, till
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")


async def drafted(visited: Visit, world: World, kept: Path) -> None:
    """The owner drafts and submits a gift for who holds a grant."""
    assert world.a.cashier
    await visited.sign_in(world.a.cashier)
    page = visited.page
    await page.get_by_role("link", name="管店").click()
    await page.get_by_role("navigation", name="店铺").get_by_role("link", name="优惠").click()
    await page.get_by_role("button", name="起草优惠").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("名称").fill("免费体检")
    await dialog.get_by_label("赠品").check()
    await dialog.get_by_label("送什么").fill("基础体检一次")
    await dialog.get_by_label("专享").check()
    await expect(dialog.get_by_label("所需积分")).to_have_count(0)
    await expect(dialog.get_by_label("每人每天几次")).to_have_count(0)
    await dialog.get_by_role("button", name="保存草稿").click()
    await expect(dialog.get_by_label("总份数")).to_have_accessible_description("请填写总份数，赠予不会超过它")
    await dialog.get_by_label("总份数").fill("20")
    await visited.look("owner-granted-terms", kept)
    assert await visited.small_targets() == []
    await dialog.get_by_role("button", name="保存草稿").click()
    offer = page.get_by_role("region", name="这项优惠")
    await expect(offer.get_by_text("送基础体检一次，总共 20 份，仅限获赠的联户长")).to_be_visible()
    await offer.get_by_role("button", name=re.compile("提交审核")).click()
    await dialog.get_by_role("button", name="提交审核").click()
    await expect(offer.get_by_text("待审核")).to_be_visible()


async def approved_and_given(visited: Visit, world: World, kept: Path) -> None:
    """The administrator approves it and gives two to the head; neither a lost answer nor a reload gives it twice."""
    await visited.sign_in_with_factor(world.admin)
    page = visited.page
    await visited.open("/admin#queue/discounts")
    queue = page.get_by_role("region", name="待审核")
    await queue.get_by_role("button", name=re.compile("批准上线：.*免费体检")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="批准上线").click()
    await expect(queue.get_by_text("没有待审核的优惠")).to_be_visible()
    await page.get_by_role("navigation", name="管理").get_by_role("link", name="专享").click()
    await page.get_by_role("link", name=re.compile("免费体检")).click()
    gift = page.get_by_role("region", name="这项专享")
    await expect(gift.get_by_text("20 份")).to_be_visible()
    await visited.look("admin-gift", kept)
    await gift.get_by_role("button", name="赠予").click()
    await dialog.get_by_label("查联户长").fill("赵")
    await dialog.get_by_role("button", name="查找").click()
    await visited.look("admin-give-whom", kept)
    assert await visited.small_targets() == []
    await dialog.get_by_role("button", name="选 赵联户，A社区 第一网格").click()
    await dialog.get_by_label("给几次").fill("11")
    await dialog.get_by_role("button", name="赠予", exact=True).click()
    await expect(dialog.get_by_label("给几次")).to_have_accessible_description("请填写 1 到 10")
    await expect(dialog.get_by_label("因为什么致谢")).to_have_accessible_description("请填写此项")
    await dialog.get_by_label("给几次").fill("2")
    await dialog.get_by_label("因为什么致谢").fill(grants.NOTE)
    await visited.look("admin-give", kept)
    assert await visited.small_targets() == []
    async with losing(visited, "GrantGive", arrives=True) as lost:
        await dialog.get_by_role("button", name="赠予", exact=True).click()
        await lost.wait()
        await page.reload()
    await gift.get_by_role("button", name="赠予").click()
    await dialog.get_by_role("button", name="再试一次").click()
    await expect(page.get_by_text("已赠予赵联户，会通知本人")).to_be_visible()
    await expect(gift.get_by_text("2 份", exact=True)).to_be_visible()
    await expect(gift.get_by_text(grants.NOTE)).to_be_visible()
    await visited.look("admin-given", kept)
    assert await visited.small_targets() == []
    await gift.get_by_role("button", name="赠予").click()
    given = dialog.get_by_role("listitem").filter(has_text="A社区 第一网格")
    await expect(given.filter(has_text="赵联户")).to_contain_text("不能赠予")
    await expect(given.filter(has_text="赵联户").get_by_role("button")).to_have_count(0)
    await expect(given.filter(has_text="钱联户").get_by_role("button")).to_be_visible()
    await dialog.get_by_role("button", name="关闭").click()


def granted(page: Page) -> Locator:
    return page.get_by_role("region", name="荣誉专享")


async def test_from_a_draft_to_the_till(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await drafted(visited, world, kept)
    async with visit(browser, server.url) as visited:
        await approved_and_given(visited, world, kept)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        await visited.sign_in(world.a.head_people[0])
        page = visited.page
        mine = granted(page)
        await expect(mine).to_contain_text("还能用 2 次")
        await expect(mine).to_contain_text(grants.NOTE)
        await visited.look("card-granted", kept)
        assert await visited.small_targets() == []
        await mine.get_by_role("button", name="领取 免费体检").click()
        digits = page.get_by_role("img", name="短码")
        await expect(digits).to_be_visible()
        code = re.sub(r"\s", "", await digits.inner_text())
        async with visit(browser, server.url) as at_the_till:
            await at_the_till.sign_in(world.a.cashier, known=True)  # type: ignore[arg-type]
            await at_the_till.page.get_by_label("优惠码").fill(code)
            await at_the_till.page.get_by_label("消费金额（元）").fill("0")
            await at_the_till.page.get_by_role("button", name="看应付金额").click()
            await expect(at_the_till.page.get_by_role("region", name="不用收款")).to_contain_text("免费体检")
            await at_the_till.page.get_by_role("button", name="确认核销", exact=True).click()
            await expect(at_the_till.page.get_by_role("heading", name="核销成功")).to_be_visible()
        await expect(page.get_by_role("status").filter(has_text="已核销")).to_be_visible()
        await expect(mine).to_contain_text("还能用 1 次")
        await visited.look("card-granted-used", kept)
    assert await database.fetch_value("SELECT count(*) FROM grants") == 1
    assert await grants.drifts.promised() == []


async def test_revoked_and_to_whom_it_is_not_given(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    """The administrator revokes what is left, the head sees it gone; who was given nothing reads why not; the owner
    can't pause or end what is promised, nor leave."""
    (server,), (api,) = servers(1), apis(1)
    gift = await grants.on_offer(api, world, world.a)
    await grants.given(api, world, world.a, gift, quantity=2)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(world.a.head_people[1])
        shop = visited.page.get_by_role("region", name="领优惠码").locator(".offer").filter(has_text="免费体检")
        await expect(shop).to_contain_text("该优惠只给获赠的联户长")
        await expect(shop.get_by_role("button")).to_have_count(0)
        await expect(granted(visited.page)).to_have_count(0)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(discounts.cashier_of(world.a))
        await visited.open(f"/admin#discount/{gift}")
        offer = visited.page.get_by_role("region", name="这项优惠")
        await expect(offer.get_by_role("button", name="起草新版本")).to_be_visible()
        await expect(offer).to_contain_text("已许诺 2 份专享未用：用完、到期或收回以后，才能暂停或结束。")
        await expect(offer.get_by_role("button", name=re.compile("结束优惠|暂停优惠"))).to_have_count(0)
        await visited.look("owner-promised", kept)
        await offer.get_by_role("link", name="A小吃店").click()
        about = visited.page.get_by_role("region", name="店铺资料")
        await about.get_by_role("link", name="资料").click()
        await expect(about).to_contain_text("已许诺 2 份专享未用：用完、到期或收回以后，才能退出合作。")
        await expect(about.get_by_role("button", name=re.compile("退出合作"))).to_have_count(0)
        await visited.look("owner-promised-shop", kept)
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        await visited.open(f"/admin#gift/{gift}")
        await page.get_by_role("button", name="收回：赵联户").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("原因").fill("发错了人")
        await visited.look("admin-revoke", kept)
        await dialog.get_by_role("button", name="收回").click()
        await expect(page.get_by_text("已收回", exact=True).first).to_be_visible()
        await expect(page.get_by_role("button", name="收回：赵联户")).to_have_count(0)
        await expect(page.get_by_role("region", name="这项专享").get_by_text("10 份")).to_be_visible()
    async with visit(browser, server.url) as visited:
        await visited.sign_in(world.a.head_people[0])
        await expect(visited.page.get_by_role("region", name="领优惠码")).to_be_visible()
        await expect(granted(visited.page)).to_have_count(0)


async def test_what_is_used_up_is_not_offered_to_be_revoked(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    """Nor is a gift that has ended offered to be given."""
    (server,), (api,) = servers(1), apis(1)
    gift = await grants.on_offer(api, world, world.a)
    await grants.given(api, world, world.a, gift)
    phone = await till.phone(api, world.a, discount=grants.row_of(gift))
    token = till.token(await till.prepare(api, world.a.cashier, phone.qr()))
    assert (await till.confirm(api, world.a.cashier, token))["errors"] == []
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        await visited.open(f"/admin#gift/{gift}")
        opened = page.get_by_role("region", name="这项专享")
        await expect(opened).to_contain_text("已用完")
        await expect(opened.get_by_role("button", name=re.compile("收回"))).to_have_count(0)
        await expect(opened.get_by_role("button", name="赠予")).to_be_visible()
        await visited.look("admin-used-up", kept)
        await discounts.step(api, world.admin, "DiscountEnd", gift, reason="不办了")
        await page.reload()
        await expect(opened).to_contain_text("0 份")
        await expect(opened.get_by_role("button", name="赠予")).to_have_count(0)
