"""The partner shops of the demo district and their discounts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from models.enums import DiscountKind, Role, ShopCategory, ShopKind
from services.demo.keys import FOUNDED, founded
from services.demo.names import Names
from services.demo.people import NUMBERS, Person
from services.demo.places import NUMERALS, Place, Places, near, numeral
from services.demo.size import Size, dealt, random_for
from services.kit import clock
from services.sheets import opening_hours

DISCOUNTS_A_SHOP = 3
WORKDAYS, WEEKEND, EVERY_DAY = 0b0011111, 0b1100000, 0b1111111

# For each category: its share of a hundred shops, names, gifts, opening hours.
TRADES: dict[ShopCategory, tuple[int, str, str, str]] = {
    ShopCategory.FOOD: (34, "羊肉粉馆 豆花面馆 小吃店 家常菜馆 烙锅店 早餐店", "冰粉 卤蛋 酸梅汤", "07:00-21:30"),
    ShopCategory.GROCERY: (18, "便民超市 生鲜店 粮油店 水果店", "鸡蛋一盒 抽纸一提 时令水果", "07:30-22:00"),
    ShopCategory.PHARMACY: (9, "大药房 药店", "血压测量 口罩一包", "08:00-21:00"),
    ShopCategory.CLINIC: (4, "诊所 口腔门诊", "口腔检查 血糖检测", "08:30-18:00"),
    ShopCategory.HAIRDRESSING: (11, "理发店 美发沙龙", "洗头一次 儿童剪发", "09:00-21:00"),
    ShopCategory.REPAIR: (7, "家电维修部 手机维修店 修鞋铺", "上门检测 贴膜一张", "09:00-19:00"),
    ShopCategory.CLOTHING: (6, "服装店 干洗店", "毛巾一条 熨烫一件", "09:30-21:00"),
    ShopCategory.EDUCATION: (3, "书店 托管班", "笔记本一本 试听一课", "09:00-19:00"),
    ShopCategory.LEISURE: (5, "茶楼 健身房 影院", "爆米花一份 清茶一壶", "10:00-23:00"),
    ShopCategory.OTHER: (3, "花店 照相馆", "绿植一盆 证件照一版", "09:00-19:00"),
}
SIGNS = (
    "老遵义",
    "黔北",
    "红城",
    "娄山",
    "湘江",
    "邻里",
    "百姓",
    "阿婆",
    "鑫源",
    "福满",
    "永兴",
    "家和",
    "一品",
    "同心",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """One discount, with the columns of its table."""

    id: UUID
    title: str
    kind: DiscountKind
    cost_points: int
    percent_off: int | None = None
    max_saved_fen: int | None = None
    amount_off_fen: int | None = None
    gift: str | None = None
    min_spend_fen: int = 0
    min_star_level: int = 1
    limit_per_day: int | None = None
    limit_per_month: int | None = None
    limit_total: int | None = None
    stock_total: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    weekdays: int = EVERY_DAY
    from_minute: int | None = None
    until_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop with its discounts and staff."""

    index: int
    id: UUID
    community: Place
    name: str
    category: ShopCategory
    address: str
    spot: tuple[float, float]
    hours: str
    ceiling_fen: int | None
    discounts: list[Discount]
    staff: list[Person]
    in_story: bool
    kind: ShopKind = ShopKind.SHOP

    def open_at(self, at: datetime) -> bool:
        """Return whether its opening hours say so."""
        hours = _read(self.hours)
        assert hours, "they are ours"
        return any(begins <= at < ends for begins, ends in opening_hours.on(hours, clock.day_of(at)))


_read = cache(opening_hours.read)


def open_shops(places: Places, size: Size, today: date) -> list[Shop]:
    """Return the shops of a district of this size, evenly over the communities; end dates count from `today`."""
    random = random_for("shops")
    names = Names(random)
    made: list[Shop] = []
    for index, place in enumerate(dealt(size.shops, size.communities)):
        community = places.communities[place]
        first = not made or made[-1].community is not community
        made.append(_shop(index, community, first and place < size.sets, random, names, today))
    return made


def _shop(index: int, community: Place, in_story: bool, random: Random, names: Names, today: date) -> Shop:
    category = random.choices(list(TRADES), [trade[0] for trade in TRADES.values()])[0]
    _, trades, gifts, hours = TRADES[category]
    shop_id = founded("shop", index)
    sign = random.choice(SIGNS) if random.random() < 0.5 else f"{names.surname()}记"
    trade = random.choice(trades.split())
    return Shop(
        index=index,
        id=shop_id,
        community=community,
        name=f"{sign}{trade}({community.name.removesuffix('社区')}店)",
        category=category,
        address=f"{community.above(community.kind.SUBDISTRICT).name}{community.name}{random.randint(1, 288)}号",
        spot=near(community.centre, random, 0.003),
        hours=hours,
        ceiling_fen=None if in_story or random.random() < 0.4 else random.randrange(1_500, 6_001, 500) * 100,
        discounts=_discounts(index, in_story, category, gifts.split(), random, today),
        staff=[
            Person(
                founded("account cashier", number),
                names.person(),
                NUMBERS[Role.SHOP_STAFF] + number,
                Role.SHOP_STAFF,
                shop_id,
            )
            for number in range(index * 3, index * 3 + random.randint(1, 3))
        ],
        in_story=in_story,
    )


def _discounts(
    shop: int, in_story: bool, category: ShopCategory, gifts: list[str], random: Random, today: date
) -> list[Discount]:
    """Return a discount in everyone's reach, one with a threshold, and one for high achievers."""
    made = (_thanks(in_story, random), _threshold(category, random, today), _special(gifts, random))
    return [
        Discount(id=founded("discount", shop * DISCOUNTS_A_SHOP + place), **terms) for place, terms in enumerate(made)
    ]


def _thanks(in_story: bool, random: Random) -> dict[str, Any]:
    """Return a percentage off, at all hours, for every star level. A story set's has no limit at all."""
    off = random.choice((5, 10, 12, 15, 20))
    terms = {
        "title": f"全场{_tenths(100 - off)}折",
        "kind": DiscountKind.PERCENT_OFF,
        "cost_points": random.choice((5, 8, 10)),
        "percent_off": off,
    }
    if in_story:
        return terms
    return terms | {
        "max_saved_fen": random.choice((None, 2_000, 3_000, 5_000)),
        "limit_per_day": random.choice((None, 1, 2)),
        "limit_per_month": random.choice((None, 4, 8)),
        "min_spend_fen": random.choice((0, 0, 500, 1_000)),
    }


def _threshold(category: ShopCategory, random: Random, today: date) -> dict[str, Any]:
    """Return an amount off from a minimum bill, at certain hours or days."""
    spend, off = random.choice(((20, 3), (30, 5), (50, 10), (100, 20), (100, 25)))
    when, hours = "", {}
    drawn = random.random()
    if category in (ShopCategory.FOOD, ShopCategory.LEISURE) and drawn < 0.4:
        when, hours = "夜间", {"from_minute": 21 * 60, "until_minute": 2 * 60}  # past midnight
    elif drawn < 0.6:
        when, hours = "工作日", {"from_minute": 9 * 60, "until_minute": 16 * 60, "weekdays": WORKDAYS}
    elif drawn < 0.75:
        when, hours = "周末", {"weekdays": WEEKEND}
    return {
        "title": f"{when}满{spend}减{off}",
        "kind": DiscountKind.AMOUNT_OFF,
        "cost_points": off * 2,
        "amount_off_fen": off * 100,
        "min_spend_fen": spend * 100,
        "min_star_level": random.choice((1, 1, 2)),
        "limit_per_month": random.choice((None, 2, 4)),
        "valid_from": FOUNDED.date(),
        "valid_until": random.choice((None, today + timedelta(days=180))),
        **hours,
    }


def _special(gifts: list[str], random: Random) -> dict[str, Any]:
    """Return a gift with a stock, or a deep discount for high star levels."""
    if random.random() < 0.6:
        gift = random.choice(gifts)
        return {
            "title": f"赠{gift}",
            "kind": DiscountKind.GIFT,
            "cost_points": random.choice((0, 5, 10, 15)),
            "gift": gift,
            "stock_total": random.choice((20, 50, 100, 200)),
            "limit_per_month": 1,
            "min_spend_fen": random.choice((0, 0, 1_000)),
        }
    level = random.choice((2, 3, 4))
    return {
        "title": f"{numeral(level)}星联户长{_tenths(90 - 10 * level)}折",
        "kind": DiscountKind.PERCENT_OFF,
        "cost_points": 10 * level,
        "percent_off": 10 + 10 * level,
        "max_saved_fen": 1_500 * level,
        "min_star_level": level,
        "limit_per_day": 1,
        "limit_total": random.choice((None, 12)),
    }


def _tenths(percent: int) -> str:
    """Return 80 as 八 of 八折, 85 as 八五."""
    tens, ones = divmod(percent, 10)
    return NUMERALS[tens] + (NUMERALS[ones] if ones else "")
