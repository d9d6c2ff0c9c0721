"""What is due and what waits: each kind counted where it belongs, late after five minutes and not before."""

from datetime import datetime, timedelta

from models.discounts import Discount
from models.enums import DiscountState, ShopState
from models.live import OutboxEntry
from models.shops import Shop
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.work import due, tick
from tests.town import story, till, wishes
from tests.town.documents import Api
from tests.town.signals import redeem
from tests.town.wishes import automatically_rated, filed
from tests.town.world import Travel, World, discount, shop


async def found() -> dict[str, due.Waiting]:
    with database.observed_statements() as seen:
        rows = await due.waiting()
    assert len(seen) == 1
    return {row.kind: row for row in rows}


async def counted() -> dict[str, int]:
    return {kind: row.count for kind, row in (await found()).items() if row.count}


async def late() -> set[str]:
    return {kind for kind, row in (await found()).items() if row.late}


async def told() -> None:
    """As the relay does."""
    await OutboxEntry.all().update(relayed_at=clock.now())


async def test_an_empty_district_waits_for_nothing(travel: Travel, world: World) -> None:
    rows = await found()
    assert rows.keys() == due.QUEUES.keys() and await counted() == {} and await late() == set()
    assert all(row.since is None and row.words for row in rows.values())


async def test_each_kind_is_counted_from_the_moment_it_is_due(travel: Travel, rich: World, api: Api) -> None:
    a = rich.a
    await wishes.dispatched(api, a)
    await wishes.completed(api, a)
    lapsing = await filed(api, a, a.head_people[0])
    await automatically_rated(api, lapsing)
    await told()
    # The till's two: a preparation lives for 120 s, a pass for a day.
    await till.prepared(api, a)
    await told()
    assert await counted() == {}
    travel.by(seconds=120)
    assert await counted() == {"preparations_to_release": 1}
    travel.by(hours=24)
    searches = {"signals_to_scan": 7}  # a wish was rated in the day that has ended meanwhile
    assert await counted() == {"preparations_to_release": 1, "passes_to_expire": 1} | searches
    travel.by(hours=24)
    assert (await counted()).keys() == {"preparations_to_release", "passes_to_expire", "wishes_to_return", *searches}
    travel.by(days=4, hours=1)
    assert "wishes_unrated_soon" in await counted()
    travel.by(days=1)
    assert (await counted())["wishes_to_rate"] == 1 and "wishes_unrated_soon" not in await counted()
    travel.by(days=30)
    rows = await found()
    assert rows["rewards_to_void"].count == 1
    deadline = await database.fetch_value("SELECT deadline_at FROM wishes WHERE id = $1", ids.find(lapsing, "Wish"))
    assert rows["rewards_to_void"].since == deadline
    counts = await tick.run()
    assert counts["failed"] == 0
    await told()
    assert await counted() == {}, "the tick has done it all"


async def test_late_after_five_minutes(travel: Travel, world: World, api: Api) -> None:
    await wishes.dispatched(api, world.a)
    await told()
    travel.by(hours=48, minutes=5)
    assert await counted() == {"wishes_to_return": 1} and await late() == set()
    travel.by(seconds=1)
    assert await late() == {"wishes_to_return"}


async def test_each_search_is_due_a_quarter_after_the_day_for_a_week(travel: Travel, world: World) -> None:
    await redeem(world.a, [travel.at, travel.at - timedelta(days=2)])
    two = datetime(2026, 5, 16, 2, 0, tzinfo=clock.SHANGHAI)
    travel.to(two + timedelta(minutes=15) - timedelta(microseconds=1))
    assert (await found())["signals_to_scan"].count == 7, "Wednesday's"
    assert (await tick.run())["failed"] == 0
    assert "signals_to_scan" not in await counted()
    travel.by(seconds=300)
    row = (await found())["signals_to_scan"]
    assert (row.by, row.count, row.since, row.late) == ("tick", 7, two + timedelta(minutes=15), False)
    travel.by(seconds=1)
    assert "signals_to_scan" in await late()
    travel.to(two + timedelta(days=7, minutes=15))
    assert "signals_to_scan" not in await counted(), "it is given up"
    travel.by(microseconds=-1)
    assert "signals_to_scan" in await late()
    assert (await tick.run())["failed"] == 0
    assert "signals_to_scan" not in await counted()


async def test_what_nobody_relays_is_late_too(travel: Travel, world: World) -> None:
    assert await counted() == {}
    at = clock.now()
    await OutboxEntry.create(topic="x", subject_id=world.district.id, payload={}, created_at=at)
    travel.by(minutes=6)
    row = (await found())["changes_to_publish"]
    assert (row.by, row.count, row.since, row.late) == ("relay", 1, at, True)


async def test_people_may_take_their_time(travel: Travel, world: World) -> None:
    await shop(world.a.community, "新店", state=ShopState.APPLIED)
    draft = await discount(world.a.shop, title="新优惠", state=DiscountState.SUBMITTED)
    travel.by(days=9)
    rows = await found()
    assert await counted() == {"shops_to_approve": 1, "discounts_to_approve": 1} and await late() == set()
    assert isinstance(rows["shops_to_approve"].since, datetime) and rows["shops_to_approve"].by == "people"
    await Discount.filter(id=draft.id).update(state=DiscountState.DRAFT)
    await Shop.filter(name="新店").update(state=ShopState.ACTIVE)
    assert await counted() == {}


async def test_a_dispute_waits_for_its_decision(travel: Travel, rich: World, api: Api) -> None:
    opened = await till.disputed(api, rich.a)
    await told()
    travel.by(hours=3)
    row = (await found())["disputes_to_decide"]
    assert (row.by, row.count, row.since, row.late) == ("people", 1, travel.at - timedelta(hours=3), False)
    await story.done(api, rich.admin, "DisputeReject", disputeId=opened, reason="已核实")
    await told()
    assert await counted() == {}


def test_late_is_what_the_readme_says() -> None:
    assert timedelta(minutes=5) == due.LATE_AFTER
