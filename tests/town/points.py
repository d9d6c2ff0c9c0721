"""Rewards for tests that care about points alone: wishes as the wishes' service would leave them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.enums import RatingSource, WishCategory, WishState
from models.people import Household, HouseholdHead
from models.points import RewardRule
from models.wishes import Wish
from services.db import database
from services.kit import clock
from services.points import rewards
from tests.town.world import Community

# The terms of a rule as they are sent.
BASE = [{"category": category.value, "points": 30} for category in WishCategory]
BONUS = [{"stars": stars, "points": stars} for stars in (3, 4, 5)]

returned = database.transactional(rewards.reward_returned)
voided = database.transactional(rewards.reward_voided)
reverse = database.transactional(rewards.reverse_reward)


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
        household=home, grid=of.grid, requester_id=of.residents[0].account_id, category=category, title="水龙头漏水",
        state=WishState.COMPLETED, head=head, submitted_at=at, completed_at=at,
        completed_by_id=of.head_people[0].account_id,
    )  # fmt: skip
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
            "version": await RewardRule.all().count() + 1, "effective_from": await _after_the_latest(),
            "created_at": clock.now(),
            "base": dict.fromkeys(WishCategory, 30), "bonus": {"3": 1, "4": 2, "5": 3}, "created_by_id": created_by,
            **terms,
        }
    )  # fmt: skip


async def rate(wish: Wish, stars: int | None, at: datetime) -> None:
    """What a rating does to a wish and its reward; None is the automatic one."""

    @database.transactional
    async def run() -> None:
        await Wish.select_for_update().get(id=wish.id)
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
