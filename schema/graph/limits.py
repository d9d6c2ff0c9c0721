"""Limits on documents, and a cache of parsed, validated and priced documents by text. Trusted ones stay in it.

Limits are counted before validation, whose time is quadratic in the size of a document, and once per fragment, so that
fragments which spread each other don't multiply the work of counting. The cost of execution is in
`schema/graph/cost.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    parse,
    specified_rules,
    validate,
)
from graphql.language import DirectiveNode, Visitor, visit
from graphql.validation.specified_rules import recommended_rules
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from schema.graph import cost
from schema.graph import plans as planned

MAX_CHARACTERS = 32 * 1024
MAX_TOKENS = 1200
MAX_COMMENTS = 200
MAX_OPERATIONS = 10
MAX_DIRECTIVES = 20
MAX_DEPTH = 12  # nested fields; those below __schema and __type don't count
MAX_FIELDS = 600  # each fragment counted wherever it is spread, and each spread
MAX_REPEATS = 5_000  # pairs of fields to merge, each of which validation compares
MAX_LIST = 100  # values of one list in the input
MAX_DIGITS = 40  # of a number; Python itself refuses to parse more than 4,300
MAX_ERRORS = 10

RULES = (*specified_rules, *recommended_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An executable document, or its errors."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    operations: Mapping[str | None, cost.Operation] = field(default_factory=dict)
    plans: Mapping[str | None, planned.Operation] = field(default_factory=dict)


KEPT = "xingdian.kept"  # by text, in the extensions of a schema: what is kept for ever
NONE: Mapping[str, Prepared] = {}


def prepared(schema: GraphQLSchema, text: str) -> Prepared:
    """Parse, validate and price a document, or return the cached result."""
    return schema.extensions.get(KEPT, NONE).get(text) or cached(schema, text)


def keep(schema: GraphQLSchema, text: str, ready: Prepared) -> None:
    """Keep a prepared document for as long as the schema is there, whatever else is asked."""
    schema.extensions.setdefault(KEPT, {})[text] = ready


def prepare(schema: GraphQLSchema, text: str) -> Prepared:
    """Parse, validate and price a document."""
    try:
        document = parse(
            text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS, max_source_length=MAX_CHARACTERS
        )
        errors = over_limits(document) or validate(schema, document, RULES, max_errors=MAX_ERRORS)
        operations = {} if errors else cost.operations(schema, document)
        plans = {} if errors else planned.operations(schema, document)
    except GraphQLError as error:
        # a new error each time: a cached one would gather a traceback whenever it is raised
        return Prepared(None, (GraphQLError(error.message, source=error.source, positions=error.positions),))
    except RecursionError:
        return Prepared(None, (GraphQLError("the document is nested too deeply"),))
    return Prepared(document, tuple(errors), operations, plans)


cached = lru_cache(maxsize=128)(prepare)  # anybody can fill it; the largest document takes 1.5 MB


def over_limits(document: DocumentNode) -> list[GraphQLError]:
    """Return each limit that a document exceeds."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    values = _Values()
    visit(document, values)
    measure = _Measure(document)
    sizes = [measure.of(operation.selection_set) for operation in operations]
    found = [
        (len(operations), MAX_OPERATIONS, "operations in a document"),
        (values.directives, MAX_DIRECTIVES, "directives in a document"),
        (values.longest_list, MAX_LIST, "values in a list"),
        (values.most_digits, MAX_DIGITS, "digits in a number"),
        (max((size.depth for size in sizes), default=0), MAX_DEPTH, "levels of fields"),
        (sum(size.fields for size in sizes), MAX_FIELDS, "fields and spreads in a document, with its fragments spread"),
    ]
    errors = [GraphQLError(f"at most {limit} {what}") for count, limit, what in found if count > limit]
    if not errors and sum(map(measure.repeats, operations)) > MAX_REPEATS:
        errors.append(GraphQLError("the same fields are selected too often in the same place"))
    if values.nul:
        errors.append(GraphQLError("a string may not hold the character U+0000"))
    return errors


class _Values(Visitor):
    """Measures directives, lists and numbers anywhere in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.directives = 0
        self.longest_list = 0
        self.most_digits = 0
        self.nul = False

    def enter_directive(self, _: DirectiveNode, *__: Any) -> None:
        self.directives += 1

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        self.longest_list = max(self.longest_list, len(node.values))

    def enter_int_value(self, node: IntValueNode | FloatValueNode, *_: Any) -> None:
        self.most_digits = max(self.most_digits, len(node.value))

    enter_float_value = enter_int_value

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.nul = self.nul or "\0" in node.value


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int = 0
    fields: int = 0


class _Measure:
    """Measures the size of a selection. Each fragment is measured once; one that spreads itself counts as empty, for
    validation refuses it."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._open: set[str] = set()
        self._fragment = cache(self._measure_fragment)

    def of(self, selections: SelectionSetNode | None) -> _Size:
        """Return the size of one selection set."""
        sizes = [self._selection(node) for node in (selections.selections if selections else ())]
        return _Size(
            depth=max((size.depth for size in sizes), default=0),
            fields=sum(size.fields for size in sizes),
        )

    def repeats(self, operation: OperationDefinitionNode) -> int:
        """Return how many pairs of fields share a place in the answer, so that they are merged."""
        places: dict[tuple[str, ...], set[int]] = {}
        for place, node in self._places(operation.selection_set, ()):
            places.setdefault(place, set()).add(id(node))
        return sum(len(nodes) * (len(nodes) - 1) // 2 for nodes in places.values())

    def _places(
        self, selections: SelectionSetNode, above: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], FieldNode]]:
        """Yield each field with its path of response names."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                place = (*above, (node.alias or node.name).value)
                yield place, node
                if node.selection_set:
                    yield from self._places(node.selection_set, place)
            elif isinstance(node, InlineFragmentNode):
                yield from self._places(node.selection_set, above)
            elif isinstance(node, FragmentSpreadNode):
                yield from self._places_of_fragment(node.name.value, above)

    def _places_of_fragment(self, name: str, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], FieldNode]]:
        found = self._fragments.get(name)
        if found and name not in self._open:  # validation refuses one that spreads itself
            self._open.add(name)
            yield from self._places(found.selection_set, above)
            self._open.discard(name)

    def _selection(self, node: SelectionNode) -> _Size:
        if isinstance(node, FragmentSpreadNode):
            spread = self._fragment(node.name.value)
            return _Size(spread.depth, spread.fields + 1)  # counted even if it leads to no field: it is walked as well
        inner = self.of(getattr(node, "selection_set", None))
        if not isinstance(node, FieldNode):
            return inner
        return _Size(
            depth=0 if node.name.value.startswith("__") else inner.depth + 1,
            fields=inner.fields + 1,
        )

    def _measure_fragment(self, name: str) -> _Size:
        found = self._fragments.get(name)
        if found is None or name in self._open:
            return _Size()
        self._open.add(name)
        try:
            return self.of(found.selection_set)
        finally:
            self._open.discard(name)


def long_list(variables: Any) -> bool:
    """Return whether any list in the variables has more than MAX_LIST values."""
    waiting = [variables]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            if len(value) > MAX_LIST:
                return True
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
    return False
