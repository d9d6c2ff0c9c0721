"""What the viewer may do with heads and households now, for `availableActions`: by the rules of each part that does it,
for all of a list in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.enums import HeadAction, HouseholdAction
from services.db import database
from services.db.sql import Args
from services.entry import showing
from services.grants import actions as grant_actions
from services.kit.viewer import Viewer, inside
from services.people import heads, households, moves
from services.people.heads import HouseholdHead
from services.people.households import Household
from services.roles import head_table, phones
from services.roles import heads as head_actions
from services.wishes import paying, submissions

_HOLDER = "(SELECT m.account_id FROM memberships m WHERE m.head_id = hh.id AND m.revoked_at IS NULL)"


@dataclass(frozen=True, slots=True)
class _Head(HouseholdHead):
    """A head, and what the account behind it lets the viewer do; all where there is none. `kin` as `heads.kin`,
    `thanked` as `grants.actions.thanked`."""

    changeable: bool
    showable: bool
    kin: bool
    thanked: bool


@dataclass(frozen=True, slots=True)
class _Household(Household):
    """A household, and what the accounts behind its contact let the viewer do; all where there are none. `pays` as
    `paying.pays`."""

    changeable: bool
    showable: bool
    pays: bool


async def of_heads(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, list[HeadAction]]:
    """Return the actions that the viewer may take on each head now. One statement, none for who is no head and works
    above none."""
    if viewer.head_id is None and not viewer.manage_paths + viewer.dispatch_paths:
        return {}
    args = Args()
    thanked = grant_actions.thanked("hh.id", args) if viewer.admin_paths else "false"
    found = await database.read(
        _Head,
        f"SELECT {heads.COLUMNS}, {_let(viewer, _HOLDER, _HOLDER, args)},"
        f" {heads.kin('hh.id', args(viewer.account_id))} AS kin, {thanked} AS thanked FROM {heads.SOURCE}"
        f" WHERE hh.id = ANY({args(list(ids))}) AND {heads.visible_to(viewer, args)}",
        *args,
    )
    return {head.id: _on_head(viewer, head) for head in found}


def _on_head(viewer: Viewer, head: _Head) -> list[HeadAction]:
    barred = {HeadAction.CHANGE_PHONE: not head.changeable, HeadAction.SHOW_CODE: not head.showable}
    actors = head_table.standing(viewer, head.id, head.grid_path)
    possible = head_table.available_actions(head_actions.facts(head), actors)
    given = [HeadAction.GRANT] if grant_actions.may_give(viewer, head, kin=head.kin, thanked=head.thanked) else []
    return [*(action for action in possible if not barred.get(action, False)), *given]


async def of_households(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, list[HouseholdAction]]:
    """Return the actions that the viewer may take on each household now. One statement, none for who has nothing to do
    with any."""
    if not viewer.household_ids and viewer.head_id is None and not viewer.manage_paths + viewer.dispatch_paths:
        return {}
    args = Args()
    found = await database.read(
        _Household,
        f"SELECT {households.COLUMNS}, {_let(viewer, phones.reached_by('h'), showing.CONTACT, args)},"
        f" {paying.pays(viewer, 'h', args)} AS pays FROM {households.SOURCE} WHERE h.id = ANY({args(list(ids))})"
        f" AND {households.visible_to(viewer, args)}",
        *args,
    )
    return {household.id: _on_household(viewer, household) for household in found}


def _on_household(viewer: Viewer, household: _Household) -> list[HouseholdAction]:
    managed = inside(household.grid_path, viewer.manage_paths)
    at_desk = inside(household.grid_path, viewer.dispatch_paths)
    possible = {
        HouseholdAction.SUBMIT_WISH: submissions.not_to_submit(viewer, household) is None,
        HouseholdAction.MOVE: moves.may_move(viewer, household.grid_path),
        HouseholdAction.CHANGE_PHONE: managed and household.changeable and not household.pays,
        HouseholdAction.SHOW_CODE: at_desk and household.showable and not household.pays,
    }
    return [action for action, may in possible.items() if may]


def _let(viewer: Viewer, changed: str, shown: str, args: Args) -> str:
    """Return the columns `changeable` and `showable`, given SQL for the account whose number would be changed, and for
    the one that would be shown a code."""
    return (
        f"(SELECT a.id IS NULL OR {phones.changeable(viewer, 'a.id', args)} FROM (SELECT {changed} AS id) a)"
        f" AS changeable, (SELECT a.id IS NULL OR {showing.showable(viewer, 'a.id', args)} FROM (SELECT {shown} AS id)"
        " a) AS showable"
    )
