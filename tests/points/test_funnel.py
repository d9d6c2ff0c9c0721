"""Areas beside what chance makes of a common rate: against published limits, and by the definition."""

from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import AreaBand
from services.points import funnel

# Exact 99 % limits of the mean of a Poisson count, as printed: half of the 0.5 % and 99.5 % points of chi-square with
# 2x and 2x + 2 degrees of freedom (Abramowitz and Stegun, Handbook of Mathematical Functions, table 26.8, by the method
# of Garwood 1936, Biometrika 28:437). That of 25 is GraphPad's example, 14.00 to 41.00.
# A count is outside of the prediction limits of a mean exactly when the mean is outside of these limits of the count.
PUBLISHED = {
    0: (None, 5.298),
    1: (0.00501, 7.430),
    2: (0.1035, 9.274),
    3: (0.338, 10.977),
    4: (0.672, 12.594),
    5: (1.078, 14.150),
    7: (2.037, 17.134),
    10: (3.717, 21.398),
    14: (6.231, 26.836),
    19: (9.644, 33.383),
    25: (14.00, 41.00),
}


@pytest.mark.parametrize("count", PUBLISHED)
def test_a_count_is_outside_as_published(count: int) -> None:
    lower, upper = PUBLISHED[count]
    near = 0.01 if count == 25 else 0.001
    assert funnel.limits(upper - near)[0] <= count < funnel.limits(upper + near)[0]
    if lower is not None:
        near = min(near, lower / 100)
        assert funnel.limits(lower - near)[1] < count <= funnel.limits(lower + near)[1]


@given(st.floats(0, 80))
def test_the_limits_leave_one_half_of_a_hundredth_on_each_side(mean: float) -> None:
    least, most = funnel.limits(mean)
    chances = [exp(-mean) * mean**count / factorial(count) for count in range(150)]
    slack = 1e-9
    assert sum(chances[:least]) <= 0.005 + slack < sum(chances[: least + 1]) + 2 * slack
    assert sum(chances[most + 1 :]) <= 0.005 + slack
    assert most == 0 or sum(chances[most:]) >= 0.005 - slack


@pytest.mark.parametrize(
    ("mean", "limits"),
    [
        (0.0, (0, 0)),
        (0.004, (0, 0)),
        (1e-9, (0, 0)),
        (0.006, (0, 1)),
        (650.0, (585, 717)),
        (4e6, (3_994_848, 4_005_152)),
    ],
)
def test_limits_small_and_large(mean: float, limits: tuple[int, int]) -> None:
    assert funnel.limits(mean) == limits


@pytest.mark.parametrize(
    ("wishes", "households", "mean", "band"),
    [
        (2, 2_900, 10.0, AreaBand.BELOW),
        (3, 2_900, 10.0, AreaBand.SIMILAR),
        (19, 2_900, 10.0, AreaBand.SIMILAR),
        (20, 2_900, 10.0, AreaBand.ABOVE),
        (99, 2_900, 2.99, AreaBand.TOO_FEW),
        (8, 2_900, 3.0, AreaBand.SIMILAR),
        (9, 2_900, 3.0, AreaBand.ABOVE),
        (99, 199, 10.0, AreaBand.TOO_FEW),
        (20, 200, 10.0, AreaBand.ABOVE),
        (0, 0, None, AreaBand.TOO_FEW),
    ],
)
def test_a_band(wishes: int, households: int, mean: float | None, band: AreaBand) -> None:
    assert funnel.band(wishes, households, mean) is band


def test_strangers_are_told_of_what_is_above_alone() -> None:
    assert {band: funnel.told(band) for band in AreaBand} == {
        AreaBand.ABOVE: AreaBand.ABOVE,
        AreaBand.SIMILAR: AreaBand.SIMILAR,
        AreaBand.BELOW: AreaBand.SIMILAR,
        AreaBand.TOO_FEW: AreaBand.SIMILAR,
    }


def test_rates_and_what_is_expected() -> None:
    assert funnel.rate(8, 2_900) == 2.76 and funnel.rate(0, 2_900) == 0.0 and funnel.rate(3, 0) is None
    assert funnel.expected(2_900, 500, 180_000) == pytest.approx(8.0556, abs=1e-4)
    assert funnel.expected(0, 500, 180_000) == 0.0 and funnel.expected(0, 0, 0) is None


def test_of_62_equal_areas_less_than_one_lies_outside() -> None:
    """What the whole's rate makes of the published district: 500 wishes a year, 62 communities."""
    mean = 500 / 62
    least, most = funnel.limits(mean)
    chances = [exp(-mean) * mean**count / factorial(count) for count in range(60)]
    assert 62 * (1 - sum(chances[least : most + 1])) < 1
