"""Change notifications: what an outbox row says, how it travels, and which subscribers it concerns. Pure.

A change carries ids and enum values only; a subscriber reads the rest anew, within its own permissions.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any
from uuid import UUID

from models.enums import LeaderboardPeriod
from services.kit.periods import Window, window
from services.kit.viewer import Viewer

MAX_NOTIFICATION_BYTES = 7999  # PostgreSQL takes less than 8000
MAX_CHANNEL_BYTES = 63
MAX_HEADS = 100  # per outbox row, so that it fits into a notification
ALWAYS = Window()
_AREA = "area:"


class Topic(StrEnum):
    """The topics of subscriptions. The values are stored in the outbox, but for NOTIFICATION, which the relay itself
    publishes."""

    WISH = "wish.changed"
    REDEMPTION = "redemption.changed"
    LEADERBOARD = "leaderboard.changed"
    SHOP_ALERT = "shop.alerted"
    NOTIFICATION = "notification.added"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `concerns` are the routing keys of its subscribers (a head, a household, a shop, an area, an
    account); None when unknown: then every subscriber of the topic is concerned.

    `posted_at` selects the windows of a leaderboard that it affects; None for all.
    """

    topic: Topic
    subject_id: UUID
    concerns: tuple[str, ...] | None
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscriber subscribes to: changes of a topic under one of the keys; of a leaderboard, within its
    window."""

    topic: Topic
    keys: frozenset[str]
    window: Window = ALWAYS


def change_of(topic: str, subject_id: UUID, payload: Mapping[str, Any]) -> Change | None:
    """Return the change in an outbox row; None for a topic without subscribers.

    A row without routing keys (written by an earlier version) concerns every subscriber.
    """
    if topic not in set(Topic):
        return None
    found = Topic(topic)
    try:
        return _routed(found, subject_id, payload)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Change(found, subject_id, None)


def _routed(topic: Topic, subject_id: UUID, payload: Mapping[str, Any]) -> Change:
    if topic == Topic.NOTIFICATION:
        return Change(topic, subject_id, (account_key(UUID(payload["account_id"])),))
    if topic == Topic.LEADERBOARD:
        return Change(topic, subject_id, (area_key(payload["path"]),), _instant(payload["posted_at"]))
    if topic == Topic.WISH:
        heads = [head_key(UUID(head_id)) for head_id in payload["head_ids"]]
        own = (household_key(UUID(payload["household_id"])), area_key(payload["path"]))
        return Change(topic, subject_id, (*own, *heads))
    shop = shop_key(UUID(payload["shop_id"]))
    if topic == Topic.SHOP_ALERT:
        return Change(topic, subject_id, (shop, area_key(payload["path"])))
    return Change(topic, subject_id, (head_key(UUID(payload["head_id"])), shop))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant has its offset")
    return at


def head_key(head_id: UUID) -> str:
    """Return the routing key of a household head."""
    return f"head:{head_id}"


def household_key(household_id: UUID) -> str:
    """Return the routing key of a household."""
    return f"household:{household_id}"


def shop_key(shop_id: UUID) -> str:
    """Return the routing key of a shop."""
    return f"shop:{shop_id}"


def account_key(account_id: UUID) -> str:
    """Return the routing key of an account."""
    return f"account:{account_id}"


def area_key(path: str) -> str:
    """Return the routing key of an area. Raises ValueError for a path without its final slash."""
    if not path.endswith("/"):
        raise ValueError("a path ends with a slash")
    return f"{_AREA}{path}"


def own_wishes(viewer: Viewer) -> Interest:
    """Return the interest in the viewer's own wishes: of their households, assigned or offered to them as a head, and
    of the areas where they dispatch."""
    keys = {household_key(household_id) for household_id in viewer.household_ids}
    areas = {area_key(path) for path in viewer.dispatch_paths}
    return Interest(Topic.WISH, frozenset(keys | areas | _own_head(viewer)))


def own_redemptions(viewer: Viewer) -> Interest:
    """Return the interest in the viewer's own redemptions: as a head, and at the shops where they work."""
    keys = {shop_key(shop_id) for shop_id in viewer.shop_ids}
    return Interest(Topic.REDEMPTION, frozenset(keys | _own_head(viewer)))


def shop_alerts(viewer: Viewer) -> Interest:
    """Return the interest in alerts of the shops that the viewer owns or oversees."""
    keys = {shop_key(shop_id) for shop_id in viewer.owned_shop_ids} | {area_key(path) for path in viewer.shop_paths}
    return Interest(Topic.SHOP_ALERT, frozenset(keys))


def own_notifications(viewer: Viewer) -> Interest:
    """Return the interest in the notifications of the viewer's account."""
    return Interest(Topic.NOTIFICATION, frozenset({account_key(viewer.account_id)} if viewer.account_id else ()))


def _own_head(viewer: Viewer) -> set[str]:
    return {head_key(viewer.head_id)} if viewer.head_id else set()


def board(path: str, period: LeaderboardPeriod, at: datetime) -> Interest:
    """Return the interest in the board of an area, over the window in which `at` lies."""
    return Interest(Topic.LEADERBOARD, frozenset({area_key(path)}), window(period, at))


def addresses(change: Change) -> Iterator[str]:
    """Yield every key whose subscribers the change concerns; for an area, also those of the areas above it."""
    for key in change.concerns or ():
        if key.startswith(_AREA):
            yield from (key[: end + 1] for end, character in enumerate(key) if character == "/")
        else:
            yield key


def in_window(change: Change, wanted: Window) -> bool:
    """Return whether a change affects a window; a later posting belongs to a later window."""
    at = change.posted_at
    if at is None:
        return True
    begun = wanted.starts_at is None or wanted.starts_at <= at
    return begun and (wanted.ends_at is None or at < wanted.ends_at)


def notifications(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the changes as NOTIFY payloads, as many in each as fit. `heard` parses them.

    A change too long for one payload is sent without its routing keys.
    """
    waiting: list[str] = []
    size = 1  # brackets and commas: one more than there are entries
    for change in changes:
        entry = _entry(change)
        if len(entry) + 2 > MAX_NOTIFICATION_BYTES:
            entry = _entry(Change(change.topic, change.subject_id, None))
        if size + len(entry) + 1 > MAX_NOTIFICATION_BYTES:
            yield f"[{','.join(waiting)}]"
            waiting, size = [], 1
        waiting.append(entry)
        size += len(entry) + 1
    if waiting:
        yield f"[{','.join(waiting)}]"


def _entry(change: Change) -> str:
    posted_at = change.posted_at and change.posted_at.isoformat()
    # ASCII, so that characters are bytes.
    return json.dumps([change.topic, str(change.subject_id), change.concerns, posted_at], separators=(",", ":"))


def heard(text: str) -> list[Change] | None:
    """Parse a NOTIFY payload; return None for a foreign one, or one of another version of this program."""
    try:
        return [
            Change(Topic(topic), UUID(subject_id), _keys(concerned), _instant(at))
            for topic, subject_id, concerned, at in json.loads(text)
        ]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _keys(concerned: Any) -> tuple[str, ...] | None:
    if concerned is None:
        return None
    if not isinstance(concerned, list) or not all(isinstance(key, str) for key in concerned):
        raise TypeError("keys are texts")
    return tuple(concerned)


def channel(schema: str) -> str:
    """Return the NOTIFY channel of a database schema."""
    name = f"xingdian:{schema}"
    if len(name) <= MAX_CHANNEL_BYTES:
        return name
    return f"{name[:46]}:{blake2b(schema.encode(), digest_size=8).hexdigest()}"
