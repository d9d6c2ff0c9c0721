"""The walk along the order of locks sees what it should: the fixture `watched` holds every other test against it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.db import database
from services.writes import turns
from tests.town.lock_order import ORDER, Joined, Lock, Walk, Watched, locks_of
from tests.town.world import World

SERVICES = Path(__file__).parents[2] / "services"


@pytest.mark.parametrize(
    ("sql", "locks"),
    [
        ("SELECT 1 FROM shops WHERE id = $1 FOR SHARE", ["shops"]),
        ("SELECT 1 FROM shops s WHERE s.id = ANY($1) ORDER BY s.id FOR NO KEY UPDATE", ["shops"]),
        ("SELECT 1 FROM shops WHERE id = (SELECT shop_id FROM discounts WHERE id = $1) FOR KEY SHARE", ["shops"]),
        ('UPDATE "wishes" SET state = $1 WHERE id = $2', ["wishes"]),
        ("WITH held AS (SELECT id FROM passes WHERE id = $1 FOR UPDATE) SELECT count(*) FROM held", ["passes"]),
        ("SELECT 'FOR UPDATE' FROM shops s JOIN areas a ON a.id = s.area_id -- FOR UPDATE", []),
        ("INSERT INTO shop_months (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET held = 1", ["shop_months"]),
        ("SELECT pg_advisory_xact_lock(hashtextextended(format('%s:shop:%s', 'x', 'y'), 0))", ["shop turn"]),
        ("SELECT pg_try_advisory_xact_lock($1)", []),
        ("DELETE FROM sessions WHERE id = $1", ["sessions"]),
    ],
)
def test_what_a_statement_locks(sql: str, locks: list[str]) -> None:
    assert [lock.what for lock in locks_of(sql)] == locks


def test_what_is_skipped_is_not_waited_for() -> None:
    assert locks_of("SELECT 1 FROM passes FOR UPDATE SKIP LOCKED") == [Lock("passes", waits=False)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM shops s JOIN areas a ON a.id = s.area_id WHERE s.id = $1 FOR NO KEY UPDATE OF s",
        "SELECT 1 FROM shops s, areas a WHERE a.id = s.area_id FOR SHARE OF s",
        "SELECT 1 FROM shops s LEFT JOIN areas a ON a.id = s.area_id FOR UPDATE OF s SKIP LOCKED",
        "SELECT 1 FROM (SELECT * FROM shops) s FOR UPDATE",
        "SELECT 1 FROM shops s CROSS JOIN LATERAL (SELECT 1) a FOR UPDATE OF s",
        "WITH one AS (SELECT * FROM shops) SELECT 1 FROM one FOR UPDATE",
        "UPDATE passes SET slot = 1 WHERE id IN (SELECT p.id FROM passes p JOIN shops s ON true FOR UPDATE OF p)",
    ],
)
def test_a_lock_through_a_join_is_found_out(sql: str) -> None:
    with pytest.raises(Joined):
        locks_of(sql)


def _strings(path: Path) -> Iterator[str]:
    """The strings of a module; what is put in there stands as a word."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_service_names_one_of_several_tables_to_lock() -> None:
    """`FOR … OF` is what a lock through a join needs. What is really sent is watched beside that."""
    found = [
        (path.name, text)
        for path in SERVICES.rglob("*.py")
        for text in _strings(path)
        if any(f"FOR {strength} OF " in text for strength in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"))
    ]
    assert found == []


@pytest.mark.parametrize("late", ["UPDATE wishes SET state = $1", "SELECT 1 FROM households FOR SHARE"])
def test_out_of_order_is_found_out(late: str) -> None:
    walk = Walk()
    walk.step("SELECT 1 FROM wishes FOR UPDATE SKIP LOCKED")
    walk.step("SELECT 1 FROM household_heads WHERE id = $1 FOR NO KEY UPDATE")
    if "wishes" in late:
        walk.step(late)  # it has them already
    else:
        with pytest.raises(AssertionError, match="households is locked after household_heads"):
            walk.step(late)


@pytest.mark.parametrize("table", ["shops", "discounts"])
def test_a_shop_without_its_turn_is_found_out(table: str) -> None:
    with pytest.raises(AssertionError, match="without the shop's turn"):
        Walk().step(f"UPDATE {table} SET state = $1")


@pytest.mark.parametrize("of_a_service", [True, False])
async def test_what_services_send_is_watched(
    world: World, watched: Watched, monkeypatch: pytest.MonkeyPatch, of_a_service: bool
) -> None:
    async def backwards() -> None:
        await database.fetch("SELECT 1 FROM households WHERE id = $1 FOR SHARE", world.a.households[0].id)
        await database.fetch("SELECT 1 FROM wishes FOR SHARE")
        await turns.exclusive(world.a.shop.id)
        await database.execute("UPDATE shops SET name = name WHERE id = $1", world.a.shop.id)
        await database.fetch("SELECT 1 FROM shops s JOIN areas a ON a.id = s.area_id FOR SHARE OF s")

    if of_a_service:
        backwards.__module__ = turns.__name__
    opened = database.transactional(backwards)
    monkeypatch.setattr(turns, "backwards", opened, raising=False)
    await opened()
    wrong, watched.wrong = watched.wrong, []
    joined = "locks rows of 'shops s JOIN areas a ON a.id = s.area_id'"
    late = "wishes is locked after households, against the order of locks"
    assert [one.split(":")[0] for one in wrong] == ([late, joined] if of_a_service else [joined])


def test_the_order_is_the_documented_one() -> None:
    text = (SERVICES.parent / "docs" / "decisions" / "0003-locks-not-isolation.md").read_text()
    stated = " ".join(text.partition("(")[2].partition(")")[0].replace("\n", " ").split())
    assert stated == (
        "a job's advisory lock → request → window of wrong sign-in codes → season → nomination → wish →"
        " household → new account → account → second factor → its recovery codes → head →"
        " grant → pass → preparation → redemption →"
        " the shop's advisory lock → shop → agreements → discount versions → discount counters → shop month →"
        " points accounts by id → closed boards' advisory lock → events, audit, outbox"
    )
    assert len(stated.split(" → ")) == len(ORDER) + 1


# Keys of which nobody writes another value while the row is there, or while another may refer to it. (A discount's
# version goes up only as long as it is in preparation.)
NEVER_CHANGED = {
    "areas": {"id", "parent_id", "name", "code", "path"},
    "board_closings": {"id", "area_id", "period", "starts_at"},
    "discounts": {"id", "origin_id", "version"},
    "points_accounts": {"id", "head_id", "kind"},
    "redemptions": {"id", "preparation_id", "issued_pass_id"},
    "reward_rules": {"id", "version"},
    "rewards": {"id", "wish_id"},
    "statements": {"id", "shop_id", "day"},
    "webhook_deliveries": {"id", "endpoint_id", "event_id"},
}


async def test_no_key_of_a_row_that_others_refer_to_is_changed(db: None) -> None:
    """Changing a column of a unique index without a condition locks out whoever writes a row that refers to this one:
    a lock that no order of locks has a place for."""
    rows = await database.fetch(
        """
        SELECT c.relname AS table, a.attname AS column FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
        WHERE i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
            AND c.relnamespace = current_schema()::regnamespace AND EXISTS (
                SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = c.oid
            )
        """
    )
    changing = [row for row in rows if row["column"] not in NEVER_CHANGED.get(row["table"], {"id"})]
    assert rows and changing == []
