"""Radicals as the characters that they look like."""

import unicodedata

import pytest

from services.kit.radicals import CHARACTERS, RADICALS, unified


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("⽅强", "方强"),
        ("⻢超", "马超"),
        ("⻓⽼", "长老"),
        ("⻄⻔", "西门"),
        ("㇐丁", "一丁"),
        ("⿅", "鹿"),
        ("⼾", "户"),
    ],
)
def test_a_radical_is_its_character(typed: str, kept: str) -> None:
    assert unified(typed) == kept


def test_nothing_else_changes_and_once_is_enough() -> None:
    assert unified("王小明 户 戶 A１。") == "王小明 户 戶 A１。"
    assert unified(unified(RADICALS)) == unified(RADICALS) == CHARACTERS


def test_each_of_the_kangxi_radicals_has_its_character() -> None:
    kangxi = "".join(map(chr, range(0x2F00, 0x2FD6)))
    assert unified(kangxi) == unicodedata.normalize("NFKC", kangxi).replace("戶", "户")
