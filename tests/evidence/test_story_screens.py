"""The story by clicking alone, from a wish to the board: each person at a browser of their own, two tills at once.

With SIZE=full the network is lost at each step as well: before the server hears of it, and after it has answered.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from models.enums import Role
from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.evidence.visits import Visit, losing, visit
from tests.town.points import award
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World, head, person

pytestmark = pytest.mark.usefixtures("work")

TITLE = "水龙头漏水"
SOON = 30_000  # milliseconds: a lost answer is asked for again, and the wall waits some seconds
CUTS = size(short=["whole"], full=["whole", "never arrived", "the answer lost"])


@asynccontextmanager
async def cut(visited: Visit, name: str, how: str) -> AsyncIterator[None]:
    """What is clicked in here asks by this document; then the network is there again."""
    if how == "whole":
        yield
        return
    async with losing(visited, name, arrives=how == "the answer lost") as lost:
        yield
        await asyncio.wait_for(lost.wait(), PATIENCE_SECONDS)


class Town:
    """Who takes part, each at a screen."""

    def __init__(self, world: World, how: str, visits: dict[str, Visit]) -> None:
        self.world, self.how, self._visits = world, how, visits

    def at(self, who: str) -> Page:
        return self._visits[who].page

    def cut(self, who: str, name: str) -> Any:
        return cut(self._visits[who], name, self.how)

    async def open(self) -> None:
        """Everybody signs in, and the wall is switched on."""
        a = self.world.a
        second = await person("第二位店员", Role.SHOP_STAFF, shop=a.shop)
        came = {"resident": a.residents[0], "staff": a.staff, "head": a.head_people[0], "till": a.cashier}
        for who, account in came.items():
            assert account
            await self._visits[who].sign_in(account)
        await self._visits["second till"].sign_in(second)
        await self._visits["wall"].open(f"/wall?area={ids.make('Area', a.community.id)}&period=month")


async def submit(town: Town) -> None:
    page = town.at("resident")
    await page.get_by_role("button", name="点单", exact=True).click()
    form = page.get_by_role("dialog", name="点单")
    await form.get_by_role("radio", name="维修").check()
    await form.get_by_label("一句话说明").fill(TITLE)
    async with town.cut("resident", "WishSubmit"):
        await form.get_by_role("button", name="点单", exact=True).click()
    row = page.get_by_role("region", name="我家的心愿").get_by_role("link", name=TITLE)
    await expect(row).to_contain_text("等社区派单", timeout=SOON)


async def dispatch(town: Town) -> None:
    page = town.at("staff")
    await page.get_by_role("region", name="心愿列表").get_by_role("link", name=TITLE).click()
    async with town.cut("staff", "WishDispatch"):
        await page.get_by_role("button", name="派单给 赵联户").click()
    await expect(page.get_by_text("已派给 赵联户")).to_be_visible(timeout=SOON)


async def accept_and_complete(town: Town) -> None:
    page = town.at("head")
    await page.get_by_role("navigation", name="联户长").get_by_role("link", name="心愿").click()
    listed = page.get_by_role("region", name="我的心愿单").get_by_role("listitem")
    async with town.cut("head", "WishAccept"):
        await listed.get_by_role("button", name="接单").click()
    await expect(listed).to_contain_text("正在办", timeout=SOON)
    await listed.get_by_role("link").click()
    opened = page.get_by_role("region", name="心愿", exact=True)
    await opened.get_by_role("button", name="办结", exact=True).click()
    await page.get_by_label("办得怎样").fill("换了垫圈")
    async with town.cut("head", "WishComplete"):
        await page.get_by_role("dialog").get_by_role("button", name="办结", exact=True).click()
    await expect(opened).to_contain_text("等住户评单", timeout=SOON)


async def rate(town: Town) -> None:
    page = town.at("resident")
    due = page.get_by_role("region", name="请评单")
    await due.get_by_role("radio", name="5 星").check()
    async with town.cut("resident", "WishRate"):
        await due.get_by_role("button", name="评单", exact=True).click()
    await expect(due).to_have_count(0, timeout=SOON)
    await expect(town.at("head").get_by_text(re.compile(r"积分 \d+ 分，已入账"))).to_be_visible(timeout=SOON)


async def take_a_pass(town: Town) -> str:
    """The short code that the head's phone shows."""
    page = town.at("head")
    await page.get_by_role("navigation", name="联户长").get_by_role("link", name="优惠").click()
    offer = page.get_by_role("region", name="领优惠码").locator(".offer").filter(has_text="全场八折").first
    async with town.cut("head", "PassIssue"):
        await offer.get_by_role("button", name="领取").click()
    digits = page.get_by_role("img", name="短码")
    await expect(digits).to_be_visible(timeout=SOON)
    return re.sub(r"\s", "", await digits.inner_text())


async def redeem(town: Town, code: str) -> None:
    """At two tills at once: one of them has it, and the other is told so."""

    async def prepare(who: str) -> Page:
        page = town.at(who)
        await page.get_by_label("优惠码").fill(code)
        await page.get_by_label("消费金额（元）").fill("88")
        async with town.cut(who, "RedemptionPrepare"):
            await page.get_by_role("button", name="看应付金额").click()
        return page

    pages = await asyncio.gather(prepare("till"), prepare("second till"))
    confirming = [page.get_by_role("button", name="已收款，确认核销") for page in pages]
    for page, confirm in zip(pages, confirming, strict=True):
        await expect(confirm.or_(page.get_by_text("正在另一收银台核销"))).to_be_visible(timeout=SOON)
    held = [await one.is_visible() for one in confirming]
    assert sorted(held) == [False, True], "one till alone has the pass"
    has = held.index(True)
    async with town.cut(("till", "second till")[has], "RedemptionConfirm"):
        await confirming[has].click()
    await expect(pages[has].get_by_role("heading", name="核销成功")).to_be_visible(timeout=SOON)
    said = town.at("head").get_by_role("status").filter(has_text="已核销")
    await expect(said).to_contain_text("省了 ¥17.60", timeout=SOON)


@pytest.mark.parametrize("how", CUTS)
async def test_the_story_by_clicking_alone(
    rich: World, servers: Callable[[int], list[Server]], browser: Browser, how: str
) -> None:
    (server,) = servers(1)
    for number in range(5):
        one = await head(rich.a.grid, f"{chr(0x4E00 + number)}联户")
        await award(rich.a, at=clock.now(), head=one, household=1)
    names = ("resident", "staff", "head", "till", "second till", "wall")
    async with AsyncExitStack() as open_:
        visits = {name: await open_.enter_async_context(visit(browser, server.url)) for name in names}
        town = Town(rich, how, visits)
        await town.open()
        places = town.at("wall").get_by_role("list", name="名次").get_by_role("listitem")
        await expect(places).to_have_count(5)
        await submit(town)
        await dispatch(town)
        await accept_and_complete(town)
        await rate(town)
        await expect(places).to_have_count(6, timeout=SOON)
        await redeem(town, await take_a_pass(town))
    steps = await database.fetch(
        "SELECT e.action FROM wish_events e JOIN wishes w ON w.id = e.wish_id WHERE w.title = $1 ORDER BY e.number",
        TITLE,
    )
    assert [row["action"] for row in steps] == ["SUBMIT", "DISPATCH", "ACCEPT", "COMPLETE", "RATE"], "each once"
    for counted in ("passes", "redemptions WHERE state = 'CONFIRMED'"):
        assert await database.fetch_value(f"SELECT count(*) FROM {counted}") == 1, counted
