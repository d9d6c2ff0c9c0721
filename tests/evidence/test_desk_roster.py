"""Rosters at /desk in a browser: checked with the report beside the rows, the refused rows downloaded, imported once
whatever becomes of the answer."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.async_api import Browser, Page, expect

from services.db import database
from tests.evidence.visits import Visit, losing, visit
from tests.town import roster
from tests.town.servers import Server
from tests.town.world import World


async def at_roster(visited: Visit, world: World) -> Page:
    """Community staff, signed in, where rosters are imported."""
    assert world.a.staff
    await visited.sign_in(world.a.staff)
    await visited.page.get_by_role("navigation", name="工作台").get_by_role("link", name="名册").click()
    return visited.page


async def test_a_roster_is_checked_corrected_and_imported(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, tmp_path: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_roster(visited, world)
        field = page.get_by_label("名册文件")
        await visited.look("desk-roster", kept)
        assert await visited.small_targets() == []
        await field.set_input_files({"name": "住户.csv", "mimeType": "text/csv", "buffer": roster.BROKEN})
        await expect(page.get_by_role("heading", name="有 1 处问题，没有写入任何内容")).to_be_focused()
        table = page.get_by_role("table", name="问题")
        await expect(table).to_contain_text("手机号应为 11 位数字，请核对")
        await expect(page.get_by_role("button", name="导入", exact=True)).to_have_count(0)
        await visited.look("desk-refused", kept)
        assert await visited.small_targets() == []
        async with page.expect_download() as download:
            await page.get_by_role("link", name="下载有问题的行").click()
        made = await download.value
        assert made.suggested_filename == "名册-有问题的行.xlsx"
        await made.save_as(tmp_path / "refused.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "refused.xlsx").worksheets[0]
        cells = [cell.value for cell in sheet[2]]
        assert cells[0] == "2" and "1234567" in cells

        await field.set_input_files({"name": "住户.csv", "mimeType": "text/csv", "buffer": roster.CORRECTED})
        await expect(page.get_by_role("heading", name="检查过 1 行，没有问题")).to_be_focused()
        await visited.look("desk-checked", kept)
        assert await database.fetch_value("SELECT count(*) FROM households WHERE contact_name = '李大民'") == 0
        async with losing(visited, "RosterImport", arrives=True) as lost:
            await page.get_by_role("button", name="导入", exact=True).click()
            await lost.wait()
            await expect(page.get_by_text("同一份名册只算一次")).to_be_visible()
        await expect(page.get_by_role("heading", name="已导入 1 行")).to_be_focused()
        await expect(page.get_by_text("网络不通")).to_have_count(0)
        await field.set_input_files({"name": "大.csv", "mimeType": "text/csv", "buffer": b"a" * (1024 * 1024 + 1)})
        await expect(page.get_by_text("文件最大 1 MB")).to_be_visible()
        await visited.keeps("device", "token")
    assert await database.fetch_value("SELECT count(*) FROM households WHERE contact_name = '李大民'") == 1


async def test_a_reload_keeps_nothing_of_a_file(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_roster(visited, world)
        file = {"name": "住户.csv", "mimeType": "text/csv", "buffer": roster.BROKEN}
        await page.get_by_label("名册文件").set_input_files(file)  # type: ignore[arg-type]
        await expect(page.get_by_role("table", name="问题")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("button", name="选名册文件")).to_be_visible()
        await expect(page.get_by_role("table")).to_have_count(0)
        await visited.keeps("device", "token")


async def test_a_file_that_is_no_roster_is_refused(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_roster(visited, world)
        for content, said in ((b"", "文件是空的，请重新选择文件"), (b"%PDF-1.4", "这不是表格文件")):
            file = {"name": "x.xlsx", "mimeType": "application/pdf", "buffer": content}
            await page.get_by_label("名册文件").set_input_files(file)  # type: ignore[arg-type]
            await expect(page.get_by_text(said).first).to_be_visible()
        await expect(page.get_by_role("link", name="下载有问题的行")).to_have_count(0)
