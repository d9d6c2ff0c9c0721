from dataclasses import dataclass
from enum import StrEnum

import pytest

from services.db.records import record, records


class Colour(StrEnum):
    RED = "RED"


@dataclass(frozen=True, slots=True)
class Thing:
    id: int
    colour: Colour
    trim: Colour | None
    others: list[Colour]


def test_enum_columns_become_members() -> None:
    thing = record(Thing, {"id": 1, "colour": "RED", "trim": None, "others": ["RED"]})
    assert thing.colour is Colour.RED and thing.trim is None and thing.others == ["RED"]
    (thing,) = records(Thing, [{"id": 1, "colour": "RED", "trim": "RED", "others": []}])
    assert thing.trim is Colour.RED


@pytest.mark.parametrize(
    "row",
    [
        {"id": 1, "colour": "RED", "trim": None},
        {"id": 1, "colour": "RED", "trim": None, "others": [], "more": 1},
        {"id": 1, "trim": None, "others": []},
        {"id": 1, "colour": "BLUE", "trim": None, "others": []},
    ],
)
def test_a_row_that_is_no_such_thing_is_a_fault(row: dict[str, object]) -> None:
    with pytest.raises((TypeError, KeyError, ValueError)):
        record(Thing, row)
