"""The double-entry ledger against a real PostgreSQL."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from models.enums import PointsAccountKind as Kind
from models.enums import TransferKind as T
from models.points import PointsAccount, PointsTransfer
from services.db import database
from services.kit.errors import ErrorCode, Refusal
from services.points import ledger
from services.points.ledger import Move
from tests.town.postgres import until_blocked
from tests.town.world import World

EARN = Move(T.REWARD_PENDING, Kind.ISSUANCE, Kind.PENDING, 30)
POST = Move(T.REWARD_POSTED, Kind.PENDING, Kind.AVAILABLE, 30)

transfer = database.transactional(ledger.transfer)
lock = database.transactional(ledger.lock)


def hold(points: int) -> Move:
    return Move(T.HOLD, Kind.AVAILABLE, Kind.HELD, points)


async def standing(head_id: UUID) -> dict[Kind, int]:
    """The head's balances, without what is 0."""
    return {kind: balance for kind, balance in (await lock(head_id)).items() if balance}


async def transfers(head_id: UUID) -> list[tuple[Any, ...]]:
    rows = await database.fetch(
        "SELECT number, kind, points, available_after, debt_after FROM points_transfers WHERE head_id = $1"
        " ORDER BY number",
        head_id,
    )
    return [tuple(row.values()) for row in rows]


async def test_points_move_and_the_sum_stays_0(world: World) -> None:
    head = world.a.heads[0].id
    await transfer(head, [EARN, POST])
    await transfer(
        head, [hold(20), Move(T.SPEND, Kind.HELD, Kind.SPENT, 12), Move(T.RELEASE, Kind.HELD, Kind.AVAILABLE, 8)]
    )
    assert await standing(head) == {Kind.ISSUANCE: -30, Kind.SPENT: 12, Kind.AVAILABLE: 18}
    assert await transfers(head) == [
        (1, "REWARD_PENDING", 30, 0, 0),
        (2, "REWARD_POSTED", 30, 30, 0),
        (3, "HOLD", 20, 10, 0),
        (4, "SPEND", 12, 10, 0),
        (5, "RELEASE", 8, 18, 0),
    ]
    assert await ledger.reconcile() == []


async def test_accounts_that_are_missing_are_made(world: World) -> None:
    head = world.a.heads[0].id
    await PointsAccount.filter(head_id=head).delete()
    await transfer(head, [EARN])
    await PointsAccount.filter(head_id=head, kind__in=[Kind.DEBT, Kind.HELD]).delete()
    assert await lock(head) == dict.fromkeys(Kind, 0) | {Kind.ISSUANCE: -30, Kind.PENDING: 30}


async def test_moves_of_nothing_leave_no_trace(world: World) -> None:
    head = world.a.heads[0].id
    await PointsAccount.filter(head_id=head).delete()
    await transfer(head, [hold(0)])
    assert await PointsTransfer.all().count() == 0 and await PointsAccount.filter(head_id=head).count() == 0


async def test_not_enough_points_writes_nothing(world: World) -> None:
    head = world.a.heads[0].id
    await transfer(head, [EARN, POST])
    with pytest.raises(Refusal) as refused:
        await transfer(head, [hold(20), hold(11)])
    assert refused.value.code == ErrorCode.NOT_ENOUGH_POINTS
    assert (await lock(head))[Kind.AVAILABLE] == 30 and len(await transfers(head)) == 2


async def test_points_cannot_be_borrowed_within_one_transfer(world: World) -> None:
    with pytest.raises(Refusal):
        await transfer(world.a.heads[0].id, [hold(5), EARN, POST])


@pytest.mark.parametrize(
    "overdraft",
    [
        Move(T.SPEND, Kind.HELD, Kind.SPENT, 1),
        Move(T.REWARD_VOIDED, Kind.PENDING, Kind.ISSUANCE, 1),
        Move(T.REFUND, Kind.SPENT, Kind.AVAILABLE, 1),
    ],
)
async def test_any_other_overdraft_is_a_bug_that_the_database_refuses(world: World, overdraft: Move) -> None:
    with pytest.raises(IntegrityError):
        await transfer(world.a.heads[0].id, [overdraft])
    assert await PointsTransfer.all().count() == 0 and await ledger.reconcile() == []


async def test_debt_is_never_repaid_beyond_0(world: World) -> None:
    with pytest.raises(IntegrityError):
        await transfer(world.a.heads[0].id, [EARN, Move(T.DEBT_REPAID, Kind.PENDING, Kind.DEBT, 1)])


@pytest.mark.parametrize(
    ("kind", "source", "target", "points"),
    [
        (T.HOLD, Kind.HELD, Kind.AVAILABLE, 1),
        (T.REWARD_POSTED, Kind.ISSUANCE, Kind.AVAILABLE, 1),
        (T.REVERSAL, Kind.PENDING, Kind.ISSUANCE, 1),
        (T.HOLD, Kind.AVAILABLE, Kind.HELD, -1),
    ],
)
def test_a_move_goes_the_way_of_its_kind(kind: T, source: Kind, target: Kind, points: int) -> None:
    with pytest.raises(ValueError, match=kind.value):
        Move(kind, source, target, points)


def test_every_kind_of_transfer_has_a_way() -> None:
    assert set(ledger.ROUTES) == set(T)


@pytest.mark.parametrize("statement", ["UPDATE points_transfers SET points = 1", "DELETE FROM points_transfers"])
async def test_transfers_are_append_only(world: World, statement: str) -> None:
    await transfer(world.a.heads[0].id, [EARN])
    with pytest.raises((IntegrityError, asyncpg.RestrictViolationError)):
        await database.execute(statement)


async def test_two_holds_racing_for_the_last_points(world: World) -> None:
    head = world.a.heads[0].id
    await transfer(head, [EARN, POST])
    held, commit = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def first() -> None:
        await ledger.transfer(head, [hold(20)])
        held.set()
        await commit.wait()

    one = asyncio.create_task(first())
    await held.wait()
    other = asyncio.create_task(transfer(head, [hold(20)]))
    await until_blocked()
    commit.set()
    await one
    with pytest.raises(Refusal):
        await other
    assert (await lock(head))[Kind.HELD] == 20


async def test_many_heads_at_once(world: World) -> None:
    """Each head's are numbered without a gap."""
    heads = [head.id for head in (*world.a.heads, *world.b.heads)]
    await asyncio.gather(*(transfer(head, [EARN, POST]) for head in heads * 5))
    for head in heads:
        assert [number for number, *_ in await transfers(head)] == list(range(1, 11))
        assert await standing(head) == {Kind.ISSUANCE: -150, Kind.AVAILABLE: 150}
    assert await ledger.reconcile() == []


async def drifts() -> list[str]:
    """What reconcile finds, but for holds that no preparation stands behind."""
    return [drift for drift in await ledger.reconcile() if " HELD " not in drift]


REVERSE = Move(T.REVERSAL, Kind.DEBT, Kind.ISSUANCE, 25)
SPEND = Move(T.SPEND, Kind.HELD, Kind.SPENT, 30)


@pytest.mark.parametrize(
    ("before", "back", "repaid"),
    [
        ([EARN, POST, hold(30), REVERSE], Move(T.RELEASE, Kind.HELD, Kind.AVAILABLE, 30), [(25, 0, 0), (5, 5, 0)]),
        ([EARN, POST, hold(30), REVERSE], Move(T.RELEASE, Kind.HELD, Kind.AVAILABLE, 25), [(25, 0, 0)]),
        ([EARN, POST, hold(30), REVERSE], Move(T.RELEASE, Kind.HELD, Kind.AVAILABLE, 10), [(10, 0, -15)]),
        ([EARN, POST, hold(30), SPEND, REVERSE], Move(T.REFUND, Kind.SPENT, Kind.AVAILABLE, 9), [(9, 0, -16)]),
        ([EARN, POST, hold(30), SPEND, REVERSE, EARN], POST, [(25, 0, 0), (5, 5, 0)]),
    ],
)
async def test_whatever_comes_to_be_available_repays_debt_first(
    world: World, before: Sequence[Move], back: Move, repaid: list[tuple[int, int, int]]
) -> None:
    head = world.a.heads[0].id
    await transfer(head, before)
    await transfer(head, [back])
    kinds = ("DEBT_REPAID", back.kind.value)
    told = [(kind, *one) for kind, one in zip(kinds, repaid, strict=False)]
    assert [one[1:] for one in (await transfers(head))[len(before) :]] == told
    assert await drifts() == []


async def test_a_transfer_repays_debt_that_it_makes_itself(world: World) -> None:
    head = world.a.heads[0].id
    await transfer(head, [EARN, POST, hold(30), REVERSE, Move(T.RELEASE, Kind.HELD, Kind.AVAILABLE, 30)])
    assert await standing(head) == {Kind.ISSUANCE: -5, Kind.AVAILABLE: 5}


def test_what_can_become_available_can_repay_debt() -> None:
    sources = {source for ways in ledger.ROUTES.values() for source, target in ways if target == Kind.AVAILABLE}
    assert {(source, Kind.DEBT) for source in sources} <= ledger.ROUTES[T.DEBT_REPAID]


async def test_the_database_refuses_points_beside_a_debt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    head = world.a.heads[0].id
    await transfer(head, [EARN, POST, hold(30), REVERSE])
    monkeypatch.setattr(ledger, "_debt_first", lambda move, owed: [move])
    with pytest.raises(IntegrityError, match="points_transfers_debt_first"):
        await transfer(head, [Move(T.RELEASE, Kind.HELD, Kind.AVAILABLE, 30)])
    assert await standing(head) == {Kind.ISSUANCE: -5, Kind.HELD: 30, Kind.DEBT: -25}


async def tampered(*statements: str) -> list[str]:
    """What reconcile finds after `statements` went behind the ledger's back."""

    @database.transactional
    async def tamper() -> None:
        await database.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await database.execute(statement)

    await tamper()
    return await ledger.balance() + await ledger.reconcile()


@pytest.mark.parametrize(
    ("statements", "drifts"),
    [
        (
            ["UPDATE points_accounts SET balance = 31 WHERE kind = 'AVAILABLE' AND balance = 30"],
            ["account", "all accounts"],
        ),
        (
            ["UPDATE points_accounts SET balance = 0 WHERE kind = 'ISSUANCE' AND balance < 0"],
            ["account", "all accounts"],
        ),
        (["UPDATE points_transfers SET available_after = 29 WHERE number = 2"], ["transfer"]),
        (["UPDATE points_transfers SET debt_after = -1 WHERE number = 1"], ["transfer"]),
        (["UPDATE points_transfers SET number = 7 WHERE number = 2"], ["transfer"]),
        (["DELETE FROM points_transfers WHERE number = 2"], ["account", "account"]),
        (
            [
                "UPDATE points_transfers SET head_id = (SELECT id FROM household_heads ORDER BY id DESC LIMIT 1)"
                " WHERE number = 1"
            ],
            ["transfer", "transfer"],
        ),
        (["UPDATE household_heads SET points_earned = 1 WHERE name = '赵联户'"], ["head", "head"]),
        (
            [
                "UPDATE points_accounts SET balance = 10 WHERE kind = 'AVAILABLE' AND balance = 30",
                "UPDATE points_accounts SET balance = 20 WHERE kind = 'HELD' AND head_id IN"
                " (SELECT head_id FROM points_accounts WHERE balance = 10)",
            ],
            ["account", "account", "head"],
        ),
        (
            [
                "UPDATE points_accounts SET balance = -1 WHERE kind = 'DEBT' AND head_id IN"
                " (SELECT head_id FROM points_accounts WHERE balance = 30)",
            ],
            ["account", "all accounts", "head"],
        ),
    ],
)
async def test_reconcile_tells_what_disagrees(world: World, statements: Sequence[str], drifts: list[str]) -> None:
    await transfer(world.a.heads[0].id, [EARN, POST])
    found = await tampered(*statements)
    assert sorted(line[: len(drift)] for line, drift in zip(sorted(found), sorted(drifts), strict=True)) == sorted(
        drifts
    )


async def test_reconcile_on_the_command_line(world: World, database_url: str) -> None:
    await transfer(world.a.heads[0].id, [EARN, POST])
    assert await reconciled(database_url) == (0, "账目一致\n")
    await tampered("UPDATE points_accounts SET balance = 29 WHERE kind = 'AVAILABLE' AND balance = 30")
    status, output = await reconciled(database_url)
    assert status == 1 and "balance 29, transfers make 30" in output and "一致" not in output


async def reconciled(database_url: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        "reconcile",
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()
