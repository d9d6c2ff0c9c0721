"""A shop's day: from two to two, added up, for those who run the shop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.enums import Role
from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.town import till
from tests.town.documents import Api
from tests.town.story import code
from tests.town.till import confirm, promised, revoke
from tests.town.world import Person, Travel, World, grant


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def keep_signed_in(travel: Travel) -> None:
    """After days of travel nobody's session has run out."""
    await database.execute(
        "UPDATE sessions SET last_seen_at = $1, expires_at = $2", travel.at, travel.at + timedelta(days=1)
    )


# A shop's day


async def shop_day(api: Api, who: Person | None, world: World, day: str | None, **more: Any) -> dict[str, Any] | None:
    key = ids.make("Shop", world.a.shop.id)
    return (await api.run(who.token if who else None, "ShopDay", shopId=key, date=day, **more))["shopDay"]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-05-31T23:00:00", "2026-05-31"),
        ("2026-06-01T01:59:59", "2026-05-31"),
        ("2026-06-01T02:00:00", "2026-06-01"),
    ],
)
async def test_without_a_date_it_is_the_day_that_is_open(
    rich: World, api: Api, travel: Travel, at: str, day: str
) -> None:
    travel.to(datetime.fromisoformat(f"{at}+08:00"))
    await keep_signed_in(travel)
    open_now = await shop_day(api, rich.a.cashier, rich, None)
    assert open_now and open_now["date"] == day
    month = await api.run(rich.a.cashier.token, "StatementMonth", shopId=ids.make("Shop", rich.a.shop.id))
    assert month["statementMonth"]["month"] == day[:7]


async def test_a_shops_day_runs_from_two_to_two(rich: World, api: Api, travel: Travel) -> None:
    made = {}
    for name, at in (
        ("before", "2026-05-15T01:59:59"),
        ("first", "2026-05-15T02:00:00"),
        ("noon", "2026-05-15T12:00:00"),
        ("last", "2026-05-16T01:59:59"),
        ("after", "2026-05-16T02:00:00"),
    ):
        travel.to(datetime.fromisoformat(f"{at}+08:00"))
        made[name] = (await till.redeemed(api, rich.a))["id"]
        if name == "noon":
            await revoke(api, rich.a.cashier, made[name])
    day = await shop_day(api, rich.a.cashier, rich, "2026-05-15")
    assert day
    assert [edge["node"]["id"] for edge in day["redemptions"]["edges"]] == [made["last"], made["noon"], made["first"]]
    assert {key: day[key] for key in ("date", "count", "revoked", "billFen", "savedFen", "payableFen", "points")} == {
        "date": "2026-05-15",
        "count": 2,
        "revoked": 1,
        "billFen": 17600,
        "savedFen": 3520,
        "payableFen": 14080,
        "points": 20,
    }
    assert datetime.fromisoformat(day["closesAt"]) == datetime(2026, 5, 15, 18, 0, tzinfo=UTC)
    assert day["redemptions"]["edges"][1]["node"]["state"] == "REVOKED"
    assert {edge["node"]["headName"] for edge in day["redemptions"]["edges"]} == {"赵**"}
    page = await shop_day(api, rich.a.cashier, rich, "2026-05-15", first=2)
    assert page and page["count"] == 2 and page["redemptions"]["pageInfo"]["hasNextPage"]
    rest = await shop_day(
        api, rich.a.cashier, rich, "2026-05-15", first=2, after=page["redemptions"]["pageInfo"]["endCursor"]
    )
    assert rest and [edge["node"]["id"] for edge in rest["redemptions"]["edges"]] == [made["first"]]
    empty = await shop_day(api, rich.a.cashier, rich, "2020-01-01")
    assert empty and (empty["count"], empty["revoked"], empty["billFen"], empty["redemptions"]["edges"]) == (
        0,
        0,
        0,
        [],
    )


async def test_who_sees_a_shops_day(rich: World, api: Api) -> None:
    await till.redeemed(api, rich.a)
    for who in (rich.a.cashier, rich.admin, rich.auditor):
        day = await shop_day(api, who, rich, "2026-05-15")
        assert day and day["count"] == 1 and len(day["redemptions"]["edges"]) == 1
    strangers = (rich.b.cashier, rich.a.head_people[0], rich.a.residents[0], rich.a.staff, None)
    for who in strangers:
        assert await shop_day(api, who, rich, "2026-05-15") is None
    for bad in ("x", "", ids.make("Discount", rich.a.shop.id)):
        assert (await api.run(rich.a.cashier.token, "ShopDay", shopId=bad, date="2026-05-15"))["shopDay"] is None


async def test_a_cashier_who_leaves_sees_and_does_nothing_more(rich: World, api: Api) -> None:
    membership = await grant(rich.a.residents[0].account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    done = (await till.redeemed(api, rich.a))["id"]
    made = await promised(api, rich.a, head=1)
    await membership.update_from_dict({"revoked_at": clock.now()}).save()
    await grant(rich.a.residents[0].account_id, Role.SHOP_STAFF, shop=rich.b.shop)
    assert code(await confirm(api, rich.a.residents[0], made)) == "NOT_FOUND"
    assert code(await revoke(api, rich.a.residents[0], done)) == "NOT_FOUND"
    assert await shop_day(api, rich.a.residents[0], rich, "2026-05-15") is None
