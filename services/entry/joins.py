"""Requests to belong to a household (入户申请), as they are read.

The person sees the own requests, and of the household nothing before it is confirmed: one that fits no household is
read alike. The household's head sees who asks, to vouch; grid workers and staff above see the masked phone, too.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models.enums import HouseholdJoinAction, HouseholdJoinState
from services.accounts import accounts
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in
from services.entry import join_table
from services.entry.join_table import JoinActor
from services.kit import clock
from services.kit.viewer import Viewer, inside
from services.people import areas, households

SOURCE = "household_joins j JOIN accounts p ON p.id = j.account_id LEFT JOIN households h ON h.id = j.household_id"
NEWEST_FIRST = Keyset(
    "householdJoins", {"created_at": ("j.created_at", datetime), "id": ("j.id", UUID)}, descending=True
)
OLDEST_FIRST = Keyset("householdJoinsToConfirm", {"created_at": ("j.created_at", datetime), "id": ("j.id", UUID)})


@dataclass(frozen=True, slots=True)
class HouseholdJoin:
    """One request, as it is read. `household_id`, `head_id` and `grid_path` are those of the household as it is now,
    and None where none fits. `name` is the asker's; `enabled`: the asker's account may sign in."""

    id: UUID
    account_id: UUID
    name: str
    phone_encrypted: bytes | None = field(repr=False)
    enabled: bool
    household_id: UUID | None
    head_id: UUID | None
    grid_path: str | None
    state: HouseholdJoinState
    created_at: datetime
    expires_at: datetime
    vouched_at: datetime | None
    vouched_by_id: UUID | None
    vouched_by_name: str | None
    decided_at: datetime | None

    @property
    def phone(self) -> str | None:
        """The asker's masked phone."""
        return accounts.masked_phone(self.phone_encrypted)


def columns(_: Viewer, args: Args) -> str:
    """Return the columns of a HouseholdJoin; an overdue one reads EXPIRED before the tick ends it."""
    over = f"j.state = 'OPEN' AND j.expires_at <= {args(clock.now())}"
    return (
        "j.id, j.account_id, p.display_name AS name, p.phone_encrypted, p.disabled_at IS NULL AS enabled,"
        f" j.household_id, h.head_id, {areas.path_of('h.grid_id')} AS grid_path,"
        f" CASE WHEN {over} THEN 'EXPIRED' ELSE j.state END AS state, j.created_at, j.expires_at, j.vouched_at,"
        " j.vouched_by_id, (SELECT name FROM household_heads WHERE id = j.vouched_by_id) AS vouched_by_name,"
        f" CASE WHEN {over} THEN j.expires_at ELSE j.decided_at END AS decided_at"
    )


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over SOURCE: the asker (but by no bound session), the household's active head, oversight above."""
    own = viewer.signed_in and not viewer.bound
    return any_of(
        [
            f"j.account_id = {args(viewer.account_id)}" if own else None,
            f"h.head_id = {args(viewer.head_id)}" if viewer.head_id and viewer.head_active else None,
            lies_in("h.grid_id", viewer.oversight_paths, args),
        ]
    )


READING = Reading(HouseholdJoin, columns, SOURCE, "j.id", visible_to)
by_ids = READING.by_ids


async def of_viewer(viewer: Viewer, page: PageRequest, only: Only = None) -> Page[HouseholdJoin]:
    """Return a page of the viewer's own requests, newest first; none to a bound session. One statement."""
    args = Args()
    own = f"j.account_id = {args(viewer.account_id)}" if not viewer.bound else "false"
    return await READING.page(viewer, page, NEWEST_FIRST, own, args, only)


async def to_confirm(
    viewer: Viewer, area_id: UUID | None, page: PageRequest, only: Only = None
) -> Page[HouseholdJoin] | None:
    """Return a page of the open requests, the longest waiting first: of the households in an area within the viewer's
    reach; without `area_id`, in all of it, and of those whose active head the viewer is.

    None for a viewer without such work, and for an area out of reach. Two statements.
    """
    _, paths = await areas.reach(viewer, area_id)
    head_id = viewer.head_id if area_id is None and viewer.head_active else None
    if not paths and head_id is None:
        return None
    args = Args()
    homes = households.homes_in(paths, head_id, args)
    where_to = "j.household_id = place.id" if homes else "j.household_id IS NOT NULL"
    wanted = ["j.state = 'OPEN'", f"j.expires_at > {args(clock.now())}", where_to]
    where = OLDEST_FIRST.merged(page, args, "household_joins j", homes, wanted)
    return await READING.page(viewer, page, OLDEST_FIRST, where, args, only)


def actors(viewer: Viewer, join: HouseholdJoin) -> set[JoinActor]:
    """Return the capacities in which the viewer acts on a request now."""
    found = set()
    if viewer.account_id == join.account_id and not viewer.bound:
        found.add(JoinActor.ASKER)
    if viewer.head_id is not None and viewer.head_id == join.head_id:
        found.add(JoinActor.HEAD if viewer.head_active else JoinActor.SUSPENDED_HEAD)
    if join.grid_path is not None and inside(join.grid_path, viewer.dispatch_paths):
        found.add(JoinActor.DECIDER)
    return found


def vouched(viewer: Viewer, join: HouseholdJoin) -> bool:
    """Return whether the viewer is the head who has vouched for it."""
    return join.vouched_by_id is not None and join.vouched_by_id == viewer.head_id


def available_actions(viewer: Viewer, join: HouseholdJoin) -> list[HouseholdJoinAction]:
    """Return what this viewer may do with a request now."""
    return join_table.available_actions(join.state, actors(viewer, join), vouched=vouched(viewer, join))


def may_read_vouching(viewer: Viewer, join: HouseholdJoin) -> bool:
    """Return whether the viewer may read which household an undecided request means, and who vouched for it: the
    household's active head and oversight above."""
    return JoinActor.HEAD in actors(viewer, join) or _above(viewer, join)


def may_read_household(viewer: Viewer, join: HouseholdJoin) -> bool:
    """Return whether the viewer may read which household a request means: once it is confirmed, the asker too."""
    return join.state == HouseholdJoinState.CONFIRMED or may_read_vouching(viewer, join)


def may_read_phone(viewer: Viewer, join: HouseholdJoin) -> bool:
    """Return whether the viewer may read the asker's masked phone: oversight above, except the household's head."""
    return _above(viewer, join) and viewer.head_id != join.head_id


def _above(viewer: Viewer, join: HouseholdJoin) -> bool:
    return join.grid_path is not None and inside(join.grid_path, viewer.oversight_paths)
