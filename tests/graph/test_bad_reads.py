"""Whatever a read is asked amiss gets a clear answer: every argument of the schema, and every page."""

import re
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLField, GraphQLObjectType, get_named_type

from models.enums import NominationState
from schema.graph import ids
from tests.town import closings, documents, honours
from tests.town.amiss import (
    CHINESE,
    LONG,
    NOBODY,
    SCHEMA,
    Stage,
    malformed,
    send,
    set_up,
    told,
    unusable_ids,
    unusable_texts,
)
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.sizes import share
from tests.town.world import Travel, World


@pytest_asyncio.fixture
async def stage(travel: Travel, world: World, api: Api) -> Stage:
    """What `set_up` makes, two closed boards, and an open season with a candidate and a nomination of head 0."""
    made = await set_up(world, api)
    await closings.closed(world.district)
    await closings.corrected(world.a)
    season = await honours.season(world.a.community, rule=honours.NOTHING)
    await honours.nomination(season, NominationState.CONSENTED, head=world.a.heads[0])
    return made


# Where each connection is found, and who can page it.
PLACES: dict[str, tuple[str, str]] = {
    "Area.children": ("staff", '{ node(id: "GRID") { ... on Area { %s } } }'),
    "Area.heads": ("staff", '{ node(id: "GRID") { ... on Area { %s } } }'),
    "Area.households": ("staff", '{ node(id: "GRID") { ... on Area { %s } } }'),
    "Area.shops": ("nobody", '{ node(id: "COMMUNITY") { ... on Area { %s } } }'),
    "Area.wishes": ("staff", '{ node(id: "GRID") { ... on Area { %s } } }'),
    "AreaBoard.rows": ("nobody", "{ areaBoard(period: ALL) { %s } }"),
    "BoardClosing.errata": ("admin", '{ boardClosings(areaId: "COMMUNITY", period: WEEK) { edges { node { %s } } } }'),
    "BoardClosing.places": ("admin", '{ boardClosings(areaId: "COMMUNITY", period: WEEK) { edges { node { %s } } } }'),
    "Query.agreements": ("staff", "{ %s }"),
    "Query.auditEntries": ("auditor", "{ %s }"),
    "Query.boardClosings": ("nobody", "{ %s }"),
    "Query.heads": ("staff", "{ %s }"),
    "Query.householdJoinsToConfirm": ("staff", "{ %s }"),
    "Query.households": ("staff", "{ %s }"),
    "Discount.versions": ("cashier", "{ viewer { shop { discounts(first: 1) { edges { node { %s } } } } } }"),
    "Discount.grants": ("admin", '{ node(id: "GRANT") { ... on Grant { discount { %s } } } }'),
    "Query.discountsToApprove": ("admin", "{ %s }"),
    "Query.discountsToGrant": ("admin", "{ %s }"),
    "Query.disputes": ("admin", "{ %s }"),
    "Query.honourRoll": ("nobody", "{ %s }"),
    "Query.partners": ("nobody", "{ %s }"),
    "Query.rewardRules": ("nobody", "{ %s }"),
    "Query.roles": ("admin", "{ %s }"),
    "Query.seasons": ("nobody", "{ %s }"),
    "Query.shops": ("nobody", "{ %s }"),
    "Query.signals": ("admin", "{ %s }"),
    "Query.shopChangesToApprove": ("admin", "{ %s }"),
    "Query.shopsThanked": ("nobody", "{ %s }"),
    "Query.shopsToManage": ("staff", "{ %s }"),
    "ShopReport.byDiscount": ("cashier", '{ shopReport(shopId: "SHOP") { %s } }'),
    "Query.wishes": ("staff", "{ %s }"),
    "Viewer.areas": ("staff", "{ viewer { %s } }"),
    "Viewer.householdJoins": ("resident", "{ viewer { %s } }"),
    "Viewer.nominations": ("head", "{ viewer { %s } }"),
    "Viewer.notifications": ("resident", "{ viewer { %s } }"),
    "Viewer.sessions": ("staff", "{ viewer { %s } }"),
    "Viewer.shops": ("cashier", "{ viewer { %s } }"),
    "Household.wishes": ("resident", "{ viewer { household { %s } } }"),
    "Household.contactReveals": ("resident", "{ viewer { household { %s } } }"),
    "HouseholdHead.grants": ("admin", '{ node(id: "GRANT") { ... on Grant { head { %s } } } }'),
    "HouseholdHead.honours": ("staff", '{ node(id: "HONOUR") { ... on Nomination { head { %s } } } }'),
    "HouseholdHead.households": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.wishes": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.pointsEntries": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.passes": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.redemptions": ("head", "{ viewer { householdHead { %s } } }"),
    "Nomination.objections": ("staff", '{ node(id: "NOMINATION") { ... on Nomination { %s } } }'),
    "Season.candidates": ("staff", "{ seasons(first: 1) { edges { node { %s } } } }"),
    "Season.nominations": ("staff", "{ seasons(first: 1) { edges { node { %s } } } }"),
    "Season.openObjections": ("staff", '{ node(id: "NOMINATION") { ... on Nomination { season { %s } } } }'),
    "Wish.contactReveals": ("staff", "{ wishes(first: 1) { edges { node { %s } } } }"),
    "Wish.candidates": ("staff", "{ wishes(first: 1) { edges { node { %s } } } }"),
    "Shop.staff": ("cashier", "{ viewer { shop { %s } } }"),
    "Shop.alerts": ("cashier", "{ viewer { shop { %s } } }"),
    "Shop.changes": ("admin", "{ shopChangesToApprove(first: 1) { edges { node { shop { %s } } } } }"),
    "Shop.invitations": ("cashier", '{ node(id: "INVITATION") { ... on ShopInvitation { shop { %s } } } }'),
    "Shop.disputes": ("cashier", "{ viewer { shop { %s } } }"),
    "Shop.redemptions": ("cashier", "{ viewer { shop { %s } } }"),
    "Shop.discounts": ("head", "{ shops(first: 1) { edges { node { %s } } } }"),
    "Leaderboard.entries": ("auditor", "{ leaderboard(period: ALL) { %s } }"),
    "Query.statements": ("admin", "{ %s }"),
    "Shop.statements": ("cashier", "{ viewer { shop { %s } } }"),
    "Statement.rows": ("cashier", "{ viewer { shop { statements(first: 1) { edges { node { %s } } } } } }"),
    "Shop.webhooks": ("cashier", "{ viewer { shop { %s } } }"),
    "WebhookEndpoint.deliveries": ("cashier", "{ viewer { shop { webhooks(last: 1) { edges { node { %s } } } } } }"),
    "WebhookDelivery.attemptsMade": (
        "cashier",
        "{ viewer { shop { webhooks(last: 1) { edges { node { deliveries(first: 1) { edges { node { %s } } } } } } } }"
        " }",
    ),
    "ShopDay.redemptions": ("cashier", '{ shopDay(shopId: "SHOP", date: "2026-05-15") { %s } }'),
}
# And where other fields of an object that take arguments.
OTHERS: dict[str, tuple[str, str]] = {
    "Agreement.facts": ("staff", "{ agreements(first: 1) { edges { node { %s } } } }"),
    "Area.leaderboard": ("nobody", '{ node(id: "GRID") { ... on Area { %s } } }'),
    "Leaderboard.around": ("head", "{ leaderboard(period: ALL) { %s } }"),
    "Shop.day": ("cashier", "{ viewer { shop { %s } } }"),
    "Shop.month": ("cashier", "{ viewer { shop { %s } } }"),
}
REQUIRED = {"Query.boardClosings": "period: WEEK, "}  # besides how its page is asked for
PAGING = ("first", "after", "last", "before")
CLOSED = "2025-10-28"  # the day that the stage has a statement of


def objects() -> list[GraphQLObjectType]:
    return [kind for name, kind in SCHEMA.type_map.items() if isinstance(kind, GraphQLObjectType) and name[:2] != "__"]


def with_arguments() -> dict[str, GraphQLField]:
    """Each field of an object (mutations and subscriptions aside) that takes arguments."""
    return {
        f"{kind.name}.{name}": field
        for kind in objects()
        for name, field in kind.fields.items()
        if field.args and kind not in (SCHEMA.mutation_type, SCHEMA.subscription_type)
    }


def asked_as(stage: Stage, place: str) -> tuple[str | None, str]:
    """The token and the document around `%s`, to ask for a field."""
    others = {"Query.redemptionByRequestNo": "cashier", "Query.rewardRuleTrial": "admin"}
    others |= {"Query.statementFile": "cashier", "Query.statementMonth": "cashier", "Query.shopReport": "cashier"}
    others |= {"Query.pointsEconomy": "admin"}
    who, around = {**PLACES, **OTHERS}.get(place, (others.get(place, "head"), "{ %s }"))
    a = stage.world.a
    assert a.shop and a.staff and a.cashier
    people = {"staff": a.staff, "cashier": a.cashier, "head": a.head_people[0], "resident": a.residents[0]}
    people |= {"admin": stage.world.admin, "auditor": stage.world.auditor}
    around = around.replace("SHOP", ids.make("Shop", a.shop.id)).replace("GRID", ids.make("Area", a.grid.id))
    around = around.replace("COMMUNITY", ids.make("Area", a.community.id))
    around = around.replace("INVITATION", stage.valid["ShopInvitationWithdraw"][1]["invitationId"])
    around = around.replace("GRANT", stage.valid["GrantRevoke"][1]["grantId"])
    around = around.replace("HONOUR", stage.valid["HonourRevoke"][1]["nominationId"])
    around = around.replace("NOMINATION", stage.valid["NominationObject"][1]["nominationId"])
    return people[who].token if who in people else None, around


def test_each_connection_has_its_place() -> None:
    assert sorted(PLACES) == sorted(place for place, field in with_arguments().items() if "after" in field.args)


async def test_a_page_is_asked_for_in_one_way(stage: Stage, api: Api) -> None:
    garbage = [
        "",
        " ",
        "x",
        "=",
        "你好",
        "\u202e",
        "\ud800",
        "A" * 2000,
        LONG,
        ids.make("Wish", NOBODY),
        "W10",
        "bnVsbA",
    ]
    amiss = [
        {"first": 0}, {"first": -1}, {"first": 101}, {"last": 0}, {"last": 101}, {"first": 2**31 - 1},
        {"first": 1, "last": 1}, {"first": 1, "before": "x"}, {"last": 1, "after": "x"},
        {"before": "x"}, {"first": 1, "after": "x", "before": "x"},
    ]  # fmt: skip
    wrong = [{"first": value} for value in malformed(SCHEMA.type_map["Int"]) if value is not None]
    wrong += [{"first": 1, "after": value} for value in malformed(SCHEMA.type_map["String"]) if value != "a\0b"]
    cursors = {place: await first_cursor(stage, api, place) for place in PLACES}
    async with unchanged():
        for number, place in enumerate(PLACES):
            for page in share(amiss, number):
                assert await code_of(stage, api, place, page) == "BAD_PAGINATION", (place, page)
            for page in share(wrong, number):
                assert await code_of(stage, api, place, page) in {"BAD_REQUEST", "CURSOR_INVALID"}, (place, page)
            foreign = [cursor for other, cursor in cursors.items() if other.split(".")[1] not in place]
            assert len(foreign) > 5
            own = cursors[place]
            tried = share([*garbage, *foreign], number, of=6)
            for cursor in [*tried, own[:-4], own + "A", own.swapcase()]:
                for page in ({"first": 1, "after": cursor}, {"last": 1, "before": cursor}):
                    code = await code_of(stage, api, place, page)
                    assert code == ("BAD_REQUEST" if cursor == "\ud800" else "CURSOR_INVALID"), (place, cursor[:80])
            assert await code_of(stage, api, place, {"first": 1, "after": own}) is None


async def first_cursor(stage: Stage, api: Api, place: str) -> str:
    token, around = asked_as(stage, place)
    name = place.partition(".")[2]
    answer = await send(api, token, around % f"{name}({REQUIRED.get(place, '')}first: 1) {{ edges {{ cursor }} }}", {})
    return str(re.findall('"cursor":"(.*?)"', answer.text)[0])


async def code_of(stage: Stage, api: Api, place: str, page: dict[str, Any]) -> str | None:
    """The code with which a page of a connection is refused; None when it is answered."""
    token, around = asked_as(stage, place)
    name = place.partition(".")[2]
    asked = REQUIRED.get(place, "") + ", ".join(f"{key}: ${key}" for key in page)
    selected = f"{name}{f'({asked})' if asked else ''} {{ edges {{ cursor }} }}"
    head = "query($first: Int, $last: Int, $after: String, $before: String)"
    # All four are used, so that the document is valid whichever are given.
    used = "unused: shops(first: $first, last: $last, after: $after, before: $before) @skip(if: true) { __typename }"
    document = f"{head} {(around % selected).replace('{', '{ ' + used, 1)}"
    errors = told(await send(api, token, document, page))
    return errors[0]["extensions"]["code"] if errors else None


def asking(place: str, field: GraphQLField, around: str) -> str:
    """A document that asks for a field with all of its arguments as variables."""
    declared = ", ".join(f"${name}: {argument.type}" for name, argument in field.args.items())
    given = ", ".join(f"{name}: ${name}" for name in field.args)
    name = place.partition(".")[2]
    return f"query({declared}) {around % f'{name}({given}) {{ __typename }}'}"


def valid_arguments(stage: Stage) -> dict[str, dict[str, Any]]:
    """For each field, arguments that are answered."""
    a = stage.world.a
    assert a.shop
    wish, rule = stage.valid["WishAccept"][1]["wishId"], stage.valid["RewardRuleCreate"][1]
    return {
        "Agreement.facts": {"period": "MONTH", "at": "2026-05-15T00:00:00Z"},
        "Area.leaderboard": {"period": "WEEK", "at": "2026-05-15T00:00:00Z"},
        "Area.wishes": {"states": ["RATED"], "first": 1},
        "Leaderboard.around": {"radius": 3},
        "Shop.day": {"date": "2026-05-15"},
        "Shop.disputes": {"states": ["OPEN"], "first": 1},
        "Shop.month": {"month": CLOSED[:7]},
        "Query.agreements": {
            "areaId": ids.make("Area", a.community.id), "partnerId": stage.valid["AgreementDraft"][1]["partnerId"],
            "states": ["DRAFT"], "first": 1,
        },
        "Query.areaBoard": {
            "areaId": ids.make("Area", a.community.id), "period": "WEEK", "at": "2026-05-15T00:00:00Z",
        },
        "Query.auditEntries": {
            "action": "wish.", "subject": "Wish", "subjectId": wish, "accountId": ids.make("Account", NOBODY),
            "from": "2026-05-15T00:00:00Z", "until": "2026-05-16T00:00:00Z", "first": 1,
        },
        "Query.boardClosings": {"areaId": ids.make("Area", a.community.id), "period": "WEEK", "first": 1},
        "Query.heads": {"areaId": ids.make("Area", a.community.id), "search": "赵", "first": 1},
        "Query.households": {
            "areaId": ids.make("Area", a.community.id), "headId": ids.make("HouseholdHead", a.heads[0].id),
            "search": "孙", "first": 1,
        },
        "Query.householdJoinsToConfirm": {"areaId": ids.make("Area", a.community.id), "first": 1},
        "Query.node": {"id": wish},
        "Query.discountsToApprove": {"areaId": ids.make("Area", a.community.id), "first": 1},
        "Query.discountsToGrant": {"areaId": ids.make("Area", a.community.id), "first": 1},
        "Query.disputes": {"areaId": ids.make("Area", a.community.id), "states": ["OPEN"], "first": 1},
        "Query.explainReward": {"wishId": stage.valid["WishRate"][1]["wishId"]},
        "Query.honourRoll": {
            "areaId": ids.make("Area", a.community.id), "subject": "HEAD", "year": 2026, "first": 1,
        },
        "Query.leaderboard": {
            "areaId": ids.make("Area", a.community.id), "period": "WEEK", "at": "2026-05-15T00:00:00Z",
        },
        "Query.partners": {"areaId": ids.make("Area", a.community.id), "name": "A", "first": 1},
        "Query.pointsEconomy": {"areaId": ids.make("Area", a.community.id), "month": "2026-05"},
        "Query.redemptionByRequestNo": {"requestNo": "x"},
        "Query.rewardRuleTrial": {
            **{name: rule[name] for name in ("base", "bonus", "dailyCap", "monthlyHouseholdCap")},
            "month": "2026-05",
        },
        "Query.roles": {"areaId": ids.make("Area", a.community.id), "role": "GRID_WORKER", "first": 1},
        "Query.seasons": {"areaId": ids.make("Area", a.community.id), "first": 1},
        "Query.shopChangesToApprove": {"areaId": ids.make("Area", a.community.id), "first": 1},
        "Query.shopDay": {"shopId": ids.make("Shop", a.shop.id), "date": "2026-05-15"},
        "Query.serviceRecord": {"from": "2026-05-01", "until": "2026-05-15"},
        "Query.serviceRecordVerify": {"code": "QQ"},
        "Query.shopReport": {"shopId": ids.make("Shop", a.shop.id), "month": CLOSED[:7]},
        "Query.shopsThanked": {"areaId": ids.make("Area", a.community.id), "month": "2026-05", "first": 1},
        "Query.shops": {"category": "FOOD", "latitude": 27.7, "longitude": 106.9, "first": 1},
        "Query.shopsToManage": {
            "areaId": ids.make("Area", a.community.id), "states": ["APPLIED"], "name": "刘", "first": 1,
        },
        "Query.signals": {
            "areaId": ids.make("Area", a.community.id), "kinds": ["WISH_CYCLE"], "states": ["OPEN"], "first": 1,
        },
        "Query.statementFile": {"shopId": ids.make("Shop", a.shop.id), "format": "CSV", "month": CLOSED[:7]},
        "Query.statementMonth": {"shopId": ids.make("Shop", a.shop.id), "month": CLOSED[:7]},
        "Query.statements": {
            "areaId": ids.make("Area", a.community.id), "month": CLOSED[:7], "waitingFor": "DISTRICT", "first": 1,
        },
        "Query.wishes": {"areaId": ids.make("Area", a.community.id), "states": ["RATED"], "first": 1},
        "HouseholdHead.wishes": {"states": ["RATED"], "first": 1},
        "Viewer.notifications": {"unreadOnly": True, "first": 1},
    }  # fmt: skip


async def test_no_read_takes_what_is_malformed(stage: Stage, api: Api) -> None:
    valid = valid_arguments(stage)
    assert sorted(valid) == sorted(
        place for place, field in with_arguments().items() if set(field.args) - set(PAGING)
    ), "each field with arguments of its own"
    async with unchanged():
        for place, given in valid.items():
            field = with_arguments()[place]
            token, around = asked_as(stage, place)
            document = asking(place, field, around)
            assert told(await send(api, token, document, given)) == [], place
            for name, argument in field.args.items():
                for value in malformed(argument.type):
                    if name not in PAGING:
                        errors = told(await send(api, token, document, given | {name: value}))
                        assert errors and errors[0]["extensions"]["code"] == "BAD_REQUEST", (place, name, value)


async def test_what_can_not_be_found_is_null_for_everybody(stage: Stage, api: Api) -> None:
    kinds = {"Query.node": "Wish", "Query.explainReward": "Wish", "Query.leaderboard": "Area", "Query.shopDay": "Shop",
             "Query.areaBoard": "Area", "Query.boardClosings": "Area",
             "Query.discountsToApprove": "Area", "Query.discountsToGrant": "Area", "Query.disputes": "Area",
             "Query.heads": "Area", "Query.honourRoll": "Area",
             "Query.householdJoinsToConfirm": "Area",
             "Query.households": "Area, HouseholdHead",
             "Query.partners": "Area", "Query.pointsEconomy": "Area",
             "Query.roles": "Area", "Query.seasons": "Area",
             "Query.shopChangesToApprove": "Area",
             "Query.shopReport": "Shop", "Query.shopsThanked": "Area",
             "Query.shopsToManage": "Area", "Query.signals": "Area", "Query.statementFile": "Shop",
             "Query.statementMonth": "Shop", "Query.statements": "Area", "Query.wishes": "Area"}  # fmt: skip
    valid = valid_arguments(stage)
    async with unchanged():
        for place, of in kinds.items():
            field = with_arguments()[place]
            names = [name for name, argument in field.args.items() if get_named_type(argument.type).name == "ID"]
            token, around = asked_as(stage, place)
            tried = [
                (name, value)
                for name, kind in zip(names, of.split(", "), strict=True)
                for value in unusable_ids(stage, kind)
            ]
            for name, value in tried:
                response = await send(api, token, asking(place, field, around), valid[place] | {name: value})
                found = {place.partition(".")[2]: None}
                # (A node of another type may well exist: the areas are public.)
                if place != "Query.node" or value != ids.make("Area", stage.world.a.community.id):
                    assert told(response) == [] and response.json()["data"] == found, (place, str(value)[:80])
        token, around = asked_as(stage, "Query.redemptionByRequestNo")
        field = with_arguments()["Query.redemptionByRequestNo"]
        for text in unusable_texts("PassIssueInput.requestNo"):
            sent = {"requestNo": text}
            response = await send(api, token, asking("Query.redemptionByRequestNo", field, around), sent)
            assert told(response) == [] and response.json()["data"] == {"redemptionByRequestNo": None}


async def test_coordinates_are_on_earth(world: World, api: Api) -> None:
    document = "query($a: Float, $b: Float) { shops(first: 1, latitude: $a, longitude: $b) { __typename } }"
    amiss = [
        (91, 0),
        (-90.0001, 0),
        (0, 180.5),
        (0, -181),
        (1e308, 0),
        (0, -1e308),
        (2**53, 1),
        (27, None),
        (None, 106),
    ]
    for latitude, longitude in amiss:
        (error,) = told(await send(api, None, document, {"a": latitude, "b": longitude}))
        assert error["extensions"]["code"] == "INVALID_INPUT" and CHINESE.search(error["message"])
    for latitude, longitude in ((90, 180), (-90, -180), (0, 0), (5e-324, -0.0)):
        assert told(await send(api, None, document, {"a": latitude, "b": longitude})) == []


FAR_DAYS = ["0001-01-01", "0001-01-02", "0099-12-31", "1582-10-10", "1900-01-01", "2999-12-31", "9999-12-31"]


async def test_far_days_are_refused_and_those_at_the_edge_empty(world: World, api: Api) -> None:
    assert world.a.cashier and world.a.shop
    shop = ids.make("Shop", world.a.shop.id)
    async with unchanged():
        for day in [*FAR_DAYS, "1999-12-31", "2200-01-01", "2000-01-01", "2199-12-31"]:
            response = await send(api, world.a.cashier.token, documents.text("ShopDay"), {"shopId": shop, "date": day})
            errors = told(response)
            if day in {"2000-01-01", "2199-12-31"}:
                assert errors == [] and response.json()["data"]["shopDay"]["count"] == 0
            else:
                assert errors[0]["extensions"]["code"] == "INVALID_INPUT" and "2199" in errors[0]["message"], day


@pytest.mark.parametrize("name", ["PointsEconomy", "ShopReport", "ShopsThanked"])
async def test_far_months_are_refused_and_those_at_the_edge_empty(world: World, api: Api, name: str) -> None:
    assert world.a.shop
    given = {"shopId": ids.make("Shop", world.a.shop.id)} if name == "ShopReport" else {}
    for day in [*FAR_DAYS, "1999-12", "2200-01", "2000-01", "2199-12"]:
        response = await send(api, world.admin.token, documents.text(name), {**given, "month": day[:7]})
        if day in {"2000-01", "2199-12"}:
            assert told(response) == [], day
        else:
            (error,) = told(response)
            assert error["extensions"]["code"] == "INVALID_INPUT" and "2199 年之间" in error["message"], day


async def test_boards_of_far_moments_are_refused_or_empty(world: World, api: Api) -> None:
    for period in ("WEEK", "MONTH", "QUARTER", "YEAR", "ALL"):
        for at in [f"{day}T{time}" for day in FAR_DAYS for time in ("00:00:00+14:00", "23:59:59-12:00", "12:00:00")]:
            (error,) = told(await send(api, None, documents.text("Leaderboard"), {"period": period, "at": at}))
            assert error["extensions"]["code"] == "INVALID_INPUT" and "2199" in error["message"], at
        for at in ("2000-01-01T00:00:00+14:00", "2199-12-31T23:59:59-12:00", "2026-02-28T24:00:00Z"):
            response = await send(api, world.admin.token, documents.text("Leaderboard"), {"period": period, "at": at})
            assert told(response) == [] and response.json()["data"]["leaderboard"]["entries"]["edges"] == [], at
            previous = response.json()["data"]["leaderboard"]["together"]["previous"]
            assert previous == (None if at[:4] == "2000" or period == "ALL" else {"wishes": 0}), at


async def test_lists_have_an_end(stage: Stage, api: Api) -> None:
    token, _ = asked_as(stage, "Query.wishes")
    for count, refused in ((100, False), (101, True), (10_000, True)):
        errors = told(await send(api, token, documents.text("WishQueue"), {"states": ["RATED"] * count}))
        assert bool(errors) is refused
