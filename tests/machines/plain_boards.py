"""A plain model of boards: postings in a list, and everything about a board counted from it anew."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
BANDS = ((10, "FIRST_TENTH"), (4, "FIRST_QUARTER"), (2, "FIRST_HALF"))


@dataclass
class Posting:
    head: int
    household: int
    points: int
    at: datetime
    stands: bool = True


@dataclass(frozen=True)
class Place:
    """One place of a board, as everything that is told of it."""

    head: int
    rank: int
    previous_rank: int | None
    points: int
    wishes: int
    households: int
    reached_at: datetime


@dataclass
class Boards:
    """`grids`: the place of each head; `order`: which head's id comes first, second …; `competing` who is on boards."""

    now: datetime
    grids: list[str]
    order: list[int]
    competing: set[int] = field(default_factory=set)
    postings: list[Posting] = field(default_factory=list)

    def window(self, period: str) -> datetime | None:
        """Where the window begins that runs now."""
        midnight = self.now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        if period == "ALL":
            return None
        if period == "WEEK":
            return midnight - timedelta(days=midnight.weekday())
        months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[period]
        return midnight.replace(day=1, month=(midnight.month - 1) // months * months + 1)

    def _of(self, head: int, period: str, until: datetime | None = None, least: int = 1) -> list[Posting]:
        """A head's postings that count: on boards those with a point at least."""
        since = self.window(period)
        return [
            one
            for one in self.postings
            if one.head == head
            and one.stands
            and one.points >= least
            and (since is None or one.at >= since)
            and (until is None or one.at < until)
        ]

    def _amount(self, measure: str, postings: list[Posting]) -> int:
        if measure == "POINTS":
            return sum(one.points for one in postings)
        return len(postings) if measure == "WISHES" else len({one.household for one in postings})

    def places(self, area: str, period: str, measure: str) -> list[Place]:
        """The board, the best first."""
        midnight = self.now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        heads = [head for head in self.competing if self.grids[head].startswith(area)]
        now = {head: self._amount(measure, found) for head in heads if (found := self._of(head, period))}
        then = {head: self._amount(measure, found) for head in heads if (found := self._of(head, period, midnight))}
        found = []
        for head, amount in now.items():
            mine = self._of(head, period)
            found.append(
                Place(
                    head,
                    1 + sum(other > amount for other in now.values()),
                    1 + sum(other > then[head] for other in then.values()) if head in then else None,
                    self._amount("POINTS", mine),
                    len(mine),
                    self._amount("HOUSEHOLDS", mine),
                    max(one.at for one in mine),
                )
            )
        return sorted(found, key=lambda one: (one.rank, one.reached_at, self.order.index(one.head)))

    def around(self, places: list[Place], head: int, radius: int) -> list[Place]:
        """The head's place with so many on both sides; nothing for who has none."""
        at = next((number for number, one in enumerate(places) if one.head == head), None)
        return [] if at is None else places[max(0, at - radius) : at + radius + 1]

    def standing(self, places: list[Place], head: int, measure: str) -> tuple[int | None, ...] | None:
        """Rank, movement, how much is missing to the next better rank, how many are behind; None for who has none."""
        mine = next((one for one in places if one.head == head), None)
        if mine is None:
            return None
        amount = {"POINTS": "points", "WISHES": "wishes", "HOUSEHOLDS": "households"}[measure]
        own, all_of = getattr(mine, amount), [getattr(one, amount) for one in places]
        better = [other - own for other in all_of if other > own]
        return (
            mine.rank,
            mine.previous_rank - mine.rank if mine.previous_rank is not None else None,
            min(better) if better else None,
            sum(other < own for other in all_of),
        )

    def band(self, rank: int, scored: int) -> str:
        """The first of the bands of which fewer than that part are in front."""
        return next((name for parts, name in BANDS if (rank - 1) / scored < 1 / parts), "OTHERS")

    def together(self, area: str, homes: list[str], period: str) -> tuple[int, int, int]:
        """Wishes and households by where these live, and heads by where they are."""
        of_all = [one for head in range(len(self.grids)) for one in self._of(head, period, least=0)]
        here = [one for one in of_all if homes[one.household].startswith(area)]
        heads = {one.head for one in of_all if one.points and self.grids[one.head].startswith(area)}
        return len(here), len({one.household for one in here}), len(heads)
