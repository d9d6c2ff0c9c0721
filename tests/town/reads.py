"""Every read of the frontends, asked as the person to whom it shows most, with something on each of its pages."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from models.enums import NominationState, NotificationKind, SeasonState, SignalKind
from schema.graph import ids
from services.db import database
from services.kit.hours import month_text
from tests.town import (
    agreements,
    closings,
    crowd,
    discounts,
    entry,
    grants,
    honours,
    notices,
    points,
    reports,
    settlement,
    signals,
    story,
    webhooks,
    wishes,
)
from tests.town import till as town_till
from tests.town.documents import Api
from tests.town.world import Community, World


class Asker:
    """Sends every read as the person to whom it shows most, and counts."""

    def __init__(
        self,
        api: Api,
        world: World,
        wish: str,
        waiting: str,
        issued: str,
        signal: str,
        closed: str,
        webhook: str,
        gift: str,
        season: UUID,
        board: str,
        agreement: str,
    ) -> None:
        a = world.a
        assert a.staff and a.cashier and a.shop
        head, resident, first = a.head_people[0], a.residents[0], {"first": crowd.COUNT}
        terms = {"base": points.BASE, "bonus": points.BONUS}
        area, shop = ids.make("Area", a.community.id), ids.make("Shop", a.shop.id)
        self.api = api
        found = ids.find(wish, "Wish")
        assert found
        self.known = found
        self.season, key = season, ids.make("Season", season)
        self.board = board
        self.questions = {
            "AgreementDetail": (a.staff, {"id": agreement}),
            "Agreements": (resident, {"areaId": area, **first}),
            "AreaChildren": (a.staff, {"id": ids.make("Area", a.grid.id), **first}),
            "AreaBoard": (world.auditor, {"areaId": area, "period": "MONTH", **first}),
            "AuditEntries": (world.auditor, first),
            "BoardClosing": (world.admin, {"id": board, "errata": crowd.COUNT, **first}),
            "BoardClosings": (resident, {"areaId": area, "period": "WEEK", **first}),
            "ConsentTexts": (resident, {}),
            "SignInWays": (resident, {}),
            "ContactReveals": (resident, first),
            "DiscountGrants": (world.admin, {"id": gift, **first}),
            "DiscountVersions": (a.cashier, {"id": discounts.key(a), **first}),
            "DiscountsToGrant": (world.admin, {"areaId": area, **first}),
            "MyGrants": (head, first),
            "DiscountsToApprove": (world.admin, {"areaId": area, **first}),
            "DispatchCandidates": (a.staff, {"wishId": waiting, **first}),
            "DisputesToDecide": (world.admin, {"areaId": area, **first}),
            "District": (resident, first),
            "ExplainReward": (head, {"wishId": wish}),
            "HeadDetail": (
                a.staff,
                {"id": ids.make("HouseholdHead", a.heads[0].id), "households": crowd.COUNT, "wishes": crowd.COUNT},
            ),
            "HeadHome": (head, {"wishes": crowd.COUNT, "shops": crowd.COUNT}),
            "HeadHonours": (head, first),
            "HeadHouseholds": (head, first),
            "HeadStanding": (head, {}),
            "HeadWishes": (head, first),
            "Heads": (a.staff, {"areaId": area, **first}),
            "HonourRoll": (None, {"areaId": area, **first}),
            "HouseholdDetail": (a.staff, {"id": ids.make("Household", a.households[0].id), "wishes": crowd.COUNT}),
            "HouseholdJoinsToConfirm": (a.staff, {"areaId": area, **first}),
            "Households": (a.staff, {"areaId": area, **first}),
            "Leaderboard": (world.admin, {"areaId": area, "period": "MONTH", **first}),
            "LeaderboardMe": (head, {"areaId": area, "period": "MONTH"}),
            "MyConsents": (resident, {}),
            "MyHouseholdJoins": (resident, first),
            "MyNominations": (head, first),
            "NominationChoices": (resident, {}),
            "MyNotifications": (head, first),
            "MyPasses": (head, first),
            "MyRedemptions": (head, first),
            "MySecondFactor": (head, {}),
            "MySessions": (head, first),
            "MyTodo": (a.staff, {}),
            "MyShops": (a.cashier, first),
            "MyWishes": (resident, first),
            "Nearby": (resident, {"latitude": 27.73, "longitude": 106.92, "category": "FOOD", **first}),
            "Partners": (resident, {"areaId": area, **first}),
            "PassQr": (head, {"id": issued}),
            "PointsEconomy": (world.auditor, {"areaId": area}),
            "PointsHistory": (head, first),
            "RewardRuleTrial": (world.auditor, {**terms, "month": "2026-05"}),
            "RewardRules": (world.auditor, first),
            "RedemptionByRequestNo": (a.cashier, {"requestNo": "till"}),
            "SeasonCandidates": (a.staff, {"id": key, **first}),
            "SeasonDetail": (a.staff, {"id": key, **first}),
            "SeasonObjections": (a.staff, {"id": key, **first}),
            "Seasons": (a.staff, {"areaId": area, **first}),
            "ServiceRecord": (head, {"from": "2026-05-01", "until": "2026-05-15"}),
            "ServiceRecordVerify": (resident, {"code": reports.paper(a)}),
            "Roles": (world.admin, {"areaId": area, **first}),
            "ShopAlerts": (a.cashier, {"id": shop, **first}),
            "ShopChanges": (a.cashier, {"id": shop, **first}),
            "ShopChangesToApprove": (world.admin, {"areaId": area, **first}),
            "ShopDay": (a.cashier, {"shopId": shop, "date": "2026-05-15", **first}),
            "ShopDetail": (a.cashier, {"id": shop, **first}),
            "ShopInvitations": (a.cashier, {"id": shop, **first}),
            "ShopStaff": (a.cashier, {"id": shop, **first}),
            "ShopReport": (a.cashier, {"shopId": shop, "month": "2026-05", **first}),
            "ShopsThanked": (resident, {"areaId": area, "month": "2026-05", **first}),
            "ShopToManage": (world.admin, {"id": shop}),
            "ShopsToManage": (world.auditor, {"areaId": area, "states": ["ACTIVE"], **first}),
            "SignalDetail": (world.admin, {"id": signal}),
            "ShopStatements": (a.cashier, {"id": shop, **first}),
            "StatementDetail": (a.cashier, {"id": closed, **first}),
            "StatementFile": (a.cashier, {"shopId": shop, "format": "CSV", "date": settlement.LONG_AGO.isoformat()}),
            "StatementMonth": (a.cashier, {"shopId": shop, "month": month_text(settlement.LONG_AGO)}),
            "StatementsToAcknowledge": (world.admin, {"areaId": area, **first}),
            "Signals": (world.admin, {"areaId": area, **first}),
            "ShopDiscounts": (a.cashier, {"id": shop, **first}),
            "Viewer": (a.cashier, {}),
            "ShopWebhooks": (a.cashier, {"id": shop, **first}),
            "WebhookDeliveries": (a.cashier, {"id": webhook, **first, "attempts": 40}),
            "WishDetail": (world.auditor, {"id": wish, "reveals": crowd.COUNT}),
            "WishQueue": (a.staff, {"areaId": area, "states": ["ACCEPTED", "RATED"], **first}),
        }

    async def count(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        """For each read its statements, and the lengths of the pages in its answer."""
        counts, pages = {}, {}
        for name, (who, variables) in self.questions.items():
            with database.observed_statements() as seen:
                answer = await self.api.run(who and who.token, name, **variables)
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


async def one_of_each(api: Api, world: World) -> tuple[str, str, str, str, str, str, str, UUID, str, str]:
    """A rated wish with all that hangs on it, and one that waits to be dispatched; a live pass; a signal; a statement;
    a webhook; a gift that was given; an agreement; a row for each list."""
    a = world.a
    assert a.cashier and a.shop
    wish, waiting = await wishes.offered(api, a), await wishes.submitted(api, a)
    await story.done(api, a.head_people[0], "WishAccept", wishId=wish)
    await wishes.accepted(api, a, household=1)
    await story.done(api, a.head_people[0], "WishRevealContact", wishId=wish, kind="PHONE")
    await story.done(api, a.head_people[0], "WishComplete", wishId=wish, helpers=["楼栋红管家"])
    await story.done(api, a.residents[0], "WishRate", wishId=wish, stars=5)
    prepared = await town_till.prepared(api, a)
    till = await story.done(api, a.cashier, "RedemptionConfirm", token=prepared["token"], requestNo="till")
    given = {"redemptionId": till["redemption"]["id"], "reason": "没有去过"}
    await story.done(api, a.head_people[0], "RedemptionDispute", **given)
    issued = await town_till.issued(api, a)
    await signals.alerted(a)
    shop = ids.make("Shop", a.shop.id)
    await story.done(api, a.cashier, "ShopStaffAdd", shopId=shop, phone="13800000001", displayName="小王")
    await story.done(api, a.cashier, "ShopEdit", shopId=shop, areaId=ids.make("Area", world.b.community.id))
    await discounts.submitted(api, a)
    await entry.asked(a.residents[0], a.households[2].id)
    await notices.left(a.head_people[0], kind=NotificationKind.WISH_RATED, subject_id=ids.find(wish, "Wish"))
    signal = await signals.flagged(a, SignalKind.FAR_APART, world.b)
    webhook = str((await webhooks.endpoint(api, a))["id"])
    await webhooks.made_before(webhook)
    gift = await grants.on_offer(api, world, a)
    await grants.given(api, world, a, gift)
    closed = await settlement.settled_day(api, a)
    season, board = await _season(a), await closings.corrected(a)
    agreement = await agreements.in_force(api, a, await agreements.partner(a))
    return wish, waiting, str(issued["id"]), signal, closed, webhook, gift, season, board, agreement


async def _season(place: Community) -> UUID:
    """An open season with a nomination, an objection and a candidate; and an honour of the first head."""
    season = await honours.season(place.community, rule=honours.NOTHING)
    made = await honours.nomination(season, NominationState.CONSENTED, head=place.heads[0])
    await honours.objection(made, place.residents[0])
    concluded = await honours.season(place.community, SeasonState.CONCLUDED)
    honour = await honours.nomination(concluded, NominationState.HONOURED, head=place.heads[0])
    await honours.objection(honour, place.residents[0])
    return season.id
