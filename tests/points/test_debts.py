"""A debt is repaid by whatever comes back: points that were held or spent when a reward was reversed shield nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.discounts import Discount
from schema.graph import ids
from services.db import database
from services.till import holds
from services.work import reconciliation
from tests.town import points as town_points
from tests.town import story, wishes
from tests.town import world as making
from tests.town.documents import Api
from tests.town.people import leaving
from tests.town.story import act, code, done
from tests.town.till import WORDS, Phone, prepare
from tests.town.till import phone as phone_of
from tests.town.world import Travel, World

OWNS, EARNED = 125, 25  # all that the head has, and what of it a wish has paid


class Scene:
    """A head whose every point is held for a preparation when a wish's reward is reversed."""

    def __init__(self, api: Api, world: World, travel: Travel) -> None:
        self.api, self.world, self.travel, self.a = api, world, travel, world.a
        self.head, self.cashier = world.a.head_people[0], world.a.cashier

    async def begin(self) -> None:
        self.wish = await wishes.rated(self.api, self.a)
        await town_points.give_points(self.a.heads[0].id, OWNS - EARNED)
        self.a.discount = self.discount = await making.discount(self.a.shop, title="全部积分", cost_points=OWNS)
        self.phone: Phone = await phone_of(self.api, self.a, discount=self.discount)
        self.token = (await prepare(self.api, self.cashier, self.phone.qr()))["preparation"]["token"]

    async def reverse(self) -> None:
        given = {"wishId": self.wish, "reason": "冒名办结", "requestNo": story.request_no()}
        reward = (await done(self.api, self.world.admin, "PointsReverse", **given))["reward"]
        assert (reward["reversedAvailable"], reward["reversedDebt"]) == (0, EARNED)

    async def confirm(self) -> dict[str, Any]:
        return await act(self.api, self.cashier, "RedemptionConfirm", token=self.token, requestNo=story.request_no())

    async def points(self) -> dict[str, int]:
        query = "{ viewer { householdHead { points { available held debt } } } }"
        found = (await self.api.query(self.head.token, query))["viewer"]["householdHead"]["points"]
        return {name: points for name, points in found.items() if points}

    async def history(self) -> list[tuple[Any, ...]]:
        data = await self.api.run(self.head.token, "PointsHistory")
        nodes = [edge["node"] for edge in data["viewer"]["householdHead"]["pointsEntries"]["edges"]]
        return [tuple(one[name] for name in ("kind", "points", "debtPoints", "balance")) for one in nodes]


async def the_head_cancels(scene: Scene) -> None:
    await done(scene.api, scene.head, "PassCancel", passId=scene.phone.id)


async def it_is_swept(scene: Scene) -> None:
    scene.travel.by(seconds=120)
    assert await holds.release_expired() == 1


async def it_is_confirmed_too_late(scene: Scene) -> None:
    scene.travel.by(seconds=120)
    assert code(await scene.confirm()) == "PREPARATION_EXPIRED"


async def the_head_is_suspended(scene: Scene) -> None:
    head_id = ids.make("HouseholdHead", scene.a.heads[0].id)
    await done(scene.api, scene.world.admin, "HeadSuspend", headId=head_id, reason="核实情况")
    assert code(await scene.confirm()) == "PREPARATION_CANCELLED"


async def the_shop_is_suspended(scene: Scene) -> None:
    shop_id = ids.make("Shop", scene.a.shop.id)
    await done(scene.api, scene.world.admin, "ShopSuspend", shopId=shop_id, reason="核实情况")
    assert code(await scene.confirm()) == "PREPARATION_CANCELLED"


async def the_head_leaves(scene: Scene) -> None:
    await done(scene.api, scene.world.admin, "HeadLeave", **leaving(scene.world))
    await it_is_swept(scene)


WAYS = [
    the_head_cancels,
    it_is_swept,
    it_is_confirmed_too_late,
    the_head_is_suspended,
    the_shop_is_suspended,
    the_head_leaves,
]


@pytest.fixture
async def scene(travel: Travel, world: World, api: Api) -> Scene:
    made = Scene(api, world, travel)
    await made.begin()
    return made


@pytest.mark.parametrize("way", WAYS)
async def test_what_was_held_repays_first(scene: Scene, way: Callable[[Scene], Awaitable[None]]) -> None:
    await scene.reverse()
    assert await scene.points() == {"held": OWNS, "debt": EARNED}
    await way(scene)
    if way is not the_head_leaves:  # who has left signs in no more as a head
        assert await scene.points() == {"available": 100}
        assert (await scene.history())[:3] == [
            ("RELEASE", 100, 0, 100),
            ("DEBT_REPAID", 0, -25, 0),
            ("REVERSAL", 0, 25, 0),
        ]
    assert await balances(scene) == {"AVAILABLE": 100, "ISSUANCE": -100}
    assert await reconciliation.drifts() == []


async def balances(scene: Scene) -> dict[str, int]:
    rows = await database.fetch(
        "SELECT kind, balance FROM points_accounts WHERE head_id = $1 AND balance <> 0", scene.a.heads[0].id
    )
    return {row["kind"]: row["balance"] for row in rows}


async def it_is_revoked(scene: Scene, redemption: str) -> None:
    await done(
        scene.api,
        scene.cashier,
        "RedemptionRevoke",
        redemptionId=redemption,
        requestNo=story.request_no(),
        reason="顾客退货",
    )


async def a_dispute_is_upheld(scene: Scene, redemption: str) -> None:
    made = await done(scene.api, scene.head, "RedemptionDispute", redemptionId=redemption, reason=WORDS)
    await done(scene.api, scene.world.admin, "DisputeUphold", disputeId=made["dispute"]["id"], reason="当天未到店")


@pytest.mark.parametrize("way", [it_is_revoked, a_dispute_is_upheld])
@pytest.mark.parametrize("reversed_first", [True, False])
async def test_what_was_spent_repays_first(
    scene: Scene, way: Callable[[Scene, str], Awaitable[None]], reversed_first: bool
) -> None:
    if reversed_first:
        await scene.reverse()
    redemption = (await scene.confirm())["redemption"]["id"]
    if not reversed_first:
        await scene.reverse()
    assert await scene.points() == {"debt": EARNED}, "what was promised is kept"
    await way(scene, redemption)
    assert await scene.points() == {"available": 100}
    assert (await scene.history())[:2] == [("REFUND", 100, 0, 100), ("DEBT_REPAID", 0, -25, 0)]
    assert await reconciliation.drifts() == []


async def test_a_hold_that_ran_out_reads_as_repaid_before_it_is_swept(scene: Scene) -> None:
    await scene.reverse()
    scene.travel.by(seconds=120)
    assert await scene.points() == {"available": 100}
    cheaper = await making.discount(scene.a.shop, title="正好", cost_points=100)
    assert await issued(scene, cheaper) is None
    dearer = await making.discount(scene.a.shop, title="差一分", cost_points=101)
    assert await issued(scene, dearer) == "NOT_ENOUGH_POINTS"


async def issued(scene: Scene, discount: Discount) -> str | None:
    given = {"discountId": ids.make("Discount", discount.id), "requestNo": story.request_no()}
    return code(await act(scene.api, scene.head, "PassIssue", **given))


async def test_another_bill_in_debt_is_refused_the_first_promise_kept(scene: Scene) -> None:
    """To replace it would give the points back, of which the debt takes a part, and take them all again."""
    await scene.reverse()
    assert code(await prepare(scene.api, scene.cashier, scene.phone.qr(), 9900)) == "NOT_ELIGIBLE"
    assert await scene.points() == {"held": OWNS, "debt": EARNED}
    assert code(await scene.confirm()) is None
    assert await reconciliation.drifts() == []
