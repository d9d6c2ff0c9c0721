"""A head thanks for a redemption: once, in time, and without anybody else being told."""

from datetime import timedelta
from typing import Any

import pytest

from models.till import RedemptionThank
from schema.graph import ids
from services.db import database
from tests.town import story, till
from tests.town.documents import Api, nodes
from tests.town.points import give_points
from tests.town.postgres import at_once
from tests.town.story import code, done
from tests.town.world import Person, Travel, World, keep_signed_in


async def thank(api: Api, who: Person | None, redemption: str, word: str = "KIND") -> dict[str, Any]:
    return await story.act(api, who, "RedemptionThank", redemptionId=redemption, word=word)


async def redeemed(api: Api, world: World) -> str:
    await give_points(world.a.heads[0].id, 100)
    return str((await till.redeemed(api, world.a))["id"])


async def test_once_and_the_same_word_again_changes_nothing(travel: Travel, world: World, api: Api) -> None:
    head, made = world.a.head_people[0], await redeemed(api, world)
    assert await story.offered(api, head, made) == ["DISPUTE", "THANK"]
    first = await thank(api, head, made)
    assert first == {
        "redemption": {"id": made, "thankedWith": "KIND", "availableActions": ["DISPUTE"]},
        "errors": [],
    }
    audited = await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'redemption.thank'")
    assert await thank(api, head, made) == first
    other = await thank(api, head, made, "GOOD")
    assert code(other) == "INVALID_STATE" and "热心" in other["errors"][0]["message"]
    assert await RedemptionThank.all().count() == audited == 1
    travel.by(days=30)
    await keep_signed_in()
    assert code(await thank(api, head, made)) is None, "a lost answer, asked for again"


async def test_not_after_seven_days(travel: Travel, world: World, api: Api) -> None:
    head, made = world.a.head_people[0], await redeemed(api, world)
    travel.by(days=7)
    await keep_signed_in()
    assert code(await thank(api, head, made)) == "INVALID_STATE"
    travel.to(travel.at - timedelta(microseconds=1))
    assert code(await thank(api, head, made)) is None


async def test_not_for_what_was_revoked_or_reversed(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    assert a.cashier
    head, made = a.head_people[0], await redeemed(api, world)
    await done(api, a.cashier, "RedemptionRevoke", redemptionId=made, reason="点错了", requestNo="r")
    assert "撤销" in (await thank(api, head, made))["errors"][0]["message"]
    dispute = await till.disputed(api, a)
    await done(api, world.admin, "DisputeUphold", disputeId=dispute, reason="属实")
    mine = nodes((await api.run(head.token, "MyRedemptions"))["viewer"]["householdHead"]["redemptions"])
    assert mine[0]["state"] == "REVERSED" and mine[0]["availableActions"] == []
    assert "冲正" in (await thank(api, head, mine[0]["id"]))["errors"][0]["message"]


async def test_nobody_else_learns_whose_word_it_is(travel: Travel, world: World, api: Api) -> None:
    """Neither by an event nor by a field; and to others the redemption is no such thing."""
    a = world.a
    assert a.cashier
    made = await redeemed(api, world)
    told = await database.fetch_value("SELECT count(*) FROM outbox_entries")
    await done(api, a.head_people[0], "RedemptionThank", redemptionId=made, word="QUICK")
    assert await database.fetch_value("SELECT count(*) FROM outbox_entries") == told
    document = "query($id: ID!) { node(id: $id) { ... on Redemption { state thankedWith } } }"
    for who, word in ((a.head_people[0], "QUICK"), (a.cashier, None), (world.admin, None), (world.auditor, None)):
        node = (await api.query(who.token, document, id=made))["node"]
        assert node == {"state": "CONFIRMED", "thankedWith": word}
    for stranger in (a.head_people[1], world.b.head_people[0]):
        assert code(await thank(api, stranger, made)) == "NOT_FOUND"
    rows = await database.fetch("SELECT details FROM audit_entries WHERE action = 'redemption.thank'")
    assert "QUICK" not in str(rows)


async def test_of_two_words_at_once_the_first_is_kept(
    travel: Travel, world: World, api: Api, database_url: str
) -> None:
    head, made = world.a.head_people[0], await redeemed(api, world)
    key = ids.find(made, "Redemption")
    first, second, third = await at_once(
        database_url, ("redemptions", key), *(thank(api, head, made, word) for word in ("QUICK", "GOOD", "QUICK"))
    )
    assert [code(one) for one in (first, second, third)] == [None, "INVALID_STATE", None]
    assert await RedemptionThank.filter(redemption_id=key).values_list("word", flat=True) == ["QUICK"]


@pytest.mark.parametrize("thanked_first", [True, False])
async def test_a_thanks_against_a_revocation(
    travel: Travel, world: World, api: Api, database_url: str, thanked_first: bool
) -> None:
    """The redemption is revoked in any case; a word is kept only if it came first, and counts in no sum."""
    a = world.a
    made = await redeemed(api, world)
    key = ids.find(made, "Redemption")
    both = [thank(api, a.head_people[0], made), till.revoke(api, a.cashier, made)]
    answers = await at_once(database_url, ("redemptions", key), *(both if thanked_first else both[::-1]))
    assert [code(one) for one in answers] == [None, None if thanked_first else "INVALID_STATE"]
    assert await database.fetch_value("SELECT state FROM redemptions WHERE id = $1", key) == "REVOKED"
    assert await RedemptionThank.filter(redemption_id=key).count() == thanked_first
