"""Places on earth: coordinates fit to keep, and the distance between two as SQL."""

import pytest

from services.kit.errors import ErrorCode, Refusal
from services.kit.geo import EARTH_RADIUS_METRES, around, metres_between, place


@pytest.mark.parametrize(("latitude", "longitude"), [(90, 180), (-90, -180), (0, 0), (27.73, 106.92)])
def test_places_on_earth(latitude: float, longitude: float) -> None:
    assert place(latitude, longitude) == (latitude, longitude)


def test_a_place_is_kept_to_the_centimetre() -> None:
    assert place(27.123456789, 1e-300) == (27.1234568, 0.0)


@pytest.mark.parametrize(
    ("latitude", "longitude", "field", "message"),
    [
        (90.0000001, 0, "latitude", "纬度须在 -90 到 90 度之间"),
        (-91, 0, "latitude", "纬度"),
        (0, 180.1, "longitude", "经度须在 -180 到 180 度之间"),
        (0, float("nan"), "longitude", "经度"),
        (None, 0, "latitude", "同时提供"),
        (0, None, "longitude", "同时提供"),
    ],
)
def test_other_places_are_refused(latitude: float, longitude: float, field: str, message: str) -> None:
    with pytest.raises(Refusal, match=message) as caught:
        place(latitude, longitude)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, field)


def test_the_distance_is_asked_of_postgresql() -> None:
    """What it answers, tests of the shops nearby and of the signals say."""
    sql = metres_between(("s.latitude", "s.longitude"), ("$1", "$2"))
    assert str(2 * EARTH_RADIUS_METRES) in sql and sql.count("s.latitude") == sql.count("$1") == 2
    assert sql.count("s.longitude") == sql.count("$2") == 1


def test_what_lies_around_is_asked_of_an_index() -> None:
    """That nothing within the distance is missed, tests/shops/test_nearby.py says."""
    sql = around(("$1", "$2"), "500", ("s.latitude", "s.longitude"))
    assert sql.startswith("point(s.longitude, s.latitude) <@ box(point($2 - ") and sql.count("(500 + 1)") > 1
