"""What is offered of heads and households is what would be done: everybody tries everything, and it is undone."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from models.accounts import Account, Membership
from models.enums import HeadAction, HouseholdAction, Role, WishCategory
from models.people import Household, HouseholdHead
from services.accounts import sessions
from services.db import database
from services.entry import offers, showing
from services.grants import actions as grant_actions
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns
from services.kit.viewer import ANONYMOUS, Viewer
from services.people import moves
from services.roles import heads as head_actions
from services.roles import phones
from services.wishes import submissions
from services.writes.write import Unchanged
from tests.town import grants, points
from tests.town.story import request_no
from tests.town.world import Person, World, discount, everybody, grant

H, D = HeadAction, HouseholdAction
NEW_PHONE = "13800000077"


class Undone(Exception):
    """Rolls back what was tried; says how it went."""


@database.transactional
async def _tried(act: Any, *given: Any) -> None:
    try:
        await act.__wrapped__(*given)
        answer = "OK"
    except Unchanged:
        answer = "done before"
    except Refusal as refusal:
        answer = refusal.code.value
    raise Undone(answer)


async def tried(act: Any, *given: Any) -> str:
    with pytest.raises(Undone) as caught:
        await _tried(act, *given)
    return str(caught.value)


async def as_they_are(world: World) -> None:
    """Nothing is out of the ordinary."""


async def suspended(world: World) -> None:
    await HouseholdHead.filter(id=world.a.heads[0].id).update(suspended_at=clock.now())


async def gone(world: World) -> None:
    await HouseholdHead.filter(id=world.a.heads[0].id).update(left_at=clock.now())


async def off_the_board(world: World) -> None:
    await HouseholdHead.filter(id=world.a.heads[0].id).update(opted_in_at=None)


async def without_accounts(world: World) -> None:
    await Membership.filter(head_id=world.a.heads[0].id).update(revoked_at=clock.now())
    await Membership.filter(household_id=world.a.households[0].id).update(revoked_at=clock.now())


async def without_a_number(world: World) -> None:
    await Household.filter(id=world.a.households[0].id).update(phone_index=None, phone_encrypted=None, head_id=None)


async def disabled(world: World) -> None:
    both = [world.a.head_people[0].account_id, world.a.residents[0].account_id]
    await Account.filter(id__in=both).update(disabled_at=clock.now())


async def at_a_console(world: World) -> None:
    for person in (world.a.head_people[0], world.a.residents[0]):
        await grant(person.account_id, Role.GRID_WORKER, area=world.a.grid)


async def at_a_console_elsewhere(world: World) -> None:
    for person in (world.a.head_people[0], world.a.residents[0]):
        await grant(person.account_id, Role.COMMUNITY_STAFF, area=world.b.community)


async def at_home_elsewhere(world: World) -> None:
    for person in (world.a.head_people[0], world.a.residents[0]):
        await grant(person.account_id, Role.RESIDENT, household=world.b.households[0])


async def of_the_auditor(world: World) -> None:
    for person in (world.a.head_people[0], world.a.residents[0]):
        await grant(person.account_id, Role.AUDITOR, area=world.district)


def of(who: Callable[[World], Person | None]) -> Callable[[World], Awaitable[None]]:
    """Who works above is the head, and lives in the household."""

    async def made(world: World) -> None:
        await without_accounts(world)
        person = who(world)
        assert person
        await grant(person.account_id, Role.HOUSEHOLD_HEAD, head=world.a.heads[0])
        await grant(person.account_id, Role.RESIDENT, household=world.a.households[0])
        await Account.filter(id=person.account_id).update(**phone_columns("13800000066"))
        await Household.filter(id=world.a.households[0].id).update(**phone_columns("13800000066"))

    return made


async def headed_by_the_worker(world: World) -> None:
    """The worker, at whose desk the household stands, is its head too: its ratings pay him."""
    await Membership.filter(head_id=world.a.heads[0].id).update(revoked_at=clock.now())
    assert world.a.worker
    await grant(world.a.worker.account_id, Role.HOUSEHOLD_HEAD, head=world.a.heads[0])


async def paid_by_elsewhere(world: World) -> None:
    """Both live in another household, too, of which the worker and the staff are the head, or have a wish in hand."""
    a = world.a
    await Household.filter(id=a.households[2].id).update(head_id=a.heads[1].id)
    for one in (a.head_people[0], a.residents[0]):
        await grant(one.account_id, Role.RESIDENT, household=a.households[2])
    await Membership.filter(head_id=a.heads[1].id).update(revoked_at=clock.now())
    assert a.worker and a.staff
    await grant(a.worker.account_id, Role.HOUSEHOLD_HEAD, head=a.heads[1])
    made = await HouseholdHead.create(grid=a.grid, name="社区联户", created_at=clock.now())
    await grant(a.staff.account_id, Role.HOUSEHOLD_HEAD, head=made)
    await points.completed_wish(a, at=clock.now(), head=made, household=2, reward=False)


SITUATIONS: dict[str, Callable[[World], Awaitable[None]]] = {
    "as they are": as_they_are,
    "suspended": suspended,
    "gone": gone,
    "off the board": off_the_board,
    "without accounts": without_accounts,
    "without a number": without_a_number,
    "disabled": disabled,
    "at a console": at_a_console,
    "at a console elsewhere": at_a_console_elsewhere,
    "at home elsewhere": at_home_elsewhere,
    "of the auditor": of_the_auditor,
    "headed by the worker": headed_by_the_worker,
    "paid by elsewhere": paid_by_elsewhere,
    "of the worker": of(lambda world: world.a.worker),
    "of the staff": of(lambda world: world.a.staff),
    "of the administrator": of(lambda world: world.admin),
}


async def who_asks(person: Person | None) -> Viewer:
    found = await sessions.authenticate(person.token) if person else None
    return found or ANONYMOUS  # nobody, or a disabled account


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_what_is_offered_of_a_head_is_what_may_be_done(world: World, situation: str) -> None:
    await SITUATIONS[situation](world)
    head, wrong = world.a.heads[0], []
    gift, last_day = await discount(world.a.shop, **grants.ROW), date.fromisoformat(grants.until())
    acts: dict[HeadAction, tuple[Any, ...]] = {
        H.JOIN_BOARD: (head_actions.join_board, head.id),
        H.LEAVE_BOARD: (head_actions.leave_board, head.id),
        H.SUSPEND: (head_actions.suspend, head.id, "核实情况"),
        H.RESUME: (head_actions.resume, head.id),
        H.CHANGE_PHONE: (phones.change_of_head, head.id, head.name, NEW_PHONE),
        H.SHOW_CODE: (showing.for_head, head.id),
        H.LEAVE: (head_actions.leave, head.id, "搬离本区"),
        H.GRANT: (grant_actions.give, head.id, gift.id, 1, last_day, grants.NOTE, request_no()),
    }
    if situation == "gone":
        del acts[H.LEAVE]  # it is done, and changes nothing
    for name, person in everybody(world).items():
        asks = await who_asks(person)
        offered = (await offers.of_heads(asks, [head.id])).get(head.id, [])
        for action, (act, *given) in acts.items():
            if not asks.signed_in and action == H.GRANT:
                continue  # the schema lets only the signed-in go there
            answer = await tried(act, asks, *given)
            if (answer == "OK") != (action in offered):
                wrong.append(f"{name} {action}: {answer}")
        if not acts.keys() >= set(offered):
            wrong.append(f"{name}: {offered}")
    assert wrong == []


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_what_is_offered_of_a_household_is_what_may_be_done(world: World, situation: str) -> None:
    await SITUATIONS[situation](world)
    home, wrong = world.a.households[0], []
    for name, person in everybody(world).items():
        asks = await who_asks(person)
        consent = None if home.id in asks.household_ids else "电话里同意"
        wish = (home.id, WishCategory.CARE, "量血压", request_no(), "", consent)
        acts: dict[HouseholdAction, tuple[Any, ...]] = {
            D.SUBMIT_WISH: (submissions.submit, *wish),
            D.MOVE: (moves.move, [home.id], world.a.heads[1].id),
            D.CHANGE_PHONE: (phones.change_of_household, home.id, home.contact_name, NEW_PHONE),
            D.SHOW_CODE: (showing.for_household, home.id),
        }
        offered = (await offers.of_households(asks, [home.id])).get(home.id, [])
        for action, (act, *given) in acts.items():
            if not asks.signed_in and action == D.SUBMIT_WISH:
                continue  # the schema lets only the signed-in go there
            answer = await tried(act, asks, *given)
            if (answer == "OK") != (action in offered):
                wrong.append(f"{name} {action}: {answer}")
    assert wrong == []


async def test_who_has_nothing_to_do_with_any_asks_nothing(world: World) -> None:
    with database.observed_statements() as seen:
        assert await offers.of_heads(ANONYMOUS, [world.a.heads[0].id]) == {}
        assert await offers.of_households(ANONYMOUS, [world.a.households[0].id]) == {}
    assert seen == []
