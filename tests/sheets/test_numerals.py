"""Chinese numerals, as they are said and as they are meant."""

import pytest

from services.sheets.numerals import MAX_SPOKEN, number, spoken


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("三", 3),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百〇五", 105),
        ("一百零五", 105),
        ("两百", 200),
        ("一二〇", 120),
        ("壹拾贰", 12),
        ("廿三", 23),
        ("卅", 30),
        ("三千", 3000),
        ("", None),
        ("三a", None),
        ("网格", None),
    ],
)
def test_numerals(said: str, value: int | None) -> None:
    assert number(said) == value


def test_what_is_said_is_meant() -> None:
    every = [*range(1200), 2000, 2001, 2010, 9099, MAX_SPOKEN]
    assert [number(spoken(value)) for value in every] == every
    assert [number(spoken(value, formal=True)) for value in every] == every
    assert [spoken(value) for value in (0, 10, 12, 101, 110)] == ["〇", "十", "十二", "一百〇一", "一百一十"]
    assert spoken(301, formal=True) == "叁佰零壹"
