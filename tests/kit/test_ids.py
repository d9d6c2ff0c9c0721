"""Global ids as text: what was made comes back, and nothing else passes for one."""

from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit import ids


@given(st.uuids(), st.sampled_from(["Wish", "HouseholdHead", "A"]))
def test_an_id_comes_back_as_what_it_was_made_of(key: UUID, kind: str) -> None:
    made = ids.make(kind, key)
    assert ids.split(made) == (kind, key)
    assert ids.maker(kind)(SimpleNamespace(id=key)) == made
    assert made.isascii() and made.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=60))
def test_garbage_is_no_id(garbage: str) -> None:
    found = ids.split(garbage)
    assert found is None or ids.make(*found) == garbage


@pytest.mark.parametrize(
    "changed", [str.lower, lambda made: made + "=", lambda made: made + "A", lambda made: made[:-1]]
)
def test_another_spelling_of_an_id_is_none(changed: object) -> None:
    assert ids.split(changed(ids.make("Wish", UUID(int=5)))) is None  # type: ignore[operator]
