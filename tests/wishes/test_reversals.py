"""Reversals by an administrator: what is taken back and from where, once, by whom, and who reads why."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.enums import Role
from models.live import OutboxEntry
from models.people import HouseholdHead
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points import ledger
from tests.town import story, till, wishes
from tests.town import world as making
from tests.town.documents import Api, instant
from tests.town.points import completed_wish, rate
from tests.town.postgres import holding, unchanged, until_blocked
from tests.town.story import act, code, done
from tests.town.world import Community, Travel, World, everybody

Made = Callable[[Api, Community], Awaitable[str]]


def given(wish: str, **more: Any) -> dict[str, Any]:
    return {"wishId": wish, "reason": "冒名办结", "requestNo": story.request_no(), **more}


async def balances(api: Api, place: Community) -> dict[str, int]:
    home = await api.query(
        place.head_people[0].token, "{ viewer { householdHead { points { available pending held debt } } } }"
    )
    return {name: points for name, points in home["viewer"]["householdHead"]["points"].items() if points}


async def history(api: Api, place: Community) -> list[tuple[Any, ...]]:
    data = await api.run(place.head_people[0].token, "PointsHistory")
    nodes = [edge["node"] for edge in data["viewer"]["householdHead"]["pointsEntries"]["edges"]]
    return [(one["kind"], one["points"], one["debtPoints"], one["reason"]) for one in nodes]


async def test_posted_points_are_taken_back_and_the_head_reads_why(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    wish = await wishes.rated(api, a, stars=5)
    travel.by(days=1)
    payload = await done(api, world.admin, "PointsReverse", **given(wish, reason=" 冒名办结 "))
    lines = [
        "按积分规则第 1 版计算",
        "基础分：维修 20 分",
        "评价加分：5 星，加 5 分",
        "冲正：扣减可用积分 25 分；原因：冒名办结",
        "合计 0 分，已冲正，积分收回",
    ]
    reward = payload["reward"]
    assert reward["lines"] == lines
    assert (reward["points"], reward["state"]) == (0, "REVERSED")
    assert (reward["reversedAt"], reward["reversalReason"]) == (instant(clock.now()), "冒名办结")
    assert (reward["reversedAvailable"], reward["reversedDebt"]) == (25, 0)
    told = (await api.run(a.head_people[0].token, "ExplainReward", wishId=wish))["explainReward"]
    assert told["lines"] == lines and told["reversalReason"] == "冒名办结"
    assert await history(api, a) == [("REVERSAL", -25, 0, "冒名办结"), ("REWARD_POSTED", 25, 0, None)]
    assert await balances(api, a) == {} and await ledger.reconcile() == []
    row = await database.fetch_one("SELECT * FROM audit_entries WHERE action = 'reward.reverse'")
    assert row is not None and row["account_id"] == world.admin.account_id
    assert "冒名" not in row["details"]
    assert await OutboxEntry.filter(topic="leaderboard.changed").count() == 2
    newest = await OutboxEntry.filter(topic="wish.changed").order_by("-id").first()
    assert newest and newest.subject_id == ids.find(wish, "Wish")
    assert newest.payload == {
        "state": "RATED",
        "household_id": str(a.households[0].id),
        "path": a.grid.path,
        "head_ids": [str(a.heads[0].id)],
    }


async def test_what_was_spent_becomes_debt_and_is_repaid_first(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    wish = await wishes.rated(api, a, stars=5)
    await till.redeemed(api, a)
    reward = (await done(api, world.admin, "PointsReverse", **given(wish)))["reward"]
    assert (reward["reversedAvailable"], reward["reversedDebt"]) == (15, 10)
    assert "冲正：扣减可用积分 15 分，不足的 10 分记为欠分；原因：冒名办结" in reward["lines"]
    assert await balances(api, a) == {"debt": 10}
    await wishes.rated(api, a, stars=3)
    assert await balances(api, a) == {"available": 10}
    assert (await history(api, a))[:4] == [
        ("REWARD_POSTED", 10, 0, None),
        ("DEBT_REPAID", 0, -10, None),
        ("REVERSAL", 0, 10, "冒名办结"),
        ("REVERSAL", -15, 0, "冒名办结"),
    ]
    assert await ledger.reconcile() == []


async def test_a_rating_that_came_late_is_explained_too(travel: Travel, world: World, api: Api) -> None:
    wish = await completed_wish(world.a, at=clock.now())
    key = ids.make("Wish", wish.id)
    await rate(wish, None, clock.now())
    before = (await api.run(world.admin.token, "ExplainReward", wishId=key))["explainReward"]
    told = ("reversedAt", "reversalReason", "reversedAvailable", "reversedDebt")
    assert [before[name] for name in told] == [None] * 4
    await done(api, world.a.residents[0], "WishRate", wishId=key, stars=1)
    after = (await api.run(world.admin.token, "ExplainReward", wishId=key))["explainReward"]
    assert [after[name] for name in told] == [instant(clock.now()), "自动评单后补评 1 星", 20, 0]


async def test_again_is_the_same_and_under_another_number_refused(travel: Travel, world: World, api: Api) -> None:
    wish, other = await wishes.rated(api, world.a), await wishes.rated(api, world.a)
    first = given(wish)
    payload = await done(api, world.admin, "PointsReverse", **first)
    async with unchanged():
        assert await done(api, world.admin, "PointsReverse", **first) == payload
        again = await act(api, world.admin, "PointsReverse", **given(wish))
        assert code(again) == "INVALID_STATE" and "已经冲正" in again["errors"][0]["message"]
        for change in ({"reason": "别的"}, {"wishId": other}):
            assert code(await act(api, world.admin, "PointsReverse", **first | change)) == "REQUEST_NO_REUSED"
    # What was posted since to the same head is nothing to it.
    await wishes.rated(api, world.a)
    assert await done(api, world.admin, "PointsReverse", **first) == payload


async def voided(api: Api, place: Community) -> str:
    return await wishes.rated(api, place, stars=1)


async def returned(api: Api, place: Community) -> str:
    wish = await wishes.completed(api, place)
    await done(api, place.residents[0], "WishRedo", wishId=wish, reason="还在漏")
    return wish


async def worth_nothing(api: Api, place: Community) -> str:
    """The head lives there."""
    await making.grant(place.head_people[0].account_id, Role.RESIDENT, household=place.households[0])
    return await wishes.rated(api, place)


@pytest.mark.parametrize("made", [wishes.submitted, wishes.accepted, wishes.completed, voided, returned, worth_nothing])
async def test_what_is_not_posted_can_not_be_reversed(travel: Travel, world: World, api: Api, made: Made) -> None:
    wish = await made(api, world.a)
    async with unchanged():
        detail = (await api.run(world.admin.token, "WishDetail", id=wish))["node"]
        assert not detail["reward"] or detail["reward"]["availableActions"] == []
        payload = await act(api, world.admin, "PointsReverse", **given(wish))
    (error,) = payload["errors"]
    assert (error["code"], error["field"]) == ("INVALID_STATE", ["input", "wishId"])
    assert ("0 分" if made is worth_nothing else "还没有入账") in error["message"]


async def test_it_is_for_administrators_above_the_head(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    wish, queued = await wishes.rated(api, a), await wishes.submitted(api, a)
    here = await making.person("本社区管理员", Role.DISTRICT_ADMIN, area=a.community)
    there = await making.person("外社区管理员", Role.DISTRICT_ADMIN, area=b.community)
    async with unchanged():
        for name, who in everybody(world).items():
            if name != "admin":
                expected = "FORBIDDEN" if who else "UNAUTHENTICATED"
                assert code(await act(api, who, "PointsReverse", **given(wish))) == expected, name
        for one in (wish, queued):
            assert code(await act(api, there, "PointsReverse", **given(one))) == "NOT_FOUND"
    # It is the head's grid that counts, not the wish's.
    await HouseholdHead.filter(id=a.heads[0].id).update(grid=b.grid)
    async with unchanged():
        assert code(await act(api, here, "PointsReverse", **given(wish))) == "NOT_FOUND"
        assert code(await act(api, here, "PointsReverse", **given(queued))) == "INVALID_STATE"
    await done(api, there, "PointsReverse", **given(wish))


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "a\u202eb", "两\n行"])
async def test_a_reason_is_required_and_fit_to_keep(travel: Travel, world: World, api: Api, reason: str) -> None:
    wish = await wishes.rated(api, world.a)
    async with unchanged():
        payload = await act(api, world.admin, "PointsReverse", **given(wish, reason=reason))
    assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "reason"])
    await done(api, world.admin, "PointsReverse", **given(wish, reason="长" * 200))


async def test_of_several_at_once_one_takes_it_back(travel: Travel, world: World, api: Api) -> None:
    wish = await wishes.rated(api, world.a)
    payloads = await asyncio.gather(
        *(act(api, world.admin, "PointsReverse", **given(wish)) for _ in range(4)),
    )
    assert sorted(str(code(payload)) for payload in payloads) == ["INVALID_STATE"] * 3 + ["None"]
    assert await balances(api, world.a) == {} and await ledger.reconcile() == []


async def test_it_waits_for_the_wish_and_for_the_head(travel: Travel, world: World, api: Api) -> None:
    """And holds no points account meanwhile: those come after the head."""
    for table in ("wishes", "household_heads"):
        wish = await wishes.rated(api, world.a)
        key = ids.find(wish, "Wish") if table == "wishes" else world.a.heads[0].id
        async with holding(f"SELECT 1 FROM {table} WHERE id = $1 FOR NO KEY UPDATE", key):
            reversing = asyncio.create_task(done(api, world.admin, "PointsReverse", **given(wish)))
            await until_blocked()
            assert not reversing.done()
            accounts = "SELECT 1 FROM points_accounts WHERE head_id = $1 FOR NO KEY UPDATE NOWAIT"
            assert len(await database.fetch(accounts, world.a.heads[0].id)) == 6
        assert (await reversing)["reward"]["state"] == "REVERSED"


async def test_a_lost_role_gets_no_answer_again(travel: Travel, world: World, api: Api) -> None:
    here = await making.person("本社区管理员", Role.DISTRICT_ADMIN, area=world.a.community)
    first = given(await wishes.rated(api, world.a))
    await done(api, here, "PointsReverse", **first)
    await database.execute("UPDATE memberships SET revoked_at = now() WHERE account_id = $1", here.account_id)
    await making.grant(here.account_id, Role.DISTRICT_ADMIN, area=world.b.community)
    assert code(await act(api, here, "PointsReverse", **first)) == "NOT_FOUND"
