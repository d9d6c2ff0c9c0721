"""Codes sent to a phone: one purpose, one phone, one use; how long, how often, how many wrong tries; and guessing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from models.enums import CodePurpose
from services.db import database
from services.entry import misses, phone_codes, sending, signing_in
from services.entry.phone_codes import Proof
from services.entry.signing_in import Visitor
from services.kit.errors import ErrorCode, Refusal
from services.kit.settings import current
from services.kit.signing import secret_text
from services.work import tick
from tests.town.entry import Inbox, inbox, phone_code
from tests.town.providers import SMS, Fault, configure
from tests.town.world import Travel, World

PHONE, OTHER = "13900000001", "13900000002"
HERE, THERE = "203.0.113.7", "198.51.100.9"

pytestmark = pytest.mark.usefixtures("world")


@pytest_asyncio.fixture
async def messages(world: World) -> AsyncIterator[Inbox]:
    async with inbox() as found:
        yield found


@database.transactional
async def take(handle: str, code: str, purpose: CodePurpose = CodePurpose.SIGN_IN, address: str = HERE) -> Any:
    return await phone_codes.take(handle, code, purpose, address)


async def told(work: Any) -> str:
    """OK, or the code of the refusal."""
    try:
        await work
    except Refusal as refusal:
        return refusal.code.value
    return "OK"


async def counted(column: str = "misses") -> int:
    return await database.fetch_value(f"SELECT coalesce(sum({column}), 0)::int FROM sign_in_days") or 0


async def of_address() -> int:
    return await database.fetch_value("SELECT coalesce(sum(misses), 0)::int FROM sign_in_misses") or 0


@pytest.mark.parametrize(
    ("purpose", "instead"),
    [
        (CodePurpose.SIGN_IN, "现场开一次性登录码"),
        (CodePurpose.BIND_WECHAT, "现场开一次性登录码"),
        (CodePurpose.CHANGE_PHONE, "请到社区当面换手机号"),
        (CodePurpose.ERASE_ACCOUNT, "请到社区当面申请注销"),
    ],
)
async def test_without_text_messages_it_is_said_what_to_do(purpose: CodePurpose, instead: str) -> None:
    """A code shown on the spot, but not for what a session opened by one is refused."""
    with pytest.raises(Refusal, match=instead) as caught:
        await phone_codes.send(PHONE, purpose, HERE)
    assert caught.value.code == ErrorCode.INVALID_STATE
    assert ("登录码" in caught.value.message) == (instead == "现场开一次性登录码")


async def test_a_code_opens_once(messages: Inbox) -> None:
    sent = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    code = await messages.code(PHONE)
    assert len(code) == sent.digits == 6
    assert await take(sent.handle, code) == Proof(PHONE, None)
    assert await told(take(sent.handle, code)) == "CODE_INVALID"
    assert (await of_address(), await counted()) == (1, 1), "the right one was given back, the second was a miss"


async def test_typed_as_people_type(messages: Inbox) -> None:
    sent = await phone_codes.send(" +86 139-0000-0001 ", CodePurpose.SIGN_IN, HERE)
    code = await messages.code(PHONE)
    wide = "".join(chr(ord(one) - ord("0") + ord("０")) for one in code)
    assert await take(sent.handle, f" {wide[:3]} {wide[3:]} ") == Proof(PHONE, None)


async def test_what_is_kept_opens_nothing(messages: Inbox) -> None:
    sent = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    code = await messages.code(PHONE)
    rows = await database.fetch(
        "SELECT c::text AS row FROM sign_in_codes c UNION ALL SELECT a::text FROM audit_entries a"
    )
    assert rows and not any(secret in row["row"] for row in rows for secret in (sent.handle, code, PHONE))
    other, _ = await phone_code(OTHER)
    assert await told(take(other, code)) == "CODE_INVALID", "a code goes with its own handle"


async def test_five_wrong_tries_end_a_code(messages: Inbox) -> None:
    sent = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    code = await messages.code(PHONE)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert [await told(take(sent.handle, wrong)) for _ in range(5)] == ["CODE_INVALID"] * 5
    assert await told(take(sent.handle, code)) == "CODE_INVALID", "the right one comes too late"
    audited = await database.fetch("SELECT details->>'left' AS left FROM audit_entries WHERE action = 'sign_in.fail'")
    assert [row["left"] for row in audited] == ["4", "3", "2", "1", "0", None]


async def test_of_many_at_once_five_are_tried(messages: Inbox) -> None:
    sent = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    code = await messages.code(PHONE)
    wrong = [f"{(int(code) + n) % 10**6:06}" for n in range(1, 31)]
    said = await asyncio.gather(*(told(take(sent.handle, one)) for one in wrong))
    assert set(said) == {"CODE_INVALID"}
    assert await database.fetch_value("SELECT tries FROM sign_in_codes") == 5
    assert await counted() == 30


async def test_of_two_with_the_right_code_one_is_in(messages: Inbox) -> None:
    sent = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    code = await messages.code(PHONE)
    said = await asyncio.gather(*(told(take(sent.handle, code)) for _ in range(8)))
    assert sorted(said) == ["CODE_INVALID"] * 7 + ["OK"]


@pytest.mark.parametrize("purpose", [CodePurpose.SIGN_IN, CodePurpose.BIND_WECHAT])
async def test_another_code_ends_the_one_before(travel: Travel, messages: Inbox, purpose: CodePurpose) -> None:
    """Whatever it is for: a phone has one that lives."""
    first = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    code = await messages.code(PHONE)
    assert await told(phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)) == "TOO_MANY_ATTEMPTS"
    travel.by(seconds=60)
    second = await phone_codes.send(PHONE, purpose, HERE)
    assert await told(take(first.handle, code)) == "CODE_INVALID"
    assert await told(take(second.handle, await messages.code(PHONE), purpose)) == "OK"


async def test_it_dies_after_five_minutes(travel: Travel) -> None:
    handle, code = await phone_code(PHONE)
    travel.by(minutes=4, seconds=59)
    assert await told(take(handle, code, CodePurpose.BIND_WECHAT)) == "CODE_INVALID", "and serves one purpose"
    travel.by(seconds=1)
    assert await told(take(handle, code)) == "CODE_INVALID"


async def test_a_phone_gets_five_an_hour_and_twenty_a_day(travel: Travel, messages: Inbox) -> None:
    began, sent = travel.at, 0
    while sent < phone_codes.MAX_A_DAY:
        for _ in range(phone_codes.MAX_AN_HOUR):
            await phone_codes.send(PHONE, CodePurpose.SIGN_IN, None)
            sent += 1
            travel.by(seconds=61)
        with pytest.raises(Refusal) as refused:
            await phone_codes.send(PHONE, CodePurpose.SIGN_IN, None)
        assert refused.value.code == ErrorCode.TOO_MANY_ATTEMPTS and refused.value.retry_at
        assert refused.value.retry_at > travel.at
        travel.to(refused.value.retry_at)
    assert travel.at - began >= timedelta(days=1), "the twenty-first waits for the next day"
    await phone_codes.send(PHONE, CodePurpose.SIGN_IN, None)


async def test_the_limit_holds_however_many_ask_at_once(messages: Inbox) -> None:
    said = await asyncio.gather(*(told(phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)) for _ in range(12)))
    assert sorted(said) == ["OK"] + ["TOO_MANY_ATTEMPTS"] * 11
    many = [f"138{n:08}" for n in range(phone_codes.MAX_AN_HOUR_PER_ADDRESS + 5)]
    said = await asyncio.gather(*(told(phone_codes.send(one, CodePurpose.SIGN_IN, HERE)) for one in many))
    assert said.count("OK") == phone_codes.MAX_AN_HOUR_PER_ADDRESS - 1
    assert await told(phone_codes.send(OTHER, CodePurpose.SIGN_IN, THERE)) == "OK", "another address is free"


async def test_the_district_sends_so_many_a_day(travel: Travel) -> None:
    async with inbox(max_codes_a_day="2"):
        said = [await told(phone_codes.send(f"138{n:08}", CodePurpose.SIGN_IN, None)) for n in range(3)]
        assert said == ["OK", "OK", "LIMIT_REACHED"]
        travel.by(days=1)
        assert await told(phone_codes.send(PHONE, CodePurpose.SIGN_IN, None)) == "OK"


async def test_known_and_unknown_phones_cost_the_same(world: World, messages: Inbox) -> None:
    statements = []
    for phone in ("10000001100", PHONE):
        with database.observed_statements() as seen:
            await phone_codes.send(phone, CodePurpose.SIGN_IN, HERE)
        statements.append([one.partition("(")[0] for one in seen])
        await sending.finish()
    assert statements[0] == statements[1]


async def test_without_a_provider_it_says_where_to_go() -> None:
    with pytest.raises(Refusal, match="一次性登录码") as refused:
        await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    assert refused.value.code == ErrorCode.INVALID_STATE
    assert await database.fetch_value("SELECT count(*) FROM sign_in_codes") == 0


@pytest.mark.parametrize("column", ["failed_at", "sent_at"])
async def test_what_no_provider_took_does_not_count(
    messages: Inbox, column: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused code dies, and another may be asked for at once; one that may have arrived stays valid."""
    caplog.set_level(logging.DEBUG)
    with monkeypatch.context() as patch:
        if column == "failed_at":
            configure(patch, {"sms_webhook_secret": secret_text(b"w" * 32)})  # which the gateway refuses
        else:
            messages.town.next(SMS, Fault.DONE_THEN_DROP)
        sent = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
        await sending.finish()
    current.cache_clear()
    row = await database.fetch_one("SELECT sent_at, failed_at, ended_at FROM sign_in_codes")
    assert row is not None and row[column] is not None
    assert (row["ended_at"] is not None) == (column == "failed_at")
    again = await told(phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE))
    assert again == ("OK" if column == "failed_at" else "TOO_MANY_ATTEMPTS")
    given = await messages.code(PHONE) if column == "sent_at" else "000000"
    assert await told(take(sent.handle, given)) == ("OK" if column == "sent_at" else "CODE_INVALID")
    assert messages.town.count(SMS) == (2 if column == "failed_at" else 1), "nothing is sent twice"
    assert PHONE not in caplog.text and sent.handle not in caplog.text


async def test_an_outage_loses_nothing(messages: Inbox) -> None:
    """While nobody takes it, each code dies at once; as soon as somebody does, one arrives."""
    await messages.town.go()
    for _ in range(3):
        assert await told(phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)) == "OK"
        await sending.finish()
    assert await database.fetch_value("SELECT count(*) FROM sign_in_codes WHERE ended_at IS NULL") == 0
    await messages.town.come()
    sent = await phone_codes.send(PHONE, CodePurpose.SIGN_IN, HERE)
    assert await told(take(sent.handle, await messages.code(PHONE))) == "OK" and len(messages.town.sent) == 1


async def test_codes_and_phones_are_forgotten(travel: Travel) -> None:
    await phone_code(PHONE)
    await told(take("A" * 43, "000000"))
    assert (await tick.run())["sign_in_forgotten"] == 0
    travel.by(days=2, seconds=1)
    assert (await tick.run())["sign_in_forgotten"] == 2
    assert await database.fetch_value("SELECT count(*) FROM sign_in_codes") == 0


# -- Guessing


async def test_an_address_has_so_many_wrong_codes_an_hour(travel: Travel) -> None:
    async with inbox(max_wrong_codes_per_address="10"):
        said = await asyncio.gather(*(told(take("A" * 43, f"{n:06}")) for n in range(30)))
        assert said.count("CODE_INVALID") == 10 and said.count("TOO_MANY_ATTEMPTS") == 20
        handle, code = await phone_code(PHONE)
        assert await told(take(handle, code)) == "TOO_MANY_ATTEMPTS", "the right one too"
        assert await told(take(handle, code, address=THERE)) == "OK"
        travel.by(hours=1)
        handle, code = await phone_code(OTHER)
        assert await told(take(handle, code)) == "OK"
        assert await counted() == 10


async def test_what_is_no_code_is_no_guess() -> None:
    for handle, code in (("A" * 43, "12345"), ("A" * 43, "abcdef"), ("A" * 200, "123456"), ("", "123456")):
        assert await told(take(handle, code)) == "CODE_INVALID"
    assert (await of_address(), await counted()) == (0, 0)


async def test_beyond_the_budget_codes_have_eight_digits(caplog: pytest.LogCaptureFixture) -> None:
    async with inbox(max_wrong_codes_a_day="3") as messages:
        short, code = await phone_code(PHONE)
        assert [await told(take("A" * 43, f"{n:06}")) for n in range(3)] == ["CODE_INVALID"] * 3
        assert await told(take(short, code)) == "CODE_INVALID", "six digits open nothing any more today"
        sent = await phone_codes.send(OTHER, CodePurpose.SIGN_IN, HERE)
        assert sent.digits == 8 and len(await messages.code(OTHER)) == 8
        assert await told(take(sent.handle, await messages.code(OTHER))) == "OK"
    assert "budget" in caplog.text
    alerts = await database.fetch("SELECT details FROM audit_entries WHERE action = 'sign_in.budget'")
    assert len(alerts) == 1
    from services.work import due

    assert "sign_in_alerts" in {one.kind for one in await due.waiting() if one.count}


async def test_a_hundred_thousand_guesses_expect_no_hit() -> None:
    """The arithmetic that the module states, held to its own figures."""
    budget, tries = current().max_wrong_codes_a_day, 100_000
    expected = budget / 10**misses.DIGITS + (tries - budget) / 10**misses.MORE_DIGITS
    assert expected <= 0.1 and f"= {expected:.3f}" in (misses.__doc__ or "")
    a_phone = phone_codes.MAX_A_DAY * phone_codes.MAX_TRIES / 10**misses.DIGITS
    assert f"{a_phone:g}" in (misses.__doc__ or "")


async def test_guessing_at_many_phones_hits_none(messages: Inbox) -> None:
    """Some hundred live codes, tried as an attacker would who has their handles, from many addresses."""
    made = [await phone_code(f"138{n:08}") for n in range(60)]
    tries = [(handle, f"{(n * 7919 + k * 104729) % 10**6:06}") for n, (handle, _) in enumerate(made) for k in range(5)]
    codes = dict(made)
    wrong = [(handle, code) for handle, code in tries if codes[handle] != code]
    said = await asyncio.gather(
        *(told(take(*one, address=f"10.0.{n // 250}.{n % 250}")) for n, one in enumerate(wrong))
    )
    assert said.count("OK") == 0
    assert await counted() == len(wrong)
    assert await told(signing_in.by_phone(*made[0], Visitor(HERE))) == "CODE_INVALID", "all five are spent"
