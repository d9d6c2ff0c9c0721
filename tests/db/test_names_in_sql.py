"""When two spellings are one person's name: PostgreSQL says the same as Python."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.db import database
from services.kit import names
from tests.town.people import ONE_NAME, TWO_NAMES

CHARACTERS = st.sampled_from(f"王小明·•・.．ABcｄ⻢⽅⻓ \t\n\u3000\u200b\ufeffé\u0301{names._FROM}{names._DROPPED}")


@pytest.mark.parametrize(
    ("one", "other", "agree"), [(*pair, True) for pair in ONE_NAME] + [(*pair, False) for pair in TWO_NAMES]
)
async def test_one_name_or_two(connected: None, one: str, other: str, agree: bool) -> None:
    assert await database.fetch_value(f"SELECT {names.sql_agree('$1::text', '$2::text')}", one, other) == agree


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(CHARACTERS | st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00"), max_size=40))
async def test_the_rule_is_the_same_in_sql(connected: None, name: str) -> None:
    assert await database.fetch_value(f"SELECT {names.sql_key('$1::text')}", name) == names.key(name)
