"""The deadline of what is being done: set where a request arrives, it goes with it wherever it leads.

It lives in the context of a task, so that whatever the task starts has it too. Background loops and the command line
have none. Nothing is interrupted by it from outside: whoever is about to wait asks how long it still may.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def start(seconds: float) -> None:
    """From now on, this task and what it starts have so long, whatever was before."""
    _deadline.set(time.monotonic() + seconds)


def lift() -> None:
    """From now on, this task and what it starts have no deadline."""
    _deadline.set(None)


@contextmanager
def instead(seconds: float) -> Iterator[None]:
    """So long inside, whatever is left or has passed outside."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def lifted() -> Iterator[None]:
    """No deadline inside, for what has a bound of its own."""
    token = _deadline.set(None)
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining() -> float | None:
    """Return the seconds that are left, below 0 when it has passed; None without a deadline."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()


def bounded(seconds: float | None) -> float | None:
    """How long one may wait who would wait for so many seconds, None standing for ever."""
    left = remaining()
    if left is None or seconds is None:
        return seconds if left is None else left
    return min(seconds, left)
