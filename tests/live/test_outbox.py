"""Word of what changed: left in the transaction that changes it, naming everybody whom it concerns."""

import json
from typing import Any
from uuid import UUID

import pytest

from models.enums import Role, WishState
from models.people import Household, HouseholdHead
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.kit import clock
from services.live import changes, outbox
from services.live.changes import MAX_HEADS
from services.wishes import actions as wish_actions
from services.work import tick
from tests.town import points, story, till, wishes
from tests.town.documents import Api
from tests.town.world import Travel, World, grant


async def words() -> list[dict[str, Any]]:
    """What the rows say, the oldest first."""
    rows = await database.fetch("SELECT topic, subject_id, payload FROM outbox_entries ORDER BY id")
    return [{**row, "payload": json.loads(row["payload"])} for row in rows]


async def newest(topic: str) -> dict[str, Any]:
    return [row["payload"] for row in await words() if row["topic"] == topic][-1]


async def told() -> set[str]:
    """The heads whom the newest word about a wish names."""
    return set((await newest("wish.changed"))["head_ids"])


def all_heads(world: World) -> set[str]:
    return {str(head.id) for head in world.a.heads}


async def test_who_was_offered_a_wish_hears_how_the_offer_ends(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    first, second = (str(head.id) for head in a.heads)
    wish = await wishes.submitted(api, a)
    assert await newest("wish.changed") == {
        "state": "SUBMITTED",
        "household_id": str(a.households[0].id),
        "path": a.grid.path,
        "head_ids": [],
    }
    await story.done(api, a.staff, "WishDispatch", wishId=wish)
    assert await told() == all_heads(world)
    await story.done(api, a.head_people[0], "WishAccept", wishId=wish)
    assert await told() == all_heads(world), "the one who was too late hears of it too"
    await story.done(api, a.head_people[0], "WishHandBack", wishId=wish, reason="家里有事")
    assert await told() == {first}

    wish = await wishes.offered(api, a)
    await story.done(api, a.head_people[1], "WishDecline", wishId=wish, reason="家里有事")
    assert await told() == {second}
    await story.done(api, a.staff, "WishRecall", wishId=wish)
    assert await told() == {first}, "whose offer was still open"

    wish = await wishes.offered(api, a)
    await story.done(api, a.residents[0], "WishCancel", wishId=wish)
    assert await told() == all_heads(world)

    await wishes.offered(api, a)
    travel.by(hours=49)
    await tick.run()
    assert await told() == all_heads(world), "the offers ran out"


async def test_the_assigned_head_hears_of_every_step(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    head = {str(a.heads[0].id)}
    wish = await wishes.completed(api, a)
    seen = [row["payload"] for row in await words() if row["topic"] == "wish.changed"]
    assert [(one["state"], set(one["head_ids"])) for one in seen] == [
        ("SUBMITTED", set()),
        ("DISPATCHED", head),
        ("ACCEPTED", head),
        ("COMPLETED", head),
    ]
    await story.done(api, a.residents[0], "WishRedo", wishId=wish, reason="还在漏")
    assert await told() == head
    await story.done(api, a.head_people[0], "WishComplete", wishId=wish)
    travel.by(days=8)
    await tick.run()
    assert (await newest("wish.changed")) == {
        "state": "RATED",
        "household_id": str(a.households[0].id),
        "path": a.grid.path,
        "head_ids": list(head),
    }


async def test_a_reward_that_lapses_is_told_to_its_head(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    payload = await story.done(
        api,
        a.head_people[0],
        "WishSubmit",
        householdId=ids.make("Household", a.households[0].id),
        category="CARE",
        title="量血压",
        requestNo=story.request_no(),
        consentNote="电话里同意",
    )
    assert await told() == {str(a.heads[0].id)}, "the head who filed it"
    wish = payload["wish"]["id"]
    await story.done(api, a.staff, "WishDispatch", wishId=wish, headId=ids.make("HouseholdHead", a.heads[0].id))
    await story.done(api, a.head_people[0], "WishAccept", wishId=wish)
    await story.done(api, a.head_people[0], "WishComplete", wishId=wish)
    for _ in range(2):
        travel.by(days=31)
        await tick.run()
    rows = [row["payload"] for row in await words() if row["topic"] == "wish.changed"]
    assert [row["state"] for row in rows][-2:] == ["RATED", "RATED"]
    assert rows[-1]["head_ids"] == [str(a.heads[0].id)]


async def test_a_head_who_leaves_hears_of_the_offers_taken_back(world: World, api: Api) -> None:
    a = world.a
    leaving = a.heads[0]
    await wishes.offered(api, a)
    only = await wishes.dispatched(api, a)
    await database.transactional(wish_actions.recall_all_of_head)(leaving.id, None)
    by_wish = {
        row["subject_id"]: set(row["payload"]["head_ids"]) for row in await words() if row["topic"] == "wish.changed"
    }
    assert list(by_wish.values()) == [{str(leaving.id)}, {str(leaving.id)}]
    assert (await newest("wish.changed"))["state"] == "SUBMITTED" and ids.find(only, "Wish") in by_wish


async def test_a_head_who_acts_as_a_resident_hears_of_it_too(world: World, api: Api) -> None:
    a = world.a
    await grant(a.head_people[1].account_id, Role.RESIDENT, household=a.households[0])
    wish = await wishes.completed(api, a)
    await story.done(api, a.head_people[1], "WishRate", wishId=wish, stars=5)
    assert await told() == all_heads(world)


@database.transactional
async def change(wish_id: UUID, household: Household, heads: list[HouseholdHead]) -> None:
    outbox.wish_changed(wish_id, WishState.DISPATCHED, household.id, "d/s/c/g/", [None, *(head.id for head in heads)])


@pytest.mark.parametrize(("count", "rows"), [(0, [0]), (1, [1]), (MAX_HEADS, [100]), (MAX_HEADS + 1, [100, 1])])
async def test_a_grid_of_any_size_fits(world: World, count: int, rows: list[int]) -> None:
    subject, household = UUID(int=7), world.a.households[0]
    heads = [HouseholdHead(id=UUID(int=number)) for number in range(count)]
    await change(subject, household, heads + heads)
    found = [row["payload"] for row in await words()]
    assert [len(row["head_ids"]) for row in found] == rows
    assert {head for row in found for head in row["head_ids"]} == {str(head.id) for head in heads}
    told = [changes.change_of("wish.changed", subject, row) for row in found]
    assert all(one and one.concerns and changes.household_key(household.id) in one.concerns for one in told)


async def test_a_redemption_tells_both_sides_of_the_till(rich: World, api: Api) -> None:
    assert rich.a.shop and rich.a.cashier
    made = await till.redeemed(api, rich.a)
    sides = {"head_id": str(rich.a.heads[0].id), "shop_id": str(rich.a.shop.id)}
    assert await newest("redemption.changed") == {
        "state": "CONFIRMED",
        "event": "redemption.confirmed",
        **sides,
    }
    await story.done(
        api, rich.a.cashier, "RedemptionRevoke", redemptionId=made["id"], requestNo=story.request_no(), reason="点错了"
    )
    assert await newest("redemption.changed") == {
        "state": "REVOKED",
        "event": "redemption.revoked",
        **sides,
    }


async def test_the_board_is_told_where_and_when_it_was_posted(travel: Travel, world: World, api: Api) -> None:
    wish = await wishes.rated(api, world.a)
    posted = {"path": world.a.grid.path, "posted_at": clock.now().isoformat()}
    assert await newest("leaderboard.changed") == posted
    travel.by(days=40)
    await points.reverse(wish_id=ids.find(wish, "Wish"), reason="评分有误", account_id=world.admin.account_id)
    words_of_the_board = [row for row in await words() if row["topic"] == "leaderboard.changed"]
    assert [row["payload"] for row in words_of_the_board] == [posted, posted], "in its original period"
    assert {row["subject_id"] for row in words_of_the_board} == {world.a.heads[0].id}


async def test_a_refused_step_leaves_no_word(world: World, api: Api) -> None:
    wish = await wishes.dispatched(api, world.a)
    before = len(await words())
    payload = await story.act(api, world.a.head_people[1], "WishAccept", wishId=wish)
    assert payload["errors"] and len(await words()) == before
    assert await sessions.authenticate(world.a.head_people[1].token)
