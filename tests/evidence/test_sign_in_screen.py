"""/sign-in and / in a browser: by phone, by a one-use code, with a second factor, into a household, and out again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from services.db import database
from tests.evidence.visits import Visit, chromium, holding, losing, visit
from tests.town import entry, second_factor, wishes
from tests.town.documents import Api
from tests.town.entry import PHONE, STRANGER
from tests.town.providers import Town
from tests.town.servers import Server
from tests.town.world import World

# A browser whose owner lets no site store anything.
KEEPS_NOTHING = """
  for (const name of ["localStorage", "sessionStorage", "indexedDB"]) Object.defineProperty(window, name, {
    get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
  });
"""

# How a page stands that a browser goes back to, before anything else is done.
SEEN_AGAIN = """addEventListener("pageshow", ({ persisted }) => {
  if (persisted) sessionStorage.seenAgain = getComputedStyle(document.body).visibility;
});"""


async def ask_for_code(visited: Visit, town: Town, phone: str) -> str:
    page = visited.page
    await page.get_by_label("手机号").fill(phone)
    await page.get_by_role("button", name="获取验证码").click()
    await expect(page.get_by_label("6 位验证码")).to_be_focused()
    return await town.code_for(phone)


async def test_by_phone(world: World, texting: tuple[Server, Town], browser: Browser, kept: Path) -> None:
    server, town = texting
    await entry.with_the_roster_phone(world.a.households[0].id)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open("/sign-in")
        await visited.look("sign-in-phone", kept)
        assert await visited.small_targets() == []
        await page.get_by_label("手机号").fill("123")
        await page.get_by_role("button", name="获取验证码").click()
        await expect(page.get_by_text("请填写 11 位手机号")).to_be_visible()

        code = await ask_for_code(visited, town, PHONE)
        again = page.get_by_role("button", name=re.compile(r"\d+ 秒后可重新获取"))
        await expect(again).to_be_disabled()
        await visited.look("sign-in-code", kept)
        await visited.reload()  # as a phone does that showed the message meanwhile
        await expect(again).to_be_disabled()
        await page.get_by_label("6 位验证码").fill(str((int(code) + 1) % 1_000_000).zfill(6))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").get_by_text("验证码")).to_be_visible()
        await page.get_by_label("6 位验证码").fill(code)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name=re.compile("隐私告知"))).to_be_visible()
        await visited.look("sign-in-notice", kept)
        await visited.agree()
        assert page.url == f"{server.url}/home"


async def test_without_text_messages_by_a_code_alone(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    """Nobody is asked for a number that no code will be sent to."""
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open("/sign-in")
        await expect(page.get_by_label("登录码", exact=True)).to_be_visible()
        await page.get_by_role("button", name="手机验证码").click()
        await expect(page.get_by_text("现场开一次性登录码")).to_be_visible()
        await expect(page.get_by_role("button", name="获取验证码")).to_have_count(0)
        await visited.look("sign-in-no-texts", kept)


async def test_a_stranger_asks_to_belong(
    world: World, texting: tuple[Server, Town], browser: Browser, kept: Path
) -> None:
    server, town = texting
    number = await entry.numbered(world.a)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open("/sign-in")
        code = await ask_for_code(visited, town, STRANGER)
        await page.get_by_label("6 位验证码").fill(code)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="申请加入一户")).to_be_visible()
        await visited.look("sign-in-join", kept)
        await page.get_by_role("button", name="提交申请").click()
        await expect(page.get_by_text("请填写", exact=True)).to_have_count(2)
        await page.get_by_label("姓名").fill("长" * 65)
        await page.get_by_label("户编号").fill("9" * 33)
        await page.get_by_role("button", name="提交申请").click()
        await expect(page.get_by_label("姓名")).to_have_accessible_description("内容过长，最多 64 个字")
        await expect(page.get_by_label("户编号")).to_have_accessible_description("内容过长，最多 32 个字")
        await page.get_by_label("姓名").fill("新来的")
        await page.get_by_label("户编号").fill(number)
        await page.get_by_role("button", name="提交申请").click()
        await expect(page.get_by_text("申请已提交")).to_be_visible()
        await page.get_by_role("button", name="知道了").click()
        await visited.agree()
        await expect(page.get_by_text("您还没有身份")).to_be_visible()
    assert await database.fetch_value("SELECT count(*) FROM household_joins WHERE state = 'OPEN'") == 1


async def test_by_a_one_use_code_and_out_again(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,), cashier = servers(1), world.a.cashier
    assert cashier
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open("/till")  # which asks who it is
        await expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Ftill$"))
        await page.get_by_role("button", name="登录码").click()
        await page.get_by_label("登录码").fill("AAAA-AAAA-AAA")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("登录码是 12 位字母和数字")).to_be_visible()
        await page.get_by_label("登录码").fill("AAAA-AAAA-AAAA")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").get_by_text("登录码")).to_be_visible()
        await visited.look("sign-in-one-use", kept)
        code = await entry.operators_code(cashier)
        await page.get_by_label("登录码").fill(code.lower())
        await page.keyboard.press("Enter")
        await visited.agree()
        assert page.url == f"{server.url}/till", "where it was asked for"
        assert {"token", "device"} <= {*await visited.kept()}
        token = await database.fetch_value(
            "SELECT count(*) FROM sessions WHERE revoked_at IS NULL AND device_key IS NOT NULL"
        )
        assert token == 1

        await visited.open("/")
        await expect(page.get_by_role("link", name=re.compile("收银台"))).to_be_visible()
        await visited.look("doors-cashier", kept)
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("link", name=re.compile("^登录"))).to_be_visible()
        await visited.keeps("device")
        assert await database.fetch_value("SELECT count(*) FROM sessions WHERE revoked_at IS NOT NULL") == 1
        await visited.look("doors-nobody", kept)


async def test_a_code_in_an_address_waits_for_a_tap(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,), cashier = servers(1), world.a.cashier
    assert cashier
    async with visit(browser, server.url) as visited:
        page = visited.page
        code = await entry.operators_code(cashier)
        await visited.open(f"/sign-in#{code}")
        await expect(page.get_by_label("登录码")).to_have_value(code)
        assert page.url == f"{server.url}/sign-in", "not in the history"
        await visited.keeps()
        await page.get_by_role("button", name="登录", exact=True).click()
        await visited.agree()
        assert page.url == f"{server.url}/till"
        # Whoever comes next with a code of their own is asked who goes on.
        other = await entry.operators_code(world.a.residents[0])
        await page.goto("about:blank")
        await visited.open(f"/sign-in#{other}")
        await expect(page.get_by_text("您已登录：王店员")).to_be_visible()
        await page.get_by_role("button", name="退出，换人登录").click()
        await page.get_by_role("button", name="登录", exact=True).click()
        await visited.agree()
        assert page.url == f"{server.url}/home"


async def test_an_administrator_sets_up_a_second_factor(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open(f"/sign-in#{await entry.operators_code(world.admin)}")
        await page.get_by_role("button", name="登录", exact=True).click()
        await expect(page.get_by_role("heading", name="设置两步验证")).to_be_visible()
        qr = page.get_by_role("img", name="验证器应用的二维码")
        await expect(qr).to_be_visible()
        await visited.look("sign-in-enrol", kept)
        uri = await page.get_by_role("link", name="在本机的验证器应用里打开").get_attribute("href")
        secret = (await page.locator(".secret").inner_text()).replace(" ", "")
        assert await visited.scanned(qr) == uri and (uri or "").startswith("otpauth://totp/") and secret in (uri or "")
        await page.get_by_label("六位数字").fill(
            second_factor.code(second_factor.secret_of({"uri": uri or "", "secret": secret}))
        )
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
        recovery = await page.locator(".codes li").all_inner_texts()
        assert len(recovery) >= 8
        await visited.look("sign-in-recovery", kept)
        await page.get_by_role("button", name="我已抄好").click()
        await visited.agree()
        assert page.url == f"{server.url}/admin"
        await page.get_by_role("button", name="退出").click()
        await page.wait_for_url(f"{server.url}/")

        await visited.open(f"/sign-in#{await entry.operators_code(world.admin)}")
        await page.get_by_role("button", name="登录", exact=True).click()
        await page.get_by_label("验证码或恢复码").fill(recovery[0])
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/admin")


async def test_a_second_factor_that_could_not_be_begun_is_tried_again(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = visited.page
        async with losing(visited, "SecondFactorBegin", arrives=False):
            await visited.open(f"/sign-in#{await entry.operators_code(world.admin)}")
            await page.get_by_role("button", name="登录", exact=True).click()
            await expect(page.get_by_role("alert")).to_contain_text("网络不通")
        await page.get_by_role("button", name="再试一次").click()
        await expect(page.get_by_role("img", name="验证器应用的二维码")).to_be_visible()


async def test_a_session_that_was_ended_leaves_nothing(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,), cashier = servers(1), world.a.cashier
    assert cashier
    async with visit(browser, server.url) as visited:
        await visited.sign_in(cashier)
        await expect(visited.page.get_by_label("优惠码")).to_be_focused()
        await database.execute("UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL")
        visited.cut = True  # the browser tells of a 401
        await visited.page.reload()
        await expect(visited.page.get_by_text("登录已结束，请重新登录")).to_be_visible()
        await visited.keeps("device")


async def test_in_english_too(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, kept: Path
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open("/?lang=en")
        await expect(page.get_by_role("link", name=re.compile("Sign in"))).to_be_visible()
        await visited.look("doors-english", kept)
        await page.get_by_role("link", name=re.compile("Sign in")).click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == "en"
        await page.get_by_role("link", name="中文").click()
        await expect(page.get_by_role("heading", name="登录")).to_be_visible()


async def test_an_address_that_is_no_code(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.open("/sign-in#100%")
        await visited.page.get_by_role("button", name="登录", exact=True).click()
        await expect(visited.page.get_by_text("登录码是 12 位字母和数字")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "seen"), [("/", "登录"), ("/wall", "月榜"), ("/honours", "各期评选"), ("/check", "核验一份")]
)
async def test_what_is_public_is_shown_where_nothing_is_kept(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, path: str, seen: str
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.context.add_init_script(KEEPS_NOTHING)
        await visited.open(path)
        await expect(visited.page.get_by_role("main").get_by_text(seen).first).to_be_visible()
        await visited.page.get_by_role("button", name="大字").click()
        await expect(visited.page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("path", ["/sign-in", "/till"])
async def test_who_can_keep_nothing_is_told_what_to_do(
    world: World, servers: Callable[[int], list[Server]], browser: Browser, path: str
) -> None:
    (server,) = servers(1)
    async with visit(browser, server.url) as visited:
        await visited.context.add_init_script(KEEPS_NOTHING)
        await visited.open(path)
        await expect(visited.page.get_by_role("alert")).to_contain_text("请换一个窗口，或清理后再试")


async def test_signing_out_waits_for_no_network(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    """What is kept is gone at once, though the server is long in answering; and it is told all the same."""
    (server,), cashier = servers(1), world.a.cashier
    assert cashier
    async with visit(browser, server.url) as visited:
        await visited.sign_in(cashier)
        await visited.open("/till")
        async with holding(visited, "SessionEnd") as asked:
            await visited.page.get_by_role("button", name="退出").click()
            await asked.wait()
            await visited.keeps("device")
            sent: list[str] = []
            visited.page.on("request", lambda request: sent.append(request.url))
            await visited.page.get_by_role("button", name="前一天").click()
            await expect(visited.page.get_by_text("正在打开…")).to_be_visible()
        await visited.page.wait_for_url(f"{server.url}/")
    assert [url for url in sent if url.endswith("/graphql")] == [], "nothing is asked as nobody"
    assert await database.fetch_value("SELECT count(*) FROM sessions WHERE revoked_at IS NOT NULL") == 1


async def test_a_page_whose_data_were_cleared_goes_on(
    world: World, servers: Callable[[int], list[Server]], browser: Browser
) -> None:
    """By the browser's own menu, while it was open: one can write on, and sign out."""
    (server,), resident = servers(1), world.a.residents[0]
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.sign_in(resident)
        await page.get_by_role("button", name="点单").click()
        session = await visited.context.new_cdp_session(page)
        await session.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "indexeddb"})
        await page.get_by_label("一句话说明").fill("水龙头漏水")
        await page.get_by_role("button", name="关闭").click()
        await expect(page.get_by_text("上次写到：水龙头漏水")).to_be_visible()
        await page.get_by_role("button", name="退出").click()
        await page.wait_for_url(f"{server.url}/", timeout=10_000)
        await expect(page.get_by_role("link", name=re.compile("^登录"))).to_be_visible()
    assert await database.fetch_value("SELECT count(*) FROM sessions WHERE revoked_at IS NOT NULL") == 1


async def test_signing_in_leads_to_what_was_asked_for(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], browser: Browser
) -> None:
    """As from a message about one wish; its id stands in no address that a server sees."""
    (server,), (api,), resident = servers(1), apis(1), world.a.residents[0]
    wish = await wishes.submitted(api, world.a)
    async with visit(browser, server.url) as visited:
        page = visited.page
        await visited.open(f"/home#wish/{wish}")
        await page.wait_for_url("**/sign-in?next=%2Fhome")
        await page.get_by_role("button", name="登录码", exact=True).click()
        await page.get_by_label("登录码", exact=True).fill(await entry.operators_code(resident))
        await page.get_by_role("button", name="登录", exact=True).click()
        await visited.agree()
        await expect(page.get_by_role("region", name="心愿", exact=True).get_by_role("heading").first).to_be_focused()
        assert page.url == f"{server.url}/home#wish/{wish}"


async def test_who_has_signed_out_is_not_gone_back_to(world: World, servers: Callable[[int], list[Server]]) -> None:
    """A browser keeps a page that was left, to go back to; not for who comes next."""
    (server,), resident = servers(1), world.a.residents[0]
    async with (
        chromium(without=["--disable-back-forward-cache"]) as keeping,
        visit(keeping, server.url) as visited,
    ):
        page = visited.page
        visited.cut = True  # its subscriptions end with it
        await page.add_init_script(SEEN_AGAIN)
        await visited.sign_in(resident)
        await expect(page.get_by_role("button", name="点单", exact=True)).to_be_visible()
        await page.get_by_role("link", name="红城星店，全部入口").click()
        await expect(page.get_by_role("heading", name="红城星店")).to_be_visible()
        await page.evaluate("history.back()")
        await expect(page.get_by_role("button", name="点单", exact=True)).to_be_visible()
        assert await page.evaluate("sessionStorage.seenAgain") == "hidden"
        await page.evaluate("sessionStorage.removeItem('seenAgain')")
        await page.get_by_role("button", name="退出", exact=True).click()
        await page.wait_for_url(f"{server.url}/")
        await page.evaluate("history.back()")
        await page.wait_for_url("**/sign-in?next=**")
        assert await page.evaluate("sessionStorage.seenAgain") == "hidden"
