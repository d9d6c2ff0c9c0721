"""WeChat's server API, against a stand-in that behaves as documented: who signs in, phone numbers, messages, and one
access token for all processes."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from models.providers import ProviderToken
from services.db import database
from services.kit import deadlines, settings
from services.providers import wechat
from services.providers.outcomes import (
    BadCode,
    BadNumber,
    Blocked,
    Busy,
    NoConsent,
    NotSent,
    Off,
    RateLimited,
    Refused,
    Stale,
    Unknown,
)
from services.providers.wechat_tokens import FORCED_APART, REFRESH_BEFORE, Tokens
from tests.town.providers import (
    APP_SECRET,
    DONE,
    MESSAGE,
    NOT_DONE,
    PHONE,
    SESSION,
    TOKEN,
    UNCLEAR,
    Fault,
    Town,
    configure,
    providers,
)
from tests.town.servers import ROOT
from tests.town.world import Travel

WHO, TEMPLATE = "oABC_1", "tmpl-1"
NUMBER = "13800009999"


@pytest_asyncio.fixture
async def town(travel: Travel, db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    async with providers() as town:
        configure(monkeypatch, town.settings() | {"PROVIDER_TIMEOUT_SECONDS": "4"})
        town.wechat.consents[WHO, TEMPLATE] = 100
        yield town
    settings.current.cache_clear()


@pytest.fixture
def hasty(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for the timeout waits for a shorter one."""
    configure(monkeypatch, {"PROVIDER_TIMEOUT_SECONDS": "3"})


async def told(**data: str) -> None:
    await wechat.send_subscribe_message(WHO, TEMPLATE, data)


def forced(town: Town) -> list[bool]:
    """Each call for the access token: whether by force."""
    return [json.loads(call.body)["force_refresh"] for call in town.calls if call.path == TOKEN]


# -- who signs in ----------------------------------------------------------------------------------------------------


async def test_without_settings_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, {"WECHAT_APP_ID": "", "WECHAT_APP_SECRET": ""})
    for call in (wechat.jscode2session("js-a-1"), wechat.getuserphonenumber("x"), told()):
        with pytest.raises(Off, match="WECHAT_APP_ID is not set"):
            await call
    settings.current.cache_clear()


async def test_a_code_becomes_an_openid(town: Town) -> None:
    assert await wechat.jscode2session("js-oABC_1-1") == "oABC_1"
    (call,) = town.calls
    assert call.method == "GET" and call.headers["content-length"] == "0"


async def test_a_code_works_once(town: Town) -> None:
    await wechat.jscode2session("js-a-1")
    with pytest.raises(BadCode) as caught:
        await wechat.jscode2session("js-a-1")
    assert caught.value.code == "40163"


@pytest.mark.parametrize("code", ["", "two words", "代码", "x" * 513])
async def test_what_is_no_code_is_not_asked_about(town: Town, code: str) -> None:
    for call in (wechat.jscode2session(code), wechat.getuserphonenumber(code)):
        with pytest.raises(BadCode):
            await call
    assert town.count(SESSION) == town.count(PHONE) == 0


@pytest.mark.parametrize(
    ("code", "kind"),
    [(40029, BadCode), (40163, BadCode), (40226, Blocked), (45011, RateLimited), (40125, Refused), (-2, Refused)],
)
async def test_each_refusal_has_its_kind(
    town: Town, caplog: pytest.LogCaptureFixture, code: int, kind: type[Refused]
) -> None:
    town.next(SESSION, code)
    with pytest.raises(kind) as caught:
        await wechat.jscode2session("js-a-1")
    assert type(caught.value) is kind and caught.value.code == str(code) and len(town.calls) == 1
    assert ("wechat: refused" in caplog.text) == (kind is Refused), "what the operator has to know"


async def test_when_busy_it_is_asked_once_more(town: Town) -> None:
    town.next(SESSION, -1)
    assert await wechat.jscode2session("js-a-1") == "a"
    town.next(SESSION, -1, -1)
    with pytest.raises(Busy):
        await wechat.jscode2session("js-a-2")
    assert len(town.calls) == 4


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("fault", UNCLEAR)
async def test_a_one_time_code_is_never_sent_twice(town: Town, fault: Fault) -> None:
    town.next(SESSION, fault)
    with pytest.raises(Unknown):
        await wechat.jscode2session("js-a-1")
    assert len(town.calls) == 1
    assert ("js-a-1" in town.wechat.used) == (fault in DONE)


@pytest.mark.parametrize("openid", [None, "", 5, "a b", "x" * 129])
async def test_an_openid_that_is_none(town: Town, monkeypatch: pytest.MonkeyPatch, openid: Any) -> None:
    monkeypatch.setattr(town.wechat, "session", lambda _: (200, {"openid": openid}))
    with pytest.raises(Unknown, match="no openid"):
        await wechat.jscode2session("js-a-1")


@pytest.mark.parametrize(("status", "kind"), [(404, Refused), (429, RateLimited), (302, Refused)])
async def test_a_status_that_is_no_success(
    town: Town, monkeypatch: pytest.MonkeyPatch, status: int, kind: type[Refused]
) -> None:
    monkeypatch.setattr(town.wechat, "session", lambda _: (status, {"openid": "a"}))
    with pytest.raises(kind, match=f"HTTP {status}"):
        await wechat.jscode2session("js-a-1")


async def test_gone_and_back(town: Town) -> None:
    await town.go()
    for call in (wechat.jscode2session("js-a-1"), wechat.getuserphonenumber("phone-1-1"), told()):
        with pytest.raises(NotSent):
            await call
    await town.come()
    assert await wechat.jscode2session("js-a-1") == "a"


# -- the phone number ------------------------------------------------------------------------------------------------


async def test_a_phone_number_that_somebody_gives(town: Town) -> None:
    assert await wechat.getuserphonenumber(f"phone-{NUMBER}-1") == NUMBER
    with pytest.raises(BadCode):
        await wechat.getuserphonenumber(f"phone-{NUMBER}-1")


@pytest.mark.parametrize(("country", "number"), [("852", "13800009999"), ("86", "1380000999"), ("86", "23800009999")])
async def test_a_number_of_elsewhere(town: Town, country: str, number: str) -> None:
    town.wechat.country = country
    with pytest.raises(BadNumber) as caught:
        await wechat.getuserphonenumber(f"phone-{number}-1")
    assert number not in str(caught.value)


async def test_a_number_given_to_another_mini_program(town: Town) -> None:
    town.wechat.app_id = "wx_of_somebody_else"
    with pytest.raises(BadCode, match="another appid"):
        await wechat.getuserphonenumber(f"phone-{NUMBER}-1")


@pytest.mark.parametrize("info", [None, [], {}, {"watermark": 1}])
async def test_a_phone_number_that_is_none(town: Town, monkeypatch: pytest.MonkeyPatch, info: Any) -> None:
    monkeypatch.setattr(town.wechat, "phone", lambda _: (200, {"errcode": 0, "phone_info": info}))
    with pytest.raises(Unknown, match="no phone_info"):
        await wechat.getuserphonenumber("phone-1-1")


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_a_number_is_not_paid_for_twice(town: Town, fault: Fault) -> None:
    town.next(PHONE, fault)
    with pytest.raises(Unknown):
        await wechat.getuserphonenumber(f"phone-{NUMBER}-1")
    assert town.count(PHONE) == 1


# -- messages --------------------------------------------------------------------------------------------------------


async def test_a_message_to_a_subscriber(town: Town) -> None:
    await wechat.send_subscribe_message(WHO, TEMPLATE, {"thing1": "一条心愿待评单"}, "pages/wish?id=1")
    await told(thing1="x")
    first, second = town.wechat.messages
    assert first == {
        "touser": WHO,
        "template_id": TEMPLATE,
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        "data": {"thing1": {"value": "一条心愿待评单"}},
        "page": "pages/wish?id=1",
    }
    assert "page" not in second and town.count(TOKEN) == 1


async def test_without_consent_there_is_no_message(town: Town) -> None:
    town.wechat.consents.clear()
    with pytest.raises(NoConsent) as caught:
        await told()
    assert caught.value.code == "43101" and town.count(MESSAGE) == 1


@pytest.mark.usefixtures("hasty")
async def test_a_check_sends_nobody_anything(town: Town) -> None:
    await wechat.check_messages(TEMPLATE)
    town.next(MESSAGE, 47003)
    await wechat.check_messages(TEMPLATE)
    assert (town.wechat.checks, town.count(MESSAGE)) == (1, 2) and town.wechat.messages == []


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(("code", "kind"), [(-1, Busy), (45009, RateLimited), (40001, Stale)])
async def test_a_check_tells_that_nothing_is_sent_now(town: Town, code: int, kind: type[Refused]) -> None:
    town.next(MESSAGE, *[code] * 2)
    with pytest.raises(kind):
        await wechat.check_messages(TEMPLATE)


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_a_check_fails_where_wechat_does_not_answer(town: Town, fault: Fault) -> None:
    town.next(MESSAGE, fault)
    with pytest.raises(Unknown):
        await wechat.check_messages(TEMPLATE)


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_a_message_of_unknown_outcome_is_not_sent_again(town: Town, fault: Fault) -> None:
    town.next(MESSAGE, fault)
    with pytest.raises(Unknown):
        await told()
    assert town.count(MESSAGE) == 1 and len(town.wechat.messages) == (fault in DONE)


@pytest.mark.parametrize("fault", NOT_DONE)
@pytest.mark.parametrize("path", [MESSAGE, TOKEN])
async def test_what_wechat_says_it_cannot_now_is_asked_once_more(town: Town, path: str, fault: Fault) -> None:
    town.next(path, fault)
    await told()
    assert town.count(path) == 2 and len(town.wechat.messages) == 1
    town.wechat.forget()
    await database.execute("DELETE FROM provider_tokens")
    town.next(path, fault, fault)
    with pytest.raises(Busy):
        await told()
    assert town.count(path) == 4 and len(town.wechat.messages) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, {"errcode": -1}, Busy),
        (502, {"errcode": 45009}, RateLimited),
        (503, {"errcode": 47003}, Unknown),
        (503, {"errcode": 0}, Unknown),
        (503, "<html>", Busy),
        (504, "<html>", Unknown),
    ],
)
async def test_what_a_failed_answer_means(
    town: Town, monkeypatch: pytest.MonkeyPatch, status: int, body: Any, kind: type[Exception]
) -> None:
    monkeypatch.setattr(town.wechat, "message", lambda _: (status, body))
    with pytest.raises(kind) as caught:
        await told()
    assert type(caught.value) is kind and town.count(MESSAGE) == (2 if kind is Busy else 1)


# -- the access token ------------------------------------------------------------------------------------------------


async def test_a_token_is_kept_encrypted(town: Town) -> None:
    await told()
    (row,) = await ProviderToken.all()
    assert town.wechat.token.encode() not in bytes(row.token_encrypted) and row.app_id == wechat_app()
    assert forced(town) == [False]


def wechat_app() -> str:
    return settings.current().wechat_app_id


async def test_a_token_is_refreshed_before_its_end(town: Town, travel: Travel) -> None:
    await told()
    first = town.wechat.token
    travel.by(seconds=7200 - REFRESH_BEFORE.total_seconds() - 1)
    await told()
    assert town.count(TOKEN) == 1
    travel.by(seconds=2)
    await told()
    assert town.count(TOKEN) == 2 and town.wechat.token != first
    await told()
    assert town.count(TOKEN) == 2 and forced(town) == [False, False]


async def test_a_token_that_stays_the_same_is_not_asked_for_always(
    town: Town, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeChat's clock is behind ours, so that it gives the old one again."""
    await told()
    travel.by(seconds=7200 - REFRESH_BEFORE.total_seconds() + 1)
    monkeypatch.setattr("tests.town.providers.OVERLAP", timedelta(0))
    for _ in range(3):
        await told()
    assert town.count(TOKEN) == 2
    travel.by(seconds=31)
    await told()
    assert town.count(TOKEN) == 3


async def test_a_refresh_that_fails_leaves_the_old_one(town: Town, travel: Travel) -> None:
    await told()
    travel.by(seconds=7200 - 60)
    town.next(TOKEN, Fault.FAIL, Fault.FAIL, 40125)
    for _ in range(3):
        await told()
    assert town.count(TOKEN) == 3, "repeated once, and then not for a while"
    await database.execute("UPDATE provider_tokens SET leased_until = now()")
    await told()
    await database.execute("UPDATE provider_tokens SET leased_until = now()")
    await told()
    assert town.count(TOKEN) == 5 and len(town.wechat.messages) == 6


async def test_a_token_that_has_ended_is_not_used(town: Town, travel: Travel) -> None:
    await told()
    travel.by(seconds=7200)
    town.next(TOKEN, Fault.FAIL, Fault.FAIL)
    with pytest.raises(NotSent):
        await told()
    assert town.count(MESSAGE) == 1


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_without_a_token_nothing_is_sent(town: Town, fault: Fault) -> None:
    """So the message may be sent later, whatever became of the token."""
    town.next(TOKEN, fault, fault)
    with pytest.raises(NotSent, match="no access token"):
        await told()
    assert town.count(MESSAGE) == 0
    town.faults.clear()
    await told()
    assert len(town.wechat.messages) == 1


async def test_a_wrong_secret_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, {"WECHAT_APP_SECRET": "f" * 32})
    with pytest.raises(Refused, match=r"refused \(40125\)"):
        await told()


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": ""}, {"access_token": "x"}, {"access_token": "x", "expires_in": 0}]
)
async def test_a_token_that_is_none(town: Town, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    monkeypatch.setattr(town.wechat, "stable_token", lambda _: (200, answer))
    with pytest.raises(NotSent, match="no access token"):
        await told()


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_ended_early_is_replaced(town: Town, code: int) -> None:
    await told()
    town.wechat.forget()
    town.next(MESSAGE, code)
    await told()
    assert forced(town) == [False, False] and len(town.wechat.messages) == 2


async def test_by_force_only_if_wechat_gives_the_same_again(town: Town, travel: Travel) -> None:
    await told()
    town.wechat.revoke()
    await told()
    assert forced(town) == [False, False, True] and len(town.wechat.messages) == 2
    travel.by(minutes=5)
    town.wechat.revoke()
    with pytest.raises(Stale, match="40001"):
        await told()
    assert forced(town)[3:] == [False], "at most 20 a day are allowed"
    travel.by(seconds=FORCED_APART.total_seconds())
    await told()
    assert forced(town)[4:] == [False, True] and len(town.wechat.messages) == 3


async def test_a_token_refused_twice_is_a_refusal(town: Town) -> None:
    await told()
    town.wechat.forget()
    town.next(MESSAGE, 40001, 40001)
    with pytest.raises(Stale, match="40001"):
        await told()
    assert town.count(MESSAGE) == 3


async def test_a_token_of_another_key_is_replaced(town: Town) -> None:
    await told()
    await ProviderToken.all().update(token_encrypted=b"\x01" + b"x" * 40)
    await told()
    assert town.count(TOKEN) == 2


async def test_many_at_once_get_one_token(town: Town) -> None:
    town.slowly[TOKEN] = 0.3
    await asyncio.gather(*(told() for _ in range(12)))
    assert town.count(TOKEN) == 1 and len(town.wechat.messages) == 12
    town.wechat.forget()
    await asyncio.gather(*(told() for _ in range(12)))
    assert town.count(TOKEN) == 2 and len(town.wechat.messages) == 24


async def test_while_one_refreshes_the_others_use_the_old(town: Town, travel: Travel) -> None:
    await told()
    travel.by(seconds=7200 - 60)
    town.slowly[TOKEN] = 3.0
    slow = asyncio.create_task(told())
    await town.until(TOKEN, 2)
    await asyncio.gather(*(told() for _ in range(5)))
    assert not slow.done()
    await slow
    assert town.count(TOKEN) == 2 and len(town.wechat.messages) == 7


async def test_a_token_refreshed_in_between_is_used(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    leased = Tokens._leased

    async def late(self: Tokens, lease: UUID) -> Any:
        monkeypatch.setattr(Tokens, "_leased", leased)
        await told()
        return await leased(self, lease)

    monkeypatch.setattr(Tokens, "_leased", late)
    await told()
    assert town.count(TOKEN) == 1 and len(town.wechat.messages) == 2
    assert not await database.fetch_value("SELECT leased_until > clock_timestamp() FROM provider_tokens")


async def test_one_timeout_for_token_and_message(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, {"PROVIDER_TIMEOUT_SECONDS": "5"})
    town.slowly = {TOKEN: 2.5, MESSAGE: 4.0}
    with pytest.raises(Unknown):  # of each by itself there would be no timeout
        await told()
    assert town.count(MESSAGE) == 1


@pytest.mark.usefixtures("hasty")
async def test_a_lease_of_the_dead_runs_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await told()
    town.wechat.forget()
    await database.execute(
        "UPDATE provider_tokens SET lease_id = gen_random_uuid(), leased_until = now() + interval '1 hour'"
    )
    with pytest.raises(NotSent, match="no access token in time"):
        await told()
    configure(monkeypatch, {"PROVIDER_TIMEOUT_SECONDS": "10"})
    await database.execute("UPDATE provider_tokens SET leased_until = now() + interval '0.3 seconds'")
    await told()
    assert town.count(TOKEN) == 2


async def test_a_deadline_ends_the_wait_for_a_token(town: Town) -> None:
    await told()
    town.wechat.forget()
    await database.execute(
        "UPDATE provider_tokens SET lease_id = gen_random_uuid(), leased_until = now() + interval '1 hour'"
    )
    with deadlines.instead(0.3), pytest.raises(NotSent, match="no access token in time"):
        await told()


async def test_who_gives_up_gives_the_lease_back(town: Town) -> None:
    town.next(TOKEN, Fault.STALL)
    giving_up = asyncio.create_task(told())
    await town.until(TOKEN, 1)
    giving_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await giving_up
    await told()  # in time; a lease that is left would run out after that


PROCESS = """
import asyncio, sys
from services.db import database
from services.providers import wechat

async def run():
    async with database.connected(sys.argv[1]):
        await database.fetch("SELECT 1")
        print("ready", flush=True)
        sys.stdin.readline()
        await asyncio.gather(*(wechat.send_subscribe_message("oABC_1", "tmpl-1", {}) for _ in range(4)))

asyncio.run(run())
"""


async def test_two_processes_get_one_token(town: Town, database_url: str) -> None:
    town.slowly[TOKEN] = 0.5
    environment = {**os.environ, "PROVIDER_TIMEOUT_SECONDS": "10"}
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROCESS, database_url),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout and await process.stdout.readline() == b"ready\n"
    await asyncio.gather(*(process.communicate(b"\n") for process in started))
    assert [process.returncode for process in started] == [0, 0]
    assert town.count(TOKEN) == 1 and len(town.wechat.messages) == 8


# -- secrets ---------------------------------------------------------------------------------------------------------


async def test_no_secret_is_in_the_log_or_an_error(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    await told(thing1="canary-text")
    tokens = [town.wechat.token]
    for path, fault in [
        *((SESSION, fault) for fault in (40029, Fault.GARBAGE, Fault.CUT, Fault.FAIL)),
        *((PHONE, fault) for fault in (40029, Fault.GARBAGE, Fault.DONE_THEN_DROP)),
        *((MESSAGE, fault) for fault in (43101, 47003, Fault.CUT, Fault.DROP)),
    ]:
        town.next(path, fault)
        call = {
            SESSION: wechat.jscode2session("js-canary-1"),
            PHONE: wechat.getuserphonenumber(f"phone-{NUMBER}-canary"),
            MESSAGE: told(thing1="canary-text"),
        }
        for other in call.keys() - {path}:
            call[other].close()
        with pytest.raises((Refused, Unknown)) as caught:
            await call[path]
        said.append(f"{caught.value} {caught.value!r}")
    town.wechat.revoke()
    await told()
    tokens.append(town.wechat.token)
    for secret in ("canary", NUMBER, APP_SECRET, WHO, *tokens):
        assert secret not in "".join(said) + caplog.text, secret
