"""The partners of the demo district (共建单位) and their agreements in force."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from models.enums import AreaKind, DiscountKind, Role, ShopCategory, ShopKind
from services.demo.keys import founded
from services.demo.names import Names
from services.demo.people import NUMBERS, People, Person
from services.demo.places import Place, Places, near
from services.demo.shops import DISCOUNTS_A_SHOP, Discount, Shop
from services.demo.size import Size, dealt, random_for
from services.kit import clock

# For each category: its share of a hundred partners, names, gifts, what is agreed, opening hours.
CALLINGS: dict[ShopCategory, tuple[int, str, str, str, str]] = {
    ShopCategory.PUBLIC_SERVICE: (
        34, "供电所 供水站 邮政所 司法所 派出所 图书馆 银行网点", "", "政策宣讲 上门办事 结对帮扶", "09:00-17:00",
    ),
    ShopCategory.PROPERTY: (22, "物业服务中心", "", "小修小补 楼道清洁 隐患排查", "08:30-18:00"),
    ShopCategory.CLINIC: (
        18, "社区卫生服务中心 医院 口腔医院", "体检一次 血压血糖检测", "上门健康体检 健康讲座 送药上门", "08:00-17:30",
    ),
    ShopCategory.EDUCATION: (
        16, "小学 中学 幼儿园 职业学校", "旁听公开课一次", "课后辅导 志愿服务 场地开放", "08:00-17:00",
    ),
    ShopCategory.OTHER: (10, "商会 公益服务中心 律师事务所", "法律咨询一次", "法律咨询 物资捐助", "09:00-17:30"),
}  # fmt: skip
TITLES = ("红色共建协议", "共建共治协议", "结对共建协议")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement, signed by both sides on one day."""

    id: UUID
    partner: Shop
    area: Place
    title: str
    text: str
    area_signer: Person
    partner_signer: Person
    signed_at: datetime
    until: date


def join(places: Places, size: Size) -> list[Shop]:
    """Return the partners of a district of this size, evenly over the communities."""
    random = random_for("partners")
    names = Names(random)
    return [
        _partner(size.shops + index, places.communities[place], random, names)
        for index, place in enumerate(dealt(size.partners, size.communities))
    ]


def _partner(index: int, community: Place, random: Random, names: Names) -> Shop:
    category = random.choices(list(CALLINGS), [calling[0] for calling in CALLINGS.values()])[0]
    _, callings, gifts, _, hours = CALLINGS[category]
    shop_id, number = founded("shop", index), index * 3
    return Shop(
        index=index,
        id=shop_id,
        community=community,
        # The number keeps two of a kind in one community apart.
        name=f"{community.name.removesuffix('社区')}{random.choice(callings.split())}({index + 1}号单位)",
        category=category,
        address=f"{community.above(AreaKind.SUBDISTRICT).name}{community.name}{random.randint(1, 288)}号",
        spot=near(community.centre, random, 0.003),
        hours=hours,
        ceiling_fen=None,
        discounts=[_gift(index, random.choice(gifts.split()))] if gifts else [],
        staff=[
            Person(
                founded("account cashier", number),
                names.person(),
                NUMBERS[Role.SHOP_STAFF] + number,
                Role.SHOP_STAFF,
                shop_id,
            )
        ],
        in_story=False,
        kind=ShopKind.PARTNER,
    )


def _gift(index: int, gift: str) -> Discount:
    return Discount(
        id=founded("discount", index * DISCOUNTS_A_SHOP),
        title=f"赠{gift}",
        kind=DiscountKind.GIFT,
        cost_points=20,
        gift=gift,
        stock_total=100,
        limit_total=1,
    )


def agree(partners: list[Shop], people: People, size: Size, today: date) -> list[Agreement]:
    """Return the agreements: of each partner with its community, and of the first ones with the subdistrict too."""
    random = random_for("agreements")
    staff = {person.scope: person for person in reversed(people.staff)}
    beyond = size.agreements - len(partners)
    with_areas = [(one, one.community, staff[one.community.id]) for one in partners]
    with_areas += [(one, one.community.above(AreaKind.SUBDISTRICT), people.admin) for one in partners[:beyond]]
    made = []
    for index, (partner, area, signer) in enumerate(with_areas):
        signed_on = today - timedelta(days=random.randrange(400, 900))
        made.append(
            Agreement(
                id=founded("agreement", index),
                partner=partner,
                area=area,
                title=random.choice(TITLES),
                text=words_of(partner),
                area_signer=signer,
                partner_signer=partner.staff[0],
                signed_at=clock.start_of(signed_on) + timedelta(hours=random.randrange(9, 17)),
                until=today + timedelta(days=random.randrange(30, 700)),
            )
        )
    return made


def words_of(partner: Shop) -> str:
    """Return what is agreed with such a partner."""
    words = CALLINGS[partner.category][3].split()
    return "\n".join(f"{place}. {word}" for place, word in enumerate(words, start=1))
