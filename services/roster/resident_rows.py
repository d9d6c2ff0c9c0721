"""The rows of sheets about people: households, heads with or without their households, and grid workers. Pure."""

from collections.abc import Iterator

from services.kit import names
from services.roster.entries import MISSING, Entry, Places, address, area_name, person
from services.roster.records import HeadRecord, HouseholdRecord, Place, Record, WorkerRecord
from services.sheets import cells

TO_GRID = ("subdistrict", "community", "grid")
HOUSEHOLD = ("code", "address", "contact_name", "contact_phone")

BY_NAME = "没有电话，按姓名找本网格的联户长"

# What a row may be grouped by besides a head.
_NOTHING, _NOBODY, _WRONG = "nothing", "nobody", "wrong"


class _Buildings:
    """The buildings of a sheet's rows. An empty cell inherits the one above unless the row names its own grid; then it
    means none."""

    def __init__(self) -> None:
        self._building = ""
        self._grid: Place | None = None
        self._place: Place | None = None

    def read(self, entry: Entry, grid: Place, named: bool) -> Place:
        """Return `grid` down to the building; `named`: the row itself names the grid."""
        cell = entry.cell("building")
        if not cells.blank(cell):
            building = "" if cells.none(cell) else entry.required("building", area_name) or ""
        else:
            building = "" if named else self._building
        if self._place is None or grid is not self._grid or building != self._building:
            self._place = Place(grid.subdistrict, grid.community, grid.grid, building)
        self._grid, self._building = grid, building
        return self._place


class HouseholdRows:
    """A sheet of households, perhaps with their heads."""

    def __init__(self) -> None:
        self._places, self._buildings = Places(TO_GRID), _Buildings()
        # The grid, and the head's phone and name, of the row above.
        self._above: tuple[Place, str, str | None] | None = None

    def read(self, entry: Entry) -> Iterator[Record]:
        """Return the household of the row."""
        if entry.empty(HOUSEHOLD):
            self._places.pass_by(entry)
            return
        place = self._places.read(entry)
        phone, name = self._head(entry, place)
        found = _household(entry, place and self._buildings.read(entry, place, self._places.named), phone, name)
        if found:
            yield found

    def _head(self, entry: Entry, grid: Place | None) -> tuple[str | None, str | None]:
        """Return the phone and the name of the household's head; see `HouseholdRecord`."""
        field = "head_phone" if entry.has("head_phone") else "head_name"
        if not entry.has(field):
            return None, None
        phone, name = self._read_head(entry, grid, field)
        self._above = (grid, phone, name) if grid else None
        return phone, name

    def _read_head(self, entry: Entry, grid: Place | None, field: str) -> tuple[str, str | None]:
        phone_cell, name_cell = entry.cell("head_phone"), entry.cell("head_name")
        _, phone_above, name_above = self._above if self._above and self._above[0] == grid else (grid, "", None)
        if not (cells.blank(phone_cell) or cells.none(phone_cell)):
            phone = entry.required("head_phone", cells.phone) or ""
            return phone, entry.optional("head_name", person, name_above if phone == phone_above else None)
        if not (cells.blank(name_cell) or cells.none(name_cell)):
            name = entry.required("head_name", person)
            if name and name_above and names.agree(name, name_above):
                return phone_above, name_above
            entry.note("head_name", BY_NAME)
            return "", name
        if cells.none(phone_cell) or cells.none(name_cell):
            return "", None
        self._check_above(entry, grid, field)
        return phone_above, name_above

    def _check_above(self, entry: Entry, grid: Place | None, field: str) -> None:
        """Add a problem where nothing can be inherited from the row above."""
        if self._places.named and grid:
            entry.wrong(field, "没有填写：与上一行是同一位联户长请再写一遍，没有联户长请填“无”")
        elif grid and (self._above is None or self._above[0] != grid):
            entry.wrong(field, f"{MISSING}；没有联户长请填“无”")


class HeadRows:
    """A sheet of heads, perhaps with their households. Empty cells of the head mean the one above."""

    def __init__(self, *, households: bool) -> None:
        self._places, self._buildings = Places(TO_GRID), _Buildings()
        self._fields = HOUSEHOLD if households else ()
        self._above: HeadRecord | str = _NOTHING
        self._grid: Place | None = None  # in which it stands

    def read(self, entry: Entry) -> Iterator[Record]:
        """Return the head, where the row begins a new one, and the household of the row."""
        if entry.empty(("head_name", "head_phone", *self._fields)):
            self._places.pass_by(entry)
            return
        grid, above = self._places.read(entry), self._above
        head = self._head(entry, grid)
        self._above, self._grid = head, grid
        if isinstance(head, HeadRecord) and head is not above:
            yield head
        if entry.empty(self._fields):
            return
        place = grid and self._buildings.read(entry, grid, self._places.named)
        phone = head.phone if isinstance(head, HeadRecord) else ""
        found = _household(entry, place, phone)
        if found and head != _WRONG:
            yield found

    def _head(self, entry: Entry, grid: Place | None) -> HeadRecord | str:
        name_cell, phone_cell, above = entry.cell("head_name"), entry.cell("head_phone"), self._above
        same_grid = grid == self._grid
        if cells.blank(name_cell) and cells.blank(phone_cell):
            if above == _NOTHING or (grid and self._grid and not same_grid):
                entry.wrong("head_name", "没有填写，上面也没有同一网格的联户长可以沿用；没有联户长请填“无”")
                return _WRONG
            return above
        if cells.none(name_cell) and (cells.blank(phone_cell) or cells.none(phone_cell)):
            return _NOBODY
        name = entry.required("head_name", person)
        known = isinstance(above, HeadRecord) and same_grid and name == above.name
        if known and cells.blank(phone_cell):
            return above
        phone = entry.required("head_phone", cells.phone)
        if known and isinstance(above, HeadRecord) and phone == above.phone:
            return above
        old = _old_phone(entry, "head")
        return HeadRecord(entry.line, grid, name, phone, old) if grid and name and phone else _WRONG


class WorkerRows:
    """A sheet of grid workers."""

    def __init__(self) -> None:
        self._places = Places(TO_GRID)

    def read(self, entry: Entry) -> Iterator[Record]:
        """Return the worker of the row."""
        if entry.empty(("worker_name", "worker_phone")):
            self._places.pass_by(entry)
            return
        grid = self._places.read(entry)
        name, phone = entry.required("worker_name", person), entry.required("worker_phone", cells.phone)
        old = _old_phone(entry, "worker")
        if grid and name and phone:
            yield WorkerRecord(entry.line, grid, name, phone, old)


def _household(
    entry: Entry, place: Place | None, head_phone: str | None, head_name: str | None = None
) -> HouseholdRecord | None:
    """Return the household of the row; None when any cell of it is wrong."""
    code = entry.optional("code", cells.code, "") or None
    where, contact = entry.required("address", address), entry.required("contact_name", person)
    phone = entry.optional("contact_phone", cells.phone, "") if entry.has("contact_phone") else None
    old = _old_phone(entry, "contact")
    if entry.problems or place is None or where is None or contact is None:
        return None
    return HouseholdRecord(
        entry.line,
        place,
        code,
        where,
        contact,
        phone,
        head_phone,
        head_name,
        building_said=entry.has("building"),
        old_phone=old,
    )


def _old_phone(entry: Entry, whose: str) -> str | None:
    """Return the person's previous number; "" for none, None where the cell says nothing. A dash says nothing."""
    cell = entry.cell(f"{whose}_old_phone")
    if cells.blank(cell) or (cells.none(cell) and not _nobody(cell)):
        return None
    return "" if _nobody(cell) else entry.required(f"{whose}_old_phone", cells.phone)


def _nobody(cell: cells.Cell) -> bool:
    return isinstance(cell, str) and cells.tight(cell) in {"无", "没有", "新人"}
