"""The till at exact instants: ends of months, leap days, two in the morning, last seconds, hours over midnight.

Each rule is asked for the last instant at which it holds and the first at which it does not.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.discounts import Discount
from models.enums import DiscountKind
from models.settlement import Statement
from models.till import Redemption
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.settlement import closing
from services.work import reconciliation
from tests.town import story, till
from tests.town import world as district
from tests.town.documents import Api
from tests.town.story import code
from tests.town.till import Phone, confirm, phone, prepare, revoke
from tests.town.world import Travel, World

MIDNIGHT = 24 * 60


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def go(travel: Travel, at: str) -> datetime:
    """Be at an instant in the district, with nobody's session run out."""
    travel.to(datetime.fromisoformat(f"{at}+08:00"))
    await database.execute(
        "UPDATE sessions SET last_seen_at = $1, expires_at = $2", travel.at, travel.at + timedelta(days=2)
    )
    return travel.at


async def prepared(api: Api, world: World, shown: Phone, bill_fen: int = 8800) -> str | None:
    """Why a preparation is refused now; None when it is made."""
    return code(await prepare(api, world.a.cashier, shown.qr(), bill_fen))


async def sell(api: Api, world: World, travel: Travel, prepared_at: str, confirmed_at: str) -> Redemption:
    """A redemption prepared at one instant and confirmed at another."""
    await go(travel, prepared_at)
    made = await prepare(api, world.a.cashier, (await phone(api, world.a)).qr())
    assert code(made) is None
    await go(travel, confirmed_at)
    done = await confirm(api, world.a.cashier, made["preparation"]["token"])
    assert code(done) is None
    return await Redemption.get(id=ids.find(done["redemption"]["id"], "Redemption"))


async def months() -> dict[str, int]:
    rows = await database.fetch("SELECT month, given_fen FROM shop_months WHERE given_fen > 0 ORDER BY month")
    return {str(row["month"]): row["given_fen"] for row in rows}


# Limits and the ceiling count on the calendar day and month of preparing; the statement by when it was confirmed


@pytest.mark.parametrize(
    ("prepared_at", "confirmed_at", "day", "month", "statement_day"),
    [
        ("2026-05-31T23:59:30", "2026-06-01T00:01:00", "2026-05-31", "2026-05-01", "2026-05-31"),
        ("2026-05-31T23:59:59.999999", "2026-06-01T00:01:59", "2026-05-31", "2026-05-01", "2026-05-31"),
        ("2026-06-01T00:00:00", "2026-06-01T00:00:01", "2026-06-01", "2026-06-01", "2026-05-31"),
        ("2026-06-01T01:59:00", "2026-06-01T01:59:59.999999", "2026-06-01", "2026-06-01", "2026-05-31"),
        ("2026-06-01T01:59:00", "2026-06-01T02:00:00", "2026-06-01", "2026-06-01", "2026-06-01"),
        # Leap years and others.
        ("2028-02-28T23:59:30", "2028-02-29T00:01:00", "2028-02-28", "2028-02-01", "2028-02-28"),
        ("2028-02-29T23:59:30", "2028-03-01T00:01:00", "2028-02-29", "2028-02-01", "2028-02-29"),
        ("2028-03-01T01:59:00", "2028-03-01T01:59:59.999999", "2028-03-01", "2028-03-01", "2028-02-29"),
        ("2028-03-01T01:59:00", "2028-03-01T02:00:00", "2028-03-01", "2028-03-01", "2028-03-01"),
        ("2026-03-01T01:59:00", "2026-03-01T01:59:59.999999", "2026-03-01", "2026-03-01", "2026-02-28"),
        ("2100-03-01T01:59:00", "2100-03-01T01:59:59.999999", "2100-03-01", "2100-03-01", "2100-02-28"),
        ("2026-12-31T23:59:30", "2027-01-01T00:01:00", "2026-12-31", "2026-12-01", "2026-12-31"),
    ],
)
async def test_on_which_day_it_counts(
    rich: World, api: Api, travel: Travel, prepared_at: str, confirmed_at: str, day: str, month: str, statement_day: str
) -> None:
    row = await sell(api, rich, travel, prepared_at, confirmed_at)
    assert [str(one) for one in (row.day, row.month, row.statement_day)] == [day, month, statement_day]
    assert await months() == {month: 1760}
    assert await reconciliation.drifts() == []


@pytest.mark.parametrize("limit", ["limit_per_day", "limit_per_month"])
@pytest.mark.parametrize("last", ["2026-05-31T23:59:59.999999", "2028-02-29T23:59:59.999999"])
async def test_a_limit_is_free_again_at_midnight(rich: World, api: Api, travel: Travel, limit: str, last: str) -> None:
    await Discount.filter(id=rich.a.discount.id).update(**{limit: 1})
    began = last.replace("23:59:59.999999", "23:58:00")
    await sell(api, rich, travel, began, last)
    with pytest.raises(AssertionError, match="LIMIT_REACHED"):
        await phone(api, rich.a)
    travel.by(microseconds=1)
    assert await prepared(api, rich, await phone(api, rich.a)) is None


async def test_what_was_prepared_yesterday_leaves_today_free(rich: World, api: Api, travel: Travel) -> None:
    """And yesterday's is used up, however late it was confirmed."""
    await Discount.filter(id=rich.a.discount.id).update(limit_per_day=1)
    await sell(api, rich, travel, "2026-05-31T23:59:30", "2026-06-01T00:01:00")
    assert await prepared(api, rich, await phone(api, rich.a)) is None


async def test_the_ceiling_is_the_months_in_which_it_was_prepared(rich: World, api: Api, travel: Travel) -> None:
    """May has room for one. Its promise is kept in June, and June has all of its own."""
    await rich.a.shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=1760)
    await sell(api, rich, travel, "2026-05-31T23:59:30", "2026-06-01T00:01:00")
    shown = await phone(api, rich.a)
    await go(travel, "2026-05-31T23:59:59.999999")
    assert await prepared(api, rich, shown) == "CEILING_REACHED"
    travel.by(microseconds=1)
    assert await prepared(api, rich, shown) is None


# Two in the morning


@pytest.mark.parametrize(
    ("confirmed_at", "until"),
    [
        ("2026-06-01T00:59:59.999999", "2026-06-01T01:59:59.999999"),
        ("2026-06-01T01:00:00.000001", "2026-06-01T02:00:00"),
        ("2026-06-01T01:59:59.999999", "2026-06-01T02:00:00"),
        ("2026-06-01T02:00:00", "2026-06-01T03:00:00"),
        ("2028-02-29T01:30:00", "2028-02-29T02:00:00"),
        ("2027-01-01T01:30:00", "2027-01-01T02:00:00"),
    ],
)
async def test_until_when_it_is_revoked(rich: World, api: Api, travel: Travel, confirmed_at: str, until: str) -> None:
    row = await sell(api, rich, travel, f"{confirmed_at[:13]}:00:00", f"{confirmed_at[:13]}:00:01")
    assert code(await revoke(api, rich.a.cashier, ids.make("Redemption", row.id))) is None
    at = await go(travel, confirmed_at)
    travel.to(at - timedelta(seconds=60))
    made = await prepare(api, rich.a.cashier, (await phone(api, rich.a)).qr())
    travel.to(at)
    shown = (await confirm(api, rich.a.cashier, made["preparation"]["token"]))["redemption"]
    ends = await go(travel, until)
    assert datetime.fromisoformat(shown["revocableUntil"]) == ends
    assert code(await revoke(api, rich.a.cashier, shown["id"])) == "NOT_REVOCABLE"
    travel.to(ends - timedelta(microseconds=1))
    assert code(await revoke(api, rich.a.cashier, shown["id"])) is None


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-05-31", "2026-06-01T01:59:59.999999"),
        ("2028-02-28", "2028-02-29T01:59:59.999999"),
        ("2028-02-29", "2028-03-01T01:59:59.999999"),
        ("2026-12-31", "2027-01-01T01:59:59.999999"),
    ],
)
async def test_a_day_is_closed_at_two_and_not_before(
    rich: World, api: Api, travel: Travel, day: str, last: str
) -> None:
    row = await sell(api, rich, travel, last.replace("01:59:59.999999", "01:58:30"), last)
    assert str(row.statement_day) == day
    assert await closing.close_due() == 0
    travel.by(microseconds=1)
    assert await closing.close_due() == 1
    assert await Statement.all().values_list("day", "redemptions", "saved_fen") == [(date.fromisoformat(day), 1, 1760)]
    assert await closing.close_due() == 0
    assert await reconciliation.drifts() == []


async def test_a_host_behind_two_puts_nothing_into_a_closed_day(rich: World, api: Api, travel: Travel) -> None:
    """One host closes the day at two; on another it is still a second before, and a promise is confirmed."""
    await sell(api, rich, travel, "2026-05-31T12:00:00", "2026-05-31T12:00:30")
    await go(travel, "2026-06-01T01:59:00")
    made = await prepare(api, rich.a.cashier, (await phone(api, rich.a)).qr())
    await go(travel, "2026-06-01T02:00:00")
    assert await closing.close_due() == 1
    await go(travel, "2026-06-01T01:59:59")
    shown = (await confirm(api, rich.a.cashier, made["preparation"]["token"]))["redemption"]
    row = await Redemption.get(id=ids.find(shown["id"], "Redemption"))
    assert (str(row.statement_day), str(row.day)) == ("2026-06-01", "2026-06-01")
    assert row.revocable_until == row.confirmed_at + timedelta(hours=1)
    assert shown["availableActions"] == ["REVOKE"]


async def test_what_is_upheld_at_two_is_corrected_on_the_new_day(rich: World, api: Api, travel: Travel) -> None:
    made = await till.disputed(api, rich.a)
    await go(travel, "2026-05-16T02:00:00")
    assert await closing.close_due() == 1
    payload = await story.done(api, rich.admin, "DisputeUphold", disputeId=made, reason="已核实")
    assert payload["dispute"]["correctionDay"] == "2026-05-16"
    await go(travel, "2026-05-17T01:59:59.999999")
    assert await closing.close_due() == 0
    travel.by(microseconds=1)
    assert await closing.close_due() == 1
    sums = await Statement.all().order_by("day").values_list("day", "redemptions", "corrections", "points")
    assert sums == [(date(2026, 5, 15), 1, 0, 10), (date(2026, 5, 16), 0, 1, -10)]
    assert await reconciliation.drifts() == []


# A discount's hours and days


FRIDAYS, WEEKEND, DAILY = 1 << 4, (1 << 5) + (1 << 6), (1 << 7) - 1


@pytest.mark.parametrize(
    ("terms", "at", "good"),
    [
        # The hours begin with their first minute and end before their last.
        ({"hours": (600, 1200)}, "2026-05-15T09:59:59.999999", False),
        ({"hours": (600, 1200)}, "2026-05-15T10:00:00", True),
        ({"hours": (600, 1200)}, "2026-05-15T19:59:59.999999", True),
        ({"hours": (600, 1200)}, "2026-05-15T20:00:00", False),
        ({"hours": (1200, 0)}, "2026-05-15T23:59:59.999999", True),
        ({"hours": (1200, 0)}, "2026-05-16T00:00:00", False),
        # The last day is inclusive, to its last instant.
        ({"until": "2026-05-31"}, "2026-05-31T23:59:59.999999", True),
        ({"until": "2026-05-31"}, "2026-06-01T00:00:00", False),
        ({"until": "2028-02-29"}, "2028-02-29T23:59:59.999999", True),
        ({"until": "2028-02-29"}, "2028-03-01T00:00:00", False),
        ({"until": "2028-02-28"}, "2028-02-29T00:00:00", False),
        ({"until": "2026-05-15", "hours": (600, 1200)}, "2026-05-15T19:59:59.999999", True),
        # Hours over midnight belong to the day on which they begin: the last one's go on into the next morning.
        ({"until": "2026-05-31", "hours": (1200, 120)}, "2026-06-01T01:59:59.999999", True),
        ({"until": "2026-05-31", "hours": (1200, 120)}, "2026-06-01T02:00:00", False),
        ({"until": "2028-02-29", "hours": (1200, 120)}, "2028-03-01T01:59:59.999999", True),
        ({"until": "2026-12-31", "hours": (1200, 120)}, "2027-01-01T01:59:59.999999", True),
        ({"until": "2026-12-31", "hours": (1200, 120)}, "2027-01-01T20:00:00", False),
        # Friday's night is Friday's until Saturday at two; the small hours of Friday are Thursday's.
        ({"weekdays": FRIDAYS, "hours": (1200, 120)}, "2026-05-15T01:59:59.999999", False),
        ({"weekdays": FRIDAYS, "hours": (1200, 120)}, "2026-05-15T19:59:59.999999", False),
        ({"weekdays": FRIDAYS, "hours": (1200, 120)}, "2026-05-15T20:00:00", True),
        ({"weekdays": FRIDAYS, "hours": (1200, 120)}, "2026-05-16T00:00:00", True),
        ({"weekdays": FRIDAYS, "hours": (1200, 120)}, "2026-05-16T01:59:59.999999", True),
        ({"weekdays": FRIDAYS, "hours": (1200, 120)}, "2026-05-16T02:00:00", False),
        ({"weekdays": FRIDAYS, "hours": (1200, 120)}, "2026-05-16T20:00:00", False),
        ({"weekdays": WEEKEND, "hours": (1200, 120)}, "2026-05-18T01:59:59.999999", True),
        ({"weekdays": WEEKEND, "hours": (1200, 120)}, "2026-05-18T20:00:00", False),
        # A night across a month's end, a leap day and a New Year.
        ({"weekdays": 1 << 6, "hours": (1200, 120)}, "2026-06-01T01:00:00", True),
        ({"weekdays": 1 << 1, "hours": (1200, 120)}, "2028-03-01T01:59:59.999999", True),
        ({"weekdays": 1 << 2, "hours": (1200, 120)}, "2028-03-01T01:59:59.999999", False),
        ({"weekdays": 1 << 3, "hours": (1200, 120)}, "2027-01-01T01:59:59.999999", True),
    ],
)
async def test_when_a_discount_is_open(
    rich: World, api: Api, travel: Travel, terms: dict[str, Any], at: str, good: bool
) -> None:
    begins, ends = terms.get("hours", (None, None))
    until = date.fromisoformat(terms["until"]) if "until" in terms else None
    offer = await district.discount(
        rich.a.shop,
        title="夜宵",
        kind=DiscountKind.AMOUNT_OFF,
        amount_off_fen=500,
        cost_points=0,
        valid_until=until,
        weekdays=terms.get("weekdays", DAILY),
        from_minute=begins,
        until_minute=ends,
    )
    moment = await go(travel, at)
    travel.to(moment - timedelta(hours=23, minutes=59))  # a pass is taken ahead, while the last day is not over
    shown = await phone(api, rich.a, discount=offer)
    travel.to(moment)
    assert await prepared(api, rich, shown) == (None if good else "OUTSIDE_HOURS")


async def test_limits_count_calendar_days_also_over_midnight(rich: World, api: Api, travel: Travel) -> None:
    """One night has two days: what is prepared after midnight counts on the second."""
    await Discount.filter(id=rich.a.discount.id).update(
        weekdays=FRIDAYS, from_minute=1200, until_minute=120, limit_per_day=1
    )
    row = await sell(api, rich, travel, "2026-05-15T23:59:00", "2026-05-15T23:59:30")
    second = await sell(api, rich, travel, "2026-05-16T00:00:00", "2026-05-16T00:00:30")
    assert (str(row.day), str(second.day)) == ("2026-05-15", "2026-05-16")
    assert row.statement_day == second.statement_day == date(2026, 5, 15), "and one day for the shop"


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ((1200, 120), "2026-05-16T01:59:59.999999"),
        ((600, 1200), "2026-05-15T19:59:59.999999"),
        ((0, 0), "2026-05-15T23:59:59.999999"),
    ],
)
async def test_what_was_promised_in_the_last_instant_is_kept(
    rich: World, api: Api, travel: Travel, until: tuple[int, int], last: str
) -> None:
    """The hours, the last day and the pass's own day end while the promise holds."""
    moment = await go(travel, last)
    travel.to(moment - timedelta(hours=24) + timedelta(microseconds=1))
    shown = await phone(api, rich.a)
    await Discount.filter(id=rich.a.discount.id).update(
        weekdays=FRIDAYS, from_minute=until[0], until_minute=until[1] % MIDNIGHT, valid_until=date(2026, 5, 15)
    )
    travel.to(moment)
    made = await prepare(api, rich.a.cashier, shown.qr())
    assert code(made) is None
    travel.to(moment + timedelta(seconds=120) - timedelta(microseconds=1))
    assert code(await confirm(api, rich.a.cashier, made["preparation"]["token"])) is None


# What lasts for so long


@pytest.mark.parametrize("began", ["2026-05-31T23:59:30", "2028-02-29T01:58:30", "2026-12-31T23:58:30"])
async def test_a_promise_lasts_for_120_seconds(rich: World, api: Api, travel: Travel, began: str) -> None:
    at = await go(travel, began)
    made = await prepare(api, rich.a.cashier, (await phone(api, rich.a)).qr())
    other = await prepare(api, rich.a.cashier, (await phone(api, rich.a, head=1)).qr())
    travel.to(at + timedelta(seconds=120) - timedelta(microseconds=1))
    assert code(await confirm(api, rich.a.cashier, made["preparation"]["token"])) is None
    travel.to(at + timedelta(seconds=120))
    assert code(await confirm(api, rich.a.cashier, other["preparation"]["token"])) == "PREPARATION_EXPIRED"
    assert await reconciliation.drifts() == []


@pytest.mark.parametrize("began", ["2026-05-30T23:59:59.999999", "2028-02-28T12:00:00", "2028-02-29T12:00:00"])
async def test_a_pass_and_the_right_to_dispute_last_for_24_hours(
    rich: World, api: Api, travel: Travel, began: str
) -> None:
    at = await go(travel, began)
    shown = await phone(api, rich.a, head=1)
    made = [(await till.redeemed(api, rich.a))["id"] for _ in range(2)]
    day_later = at + timedelta(hours=24)
    assert clock.day_of(day_later) == clock.day_of(at) + timedelta(days=1)
    await go(travel, (day_later - timedelta(microseconds=1)).replace(tzinfo=None).isoformat())
    assert await prepared(api, rich, shown) is None
    given = {"reason": "没有去过"}
    head = rich.a.head_people[0]
    assert code(await story.act(api, head, "RedemptionDispute", redemptionId=made[0], **given)) is None
    travel.to(day_later)
    assert await prepared(api, rich, shown, bill_fen=9900) == "CODE_INVALID"
    assert code(await story.act(api, head, "RedemptionDispute", redemptionId=made[1], **given)) == "NOT_DISPUTABLE"
