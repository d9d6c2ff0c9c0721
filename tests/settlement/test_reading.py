"""Statements: who reads them, who gives which word, what a month adds up to, and the files."""

import asyncio
import base64
import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from models.accounts import Membership
from models.db import Request
from models.enums import Role, StatementFormat
from models.settlement import Statement
from models.shops import Shop
from schema.accounts import todo
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.ids import Piece
from services.settlement import acknowledging, closing
from services.settlement import files as statement_files
from services.settlement.drifts import drifts
from services.work import reconciliation
from tests.town import buffers, points, till
from tests.town import world as making
from tests.town.commands import command, refused
from tests.town.documents import Api, instant, nodes
from tests.town.postgres import unchanged
from tests.town.settlement import at, canonical, closed_at, digest, kept, redeemed, upheld
from tests.town.story import act, code, done
from tests.town.world import Person, Travel, World, grant, keep_signed_in, person

MAY = "2026-05"


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


def shop_id(world: World) -> str:
    return ids.make("Shop", world.a.shop.id)


async def one_closed(world: World, api: Api, travel: Travel) -> dict[str, Any]:
    """Friday with one redemption, closed; it is nine in the morning of Saturday."""
    await redeemed(api, travel, world.a, "2026-05-15T12:00")
    assert await closed_at(travel, "2026-05-16T02:00") == 1
    travel.to(at("2026-05-16T09:00"))
    await keep_signed_in()
    (made,) = await kept(world.a)
    return made


async def three_closed(world: World, api: Api, travel: Travel) -> list[dict[str, Any]]:
    """Two in May, of which the second corrects the first, and one in June; it is the morning after."""
    wrong = await redeemed(api, travel, world.a, "2026-05-30T12:00")
    await redeemed(api, travel, world.a, "2026-05-30T13:00", bill_fen=5001)
    await closed_at(travel, "2026-05-31T02:00")
    travel.to(at("2026-05-31T09:00"))
    await upheld(world, wrong)
    await redeemed(api, travel, world.a, "2026-06-01T01:59:59")
    await redeemed(api, travel, world.a, "2026-06-01T02:00")
    assert await closed_at(travel, "2026-06-02T02:00") == 2
    await keep_signed_in()
    return await kept(world.a)


# Reading


async def test_a_shop_reads_its_statements_newest_first(rich: World, api: Api, travel: Travel) -> None:
    first, second, third = await three_closed(rich, api, travel)
    shown = (await api.run(rich.a.cashier.token, "ShopStatements", id=shop_id(rich)))["node"]
    assert shown["name"] == "A小吃店"
    assert [(one["date"], one["redemptions"], one["corrections"]) for one in nodes(shown["statements"])] == [
        ("2026-06-01", 1, 0),
        ("2026-05-31", 1, 1),
        ("2026-05-30", 2, 0),
    ]
    page = (await api.run(rich.a.cashier.token, "ShopStatements", id=shop_id(rich), first=2))["node"]["statements"]
    assert page["pageInfo"]["hasNextPage"]
    rest = await api.run(
        rich.a.cashier.token, "ShopStatements", id=shop_id(rich), first=2, after=page["pageInfo"]["endCursor"]
    )
    assert [one["date"] for one in nodes(rest["node"]["statements"])] == ["2026-05-30"]

    detail = (await api.run(rich.a.cashier.token, "StatementDetail", id=ids.make("Statement", second["id"]), first=1))[
        "node"
    ]
    assert detail["sha256"] == digest(canonical(second)) and detail["previousSha256"] == first["sha256"].hex()
    assert (detail["billFen"], detail["savedFen"], detail["payableFen"], detail["points"]) == (0, 0, 0, 0)
    (row,) = nodes(detail["rows"])
    assert (row["place"], row["kind"], row["billFen"], row["redemption"]["headName"]) == (1, "REDEMPTION", 8800, "赵**")
    rest = await api.run(
        rich.admin.token,
        "StatementDetail",
        id=ids.make("Statement", second["id"]),
        first=9,
        after=detail["rows"]["pageInfo"]["endCursor"],
    )
    (row,) = nodes(rest["node"]["rows"])
    assert (row["place"], row["kind"], row["billFen"], row["points"]) == (2, "CORRECTION", -8800, -10)
    assert row["redemption"]["state"] == "REVERSED" and row["redemption"]["headName"] == "赵联户"
    assert datetime.fromisoformat(row["happenedAt"]) == at("2026-05-31T09:00")
    day = (await api.run(rich.a.cashier.token, "ShopDay", shopId=shop_id(rich), date="2026-06-01"))["shopDay"]
    assert day["statement"]["id"] == ids.make("Statement", third["id"])
    travel.to(at("2026-06-02T12:00"))
    await till.redeemed(api, rich.a)
    day = (await api.run(rich.a.cashier.token, "ShopDay", shopId=shop_id(rich), date="2026-06-02"))["shopDay"]
    assert day["count"] == 1 and day["statement"] is None, "not closed yet"


async def test_to_others_a_statement_does_not_exist(rich: World, api: Api, travel: Travel) -> None:
    made = await one_closed(rich, api, travel)
    key = ids.make("Statement", made["id"])
    a, b = rich.a, rich.b
    for who in (a.cashier, rich.admin, rich.auditor):
        assert (await api.run(who.token, "StatementDetail", id=key))["node"]["id"] == key
        assert nodes((await api.run(who.token, "ShopStatements", id=shop_id(rich)))["node"]["statements"])
        assert (await api.run(who.token, "StatementMonth", shopId=shop_id(rich), month=MAY))["statementMonth"]
    foreign = await person("外管理", Role.DISTRICT_ADMIN, area=b.community)
    for who in (b.cashier, a.head_people[0], a.residents[0], a.staff, a.worker, foreign, None):
        token = who.token if who else None
        assert (await api.run(token, "StatementDetail", id=key))["node"] is None
        assert (await api.run(token, "ShopStatements", id=shop_id(rich)))["node"]["statements"] is None
        assert (await api.run(token, "StatementMonth", shopId=shop_id(rich), month=MAY))["statementMonth"] is None
        file = await ask(api, who, "StatementFile", shopId=shop_id(rich), format="CSV", month=MAY)
        if who:
            assert file["data"]["statementFile"] is None
        else:  # of any shop
            assert file["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
        found = (await api.run(token, "StatementsToAcknowledge"))["statements"]
        assert found is None or nodes(found) == []
        if who:
            refusal = await acknowledge(api, who, made)
            assert code(refusal) in {"NOT_FOUND", "FORBIDDEN"}
            assert code(refusal) == "NOT_FOUND" or who not in (b.cashier, foreign)
    assert code(await act(api, None, "StatementAcknowledge", statementId=key, sha256="x")) == "UNAUTHENTICATED"


async def test_the_queue_of_the_district(rich: World, api: Api, travel: Travel) -> None:
    first, second, third = await three_closed(rich, api, travel)
    await points.give_points(rich.b.heads[0].id, 100)
    await redeemed(api, travel, rich.b, "2026-06-02T12:00")
    await closed_at(travel, "2026-06-03T02:00")
    await keep_signed_in()
    (other,) = await kept(rich.b)
    await done(api, rich.admin, "StatementAcknowledge", statementId=key(first), sha256=first["sha256"].hex())

    async def queue(who: Person = rich.admin, **given: Any) -> list[str]:
        found = (await api.run(who.token, "StatementsToAcknowledge", **given))["statements"]
        return [one["id"] for one in nodes(found)]

    assert await queue() == [key(other), key(third), key(second)]
    assert await queue(waitingFor=None) == [key(other), key(third), key(second), key(first)]
    assert await queue(waitingFor="SHOP", month="2026-05") == [key(second), key(first)]
    assert await queue(rich.auditor, date="2026-06-01") == [key(third)]
    assert await queue(areaId=ids.make("Area", rich.b.community.id)) == [key(other)]
    page = (await api.run(rich.admin.token, "StatementsToAcknowledge", first=2))["statements"]
    assert page["pageInfo"]["hasNextPage"]
    assert await queue(first=2, after=page["pageInfo"]["endCursor"]) == [key(second)]
    local = await person("社区管理员", Role.DISTRICT_ADMIN, area=rich.b.community)
    assert await queue(local) == [key(other)]
    assert (await api.run(local.token, "StatementsToAcknowledge", areaId=ids.make("Area", rich.a.community.id)))[
        "statements"
    ] is None
    both = {"date": "2026-06-01", "month": "2026-06"}
    for amiss in (both, {"date": "1999-12-31"}, {"month": "2200-01"}):
        answer = (await ask(api, rich.admin, "StatementsToAcknowledge", **amiss))["errors"]
        assert answer[0]["extensions"]["code"] == "INVALID_INPUT", amiss


def key(statement: dict[str, Any]) -> str:
    return ids.make("Statement", statement["id"])


async def ask(api: Api, who: Person | None, name: str, **variables: Any) -> dict[str, Any]:
    """A document's whole answer, errors too."""
    from tests.town.documents import text

    return (await api.send(who.token if who else None, {"query": text(name), "variables": variables})).json()


# Acknowledging


async def acknowledge(api: Api, who: Person | None, statement: dict[str, Any]) -> dict[str, Any]:
    return await act(api, who, "StatementAcknowledge", statementId=key(statement), sha256=statement["sha256"].hex())


async def sides(api: Api, who: Person, statement: dict[str, Any]) -> list[str]:
    return (await api.run(who.token, "StatementDetail", id=key(statement)))["node"]["acknowledgeableAs"]


async def test_both_sides_acknowledge_what_they_saw(rich: World, api: Api, travel: Travel, colleague: Person) -> None:
    made = await one_closed(rich, api, travel)
    a = rich.a
    assert [await sides(api, who, made) for who in (a.cashier, rich.admin, rich.auditor)] == [
        ["SHOP"],
        ["DISTRICT"],
        [],
    ]
    shown = (await acknowledge(api, a.cashier, made))["statement"]
    assert shown == {
        "id": key(made),
        "date": "2026-05-15",
        "sha256": made["sha256"].hex(),
        "districtAcknowledgedAt": None,
        "shopAcknowledgedAt": instant(clock.now()),
        "acknowledgeableAs": [],
        "availableActions": [],
    }
    travel.by(hours=1)
    async with unchanged():
        assert code(await acknowledge(api, colleague, made)) == "FORBIDDEN", "a cashier has no word"
    await Membership.filter(account_id=colleague.account_id).update(owner=True)
    assert [await sides(api, who, made) for who in (colleague, rich.admin)] == [[], ["DISTRICT"]]
    async with unchanged():
        again = (await acknowledge(api, colleague, made))["statement"]
        assert again["shopAcknowledgedAt"] == shown["shopAcknowledgedAt"], "the first word stands"
    shown = (await acknowledge(api, rich.admin, made))["statement"]
    assert shown["districtAcknowledgedAt"] == instant(clock.now()) and shown["acknowledgeableAs"] == []
    row = await Statement.get(id=made["id"])
    assert (row.shop_acknowledged_by_id, row.district_acknowledged_by_id) == (
        a.cashier.account_id,
        rich.admin.account_id,
    )
    entries = await database.fetch(
        "SELECT account_id, subject_id, details FROM audit_entries WHERE action = 'statement.acknowledge' ORDER BY id"
    )
    assert [(one["account_id"], one["subject_id"], json.loads(one["details"])) for one in entries] == [
        (who.account_id, made["id"], {"side": side, "sha256": made["sha256"].hex()})
        for who, side in ((a.cashier, "SHOP"), (rich.admin, "DISTRICT"))
    ]


async def waiting(api: Api, who: Person) -> int | None:
    badges = (await api.run(who.token, "MyTodo"))["viewer"]["todo"]
    count: int | None = badges["statementsToAcknowledge"]
    return count


async def test_badges_count_what_waits_for_ones_own_word(
    rich: World, api: Api, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, admin = rich.a, rich.admin
    first, *_ = await three_closed(rich, api, travel)
    assert [await waiting(api, who) for who in (a.cashier, admin, rich.b.cashier)] == [3, 3, 0]
    assert [await waiting(api, who) for who in (rich.auditor, a.head_people[0], a.residents[0])] == [None] * 3
    await acknowledge(api, a.cashier, first)
    assert [await waiting(api, who) for who in (a.cashier, admin)] == [2, 3]
    await acknowledge(api, admin, first)
    assert [await waiting(api, who) for who in (a.cashier, admin)] == [2, 2]
    await grant(admin.account_id, Role.SHOP_STAFF, shop=a.shop, owner=True)
    assert await waiting(api, admin) == 4, "of both sides"
    monkeypatch.setattr(todo, "MAX_COUNTED", 3)
    assert await waiting(api, admin) == 3
    owner = await making.viewer(a.cashier)
    with buffers.sent() as statements:
        await acknowledging.waiting(owner, 100)
    assert "statements_shop_owes" in await buffers.indexes_of(statements[0])


async def test_another_hash_than_the_statements_is_refused(rich: World, api: Api, travel: Travel) -> None:
    made = await one_closed(rich, api, travel)
    right = made["sha256"].hex()
    async with unchanged():
        for seen in ("", "x", right[:-1], right + "0", "0" * 64, right[::-1]):
            payload = await act(api, rich.a.cashier, "StatementAcknowledge", statementId=key(made), sha256=seen)
            assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "sha256"]
            assert "重新载入" in payload["errors"][0]["message"]
    assert (
        code(await act(api, rich.a.cashier, "StatementAcknowledge", statementId=key(made), sha256=right.upper()))
        is None
    )
    wrong = await act(api, rich.a.cashier, "StatementAcknowledge", statementId=key(made), sha256="0" * 64)
    assert code(wrong) == "INVALID_INPUT", "also once it is acknowledged"


async def test_nobody_gives_the_word_of_both_sides(rich: World, api: Api, travel: Travel) -> None:
    made = await one_closed(rich, api, travel)
    both = await person("两头管", Role.DISTRICT_ADMIN, area=rich.district)
    working = await grant(both.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    assert await sides(api, both, made) == [], "a cashier speaks for nobody"
    await working.update_from_dict({"owner": True}).save()
    assert await sides(api, both, made) == ["SHOP"]
    assert code(await acknowledge(api, both, made)) is None
    assert (await Statement.get(id=made["id"])).district_acknowledged_at is None
    await working.update_from_dict({"revoked_at": clock.now()}).save()
    assert await sides(api, both, made) == [], "who gave the shop's word can't give the district's later"
    async with unchanged():
        assert code(await acknowledge(api, both, made)) == "FORBIDDEN"
    assert code(await acknowledge(api, rich.admin, made)) is None
    # And the other way round.
    await redeemed(api, travel, rich.a, "2026-05-16T12:00")
    await closed_at(travel, "2026-05-17T02:00")
    await keep_signed_in()
    second = (await kept(rich.a))[1]
    assert code(await acknowledge(api, rich.admin, second)) is None
    await grant(rich.admin.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
    async with unchanged():
        assert code(await acknowledge(api, rich.admin, second)) == "FORBIDDEN"


async def test_who_worked_there_that_day_speaks_not_for_the_district(rich: World, api: Api, travel: Travel) -> None:
    before, that_day = [
        await person(name, Role.DISTRICT_ADMIN, area=rich.district) for name in ("从前在店", "当天在店")
    ]
    for who, until in ((before, "2026-05-15T01:00"), (that_day, "2026-05-15T03:00")):
        working = await grant(who.account_id, Role.SHOP_STAFF, shop=rich.a.shop)
        await working.update_from_dict({"granted_at": at("2026-05-01T09:00"), "revoked_at": at(until)}).save()
    made = await one_closed(rich, api, travel)
    assert [await sides(api, who, made) for who in (before, that_day)] == [["DISTRICT"], []]
    assert code(await acknowledge(api, that_day, made)) == "FORBIDDEN"
    assert code(await acknowledge(api, before, made)) is None


async def test_who_reads_without_a_side_may_not_acknowledge(rich: World, api: Api, travel: Travel) -> None:
    made = await one_closed(rich, api, travel)
    await grant(rich.auditor.account_id, Role.SHOP_STAFF, shop=rich.b.shop, owner=True)
    async with unchanged():
        payload = await acknowledge(api, rich.auditor, made)
    assert code(payload) == "FORBIDDEN" and "分别确认" in payload["errors"][0]["message"]


async def test_two_who_acknowledge_at_once_leave_one_word(
    rich: World, api: Api, travel: Travel, colleague: Person
) -> None:
    await Membership.filter(account_id=colleague.account_id).update(owner=True)
    made = await one_closed(rich, api, travel)
    payloads = await asyncio.gather(*(acknowledge(api, who, made) for who in (rich.a.cashier, colleague) * 3))
    assert {code(payload) for payload in payloads} == {None}
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'statement.acknowledge'") == 1


async def test_who_left_has_no_word_and_the_staff_of_a_left_shop_has(rich: World, api: Api, travel: Travel) -> None:
    made = await one_closed(rich, api, travel)
    await done(api, rich.a.cashier, "ShopLeave", shopId=shop_id(rich))
    assert await sides(api, rich.a.cashier, made) == ["SHOP"]
    assert code(await acknowledge(api, rich.a.cashier, made)) is None


# Months


async def month(api: Api, world: World, which: str, who: Person | None = None) -> dict[str, Any]:
    answer = await api.run((who or world.a.cashier).token, "StatementMonth", shopId=shop_id(world), month=which)
    return answer["statementMonth"]


async def test_a_month_is_the_sum_of_its_days(rich: World, api: Api, travel: Travel) -> None:
    first, second, _ = await three_closed(rich, api, travel)
    may = await month(api, rich, "2026-05")
    assert may.pop("shop") == {"id": shop_id(rich), "name": "A小吃店"}
    assert may == {
        "id": ids.make("StatementMonth", Piece(rich.a.shop.id, "2026-05-01")),
        "month": "2026-05", "days": 2, "acknowledged": 0, "redemptions": 3, "corrections": 1, "revoked": 0,
        "complete": True, "points": sum(one["points"] for one in (first, second)),
        **{name: sum(one[column] for one in (first, second)) for name, column in (
            ("billFen", "bill_fen"), ("savedFen", "saved_fen"), ("payableFen", "payable_fen"))},
    }  # fmt: skip
    assert may["billFen"] == 5001 + 8800
    june = await month(api, rich, "2026-06")
    assert (june["days"], june["redemptions"], june["savedFen"], june["complete"]) == (1, 1, 1760, False)
    empty = await month(api, rich, "2026-04")
    assert (empty["days"], empty["savedFen"], empty["complete"]) == (0, 0, True)
    for who, one in ((rich.a.cashier, first), (rich.admin, first), (rich.a.cashier, second)):
        assert code(await acknowledge(api, who, one)) is None
    assert (await month(api, rich, "2026-05"))["acknowledged"] == 1
    for amiss in ("1999-12", "2200-01"):
        answer = await ask(api, rich.a.cashier, "StatementMonth", shopId=shop_id(rich), month=amiss)
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("given", "ends", "which"),
    [
        ("2026-05-31T12:00", "2026-06-01T02:00", "2026-05"),
        ("2027-01-01T01:00", "2027-01-01T02:00", "2026-12"),
        ("2028-02-29T12:00", "2028-03-01T02:00", "2028-02"),
    ],
)
async def test_a_month_is_complete_when_its_last_day_is_closed(
    rich: World, api: Api, travel: Travel, given: str, ends: str, which: str
) -> None:
    await redeemed(api, travel, rich.a, given)
    travel.to(at(ends) - timedelta(seconds=1))
    assert not (await month(api, rich, which))["complete"]
    travel.to(at(ends))
    assert not (await month(api, rich, which))["complete"], "over, but not closed"
    await closing.close_due()
    shown = await month(api, rich, which)
    assert shown["complete"] and (shown["month"], shown["days"]) == (which, 1)


# Files


async def file_of(api: Api, who: Person, world: World, file_format: str, **given: Any) -> tuple[dict[str, Any], bytes]:
    answer = await api.run(who.token, "StatementFile", shopId=shop_id(world), format=file_format, **given)
    found = answer["statementFile"]
    return found, base64.b64decode(found["contentBase64"])


async def number_of(redemption_id: Any) -> str:
    """What the till confirmed it under."""
    sql = "SELECT request_no FROM requests WHERE result_id = $1 AND operation = 'redemptionConfirm'"
    return str(await database.fetch_value(sql, redemption_id))


HEADINGS = [
    "结算日",
    "店铺",
    "序号",
    "类别",
    "时间",
    "核销编号",
    "请求编号",
    "原价(元)",
    "优惠(元)",
    "实付(元)",
    "积分",
]


async def test_the_csv_of_a_month(rich: World, api: Api, travel: Travel) -> None:
    first, second, _ = await three_closed(rich, api, travel)
    found, content = await file_of(api, rich.a.cashier, rich, "CSV", month="2026-05")
    assert (found["name"], found["mediaType"]) == ("结算单_A小吃店_2026-05.csv", "text/csv; charset=utf-8")
    assert content.startswith(b"\xef\xbb\xbf")
    headings, *rows, total = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert headings == HEADINGS
    kinds = {"REDEMPTION": "核销", "CORRECTION": "更正"}
    assert rows == [
        [
            str(statement["day"]),
            "A小吃店",
            str(row["place"]),
            kinds[row["kind"]],
            row["happened_at"].astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            str(row["redemption_id"]),
            await number_of(row["redemption_id"]),
            *(f"{row[name] / 100:.2f}" for name in ("bill_fen", "saved_fen", "payable_fen")),
            str(row["points"]),
        ]
        for statement in (first, second)
        for row in statement["rows"]
    ]
    assert rows[1][7:] == ["50.01", "10.01", "40.00", "10"] and rows[3][3:5] == ["更正", "2026-05-31 09:00:00"]
    assert rows[3][7:] == ["-88.00", "-17.60", "-70.40", "-10"] and rows[2][4] == "2026-06-01 01:59:59"
    assert total == ["合计", "", "", "", "", "", "", "138.01", "27.61", "110.40", "20"]


async def test_the_workbook_of_a_month(rich: World, api: Api, travel: Travel) -> None:
    first, second, _ = await three_closed(rich, api, travel)
    assert code(await acknowledge(api, rich.admin, first)) is None
    found, content = await file_of(api, rich.admin, rich, "XLSX", month="2026-05")
    assert found["name"] == "结算单_A小吃店_2026-05.xlsx" and found["mediaType"].endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows, days = book["明细"], book["合计"]
    assert [cell.value for cell in rows[1]] == HEADINGS
    assert len(list(rows.rows)) == 5 and len(list(days.rows)) == 4
    last = rows[5]
    assert [cell.value for cell in last] == [
        datetime(2026, 5, 31), "A小吃店", 2, "更正", datetime(2026, 5, 31, 9), str(second["rows"][1]["redemption_id"]),
        await number_of(first["rows"][0]["redemption_id"]), -88, -17.6, -70.4, -10,
    ]  # fmt: skip
    assert [cell.number_format for cell in last[7:10]] == ["0.00"] * 3
    assert [cell.data_type for cell in last] == ["d", "s", "n", "s", "d", "s", "s", "n", "n", "n", "n"]
    assert [cell.value for cell in days[2]] == [
        datetime(2026, 5, 30), "A小吃店", 2, 0, 0, 138.01, 27.61, 110.4, 20, first["sha256"].hex(), None,
        clock.local(clock.now()).replace(tzinfo=None),
    ]  # fmt: skip
    assert [cell.value for cell in days[4]][:9] == ["合计", None, 3, 1, 0, 138.01, 27.61, 110.4, 20]
    assert not [cell for sheet in book for row in sheet.rows for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+店", "-店", "\uff1dA1", '=HYPERLINK("http://x","店")'])
async def test_no_cell_is_a_formula(rich: World, api: Api, travel: Travel, name: str) -> None:
    await one_closed(rich, api, travel)
    await Shop.filter(id=rich.a.shop.id).update(name=name)
    await Request.filter(operation="redemptionConfirm").update(request_no=name)
    _, content = await file_of(api, rich.a.cashier, rich, "CSV", date="2026-05-15")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1][1] == rows[1][6] == f"'{name}"
    found, content = await file_of(api, rich.a.cashier, rich, "XLSX", date="2026-05-15")
    assert not set('=+@"/(') & set(found["name"].split("_")[1])
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet.rows for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert [cell.value for cell in cells].count(f"'{name}") == 3


async def test_the_canonical_form_of_a_day(rich: World, api: Api, travel: Travel) -> None:
    made = await one_closed(rich, api, travel)
    found, content = await file_of(api, rich.a.cashier, rich, "JSON", date="2026-05-15")
    assert (found["name"], found["mediaType"]) == ("结算单_A小吃店_2026-05-15.json", "application/json")
    assert content.decode() == canonical(made) and digest(content.decode()) == made["sha256"].hex()
    answer = await ask(api, rich.a.cashier, "StatementFile", shopId=shop_id(rich), format="JSON", month="2026-05")
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_what_can_not_be_a_file(rich: World, api: Api, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    await three_closed(rich, api, travel)
    monkeypatch.setattr(statement_files, "MAX_REQUESTED_ROWS", dict.fromkeys(StatementFormat, 3))
    for given, said in (
        ({"date": "2026-05-29"}, "还没有结算单"),
        ({}, "二者取一"),
        ({"date": "2026-05-30", "month": "2026-05"}, "二者取一"),
        ({"month": "2026-05"}, "共 4 行，一个文件最多 3 行：请按天"),
        ({"month": "2026-05", "format": "XLSX"}, "共 4 行，一个文件最多 3 行：请改下载 CSV"),
    ):
        asked = {"shopId": shop_id(rich), "format": "CSV", **given}
        answer = await ask(api, rich.a.cashier, "StatementFile", **asked)
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
        assert said in answer["errors"][0]["message"], answer["errors"]
    assert (await file_of(api, rich.a.cashier, rich, "CSV", date="2026-05-30"))[0]["name"].endswith("2026-05-30.csv")


async def test_nobody_waits_long_for_a_workbook(rich: World, api: Api, travel: Travel) -> None:
    """Making one keeps neither a till waiting nor its own client past the deadline."""
    await one_closed(rich, api, travel)
    one = f'statementFile(shopId: "{shop_id(rich)}", date: "2026-05-15", format: XLSX) {{ name }}'
    async with statement_files.turns.turn():
        for wait in ("wait=1", "wait=10"):
            async with asyncio.timeout(9):  # it waits for a second, and by its own deadline for ten
                response = await api.send(rich.a.cashier.token, {"query": f"{{ {one} }}"}, prefer=wait)
            assert response.status_code == 429 and response.headers["retry-after"]
        await file_of(api, rich.a.cashier, rich, "CSV", date="2026-05-15")
        await file_of(api, rich.a.cashier, rich, "JSON", date="2026-05-15")
    await file_of(api, rich.a.cashier, rich, "XLSX", date="2026-05-15")


# On the command line


async def test_the_commands(rich: World, api: Api, travel: Travel, database_url: str, tmp_path: Path) -> None:
    first, second, third = await three_closed(rich, api, travel)

    async def run(*words: str) -> Any:
        return await asyncio.to_thread(command, database_url, "statement", *words)

    listed = await run("list", "--json")
    assert listed.returncode == 0, listed.stderr
    rows = json.loads(listed.stdout)
    assert [(one["day"], one["shop"], one["sha256"]) for one in rows["statements"]] == [
        (str(one["day"]), "汇川区/上海路街道/A社区/A小吃店", one["sha256"].hex()) for one in (third, second, first)
    ]
    listed = await run("list", "--shop", "A社区/A小吃店", "--month", "2026-05", "--limit", "1")
    assert "2026-05-31" in listed.stdout and "2026-05-30" not in listed.stdout and "--after" in listed.stderr
    out = tmp_path / "may.xlsx"
    done = await run("export", "--shop", shop_id(rich), "--month", "2026-05", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"statements": 2, "rows": 4}
    assert openpyxl.load_workbook(out)["明细"].max_row == 5 and out.stat().st_mode & 0o077 == 0
    assert "已存在" in refused(await run("export", "--shop", "A小吃店", "--month", "2026-05", "--out", str(out)))
    day = tmp_path / "day.json"
    await Shop.filter(id=rich.a.shop.id).update(state="LEFT")
    assert (await run("export", "--shop", "A小吃店", "--day", "2026-06-01", "--out", str(day))).returncode == 0
    assert digest(day.read_text()) == third["sha256"].hex(), "also of a shop that has left"
    sheet = tmp_path / "may.csv"
    assert (await run("export", "--shop", "A小吃店", "--month", "2026-05", "--out", str(sheet))).returncode == 0
    assert sheet.read_text("utf-8-sig").splitlines()[-1] == "合计,,,,,,,138.01,27.61,110.40,20"
    for words, said in (
        (("--shop", "没有这家", "--month", "2026-05"), "找不到"),
        (("--shop", "A小吃店"), "二者取一"),
        (("--shop", "A小吃店", "--month", "2026-04"), "还没有结算单"),
    ):
        assert said in refused(await run("export", *words, "--out", str(tmp_path / "no.csv")))
    assert not (tmp_path / "no.csv").exists()


# Reconciliation


async def tampered(statement: str, *args: Any) -> None:
    """Change what the triggers would refuse to be changed, as somebody with the database's password would."""
    await database.fetch(f"DO $do$ BEGIN SET LOCAL session_replication_role = replica; {statement}; END $do$")


async def test_whatever_is_changed_behind_its_back_is_found(rich: World, api: Api, travel: Travel) -> None:
    first, second, third = await three_closed(rich, api, travel)
    assert await drifts() == [] == await reconciliation.drifts()
    one, row = f"id = '{first['id']}'", f"id = '{first['rows'][0]['id']}'"
    follower, other = f"id = '{second['id']}'", f"id = '{first['rows'][1]['redemption_id']}'"
    hashed = f"'\\x{first['sha256'].hex()}'"
    for table, column, wrong, right, where, said in (
        ("statements", "points", "99", "20", one, "its rows make"),
        ("statements", "revoked", "3", "0", one, "3 revoked, redemptions make 0"),
        ("statement_rows", "points", "9", "10", row, "its hash is not"),
        ("statement_rows", "place", "7", "1", row, "not numbered"),
        ("statements", "previous_sha256", "NULL", hashed, follower, "does not follow"),
        ("redemptions", "state", "'REVERSED'", "'CONFIRMED'", other, "which nothing stands for"),
        ("shops", "closed_through", "'2026-05-31'", "'2026-06-01'", "true", "closed through 2026-05-31"),
        ("disputes", "correction_day", "'2026-05-30'", "'2026-05-31'", "true", "corrected on 2026-05-30"),
    ):
        await tampered(f"UPDATE {table} SET {column} = {wrong} WHERE {where}")
        assert [drift for drift in await drifts() if said in drift], (said, await drifts())
        await tampered(f"UPDATE {table} SET {column} = {right} WHERE {where}")
        assert await drifts() == [], said
    last = third["rows"][0]
    await tampered(f"DELETE FROM statement_rows WHERE id = '{last['id']}'")
    found = await reconciliation.drifts()
    assert [drift for drift in found if f"redemption {last['redemption_id']}: REDEMPTION of 2026-06-01" in drift], found
