"""What people search lists by: how a text begins, or a whole phone number."""

from services.db.sql import Args
from services.kit import secrets, text
from services.kit.errors import Refusal

SEARCH_MOST = 64
_LAST = "\U0010ffff"  # after every character that a text may have


def cleaned(search: str | None) -> str:
    """What is searched for; empty for everything. Raises INVALID_INPUT beyond 64 characters and for controls."""
    return text.clean(search, "search", most=SEARCH_MOST)


def begins_with(column: str, sought: str, args: Args) -> str:
    """SQL: `column`, which is COLLATE "C", begins with the text. One index range, whatever the statement's plan."""
    return f"({column} >= {args(sought)} AND {column} < {args(sought + _LAST)})"


def phone_index(sought: str) -> bytes | None:
    """The blind index of the phone number that the text is; None when it is none."""
    try:
        return secrets.phone_index(text.phone(sought, "search"))
    except Refusal:
        return None
