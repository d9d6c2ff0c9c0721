"""Recognise closing rows, which are no records: totals (合计), signatures (填表人), page numbers. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from services.sheets import cells
from services.sheets.cells import Cell
from services.sheets.formats import Formatted
from services.sheets.numerals import NUMERAL

_UNITS = "人户家个条名栋幢元份次位间所项张页单店铺商"
_COUNT = (
    "(?:[共计约]|共计|合计|总计)?"
    f"(?:(?<![0-9])[0-9][0-9,]*+(?:[.][0-9]++)?(?:万)?[{_UNITS}]{{0,3}}%?|(?:大写)?{NUMERAL}++[{_UNITS}]{{1,3}})(?:整)?"
)
_OF_WHAT = "户数|人数|总户数|总人数|总数|商户数|店铺数|网格数|楼栋数"
_TOTAL = re.compile(
    "(?:[(【\\[])?(?:本页|本表|全区|全社区|以上|按月|本|.{1,20}(?:街道|镇|乡|社区|村|网格|栋|楼|幢|单元))?"
    f"(?:合计|总计|小计|共计|累计|汇总|合计数|total|subtotal|sum|∑|(?:合计|总计|小计)?(?:{_OF_WHAT})(?:合计|总计|小计)?)"
    f"(?:[)】\\]])?(?:[(/](?:[{_UNITS}]{{1,2}})[)]?)?(?:[::=]|为)?(?:{_COUNT}[,、;。和]?|(?:{_OF_WHAT})[:=为]?{_COUNT}[,、;。]?)*",
    re.IGNORECASE,
)
_AMONG = re.compile(f"其中[:]?[^:]{{0,10}}[:]?(?:{_COUNT}[,、;。]?[^0-9:]{{0,6}}){{0,4}}")
_TOTAL_WORD = re.compile("(?:本页|本网格|本社区|本街道)?(?:合计|总计|小计|共计|累计)[::]?")
_TOTAL_HINT = re.compile(r"[合总小共累]\s*计|[户人总铺格栋]\s*数|汇\s*总|共|其中|total|sum|∑", re.IGNORECASE)
_COUNTS = re.compile(f"(?:{_COUNT}[,、;。]?)+|[-—/]+")
_ALONE = re.compile(
    f"(?:本页|本表|以上|全社区|.{{1,20}}(?:街道|社区|村|网格|栋)|截[止至].{{4,12}})?(?:总共|共计|一共|共有|共)(?:{_COUNT}[,、;。和]?)+"
)
_WHO_SIGNS = "填表|制表|审核|复核|审批|填报|经办|经手|录入|统计|核对|校对|打印|报送|上报|分管|主管|编制|批准"
_SIGNED = re.compile(
    "(?:填表|制表|审核|复核|审批|填报|经办|录入|统计|登记|核对|校对|打印|报送|上报|负责|分管|主管|单位|社区|街道|网格|领导|签|盖|落款|备注|说明|注|附"
    "|联系|日期|时间|年月日|经手|编制|批准|监督|咨询|服务|投诉|举报|电话|热线|书记|主任|组长|网格长|户长|联户长|网格员|数据来源|来源|更新"
    "|抄送|主送|本人|[●★▲◆◎]备注)[^:]{0,14}:.*"
    f"|(?:{_WHO_SIGNS})(?:单位|部门|人员?|者|时间|日期|领导|负责人)?(?:签[字名章])?(?:[((].{{0,8}}[))])?"
    f"|(?:{_WHO_SIGNS})人员?[\u4e00-\u9fff]{{2,4}}|.{{0,8}}(?:签[字名章]|盖章)(?::.*)?"
    "|.{0,16}[(](?:盖?公?章|签[字名章]|盖章)[)].{0,12}|(?:社区|单位|网格|街道)?(?:主要)?负责人|单位公章"
    "|第[0-9]+页.{0,12}|[(]?此页无正文[)]?|[*※★●▲◆◎☆].{3,}|(?:注|备注|说明|填表说明)[0-9]?[.、].*"
    "|[(]?[-—=*_~·.]*(?:以下空白|以下无正文|无正文|接下页|转下页|续下页|接上页|续表|表完|完毕?|结束|END)[-—=*_~·.]*[)]?|[-—=*_~]{3,}"
    "|截[止至].{4,20}|(?:以上|上述)(?:信息|情况|数据|内容|名单|均).*|本人(?:承诺|保证|声明|确认).*|特此.{1,20}"
    "|.{0,6}最终解释权.*|附件?[0-9一二三四]?"
)
# Texts that appear beside such words.
_BESIDE = re.compile("(?:联系)?电话|手机|日期|时间|签[字名章]")
_LABEL = re.compile(f".{{0,18}}:|(?:{_WHO_SIGNS}|负责)[^:]{{0,8}}|{_BESIDE.pattern}")
_FEW = 3
_OFFICE = re.compile(".{2,24}(?:委员会|居委会|村委会|办事处|政府|社区|街道|中心|村)")
_SPOKEN_DAY = "二[〇零○]..年[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?"
_DAY = re.compile(f"(?:[0-9]{{4}}|[ 0-9]{{0,4}})[-/.年][ 0-9]{{0,2}}[-/.月]([ 0-9]{{0,2}}日?)?|{_SPOKEN_DAY}")


def is_footer(row: Sequence[Cell]) -> bool:
    """Return whether a row only counts the rows above, or says who filled in, checked and sealed the sheet.

    A row that begins with a count and has a person's data after it is no footer.
    """
    first = next((text for cell in row if (text := _text(cell))), "")
    signed = _closes(first) or (sum(map(bool, row)) <= _FEW and _is_office(first))
    if not signed and not _TOTAL_HINT.search("".join(cell for cell in row if isinstance(cell, str))):
        return False  # as nearly every row
    written = [text for cell in row if (text := _text(cell))]
    return _totals(written) or (bool(signed) and _signs(written))


@lru_cache(maxsize=1024)  # most rows of a sheet begin with the same place
def _closes(text: str) -> bool:
    return bool(_SIGNED.fullmatch(text) or _DAY.fullmatch(text))


@lru_cache(maxsize=1024)
def _is_office(text: str) -> bool:
    return _OFFICE.fullmatch(text) is not None


def _totals(written: list[str]) -> bool:
    """Return whether the row has a total, after a number or names of places perhaps, followed by counts only."""
    begins = any(one.fullmatch(written[0]) for one in (_TOTAL, _ALONE, _AMONG))
    at = 0 if begins else next((at for at, text in enumerate(written) if _TOTAL_WORD.fullmatch(text)), len(written))
    return at < len(written) and all(_counts(text) for text in written[at + 1 :])


def _counts(text: str) -> bool:
    long = re.fullmatch("[0-9]{9,}", text)  # a phone or an identity number is no count
    return not long and any(pattern.fullmatch(text) for pattern in (_COUNTS, _TOTAL, _ALONE))


def _signs(written: list[str]) -> bool:
    """Return whether each cell is such a word, a day, or beside such a word; of days alone there is one. A text that
    may also be a place is an office only beside a day."""
    if _is_office(written[0]) and not _SIGNED.fullmatch(written[0]):
        return len(written) > 1 and all(_DAY.fullmatch(text) for text in written[1:])
    if not _SIGNED.fullmatch(written[0]) and len(set(written)) > 1:
        return False
    labelled = False
    for text in written:
        if not (labelled or any(one.fullmatch(text) for one in (_SIGNED, _DAY, _BESIDE))):
            return False
        labelled = _LABEL.fullmatch(text) is not None
    return True


def _text(cell: Cell) -> str:
    if cells.blank(cell):
        return ""
    if isinstance(cell, date):
        return f"{cell.year}-{cell.month}-{cell.day}"
    if isinstance(cell, Formatted):
        return cell.shown
    if isinstance(cell, cells.Uncomputed):
        return "0"  # an uncomputed sum is a sum too
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return "?"
    return "".join(unicodedata.normalize("NFKC", f"{cell:.15g}" if isinstance(cell, float) else str(cell)).split())
