"""Rows that close a sheet: totals, signatures, pages; and rows that only look so."""

from datetime import date, datetime

import pytest

from services.sheets.cells import Uncomputed
from services.sheets.footers import is_footer
from services.sheets.formats import Formatted


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", "", "2人", "", "", "4户"],
        ["总计", None, None, "2户"],
        ["小 计", 12],
        ["", "", "共计", "12户"],
        ["合计:12户"],
        ["合计", "合计", "合计", 3.0],
        ["本页小计", "", "3", "1,200元"],
        ["共 12 人"],
        ["总户数:12"],
        ["累计", "-"],
        ["Total", 5],
        ["合计", "", "共3人", "/"],
        ["总计:12户,36人"],
        ["(合计)", 5],
        ["合计", Formatted(3, "3户")],
        ["以上共计12户"],
        ["户数合计", 12],
        ["填表人:张三", "", "", "审核人:李四"],
        ["填表人:", "张三", "", "日期:", "2026-3-5"],
        ["制表人 张三:"],
        ["单位(盖章)"],
        ["社区负责人(签字):"],
        ["填报日期:2024.3.5"],
        ["审核人", "李四"],
        ["制表时间:", datetime(2026, 3, 5)],
        ["负责人签字:", "", "年月日:"],
        ["备注:以上信息已核实"],
        ["说明:1.空着为同上"],
        ["第1页 共3页"],
        ["(此页无正文)"],
        ["2026年3月5日"],
        [date(2026, 3, 5)],
        ["单位负责人:", "", "填表人:", "", "联系电话:10000099001"],
        ["※ 本表一式两份"],
        ["注1.空着为同上"],
        ["审核人(签字)"],
        ["盖章"],
        ["合计", Uncomputed()],
        [13, "合计", 12],
        ["上海路街道", "向阳社区", "小计", "", "3户"],
    ],
)
def test_footers(row: list) -> None:
    assert is_footer(row)


@pytest.mark.parametrize(
    "row",
    [
        [],
        ["", None],
        ["上海路街道", "香港路社区", "第一网格", "1栋", "101", "王明"],
        ["合计", "", "张三", "10000099001"],
        ["合计", "10000099001"],
        ["共和路1号", "王明"],
        ["填表人:张三", "王明", "10000099001"],
        [1, "合计", "王明"],
        ["2026-3-5", "王明"],
        ["审核人", "李四", "王五"],
        [True],
        ["日期", "王明", "李四"],
        ["", "", "3栋"],
        ["社区", "网格"],
        ["小计算机店", "王明"],
    ],
)
def test_rows_that_are_somebodys(row: list) -> None:
    assert not is_footer(row)
