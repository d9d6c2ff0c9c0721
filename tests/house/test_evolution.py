"""How the API may change (docs/api.md): nothing goes that was not deprecated, with its days, in the last release.

`docs/schema-baseline.graphql` is what that release promised: `make schema BASELINE=1` writes it, with each release.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from graphql import (
    BreakingChangeType,
    DangerousChangeType,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    get_named_type,
    parse,
    validate,
)

from tests.town import documents
from tests.town.schema import BUILT
from tests.town.servers import ROOT

BASELINE = ROOT / "docs" / "schema-baseline.graphql"
WAITS = timedelta(days=180)
# What is said of a deprecated element: since when, until when at least it stays, and what to use instead.
REASON = re.compile(
    r"(\d{4}-\d\d-\d\d) 起弃用，(\d{4}-\d\d-\d\d) 前不会删除：请用 (\S+)。Deprecated since \1, stays until \2: use \3\."
)
CAN_GO = (BreakingChangeType.FIELD_REMOVED, BreakingChangeType.ARG_REMOVED, BreakingChangeType.VALUE_REMOVED_FROM_ENUM)
# Who sends what he always sent gets another answer.
SILENT = (DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE, DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE)

Elements = dict[str, tuple[Any, str | None]]


def elements(schema: GraphQLSchema) -> Elements:
    """What may be deprecated, by its schema coordinate: the type to which it leads, and why it is deprecated."""
    found: Elements = {}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLEnumType):
            found |= {f"{kind.name}.{name}": (None, one.deprecation_reason) for name, one in kind.values.items()}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, one in kind.fields.items():
                found[f"{kind.name}.{name}"] = (get_named_type(one.type).name, one.deprecation_reason)
                for key, argument in getattr(one, "args", {}).items():
                    leads = get_named_type(argument.type).name
                    found[f"{kind.name}.{name}({key}:)"] = (leads, argument.deprecation_reason)
    return found


def stays_until(reason: str | None) -> date:
    """Until when a deprecated element stays; for ever what is not deprecated."""
    said = REASON.fullmatch(reason or "")
    return date.fromisoformat(said[2]) if said else date.max


def broken(before: GraphQLSchema, after: GraphQLSchema, today: date) -> Iterator[str]:
    """What a client that was made before may stumble over, but for what it was told of in time."""
    promised = elements(before)
    may_go = {place for place, (_, reason) in promised.items() if stays_until(reason) <= today}
    for change in find_breaking_changes(before, after):
        said = change.description
        place = said.removesuffix(" was removed.").rpartition(" ")[2]
        if change.type in CAN_GO and place in may_go:
            continue
        if change.type is BreakingChangeType.TYPE_REMOVED:  # with all that led to it
            leading = {one for one, (leads, _) in promised.items() if leads == said.partition(" ")[0]}
            if leading and leading <= may_go:
                continue
        yield said
    yield from (one.description for one in find_dangerous_changes(before, after) if one.type in SILENT)


def test_nothing_breaks_since_the_last_release() -> None:
    before, after = build_schema(BASELINE.read_text()), build_schema(BUILT.as_str())
    assert len(before.type_map) > 200
    assert list(broken(before, after, date.today())) == [], "deprecate it first: docs/api.md, how it may change"


def test_what_is_deprecated_says_since_and_until_when() -> None:
    for place, (_, reason) in elements(build_schema(BUILT.as_str())).items():
        if reason is not None:
            said = REASON.fullmatch(reason)
            assert said, f"{place}: {reason}"
            since, until = date.fromisoformat(said[1]), date.fromisoformat(said[2])
            assert until - since >= WAITS, f"{place} stays for less than {WAITS.days} days"


def test_no_document_uses_what_is_deprecated() -> None:
    schema = build_schema(BUILT.as_str())
    for name in documents.NAMES:
        assert validate(schema, parse(documents.text(name)), [NoDeprecatedCustomRule]) == [], name


def test_the_page_says_what_the_test_asks_for() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    example = re.search(r'deprecation_reason="([^"]+)"', page)
    assert example and REASON.fullmatch(example[1])
    assert f"{WAITS.days} days" in page and f"{WAITS.days} 天" in page and "make schema BASELINE=1" in page


# -- the test itself --------------------------------------------------------------------------------------------------

GONE = "2027-01-01 起弃用，2027-07-01 前不会删除：请用 b。Deprecated since 2027-01-01, stays until 2027-07-01: use b."
BEFORE = f"""
enum Colour {{ RED BLUE @deprecated(reason: "{GONE}") }}
input Bag {{ x: Int y: Int @deprecated(reason: "{GONE}") }}
type Old {{ c: Int }}
type Query {{
  a(n: Int m: Int = 5 @deprecated(reason: "{GONE}")): Int!
  b(bag: Bag): Colour
  old: Old @deprecated(reason: "{GONE}")
}}"""


@pytest.mark.parametrize(
    ("gone", "put", "says"),
    [
        ("type Query {", "type More { d: Int } type Query { more: More", []),
        ("RED BLUE", "RED GREEN BLUE", []),
        ("b(bag: Bag)", "b(bag: Bag n: Int)", []),
        ("n: Int m", "m", ["Argument Query.a(n:) was removed."]),
        ("RED BLUE", "BLUE", ["Enum value Colour.RED was removed."]),
        ("b(bag: Bag): Colour", "bb(bag: Bag): Colour", ["Field Query.b was removed."]),
        ("): Int!", "): Int", ["Field Query.a changed type from Int! to Int."]),
        ("x: Int y", "x: Int z: Int! y", ["A required field Bag.z was added."]),
        ("m: Int = 5", "m: Int = 6", ["Query.a(m:) has changed defaultValue from 5 to 6."]),
        (f' BLUE @deprecated(reason: "{GONE}")', "", []),
        (f' y: Int @deprecated(reason: "{GONE}")', "", []),
        (f' m: Int = 5 @deprecated(reason: "{GONE}")', "", []),
        (f'  old: Old @deprecated(reason: "{GONE}")\n', "", []),
    ],
    ids=range(13),
)
def test_it_tells_what_breaks_from_what_does_not(gone: str, put: str, says: list[str]) -> None:
    assert BEFORE.count(gone) == 1
    after = BEFORE.replace(gone, put)
    if "old: Old" not in after:
        after = after.replace("type Old { c: Int }", "")
    changed = build_schema(BEFORE), build_schema(after)
    assert list(broken(*changed, date(2027, 7, 1))) == says
    early = list(broken(*changed, date(2027, 6, 30)))
    assert (len(early) > len(says)) == ("@deprecated" in gone), early


def test_a_type_that_nothing_but_node_led_to_stays() -> None:
    before = "interface Node { id: ID! } type Cat implements Node { id: ID! } type Query { node: Node }"
    after = "interface Node { id: ID! } type Dog implements Node { id: ID! } type Query { node: Node }"
    assert list(broken(build_schema(before), build_schema(after), date.max)) == ["Cat was removed."]
