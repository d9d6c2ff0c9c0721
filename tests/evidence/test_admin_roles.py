"""/admin in a browser: who works for the district, given and ended by an administrator; and shops found by name."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from models.accounts import Membership
from models.enums import Role
from services.db import database
from tests.evidence.visits import Visit, losing, visit
from tests.town.roles import PHONE
from tests.town.servers import Server
from tests.town.world import Person, World, shop, viewer

pytestmark = pytest.mark.usefixtures("work")


async def at_roles(visited: Visit, who: Person) -> Page:
    """Somebody at /admin, at the roles."""
    await visited.sign_in_with_factor(who)
    await visited.page.get_by_role("navigation", name="管理").get_by_role("link", name="身份").click()
    await expect(visited.page.get_by_role("article").first).to_be_visible()
    return visited.page


@pytest.mark.parametrize("arrives", [True, False], ids=["done, the answer lost", "never arrived"])
async def test_a_grid_worker_comes_once_and_goes(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, arrives: bool
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_roles(visited, world.admin)
        listed, dialog = page.get_by_role("region", name="身份", exact=True), page.get_by_role("dialog")
        await expect(listed.get_by_role("article")).to_have_count(6)
        await visited.look("admin-roles", kept)
        assert await visited.small_targets() == []
        await expect(listed.get_by_text("区管理员和审计员由运维人员在服务器上任免")).to_be_visible()
        await expect(listed.get_by_role("button", name=re.compile("收回身份.*(管理员|审计员)$"))).to_have_count(0)

        await page.get_by_role("button", name="添加网格员或社区工作者").click()
        await dialog.get_by_role("button", name="添加", exact=True).click()
        await expect(dialog.get_by_label("网格", exact=True)).to_be_focused()
        await expect(dialog.get_by_text("请填写此项")).to_have_count(3)
        await visited.look("admin-role-give", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_label("街道").select_option(label="上海路街道")
        await dialog.get_by_label("社区", exact=True).select_option(label="A社区")
        await dialog.get_by_label("网格", exact=True).select_option(label="第一网格")
        await dialog.get_by_label("姓名").fill("冯网格")
        await dialog.get_by_label("手机号").fill("123")
        await dialog.get_by_role("button", name="添加", exact=True).click()
        await expect(dialog.get_by_label("手机号")).to_have_accessible_description(re.compile("11 位"))
        await dialog.get_by_label("手机号").fill(PHONE)
        async with losing(visited, "RoleGive", arrives=arrives) as lost:
            await dialog.get_by_role("button", name="添加", exact=True).click()
            await lost.wait()
            await page.reload()
        await page.get_by_role("button", name="添加网格员或社区工作者").click()
        await expect(dialog.get_by_label("姓名")).to_have_value("冯网格")
        await expect(dialog.get_by_label("姓名")).to_be_disabled()
        await expect(dialog.get_by_label("网格", exact=True).locator("option:checked")).to_have_text("第一网格")
        await dialog.get_by_role("button", name="再试一次").click()
        await expect(page.get_by_text("冯网格已是A社区第一网格的网格员")).to_be_visible()
        await expect(listed.get_by_role("article")).to_have_count(7)
        await visited.keeps_nothing_of("admin:role")

        await listed.get_by_role("combobox", name=re.compile("^身份")).select_option(label="网格员")
        await expect(listed.get_by_role("article")).to_have_count(3)
        await listed.get_by_label("街道").select_option(label="上海路街道")
        await listed.get_by_role("combobox", name=re.compile("^社区")).select_option(label="B社区")
        await expect(listed.get_by_role("article")).to_have_count(1)
        await listed.get_by_role("combobox", name=re.compile("^社区")).select_option(label="A社区")
        await listed.get_by_role("button", name="收回身份：A社区第一网格网格员冯网格").click()
        await dialog.get_by_role("button", name="收回身份").click()
        await expect(dialog.get_by_label("原因")).to_have_accessible_description("请填写此项")
        await dialog.get_by_label("原因").fill("调离本区")
        await dialog.get_by_role("button", name="收回身份").click()
        await expect(page.get_by_text("已收回")).to_be_visible()
        await expect(listed.get_by_role("article")).to_have_count(1)
    rows = await Membership.filter(role=Role.GRID_WORKER, end_reason="调离本区")
    assert len(rows) == 1 and rows[0].revoked_at
    assert await database.fetch_value("SELECT count(*) FROM accounts WHERE display_name = '冯网格'") == 1


async def test_community_staff_are_given_their_community(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_roles(visited, world.admin)
        dialog = page.get_by_role("dialog")
        await page.get_by_role("button", name="添加网格员或社区工作者").click()
        await dialog.get_by_label("社区工作者").check()
        await expect(dialog.get_by_label("网格", exact=True)).to_have_count(0)
        await dialog.get_by_label("街道").select_option(label="上海路街道")
        await dialog.get_by_label("社区", exact=True).select_option(label="B社区")
        await dialog.get_by_label("姓名").fill("冯社工")
        await dialog.get_by_label("手机号").fill(PHONE)
        await dialog.get_by_role("button", name="添加", exact=True).click()
        await expect(page.get_by_text("冯社工已是B社区的社区工作者")).to_be_visible()
    (row,) = await Membership.filter(role=Role.COMMUNITY_STAFF, granted_by_id=world.admin.account_id)
    assert row.area_id == world.b.community.id


async def test_an_auditor_reads_roles_and_changes_none(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_roles(visited, world.auditor)
        await expect(page.get_by_role("article")).to_have_count(6)
        await expect(page.get_by_role("button", name=re.compile("添加|收回"))).to_have_count(0)
    assert world.a.worker and (await viewer(world.a.worker)).worker_paths


async def test_a_shop_is_found_by_its_name(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    for name in ("刘记面馆", "刘记修表"):
        await shop(world.b.community, name)
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        await page.get_by_role("link", name="店铺", exact=True).click()
        listed, sought = page.get_by_role("region", name="店铺", exact=True), page.get_by_label("查店铺")
        await expect(listed.get_by_role("link")).to_have_count(4)
        await sought.fill("刘记")
        await page.keyboard.press("Enter")
        await expect(listed.get_by_role("link")).to_have_count(2)
        await visited.look("admin-shops", kept)
        assert await visited.small_targets() == []
        await expect(sought).to_have_value("刘记")
        await sought.fill("面馆")
        await page.get_by_role("button", name="查找").click()
        await expect(listed.get_by_text("请核对，或写店名的开头")).to_be_visible()
        await sought.fill("")
        await expect(listed.get_by_role("link")).to_have_count(4)
