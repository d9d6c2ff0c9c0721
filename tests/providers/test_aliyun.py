"""Text messages through Aliyun, against a stand-in that checks each call by the documented steps."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.kit import clock, settings
from services.providers import sms
from services.providers.aliyun import KINDS
from services.providers.outcomes import BadNumber, Busy, NoBalance, NotSent, Off, RateLimited, Refused, Unknown
from tests.town.providers import ALIYUN, KEY_SECRET, NOT_DONE, UNCLEAR, Fault, Town, configure, providers

PHONE, CODE = "13800009999", "271828"

pytestmark = pytest.mark.usefixtures("connected")


@pytest_asyncio.fixture
async def town(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    async with providers() as town:
        configure(monkeypatch, town.settings("aliyun") | {"PROVIDER_TIMEOUT_SECONDS": "3"})
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


# -- Asked again -------------------------------------------------------------------------------------------------------


async def again(**ago: float) -> None:
    """Send a message of which nothing is known since so long ago."""
    await sms.send_notice(PHONE, "wish_completed", {}, message_id="ours", begun_at=clock.now() - timedelta(**ago))


def listed(town: Town, *out_ids: str) -> None:
    for one in out_ids:
        town.list_sent(PHONE, one)


@pytest.mark.parametrize("minutes", [0, 9, 11])
async def test_what_is_listed_is_not_sent_again(town: Town, minutes: int) -> None:
    listed(town, "ours", "another")
    await again(minutes=minutes)
    assert town.sent == [] and [call.headers["x-acs-action"] for call in town.calls][-1] == "QuerySendDetails"


async def test_what_is_not_listed_is_sent_after_ten_minutes(town: Town) -> None:
    listed(town, "another", "ours too")
    town.list_sent("13800008888", "ours")
    with pytest.raises(Unknown, match="not listed yet"):
        await again(minutes=9)
    assert town.sent == []
    await again(minutes=11)
    assert [one["id"] for one in town.sent] == ["ours"]


@pytest.mark.parametrize("others", [1, 19, 20, 21, 599])
async def test_among_hundreds_of_a_day_it_is_found(town: Town, others: int) -> None:
    """The oldest is listed last."""
    listed(town, "ours", *(f"of-{number}" for number in range(others)))
    await again(minutes=11)
    assert town.sent == []
    town.listed = town.listed[1:]
    await again(minutes=11)
    assert [one["id"] for one in town.sent] == ["ours"]


async def test_of_too_many_nothing_is_concluded(town: Town) -> None:
    listed(town, *(f"of-{number}" for number in range(601)))
    with pytest.raises(Unknown, match="not all messages"):
        await again(minutes=11)
    assert town.sent == [] and len(town.calls) <= 2 * 30


@pytest.mark.parametrize(
    "answer",
    [
        {"TotalCount": "2", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}},
        {"TotalCount": "many", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}},
        {"TotalCount": "0", "SmsSendDetailDTOs": {}},
        {"TotalCount": "0", "SmsSendDetailDTOs": None},
        {"TotalCount": "1", "SmsSendDetailDTOs": {"SmsSendDetailDTO": ["ours"]}},
        {},
    ],
)
async def test_of_a_list_that_is_none_nothing_is_concluded(
    town: Town, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object]
) -> None:
    monkeypatch.setattr(town, "_query_send_details", lambda _: (200, {"Code": "OK", **answer}))
    with pytest.raises(Unknown):
        await again(minutes=11)
    assert town.sent == []


@pytest.mark.parametrize("fault", [*NOT_DONE, *UNCLEAR, "Throttling.User", "NoPermission", "isv.AMOUNT_NOT_ENOUGH"])
async def test_a_question_that_fails_tells_nothing(town: Town, fault: Fault | str) -> None:
    """Not even that nothing was sent."""
    town.next(ALIYUN, fault)
    with pytest.raises(Unknown) as caught:
        await again(minutes=11)
    assert type(caught.value) is Unknown and "QuerySendDetails" in str(caught.value) and town.sent == []


async def test_who_is_gone_tells_nothing(town: Town) -> None:
    await town.go()
    with pytest.raises(Unknown):
        await again(minutes=11)


async def test_it_is_asked_for_each_day_since(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 5, 15, 23, 59, 50, tzinfo=clock.SHANGHAI)
    monkeypatch.setattr(clock, "now", lambda: at.astimezone(UTC))
    listed(town, "ours")
    at += timedelta(minutes=30)
    await again(minutes=30)
    assert town.sent == [] and [call.query["SendDate"] for call in town.calls] == ["20260515"]
    town.listed.clear()
    await again(minutes=30)
    assert [call.query.get("SendDate") for call in town.calls][1:] == ["20260515", "20260516", None]


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
