"""Grants (专享): a head may use a discount that is for grants alone, so many times until a day; as they are read.

How often one was used is counted: standing redemptions, and live preparations, of its passes. So a revoked redemption
and an upheld dispute give it back by themselves. Exact while the caller holds the lock of the head's row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from models.enums import GrantAction, GrantSource, GrantState
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in
from services.kit import clock
from services.kit.viewer import Viewer, inside
from services.people import areas

SOURCE = "grants g JOIN household_heads hh ON hh.id = g.head_id"
NEWEST_FIRST = Keyset("grants", {"id": ("g.id", UUID)}, descending=True)


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant, as it is read. `origin_id` is the discount's first version, `discount_id` the one that was put on
    offer last."""

    id: UUID
    head_id: UUID
    head_path: str
    origin_id: UUID
    discount_id: UUID | None
    quantity: int
    used: int
    valid_from: date
    valid_until: date
    source: GrantSource
    note: str
    granted_at: datetime
    state: GrantState
    revoked_at: datetime | None
    revoke_reason: str | None

    @property
    def left(self) -> int:
        """How many times it can still be used, now or from its first day on; 0 once it is over or revoked."""
        return self.quantity - self.used if self.state in {GrantState.OPEN, GrantState.UPCOMING} else 0


def used(args: Args, without: str = "NULL::uuid") -> str:
    """Return SQL over `grants g`: how often it was used, as if the pass `without` held nothing. Expired holds do not
    count."""
    of_grant = "(SELECT i.grant_id FROM passes i WHERE i.id = {row}.issued_pass_id) = g.id"
    return f"""(
        SELECT count(*) FROM redemptions u WHERE u.head_id = g.head_id AND u.origin_id = g.discount_id
            AND u.state = 'CONFIRMED' AND {of_grant.format(row="u")}
    ) + (
        SELECT count(*) FROM preparations v WHERE v.head_id = g.head_id AND v.origin_id = g.discount_id
            AND v.state = 'LIVE' AND v.expires_at > {args(clock.now())} AND v.issued_pass_id IS DISTINCT FROM {without}
            AND {of_grant.format(row="v")}
    )"""


def usable(args: Args, without: str = "NULL::uuid") -> str:
    """Return SQL over `grants g`: it can be used now, as if the pass `without` held nothing."""
    today = args(clock.day_of(clock.now()))
    return (
        f"g.closed_at IS NULL AND g.valid_from <= {today} AND g.valid_until >= {today}"
        f" AND g.quantity > {used(args, without)}"
    )


def held_by(head_id: str, origin_id: str, pass_id: str, args: Args) -> str:
    """Return SQL: the head holds a grant of the discount that can be used now: of a pass, the one it was issued for."""
    return (
        f"EXISTS (SELECT 1 FROM grants g WHERE g.head_id = {head_id} AND g.discount_id = {origin_id}"
        f" AND ({pass_id} IS NULL OR g.id = (SELECT i.grant_id FROM passes i WHERE i.id = {pass_id}))"
        f" AND {usable(args, pass_id)})"
    )


def columns(_: Viewer, args: Args) -> str:
    """Return the columns of a Grant."""
    times, today = used(args), args(clock.day_of(clock.now()))
    return f"""
        g.id, g.head_id, {areas.path_of("hh.grid_id")} AS head_path, g.discount_id AS origin_id, (
            SELECT v.id FROM discounts v WHERE v.origin_id = g.discount_id AND v.approved_at IS NOT NULL
            ORDER BY v.version DESC LIMIT 1
        ) AS discount_id, g.quantity, {times} AS used, g.valid_from, g.valid_until, g.source, g.note, g.granted_at,
        CASE WHEN g.revoked_at IS NOT NULL THEN 'REVOKED' WHEN g.valid_until < {today} OR g.closed_at IS NOT NULL
            THEN 'OVER' WHEN g.quantity <= {times} THEN 'USED' WHEN g.valid_from > {today} THEN 'UPCOMING' ELSE 'OPEN'
        END AS state, g.revoked_at, g.revoke_reason"""


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over SOURCE: the head, administrators and auditors above the head. A shop sees no grants."""
    return any_of(
        [
            f"g.head_id = {args(viewer.head_id)}" if viewer.head_id else None,
            lies_in("hh.grid_id", viewer.control_paths, args),
        ]
    )


READING = Reading(Grant, columns, SOURCE, "g.id", visible_to)
by_ids = READING.by_ids


async def of_heads(
    viewer: Viewer, head_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Grant]]:
    """Return a page of each head's grants, newest first. One statement for all the heads."""
    return await READING.of_parents(viewer, head_ids, page, NEWEST_FIRST, "g.head_id", only=only)


async def of_discounts(
    viewer: Viewer, origin_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Grant]]:
    """Return a page of each discount's grants, newest first, by the first version's id. One statement for all the
    discounts."""
    args = Args()
    select = (
        f"SELECT {columns(viewer, args)} FROM {SOURCE} WHERE g.discount_id = parent.id AND {visible_to(viewer, args)}"
    )
    return await NEWEST_FIRST.fetch_each(Grant, page, origin_ids, "origin_id", select, args, only)


def available_actions(viewer: Viewer, grant: Grant) -> list[GrantAction]:
    """Return what the viewer is offered to do with a grant now: an administrator above the head may revoke what is left
    of it."""
    return [GrantAction.REVOKE] if grant.left > 0 and may_revoke(viewer, grant) else []


def may_revoke(viewer: Viewer, grant: Grant) -> bool:
    """Return whether the viewer may revoke a grant now: an administrator above the head, before it ends; also one that
    a till has just used up, for a use may yet be given back."""
    ended = grant.state in {GrantState.OVER, GrantState.REVOKED}
    return not ended and inside(grant.head_path, viewer.admin_paths)


async def ending_first(head_id: UUID, origin_id: UUID) -> tuple[UUID, date] | None:
    """Return, of the head's grants of a discount that can be used now, the one that ends first, and its last day; None
    for none. The caller has locked the head."""
    args = Args()
    row = await database.fetch_one(
        f"SELECT g.id, g.valid_until FROM grants g WHERE g.head_id = {args(head_id)}"
        f" AND g.discount_id = {args(origin_id)} AND {usable(args)} ORDER BY g.valid_until, g.id LIMIT 1",
        *args,
    )
    return (row["id"], row["valid_until"]) if row else None
