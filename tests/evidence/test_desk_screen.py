"""/desk in a browser: a wish dispatched, recalled and rated by call-back, told as it happens; what waits decided;
households and heads looked after; nothing lost with an answer or a page."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from models.enums import SignalKind
from schema.graph import ids
from services.db import database
from tests.evidence.visits import Visit, losing, visit
from tests.town import entry, signals, story, wishes
from tests.town import servers as processes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.waiting import until
from tests.town.world import Person, World

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
        await expect(first).to_contain_text("手上 0 单 · 从未派过单")
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
        await expect(first).to_contain_text("近 30 天派过 1 单")
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


async def test_a_page_where_nobody_is_asks_nothing(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """Else it would keep its session from idling out."""
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page, told, asked = visited.page, list[str](), list[str]()
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(str(frame))))
        page.on("request", lambda request: asked.append(request.post_data or request.url))
        await page.clock.install()
        await at_desk(visited, world.a.worker)
        await wishes.submitted(api, world.a)
        await expect(listed(page)).to_have_count(1)
        await page.clock.fast_forward(6 * 60_000)
        told.clear()
        asked.clear()
        await wishes.submitted(api, world.a, 1)
        await until(lambda: any('"next"' in one for one in told))
        await page.clock.fast_forward(60_000)
        assert asked == []
        await page.mouse.move(5, 5)
        await expect(listed(page)).to_have_count(2)


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
        for kind in ("照护", "陪伴"):
            await form.get_by_role("radio", name=kind).check()
            await expect(form.get_by_text("要本人在“我家”单独同意")).to_be_visible()
        await visited.look("desk-submit-care", kept)
        await form.get_by_role("radio", name="维修").check()
        await expect(form.get_by_text("要本人在“我家”单独同意")).to_have_count(0)
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
        await page.get_by_role("link", name="返回").click()
        await page.get_by_role("navigation", name="工作台").get_by_role("link", name="心愿").click()
        await expect(listed(page)).to_be_visible()
        await visited.keeps("device", "token")
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


async def test_what_waits_is_decided(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    a = world.a
    await entry.asked(a.residents[1], a.households[0].id)
    await entry.asked(a.residents[2], a.households[0].id)
    await signals.flagged(a, SignalKind.CODE_GUESSES)
    async with visit(browser, server.url) as visited:
        page = await at_desk(visited, a.staff, "待办")
        tab = page.get_by_role("navigation", name="工作台").get_by_role("link", name="待办")
        await expect(tab).to_contain_text("3")
        joins = page.get_by_role("region", name="入户申请")
        await expect(joins.get_by_role("button", name="确认")).to_have_count(2)
        await expect(page.get_by_role("region", name="店铺")).to_contain_text("A小吃店")
        await visited.look("desk-approvals", kept)
        assert await visited.small_targets() == []
        await joins.get_by_role("button", name="确认").first.click()
        dialog = page.get_by_role("dialog", name="确认入户")
        await expect(dialog).to_contain_text("可以看到这户的心愿并评单")
        await visited.look("desk-confirm", kept)
        async with losing(visited, "HouseholdJoinDecide", arrives=True) as lost:
            await dialog.get_by_role("button", name="确认入户").click()
            await lost.wait()
        await expect(page.get_by_text("已确认")).to_be_visible()
        await expect(joins.get_by_role("button", name="确认")).to_have_count(1)
        await expect(joins.get_by_role("listitem")).to_be_focused()  # by keyboard one goes on from there
        await joins.get_by_role("button", name="拒绝").click()
        await expect(page.get_by_role("dialog", name="拒绝申请")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(joins.get_by_role("button", name="拒绝")).to_be_focused()
        await joins.get_by_role("button", name="拒绝").click()
        await page.get_by_role("dialog").get_by_role("button", name="拒绝申请").click()
        await expect(page.get_by_text("没有待确认的入户申请")).to_be_focused()
        await page.get_by_role("button", name="已跟进").click()
        await page.get_by_role("dialog").get_by_role("button", name="已提醒店主").click()
        await page.get_by_role("dialog").get_by_role("button", name="已跟进处理").click()
        await expect(page.get_by_text("没有待研判的提示")).to_be_visible()
        await expect(tab).to_have_text("待办")
    rows = await database.fetch("SELECT state FROM household_joins ORDER BY created_at")
    assert [row["state"] for row in rows] == ["CONFIRMED", "REFUSED"]
    assert await database.fetch_value("SELECT judgement FROM signals") == "已提醒店主"


async def test_heads_are_looked_after(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_desk(visited, world.a.staff, "联户长")
        await page.get_by_role("region", name="联户长列表").get_by_role("link", name="赵联户").click()
        one, dialog = opened(page, "联户长"), page.get_by_role("dialog")
        await expect(one.get_by_role("region", name="所联住户")).to_contain_text("孙居民")
        await visited.look("desk-head", kept)
        assert await visited.small_targets() == []
        await one.get_by_role("button", name="开现场登录码").click()
        await expect(dialog.get_by_role("img", name="登录码的二维码")).to_be_visible()
        code = await dialog.locator(".amount").inner_text()
        await visited.look("desk-code", kept)
        await page.keyboard.press("Escape")
        await one.get_by_role("button", name="暂停").click()
        await dialog.get_by_label("原因").fill("核实情况")
        await dialog.get_by_role("button", name="暂停 赵联户").click()
        await expect(one.get_by_text("核实情况")).to_be_visible()
        await one.get_by_role("button", name="恢复").click()
        await dialog.get_by_role("button", name="恢复 赵联户").click()
        await expect(one.get_by_role("button", name="暂停")).to_be_visible()
        await one.get_by_role("button", name="换手机号").click()
        await dialog.get_by_label("联户长的姓名").fill("赵")
        await dialog.get_by_label("新手机号").fill("13800000077")
        await dialog.get_by_role("button", name="换手机号").click()
        await expect(dialog.get_by_label("联户长的姓名")).to_have_attribute("aria-invalid", "true")
        await visited.look("desk-phone", kept)
        await dialog.get_by_label("联户长的姓名").fill("赵联户")
        await dialog.get_by_role("button", name="换手机号").click()
        await expect(page.get_by_text("手机号已改")).to_be_visible()
        await one.get_by_role("button", name="办理离任").click()
        await dialog.get_by_label("原因").fill("搬离本区")
        await dialog.get_by_role("button", name="选接任的人").click()
        await expect(dialog.get_by_role("button", name="选 赵联户")).to_be_disabled()
        await visited.look("desk-successor", kept)
        await dialog.get_by_role("button", name="选 钱联户").click()
        await expect(dialog.get_by_label("原因")).to_have_value("搬离本区")
        await visited.look("desk-leave", kept)
        await dialog.get_by_role("button", name="办理离任").click()
        await expect(one.get_by_text("离任：搬离本区")).to_be_visible()
        await expect(one.get_by_role("button", name="暂停")).to_have_count(0)
    assert len(code.replace("-", "").replace(" ", "")) == 12
    assert (
        await database.fetch_value(
            "SELECT count(DISTINCT head_id) FROM households WHERE head_id = $1", world.a.heads[1].id
        )
        == 1
    )
    assert await database.fetch_value("SELECT count(*) FROM households WHERE head_id = $1", world.a.heads[0].id) == 0


async def test_households_are_moved_to_another_head(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    a = world.a
    async with visit(browser, server.url, **PHONE) as visited:
        page = await at_desk(visited, a.staff, "联户长")
        await page.get_by_role("link", name="赵联户").click()
        await page.get_by_role("link", name="列出全部，可选多户换联户长").click()
        await expect(page.get_by_role("region", name="住户列表").get_by_role("link")).to_have_count(2)
        await page.get_by_role("button", name="选多户，换联户长").click()
        await page.get_by_role("checkbox", name="孙居民").check()
        await page.get_by_role("checkbox", name="李居民").check()
        await visited.look("desk-choosing", kept)
        assert await visited.small_targets() == []
        await page.get_by_role("button", name="把 2 户交给").click()
        dialog = page.get_by_role("dialog")
        await visited.look("desk-move", kept)
        await dialog.get_by_role("button", name="选 钱联户").click()
        await expect(page.get_by_text("已交给 钱联户")).to_be_visible()
        await page.get_by_role("link", name="列出全部").click()
        rows = page.get_by_role("region", name="住户列表").get_by_role("link")
        await expect(rows.filter(has_text="联户长 钱联户")).to_have_count(3)
        await rows.filter(has_text="孙居民").click()
        await page.get_by_role("button", name="换手机号").click()
        await dialog.get_by_label("联系人的姓名").fill("孙居民")
        await dialog.get_by_label("新手机号").fill("13800000078")
        await dialog.get_by_role("button", name="换手机号").click()
        await expect(page.get_by_text("手机号已改")).to_be_visible()
        await page.go_back()
        await expect(rows.filter(has_text="孙居民")).to_be_focused()
    heads = await database.fetch("SELECT DISTINCT head_id FROM households WHERE grid_id = $1", a.grid.id)
    assert [row["head_id"] for row in heads] == [a.heads[1].id]


async def test_without_network_it_says_so_and_goes_on(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_desk(visited, world.a.staff)
        await expect(page.get_by_text("没有待派单的心愿")).to_be_visible()
        visited.cut = True
        await visited.context.set_offline(True)
        await expect(page.get_by_text("没有网络")).to_be_visible()
        await page.get_by_role("button", name="全部").click()
        await wishes.submitted(api, world.a)
        assert await visited.amiss() == []
        await visited.context.set_offline(False)
        await expect(listed(page)).to_be_visible()


async def test_large_type_and_who_does_not_work_here(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    await wishes.submitted(api, world.a)
    async with visit(browser, server.url, **PHONE) as visited:
        page = await at_desk(visited, world.a.staff)
        await page.get_by_role("button", name="大字").click()
        await visited.look("desk-large", kept)
        await listed(page).click()
        await expect(page.get_by_role("button", name="派单给 赵联户")).to_be_visible()
        await visited.look("desk-large-wish", kept)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(world.a.residents[0])
        await visited.open("/desk")
        await expect(visited.page.get_by_role("heading", name="这里给网格员和社区工作者用")).to_be_visible()
        assert await visited.amiss() == []


async def test_where_nothing_but_trusted_documents_runs(
    world: World, database_url: str, apis: Callable[[int], list[Api]], browser: Browser, tmp_path: Path
) -> None:
    (api,) = apis(1)
    await wishes.submitted(api, world.a)
    server = await asyncio.to_thread(
        processes.start, database_url, tmp_path / "log", TRUSTED_DOCUMENTS="only", GRAPHIQL="false"
    )
    try:
        async with visit(browser, server.url) as visited:
            page = await at_desk(visited, world.a.staff)
            await listed(page).click()
            await page.get_by_role("button", name="派单给 赵联户").click()
            await expect(opened(page, "心愿").get_by_text("待接单", exact=True)).to_be_visible()
            for tab, region in (
                ("待办", "入户申请"),
                ("住户", "住户列表"),
                ("联户长", "联户长列表"),
                ("名册", "导入名册"),
            ):
                await page.get_by_role("navigation", name="工作台").get_by_role("link", name=tab).click()
                await expect(page.get_by_role("region", name=region)).to_be_visible()
                await expect(page.get_by_role("alert").filter(has_text="document")).to_have_count(0)
    finally:
        server.stop()
