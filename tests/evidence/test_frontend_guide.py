"""docs/frontend.md, followed to the letter: its commands typed, its files written, the page used in a browser, from
another origin than the API's."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from schema.graph import ids
from services.kit import clock
from services.points.open_boards import MIN_SCORED
from tests.evidence.programs import HERE, NODE, environment
from tests.town import guides, story, wishes
from tests.town import servers as processes
from tests.town.documents import Api
from tests.town.entry import operators_code
from tests.town.points import award
from tests.town.servers import ROOT, Server, free_port
from tests.town.world import World, head

pytestmark = pytest.mark.usefixtures("work")

PAGES = ("frontend.md", "frontend.zh-CN.md")
API, OWN = "http://127.0.0.1:8000", "8100"
FOLDER = "my-page"
PAGE_SIZE = 10
SOON = 30_000  # milliseconds until a change is shown: seconds of delay, and a machine that is busy
WRONG_CODES = 3


def code(page: str) -> list[tuple[str, str]]:
    """All blocks of a guide: the language, and what stands there."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", guides.text(page), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def demo(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as `make demo` has it, which takes pages of any origin."""
    settings = {"CORS_ORIGINS": "*", "MAX_WRONG_CODES_PER_ADDRESS": str(WRONG_CODES)}
    started = processes.start(database_url, tmp_path_factory.mktemp("demo") / "log", **settings)
    yield started
    assert "Traceback" not in started.written()
    started.stop()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's folder, as far as the guide needs it."""
    folder = tmp_path / "project"
    folder.mkdir()
    for one in ROOT.iterdir():
        if one.name not in (".venv", FOLDER):
            (folder / one.name).symlink_to(one)
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return folder


def followed(project: Path, url: str) -> tuple[Path, str]:
    """Do all that the guide says, up to the page; its folder, and the command that serves it."""
    demo, prepare, serve = (block for language, block in code(PAGES[0]) if language == "sh")
    assert demo == "make demo\n"
    ran = subprocess.run(["sh", "-e"], input=prepare, cwd=project, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    folder = project / FOLDER
    for name, language in (("district.html", "html"), ("index.html", "html")):
        (found,) = re.findall(rf"`{FOLDER}/{name}`:\n\n```{language}\n(.*?)^```$", guides.text(PAGES[0]), re.M | re.S)
        (folder / name).write_text(found.replace(API, url))
    pieces = [block for language, block in code(PAGES[0]) if language == "js"]
    (folder / "page.js").write_text("\n".join(pieces).replace(API, url))
    return folder, serve


@pytest.fixture
def origin(project: Path, demo: Server) -> Iterator[str]:
    """Where the guide's page is served, by the guide's command."""
    port = str(free_port())
    folder, serve = followed(project, demo.url)
    words = serve.replace(OWN, port).split()
    assert words[0] == "python3" and folder.is_dir()
    silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, *words[1:]], cwd=project, **silent) as serving:
        yield f"http://127.0.0.1:{port}"
        serving.terminate()


def test_both_languages_have_the_same_code() -> None:
    english, chinese = map(code, PAGES)
    assert len(english) > 8 and english == chinese


def goes_wrong(said: ConsoleMessage) -> bool:
    return said.type in ("error", "warning") and not said.location["url"].endswith("/favicon.ico")


async def opened(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """A page, and what went wrong in it so far."""
    page, wrong = await browser.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if goes_wrong(said) else None)
    for _ in range(1000):  # until the port is listened on
        try:
            await page.goto(address)
            break
        except Exception:
            await page.wait_for_timeout(50)
    wrong.clear()
    await page.goto(address)
    return page, wrong


async def test_the_smallest_page(world: World, origin: str, browser: Browser) -> None:
    page, wrong = await opened(browser, f"{origin}/district.html")
    await expect(page.locator("#said")).to_have_text("汇川区：上海路街道")
    assert wrong == []


async def test_the_page_of_a_resident(world: World, origin: str, browser: Browser, api: Api) -> None:
    a, resident = world.a, world.a.residents[0]
    assert a.staff
    for number in range(PAGE_SIZE + 1):
        wished = {"category": "ERRAND", "title": f"第{number}件", "requestNo": str(number)}
        await story.done(api, resident, "WishSubmit", householdId=ids.make("Household", a.households[0].id), **wished)
    page, wrong = await opened(browser, origin)
    rows = page.locator("#wishes").get_by_role("listitem")

    await page.get_by_label("登录码").fill(await operators_code(resident))
    await page.get_by_role("button", name="登录").click()
    await expect(rows).to_have_count(PAGE_SIZE)
    await expect(rows.first).to_have_text(f"第{PAGE_SIZE}件：待派单")
    await page.get_by_role("button", name="更多").click()
    await expect(rows).to_have_count(PAGE_SIZE + 1)
    await expect(page.get_by_role("button", name="更多")).to_be_hidden()

    title = page.get_by_label("需要什么帮助")
    await title.fill(" ")
    await page.get_by_role("button", name="点单").click()
    await expect(page.get_by_role("status")).to_have_text("请填写此项")
    await title.fill("买一袋米")
    await page.get_by_role("button", name="点单").click()
    await expect(page.get_by_role("status")).to_have_text("已点单")
    await expect(rows.first).to_have_text("买一袋米：待派单")
    await expect(title).to_have_value("")

    wish = await rows.first.get_attribute("id")
    await story.done(api, a.staff, "WishDispatch", wishId=wish)
    await expect(rows.first).to_have_text("买一袋米：待接单")

    elsewhere = {"category": "ERRAND", "title": "别处点的单", "requestNo": "elsewhere"}
    await story.done(api, resident, "WishSubmit", householdId=ids.make("Household", a.households[0].id), **elsewhere)
    await expect(rows.first).to_have_text("别处点的单：待派单")

    await page.reload()
    await expect(rows).to_have_count(PAGE_SIZE)
    assert wrong == []
    await story.done(api, resident, "SessionsEnd", keepCurrent=False)
    await story.done(
        api, a.staff, "WishRecall", wishId=wish, reason="另有安排"
    )  # a subscription is told at its next event
    await expect(page.get_by_label("登录码")).to_be_visible()
    await expect(rows).to_have_count(0)


async def test_the_board_is_for_all_and_live(world: World, origin: str, browser: Browser, api: Api) -> None:
    page, wrong = await opened(browser, origin)
    together, places = page.locator("#together"), page.locator("#board").get_by_role("listitem")
    await expect(together).to_have_text("办成 0 件，帮到 0 户")
    await expect(places).to_have_count(0)
    for number in range(MIN_SCORED):
        one = await head(world.a.grid, f"{number}联户")
        await award(world.a, at=clock.now(), head=one)
    await page.reload()
    await expect(places).to_have_count(MIN_SCORED)
    await wishes.rated(api, world.a)
    await expect(places.filter(has_text="赵**，A社区，25 分")).to_have_count(1, timeout=SOON)
    await expect(together).to_have_text("办成 6 件，帮到 1 户")
    assert wrong == []


async def test_who_must_wait_is_told_so_and_waits(world: World, origin: str, browser: Browser) -> None:
    page, _ = await opened(browser, origin)
    enter = page.get_by_role("button", name="登录")
    await page.get_by_label("登录码").fill("AAAA-BBBB-CCCC")
    for _ in range(WRONG_CODES):
        async with page.expect_response("**/graphql"):
            await enter.click()
        await expect(page.get_by_role("status")).to_contain_text("登录码不对")
        await expect(enter).to_be_enabled()
    await enter.click()
    await expect(page.get_by_role("status")).to_contain_text("输错的验证码太多")
    await expect(enter).to_be_disabled()


def test_its_types_are_right(project: Path) -> None:
    folder, _ = followed(project, API)
    (typed,) = (block for language, block in code(PAGES[0]) if language == "ts")
    (folder / "typed.ts").write_text(typed)
    config = json.loads((HERE / "types" / "shared.json").read_text()) | {"files": ["page.js", "typed.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    tsc = [NODE, HERE / "node_modules" / "typescript" / "bin" / "tsc", "--project", folder]
    ran = subprocess.run(tsc, capture_output=True, text=True, env=environment(), check=False)
    assert (ran.returncode, ran.stdout) == (0, "")
