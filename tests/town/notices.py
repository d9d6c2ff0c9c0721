"""Notifications: what people are told, WeChat users and phones to whom it is pushed, and a district that pushes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from models.enums import NotificationKind
from models.notices import Notification
from schema.graph import ids
from services.db import database
from services.kit import clock, settings
from services.kit.secrets import openid_columns, phone_columns
from services.live import outbox
from services.notices.sender import Sender
from services.work import relay
from tests.town import documents, story, wishes
from tests.town.documents import nodes
from tests.town.entry import inbox
from tests.town.live import hearing, streaming
from tests.town.providers import TEMPLATE, Town, configure, providers
from tests.town.story import Story
from tests.town.world import Person

TIMEOUT_SECONDS = "2.5"


@asynccontextmanager
async def pushing(monkeypatch: pytest.MonkeyPatch, **more: str) -> AsyncIterator[Town]:
    """A district with WeChat and a gateway of its own."""
    async with providers() as town:
        configure(monkeypatch, town.settings("webhook") | {"PROVIDER_TIMEOUT_SECONDS": TIMEOUT_SECONDS} | more)
        yield town
    settings.current.cache_clear()


@database.transactional
async def notice(kind: NotificationKind, *to: Person, reminder: bool = False, subject: Any = None) -> None:
    """People are to be told something."""
    given = {"accounts": [one.account_id for one in to], "by": None, "reminder": reminder}
    outbox.notice(kind, subject or uuid4(), **given)


async def relayed() -> None:
    while await relay.relay():
        pass


async def pushed(sender: Sender | None = None) -> int:
    """Relay what waits, and push what is due; how many pushes were begun."""
    await relayed()
    sender, count = sender or Sender(), 0
    while begun := await sender.turn():
        count += begun
    return count


async def rows() -> list[dict[str, Any]]:
    """The notifications as they are kept, oldest first."""
    return await database.fetch("SELECT * FROM notifications ORDER BY id")


async def told(who: Person) -> list[str]:
    """The kinds that somebody was told, oldest first."""
    await relayed()
    found = await database.fetch("SELECT kind FROM notifications WHERE account_id = $1 ORDER BY id", who.account_id)
    return [row["kind"] for row in found]


async def left(
    who: Person, count: int = 1, kind: NotificationKind = NotificationKind.CODE_USED, **columns: Any
) -> list[str]:
    """So many notifications of somebody, in the app alone, oldest first; their global ids."""
    made = []
    yesterday = clock.day_of(clock.now()) - timedelta(days=1)  # of today a relay may tell the same
    for _ in range(count):
        given = {"subject_id": uuid4(), "day": yesterday, "created_at": clock.now(), **columns}
        row = await Notification.create(id=uuid7(), account_id=who.account_id, kind=kind, state="SKIPPED", **given)
        made.append(ids.make("Notification", row.id))
    return made


async def states() -> list[tuple[str, str | None, str]]:
    """State, channel and reason of each push, oldest first."""
    return [(row["state"], row["channel"], row["error"]) for row in await rows()]


async def bound(town: Town, who: Person, consents: int = 5, openid: str = "oANN_1") -> str:
    """Somebody with a WeChat user who agreed to so many messages, there as here."""
    columns = openid_columns(openid)
    await database.execute(
        "INSERT INTO identities (id, account_id, provider, subject_encrypted, subject_index, created_at)"
        " VALUES ($1, $2, 'WECHAT', $3, $4, $5)",
        uuid7(),
        who.account_id,
        columns["subject_encrypted"],
        columns["subject_index"],
        clock.now(),
    )
    await agreed(who, consents)
    town.wechat.consents[openid, TEMPLATE] = consents
    return openid


async def agreed(who: Person, consents: int) -> None:
    """Somebody agrees to so many messages, as far as the district knows."""
    await database.execute(
        "INSERT INTO message_consents (id, account_id, template_id, remaining, changed_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (account_id, template_id) DO UPDATE SET remaining = $4",
        uuid7(),
        who.account_id,
        TEMPLATE,
        consents,
        clock.now(),
    )


async def remaining(who: Person) -> int:
    """To how many messages somebody still agrees."""
    found: int = await database.fetch_value(
        "SELECT remaining FROM message_consents WHERE account_id = $1", who.account_id
    )
    return found


async def with_phone(who: Person, phone: str) -> None:
    """Somebody's account gets a number."""
    columns: Mapping[str, bytes] = phone_columns(phone)
    await database.execute(
        "UPDATE accounts SET phone_encrypted = $2, phone_index = $3 WHERE id = $1",
        who.account_id,
        columns["phone_encrypted"],
        columns["phone_index"],
    )


# -- The story ---------------------------------------------------------------------------------------------------------


async def people_are_told(told: Story, database_url: str) -> None:
    """What was done so far has been told; somebody reads it, agrees to messages, and hears of the next at once."""
    a, resident = told.a, told.a.residents[0]
    assert a.shop
    async with inbox():
        shop = {"shopId": ids.make("Shop", a.shop.id)}
        await told.done(told.world.admin, "ShopSuspend", **shop, reason="核查")
        await told.done(told.world.admin, "ShopResume", **shop)
        await relayed()
        for who, about in (
            (told.head, ("wish", "redemption", "dispute", "grant")),
            (told.cashier, ("shop", "dispute")),
            (told.made["nominee"], ("nomination",)),
            (a.residents[2], ("objection",)),
        ):
            rows = nodes((await told.run(who, "MyNotifications", first=100))["viewer"]["notifications"])
            assert rows and all(any(row[name] for row in rows) for name in about)
        unread = (await told.run(resident, "MyNotifications"))["viewer"]["unreadNotifications"]
        newest, *others = nodes((await told.run(resident, "MyNotifications", first=3))["viewer"]["notifications"])
        given = {"notificationIds": [row["id"] for row in others]}
        left = await story.done(told.api, resident, "NotificationsRead", **given)
        assert left["unreadNotifications"] == unread - 2
        left = await story.done(told.api, resident, "NotificationsRead", upToId=newest["id"])
        assert left["unreadNotifications"] == 0
        page = (await told.run(resident, "MyNotifications"))["viewer"]["notifications"]
        assert nodes(page)[0]["readAt"] == told.now
        assert nodes((await told.run(resident, "MyNotifications", unreadOnly=True))["viewer"]["notifications"]) == []
        settings = (await told.done(resident, "MessageConsentsNote", templateIds=[TEMPLATE]))["templates"]
        assert [(one["templateId"], one["remaining"]) for one in settings] == [(TEMPLATE, 1)]
        refused = await story.act(told.api, resident, "MessageConsentsNote", templateIds=["unknown"])
        assert story.code(refused) == "INVALID_INPUT"
        assert (await told.done(resident, "NotificationSettingsChange", sms=False))["sms"] is False
        assert story.code(await story.act(told.api, None, "NotificationSettingsChange")) == "UNAUTHENTICATED"
        async with (
            hearing(database_url),
            streaming(resident, documents.text("NotificationAdded")) as stream,
        ):
            await wishes.accepted(told.api, a)
            await relayed()
            data = await stream.data()
            told.api.note("NotificationAdded", data)
            event = data["notificationAdded"]
            assert [row["kind"] for row in event["notifications"]] == ["WISH_ACCEPTED"]
            assert (event["unreadNotifications"], event["reload"], event["changedAt"]) == (1, False, told.now)
