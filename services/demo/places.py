"""The district's tree of places. Subdistricts and towns have their real, public names; everything below is
fictional."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from models.enums import AreaKind
from services.demo.keys import founded
from services.demo.size import Size, dealt, random_for

DISTRICT = ("520303", "汇川区")  # the code of GB/T 2260

# Name, and the approximate centre (GCJ-02 latitude and longitude), near which shops are placed.
SUBDISTRICTS = (
    ("上海路街道", 27.722, 106.928),
    ("洗马路街道", 27.705, 106.931),
    ("大连路街道", 27.716, 106.913),
    ("高桥街道", 27.732, 106.905),
    ("茅草铺街道", 27.744, 106.921),
    ("董公寺街道", 27.762, 106.933),
    ("高坪街道", 27.789, 106.972),
    ("团泽镇", 27.801, 107.049),
    ("板桥镇", 27.921, 106.936),
    ("泗渡镇", 27.842, 106.861),
    ("沙湾镇", 27.958, 106.752),
    ("山盆镇", 28.034, 106.603),
    ("松林镇", 27.866, 106.671),
    ("毛石镇", 27.951, 106.594),
)
_COMMUNITIES = (
    "香港路 厦门路 昆明路 苏州路 广州路 珠海路 宁波路 西安路 南京路 澳门路 汇川大道 人民路 长新 春晖 和平 新华 "
    "文化 红旗 民主 团结 前进 东风 凤凰 桃溪 玉屏 青松 翠竹 清溪 龙泉 银河 金山 石桥 "
    "水井湾 柏杨 杨柳 茶园 枫香 桂花 梨园 松山 大坪 双桥 新桥 白杨洞 鱼芽 沙坪 高石 仁江 "
    "木杨 大桥 三合 永乐 新站 田坝 麻沟 观坝 李村 落炉 干溪 丁村 娄山 新黔 "
)
COMMUNITIES = _COMMUNITIES.split()
ESTATES = (
    "福星",
    "锦绣",
    "金龙",
    "玉兰",
    "春天",
    "盛世",
    "安康",
    "幸福",
    "万和",
    "丽景",
    "红军",
    "新城",
    "阳光",
    "翠园",
)
ESTATE_KINDS = ("小区", "家园", "苑", "花园", "新村")
NUMERALS = "零一二三四五六七八九"


@dataclass(slots=True, eq=False)
class Place:
    """One place; only subdistricts and communities have a `centre`."""

    id: UUID
    kind: AreaKind
    code: str
    name: str
    parent: "Place | None" = None
    centre: tuple[float, float] = (27.73, 106.92)
    path: str = field(init=False)

    def __post_init__(self) -> None:
        self.path = f"{self.parent.path if self.parent else ''}{self.code}/"

    def above(self, kind: AreaKind) -> "Place":
        """Return the ancestor of that kind."""
        place = self
        while place.kind != kind:
            assert place.parent is not None, f"{self.name} lies in no {kind}"
            place = place.parent
        return place


@dataclass(frozen=True, slots=True)
class Places:
    """All places, each list in geographical order. There is one building for each head."""

    district: Place
    subdistricts: list[Place]
    communities: list[Place]
    grids: list[Place]
    buildings: list[Place]

    def __iter__(self) -> Iterator[Place]:
        """Yield each place after its parent."""
        yield self.district
        yield from self.subdistricts + self.communities + self.grids + self.buildings


def lay_out(size: Size) -> Places:
    """Return the places of a district of this size."""
    random = random_for("places")
    district = Place(founded("area", 0), AreaKind.DISTRICT, *DISTRICT)
    subdistricts = [
        Place(founded("area", 1 + index), AreaKind.SUBDISTRICT, f"{index + 1:03}", name, district, (north, east))
        for index, (name, north, east) in enumerate(SUBDISTRICTS[: size.subdistricts])
    ]
    communities = _below(subdistricts, AreaKind.COMMUNITY, size.communities, 100, lambda n, _: f"{COMMUNITIES[n]}社区")
    for community in communities:
        community.centre = near(community.above(AreaKind.SUBDISTRICT).centre, random, 0.006)
    grids = _below(communities, AreaKind.GRID, size.grids, 1_000, lambda _, place: f"第{numeral(place)}网格")
    estates = [random.choice(ESTATES) + random.choice(ESTATE_KINDS) for _ in grids]
    dealt_grids = list(dealt(size.heads, size.grids))
    buildings = _below(
        grids, AreaKind.BUILDING, size.heads, 10_000, lambda n, place: f"{estates[dealt_grids[n]]}{place}栋"
    )
    return Places(district, subdistricts, communities, grids, buildings)


def _below(
    parents: list[Place], kind: AreaKind, total: int, first: int, name: Callable[[int, int], str]
) -> list[Place]:
    """Return `total` places distributed over `parents`; `name(index, place in the parent from 1)` names them."""
    made: list[Place] = []
    place = 0
    for index, parent in enumerate(dealt(total, len(parents))):
        above = parents[parent]
        place = place + 1 if made and made[-1].parent is above else 1
        made.append(Place(founded("area", first + index), kind, f"{place:03}", name(index, place), above, above.centre))
    return made


def near(centre: tuple[float, float], random: Random, spread: float) -> tuple[float, float]:
    """Return a spot around `centre`, rounded to a metre or so; `spread` in degrees."""
    north, east = centre
    return round(random.gauss(north, spread), 5), round(random.gauss(east, spread), 5)


def numeral(number: int) -> str:
    """Return 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else NUMERALS[tens]) + ("十" if tens else "") + (NUMERALS[ones] if ones or not tens else "")
