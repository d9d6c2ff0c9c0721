"""Closed boards in a browser: an administrator reads hashes and errata, a head the own place of last month."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from models.people import HouseholdHead
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points import closing
from services.roles import heads as roles
from tests.evidence.visits import visit
from tests.town import world as making
from tests.town.points import award, reverse
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")


@pytest.fixture
async def last_month(world: World, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Six heads of a community had points last month; the first lost some since, and the third left the board."""
    first = clock.start_of(clock.month_of(clock.now()))
    noon = first - timedelta(days=10, hours=12)
    others = [await making.head(world.a.grid, name) for name in ("钱联户", "孙联户", "李联户", "周联户", "吴联户")]
    heads: list[HouseholdHead] = [world.a.heads[0], *others]
    for number, head in enumerate(heads):
        for day in range(2 if number < 3 else 1):
            await award(world.a, at=noon + timedelta(days=day, minutes=number), head=head, household=number % 2)
    with monkeypatch.context() as then:
        then.setattr(clock, "now", lambda: first + timedelta(days=1, seconds=20))
        await closing.close_due()
    wish = await database.fetch_value("SELECT wish_id FROM rewards WHERE head_id = $1 LIMIT 1", heads[0].id)
    await reverse(wish_id=wish, reason="误评", account_id=None)
    leaving = await making.person("孙", making.Role.HOUSEHOLD_HEAD, head_id=heads[2].id)
    await roles.leave_board(await making.viewer(leaving), heads[2].id)
    return noon


async def test_an_administrator_reads_closed_boards(
    world: World, last_month: datetime, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    month = f"{last_month.astimezone(clock.SHANGHAI):%Y}年{last_month.astimezone(clock.SHANGHAI).month}月"
    sha256 = (await database.fetch_value(
        "SELECT c.sha256 FROM board_closings c JOIN areas a ON a.id = c.area_id"
        " WHERE a.kind = 'COMMUNITY' AND c.period = 'MONTH' AND c.scored > 0"
    )).hex()  # fmt: skip
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        await visited.open("/admin#boards")
        listed = page.get_by_role("region", name="封榜存档")
        await expect(listed.get_by_role("link")).to_contain_text(["更正 1 条"])
        await listed.get_by_label("街道").select_option(label="上海路街道")
        await listed.get_by_label("社区").select_option(label="A社区")
        await expect(listed.get_by_role("link")).to_contain_text([sha256[:16]])
        await visited.look("admin-boards", kept)
        assert await visited.small_targets() == []
        await listed.get_by_role("link").click()
        opened = page.get_by_role("region", name="这次封榜")
        await expect(opened.get_by_role("heading", name=f"A社区 {month}")).to_be_focused()
        places = opened.get_by_role("region", name="名次").get_by_role("listitem")
        await expect(places).to_have_count(6)
        await expect(places.nth(0)).to_contain_text("更正为第 3 名，25 分")
        await expect(places.nth(2)).to_contain_text("已退出")
        await expect(opened.get_by_role("region", name="更正")).to_contain_text("50 → 25")
        await opened.get_by_text("指纹").click()
        await expect(opened.get_by_text(sha256)).to_be_visible()
        await visited.look("admin-board", kept)
        await listed.get_by_label("周期").select_option(label="年榜")
        await expect(listed.get_by_text("还没有封榜")).to_be_visible()
        await visited.open(f"/admin#board/{ids.make('Shop', world.district.id)}")
        await expect(page.get_by_text("找不到这次封榜")).to_be_visible()


async def test_a_head_reads_the_own_place_of_last_month(
    world: World, last_month: datetime, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url, viewport={"width": 360, "height": 740}) as visited:
        await visited.sign_in(world.a.head_people[0])
        page = visited.page
        await visited.open("/card#points")
        closed = page.get_by_role("region", name="封榜")
        await expect(closed).to_contain_text("您在A社区第 1 名，50 分。 更正为第 3 名，25 分")
        await closed.get_by_text("看前 6 位").click()
        await expect(closed.get_by_role("listitem").nth(2)).to_contain_text("已退出")
        await visited.look("card-closed", kept)
        assert await visited.small_targets() == []
