"""Limits on what may be asked, and documents parsed and validated once for all who send the same text.

The limits are counted before validation, whose cost is quadratic in the size of a document, and once a fragment, so
that fragments which spread each other don't multiply the work of counting.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    Node,
    OperationDefinitionNode,
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

from services.paging import MAX_PAGE

MAX_CHARACTERS = 32 * 1024
MAX_TOKENS = 1200
MAX_COMMENTS = 200
MAX_OPERATIONS = 10
MAX_DIRECTIVES = 20
MAX_DEPTH = 12  # fields inside fields, what is below __schema and __type aside
MAX_ALIASES = 20
MAX_FIELDS = 600  # with each fragment counted wherever it is spread
MAX_NODES = 20_000  # rows that an operation could come to, by its page sizes
MAX_LIST = 100  # values of one list in the input
MAX_ERRORS = 20

RULES = (*specified_rules, *recommended_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be executed, or what is wrong with it."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()


@lru_cache(maxsize=128)  # the dearest document comes to 1.5 MB
def prepared(schema: GraphQLSchema, text: str) -> Prepared:
    """Parse and validate a document, or remember how that went."""
    try:
        document = parse(
            text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS, max_source_length=MAX_CHARACTERS
        )
        errors = over_limits(document) or validate(schema, document, RULES, max_errors=MAX_ERRORS)
    except GraphQLError as error:
        # A new one: a syntax error kept here would gather a traceback each time it is raised.
        return Prepared(None, (GraphQLError(error.message, source=error.source, positions=error.positions),))
    except RecursionError:
        return Prepared(None, (GraphQLError("the document is nested too deeply"),))
    return Prepared(document, tuple(errors))


def over_limits(document: DocumentNode) -> list[GraphQLError]:
    """Each limit that a document goes beyond."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    values = _Values()
    visit(document, values)
    measure = _Measure(document)
    sizes = [measure.of(operation.selection_set) for operation in operations]
    found = [
        (len(operations), MAX_OPERATIONS, "operations in a document"),
        (values.directives, MAX_DIRECTIVES, "directives in a document"),
        (values.longest_list, MAX_LIST, "values in a list"),
        (max((size.depth for size in sizes), default=0), MAX_DEPTH, "levels of fields"),
        (sum(size.aliases for size in sizes), MAX_ALIASES, "aliases in a document"),
        (sum(size.fields for size in sizes), MAX_FIELDS, "fields in a document, with its fragments spread"),
        (max((size.nodes for size in sizes), default=0), MAX_NODES, "rows in an operation, by its page sizes"),
    ]
    errors = [GraphQLError(f"at most {limit} {what}") for count, limit, what in found if count > limit]
    if values.nul:
        errors.append(GraphQLError("a string may not hold the character U+0000"))
    return errors


class _Values(Visitor):
    """Counts what may stand anywhere in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.directives = 0
        self.longest_list = 0
        self.nul = False

    def enter_directive(self, _: DirectiveNode, *__: Any) -> None:
        self.directives += 1

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        self.longest_list = max(self.longest_list, len(node.values))

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.nul = self.nul or "\0" in node.value


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int = 0
    aliases: int = 0
    fields: int = 0
    nodes: int = 0


class _Measure:
    """How much a selection comes to. Fragments are measured once; one that spreads itself counts as nothing there
    (validation refuses it)."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._open: set[str] = set()
        self._fragment = cache(self._measure_fragment)

    def of(self, selections: SelectionSetNode | None) -> _Size:
        """The size of one selection set."""
        sizes = [self._selection(node) for node in (selections.selections if selections else ())]
        return _Size(
            depth=max((size.depth for size in sizes), default=0),
            aliases=sum(size.aliases for size in sizes),
            fields=sum(size.fields for size in sizes),
            nodes=sum(size.nodes for size in sizes),
        )

    def _selection(self, node: Node) -> _Size:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        inner = self.of(getattr(node, "selection_set", None))
        if not isinstance(node, FieldNode):
            return inner
        rows = _rows(node)
        return _Size(
            depth=0 if node.name.value.startswith("__") else inner.depth + 1,
            aliases=inner.aliases + (node.alias is not None),
            fields=inner.fields + 1,
            nodes=inner.nodes if rows is None else rows * (1 + inner.nodes),
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


def _rows(node: FieldNode) -> int | None:
    """How many rows a field asks for at most; None for a field that is no page."""
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            value = argument.value
            asked = value.value if isinstance(value, IntValueNode) else ""
            return int(asked) if asked.isdecimal() and len(asked) <= len(str(MAX_PAGE)) else MAX_PAGE
    return None


def long_list(variables: Any) -> bool:
    """Whether any list in the variables has more than MAX_LIST values."""
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
