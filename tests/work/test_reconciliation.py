"""Reconciliation: a till's whole story agrees with itself, and each figure that is wrong by one is found."""

import asyncio

import pytest

from services.db import database
from services.db.upkeep import Check, Owner, Span, Upkeep
from services.work import reconciliation
from services.work.parts import PARTS
from tests.town import till
from tests.town.documents import Api
from tests.town.story import act, code
from tests.town.till import confirm, phone, prepare, revoke, token
from tests.town.world import Travel, World

ONE = "(SELECT id FROM {table} WHERE {where} ORDER BY id LIMIT 1)"


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


@pytest.fixture
async def told(rich: World, api: Api, travel: Travel) -> World:
    """Every way in which a preparation ends: confirmed, revoked, replaced, cancelled, run out; and one is live."""
    cashier, head = rich.a.cashier, rich.a.head_people[0]
    await till.redeemed(api, rich.a)
    taken_back = await till.redeemed(api, rich.a, head=1)
    assert code(await revoke(api, cashier, taken_back["id"], "v-1")) is None
    mine = await phone(api, rich.a)
    late = token(await prepare(api, cashier, mine.qr()))
    travel.by(seconds=120)
    assert code(await confirm(api, cashier, late, "late")) == "PREPARATION_EXPIRED"
    await prepare(api, cashier, mine.qr())
    await prepare(api, cashier, mine.qr(), 9000)
    assert code(await act(api, head, "PassCancel", passId=mine.id)) is None
    token(await prepare(api, cashier, (await phone(api, rich.a)).qr()))
    await till.redeemed(api, rich.a, head=1)
    return rich


async def test_a_till_that_saw_everything_agrees_with_itself(told: World) -> None:
    states = await database.fetch("SELECT state, count(*) AS n FROM preparations GROUP BY state ORDER BY state")
    assert {row["state"]: row["n"] for row in states} == {
        "CANCELLED": 1,
        "CONFIRMED": 3,
        "EXPIRED": 1,
        "LIVE": 1,
        "REPLACED": 1,
    }
    assert await reconciliation.drifts() == []


def of(table: str, where: str = "true") -> str:
    return ONE.format(table=table, where=where)


LIVE = of("preparations", "state = 'LIVE'")
EXPIRED = of("preparations", "state = 'EXPIRED'")
KEPT = of("redemptions", "state = 'CONFIRMED'")
REVOKED = of("redemptions", "state = 'REVOKED'")
CONFIRMATION = of("requests", f"operation = 'redemptionConfirm' AND result_id = {KEPT}")
ISSUE = of("requests", "operation = 'passIssue'")

BROKEN: dict[str, tuple[str, list[str]]] = {
    "stock held": ("UPDATE discount_counters SET held = held + 1 WHERE used > 0", ["discount"]),
    "stock used": ("UPDATE discount_counters SET used = used - 1 WHERE used > 0", ["discount"]),
    "no counter": ("DELETE FROM discount_counters WHERE used > 0", ["discount"]),
    "fen held": ("UPDATE shop_months SET held_fen = held_fen - 1", ["shop"]),
    "fen given": ("UPDATE shop_months SET given_fen = given_fen + 1", ["shop"]),
    "no month": ("DELETE FROM shop_months", ["shop"]),
    "another month": ("UPDATE shop_months SET month = month + interval '1 month'", ["shop", "shop"]),
    "half ended": (
        f"UPDATE preparations SET state = 'EXPIRED', ended_at = now() WHERE id = {LIVE}",
        ["head", "discount", "shop", "preparation"],
    ),
    "half confirmed": (
        f"UPDATE preparations SET state = 'CONFIRMED', ended_at = now() WHERE id = {LIVE}",
        ["head", "discount", "shop", "preparation", "preparation"],
    ),
    "half redeemed": (
        "UPDATE preparations SET state = 'REPLACED' WHERE id = (SELECT preparation_id FROM redemptions"
        " WHERE state = 'CONFIRMED' ORDER BY id LIMIT 1)",
        ["preparation", "preparation"],
    ),
    "lost redemption": (f"DELETE FROM redemptions WHERE id = {KEPT}", [
        "discount", "shop", "preparation", "pass", "request",
    ]),
    "half revoked": (
        f"UPDATE redemptions SET state = 'REVOKED', revoked_at = now(), revoke_reason = 'x' WHERE id = {KEPT}",
        ["discount", "shop", "preparation"],
    ),
    "half taken back": (
        f"UPDATE redemptions SET state = 'CONFIRMED', revoked_at = NULL, revoke_reason = NULL WHERE id = {REVOKED}",
        ["discount", "shop", "preparation", "request"],
    ),
    "another bill": (
        f"UPDATE redemptions SET bill_fen = bill_fen + 1, payable_fen = payable_fen + 1 WHERE id = {KEPT}",
        ["redemption"],
    ),
    "another day": (f"UPDATE redemptions SET day = day + 1 WHERE id = {KEPT}", ["redemption"]),
    "a pass not spent": (
        f"UPDATE passes SET state = 'CANCELLED' WHERE id = (SELECT issued_pass_id FROM redemptions WHERE id = {KEPT})",
        ["pass"],
    ),
    "a pass spent on nothing": ("UPDATE passes SET state = 'SPENT' WHERE state = 'CANCELLED'", ["pass"]),
    "a hold on a spent pass": (
        f"UPDATE passes SET state = 'SPENT' WHERE id = (SELECT issued_pass_id FROM preparations WHERE id = {LIVE})",
        ["pass", "preparation"],
    ),
    "a hold on a cancelled pass": (
        f"UPDATE passes SET state = 'CANCELLED' WHERE id = (SELECT issued_pass_id FROM preparations WHERE id = {LIVE})",
        ["preparation"],
    ),
    "a release of nothing": (
        f"UPDATE points_transfers SET preparation_id = {LIVE} WHERE preparation_id = {EXPIRED} AND kind = 'RELEASE'",
        ["preparation", "preparation"],
    ),
    "a cost of its own": (f"UPDATE preparations SET cost_points = 9 WHERE id = {LIVE}", ["head", "preparation"]),
    "points of another head": (
        f"UPDATE preparations SET head_id = (SELECT id FROM household_heads WHERE name = '钱联户' LIMIT 1)"
        f" WHERE id = {EXPIRED}",
        ["preparation", "preparation"],
    ),
    "a number for nothing": (f"UPDATE requests SET result_id = gen_random_uuid() WHERE id = {CONFIRMATION}", [
        "request",
    ]),
    "a number for another": (
        f"UPDATE requests SET result_id = {REVOKED} WHERE id = {CONFIRMATION}", ["redemption", "request"],
    ),
    "a refusal of another shop": (
        "UPDATE requests SET owner_id = (SELECT id FROM shops ORDER BY id DESC LIMIT 1) WHERE request_no = 'late'",
        ["request"],
    ),
    "a refusal of what is live": (
        f"UPDATE preparations SET state = 'LIVE', ended_at = NULL WHERE id = {EXPIRED}",
        ["head", "discount", "shop", "preparation", "preparation", "request"],
    ),
    "a revocation of nothing": ("UPDATE requests SET result_id = id WHERE request_no = 'v-1'", ["request"]),
    "a number for no pass": (
        f"UPDATE requests SET result_id = id WHERE id = {ISSUE}", ["request"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
async def test_each_figure_that_is_wrong_is_found(told: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statement, expected = BROKEN[name]

    @database.transactional
    async def tamper() -> None:
        await database.execute("SET LOCAL session_replication_role = replica")
        assert await database.execute(statement) >= 1

    await tamper()
    found = await reconciliation.drifts()
    assert sorted(line.split()[0].rstrip(":") for line in found) == sorted(expected), found
    monkeypatch.setattr(reconciliation, "AT_ONCE", dict.fromkeys(Owner, 1))
    assert sorted(await reconciliation.drifts()) == sorted(found), "one head or shop at a time"


async def test_what_may_be_so_is_no_drift(rich: World, api: Api, travel: Travel) -> None:
    """A head who left may finish, and so may a pass that ran out."""
    token(await prepare(api, rich.a.cashier, (await phone(api, rich.a)).qr()))
    await database.execute("UPDATE passes SET state = 'EXPIRED'")
    assert await reconciliation.drifts() == []
    await database.execute("UPDATE passes SET state = 'CANCELLED'")
    await database.execute("UPDATE household_heads SET left_at = now()")
    assert await reconciliation.drifts() == []


async def test_it_reads_one_moment(rich: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a confirmation does between two checks is seen by neither: else the second would find half of it."""
    made = await till.promised(api, rich.a)
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_: Span) -> list[str]:
        looked.set()
        await go_on.wait()
        return []

    seen: list[str] = []

    async def count(_: Span) -> list[str]:
        seen.append(await database.fetch_value("SELECT count(*) FROM redemptions"))
        return []

    among = Upkeep(checks=tuple(Check(Owner.HEADS, check) for check in (count, wait, count)))
    monkeypatch.setattr(reconciliation, "PARTS", (*PARTS[:3], among, *PARTS[3:]))
    reading = asyncio.create_task(reconciliation.drifts())
    await looked.wait()
    assert code(await confirm(api, rich.a.cashier, made)) is None
    go_on.set()
    assert await reading == [] and seen == [0, 0]
    assert await database.fetch_value("SELECT count(*) FROM redemptions") == 1
    assert await reconciliation.drifts() == []
