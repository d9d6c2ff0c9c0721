"""Rows of households, heads and grid workers, read as records; what an empty cell takes from above."""

import pytest

from services.roster.records import HeadRecord, HouseholdRecord, Place, WorkerRecord
from services.roster.report import Problem
from tests.roster.rows import (
    GRID,
    HEADS,
    HEADS_WITH_HOUSEHOLDS,
    HERE,
    HOME,
    HOME_HEADINGS,
    HOUSEHOLDS,
    NEXT_GRID,
    WORKERS,
    home_row,
    line,
    lines,
    phone,
    read_rows,
    reading,
    records,
    told,
)


def test_a_head_without_a_phone_is_named() -> None:
    headings = [*HOME_HEADINGS, "联户长"]
    rows = [
        [*HOME, "陈刚"],
        ["", "", "", "", "A2", "302", "李四", "", ""],
        [*home_row(户编号="A3"), "无"],
        [*home_row(户编号="A4"), "陈 刚"],
    ]
    records, problems, reading = read_rows(lines(headings, *rows))
    assert not problems
    assert [(one.head_phone, one.head_name) for one in records if isinstance(one, HouseholdRecord)] == [
        ("", "陈刚"),
        ("", "陈刚"),
        ("", None),
        ("", "陈刚"),
    ]
    assert reading.notes.all()[0].column == "联户长"


@pytest.mark.parametrize("heading", ["联户长", "所属联户长", "联户长名称", "负责联户长", "联户长(姓名)"])
@pytest.mark.parametrize("contact", [["姓名", "电话"], ["户主", "联系电话"]])
def test_a_residents_phone_is_never_the_heads(heading: str, contact: list[str]) -> None:
    row = [*HOME[:6], "张三", "10000099001", "陈刚"]
    (found,), problems, _ = read_rows(lines([*HOME_HEADINGS[:6], *contact, heading], row))
    assert not problems and isinstance(found, HouseholdRecord)
    assert (found.contact_name, found.phone, found.head_phone, found.head_name) == ("张三", "10000099001", "", "陈刚")


def test_a_name_stands_in_for_an_empty_phone() -> None:
    headings = [*HOME_HEADINGS, "联户长", "联户长电话"]
    rows = [
        [*HOME, "陈刚", "10000011001"],
        [*home_row(户编号="A2"), "陈刚", ""],
        [*home_row(户编号="A3"), "刘芳", ""],
        [*home_row(户编号="A4"), "刘芳", "无"],
        [*home_row(户编号="A5"), "无", "无"],
        [*home_row(户编号="A6"), "", "10000011002"],
    ]
    records, problems, _ = read_rows(lines(headings, *rows))
    assert not problems
    assert [(one.head_phone, one.head_name) for one in records if isinstance(one, HouseholdRecord)] == [
        ("10000011001", "陈刚"),
        ("10000011001", "陈刚"),
        ("", "刘芳"),
        ("", "刘芳"),
        ("", None),
        ("10000011002", None),
    ]
    _, problems, _ = read_rows(lines([*HOME_HEADINGS, "联户长"], [*HOME, ""]))
    assert [(one.column, "没有联户长请填" in one.message) for one in problems] == [("联户长", True)]


def test_a_worker_is_as_above_by_a_mark_alone() -> None:
    headings = ["街道", "社区", "网格", "网格员", "电话"]
    records, problems, _ = read_rows(
        lines(headings, [*HOME[:3], "陈静", "10000000005"], ["", "", "第二网格", "同上", "〃"])
    )
    assert (
        not problems
        and [(one.name, one.phone) for one in records if isinstance(one, WorkerRecord)] == [("陈静", "10000000005")] * 2
    )


class TestHouseholds:
    def test_the_name_beside_a_heads_phone_goes_with_the_phone(self) -> None:
        rows = [
            ("李大为", phone(9)),
            ("", ""),
            ("", phone(9)),
            ("", phone(8)),
            ("无", phone(8)),
            ("王红", ""),
            ("", "无"),
        ]
        found = records(
            HOUSEHOLDS,
            *([*(("", "", "") if at else HERE), "", "", f"{at}号", "王明", "", *one] for at, one in enumerate(rows)),
        )
        assert [(one.head_phone, one.head_name) for one in found] == [  # type: ignore[union-attr]
            (phone(9), "李大为"),
            (phone(9), "李大为"),
            (phone(9), "李大为"),
            (phone(8), None),
            (phone(8), None),
            ("", "王红"),
            ("", None),
        ]

    def test_a_full_row(self) -> None:
        assert records(HOUSEHOLDS, [*HERE, "1栋", "HC-1", "1栋1单元101", "王 小明", phone(1), "李大为", phone(9)]) == [
            HouseholdRecord(line(2), Place(*HERE, "1栋"), "HC-1", "1栋1单元101", "王小明", phone(1), phone(9), "李大为")
        ]

    def test_without_the_columns_nothing_is_said(self) -> None:
        (found,) = records(["街道", "社区", "网格", "地址", "联系人"], [*HERE, "1号", "王明"])
        assert found == HouseholdRecord(line(2), GRID, None, "1号", "王明", None, None, building_said=False)

    def test_empty_cells_and_none(self) -> None:
        (found,) = records(HOUSEHOLDS, [*HERE, "无", "", "1号", "王明", "", "", "无"])
        assert found == HouseholdRecord(line(2), GRID, None, "1号", "王明", "", "")

    def test_places_and_head_as_above(self) -> None:
        first = [*HERE, "1栋", 1, "101", "王明", phone(1), "李大为", phone(9)]
        found = records(
            HOUSEHOLDS,
            first,
            ["", "", "", "", 2, "102", "张明"],
            ["", "", "", "2栋", 3, "201", "赵明"],
            ["", "", NEXT_GRID.grid, "", 4, "301", "孙明", "", "", phone(8)],
            ["", "", "", "", 5, "302", "周明", "", "", "无"],
            ["", "", "", "", 6, "303", "吴明"],
        )
        assert [(one.place, one.head_phone, one.phone) for one in found] == [
            (Place(*HERE, "1栋"), phone(9), phone(1)),
            (Place(*HERE, "1栋"), phone(9), ""),
            (Place(*HERE, "2栋"), phone(9), ""),
            (NEXT_GRID, phone(8), ""),
            (NEXT_GRID, "", ""),
            (NEXT_GRID, "", ""),
        ]

    def test_a_row_that_names_its_grid_takes_no_building_from_above(self) -> None:
        found = records(
            HOUSEHOLDS[:7],
            [*HERE, "1栋", 1, "101", "王明"],
            [*HERE, "", 2, "自建房2号", "张明"],
            ["", "", "", "", 3, "3号", "赵明"],
        )
        assert [one.place.building for one in found] == ["1栋", "", ""]

    def test_a_head_left_empty_where_the_grid_is_named_is_asked(self) -> None:
        above = [*HERE, "", 1, "101", "王明", "", "李大为", phone(9)]
        assert told(HOUSEHOLDS, above, [*HERE, "", 2, "102", "张明"]) == [
            (3, "联户长电话", "", "没有填写：与上一行是同一位联户长请再写一遍，没有联户长请填“无”")
        ]
        assert [row for row, *_ in told(HOUSEHOLDS, [*HERE, "", 1, "101", "王明"])] == [2]

    def test_a_new_grid_takes_no_head_from_above(self) -> None:
        # 网格 is empty, but the community above it is another one.
        rows = [
            [*HERE, "", 1, "101", "王明", "", "", phone(9)],
            ["", "人民路社区", "", "", 2, "102", "张明"],
        ]
        assert told(HOUSEHOLDS, *rows) == [(3, "网格", "", "没有填写，上面也没有可以沿用的，请填写此项")]

    def test_rows_between_groups_name_the_place_of_what_follows(self) -> None:
        found = records(
            HOUSEHOLDS[:7],
            [*HERE],
            ["", "", "", "", 1, "101", "王明"],
            ["", "", NEXT_GRID.grid],
            ["", "", "", "", 2, "1号", "张明"],
            ["合计", "", "", "", "", "", "", "", "2户"],
        )
        assert [one.place for one in found] == [GRID, NEXT_GRID]
        assert told(
            HOUSEHOLDS,
            [*HERE],
            ["", "", "", "", 1, "101", "王明", "", "", phone(9)],
            ["", "", "第九网格"],
            ["", "", "", "", 2, "102", "张明"],
        ) == [(5, "联户长电话", "", "没有填写，请填写此项；没有联户长请填“无”")]
        assert told(HOUSEHOLDS[:7], [*HERE], ["洗马路街道"], ["", "", "", "", 1, "101", "王明"]) == [
            (4, "社区", "", "没有填写，上面也没有可以沿用的，请填写此项")
        ]

    def test_one_wrong_place_is_told_once(self) -> None:
        rows = [
            ["", *HERE[1:], "", 1, "101", "王明"],
            ["", "", "", "", 2, "102", "张明"],
            ["", "", "#REF!", "", 3, "103", "孙明"],
        ]
        assert [(row, column) for row, column, *_ in told(HOUSEHOLDS[:7], *rows)] == [(2, "街道"), (4, "网格")]

    def test_places_are_shared(self) -> None:
        found = records(HOUSEHOLDS[:7], *([*HERE, "1栋", number, f"{number}号", "王明"] for number in range(50)))
        assert len({id(one.place) for one in found}) == 1


class TestHeads:
    def test_alone(self) -> None:
        assert records(HEADS, [*HERE, "李大为", phone(9)], ["", "", NEXT_GRID.grid, "赵红", phone(8)]) == [
            HeadRecord(line(2), GRID, "李大为", phone(9)),
            HeadRecord(line(3), NEXT_GRID, "赵红", phone(8)),
        ]

    def test_with_their_households(self) -> None:
        found = records(
            HEADS_WITH_HOUSEHOLDS,
            [*HERE, "李大为", phone(9), "101", "王明", phone(1)],
            ["", "", "", "", "", "102", "张明", ""],
            [*HERE, "李大为", "", "103", "赵明", ""],
            [*HERE, "李 大为", phone(9), "104", "孙明", ""],
            ["", "", "", "周红", phone(8), "", "", ""],
            ["", "", "", "", "", "201", "吴明", ""],
            ["", "", NEXT_GRID.grid, "无", "", "301", "郑明", ""],
            ["", "", "", "", "", "302", "冯明", ""],
        )
        assert [one.name for one in found if isinstance(one, HeadRecord)] == ["李大为", "周红"]
        assert [(one.address, one.head_phone) for one in found if isinstance(one, HouseholdRecord)] == [
            ("101", phone(9)),
            ("102", phone(9)),
            ("103", phone(9)),
            ("104", phone(9)),
            ("201", phone(8)),
            ("301", ""),
            ("302", ""),
        ]
        assert isinstance(found[0], HeadRecord) and found[0].line == line(2)

    def test_rows_between_groups_name_the_place_of_what_follows(self) -> None:
        assert records(HEADS, [*HERE], ["", "", "", "李大为", phone(9)]) == [
            HeadRecord(line(3), GRID, "李大为", phone(9))
        ]

    def test_what_is_wrong_with_them(self) -> None:
        assert told(
            HEADS_WITH_HOUSEHOLDS,
            ["", "", "", "", "", "101", "王明"],
            [*HERE, "李大为", "138", "101", "王明"],
            ["", "", "", "", "", "102", "张明"],
            ["", "", "", "周红", "", "103", "赵明"],
            ["", "", "", "", phone(7), "104", "孙明"],
            ["", "", NEXT_GRID.grid, "", "", "105", "吴明"],
        ) == [
            (2, "街道", "", "没有填写，上面也没有可以沿用的，请填写此项"),
            (2, "联户长", "", "没有填写，上面也没有同一网格的联户长可以沿用；没有联户长请填“无”"),
            (3, "联户长电话", "****", "手机号应为 11 位数字，请核对"),
            (5, "联户长电话", "", "没有填写，请填写此项"),
            (6, "联户长", "", "没有填写，请填写此项"),
            (7, "联户长", "", "没有填写，上面也没有同一网格的联户长可以沿用；没有联户长请填“无”"),
        ]

    def test_nothing_is_yielded_of_households_whose_head_is_wrong(self) -> None:
        found = list(
            reading(HEADS_WITH_HOUSEHOLDS, [*HERE, "李大为", "138", "101", "王明"], ["", "", "", "", "", "102", "张明"])
        )
        assert [type(one) for one in found] == [Problem]


class TestWorkers:
    def test_rows(self) -> None:
        assert records(
            WORKERS, [*HERE, "陈静", phone(5)], ["", "", NEXT_GRID.grid, "陈静", phone(5)], ["", "", "第三网格"]
        ) == [
            WorkerRecord(line(2), GRID, "陈静", phone(5)),
            WorkerRecord(line(3), NEXT_GRID, "陈静", phone(5)),
        ]

    def test_they_are_never_as_above(self) -> None:
        assert told(
            WORKERS, [*HERE, "陈静", phone(5)], ["", "", NEXT_GRID.grid, "陈静", ""], ["", "", "", "", phone(5)]
        ) == [
            (3, "电话", "", "没有填写，请填写此项"),
            (4, "网格员", "", "没有填写，请填写此项"),
        ]


@pytest.mark.parametrize(
    ("typed", "old"),
    [("", None), ("-", None), ("/", None), ("无", ""), ("没有", ""), ("新 人", ""), ("100 0001 0009", "10000010009")],
)
def test_the_number_that_somebody_had_before(typed: str, old: str | None) -> None:
    """A dash says nothing; a word says that there was none."""
    head, worker = (
        records([*headings, "原电话"], [*HERE, "陈刚", phone(1), typed])[0] for headings in (HEADS, WORKERS)
    )
    (home,) = records([*HOUSEHOLDS[:8], "原电话"], [*HERE, "1栋", "H1", "101", "张三", phone(2), typed])
    assert isinstance(head, HeadRecord) and isinstance(worker, WorkerRecord) and isinstance(home, HouseholdRecord)
    assert head.old_phone == worker.old_phone == home.old_phone == old


def test_an_old_number_that_is_none_is_a_problem() -> None:
    assert told([*HEADS, "原电话"], [*HERE, "陈刚", phone(1), "12345"]) == [
        (2, "原电话", "****", "手机号应为 11 位数字，请核对")
    ]
