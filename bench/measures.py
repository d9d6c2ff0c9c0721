"""What was measured, and how two measures are compared."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from district import District


@dataclass(frozen=True, slots=True)
class Sample:
    """One side's turn at one thing in one round. Seconds; `taken` are those of each request, sorted."""

    side: str
    what: str
    round: int
    wall: float
    taken: list[float]
    server_cpu: float
    postgres_cpu: float
    load_cpu: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.taken) / self.wall

    @property
    def spread(self) -> float:
        """The 99th percentile ÷ the median."""
        return self.at(0.99) / self.at(0.5)

    @property
    def cpu(self) -> float:
        """CPU of the server's process a request, in seconds."""
        return self.server_cpu / len(self.taken)

    @property
    def database_cpu(self) -> float:
        """CPU of PostgreSQL a request, in seconds."""
        return self.postgres_cpu / len(self.taken)

    @property
    def cores(self) -> float:
        """How many cores were busy, with all that took part."""
        return (self.server_cpu + self.postgres_cpu + self.load_cpu) / self.wall

    def at(self, share: float) -> float:
        """The seconds within which this share of the requests was answered."""
        return self.taken[min(len(self.taken) - 1, int(len(self.taken) * share))]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of ratios, with the quartiles."""

    lower: float
    median: float
    upper: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lower:.2f}–{self.upper:.2f})"


def ratio(values: Iterable[float]) -> Ratio:
    """Return the median of these with their quartiles."""
    given = list(values)
    if len(given) == 1:
        return Ratio(given[0], given[0], given[0])
    return Ratio(*statistics.quantiles(given, n=4, method="inclusive"))


@dataclass(slots=True)
class Found:
    """All that a run has measured."""

    place: District
    rounds: int
    seconds: float
    samples: list[Sample] = field(default_factory=list)
    compared: int = 0
    seconds_to_start: dict[str, float] = field(default_factory=dict)
    megabytes_at_start: dict[str, float] = field(default_factory=dict)
    megabytes_after: dict[str, float] = field(default_factory=dict)
    not_asked: list[str] = field(default_factory=list)
    larger: list[int] = field(default_factory=list)  # heads of each district on which ours was measured alone
    memory: list[tuple[int, float]] = field(default_factory=list)  # MB after so many requests

    def of(self, side: str, what: str) -> list[Sample]:
        """Return a side's samples of one thing, by round."""
        return [sample for sample in self.samples if (sample.side, sample.what) == (side, what)]

    def median(self, side: str, what: str, figure: Callable[[Sample], float]) -> float:
        """Return the median of a figure over the rounds."""
        return statistics.median(map(figure, self.of(side, what)))

    def ratio(self, side: str, other: str, what: str, figure: Callable[[Sample], float]) -> Ratio:
        """Return side ÷ other, round by round."""
        pairs = zip(self.of(side, what), self.of(other, what), strict=True)
        return ratio(figure(one) / figure(two) for one, two in pairs)
