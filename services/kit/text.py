"""Validation and normalisation of typed text."""

import unicodedata

from services.kit.errors import ErrorCode, Refusal
from services.kit.radicals import unified

MAX_REASON = 200

# Controls, format characters (bidirectional overrides among them), lone surrogates, private use, and Unicode line and
# paragraph separators. Unassigned ones pass: phones type emoji newer than this Python's tables.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # inside composed emoji
# Letters and symbols that show nothing: Hangul fillers, the Braille blank, the object replacement character, the null
# notehead.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159"
# Blocks that still grow: emoji and rare ideographs newer than this Python's tables.
_GROWING = (range(0x1F000, 0x1FC00), range(0x20000, 0x3FFFE))


def clean(value: str | None, field: str, *, most: int, least: int = 0, lines: bool = False) -> str:
    """Return `value` in NFC, radicals replaced, without surrounding white space.

    Raises INVALID_INPUT, naming `field`, for fewer than `least` or more than `most` characters, for text that shows
    nothing though `least` requires some, and for control or blank characters (line breaks are allowed with `lines`).
    """
    text = _stripped(unicodedata.normalize("NFC", unified(value or "")))
    if len(text) < least or (least and not visible(text)):
        raise Refusal(ErrorCode.INVALID_INPUT, "请填写此项", field)
    if len(text) > most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"内容过长，最多 {most} 个字", field)
    if lines:
        text = text.replace("\r\n", "\n")
    if any(_unfit(character) for character in text if not (lines and character == "\n")):
        raise Refusal(ErrorCode.INVALID_INPUT, "内容含有无法识别的控制字符，请删除后重试", field)
    return text


def reason(value: str | None, least: int = 1) -> str:
    """Return the reason given for a step, cleaned. Raises INVALID_INPUT as `clean` does, naming `reason`."""
    return clean(value, "reason", least=least, most=MAX_REASON)


def visible(text: str) -> bool:
    """Return whether any character is visible: a letter, a digit, a symbol or a punctuation mark."""
    return any(map(_visible, text))


def _visible(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":
        return any(ord(character) in growing for growing in _GROWING) and not _never_a_character(ord(character))
    return category[0] in "LNPS" and character not in _BLANK


def _stripped(text: str) -> str:
    """Return the text without surrounding white space and blanks."""
    before = None
    while text != before:
        before, text = text, text.strip().strip(_JOINER + _BLANK)
    return text


def _unfit(character: str) -> bool:
    if character == _JOINER:
        return False
    return character in _BLANK or _never_a_character(ord(character)) or unicodedata.category(character) in _REFUSED


def _never_a_character(point: int) -> bool:
    return 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE or 0xE0000 <= point <= 0xE00FF


def whole(value: int, field: str, *, least: int, most: int) -> int:
    """Return `value` when it lies between the bounds. Raises INVALID_INPUT, naming `field`."""
    if not least <= value <= most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"数值须在 {least} 到 {most} 之间", field)
    return value


def mask_name(name: str) -> str:
    """Return the first character and two asterisks, whatever the length: 王小明 → 王**."""
    return f"{name[:1]}**"
