"""Who may do and see what. Pure: no I/O, so that every rule can be tested by table.

What exists for whom is each noun's `visible_to(viewer, args)`; here is what a viewer may do with what exists.
"""

from dataclasses import dataclass, field
from uuid import UUID

from models.enums import Role, StatementSide


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the union of an account's memberships. Without `account_id`, somebody anonymous.

    Paths are those of areas; each stands for its whole subtree. `head_active`: the head is neither suspended nor gone.
    Of the shops worked in (`shop_ids`), `owned_shop_ids` are those run as an owner; at the others' tills the viewer is
    a plain cashier.
    """

    account_id: UUID | None = None
    session_id: UUID | None = None
    display_name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    household_ids: tuple[UUID, ...] = ()
    head_id: UUID | None = None
    head_active: bool = True
    shop_ids: tuple[UUID, ...] = ()
    owned_shop_ids: tuple[UUID, ...] = ()
    worker_paths: tuple[str, ...] = ()
    staff_paths: tuple[str, ...] = ()
    admin_paths: tuple[str, ...] = ()
    auditor_paths: tuple[str, ...] = ()

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in at all."""
        return self.account_id is not None

    @property
    def household_id(self) -> UUID | None:
        """The household lived in: the first, for the few who belong to several."""
        return self.household_ids[0] if self.household_ids else None

    @property
    def shop_id(self) -> UUID | None:
        """The shop worked in: the first, for the few who work in several."""
        return self.shop_ids[0] if self.shop_ids else None

    @property
    def oversight_paths(self) -> tuple[str, ...]:
        """The subtrees whose households, heads and wishes this viewer may read in the course of work."""
        return self.worker_paths + self.staff_paths + self.admin_paths + self.auditor_paths

    @property
    def dispatch_paths(self) -> tuple[str, ...]:
        """The subtrees whose wishes this viewer may dispatch: grid workers and community staff."""
        return self.worker_paths + self.staff_paths

    @property
    def manage_paths(self) -> tuple[str, ...]:
        """The subtrees whose heads and households this viewer may administer: community staff and administrators."""
        return self.staff_paths + self.admin_paths

    @property
    def control_paths(self) -> tuple[str, ...]:
        """The subtrees whose points and redemptions this viewer may read: administrators and auditors."""
        return self.admin_paths + self.auditor_paths

    @property
    def shop_paths(self) -> tuple[str, ...]:
        """The subtrees in which this viewer sees every shop, also one that has only applied: not grid workers."""
        return self.staff_paths + self.control_paths


ANONYMOUS = Viewer()


def governs_district(viewer: Viewer) -> bool:
    """What holds for everybody, such as the reward rule, is made by administrators of the whole district: the root."""
    return any(path.count("/") == 1 for path in viewer.admin_paths)


def inside(path: str, roots: tuple[str, ...]) -> bool:
    """Whether an area's path lies in one of the subtrees."""
    return any(path.startswith(root) for root in roots)


def may_read_points(viewer: Viewer, head_id: UUID, grid_path: str) -> bool:
    """A head's points are the head's own business, and that of administrators and auditors above."""
    return viewer.head_id == head_id or inside(grid_path, viewer.control_paths)


def may_read_head_state(viewer: Viewer, head_id: UUID, grid_path: str) -> bool:
    """Whether a head takes part in the board, is suspended or has left, and why: the head, and those who work above."""
    return viewer.head_id == head_id or inside(grid_path, viewer.oversight_paths)


def may_read_audit(viewer: Viewer) -> bool:
    """The audit is the whole district's, so it is for those auditors alone who audit all of it."""
    return any(path.count("/") == 1 for path in viewer.auditor_paths)


def may_run_shop(viewer: Viewer, shop_id: UUID, area_path: str) -> bool:
    """A shop's staff, ceiling and books are its owners' business, and that of administrators and auditors above."""
    return shop_id in viewer.owned_shop_ids or inside(area_path, viewer.control_paths)


def may_read_alerts(viewer: Viewer, shop_id: UUID, area_path: str) -> bool:
    """That many codes typed in a shop were wrong: its owners, and community staff, administrators, auditors above. Not
    its cashiers, about whom it may be."""
    return shop_id in viewer.owned_shop_ids or inside(area_path, viewer.shop_paths)


def statement_side(viewer: Viewer, shop_id: UUID, area_path: str) -> StatementSide | None:
    """For which side a viewer may acknowledge a shop's statements: its owners for the shop alone, administrators above
    who do not work there for the district."""
    if shop_id in viewer.owned_shop_ids:
        return StatementSide.SHOP
    if shop_id in viewer.shop_ids:
        return None
    return StatementSide.DISTRICT if inside(area_path, viewer.admin_paths) else None


def may_follow_shop(viewer: Viewer, shop_id: UUID, area_path: str, parties: tuple[UUID | None, ...]) -> bool:
    """What was decided of a shop and why: who runs it, and the parties: who applied, who entered it on their behalf."""
    return may_run_shop(viewer, shop_id, area_path) or (viewer.signed_in and viewer.account_id in parties)


def may_read_ceiling(
    viewer: Viewer, shop_id: UUID, area_path: str, parties: tuple[UUID | None, ...], *, applied: bool
) -> bool:
    """A shop's ceiling: who runs it; and the parties, who proposed it, while it has only applied."""
    return may_run_shop(viewer, shop_id, area_path) or (
        applied and may_follow_shop(viewer, shop_id, area_path, parties)
    )


def may_read_household_contact(viewer: Viewer, household_id: UUID, grid_path: str) -> bool:
    """A household's own address and the log of who was shown it: the household, and staff and auditors above."""
    return household_id in viewer.household_ids or inside(grid_path, viewer.staff_paths + viewer.auditor_paths)


def may_read_address(viewer: Viewer, household_id: UUID, head_id: UUID | None, grid_path: str) -> bool:
    """An address without a wish: the household, the head who looks after it (not while suspended: a reveal would not
    show it either), and those who work in its grid."""
    return (
        household_id in viewer.household_ids
        or (head_id is not None and head_id == viewer.head_id and viewer.head_active)
        or inside(grid_path, viewer.oversight_paths)
    )


def may_read_requester(
    viewer: Viewer, household_id: UUID, requester_id: UUID, head_id: UUID | None, grid_path: str
) -> bool:
    """Who asked for a wish: the household, the requester, the assigned head, and those who work in its grid."""
    return (
        household_id in viewer.household_ids
        or requester_id == viewer.account_id
        or (head_id is not None and head_id == viewer.head_id)
        or inside(grid_path, viewer.oversight_paths)
    )


def may_read_event_note(
    viewer: Viewer, account_id: UUID | None, household_id: UUID, grid_path: str, *, declined: bool, called_back: bool
) -> bool:
    """The note of a wish's step: whoever sees the wish. But why a head declined is between the head and oversight,
    and what was said in a call-back between the household and oversight."""
    if inside(grid_path, viewer.oversight_paths) or (account_id is not None and account_id == viewer.account_id):
        return True
    if declined:
        return False
    return not called_back or household_id in viewer.household_ids


def may_read_consent(viewer: Viewer, household_id: UUID, requester_id: UUID, grid_path: str) -> bool:
    """The consent noted for a wish filed on behalf: the household, who filed it, and those who work in its grid."""
    return may_read_requester(viewer, household_id, requester_id, None, grid_path)


def may_read_dispute_reason(viewer: Viewer, head_id: UUID, head_path: str, shop_id: UUID, shop_path: str) -> bool:
    """A head's own words about a redemption: the head, and administrators and auditors above the head or the shop; but
    nobody else who works in that shop."""
    if viewer.head_id == head_id:
        return True
    above = inside(head_path, viewer.control_paths) or inside(shop_path, viewer.control_paths)
    return above and shop_id not in viewer.shop_ids
