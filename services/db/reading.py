"""How rows of one kind are read: declared once per noun, then read by ids, by parents and by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import Only, record
from services.db.sql import Args
from services.kit.viewer import ANONYMOUS, Viewer

R = TypeVar("R")

Clause = Callable[[Viewer, Args], str]  # SQL for a viewer; adds its arguments


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """One kind of row: `SELECT columns FROM source`, each row as a `kind`.

    `id` is SQL for the row's id, which the columns return as `id`. `visible_to` is the condition for rows that exist
    for a viewer; `columns` is a function too where they depend on the viewer or the time. `only` names the attributes
    that are asked for: no others are read.
    """

    kind: type[R]
    columns: str | Clause
    source: str
    id: str
    visible_to: Clause

    async def by_ids(self, viewer: Viewer, ids: Sequence[UUID], only: Only = None) -> dict[UUID, R]:
        """Return, by id, the rows that exist for the viewer. One statement."""
        args = Args()
        wanted = f"{self.id} = ANY({args(list(ids))}) AND {self.visible_to(viewer, args)}"
        sql = f"{self._select(viewer, args)} WHERE {wanted}"
        rows: list[Any] = await database.read(self.kind, sql, *args, only=only, also=["id"])
        return {row.id: row for row in rows}

    async def one_of_each(
        self, viewer: Viewer, parents: Sequence[UUID], parent: str, only: Only = None
    ) -> dict[UUID, R]:
        """Return, by parent, the one row of each that exists for the viewer. One statement for all the parents.

        `parent` is the column with the parent's id, named as its attribute; no two rows hold the same.
        """
        args = Args()
        wanted = f"{parent} = ANY({args(list(parents))}) AND {self.visible_to(viewer, args)}"
        name = parent.rpartition(".")[2]
        sql = f"{self._select(viewer, args)} WHERE {wanted}"
        rows = await database.read(self.kind, sql, *args, only=only, also=["id", name])
        return {getattr(row, name): row for row in rows}

    async def read(self, key: UUID) -> R | None:
        """Return the row with this id, without a visibility check, for the rules; None for none. One statement."""
        args = Args()
        row = await database.fetch_one(f"{self._select(ANONYMOUS, args)} WHERE {self.id} = {args(key)}", *args)
        return record(self.kind, row) if row else None

    async def of_parents(
        self,
        viewer: Viewer,
        parents: Sequence[UUID],
        page: PageRequest,
        order: Keyset,
        parent: str,
        *,
        among: str | None = None,
        only: Only = None,
    ) -> dict[UUID, Page[R]]:
        """Return a page of each parent's rows that exist for the viewer. One statement for all the parents.

        `parent` is the column with the parent's id, named as its attribute: `w.household_id`. `among` is a further
        condition, without arguments.
        """
        args = Args()
        # CASE hides from the planner that who sees a parent's rows mostly sees them all: it would expect so few that
        # it collects and sorts them, instead of reading the first along an index.
        seen = f"CASE WHEN {self.visible_to(viewer, args)} THEN true ELSE false END"
        wanted = [f"{parent} = parent.id", *([among] if among else []), seen]
        select = f"{self._select(viewer, args)} WHERE {' AND '.join(wanted)}"
        return await order.fetch_each(self.kind, page, parents, parent.rpartition(".")[2], select, args, only)

    async def of_areas(
        self,
        viewer: Viewer,
        areas: Sequence[UUID],
        page: PageRequest,
        order: Keyset,
        wheres: Sequence[str],
        args: Args,
        only: Only = None,
    ) -> dict[UUID, Page[R]]:
        """Return a page of each area's rows: those that match the one of `wheres` that fits the area, `parent.id`. One
        statement for all the areas.

        As for `page`, they replace `visible_to`. The kind of row has an `of_area_id`.
        """
        condition, ordered = order.clause(page, args)
        select = self._select(viewer, args)
        each = " UNION ALL ".join(f"({select} WHERE {where} AND {condition} {ordered})" for where in wheres)
        rows = await database.read(
            self.kind,
            f"SELECT found.*, parent.id AS of_area_id FROM unnest({args(list(areas))}::uuid[])"
            f" WITH ORDINALITY AS parent (id, place) CROSS JOIN LATERAL ({each}) found ORDER BY parent.place",
            *args,
            only=only,
            also=[*order.columns, "of_area_id"],
        )
        return order.pages(page, areas, rows, "of_area_id")

    async def page(
        self, viewer: Viewer, page: PageRequest, order: Keyset, where: str, args: Args, only: Only = None
    ) -> Page[R]:
        """Return a page of the rows that match `where`, whose arguments are in `args`. One statement.

        `where` replaces `visible_to`: it must admit only rows that exist for the viewer.
        """
        return await order.fetch(self.kind, page, f"{self._select(viewer, args)} WHERE {where}", args, only)

    def _select(self, viewer: Viewer, args: Args) -> str:
        columns = self.columns if isinstance(self.columns, str) else self.columns(viewer, args)
        return f"SELECT {columns} FROM {self.source}"
