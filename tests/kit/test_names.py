"""When two spellings are one person's name, in Python and in PostgreSQL alike."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.db import database
from services.kit import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王小明", "王 小 明"),
        ("王小明", "\u3000王小明\u00a0"),
        ("王小明", "王小\u200b明\ufeff"),
        ("王小明", "王小明\t"),
        ("阿依古丽·买买提", "阿依古丽•买买提"),
        ("阿依古丽·买买提", "阿依古丽・买买提"),
        ("阿依古丽·买买提", "阿依古丽.买买提"),
        ("阿依古丽·买买提", "阿依古丽．买买提"),
        ("阿依古丽·买买提", "阿依古丽･买买提"),
        ("阿依古丽·买买提", "阿依古丽买买提"),
        ("马方长", "⻢⽅⻓"),
        ("龙青见", "⻰⻘⻅"),
        ("金一", "⾦⼀"),
        ("户大", "⼾大"),
        ("金一", "\uf90a一"),
        ("John Smith", "ＪＯＨＮ　ｓｍｉｔｈ"),
        ("王(小)明", "王（小）明"),
    ],
)
async def test_one_name_in_two_spellings(connected: None, one: str, other: str) -> None:
    assert names.agree(one, other)
    assert await database.fetch_value(f"SELECT {names.sql_agree('$1::text', '$2::text')}", one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("王小明", "王晓明"), ("王小明", "王小"), ("王小明", "王小明2"), ("马方长", "馬方長"), ("王", "")],
)
async def test_two_names(connected: None, one: str, other: str) -> None:
    assert not names.agree(one, other)
    assert not await database.fetch_value(f"SELECT {names.sql_agree('$1::text', '$2::text')}", one, other)


CHARACTERS = st.sampled_from(f"王小明·•・.．ABcｄ⻢⽅⻓ \t\n\u3000\u200b\ufeffé\u0301{names._FROM}{names._DROPPED}")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(CHARACTERS | st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00"), max_size=40))
async def test_the_rule_is_the_same_in_sql(connected: None, name: str) -> None:
    assert await database.fetch_value(f"SELECT {names.sql_key('$1::text')}", name) == names.key(name)
