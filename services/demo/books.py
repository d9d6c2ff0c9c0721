"""A head's points over the past year, computed by the live ledger's pure rules."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from models.enums import PointsAccountKind, RewardState, TransferKind, WishCategory
from services.demo.keys import founded, key
from services.demo.people import Head
from services.demo.rows import Rows
from services.kit import clock
from services.points import pricing
from services.points.ledger import Move
from services.points.pricing import Price, Rule, Used

MAX_TRANSFERS = 1_000_000  # of one head, so that their keys differ
PENDING, AVAILABLE = PointsAccountKind.PENDING, PointsAccountKind.AVAILABLE
ISSUANCE, HELD, SPENT = PointsAccountKind.ISSUANCE, PointsAccountKind.HELD, PointsAccountKind.SPENT


@dataclass(slots=True)
class Reward:
    """The reward of one wish at present."""

    wish_id: UUID
    household_id: UUID
    day: date
    completed_at: datetime
    price: Price
    state: RewardState = RewardState.PENDING
    posted_at: datetime | None = None

    @property
    def points(self) -> int:
        """What it is worth now."""
        return self.price.points if self.state in (RewardState.PENDING, RewardState.POSTED) else 0


class Book:
    """One head's accounts, transfers and rewards. Call the steps in chronological order."""

    def __init__(self, head: Head, rule: Rule, rows: Rows) -> None:
        self._head, self._rule, self._rows = head, rule, rows
        self._accounts = {kind: founded(f"points {kind}", head.index) for kind in PointsAccountKind}
        self._rewards: dict[UUID, Reward] = {}
        self._used: Counter[Any] = Counter()  # by day, and by household and month
        self._number = 0
        self.balances: Counter[PointsAccountKind] = Counter()
        self.earned = 0

    @property
    def available(self) -> int:
        """Points to spend."""
        return self.balances[AVAILABLE]

    def completed(self, wish_id: UUID, household_id: UUID, category: WishCategory, at: datetime) -> None:
        """Record a wish as completed, perhaps again: its reward is pending."""
        day = clock.day_of(at)
        price = pricing.price(self._rule, category, self._used_of(household_id, day))
        reward = self._rewards[wish_id] = Reward(wish_id, household_id, day, at, price)
        self._use(reward, reward.points)
        self._move(TransferKind.REWARD_PENDING, ISSUANCE, PENDING, reward.points, at, wish_id=wish_id)

    def rated(self, wish_id: UUID, stars: int | None, at: datetime) -> None:
        """Record a rating, automatic when `stars` is None: the reward is posted or voided."""
        reward = self._rewards[wish_id]
        if stars is not None and stars < pricing.MIN_STARS_PAID:
            self._take_back(reward, TransferKind.REWARD_VOIDED, RewardState.VOIDED, at)
            return
        pending = reward.points
        used = self._used_of(reward.household_id, reward.day)
        reward.price = pricing.with_bonus(
            self._rule, reward.price, stars, Used(used.day - pending, used.month - pending)
        )
        reward.state, reward.posted_at = RewardState.POSTED, at
        self._use(reward, reward.points - pending)
        self.earned += reward.points
        self._move(TransferKind.REWARD_PENDING, ISSUANCE, PENDING, reward.points - pending, at, wish_id=wish_id)
        self._move(TransferKind.REWARD_POSTED, PENDING, AVAILABLE, reward.points, at, wish_id=wish_id)

    def returned(self, wish_id: UUID, at: datetime) -> None:
        """Record that the wish is to be redone."""
        self._take_back(self._rewards[wish_id], TransferKind.REWARD_RETURNED, RewardState.RETURNED, at)

    def spent(
        self, points: int, preparation_id: UUID, redemption_id: UUID, prepared_at: datetime, confirmed_at: datetime
    ) -> None:
        """Record points held at a till and then spent."""
        self._move(TransferKind.HOLD, AVAILABLE, HELD, points, prepared_at, preparation_id=preparation_id)
        self._move(
            TransferKind.SPEND,
            HELD,
            SPENT,
            points,
            confirmed_at,
            preparation_id=preparation_id,
            redemption_id=redemption_id,
        )

    def close(self) -> None:
        """Write the accounts and the rewards in their final state."""
        for kind in PointsAccountKind:
            self._rows.add(
                "points_accounts",
                id=self._accounts[kind],
                head_id=self._head.id,
                kind=kind,
                balance=self.balances[kind],
            )
        for reward in self._rewards.values():
            self._rows.add(
                "rewards",
                id=key("reward", reward.wish_id.int, reward.completed_at),
                wish_id=reward.wish_id,
                head_id=self._head.id,
                household_id=reward.household_id,
                rule_id=self._rule.id,
                state=reward.state,
                day=reward.day,
                points=reward.points,
                board_points=reward.points if reward.state == RewardState.POSTED else 0,
                completed_at=reward.completed_at,
                posted_at=reward.posted_at,
                **{name: getattr(reward.price, name) for name in Price.__dataclass_fields__},
            )

    def _used_of(self, household_id: UUID, day: date) -> Used:
        return Used(self._used[day], self._used[household_id, day.replace(day=1)])

    def _use(self, reward: Reward, points: int) -> None:
        self._used[reward.day] += points
        self._used[reward.household_id, reward.day.replace(day=1)] += points

    def _take_back(self, reward: Reward, kind: TransferKind, state: RewardState, at: datetime) -> None:
        self._use(reward, -reward.points)
        self._move(kind, PENDING, ISSUANCE, reward.points, at, wish_id=reward.wish_id)
        reward.state = state

    def _move(
        self,
        kind: TransferKind,
        source: PointsAccountKind,
        target: PointsAccountKind,
        points: int,
        at: datetime,
        wish_id: UUID | None = None,
        preparation_id: UUID | None = None,
        redemption_id: UUID | None = None,
    ) -> None:
        if not points:
            return
        Move(kind, source, target, points)  # raises for an impossible posting
        self.balances[source] -= points
        self.balances[target] += points
        self._number += 1
        self._rows.add(
            "points_transfers",
            id=key("transfer", self._head.index * MAX_TRANSFERS + self._number, at),
            head_id=self._head.id,
            number=self._number,
            kind=kind,
            from_account_id=self._accounts[source],
            to_account_id=self._accounts[target],
            points=points,
            available_after=self.balances[AVAILABLE],
            debt_after=self.balances[PointsAccountKind.DEBT],
            wish_id=wish_id,
            redemption_id=redemption_id,
            preparation_id=preparation_id,
            created_at=at,
        )
