"""A reason that is being typed: kept for its step and its thing, until it is sent, cancelled, or the session ends."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from services.db import database
from tests.evidence.visits import losing, visit
from tests.town import signals, wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")


async def test_a_reason_outlives_a_reload_and_no_cancelling(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    assert world.a.staff
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.sign_in(world.a.staff)
        await page.get_by_role("link", name="联户长", exact=True).click()
        await page.get_by_role("link", name=re.compile("赵联户")).click()
        dialog, suspend = page.get_by_role("dialog"), page.get_by_role("button", name="暂停", exact=True)
        await suspend.click()
        await expect(dialog.get_by_label("原因")).to_have_value("")
        await dialog.get_by_label("原因").fill("正在核实")
        await visited.keeps_something_of("reason:HeadSuspend:")
        await page.reload()
        await suspend.click()
        await expect(dialog.get_by_label("原因")).to_have_value("正在核实")
        await visited.look("desk-reason", kept)
        assert await visited.small_targets() == []

        await page.goto(f"{server.url}/desk#heads")
        await page.reload()
        await page.get_by_role("link", name=re.compile("钱联户")).click()
        await suspend.click()
        await expect(dialog.get_by_label("原因")).to_have_value("")
        await dialog.get_by_label("原因").fill("另一位")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await suspend.click()
        await expect(dialog.get_by_label("原因")).to_have_value("")
        await dialog.get_by_role("button", name="关闭").click()

        await page.goto(f"{server.url}/desk#heads")
        await page.reload()
        await page.get_by_role("link", name=re.compile("赵联户")).click()
        await suspend.click()
        await expect(dialog.get_by_label("原因")).to_have_value("正在核实")
        await dialog.get_by_role("button", name=re.compile("暂停")).click()
        await expect(page.get_by_role("link", name=re.compile("赵联户 已暂停"))).to_be_visible()
        await visited.keeps_nothing_of("reason:")

        await page.get_by_role("button", name="办理离任").click()
        await dialog.get_by_label("原因").fill("搬走了")
        await visited.keeps_something_of("reason:HeadLeave:")
        await page.reload()
        await page.get_by_role("button", name="办理离任").click()
        await expect(dialog.get_by_label("原因")).to_have_value("搬走了")
        await visited.reload()
        await page.get_by_role("button", name="退出").click()
        await page.wait_for_url(f"{server.url}/")
        await visited.keeps_nothing_of("reason:")
    rows = await database.fetch("SELECT state_reason FROM household_heads WHERE suspended_at IS NOT NULL")
    assert [row["state_reason"] for row in rows] == ["正在核实"]


async def test_an_unanswered_reason_is_sent_again_under_its_number(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await wishes.rated(api, world.a)
    await signals.flagged(world.a)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.sign_in_with_factor(world.admin)
        await page.get_by_role("link", name=re.compile("提示")).first.click()
        await page.get_by_role("link", name=re.compile("一户与一人心愿集中")).click()
        dialog = page.get_by_role("dialog")
        await page.get_by_role("button", name=re.compile("收回积分")).click()
        await dialog.get_by_label("原因").fill("并未办理")
        async with losing(visited, "PointsReverse", arrives=False) as lost:
            await dialog.get_by_role("button", name="收回积分").click()
            await lost.wait()
            await page.reload()
        await page.get_by_role("button", name=re.compile("收回积分")).click()
        await expect(dialog.get_by_label("原因")).to_have_value("并未办理")
        await expect(dialog.get_by_label("原因")).not_to_be_editable()
        await expect(dialog.get_by_text("没有得到答复")).to_be_visible()
        await visited.look("admin-reason-unanswered", kept)
        await dialog.get_by_role("button", name="关闭").click()
        await visited.keeps_something_of("reason:PointsReverse:")
        await page.get_by_role("button", name=re.compile("收回积分")).click()
        await dialog.get_by_role("button", name="再试一次").click()
        await expect(page.get_by_text("已收回").first).to_be_visible()
        await visited.keeps_nothing_of("reason:")
    assert await database.fetch_value("SELECT count(*) FROM requests WHERE operation = 'pointsReverse'") == 1
