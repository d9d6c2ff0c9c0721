"""Wishes for tests: what is kept of one, and how one comes into a certain state."""

from datetime import timedelta
from typing import Any

from schema.graph import ids
from services.db import database
from services.kit import clock
from services.work import tick
from tests.town import story
from tests.town.documents import Api
from tests.town.world import Community, Person, World

GIVEN: dict[str, dict[str, Any]] = {
    "WishDispatch": {},
    "WishAccept": {},
    "WishDecline": {"reason": "出差"},
    "WishHandBack": {"reason": "出差"},
    "WishComplete": {"note": "好了"},
    "WishRate": {"stars": 5},
    "WishRedo": {"reason": "还在漏"},
    "WishCancel": {},
    "WishReject": {"reason": "重复"},
    "WishRecall": {},
}


async def row_of(wish: str) -> dict[str, Any]:
    """The wish as the database has it."""
    row = await database.fetch_one("SELECT * FROM wishes WHERE id = $1", ids.find(wish, "Wish"))
    assert row is not None
    return row


async def events_of(wish: str) -> list[str]:
    rows = await database.fetch(
        "SELECT action, actor, from_state, to_state FROM wish_events WHERE wish_id = $1 ORDER BY number",
        ids.find(wish, "Wish"),
    )
    return [f"{row['actor']} {row['action']} {row['from_state']}>{row['to_state']}" for row in rows]


async def offers_of(wish: str) -> dict[Any, str]:
    rows = await database.fetch(
        "SELECT head_id, state FROM wish_offers WHERE wish_id = $1 ORDER BY id", ids.find(wish, "Wish")
    )
    return {row["head_id"]: row["state"] for row in rows}


async def sees(api: Api, who: Person | None, wish: str) -> bool:
    return (await api.run(who.token if who else None, "WishDetail", id=wish))["node"] is not None


async def reward_of(wish: str) -> tuple[str, int]:
    row = await database.fetch_one("SELECT state, points FROM rewards WHERE wish_id = $1", ids.find(wish, "Wish"))
    assert row is not None
    return row["state"], row["points"]


async def rate_of(place: Community, head: int = 0) -> tuple[int, int]:
    row = await database.fetch_one(
        "SELECT ratings_count, ratings_sum FROM household_heads WHERE id = $1", place.heads[head].id
    )
    assert row is not None
    return row["ratings_count"], row["ratings_sum"]


async def is_due(wish: str) -> None:
    """Its deadline has come."""
    await database.execute(
        "UPDATE wishes SET deadline_at = $2 WHERE id = $1", ids.find(wish, "Wish"), clock.now() - timedelta(seconds=1)
    )


async def automatically_rated(api: Api, wish: str, ago: timedelta = timedelta(0)) -> None:
    await is_due(wish)
    await tick.run()
    await database.execute(
        "UPDATE wishes SET rated_at = rated_at - $2::interval WHERE id = $1", ids.find(wish, "Wish"), ago
    )


async def filed(api: Api, place: Community, by: Person | None, household: int = 0, **given: Any) -> str:
    """A wish filed on behalf of a household, completed by head 0."""
    assert place.staff and by
    payload = await story.done(
        api,
        by,
        "WishSubmit",
        householdId=ids.make("Household", place.households[household].id),
        category="REPAIR",
        title="换灯泡",
        requestNo=story.request_no(),
        **{"consentNote": "老人当面同意", **given},
    )
    wish = str(payload["wish"]["id"])
    head_id = ids.make("HouseholdHead", place.heads[0].id)
    await story.done(api, place.staff, "WishDispatch", wishId=wish, headId=head_id)
    await story.done(api, place.head_people[0], "WishAccept", wishId=wish)
    await story.done(api, place.head_people[0], "WishComplete", wishId=wish)
    return wish


def wish_for(world: World, household: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "householdId": ids.make("Household", world.a.households[household].id),
        "category": "ERRAND",
        "title": "代买药",
        "requestNo": story.request_no(),
        **more,
    }


# -- Wishes in a certain state -----------------------------------------------------------------------------------------


async def submitted(api: Api, place: Community, household: int = 0, category: str = "REPAIR") -> str:
    """A wish of one of the community's households."""
    payload = await story.done(
        api,
        place.residents[household],
        "WishSubmit",
        householdId=ids.make("Household", place.households[household].id),
        category=category,
        title="水龙头漏水",
        requestNo=story.request_no(),
    )
    return str(payload["wish"]["id"])


async def offered(api: Api, place: Community, household: int = 0) -> str:
    """A wish offered to all heads of the grid."""
    wish = await submitted(api, place, household)
    assert place.staff
    await story.done(api, place.staff, "WishDispatch", wishId=wish)
    return wish


async def dispatched(api: Api, place: Community, household: int = 0, category: str = "REPAIR", head: int = 0) -> str:
    """A wish dispatched to one of the community's heads."""
    wish = await submitted(api, place, household, category)
    assert place.staff
    head_id = ids.make("HouseholdHead", place.heads[head].id)
    await story.done(api, place.staff, "WishDispatch", wishId=wish, headId=head_id)
    return wish


async def accepted(api: Api, place: Community, household: int = 0, category: str = "REPAIR", head: int = 0) -> str:
    """A wish that one of the community's heads has in hand."""
    wish = await dispatched(api, place, household, category, head)
    await story.done(api, place.head_people[head], "WishAccept", wishId=wish)
    return wish


async def completed(api: Api, place: Community, household: int = 0, category: str = "REPAIR", head: int = 0) -> str:
    """A wish that waits for its rating."""
    wish = await accepted(api, place, household, category, head)
    await story.done(api, place.head_people[head], "WishComplete", wishId=wish, note="已修好", helpers=["楼栋红管家"])
    return wish


async def rated(api: Api, place: Community, household: int = 0, stars: int = 5, head: int = 0) -> str:
    """A wish at its happy end."""
    wish = await completed(api, place, household, head=head)
    await story.done(api, place.residents[household], "WishRate", wishId=wish, stars=stars, comment="很好")
    return wish
