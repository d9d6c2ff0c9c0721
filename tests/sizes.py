"""How much a test does: little in `make test` and `make evidence`, all in `make torture` and `make evidence-full`."""

import os
from typing import TypeVar

T = TypeVar("T")


def size(short: T, full: T) -> T:
    """`full` where SIZE=full says so, else `short`."""
    return full if os.environ.get("SIZE") == "full" else short
