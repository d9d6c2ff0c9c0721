from dataclasses import dataclass
from enum import StrEnum

import pytest

from services.db.records import Rows, chosen, partial_records, record, records


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
    (thing,) = records(Thing, Rows(("others", "id", "colour", "trim"), [([], 1, "RED", "RED")]))
    assert thing == Thing(1, Colour.RED, Colour.RED, [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    second: int = 2
    first: Colour


@dataclass(frozen=True, slots=True)
class Single:
    id: int


def test_keywords_defaults_and_one_column_alone() -> None:
    assert records(Named, Rows(("first",), [("RED",)])) == [Named(first=Colour.RED, second=2)]
    assert record(Named, {"second": 3, "first": "RED"}) == Named(first=Colour.RED, second=3)
    assert (
        records(Single, Rows(("id",), [(1,), (2,)])) == [Single(1), Single(2)] and records(Single, Rows((), [])) == []
    )


def test_of_what_was_not_asked_for_there_is_nothing() -> None:
    (thing,) = partial_records(Thing, Rows(("trim", "id"), [("RED", 1)]))
    assert (thing.id, thing.trim) == (1, Colour.RED)
    with pytest.raises(AttributeError):
        _ = thing.colour
    assert partial_records(Thing, Rows((), [])) == []


def test_columns_are_chosen_in_order_or_all_of_them() -> None:
    assert chosen(Thing, frozenset(["trim", "colour"]), "id", "trim") == ("id", "colour", "trim")
    assert chosen(Thing, frozenset(), "id") == ("id",)
    assert chosen(Thing, None, "id") is None
    assert chosen(Thing, frozenset(["id", "a_property"])) is None
    assert chosen(Colour, frozenset(["name"])) is None
    assert chosen(Named, frozenset(["first", "second"])) is None, "a default may have no column"
    assert chosen(Named, frozenset(["first", "second"]), "second") == ("second", "first")


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
