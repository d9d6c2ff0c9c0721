"""What a clerk types into a cell: what is meant by it, and what is refused because nobody can be sure."""

import math
import re
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.enums import DiscountKind, ShopCategory
from schema.discounts import benefits
from schema.graph import enums
from services.kit.errors import ErrorCode, Refusal
from services.sheets import cells
from services.sheets.cells import Cell, Uncomputed
from services.sheets.formats import Formatted

FULL_COMMA, FULL_LEFT, FULL_RIGHT, YEN = "\uff0c", "\uff08", "\uff09", "\uffe5"


def refusal(reading, cell: Cell, **bounds) -> str:
    with pytest.raises(Refusal) as caught:
        reading(cell, **bounds)
    assert caught.value.code == ErrorCode.INVALID_INPUT
    return caught.value.message


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("香港路社区", "香港路社区"),
        ("  香港路\u3000社区\t", "香港路社区"),
        ("王\u3000明", "王明"),
        ("王 明", "王明"),
        ("香港路\r\n3 号楼", "香港路3号楼"),
        ("Anna  Maria", "Anna Maria"),
        ("KFC 汇川店", "KFC汇川店"),
        ("3-1 202", "3-1 202"),
        ("\uff13号楼\uff21座", "3号楼A座"),
        (f"老店{FULL_LEFT}东门{FULL_RIGHT}", f"老店{FULL_LEFT}东门{FULL_RIGHT}"),  # punctuation stays as it was typed
        (f"买一送一{FULL_COMMA}限一份", f"买一送一{FULL_COMMA}限一份"),
        ("\u200b王\u200d小\ufeff明\u202c", "王小明"),
        ("Jose\u0301", "José"),
        ("か \u3099", "が"),
        ("1.5", "1.5"),
        ("1380.0", "1380.0"),  # a name may well be called so
        (3, "3"),
        (3.0, "3"),
        (3.25, "3.25"),
        (0.1 + 0.2, "0.3"),
        ("'=1号", "=1号"),
        ("''-", "'-"),
        ("'名", "名"),
        ("'\uff1d1", "\uff1d1"),
        ('="0012"', "0012"),
        ('="a"b"', '="a"b"'),
    ],
)
def test_words_are_kept_as_they_were_meant(typed: Cell, kept: str) -> None:
    assert cells.text(typed, most=20) == kept


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (None, "请填写此项"),
        ("", "请填写此项"),
        (" \u200b\u3000", "请填写此项"),
        ("字" * 21, "最多 20 个字"),
        ("a b " * 6, "最多 20 个字"),
        ("王\0明", "控制字符"),
        ("王\ue000明", "乱码"),
        ("#REF!", "改正公式"),
        (" #N/A ", "改正公式"),
        ("####", "改正公式"),
        ("王\ufffd明", "乱码"),
        (Uncomputed(), "公式还没有计算结果"),
        (True, "逻辑值"),
        (datetime(2026, 3, 1), "“文本”格式"),  # 3-1, before Excel had its way
        (date(2026, 3, 1), "“文本”格式"),
        (time(3, 1), "“文本”格式"),
        (timedelta(1), "“文本”格式"),
        (10**15, "超过 15 位"),
        (1e15, "超过 15 位"),
        (math.inf, "超过 15 位"),
        (math.nan, "超过 15 位"),
    ],
)
def test_words_that_nobody_can_have_meant_are_refused(cell: Cell, says: str) -> None:
    assert says in refusal(cells.text, cell, most=20)


@given(st.text(max_size=20))
@example("か \u3099")
@example("\u0300 \u4e00 \u0301")
@example("''=")
def test_what_is_kept_is_kept_again(typed: str) -> None:
    try:
        kept = cells.text(typed, most=100)
    except Refusal:
        return
    if kept[0] not in cells.APOSTROPHES and not kept.startswith('="') and set(kept) != {"#"}:
        assert cells.text(kept, most=100) == kept


def test_nothing_and_none() -> None:
    for cell in (None, "", "  ", "\u200b", "\r\n"):
        assert cells.blank(cell) and not cells.none(cell) and cells.unlimited(cell)
    for cell in ("无", " 无 ", "暂无", "/", "-", "——", "N/A", "n/a"):
        assert cells.none(cell) and not cells.blank(cell) and cells.unlimited(cell)
    for cell in ("不限", "无限制"):
        assert cells.unlimited(cell) and not cells.none(cell) and not cells.blank(cell)
    for cell in (0, 0.0, "0", False, "王", Uncomputed(), date(2026, 1, 1), "无名"):
        assert not cells.unlimited(cell) and not cells.none(cell) and not cells.blank(cell)


def test_spellings_of_a_name_have_one_key() -> None:
    assert cells.key(f"老店 {FULL_LEFT}东门{FULL_RIGHT}") == cells.key("老店(东门)") == cells.key(" 老店( 东门 )")
    assert cells.key("\uff2b\uff26\uff23店") == cells.key("kfc店") != cells.key("kfc2店")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("HC-001", "HC-001"), (" hc 001 ", "hc001"), ("\uff10\uff10\uff17", "007"), (12, "12"), (12.0, "12"),
     ("12.0", "12"), ("0012.00", "0012"), ("12.5", "12.5"), ('="0012"', "0012"), ("3E12", "3E12"),
     ("1-1-101", "1-1-101")],
)  # fmt: skip
def test_codes(typed: Cell, kept: str) -> None:
    assert cells.code(typed) == kept


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("1.38E+10", "科学计数"),
        ("1.38e+10", "科学计数"),
        ("2E+15", "科学计数"),
        ("", "请填写"),
        ("1" * 33, "最多 32"),
        ("52030319900101123X", "身份证"),
        ("520303199001011234", "身份证"),
        (1234567890123456, "超过 15 位"),
        (datetime(2026, 1, 1), "“文本”格式"),
        ("\u202e1\0", "控制字符"),
    ],
)
def test_codes_that_are_none(cell: Cell, says: str) -> None:
    assert says in refusal(cells.code, cell)


def test_people() -> None:
    assert cells.person("王 小明", most=64) == "王小明"
    assert cells.person("阿依古丽·买买提", most=64) == "阿依古丽·买买提"
    assert cells.person("联户长12", most=64) == "联户长12"
    assert "填错了列" in refusal(cells.person, 10000000001, most=64)
    assert "填错了列" in refusal(cells.person, "…", most=64)
    assert "电话一列" in refusal(cells.person, "王小明10000000001", most=64)
    assert "最多 2 个字" in refusal(cells.person, "王小明", most=2)


@pytest.mark.parametrize(
    "typed",
    [
        "10000000001", 10000000001, 10000000001.0, "10000000001.0", " 100 0000 0001 ", "100-0000-0001",
        "+86 10000000001", "8610000000001", "\uff11" + "\uff10" * 9 + "\uff11", "\u202d10000000001\u202c",
        "'+8610000000001", '="10000000001"', "100\u30000000\u30000001", "10000000001\n",
    ],
)  # fmt: skip
def test_phones(typed: Cell) -> None:
    assert cells.phone(typed) == "10000000001"


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("1.38E+10", "科学计数"), (1.38e15, "超过 15 位"), ("1000000000", "11 位"), ("100000000011", "11 位"),
        ("20000000001", "11 位"), ("0851-28220000", "11 位"),
        ("10000000001/10000000002", "只留一个"), ("见备注", "11 位"),
        (None, "请填写"), ("1000000000a", "11 位"), (1.5, "11 位"), ("一三八", "11 位"),
    ],
)  # fmt: skip
def test_phones_that_are_none(cell: Cell, says: str) -> None:
    assert says in refusal(cells.phone, cell)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("20", 2000), ("12.5", 1250), ("12.50元", 1250), ("¥12.50", 1250), (f"{YEN} 1,200", 120000),
     ("1,200.05元", 120005),
     ("20块", 2000), ("20元整", 2000), ("1.5万元", 1_500_000), ("2万", 2_000_000),
     ("0", 0), (20, 2000), (19.99, 1999), (19.99 * 3, 5997), ("20.000", 2000), ("\uff12\uff10元", 2000), ("0.01", 1),
     ("RMB20", 2000)],
)  # fmt: skip
def test_money(typed: Cell, fen: int) -> None:
    assert cells.fen(typed) == fen


@pytest.mark.parametrize(
    ("cell", "says"),
    [("12.345", "两位小数"), ("0.0000001万", "两位小数"), ("十元", "应填金额"), ("-5", "应填金额"), ("1,20",
     "应填金额"),
     ("满100减20", "应填金额"), ("减10元", "应填金额"), ("元", "应填金额"),
     ("", "应填金额"), ("30 50", "不止一个数"), ("30\n50", "不止一个数"), (1e-7, "应填金额"), ("1e5", "应填金额"),
     ("9" * 16, "应填金额"), (True, "逻辑值"), ("٣", "应填金额")],
)  # fmt: skip
def test_money_that_is_none(cell: Cell, says: str) -> None:
    assert says in refusal(cells.fen, cell)


@given(st.integers(0, 10**12))
def test_money_is_exact_to_the_fen(fen: int) -> None:
    yuan = f"{fen // 100}.{fen % 100:02}"
    assert cells.fen(yuan) == cells.fen(f"¥{fen // 100:,}.{fen % 100:02}元") == fen
    assert cells.fen(float(yuan)) == fen


@pytest.mark.parametrize(
    ("typed", "number"),
    [("3", 3), ("3次", 3), ("3 份", 3), ("三星", 3), ("3星级", 3), ("10积分", 10), ("两次", 2), ("十次", 10), (3, 3),
     (3.0, 3), ("3.0", 3), ("1,000", 1000), ("0", 0), ("\uff13", 3)],
)  # fmt: skip
def test_whole_numbers(typed: Cell, number: int) -> None:
    assert cells.whole(typed) == number


@pytest.mark.parametrize("cell", ["3.5", 3.5, "-1", "三十", "很多", "", "次", "点", "1e3", "0x10", "3人"])
def test_whole_numbers_that_are_none(cell: Cell) -> None:
    assert "应填整数" in refusal(cells.whole, cell)


@pytest.mark.parametrize(
    ("typed", "off"),
    [("八折", 20), ("8折", 20), ("8.5折", 15), ("85折", 15), ("八五折", 15), ("八点五折", 15), ("九折", 10),
     ("9.5折", 5), ("95折", 5), ("80折", 20), ("0折", 100), ("减95%", 95), ("9.9折", 1), ("半价", 50), ("五折", 50),
     ("打8折", 20),
     ("全场8折", 20), ("8 折 优惠", 20), ("20%", 20), ("50%", 50), ("减20%", 20), ("减80%", 80), ("立减 100%", 100),
     ("20%off", 20), ("80%OFF", 80), ("优惠15%", 15), (Formatted(0.2, "20%"), 20),
     (Formatted(0.15, "15%"), 15), ("\uff18折", 20), ("20\uff05", 20)],
)  # fmt: skip
def test_percentages(typed: Cell, off: int) -> None:
    assert cells.percent_off(typed) == off


@pytest.mark.parametrize("cell", ["80%", Formatted(0.8, "80%"), "51%"])
def test_a_percentage_that_may_mean_either_is_refused(cell: Cell) -> None:
    assert "分不清" in refusal(cells.percent_off, cell)


@pytest.mark.parametrize(
    "cell",
    ["8", 8, 85, 8.5, "10折", "十折", "8.55折", "100折", "折", "%", "0%", "减101%", "12.5%", 0.125, "好折", "八", "",
     1.0, "八五五折", "0.85"],
)  # fmt: skip
def test_percentages_that_are_none(cell: Cell) -> None:
    assert "折扣请写成" in refusal(cells.percent_off, cell)


@pytest.mark.parametrize(
    ("typed", "most", "degrees"),
    [("27.72538", 90, 27.72538), (27.72538, 90, 27.72538), (106, 180, 106.0), ("北纬27.7°", 90, 27.7),
     ("27.7N", 90, 27.7), ("E106.9", 180, 106.9), ("东经106.9度", 180, 106.9), ("-27.5", 90, -27.5), (-90, 90, -90.0),
     ("180", 180, 180.0)],
)  # fmt: skip
def test_degrees(typed: Cell, most: int, degrees: float) -> None:
    assert cells.degrees(typed, most=most) == degrees


@pytest.mark.parametrize(
    ("cell", "says"),
    [(106.9, "填反"), ("106.9", "填反"), ("27°43′12″", "小数"), ("", "小数"), (math.nan, "小数"), (math.inf, "小数"),
     (27725380, "小数"), (True, "逻辑值"), ("27,7", "小数"), (Uncomputed(), "公式")],
)  # fmt: skip
def test_degrees_that_are_none(cell: Cell, says: str) -> None:
    assert says in refusal(cells.degrees, cell, most=90)


@given(st.floats(-180, 180))
def test_degrees_lose_nothing(value: float) -> None:
    assert cells.degrees(value, most=180) == value
    if abs(value) >= 1e-3:
        assert cells.degrees(repr(value), most=180) == value


def test_categories_and_kinds_go_by_the_words_of_the_schema() -> None:
    categories = enums.enums.ShopCategory.__strawberry_definition__.values
    kinds = {
        DiscountKind.PERCENT_OFF: benefits.PercentOff,
        DiscountKind.AMOUNT_OFF: benefits.AmountOff,
        DiscountKind.GIFT: benefits.Gift,
    }
    described = [
        *((cells.category, ShopCategory[value.name], value.description) for value in categories),
        *((cells.kind, kind, one.__strawberry_definition__.description) for kind, one in kinds.items()),
    ]
    assert len(described) == len(ShopCategory) + len(DiscountKind)
    for reading, one, description in described:
        chinese = re.split("[。;]", description)[0]
        assert reading(chinese) == reading(one.value) == reading(f" {one.value.lower()} ") == one
    assert cells.category("超市") == ShopCategory.GROCERY and cells.kind("满减") == DiscountKind.AMOUNT_OFF
    assert "餐饮、商超" in refusal(cells.category, "矿业") and "打折、立减、赠品" in refusal(cells.kind, "抽奖")
    assert "餐饮" in refusal(cells.category, None)


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.datetimes(), st.dates(), st.times(),
    st.timedeltas(), st.builds(Uncomputed),
    st.text(alphabet="0123456789.,%折元减万八五点¥+-eE周一至五:次日年月", max_size=15),
)  # fmt: skip


@given(anything)
def test_any_cell_is_read_or_refused_with_a_reason(cell: Cell) -> None:
    readings = [cells.code, cells.phone, cells.fen, cells.whole, cells.percent_off, cells.category, cells.kind]
    readings += [partial(cells.text, most=64), partial(cells.person, most=64), partial(cells.degrees, most=90)]
    reasons = []
    for reading in readings:
        try:
            assert reading(cell) is not None
        except Refusal as refused:
            reasons.append(refused.message)
    assert all(reasons)
    assert not (cells.blank(cell) and cells.none(cell))


def saying(reading, cell: Cell, **bounds) -> tuple[object, list[str]]:
    """What is read, and what is said of it."""
    said: list[str] = []
    return reading(cell, said.append, **bounds), said


def test_what_is_read_otherwise_is_said() -> None:
    assert saying(cells.code, Formatted(12, "0012")) == ("0012", [cells.AS_SHOWN])
    assert saying(cells.text, "'名", most=9) == ("名", [cells.NO_APOSTROPHE])
    assert saying(cells.text, "‘名’字", most=9) == ("‘名’字", [])
    assert saying(cells.text, "'=1", most=9) == ("=1", [])
    assert saying(cells.person, "⻢超", most=9) == ("马超", [cells.UNIFIED])
    assert saying(cells.phone, "10000000001、0851-28220000") == ("10000000001", [cells.ONE_PHONE])
    assert saying(cells.phone, Formatted(10000000001, "1.00E+10")) == ("10000000001", [])


def test_what_is_shown_and_is_not_the_value_is_refused() -> None:
    for reading in (cells.code, cells.fen, cells.whole, cells.percent_off):
        assert "看到的样子" in refusal(reading, Formatted(12.5, "13", exact=False))
    assert cells.degrees(Formatted(27.72538, "27.73", exact=False), most=90) == 27.72538
    assert cells.none(Formatted(0, "-")) and not cells.none(Formatted(7, "", exact=False))
    assert not cells.blank(Formatted(7, ""))


@pytest.mark.parametrize(
    "cell",
    [
        *[
            "同上",
            "〃",
            '"',
            "''",
            "(同上)",
            " 同 上",
            "ditto",
            "—″—",
            "同",
            "〃〃",
            '"〃〃"',
            "″″",
            "“ ”",
            '" "',
            "“”",
            "〞",
            "＂",
        ],
        *[
            "如上",
            "上同",
            "与上同",
            "与上行相同",
            "和上面一样",
            "以上同",
            "同前",
            "照上",
            "同上行",
            "同上户",
            "同上一户",
            "同上一条",
        ],
        *[
            "同上栏",
            "同上格",
            "同上面",
            "同上述",
            f"{FULL_LEFT}同上{FULL_RIGHT}",
            "【同上】",
            "“同上”",
            '"同上"',
            "同上、",
            "同上。",
            "仝上",
            "々々",
        ],
        *["↑", "↑↑", "同↑", "⬆", "Ditto", "as above", "’’", "ʺ"],
    ],
)
def test_as_above(cell: Cell) -> None:
    assert cells.ditto(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        None,
        3,
        "同上路",
        "-",
        "'",
        "无",
        "同上" * 20,
        "上海路",
        "同左",
        "同上302",
        "、、",
        "同心社区",
        "上前村",
        "以上",
        "〃社区",
        "样板楼",
    ],
)
def test_not_as_above(cell: Cell) -> None:
    assert not cells.ditto(cell)


@pytest.mark.parametrize(
    "cell", ["同左", "同右", "同下", "同上302", "同上(略)", "同第2行", "同3户", "见上", "〃社区", "如上303"]
)
def test_a_reference_that_is_no_ditto_is_refused(cell: str) -> None:
    for reading in (cells.text, cells.person):
        assert refusal(reading, cell, most=20) == cells.NOT_ALONE
    assert cells.text("同心路1号", most=20) == "同心路1号" and cells.person("同一", most=20) == "同一"


@pytest.mark.parametrize("cell", ["1 2", "10 20", "10\n20", "1 000"])
def test_of_two_numbers_nobody_makes_one(cell: str) -> None:
    for reading in (cells.whole, cells.fen, cells.percent_off, partial(cells.degrees, most=90)):
        assert refusal(reading, cell) == cells.TWO_NUMBERS


@pytest.mark.parametrize(
    "cell", ["0012 0013", "A1、A2", "A1\nA2", "12,13", f"12{FULL_COMMA}13", "A1;A2", "A1 A2", "1 2-3"]
)
def test_two_codes_are_refused(cell: str) -> None:
    assert refusal(cells.code, cell) == cells.TWO_CODES


@pytest.mark.parametrize(
    "cell",
    ["张三、李四", "张三/李四", "张三,李四", f"张三{FULL_COMMA}李四", "张三;李四", "张三\n李四", "张三(父)、李四(母)"],
)
def test_two_names_are_refused(cell: str) -> None:
    assert refusal(cells.person, cell, most=20) == cells.TWO_NAMES


@pytest.mark.parametrize("cell", ["王\n明", "欧阳 娜娜", "阿依古丽·买买提", "张三(租户)", "Smith, John"])
def test_one_name_is_none_of_them(cell: str) -> None:
    assert cells.person(cell, most=20)


@pytest.mark.parametrize("cell", ["3月1日", "Mar-01", "1.00E+02", "1-Mar"])
def test_a_day_is_no_name(cell: str) -> None:
    assert "表格软件" in refusal(cells.person, cell, most=20)
    assert cells.person("三月", most=20) == "三月" and cells.person("May", most=20) == "May"


def test_an_identity_number_in_a_name_goes_to_no_other_column() -> None:
    for cell in ("张三520302199001011234", "张三 520302900101123", "张三52030219900101123X"):
        assert "身份证号" in refusal(cells.person, cell, most=60)


@pytest.mark.parametrize(
    "cell", ["0851-28220000", "28220000", "(0851)28220000", "085128220000", "0851-28220000转801", "4001234567"]
)
def test_a_landline_is_told_from_a_wrong_mobile_number(cell: str) -> None:
    assert cells.landline(cell) and "座机" in refusal(cells.phone, cell)
    for other in ("1000009900", "12345678", "1.38E+10", None, "无"):
        assert not cells.landline(other)


def test_a_phone_grouped_by_thousands() -> None:
    assert cells.phone("10,000,099,001") == "10000099001"


@pytest.mark.parametrize(
    ("cell", "off"),
    [
        ("对折", 50),
        ("捌折", 20),
        ("按8折", 20),
        ("优惠8折", 20),
        ("享受8.5折优惠", 15),
        ("让利20%", 20),
        ("打八五折", 15),
        ("8.50折", 15),
    ],
)
def test_more_words_for_a_strength(cell: str, off: int) -> None:
    assert cells.percent_off(cell) == off


@pytest.mark.parametrize(
    "cell",
    [
        0.85,
        "0.85",
        ".8",
        8.5,
        "8.5",
        85,
        "85",
        "八五",
        "0.8折",
        "10折",
        "8-9折",
        "7折、8折",
        "第二件半价",
        "会员8折",
        "80%",
        "0.2%",
        "免费",
    ],
)
def test_what_may_be_two_strengths_is_none(cell: Cell) -> None:
    assert "写成“8折”" in refusal(cells.percent_off, cell)


@pytest.mark.parametrize("mark", ["'", "’", "‘", "\uff07", "`", "´", "′", "ʹ", "ʼ", "‛", "\u200b'", "\ufeff'"])
def test_each_apostrophe(mark: str) -> None:
    assert saying(cells.text, f"{mark}名", most=9) == ("名", [cells.NO_APOSTROPHE])
    assert cells.code(f"{mark}0012") == "0012"


def test_apostrophes_around_a_text() -> None:
    assert saying(cells.text, "'张三'", most=9) == ("张三", [cells.NO_APOSTROPHE])
    assert (
        cells.code("'0012'") == "0012"
        and cells.text("''a'", most=9) == "'a'"
        and cells.text("'a'b'", most=9) == "'a'b'"
    )


def test_a_label_may_ask() -> None:
    assert cells.label("吃了吗\uff1f", most=20) == "吃了吗\uff1f"
    assert "问号" in refusal(cells.label, "向?超市", most=20)
    assert "日期" in refusal(cells.label, "7月11日", most=20, days=True) and cells.label("3月8日", most=20) == "3月8日"


def test_doubtful_texts_are_refused() -> None:
    assert "身份证号" in refusal(cells.code, "A520302199001011234") and "编号" in refusal(
        cells.code, "520302199001011234"
    )
    assert "电话号码" in refusal(cells.code, "301 10000000001")
    assert "问号" in refusal(cells.person, "李?", most=9)
    assert "日期" in refusal(cells.text, "3月1日", most=9, days=True)
    assert cells.text("三折?", most=9) == "三折?" and cells.text("3月1日", most=9) == "3月1日"
    assert cells.blank("'") and cells.blank("\u3164") and not cells.blank("'1")


def test_a_place_may_be_called_as_above() -> None:
    assert cells.may_be_ditto("同上社区") and cells.text("同上社区", most=20) == "同上社区"
    for cell in ("同上", "同心社区", "同上社区1栋", None, 3):
        assert not cells.may_be_ditto(cell)
