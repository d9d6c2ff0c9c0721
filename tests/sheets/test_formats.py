"""What cells show by their number formats."""

import pytest

from services.sheets.formats import Formatted, is_day, shown


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        (12, "0000", "0012"),
        (100, "0.00E+00", "1.00E+02"),
        (100, "0E+00", "1E+02"),
        (10, "\\H0000", "H0010"),
        (7, "00000000", "00000007"),
        (12, "00#", "012"),
        (1, '"A"000', "A001"),
        (12, "\\A000", "A012"),
        (301, '0"室"', "301室"),
        (301, 'General"室"', "301室"),
        (12, 'G/通用格式"号楼"', "12号楼"),
        (3, '0"栋"', "3栋"),
        (2101, '0"栋"000"室"', "2栋101室"),
        (1, '"第"0"网格"', "第1网格"),
        (3, '[DBNum1]"第"General"网格"', "第三网格"),
        (12, '[DBNum1][$-804]General"号"', "十二号"),
        (301, "[DBNum1]0", "三〇一"),
        (12, "[DBNum2]General", "壹拾贰"),
        (1.5, "[DBNum1]General", "一.五"),
        (0.3, "0%", "30%"),
        (0.3, "0.00%", "30.00%"),
        (10000000001, "000-0000-0000", "100-0000-0001"),
        (12, '[Red]000"号";-0', "012号"),
        (5, "[<10]!00;0", "05"),
        (15000, '0!.0,"万"', "1.5万"),
        (20, '"¥"#,##0.00', "¥20.00"),
        (20, "[$¥-804]#,##0", "¥20"),
        (8.5, '0.0"折"', "8.5折"),
        (-5, '0_);[Red]"欠"0', "欠5"),
        (-5, '0"元"', "-5元"),
        (0, '0;-0;"无"', "无"),
        (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', "-"),
        (0.5, '#.0#"米"', ".5米"),
        (1, '000"号";;', "001号"),
        (12345, '"编号"0', "编号12345"),
        (12.5, '0.00"元', "12.50元"),
        ("301", '@"室"', "301室"),
        ("甲", '0;0;0;"第"@"组"', "第甲组"),
    ],
)
def test_what_is_more_than_the_value(value: float | str, code: str, says: str) -> None:
    assert shown(value, code) == Formatted(value, says, exact=True)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (12, "General"),
        (12, ""),
        (12, "0"),
        (12, "[DBNum3]0"),
        (12.5, "0.00"),
        (12345, "#,##0"),
        (12345, "#,##0.00"),
        (301, "0_ "),
        (301, "@"),
        (100, "[>1]0;0.00E+00"),
        (7, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ '),
        ("甲", "@"),
        ("甲", "_ @_ "),
        ("甲", '0"室"'),
        ("", '@"室"'),
        (0.5, "#.00"),
        (12, '@"室"'),
        (7, "[>10]0;[>20]0"),
        (-5, "0;-0"),
    ],
)
def test_what_is_no_more_than_the_value(value: float | str, code: str) -> None:
    assert shown(value, code) == value


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        (12.5, "0", "13"),
        (0.125, "0%", "13%"),
        (15000, "0,", "15"),
        (7, ";;;", ""),
        (301.4, '0"室"', "301室"),
        (0.5, "# ?/?", "0.5"),
        (3, '"周"aaa', "周aaa"),
    ],
)
def test_what_is_not_the_value(value: float, code: str, says: str) -> None:
    assert shown(value, code) == Formatted(value, says, exact=False)


def test_conditions_decide_first() -> None:
    code = '[>=100]0"号";[<0]"负"0;00"号"'
    assert [getattr(shown(value, code), "shown", value) for value in (100, -3, 7)] == ["100号", "负3", "07号"]


def test_what_shows_days() -> None:
    for code in ("yyyy-mm-dd", 'm"月"d"日"', "h:mm", "[h]:mm", "[$-804]aaaa", "AM/PM h", "mmm-yy", "[DBNum1]yyyy年"):
        assert is_day(code), code
    for code in ("General", "0", "\\H0000", '"d"0', "0.00E+00", "_d0", "[Red]0", "#,##0", "@"):
        assert not is_day(code), code
