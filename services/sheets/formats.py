"""What a cell shows by its number format: 0012, 301室, 30%, 第三网格. Pure.

Grouping by thousands, spacing and colour are ignored. `Formatted.exact` says whether the figure shown is the value: not
rounded, scaled or hidden.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from services.sheets import numerals

GENERAL = "General"
DAY = "yyyy-mm-dd"
# Built-in formats that a Chinese spreadsheet shows as days or times; workbooks refer to them by number.
DAYS_BY_NUMBER = frozenset([*range(27, 37), *range(50, 59)])

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_.|\*.|\[DBNum(?P<script>[123])\]|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<compare><=|>=|<>|<|>|=)(?P<bound>-?[0-9.]+)\]|\[[^\]]*\]"
    r"|(?P<general>General|G/通用格式)|(?P<power>E[+-]0+)|(?P<fraction>/)|(?P<digit>[0#?])|(?P<mark>[.,%@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_COMPARES = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
    "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}
_SCRIPTS = {
    "1": str.maketrans("0123456789", numerals.DIGITS),
    "2": str.maketrans("0123456789", numerals.FORMAL),
    "3": str.maketrans("0123456789", "0123456789"),  # fullwidth, read as halfwidth anyway
}
_MAX_SECTIONS = 4
MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Formatted:
    """A value and the text that its cell shows. Not `exact`: the cell shows another figure, or none."""

    value: int | float | str
    shown: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the parts between semicolons."""

    tokens: tuple[tuple[str, str], ...]
    script: str
    condition: tuple[str, Decimal] | None

    @property
    def is_text(self) -> bool:
        return any(token == ("mark", "@") for token in self.tokens)


def shown(value: int | float | str, code: str) -> int | float | str | Formatted:
    """Return the value with what its cell shows; the value itself where the format adds nothing."""
    if code == GENERAL or not code:
        return value
    sections = _sections(code)
    if isinstance(value, str):
        return _text(value, sections)
    exact = Decimal(repr(value))
    section = _chosen(sections, exact)
    if section is None:
        return value
    kinds = [kind for kind, _ in section.tokens]
    if "power" in kinds:  # 1E2 may have been typed for a door
        point = section.tokens.index(("mark", ".")) if ("mark", ".") in section.tokens else len(kinds)
        return Formatted(value, f"{float(exact):.{kinds[point : kinds.index('power')].count('digit')}E}")
    if "fraction" in kinds:
        return Formatted(value, _general(exact, ""), exact=False)
    text, same, plain = _number(section, exact, signed=sections.index(section) == 0)
    text = text[:MAX_SHOWN].strip()
    return value if same and (plain or text == _general(exact, "")) else Formatted(value, text, same)


@lru_cache(maxsize=512)
def is_day(code: str) -> bool:
    """Return whether the format shows a number as a day or a time. (openpyxl takes an escaped letter for one.)"""
    letters = [match["other"].lower() for match in _TOKEN.finditer(code) if match.lastgroup == "other"]
    return not {*letters}.isdisjoint("dmyhs") or "aaa" in "".join(letters)


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    found: list[_Section] = []
    tokens: list[tuple[str, str]] = []
    script, condition = "", None
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or ""
        if match[0] == ";":
            found.append(_Section(tuple(tokens), script, condition))
            tokens, script, condition = [], "", None
        elif kind == "script":
            script = match["script"]
        elif kind == "bound":
            condition = match["compare"], Decimal(match["bound"])
        elif kind in {"quoted", "escaped", "currency", "other"}:
            tokens.append(("literal", match[kind]))
        elif kind:
            tokens.append((kind, match[0]))
    found.append(_Section(tuple(tokens), script, condition))
    return tuple(found[:_MAX_SECTIONS])


def _chosen(sections: tuple[_Section, ...], value: Decimal) -> _Section | None:
    """Return the section for a number; None where only texts have one."""
    numbers = [one for one in sections[:3] if not one.is_text]
    conditions = [one for one in numbers if one.condition]
    for one in conditions:
        assert one.condition is not None, "those have one"
        if _COMPARES[one.condition[0]](value, one.condition[1]):
            return one
    if conditions:
        return next((one for one in reversed(numbers) if not one.condition), None)
    if value == 0 and len(numbers) > 2:
        return numbers[2]
    if value < 0 and len(numbers) > 1:
        return numbers[1]
    return numbers[0] if numbers else None


def _text(value: str, sections: tuple[_Section, ...]) -> str | Formatted:
    section = next((one for one in sections if one.is_text), None)
    if section is None or not value:
        return value
    display = "".join(value if token == ("mark", "@") else part for token in section.tokens for part in [token[1]])
    return value if display.strip() == value.strip() else Formatted(value, display.strip())


def _number(section: _Section, value: Decimal, *, signed: bool) -> tuple[str, bool, bool]:
    """Return the text shown, whether its figure is the value's, and whether it adds nothing to the value."""
    literals = "".join(text for kind, text in section.tokens if kind == "literal").strip()
    percents = sum(token == ("mark", "%") for token in section.tokens)
    if any(kind == "general" for kind, _ in section.tokens):
        figure = _general(value, section.script)
        display = "".join(figure if kind == "general" else text for kind, text in section.tokens if kind != "digit")
        return display, True, not (literals or section.script or percents)
    return _placed(section, value, literals, percents, signed=signed)


def _general(value: Decimal, script: str) -> str:
    plain = f"{value.normalize():f}"
    if script in {"1", "2"} and value == value.to_integral_value() and 0 <= value <= numerals.MAX_SPOKEN:
        return numerals.spoken(int(value), formal=script == "2")
    return plain.translate(_SCRIPTS.get(script, {}))


def _placed(section: _Section, value: Decimal, literals: str, percents: int, *, signed: bool) -> tuple[str, bool, bool]:
    """As `_number`, with the digits filled into the places of the format."""
    places = [(kind, text) for kind, text in section.tokens if kind != "general"]
    point = next((at for at, token in enumerate(places) if token == ("mark", ".")), len(places))
    last = max((at for at, (kind, _) in enumerate(places[:point]) if kind == "digit"), default=-1)
    thousands = 0
    while places[last + 1 + thousands : last + 2 + thousands] == [("mark", ",")]:
        thousands += 1
    decimals = sum(kind == "digit" for kind, _ in places[point:])
    if last < 0 and not decimals:  # literals alone, such as a dash for zero
        return "".join(text for kind, text in places if kind == "literal"), value == 0, False
    scaled = abs(value) * 100**percents / 1000**thousands
    rounded = scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, part = f"{rounded:f}".partition(".")
    whole = "" if whole == "0" else whole
    display = _filled(places, point, whole, part)
    padded = display.partition(".")[0] not in {whole, whole or "0"}
    same = rounded == scaled and (not thousands or bool(literals))
    display = ("-" if signed and value < 0 else "") + display.translate(_SCRIPTS.get(section.script, {}))
    return display, same, not (literals or percents or thousands or section.script or padded)


def _filled(places: list[tuple[str, str]], point: int, whole: str, part: str) -> str:
    before = [at for at, (kind, _) in enumerate(places[:point]) if kind == "digit"]
    digits = dict(zip(reversed(before), reversed(whole), strict=False))
    if before and len(whole) > len(before):
        digits[before[0]] = whole[: len(whole) - len(before) + 1]
    after = [at for at, (kind, _) in enumerate(places) if kind == "digit" and at > point]
    kept = part
    for at in reversed(after):
        if places[at][1] == "0" or not kept.endswith("0"):
            break
        kept = kept[:-1]
    digits |= dict(zip(after, kept, strict=False))
    display = ""
    for at, (kind, text) in enumerate(places):
        if kind == "digit":
            display += digits.get(at, "0" if text == "0" and at < point else "")
        elif kind == "literal" or text == "%" or (text == "." and kept):
            display += text
    return display
