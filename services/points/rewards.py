"""The life of a wish's reward: pending at completion, posted or voided by the rating.

Its functions run inside the caller's transaction, which has locked the wish and the head. The wish's lock guards its
reward; the head's points accounts are locked while caps are counted.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import (
    ErratumCause,
    NotificationKind,
    PointsAccountKind,
    RewardEndingKind,
    RewardState,
    TransferKind,
    WishCategory,
)
from models.points import Reward
from services.audit import log as audit
from services.db import database
from services.db.database import Journal
from services.kit import clock
from services.live import outbox
from services.people import heads
from services.points import errata, ledger, pricing, scores
from services.points.ledger import Move
from services.points.pricing import Price, Rule, Used

RULE_COLUMNS = "id, version, base, bonus, daily_cap, monthly_household_cap"
PRICE_COLUMNS = ", ".join(Price.__dataclass_fields__)

ENDINGS = Journal.of("reward_endings", id="uuid", reward_id="uuid", kind="text", ended_at="timestamptz")

ISSUANCE, PENDING = PointsAccountKind.ISSUANCE, PointsAccountKind.PENDING
AVAILABLE, DEBT = PointsAccountKind.AVAILABLE, PointsAccountKind.DEBT


@dataclass(frozen=True, slots=True)
class _Row:
    """A reward, locked."""

    id: UUID
    head_id: UUID
    household_id: UUID
    rule_id: UUID
    state: RewardState
    day: date
    points: int
    posted_at: datetime | None
    price: Price


async def reward_completed(
    *,
    wish_id: UUID,
    head_id: UUID,
    household_id: UUID,
    category: WishCategory,
    completed_at: datetime,
    same_household: bool,
) -> None:
    """Create the pending reward of a completed wish by the rule in force at `completed_at`, also when it is 0.

    Completing again after a redo prices anew, with the current day, rule and head. Locks the head's points accounts.
    """
    rule = await rule_at(completed_at)
    day = clock.day_of(completed_at)
    await ledger.lock(head_id)
    used = await used_of_caps(head_id, household_id, day, wish_id)
    price = pricing.price(rule, category, used, same_household=same_household)
    values: dict[str, Any] = {
        "head_id": head_id,
        "household_id": household_id,
        "rule_id": rule.id,
        "state": RewardState.PENDING,
        "day": day,
        "points": price.points,
        "completed_at": completed_at,
        **_columns(price),
    }
    again = await Reward.filter(wish_id=wish_id, state=RewardState.RETURNED).update(**values)
    if not again:
        await Reward.create(wish_id=wish_id, **values)
    await ledger.transfer(
        head_id, [Move(TransferKind.REWARD_PENDING, ISSUANCE, PENDING, price.points, wish_id=wish_id)]
    )


async def reward_rated(*, wish_id: UUID, stars: int | None, at: datetime) -> None:
    """Post the pending reward with its bonus (3 stars or more; None posts the base alone), or void it (1 or 2).

    The bonus is cut to what the caps of the day and month of completion still leave. Debt is repaid first. Changes
    nothing when the reward is not pending. Locks the head's points accounts.
    """
    if stars is not None and stars < pricing.MIN_STARS_PAID:
        await reward_voided(wish_id=wish_id)
        return
    row = await _locked(wish_id)
    if row is None or row.state != RewardState.PENDING:
        return
    await ledger.lock(row.head_id)
    rule = await _rule("id = $1", row.rule_id)
    used = await used_of_caps(row.head_id, row.household_id, row.day, wish_id)
    price = pricing.with_bonus(rule, row.price, stars, used)
    await Reward.filter(id=row.id).update(
        state=RewardState.POSTED, posted_at=at, points=price.points, board_points=price.points, **_columns(price)
    )
    await ledger.transfer(
        row.head_id,
        [
            Move(TransferKind.REWARD_PENDING, ISSUANCE, PENDING, price.points - row.points, wish_id=wish_id),
            Move(TransferKind.REWARD_POSTED, PENDING, AVAILABLE, price.points, wish_id=wish_id),
        ],
    )
    await _earned(row, price.points, at, wishes=1)


async def reward_returned(*, wish_id: UUID) -> None:
    """Return the pending reward to issuance for a redo. Changes nothing when it is not pending."""
    await _take_back(wish_id, TransferKind.REWARD_RETURNED, RewardState.RETURNED)


async def reward_voided(*, wish_id: UUID) -> None:
    """Void the pending reward: rated 1 or 2. Changes nothing when it is not pending."""
    await _take_back(wish_id, TransferKind.REWARD_VOIDED, RewardState.VOIDED)


async def reward_lapsed(*, wish_id: UUID) -> None:
    """Void the pending reward, because it was not rated in time. Changes nothing when it is not pending."""
    row = await _take_back(wish_id, TransferKind.REWARD_VOIDED, RewardState.VOIDED)
    if row is not None:
        _ended(row.id, RewardEndingKind.LAPSED)


async def reverse_reward(
    *, wish_id: UUID, reason: str, account_id: UUID | None, cause: ErratumCause = ErratumCause.REVERSAL
) -> None:
    """Reverse a posted reward: debit the available points, and book the shortfall as debt that later postings repay
    first.

    The board loses the points in the period of the original posting: a live one at once, a closed one by an erratum of
    that `cause`. Points ever earned, and so the star level, fall too. Changes nothing when the reward is not posted.
    `reason` is stored with the transfers, `account_id` with the audit row. The caller has released the head's expired
    holds. Locks the reward, the head's points accounts, then as `errata.append`.
    """
    row = await _locked(wish_id)
    if row is None or row.state != RewardState.POSTED:
        return
    balances = await ledger.lock(row.head_id)
    debited = min(row.points, balances[AVAILABLE])
    shortfall = row.points - debited
    await Reward.filter(id=row.id).update(state=RewardState.REVERSED, points=0, board_points=0)
    await ledger.transfer(
        row.head_id,
        [
            Move(TransferKind.REVERSAL, AVAILABLE, ISSUANCE, debited, wish_id=wish_id, reason=reason),
            Move(TransferKind.REVERSAL, DEBT, ISSUANCE, shortfall, wish_id=wish_id, reason=reason),
        ],
    )
    _ended(row.id, RewardEndingKind.REVERSED)
    audit.record(account_id, "reward.reverse", "Reward", row.id, points=row.points, shortfall=shortfall)
    outbox.notice(NotificationKind.POINTS_REVERSED, wish_id, by=account_id, heads=[row.head_id])
    assert row.posted_at is not None, "it was posted"
    await _earned(row, -row.points, row.posted_at, wishes=-1)
    await errata.append(row.head_id, row.id, row.points, row.posted_at, cause)


async def rule_at(at: datetime) -> Rule:
    """Return the version of the reward rule in force at an instant.

    A version is made, and withdrawn, at least a minute before it takes effect (`rule_book`), and no transaction lasts
    that long: from its date of effect on, a version is final for every reader. A reward keeps the version that priced
    it.
    """
    return await _rule("effective_from <= $1 AND withdrawn_at IS NULL ORDER BY effective_from DESC LIMIT 1", at)


async def _rule(condition: str, value: Any) -> Rule:
    row = await database.fetch_one(f"SELECT {RULE_COLUMNS} FROM reward_rules WHERE {condition}", value)
    assert row is not None, "a migration made the first rule, and rules are never removed"
    return rule_of(row)


def rule_of(row: dict[str, Any]) -> Rule:
    """Return a row of `reward_rules` as a rule."""
    return Rule(
        id=row["id"],
        version=row["version"],
        base={WishCategory(category): points for category, points in json.loads(row["base"]).items()},
        bonus={int(stars): points for stars, points in json.loads(row["bonus"]).items()},
        daily_cap=row["daily_cap"],
        monthly_household_cap=row["monthly_household_cap"],
    )


async def used_of_caps(head_id: UUID, household_id: UUID, day: date, wish_id: UUID) -> Used:
    """Return what other wishes' pending and posted rewards have used of the day's cap, and of the household's monthly
    cap.

    (In any other state a reward's points are 0.)
    """
    month = day.replace(day=1)
    row = await database.fetch_one(
        """
        SELECT coalesce(sum(points) FILTER (WHERE day = $2), 0) AS day,
               coalesce(sum(points) FILTER (WHERE household_id = $3), 0) AS month
        FROM rewards WHERE head_id = $1 AND day >= $4 AND day < $5 AND wish_id <> $6
        """,
        head_id,
        day,
        household_id,
        month,
        (month + timedelta(days=31)).replace(day=1),
        wish_id,
    )
    assert row is not None
    return Used(**row)


async def _locked(wish_id: UUID) -> _Row | None:
    row = await database.fetch_one(
        f"SELECT id, head_id, household_id, rule_id, state, day, points, posted_at, {PRICE_COLUMNS}"
        " FROM rewards WHERE wish_id = $1 FOR NO KEY UPDATE",
        wish_id,
    )
    if row is None:
        return None
    price = Price(**{name: row.pop(name) for name in Price.__dataclass_fields__})
    return _Row(**{**row, "state": RewardState(row["state"])}, price=price)


async def _take_back(wish_id: UUID, kind: TransferKind, state: RewardState) -> _Row | None:
    """Return the reward that was pending; None for none."""
    row = await _locked(wish_id)
    if row is None or row.state != RewardState.PENDING:
        return None
    await Reward.filter(id=row.id).update(state=state, points=0)
    await ledger.transfer(row.head_id, [Move(kind, PENDING, ISSUANCE, row.points, wish_id=wish_id)])
    return row


def _ended(reward_id: UUID, kind: RewardEndingKind) -> None:
    database.collect(ENDINGS, [(uuid7(), reward_id, kind.value, clock.now())])


async def _earned(reward: _Row, points: int, posted_at: datetime, *, wishes: int) -> None:
    """Update the points ever earned and the scores after a posting of one of `wishes` or, with -1 and negative points,
    a reversal; publish the change of the board."""
    if points:
        row = await database.fetch_one(
            "UPDATE household_heads hh SET points_earned = points_earned + $2 FROM areas g"
            f" WHERE hh.id = $1 AND g.id = hh.grid_id RETURNING g.path, {heads.COMPETES} AS competes",
            reward.head_id,
            points,
        )
        assert row is not None, "heads are never deleted, and the caller has locked this one"
        if row["competes"]:
            outbox.leaderboard_changed(reward.head_id, row["path"], posted_at)
    await scores.posted(reward.head_id, reward.household_id, posted_at, wishes=wishes)


def _columns(price: Price) -> dict[str, Any]:
    return {name: getattr(price, name) for name in Price.__dataclass_fields__}
