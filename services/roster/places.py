"""The places of a roster: found in the tree, or added where their names are new."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import AreaKind
from services.db import database
from services.kit.errors import ErrorCode, Refusal
from services.roster import alike
from services.roster.records import Line, Place
from services.roster.sql import Import
from services.roster.staging import Staging
from services.sheets import cells

LEVELS = (
    (AreaKind.SUBDISTRICT, "街道"),
    (AreaKind.COMMUNITY, "社区"),
    (AreaKind.GRID, "网格"),
    (AreaKind.BUILDING, "楼栋"),
)
CODE_DIGITS = 10
COLUMNS = ("id", "kind", "code", "name", "parent_id", "path")
OUTSIDE = "这个地点不在您的管理范围内，请删除此行，或请区管理员导入"

CREATE = (
    "CREATE TEMP TABLE roster_places (number int PRIMARY KEY, name text, community_id uuid, grid_id uuid,"
    " building_id uuid, path text, inside boolean) ON COMMIT DROP"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """One area of the tree."""

    id: UUID
    kind: AreaKind
    path: str
    name: str


def code_of(kind: AreaKind, name: str) -> str:
    """Return the code of a new area below its parent: always the same for the same name, short and ASCII."""
    digest = hashlib.sha256(cells.key(name).encode()).hexdigest()
    return f"{kind[0].lower()}{digest[:CODE_DIGITS]}"


class Tree:
    """The existing areas and those to be added, by parent and name."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        roots = [row for row in rows if row["parent_id"] is None]
        self.root = _spot(min(roots, key=lambda row: str(row["path"])))
        self.made: list[tuple[Any, ...]] = []
        self._below: dict[UUID, dict[str, Spot]] = {}
        self._spelt: dict[UUID, dict[str, list[Spot]]] = {}
        for row in rows:
            if row["parent_id"] is not None:
                self._below.setdefault(row["parent_id"], {}).setdefault(cells.key(row["name"]), _spot(row))

    def find(
        self, place: Place, reaches: Callable[[str], bool], on_spelling: Callable[[str, str, str, bool], None]
    ) -> list[Spot] | None:
        """Return the areas of a place from its subdistrict down, planned where they are new; None when one would be out
        of reach, or a name belongs to another level. For a name spelt otherwise, calls `on_spelling` with the level,
        the name, the existing name and whether they are certainly the same."""
        found, above, within = [], self.root, self.root.name
        names = (place.subdistrict, place.community, place.grid, place.building)
        for (kind, word), name in zip(LEVELS, names, strict=True):
            if not name:
                continue
            below = self._below.get(above.id, {}).get(cells.key(name))
            if below is None:
                below, certain = self._alike(above, within, kind, name)
                if below is not None:
                    on_spelling(word, name, below.name, certain)
            if below is None:
                if not reaches(above.path):
                    return None
                below = self._make(above, within, kind, name)
            if below.kind != kind:
                return None
            found.append(below)
            above, within = below, f"{within}/{below.name}"
        return found if reaches(above.path) else None

    def _alike(self, above: Spot, within: str, kind: AreaKind, name: str) -> tuple[Spot | None, bool]:
        """Return the area that the name spells otherwise, or may, and whether that is certain. `within`: the names of
        the places above."""
        beside = self._spellings(above, within).get(alike.core(kind, name, within), [])
        same = [one for one in beside if one.kind == kind and alike.same(kind, one.name) == alike.same(kind, name)]
        if len(same) == 1:
            return same[0], True
        near = same or [one for one in beside if one.kind == kind and alike.may_be(kind, one.name, name, within)]
        return (near[0], False) if near else (None, False)

    def _spellings(self, above: Spot, within: str) -> dict[str, list[Spot]]:
        """Return the areas below one by the key of their spellings."""
        if above.id not in self._spelt:
            spelt = self._spelt[above.id] = {}
            for one in self._below.get(above.id, {}).values():
                spelt.setdefault(alike.core(one.kind, one.name, within), []).append(one)
        return self._spelt[above.id]

    def _make(self, above: Spot, within: str, kind: AreaKind, name: str) -> Spot:
        code = code_of(kind, name)
        made = Spot(uuid7(), kind, f"{above.path}{code}/", name)
        self.made.append((made.id, kind.value, code, name, above.id, made.path))
        self._spellings(above, within).setdefault(alike.core(kind, name, within), []).append(made)
        self._below.setdefault(above.id, {})[cells.key(name)] = made
        return made


def _spot(row: dict[str, Any]) -> Spot:
    return Spot(row["id"], AreaKind(row["kind"]), row["path"], row["name"])


async def require_district() -> None:
    """Raise INVALID_STATE while there is no district."""
    if not await database.fetch_value("SELECT 1 FROM areas WHERE parent_id IS NULL LIMIT 1"):
        raise Refusal(ErrorCode.INVALID_STATE, "数据库里还没有区：请先用 app.py admin 建立首位区管理员")


async def load(work: Import, staging: Staging) -> dict[Place, dict[AreaKind, Spot]]:
    """Insert the new areas, and the numbers of all places into `roster_places`; return each place's areas.

    A place out of reach has none, and `check` reports its row. There must be a district.
    """
    rows = await database.fetch("SELECT id, kind, name, parent_id, path FROM areas ORDER BY id")
    tree = Tree(rows)
    found: dict[Place, dict[AreaKind, Spot]] = {}
    table = []
    for place, number in staging.places.items():
        spots = tree.find(place, work.importer.reaches, partial(_note_spelling, work, staging.first[number]))
        at = found[place] = {spot.kind: spot for spot in spots or ()}
        ids = [at[kind].id if kind in at else None for kind in (AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.BUILDING)]
        table.append((number, place.community, *ids, spots[-1].path if spots else "", bool(spots)))
    if tree.made:
        await database.copy("areas", COLUMNS, tree.made)
    await database.copy(
        "roster_places", ("number", "name", "community_id", "grid_id", "building_id", "path", "inside"), table
    )
    _count(work, tree, found)
    return found


def _note_spelling(work: Import, line: Line, level: str, name: str, known: str, certain: bool) -> None:
    """Record a note on another spelling of an existing place; a problem where it only may be that place."""
    if certain:
        work.notes.add(line, level, name, f"按已有的“{known}”读取，只是写法不同")
    else:
        message = f"上一级下面已有“{known}”，写法相近：是同一处请照它填写，是另一处请写得区分得开（如加上小区名）"
        work.refuse(line, level, name, message)


def _count(work: Import, tree: Tree, found: dict[Place, dict[AreaKind, Spot]]) -> None:
    added = Counter(row[1] for row in tree.made)
    named = Counter(kind for kind, _ in {(spot.kind, spot.id) for at in found.values() for spot in at.values()})
    for kind, word in LEVELS:
        work.count(word, added[kind], 0, named[kind] - added[kind])


async def check(work: Import) -> None:
    """Record each row whose place is out of reach, or whose name belongs to another level. (`shops` records those of
    shops.)"""
    tables = ("roster_heads", "roster_workers", "roster_households")
    rows = " UNION ALL ".join(f"SELECT number, sheet, line, place FROM {table}" for table in tables)
    await work.check(
        "SELECT r.number, r.sheet, r.line, '社区' AS heading, p.name AS value, $1::text AS message"
        f" FROM ({rows}) r JOIN roster_places p ON p.number = r.place WHERE NOT p.inside",
        OUTSIDE,
    )
