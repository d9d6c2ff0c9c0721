"""The canonical form of a closed board and of an erratum: to the byte, and all of it hashed."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import ErratumCause, LeaderboardPeriod
from services.points.form import Erratum, Form, Hashing, Line

AREA, CLOSING, KEY = (UUID(f"01970000-0000-7000-8000-00000000000{number}") for number in (1, 2, 3))
MAY, JUNE = datetime(2026, 4, 30, 16, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC)
CLOSED = datetime(2026, 6, 1, 16, 0, 7, tzinfo=UTC)
FORM = Form(AREA, LeaderboardPeriod.MONTH, MAY, JUNE, CLOSED, participants=11, scored=2)
LINE = Line(CLOSING, KEY, 1, 1, "香山社区", 50, 2, 1, datetime(2026, 5, 20, 4, 3, tzinfo=UTC))
ERRATUM = Erratum(CLOSING, 1, KEY, 50, 25, 1, 2, ErratumCause.REVERSAL, CLOSED, hashlib.sha256(b"").digest())


def hashed(form: Form, *lines: Line, previous: bytes | None = None) -> bytes:
    hashing = Hashing(form)
    for line in lines:
        hashing.add([line])
    return hashing.sha256(previous)


def test_a_closing_to_the_byte() -> None:
    place = (
        '{"areaName":"香山社区","households":1,"key":"01970000-0000-7000-8000-000000000003","points":50,"position":1,'
        '"rank":1,"reachedAt":"2026-05-20T04:03:00.000000Z","wishes":2}'
    )
    empty = (
        '{"area":"01970000-0000-7000-8000-000000000001","closedAt":"2026-06-01T16:00:07.000000Z",'
        '"endsAt":"2026-05-31T16:00:00.000000Z","participants":11,"period":"MONTH","places":[],'
        f'"previousSha256":"{"00" * 32}","scored":0,"startsAt":"2026-04-30T16:00:00.000000Z","version":1}}'
    )
    assert hashed(replace(FORM, scored=0), previous=bytes(32)) == hashlib.sha256(empty.encode()).digest()
    other = place.replace('"position":1', '"position":2')
    written = (
        '{"area":"01970000-0000-7000-8000-000000000001","closedAt":"2026-06-01T16:00:07.000000Z",'
        '"endsAt":"2026-05-31T16:00:00.000000Z","participants":11,"period":"MONTH","places":['
        f"{place},{other}"
        '],"previousSha256":null,"scored":2,"startsAt":"2026-04-30T16:00:00.000000Z","version":1}'
    )
    assert hashed(FORM, LINE, replace(LINE, position=2)) == hashlib.sha256(written.encode()).digest()


def test_an_erratum_to_the_byte() -> None:
    written = (
        '{"at":"2026-06-01T16:00:07.000000Z","cause":"REVERSAL","closing":"01970000-0000-7000-8000-000000000002",'
        '"fromPoints":50,"fromRank":1,"key":"01970000-0000-7000-8000-000000000003","number":1,"previousSha256":'
        '"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","toPoints":25,"toRank":2,"version":1}'
    )
    assert ERRATUM.sha256 == hashlib.sha256(written.encode()).digest()


@given(st.lists(st.integers(1, 9), max_size=9))
def test_the_places_make_the_same_hash_in_any_portions(sizes: list[int]) -> None:
    lines = [replace(LINE, position=number) for number in range(1, sum(sizes) + 1)]
    in_portions, left = Hashing(FORM), iter(lines)
    for size in sizes:
        in_portions.add([next(left) for _ in range(size)])
    assert in_portions.sha256(None) == in_portions.sha256(None) == hashed(FORM, *lines)


@pytest.mark.parametrize(
    "changed",
    [
        {"area_id": CLOSING},
        {"period": LeaderboardPeriod.WEEK},
        {"starts_at": JUNE},
        {"ends_at": MAY},
        {"closed_at": JUNE},
        {"participants": 12},
        {"scored": 3},
    ],
)
def test_whatever_a_closing_says_is_in_its_hash(changed: dict[str, Any]) -> None:
    assert hashed(replace(FORM, **changed), LINE) != hashed(FORM, LINE)


def test_the_hash_before_is_in_the_hash() -> None:
    assert hashed(FORM, LINE, previous=bytes(32)) != hashed(FORM, LINE)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": AREA},
        {"position": 2},
        {"rank": 2},
        {"area_name": None},
        {"points": 51},
        {"wishes": 3},
        {"households": 2},
        {"reached_at": MAY},
    ],
)
def test_whatever_a_place_says_is_in_the_hash(changed: dict[str, Any]) -> None:
    assert hashed(FORM, replace(LINE, **changed)) != hashed(FORM, LINE) != hashed(FORM)


@pytest.mark.parametrize(
    "changed",
    [
        {"closing_id": AREA},
        {"number": 2},
        {"place_id": AREA},
        {"from_points": 51},
        {"to_points": 24},
        {"from_rank": 2},
        {"to_rank": None},
        {"cause": ErratumCause.LATE_RATING},
        {"at": JUNE},
        {"previous_sha256": bytes(32)},
    ],
)
def test_whatever_an_erratum_says_is_in_its_hash(changed: dict[str, Any]) -> None:
    assert replace(ERRATUM, **changed).sha256 != ERRATUM.sha256
