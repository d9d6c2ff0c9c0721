"""Radicals (偏旁部首) as the characters that they look like. Pure.

A PDF's text layer has ⻢ where 马 is printed: another code point of the same look, by which nobody is ever found.
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
"""What Unicode calls the equivalent unified ideograph of each."""

_KANGXI = range(0x2F00, 0x2FD6)
_TABLE = dict(zip(map(ord, RADICALS), CHARACTERS, strict=True)) | {
    point: unicodedata.normalize("NFKC", chr(point)) for point in _KANGXI
}
_TABLE[ord("⼾")] = "户"  # Unicode's is 戶, but what a PDF of simplified characters shows there is 户


def unified(text: str) -> str:
    """Return the text with a character for each radical."""
    return text.translate(_TABLE)
