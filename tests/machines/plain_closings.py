"""Closed boards as plainly as they can be told: lists of places, sorted anew whenever something is asked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from models.enums import LeaderboardPeriod as P
from services.kit.periods import window

PERIODS = (P.WEEK, P.MONTH, P.QUARTER, P.YEAR)
Board = tuple[str, P, datetime]


@dataclass
class Head:
    """A head, and where: the names of the areas above."""

    id: UUID
    areas: tuple[str, ...]
    opted_in: bool = True
    suspended: bool = False
    left: bool = False
    forgotten: bool = False

    @property
    def competes(self) -> bool:
        return self.opted_in and not self.suspended and not self.left


@dataclass
class Deed:
    """A reward that counted, of which household, and when."""

    head: Head
    household: int
    points: int
    at: datetime
    stands: bool = True


@dataclass
class Place:
    head: Head
    points: int
    wishes: int
    households: int
    reached_at: datetime
    rank: int = 0
    now: int = 0  # with errata
    named: bool = True


@dataclass
class Closed:
    places: list[Place]
    participants: int
    errata: list[tuple[int, int, int, int | None]] = field(default_factory=list)

    def rank(self, points: int, *, but: Place) -> int | None:
        """The rank of so many points among the other places as they are corrected."""
        return 1 + sum(other.now > points for other in self.places if other is not but) if points else None

    def corrected(self, place: Place) -> tuple[int | None, int | None]:
        """What is shown beside points and rank of a place."""
        rank = self.rank(place.now, but=place)
        changed = place.now != place.points
        return (place.now if changed else None), (rank if changed or rank != place.rank else None)


@dataclass
class Town:
    """Heads, what they did, and the boards that are closed, by area, kind of window and its beginning."""

    areas: tuple[str, ...]
    heads: list[Head] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    closed: dict[Board, Closed] = field(default_factory=dict)

    def close(self, now: datetime) -> int:
        """Close what is due; return how many boards."""
        before = len(self.closed)
        first = {period: self._first(period) for period in PERIODS}  # by those who compete when it begins
        for area in self.areas:
            for period in PERIODS:
                begun = [starts_at for name, kind, starts_at in self.closed if (name, kind) == (area, period)]
                last = window(period, max(begun)).ends_at if begun else first[period]
                for _ in count():
                    if last is None or (ends_at := window(period, last).ends_at) is None:
                        break
                    if ends_at + timedelta(hours=24) > now:
                        break
                    self.closed[area, period, last] = self._closed(area, last, ends_at)
                    last = ends_at
        return len(self.closed) - before

    def _first(self, period: P) -> datetime | None:
        starts = [window(period, deed.at).starts_at for deed in self.deeds if deed.stands and deed.head.competes]
        return min((one for one in starts if one), default=None)

    def _closed(self, area: str, starts_at: datetime, ends_at: datetime) -> Closed:
        competing = [head for head in self.heads if head.competes and area in head.areas]
        places = []
        for head in competing:
            some = [one for one in self.deeds if one.stands and one.head is head and starts_at <= one.at < ends_at]
            if some:
                points = sum(one.points for one in some)
                households = len({one.household for one in some})
                places.append(Place(head, points, len(some), households, max(one.at for one in some), now=points))
        places.sort(key=lambda one: (-one.points, one.reached_at, one.head.id))
        for place in places:
            place.rank = 1 + sum(other.points > place.points for other in places)
        return Closed(places, len(competing))

    def take_back(self, deed: Deed) -> None:
        """A reward is reversed: each closed board on which it counted has an erratum."""
        deed.stands = False
        for (_, period, starts_at), board in self.closed.items():
            if window(period, deed.at).starts_at != starts_at or deed.head.forgotten:
                continue
            for place in board.places:
                if place.head is deed.head:
                    before, after = place.now, place.now - deed.points
                    ranks = board.rank(before, but=place), board.rank(after, but=place)
                    assert ranks[0]
                    board.errata.append((before, after, ranks[0], ranks[1]))
                    place.now = after

    def withdraw(self, head: Head) -> None:
        """A head leaves the board, or office: no closed board names the head any more."""
        for board in self.closed.values():
            for place in board.places:
                if place.head is head:
                    place.named = False
