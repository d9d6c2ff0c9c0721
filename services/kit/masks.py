"""What strangers see of a person's name."""

import re


def mask_name(name: str) -> str:
    """The first character and two asterisks, whatever the length: 王小明 → 王**."""
    return f"{name[:1]}**"


def mask_phone(phone: str) -> str:
    """The first three and last four digits of a mobile number: 100****0001. Anything else is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if re.fullmatch(r"[0-9]{11}", phone) else "****"
