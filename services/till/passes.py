"""Passes (优惠码): what a head shows at the till. One live pass a head and discount, good for one redemption.

A pass keeps the terms of the version for which it was issued; there is one live pass over all versions.
"""

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import DiscountAudience, PassAction, PassState, PreparationState
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args
from services.discounts import discounts
from services.discounts import hours as discount_hours
from services.discounts.discounts import Discount
from services.grants import grants
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.settings import current
from services.kit.viewer import Viewer
from services.people import heads
from services.till import eligibility, holds, qr
from services.till.codes import SECRET_BYTES, SLOTS, qr_text, short_text, step_at
from services.till.eligibility import Candidate, Obstacle
from services.writes import requests
from services.writes.write import write

LIFETIME = timedelta(hours=24)
MAX_SLOT_MISSES = 5
SLOT_TRIES = 8
FREE_SLOT_TRIES = 2
BATCH = 200

NEWEST_FIRST = Keyset("passes", {"id": ("p.id", UUID)}, descending=True)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass, as its head reads it."""

    id: UUID
    head_id: UUID
    discount_id: UUID
    shop_id: UUID
    slot: int | None
    secret_encrypted: bytes | None = field(repr=False)  # None some days after its end
    state: PassState
    slot_misses: int
    issued_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @property
    def live(self) -> bool:
        """Whether it can be shown."""
        return self.state == PassState.LIVE

    def secret(self) -> bytes | None:
        """The secret, while the pass is live."""
        return open_secret(self.secret_encrypted) if self.live and self.secret_encrypted else None

    def code(self) -> str | None:
        """The QR code of the current step, while the pass is live."""
        secret = self.secret()
        return qr_text(secret, self.id, step_at(clock.now())) if secret else None

    def qr_svg(self) -> str | None:
        """The QR code of the current step as SVG, while the pass is live."""
        code = self.code()
        return qr.svg(code) if code else None

    def short_code(self) -> str | None:
        """The short code of the current step, while the pass is live and its slot is not closed by misses."""
        if self.slot is None or self.slot_misses >= MAX_SLOT_MISSES:
            return None
        secret = self.secret()
        return short_text(secret, self.id, self.slot, step_at(clock.now())) if secret else None


def available_actions(issued: Pass) -> list[PassAction]:
    """Return what its head, for whom alone it exists, may do with a pass now."""
    return [PassAction.SHOW, PassAction.CANCEL] if issued.live else []


def open_secret(sealed: bytes) -> bytes:
    """Decrypt the secret of a pass."""
    return secrets.decrypt("pass", sealed)


def columns(_: Viewer, args: Args) -> str:
    """Return the columns of a Pass. An expired pass reads as expired before it is swept."""
    return (
        "p.id, p.head_id, p.discount_id, p.shop_id, p.slot, p.secret_encrypted,"
        f" CASE WHEN p.state = 'LIVE' AND p.expires_at <= {args(clock.now())} THEN 'EXPIRED' ELSE p.state END AS state,"
        " p.slot_misses, p.issued_at, p.expires_at, p.ended_at"
    )


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `passes p`: a pass exists for its head only."""
    return f"p.head_id = {args(viewer.head_id)}" if viewer.head_id else "false"


READING = Reading(Pass, columns, "passes p", "p.id", visible_to)
by_ids = READING.by_ids


async def of_heads(
    viewer: Viewer, head_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Pass]]:
    """Return a page of each head's passes, newest first. One statement for all the heads."""
    return await READING.of_parents(viewer, head_ids, page, NEWEST_FIRST, "p.head_id", only=only)


async def obstacles(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Obstacle]:
    """Return the personal reason why each live pass cannot be used now; absent when there is none.

    The head reads in full what the till calls NOT_ELIGIBLE. Three statements for all the passes.
    """
    live = [one for one in (await by_ids(viewer, ids)).values() if one.live]
    offered = await discounts.by_ids(viewer, [one.discount_id for one in live])
    standings = await eligibility.standings([Candidate(one.head_id, one.discount_id, one.id) for one in live])
    now = clock.now()
    found = {
        one.id: eligibility.obstacle(offered[one.discount_id], standing, now)
        for one, standing in zip(live, standings, strict=True)
    }
    return {key: obstacle for key, obstacle in found.items() if obstacle}


@write
async def issue(viewer: Viewer, discount_id: UUID, request_no: str) -> Pass:
    """Issue the viewer's head a pass for a discount, for 24 hours; return the live one, of any version, if there is
    one.

    Idempotent by `request_no` for the account. Raises NOT_FOUND (also for what was never approved),
    DISCOUNT_NOT_AVAILABLE, OUTSIDE_HOURS (before the first or after the last day), OUT_OF_STOCK, and the personal
    reasons in full: NOT_ELIGIBLE, OWN_SHOP, NEEDS_GRANT, STAR_LEVEL_TOO_LOW, LIMIT_REACHED, NOT_ENOUGH_POINTS. Of the
    head's grants, the pass is for the one that ends first, and expires with it. Locks the head, the live pass, and
    shared the shop and the version.
    """
    assert viewer.account_id is not None and viewer.head_id is not None, "declared on the mutation"
    pass_id = uuid7()
    earlier = await requests.claim(viewer.account_id, "passIssue", request_no, {"discountId": discount_id}, pass_id)
    if earlier is None:
        await heads.hold(viewer.head_id)
        earlier = await _live(viewer.head_id, discount_id)
        if earlier is None:
            discount = await discounts.terms(discount_id)
            if discount is None or discount.approved_at is None:
                raise not_found("discountId")
            await _check(viewer.head_id, discount)
            await _create(pass_id, viewer.head_id, discount, await _grant(viewer.head_id, discount))
            audit.record(viewer.account_id, "pass.issue", "Pass", pass_id)
        else:
            await requests.settle(viewer.account_id, "passIssue", request_no, earlier)
    return await _own(viewer, earlier or pass_id)


async def _own(viewer: Viewer, pass_id: UUID) -> Pass:
    found = (await by_ids(viewer, [pass_id])).get(pass_id)
    if found is None:
        raise not_found()
    return found


async def _live(head_id: UUID, discount_id: UUID) -> UUID | None:
    """Return the head's live pass of the discount, of any version; None when this version was never approved."""
    now = clock.now()
    row = await database.fetch_one(
        "SELECT id, expires_at, grant_id FROM passes WHERE head_id = $1 AND state = 'LIVE'"
        " AND origin_id = (SELECT origin_id FROM discounts WHERE id = $2 AND approved_at IS NOT NULL)"
        " FOR NO KEY UPDATE",
        head_id,
        discount_id,
    )
    if row is None:
        return None
    if row["expires_at"] <= now:
        await _expire([row["id"]], now)
        return None
    if row["grant_id"] is not None and await _grant_revoked(row["id"]):
        await _cancel([row["id"]], now)
        return None
    return UUID(str(row["id"]))


async def _grant_revoked(pass_id: UUID) -> bool:
    """Return whether the grant of a pass was revoked, so that another one may take its place; not while a till still
    holds what was promised with it."""
    found: bool = await database.fetch_value(
        "SELECT EXISTS (SELECT FROM passes i JOIN grants g ON g.id = i.grant_id WHERE i.id = $1"
        " AND g.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM preparations p WHERE p.issued_pass_id = i.id"
        " AND p.state = 'LIVE'))",
        pass_id,
    )
    return found


async def _cancel(ids: Sequence[UUID], now: datetime) -> None:
    await database.execute(
        "UPDATE passes SET state = 'CANCELLED', ended_at = $2 WHERE id = ANY($1) AND state = 'LIVE'", list(ids), now
    )
    audit.record_each(None, "pass.cancel", "Pass", ids)


async def _grant(head_id: UUID, discount: Discount) -> tuple[UUID, date] | None:
    """Return the grant that a pass uses up, with its last day; None for a discount for all. Raises NEEDS_GRANT."""
    if discount.audience == DiscountAudience.ALL:
        return None
    found = await grants.ending_first(head_id, discount.origin_id)
    if found is None:
        raise eligibility.needs_grant().refusal()
    return found


async def _check(head_id: UUID, discount: Discount) -> None:
    if refusal := discounts.not_on_offer(discount):
        raise refusal
    now = clock.now()
    local = clock.local(now)
    if discount_hours.over(discount, local):
        raise Refusal(ErrorCode.OUTSIDE_HOURS, "该优惠已过有效期")
    if discount_hours.not_begun(discount, local + LIFETIME):
        assert discount.valid_from is not None, "it is still to come"
        opens = discount_hours.begins(discount, discount.valid_from, local.tzinfo) - LIFETIME
        message = f"该优惠从 {discount.valid_from} 开始，请届时再领"
        raise Refusal(ErrorCode.OUTSIDE_HOURS, message, retry_at=opens)
    if refusal := discounts.sold_out(discount):
        raise refusal
    standing = await eligibility.standing(Candidate(head_id, discount.id))
    if obstacle := eligibility.obstacle(discount, standing, now):
        raise obstacle.refusal()


async def _create(pass_id: UUID, head_id: UUID, discount: Discount, grant: tuple[UUID, date] | None) -> None:
    now = clock.now()
    grant_id, expires_at = None, now + LIFETIME
    if grant:
        grant_id, last_day = grant
        expires_at = min(expires_at, clock.start_of(last_day + timedelta(days=1)))
    sealed = secrets.encrypt("pass", random.token_bytes(SECRET_BYTES))
    for number in count():
        slot = await _slot(number, discount.shop_id, now)
        if slot is not None:
            await _free(discount.shop_id, slot, now)
        if await database.fetch(
            "INSERT INTO passes (id, head_id, discount_id, origin_id, shop_id, slot, secret_encrypted, state,"
            " slot_misses, issued_at, expires_at, grant_id) VALUES ($1, $2, $3, $9, $4, $5, $6, 'LIVE', 0, $7, $8, $10)"
            " ON CONFLICT (shop_id, slot) WHERE state = 'LIVE' DO NOTHING RETURNING id",
            pass_id,
            head_id,
            discount.id,
            discount.shop_id,
            slot,
            sealed,
            now,
            expires_at,
            discount.origin_id,
            grant_id,
        ):
            return


async def _slot(number: int, shop_id: UUID, now: datetime) -> int | None:
    """Return the slot to try next: first a random one, then a free one, then None: the QR code needs no slot."""
    if number < SLOT_TRIES:
        return random.randbelow(SLOTS)
    if number >= SLOT_TRIES + FREE_SLOT_TRIES:
        return None
    slot: int | None = await database.fetch_value(
        "SELECT slot FROM generate_series(0, $3::int) slot WHERE NOT EXISTS (SELECT 1 FROM passes p"
        " WHERE p.shop_id = $1 AND p.slot = slot.slot AND p.state = 'LIVE' AND p.expires_at > $2)"
        " ORDER BY random() LIMIT 1",
        shop_id,
        now,
        SLOTS - 1,
    )
    return slot


async def _free(shop_id: UUID, slot: int, now: datetime) -> None:
    rows = await database.fetch(
        "SELECT id FROM passes WHERE shop_id = $1 AND slot = $2 AND state = 'LIVE' AND expires_at <= $3"
        " FOR NO KEY UPDATE SKIP LOCKED",
        shop_id,
        slot,
        now,
    )
    await _expire([row["id"] for row in rows], now)


@write
async def cancel(viewer: Viewer, pass_id: UUID) -> Pass:
    """Cancel a pass of the viewer's head, with its preparation; the hold is given back.

    Repeating it, and cancelling an expired one, changes nothing. Raises NOT_FOUND, and INVALID_STATE for a spent pass.
    Locks the pass and its preparation.
    """
    row = await database.fetch_one(
        "SELECT state, expires_at FROM passes WHERE id = $1 AND head_id = $2 FOR NO KEY UPDATE", pass_id, viewer.head_id
    )
    if row is None:
        raise not_found("passId")
    if row["state"] == PassState.SPENT:
        raise Refusal(ErrorCode.INVALID_STATE, "该优惠码已经使用，不能取消", "passId")
    now = clock.now()
    prepared = await holds.lock_of_pass(pass_id)
    await holds.give_back([(hold, PreparationState.CANCELLED) for hold in prepared], now, viewer.account_id)
    if row["state"] == PassState.LIVE and row["expires_at"] > now:
        await database.execute(
            "UPDATE passes SET state = 'CANCELLED', ended_at = $2 WHERE id = $1 AND state = 'LIVE'", pass_id, now
        )
        audit.record(viewer.account_id, "pass.cancel", "Pass", pass_id)
    return await _own(viewer, pass_id)


async def cancel_all(head_id: UUID, account_id: UUID | None) -> int:
    """Cancel the passes of a head who leaves; return how many. Live preparations may finish.

    Runs inside the caller's transaction, which has locked the head.
    """
    rows = await database.fetch(
        "UPDATE passes SET state = 'CANCELLED', ended_at = $2 WHERE id = ANY(ARRAY("
        "SELECT id FROM passes WHERE head_id = $1 AND state = 'LIVE' ORDER BY id FOR NO KEY UPDATE)) RETURNING id",
        head_id,
        clock.now(),
    )
    audit.record_each(account_id, "pass.cancel", "Pass", [row["id"] for row in rows])
    return len(rows)


async def expire(limit: int = 1000) -> int:
    """Expire at most `limit` overdue passes, in small transactions; return how many. For `tick`; safe beside itself."""
    expired = 0
    while expired < limit:
        wanted = min(BATCH, limit - expired)
        done = await _expire_batch(wanted)
        expired += done
        if done < wanted:
            break
    return expired


@write
async def _expire_batch(limit: int) -> int:
    now = clock.now()
    rows = await database.fetch(
        "SELECT id FROM passes WHERE state = 'LIVE' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2"
        " FOR NO KEY UPDATE SKIP LOCKED",
        now,
        limit,
    )
    await _expire([row["id"] for row in rows], now)
    return len(rows)


async def _expire(ids: Sequence[UUID], now: datetime) -> None:
    if not ids:
        return
    await database.execute(
        "UPDATE passes SET state = 'EXPIRED', ended_at = $2 WHERE id = ANY($1) AND state = 'LIVE'", list(ids), now
    )
    audit.record_each(None, "pass.expire", "Pass", ids)


async def forget_secrets(limit: int) -> int:
    """Empty the secrets of at most `limit` passes that ended longer ago than these are kept; return how many. One
    statement; safe beside itself."""
    return await database.execute(
        "UPDATE passes SET secret_encrypted = NULL WHERE id = ANY(ARRAY(SELECT id FROM passes"
        " WHERE ended_at < $1 AND secret_encrypted IS NOT NULL ORDER BY ended_at LIMIT $2"
        " FOR NO KEY UPDATE SKIP LOCKED))",
        clock.now() - timedelta(days=current().pass_secrets_kept_days),
        limit,
    )
