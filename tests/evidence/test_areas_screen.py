"""Areas compared, at /desk and /admin, and the points of an area month by month, in a browser."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from models.enums import AreaKind
from services.kit import clock
from tests.evidence.visits import Visit, visit
from tests.town import areas, points, till
from tests.town import servers as processes
from tests.town import world as making
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")

AXIS = "svg.ranges circle"


async def busy(world: World) -> None:
    """Two grids in A, one of them above what chance makes; a community beside it with hardly a wish."""
    a = world.a
    quiet = await making.area(a.community, AreaKind.GRID, "g2", "第二网格")
    await areas.housed(a.grid.id, 997)
    await areas.housed(quiet.id, 3_000)
    _, elsewhere = await areas.community(world.district, "q", "清溪社区", 3_000)
    now = clock.now()
    await areas.granted(world, a.grid.id, 40, now)
    await areas.granted(world, quiet.id, 28, now)
    await areas.granted(world, elsewhere.id, 4, now)
    await areas.granted(world, elsewhere.id, 9, now - timedelta(days=370))


async def at_tab(visited: Visit, navigation: str, tab: str) -> Page:
    await visited.page.get_by_role("navigation", name=navigation).get_by_role("link", name=tab).click()
    return visited.page


async def test_staff_see_their_grids_and_what_all_are_told(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await busy(world)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(world.a.staff)
        page = await at_tab(visited, "工作台", "对比")
        board = page.get_by_role("region", name="A社区的网格")
        await expect(board.get_by_text("A社区 68 个心愿，4000 户，每千户 17 个")).to_be_visible()
        rows = board.get_by_role("listitem")
        await expect(rows).to_have_count(2)
        await expect(rows.nth(0)).to_contain_text("第一网格高于")
        await expect(rows.nth(0)).to_contain_text("40 个心愿 · 该有 17，偶然范围 7–28 · 上期 0 · 1000 户")
        await expect(rows.nth(1)).to_contain_text("第二网格低于")
        await visited.look("desk-areas", kept)
        assert await visited.small_targets() == []
        await expect(board.get_by_role("button", name="下一期")).to_be_disabled()
        await board.get_by_role("button", name="上一期").click()
        await expect(board.get_by_text("A社区 0 个心愿")).to_be_visible()
        await board.get_by_role("button", name="下一期").click()
        await expect(rows.nth(0)).to_contain_text("高于")
        await board.get_by_label("周期").select_option("全部")
        await expect(board.get_by_role("button", name="上一期")).to_have_count(0)
        await expect(rows.nth(0)).to_contain_text("40 个心愿")
        await expect(rows.nth(0)).not_to_contain_text("上期")

        await board.get_by_label("比较").select_option("全区的社区")
        district = page.get_by_role("region", name="全区的社区")
        own = district.get_by_role("listitem").filter(has_text="A社区")
        await expect(own).to_contain_text("68 个心愿")
        other = district.get_by_role("listitem").filter(has_text="清溪社区")
        await expect(other).to_have_text("清溪社区相近3000 户")
        await expect(other.locator(AXIS)).to_have_count(0)
        await visited.look("desk-areas-district", kept)
        await page.get_by_role("button", name="大字").click()
        await visited.look("desk-areas-large", kept)


async def test_the_next_window_is_by_the_clock_of_the_server(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.page.clock.install(time=clock.now() + timedelta(days=800))
        await visited.sign_in(world.a.staff)
        page = await at_tab(visited, "工作台", "对比")
        board = page.get_by_role("region", name="A社区的网格")
        await expect(board.get_by_role("button", name="下一期")).to_be_disabled()


async def test_a_grid_worker_is_not_offered_it(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(world.a.worker)
        await expect(visited.page.get_by_role("link", name="联户长")).to_be_visible()
        await expect(visited.page.get_by_role("link", name="对比")).to_have_count(0)


async def test_an_administrator_sees_all_and_the_points_of_each(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await busy(world)
    await points.award(world.a, at=clock.now())
    await till.redeemed(api, world.a)
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = await at_tab(visited, "管理", "区域")
        board = page.get_by_role("region", name="各社区与全区相比")
        await expect(board.get_by_role("listitem").filter(has_text="清溪社区")).to_contain_text("低于")
        names = await board.get_by_role("listitem").locator("b").all_text_contents()
        assert names == sorted(names) == ["A社区", "B社区", "清溪社区"], "by name"
        await visited.look("admin-areas", kept)
        assert await visited.small_targets() == []
        await board.get_by_role("link", name=re.compile("^A社区")).click()
        one = page.get_by_role("region", name="这个区域")
        await expect(one.get_by_role("heading", name="A社区的积分")).to_be_focused()
        await expect(one).to_contain_text("发放25 分")
        await expect(one).to_contain_text("核销花掉10 分")
        await expect(one).to_contain_text("还没花掉15 分：可用 15，待入账 0，占用 0")
        await expect(one).to_contain_text("用过优惠1 人，占 50%")
        grids = page.get_by_role("region", name="其中的网格")
        await expect(grids.get_by_role("listitem")).to_have_count(2)
        await visited.look("admin-area", kept)
        assert await visited.small_targets() == []
        await one.get_by_role("button", name="上个月").click()
        await expect(one).to_contain_text("发放0 分")
        await expect(one).to_contain_text("还没花掉15 分")
        await one.get_by_role("button", name="下个月").click()
        await expect(one).to_contain_text("发放25 分")
        await expect(one.get_by_role("button", name="下个月")).to_be_disabled()
        await visited.context.set_offline(True)
        visited.cut = True
        await one.get_by_role("button", name="上个月").click()
        await expect(one.get_by_role("alert")).to_contain_text("网络不通")
        await visited.context.set_offline(False)
        await expect(one).to_contain_text("发放0 分")
        await visited.open("/admin#areas")
        await page.get_by_role("link", name="全区的积分收支").click()
        await expect(one.get_by_role("heading", name="汇川区的积分")).to_be_visible()
        await expect(grids).to_have_count(0)


async def test_where_nothing_but_trusted_documents_runs(
    world: World, database_url: str, browser: Browser, tmp_path: Path
) -> None:
    await busy(world)
    server = await asyncio.to_thread(
        processes.start, database_url, tmp_path / "log", TRUSTED_DOCUMENTS="only", GRAPHIQL="false"
    )
    try:
        async with visit(browser, server.url) as visited:
            await visited.sign_in_with_factor(world.auditor)
            for place in ("areas", "area/all"):
                await visited.open(f"/admin#{place}")
                await expect(visited.page.get_by_text("正在打开…")).to_have_count(0)
                await expect(visited.page.get_by_text("清溪社区")).to_be_visible()
                assert await visited.page.get_by_role("alert").filter(has_text=re.compile(".")).count() == 0, place
    finally:
        server.stop()
