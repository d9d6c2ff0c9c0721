"""Two spellings of one place: 第1网格 and 第一网格, 上海路街道办事处 and 上海路街道. Pure.

Names that are `same` differ only in how a numeral or an office is written, and are read as one. Names that are `near`
differ by more (1栋, 1号楼): the clerk is asked whether they are one place.
"""

import re
from functools import lru_cache

from models.enums import AreaKind
from services.sheets import numerals
from services.sheets.cells import key

_NUMBER = re.compile(f"{numerals.NUMERAL}+|[0-9]+")
_OFFICES = {
    AreaKind.SUBDISTRICT: (("(?:街道)?办(?:事处)?$", "街道"), ("(街道|[镇乡])(?:人民)?政府$", r"\1")),
    AreaKind.COMMUNITY: (("(?:社区)?居(?:民委员|委)会$", "社区"), ("村?村(?:民委员|委)会$", "村")),
    AreaKind.GRID: (("^第?([0-9]+)[号#]?(?=网格$)", r"\1"),),
    AreaKind.BUILDING: (("^第?([0-9]+)(?=[栋幢座])", r"\1"),),
}
_LEVELS = {
    AreaKind.SUBDISTRICT: re.compile("街道$|[镇乡]$"),
    AreaKind.COMMUNITY: re.compile("社区$|村$"),
    AreaKind.GRID: re.compile("^网格|(?:单元)?网格$|(?<=[0-9])(?:网|格)$"),
    AreaKind.BUILDING: re.compile("^[楼栋幢座]+(?=[0-9a-z]+$)|(?:栋|幢|住宅楼|楼房|楼|座|号|#)+$"),
}
# Other names of a street's or community's office.
_BODY = re.compile("(?:党支部|党总支|党委|党工委|党群服务中心|便民服务中心|服务中心|服务站|工作站|管委会|居委|委员会)$")
_WRITTEN = str.maketrans(
    {chr(first + step): str(step + 1) for first in (0x2160, 0x2170) for step in range(12)}
    | dict(zip("網棟樓區號鎮鄉陽東麗華園門雲興龍", "网栋楼区号镇乡阳东丽华园门云兴龙", strict=True))
)


def same(kind: AreaKind, name: str) -> str:
    """Return a key, equal for spellings that certainly mean one place below its parent."""
    plain = _numbered(key(name.translate(_WRITTEN)))
    for pattern, instead in _OFFICES[kind]:
        plain = re.sub(pattern, instead, plain)
    return plain


def near(kind: AreaKind, name: str, above: str) -> str:
    """Return a key, equal for spellings that may well mean one place. `above`: the names of the places around it,
    largest first, joined by slashes, with which some names begin. A community and a village of one name stay two."""
    plain = same(kind, name)
    if kind in _OF_BODIES:
        plain = same(kind, _BODY.sub("", plain)) or plain
    for parent in _parents(above):
        plain = _below(plain, parent)
    level = _LEVELS[kind].search(plain)
    short = re.sub("[-_—·.、()]|^第|^no(?=[.0-9])|号$", "", _LEVELS[kind].sub("", plain)) or plain
    return short if kind in {AreaKind.GRID, AreaKind.BUILDING} or level is None else f"{short} {level[0]}"


def core(kind: AreaKind, name: str, above: str) -> str:
    """Return a key that is equal for all names for which `same` or `may_be` can hold."""
    return near(kind, name, above).split(" ")[0]


def may_be(kind: AreaKind, one: str, other: str, above: str) -> bool:
    """Return whether two names that are not the same may mean one place below `above`."""
    first, second = near(kind, one, above), near(kind, other, above)
    return first == second or ((" " in first) != (" " in second) and core(kind, one, above) == core(kind, other, above))


# Below 1网格 a building 12栋 does not begin with the grid's name.
_ONLY_NUMBER = re.compile("第?[0-9]*")
_CUTS_A_NUMBER = re.compile("[0-9]{2}")
_LEVEL_OF_PARENT = re.compile("(?:街道|镇|乡|社区|村|网格|区|县|市)$")
_CITY = re.compile("(?:.{2,3}省)?.{2,4}市")
_OF_BODIES = frozenset({AreaKind.SUBDISTRICT, AreaKind.COMMUNITY})


@lru_cache(maxsize=256)
def _parents(above: str) -> tuple[str, ...]:
    """Return each of these names, with and without the word for its level; a number alone begins other names too."""
    spelt = (_numbered(key(parent)) for parent in above.split("/"))
    both = (one for parent in spelt for one in (parent, _LEVEL_OF_PARENT.sub("", parent)))
    return tuple(one for one in both if not _ONLY_NUMBER.fullmatch(one))


def _below(name: str, parent: str) -> str:
    """Return the name without its parents' names or the city's at its beginning."""
    city = _CITY.match(name)
    for start in {city.end() if city else 0, 0}:
        rest = name[start + len(parent) :]
        if rest and name.startswith(parent, start) and not _CUTS_A_NUMBER.match(parent[-1] + rest):
            return rest
    return name


def _numbered(name: str) -> str:
    """Return the name with each numeral in digits, without leading zeros. A lone numeral inside a word (三岔镇,
    八一社区) stays: every spelling has it."""

    def digits(found: re.Match[str]) -> str:
        typed = found[0]
        value = int(typed) if typed.isdecimal() else numerals.number(typed)
        return typed if value is None else str(value)

    return _NUMBER.sub(digits, name)
