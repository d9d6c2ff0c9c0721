"""Spellings of one place."""

import pytest

from models.enums import AreaKind
from services.roster.alike import may_be, same

SUBDISTRICT, COMMUNITY, GRID, BUILDING = AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.BUILDING


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (
            GRID,
            "第一网格 第1网格 1网格 一网格 1号网格 壹网格 第01网格 第\uff11网格 1#网格 ①网格 第一網格 Ⅰ网格 001网格",
        ),
        (GRID, "第十二网格 第12网格 十二网格 12网格 第一二网格"),
        (SUBDISTRICT, "上海路街道 上海路街道办事处 上海路街道办 上海路办事处 上海路街道人民政府"),
        (SUBDISTRICT, "高坪镇 高坪镇人民政府 高坪镇政府"),
        (COMMUNITY, "向阳社区 向阳社区居委会 向阳社区居民委员会 向阳居委会 向阳居民委员会"),
        (COMMUNITY, "向阳村 向阳村委会 向阳村村委会 向阳村民委员会"),
        (BUILDING, "1栋 01栋 第1栋 一栋 1棟 Ⅰ栋"),
    ],
)
def test_certainly_the_same(kind: AreaKind, spellings: str) -> None:
    assert len({same(kind, one) for one in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("kind", "one", "other", "above"),
    [
        (GRID, "第一网格", "网格1", ""),
        (GRID, "第一网格", "向阳社区第一网格", "向阳社区"),
        (GRID, "第一网格", "向阳第1网格", "向阳社区"),
        (GRID, "第一网格", "1单元网格", ""),
        (SUBDISTRICT, "上海路街道", "上海路", "汇川区"),
        (COMMUNITY, "向阳社区", "向阳", "x"),
        (COMMUNITY, "上海路街道向阳社区", "向阳", "上海路街道"),
        (BUILDING, "1栋", "1号楼", "x"),
        (BUILDING, "1栋", "1幢", "x"),
        (BUILDING, "3栋", "3#", "x"),
        (BUILDING, "A座", "A栋", "x"),
        (BUILDING, "1栋", "1#楼", "x"),
        (BUILDING, "1栋", "1号住宅楼", "x"),
        (BUILDING, "1栋", "栋1", "x"),
        (GRID, "第一网格", "No.1网格", "x"),
        (GRID, "第一网格", "1格", "x"),
        (SUBDISTRICT, "上海路街道", "汇川区上海路街道办事处", "汇川区"),
        (SUBDISTRICT, "上海路街道", "贵州省遵义市汇川区上海路街道", "汇川区"),
        (SUBDISTRICT, "上海路街道", "汇川上海路街道", "汇川区"),
        (SUBDISTRICT, "上海路街道", "上海路街道党工委", "汇川区"),
        (COMMUNITY, "向阳社区", "汇川区向阳社区", "汇川区/上海路街道"),
        (COMMUNITY, "向阳社区", "遵义市汇川区上海路街道向阳社区居委会", "汇川区/上海路街道"),
        (COMMUNITY, "向阳社区", "向阳社区党群服务中心", "x"),
        (COMMUNITY, "向阳社区", "向阳社区工作站", "x"),
    ],
)
def test_perhaps_the_same(kind: AreaKind, one: str, other: str, above: str) -> None:
    assert may_be(kind, one, other, above) and may_be(kind, other, one, above)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (GRID, "第一网格", "第二网格"),
        (GRID, "第十一网格", "第一网格"),
        (GRID, "网格", "第一网格"),
        (COMMUNITY, "向阳社区", "向阳村"),
        (SUBDISTRICT, "上海路街道", "上海路镇"),
        (SUBDISTRICT, "上海路街道", "香港路街道"),
        (BUILDING, "1栋", "11栋"),
        (BUILDING, "1栋", "1栋2单元"),
        (COMMUNITY, "八一社区", "七一社区"),
        (BUILDING, "栋", "楼"),
        (COMMUNITY, "社区", "村"),
        (COMMUNITY, "向阳社区", "汇川区朝阳社区"),
        (COMMUNITY, "党委", "党支部"),
        (BUILDING, "1栋", "11#楼"),
        (GRID, "第一网格", "第一网格(东区)"),
    ],
)
def test_two_places(kind: AreaKind, one: str, other: str) -> None:
    assert same(kind, one) != same(kind, other) and not may_be(kind, one, other, "汇川区")


@pytest.mark.parametrize(
    ("one", "other", "above"),
    [
        ("2栋", "12栋", "一网格"),
        ("2栋", "12栋", "第1网格"),
        ("向阳2栋", "向阳12栋", "向阳1网格"),
        ("2栋", "向阳12栋", "向阳1网格"),
    ],
)
def test_no_number_is_cut_by_that_of_the_grid(one: str, other: str, above: str) -> None:
    assert not may_be(BUILDING, one, other, above) and may_be(BUILDING, one, one.replace("栋", "号楼"), above)
