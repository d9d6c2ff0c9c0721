"""/home in a browser: a wish from 点单 to 评单, told as it happens; who has looked at the phone; a wish submitted once
whatever becomes of its answer."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, Locator, Page, Route, expect

from models.enums import Role
from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.evidence.visits import Visit, is_asked, losing, visit
from tests.town import documents, notices, points, story, till, wishes
from tests.town import world as making
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.waiting import until
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")

COUNT = "SELECT count(*) FROM wishes"
TITLE = "水龙头漏水"


async def at_home(visited: Visit, world: World) -> Page:
    """The resident of A's first household, signed in."""
    await visited.sign_in(world.a.residents[0])
    await expect(visited.page.get_by_role("button", name="点单", exact=True)).to_be_visible()
    return visited.page


async def write(page: Page, title: str = TITLE) -> Locator:
    """Open the form and fill it in; the form."""
    await page.get_by_role("button", name="点单", exact=True).click()
    form = page.get_by_role("dialog", name="点单")
    await form.get_by_role("radio", name="维修").check()
    await form.get_by_label("一句话说明").fill(title)
    await form.get_by_label("具体情况").fill("厨房")
    return form


async def send(form: Locator) -> None:
    await form.get_by_role("button", name="点单", exact=True).click()


def listed(page: Page, title: str = TITLE) -> Locator:
    return page.get_by_role("region", name="我家的心愿").get_by_role("link", name=title)


async def newest() -> str:
    """The id of the wish that was submitted last."""
    return ids.make("Wish", await database.fetch_value("SELECT id FROM wishes ORDER BY id DESC LIMIT 1"))


async def test_a_wish_from_submit_to_rating(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a, head = world.a, world.a.head_people[0]
    assert a.staff
    async with visit(browser, server.url) as visited, visit(browser, server.url) as other:
        page = await at_home(visited, world)
        await other.sign_in(a.residents[0], known=True)
        await expect(page.get_by_text("还没有心愿")).to_be_visible()
        await visited.look("home-empty", kept)
        assert await visited.small_targets() == []
        form = await write(page)
        await visited.look("home-submit", kept)
        assert await visited.small_targets() == []
        await send(form)
        await expect(listed(page)).to_contain_text("等社区派单")
        await expect(listed(other.page)).to_contain_text("等社区派单")
        await visited.keeps_nothing_of("home:draft")

        wish = await newest()
        await story.done(api, a.staff, "WishDispatch", wishId=wish, headId=ids.make("HouseholdHead", a.heads[0].id))
        await expect(listed(page)).to_contain_text("等联户长接单")
        await listed(page).click()
        opened = page.get_by_role("region", name="心愿", exact=True)
        await expect(opened.get_by_role("heading", name=TITLE)).to_be_focused()
        await story.done(api, head, "WishAccept", wishId=wish)
        await expect(opened.get_by_text("已接单，正在办")).to_be_visible()
        await expect(opened.get_by_text("帮忙", exact=False).first).to_contain_text(head.name)
        await story.done(api, head, "WishRevealContact", wishId=wish, kind="PHONE")
        await story.done(api, head, "WishComplete", wishId=wish, note="换了垫圈", helpers=["楼栋红管家"])
        await expect(opened.get_by_text("换了垫圈").first).to_be_visible()
        await expect(opened.get_by_text("办结 7 天后自动评单")).to_be_visible()
        await visited.look("home-wish", kept)
        await opened.get_by_role("link", name="全部心愿").click()

        due = page.get_by_role("region", name="请评单")
        await visited.look("home-due", kept)
        assert await visited.small_targets() == []
        await due.get_by_role("button", name="评单", exact=True).click()
        await expect(due.get_by_text("请选几颗星")).to_be_visible()
        await due.get_by_role("radio", name="1 星").focus()
        for _ in range(4):
            await page.keyboard.press("ArrowRight")
        await expect(due.get_by_role("radio", name="5 星")).to_be_checked()
        await due.get_by_label("想说的话").fill("谢谢")
        await due.get_by_role("button", name="评单", exact=True).click()
        await expect(due).to_have_count(0)
        await expect(listed(page)).to_contain_text("已评单")
        await expect(listed(other.page)).to_contain_text("已评单")

        await page.get_by_role("link", name="谁看过").click()
        looked = page.get_by_role("region", name="谁看过")
        await expect(looked).to_contain_text(re.compile(f"{head.name}.*看了您家的电话"))
        await visited.look("home-reveals", kept)
    assert await database.fetch_value("SELECT stars FROM wishes") == 5


async def test_health_is_written_of_once_it_was_agreed_to(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """It is asked where care or company is wished for, given and taken back there, and the wish goes without it too."""
    (server,), who = servers(1), world.a.residents[0].account_id
    stands = "SELECT count(*) FROM consents WHERE kind = 'CARE_DETAILS' AND account_id = $1 AND withdrawn_at IS NULL"
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_home(visited, world)
        form = await write(page)
        care = form.get_by_role("region", name="照护信息的单独同意")
        await expect(care).to_have_count(0)
        await form.get_by_role("radio", name="照护").check()
        await expect(care).to_contain_text("同意以后才写")
        await care.get_by_text("看全文，再决定").click()
        await expect(care.get_by_role("article")).to_contain_text("只写帮忙时必须知道的")
        await visited.look("home-care", kept)
        assert await visited.small_targets() == []
        await care.get_by_role("button", name="同意：照护信息的单独同意").click()
        await expect(care).to_contain_text("只写帮忙必须知道的")
        await expect(care.locator("b").first).to_be_focused()
        assert await database.fetch_value(stands, who) == 1
        await visited.look("home-care-agreed", kept)
        await database.execute("UPDATE consents SET version = version + 1 WHERE kind = 'CARE_DETAILS'")
        for kind in ("维修", "照护"):  # it is read again
            await form.get_by_role("radio", name=kind).check()
        await expect(care).to_contain_text("要重新同意")
        await expect(care).to_contain_text("同意以后才写")
        await care.get_by_text("要重新同意").click()
        await care.get_by_role("button", name="同意：照护信息的单独同意").click()
        await expect(care).to_contain_text("只写帮忙必须知道的")
        await care.get_by_role("button", name="撤回").click()
        await expect(care).to_contain_text("同意以后才写")
        assert await database.fetch_value(stands, who) == 0
        await expect(form.get_by_label("一句话说明")).to_have_value(TITLE)
        await send(form)
        await expect(listed(page)).to_contain_text("等社区派单")
    assert await database.fetch_value(COUNT) == 1


async def test_an_owner_is_led_from_home_to_the_shop(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """Whoever is no head finds a dispute that was decided at the shop, not on the card."""
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    assert a.shop
    await making.grant(a.residents[0].account_id, Role.SHOP_STAFF, shop=a.shop, owner=True)
    await points.give_points(a.heads[0].id, 100)
    await till.uphold(api, world.admin, await till.disputed(api, a))
    async with visit(browser, server.url) as visited:
        await visited.sign_in(a.residents[0])
        page = visited.page
        await page.get_by_role("link", name=re.compile("^我家")).click()
        await page.get_by_role("navigation", name="我家").get_by_role("link", name="通知").click()
        await page.get_by_role("region", name="通知").get_by_role("link", name="看店铺的每天").click()
        await expect(page.get_by_role("heading", name="A小吃店")).to_be_visible()
        await expect(page.get_by_role("navigation", name="店铺").get_by_role("link", name="每天")).to_have_attribute(
            "aria-current", "page"
        )


async def test_notifications_are_told_counted_and_read(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        tab = page.get_by_role("navigation", name="我家").get_by_role("link", name="通知")
        await expect(tab).to_contain_text("1")  # of the sign-in itself
        await wishes.completed(api, world.a)
        await expect(tab).to_contain_text("3")
        await tab.click()
        told = page.get_by_role("region", name="通知")
        await expect(told.get_by_text("未读", exact=True)).to_have_count(3)
        await visited.look("home-notices", kept)
        assert await visited.small_targets() == []
        await told.get_by_role("link", name="看这个心愿").first.click()
        await expect(page.get_by_role("region", name="心愿", exact=True)).to_contain_text("已修好")
        await expect(page.get_by_role("link", name="通知")).to_contain_text("2")
        await page.go_back()
        await told.get_by_role("button", name="全部标为已读").click()
        await expect(told.get_by_text("未读", exact=True)).to_have_count(0)
        await expect(tab).to_have_text(re.compile(r"^通知\s*$"))


@pytest.mark.parametrize("arrives", [True, False], ids=["done, the answer lost", "never arrived"])
async def test_a_lost_answer_and_a_reload_submit_once(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path, arrives: bool
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        form = await write(page)
        async with losing(visited, "WishSubmit", arrives=arrives) as lost:
            await send(form)
            await lost.wait()
            await expect(form.get_by_text("只算一次")).to_be_visible()
            await visited.look("home-retrying", kept)
            assert await database.fetch_value(COUNT) == arrives
        await page.reload()
        await expect(listed(page)).to_be_visible()
        await visited.keeps("device", "token")
    assert await database.fetch_value(COUNT) == 1


async def test_a_draft_outlives_a_reload_and_a_closed_form(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        form = await write(page)
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)
        await visited.keeps("device", "home:draft", "token")
        await page.reload()
        await expect(page.get_by_text(f"上次写到：{TITLE}")).to_be_visible()
        await page.get_by_role("button", name="接着点单").click()
        await expect(form.get_by_label("一句话说明")).to_have_value(TITLE)
        await expect(form.get_by_label("具体情况")).to_have_value("厨房")
        await expect(form.get_by_role("radio", name="维修")).to_be_checked()
        await send(form)
        await expect(listed(page)).to_be_visible()
    assert await database.fetch_value(COUNT) == 1


async def test_refusals_stand_beside_their_fields(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_home(visited, world)
        await page.get_by_role("button", name="点单", exact=True).click()
        form = page.get_by_role("dialog", name="点单")
        await send(form)
        await expect(form.get_by_text("请选择类别")).to_be_visible()
        await expect(form.get_by_role("radio", name="代办")).to_be_focused()
        await expect(form.get_by_text("请填写此项")).to_be_visible()
        await form.get_by_role("radio", name="其他").check()
        await form.get_by_label("一句话说明").fill("水" * 61)
        details = form.get_by_label("具体情况")
        await details.fill("水" * 501)
        await send(form)
        title = form.get_by_label("一句话说明")
        await expect(title).to_have_attribute("aria-invalid", "true")
        await expect(title).to_have_accessible_description("内容过长，最多 60 个字")
        await expect(details).to_have_accessible_description("内容过长，最多 500 个字")
        await expect(title).to_be_focused()
        await visited.look("home-refused", kept)
        await title.fill(TITLE)
        await details.fill("")
        await send(form)
        await expect(listed(page)).to_be_visible()
        for _ in range(19):
            await wishes.submitted(api, world.a)
        form = await write(page)
        await send(form)
        await expect(form.get_by_role("alert").get_by_text("已有 20 个未办结的心愿")).to_be_visible()
    assert await database.fetch_value(COUNT) == 20


async def test_redo_and_cancel_with_a_reason(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        await wishes.completed(api, world.a)
        await page.get_by_role("button", name="没办好，请返工").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="请返工").click()
        await expect(dialog.get_by_label("哪里没有办好")).to_have_accessible_description("请填写此项")
        await visited.look("home-redo", kept)
        await dialog.get_by_label("哪里没有办好").fill("还在滴水")
        await dialog.get_by_role("button", name="请返工").click()
        await expect(listed(page)).to_contain_text("已接单，正在办")
        await listed(page).click()
        await expect(page.get_by_text("还在滴水")).to_be_visible()
        await page.get_by_role("button", name="取消这个心愿").click()
        await dialog.get_by_role("button", name="取消心愿").click()
        await expect(listed(page)).to_contain_text("已取消")
    assert await database.fetch_value("SELECT state FROM wishes") == "CANCELLED"


async def test_many_wishes_are_read_page_by_page(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    (server,), (api,) = servers(1), apis(1)
    made = [await wishes.submitted(api, world.a) for _ in range(12)]
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        await expect(listed(page)).to_have_count(10)
        await page.get_by_role("button", name="更多").click()
        await expect(listed(page)).to_have_count(12)
        await story.done(api, world.a.residents[0], "WishCancel", wishId=made[0])
        await expect(listed(page).last).to_contain_text("已取消")
        await expect(listed(page)).to_have_count(12)


async def test_without_network_it_says_so_and_goes_on(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        form = await write(page)
        visited.cut = True
        await visited.context.set_offline(True)
        await send(form)
        await expect(page.get_by_text("没有网络")).to_be_visible()
        await expect(form.get_by_text("只算一次")).to_be_visible()
        assert await visited.amiss() == []
        await visited.context.set_offline(False)
        await expect(listed(page)).to_be_visible()
    assert await database.fetch_value(COUNT) == 1


async def test_an_address_that_leads_nowhere_opens_the_first_tab(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        for place in ("#%", "#wish/%E5", "#nothing/at/all"):
            await page.evaluate("(place) => { location.hash = place; }", place)
            await expect(page.get_by_text("还没有心愿")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("还没有心愿")).to_be_visible()


async def test_large_type_and_who_has_no_household(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        page = await at_home(visited, world)
        await page.get_by_role("button", name="大字").click()
        form = await write(page, "水" * 60)
        await visited.look("home-large", kept)
        await send(form)
        await expect(listed(page, "水" * 60)).to_be_visible()
        await visited.look("home-large-list", kept)
    async with visit(browser, server.url) as visited:
        assert world.a.staff
        await visited.sign_in(world.a.staff)
        await visited.open("/home")
        await expect(visited.page.get_by_role("heading", name="这里给居民用")).to_be_visible()
        assert await visited.amiss() == []


async def test_more_is_kept_though_all_is_read_again(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    """What was asked for by 更多 is shown, whichever of two answers is the later one."""
    (server,), resident = servers(1), world.a.residents[0]
    await notices.left(resident, 45)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        unread = page.get_by_role("link", name="通知")
        await unread.click()
        rows = page.get_by_role("region", name="通知").get_by_role("listitem")
        more = page.get_by_role("button", name="更多")
        await expect(rows).to_have_count(10)
        async with holding_pages(page, first=False) as asked:
            await more.click()
            await asked.wait()
            await notices.left(resident, 20)
            await page.evaluate("dispatchEvent(new Event('online'))")
            await expect(unread).to_contain_text(re.compile("6[5-9]"))
        await expect(rows).to_have_count(20)
        async with holding_pages(page, first=True) as asked:
            await notices.left(resident, 20)
            await page.evaluate("dispatchEvent(new Event('online'))")
            await asked.wait()
            await more.click()
            await expect(rows).to_have_count(30)
        await expect(unread).to_contain_text(re.compile("8[5-9]"))
        await expect(rows).to_have_count(30)


async def test_who_works_by_keyboard_goes_on_in_the_list(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,), resident = servers(1), world.a.residents[0]
    await notices.left(resident, 25)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        await page.get_by_role("link", name="通知").click()
        rows = page.get_by_role("region", name="通知").get_by_role("listitem")
        await page.get_by_role("button", name="更多").press("Enter")
        await expect(rows.nth(10)).to_be_focused()
        await page.get_by_role("button", name="更多").press("Enter")
        await expect(rows.nth(20)).to_be_focused()
        await expect(page.get_by_role("button", name="更多")).to_have_count(0)


async def test_a_rating_outlives_a_reload_and_another_wish(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """What was entered for one wish stays with it, though another is shown in its place meanwhile."""
    (server,), (api,) = servers(1), apis(1)
    await wishes.completed(api, world.a)
    await wishes.completed(api, world.a)
    async with visit(browser, server.url) as visited:
        page = await at_home(visited, world)
        due = page.get_by_role("region", name=re.compile("请评单"))
        await due.get_by_role("radio", name=re.compile("4 星")).check()
        await due.get_by_label("想说的话").fill("修得又快又好")
        await visited.reload()
        await expect(due.get_by_label("想说的话")).to_have_value("修得又快又好")
        await expect(due.get_by_role("radio", name=re.compile("4 星"))).to_be_checked()
        await due.get_by_role("button", name="评单").click()
        await expect(due.get_by_label("想说的话")).to_have_count(0)


async def test_who_writes_for_long_stays_signed_in(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    """A console's session ends after half an hour without a request, and with it what is being written."""
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.page.clock.install()
        page = await at_home(visited, world)
        await page.get_by_role("button", name="点单", exact=True).click()
        wanted, seen = hashlib.sha256(documents.text("SignInWays").encode()).hexdigest(), asyncio.Event()
        page.on("request", lambda request: seen.set() if wanted in (request.post_data or "") else None)
        field, minutes = page.get_by_role("dialog", name="点单").get_by_label("一句话说明"), count(10, 10)

        async def writes_again() -> bool:
            """Ten minutes later; what was asked meanwhile may still have been answered just before."""
            await page.clock.set_system_time(clock.now() + timedelta(minutes=next(minutes)))
            await field.press("a")
            await asyncio.sleep(0.1)
            return seen.is_set()

        await until(writes_again)


@asynccontextmanager
async def holding_pages(page: Page, *, first: bool) -> AsyncIterator[asyncio.Event]:
    """Keep back what is read of the notices from the start, or after what is there; yields what is set by the first."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if is_asked(route, "MyNotifications") and ('"after"' in (route.request.post_data or "")) != first:
            asked.set()
            await over.wait()
        with suppress(Error):  # what is held as it ends goes on by itself
            await route.continue_()

    await page.route("**/graphql", hold)
    try:
        yield asked
    finally:
        over.set()
        await page.unroute("**/graphql")
