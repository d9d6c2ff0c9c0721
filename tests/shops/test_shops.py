"""Which shops and discounts there are for whom, how far, and in how many statements."""

import math
from datetime import date, timedelta
from typing import Any

import pytest

from models.discounts import Discount, DiscountCounter
from models.enums import DiscountKind, DiscountState, Role, ShopCategory, ShopState
from models.shops import Shop, ShopMonth
from schema.graph import ids
from services.db import database
from services.db.paging import PageRequest
from services.db.sql import Args
from services.discounts import discounts
from services.discounts import hours as discount_hours
from services.kit import clock
from services.kit.viewer import ANONYMOUS
from services.shops import shops
from tests.town import points, story, till
from tests.town.documents import Api
from tests.town.story import code
from tests.town.world import FRIDAY_NOON, Travel, World, discount, grant, person, shop

HERE = {"latitude": 27.7300, "longitude": 106.9200}
FRIDAY = FRIDAY_NOON.date()


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    pass


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


def haversine(north: float, east: float, other_north: float, other_east: float) -> float:
    """Metres, by the textbook."""
    a = (
        math.sin(math.radians(other_north - north) / 2) ** 2
        + math.cos(math.radians(north))
        * math.cos(math.radians(other_north))
        * math.sin(math.radians(other_east - east) / 2) ** 2
    )
    return 2 * 6_371_009 * math.asin(math.sqrt(a))


async def test_nearest_first_with_metres(world: World, api: Api) -> None:
    places = {"远": (27.80, 107.00), "近": (27.7301, 106.9201), "中": (27.7400, 106.9300)}
    for name, (north, east) in places.items():
        await discount(await shop(world.a.community, name, latitude=north, longitude=east))
    found = nodes((await api.run(None, "Nearby", **HERE))["shops"])
    assert [one["name"] for one in found][2:] == ["近", "中", "远"]  # after the world's own two, which are right here
    assert [one["distanceMetres"] for one in found[:2]] == [0, 0]
    for one in found[2:]:
        exact = haversine(HERE["latitude"], HERE["longitude"], *places[one["name"]])
        assert abs(one["distanceMetres"] - exact) <= 1
    assert nodes(found[2]["discounts"])[0]["title"] == "全场八折"


async def test_without_a_place_all_are_listed(world: World, api: Api) -> None:
    found = nodes((await api.run(None, "Nearby"))["shops"])
    assert [one["name"] for one in found] == ["A小吃店", "B小吃店"]
    assert {one["distanceMetres"] for one in found} == {None}


async def test_the_other_side_of_the_earth(world: World, api: Api) -> None:
    """Rounding must not push the arcsine's argument over 1."""
    await discount(await shop(world.a.community, "对面", latitude=-27.73, longitude=-73.08))
    last = nodes((await api.run(None, "Nearby", **HERE))["shops"])[-1]
    assert last["name"] == "对面" and abs(last["distanceMetres"] - math.pi * 6_371_009) < 10


async def test_pages_of_shops_at_equal_distances(world: World, api: Api) -> None:
    """Many share one place: the id breaks the tie, and no shop comes twice or is lost."""
    for number in range(7):
        far = {"latitude": 27.75} if number % 2 else {}
        await discount(await shop(world.a.community, f"第{number}家", **far))
    seen, after = [], None
    while True:
        page = (await api.run(None, "Nearby", **HERE, first=2, after=after))["shops"]
        seen += nodes(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == 9 == len({one["id"] for one in seen})
    assert [one["distanceMetres"] for one in seen] == sorted(one["distanceMetres"] for one in seen)
    backwards = await api.query(
        None,
        "query($before: String) { shops(latitude: 27.73, longitude: 106.92, last: 3, before: $before)"
        " { edges { node { id } } pageInfo { hasPreviousPage } } }",
        before=after,
    )
    assert [one["id"] for one in nodes(backwards["shops"])] == [one["id"] for one in seen[4:7]]


async def test_a_category(world: World, api: Api) -> None:
    await discount(await shop(world.a.community, "好药房", category=ShopCategory.PHARMACY))
    found = nodes((await api.run(None, "Nearby", **HERE, category="PHARMACY"))["shops"])
    assert [one["name"] for one in found] == ["好药房"]


async def test_without_a_place_by_id(world: World, api: Api) -> None:
    data = await api.query(None, "{ shops(first: 5) { edges { node { name distanceMetres } } } }")
    assert [(one["name"], one["distanceMetres"]) for one in nodes(data["shops"])] == [
        ("A小吃店", None),
        ("B小吃店", None),
    ]


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ("latitude: 90.1, longitude: 0", "纬度"),
        ("latitude: -91, longitude: 0", "纬度"),
        ("latitude: 0, longitude: 180.5", "经度"),
        ("latitude: 27.7", "同时"),
        ("longitude: 106.9", "同时"),
    ],
)
async def test_a_place_must_be_on_earth(world: World, api: Api, place: str, field: str) -> None:
    response = await api.send(None, {"query": f"{{ shops(first: 1, {place}) {{ edges {{ cursor }} }} }}"})
    error = response.json()["errors"][0]
    assert error["extensions"]["code"] == "INVALID_INPUT" and field in error["message"]


async def test_not_a_number_is_no_place(world: World, api: Api) -> None:
    for value in ("NaN", "Infinity"):
        body = '{"query": "query($x: Float) { shops(first: 1, latitude: $x, longitude: $x) { edges { cursor } } }",'
        response = await api.client.post(
            "/graphql", content=f'{body} "variables": {{"x": {value}}}}}', headers={"content-type": "application/json"}
        )
        assert response.status_code in (200, 400) and response.json()["errors"]


TERMS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"state": DiscountState.PAUSED}, False),
    ({"state": DiscountState.ENDED}, False),
    ({"valid_until": FRIDAY}, True),
    ({"valid_until": FRIDAY - timedelta(days=1)}, False),
    ({"valid_from": FRIDAY}, True),
    ({"valid_from": FRIDAY + timedelta(days=1)}, False),
    ({"stock_total": 1}, True),
    ({"stock_total": 0}, False),
    ({"weekdays": 1}, True),  # only Mondays: who looks on Friday finds it
    ({"from_minute": 60, "until_minute": 120}, True),
]


@pytest.mark.parametrize(("terms", "shown"), TERMS)
async def test_only_shops_with_a_live_discount(world: World, api: Api, terms: dict[str, Any], shown: bool) -> None:
    await discount(await shop(world.a.community, "新店"), **terms)
    listed = nodes((await api.run(None, "Nearby", **HERE))["shops"])
    assert ("新店" in [one["name"] for one in listed]) is shown


async def test_a_shop_that_does_not_take_part_is_not_listed(world: World, api: Api) -> None:
    for state in (ShopState.SUSPENDED, ShopState.LEFT):
        await Shop.filter(id=world.a.shop.id).update(state=state)
        assert [one["name"] for one in nodes((await api.run(None, "Nearby", **HERE))["shops"])] == ["B小吃店"]


async def test_a_used_up_stock_is_not_live_and_a_held_one_is(world: World) -> None:
    one = await discount(world.a.shop, stock_total=2)
    for held, used, live in ((2, 0, True), (0, 1, True), (0, 2, False)):
        await DiscountCounter.filter(discount_id=one.id).update(held=held, used=used)
        page = (await discounts.of_shops(ANONYMOUS, [world.a.shop.id], PageRequest(100)))[world.a.shop.id]
        assert (one.id in [row.id for row in page.rows]) is live


async def test_the_statement_and_the_pure_rule_agree_on_dates(world: World, travel: Travel) -> None:
    """Every case of hours and dates around a night, at every hour of four days: SQL against `discounts.hours`."""
    made = []
    for begins, ends in ((None, None), (600, 840), (1320, 120), (480, 480)):
        for first, last in ((None, None), (FRIDAY, None), (None, FRIDAY), (FRIDAY, FRIDAY)):
            terms = {"from_minute": begins, "until_minute": ends, "valid_from": first, "valid_until": last}
            made.append(await discount(world.b.shop, **terms))
    for hours in range(-48, 48):
        travel.to(FRIDAY_NOON + timedelta(hours=hours))
        local = clock.local(clock.now())
        args = Args()
        rows = await database.fetch(f"SELECT d.id FROM discounts d WHERE {discounts.live(args)}", *args)
        live = {row["id"] for row in rows}
        for one in made:
            within = not (discount_hours.over(one, local) or discount_hours.not_begun(one, local))
            assert (one.id in live) is within, (local, one.from_minute, one.valid_from, one.valid_until)


async def test_what_is_shown_of_a_discount(world: World, api: Api) -> None:
    await discount(
        world.a.shop, title="夜宵", kind=DiscountKind.AMOUNT_OFF, amount_off_fen=500, stock_total=9, min_star_level=2,
        limit_per_day=1, limit_per_month=3, limit_total=5, valid_from=date(2026, 5, 1), valid_until=date(2026, 5, 31),
        weekdays=0b0110000, from_minute=22 * 60, until_minute=90, cost_points=0,
    )  # fmt: skip
    detail = (await api.run(None, "ShopDetail", id=ids.make("Shop", world.a.shop.id)))["node"]
    shown = next(one for one in nodes(detail["discounts"]) if one["title"] == "夜宵")
    assert ids.split(shown.pop("id"))[1] == ids.split(shown.pop("seriesId"))[1]  # type: ignore[index]
    assert shown == {
        "title": "夜宵", "benefit": {"__typename": "AmountOff", "amountFen": 500}, "minSpendFen": 1000,
        "costPoints": 0, "minStarLevel": 2, "limitPerDay": 1, "limitPerMonth": 3, "limitTotal": 5, "stockLeft": 9,
        "validFrom": "2026-05-01", "validUntil": "2026-05-31", "weekdays": [5, 6],
        "hours": {"from": "22:00", "until": "01:30"}, "obstacle": None, "state": "ACTIVE", "audience": "ALL",
    }  # fmt: skip


async def test_who_sees_what_is_not_active(world: World, api: Api) -> None:
    """Staff of the shop, administrators and auditors see all; others only what is active; whoever had a pass, that."""
    await points.give_points(world.a.heads[0].id, 100)
    await till.issued(api, world.a)
    await Discount.filter(id=world.a.discount.id).update(state=DiscountState.PAUSED)
    other = await discount(world.a.shop, title="从前的", state=DiscountState.ENDED)
    elsewhere = await person("外区", Role.AUDITOR, area=world.b.community)

    async def seen(token: str | None) -> tuple[bool, bool, bool]:
        document = "query($a: ID!, $b: ID!) { a: node(id: $a) { id } b: node(id: $b) { id } }"
        answer = await api.query(
            token, document, a=ids.make("Discount", world.a.discount.id), b=ids.make("Discount", other.id)
        )
        detail = (await api.run(token, "ShopDetail", id=ids.make("Shop", world.a.shop.id)))["node"]
        return answer["a"] is not None, answer["b"] is not None, bool(detail["discounts"]["edges"])

    assert await seen(world.a.cashier.token) == (True, True, True)
    assert await seen(world.admin.token) == (True, True, True)
    assert await seen(world.auditor.token) == (True, True, True)
    assert await seen(world.a.head_people[0].token) == (True, False, False)
    for token in (None, world.a.head_people[1].token, world.b.cashier.token, elsewhere.token, world.a.staff.token):
        assert await seen(token) == (False, False, False)


async def test_who_sees_a_shop_that_left(world: World, api: Api) -> None:
    await points.give_points(world.a.heads[0].id, 100)
    await till.issued(api, world.a)
    await Shop.filter(id=world.a.shop.id).update(state=ShopState.LEFT)
    key = ids.make("Shop", world.a.shop.id)
    for token, visible in (
        (world.a.cashier.token, True),
        (world.admin.token, True),
        (world.auditor.token, True),
        (world.a.head_people[0].token, True),
        (world.a.head_people[1].token, False),
        (None, False),
        (world.b.cashier.token, False),
        (world.a.residents[0].token, False),
    ):
        assert ((await api.run(token, "ShopDetail", id=key))["node"] is not None) is visible


async def test_the_ceiling_is_for_those_who_run_the_shop(world: World, api: Api) -> None:
    await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=50_000)
    await ShopMonth.create(shop_id=world.a.shop.id, month=date(2026, 5, 1), given_fen=12_000, held_fen=3_000)
    await ShopMonth.create(shop_id=world.a.shop.id, month=date(2026, 4, 1), given_fen=40_000)
    key = ids.make("Shop", world.a.shop.id)
    for token, ceiling in (
        (world.a.cashier.token, (50_000, 38_000)),
        (world.admin.token, (50_000, 38_000)),
        (world.auditor.token, (50_000, 38_000)),
        (None, (None, None)),
        (world.b.cashier.token, (None, None)),
        (world.a.head_people[0].token, (None, None)),
        (world.a.staff.token, (None, None)),
    ):
        shown = (await api.run(token, "ShopDetail", id=key))["node"]
        assert (shown["monthlyCeilingFen"], shown["ceilingLeftFen"]) == ceiling
    unlimited = (await api.run(world.b.cashier.token, "ShopDetail", id=ids.make("Shop", world.b.shop.id)))["node"]
    assert (unlimited["monthlyCeilingFen"], unlimited["ceilingLeftFen"]) == (None, None)


async def test_the_service_keeps_the_ceiling_too(world: World) -> None:
    await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=50_000)
    assert await shops.ceilings_left(ANONYMOUS, [world.a.shop.id]) == {}


async def test_holds_are_subtracted_and_those_that_ran_out_are_not(world: World, api: Api, travel: Travel) -> None:
    await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=50_000)
    await Discount.filter(id=world.a.discount.id).update(stock_total=3)
    await points.give_points(world.a.heads[0].id, 100)

    async def left() -> tuple[int, int]:
        detail = (await api.run(world.a.cashier.token, "ShopDetail", id=ids.make("Shop", world.a.shop.id)))["node"]
        return detail["ceilingLeftFen"], nodes(detail["discounts"])[0]["stockLeft"]

    assert await left() == (50_000, 3)
    await till.prepared(api, world.a, bill_fen=10_000)
    assert await left() == (48_000, 2)
    travel.by(seconds=120)
    assert await left() == (50_000, 3)  # nobody has swept it yet
    assert await database.fetch_value("SELECT held FROM discount_counters WHERE held > 0") == 1


async def test_the_cashiers_own_shop(world: World, api: Api) -> None:
    viewer = (await api.run(world.a.cashier.token, "Viewer"))["viewer"]
    assert viewer["shop"]["name"] == "A小吃店"
    assert [one["title"] for one in nodes(viewer["shop"]["discounts"])] == ["全场八折"]
    assert (await api.run(world.a.residents[0].token, "Viewer"))["viewer"]["shop"] is None


async def test_staff_who_left_see_what_everybody_sees(world: World, api: Api) -> None:
    ended = await discount(world.a.shop, state=DiscountState.ENDED)
    membership = await grant(world.a.residents[0].account_id, Role.SHOP_STAFF, shop=world.a.shop)
    key = ids.make("Discount", ended.id)
    token = world.a.residents[0].token
    assert (await api.query(token, "query($id: ID!) { node(id: $id) { id } }", id=key))["node"]
    membership.revoked_at = clock.now()
    await membership.save()
    assert (await api.query(token, "query($id: ID!) { node(id: $id) { id } }", id=key))["node"] is None


async def test_a_cursor_of_the_other_order_is_refused(world: World, api: Api) -> None:
    by_id = (await api.query(None, "{ shops(first: 1) { pageInfo { endCursor } } }"))["shops"]["pageInfo"]["endCursor"]
    body = {
        "query": f'{{ shops(first: 1, after: "{by_id}", latitude: 27.7, longitude: 106.9) {{ edges {{ cursor }} }} }}'
    }
    assert (await api.send(None, body)).json()["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"


async def test_shop_ids_are_refused_alike(world: World, api: Api) -> None:
    head = world.a.head_people[0]
    for bad in ("nonsense", ids.make("Shop", world.a.shop.id), ids.make("Discount", world.a.shop.id), ""):
        payload = await story.act(api, head, "PassIssue", discountId=bad, requestNo=story.request_no())
        assert code(payload) == "NOT_FOUND" and payload["errors"][0]["field"] == ["input", "discountId"]
