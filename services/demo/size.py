"""The size of a demo district."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from random import Random

from services.kit.settings import DemoSize

SEED = "汇川区"


@dataclass(frozen=True, slots=True)
class Size:
    """The number of each. `sets` story sets need as many communities and shops; all others are distributed evenly.

    `history_wishes` and `history_redemptions` are approximate numbers for the past year; `real_wishes` are done through
    the services while seeding, some of them followed by a redemption. The head of a story set has at least
    `story_wishes` in the year; wishes wait for a step in one community of `queued_every`. There are at least as many
    agreements as partners, and at most twice as many.
    """

    subdistricts: int
    communities: int
    grids: int
    grid_workers: int
    heads: int
    households: int
    shops: int
    sets: int
    history_wishes: int
    history_redemptions: int
    real_wishes: int
    partners: int = 0
    agreements: int = 0
    story_wishes: int = 24
    queued_every: int = 1


# The published size of 汇川区, and a year in which its heads grant some 110 wishes a day.
FULL = Size(
    subdistricts=14,
    communities=62,
    grids=556,
    grid_workers=647,
    heads=5_986,
    households=180_000,
    shops=220,
    sets=50,
    history_wishes=40_000,
    history_redemptions=6_000,
    real_wishes=510,
    partners=290,
    agreements=314,
)
# The same district as it published itself: 500 wishes a year. Most heads have none, and most boards are nearly empty.
SPARSE = replace(
    FULL, sets=5, history_wishes=420, history_redemptions=70, real_wishes=6, story_wishes=8, queued_every=16
)
SIZES = {DemoSize.FULL: FULL, DemoSize.SPARSE: SPARSE}
# A small one, for tests.
SMALL = Size(
    subdistricts=2,
    communities=3,
    grids=6,
    grid_workers=8,
    heads=36,
    households=400,
    shops=5,
    sets=3,
    history_wishes=500,
    history_redemptions=60,
    real_wishes=6,
    partners=4,
    agreements=5,
)


def random_for(part: str) -> Random:
    """Return the random numbers of one part of the seed: always the same, whatever the other parts draw."""
    return Random(f"{SEED}:{part}")  # noqa: S311 - plausible, not secret


def shares(total: int, parts: int, random: Random, *, vary: float = 0.0) -> list[int]:
    """Return `total` split into `parts` integer shares that differ by about the fraction `vary`, none below 0."""
    weights = [1 + vary * (2 * random.random() - 1) for _ in range(parts)]
    scale = total / sum(weights)
    marks = [round(mark * scale) for mark in accumulate(weights, initial=0.0)]
    return [after - before for before, after in pairwise(marks)]


def dealt(total: int, parts: int) -> Iterator[int]:
    """Return for each of `total` things its part, from 0, in order and evenly."""
    return (index * parts // total for index in range(total))
