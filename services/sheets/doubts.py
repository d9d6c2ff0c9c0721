"""Doubtful texts in a roster: damaged by a spreadsheet, with lost characters, or with numbers that identify a person.
Pure.

Each has a sentence for the clerk, because the text alone does not show what was meant.
"""

import re
import unicodedata

IDENTITY = "这里有身份证号（系统不保存身份证号），请删去"
PHONE = "这里有电话号码，请删去，或移到电话一列"
DAY = "表格软件把它当成了日期或时间，请把该列设为“文本”格式后重新填写"
POWER = "号码被表格软件变成了科学计数，后几位已丢失，请把该列设为“文本”格式后重新填写"
LOST = "有无法识别的文字（乱码），请重新填写，并把文件另存为“CSV UTF-8”或 .xlsx"
QUESTION = "有问号，也许是另存时丢失的字，请补全，并把文件另存为“CSV UTF-8”或 .xlsx"

# Replacements for characters lost in a conversion, and well-known mojibake.
_LOST = re.compile(
    "[\ufffd\ufffc\u25a0\u25a1\u25a2\u25af\u25fb\u25fc\u2610\u2b1c\u3013\u2370]|锟斤拷|烫烫烫|屯屯屯|ï¿½|\u00bf|[\u00a1-\u00ff]{4}"
    "|&(?:#x?[0-9a-f]{2,6}|amp|nbsp|quot|lt|gt);|\\\\u[0-9a-f]{4}",
    re.IGNORECASE,
)
UNREADABLE = re.compile("[\ufffc\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Never in a text: replacement characters, and those that each program draws differently."""
_QUESTION = re.compile("[?\uff1f\ufe56\u2753]")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_WEEKDAY = "(?:(?:星期|周)[一二三四五六日天])"
_MONTH = f"(?:{_MONTHS}|January|February|March|April|June|July|August|September|October|November|December)"
_CLOCK = "(?:上午|下午|中午|晚上)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?(?:[AP]M|上午|下午)?"
_SAID = "[〇零○一二三四五六七八九十日天]"
_YEAR = "(?:18|19|20|21)[0-9]{2}"
# As spreadsheets write days and times into a CSV, without spaces.
_DAY = re.compile(
    f"{_YEAR}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}{_WEEKDAY}?(?:T?{_CLOCK})?|[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]{_YEAR}(?:{_CLOCK})?"
    f"|(?:(?:{_YEAR}|{_SAID}{{4}}|[0-9]{{2}})年)?(?:[0-9]{{1,2}}|[一二三四五六七八九十]{{1,2}})月"
    f"(?:(?:[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号]?{_WEEKDAY}?)?(?:{_CLOCK})?"
    "|[0-9]{1,2}月[-/.][0-9]{1,4}|[0-9]{1,2}[-/.][0-9]{1,2}月(?:[-/.][0-9]{2,4})?"
    f"|(?:{_YEAR}|{_SAID}{{4}})年|星期[一二三四五六日天]"
    f"|(?:[0-9]{{1,4}}[-/.,]?)?{_MONTH}[-/.,]?(?:[0-9]{{1,2}})?(?:[-/.,]?(?:{_YEAR}|[0-9]{{2}}))?|{_CLOCK}"
    "|(?:上午|下午)?[0-9]{1,2}时[0-9]{1,2}分(?:[0-9]{1,2}秒)?|(?:0|[34][0-9]{4})[.][0-9]{3,}",
    re.IGNORECASE,
)
_POWER = re.compile("[-+]?[0-9]+(?:[.][0-9]*)?E[+-][0-9]+", re.IGNORECASE)
_GAP = "[ \u00a0_.·-]{0,3}"
# Of an identity number; a slash separates doors.
_WIDE = "[ \u00a0_.·/|\u2014\u2013-]{0,3}"
_BIRTH = f"(?:0{_WIDE}[1-9]|1{_WIDE}[0-2]){_WIDE}(?:0{_WIDE}[1-9]|[12]{_WIDE}[0-9]|3{_WIDE}[01])"
_D = "[0-9]"
_CENTURY = f"(?:1{_WIDE}[89]|2{_WIDE}0){_WIDE}{_D}{_WIDE}{_D}"
_IDENTITY = re.compile(
    f"(?<![0-9])[1-9](?:{_WIDE}{_D}){{5}}{_WIDE}{_CENTURY}{_WIDE}{_BIRTH}(?:{_WIDE}{_D}){{3}}{_WIDE}[0-9X](?![0-9A-Z])"
    # Of fifteen digits: issued until 1999, with a year of two digits. Those of earlier birth years are codes of places.
    f"|(?<![0-9])[1-9](?:{_WIDE}{_D}){{5}}{_WIDE}[2-9]{_WIDE}{_D}{_WIDE}{_BIRTH}(?:{_WIDE}{_D}){{3}}(?![0-9])",
    re.IGNORECASE,
)
_IDENTITY_WITHIN = re.compile("[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}")
_NAMED = re.compile("(?:身份证|护照|通行证|证件|军官证|社保|医保)[^0-9A-Z]{0,6}[A-Z]{0,2}[0-9*]{5}", re.IGNORECASE)
CARD = "这里有银行卡号一样的一长串数字，请删去"
# Those that cannot begin with a place's code, as household codes do.
_CARD_AS_CODE = re.compile("银行卡|(?<![0-9])62(?!0[1-9]|1[0-2]|29|30)[0-9]{14,17}(?![0-9])")
_CARD = re.compile("(?<![0-9])(?:[0-9]{16,}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?)(?![0-9])")
_IDENTITIES = (_IDENTITY, _IDENTITY_WITHIN, _NAMED)
_WHOLE_IDENTITY = re.compile("[1-9][0-9]{16}[0-9X]", re.IGNORECASE)
MOBILE = re.compile(
    f"(?<![0-9])(?:\\+?86|0086)?{_GAP}(1{_D}{{2}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}|1{_D}{{3}}{_GAP}{_D}{{3}}{_GAP}{_D}{{4}}"
    f"|1(?: ?{_D}){{10}})(?![0-9])"
)
"""A mobile number in a text, as the first group, with separators between its digits."""
LANDLINE = re.compile("(?<![0-9])(?:\\(?0[0-9]{2,3}\\)?[- ]?)[2-9][0-9]{6,7}(?:[-转][0-9]{1,5})?(?![0-9])")
_ONLY_LANDLINE = re.compile(f"{LANDLINE.pattern}|[2-8][0-9]{{6,7}}(?:[-转][0-9]{{1,5}})?|400-?[0-9]{{3}}-?[0-9]{{4}}")
_LOCAL = re.compile("(?:电话|座机|固话|TEL|☎)[:.]?(?:[0-9]{3,4}-)?[2-8][0-9]{6,7}(?![0-9])", re.IGNORECASE)

# A text without any of these needs no search.
_SUSPECT = re.compile(
    "[月年时期:?\uff1a\uff1f\ufe56\u2753\uff0f\uff0e\uff0d\ufffd\ufffc\u25a0-\u25ff\u2610\u2b1c\u3013\u2370锟烫屯\u00a1-\u00ff]"
    "|银行卡|[A-Z]{3}|E[+-]|&|[\\\\]u|证|[社医]保|电话|座机|固话"
    r"|[12]\d{3}[-/.]|[-/.][12]\d{3}|(?:\d\D{0,3}){8}|[.]\d{3}",
    re.IGNORECASE,
)


def landline(text: str) -> bool:
    """Return whether the text is a landline number and nothing else."""
    return _ONLY_LANDLINE.fullmatch(text) is not None


def identity(text: str) -> bool:
    """Return whether the text has an identity number, or one of another document."""
    plain = unicodedata.normalize("NFKC", text)
    whole = _WHOLE_IDENTITY.fullmatch(plain.replace(" ", ""))
    return whole is not None or any(one.search(plain) for one in _IDENTITIES)


def of(text: str, *, days: bool = True, questions: bool = True, cards: bool = False) -> str | None:
    """Return the sentence on what is doubtful about a text, or None.

    Always: lost characters, identity numbers and phones. `days`: days, times and powers of ten; `questions`: question
    marks; `cards`: sixteen digits and more, which a household's code may have.
    """
    if not _SUSPECT.search(text):
        return None
    plain = unicodedata.normalize("NFKC", text)
    tight = plain.replace(" ", "")
    doubts = (
        (LOST, _LOST.search(text)),
        (IDENTITY, identity(plain)),
        (PHONE, MOBILE.search(plain) or LANDLINE.search(plain) or _LOCAL.search(tight)),
        (CARD, _CARD.search(plain) if cards else _CARD_AS_CODE.search(tight)),
        (DAY, days and _DAY.fullmatch(tight)),
        (POWER, days and _POWER.fullmatch(tight)),
        (QUESTION, questions and _QUESTION.search(plain)),
    )
    return next((message for message, found in doubts if found), None)
