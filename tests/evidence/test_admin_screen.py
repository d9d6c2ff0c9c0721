"""/admin in a browser: what waits is decided, shops are looked after, a rule is tried before it is made, and an auditor
reads all of it and is offered nothing that would be refused."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from schema.graph import ids
from services.db import database
from tests.evidence.visits import Visit, losing, visit
from tests.town import discounts, entry, second_factor, settlement, shops, signals, story, till, wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import Person, World

pytestmark = pytest.mark.usefixtures("work")


async def signed_in(visited: Visit, who: Person) -> Page:
    """Somebody whose second factor is set up, at /admin."""
    await second_factor.enrol(who.account_id)
    await visited.open(f"/sign-in#{await entry.operators_code(who)}")
    await visited.page.get_by_role("button", name="登录", exact=True).click()
    await visited.page.get_by_label("验证码或恢复码").fill(second_factor.code())
    await visited.page.keyboard.press("Enter")
    await visited.agree()
    await expect(visited.page.get_by_role("region", name="待办")).to_be_visible()
    return visited.page


def waiting(page: Page, name: str) -> Locator:
    """The line of a kind of work, with how much there is of it."""
    return page.get_by_role("region", name="待办").get_by_role("link", name=re.compile(f"^{name}"))


async def test_what_waits_is_decided(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    applied = [await shops.applied(api, a, a.residents[1], name) for name in ("刘记面馆", "陈记修表")]
    change = await shops.asking(api, a)
    offers = [await discounts.submitted(api, a, title=title) for title in ("午市优惠", "晚市优惠")]
    async with visit(browser, server.url) as visited:
        page = await signed_in(visited, world.admin)
        await expect(waiting(page, "店铺申请")).to_contain_text("2")
        await visited.look("admin-todo", kept)
        assert await visited.small_targets() == []
        await waiting(page, "店铺申请").click()
        queue = page.get_by_role("region", name="待审核")
        await visited.look("admin-queue", kept)
        assert await visited.small_targets() == []
        await queue.get_by_role("button", name="批准加入：刘记面馆").click()
        await page.get_by_role("dialog").get_by_role("button", name="批准加入").click()
        await expect(page.get_by_text("已批准，店铺可以起草优惠")).to_be_visible()
        await expect(waiting(page, "店铺申请")).to_contain_text("1")
        await queue.get_by_role("button", name="驳回申请：陈记修表").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="驳回申请").click()
        await expect(dialog.get_by_label("原因")).to_have_accessible_description("请填写此项")
        await visited.look("admin-reject", kept)
        assert await visited.small_targets() == []
        await dialog.get_by_label("原因").fill("字" * 201)
        await dialog.get_by_role("button", name="驳回申请").click()
        await expect(dialog.get_by_label("原因")).to_have_accessible_description(re.compile("最多 200 个字"))
        await dialog.get_by_label("原因").fill("证照不全")
        await dialog.get_by_role("button", name="驳回申请").click()
        await expect(queue.get_by_text("没有待审核的店铺")).to_be_visible()

        await waiting(page, "店铺资料变更").click()
        await expect(queue.locator("ins")).to_have_text("迁往别处")
        await queue.get_by_role("button", name=re.compile("批准变更")).click()
        await page.get_by_role("dialog").get_by_role("button", name="批准变更").click()
        await expect(queue.get_by_text("没有待审核的变更")).to_be_visible()

        await waiting(page, "优惠").click()
        await visited.look("admin-offers", kept)
        await queue.get_by_role("button", name=re.compile("批准上线：.*午市优惠")).click()
        await page.get_by_role("dialog").get_by_role("button", name="批准上线").click()
        await queue.get_by_role("button", name=re.compile("退回修改：.*晚市优惠")).click()
        await page.get_by_role("dialog").get_by_label("原因").fill("请写明时段")
        await page.get_by_role("dialog").get_by_role("button", name="退回修改").click()
        await expect(queue.get_by_text("没有待审核的优惠")).to_be_visible()
        await expect(waiting(page, "优惠")).to_contain_text("没有")
    states = [await shops.row_of(one) for one in applied]
    assert [(row["state"], row["state_reason"]) for row in states] == [("ACTIVE", ""), ("REJECTED", "证照不全")]
    rows = await database.fetch(
        "SELECT state, state_reason FROM discounts WHERE id = ANY($1) ORDER BY id",
        [ids.find(one, "Discount") for one in offers],
    )
    assert [(row["state"], row["state_reason"]) for row in rows] == [("ACTIVE", ""), ("DRAFT", "请写明时段")]
    found = await database.fetch_value(
        "SELECT state FROM shop_changes WHERE id = $1", ids.find(change, "ShopChange")
    )
    assert found == "APPROVED"
