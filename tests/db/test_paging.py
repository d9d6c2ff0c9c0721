"""Keyset paging over a real table: every row once, in order, both ways; and nothing but its own cursors."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.db import database
from services.db.paging import MAX_CURSOR, CursorInvalid, Keyset, Page, PageRequest
from services.db.sql import Args

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    number: int
    score: float
    name: str
    at: datetime
    day: date
    parent: int


COLUMNS: dict[str, tuple[str, type]] = {
    "number": ("t.number", int),
    "score": ("t.score", float),
    "name": ('t.name COLLATE "C"', str),
    "at": ("t.at", datetime),
    "day": ("t.day", date),
    "id": ("t.id", UUID),
}

rows_of_any_kind = st.lists(
    st.builds(
        Row,
        id=st.uuids(),
        number=st.integers(-(2**62), 2**62) | st.integers(0, 2),
        score=st.floats(allow_nan=False, allow_infinity=False, width=64) | st.sampled_from([0.0, 0.5, 1.0]),
        name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
        at=st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),
        day=st.dates(date(1970, 1, 1), date(2100, 1, 1)),
        parent=st.integers(0, 3),
    ),
    max_size=25,
    unique_by=lambda row: row.id,
)
keysets = st.builds(
    lambda names, descending: Keyset("test", {name: COLUMNS[name] for name in [*names, "id"]}, descending),
    st.lists(st.sampled_from([name for name in COLUMNS if name != "id"]), max_size=3, unique=True),
    st.booleans(),
)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def table(connected: None) -> AsyncIterator[None]:
    """`paging_test` is gone afterwards: other tests look at what the migrations made."""
    yield
    await database.fetch("DROP TABLE IF EXISTS paging_test")


async def fill(rows: list[Row]) -> None:
    await database.fetch("DROP TABLE IF EXISTS paging_test")
    await database.fetch(
        "CREATE TABLE paging_test (id uuid, number bigint, score double precision, name text, at timestamptz, day date,"
        " parent int)"
    )
    await database.execute_many(
        "INSERT INTO paging_test VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(row.id, row.number, row.score, row.name, row.at, row.day, row.parent) for row in rows],
    )


async def page_of(keyset: Keyset, request: PageRequest, where: str = "true") -> Page[Row]:
    return await keyset.fetch(Row, request, f"SELECT t.* FROM paging_test t WHERE {where}", Args())


def in_order(keyset: Keyset, rows: list[Row]) -> list[Row]:
    def key(row: Row) -> list[Any]:
        values = [getattr(row, name) for name in keyset.columns]
        return [value.encode() if isinstance(value, str) else value for value in values]

    return sorted(rows, key=key, reverse=keyset.descending)


@SETTINGS
@given(rows=rows_of_any_kind, keyset=keysets, limit=st.integers(1, 7), backwards=st.booleans())
async def test_paging_gives_each_row_once_and_tells_what_remains(
    connected: None, rows: list[Row], keyset: Keyset, limit: int, backwards: bool
) -> None:
    await fill(rows)
    wanted = in_order(keyset, rows)
    seen: list[Row] = []
    cursor = None
    while True:
        page = await page_of(keyset, PageRequest(limit, cursor, backwards))
        assert len(page.rows) <= limit
        before, after = (page.has_next, page.has_previous) if backwards else (page.has_previous, page.has_next)
        assert before == bool(seen), "whether something lies behind"
        seen = [*page.rows, *seen] if backwards else [*seen, *page.rows]
        assert after == (len(seen) < len(wanted)), "whether something lies ahead"
        if not after:
            break
        cursor = page.cursor(0 if backwards else -1)
    assert [row.id for row in seen] == [row.id for row in wanted]


@SETTINGS
@given(rows=rows_of_any_kind.filter(lambda rows: len(rows) > 2), keyset=keysets, data=st.data())
async def test_every_cursor_leads_on_from_its_own_row(
    connected: None, rows: list[Row], keyset: Keyset, data: st.DataObject
) -> None:
    await fill(rows)
    wanted = in_order(keyset, rows)
    whole = await page_of(keyset, PageRequest(100))
    assert not whole.has_next and not whole.has_previous
    place = data.draw(st.integers(0, len(wanted) - 1))
    cursor = whole.cursor(place)
    after = await page_of(keyset, PageRequest(100, cursor))
    before = await page_of(keyset, PageRequest(100, cursor, backwards=True))
    assert [row.id for row in after.rows] == [row.id for row in wanted[place + 1 :]]
    assert [row.id for row in before.rows] == [row.id for row in wanted[:place]]


@SETTINGS
@given(rows=rows_of_any_kind, keyset=keysets, limit=st.integers(1, 3), backwards=st.booleans())
async def test_the_pages_of_many_parents_are_the_pages_of_each(
    connected: None, rows: list[Row], keyset: Keyset, limit: int, backwards: bool
) -> None:
    await fill(rows)
    request = PageRequest(limit, None, backwards)
    args = Args()
    condition, order = keyset.clause(request, args)
    found = await database.read(
        Row,
        f"SELECT found.* FROM unnest({args([0, 1, 2, 3, 9])}::int[]) p (id) CROSS JOIN LATERAL"
        f" (SELECT t.* FROM paging_test t WHERE t.parent = p.id AND {condition} {order}) found",
        *args,
    )
    pages = keyset.pages(request, [0, 1, 2, 3, 9], found, "parent")
    for parent, page in pages.items():
        assert page == await page_of(keyset, request, f"t.parent = {parent}")
    assert pages[9].rows == []


KEYSET = Keyset("here", COLUMNS)
ROW = Row(uuid4(), 1, 0.5, "名", datetime.now(UTC), date(2026, 1, 1), 0)


def forged(*content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(content)).encode()).decode().rstrip("=")


def test_a_cursor_comes_back_as_the_key_it_was_made_of() -> None:
    key = [getattr(ROW, name) for name in COLUMNS]
    assert KEYSET.decode(KEYSET.encode(ROW)) == key


def good() -> list[Any]:
    return ["here", 1, 0.5, "n", "2026-01-01T00:00:00+00:00", "2026-01-01", str(uuid4())]


def changed(place: int, value: Any) -> str:
    content = good()
    content[place] = value
    return forged(*content)


@pytest.mark.parametrize(
    "cursor",
    [
        "", "=", "x", "null", "5", "[]", "é", "令牌", "\ud800", "\0", "a" * 100_000, "!" * 20,
        forged(), forged("here"), forged(*good(), 1), forged(*good()[:-1]), forged("there", *good()[1:]),
        base64.urlsafe_b64encode(b"5").decode(), base64.urlsafe_b64encode(b'"here"').decode(),
        base64.urlsafe_b64encode(b"[" * 5000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b'{"here": 1}').decode(),
        KEYSET.encode(ROW) + "=", KEYSET.encode(ROW)[:-3], " " + KEYSET.encode(ROW), KEYSET.encode(ROW) + "\n",
        changed(1, 2**63), changed(1, -(2**80)), changed(1, 1.0), changed(1, True), changed(1, "1"), changed(1, None),
        changed(1, 10**400), changed(2, 10**400), changed(2, 1), changed(2, "x"), changed(2, None), changed(2, [0.5]),
        base64.urlsafe_b64encode(json.dumps(["here", 1, float("nan"), *good()[3:]]).encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(json.dumps(["here", 1, float("inf"), *good()[3:]]).encode()).decode().rstrip("="),
        changed(3, "a\0b"), changed(3, "\ud800"), changed(3, 5), changed(3, None), changed(3, {}),
        changed(4, "2026-01-01"), changed(4, "2026-01-01T00:00:00"), changed(4, "0001-01-01T00:00:00+14:00"),
        changed(4, "9999-12-31T23:59:59-14:00"), changed(4, "now"), changed(4, 5), changed(4, None),
        changed(5, "2026-13-01"), changed(5, "2026-01-01T00:00:00+00:00"), changed(5, "infinity"), changed(5, 5),
        changed(6, "x"), changed(6, 5), changed(6, None), changed(6, "urn:uuid:" + str(uuid4())),
        changed(6, str(uuid4()).upper()),
    ],
)  # fmt: skip
def test_what_this_connection_did_not_give_out_is_no_cursor(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        KEYSET.decode(cursor)


def test_a_sealed_cursor_says_nothing_and_cannot_be_touched() -> None:
    sealed = Keyset("here", COLUMNS, sealed=True)
    cursor = sealed.encode(ROW)
    assert sealed.decode(cursor) == KEYSET.decode(KEYSET.encode(ROW))
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert b"here" not in raw and str(ROW.id).encode() not in raw
    other = Keyset("there", COLUMNS, sealed=True).encode(ROW)
    touched = base64.urlsafe_b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode().rstrip("=")
    for spoilt in ("", "x", cursor[:-3], cursor + "=", touched, other, KEYSET.encode(ROW)):
        with pytest.raises(CursorInvalid):
            sealed.decode(spoilt)


def test_what_it_gives_out_is_short_enough_to_come_back() -> None:
    longest = Row(uuid4(), -(2**62), -1.7976931348623157e308, "名" * 64, datetime.now(UTC) + timedelta(1), date.max, 0)
    cursor = KEYSET.encode(longest)
    assert len(cursor) <= MAX_CURSOR and KEYSET.decode(cursor)


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_garbage_is_refused_and_never_a_fault(garbage: str) -> None:
    with pytest.raises(CursorInvalid):
        KEYSET.decode(garbage)


@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.uuids().map(str),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        ),
        min_size=6,
        max_size=6,
    )
)
async def test_what_a_forged_cursor_yields_can_always_be_asked_for(connected: None, values: list[Any]) -> None:
    request = PageRequest(1, forged("here", *values))
    try:
        condition, _ = KEYSET.clause(request, args := Args())
    except CursorInvalid:
        return
    await database.fetch(
        f"SELECT 1 FROM (SELECT 1::bigint AS number, 1::float8 AS score, '' AS name, now() AS at, now()::date AS day,"
        f" gen_random_uuid() AS id) t WHERE {condition} AND {args(1)}::int = 1",
        *args,
    )
