"""我的登录, the dialog that every screen opens from its head: where one is signed in, and one's second factor."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from services.db import database
from tests.evidence.visits import Visit, visit
from tests.town import entry, second_factor
from tests.town.servers import Server
from tests.town.world import World, another_session

pytestmark = pytest.mark.usefixtures("work")


async def confirm(visited: Visit, dialog: Locator) -> None:
    """Read the new secret, as an app does, and type its first code."""
    scanned = await visited.scanned(dialog.get_by_role("img", name="验证器应用的二维码"))
    secret = (await dialog.locator(".secret").inner_text()).replace(" ", "")
    uri = await dialog.get_by_role("link", name="在本机的验证器应用里打开").get_attribute("href")
    assert scanned == uri
    found = second_factor.secret_of({"uri": uri or "", "secret": secret})
    await dialog.get_by_label("六位数字").fill(second_factor.code(found))
    await dialog.get_by_role("button", name="验证", exact=True).click()
    await expect(dialog.locator(".codes li")).to_have_count(10)


async def test_own_sessions_and_second_factor(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.sign_in_with_factor(world.admin)
        await page.get_by_role("button", name="我的登录").click()
        dialog = page.get_by_role("dialog", name="我的登录")
        await expect(dialog.get_by_text("这一处")).to_be_visible()
        await expect(dialog.get_by_text("已设置，还剩 0 个恢复码")).to_be_visible()
        await visited.look("admin-sessions", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_role("button", name="退出其他全部").click()
        await expect(dialog.get_by_role("listitem")).to_have_count(1)
        await dialog.get_by_role("button", name="换一组恢复码").click()
        await dialog.get_by_label("验证码或恢复码").fill("000000")
        await dialog.get_by_role("button", name="换一组恢复码").click()
        await expect(dialog.get_by_role("alert").get_by_text("验证码")).to_be_visible()
        await dialog.get_by_label("验证码或恢复码").fill(second_factor.code(steps=1))
        await dialog.get_by_role("button", name="换一组恢复码").click()
        await expect(dialog.locator(".codes li")).to_have_count(10)
        recovery = await dialog.locator(".codes li").first.inner_text()
        await visited.look("admin-recovery", kept)
        await dialog.get_by_role("button", name="我已抄好").click()
        await expect(dialog.get_by_text("还剩 10 个恢复码")).to_be_visible()
        await dialog.get_by_role("button", name="换一部手机").click()
        await dialog.get_by_label("验证码或恢复码").fill(recovery)
        await dialog.get_by_role("button", name="换一部手机").click()
        await expect(dialog.get_by_role("img")).to_be_visible()
        await visited.look("admin-factor", kept)
        await confirm(visited, dialog)
    open_ones = "SELECT count(*) FROM sessions WHERE account_id = $1 AND revoked_at IS NULL"
    assert await database.fetch_value(open_ones, world.admin.account_id) == 1


async def test_staff_are_told_at_the_desk_who_signed_in(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    assert world.a.staff
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = visited.page
        await visited.sign_in(world.a.staff)
        await visited.open("/desk")
        tab = page.get_by_role("navigation", name="工作台").get_by_role("link", name="通知")
        await expect(tab).to_have_accessible_name("通知 1 条未读")
        await tab.click()
        told = page.get_by_role("region", name="通知")
        await expect(told.get_by_text("有人用当面出示的登录码登录了您的账号")).to_be_visible()
        await visited.look("desk-notices", kept)
        assert await visited.small_targets() == []
        await told.get_by_role("button", name="全部标为已读").click()
        await expect(tab).to_have_accessible_name("通知")
        await expect(told.get_by_text("未读")).to_have_count(0)


async def test_a_residents_sessions_and_a_second_factor_begun(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,), resident = servers(1), world.a.residents[0]
    old = await another_session(resident)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = visited.page
        await visited.sign_in(resident)
        await page.get_by_role("button", name="我的登录").click()
        dialog = page.get_by_role("dialog", name="我的登录")
        await dialog.get_by_role("button", name=re.compile("退出：旧手机")).click()
        await expect(dialog.get_by_text("旧手机")).to_have_count(0)
        await expect(dialog.get_by_text("没有设置")).to_be_visible()
        await dialog.get_by_role("button", name="设置两步验证").click()
        await dialog.get_by_role("button", name="设置两步验证").click()
        await confirm(visited, dialog)
        await dialog.get_by_role("button", name="我已抄好").click()
        await expect(dialog.get_by_text("已设置，还剩 10 个恢复码")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="我的登录")).to_be_focused()
    assert await database.fetch_value("SELECT revoked_at IS NOT NULL FROM sessions WHERE id = $1", old)


@pytest.mark.parametrize(("path", "role"), [("/desk", "待办"), ("/admin", "规则")])
async def test_before_the_second_factor_the_way_to_it_is_shown(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, path: str, role: str
) -> None:
    """Whoever goes to a console without it is led there, and back."""
    (server,), who = servers(1), world.admin if path == "/admin" else world.a.staff
    assert who
    await second_factor.enrol(who.account_id)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = visited.page
        await visited.open(f"/sign-in#{await entry.operators_code(who)}")
        await page.get_by_role("button", name="登录", exact=True).click()
        await expect(page.get_by_label("验证码或恢复码")).to_be_visible()
        await visited.open(path)
        await expect(page.get_by_role("link", name="继续登录")).to_be_visible()
        await visited.look(f"unproven{path.replace('/', '-')}", kept)
        assert await visited.small_targets() == []
        await page.get_by_role("link", name="继续登录").click()
        await page.get_by_label("验证码或恢复码").fill(second_factor.code())
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="同意并继续").click()
        await page.wait_for_url(f"**{path}")
        await expect(page.get_by_role("link", name=role)).to_be_visible()
        await expect(page.get_by_role("link", name="继续登录")).to_have_count(0)
