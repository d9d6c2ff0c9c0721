"""The one way to write: claim → lock → act → audit and outbox → answer, in one transaction.

A service's write claims its request number (`requests`), locks (`turns` and rows, in the order of locks),
asks the rules and acts (`steps`), and answers with what it reads. Ledger, audit and outbox rows are collected on
the way (`database.collect`) and written together at the end.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from services.db import database
from services.kit.errors import Refusal

P = ParamSpec("P")
T = TypeVar("T")

# A claimed number alone changes nothing that anybody could look at.
_CLAIMS = frozenset({"requests"})


class Unchanged(Exception):
    """Raised inside a write when what it leads to is so already: `answer` is the answer, and nothing is changed."""

    def __init__(self, answer: Any) -> None:
        super().__init__("it is so already")
        self.answer = answer


class Unrecorded(AssertionError):
    """A write that changes something and leaves no audit row: a mistake in the program, which is rolled back."""


def write(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Make a service function one write: one transaction (`database.transactional`) that records what it changes.

    Raises Unrecorded for a change without an audit row. A refusal that is returned, and so committed, may leave none.
    """

    @functools.wraps(function)
    async def recorded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            answer = await function(*args, **kwargs)
        except Unchanged as already:
            answer = already.answer
        changed = database.changed() - _CLAIMS
        if changed and "audit_entries" not in changed and not isinstance(answer, Refusal):
            raise Unrecorded(f"{function.__qualname__} changes {', '.join(sorted(changed))} and leaves no audit row")
        return answer

    return database.transactional(recorded)
