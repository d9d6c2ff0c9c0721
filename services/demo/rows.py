"""Buffer rows for COPY into the tables."""

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from services.db import database

# The tables, each after those it references.
ORDER = (
    "areas",
    "accounts",
    "shops",
    "agreements",
    "discounts",
    "household_heads",
    "points_accounts",
    "households",
    "memberships",
    "invitations",
    "wishes",
    "wish_offers",
    "wish_helpers",
    "wish_events",
    "texts",
    "rewards",
    "passes",
    "preparations",
    "redemptions",
    "redemption_thanks",
    "statements",
    "statement_rows",
    "points_transfers",
    "discount_counters",
    "shop_months",
)


class Rows:
    """Rows of many tables, buffered until taken. All rows of one table name the same columns in one order."""

    def __init__(self) -> None:
        self._columns: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in ORDER}

    def add(self, table: str, **values: Any) -> None:
        """Add a row."""
        if self._columns.setdefault(table, tuple(values)) != tuple(values):
            raise ValueError(f"a row of {table} names other columns than the first")
        self._rows[table].append(tuple(values.values()))

    def __len__(self) -> int:
        """Return the number of buffered rows."""
        return sum(map(len, self._rows.values()))

    def take(self) -> "list[Batch]":
        """Return the rows added since the last call, in an order in which they can be loaded."""
        taken = [Batch(table, self._columns[table], rows) for table, rows in self._rows.items() if rows]
        self._rows = {table: [] for table in ORDER}
        return taken


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table."""

    table: str
    columns: Sequence[str]
    rows: list[tuple[Any, ...]]

    async def load(self) -> None:
        """Copy the rows into the table."""
        await database.copy(self.table, self.columns, self.rows)


async def made_ahead(lots: Iterator[list[Batch]]) -> AsyncGenerator[list[Batch], None]:
    """Yield the lots, each made in a thread while the previous one is loaded: the server and this process have a core
    each."""
    gc.disable()  # half a million tuples have no cycles, and collections would take a sixth of the time
    making = asyncio.create_task(asyncio.to_thread(next, lots, None))
    try:
        while (lot := await making) is not None:
            making = asyncio.create_task(asyncio.to_thread(next, lots, None))
            yield lot
    finally:
        making.cancel()
        gc.enable()


@asynccontextmanager
async def references_checked_last() -> AsyncIterator[None]:
    """Drop the foreign keys within the block; at its end add them again, which checks all rows at once.

    Checked row by row they cost twice as much as the rows themselves. Needs a transaction, so that nobody sees the
    tables without them; locks every table until its end.
    """
    keys = await database.fetch(
        "SELECT conrelid::regclass::text AS of_table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS terms"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
    )
    for key in keys:
        await database.execute(f"ALTER TABLE {key['of_table']} DROP CONSTRAINT {key['name']}")
    yield
    for key in keys:
        await database.execute(f"ALTER TABLE {key['of_table']} ADD CONSTRAINT {key['name']} {key['terms']}")
