"""What a database must say after a roster was loaded: a plain model of its own, and the same read from the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from services.db import database
from services.discounts import terms as discount_terms
from services.kit.secrets import decrypt
from services.roster.records import DiscountRecord, HeadRecord, HouseholdRecord, Place, Record, ShopRecord, WorkerRecord
from services.roster.sql import bare
from services.sheets import cells

Spot = tuple[str, ...]  # names from the subdistrict down, as what their spellings have in common
GRID = 3  # of those names
PARTICULARS = ("category", "address", "latitude", "longitude", "opening_hours", "monthly_ceiling_fen")


@dataclass(frozen=True)
class Home:
    """A household. `head` is the phone of who looks after it; phones are empty where there is none."""

    code: str | None
    spot: Spot
    address: str
    contact: str
    phone: str
    head: str


@dataclass
class Believed:
    """A district's people and shops. Texts as `bare` has them, so that width and white space are no difference."""

    heads: dict[str, tuple[str, Spot]] = field(default_factory=dict)
    homes: set[Home] = field(default_factory=set)
    workers: dict[str, tuple[str, frozenset[Spot]]] = field(default_factory=dict)
    shops: dict[tuple[Spot, str], dict[str, Any]] = field(default_factory=dict)
    staff: set[tuple[Spot, str, str]] = field(default_factory=set)
    offers: dict[tuple[Spot, str, str], dict[str, Any]] = field(default_factory=dict)

    def unlike(self, other: "Believed") -> dict[str, tuple[Any, Any]]:
        """In which of its parts it is not what another is: what only this one says, and what only the other does."""
        found: dict[str, tuple[Any, Any]] = {}
        for part, mine in vars(self).items():
            its = getattr(other, part)
            if mine != its:
                one, two = (list(one.items() if isinstance(one, dict) else one) for one in (mine, its))
                found[part] = [each for each in one if each not in two], [each for each in two if each not in one]
        return found

    def loaded(self, records: Iterable[Record]) -> "Believed":
        """The same after a roster of these records."""
        after = Believed(*(type(one)(one) for one in vars(self).values()))
        every = list(records)
        codes = {one.code for one in every if isinstance(one, HouseholdRecord) and one.code}
        told: dict[str, set[Spot]] = {}
        for one in sorted(every, key=lambda one: not isinstance(one, HeadRecord)):  # who may be named by name alone
            match one:
                case HeadRecord():
                    after.heads[one.phone] = (bare(one.name), spot(one.place))
                case WorkerRecord():
                    told.setdefault(one.phone, set()).add(spot(one.place))
                    after.workers[one.phone] = (bare(one.name), frozenset(told[one.phone]))
                case ShopRecord():
                    after._shop(one)
                case DiscountRecord():
                    after._offer(one)
                case HouseholdRecord():
                    after._home(one, self._known(one, codes))
        return after

    def _known(self, one: HouseholdRecord, codes: set[str]) -> Home | None:
        """Which household a record is, of those that were there."""
        if one.code and (found := [home for home in self.homes if home.code == one.code]):
            return found[0]
        at = [
            home
            for home in self.homes
            if (home.spot, home.address) == (spot(one.place), bare(one.address)) and home.code not in codes
        ]
        uncoded = [home for home in at if home.code is None]
        if uncoded or not one.code:
            assert len(uncoded) == 1 or len(at) <= 1, "otherwise it is refused"
            return (uncoded or at or [None])[0]
        return None

    def _head(self, one: HouseholdRecord) -> str:
        """The phone of who looks after it, where the row says so."""
        if one.head_phone or not one.head_name:
            return one.head_phone or ""
        called = (bare(one.head_name), spot(replace(one.place, building="")))
        (phone,) = [phone for phone, head in self.heads.items() if head == called]  # else it is refused
        return phone

    def _home(self, one: HouseholdRecord, known: Home | None) -> None:
        old = known or Home(None, (), "", "", "", "")
        self.homes.discard(old)
        where = spot(one.place)
        if not one.building_said and old.spot[:GRID] == where:
            where = old.spot
        self.homes.add(
            replace(
                old,
                code=one.code or old.code,
                spot=where,
                address=bare(one.address),
                contact=bare(one.contact_name),
                phone=old.phone if one.phone is None else one.phone,
                head=old.head if one.head_phone is None else self._head(one),
            )
        )

    def _offer(self, one: DiscountRecord) -> None:
        name = (spot(one.place), cells.key(one.shop), cells.key(one.title))
        said = {column: _said(getattr(one, column)) for column in discount_terms.COLUMNS}
        if old := self.offers.get(name):
            kept = {column: old[column] for column in one.left_out}
            if old["kind"] != one.kind:  # the most that it saves was another kind's
                kept.pop("max_saved_fen", None)
            said |= kept
        self.offers[name] = said

    def _shop(self, one: ShopRecord) -> None:
        name = (spot(one.place), cells.key(one.name))
        old = self.shops.get(name, {"opening_hours": "", "monthly_ceiling_fen": None})
        said = {column: _said(getattr(one, column)) for column in PARTICULARS if column not in one.left_out}
        self.shops[name] = old | said
        if one.staff_phone:
            self.staff.add((*name, one.staff_phone))


def spot(place: Place) -> Spot:
    """A place's names."""
    names = (place.subdistrict, place.community, place.grid, place.building)
    return tuple(cells.key(name) for name in names if name)


def _said(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 7)
    return bare(value) if isinstance(value, str) else value


_NAMES = """
WITH RECURSIVE named AS (
    SELECT id, ARRAY[]::text[] AS names FROM areas WHERE parent_id IS NULL
    UNION ALL SELECT a.id, names || a.name::text FROM areas a JOIN named ON named.id = a.parent_id
)
"""


def _spot(names: list[str]) -> Spot:
    return tuple(map(cells.key, names))


def _clear(sealed: bytes | None) -> str:
    return decrypt("phone", sealed).decode() if sealed else ""


async def stands() -> Believed:
    """What the connected database says. Fails where roles don't follow from phones as they should."""
    found = Believed()
    for row in await database.fetch(
        f"{_NAMES} SELECT hh.name, hh.phone_encrypted AS phone, names, a.phone_encrypted AS account, a.display_name"
        " FROM household_heads hh JOIN named ON named.id = hh.grid_id"
        " JOIN memberships m ON m.head_id = hh.id AND m.revoked_at IS NULL JOIN accounts a ON a.id = m.account_id"
    ):
        assert _clear(row["phone"]) == _clear(row["account"]) and row["name"]
        found.heads[_clear(row["phone"])] = (bare(row["name"]), _spot(row["names"]))
    residents = set()
    for row in await database.fetch(
        f"{_NAMES} SELECT h.id, h.code, h.address, h.contact_name, h.phone_encrypted AS phone, names,"
        " hh.phone_encrypted AS head FROM households h JOIN named ON named.id = coalesce(h.building_id, h.grid_id)"
        " LEFT JOIN household_heads hh ON hh.id = h.head_id"
    ):
        home = Home(
            row["code"],
            _spot(row["names"]),
            bare(row["address"]),
            bare(row["contact_name"]),
            _clear(row["phone"]),
            _clear(row["head"]),
        )
        assert home not in found.homes, "no two that are the same"
        found.homes.add(home)
        residents |= {(row["id"], home.phone)} if home.phone else set()
    await _people(found, residents)
    await _shops(found)
    return found


async def _people(found: Believed, residents: set[tuple[Any, str]]) -> None:
    """Workers; and that the contacts of households are their residents, and nobody else is."""
    rows = await database.fetch(
        f"{_NAMES} SELECT a.phone_encrypted AS phone, a.display_name, m.role, m.household_id, names FROM memberships m"
        " JOIN accounts a ON a.id = m.account_id LEFT JOIN named ON named.id = m.area_id"
        " WHERE m.revoked_at IS NULL AND role IN ('RESIDENT', 'GRID_WORKER')"
    )
    assert {(row["household_id"], _clear(row["phone"])) for row in rows if row["role"] == "RESIDENT"} == residents
    for row in rows:
        if row["role"] == "GRID_WORKER":
            _, grids = found.workers.get(_clear(row["phone"]), ("", frozenset()))
            found.workers[_clear(row["phone"])] = (bare(row["display_name"]), grids | {_spot(row["names"])})


async def _shops(found: Believed) -> None:
    keys = {}
    for row in await database.fetch(
        f"{_NAMES} SELECT s.*, names FROM shops s JOIN named ON named.id = s.area_id WHERE s.state = 'ACTIVE'"
    ):
        keys[row["id"]] = name = (_spot(row["names"]), cells.key(row["name"]))
        found.shops[name] = {column: _said(row[column]) for column in PARTICULARS}
    for row in await database.fetch(
        "SELECT m.shop_id, a.phone_encrypted AS phone FROM memberships m JOIN accounts a ON a.id = m.account_id"
        " WHERE m.shop_id IS NOT NULL AND m.revoked_at IS NULL"
        " UNION SELECT shop_id, phone_encrypted FROM invitations WHERE state = 'OPEN'"
    ):
        found.staff.add((*keys[row["shop_id"]], _clear(row["phone"])))
    for row in await database.fetch("SELECT * FROM discounts WHERE state = 'ACTIVE'"):
        terms = {name: _said(row[name]) for name in discount_terms.COLUMNS}
        found.offers[*keys[row["shop_id"]], cells.key(row["title"])] = terms
