"""Text messages: who sends them, what a gateway of the district's own is sent, and how it can fail."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import httpx
import pytest
from standardwebhooks import Webhook

from services.kit import settings
from services.kit.signing import secret_text
from services.providers import sms
from services.providers.outcomes import Busy, NotSent, Off, RateLimited, Refused, Unknown
from tests.town.providers import configure
from tests.town.receiver import Receiver, answering, dropping, receiving

PHONE, CODE = "13800009999", "271828"
KEY = secret_text(b"k" * 32)
Set = Callable[..., None]

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture(autouse=True)
def given(monkeypatch: pytest.MonkeyPatch) -> Iterator[Set]:
    def set_to(**values: str) -> None:
        configure(monkeypatch, values)

    set_to(provider_timeout_seconds="30")
    yield set_to
    settings.current.cache_clear()


def to_webhook(given: Set, receiver: Receiver) -> None:
    given(sms_provider="webhook", sms_webhook_url=receiver.url("/send?key=canary-key"), sms_webhook_secret=KEY)


async def test_by_default_nobody_sends() -> None:
    with pytest.raises(Off, match="SMS_PROVIDER is off"):
        await sms.send_code(PHONE, CODE)
    with pytest.raises(Off):
        await sms.send_notice(PHONE, "wish_completed", {})


async def test_a_gateway_is_sent_one_signed_message(given: Set) -> None:
    async with receiving(answering(204, b"")) as receiver:
        to_webhook(given, receiver)
        await sms.send_code(PHONE, CODE)
        await sms.send_notice(PHONE, "wish_completed", {"day": "周五"}, message_id="of-ours")
    first, second = receiver.received
    assert first.path == "/send?key=canary-key"
    for one in (first, second):
        sent = Webhook(KEY).verify(one.body, one.headers)
        assert sent["id"] == one.id and one.headers["content-type"].startswith("application/json")
    assert json.loads(first.body) == {"phone": PHONE, "template": "code", "parameters": {"code": CODE}, "id": first.id}
    assert json.loads(second.body)["parameters"] == {"day": "周五"}
    assert second.id == "of-ours" and len(first.id) == 36


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None),
        (202, None),
        (302, Refused),
        (400, Refused),
        (429, RateLimited),
        (500, Unknown),
        (503, Unknown),
    ],
)
async def test_what_each_status_means(given: Set, status: int, kind: type[Exception] | None) -> None:
    async with receiving(answering(status, b"said canary-answer", location="/elsewhere")) as receiver:
        to_webhook(given, receiver)
        if kind is None:
            await sms.send_code(PHONE, CODE)
        else:
            with pytest.raises(kind) as caught:
                await sms.send_code(PHONE, CODE)
            assert type(caught.value) is kind and str(status) in str(caught.value)
    assert len(receiver.received) == 1, "neither followed nor repeated"


async def test_a_503_that_says_when_to_come_again_was_not_taken(given: Set) -> None:
    async with receiving(answering(503, b"", retry_after="60")) as receiver:
        to_webhook(given, receiver)
        with pytest.raises(Busy, match=r"sms webhook: refused \(HTTP 503\)"):
            await sms.send_code(PHONE, CODE)


async def test_the_stand_in_serves_by_itself(given: Set) -> None:
    """As other tests use it: a process that prints what it sends, and fails as it is told to."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.town.providers", "--port", "0"),
        cwd=settings.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout and process.stderr
        served = json.loads(await process.stderr.readline())
        given(**served["settings"])
        await sms.send_code(PHONE, CODE)
        sent = json.loads(await process.stdout.readline())
        assert (sent["phone"], sent["parameters"]) == (PHONE, {"code": CODE})
        async with httpx.AsyncClient(base_url=served["url"], trust_env=False) as client:
            assert (await client.get("/_sent")).json() == [sent]
            await client.post("/_next", json={"path": "/sms", "faults": ["503"]})
        with pytest.raises(Unknown):
            await sms.send_code(PHONE, CODE)
    finally:
        process.terminate()
        await process.communicate()


async def test_no_secret_is_in_the_log_or_an_error(given: Set, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    async with receiving(answering(400, b"canary-answer"), dropping) as receiver:
        to_webhook(given, receiver)
        for kind in (Refused, Unknown):
            with pytest.raises(kind) as caught:
                await sms.send_code(PHONE, CODE)
            said.append(f"{caught.value} {caught.value!r}")
    with pytest.raises(NotSent) as gone:
        await sms.send_code(PHONE, CODE)
    said += [str(gone.value), caplog.text]
    for canary in ("canary", PHONE, CODE, KEY, KEY.removeprefix("whsec_")):
        assert all(canary not in one for one in said), canary
