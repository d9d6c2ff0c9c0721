"""Create notifications from outbox rows, in the relay's transaction; the step that wrote the row is not involved.

One row per account, kind, subject and day: what is relayed again, or happens again on that day, adds none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import NotificationKind, PushChannel, PushState
from services.db import database
from services.kit import clock
from services.kit.provider_settings import SmsProvider, message_templates
from services.kit.settings import current
from services.live.changes import Change, Topic, account_key
from services.notices import kinds, rules
from services.notices.kinds import Audience

# Sought by the index of each kind of membership; an account that is named is itself.
_RECIPIENTS = """
SELECT DISTINCT t.place, told.account_id
FROM unnest($1::int[], $2::text[], $3::uuid[]) AS t (place, audience, target)
CROSS JOIN LATERAL (
    SELECT account_id FROM memberships
    WHERE t.audience = 'households' AND household_id = t.target AND revoked_at IS NULL
    UNION ALL
    SELECT account_id FROM memberships WHERE t.audience = 'heads' AND head_id = t.target AND revoked_at IS NULL
    UNION ALL
    SELECT account_id FROM memberships
    WHERE t.audience = 'shops' AND shop_id = t.target AND owner AND revoked_at IS NULL
    UNION ALL
    SELECT t.target WHERE t.audience = 'accounts'
) told
ORDER BY t.place, told.account_id
"""
_INSERT = """
INSERT INTO notifications
    (id, account_id, kind, reminder, subject_id, day, created_at, state, attempts, next_attempt_at, push_until, error)
SELECT id, account_id, kind, reminder, subject_id, day, at, state, 0, due_at, until, ''
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bool[], $5::uuid[], $6::date[], $7::timestamptz[], $8::text[],
        $9::timestamptz[], $10::timestamptz[])
    AS n (id, account_id, kind, reminder, subject_id, day, at, state, due_at, until)
ON CONFLICT (account_id, kind, subject_id, day) DO NOTHING
RETURNING id, account_id
"""


@dataclass(frozen=True, slots=True)
class _Notice:
    """The notice in an outbox row. `to`: whom it concerns; `by`: the account that did it, which is not told."""

    id: UUID
    kind: NotificationKind
    subject_id: UUID
    by: UUID | None
    reminder: bool
    at: datetime
    to: tuple[tuple[Audience, UUID], ...]


@dataclass(frozen=True, slots=True)
class Born:
    """New notifications, as changes for the subscribers; and the outbox rows to bring again."""

    changes: Sequence[Change] = ()
    again: Collection[UUID] = ()


async def enqueue(rows: Sequence[Mapping[str, Any]]) -> Born:
    """Create the notifications of outbox rows (`id`, `subject_id`, `payload`, `created_at`), inside the caller's
    transaction.

    No statement where no row has a notice, one where nobody is there to be told; else three, however many rows. Locks
    the accounts, which must not be erased meanwhile, but waits for none: a row of a locked account is to be brought
    again, for who holds the lock may hold it long.
    """
    notices = [one for row in rows if (one := _notice_of(row)) is not None]
    if not notices:
        return Born()
    wanted = list(_targets(notices))
    found = await database.fetch(_RECIPIENTS, *([one[column] for one in wanted] for column in range(3)))
    pairs = [(notices[row["place"]], row["account_id"]) for row in found]
    pairs = [(notice, account_id) for notice, account_id in pairs if account_id != notice.by]
    if not pairs:
        return Born()
    active = await _lock({account_id for _, account_id in pairs})
    ways = _ways()
    made = [_row(notice, account_id, ways) for notice, account_id in pairs if active.get(account_id)]
    new = await database.fetch(_INSERT, *([row[column] for row in made] for column in range(10)))
    changes = [Change(Topic.NOTIFICATION, row["id"], (account_key(row["account_id"]),)) for row in new]
    return Born(changes, {notice.id for notice, account_id in pairs if account_id not in active})


async def _lock(account_ids: Iterable[UUID]) -> dict[UUID, bool]:
    """Lock the accounts that nobody else has locked; return whether each is active."""
    rows = await database.fetch(
        "SELECT id, disabled_at IS NULL AS active FROM accounts WHERE id = ANY($1) ORDER BY id"
        " FOR KEY SHARE SKIP LOCKED",
        list(account_ids),
    )
    return {row["id"]: row["active"] for row in rows}


def _targets(notices: Sequence[_Notice]) -> Iterator[tuple[int, str, UUID]]:
    for place, notice in enumerate(notices):
        for audience, target in notice.to:
            yield place, audience.value, target


def _row(notice: _Notice, account_id: UUID, ways: frozenset[tuple[NotificationKind, PushChannel]]) -> tuple[Any, ...]:
    """Return a row's columns, in the order of _INSERT: one that no channel can push is in the app alone."""
    kind, at = notice.kind, notice.at
    pushed = any((kind, channel) in ways for channel in kinds.channels(kind, reminder=notice.reminder))
    due_at = rules.due_at(kind, at) if pushed else None
    return (
        uuid7(),
        account_id,
        kind.value,
        notice.reminder,
        notice.subject_id,
        clock.day_of(at),
        at,
        (PushState.WAITING if pushed else PushState.SKIPPED).value,
        due_at,
        due_at and due_at + rules.GIVEN_UP_AFTER,
    )


def _ways() -> frozenset[tuple[NotificationKind, PushChannel]]:
    """Return by which channels this district can push which kinds."""
    settings = current()
    wechat = message_templates(settings.wechat_templates) if settings.wechat_app_id else {}
    sms = settings.sms_provider != SmsProvider.OFF and settings.max_notice_sms_a_day > 0
    return frozenset(
        {(kind, PushChannel.WECHAT) for kind in wechat} | {(kind, PushChannel.SMS) for kind in NotificationKind if sms}
    )


def _notice_of(row: Mapping[str, Any]) -> _Notice | None:
    """Return a row's notice; None for a row without a usable one, which must not block the others."""
    payload = row["payload"]
    try:
        to = tuple((Audience(name), UUID(key)) for name, keys in payload["to"].items() for key in keys)
        by = UUID(payload["by"]) if payload["by"] else None
        kind, reminder = NotificationKind(payload["notice"]), bool(payload["reminder"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return _Notice(row["id"], kind, row["subject_id"], by, reminder, row["created_at"], to)
