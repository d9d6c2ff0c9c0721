"""A declared kind of row, read by ids, by parents and page by page, as far as it exists for who asks."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.db import database
from services.db.paging import Keyset, PageRequest
from services.db.reading import Reading
from services.db.sql import Args
from services.db.together import together
from services.kit.viewer import ANONYMOUS, Viewer

ME, ANOTHER = UUID(int=1), UUID(int=2)
PARENTS = [uuid4(), uuid4(), uuid4()]
IN_ORDER = Keyset("test", {"number": ("t.number", int)})


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    parent_id: UUID
    number: int
    mine: bool


def columns(viewer: Viewer, args: Args) -> str:
    return f"t.id, t.parent_id, t.number, t.owner_id IS NOT DISTINCT FROM {args(viewer.account_id)}::uuid AS mine"


def visible_to(viewer: Viewer, args: Args) -> str:
    return f"t.owner_id = {args(viewer.account_id)}"


READING = Reading(Row, columns, "reading_test t", "t.id", visible_to)
VIEWER = Viewer(account_id=ME)
MINE, FOREIGN = [UUID(int=100 + number) for number in range(6)], [UUID(int=200 + number) for number in range(6)]


@pytest_asyncio.fixture(scope="module", autouse=True)
async def table(connected: None) -> AsyncIterator[None]:
    """Of each of two parents three rows of mine and three of another's."""
    await database.fetch("CREATE TABLE reading_test (id uuid, parent_id uuid, number int, owner_id uuid)")
    rows = [(one, PARENTS[number // 3], number, ME) for number, one in enumerate(MINE)]
    rows += [(one, PARENTS[number // 3], number, ANOTHER) for number, one in enumerate(FOREIGN)]
    await database.execute_many("INSERT INTO reading_test VALUES ($1, $2, $3, $4)", rows)
    yield
    await database.fetch("DROP TABLE reading_test")


async def test_by_ids_gives_what_exists_for_the_viewer() -> None:
    found = await READING.by_ids(VIEWER, [MINE[2], FOREIGN[2], uuid4(), MINE[0]])
    assert found == {
        MINE[0]: Row(MINE[0], PARENTS[0], 0, mine=True),
        MINE[2]: Row(MINE[2], PARENTS[0], 2, mine=True),
    }
    assert await READING.by_ids(ANONYMOUS, MINE) == {}


async def test_read_asks_not_who_asks() -> None:
    assert await READING.read(FOREIGN[1]) == Row(FOREIGN[1], PARENTS[0], 1, mine=False)
    assert await READING.read(uuid4()) is None


async def test_of_parents_gives_each_its_own_page_in_one_statement() -> None:
    with database.observed_statements() as seen:
        pages = await READING.of_parents(VIEWER, PARENTS, PageRequest(2), IN_ORDER, "t.parent_id")
    assert len(seen) == 1 and list(pages) == PARENTS
    assert [[row.id for row in page.rows] for page in pages.values()] == [MINE[:2], MINE[3:5], []]
    assert [page.has_next for page in pages.values()] == [True, True, False]
    rest = await READING.of_parents(
        VIEWER, PARENTS[:1], PageRequest(2, pages[PARENTS[0]].cursor(-1)), IN_ORDER, "t.parent_id"
    )
    assert [row.id for row in rest[PARENTS[0]].rows] == MINE[2:3]
    even = await READING.of_parents(VIEWER, PARENTS, PageRequest(2), IN_ORDER, "t.parent_id", among="t.number % 2 = 0")
    assert [[row.number for row in page.rows] for page in even.values()] == [[0, 2], [4], []]


async def test_page_gives_what_its_own_condition_says() -> None:
    args = Args()
    page = await READING.page(VIEWER, PageRequest(4), IN_ORDER, f"t.owner_id = {args(ANOTHER)}", args)
    assert [row.id for row in page.rows] == FOREIGN[:4] and page.has_next
    assert not any(row.mine for row in page.rows)


async def test_only_what_is_asked_is_read() -> None:
    """With the id, the parent and the order of the page, which the reading itself needs."""
    only = frozenset(["mine"])
    with database.observed_statements() as seen:
        found = await READING.by_ids(VIEWER, [MINE[2]], only)
        pages = await READING.of_parents(VIEWER, PARENTS, PageRequest(2), IN_ORDER, "t.parent_id", only=only)
    assert [re.match(r"SELECT (.*?) FROM \(", one)[1] for one in seen] == [  # type: ignore[index]
        'q."id", q."mine"',
        'q."parent_id", q."number", q."mine"',
    ]
    assert found[MINE[2]].mine and [row.number for row in pages[PARENTS[1]].rows] == [3, 4]
    assert pages[PARENTS[1]].cursor(0) == (
        await READING.of_parents(VIEWER, PARENTS, PageRequest(2), IN_ORDER, "t.parent_id")
    )[PARENTS[1]].cursor(0)
    with pytest.raises(AttributeError):
        _ = found[MINE[2]].number


async def test_two_ask_together_for_a_part_of_each() -> None:
    with database.observed_statements() as seen, together():
        some, all_ = await asyncio.gather(
            READING.by_ids(VIEWER, MINE, frozenset(["number"])), READING.by_ids(VIEWER, MINE[:1])
        )
    assert len(seen) == 1
    assert {one.id: one.number for one in some.values()} == dict(zip(MINE, range(6), strict=True))
    assert all_ == {MINE[0]: Row(MINE[0], PARENTS[0], 0, mine=True)}
