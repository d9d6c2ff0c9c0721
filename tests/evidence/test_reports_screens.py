"""In a browser: a head thanks with one tap, prints a service record, and a stranger checks it; an owner reads the month
and leaves the list of thanks; the wall names who gave."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from models.enums import ThankWord
from services.db import database
from services.kit import clock
from services.kit.business_days import statement_day_of
from tests.evidence.visits import losing, visit
from tests.town import points, reports, till, wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")


async def test_a_thanks_with_one_tap_though_its_answer_is_lost(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await till.redeemed(api, rich.a)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        await visited.sign_in(rich.a.head_people[0])
        page = visited.page
        news = page.get_by_role("status").filter(has_text="已核销")
        thanks = news.get_by_role("group", name="谢谢A小吃店")
        await expect(thanks.get_by_role("button")).to_have_text(["快捷", "热心", "实惠"])
        await visited.look("reports-thank", kept)
        assert await visited.small_targets() == []
        async with losing(visited, "RedemptionThank", arrives=True) as lost:
            await thanks.get_by_role("button", name="热心").click()
            await lost.wait()
        await expect(page.get_by_text("店铺只看到每月合计")).to_be_visible()
        await expect(page.get_by_role("region", name="核销记录")).to_contain_text("已致谢：热心")
        await expect(page.get_by_role("group", name="谢谢A小吃店")).to_have_count(0)
        await page.reload()
        await expect(page.get_by_role("region", name="核销记录")).to_contain_text("已致谢：热心")
    assert await database.fetch("SELECT word FROM redemption_thanks") == [{"word": "KIND"}]


async def test_a_record_is_printed_and_a_stranger_checks_it(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await wishes.rated(api, rich.a, household=1)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(rich.a.head_people[0])
        page = visited.page
        await page.get_by_role("link", name="积分").click()
        await page.get_by_role("link", name="开服务证明").click()
        await page.get_by_label("从").fill("")
        await page.get_by_role("button", name="开具").click()
        await expect(page.get_by_role("alert").filter(has_text="请填写起止日期")).to_be_visible()
        await page.get_by_label("从").fill((clock.day_of(clock.now()) - timedelta(days=30)).isoformat())
        await page.get_by_role("button", name="开具").click()
        paper = page.get_by_role("article", name="服务证明")
        await expect(paper).to_contain_text(re.compile(r"办成微心愿 \d+ 件，服务 \d+ 户"))
        await visited.look("reports-record", kept)
        assert await visited.small_targets() == []
        address = await visited.scanned(paper.get_by_role("img", name="核验用的二维码"))
        assert address.startswith(f"{server.url}/check#")
        said = await paper.inner_text()

        await page.emulate_media(media="print", color_scheme="dark")
        await expect(paper).to_be_visible()
        for hidden in (page.get_by_role("button", name="打印"), page.get_by_role("banner"), page.get_by_label("从")):
            await expect(hidden).to_be_hidden()
        await page.screenshot(path=kept / "reports-record-print.png", full_page=True)
        await page.emulate_media(media="screen")
        await page.evaluate("window.print = () => { window.printed = true; }")
        await page.get_by_role("button", name="打印").click()
        assert await page.evaluate("window.printed")

    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as stranger:
        page = stranger.page
        await page.goto(address)
        await expect(page.get_by_role("heading", name="✓ 属实")).to_be_visible()
        checked = await page.get_by_role("article", name="服务证明").inner_text()
        assert said.startswith(checked), "the same, but for the code"
        await stranger.look("reports-check", kept)
        assert await stranger.small_targets() == []
        await database.execute("UPDATE household_heads SET name = '赵改名' WHERE id = $1", rich.a.heads[0].id)
        await page.get_by_role("button", name="核验").click()
        await expect(page.get_by_role("heading", name="开具后有变动")).to_be_visible()
        await page.get_by_label("核验码").fill(address[:-3] + "AAA")
        await page.get_by_role("button", name="核验").click()
        await expect(page.get_by_role("heading", name="查无此证明")).to_be_visible()
        await expect(page.get_by_role("article", name="服务证明")).to_have_count(0)
        await stranger.look("reports-not-ours", kept)
        await page.get_by_label("核验码").fill(" ")
        await page.get_by_role("button", name="核验").click()
        await expect(page.get_by_text("请扫证明上的二维码，或粘贴核验码")).to_be_visible()
        async with losing(stranger, "ServiceRecordVerify", arrives=False) as lost:
            await page.get_by_label("核验码").fill(address)
            await page.get_by_role("button", name="核验").click()
            await lost.wait()
        await expect(page.get_by_role("heading", name="开具后有变动")).to_be_visible()


async def test_an_owner_reads_the_month_and_leaves_the_list(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    a = rich.a
    assert a.shop and a.cashier
    today = statement_day_of(clock.now())
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=10)
    for number, head in enumerate(await reports.heads_of(a, 9)):
        await reports.thanked(a, head, last + timedelta(days=number), [*ThankWord][number % 2])
    await reports.redemption(a, a.heads[0].id, last - timedelta(days=40))
    await reports.redemption(a, a.heads[0].id, today)
    await database.execute("UPDATE shops SET closed_through = $1", today - timedelta(days=1))
    await points.give_points(a.heads[0].id, 10)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(a.cashier)
        page = visited.page
        await page.get_by_role("link", name="管店").click()
        await page.get_by_role("navigation", name="店铺").get_by_role("link", name="报告").click()
        shown = page.get_by_role("region", name="店铺资料")
        await expect(shown).to_contain_text("核销9 笔")
        await expect(shown).to_contain_text("来过的联户长9")
        await expect(shown).to_contain_text("少于 5 位联户长：领了没用的优惠码")
        await expect(shown).to_contain_text("能推算出来的也不显示")
        await expect(shown).not_to_contain_text("第一次来")
        await expect(page.get_by_role("region", name="按优惠")).to_contain_text("全场八折")
        await visited.look("reports-month", kept)
        assert await visited.small_targets() == []
        await page.get_by_label("哪个月").fill(today.isoformat()[:7])
        await expect(shown).to_contain_text("等这个月结清后显示")
        await expect(shown).not_to_contain_text("来过的联户长")
        await page.get_by_label("哪个月").fill("2020-01")
        await expect(page.get_by_role("region", name="按优惠")).to_contain_text("这个月没有核销")

        async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as passer_by:
            wall = passer_by.page.get_by_role("region", name="红城星店鸣谢")
            await passer_by.open("/wall")
            await expect(wall.get_by_role("listitem")).to_have_text([re.compile("A小吃店")])
            await passer_by.look("reports-wall", kept)

            await page.get_by_role("link", name="资料", exact=True).click()
            await page.get_by_role("button", name="修改资料").click()
            await page.get_by_role("checkbox", name=re.compile("鸣谢")).uncheck()
            await page.get_by_label("营业时间").fill("08:00-20:00")
            await page.get_by_role("button", name="保存").click()
            await expect(page.get_by_text("已保存")).to_be_visible()
            await expect(shown).to_contain_text("08:00-20:00")
            await expect(page.get_by_role("dialog")).to_have_count(0)
            await page.get_by_role("button", name="修改资料").click()
            await expect(page.get_by_role("checkbox", name=re.compile("鸣谢"))).not_to_be_checked()
            await passer_by.page.reload()
            await expect(passer_by.page.get_by_role("main")).to_be_visible()
            await expect(wall).to_have_count(0)
