"""Scalars: dates, months, times of day, instants, and integers beyond a 32-bit Int."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any, NewType

from graphql import GraphQLError, IntValueNode, ValueNode
from strawberry.schema.types.base_scalars import DateDefinition, DateTimeDefinition
from strawberry.types.scalar import ScalarDefinition

from schema.graph.completion import whole_numbers
from services.kit.hours import clock_text, minute_of, month_of, month_text

BEIJING = timezone(timedelta(hours=8))

# The range that JSON numbers hold exactly everywhere, JavaScript and PostgreSQL's bigint included.
MAX_EXACT = 2**53 - 1
# the integers on which all JSON programs agree exactly
_EXACT_NUMBERS = "https://www.rfc-editor.org/rfc/rfc8259#section-6"

# what a browser's inputs of type `time` and `month` take and give
_TIMES = "https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#times"
_MONTHS = "https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#months"

Fen = NewType("Fen", int)
Points = NewType("Points", int)
LocalTime = NewType("LocalTime", int)  # a minute of the day
YearMonth = NewType("YearMonth", date)  # its first day


def _instant(at: datetime) -> str:
    # China has no summer time; to look a zone up would take longer than to write the text.
    return at.astimezone(BEIJING).isoformat()


def _exact(name: str, description: str) -> ScalarDefinition:
    """Return a scalar of integers within 53 bits, either sign; written as a JSON number, never as text or a fraction.

    Services check sign and size of inputs; this is only what can be carried.
    """

    def checked(value: Any) -> int:
        # To Python `True` is an int and 1.0 equals one: neither was meant.
        if type(value) is not int or abs(value) > MAX_EXACT:
            raise GraphQLError(f"{name} takes a whole number from -{MAX_EXACT} to {MAX_EXACT}, not text nor a fraction")
        return value

    def literal(node: ValueNode, _variables: Any = None) -> int:
        # The length first: Python refuses to parse thousands of digits.
        short = isinstance(node, IntValueNode) and len(node.value) <= len(str(-MAX_EXACT))
        return checked(int(node.value) if isinstance(node, IntValueNode) and short else None)

    checked.ready = whole_numbers(-MAX_EXACT, MAX_EXACT)  # type: ignore[attr-defined]  # for compiled operations
    return ScalarDefinition(
        name=name,
        description=description,
        specified_by_url=_EXACT_NUMBERS,
        serialize=checked,
        parse_value=checked,
        parse_literal=literal,
    )


def _text(
    name: str, description: str, url: str, form: str, parse: Callable[[str], Any], write: Callable[[Any], str]
) -> ScalarDefinition:
    """Return a scalar that is written as a text of one form; `parse` raises ValueError for any other."""

    def parsed(value: Any) -> Any:
        try:
            return parse(value if isinstance(value, str) else "")
        except ValueError:
            raise GraphQLError(f"{name} takes {form}") from None

    return ScalarDefinition(
        name=name,
        description=description,
        specified_by_url=url,
        serialize=write,
        parse_value=parsed,
        parse_literal=None,
    )


SCALARS: dict[object, ScalarDefinition] = {
    date: replace(DateDefinition, description="日期，如 2026-05-15，按北京时间。A day in Asia/Shanghai."),
    datetime: replace(
        DateTimeDefinition,
        description="时间，ISO 8601，带时区，如 2026-05-15T12:00:00+08:00；答复里总是北京时间，输入可用任何时区。An"
        " instant, always with its offset: +08:00 in answers, any on the way in.",
        serialize=_instant,
    ),
    LocalTime: _text(
        "LocalTime",
        "北京时间一天中的时刻，HH:MM，从 00:00 到 23:59，如 09:30；零点写 00:00。A time of day in Asia/Shanghai,"
        " from 00:00 to 23:59; midnight is 00:00.",
        _TIMES,
        "a time of day as HH:MM, from 00:00 to 23:59",
        minute_of,
        clock_text,
    ),
    YearMonth: _text(
        "YearMonth",
        "月份，YYYY-MM，如 2026-05，按北京时间。A calendar month in Asia/Shanghai.",
        _MONTHS,
        "a month as YYYY-MM",
        month_of,
        month_text,
    ),
    Fen: _exact(
        "Fen",
        "金额，以分为单位的整数，绝对值不超过 2^53 - 1；如 1760 是 17.60 元。"
        "Money in whole fen, at most 2^53 - 1 either"
        " way; a JSON number.",
    ),
    Points: _exact(
        "Points",
        "积分的余额或合计，整数，绝对值不超过 2^53 - 1。A balance or a sum "
        "of points, at most 2^53 - 1 either way; a JSON"
        " number.",
    ),
}
