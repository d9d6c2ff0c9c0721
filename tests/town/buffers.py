"""What statements cost, counted: the shared buffers of each, by the plan made for its arguments and by the generic one,
which a connection may use from the sixth time on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from tortoise.connection import get_connection

from services.db import database, engine

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)"
Statement = tuple[str, list[Any]]


@contextmanager
def sent() -> Iterator[list[Statement]]:
    """The SELECTs that are sent meanwhile, with their arguments."""
    seen: list[Statement] = []
    translate = engine._Guarded._translate_exceptions

    async def translated(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) > 1 and isinstance(args[0], str) and args[0].split(None, 1)[0] in {"SELECT", "WITH"}:
            seen.append((args[0], list(args[1])))
        return await translate(self, func, *args, **kwargs)

    engine._Guarded._translate_exceptions = translated  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        engine._Guarded._translate_exceptions = translate  # type: ignore[method-assign]


async def read_by(statement: Statement) -> int:
    """The buffers that a statement reads, by the worse of its two plans, as on tables too large to be read whole."""
    return max(int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]) for plan in await _plans(statement))


async def indexes_of(statement: Statement) -> set[str]:
    """The indexes along which a statement reads, by either of its plans."""
    waiting, found = await _plans(statement), set()
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", ())
        found |= {node["Index Name"]} if "Index Name" in node else set()
    return found


async def _plans(statement: Statement) -> list[dict[str, Any]]:
    """What was done by the plan made for the arguments, and by the generic one."""
    sql, args = statement
    async with get_connection("default")._in_transaction():
        await database.execute("SET LOCAL enable_seqscan = off")
        custom = await database.fetch(f"{EXPLAIN} {sql}", *args)
        await database.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await database.execute(f"PREPARE counted AS {sql}")
        values = f"({', '.join(map(literal, args))})" if args else ""
        generic = await database.fetch(f"{EXPLAIN} EXECUTE counted {values}")
        await database.execute("DEALLOCATE counted")
    return [json.loads(rows[0]["QUERY PLAN"])[0]["Plan"] for rows in (custom, generic)]


def literal(value: Any) -> str:
    """An argument as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return f"'{{{','.join(_element(one) for one in value)}}}'"
    return "'" + _text(value).replace("'", "''") + "'"


def _element(value: Any) -> str:
    return "NULL" if value is None else json.dumps(_text(value), ensure_ascii=False).replace("'", "''")


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return str(value.value if isinstance(value, Enum) else value)
