"""Reading one's notifications: newest first, one's own alone, what they are about as anywhere else, and what is new."""

from typing import Any
from uuid import uuid4

import pytest
from tortoise.connection import get_connection

from models.enums import NotificationKind, SignInMethod
from schema.graph import ids
from services.accounts import sessions
from services.accounts.sessions import Opening
from services.db import database
from services.kit.errors import Refusal
from services.notices import actions, notifications
from services.roles import accounts
from tests.town import documents, wishes
from tests.town.documents import Api, nodes
from tests.town.live import hearing, relay_all, streaming
from tests.town.notices import left, relayed, told
from tests.town.story import act, code, done
from tests.town.world import Person, Travel, World, person, viewer

K = NotificationKind


async def mine(api: Api, who: Person, **given: Any) -> tuple[int, list[dict[str, Any]]]:
    """How many somebody has not read, and a page."""
    found = (await api.run(who.token, "MyNotifications", **given))["viewer"]
    return found["unreadNotifications"], nodes(found["notifications"])


async def test_ones_own_newest_first_page_by_page(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    made = await left(resident, 5)
    await left(world.a.residents[1])
    first = (await api.run(resident.token, "MyNotifications", first=3))["viewer"]["notifications"]
    then = (await api.run(resident.token, "MyNotifications", first=3, after=first["pageInfo"]["endCursor"]))["viewer"]
    assert [row["id"] for row in nodes(first) + nodes(then["notifications"])] == made[::-1]
    assert first["pageInfo"]["hasNextPage"] and not then["notifications"]["pageInfo"]["hasNextPage"]


async def test_it_leads_to_what_it_is_about(world: World, api: Api) -> None:
    a = world.a
    wish = await wishes.offered(api, a)
    await relayed()
    unread, (row,) = await mine(api, a.head_people[1])
    assert unread == 1 and row["wish"] == {"id": wish, "state": "DISPATCHED"}
    assert [row[name] for name in ("redemption", "dispute", "shop", "readAt")] == [None] * 4
    assert (row["title"], row["text"]) == ("有新的派单", "您有一条心愿待接单，请在 48 小时内答复")
    assert not [text for text in ("水龙头", "孙居民", "100室") if text in str(row)]
    await done(api, a.head_people[0], "WishAccept", wishId=wish)
    _, (row,) = await mine(api, a.head_people[1])
    assert row["wish"] is None, "another has it now: out of sight, and the notification stays"


async def test_nobody_elses_by_its_id(world: World, api: Api) -> None:
    (one,) = await left(world.a.residents[0])
    document = "query ($id: ID!) { node(id: $id) { id ... on Notification { title } } }"
    for who in (world.a.residents[1], world.a.staff, world.admin, world.auditor, None):
        assert (await api.query(who.token if who else None, document, id=one))["node"] is None
    assert (await api.query(world.a.residents[0].token, document, id=one))["node"]["title"] == "登录码已使用"


async def test_unread_ones_are_counted_up_to_a_hundred(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    made = await left(resident, 130)
    assert (await mine(api, resident))[0] == 100
    assert (await done(api, resident, "NotificationsRead", notificationIds=made[:100]))["unreadNotifications"] == 30
    unread, rows = await mine(api, resident, unreadOnly=True, first=100)
    assert unread == 30 and [row["id"] for row in rows] == made[:99:-1]


async def test_read_by_ids_or_all_up_to_one(travel: Travel, world: World, api: Api) -> None:
    resident, other = world.a.residents[:2]
    made = await left(resident, 4)
    await left(other)
    assert (await done(api, resident, "NotificationsRead", upToId=made[1]))["unreadNotifications"] == 2
    first = travel.at
    travel.by(minutes=1)
    assert (await done(api, resident, "NotificationsRead", notificationIds=made))["unreadNotifications"] == 0
    kept = await database.fetch(
        "SELECT read_at FROM notifications WHERE account_id = $1 ORDER BY id", resident.account_id
    )
    assert [row["read_at"] for row in kept] == [first, first, travel.at, travel.at]
    assert (await mine(api, other))[0] == 1, "another's is untouched"


async def test_what_cannot_be_read_so(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    (own,), (foreign,) = await left(resident), await left(world.a.residents[1])
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({}, "INVALID_INPUT", "notificationIds"),
        ({"notificationIds": []}, "INVALID_INPUT", "notificationIds"),
        ({"notificationIds": [own, foreign]}, "NOT_FOUND", "notificationIds"),
        ({"notificationIds": [ids.make("Wish", uuid4())]}, "NOT_FOUND", "notificationIds"),
        ({"notificationIds": [own], "upToId": foreign}, "NOT_FOUND", "upToId"),
    ]
    for given, wanted, field in cases:
        refused = await act(api, resident, "NotificationsRead", **given)
        assert (code(refused), refused["errors"][0]["field"][-1]) == (wanted, field), given
    with pytest.raises(Refusal, match="100"):
        await actions.read(await viewer(resident), [uuid4()] * 101)
    assert (await mine(api, resident))[0] == 1


async def test_a_session_of_a_desks_code_sees_what_it_acts_as(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    for kind in (K.WISH_COMPLETED, K.WISH_OFFERED, K.CODE_USED):
        await left(resident, kind=kind)
    how = Opening(SignInMethod.DESK, area_id=world.a.grid.id)
    bound = Person(resident.account_id, await sessions.open_session(resident.account_id, how=how), resident.name)
    unread, rows = await mine(api, bound)
    assert unread == 2 and [row["kind"] for row in rows] == ["CODE_USED", "WISH_COMPLETED"]
    assert (await mine(api, resident))[0] == 3


async def test_they_follow_into_the_account_that_is_kept(world: World, api: Api) -> None:
    """But for what that account was told itself."""
    kept, emptied, both = world.a.residents[0], await person("孙居民"), uuid4()
    for who in (kept, emptied):
        await left(who, subject_id=both)
    await left(emptied)
    await accounts.merge(emptied.account_id, kept.account_id)
    unread, rows = await mine(api, kept)
    assert unread == 2 and len(rows) == 2


async def test_old_ones_go_after_ninety_days(travel: Travel, world: World) -> None:
    resident = world.a.residents[0]
    await left(resident, 3)
    travel.by(days=89)
    await left(resident)
    travel.by(days=1, seconds=1)
    assert [await notifications.sweep(2), await notifications.sweep(2), await notifications.sweep(2)] == [2, 1, 0]
    assert await told(resident) == ["CODE_USED"]


async def test_the_subscriber_hears_at_once(world: World, api: Api, database_url: str) -> None:
    a = world.a
    resident = a.residents[0]
    document = documents.text("NotificationAdded")
    async with (
        hearing(database_url),
        streaming(resident, document) as own,
        streaming(a.residents[1], document) as other,
        streaming(None, document) as nobody,
    ):
        await wishes.accepted(api, a)
        await relay_all()
        event = (await own.data())["notificationAdded"]
        assert [row["kind"] for row in event["notifications"]] == ["WISH_ACCEPTED"]
        assert (event["unreadNotifications"], event["reload"]) == (1, False)
        assert not other.pending.done()
        assert not nobody.stands


async def test_unread_ones_are_found_by_their_index(world: World) -> None:
    who = await viewer(world.a.residents[0])
    await database.execute(
        "INSERT INTO notifications (id, account_id, kind, reminder, subject_id, day, created_at, read_at, state,"
        " attempts, error) SELECT gen_random_uuid(), $1, 'CODE_USED', false, gen_random_uuid(), current_date, now(),"
        " now(), 'SKIPPED', 0, '' FROM generate_series(1, 5000)",
        who.account_id,
    )
    await get_connection("default").execute_query("ANALYZE notifications")
    plan = await database.fetch(
        "EXPLAIN SELECT count(*) FROM (SELECT FROM notifications n WHERE n.account_id ="
        f" '{who.account_id}' AND n.read_at IS NULL LIMIT 100) unread"
    )
    assert "notifications_unread" in str(plan)
