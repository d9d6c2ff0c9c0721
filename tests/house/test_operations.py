"""The story as the frontends tell it: every document of docs/operations, its answer checked, none of it left empty."""

import re
from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from models.discounts import Discount
from models.enums import DiscountKind, Role, WishCategory
from schema import root
from schema.graph import ids
from services.kit import clock
from services.kit.ids import Piece
from services.work import tick
from tests.town import (
    agreements,
    documents,
    entry,
    grants,
    honouring,
    notices,
    people,
    points,
    reports,
    roles,
    settlement,
    shops,
    signals,
    story,
    webhooks,
    wishes,
    writes,
)
from tests.town import second_factor as factors
from tests.town import till as town_till
from tests.town import world as making
from tests.town.discounts import benefit_shown
from tests.town.documents import OPERATIONS, Api, Recorder, instant, nodes
from tests.town.live import Stream, hearing, relay_all, streaming
from tests.town.story import Story
from tests.town.till import Phone
from tests.town.world import FRIDAY_NOON, Person, Travel, World, another_session, discount, person

CHINESE = re.compile(r"[\u4e00-\u9fff]")
DAY = "2026-05-15"

# After these steps whoever made them can't make another.
# And whoever is resumed is suspended no longer; what was just consented to stands; a change has a reason where it was
# turned down; and of an invitation that has ended no phone is kept.
NOTHING_LEFT_TO_DO = {
    # What bars a head, and until when: tests/till/test_eligibility.py, test_preparations.py.
    "MyPasses: viewer.householdHead.passes.edges.node.obstacle.retryAt",
    "MyGrants: viewer.householdHead.grants.edges.node.discount.obstacle.retryAt",
    "RedemptionPrepare: redemptionPrepare.errors.retryAt",
    *(f"Nearby: shops.edges.node.discounts.edges.node.obstacle.{name}" for name in ("code", "message", "retryAt")),
    *(f"ShopDetail: node.discounts.edges.node.obstacle.{name}" for name in ("code", "message", "retryAt")),
    "AgreementEnd: agreementEnd.agreement.availableActions",
    *honouring.NOTHING_LEFT_TO_DO,
    "ConsentGive: consentGive.consent.withdrawnAt",
    "DiscountEnd: discountEnd.discount.availableActions",
    "DisputeReject: disputeReject.dispute.availableActions",
    "DisputeUphold: disputeUphold.dispute.availableActions",
    "GrantRevoke: grantRevoke.grant.availableActions",
    "HeadLeave: headLeave.head.availableActions",
    "HeadResume: headResume.head.suspendedAt",
    "HouseholdJoinDecide: householdJoinDecide.join.availableActions",
    "HouseholdJoinVouch: householdJoinVouch.join.availableActions",
    "HouseholdJoinWithdraw: householdJoinWithdraw.join.availableActions",
    "NotificationSettingsChange: notificationSettingsChange.errors.field",
    "PassCancel: passCancel.pass.availableActions",
    "PointsReverse: pointsReverse.reward.availableActions",
    "RedemptionRevoke: redemptionRevoke.redemption.availableActions",
    "RewardRuleWithdraw: rewardRuleWithdraw.rewardRule.availableActions",
    "RoleEnd: roleEnd.membership.availableActions",
    "SessionEnd: sessionEnd.session.availableActions",
    "SessionsEnd: sessionsEnd.errors.field",
    "ShopChangeApprove: shopChangeApprove.change.availableActions",
    "ShopChangeApprove: shopChangeApprove.change.reason",
    "ShopChangeReject: shopChangeReject.change.availableActions",
    "ShopChangeWithdraw: shopChangeWithdraw.change.availableActions",
    "ShopChangeWithdraw: shopChangeWithdraw.change.reason",
    "ShopInvitationWithdraw: shopInvitationWithdraw.invitation.availableActions",
    "ShopInvitationWithdraw: shopInvitationWithdraw.invitation.phone",
    "ShopLeave: shopLeave.shop.availableActions",
    "ShopReject: shopReject.shop.availableActions",
    "SignalJudge: signalJudge.signal.availableActions",
    "StatementAcknowledge: statementAcknowledge.statement.acknowledgeableAs",
    "StatementAcknowledge: statementAcknowledge.statement.availableActions",
    "WebhookEnd: webhookEnd.endpoint.availableActions",
    "WebhookRedeliver: webhookRedeliver.delivery.availableActions",
    "WechatUnbind: wechatUnbind.errors.field",
    "WishCancel: wishCancel.wish.availableActions",
    "WishComplete: wishComplete.wish.availableActions",
    "WishDecline: wishDecline.wish.availableActions",
    "WishHandBack: wishHandBack.wish.availableActions",
    "WishRate: wishRate.wish.availableActions",
    "WishReject: wishReject.wish.availableActions",
}


# There is nothing that could be missing.
NAMING_NOTHING = {
    "ConsentGive", "ConsentWithdraw", "MessageConsentsNote", "NotificationSettingsChange", "PrivacyExport",
    "RewardRuleCreate", "RosterImport", "SessionsEnd", "SignInByWechat", "SignInCodeSend", "WechatUnbind",
}  # fmt: skip


def id_of(kind: str, row: Any) -> str:
    return ids.make(kind, row.id)


def at(**passed: float) -> str:
    """The moment so long after the story began, as an answer tells it."""
    return instant(FRIDAY_NOON + timedelta(**passed))


def picked(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


async def test_the_story(travel: Travel, world: World, api: Api, database_url: str) -> None:
    told = Story(Recorder(api), world, travel)
    await who_is_there(told)
    await a_resident_submits_and_a_head_is_found(told)
    await the_head_helps(told)
    await the_resident_rates_and_points_follow(told)
    await wishes_that_take_the_ways_back(told)
    await what_the_shops_offer(told)
    await at_the_till(told)
    await after_the_till(told)
    await on_the_board(told)
    await a_rating_that_came_late(told)
    await a_mistake_is_corrected(told)
    await a_closed_board_is_corrected(told)
    await the_rule_is_changed(told)
    await signed_in_in_two_places(told)
    await consents_to_what_was_read(told)
    await factors.a_second_factor_is_set_up_used_and_ended(told)
    await a_shop_changes_its_offers(told)
    await shops.a_shop_joins_works_and_leaves(told)
    await agreements.a_partner_agrees_and_helps(told)
    await people.the_community_knows_its_people(told)
    await people.a_roster_is_imported(told)
    await people.heads_come_and_go(told)
    await people.the_auditor_looks_back(told)
    await roles.a_worker_comes_and_goes(told)
    await webhooks.its_own_system_is_told(told)
    await word_of_changes(told, database_url)
    await town_till.a_head_disputes_and_an_administrator_decides(told)
    await grants.a_head_is_given_something(told)
    await signals.an_administrator_judges_what_looked_unusual(told)
    await settlement.days_are_settled(told)
    await honouring.a_season_is_lived(told)
    await reports.a_month_is_reported(told)
    await refusals(told)
    await notices.people_are_told(told, database_url)
    await entry.people_sign_in(told)
    await another_week_is_closed(told)
    assert sorted(told.api.answered) == documents.NAMES, "each document is run"
    missing = {
        f"{name}: {path}" for name in documents.NAMES for path in documents.leaves(name) - told.api.answered[name]
    }
    assert sorted(missing ^ NOTHING_LEFT_TO_DO) == [], "each other field was answered with a value"
    written = {name: taken for name, taken in told.api.statements.items() if documents.is_mutation(name)}
    assert written == writes.STATEMENTS


async def who_is_there(told: Story) -> None:
    a, world = told.a, told.world
    assert a.worker and a.shop
    nothing = {"household": None, "householdHead": None, "shop": None}
    above = ["A社区", "上海路街道", "汇川区"]
    shop = {"id": id_of("Shop", a.shop), "name": "A小吃店"}
    expected: list[tuple[Person, str, dict[str, Any], list[str]]] = [
        (
            a.residents[0],
            "RESIDENT",
            {**nothing, "household": {"id": id_of("Household", a.households[0])}},
            ["第一网格", *above],
        ),
        (
            told.head,
            "HOUSEHOLD_HEAD",
            {**nothing, "householdHead": {"id": id_of("HouseholdHead", a.heads[0])}},
            ["第一网格", *above],
        ),
        (a.worker, "GRID_WORKER", nothing, ["第一网格", *above]),
        (told.staff, "COMMUNITY_STAFF", nothing, above),
        (told.cashier, "SHOP_STAFF", {**nothing, "shop": shop}, above),
        (world.admin, "DISTRICT_ADMIN", nothing, ["汇川区"]),
        (world.auditor, "AUDITOR", nothing, ["汇川区"]),
    ]
    for who, role, own, areas in expected:
        viewer = (await told.run(who, "Viewer"))["viewer"]
        found = viewer.pop("areas")
        if viewer["shop"]:
            (offer,) = nodes(viewer["shop"].pop("discounts"))
            assert offer == {"id": id_of("Discount", a.discount), "title": "全场八折"}
        assert viewer == {"displayName": who.name, "roles": [role], **own}
        assert [area["name"] for area in nodes(found)] == areas
        assert [area["kind"] for area in nodes(found)] == ["GRID", "COMMUNITY", "SUBDISTRICT", "DISTRICT"][
            -len(areas) :
        ]
        assert nodes(found)[-1]["id"] == id_of("Area", world.district)
    assert (await told.run(None, "Viewer")) == {"viewer": None}


async def a_resident_submits_and_a_head_is_found(told: Story) -> None:
    a, resident = told.a, told.a.residents[0]
    household = {"id": id_of("Household", a.households[0]), "contactName": "孙居民", "address": "1栋100室"}
    wish = await told.done(
        resident,
        "WishSubmit",
        householdId=household["id"],
        category="REPAIR",
        title="水龙头漏水",
        details="厨房\n滴水三天",
        requestNo="wish-1",
    )
    told.wish = wish.pop("id")
    assert wish == {
        "state": "SUBMITTED",
        "title": "水龙头漏水",
        "details": "厨房\n滴水三天",
        "category": "REPAIR",
        "onBehalf": False,
        "submittedAt": at(),
        "availableActions": ["CANCEL"],
    }

    area = id_of("Area", a.community)
    waits = (await told.run(told.staff, "MyTodo"))["viewer"]["todo"]
    assert picked(waits, "wishesToDispatch", "joinsToConfirm", "wishesToRate") == (1, 0, None)
    for who, badge in ((a.residents[0], "wishesToRate"), (told.head, "wishesToAnswer")):
        assert (await told.run(who, "MyTodo"))["viewer"]["todo"][badge] == 0
    badges = (await told.run(told.world.admin, "MyTodo"))["viewer"]["todo"]
    assert {name for name, count in badges.items() if count is not None} == {
        "shopsToApprove", "shopChangesToApprove", "discountsToApprove", "disputesToDecide", "signalsToJudge",
        "nominationsToDecide", "seasonObjectionsToAnswer", "statementsToAcknowledge",
    }  # fmt: skip
    queue = (await told.run(told.staff, "WishQueue", areaId=area, states=["SUBMITTED"]))["wishes"]
    (row,) = nodes(queue)
    assert row == {
        "id": told.wish, "title": "水龙头漏水", "category": "REPAIR", "state": "SUBMITTED", "onBehalf": False,
        "requesterName": "孙居民", "submittedAt": at(), "deadlineAt": None, "stars": None, "household": household,
        "head": None, "grid": {"id": id_of("Area", a.grid), "name": "第一网格"},
        "availableActions": ["DISPATCH", "REJECT"],
    }  # fmt: skip
    candidates = (await told.run(told.staff, "DispatchCandidates", wishId=told.wish))["node"]
    assert candidates["id"] == told.wish and candidates["state"] == "SUBMITTED"
    assert nodes(candidates["candidates"]) == [
        {
            "head": {"id": id_of("HouseholdHead", a.heads[place]), "name": name, "starLevel": 1},
            "ownHead": place == 0,
            "openLoad": 0,
            "recentOffers": 0,
            "lastOfferedAt": None,
            "averageRating": None,
        }
        for place, name in enumerate(("赵联户", "钱联户"))
    ]

    told.travel.by(minutes=5)
    head = {"id": id_of("HouseholdHead", a.heads[0]), "name": "赵联户"}
    assert await told.done(told.staff, "WishDispatch", wishId=told.wish, headId=head["id"]) == {
        "id": told.wish,
        "state": "DISPATCHED",
        "head": head,
        "dispatchedAt": at(minutes=5),
        "deadlineAt": at(hours=48, minutes=5),
        "availableActions": ["RECALL"],
        "offers": [{"head": head, "state": "OPEN", "offeredAt": at(minutes=5), "endedAt": None}],
    }


async def the_head_helps(told: Story) -> None:
    a = told.a
    home = (await told.run(told.head, "HeadHome"))["viewer"]["householdHead"]
    (waiting,) = nodes(home["wishes"])
    assert waiting == {
        "id": told.wish,
        "title": "水龙头漏水",
        "category": "REPAIR",
        "state": "DISPATCHED",
        "submittedAt": at(),
        "deadlineAt": at(hours=48, minutes=5),
        "availableActions": ["ACCEPT", "DECLINE"],
        "household": {"id": id_of("Household", a.households[0]), "contactName": "孙居民"},
    }
    assert picked(home, "points", "rank") == ({"available": 0, "pending": 0, "held": 0}, None)
    standing = await told.run(told.head, "HeadStanding")
    assert standing["viewer"]["householdHead"] == {
        "id": id_of("HouseholdHead", a.heads[0]),
        "starLevel": 1,
        "points": {"available": 0, "pending": 0, "held": 0, "debt": 0},
        "onBoard": True,
        "rank": None,
        "rankBoard": None,
        "availableActions": ["LEAVE_BOARD", "LEAVE"],
    }
    nothing = {"wishes": 0, "households": 0, "points": 0}
    assert standing["headProgress"] == {
        "thisMonth": {"month": "2026-05-01", **nothing},
        "lastMonth": {"month": "2026-04-01", **nothing},
        "bestMonth": None,
        "offered": 1,
        "accepted": 0,
    }
    detail = (await told.run(told.head, "WishDetail", id=told.wish))["node"]
    assert detail["revealableContacts"] == ["ADDRESS"]

    told.travel.by(minutes=5)
    head = {"id": id_of("HouseholdHead", a.heads[0]), "name": "赵联户"}
    assert await told.done(told.head, "WishAccept", wishId=told.wish) == {
        "id": told.wish,
        "state": "ACCEPTED",
        "head": head,
        "acceptedAt": at(minutes=10),
        "availableActions": ["HAND_BACK", "COMPLETE"],
    }
    shown = [
        await told.done(told.head, "WishRevealContact", wishId=told.wish, kind=kind) for kind in ("ADDRESS", "PHONE")
    ]
    assert shown == [
        {"kind": "ADDRESS", "name": "孙居民", "value": "1栋100室"},
        {"kind": "PHONE", "name": "孙居民", "value": "10000001100"},
    ]
    log = (await told.run(a.residents[0], "ContactReveals"))["viewer"]["household"]
    assert log["id"] == id_of("Household", a.households[0])
    assert nodes(log["contactReveals"]) == [
        {
            "kind": kind,
            "shownTo": "赵联户",
            "revealedAt": at(minutes=10),
            "wish": {"id": told.wish, "title": "水龙头漏水"},
        }
        for kind in ("PHONE", "ADDRESS")
    ]

    told.travel.by(minutes=50)
    assert await told.done(
        told.head, "WishComplete", wishId=told.wish, note="换了阀芯", helpers=["楼栋红管家甲", "楼栋红管家乙"]
    ) == {
        "id": told.wish,
        "state": "COMPLETED",
        "completedAt": at(hours=1),
        "completionNote": "换了阀芯",
        "helpers": ["楼栋红管家甲", "楼栋红管家乙"],
        "deadlineAt": at(days=7, hours=1),
        "availableActions": [],
    }
    assert (await told.run(told.head, "HeadHome"))["viewer"]["householdHead"]["points"] == {
        "available": 0,
        "pending": 20,
        "held": 0,
    }


async def the_resident_rates_and_points_follow(told: Story) -> None:
    resident = told.a.residents[0]
    (mine,) = nodes((await told.run(resident, "MyWishes"))["viewer"]["household"]["wishes"])
    assert picked(mine, "id", "state", "availableActions") == (told.wish, "COMPLETED", ["RATE", "REDO"])
    told.travel.by(hours=1)
    assert await told.done(resident, "WishRate", wishId=told.wish, stars=5, comment="又快又好") == {
        "id": told.wish,
        "state": "RATED",
        "stars": 5,
        "ratingComment": "又快又好",
        "ratingSource": "HOUSEHOLD",
        "ratedAt": at(hours=2),
        "availableActions": [],
    }
    (row,) = nodes((await told.run(told.staff, "WishQueue", states=["RATED"]))["wishes"])
    assert picked(row, "id", "stars", "head") == (
        told.wish,
        5,
        {"id": id_of("HouseholdHead", told.a.heads[0]), "name": "赵联户"},
    )
    lines = ["按积分规则第 1 版计算", "基础分：维修 20 分", "评价加分：5 星，加 5 分", "合计 25 分，已入账"]
    assert (await told.run(told.head, "ExplainReward", wishId=told.wish))["explainReward"] == {
        "ruleVersion": 1, "category": "REPAIR", "base": 20, "bonus": 5, "stars": 5, "ratingSource": "HOUSEHOLD",
        "dailyCap": {"limit": 60, "used": 0, "cut": 0}, "monthlyHouseholdCap": {"limit": 120, "used": 0, "cut": 0},
        "sameHousehold": False, "points": 25, "state": "POSTED", "completedAt": at(hours=1), "postedAt": at(hours=2),
        "reversedAt": None, "reversalReason": None, "reversedAvailable": None, "reversedDebt": None, "lines": lines,
        "availableActions": [],
    }  # fmt: skip
    detail = (await told.run(told.world.auditor, "WishDetail", id=told.wish))["node"]
    assert detail["reward"] == {
        "points": 25, "state": "POSTED", "base": 20, "bonus": 5, "lines": lines, "availableActions": [],
    }  # fmt: skip
    above = (await told.run(told.world.admin, "WishDetail", id=told.wish))["node"]
    assert above["reward"]["availableActions"] == ["REVERSE"]
    assert [picked(event, "action", "actor", "toState", "occurredAt") for event in detail["events"]] == [
        ("SUBMIT", "REQUESTER", "SUBMITTED", at()),
        ("DISPATCH", "STAFF", "DISPATCHED", at(minutes=5)),
        ("ACCEPT", "OFFERED_HEAD", "ACCEPTED", at(minutes=10)),
        ("COMPLETE", "ASSIGNED_HEAD", "COMPLETED", at(hours=1)),
        ("RATE", "RESIDENT", "RATED", at(hours=2)),
    ]
    assert [picked(event, "stars", "note", "fromState") for event in detail["events"]][-2:] == [
        (None, "换了阀芯", "ACCEPTED"),
        (5, "又快又好", "COMPLETED"),
    ]
    about = [event["head"] and event["head"]["name"] for event in detail["events"]]
    assert about == [None, "赵联户", "赵联户", "赵联户", "赵联户"]
    assert [reveal["kind"] for reveal in nodes(detail["contactReveals"])] == ["PHONE", "ADDRESS"]
    assert picked(detail["offers"][0], "state", "endedAt") == ("ACCEPTED", at(minutes=10))
    (entry,) = nodes((await told.run(told.head, "PointsHistory"))["viewer"]["householdHead"]["pointsEntries"])
    assert picked(entry, "kind", "points", "balance", "debt", "createdAt") == ("REWARD_POSTED", 25, 25, 0, at(hours=2))
    assert entry["wish"] == {"id": told.wish, "title": "水龙头漏水", "category": "REPAIR"}
    assert entry["redemption"] is None


async def wishes_that_take_the_ways_back(told: Story) -> None:
    """Filed on behalf, declined, handed back, recalled, redone, rated from a call-back; and two that end early."""
    a, household = told.a, id_of("Household", told.a.households[1])
    wish = await told.done(
        told.staff,
        "WishSubmit",
        householdId=household,
        category="ERRAND",
        title="取药",
        consentNote="电话里同意了",
        requestNo="wish-2",
    )
    key = wish["id"]
    assert wish["onBehalf"] and wish["availableActions"] == ["DISPATCH", "REJECT", "CANCEL"]
    offered = await told.done(told.staff, "WishDispatch", wishId=key)
    assert offered["head"] is None and {offer["head"]["name"] for offer in offered["offers"]} == {"赵联户", "钱联户"}
    second = a.head_people[1]
    assert picked(
        await told.done(second, "WishDecline", wishId=key, reason="在外地"), "id", "state", "availableActions"
    ) == (key, "DISPATCHED", [])
    await told.done(told.head, "WishAccept", wishId=key)
    back = await told.done(told.head, "WishHandBack", wishId=key, reason="车坏了")
    assert back == {"id": key, "state": "SUBMITTED", "availableActions": []}
    await told.done(told.staff, "WishDispatch", wishId=key, headId=id_of("HouseholdHead", a.heads[1]))
    recalled = await told.done(told.staff, "WishRecall", wishId=key, reason="换人")
    assert recalled == {"id": key, "state": "SUBMITTED", "availableActions": ["DISPATCH", "REJECT", "CANCEL"]}
    await told.done(told.staff, "WishDispatch", wishId=key, headId=id_of("HouseholdHead", a.heads[0]))
    await told.done(told.head, "WishAccept", wishId=key)
    await told.done(told.head, "WishComplete", wishId=key, note="送到")
    redone = await told.done(a.residents[1], "WishRedo", wishId=key, reason="少了一盒")
    assert redone == {"id": key, "state": "ACCEPTED", "redoCount": 1, "availableActions": ["CANCEL"]}
    await told.done(told.head, "WishComplete", wishId=key, note="补齐", helpers=["楼栋红管家丙"])
    # Who filed it may not rate it, so a colleague calls back.
    colleague = await person("冯社工", Role.COMMUNITY_STAFF, area=a.community)
    rated = await told.done(colleague, "WishRate", wishId=key, stars=4, comment="满意", callBackNote="本人接听")
    assert picked(rated, "state", "stars", "ratingSource") == ("RATED", 4, "CALL_BACK")
    detail = (await told.run(told.staff, "WishDetail", id=key))["node"]
    assert picked(detail, "onBehalf", "consentNote", "requesterName", "redoCount") == (
        True,
        "电话里同意了",
        "吴社工",
        1,
    )
    assert [picked(event, "action", "note") for event in detail["events"]] == [
        ("SUBMIT", None), ("DISPATCH", None), ("DECLINE", "在外地"), ("ACCEPT", None), ("HAND_BACK", "车坏了"),
        ("DISPATCH", None), ("RECALL", "换人"), ("DISPATCH", None), ("ACCEPT", None), ("COMPLETE", "送到"),
        ("REDO", "少了一盒"), ("COMPLETE", "补齐"), ("RATE", "本人接听"),
    ]  # fmt: skip
    waiting = await wishes.offered(told.api, a, household=2)
    (row,) = nodes((await told.run(a.worker, "WishQueue", states=["DISPATCHED"]))["wishes"])
    assert picked(row, "id", "head", "deadlineAt") == (waiting, None, at(days=2, hours=2))
    detail = (await told.run(second, "WishDetail", id=waiting))["node"]
    assert picked(detail, "id", "availableActions", "deadlineAt") == (
        waiting,
        ["ACCEPT", "DECLINE"],
        at(days=2, hours=2),
    )
    assert [offer["head"]["name"] for offer in detail["offers"]] == ["钱联户"], "a head sees the own offer only"
    ends = {}
    for name, who in (("WishReject", told.staff), ("WishCancel", a.residents[0])):
        early = await wishes.submitted(told.api, a)
        ends[name] = await told.done(who, name, wishId=early, reason="不需要了")
    assert [picked(end, "state", "availableActions") for end in ends.values()] == [("REJECTED", []), ("CANCELLED", [])]
    (candidate, _) = nodes(
        (await told.run(told.staff, "DispatchCandidates", wishId=await wishes.submitted(told.api, a)))["node"][
            "candidates"
        ]
    )
    assert picked(candidate, "ownHead", "openLoad", "averageRating") == (True, 0, 4.5)
    assert candidate["recentOffers"] > 0 and candidate["lastOfferedAt"]


async def what_the_shops_offer(told: Story) -> None:
    a = told.a
    assert a.shop and a.discount
    await a.shop.filter(id=a.shop.id).update(opening_hours="09:00-21:00", monthly_ceiling_fen=100_000)
    await Discount.filter(id=a.discount.id).update(max_saved_fen=5000)
    every = {
        "min_star_level": 1,
        "limit_per_day": 2,
        "limit_per_month": 5,
        "limit_total": 9,
        "stock_total": 30,
        "valid_from": date(2026, 5, 1),
        "valid_until": date(2026, 5, 31),
        "weekdays": 0b0011111,
        "from_minute": 600,
        "until_minute": 1200,
    }
    gift = await discount(a.shop, title="送豆浆", kind=DiscountKind.GIFT, gift="豆浆一杯", cost_points=0, **every)
    dear = await discount(
        a.shop, title="立减五元", kind=DiscountKind.AMOUNT_OFF, amount_off_fen=500, min_spend_fen=2000, cost_points=90
    )
    told.made |= {"gift": gift, "dear": dear}
    here = {"latitude": 27.7309, "longitude": 106.92, "category": "FOOD"}
    near, _ = nodes((await told.run(None, "Nearby", **here))["shops"])
    offers = nodes(near.pop("discounts"))
    shop = {
        "id": id_of("Shop", a.shop),
        "name": "A小吃店",
        "category": "FOOD",
        "address": "香港路1号",
        "latitude": 27.73,
        "longitude": 106.92,
        "openingHours": "09:00-21:00",
    }
    assert near == {**shop, "distanceMetres": 100}
    assert [picked(one, "title", "benefit", "costPoints") for one in offers] == [
        ("全场八折", {"__typename": "PercentOff", "percent": 20, "maxSavedFen": 5000}, 10),
        ("送豆浆", {"__typename": "Gift", "name": "豆浆一杯"}, 0),
        ("立减五元", {"__typename": "AmountOff", "amountFen": 500}, 90),
    ]
    assert (await told.run(None, "Nearby", **{**here, "category": "CLINIC"}))["shops"]["edges"] == []

    detail = (await told.run(told.cashier, "ShopDetail", id=shop["id"]))["node"]
    conditions = nodes(detail.pop("discounts"))
    assert detail == {
        **shop,
        "kind": "SHOP",
        "state": "ACTIVE",
        "area": {"id": id_of("Area", a.community), "name": "A社区"},
        "monthlyCeilingFen": 100_000,
        "ceilingLeftFen": 100_000,
        "availableActions": ["EDIT", "LEAVE", *shops.MANAGING, "DRAFT_DISCOUNT"],
    }
    assert conditions[1] == {
        "id": id_of("Discount", gift), "seriesId": id_of("DiscountSeries", gift), "title": "送豆浆", "audience": "ALL",
        "benefit": {"__typename": "Gift", "name": "豆浆一杯"}, "minSpendFen": 1000, "costPoints": 0, "minStarLevel": 1,
        "limitPerDay": 2, "limitPerMonth": 5, "limitTotal": 9, "stockLeft": 30, "validFrom": "2026-05-01",
        "validUntil": "2026-05-31", "weekdays": [1, 2, 3, 4, 5], "hours": {"from": "10:00", "until": "20:00"},
        "obstacle": None, "state": "ACTIVE",
    }  # fmt: skip


async def at_the_till(told: Story) -> None:
    a = told.a
    offer = {"id": id_of("Discount", a.discount), "title": "全场八折", "benefit": {"__typename": "PercentOff"}}
    shop = {"id": id_of("Shop", a.shop), "name": "A小吃店"}
    live = await told.done(told.head, "PassIssue", discountId=offer["id"], requestNo="pass-1")
    assert picked(live, "state", "algorithm", "stepSeconds") == ("LIVE", "XD1-HMAC-SHA256", 30)
    assert picked(live, "issuedAt", "serverTime", "expiresAt") == (at(hours=2), at(hours=2), at(hours=26))
    assert live["discount"] == {**offer, "minSpendFen": 1000, "costPoints": 10}
    assert live["shop"] == {**shop, "address": "香港路1号"}
    phone = Phone(live)
    assert picked(live, "code", "shortCode") == (phone.qr(), phone.short()), "the phone computes the same offline"
    prepared = await told.done(told.cashier, "RedemptionPrepare", code=phone.short(), billFen=8800)
    token = prepared.pop("token")
    assert prepared == {
        "headName": "赵**",
        "discount": offer,
        "shop": shop,
        "billFen": 8800,
        "payableFen": 7040,
        "savedFen": 1760,
        "costPoints": 10,
        "expiresAt": at(hours=2, seconds=120),
        "serverTime": at(hours=2),
        "availableActions": ["CONFIRM"],
    }
    assert (await told.run(told.head, "HeadHome"))["viewer"]["householdHead"]["points"] == {
        "available": 27,
        "pending": 0,
        "held": 10,
    }
    told.travel.by(seconds=60)
    done = await told.done(told.cashier, "RedemptionConfirm", token=token, requestNo="till-1")
    moment = {"hours": 2, "seconds": 60}
    told.made["redemption"] = done["id"]
    assert done == {
        "id": done["id"],
        "state": "CONFIRMED",
        "headName": "赵**",
        "discount": {"id": offer["id"], "title": "全场八折"},
        "billFen": 8800,
        "payableFen": 7040,
        "savedFen": 1760,
        "costPoints": 10,
        "confirmedAt": at(**moment),
        "revocableUntil": at(hours=3, seconds=60),
        "availableActions": ["REVOKE"],
    }
    found = (await told.run(told.cashier, "RedemptionByRequestNo", requestNo="till-1"))["redemptionByRequestNo"]
    assert {name: found[name] for name in found.keys() & done.keys()} == {
        k: done[k] for k in found.keys() & done.keys()
    }
    assert found["revokedAt"] is None
    # The customer shows the code again: the cashier is told of what was redeemed.
    again = await story.act(told.api, told.cashier, "RedemptionPrepare", code=phone.qr(), billFen=8800)
    assert (story.code(again), again["preparation"]) == ("JUST_REDEEMED", None)
    assert picked(again["redemption"], "id", "payableFen") == (done["id"], 7040)
    # A gift costs nothing and is taken by its QR code; then it is taken back.
    gift = Phone(
        await told.done(told.head, "PassIssue", discountId=id_of("Discount", told.made["gift"]), requestNo="p-2")
    )
    prepared = await told.done(told.cashier, "RedemptionPrepare", code=gift.qr(), billFen=2000)
    assert picked(prepared, "payableFen", "savedFen", "costPoints") == (2000, 0, 0)
    assert prepared["discount"]["benefit"] == {"__typename": "Gift", "name": "豆浆一杯"}
    second = await told.done(told.cashier, "RedemptionConfirm", token=prepared["token"], requestNo="till-2")
    told.travel.by(seconds=60)
    assert await told.done(
        told.cashier, "RedemptionRevoke", redemptionId=second["id"], requestNo="till-3", reason="豆浆卖完了"
    ) == {
        "id": second["id"],
        "state": "REVOKED",
        "revokedAt": at(hours=2, seconds=120),
        "revokeReason": "豆浆卖完了",
        "availableActions": [],
    }
    revoked = (await told.run(told.cashier, "RedemptionByRequestNo", requestNo="till-3"))["redemptionByRequestNo"]
    assert picked(revoked, "id", "state", "revokedAt") == (second["id"], "REVOKED", at(hours=2, seconds=120))


async def after_the_till(told: Story) -> None:
    assert await told.done(told.head, "RedemptionThank", redemptionId=told.made["redemption"], word="KIND") == {
        "id": told.made["redemption"],
        "thankedWith": "KIND",
        "availableActions": ["DISPUTE"],
    }
    mine = nodes((await told.run(told.head, "MyRedemptions"))["viewer"]["householdHead"]["redemptions"])
    assert [picked(one, "state", "billFen", "savedFen", "costPoints", "revokeReason") for one in mine] == [
        ("REVOKED", 2000, 0, 0, "豆浆卖完了"),
        ("CONFIRMED", 8800, 1760, 10, None),
    ]
    assert [picked(one, "thankedWith", "availableActions") for one in mine] == [(None, []), ("KIND", ["DISPUTE"])]
    assert picked(mine[0]["discount"], "title", "benefit") == (
        "送豆浆",
        {"__typename": "Gift", "name": "豆浆一杯"},
    )
    shop = id_of("Shop", told.a.shop)
    day = (await told.run(told.cashier, "ShopDay", shopId=shop, date=DAY))["shopDay"]
    rows = nodes(day.pop("redemptions"))
    assert day == {
        "id": ids.make("ShopDay", Piece(told.a.shop.id, DAY)),
        "date": DAY,
        "closesAt": "2026-05-16T02:00:00+08:00",
        "count": 1,
        "revoked": 1,
        "billFen": 8800,
        "savedFen": 1760,
        "payableFen": 7040,
        "points": 10,
        "statement": None,
        "shop": {"id": shop, "name": "A小吃店", "monthlyCeilingFen": 100_000, "ceilingLeftFen": 98_240},
    }
    assert [picked(row, "state", "headName", "payableFen") for row in rows] == [
        ("REVOKED", "赵**", 2000),
        ("CONFIRMED", "赵**", 7040),
    ]
    entries = nodes((await told.run(told.head, "PointsHistory"))["viewer"]["householdHead"]["pointsEntries"])
    assert [picked(entry, "kind", "points", "balance") for entry in entries] == [
        ("SPEND", -10, 27),
        ("REWARD_POSTED", 12, 37),
        ("REWARD_POSTED", 25, 25),
    ]
    assert entries[0]["redemption"] == {
        "id": told.made["redemption"],
        "state": "CONFIRMED",
        "savedFen": 1760,
        "discount": {"id": id_of("Discount", told.a.discount), "title": "全场八折"},
    }
    # One more, which the head gives up; meanwhile its price has risen beyond reach.
    dear = told.made["dear"]
    await Discount.filter(id=dear.id).update(cost_points=20)
    last = await told.done(told.head, "PassIssue", discountId=id_of("Discount", dear), requestNo="pass-3")
    await Discount.filter(id=dear.id).update(cost_points=90)
    passes = nodes((await told.run(told.head, "MyPasses"))["viewer"]["householdHead"]["passes"])
    assert picked(passes[0], "state", "obstacle") == (
        "LIVE",
        {"code": "NOT_ENOUGH_POINTS", "message": "可用积分不足：需要 90 分，现有 27 分", "retryAt": None},
    )
    assert picked(passes[0], "id", "code", "secret") == picked(last, "id", "code", "secret")
    shown = (await told.run(told.head, "PassQr", id=last["id"]))["node"]
    assert picked(shown, "code", "shortCode") == picked(last, "code", "shortCode")
    assert town_till.read_svg(shown["qrSvg"]) == [last["code"]]
    assert [picked(one, "state", "code") for one in passes[1:]] == [("SPENT", None)] * 2
    assert await told.done(told.head, "PassCancel", passId=last["id"]) == {
        "id": last["id"],
        "state": "CANCELLED",
        "availableActions": [],
    }


async def on_the_board(told: Story) -> None:
    await wishes.rated(told.api, told.world.b, stars=3)
    await wishes.rated(told.api, told.a, household=2, head=1, stars=4)
    board = (await told.run(told.world.admin, "Leaderboard", period="MONTH"))["leaderboard"]
    entries = nodes(board.pop("entries"))
    assert len({entry.pop("key") for entry in entries}) == 3
    assert board == {
        "id": ids.make("Leaderboard", Piece(told.world.district.id, "MONTH/2026-05-01")),
        "area": {"id": id_of("Area", told.world.district), "kind": "DISTRICT", "name": "汇川区"},
        "period": "MONTH",
        "measure": "POINTS",
        "startsAt": "2026-05-01T00:00:00+08:00",
        "endsAt": "2026-06-01T00:00:00+08:00",
        "state": "LIVE",
        "nextReset": "2026-06-01T00:00:00+08:00",
        "serverTime": board["serverTime"],
        "version": 4,
        "participants": 4,
        "scored": 3,
        "sparse": True,
        "together": {
            "wishes": 4,
            "households": 4,
            "heads": 3,
            "perThousandHouseholds": 666.7,
            "previous": {"wishes": 0},
        },
        "me": None,
        "closing": None,
    }
    once = {"correctedRank": None, "previousRank": None, "wishes": 1, "households": 1, "isMe": False}
    twice = {"wishes": 2, "households": 2}
    assert entries == [
        {"rank": 1, "points": 37, "head": {"displayName": "赵**", "areaName": "A社区"}} | once | twice,
        {"rank": 2, "points": 22, "head": {"displayName": "钱**", "areaName": "A社区"}} | once,
        {"rank": 3, "points": 20, "head": {"displayName": "赵**", "areaName": "B社区"}} | once,
    ]
    own = (await told.run(told.head, "Leaderboard", period="MONTH"))["leaderboard"]
    assert (own["entries"], own["me"]) == (None, {"rank": 1, "points": 37}), "so few have points"
    own = (await told.run(told.head, "LeaderboardMe", period="MONTH"))["leaderboard"]
    assert own["around"] is None and own["me"] == {
        "rank": 1,
        "previousRank": None,
        "movement": None,
        "points": 37,
        **twice,
        "toNext": None,
        "aheadOf": 2,
        "band": "FIRST_TENTH",
        "best": {"period": "MONTH", "startsAt": "2026-05-01T00:00:00+08:00", "points": 37},
    }
    done = {"month": "2026-05-01", "points": 37, **twice}
    mine = (await told.run(told.head, "HeadStanding"))["headProgress"]
    assert picked(mine, "thisMonth", "bestMonth", "accepted") == (done, done, 3)
    narrow = {"areaId": id_of("Area", told.world.b.community), "period": "WEEK", "at": at(days=-7)}
    before = (await told.run(None, "Leaderboard", **narrow))["leaderboard"]
    assert picked(before, "entries", "scored", "sparse", "me") == (None, 0, True, None)
    assert picked(before, "startsAt", "endsAt") == ("2026-05-04T00:00:00+08:00", "2026-05-11T00:00:00+08:00")
    await areas_are_compared(told)
    b = told.world.b
    for name in ("冯联户", "陈联户", "褚联户"):
        other = await making.head(b.grid, name)
        for household in (0, 1):
            await points.award(b, at=clock.now() - timedelta(days=25), head=other, household=household)
    await points.award(b, at=clock.now() - timedelta(days=24))
    quarter = (await told.run(b.head_people[0], "LeaderboardMe", period="QUARTER"))["leaderboard"]
    assert picked(quarter["me"], "rank", "movement", "toNext", "aheadOf") == (4, 0, 5, 2)
    assert [one["rank"] for one in quarter["around"]] == [1, 1, 1, 4, 5, 6]
    quarter = (await told.run(told.world.admin, "Leaderboard", period="QUARTER"))["leaderboard"]
    assert [one["previousRank"] for one in nodes(quarter["entries"])] == [1, 1, 1, 4, None, None]
    standing = (await told.run(told.head, "HeadStanding"))["viewer"]["householdHead"]
    assert (standing["rank"], standing["rankBoard"]["area"]["kind"], standing["rankBoard"]["period"]) == (
        5,
        "SUBDISTRICT",
        "QUARTER",
    )
    home = await told.run(told.head, "HeadHome")
    head = home["viewer"]["householdHead"]
    assert picked(head, "name", "starLevel", "rank", "points") == (
        "赵联户",
        1,
        5,
        {"available": 27, "pending": 0, "held": 0},
    )
    assert [picked(one, "contactName", "address") for one in nodes(head["households"])] == [
        ("孙居民", "1栋100室"),
        ("李居民", "1栋101室"),
    ]
    assert [(one["name"], [two["title"] for two in nodes(one["discounts"])]) for one in nodes(home["shops"])] == [
        ("A小吃店", ["全场八折", "送豆浆", "立减五元"]),
        ("B小吃店", ["全场八折"]),
    ]


async def areas_are_compared(told: Story) -> None:
    board = (await told.run(told.world.auditor, "AreaBoard", period="MONTH"))["areaBoard"]
    assert picked(board, "period", "startsAt", "whole") == (
        "MONTH",
        "2026-05-01T00:00:00+08:00",
        {"wishes": 4, "households": 6, "rate": 666.67},
    )
    assert nodes(board["rows"]) == [
        {
            "area": {"id": id_of("Area", place.community), "name": name},
            "band": "TOO_FEW",
            "households": 3,
            "wishes": wishes,
            "rate": rate,
            "expected": 2.0,
            "least": 0,
            "most": 6,
            "previous": {"wishes": 0, "rate": 0.0},
        }
        for place, name, wishes, rate in ((told.world.a, "A社区", 3, 1000.0), (told.world.b, "B社区", 1, 333.33))
    ]
    public = (await told.run(None, "AreaBoard", period="MONTH"))["areaBoard"]
    assert [(row["band"], row["households"], row["wishes"]) for row in nodes(public["rows"])] == [
        ("SIMILAR", 3, None)
    ] * 2
    answered = await told.run(told.world.admin, "PointsEconomy", areaId=id_of("Area", told.a.community))
    economy = answered["pointsEconomy"]
    assert picked(economy, "month", "issued", "spent", "returned", "reversed", "outstanding", "debt") == (
        "2026-05", 59, 10, 0, 0, 49, 0,
    )  # fmt: skip
    assert picked(economy, "heads", "headsAble", "headsEver", "shareEver") == (2, 2, 1, 0.5)
    assert picked(economy, "offers", "cheapestCost", "medianCost") == (3, 0, 10)
    assert economy["monthsOfSupply"] == round(economy["remaining"] / 10, 1) > 0


async def a_rating_that_came_late(told: Story) -> None:
    """Nobody rates for a week, so the tick does; then the resident gives one star, and the points go back."""
    resident = told.a.residents[0]
    wish = await wishes.completed(told.api, told.a)
    told.travel.by(days=7)
    assert (await tick.run(100))["failed"] == 0
    mine = (await told.run(resident, "MyWishes"))["viewer"]["household"]
    assert mine["id"] == id_of("Household", told.a.households[0])
    shown = {row["id"]: row for row in nodes(mine["wishes"])}
    assert picked(shown[wish], "state", "stars", "ratingSource", "availableActions") == (
        "RATED",
        None,
        "AUTOMATIC",
        ["RATE"],
    )
    assert picked(shown[told.wish], "state", "stars", "ratingComment", "helpers", "requesterName") == (
        "RATED",
        5,
        "又快又好",
        ["楼栋红管家甲", "楼栋红管家乙"],
        "孙居民",
    )
    assert shown[told.wish]["head"] == {"id": id_of("HouseholdHead", told.a.heads[0]), "name": "赵联户", "starLevel": 1}
    await told.done(resident, "WishRate", wishId=wish, stars=1, comment="又漏了")
    entries = nodes((await told.run(told.head, "PointsHistory", first=2))["viewer"]["householdHead"]["pointsEntries"])
    assert [picked(entry, "kind", "points", "balance", "reason") for entry in entries] == [
        ("REVERSAL", -20, 27, "自动评单后补评 1 星"),
        ("REWARD_POSTED", 20, 47, None),
    ]


async def a_mistake_is_corrected(told: Story) -> None:
    """The first wish turns out not to have been done at all: the points go back, and the head reads why."""
    admin, moment = told.world.admin, {"days": 7, "hours": 2, "seconds": 120}
    given = {"wishId": told.wish, "reason": "冒名办结", "requestNo": "reverse-1"}
    before = (await told.run(admin, "ExplainReward", wishId=told.wish))["explainReward"]
    assert before["availableActions"] == ["REVERSE"]
    reward = await told.done(admin, "PointsReverse", **given)
    explained = (await told.run(told.head, "ExplainReward", wishId=told.wish))["explainReward"]
    assert reward == {name: explained[name] for name in reward}
    assert reward == {
        "ruleVersion": 1, "points": 0, "state": "REVERSED", "completedAt": at(hours=1), "postedAt": at(hours=2),
        "reversedAt": at(**moment), "reversalReason": "冒名办结", "reversedAvailable": 25, "reversedDebt": 0,
        "lines": [
            "按积分规则第 1 版计算", "基础分：维修 20 分", "评价加分：5 星，加 5 分",
            "冲正：扣减可用积分 25 分；原因：冒名办结", "合计 0 分，已冲正，积分收回",
        ],
        "availableActions": [],
    }  # fmt: skip
    (entry,) = nodes((await told.run(told.head, "PointsHistory", first=1))["viewer"]["householdHead"]["pointsEntries"])
    assert picked(entry, "kind", "points", "balance", "reason") == ("REVERSAL", -25, 2, "冒名办结")


async def a_closed_board_is_corrected(told: Story) -> None:
    """The week of that wish was closed before: its places stay, and an erratum says what became of one."""
    listed, *_ = nodes((await told.run(None, "BoardClosings", period="WEEK"))["boardClosings"])
    assert picked(listed, "area", "startsAt", "scored", "sparse", "corrections") == (
        {"id": id_of("Area", told.world.district), "name": "汇川区"},
        "2026-05-11T00:00:00+08:00",
        3,
        True,
        1,
    )
    strange = (await told.run(told.a.residents[0], "BoardClosing", id=listed["id"]))["node"]
    assert picked(strange, "places", "errata", "me") == (None, None, None), "so few have points"
    kept = (await told.run(told.world.admin, "BoardClosing", id=listed["id"]))["node"]
    assert picked(kept, "sha256", "scored") == picked(listed, "sha256", "scored")
    assert [picked(one, "rank", "points", "correctedRank", "correctedPoints") for one in nodes(kept["places"])] == [
        (1, 37, 3, 12),
        (2, 22, 1, None),
        (3, 20, 2, None),
    ]
    (erratum,) = nodes(kept["errata"])
    assert picked(erratum, "number", "fromPoints", "toPoints", "fromRank", "toRank", "cause") == (
        1,
        37,
        12,
        1,
        3,
        "REVERSAL",
    )
    own = (await told.run(told.head, "BoardClosing", id=listed["id"]))["node"]
    assert picked(own["me"], "rank", "points", "correctedRank", "correctedPoints") == (1, 37, 3, 12)
    week = {"period": "WEEK", "at": at()}
    board = (await told.run(told.world.admin, "Leaderboard", **week))["leaderboard"]
    assert [picked(one, "rank", "correctedRank", "points") for one in nodes(board["entries"])] == [
        (1, 3, 37),
        (2, 1, 22),
        (3, 2, 20),
    ]
    assert picked(board["closing"], "id", "corrections") == (listed["id"], 1)


async def another_week_is_closed(told: Story) -> None:
    told.travel.by(days=8)
    assert (await tick.run(100))["failed"] == 0
    weeks = nodes((await told.run(None, "BoardClosings", period="WEEK"))["boardClosings"])
    assert [one["previousSha256"] for one in weeks] == [*(one["sha256"] for one in weeks[1:]), None]
    last = (await told.run(None, "BoardClosing", id=weeks[0]["id"]))["node"]
    assert last["previousSha256"] == weeks[1]["sha256"]


async def the_rule_is_changed(told: Story) -> None:
    """Tried on this month first, made, and withdrawn again."""
    admin = told.world.admin
    base = [{"category": one, "points": 30} for one in WishCategory]
    bonus = [{"stars": stars, "points": 3} for stars in (3, 4, 5)]
    terms = {"base": base, "bonus": bonus, "dailyCap": 100, "monthlyHouseholdCap": 200}
    trial = (await told.run(admin, "RewardRuleTrial", **terms, month=DAY[:7]))["rewardRuleTrial"]
    # Of the head: 4 stars of an errand; the neighbour and the other community: a repair with 4 stars and one with 3.
    assert trial["whole"] == {"wishes": 5, "paid": 54, "wouldPay": 99, "difference": 45}
    assert picked(trial, "month", "waiting", "capped", "wouldCap") == ("2026-05", 0, 0, 0)
    assert [one["head"]["name"] for one in trial["heads"]] == ["赵联户", "赵联户", "钱联户"]
    beyond = await story.act(
        told.api, admin, "RewardRuleCreate", **{**terms, "dailyCap": -1}, effectiveFrom=at(days=20), requestNo="rule-0"
    )
    assert (story.code(beyond), beyond["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "dailyCap"])
    made = await told.done(
        admin, "RewardRuleCreate", **terms, effectiveFrom=at(days=20), note="加分", requestNo="rule-1"
    )
    assert picked(made, "version", "effectiveFrom", "inForce", "base", "bonus", "dailyCap") == (
        2,
        at(days=20),
        False,
        base,
        bonus,
        100,
    )
    rules = nodes((await told.run(admin, "RewardRules"))["rewardRules"])
    assert [one["availableActions"] for one in rules] == [["WITHDRAW"], []]
    withdrawn = await told.done(admin, "RewardRuleWithdraw", rewardRuleId=made["id"])
    rules = nodes((await told.run(admin, "RewardRules"))["rewardRules"])
    assert [picked(one, "version", "inForce", "note", "author") for one in rules] == [
        (2, False, "加分", "管理员"),
        (1, True, None, None),
    ]
    assert rules[0]["withdrawnAt"] == withdrawn["withdrawnAt"]
    shown = nodes((await told.run(None, "RewardRules"))["rewardRules"])
    assert [picked(one, "version", "note", "author") for one in shown] == [(2, None, None), (1, None, None)]


OFFERS: dict[str, dict[str, Any]] = {
    "一折起": {"percentOff": {"percent": 90, "maxSavedFen": 500}},
    "立减八元": {"amountOff": {"amountFen": 800}},
    "送茶叶": {"gift": {"name": "茶叶蛋"}},
}
CONDITIONS: dict[str, Any] = {
    "minSpendFen": 1000, "costPoints": 5, "minStarLevel": 1, "limitPerDay": 1, "limitPerMonth": 2, "limitTotal": 3,
    "stockTotal": 4, "validFrom": "2026-05-01", "validUntil": "2026-12-31", "weekdays": [6, 7],
}  # fmt: skip


async def a_shop_changes_its_offers(told: Story) -> None:
    """One of each kind is drafted, returned, approved and put on offer; then comes a new version, which ends."""
    admin, cashier, shop = told.world.admin, told.cashier, id_of("Shop", told.a.shop)
    evening = {"hours": {"from": "18:00", "until": "00:00"}}
    made = {}
    for title, benefit in OFFERS.items():
        terms = {"title": title, "benefit": benefit, **CONDITIONS, **evening}
        draft = await told.done(cashier, "DiscountDraft", shopId=shop, requestNo=title, terms=terms)
        made[title] = draft["id"]
        assert {name: draft[name] for name in terms} == {**terms, "benefit": benefit_shown(benefit)}
        assert picked(draft, "version", "state", "availableActions") == (1, "DRAFT", ["EDIT", "SUBMIT", "END"])
        edited = await told.done(cashier, "DiscountEdit", discountId=draft["id"], terms=terms | {"stockTotal": 9})
        assert edited == {**draft, "stockTotal": 9}
        assert await told.done(cashier, "DiscountSubmit", discountId=draft["id"]) == {
            "id": draft["id"],
            "version": 1,
            "state": "SUBMITTED",
            "submittedAt": told.now,
            "availableActions": ["RETURN", "END"],
        }
    waiting = nodes((await told.run(admin, "DiscountsToApprove"))["discountsToApprove"])
    assert [picked(one, "id", "title", "availableActions", "shop") for one in waiting] == [
        (made[title], title, ["APPROVE", "RETURN", "END"], {"id": shop, "name": "A小吃店"}) for title in OFFERS
    ]
    first = made["一折起"]
    returned = await told.done(admin, "DiscountReturn", discountId=first, reason="请核对折扣")
    assert picked(returned, "state", "stateReason", "availableActions") == ("DRAFT", "请核对折扣", [])
    await told.done(cashier, "DiscountSubmit", discountId=first)
    taken_back = await told.done(cashier, "DiscountReturn", discountId=first)
    assert picked(taken_back, "stateReason", "availableActions") == (None, ["EDIT", "SUBMIT", "END"])
    await told.done(cashier, "DiscountSubmit", discountId=first)
    versions = {}
    for title, benefit in OFFERS.items():
        approved = await told.done(admin, "DiscountApprove", discountId=made[title])
        assert picked(approved, "state", "availableActions") == ("ACTIVE", ["PAUSE", "END"])
        terms = {"title": title, "benefit": benefit, **CONDITIONS, **evening, "stockTotal": 20}
        version = await told.done(
            cashier, "DiscountRevise", discountId=made[title], requestNo=f"{title}二", terms=terms
        )
        versions[title] = version["id"]
        assert picked(version, "version", "state", "stockTotal") == (2, "DRAFT", 20)
        await told.done(cashier, "DiscountSubmit", discountId=version["id"])
        await told.done(admin, "DiscountApprove", discountId=version["id"])
    second = versions["一折起"]
    paused = await told.done(cashier, "DiscountPause", discountId=second, reason="盘点")
    assert paused == {
        "id": second,
        "version": 2,
        "state": "PAUSED",
        "stateReason": "盘点",
        "availableActions": ["REVISE", "RESUME", "END"],
    }
    listed = {one["id"]: one for one in nodes((await told.run(cashier, "ShopDiscounts", id=shop))["node"]["discounts"])}
    assert picked(listed[second], "title", "version", "state", "stateReason", "stockTotal", "stockLeft") == (
        "一折起",
        2,
        "PAUSED",
        "盘点",
        20,
        20,
    )
    assert first not in listed, "what was replaced is among its versions"
    assert await told.done(cashier, "DiscountResume", discountId=second) == {
        "id": second,
        "version": 2,
        "state": "ACTIVE",
        "availableActions": ["REVISE", "PAUSE", "END"],
    }
    for title, key in versions.items():
        ended = await told.done(cashier, "DiscountEnd", discountId=key, reason="活动结束")
        assert picked(ended, "state", "stateReason", "availableActions") == ("ENDED", "活动结束", [])
        history = nodes((await told.run(cashier, "DiscountVersions", id=key))["node"]["versions"])
        assert [picked(one, "id", "version", "state", "stockTotal") for one in history] == [
            (key, 2, "ENDED", 20),
            (made[title], 1, "REPLACED", 9),
        ]


async def signed_in_in_two_places(told: Story) -> None:
    """The old phone is lost: its session is ended from the new one."""
    who = await person("两处登录")
    old = ids.make("Session", await another_session(who))
    told.travel.by(minutes=1)
    page = (await told.run(who, "MySessions"))["viewer"]["sessions"]
    assert [picked(one, "label", "isCurrent") for one in nodes(page)] == [("旧手机", False), ("", True)]
    assert nodes(page)[0]["id"] == old and nodes(page)[0]["createdAt"] == nodes(page)[0]["lastSeenAt"]
    ended = await told.done(who, "SessionEnd", sessionId=old)
    assert picked(ended, "id", "label") == (old, "旧手机") and ended["endedAt"]
    assert [one["isCurrent"] for one in nodes((await told.run(who, "MySessions"))["viewer"]["sessions"])] == [True]
    assert (await story.done(told.api, who, "SessionsEnd", keepCurrent=True))["ended"] == 0
    assert story.code(await story.act(told.api, None, "SessionsEnd", keepCurrent=True)) == "UNAUTHENTICATED"


async def consents_to_what_was_read(told: Story) -> None:
    """How to sign in and the texts are told before; one's own choice is withdrawn, the notice stands."""
    assert await told.run(None, "SignInWays") == {"phoneCodes": False}
    texts = (await told.run(None, "ConsentTexts"))["consentTexts"]
    assert [picked(one, "kind", "version", "required") for one in texts] == [
        ("PRIVACY_NOTICE", 1, True),
        ("CARE_DETAILS", 1, False),
    ]
    assert all(one["text"].startswith("# ") for one in texts)
    who = await person("同意的人")
    assert (await told.run(who, "MyConsents"))["viewer"]["consents"] == []
    for one in texts:
        given = (await story.done(told.api, who, "ConsentGive", kind=one["kind"], version=one["version"]))["consent"]
        assert picked(given, "kind", "version", "current", "withdrawnAt") == (one["kind"], 1, True, None)
        assert given["givenAt"]
    refused = await story.act(told.api, who, "ConsentGive", kind="PRIVACY_NOTICE", version=2)
    assert story.code(refused) == "INVALID_INPUT" and "第 1 版" in refused["errors"][0]["message"]
    ended = (await story.done(told.api, who, "ConsentWithdraw", kind="CARE_DETAILS"))["consent"]
    assert not ended["current"] and ended["withdrawnAt"]
    mine = (await told.run(who, "MyConsents"))["viewer"]["consents"]
    assert sorted(picked(one, "kind", "current") for one in mine) == [("CARE_DETAILS", False), ("PRIVACY_NOTICE", True)]
    other = await person("没同意的人")
    assert story.code(await story.act(told.api, other, "ConsentWithdraw", kind="CARE_DETAILS")) == "INVALID_STATE"


async def word_of_changes(told: Story, database_url: str) -> None:
    """The household, the till and the wall screen hear of what happens, each as it is then."""
    a = told.a

    async def next_of(stream: Stream, name: str) -> dict[str, Any]:
        await relay_all()
        data = await stream.data()
        told.api.note(name, data)
        (event,) = data.values()
        assert event["changedAt"] == told.now
        return dict(event)

    await points.give_points(a.heads[0].id, 100)
    await relay_all()
    board = {"areaId": id_of("Area", a.community), "period": "WEEK"}
    async with (
        hearing(database_url),
        streaming(a.residents[0], documents.text("WishChanged")) as household,
        streaming(told.cashier, documents.text("RedemptionChanged")) as till,
        streaming(told.cashier, documents.text("ShopAlerted")) as alarm,
        streaming(None, documents.text("LeaderboardChanged"), **board) as screen,
    ):
        wish = await wishes.dispatched(told.api, a)
        event = await next_of(household, "WishChanged")
        assert [picked(one, "id", "state", "availableActions") for one in event["wishes"]] == [
            (wish, "DISPATCHED", ["CANCEL"])
        ]
        await told.done(told.head, "WishAccept", wishId=wish)
        await told.done(told.head, "WishComplete", wishId=wish)
        await told.done(a.residents[0], "WishRate", wishId=wish, stars=5)
        event = await next_of(household, "WishChanged")
        assert [picked(one, "id", "state", "stars") for one in event["wishes"]] == [(wish, "RATED", 5)]
        assert not event["reload"]
        event = await next_of(screen, "LeaderboardChanged")
        assert (event["area"]["id"], event["period"]) == (board["areaId"], "WEEK")
        seen = (await told.run(None, "Leaderboard", **board))["leaderboard"]
        assert event["version"] == seen["version"], "nothing was missed"

        made = await town_till.redeemed(told.api, a)
        event = await next_of(till, "RedemptionChanged")
        assert [picked(one, "id", "state", "availableActions") for one in event["redemptions"]] == [
            (made["id"], "CONFIRMED", ["REVOKE"])
        ]
        given = {"redemptionId": made["id"], "requestNo": story.request_no(), "reason": "点错了"}
        await told.done(told.cashier, "RedemptionRevoke", **given)
        event = await next_of(till, "RedemptionChanged")
        assert [picked(one, "state", "revokedAt") for one in event["redemptions"]] == [("REVOKED", told.now)]

        await signals.alerted(a)
        event = await next_of(alarm, "ShopAlerted")
        shop = await told.run(told.cashier, "ShopAlerts", id=id_of("Shop", a.shop))
        assert nodes(event["shops"][0]["alerts"]) == nodes(shop["node"]["alerts"]) == [
            {
                "raisedAt": told.now, "misses": 20, "minutes": 30, "leastCount": 20, "cashiers": 2, "addresses": 1,
            }
        ]  # fmt: skip
        dispute = await town_till.disputed(told.api, a)
        await told.done(told.world.admin, "DisputeReject", disputeId=dispute, reason="已核实")
        event = await next_of(till, "RedemptionChanged")
        assert [one["dispute"] for one in event["redemptions"]] == [
            {"id": dispute, "state": "REJECTED", "decisionReason": "已核实"}
        ]


async def refusals(told: Story) -> None:
    """What each mutation says to something that is not there."""
    resident, worker, unknown = told.a.residents[0], told.a.worker, UUID(int=1)
    assert worker
    wish, reason = {"wishId": ids.make("Wish", unknown)}, {"reason": "原因"}
    offer, a_discount = (
        {"discountId": ids.make("Discount", unknown)},
        {"terms": {"title": "送茶叶", "benefit": OFFERS["送茶叶"]}},
    )
    refused: dict[str, tuple[Person | None, dict[str, Any], str]] = {
        "WishSubmit": (
            resident,
            {"householdId": ids.make("Household", unknown), "category": "CARE", "title": "陪诊", "requestNo": "x"},
            "householdId",
        ),
        "WishDispatch": (worker, wish, "wishId"),
        "WishAccept": (told.head, wish, "wishId"),
        "WishDecline": (told.head, wish | reason, "wishId"),
        "WishHandBack": (told.head, wish | reason, "wishId"),
        "WishComplete": (told.head, wish, "wishId"),
        "WishRate": (resident, wish | {"stars": 5}, "wishId"),
        "WishRedo": (resident, wish | reason, "wishId"),
        "WishCancel": (resident, wish, "wishId"),
        "WishReject": (told.staff, wish | reason, "wishId"),
        "WishRecall": (told.staff, wish, "wishId"),
        "WishRevealContact": (told.head, wish | {"kind": "PHONE"}, "wishId"),
        "DiscountDraft": (
            told.cashier, {**a_discount, "shopId": ids.make("Shop", unknown), "requestNo": "x"}, "shopId",
        ),
        "DiscountEdit": (told.cashier, {**a_discount, **offer}, "discountId"),
        "DiscountRevise": (told.cashier, {**a_discount, **offer, "requestNo": "x"}, "discountId"),
        "DiscountSubmit": (told.cashier, offer, "discountId"),
        "DiscountApprove": (told.world.admin, offer, "discountId"),
        "DiscountReturn": (told.world.admin, offer | reason, "discountId"),
        "DiscountPause": (told.cashier, offer, "discountId"),
        "DiscountResume": (told.cashier, offer, "discountId"),
        "DiscountEnd": (told.cashier, offer, "discountId"),
        "DisputeReject": (told.world.admin, {"disputeId": ids.make("Dispute", unknown), **reason}, "disputeId"),
        "DisputeUphold": (told.world.admin, {"disputeId": ids.make("Dispute", unknown), **reason}, "disputeId"),
        "GrantGive": (
            told.world.admin,
            {
                "headId": ids.make("HouseholdHead", unknown), "discountId": id_of("Discount", told.a.discount),
                "quantity": 1, "validUntil": "2026-12-31", "note": "致谢", "requestNo": "x",
            },
            "headId",
        ),
        "GrantRevoke": (told.world.admin, {"grantId": ids.make("Grant", unknown), **reason}, "grantId"),
        "RedemptionDispute": (
            told.head, {"redemptionId": ids.make("Redemption", unknown), **reason}, "redemptionId",
        ),
        "RedemptionThank": (
            told.head, {"redemptionId": ids.make("Redemption", unknown), "word": "KIND"}, "redemptionId",
        ),
        "SignalJudge": (
            told.world.admin,
            {"signalId": ids.make("Signal", unknown), "state": "HARMLESS", "judgement": "无异常"},
            "signalId",
        ),
        "StatementAcknowledge": (
            told.cashier, {"statementId": ids.make("Statement", unknown), "sha256": "0" * 64}, "statementId",
        ),
        "HeadJoinBoard": (told.head, {"headId": ids.make("HouseholdHead", unknown)}, "headId"),
        "HeadLeave": (told.staff, {"headId": ids.make("HouseholdHead", unknown), **reason}, "headId"),
        "HeadLeaveBoard": (told.head, {"headId": ids.make("HouseholdHead", unknown)}, "headId"),
        "HeadResume": (told.staff, {"headId": ids.make("HouseholdHead", unknown)}, "headId"),
        "HeadSuspend": (told.staff, {"headId": ids.make("HouseholdHead", unknown), **reason}, "headId"),
        "HeadChangePhone": (
            told.staff,
            {"headId": ids.make("HouseholdHead", unknown), "name": "甲", "phone": "13800000077"},
            "headId",
        ),
        "HouseholdChangePhone": (
            told.staff,
            {"householdId": ids.make("Household", unknown), "name": "甲", "phone": "13800000077"},
            "householdId",
        ),
        "HouseholdsMove": (
            told.staff,
            {"householdIds": [ids.make("Household", unknown)], "headId": ids.make("HouseholdHead", unknown)},
            "householdIds",
        ),
        "PassIssue": (told.head, {"discountId": ids.make("Discount", unknown), "requestNo": "x"}, "discountId"),
        "PassCancel": (told.head, {"passId": ids.make("Pass", unknown)}, "passId"),
        "PointsReverse": (told.world.admin, wish | reason | {"requestNo": "x"}, "wishId"),
        "RewardRuleWithdraw": (
            told.world.admin, {"rewardRuleId": ids.make("RewardRule", unknown)}, "rewardRuleId",
        ),
        **{
            name: (resident, {"code": "12345"}, "code")
            for name in (
                "RecoveryCodesRenew", "SecondFactorBegin", "SecondFactorConfirm", "SecondFactorEnd", "SecondFactorShow",
            )
        },
        "SessionEnd": (resident, {"sessionId": ids.make("Session", unknown)}, "sessionId"),
        "NotificationsRead": (
            resident, {"notificationIds": [ids.make("Notification", unknown)]}, "notificationIds",
        ),
        **entry.refused(told, unknown),
        **webhooks.refused(told, unknown),
        **honouring.refused(told, unknown),
        **shops.refused(told, unknown),
        **agreements.refused(told, unknown),
        **roles.refused(told.world, unknown),
        "RedemptionPrepare": (told.cashier, {"code": "00000000000", "billFen": 100}, "code"),
        "RedemptionConfirm": (told.cashier, {"token": "A" * 43, "requestNo": "x"}, "token"),
        "RedemptionRevoke": (
            told.cashier, {"redemptionId": ids.make("Redemption", unknown), "requestNo": "x", **reason}, "redemptionId",
        ),
    }  # fmt: skip
    named = {name for name in documents.NAMES if documents.is_mutation(name)} - NAMING_NOTHING
    assert set(refused) == named
    async with entry.inbox():
        for name, (who, given, place) in refused.items():
            payload = await story.act(told.api, who, name, **given)
            (error,) = payload.pop("errors")
            assert payload and set(payload.values()) == {None}, name
            assert error["code"] == ("CODE_INVALID" if place in {"code", "oldCode", "ticket"} else "NOT_FOUND"), name
            assert error["field"] == ["input", place] and CHINESE.search(error["message"]), name


def test_each_document_is_one_operation_introduced_in_chinese() -> None:
    for name in documents.NAMES:
        operation = documents.operation(name)
        assert operation.name and operation.name.value == name
        first = documents.text(name).splitlines()[0]
        assert first.startswith("# ") and CHINESE.search(first), name
    assert {path.suffix for path in OPERATIONS.iterdir()} == {".graphql"}


def test_each_root_field_has_its_document() -> None:
    built = root.build()._schema
    assert built.query_type and built.mutation_type and built.subscription_type
    run: dict[str, list[str]] = defaultdict(list)
    for name in documents.NAMES:
        run[documents.operation(name).operation.value] += documents.roots(name)
    assert sorted(run["mutation"]) == sorted(built.mutation_type.fields), "each mutation has one document, and no two"
    assert sorted(run["subscription"]) == sorted(built.subscription_type.fields)
    assert set(run["query"]) == set(built.query_type.fields)
    for name in documents.NAMES:
        if documents.is_mutation(name) or documents.is_subscription(name):
            assert documents.roots(name) == [name[0].lower() + name[1:]]
