"""Pushes of notifications that are due: claimed by one sender, and what became of them recorded.

A claim decides by which channel each is pushed, and counts it: as one of the day's five, as one of the messages that
the account agreed to, as one of the day's text messages. What was certainly not sent is given back.

A push that was begun, and of which nothing is known, waits with `pushed_at`, and is made again by the same channel
where that cannot arrive twice: by text message, since whoever sends it can tell by its id; by WeChat where no further
message is agreed to, since WeChat then sends the one. For that `remaining` must not be less than WeChat's own, so
what is not known to have used a message up gives it back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from models.enums import IdentityProvider, NotificationKind, PushChannel, PushState, WishState
from services.db import database
from services.kit import clock
from services.kit.provider_settings import MessageTemplate, SmsProvider, message_templates
from services.kit.secrets import decrypt
from services.kit.settings import current
from services.notices import rules
from services.notices.rules import Choice, Facts, Reason

# The old number hears of a changed phone.
_DUE = """
WITH due AS MATERIALIZED (
    SELECT id, account_id, kind, reminder, subject_id, created_at, attempts, next_attempt_at, push_until, read_at,
        channel, pushed_at, error
    FROM notifications WHERE state = 'WAITING' AND next_attempt_at <= $1
    ORDER BY next_attempt_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
)
SELECT n.id, n.account_id, n.kind, n.reminder, n.created_at, n.attempts, n.push_until, n.channel, n.pushed_at, n.error,
    n.read_at IS NOT NULL AS read, a.disabled_at IS NOT NULL AS disabled, w.state AS wish_state,
    i.subject_encrypted AS openid_encrypted, coalesce(c.wechat, true) AS wechat, coalesce(c.sms, true) AS sms,
    CASE WHEN n.kind = 'PHONE_CHANGED' THEN p.old_phone_encrypted ELSE a.phone_encrypted END AS phone_encrypted,
    (SELECT count(*) FROM notifications t WHERE t.account_id = n.account_id AND t.pushed_at >= $3) AS pushed_today,
    ARRAY(
        SELECT t.kind FROM notifications t WHERE t.account_id = n.account_id AND t.pushed_at IS NOT NULL
        AND t.state = 'WAITING' AND t.channel = 'WECHAT' AND t.id <> n.id
    ) AS others_begun
FROM due n JOIN accounts a ON a.id = n.account_id
LEFT JOIN identities i ON i.account_id = a.id AND i.provider = $4 AND i.ended_at IS NULL
LEFT JOIN push_choices c ON c.account_id = a.id
LEFT JOIN wishes w ON w.id = n.subject_id
LEFT JOIN phone_changes p ON p.id = n.subject_id
ORDER BY n.next_attempt_at, n.id
"""


@dataclass(frozen=True, slots=True)
class Push:
    """A push that this process has claimed. `sealed`: the openid or phone number to which it goes, encrypted.

    `begun_at`: when an attempt began that may have been done; None where there is no such attempt.
    `unrepeatable`: WeChat could send it a second time, so that of an unknown outcome it would be left.
    """

    id: UUID
    account_id: UUID
    kind: NotificationKind
    reminder: bool
    created_at: datetime
    channel: PushChannel
    template: MessageTemplate | None
    sealed: bytes = field(repr=False)
    attempts: int
    leased_until: datetime
    until: datetime
    begun_at: datetime | None
    unrepeatable: bool

    def to(self) -> str:
        """Return the openid or the phone number. Raises InvalidTag."""
        return decrypt("openid" if self.channel == PushChannel.WECHAT else "phone", self.sealed).decode()


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a push. WAITING: for another attempt, or at once for another channel.

    `unsent`: certainly not sent, so that what was counted is given back. `no_consent`: the person agrees to no more.
    """

    push: Push
    state: PushState
    error: str = ""
    unsent: bool = False
    no_consent: bool = False


@database.transactional
async def claim(most: int, lease: timedelta) -> list[Push]:
    """Claim at most `most` due pushes for `lease`; what needs or finds no push, or must wait, is recorded at once.

    Returns none also while another process claims. Locks the notifications, skipping locked ones, then the consents of
    their accounts.
    """
    # Two claims at once would each count what the other has not committed yet.
    key = database.lock_key(f"notices:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return []
    now = clock.now()
    today = clock.start_of(clock.day_of(now))
    rows = await database.fetch(_DUE, now, most, today, IdentityProvider.WECHAT.value)
    if not rows:
        return []
    means = await _Means.found(rows, today)
    chosen = [(row, rules.choose(means.facts(row), now, partial(means.take, row))) for row in rows]
    await _record_choices(chosen, now, now + lease)
    await means.spend(row for row, choice in chosen if choice.state == PushState.UNKNOWN)
    return [_push(row, choice.channel, means, now + lease) for row, choice in chosen if choice.channel]


@dataclass(slots=True)
class _Means:
    """What pushes can be made with: templates, consents left, text messages left today; and what is taken of it."""

    templates: Mapping[NotificationKind, MessageTemplate]
    consents: dict[tuple[UUID, str], int]
    sms_left: int
    pushed: Counter[UUID] = field(default_factory=Counter)  # beyond those of earlier claims
    spent: Counter[tuple[UUID, str]] = field(default_factory=Counter)

    @classmethod
    async def found(cls, rows: Sequence[Mapping[str, Any]], today: datetime) -> "_Means":
        settings = current()
        consents = await database.fetch(
            "SELECT account_id, template_id, remaining FROM message_consents WHERE account_id = ANY($1)"
            " ORDER BY id FOR NO KEY UPDATE",
            list({row["account_id"] for row in rows}),
        )
        sms_left = 0
        if settings.sms_provider != SmsProvider.OFF:
            sent = await database.fetch_value(
                "SELECT count(*) FROM notifications WHERE channel = 'SMS' AND pushed_at >= $1", today
            )
            sms_left = settings.max_notice_sms_a_day - sent
        return cls(
            message_templates(settings.wechat_templates) if settings.wechat_app_id else {},
            {(row["account_id"], row["template_id"]): row["remaining"] for row in consents},
            sms_left,
        )

    def facts(self, row: Mapping[str, Any]) -> Facts:
        return Facts(
            kind=NotificationKind(row["kind"]),
            reminder=row["reminder"],
            begun=PushChannel(row["channel"]) if row["pushed_at"] else None,
            read=row["read"],
            disabled=row["disabled"],
            wish_state=row["wish_state"] and WishState(row["wish_state"]),
            pushed_today=row["pushed_today"] + self.pushed[row["account_id"]],
        )

    def take(self, row: Mapping[str, Any], channel: PushChannel) -> bool:
        """Take what a push of this row by a channel needs; return whether it was there. One that was begun has it, and
        is told whether it can be made again."""
        by_wechat = channel == PushChannel.WECHAT
        wanted, to = (row["wechat"], row["openid_encrypted"]) if by_wechat else (_by_sms(row), row["phone_encrypted"])
        if not wanted or to is None or (by_wechat and row["channel"] == PushChannel.SMS):  # a gateway may know of it
            return False
        consent = self._consent(row["account_id"], row["kind"])
        if row["pushed_at"]:
            return self._last(row, consent) if by_wechat else current().sms_provider != SmsProvider.OFF
        if (self.consents.get(consent, 0) if by_wechat else self.sms_left) <= 0:
            return False
        if by_wechat:
            self.consents[consent] -= 1
            self.spent[consent] += 1
        else:
            self.sms_left -= 1
        self.pushed[row["account_id"]] += 1
        return True

    def unrepeatable(self, row: Mapping[str, Any]) -> bool:
        """Whether a push by WeChat, claimed here, leaves its person another message that was agreed to."""
        return row["pushed_at"] is None and not self._last(row, self._consent(row["account_id"], row["kind"]), 1)

    def _last(self, row: Mapping[str, Any], consent: tuple[UUID, str], needed: int = 0) -> bool:
        """Whether a push by WeChat uses up the last message that was agreed to; one that was begun has its own."""
        others = [self._consent(row["account_id"], kind) for kind in row["others_begun"]]
        left = self.consents.get(consent, 0) + self.spent[consent]  # before this claim, whose pushes are not made yet
        return bool(consent[1]) and left == needed and consent not in others

    def _consent(self, account_id: UUID, kind: str) -> tuple[UUID, str]:
        template = self.templates.get(NotificationKind(kind))
        return account_id, template.id if template else ""

    async def spend(self, left: Iterable[Mapping[str, Any]]) -> None:
        """Count down the consents that were taken, and give back those of the rows that are `left` as they are."""
        changes = {consent: -count for consent, count in self.spent.items()}
        for row in left:
            if row["channel"] == PushChannel.WECHAT:
                consent = self._consent(row["account_id"], row["kind"])
                changes[consent] = changes.get(consent, 0) + 1
        await _count_consents(changes)


async def in_doubt() -> datetime | None:
    """Return when the newest push by WeChat began that ended, or whose sender did, if nothing is known of it: WeChat
    may be down."""
    found: datetime | None = await database.fetch_value(
        "SELECT CASE WHEN state <> 'SENT' THEN pushed_at END FROM notifications WHERE channel = 'WECHAT'"
        " AND pushed_at IS NOT NULL AND (leased_until IS NULL OR leased_until <= $1)"
        " ORDER BY pushed_at DESC, state = 'SENT' LIMIT 1",
        clock.now(),
    )
    return found


def _by_sms(row: Mapping[str, Any]) -> bool:
    """Return whether text messages are wanted. For whoever has the old number, the account does not choose."""
    return bool(row["sms"] or row["kind"] == NotificationKind.PHONE_CHANGED)


def _push(row: Mapping[str, Any], channel: PushChannel, means: _Means, leased_until: datetime) -> Push:
    kind = NotificationKind(row["kind"])
    by_wechat = channel == PushChannel.WECHAT
    return Push(
        id=row["id"],
        account_id=row["account_id"],
        kind=kind,
        reminder=row["reminder"],
        created_at=row["created_at"],
        channel=channel,
        template=means.templates[kind] if by_wechat else None,
        sealed=bytes(row["openid_encrypted"] if by_wechat else row["phone_encrypted"]),
        attempts=row["attempts"] + 1,
        leased_until=leased_until,
        until=row["push_until"],
        begun_at=row["pushed_at"],
        unrepeatable=by_wechat and means.unrepeatable(row),
    )


async def _record_choices(
    chosen: Sequence[tuple[Mapping[str, Any], Choice]], now: datetime, leased_until: datetime
) -> None:
    """Record what becomes of each: leased, waiting for the morning, or ended."""
    await database.execute(
        """
        UPDATE notifications n SET state = c.state, channel = coalesce(c.channel, n.channel), error = c.error,
            attempts = n.attempts + CASE WHEN c.channel IS NULL THEN 0 ELSE 1 END, next_attempt_at = c.next_at,
            leased_until = CASE WHEN c.channel IS NOT NULL THEN c.next_at END,
            pushed_at = CASE WHEN c.channel IS NULL THEN n.pushed_at ELSE coalesce(n.pushed_at, $6::timestamptz) END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
            AS c (id, state, channel, error, next_at)
        WHERE n.id = c.id
        """,
        [row["id"] for row, _ in chosen],
        [choice.state.value for _, choice in chosen],
        [choice.channel and choice.channel.value for _, choice in chosen],
        [_reason(row, choice) for row, choice in chosen],
        [leased_until if choice.channel else choice.at for _, choice in chosen],
        now,
    )
    await _note_told((row["id"], row["kind"]) for row, choice in chosen if choice.state != PushState.WAITING)


def _reason(row: Mapping[str, Any], choice: Choice) -> str:
    """Return what is noted with a push: its choice's reason, or else what its sender said last."""
    return choice.reason if choice.reason not in {"", Reason.INTERRUPTED} else row["error"] or choice.reason


@database.transactional
async def record(ended: Sequence[Ended]) -> None:
    """Record what became of claimed pushes: sent, refused, given up, or to be made again later.

    After an expired lease only a success counts. Locks the notifications, then the consents of their accounts, by id.
    """
    now = clock.now()
    rows = await database.fetch(
        "SELECT id, state, leased_until FROM notifications WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        [one.push.id for one in ended],
    )
    kept = {row["id"]: row for row in rows}
    ended = [one for one in ended if one.push.id in kept and _counts(one, kept[one.push.id])]
    states = [_next(one, now) for one in ended]
    await database.execute(
        """
        UPDATE notifications n SET state = e.state, next_attempt_at = e.next_at, leased_until = NULL, error = e.error,
            pushed_at = CASE WHEN e.unsent THEN NULL ELSE n.pushed_at END
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::bool[])
            AS e (id, state, next_at, error, unsent)
        WHERE n.id = e.id
        """,
        [one.push.id for one in ended],
        [state.value for state, _ in states],
        [at for _, at in states],
        [one.error for one in ended],
        [one.unsent for one in ended],
    )
    await _give_back([(one, state) for one, (state, _) in zip(ended, states, strict=True)], now)
    await _note_told(
        (one.push.id, one.push.kind)
        for one, (state, _) in zip(ended, states, strict=True)
        if state != PushState.WAITING
    )


def _counts(one: Ended, row: Mapping[str, Any]) -> bool:
    """Whether an outcome is still news: under the lease, or a success where nothing is known."""
    held: bool = row["leased_until"] == one.push.leased_until
    return held or (one.state == PushState.SENT and row["state"] in {PushState.UNKNOWN, PushState.WAITING})


def _next(one: Ended, now: datetime) -> tuple[PushState, datetime | None]:
    """Return the state after an attempt, and when the next one is."""
    if one.state != PushState.WAITING:
        return one.state, None
    if one.no_consent:
        return PushState.WAITING, now  # by another channel, if there is one
    at = rules.again_at(one.push.kind, one.push.attempts, now, one.push.until)
    if at is None:
        return PushState.FAILED if one.unsent else PushState.UNKNOWN, None
    return PushState.WAITING, at


async def _give_back(ended: Sequence[tuple[Ended, PushState]], now: datetime) -> None:
    """Give back consents to messages that were not sent, or may not have been and are left; of whom WeChat says that
    none is left, take all."""
    back: Counter[tuple[UUID, str]] = Counter()
    none_left = []
    for one, state in ended:
        consent = (one.push.account_id, one.push.template.id if one.push.template else "")
        if one.push.template and one.no_consent:
            none_left.append(consent)
        elif one.push.template and (one.unsent or state == PushState.UNKNOWN):
            back[consent] += 1
    await _lock_consents(account_id for account_id, _ in (*back, *none_left))
    await _count_consents(back)
    if none_left:
        await database.execute(
            "UPDATE message_consents c SET remaining = 0, changed_at = $3 FROM unnest($1::uuid[], $2::text[])"
            " AS n (account_id, template_id) WHERE c.account_id = n.account_id AND c.template_id = n.template_id",
            [account_id for account_id, _ in none_left],
            [template_id for _, template_id in none_left],
            now,
        )


async def _lock_consents(account_ids: Iterable[UUID]) -> None:
    wanted = list(set(account_ids))
    if wanted:
        await database.fetch(
            "SELECT id FROM message_consents WHERE account_id = ANY($1) ORDER BY id FOR NO KEY UPDATE", wanted
        )


async def _count_consents(by: Mapping[tuple[UUID, str], int]) -> None:
    """Change how many messages are agreed to; never below 0 nor beyond the most that are kept."""
    if by:
        await database.execute(
            "UPDATE message_consents c SET changed_at = $4,"
            f" remaining = LEAST(GREATEST(c.remaining + n.change, 0), {rules.MAX_CONSENTS})"
            " FROM unnest($1::uuid[], $2::text[], $3::int[]) AS n (account_id, template_id, change)"
            " WHERE c.account_id = n.account_id AND c.template_id = n.template_id",
            [account_id for account_id, _ in by],
            [template_id for _, template_id in by],
            list(by.values()),
            clock.now(),
        )


async def _note_told(over: Iterable[tuple[UUID, str]]) -> None:
    """Note with changes of phones, of notifications whose pushes are over, that both numbers were told or cannot be."""
    changes = [key for key, kind in over if kind == NotificationKind.PHONE_CHANGED]
    if changes:
        await database.execute(
            "UPDATE phone_changes p SET told_at = $2 FROM notifications n WHERE n.id = ANY($1) AND p.id = n.subject_id"
            " AND p.told_at IS NULL",
            changes,
            clock.now(),
        )
