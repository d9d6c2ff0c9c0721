"""Databases of their own for evidence, and what stands in them, whichever ids and moments it was given."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg

from services.db import embedded
from services.kit.secrets import decrypt
from tests.town.commands import command
from tests.town.postgres import administer

TABLES = ("areas", "accounts", "household_heads", "households", "shops", "discounts", "memberships")
Make = Callable[[], str]


class Districts:
    """Databases with a district, its first administrator and nothing else: made once, then copied."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._template = f"xd_district_{uuid.uuid4().hex[:12]}"
        self._names = [self._template]
        url = asyncio.run(embedded.create_database(server_url, self._template))
        for words in (
            ("migrate",),
            ("admin", "--name", "管理员", "--phone", "10000000001", "--district", "汇川区", "--code", "520303"),
        ):
            ran = command(url, *words)
            assert ran.returncode == 0, ran

    def make(self) -> str:
        """The URL of one more."""
        self._names.append(f"{self._template}_{len(self._names)}")
        return asyncio.run(embedded.create_database(self._server_url, self._names[-1], template=self._template))

    def drop(self) -> None:
        """Remove all of them."""
        for name in reversed(self._names):
            asyncio.run(administer(self._server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


def _fetch(url: str, *statements: str) -> list[list[dict[str, Any]]]:
    async def run() -> list[list[dict[str, Any]]]:
        connection = await asyncpg.connect(url)
        try:
            return [[dict(row) for row in await connection.fetch(statement)] for statement in statements]
        finally:
            await connection.close()

    return asyncio.run(run())


def contents(url: str) -> dict[str, list[str]]:
    """What each table says, with natural names in place of ids, phones in clear and moments left out."""
    tables = dict(zip(TABLES, _fetch(url, *(f"SELECT * FROM {table}" for table in TABLES)), strict=True))
    for rows in tables.values():
        for row in rows:
            sealed = row.pop("phone_encrypted", None)
            row.pop("phone_index", None)
            if "display_name" in row or "contact_name" in row or "points_earned" in row:
                row["phone"] = decrypt("phone", sealed).decode() if sealed else None
    names: dict[Any, str] = {}
    called: dict[str, Callable[[dict[str, Any]], Any]] = {
        "areas": lambda row: row["path"],
        "accounts": lambda row: row["phone"] or row["display_name"],
        "household_heads": lambda row: row["phone"],
        "households": lambda row: row["code"] or (names[row["grid_id"]], row["address"]),
        "shops": lambda row: (names[row["area_id"]], row["name"]),
        "discounts": lambda row: (names[row["shop_id"]], row["title"], row["version"]),
    }
    for table, name in called.items():
        names |= {row["id"]: f"{table} {name(row)}" for row in tables[table]}

    def said(row: dict[str, Any]) -> str:
        own = {column: value for column, value in row.items() if column != "id" and not isinstance(value, datetime)}
        return repr({column: names.get(value, value) for column, value in sorted(own.items())})

    return {table: sorted(map(said, rows)) for table, rows in tables.items()}


def versions(url: str) -> set[tuple[str, str, str]]:
    """Each row with its version: to write a row again as it was makes another one. Audit rows aside."""
    ((*tables,),) = _fetch(
        url,
        "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema()"
        " AND tablename NOT IN ('audit_entries', 'sessions', 'markers', 'tortoise_migrations')",
    )
    (rows,) = _fetch(
        url,
        " UNION ALL ".join(
            f"SELECT '{table['name']}' AS name, id::text, xmin::text AS version FROM {table['name']}"
            for table in tables
        ),
    )
    return {(row["name"], row["id"], row["version"]) for row in rows}


def run(url: str, statement: str) -> None:
    """Run one statement."""
    asyncio.run(administer(url, statement))
