"""The course of each wish of the past year: its steps, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from models.enums import WishAction, WishActor, WishCategory
from services.demo import words
from services.demo.people import Head, Home, Person
from services.demo.shops import Shop
from services.wishes.table import RATE_WITHIN

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ON_BEHALF, OFFERED_TO_ALL = 0.07, 0.03
NIGHT_HOURS_UTC = range(13, 23)  # from 21:00 to 07:00 in the district

# Repeated by frequency.
_CATEGORIES = [category for category, (often, _) in words.WISHES.items() for _ in range(often)]
_STARS = [stars for stars, often in words.STARS.items() for _ in range(often)]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its actor, the actor's capacity, and the note."""

    at: datetime
    action: WishAction
    actor: WishActor
    account_id: UUID | None
    note: str = ""
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """The actors in the wishes of one head's cluster. `peers` are all active heads of the grid; `partners` have an
    agreement with the community."""

    head: Head
    worker: Person
    staff: Sequence[Person]
    peers: Sequence[Head]
    partners: Sequence[Shop] = ()


@dataclass(slots=True)
class Life:
    """A wish and its steps in chronological order. `filer` is staff who filed it with the household's consent."""

    number: int
    home: Home
    category: WishCategory
    title: str
    details: str
    filer: Person | None
    consent: str | None
    offered_to_all: bool
    steps: list[Step] = field(default_factory=list)


def story(number: int, cast: Cast, home: Home, at: datetime, random: Random) -> Life:
    """Return a wish submitted at `at`, with all its steps."""
    category = random.choice(_CATEGORIES)
    filer = random.choice(cast.staff) if random.random() < ON_BEHALF else None
    life = Life(
        number=number,
        home=home,
        category=category,
        title=random.choice(words.WISHES[category][1]),
        details=random.choice(words.DETAILS),
        filer=filer,
        consent=random.choice(words.CONSENTS) if filer else None,
        offered_to_all=random.random() < OFFERED_TO_ALL,
    )
    _Author(life, cast, at, random).write_steps()
    return life


class _Author:
    """Invents the course of a wish, step by step."""

    def __init__(self, life: Life, cast: Cast, at: datetime, random: Random) -> None:
        self._life, self._cast, self._at, self._random = life, cast, at, random
        self._resident = life.home.resident.id
        self._head = cast.head.person.id

    def write_steps(self) -> None:
        """Append all the steps."""
        random, filer = self._random, self._life.filer
        if filer:
            self._step(WishAction.SUBMIT, WishActor.FILER, filer.id)
        else:
            self._step(WishAction.SUBMIT, WishActor.REQUESTER, self._resident)
        ending = random.random()
        if ending < 0.015:
            self._later(10, 240)
            self._staff(WishAction.REJECT, random.choice(words.REJECT_REASONS))
            return
        if ending < 0.03 and not filer:
            self._later(5, 120)
            self._resident_cancels()
            return
        self._later(5, 180)
        if random.random() < 0.6:
            self._step(WishAction.DISPATCH, WishActor.GRID_WORKER, self._cast.worker.id)
        else:
            self._staff(WishAction.DISPATCH)
        self._later(4, 360)
        if ending < 0.04 and not filer:
            self._resident_cancels()
            return
        self._step(WishAction.ACCEPT, WishActor.OFFERED_HEAD, self._head)
        self._finish()
        if random.random() < 0.02:
            self._later(60, 1_200)
            self._step(WishAction.REDO, WishActor.RESIDENT, self._resident, random.choice(words.REDO_REASONS))
            self._finish()
        self._judge()

    def _finish(self) -> None:
        self._later(30, 2_400)
        note = self._random.choice(words.COMPLETION_NOTES)
        self._step(WishAction.COMPLETE, WishActor.ASSIGNED_HEAD, self._head, note)

    def _judge(self) -> None:
        random = self._random
        stars = random.choice(_STARS)
        if self._life.filer:
            # Staff who filed a wish do not rate it.
            caller = next(person for person in self._cast.staff if person is not self._life.filer)
            self._later(60, 4_000)
            self._step(WishAction.RATE, WishActor.STAFF, caller.id, words.CALL_BACK, max(stars, 3))
        elif random.random() < 0.1:
            self._at += RATE_WITHIN
            self._step(WishAction.RATE_AUTOMATICALLY, WishActor.TICK, None)
        else:
            self._later(10, 7_000)
            self._step(WishAction.RATE, WishActor.RESIDENT, self._resident, random.choice(words.COMMENTS[stars]), stars)

    def _resident_cancels(self) -> None:
        reason = self._random.choice(words.CANCEL_REASONS)
        self._step(WishAction.CANCEL, WishActor.REQUESTER, self._resident, reason)

    def _staff(self, action: WishAction, note: str = "") -> None:
        self._step(action, WishActor.STAFF, self._random.choice(self._cast.staff).id, note)

    def _later(self, least: int, most: int) -> None:
        """Advance the clock by so many minutes, sooner rather than later, and out of the night."""
        self._at += MINUTE * (least + (most - least) * self._random.random() ** 2)
        if self._at.hour in NIGHT_HOURS_UTC:
            self._at += 10 * HOUR

    def _step(
        self, action: WishAction, actor: WishActor, account_id: UUID | None, note: str = "", stars: int | None = None
    ) -> None:
        self._life.steps.append(Step(self._at, action, actor, account_id, note, stars))


def waiting(life: Life, for_what: WishAction, until: datetime) -> Life | None:
    """Return the wish up to where it waits for that action, its last step moved to `until`; None when it never does."""
    actions = [step.action for step in life.steps]
    if for_what not in actions:
        return None
    kept = life.steps[: actions.index(for_what)]
    moved = until - kept[-1].at
    life.steps = [replace(step, at=step.at + moved) for step in kept]
    return life
