"""Who is what to a nomination, as SQL over `nominations n`, `seasons s` and the season's area `sa`: the nominee, the
parties who decide nothing about it, and who belongs to the season's area."""

from services.db.sql import Args, any_of
from services.kit.viewer import Viewer


def nominee(viewer: Viewer, args: Args) -> str:
    """Return SQL, never null: the viewer is the head, a resident of the household, or of the building."""
    homes = args(list(viewer.household_ids)) if viewer.household_ids else None
    return any_of(
        [
            f"n.head_id IS NOT DISTINCT FROM {args(viewer.head_id)}::uuid" if viewer.head_id else None,
            f"coalesce(n.household_id = ANY({homes}), false)" if homes else None,
            f"EXISTS (SELECT 1 FROM households v WHERE v.building_id = n.building_id AND v.id = ANY({homes}))"
            if homes
            else None,
        ]
    )


def nominee_of(viewer: Viewer, args: Args) -> list[str]:
    """Return SQL, each along an index: as `nominee`, for who looks for the own nominations."""
    homes = args(list(viewer.household_ids)) if viewer.household_ids else None
    own = f"n.head_id = {args(viewer.head_id)}" if viewer.head_id else None
    at_home = f"n.household_id = ANY({homes})" if homes else None
    here = f"n.building_id = ANY(ARRAY(SELECT h.building_id FROM households h WHERE h.id = ANY({homes})))"
    return [one for one in (own, at_home, here if homes else None) if one]


def party(viewer: Viewer, args: Args) -> str:
    """Return SQL: the viewer proposed it, is the nominee, or lives in a household of the nominee."""
    return party_of(args(viewer.account_id)) if viewer.signed_in else "false"


def party_of(account: str) -> str:
    """Return SQL, given SQL for an account, with the meaning of `party`. By memberships, so that a session bound to one
    role hides no other."""
    return (
        f"(n.proposed_by_id = {account} OR EXISTS (SELECT 1 FROM memberships v WHERE v.account_id = {account}"
        " AND v.revoked_at IS NULL AND (v.head_id = n.head_id OR v.household_id = n.household_id"
        " OR v.household_id IN (SELECT b.id FROM households b WHERE b.building_id = n.building_id)"
        " OR v.household_id IN (SELECT l.household_id FROM memberships m JOIN memberships l"
        " ON l.account_id = m.account_id AND l.revoked_at IS NULL"
        " WHERE m.head_id = n.head_id AND m.revoked_at IS NULL))))"
    )


def belongs(viewer: Viewer, args: Args) -> str:
    """Return SQL: the viewer lives in the season's area, or works in it or above it."""
    works = viewer.worker_paths + viewer.staff_paths + viewer.admin_paths
    return any_of(
        [
            _lies(f"(SELECT h.grid_id FROM household_heads h WHERE h.id = {args(viewer.head_id)})")
            if viewer.head_id and viewer.head_active
            else None,
            f"EXISTS (SELECT 1 FROM households h WHERE h.id = ANY({args(list(viewer.household_ids))})"
            f" AND {_lies('h.grid_id')})"
            if viewer.household_ids
            else None,
            f"EXISTS (SELECT 1 FROM unnest({args(list(works))}::text[]) AS at (path)"
            " WHERE starts_with(at.path, sa.path) OR starts_with(sa.path, at.path))"
            if works
            else None,
        ]
    )


def supporter(viewer: Viewer, args: Args) -> str:
    """Return SQL for the household for which the viewer can support: the first of the own in the season's area."""
    if not viewer.household_ids:
        return "NULL::uuid"
    return (
        f"(SELECT h.id FROM households h WHERE h.id = ANY({args(list(viewer.household_ids))})"
        f" AND {_lies('h.grid_id')} ORDER BY h.id LIMIT 1)"
    )


def own(household: str) -> str:
    """Return SQL: a household is the nominee's own."""
    return (
        f"(n.household_id = {household}"
        f" OR n.building_id = (SELECT h.building_id FROM households h WHERE h.id = {household})"
        " OR EXISTS (SELECT 1 FROM memberships m JOIN memberships l ON l.account_id = m.account_id"
        f" WHERE m.head_id = n.head_id AND m.revoked_at IS NULL AND l.household_id = {household}"
        " AND l.revoked_at IS NULL))"
    )


def _lies(grid: str) -> str:
    return f"starts_with((SELECT g.path FROM areas g WHERE g.id = {grid})::text, sa.path::text)"
