"""Sums beyond 32 bits are read everywhere they are shown; an amount that is none is refused, and told plainly."""

import base64
import csv
import json
from io import BytesIO, StringIO
from typing import Any

import pytest
from graphql import GraphQLError, IntValueNode, get_named_type, is_input_object_type, is_interface_type, is_object_type
from graphql.language import parse_value
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from models.enums import WebhookEvent
from schema.graph import ids
from services.db import database
from services.discounts.prices import MAX_BILL_FEN
from services.settlement.drifts import drifts
from services.work import relay
from tests.town import points, story, till, webhooks, wishes
from tests.town.amiss import HUGE, send
from tests.town.documents import Api
from tests.town.schema import SCHEMA
from tests.town.settlement import at, closed_at
from tests.town.world import Travel, World, keep_signed_in

FEN = SCHEMA.type_map["Fen"]
MAX_INT = 2**31 - 1
MAX_EXACT = 2**53 - 1
BILLS = MAX_INT // MAX_BILL_FEN + 2
SUM = {"billFen": BILLS * MAX_BILL_FEN, "savedFen": BILLS * MAX_BILL_FEN // 5, "points": BILLS * 10}
TOTAL = {**SUM, "payableFen": SUM["billFen"] - SUM["savedFen"]}
assert TOTAL["billFen"] > MAX_INT


def _sums(read: dict[str, Any]) -> dict[str, int]:
    return {name: read[name] for name in TOTAL}


async def test_a_day_of_216_large_bills_is_read_wherever_it_is_shown(rich: World, api: Api, travel: Travel) -> None:
    a, shop = rich.a, ids.make("Shop", rich.a.shop.id)
    travel.to(at("2026-05-15T12:00"))
    await keep_signed_in()
    hook = await webhooks.endpoint(api, a, events=[WebhookEvent.STATEMENT_CLOSED.name])
    await points.give_points(a.heads[0].id, BILLS * 10)
    for _ in range(BILLS):
        await till.redeemed(api, a, bill_fen=MAX_BILL_FEN)
    day = (await api.run(a.cashier.token, "ShopDay", shopId=shop, date="2026-05-15", first=1))["shopDay"]
    assert (day["count"], _sums(day)) == (BILLS, TOTAL)

    assert await closed_at(travel, "2026-05-16T02:00") == 1
    await keep_signed_in()
    assert await drifts() == []
    listed = (await api.run(a.cashier.token, "ShopStatements", id=shop))["node"]["statements"]["edges"][0]["node"]
    assert _sums(listed) == TOTAL
    detail = (await api.run(a.cashier.token, "StatementDetail", id=listed["id"], first=1))["node"]
    assert _sums(detail) == TOTAL
    month = (await api.run(a.cashier.token, "StatementMonth", shopId=shop, month="2026-05"))["statementMonth"]
    assert _sums(month) == TOTAL
    overseen = await api.run(rich.admin.token, "StatementsToAcknowledge", date="2026-05-15")
    assert overseen["statements"]["edges"][0]["node"]["payableFen"] == TOTAL["payableFen"]

    yuan = {name: f"{TOTAL[name] // 100}.{TOTAL[name] % 100:02}" for name in TOTAL if name.endswith("Fen")}
    amounts = [yuan["billFen"], yuan["savedFen"], yuan["payableFen"], str(TOTAL["points"])]
    sheet = (await _file(api, rich, shop, "CSV")).decode("utf-8-sig")
    assert list(csv.reader(StringIO(sheet)))[-1][-4:] == amounts
    book = load_workbook(BytesIO(await _file(api, rich, shop, "XLSX")))
    last = [cell.value for cell in book.worksheets[1][book.worksheets[1].max_row]]
    assert [float(value) for value in last[5:9]] == [float(value) for value in amounts]
    assert json.loads(await _file(api, rich, shop, "JSON"))["totals"]["billFen"] == TOTAL["billFen"]

    await relay.relay()
    key = ids.find(hook["id"], "WebhookEndpoint")
    body = await database.fetch_value("SELECT body FROM webhook_deliveries WHERE endpoint_id = $1", key)
    assert _sums(json.loads(body)["data"]) == TOTAL


async def _file(api: Api, world: World, shop: str, form: str) -> bytes:
    when = {"month": "2026-05"} if form != "JSON" else {"date": "2026-05-15"}
    made = await api.run(world.a.cashier.token, "StatementFile", shopId=shop, format=form, **when)
    return base64.b64decode(made["statementFile"]["contentBase64"])


async def test_a_balance_beyond_32_bits_is_read(rich: World, api: Api) -> None:
    head, who = rich.a.heads[0], rich.a.head_people[0]
    before = (await api.run(who.token, "HeadHome"))["viewer"]["householdHead"]["points"]["available"]
    for _ in range(2):
        await points.give_points(head.id, MAX_INT)
    home = (await api.run(who.token, "HeadHome"))["viewer"]["householdHead"]
    assert home["points"]["available"] == before + 2 * MAX_INT > MAX_INT
    history = (await api.run(who.token, "PointsHistory"))["viewer"]["householdHead"]["pointsEntries"]["edges"]
    assert history[0]["node"]["balance"] == before + 2 * MAX_INT


async def test_what_a_head_has_earned_may_exceed_32_bits(rich: World, api: Api) -> None:
    head = rich.a.heads[0]
    await database.execute("UPDATE household_heads SET points_earned = $2 WHERE id = $1", head.id, MAX_INT)
    await wishes.rated(api, rich.a)
    assert await database.fetch_value("SELECT points_earned FROM household_heads WHERE id = $1", head.id) > MAX_INT


# What is money is a Fen, and what adds points up a Points

SUMS_OF_POINTS = {
    "BoardErratum.fromPoints", "BoardErratum.toPoints", "BoardPlace.correctedPoints", "BoardPlace.points",
    "HeadPoints.available", "HeadPoints.debt", "HeadPoints.held", "HeadPoints.pending", "LeaderboardBest.points",
    "LeaderboardEntry.points", "LeaderboardStanding.points", "MonthDone.points", "PointsEconomy.available",
    "PointsEconomy.debt", "PointsEconomy.held", "PointsEconomy.issued", "PointsEconomy.outstanding",
    "PointsEconomy.pending", "PointsEconomy.remaining", "PointsEconomy.returned", "PointsEconomy.reversed",
    "PointsEconomy.spent", "PointsEntry.balance", "PointsEntry.debt", "RewardSums.difference", "RewardSums.paid",
    "RewardSums.wouldPay", "ShopDay.points", "Statement.points", "StatementMonth.points",
}  # fmt: skip


def _places() -> dict[str, str]:
    """Every field, argument and input of the schema, with its type's name."""
    found = {}
    for kind in SCHEMA.type_map.values():
        if is_input_object_type(kind):
            found |= {f"{kind.name}.{name}": get_named_type(one.type).name for name, one in kind.fields.items()}
        elif is_object_type(kind) or is_interface_type(kind):
            for name, one in kind.fields.items():
                found[f"{kind.name}.{name}"] = get_named_type(one.type).name
                for argument, its in one.args.items():
                    found[f"{kind.name}.{name}.{argument}"] = get_named_type(its.type).name
    return found


def test_all_money_is_fen_and_all_sums_of_points_are_points() -> None:
    places = _places()
    money = {place for place in places if place.endswith("Fen")}
    assert len(money) > 25
    assert {place for place, kind in places.items() if kind == "Fen"} == money
    assert {place for place, kind in places.items() if kind == "Points"} == SUMS_OF_POINTS
    for name in ("Fen", "Points"):
        assert SCHEMA.type_map[name].specified_by_url.startswith("https://")


# What is taken for an amount


@pytest.mark.parametrize("name", ["Fen", "Points"])
@pytest.mark.parametrize("value", [0, 1, -1, MAX_INT + 1, MAX_EXACT, -MAX_EXACT])
def test_whole_numbers_within_53_bits_pass_both_ways(name: str, value: int) -> None:
    kind = SCHEMA.type_map[name]
    assert kind.parse_value(value) == kind.serialize(value) == kind.parse_literal(parse_value(str(value))) == value


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), 10**400, 1.0, 1.5, float("nan"), float("inf"), True, False, "1", "", None, [1], {"fen": 1}],
    ids=repr,
)
def test_nothing_else_passes(value: Any) -> None:
    for through in (FEN.parse_value, FEN.serialize):
        with pytest.raises(GraphQLError, match="Fen takes a whole number from"):
            through(value)


@pytest.mark.parametrize(
    "literal", ["9007199254740992", "-9007199254740992", "1.0", "1e3", '"1"', "true", "null", "FEN", "[1]", "{a: 1}"]
)
def test_no_other_literal_passes(literal: str) -> None:
    with pytest.raises(GraphQLError, match="Fen takes a whole number from"):
        FEN.parse_literal(parse_value(literal))


@given(st.integers(1, 5000), st.booleans())
def test_a_literal_of_any_length_is_no_fault(digits: int, negative: bool) -> None:
    node = IntValueNode(value="-" * negative + "9" * digits)
    if digits <= 15:
        assert FEN.parse_literal(node) == int(node.value)
    else:
        with pytest.raises(GraphQLError):
            FEN.parse_literal(node)


BAD = [2**53, -(2**53), 10**400, 1.0, 88.5, "8800", "", True, [], {}, HUGE, None]


@pytest.mark.parametrize("value", BAD, ids=repr)
async def test_a_bill_that_is_no_amount_is_the_developers_mistake(rich: World, api: Api, value: Any) -> None:
    document = "mutation M($input: RedemptionPrepareInput!) { redemptionPrepare(input: $input) { errors { code } } }"
    answer = await send(api, rich.a.cashier.token, document, {"input": {"code": "x", "billFen": value}})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "billFen" in error["message"] and len(error["message"]) <= 501


@pytest.mark.parametrize("literal", ["9007199254740992", "1.0", '"8800"', "9" * 4400, "-" + "9" * 4400])
async def test_a_literal_that_is_no_amount_is_the_developers_mistake(rich: World, api: Api, literal: str) -> None:
    document = f'mutation {{ redemptionPrepare(input: {{ code: "x", billFen: {literal} }}) {{ errors {{ code }} }} }}'
    answer = await send(api, rich.a.cashier.token, document, None)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST", error


@pytest.mark.parametrize("value", [-MAX_EXACT, -1, MAX_BILL_FEN + 1, MAX_INT + 1, MAX_EXACT])
async def test_an_amount_out_of_bounds_is_told_to_the_cashier(rich: World, api: Api, value: int) -> None:
    live = await till.issued(api, rich.a)
    payload = await story.act(api, rich.a.cashier, "RedemptionPrepare", code=live["code"], billFen=value)
    (error,) = payload["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "billFen"])


async def test_a_variable_may_be_typed_fen(rich: World, api: Api) -> None:
    document = """
        mutation M($code: String!, $bill: Fen!) {
          redemptionPrepare(input: { code: $code, billFen: $bill }) { preparation { billFen } errors { code } }
        }
    """
    live = await till.issued(api, rich.a)
    data = await api.query(rich.a.cashier.token, document, code=live["code"], bill=8800)
    assert data["redemptionPrepare"]["preparation"]["billFen"] == 8800
