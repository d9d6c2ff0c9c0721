"""Recognise the kind of a roster's sheet by its headings. Pure.

Columns may come in any order, with two rules: a bare 电话 belongs to the person to its left; and a sheet with the
联户长 to the left of the households' columns lists heads with their households, while a 联户长 to the right of them
only says who looks after the household. A sheet of partners (共建单位) is one of shops with 单位名称 in place of 店名.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType

from services.kit.errors import Refusal
from services.sheets.cells import Cell, key, line
from services.sheets.words import Kind

PLACES = ("subdistrict", "community", "grid", "building")
_PLACE = {"subdistrict": "街道", "community": "社区"}
_HOUSEHOLD = {
    "building": "楼栋",
    "code": "户编号",
    "address": "地址",
    "contact_name": "联系人",
    "contact_phone": "电话",
}
_SHOP = {
    "category": "类别",
    "address": "地址",
    "latitude": "纬度",
    "longitude": "经度",
    "opening_hours": "营业时间",
}
_STAFF = {"staff_name": "店员", "staff_phone": "店员电话"}
_DISCOUNT = {
    "title": "优惠名称",
    "kind": "方式",
    "strength": "力度",
    "max_saved_fen": "最高优惠(元)",
    "min_spend_fen": "最低消费(元)",
    "cost_points": "所需积分",
    "min_star_level": "最低星级",
    "limit_per_day": "每人每天",
    "limit_per_month": "每人每月",
    "limit_total": "每人总次数",
    "stock_total": "总份数",
    "valid_from": "开始日期",
    "valid_until": "结束日期",
    "weekdays": "星期",
    "hours": "时段",
}
SHOP = (
    "shop",
    "category",
    "address",
    "latitude",
    "longitude",
    "opening_hours",
    "monthly_ceiling_fen",
    "staff_name",
    "staff_phone",
)
DISCOUNT = tuple(_DISCOUNT)

HEADINGS: Mapping[Kind, Mapping[str, str]] = MappingProxyType(
    {
        Kind.HOUSEHOLDS: _PLACE | {"grid": "网格"} | _HOUSEHOLD | {"head_name": "联户长", "head_phone": "联户长电话"},
        Kind.HEADS: _PLACE | {"grid": "网格", "head_name": "联户长", "head_phone": "电话"},
        Kind.WORKERS: _PLACE | {"grid": "网格", "worker_name": "网格员", "worker_phone": "电话"},
        Kind.SHOPS: _PLACE
        | {"shop": "店名"}
        | _SHOP
        | {"monthly_ceiling_fen": "每月让利上限(元)"}
        | _STAFF
        | _DISCOUNT,
        Kind.PARTNERS: _PLACE | {"shop": "单位名称"} | _SHOP | _STAFF | _DISCOUNT,
    }
)
"""The fields of each kind and the heading of each, in the order in which they are written."""

_OF_SHOPS = (Kind.SHOPS, Kind.PARTNERS)
_REQUIRED = {
    **dict.fromkeys(_OF_SHOPS, ("subdistrict", "community", "shop", "category", "address", "latitude", "longitude")),
    Kind.HEADS: ("subdistrict", "community", "grid", "head_name", "head_phone"),
    Kind.HOUSEHOLDS: ("subdistrict", "community", "grid", "address", "contact_name"),
    Kind.WORKERS: ("subdistrict", "community", "grid", "worker_name", "worker_phone"),
}
_OF_A_DISCOUNT = ("title", "kind", "strength")
_OF_A_HOUSEHOLD = ("address", "contact_name")
# A kind's columns besides its places; others are ignored.
_USED = {
    **{kind: frozenset(HEADINGS[kind]) for kind in _OF_SHOPS},
    Kind.HEADS: frozenset({*HEADINGS[Kind.HEADS], *_HOUSEHOLD, "head_old_phone", "contact_old_phone"}),
    Kind.HOUSEHOLDS: frozenset({*HEADINGS[Kind.HOUSEHOLDS], "contact_old_phone"}),
    Kind.WORKERS: frozenset({*HEADINGS[Kind.WORKERS], "worker_old_phone"}),
}
_HEADS_ALONE = frozenset({*HEADINGS[Kind.HEADS], "head_old_phone"})

_PEOPLE = {
    "head": "联户长 联户长姓名 联户长名称 联户长名字 所属联户长 所在联户长 负责联户长 对应联户长 包户联户长",
    "worker": "网格员 网格员姓名",
    "staff": "店员 收银员 店员姓名 收银员姓名",
    "contact": "联系人 户主 住户 居民 业主 联系人姓名 户主姓名 住户姓名 居民姓名 业主姓名",
    "owner": "负责人 店主 老板 经营者 经营人 店长 法人 法人代表 法定代表人 店铺负责人 商户负责人 店铺联系人 商户联系人"
    " 门店联系人 商家联系人 负责人姓名 店主姓名 老板姓名 经营者姓名 店长姓名 法人姓名",
}
_OLD_PHONES = "原电话 原联系电话 原手机 原手机号 原手机号码 旧电话 旧手机 旧手机号"  # the person's previous number
_OWNERS = ("owner", "contact")  # of a shop: its first contact
_PHONES = "电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 联系电话号码"
_PHONES_OF_SHOPS = "店铺电话 商户电话 门店电话 商家电话 店铺联系电话 商户联系电话 门店联系电话 商家联系电话"
_PARTNER = "partner"  # the shop of a sheet of partners
_OTHERS = {
    "subdistrict": "街道 镇街 乡镇 镇 街道/镇 镇/街道 街道办 街道办事处 所属街道 所在街道 街道名称",
    "community": "社区 村 村居 社区/村 村/社区 所属社区 所在社区 社区名称",
    "grid": "网格 所属网格 所在网格 网格名称",
    "building": "楼栋 楼栋号 栋 楼号 所属楼栋 楼栋名称",
    "code": "户编号 户号 住户编号 户编码 家庭编号",
    "address": "地址 门牌 门牌号 门牌号码 门牌/地址 门牌地址 房号 住址 详细地址 家庭住址 家庭地址 店铺地址 经营地址",
    "shop": "店名 店铺 店铺名 店铺名称 门店 门店名称 商家 商家名称 商户 商户名称",
    _PARTNER: "单位名称 共建单位 共建单位名称",
    "category": "类别 店铺类别 单位类别 类型 店铺类型 行业 经营类别",
    "latitude": "纬度",
    "longitude": "经度",
    "opening_hours": "营业时间 经营时间",
    "monthly_ceiling_fen": "每月让利上限 月让利上限 让利上限",
    "title": "优惠名称 优惠 优惠标题",
    "kind": "方式 优惠方式 优惠类型",
    "strength": "力度 优惠力度 优惠内容",
    "max_saved_fen": "最高优惠 最多优惠 最多减免 优惠上限",
    "min_spend_fen": "最低消费 消费门槛 使用门槛",
    "cost_points": "所需积分 积分 兑换积分",
    "min_star_level": "最低星级 星级 星级要求",
    "limit_per_day": "每人每天 每人每日 每人每天次数",
    "limit_per_month": "每人每月 每人每月次数",
    "limit_total": "每人总次数 每人限用 每人总共",
    "stock_total": "总份数 份数 总数量 库存",
    "valid_from": "开始日期 首日 生效日期",
    "valid_until": "结束日期 末日 截止日期 有效期至",
    "weekdays": "星期 可用星期 适用星期",
    "hours": "时段 可用时段 适用时段",
}
_BARE_NAME, _BARE_PHONE, _BARE_OLD_PHONE = "name", "phone", "old_phone"
_NUMBERED = ("head", "worker", "contact")  # who may have a previous number
_FIELDS = {
    **{key(word): field for field, words in _OTHERS.items() for word in words.split()},
    **{key(word): f"{person}_name" for person, words in _PEOPLE.items() for word in words.split()},
    **{
        key(word.removesuffix("姓名") + phone): f"{person}_phone"
        for person, words in _PEOPLE.items()
        for word in words.split()
        for phone in _PHONES.split()
    },
    **{
        key(word.removesuffix("姓名") + phone): f"{person}_old_phone"
        for person in _NUMBERED
        for word in _PEOPLE[person].split()
        for phone in _OLD_PHONES.split()
    },
    **dict.fromkeys(_OLD_PHONES.split(), _BARE_OLD_PHONE),
    **dict.fromkeys(f"{_PHONES} {_PHONES_OF_SHOPS}".split(), _BARE_PHONE),
    "姓名": _BARE_NAME,
    "名字": _BARE_NAME,
}
# One column for name and phone, which could not identify anyone.
_COMBINED = re.compile(
    f"(?:{'|'.join(word for words in _PEOPLE.values() for word in words.split())})[/、,&+及和与]+"
    f"(?:{'|'.join(_PHONES.split())})"
)
_MAX_GROUP = 16  # characters of an upper heading; anything longer is a title
_UNTITLED = frozenset({"序号", "编号", "no.", "no", "备注"})  # expected not to be read: no notice


@dataclass(frozen=True, slots=True)
class Layout:
    """What a sheet's columns mean: for each field its place in the row and its heading as written.

    `ignored`: headings that are unknown, or unused in this kind of sheet.
    """

    kind: Kind
    columns: Mapping[str, int]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]
    households: bool  # a sheet of heads: its rows have households
    owner: bool = False  # a sheet of shops: its staff columns name the contact (联系人), not a cashier

    def has(self, field: str) -> bool:
        """Return whether there is a column for it."""
        return field in self.columns


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row that looks like headings but can't be used. `likeness`: how many of them are known."""

    likeness: int
    message: str


def likeness(row: Sequence[Cell]) -> int:
    """Return how many headings of a row are known."""
    return sum(key(_plain(_heading(cell))) in _FIELDS for cell in row)


def recognise(row: Sequence[Cell], title: str, above: Sequence[Cell] = ()) -> Layout | Misfit:
    """Return the layout that a row of headings gives its sheet. `title`: other text about the sheet; a bare 姓名 is of
    the people that it names. `above`: the row above; of two rows of headings the upper names the person of the lower
    ones, and counts itself where there is none below."""
    groups = _groups(above, len(row))
    headings = [_heading(cell) for cell in row]
    if groups:
        headings = [own or _heading(cell) for own, cell in zip_longest(headings, above[: len(row)], fillvalue="")]
    named = [_FIELDS.get(key(_plain(heading))) for heading in headings]
    partners = _PARTNER in named and "shop" not in named
    if partners:
        named = ["shop" if field == _PARTNER else field for field in named]
    fields = _resolved(named, title, groups)
    columns: dict[str, int] = {}
    twice: dict[str, list[str]] = {}
    for place, field in enumerate(fields):
        if field is not None and columns.setdefault(field, place) != place:
            twice.setdefault(field, [headings[columns[field]]]).append(headings[place])
    combined = next((one for one in headings if _COMBINED.fullmatch(_plain(one))), None)
    if combined and {"head_name", "head_phone", "staff_name", "staff_phone"}.isdisjoint(columns):
        return Misfit(len(columns), f"“{combined}”把姓名和电话写在一列里，请分成姓名、电话两列")
    found = _kind(columns, Kind.PARTNERS if partners else Kind.SHOPS)
    if isinstance(found, Misfit):
        return found
    households = found == Kind.HEADS and all(field in columns for field in _OF_A_HOUSEHOLD)
    used = _USED[found] if households or found != Kind.HEADS else _HEADS_ALONE
    owner = found in _OF_SHOPS and _name_owner(columns, twice)
    if found in _OF_SHOPS and not {"staff_name", "staff_phone"} <= columns.keys():
        used -= {"staff_name", "staff_phone"}
    doubled = [heading for field, those in twice.items() if field in used for heading in those]
    if doubled:
        return Misfit(len(columns), f"{'、'.join(doubled)}：都是同一项，分不清用哪一列，请改名或删去多余的")
    kept = {field: place for field, place in columns.items() if field in used}
    taken = set(kept.values())
    ignored = [
        heading
        for place, heading in enumerate(headings)
        if heading and place not in taken and _plain(heading).lower() not in _UNTITLED
    ]
    written = {field: headings[place] for field, place in kept.items()}
    return Layout(found, kept, written, tuple(ignored), households, owner)


def _name_owner(columns: dict[str, int], twice: dict[str, list[str]]) -> bool:
    """Read the 联系人 or 负责人 of a sheet of shops as its staff, unless cashiers have columns; return whether it
    did."""
    if {"staff_name", "staff_phone"} & columns.keys():
        return False
    for person in _OWNERS:
        if {f"{person}_name", f"{person}_phone"} <= columns.keys():
            for part in ("name", "phone"):
                columns[f"staff_{part}"] = columns.pop(f"{person}_{part}")
                if doubled := twice.pop(f"{person}_{part}", None):
                    twice[f"staff_{part}"] = doubled
            return True
    return False


def wanted() -> str:
    """Return the sentence on which headings each kind of sheet needs."""
    return "；".join(
        f"{kind}表：{'、'.join(HEADINGS[kind].get(field, field) for field in _REQUIRED[kind])}" for kind in Kind
    )


def _kind(columns: Mapping[str, int], of_shops: Kind) -> Kind | Misfit:
    """Return the kind that the columns make; `of_shops`: which of those of shops it can be."""
    kinds = [kind for kind in _REQUIRED if kind not in _OF_SHOPS or kind == of_shops]
    missing = {kind: _missing(kind, columns) for kind in kinds}
    whole = [kind for kind, fields in missing.items() if not fields]
    if whole[:2] == [Kind.HEADS, Kind.HOUSEHOLDS]:
        households = min(columns[field] for field in _OF_A_HOUSEHOLD)
        return Kind.HEADS if columns["head_name"] < households else Kind.HOUSEHOLDS
    if whole:
        return whole[0]
    nearest = min(missing, key=lambda kind: len(missing[kind]) - _own(kind, columns))
    lacking = "、".join(HEADINGS[nearest][field] for field in missing[nearest])
    return Misfit(len(columns), f"看起来是{nearest}表，但缺少这些列：{lacking}。请补上（标题写在同一行）")


def _missing(kind: Kind, columns: Mapping[str, int]) -> list[str]:
    required = _REQUIRED[kind]
    if kind in _OF_SHOPS and any(field in columns for field in _OF_A_DISCOUNT):
        required += _OF_A_DISCOUNT
    return [field for field in required if field not in columns]


def _own(kind: Kind, columns: Mapping[str, int]) -> int:
    """Return how many of the columns are specific to this kind."""
    return sum(field in columns for field in _REQUIRED[kind] if field not in PLACES)


def _heading(cell: Cell) -> str:
    try:
        return line(cell)
    except Refusal:  # a date, an error: no heading
        return ""


def _plain(heading: str) -> str:
    """Return a heading without units, stars and the like: "每月让利上限" of "每月让利上限(元)*"."""
    return re.sub(r"\([^()]*\)|[*:\s]", "", unicodedata.normalize("NFKC", heading))


def _groups(above: Sequence[Cell], width: int) -> list[str]:
    """Return the person of each column by the upper headings, "" for none; empty unless it is a row of headings. An
    upper heading extends over the empty cells to its right."""
    titles = [_plain(_heading(cell)) for cell in above[:width]]
    if len({one for one in titles if one}) < 2 or max(map(len, titles)) > _MAX_GROUP:
        return []
    groups, reaching = [], ""
    for one in titles:
        reaching = one or reaching
        groups.append(next((person for person, words in _PEOPLE.items() if _names(reaching, words)), ""))
    return groups + groups[-1:] * (width - len(groups))


def _names(title: str, words: str) -> bool:
    return any(word in title for word in words.split())


def _resolved(fields: Sequence[str | None], title: str, groups: Sequence[str]) -> list[str | None]:
    """Return the fields with each bare name and phone assigned to its person."""
    resolved = list(fields)
    named = next((person for person, words in _PEOPLE.items() if _names(title, words)), None)
    # Beside a 联户长 and an address it is the householder; in a sheet of shops, the contact.
    homes = "address" in fields and not {"head_name", "head_phone"}.isdisjoint(fields)
    other = "owner" if "shop" in fields else "contact" if homes and "contact_name" not in fields else None
    for place, field in enumerate(fields):
        if field == _BARE_NAME:
            person = (groups and groups[place]) or named or other
            resolved[place] = f"{person}_name" if person else None
    people = [(place, field) for place, field in enumerate(resolved) if field in _NAMES]
    for place, field in enumerate(fields):
        if field == _BARE_PHONE:
            beside = [name for at, name in people if at < place and (not groups or groups[at] == groups[place])]
            group = f"{groups[place]}_name" if groups and groups[place] else None
            owner = beside[-1] if beside else group or (people[0][1] if people else None)
            resolved[place] = _NAMES[owner] if owner else None
    for place, field in enumerate(fields):
        if field == _BARE_OLD_PHONE:
            owners = [str(name) for at, name in people if at < place]
            resolved[place] = f"{(owners or ['_'])[-1].removesuffix('_name')}_old_phone"
    return resolved


_NAMES: Mapping[str | None, str] = {f"{person}_name": f"{person}_phone" for person in _PEOPLE}
