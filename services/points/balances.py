"""Balances (积分余额) of a head."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.db import database
from services.db.sql import Args, any_of, lies_in
from services.kit import clock
from services.kit.viewer import Viewer, inside


@dataclass(frozen=True, slots=True)
class Balances:
    """A head's points. `debt` is positive."""

    head_id: UUID
    pending: int
    available: int
    held: int
    debt: int


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `household_heads hh`: heads whose points the viewer may read. As `may_read_points`."""
    return any_of(
        [
            f"hh.id = {args(viewer.head_id)}" if viewer.head_id else None,
            lies_in("hh.grid_id", viewer.control_paths, args),
        ]
    )


async def balances(viewer: Viewer, head_ids: Sequence[UUID]) -> dict[UUID, Balances]:
    """Return the balances of those heads whose points the viewer may read. One statement.

    An expired hold that is not yet swept counts as released, to the debt first.
    """
    args = Args()
    rows = await database.fetch(
        f"""
        SELECT hh.id AS head_id, own.pending, greatest(0, own.free + over.points) AS available,
            own.held - over.points AS held, greatest(0, -own.free - over.points) AS debt
        FROM household_heads hh
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(balance) FILTER (WHERE kind = 'PENDING'), 0)::bigint AS pending,
                coalesce(sum(balance) FILTER (WHERE kind IN ('AVAILABLE', 'DEBT')), 0)::bigint AS free,
                coalesce(sum(balance) FILTER (WHERE kind = 'HELD'), 0)::bigint AS held
            FROM points_accounts WHERE head_id = hh.id
        ) own
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(cost_points), 0) AS points FROM preparations
            WHERE head_id = hh.id AND state = 'LIVE' AND expires_at <= {args(clock.now())}
        ) over
        WHERE hh.id = ANY({args(list(head_ids))}) AND {visible_to(viewer, args)}
        """,
        *args,
    )
    return {row["head_id"]: Balances(**row) for row in rows}


def may_read_points(viewer: Viewer, head_id: UUID, grid_path: str) -> bool:
    """Return whether the viewer may read a head's points: the head, administrators and auditors above."""
    return viewer.head_id == head_id or inside(grid_path, viewer.control_paths)
