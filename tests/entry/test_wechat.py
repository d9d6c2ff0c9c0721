"""Signing in by WeChat: bound by a proven phone, once; one account a user; what WeChat's failures become."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from models.accounts import Account
from models.enums import CodePurpose, SignInMethod
from services.accounts import sessions
from services.db import database
from services.entry import wechat
from services.entry.signing_in import SignedIn, Visitor
from services.kit.errors import Overloaded, Refusal, Unavailable
from services.kit.secrets import phone_columns
from services.kit.viewer import Viewer
from services.roles import accounts
from tests.town.entry import Inbox, inbox, phone_code, wechat_ticket, with_the_roster_phone
from tests.town.notices import agreed
from tests.town.providers import PHONE as PHONE_PATH
from tests.town.providers import SESSION, Fault
from tests.town.world import Person, World, person, viewer

PHONE, STRANGER = "10000001100", "13900000001"  # of household 0; nobody's
HERE = Visitor("203.0.113.7", None, "小程序")


@pytest_asyncio.fixture
async def town(world: World) -> AsyncIterator[Inbox]:
    await with_the_roster_phone(world.a.households[0].id)
    async with inbox(provider_timeout_seconds="3") as found:
        yield found


async def told(work: Any) -> str:
    try:
        await work
    except Refusal as refusal:
        return refusal.code.value
    except (Unavailable, Overloaded) as error:
        return type(error).__name__
    return "OK"


async def bound(openid: str = "ann", phone: str = PHONE) -> SignedIn:
    handle, code = await phone_code(phone, CodePurpose.BIND_WECHAT)
    found = await wechat.bind_by_code(await wechat_ticket(openid), handle, code, HERE)
    assert isinstance(found, SignedIn)
    return found


async def seen(signed: SignedIn | Refusal) -> Viewer:
    assert isinstance(signed, SignedIn) and signed.token
    found = await sessions.authenticate(signed.token)
    assert found is not None
    return found


async def test_once_bound_it_opens(town: Inbox, world: World) -> None:
    first = await wechat.sign_in("js-ann-1", HERE)
    assert isinstance(first, SignedIn) and first.token is None and first.wechat_ticket
    handle, code = await phone_code(PHONE, CodePurpose.BIND_WECHAT)
    who = await seen(await wechat.bind_by_code(first.wechat_ticket, handle, code, HERE))
    assert who.household_ids == (world.a.households[0].id,)
    assert (await seen(await wechat.sign_in("js-ann-2", HERE))).account_id == who.account_id
    rows = await database.fetch(
        "SELECT i::text AS row FROM identities i UNION ALL SELECT t::text FROM sign_in_tickets t"
    )
    assert len(rows) == 2 and not any("ann" in row["row"] or PHONE in row["row"] for row in rows)


async def test_a_code_for_signing_in_binds_nothing(town: Inbox) -> None:
    handle, code = await phone_code(PHONE)
    assert await told(wechat.bind_by_code(await wechat_ticket("ann"), handle, code, HERE)) == "CODE_INVALID"


async def test_two_phones_race_one_ticket(town: Inbox) -> None:
    ticket = await wechat_ticket("ann")
    codes = [await phone_code(phone, CodePurpose.BIND_WECHAT) for phone in (PHONE, STRANGER)]
    said = await asyncio.gather(*(told(wechat.bind_by_code(ticket, *one, HERE)) for one in codes))
    assert sorted(said) == ["CODE_INVALID", "OK"]


async def test_eight_race_one_ticket_and_number(town: Inbox) -> None:
    ticket = await wechat_ticket("ann")
    said = await asyncio.gather(
        *(told(wechat.bind_by_wechat_phone(ticket, f"phone-{PHONE}-{n}", HERE)) for n in range(3))
    )
    assert sorted(said)[-1] == "OK" and said.count("OK") == 1
    assert await database.fetch_value("SELECT count(*) FROM identities WHERE ended_at IS NULL") == 1


async def test_a_new_wechat_takes_the_place_of_the_old(town: Inbox) -> None:
    await bound("ann")
    await bound("newphone")
    assert isinstance(await wechat.sign_in("js-newphone-1", HERE), SignedIn)
    again = await wechat.sign_in("js-ann-1", HERE)
    assert isinstance(again, SignedIn) and again.token is None and again.wechat_ticket


async def test_one_wechat_is_one_account_s(town: Inbox, world: World) -> None:
    await bound("ann")
    ticket = await wechat_ticket("ann")
    assert await told(wechat.bind_own(await viewer(world.a.worker), ticket)) == "ALREADY_TAKEN"
    assert await told(wechat.bind_own(await viewer(world.a.residents[0]), ticket)) == "OK", (
        "the refusal kept the ticket"
    )


async def test_a_bound_session_binds_and_unbinds_nothing(town: Inbox, world: World) -> None:
    assert world.a.shop
    who = await person("店员")
    token = await sessions.open_session(
        who.account_id, how=sessions.Opening(SignInMethod.SHOP, shop_id=world.a.shop.id)
    )
    till = await sessions.authenticate(token)
    assert till is not None and till.bound
    assert await told(wechat.bind_own(till, await wechat_ticket("ann"))) == "FORBIDDEN"
    assert await told(wechat.unbind(till, end_sessions=True)) == "FORBIDDEN"


@pytest.mark.parametrize("ends", [True, False])
async def test_unbinding_ends_what_it_opened_elsewhere(town: Inbox, ends: bool) -> None:
    here, elsewhere = await bound("ann"), await wechat.sign_in("js-ann-1", HERE)
    assert isinstance(elsewhere, SignedIn) and elsewhere.token
    assert await wechat.unbind(await seen(here), end_sessions=ends)
    assert (await sessions.authenticate(elsewhere.token) is None) == ends
    assert await seen(here)
    assert not await wechat.unbind(await seen(here), end_sessions=ends)


@pytest.mark.parametrize("both", [False, True])
async def test_merged_into_another_it_opens_that_one(town: Inbox, world: World, both: bool) -> None:
    """Or, where that one has a WeChat user already, can be bound again."""
    emptied = await seen(await bound("ann"))
    kept = await person(emptied.display_name or "")
    await Account.filter(id=kept.account_id).update(**phone_columns(STRANGER))
    if both:
        await bound("bob", STRANGER)
    assert emptied.account_id
    await agreed(Person(emptied.account_id, "", ""), 3)
    await accounts.merge(emptied.account_id, kept.account_id)
    again = await wechat.sign_in("js-ann-9", HERE)
    assert isinstance(again, SignedIn)
    assert again.wechat_ticket if both else (await seen(again)).account_id == kept.account_id
    left = await database.fetch_value(
        "SELECT sum(remaining) FROM message_consents WHERE account_id = $1", kept.account_id
    )
    assert left == (None if both else 3)


async def test_a_disabled_account_stays_out(town: Inbox) -> None:
    await bound("ann")
    await database.execute("UPDATE accounts SET disabled_at = now() WHERE id = (SELECT account_id FROM identities)")
    assert await told(wechat.sign_in("js-ann-1", HERE)) == "INVALID_STATE"
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'sign_in.refuse'") == 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (40029, "CODE_INVALID"),
        (40163, "CODE_INVALID"),
        (40226, "FORBIDDEN"),
        (45011, "Unavailable"),
        (Fault.FAIL, "Unavailable"),
        (Fault.STALL, "Unavailable"),
        (Fault.DROP, "Unavailable"),
        (Fault.GARBAGE, "Unavailable"),
    ],
)
async def test_what_its_failures_become(town: Inbox, fault: Fault | int, says: str) -> None:
    town.town.next(SESSION, fault)
    assert await told(wechat.sign_in("js-ann-1", HERE)) == says
    assert town.town.count(SESSION) == 1, "a code works once: it is not sent again"
    assert await told(wechat.sign_in("js-ann-9", HERE)) == "OK"


async def test_gone_and_back(town: Inbox) -> None:
    await town.town.go()
    assert await told(wechat.sign_in("js-ann-1", HERE)) == "Unavailable"
    await town.town.come()
    assert await told(wechat.sign_in("js-ann-1", HERE)) == "OK"


async def test_a_stalling_wechat_holds_two_places_alone(town: Inbox) -> None:
    town.town.next(SESSION, *[Fault.STALL] * 8)
    said = await asyncio.gather(*(told(wechat.sign_in(f"js-ann-{n}", HERE)) for n in range(8)))
    assert set(said) == {"Unavailable", "Overloaded"} and town.town.count(SESSION) <= 2 * wechat.MAX_CALLS


async def test_a_ticket_asks_for_five_numbers_at_most(town: Inbox) -> None:
    ticket = await wechat_ticket("ann")
    said = [await told(wechat.bind_by_wechat_phone(ticket, f"nonsense{n}", HERE)) for n in range(7)]
    assert said == ["CODE_INVALID"] * 7 and town.town.count(PHONE_PATH) == 5
    assert await told(wechat.bind_by_wechat_phone("A" * 43, f"phone-{PHONE}-1", HERE)) == "CODE_INVALID"
    assert town.town.count(PHONE_PATH) == 5, "without a ticket nothing is asked, for each call costs"


async def test_without_wechat_it_says_so(world: World) -> None:
    assert await told(wechat.sign_in("js-ann-1", HERE)) == "INVALID_STATE"
