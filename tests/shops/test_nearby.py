"""Places around a place: the box that an index is asked for has all that lies within the distance."""

import pytest

from services.db import database
from services.kit.geo import around, metres_between

pytestmark = pytest.mark.usefixtures("connected")

HERE, SPOT = ("a.north", "a.east"), ("b.north", "b.east")
# Places all over the earth, the poles and the antimeridian among them, and each with others near and far from it.
_PLACES = """
    SELECT n, CASE n % 4 WHEN 0 THEN 90 - random() ^ 4 WHEN 1 THEN 0 ELSE 180 * random() - 90 END AS north,
        CASE n % 3 WHEN 0 THEN 180 - random() ^ 4 ELSE 360 * random() - 180 END AS east
    FROM generate_series(1, 20000) n
"""
_BESIDE = """
    SELECT n, north, CASE WHEN east > 180 THEN east - 360 WHEN east < -180 THEN east + 360 ELSE east END AS east
    FROM (
        SELECT n, least(90, greatest(-90, north + far * (random() - 0.5))) AS north,
            east + 2 * far * (random() - 0.5) AS east
        FROM (SELECT *, 180 * random() ^ 6 AS far FROM a) one
    ) two
"""


async def test_nothing_within_the_distance_lies_outside_the_box() -> None:
    row = await database.fetch_one(
        f"""
        WITH a AS MATERIALIZED ({_PLACES}), b AS MATERIALIZED ({_BESIDE}),
        pairs AS MATERIALIZED (SELECT a.n, {metres_between(HERE, SPOT)}::bigint AS metres FROM a JOIN b USING (n))
        SELECT count(*) FILTER (WHERE NOT {around(HERE, "metres", SPOT)}) AS missed,
            count(*) FILTER (WHERE NOT {around(HERE, "(metres / 3)", SPOT)}) AS spared
        FROM a JOIN b USING (n) JOIN pairs USING (n)
        """
    )
    assert row is not None and row["missed"] == 0 and row["spared"] > 5_000
