"""The till as plainly as it can be told: what `test_till` and `tests/till/test_clock` hold the real services against.

Lists and additions, no table, no SQL, nothing taken from services/. One shop with two cashiers, two heads, a discount
by day and one by night. Each step answers with the code of its refusal, or None when it is done. Times are on a clock
in the district.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
STEP_SECONDS = 30
PREPARED_FOR = timedelta(seconds=120)
JUST_REDEEMED_FOR = timedelta(minutes=10)
PASS_FOR = timedelta(hours=24)
REVOCABLE_FOR = timedelta(hours=1)
DISPUTABLE_FOR = timedelta(hours=24)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def closing_of(day: date) -> datetime:
    """At two the next morning."""
    return datetime.combine(day + timedelta(days=1), time(2), SHANGHAI)


def shops_day(at: datetime) -> date:
    """The day whose closing comes next."""
    return at.date() - timedelta(days=1) if at.time() < time(2) else at.date()


@dataclass(frozen=True)
class Offer:
    """A discount. `hours`: the first minute and the one before which it ends, over midnight when that is not later."""

    cost: int
    percent: int = 0
    amount: int = 0
    least_bill: int = 0
    stock: int | None = None
    per_day: int | None = None
    per_month: int | None = None
    ever: int | None = None
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    hours: tuple[int, int] | None = None
    last_day: date | None = None

    def window(self, day: date) -> tuple[datetime, datetime]:
        """From when until before when it is open on the hours that begin on a day."""
        first, last = self.hours or (0, 0)
        begins = midnight(day) + timedelta(minutes=first)
        return begins, midnight(day if last > first else day + timedelta(days=1)) + timedelta(minutes=last)

    def open_at(self, at: datetime) -> bool:
        for day in (at.date() - timedelta(days=1), at.date()):
            begins, ends = self.window(day)
            valid = self.last_day is None or day <= self.last_day
            if begins <= at < ends and valid and day.weekday() in self.weekdays:
                return True
        return False

    def over_at(self, at: datetime) -> bool:
        """Its last day is over: at midnight, or when the hours end that began on it."""
        if self.last_day is None:
            return False
        first, last = self.hours or (0, 0)
        return at >= midnight(self.last_day + timedelta(days=1)) + timedelta(minutes=last if last <= first else 0)

    def saves(self, bill: int) -> int:
        return -(-bill * self.percent // 100) if self.percent else min(bill, self.amount)


@dataclass
class Pass:
    head: int
    offer: int
    issued_at: datetime
    state: str = "LIVE"


@dataclass
class Preparation:
    shown: int  # the pass
    head: int
    offer: int
    cashier: int
    step: int
    bill: int
    saved: int
    day: date
    ends_at: datetime
    state: str = "LIVE"


@dataclass
class Dispute:
    head: int
    state: str = "OPEN"
    correction_day: date | None = None
    decided_at: datetime | None = None


@dataclass
class Redemption:
    preparation: int
    head: int
    offer: int
    bill: int
    saved: int
    points: int
    day: date
    statement_day: date
    confirmed_at: datetime
    revocable_until: datetime
    state: str = "CONFIRMED"
    dispute: Dispute | None = None

    @property
    def stands(self) -> bool:
        return self.state == "CONFIRMED"

    @property
    def stands_on_its_day(self) -> bool:
        """What was settled and is corrected on a later day still counts on its own."""
        return self.stands or (self.dispute is not None and self.dispute.correction_day is not None)


@dataclass
class Reward:
    head: int
    points: int
    state: str = "POSTED"


@dataclass(frozen=True)
class Row:
    kind: str
    redemption: int
    happened_at: datetime
    bill: int
    saved: int
    points: int


@dataclass(frozen=True)
class Statement:
    day: date
    rows: tuple[Row, ...]
    revoked: int


@dataclass
class Till:
    now: datetime
    offers: list[Offer]
    savings: tuple[int, ...] = (0, 175)  # what the heads have beside their rewards: one has little, one plenty
    ceiling: int = 9000
    passes: list[Pass] = field(default_factory=list)
    preparations: list[Preparation] = field(default_factory=list)
    redemptions: list[Redemption] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    closed_through: date | None = None
    # What each number of the shop was used for, and what came of it.
    confirmations: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    revocations: dict[str, int] = field(default_factory=dict)

    # What there is

    def holding(self, *, but: Preparation | None = None) -> list[Preparation]:
        """What holds now. What ran out holds nothing, whether or not anybody has noticed."""
        return [one for one in self.preparations if one.state == "LIVE" and one.ends_at > self.now and one is not but]

    def standing(self) -> list[Redemption]:
        return [one for one in self.redemptions if one.stands]

    def held(self, head: int) -> int:
        return sum(self.offers[one.offer].cost for one in self.holding() if one.head == head)

    def free(self, head: int) -> int:
        """What is neither held nor spent. Below 0 it is owed, so that nobody has points and a debt at once."""
        earned = sum(one.points for one in self.rewards if one.head == head and one.state == "POSTED")
        spent = sum(one.points for one in self.standing() if one.head == head)
        return self.savings[head] + earned - spent - self.held(head)

    def available(self, head: int) -> int:
        return max(0, self.free(head))

    def debt(self, head: int) -> int:
        return max(0, -self.free(head))

    def used(self, offer: int) -> int:
        return sum(one.offer == offer for one in self.standing())

    def stock_left(self, offer: int, but: Preparation | None = None) -> int | None:
        stock = self.offers[offer].stock
        if stock is None:
            return None
        return stock - self.used(offer) - sum(one.offer == offer for one in self.holding(but=but))

    def had(self, head: int, offer: int, but: Preparation | None = None) -> tuple[int, int, int]:
        """How often a head has had a discount today, this month and ever: by the day on which it was prepared."""
        things = [*self.standing(), *self.holding(but=but)]
        days = [one.day for one in things if (one.head, one.offer) == (head, offer)]
        today = self.now.date()
        return days.count(today), sum(day.replace(day=1) == today.replace(day=1) for day in days), len(days)

    def given(self) -> dict[date, int]:
        """What was given away in each month that has anything."""
        months: dict[date, int] = {}
        for one in self.standing():
            month = one.day.replace(day=1)
            months[month] = months.get(month, 0) + one.saved
        return months

    def ceiling_left(self, but: Preparation | None = None) -> int:
        month = self.now.date().replace(day=1)
        held = sum(one.saved for one in self.holding(but=but) if one.day.replace(day=1) == month)
        return self.ceiling - self.given().get(month, 0) - held

    def pass_over(self, one: Pass) -> bool:
        return one.state == "LIVE" and self.now >= one.issued_at + PASS_FOR

    def live_pass(self, head: int, offer: int) -> int | None:
        for index, one in enumerate(self.passes):
            if (one.head, one.offer, one.state) == (head, offer, "LIVE") and not self.pass_over(one):
                return index
        return None

    def obstacle(self, head: int, offer: int, but: Preparation | None = None) -> str | None:
        """Why a head may not have it, for a reason of the head's own."""
        terms, counts = self.offers[offer], self.had(head, offer, but)
        for limit, count in zip((terms.per_day, terms.per_month, terms.ever), counts, strict=True):
            if limit is not None and count >= limit:
                return "LIMIT_REACHED"
        own = self.free(head) + (terms.cost if but in self.holding() else 0)
        return "NOT_ENOUGH_POINTS" if max(0, own) < terms.cost else None

    # A head's steps

    def issue(self, head: int, offer: int) -> str | None:
        """A pass; the one that lives already, where there is one."""
        if self.live_pass(head, offer) is not None:
            return None
        if self.offers[offer].over_at(self.now):
            return "OUTSIDE_HOURS"
        left = self.stock_left(offer)
        if left is not None and left <= 0:
            return "OUT_OF_STOCK"
        if code := self.obstacle(head, offer):
            return code
        for one in self.passes:
            if (one.head, one.offer, one.state) == (head, offer, "LIVE"):
                one.state = "EXPIRED"
        self.passes.append(Pass(head, offer, self.now))
        return None

    def cancel(self, head: int, index: int) -> str | None:
        one = self.passes[index]
        if one.head != head:
            return "NOT_FOUND"
        if one.state == "SPENT":
            return "INVALID_STATE"
        for prepared in self.preparations:
            if prepared.shown == index and prepared.state == "LIVE":
                prepared.state = "CANCELLED"
        if one.state == "LIVE" and not self.pass_over(one):
            one.state = "CANCELLED"
        return None

    def dispute(self, head: int, index: int) -> str | None:
        one = self.redemptions[index]
        if one.head != head:
            return "NOT_FOUND"
        if one.dispute:
            return None
        if not self.disputable(one):
            return "NOT_DISPUTABLE"
        one.dispute = Dispute(head)
        return None

    def disputable(self, one: Redemption) -> bool:
        return one.stands and one.dispute is None and self.now < one.confirmed_at + DISPUTABLE_FOR

    def thankable(self, one: Redemption) -> bool:
        """Nobody thanks here, so the head may until the seventh day is over."""
        return one.stands and self.now < one.confirmed_at + timedelta(days=7)

    # The till's steps

    def prepare(self, cashier: int, shown: int, step: int, bill: int) -> str | Preparation:
        """Show the code of a step of a pass: the preparation that it then has, or why not."""
        one = self.passes[shown]
        bound = next((two for two in self.holding() if two.shown == shown), None)
        fresh = abs(step - self.step()) <= 1
        again = bound is not None and (bound.cashier, bound.step) == (cashier, step)
        if one.state != "LIVE" or self.pass_over(one) or not (fresh or again):
            return "JUST_REDEEMED" if self.just_redeemed(shown, step) else "CODE_INVALID"
        if bound and bound.cashier != cashier:
            return "PASS_IN_USE"
        if bound and bound.bill == bill:
            return bound
        terms = self.offers[one.offer]
        if code := self._refused(one, bill, bound):
            return code
        for two in self.preparations:
            if two.state == "LIVE" and two.ends_at <= self.now:
                two.state = "EXPIRED"
        if bound:
            bound.state = "REPLACED"
        ends_at = bound.ends_at if bound and not fresh else self.now + PREPARED_FOR
        made = Preparation(shown, one.head, one.offer, cashier, step, bill, terms.saves(bill), self.now.date(), ends_at)
        self.preparations.append(made)
        return made

    def step(self) -> int:
        return int(self.now.timestamp()) // STEP_SECONDS

    def just_redeemed(self, shown: int, step: int) -> bool:
        """Whether what the pass was redeemed for stands and is recent, and the code of no step before it."""
        for done in self.redemptions:
            prepared = self.preparations[done.preparation]
            if prepared.shown == shown:
                recent = self.now < done.confirmed_at + JUST_REDEEMED_FOR
                return done.stands and recent and prepared.step - 1 <= step <= self.step() + 1
        return False

    def _refused(self, one: Pass, bill: int, bound: Preparation | None) -> str | None:
        terms, saved = self.offers[one.offer], self.offers[one.offer].saves(bill)
        if not terms.open_at(self.now):
            return "OUTSIDE_HOURS"
        if bill < terms.least_bill:
            return "BELOW_MINIMUM_SPEND"
        left = self.stock_left(one.offer, bound)
        if left is not None and left <= 0:
            return "OUT_OF_STOCK"
        if saved > max(0, self.ceiling_left(bound)):
            return "CEILING_REACHED"
        return "NOT_ELIGIBLE" if self.obstacle(one.head, one.offer, bound) else None

    def confirm(self, index: int, number: str) -> str | int:
        """The redemption that came of it, or why none did."""
        one = self.preparations[index]
        asked, made = self.confirmations.get(number, (index, None))
        if asked != index:
            return "REQUEST_NO_REUSED"
        if made is not None:
            return made
        if one.state != "LIVE":
            ended = {"CONFIRMED": "ALREADY_CONFIRMED", "EXPIRED": "PREPARATION_EXPIRED"}
            return ended.get(one.state, "PREPARATION_CANCELLED")
        if one.ends_at <= self.now:
            one.state = "EXPIRED"
            self.confirmations[number] = (index, None)
            return "PREPARATION_EXPIRED"
        one.state = "CONFIRMED"
        self.passes[one.shown].state = "SPENT"
        day = self.open_day()
        until = min(self.now + REVOCABLE_FOR, closing_of(day))
        points = self.offers[one.offer].cost
        self.redemptions.append(
            Redemption(index, one.head, one.offer, one.bill, one.saved, points, one.day, day, self.now, until)
        )
        self.confirmations[number] = (index, len(self.redemptions) - 1)
        return len(self.redemptions) - 1

    def open_day(self) -> date:
        """The shop's day that is settled next of what happens now, even by a clock that is behind."""
        day = shops_day(self.now)
        return max(day, self.closed_through + timedelta(days=1)) if self.closed_through else day

    def settled(self, one: Redemption) -> bool:
        return self.closed_through is not None and one.statement_day <= self.closed_through

    def revocable(self, one: Redemption) -> bool:
        return one.stands and self.now < one.revocable_until and not self.settled(one)

    def revoke(self, index: int, number: str) -> str | None:
        one = self.redemptions[index]
        if number in self.revocations:
            return None if self.revocations[number] == index else "REQUEST_NO_REUSED"
        if not self.revocable(one):
            return "NOT_REVOCABLE"
        one.state = "REVOKED"
        if one.dispute and one.dispute.state == "OPEN":
            one.dispute.state, one.dispute.decided_at = "SETTLED", self.now
        self.revocations[number] = index
        return None

    # An administrator's steps

    def decide(self, index: int, state: str) -> str | None:
        one = self.redemptions[index]
        assert one.dispute
        if one.dispute.state == state:
            return None
        if one.dispute.state != "OPEN":
            return "INVALID_STATE"
        one.dispute.state, one.dispute.decided_at = state, self.now
        if state == "UPHELD":
            one.state = "REVERSED"
            if self.settled(one):
                one.dispute.correction_day = self.open_day()
        return None

    # Rewards of wishes

    def earn(self, head: int, points: int) -> None:
        self.rewards.append(Reward(head, points))

    def reverse(self, index: int) -> None:
        one = self.rewards[index]
        if one.state == "POSTED":
            self.release(one.head)
            one.state = "REVERSED"

    # By time

    def release(self, head: int | None = None) -> None:
        for one in self.preparations:
            if one.state == "LIVE" and one.ends_at <= self.now and head in (None, one.head):
                one.state = "EXPIRED"

    def expire(self) -> None:
        for one in self.passes:
            if self.pass_over(one):
                one.state = "EXPIRED"

    def close(self) -> None:
        """Close each day that is over, the oldest first."""
        for day in sorted(self._days()):
            if (self.closed_through is None or day > self.closed_through) and closing_of(day) <= self.now:
                self._close(day)

    def _days(self) -> set[date]:
        corrected = {one.dispute.correction_day for one in self.redemptions if one.dispute}
        return {one.statement_day for one in self.redemptions} | {day for day in corrected if day}

    def _close(self, day: date) -> None:
        rows, corrections = [], []
        of_day = [one for one in self.redemptions if one.statement_day == day]
        for index, one in enumerate(self.redemptions):
            if one in of_day and one.stands:
                rows.append(Row("REDEMPTION", index, one.confirmed_at, one.bill, one.saved, one.points))
            if one.dispute and one.dispute.correction_day == day:
                assert one.dispute.decided_at
                taken_back = Row("CORRECTION", index, one.dispute.decided_at, -one.bill, -one.saved, -one.points)
                corrections.append(taken_back)
        rows.sort(key=lambda row: row.happened_at)
        corrections.sort(key=lambda row: row.happened_at)
        self.closed_through = day
        if rows or corrections:
            revoked = sum(not one.stands for one in of_day)
            self.statements.append(Statement(day, (*rows, *corrections), revoked))


def canonical(shop: str, day: date, rows: list[dict[str, Any]], revoked: int, previous: str | None) -> bytes:
    """What docs/settlement.md says is hashed of a statement, written as it says."""
    corrections = sum(row["kind"] == "CORRECTION" for row in rows)
    totals = {name: sum(row[name] for row in rows) for name in ("billFen", "savedFen", "payableFen", "points")}
    document = {
        "version": 1,
        "shop": shop,
        "day": day.isoformat(),
        "rows": rows,
        "totals": {"redemptions": len(rows) - corrections, "corrections": corrections, **totals},
        "revoked": revoked,
        "previousSha256": previous,
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
