"""Days, weekdays and hours as clerks write them."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import Refusal
from services.sheets import times
from services.sheets.cells import Cell, Uncomputed

NOVEMBER = date(2026, 11, 1)


def refusal(reading, cell: Cell) -> str:
    with pytest.raises(Refusal) as caught:
        reading(cell)
    return caught.value.message


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-01", "2026-11-1", "2026/11/1", "2026.11.1", "2026年11月1日", "2026 年 11 月 1 日", "2026年11月1号",
        "20261101",
        20261101, 20261101.0, "46327", 46327, 46327.0, 46327.75, "\uff12\uff10\uff12\uff16-11-01", NOVEMBER,
        datetime(2026, 11, 1), datetime(2026, 11, 1, 23, 59), "2026-11-01 00:00:00", "2026-11-1 00:00",
        "2026-11-01T08:00:00.000", " 2026-11-01\n",
    ],
)  # fmt: skip
def test_one_day_in_many_ways(typed: Cell) -> None:
    assert times.day(typed) == NOVEMBER


def test_days_that_count_from_1904() -> None:
    assert times.day(46327 - 1462, since_1904=True) == NOVEMBER
    assert times.day("2026-11-01", since_1904=True) == NOVEMBER


def test_for_ever() -> None:
    assert times.day("长期") is times.day(" 长期有效 ") is times.day("永久") is None


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("2026-02-30", "没有这一天"), ("2026-13-01", "没有这一天"), ("0000-01-01", "没有这一天"), ("20260230",
        "没有这一天"),
        ("11月1日", "年-月-日"), ("11/1/2026", "年-月-日"), ("26-11-01", "年-月-日"), ("明年", "年-月-日"), ("",
        "年-月-日"),
        (0.5, "年-月-日"), (123456, "年-月-日"), ("2026-11", "年-月-日"), ("2026-11-01 8点", "年-月-日"),
        ("1999-12-31", "之间"), ("2100-01-01", "之间"), (99999, "之间"), (date(1900, 1, 1), "之间"),
        (time(8), "“文本”格式"), (Uncomputed(), "公式"), ("#VALUE!", "改正公式"), (True, "逻辑值"),
    ],
)  # fmt: skip
def test_days_that_are_none(cell: Cell, says: str) -> None:
    assert says in refusal(times.day, cell)


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"])
)
def test_each_day_is_read_as_it_was_written(day: date, form: str) -> None:
    assert times.day(day.strftime(form)) == day
    assert (
        times.day((day - date(1899, 12, 30)).days) == times.day((day - date(1904, 1, 1)).days, since_1904=True) == day
    )


@pytest.mark.parametrize(
    ("typed", "mask"),
    [
        ("每天", 127), ("天天", 127), ("工作日", 31), ("周末", 96), ("双休日", 96), ("周一至周五", 31), ("周一到周五",
        31),
        ("周一 - 周五", 31), ("星期一~星期五", 31), ("礼拜一—礼拜五", 31), ("一至五", 31), ("1-5", 31),
        ("周一、三、五", 21),
        ("周一三五", 21), ("周一,周三,周五", 21), ("1,3,5", 21), ("周六、日", 96), ("周六和周天", 96), ("周五至周一",
        0b1110001),
        ("工作日、周六", 63), ("周一至周三、周五", 23), ("周日", 64), (5, 16), ("周一至周日", 127), ("周日至周六", 127),
        ("周一,", 1), ("每周末", 96),
    ],
)  # fmt: skip
def test_weekdays(typed: Cell, mask: int) -> None:
    assert times.weekdays(typed) == mask


@pytest.mark.parametrize(
    "cell", ["节假日", "周八", "0", "周一至", "、周一", "", "一天", "除周一", "周", 8, "周一至周五至周日"]
)
def test_weekdays_that_are_none(cell: Cell) -> None:
    assert "星期请写成" in refusal(times.weekdays, cell)
    assert "“文本”格式" in refusal(times.weekdays, datetime(2026, 1, 5))  # what Excel makes of 1-5


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("11:00-14:00", (660, 840)), ("11:00至14:00", (660, 840)), ("11:00——14:00", (660, 840)),
        ("9:00 ~ 21:30", (540, 1290)),
        ("11\uff1a00\uff0d14\uff1a00", (660, 840)), ("11点至14点半", (660, 870)), ("11时30分到14时", (690, 840)),
        ("22:00-02:00", (1320, 120)), ("11:00至次日02:00", (660, 120)), ("22:00-次日2点", (1320, 120)),
        ("11:00-24:00", (660, 0)), ("00:00-24:00", (0, 0)), ("09:00-次日09:00", (540, 540)), ("0:00-次日0:00", (0, 0)),
        ("全天", None), ("24小时", None),
    ],
)  # fmt: skip
def test_hours(typed: str, hours: tuple[int, int] | None) -> None:
    assert times.hours(typed) == hours


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("11:00", "11:00-14:00"),
        ("25:00-26:00", "11:00-14:00"),
        ("11:60-14:00", "11:00-14:00"),
        ("24:00-02:00", "11:00-14:00"),
        ("11:00-24:30", "11:00-14:00"),
        ("11:00-14:00,17:00-21:00", "11:00-14:00"),
        ("上午", "11:00-14:00"),
        ("", "11:00-14:00"),
        ("9:00-9:00", "不能超过一天"),
        ("11:00-次日14:00", "不能超过一天"),
        ("0:00-次日24:00", "不能超过一天"),
        (time(11), "“文本”格式"),
        (0.5, "11:00-14:00"),
    ],
)
def test_hours_that_are_none(cell: Cell, says: str) -> None:
    assert says in refusal(times.hours, cell)


anything = st.one_of(
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.text(alphabet="0123456789:-./年月日周星期一二三五六至到次日点半天末工作、,", max_size=14),
)


@given(anything, st.booleans())
def test_any_cell_is_read_or_refused_with_a_reason(cell: Cell, since_1904: bool) -> None:
    reasons = []
    for reading in (lambda cell: times.day(cell, since_1904=since_1904), times.weekdays, times.hours):
        try:
            reading(cell)
        except Refusal as refused:
            reasons.append(refused.message)
    assert all(reasons)
