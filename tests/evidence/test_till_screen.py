"""/till in a browser: from the code to the day; with reloads and lost answers, each sale counted once."""

import asyncio
import contextlib
import json
import re
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Page, Route, expect

from models.enums import Role
from schema.graph import ids
from services.db import database
from tests.evidence.visits import SLOW, Visit, holding, is_asked, losing, visit
from tests.town import points, story, till
from tests.town import servers as processes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.till import Phone
from tests.town.world import World, grant

pytestmark = pytest.mark.usefixtures("work")

CONFIRMED = "SELECT count(*) FROM redemptions WHERE state = 'CONFIRMED'"


async def at_the_till(visited: Visit, world: World, *, known: bool = False) -> Page:
    """The cashier of A's shop, signed in, with nothing entered yet. `known`: who has agreed to the notice before."""
    assert world.a.cashier
    await visited.sign_in(world.a.cashier, known=known)
    await expect(visited.page.get_by_label("优惠码")).to_be_focused()
    return visited.page


async def tap(page: Page, keys: str) -> None:
    """Press keys of the screen's own keypad."""
    for key in keys:
        await (
            page.get_by_role("group", name="数字键盘")
            .get_by_role("button", name={".": "小数点"}.get(key, key), exact=True)
            .click()
        )


async def prepare(page: Page, phone: Phone, bill: str = "88") -> None:
    """Tap a short code and a bill, up to the amount to take."""
    await tap(page, phone.short())
    await expect(page.get_by_label("消费金额（元）")).to_be_focused()
    await tap(page, bill)
    await page.get_by_role("button", name="看应付金额").click()
    await expect(page.get_by_role("heading", name="请收款")).to_be_focused()


def confirm(page: Page) -> Any:
    return page.get_by_role("button", name="已收款，确认核销")


async def done(page: Page) -> None:
    await expect(page.get_by_role("heading", name="核销成功")).to_be_visible()


async def test_from_the_code_to_the_day(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await visited.look("till-entry", kept)
        assert await visited.small_targets() == []
        await page.get_by_role("button", name="大字").click()
        await visited.look("till-large", kept)
        await page.get_by_role("button", name="大字").click()
        phone = await till.phone(api, rich.a)
        good = till.checked("1234567890")
        await tap(page, good[:-1] + str((int(good[-1]) + 1) % 10))
        await page.get_by_role("button", name="看应付金额").click()
        await expect(page.get_by_text("这 11 位数字有误，请核对")).to_be_visible()
        await page.get_by_label("优惠码").fill("")
        await prepare(page, phone)
        card = page.get_by_role("region", name="请收款")
        await expect(card).to_contain_text("70.40")
        await expect(card).to_contain_text("赵**")
        await expect(card).to_contain_text("全场八折")
        await visited.look("till-prepared", kept)

        await page.get_by_role("button", name="改金额").click()
        await expect(page.get_by_label("消费金额（元）")).to_have_value("88")
        await page.get_by_label("消费金额（元）").fill("100.5")
        await page.keyboard.press("Enter")
        await expect(card).to_contain_text("80.40")
        await confirm(page).click()
        await done(page)
        await visited.look("till-done", kept)
        day = page.get_by_role("region", name="今天")
        await expect(day).to_contain_text("80.40")
        await visited.keeps("device", "token")  # nothing is under way any more

        await page.get_by_role("button", name="撤销这一笔").click()
        await visited.look("till-revoke", kept)
        await page.get_by_role("dialog").get_by_role("button", name="撤销", exact=True).click()
        await expect(page.get_by_text("请写明原因")).to_be_visible()
        await page.get_by_role("button", name="金额输错").click()
        await page.get_by_role("dialog").get_by_role("button", name="撤销", exact=True).click()
        await expect(page.get_by_role("heading", name="已撤销")).to_be_visible()
        await expect(day).to_contain_text("金额输错")
        await page.get_by_role("button", name="下一位").click()
        await expect(page.get_by_label("优惠码")).to_be_focused()
        await visited.look("till-day", kept)
    assert await database.fetch_value("SELECT state FROM redemptions") == "REVOKED"


async def test_a_scanner_that_types(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        for head, bill in ((0, "88"), (1, "50")):
            phone = await till.phone(api, rich.a, head)
            code = phone.qr()
            await page.keyboard.type(code)
            await page.keyboard.press("Enter")
            await expect(page.get_by_label("优惠码")).to_have_value(code)
            await expect(page.get_by_label("消费金额（元）")).to_be_focused()
            await page.keyboard.type(bill)
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("heading", name="请收款")).to_be_focused()
            await page.keyboard.press("Enter")  # a scanner's, too early
            await expect(confirm(page)).to_be_visible()
            await confirm(page).click()
            await done(page)  # and the next customer's code is scanned at once
    assert await database.fetch_value(CONFIRMED) == 2


async def test_a_scanner_that_types_behind_what_stands_there(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """Some digits, or the last customer's code: what was scanned last counts."""
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        other, phone = [await till.phone(api, rich.a, head) for head in (1, 0)]
        await page.keyboard.type("123" + other.qr())
        await expect(page.get_by_label("消费金额（元）")).to_be_focused()
        await page.get_by_label("优惠码").focus()
        await page.keyboard.press("End")
        await page.keyboard.type(phone.qr())
        await expect(page.get_by_label("优惠码")).to_have_value(phone.qr())
        await page.keyboard.type("88")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("region", name="请收款")).to_contain_text("赵**")


@pytest.mark.parametrize("typed", ["88。5", "８８．５"])
async def test_a_bill_from_a_chinese_keyboard(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, typed: str
) -> None:
    """Its point is a point: a bill is not ten times what was typed."""
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await page.keyboard.type((await till.phone(api, rich.a)).qr())
        for key in typed:
            await page.keyboard.insert_text(key)
        await expect(page.get_by_label("消费金额（元）")).to_have_value("88.5")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("region", name="请收款")).to_contain_text("¥88.50")


async def test_a_days_rows_stand_under_its_own_name(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """On a network that stalls: another day is said to be opened, not shown with the rows of this one; what comes too
    late is not put under it either."""
    (server,), (api,) = servers(1), apis(1)
    await points.give_points(rich.a.heads[0].id, 1000)
    for _ in range(21):
        await till.redeemed(api, rich.a)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        rows = page.get_by_role("button", name=re.compile("^撤销 "))
        await expect(rows).to_have_count(20)
        async with holding(visited, "ShopDay") as asked:
            await page.get_by_role("button", name="更多").click()
            await asked.wait()
            await page.get_by_role("button", name="前一天").click()
            await expect(rows).to_have_count(0)
            await expect(page.get_by_text("正在打开…")).to_be_visible()
        await expect(page.get_by_text("还没有核销")).to_be_visible()
        await page.get_by_role("button", name="后一天").click()
        await expect(rows).to_have_count(20)
        await page.get_by_role("button", name="更多").click()
        await expect(rows).to_have_count(21)
        await till.redeemed(api, rich.a)
        await expect(rows).to_have_count(21)  # the newest of them, as many as before
        await expect(page.get_by_role("button", name="更多")).to_be_visible()


async def test_a_reload_between_prepare_and_confirm(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await prepare(page, await till.phone(api, rich.a))
        await page.reload()
        await expect(page.get_by_role("region", name="请收款")).to_contain_text("70.40")
        await confirm(page).click()
        await done(page)
    assert await database.fetch_value(CONFIRMED) == 1


@pytest.mark.parametrize("arrives", [True, False], ids=["done, the answer lost", "never arrived"])
async def test_a_lost_answer_and_a_reload(
    rich: World,
    servers: Callable[[int], list[Server]],
    apis: Callable[[int], list[Api]],
    browser: Browser,
    kept: Path,
    arrives: bool,
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await prepare(page, await till.phone(api, rich.a))
        async with losing(visited, "RedemptionConfirm", arrives=arrives) as lost:
            await confirm(page).click()
            await lost.wait()
            await expect(page.get_by_text("请不要重新收款")).to_be_visible()
            await visited.look("till-retrying", kept)
            assert await database.fetch_value(CONFIRMED) == arrives
            await page.reload()  # before another try can succeed
        await done(page)
        await expect(page.get_by_role("region", name="今天")).to_contain_text("70.40")
        await visited.keeps("device", "token")
    assert await database.fetch_value(CONFIRMED) == 1


async def test_an_answer_that_decides_nothing(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    nothing = {"errors": [{"message": "请再试", "extensions": {"code": "PERSISTED_DOCUMENT_NOT_FOUND"}}]}

    async def lose(route: Route) -> None:
        await (route.fulfill(json=nothing) if is_asked(route, "RedemptionConfirm") else route.continue_())

    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await prepare(page, await till.phone(api, rich.a))
        await page.route("**/graphql", lose)
        await confirm(page).click()
        await expect(page.get_by_text("还不知道成了没有：请再试")).to_be_visible()
        assert len(await visited.kept()) == 3, "what was written down stays"
        await page.unroute("**/graphql")
        await page.get_by_role("button", name="再试一次").click()
        await done(page)
    assert await database.fetch_value(CONFIRMED) == 1


async def test_the_network_comes_back_without_a_reload(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await prepare(page, await till.phone(api, rich.a))
        visited.cut = True
        await visited.context.set_offline(True)
        await expect(page.get_by_text("没有网络")).to_be_visible()
        assert await visited.amiss() == []
        await confirm(page).click()
        await expect(page.get_by_text("请不要重新收款")).to_be_visible()
        await visited.context.set_offline(False)
        await done(page)
    assert await database.fetch_value(CONFIRMED) == 1


async def test_a_till_that_could_not_be_opened_is_tried_again(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        async with losing(visited, "MyShops", arrives=False):
            await page.reload()
            await expect(page.get_by_role("alert")).to_contain_text("网络不通", timeout=20_000)
        await page.get_by_role("button", name="再试").click()
        await expect(page.get_by_label("优惠码")).to_be_focused()


async def test_what_another_till_does_shows_by_itself(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        day = page.get_by_role("region", name="今天")
        await expect(day).to_contain_text("还没有核销")
        phone = await till.phone(api, rich.a)
        prepared = till.token(await till.prepare(api, rich.a.cashier, phone.short()))
        await till.confirm(api, rich.a.cashier, prepared)
        await expect(day).to_contain_text("70.40")
        # The same pass again, within ten minutes: told so, with what was paid.
        await page.keyboard.type(phone.qr(1))
        await tap(page, "88")
        await page.get_by_role("button", name="看应付金额").click()
        await expect(page.get_by_role("alert").get_by_text("刚刚")).to_be_visible()
    assert await database.fetch_value(CONFIRMED) == 1


async def test_a_refusal_in_words_and_without_a_camera(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_the_till(visited, rich)
        phone = await till.phone(api, rich.a)
        await tap(page, phone.short())
        await tap(page, "5")
        await page.get_by_role("button", name="看应付金额").click()
        await expect(page.get_by_text(re.compile("最低消费|满"))).to_be_visible()
        await page.get_by_label("消费金额（元）").fill("")
        await page.get_by_label("优惠码").fill(phone.wrong_short())
        await tap(page, "88")
        await page.get_by_role("button", name="看应付金额").click()
        await expect(page.get_by_label("优惠码")).to_have_attribute("aria-invalid", "true")
        await visited.look("till-refused", kept)
        await page.get_by_role("button", name="扫码").click()
        await expect(page.get_by_role("dialog").get_by_text("也可以输入 11 位数字")).to_be_visible()
        await visited.look("till-scanner", kept)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.set_viewport_size({"width": 360, "height": 740})
        await page.get_by_role("button", name="明细").click()
        await expect(page.get_by_text("还没有核销")).to_be_visible()


async def test_who_works_in_two_shops(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    assert rich.a.cashier and rich.b.shop
    await grant(rich.a.cashier.account_id, Role.SHOP_STAFF, shop=rich.b.shop)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await prepare(page, await till.phone(api, rich.a))
        await expect(page.get_by_role("region", name="请收款")).to_contain_text("A小吃店")
        await confirm(page).click()
        await done(page)
        day = page.get_by_role("region", name="今天")
        await page.get_by_label("店铺").select_option("A小吃店")
        await expect(day).to_contain_text("70.40")
        await page.get_by_label("店铺").select_option("B小吃店")
        await expect(day).to_contain_text("还没有核销")


async def test_at_a_suspended_shop_nothing_is_entered(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    """Why not is said instead, until it is resumed; what was prepared before is decided all the same."""
    (server,), (api,) = servers(1), apis(1)
    assert rich.a.cashier and rich.a.shop
    shop = {"shopId": ids.make("Shop", rich.a.shop.id)}
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_the_till(visited, rich)
        await prepare(page, await till.phone(api, rich.a))
        await story.done(api, rich.admin, "ShopSuspend", **shop, reason="投诉核查")
        await page.reload()
        await confirm(page).click()
        await page.get_by_role("button", name="重新扫码").click()
        await expect(page.get_by_role("heading", name="暂时不能核销")).to_be_focused()
        await expect(page.get_by_text("已暂停合作：投诉核查")).to_be_visible()
        await expect(page.get_by_label("优惠码")).to_have_count(0)
        await visited.look("till-suspended", kept)
        assert await visited.small_targets() == []
        await story.done(api, rich.admin, "ShopResume", **shop)
        await page.get_by_role("button", name="再看一次").click()
        await expect(page.get_by_label("优惠码")).to_be_focused()


async def test_at_one_of_two_shops_that_is_suspended(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    """One begins at the other; at this one it is said why not."""
    (server,), (api,) = servers(1), apis(1)
    assert rich.a.cashier and rich.a.shop and rich.b.shop
    await grant(rich.a.cashier.account_id, Role.SHOP_STAFF, shop=rich.b.shop)
    await story.done(api, rich.admin, "ShopSuspend", shopId=ids.make("Shop", rich.a.shop.id), reason="投诉核查")
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await expect(page.get_by_label("店铺").locator("option:checked")).to_have_text("B小吃店")
        await page.get_by_label("店铺").select_option("A小吃店")
        await expect(page.get_by_text("A小吃店已暂停合作：投诉核查。在别的店收银，请在上面换店铺。")).to_be_visible()
        await expect(page.get_by_label("优惠码")).to_have_count(0)
        await visited.look("till-suspended-one", kept)
        await page.get_by_label("店铺").select_option("B小吃店")
        await expect(page.get_by_label("优惠码")).to_be_focused()


async def test_where_nothing_but_trusted_documents_runs(
    rich: World, database_url: str, apis: Callable[[int], list[Api]], browser: Browser, tmp_path: Path
) -> None:
    (api,) = apis(1)
    for turn, mode in enumerate(("only", "off")):
        server = await asyncio.to_thread(
            processes.start, database_url, tmp_path / mode, TRUSTED_DOCUMENTS=mode, GRAPHIQL="false"
        )
        try:
            async with visit(browser, server.url) as visited:
                page = await at_the_till(visited, rich, known=turn > 0)
                await prepare(page, await till.phone(api, rich.a, turn))
                await confirm(page).click()
                await done(page)
        finally:
            server.stop()
    assert await database.fetch_value(CONFIRMED) == 2


async def test_the_first_paint_on_a_slow_phone(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    painted, usable = [], []
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_the_till(visited, rich)
        slow = await visited.context.new_cdp_session(page)
        await slow.send("Network.enable")
        await slow.send("Network.emulateNetworkConditions", SLOW)
        await slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        for _ in range(5):
            await slow.send("Network.clearBrowserCache")
            await page.reload()
            await expect(page.get_by_label("优惠码")).to_be_focused()
            usable.append(await page.evaluate("performance.now()"))
            painted.append(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    figures = {"painted_ms": sorted(map(round, painted)), "usable_ms": sorted(map(round, usable))}
    (kept / "first_paint.json").write_text(json.dumps(figures))
    assert statistics.median(painted) <= 1500, figures


async def newer(route: Route) -> None:
    """As a server of another build answers."""
    with contextlib.suppress(Error):  # the page is left before it has its answer
        answer = await route.fetch()
        await route.fulfill(response=answer, headers={**answer.headers, "x-build": "0123456789abcdef"})


async def test_no_dialog_is_closed_by_a_newer_server(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """Nothing is entered, and yet a reason is being typed: the page is loaded anew once that is over."""
    (server,), (api,) = servers(1), apis(1)
    await till.redeemed(api, rich.a)
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await page.get_by_role("button", name=re.compile("^撤销 ")).click()
        await page.get_by_label("原因").fill("金额")
        await page.route("**/graphql", newer)
        await till.redeemed(api, rich.a)  # it is told of it, and reads the day again
        await expect(page.get_by_text("系统已更新，请刷新")).to_be_visible()
        await expect(page.get_by_label("原因")).to_have_value("金额")
        async with page.expect_event("load"):
            await page.get_by_role("button", name="关闭").click()


async def test_a_newer_server_is_told_of_and_taken_when_idle(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    loads: list[str] = []
    async with visit(browser, server.url) as visited:
        page = await at_the_till(visited, rich)
        await prepare(page, await till.phone(api, rich.a))
        page.on("load", lambda _: loads.append("load"))
        await page.route("**/graphql", newer)
        await confirm(page).click()
        await done(page)
        await expect(page.get_by_text("系统已更新，请刷新")).to_be_visible()
        assert loads == [], "something is under way"
        async with page.expect_event("load"):
            await page.get_by_role("button", name="下一位").click()
        await expect(page.get_by_label("优惠码")).to_be_focused()
        await expect(page.get_by_text("系统已更新，请刷新")).to_be_visible()
        assert await visited.amiss() == []
        assert loads == ["load"], "once, whatever comes after"
