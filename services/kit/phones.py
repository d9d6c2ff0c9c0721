"""Phone numbers: normalised and masked. Pure."""

import re
import unicodedata

from services.kit.errors import ErrorCode, Refusal

_MAX_PHONE = 40  # characters typed, spaces and all
# As phones copy a number: full-width, in groups, between direction marks.
_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("＋"): "+"}
_BETWEEN_DIGITS = {"Zs", "Pd", "Cf"}
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")


def phone(value: str | None, field: str) -> str:
    """Return a mainland mobile number as its 11 digits; accepts spaces, dashes, +86 and full-width digits.

    Raises INVALID_INPUT, naming `field`, for anything else. (Prefixes are not checked: they change.)
    """
    typed = (value or "").strip()
    if not typed:
        raise Refusal(ErrorCode.INVALID_INPUT, "请填写手机号", field)
    plain = digits(typed)
    found = _MOBILE.fullmatch(plain) if len(typed) <= _MAX_PHONE else None
    if found is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "手机号应为 11 位数字，请核对", field)
    return found[1]


def digits(typed: str) -> str:
    """Return typed digits in ASCII, without what phones put between them; anything else is left as it is."""
    return "".join(one for one in typed if unicodedata.category(one) not in _BETWEEN_DIGITS).translate(_FULL_WIDTH)


def mask_phone(phone: str) -> str:
    """Return the first three and last four digits of a mobile number: 100****0001. Anything else is masked whole."""
    return f"{phone[:3]}****{phone[-4:]}" if re.fullmatch(r"[0-9]{11}", phone) else "****"
