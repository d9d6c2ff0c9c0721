"""What reports are tested with: many heads who redeem in one shop, thanks, papers of service records."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import PassState, PreparationState, RedemptionState, ThankWord, WishCategory
from models.till import Pass, Preparation, Redemption, RedemptionThank
from schema.graph import ids
from services.kit import clock, secrets
from services.reports import codes, records
from services.reports.codes import MAC_BYTES, Paper, Signed
from services.work import tick
from tests.town import world as making
from tests.town.documents import nodes
from tests.town.story import Story
from tests.town.world import Community

DEEDS = {WishCategory.CARE: 3, WishCategory.ERRAND: 2}


def signed(paper: Paper) -> str:
    """The code of a paper, as if it were issued."""
    content = codes.content(paper)
    number, mac = secrets.signed(records.PURPOSE, content)
    return codes.text(Signed(content, number, mac[:MAC_BYTES]))


def paper(place: Community, **other: Any) -> str:
    """The code of a paper of the community's first head, who never did what it says."""
    said: dict[str, Any] = {
        "head_id": place.heads[0].id,
        "name": "外乡榜样",
        "since": date(2026, 1, 1),
        "until": date(2026, 5, 14),
        "issued_at": clock.now(),
        "deeds": 5,
        "households": 4,
        "rated": 6,
        "stars": 27,
        "automatic": 1,
        "by_category": DEEDS,
    }
    return signed(Paper(**(said | other)))


async def heads_of(place: Community, count: int) -> list[UUID]:
    """So many heads of the community's grid, the first ones its own."""
    own = [head.id for head in place.heads][:count]
    return own + [(await making.head(place.grid, f"联户{number}")).id for number in range(count - len(own))]


async def redemption(
    place: Community,
    head_id: UUID,
    day: date,
    bill_fen: int = 8_800,
    saved_fen: int = 1_760,
    state: RedemptionState = RedemptionState.CONFIRMED,
) -> UUID:
    """A redemption at noon of a day at the community's shop, put there row by row."""
    assert place.shop and place.discount and place.cashier
    at = clock.start_of(day) + timedelta(hours=12)
    who = {"head_id": head_id, "discount_id": place.discount.id, "origin_id": place.discount.id}
    spent = await Pass.create(
        **who,
        shop_id=place.shop.id,
        state=PassState.SPENT,
        issued_at=at,
        expires_at=at + timedelta(days=1),
        ended_at=at,
    )
    bill = {"bill_fen": bill_fen, "saved_fen": saved_fen, "payable_fen": bill_fen - saved_fen, "cost_points": 0}
    shared = {**who, **bill, "issued_pass_id": spent.id, "shop_id": place.shop.id, "day": day}
    shared |= {"cashier_id": place.cashier.account_id, "month": day.replace(day=1)}
    prepared = await Preparation.create(
        **shared, step=1, state=PreparationState.CONFIRMED, prepared_at=at, expires_at=at, ended_at=at
    )
    ended: dict[str, Any] = {}
    if state == RedemptionState.REVOKED:
        ended = {"revoked_at": at, "revoke_reason": "点错了", "revoked_by_id": place.cashier.account_id}
    made = await Redemption.create(
        **shared, **ended, id=uuid7(), preparation_id=prepared.id, statement_day=day, state=state,
        confirmed_at=at, revocable_until=at,
    )  # fmt: skip
    return made.id


async def unused(place: Community, head_id: UUID, at: datetime, state: PassState = PassState.EXPIRED) -> None:
    """A pass that ended at a moment without having been used."""
    assert place.shop and place.discount
    of = {"head_id": head_id, "discount_id": place.discount.id, "origin_id": place.discount.id}
    await Pass.create(
        **of, shop_id=place.shop.id, state=state, issued_at=at - timedelta(days=1), expires_at=at, ended_at=at
    )


async def thanked(place: Community, head_id: UUID, day: date, word: ThankWord) -> None:
    """A redemption of a day for which the head thanked on the same day."""
    assert place.shop
    made = await redemption(place, head_id, day)
    await RedemptionThank.create(
        redemption_id=made, head_id=head_id, shop_id=place.shop.id, word=word, month=day.replace(day=1),
        thanked_at=clock.start_of(day) + timedelta(hours=13),
    )  # fmt: skip


# -- The story ---------------------------------------------------------------------------------------------------------


async def a_month_is_reported(told: Story) -> None:
    """What the story gave in May, of a few people; and then many come, some of whom had come in April."""
    a = told.a
    assert a.shop
    shop = {"id": ids.make("Shop", a.shop.id), "name": "A小吃店"}
    listed = nodes((await told.run(None, "ShopsThanked", month="2026-05"))["shopsThanked"])
    area = {"id": ids.make("Area", a.community.id), "name": "A社区"}
    assert {**shop, "category": "FOOD", "area": area} in listed
    record = await told.run(told.head, "ServiceRecord", **{"from": "2026-05-01", "until": "2026-05-17"})
    paper = record["serviceRecord"]
    assert paper["headName"] == "赵联户" and paper["deeds"] > 0 and paper["issuedAt"] == told.now
    checked = (await told.run(None, "ServiceRecordVerify", code=paper["code"]))["serviceRecordVerify"]
    assert checked == {"standing": "VALID", "record": {name: paper[name] for name in paper if name != "code"}}

    told.travel.to(clock.start_of(date(2026, 6, 1)).astimezone(clock.SHANGHAI) + timedelta(hours=2, minutes=1))
    assert (await tick.run())["failed"] == 0
    await making.keep_signed_in()
    few = (await told.run(told.cashier, "ShopReport", shopId=shop["id"], month="2026-05"))["shopReport"]
    assert few["complete"] and few["shop"] == shop and few["heads"] == {"count": None, "fewerThan": 5}
    assert sum(day["redemptions"] for day in few["byWeekday"]) == few["redemptions"] > 0
    april, may = date(2026, 4, 20), date(2026, 5, 4)
    people = await heads_of(a, 15)
    for number, head in enumerate(people):
        await thanked(a, head, may, [*ThankWord][number % 3])
        await unused(a, head, clock.start_of(may))
        if number % 3:
            await redemption(a, head, april)
    many = (await told.run(told.cashier, "ShopReport", shopId=shop["id"], month="2026-05"))["shopReport"]
    told_of = {name: many[name]["count"] for name in ("heads", "newHeads", "returningHeads", "passesNotUsed")}
    assert told_of["heads"] >= 15 and told_of["newHeads"] + told_of["returningHeads"] == told_of["heads"]
    assert all(many["thanks"][name]["count"] >= 5 for name in ("quick", "kind", "good"))
    assert many["redemptions"] == few["redemptions"] + 15
