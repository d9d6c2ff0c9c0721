"""What people type, made fit to keep."""

import re
import unicodedata

from services.kit.errors import ErrorCode, Refusal
from services.kit.radicals import unified

# Controls, invisible format characters (bidirectional overrides among them), lone surrogates, private use, and the
# line breaks that hardly anything takes for some.
# Unassigned ones may pass: phones type emoji that this Python's tables have not heard of.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # inside composed emoji
# Letters and symbols that show nothing: fillers of Hangul, the blank of Braille, the objects that something else shows,
# the head of no note.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159"
# Where characters are still being added: rare ideographs and emoji that this Python's tables have not heard of.
_GROWING = (range(0x1F000, 0x1FC00), range(0x20000, 0x3FFFE))

_MAX_PHONE = 40  # characters typed, spaces and all
# As phones show, print and paste a number: full-width, in groups, between marks of direction.
_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("＋"): "+"}
_BETWEEN_DIGITS = {"Zs", "Pd", "Cf"}
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")


def clean(value: str | None, field: str, *, most: int, least: int = 0, lines: bool = False) -> str:
    """`value` in NFC, radicals as the characters that they look like, without surrounding white space.

    Raises INVALID_INPUT, naming `field`, when it has fewer than `least` or more than `most` characters, nothing to be
    seen though `least` asks for something, or a control or blank character (line breaks are kept where `lines`).
    """
    text = _stripped(unicodedata.normalize("NFC", unified(value or "")))
    if len(text) < least or (least and not visible(text)):
        raise Refusal(ErrorCode.INVALID_INPUT, "请填写此项", field)
    if len(text) > most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"内容过长,最多 {most} 个字", field)
    if lines:
        text = text.replace("\r\n", "\n")
    if any(_unfit(character) for character in text if not (lines and character == "\n")):
        raise Refusal(ErrorCode.INVALID_INPUT, "内容含有无法识别的控制字符,请删除后重试", field)
    return text


def visible(text: str) -> bool:
    """Whether anything of it can be seen: a letter, a digit, a symbol or a punctuation mark."""
    return any(map(_visible, text))


def _visible(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":
        return any(ord(character) in growing for growing in _GROWING) and not _never_a_character(ord(character))
    return category[0] in "LNPS" and character not in _BLANK


def _stripped(text: str) -> str:
    """Without white space and blanks around it."""
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
    """`value` when it lies between the bounds. Raises INVALID_INPUT, naming `field`."""
    if not least <= value <= most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"数值须在 {least} 到 {most} 之间", field)
    return value


def phone(value: str | None, field: str) -> str:
    """A mainland mobile number as its 11 digits, however it was typed: with spaces, dashes, +86, full-width digits.

    Raises INVALID_INPUT, naming `field`, for anything else. (Which beginnings are in use is not checked: that changes.)
    """
    typed = (value or "").strip()
    if not typed:
        raise Refusal(ErrorCode.INVALID_INPUT, "请填写手机号", field)
    plain = "".join(one for one in typed if unicodedata.category(one) not in _BETWEEN_DIGITS).translate(_FULL_WIDTH)
    found = _MOBILE.fullmatch(plain) if len(typed) <= _MAX_PHONE else None
    if found is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "手机号应为 11 位数字,请核对", field)
    return found[1]


def mask_name(name: str) -> str:
    """The first character and two asterisks, whatever the length: 王小明 → 王**."""
    return f"{name[:1]}**"


def mask_phone(phone: str) -> str:
    """The first three and last four digits of a mobile number: 100****0001. Anything else is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if re.fullmatch(r"[0-9]{11}", phone) else "****"
