"""The sample mini-program in Node: its own code and WXML over an emulated `wx`, against a server that runs."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from models.accounts import Account
from schema.graph import ids
from schema.http import pages
from services.db import database
from services.kit.secrets import phone_columns
from tests.evidence.programs import HERE, NODE
from tests.town import entry, story, till, wishes
from tests.town import servers as processes
from tests.town.documents import Api
from tests.town.providers import providers
from tests.town.servers import ROOT, Server
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import Person, World

pytestmark = pytest.mark.usefixtures("work")

Servers = Callable[[int], list[Server]]
Apis = Callable[[int], list[Api]]

SAMPLE = "docs/samples/miniprogram"
IDS = pages.documents(by_id=True)
SVG = "data:image/svg+xml,"


class MiniProgram:
    """The sample on a phone."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def __call__(self, what: str, *given: Any) -> Any:
        """Do this; what it gave. Fails the test on what it threw."""
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._process.stdin.write(json.dumps([what, *given]).encode() + b"\n")
        line = await self._process.stdout.readline()
        assert line, (await self._process.stderr.read()).decode()
        said = json.loads(line)
        assert "threw" not in said, said["threw"]
        return said["gave"]

    async def sees(
        self, *texts: str, no: str = "nothing of the kind", path: str = "", seconds: float = PATIENCE_SECONDS
    ) -> str:
        """What is shown, once all of this stands in it, and that does not."""
        ends = time.monotonic() + seconds
        while True:
            seen = await self("seen")
            text = str(seen["text"])
            if all(one in text for one in texts) and no not in text and path in seen["path"]:
                return text
            assert time.monotonic() < ends, (texts, seen)
            await asyncio.sleep(0.05)

    async def counts(self, name: str, count: int, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until there are so many."""
        ends = time.monotonic() + seconds
        while (counted := await self("counts"))[name] != count:
            assert time.monotonic() < ends, counted
            await asyncio.sleep(0.05)

    async def until(self, script: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until what runs in its own world is true."""
        ends = time.monotonic() + seconds
        while not await self("run", f"return {script}"):
            assert time.monotonic() < ends, script
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with what its script copies, as one takes it."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / SAMPLE, folder / SAMPLE, ignore=shutil.ignore_patterns("lib"))
    shutil.copytree(ROOT / "docs/operations", folder / "docs/operations")
    (folder / "web").mkdir()
    for name in ("xingdian.js", "pass-codes.js"):
        shutil.copy(ROOT / "web" / name, folder / "web")
    return folder / SAMPLE


@asynccontextmanager
async def phone(sample: Path, server: str, *, ahead: int = 0, **stored: Any) -> AsyncIterator[MiniProgram]:
    """The mini-program, begun. `stored`: what the phone has kept; `ahead`: by how many seconds its clock is wrong."""
    ran = await asyncio.create_subprocess_exec("sh", sample / "copy.sh")
    assert await ran.wait() == 0
    kept = {name: json.dumps({"value": value}) for name, value in stored.items()}
    told = {"folder": str(sample), "server": server, "stored": kept, "ahead": ahead}
    process = await asyncio.create_subprocess_exec(
        NODE,
        "--experimental-vm-modules",
        "--no-warnings",
        HERE / "miniprogram.mjs",
        json.dumps(told),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**22,
    )
    try:
        yield MiniProgram(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def at_wishes(sample: Path, server: str, head: Person, **stored: Any) -> AsyncIterator[MiniProgram]:
    """A head who looks at the wishes."""
    async with phone(sample, server, token=head.token, **stored) as mini:
        await mini("launch")
        await mini("open", "pages/wishes/wishes")
        yield mini


async def test_its_script_copies_what_it_needs(sample: Path, server: Server) -> None:
    async with phone(sample, server.url):
        text = (sample / "lib" / "documents.js").read_text()
        lines = text.removeprefix("export default {\n").removesuffix("};\n").splitlines()
        found = dict(line.strip().removesuffix(",").split(": ") for line in lines)
        assert {name: one.strip('"') for name, one in found.items()} == IDS
        for name in ("xingdian.js", "pass-codes.js"):
            assert (sample / "lib" / name).read_bytes() == (ROOT / "web" / name).read_bytes()


async def test_signing_in_by_wechat_and_by_a_code(
    world: World, sample: Path, database_url: str, tmp_path: Path
) -> None:
    home = world.a.households[0]
    await entry.with_the_roster_phone(home.id)
    async with providers() as town:
        settings = town.settings("webhook") | {"TRUSTED_DOCUMENTS": "only"}
        server = await asyncio.to_thread(processes.start, database_url, tmp_path / "log", **settings)
        try:
            await by_wechat(sample, server)
            await by_code(sample, server, world.a.head_people[0])
        finally:
            server.stop()


async def by_wechat(sample: Path, server: Server) -> None:
    """The first time with the phone number, then at once."""
    async with phone(sample, server.url) as mini:
        await mini("launch", "ann", f"phone-{entry.PHONE}-1")
        await mini.sees("用微信手机号登录", path="sign-in")
        await mini("tap", "用微信手机号登录")
        await mini.sees("隐私告知", path="notice")
        first = await mini("stored")
    async with phone(sample, server.url, **first) as mini:  # it was closed meanwhile
        await mini("launch")
        await mini.sees("隐私告知", path="notice")
        await mini("lose", 1, IDS["ConsentGive"])  # noted, and the answer lost: sent again, it is the same consent
        await mini("tap", "同意并继续")
        await mini.sees("这里给联户长用", path="card")  # a resident
        first = await mini("stored")
        assert "noticeDue" not in first
        assert len(first["token"]) == 43 and 16 <= len(first["device"]) <= 64
    async with phone(sample, server.url, device=first["device"]) as mini:
        await mini("launch", "ann")
        await mini.sees(path="card")
        again = await mini("stored")
        assert again["device"] == first["device"] and again["token"] != first["token"]
    async with phone(sample, server.url, token=first["token"], device=first["device"], passes=[]) as mini:
        await database.execute("UPDATE sessions SET revoked_at = now()")
        await mini("launch")
        await mini.sees("用登录码登录", path="sign-in")
        assert list(await mini("stored")) == ["device"], "a token that opens nothing goes, with all that was kept"


async def test_signing_out_is_for_good(rich: World, sample: Path, database_url: str, tmp_path: Path) -> None:
    head = rich.a.head_people[0]
    async with providers() as town:
        await Account.filter(id=head.account_id).update(**phone_columns("10000001000"))  # as the roster has it
        server = await asyncio.to_thread(processes.start, database_url, tmp_path / "log", **town.settings("webhook"))
        try:
            async with phone(sample, server.url) as mini:
                await mini("launch", "ann", "phone-10000001000-1")
                await mini.sees("用微信手机号登录", path="sign-in")
                await mini("tap", "用微信手机号登录")
                await mini.sees("隐私告知", path="notice")
                await mini("tap", "不同意")
                await mini.sees("用微信登录", path="sign-in")
                await mini("tap", "用微信登录")
                await mini.sees("隐私告知", path="notice")
                await mini("tap", "同意并继续")
                await mini.sees(head.name, "退出登录", path="card")
                await answered_after_leaving(mini)
                await mini.sees("用微信登录", path="sign-in")
                stored = await mini("stored")
                assert sorted(stored) == ["device", "out"]
                await mini.counts("sockets", 0)
            async with phone(sample, server.url, **stored) as mini:
                await mini("launch", "ann")
                await mini.sees("用微信登录", path="sign-in")
                await mini("tap", "用微信登录")
                await mini.sees(head.name, path="card")
                assert "out" not in await mini("stored")
        finally:
            server.stop()
    ended = "SELECT count(*) FROM sessions WHERE account_id = $1 AND revoked_at IS NOT NULL"
    assert await database.fetch_value(ended, head.account_id) == 2


async def answered_after_leaving(mini: MiniProgram) -> None:
    """Sign out while the passes are under way; they come when all is forgotten and the next page is not yet open."""
    await mini("keep", 1, IDS["MyPasses"])
    await mini("cut", True)
    await mini("cut", False)  # the card reads again
    await mini.counts("kept", 1)
    await mini("run", "app.launch = wx.reLaunch; app.held = []; wx.reLaunch = (to) => app.held.push(to);")
    await mini("tap", "退出登录")
    await mini.until("app.held.length")
    await mini("let_go")
    assert (await mini("seen"))["path"] == "pages/card/card"
    await mini("run", "wx.reLaunch = app.launch; wx.reLaunch(app.held[0]);")


async def by_code(sample: Path, server: Server, head: Person) -> None:
    """Where WeChat knows nobody: a wrong code, then the right one."""
    code = await entry.operators_code(head)
    async with phone(sample, server.url) as mini:
        await mini("launch")
        await mini.sees("用登录码登录", path="sign-in")
        await mini("type", "登录码", "ABCD")
        await mini("tap", "用登录码登录")
        await mini.sees("登录码不对或已失效")
        await mini("type", "登录码", code)
        await mini("tap", "用登录码登录")
        await mini.sees("隐私告知", path="notice")
        await mini("tap", "同意并继续")
        await mini.sees(head.name, path="card")


@pytest.mark.parametrize("ahead", [0, 90, -90], ids=["right", "90 s fast", "90 s slow"])
async def test_a_pass_is_redeemed_without_a_network(
    rich: World, servers: Servers, apis: Apis, sample: Path, ahead: int
) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with phone(sample, server.url, ahead=ahead, token=rich.a.head_people[0].token) as mini:
        await mini("launch")
        await mini.sees("赵联户", "可用 100 分", "A小吃店", "全场八折，10 分")
        await mini("tap", "领取")
        await mini.sees("秒后换码")
        stored = await mini("stored")
        assert "taking" not in stored and len(stored["passes"]) == 1
    kept = {name: stored[name] for name in ("token", "passes")}
    async with phone(sample, server.url, ahead=ahead, **kept) as mini:
        await mini("cut", True)
        await mini("launch")
        text = await mini.sees("秒后换码", "网络不通")
        (short,) = [word for word in text.split() if word.isdecimal() and len(word) == 11]
        (qr,) = till.read_svg(unquote((await mini("picture")).removeprefix(SVG)), 410)
        assert qr.startswith("XD1.")
        for code in (short, qr):
            till.token(await till.prepare(api, rich.a.cashier, code))
        token = till.token(await till.prepare(api, rich.a.cashier, qr))
        await till.confirm(api, rich.a.cashier, token)
        await mini("cut", False)
        await mini.sees("可用 90 分", no="秒后换码")  # told that it is redeemed, it goes
        assert (await mini("stored"))["passes"] == []


async def test_what_was_asked_before_a_pass_does_not_hide_it(rich: World, servers: Servers, sample: Path) -> None:
    (server,) = servers(1)
    async with phone(sample, server.url, token=rich.a.head_people[0].token) as mini:
        await mini("launch")
        await mini.sees("全场八折")
        await mini("keep", 1, IDS["MyPasses"])
        await mini("cut", False)  # that the network is there has it read again
        await mini.counts("kept", 1)
        await mini("tap", "领取")
        await mini.sees("秒后换码")
        await mini("let_go")
        for _ in range(20):  # the answer of before the pass, and whatever it does
            await mini.sees("秒后换码", seconds=0)
        assert len((await mini("stored"))["passes"]) == 1


async def test_a_lost_answer_takes_one_pass(rich: World, servers: Servers, sample: Path) -> None:
    (server,) = servers(1)
    async with phone(sample, server.url, token=rich.a.head_people[0].token) as mini:
        await mini("launch")
        await mini.sees("全场八折")
        await mini("lose", 4, IDS["PassIssue"])
        await mini("tap", "领取")
        await mini.sees("网络不通", seconds=20)
        stored = await mini("stored")
        assert stored["taking"]["requestNo"]
    async with phone(sample, server.url, token=stored["token"], taking=stored["taking"]) as mini:
        await mini("launch")
        await mini.sees("全场八折")
        await mini("tap", "领取")
        await mini.sees("秒后换码")
    assert await database.fetch_value("SELECT count(*) FROM passes") == 1


async def test_a_pass_that_was_used_meanwhile_is_taken_anew(
    rich: World, servers: Servers, apis: Apis, sample: Path
) -> None:
    """The answer was lost, yet the pass was shown and redeemed: under its number there is no more to show."""
    (server,), (api,) = servers(1), apis(1)
    async with phone(sample, server.url, token=rich.a.head_people[0].token) as mini:
        await mini("launch")
        await mini.sees("全场八折")
        await mini("lose", 4, IDS["PassIssue"])
        await mini("tap", "领取")
        await mini.sees("网络不通", seconds=20)
        (issued,) = await database.fetch("SELECT id FROM passes")
        await story.done(api, rich.a.head_people[0], "PassCancel", passId=ids.make("Pass", issued["id"]))
        await mini("tap", "领取")
        await mini.sees("这张码已经用过或取消，请再领一次")
        await mini("tap", "领取")
        await mini.sees("秒后换码")  # be it still the first one's
        await until(lambda: database.fetch_value("SELECT count(*) = 2 FROM passes"))


async def test_who_signs_out_waits_for_no_network(rich: World, servers: Servers, sample: Path) -> None:
    """What is kept is gone at once; what was asked before and is answered later is not kept either."""
    (server,) = servers(1)
    async with phone(sample, server.url, token=rich.a.head_people[0].token) as mini:
        await mini("launch")
        await mini.sees("全场八折")
        await mini("tap", "领取")
        await mini.sees("秒后换码")
        await mini("keep", 1, IDS["MyPasses"])
        await mini("cut", False)  # that the network is there has it read again
        await mini.counts("kept", 1)
        await mini("keep", 1, IDS["SessionEnd"])
        await mini("tap", "退出登录")
        await mini.counts("kept", 2)
        assert [*await mini("stored")] == ["out"]
        await mini("let_go")
        await mini.sees("用登录码登录", path="sign-in")
        for _ in range(20):  # the answer of before, and whatever it does
            assert [*await mini("stored")] == ["out"]
            await asyncio.sleep(0.05)


async def test_a_wish_from_the_list_to_its_end(rich: World, servers: Servers, apis: Apis, sample: Path) -> None:
    (server,), (api,) = servers(1), apis(1)
    head = rich.a.head_people[0]
    wish = await wishes.dispatched(api, rich.a)
    async with at_wishes(sample, server.url, head) as mini:
        await mini.sees("维修 · 孙居民", "接单", "请在")
        await mini("lose", 1, IDS["WishAccept"])  # done, and the answer lost: sent again, it is the same step
        await mini("tap", "接单")
        await mini.sees("办结", no="接单")
        await mini("tap", "办结")
        await mini("type", "办理情况", "水龙头换好了")
        assert "网络不通" not in (await mini("seen"))["text"]
        stored = await mini("stored")
    assert (await wishes.row_of(wish))["state"] == "ACCEPTED"
    async with at_wishes(sample, server.url, head, note=stored["note"]) as mini:  # it was closed meanwhile
        await mini.sees("确认办结")
        await mini("tap", "确认办结")
        await mini.sees(no="确认办结")
        assert (await mini("stored"))["note"] == {"completing": "", "note": ""}
    row = await wishes.row_of(wish)
    assert (row["state"], row["completion_note"]) == ("COMPLETED", "水龙头换好了")


async def test_a_refused_step_says_why(rich: World, servers: Servers, apis: Apis, sample: Path) -> None:
    (server,), (api,) = servers(1), apis(1)
    wish = await wishes.offered(api, rich.a)
    async with at_wishes(sample, server.url, rich.a.head_people[0]) as mini:
        await mini.sees("接单")
        await mini("lose_socket")  # what another head does now is not told
        await story.done(api, rich.a.head_people[1], "WishAccept", wishId=wish)
        await mini("tap", "接单")
        await mini.sees("这个心愿已由其他联户长接单", "手上没有心愿")


async def test_changes_come_by_themselves(rich: World, servers: Servers, apis: Apis, sample: Path) -> None:
    (server,), (api,) = servers(1), apis(1)
    async with at_wishes(sample, server.url, rich.a.head_people[0]) as mini:
        await mini.sees("手上没有心愿")
        await wishes.dispatched(api, rich.a)
        await mini.sees("孙居民")
        assert (await mini("counts"))["sockets"] == 1
        await mini("leave")
        assert (await mini("counts"))["sockets"] == 0, "nothing is left open behind one's back"
        await wishes.dispatched(api, rich.a, 1)
        await mini("comeBack")
        await mini.sees("孙居民", "李居民")
        assert (await mini("counts"))["sockets"] == 1


SUBSCRIBED = """
globalThis.heard = 0;
globalThis.live = [];
globalThis.stop = app.api.subscribe("WishChanged", {}, () => { heard += 1; }, (now) => live.push(now));
"""


async def test_what_was_interrupted_connects_again(rich: World, servers: Servers, apis: Apis, sample: Path) -> None:
    """A page that goes on subscribing while it is not seen: WeChat ends the connection, and it is made anew."""
    (server,), (api,) = servers(1), apis(1)
    async with phone(sample, server.url, token=rich.a.head_people[0].token) as mini:
        await mini("launch")
        await mini("run", SUBSCRIBED)
        await mini.until("heard")
        await mini("leave")
        assert (await mini("counts"))["sockets"] == 0
        before = await mini("run", "return [heard, live]")
        await wishes.dispatched(api, rich.a)
        await asyncio.sleep(1)
        assert await mini("run", "return [heard, live]") == before == [1, [True]], "its code stands still"
        await mini("comeBack")
        await mini.until('live.join() === "true,false,true"')
        assert await mini("run", "stop(); return heard") >= 2, "what it missed is told"


MANY = """
globalThis.live = new Set();
const listen = (_, one) => app.api.subscribe("WishChanged", {}, () => live.add(one));
globalThis.stops = Array.from({ length: 8 }, listen);
"""
BEYOND = '["fetch", "URL", "WebSocket", "TextEncoder", "crypto", "performance", "document", "process", "require"]'
LIMITS = {
    "only domains of the list": 'wx.request({ url: "https://elsewhere.example/", fail: done, success: done })',
    "https alone": 'wx.request({ url: "http://xingdian.example/graphql", fail: done, success: done })',
    "the port of the list": 'wx.request({ url: "https://xingdian.example:443/graphql", fail: done, success: done })',
    "wss alone": 'wx.connectSocket({ url: "ws://xingdian.example/graphql", fail: done })',
}


async def test_the_emulation_has_the_limits_of_wechat(rich: World, servers: Servers, sample: Path) -> None:
    (server,) = servers(1)
    async with phone(sample, server.url, token=rich.a.head_people[0].token) as mini:
        await mini("launch")
        await mini.sees("赵联户")
        for what, script in LIMITS.items():
            said = await mini("run", f"return new Promise((done) => {{ {script} }})")
            assert said["errMsg"].endswith("fail url not in domain list"), what
        asked = 'return (await Promise.all(Array.from({ length: 40 }, () => app.api.ask("Viewer")))).length'
        assert await mini("run", asked) == 40
        assert (await mini("counts"))["busy"] == 10, "the others wait for their turn"
        await mini("run", MANY)
        await mini.until("live.size === 4")  # the page has one of the five
        assert (await mini("counts"))["sockets"] == 5
        await mini("run", "stops.slice(0, 4).forEach((stop) => stop())")
        await mini.until("live.size === 8")  # those that were refused tried again
        await mini("run", "stops.forEach((stop) => stop())")
        assert await mini("run", f"return {BEYOND}.filter((name) => name in globalThis)") == []
        full = 'try { wx.setStorageSync("a", "x".repeat(1024 * 1024)); } catch (error) { return error.message; }'
        assert "exceed storage max size" in await mini("run", full)
        row = 'for (const one of "abcdefghijk") wx.setStorageSync(one, "x".repeat(1000 * 1000))'
        tenth = f"try {{ {row} }} catch (error) {{ return error.message; }}"
        assert "exceed storage max size" in await mini("run", tenth)


async def test_it_draws_every_code_so_that_it_can_be_read(sample: Path, server: Server) -> None:
    script = "const { picture } = await use('qr.js'); return picture({text})"
    async with phone(sample, server.url) as mini:
        for text in (
            "XD1.",
            "x" * 62,
            *(f"XD1.{'-_Aa09'[i] * 22}.{59631234 + i}.{'zZ-_42'[i] * 22}" for i in range(6)),
        ):
            drawn = await mini("run", script.replace("{text}", json.dumps(text)))
            assert till.read_svg(unquote(drawn.removeprefix(SVG)), 410) == [text]
        for text in ("x" * 63, "码"):
            refused = script.replace("return picture", "try { picture").replace(
                "{text})", "{text}) } catch (e) { return e.name }"
            )
            assert await mini("run", refused.replace("{text}", json.dumps(text))) == "RangeError"
