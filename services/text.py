"""What people type, made fit to keep."""

import re
import unicodedata

from services.errors import ErrorCode, Refusal

# Controls, invisible format characters (bidirectional overrides among them), lone surrogates, private use, and the
# line breaks that hardly anything takes for some.
# Unassigned ones may pass: phones type emoji that this Python's tables have not heard of.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # inside composed emoji

_PHONE_MOST = 40  # characters typed, spaces and all
# As phones show, print and paste a number: full-width, in groups, between marks of direction.
_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("＋"): "+"}
_BETWEEN_DIGITS = {"Zs", "Pd", "Cf"}
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")


def clean(value: str | None, field: str, *, most: int, least: int = 0, lines: bool = False) -> str:
    """`value` in NFC without surrounding white space.

    Raises INVALID_INPUT, naming `field`, when it has fewer than `least` or more than `most` characters, or a control
    character (line breaks are kept where `lines`).
    """
    text = unicodedata.normalize("NFC", value or "").strip().strip(_JOINER).strip()
    if len(text) < least:
        raise Refusal(ErrorCode.INVALID_INPUT, "请填写此项", field)
    if len(text) > most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"内容过长,最多 {most} 个字", field)
    if lines:
        text = text.replace("\r\n", "\n")
    if any(_unfit(character) for character in text if not (lines and character == "\n")):
        raise Refusal(ErrorCode.INVALID_INPUT, "内容含有无法识别的控制字符,请删除后重试", field)
    return text


def _unfit(character: str) -> bool:
    point = ord(character)
    never_a_character = 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE
    return never_a_character or (character != _JOINER and unicodedata.category(character) in _REFUSED)


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
    found = _MOBILE.fullmatch(plain) if len(typed) <= _PHONE_MOST else None
    if found is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "手机号应为 11 位数字,请核对", field)
    return found[1]
