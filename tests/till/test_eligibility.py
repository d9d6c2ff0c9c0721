"""What is told before the tap is what comes of it: an obstacle, or a pass that a till takes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.discounts import Discount
from models.enums import DiscountAudience, DiscountKind, DiscountState, GrantSource, PassState, Role, ShopState
from models.grants import Grant
from models.people import HouseholdHead
from models.shops import Shop
from models.till import Pass
from schema.graph import ids
from services.db import database
from services.db.paging import PageRequest
from services.db.sql import Args
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.shops import shops
from services.till import eligibility, passes, preparations, redemptions
from tests.town import points
from tests.town.documents import Api, nodes
from tests.town.sizes import size
from tests.town.world import FRIDAY_NOON, Travel, World, discount, grant, head, person, shop, viewer

FRIDAY = FRIDAY_NOON.date()
BEFORE = {"today": timedelta(hours=6), "this month": timedelta(days=7), "last month": timedelta(days=30)}
MOMENTS = (FRIDAY_NOON, FRIDAY_NOON + timedelta(hours=13, minutes=30), FRIDAY_NOON + timedelta(days=2, hours=11))
MINUTES = (0, 60, 90, 91, 719, 720, 721, 1380, 1439)


@dataclass
class Case:
    """A head before a shop with discounts, and when each was used before."""

    terms: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    of_shop: dict[str, Any] = field(default_factory=dict)
    had: list[str] = field(default_factory=list)
    at: datetime = FRIDAY_NOON
    points: int = 40
    earned: int = 300
    suspended: bool = False
    works_there: bool = False


def day(offset: int) -> date:
    return FRIDAY + timedelta(days=offset)


# What may bar a discount, each as it is drawn.
_TERMS: dict[str, Callable[[Random], Any]] = {
    "weekdays": lambda dice: dice.randint(1, 127),
    "hours": lambda dice: (dice.choice(MINUTES), dice.choice(MINUTES)),
    "valid_from": lambda dice: day(dice.randint(-1, 2)),
    "valid_until": lambda dice: day(dice.randint(-1, 2)),
    "limit_per_day": lambda dice: dice.randint(1, 2),
    "limit_per_month": lambda dice: dice.randint(1, 2),
    "limit_total": lambda dice: dice.randint(1, 2),
    "stock_total": lambda dice: dice.randint(1, 2),
    "cost_points": lambda dice: dice.choice([0, 39, 40, 41]),
    "min_star_level": lambda dice: dice.randint(1, 5),
    "grant": lambda dice: dice.choice([None, *_GRANTS]),
    "state": lambda dice: dice.choice([DiscountState.PAUSED, DiscountState.ENDED]),
}
# What a head may hold of a discount that is for grants alone: the grant, but for whose it is.
_GRANTS: dict[str, dict[str, Any]] = {
    "open": {},
    "used once of twice": {"quantity": 2},
    "used up": {},
    "over": {"valid_until": day(-1)},
    "to come": {"valid_from": day(3)},
    "revoked": {"closed_at": FRIDAY_NOON, "revoked_at": FRIDAY_NOON, "revoke_reason": "名额有变"},
    "another head's": {},
}
_FOR_GRANTS: dict[str, Any] = {
    "audience": DiscountAudience.GRANTED, "cost_points": 0, "min_star_level": 1, "limit_per_day": None,
    "limit_per_month": None, "limit_total": None,
}  # fmt: skip
_CEILINGS = (None, None, 1, 3, 1400, 1401, 1799, 1800, 1801, 2000, 2001, 10_000)
_BENEFITS: tuple[dict[str, Any], ...] = (
    {},
    {"percent_off": 20, "max_saved_fen": 199},
    {"percent_off": 7, "min_spend_fen": 15},
    {"kind": DiscountKind.AMOUNT_OFF, "amount_off_fen": 200},
    {"kind": DiscountKind.AMOUNT_OFF, "amount_off_fen": 200, "min_spend_fen": 0},
    {"kind": DiscountKind.GIFT, "gift": "酸奶一杯"},
)


def terms(dice: Random) -> dict[str, Any]:
    """With little that bars, as one obstacle hides those behind it."""
    drawn = dict(dice.choice(_BENEFITS))
    for name in dice.sample(sorted(_TERMS), dice.randint(1, 2)):
        drawn[name] = _TERMS[name](dice)
    drawn["from_minute"], drawn["until_minute"] = drawn.pop("hours", (None, None))
    if "grant" in drawn:
        drawn |= _FOR_GRANTS | {"stock_total": drawn.get("stock_total", 9)}
    if drawn.get("valid_until", date.max) < drawn.get("valid_from", date.min):
        drawn["valid_until"] = drawn["valid_from"]
    return drawn


def case_of(dice: Random) -> Case:
    of_shop = {"monthly_ceiling_fen": dice.choice(_CEILINGS)}
    return Case(
        [terms(dice) for _ in range(8)],
        of_shop | ({"state": ShopState.SUSPENDED} if dice.random() < 0.1 else {}),
        [dice.choice(sorted(BEFORE))],
        dice.choice(MOMENTS),
        dice.choice([40, 60]),
        dice.choice([300, 799, 2000]),
        suspended=dice.random() < 0.1,
        works_there=dice.random() < 0.1,
    )


@dataclass
class Counter:
    """Where a case is played: the head, the cashier, the discounts."""

    head_id: UUID
    head: Viewer
    cashier: Viewer
    discount_ids: list[UUID]
    shop_id: UUID

    async def prepared(self, discount_id: UUID, bill_fen: int) -> preparations.Preparation:
        one = await passes.issue(self.head, discount_id, uuid4().hex)
        code = one.code()
        assert code
        prepared = await preparations.prepare(self.cashier, code, bill_fen)
        assert isinstance(prepared, preparations.Preparation), "a code that was read from the pass"
        return prepared

    async def refused(self, discount_id: UUID) -> Refusal | None:
        """Why no pass was issued, or why it could not be used for the bill for which the discount gives least."""
        offer = await Discount.get(id=discount_id)
        refusal = None
        try:
            await self.prepared(discount_id, max(offer.min_spend_fen, 1))
        except Refusal as refused:
            refusal = refused
        for one in await Pass.filter(head_id=self.head_id, state=PassState.LIVE):
            await passes.cancel(self.head, one.id)
        return refusal

    async def told(self) -> list[eligibility.Obstacle | None]:
        found = await eligibility.obstacles(self.head, self.discount_ids)
        return [found.get(one) for one in self.discount_ids]

    async def usable(self) -> list[bool]:
        """By the SQL that chooses shops."""
        args = Args()
        rows = await database.fetch(
            f"SELECT d.id FROM discounts d JOIN shops s ON s.id = d.shop_id AND s.state = 'ACTIVE'"
            f" WHERE {eligibility.usable_by(self.head_id, args)}",
            *args,
        )
        return [one in {row["id"] for row in rows} for one in self.discount_ids]

    async def listed(self) -> bool:
        page = await shops.with_discounts(self.head, PageRequest(100), usable=True)
        assert not page.has_next
        return self.shop_id in [one.id for one in page.rows]


async def played(world: World, travel: Travel, case: Case) -> Counter:
    """The case, by what people did: discounts with hardly a condition were used, and then got their own."""
    travel.to(case.at)
    place = await shop(world.a.community, f"新店{uuid4().hex}")
    offers = [await discount(place, title=f"优惠{number}", cost_points=0) for number in range(len(case.terms))]
    one = await head(world.a.grid, "周联户")
    who = await person("周联户", Role.HOUSEHOLD_HEAD, head=one)
    cashier = await person("店员", Role.SHOP_STAFF, shop=place)
    at = Counter(one.id, await viewer(who), await viewer(cashier), [each.id for each in offers], place.id)
    for when in case.had:
        travel.to(case.at - BEFORE[when])
        for key in at.discount_ids:
            await redemptions.confirm(at.cashier, (await at.prepared(key, 1000)).token, uuid4().hex)
    travel.to(case.at)
    await points.give_points(one.id, case.points)
    if case.works_there:
        await grant(who.account_id, Role.SHOP_STAFF, shop=place)
    for each, own in zip(offers, case.terms, strict=True):
        if own:
            holds = own.pop("grant", None)
            await Discount.filter(id=each.id).update(**({"percent_off": None} if "kind" in own else {}), **own)
            if holds:
                await hold(at, each, holds)
    if case.of_shop:
        await Shop.filter(id=place.id).update(**case.of_shop)
    now = clock.now() if case.suspended else None
    await HouseholdHead.filter(id=one.id).update(suspended_at=now, points_earned=case.earned)
    at.head, at.cashier = await viewer(who), await viewer(cashier)
    return at


async def hold(at: Counter, offer: Discount, which: str) -> None:
    """A grant of the discount; of one that was used, the passes were for it."""
    other = await HouseholdHead.exclude(id=at.head_id).first()
    assert other
    made = await Grant.create(
        **{
            "head_id": other.id if which == "another head's" else at.head_id,
            "discount_id": offer.id,
            "quantity": 1,
            "valid_from": day(-40),
            "valid_until": day(9),
            "source": GrantSource.THANKS,
            "note": "致谢",
            "granted_by_id": at.cashier.account_id,
            "granted_at": clock.now(),
            **_GRANTS[which],
        }
    )
    if which.startswith("used"):
        await Pass.filter(head_id=at.head_id, origin_id=offer.id).update(grant_id=made.id)


# Each case is a number: to shrink it means nothing.
@settings(max_examples=size(60, 1000), phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**64).map(Random).map(case_of))
async def test_what_is_told_is_what_comes_of_it(world: World, travel: Travel, case: Case) -> None:
    at = await played(world, travel, case)
    told, usable, listed = await at.told(), await at.usable(), await at.listed()
    refused = [await at.refused(one) for one in at.discount_ids]
    assert [one is None for one in told] == [one is None for one in refused], (told, refused)
    assert usable == [one is None for one in told], told
    assert listed == (None in told)
    await Shop.filter(id=at.shop_id).update(state=ShopState.LEFT)


TOMORROW = datetime(2026, 5, 15, 16, tzinfo=UTC)
JUNE = datetime(2026, 5, 31, 16, tzinfo=UTC)
_AMOUNT = {"kind": DiscountKind.AMOUNT_OFF, "amount_off_fen": 200, "min_spend_fen": 1000}


def of(terms: dict[str, Any], of_shop: dict[str, Any] | None = None, had: list[str] | None = None) -> Case:
    return Case([terms], of_shop or {}, had or [])


GIFT: dict[str, Any] = {**_FOR_GRANTS, "stock_total": 9}
OBSTACLES: dict[str, tuple[Case, ErrorCode, datetime | None]] = {
    "suspended": (Case(suspended=True), ErrorCode.NOT_ELIGIBLE, None),
    "own shop": (Case(works_there=True), ErrorCode.OWN_SHOP, None),
    "no grant": (of(GIFT), ErrorCode.NEEDS_GRANT, None),
    "a grant that is over": (of({**GIFT, "grant": "over"}), ErrorCode.NEEDS_GRANT, None),
    "a grant that is used up": (of({**GIFT, "grant": "used up"}, had=["last month"]), ErrorCode.NEEDS_GRANT, None),
    "a grant that was revoked": (of({**GIFT, "grant": "revoked"}), ErrorCode.NEEDS_GRANT, None),
    "too few stars": (of({"min_star_level": 4}), ErrorCode.STAR_LEVEL_TOO_LOW, None),
    "too few points": (of({"cost_points": 41}), ErrorCode.NOT_ENOUGH_POINTS, None),
    "twice a day": (of({"limit_per_day": 1}, had=["today"]), ErrorCode.LIMIT_REACHED, TOMORROW),
    "twice a month": (of({"limit_per_month": 1}, had=["this month"]), ErrorCode.LIMIT_REACHED, JUNE),
    "the day and the month": (
        of({"limit_per_day": 1, "limit_per_month": 1}, had=["today"]), ErrorCode.LIMIT_REACHED, JUNE
    ),
    "the day and all": (of({"limit_per_day": 1, "limit_total": 1}, had=["today"]), ErrorCode.LIMIT_REACHED, None),
    "sold out": (of({"stock_total": 1}, had=["last month"]), ErrorCode.OUT_OF_STOCK, None),
    "the ceiling": (of(_AMOUNT, {"monthly_ceiling_fen": 399}, ["this month"]), ErrorCode.CEILING_REACHED, JUNE),
    "any month's ceiling": (of(_AMOUNT, {"monthly_ceiling_fen": 199}), ErrorCode.CEILING_REACHED, None),
    "no discount any more": (of({"state": DiscountState.ENDED}), ErrorCode.DISCOUNT_NOT_AVAILABLE, None),
    "no shop any more": (of({}, {"state": ShopState.SUSPENDED}), ErrorCode.DISCOUNT_NOT_AVAILABLE, None),
    "over": (of({"valid_until": day(-1)}), ErrorCode.OUTSIDE_HOURS, None),
    "in the evening": (
        of({"from_minute": 18 * 60, "until_minute": 60}), ErrorCode.OUTSIDE_HOURS,
        datetime(2026, 5, 15, 10, tzinfo=UTC),
    ),
    "on Mondays": (of({"weekdays": 1}), ErrorCode.OUTSIDE_HOURS, datetime(2026, 5, 17, 16, tzinfo=UTC)),
    "not before Sunday": (
        of({"valid_from": day(2)}), ErrorCode.OUTSIDE_HOURS, datetime(2026, 5, 16, 16, tzinfo=UTC)
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OBSTACLES)
async def test_each_obstacle_and_until_when_it_bars(world: World, travel: Travel, what: str) -> None:
    case, code, until = OBSTACLES[what]
    at = await played(world, travel, case)
    (told,) = await at.told()
    assert told is not None and (told.code, told.retry_at) == (code, until)
    assert not await at.listed()
    if until is not None:
        travel.to(until)
        assert await at.told() == [None] and await at.listed()


async def test_what_does_not_bar(world: World, travel: Travel) -> None:
    for case in (Case(), of(_AMOUNT, {"monthly_ceiling_fen": 200}), of({"cost_points": 40, "min_star_level": 3}),
        of({**GIFT, "grant": "open"}), of({**GIFT, "grant": "used once of twice"}, had=["last month"]),
    ):  # fmt: skip
        at = await played(world, travel, case)
        assert await at.told() == [None] and await at.listed()


async def test_shops_of_which_a_head_can_use_something(rich: World, travel: Travel, api: Api) -> None:
    """In pages; and for who is no head, all of them."""
    assert rich.a.shop and rich.b.discount
    await Discount.filter(id=rich.b.discount.id).update(min_star_level=5)
    document = """query ($usable: Boolean, $after: String) { shops(usable: $usable, first: 1, after: $after) {
        edges { node { name discounts(first: 5) { edges { node { obstacle { code retryAt } } } } } }
        pageInfo { hasNextPage endCursor } } }"""
    more = [await shop(rich.a.community, f"新店{number}") for number in range(2)]
    for one in more:
        await discount(one)

    async def listed(token: str | None, usable: bool | None) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
        while page["pageInfo"]["hasNextPage"]:
            page = (await api.query(token, document, usable=usable, after=page["pageInfo"]["endCursor"]))["shops"]
            found |= {one["name"]: [each["obstacle"] for each in nodes(one["discounts"])] for one in nodes(page)}
        return found

    token = rich.a.head_people[0].token
    stars = {"code": "STAR_LEVEL_TOO_LOW", "retryAt": None}
    assert await listed(token, True) == {"A小吃店": [None], "新店0": [None], "新店1": [None]}
    for usable in (False, None):
        assert (await listed(token, usable))["B小吃店"] == [stars]
    for who in (None, rich.a.residents[0].token):
        assert await listed(who, True) == await listed(who, None)
        assert (await listed(who, True))["B小吃店"] == [None]


async def test_nearby_with_what_can_be_used(rich: World, travel: Travel, api: Api) -> None:
    assert rich.a.shop and rich.b.discount
    await Discount.filter(id=rich.b.discount.id).update(min_star_level=5)
    here = {"latitude": 27.73, "longitude": 106.92}
    for usable, names in ((True, ["A小吃店"]), (False, ["A小吃店", "B小吃店"])):
        found = await api.run(rich.a.head_people[0].token, "Nearby", usable=usable, **here)
        assert sorted(one["name"] for one in nodes(found["shops"])) == names
    await HouseholdHead.filter(id=rich.a.heads[0].id).update(suspended_at=clock.now())
    found = await api.run(rich.a.head_people[0].token, "Nearby", usable=True, **here)
    assert found["shops"]["edges"] == []
    detail = await api.run(rich.a.head_people[0].token, "ShopDetail", id=ids.make("Shop", rich.a.shop.id))
    assert [one["obstacle"]["code"] for one in nodes(detail["node"]["discounts"])] == ["NOT_ELIGIBLE"]
