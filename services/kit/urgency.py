"""Whether the work at hand is a till's, carried in a ContextVar. The database keeps a few connections for tills."""

from contextvars import ContextVar

_urgent: ContextVar[bool] = ContextVar("urgent", default=False)


def start(*, urgent: bool) -> None:
    """Say of this task and its children whether they work for a till, replacing what was said before."""
    _urgent.set(urgent)


def is_urgent() -> bool:
    """Return whether this is a till's work; anything is not of which nobody said so."""
    return _urgent.get()
