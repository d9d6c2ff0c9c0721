"""The story's steps as the frontends send them, for tests that need a wish or a redemption in a certain state."""

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from models.enums import PointsAccountKind, PreparationState, TransferKind
from models.till import Preparation
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points.ledger import Move, transfer
from services.signals import alerts
from services.signals.rules import CodeGuesses
from tests.town.documents import Api, Recorder
from tests.town.travel import Travel
from tests.town.world import Community, Person, World

_numbers = count(1)


def request_no() -> str:
    """A requestNo that nobody used."""
    return f"t-{next(_numbers)}"


async def act(api: Api, who: Person | None, operation: str, **given: Any) -> dict[str, Any]:
    """Send a mutation; its payload."""
    data = await api.run(who.token if who else None, operation, input=given)
    return dict(data[operation[0].lower() + operation[1:]])


async def done(api: Api, who: Person, operation: str, **given: Any) -> dict[str, Any]:
    """Send a mutation that must succeed; its payload."""
    payload = await act(api, who, operation, **given)
    assert payload["errors"] == [], payload["errors"]
    return payload


def code(payload: dict[str, Any]) -> str | None:
    """The payload's error code, or None for success."""
    return payload["errors"][0]["code"] if payload["errors"] else None


async def submitted(api: Api, place: Community, household: int = 0, category: str = "REPAIR") -> str:
    """A wish of one of the community's households."""
    payload = await done(
        api, place.residents[household], "WishSubmit",
        householdId=ids.make("Household", place.households[household].id), category=category, title="水龙头漏水",
        requestNo=request_no(),
    )  # fmt: skip
    return str(payload["wish"]["id"])


async def offered(api: Api, place: Community, household: int = 0) -> str:
    """A wish offered to all heads of the grid."""
    wish = await submitted(api, place, household)
    assert place.staff
    await done(api, place.staff, "WishDispatch", wishId=wish)
    return wish


async def dispatched(api: Api, place: Community, household: int = 0, category: str = "REPAIR", head: int = 0) -> str:
    """A wish dispatched to one of the community's heads."""
    wish = await submitted(api, place, household, category)
    assert place.staff
    head_id = ids.make("HouseholdHead", place.heads[head].id)
    await done(api, place.staff, "WishDispatch", wishId=wish, headId=head_id)
    return wish


async def accepted(api: Api, place: Community, household: int = 0, category: str = "REPAIR", head: int = 0) -> str:
    """A wish that one of the community's heads has in hand."""
    wish = await dispatched(api, place, household, category, head)
    await done(api, place.head_people[head], "WishAccept", wishId=wish)
    return wish


async def completed(api: Api, place: Community, household: int = 0, category: str = "REPAIR", head: int = 0) -> str:
    """A wish that waits for its rating."""
    wish = await accepted(api, place, household, category, head)
    await done(api, place.head_people[head], "WishComplete", wishId=wish, note="已修好", helpers=["楼栋红管家"])
    return wish


async def rated(api: Api, place: Community, household: int = 0, stars: int = 5, head: int = 0) -> str:
    """A wish at its happy end."""
    wish = await completed(api, place, household, head=head)
    await done(api, place.residents[household], "WishRate", wishId=wish, stars=stars, comment="很好")
    return wish


@database.transactional
async def give_points(head_id: UUID, points: int) -> None:
    """Points out of nothing, for tests that only spend. (No reward stands behind them.)"""
    await transfer(
        head_id,
        [
            Move(TransferKind.REWARD_PENDING, PointsAccountKind.ISSUANCE, PointsAccountKind.PENDING, points),
            Move(TransferKind.REWARD_POSTED, PointsAccountKind.PENDING, PointsAccountKind.AVAILABLE, points),
        ],
    )


async def issued(api: Api, place: Community, head: int = 0) -> dict[str, Any]:
    """A live pass of a head for the community's discount."""
    assert place.discount
    payload = await done(
        api, place.head_people[head], "PassIssue",
        discountId=ids.make("Discount", place.discount.id), requestNo=request_no(),
    )  # fmt: skip
    return dict(payload["pass"])


async def prepared(api: Api, place: Community, head: int = 0, bill_fen: int = 8800) -> dict[str, Any]:
    """A preparation at the community's shop."""
    assert place.cashier
    live = await issued(api, place, head)
    payload = await done(api, place.cashier, "RedemptionPrepare", code=live["code"], billFen=bill_fen)
    return dict(payload["preparation"])


async def given_up(place: Community) -> None:
    """What is prepared at the community's shop is not confirmed in time: another cashier may prepare it."""
    await Preparation.filter(shop_id=place.shop.id, state=PreparationState.LIVE).update(expires_at=clock.now())


async def redeemed(api: Api, place: Community, head: int = 0, bill_fen: int = 8800) -> dict[str, Any]:
    """A confirmed redemption at the community's shop."""
    assert place.cashier
    preparation = await prepared(api, place, head, bill_fen)
    payload = await done(api, place.cashier, "RedemptionConfirm", token=preparation["token"], requestNo=request_no())
    return dict(payload["redemption"])


async def disputed(api: Api, place: Community, head: int = 0, reason: str = "没有去过这家店") -> str:
    """A redemption that its head disputes: the dispute."""
    made = await redeemed(api, place, head)
    payload = await done(api, place.head_people[head], "RedemptionDispute", redemptionId=made["id"], reason=reason)
    return str(payload["dispute"]["id"])


@database.transactional
async def alerted(place: Community) -> None:
    """One more alert that many codes typed at the community's shop were wrong."""
    assert place.shop
    began_at = clock.now() - timedelta(minutes=next(_numbers))
    figures = CodeGuesses(misses=20, cashiers=2, addresses=1, minutes=30, least_count=20)
    await alerts.raise_(place.shop.id, began_at, figures)


def shop_for(place: Community, name: str | None = None) -> dict[str, Any]:
    """The input with which a shop is applied for, or entered, in a community."""
    number = request_no()
    return {
        "areaId": ids.make("Area", place.community.id), "name": name or f"新店{number}", "category": "FOOD",
        "address": "香港路2号", "latitude": 27.73, "longitude": 106.92, "requestNo": number,
    }  # fmt: skip


async def applied(api: Api, place: Community, who: Person, name: str | None = None, **more: Any) -> str:
    """A shop that somebody has applied for."""
    payload = await done(api, who, "ShopApply", **shop_for(place, name), **more)
    return str(payload["shop"]["id"])


async def entered(api: Api, place: Community, phone: str | None = None, **more: Any) -> str:
    """A shop that the community's staff entered, with a first cashier where a phone is given."""
    assert place.staff
    cashier = {"cashierName": "小王", "cashierPhone": phone} if phone else {}
    payload = await done(api, place.staff, "ShopEnter", **(shop_for(place) | cashier | more))
    return str(payload["shop"]["id"])


@dataclass
class Story:
    """One run through the district, and what came into being on the way."""

    api: Recorder
    world: World
    travel: Travel
    wish: str = ""
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def a(self) -> Community:
        return self.world.a

    @property
    def head(self) -> Person:
        return self.a.head_people[0]

    @property
    def staff(self) -> Person:
        assert self.a.staff
        return self.a.staff

    @property
    def cashier(self) -> Person:
        assert self.a.cashier
        return self.a.cashier

    @property
    def now(self) -> str:
        """This moment, as an answer tells it."""
        return self.travel.at.astimezone(UTC).isoformat()

    async def run(self, who: Person | None, name: str, **variables: Any) -> dict[str, Any]:
        """A document's data."""
        return await self.api.run(who.token if who else None, name, **variables)

    async def done(self, who: Person, name: str, /, **given: Any) -> dict[str, Any]:
        """The object of a mutation that must succeed."""
        payload = await done(self.api, who, name, **given)
        if name == "RedemptionPrepare":
            assert payload.pop("redemption") is None, "goes along with a refusal alone"
        (value,) = (value for key, value in payload.items() if key != "errors")
        return dict(value)
