"""When a discount can be used: by table, and by property."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.discounts.hours import begins, business_day, next_usable, not_begun, over, usable

FRIDAY = date(2026, 5, 15)
SATURDAY = FRIDAY + timedelta(days=1)
SUNDAY = FRIDAY + timedelta(days=2)
ONLY_FRIDAYS = 1 << 4


@dataclass(frozen=True)
class Validity:
    valid_from: date | None = None
    valid_until: date | None = None
    weekdays: int = 127
    from_minute: int | None = None
    until_minute: int | None = None


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock))


LUNCH = {"from_minute": 11 * 60, "until_minute": 13 * 60 + 30}
NIGHT = {"from_minute": 22 * 60, "until_minute": 2 * 60}
ROUND_THE_CLOCK = {"from_minute": 8 * 60, "until_minute": 8 * 60}


@pytest.mark.parametrize(
    ("validity", "moment", "expected"),
    [
        (Validity(), at(FRIDAY, "00:00"), True),
        # dates, both inclusive
        (Validity(valid_from=FRIDAY), at(FRIDAY, "00:00"), True),
        (Validity(valid_from=SATURDAY), at(FRIDAY, "23:59"), False),
        (Validity(valid_until=FRIDAY), at(FRIDAY, "23:59"), True),
        (Validity(valid_until=FRIDAY), at(SATURDAY, "00:00"), False),
        # weekdays
        (Validity(weekdays=ONLY_FRIDAYS), at(FRIDAY, "12:00"), True),
        (Validity(weekdays=ONLY_FRIDAYS), at(SATURDAY, "12:00"), False),
        (Validity(weekdays=127 ^ ONLY_FRIDAYS), at(FRIDAY, "12:00"), False),
        # hours: from the first minute, before the last
        (Validity(**LUNCH), at(FRIDAY, "10:59"), False),
        (Validity(**LUNCH), at(FRIDAY, "11:00"), True),
        (Validity(**LUNCH), at(FRIDAY, "13:29"), True),
        (Validity(**LUNCH), at(FRIDAY, "13:30"), False),
        # over midnight
        (Validity(**NIGHT), at(FRIDAY, "21:59"), False),
        (Validity(**NIGHT), at(FRIDAY, "22:00"), True),
        (Validity(**NIGHT), at(SATURDAY, "01:59"), True),
        (Validity(**NIGHT), at(SATURDAY, "02:00"), False),
        (Validity(weekdays=ONLY_FRIDAYS, **NIGHT), at(SATURDAY, "01:00"), True),  # still Friday's
        (Validity(weekdays=ONLY_FRIDAYS, **NIGHT), at(FRIDAY, "01:00"), False),  # Thursday's
        (Validity(weekdays=ONLY_FRIDAYS, **NIGHT), at(SATURDAY, "23:00"), False),
        (Validity(valid_until=FRIDAY, **NIGHT), at(SATURDAY, "01:59"), True),
        (Validity(valid_until=FRIDAY, **NIGHT), at(SATURDAY, "22:00"), False),
        (Validity(valid_from=FRIDAY, **NIGHT), at(FRIDAY, "01:00"), False),
        (Validity(valid_from=FRIDAY, **NIGHT), at(FRIDAY, "22:00"), True),
        # the same minute twice: a whole day that begins at eight
        (Validity(weekdays=ONLY_FRIDAYS, **ROUND_THE_CLOCK), at(FRIDAY, "07:59"), False),
        (Validity(weekdays=ONLY_FRIDAYS, **ROUND_THE_CLOCK), at(FRIDAY, "08:00"), True),
        (Validity(weekdays=ONLY_FRIDAYS, **ROUND_THE_CLOCK), at(SATURDAY, "07:59"), True),
        (Validity(weekdays=ONLY_FRIDAYS, **ROUND_THE_CLOCK), at(SATURDAY, "08:00"), False),
        (Validity(weekdays=ONLY_FRIDAYS, from_minute=0, until_minute=0), at(FRIDAY, "00:00"), True),
        (Validity(weekdays=ONLY_FRIDAYS, from_minute=0, until_minute=0), at(SATURDAY, "00:00"), False),
    ],
)
def test_usable(validity: Validity, moment: datetime, expected: bool) -> None:
    assert usable(validity, moment) is expected


def test_over_and_not_begun_say_which_side() -> None:
    validity = Validity(valid_from=FRIDAY, valid_until=SATURDAY, **NIGHT)
    assert not_begun(validity, at(FRIDAY, "01:59")) and not over(validity, at(FRIDAY, "01:59"))
    assert not not_begun(validity, at(FRIDAY, "02:00"))
    assert not over(validity, at(SUNDAY, "01:59")) and over(validity, at(SUNDAY, "02:00"))
    assert not over(Validity(), at(SUNDAY, "02:00")) and not not_begun(Validity(), at(SUNDAY, "02:00"))


minutes = st.integers(0, 1439)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))


@given(minutes, minutes, moments)
def test_each_moment_belongs_to_the_day_its_hours_began(begins: int, ends: int, moment: datetime) -> None:
    """Against the plain definition: windows as intervals of absolute time."""
    day = moment.date()
    lasts = (ends - begins - 1) % 1440 + 1
    inside = []
    for start_day in (day - timedelta(days=1), day):
        start = datetime.combine(start_day, time()) + timedelta(minutes=begins)
        if start <= moment < start + timedelta(minutes=lasts):
            inside.append(start_day)
    validity = Validity(from_minute=begins, until_minute=ends)
    assert usable(validity, moment) is bool(inside)
    if inside:
        assert [business_day(validity, moment)] == inside


@given(st.builds(Validity, st.dates(), st.dates(), st.integers(1, 127), minutes, minutes), moments)
def test_never_usable_outside_the_dates(validity: Validity, moment: datetime) -> None:
    if not_begun(validity, moment) or over(validity, moment):
        assert not usable(validity, moment)


SUMMER = datetime(2026, 6, 1)


@pytest.mark.parametrize(
    ("validity", "moment", "expected"),
    [
        (Validity(**LUNCH), at(FRIDAY, "10:59"), at(FRIDAY, "11:00")),
        (Validity(**LUNCH), at(FRIDAY, "13:30"), at(SATURDAY, "11:00")),
        (Validity(**LUNCH, weekdays=ONLY_FRIDAYS), at(FRIDAY, "13:30"), at(FRIDAY + timedelta(days=7), "11:00")),
        (Validity(weekdays=1 << 6), at(FRIDAY, "12:00"), at(SUNDAY, "00:00")),
        (Validity(weekdays=1 << 6, **NIGHT), at(FRIDAY, "01:00"), at(SUNDAY, "22:00")),
        (Validity(valid_from=SUMMER.date()), at(FRIDAY, "12:00"), SUMMER),
        (Validity(valid_from=SUMMER.date(), weekdays=ONLY_FRIDAYS), at(FRIDAY, "12:00"), SUMMER + timedelta(days=4)),
        (Validity(valid_until=FRIDAY, **LUNCH), at(FRIDAY, "13:30"), None),
        (Validity(valid_until=FRIDAY, weekdays=1 << 6), at(FRIDAY, "12:00"), None),
        (Validity(weekdays=0), at(FRIDAY, "12:00"), None),
    ],
)
def test_when_it_next_can_be_used(validity: Validity, moment: datetime, expected: datetime | None) -> None:
    assert not usable(validity, moment)
    assert next_usable(validity, moment) == expected


@given(
    st.builds(
        Validity, st.none(), st.none(), st.integers(1, 127),
        st.none() | st.integers(0, 1439), st.none() | st.integers(0, 1439),
    ),
    st.integers(0, 7 * 1440 - 1),
)  # fmt: skip
def test_from_then_on_and_no_minute_sooner(validity: Validity, minutes: int) -> None:
    moment = at(FRIDAY, "00:00") + timedelta(minutes=minutes)
    if usable(validity, moment):
        return
    opens = next_usable(validity, moment)
    assert opens is not None and usable(validity, opens)
    between = int((opens - moment).total_seconds()) // 60
    assert not any(usable(validity, moment + timedelta(minutes=passed)) for passed in range(between))


def test_when_a_business_day_begins() -> None:
    assert begins(Validity(), FRIDAY, None) == at(FRIDAY, "00:00")
    assert begins(Validity(**LUNCH), FRIDAY, None) == at(FRIDAY, "00:00")
    assert begins(Validity(**NIGHT), FRIDAY, None) == at(FRIDAY, "02:00")
