"""The viewer: who asks, and where in the district they may act. Pure.

Which rows exist for a viewer is each noun's `visible_to(viewer, args)`; which fields of them are readable, its `may_…`.
"""

from dataclasses import dataclass, field
from uuid import UUID

from models.enums import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """The union of an account's memberships; anonymous without `account_id`.

    Paths are those of areas; each stands for its whole subtree. `head_active`: the head is neither suspended nor gone.
    `owned_shop_ids` is the subset of `shop_ids` where the viewer is an owner; at the others the viewer is a cashier.
    `active_shop_ids`: those that take part now. `bound`: the session acts in one shop or area alone, and changes
    neither phone, second factor nor bindings. `second_factor_due`: roles are withheld until the second factor is shown.
    """

    account_id: UUID | None = None
    session_id: UUID | None = None
    display_name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    household_ids: tuple[UUID, ...] = ()
    head_id: UUID | None = None
    head_active: bool = True
    shop_ids: tuple[UUID, ...] = ()
    active_shop_ids: tuple[UUID, ...] = ()
    owned_shop_ids: tuple[UUID, ...] = ()
    worker_paths: tuple[str, ...] = ()
    staff_paths: tuple[str, ...] = ()
    admin_paths: tuple[str, ...] = ()
    auditor_paths: tuple[str, ...] = ()
    bound: bool = False
    second_factor_due: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether the viewer is an account."""
        return self.account_id is not None

    @property
    def household_id(self) -> UUID | None:
        """The viewer's household: the first, for the few who belong to several."""
        return self.household_ids[0] if self.household_ids else None

    @property
    def shop_id(self) -> UUID | None:
        """The viewer's shop: the first, for the few who work in several."""
        return self.shop_ids[0] if self.shop_ids else None

    @property
    def oversight_paths(self) -> tuple[str, ...]:
        """The subtrees whose households, heads and wishes the viewer may read for work."""
        return self.worker_paths + self.staff_paths + self.admin_paths + self.auditor_paths

    @property
    def dispatch_paths(self) -> tuple[str, ...]:
        """The subtrees whose wishes the viewer may dispatch: grid workers and community staff."""
        return self.worker_paths + self.staff_paths

    @property
    def manage_paths(self) -> tuple[str, ...]:
        """The subtrees whose heads and households the viewer may administer: community staff and administrators."""
        return self.staff_paths + self.admin_paths

    @property
    def control_paths(self) -> tuple[str, ...]:
        """The subtrees whose points and redemptions the viewer may read: administrators and auditors."""
        return self.admin_paths + self.auditor_paths

    @property
    def shop_paths(self) -> tuple[str, ...]:
        """The subtrees in which the viewer sees every shop, including applicants: all but grid workers."""
        return self.staff_paths + self.control_paths


ANONYMOUS = Viewer()


def governs_district(viewer: Viewer) -> bool:
    """Return whether the viewer is an administrator of the whole district, who makes district-wide rules."""
    return any(path.count("/") == 1 for path in viewer.admin_paths)


def inside(path: str, roots: tuple[str, ...]) -> bool:
    """Return whether an area's path lies in one of the subtrees."""
    return path.startswith(roots)
