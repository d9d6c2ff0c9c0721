"""The areas and windows in which something counts: SQL that the kept figures share."""

from models.enums import AreaKind, LeaderboardPeriod

# The column that holds the area of a kind in which a head competes or a household lives. (Nobody competes in a
# building.)
LEVELS = {
    kind: f"{kind.lower()}_id" for kind in (AreaKind.DISTRICT, AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID)
}
COLUMNS = ", ".join(LEVELS.values())
# SQL for FROM: of a row with these columns, each of the areas, null where there is none.
EACH = f"LATERAL (VALUES {', '.join(f'({column})' for column in LEVELS.values())}) above (area_id)"
# SQL for FROM: the area `g` and the three above it.
ABOVE = """areas g LEFT JOIN areas above ON above.id = g.parent_id
    LEFT JOIN areas higher ON higher.id = above.parent_id LEFT JOIN areas highest ON highest.id = higher.parent_id"""


def level(kind: AreaKind) -> str:
    """Return SQL for the area of a kind among those of ABOVE."""
    choices = " ".join(f"WHEN {area}.kind THEN {area}.id" for area in ("g", "above", "higher", "highest"))
    return f"CASE '{kind}' {choices} END AS {LEVELS[kind]}"


def windows_of(at: str) -> str:
    """Return SQL for the windows, as (period, starts_at), in which an instant lies: as `periods.window`."""
    rows = [
        f"('{period}', date_trunc('{period.lower()}', {at}, 'Asia/Shanghai'))"
        for period in LeaderboardPeriod
        if period != LeaderboardPeriod.ALL
    ]
    return f"(VALUES {', '.join(rows)}, ('{LeaderboardPeriod.ALL}', '-infinity'::timestamptz))"
