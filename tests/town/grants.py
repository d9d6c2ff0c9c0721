"""What is for who holds a grant: a shop's gift, and who was given how many of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from models.grants import Grant
from schema.graph import ids
from services.db import database
from services.grants import drifts
from services.kit import clock
from services.till import drifts as till_drifts
from tests.town import discounts, story
from tests.town.documents import Api
from tests.town.world import Community, Person, World

CHECK_UP: dict[str, Any] = {
    "title": "免费体检",
    "benefit": {"gift": {"name": "基础体检一次"}},
    "audience": "GRANTED",
    "minSpendFen": 0,
    "stockTotal": 10,
}
NOTE = "大雪天给独居老人送药"


async def on_offer(api: Api, world: World, place: Community, **terms: Any) -> str:
    """A gift of the place's shop for who holds a grant; its id."""
    return await discounts.approved(api, world, place, **CHECK_UP | terms)


def until(days: int = 90) -> str:
    """A last day."""
    return (clock.day_of(clock.now()) + timedelta(days=days)).isoformat()


async def give(
    api: Api, who: Person | None, place: Community, discount: str, head: int = 0, **given: Any
) -> dict[str, Any]:
    """The payload of GrantGive to a head of the place."""
    wanted = {"quantity": 1, "validUntil": until(), "note": NOTE, "requestNo": story.request_no()}
    key = ids.make("HouseholdHead", place.heads[head].id)
    return await story.act(api, who, "GrantGive", **{"headId": key, "discountId": discount, **wanted, **given})


async def given(
    api: Api, world: World, place: Community, discount: str, head: int = 0, **wanted: Any
) -> dict[str, Any]:
    """A grant of a head of the place."""
    payload = await give(api, world.admin, place, discount, head, **wanted)
    assert payload["errors"] == [], payload["errors"]
    return dict(payload["grant"])


async def revoke(api: Api, who: Person | None, grant: str, reason: str = "发错了人") -> dict[str, Any]:
    """The payload of GrantRevoke."""
    return await story.act(api, who, "GrantRevoke", grantId=grant, reason=reason)


async def another_quarter(grant: str) -> None:
    """It was given some months ago, so that its head may be given another."""
    earlier = clock.now() - timedelta(days=100)
    await Grant.filter(id=key(grant)).update(granted_at=earlier, valid_from=clock.day_of(earlier))


def key(grant: str) -> UUID:
    """The id of a grant's row."""
    found = ids.find(grant, "Grant")
    assert found
    return found


async def mine(api: Api, who: Person) -> list[dict[str, Any]]:
    """A head's own grants, newest first."""
    found = (await api.run(who.token, "MyGrants"))["viewer"]["householdHead"]["grants"]
    return [edge["node"] for edge in found["edges"]]


async def counter(discount: str) -> tuple[int, int, int, int]:
    """What is held and used of a discount, granted and reserved."""
    row = await database.fetch_one(
        "SELECT held, used, granted, reserved FROM discount_counters WHERE discount_id = $1",
        ids.find(discount, "Discount"),
    )
    return tuple(row.values()) if row else (0, 0, 0, 0)  # type: ignore[return-value]


async def agree() -> None:
    """Everything that is kept agrees with the grants, passes and redemptions."""
    assert await drifts.promised() == []
    assert await till_drifts.stock_and_ceilings() == [] and await till_drifts.promises() == []
