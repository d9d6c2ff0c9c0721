"""What a text of a roster must not hold."""

import pytest

from services.sheets import doubts
from services.sheets.doubts import CARD, DAY, IDENTITY, LOST, PHONE, POWER, QUESTION


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        (
            DAY,
            "3月12日 3月1日 12月 2001/2/3 2026-3-1 2026.3.1 1900/1/3 3/1/2026 Mar-12 12-Mar Mar-01 1-Mar-26 mar-1 "
            "2026年3月 2026年3月1日 2026年3月1日星期日 三月一日 二〇二六年三月一日 10:30 1:05 10:30:00 "
            "10:30AM 上午10时30分 下午12:30 "
            "2026/3/1星期日 2026年3月1日星期日 26年3月1日 3月-1 1月-01 12-1月 1-3月-26 0.5208333 0.375 "
            "46082.520833 3-Jan-01 Dec-12 24:00 2月3号",
        ),
        (POWER, "1.00E+02 1.E+02 1E+02 1.2E+15 3.01e+02 -1.5E-01 1.30E+10"),
        (
            LOST,
            "李■ 李□ 王\ufffd 〓明 锟斤拷社区 ☐明 香港路■号 "
            "李▯ 李⬜ 李¿ 李ï¿½ ÀîËÄ 屯屯屯 李&#20108; 李&amp; 李\\u4e8c",
        ),
        (QUESTION, "李? 王?虎 ?栋 香港路?号 李\uff1f 李\ufe56 李❓"),
        (
            IDENTITY,
            "301520302199001011234 520302199001011234301 52030219900101123 520302/19900101/1234 520302—19900101—1234 "
            "520302|19900101|1234 护照E12345678 通行证H12345678 身份证:520302****1234 "
            "520302199001011234 52030219900101123X 52030219900101123x 301室520302199001011234 520302900101123 "
            "身份证520302199001011234号 " + "".join(chr(ord(one) + 0xFEE0) for one in "520302199001011234"),
        ),
        (
            PHONE,
            "电话28220000 座机:2822000 "
            "10000099001 1栋10000099001 10000099001李 +8610000099001 电话:10000099001 100-0009-9001 0851-28220000 "
            "0851-2822000转8001 (0851)28220000 \uff11\uff10\uff10\uff10\uff10\uff10\uff19\uff19\uff10\uff10\uff11",
        ),
    ],
)
def test_each_is_told(message: str, texts: str) -> None:
    assert {text: doubts.of(text) for text in texts.split()} == dict.fromkeys(texts.split(), message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("301室 520302 19900101 1234", IDENTITY),
        ("5203 0219 9001 0112 3x", IDENTITY),
        ("301室 520302199001011234 10000099001", IDENTITY),
        ("520302-19900101-1234", IDENTITY),
        ("520302 900101 123", IDENTITY),
        ("100 0009 9001", PHONE),
        ("3月 1日", DAY),
        ("10:30 AM", DAY),
        ("2026-03-01 00:00:00", DAY),
        ("12 Mar", DAY),
    ],
)
def test_spaces_hide_none(text: str, message: str) -> None:
    assert doubts.of(text) == message


@pytest.mark.parametrize(
    "text",
    [
        "301",
        "3-1",
        "3/1",
        "1-2-301",
        "1栋1单元101",
        "香港路8号",
        "八一路",
        "五月天酒店",
        "三月街12号",
        "HC-1-1-0001",
        "1号楼2单元10层1001室",
        "12345678",
        "520303001001001",
        "520303001001",
        "1234-5678-9012",
        "Decathlon",
        "二〇八室",
        "12.5",
        "3E12",
        "A-Mar",
        "45352",
        "3/1/26",
        "1.50",
        "2026-3",
        "阿依古丽·买买提",
        "José",
        "101/1001/1002",
        "保利小区",
        "证券大厦3楼",
    ],
)
def test_what_people_mean(text: str) -> None:
    assert doubts.of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "6222021234567890123",
        "6222 0212 3456 7890 123",
        "6217-0000-1000-1234",
        "银行卡6222021234567890",
        "1234567890123456",
    ],
)
def test_cards(text: str) -> None:
    assert doubts.of(text, cards=True) == CARD and doubts.of(f"301室 {text}", cards=True) == CARD


@pytest.mark.parametrize("text", ["6222021234567890123", "6217000010001234567", "银行卡1234"])
def test_a_card_is_no_code_though_codes_are_long(text: str) -> None:
    assert doubts.of(text) == CARD
    for code in ("62010200100100101", "2026010100010001"):
        assert doubts.of(code) is None


def test_what_is_asked_for_alone() -> None:
    assert doubts.of("3月1日", days=False) is None and doubts.of("1E+02", days=False) is None
    assert doubts.of("三折?", questions=False) is None
    assert doubts.of("10000099001?", days=False, questions=False) == PHONE
