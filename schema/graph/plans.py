"""Plans: one operation of a document, compiled for `schema/graph/compiled.py` to run.

A plan is a tree of selections. A selection holds the fields of one object type as columns; a column knows how its
values are read for all the parents at once, and how they are completed to what JSON carries. Everything that depends
only on schema and document is decided here, once: which nodes merge, which resolver runs, how a leaf is serialised.

Fields are collected by graphql-core's own functions, so fragments, `@skip` and `@include` mean what they mean there.
The conditions are part of a plan's key: each combination of their variables has a plan of its own.
"""

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.language import DirectiveNode, Visitor
from graphql.pyutils import Undefined
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.graph.batching import Batch
from schema.graph.completion import Completer, Ready, completer, ready
from schema.graph.context import Only
from schema.graph.ids import loads_by_id
from schema.graph.pagination import edges
from schema.graph.permissions import Access
from schema.graph.validation import walk
from services.db.paging import PageRequest

MAX_VARIANTS = 16  # plans of an operation, one a combination of its conditions
MAX_REQUESTS = 16  # pages of a column, one a combination of the variables in its arguments


@dataclass(slots=True, eq=False)
class Column:
    """One response key of a selection: a field, read for all parents together.

    With `read`, the value is had from the parent alone (and the resolvers' `info`, where `takes_info`), without
    waiting. With `batch`, values are loaded. Otherwise the field's own resolver is called for each parent. `rule` is
    who may.
    """

    key: str
    details: Sequence[FieldDetails]
    parent_type: GraphQLObjectType
    definition: GraphQLField
    declared: StrawberryField | None = None
    converter: Any = None
    read: Callable[..., Any] | None = None
    takes_info: bool = False
    batch: Batch | None = None
    rule: Callable[[Any, Any], bool] | None = None
    by_viewer: bool = False  # whether the rule looks at nobody but the viewer
    selection: Any = None  # what is selected of the field's objects, unless they are of an interface or a union
    reads: Only = None  # the parent's attributes that it needs; None for whatever they may be
    only: Only = None  # those that are asked of the rows that a batch loads
    ahead: tuple["Column", ...] = ()  # under objects had by their ids: what these ids alone lead to
    takes: tuple[str, ...] = ()  # the variables in a batch's arguments
    requests: dict[Hashable, Any] = field(default_factory=dict)  # by their values
    personal: bool = False  # whether it tells of a person, so that reads of it are counted
    width: int = 1  # how many values are asked of a row that it leads to, at most, before anything must be waited for
    complete: Completer = field(init=False)
    ready: Ready | None = None  # which values are complete as they are

    @property
    def name(self) -> str:
        """The field's name."""
        return self.details[0].node.name.value

    @property
    def nodes(self) -> list[FieldNode]:
        """The field's nodes in the document."""
        return [one.node for one in self.details]

    @property
    def shared(self) -> bool:
        """Whether several parents may have the same object."""
        return self.batch is not None and self.batch.shape == "one" and self.selection is not None

    @property
    def alike(self) -> bool:
        """Whether it has the same leaves under each of its aliases."""
        plain = self.selection is None and self.read is not None and self.declared is not None
        return plain and not self.definition.args and not is_composite_type(get_named_type(self.definition.type))

    def resolver_arguments(self, variables: VariableValues) -> dict[str, Any]:
        """Return the arguments as graphql-core hands them to a resolver. Raises GraphQLError for one of another
        kind."""
        details = self.details[0]
        if not self.definition.args and not details.node.arguments:
            return {}
        return get_argument_values(self.definition, details.node, variables, details.fragment_variable_values)

    def request(self, variables: VariableValues) -> tuple[PageRequest | None, dict[str, Hashable]] | None:
        """Return which page, if any, of which rows a batch is asked for; None where a filter fits none.

        Raises GraphQLError for arguments that don't fit.
        """
        batch = cast(Batch, self.batch)
        if batch.shape != "page" and not batch.filters:
            return None, {}
        given = tuple(variables.coerced.get(name, Undefined) for name in self.takes)
        with suppress(TypeError):  # of lists there are too many to keep any
            if given not in self.requests:
                if len(self.requests) >= MAX_REQUESTS:
                    self.requests.clear()
                self.requests[given] = batch.request(**self._converted(variables))
            return cast("tuple[PageRequest | None, dict[str, Hashable]] | None", self.requests[given])
        return batch.request(**self._converted(variables))

    def given(self, filters: dict[str, Hashable]) -> dict[str, Any]:
        """Return what a batch's load is given by name: the filters, and the attributes that are asked for."""
        return filters if self.only is None else {**filters, "only": self.only}

    def _converted(self, variables: VariableValues) -> dict[str, Any]:
        declared = cast(StrawberryField, self.declared)
        raw = self.resolver_arguments(variables)
        return convert_arguments(raw, declared.arguments, self.converter.scalar_registry, self.converter.config)


@lru_cache(maxsize=1024)
def _maker(keys: tuple[str, ...]) -> Callable[..., dict[str, Any]]:
    """Return a function from the values of these keys to their dict: a third of what `dict(zip(…))` takes.

    The keys are names of GraphQL: letters, digits and underscores.
    """
    names = [f"value{place}" for place in range(len(keys))]
    pairs = ", ".join(f"{key!r}: {name}" for key, name in zip(keys, names, strict=True))
    return cast("Callable[..., dict[str, Any]]", eval(f"lambda {', '.join(names)}: {{{pairs}}}"))  # noqa: S307


def _union(parts: Iterable[Only]) -> Only:
    found: frozenset[str] = frozenset()
    for part in parts:
        if part is None:
            return None
        found |= part
    return found


@dataclass(slots=True, eq=False)
class Selection:
    """The fields of one object type at one place of the answer, in the answer's order."""

    kind: GraphQLObjectType
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = field(init=False)
    make: Callable[..., dict[str, Any]] = field(init=False)
    same: tuple[int, ...] = field(init=False)  # of each column the place of the first that has its values
    waiting: tuple[Column, ...] = field(init=False)
    personal: tuple[int, ...] = field(init=False)  # the places of the columns that tell of a person
    reads: Only = field(init=False)  # the attributes that its columns need of a row
    checked: set[type] = field(default_factory=set)  # classes of objects known to be of this type
    certain: bool = False  # whether all objects are

    def __post_init__(self) -> None:
        self.keys = tuple(column.key for column in self.columns)
        self.make = _maker(self.keys)
        first: dict[Any, int] = {}
        self.same = tuple(
            first.setdefault(id(column.definition) if column.alike else id(column), place)
            for place, column in enumerate(self.columns)
        )
        self.waiting = tuple(column for column in self.columns if column.read is None)
        self.personal = tuple(place for place, column in enumerate(self.columns) if column.personal)
        self.reads = _union(column.reads for column in self.columns)

    @property
    def width(self) -> int:
        """How many values are asked of the widest of the objects here."""
        return max(len(self.columns), *(1, *(column.width for column in self.columns if column.read is not None)))

    def one_by_one(self) -> list["Selection"]:
        """Return a selection for each of the fields."""
        return [Selection(self.kind, (column,)) for column in self.columns]


@dataclass(slots=True, eq=False)
class Plan:
    """How one operation runs, with the conditions of its variables as they were when it was made."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    root: Selection
    serial: bool


@dataclass(slots=True, eq=False)
class Operation:
    """One operation of a prepared document, and the plans made of it so far."""

    schema: GraphQLSchema
    document: DocumentNode
    node: OperationDefinitionNode
    converter: Any = None  # Strawberry's, for arguments; None for a schema made without Strawberry
    conditions: tuple[str, ...] = ()
    plans: dict[Hashable, Plan] = field(default_factory=dict)
    defaults: VariableValues | None = None  # where no variables are given

    def plan(self, variables: VariableValues) -> Plan:
        """Return the plan for these variables."""
        key = tuple(variables.coerced.get(name) for name in self.conditions)
        found = self.plans.get(key)
        if found is None:
            if len(self.plans) >= MAX_VARIANTS:
                self.plans.clear()
            found = self.plans[key] = _Compiler(self, variables).plan()
        return found

    def variables(self, given: Mapping[str, Any] | None) -> VariableValues | list[Any]:
        """Return the variables, coerced; or what is wrong with them."""
        if not given and self.defaults is not None:
            return self.defaults
        values = self._coerced(given or {})
        if not given and isinstance(values, VariableValues):
            self.defaults = values
        return values

    def _coerced(self, given: Mapping[str, Any]) -> VariableValues | list[Any]:
        definitions = self.node.variable_definitions or ()
        return get_variable_values(self.schema, definitions, dict(given), max_errors=MAX_VARIABLE_ERRORS)


MAX_VARIABLE_ERRORS = 50  # graphql-core's own


def operations(schema: GraphQLSchema, document: DocumentNode) -> dict[str | None, Operation]:
    """Return each operation of a valid document, by name."""
    conditions = _Conditions()
    walk(document, conditions)
    strawberry = getattr(schema, "_strawberry_schema", None)
    converter = strawberry and strawberry.schema_converter
    names = tuple(sorted(conditions.names))
    nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return {
        node.name.value if node.name else None: Operation(schema, document, node, converter, names) for node in nodes
    }


def _variables_in(node: FieldNode) -> tuple[str, ...]:
    found = _Variables()
    for argument in node.arguments or ():
        walk(argument, found)
    return tuple(found.names)


class _Variables(Visitor):
    """Finds the variables of a value."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names[node.name.value] = None


class _Conditions(Visitor):
    """Finds the variables that decide which fields are selected."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


class _Compiler:
    """Compiles an operation. A plan may keep it, so it knows nothing of the operation itself, which keeps its plans."""

    def __init__(self, of: Operation, variables: VariableValues) -> None:
        self._schema, self._node, self._converter = of.schema, of.node, of.converter
        self._variables = variables
        self._definitions = {
            node.name.value: node for node in of.document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._fragments = {name: FragmentDetails(node, None) for name, node in self._definitions.items()}

    def plan(self) -> Plan:
        schema, node = self._schema, self._node
        root_type = schema.get_root_type(node.operation)
        assert root_type is not None, "validated"
        grouped = collect_fields(schema, self._fragments, self._variables, root_type, node).grouped_field_set
        return Plan(
            schema,
            node,
            self._definitions,
            self._selection(root_type, grouped),
            serial=node.operation is OperationType.MUTATION,
        )

    def _selection(self, kind: GraphQLObjectType, grouped: Mapping[str, Sequence[FieldDetails]]) -> Selection:
        return Selection(kind, tuple(self._column(kind, key, details) for key, details in grouped.items()))

    def _column(self, kind: GraphQLObjectType, key: str, details: Sequence[FieldDetails]) -> Column:
        definition = self._schema.get_field(kind, details[0].node.name.value)
        assert definition is not None, "validated"
        column = Column(key, details, kind, definition, converter=self._converter)
        column.declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if column.name == "__typename":
            name = kind.name
            column.read, column.reads = (lambda _row: name), frozenset()
        elif column.declared is not None:
            _read_declaration(column, column.declared)
            column.takes = _variables_in(details[0].node)
        named = get_named_type(definition.type)
        if is_object_type(named):
            column.selection = self._under(named, details)
            _without_edges(column)
            column.only = _asked_of_rows(column)
            column.width = column.selection.width
            column.ahead = _ahead(column, named.name)
        column.ready = ready(definition.type)
        column.complete = completer(
            definition.type, column.selection, lambda inner: self._under(inner, details), self._schema
        )
        return column

    def _under(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> Selection:
        """Return what is selected of an object type, at a field."""
        grouped = collect_subfields(self._schema, self._fragments, self._variables, self._node, kind, list(details))
        return self._selection(kind, grouped.grouped_field_set)


def _without_edges(column: Column) -> None:
    """Let the rows of a page stand for its edges, where nothing but their nodes is asked of them."""
    selection = column.selection
    if column.read is edges and {one.name for one in selection.columns} == {"node"}:
        column.read, selection.certain = attrgetter("rows"), True
        for one in selection.columns:
            one.read = _itself


def _itself(row: Any) -> Any:
    return row


def _asked_of_rows(column: Column) -> Only:
    """Return the attributes that are asked of the rows that a batch loads; of a page, those of its nodes."""
    if column.batch is None or not column.batch.chooses:
        return None
    if column.batch.shape != "page":
        return cast(Only, column.selection.reads)
    edges = [one for one in column.selection.columns if one.name == "edges"]
    nodes = [one for edge in edges for one in edge.selection.columns if one.name == "node"]
    return _union(node.selection.reads if node.selection else None for node in nodes)


def _ahead(column: Column, type_name: str) -> tuple[Column, ...]:
    """Return what can be loaded beside a column's objects, because it is known by their ids already."""
    if column.batch is None or column.batch.shape != "one" or not loads_by_id(column.batch.load, type_name):
        return ()
    return tuple(one for one in column.selection.waiting if one.batch is not None and one.batch.key == "id")


def _reads(column: Column, access: Access, *attributes: str | None) -> None:
    """Note that a column needs these attributes of its parent alone, unless the rule of who may read it needs more."""
    if None not in attributes and (access.allows is None or access.by_viewer or access.reads):
        column.reads = _named(*cast("tuple[str, ...]", attributes), *access.reads)


@cache
def _attribute(name: str) -> Callable[[Any], Any]:
    """Return what reads an attribute. There are as many as the schema has fields."""
    return attrgetter(name)


@cache
def _named(*attributes: str) -> frozenset[str]:
    return frozenset(attributes)


@cache
def _signature(resolver: Callable[..., Any]) -> tuple[Any, tuple[str, ...], bool]:
    """Return a resolver's own function, the names of its parameters, and whether it is a coroutine function. There are
    as many as there are fields of the schema."""
    function: Any = inspect.unwrap(resolver)
    return function, tuple(inspect.signature(function).parameters), inspect.iscoroutinefunction(function)


def _read_declaration(column: Column, declared: StrawberryField) -> None:
    """Find out from its declaration how a field's values are had, where it is one of our own kinds."""
    access, batch = declared.metadata.get("access"), declared.metadata.get("batch")
    if declared.is_basic_field:
        column.read, column.reads = _attribute(declared.python_name), _named(declared.python_name)
        return
    if access is None or declared.is_subscription or declared.extensions or declared.base_resolver is None:
        return
    if batch is not None:
        column.batch, column.rule = batch, access.allows
        _reads(column, access, batch.key)
        return
    function, names, waits = _signature(declared.base_resolver.wrapped_func)
    if column.definition.args or waits:
        return
    column.rule, column.by_viewer, column.personal = access.allows, access.by_viewer, declared.metadata["personal"]
    if attribute := getattr(function, "attribute", None):
        column.read = _attribute(attribute)
        _reads(column, access, attribute)
        if column.personal and column.reads is not None:
            column.reads |= {"id"}
    elif of_type := getattr(function, "of_type", None):
        column.read = of_type(column.parent_type.name)
        _reads(column, access, "id")
    else:
        column.read = function if names else lambda _row: function()
        column.takes_info = "info" in names
        _reads(column, access, *getattr(function, "reads", (None,)))
