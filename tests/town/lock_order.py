"""The order of locks, walked: every statement of every transaction that runs in this process is held against it.

`watching` is on for the whole run (see conftest): whichever test drives a service finds out when the service locks out
of order, locks a shop without its turn, or locks rows through a join.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import asyncpg

from models.base import Table
from services.db import database, engine

# As in docs/decisions/0003. What is not here is either locked in a transaction of its own (sessions, guesses), or
# guarded by what is: events, memberships, disputes.
ORDER = (
    "process", "requests", "sign_in_misses", "seasons", "nominations", "wishes", "households", "accounts made",
    "accounts", "second_factors", "recovery_codes", "household_heads", "grants", "passes", "preparations",
    "redemptions", "shop turn", "shops", "agreements", "discounts", "discount_counters", "shop_months",
    "points_accounts", "boards",
)  # fmt: skip
# An INSERT into these waits for whoever makes the same row at the same moment.
_MADE = {"requests": "requests", "accounts": "accounts made"} | {
    table: table
    for table in ("sign_in_misses", "second_factors", "discount_counters", "shop_months", "points_accounts")
}
_BEHIND_A_TURN = {"shops", "discounts"}

_QUOTED = re.compile(r"'(?:[^']|'')*'")
_COMMENT = re.compile(r"--[^\n]*")
_LOCKING = re.compile(
    r"\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b(?: OF [\w, ]+?)?(?P<skips> SKIP LOCKED)?(?=$|[\s);,])"
)
_STEP = re.compile(
    r"(?P<advisory>\bpg_advisory_xact_lock(?:_shared)?\()"
    r"|(?<!NO KEY )(?<!FOR )(?<!DO )\bUPDATE \"?(?P<updated>\w+)"
    r"|\bDELETE FROM \"?(?P<deleted>\w+)"
    r"|\bINSERT INTO \"?(?P<made>\w+)"
)
_ONE_TABLE = re.compile(r"\"?(?P<table>\w+)\"?(?: (?:AS )?\w+)?")


class Joined(ValueError):
    """A SELECT that locks and reads more than one table."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What one piece of a statement locks. One that does not wait can stand anywhere."""

    what: str
    waits: bool = True


@lru_cache(4096)
def locks_of(sql: str) -> list[Lock]:
    """What a statement locks, in the order of its text. Raises Joined."""
    advisory = "shop turn" if ":shop:" in sql else "boards" if ":boards'" in sql else "process"
    text = _COMMENT.sub(" ", sql)
    text = " ".join(_QUOTED.sub("''", text).split())
    found: list[tuple[int, Lock]] = []
    for step in _STEP.finditer(text):
        if step["advisory"]:
            found.append((step.start(), Lock(advisory)))
        elif step["made"]:
            if name := _MADE.get(step["made"]):
                found.append((step.start(), Lock(name)))
        else:
            found.append((step.start(), Lock(step["updated"] or step["deleted"])))
    for locking in _LOCKING.finditer(text):
        found.append((locking.start(), Lock(locked_table(text, locking.start()), not locking["skips"])))
    return [lock for _, lock in sorted(found, key=lambda one: one[0])]


def locked_table(text: str, at: int) -> str:
    """The one table of the SELECT that ends with a locking clause at that place. Raises Joined."""
    level = _level_before(text, at)
    select = level.rpartition("SELECT ")[2]
    source = select.partition(" FROM ")[2]
    source = re.split(r" (?:WHERE|ORDER BY|GROUP BY|LIMIT) ", f"{source} WHERE ")[0].strip()
    one = _ONE_TABLE.fullmatch(source)
    if one is None or one["table"] not in tables():
        raise Joined(f"locks rows of {source!r}: lock the rows of one table alone, and read after that: {text}")
    return one["table"]


def _level_before(text: str, at: int) -> str:
    """The text before a place, from the parenthesis around it on, without what stands in parentheses."""
    depth, kept = 0, []
    for place in range(at - 1, -1, -1):
        character = text[place]
        if character == ")":
            depth += 1
            kept.append("()" if depth == 1 else "")
        elif character == "(":
            if depth == 0:
                break
            depth -= 1
        elif depth == 0:
            kept.append(character)
    return "".join(reversed(kept))


@cache
def tables() -> set[str]:
    """The tables that there are."""
    for module in database.MODULES:
        import_module(f"models.{module}")
    return {str(model.Meta.table) for model in Table.__subclasses__()} | {"markers"}


@dataclass(slots=True)
class Walk:
    """One transaction on its way."""

    reached: int = -1
    seen: set[str] = field(default_factory=set)

    def step(self, sql: str) -> None:
        """Go on with a statement. Raises AssertionError when it locks what it must not, or not yet, or not any more."""
        for lock in locks_of(sql):
            if lock.what in self.seen or lock.what not in ORDER:
                continue
            # An import whose sheet changes numbers has locked those people before it knows who is new. It can meet a
            # grant that makes the very same account for the very same head: then either is run again.
            if lock.what == "accounts made" and "roster_" in sql:
                continue
            place = ORDER.index(lock.what)
            assert place > self.reached or not lock.waits, (
                f"{lock.what} is locked after {ORDER[self.reached]}, against the order of locks: {sql}"
            )
            assert lock.what not in _BEHIND_A_TURN or {"shop turn", "made a shop"} & self.seen, (
                f"{lock.what} is locked without the shop's turn: {sql}"
            )
            self.seen.add(lock.what)
            self.reached = max(self.reached, place)
        if re.match(r"(INSERT INTO|COPY) \"?shops\b", sql):
            self.seen.add("made a shop")


@dataclass(slots=True)
class Watched:
    """What was seen since it was last asked."""

    wrong: list[str] = field(default_factory=list)
    deadlocks: int = 0
    walks: dict[int, Walk | None] = field(default_factory=dict)  # by the connection; None: it is no service's


def _opened_by_a_service() -> bool:
    """Whether the transaction that begins is one that a service opens: a test may lock as it likes, and may open one
    around a part that a service locks more for."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "call" and frame.f_code.co_filename == database.__file__:
            function = frame.f_locals["function"]
            module = sys.modules[function.__module__]
            opened = getattr(getattr(module, function.__name__, None), "__wrapped__", None)
            return opened is function and module.__name__.startswith("services.")
        frame = frame.f_back  # type: ignore[assignment]
    return False


@contextmanager
def watching() -> Iterator[Watched]:
    """Watch all that goes to the database."""
    watched = Watched()
    enter, translate = engine._Transacting.__aenter__, engine._Guarded._translate_exceptions

    async def entered(self: Any) -> Any:
        watched_one = _opened_by_a_service()
        client = await enter(self)
        watched.walks[id(client._connection)] = Walk() if watched_one else None
        return client

    async def translated(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            _note(watched, self, args[0])
        try:
            return await translate(self, func, *args, **kwargs)
        except asyncpg.DeadlockDetectedError:
            watched.deadlocks += 1
            raise

    engine._Transacting.__aenter__ = entered  # type: ignore[method-assign]
    engine._Guarded._translate_exceptions = translated  # type: ignore[method-assign]
    try:
        yield watched
    finally:
        engine._Transacting.__aenter__ = enter  # type: ignore[method-assign]
        engine._Guarded._translate_exceptions = translate  # type: ignore[method-assign]


def _note(watched: Watched, client: Any, sql: str) -> None:
    walk = watched.walks.get(id(client._connection)) if isinstance(client, engine.Transaction) else None
    try:
        if walk is not None:
            walk.step(sql)
        else:
            locks_of(sql)
    except (AssertionError, Joined) as error:
        watched.wrong.append(str(error))
