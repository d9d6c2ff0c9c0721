"""Agreements (共建协议) between a partner and an area, as they are read.

One in force is public: its title, partner, area and days. Its text and what became of it are for its two sides, and
administrators and auditors above the area; so is one that is not in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from models.enums import AgreementAction, AgreementState
from services.agreements import table
from services.agreements.table import Facts, Side
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args, any_of, lies_in, one_of, under
from services.kit import clock
from services.kit.viewer import Viewer, inside
from services.people import areas

SOURCE = "agreements g"
NEWEST_FIRST = Keyset("agreements", {"id": ("g.id", UUID)}, descending=True)

# Kinds of areas with which partners agree.
AREA_KINDS = "('COMMUNITY', 'SUBDISTRICT')"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement, as it is read. `until` is its last day; `signed_on` the day of the second signature."""

    id: UUID
    partner_id: UUID
    area_id: UUID
    title: str
    text: str
    revision: int
    until: date
    state: AgreementState
    drafted_at: datetime
    area_signed_by_id: UUID | None
    area_signed_by_name: str | None
    area_signed_at: datetime | None
    partner_signed_by_id: UUID | None
    partner_signed_by_name: str | None
    partner_signed_at: datetime | None
    signed_on: date | None
    ended_at: datetime | None
    ended_reason: str
    area_path: str


def columns(_: Viewer, args: Args) -> str:
    """Return the columns of an Agreement; an overdue one reads ENDED before the tick ends it."""
    today = clock.day_of(clock.now())
    over = f"g.state <> 'ENDED' AND g.until < {args(today)}"
    name = "(SELECT p.display_name FROM accounts p WHERE p.id = {})"
    return (
        "g.id, g.partner_id, g.area_id, g.title, g.text, g.revision, g.until,"
        f" CASE WHEN {over} THEN 'ENDED' ELSE g.state END AS state, g.drafted_at,"
        f" g.area_signed_by_id, {name.format('g.area_signed_by_id')} AS area_signed_by_name, g.area_signed_at,"
        f" g.partner_signed_by_id, {name.format('g.partner_signed_by_id')} AS partner_signed_by_name,"
        f" g.partner_signed_at, g.signed_on, g.ended_at,"
        f" CASE WHEN {over} THEN '{EXPIRED}' ELSE g.ended_reason END AS ended_reason,"
        f" {areas.path_of('g.area_id')} AS area_path"
    )


EXPIRED = "协议已到期"


def in_force(args: Args) -> str:
    """Return SQL over `agreements g`: signed by both, and not past its last day."""
    return f"g.state = 'ACTIVE' AND g.until >= {args(clock.day_of(clock.now()))}"


def followed_by(viewer: Viewer, args: Args) -> str:
    """Return SQL over `agreements g`, with the meaning of `may_follow`."""
    return any_of(
        [
            f"g.partner_id = ANY({args(list(viewer.owned_shop_ids))})" if viewer.owned_shop_ids else None,
            lies_in("g.area_id", viewer.shop_paths, args),
        ]
    )


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `agreements g`: those in force are public, all others for who may follow them."""
    return any_of([in_force(args), followed_by(viewer, args)])


READING = Reading(Agreement, columns, SOURCE, "g.id", visible_to)
by_ids = READING.by_ids


def may_follow(viewer: Viewer, partner_id: UUID, area_path: str) -> bool:
    """Return whether the viewer may read an agreement's text and what became of it: owners of the partner, and
    community staff, administrators and auditors above the area."""
    return partner_id in viewer.owned_shop_ids or inside(area_path, viewer.shop_paths)


def sides(viewer: Viewer, agreement: Agreement) -> frozenset[Side]:
    """Return the sides for which the viewer acts. Who works at the partner never acts for the area."""
    held = {
        Side.AREA: may_act_for(viewer, agreement.partner_id, agreement.area_path),
        Side.PARTNER: agreement.partner_id in viewer.owned_shop_ids,
    }
    return frozenset(side for side, holds in held.items() if holds)


def may_act_for(viewer: Viewer, partner_id: UUID, area_path: str) -> bool:
    """Return whether the viewer acts for an area towards this partner."""
    return inside(area_path, viewer.manage_paths) and partner_id not in viewer.shop_ids


def facts(viewer: Viewer, agreement: Agreement) -> Facts:
    """Return what decides which steps the viewer may take."""
    signers = {Side.AREA: agreement.area_signed_by_id, Side.PARTNER: agreement.partner_signed_by_id}
    signed_by = {side: account for side, account in signers.items() if account is not None}
    return Facts(agreement.state, signed_by, viewer.account_id)


def available_actions(viewer: Viewer, agreement: Agreement) -> list[AgreementAction]:
    """Return what this viewer may do with the agreement now."""
    return table.available_actions(facts(viewer, agreement), sides(viewer, agreement))


async def listed(
    viewer: Viewer,
    page: PageRequest,
    area_id: UUID | None = None,
    partner_id: UUID | None = None,
    states: Sequence[AgreementState] | None = None,
    only: Only = None,
) -> Page[Agreement] | None:
    """Return a page of the agreements that the viewer sees, newest first.

    With `area_id` those that concern the area: its own, those of the areas in it and of the areas above it. With
    `partner_id` the partner's. None for an area that does not exist for the viewer. At most two statements.
    """
    args = Args()
    branches, wanted = [], [visible_to(viewer, args)]
    if area_id is not None:
        area = await areas.find(viewer, area_id)
        if area is None:
            return None
        if area.parent_id is not None:  # all concern the whole district
            branches.append(_places(area.path, args))
            wanted.append("g.area_id = place.id")
    if partner_id is not None:
        wanted.append(f"g.partner_id = {args(partner_id)}")
    if states is not None:
        wanted.append(_in_states(states, args))
    elif not branches and partner_id is None and not viewer.signed_in:
        branches.append(one_of("state", [AgreementState.ACTIVE], args))
        wanted.append("g.state = one_state.state")
    where = NEWEST_FIRST.merged(page, args, SOURCE, branches, wanted)
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only)


def _in_states(states: Sequence[AgreementState], args: Args) -> str:
    """Return SQL over `agreements g`: it reads as one of these states. As in `columns`."""
    over = f"g.until < {args(clock.day_of(clock.now()))}"
    found = f"CASE WHEN {over} THEN 'ENDED' ELSE g.state END"
    return f"{found} = ANY({args([state.value for state in states])}::text[])"


def _places(path: str, args: Args) -> str:
    """Return SQL for FROM: the areas with agreements in this subtree, and those above it, as `place (id)`."""
    above = [path[: end + 1] for end, character in enumerate(path) if character == "/"][:-1]
    concerned = any_of([under("a.path", [path], args), f"a.path = ANY({args(above)})"])
    return f"(SELECT a.id FROM areas a WHERE a.kind IN {AREA_KINDS} AND {concerned}) place"


async def helping(partner_ids: Sequence[UUID], path: str) -> dict[UUID, str]:
    """Return the names of those of the partners that have an agreement in force with the area at `path` or one above
    it, by id. One statement."""
    args = Args()
    rows = await database.fetch(
        f"SELECT DISTINCT s.id, s.name FROM agreements g JOIN shops s ON s.id = g.partner_id"
        f" JOIN areas a ON a.id = g.area_id WHERE g.partner_id = ANY({args(list(partner_ids))}) AND {in_force(args)}"
        f" AND starts_with({args(path)}, a.path)",
        *args,
    )
    return {row["id"]: row["name"] for row in rows}
