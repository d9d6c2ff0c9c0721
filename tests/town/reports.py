"""What reports are tested with: many heads who redeem in one shop, thanks, papers of service records."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import PassState, PreparationState, RedemptionState, ThankWord, WishCategory
from models.till import Pass, Preparation, Redemption, RedemptionThank
from services.kit import clock, secrets
from services.reports import codes, records
from services.reports.codes import MAC_BYTES, Paper, Signed
from tests.town import world as making
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
