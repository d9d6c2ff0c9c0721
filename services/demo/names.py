"""Fictional names typical of the district."""

from random import Random

# Surnames common in northern Guizhou, the commonest first, weighted by rank.
SURNAMES = (
    "王李张陈刘杨罗周黄赵吴何冯谢袁田郑余任蒋唐令夏雷邓曾胡徐熊宋娄梁游简穆骆牟汪安石彭苟龚卢蔡江申韩潘程冉万付向姚龙"
)
# Characters that would spell names of well-known people are left out.
FIRST = "文正永国明光志家学成兴朝世玉秀桂春晓丽红素林大仕金开雨子思佳梓欣宇俊昌廷启天方"
SECOND = "明芳英伟霞琴兰珍飞龙凤梅勇刚敏静艳萍燕娟超辉洪海林松轩涵怡雪洁群才富福先会碧菊芬祥顺莲容莉瑶岚"
_DRAWN = "".join(surname * (600 // (place + 6)) for place, surname in enumerate(SURNAMES))


class Names:
    """An endless supply of people's names."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def person(self) -> str:
        """Return a surname and a given name of one or two characters."""
        random = self._random
        return self.surname() + (random.choice(FIRST) if random.random() < 0.82 else "") + random.choice(SECOND)

    def surname(self) -> str:
        """Return a surname alone."""
        return self._random.choice(_DRAWN)
