"""How far in front a place is."""

import pytest

from models.enums import LeaderboardBand as Band
from services.points.bands import band

CASES = [
    (1, 1, Band.FIRST_TENTH),
    (1, 3, Band.FIRST_TENTH),
    (2, 3, Band.FIRST_HALF),
    (3, 3, Band.OTHERS),
    (1, 10, Band.FIRST_TENTH),
    (2, 10, Band.FIRST_QUARTER),
    (2, 11, Band.FIRST_TENTH),
    (3, 10, Band.FIRST_QUARTER),
    (4, 10, Band.FIRST_HALF),
    (5, 10, Band.FIRST_HALF),
    (6, 10, Band.OTHERS),
    (60, 600, Band.FIRST_TENTH),
    (61, 600, Band.FIRST_QUARTER),
    (600, 600, Band.OTHERS),
]


@pytest.mark.parametrize(("rank", "scored", "expected"), CASES)
def test_band(rank: int, scored: int, expected: Band) -> None:
    assert band(rank, scored) == expected


def test_nobody_is_in_a_wider_band_than_who_is_behind() -> None:
    order = list(Band)
    for scored in range(1, 60):
        found = [order.index(band(rank, scored)) for rank in range(1, scored + 1)]
        assert found == sorted(found)
