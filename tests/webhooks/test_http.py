"""How a webhook travels, against a real server on loopback that misbehaves: it reaches nothing else, and is bounded."""

import asyncio
import gc
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from services.kit.networks import networks
from services.webhooks import http as webhook_http
from services.webhooks.http import Answer, Client, look_up
from tests.town import receiver as receivers
from tests.town.receiver import HOST, Authority, Receiver, answering, receiving, saying
from tests.town.waiting import PATIENCE_SECONDS, until

LOOPBACK = "127.0.0.0/8,::1/128"
BODY = b'{"type":"redemption.confirmed"}'
HEADERS = {"webhook-id": "1", "content-type": "application/json"}
OK = "ANSWERED 200"

Names = Callable[[str, int], asyncio.Future[Sequence[str]]]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return receivers.authority(tmp_path_factory.mktemp("authority"))


class Lookups:
    """Names as a resolver tells them: each time the next answer, the last one for ever."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


HERE = {"hooks_example": [["127.0.0.1"]]}


@pytest_asyncio.fixture
async def clients(authority: Authority) -> AsyncIterator[Callable[..., Client]]:
    made: list[Client] = []

    def give(named: str = LOOPBACK, timeout: float = 30.0, resolve: Lookups | None = None, most: int = 5) -> Client:
        resolve = resolve or Lookups(**HERE)
        client = Client(networks(named), timeout, most, resolve=resolve, trusted=authority.trusted())
        made.append(client)
        return client

    yield give
    for client in made:
        await client.close()


async def post(client: Client, url: str) -> str:
    """How an attempt ended, in a word and its status."""
    return told(await client.post(url, HEADERS, BODY))


def told(answer: Answer) -> str:
    return f"{answer.outcome} {answer.status}"


# What is sent


async def test_over_tls_to_whom_the_certificate_names(clients: Callable[..., Client], authority: Authority) -> None:
    async with receiving(tls=authority.serving()) as receiver:
        answer = await clients().post(receiver.url("/hook?x=%41", HOST), HEADERS, BODY)
        assert told(answer) == OK and 0 < answer.milliseconds < 30_000
        (request,) = receiver.received
        assert request == receivers.Received(
            "/hook?x=%41",
            {
                "host": f"{HOST}:{receiver.port}",
                "content-length": str(len(BODY)),
                "connection": "close",
                "user-agent": "xingdian-webhooks/1",
                **HEADERS,
            },
            BODY,
        )
        assert receiver.names == [HOST]
        await closed(receiver)  # nothing is kept open


async def test_an_address_in_figures_is_checked_by_its_certificate_too(
    clients: Callable[..., Client], authority: Authority
) -> None:
    async with receiving(tls=authority.serving(["127.0.0.1"])) as receiver:
        assert await post(clients(), receiver.url()) == OK
        assert await post(clients(), receiver.url(host="127.0.0.2")) == "UNREACHABLE None"
    async with receiving(tls=authority.serving(["::1"]), host="::1") as receiver:
        assert await post(clients(), receiver.url(host="[::1]")) == OK
        assert receiver.received[0].headers["host"] == f"[::1]:{receiver.port}"


async def test_nothing_is_remembered_and_no_proxy_taken(
    clients: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with receiving(answering(set_cookie="a=b"), answering(204, b"")) as receiver:
        client = clients()
        assert await post(client, receiver.url()) == OK
        assert await post(client, receiver.url()) == "ANSWERED 204"
        assert [set(one.headers) for one in receiver.received] == [
            {"host", "content-length", "connection", "user-agent", *HEADERS}
        ] * 2
        assert receiver.connections == 2


@pytest.mark.parametrize("status", [200, 201, 299, 304, 400, 410, 429, 500, 503])
async def test_a_status_is_told_as_it_is(clients: Callable[..., Client], status: int) -> None:
    async with receiving(answering(status)) as receiver:
        expected = "REDIRECT_REFUSED" if status == 304 else "ANSWERED"
        assert await post(clients(), receiver.url()) == f"{expected} {status}"


# Who is not what the certificate says


async def test_without_a_good_certificate_nothing_is_sent(
    clients: Callable[..., Client], authority: Authority, tmp_path: Path
) -> None:
    bad = {
        "another name": authority.serving(["other.example"]),
        "expired": authority.serving(expired=True),
        "another authority": receivers.authority(tmp_path).serving(),
    }
    for why, tls in bad.items():
        async with receiving(tls=tls) as receiver:
            assert await post(clients(), receiver.url(host=HOST)) == "INSECURE None", why
            assert receiver.received == [], why


async def test_who_speaks_no_tls_is_not_spoken_to(clients: Callable[..., Client]) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(5))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    heard: list[bytes] = []
    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await post(clients(), f"https://{HOST}:{port}/") == "INSECURE None"
    assert [one[:1] for one in heard] == [b"\x16"], "a TLS handshake and nothing else"


# Who misbehaves


async def test_who_hangs_or_drips_is_left_in_time(clients: Callable[..., Client]) -> None:
    loop = asyncio.get_running_loop()
    for behaviour, expected in ((receivers.hanging, "TIMED_OUT None"), (receivers.dripping, "TIMED_OUT 200")):
        async with receiving(behaviour) as receiver:
            began = loop.time()
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert await post(clients(timeout=2), receiver.url()) == expected
            assert loop.time() - began > 1.95
            await asyncio.sleep(0.1)
            assert receiver.connections == 1


async def test_who_floods_is_cut(clients: Callable[..., Client]) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"HTTP/1.1 %d X\r\ntransfer-encoding: chunked\r\n\r\n"
    floods = {
        "a body": (head % 200, chunk, "ANSWER_TOO_LARGE 200"),
        "a body in crumbs": (head % 200, b"1\r\nx\r\n" * 100, "ANSWER_TOO_LARGE 200"),
        "a body of an error": (head % 500, chunk, "ANSWERED 500"),
        "headers": (b"HTTP/1.1 200 OK\r\n", b"x-y: " + b"z" * 1000 + b"\r\n", "ANSWER_TOO_LARGE None"),
        "one header": (b"HTTP/1.1 200 OK\r\nx: ", b"z" * 1000, "ANSWER_TOO_LARGE None"),
        "patience": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "ANSWER_TOO_LARGE None"),
    }
    for what, (begin, again, expected) in floods.items():
        count = [0]
        async with receiving(receivers.flooding(begin, again, count)) as receiver:
            assert await post(clients(timeout=30), receiver.url()) == expected, what
            sent = count[0]
            # What went is what the machine's buffers held, and no more goes.
            assert sent < 16_000_000, what
            await closed(receiver)


async def test_an_answer_up_to_the_limit_is_read(clients: Callable[..., Client]) -> None:
    async with receiving(answering(body=b"x" * 15_000)) as receiver:
        assert await post(clients(), receiver.url()) == OK
        assert receiver.connections == 1


async def test_who_drops_the_connection_has_not_answered(clients: Callable[..., Client]) -> None:
    drops = {
        receivers.dropping: "UNREACHABLE None",
        receivers.dropping_mid_answer: "UNREACHABLE 200",
        saying(b""): "UNREACHABLE None",
        saying(b"HTTP/1.1 200"): "UNREACHABLE None",
        saying(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome"): "UNREACHABLE 200",
        saying(b"HTTP/1.1 500 X\r\ncontent-length: 9\r\n\r\nsome"): "ANSWERED 500",
        saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"): "UNREACHABLE None",
        saying(b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"): "UNREACHABLE None",
        saying(b"HTTP/1.1 200 OK\r\n\r\nuntil the end"): OK,
        saying(b"HTTP/1.0 200 OK\r\n\r\n"): OK,
    }
    for behaviour, expected in drops.items():
        async with receiving(behaviour) as receiver:
            assert await post(clients(), receiver.url()) == expected
    assert await post(clients(), receiver.url()) == "UNREACHABLE None", "nobody listens there any more"


async def test_what_nobody_has_thought_of_is_no_success(
    clients: Callable[..., Client], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def odd(*_: object) -> None:
        raise ZeroDivisionError("13800000000")

    client = clients()
    monkeypatch.setattr(client, "_follow", odd)
    assert await post(client, "https://a.example/") == "UNREACHABLE None"
    assert [record.getMessage() for record in caplog.records] == [
        "an attempt failed in no known way: ZeroDivisionError"
    ]
    assert "138" not in caplog.text


async def test_a_cancel_goes_through_and_leaves_nothing(clients: Callable[..., Client]) -> None:
    async with receiving(receivers.hanging) as receiver:
        client = clients(most=1)
        for _ in range(3):
            task = asyncio.create_task(client.post(receiver.url(), HEADERS, BODY))
            await receiver.until(len(receiver.received) + 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        receiver.behaves = [answering()]
        assert await post(client, receiver.url()) == OK, "the one connection is free again"


async def test_who_hangs_in_the_handshake_leaves_no_connection_open(clients: Callable[..., Client]) -> None:
    gc.collect()
    gc.disable()  # it would close them too, some time
    try:
        async with receiving() as receiver:  # what comes is no request, and is not answered
            receiver.scheme = "https"
            hasty = clients(timeout=0.2)
            assert {await post(hasty, receiver.url(host=HOST)) for _ in range(3)} == {"TIMED_OUT None"}
            task = asyncio.create_task(clients().post(receiver.url(host=HOST), HEADERS, BODY))
            await until(lambda: receiver.connections == 4)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await closed(receiver)
    finally:
        gc.enable()


async def closed(receiver: Receiver) -> None:
    """Until nothing is open there."""
    await until(lambda: receiver.open == 0)


# Where it may go


async def test_an_address_inside_is_not_connected_to(clients: Callable[..., Client]) -> None:
    async with receiving() as receiver, receiving(host="::1") as sixth:
        client = clients(named="")
        for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"):
            receiver.scheme = "https"
            assert await post(client, receiver.url(host=host)) == "ADDRESS_REFUSED None", host
        assert await post(client, f"https://[::1]:{sixth.port}/") == "ADDRESS_REFUSED None"
        assert receiver.connections == sixth.connections == 0


async def test_a_name_that_leads_inside_is_not_connected_to(clients: Callable[..., Client]) -> None:
    async with receiving() as receiver:
        receiver.scheme = "https"
        inside = (["127.0.0.1"], ["10.0.0.8"], ["::1"], ["169.254.169.254"], ["8.8.8.8", "127.0.0.1"], ["0.0.0.0"])
        for addresses in inside:
            lookups = Lookups(hooks_example=[addresses])
            assert await post(clients(named="", resolve=lookups), receiver.url(host=HOST)) == "ADDRESS_REFUSED None"
            assert lookups.asked == [HOST]
        assert receiver.connections == 0


async def test_plain_http_stays_inside_the_networks_named(clients: Callable[..., Client]) -> None:
    lookups = Lookups(hooks_example=[["8.8.8.8"]])
    assert await post(clients(resolve=lookups), f"http://{HOST}/") == "ADDRESS_REFUSED None"
    assert await post(clients(), "http://8.8.8.8/") == "ADDRESS_REFUSED None"


async def test_what_was_judged_is_what_is_connected_to(clients: Callable[..., Client]) -> None:
    """127.0.0.2 stands for a public address, 127.0.0.1 for one inside; the name says the one first, then the other."""
    async with receiving() as inside, receiving(host="127.0.0.2", port=inside.port) as outside:
        lookups = Lookups(hooks_example=[["127.0.0.2"], ["127.0.0.1"]])
        client = clients(named="127.0.0.2/32", resolve=lookups)
        assert await post(client, outside.url(host=HOST)) == OK
        assert lookups.asked == [HOST], "asked once, and not again to connect"
        assert await post(client, outside.url(host=HOST)) == "ADDRESS_REFUSED None"
        assert (outside.connections, inside.connections) == (1, 0)


async def test_the_next_address_is_tried_when_one_is_dead(clients: Callable[..., Client]) -> None:
    async with receiving(host="127.0.0.2") as receiver:
        lookups = Lookups(hooks_example=[["127.0.0.3", "127.0.0.2"]])
        assert await post(clients(resolve=lookups), receiver.url(host=HOST)) == OK
        lookups = Lookups(hooks_example=[[*(f"127.0.0.{last}" for last in range(3, 7)), "127.0.0.2"]])
        assert await post(clients(resolve=lookups), receiver.url(host=HOST)) == "UNREACHABLE None"


# Where it is sent on


async def test_a_redirect_that_keeps_the_request_is_followed(clients: Callable[..., Client]) -> None:
    async with receiving(host="127.0.0.2") as other, receiving() as receiver:
        receiver.paths = {
            "/hook": answering(308, location="/next?a=1"),
            "/next?a=1": answering(307, location=other.url("/last", "127.0.0.2")),
        }
        assert await post(clients(), receiver.url()) == OK
        assert [one.path for one in receiver.received] == ["/hook", "/next?a=1"]
        (last,) = other.received
        assert (last.path, last.body, last.headers["host"]) == ("/last", BODY, f"127.0.0.2:{other.port}")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 399])
async def test_another_redirect_is_not(clients: Callable[..., Client], status: int) -> None:
    async with receiving(answering(status, location="/next")) as receiver:
        assert await post(clients(), receiver.url()) == f"REDIRECT_REFUSED {status}"
        assert len(receiver.received) == 1


async def test_a_redirect_that_leads_inside_or_nowhere_is_not_followed(
    clients: Callable[..., Client], authority: Authority
) -> None:
    async with (
        receiving() as inside,
        receiving(host="::1", port=inside.port) as sixth,
        receiving(tls=authority.serving([HOST, "127.0.0.2"]), host="127.0.0.2") as receiver,
    ):
        lookups = Lookups(hooks_example=[["127.0.0.2"]], inside_example=[["127.0.0.1"]])
        client = clients(named="127.0.0.2/32", resolve=lookups)
        port = inside.port
        places = [
            f"https://127.0.0.1:{port}/", f"https://[::1]:{port}/", f"https://inside.example:{port}/",
            f"https://[::ffff:127.0.0.1]:{port}/", f"https://2130706433:{port}/", f"https://0x7f000001:{port}/",
            f"https://127.1:{port}/", f"https://017700000001:{port}/", f"https://0:{port}/", "https://169.254.169.254/",
            f"//127.0.0.1:{port}/", f"http://127.0.0.2:{receiver.port}/", f"http://127.0.0.1:{port}/",
            f"https://{HOST}@127.0.0.1:{port}/", f"https://127.0.0.1:{port}#@{HOST}/", f"https:\\\\127.0.0.1:{port}/",
            "file:///etc/passwd", "gopher://127.0.0.1:6379/x", "", "https://", "/\x01", "https://a.example/#x",
            "https://例子.example/", "x" * 3000,
        ]  # fmt: skip
        for place in places:
            for status in (307, 308):
                redirecting = saying(f"HTTP/1.1 {status} X\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n".encode())
                receiver.behaves, receiver.received = [redirecting], []
                assert await post(client, receiver.url(host=HOST)) in {
                    f"REDIRECT_REFUSED {status}",
                    "UNREACHABLE None",
                }, place
                assert len(receiver.received) <= 4, place
        for raw in (b"", b"location: /a\r\nlocation: /b\r\n"):
            receiver.behaves = [saying(b"HTTP/1.1 307 X\r\n" + raw + b"content-length: 0\r\n\r\n")]
            assert await post(client, receiver.url(host=HOST)) == "REDIRECT_REFUSED 307"
        assert inside.connections == sixth.connections == 0


async def test_a_loop_of_redirects_ends(clients: Callable[..., Client]) -> None:
    async with receiving(answering(307, location="/hook")) as receiver:
        assert await post(clients(), receiver.url()) == "REDIRECT_REFUSED 307"
        assert len(receiver.received) == 4, "the request and three redirects"


# Names


async def test_the_machines_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "127.0.0.1" in await look_up("localhost", 80)
    with pytest.raises(OSError, match=r"."):
        await look_up("nothing.invalid", 80)


class Resolver:
    """The machine's: tells the address of some names at once, and of all others when it is let go."""

    def __init__(self, *quick: str) -> None:
        self.quick = quick
        self.asked: list[str] = []
        self.told: list[str] = []
        self.let_go = threading.Event()

    def getaddrinfo(self, host: str, *_: object, **__: object) -> list[object]:
        self.asked.append(host)
        if host not in self.quick:
            self.let_go.wait(2 * PATIENCE_SECONDS)
        self.told.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]


@pytest_asyncio.fixture
async def resolver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Resolver]:
    resolver = Resolver("quick.example")
    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", resolver.getaddrinfo)
        yield resolver
        resolver.let_go.set()
        await until(lambda: not webhook_http._lookups)


async def test_a_resolver_that_hangs_holds_up_nothing(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    monkeypatch.setattr(webhook_http, "RESOLVES_WITHIN_SECONDS", 0.3)
    monkeypatch.setattr(webhook_http, "MAX_LOOKUPS", 3)
    client = Client(networks(LOOPBACK), 5.0, 9, trusted=authority.trusted())
    began = time.monotonic()
    attempts = [post(client, f"http://{name}.example/") for name in "abcde"]
    assert set(await asyncio.gather(*attempts)) == {"UNREACHABLE None"}
    assert time.monotonic() - began > 0.25 and resolver.told == []
    monkeypatch.setattr(webhook_http, "RESOLVES_WITHIN_SECONDS", PATIENCE_SECONDS)
    assert await post(client, "http://f.example/") == "UNREACHABLE None", "at once: it is not even waited for"
    assert len(resolver.asked) == 3 and resolver.told == [], "three hang already"
    resolver.let_go.set()
    await until(lambda: not webhook_http._lookups)
    async with receiving() as receiver:
        assert await post(client, receiver.url(host="d.example")) == OK, "and all three came back"
    await client.close()


async def test_a_name_that_hangs_takes_one_thread_and_fails_no_other(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    monkeypatch.setattr(webhook_http, "RESOLVES_WITHIN_SECONDS", 0.1)
    client = Client(networks(LOOPBACK), 5.0, 40, trusted=authority.trusted())
    before = set(threading.enumerate())
    for _ in range(3):
        attempts = [post(client, f"http://slow.example:{8000 + number}/") for number in range(30)]
        assert set(await asyncio.gather(*attempts)) == {"UNREACHABLE None"}
    new = set(threading.enumerate()) - before
    assert resolver.asked == ["slow.example"] and len(new) == 1, "threads of earlier tests may end meanwhile"
    monkeypatch.setattr(webhook_http, "RESOLVES_WITHIN_SECONDS", PATIENCE_SECONDS)
    async with receiving() as receiver:
        assert await post(client, receiver.url(host="quick.example")) == OK
    await client.close()


async def test_who_gives_up_takes_no_answer_and_none_is_kept(resolver: Resolver) -> None:
    first, second, third = [asyncio.create_task(look_up("slow.example", port)) for port in (80, 80, 443)]
    await until(lambda: resolver.asked == ["slow.example"])
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    resolver.let_go.set()
    assert await second == await third == ["127.0.0.1"]
    assert resolver.asked == ["slow.example"]
    assert await look_up("slow.example", 80) == ["127.0.0.1"] and len(resolver.asked) == 2


async def test_what_no_resolver_takes_is_told_to_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(*_: object, **__: object) -> list[object]:
        raise ValueError("embedded null byte")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", odd)
        answers = await asyncio.gather(*(look_up("odd.example", 80) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError] * 3 and not webhook_http._lookups
