"""What a preparation holds and a redemption takes: stock, the shop's ceiling, points. Limits are counted, not held.

Runs inside the caller's transaction, except `release_expired`. Locks in the order preparation → discount counters →
shop month → points accounts by id.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import DiscountAudience, PointsAccountKind, PreparationState, TransferKind
from services.audit import log as audit
from services.db import database
from services.db.records import record
from services.discounts import discounts
from services.grants import giving
from services.kit import clock
from services.points import ledger
from services.points.ledger import Move
from services.till import eligibility
from services.writes.write import write

BATCH = 50
MAX_FAILURES = 1000  # failing holds that one sweep skips
ENDED_AS = {
    PreparationState.EXPIRED: "expire",
    PreparationState.REPLACED: "replace",
    PreparationState.CANCELLED: "cancel",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """The part of a preparation that concerns holding. `step`: of the code it was prepared with. Stock is counted by
    `origin_id`, for all the discount's versions together.
    """

    id: UUID
    issued_pass_id: UUID
    head_id: UUID
    discount_id: UUID
    origin_id: UUID
    shop_id: UUID
    cashier_id: UUID
    step: int
    bill_fen: int
    payable_fen: int
    saved_fen: int
    cost_points: int
    day: date
    month: date
    state: PreparationState
    expires_at: datetime


COLUMNS = (
    "p.id, p.issued_pass_id, p.head_id, p.discount_id, p.origin_id, p.shop_id, p.cashier_id, p.step, p.bill_fen,"
    " p.payable_fen, p.saved_fen, p.cost_points, p.day, p.month, p.state, p.expires_at"
)


async def lock_prepared(head_id: UUID, pass_id: UUID, preparation_id: UUID) -> tuple[Hold, bool]:
    """Lock a head, its pass and a preparation of that, in this order; return the preparation, and whether the head is
    suspended. One statement."""
    row = await database.fetch_one(
        f"""
        WITH head AS MATERIALIZED (SELECT suspended_at FROM household_heads WHERE id = $1 FOR NO KEY UPDATE),
        pass AS MATERIALIZED (SELECT 1 FROM passes WHERE id = $2 AND EXISTS (SELECT FROM head) FOR NO KEY UPDATE)
        SELECT {COLUMNS}, (SELECT suspended_at FROM head) AS suspended_at
        FROM preparations p WHERE p.id = $3 AND EXISTS (SELECT FROM pass) FOR NO KEY UPDATE
        """,
        head_id,
        pass_id,
        preparation_id,
    )
    assert row is not None, "none of them is ever deleted"
    suspended = row.pop("suspended_at") is not None
    return record(Hold, row), suspended


async def lock_of_pass(pass_id: UUID) -> list[Hold]:
    """Lock the live preparation of a pass, expired or not; none or one."""
    return await database.read(
        Hold,
        f"SELECT {COLUMNS} FROM preparations p WHERE p.issued_pass_id = $1 AND p.state = 'LIVE' FOR NO KEY UPDATE",
        pass_id,
    )


async def lock_of_shop(shop_id: UUID) -> list[Hold]:
    """Lock the live preparations of a shop, expired or not."""
    return await database.read(
        Hold,
        f"SELECT {COLUMNS} FROM preparations p WHERE p.shop_id = $1 AND p.state = 'LIVE' ORDER BY p.id"
        " FOR NO KEY UPDATE",
        shop_id,
    )


async def lock_around(pass_id: UUID, head_id: UUID, shop_id: UUID, now: datetime) -> list[Hold]:
    """Lock the live preparation of a pass, and the expired ones of its head and shop."""
    rows = await database.read(
        Hold,
        f"SELECT {COLUMNS} FROM preparations p WHERE p.state = 'LIVE' AND (p.issued_pass_id = $1"
        " OR (p.expires_at <= $4 AND (p.head_id = $2 OR p.shop_id = $3))) ORDER BY p.id FOR NO KEY UPDATE",
        pass_id,
        head_id,
        shop_id,
        now,
    )
    return rows


async def take(hold: Hold, stock_total: int | None, ceiling_fen: int | None) -> None:
    """Hold one of the stock and the saved fen of the shop's month. Raises OUT_OF_STOCK, CEILING_REACHED.

    Locks the discount's counter, then the shop's month; creates missing ones. One statement.
    """
    taken = await database.fetch_one(
        """
        WITH counter AS (
            INSERT INTO discount_counters AS c (id, discount_id, held, used)
            SELECT $1, $2, 1, 0 WHERE $3::int IS NULL OR $3 > 0
            ON CONFLICT (discount_id) DO UPDATE SET held = c.held + 1 WHERE $3::int IS NULL OR c.held + c.used < $3
            RETURNING 1
        ), shop_month AS (
            INSERT INTO shop_months AS m (id, shop_id, month, held_fen, given_fen)
            SELECT $4, $5, $6, $7, 0 FROM counter WHERE $8::bigint IS NULL OR $7::bigint <= $8 OR $7 = 0
            ON CONFLICT (shop_id, month) DO UPDATE SET held_fen = m.held_fen + excluded.held_fen
            WHERE $8::bigint IS NULL OR $7 = 0 OR m.held_fen + m.given_fen + $7 <= $8
            RETURNING 1
        )
        SELECT EXISTS (SELECT FROM counter) AS of_stock, EXISTS (SELECT FROM shop_month) AS of_ceiling
        """,
        uuid7(),
        hold.origin_id,
        stock_total,
        uuid7(),
        hold.shop_id,
        hold.month,
        hold.saved_fen,
        ceiling_fen,
    )
    assert taken is not None, "one row"
    if not taken["of_stock"]:
        raise discounts.out_of_stock()
    if not taken["of_ceiling"]:
        assert ceiling_fen is not None, "without one there is always enough"
        raise eligibility.ceiling_reached(hold.saved_fen, ceiling_fen, hold.month)


async def take_points(hold: Hold) -> None:
    """Hold the points. The preparation's row must exist, or be collected. Raises NOT_ENOUGH_POINTS."""
    await ledger.transfer(hold.head_id, [_move(TransferKind.HOLD, hold)])


async def give_back(
    ending: Sequence[tuple[Hold, PreparationState]],
    now: datetime,
    account_id: UUID | None = None,
    taking: Hold | None = None,
) -> None:
    """End live preparations that the caller has locked, and give back what they hold; skip ended ones.

    `account_id` ended them; it does not apply to expired ones. Locks counters, shop months and points accounts, each
    kind by id, including those of `taking`, which the caller will `take` next: locking its counter after a shop month
    would break the lock order.
    """
    if not ending:
        return
    touched = await database.fetch(
        "UPDATE preparations p SET state = e.state, ended_at = $3 FROM unnest($1::uuid[], $2::text[]) AS e (id, state)"
        " WHERE p.id = e.id AND p.state = 'LIVE' RETURNING p.id",
        [hold.id for hold, _ in ending],
        [state.value for _, state in ending],
        now,
    )
    ended = {row["id"] for row in touched}
    holds = [hold for hold, _ in ending if hold.id in ended]
    if not holds:
        return
    if taking or len(holds) > 1:
        await _lock(holds, taking)
    by_grant = await database.fetch_value(
        f"""
        WITH ended AS MATERIALIZED (
            SELECT origin_id, shop_id, month, saved_fen FROM preparations WHERE id = ANY($1)
        ), counters AS (
            UPDATE discount_counters c SET held = c.held - back.times
            FROM (SELECT origin_id, count(*) AS times FROM ended GROUP BY origin_id) back
            WHERE c.discount_id = back.origin_id RETURNING 1
        ), months AS (
            UPDATE shop_months m SET held_fen = m.held_fen - back.fen
            FROM (SELECT shop_id, month, sum(saved_fen) AS fen FROM ended GROUP BY shop_id, month) back
            WHERE m.shop_id = back.shop_id AND m.month = back.month AND EXISTS (SELECT FROM counters)
        )
        SELECT {_by_grant("SELECT origin_id FROM ended")}
        """,
        [hold.id for hold in holds],
    )
    if by_grant:
        await giving.given_back([hold.id for hold in holds])
    moves: dict[UUID, list[Move]] = defaultdict(list)
    for hold in holds:
        moves[hold.head_id].append(_move(TransferKind.RELEASE, hold))
    for head_id, released in moves.items():
        await ledger.transfer(head_id, released)
    for state in {state for _, state in ending}:
        by = None if state == PreparationState.EXPIRED else account_id
        of_state = [hold.id for hold, its in ending if its == state and hold.id in ended]
        audit.record_each(by, f"preparation.{ENDED_AS[state]}", "Preparation", of_state)


async def _lock(giving: Sequence[Hold], taking: Hold | None) -> None:
    holds = [*giving, taking] if taking else giving
    if taking and taking.origin_id not in {hold.origin_id for hold in giving}:
        await database.fetch(
            "INSERT INTO discount_counters (id, discount_id, held, used) VALUES ($1, $2, 0, 0)"
            " ON CONFLICT (discount_id) DO NOTHING",
            uuid7(),
            taking.origin_id,
        )
    await database.fetch(
        "SELECT 1 FROM discount_counters WHERE discount_id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        [hold.origin_id for hold in holds],
    )
    if taking and (taking.shop_id, taking.month) not in {(hold.shop_id, hold.month) for hold in giving}:
        await database.fetch(
            "INSERT INTO shop_months (id, shop_id, month, held_fen, given_fen) VALUES ($1, $2, $3, 0, 0)"
            " ON CONFLICT (shop_id, month) DO NOTHING",
            uuid7(),
            taking.shop_id,
            taking.month,
        )
    await database.fetch(
        "SELECT 1 FROM shop_months WHERE shop_id = ANY($1) AND month = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        [hold.shop_id for hold in holds],
        [hold.month for hold in holds],
    )
    await ledger.lock_all({hold.head_id for hold in holds})


async def spend(hold: Hold, redemption_id: UUID) -> None:
    """Turn a preparation's hold into what its redemption takes. The caller has ended the preparation."""
    await database.execute(
        """
        WITH counter AS (
            UPDATE discount_counters SET held = held - 1, used = used + 1 WHERE discount_id = $1 RETURNING 1
        )
        UPDATE shop_months SET held_fen = held_fen - $4, given_fen = given_fen + $4
        WHERE shop_id = $2 AND month = $3 AND EXISTS (SELECT FROM counter)
        """,
        hold.origin_id,
        hold.shop_id,
        hold.month,
        hold.saved_fen,
    )
    await ledger.transfer(hold.head_id, [_move(TransferKind.SPEND, hold, redemption_id)])


async def refund(hold: Hold, redemption_id: UUID, reason: str) -> None:
    """Give back what a redemption took, to its stock, month and head. `reason` is shown to the head."""
    by_grant = await database.fetch_value(
        f"""
        WITH counter AS (
            UPDATE discount_counters SET used = used - 1 WHERE discount_id = $1 RETURNING 1
        ), month AS (
            UPDATE shop_months SET given_fen = given_fen - $4
            WHERE shop_id = $2 AND month = $3 AND EXISTS (SELECT FROM counter)
        )
        SELECT {_by_grant("$1")}
        """,
        hold.origin_id,
        hold.shop_id,
        hold.month,
        hold.saved_fen,
    )
    if by_grant:
        await giving.given_back([hold.id])
    await ledger.transfer(hold.head_id, [_move(TransferKind.REFUND, hold, redemption_id, reason)])


def _by_grant(origins: str) -> str:
    """Return SQL: one of these discounts is for grants alone."""
    return f"EXISTS (SELECT FROM discounts WHERE id IN ({origins}) AND audience = '{DiscountAudience.GRANTED}')"


_ROUTES = {
    TransferKind.HOLD: (PointsAccountKind.AVAILABLE, PointsAccountKind.HELD),
    TransferKind.RELEASE: (PointsAccountKind.HELD, PointsAccountKind.AVAILABLE),
    TransferKind.SPEND: (PointsAccountKind.HELD, PointsAccountKind.SPENT),
    TransferKind.REFUND: (PointsAccountKind.SPENT, PointsAccountKind.AVAILABLE),
}


def _move(kind: TransferKind, hold: Hold, redemption_id: UUID | None = None, reason: str = "") -> Move:
    source, target = _ROUTES[kind]
    return Move(
        kind, source, target, hold.cost_points, redemption_id=redemption_id, preparation_id=hold.id, reason=reason
    )


async def release_of_head(head_id: UUID) -> None:
    """Give back the expired holds of a head. Locks them, and what `give_back` locks."""
    now = clock.now()
    rows = await database.read(
        Hold,
        f"SELECT {COLUMNS} FROM preparations p WHERE p.head_id = $1 AND p.state = 'LIVE' AND p.expires_at <= $2"
        " ORDER BY p.id FOR NO KEY UPDATE",
        head_id,
        now,
    )
    await give_back([(hold, PreparationState.EXPIRED) for hold in rows], now)


async def release_expired(limit: int = 1000, failed: Callable[[UUID, Exception], bool] | None = None) -> int:
    """Give back at most `limit` expired holds, in small transactions; return how many. For `tick`.

    Safe beside itself and beside the tills: skips locked rows. A failing batch is retried hold by hold; a hold that
    fails alone is passed to `failed`, which returns whether to continue, and is left for the next run. Skips at most
    1,000. Without `failed`, it raises.
    """
    released = seen = 0
    after: UUID | None = None
    while released < limit and seen < limit + MAX_FAILURES:
        wanted = min(BATCH, limit - released)
        ids = await _expired(wanted, after)
        try:
            released += await _release_batch(ids)
        except Exception:  # a bad hold, or one waiting for a lock, must not block the rest
            if failed is None:
                raise
            for hold_id in ids:
                try:
                    released += await _release_batch([hold_id])
                except Exception as error:
                    if not failed(hold_id, error):
                        return released
        if len(ids) < wanted:
            break
        seen, after = seen + len(ids), ids[-1]
    return released


async def _expired(limit: int, after: UUID | None) -> list[UUID]:
    """Return at most `limit` expired holds after `after`, by id."""
    rows = await database.fetch(
        "SELECT id FROM preparations WHERE state = 'LIVE' AND expires_at <= $1 AND ($3::uuid IS NULL OR id > $3)"
        " ORDER BY id LIMIT $2",
        clock.now(),
        limit,
        after,
    )
    return [row["id"] for row in rows]


@write
async def _release_batch(ids: Sequence[UUID]) -> int:
    now = clock.now()
    rows = await database.read(
        Hold,
        f"SELECT {COLUMNS} FROM preparations p WHERE p.id = ANY($2) AND p.state = 'LIVE' AND p.expires_at <= $1"
        " ORDER BY p.id FOR NO KEY UPDATE SKIP LOCKED",
        now,
        list(ids),
    )
    await give_back([(hold, PreparationState.EXPIRED) for hold in rows], now)
    return len(rows)
