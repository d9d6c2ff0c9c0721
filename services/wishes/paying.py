"""Whose ratings pay whom: who lets somebody in as a household must not be the head whom that household rates."""

from services.db.sql import Args
from services.kit import clock
from services.kit.viewer import Viewer
from services.wishes.table import RATE_LATE_WITHIN


def pays(viewer: Viewer, household: str, args: Args) -> str:
    """Return SQL, given the alias of a household: its ratings pay the viewer, as its head, or as the head who has one
    of its wishes in hand, or did one that may still be rated."""
    if viewer.head_id is None:
        return "false"
    me, late = args(viewer.head_id), args(clock.now() - RATE_LATE_WITHIN)
    return (
        f"({household}.head_id IS NOT DISTINCT FROM {me}::uuid OR EXISTS (SELECT 1 FROM wishes w"
        f" WHERE w.household_id = {household}.id AND w.head_id = {me} AND (w.state IN ('DISPATCHED', 'ACCEPTED',"
        f" 'COMPLETED') OR w.state = 'RATED' AND w.rating_source = 'AUTOMATIC' AND w.rated_at > {late})))"
    )


def rates(viewer: Viewer, account: str, args: Args) -> str:
    """Return SQL, given SQL for an account's id: it lives in a household whose ratings pay the viewer."""
    if viewer.head_id is None:
        return "false"
    return (
        "EXISTS (SELECT 1 FROM memberships r JOIN households home ON home.id = r.household_id"
        f" WHERE r.account_id = {account} AND r.revoked_at IS NULL AND {pays(viewer, 'home', args)})"
    )
