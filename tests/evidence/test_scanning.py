"""QR codes scanned by a camera: a video of a code takes the camera's place, as the browser is made to see it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from services.db import database
from tests.evidence import videos
from tests.evidence.programs import HOST
from tests.evidence.videos import Held
from tests.evidence.visits import Visit, chromium, visit
from tests.town import till
from tests.town.documents import Api
from tests.town.entry import operators_code
from tests.town.servers import Server
from tests.town.waiting import until
from tests.town.world import World

Servers = Callable[[int], list[Server]]
Apis = Callable[[int], list[Api]]

pytestmark = pytest.mark.usefixtures("work")

HELD = {
    "as it should be": Held(),
    "turned": Held(turn=14),
    "on its side": Held(turn=97, share=0.5),
    "at an angle": Held(turn=8, tilt=35),
    "far away": Held(share=0.28),
    "in the dark": Held(light=0.15, noise=4),
    "far, turned, at an angle and dark": Held(share=0.45, turn=-20, tilt=25, light=0.3),
}
# What the browser has been told of the camera, so that a test sees when it is on.
WATCHED = """
const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
globalThis.tracks = [];
if (real) navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await real(wanted);
  tracks.push(...stream.getTracks());
  return stream;
};
"""


# How often a picture is taken of the video, in three seconds.
LOOKS = """async () => {
  let looks = 0;
  const { getImageData } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.getImageData = function (...given) {
    looks += 1;
    return getImageData.apply(this, given);
  };
  await new Promise((done) => setTimeout(done, 3000));
  CanvasRenderingContext2D.prototype.getImageData = getImageData;
  return looks;
}"""
MAX_LOOKS = 8  # a second
# A minute is over after two seconds.
IMPATIENT = """() => {
  const { setTimeout } = globalThis;
  globalThis.minutes = 0;
  globalThis.setTimeout = (done, wait, ...given) => {
    if (wait === 60_000) minutes += 1;
    return setTimeout(done, wait === 60_000 ? 2000 : wait, ...given);
  };
}"""
ENDS = {
    """Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    delete document.hidden;""": "摄像头已关",
    "tracks.at(-1).dispatchEvent(new Event('ended')); tracks.at(-1).stop()": "摄像头断开了",
}
# A detector of the browser's own, as Android and macOS have: its service answers so, or is not there.
DETECTOR = """(own) => {
  globalThis.BarcodeDetector = class {
    static getSupportedFormats = async () => ["qr_code"];
    async detect() {
      if (own === null) throw new DOMException("Barcode detection service unavailable.", "NotSupportedError");
      return [{ rawValue: own }];
    }
  };
}"""
LAMP = """() => {
  Object.assign(globalThis, { switched: [], refuses: false });
  MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
  MediaStreamTrack.prototype.applyConstraints = async ({ advanced: [{ torch }] }) => {
    if (refuses) throw new DOMException("", "OverconstrainedError");
    switched.push(torch);
  };
}"""
SIGN_IN = {
    "zh": ("扫码", "登录码", "同意并继续", "这不是登录码"),
    "en": ("Scan", "One-use code", "Agree and go on", "This is no one-use"),
}


@asynccontextmanager
async def camera(video: Path, *more: str) -> AsyncIterator[Browser]:
    """A browser whose only camera shows a video."""
    seen = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={video}")
    async with chromium(*seen, *more) as started:
        yield started


@asynccontextmanager
async def at_the_till(browser: Browser, origin: str, world: World, **more: Any) -> AsyncIterator[Visit]:
    """The cashier of A's shop, with a camera that may be used."""
    assert world.a.cashier
    async with visit(browser, origin, **({"permissions": ["camera"]} | more)) as visited:
        await visited.page.add_init_script(WATCHED)
        await visited.sign_in(world.a.cashier)
        await expect(visited.page.get_by_label("优惠码")).to_be_focused()
        yield visited


def scan(page: Page) -> Locator:
    return page.get_by_role("button", name="扫码")


async def ended(page: Page, *said: str) -> None:
    """The scan is over, and says why and what to do instead; every camera is off."""
    for text in said:
        await expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text(text)
    await until(lambda: page.evaluate("tracks.every((track) => track.readyState === 'ended')"))


async def test_a_pass_is_redeemed_by_the_camera(
    rich: World, servers: Servers, apis: Apis, tmp_path: Path, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    phone, video = await till.phone(api, rich.a), tmp_path / "camera.y4m"
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        page = visited.page
        assert await page.evaluate("typeof BarcodeDetector") == "undefined", "none in Chromium on Linux: ours decodes"
        videos.write(video, phone.qr())
        await scan(page).click()
        await expect(page.get_by_label("消费金额（元）")).to_be_focused()
        assert await page.get_by_role("dialog").count() == 0
        await page.keyboard.type("88")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="已收款，确认核销").click()
        await expect(page.get_by_role("heading", name="核销成功")).to_be_visible()
        assert await page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
    assert await database.fetch_value("SELECT count(*) FROM redemptions WHERE state = 'CONFIRMED'") == 1


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
async def test_it_is_read_however_it_is_held(
    rich: World, servers: Servers, apis: Apis, tmp_path: Path, held: Held
) -> None:
    (server,), (api,) = servers(1), apis(1)
    phone, video = await till.phone(api, rich.a), tmp_path / "camera.y4m"
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        for steps in (0, 1):
            code = phone.qr(steps)
            videos.write(video, code, held=held)
            await visited.page.get_by_label("优惠码").fill("")
            await scan(visited.page).click()
            await expect(visited.page.get_by_label("优惠码")).to_have_value(code)


async def test_what_is_no_pass_is_told_so(
    rich: World, servers: Servers, apis: Apis, tmp_path: Path, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    phone, video = await till.phone(api, rich.a), tmp_path / "camera.y4m"
    code = phone.qr()
    videos.write(video, "https://pay.example/12345678901", code, seconds=2)
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        await scan(visited.page).click()
        await expect(visited.page.get_by_text("这不是优惠码")).to_be_visible()
        await expect(visited.page.get_by_label("优惠码")).to_have_value(code)


async def test_the_camera_is_off_when_it_is_not_looked_through(
    rich: World, servers: Servers, tmp_path: Path, kept: Path
) -> None:
    (server,), video = servers(1), tmp_path / "camera.y4m"
    videos.write(video, "nothing that is looked for")
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        page = visited.page
        await scan(page).click()
        await expect(page.get_by_text("这不是优惠码")).to_be_visible()
        await visited.look("till-scanning", kept)
        assert await visited.small_targets() == []
        looks = await page.evaluate(LOOKS)
        assert 1 <= looks <= 3 * MAX_LOOKS, f"{looks} in three seconds"
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert await page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
        assert await page.evaluate(LOOKS) == 0
        await expect(scan(page)).to_be_focused()

        for ends, said in ENDS.items():
            await scan(page).click()
            await expect(page.get_by_text("这不是优惠码")).to_be_visible()
            await page.evaluate(ends)
            await ended(page, said, "也可以输入 11 位数字")
            await page.get_by_role("button", name="再扫一次").click()
            await expect(page.get_by_text("这不是优惠码")).to_be_visible()
            await page.get_by_role("button", name="关闭").click()
            await ended(page)


async def test_after_a_minute_it_is_off(rich: World, servers: Servers, tmp_path: Path) -> None:
    (server,), video = servers(1), tmp_path / "camera.y4m"
    videos.write(video, "nothing that is looked for")
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        page = visited.page
        await page.evaluate(IMPATIENT)
        await scan(page).click()
        await expect(page.get_by_text("这不是优惠码")).to_be_visible()
        await ended(page, "一分钟没有扫到", "也可以输入 11 位数字")
        assert await page.evaluate("minutes") == 1


async def test_without_permission_one_types(
    rich: World, servers: Servers, apis: Apis, tmp_path: Path, kept: Path
) -> None:
    (server,), (api,) = servers(1), apis(1)
    phone, video = await till.phone(api, rich.a), tmp_path / "camera.y4m"
    code = phone.qr()
    videos.write(video, code)
    denying = camera(video, "--deny-permission-prompts")
    async with denying as browser, at_the_till(browser, server.url, rich, permissions=[]) as visited:
        page = visited.page
        await scan(page).click()
        await ended(page, "没有得到使用摄像头的许可", "也可以输入 11 位数字")
        await visited.look("till-scanner-denied", kept)
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.get_by_label("优惠码").fill(phone.short())
        await expect(page.get_by_label("消费金额（元）")).to_be_focused()
        await visited.context.grant_permissions(["camera"], origin=server.url)
        await page.get_by_label("优惠码").fill("")
        await scan(page).click()
        await expect(page.get_by_label("优惠码")).to_have_value(code)


async def test_without_https_one_types(rich: World, servers: Servers, tmp_path: Path) -> None:
    (server,) = servers(1)
    origin = server.url.replace("127.0.0.1", HOST)
    async with camera(tmp_path / "none.y4m") as browser, at_the_till(browser, origin, rich, permissions=[]) as visited:
        await scan(visited.page).click()
        await ended(visited.page, "须用 https 打开本页", "也可以输入 11 位数字")
        assert await visited.page.get_by_role("button", name="再扫一次").count() == 0


async def test_a_decoder_that_does_not_come(rich: World, servers: Servers, apis: Apis, tmp_path: Path) -> None:
    (server,), (api,) = servers(1), apis(1)
    phone, video = await till.phone(api, rich.a), tmp_path / "camera.y4m"
    code = phone.qr()
    videos.write(video, code)
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        page, visited.cut = visited.page, True
        await page.route("**/parts/scanner.*.js", lambda route: route.abort())
        await scan(page).click()
        await expect(page.get_by_role("alert").get_by_text("扫码组件没有取到")).to_be_visible()
        await page.unroute("**/parts/scanner.*.js")
        await page.reload()  # a module that failed stays so in a page
        await visited.context.route("**/packages/nuintun-qrcode.*.js", lambda route: route.abort())
        await scan(page).click()
        await ended(page, "扫码组件没有取到", "也可以输入 11 位数字")
        await visited.context.unroute("**/packages/nuintun-qrcode.*.js")
        await page.get_by_role("button", name="再扫一次").click()
        await expect(page.get_by_label("优惠码")).to_have_value(code)


@pytest.mark.parametrize("works", [True, False], ids=["it works", "its service is missing"])
async def test_the_browsers_own_detector_comes_first(
    rich: World, servers: Servers, apis: Apis, tmp_path: Path, works: bool
) -> None:
    (server,), (api,) = servers(1), apis(1)
    phone, video = await till.phone(api, rich.a), tmp_path / "camera.y4m"
    own, seen = till.checked("1234567890"), phone.qr()
    videos.write(video, seen)
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        page = visited.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.evaluate(DETECTOR, own if works else None)
        await scan(page).click()
        await expect(page.get_by_label("优惠码")).to_have_value(own if works else seen)
        assert any("/scanning/worker." in url for url in asked) == (not works)


async def test_a_lamp_is_switched_where_there_is_one(rich: World, servers: Servers, tmp_path: Path, kept: Path) -> None:
    (server,), video = servers(1), tmp_path / "camera.y4m"
    videos.write(video, "nothing that is looked for")
    async with camera(video) as browser, at_the_till(browser, server.url, rich) as visited:
        page = visited.page
        await page.evaluate(LAMP)
        await scan(page).click()
        lamp = page.get_by_role("button", name="照明")
        for on in (True, False):
            await lamp.click()
            await expect(lamp).to_have_attribute("aria-pressed", str(on).lower())
        assert await page.evaluate("switched") == [True, False]
        await visited.look("till-scanning-lamp", kept)
        await page.evaluate("refuses = true")
        await lamp.click()
        await expect(lamp).to_have_count(0)


@pytest.mark.parametrize(("language", "names"), SIGN_IN.items(), ids=SIGN_IN)
async def test_signing_in_by_a_one_use_code(
    world: World, servers: Servers, tmp_path: Path, kept: Path, language: str, names: tuple[str, str, str, str]
) -> None:
    (server,), video = servers(1), tmp_path / "camera.y4m"
    scanning, field, enter, other = names
    code = (await operators_code(world.a.head_people[0])).replace("-", "")
    videos.write(video, "XD1.not-a-sign-in-code", f"XD1:{code}", seconds=2)
    async with camera(video) as browser, visit(browser, server.url, permissions=["camera"]) as visited:
        page = visited.page
        await page.add_init_script(WATCHED)
        await visited.open(f"/sign-in?lang={language}")
        await page.get_by_role("button", name=field).click()
        await visited.look(f"sign-in-one-use-{language}", kept)
        assert await visited.small_targets() == []
        await page.get_by_role("button", name=scanning, exact=True).click()
        await expect(page.get_by_text(other)).to_be_visible()
        await expect(page.get_by_role("textbox", name=field)).to_have_value(code)
        await expect(page.get_by_role("textbox", name=field)).to_be_focused()
        assert await page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name=enter)).to_be_visible()
