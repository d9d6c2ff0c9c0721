"""Wishes and their rewards as plainly as they can be told: what `test_wishes` holds the real services against.

Dictionaries and additions, no table, no SQL, nothing taken from services/. One community, two heads, three households
(0 and 1 looked after by head 0, 2 by head 1). What a reward pays is spent at the plain till.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.machines.plain_till import Till

BASE = {"ERRAND": 10, "REPAIR": 20, "CARE": 20, "COMPANY": 15}
BONUS = {3: 0, 4: 2, 5: 5}
DAILY_CAP, MONTHLY_CAP = 60, 120


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
    posted: int | None = None  # which of the till's rewards it became
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
class Wishes:
    till: Till
    wishes: list[Wish] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """By the till's clock."""
        return self.till.now

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
        wish.completed_on, wish.reward, wish.reward_head = self.now.date(), "PENDING", head
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
        wish.posted = len(self.till.rewards)
        self.till.earn(wish.reward_head, wish.points)

    def _reverse(self, wish: Wish) -> None:
        assert wish.posted is not None
        self.till.reverse(wish.posted)
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
        self.till.close()
        self.till.release()
        self.till.expire()

    def pending(self, head: int) -> int:
        return sum(one.points for one in self.wishes if one.reward == "PENDING" and one.reward_head == head)
