"""通知 at /admin: counted as they come, read, and leading to what they are about, for administrators and owners."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from models.enums import NominationState, NotificationKind, Role
from tests.evidence.visits import visit
from tests.town import honours, notices, points, shops, story, till
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World, grant

pytestmark = pytest.mark.usefixtures("work")


async def test_an_administrator_is_told_and_led_on(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    season = await honours.season(world.a.community, title="2026 年优秀联户长")
    made = await honours.nomination(season, NominationState.PROPOSED, head=world.a.heads[0])
    await notices.left(world.admin, kind=NotificationKind.NOMINATION_ASKED, subject_id=made.id)
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        tab = page.get_by_role("navigation", name="管理").get_by_role("link", name=re.compile("^通知"))
        await expect(tab).to_contain_text("2 条未读")  # the sign-in itself is one
        await tab.click()
        told = page.get_by_role("region", name="通知")
        await expect(told).to_contain_text("登录码登录了您的账号")
        await visited.look("admin-notices", kept)
        assert await visited.small_targets() == []
        await told.get_by_role("link", name="看这项提名").click()
        await expect(page.get_by_role("region", name="各期评选")).to_contain_text("2026 年优秀联户长")
        await expect(tab).to_contain_text("1 条未读")
        await tab.click()
        await told.get_by_role("button", name="全部标为已读").click()
        await expect(tab).to_have_text(re.compile(r"^通知\s*$"))


async def test_an_owner_is_led_to_the_shop(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    """Told while one looks on; what was decided about a dispute is read here, and the change is seen at the shop."""
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    assert a.cashier
    await points.give_points(a.heads[0].id, 100)
    dispute = await till.disputed(api, a)
    change = await shops.asking(api, a)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        await visited.sign_in(a.cashier)
        page = visited.page
        await page.get_by_role("link", name="管店").click()
        await page.get_by_role("link", name="全部店铺").click()
        tab = page.get_by_role("navigation", name="管店").get_by_role("link", name=re.compile("^通知"))
        await expect(tab).to_contain_text("1 条未读")
        await story.done(api, world.admin, "DisputeReject", disputeId=dispute, reason="收据齐全")
        await story.done(api, world.admin, "ShopChangeReject", changeId=change, reason="请附租赁合同")
        await expect(tab).to_contain_text("3 条未读")
        await tab.click()
        told = page.get_by_role("region", name="通知")
        await expect(told).to_contain_text("答复（不成立）：收据齐全")
        await visited.look("owner-notices", kept)
        assert await visited.small_targets() == []
        await told.get_by_role("link", name="看店铺的每天").click()
        await expect(page.get_by_role("heading", name="A小吃店")).to_be_visible()
        await expect(page.get_by_role("navigation", name="店铺").get_by_role("link", name="每天")).to_have_attribute(
            "aria-current", "page"
        )
        await page.go_back()
        await told.get_by_role("link", name="看这家店铺").click()
        await expect(page.get_by_role("region", name="店铺资料").get_by_role("heading")).to_be_focused()
        await page.get_by_role("link", name="全部店铺").click()
        await expect(tab).to_contain_text("1 条未读")


async def test_a_head_who_owns_a_shop_is_led_by_whose_dispute_it_is(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """Read at the card: another's dispute of one's own shop leads to the shop, one's own of another shop stays here."""
    (server,), (api,) = servers(1), apis(1)
    a, b = world.a, world.b
    assert a.cashier and b.cashier
    for head in (a.heads[0], b.heads[0]):
        await points.give_points(head.id, 100)
    both = b.head_people[0]
    await grant(both.account_id, Role.SHOP_STAFF, shop=a.shop, owner=True)
    others, own = await till.disputed(api, a), await till.disputed(api, b)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(both)
        page = visited.page
        for dispute, reason in ((others, "收据齐全"), (own, "本人签字")):
            await story.done(api, world.admin, "DisputeReject", disputeId=dispute, reason=reason)
        await visited.open("/card#notices")
        told = page.get_by_role("region", name="通知").get_by_role("listitem")
        link = told.filter(has_text="收据齐全").get_by_role("link")
        await expect(link).to_have_text("看店铺的每天")
        await expect(told.filter(has_text="本人签字").get_by_role("link")).to_have_attribute("href", "/card#passes")
        await link.click()
        await expect(page.get_by_role("heading", name="A小吃店")).to_be_visible()
