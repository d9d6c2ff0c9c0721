"""Household heads (联户长)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.db import database, sql
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.people.areas import Area

# SQL over `household_heads hh`: who may be named on boards, and who competes on them. The only definitions.
NAMED = "(hh.opted_in_at IS NOT NULL AND hh.left_at IS NULL)"
COMPETES = f"({NAMED} AND hh.suspended_at IS NULL)"
COLUMNS = (
    f"hh.id, hh.name, hh.grid_id, hh.opted_in_at, hh.suspended_at, hh.left_at, {COMPETES} AS on_board,"
    f" hh.points_earned, hh.ratings_count, hh.ratings_sum, hh.state_reason, {areas.path_of('hh.grid_id')} AS grid_path"
)
SOURCE = "household_heads hh"

BY_ID = Keyset("heads", {"id": ("hh.id", UUID)})

# Points ever earned from which each star level begins; level 1 begins at 0.
STAR_LEVELS = (0, 100, 300, 800, 2000)


@dataclass(frozen=True, slots=True)
class HouseholdHead:
    """One household head, as it is read. `on_board`: competes on the leaderboard, except while suspended."""

    id: UUID
    name: str
    grid_id: UUID
    opted_in_at: datetime | None
    suspended_at: datetime | None
    left_at: datetime | None
    on_board: bool
    points_earned: int
    ratings_count: int
    ratings_sum: int
    state_reason: str
    grid_path: str

    @property
    def star_level(self) -> int:
        """The star level, 1 to 5, by points ever earned."""
        return star_level(self.points_earned)

    @property
    def active(self) -> bool:
        """Neither suspended nor gone."""
        return self.suspended_at is None and self.left_at is None


def star_level(points_earned: int) -> int:
    """Return the star level, 1 to 5, for points ever earned."""
    return sum(points_earned >= threshold for threshold in STAR_LEVELS)


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `household_heads hh`: the head, households of or helped by the head, and oversight above."""
    households = args(list(viewer.household_ids)) if viewer.household_ids else None
    return any_of(
        [
            f"hh.id = {args(viewer.head_id)}" if viewer.head_id else None,
            f"EXISTS (SELECT 1 FROM households h WHERE h.id = ANY({households}) AND h.head_id = hh.id)"
            f" OR EXISTS (SELECT 1 FROM wishes w WHERE w.household_id = ANY({households}) AND w.head_id = hh.id)"
            if households
            else None,
            lies_in("hh.grid_id", viewer.oversight_paths, args),
        ]
    )


READING = Reading(HouseholdHead, COLUMNS, SOURCE, "hh.id", visible_to)
by_ids = READING.by_ids


@dataclass(frozen=True, slots=True)
class HeadOfArea(HouseholdHead):
    """A head in the list of an area."""

    of_area_id: UUID


OF_AREA = Reading(HeadOfArea, COLUMNS, SOURCE, "hh.id", visible_to)


async def of_areas(
    viewer: Viewer, within: Sequence[Area], page: PageRequest, only: Only = None
) -> dict[Area, Page[HeadOfArea]]:
    """Return a page of the heads of each area, active or not, within the viewer's reach; none for areas out of it. As
    `find`. One statement for all the areas."""
    reached, args = areas.reaches(within, viewer.oversight_paths), Args()
    if not reached:
        return {}
    wheres = [
        f"{of} AND {BY_ID.merged(page, args, SOURCE, grids, ['hh.grid_id = place.id'] if grids else [])}"
        for of, grids in areas.grids_in_each(reached, args)
    ]
    pages = await OF_AREA.of_areas(viewer, list(reached), page, BY_ID, wheres, args, only)
    return {area: pages[area.id] for area in within if area.id in pages}


async def find(
    viewer: Viewer,
    area_id: UUID | None,
    search: str | None,
    page: PageRequest,
    only: Only = None,
) -> Page[HouseholdHead] | None:
    """Return a page of the heads of an area, active or not, within the viewer's reach; without `area_id`, all of it.

    `search` is the beginning of a name, or a whole phone number. None when the viewer has no such work, or the area is
    out of reach. Raises INVALID_INPUT for an invalid search. Two statements at most.
    """
    sought = sql.cleaned(search)
    _, paths = await areas.reach(viewer, area_id)
    if not paths:
        return None
    args = Args()
    grids = areas.grids_in(paths, args)
    matches = _matches(sought, args) if sought else ["true"]
    if sought and not grids:
        where = BY_ID.matching(page, args, "household_heads hh", matches)
    else:
        wanted = [any_of(matches), *(["hh.grid_id = place.id"] if grids else [])]
        where = BY_ID.merged(page, args, "household_heads hh", grids, wanted)
    return await READING.page(viewer, page, BY_ID, where, args, only=only)


def _matches(sought: str, args: Args) -> list[str]:
    phone = sql.phone_index(sought)
    by_phone = [f"hh.phone_index = {args(phone)}"] if phone else []
    return [sql.begins_with("hh.name", sought, args), *by_phone]


async def lock(head_id: UUID) -> HouseholdHead | None:
    """Lock a head until the transaction ends, without a visibility check; after wish and household, before all else."""
    return await _locked(head_id, "NO KEY UPDATE")


async def hold(head_id: UUID) -> None:
    """Lock as `lock`, where nothing of the head matters but the order. One statement."""
    await _lock_row(head_id, "NO KEY UPDATE")


async def share(head_id: UUID) -> HouseholdHead | None:
    """Lock a head, shared, until the transaction ends, to rely on its state."""
    return await _locked(head_id, "SHARE")


async def _locked(head_id: UUID, strength: str) -> HouseholdHead | None:
    # Lock the row alone, then read: a join whose key changed during the wait would find no row.
    await _lock_row(head_id, strength)
    return await READING.read(head_id)


async def _lock_row(head_id: UUID, strength: str) -> None:
    await database.fetch(f"SELECT 1 FROM household_heads WHERE id = $1 FOR {strength}", head_id)


async def active_in(grid_id: UUID) -> list[UUID]:
    """Return the active heads of a grid. Locks them, shared, until the transaction ends."""
    rows = await database.fetch(
        "SELECT id FROM household_heads WHERE grid_id = $1 AND suspended_at IS NULL AND left_at IS NULL"
        " ORDER BY id FOR SHARE",
        grid_id,
    )
    return [row["id"] for row in rows]


async def lives_with(head_id: UUID, household_id: UUID, requester_id: UUID | None) -> bool:
    """Return whether the head's account is a resident of the household, or of another one of the requester."""
    found = await database.fetch_one(
        "SELECT 1 FROM memberships m JOIN memberships r ON r.account_id = m.account_id AND r.revoked_at IS NULL"
        " WHERE m.head_id = $1 AND m.revoked_at IS NULL AND (r.household_id = $2 OR r.household_id IN"
        " (SELECT household_id FROM memberships WHERE account_id = $3 AND revoked_at IS NULL))",
        head_id,
        household_id,
        requester_id,
    )
    return found is not None


def lived_with(head_id: str, household_id: str, requester_id: str, at: str) -> str:
    """Return SQL over four columns: the answer of `lives_with` at an instant, as far as memberships still show it."""

    def held(membership: str) -> str:
        return f"{membership}.granted_at <= {at} AND coalesce({membership}.revoked_at > {at}, true)"

    return f"""EXISTS (
        SELECT 1 FROM memberships m JOIN memberships r ON r.account_id = m.account_id AND {held("r")}
        WHERE m.head_id = {head_id} AND {held("m")} AND (r.household_id = {household_id} OR r.household_id IN
            (SELECT q.household_id FROM memberships q WHERE q.account_id = {requester_id} AND {held("q")})))"""


def kin(head_id: str, account_id: str) -> str:
    """Return SQL over a column and an account: whoever has the account is the head, or lives in a household with the
    head. By memberships, so that no session hides one."""
    return f"""EXISTS (
        SELECT 1 FROM memberships m WHERE m.head_id = {head_id} AND m.revoked_at IS NULL AND (
            m.account_id = {account_id} OR EXISTS (
                SELECT 1 FROM memberships r JOIN memberships own ON own.household_id = r.household_id
                WHERE r.account_id = m.account_id AND r.revoked_at IS NULL
                    AND own.account_id = {account_id} AND own.revoked_at IS NULL)))"""


async def add_rating(head_id: UUID, stars: int) -> None:
    """Count one real rating of a head. The caller has locked the head."""
    await database.execute(
        "UPDATE household_heads SET ratings_count = ratings_count + 1, ratings_sum = ratings_sum + $2 WHERE id = $1",
        head_id,
        stars,
    )


def may_read_head_state(viewer: Viewer, head_id: UUID, grid_path: str) -> bool:
    """Return whether the viewer may read a head's state and its reason: the head, and oversight above."""
    return viewer.head_id == head_id or inside(grid_path, viewer.oversight_paths)
