"""From a redemption and from a reward to the lines of the head's history that they made."""

from schema.graph import ids
from services.db import database
from services.kit.viewer import Viewer
from services.points import history
from tests.town import buffers, growth, points, story, till, wishes
from tests.town.documents import Api
from tests.town.world import Travel, World

ENTRIES = "query ($id: ID!) { node(id: $id) { ... on Redemption { pointsEntries { kind points debtPoints } } } }"
ENTRY = "query ($id: ID!) { node(id: $id) { ... on Wish { reward { entry { kind points debtPoints } } } } }"


async def test_a_redemption_is_spent_once_and_refunded_once(travel: Travel, world: World, api: Api) -> None:
    """The refund in two lines: what was owed first. It is nothing to the shop, and to another redemption neither."""
    a, head = world.a, world.a.head_people[0]
    await points.give_points(a.heads[0].id, 21)
    done, other = await till.redeemed(api, a), await till.redeemed(api, a)
    spent = {"kind": "SPEND", "points": -10, "debtPoints": 0}
    assert (await api.query(head.token, ENTRIES, id=done["id"]))["node"]["pointsEntries"] == [spent]
    rated = await wishes.rated(api, a, stars=5)
    third = await till.redeemed(api, a)
    await points.reverse(wish_id=ids.find(rated, "Wish"), reason="误评", account_id=world.admin.account_id)
    await story.done(
        api, a.cashier, "RedemptionRevoke", redemptionId=done["id"], requestNo=story.request_no(), reason="点错了"
    )
    entries = (await api.query(head.token, ENTRIES, id=done["id"]))["node"]["pointsEntries"]
    assert entries == [
        spent,
        {"kind": "DEBT_REPAID", "points": 0, "debtPoints": -9},
        {"kind": "REFUND", "points": 1, "debtPoints": 0},
    ]
    assert len(entries) == history.MAX_OF_REDEMPTION
    for one in (other, third):
        assert (await api.query(head.token, ENTRIES, id=one["id"]))["node"]["pointsEntries"] == [spent]
    assert (await api.query(a.cashier.token, ENTRIES, id=done["id"]))["node"] == {"pointsEntries": None}


async def test_a_reward_leads_to_the_line_that_posted_it(travel: Travel, world: World, api: Api) -> None:
    """Where a debt took part of it, the rest; where it took all, that; none while it is pending, and of 0 points."""
    a, head = world.a, world.a.head_people[0]

    async def entry(wish: str) -> object:
        return (await api.query(head.token, ENTRY, id=wish))["node"]["reward"]["entry"]

    first = await wishes.rated(api, a, stars=5)
    assert await entry(first) == {"kind": "REWARD_POSTED", "points": 25, "debtPoints": 0}
    assert await entry(await wishes.completed(api, a)) is None
    await till.redeemed(api, a)
    await till.redeemed(api, a)
    await points.reverse(wish_id=ids.find(first, "Wish"), reason="误评", account_id=world.admin.account_id)
    assert await entry(first) == {"kind": "REWARD_POSTED", "points": 25, "debtPoints": 0}, "what posted it stays"
    partly = await wishes.rated(api, a, stars=5)
    assert await entry(partly) == {"kind": "REWARD_POSTED", "points": 5, "debtPoints": 0}
    assert await entry(await wishes.rated(api, a, stars=1)) is None


async def test_it_is_found_along_an_index_however_long_the_ledger_is(travel: Travel, world: World) -> None:
    await growth.years(world, 1000)
    await database.fetch("VACUUM ANALYZE")
    key = await database.fetch_value("SELECT id FROM redemptions ORDER BY id LIMIT 1")
    with buffers.sent() as statements:
        found = await history.of_redemptions(Viewer(head_id=world.a.heads[0].id), [key])
    assert len(found[key]) == 1
    (statement,) = statements
    indexes = await buffers.indexes_of(statement)
    assert {one for one in indexes if one.startswith("points_transfers")} == {"points_transfers_by_preparation"}
