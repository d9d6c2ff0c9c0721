"""A gift with nothing bought, such as a free check-up: a bill of 0 from the till to the statement, and for nothing
else."""

from typing import Any

import pytest

from models.enums import DiscountKind
from services.db import database
from services.settlement import closing
from services.work import reconciliation
from tests.town import grants, till
from tests.town import world as making
from tests.town.documents import Api
from tests.town.points import give_points
from tests.town.story import code
from tests.town.world import Travel, World, keep_signed_in

GIFT = {"kind": DiscountKind.GIFT, "gift": "基础体检一次", "percent_off": None, "title": "体检"}


async def shown(world: World, api: Api, **terms: Any) -> tuple[str, till.Phone]:
    """A discount of A's shop on offer, and a phone that shows a pass of it."""
    await give_points(world.a.heads[0].id, 100)
    one = await making.discount(world.a.shop, **terms)  # type: ignore[arg-type]
    return str(one.id), await till.phone(api, world.a, discount=one)


async def test_a_granted_gift_with_nothing_bought(travel: Travel, world: World, api: Api) -> None:
    """Held, confirmed, stated, taken back: each sum of money stays 0, each count is right."""
    a = world.a
    gift = await grants.on_offer(api, world, a)
    await grants.given(api, world, a, gift)
    phone = await till.phone(api, a, discount=grants.row_of(gift))
    payload = await till.prepare(api, a.cashier, phone.qr(), 0)
    prepared = payload["preparation"]
    assert (payload["errors"], prepared["payableFen"], prepared["savedFen"], prepared["costPoints"]) == ([], 0, 0, 0)
    assert (await till.prepare(api, a.cashier, phone.qr(), 0))["preparation"] == prepared, "asked again"
    done = (await till.confirm(api, a.cashier, prepared["token"]))["redemption"]
    assert (done["payableFen"], done["savedFen"]) == (0, 0)
    assert await grants.counter(gift) == (0, 1, 1, 0)
    travel.by(hours=20)
    await keep_signed_in()
    await closing.close_due(5)
    row = await database.fetch_one("SELECT kind, bill_fen, saved_fen, payable_fen FROM statement_rows")
    assert row and tuple(row.values()) == ("REDEMPTION", 0, 0, 0)
    disputed = (await till.dispute(api, a.head_people[0], done["id"]))["dispute"]["id"]
    assert code(await till.uphold(api, world.admin, disputed)) is None
    travel.by(days=1)
    await keep_signed_in()
    await closing.close_due(5)
    row = await database.fetch_one("SELECT kind, bill_fen FROM statement_rows ORDER BY id DESC LIMIT 1")
    assert row and tuple(row.values()) == ("CORRECTION", 0)
    assert await grants.counter(gift) == (0, 0, 1, 0), "it can be had again"
    assert await reconciliation.drifts() == []


async def test_a_gift_for_points_with_nothing_bought(world: World, api: Api) -> None:
    _, phone = await shown(world, api, **GIFT, min_spend_fen=0, cost_points=10)
    token = till.token(await till.prepare(api, world.a.cashier, phone.qr(), 0))
    assert code(await till.confirm(api, world.a.cashier, token)) is None
    assert (await till.books(world.a))["available"] == 90


@pytest.mark.parametrize(
    ("terms", "least"),
    [
        ({"title": "八折", "min_spend_fen": 0}, "0.01"),
        ({"title": "减五元", "kind": DiscountKind.AMOUNT_OFF, "amount_off_fen": 500, "min_spend_fen": 0}, "0.01"),
        (GIFT | {"min_spend_fen": 1000}, "10.00"),
    ],
)
async def test_nothing_else_is_had_for_nothing(world: World, api: Api, terms: dict[str, Any], least: str) -> None:
    _, phone = await shown(world, api, **terms)
    refused = await till.prepare(api, world.a.cashier, phone.qr(), 0)
    assert (code(refused), refused["errors"][0]["field"]) == ("BELOW_MINIMUM_SPEND", ["input", "billFen"])
    assert f"满 {least} 元" in refused["errors"][0]["message"]
    assert (await till.books(world.a))["available"] == 100, "nothing is held"
