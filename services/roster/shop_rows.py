"""The rows of a sheet of shops or partners: each a shop, a discount of one, or both. Pure."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from models.enums import DiscountKind, ShopKind
from services.discounts import terms as discount_terms
from services.discounts.terms import MAX_GIFT, MAX_TITLE, Terms
from services.kit.hours import EVERY_DAY
from services.roster.entries import MAX_NAME, Entry, Places, address, person
from services.roster.headings import DISCOUNT, SHOP
from services.roster.records import DiscountRecord, Place, Record, ShopRecord
from services.sheets import cells, spends, times
from services.sheets.cells import Cell, TakeNote
from services.shops.table import MAX_CEILING_FEN, OF_PARTNERS

MAX_OPENING_HOURS = 60
_LEAVABLE = ("opening_hours", "monthly_ceiling_fen", "staff_name", "staff_phone")

# The column of a problem in the terms.
_FIELD_OF = {
    "percent_off": "strength",
    "amount_off_fen": "strength",
    "gift": "strength",
    "from_minute": "hours",
    "until_minute": "hours",
}
NOT_INVITED = "没有手机号，只导入店铺，没有邀请此人为店主"
SPEND_IN_STRENGTH = "力度里的消费门槛读作最低消费"
_STRENGTH: Mapping[DiscountKind, tuple[str, Callable[[Cell, TakeNote], int | str]]] = {
    DiscountKind.PERCENT_OFF: ("percent_off", cells.percent_off),
    DiscountKind.AMOUNT_OFF: ("amount_off_fen", spends.off),
    DiscountKind.GIFT: ("gift", partial(cells.label, most=MAX_GIFT)),
}


class ShopRows:
    """A sheet of shops of one kind with their discounts. With the shop's name empty or the same as above, its empty
    cells are inherited too. `since_1904`: the workbook's epoch of days."""

    def __init__(self, kind: ShopKind = ShopKind.SHOP, *, since_1904: bool) -> None:
        self._kind = kind
        self._places = Places(("subdistrict", "community"))
        self._day = partial(times.day, since_1904=since_1904)
        self._cells: dict[str, Cell] = {}
        self._place: Place | None = None
        self._shop: ShopRecord | None = None

    def read(self, entry: Entry) -> Iterator[Record]:
        """Return the shop, where the row begins a new one or adds to it, and the discount of the row."""
        if entry.empty((*SHOP, *DISCOUNT)):
            self._places.pass_by(entry)
            return
        place = self._places.read(entry)
        written = {field: entry.cell(field) for field in SHOP}
        if self._cells and place == self._place and self._is_above(written["shop"]):
            written = {field: self._cells[field] if cells.blank(cell) else cell for field, cell in written.items()}
        if written != self._cells or place != self._place:
            self._cells, self._place = written, place
            self._shop = _shop(entry.with_cells(written), place, self._kind)
            if self._shop:
                yield self._shop
        if not entry.empty(DISCOUNT):
            terms = self._terms(entry)
            if terms and self._shop:
                yield _record(entry, self._shop, terms)

    def _is_above(self, name: Cell) -> bool:
        above = self._cells["shop"]
        if cells.blank(name) or name == above:
            return True
        return isinstance(name, str) and isinstance(above, str) and cells.key(name) == cells.key(above)

    def _terms(self, entry: Entry) -> Terms | None:
        """Return the terms of the row's discount; None when any of them is wrong."""
        before = len(entry.problems)
        title = entry.required("title", partial(cells.label, most=MAX_TITLE))
        kind = entry.required("kind", cells.kind)
        strength, in_strength = _given(entry, kind) if kind else ({}, None)
        hours = entry.optional("hours", times.hours, None)
        found: dict[str, Any] = {
            "max_saved_fen": entry.optional("max_saved_fen", spends.at_most, None),
            "min_spend_fen": _min_spend(entry, title, in_strength, given=None not in strength.values()),
            "cost_points": entry.optional("cost_points", cells.whole, 0),
            "min_star_level": entry.optional("min_star_level", cells.whole, 1),
            "valid_from": entry.optional("valid_from", self._day, None),
            "valid_until": entry.optional("valid_until", self._day, None),
            "weekdays": entry.optional("weekdays", times.weekdays, EVERY_DAY),
            "from_minute": hours and hours[0],
            "until_minute": hours and hours[1],
        }
        for field in ("limit_per_day", "limit_per_month", "limit_total", "stock_total"):
            found[field] = entry.optional(field, cells.whole, None)
        if len(entry.problems) > before or title is None or kind is None:
            return None
        terms = Terms(title=title, kind=kind, **strength, **found)
        for column, message in discount_terms.check(terms):
            entry.wrong(_FIELD_OF.get(column, column), message)
        return terms if len(entry.problems) == before else None


def _given(entry: Entry, kind: DiscountKind) -> tuple[dict[str, Any], int | None]:
    """Return what is given, by its column of the terms, and the minimum spend if the same cell names one."""
    column, reading = _STRENGTH[kind]
    spend: list[int] = []

    def read(cell: Cell, note: TakeNote) -> int | str:
        if found := spends.phrase(cell):
            spend.append(found.min_spend_fen)
            note(SPEND_IN_STRENGTH)
            cell = found.given
        return reading(cell, note)

    return {column: entry.required("strength", read)}, spend[0] if spend else None


def _min_spend(entry: Entry, title: str | None, in_strength: int | None, *, given: bool) -> int:
    """Return the minimum spend in fen, from its own column or the strength. Add a problem when the two differ, and when
    only the title or the kind's own word names one. `given`: the strength could be read."""
    own = entry.optional("min_spend_fen", spends.from_spend, None)
    if own is not None and in_strength is not None and own != in_strength:
        entry.wrong("min_spend_fen", "与力度里的消费门槛不同，请改成一样的，或只写一处")
    found = in_strength if own is None else own
    if found is None and title and spends.names_spend(title):
        entry.wrong("min_spend_fen", "优惠名称里写着消费门槛，请在这一列填写最低消费")
    elif found is None and given and _asks_for_a_spend(entry):
        entry.wrong("min_spend_fen", "方式是“满减”，请在这一列填写满多少元；没有门槛请填“无”")
    return found or 0


def _asks_for_a_spend(entry: Entry) -> bool:
    """Return whether the kind's own word (满减) requires a spend while the row gives no amount, nor says none."""
    word = entry.cell("kind")
    no_amount = cells.blank(entry.cell("min_spend_fen")) and not spends.at_once(entry.cell("strength"))
    return isinstance(word, str) and "满" in word and no_amount


def _shop(entry: Entry, place: Place | None, kind: ShopKind) -> ShopRecord | None:
    """Return the shop of the row; None when any cell of it is wrong."""
    before = len(entry.problems)
    name = entry.required("shop", partial(cells.label, most=MAX_NAME, days=True))
    category = entry.required("category", cells.category)
    if category in OF_PARTNERS and kind != ShopKind.PARTNER:
        entry.wrong("category", f"{category.label}只用于共建单位：请另选类别，或把这一行写进共建单位表")
    where = entry.required("address", address)
    latitude = entry.required("latitude", partial(cells.degrees, most=90))
    longitude = entry.required("longitude", partial(cells.degrees, most=180))
    if entry.owner and _has_no_mobile(entry):
        entry.note("staff_phone", NOT_INVITED)
        entry = entry.with_cells({"staff_name": None, "staff_phone": None})
    opening_hours = entry.optional("opening_hours", partial(cells.label, most=MAX_OPENING_HOURS, days=True), "")
    ceiling = entry.optional("monthly_ceiling_fen", _ceiling, None)
    staff_name = entry.optional("staff_name", person, None)
    staff_phone = entry.optional("staff_phone", cells.phone, None)
    if len(entry.problems) == before and (staff_name is None) != (staff_phone is None):
        entry.wrong("staff_phone" if staff_name else "staff_name", "店员的姓名和电话要一起填写，或都不填")
    if place is None or name is None or category is None or where is None or latitude is None or longitude is None:
        return None
    if len(entry.problems) > before:
        return None
    left_out = frozenset(field for field in _LEAVABLE if not entry.has(field))
    return ShopRecord(
        entry.line,
        place,
        name,
        category,
        where,
        latitude,
        longitude,
        opening_hours,
        ceiling,
        staff_name,
        staff_phone,
        left_out,
        entry.owner and staff_phone is not None,
        kind,
    )


def _has_no_mobile(entry: Entry) -> bool:
    """Return whether the shop's contact has no mobile number to sign in with: none, or only a landline."""
    cell = entry.cell("staff_phone")
    if cells.blank(entry.cell("staff_name")):
        return False
    return cells.blank(cell) or cells.none(cell) or cells.landline(cell)


def _ceiling(cell: Cell, note: TakeNote) -> int:
    fen = spends.at_most(cell, note)
    if fen > MAX_CEILING_FEN:
        raise cells.refused(f"最多 {MAX_CEILING_FEN // 100} 元，请核对单位是否为元")
    return fen


def _record(entry: Entry, shop: ShopRecord, terms: Terms) -> DiscountRecord:
    columns = {name: getattr(terms, name) for name in discount_terms.COLUMNS}
    left_out = frozenset(name for name in columns if not entry.has(_FIELD_OF.get(name, name)))
    return DiscountRecord(line=entry.line, place=shop.place, shop=shop.name, left_out=left_out, **columns)
