"""Comparison of personal names (姓名相符): two spellings of one person's name match.

Ignores width, spaces, invisible characters, the dot inside a name (阿依古丽·买买提), case, and PDF radicals (⻢ for
马). One rule, as Python and as SQL. Pure.
"""

import unicodedata

from services.kit.radicals import CHARACTERS, RADICALS

_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u25cf\u25e6\u30fb\ua78f."
_SPACES = " \t\n\v\f\r\x85\u1680\u180e\u2028\u2029"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\ufeff"
)
_LARGE, _SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
# NFKC maps ⼾ to 戶, simplified text means 户.
_FROM, _TO, _DROPPED = RADICALS + "戶" + _LARGE, CHARACTERS + "户" + _SMALL, _DOTS + _SPACES + _INVISIBLE
_TABLE = str.maketrans(_FROM, _TO, _DROPPED)


def key(name: str) -> str:
    """Return the normal form that all spellings of a name share."""
    return unicodedata.normalize("NFKC", name).translate(_TABLE)


def agree(one: str, other: str) -> bool:
    """Return whether two spellings are one name."""
    return key(one) == key(other)


def sql_key(column: str) -> str:
    """Return SQL for `key`. (`translate` drops characters without a counterpart.)"""
    return f"translate(normalize({column}, NFKC), '{_FROM}{_DROPPED}', '{_TO}')"


def sql_agree(one: str, other: str) -> str:
    """Return SQL for `agree`."""
    return f"{sql_key(one)} = {sql_key(other)}"
