"""The canonical form of a statement: to the byte, as docs/settlement.md says it, and exact."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import StatementRowKind
from services.kit.canonical import MAX_SAFE_INTEGER, instant
from services.settlement.form import Form, Line, in_order
from tests.town.settlement import digest, jcs

PAGE = (Path(__file__).parents[2] / "docs" / "settlement.md").read_text()
REDEMPTION, CORRECTION = StatementRowKind.REDEMPTION, StatementRowKind.CORRECTION
SHOP = UUID("01970000-0000-7000-8000-000000000001")
NOON = datetime(2026, 5, 15, 4, 0, tzinfo=UTC)


def line(**given: Any) -> Line:
    plain = {
        "kind": REDEMPTION,
        "redemption_id": UUID("01970000-0000-7000-8000-0000000000aa"),
        "happened_at": NOON,
        "bill_fen": 8800,
        "saved_fen": 1760,
        "payable_fen": 7040,
        "points": 10,
    }
    return Line(**(plain | given))


FORM = Form(SHOP, date(2026, 5, 15), [line()], revoked=1, previous_sha256=None)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_to_the_byte() -> None:
    assert FORM.canonical == (
        b'{"day":"2026-05-15","previousSha256":null,"revoked":1,"rows":[{"billFen":8800,'
        b'"happenedAt":"2026-05-15T04:00:00.000000Z","kind":"REDEMPTION","payableFen":7040,"place":1,"points":10,'
        b'"redemption":"01970000-0000-7000-8000-0000000000aa","savedFen":1760}],'
        b'"shop":"01970000-0000-7000-8000-000000000001","totals":{"billFen":8800,"corrections":0,"payableFen":7040,'
        b'"points":10,"redemptions":1,"savedFen":1760},"version":1}'
    )
    assert FORM.sha256.hex() == digest(FORM.canonical.decode())


def test_the_example_of_the_page_is_computed_from_the_page_alone() -> None:
    (document,), (written,) = blocks("json"), blocks("text")
    hashed = re.search(r"`([0-9a-f]{64})`", PAGE)
    assert hashed
    given = json.loads(document)
    assert jcs(given) == written.strip(), "the readable form and the canonical one say the same"
    assert digest(written.strip()) == hashed[1]
    made = Form(
        UUID(given["shop"]),
        date.fromisoformat(given["day"]),
        [
            Line(
                StatementRowKind(row["kind"]),
                UUID(row["redemption"]),
                datetime.fromisoformat(row["happenedAt"]),
                row["billFen"],
                row["savedFen"],
                row["payableFen"],
                row["points"],
            )
            for row in given["rows"]
        ],
        given["revoked"],
        bytes.fromhex(given["previousSha256"]),
    )
    assert made.canonical.decode() == written.strip() and made.sha256.hex() == hashed[1]


amounts = st.integers(0, 10_000_000)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(timezone(timedelta(hours=8))))


@st.composite
def lines(draw: st.DrawFn) -> Line:
    kind, saved, paid, points = draw(st.sampled_from(StatementRowKind)), draw(amounts), draw(amounts), draw(amounts)
    sign = 1 if kind == REDEMPTION else -1
    return Line(kind, draw(st.uuids()), draw(instants), sign * (saved + paid), sign * saved, sign * paid, sign * points)


forms = st.builds(
    Form,
    st.uuids(),
    st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    st.lists(lines(), max_size=6),
    st.integers(0, 1000),
    st.none() | st.binary(min_size=32, max_size=32),
)


@given(forms)
def test_it_is_json_in_order_and_says_all(form: Form) -> None:
    said = json.loads(form.canonical)
    assert jcs(said).encode() == form.canonical
    assert [row["place"] for row in said["rows"]] == list(range(1, len(form.lines) + 1))
    for row, one in zip(said["rows"], form.lines, strict=True):
        assert datetime.fromisoformat(row["happenedAt"]) == one.happened_at
        assert (row["kind"], row["redemption"]) == (one.kind, str(one.redemption_id))
    for name in ("billFen", "savedFen", "payableFen", "points"):
        assert said["totals"][name] == sum(row[name] for row in said["rows"])
    kinds = [one.kind for one in form.lines]
    assert (said["totals"]["redemptions"], said["totals"]["corrections"]) == (
        kinds.count(REDEMPTION),
        kinds.count(CORRECTION),
    )


def test_whatever_is_changed_shows_in_the_hash() -> None:
    other_line = {
        "kind": CORRECTION,
        "redemption_id": UUID(int=5),
        "happened_at": NOON + timedelta(microseconds=1),
        "bill_fen": 8801,
        "saved_fen": 1761,
        "payable_fen": 7041,
        "points": 11,
    }
    assert other_line.keys() == {one.name for one in fields(Line)}
    changed = [replace(FORM, lines=[replace(line(), **{name: value})]) for name, value in other_line.items()]
    changed += [
        replace(FORM, shop_id=UUID(int=7)),
        replace(FORM, day=date(2026, 5, 16)),
        replace(FORM, revoked=2),
        replace(FORM, previous_sha256=bytes(32)),
        replace(FORM, lines=[]),
        replace(FORM, lines=[line(), line()]),
        replace(FORM, lines=[line(points=1), line()]),
        replace(FORM, lines=[line(), line(points=1)]),
    ]
    assert len({one.sha256 for one in [FORM, *changed]}) == len(changed) + 1


def test_instants_have_one_form() -> None:
    for at in (NOON, NOON.astimezone(timezone(timedelta(hours=8)))):
        assert instant(at) == "2026-05-15T04:00:00.000000Z"
    assert instant(NOON + timedelta(microseconds=1200)) == "2026-05-15T04:00:00.001200Z"


def test_rows_stand_by_kind_then_instant_then_id() -> None:
    first, second = UUID(int=1), UUID(int=2)
    wanted = [
        line(redemption_id=second, happened_at=NOON - timedelta(seconds=1)),
        line(redemption_id=first),
        line(redemption_id=second),
        line(kind=CORRECTION, happened_at=NOON - timedelta(days=1)),
        line(kind=CORRECTION),
    ]
    assert in_order(reversed(wanted)) == wanted


def test_numbers_that_json_does_not_carry_are_refused() -> None:
    whole = replace(FORM, lines=[line(bill_fen=MAX_SAFE_INTEGER)])
    assert json.loads(whole.canonical)["totals"]["billFen"] == MAX_SAFE_INTEGER
    for beyond in (
        replace(FORM, lines=[line(bill_fen=MAX_SAFE_INTEGER), line(bill_fen=1)]),  # the sum alone
        replace(FORM, lines=[line(kind=CORRECTION, bill_fen=-MAX_SAFE_INTEGER - 1)]),
        replace(FORM, revoked=2**60),
    ):
        with pytest.raises(ValueError, match=r"2\^53"):
            _ = beyond.canonical
