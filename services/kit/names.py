"""When two spellings are one person's name (姓名相符): a phone gives nothing to an account of another name.

Width, spaces, invisible characters, the dot inside a name (阿依古丽·买买提) and letters' case do not count, nor
whether a character came from a PDF as its radical (⻢ for 马). The same rule stands here as Python and as SQL. Pure.
"""

import unicodedata

from services.kit.radicals import CHARACTERS, RADICALS

_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u25cf\u25e6\u30fb\ua78f."
_SPACES = " \t\n\v\f\r\x85\u1680\u180e\u2028\u2029"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\ufeff"
)
_LARGE, _SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
# The character of ⼾ is 户 where characters are simplified, and 戶 by NFKC.
_FROM, _TO, _DROPPED = RADICALS + "戶" + _LARGE, CHARACTERS + "户" + _SMALL, _DOTS + _SPACES + _INVISIBLE
_TABLE = str.maketrans(_FROM, _TO, _DROPPED)


def key(name: str) -> str:
    """What the spellings of one name have in common."""
    return unicodedata.normalize("NFKC", name).translate(_TABLE)


def agree(one: str, other: str) -> bool:
    """Return whether two spellings are one name."""
    return key(one) == key(other)


def sql_key(column: str) -> str:
    """Return SQL: as `key`. (`translate` drops what has no counterpart.)"""
    return f"translate(normalize({column}, NFKC), '{_FROM}{_DROPPED}', '{_TO}')"


def sql_agree(one: str, other: str) -> str:
    """Return SQL: as `agree`."""
    return f"{sql_key(one)} = {sql_key(other)}"
