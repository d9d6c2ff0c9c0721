"""What strangers see of a person's name."""

import re


def mask_name(name: str) -> str:
    """The first character and two asterisks, whatever the length: 王小明 → 王**."""
    return f"{name[:1]}**"


def mask_phone(phone: str) -> str:
    """The first three and last four digits: 100****0001."""
    return re.sub(r"^(\d{3})\d*(\d{4})$", r"\1****\2", phone)
