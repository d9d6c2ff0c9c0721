"""The public list of thanks: by name, never by amount; and no argument of the schema orders shops by one."""

from datetime import date

from graphql import GraphQLEnumType, get_named_type

from models.enums import RedemptionState, ShopState
from models.shops import Shop
from models.till import Redemption
from schema.graph import ids
from services.db import database
from tests.town import reports
from tests.town import world as making
from tests.town.documents import Api, nodes, text
from tests.town.schema import SCHEMA
from tests.town.story import done
from tests.town.world import Travel, World

MAY, APRIL = date(2026, 5, 15), date(2026, 4, 30)


async def listed(api: Api, **given: object) -> list[str]:
    return [shop["name"] for shop in nodes((await api.run(None, "ShopsThanked", **given))["shopsThanked"])]


async def test_shops_that_gave_this_month_by_name(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    assert a.shop and b.shop
    assert await listed(api) == []
    for _ in range(3):
        await reports.redemption(b, b.heads[0].id, MAY, bill_fen=100_000, saved_fen=50_000)
    await reports.redemption(a, a.heads[0].id, MAY, bill_fen=100, saved_fen=0)
    await reports.redemption(a, a.heads[0].id, APRIL)
    assert await listed(api) == sorted([a.shop.name, b.shop.name]), "not by amount, nor by count"
    assert await listed(api, areaId=ids.make("Area", a.community.id)) == [a.shop.name]
    assert await listed(api, areaId=ids.make("Area", world.district.id)) == [a.shop.name, b.shop.name]
    assert await listed(api, month="2026-04") == [a.shop.name]
    assert await listed(api, month="2026-03") == []
    assert (await api.run(None, "ShopsThanked", areaId=ids.make("Area", a.building.id)))["shopsThanked"] is None


async def test_neither_what_was_revoked_nor_who_takes_part_no_more(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    assert a.shop and b.shop
    await reports.redemption(a, a.heads[0].id, MAY, state=RedemptionState.REVOKED)
    await reports.redemption(b, b.heads[0].id, MAY)
    assert await listed(api) == [b.shop.name]
    await Shop.filter(id=b.shop.id).update(state=ShopState.SUSPENDED)
    assert await listed(api) == []


async def test_a_shop_would_rather_not_be_listed(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    assert a.shop and a.cashier
    await reports.redemption(a, a.heads[0].id, MAY)
    shop = ids.make("Shop", a.shop.id)
    for wanted in (False, False, True):
        edited = await done(api, a.cashier, "ShopEdit", shopId=shop, thanksListed=wanted)
        assert edited["shop"]["thanksListed"] is wanted and edited["shop"]["pendingChange"] is None, "at once"
        assert await listed(api) == ([a.shop.name] if wanted else [])
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'shop.edit'") == 2
    assert (await api.query(None, "query($id: ID!) { node(id: $id) { ... on Shop { thanksListed } } }", id=shop)) == {
        "node": {"thanksListed": None}
    }


async def test_page_by_page_and_in_a_month_that_can_be(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    assert a.shop and a.discount
    names = [f"{letter}店" for letter in "丁丙乙甲"]
    for name in names:
        made = await making.shop(a.community, name)
        sold = await reports.redemption(a, a.heads[0].id, MAY)
        await Redemption.filter(id=sold).update(shop_id=made.id)
    for area in ({}, {"areaId": ids.make("Area", a.community.id)}):
        seen, after = [], None
        while True:
            page = (await api.run(None, "ShopsThanked", first=3, after=after, **area))["shopsThanked"]
            seen += [shop["name"] for shop in nodes(page)]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen == sorted(names)
    refused = await api.send(None, {"query": text("ShopsThanked"), "variables": {"month": "1999-12"}})
    assert "2000 年" in refused.json()["errors"][0]["message"]


def test_no_argument_orders_shops_by_an_amount() -> None:
    """Fields that list shops are asked for by what a shop is and where, and a month: there is nothing to sort by."""
    arguments = {
        f"{kind.name}.{name}": set(field.args) - {"first", "after", "last", "before"}
        for kind in SCHEMA.type_map.values()
        for name, field in getattr(kind, "fields", {}).items()
        if get_named_type(field.type).name == "ShopConnection"
    }
    assert arguments["Query.shopsThanked"] == {"areaId", "month"} and len(arguments) > 4
    chosen_by = {"areaId", "category", "kind", "latitude", "longitude", "month", "name", "states", "usable"}
    assert set().union(*arguments.values()) <= chosen_by
    ordering = [name for name, kind in SCHEMA.type_map.items() if isinstance(kind, GraphQLEnumType) and "Order" in name]
    assert ordering == []


async def test_nearby_sorts_by_distance_alone(travel: Travel, world: World, api: Api) -> None:
    """However much a shop gives or is thanked: the nearer one is first, and nothing is put before it."""
    a = world.a
    assert a.shop and a.discount
    here = {"latitude": 27.7, "longitude": 106.9}
    for number, east in enumerate((106.93, 106.91, 106.92)):
        made = await making.shop(a.community, f"{number}店", latitude=27.7, longitude=east)
        await making.discount(made, title="满减")
        for _ in range(number * 2):
            sold = await reports.redemption(a, a.heads[0].id, MAY, bill_fen=100_000, saved_fen=90_000)
            await Redemption.filter(id=sold).update(shop_id=made.id)
    near = nodes((await api.run(None, "Nearby", first=10, **here))["shops"])
    assert [one["name"] for one in near if one["name"][0].isdigit()] == ["1店", "2店", "0店"]
    distances = [one["distanceMetres"] for one in near]
    assert distances == sorted(distances)
