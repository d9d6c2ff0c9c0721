"""Radicals (偏旁部首) mapped to the characters that they look like. Pure.

The text layer of a PDF has ⻢ for 马: another code point, which no search would match.
"""

import unicodedata

RADICALS = (
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳"
    "⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥"
    "⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳㇆㇏㇐㇑㇒㇓㇔㇕㇖㇗㇘㇙㇚㇛㇜㇝㇞㇟㇠㇡"
)
"""The CJK Radicals Supplement and the CJK Strokes. The Kangxi Radicals have compatibility decompositions."""

CHARACTERS = (
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁"
    "冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼"
    "鸟卤麦黄黾斉齐歯齿竜龙龜亀龟𠃌乀一丨丿丿丶𠃍乛𠃊𠃎𠄌亅𡿨𠃋乀𠃑乚乙𠄎"
)
"""Each one's Equivalent_Unified_Ideograph (Unicode)."""

_KANGXI = range(0x2F00, 0x2FD6)
_TABLE = dict(zip(map(ord, RADICALS), CHARACTERS, strict=True)) | {
    point: unicodedata.normalize("NFKC", chr(point)) for point in _KANGXI
}
_TABLE[ord("⼾")] = "户"  # Unicode says 戶; a PDF of simplified characters means 户


def unified(text: str) -> str:
    """Return the text with radicals replaced by characters."""
    return text.translate(_TABLE)
