"""What people type: kept as they mean it, refused where nothing sensible can be kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import ErrorCode, Refusal
from services.kit.text import MAX_REASON, clean, mask_name, reason, visible, whole


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  修水管 ", "修水管"),
        ("\u3000全角空格\u3000", "全角空格"),
        ("Cafe\u0301", "Café"),
        ("👨\u200d👩\u200d👧 一家", "👨\u200d👩\u200d👧 一家"),
        ("\u200d悄悄\u200d", "悄悄"),
        ("𠮷野家", "𠮷野家"),
        ("🫨", "🫨"),  # newer than Python 3.11's tables
        (None, ""),
        ("", ""),
    ],
)
def test_what_is_kept(typed: str | None, kept: str) -> None:
    assert clean(typed, "title", most=60) == kept


@pytest.mark.parametrize(
    "bad",
    ["a\0b", "a\x1bb", "a\x7fb", "a\u202eb", "a\u200bb", "a\ufeffb", "a\ud800b", "a\ue000b", "a\tb", "a\nb", "a\x85b",
     "a\ufffeb", "a\ufdd0b", "a\U0001ffffb"],
)  # fmt: skip
def test_control_characters_are_refused(bad: str) -> None:
    with pytest.raises(Refusal) as caught:
        clean(bad, "title", most=60)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "title")


UNSEEN = [
    "\u115f",
    "\u1160",
    "\u3164",
    "\U0001d159",
    "\uffa0",
    "\u2800",
    *map(chr, range(0x200B, 0x2010)),
    *map(chr, range(0x2060, 0x2066)),
    "\ufeff",
    "\u00ad",
    "\u034f",
    "\u180e",
    "\u061c",
    "\ufe00",
    "\ufe0f",
    "\U000e0041",
    "\U000e007f",
    "\U000e0100",
    "\u0301",
    "\u20dd",
    "\u3099",
    "\ue000",
    "\U000f0000",
    "\ud800",
    "\0",
    "\x7f",
    "\u0378",
    "\ufff0",
    "\U000e0080",
    "\ufffc",
    "\ufdd0",
    "\U0002ffff",
    "\u17b4",
    "\u2028",
]


@pytest.mark.parametrize("typed", [*UNSEEN, "\u3164\u2800 ", "\u0301\u0302", "\u3000\u3164\u200d\u3164\u3000"])
def test_what_nobody_sees_is_no_text(typed: str) -> None:
    assert not visible(typed)
    with pytest.raises(Refusal) as caught:
        clean(typed, "title", most=60, least=1)
    assert (caught.value.message, caught.value.field) == ("请填写此项", "title")


def test_blanks_around_a_text_go_and_inside_are_refused() -> None:
    assert clean("\u3164\u2800张三\u200d \uffa0", "name", most=60, least=1) == "张三"
    for inside in ("张\u3164三", "张\u2800三", "张\u115f三", "张\U000e0041三"):
        with pytest.raises(Refusal, match="控制字符"):
            clean(inside, "name", most=60)
    assert clean("葛\U000e0100城", "name", most=60, least=1) == "葛\U000e0100城"  # a variant of that character
    assert visible("。") and visible("\U00031350") and visible("1")  # newer than Python 3.11's tables


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("⽅强", "方强"), ("⻢超", "马超"), ("⻓⽼", "长老"), ("⻄⻔", "西门"), ("㇐丁", "一丁"), ("⿅", "⿅")],
)
def test_radicals_are_the_characters_that_they_look_like(typed: str, kept: str) -> None:
    assert clean(typed, "name", most=60) == (kept if kept != typed else "鹿")


def test_line_breaks_where_they_are_meant() -> None:
    assert clean("第一行\r\n第二行\n", "details", most=60, lines=True) == "第一行\n第二行"
    for bad in ("a\rb", "a\tb", "a\0b"):
        with pytest.raises(Refusal):
            clean(bad, "details", most=60, lines=True)


@pytest.mark.parametrize(
    ("typed", "fits"),
    [("", False), ("   ", False), ("\u200d \u200d", False), ("一", True), ("一" * 10, True), ("一" * 11, False),
     (" " + "一" * 10 + " ", True), (None, False)],
)  # fmt: skip
def test_length_is_counted_in_characters_of_what_is_kept(typed: str | None, fits: bool) -> None:
    if fits:
        clean(typed, "title", most=10, least=1)
    else:
        with pytest.raises(Refusal, match="INVALID_INPUT"):
            clean(typed, "title", most=10, least=1)


@given(st.text(max_size=30), st.booleans())
def test_cleaning_is_final(typed: str, lines: bool) -> None:
    try:
        kept = clean(typed, "x", most=20, lines=lines)
    except Refusal:
        return
    assert clean(kept, "x", most=20, lines=lines) == kept and len(kept) <= 20
    assert kept.encode().decode() == kept and "\0" not in kept and unicodedata.is_normalized("NFC", kept)


def test_a_reason_is_a_text_of_its_own_length() -> None:
    assert reason("  客户没有来 ") == "客户没有来"
    assert reason(None, least=0) == ""
    for typed in (None, "因" * (MAX_REASON + 1)):
        with pytest.raises(Refusal) as refused:
            reason(typed)
        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "reason")


def test_whole_numbers_have_bounds() -> None:
    assert whole(1, "stars", least=1, most=5) == 1 and whole(5, "stars", least=1, most=5) == 5
    for bad in (0, 6, -(10**30)):
        with pytest.raises(Refusal) as caught:
            whole(bad, "stars", least=1, most=5)
        assert caught.value.field == "stars" and "1" in caught.value.message and "5" in caught.value.message


def test_a_name_keeps_its_first_character_whatever_its_length() -> None:
    assert [mask_name(name) for name in ("王", "王明", "王小明", "𠮷田茂", "")] == [
        "王**",
        "王**",
        "王**",
        "𠮷**",
        "**",
    ]
