"""/card in a browser: wishes accepted and completed, points with their why, the own place, what one was told of."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.evidence.visits import Visit, losing, visit
from tests.town import story, wishes
from tests.town.documents import Api
from tests.town.points import award
from tests.town.servers import Server
from tests.town.world import World, head

pytestmark = pytest.mark.usefixtures("work")

TITLE = "水龙头漏水"
STATE = "SELECT state FROM wishes"


async def at_the_wishes(visited: Visit, world: World) -> Page:
    """A's first head, signed in, at the wishes."""
    await visited.sign_in(world.a.head_people[0])
    await to(visited.page, "心愿")
    await expect(visited.page.get_by_role("region", name="我的心愿单")).to_be_visible()
    return visited.page


async def to(page: Page, tab: str) -> None:
    await page.get_by_role("navigation", name="联户长").get_by_role("link", name=tab).click()


def listed(page: Page) -> Locator:
    return page.get_by_role("region", name="我的心愿单").get_by_role("listitem")


def opened(page: Page) -> Locator:
    return page.get_by_role("region", name="心愿", exact=True)


def dialog(page: Page, button: str) -> Locator:
    return page.get_by_role("dialog").get_by_role("button", name=button, exact=True)


async def test_a_wish_from_its_offer_to_its_points(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_wishes(visited, world)
        await expect(page.get_by_text("现在没有派给您的心愿")).to_be_visible()
        wish = await wishes.dispatched(api, world.a)
        await expect(listed(page)).to_contain_text("等您接单")
        tab = page.get_by_role("navigation", name="联户长").get_by_role("link", name="心愿")
        await expect(tab).to_contain_text("1")
        await visited.look("card-offered", kept)
        assert await visited.small_targets() == []
        await listed(page).get_by_role("button", name="接单").click()
        await expect(listed(page)).to_contain_text("正在办")
        await listed(page).get_by_role("link").click()
        await expect(opened(page).get_by_role("heading", name=TITLE)).to_be_focused()
        await opened(page).get_by_role("button", name="看电话").click()
        await expect(opened(page).get_by_role("link", name=re.compile(r"^1\d{10}$"))).to_have_attribute(
            "href", re.compile("^tel:")
        )
        await opened(page).get_by_role("button", name="看地址").click()
        await expect(opened(page)).to_contain_text("地址：")
        await visited.look("card-wish", kept)
        assert await visited.small_targets() == []

        await opened(page).get_by_role("button", name="办结", exact=True).click()
        await page.get_by_label("办得怎样").fill("换了垫圈")
        await page.get_by_label("还有谁帮忙").fill("李红管家、王邻居")
        await visited.look("card-complete", kept)
        await page.keyboard.press("Escape")
        await visited.reload()
        await opened(page).get_by_role("button", name="办结", exact=True).click()
        await expect(page.get_by_label("办得怎样")).to_have_value("换了垫圈")
        await dialog(page, "办结").click()
        await expect(opened(page)).to_contain_text("等住户评单")
        await expect(opened(page)).to_contain_text("一起帮忙：李红管家、王邻居")
        await visited.keeps_nothing_of("card:done")
        await story.done(api, world.a.residents[0], "WishRate", wishId=wish, stars=5, comment="谢谢您")
        await expect(opened(page)).to_contain_text("谢谢您")
        await expect(opened(page).get_by_role("heading", name=re.compile(r"积分 \d+ 分，已入账"))).to_be_visible()
    reveals = await database.fetch_value("SELECT count(*) FROM contact_reveals")
    assert reveals == 2, "each look is noted"


async def test_points_say_why_and_the_own_place(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    for number in range(6):
        one = await head(world.a.grid, f"{chr(0x4E00 + number)}联户")
        await award(world.a, at=clock.now(), head=one, household=1)
    await wishes.rated(api, world.a)
    await wishes.rated(api, world.a, household=1)
    async with visit(browser, server.url) as visited:
        page = await at_the_wishes(visited, world)
        await to(page, "积分")
        standing = page.get_by_role("region", name="可用")
        await expect(standing).to_contain_text(re.compile(r"本月在A社区排第\s*1\s*名，50 分，共 7 位有分"))
        await visited.look("card-points", kept)
        assert await visited.small_targets() == []
        await page.get_by_role("button", name="为什么").first.click()
        await expect(page.get_by_role("dialog")).to_contain_text("评价加分：5 星")
        await visited.look("card-why", kept)
        await page.keyboard.press("Escape")
        await standing.get_by_role("button", name="退出积分榜").click()
        await expect(standing).to_contain_text("您没有参加积分榜")
        assert await visited.amiss() == []
        await standing.get_by_role("button", name="参加积分榜").click()
        await expect(standing).to_contain_text("本月在A社区排第")


@pytest.mark.parametrize("arrives", [True, False], ids=["done, the answer lost", "never arrived"])
async def test_a_lost_answer_accepts_once(
    world: World,
    servers: Callable[[int], list[Server]],
    apis: Callable[[int], list[Api]],
    browser: Browser,
    arrives: bool,
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await wishes.dispatched(api, world.a)
    async with visit(browser, server.url) as visited:
        page = await at_the_wishes(visited, world)
        async with losing(visited, "WishAccept", arrives=arrives) as lost:
            await listed(page).get_by_role("button", name="接单").click()
            await lost.wait()
        await expect(listed(page)).to_contain_text("正在办")
    assert await database.fetch_value("SELECT count(*) FROM wish_events WHERE action = 'ACCEPT'") == 1


async def test_declined_and_handed_back_with_a_reason(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await wishes.dispatched(api, world.a)
    async with visit(browser, server.url) as visited:
        page = await at_the_wishes(visited, world)
        await listed(page).get_by_role("link").click()
        await opened(page).get_by_role("button", name="接不了").click()
        await dialog(page, "婉拒").click()
        await expect(page.get_by_role("dialog").get_by_label("原因")).to_have_accessible_description("请填写此项")
        await visited.look("card-decline", kept)
        await dialog(page, "人在外地").click()
        await dialog(page, "婉拒").click()
        await expect(page.get_by_text("现在没有派给您的心愿")).to_be_visible()
        assert await database.fetch_value(STATE) == "SUBMITTED"
        await expect(opened(page)).to_contain_text("这个心愿已不在您这里")

        await database.execute("DELETE FROM wish_offers")
        wish = await wishes.accepted(api, world.a)
        await expect(listed(page)).to_contain_text("正在办")
        await listed(page).get_by_role("link").click()
        await opened(page).get_by_role("button", name="办不了，退回").click()
        await page.get_by_role("dialog").get_by_label("原因").fill("要请水电工")
        await dialog(page, "退回").click()
        await expect(page.get_by_text("现在没有派给您的心愿")).to_be_visible()
    assert await database.fetch_value("SELECT state FROM wishes WHERE id = $1", ids.find(wish, "Wish")) == "SUBMITTED"


async def test_who_comes_second_is_told(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    wish = await wishes.offered(api, world.a)
    async with visit(browser, server.url) as visited:
        page = await at_the_wishes(visited, world)
        await expect(listed(page)).to_contain_text("等您接单")
        async with losing(visited, "HeadWishes", arrives=False):
            await story.done(api, world.a.head_people[1], "WishAccept", wishId=wish)
            await listed(page).get_by_role("button", name="接单").click()
            said = page.locator(".toast")
            await expect(said).to_be_visible()
            await expect(said).not_to_contain_text("谢谢您")
        await expect(listed(page)).to_have_count(0)


async def test_what_one_was_told_of_leads_there(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await wishes.dispatched(api, world.a)
    async with visit(browser, server.url) as visited:
        page = await at_the_wishes(visited, world)
        tab = page.get_by_role("navigation", name="联户长").get_by_role("link", name="通知")
        await expect(tab).to_contain_text("2")  # of the sign-in too
        await tab.click()
        told = page.get_by_role("region", name="通知")
        await visited.look("card-notices", kept)
        await told.get_by_role("link", name="看这个心愿").click()
        await expect(opened(page).get_by_role("heading", name=TITLE)).to_be_visible()
        await expect(tab).to_contain_text("1")


async def test_without_network_the_wishes_say_so_and_go_on(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_wishes(visited, world)
        await wishes.dispatched(api, world.a)
        await expect(listed(page)).to_contain_text("等您接单")
        visited.cut = True
        await visited.context.set_offline(True)
        await expect(page.get_by_text("优惠码照常能用")).to_be_visible()
        await listed(page).get_by_role("button", name="接单").click()
        await visited.context.set_offline(False)
        await expect(listed(page)).to_contain_text("正在办")
