"""Coordinates: validation, and distances in SQL. Pure."""

from services.kit.errors import ErrorCode, Refusal
from services.kit.forms import Form

EARTH_RADIUS_METRES = 6_371_009
HALFWAY_ROUND_METRES = 20_100_000  # no two places are farther apart
METRES_A_DEGREE = 111_000  # of latitude, or a little less, so that nothing is missed


def metres_between(one: tuple[str, str], other: tuple[str, str]) -> str:
    """Return SQL for the great-circle distance in whole metres (haversine) between two places, each given as SQL for
    its latitude and longitude."""
    (north, east), (other_north, other_east) = one, other
    return (
        f"round({2 * EARTH_RADIUS_METRES} * asin(least(1, sqrt("
        f"sin(radians({north} - {other_north}) / 2) ^ 2"
        f" + cos(radians({other_north})) * cos(radians({north})) * sin(radians({east} - {other_east}) / 2) ^ 2"
        f"))))"
    )


def around(here: tuple[str, str], metres: str, spot: tuple[str, str]) -> str:
    """Return SQL: `spot` lies in a box of degrees that includes all within `metres` (to the whole metre) of `here`.

    Each place is given as SQL for its latitude and longitude; an index on `point(longitude, latitude)` finds the box.

    A box that would include a pole, or cross the antimeridian, goes round the earth.
    """
    (north, east), (spot_north, spot_east) = here, spot
    high = f"(({metres} + 1) / {METRES_A_DEGREE}.0::float8)"
    most_north = f"(abs({north}) + {high})"
    wide = f"({high} / cos(radians(least({most_north}, 89))))"
    wide = f"(CASE WHEN {most_north} > 89 OR abs({east}) + {wide} > 180 THEN 360 ELSE {wide} END)"
    corners = f"point({east} - {wide}, {north} - {high}), point({east} + {wide}, {north} + {high})"
    return f"point({spot_east}, {spot_north}) <@ box({corners})"


def place(latitude: float | None, longitude: float | None) -> tuple[float, float]:
    """Return valid coordinates, rounded to the centimetre. Raises INVALID_INPUT when one is missing or out of range."""
    with Form() as form:
        place = form(_degrees, latitude, "latitude", "纬度", 90), form(_degrees, longitude, "longitude", "经度", 180)
    return place


def _degrees(value: float | None, field: str, word: str, most: int) -> float:
    if value is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "经度和纬度须同时提供", field)
    if not -most <= value <= most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{word}须在 -{most} 到 {most} 度之间", field)
    # Rounded, because tiny values underflow in PostgreSQL.
    return round(float(value), 7)
