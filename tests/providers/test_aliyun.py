"""Text messages through Aliyun, against a stand-in that checks each call by the documented steps."""

import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.kit import settings
from services.providers import sms
from services.providers.aliyun import KINDS
from services.providers.outcomes import BadNumber, Busy, NoBalance, NotSent, Off, RateLimited, Refused, Unknown
from tests.town.providers import ALIYUN, KEY_SECRET, NOT_DONE, UNCLEAR, Fault, Town, configure, providers

PHONE, CODE = "13800009999", "271828"

pytestmark = pytest.mark.usefixtures("connected")


@pytest_asyncio.fixture
async def town(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    async with providers() as town:
        configure(monkeypatch, town.settings("aliyun") | {"PROVIDER_TIMEOUT_SECONDS": "1"})
        yield town
    settings.current.cache_clear()


async def test_a_code_and_a_notice_are_sent(town: Town) -> None:
    await sms.send_code(PHONE, CODE)
    await sms.send_notice(PHONE, "wish_completed", {"day": "周五 18:00/~*+"}, message_id="of-ours")
    code, notice = town.sent
    assert (code["phone"], code["template"], code["parameters"]) == (PHONE, "code", {"code": CODE})
    assert (notice["parameters"], notice["id"]) == ({"day": "周五 18:00/~*+"}, "of-ours")
    assert len(town.nonces) == 2, "each call has its own"


async def test_an_unknown_template_is_not_asked_for(town: Town) -> None:
    with pytest.raises(Off, match="ALIYUN_SMS_TEMPLATES has no of_another"):
        await sms.send_notice(PHONE, "of_another", {})
    assert town.calls == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *KINDS.items(),
        ("Throttling", RateLimited),
        ("Throttling.User", RateLimited),
        ("isv.SMS_TEMPLATE_ILLEGAL", Refused),
        ("Throttlings", Refused),
    ],
)
async def test_each_refusal_has_its_kind(
    town: Town, caplog: pytest.LogCaptureFixture, code: str, kind: type[Refused]
) -> None:
    town.next(ALIYUN, code)
    with pytest.raises(kind) as caught:
        await sms.send_code(PHONE, CODE)
    assert type(caught.value) is kind and caught.value.code == code and len(town.calls) == 1
    assert (code in caplog.text) == (kind in (Refused, NoBalance, Busy)), "what the operator has to know"


def test_the_refusals_that_are_told_apart() -> None:
    assert KINDS["isv.BUSINESS_LIMIT_CONTROL"] is RateLimited
    assert KINDS["isv.MOBILE_NUMBER_ILLEGAL"] is BadNumber
    assert KINDS["isv.AMOUNT_NOT_ENOUGH"] is NoBalance


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("aliyun_access_key_secret", "another0secret000", "SignatureDoesNotMatch"),
        ("aliyun_access_key_id", "LTAI000000000another", "InvalidAccessKeyId.NotFound"),
        ("aliyun_sms_sign_name", "别的签名", "isv.SMS_SIGNATURE_ILLEGAL"),
        ("aliyun_sms_templates", "code=SMS_9", "isv.SMS_TEMPLATE_ILLEGAL"),
    ],
)
async def test_wrong_settings_are_refused(
    town: Town, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str
) -> None:
    configure(monkeypatch, {name: value})
    with pytest.raises(Refused) as caught:
        await sms.send_code(PHONE, CODE)
    assert caught.value.code == code and town.sent == []


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_after_an_unknown_outcome_nothing_is_sent_again(town: Town, fault: Fault) -> None:
    town.next(ALIYUN, fault)
    with pytest.raises(Unknown):
        await sms.send_code(PHONE, CODE)
    assert len(town.calls) == 1


@pytest.mark.parametrize("fault", NOT_DONE)
async def test_what_aliyun_says_it_cannot_now_was_not_done(town: Town, fault: Fault) -> None:
    town.next(ALIYUN, fault)
    with pytest.raises(Busy):
        await sms.send_code(PHONE, CODE)
    assert len(town.calls) == 1 and town.sent == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (200, {"errcode": 40001}, Unknown, "no code"),
        (200, "<html>", Unknown, "no code"),
        (403, "<html>", Refused, "HTTP 403"),
        (429, "<html>", RateLimited, "HTTP 429"),
        (429, {"Code": "Throttling.Api"}, RateLimited, "Throttling.Api"),
        (400, {"Code": "OK"}, Refused, "OK"),
        (500, {"Code": "InternalError"}, Unknown, "HTTP 500"),
        (503, {"Code": "Throttling.User"}, RateLimited, "Throttling.User"),
        (503, {"Code": "canary"}, Unknown, "HTTP 503"),
        (503, {"Code": ["ServiceUnavailable"]}, Busy, "HTTP 503"),
        (503, "<html>", Busy, "HTTP 503"),
        (502, "<html>", Unknown, "HTTP 502"),
    ],
)
async def test_what_each_answer_means(
    town: Town, monkeypatch: pytest.MonkeyPatch, status: int, body: object, kind: type[Exception], says: str
) -> None:
    monkeypatch.setattr(town, "_aliyun", lambda _: (status, body))
    with pytest.raises(kind, match=says) as caught:
        await sms.send_code(PHONE, CODE)
    assert type(caught.value) is kind and len(town.calls) == 1


async def test_gone_and_back(town: Town) -> None:
    await town.go()
    with pytest.raises(NotSent):
        await sms.send_code(PHONE, CODE)
    await town.come()
    await sms.send_code(PHONE, CODE)
    assert len(town.sent) == 1


async def test_no_secret_is_in_the_log_or_an_error(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    await sms.send_code(PHONE, CODE)
    for fault in ("isv.AMOUNT_NOT_ENOUGH", "SignatureDoesNotMatch", Fault.GARBAGE, Fault.CUT, Fault.FAIL):
        town.next(ALIYUN, fault)
        with pytest.raises((Refused, Unknown)) as caught:
            await sms.send_code(PHONE, CODE)
        said.append(f"{caught.value} {caught.value!r}")
    for canary in ("canary", PHONE, CODE, KEY_SECRET, "Signature="):
        assert canary not in "".join(said) + caplog.text, canary
