"""Parse what clerks type into cells. Pure.

Each reading takes a cell as the file has it, and raises INVALID_INPUT with an instruction where the meaning is unclear:
a guess would be a wrong phone or a wrong price. Callers decide whether an empty cell is an answer (`blank`, `none`,
`unlimited`). `note` is called with a note when a cell is read as something else than was typed.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from models.enums import DiscountKind, ShopCategory
from services.kit import phones
from services.kit import text as texts
from services.kit.errors import ErrorCode, Refusal
from services.kit.radicals import unified
from services.sheets import doubts
from services.sheets.formats import Formatted
from services.sheets.words import NONE

MAX_CODE = 32
MAX_DIGITS = 15  # of a number: a spreadsheet replaces the rest by zeros


class Uncomputed:
    """A formula without a stored result."""


Cell = str | int | float | datetime | date | time | timedelta | Formatted | Uncomputed | None
TakeNote = Callable[[str], None]
"""Called in Chinese with how a cell was read, where that differs from what was typed."""


def quiet(_: str) -> None:
    """Drop the note."""


AS_SHOWN = "按单元格显示的样子读取"
LANDLINE = "座机号收不到登录验证，这里应填 11 位手机号；没有手机号、此项又可以不填的，请留空"
NO_APOSTROPHE = "去掉了开头的撇号"
UNIFIED = "偏旁部首字已换成对应的汉字"
ONE_PHONE = "只读了其中的手机号，别的没有读"
TWO_NUMBERS = "这一格里有不止一个数，分不清用哪一个，请只留一个"
TWO_CODES = "这一格里有不止一个编号，分不清用哪一个，请只留一个"
TWO_NAMES = "这一格里有不止一个姓名，请只留一个"
NOT_ALONE = "“同上”要单独写在一格里；和别的字写在一起、“同左”“同第3行”分不清指什么，请写明内容"

# Texts that no reading changes: most cells, so that 180,000 rows are read in seconds.
_ORDINARY = re.compile(r"[0-9A-Za-z\u4e00-\u9fff()\uff08\uff09\-]*")
_HALF_WIDTH = {point: point - 0xFEE0 for point in range(0xFF10, 0xFF5B) if chr(point).isalnum()}
_CHINESE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_BESIDE_CHINESE = re.compile(f"(?<={_CHINESE}) | (?={_CHINESE})")
# Apostrophes that keep a number or a formula as text.
APOSTROPHES = "'\u2019\u2018\uff07`\u2032\u00b4\u02b9\u02bc\u02c8\u201b\u2035"
_APOSTROPHE = re.compile(f"[\\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]*[{APOSTROPHES}]\\s*(.*)", re.DOTALL)
_FORMULA = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
_TEXT_FORMULA = re.compile('="([^"]*)"')  # how programs write a number into a CSV to keep its digits
_ERRORS = frozenset(
    ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!"]
)
_TOO_NARROW = re.compile("#+")  # the column was too narrow when the file was saved
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"([0-9]+)\.0+")
_MOBILE = re.compile("1[0-9]{10}")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_TWO_NUMBERS = re.compile("[0-9] [0-9]")
_TWO_CODES = re.compile("[0-9A-Za-z] ?[、,;] ?[0-9A-Za-z]|[0-9] [0-9A-Za-z-]*[0-9]")
_HAN = "[\u4e00-\u9fff]"
_TWO_NAMES = re.compile(f"{_HAN}[)\uff09]?[、,\uff0c;\uff1b/\uff0f]{_HAN}")
_TWO_LINES_OF_NAMES = re.compile(f"{_HAN}{{2,4}}\\s*[\r\n]\\s*{_HAN}{{2,4}}")
_PLAIN_APOSTROPHES = "'\uff07"
_MORE_THAN_A_REMARK = re.compile("[0-9]{3}|[A-Za-z]")
_ARABIC = str.maketrans(
    dict(zip("零〇一二两三四五六七八九点壹贰叁肆伍陆柒捌玖", "001223456789.123456789", strict=True)) | {"十": "10"}
)
_NONE_WORDS = frozenset({NONE, "暂无", "没有", "/", "\\", "-", "--", "—", "——", "n/a"})
_DITTO_MARKS = '\u3003\u3005\u4edd"\u201c\u201d\u201e\uff02\u301d\u301e\u301f\u2033\u02ba\u02dd\u02ee\u2191\u21e7\u2b06'
_DITTO_PAIRS = "''|\u2032\u2032|\u2018\u2019|\u2019\u2019|\u2018\u2018|\uff07\uff07|``"
_WHAT_IS_ABOVE = "[上前](?:述|面|边|方|列)?一?(?:行|户|条|栏|格|项|个|位|家|人|单元格)?(?:内容)?"
_DITTO = re.compile(
    f"[{_DITTO_MARKS}]{{1,4}}|{_DITTO_PAIRS}|同|[同仝如照依](?:{_WHAT_IS_ABOVE}|\u2191)"
    f"|[与和跟以]?{_WHAT_IS_ABOVE}(?:相?同|一样|一致)|ditto|asabove|sameasabove"
)
_AROUND_DITTO = "".join({*"()\uff08\uff09[]\u3010\u3011-—–―_.。…,\uff0c、"})
_QUOTES = '"\u201c\u201d\u300c\u300d'
_MAX_DITTO = 16
_DITTO_STARTS = frozenset(
    {
        *_DITTO_MARKS,
        *_AROUND_DITTO,
        *_QUOTES,
        *"'\u2032\u2018\u2019\uff07`",
        *"同如照依上前与和跟以DdAaSs \t\n\u3000\u00a0",
    }
)
_MAY_BE_DITTO = re.compile(f"[{_DITTO_MARKS}同样致]|{_DITTO_PAIRS}|[如照依][上前]|ditto|above", re.IGNORECASE)
_LEVEL = "(?:街道|镇|乡|社区|村|网格)"
_REFERS = re.compile(f"[(\uff08]?(?:[同仝](?:上(?!{_LEVEL}$)|左|右|下|第?[0-9]+[行户号栏])|[如照见]上|\u3003)")
_UNLIMITED_WORDS = frozenset(["不限", "无限", "不限制", "无限制", "不限量", "不限次", "不限次数"])
_ALIASES = {
    ShopCategory.FOOD: "美食 饮食 餐厅 餐馆 饭店 小吃",
    ShopCategory.GROCERY: "超市 便利店 百货 生鲜 粮油 水果",
    ShopCategory.PHARMACY: "药房 大药房 医药",
    ShopCategory.CLINIC: "医疗 口腔 门诊 医院 卫生院",
    ShopCategory.HAIRDRESSING: "美发 理发店 美容美发",
    ShopCategory.REPAIR: "修理 家电维修",
    ShopCategory.CLOTHING: "服饰 服装店 鞋服",
    ShopCategory.EDUCATION: "培训 教育培训 书店 学校",
    ShopCategory.LEISURE: "娱乐 休闲娱乐 文娱",
    ShopCategory.PUBLIC_SERVICE: "公共服务单位 政务 政务服务 机关",
    ShopCategory.PROPERTY: "物业公司 物业服务 物业管理 红色物业",
    ShopCategory.OTHER: "其它",
    DiscountKind.PERCENT_OFF: "折扣 打折优惠",
    DiscountKind.AMOUNT_OFF: "满减 减免 减 立减优惠",
    DiscountKind.GIFT: "赠送 送 礼品",
}
_CATEGORY_OF = {word: one for one in ShopCategory for word in (one.value, one.label, *_ALIASES[one].split())}
_KIND_OF = {word: one for one in DiscountKind for word in (one.value, one.label, *_ALIASES[one].split())}


def blank(cell: Cell) -> bool:
    """Return whether the cell has no visible content."""
    if cell is None:
        return True
    return isinstance(cell, str) and not (_ORDINARY.fullmatch(cell) and cell) and not _seen(cell)


def _seen(typed: str) -> bool:
    return texts.visible(typed.strip(APOSTROPHES) if len(typed.strip()) == 1 else typed)


def ditto(cell: Cell) -> bool:
    """Return whether the cell says "as above": 同上, 〃, a quotation mark."""
    if not isinstance(cell, str) or len(cell) > _MAX_DITTO or cell[:1] not in _DITTO_STARTS:
        return False
    if not _MAY_BE_DITTO.search(cell):
        return False
    bare = "".join(cell.split()).casefold().strip(_AROUND_DITTO)
    return any(_DITTO.fullmatch(one) for one in (bare, bare.strip(_QUOTES)))


def may_be_ditto(cell: Cell) -> bool:
    """Return whether a place's name may mean the place above: 同上社区."""
    return isinstance(cell, str) and cell.startswith("同上") and re.fullmatch(f"同上{_LEVEL}", cell) is not None


def none(cell: Cell) -> bool:
    """Return whether the cell says that there is none: 无, 暂无, /, a dash."""
    if isinstance(cell, str):
        return _tidy(cell).casefold() in _NONE_WORDS
    return isinstance(cell, Formatted) and cell.exact and none(cell.shown)


def unlimited(cell: Cell) -> bool:
    """Return whether the cell sets no limit: nothing, 无, 不限."""
    return blank(cell) or none(cell) or (isinstance(cell, str) and _tidy(cell) in _UNLIMITED_WORDS)


def text(cell: Cell, note: TakeNote = quiet, *, most: int, days: bool = False, questions: bool = False) -> str:
    """Return text as stored: without stray spaces, line breaks and invisible characters, digits and letters at half
    width. A space stays only between two words that are not Chinese.

    Refuse identity numbers, phones and lost characters; with `days`, an address that a spreadsheet turned into a day;
    with `questions`, question marks.
    """
    return _checked(_kept(cell, note, most), days=days, questions=questions)


def label(cell: Cell, note: TakeNote = quiet, *, most: int, days: bool = False) -> str:
    """Return text other than the name of a person or place: a shop's name, a discount's title. As `text`; a question
    mark at half width is a lost character, one at full width a question."""
    words = _kept(cell, note, most)
    return _checked(words, days=days, questions="?" in words)


def _kept(cell: Cell, note: TakeNote, most: int) -> str:
    words = _as_text(cell, note)
    as_they_are = words is cell and 0 < len(words) <= most and _ORDINARY.fullmatch(words)
    return words if as_they_are else texts.clean(words, "", most=most, least=1)


def _checked(words: str, *, days: bool = False, questions: bool) -> str:
    if doubt := doubts.of(words, days=days, questions=questions, cards=True):
        raise refused(doubt)
    if _REFERS.match(words) and not ditto(words):
        raise refused(NOT_ALONE)
    return words


def key(name: str) -> str:
    """Return a key for the spellings of a name that differ in width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", unified(name)).casefold().split())


def code(cell: Cell, note: TakeNote = quiet) -> str:
    """Return an identifying number: no spaces, as many digits as typed or shown."""
    spaced = line(cell, note).strip(APOSTROPHES)
    doubt = doubts.of(spaced)
    if doubt == doubts.IDENTITY:
        raise refused("这里不能填身份证号（系统不保存身份证号），请改用社区自编的编号")
    if doubt:
        raise refused(doubt)
    if _TWO_CODES.search(spaced):
        raise refused(TWO_CODES)
    if spaced and len(spaced) <= MAX_CODE and _ORDINARY.fullmatch(spaced):
        return spaced
    return texts.clean(spaced.replace(" ", ""), "", most=MAX_CODE, least=1)


def person(cell: Cell, note: TakeNote = quiet, *, most: int) -> str:
    """Return a person's name. Refuse a number alone, a slip of the column, and a phone beside the name, which would be
    shown with it."""
    name = _kept(cell, note, most)
    if isinstance(cell, str) and "\n" in cell and _TWO_LINES_OF_NAMES.fullmatch(cell.strip()):
        raise refused(TWO_NAMES)
    if name.isalpha():
        return _checked(name, questions=True)
    if not any(one.isalpha() for one in name):
        raise refused("这里应填姓名，请核对是否填错了列")
    if doubts.of(name) == doubts.IDENTITY:
        raise refused(doubts.IDENTITY)
    if sum(one.isdigit() for one in name) >= 7:
        raise refused("姓名里有号码，请把号码填到电话一列")
    if _TWO_NAMES.search(name):
        raise refused(TWO_NAMES)
    return _checked(name, days=True, questions=True)


def phone(cell: Cell, note: TakeNote = quiet) -> str:
    """Return a mobile number as its 11 digits. Of several numbers in a cell take the only mobile one."""
    if isinstance(cell, str) and _MOBILE.fullmatch(cell):
        return cell
    if isinstance(cell, Formatted):  # all its digits are there, however few the cell shows
        cell = cell.value
    typed = _ungrouped(line(cell, note))
    try:
        return phones.phone(typed.replace(" ", ""), "")
    except Refusal:
        mobiles = {re.sub("[^0-9]", "", found[1]) for found in doubts.MOBILE.finditer(typed)}
        if len(mobiles) > 1:
            raise refused("这一格里有不止一个手机号，分不清用哪一个，请只留一个") from None
        besides = doubts.LANDLINE.sub("", doubts.MOBILE.sub("", typed))
        if not mobiles and doubts.landline(typed.replace(" ", "")):
            raise refused(LANDLINE) from None
        if not mobiles or _MORE_THAN_A_REMARK.search(besides):
            raise
        note(ONE_PHONE)
        return mobiles.pop()


def landline(cell: Cell) -> bool:
    """Return whether it is a landline, with its area code or without: no number to sign in with."""
    try:
        return doubts.landline(tight(cell))
    except Refusal:
        return False


def fen(cell: Cell, note: TakeNote = quiet) -> int:
    """Return an amount in yuan, exactly, in fen: 12.5, ¥12.50, 12元, 1,200元, 1.5万元."""
    found = re.fullmatch("(?:人民币|RMB|\u00a5)?(.+?)(万)?(?:元|块钱|块|圆)?整?", one_number(cell, note), re.IGNORECASE)
    amount = _number(found[1]) if found else None
    if found is None or amount is None:
        raise refused("这里应填金额，单位为元，例如 20 或 12.50")
    exact = amount * (1_000_000 if found[2] else 100)
    if exact != exact.to_integral_value():
        raise refused("金额最多两位小数，请改到分")
    return int(exact)


def whole(cell: Cell, note: TakeNote = quiet) -> int:
    """Return a whole number: 3, 3次, 三星."""
    typed = re.sub("(次|份|星级|星|级|积分|分|个)$", "", one_number(cell))
    amount = _number(typed.translate(_ARABIC) if len(typed) == 1 else typed)
    if amount is None or amount != amount.to_integral_value():
        raise refused("这里应填整数，例如 3")
    return int(amount)


def percent_off(cell: Cell, note: TakeNote = quiet) -> int:
    """Return the percentage taken off: 八折 and 8折 take 20, 8.5折, 85折 and 八五折 take 15, 减20% takes 20.

    A bare 20% takes 20. A bare 80% is ambiguous and refused, like a bare number (0.3) and 0.7折.
    """
    typed = one_number(cell)
    off = None
    if re.fullmatch("半价|打?对折(?:优惠)?", typed):
        off = Decimal(50)
    elif found := re.fullmatch("(?:全场|优惠)?(?:打|按|享受?)?(.+?)折(?:优惠)?", typed):
        off = _off(found[1].translate(_ARABIC))
    elif found := re.fullmatch("(立?减|直减|优惠|让利|省)?(.+?)%(OFF)?", typed, re.IGNORECASE):
        off = _number(found[2])
        if off is not None and off > 50 and not found[1] and not found[3]:
            raise refused("分不清是打折还是减去这么多，请写成“8折”或“减20%”这样的形式")
    if off is None or off != off.to_integral_value() or not 1 <= off <= 100:
        raise refused("折扣请写成“8折”“8.5折”或“减20%”这样的形式，减去 1% 到 100% 的整数")
    return int(off)


def degrees(cell: Cell, note: TakeNote = quiet, *, most: int) -> float:
    """Return a latitude (`most` 90) or a longitude (180), in decimal degrees."""
    value = math.nan
    if isinstance(cell, Formatted) and not isinstance(cell.value, str):
        cell = cell.value
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        value = float(cell) if abs(cell) <= 1000 else math.nan
    elif found := re.fullmatch("(?:北纬|东经|[NE])?(-?[0-9]{1,3}([.][0-9]{1,20})?)(°|度)?[NE]?", one_number(cell)):
        value = float(found[1])
    if math.isnan(value):
        raise refused("这里应填以度为单位的小数，例如 27.72538")
    if abs(value) > most:
        raise refused(f"这里应在 -{most} 到 {most} 之间，请核对纬度与经度是否填反")
    return value


def category(cell: Cell, note: TakeNote = quiet) -> ShopCategory:
    """Return what a shop sells, by its Chinese word, a clerk's word for it, or the enum's own."""
    found = _CATEGORY_OF.get(tight(cell).upper())
    if found is None:
        raise refused(f"类别应是以下之一：{'、'.join(one.label for one in ShopCategory)}")
    return found


def kind(cell: Cell, note: TakeNote = quiet) -> DiscountKind:
    """Return how a discount reduces a bill, likewise."""
    found = _KIND_OF.get(tight(cell).upper())
    if found is None:
        raise refused(f"优惠方式应是以下之一：{'、'.join(one.label for one in DiscountKind)}")
    return found


def line(cell: Cell, note: TakeNote = quiet) -> str:
    """Return the cell as one line at half width with single spaces."""
    typed = " ".join(unicodedata.normalize("NFKC", _as_text(cell, note)).split())
    if _SCIENTIFIC.fullmatch(typed):
        raise refused(doubts.POWER)
    found = _WHOLE_FLOAT.fullmatch(typed)
    return found[1] if found else typed


def tight(cell: Cell, note: TakeNote = quiet) -> str:
    """Return the cell as `line`, without spaces."""
    return line(cell, note).replace(" ", "")


def one_number(cell: Cell, note: TakeNote = quiet) -> str:
    """Return the cell as `tight`. Refuse two numbers parted by a space or a line break."""
    typed = line(cell, note)
    if _TWO_NUMBERS.search(typed):
        raise refused(TWO_NUMBERS)
    return typed.replace(" ", "")


def refused(message: str) -> Refusal:
    """Return the refusal that readings raise. `message` says what to do."""
    return Refusal(ErrorCode.INVALID_INPUT, message)


def _as_text(cell: Cell, note: TakeNote) -> str:
    """Return the cell as tidied text; a number as a person would type it, or as it is shown."""
    if isinstance(cell, Formatted):
        if not cell.exact:
            raise refused("单元格的格式让它显示的与实际内容不同（四舍五入、缩小或隐藏），请改成看到的样子")
        note(AS_SHOWN)
        cell = cell.shown
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if _ORDINARY.fullmatch(cell) else _words(cell, note)
    if isinstance(cell, Uncomputed):
        raise refused("公式还没有计算结果：请用 Excel 或 WPS 打开、保存后再导入，或把它粘贴为数值")
    if isinstance(cell, bool):
        raise refused("这里是逻辑值 TRUE 或 FALSE，请填写内容")
    if isinstance(cell, int | float):
        return _digits(cell)
    raise refused(doubts.DAY)


def _words(typed: str, note: TakeNote) -> str:
    formula = _TEXT_FORMULA.fullmatch(typed)
    words = _tidy(formula[1] if formula else _without_apostrophe(typed, note))
    if words != (words := unified(words)):
        note(UNIFIED)
    if words in _ERRORS or (words and _TOO_NARROW.fullmatch(words)):
        raise refused("单元格显示的是错误，不是内容，请改正公式或重新填写")
    if doubts.UNREADABLE.search(words):
        raise refused(doubts.LOST)
    return words


def _without_apostrophe(typed: str, note: TakeNote) -> str:
    """Return the text without a leading apostrophe that guards it. One that opens a quotation stays."""
    found = _APOSTROPHE.fullmatch(typed)
    if found is None or not found[1]:
        return typed
    guarded = found[1][0] in _FORMULA + APOSTROPHES
    words = found[1]
    if not guarded and words[-1] in _PLAIN_APOSTROPHES:  # a pair around the text, as some programs write every text
        words = words[:-1]
    if not guarded and any(one in APOSTROPHES for one in words):
        return typed
    if not guarded:
        note(NO_APOSTROPHE)
    return words


def _digits(number: float) -> str:
    if not math.isfinite(number) or abs(number) >= 10**MAX_DIGITS:
        raise refused(f"数字超过 {MAX_DIGITS} 位，表格软件已丢失后几位，请把该列设为“文本”格式后重新填写")
    return str(int(number)) if number == int(number) else f"{number:.{MAX_DIGITS}g}"


def _tidy(typed: str) -> str:
    if _ORDINARY.fullmatch(typed):
        return typed
    visible = "".join(one for one in typed if unicodedata.category(one) != "Cf")
    return _BESIDE_CHINESE.sub("", " ".join(visible.translate(_HALF_WIDTH).split()))


def _ungrouped(typed: str) -> str:
    """Return the text without the commas between thousands."""
    return typed.replace(",", "") if _GROUPED.fullmatch(typed) else typed


def _number(typed: str) -> Decimal | None:
    plain = _ungrouped(typed)
    return Decimal(plain) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,10})?", plain) else None


def _off(tenths: str) -> Decimal | None:
    """Return the percentage that so many 折 take off: 8 and 8.5 are tenths left to pay, 85 hundredths. None for 30折,
    0.7折 and the like, which are slips."""
    if re.fullmatch(r"[1-9](\.[0-9]{1,2})?|0", tenths):
        return 100 - Decimal(tenths) * 10
    return 100 - Decimal(tenths) if re.fullmatch("[1-9][1-9]|[5-9]0", tenths) else None
