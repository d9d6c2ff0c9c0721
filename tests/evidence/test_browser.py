"""A browser with no way out but loopback: the front page, GraphiQL with a token, a query and a subscription."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.town import wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")


async def page_of(browser: Browser, asked: list[str]) -> Page:
    page = await browser.new_page(viewport={"width": 1360, "height": 860}, locale="zh-CN")
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(f"error: {error}"))
    return page


async def test_the_pages_work_with_the_network_cut_off(
    rich: World,
    servers: Callable[[int], list[Server]],
    apis: Callable[[int], list[Api]],
    browser: Browser,
    kept: Path,
) -> None:
    (server,), (api,) = servers(1), apis(1)
    asked: list[str] = []
    page = await page_of(browser, asked)
    await page.goto(server.url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("红城星店")
    await page.screenshot(path=kept / "front.png", full_page=True)

    await page.get_by_role("link", name="操作台").click()
    await page.get_by_label("令牌 Token").fill(rich.a.head_people[0].token)
    await page.get_by_label("令牌 Token").press("Tab")
    await expect(page.locator("#who")).to_contain_text("HOUSEHOLD_HEAD")

    await page.locator("#list").get_by_role("link", name=re.compile("^HeadHome")).click()
    await page.get_by_role("button", name=re.compile("Execute query")).click()
    await expect(page.locator(".result-window")).to_contain_text("赵联户")
    await page.screenshot(path=kept / "head-home.png")

    await page.locator("#list").get_by_role("link", name=re.compile("^WishChanged")).click()
    await page.get_by_role("button", name=re.compile("Execute query")).click()
    await expect(page.locator(".result-window")).to_contain_text("wishChanged")  # what it tells at its beginning
    await wishes.dispatched(api, rich.a)
    await expect(page.locator(".result-window")).to_contain_text("水龙头漏水")
    await page.screenshot(path=kept / "subscription.png")

    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []
    await page.close()


async def test_a_phone_has_the_plain_editor_and_can_subscribe_too(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    asked: list[str] = []
    page = await page_of(browser, asked)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(server.url)
    await page.screenshot(path=kept / "front-phone.png", full_page=True)
    await page.goto(f"{server.url}/graphql#WishChanged")
    await page.get_by_label("令牌 Token").fill(rich.a.head_people[0].token)
    await page.get_by_role("button", name=re.compile("运行")).click()
    await expect(page.locator("#status")).to_contain_text("1 · ")  # what it tells at its beginning
    await wishes.dispatched(api, rich.a)
    await expect(page.locator("#answer")).to_contain_text("水龙头漏水")
    await page.screenshot(path=kept / "subscription-phone.png")
    await page.get_by_role("button", name=re.compile("停止")).click()
    await expect(page.get_by_role("button", name=re.compile("运行"))).to_be_visible()
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []
    await page.close()
