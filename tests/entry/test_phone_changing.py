"""One's own phone: changed by a code to the old number and one to the new, never by a bound session."""

from typing import Any

import pytest

from models.enums import CodePurpose, SignInMethod
from services.accounts import sessions
from services.db import database
from services.entry import phone_changing, signing_in
from services.entry.signing_in import SignedIn, Visitor
from services.kit.errors import Refusal
from services.kit.secrets import phone_index
from services.kit.viewer import Viewer
from tests.town.entry import phone_code, with_the_roster_phone
from tests.town.world import World, viewer

OLD, NEW, THIRD = "10000001100", "13900000002", "13900000003"
CHANGE = CodePurpose.CHANGE_PHONE


@pytest.fixture
async def me(world: World) -> Viewer:
    await with_the_roster_phone(world.a.households[0].id)
    return await viewer(world.a.residents[0])


async def told(work: Any) -> str:
    try:
        await work
    except Refusal as refusal:
        return f"{refusal.code} {refusal.field}"
    return "OK"


async def codes(who: Viewer, old: str = OLD, new: str = NEW) -> list[tuple[str, str]]:
    return [await phone_code(phone, CHANGE, who.account_id) for phone in (old, new)]


async def test_both_numbers_are_proven(me: Viewer, world: World) -> None:
    assert await phone_changing.change(me, *(await codes(me)), None) is True
    kept = await database.fetch_value("SELECT phone_index FROM accounts WHERE id = $1", me.account_id)
    assert bytes(kept) == phone_index(NEW)
    home = await database.fetch_value("SELECT phone_index FROM households WHERE id = $1", world.a.households[0].id)
    assert bytes(home) == phone_index(NEW)
    assert await sessions.authenticate(world.a.residents[0].token) is None, "all sessions end"
    assert await database.fetch_value("SELECT count(*) FROM phone_changes WHERE told_at IS NULL") == 1
    signed = await signing_in.by_phone(*(await phone_code(NEW)), Visitor())
    assert isinstance(signed, SignedIn) and signed.token


async def test_the_old_number_is_the_account_s(me: Viewer) -> None:
    given = await codes(me, old=THIRD)
    assert await told(phone_changing.change(me, *given, None)) == "CODE_INVALID oldCode"


async def test_codes_of_somebody_else_change_nothing(me: Viewer, world: World) -> None:
    other = await viewer(world.a.residents[1])
    given = await codes(me)
    assert await told(phone_changing.change(other, *given, None)) == "CODE_INVALID oldCode"
    assert await told(phone_changing.change(me, *given, None)) == "OK", "and they are still good"


async def test_a_code_that_another_asked_for_changes_nothing(me: Viewer, world: World) -> None:
    other = await viewer(world.a.residents[1])
    old, new = await phone_code(OLD, CHANGE, other.account_id), (await codes(me, old=THIRD))[1]
    assert await told(phone_changing.change(me, old, new, None)) == "CODE_INVALID oldCode"


async def test_a_code_to_sign_in_changes_no_phone(me: Viewer) -> None:
    old, new = (await codes(me))[0], await phone_code(NEW)
    assert await told(phone_changing.change(me, old, new, None)) == "CODE_INVALID code"


async def test_a_number_in_use_is_refused(me: Viewer, world: World) -> None:
    taken = "10000001101"
    await with_the_roster_phone(world.a.households[1].id)
    assert await told(phone_changing.change(me, *(await codes(me, new=taken)), None)) == "INVALID_STATE phone"


async def test_an_account_without_its_second_factor_shown(world: World) -> None:
    token = await sessions.open_session(world.admin.account_id, how=sessions.Opening(SignInMethod.PHONE))
    due = await sessions.authenticate(token)
    assert due is not None and due.second_factor_due
    assert await told(phone_changing.change(due, *(await codes(due)), None)) == "FORBIDDEN None"


async def test_a_bound_session_changes_no_phone(me: Viewer, world: World) -> None:
    how = sessions.Opening(SignInMethod.DESK, area_id=world.a.community.id)
    assert me.account_id is not None
    bound = await sessions.authenticate(await sessions.open_session(me.account_id, how=how))
    assert bound is not None and bound.bound
    assert await told(phone_changing.change(bound, *(await codes(bound)), None)) == "FORBIDDEN None"
