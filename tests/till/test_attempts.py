"""Limits on mistyped short codes: exact whoever tries at once, given back for good codes; and word to the shop."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tortoise.connection import get_connection

from models.enums import GuessWindowKind, Role
from models.signals import Signal
from models.till import GuessWindow, Pass
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.kit import clock, secrets
from services.kit.settings import current
from services.till import attempts as guesses
from services.work import due, tick
from tests.town import documents, postgres, servers
from tests.town.documents import OPERATIONS, Api, instant
from tests.town.live import ask, greet, hearing, opened, relay_all, streaming
from tests.town.postgres import snapshot
from tests.town.servers import Server
from tests.town.story import code
from tests.town.till import BILL, checked, phone, prepare
from tests.town.world import Person, Travel, World, grant, person

CASHIER, ADDRESS, SHOP = GuessWindowKind.CASHIER, GuessWindowKind.ADDRESS, GuessWindowKind.SHOP
MAX_MISSES, MAX_AT_ADDRESS, THRESHOLD = 20, 200, 20
WINDOW = timedelta(minutes=30)
INVALID, TOO_MANY = "CODE_INVALID", "TOO_MANY_ATTEMPTS"
PREPARE = (OPERATIONS / "RedemptionPrepare.graphql").read_text()


def test_the_defaults_are_those_of_the_arithmetic() -> None:
    settings = current()
    assert (settings.max_guesses_per_cashier, settings.max_guesses_per_address) == (MAX_MISSES, MAX_AT_ADDRESS)
    assert (settings.guess_alert_per_shop, settings.guess_window_minutes) == (THRESHOLD, 30)
    windows = timedelta(days=1) / WINDOW
    assert windows * MAX_MISSES * 3e-6 == pytest.approx(0.0029, rel=0.01)
    assert windows * MAX_AT_ADDRESS * 3e-6 == pytest.approx(0.029, rel=0.01)
    for figure in ("0.0029", "0.029", "0.00009", "0.000015", "0.0045"):
        assert figure in (guesses.__doc__ or "")


# What is taken and given back


def wrong(number: int = 0, slot: int = 9999) -> str:
    """A code of a slot that is nobody's, unless said otherwise."""
    return checked(f"{slot:04}{number:06}")


async def mistype(api: Api, who: Person, times: int) -> list[str | None]:
    return [code(await prepare(api, who, wrong(number))) for number in range(times)]


async def misses(kind: GuessWindowKind = CASHIER) -> list[int]:
    return [row.misses for row in await GuessWindow.filter(kind=kind).order_by("id")]


@pytest.fixture
def noon(travel: Travel) -> Travel:
    return travel


async def test_a_cashier_may_mistype_so_often_and_a_colleague_too(
    noon: Travel, rich: World, api: Api, colleague: Person
) -> None:
    mine = await phone(api, rich.a)
    assert await mistype(api, rich.a.cashier, MAX_MISSES) == [INVALID] * MAX_MISSES
    payload = await prepare(api, rich.a.cashier, wrong())
    (error,) = payload["errors"]
    assert (error["code"], error["field"]) == (TOO_MANY, ["input", "code"])
    assert "请在 12:30 后再输入" in error["message"] and "扫顾客的二维码" in error["message"]
    assert (
        await misses() == [MAX_MISSES] and await misses(ADDRESS) == [MAX_MISSES] and await misses(SHOP) == [MAX_MISSES]
    )
    assert code(await prepare(api, colleague, mine.short())) is None
    assert code(await prepare(api, rich.a.cashier, mine.short())) == TOO_MANY
    assert (await Pass.get(id=ids.find(mine.id, "Pass"))).slot_misses == 0


async def test_who_may_type_no_more_learns_nothing_and_changes_nothing(noon: Travel, rich: World, api: Api) -> None:
    good, locked = await phone(api, rich.a), await phone(api, rich.a, head=1)
    await Pass.filter(id=ids.find(locked.id, "Pass")).update(slot_misses=5)
    await mistype(api, rich.a.cashier, MAX_MISSES)
    typed = [good.short(), good.wrong_short(), good.short(9), locked.short(), wrong(), checked("0000000000")]
    before = await snapshot()
    told = []
    for one in typed:
        with database.observed_statements() as seen:
            told.append((await prepare(api, rich.a.cashier, one), list(seen)))
    assert all(each == told[0] for each in told) and code(told[0][0]) == TOO_MANY
    assert not any("passes" in statement for statement in told[0][1]), "nothing of the code is looked at"
    assert await snapshot() == before
    # What carries no information is answered as ever, and a scanned code is good.
    assert code(await prepare(api, rich.a.cashier, "12345")) == INVALID
    assert code(await prepare(api, rich.a.cashier, good.qr(9))) == INVALID
    assert code(await prepare(api, rich.a.cashier, locked.qr())) is None


async def test_what_can_be_no_code_costs_nothing(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    for number in range(MAX_MISSES + 5):
        good = wrong(number)
        assert code(await prepare(api, rich.a.cashier, good[:-1] + str((int(good[-1]) + 1) % 10))) == INVALID
        assert code(await prepare(api, rich.a.cashier, mine.qr(5 + number))) == INVALID
    assert code(await prepare(api, rich.a.cashier, wrong(), -1)) == "INVALID_INPUT"
    assert await GuessWindow.all().count() == 0


async def test_a_good_code_gives_back_what_it_took(noon: Travel, rich: World, api: Api, colleague: Person) -> None:
    mine = await phone(api, rich.a)
    await mistype(api, rich.a.cashier, MAX_MISSES - 1)
    for bill, expected in ((999, "BELOW_MINIMUM_SPEND"), (BILL, None), (BILL, None), (10_000, None)) * 3:
        assert code(await prepare(api, rich.a.cashier, mine.short(), bill)) == expected
    for _ in range(MAX_MISSES + 1):
        assert code(await prepare(api, colleague, mine.short())) == "PASS_IN_USE"
    assert await misses() == [MAX_MISSES - 1, 0] and await misses(ADDRESS) == [MAX_MISSES - 1]
    assert await mistype(api, rich.a.cashier, 2) == [INVALID, TOO_MANY]
    assert code(await prepare(api, rich.a.cashier, mine.short())) == TOO_MANY


async def test_a_window_passes(noon: Travel, rich: World, api: Api) -> None:
    await mistype(api, rich.a.cashier, 1)
    noon.by(minutes=29)
    assert await mistype(api, rich.a.cashier, MAX_MISSES) == [INVALID] * (MAX_MISSES - 1) + [TOO_MANY]
    noon.by(seconds=59, microseconds=999_999)
    assert await mistype(api, rich.a.cashier, 1) == [TOO_MANY]
    noon.by(microseconds=1)
    assert await mistype(api, rich.a.cashier, MAX_MISSES + 1) == [INVALID] * MAX_MISSES + [TOO_MANY]
    assert await misses() == [MAX_MISSES] and len(await misses(ADDRESS)) == len(await misses(SHOP)) == 1


async def test_what_was_never_answered_is_a_miss_of_its_own_window(noon: Travel, world: World, api: Api) -> None:
    viewer = await sessions.authenticate(world.a.cashier.token)
    assert viewer
    attempts = [await guesses.take(viewer, "127.0.0.1") for _ in range(3)]
    assert await misses() == await misses(ADDRESS) == [3]
    await guesses.give_back(attempts.pop())
    assert await misses() == await misses(ADDRESS) == [2]
    noon.by(minutes=30)
    await mistype(api, world.a.cashier, 1)
    await guesses.give_back(attempts.pop())
    assert await misses() == await misses(ADDRESS) == [1], "it belongs to the window before"


async def test_a_database_that_gives_up_leaves_a_miss_and_the_promise(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    await database.execute(
        "CREATE FUNCTION gives_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'too slow' USING ERRCODE = 'query_canceled'; END $$"
    )
    try:
        await database.execute(
            "CREATE TRIGGER gives_up BEFORE UPDATE ON guess_windows FOR EACH ROW WHEN (NEW.misses < OLD.misses)"
            " EXECUTE FUNCTION gives_up()"
        )
        assert code(await prepare(api, rich.a.cashier, mine.short())) is None
    finally:
        await database.execute("DROP FUNCTION gives_up CASCADE")
    assert await misses() == await misses(ADDRESS) == [1]


async def test_the_last_one_is_taken_once(noon: Travel, world: World, api: Api) -> None:
    """Both see one left; who comes second waits, is refused, and takes nothing of the address's."""
    await mistype(api, world.a.cashier, MAX_MISSES - 1)
    async with postgres.holding("UPDATE guess_windows SET misses = misses + 1 WHERE kind = 'CASHIER'"):
        second = asyncio.create_task(prepare(api, world.a.cashier, wrong()))
        await postgres.until_blocked()
    payload = await second
    assert code(payload) == TOO_MANY and "12:30" in payload["errors"][0]["message"]
    assert await misses() == [MAX_MISSES] and await misses(ADDRESS) == [MAX_MISSES - 1]


async def test_aliases_in_one_document_are_one_attempt_each(world: World, api: Api) -> None:
    calls = " ".join(
        f'a{number}: redemptionPrepare(input: {{code: "{wrong(number)}", billFen: 100}}) {{ errors {{ code }} }}'
        for number in range(20)
    )
    for expected in (INVALID, TOO_MANY):
        data = await api.query(world.a.cashier.token, f"mutation {{ {calls} }}")
        assert [each["errors"][0]["code"] for each in data.values()] == [expected] * 20


SLOW_COMMIT = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON guess_windows DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION dawdle();
"""


async def test_a_code_that_nobody_got_to_look_at_was_not_mistyped(rich: World, api: Api) -> None:
    """Time runs out between the allowance and the code, so that nothing of it is told; the till is to send it again."""
    mine = await phone(api, rich.a)
    await get_connection("default").execute_script(SLOW_COMMIT)
    try:
        body = {"query": PREPARE, "variables": {"input": {"code": mine.short(), "billFen": BILL}}}
        response = await api.send(rich.a.cashier.token, body, prefer="wait=1")
        assert response.status_code == 429 and response.headers["retry-after"]
    finally:
        await get_connection("default").execute_script("DROP TRIGGER dawdle ON guess_windows; DROP FUNCTION dawdle()")
    assert await misses() == await misses(ADDRESS) == [0]
    assert code(await prepare(api, rich.a.cashier, mine.short())) is None


async def test_old_windows_are_swept_a_few_at_a_time(noon: Travel, world: World, api: Api) -> None:
    await mistype(api, world.a.cashier, 1)
    noon.by(minutes=60)
    assert (await tick.run())["guesses_swept"] == 0
    noon.by(seconds=1)
    assert [await guesses.sweep(2), await guesses.sweep(2), await guesses.sweep(2)] == [2, 1, 0]
    assert await GuessWindow.all().count() == 0


# Several processes


def among(clients: list[Api], number: int) -> Api:
    return clients[number % len(clients)]


async def answer(api: Api, who: Person, typed: str, address: str | None = None) -> str | None:
    """The code of the answer, from wherever it is asked; who is told to come again, does."""
    headers = {"x-forwarded-for": address} if address else {}
    while True:
        body = {"query": PREPARE, "variables": {"input": {"code": typed, "billFen": BILL}}}
        response = await api.send(who.token, body, **headers)
        if response.status_code not in (429, 503):
            assert response.status_code == 200, response.text
            return code(response.json()["data"]["redemptionPrepare"])
        await asyncio.sleep(0.3)


async def test_200_at_once_get_as_many_tries_as_there_are(world: World, apis: Callable[[int], list[Api]]) -> None:
    two = apis(2)
    told = await asyncio.gather(*(answer(among(two, n), world.a.cashier, wrong(n)) for n in range(200)))
    assert Counter(told) == {INVALID: MAX_MISSES, TOO_MANY: 200 - MAX_MISSES}
    assert await misses() == await misses(ADDRESS) == await misses(SHOP) == [MAX_MISSES]
    assert await Signal.filter(shop_id=world.a.shop.id).count() == 1


async def test_an_address_is_limited_exactly_and_the_next_is_not(rich: World, apis: Callable[[int], list[Api]]) -> None:
    two = apis(2)
    mine = await phone(two[0], rich.a)
    cashiers = [await person(f"店员{n}", Role.SHOP_STAFF, shop=rich.a.shop) for n in range(12)]
    here, there = "203.0.113.7", "203.0.113.8"
    told = await asyncio.gather(
        *(answer(among(two, n), cashiers[n % 12], wrong(n), here) for n in range(12 * (MAX_MISSES - 1)))
    )
    assert Counter(told) == {INVALID: MAX_AT_ADDRESS, TOO_MANY: 12 * (MAX_MISSES - 1) - MAX_AT_ADDRESS}
    assert await misses(ADDRESS) == [MAX_AT_ADDRESS] and sum(await misses()) == MAX_AT_ADDRESS
    assert await answer(two[0], rich.a.cashier, mine.short(), here) == TOO_MANY
    assert await answer(two[1], rich.a.cashier, mine.short(), there) is None
    assert await answer(two[0], cashiers[0], mine.short(), there) == "PASS_IN_USE", "has some left elsewhere"


async def test_good_codes_at_once_are_all_given_back(rich: World, apis: Callable[[int], list[Api]]) -> None:
    two = apis(2)
    mine = await phone(two[0], rich.a)
    cashiers = [rich.a.cashier, *[await person(f"店员{n}", Role.SHOP_STAFF, shop=rich.a.shop) for n in range(9)]]
    told = await asyncio.gather(*(answer(among(two, n), cashiers[n % 10], mine.short()) for n in range(100)))
    assert Counter(told) == {None: 10, "PASS_IN_USE": 90}
    assert await misses() == [0] * 10 and await misses(ADDRESS) == [0] and await misses(SHOP) == []


# Where a client is


async def keys_of_addresses() -> set[bytes]:
    return {bytes(row.key) for row in await GuessWindow.filter(kind=ADDRESS)}


def key(network: str) -> bytes:
    return secrets.mac("guess-address", network.encode())


async def test_a_trusted_proxy_tells_where_a_client_is(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]]
) -> None:
    (api,) = apis(1)
    for given in ("1.2.3.4, 203.0.113.7", "::ffff:203.0.113.7", "203.0.113.7:5000", "203.0.113.7, 127.0.0.1"):
        await answer(api, world.a.cashier, wrong(), given)
    assert await keys_of_addresses() == {key("203.0.113.7")}, "the last one that is no proxy's"
    for given in ("2001:db8::1", "[2001:db8::2]:80"):
        await answer(api, world.a.cashier, wrong(), given)
    assert await keys_of_addresses() == {key("203.0.113.7"), key("2001:db8::/64")}
    async with opened(servers(1)[0], additional_headers={"X-Forwarded-For": "203.0.113.9"}) as socket:
        await greet(socket, Authorization=f"Bearer {world.a.cashier.token}")
        said = await ask(socket, "1", PREPARE, variables={"input": {"code": wrong(), "billFen": BILL}})
        assert said["payload"]["data"]["redemptionPrepare"]["errors"][0]["code"] == INVALID
    assert key("203.0.113.9") in await keys_of_addresses()
    written = servers(1)[0].written()
    assert "203.0.113" not in written and "2001:db8" not in written


@pytest.mark.parametrize("trusted", ["none", "10.0.0.0/8,192.0.2.1"])
async def test_nobody_else_is_believed(world: World, database_url: str, tmp_path: Path, trusted: str) -> None:
    server = servers.start(database_url, tmp_path / "log", TRUSTED_PROXIES=trusted)
    try:
        async with httpx.AsyncClient(base_url=server.url) as client:
            for number in range(3):
                assert await answer(Api(client), world.a.cashier, wrong(), f"203.0.113.{number}") == INVALID
    finally:
        server.stop()
    assert await keys_of_addresses() == {key("127.0.0.1")} and await misses(ADDRESS) == [3]


# The alert


async def alerts(api: Api, who: Person | None, shop_id: Any) -> list[dict[str, Any]] | None:
    shop = (await api.run(who.token if who else None, "ShopAlerts", id=ids.make("Shop", shop_id)))["node"]
    return shop["alerts"] and [edge["node"] for edge in shop["alerts"]["edges"]]


async def test_the_alert_is_for_who_runs_the_shop_and_those_above(
    noon: Travel, world: World, api: Api, colleague: Person
) -> None:
    a, b = world.a, world.b
    await mistype(api, a.cashier, THRESHOLD - 2)
    await mistype(api, colleague, 1)
    assert await alerts(api, a.cashier, a.shop.id) == [] and await Signal.all().count() == 0
    await mistype(api, colleague, 5)
    mine = await alerts(api, a.cashier, a.shop.id)
    assert mine == [
        {
            "raisedAt": instant(clock.now()),
            "misses": THRESHOLD,
            "minutes": 30,
            "leastCount": THRESHOLD,
            "cashiers": 2,
            "addresses": 1,
        }
    ]
    for who in (a.staff, world.admin, world.auditor):
        assert await alerts(api, who, a.shop.id) == mine
    # A colleague who does not own the shop, though one of those who mistyped, is told no more than strangers.
    for stranger in (colleague, b.cashier, b.staff, a.worker, a.head_people[0], a.residents[0], None):
        assert await alerts(api, stranger, a.shop.id) is None
    assert await alerts(api, b.cashier, b.shop.id) == []
    (row,) = [one for one in await due.waiting() if one.kind == "signals_to_judge"]
    assert (row.by, row.count, row.since, row.late) == ("people", 1, clock.now(), False)
    kept = await database.fetch("SELECT s::text AS row FROM signals s UNION ALL SELECT e::text FROM audit_entries e")
    assert not any("127.0.0.1" in one["row"] or str(a.cashier.account_id) in one["row"] for one in kept)

    noon.by(minutes=30)
    await mistype(api, a.cashier, THRESHOLD)
    shown = await alerts(api, a.cashier, a.shop.id)
    assert shown and len(shown) == 2 and (shown[0]["cashiers"], shown[1]) == (1, mine[0]), "a new one, the newest first"


async def test_a_code_typed_by_a_cashier_of_two_shops_misses_in_both(world: World, api: Api) -> None:
    await grant(world.a.cashier.account_id, Role.SHOP_STAFF, shop=world.b.shop)
    await mistype(api, world.a.cashier, THRESHOLD)
    assert await misses(SHOP) == [THRESHOLD] * 2
    for place in (world.a, world.b):
        found = await alerts(api, place.cashier, place.shop.id)
        assert found and (found[0]["cashiers"], found[0]["misses"]) == (1, THRESHOLD)


async def test_from_how_many_addresses_is_counted_and_no_more_is_kept(
    world: World, apis: Callable[[int], list[Api]]
) -> None:
    (api,) = apis(1)
    colleagues = [await person(f"店员{n}", Role.SHOP_STAFF, shop=world.a.shop) for n in range(3)]
    for number in range(THRESHOLD + 10):
        await answer(api, colleagues[number % 3], wrong(number), f"203.0.113.{number}")
    found = await alerts(api, world.a.cashier, world.a.shop.id)
    assert found and (found[0]["cashiers"], found[0]["addresses"]) == (3, THRESHOLD)
    (window,) = await GuessWindow.filter(kind=SHOP)
    assert window.misses == THRESHOLD + 10 and len(window.sources or {}) == 3 + THRESHOLD
    assert "203.0.113" not in json.dumps(window.sources)


async def test_word_of_an_alert_comes_at_once(noon: Travel, world: World, api: Api, database_url: str) -> None:
    a, b = world.a, world.b
    document = documents.text("ShopAlerted")
    async with (
        hearing(database_url),
        streaming(a.cashier, document) as till,
        streaming(a.staff, document) as staff,
        streaming(world.admin, document) as admin,
        streaming(b.cashier, document) as elsewhere,
        streaming(b.staff, document) as other_staff,
        streaming(a.head_people[0], document) as head,
    ):
        refused = await head.result()
        assert refused and refused.errors and refused.errors[0].extensions["code"] == "FORBIDDEN"
        await mistype(api, a.cashier, THRESHOLD)
        await relay_all()
        for stream in (till, staff, admin):
            event = (await stream.data())["shopAlerted"]
            assert not event["reload"]
            (shop,) = event["shops"]
            assert shop["id"] == ids.make("Shop", a.shop.id)
            assert shop["alerts"]["edges"][0]["node"]["misses"] == THRESHOLD
        await asyncio.sleep(0.3)
        assert not elsewhere.pending.done() and not other_staff.pending.done()


async def test_a_typed_code_costs_three_statements_more(rich: World, api: Api) -> None:
    """A look, a take and a give back; or instead of the last the shop's count.

    What is wrong is looked for among the shop's redemptions, found or not, so that misses too take four when scanned.
    """
    mine = await phone(api, rich.a)
    await prepare(api, rich.a.cashier, mine.qr())

    async def count(typed: str) -> int:
        with database.observed_statements() as seen:
            await prepare(api, rich.a.cashier, typed)
        return len(seen)

    assert await count(mine.short()) == await count(mine.qr()) + 3
    assert await count(wrong()) == await count(mine.qr(9)) + 3 == 7
