"""The one write pipeline: claim → lock → act → audit and outbox → answer, in one transaction.

A write claims its request number (`requests`), locks (`turns` and rows, in the lock order), asks the rules and acts
(`steps`), and returns what it reads. Ledger, audit and outbox rows are collected (`database.collect`) and written
together at the end.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from tortoise.exceptions import IntegrityError

from services.db import database
from services.kit.errors import ErrorCode, Refusal

P = ParamSpec("P")
T = TypeVar("T")

_NOT_ERASED = "accounts_not_erased"  # raised by a trigger on the audit log (migrations/0021_retention.py)

# A claimed number alone is no visible change.
_CLAIMS = frozenset({"requests"})


class Unchanged(Exception):
    """Raised inside a write when the thing is already in that state; the write returns `answer`."""

    def __init__(self, answer: Any) -> None:
        super().__init__("already in that state")
        self.answer = answer


class Unrecorded(AssertionError):
    """A write changed something without an audit row: a bug; the transaction is rolled back."""


def write(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Run a service function as one transaction (`database.transactional`) that records what it changes.

    Raises Unrecorded for a change without an audit row. A refusal that is returned, and so committed, may have none.
    Raises UNAUTHENTICATED, and changes nothing, where the acting account was erased in the meantime.
    """

    @functools.wraps(function)
    async def recorded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            answer = await function(*args, **kwargs)
        except Unchanged as unchanged:
            answer = unchanged.answer
        changed = database.changed() - _CLAIMS
        if changed and "audit_entries" not in changed and not isinstance(answer, Refusal):
            raise Unrecorded(f"{function.__qualname__} changes {', '.join(sorted(changed))} and leaves no audit row")
        return answer

    run = database.transactional(recorded)

    @functools.wraps(function)
    async def by_who_is_there(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await run(*args, **kwargs)
        except IntegrityError as error:
            if getattr(error.__cause__, "constraint_name", None) != _NOT_ERASED:
                raise
            raise Refusal(ErrorCode.UNAUTHENTICATED, "这个账号已注销，请重新登录") from error

    return by_who_is_there
