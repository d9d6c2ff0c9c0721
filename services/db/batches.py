"""A page for each of many parents, in one statement however many they are."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.records import records
from services.db.sql import Args

R = TypeVar("R")


async def pages(
    kind: type[R], keyset: Keyset, page: PageRequest, parents: Sequence[UUID], parent: str, select: str, args: Args
) -> dict[UUID, Page[R]]:
    """The page of each parent's rows.

    `select` is `columns FROM … WHERE …`, where `parent.id` is the parent's id; `parent` names the rows' attribute that
    says whose they are. `args` holds the arguments that `select` names.
    """
    condition, order = keyset.clause(page, args)
    rows = await database.fetch(
        f"SELECT found.* FROM unnest({args(list(parents))}::uuid[]) WITH ORDINALITY AS parent (id, place)"
        f" CROSS JOIN LATERAL (SELECT {select} AND {condition} {order}) found ORDER BY parent.place",
        *args,
    )
    return keyset.pages(page, parents, records(kind, rows), parent)
