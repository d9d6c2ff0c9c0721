"""我的数据, the dialog behind 我的登录: what one agreed to, all that is held as one file, the end of the account."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Download, Locator, Route, expect

from models.enums import ConsentKind
from services.consents import consents
from services.db import database
from tests.evidence.visits import Visit, is_asked, losing, visit
from tests.town import entry, notices, second_factor
from tests.town.entry import PHONE
from tests.town.providers import Town
from tests.town.servers import Server
from tests.town.world import World, another_session, viewer

pytestmark = pytest.mark.usefixtures("work")

SMALL = {"width": 360, "height": 740}


async def opened(visited: Visit) -> Locator:
    await visited.page.get_by_role("button", name="我的登录").click()
    await visited.page.get_by_role("dialog", name="我的登录").get_by_role("button", name="我的数据").click()
    return visited.page.get_by_role("dialog", name="我的数据")


async def saved(download: Download) -> dict[str, list[dict[str, Any]]]:
    """The rows of a saved export by section, each of which is whole."""
    assert download.suggested_filename.startswith("我的数据-") and download.suggested_filename.endswith(".json")
    sections = json.loads(await asyncio.to_thread(Path(await download.path()).read_text))["sections"]
    assert all(one["next"] is None and one["truncated"] is False for one in sections)
    return {one["name"]: one["rows"] for one in sections}


async def test_an_export_goes_on_where_it_was_cut(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,), resident = servers(1), world.a.residents[0]
    left = await notices.left(resident, 505)
    asked = 0

    async def cut_after_one(route: Route) -> None:
        nonlocal asked
        asked += is_asked(route, "PrivacyExport")
        await (route.abort() if asked > 1 and is_asked(route, "PrivacyExport") else route.continue_())

    async with visit(browser, server.url, viewport=SMALL) as visited:
        page = visited.page
        await visited.sign_in(resident)
        dialog = await opened(visited)
        visited.cut = True
        await page.route("**/graphql", cut_after_one)
        await dialog.get_by_role("button", name="导出", exact=True).click()
        await expect(dialog.get_by_role("alert").get_by_text("导出断了")).to_be_visible()
        await expect(dialog.get_by_text(re.compile(r"^已取到 5\d\d 条"))).to_be_visible()
        await visited.look("own-data-cut", kept)
        await page.unroute("**/graphql")
        await dialog.get_by_role("button", name="关闭").click()
        await expect(page.get_by_role("button", name="我的登录")).to_be_focused()
        dialog = await opened(visited)
        async with page.expect_download() as waiting:
            await dialog.get_by_role("button", name="接着导出").click()
        rows = await saved(await waiting.value)
        assert len({row["id"] for row in rows["notifications"]}) == len(rows["notifications"]) >= len(left)
        assert [row["displayName"] for row in rows["accounts"]] == [resident.name]
        await expect(dialog.get_by_text(f"共 {sum(map(len, rows.values()))} 条")).to_be_visible()
        await visited.look("own-data", kept)
        assert await visited.small_targets() == []
        async with page.expect_download() as waiting:
            await dialog.get_by_role("button", name="再存一次").click()
        assert await saved(await waiting.value) == rows
        await dialog.get_by_role("button", name="关闭").click()
        dialog = await opened(visited)
        await dialog.get_by_role("button", name="导出", exact=True).click()
        await expect(dialog.get_by_role("alert").get_by_text("刚刚导出过")).to_be_visible()


async def test_without_the_notice_all_sessions_end(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,), resident = servers(1), world.a.residents[0]
    await another_session(resident)
    await consents.give(await viewer(resident), ConsentKind.CARE_DETAILS, 1)
    async with visit(browser, server.url, viewport=SMALL) as visited:
        page = visited.page
        await visited.sign_in(resident)
        dialog = await opened(visited)
        await expect(dialog.get_by_role("listitem")).to_have_count(2)
        await dialog.get_by_role("button", name="撤回：照护信息的单独同意").click()
        asked = page.get_by_role("dialog", name="撤回照护信息的单独同意")
        await asked.get_by_role("button", name="关闭").click()
        await expect(dialog.get_by_role("button", name="撤回")).to_have_count(2)
        await dialog.get_by_role("button", name="撤回：照护信息的单独同意").click()
        await asked.get_by_role("button", name="撤回").click()
        await expect(dialog.get_by_role("button", name="撤回")).to_have_count(1)
        await dialog.get_by_role("button", name="撤回：隐私告知").click()
        asked = page.get_by_role("dialog", name="撤回隐私告知")
        await expect(asked.get_by_text("各处的登录全部退出")).to_be_visible()
        await visited.look("own-data-withdraw", kept)
        assert await visited.small_targets() == []
        await asked.get_by_role("button", name="撤回").click()
        await expect(page.get_by_text("登录已结束，请重新登录。")).to_be_visible()
        await visited.keeps("device")
        await visited.open("/home")
        await page.wait_for_url(lambda url: "/sign-in" in url)
    for table, ended in (("sessions", "revoked_at"), ("consents", "withdrawn_at")):
        standing = f"SELECT count(*) FROM {table} WHERE account_id = $1 AND {ended} IS NULL"
        assert await database.fetch_value(standing, resident.account_id) == 0, table


async def test_what_is_agreed_to_can_be_read_given_and_withdrawn(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """Each text in the version that was agreed to; one's own choice is given once it can be read, a lost answer or not,
    and taken back."""
    (server,), resident = servers(1), world.a.residents[0]
    async with visit(browser, server.url, viewport=SMALL) as visited:
        await visited.sign_in(resident)
        dialog = await opened(visited)
        notice = dialog.get_by_role("listitem").filter(has_text="隐私告知")
        care = dialog.get_by_role("listitem").filter(has_text="照护信息的单独同意")
        await notice.get_by_text("看同意的全文").click()
        await expect(notice.get_by_role("article", name="隐私告知，第 1 版")).to_contain_text("我们收集什么")
        await expect(care).to_contain_text("没有同意，由您自愿")
        give = care.get_by_role("button", name="同意：照护信息的单独同意")
        await expect(give).to_be_hidden()
        await care.get_by_text("看全文，再决定").click()
        await expect(care.get_by_role("article")).to_contain_text("您可以不同意")
        await visited.look("own-data-consents", kept)
        assert await visited.small_targets() == []
        async with losing(visited, "ConsentGive", arrives=True) as lost:
            await give.click()
            await lost.wait()
        await expect(care.get_by_role("button", name="撤回")).to_be_visible()
        await care.get_by_text("看同意的全文").click()
        await expect(care.get_by_role("article")).to_contain_text("您可以不同意")
        await care.get_by_role("button", name="撤回").click()
        asked = visited.page.get_by_role("dialog", name="撤回照护信息的单独同意")
        await asked.get_by_role("button", name="撤回").click()
        await expect(care).to_contain_text("撤回")
        await expect(care.get_by_text("看全文，再决定")).to_be_visible()
    stood = "SELECT array_agg(kind || (withdrawn_at IS NULL) ORDER BY id) FROM consents WHERE account_id = $1"
    assert await database.fetch_value(stood, resident.account_id) == ["PRIVACY_NOTICEtrue", "CARE_DETAILSfalse"]


async def test_an_account_is_closed_by_a_code_to_its_phone(
    world: World, texting: tuple[Server, Town], browser: Browser, kept: Path
) -> None:
    (server, town), resident = texting, world.a.residents[0]
    await entry.with_the_roster_phone(world.a.households[0].id)
    async with visit(browser, server.url, viewport=SMALL) as visited:
        page = visited.page
        await visited.sign_in(resident)
        await (await opened(visited)).get_by_role("button", name="注销账号").click()
        dialog = page.get_by_role("dialog", name="注销账号")
        await dialog.get_by_label("您登记的手机号").fill("123")
        await dialog.get_by_role("button", name="获取验证码").click()
        await expect(dialog.get_by_label("您登记的手机号")).to_be_focused()
        await visited.look("own-data-erase", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_label("您登记的手机号").fill(PHONE)
        await dialog.get_by_role("button", name="获取验证码").click()
        field = dialog.get_by_label("6 位验证码")
        code = await town.code_for(PHONE)
        await field.fill(str((int(code) + 1) % 1_000_000).zfill(6))
        await dialog.get_by_role("button", name="永久注销").click()
        await expect(dialog.get_by_text("验证码不对或已失效")).to_be_visible()
        await visited.look("own-data-erase-code", kept)
        await field.fill(code)
        await dialog.get_by_role("button", name="永久注销").click()
        await expect(page.get_by_text("账号已注销，您的资料已删除。")).to_be_visible()
        await visited.keeps("device")
    erased = "SELECT display_name FROM accounts WHERE id = $1 AND erased_at IS NOT NULL"
    assert await database.fetch_value(erased, resident.account_id) == "已注销"


async def test_a_bound_session_is_told_why_not(
    world: World, texting: tuple[Server, Town], browser: Browser, kept: Path
) -> None:
    """In place of what changes the account itself stands how it can be done; consents are one's own all the same."""
    (server, _), head = texting, world.a.head_people[0]
    shown = await entry.desk_code(head, world.a.community.id)
    async with visit(browser, server.url, viewport=SMALL) as visited:
        page = visited.page
        await visited.open(f"/sign-in#{shown}")
        await page.get_by_role("button", name="登录", exact=True).click()
        await visited.agree()
        await page.wait_for_url("**/card")
        await page.get_by_role("button", name="我的登录").click()
        dialog = page.get_by_role("dialog", name="我的登录")
        await expect(dialog.get_by_role("region", name="两步验证")).to_contain_text("用手机验证码登录后再办")
        await expect(dialog.get_by_role("button", name="设置两步验证")).to_have_count(0)
        await visited.look("own-sessions-bound", kept)
        await dialog.get_by_role("button", name="我的数据").click()
        dialog = page.get_by_role("dialog", name="我的数据")
        instead = dialog.get_by_role("region", name="导出我的数据、注销账号")
        await expect(instead).to_contain_text("用手机验证码登录后再办。收不到短信的，请到社区")
        await visited.look("own-data-bound", kept)
        assert await visited.small_targets() == []
        await expect(dialog.get_by_role("button", name=re.compile("导出|注销"))).to_have_count(0)
        await expect(dialog.get_by_role("button", name="撤回：隐私告知")).to_be_visible()


async def test_without_text_messages_no_code_is_offered(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """What would need one says what to do instead."""
    (server,), resident = servers(1), world.a.residents[0]
    async with visit(browser, server.url, viewport=SMALL) as visited:
        await visited.sign_in(resident)
        dialog = await opened(visited)
        end = dialog.get_by_role("region", name="注销账号")
        await expect(end).to_contain_text("请到社区当面申请注销")
        await expect(end.get_by_role("button")).to_have_count(0)
        await visited.look("own-data-no-texts", kept)


async def test_without_the_second_factor_it_is_shown_first(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """A session that is older than the second factor leads to it, and comes back to where it was."""
    (server,), resident = servers(1), world.a.residents[0]
    async with visit(browser, server.url, viewport=SMALL) as visited:
        page = visited.page
        await visited.sign_in(resident)
        await second_factor.enrol(resident.account_id)
        dialog = await opened(visited)
        onward = dialog.get_by_role("link", name="完成两步验证")
        await expect(onward).to_be_visible()
        await expect(dialog.get_by_role("button", name=re.compile("导出|注销"))).to_have_count(0)
        await visited.look("own-data-unproven", kept)
        assert await visited.small_targets() == []
        await onward.click()
        await page.get_by_label("验证码或恢复码").fill(second_factor.code())
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/home")
        dialog = await opened(visited)
        await expect(dialog.get_by_role("button", name="导出", exact=True)).to_be_visible()
        await expect(dialog.get_by_role("region", name="注销账号")).to_be_visible()
