"""Household heads (联户长)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services import database
from services.policy import Viewer
from services.records import record, records
from services.sql import Args, any_of, in_subtrees

COLUMNS = (
    "hh.id, hh.name, hh.grid_id, hh.opted_in_at, hh.suspended_at, hh.left_at, hh.points_earned,"
    " hh.ratings_count, hh.ratings_sum, g.path AS grid_path"
)
SOURCE = "household_heads hh JOIN areas g ON g.id = hh.grid_id"

# Points ever earned from which each star level begins; level 1 begins at 0.
STAR_LEVELS = (0, 100, 300, 800, 2000)


@dataclass(frozen=True, slots=True)
class HouseholdHead:
    """One household head, as it is read."""

    id: UUID
    name: str
    grid_id: UUID
    opted_in_at: datetime | None
    suspended_at: datetime | None
    left_at: datetime | None
    points_earned: int
    ratings_count: int
    ratings_sum: int
    grid_path: str

    @property
    def star_level(self) -> int:
        """1 to 5, by points ever earned."""
        return star_level(self.points_earned)

    @property
    def active(self) -> bool:
        """Neither suspended nor gone."""
        return self.suspended_at is None and self.left_at is None


def star_level(points_earned: int) -> int:
    """The star level, 1 to 5, that so many points ever earned make."""
    return sum(points_earned >= threshold for threshold in STAR_LEVELS)


def visible_to(viewer: Viewer, args: Args) -> str:
    """SQL over `household_heads hh`: the head, the households looked after or helped by the head, oversight above."""
    households = args(list(viewer.household_ids)) if viewer.household_ids else None
    return any_of(
        [
            f"hh.id = {args(viewer.head_id)}" if viewer.head_id else None,
            f"EXISTS (SELECT 1 FROM households h WHERE h.id = ANY({households}) AND h.head_id = hh.id)"
            f" OR EXISTS (SELECT 1 FROM wishes w WHERE w.household_id = ANY({households}) AND w.head_id = hh.id)"
            if households
            else None,
            in_subtrees("hh.grid_id", viewer.oversight_paths, args),
        ]
    )


async def by_ids(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, HouseholdHead]:
    """Those of the heads that exist for the viewer. One statement."""
    args = Args()
    rows = await database.fetch(
        f"SELECT {COLUMNS} FROM {SOURCE} WHERE hh.id = ANY({args(list(ids))}) AND {visible_to(viewer, args)}", *args
    )
    return {head.id: head for head in records(HouseholdHead, rows)}


async def lock(head_id: UUID) -> HouseholdHead | None:
    """Lock a head until the transaction ends, whoever asks: after the wish and the household, before all else."""
    row = await database.fetch_one(f"SELECT {COLUMNS} FROM {SOURCE} WHERE hh.id = $1 FOR NO KEY UPDATE OF hh", head_id)
    return record(HouseholdHead, row) if row else None


async def active_in(grid_id: UUID) -> list[UUID]:
    """The heads of a grid who are neither suspended nor gone."""
    rows = await database.fetch(
        "SELECT id FROM household_heads WHERE grid_id = $1 AND suspended_at IS NULL AND left_at IS NULL ORDER BY id",
        grid_id,
    )
    return [row["id"] for row in rows]


async def lives_with(head_id: UUID, household_id: UUID, requester_id: UUID | None) -> bool:
    """Whether the head's account is a resident of the household, or of another one in which the requester lives too."""
    found = await database.fetch_one(
        "SELECT 1 FROM memberships m JOIN memberships r ON r.account_id = m.account_id AND r.revoked_at IS NULL"
        " WHERE m.head_id = $1 AND m.revoked_at IS NULL AND (r.household_id = $2 OR r.household_id IN"
        " (SELECT household_id FROM memberships WHERE account_id = $3 AND revoked_at IS NULL))",
        head_id, household_id, requester_id,
    )  # fmt: skip
    return found is not None


async def add_rating(head_id: UUID, stars: int) -> None:
    """Count one real rating of a head, whose row is locked."""
    await database.execute(
        "UPDATE household_heads SET ratings_count = ratings_count + 1, ratings_sum = ratings_sum + $2 WHERE id = $1",
        head_id, stars,
    )  # fmt: skip
