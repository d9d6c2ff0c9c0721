"""Keyset paging: a page begins after a row's own sort key, never at an offset."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from services.errors import XingdianError
from services.sql import Args

R = TypeVar("R")
P = TypeVar("P")

MAX_PAGE = 100


class CursorInvalid(XingdianError):
    """A cursor that this connection did not give out."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `limit` rows after (or, backwards, before) the key of `cursor`."""

    limit: int
    cursor: str | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows in the connection's own order, each with its cursor."""

    rows: Sequence[R]
    cursors: Sequence[str]
    has_next: bool = False
    has_previous: bool = False


_PARSERS: dict[type, Callable[[Any], Any]] = {
    int: lambda value: value if type(value) is int and abs(value) < 2**62 else _bad(),
    float: lambda value: float(value) if type(value) in (int, float) else _bad(),
    str: lambda value: value if type(value) is str else _bad(),
    UUID: UUID,
    datetime: lambda value: _aware(datetime.fromisoformat(value)),
}
_CASTS = {int: "bigint", float: "double precision", str: "text", UUID: "uuid", datetime: "timestamptz"}


def _bad() -> Any:
    raise ValueError


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else _bad()


@dataclass(frozen=True, slots=True)
class Keyset:
    """How one connection is ordered.

    `columns` maps the row's attribute to (SQL expression, type); together they are unique. `name` goes into the
    cursor, so that a cursor of another connection is refused.
    """

    name: str
    columns: dict[str, tuple[str, type]]
    descending: bool = False

    def clause(self, page: PageRequest, args: Args) -> tuple[str, str]:
        """A condition, and ORDER BY … LIMIT … that fetches one row more than asked for."""
        expressions = ", ".join(sql for sql, _ in self.columns.values())
        falling = self.descending != page.backwards
        condition = "true"
        if page.cursor is not None:
            kinds = [kind for _, kind in self.columns.values()]
            values = ", ".join(
                f"{args(value)}::{_CASTS[kind]}" for value, kind in zip(self.decode(page.cursor), kinds, strict=True)
            )
            condition = f"({expressions}) {'<' if falling else '>'} ({values})"
        direction = " DESC" if falling else ""
        order = ", ".join(f"{sql}{direction}" for sql, _ in self.columns.values())
        return condition, f"ORDER BY {order} LIMIT {args(page.limit + 1)}"

    def page(self, page: PageRequest, rows: Sequence[R]) -> Page[R]:
        """The page that these fetched rows make."""
        more = len(rows) > page.limit
        kept = rows[: page.limit]
        if page.backwards:
            kept = kept[::-1]
        return Page(
            rows=kept,
            cursors=[self.encode(row) for row in kept],
            has_next=page.cursor is not None if page.backwards else more,
            has_previous=more if page.backwards else page.cursor is not None,
        )

    def pages(self, page: PageRequest, parents: Sequence[P], rows: Sequence[R], parent: str) -> dict[P, Page[R]]:
        """The page of each parent, from the rows of all; `parent` is the rows' attribute that names theirs."""
        grouped: dict[P, list[R]] = {key: [] for key in parents}
        for row in rows:
            grouped[getattr(row, parent)].append(row)
        return {key: self.page(page, found) for key, found in grouped.items()}

    def encode(self, row: Any) -> str:
        """The cursor of a row."""
        values = [getattr(row, attribute) for attribute in self.columns]
        plain = [value if isinstance(value, int | float | str) else _text(value) for value in values]
        return base64.urlsafe_b64encode(json.dumps([self.name, *plain]).encode()).decode().rstrip("=")

    def decode(self, cursor: str) -> list[Any]:
        """The key in a cursor. Raises CursorInvalid for anything this connection did not give out."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            name, *values = json.loads(raw)
            kinds = [kind for _, kind in self.columns.values()]
            if name != self.name:
                raise ValueError
            return [_PARSERS[kind](value) for kind, value in zip(kinds, values, strict=True)]
        except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
            raise CursorInvalid("this cursor is not one of this connection; load the first page again") from None


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
