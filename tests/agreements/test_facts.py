"""What was done under an agreement: counted anew from the rows, within its time and its area."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import LeaderboardPeriod
from schema.graph import ids
from services.agreements import facts
from services.db import database
from services.work import tick
from tests.town import wishes
from tests.town import world as district
from tests.town.agreements import Partner, detail, drafted, in_days, in_force, partner
from tests.town.documents import Api
from tests.town.story import done, request_no
from tests.town.world import Community, Travel, World, viewer


async def counted(api: Api, of: Partner, agreement: str, **given: Any) -> tuple[int, int]:
    read = await detail(api, of.owner, agreement, **given)
    assert read
    return read["facts"]["redemptions"], read["facts"]["wishesHelped"]


async def helped(api: Api, place: Community, of: Partner) -> str:
    wish = await wishes.accepted(api, place)
    await done(api, place.head_people[0], "WishComplete", wishId=wish, partnerIds=[of.id])
    return wish


async def redeemed(api: Api, place: Community, of: Partner) -> str:
    """What a head of the community redeems at the partner, wherever it is."""
    gift = await district.discount(of.shop, cost_points=0)
    issued = await done(
        api, place.head_people[0], "PassIssue", discountId=ids.make("Discount", gift.id), requestNo=request_no()
    )
    prepared = await done(api, of.owner, "RedemptionPrepare", code=issued["pass"]["code"], billFen=8800)
    token = prepared["preparation"]["token"]
    made = await done(api, of.owner, "RedemptionConfirm", token=token, requestNo=request_no())
    return str(made["redemption"]["id"])


async def test_redemptions_of_its_heads_and_wishes_of_its_area(travel: Travel, world: World, api: Api) -> None:
    a, b, of = world.a, world.b, await partner(world.a)
    await redeemed(api, a, of)
    travel.by(days=1)
    await district.keep_signed_in()
    key, of_b = await in_force(api, a, of), await in_force(api, b, of)
    assert await counted(api, of, key) == (0, 0), "what was before is not its own"
    await redeemed(api, a, of)
    revoked = await redeemed(api, a, of)
    await redeemed(api, b, of)
    await done(api, of.owner, "RedemptionRevoke", redemptionId=revoked, requestNo=request_no(), reason="点错了")
    await helped(api, a, of)
    redone = await helped(api, a, of)
    await helped(api, b, of)
    await wishes.rated(api, a)  # nobody helped
    await done(api, a.residents[0], "WishRedo", wishId=redone, reason="还没好")
    assert await counted(api, of, key) == (1, 1) and await counted(api, of, of_b) == (1, 1)
    travel.by(days=31)
    await district.keep_signed_in()
    assert await counted(api, of, key, period="MONTH") == (0, 0)
    assert await counted(api, of, key, period="MONTH", at=str((travel.at - timedelta(days=31)).isoformat())) == (1, 1)
    for period in ("QUARTER", "YEAR", "ALL"):
        assert await counted(api, of, key, period=period) == (1, 1)
    await done(api, of.owner, "AgreementEnd", agreementId=key, reason="到此为止")
    await redeemed(api, a, of)
    assert await counted(api, of, key, period="ALL") == (1, 1), "what comes after is not its own either"


async def test_past_its_last_day_nothing_counts_before_the_tick(travel: Travel, world: World, api: Api) -> None:
    of = await partner(world.a)
    key = await in_force(api, world.a, of, until=in_days(1))
    await redeemed(api, world.a, of)
    travel.by(days=3)
    await district.keep_signed_in()
    await redeemed(api, world.a, of)
    assert await counted(api, of, key, period="ALL") == (1, 0)
    assert (await tick.run())["agreements_ended"] == 1
    assert await counted(api, of, key, period="ALL") == (1, 0)


async def test_before_both_have_signed_there_are_none(world: World, api: Api) -> None:
    of = await partner(world.a)
    read = await detail(api, of.owner, await drafted(api, world.a, of))
    assert read and read["facts"] is None


async def test_facts_are_counted_together_and_up_to_a_bound(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = await partner(world.a)
    keys = [await in_force(api, place, of) for place in (world.a, world.b)]
    for _ in range(2):
        await redeemed(api, world.a, of)
        await helped(api, world.a, of)
    agreement_ids = [key for one in keys if (key := ids.find(one, "Agreement"))]
    who = await viewer(of.owner)
    with database.observed_statements() as seen:
        found = await facts.of_agreements(who, agreement_ids, LeaderboardPeriod.YEAR)
    assert len(seen) == 1
    assert [(found[key].redemptions, found[key].wishes_helped) for key in agreement_ids] == [(2, 2), (0, 0)]
    assert await facts.of_agreements(await viewer(world.a.head_people[0]), agreement_ids, LeaderboardPeriod.YEAR) == {}
    monkeypatch.setattr(facts, "MAX_COUNTED", 1)
    found = await facts.of_agreements(who, agreement_ids, LeaderboardPeriod.YEAR)
    assert (found[agreement_ids[0]].redemptions, found[agreement_ids[0]].wishes_helped) == (1, 1)
