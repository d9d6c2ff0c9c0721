"""The double-entry ledger of points. Transfers are append-only; the balances of all accounts always sum to 0.

Everything here runs inside the caller's transaction. Every account belongs to one head, so postings of different heads
share no row and never wait for each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import PointsAccountKind, TransferKind
from services.db import database
from services.db.database import Journal
from services.db.upkeep import ALL, Span, within
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.writes.texts import TEXTS

# How much earlier than its `created_at` a transfer's id may be: clocks of several hosts may differ by a minute.
ID_TOLERANCE = timedelta(minutes=5)

# The routes (source, target) of each kind of transfer.
ROUTES: dict[TransferKind, frozenset[tuple[PointsAccountKind, PointsAccountKind]]] = {
    TransferKind.REWARD_PENDING: frozenset({(PointsAccountKind.ISSUANCE, PointsAccountKind.PENDING)}),
    TransferKind.REWARD_POSTED: frozenset({(PointsAccountKind.PENDING, PointsAccountKind.AVAILABLE)}),
    TransferKind.REWARD_VOIDED: frozenset({(PointsAccountKind.PENDING, PointsAccountKind.ISSUANCE)}),
    TransferKind.REWARD_RETURNED: frozenset({(PointsAccountKind.PENDING, PointsAccountKind.ISSUANCE)}),
    TransferKind.DEBT_REPAID: frozenset(
        {
            (PointsAccountKind.PENDING, PointsAccountKind.DEBT),
            (PointsAccountKind.HELD, PointsAccountKind.DEBT),
            (PointsAccountKind.SPENT, PointsAccountKind.DEBT),
            # Only in a migration: earlier versions left available points beside a debt.
            (PointsAccountKind.AVAILABLE, PointsAccountKind.DEBT),
        }
    ),
    TransferKind.HOLD: frozenset({(PointsAccountKind.AVAILABLE, PointsAccountKind.HELD)}),
    TransferKind.RELEASE: frozenset({(PointsAccountKind.HELD, PointsAccountKind.AVAILABLE)}),
    TransferKind.SPEND: frozenset({(PointsAccountKind.HELD, PointsAccountKind.SPENT)}),
    TransferKind.REFUND: frozenset({(PointsAccountKind.SPENT, PointsAccountKind.AVAILABLE)}),
    TransferKind.REVERSAL: frozenset(
        {
            (PointsAccountKind.AVAILABLE, PointsAccountKind.ISSUANCE),
            (PointsAccountKind.DEBT, PointsAccountKind.ISSUANCE),
        }
    ),
}


# Numbers are taken under the lock of the head's accounts: unlike a clock, they never run backwards between workers.
TRANSFERS = Journal(
    "points_transfers",
    """
    INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points,
        available_after, debt_after, wish_id, redemption_id, preparation_id, created_at)
    SELECT id, head_id, row_number() OVER (PARTITION BY head_id ORDER BY place)
            + (SELECT coalesce(max(number), 0) FROM points_transfers before WHERE before.head_id = move.head_id),
        kind, source, target, points, available, debt, wish_id, redemption_id, preparation_id, at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::int[], $7::bigint[], $8::bigint[],
        $9::uuid[], $10::uuid[], $11::uuid[], $12::timestamptz[]) WITH ORDINALITY
        AS move (id, head_id, kind, source, target, points, available, debt, wish_id, redemption_id, preparation_id,
            at, place)
    """,
)


# Balances follow the transfers, of which one write may make several.
BALANCES = Journal(
    "points_accounts",
    """
    UPDATE points_accounts a SET balance = a.balance + change.points FROM (
        SELECT id, sum(points)::bigint AS points FROM unnest($1::uuid[], $2::int[]) AS one (id, points) GROUP BY id
    ) change WHERE a.id = change.id
    """,
)


@dataclass(slots=True)
class _Accounts:
    """A head's accounts, locked: their ids, and their balances after the transfers so far."""

    ids: dict[PointsAccountKind, UUID]
    balances: dict[PointsAccountKind, int]


@dataclass(frozen=True)
class Move:
    """One transfer to make. Raises ValueError for a route that its kind does not have, and for negative points."""

    kind: TransferKind
    source: PointsAccountKind
    target: PointsAccountKind
    points: int
    wish_id: UUID | None = None
    redemption_id: UUID | None = None
    preparation_id: UUID | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.source, self.target) not in ROUTES[self.kind] or self.points < 0:
            raise ValueError(f"{self.kind} of {self.points} from {self.source} to {self.target}")


async def lock(head_id: UUID) -> dict[PointsAccountKind, int]:
    """Lock the head's points accounts by id; return their balances. Creates missing accounts."""
    return dict((await _locked(head_id)).balances)


async def lock_all(head_ids: Iterable[UUID]) -> None:
    """Lock the points accounts of several heads by id, in one statement. Missing ones are created once they are
    used."""
    _kept().update(await _read(head_ids))


async def transfer(head_id: UUID, moves: Sequence[Move]) -> None:
    """Make all the moves in order, or none. A move of 0 points is skipped.

    Points that reach `available` repay the head's debt first, as a DEBT_REPAID transfer of their own. So a head never
    has available points and debt at once; the database refuses a transfer that would break this.

    Transfers and balances are written when the transaction ends or reads them.

    Locks the head's accounts by id. Raises NOT_ENOUGH_POINTS when `available` does not suffice; an overdraft of any
    other account is a bug, which the database's CHECK refuses.
    """
    moves = [move for move in moves if move.points]
    if not moves:
        return
    accounts = await _locked(head_id)
    ids, after = accounts.ids, dict(accounts.balances)
    made, trail = [], []
    for move in moves:
        for part in _debt_first(move, -after[PointsAccountKind.DEBT]):
            after[part.source] -= part.points
            after[part.target] += part.points
            if after[PointsAccountKind.AVAILABLE] < 0:
                raise Refusal(ErrorCode.NOT_ENOUGH_POINTS, "可用积分不足")
            made.append(part)
            trail.append((after[PointsAccountKind.AVAILABLE], after[PointsAccountKind.DEBT]))
    accounts.balances = after
    now, keys = clock.now(), [uuid7() for _ in made]
    database.collect(
        TRANSFERS,
        [
            (
                key,
                head_id,
                move.kind.value,
                ids[move.source],
                ids[move.target],
                move.points,
                available,
                debt,
                move.wish_id,
                move.redemption_id,
                move.preparation_id,
                now,
            )
            for key, move, (available, debt) in zip(keys, made, trail, strict=True)
        ],
    )
    # A reason is the head's, with whom it is erased, and not the account's that wrote it.
    database.collect(TEXTS, [(key, None, move.reason) for key, move in zip(keys, made, strict=True) if move.reason])
    database.collect(
        BALANCES,
        [row for move in made for row in ((ids[move.source], -move.points), (ids[move.target], move.points))],
    )


def _debt_first(move: Move, owed: int) -> Iterator[Move]:
    repaid = min(move.points, owed) if move.target == PointsAccountKind.AVAILABLE else 0
    if repaid:
        yield replace(move, kind=TransferKind.DEBT_REPAID, target=PointsAccountKind.DEBT, points=repaid)
    if repaid < move.points:
        yield replace(move, points=move.points - repaid)


def _kept() -> dict[UUID, _Accounts]:
    """The accounts that this transaction has locked, by head: nobody else can change them."""
    found: dict[UUID, _Accounts] = database.memory().setdefault("points accounts", {})
    return found


async def _locked(head_id: UUID) -> _Accounts:
    kept = _kept()
    if head_id not in kept:
        kept.update(await _read([head_id]))
    if head_id not in kept:
        await database.fetch(
            "INSERT INTO points_accounts (id, head_id, kind, balance)"
            " SELECT id, $1, kind, 0 FROM unnest($2::uuid[], $3::text[]) AS missing (id, kind)"
            " ON CONFLICT (head_id, kind) DO NOTHING",
            head_id,
            [uuid7() for _ in PointsAccountKind],
            [kind.value for kind in PointsAccountKind],
        )
        kept.update(await _read([head_id]))
    return kept[head_id]


async def _read(head_ids: Iterable[UUID]) -> dict[UUID, _Accounts]:
    """Lock and read the accounts of heads by id; of those who have all."""
    found: dict[UUID, _Accounts] = {}
    for row in await database.fetch(
        "SELECT id, head_id, kind, balance FROM points_accounts WHERE head_id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        list(head_ids),
    ):
        accounts = found.setdefault(row["head_id"], _Accounts({}, {}))
        kind = PointsAccountKind(row["kind"])
        accounts.ids[kind], accounts.balances[kind] = row["id"], row["balance"]
    return {head_id: accounts for head_id, accounts in found.items() if len(accounts.ids) == len(PointsAccountKind)}


async def moved(since: datetime, until: datetime) -> dict[TransferKind, int]:
    """Return how many points moved from `since` to before `until`, by kind of transfer, 0 too.

    Ids are in the order of time, so only what moved since then is read, however long the ledger is.
    """
    first = UUID(int=int((since - ID_TOLERANCE).timestamp() * 1000) << 80)
    rows = await database.fetch(
        "SELECT kind, sum(points)::bigint AS points FROM points_transfers WHERE id >= $1 AND created_at >= $2"
        " AND created_at < $3 GROUP BY kind",
        first,
        since,
        until,
    )
    return dict.fromkeys(TransferKind, 0) | {TransferKind(row["kind"]): row["points"] for row in rows}


async def reconcile(heads: Span = ALL) -> list[str]:
    """Recompute every balance of these heads from their transfers; return a sentence per difference (ids only).

    One statement, and so one snapshot. A transfer that touches another head's account is told with its own head.
    """
    return [row["drift"] for row in await database.fetch(_DRIFTS, *heads.ends)]


async def balance(_: Span = ALL) -> list[str]:
    """Return a sentence when the balances of all accounts do not sum to 0. One statement, of a second at most."""
    total = await database.fetch_value("SELECT sum(balance) FROM points_accounts")
    return [f"all accounts: balances sum to {total}"] if total else []


_DRIFTS = f"""
WITH accounts AS (
    SELECT * FROM points_accounts WHERE {within("head_id")}
), prizes AS (
    SELECT * FROM rewards WHERE {within("head_id")}
), t AS (
    SELECT t.*, source.kind AS source, target.kind AS target,
        source.head_id <> t.head_id OR target.head_id <> t.head_id AS foreign_
    FROM points_transfers t
    JOIN points_accounts source ON source.id = t.from_account_id
    JOIN points_accounts target ON target.id = t.to_account_id
    WHERE {within("t.head_id")}
), chain AS (
    SELECT id, number, available_after, debt_after, foreign_, row_number() OVER so_far AS place,
        sum(points * ((target = 'AVAILABLE')::int - (source = 'AVAILABLE')::int)) OVER so_far AS available,
        sum(points * ((target = 'DEBT')::int - (source = 'DEBT')::int)) OVER so_far AS debt
    FROM t WINDOW so_far AS (PARTITION BY head_id ORDER BY number)
), moved AS (
    SELECT account_id, sum(points) AS points FROM (
        SELECT to_account_id AS account_id, points FROM t UNION ALL SELECT from_account_id, -points FROM t
    ) one GROUP BY account_id
), issued AS (
    SELECT wish_id, head_id, sum(points * ((source = 'ISSUANCE')::int - (target = 'ISSUANCE')::int)) AS points
    FROM t WHERE wish_id IS NOT NULL GROUP BY wish_id, head_id
), owed AS (
    SELECT head_id, 'HELD' AS kind, sum(cost_points) AS points FROM preparations
    WHERE state = 'LIVE' AND {within("head_id")} GROUP BY head_id
    UNION ALL
    SELECT head_id, 'PENDING', sum(points) FROM prizes WHERE state = 'PENDING' GROUP BY head_id
), earned AS (
    SELECT head_id, sum(points) AS points FROM prizes WHERE state = 'POSTED' GROUP BY head_id
)
SELECT format('account %s: balance %s, transfers make %s', a.id, a.balance, coalesce(m.points, 0)) AS drift
FROM accounts a LEFT JOIN moved m ON m.account_id = a.id WHERE a.balance <> coalesce(m.points, 0)
UNION ALL
SELECT format('head %s: AVAILABLE %s beside DEBT %s', a.head_id, a.balance, d.balance)
FROM accounts a JOIN accounts d ON d.head_id = a.head_id AND d.kind = 'DEBT'
WHERE a.kind = 'AVAILABLE' AND a.balance > 0 AND d.balance < 0
UNION ALL
SELECT format('transfer %s: number %s, place %s, available %s and debt %s after it; transfers make %s and %s%s',
    id, number, place, available_after, debt_after, available, debt,
    CASE WHEN foreign_ THEN '; touches another head''s account' END)
FROM chain WHERE (number, available_after, debt_after) <> (place, available, debt) OR foreign_
UNION ALL
SELECT format('wish %s, head %s: reward %s, transfers make %s', coalesce(r.wish_id, i.wish_id),
    coalesce(r.head_id, i.head_id), coalesce(r.points, 0), coalesce(i.points, 0))
FROM prizes r FULL JOIN issued i ON i.wish_id = r.wish_id AND i.head_id = r.head_id
WHERE coalesce(r.points, 0) <> coalesce(i.points, 0)
UNION ALL
SELECT format('head %s: %s points earned, posted rewards make %s', hh.id, hh.points_earned, coalesce(e.points, 0))
FROM household_heads hh LEFT JOIN earned e ON e.head_id = hh.id WHERE hh.points_earned <> coalesce(e.points, 0)
    AND {within("hh.id")}
UNION ALL
SELECT format('head %s: %s %s, live preparations or pending rewards make %s', a.head_id, a.kind, a.balance,
    coalesce(o.points, 0))
FROM accounts a LEFT JOIN owed o ON o.head_id = a.head_id AND o.kind = a.kind
WHERE a.kind IN ('HELD', 'PENDING') AND a.balance <> coalesce(o.points, 0)
"""
