"""Per-request deadline, carried in a ContextVar.

A request sets it on arrival, and the tasks it starts inherit it. Background loops and the command line have none. It
interrupts nothing: code that waits bounds its wait by it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def start(seconds: float) -> None:
    """Set the deadline of this task and its children, replacing any earlier one."""
    _deadline.set(time.monotonic() + seconds)


def lift() -> None:
    """Remove the deadline of this task and its children."""
    _deadline.set(None)


@contextmanager
def instead(seconds: float) -> Iterator[None]:
    """Replace the deadline inside the block."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def lifted() -> Iterator[None]:
    """Remove the deadline inside the block, for work with a bound of its own."""
    token = _deadline.set(None)
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining() -> float | None:
    """Return the seconds left, below 0 when the deadline has passed; None without one."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()


def bounded(seconds: float | None) -> float | None:
    """Return the timeout cut to the deadline; None is no timeout."""
    left = remaining()
    if left is None or seconds is None:
        return seconds if left is None else left
    return min(seconds, left)
