"""A head thanks for a redemption: once, in time, and without anybody else being told."""

import asyncio
from datetime import timedelta
from typing import Any

from models.till import RedemptionThank
from schema.graph import ids
from services.db import database
from tests.town import story, till
from tests.town.documents import Api, nodes
from tests.town.points import give_points
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


async def test_of_many_at_once_one_word_is_kept(travel: Travel, world: World, api: Api) -> None:
    head, made = world.a.head_people[0], await redeemed(api, world)
    answers = await asyncio.gather(*(thank(api, head, made, word) for word in ("QUICK", "KIND", "GOOD") * 4))
    words = [answer["redemption"]["thankedWith"] for answer in answers if answer["redemption"]]
    assert len(set(words)) == 1 and len(words) == 4
    assert await RedemptionThank.filter(redemption_id=ids.find(made, "Redemption")).count() == 1


async def test_one_thanks_and_the_shop_revokes_at_once(travel: Travel, world: World, api: Api) -> None:
    """In whatever order: the redemption is revoked, and a word is kept only if it came first."""
    a = world.a
    assert a.cashier
    for number in range(4):
        made = await redeemed(api, world)
        given = {"redemptionId": made, "reason": "点错了", "requestNo": f"r{number}"}
        revoked, said = await asyncio.gather(
            story.act(api, a.cashier, "RedemptionRevoke", **given), thank(api, a.head_people[0], made)
        )
        assert code(revoked) is None and code(said) in (None, "INVALID_STATE")
        kept = await RedemptionThank.filter(redemption_id=ids.find(made, "Redemption")).count()
        assert kept == (code(said) is None)
