"""Parse a discount's minimum spend and benefit, in shops' phrases: 满30减5, 满100打8折, 满50送鸡蛋. Pure; as
`cells`."""

import re
from dataclasses import dataclass

from services.kit.errors import Refusal
from services.sheets import numerals
from services.sheets.cells import Cell, TakeNote, fen, one_number, quiet, refused, tight

REPEATS = "系统没有“每满多少减多少”的优惠，请改成只减一次的，如“满30减5”"

_AMOUNT = f"(?:[0-9][0-9,]*(?:[.][0-9]+)?万?|{numerals.NUMERAL}+)"
_YUAN = "(?:元|块钱|块|圆)?"
_WHO = "(?:全场|店内|堂食|单笔|单次|一次性?|每单|凡)?(?:累计)?(?:消费|购物|购买|买|充值)?"
_THEN = "(?:及|或)?(?:以上|起)?(?:[,,]|即可|即|就|可以?|立即|可享受?|享受?|立享)*"
_PHRASE = re.compile(
    f"{_WHO}(?P<full>满)?(?P<spend>{_AMOUNT}){_YUAN}{_THEN}"
    f"(?:(?P<less>立减|直减|减免|减去|减|优惠|省|抵|-)(?P<off>{_AMOUNT}){_YUAN}"
    f"|(?P<free>免费赠送|免费送|获赠|赠送|赠|送)(?P<gift>(?!送).+)|(?P<share>(?:打|享)?.+折(?:优惠)?|(?:立?减|优惠)?[0-9.]+%(?:OFF)?))",
    re.IGNORECASE,
)
# The reverse order: 8折(满50可用).
_AFTERWARDS = re.compile(
    f"(?P<given>[^满]+?)[,(]{_WHO}满(?P<spend>{_AMOUNT}){_YUAN}(?:及?以上|起|后|即?可用|可?使用|即?可享受?)*[)]?"
)
_TRADITIONAL = str.maketrans("滿減贈", "满减赠")
_EACH = re.compile("每(?:消费)?满|每[0-9]|上不封顶")
_NO_SPEND = re.compile("(?:无|没有|不设|不限|零|0)(?:最低)?(?:消费)?(?:门槛|门坎|要求|限制|条件|消费)|任意消费")
_FROM = re.compile(
    f"(?:{_WHO}满|{_WHO}|不低于|不少于|至少|大于|≥|>=|>)({_AMOUNT}{_YUAN})"
    f"(?:[(]含[)]|[(]含{_AMOUNT}{_YUAN}[)]|含|及以上|以上|起|起用|可用|可使用|方可使用|使用|即可|即享|/[单次])*"
)
_OFF = re.compile("(?:立减|直减|减免|减去|减|立省|节?省|优惠|抵扣|抵|让利)")
_AT_ONCE = re.compile("立减|直减|立省|无门槛")
_MAX_TIMES = re.compile(
    f"(?:每月|月)?(?:最高|最多|封顶|不超过|上限|≤|<=)?(?:减免?|优惠|省|让利)?({_AMOUNT}{_YUAN})(?:封顶|以内|以下)?(?:/月|每月|/每月)?"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A parsed phrase: the minimum spend in fen, and the cell that says what is given."""

    min_spend_fen: int
    given: str


def phrase(cell: Cell, note: TakeNote = quiet) -> Phrase | None:
    """Return the cell's phrase; None where it names no spend. Raises INVALID_INPUT for steps and for repeating
    offers."""
    typed = tight(cell).translate(_TRADITIONAL)
    if typed.count("满") > 1:
        raise refused("这里有不止一档优惠，请分成几行填写，每行一档，优惠名称不同")
    if _EACH.search(typed):
        raise refused(REPEATS)
    if found := _AFTERWARDS.fullmatch(typed):
        return Phrase(fen(_plain(found["spend"])), found["given"])
    found = _PHRASE.fullmatch(typed)
    if found is None or not (found["full"] or (found["less"] or "-") != "-"):
        return None
    given = found["gift"] or found["share"] or f"{_plain(found['off'])}元"
    return Phrase(fen(_plain(found["spend"])), given)


def names_spend(title: str) -> bool:
    """Return whether a title is such a phrase."""
    try:
        return phrase(title) is not None
    except Refusal:
        return "满" in title or "每" in title


def from_spend(cell: Cell, note: TakeNote = quiet) -> int:
    """Return a minimum spend in fen: 50, 满50元, 50元以上, 消费满50元可用, 无门槛."""
    typed = one_number(cell).translate(_TRADITIONAL)
    if _NO_SPEND.fullmatch(typed):
        return 0
    if _EACH.search(typed):
        raise refused(REPEATS)
    found = _FROM.fullmatch(typed)
    return fen(_plain(found[1]) if found else cell)


def off(cell: Cell, note: TakeNote = quiet) -> int:
    """Return the amount off, in fen: 5, 减5元, 立减五元, 优惠5元."""
    return fen(_plain(_OFF.sub("", one_number(cell).translate(_TRADITIONAL), count=1)))


def at_once(cell: Cell) -> bool:
    """Return whether the benefit itself says that no spend is required."""
    return isinstance(cell, str) and _AT_ONCE.search(cell) is not None


def at_most(cell: Cell, note: TakeNote = quiet) -> int:
    """Return a limit in fen: 20, 最高20元, 20元封顶, 3,000元/月."""
    found = _MAX_TIMES.fullmatch(one_number(cell))
    return fen(_plain(found[1]) if found else cell)


def _plain(typed: str) -> str:
    """Return the text with digits for Chinese numerals."""
    return re.sub(f"^{numerals.NUMERAL}+", lambda numeral: str(numerals.number(numeral[0])), typed)
