"""What is declared of a field, that it reads so much of its row and no more, is so: nothing else is loaded for it."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter

from models.enums import RatingSource, WishState
from schema.graph.permissions import Access
from services.db.records import Rows, partial_records
from services.kit.viewer import ANONYMOUS, Viewer
from services.wishes import wishes
from tests.town.schema import SCHEMA

ME, HEAD, HOUSEHOLD = uuid4(), uuid4(), uuid4()
PATH = "/d/s/c/g/"
RATED_AT = datetime.now(UTC) - timedelta(days=1)
VIEWERS = {
    "anonymous": ANONYMOUS,
    "resident": Viewer(ME, household_ids=(HOUSEHOLD,)),
    "filer": Viewer(ME),
    "head": Viewer(uuid4(), head_id=HEAD),
    "suspended head": Viewer(uuid4(), head_id=HEAD, head_active=False),
    "grid worker": Viewer(uuid4(), worker_paths=("/d/s/c/g/",)),
    "staff": Viewer(uuid4(), staff_paths=("/d/s/c/",)),
    "staff elsewhere": Viewer(uuid4(), staff_paths=("/d/s/e/",)),
}
# Each of them with what its facts may be, when it comes to what one may do.
FACTS: dict[str, list[Any]] = {
    "state": list(WishState),
    "on_behalf": [False, True],
    "redo_count": [0, 2],
    "rating_source": [None, RatingSource.AUTOMATIC],
    "rated_at": [RATED_AT],
    "open_offers": [0, 2],
    "offered_to_viewer": [False, True],
    "completed_by_id": [None, ME],
}
WHOSE = {"household_id": HOUSEHOLD, "requester_id": ME, "head_id": HEAD, "grid_path": PATH}


class Watched:
    """A row that knows which of its attributes were read. None of them fits anybody, so that a rule reads all."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> str:
        self.read.add(name)
        return "nobody's"


def guarded() -> dict[str, Access]:
    """The fields whose rule declares what it reads."""
    found = {}
    for kind in SCHEMA.type_map.values():
        for name, field in kind.fields.items() if isinstance(kind, GraphQLObjectType) else ():
            declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            access = declared.metadata.get("access") if declared else None
            if access is not None and access.reads:
                found[f"{kind.name}.{name}"] = access
    return found


@pytest.mark.parametrize("name", guarded())
def test_a_rule_reads_what_it_declares(name: str) -> None:
    access, row = guarded()[name], Watched()
    assert access.allows is not None
    for viewer in VIEWERS.values():
        access.allows(viewer, row)
    assert row.read == set(access.reads)


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
def test_what_one_may_do_reads_what_is_declared(viewer: Viewer) -> None:
    assert {*FACTS, *WHOSE} == set(wishes.ACTED_ON_BY)
    whole, seen = dict.fromkeys(wishes.Wish.__dataclass_fields__), set()
    for facts in product(*FACTS.values()):
        row = {**dict(zip(FACTS, facts, strict=True)), **WHOSE}
        (asked,) = partial_records(wishes.Wish, Rows(tuple(row), [tuple(row.values())]))
        expected = wishes.available_actions(viewer, wishes.Wish(**{**whole, **row}))  # type: ignore[arg-type]
        assert wishes.available_actions(viewer, asked) == expected
        seen.update(expected)
    assert seen, "else nothing is compared with nothing"
