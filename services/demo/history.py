"""The year before the seeding day: every wish simulated step by step, with the points earned."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from models.enums import OfferState, RatingSource, WishAction, WishState
from services.demo.books import Book
from services.demo.keys import key
from services.demo.lives import Cast, Life, Step
from services.demo.names import Names
from services.demo.rows import Rows
from services.demo.tills import Tills
from services.points.pricing import Rule
from services.wishes.table import ACCEPT_WITHIN, RATE_WITHIN, TABLE

MAX_STEPS = 100  # of one wish, so that their keys differ
HELPED = 0.1
BY_PARTNERS = 4  # a quarter of the wishes that somebody helped with, a partner did


@dataclass(slots=True)
class Progress:
    """A wish in progress: the columns that its steps change, and its offers."""

    life: Life
    id: UUID
    columns: dict[str, Any] = field(
        default_factory=lambda: {
            "state": None,
            "head_id": None,
            "redo_count": 0,
            "dispatched_at": None,
            "accepted_at": None,
            "completed_at": None,
            "completed_by_id": None,
            "completion_note": "",
            "rated_at": None,
            "rating_source": None,
            "stars": None,
            "rating_comment": "",
            "rated_by_id": None,
            "deadline_at": None,
        }
    )
    steps: int = 0
    offered_at: datetime | None = None
    answered_at: datetime | None = None


class Year:
    """One head's year. Nothing happens from `horizon` on, so the latest wishes are still open."""

    def __init__(
        self, cast: Cast, rule: Rule, tills: Tills, rows: Rows, horizon: datetime, random: Random, shopping: float
    ) -> None:
        self._cast, self._tills, self._rows = cast, tills, rows
        self._horizon, self._random, self._shopping = horizon, random, shopping
        self.book = Book(cast.head, rule, rows)
        self.ratings: list[int] = []
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = count()

    def live(self, lives: Iterable[Life]) -> None:
        """Simulate this head's wishes, all steps in chronological order, with occasional visits to shops."""
        wishes = [Progress(life, key("wish", life.number, life.steps[0].at)) for life in lives]
        for wish in wishes:
            for step in wish.life.steps:
                self._plan(step.at, partial(self._take, wish, step))
        while self._due and self._due[0][0] < self._horizon:
            _, _, happen = heappop(self._due)
            happen()
        for wish in wishes:
            if wish.columns["state"] is not None:
                self._write(wish)
        self.book.close()

    @property
    def _community(self) -> UUID:
        community = self._cast.head.grid.parent
        assert community is not None
        return community.id

    def _plan(self, at: datetime, happen: Callable[[], None]) -> None:
        heappush(self._due, (at, next(self._planned), happen))

    def _plan_visit(self, rated_at: datetime) -> None:
        """Plan a visit on one of the next days, between 08:00 and 23:00 in the district."""
        random, head = self._random, self._cast.head
        day = rated_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=random.randint(1, 10))
        at = day + timedelta(minutes=random.randrange(15 * 60), seconds=random.randrange(60))
        self._plan(at, partial(self._tills.visit, head, self._community, self.book, at, random))

    def _take(self, wish: Progress, step: Step) -> None:
        """Take one step: update the wish's columns and the head's book, write the event."""
        before = wish.columns["state"]
        after = WishState.SUBMITTED if before is None else TABLE.steps[before, step.action, step.actor]
        wish.columns |= {"state": after, **self._changes(wish, step)}
        self._settle(wish, step)
        wish.steps += 1
        event = key("event", wish.life.number * MAX_STEPS + wish.steps, step.at)
        if step.note:
            self._rows.add("texts", id=event, account_id=step.account_id, text=step.note)
        self._rows.add(
            "wish_events",
            id=event,
            wish_id=wish.id,
            number=wish.steps,
            action=step.action,
            actor=step.actor,
            account_id=step.account_id,
            head_id=wish.columns["head_id"],
            from_state=before,
            to_state=after,
            stars=step.stars,
            occurred_at=step.at,
        )

    def _changes(self, wish: Progress, step: Step) -> dict[str, Any]:
        head, at = self._cast.head, step.at
        match step.action:
            case WishAction.DISPATCH:
                wish.offered_at = at
                return {
                    "head_id": None if wish.life.offered_to_all else head.id,
                    "dispatched_at": at,
                    "deadline_at": at + ACCEPT_WITHIN,
                }
            case WishAction.ACCEPT:
                wish.answered_at = at
                return {"head_id": head.id, "accepted_at": at, "deadline_at": None}
            case WishAction.COMPLETE:
                return {
                    "completed_at": at,
                    "completed_by_id": step.account_id,
                    "completion_note": step.note,
                    "deadline_at": at + RATE_WITHIN,
                }
            case WishAction.REDO:
                return {
                    "redo_count": wish.columns["redo_count"] + 1,
                    "completed_at": None,
                    "completed_by_id": None,
                    "completion_note": "",
                    "deadline_at": None,
                }
            case WishAction.RATE | WishAction.RATE_AUTOMATICALLY:
                return {
                    "rated_at": at,
                    "rating_source": _source(wish, step),
                    "stars": step.stars,
                    "rating_comment": "" if wish.life.filer else step.note,
                    "rated_by_id": step.account_id,
                    "deadline_at": None,
                }
            case _:
                return {"deadline_at": None}

    def _settle(self, wish: Progress, step: Step) -> None:
        match step.action:
            case WishAction.COMPLETE:
                self.book.completed(wish.id, wish.life.home.id, wish.life.category, step.at)
            case WishAction.REDO:
                self.book.returned(wish.id, step.at)
            case WishAction.RATE | WishAction.RATE_AUTOMATICALLY:
                self.book.rated(wish.id, step.stars, step.at)
                if step.stars is not None:
                    self.ratings.append(step.stars)
                if self._random.random() < self._shopping:
                    self._plan_visit(step.at)

    def _write(self, wish: Progress) -> None:
        life = wish.life
        self._rows.add(
            "wishes",
            id=wish.id,
            household_id=life.home.id,
            grid_id=self._cast.head.grid.id,
            requester_id=life.filer.id if life.filer else life.home.resident.id,
            on_behalf=life.filer is not None,
            consent_note=life.consent,
            category=life.category,
            title=life.title,
            details=life.details,
            submitted_at=life.steps[0].at,
            **wish.columns,
        )
        if wish.offered_at is not None:
            self._write_offers(wish, wish.offered_at)
        if wish.columns["completed_at"] is not None and self._random.random() < HELPED:
            name, partners = Names(self._random).person(), self._cast.partners
            partner = partners[life.number % len(partners)] if partners and life.number % BY_PARTNERS == 0 else None
            self._rows.add(
                "wish_helpers",
                id=key("helper", life.number, wish.columns["completed_at"]),
                wish_id=wish.id,
                name=partner.name if partner else name,
                partner_id=partner.id if partner else None,
            )

    def _write_offers(self, wish: Progress, at: datetime) -> None:
        cancelled = wish.columns["state"] == WishState.CANCELLED
        for place, head in enumerate(self._cast.peers if wish.life.offered_to_all else [self._cast.head]):
            state = OfferState.OPEN
            if wish.answered_at is not None:
                state = OfferState.ACCEPTED if head is self._cast.head else OfferState.WITHDRAWN
            elif cancelled:
                state = OfferState.WITHDRAWN
            ended_at = wish.answered_at or (wish.life.steps[-1].at if cancelled else None)
            self._rows.add(
                "wish_offers",
                id=key("offer", wish.life.number * MAX_STEPS + place, at),
                wish_id=wish.id,
                head_id=head.id,
                state=state,
                offered_at=at,
                ended_at=ended_at,
            )


def _source(wish: Progress, step: Step) -> RatingSource:
    if step.action == WishAction.RATE_AUTOMATICALLY:
        return RatingSource.AUTOMATIC
    return RatingSource.CALL_BACK if wish.life.filer else RatingSource.HOUSEHOLD
