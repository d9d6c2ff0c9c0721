"""Seasons in a browser: proposed on /home, consented to on /card, drafted and decided on /admin and /desk, thanked on
/wall."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from models.enums import NominationState, Role, SeasonState
from models.people import HouseholdHead
from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.evidence.visits import visit
from tests.town import honours, story
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World, person

pytestmark = pytest.mark.usefixtures("work")


async def test_a_head_is_proposed_and_consents(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    a = world.a
    await honours.season(a.community, title="2026 年优秀联户长")
    async with visit(browser, server.url) as home, visit(browser, server.url) as card:
        await home.sign_in(a.residents[0])
        page = home.page
        await page.get_by_role("link", name="评选").click()
        await page.get_by_role("button", name="2026 年优秀联户长").click()
        await page.get_by_role("button", name="提名", exact=True).click()
        form = page.get_by_role("dialog", name="提名")
        await form.get_by_role("radio", name="赵联户").check()
        await form.get_by_label("为什么提名").fill("常年照看独居老人")
        await home.look("honours-propose", kept)
        await form.get_by_role("button", name="提名", exact=True).click()
        await expect(form).to_have_count(0)
        await home.keeps_nothing_of("propose:")
        await page.get_by_role("button", name="各期评选").click()
        await expect(page.get_by_role("region", name="我的提名")).to_contain_text("等本人同意")
        await home.look("honours-home", kept)
        assert await home.small_targets() == []

        await card.sign_in(a.head_people[0])
        page = card.page
        await page.get_by_role("link", name="评选").click()
        mine = page.get_by_role("region", name="我的提名")
        await expect(mine).to_contain_text("常年照看独居老人")
        await mine.get_by_role("button", name="同意", exact=True).click()
        await page.get_by_role("dialog", name="同意提名").get_by_role("button", name="同意提名").click()
        await expect(mine).to_contain_text("本人已同意")
        await card.look("honours-card", kept)
        assert await card.small_targets() == []
    assert await database.fetch_value("SELECT state FROM nominations") == "CONSENTED"


async def test_an_administrator_drafts_opens_and_reviews(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    a = world.a
    for name in ("二管理", "三管理"):
        await person(name, Role.DISTRICT_ADMIN, area=world.district)
    await honours.many_heads(a)
    review = await honours.season(a.community, SeasonState.REVIEW, title="去年的优秀联户长")
    made = await honours.nomination(review, NominationState.CONSENTED, head=a.heads[0])
    await honours.objection(made, a.head_people[0], honours.ObjectionKind.EVIDENCE)
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        await page.get_by_role("navigation", name="管理").get_by_role("link", name="评选").click()
        await page.get_by_role("button", name="起草一期").click()
        form = page.get_by_role("region", name="起草一期")
        await form.get_by_role("radio", name="汇川区").check()
        terms = honours.terms()
        for label, value in (
            ("名称", "年度优秀联户长"), ("依据", "2026 年第 3 号"), ("说明", "热心"), ("事迹从", terms["deedsFrom"]),
            ("事迹到", terms["deedsUntil"]), ("提名从", terms["nominateFrom"]), ("提名到", terms["nominateUntil"]),
            ("名额", "2"),
        ):  # fmt: skip
            await form.get_by_label(label, exact=True).fill(value)
        await visited.look("honours-draft", kept)
        await form.get_by_role("button", name="起草", exact=True).click()
        opened = page.get_by_role("region", name="这一期")
        await expect(opened).to_contain_text("起草中")
        await opened.get_by_role("button", name="开启", exact=True).click()
        await page.get_by_role("dialog", name="开启").get_by_role("button", name="开启").click()
        await expect(opened).to_contain_text("提名中")

        await opened.get_by_role("button", name="各期评选").click()
        await page.get_by_role("button", name="去年的优秀联户长").click()
        await expect(opened).to_contain_text("评过的心愿 8 件")
        await expect(opened).to_contain_text("待答复的异议")
        await visited.look("honours-review", kept)
        assert await visited.small_targets() == []
        await opened.get_by_role("button", name="列入", exact=True).click()
        asked = page.get_by_role("dialog", name="列入公示名单")
        await asked.get_by_label("理由").fill("事迹属实")
        await asked.get_by_role("button", name="列入公示名单").click()
        await expect(opened).to_contain_text("在公示名单上")
    assert await honours.state_of(honours.nomination_id(made)) == "SHORTLISTED"


async def test_why_a_season_goes_no_further_is_said(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    a, yesterday = world.a, honours.today() - timedelta(days=1)
    past = {"nominate_until": yesterday, "deeds_until": yesterday}
    await honours.season(a.community, SeasonState.DRAFT, title="过期的草稿", **past)
    await honours.season(a.community, SeasonState.REVIEW, title="空的一期")
    crowded = await honours.season(a.community, SeasonState.REVIEW, title="多的一期", quota=1)
    for one in a.heads:
        await honours.nomination(crowded, NominationState.SHORTLISTED, head=one)
    said = {"过期的草稿": "提名的截止日已过", "空的一期": "公示名单是空的", "多的一期": "名额只有 1 个"}
    assert a.staff
    async with visit(browser, server.url) as visited:
        await visited.sign_in(a.staff)
        page = visited.page
        await page.get_by_role("link", name="评选").click()
        opened = page.get_by_role("region", name="这一期")
        for title, why in said.items():
            await page.get_by_role("button", name=title).click()
            await expect(opened).to_contain_text(why)
            for step in ("开启", "公示"):
                await expect(opened.get_by_role("button", name=step, exact=True)).to_have_count(0)
            await opened.get_by_role("button", name="各期评选").click()


async def test_candidates_are_looked_for_among_thousands(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """The first pages have nobody who meets the rule: the dialog says so, and goes on."""
    (server,) = servers(1)
    a = world.a
    rule = {**honours.NOTHING, "ratings": 1}
    await honours.season(a.community, title="2026 年优秀联户长", rule=rule)
    await database.execute(
        "INSERT INTO household_heads (id, grid_id, name, created_at, ratings_count, ratings_sum, points_earned)"
        " SELECT uuidv7(n * interval '1 second'), $1, '群众' || n, now(), 0, 0, 0 FROM generate_series(1, 10_100) n",
        a.grid.id,
    )
    last = await database.fetch_value("SELECT max(id::text)::uuid FROM household_heads")
    await honours.deeds(a, await HouseholdHead.get(id=last), wishes=1)
    async with visit(browser, server.url) as visited:
        await visited.sign_in(a.staff)
        page = visited.page
        await page.get_by_role("link", name="评选").click()
        await page.get_by_role("button", name="2026 年优秀联户长").click()
        await page.get_by_role("button", name="提名", exact=True).click()
        form = page.get_by_role("dialog", name="提名")
        await expect(form).to_contain_text("查过的还没有符合条件的")
        await visited.look("honours-candidates", kept)
        assert await visited.small_targets() == []
        await form.get_by_role("button", name="更多联户长").click()
        await form.get_by_role("radio", name="群众10100").check()
        await expect(form.get_by_role("button", name="更多联户长")).to_have_count(0)


async def test_an_administrator_drafts_for_one_community(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """Chosen within its subdistrict, and still chosen after a reload; another subdistrict begins anew."""
    (server,) = servers(1)
    terms = honours.terms()
    async with visit(browser, server.url) as visited:
        await visited.sign_in_with_factor(world.admin)
        page = visited.page
        await page.get_by_role("navigation", name="管理").get_by_role("link", name="评选").click()
        await page.get_by_role("button", name="起草一期").click()
        form = page.get_by_role("region", name="起草一期")
        await form.get_by_role("radio", name="汇川区").check()
        await expect(form.get_by_label("社区", exact=True)).to_have_count(0)
        await form.get_by_role("radio", name="上海路街道").check()
        await form.get_by_label("社区", exact=True).select_option(label="A社区")
        await visited.look("honours-draft-community", kept)
        assert await visited.small_targets() == []
        for label, value in (
            ("名称", "A社区优秀联户长"), ("依据", "2026 年第 3 号"), ("说明", "热心"), ("事迹从", terms["deedsFrom"]),
            ("事迹到", terms["deedsUntil"]), ("提名从", terms["nominateFrom"]), ("提名到", terms["nominateUntil"]),
            ("名额", "1"),
        ):  # fmt: skip
            await form.get_by_label(label, exact=True).fill(value)
        await visited.keeps_something_of("season:new")
        await page.reload()
        await page.get_by_role("button", name="起草一期").click()
        await expect(form.get_by_label("社区", exact=True)).to_have_value(ids.make("Area", world.a.community.id))
        await form.get_by_role("button", name="起草", exact=True).click()
        await expect(page.get_by_role("region", name="这一期")).to_contain_text("A社区 · 优秀联户长")
    assert await database.fetch_value("SELECT area_id FROM seasons") == world.a.community.id


async def test_all_objections_can_be_reached(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """However many wait; whoever answers one further down stays among them."""
    (server,) = servers(1)
    notice = await honours.season(world.a.community, SeasonState.NOTICE, title="2026 年优秀联户长")
    listed = await honours.nomination(notice, NominationState.SHORTLISTED, head=world.a.heads[0])
    for number in range(25):
        await honours.objection(listed, await person(f"{number}号居民"))
    async with visit(browser, server.url) as visited:
        await visited.sign_in(await honours.another_decider(world.a))
        page = visited.page
        await page.get_by_role("link", name="评选").click()
        await page.get_by_role("button", name="2026 年优秀联户长").click()
        waiting = page.get_by_role("region", name="待答复的异议")
        rows = waiting.get_by_role("listitem")
        await expect(rows).to_have_count(10)
        for count in (20, 25):
            await waiting.get_by_role("button", name="更多").click()
            await expect(rows).to_have_count(count)
        await expect(waiting.get_by_role("button", name="更多")).to_have_count(0)
        await expect(rows.last).to_contain_text("24号居民")
        await visited.look("honours-objections", kept)
        assert await visited.small_targets() == []
        await rows.last.get_by_role("button", name="不成立").click()
        asked = page.get_by_role("dialog", name="异议不成立")
        await asked.get_by_label("答复").fill("核实无误")
        await asked.get_by_role("button", name="异议不成立").click()
        await expect(rows).to_have_count(24)
        await expect(rows.last).to_contain_text("23号居民")


async def test_staff_draft_and_decide_at_the_desk(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """With their own conditions; what waits is counted, what is next is said, and the way back leads to the list."""
    (server,) = servers(1)
    a = world.a
    review = await honours.season(a.community, SeasonState.REVIEW, title="去年的优秀联户长", reviewed_at=clock.now())
    made = await honours.nomination(review, NominationState.CONSENTED, head=a.heads[0])
    async with visit(browser, server.url) as visited:
        await visited.sign_in(a.staff)
        page = visited.page
        await page.get_by_role("link", name="评选 1 项待办").click()
        await page.get_by_role("button", name="起草一期").click()
        form = page.get_by_role("region", name="起草一期")
        await form.get_by_role("radio", name="A社区").check()
        terms = honours.terms()
        for label, value in (
            ("名称", "社区优秀联户长"), ("依据", "2026 年第 3 号"), ("说明", "热心"), ("事迹从", terms["deedsFrom"]),
            ("事迹到", terms["deedsUntil"]), ("提名从", terms["nominateFrom"]), ("提名到", terms["nominateUntil"]),
            ("名额", "1"), ("任联户长满几个月", "0"), ("由人评的平均几星", "四星半"),
        ):  # fmt: skip
            await form.get_by_label(label, exact=True).fill(value)
        await form.get_by_role("button", name="起草", exact=True).click()
        await expect(form).to_contain_text("请填写 0 到 5")
        await form.get_by_label("由人评的平均几星", exact=True).fill("4.8")
        await visited.look("honours-desk-draft", kept)
        assert await visited.small_targets() == []
        await form.get_by_role("button", name="起草", exact=True).click()
        opened = page.get_by_role("region", name="这一期")
        await expect(opened).to_contain_text("任联户长满 0 个月")
        await expect(opened).to_contain_text("平均 4.8 星")
        await opened.get_by_role("button", name="各期评选").click()
        await page.get_by_role("button", name="去年的优秀联户长").click()
        await expect(opened).to_contain_text("还有 1 项未定")
        await opened.get_by_role("button", name="列入", exact=True).click()
        asked = page.get_by_role("dialog", name="列入公示名单")
        await asked.get_by_label("理由").fill("事迹属实")
        await asked.get_by_role("button", name="列入公示名单").click()
        await expect(opened).to_contain_text("之后由没有开启这一期的人公示")
        await expect(page.get_by_role("link", name="评选", exact=True)).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("button", name="起草一期")).to_be_visible()
    assert await honours.state_of(honours.nomination_id(made)) == "SHORTLISTED"


async def test_notices_lead_to_what_they_are_about(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser, kept: Path
) -> None:
    """A nominee is led to the nomination; who objected reads the answer, also once the nomination is struck."""
    (server,), (api,) = servers(1), apis(1)
    a = world.a
    season = await honours.season(a.community, title="2026 年优秀联户长")
    await honours.proposed(api, a.residents[0], honours.season_id(season), nomineeId=honours.head_id(a))
    notice = await honours.season(a.community, SeasonState.NOTICE)
    listed = await honours.nomination(notice, NominationState.SHORTLISTED, head=a.heads[1])
    objection = await honours.objection(listed, a.residents[1])
    answer = {"upheld": True, "answer": "经核实，确有其事"}
    await story.done(
        api, a.staff, "SeasonObjectionAnswer", objectionId=ids.make("SeasonObjection", objection.id), **answer
    )
    third = await person("三管理", Role.DISTRICT_ADMIN, area=world.district)
    await story.done(api, third, "NominationStrike", nominationId=honours.nomination_id(listed), reason="异议成立")
    async with visit(browser, server.url) as card, visit(browser, server.url) as home:
        await card.sign_in(a.head_people[0])
        page = card.page
        await expect(page.get_by_role("link", name="评选 1 项等您同意")).to_be_visible()
        await page.get_by_role("link", name="通知").click()
        await page.get_by_role("link", name="看这项提名").click()
        await expect(page.get_by_role("region", name="我的提名")).to_contain_text("2026 年优秀联户长")

        await home.sign_in(a.residents[1])
        page = home.page
        await page.get_by_role("link", name="通知").click()
        told = page.get_by_role("region", name="通知")
        await expect(told).to_contain_text("您的异议：有一件心愿不是他做的")
        await expect(told).to_contain_text("答复（成立）：经核实，确有其事")
        await home.look("honours-notices", kept)


async def test_a_notice_is_public(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """Who has not signed in reads the list, and what a name did; nothing that is not for everybody."""
    (server,) = servers(1)
    notice = await honours.season(world.a.community, SeasonState.NOTICE, title="2026 年优秀联户长")
    await honours.nomination(notice, NominationState.SHORTLISTED, head=world.a.heads[0])
    await honours.nomination(notice, NominationState.PASSED_OVER, head=world.a.heads[1])
    async with visit(browser, server.url) as visited:
        await visited.open("/")
        page = visited.page
        await page.get_by_role("link", name="评选公示").click()
        await page.get_by_role("button", name="2026 年优秀联户长").click()
        opened = page.get_by_role("region", name="这一期")
        await expect(opened).to_contain_text("赵联户")
        await expect(opened).to_contain_text("评过的心愿 8 件")
        await expect(opened).not_to_contain_text("钱联户")
        await expect(opened).not_to_contain_text("提名理由")
        await expect(opened.get_by_role("button")).to_have_count(1)
        await visited.look("honours-public", kept)
        assert await visited.small_targets() == []


async def test_the_wall_thanks(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    season = await honours.season(world.a.community, SeasonState.CONCLUDED)
    await honours.nomination(season, NominationState.HONOURED, head=world.a.heads[0])
    async with visit(browser, server.url) as visited:
        await visited.open("/wall")
        await expect(visited.page.get_by_role("region", name="致谢")).to_contain_text("赵联户")
        await visited.look("honours-wall", kept)
