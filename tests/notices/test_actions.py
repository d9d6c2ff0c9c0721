"""What people agree to and choose: consents counted, channels switched, never for somebody else."""

import asyncio
from typing import Any

import pytest

from models.enums import NotificationKind, SignInMethod
from services.accounts import sessions
from services.accounts.sessions import Opening
from services.db import database
from services.notices import actions
from services.notices.rules import MAX_CONSENTS
from tests.town.documents import Api
from tests.town.notices import bound, pushing, remaining
from tests.town.providers import TEMPLATE
from tests.town.story import act, code, done
from tests.town.world import Person, World, viewer


async def settings_of(api: Api, who: Person) -> dict[str, Any]:
    return dict((await api.run(who.token, "MyNotifications"))["viewer"]["notificationSettings"])


async def test_without_a_provider_there_is_nothing_to_agree_to(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    assert await settings_of(api, resident) == {"wechat": True, "sms": True, "wechatBound": False, "templates": []}
    refused = await act(api, resident, "MessageConsentsNote", templateIds=[TEMPLATE])
    assert code(refused) == "INVALID_STATE"


async def test_consents_are_counted_up_to_twenty(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    resident, other = world.a.residents[:2]
    async with pushing(monkeypatch) as town:
        await bound(town, resident, 0)
        settings = (await done(api, resident, "MessageConsentsNote", templateIds=[TEMPLATE, TEMPLATE]))["settings"]
        kinds = [kind.value for kind in NotificationKind]
        assert settings["templates"] == [{"templateId": TEMPLATE, "kinds": kinds, "remaining": 1}]
        assert settings["wechatBound"] is True
        for _ in range(MAX_CONSENTS + 3):
            await done(api, resident, "MessageConsentsNote", templateIds=[TEMPLATE])
        assert await remaining(resident) == MAX_CONSENTS
        assert (await settings_of(api, other))["templates"][0]["remaining"] == 0
        for given in ([TEMPLATE, "unknown"], [f"{TEMPLATE}{number}" for number in range(11)]):
            assert code(await act(api, resident, "MessageConsentsNote", templateIds=given)) == "INVALID_INPUT"
        assert code(await act(api, resident, "MessageConsentsNote", templateIds=[])) is None


async def test_two_phones_that_agree_at_once_count_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = await viewer(world.a.residents[0])
    async with pushing(monkeypatch):
        await asyncio.gather(*(actions.note_consents(who, [TEMPLATE]) for _ in range(4)))
    assert await remaining(world.a.residents[0]) == 4


async def test_each_channel_is_switched_by_itself(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    for given, wanted in (
        ({"wechat": False}, (False, True)),
        ({"sms": False}, (False, False)),
        ({}, (False, False)),
        ({"wechat": True, "sms": False}, (True, False)),
    ):
        found = (await done(api, resident, "NotificationSettingsChange", **given))["settings"]
        assert (found["wechat"], found["sms"]) == wanted
    audited = await database.fetch("SELECT details FROM audit_entries WHERE action = 'notification.choose'")
    assert len(audited) == 3, "what changed nothing left no row"


async def test_a_session_of_a_desks_code_changes_neither(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    how = Opening(SignInMethod.DESK, area_id=world.a.grid.id)
    at_desk = Person(resident.account_id, await sessions.open_session(resident.account_id, how=how), resident.name)
    given: dict[str, dict[str, Any]] = {
        "MessageConsentsNote": {"templateIds": []},
        "NotificationSettingsChange": {"sms": False},
    }
    for name, input_ in given.items():
        assert code(await act(api, at_desk, name, **input_)) == "FORBIDDEN"
