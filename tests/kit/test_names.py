"""When two spellings are one person's name."""

import pytest

from services.kit import names
from tests.town.people import ONE_NAME, TWO_NAMES


@pytest.mark.parametrize(("one", "other"), ONE_NAME)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert names.agree(one, other)


@pytest.mark.parametrize(("one", "other"), TWO_NAMES)
def test_two_names(one: str, other: str) -> None:
    assert not names.agree(one, other)


def test_the_rule_as_sql_compares_both_sides() -> None:
    """That it is the same rule, `tests/db/test_names_in_sql.py` asks PostgreSQL."""
    assert names.sql_agree("a.name", "$1") == f"{names.sql_key('a.name')} = {names.sql_key('$1')}"
