"""/wall in a browser where nobody is signed in: it moves with ratings, lives without a network, and does not grow."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from models.enums import NominationState, SeasonState
from models.people import HouseholdHead
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.live import outbox
from tests.evidence.visits import Visit, visit
from tests.town import honours, till, wishes
from tests.town import servers as processes
from tests.town.documents import Api
from tests.town.points import award, give_points
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.world import World, head

pytestmark = pytest.mark.usefixtures("work")

WALLS = {"landscape": (1920, 1080, 10), "portrait": (1080, 1920, 20)}
SOON = 30_000  # milliseconds until a change is shown: seconds of delay, and a machine that is busy
MINUTE = 60_000
CHANGES = size(200, 3600)
WARMING, TEN_A_SECOND = 50, 0.1
NODES = "document.querySelectorAll('*').length"
MAX_GROWTH_BYTES = 512 * 1024


async def scored(world: World, count: int) -> None:
    """So many more heads of A, each with a wish that was rated; every third has two, so that places are shared."""
    for number in range(count):
        one = await head(world.a.grid, f"{chr(0x4E00 + number)}联户")
        for household in (0, 1) if number % 3 == 0 else (0,):
            await award(world.a, at=clock.now(), head=one, household=household)


def address(world: World, **more: str) -> str:
    found = {"area": ids.make("Area", world.a.community.id), **more}
    return "/wall?" + "&".join(f"{name}={value}" for name, value in found.items())


def places(page: Page) -> object:
    return page.get_by_role("list", name="名次").get_by_role("listitem")


async def on(visited: Visit, path: str, count: int) -> Page:
    """The wall at this address, with so many places on it."""
    await visited.open(path)
    await expect(places(visited.page)).to_have_count(count)
    return visited.page


async def fits(page: Page) -> bool:
    """Whether all of the page is in its window."""
    return bool(
        await page.evaluate("""() => { const all = document.documentElement;
        return all.scrollHeight <= innerHeight && all.scrollWidth <= innerWidth; }""")
    )


async def test_a_rating_moves_the_wall(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await scored(world, 6)
    async with visit(browser, server.url) as visited:
        page = await on(visited, address(world, period="week"), 6)
        await expect(page.get_by_role("heading", name="A社区 积分周榜")).to_be_visible()
        await expect(page.get_by_text("6 位联户长在榜上")).to_be_visible()
        ranks = [re.sub(r"\D", "", text) for text in await page.locator(".rank").all_inner_texts()]
        assert ranks == ["1", "1", "3", "3", "3", "3"]
        assert await page.get_by_text("赵**").count() == 0
        await wishes.rated(api, world.a)
        await expect(places(page)).to_have_count(7, timeout=SOON)
        await expect(places(page).filter(has_text="赵**")).to_contain_text("25 分")
        assert "赵联户" not in await page.content()
        await visited.keeps("wall")  # the public board


async def test_ten_minutes_without_a_network(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await scored(world, 6)
    async with visit(browser, server.url) as visited:
        await visited.page.clock.install()
        page = await on(visited, address(world), 6)
        visited.cut = True
        await visited.context.set_offline(True)
        said = page.get_by_role("status").filter(has_text=re.compile(r"没有网络。这是 \d\d:\d\d 的榜单"))
        await expect(said).to_be_visible()
        await scored(world, 1)
        for _ in range(10):
            await page.clock.fast_forward(MINUTE)
        await expect(page.get_by_text(re.compile(r"(没有网络|网络不通)。这是 \d\d:\d\d 的榜单"))).to_be_visible()
        await expect(places(page)).to_have_count(6)
        await visited.look("wall-without-network", kept)
        await visited.context.set_offline(False)
        await expect(places(page)).to_have_count(7, timeout=SOON)
        await expect(page.get_by_text("恢复后自动更新")).to_have_count(0)


async def test_it_is_switched_on_without_a_network(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await scored(world, 6)
    async with visit(browser, server.url) as visited:
        page = await on(visited, address(world), 6)
        await visited.keeps_its_page()
        await visited.keeps("wall")
        await page.close()
        visited.cut = True
        await visited.context.set_offline(True)
        page = visited.page = await visited.context.new_page()
        await on(visited, address(world), 6)
        await expect(page.get_by_text(re.compile(r"(没有网络|网络不通)。这是 \d\d:\d\d 的榜单"))).to_be_visible()
        await visited.look("wall-kept", kept)
        for other in (address(world, period="week"), "/wall"):  # nothing is kept of these
            await visited.open(other)
            await expect(page.get_by_text(re.compile("(没有网络|网络不通)。恢复后自动更新"))).to_be_visible()
            await expect(places(page)).to_have_count(0)
        await visited.look("wall-switched-on", kept)
        await visited.open(address(world, period="week"))
        await visited.context.set_offline(False)
        await expect(page.get_by_role("heading", name="A社区 积分周榜")).to_be_visible(timeout=SOON)
        await expect(places(page)).to_have_count(6)


@database.transactional
async def changes(world: World) -> None:
    outbox.leaderboard_changed(world.a.heads[0].id, world.a.grid.path, None)


async def heap(visited: Visit) -> int:
    """The bytes that the page's objects take, without what is garbage."""
    session = await visited.context.new_cdp_session(visited.page)
    await session.send("HeapProfiler.collectGarbage")
    used = await session.send("Runtime.getHeapUsage")
    await session.detach()
    return int(used["usedSize"])


async def test_it_does_not_grow_with_changes(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await scored(world, 10)
    asked: list[str] = []
    async with visit(browser, server.url) as visited:
        page = await on(visited, address(world, period="month"), 10)
        page.on("request", lambda request: asked.append(request.url))

        async def change(count: int) -> None:
            for _ in range(count):
                await changes(world)
                await asyncio.sleep(TEN_A_SECOND)

        await page.get_by_role("button", name="停住").click()  # what turns is made anew
        await change(WARMING)
        nodes, rows = await page.evaluate(NODES), await page.query_selector_all(".place")
        bytes_before = await heap(visited)
        await change(CHANGES)
        figures = {"changes": CHANGES, "reads": len(asked), "heap_bytes": [bytes_before, await heap(visited)]}
        (kept / "wall.json").write_text(json.dumps(figures))
        before = await page.locator(".places").inner_text()
        leader = await HouseholdHead.filter(grid=world.a.grid, opted_in_at__isnull=False).order_by("-id").first()
        await award(world.a, at=clock.now(), head=leader, household=2)
        await expect(page.locator(".places")).not_to_have_text(before, use_inner_text=True, timeout=SOON)
        assert await page.evaluate(NODES) == nodes
        assert all([await row.evaluate("one => one.isConnected") for row in rows]), "rows stay, whoever is in them"
    assert figures["heap_bytes"][1] - bytes_before <= MAX_GROWTH_BYTES, figures
    assert 0 < len(asked) <= (WARMING + CHANGES) * TEN_A_SECOND, "far fewer than there were changes"


@pytest.mark.parametrize("wall", WALLS)
async def test_pages_turn_and_nothing_has_to_be_scrolled(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, wall: str
) -> None:
    (server,) = servers(1)
    width, height, rows = WALLS[wall]
    await scored(world, rows + 2)
    async with visit(browser, server.url, viewport={"width": width, "height": height}) as visited:
        await visited.page.clock.install()
        page = await on(visited, address(world), rows)
        await expect(page.get_by_role("heading", name="A社区 积分月榜")).to_be_visible()
        size_of_letters = await page.locator(".place .name").first.evaluate("one => getComputedStyle(one).fontSize")
        assert float(size_of_letters.removesuffix("px")) >= 38, "to be read from five metres"
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.screenshot(path=kept / f"wall-{wall}-{scheme}.png")
            assert await fits(page)
            assert await visited.amiss() == []
        assert await visited.small_targets() == []
        await page.clock.fast_forward(13_000)
        await expect(places(page)).to_have_count(2)
        await expect(page.get_by_text("第 2 页，共 2 页")).to_be_visible()
        await page.clock.fast_forward(13_000)
        await expect(page.get_by_role("heading", name="A社区 一起")).to_be_visible()
        assert await fits(page)
        week = page.get_by_role("heading", name="A社区 积分周榜")
        for _ in range(12):  # a request that is on its way loses its patience meanwhile, and then the month comes again
            await page.clock.fast_forward(13_000)
            await page.wait_for_timeout(500)
            if await week.is_visible():
                break
        await expect(week).to_be_visible()
        await expect(places(page)).to_have_count(rows)
        stop = page.get_by_role("button", name="停住")
        await stop.click()
        await expect(stop).to_have_attribute("aria-pressed", "true")
        shown = await page.get_by_text(re.compile("第 . 页，共 2 页")).inner_text()
        await page.clock.fast_forward(MINUTE)
        await expect(page.get_by_text(shown)).to_be_visible()


async def test_where_less_motion_is_wanted_pages_turn_at_once(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    await scored(world, 6)
    async with visit(browser, server.url, reduced_motion="reduce") as visited:
        await visited.page.clock.install()
        page = await on(visited, address(world), 6)
        name = "one => getComputedStyle(one).animationName"
        assert await page.locator(".places").evaluate(name) == "none"
        for name_of in ("一起", "积分周榜"):
            await page.clock.fast_forward(13_000)
            await expect(page.get_by_role("heading", name=f"A社区 {name_of}")).to_be_visible()
        await expect(page.get_by_role("heading", name="A社区 积分周榜")).to_be_visible()
        await page.emulate_media(reduced_motion="no-preference")
        assert await page.locator(".places").evaluate(name) in ("even", "odd")


# What has the focus each time that something is drawn in the dialog, before the next paint.
FOCUSED_AS_DRAWN = """() => {
    globalThis.focusedAsDrawn = [];
    const watch = { childList: true, subtree: true, characterData: true };
    new MutationObserver(() => focusedAsDrawn.push(document.activeElement.textContent))
        .observe(document.querySelector("dialog"), watch);
}"""


async def test_a_wall_of_no_area_asks_ever_more_seldom(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    """It may stand for days at an area that is gone: what is refused is not asked for again at once, and again."""
    (server,) = servers(1)
    sockets: list[str] = []
    async with visit(browser, server.url) as visited:
        page = visited.page
        page.on("websocket", lambda one: sockets.append(one.url))
        await page.clock.install()
        await visited.open("/wall?area=gone")
        missing = page.get_by_text("没有找到这个区域")
        await expect(missing).to_be_visible()
        for _ in range(120):  # seconds, of the page's own clock
            await page.clock.run_for(1000)
            await expect(missing).to_be_visible()
    assert 2 <= len(sockets) <= 13, len(sockets)


async def test_an_area_is_chosen_by_keyboard(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await scored(world, 6)
    async with visit(browser, server.url) as visited:
        await visited.context.add_init_script("delete URLSearchParams.prototype.size")  # as before 2023
        page = await on(visited, "/wall", 6)
        await expect(page.get_by_role("heading", name="汇川区 积分月榜")).to_be_visible()
        await visited.look("wall", kept)
        await page.get_by_role("button", name="换区域").press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("link", name="汇川区的榜单")).to_be_visible()
        await visited.look("wall-areas", kept)
        await page.evaluate(FOCUSED_AS_DRAWN)
        await dialog.get_by_role("listitem").get_by_role("button").first.press("Enter")
        await expect(dialog.get_by_role("button", name="上一级")).to_be_visible()
        await expect(dialog.get_by_role("link", name="B社区")).to_be_visible()
        assert (await page.evaluate("focusedAsDrawn"))[-1] == "上海路街道的榜单"  # a key pressed at once is not lost
        await dialog.get_by_role("link", name="B社区").press("Enter")
        await page.wait_for_url(re.compile("area="))
        await expect(page.get_by_role("heading", name="B社区 一起")).to_be_visible()


async def test_where_it_is_early_it_invites(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open(address(world, period="year"))
        await expect(page.get_by_text("今年的第一个微心愿，等您来点单")).to_be_visible()
        await expect(page.get_by_role("list", name="名次")).to_have_count(0)
        await visited.look("wall-early", kept)
        await visited.open("/wall?area=nowhere")
        await expect(page.get_by_text("没有找到这个区域")).to_be_visible()


async def test_a_board_of_few_says_what_they_did(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    await scored(world, 3)
    never = "网格和楼栋不公开名次"
    async with visit(browser, server.url) as visited:
        page = visited.page
        for area, why in ((world.a.community, "本周榜上有 3 位联户长得分，满 5 位就有名次"), (world.a.grid, never)):
            await visited.open(f"/wall?period=week&area={ids.make('Area', area.id)}")
            await expect(page.get_by_text(why)).to_be_visible()
            await expect(page.get_by_role("list", name="名次")).to_have_count(0)
        await scored(world, 3)
        await expect(page.get_by_text("网格和楼栋不公开名次")).to_be_visible(timeout=SOON)
        await visited.look("wall-grid", kept)


@pytest.mark.parametrize("wall", WALLS)
async def test_panels_turn(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser,
    kept: Path, wall: str,
) -> None:  # fmt: skip
    """The places, what was done together, the next period's; after the last the shops that gave something."""
    (server,), (api,) = servers(1), apis(1)
    await scored(world, 6)
    await give_points(world.a.heads[0].id, 100)
    await till.redeemed(api, world.a)
    width, height, _ = WALLS[wall]
    async with visit(browser, server.url, viewport={"width": width, "height": height}) as visited:
        await visited.page.clock.install()
        page = await on(visited, address(world, period="month"), 6)
        for again in range(2):
            await page.clock.fast_forward(13_000)
            together = page.get_by_role("region", name="本月，我们一起")
            await expect(together).to_contain_text(re.compile(r"8\s*件心愿办成了"))
            await expect(together).to_contain_text(re.compile(r"2\s*户邻居得到帮助"))
            await expect(together).to_contain_text(re.compile(r"6\s*位联户长出了力"))
            if not again:
                for scheme in ("light", "dark"):
                    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    await page.screenshot(path=kept / f"wall-together-{wall}-{scheme}.png")
                    assert await fits(page) and await visited.amiss() == []
            await page.clock.fast_forward(13_000)
            await expect(page.get_by_role("region", name="红城星店鸣谢")).to_contain_text("A小吃店")
            if not again:
                await page.screenshot(path=kept / f"wall-thanks-{wall}.png")
                assert await fits(page) and await visited.amiss() == []
            await page.clock.fast_forward(13_000)
            await expect(places(page)).to_have_count(6)


@pytest.mark.parametrize("wall", WALLS)
async def test_all_who_are_thanked_are_seen_where_it_is_sparse(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser,
    kept: Path, wall: str,
) -> None:  # fmt: skip
    """Some beside what was done together, one panel at a time; then all of them, page by page, none cut off: four pages
    in a round, the rest in the next."""
    (server,), (api,) = servers(1), apis(1)
    await scored(world, 3)
    await give_points(world.a.heads[0].id, 100)
    await till.redeemed(api, world.a)
    season = await honours.season(world.a.community, SeasonState.CONCLUDED, title="二〇二六年度" + "优秀联户长" * 6)
    heads = [await head(world.a.grid, f"{number:02}号联户长") for number in range(75)]
    for one in heads:
        await honours.nomination(season, NominationState.HONOURED, head=one)
    width, height, _ = WALLS[wall]
    async with visit(browser, server.url, viewport={"width": width, "height": height}) as visited:
        page = visited.page
        await page.clock.install()
        await visited.open(address(world, period="week"))
        thanked = page.get_by_role("region", name="致谢")
        seen: set[str] = set()
        for _ in range(9):
            await expect(page.get_by_role("heading", name=re.compile("A社区 (一起|鸣谢|致谢)"))).to_be_visible()
            assert await fits(page) and await visited.amiss() == []
            names = set(await thanked.locator("b").all_inner_texts()) if await thanked.count() else set()
            if await page.get_by_role("heading", name="A社区 一起").is_visible():
                await page.screenshot(path=kept / f"wall-sparse-{wall}.png")
                assert await page.locator(".thanks").count() == 1 and len(names) < len(heads)
            elif names:
                await page.screenshot(path=kept / f"wall-honours-{wall}-{len(seen)}.png")
                seen |= names
            await page.clock.fast_forward(13_000)
        assert seen == {one.name for one in heads}


@pytest.mark.parametrize("wall", WALLS)
async def test_a_published_list_is_on_the_wall(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, wall: str
) -> None:
    """While its notice runs, of the area and of those above; not what is over, nor who is on no list."""
    (server,) = servers(1)
    until = datetime(2099, 3, 9, tzinfo=clock.SHANGHAI)
    lists = [
        await honours.season(world.district, SeasonState.NOTICE, title="全区优秀联户长", notice_until=until),
        await honours.season(world.a.community, SeasonState.NOTICE, title="已满的一期"),
    ]
    for one, nominee in zip(lists, world.a.heads, strict=False):
        await honours.nomination(one, NominationState.SHORTLISTED, head=nominee)
    passed_over = await head(world.a.grid, "未列入的")
    await honours.nomination(lists[0], NominationState.PASSED_OVER, head=passed_over)
    width, height, _ = WALLS[wall]
    async with visit(browser, server.url, viewport={"width": width, "height": height}) as visited:
        page = visited.page
        await visited.open(address(world, period="week"))
        noticed = page.get_by_role("region", name="公示")
        await expect(noticed.get_by_role("listitem")).to_have_count(1)
        for words in (world.a.heads[0].name, "A社区 · 全区优秀联户长", "公示到 3月9日"):
            await expect(noticed).to_contain_text(words)
        await expect(noticed).to_contain_text("有异议的")
        await page.screenshot(path=kept / f"wall-notice-{wall}.png")
        assert await fits(page) and await visited.amiss() == []


async def test_in_a_hand_all_panels_are_there(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await scored(world, 6)
    await give_points(world.a.heads[0].id, 100)
    await till.redeemed(api, world.a)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await on(visited, address(world), 6)
        await expect(page.get_by_role("region", name="本月，我们一起")).to_be_visible()
        await expect(page.get_by_role("region", name="红城星店鸣谢")).to_be_visible()
        await visited.look("wall-hand", kept)


async def test_where_nothing_but_trusted_documents_runs(
    world: World, database_url: str, browser: Browser, tmp_path: Path
) -> None:
    await scored(world, 6)
    server = await asyncio.to_thread(
        processes.start, database_url, tmp_path / "log", TRUSTED_DOCUMENTS="only", GRAPHIQL="false"
    )
    try:
        async with visit(browser, server.url) as visited:
            page = await on(visited, address(world), 6)
            await scored(world, 1)
            await expect(places(page)).to_have_count(7, timeout=SOON)
    finally:
        server.stop()
