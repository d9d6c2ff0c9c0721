"""Limits on documents, and a cache of parsed, validated and priced documents by text. Trusted ones stay in it.

Limits are counted before validation, whose time is quadratic in the size of a document, and once per fragment, so that
fragments which spread each other don't multiply the work of counting. The cost of execution is in
`schema/graph/cost.py`.

A document is prepared step by step, so that operations have their turns in between; each step is some milliseconds.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
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
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    VariablesInAllowedPositionRule,
    parse,
    specified_rules,
)
from graphql.language import DirectiveNode, Token, Visitor
from graphql.validation.specified_rules import recommended_rules
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from schema.graph import cost
from schema.graph import plans as planned
from schema.graph.validation import validate, walk
from services.kit.giving_way import give_way

MAX_CHARACTERS = 32 * 1024
MAX_TOKENS = 900  # the largest document of the frontends has 132
MAX_COMMENTS = 200
MAX_OPERATIONS = 10
MAX_DIRECTIVES = 20
MAX_DEPTH = 12  # nested fields; those below __schema and __type, and a connection's edges and nodes, don't count
MAX_ALIASES = 100
MAX_FIELDS = 500  # each fragment counted wherever it is spread, and each spread
MAX_REPEATS = 5_000  # pairs of fields to merge, each of which validation compares
MAX_LIST = 100  # values of one list in the input
MAX_DIGITS = 40  # of a number; Python itself refuses to parse more than 4,300
MAX_ERRORS = 5

RULES = (*specified_rules, *recommended_rules, MaybeNullValidationRule)
# The rules that take longest have steps of their own; those about variables share what one of them has found.
_MERGING = (OverlappingFieldsCanBeMergedRule,)
_VARIABLES = (NoUndefinedVariablesRule, NoUnusedVariablesRule, VariablesInAllowedPositionRule)
STEPS = (tuple(rule for rule in RULES if rule not in (*_MERGING, *_VARIABLES)), _VARIABLES, _MERGING)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An executable document, or its errors."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    operations: Mapping[str | None, cost.Operation] = field(default_factory=dict)
    plans: Mapping[str | None, planned.Operation] = field(default_factory=dict)


KEPT = "xingdian.kept"  # by text, in the extensions of a schema: what is kept for ever


def prepared(schema: GraphQLSchema, text: str) -> Prepared:
    """Parse, validate and price a document, or return the cached result."""
    return _preparing(schema, text).whole()


async def prepare_in_turns(schema: GraphQLSchema, text: str) -> None:
    """Prepare a document so that `prepared` has it at once; give way to others between the steps."""
    preparing = _preparing(schema, text)
    while not preparing.step():
        await asyncio.sleep(0)
        await give_way()


def keep(schema: GraphQLSchema, text: str) -> None:
    """Keep a document once it was asked for, for as long as the schema is there, whatever else is asked."""
    schema.extensions.setdefault(KEPT, {})[text] = Preparing(schema, text)


def _preparing(schema: GraphQLSchema, text: str) -> "Preparing":
    kept: Preparing | None = schema.extensions.get(KEPT, {}).get(text)
    return kept or cached(schema, text)


def prepare(schema: GraphQLSchema, text: str) -> Prepared:
    """Parse, validate and price a document."""
    return Preparing(schema, text).whole()


class Preparing:
    """A document while it is prepared, by all who want it together."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self._steps = _steps(schema, text)
        self._done: Prepared | None = None
        self.tokens = 0  # once it was parsed

    def step(self) -> bool:
        """Do the next step, if there is one; return whether all is done."""
        if self._done is None:
            try:
                next(self._steps)
            except StopIteration as end:
                self._done = end.value
                self.tokens = _taken_apart(self._done.document) if self._done.document else 0
        return self._done is not None

    def whole(self) -> Prepared:
        """Do what is left, and return the result."""
        while not self.step():
            pass
        assert self._done is not None
        return self._done


def _taken_apart(document: DocumentNode) -> int:
    """Take the chain of a document's tokens apart; return how many there are. Nothing reads it after parsing, and as it
    leads both ways, only the collector of garbage could free it, and all of the document with it."""
    token: Token | None = document.loc.start_token if document.loc else None
    count = 0
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token, count = following, count + 1
    return count


def _steps(schema: GraphQLSchema, text: str) -> Generator[None, None, Prepared]:
    """Parse, validate and price a document; yield wherever others may have a turn."""
    try:
        document = parse(
            text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS, max_source_length=MAX_CHARACTERS
        )
        yield
        errors = over_limits(document)
        if not errors:
            yield
            errors = yield from _validated(schema, document)
        if errors:
            return Prepared(document, tuple(errors))
        yield
        return Prepared(document, (), cost.operations(schema, document), planned.operations(schema, document))
    except GraphQLError as error:
        # a new error each time: a cached one would gather a traceback whenever it is raised
        return Prepared(None, (GraphQLError(error.message, source=error.source, positions=error.positions),))
    except RecursionError:
        return Prepared(None, (GraphQLError("the document is nested too deeply"),))


def _validated(schema: GraphQLSchema, document: DocumentNode) -> Generator[None, None, list[GraphQLError]]:
    """Return the errors that validation finds, no more than some MAX_ERRORS; those of the first rules come first."""
    errors: list[GraphQLError] = []
    for rules in STEPS:
        errors += validate(schema, document, rules, MAX_ERRORS - len(errors))
        if len(errors) >= MAX_ERRORS:
            break
        yield
    return errors


class Cache:
    """The documents that were asked for last, so many of them and no more than so many tokens together.

    Anybody can fill it, and a full collection of garbage walks all of it: of the largest documents it holds twenty.
    What it forgets is freed at once, for nothing in it leads back to itself.
    """

    def __init__(self, max_documents: int, max_tokens: int) -> None:
        self.max_documents, self._max_tokens = max_documents, max_tokens
        self._known: OrderedDict[tuple[GraphQLSchema, str], Preparing] = OrderedDict()
        self.misses = 0

    def __len__(self) -> int:
        return len(self._known)

    def __call__(self, schema: GraphQLSchema, text: str) -> Preparing:
        """Return a document, prepared or not."""
        found = self._known.get((schema, text))
        if found is None:
            self.misses += 1
            found = self._known[schema, text] = Preparing(schema, text)
            self._shrink()
        self._known.move_to_end((schema, text))
        return found

    def clear(self) -> None:
        """Forget all documents."""
        self._known.clear()
        self.misses = 0

    def _shrink(self) -> None:
        tokens = sum(one.tokens for one in self._known.values())
        while len(self._known) > self.max_documents or tokens > self._max_tokens:
            tokens -= self._known.popitem(last=False)[1].tokens


cached = Cache(max_documents=256, max_tokens=20 * MAX_TOKENS)


def over_limits(document: DocumentNode) -> list[GraphQLError]:
    """Return each limit that a document exceeds."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    values = _Values()
    walk(document, values)
    measure = _Measure(document)
    sizes = [measure.of(operation.selection_set) for operation in operations]
    found = [
        (len(operations), MAX_OPERATIONS, "operations in a document"),
        (values.directives, MAX_DIRECTIVES, "directives in a document"),
        (values.aliases, MAX_ALIASES, "aliases in a document"),
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
    """Measures directives, aliases, lists and numbers anywhere in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.directives = 0
        self.aliases = 0
        self.longest_list = 0
        self.most_digits = 0
        self.nul = False

    def enter_directive(self, _: DirectiveNode, *__: Any) -> None:
        self.directives += 1

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.aliases += node.alias is not None

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
        self._known: dict[str, _Size] = {}

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
            name = node.name.value
            if name not in self._known:
                self._known[name] = self._measure_fragment(name)
            spread = self._known[name]
            return _Size(spread.depth, spread.fields + 1)  # counted even if it leads to no field: it is walked as well
        inner = self.of(getattr(node, "selection_set", None))
        if not isinstance(node, FieldNode):
            return inner
        if node.name.value.startswith("__"):
            return _Size(0, inner.fields + 1)
        return _Size(inner.depth + (not _of_connection(node)), inner.fields + 1)

    def _measure_fragment(self, name: str) -> _Size:
        found = self._fragments.get(name)
        if found is None or name in self._open:
            return _Size()
        self._open.add(name)
        try:
            return self.of(found.selection_set)
        finally:
            self._open.discard(name)


def _of_connection(node: FieldNode) -> bool:
    """Return whether a field only leads from a connection to its rows. (The root's own `node` takes an id.)"""
    return node.name.value == "edges" or (node.name.value == "node" and not node.arguments)


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
