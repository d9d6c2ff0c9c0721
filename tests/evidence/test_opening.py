"""A page that does not begin says so, and goes on by itself: a part of it was lost, or the browser is too old."""

import re
from collections.abc import Callable

from playwright.async_api import Browser, Route, expect

from tests.evidence.visits import visit
from tests.town.servers import Server
from tests.town.world import World

A_MODULE = re.compile(r"/web/parts/form\.\w+\.js$")
LOST, BEGUN = "页面没有取全", "手机验证码"


async def lose(route: Route) -> None:
    await route.abort()


async def test_a_lost_part_is_said_and_asked_for_again(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = visited.page
        visited.cut = True
        await page.clock.install()
        await page.route(A_MODULE, lose)
        await visited.open("/sign-in")
        await expect(page.get_by_text(LOST)).to_be_visible()
        assert await visited.small_targets() == []
        assert await visited.amiss() == []
        await page.get_by_role("button", name="再试一次").click()
        await expect(page.get_by_text(LOST)).to_be_visible()
        await page.unroute(A_MODULE)
        await page.clock.fast_forward(10_000)  # nobody presses the button
        await expect(page.get_by_role("button", name=BEGUN)).to_be_visible()


async def test_a_browser_that_is_too_old_is_told(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    page = await browser.new_page()
    # As a browser takes what it does not know yet.
    await page.route(A_MODULE, lambda route: route.fulfill(body="export const ?;", content_type="text/javascript"))
    await page.goto(f"{server.url}/sign-in")
    await expect(page.get_by_text("这个浏览器太旧")).to_be_visible()
    await page.close()
