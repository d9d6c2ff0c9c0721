"""A dispute as the frontends tell it, and a shop's day that closes before it is decided."""

from datetime import UTC
from typing import Any

from schema.graph import ids
from services.kit import business_days, clock
from services.settlement import closing
from tests.town import story
from tests.town.documents import nodes

WORDS = "那天我不在遵义"


async def a_head_disputes_and_an_administrator_decides(told: Any) -> None:
    """Two redemptions of one day are disputed; one is rejected at once, one upheld when the day is settled.

    `told` is the story of `test_operations`.
    """
    a, admin, shop = told.a, told.world.admin, {"id": ids.make("Shop", told.a.shop.id), "name": "A小吃店"}
    day = business_days.statement_day_of(clock.now())
    await story.give_points(a.heads[0].id, 100)
    first, second = [await story.redeemed(told.api, a) for _ in range(2)]
    opened = {}
    for one in (first, second):
        made = await told.done(told.head, "RedemptionDispute", redemptionId=one["id"], reason=WORDS)
        opened[one["id"]] = made["id"]
        assert made == {
            "id": made["id"], "state": "OPEN", "reason": WORDS, "openedAt": told.now,
            "redemption": {"id": one["id"], "state": "CONFIRMED", "availableActions": []},
        }  # fmt: skip
    area = ids.make("Area", a.community.id)
    waiting = nodes((await told.run(admin, "DisputesToDecide", areaId=area))["disputes"])
    assert [one["id"] for one in waiting] == list(opened.values())
    assert waiting[0] == {
        "id": opened[first["id"]], "state": "OPEN", "reason": WORDS, "openedAt": told.now, "decidedAt": None,
        "decisionReason": None, "correctionDay": None, "availableActions": ["UPHOLD", "REJECT"],
        "redemption": {
            **{name: first[name] for name in ("id", "state", "discount", "confirmedAt", "billFen", "payableFen")},
            **{name: first[name] for name in ("savedFen", "costPoints")},
            "headName": "赵联户", "shop": shop, "statementDay": day.isoformat(),
        },
    }  # fmt: skip

    rejected = await told.done(admin, "DisputeReject", disputeId=opened[second["id"]], reason="监控可见本人到店")
    assert rejected == {
        "id": opened[second["id"]], "state": "REJECTED", "decidedAt": told.now, "decisionReason": "监控可见本人到店",
        "availableActions": [], "redemption": {"id": second["id"], "state": "CONFIRMED"},
    }  # fmt: skip
    told.travel.to(business_days.statement_closes_at(day).astimezone(clock.SHANGHAI))
    assert await closing.close_due() >= 1
    upheld = await told.done(admin, "DisputeUphold", disputeId=opened[first["id"]], reason="当天未到店")
    correction = business_days.statement_day_of(clock.now()).isoformat()
    assert upheld == {
        "id": opened[first["id"]], "state": "UPHELD", "decidedAt": told.now, "decisionReason": "当天未到店",
        "correctionDay": correction, "availableActions": [], "redemption": {"id": first["id"], "state": "REVERSED"},
    }  # fmt: skip
    (decided,) = nodes((await told.run(admin, "DisputesToDecide", states=["UPHELD"]))["disputes"])
    assert (decided["id"], decided["correctionDay"]) == (opened[first["id"]], correction)

    mine = nodes((await told.run(told.head, "MyRedemptions", first=2))["viewer"]["householdHead"]["redemptions"])
    assert [(one["id"], one["state"], one["dispute"]["decisionReason"]) for one in mine] == [
        (second["id"], "CONFIRMED", "监控可见本人到店"), (first["id"], "REVERSED", "当天未到店"),
    ]  # fmt: skip
    assert mine[1]["dispute"]["decidedAt"] == clock.now().astimezone(UTC).isoformat()
    settled = (await told.run(told.cashier, "ShopDay", shopId=shop["id"], date=day.isoformat()))["shopDay"]
    told_of = {row["id"]: row["dispute"] for row in nodes(settled["redemptions"])}
    assert told_of[first["id"]] == {"state": "UPHELD", "decisionReason": "当天未到店", "correctionDay": correction}
