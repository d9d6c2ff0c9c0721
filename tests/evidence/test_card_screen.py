"""/card in a browser: a pass from its discount to its thanks; codes that redeem without a network and by a wrong clock;
nothing left of who has signed out. Wishes and points: test_card_wishes_screen.py."""

import asyncio
import json
import re
import statistics
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, Locator, Page, expect

from schema.http import assets, pages
from services.db import database
from services.kit import clock
from tests.evidence.visits import SLOW, Visit, losing, visit
from tests.town import servers as processes
from tests.town import till
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")

PASSES = "SELECT count(*) FROM passes"
CONFIRMED = "SELECT count(*) FROM redemptions WHERE state = 'CONFIRMED'"
TEN_MINUTES = timedelta(minutes=10)
# Positions as devices say them, and on the map: as published with other programs of this conversion.
MAPPED = {
    (31.1774276, 121.5272106): (31.17530398364597, 121.531541859215),
    (22.543847, 113.912316): (22.540796131694766, 113.9171764808363),
    (39.911954, 116.377817): (39.91334545536069, 116.38404722455657),
}


async def at_the_card(visited: Visit, world: World, head: int = 0, *, known: bool = False) -> Page:
    """A head of A, signed in, with the offers on the screen. `known`: who has agreed to the notice before."""
    await visited.sign_in(world.a.head_people[head], known=known)
    await expect(offer(visited.page)).to_be_visible()
    return visited.page


def offer(page: Page) -> Locator:
    return page.get_by_role("region", name="领优惠码").locator(".offer").filter(has_text="全场八折").first


def digits(page: Page) -> Locator:
    return page.get_by_role("img", name="短码")


async def take(page: Page) -> None:
    """Take a pass for 八折, up to its codes on the screen."""
    await offer(page).get_by_role("button", name="领取").click()
    await expect(digits(page)).to_be_visible()


async def short_on(page: Page) -> str:
    return re.sub(r"\s", "", await digits(page).inner_text())


async def qr_on(page: Page) -> str:
    """What a scanner reads from the screen."""
    (text,) = till.read_png(await page.screenshot())
    return text


async def cut_off(visited: Visit) -> None:
    visited.cut = True
    await visited.context.set_offline(True)


async def test_from_a_discount_to_its_thanks(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_the_card(visited, rich)
        await visited.look("card-empty", kept)
        assert await visited.small_targets() == []
        await take(page)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.set_viewport_size({"width": 360, "height": 740})
            assert (await qr_on(page)).startswith("XD1."), f"to be read in the {scheme}"
        await visited.look("card-pass", kept)
        assert await visited.small_targets() == []
        await expect(offer(page).get_by_role("link", name="出示")).to_be_visible()

        prepared = till.token(await till.prepare(api, rich.a.cashier, await qr_on(page)))
        await till.confirm(api, rich.a.cashier, prepared)
        said = page.get_by_role("status").filter(has_text="已核销")
        await expect(said).to_contain_text("省了 ¥17.60")
        await expect(said).to_contain_text("应付 ¥70.40，用了 10 分")
        await expect(digits(page)).to_have_count(0)
        await visited.look("card-redeemed", kept)
        await visited.keeps_nothing_of("pass:")
        await said.get_by_role("button", name="提出异议").click()
        await page.get_by_role("dialog").get_by_role("button", name="不是我本人").click()
        await visited.look("card-dispute", kept)
        await page.get_by_role("dialog").get_by_role("button", name="提出异议", exact=True).click()
        await expect(page.get_by_role("region", name="核销记录")).to_contain_text("已提出异议")
        await said.get_by_role("button", name="知道了").click()
        await expect(said).to_have_count(0)
        await page.reload()
        await expect(page.get_by_role("region", name="核销记录")).to_contain_text("70.40")
        await expect(said).to_have_count(0)
    assert await database.fetch_value("SELECT state FROM disputes") == "OPEN"


@pytest.mark.parametrize(("ahead", "read"), [(90, short_on), (-90, qr_on)], ids=["90 s fast, typed", "slow, scanned"])
async def test_codes_redeem_offline_by_a_wrong_clock(
    rich: World,
    servers: Callable[[int], list[Server]],
    api: Api,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    ahead: int,
    read: Callable[[Page], Awaitable[str]],
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.page.clock.install(time=datetime.now(UTC) + timedelta(seconds=ahead))
        page = await at_the_card(visited, rich)
        await take(page)
        await visited.keeps_its_page()
        await cut_off(visited)
        await page.reload()
        await expect(page.get_by_text("优惠码照常能用")).to_be_visible()
        await expect(digits(page)).to_be_visible()
        assert await visited.amiss() == []
        first = await short_on(page)
        await page.clock.fast_forward(TEN_MINUTES // timedelta(milliseconds=1))
        await expect(digits(page)).not_to_have_accessible_name(f"短码 {' '.join(first)}")
        code = await read(page)
        # The same ten minutes at the till, which has a network.
        now = clock.now
        monkeypatch.setattr(clock, "now", lambda: now() + TEN_MINUTES)
        prepared = till.token(await till.prepare(api, rich.a.cashier, code))
        assert (await till.confirm(api, rich.a.cashier, prepared))["errors"] == []
    assert await database.fetch_value(CONFIRMED) == 1


async def test_a_redemption_offline_is_told_when_it_is_back(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_card(visited, rich)
        await take(page)
        await cut_off(visited)
        prepared = till.token(await till.prepare(api, rich.a.cashier, await short_on(page)))
        await till.confirm(api, rich.a.cashier, prepared)
        await expect(digits(page)).to_be_visible()
        await visited.context.set_offline(False)
        await expect(page.get_by_text("已核销，省了 ¥17.60")).to_be_visible()
        await expect(digits(page)).to_have_count(0)


@pytest.mark.parametrize("arrives", [True, False], ids=["done, the answer lost", "never arrived"])
async def test_a_lost_answer_and_a_reload_take_one(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, arrives: bool
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_card(visited, rich)
        async with losing(visited, "PassIssue", arrives=arrives) as lost:
            await offer(page).get_by_role("button", name="领取").click()
            await lost.wait()
            await expect(page.get_by_text("只算一次")).to_be_visible()
            await visited.look("card-retrying", kept)
            assert await database.fetch_value(PASSES) == arrives
            await page.reload()
        await expect(digits(page)).to_be_visible()
        await visited.keeps_nothing_of("card:taking")
    assert await database.fetch_value(PASSES) == 1


async def test_what_was_taken_once_is_not_taken_anew(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_card(visited, rich)
        async with losing(visited, "PassIssue", arrives=True) as lost:
            await offer(page).get_by_role("button", name="领取").click()
            await lost.wait()
            await database.execute("UPDATE passes SET state = 'CANCELLED', ended_at = now()")
            await page.reload()
        await expect(offer(page).get_by_text("这张码已经用过或取消，请再领一次")).to_be_visible()
        assert await database.fetch_value(PASSES) == 1
        await take(page)
    assert await database.fetch_value(PASSES) == 2


async def test_a_pass_is_cancelled_and_another_one_chosen(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        await till.phone(api, rich.a)
        await till.phone(api, rich.a, discount=rich.b.discount)
        page = await at_the_card(visited, rich)
        chosen = page.get_by_role("navigation", name="出示哪一张")
        await expect(chosen.locator("[aria-current]")).to_contain_text("B小吃店")
        await chosen.get_by_role("link", name="A小吃店").click()
        shown = page.get_by_role("region", name="全场八折")
        await expect(shown).to_contain_text("A小吃店")
        await visited.look("card-two", kept)
        assert await visited.small_targets() == []
        await shown.get_by_role("button", name="取消这张码").click()
        await visited.look("card-cancel", kept)
        await page.get_by_role("dialog").get_by_role("button", name="取消这张码").click()
        await expect(shown).to_contain_text("B小吃店")
        await expect(chosen).to_have_count(0)
    assert await database.fetch_value("SELECT count(*) FROM passes WHERE state = 'CANCELLED'") == 1


async def test_who_signs_out_leaves_nothing(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_card(visited, rich)
        await take(page)
        await visited.keeps_its_page()
        assert {"token", "viewer"} < {*await visited.kept()} and any(
            key.startswith("pass:") for key in await visited.kept()
        )
        visited.cut = True  # what is under way is answered 401
        await page.get_by_role("button", name="退出").click()
        await page.wait_for_url(f"{server.url}/")
        await expect(page.get_by_role("link", name=re.compile("^登录"))).to_be_visible()
        await visited.keeps("device")
        assert await page.evaluate("caches.keys()") == []
        # Who comes next has the page without a network again.
        await at_the_card(visited, rich, 1)
        await visited.keeps_its_page()


async def test_a_revocation_met_later_leaves_nothing(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_card(visited, rich)
        await take(page)
        await visited.keeps_its_page()
        await cut_off(visited)
        await database.execute("UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL")
        await page.reload()
        await expect(digits(page)).to_be_visible()
        await visited.look("card-offline", kept)
        await visited.context.set_offline(False)
        await expect(page.get_by_text("登录已结束，请重新登录")).to_be_visible()
        await visited.keeps("device")
        assert await page.evaluate("caches.keys()") == []


async def test_a_new_build_is_seen_and_the_till_never_kept(
    rich: World, database_url: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = processes.free_port()
    monkeypatch.setattr(processes, "free_port", lambda: port)
    servers = []

    async def start(name: str, mode: str) -> Server:
        """With documents by id or by text, which makes another build."""
        servers.append(await asyncio.to_thread(processes.start, database_url, tmp_path / name, TRUSTED_DOCUMENTS=mode))
        return servers[-1]

    try:
        first = await start("first", "only")
        async with visit(browser, first.url) as visited:
            page = await at_the_card(visited, rich)
            await take(page)
            await visited.keeps_its_page()
            builds = [await page.locator("html").get_attribute("data-build")]
            visited.cut = True
            first.stop()
            other = await visited.context.new_page()
            for path in ("/till", "/home", "/"):
                with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
                    await other.goto(visited.origin + path)
            await visited.open("/card")  # nobody answers
            await expect(digits(page)).to_be_visible()
            await start("second", "off")
            with suppress(Error):  # told that the server is newer, the page may be opening itself at this moment
                await visited.open("/card")
            await expect(page.locator("html")).not_to_have_attribute("data-build", str(builds[0]))
            await expect(digits(page)).to_be_visible()
            builds.append(await page.locator("html").get_attribute("data-build"))
            await visited.keeps_its_page()
            servers[-1].stop()
            await page.reload()
            await expect(digits(page)).to_be_visible()
            assert await page.locator("html").get_attribute("data-build") == builds[1]
    finally:
        for one in servers:
            one.stop()


async def test_where_there_is_no_service_worker(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.page.add_init_script("delete Navigator.prototype.serviceWorker; delete globalThis.caches;")
        page = await at_the_card(visited, rich)
        await take(page)
        await page.reload()
        await expect(digits(page)).to_be_visible()
        visited.cut = True  # what is under way is answered 401
        await page.get_by_role("button", name="退出").click()
        await page.wait_for_url(f"{server.url}/")
        await visited.keeps("device")


async def test_what_bars_is_told_before_the_tap(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    here = {"latitude": 27.7308, "longitude": 106.9168}  # as a device says it
    async with visit(browser, server.url, geolocation=here, permissions=["geolocation"]) as visited:
        page = await at_the_card(visited, world)
        await expect(offer(page)).to_contain_text("可用积分不足：需要 10 分，现有 0 分")
        await expect(offer(page).get_by_role("button")).to_have_count(0)
        script = assets.hashed(*pages.sources(pages.documents(by_id=True), pages.NODE_MODULES))["card/here.js"].url
        for (latitude, longitude), mapped in MAPPED.items():
            found = await page.evaluate(
                f"import('{script}').then((one) => one.mapped({{latitude: {latitude}, longitude: {longitude}}}))"
            )
            assert (found["latitude"], found["longitude"]) == pytest.approx(mapped, abs=1e-5), "a metre"
        await page.get_by_role("button", name="离我近的在前").click()
        near = page.get_by_role("region", name="领优惠码")
        await expect(near.get_by_role("heading").nth(1)).to_have_text(re.compile(r"小吃店 · [\d.]+ (米|公里)"))
        await visited.look("card-barred", kept)
        await page.get_by_role("button", name="现在能用的").click()
        await expect(near).to_contain_text("现在没有您能用的优惠")
        assert await visited.amiss() == []


async def test_what_can_be_taken_before_its_hours(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    soon = clock.local(clock.now() + timedelta(hours=2))
    await database.execute(
        "UPDATE discounts SET from_minute = $2, until_minute = $3 WHERE id = $1",
        rich.a.discount.id,
        soon.hour * 60,
        soon.hour * 60 + 59,
    )
    async with visit(browser, server.url) as visited:
        page = await at_the_card(visited, rich)
        barred = page.locator(".offer").filter(has_text="起可以")
        await expect(barred).to_contain_text(f"{soon.hour:02}:00 起可以")
        await barred.get_by_role("button", name="领取").click()
        await expect(digits(page)).to_be_visible()


async def test_large_type_and_who_is_no_head(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_the_card(visited, rich)
        await page.get_by_role("button", name="大字").click()
        await take(page)
        await visited.look("card-large", kept)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(rich.a.residents[0])
        await visited.open("/card")
        await expect(visited.page.get_by_role("heading", name="这里给联户长用")).to_be_visible()
        assert await visited.amiss() == []


async def test_the_first_paint_on_a_slow_phone(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    painted, usable = [], []
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_the_card(visited, rich)
        await take(page)
        slow = await visited.context.new_cdp_session(page)
        await slow.send("Network.enable")
        await slow.send("Network.setBypassServiceWorker", {"bypass": True})  # as a first visit
        await slow.send("Network.emulateNetworkConditions", SLOW)
        await slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        for _ in range(5):
            await slow.send("Network.clearBrowserCache")
            await page.reload()
            await expect(digits(page)).to_be_visible()
            usable.append(await page.evaluate("performance.now()"))
            painted.append(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    figures = {"painted_ms": sorted(map(round, painted)), "usable_ms": sorted(map(round, usable))}
    (kept / "card_first_paint.json").write_text(json.dumps(figures))
    assert statistics.median(painted) <= 1500, figures
