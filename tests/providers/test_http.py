"""The client of external services, against real servers on loopback: bounded, and what was sent is told from what was
not."""

import asyncio
import logging
import socket
import threading
import time
import traceback

import pytest

from services.db import database
from services.kit import deadlines
from services.providers import http as provider_http
from services.providers.http import MAX_ANSWER_BYTES, Answer, Client
from services.providers.outcomes import Busy, NotSent, ProviderError, Unknown
from tests.town import receiver as receivers
from tests.town.receiver import (
    HOST,
    Authority,
    Behaviour,
    Receiver,
    answering,
    dripping,
    dropping,
    dropping_mid_answer,
    flooding,
    hanging,
    receiving,
    saying,
)
from tests.town.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.usefixtures("connected")

BODY = b'{"a": 1}'
SECRET = "canary"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return receivers.authority(tmp_path_factory.mktemp("authority"))


def client(receiver: Receiver, timeout: float = 30.0, path: str = "/base") -> Client:
    return Client("them", receiver.url(path), timeout)


async def gone() -> Client:
    """A client of a server that is gone."""
    async with receiving() as receiver:
        return client(receiver)


async def test_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with receiving(answering(200, b'{"b": 2}')) as receiver:
        sender = client(receiver, path="/base?key=1")
        answer = await sender.call("POST", "/path", {"q": "a b/短"}, {"x-own": "2"}, BODY)
        await sender.call("POST")
        assert (answer.status, answer.fields(), answer.succeeded) == (200, {"b": 2}, True)
        first, second = receiver.received
        assert first.path == "/base/path?key=1&q=a%20b%2F%E7%9F%AD" and second.path == "/base?key=1"
        assert first.body == BODY and first.headers == {
            "host": f"127.0.0.1:{receiver.port}",
            "content-length": str(len(BODY)),
            "connection": "close",
            "user-agent": "xingdian/1",
            "x-own": "2",
        }
        await until(lambda: receiver.open == 0)  # nothing is kept open
        assert receiver.connections == 2


async def test_a_redirect_is_an_answer() -> None:
    async with receiving(answering(307, b"", location="/other")) as receiver:
        answer = await client(receiver).call("POST", body=BODY)
        assert (answer.status, answer.succeeded, len(receiver.received)) == (307, False, 1)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_json_object(body: bytes) -> None:
    with pytest.raises(Unknown, match=r"no JSON object \(HTTP 200\)"):
        Answer("them", 200, body).fields()


SENT = {
    "500": answering(500),
    "503": answering(503),
    "dropped": dropping,
    "cut": dropping_mid_answer,
    "no HTTP": saying(b"SSH-2.0-answer\r\n\r\n"),
    "too large": answering(200, b"x" * (MAX_ANSWER_BYTES + 1)),
}


@pytest.mark.parametrize("how", SENT)
@pytest.mark.parametrize("repeatable", [False, True])
async def test_what_was_sent_is_repeated_if_harmless(how: str, repeatable: bool) -> None:
    async with receiving(SENT[how], SENT[how]) as receiver:
        with pytest.raises(Unknown) as caught:
            await client(receiver).call("POST", body=BODY, repeatable=repeatable)
        assert len(receiver.received) == 1 + repeatable and "SSH" not in str(caught.value)
    async with receiving(SENT[how], answering()) as receiver:
        if repeatable:
            assert (await client(receiver).call("POST", body=BODY, repeatable=True)).status == 200


@pytest.mark.parametrize(("status", "kind"), [(503, Busy), (500, Unknown), (502, Unknown), (504, Unknown)])
async def test_only_a_503_that_says_when_was_not_done(status: int, kind: type[Exception]) -> None:
    async with receiving(answering(status, b"busy", Retry_After="Fri, 15 May 2026 04:00:00 GMT")) as receiver:
        with pytest.raises(kind) as caught:
            await client(receiver).call("POST", body=BODY)
        assert type(caught.value) is kind and len(receiver.received) == 1


async def test_an_answer_as_large_as_can_be() -> None:
    async with receiving(answering(200, b"x" * MAX_ANSWER_BYTES)) as receiver:
        assert len((await client(receiver).call("POST")).body) == MAX_ANSWER_BYTES


async def test_a_flood_is_cut_off() -> None:
    count = [0]
    flood = flooding(b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n", b"x" * 65536, count)
    async with receiving(flood) as receiver:
        with pytest.raises(Unknown, match="too large"):
            await client(receiver).call("POST")
        await until(lambda: receiver.open == 0)
        assert count[0] < 32 * 2**20


@pytest.mark.parametrize("behaviour", [hanging, dripping])
async def test_one_timeout_for_all_of_it(behaviour: Behaviour) -> None:
    async with receiving(answering(503), behaviour) as receiver, asyncio.timeout(PATIENCE_SECONDS):
        began = time.monotonic()
        with pytest.raises(Unknown, match="no answer in time, after sending"):
            await client(receiver, timeout=2).call("POST", repeatable=True)
        assert time.monotonic() - began > 1.95 and len(receiver.received) == 2


async def test_the_deadline_of_a_request_is_kept() -> None:
    async with receiving(hanging) as receiver, asyncio.timeout(PATIENCE_SECONDS):
        with deadlines.instead(2), pytest.raises(Unknown):
            await client(receiver, timeout=600).call("POST")
        with deadlines.instead(-1), pytest.raises(NotSent):
            await client(receiver, timeout=600).call("POST")
        assert len(receiver.received) == 1


async def test_a_refused_connection_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = await gone()
    with pytest.raises(NotSent, match="them: no connection"):
        await sender.call("POST")
    monkeypatch.setattr(provider_http, "PAUSE_SECONDS", 2.0)  # in which somebody comes
    trying = asyncio.create_task(sender.call("POST"))
    await asyncio.sleep(0.05)
    async with receiving(port=sender._port) as receiver:
        assert (await trying).status == 200 and len(receiver.received) == 1


async def test_an_unknown_name() -> None:
    with pytest.raises(NotSent, match="no connection"):
        await Client("them", "http://nothing.invalid", 5).call("POST")


async def test_a_resolver_that_hangs_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, asked, told = threading.Event(), set(), list[str]()

    def hang(host: str, *_: object, **__: object) -> list[object]:
        asked.add(host)
        let_go.wait(2 * PATIENCE_SECONDS)
        told.append(host)
        return []

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", hang)
        sender = Client("them", "http://slow.example", 0.3)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                outcomes = await asyncio.gather(*(sender.call("POST") for _ in range(16)), return_exceptions=True)
                await asyncio.to_thread(time.monotonic)  # where the database's address is looked up
            assert told == []
        finally:
            let_go.set()
    assert {type(one) for one in outcomes} == {NotSent} and asked == {"slow.example"}


async def test_a_hanging_handshake_has_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NotSent, match="no answer in time"):
            await Client("them", f"https://127.0.0.1:{port}", 0.5).call("POST")


async def test_certificates_are_checked(authority: Authority) -> None:
    async with receiving(tls=authority.serving(["127.0.0.1"])) as receiver:
        good = Client("them", receiver.url(), 30, trusted=authority.trusted())
        assert (await good.call("POST")).status == 200
        with pytest.raises(NotSent, match="no secure connection"):
            await Client("them", receiver.url(), 30).call("POST")
    for serving in (authority.serving([HOST]), authority.serving(["127.0.0.1"], expired=True)):
        async with receiving(tls=serving) as receiver:
            with pytest.raises(NotSent, match="no secure connection"):
                await Client("them", receiver.url(), 30, trusted=authority.trusted()).call("POST")
            assert receiver.received == []


async def test_never_inside_a_transaction() -> None:
    async with receiving() as receiver:
        sender = client(receiver)

        @database.transactional
        async def write() -> None:
            await sender.call("POST")

        with pytest.raises(RuntimeError, match="inside a transaction"):
            await write()
        assert receiver.connections == 0


async def test_a_cancelled_call_leaves_nothing_open() -> None:
    async with receiving(hanging) as receiver:
        sender = client(receiver)
        calls = [asyncio.create_task(sender.call("POST")) for _ in range(40)]
        await receiver.until(16)
        assert receiver.most_open == 16, "as many as there may be"
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        receiver.behaves = [answering()]
        assert (await sender.call("POST")).status == 200


@pytest.mark.parametrize("how", [*SENT, "gone", "in time"])
async def test_no_secret_in_errors_or_the_log(how: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with receiving(hanging if how == "in time" else SENT.get(how, dropping)) as receiver:
        sender = client(receiver, 0.3, f"/base?key={SECRET}")
        if how != "gone":
            said = await failure(sender)
    if how == "gone":
        said = await failure(sender)
    assert SECRET not in said + caplog.text and "Traceback" in said


async def failure(sender: Client) -> str:
    """The text of an error and its traceback."""
    try:
        await sender.call("POST", f"/{SECRET}", {"access_token": SECRET}, {"x": SECRET}, SECRET.encode())
    except ProviderError as error:
        return "".join(traceback.format_exception(error)) + repr(error)
    raise AssertionError("it did not fail")
