"""What people type, made fit to keep."""

import unicodedata

from services.errors import ErrorCode, Refusal

# Controls, invisible format characters (bidirectional overrides among them), lone surrogates, private use, and the
# line breaks that hardly anything takes for some.
# Unassigned ones may pass: phones type emoji that this Python's tables have not heard of.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # inside composed emoji


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
