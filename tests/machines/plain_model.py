"""The story as plainly as it can be told: what `test_wishes` holds the real services against.

Dictionaries and additions, no table, no SQL, nothing taken from services/. One community, two heads, three households
(0 and 1 looked after by head 0, 2 by head 1), one discount.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
BASE = {"ERRAND": 10, "REPAIR": 20, "CARE": 20, "COMPANY": 15}
BONUS = {3: 0, 4: 2, 5: 5}
DAILY_CAP, MONTHLY_CAP = 60, 120

SAVINGS = 15  # what each head begins with
COST, MIN_SPEND, STOCK, CEILING, PER_DAY = 10, 1000, 6, 5000, 3


@dataclass
class Wish:
    household: int
    category: str
    state: str = "SUBMITTED"
    head: int | None = None
    offers: set[int] = field(default_factory=set)
    redos: int = 0
    deadline: datetime | None = None
    rated_at: datetime | None = None
    automatic: bool = False
    reward: str | None = None
    reward_head: int | None = None
    points: int = 0
    completed_on: date | None = None
    steps: list[tuple[object, ...]] = field(default_factory=list)

    def again(self, *step: object) -> bool:
        """Whether this very step is what was done last: then it succeeds and changes nothing.

        What does not come in between: for a decline, those of other heads; for all else, those that left the wish
        with another head.
        """
        told = [
            one for one in self.steps if one[0] != "decline" or (one[1] == step[1] if step[0] == "decline" else one[2])
        ]
        return bool(told) and told[-1][: len(step)] == step

    def did(self, *step: object) -> bool:
        self.steps.append(step)
        return True


@dataclass
class Pass:
    head: int
    issued_at: datetime
    state: str = "LIVE"


@dataclass
class Preparation:
    live_pass: int
    head: int
    bill: int
    saved: int
    prepared_at: datetime
    state: str = "LIVE"

    def ran_out(self, now: datetime) -> bool:
        return self.state == "LIVE" and now >= self.prepared_at + timedelta(seconds=120)


@dataclass
class Redemption:
    head: int
    saved: int
    day: date
    month: date
    confirmed_at: datetime
    state: str = "CONFIRMED"


def local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI)


@dataclass
class Model:
    now: datetime
    wishes: list[Wish] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    preparations: list[Preparation] = field(default_factory=list)
    redemptions: list[Redemption] = field(default_factory=list)
    owned: list[int] = field(default_factory=lambda: [SAVINGS, SAVINGS])

    # Wishes

    def dispatch(self, wish: Wish, head: int | None) -> bool:
        if wish.again("dispatch", head):
            return True
        if wish.state != "SUBMITTED":
            return False
        wish.state, wish.head, wish.offers = "DISPATCHED", head, {0, 1} if head is None else {head}
        wish.deadline = self.now + timedelta(hours=48)
        return wish.did("dispatch", head)

    def accept(self, wish: Wish, head: int) -> bool:
        if wish.again("accept", head):
            return True
        if wish.state != "DISPATCHED" or head not in wish.offers:
            return False
        wish.state, wish.head, wish.offers, wish.deadline = "ACCEPTED", head, set(), None
        return wish.did("accept", head)

    def decline(self, wish: Wish, head: int) -> bool:
        if head not in wish.offers:
            return wish.again("decline", head)
        wish.offers.remove(head)
        was_last = not wish.offers
        if was_last:
            self._back(wish)
        return wish.did("decline", head, was_last)

    def hand_back(self, wish: Wish, head: int) -> bool:
        if wish.again("hand back", head):
            return True
        if wish.head != head or wish.state != "ACCEPTED":
            return False
        self._back(wish)
        return wish.did("hand back", head)

    def recall(self, wish: Wish) -> bool:
        if wish.again("recall"):
            return True
        if wish.state not in {"DISPATCHED", "ACCEPTED"}:
            return False
        self._back(wish)
        return wish.did("recall")

    def cancel(self, wish: Wish) -> bool:
        if wish.again("cancel"):
            return True
        if wish.state not in {"SUBMITTED", "DISPATCHED", "ACCEPTED"}:
            return False
        wish.state, wish.offers, wish.deadline = "CANCELLED", set(), None
        return wish.did("cancel")

    def _back(self, wish: Wish) -> None:
        wish.state, wish.head, wish.offers, wish.deadline = "SUBMITTED", None, set(), None

    def complete(self, wish: Wish, head: int) -> bool:
        if wish.again("complete", head):
            return True
        if wish.state != "ACCEPTED" or wish.head != head:
            return False
        wish.state, wish.deadline = "COMPLETED", self.now + timedelta(days=7)
        wish.completed_on, wish.reward, wish.reward_head = local(self.now).date(), "PENDING", head
        wish.points = 0
        wish.points = self._within_caps(wish, BASE[wish.category])
        return wish.did("complete", head)

    def _within_caps(self, wish: Wish, wanted: int) -> int:
        assert wish.completed_on is not None
        others = [one for one in self.wishes if one is not wish and one.reward in {"PENDING", "POSTED"}]
        others = [one for one in others if one.reward_head == wish.reward_head]
        today = wish.points + sum(one.points for one in others if one.completed_on == wish.completed_on)
        month = wish.points + sum(
            one.points
            for one in others
            if one.household == wish.household
            and one.completed_on is not None
            and one.completed_on.replace(day=1) == wish.completed_on.replace(day=1)
        )
        return max(0, min(wanted, DAILY_CAP - today, MONTHLY_CAP - month))

    def rate(self, wish: Wish, stars: int) -> bool:
        if wish.again("rate", stars):
            return True
        late = wish.state == "RATED" and wish.automatic
        if wish.state != "COMPLETED" and not late:
            return False
        if late and wish.rated_at is not None and self.now >= wish.rated_at + timedelta(days=30):
            return False
        wish.state, wish.automatic, wish.rated_at, wish.deadline = "RATED", False, self.now, None
        if late:
            if stars < 3:
                self._reverse(wish)
        elif stars < 3:
            wish.reward, wish.points = "VOIDED", 0
        else:
            self._post(wish, BONUS[stars])
        return wish.did("rate", stars)

    def redo(self, wish: Wish) -> bool:
        if wish.again("redo"):
            return True
        if wish.state != "COMPLETED" or wish.redos == 2:
            return False
        wish.state, wish.deadline, wish.reward, wish.points = "ACCEPTED", None, "RETURNED", 0
        wish.redos += 1
        return wish.did("redo")

    def _post(self, wish: Wish, bonus: int) -> None:
        assert wish.reward_head is not None
        wish.points += self._within_caps(wish, bonus)
        wish.reward = "POSTED"
        self.owned[wish.reward_head] += wish.points

    def _reverse(self, wish: Wish) -> None:
        assert wish.reward_head is not None
        self.owned[wish.reward_head] -= wish.points
        wish.reward, wish.points = "REVERSED", 0

    def tick(self) -> None:
        for wish in self.wishes:
            if wish.deadline is None or wish.deadline > self.now:
                continue
            if wish.state == "DISPATCHED":
                self._back(wish)
                wish.did("tick")
            elif wish.state == "COMPLETED":
                wish.state, wish.automatic, wish.rated_at, wish.deadline = "RATED", True, self.now, None
                self._post(wish, 0)
                wish.did("tick")
        self.release()
        for one in self.passes:
            if self._pass_over(one):
                one.state = "EXPIRED"

    # The till

    def _pass_over(self, one: Pass) -> bool:
        return one.state == "LIVE" and self.now >= one.issued_at + timedelta(hours=24)

    def release(self) -> None:
        for one in self.preparations:
            if one.ran_out(self.now):
                one.state = "EXPIRED"

    def holding(self) -> list[Preparation]:
        """What holds now. Holds that ran out count as given back, whether or not the database did it yet."""
        return [one for one in self.preparations if one.state == "LIVE" and not one.ran_out(self.now)]

    def held(self, head: int) -> int:
        return COST * sum(one.head == head for one in self.holding())

    def available(self, head: int) -> int:
        return max(0, self.owned[head] - self.held(head))

    def debt(self, head: int) -> int:
        """What is held beyond what is owned: so nobody has points to spend and a debt at once."""
        return max(0, self.held(head) - self.owned[head])

    def stock_left(self) -> int:
        return STOCK - len(self.holding()) - sum(one.state == "CONFIRMED" for one in self.redemptions)

    def had_today(self, head: int) -> int:
        today = local(self.now).date()
        held = sum(one.head == head and local(one.prepared_at).date() == today for one in self.holding())
        stand = [one for one in self.redemptions if one.state == "CONFIRMED" and one.head == head]
        return held + sum(one.day == today for one in stand)

    def ceiling_left(self, month: date) -> int:
        given = sum(one.saved for one in self.redemptions if one.state == "CONFIRMED" and one.month == month)
        held = sum(one.saved for one in self.holding() if local(one.prepared_at).date().replace(day=1) == month)
        return CEILING - given - held

    def live_pass(self, head: int) -> int | None:
        for index, one in enumerate(self.passes):
            if one.head == head and one.state == "LIVE" and not self._pass_over(one):
                return index
        return None

    def may_issue(self, head: int) -> bool:
        return self.stock_left() > 0 and self.had_today(head) < PER_DAY and self.available(head) >= COST

    def prepare(self, head: int, bill: int) -> Preparation | None:
        """The one cashier prepares the head's live pass: the preparation it then has, or None for a refusal."""
        index = self.live_pass(head)
        if index is None:
            return None
        bound = next((one for one in self.holding() if one.live_pass == index), None)
        if bound and bound.bill == bill:
            return bound
        if bound:
            bound.state = "REPLACED"
        saved = -(-bill * 20 // 100)
        month = local(self.now).date().replace(day=1)
        good = bill >= MIN_SPEND and self.may_issue(head) and self.ceiling_left(month) >= saved
        if not good:
            if bound:
                bound.state = "LIVE"
            return None
        self.release()
        made = Preparation(index, head, bill, saved, self.now)
        self.preparations.append(made)
        return made

    def confirm(self, one: Preparation) -> bool:
        if one.state != "LIVE":
            return False
        if one.ran_out(self.now):
            one.state = "EXPIRED"
            return False
        one.state = "CONFIRMED"
        self.passes[one.live_pass].state = "SPENT"
        self.owned[one.head] -= COST
        day = local(one.prepared_at).date()
        self.redemptions.append(Redemption(one.head, one.saved, day, day.replace(day=1), self.now))
        return True

    def revoke(self, one: Redemption) -> bool:
        statement = (local(one.confirmed_at).replace(tzinfo=None) - timedelta(hours=2)).date() + timedelta(days=1)
        closes = datetime(statement.year, statement.month, statement.day, 2, tzinfo=SHANGHAI)
        if one.state != "CONFIRMED" or self.now >= min(one.confirmed_at + timedelta(hours=1), closes):
            return False
        one.state = "REVOKED"
        self.owned[one.head] += COST
        return True

    def cancel_pass(self, index: int) -> bool:
        one = self.passes[index]
        if one.state == "SPENT":
            return False
        for prepared in self.preparations:
            if prepared.live_pass == index and prepared.state == "LIVE":
                prepared.state = "CANCELLED"
        if one.state == "LIVE":
            one.state = "CANCELLED"
        return True

    def pending(self, head: int) -> int:
        return sum(one.points for one in self.wishes if one.reward == "PENDING" and one.reward_head == head)
