"""Grants given and used: never beyond what a shop approved, and taken through the till as any discount."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import GrantSource, NominationState, PreparationState, Role, SeasonState
from models.people import HouseholdHead
from models.till import Preparation
from schema.graph import ids
from services.db import database
from services.grants import ending, giving
from services.grants.giving import Gift, Recipient
from services.kit import clock
from services.kit.errors import Refusal
from services.till import holds
from services.writes.write import write
from tests.town import discounts, grants, honours, story, till
from tests.town.documents import Api, nodes
from tests.town.grants import agree, counter, give, given, mine, on_offer, revoke
from tests.town.story import code
from tests.town.world import Person, Travel, World, grant, keep_signed_in, viewer


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    """Friday at noon."""


async def redeemed(api: Api, world: World, discount: str, head: int = 0) -> str:
    """A head uses a discount at the shop of A; the redemption."""
    phone = await till.phone(api, world.a, head, grants.row_of(discount))
    token = till.token(await till.prepare(api, world.a.cashier, phone.qr()))
    payload = await till.confirm(api, world.a.cashier, token)
    assert payload["errors"] == []
    return str(payload["redemption"]["id"])


async def issue(api: Api, world: World, discount: str, head: int = 0) -> dict[str, Any]:
    who = world.a.head_people[head]
    return await story.act(api, who, "PassIssue", discountId=discount, requestNo=story.request_no())


async def told(api: Api, world: World, discount: str, head: int = 0) -> str | None:
    """Why a head could not use a discount now."""
    who = world.a.head_people[head]
    node = await api.query(
        who.token, "query ($id: ID!) { node(id: $id) { ... on Discount { obstacle { code } } } }", id=discount
    )
    obstacle = node["node"]["obstacle"]
    return obstacle and str(obstacle["code"])


async def test_a_grant_is_given_used_and_used_up(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    assert (await told(api, world, gift), code(await issue(api, world, gift))) == ("NEEDS_GRANT", "NEEDS_GRANT")
    made = await given(api, world, world.a, gift, quantity=2)
    assert made == {
        "id": made["id"], "state": "OPEN", "quantity": 2, "left": 2, "validUntil": grants.until(), "note": grants.NOTE,
        "availableActions": ["REVOKE"],
        "head": {"id": ids.make("HouseholdHead", world.a.heads[0].id), "name": "赵联户"},
        "discount": {"id": gift, "promised": 2, "grantable": 8},
    }  # fmt: skip
    assert await told(api, world, gift) is None and await told(api, world, gift, head=1) == "NEEDS_GRANT"
    for left in (1, 0):
        one = await redeemed(api, world, gift)
        (seen,) = await mine(api, world.a.head_people[0])
        assert (seen["left"], seen["used"], seen["state"]) == (left, 2 - left, "OPEN" if left else "USED")
        (listed,) = nodes((await api.run(world.admin.token, "DiscountGrants", id=gift))["node"]["grants"])
        assert listed["availableActions"] == (["REVOKE"] if left else []), "only what is left is offered to be revoked"
    document = "query ($id: ID!) { node(id: $id) { ... on Redemption { costPoints savedFen } } }"
    used = (await api.query(world.a.head_people[0].token, document, id=one))["node"]
    assert used == {"costPoints": 0, "savedFen": 0}
    assert (await told(api, world, gift), code(await issue(api, world, gift))) == ("NEEDS_GRANT", "NEEDS_GRANT")
    assert await counter(gift) == (0, 2, 2, 0)
    await agree()


async def test_at_the_till_it_is_not_told_apart(world: World, api: Api) -> None:
    """A pass of a grant that is revoked meanwhile: the cashier reads no more than of any other personal reason."""
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift)
    phone = await till.phone(api, world.a, discount=grants.row_of(gift))
    assert code(await revoke(api, world.admin, made["id"])) is None
    refused = await till.prepare(api, world.a.cashier, phone.qr())
    assert (code(refused), refused["errors"][0]["field"]) == ("NOT_ELIGIBLE", None)
    (shown,) = (await api.run(world.a.head_people[0].token, "MyPasses"))["viewer"]["householdHead"]["passes"]["edges"]
    assert shown["node"]["obstacle"]["code"] == "NEEDS_GRANT"
    assert await counter(gift) == (0, 0, 0, 0)
    await agree()


async def test_another_grant_takes_the_place_of_a_revoked_one(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    first = await given(api, world, world.a, gift)
    old = (await issue(api, world, gift))["pass"]["id"]
    assert code(await revoke(api, world.admin, first["id"])) is None
    assert code(await issue(api, world, gift)) == "NEEDS_GRANT"
    await given(api, world, world.a, gift)
    new = (await issue(api, world, gift))["pass"]["id"]
    assert new != old and (await issue(api, world, gift))["pass"]["id"] == new
    await redeemed(api, world, gift)
    await agree()


async def test_the_grant_that_ends_first_is_used_first(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    late = await given(api, world, world.a, gift, validUntil=grants.until(90))
    await grants.another_quarter(late["id"])
    soon = await given(api, world, world.a, gift, validUntil=grants.until(0))
    issued = (await issue(api, world, gift))["pass"]
    assert issued["expiresAt"] == "2026-05-16T00:00:00+08:00", "it ends with its grant"
    await redeemed(api, world, gift)
    assert [(one["id"], one["state"]) for one in await mine(api, world.a.head_people[0])] == [
        (soon["id"], "USED"), (late["id"], "OPEN"),
    ]  # fmt: skip
    travel.by(days=1)
    assert [one["state"] for one in await mine(api, world.a.head_people[0])] == ["OVER", "OPEN"]
    assert (await issue(api, world, gift))["pass"]["id"] != issued["id"]


async def test_what_is_taken_back_can_be_used_again(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift)
    one = await redeemed(api, world, gift)
    assert code(await issue(api, world, gift)) == "NEEDS_GRANT"
    assert code(await till.revoke(api, world.a.cashier, one)) is None
    again = await redeemed(api, world, gift)
    dispute = (await till.dispute(api, world.a.head_people[0], again))["dispute"]["id"]
    assert code(await issue(api, world, gift)) == "NEEDS_GRANT"
    assert code(await till.uphold(api, world.admin, dispute)) is None
    assert (await issue(api, world, gift))["pass"] and await counter(gift) == (0, 0, 1, 0)
    await agree()


async def test_what_is_taken_back_of_a_closed_grant_is_stock_again(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a, stockTotal=1)
    made = await given(api, world, world.a, gift)
    one = await redeemed(api, world, gift)
    assert code(await revoke(api, world.admin, made["id"])) is None
    assert await counter(gift) == (0, 1, 1, 0), "what was used stands"
    assert code(await give(api, world.admin, world.a, gift, head=1)) == "OUT_OF_STOCK"
    assert code(await till.revoke(api, world.a.cashier, one)) is None
    assert await counter(gift) == (0, 0, 0, 0)
    await given(api, world, world.a, gift, head=1)
    await agree()


async def test_a_live_preparation_may_finish(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift, quantity=3)
    phone = await till.phone(api, world.a, discount=grants.row_of(gift))
    token = till.token(await till.prepare(api, world.a.cashier, phone.qr()))
    assert code(await revoke(api, world.admin, made["id"])) is None
    assert await counter(gift) == (1, 0, 1, 0), "the promise of 120 s stands"
    assert (await issue(api, world, gift))["pass"]["id"] == phone.id, "nor does another take its place"
    assert code(await till.confirm(api, world.a.cashier, token)) is None
    assert await counter(gift) == (0, 1, 1, 0)
    await agree()


async def test_a_preparation_that_runs_out_gives_back(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift)
    phone = await till.phone(api, world.a, discount=grants.row_of(gift))
    till.token(await till.prepare(api, world.a.cashier, phone.qr()))
    assert code(await revoke(api, world.admin, made["id"])) is None
    travel.by(minutes=3)
    assert await holds.release_expired() == 1
    assert await counter(gift) == (0, 0, 0, 0)
    assert await Preparation.filter(state=PreparationState.EXPIRED).count() == 1
    await agree()


async def test_never_beyond_the_stock(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a, stockTotal=3)
    await given(api, world, world.a, gift, quantity=2)
    refused = await give(api, world.admin, world.a, gift, head=1, quantity=2)
    assert code(refused) == "OUT_OF_STOCK" and "只剩 1 份" in refused["errors"][0]["message"]
    assert refused["errors"][0]["field"] == ["input", "quantity"]
    await redeemed(api, world, gift)
    assert code(await give(api, world.admin, world.a, gift, head=1, quantity=2)) == "OUT_OF_STOCK", "used is used"
    await given(api, world, world.a, gift, head=1)
    assert await counter(gift) == (0, 1, 3, 0)
    await agree()


async def offered(api: Api, world: World) -> list[bool]:
    """Whether a grant may be given to each of A's heads, as the administrator reads it."""
    found = {one["id"]: one["availableActions"] for one in nodes((await api.run(world.admin.token, "Heads"))["heads"])}
    return ["GRANT" in found[ids.make("HouseholdHead", one.id)] for one in world.a.heads]


async def test_once_a_quarter(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    first = await given(api, world, world.a, gift)
    refused = await give(api, world.admin, world.a, gift)
    assert code(refused) == "LIMIT_REACHED" and await offered(api, world) == [False, True]
    assert code(await revoke(api, world.admin, first["id"])) is None and await offered(api, world) == [True, True]
    second = await given(api, world, world.a, gift)
    await redeemed(api, world, gift)
    assert code(await revoke(api, world.admin, second["id"])) is None
    assert code(await give(api, world.admin, world.a, gift)) == "LIMIT_REACHED", "it was used"
    assert await offered(api, world) == [False, True]
    travel.to(clock.start_of(clock.day_of(clock.now()).replace(month=7, day=1)))
    await keep_signed_in()
    await given(api, world, world.a, gift)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"quantity": 0}, "quantity"), ({"quantity": 11}, "quantity"), ({"note": " "}, "note"),
        ({"note": "好" * 101}, "note"), ({"validUntil": "2026-05-14"}, "validUntil"),
        ({"validUntil": "2027-05-17"}, "validUntil"), ({"requestNo": ""}, "requestNo"),
    ],
)  # fmt: skip
async def test_what_is_unfit(world: World, api: Api, wanted: dict[str, Any], field: str) -> None:
    gift = await on_offer(api, world, world.a)
    refused = await give(api, world.admin, world.a, gift, **wanted)
    assert (code(refused), refused["errors"][0]["field"]) == ("INVALID_INPUT", ["input", field])
    assert await counter(gift) == (0, 0, 0, 0)


async def test_no_longer_than_the_discount(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a, validUntil=grants.until(30))
    assert code(await give(api, world.admin, world.a, gift, validUntil=grants.until(31))) == "INVALID_INPUT"
    await given(api, world, world.a, gift, validUntil=grants.until(30))


async def test_only_what_is_for_grants_and_on_offer(world: World, api: Api) -> None:
    assert code(await give(api, world.admin, world.a, discounts.key(world.a))) == "DISCOUNT_NOT_AVAILABLE"
    draft = await discounts.drafted(api, world.a, **grants.CHECK_UP)
    assert code(await give(api, world.admin, world.a, draft)) == "NOT_FOUND"
    gift = await on_offer(api, world, world.a)
    await discounts.step(api, discounts.cashier_of(world.a), "DiscountEnd", gift)
    assert code(await give(api, world.admin, world.a, gift)) == "DISCOUNT_NOT_AVAILABLE"


async def test_to_whom(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    for column in ("suspended_at", "left_at"):
        await HouseholdHead.filter(id=world.a.heads[0].id).update(**{column: clock.now()})
        assert code(await give(api, world.admin, world.a, gift)) == "INVALID_STATE"
        await HouseholdHead.filter(id=world.a.heads[0].id).update(**{column: None})
    own = await viewer(world.admin)
    assert world.a.staff
    for who in (world.a.staff, world.a.cashier, world.auditor, world.a.head_people[0]):
        assert code(await give(api, who, world.a, gift)) == "FORBIDDEN"
    await grant(world.a.staff.account_id, Role.DISTRICT_ADMIN, area=world.b.community)
    assert code(await give(api, world.a.staff, world.a, gift)) == "NOT_FOUND" and own.admin_paths


@pytest.mark.parametrize("near", ["the head", "a wife"])
async def test_never_to_oneself_nor_to_one_s_home(world: World, api: Api, near: str) -> None:
    """Whatever else an administrator is: another gives it."""
    a = world.a
    gift, head = await on_offer(api, world, a), ids.make("HouseholdHead", a.heads[0].id)
    who = a.head_people[0] if near == "the head" else a.residents[1]
    await grant(who.account_id, Role.DISTRICT_ADMIN, area=world.district)
    if near == "a wife":
        assert "GRANT" in await story.offered(api, who, head)
        await grant(a.head_people[0].account_id, Role.RESIDENT, household=a.households[1])
    assert "GRANT" not in await story.offered(api, who, head)
    refused = await give(api, who, a, gift)
    assert (code(refused), refused["errors"][0]["field"]) == ("FORBIDDEN", ["input", "headId"])
    assert "另一位区管理员" in refused["errors"][0]["message"] and await counter(gift) == (0, 0, 0, 0)
    assert "GRANT" in await story.offered(api, who, ids.make("HouseholdHead", a.heads[1].id))
    await given(api, world, a, gift, head=1)
    made = await given(api, world, a, gift)
    assert code(await revoke(api, who, made["id"])) is None, "to take it back is no benefit"


async def test_what_is_unfit_is_told_at_once(world: World, api: Api) -> None:
    """Before anything is looked up or locked, and all of it."""
    unknown = ids.make("Discount", world.a.heads[0].id)
    refused = await give(api, world.admin, world.a, unknown, quantity=0, validUntil="2026-05-14", note="")
    assert [one["field"][1] for one in refused["errors"]] == ["quantity", "validUntil", "note"]


async def test_sent_twice_given_once(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    first = await given(api, world, world.a, gift, requestNo="g-1")
    again = await given(api, world, world.a, gift, requestNo="g-1")
    assert first["id"] == again["id"]
    assert code(await give(api, world.admin, world.a, gift, requestNo="g-1", quantity=2)) == "REQUEST_NO_REUSED"
    assert await counter(gift) == (0, 0, 1, 0)


async def test_sent_again_after_midnight_given_once(travel: Travel, world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    today = {"requestNo": "g-1", "validUntil": grants.until(0)}
    first = await given(api, world, world.a, gift, **today)
    travel.by(hours=13)
    await keep_signed_in()
    assert (await given(api, world, world.a, gift, **today))["id"] == first["id"]
    assert code(await give(api, world.admin, world.a, gift, **today | {"requestNo": "g-2"})) == "INVALID_INPUT"


async def test_a_new_version_is_granted_as_before(world: World, api: Api) -> None:
    """The grant follows the discount; the new stock must cover what is promised, and its audience stays."""
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, quantity=4)
    cashier = discounts.cashier_of(world.a)
    for everybody in ({"audience": "ALL"}, {}):
        terms = {name: value for name, value in grants.CHECK_UP.items() if name != "audience"} | everybody
        refused = await story.act(
            api, cashier, "DiscountRevise", discountId=gift, requestNo=story.request_no(), terms=terms
        )
        assert (code(refused), refused["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "terms", "audience"])
    new = await discounts.revised(api, world.a, gift, **grants.CHECK_UP | {"stockTotal": 3, "costPoints": 0})
    refused = await story.act(api, cashier, "DiscountSubmit", discountId=new)
    assert code(refused) == "INVALID_STATE" and "不能少于 4" in refused["errors"][0]["message"]
    await discounts.step(api, cashier, "DiscountEdit", new, terms=grants.CHECK_UP | {"stockTotal": 4})
    await discounts.step(api, cashier, "DiscountSubmit", new)
    await discounts.step(api, world.admin, "DiscountApprove", new)
    (seen,) = await mine(api, world.a.head_people[0])
    assert seen["discount"]["id"] == new and seen["discount"]["obstacle"] is None
    await redeemed(api, world, new)
    await agree()


async def test_not_ended_before_what_was_given_ends(world: World, api: Api) -> None:
    """A new version is on offer for as long as a grant with uses left; one that is used up bars nothing."""
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, validUntil=grants.until(60))
    cashier = discounts.cashier_of(world.a)
    terms = grants.CHECK_UP | {"costPoints": 0}
    new = await discounts.revised(api, world.a, gift, **terms, validUntil=grants.until(59))
    refused = await story.act(api, cashier, "DiscountSubmit", discountId=new)
    assert code(refused) == "INVALID_STATE" and f"最晚可用到 {grants.until(60)}" in refused["errors"][0]["message"]
    await discounts.step(api, cashier, "DiscountEdit", new, terms=terms | {"validUntil": grants.until(60)})
    await discounts.step(api, cashier, "DiscountSubmit", new)
    await discounts.step(api, world.admin, "DiscountApprove", new)
    await redeemed(api, world, new)
    short = await discounts.revised(api, world.a, new, **terms, validUntil=grants.until(1))
    await discounts.step(api, cashier, "DiscountSubmit", short)
    await given(api, world, world.a, new, head=1, validUntil=grants.until(2))
    refused = await story.act(api, world.admin, "DiscountApprove", discountId=short)
    assert code(refused) == "INVALID_STATE", "given since it was submitted"


async def test_a_stock_approved_too_late(world: World, api: Api) -> None:
    """What was submitted when nothing was promised yet is not approved beneath what is promised meanwhile."""
    gift = await on_offer(api, world, world.a)
    new = await discounts.revised(api, world.a, gift, **grants.CHECK_UP | {"stockTotal": 1, "costPoints": 0})
    await discounts.step(api, discounts.cashier_of(world.a), "DiscountSubmit", new)
    await given(api, world, world.a, gift, quantity=2)
    assert code(await story.act(api, world.admin, "DiscountApprove", discountId=new)) == "INVALID_STATE"


async def offered_at(api: Api, who: Person, shop: str, promised: int = 0) -> list[str]:
    """What somebody may do with a shop, told in the same way alone and in a list; alone, also what is `promised`."""
    node = (await api.run(who.token, "ShopToManage", id=shop))["node"]
    alone = node["availableActions"]
    assert node["promised"] == promised
    edges = (await api.run(who.token, "MyShops"))["viewer"]["shops"]["edges"]
    assert all(one["node"]["availableActions"] == alone for one in edges if one["node"]["id"] == shop)
    return list(alone)


async def test_not_ended_beneath_a_promise(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift)
    cashier = discounts.cashier_of(world.a)
    shop = ids.make("Shop", world.a.shop.id)  # type: ignore[union-attr]
    for who in (cashier, world.admin):
        assert "LEAVE" not in await offered_at(api, who, shop, promised=1)
    for who, step in ((cashier, "DiscountPause"), (cashier, "DiscountEnd"), (world.admin, "DiscountEnd")):
        refused = await story.act(api, who, step, discountId=gift, reason="不办了")
        assert code(refused) == "INVALID_STATE" and "还有 1 份" in refused["errors"][0]["message"]
    refused = await story.act(api, cashier, "ShopLeave", shopId=shop, reason="搬走")
    assert code(refused) == "INVALID_STATE" and "暂不能退出" in refused["errors"][0]["message"]
    await discounts.step(api, world.admin, "DiscountPause", gift, reason="投诉核查")
    (seen,) = await mine(api, world.a.head_people[0])
    assert seen["discount"]["obstacle"]["code"] == "DISCOUNT_NOT_AVAILABLE"
    await discounts.step(api, world.admin, "DiscountResume", gift)
    await redeemed(api, world, gift)
    assert "LEAVE" in await offered_at(api, cashier, shop)
    await discounts.step(api, cashier, "DiscountEnd", gift)
    assert (await mine(api, world.a.head_people[0]))[0]["id"] == made["id"], "what was used stays to be seen"


async def test_at_a_shop_that_is_suspended_or_gone(world: World, api: Api) -> None:
    """The head sees what was given and where, also without ever having had a pass, and why it can't be used."""
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift)
    shop = ids.make("Shop", world.a.shop.id)  # type: ignore[union-attr]
    await story.done(api, world.admin, "ShopSuspend", shopId=shop, reason="核查")
    (seen,) = await mine(api, world.a.head_people[0])
    assert seen["discount"]["shop"]["name"] == "A小吃店"
    assert seen["discount"]["obstacle"]["code"] == "DISCOUNT_NOT_AVAILABLE"
    assert code(await revoke(api, world.admin, made["id"])) is None
    await story.done(api, world.admin, "ShopLeave", shopId=shop, reason="搬走")
    (seen,) = await mine(api, world.a.head_people[0])
    assert (seen["state"], seen["discount"]["shop"]["name"]) == ("REVOKED", "A小吃店")


async def test_a_head_who_leaves_holds_nothing_more(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, quantity=2)
    await redeemed(api, world, gift)
    key = ids.make("HouseholdHead", world.a.heads[0].id)
    await story.done(api, world.a.head_people[0], "HeadLeave", headId=key, reason="搬家")
    assert await counter(gift) == (0, 1, 1, 0)
    await agree()


async def test_many_are_given_in_a_few_statements(world: World, api: Api) -> None:
    """As a season does: from what it had reserved, all of its heads at once."""
    gift = ids.find(await on_offer(api, world, world.a, stockTotal=5), "Discount")
    assert gift
    by = world.admin.account_id
    last = clock.day_of(clock.now()) + timedelta(days=100)
    season = await honours.season(world.a.community, SeasonState.NOTICE)
    listed = [await honours.nomination(season, NominationState.SHORTLISTED, head=head) for head in world.a.heads]

    @write
    async def opened() -> None:
        await giving.reserve(gift, 4, last)
        database_audit()

    @write
    async def concluded(quantity: int) -> list[Any]:
        present = Gift(
            origin_id=gift, quantity=quantity, valid_until=last, source=GrantSource.HONOUR, note="优秀联户长"
        )
        whom = [Recipient(head.id, one.id) for head, one in zip(world.a.heads, listed, strict=True)]
        return await giving.give(present, whom, by, from_reserve=4)

    def database_audit() -> None:
        from services.audit import log

        log.record(by, "season.open", "Discount", gift)

    await opened()
    shown = ids.make("Discount", gift)
    assert await counter(shown) == (0, 0, 0, 4)
    assert code(await give(api, world.admin, world.a, shown, quantity=2)) == "OUT_OF_STOCK", "reserved is reserved"
    with pytest.raises(Refusal):
        await opened()
    with pytest.raises(Refusal):
        await concluded(3)
    made = await concluded(2)
    assert len(made) == 2 and await counter(shown) == (0, 0, 4, 0)
    assert [one["source"] for one in await mine(api, world.a.head_people[1])] == ["HONOUR"]
    await agree()


async def test_who_sees_a_grant(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift)
    document = "query ($id: ID!) { node(id: $id) { ... on Grant { note } } }"
    sees = [world.a.head_people[0], world.admin, world.auditor]
    blind = [world.a.head_people[1], world.a.cashier, world.a.staff, world.a.worker, world.a.residents[0], None]
    for who in [*sees, *blind]:
        node = (await api.query(who.token if who else None, document, id=made["id"]))["node"]
        assert (node is not None) == (who in sees)
    holders = "query ($id: ID!) { node(id: $id) { ... on Discount { promised grants { edges { node { id } } } } } }"
    for who, promised, listed in (
        (world.admin, 1, 1),
        (world.a.cashier, 1, None),
        (world.a.head_people[0], None, None),
    ):
        node = (await api.query(who.token if who else None, holders, id=gift))["node"]
        assert node["promised"] == promised
        assert (node["grants"] and len(node["grants"]["edges"])) == listed


async def test_revoked_once(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift, validUntil=grants.until(1))
    first = await revoke(api, world.admin, made["id"], "发错了人")
    assert code(first) is None and first["grant"]["state"] == "REVOKED" and first["grant"]["left"] == 0
    again = await revoke(api, world.admin, made["id"], "另一个原因")
    assert again["grant"]["revokeReason"] == "发错了人"
    assert code(await revoke(api, world.auditor, made["id"])) == "FORBIDDEN"
    second = await given(api, world, world.a, gift, validUntil=grants.until(1))
    travel.by(days=2)
    await keep_signed_in()
    assert code(await revoke(api, world.admin, second["id"])) == "INVALID_STATE"
    assert await ending.close_over(10) == 1
    assert code(await revoke(api, world.admin, second["id"])) == "INVALID_STATE"
    await agree()


async def test_a_drift_is_found(world: World, api: Api) -> None:
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift)
    await database.execute("UPDATE discount_counters SET granted = granted + 1 WHERE granted > 0")
    (drift,) = await grants.drifts.promised()
    assert "2 granted; grants make 1" in drift
