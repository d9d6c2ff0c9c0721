"""Who asks, and where in the district they may act. Pure.

What exists for whom is each noun's `visible_to(viewer, args)`; what of it they may read stands beside it as `may_…`.
"""

from dataclasses import dataclass, field
from uuid import UUID

from models.enums import Role


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
    """Return whether an area's path lies in one of the subtrees."""
    return any(path.startswith(root) for root in roots)
