"""What is promised to heads: grants given, stock reserved for them, revoked, run out; inside the caller's transaction.

A discount's stock is never promised twice: all of each open grant, what each closed one used, and what is reserved,
stay within the stock of the version on offer, under the lock of the discount's counter. Locks in the order heads by id
→ grants by id → the shop (shared) → the discounts' counters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import DiscountAudience, GrantSource, NotificationKind
from services.audit import log as audit
from services.db import database
from services.db.records import record
from services.discounts import promises
from services.discounts.promises import Promises
from services.discounts.table import ON_OFFER
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.live import outbox
from services.people import heads
from services.writes import turns

MAX_QUANTITY = 10
MAX_NOTE = 100
MAX_DAYS = 366
REMINDED_BEFORE = (30, 7)  # days before a grant's last day


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What each head is given: how many uses of a discount, named by its first version, until which day (inclusive)."""

    origin_id: UUID
    quantity: int
    valid_until: date
    source: GrantSource
    note: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom it is given; for an honour, by which nomination."""

    head_id: UUID
    nomination_id: UUID | None = None


async def give(gift: Gift, recipients: Sequence[Recipient], by: UUID, *, from_reserve: int = 0) -> list[UUID]:
    """Give each of these heads a grant, from today on; return the grants, in order. Each head is told.

    `from_reserve`: what of the discount's reservation is given up for it, used or not. Raises INVALID_STATE for a head
    who has left, DISCOUNT_NOT_AVAILABLE for what is not on offer, or not for grants, INVALID_INPUT beyond a year and
    beyond the discount's last day, and OUT_OF_STOCK where the stock does not cover it. Locks the heads by id, the
    discount's shop (shared), its counter. The number of statements does not depend on the number of heads.
    """
    await _lock_heads([one.head_id for one in recipients])
    times = gift.quantity * len(recipients)
    offer = await _offer(gift.origin_id)
    fit_day(gift.valid_until, clock.day_of(clock.now()), offer.valid_until)
    _check_stock(offer, await promises.lock(gift.origin_id), times - from_reserve)
    await promises.change(gift.origin_id, granted=times, reserved=-from_reserve)
    now = clock.now()
    made = [uuid7() for _ in recipients]
    await database.execute(
        "INSERT INTO grants (id, head_id, discount_id, quantity, valid_from, valid_until, source, nomination_id, note,"
        " granted_by_id, granted_at, reminders)"
        " SELECT id, head_id, $4, $5, $6, $7, $8, nomination_id, $9, $10, $11, $12"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS given (id, head_id, nomination_id)",
        made,
        [one.head_id for one in recipients],
        [one.nomination_id for one in recipients],
        gift.origin_id,
        gift.quantity,
        clock.day_of(now),
        gift.valid_until,
        gift.source,
        gift.note,
        by,
        now,
        _reminders_past(clock.day_of(now), gift.valid_until),
    )
    details = {
        grant_id: {"head_id": str(one.head_id), "discount_id": str(gift.origin_id), "quantity": gift.quantity}
        for grant_id, one in zip(made, recipients, strict=True)
    }
    audit.record_each(by, "grant.give", "Grant", details, details)
    for grant_id, one in zip(made, recipients, strict=True):
        outbox.notice(NotificationKind.GRANT_GIVEN, grant_id, by=by, heads=[one.head_id])
    return made


async def reserve(origin_id: UUID, quantity: int, until: date) -> None:
    """Set so much of a discount's stock aside, for grants that are given later, the first of them until that day.

    Raises DISCOUNT_NOT_AVAILABLE and OUT_OF_STOCK as `give`, INVALID_STATE for what is offered for less long. Locks the
    discount's shop (shared), its counter.
    """
    offer = await _offer(origin_id)
    if offer.valid_until is not None and offer.valid_until < until:
        message = f"这项优惠只到 {offer.valid_until}，须到 {until} 或更晚；请先请店铺延长，或换一项"
        raise Refusal(ErrorCode.INVALID_STATE, message, "discountId")
    _check_stock(offer, await promises.lock(origin_id), quantity)
    await promises.change(origin_id, reserved=quantity)


async def release(origin_id: UUID, quantity: int) -> None:
    """Give back what `reserve` set aside. Locks the discount's counter."""
    await promises.lock(origin_id)
    await promises.change(origin_id, reserved=-quantity)


async def revoke(grant_id: UUID, reason: str, by: UUID | None) -> bool:
    """Revoke a grant: what was used stands, a live preparation may finish, what is left goes back to the stock.

    Returns False for one that was closed before, which is left as it is. Locks the head, the grant, the discount's
    counter.
    """
    head_id = await database.fetch_value("SELECT head_id FROM grants WHERE id = $1", grant_id)
    await heads.hold(head_id)
    closing = await _lock("id = $1", grant_id)
    await _close(closing, clock.now(), reason, by)
    audit.record_each(by, "grant.revoke", "Grant", [one.id for one in closing])
    return bool(closing)


@dataclass(frozen=True, slots=True)
class Closing:
    """A locked grant that is open."""

    id: UUID
    discount_id: UUID


async def lock_of_head(head_id: UUID) -> list[Closing]:
    """Lock the open grants of a head, whom the caller has locked and who leaves; pass them to `end`."""
    return await _lock("head_id = $1", head_id)


async def end(closing: Sequence[Closing], by: UUID | None = None) -> None:
    """Close grants that have run out, or whose head leaves; what they did not use goes back to the stock.

    The caller has locked their heads, and them. Locks the discounts' counters by id.
    """
    await _close(closing, clock.now())
    audit.record_each(by, "grant.end", "Grant", [one.id for one in closing])


async def lock_over(limit: int) -> list[Closing]:
    """Lock at most `limit` open grants whose last day is over, with their heads; skip heads that others have locked."""
    today = clock.day_of(clock.now())
    rows = await database.fetch(
        "SELECT id, head_id FROM grants WHERE closed_at IS NULL AND valid_until < $1 ORDER BY valid_until, id LIMIT $2",
        today,
        limit,
    )
    locked = await database.fetch(
        "SELECT id FROM household_heads WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        [row["head_id"] for row in rows],
    )
    free = {row["id"] for row in locked}
    return await _lock("id = ANY($1)", [row["id"] for row in rows if row["head_id"] in free])


async def given_back(preparation_ids: Sequence[UUID]) -> None:
    """Take out of what is granted the uses that were just given back to the stock, where their grant is closed; an open
    one has them again by itself.

    The caller has ended these preparations, or their redemptions, and has locked the discounts' counters.
    """
    await database.execute(
        """
        UPDATE discount_counters c SET granted = c.granted - back.times
        FROM (
            SELECT g.discount_id, count(*) AS times
            FROM preparations p JOIN passes i ON i.id = p.issued_pass_id JOIN grants g ON g.id = i.grant_id
            WHERE p.id = ANY($1) AND g.closed_at IS NOT NULL GROUP BY g.discount_id
        ) back WHERE c.discount_id = back.discount_id
        """,
        list(preparation_ids),
    )


async def _lock_heads(ids: Sequence[UUID]) -> None:
    rows = await database.fetch(
        "SELECT left_at FROM household_heads WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(ids)
    )
    if any(row["left_at"] is not None for row in rows):
        raise Refusal(ErrorCode.INVALID_STATE, "该联户长已离任，不能再赠予", "headId")


@dataclass(frozen=True, slots=True)
class _Offer:
    """The version of a discount for grants that is on offer."""

    stock_total: int
    valid_until: date | None


async def _offer(origin_id: UUID) -> _Offer:
    """Return what is on offer of a discount for grants. Raises DISCOUNT_NOT_AVAILABLE. Locks its shop, shared: what is
    on offer stays."""
    await turns.shared_version(origin_id)
    row = await database.fetch_one(
        "SELECT stock_total, valid_until FROM discounts WHERE origin_id = $1 AND state = ANY($2) AND audience = $3",
        origin_id,
        list(ON_OFFER),
        DiscountAudience.GRANTED,
    )
    if row is None:
        message = "这项优惠不是进行中的专享优惠，不能赠予；请换一项"
        raise Refusal(ErrorCode.DISCOUNT_NOT_AVAILABLE, message, "discountId")
    return record(_Offer, row)


def _check_stock(offer: _Offer, counter: Promises, more: int) -> None:
    """Raise OUT_OF_STOCK where the stock does not cover so much more. The caller has locked the counter."""
    left = offer.stock_total - counter.taken
    if more > left:
        message = f"这项优惠只剩 {max(0, left)} 份可以赠予；请减少份数，或请店铺先增加总份数"
        raise Refusal(ErrorCode.OUT_OF_STOCK, message, "quantity")


def fit_day(valid_until: date, today: date, offered_until: date | None = None) -> None:
    """Raise INVALID_INPUT unless it can be a grant's last day: from today on, within a year, while it is offered."""
    last = min(today + timedelta(days=MAX_DAYS), offered_until or date.max)
    if not today <= valid_until <= last:
        message = f"最后一天须在今天到 {last} 之间" if last >= today else "这项优惠的有效期已过，请换一项"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "validUntil")


def _reminders_past(today: date, valid_until: date) -> int:
    """Return how many of the reminders before the end fall before today, or on it."""
    return sum(valid_until - today <= timedelta(days=days) for days in REMINDED_BEFORE)


async def _lock(which: str, value: object) -> list[Closing]:
    return await database.read(
        Closing,
        f"SELECT id, discount_id FROM grants WHERE {which} AND closed_at IS NULL ORDER BY id FOR NO KEY UPDATE",
        value,
    )


async def _close(closing: Sequence[Closing], at: datetime, reason: str | None = None, by: UUID | None = None) -> None:
    """Close locked grants; revoke them where there is a reason. Counts after locking the discounts' counters: who gives
    a use back holds one of them."""
    if not closing:
        return
    await database.fetch(
        "SELECT 1 FROM discount_counters WHERE discount_id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        [one.discount_id for one in closing],
    )
    await database.execute(
        """
        WITH closed AS (
            UPDATE grants g SET closed_at = $2::timestamptz, revoke_reason = $3::text, revoked_by_id = $4,
                revoked_at = CASE WHEN $3::text IS NOT NULL THEN $2::timestamptz END
            WHERE id = ANY($1)
            RETURNING g.discount_id, g.quantity - (
                SELECT count(*) FROM redemptions r JOIN passes i ON i.id = r.issued_pass_id
                WHERE r.head_id = g.head_id AND r.origin_id = g.discount_id AND r.state = 'CONFIRMED'
                    AND i.grant_id = g.id
            ) - (
                SELECT count(*) FROM preparations p JOIN passes i ON i.id = p.issued_pass_id
                WHERE p.head_id = g.head_id AND p.origin_id = g.discount_id AND p.state = 'LIVE' AND i.grant_id = g.id
            ) AS unused
        )
        UPDATE discount_counters c SET granted = c.granted - back.times
        FROM (SELECT discount_id, sum(unused) AS times FROM closed GROUP BY discount_id) back
        WHERE c.discount_id = back.discount_id
        """,
        [one.id for one in closing],
        at,
        reason,
        by if reason is not None else None,
    )
