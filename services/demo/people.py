"""The people of the demo district."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from models.enums import AreaKind, Role
from services.demo.keys import FOUNDED, founded
from services.demo.names import Names
from services.demo.places import Place, Places
from services.demo.size import Size, dealt, random_for, shares

STAFF_A_COMMUNITY = 3
HOUSEHOLDS_A_UNIT = 10
OPTED_IN = 0.78
# The first phone number of each kind of person; a household and its resident share one.
NUMBERS = {
    Role.HOUSEHOLD_HEAD: 1_000_000,
    Role.GRID_WORKER: 2_000_000,
    Role.COMMUNITY_STAFF: 3_000_000,
    Role.SHOP_STAFF: 4_000_000,
    Role.DISTRICT_ADMIN: 5_000_000,
    Role.AUDITOR: 6_000_000,
}


@dataclass(frozen=True, slots=True)
class Person:
    """A person who can sign in: an account and its one membership. `scope`: the role's area, household or head."""

    id: UUID
    name: str
    number: int
    role: Role
    scope: UUID


@dataclass(frozen=True, slots=True)
class Home:
    """A household whose resident uses the system."""

    id: UUID
    resident: Person


@dataclass(slots=True)
class Head:
    """A household head with a cluster of `size` households, the first of which is household number `first`.

    `wishes`: how many the head was given in the past year; `homes`: the households that wish, the story set's first.
    """

    index: int
    id: UUID
    person: Person
    building: Place
    first: int
    size: int
    joined_at: datetime
    opted_in_at: datetime | None
    wishes: int
    homes: list[Home] = field(default_factory=list)
    in_story: bool = False

    @property
    def grid(self) -> Place:
        """The grid of the head and of the whole cluster."""
        return self.building.above(AreaKind.GRID)


@dataclass(frozen=True, slots=True)
class People:
    """Everyone but shop staff. Staff and heads are in the order of their communities and grids."""

    heads: list[Head]
    workers: list[Person]
    staff: list[Person]
    admin: Person
    auditor: Person

    @property
    def officials(self) -> Iterator[Person]:
        """Everyone who works for the district, a community or a grid."""
        yield from (self.admin, self.auditor, *self.staff, *self.workers)


def employ(places: Places, size: Size) -> People:
    """Return the people of a district of this size."""
    random = random_for("people")
    names = Names(random)

    def official(role: Role, index: int, place: Place) -> Person:
        return Person(founded(f"account {role}", index), names.person(), NUMBERS[role] + index, role, place.id)

    workers = [
        official(Role.GRID_WORKER, index, places.grids[grid])
        for index, grid in enumerate(dealt(size.grid_workers, size.grids))
    ]
    staff = [
        official(Role.COMMUNITY_STAFF, index, community)
        for index, community in enumerate(place for place in places.communities for _ in range(STAFF_A_COMMUNITY))
    ]
    return People(
        heads=_heads(places, size, random, names),
        workers=workers,
        staff=staff,
        admin=official(Role.DISTRICT_ADMIN, 0, places.district),
        auditor=official(Role.AUDITOR, 0, places.district),
    )


def _heads(places: Places, size: Size, random: Random, names: Names) -> list[Head]:
    clusters = shares(size.households, size.heads, random, vary=0.25)
    eagerness = [min(random.lognormvariate(0, 1.1), 45) for _ in range(size.heads)]
    scale = size.history_wishes / sum(eagerness)
    story_communities = {place.id for place in places.communities[: size.sets]}
    heads = []
    for index, first in enumerate(accumulate(clusters[:-1], initial=0)):
        community = places.buildings[index].above(AreaKind.COMMUNITY).id
        in_story = community in story_communities
        story_communities.discard(community)
        wishes = int(eagerness[index] * scale + random.random())
        head_id = founded("head", index)
        joined_at = FOUNDED + timedelta(days=random.randrange(300), hours=random.randrange(9))
        opted_in = random.random() < OPTED_IN or in_story
        head = Head(
            index=index,
            id=head_id,
            person=Person(
                founded("account head", index),
                names.person(),
                NUMBERS[Role.HOUSEHOLD_HEAD] + index,
                Role.HOUSEHOLD_HEAD,
                head_id,
            ),
            building=places.buildings[index],
            first=first,
            size=clusters[index],
            joined_at=joined_at,
            opted_in_at=joined_at + timedelta(days=random.randrange(20)) if opted_in else None,
            wishes=max(wishes, size.story_wishes) if in_story else wishes,
            in_story=in_story,
        )
        wishing = random.sample(range(head.size), min(2 + head.wishes // 12, head.size, 10))
        head.homes = [_home(first + place, names) for place in wishing]
        heads.append(head)
    return heads


def _home(number: int, names: Names) -> Home:
    household = founded("household", number)
    resident = Person(founded("account resident", number), names.person(), number, Role.RESIDENT, household)
    return Home(household, resident)


def address(building: Place, place: int) -> str:
    """Return the address of the household at that place, from 0, of a building."""
    unit, door = divmod(place, HOUSEHOLDS_A_UNIT)
    community = building.above(AreaKind.COMMUNITY).name
    return f"{community}{building.name}{unit + 1}单元{door // 2 + 1}0{door % 2 + 1}室"
