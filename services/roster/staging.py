"""Stage records in the database: read in a thread, in bounded lots, and copied into temporary tables."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any

from uuid_utils.compat import uuid7

from services.db import database
from services.kit.phones import mask_phone
from services.kit.secrets import phone_columns, phone_index
from services.roster.records import (
    DiscountRecord,
    HeadRecord,
    HouseholdRecord,
    Line,
    Place,
    Record,
    ShopRecord,
    WorkerRecord,
)
from services.roster.report import Problem

LOT = 5_000  # records of one lot
MAX_RECORDS = 1_000_000
MAX_PLACES = 50_000
MAX_SHOPS = 20_000  # and discounts, each; they are kept in memory

_PERSON = {
    "number": "int",
    "sheet": "text",
    "line": "int",
    "place": "int",
    "id": "uuid",
    "name": "text",
    "phone_index": "bytea",
    "phone_encrypted": "bytea",
    "shown": "text",
    "old_said": "boolean",
    "old_index": "bytea",
}
TABLES: dict[str, dict[str, str]] = {
    "roster_heads": _PERSON,
    "roster_workers": _PERSON,
    "roster_households": {
        "number": "int",
        "sheet": "text",
        "line": "int",
        "place": "int",
        "id": "uuid",
        "code": "text",
        "building_said": "boolean",
        "address": "text",
        "contact_name": "text",
        "phone_said": "boolean",
        "phone_index": "bytea",
        "phone_encrypted": "bytea",
        "head_said": "boolean",
        "head_index": "bytea",
        "head_shown": "text",
        "head_name": "text",
        "old_said": "boolean",
        "old_index": "bytea",
    },
}
CREATE = ";".join(
    f"CREATE TEMP TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())}) ON COMMIT DROP"
    for name, columns in TABLES.items()
)


@dataclass(slots=True)
class Lot:
    """One lot: rows of the temporary tables, and problems."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    problems: list[Problem] = field(default_factory=list)


class Staging:
    """Takes records off a reading. Numbers the places as they come; keeps shops and discounts, which are few."""

    def __init__(self, reading: Iterator[Record | Problem]) -> None:
        self.places: dict[Place, int] = {}
        self.first: list[Line] = []  # the first line of each place
        self.shops: list[ShopRecord] = []
        self.discounts: list[DiscountRecord] = []
        self.sheets: dict[str, int] = {}  # in their order
        self.records = 0
        self._reading = reading
        self._ended = False

    def take(self) -> Lot | None:
        """Return the next lot; None at the end. CPU-bound: call it in a thread."""
        if self._ended:
            return None
        lot = Lot()
        before = self.records
        for one in self._reading:
            self._add(one, lot)
            if self._ended or self.records - before >= LOT:
                return lot
        self._ended = True
        return lot

    def _add(self, one: Record | Problem, lot: Lot) -> None:
        self.records += 1
        self.sheets.setdefault(one.line.sheet, len(self.sheets))
        if isinstance(one, Problem):
            lot.problems.append(one)
            return
        for many, most, what in (
            (self.records, MAX_RECORDS, "行"),
            (len(self.places), MAX_PLACES, "处地点"),
            (len(self.shops), MAX_SHOPS, "家店铺"),
            (len(self.discounts), MAX_SHOPS, "项优惠"),
        ):
            if many > most:
                lot.problems.append(Problem(one.line, "", "", f"一份名册最多 {most:,} {what}，请分成几份导入"))
                self._ended = True
                return
        if isinstance(one, HouseholdRecord):
            lot.rows["roster_households"].append(self._household(one))
        elif isinstance(one, HeadRecord):
            lot.rows["roster_heads"].append(self._person(one))
        elif isinstance(one, WorkerRecord):
            lot.rows["roster_workers"].append(self._person(one))
        else:
            self.place(one)
            (self.shops if isinstance(one, ShopRecord) else self.discounts).append(one)  # type: ignore[arg-type]

    def place(self, one: Record) -> int:
        """Return the number of a record's place."""
        number = self.places.setdefault(one.place, len(self.places))
        if number == len(self.first):
            self.first.append(one.line)
        return number

    def _person(self, one: HeadRecord | WorkerRecord) -> tuple[Any, ...]:
        phone = phone_columns(one.phone)
        return (
            self.records,
            one.line.sheet,
            one.line.row,
            self.place(one),
            uuid7(),
            one.name,
            phone["phone_index"],
            phone["phone_encrypted"],
            mask_phone(one.phone),
            *_old(one),
        )

    def _household(self, one: HouseholdRecord) -> tuple[Any, ...]:
        phone: dict[str, Any] = phone_columns(one.phone) if one.phone else {}
        head = one.head_phone or ""
        return (
            self.records,
            one.line.sheet,
            one.line.row,
            self.place(one),
            uuid7(),
            one.code,
            one.building_said,
            one.address,
            one.contact_name,
            one.phone is not None,
            phone.get("phone_index"),
            phone.get("phone_encrypted"),
            one.head_phone is not None,
            phone_index(head) if head else None,
            mask_phone(head),
            one.head_name,
            *_old(one),
        )


def _old(one: HeadRecord | WorkerRecord | HouseholdRecord) -> tuple[bool, bytes | None]:
    """Return whether the sheet has the person's previous number, and that number."""
    return one.old_phone is not None, phone_index(one.old_phone) if one.old_phone else None


async def lots(staging: Staging) -> AsyncGenerator[Lot, None]:
    """Yield the lots, each read in a thread while the previous one is copied: the server and this process have a core
    each."""
    reading = asyncio.create_task(asyncio.to_thread(staging.take))
    try:
        while (lot := await reading) is not None:
            reading = asyncio.create_task(asyncio.to_thread(staging.take))
            yield lot
    finally:
        reading.cancel()


async def copy(lot: Lot) -> None:
    """Copy a lot's rows into the temporary tables."""
    for table, rows in lot.rows.items():
        if rows:
            await database.copy(table, list(TABLES[table]), rows)
