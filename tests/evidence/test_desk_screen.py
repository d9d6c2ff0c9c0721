"""/desk in a browser: a wish dispatched, recalled and rated by call-back, told as it happens; what waits decided;
households and heads looked after; a roster checked, corrected and imported; nothing lost with an answer or a page."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from models.enums import Role
from schema.graph import ids
from services.db import database
from tests.evidence.visits import Visit, losing, visit
from tests.town import entry, roster, story, wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import Person, World, grant

pytestmark = pytest.mark.usefixtures("work")

TITLE = "水龙头漏水"
PHONE = {"viewport": {"width": 360, "height": 740}}


async def at_desk(visited: Visit, who: Person | None, tab: str = "") -> Page:
    """Somebody who works here, signed in, at a tab."""
    assert who
    await visited.sign_in(who)
    await expect(visited.page.get_by_role("navigation", name="工作台")).to_be_visible()
    if tab:
        await visited.page.get_by_role("navigation", name="工作台").get_by_role("link", name=tab).click()
    return visited.page


def listed(page: Page, title: str = TITLE) -> Locator:
    return page.get_by_role("region", name="心愿列表").get_by_role("link", name=title)


def opened(page: Page, name: str) -> Locator:
    """What is opened beside its list."""
    return page.locator("main > section").and_(page.get_by_role("region", name=name, exact=True))


async def test_a_wish_dispatched_recalled_and_rejected(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a, head = world.a, world.a.head_people[0]
    async with visit(browser, server.url) as visited:
        page = await at_desk(visited, a.staff)
        tab = page.get_by_role("navigation", name="工作台").get_by_role("link", name="心愿")
        await expect(page.get_by_text("没有待派单的心愿")).to_be_visible()
        await visited.look("desk-empty", kept)
        wish = await wishes.submitted(api, a)
        await expect(listed(page)).to_contain_text("孙居民 1栋100室")
        await expect(tab).to_contain_text("1")
        await visited.look("desk-queue", kept)
        assert await visited.small_targets() == []

        await listed(page).click()
        one = opened(page, "心愿")
        await expect(one.get_by_role("heading", name=TITLE)).to_be_focused()
        first = one.locator(".candidate").first
        await expect(first).to_contain_text("赵联户")
        await expect(first).to_contain_text("本户联户长")
        await expect(first).to_contain_text("手上 0 单")
        await visited.look("desk-wish", kept)
        assert await visited.small_targets() == []
        await first.get_by_role("button", name="派单给 赵联户").click()
        await expect(page.get_by_text("已派给 赵联户")).to_be_visible()
        await expect(one.get_by_text("待接单", exact=True)).to_be_visible()
        await expect(tab).not_to_contain_text("1")

        await story.done(api, head, "WishAccept", wishId=wish)
        await expect(one.get_by_text("在办", exact=True)).to_be_visible()
        await one.get_by_role("button", name="收回").click()
        dialog = page.get_by_role("dialog")
        await visited.look("desk-recall", kept)
        await dialog.get_by_label("原因").fill("另有安排")
        await dialog.get_by_role("button", name="收回这个心愿").click()
        await expect(one.get_by_role("button", name="派单给 赵联户")).to_be_visible()
        await expect(one.get_by_text("另有安排")).to_be_visible()
        await one.get_by_role("button", name="驳回").click()
        await dialog.get_by_role("button", name="驳回这个心愿").click()
        await expect(dialog.get_by_label("原因", exact=True)).to_have_accessible_description("请填写此项")
        await dialog.get_by_role("button", name="重复点单").click()
        await dialog.get_by_role("button", name="驳回这个心愿").click()
        await expect(one.get_by_text("已驳回", exact=True)).to_be_visible()
        await visited.look("desk-rejected", kept)
        await page.get_by_role("button", name="已结束").click()
        await expect(listed(page)).to_contain_text("已驳回")
    assert await database.fetch_value("SELECT state FROM wishes") == "REJECTED"


async def test_a_wish_on_behalf_is_rated_by_call_back(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    async with visit(browser, server.url) as visited:
        page = await at_desk(visited, a.worker)
        await expect(page.get_by_role("link", name="名册")).to_have_count(0)
        await page.get_by_role("link", name="代住户点单").click()
        await page.get_by_role("searchbox", name="查住户").fill("孙")
        await page.get_by_role("button", name="查找").click()
        row = page.get_by_role("region", name="住户列表").get_by_role("link")
        await expect(row).to_have_count(1)
        await visited.look("desk-households", kept)
        assert await visited.small_targets() == []
        await row.click()
        one = opened(page, "住户")
        await expect(one.get_by_role("heading", name="孙居民")).to_be_focused()
        await visited.look("desk-household", kept)
        assert await visited.small_targets() == []
        await one.get_by_role("button", name="代这户点单").click()
        form = page.get_by_role("dialog", name="代住户点单")
        await form.get_by_role("button", name="点单", exact=True).click()
        await expect(form.get_by_text("请选择类别")).to_be_visible()
        await expect(form.get_by_text("请写明住户怎样同意的")).to_be_visible()
        await visited.look("desk-submit", kept)
        assert await visited.small_targets() == []
        await form.get_by_role("radio", name="维修").check()
        await form.get_by_label("一句话说明").fill(TITLE)
        await form.get_by_role("button", name="电话里同意").click()
        await form.get_by_role("button", name="点单", exact=True).click()
        await expect(page.get_by_text("已代住户点单")).to_be_visible()
        await expect(one.get_by_role("link", name=TITLE)).to_be_visible()

        wish = ids.make("Wish", await database.fetch_value("SELECT id FROM wishes"))
        await story.done(api, a.worker, "WishDispatch", wishId=wish, headId=ids.make("HouseholdHead", a.heads[0].id))
        await story.done(api, a.head_people[0], "WishAccept", wishId=wish)
        await story.done(api, a.head_people[0], "WishComplete", wishId=wish, note="换了垫圈")
        await one.get_by_role("link", name=TITLE).click()
        await expect(opened(page, "心愿")).to_contain_text("换了垫圈")
        await expect(page.get_by_role("button", name="评单", exact=True)).to_have_count(0)

    async with visit(browser, server.url) as visited:
        page = await at_desk(visited, a.staff)
        await page.get_by_role("button", name="待评单").click()
        await listed(page).click()
        one = opened(page, "心愿")
        await expect(one).to_contain_text("电话里同意")
        await visited.look("desk-call-back", kept)
        assert await visited.small_targets() == []
        await one.get_by_role("button", name="评单", exact=True).click()
        await expect(one.get_by_text("请选几颗星")).to_be_visible()
        await one.get_by_role("radio", name="5 星").check()
        await one.get_by_role("button", name="评单", exact=True).click()
        await expect(one.get_by_label("回访记录")).to_have_attribute("aria-invalid", "true")
        await one.get_by_label("回访记录").fill("11 月 30 日电话，本人说很好")
        await one.get_by_role("button", name="评单", exact=True).click()
        await expect(one.get_by_text("已评单", exact=True)).to_be_visible()
    row = await database.fetch_one("SELECT stars, rating_source, consent_note FROM wishes")
    assert row and (row["stars"], row["rating_source"], row["consent_note"]) == (5, "CALL_BACK", "电话里同意")


@pytest.mark.parametrize("arrives", [True, False], ids=["done, the answer lost", "never arrived"])
async def test_a_lost_answer_and_a_reload_submit_once(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, arrives: bool
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url, **PHONE) as visited:
        page = await at_desk(visited, world.a.staff, "住户")
        await page.get_by_role("region", name="住户列表").get_by_role("link", name="孙居民").click()
        await page.get_by_role("button", name="代这户点单").click()
        form = page.get_by_role("dialog", name="代住户点单")
        await form.get_by_role("radio", name="维修").check()
        await form.get_by_label("一句话说明").fill(TITLE)
        await form.get_by_label("住户怎样同意的").fill("上门时同意")
        async with losing(visited, "WishSubmit", arrives=arrives) as lost:
            await form.get_by_role("button", name="点单", exact=True).click()
            await lost.wait()
            await expect(form.get_by_text("只算一次")).to_be_visible()
            assert await visited.amiss() == []
            assert await database.fetch_value("SELECT count(*) FROM wishes") == arrives
        await page.reload()
        await expect(page.get_by_text("已代住户点单")).to_be_visible()
        await page.get_by_role("link", name="返回").click()
        await page.get_by_role("navigation", name="工作台").get_by_role("link", name="心愿").click()
        await expect(listed(page)).to_be_visible()
        assert await visited.kept() == ["device", "token"]
    assert await database.fetch_value("SELECT count(*) FROM wishes") == 1


async def test_a_dispatch_whose_answer_is_lost_counts_once(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    wish = await wishes.submitted(api, world.a)
    async with visit(browser, server.url) as visited:
        page = await at_desk(visited, world.a.staff)
        await listed(page).click()
        async with losing(visited, "WishDispatch", arrives=True) as lost:
            await page.get_by_role("button", name="派给本网格全部联户长").click()
            await lost.wait()
        await expect(page.get_by_text("已派给本网格全部联户长")).to_be_visible()
        await expect(opened(page, "心愿").get_by_role("region", name="派给过谁")).to_contain_text("钱联户：等答复")
        await page.reload()
        await expect(opened(page, "心愿").get_by_text("待接单", exact=True)).to_be_visible()
    assert [event.split()[1] for event in await wishes.events_of(wish)] == ["SUBMIT", "DISPATCH"]
