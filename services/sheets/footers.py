"""Rows that close a sheet or a part of one: totals (合计), signatures (填表人), pages. They are nobody's. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from services.sheets import cells
from services.sheets.cells import Cell
from services.sheets.formats import Formatted

_COUNT = (
    "(?:[共计约]|共计|合计|总计)?[0-9][0-9,]*(?:[.][0-9]+)?(?:万)?"
    "(?:人|户|家|个|条|名|栋|幢|元|份|次|位|间|所|项|张|页|户人|%)?(?:整)?"
)
_TOTAL = re.compile(
    "(?:[(【\\[])?(?:本页|本表|本网格|本社区|本街道|全区|全社区|以上|按月|本)?"
    "(?:合\\s*计|总\\s*计|小\\s*计|共\\s*计|累\\s*计|总\\s*数|汇\\s*总|总人数|总户数|户数|人数|户数合计|人数合计|合计数|total|subtotal|sum)"
    f"(?:[)】\\]])?(?:[::=]|为)?(?:{_COUNT}[,、;。和]?)*",
    re.IGNORECASE,
)
_TOTAL_WORD = re.compile("(?:本页|本网格|本社区|本街道)?(?:合计|总计|小计|共计|累计)[::]?")
_TOTAL_HINT = re.compile(r"[合总小共累]\s*计|[户人总]\s*数|汇\s*总|共|total|sum", re.IGNORECASE)
_COUNTS = re.compile(f"(?:{_COUNT}[,、;。]?)+|[-—/]+")
_ALONE = re.compile(f"(?:本页|本表|以上|全社区)?(?:总共|共计|一共|共有|共)(?:{_COUNT}[,、;。和]?)+")
_SIGNED = re.compile(
    "(?:填表|制表|审核|复核|审批|填报|经办|录入|统计|登记|核对|校对|打印|报送|上报|负责|分管|主管|单位|社区|街道|网格|领导|签|盖|落款|备注|说明|注|附"
    "|联系|日期|时间|年月日)[^:]{0,14}:.*"
    "|(?:填表|制表|审核|复核|审批|填报|经办|录入|统计|核对|校对|打印|报送|上报|分管|主管)(?:单位|部门|人员?|者|时间|日期|领导|负责人)?(?:签[字名章])?"
    "(?:[((].{0,8}[))])?"
    "|.{0,16}[(](?:盖?公?章|签[字名章]|盖章)[)].{0,12}|(?:社区|单位|网格|街道)?(?:主要)?负责人(?:签[字名章])?|(?:签[字名章]|盖章|单位公章)"
    "|第[0-9]+页.{0,12}|[(]?此页无正文[)]?|[*※].{4,}|(?:注|备注|说明|填表说明)[0-9]?[.、].*"
)
_LABEL = re.compile(".{0,18}:|(?:填表|制表|审核|复核|审批|填报|经办|负责|分管|主管)[^:]{0,8}")
_DAY = re.compile("(?:[0-9]{4}|[ 0-9]{0,4})[-/.年][ 0-9]{0,2}[-/.月]([ 0-9]{0,2}日?)?")


def is_footer(row: Sequence[Cell]) -> bool:
    """Whether a row only counts what is above it, or says who filled in, checked and sealed the sheet.

    What has a count for its first word and something of a person after it is none.
    """
    first = next((said for cell in row if (said := _said(cell))), "")
    signed = _SIGNED.fullmatch(first) or _DAY.fullmatch(first)
    if not signed and not _TOTAL_HINT.search("".join(cell for cell in row if isinstance(cell, str))):
        return False  # as nearly every row
    written = [said for cell in row if (said := _said(cell))]
    return _totals(written) or (bool(signed) and _signs(written))


def _totals(written: list[str]) -> bool:
    """Whether it begins with a total, below a number or the names of places perhaps, and only counts follow."""
    begins = _TOTAL.fullmatch(written[0]) or _ALONE.fullmatch(written[0])
    at = 0 if begins else next((at for at, said in enumerate(written) if _TOTAL_WORD.fullmatch(said)), len(written))
    return at < len(written) and all(_counts(said) for said in written[at + 1 :])


def _counts(said: str) -> bool:
    long = re.fullmatch("[0-9]{9,}", said)  # a phone or an identity number counts nothing
    return not long and any(pattern.fullmatch(said) for pattern in (_COUNTS, _TOTAL, _ALONE))


def _signs(written: list[str]) -> bool:
    """Whether each cell has such a word, is a day, or stands beside a word; days alone are one day."""
    if not _SIGNED.fullmatch(written[0]) and len(set(written)) > 1:
        return False
    labelled = False
    for said in written:
        if not (labelled or _SIGNED.fullmatch(said) or _DAY.fullmatch(said)):
            return False
        labelled = _LABEL.fullmatch(said) is not None
    return True


def _said(cell: Cell) -> str:
    if cells.blank(cell):
        return ""
    if isinstance(cell, date):
        return f"{cell.year}-{cell.month}-{cell.day}"
    if isinstance(cell, Formatted):
        return cell.shown
    if isinstance(cell, cells.Uncomputed):
        return "0"  # a sum that nobody has computed is one all the same
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return "?"
    return "".join(unicodedata.normalize("NFKC", f"{cell:.15g}" if isinstance(cell, float) else str(cell)).split())
