"""Global ids as text: what was made comes back, and nothing else passes for one."""

from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit import ids
from services.kit.ids import Piece


@given(st.uuids(), st.sampled_from(["Wish", "HouseholdHead", "A"]))
def test_an_id_comes_back_as_what_it_was_made_of(key: UUID, kind: str) -> None:
    made = ids.make(kind, key)
    assert ids.split(made) == (kind, key)
    assert ids.maker(kind)(SimpleNamespace(id=key)) == made
    assert made.isascii() and made.replace("-", "").replace("_", "").isalnum()


@given(st.uuids(), st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_the_key_of_a_piece_comes_back_with_its_day(of: UUID, day: date) -> None:
    piece = Piece(of, day.isoformat())
    made = ids.make("ShopDay", piece)
    assert ids.opened(made) == ("ShopDay", str(piece))
    assert ids.parsed(str(piece), Piece.parse) == piece
    assert piece.day == day
    assert made.isascii() and made.isalnum()


@pytest.mark.parametrize("which", ["", "MONTH/2026-05-01", "2026-02-30", "1999-12-31", "2200-01-01"])
def test_a_piece_may_name_no_day(which: str) -> None:
    assert Piece(UUID(int=1), which).day is None


@pytest.mark.parametrize("text", ["", "x", "/2026-05-01", f"{UUID(int=10)}", f"{UUID(int=10)}".upper() + "/2026-05-01"])
def test_another_spelling_of_the_key_of_a_piece_is_none(text: str) -> None:
    assert ids.parsed(text, Piece.parse) is None


@given(st.text(max_size=60))
def test_garbage_is_no_id(garbage: str) -> None:
    found = ids.split(garbage)
    assert found is None or ids.make(*found) == garbage


@pytest.mark.parametrize(
    "changed", [str.lower, lambda made: made + "=", lambda made: made + "A", lambda made: made[:-1]]
)
def test_another_spelling_of_an_id_is_none(changed: object) -> None:
    assert ids.split(changed(ids.make("Wish", UUID(int=5)))) is None  # type: ignore[operator]
