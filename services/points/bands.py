"""How far in front a place is. Pure."""

from models.enums import LeaderboardBand

# Of each band, one part of so many is in front of its last place at most.
_PARTS = {LeaderboardBand.FIRST_TENTH: 10, LeaderboardBand.FIRST_QUARTER: 4, LeaderboardBand.FIRST_HALF: 2}


def band(rank: int, scored: int) -> LeaderboardBand:
    """Return the narrowest band of a rank among so many: fewer than a tenth, a quarter or half of them are in front.

    So whoever leads is in the first tenth, also of few.
    """
    return next((found for found, parts in _PARTS.items() if (rank - 1) * parts < scored), LeaderboardBand.OTHERS)
