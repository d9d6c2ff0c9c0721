"""Points and rewards: wishes as the wishes' service would leave them, and a random time in one community."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from models.accounts import Membership
from models.enums import PointsAccountKind, RatingSource, RewardState, Role, TransferKind, WishCategory, WishState
from models.people import Household, HouseholdHead
from models.points import Reward, RewardRule
from models.wishes import Wish
from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.people import heads
from services.points import rewards
from services.points.ledger import Move, transfer
from services.till import holds
from services.wishes import actions as wish_actions
from services.wishes import ratings, reversals, submissions
from services.work import tick
from tests.town import story
from tests.town import world as making
from tests.town.world import Community, Person, Travel, World

CATEGORIES = list(WishCategory)
# Most wishes are one household's and one head's, and most steps are made in a few busy days, so that caps bite.
HEADS = (0, 0, 0, 1)
HOUSEHOLDS = (0, 0, 0, 0, 1, 2)
BUSY = 0.96

# The terms of a rule as they are sent.
BASE = [{"category": category.value, "points": 30} for category in WishCategory]
BONUS = [{"stars": stars, "points": stars} for stars in (3, 4, 5)]

returned = database.transactional(rewards.reward_returned)
voided = database.transactional(rewards.reward_voided)


@database.transactional
async def reverse(*, wish_id: UUID, reason: str, account_id: UUID | None) -> None:
    """As an administrator has it done: what ran out is given back first."""
    if row := await Reward.get_or_none(wish_id=wish_id):
        await holds.release_of_head(row.head_id)  # type: ignore[attr-defined]
    await rewards.reverse_reward(wish_id=wish_id, reason=reason, account_id=account_id)


async def completed_wish(
    of: Community,
    *,
    at: datetime,
    head: HouseholdHead | None = None,
    household: int | Household = 0,
    category: WishCategory = WishCategory.REPAIR,
    same_household: bool = False,
    reward: bool = True,
) -> Wish:
    """A completed wish with its pending reward (unless `reward` is False)."""
    home = of.households[household] if isinstance(household, int) else household
    head = head or of.heads[0]
    wish = await Wish.create(
        household=home,
        grid=of.grid,
        requester_id=of.residents[0].account_id,
        category=category,
        title="水龙头漏水",
        state=WishState.COMPLETED,
        head=head,
        submitted_at=at,
        completed_at=at,
        completed_by_id=of.head_people[0].account_id,
    )
    if reward:
        await complete(wish, at=at, same_household=same_household)
    return wish


async def complete(
    wish: Wish, *, at: datetime, head: HouseholdHead | None = None, same_household: bool = False
) -> None:
    """The reward of a wish that is completed (again)."""
    given: dict[str, Any] = {"head_id": head.id if head else wish.head_id, "household_id": wish.household_id}

    @database.transactional
    async def run() -> None:
        await heads.hold(given["head_id"])
        await rewards.reward_completed(
            wish_id=wish.id, category=wish.category, completed_at=at, same_household=same_household, **given
        )

    await run()


async def next_rule() -> dict[str, Any]:
    """What would be sent for the next version, in effect an hour after the latest, or an hour from now."""
    return {
        "base": BASE,
        "bonus": BONUS,
        "effectiveFrom": (await _after_the_latest()).isoformat(),
    }


async def _after_the_latest() -> datetime:
    latest = await RewardRule.all().order_by("-effective_from").first()
    assert latest
    return max(clock.now(), latest.effective_from) + timedelta(hours=1)


async def upcoming_rule(created_by: UUID | None = None, **terms: Any) -> RewardRule:
    """The next version of the reward rule, in effect an hour after the latest, or an hour from now."""
    return await RewardRule.create(
        **{
            "version": await RewardRule.all().count() + 1,
            "effective_from": await _after_the_latest(),
            "created_at": clock.now(),
            "base": dict.fromkeys(WishCategory, 30),
            "bonus": {"3": 1, "4": 2, "5": 3},
            "created_by_id": created_by,
            **terms,
        }
    )


async def rate(wish: Wish, stars: int | None, at: datetime) -> None:
    """What a rating does to a wish and its reward; None is the automatic one."""

    @database.transactional
    async def run() -> None:
        locked = await Wish.select_for_update().get(id=wish.id)
        await heads.hold(locked.head_id)  # type: ignore[attr-defined]
        given = {"rating_source": RatingSource.HOUSEHOLD, "stars": stars, "rated_by_id": wish.requester_id}
        source = {"rating_source": RatingSource.AUTOMATIC} if stars is None else given
        await Wish.filter(id=wish.id).update(state=WishState.RATED, rated_at=at, **source)
        await rewards.reward_rated(wish_id=wish.id, stars=stars, at=at)

    await run()


async def award(of: Community, *, at: datetime, stars: int | None = 5, **given: Any) -> Wish:
    """A wish completed and rated at one instant."""
    wish = await completed_wish(of, at=at, **given)
    await rate(wish, stars, at)
    return wish


@database.transactional
async def give_points(head_id: UUID, points: int) -> None:
    """Points out of nothing, for tests that only spend. (No reward stands behind them.)"""
    await transfer(
        head_id,
        [
            Move(TransferKind.REWARD_PENDING, PointsAccountKind.ISSUANCE, PointsAccountKind.PENDING, points),
            Move(TransferKind.REWARD_POSTED, PointsAccountKind.PENDING, PointsAccountKind.AVAILABLE, points),
        ],
    )


# -- A random time in one community, as far as points go: played through the services, told as steps, played again ---


@dataclass(frozen=True)
class Told:
    """One step: when, what, of which wish, and how."""

    at: datetime
    name: str
    wish: int | None = None
    given: tuple[Any, ...] = ()


@dataclass
class PlayedWish:
    """What a player knows of a wish."""

    id: UUID
    household: int
    state: str = "ACCEPTED"
    head: int = 0
    filed: bool = False
    redos: int = 0
    automatic: bool = False
    completed: list[tuple[int, datetime]] = field(default_factory=list)


class Player:
    """Plays steps in a world of its own. `seen` counts what happened, by name."""

    def __init__(self, travel: Travel, world: World, people: dict[str, Viewer]) -> None:
        self.travel, self.world, self.people = travel, world, people
        self.wishes: list[PlayedWish] = []
        self.seen: Counter[str] = Counter()

    @classmethod
    async def begin(cls, travel: Travel, at: datetime) -> "Player":
        """In an empty database, at this instant."""
        travel.to(at)
        world = await World.make()
        a = world.a
        there: dict[str, Person | None] = {"admin": world.admin, "staff": a.staff}
        there |= {f"head {index}": person for index, person in enumerate(a.head_people)}
        there |= {f"resident {index}": person for index, person in enumerate(a.residents)}
        return cls(travel, world, {name: await making.viewer(person) for name, person in there.items()})

    async def play(self, told: Told) -> bool:
        """Make one step; whether the services let it happen."""
        self.travel.to(told.at)
        wish = None if told.wish is None else self.wishes[told.wish]
        try:
            await getattr(self, f"_{told.name}")(*([wish] if wish else []), *told.given)
        except Refusal as refusal:
            if told.name == "reverse" and refusal.code == ErrorCode.INVALID_STATE:
                return False  # it is worth 0
            raise
        self.seen[told.name] += 1
        return True

    async def _take(self, household: int, category: WishCategory, head: int, filer: str | None) -> None:
        """A wish is submitted, perhaps on behalf, dispatched to a head and accepted."""
        home = self.world.a.households[household].id
        who = self.people[filer or f"resident {household}"]
        made = await submissions.submit(
            who, home, category, "心愿", story.request_no(), "", "电话里同意" if filer else None
        )
        self.wishes.append(PlayedWish(made.id, household, head=head, filed=filer == f"head {head}"))
        await self._give(self.wishes[-1], head)

    async def _give(self, wish: PlayedWish, head: int) -> None:
        await wish_actions.dispatch(self.people["staff"], wish.id, self.world.a.heads[head].id)
        await wish_actions.accept(self.people[f"head {head}"], wish.id)
        wish.head = head

    async def _hand_on(self, wish: PlayedWish, head: int) -> None:
        """The head hands it back, and another one gets it."""
        await wish_actions.hand_back(self.people[f"head {wish.head}"], wish.id, "没空")
        await self._give(wish, head)

    async def _complete(self, wish: PlayedWish) -> None:
        await wish_actions.complete(self.people[f"head {wish.head}"], wish.id)
        wish.state = "COMPLETED"
        wish.completed.append((wish.head, clock.local(clock.now())))

    async def _rate(self, wish: PlayedWish, stars: int) -> None:
        await ratings.rate(self.people[f"resident {wish.household}"], wish.id, stars)
        self.seen[f"rated {'late' if wish.automatic else 'in time'} {'badly' if stars < 3 else 'well'}"] += 1
        wish.state, wish.automatic = "RATED", False

    async def _redo(self, wish: PlayedWish) -> None:
        await ratings.redo(self.people[f"resident {wish.household}"], wish.id, "还没好")
        wish.state, wish.redos = "ACCEPTED", wish.redos + 1

    async def _tick(self) -> None:
        done = await tick.run()
        assert done["failed"] == 0
        self.seen["rated by time"] += done["wishes_rated"]
        self.seen["lapsed"] += done["rewards_voided"]
        for wish in self.wishes:
            if wish.state == "COMPLETED" and clock.now() >= wish.completed[-1][1] + timedelta(days=7):
                wish.state, wish.automatic = "RATED", True

    async def _reverse(self, wish: PlayedWish) -> None:
        await reversals.reverse(self.people["admin"], wish.id, "冒名办结", story.request_no())

    async def _move_in(self, household: int) -> None:
        """The first head comes to live in a household."""
        account = self.people["head 0"].account_id
        assert account
        await making.grant(account, Role.RESIDENT, household=self.world.a.households[household])

    async def _move_out(self) -> None:
        """The first head moves out again."""
        living = Membership.filter(account_id=self.people["head 0"].account_id, role=Role.RESIDENT, revoked_at=None)
        await living.update(revoked_at=clock.now())


class Author:
    """Makes up the steps, one after the other, from what the player's wishes let happen."""

    def __init__(self, player: Player, random: Random, at: datetime) -> None:
        self.player, self.random, self.at = player, random, at
        self.lives_in: int | None = None

    async def write(self, until: datetime) -> list[Told]:
        """Play on to an instant; the steps that happened."""
        told = []
        while self.at < until:
            self._pass()
            step = self._next()
            if step and await self.player.play(step):
                told.append(step)
        for later in (timedelta(days=8), timedelta(days=40)):  # and then nobody says any more
            told.append(Told(self.at + later, "tick"))
            await self.player.play(told[-1])
        return told

    def _pass(self) -> None:
        busy = self.random.random() < BUSY
        self.at += timedelta(seconds=self.random.randint(1, 3600 if busy else 9 * 86400))

    def _next(self) -> Told | None:
        random, wishes = self.random, self.player.wishes
        name = random.choice(
            ["take"] * 4
            + ["complete"] * 6
            + ["rate"] * 4
            + ["redo"] * 3
            + ["hand_on", "tick", "tick", "reverse", "move"]
        )
        fits = {
            "complete": lambda one: one.state == "ACCEPTED",
            "hand_on": lambda one: one.state == "ACCEPTED" and one.redos,
            "redo": lambda one: one.state == "COMPLETED" and one.redos < 2,
            "rate": lambda one: one.state == "COMPLETED" or one.automatic,
            "reverse": lambda one: one.state == "RATED",
        }
        if name in fits:
            chosen = [index for index, one in enumerate(wishes) if fits[name](one)]
            if not chosen:
                return None
            index = random.choice(chosen)
            more = {"rate": [self._stars()], "hand_on": [1 - wishes[index].head]}.get(name, [])
            return self._rated_in_time(Told(self.at, name, index, tuple(more)))
        if name == "take":
            household, head = random.choice(HOUSEHOLDS), random.choice(HEADS)
            own = f"head {household // 2}"  # who looks after the household
            filer = random.choice([None, None, None, own, own, "staff"])
            return Told(self.at, name, None, (household, random.choice(CATEGORIES), head, filer))
        if name == "move":
            return self._move()
        return Told(self.at, name)

    def _rated_in_time(self, told: Told) -> Told | None:
        """Not a rating that would be refused because the automatic one lies more than 30 days back."""
        assert told.wish is not None
        wish = self.player.wishes[told.wish]
        if told.name == "rate" and wish.automatic and self.at > wish.completed[-1][1] + timedelta(days=36):
            return None
        return told

    def _move(self) -> Told:
        if self.lives_in is not None:
            self.lives_in = None
            return Told(self.at, "move_out")
        self.lives_in = self.random.randrange(3)
        return Told(self.at, "move_in", None, (self.lives_in,))

    def _stars(self) -> int:
        return self.random.choice([1, 2, 3, 4, 4, 5, 5, 5])


async def seen_in(player: Player) -> Counter[str]:
    """What happened, and what became of the rewards."""
    seen = Counter(player.seen)
    for one in await Reward.all():
        seen["cut by day"] += one.capped_by_day > 0
        seen["cut by month"] += one.capped_by_month > 0
        seen["same household"] += one.same_household
        seen["returned at the end"] += one.state == RewardState.RETURNED
    for wish in player.wishes:
        for (head, first), (other, again) in zip(wish.completed, wish.completed[1:], strict=False):
            seen["redone by another head"] += head != other
            seen["redone on another day"] += first.date() != again.date()
            seen["redone in another month"] += first.month != again.month
    return seen
