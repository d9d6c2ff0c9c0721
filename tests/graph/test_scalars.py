"""Scalars that are written as a text of one form, taken as a literal and as a variable; instants with one offset."""

from datetime import datetime
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.graph.scalars import SCALARS, LocalTime, YearMonth


@strawberry.type
class Query:
    @strawberry.field
    def local_time(self, at: LocalTime) -> LocalTime:
        return at

    @strawberry.field
    def date_time(self, at: datetime) -> datetime:
        return at

    @strawberry.field
    def year_month(self, at: YearMonth) -> YearMonth:
        return at


SCHEMA = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALARS))


def asked(scalar: str, value: Any) -> list[Any]:
    """What is answered to a value, as a literal and as a variable."""
    name = scalar[0].lower() + scalar[1:]
    literal = f'"{value}"' if isinstance(value, str) else str(value)
    return [
        SCHEMA.execute_sync(f"{{ {name}(at: {literal}) }}"),
        SCHEMA.execute_sync(f"query($at: {scalar}!) {{ {name}(at: $at) }}", {"at": value}),
    ]


@pytest.mark.parametrize(
    ("scalar", "values"),
    [("LocalTime", ("00:00", "09:05", "23:59")), ("YearMonth", ("2026-05", "0001-01", "9999-12"))],
)
def test_what_is_given_comes_back(scalar: str, values: tuple[str, ...]) -> None:
    for value in values:
        for answer in asked(scalar, value):
            assert not answer.errors and list(answer.data.values()) == [value]


@pytest.mark.parametrize(
    ("scalar", "form", "values"),
    [
        ("LocalTime", "HH:MM", ("24:00", "9:05", "09:05:00", "", 545, 9.5)),
        ("YearMonth", "YYYY-MM", ("2026-05-01", "2026-13", "0000-01", "2026-5", "", 202605)),
    ],
)
def test_what_has_another_form_is_refused(scalar: str, form: str, values: tuple[Any, ...]) -> None:
    for value in values:
        for answer in asked(scalar, value):
            (error,) = answer.errors
            assert f"{scalar} takes a" in error.message and form in error.message, (value, error.message)


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ("2026-11-30T06:40:55.123456Z", "2026-11-30T14:40:55.123456+08:00"),
        ("2026-11-30T14:40:55.123456+08:00", "2026-11-30T14:40:55.123456+08:00"),
        ("2026-12-31T23:30:00-05:00", "2027-01-01T12:30:00+08:00"),
        ("1988-07-01T00:00:00Z", "1988-07-01T08:00:00+08:00"),  # when the clocks of Shanghai were at +09:00
    ],
)
def test_an_instant_is_answered_with_the_offset_of_beijing(given: str, answered: str) -> None:
    for answer in asked("DateTime", given):
        assert not answer.errors and answer.data == {"dateTime": answered}


def test_where_they_are_specified() -> None:
    for scalar in (LocalTime, YearMonth):
        assert (SCALARS[scalar].specified_by_url or "").startswith("https://html.spec.whatwg.org/")
