"""Disputes as they are read: the administrators' queue, the head's own, and what the shop does not see."""

from typing import Any

import pytest

from models.enums import Role
from schema.graph import ids
from services.kit import clock
from tests.town import documents, till
from tests.town.documents import Api, instant
from tests.town.live import hearing, relay_all, streaming
from tests.town.story import done
from tests.town.till import DECISION, WORDS, confirm, phone, prepare
from tests.town.world import Person, Travel, World, person


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def queue(api: Api, who: Person | None, **variables: Any) -> list[dict[str, Any]] | None:
    found = (await api.run(who.token if who else None, "DisputesToDecide", **variables))["disputes"]
    return found and [edge["node"] for edge in found["edges"]]


async def keys(api: Api, who: Person | None, **variables: Any) -> list[str] | None:
    found = await queue(api, who, **variables)
    return found if found is None else [one["id"] for one in found]


async def elsewhere(api: Api, world: World) -> str:
    """A head of A disputes what B's shop did."""
    mine = await phone(api, world.a, discount=world.b.discount)
    token = (await prepare(api, world.b.cashier, mine.qr()))["preparation"]["token"]
    made = (await confirm(api, world.b.cashier, token))["redemption"]["id"]
    payload = await done(api, world.a.head_people[0], "RedemptionDispute", redemptionId=made, reason=WORDS)
    return str(payload["dispute"]["id"])


async def test_the_longest_waiting_comes_first(rich: World, api: Api, travel: Travel) -> None:
    made = []
    for head in (0, 1, 0):
        made.append(await till.disputed(api, rich.a, head))
        travel.by(minutes=1)
    assert await keys(api, rich.admin) == await keys(api, rich.auditor) == made
    first = (await api.run(rich.admin.token, "DisputesToDecide", first=2))["disputes"]
    assert [edge["node"]["id"] for edge in first["edges"]] == made[:2] and first["pageInfo"]["hasNextPage"]
    assert await keys(api, rich.admin, first=2, after=first["pageInfo"]["endCursor"]) == made[2:]
    await done(api, rich.admin, "DisputeReject", disputeId=made[0], reason=DECISION)
    assert await keys(api, rich.admin) == made[1:]


async def test_by_state(rich: World, api: Api) -> None:
    upheld, rejected, settled, waiting = [await till.disputed(api, rich.a) for _ in range(4)]
    await done(api, rich.admin, "DisputeUphold", disputeId=upheld, reason=DECISION)
    await done(api, rich.admin, "DisputeReject", disputeId=rejected, reason=DECISION)
    redemption = (await api.query(rich.a.cashier.token, NODE, id=settled))["node"]["redemption"]["id"]
    await done(api, rich.a.cashier, "RedemptionRevoke", redemptionId=redemption, requestNo="x", reason="点错了")
    assert await keys(api, rich.admin) == [waiting]
    bare = "query($states: [DisputeState!]) { disputes(first: 9, states: $states) { edges { node { id } } } }"
    for states, expected in (
        (None, [waiting]),
        (["SETTLED", "UPHELD"], [upheld, settled]),
        (["REJECTED"], [rejected]),
        ([], []),
    ):
        found = (await api.query(rich.admin.token, bare, states=states))["disputes"]["edges"]
        assert [edge["node"]["id"] for edge in found] == expected


async def test_each_administrator_has_the_shops_of_the_own_place(rich: World, api: Api) -> None:
    here, there = await till.disputed(api, rich.a), await elsewhere(api, rich)
    of_a = await person("甲管理员", Role.DISTRICT_ADMIN, area=rich.a.community)
    of_b = await person("乙审计", Role.AUDITOR, area=rich.b.community)
    a, b = (ids.make("Area", place.community.id) for place in (rich.a, rich.b))
    assert await keys(api, rich.admin) == [here, there]
    assert await keys(api, rich.admin, areaId=b) == await keys(api, of_b) == [there]
    assert await keys(api, of_a) == await keys(api, of_a, areaId=a) == [here]
    assert await keys(api, of_a, areaId=ids.make("Area", rich.district.id)) == [here]
    for who, area in ((of_a, b), (of_b, a), (rich.admin, "x"), (rich.admin, ids.make("Shop", rich.a.shop.id))):
        assert await queue(api, who, areaId=area) is None
    for stranger in (rich.a.staff, rich.a.worker, rich.a.cashier, rich.a.head_people[0], rich.a.residents[0], None):
        assert await queue(api, stranger) is None


NODE = "query($id: ID!) { node(id: $id) { ... on Dispute { id state reason decisionReason redemption { id } } } }"


async def test_who_sees_it_and_who_reads_the_heads_words(rich: World, api: Api) -> None:
    one = await elsewhere(api, rich)
    of_a = await person("甲审计", Role.AUDITOR, area=rich.a.community)
    of_b = await person("乙审计", Role.AUDITOR, area=rich.b.community)

    async def reads(who: Person | None) -> Any:
        node = (await api.query(who.token if who else None, NODE, id=one))["node"]
        assert node is None or node["redemption"] is not None
        return node and (node["state"], node["reason"])

    for who in (rich.a.head_people[0], of_a, of_b, rich.admin, rich.auditor):
        assert await reads(who) == ("OPEN", WORDS)
    assert await reads(rich.b.cashier) == ("OPEN", None)
    strangers = (rich.a.head_people[1], rich.b.head_people[0], rich.a.cashier, rich.a.staff, rich.b.staff, None)
    for stranger in strangers:
        assert await reads(stranger) is None


async def test_the_shop_reads_the_decision(rich: World, api: Api) -> None:
    one = await till.disputed(api, rich.a, reason=WORDS)
    await done(api, rich.admin, "DisputeUphold", disputeId=one, reason=DECISION)
    day = {"shopId": ids.make("Shop", rich.a.shop.id), "date": clock.day_of(clock.now()).isoformat()}
    (edge,) = (await api.run(rich.a.cashier.token, "ShopDay", **day))["shopDay"]["redemptions"]["edges"]
    assert edge["node"]["dispute"] == {"id": one, "state": "UPHELD", "decisionReason": DECISION, "correctionDay": None}


async def test_the_head_sees_it_live_and_among_the_own_redemptions(rich: World, api: Api, database_url: str) -> None:
    head, made = rich.a.head_people[0], await till.redeemed(api, rich.a)
    await relay_all()
    async with hearing(database_url), streaming(head, documents.text("RedemptionChanged")) as stream:

        async def told() -> Any:
            await relay_all()
            (change,) = (await stream.data()).values()
            (row,) = change["redemptions"]
            return row["state"], row["dispute"]

        dispute = (await done(api, head, "RedemptionDispute", redemptionId=made["id"], reason=WORDS))["dispute"]
        assert await told() == ("CONFIRMED", {"id": dispute["id"], "state": "OPEN", "decisionReason": None})
        await done(api, rich.admin, "DisputeUphold", disputeId=dispute["id"], reason=DECISION)
        assert await told() == ("REVERSED", {"id": dispute["id"], "state": "UPHELD", "decisionReason": DECISION})
    answer = await api.run(head.token, "MyRedemptions")
    (edge,) = answer["viewer"]["householdHead"]["redemptions"]["edges"]
    assert edge["node"]["dispute"] == {
        "id": dispute["id"],
        "state": "UPHELD",
        "reason": WORDS,
        "openedAt": instant(clock.now()),
        "decidedAt": instant(clock.now()),
        "decisionReason": DECISION,
    }
