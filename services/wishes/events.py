"""The history of wishes: their steps, offers and helpers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from models.enums import OfferState, WishAction, WishActor, WishState
from services.db import database
from services.db.sql import Args, any_of, lies_in
from services.kit.viewer import Viewer, inside

MAX_EVENTS = 200
MAX_OFFERS = 200


@dataclass(frozen=True, slots=True)
class WishEvent:
    """One step of a wish, as it is read."""

    id: UUID
    number: int
    wish_id: UUID
    household_id: UUID
    grid_path: str
    action: WishAction
    actor: WishActor
    account_id: UUID | None
    head_id: UUID | None
    from_state: WishState | None
    to_state: WishState
    stars: int | None
    note: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class WishOffer:
    """One head's offer of a wish, as it is read."""

    id: UUID
    wish_id: UUID
    head_id: UUID
    state: OfferState
    offered_at: datetime
    ended_at: datetime | None


R = TypeVar("R", WishEvent, WishOffer)


async def events_of(viewer: Viewer, wish_ids: Sequence[UUID]) -> dict[UUID, list[WishEvent]]:
    """Return each wish's steps, oldest first; of a long history the latest MAX_EVENTS. One statement.

    For wishes that the viewer sees; `wishes.may_read_event_note` decides about each note.
    """
    rows = await database.read(
        WishEvent,
        f"""
        SELECT found.* FROM unnest($1::uuid[]) WITH ORDINALITY AS parent (id, place)
        CROSS JOIN LATERAL (
            SELECT e.id, e.number, e.wish_id, w.household_id, g.path AS grid_path, e.action, e.actor, e.account_id,
                   e.head_id, e.from_state, e.to_state, e.stars,
                   coalesce((SELECT t.text FROM texts t WHERE t.id = e.id), '') AS note, e.occurred_at
            FROM wish_events e JOIN wishes w ON w.id = e.wish_id JOIN areas g ON g.id = w.grid_id
            WHERE e.wish_id = parent.id ORDER BY e.number DESC LIMIT {MAX_EVENTS}
        ) found ORDER BY parent.place, found.number
        """,
        list(wish_ids),
    )
    return _grouped(wish_ids, rows)


async def helpers_of(viewer: Viewer, wish_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the names of each wish's helpers. One statement. For wishes that the viewer sees."""
    rows = await database.fetch(
        "SELECT wish_id, name FROM wish_helpers WHERE wish_id = ANY($1) ORDER BY id", list(wish_ids)
    )
    grouped: dict[UUID, list[str]] = {key: [] for key in wish_ids}
    for row in rows:
        grouped[row["wish_id"]].append(row["name"])
    return grouped


async def offers_of(viewer: Viewer, wish_ids: Sequence[UUID]) -> dict[UUID, list[WishOffer]]:
    """Return each wish's offers, latest first, at most MAX_OFFERS. One statement.

    All of them for oversight above, their own for heads, none for others.
    """
    args = Args()
    allowed = any_of(
        [
            f"o.head_id = {args(viewer.head_id)}" if viewer.head_id else None,
            lies_in("w.grid_id", viewer.oversight_paths, args),
        ]
    )
    rows = await database.read(
        WishOffer,
        f"""
        SELECT found.* FROM unnest({args(list(wish_ids))}::uuid[]) WITH ORDINALITY AS parent (id, place)
        CROSS JOIN LATERAL (
            SELECT o.id, o.wish_id, o.head_id, o.state, o.offered_at, o.ended_at
            FROM wish_offers o JOIN wishes w ON w.id = o.wish_id
            WHERE o.wish_id = parent.id AND {allowed} ORDER BY o.id DESC LIMIT {MAX_OFFERS}
        ) found ORDER BY parent.place, found.id DESC
        """,
        *args,
    )
    return _grouped(wish_ids, rows)


def _grouped(wish_ids: Sequence[UUID], rows: Sequence[R]) -> dict[UUID, list[R]]:
    grouped: dict[UUID, list[R]] = {key: [] for key in wish_ids}
    for row in rows:
        grouped[row.wish_id].append(row)
    return grouped


def may_read_event_note(
    viewer: Viewer, account_id: UUID | None, household_id: UUID, grid_path: str, *, declined: bool, called_back: bool
) -> bool:
    """Return whether the viewer, who sees the wish, may read the note of a step.

    The reason of a decline is for the head and oversight, the note of a call-back for the household and oversight.
    """
    if inside(grid_path, viewer.oversight_paths) or (account_id is not None and account_id == viewer.account_id):
        return True
    if declined:
        return False
    return not called_back or household_id in viewer.household_ids
