"""What is for who holds a grant: a shop's gift, and who was given how many of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from models.accounts import Account
from models.discounts import Discount, DiscountCounter
from models.enums import DiscountAudience, DiscountKind, GrantSource
from models.grants import Grant
from schema.graph import ids
from services.db import database
from services.grants import drifts
from services.kit import clock
from services.till import drifts as till_drifts
from tests.town import discounts, story
from tests.town import world as world_made
from tests.town.documents import Api, nodes
from tests.town.story import Story
from tests.town.world import Community, Person, World

CHECK_UP: dict[str, Any] = {
    "title": "免费体检",
    "benefit": {"gift": {"name": "基础体检一次"}},
    "audience": "GRANTED",
    "minSpendFen": 0,
    "stockTotal": 10,
}
ROW: dict[str, Any] = {
    "kind": DiscountKind.GIFT,
    "gift": "基础体检一次",
    "audience": DiscountAudience.GRANTED,
    "cost_points": 0,
    "min_spend_fen": 0,
    "stock_total": 10,
}
NOTE = "大雪天给独居老人送药"


async def on_offer(api: Api, world: World, place: Community, **terms: Any) -> str:
    """A gift of the place's shop for who holds a grant; its id."""
    return await discounts.approved(api, world, place, **CHECK_UP | terms)


def until(days: int = 90) -> str:
    """A last day."""
    return (clock.day_of(clock.now()) + timedelta(days=days)).isoformat()


async def give(
    api: Api, who: Person | None, place: Community, discount: str, head: int = 0, **given: Any
) -> dict[str, Any]:
    """The payload of GrantGive to a head of the place."""
    wanted = {"quantity": 1, "validUntil": until(), "note": NOTE, "requestNo": story.request_no()}
    key = ids.make("HouseholdHead", place.heads[head].id)
    return await story.act(api, who, "GrantGive", **{"headId": key, "discountId": discount, **wanted, **given})


async def given(
    api: Api, world: World, place: Community, discount: str, head: int = 0, **wanted: Any
) -> dict[str, Any]:
    """A grant of a head of the place."""
    payload = await give(api, world.admin, place, discount, head, **wanted)
    assert payload["errors"] == [], payload["errors"]
    return dict(payload["grant"])


async def wanted(place: Community, head: int = 0) -> dict[str, Any]:
    """An input of GrantGive that would do."""
    gift = await world_made.discount(place.shop, **ROW, title=story.request_no())  # type: ignore[arg-type]
    return {
        "headId": ids.make("HouseholdHead", place.heads[head].id),
        "discountId": ids.make("Discount", gift.id),
        "quantity": 1,
        "validUntil": until(),
        "note": NOTE,
        "requestNo": story.request_no(),
    }


def other_contents(world: World) -> dict[str, dict[str, Any]]:
    """For each mutation with a requestNo, what may not come under the same number."""
    assert world.a.discount
    return {
        "GrantGive": {
            "quantity": 2,
            "validUntil": until(30),
            "note": "另一句",
            "headId": ids.make("HouseholdHead", world.a.heads[1].id),
            "discountId": ids.make("Discount", world.a.discount.id),
        }
    }


async def made(place: Community, head: int = 0, **columns: Any) -> str:
    """A grant of a head of the place, of a gift of its shop, made through the models; its id."""
    gift, now = await world_made.discount(place.shop, **ROW, title=story.request_no()), clock.now()  # type: ignore[arg-type]
    by = await Account.create(display_name="管理员", created_at=now)
    one = await Grant.create(
        **{
            "head": place.heads[head],
            "discount": gift,
            "quantity": 1,
            "valid_from": clock.day_of(now),
            "valid_until": clock.day_of(now) + timedelta(days=90),
            "source": GrantSource.THANKS,
            "note": NOTE,
            "granted_by": by,
            "granted_at": now,
            **columns,
        }
    )
    await DiscountCounter.filter(discount_id=gift.id).update(granted=one.quantity)
    return ids.make("Grant", one.id)


async def revoke(api: Api, who: Person | None, grant: str, reason: str = "发错了人") -> dict[str, Any]:
    """The payload of GrantRevoke."""
    return await story.act(api, who, "GrantRevoke", grantId=grant, reason=reason)


async def another_quarter(grant: str) -> None:
    """It was given some months ago, so that its head may be given another."""
    earlier = clock.now() - timedelta(days=100)
    await Grant.filter(id=key(grant)).update(granted_at=earlier, valid_from=clock.day_of(earlier))


def row_of(discount: str) -> Discount:
    """A discount, as the till's makers take one."""
    return Discount(id=ids.find(discount, "Discount"))


def key(grant: str) -> UUID:
    """The id of a grant's row."""
    found = ids.find(grant, "Grant")
    assert found
    return found


async def mine(api: Api, who: Person) -> list[dict[str, Any]]:
    """A head's own grants, newest first."""
    found = (await api.run(who.token, "MyGrants"))["viewer"]["householdHead"]["grants"]
    return [edge["node"] for edge in found["edges"]]


async def counter(discount: str) -> tuple[int, int, int, int]:
    """What is held and used of a discount, granted and reserved."""
    row = await database.fetch_one(
        "SELECT held, used, granted, reserved FROM discount_counters WHERE discount_id = $1",
        ids.find(discount, "Discount"),
    )
    return tuple(row.values()) if row else (0, 0, 0, 0)  # type: ignore[return-value]


async def agree() -> None:
    """Everything that is kept agrees with the grants, passes and redemptions."""
    assert await drifts.promised() == []
    assert await till_drifts.stock_and_ceilings() == [] and await till_drifts.promises() == []


# -- The story ---------------------------------------------------------------------------------------------------------


async def a_head_is_given_something(told: Story) -> None:
    """The shop offers a gift for who holds a grant; the head is given two, uses one, and the other is revoked."""
    api, admin, now = told.api, told.world.admin, told.now
    gift = await on_offer(api, told.world, told.a, validUntil=until(200))
    area = ids.make("Area", told.a.community.id)
    shop = {"id": ids.make("Shop", told.a.shop.id), "name": "A小吃店"}  # type: ignore[union-attr]
    (offered,) = nodes((await told.run(admin, "DiscountsToGrant", areaId=area))["discountsToGrant"])
    assert offered == {
        "id": gift, "title": "免费体检", "state": "ACTIVE",
        "summary": f"送基础体检一次，总共 10 份，{until(200)} 止，仅限获赠的联户长",
        "validUntil": until(200), "stockTotal": 10, "promised": 0, "grantable": 10, "shop": shop,
    }  # fmt: skip
    head = {"id": ids.make("HouseholdHead", told.a.heads[0].id), "name": "赵联户"}
    wanted = {"headId": head["id"], "discountId": gift, "quantity": 2, "validUntil": until(), "note": NOTE}
    made = await told.done(admin, "GrantGive", **wanted, requestNo="grant-1")
    assert made == {
        "id": made["id"], "state": "OPEN", "quantity": 2, "left": 2, "validUntil": until(), "note": NOTE,
        "availableActions": ["REVOKE"], "head": head, "discount": {"id": gift, "promised": 2, "grantable": 8},
    }  # fmt: skip
    (version,) = nodes((await told.run(discounts.cashier_of(told.a), "DiscountVersions", id=gift))["node"]["versions"])
    assert (version["promised"], version["availableActions"]) == (2, ["REVISE"]), "what is promised is kept"
    assert (await told.run(told.head, "MyGrants"))["viewer"]["householdHead"]["id"] == head["id"]
    (mine,) = nodes((await told.run(told.head, "MyGrants"))["viewer"]["householdHead"]["grants"])
    assert mine == {
        "id": made["id"], "state": "OPEN", "quantity": 2, "used": 0, "left": 2, "source": "THANKS", "note": NOTE,
        "validFrom": clock.day_of(clock.now()).isoformat(), "validUntil": until(), "givenAt": now, "revokedAt": None,
        "revokeReason": None,
        "discount": {
            "id": gift, "title": "免费体检", "summary": offered["summary"], "obstacle": None,
            "shop": {**shop, "address": "香港路1号", "openingHours": mine["discount"]["shop"]["openingHours"]},
        },
    }  # fmt: skip
    shelf = nodes((await told.run(told.cashier, "ShopDiscounts", id=shop["id"]))["node"]["discounts"])
    assert {one["id"]: (one["audience"], one["promised"]) for one in shelf}[gift] == ("GRANTED", 2)
    issued = await told.done(told.head, "PassIssue", discountId=gift, requestNo=story.request_no())
    prepared = await told.done(told.cashier, "RedemptionPrepare", code=issued["code"], billFen=100)
    await told.done(told.cashier, "RedemptionConfirm", token=prepared["token"], requestNo=story.request_no())
    found = (await told.run(admin, "DiscountGrants", id=gift))["node"]
    (row,) = nodes(found.pop("grants"))
    assert found == {"id": gift, "title": "免费体检", "promised": 1, "grantable": 8}
    assert (row["used"], row["source"], row["head"]) == (1, "THANKS", head)
    revoked = await told.done(admin, "GrantRevoke", grantId=made["id"], reason="名额有变")
    assert revoked == {
        "id": made["id"], "state": "REVOKED", "used": 1, "left": 0, "revokedAt": now, "revokeReason": "名额有变",
        "availableActions": [], "discount": {"id": gift, "promised": 0, "grantable": 9},
    }  # fmt: skip
    (mine,) = nodes((await told.run(told.head, "MyGrants"))["viewer"]["householdHead"]["grants"])
    assert (mine["revokedAt"], mine["revokeReason"]) == (now, "名额有变")
    assert mine["discount"]["obstacle"]["code"] == "NEEDS_GRANT"
