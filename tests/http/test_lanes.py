"""Lanes: whose operation is which, how a session is looked up and remembered, and what a till has to wait for."""

import asyncio
import time
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from models.accounts import Session
from models.enums import ShopState
from models.shops import Shop
from schema.graph.bearer import Unauthenticated
from schema.http import lanes
from schema.http.lanes import Asker, Lanes, asker, is_till
from services.accounts import sessions
from services.db import database
from services.kit import clock
from services.kit.errors import Unavailable
from services.kit.places import Lane
from tests.town import documents, till
from tests.town.documents import Api
from tests.town.postgres import engine
from tests.town.schema import BUILT
from tests.town.world import Person, World

TILLS = ("RedemptionPrepare", "RedemptionConfirm", "RedemptionRevoke", "RedemptionByRequestNo", "ShopDay")


def by(token: str | None, address: str = "10.0.0.1") -> Asker:
    return asker(f"Bearer {token}" if token else None, address)


def tills(text: str, name: str | None = None, **variables: Any) -> bool:
    return is_till(BUILT._schema, text, name, variables)


@pytest.mark.parametrize("name", documents.NAMES)
def test_a_till_is_who_sends_nothing_but_a_tills_documents(name: str) -> None:
    text = documents.text(name)
    assert tills(text) is tills(text, name) is (name in TILLS)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("{ __typename shopDay(shopId: 1, date: 2) { count } }", None, False),  # not valid
        ('{ __typename shopDay(shopId: "1", date: "2026-01-01") { count } }', None, True),
        ('{ shopDay(shopId: "1", date: "2026-01-01") { count } viewer { displayName } }', None, False),
        ('{ ...F } fragment F on Query { shopDay(shopId: "1", date: "2026-01-01") { count } }', None, True),
        ("{ ...F } fragment F on Query { ... on Query { viewer { displayName } } }", None, False),
        ("{ ...F } fragment F on Query { ...F }", None, False),
        ("{ ...None }", None, False),
        ('query A { redemptionByRequestNo(requestNo: "1") { id } } query B { viewer { displayName } }', "A", True),
        ('query A { redemptionByRequestNo(requestNo: "1") { id } } query B { viewer { displayName } }', "B", False),
        ('query A { redemptionByRequestNo(requestNo: "1") { id } } query B { viewer { displayName } }', None, False),
        ('query A { redemptionByRequestNo(requestNo: "1") { id } }', "B", False),
        ("{", None, False),
        ("{" * 1500, None, False),
        ("", None, False),
    ],
)
def test_what_a_till_sends_is_told_by_its_root(text: str, name: str | None, expected: bool) -> None:
    assert tills(text, name) is expected


def test_a_till_that_asks_for_much_is_no_till() -> None:
    many = " ".join(f'a{number}: redemptionByRequestNo(requestNo: "{number}") {{ id }}' for number in range(70))
    assert tills("{" + many[: many.index("a60:")] + "}") and not tills("{" + many + "}")


async def test_each_has_the_lane_of_the_session(world: World, colleague: Person) -> None:
    found = Lanes()
    shop = world.a.shop
    assert shop and world.a.cashier
    people = {
        None: Lane.ANONYMOUS,
        "made-up": Lane.ANONYMOUS,
        "": Lane.ANONYMOUS,
        "令牌": Lane.ANONYMOUS,
        world.admin.token: Lane.SIGNED_IN,
        world.a.residents[0].token: Lane.SIGNED_IN,
        world.a.cashier.token: Lane.TILL,
        colleague.token: Lane.TILL,
    }
    for token, lane in people.items():
        standing = await found.standing(by(token))
        assert standing.ticket(till=True).lane is lane
        assert standing.ticket().lane is (Lane.SIGNED_IN if lane is Lane.TILL else lane), "nothing of a till's"
    assert (await found.standing(by(world.a.cashier.token))).ticket(till=True).group == shop.id
    assert (await found.standing(by(None, "::ffff:10.0.0.9"))).ticket().group == "10.0.0.9"


async def test_a_shop_that_is_suspended_has_no_till(world: World) -> None:
    assert world.a.shop and world.a.cashier
    await Shop.filter(id=world.a.shop.id).update(state=ShopState.SUSPENDED)
    standing = await Lanes().standing(by(world.a.cashier.token))
    assert standing.ticket(till=True).lane is Lane.SIGNED_IN


async def test_a_session_is_remembered_for_five_seconds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown token too; the lane of one that ended in the meantime is still that of the session."""
    now = time.monotonic()
    monkeypatch.setattr(lanes, "time", SimpleNamespace(monotonic=lambda: now))
    found = Lanes()
    for token, lane in ((world.admin.token, Lane.SIGNED_IN), ("made-up", Lane.ANONYMOUS)):
        counts = []
        for later in (0.0, 4.9, 0.2, 0.0):
            now += later
            with database.observed_statements() as seen:
                assert (await found.standing(by(token))).ticket().lane is lane
            counts.append(len(seen))
        assert counts == [1, 0, 1, 0]
    await found.standing(by(world.admin.token))
    await Session.all().update(revoked_at=clock.now())
    assert (await found.standing(by(world.admin.token))).ticket().lane is Lane.SIGNED_IN
    now += 5.1
    assert (await found.standing(by(world.admin.token))).ticket().lane is Lane.ANONYMOUS


async def test_what_is_remembered_is_bounded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MAX_REMEMBERED", 3)
    found = Lanes()
    for number in range(5):
        await found.standing(by(f"made-up-{number}"))
    assert len(found._remembered) == 3 and not found._lines
    assert [found.remembered(by(f"made-up-{number}")) is None for number in range(5)] == [
        True,
        True,
        False,
        False,
        False,
    ]


async def test_a_look_up_serves_the_very_request_that_made_it(world: World) -> None:
    found = Lanes()
    for waited, statements in ((False, 1), (True, 2)):
        one = by(world.admin.token)
        with database.observed_statements() as seen:
            await found.standing(one)
            viewer = await one.viewer(waited=waited)
        assert viewer.account_id == world.admin.account_id and len(seen) == statements
        found = Lanes()
    remembered = by(world.admin.token)
    await found.standing(by(world.admin.token))
    await found.standing(remembered)
    await Session.all().update(revoked_at=clock.now())
    with pytest.raises(Unauthenticated):
        await remembered.viewer(waited=False)
    unknown = by("made-up")
    with database.observed_statements() as seen:
        await found.standing(unknown)
        with pytest.raises(Unauthenticated):
            await unknown.viewer(waited=False)
    assert len(seen) == 1


async def test_a_look_up_stamps_the_session_in_its_turn(world: World) -> None:
    old = clock.now() - timedelta(minutes=10)
    await Session.all().update(last_seen_at=old)
    one = by(world.admin.token)
    await Lanes().standing(one)
    assert (await Session.filter(account_id=world.admin.account_id).get()).last_seen_at == old
    await one.viewer(waited=False)
    assert (await Session.filter(account_id=world.admin.account_id).get()).last_seen_at > old


async def test_a_full_pool_holds_no_look_up_up(world: World, database_url: str) -> None:
    async with engine(database_url, database_acquire_timeout_seconds=0.2) as pool:
        taken = [await pool.take() for _ in range(4)]
        try:
            assert (await Lanes().standing(by(world.admin.token))).ticket().lane is Lane.SIGNED_IN
            with pytest.raises(Unavailable):
                await sessions.authenticate(world.admin.token)
        finally:
            for connection in taken:
                await pool.give_back(connection)


class Held:
    """Look-ups that wait to be let go, in the order in which they began."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.began: list[str] = []
        self.most = self.now = 0
        self.go = asyncio.Semaphore(0)
        monkeypatch.setattr(sessions, "look_up", self._look_up)

    async def _look_up(self, token: str) -> None:
        self.began.append(token)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.go.acquire()
        finally:
            self.now -= 1

    async def let_go(self) -> None:
        self.go.release()
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


async def test_a_flood_of_made_up_tokens_delays_by_one_look_up(held: Held) -> None:
    """One at a time, and of each address one at a time: whoever comes behind a flood is the next but one."""
    found = Lanes()
    flood = [asyncio.create_task(found.standing(by(f"flood-{number}"))) for number in range(20)]
    await asyncio.sleep(0)
    others = [asyncio.create_task(found.standing(by(f"other-{number}", f"10.0.1.{number}"))) for number in range(2)]
    for _ in range(4):
        await held.let_go()
    assert held.began[:4] == ["flood-0", "other-0", "other-1", "flood-1"] and held.most == 1
    assert all(task.done() for task in others) and sum(task.done() for task in flood) == 2
    for _ in range(20):
        await held.let_go()
    assert all(task.done() for task in flood) and held.began[3:] == [f"flood-{number}" for number in range(1, 20)]
    assert not found._lines


async def test_who_finds_no_room_goes_as_an_anonymous_one(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MAX_LOOKUPS", 3)
    monkeypatch.setattr(lanes, "MAX_ADDRESSES", 3)
    found = Lanes()
    tasks = [asyncio.create_task(found.standing(by(f"a-{number}"))) for number in range(4)]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(found.standing(by(f"b-{number}", f"10.0.1.{number}"))) for number in range(3)]
    await asyncio.sleep(0.01)
    assert [task.done() for task in tasks] == [False] * 3 + [True] + [False] * 2 + [True]
    assert tasks[3].result().ticket().lane is Lane.ANONYMOUS
    assert found.remembered(by("a-3")) is None, "and is looked up the next time"
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert not found._lines, "whoever is cancelled leaves the line"
    task = asyncio.create_task(found.standing(by("c")))
    await asyncio.sleep(0)
    await held.let_go()
    assert task.done()


async def test_a_look_up_without_an_answer_is_not_waited_for(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LOOKED_UP_WITHIN_SECONDS", 0.05)
    found = Lanes()
    standings = await asyncio.gather(*(found.standing(by(f"a-{number}", f"10.0.0.{number}")) for number in range(3)))
    assert Counter(one.ticket().lane for one in standings) == {Lane.ANONYMOUS: 3}
    assert not found._remembered and not found._lines


async def test_an_outage_of_look_ups_is_told_in_the_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: str) -> Any:
        raise Unavailable("a test's")

    monkeypatch.setattr(sessions, "look_up", fail)
    one = by(world.admin.token)
    assert (await Lanes().standing(one)).ticket().lane is Lane.ANONYMOUS
    assert (await one.viewer(waited=False)).account_id == world.admin.account_id


async def test_tokens_of_one_session_are_looked_up_once(world: World) -> None:
    found = Lanes()
    with database.observed_statements() as seen:
        standings = await asyncio.gather(*(found.standing(by(world.admin.token)) for _ in range(10)))
    assert len(seen) == 1 and {one.session_id for one in standings} != {None}


async def test_a_redemption_takes_no_more_statements(rich: World, api: Api) -> None:
    """As many as without lanes; BEGIN and COMMIT aside."""
    a = rich.a
    phone = await till.phone(api, a)
    await sessions.authenticate(a.cashier.token)  # type: ignore[union-attr]
    counts = []
    with database.observed_statements() as seen:
        token = till.token(await till.prepare(api, a.cashier, phone.qr()))
        counts.append(len(seen))
        await till.confirm(api, a.cashier, token)
        counts.append(len(seen) - counts[0])
    assert counts == [11, 11]
