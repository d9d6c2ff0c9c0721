"""Coordinates: validation, and distances in SQL. Pure."""

from services.kit.errors import ErrorCode, Refusal

EARTH_RADIUS_METRES = 6_371_009


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


def place(latitude: float | None, longitude: float | None) -> tuple[float, float]:
    """Return valid coordinates, rounded to the centimetre. Raises INVALID_INPUT when one is missing or out of range."""
    return _degrees(latitude, "latitude", "纬度", 90), _degrees(longitude, "longitude", "经度", 180)


def _degrees(value: float | None, field: str, word: str, most: int) -> float:
    if value is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "经度和纬度须同时提供", field)
    if not -most <= value <= most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{word}须在 -{most} 到 {most} 度之间", field)
    # Rounded, because tiny values underflow in PostgreSQL.
    return round(float(value), 7)
