"""How many SQL statements each read takes: recorded, within its budget, the same for one row and for a full page."""

from collections.abc import Iterator
from typing import Any

from models.enums import SignalKind
from schema.graph import ids
from services.db import database
from tests.conftest import Api
from tests.town import crowd, discounting, documents, hooks, rewarding, settling, signalling, story
from tests.town.travel import Travel
from tests.town.world import World

# What the frontends are promised (BEGIN, COMMIT and the session's own stamp aside; authentication included).
BUDGETS = {"HeadHome": 9, "Leaderboard": 6, "PointsHistory": 6, "WishQueue": 6, "Nearby": 3}

# What each takes. A change here is a decision, not a repair of this table.
STATEMENTS = {
    "AreaChildren": 3,
    "AuditEntries": 2,
    "ContactReveals": 4,
    "DiscountVersions": 4,
    "DiscountsToApprove": 5,
    "DispatchCandidates": 4,
    "DisputesToDecide": 6,
    "ExplainReward": 2,
    "HeadHome": 9,
    "HeadHouseholds": 4,
    "HeadWishes": 4,
    "Heads": 4,
    "Households": 6,
    "Leaderboard": 4,
    "MyPasses": 8,
    "MyRedemptions": 6,
    "MySessions": 2,
    "MyShops": 4,
    "MyWishes": 6,
    "Nearby": 3,
    "PassQr": 2,
    "PointsHistory": 6,
    "RedemptionByRequestNo": 4,
    "RewardRuleTrial": 3,
    "RewardRules": 2,
    "ShopAlerts": 3,
    "ShopChanges": 5,
    "ShopChangesToApprove": 6,
    "ShopDay": 8,
    "ShopDetail": 5,
    "ShopInvitations": 3,
    "ShopStaff": 3,
    "ShopsToManage": 5,
    "SignalDetail": 4,
    "Signals": 5,
    "ShopStatements": 3,
    "StatementDetail": 6,
    "StatementFile": 4,
    "StatementMonth": 3,
    "StatementsToAcknowledge": 5,
    "ShopDiscounts": 4,
    "Viewer": 4,
    "ShopWebhooks": 3,
    "WebhookDeliveries": 4,
    "WishDetail": 11,
    "WishQueue": 6,
}

ONE_ROW_ONLY = {
    "ExplainReward", "PassQr", "RedemptionByRequestNo", "RewardRuleTrial", "SignalDetail", "StatementFile",
    "StatementMonth",
}  # fmt: skip


class Asker:
    """Sends every read as the person to whom it shows most, and counts."""

    def __init__(
        self, api: Api, world: World, wish: str, waiting: str, issued: str, signal: str, closed: str, webhook: str
    ) -> None:
        a = world.a
        assert a.staff and a.cashier and a.shop
        head, resident, first = a.head_people[0], a.residents[0], {"first": crowd.COUNT}
        terms = {"base": rewarding.BASE, "bonus": rewarding.BONUS}
        area, shop = ids.make("Area", a.community.id), ids.make("Shop", a.shop.id)
        self.api = api
        found = ids.find(wish, "Wish")
        assert found
        self.known = found
        self.questions = {
            "AreaChildren": (a.staff, {"id": ids.make("Area", a.grid.id), **first}),
            "AuditEntries": (world.auditor, first),
            "ContactReveals": (resident, first),
            "DiscountVersions": (a.cashier, {"id": discounting.key(a), **first}),
            "DiscountsToApprove": (world.admin, {"areaId": area, **first}),
            "DispatchCandidates": (a.staff, {"wishId": waiting, **first}),
            "DisputesToDecide": (world.admin, {"areaId": area, **first}),
            "ExplainReward": (head, {"wishId": wish}),
            "HeadHome": (head, {"wishes": crowd.COUNT, "shops": crowd.COUNT}),
            "HeadHouseholds": (head, first),
            "HeadWishes": (head, first),
            "Heads": (a.staff, {"areaId": area, **first}),
            "Households": (a.staff, {"areaId": area, **first}),
            "Leaderboard": (head, {"areaId": area, "period": "MONTH", **first}),
            "MyPasses": (head, first),
            "MyRedemptions": (head, first),
            "MySessions": (head, first),
            "MyShops": (a.cashier, first),
            "MyWishes": (resident, first),
            "Nearby": (resident, {"latitude": 27.73, "longitude": 106.92, "category": "FOOD", **first}),
            "PassQr": (head, {"id": issued}),
            "PointsHistory": (head, first),
            "RewardRuleTrial": (world.auditor, {**terms, "month": "2026-05-15"}),
            "RewardRules": (world.auditor, first),
            "RedemptionByRequestNo": (a.cashier, {"requestNo": "till"}),
            "ShopAlerts": (a.cashier, {"id": shop, **first}),
            "ShopChanges": (a.cashier, {"id": shop, **first}),
            "ShopChangesToApprove": (world.admin, {"areaId": area, **first}),
            "ShopDay": (a.cashier, {"shopId": shop, "date": "2026-05-15", **first}),
            "ShopDetail": (a.cashier, {"id": shop, **first}),
            "ShopInvitations": (a.cashier, {"id": shop, **first}),
            "ShopStaff": (a.cashier, {"id": shop, **first}),
            "ShopsToManage": (world.auditor, {"areaId": area, "states": ["ACTIVE"], **first}),
            "SignalDetail": (world.admin, {"id": signal}),
            "ShopStatements": (a.cashier, {"id": shop, **first}),
            "StatementDetail": (a.cashier, {"id": closed, **first}),
            "StatementFile": (a.cashier, {"shopId": shop, "format": "CSV", "date": settling.LONG_AGO.isoformat()}),
            "StatementMonth": (a.cashier, {"shopId": shop, "month": settling.LONG_AGO.isoformat()}),
            "StatementsToAcknowledge": (world.admin, {"areaId": area, **first}),
            "Signals": (world.admin, {"areaId": area, **first}),
            "ShopDiscounts": (a.cashier, {"id": shop, **first}),
            "Viewer": (a.cashier, {}),
            "ShopWebhooks": (a.cashier, {"id": shop, **first}),
            "WebhookDeliveries": (a.cashier, {"id": webhook, **first, "attempts": crowd.COUNT}),
            "WishDetail": (world.auditor, {"id": wish, "reveals": crowd.COUNT}),
            "WishQueue": (a.staff, {"areaId": area, "states": ["ACCEPTED", "RATED"], **first}),
        }

    async def count(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        """For each read its statements, and the lengths of the pages in its answer."""
        counts, pages = {}, {}
        for name, (who, variables) in self.questions.items():
            with database.observed_statements() as seen:
                answer = await self.api.run(who.token, name, **variables)
            counts[name] = len(seen)
            pages[name] = list(lengths(answer))
        return counts, pages


def lengths(answer: Any) -> Iterator[int]:
    """How many edges each connection in an answer has."""
    if isinstance(answer, dict):
        if isinstance(answer.get("edges"), list):
            yield len(answer["edges"])
        for value in answer.values():
            yield from lengths(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from lengths(value)


async def test_each_read_takes_as_many_statements_for_a_full_page_as_for_one_row(
    travel: Travel, world: World, api: Api
) -> None:
    asker = Asker(api, world, *await one_of_each(api, world))
    few, pages = await asker.count()
    assert {name: sizes for name, sizes in pages.items() if 0 in sizes} == {}
    await crowd.fill(world, asker.known)
    many, pages = await asker.count()
    assert expected(few) == expected(many) == STATEMENTS
    assert {name: count for name, count in many.items() if count > BUDGETS.get(name, count)} == {}
    longest = {name: max(sizes) for name, sizes in pages.items() if sizes}
    full = dict.fromkeys(STATEMENTS.keys() - ONE_ROW_ONLY, crowd.COUNT)
    assert longest == {**full, "Viewer": 10}, "and the pages are full"


def expected(counts: dict[str, int]) -> dict[str, int]:
    """The counts, without the one that chance may add.

    The heads of a wish's offers and of its events are asked for in one statement when both lists arrive in the same
    turn of the event loop, and in two when they do not.
    """
    apart = STATEMENTS["WishDetail"] + 1
    return counts | {"WishDetail": apart - 1 if counts["WishDetail"] == apart else counts["WishDetail"]}


async def one_of_each(api: Api, world: World) -> tuple[str, str, str, str, str, str]:
    """A rated wish with all that hangs on it, and one that waits to be dispatched; a live pass; a signal; a statement;
    a row for each list."""
    a = world.a
    assert a.cashier and a.shop
    wish, waiting = await story.offered(api, a), await story.submitted(api, a)
    await story.done(api, a.head_people[0], "WishAccept", wishId=wish)
    await story.accepted(api, a, household=1)
    await story.done(api, a.head_people[0], "WishRevealContact", wishId=wish, kind="PHONE")
    await story.done(api, a.head_people[0], "WishComplete", wishId=wish, helpers=["楼栋红管家"])
    await story.done(api, a.residents[0], "WishRate", wishId=wish, stars=5)
    prepared = await story.prepared(api, a)
    till = await story.done(api, a.cashier, "RedemptionConfirm", token=prepared["token"], requestNo="till")
    given = {"redemptionId": till["redemption"]["id"], "reason": "没有去过"}
    await story.done(api, a.head_people[0], "RedemptionDispute", **given)
    issued = await story.issued(api, a)
    await story.alerted(a)
    shop = ids.make("Shop", a.shop.id)
    await story.done(api, a.cashier, "ShopStaffAdd", shopId=shop, phone="13800000001", displayName="小王")
    await story.done(api, a.cashier, "ShopEdit", shopId=shop, areaId=ids.make("Area", world.b.community.id))
    await discounting.submitted(api, a)
    signal = await signalling.flagged(a, SignalKind.FAR_APART, world.b)
    webhook = str((await hooks.endpoint(api, a))["id"])
    await hooks.made_before(webhook)
    return wish, waiting, str(issued["id"]), signal, await settling.settled_day(api, a), webhook


async def test_each_read_has_its_count() -> None:
    assert sorted(STATEMENTS) == [
        name for name in documents.NAMES if not (documents.is_mutation(name) or documents.is_subscription(name))
    ]


async def test_what_anybody_may_read_is_not_dearer_signed_in_than_one_statement(
    travel: Travel, world: World, api: Api
) -> None:
    """That one is the look-up of the session."""
    asker = Asker(api, world, *await one_of_each(api, world))
    for name in ("Nearby", "ShopDetail"):
        _, variables = asker.questions[name]
        with database.observed_statements() as seen:
            await api.run(None, name, **variables)
        assert len(seen) < STATEMENTS[name]


async def test_the_idle_stamp_costs_one_statement_every_5_minutes(travel: Travel, world: World, api: Api) -> None:
    counts = []
    for minutes in (0, 4.9, 0.2, 0, 4.9):
        travel.by(minutes=minutes)
        with database.observed_statements() as seen:
            await api.run(world.admin.token, "Viewer")
        counts.append(len(seen))
    assert [count - counts[0] for count in counts] == [0, 0, 1, 0, 0]
