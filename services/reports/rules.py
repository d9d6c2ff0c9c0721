"""Which counts of people are told: none that stems from fewer than 5 heads, and none from which one follows. Pure.

Two figures that add up to a third are told together or not at all; of three, the greatest alone may be, where the other
two are many together and it is greater than both. So whoever knows all that is told, and these rules, is left with more
than one possibility for each figure that is not (tests/reports/test_rules.py tries every case).
"""

from collections.abc import Sequence
from dataclasses import dataclass

MIN_HEADS = 5


@dataclass(frozen=True, slots=True)
class Count:
    """A figure, and how many different heads it stems from."""

    number: int
    heads: int

    @property
    def few(self) -> bool:
        """Whether it stems from too few to be told."""
        return self.heads < MIN_HEADS


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a figure: its `count`; or that it stems from fewer heads than `fewer_than`; or, both None,
    nothing: another one would follow."""

    count: int | None = None
    fewer_than: int | None = None


UNTOLD = Told()
FEW = Told(fewer_than=MIN_HEADS)


def alone(count: Count) -> Told:
    """Return what is told of a figure that adds up to nothing."""
    return FEW if count.few else Told(count.number)


def together(whole: Count, parts: Sequence[Count]) -> tuple[Told, list[Told]]:
    """Return what is told of a sum and of its parts."""
    if whole.few:
        return FEW, [FEW for _ in parts]
    if not any(part.few for part in parts):
        return Told(whole.number), [Told(part.number) for part in parts]
    greatest = max(parts, key=lambda part: part.number)
    others = [part for part in parts if part is not greatest]
    # By one of the others that is not few, they are many together; by the sum, the greatest is known to be greatest.
    apart = (
        len(others) > 1
        and any(not part.few for part in others)
        and greatest.number > sum(part.number for part in others)
    )
    shown = Told(greatest.number) if apart and not greatest.few else UNTOLD
    return Told(whole.number), [shown if part is greatest else UNTOLD for part in parts]
