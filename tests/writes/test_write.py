"""One way to write: a change is recorded or fails, what is so already is answered, and rows are written together."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from tortoise.transactions import in_transaction
from uuid_utils.compat import uuid7

from models.enums import PointsAccountKind, ShopState, TransferKind
from services.audit import log as audit
from services.db import database
from services.db.database import Journal
from services.kit.errors import ErrorCode, Refusal
from services.live import outbox
from services.points import ledger
from services.points.ledger import Move
from services.writes import requests, transitions
from services.writes.write import Unchanged, Unrecorded, write
from tests.town.world import World


async def rename(world: World, name: str) -> None:
    await database.execute("UPDATE shops SET name = $2 WHERE id = $1", world.a.shop.id, name)


async def name(world: World) -> str:
    return str(await database.fetch_value("SELECT name FROM shops WHERE id = $1", world.a.shop.id))


def test_a_write_says_what_it_promises() -> None:
    @write
    async def promised() -> None:
        """The promise."""

    assert (promised.__name__, promised.__doc__) == ("promised", "The promise.")


async def test_a_change_without_an_audit_row_fails_and_is_undone(world: World) -> None:
    @write
    async def forgetful() -> None:
        await rename(world, "忘了留痕")

    before = await name(world)
    with pytest.raises(Unrecorded, match="forgetful changes shops and leaves no audit row"):
        await forgetful()
    assert await name(world) == before


async def in_a_savepoint(world: World) -> None:
    async with in_transaction("default") as savepoint:
        await world.a.shop.save(update_fields=["name"], using_db=savepoint)


async def outbox_row() -> None:
    outbox.put("t", UUID(int=1))


@pytest.mark.parametrize(
    "change",
    [
        lambda world: rename(world, "新名"),
        lambda world: database.fetch(
            "DELETE FROM discount_counters WHERE discount_id = $1 RETURNING id", world.a.discount.id
        ),
        lambda world: database.fetch("WITH x AS (SELECT 1) INSERT INTO markers (key, value) SELECT 'a', '1' FROM x"),
        lambda world: world.a.shop.save(update_fields=["name"]),
        in_a_savepoint,
        lambda world: outbox_row(),
    ],
    ids=["an update", "a delete", "an insert behind WITH", "through the models", "in a savepoint", "collected"],
)
async def test_each_kind_of_change_counts(world: World, change: Callable[[World], Any]) -> None:
    @write
    async def forgetful() -> None:
        await change(world)

    with pytest.raises(Unrecorded):
        await forgetful()


@pytest.mark.parametrize("strength", ["UPDATE", "NO KEY UPDATE", "NO KEY UPDATE SKIP LOCKED", "UPDATE OF shops NOWAIT"])
async def test_a_lock_changes_nothing(world: World, strength: str) -> None:
    @write
    async def locking() -> None:
        assert await database.fetch(f"SELECT 1 FROM shops WHERE id = $1 FOR {strength}", world.a.shop.id)
        assert not await database.fetch(f"SELECT 1 FROM shops WHERE id = $1 FOR {strength}", UUID(int=1))

    await locking()


@pytest.mark.parametrize("ending", ["", " RETURNING id"])
async def test_a_statement_that_finds_no_row_changes_nothing(world: World, ending: str) -> None:
    @write
    async def looking() -> None:
        way = database.fetch if ending else database.execute
        await way(f"UPDATE shops SET name = '没有' WHERE id = $1{ending}", UUID(int=1))

    await looking()


async def test_what_is_recorded_is_done(world: World) -> None:
    @write
    async def careful() -> str:
        await rename(world, "留了痕")
        audit.record(None, "shop.edit", "Shop", world.a.shop.id, to="留了痕")
        return "answer"

    assert await careful() == "answer"
    assert await name(world) == "留了痕"
    (row,) = await database.fetch("SELECT action, details FROM audit_entries")
    assert (row["action"], row["details"]) == ("shop.edit", '{"to": "留了痕"}')


async def test_what_is_so_already_is_answered(world: World) -> None:
    @write
    async def again(already: bool) -> str:
        if already:
            raise Unchanged("as it is")
        return "changed"

    assert (await again(True), await again(False)) == ("as it is", "changed")


async def test_a_claimed_number_alone_is_no_change(world: World) -> None:
    @write
    async def asked() -> UUID | None:
        return await requests.claim(world.admin.account_id, "test", "一", {}, UUID(int=7))

    assert (await asked(), await asked()) == (None, UUID(int=7))


async def test_a_refusal_that_is_kept_may_leave_no_row(world: World) -> None:
    @write
    async def refused() -> Refusal | None:
        await rename(world, "记下的拒绝")
        return Refusal(ErrorCode.NOT_FOUND, "没有")

    with pytest.raises(Refusal):
        await refused()
    assert await name(world) == "记下的拒绝"


async def test_rows_are_written_together_at_the_end(world: World) -> None:
    @database.transactional
    async def many() -> list[str]:
        with database.observed_statements() as seen:
            for number in range(3):
                audit.record(None, "test.it", "Test", UUID(int=number), number=number)
                outbox.put("test", UUID(int=number), number=number)
            assert not seen, "nothing is written yet"
        return seen

    with database.observed_statements() as sent:
        assert await many() == []
    (statement,) = sent
    assert "audit_entries" in statement and "outbox_entries" in statement
    rows = await database.fetch("SELECT subject_id, details FROM audit_entries ORDER BY id")
    assert [row["subject_id"].int for row in rows] == [0, 1, 2], "in their order"
    assert await database.fetch_value("SELECT count(*) FROM outbox_entries") == 3


async def test_what_reads_a_table_finds_what_is_collected(world: World) -> None:
    @database.transactional
    async def reading() -> int:
        audit.record(None, "test.it", "Test", uuid7())
        found = await database.fetch_value("SELECT count(*) FROM audit_entries")
        audit.record(None, "test.it", "Test", uuid7())
        return int(found)

    assert await reading() == 1
    assert await database.fetch_value("SELECT count(*) FROM audit_entries") == 2


async def test_rows_may_refer_to_each_other(world: World) -> None:
    """They are checked once all are written."""
    district, place = uuid7(), uuid7()
    below = Journal.of("areas", id="uuid", parent_id="uuid", kind="text", code="text", name="text", path="text")
    above = Journal("above", below.statement)

    @database.transactional
    async def both() -> None:
        database.collect(below, [(place, district, "SUBDISTRICT", "s9", "街道", "d9/s9/")])
        database.collect(above, [(district, None, "DISTRICT", "d9", "区", "d9/")])

    await both()
    assert await database.fetch_value("SELECT count(*) FROM areas WHERE path LIKE 'd9/%'") == 2


async def test_what_is_remembered_ends_with_the_transaction(world: World) -> None:
    """Also where it is run again: what it had locked may have changed."""
    head = world.a.heads[0].id
    award = Move(TransferKind.REWARD_PENDING, PointsAccountKind.ISSUANCE, PointsAccountKind.PENDING, 5)
    balances = []

    @database.transactional
    async def posting(tries: int) -> None:
        await ledger.transfer(head, [award])
        await ledger.transfer(head, [award])
        balances.append((await ledger.lock(head))[PointsAccountKind.PENDING])
        if len(balances) < tries:
            raise database.Again

    await posting(2)
    await posting(0)
    assert balances == [10, 10, 20]
    kept = "SELECT balance FROM points_accounts WHERE head_id = $1 AND kind = 'PENDING'"
    assert await database.fetch_value(kept, head) == 20


async def test_transfers_of_several_heads_are_numbered_each(world: World) -> None:
    one, other = world.a.heads[0].id, world.a.heads[1].id
    award = Move(TransferKind.REWARD_PENDING, PointsAccountKind.ISSUANCE, PointsAccountKind.PENDING, 5)
    post = Move(TransferKind.REWARD_POSTED, PointsAccountKind.PENDING, PointsAccountKind.AVAILABLE, 5)

    @database.transactional
    async def posting() -> None:
        for head in (one, other, one):
            await ledger.transfer(head, [award, post])

    await posting()
    await posting()
    rows = await database.fetch("SELECT head_id, number, kind FROM points_transfers ORDER BY head_id, number")
    for head, count in ((one, 8), (other, 4)):
        mine = [(row["number"], row["kind"]) for row in rows if row["head_id"] == head]
        assert mine == [(n, ("REWARD_POSTED", "REWARD_PENDING")[n % 2]) for n in range(1, count + 1)]


async def test_outside_a_transaction_nothing_is_collected(world: World) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        audit.record(None, "test.it", "Test", uuid7())


async def test_a_failed_write_leaves_nothing_collected(world: World) -> None:
    @write
    async def failing() -> None:
        audit.record(None, "test.it", "Test", uuid7())
        outbox.put("test", uuid7())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert not await database.fetch("SELECT 1 FROM audit_entries UNION ALL SELECT 1 FROM outbox_entries")


async def test_a_thing_moves_only_from_the_state_that_was_read(world: World) -> None:
    read_long_ago = SimpleNamespace(id=world.a.shop.id, state=ShopState.APPLIED)
    with pytest.raises(AssertionError, match="moved from the state that was read"):
        await database.transactional(transitions.move)("shops", read_long_ago, ShopState.LEFT)
