"""Chinese numerals: 三, 十二, 一百〇五, 二十, 壹拾, 三〇一. Pure."""

DIGITS = "〇一二三四五六七八九"
FORMAL = "零壹贰叁肆伍陆柒捌玖"
NUMERAL = "[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟廿卅]"

_VALUES = {
    **{character: value for value, character in enumerate(DIGITS)},
    **{character: value for value, character in enumerate(FORMAL)},
    "两": 2,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_TENS = {"廿": "二十", "卅": "三十"}
_STEPS = ((1000, "千", "仟"), (100, "百", "佰"), (10, "十", "拾"), (1, "", ""))
MAX_SPOKEN = 9_999


def number(typed: str) -> int | None:
    """Return the number of Chinese numerals, with units (一百二十) or digit by digit (一二〇); None for other text."""
    for tens, spelt in _TENS.items():
        typed = typed.replace(tens, spelt)
    if not typed or any(one not in _VALUES and one not in _UNITS for one in typed):
        return None
    if not any(one in _UNITS for one in typed):
        return int("".join(str(_VALUES[one]) for one in typed))
    total = 0
    digit: int | None = None
    for one in typed:
        if one in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[one]
            digit = None
        else:
            digit = _VALUES[one]
    return total + (digit or 0)


def spoken(value: int, *, formal: bool = False) -> str:
    """Return a whole number from 0 to MAX_SPOKEN in Chinese: 12 is 十二, 105 一百〇五. `formal` as on cheques:
    壹拾贰."""
    digits = FORMAL if formal else DIGITS
    text = ""
    left, skipped = value, False
    for step, plain, cheque in _STEPS:
        digit, left = divmod(left, step)
        if digit:
            text += (digits[0] if skipped and text else "") + digits[digit] + (cheque if formal else plain)
            skipped = False
        else:
            skipped = True
    if not text:
        return digits[0]
    return text[1:] if text.startswith("一十") else text
