"""Quotas: a token bucket for each session and each address, in the units of an operation's cost. Pure.

A bucket holds a minute's units. An operation runs when there is anything left in it, and then takes all that it costs,
so that a large one is never too large; what is missing must come in again before the next one runs.
"""

from collections import OrderedDict
from collections.abc import Hashable

MAX_BUCKETS = 10_000
MINUTE_SECONDS = 60.0


class Quotas:
    """Buckets of one kind, each filled with `units_a_minute`; 0 is no limit.

    The least recently used are forgotten beyond `most`, which fills them.
    """

    def __init__(self, units_a_minute: int, most: int = MAX_BUCKETS) -> None:
        self._most = most
        self._burst = float(units_a_minute)
        self._a_second = units_a_minute / MINUTE_SECONDS
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # units, and as of when

    def __len__(self) -> int:
        return len(self._left)

    def waits(self, key: Hashable, now: float) -> float:
        """Return in how many seconds the next operation may run; 0 for now. `now` is in seconds of any clock."""
        left = self._units(key, now)
        return (1 - left) / self._a_second if self._burst and left < 1 else 0.0

    def spend(self, key: Hashable, units: int, now: float) -> None:
        """Take units, though there may be fewer."""
        if not self._burst:
            return
        self._left[key] = (self._units(key, now) - units, now)
        self._left.move_to_end(key)
        if len(self._left) > self._most:
            self._left.popitem(last=False)

    def _units(self, key: Hashable, now: float) -> float:
        left, since = self._left.get(key, (self._burst, now))
        return min(self._burst, left + max(0.0, now - since) * self._a_second)
