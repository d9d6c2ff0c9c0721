"""A schema that answers amiss wherever it can, to compare executors: nulls, errors and wrong values at every place.

What a field answers depends on its object, its name and its arguments alone, so any executor meets the same answers.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
)

KINDS = ("Ant", "Bee", "Cow")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of the schema: of a kind, which it may deny, and with a seed for all its answers."""

    kind: str
    seed: int


def dice(*parts: object) -> int:
    """Return a number that depends on the parts alone."""
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=6).digest())


class Broken(Exception):
    """What resolvers raise."""


def _scalar(value: Any) -> Any:
    if value == "unfit":
        raise Broken("it cannot be carried")
    return None if value == "nothing" else value


ODD = GraphQLScalarType("Odd", coerce_output_value=_scalar)
COLOUR = GraphQLEnumType("Colour", {"RED": 1, "GREEN": 2, "BLUE": "b"})
PAIR = GraphQLInputObjectType(
    "Pair",
    {
        "left": GraphQLInputField(GraphQLNonNull(GraphQLInt)),
        "right": GraphQLInputField(GraphQLList(GraphQLNonNull(COLOUR)), default_value=[1]),
    },
)
LEAVES: dict[str, tuple[Any, list[Any]]] = {
    "text": (GraphQLString, ["a", "", 7, True, 1.5, b"x", ["no"], {"no": 1}]),
    "whole": (GraphQLInt, [0, -1, 2**31 - 1, 2**31, "5", "x", True, 1.0, 1.5, float("nan")]),
    "real": (GraphQLFloat, [0.5, 3, "2.5", float("inf"), "x", True]),
    "truth": (GraphQLBoolean, [True, False, 1, 0.0, "true", []]),
    "key": (GraphQLID, ["k", 5, 2.5, True, ["no"]]),
    "odd": (ODD, ["fit", "unfit", "nothing", 3, [1, "a"], {"a": 1}]),
    "colour": (COLOUR, [1, 2, "b", 3, "RED", [1], None]),
}


def build(*, waits: bool, log: list[str]) -> GraphQLSchema:
    """Return the schema. With `waits`, some fields have to be awaited. Mutations write to the log."""
    animal = GraphQLInterfaceType("Animal", lambda: fields("Animal"), resolve_type=_type_of)
    kinds = {
        kind: GraphQLObjectType(
            kind,
            lambda kind=kind: fields(kind),  # type: ignore[misc]
            interfaces=[animal],
            is_type_of=(lambda value, _: bool(dice("is", value.seed) % 17)) if kind == "Cow" else None,
        )
        for kind in KINDS
    }
    either = GraphQLUnionType("Either", [kinds["Ant"], kinds["Bee"]], resolve_type=_type_of)

    def wrapped(kind: Any) -> Iterator[tuple[str, Any]]:
        yield "", kind
        yield "Must", GraphQLNonNull(kind)
        yield "List", GraphQLList(kind)
        yield "ListMust", GraphQLNonNull(GraphQLList(GraphQLNonNull(kind)))
        yield "Deep", GraphQLList(GraphQLNonNull(GraphQLList(kind)))

    def fields(owner: str) -> dict[str, GraphQLField]:
        found = {}
        objects = {"animal": animal, "either": either, "ant": kinds["Ant"], "bee": kinds["Bee"], "cow": kinds["Cow"]}
        for name, (kind, _) in LEAVES.items():
            for suffix, of in wrapped(kind):
                found[name + suffix] = field(of)
        for name, kind in objects.items():
            for suffix, of in wrapped(kind):
                found[name + suffix] = field(of, asks=suffix in ("", "List"))
        return found

    def field(kind: Any, *, asks: bool = False) -> GraphQLField:
        arguments = (
            {
                "n": GraphQLArgument(GraphQLInt, default_value=3),
                "must": GraphQLArgument(GraphQLNonNull(GraphQLBoolean), default_value=True),
                "pair": GraphQLArgument(PAIR),
                "pairs": GraphQLArgument(GraphQLList(GraphQLNonNull(PAIR))),
            }
            if asks
            else {}
        )
        return GraphQLField(
            kind, arguments, resolve=lambda source, info, **given: _resolved(source, info, given, waits)
        )

    def changed(source: Any, info: Any, **given: Any) -> Any:
        log.append(f"{info.path.key} {sorted(given.items())!r}")
        return _resolved(source, info, given, waits)

    mutations = {
        name: GraphQLField(of, {"n": GraphQLArgument(GraphQLInt)}, resolve=changed)
        for name, of in (
            ("change", kinds["Ant"]),
            ("changeMust", GraphQLNonNull(kinds["Bee"])),
            ("changeText", GraphQLString),
        )
    }
    return GraphQLSchema(
        GraphQLObjectType("Query", lambda: fields("Query")),
        GraphQLObjectType("Mutation", mutations),
        types=[*kinds.values()],
    )


def _resolved(source: Any, info: Any, given: dict[str, Any], waits: bool) -> Any:
    seed = source.seed if isinstance(source, Thing) else source
    roll = dice(seed, info.field_name, sorted(given.items(), key=repr))
    if waits and roll % 3 == 0:
        return _later(lambda: _answer(info.return_type, info.field_name, roll))
    return _answer(info.return_type, info.field_name, roll)


async def _later(answer: Any) -> Any:
    return answer()


def _answer(kind: Any, name: str, roll: int) -> Any:
    """Return, or raise, what a field of a type answers."""
    if roll % 97 == 1:
        raise Broken(f"raised {roll % 7}")
    if roll % 97 == 2:
        return Broken(f"returned {roll % 7}")
    return _value(kind, name, roll // 97)


def _value(kind: Any, name: str, roll: int) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return None if roll % 61 == 3 else _value(kind.of_type, name, roll // 61)
    if roll % 7 == 1:
        return None
    if isinstance(kind, GraphQLList):
        if roll % 31 == 5:
            return "no list"
        if roll % 31 == 6:
            return map(_scalar, ["unfit"])  # raises when it is gone through
        items = [_item(kind.of_type, name, dice(roll, place)) for place in range(roll % 4)]
        return items if roll % 2 else tuple(items)
    for leaf, values in LEAVES.values():
        if kind is leaf:
            # Mostly right, sometimes any.
            return values[0] if roll % 3 else values[roll % len(values)]
    return Thing(kind.name if kind.name in KINDS else KINDS[roll % 3], roll)


def _item(kind: Any, name: str, roll: int) -> Any:
    return Broken(f"item {roll % 7}") if roll % 37 == 4 else _value(kind, name, roll)


def _type_of(value: Any, info: Any, kind: Any) -> Any:
    wrong = {3: None, 4: "Nowhere", 5: "String", 6: 7}
    roll = dice("type", value.seed) % 61
    return wrong.get(roll, value.kind)


def many(count: int) -> GraphQLSchema:
    """Return a schema of lists of so many objects."""
    thing: GraphQLObjectType = GraphQLObjectType(
        "Thing",
        lambda: {
            "text": GraphQLField(GraphQLString, resolve=lambda *_: "a"),
            "things": GraphQLField(GraphQLList(thing), resolve=lambda *_: [0]),
        },
    )
    query = GraphQLObjectType("Query", {"things": GraphQLField(GraphQLList(thing), resolve=lambda *_: range(count))})
    return GraphQLSchema(query)


def slow() -> GraphQLSchema:
    """Return a schema of one type that leads to itself by a field that takes a turn of the loop."""

    async def itself(*_: Any) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"text": "x"}

    query = GraphQLObjectType(
        "Query",
        lambda: {"text": GraphQLField(GraphQLString), "slow": GraphQLField(query, resolve=itself)},
    )
    return GraphQLSchema(query)
