"""A write of a person who is forgotten meanwhile: it fails, or it was first and goes with the person."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from models.enums import ConsentKind, SignInMethod, WishCategory
from schema.graph import ids
from services.accounts import sessions
from services.consents import consents
from services.db import database
from services.entry import join_actions, tickets, wechat
from services.entry.join_actions import Home
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.shops import staff
from services.till import dispute_actions
from services.wishes import actions, ratings, submissions
from services.work import privacy, reconciliation
from services.writes.write import write
from tests.town import till, wishes
from tests.town.documents import Api
from tests.town.postgres import rows, until_blocked
from tests.town.world import Person, World, viewer

CANARY = "金丝雀甲乙丙"
Write = Callable[[], Awaitable[Any]]
Prepare = Callable[[Api, World, Viewer], Awaitable[Write]]


def raw(service: Any) -> Any:
    """A service function without its transaction."""
    return service.__wrapped__


def found(wish: str) -> UUID:
    key = ids.find(wish, "Wish")
    assert key
    return key


async def submits(api: Api, world: World, who: Viewer) -> Write:
    home = world.a.households[0].id
    return lambda: raw(submissions.submit)(who, home, WishCategory.REPAIR, CANARY, "n-1", CANARY)


async def rates(api: Api, world: World, who: Viewer) -> Write:
    wish = found(await wishes.completed(api, world.a))
    return lambda: raw(ratings.rate)(who, wish, 5, CANARY)


async def sends_back(api: Api, world: World, who: Viewer) -> Write:
    wish = found(await wishes.completed(api, world.a))
    return lambda: raw(ratings.redo)(who, wish, CANARY)


async def cancels(api: Api, world: World, who: Viewer) -> Write:
    wish = found(await wishes.submitted(api, world.a))
    return lambda: raw(actions.cancel)(who, wish, CANARY)


async def signs_in(api: Api, world: World, who: Viewer) -> Write:
    assert who.account_id
    how = sessions.Opening(SignInMethod.PHONE)
    return lambda: sessions.open_audited(who.account_id, CANARY, who.account_id, how)


async def an_operator_signs_in(api: Api, world: World, who: Viewer) -> Write:
    assert who.account_id
    return lambda: sessions.open_audited(who.account_id, CANARY)


async def binds_wechat(api: Api, world: World, who: Viewer) -> Write:
    ticket = await ticket_of("o-canary")
    return lambda: raw(wechat.bind_own)(who, ticket)


@write
async def ticket_of(openid: str) -> str:
    return await tickets.for_wechat(openid)


async def joins(api: Api, world: World, who: Viewer) -> Write:
    return lambda: raw(join_actions.ask)(who, Home("code", "H-9"))


async def consents_to(api: Api, world: World, who: Viewer) -> Write:
    return lambda: raw(consents.give)(who, ConsentKind.PRIVACY_NOTICE, 1)


async def declines(api: Api, world: World, who: Viewer) -> Write:
    wish = found(await wishes.dispatched(api, world.a, 1))
    return lambda: raw(actions.decline)(who, wish, CANARY)


async def completes(api: Api, world: World, who: Viewer) -> Write:
    wish = found(await wishes.accepted(api, world.a, 1))
    return lambda: raw(actions.complete)(who, wish, CANARY)


async def disputes(api: Api, world: World, who: Viewer) -> Write:
    redemption = ids.find((await till.redeemed(api, world.a))["id"], "Redemption")
    assert redemption
    return lambda: raw(dispute_actions.open_dispute)(who, redemption, CANARY)


RESIDENT = (submits, rates, sends_back, cancels, signs_in, an_operator_signs_in, binds_wechat, joins, consents_to)
HEAD = (declines, completes, disputes)
CASES = [*((prepare, "resident") for prepare in RESIDENT), *((prepare, "head") for prepare in HEAD)]
ALL = pytest.mark.parametrize(("prepare", "who"), CASES, ids=[prepare.__name__ for prepare, _ in CASES])


def whose(world: World, who: str) -> Person:
    return world.a.residents[0] if who == "resident" else world.a.head_people[0]


async def nothing_is_left(person: Person) -> None:
    left = {table for table, kept in (await rows()).items() for row in kept if CANARY in row}
    assert left == set()
    for table in ("identities", "consents", "household_joins"):
        condition = {"consents": "withdrawn_at IS NULL", "household_joins": "state = 'OPEN'"}.get(table, "true")
        sql = f"SELECT count(*) FROM {table} WHERE account_id = $1 AND {condition}"
        assert await database.fetch_value(sql, person.account_id) == 0, table
    assert await database.fetch("SELECT 1 FROM sessions WHERE account_id = $1 AND label <> ''", person.account_id) == []
    open_ones = await database.fetch_value(
        "SELECT count(*) FROM wishes WHERE requester_id = $1 AND NOT on_behalf AND state = 'SUBMITTED'",
        person.account_id,
    )
    assert open_ones == 0
    assert await reconciliation.drifts() == []


@ALL
async def test_a_write_that_waits_for_the_erasure_fails(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch, prepare: Prepare, who: str
) -> None:
    person = whose(rich, who)
    act = await prepare(api, rich, await viewer(person))
    locked, go = asyncio.Event(), asyncio.Event()
    leave = staff.leave_an_owner

    async def leave_late(account_id: UUID) -> None:
        locked.set()
        await go.wait()
        await leave(account_id)

    monkeypatch.setattr(staff, "leave_an_owner", leave_late)
    erasing = asyncio.create_task(privacy.erase(person.account_id))
    await locked.wait()
    writing = asyncio.create_task(write(act)())
    await until_blocked()
    go.set()
    assert await erasing is True
    with pytest.raises(Refusal) as caught:
        await writing
    assert caught.value.code in {ErrorCode.UNAUTHENTICATED, ErrorCode.INVALID_STATE, ErrorCode.NOT_FOUND}
    await nothing_is_left(person)


@ALL
async def test_a_write_that_was_first_goes_with_the_person(rich: World, api: Api, prepare: Prepare, who: str) -> None:
    person = whose(rich, who)
    act = await prepare(api, rich, await viewer(person))
    written, go = asyncio.Event(), asyncio.Event()

    @write
    async def act_slowly() -> Any:
        answer = await act()
        written.set()
        await go.wait()
        return answer

    writing = asyncio.create_task(act_slowly())
    await written.wait()
    erasing = asyncio.create_task(privacy.erase(person.account_id))
    await until_blocked()
    go.set()
    await writing
    assert await erasing is True
    await nothing_is_left(person)


async def test_an_erased_account_s_token_writes_nothing(world: World) -> None:
    """The session was looked up before; the erasure is over when the write begins."""
    person = world.a.residents[0]
    who = await viewer(person)
    await privacy.erase(person.account_id)
    with pytest.raises(Refusal) as caught:
        await submissions.submit(who, world.a.households[0].id, WishCategory.REPAIR, CANARY, "n-1")
    assert caught.value.code == ErrorCode.UNAUTHENTICATED and "已注销" in caught.value.message
    assert await database.fetch_value("SELECT count(*) FROM wishes") == 0
