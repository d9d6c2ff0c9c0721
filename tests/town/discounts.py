"""The steps of a discount as the frontends send them, for tests that need one in a certain state."""

from typing import Any

from schema.graph import ids
from tests.town import story
from tests.town.documents import Api
from tests.town.world import Community, Person, World


def percent_off(percent: int, **more: int) -> dict[str, Any]:
    """A benefit, as it is sent."""
    return {"percentOff": {"percent": percent, **more}}


def amount_off(fen: int) -> dict[str, Any]:
    """A benefit, as it is sent."""
    return {"amountOff": {"amountFen": fen}}


def benefit_shown(benefit: dict[str, Any]) -> dict[str, Any]:
    """A benefit that was sent, as an answer has it."""
    ((name, given),) = benefit.items()
    absent = {"maxSavedFen": None} if name == "percentOff" else {}
    return {"__typename": name[0].upper() + name[1:], **absent, **given}


# The terms of the discount that every shop of the world has.
TERMS: dict[str, Any] = {
    "title": "全场八折",
    "benefit": percent_off(20),
    "minSpendFen": 1000,
    "costPoints": 10,
}
OTHER: dict[str, Any] = {"title": "满二十减三", "benefit": amount_off(300), "minSpendFen": 2000}


def cashier_of(place: Community) -> Person:
    assert place.cashier
    return place.cashier


def key(place: Community) -> str:
    """The global id of the discount that the place's shop has from the beginning."""
    assert place.discount
    return ids.make("Discount", place.discount.id)


async def step(api: Api, who: Person, name: str, discount: str, **given: Any) -> dict[str, Any]:
    """A step that must succeed; the discount afterwards."""
    payload = await story.done(api, who, name, discountId=discount, **given)
    return dict(payload["discount"])


async def drafted(api: Api, place: Community, **terms: Any) -> str:
    """A draft of the place's shop; its id."""
    shop = ids.make("Shop", place.shop.id)  # type: ignore[union-attr]
    payload = await story.done(
        api, cashier_of(place), "DiscountDraft", shopId=shop, requestNo=story.request_no(), terms=OTHER | terms
    )
    return str(payload["discount"]["id"])


async def submitted(api: Api, place: Community, **terms: Any) -> str:
    """What waits for approval."""
    made = await drafted(api, place, **terms)
    await step(api, cashier_of(place), "DiscountSubmit", made)
    return made


async def approved(api: Api, world: World, place: Community, **terms: Any) -> str:
    """What is on offer."""
    made = await submitted(api, place, **terms)
    await step(api, world.admin, "DiscountApprove", made)
    return made


async def paused(api: Api, world: World, place: Community, **terms: Any) -> str:
    """What was on offer and is paused."""
    made = await approved(api, world, place, **terms)
    await step(api, cashier_of(place), "DiscountPause", made)
    return made


async def revised(api: Api, place: Community, old: str | None = None, **terms: Any) -> str:
    """A draft to follow what is on offer, without `old` the place's own discount; its id."""
    made = await step(
        api,
        cashier_of(place),
        "DiscountRevise",
        old or key(place),
        requestNo=story.request_no(),
        terms=TERMS | terms,
    )
    return str(made["id"])


async def replaced(api: Api, world: World, place: Community, old: str | None = None, **terms: Any) -> str:
    """A version on offer in place of the old one; its id."""
    made = await revised(api, place, old, **terms)
    await step(api, cashier_of(place), "DiscountSubmit", made)
    await step(api, world.admin, "DiscountApprove", made)
    return made


async def one_of_each(api: Api, world: World, place: Community) -> dict[str, tuple[Person, dict[str, Any]]]:
    """For each mutation who would send it, and an input that would do."""
    cashier = cashier_of(place)
    every = {
        **TERMS, "benefit": percent_off(20, maxSavedFen=500), "minStarLevel": 1,
        "limitPerDay": 1, "limitPerMonth": 2, "limitTotal": 3, "stockTotal": 4,
        "weekdays": [1, 5], "hours": {"from": "09:00", "until": "21:00"},
        "validFrom": "2026-05-01", "validUntil": "2026-06-30",
    }  # fmt: skip
    shop = {"shopId": ids.make("Shop", place.shop.id), "requestNo": "x"}  # type: ignore[union-attr]
    on_offer = [await approved(api, world, place, title=f"在售{number}") for number in range(3)]
    drafts = [await drafted(api, place, title=f"草稿{number}") for number in range(2)]
    waiting = [await submitted(api, place, title=f"待审{number}") for number in range(2)]
    return {
        "DiscountDraft": (cashier, {**shop, "terms": every | {"title": "新优惠"}}),
        "DiscountEdit": (cashier, {"discountId": drafts[0], "terms": every | {"title": "改过的草稿"}}),
        "DiscountRevise": (cashier, {"discountId": on_offer[0], "terms": every, "requestNo": "x"}),
        "DiscountSubmit": (cashier, {"discountId": drafts[1]}),
        "DiscountApprove": (world.admin, {"discountId": waiting[0]}),
        "DiscountReturn": (world.admin, {"discountId": waiting[1], "reason": "请写明时段"}),
        "DiscountPause": (cashier, {"discountId": on_offer[1], "reason": "食材不足"}),
        "DiscountResume": (cashier, {"discountId": await paused(api, world, place, title="暂停的")}),
        "DiscountEnd": (cashier, {"discountId": on_offer[2], "reason": "活动结束"}),
    }
