"""What a text of a roster must not hold: what a spreadsheet made of it, characters that were lost, and numbers by which
somebody is known. Pure.

Each has a sentence for the clerk, because what was meant can't be told from what is there.
"""

import re
import unicodedata

IDENTITY = "这里有身份证号(系统不保存身份证号),请删去"
PHONE = "这里有电话号码,请删去,或移到电话一列"
DAY = "表格软件把它当成了日期或时间,请把该列设为“文本”格式后重新填写"
POWER = "号码被表格软件变成了科学计数,后几位已丢失,请把该列设为“文本”格式后重新填写"
LOST = "有无法识别的文字(乱码),请重新填写,并把文件另存为“CSV UTF-8”或 .xlsx"
QUESTION = "有问号,也许是另存时丢失的字,请补全,并把文件另存为“CSV UTF-8”或 .xlsx"

# What stands for a character that could not be kept or read; and a well-known one of a wrong encoding.
_LOST = re.compile("[\ufffd\ufffc\u25a0\u25a1\u25a2\u25fb\u25fc\u2610\u3013\u2370]|锟斤拷|烫烫烫|ï¿½")
_QUESTION = re.compile("[?\uff1f]")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_MONTH = f"(?:{_MONTHS}|January|February|March|April|June|July|August|September|October|November|December)"
_CLOCK = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?(?:[AP]M)?"
_SAID = "[〇零○一二三四五六七八九十日天]"
_YEAR = "(?:18|19|20|21)[0-9]{2}"
# As spreadsheets write days and times into a CSV, without spaces.
_DAY = re.compile(
    f"{_YEAR}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?:T?{_CLOCK})?|[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]{_YEAR}(?:{_CLOCK})?"
    f"|(?:(?:{_YEAR}|{_SAID}{{4}})年)?(?:[0-9]{{1,2}}|[一二三四五六七八九十]{{1,2}})月"
    f"(?:(?:[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号]?(?:星期{_SAID})?)?(?:{_CLOCK})?"
    f"|(?:{_YEAR}|{_SAID}{{4}})年|星期[一二三四五六日天]"
    f"|(?:[0-9]{{1,4}}[-/.,]?)?{_MONTH}[-/.,]?(?:[0-9]{{1,2}})?(?:[-/.,]?(?:{_YEAR}|[0-9]{{2}}))?|{_CLOCK}"
    "|(?:上午|下午)?[0-9]{1,2}时[0-9]{1,2}分(?:[0-9]{1,2}秒)?",
    re.IGNORECASE,
)
_POWER = re.compile("[-+]?[0-9]+(?:[.][0-9]+)?E[+-][0-9]+", re.IGNORECASE)
_GAP = "[ \u00a0_.·-]{0,3}"
_BIRTH = f"(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}[0-9]|3{_GAP}[01])"
_D = "[0-9]"
_CENTURY = f"(?:1{_GAP}[89]|2{_GAP}0){_GAP}{_D}{_GAP}{_D}"
_IDENTITY = re.compile(
    f"(?<![0-9])[1-9](?:{_GAP}{_D}){{5}}{_GAP}{_CENTURY}{_GAP}{_BIRTH}(?:{_GAP}{_D}){{3}}{_GAP}[0-9X](?![0-9A-Z])"
    # Of fifteen digits: given until 1999, with a year of two. Earlier ones are codes of places.
    f"|(?<![0-9])[1-9](?:{_GAP}{_D}){{5}}{_GAP}[2-9]{_GAP}{_D}{_GAP}{_BIRTH}(?:{_GAP}{_D}){{3}}(?![0-9])",
    re.IGNORECASE,
)
_WHOLE_IDENTITY = re.compile("[1-9][0-9]{16}[0-9X]", re.IGNORECASE)
MOBILE = re.compile(
    f"(?<![0-9])(?:\\+?86|0086)?{_GAP}(1{_D}{{2}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}|1{_D}{{3}}{_GAP}{_D}{{3}}{_GAP}{_D}{{4}}"
    f"|1(?: ?{_D}){{10}})(?![0-9])"
)
"""A mobile number in a text, as the first group, with what may stand between its digits."""
LANDLINE = re.compile("(?<![0-9])(?:\\(?0[0-9]{2,3}\\)?[- ]?)[2-9][0-9]{6,7}(?:[-转][0-9]{1,5})?(?![0-9])")

# Without any of these there is nothing to look for.
_SUSPECT = re.compile(
    "[月年时期:?\uff1a\uff1f\uff0f\uff0e\uff0d\ufffd\ufffc\u25a0-\u25ff\u2610\u3013\u2370锟烫ï]|[A-Z]{3}|E[+-]"
    r"|[12]\d{3}[-/.]|[-/.][12]\d{3}|(?:\d\D{0,3}){8}",
    re.IGNORECASE,
)


def of(text: str, *, days: bool = True, questions: bool = True) -> str | None:
    """What is doubtful about a text, as a sentence; None for a text to be taken.

    Lost characters, identity numbers and phones always; `days`: days, times and powers of ten; `questions`: question
    marks.
    """
    if not _SUSPECT.search(text):
        return None
    plain = unicodedata.normalize("NFKC", text)
    tight = plain.replace(" ", "")
    doubts = (
        (LOST, _LOST.search(plain)),
        (IDENTITY, _IDENTITY.search(plain) or _WHOLE_IDENTITY.fullmatch(tight)),
        (PHONE, MOBILE.search(plain) or LANDLINE.search(plain)),
        (DAY, days and _DAY.fullmatch(tight)),
        (POWER, days and _POWER.fullmatch(tight)),
        (QUESTION, questions and _QUESTION.search(plain)),
    )
    return next((message for message, found in doubts if found), None)
