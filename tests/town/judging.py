"""Signals as the frontends tell them: raised by the scan of a day at the tills, judged, and without any effect."""

from datetime import timedelta
from typing import Any

from models.enums import SignalKind
from schema.graph import ids
from services.kit import business_days, clock
from services.work import tick
from tests.town import signals, story
from tests.town.documents import nodes


async def an_administrator_judges_what_looked_unusual(told: Any) -> None:
    """Four redemptions by one head in a few minutes; two shops far apart; one household and one head.

    `told` is the story of `test_operations`.
    """
    a, admin, shop = told.a, told.world.admin, {"id": ids.make("Shop", told.a.shop.id), "name": "A小吃店"}
    assert (await tick.run())["failed"] == 0  # what the story did before is another story
    await story.give_points(a.heads[0].id, 100)
    told.travel.by(days=1)
    first = clock.local(clock.now())
    for _ in range(4):
        await story.redeemed(told.api, a)
        told.travel.by(minutes=2)
    told.travel.to(business_days.statement_closes_at(business_days.statement_day_of(first)) + timedelta(minutes=15))
    assert (await tick.run())["signals_raised"] >= 1
    (burst,) = nodes((await told.run(admin, "Signals", kinds=["BURST"], first=1))["signals"])
    head = {"id": ids.make("HouseholdHead", a.heads[0].id), "name": "赵联户"}
    last = first + timedelta(minutes=6)
    explained = (
        f"{first.month} 月 {first.day} 日 {first:%H:%M:%S} 至 {last:%H:%M:%S},该联户长核销 4 笔,"
        "其中 0 笔后来撤销或冲正;提示线:10 分钟内不少于 4 笔"
    )
    assert burst == {
        "id": burst["id"], "kind": "BURST", "day": first.date().isoformat(), "explanation": explained, "state": "OPEN",
        "raisedAt": told.now, "availableActions": ["JUDGE"], "shop": None, "head": head,
    }  # fmt: skip
    area = ids.make("Area", a.community.id)
    far = await signals.flagged(a, SignalKind.FAR_APART)
    listed = nodes((await told.run(admin, "Signals", areaId=area, kinds=["FAR_APART"]))["signals"])
    assert [(one["id"], one["shop"]) for one in listed] == [(far, shop)]
    told.travel.by(minutes=1)
    words = {"signalId": far, "state": "FOLLOWED_UP", "judgement": "已电话核实,两店老板是亲戚"}
    judged = await told.done(admin, "SignalJudge", **words)
    assert judged == {
        "id": far, "state": "FOLLOWED_UP", "judgement": words["judgement"], "judgedAt": told.now, "judgedBy": "管理员",
        "availableActions": [],
    }  # fmt: skip
    detail = (await told.run(admin, "SignalDetail", id=far))["node"]
    assert {name: detail[name] for name in judged} == judged
    assert detail["otherShop"] == shop and detail["figures"][3] == {
        "name": "直线距离", "value": "9 公里", "threshold": "不少于 2 公里"
    }  # fmt: skip
    open_one = (await told.run(admin, "SignalDetail", id=await signals.flagged(a)))["node"]
    assert open_one["household"] == {"id": ids.make("Household", a.households[0].id), "address": "1栋100室"}
    assert open_one["availableActions"] == ["JUDGE"]
