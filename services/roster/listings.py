"""The rows and cells of an export, written so that an import reads the same values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from models.enums import DiscountKind, ShopCategory, ShopKind
from services.kit.secrets import decrypt
from services.roster.headings import HEADINGS
from services.sheets import words
from services.sheets.words import Kind

PHONES = frozenset({"contact_phone", "head_phone", "worker_phone", "staff_phone", "staff_name"})
UNKNOWN = "未登记"  # where a phone identifies a person and is missing: an import reports it, instead of guessing

_PLACE = """
JOIN areas g ON g.id = {grid} JOIN areas c ON c.id = g.parent_id JOIN areas sub ON sub.id = c.parent_id"""
_NAMES = "sub.name AS subdistrict, c.name AS community, g.name AS grid"

HOUSEHOLDS = f"""
SELECT {_NAMES}, b.name AS building, h.code, h.address, h.contact_name, h.phone_encrypted AS contact_phone,
    hh.name AS head_name, hh.phone_encrypted AS head_phone, hh.id IS NULL AS headless, g.path, h.id
FROM households h{_PLACE.format(grid="h.grid_id")}
LEFT JOIN areas b ON b.id = h.building_id LEFT JOIN household_heads hh ON hh.id = h.head_id
WHERE starts_with(g.path, $1)
"""
HEADS = f"""
SELECT {_NAMES}, hh.name AS head_name, hh.phone_encrypted AS head_phone, g.path, hh.id
FROM household_heads hh{_PLACE.format(grid="hh.grid_id")} WHERE hh.left_at IS NULL AND starts_with(g.path, $1)
"""
WORKERS = f"""
SELECT {_NAMES}, a.display_name AS worker_name, a.phone_encrypted AS worker_phone, g.path, m.id
FROM memberships m JOIN accounts a ON a.id = m.account_id{_PLACE.format(grid="m.area_id")}
WHERE m.role = 'GRID_WORKER' AND m.revoked_at IS NULL AND g.kind = 'GRID' AND starts_with(g.path, $1)
"""
# Shops of one kind that take part, with the discounts on offer to all; a shop without any has one row, with its first
# owner.
SHOPS_OF_KIND = """
SELECT sub.name AS subdistrict, c.name AS community, s.name AS shop, s.category, s.address, s.latitude, s.longitude,
    s.opening_hours, s.monthly_ceiling_fen, staff.display_name AS staff_name, staff.phone_encrypted AS staff_phone,
    d.title, d.kind, d.percent_off, d.amount_off_fen, d.gift, d.max_saved_fen, d.min_spend_fen, d.cost_points,
    d.min_star_level, d.limit_per_day, d.limit_per_month, d.limit_total, d.stock_total, d.valid_from, d.valid_until,
    d.weekdays, d.from_minute, d.until_minute, c.path, s.id, d.id AS discount_id
FROM shops s JOIN areas c ON c.id = s.area_id JOIN areas sub ON sub.id = c.parent_id
LEFT JOIN LATERAL (
    SELECT a.display_name, a.phone_encrypted FROM memberships m JOIN accounts a ON a.id = m.account_id
    WHERE m.shop_id = s.id AND m.revoked_at IS NULL AND a.phone_encrypted IS NOT NULL
    ORDER BY m.owner DESC, m.granted_at, m.id LIMIT 1
) staff ON true
LEFT JOIN discounts d ON d.shop_id = s.id AND d.state IN ('ACTIVE', 'PAUSED') AND d.audience = 'ALL'
WHERE s.kind = '{kind}' AND s.state IN ('ACTIVE', 'SUSPENDED') AND starts_with(c.path, $1)
"""


@dataclass(frozen=True, slots=True)
class Listing:
    """One kind: a SELECT whose $1 is the path of the subtree, its order, and each field's text of a row."""

    kind: Kind
    sql: str
    fields: Callable[[Mapping[str, Any]], dict[str, str]]
    order: str = "ORDER BY path, id"

    def _columns(self, with_phones: bool) -> list[str]:
        return [field for field in HEADINGS[self.kind] if with_phones or field not in PHONES]

    def headings(self, with_phones: bool) -> list[str]:
        """Return the headings in order."""
        return [HEADINGS[self.kind][field] for field in self._columns(with_phones)]

    def cells(self, row: Mapping[str, Any], with_phones: bool) -> list[str]:
        """Return the cells of one row. Without phones none is decrypted."""
        shown = dict(row)
        for field in PHONES & shown.keys() - {"staff_name"}:
            sealed = shown[field] if with_phones else None
            shown[field] = decrypt("phone", sealed).decode() if sealed else ""
        texts = self.fields(shown)
        return [texts[field] for field in self._columns(with_phones)]


def _plain(row: Mapping[str, Any]) -> dict[str, str]:
    return {field: "" if value is None else str(value) for field, value in row.items()}


def _household(row: Mapping[str, Any]) -> dict[str, str]:
    # An empty cell would mean "as above" in these columns.
    nobody = {"head_name": words.NONE, "head_phone": words.NONE}
    head = nobody if row["headless"] else {"head_phone": row["head_phone"] or UNKNOWN}
    return _plain(row) | {"building": row["building"] or words.NONE} | head


def _person(field: str) -> Callable[[Mapping[str, Any]], dict[str, str]]:
    return lambda row: _plain(row) | {field: row[field] or UNKNOWN}


def _shop(row: Mapping[str, Any]) -> dict[str, str]:
    texts = _plain(row) | {
        "category": ShopCategory(row["category"]).label,
        "latitude": f"{row['latitude']:.7f}",
        "longitude": f"{row['longitude']:.7f}",
        "monthly_ceiling_fen": _yuan(row["monthly_ceiling_fen"]),
    }
    if row["title"] is None:
        return texts | {"strength": "", "hours": ""}
    return texts | {
        "kind": DiscountKind(row["kind"]).label,
        "strength": _strength(row),
        "max_saved_fen": _yuan(row["max_saved_fen"]),
        "min_spend_fen": _yuan(row["min_spend_fen"]),
        "weekdays": words.weekdays(row["weekdays"]),
        "hours": words.hours(row["from_minute"], row["until_minute"]),
    }


def _strength(row: Mapping[str, Any]) -> str:
    if row["percent_off"] is not None:
        return words.percent(row["percent_off"])
    return f"{words.yuan(row['amount_off_fen'])}元" if row["amount_off_fen"] is not None else str(row["gift"])


def _yuan(fen: int | None) -> str:
    return "" if fen is None else words.yuan(fen)


def _shops_of(sheet: Kind, kind: ShopKind) -> Listing:
    return Listing(sheet, SHOPS_OF_KIND.format(kind=kind), _shop, "ORDER BY path, id, discount_id")


LISTINGS: Mapping[Kind, Listing] = MappingProxyType(
    {
        Kind.HOUSEHOLDS: Listing(Kind.HOUSEHOLDS, HOUSEHOLDS, _household),
        Kind.HEADS: Listing(Kind.HEADS, HEADS, _person("head_phone")),
        Kind.WORKERS: Listing(Kind.WORKERS, WORKERS, _person("worker_phone")),
        Kind.SHOPS: _shops_of(Kind.SHOPS, ShopKind.SHOP),
        Kind.PARTNERS: _shops_of(Kind.PARTNERS, ShopKind.PARTNER),
    }
)
