"""What a part holds of a person: what is exported, what goes when the person is forgotten, and what stays.

Each part with tables has a `privacy.py` with one PRIVACY; services/work/privacy.py lists them, exports and erases. A
test asks for every column that can hold a text: a new one fails the build until a part says what it is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from services.db import database
from services.db.paging import Keyset, PageRequest
from services.db.sql import Args
from services.kit.secrets import decrypt

NAMELESS = "已注销"  # in place of the name of a person who was forgotten
WITHOUT_TEXT = "内容已删除"  # in place of a text that may not be empty


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data it is, as it was found.

    `account_ids`: the account, first, and those merged into it. `phone_indexes` are of their numbers. `head_ids`: the
    heads that the person is, or was last. `household_ids`: where the person lives or lived, or is called for;
    `emptied_ids`: those of them where nobody else lives by an account. `names` are the accounts'.
    """

    account_ids: tuple[UUID, ...]
    names: tuple[str, ...] = field(repr=False)
    phone_indexes: tuple[bytes, ...] = field(repr=False)
    head_ids: tuple[UUID, ...]
    household_ids: tuple[UUID, ...]
    emptied_ids: tuple[UUID, ...]

    @property
    def id(self) -> UUID:
        """The account's id."""
        return self.account_ids[0]


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a person's export, the newest first.

    `select(args, person)` is SQL for its rows, SELECT … FROM … WHERE …, without order or limit. `key`: the columns of
    the answer that order it, together unique, each with its expression and type. `owners` names those ids of a Person
    by one of which, `owner.id`, such rows are found along an index; without, few rows are a person's at all. `shown`
    makes a row fit to be read, such as by decrypting it.
    """

    name: str
    select: Callable[[Args, Person], str]
    key: Mapping[str, tuple[str, type]]
    owners: str = ""
    shown: Callable[[dict[str, Any]], dict[str, Any]] = dict

    async def page(self, person: Person, most: int, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """Return at most so many rows after a cursor, and the cursor with which to go on, None where they end.

        One statement. Raises CursorInvalid.
        """
        order = Keyset(f"privacy.{self.name}", dict(self.key), descending=True)
        args = Args()
        condition, first = order.clause(PageRequest(most, after), args)
        sql = f"{self.select(args, person)} AND {condition} {first}"
        if self.owners:  # the first of each owner, then the first of all
            owners = args(list(getattr(person, self.owners)))
            by = ", ".join(f"found.{name} DESC" for name in self.key)
            sql = (
                f"SELECT found.* FROM unnest({owners}::uuid[]) AS owner (id) CROSS JOIN LATERAL ({sql}) found"
                f" ORDER BY {by} LIMIT {most + 1}"
            )
        rows = await database.fetch(sql, *args)
        goes_on = order.encode(SimpleNamespace(**rows[most - 1])) if len(rows) > most else None
        return [self.shown(row) for row in rows[:most]], goes_on


def by_id(table: str) -> Mapping[str, tuple[str, type]]:
    """Return the key of rows that are ordered by their ids, which follow time."""
    return {"id": (f"{table}.id", UUID)}


def with_phones(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with its encrypted phones whole, for whose they are: the `shown` of a section."""
    return {
        name.removesuffix("_encrypted"): _opened(value) if name.endswith("phone_encrypted") else value
        for name, value in row.items()
    }


def _opened(sealed: Any) -> str | None:
    return None if sealed is None else decrypt("phone", bytes(sealed)).decode()


async def _nothing(person: Person, at: datetime) -> None:
    """Erase nothing."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """What one part holds of a person, by columns that can hold a text (`table.column`).

    `erased` goes with the person, by `erase(person, at)`: inside the caller's transaction, which has locked what is
    locked before the part's own rows; run again, it changes nothing. `kept` may tell of a person and stays: each with
    the reason. `impersonal` tells of nobody.
    """

    sections: tuple[Section, ...] = ()
    erased: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    impersonal: tuple[str, ...] = ()
    erase: Callable[[Person, datetime], Awaitable[None]] = _nothing
