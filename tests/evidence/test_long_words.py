"""Words without a place to break, such as a name in another script, and letters twice as large: all of it fits a
phone, and nothing has to be scrolled sideways."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import expect

from schema.graph import ids
from services.db import database
from tests.evidence.visits import Visit, chromium, visit
from tests.town import till, wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")

LONG = "WXYZ" * 16
PHONE = {"width": 360, "height": 740}
NAMES = (
    ("shops", "name", 64),
    ("shops", "address", 64),
    ("discounts", "title", 60),
    ("households", "contact_name", 64),
    ("households", "address", 64),
    ("household_heads", "name", 64),
    ("accounts", "display_name", 64),
    ("wishes", "title", 60),
    ("wishes", "details", 64),
)


async def fits(visited: Visit, place: str, seen: str, kept: Path) -> None:
    """Open a place, wait for what is seen there, and look whether all of it is within the window."""
    await visited.open(place)
    await expect(visited.page.get_by_role("main").get_by_text(seen).first).to_be_visible()
    await visited.page.screenshot(path=kept / f"long-{re.sub(r'[^a-z]+', '-', place)}.png", full_page=True)
    assert await visited.too_wide() == 0, place


@pytest.mark.parametrize("letters", [16, 32])
async def test_long_words_fit_a_phone(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], kept: Path, letters: int
) -> None:
    """`letters`: their size, as somebody has set it in the browser, in pixels."""
    (server,), (api,) = servers(1), apis(1)
    a = rich.a
    assert a.cashier and a.shop
    wish = await wishes.dispatched(api, a)
    await till.redeemed(api, a)
    for table, column, length in NAMES:
        await database.execute(f"UPDATE {table} SET {column} = $1", LONG[:length])
    async with chromium(f"--blink-settings=defaultFontSize={letters}") as browser:
        async with visit(browser, server.url, viewport=PHONE) as visited:
            await visited.sign_in(a.head_people[0])
            await visited.page.get_by_role("button", name=re.compile("^领取")).first.click()
            await expect(visited.page.get_by_text(re.compile("^已领取"))).to_be_visible()
            assert await visited.too_wide() == 0
            for place, seen in ((f"/card#wish/{wish}", "经过"), ("/card#points", "积分流水"), ("/card#record", "开具")):
                await fits(visited, place, seen, kept)
        async with visit(browser, server.url, viewport=PHONE) as visited:
            await visited.sign_in(a.cashier)
            page = visited.page
            await page.get_by_label("优惠码").focus()
            await page.keyboard.type((await till.phone(api, a)).qr() + "100000")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("heading", name="请收款")).to_be_visible()
            assert await visited.too_wide() == 0
            await page.get_by_role("button", name="已收款，确认核销").click()
            await page.get_by_role("button", name="明细").click()
            await expect(page.get_by_text("¥80000.00").last).to_be_visible()
            assert await visited.too_wide() == 0
            await fits(visited, f"/admin#shop/{ids.make('Shop', a.shop.id)}/days", "哪一天", kept)
        async with visit(browser, server.url, viewport=PHONE) as visited:
            await visited.sign_in(a.staff)
            for place, seen in ((f"/desk#wish/{wish}", "经过"), ("/desk#households", LONG), ("/desk#heads", LONG)):
                await fits(visited, place, seen, kept)
