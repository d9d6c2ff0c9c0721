"""Keyset pagination: a page begins after a row's own sort key, never at an offset."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag

from services.db import database
from services.db.records import Only
from services.db.sql import Args, any_of
from services.kit import secrets
from services.kit.errors import XingdianError

R = TypeVar("R")
P = TypeVar("P")

MAX_PAGE = 100
DEFAULT_PAGE = 20  # rows, from the start, where no number is given
MAX_CURSOR = 1024
FEW = 10_000  # matches of a search that are collected and sorted: some milliseconds along an index


class CursorInvalid(XingdianError):
    """A cursor of another connection, or a forged one."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `limit` rows after (or, backwards, before) the key of `cursor`."""

    limit: int
    cursor: str | None = None
    backwards: bool = False


@dataclass(slots=True)
class Page(Generic[R]):
    """Rows in the connection's own order. Cursors are made when they are asked for.

    `stopped_at`: a row at which a bounded search stopped, whether it matched or not. Then more may follow (going
    backwards, precede), though the page has fewer rows than were asked for, or none; it goes on from there.
    """

    rows: Sequence[R]
    order: "Keyset"
    has_next: bool = False
    has_previous: bool = False
    stopped_at: Any = None
    backwards: bool = False
    _made: dict[int, str] | None = field(default=None, compare=False, repr=False)

    def cursor(self, place: int) -> str:
        """Return the cursor of the row at a place; -1 is the last. (Sealed ones differ each time they are made.)"""
        place %= len(self.rows)
        made = self._made = self._made or {}
        if place not in made:
            made[place] = self.order.encode(self.rows[place])
        return made[place]

    @property
    def start_cursor(self) -> str | None:
        """Where a page that precedes this one ends; None for an empty page."""
        return self._end(0, stopped=self.backwards)

    @property
    def end_cursor(self) -> str | None:
        """Where a page that follows this one begins; None for an empty page."""
        return self._end(-1, stopped=not self.backwards)

    def _end(self, place: int, *, stopped: bool) -> str | None:
        if stopped and self.stopped_at is not None:
            return self.order.encode(self.stopped_at)
        return self.cursor(place) if self.rows else None


_CASTS = {
    int: "bigint",
    float: "double precision",
    str: "text",
    UUID: "uuid",
    datetime: "timestamptz",
    date: "date",
}


def _plain(value: Any) -> Any:
    """Return a key value as JSON carries it."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()
    return str(value) if isinstance(value, str) else value  # of an enum, the string that it is


def _parsed(value: Any, kind: type) -> Any:
    """Parse a key value from JSON. Raises ValueError, OverflowError or TypeError for anything that `_plain` does not
    make."""
    key: Any
    if kind is int:
        key = value if type(value) is int and abs(value) < 2**63 else None
    elif kind is float:
        key = value if type(value) is float and isfinite(value) else None
    elif kind is str:
        value.encode()  # raises for a non-string, or a lone surrogate
        key = None if "\0" in value else value  # PostgreSQL holds no NUL
    else:
        key = UUID(value) if kind is UUID else kind.fromisoformat(value)  # type: ignore[attr-defined]
    if key is None or _plain(key) != value:
        raise ValueError
    return key


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of one connection.

    `columns` maps the row's attribute to (SQL expression, type); together they are unique. `name` is part of the
    cursor, so that a cursor of another connection is refused. `sealed`: the key reveals more than the row, so its
    cursors are encrypted.
    """

    name: str
    columns: dict[str, tuple[str, type]]
    descending: bool = False
    sealed: bool = False

    def clause(self, page: PageRequest, args: Args) -> tuple[str, str]:
        """Return a condition, and ORDER BY … LIMIT … that fetches one row more than asked for.

        The limit is no argument: a plan for any limit would be one for many rows.
        """
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
        return condition, f"ORDER BY {order} LIMIT {page.limit + 1}"

    def merged(self, page: PageRequest, args: Args, table: str, branches: Sequence[str], wanted: Sequence[str]) -> str:
        """Return SQL: the first rows of `table` after the page's cursor that match `wanted`, merged from the first of
        each combination of `branches`, which are items for FROM; `wanted` itself without a branch.

        With an index on what a branch is compared with and on the key, each combination is one short range, however
        many rows it has. `table` has the alias of the key's columns, of which the last is the row's id.
        """
        if not branches:
            return " AND ".join(wanted) or "true"
        return f"{[*self.columns.values()][-1][0]} = ANY({self.firsts(page, args, table, branches, wanted)})"

    def firsts(self, page: PageRequest, args: Args, table: str, branches: Sequence[str], wanted: Sequence[str]) -> str:
        """Return SQL for an array: the ids of the rows of `merged`, of at least one branch. (Arrays of several kinds of
        branches are joined by ||: of conditions joined by OR, the planner would walk all rows in the key's order.)"""
        condition, order = self.clause(page, args)
        keys = [sql for sql, _ in self.columns.values()]
        alias = keys[-1].partition(".")[0]
        first = f"SELECT {', '.join(keys)} FROM {table} WHERE {' AND '.join([*wanted, condition])} {order}"
        froms = " CROSS JOIN ".join([*branches, f"LATERAL ({first}) {alias}"])
        return f"ARRAY(SELECT {keys[-1]} FROM {froms} {order})"

    def matching(self, page: PageRequest, args: Args, table: str, matches: Sequence[str]) -> str:
        """Return SQL: the first rows of `table` after the page's cursor for which one of `matches` holds. The key is
        the row's id alone.

        ORDER BY … LIMIT alone would tempt the planner to walk all rows until enough match, a search for rare ones too.
        So the matches are collected first, each condition along its own index. More than FEW are not: then matches are
        met soon on a walk.
        """
        condition, order = self.clause(page, args)
        (key,) = [sql for sql, _ in self.columns.values()]
        alias = key.partition(".")[0]
        each = " UNION ".join(
            f"(SELECT {key} FROM {table} WHERE {match} AND {condition} LIMIT {FEW + 1})" for match in matches
        )
        return (
            f"{key} = ANY(ARRAY(WITH found AS MATERIALIZED ({each}),"
            f" few AS (SELECT count(*) <= {FEW} AS so FROM found)"
            f" (SELECT {key} FROM found {alias} WHERE (SELECT so FROM few) {order}) UNION ALL"
            f" (SELECT {key} FROM {table} WHERE NOT (SELECT so FROM few) AND {any_of(matches)} AND {condition}"
            f" {order})))"
        )

    def page(self, page: PageRequest, rows: Sequence[R]) -> Page[R]:
        """Return the page of these fetched rows."""
        more = len(rows) > page.limit
        kept = rows[: page.limit]
        if page.backwards:
            kept = kept[::-1]
        return Page(
            rows=kept,
            order=self,
            has_next=page.cursor is not None if page.backwards else more,
            has_previous=more if page.backwards else page.cursor is not None,
        )

    def stopped(self, page: PageRequest, found: Page[R], stopped_at: Any) -> Page[R]:
        """Return a page that a bounded search found, which stopped at this row: as it is when it is full."""
        if found.has_previous if page.backwards else found.has_next:
            return found
        has_next, has_previous = found.has_next or not page.backwards, found.has_previous or page.backwards
        return replace(
            found, has_next=has_next, has_previous=has_previous, stopped_at=stopped_at, backwards=page.backwards
        )

    def pages(self, page: PageRequest, parents: Sequence[P], rows: Sequence[R], parent: str) -> dict[P, Page[R]]:
        """Return each parent's page from the rows of all; `parent` is the rows' attribute with the parent's key."""
        grouped: dict[P, list[R]] = {key: [] for key in parents}
        for row in rows:
            grouped[getattr(row, parent)].append(row)
        return {key: self.page(page, found) for key, found in grouped.items()}

    async def fetch(self, kind: type[R], page: PageRequest, select: str, args: Args, only: Only = None) -> Page[R]:
        """Return one page of `select` (`SELECT … FROM … WHERE …`), whose arguments `args` holds. One statement."""
        condition, order = self.clause(page, args)
        sql = f"{select} AND {condition} {order}"
        return self.page(page, await database.read(kind, sql, *args, only=only, also=[*self.columns]))

    async def fetch_each(
        self,
        kind: type[R],
        page: PageRequest,
        parents: Sequence[UUID],
        parent: str,
        select: str,
        args: Args,
        only: Only = None,
    ) -> dict[UUID, Page[R]]:
        """Return a page of each parent's rows. One statement for all the parents.

        In `select`, otherwise as for `fetch`, `parent.id` is the parent's id; the rows' attribute `parent` holds it.
        """
        condition, order = self.clause(page, args)
        rows = await database.read(
            kind,
            f"SELECT found.* FROM unnest({args(list(parents))}::uuid[]) WITH ORDINALITY AS parent (id, place)"
            f" CROSS JOIN LATERAL ({select} AND {condition} {order}) found ORDER BY parent.place",
            *args,
            only=only,
            also=[*self.columns, parent],
        )
        return self.pages(page, parents, rows, parent)

    def encode(self, row: Any) -> str:
        """Return the cursor of a row."""
        content = _canonical([self.name, *[_plain(getattr(row, attribute)) for attribute in self.columns]])
        return _text(secrets.encrypt("cursor", content) if self.sealed else content)

    def decode(self, cursor: str) -> list[Any]:
        """Return the key in a cursor. Raises CursorInvalid for any other cursor than this connection's own."""
        try:
            if len(cursor) > MAX_CURSOR:
                raise ValueError
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            plain = secrets.decrypt("cursor", raw) if self.sealed else raw
            name, *values = content = json.loads(plain)
            if name != self.name or _text(raw) != cursor or _canonical(content) != plain:
                raise ValueError
            kinds = [kind for _, kind in self.columns.values()]
            return [_parsed(value, kind) for kind, value in zip(kinds, values, strict=True)]
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, InvalidTag):
            raise CursorInvalid("this cursor is not one of this connection; load the first page again") from None


def _canonical(content: list[Any]) -> bytes:
    return msgspec.json.encode(content)


def _text(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_FOR_URLS).rstrip(b"=").decode()


_FOR_URLS = bytes.maketrans(b"+/", b"-_")
