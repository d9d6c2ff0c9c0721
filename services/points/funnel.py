"""Areas compared as hospitals are: by what chance alone may make of a common rate. Pure.

Prediction limits, not confidence limits: [least, most] is where a count lies 99 times of 100 when its area differs from
the whole in nothing but size (funnel plots: Spiegelhalter 2005, Statistics in Medicine 24:1185; limits by prediction:
BMC Medical Research Methodology 12:98). Of 62 equal areas less than one then lies outside.
"""

from functools import lru_cache
from math import exp, lgamma, log, sqrt

from models.enums import AreaBand

TAIL = 0.005  # on each side: of 99 %
MIN_EXPECTED = 3.0
MIN_HOUSEHOLDS = 200
PER_HOUSEHOLDS = 1_000
_FAR = 8  # standard deviations, and 30 more: what lies beyond adds nothing to a tail of TAIL
_MANY = 1e6  # from here on a normal distribution is as good, and sums are long


def rate(wishes: int, households: int) -> float | None:
    """Return the wishes per 1,000 households, with two decimals; None for no households."""
    return round(PER_HOUSEHOLDS * wishes / households, 2) if households else None


def expected(households: int, whole_wishes: int, whole_households: int) -> float | None:
    """Return the wishes of so many households at the rate of the whole; None for a whole without households."""
    return households * whole_wishes / whole_households if whole_households else None


@lru_cache(maxsize=1_000)
def limits(mean: float) -> tuple[int, int]:
    """Return the least and the most that a Poisson count of this mean makes but for TAIL on each side: the greatest
    `least` with P(X < least) <= TAIL, and the least `most` with P(X > most) <= TAIL."""
    if mean <= TAIL:
        return 0, 0  # not even one is expected once in 200
    if mean > _MANY:
        reach = 2.5758293035489 * sqrt(mean)
        return int(mean - reach), int(mean + reach) + 1
    spread = int(_FAR * sqrt(mean)) + 30
    return _lower(mean, max(0, int(mean) - spread)), _upper(mean, int(mean) + spread)


def _lower(mean: float, count: int) -> int:
    """Return the greatest count below which at most TAIL lies, looked for from a count upwards."""
    below, one = 0.0, _probability(count, mean)
    while below + one <= TAIL:
        below += one
        count += 1
        one *= mean / count
    return count


def _upper(mean: float, count: int) -> int:
    """Return the least count above which at most TAIL lies, looked for from a count downwards."""
    above, one = 0.0, _probability(count, mean)
    while above + one <= TAIL:
        above += one
        one *= count / mean
        count -= 1
    return count


def _probability(count: int, mean: float) -> float:
    return exp(count * log(mean) - mean - lgamma(count + 1))


def band(wishes: int, households: int, mean: float | None) -> AreaBand:
    """Return how a count compares with its expected `mean`: TOO_FEW where chance alone could make anything."""
    if mean is None or mean < MIN_EXPECTED or households < MIN_HOUSEHOLDS:
        return AreaBand.TOO_FEW
    least, most = limits(mean)
    if wishes > most:
        return AreaBand.ABOVE
    return AreaBand.BELOW if wishes < least else AreaBand.SIMILAR


def told(found: AreaBand) -> AreaBand:
    """Return what strangers are told of a band: that an area is above, and otherwise nothing."""
    return found if found is AreaBand.ABOVE else AreaBand.SIMILAR
