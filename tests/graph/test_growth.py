"""No read takes more because the district is larger, or because years lie behind: counted in buffers, statement by
statement, over ten times the rows."""

from statistics import median
from typing import Any

import pytest

from schema.graph import ids
from services.db import database
from services.economy import kept
from tests.town import buffers, documents, growth
from tests.town.documents import Api
from tests.town.world import Person, Travel, World

FIRST = {"first": 5}
FAR = 150  # rows in front of a page far behind
NOTICED = 40  # a statement on small tables reads them whole, and a larger tree is higher


OF_AREA = """query ($id: ID!) { node(id: $id) { ... on Area {
    heads(first: 5) { edges { node { name } } } households(first: 5) { edges { node { code } } }
    wishes(first: 5) { edges { node { title } } } waiting: wishes(first: 5, states: [SUBMITTED]) { edges { cursor } }
    shops(first: 5) { edges { node { name } } }
    leaderboard(period: ALL) { entries(first: 5) { edges { node { rank } } } me { rank } }
} } }"""
# Whoever is in the queue: of a grid whose first head has been offered wishes for years.
OF_CANDIDATES = """query ($id: ID!) { wishes(areaId: $id, first: 5) { edges { node {
    candidates(first: 5) { edges { node { head { name } recentOffers lastOfferedAt } } }
} } } }"""
OF_SHOP = """query ($id: ID!) { node(id: $id) { ... on Shop {
    day { count } month(month: "2026-05") { days } redemptions(first: 5) { edges { node { id statement { id } } } }
    disputes(first: 5) { edges { node { id } } }
} } }"""
# What a shop's till did is asked for before it is known who the viewer is to the shop.
OF_DISCOUNT = """query ($id: ID!) { node(id: $id) { ... on Discount { shop {
    redemptions(first: 5) { edges { node { id } } } disputes(first: 5) { edges { node { id } } } day { count }
} } } }"""
OF_REDEMPTIONS = """query ($id: ID!) { node(id: $id) { ... on HouseholdHead {
    redemptions(first: 5) { edges { node { pass { redemption { id } } pointsEntries { points } } } }
} } }"""


def questions(world: World) -> dict[str, tuple[Person | None, str, dict[str, Any]]]:
    """Each kind of read that lists, searches or decides what exists for somebody, and its asker."""
    a = world.a
    assert a.shop and a.discount and a.worker
    area, shop, discount = (
        ids.make(kind, one.id) for kind, one in (("Area", a.community), ("Shop", a.shop), ("Discount", a.discount))
    )
    worker = ids.make("Account", a.worker.account_id)
    head, here = a.head_people[0], {"latitude": 27.73, "longitude": 106.92}
    return {
        "the areas above one": (a.residents[0], "Viewer", {}),
        "one's own wishes": (a.residents[0], "MyWishes", {}),
        "what is in hand": (head, "HeadWishes", {}),
        "what is accepted": (head, "HeadWishes", {"states": ["ACCEPTED"]}),
        "a community's wishes": (a.staff, "WishQueue", {}),
        "a community's wishes in a state": (a.staff, "WishQueue", {"states": ["SUBMITTED"]}),
        "a grid's wishes": (a.worker, "WishQueue", {"states": ["SUBMITTED", "ACCEPTED"]}),
        "all wishes": (world.admin, "WishQueue", {}),
        "all wishes in a rare state": (world.auditor, "WishQueue", {"states": ["ACCEPTED"]}),
        "wishes of one of many areas": (world.admin, "WishQueue", {"areaId": area}),
        "a community's heads": (a.staff, "Heads", {}),
        "a community's heads by name": (a.staff, "Heads", {"search": "王"}),
        "all heads": (world.admin, "Heads", {}),
        "all heads by a rare name": (world.admin, "Heads", {"search": "赵19家"}),
        "a community's households": (a.staff, "Households", {}),
        "a community's households by name": (a.staff, "Households", {"search": "孙"}),
        "all households by a rare name": (world.admin, "Households", {"search": "钱19家"}),
        "households of a head": (world.admin, "Households", {"headId": ids.make("HouseholdHead", a.heads[0].id)}),
        "a community's shops": (a.staff, "ShopsToManage", {}),
        "all shops in a state": (world.admin, "ShopsToManage", {"states": ["ACTIVE"]}),
        "all shops by a rare name": (world.admin, "ShopsToManage", {"name": "邻19店"}),
        "all shops by a rare name in a state": (world.admin, "ShopsToManage", {"name": "邻19店", "states": ["ACTIVE"]}),
        "a community's shops by name": (a.staff, "ShopsToManage", {"name": "A"}),
        "who works in a community": (a.staff, "Roles", {}),
        "who works in one of many areas": (world.admin, "Roles", {"areaId": area}),
        "who works for the district": (world.admin, "Roles", {}),
        "who audits": (world.admin, "Roles", {"role": "AUDITOR"}),
        "one's own shops": (a.cashier, "MyShops", {}),
        "shops nearby": (None, "Nearby", here),
        "shops nearby with something usable": (head, "Nearby", here | {"usable": True, "obstacles": True}),
        "shops for a head": (head, "HeadHome", {"shops": 5}),
        "versions of a discount": (a.cashier, "DiscountVersions", {"id": discount}),
        "discounts to approve": (world.admin, "DiscountsToApprove", {"areaId": area}),
        "disputes to decide": (world.admin, "DisputesToDecide", {}),
        "an area's disputes": (world.admin, "DisputesToDecide", {"areaId": area}),
        "signals": (world.admin, "Signals", {}),
        "a community's signals": (a.staff, "Signals", {}),
        "a community's signals of a rare judgement": (
            world.admin,
            "Signals",
            {"areaId": area, "states": ["FOLLOWED_UP"]},
        ),
        "statements": (world.admin, "StatementsToAcknowledge", {}),
        "an area's statements": (world.admin, "StatementsToAcknowledge", {"areaId": area}),
        "changes to approve": (world.admin, "ShopChangesToApprove", {"areaId": area}),
        "requests to confirm in a community": (a.staff, "HouseholdJoinsToConfirm", {}),
        "requests to confirm in one of many areas": (world.admin, "HouseholdJoinsToConfirm", {"areaId": area}),
        "all requests to confirm": (world.admin, "HouseholdJoinsToConfirm", {}),
        "requests to vouch for": (head, "HouseholdJoinsToConfirm", {}),
        "one's own requests": (a.residents[0], "MyHouseholdJoins", {}),
        "what was done": (world.auditor, "AuditEntries", {}),
        "what was done of a kind": (world.auditor, "AuditEntries", {"action": "wish."}),
        "what somebody did": (world.auditor, "AuditEntries", {"accountId": worker}),
        "what somebody did of a kind": (world.auditor, "AuditEntries", {"accountId": worker, "action": "pass."}),
        "the board of all": (None, "Leaderboard", {"period": "ALL"}),
        "all communities compared": (world.admin, "AreaBoard", {"period": "ALL"}),
        "all communities compared, for anybody": (None, "AreaBoard", {"period": "MONTH"}),
        "a community's grids compared": (a.staff, "AreaBoard", {"areaId": area, "period": "ALL"}),
        "to whom a wish can be dispatched": (a.staff, OF_CANDIDATES, {"id": area}),
        "what a community holds": (a.staff, OF_AREA, {"id": area}),
        "what one of many areas holds": (world.admin, OF_AREA, {"id": area}),
        "what the whole district holds": (world.admin, OF_AREA, {"id": ids.make("Area", world.district.id)}),
        "what a shop's till did": (a.cashier, OF_SHOP, {"id": shop}),
        "what a shop's till did, for a stranger": (world.b.head_people[0], OF_DISCOUNT, {"id": discount}),
        "what redemptions lead to": (head, OF_REDEMPTIONS, {"id": ids.make("HouseholdHead", a.heads[0].id)}),
        "a shop's month": (a.cashier, "ShopReport", {"shopId": shop, "month": "2025-05"}),
        "shops to thank": (None, "ShopsThanked", {"month": "2026-05"}),
        "a community's shops to thank": (None, "ShopsThanked", {"month": "2026-05", "areaId": area}),
        "agreements": (None, "Agreements", {}),
        "a community's agreements": (a.staff, "Agreements", {"areaId": area}),
        "a partner's agreements": (a.cashier, "Agreements", {"partnerId": shop}),
        "agreements that have ended": (world.admin, "Agreements", {"states": ["ENDED"]}),
        "agreements of a far community, in force": (None, "Agreements", {"areaId": area, "states": ["ACTIVE"]}),
        "seasons": (None, "Seasons", {}),
        "the whole district's seasons": (None, "Seasons", {"areaId": ids.make("Area", world.district.id)}),
        "the whole district's agreements": (None, "Agreements", {"areaId": ids.make("Area", world.district.id)}),
        "partners": (None, "Partners", {}),
        "a community's seasons": (a.staff, "Seasons", {"areaId": area}),
        "the roll of honour": (None, "HonourRoll", {}),
        "a year's roll of honour": (None, "HonourRoll", {"year": 2026}),
        "a community's roll of honour": (None, "HonourRoll", {"areaId": area}),
        "a community's roll of a year": (None, "HonourRoll", {"areaId": area, "year": 2025}),
        "one's own honours": (head, "HeadHonours", {}),
        "one's own nominations": (head, "MyNominations", {}),
        "nominations that one made": (a.worker, "MyNominations", {}),
        "a service record": (head, "ServiceRecord", {"from": "2026-05-01", "until": "2026-05-15"}),
        "a shop, for a head": (head, "ShopDetail", {"id": shop}),
        "a community's points": (world.auditor, "PointsEconomy", {"areaId": area}),
        "the whole district's points": (world.auditor, "PointsEconomy", {}),
        "a shop, from above": (world.admin, "ShopDetail", {"id": shop}),
    }


async def measured(api: Api, world: World) -> dict[tuple[str, str], int]:
    """The buffers of each statement, by what was asked and by its text."""
    while await kept.count_due():
        pass
    await database.fetch("VACUUM ANALYZE")
    found: dict[tuple[str, str], int] = {}
    for what, (who, operation, variables) in questions(world).items():
        text = documents.text(operation) if operation in documents.NAMES else operation
        paged = FIRST if "$first" in text else {}
        with buffers.sent() as statements:
            await api.query(who.token if who else None, text, **paged, **variables)
        for statement in statements:
            key = what, statement[0]
            found[key] = max(found.get(key, 0), await buffers.read_by(statement))
    return found


async def test_no_read_grows(travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LARGE", 50)  # households: the district and the subdistrict are large
    await growth.places(1, 20)
    await growth.years(world, 200)
    before = await measured(api, world)
    await growth.places(21, 200)
    await growth.years(world, 1800)
    after = await measured(api, world)
    grown = {key: (before[key], now) for key, now in after.items() if key in before and now > 2 * before[key] + NOTICED}
    assert grown == {}


FAR_BEHIND: dict[str, tuple[str, dict[str, Any]]] = {
    "the nearest shops": ("Nearby", {"latitude": 27.73, "longitude": 106.92}),
    "the board of all": ("Leaderboard", {"period": "ALL"}),
    "the board by wishes": ("Leaderboard", {"period": "ALL", "measure": "WISHES"}),
    "all communities compared": ("AreaBoard", {"period": "ALL"}),
}


async def test_no_page_reads_what_is_before_it(travel: Travel, world: World, api: Api) -> None:
    await growth.places(1, 20 * FAR)
    await database.fetch("VACUUM ANALYZE")
    grown = {}
    for what, (operation, variables) in FAR_BEHIND.items():
        read, after = [], None
        for _ in range(20):
            with buffers.sent() as statements:
                found = await api.run(world.admin.token, operation, **variables, first=100, after=after)
            read.append(max([await buffers.read_by(statement) for statement in statements]))
            (connection,) = [one.get("entries") or one.get("rows") or one for one in found.values()]
            after = connection["pageInfo"]["endCursor"]
        if median(read[-5:]) > 1.5 * median(read[1:6]) + NOTICED:
            grown[what] = read
    assert not grown, grown
