"""The schema: declared, described, committed, and used by one document for each mutation."""

import re
from typing import Annotated, Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    InputValueDefinitionNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.graph import declared
from schema.graph.context import Info
from schema.graph.inputs import drop_null_defaults, given
from schema.graph.limits import RULES, over_limits
from schema.graph.permissions import PUBLIC, SIGNED_IN, field
from schema.graph.typescript import types
from schema.http import pages
from tests.town.documents import OPERATIONS
from tests.town.schema import BUILT, SCHEMA

ROOT = OPERATIONS.parents[1]


def described(kind: Any) -> list[tuple[str, str | None]]:
    """Each part of a type that needs a description, with the one that it has."""
    parts = [(kind.name, kind.description)]
    if isinstance(kind, GraphQLEnumType):
        parts += [(f"{kind.name}.{name}", value.description) for name, value in kind.values.items()]
    if isinstance(kind, GraphQLInputObjectType):
        parts += [(f"{kind.name}.{name}", value.description) for name, value in kind.fields.items()]
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, value in kind.fields.items():
            parts.append((f"{kind.name}.{name}", value.description))
            parts += [(f"{kind.name}.{name}({key})", one.description) for key, one in value.args.items()]
    return parts


def test_every_element_is_described_in_chinese_then_english() -> None:
    checked = 0
    for kind in SCHEMA.type_map.values():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        for place, description in described(kind):
            checked += 1
            assert description and re.match(r"^[^A-Za-z]*[\u4e00-\u9fff].*。[A-Z`0-9].*\.$", description, re.DOTALL), (
                f"{place}: {description!r}"
            )
    assert checked > 100


def test_every_field_declares_who_may_have_it() -> None:
    checked = 0
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(kind):
            for found in kind.fields.values():
                checked += 1
                assert declared.access_of(found)
    assert checked > 100


DESCRIPTION = "甲。One."


def built(**members: Any) -> None:
    """Build a schema whose query has these members."""
    query = strawberry.type(type("Query", (), members), description=DESCRIPTION)
    declared.check(strawberry.Schema(query=query, config=StrawberryConfig(sort_schema=True))._schema)


def one(self: Any, number: Annotated[int, strawberry.argument(description=DESCRIPTION)]) -> int | None:
    return number


def bare(self: Any, number: int) -> int | None:
    return number


def perhaps(self: Any, info: Info) -> int | None:
    return 1


def several(self: Any) -> list[int] | None:
    return [1]


def certain(self: Any) -> int:
    return 1


def test_what_is_declared_builds() -> None:
    built(a=field(PUBLIC, DESCRIPTION, one), b=field(SIGNED_IN, DESCRIPTION, perhaps))
    built(a=field(PUBLIC, DESCRIPTION, several, rows=1))


@pytest.mark.parametrize(
    ("member", "says"),
    [
        (strawberry.field(description=DESCRIPTION, resolver=one), "Query.a does not declare who may have it"),
        (strawberry.field(description=DESCRIPTION, resolver=one, metadata={"access": "PUBLIC"}), "does not declare"),
        (field(PUBLIC, DESCRIPTION, several), "Query.a does not declare how many rows"),
        (field(PUBLIC, "", one), "Query.a has no description"),
        (field(PUBLIC, DESCRIPTION, bare), r"Query.a\(number:\) has no description"),
        (field(SIGNED_IN, DESCRIPTION, certain), "Query.a is guarded, so it must be nullable"),
    ],
)
def test_what_is_not_declared_does_not_build(member: Any, says: str) -> None:
    with pytest.raises(declared.Undeclared, match=says):
        built(a=member)


def test_a_guarded_field_needs_a_resolver() -> None:
    with pytest.raises(TypeError, match="needs a resolver"):
        field(SIGNED_IN, DESCRIPTION)


def test_inputs_and_enums_are_checked_too() -> None:
    from enum import Enum

    colour = strawberry.enum(Enum("Colour", ["RED"]), description=DESCRIPTION)
    bag = strawberry.input(type("Bag", (), {"__annotations__": {"x": int}}), description=DESCRIPTION)

    def resolve(self: Any, bag: bag, colour: colour) -> int | None:  # type: ignore[valid-type]
        return None

    with pytest.raises(declared.Undeclared) as caught:
        built(a=field(PUBLIC, DESCRIPTION, resolve))
    for place in ("Bag.x has", "Colour.RED has", "(bag:)", "(colour:)"):
        assert place in str(caught.value)


def test_nothing_that_may_be_left_out_defaults_to_null() -> None:
    nulls, given = [], 0
    for definition in parse(BUILT.as_str()).definitions:
        for one in getattr(definition, "fields", ()):
            for value in [one] if isinstance(one, InputValueDefinitionNode) else one.arguments or ():
                given += 1
                if isinstance(value.default_value, NullValueNode):
                    nulls.append(f"{definition.name.value}.{one.name.value} {value.name.value}")  # type: ignore[union-attr]
    assert given > 100 and nulls == []


@pytest.mark.parametrize("sent", ["", "(area: null)", '(area: "x")', "(bag: {})", "(bag: {x: null})", "(bag: {x: 5})"])
def test_null_is_as_good_as_nothing(sent: str) -> None:
    bag = strawberry.input(
        type("Bag", (), {"__annotations__": {"x": int | None}, "x": given(DESCRIPTION, default=None)})
    )

    def resolve(self: Any, area: str | None = None, bag: bag | None = None) -> str:  # type: ignore[valid-type]
        return f"{area} {bag and bag.x}"  # type: ignore[attr-defined]

    query = strawberry.type(type("Query", (), {"a": strawberry.field(resolver=resolve)}))
    schema = strawberry.Schema(query=query)
    drop_null_defaults(schema._schema)
    assert "= null" not in schema.as_str()
    found = schema.execute_sync(f"{{ a{sent} }}")
    wanted = {'(area: "x")': "x None", "(bag: {x: 5})": "None 5"}.get(sent, "None None")
    assert found.data == {"a": wanted} and not found.errors


def associations() -> dict[str, bool]:
    """Each field that leads from an object to one other or to a page of others, and whether it is never null."""
    roots = (BUILT._schema.query_type, BUILT._schema.mutation_type, BUILT._schema.subscription_type)
    return {
        f"{kind.name}.{name}": isinstance(found.type, GraphQLNonNull)
        for kind in BUILT._schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind) and kind not in roots
        for name, found in kind.fields.items()
        if (batch := found.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].metadata.get("batch"))
        and batch.shape != "list"
    }


def test_associations_are_never_null_where_a_rule_promises_it() -> None:
    """Where a rule is broken, an actor of the table of permissions meets a fault."""
    section = (ROOT / "docs" / "api.md").read_text().partition("\n## 从不为空的关联")[2].partition("\n## ")[0]
    listed = [
        one for line in section.splitlines() if line.startswith("| `") for one in re.findall(r"`(\w+\.\w+)`", line)
    ]
    assert len(listed) == len(set(listed)) > 20
    assert set(listed) == {place for place, never_null in associations().items() if never_null}


def test_the_committed_schema_is_the_built_one() -> None:
    committed = (ROOT / "schema.graphql").read_text()
    assert committed.strip() == BUILT.as_str().strip(), "run `make schema`"


def test_the_committed_types_are_those_of_the_schema() -> None:
    committed = (ROOT / "web" / "schema.d.ts").read_text()
    assert committed == types(SCHEMA, pages.documents(by_id=False)) + "\n", "run `make schema`"


# -- the frontends' documents ----------------------------------------------------------------------------------------

DOCUMENTS = sorted(OPERATIONS.glob("*.graphql"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_one_operation_and_says_who_uses_it(path: Any) -> None:
    text = path.read_text()
    document = parse(text)
    assert validate(SCHEMA, document, RULES) == [] and over_limits(document) == []
    (operation,) = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    assert operation.name and operation.name.value == path.stem
    first = text.splitlines()[0]
    assert re.match(r"^# [\u4e00-\u9fff].{8,}。$", first), first


def roots(kind: OperationType) -> set[str]:
    """The root fields that the documents of one kind of operation ask for."""
    return {
        selection.name.value
        for path in DOCUMENTS
        for node in parse(path.read_text()).definitions
        if isinstance(node, OperationDefinitionNode) and node.operation is kind
        for selection in node.selection_set.selections
    }


def test_every_mutation_and_every_subscription_has_its_document() -> None:
    assert SCHEMA.mutation_type and SCHEMA.subscription_type
    assert roots(OperationType.MUTATION) == set(SCHEMA.mutation_type.fields)
    assert roots(OperationType.SUBSCRIPTION) == set(SCHEMA.subscription_type.fields)


def test_the_operations_of_the_design_are_there() -> None:
    wanted = """Viewer HeadHome MyWishes WishSubmit WishQueue DispatchCandidates WishDispatch WishAccept WishDecline
        WishHandBack WishComplete WishRate WishRedo WishCancel WishReject WishRecall Nearby PassIssue PassCancel
        RedemptionPrepare RedemptionConfirm RedemptionRevoke RedemptionByRequestNo ShopDay PointsHistory Leaderboard
        LeaderboardChanged"""
    assert set(wanted.split()) <= {path.stem for path in DOCUMENTS}


def test_a_mutation_takes_one_input_and_gives_a_payload() -> None:
    assert SCHEMA.mutation_type
    for name, found in SCHEMA.mutation_type.fields.items():
        assert list(found.args) == ["input"], name
        payload = found.type.of_type  # type: ignore[union-attr]
        assert payload.name.endswith("Payload") and str(payload.fields["errors"].type) == "[UserError!]!", name
        assert [one.name for one in payload.interfaces] == ["Payload"], name
        subjects = set(payload.fields) - {"errors", "viewer"}
        assert subjects, name
        for subject in subjects:
            assert not isinstance(payload.fields[subject].type, GraphQLNonNull), f"{name}: null where it was refused"
