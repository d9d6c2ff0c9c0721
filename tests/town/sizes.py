"""How much a test does: little in `make test` and `make evidence`, all in `make torture` and `make evidence-full`."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def size(short: T, full: T) -> T:
    """`full` where SIZE=full says so, else `short`."""
    return full if os.environ.get("SIZE") == "full" else short


def share(members: Sequence[T], number: int, of: int = 3) -> Sequence[T]:
    """Every third of the members, another third at each place: short, each is tried somewhere; full, everywhere."""
    return size(members[number % of :: of], members)
