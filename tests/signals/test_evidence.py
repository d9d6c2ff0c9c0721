"""What a signal was raised from is found again: as many as its figures say, whatever became of them since."""

from datetime import datetime, timedelta

from models.discounts import Discount
from models.enums import RedemptionState, SignalKind
from models.till import Dispute, Redemption
from schema.graph import ids
from services.kit import clock
from services.kit.viewer import Viewer
from services.signals import evidence, rules
from services.signals.evidence import Source
from tests.town import signals, story, wishes
from tests.town.documents import Api
from tests.town.signals import rate, redeem, scanned
from tests.town.world import FRIDAY_NOON, Travel, World, discount, keep_signed_in, shop

FRIDAY = FRIDAY_NOON.date()
MINUTE = timedelta(minutes=1)
SCANNED_AT = datetime(2026, 5, 16, 2, 15, tzinfo=clock.SHANGHAI)


async def found(world: World, kind: SignalKind) -> tuple[list[Source], rules.Figures]:
    """What the one signal of a kind was raised from, and its figures."""
    (signal,) = await signals.raised(kind)
    above = Viewer(account_id=world.admin.account_id, admin_paths=(world.district.path,))
    (figures,) = await signals.figures(kind)
    return (await evidence.of_signals(above, [signal.id])).get(signal.id, []), figures


async def redeemed() -> list[Source]:
    """All redemptions, by their moments."""
    return [Source("Redemption", one.id) for one in await Redemption.all().order_by("confirmed_at", "id")]


async def later_reversed(travel: Travel) -> None:
    """Each redemption is reversed after the scan."""
    travel.to(SCANNED_AT + timedelta(hours=8))
    for one in await Redemption.filter(state=RedemptionState.CONFIRMED):
        await Dispute.create(
            redemption_id=one.id, shop_id=one.shop_id, head_id=one.head_id, opened_by_id=one.cashier_id, reason="没去",
            opened_at=one.confirmed_at, state="UPHELD", decided_by_id=one.cashier_id, decided_at=clock.now(),
            decision_reason="属实",
        )  # fmt: skip
    await Redemption.filter(state=RedemptionState.CONFIRMED).update(state=RedemptionState.REVERSED)


async def test_a_burst_is_its_redemptions_and_no_others(travel: Travel, world: World) -> None:
    begin = datetime(2026, 5, 15, 12, tzinfo=clock.SHANGHAI)
    await redeem(world.a, [begin + place * MINUTE for place in range(10)])
    among = await redeemed()
    await redeem(world.a, [begin - timedelta(hours=3), begin + timedelta(hours=3)])
    await redeem(world.b, [begin])
    travel.to(SCANNED_AT)
    await scanned(FRIDAY, burst_head_count=99)
    sources, figures = await found(world, SignalKind.BURST)
    assert sources == among and isinstance(figures, rules.Burst) and figures.count == len(among)
    await later_reversed(travel)
    assert (await found(world, SignalKind.BURST))[0] == among


async def test_a_heads_burst_over_two_oclock_and_several_shops(travel: Travel, world: World) -> None:
    begin = datetime(2026, 5, 15, 1, 57, tzinfo=clock.SHANGHAI)
    other = await discount(await shop(world.a.community, "另一家"))
    for place in range(4):
        await redeem(world.a, [begin + place * 2 * MINUTE], discount=other if place % 2 else None)
    travel.to(SCANNED_AT)
    await scanned(FRIDAY, apart_min_km=1000)
    sources, figures = await found(world, SignalKind.BURST)
    assert sources == await redeemed() and isinstance(figures, rules.Burst) and figures.count == len(sources) == 4


async def test_two_shops_far_apart_are_its_two_redemptions(travel: Travel, world: World) -> None:
    far = await shop(world.a.community, "远店", latitude=27.9)
    begin = datetime(2026, 5, 15, 12, tzinfo=clock.SHANGHAI)
    await redeem(world.a, [begin])
    await redeem(world.a, [begin + 2 * MINUTE], discount=await discount(far))
    between = await redeemed()
    await redeem(world.a, [begin + timedelta(hours=6)])
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    assert (await found(world, SignalKind.FAR_APART))[0] == between
    await later_reversed(travel)
    assert (await found(world, SignalKind.FAR_APART))[0] == between


async def test_a_share_is_what_stood_between_both(travel: Travel, world: World) -> None:
    noon = datetime(2026, 5, 15, 12, tzinfo=clock.SHANGHAI)
    await redeem(world.a, [noon - timedelta(days=place) for place in range(6)])
    among = await redeemed()
    await redeem(world.a, [noon + 30 * MINUTE], state=RedemptionState.REVOKED)
    await redeem(world.a, [noon + 60 * MINUTE], head=1)
    await redeem(world.a, [noon - timedelta(days=90)])
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    sources, figures = await found(world, SignalKind.MUTUAL_SHARE)
    assert sources == among and isinstance(figures, rules.MutualShare) and figures.both == len(among)
    await later_reversed(travel)
    assert (await found(world, SignalKind.MUTUAL_SHARE))[0] == among


async def test_bills_just_above_are_those_that_were(travel: Travel, world: World) -> None:
    noon = datetime(2026, 5, 15, 12, tzinfo=clock.SHANGHAI)
    strict: Discount = await discount(world.a.shop, min_spend_fen=5_000)
    await redeem(world.a, [noon + place * 30 * MINUTE for place in range(10)], bill_fen=5_050, discount=strict)
    near = await redeemed()
    await redeem(world.a, [noon + 5 * MINUTE], bill_fen=9_000, discount=strict)
    await redeem(world.a, [noon + 6 * MINUTE], bill_fen=5_050)
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    sources, figures = await found(world, SignalKind.JUST_ABOVE_MINIMUM)
    assert sources == near and isinstance(figures, rules.JustAboveMinimum) and figures.near == len(near)


async def test_a_cycle_is_its_wishes_also_once_rated_anew(travel: Travel, world: World, api: Api) -> None:
    noon = datetime(2026, 5, 15, 12, tzinfo=clock.SHANGHAI)
    await rate(world.a, [noon + place * MINUTE for place in range(5)])
    await rate(world.a, [noon - timedelta(days=90)])
    wish = await wishes.completed(api, world.a)
    await wishes.automatically_rated(api, wish)
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    sources, figures = await found(world, SignalKind.WISH_CYCLE)
    assert isinstance(figures, rules.WishCycle) and figures.both == len(sources) == 6
    assert Source("Wish", ids.find(wish, "Wish") or world.a.grid.id) in sources
    travel.by(days=3)
    await keep_signed_in()
    await story.done(api, world.a.residents[0], "WishRate", wishId=wish, stars=5)
    await rate(world.a, [clock.now()])
    assert await found(world, SignalKind.WISH_CYCLE) == (sources, figures)


async def test_of_very_many_the_first_hundred(travel: Travel, world: World) -> None:
    begin = datetime(2026, 5, 15, 12, tzinfo=clock.SHANGHAI)
    await redeem(world.a, [begin + place * timedelta(seconds=1) for place in range(120)])
    travel.to(SCANNED_AT)
    await scanned(FRIDAY, burst_head_count=999)
    assert (await found(world, SignalKind.BURST))[0] == (await redeemed())[: evidence.MAX_EVIDENCE]


async def test_nobody_reads_it_who_does_not_see_the_signal(travel: Travel, world: World) -> None:
    await redeem(world.a, [FRIDAY_NOON + place * MINUTE for place in range(10)])
    travel.to(SCANNED_AT)
    await scanned(FRIDAY, burst_head_count=99)
    (signal,) = await signals.raised(SignalKind.BURST)
    for viewer in (
        Viewer(),
        Viewer(account_id=world.admin.account_id, admin_paths=(world.b.community.path,)),
        Viewer(account_id=world.admin.account_id, admin_paths=(world.district.path,), shop_ids=(signal.shop_id,)),
    ):
        assert await evidence.of_signals(viewer, [signal.id]) == {}
