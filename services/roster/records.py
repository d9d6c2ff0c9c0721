"""The records of a roster, one a row, independent of the file's format. Pure."""

from dataclasses import dataclass, field
from datetime import date

from models.enums import DiscountAudience, DiscountKind, ShopCategory, ShopKind


@dataclass(frozen=True, slots=True)
class Line:
    """The position of a record: the sheet's name (the file's own for a CSV) and the row, from 1, as the clerk sees
    it."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Place:
    """A path of names below the district; an unused level is empty. Names are unique below their parent."""

    subdistrict: str
    community: str
    grid: str = ""
    building: str = ""


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """A household head of a grid, identified by the phone: 11 digits of a mobile number.

    `old_phone`: the person's previous number; "" where the sheet says that there was none, because this is another
    person of that name; None where it says nothing.
    """

    line: Line
    place: Place  # to the grid
    name: str
    phone: str = field(repr=False)
    old_phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HouseholdRecord:
    """A household, identified by its `code` if it has one, else by its place and address.

    `head_phone`: the phone of its head; None where the sheet has none, "" where it says that there is no head.
    `head_name`: the name beside it, or None; without a phone it identifies the head of that name in the grid.
    """

    line: Line
    place: Place  # to the grid, or to the building
    code: str | None
    address: str
    contact_name: str
    phone: str | None = field(repr=False)
    head_phone: str | None = field(repr=False)
    head_name: str | None = None
    building_said: bool = True  # the sheet has a column for it
    old_phone: str | None = field(default=None, repr=False)  # the contact's


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A grid worker of a grid, identified by the phone."""

    line: Line
    place: Place  # to the grid
    name: str
    phone: str = field(repr=False)
    old_phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ShopRecord:
    """A shop, identified by its community and name. `staff_phone`: its first cashier's, or with `staff_owner` its
    contact's (联系人).

    `left_out`: fields without a column in the sheet; they stay as they are.
    """

    line: Line
    place: Place  # to the community
    name: str
    category: ShopCategory
    address: str
    latitude: float
    longitude: float
    opening_hours: str
    monthly_ceiling_fen: int | None
    staff_name: str | None
    staff_phone: str | None = field(repr=False)
    left_out: frozenset[str] = frozenset()
    staff_owner: bool = False
    kind: ShopKind = ShopKind.SHOP


@dataclass(frozen=True, slots=True)
class DiscountRecord:
    """A discount of a shop, identified by its shop and title. The terms are those of `models.discounts`.

    `left_out`: columns that the sheet does not have; they stay as they are.
    """

    line: Line
    place: Place  # to the shop's community
    shop: str
    title: str
    kind: DiscountKind
    percent_off: int | None
    max_saved_fen: int | None
    amount_off_fen: int | None
    gift: str | None
    min_spend_fen: int
    cost_points: int
    min_star_level: int
    limit_per_day: int | None
    limit_per_month: int | None
    limit_total: int | None
    stock_total: int | None
    valid_from: date | None
    valid_until: date | None
    weekdays: int  # a bit mask, Monday 1 to Sunday 64
    from_minute: int | None
    until_minute: int | None
    left_out: frozenset[str] = frozenset()
    audience: DiscountAudience = DiscountAudience.ALL  # no sheet says another


Record = HeadRecord | HouseholdRecord | WorkerRecord | ShopRecord | DiscountRecord
