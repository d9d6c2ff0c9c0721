"""A browser that visits the screens, and what each of them is held to: nothing goes wrong in the page, no cookie is
set, nothing comes from elsewhere, and axe finds nothing."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Locator, Page, Route, async_playwright, expect

from tests.evidence.programs import HERE, HOST, program
from tests.town import documents, second_factor, till
from tests.town.entry import operators_code
from tests.town.sizes import size
from tests.town.world import Person

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
# A phone's network: 150 ms, 1.6 Mbit/s.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
VIEWPORTS = {"360": (360, 740), "768": (768, 1024), "1920": (1920, 1080)}
KEPT_PAGES = """async () => {
  const [name, ...others] = await caches.keys();
  if (name !== `pages-${document.documentElement.dataset.build}` || others.length) return [];
  return (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
}"""
KEPT_KEYS = """() => new Promise((resolve) => {
  indexedDB.open("xingdian").onsuccess = ({ target }) => {
    const request = target.result.transaction("kept").objectStore("kept").getAllKeys();
    request.onsuccess = () => { target.result.close(); resolve(request.result); };
  };
})"""

# Nothing else has a name, and nothing is looked up or fetched behind the page's back.
CUT_OFF = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@asynccontextmanager
async def chromium(*more: str, without: Sequence[str] = ()) -> AsyncIterator[Browser]:
    """A browser, with more arguments of its own, and `without` some that it has in tests."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=program("chromium", "chromium-browser"),
            headless=True,
            args=[*CUT_OFF, *more],
            ignore_default_args=list(without),
        )
        yield started
        await started.close()


class Visit:
    """One page of a browser of its own, at one server. `cut`: answers are being cut off, which the console tells."""

    def __init__(self, context: BrowserContext, page: Page, origin: str) -> None:
        self.context = context
        self.page = page
        self.origin = origin
        self.cut = False
        self._wrong: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._wrong.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))

    def _said(self, message: Any) -> None:
        network = any(said in message.text for said in ("net::ERR", "status of 401", "WebSocket connection to"))
        if message.type in ("error", "warning") and not (self.cut and network):
            self._wrong.append(f"console: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, self.origin.replace("http", "ws"), "data:", "blob:")):
            self._wrong.append(f"asked elsewhere: {url}")

    async def open(self, path: str) -> None:
        """Go to a screen."""
        await self.page.goto(self.origin + path)

    async def sign_in(self, who: Person, *, known: bool = False) -> None:
        """By a one-use code as an operator shows it, and through the privacy notice. `known`: without the notice, which
        this person has seen before."""
        await self.open(f"/sign-in#{await operators_code(who)}")
        await self.page.get_by_role("button", name="登录", exact=True).click()
        if not known:
            await self.agree()
        await self.page.wait_for_url(lambda url: "/sign-in" not in url)

    async def sign_in_with_factor(self, who: Person, *, known: bool = False) -> None:
        """As `sign_in`, by somebody whose role requires a second factor; it is set up with the known secret."""
        await second_factor.enrol(who.account_id)
        await self.open(f"/sign-in#{await operators_code(who)}")
        await self.page.get_by_role("button", name="登录", exact=True).click()
        await self.page.get_by_label("验证码或恢复码").fill(second_factor.code())
        await self.page.keyboard.press("Enter")
        if not known:
            await self.agree()
        await self.page.wait_for_url(lambda url: "/sign-in" not in url)

    async def agree(self) -> None:
        """Read the privacy notice, and agree."""
        await expect(self.page.get_by_role("heading", name=re.compile("隐私告知"))).to_be_visible()
        await self.page.get_by_role("button", name="同意并继续").click()
        await self.page.wait_for_url(lambda url: "/sign-in" not in url)

    async def kept(self) -> list[str]:
        """The keys of what the page keeps in the browser, now."""
        return list(await self.page.evaluate(KEPT_KEYS))

    async def reload(self) -> None:
        """Load the page anew once it has kept what was typed, which it does a moment after: to look at the keys waits
        for what is being written."""
        await self.kept()
        await self.page.reload()

    async def keeps(self, *keys: str) -> None:
        """Wait until the page keeps these and nothing else: it writes a moment after what is seen."""
        await self._comes_to_keep(lambda kept: kept == list(keys))

    async def keeps_something_of(self, prefix: str) -> None:
        """Wait until a key begins so."""
        await self._comes_to_keep(lambda kept: any(key.startswith(prefix) for key in kept))

    async def keeps_nothing_of(self, prefix: str) -> None:
        """Wait until no key begins so."""
        await self._comes_to_keep(lambda kept: not any(key.startswith(prefix) for key in kept))

    async def _comes_to_keep(self, as_it_should: Callable[[list[str]], bool]) -> None:
        for _ in range(600):
            if as_it_should(kept := await self.kept()):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"the page keeps {kept}")

    async def keeps_its_page(self) -> None:
        """Wait until the service worker has all of this build, where pages come last, and nothing else."""
        for _ in range(600):
            if {"/card", "/wall"} <= {*await self.page.evaluate(KEPT_PAGES)}:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the page is not kept")

    async def look(self, name: str, folder: Path) -> None:
        """Have axe look at the page in both schemes of colours, and see that it fits each size. With SIZE=full, keep
        pictures of it."""
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for window, (width, height) in VIEWPORTS.items():
                await self.page.set_viewport_size({"width": width, "height": height})
                assert await self.too_wide() == 0, f"{name} at {window} has to be scrolled sideways"
                if size(short=False, full=True):
                    await self.page.screenshot(path=folder / f"{name}-{window}-{scheme}.png", full_page=True)
            amiss = await self.amiss()
            assert amiss == [], f"{name}, {scheme}: {amiss}"

    async def too_wide(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    async def amiss(self) -> list[str]:
        """What axe finds: the rule, and where."""
        await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate("axe.run()")
        return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]

    async def small_targets(self) -> list[str]:
        """What can be pressed and is smaller than 44 pixels, links within a sentence aside."""
        return list(
            await self.page.evaluate("""() => [...document.querySelectorAll("button, input, select, a")]
            .filter((one) => one.offsetParent && !(one.tagName === "A" && one.closest("p")))
            .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 43.5 || box.width < 43.5; })
            .map((one) => one.outerHTML.slice(0, 120))""")
        )

    async def scanned(self, picture: Locator) -> str:
        """The text of a QR code of the page, as a camera reads it in both schemes of colours."""
        read = set()
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            read |= {*till.read_png(await picture.screenshot())}
        (text,) = read
        return text

    async def nothing_wrong(self) -> None:
        """Nothing went wrong, and no cookie was set."""
        assert self._wrong == [], self._wrong
        assert await self.context.cookies() == []


@asynccontextmanager
async def visit(browser: Browser, origin: str, **more: Any) -> AsyncIterator[Visit]:
    """Visit a server with a browser that knows nothing yet; nothing may be wrong at the end."""
    context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **more)
    found = Visit(context, await context.new_page(), origin)
    yield found
    await found.nothing_wrong()
    await context.close()


@asynccontextmanager
async def losing(visited: Visit, name: str, *, arrives: bool) -> AsyncIterator[asyncio.Event]:
    """Lose each answer to a document for as long as the block runs; with `arrives`, after the server has given it.
    Yields what is set by the first."""
    lost = asyncio.Event()

    async def lose(route: Route) -> None:
        if is_asked(route, name):
            with suppress(Error):  # the page was left, or one more try was under way at the end
                if arrives:
                    await route.fetch()
                await route.abort()
            lost.set()
        else:
            await route.continue_()

    visited.cut = True
    await visited.page.route("**/graphql", lose)
    yield lost
    await visited.page.unroute("**/graphql")


@asynccontextmanager
async def holding(visited: Visit, name: str) -> AsyncIterator[asyncio.Event]:
    """Keep back what is asked by a document, as a network that stalls, for as long as the block runs. Yields what is
    set by the first."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if is_asked(route, name):
            asked.set()
            await over.wait()
        with suppress(Error):  # the page was left
            await route.continue_()

    await visited.page.route("**/graphql", hold)
    try:
        yield asked
    finally:
        over.set()
        await visited.page.unroute("**/graphql")


def is_asked(route: Route, name: str) -> bool:
    """Whether a request is for this document."""
    return hashlib.sha256(documents.text(name).encode()).hexdigest() in (route.request.post_data or "")
