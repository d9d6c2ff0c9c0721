"""The demo district: 汇川区 at its published size, fictional but for its subdistricts' names, the same in each seed.

A mark in the database says that it is one, and how far it is seeded: a killed seed starts over or resumes, and a real
database is never taken for a demo. Every command asks for the mark; what seeds is in `seeding.py`.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from models.accounts import Account
from models.enums import Role
from services.accounts import sessions
from services.db import database
from services.kit.errors import XingdianError

MARKER = "demo"
LOADED, COMPLETE = "loaded", "complete"


class NotADemo(XingdianError):
    """The command needs a database that holds a demo district."""


class IsADemo(XingdianError):
    """The command is for a real district, and the database holds a demo."""

    def __init__(self) -> None:
        super().__init__(
            "这是演示数据库，不该写入真实的名册和人员：真实的区请另设 DATA_DIR 或 DATABASE_URL，"
            "确实要改动演示数据请加 --on-demo"
        )


async def refuse() -> None:
    """Raise IsADemo when the connected database holds a demo district, or is about to."""
    if await mark() is not None:
        raise IsADemo


@dataclass(frozen=True, slots=True)
class Bearer:
    """A role in a story set, its account, and a bearer token for it. `plain`: of a shop's staff the cashier."""

    role: Role
    plain: bool
    account_id: UUID
    name: str
    token: str = field(repr=False)


async def bearer(role: Role, number: int = 1, *, plain: bool = False) -> Bearer:
    """Sign in the account of a role in story set `number`, from 1; of a shop's staff the owner, or the `plain` cashier.

    Raises NotADemo, in one sentence, when the database is no finished demo or has no such set.
    """
    facts = await mark()
    if facts is None:
        raise NotADemo("This database is not marked as a demo, so there are no tokens: run `make demo` first.")
    if facts["phase"] != COMPLETE:
        raise NotADemo("The demo is not seeded to its end: run `make demo` again, or wait for the one that is running.")
    if not 1 <= number <= len(facts["sets"]):
        raise NotADemo(f"There is no story set {number}: choose 1 to {len(facts['sets'])}.")
    account_id = facts["sets"][number - 1][role]
    if plain:
        if role != Role.SHOP_STAFF:
            raise NotADemo("Only SHOP_STAFF has a plain cashier beside the owner.")
        if "cashiers" not in facts:
            raise NotADemo("The demo is of an earlier version: run `make demo` again, which adds the cashiers.")
        account_id = facts["cashiers"][number - 1]
    account = await Account.get(id=account_id)
    return Bearer(role, plain, account.id, account.display_name, await sessions.open_session(account.id, label="demo"))


async def mark() -> dict[str, Any] | None:
    """Return the facts of the mark; None without a mark, or without tables."""
    if await database.fetch_value("SELECT to_regclass('markers') IS NULL"):
        return None
    value = await database.fetch_value("SELECT value FROM markers WHERE key = $1", MARKER)
    return json.loads(value) if value else None
