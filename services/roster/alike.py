"""Two spellings of one place: 第1网格 and 第一网格, 上海路街道办事处 and 上海路街道. Pure.

Names that are `same` differ in the way a numeral or an office is written and are read as one. Names that are `near`
differ by more (1栋, 1号楼): whether they mean one place is asked.
"""

import re

from models.enums import AreaKind
from services.sheets import numerals
from services.sheets.cells import key

_NUMBER = re.compile(f"{numerals.NUMERAL}+|[0-9]+")
_OFFICES = {
    AreaKind.SUBDISTRICT: (("(?:街道)?办(?:事处)?$", "街道"), ("([镇乡])(?:人民)?政府$", r"\1")),
    AreaKind.COMMUNITY: (("(?:社区)?居(?:民委员|委)会$", "社区"), ("村?村(?:民委员|委)会$", "村")),
    AreaKind.GRID: (("^第?([0-9]+)号?(?=网格$)", r"\1"),),
    AreaKind.BUILDING: (("^第?([0-9]+)(?=[栋幢座])", r"\1"),),
}
_LEVELS = {
    AreaKind.SUBDISTRICT: re.compile("街道$|[镇乡]$"),
    AreaKind.COMMUNITY: re.compile("社区$|村$"),
    AreaKind.GRID: re.compile("^网格|(?:单元)?网格$"),
    AreaKind.BUILDING: re.compile("(?:号楼|楼栋|栋楼|栋|幢|楼|座|号|#)$"),
}


def same(kind: AreaKind, name: str) -> str:
    """What the spellings have in common that certainly mean one place below its parent."""
    plain = _numbered(key(name))
    for pattern, instead in _OFFICES[kind]:
        plain = re.sub(pattern, instead, plain)
    return plain


def near(kind: AreaKind, name: str, above: str) -> str:
    """What the spellings have in common that may well mean one place; `above` is its parent's name, with which some
    begin. A community and a village of one name are two."""
    plain = same(kind, name)
    for parent in (_numbered(key(above)), _LEVEL_OF_PARENT.sub("", _numbered(key(above)))):
        if not _CUTS_A_NUMBER.match(plain[len(parent) - 1 :]) and not _ONLY_NUMBER.fullmatch(parent):
            plain = plain.removeprefix(parent) or plain
    level = _LEVELS[kind].search(plain)
    short = re.sub("[-_—·.、()]|^第|号$", "", _LEVELS[kind].sub("", plain)) or plain
    return short if kind in {AreaKind.GRID, AreaKind.BUILDING} or level is None else f"{short} {level[0]}"


def core(kind: AreaKind, name: str, above: str) -> str:
    """What all names have in common of which `same` or `may_be` can hold."""
    return near(kind, name, above).split(" ")[0]


def may_be(kind: AreaKind, one: str, other: str, above: str) -> bool:
    """Whether two names that are not the same may mean one place below `above`."""
    first, second = near(kind, one, above), near(kind, other, above)
    return first == second or ((" " in first) != (" " in second) and core(kind, one, above) == core(kind, other, above))


# Below 1网格 a building 12栋 does not begin with the grid's name.
_ONLY_NUMBER = re.compile("第?[0-9]*")
_CUTS_A_NUMBER = re.compile("[0-9]{2}")
_LEVEL_OF_PARENT = re.compile("(?:街道|镇|乡|社区|村|网格)$")


def _numbered(name: str) -> str:
    """The name with each numeral as the digits of its number, without leading zeros. A lone numeral inside a word
    (三岔镇, 八一社区) is a part of it in every spelling alike."""

    def digits(found: re.Match[str]) -> str:
        typed = found[0]
        value = int(typed) if typed.isdecimal() else numerals.number(typed)
        return typed if value is None else str(value)

    return _NUMBER.sub(digits, name)
