"""The cost of an operation, computed from its document and variables before it runs.

A unit is at most some 3 µs of this process or 33 bytes of the answer, whichever is more: 0.1 s and 1 MB for who is not
signed in, 0.2 s and 2 MB for reading the schema, 0.5 s and 5 MB for anybody. `bench/prices.py` measures what it is for
one document, and `bench/dearest.py` looks for documents that take more. A field costs what it declares, or the default
of its kind; fields inside a list are multiplied by its largest number of rows. Costs are upper bounds for any viewer:
no database, no executor.

A document is compiled once into a formula over the variables that matter: page sizes, and the conditions of `@include`
and `@skip`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.graph.permissions import PAGE
from services.db.paging import DEFAULT_PAGE, MAX_PAGE

MAX_COST_ANONYMOUS = 30_000
MAX_COST_INTROSPECTION = 60_000  # all of the schema, as tools read it, is some 48,000
MAX_COST = 100_000
MAX_COST_EVENT = 5_000  # for each event of a subscription
CEILING = 1_000_000_000  # costs are cut off here

LEAF_COST = 1
LEAF_COSTS = {"ID": 3, "String": 2, "DateTime": 2}  # by type: a global id has 70 bytes with its quotes, an instant 34
ATTRIBUTE_COST = 2  # an object held by its parent
OBJECT_COST = 6  # an object loaded by a loader
PAGE_COST = 30
ROOT_COST = 150  # a query of its own
MUTATION_COST = 2_000
UNIT_BYTES = 33  # of a response key or an introspected text, one unit each
KEY_BYTES_INCLUDED = 24  # of a key, in what the field costs

Cost = int | Callable[["Values"], int]


@dataclass(frozen=True, slots=True)
class Operation:
    """The cost of one operation of a document."""

    kind: OperationType
    introspects: bool
    formula: Cost
    personal: bool = False  # whether it reads personal data

    def cost(self, variables: Mapping[str, Any] | None) -> int:
        """Return the units with these variables, at most CEILING. An unusable variable counts as the worst."""
        try:
            return min(_at(self.formula, Values(variables or {})), CEILING)
        except RecursionError:
            return CEILING

    def limit(self, *, signed_in: bool) -> int:
        """Return the units allowed. Introspection is the same for all viewers, and so is its limit."""
        if self.kind is OperationType.SUBSCRIPTION:
            return MAX_COST_EVENT
        if self.introspects:
            return MAX_COST_INTROSPECTION
        return MAX_COST if signed_in else MAX_COST_ANONYMOUS


@dataclass(slots=True)
class Values:
    """The variables of one request, and the memoised costs of its fragments."""

    variables: Mapping[str, Any]
    known: dict[object, int] = field(default_factory=dict)


def operations(schema: GraphQLSchema, document: DocumentNode) -> dict[str | None, Operation]:
    """Return the cost of each operation of a valid document, by name."""
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return {node.name.value if node.name else None: _Compiler(schema, document, node).compiled() for node in found}


# -- arithmetic on formulas ------------------------------------------------------------------------------------------


def _at(cost: Cost, values: Values) -> int:
    return cost if isinstance(cost, int) else cost(values)


def _split(parts: Iterable[Cost]) -> tuple[list[int], list[Callable[[Values], int]]]:
    known: list[int] = []
    open_: list[Callable[[Values], int]] = []
    for part in parts:
        if isinstance(part, int):
            known.append(part)
        else:
            open_.append(part)
    return known, open_


def _sum(parts: Iterable[Cost]) -> Cost:
    known, open_ = _split(parts)
    fixed = sum(known)
    return (lambda values: fixed + sum([part(values) for part in open_])) if open_ else fixed


def _max(parts: Iterable[Cost]) -> Cost:
    known, open_ = _split(parts)
    fixed = max(known, default=0)
    return (lambda values: max(fixed, *[part(values) for part in open_])) if open_ else fixed


def _times(count: Cost, each: Cost) -> Cost:
    if isinstance(count, int) and isinstance(each, int):
        return count * each
    if count == 0 or each == 0:
        return 0
    return lambda values: _at(count, values) * _at(each, values)


def _memoised(cost: Cost) -> Cost:
    """Memoise a cost for the request, however often it is referred to."""
    if isinstance(cost, int):
        return cost

    def known(values: Values) -> int:
        if cost not in values.known:
            values.known[cost] = cost(values)
        return values.known[cost]

    return known


# -- documents -------------------------------------------------------------------------------------------------------


class _Compiler:
    """Compiles one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._defaults = {node.variable.name.value: node.default_value for node in operation.variable_definitions or ()}
        self._spreads: dict[tuple[str, str, Cost], Cost] = {}
        self._introspection = _Introspection(schema, self)
        self._personal = False

    def compiled(self) -> Operation:
        kind = self._operation.operation
        root = self._schema.get_root_type(kind)
        assert root is not None  # the document is valid
        formula = self._selections(self._operation.selection_set, root, 0)
        introspects = self._introspection.spent > 0
        del self._introspection  # which leads back here, and with it the whole document
        return Operation(kind, introspects, formula, self._personal)

    def _selections(self, selections: SelectionSetNode, kind: Any, page: Cost) -> Cost:
        """Return the cost of one object of this type, the most expensive of an abstract one.

        `page`: the rows of the page whose connection this is.
        """
        if is_abstract_type(kind):
            return _max(self._selections(selections, one, page) for one in self._schema.get_possible_types(kind))
        return _sum(self._selection(node, kind, page) for node in selections.selections)

    def _selection(self, node: SelectionNode, kind: GraphQLObjectType, page: Cost) -> Cost:
        included = self.included(node.directives or ())
        if included == 0:
            return 0
        if isinstance(node, FieldNode):
            return _times(included, self._field(node, kind, page))
        if isinstance(node, FragmentSpreadNode):
            return _times(included, self._spread(node.name.value, kind, page))
        assert isinstance(node, InlineFragmentNode)
        return _times(included, self._selections(node.selection_set, kind, page)) if self.applies(node, kind) else 0

    def _spread(self, name: str, kind: GraphQLObjectType, page: Cost) -> Cost:
        key = (name, kind.name, page)
        if key not in self._spreads:
            fragment = self._fragments[name]
            applies = self.applies(fragment, kind)
            self._spreads[key] = _memoised(self._selections(fragment.selection_set, kind, page)) if applies else 0
        return self._spreads[key]

    def _field(self, node: FieldNode, kind: GraphQLObjectType, page: Cost) -> Cost:
        key = _key_cost(node)
        if node.name.value == "__typename":
            return LEAF_COST + len(kind.name) // UNIT_BYTES + key
        if node.name.value in ("__schema", "__type"):
            return self._introspection.cost(node)
        definition = kind.fields[node.name.value]
        self._personal = self._personal or bool(_definition(definition).metadata.get("personal"))
        inner = get_named_type(definition.type)
        each: Cost = _leaf_cost(inner)
        if node.selection_set:
            below = self._page(node) if "first" in definition.args else 0
            each = self._selections(node.selection_set, inner, below)
        root = {self._schema.mutation_type: MUTATION_COST, self._schema.query_type: ROOT_COST}.get(kind)
        own = _own_cost(definition, root) + key
        if not is_list_type(_nullable(definition.type)):
            return _sum([own, each]) if node.selection_set else own
        rows = rows_of_list(definition)
        assert rows is not None  # `declared.check`
        return _sum([own, _times(page if rows is PAGE else rows, _sum([LEAF_COST, each]))])

    def _page(self, node: FieldNode) -> Cost:
        """Return the largest number of rows of a page: DEFAULT_PAGE where none is given. An invalid size is refused by
        the resolver; here it counts as MAX_PAGE."""
        sizes = [self._size(one) for one in node.arguments or () if one.name.value in ("first", "last")]
        size = _max(sizes)
        if isinstance(size, int):
            return size or DEFAULT_PAGE
        return lambda values: size(values) or DEFAULT_PAGE

    def _size(self, argument: ArgumentNode) -> Cost:
        node = argument.value
        if not isinstance(node, VariableNode):
            return _page_size(int(node.value)) if isinstance(node, IntValueNode) else 0
        name, default = node.name.value, self._defaults.get(node.name.value)
        otherwise = int(default.value) if isinstance(default, IntValueNode) else None
        return lambda values: _page_size(values.variables.get(name, otherwise))

    def applies(self, node: InlineFragmentNode | FragmentDefinitionNode, kind: GraphQLObjectType) -> bool:
        """Return whether a fragment applies to objects of this type."""
        condition = self._schema.get_type(node.type_condition.name.value) if node.type_condition else kind
        return condition is kind or (is_abstract_type(condition) and self._schema.is_sub_type(condition, kind))

    def fragment(self, node: SelectionNode) -> InlineFragmentNode | FragmentDefinitionNode:
        """Return the fragment of a selection."""
        if isinstance(node, FragmentSpreadNode):
            return self._fragments[node.name.value]
        assert isinstance(node, InlineFragmentNode)
        return node

    def included(self, directives: Sequence[DirectiveNode]) -> Cost:
        """Return 1 for an included selection, 0 for one that @include or @skip leaves out."""
        included: Cost = 1
        for directive in directives:
            unwanted = {"include": False, "skip": True}.get(directive.name.value)
            if unwanted is not None:
                included = _times(included, self._unless(unwanted, *(directive.arguments or ())))
        return included

    def _unless(self, unwanted: bool, argument: ArgumentNode) -> Cost:
        node = argument.value
        if not isinstance(node, VariableNode):
            return int(not isinstance(node, BooleanValueNode) or node.value is not unwanted)
        name, default = node.name.value, self._defaults.get(node.name.value)
        otherwise = default.value if isinstance(default, BooleanValueNode) else None
        return lambda values: int(values.variables.get(name, otherwise) is not unwanted)


def _page_size(size: Any) -> int:
    """Return a page's size: 0 for none, MAX_PAGE for an invalid one."""
    if size is None:
        return 0
    return size if type(size) is int and 1 <= size <= MAX_PAGE else MAX_PAGE


def _nullable(kind: Any) -> Any:
    return kind.of_type if is_non_null_type(kind) else kind


def _key_cost(node: FieldNode) -> int:
    over = len((node.alias or node.name).value) - KEY_BYTES_INCLUDED
    return -(-over // UNIT_BYTES) if over > 0 else 0


def _leaf_cost(kind: Any) -> int:
    return LEAF_COSTS.get(kind.name, LEAF_COST)


def _definition(found: GraphQLField) -> Any:
    return found.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]


def rows_of_list(found: GraphQLField) -> Any:
    """Return the largest number of rows of a list, or PAGE; None if undeclared. A list of an enum has at most all its
    values."""
    rows = _definition(found).metadata.get("rows")
    inner = get_named_type(found.type)
    return len(inner.values) if rows is None and is_enum_type(inner) else rows


def _own_cost(found: GraphQLField, root: int | None) -> int:
    """Return the units of the field alone; `root` is the default at the root."""
    definition, inner = _definition(found), get_named_type(found.type)
    declared: int | None = definition.metadata.get("cost")
    if declared is not None:
        return declared
    if not is_composite_type(inner):
        return _leaf_cost(inner)
    if root is not None:
        return root
    if "first" in found.args:
        return PAGE_COST
    return OBJECT_COST if definition.base_resolver else ATTRIBUTE_COST


# -- introspection ---------------------------------------------------------------------------------------------------


class _TooMuch(Exception):
    """The cost exceeds every limit; stop counting."""


class _Introspection:
    """Costs of introspection, which has no page sizes: counted on the schema itself until the limit is exceeded.

    `spent`: the units of all introspection in the operation.
    """

    def __init__(self, schema: GraphQLSchema, compiler: _Compiler) -> None:
        self._schema = schema
        self._compiler = compiler
        self._info = SimpleNamespace(schema=schema)
        self.spent = 0

    def cost(self, node: FieldNode) -> int:
        """Return the units of `__schema` or `__type` with everything below."""
        assert node.selection_set
        before = self.spent
        try:
            self._spend(LEAF_COST + _key_cost(node))
            if node.name.value == "__schema":
                self._read(node.selection_set, "__Schema", [self._schema])
            else:
                self._read(node.selection_set, "__Type", self._named(node))
        except _TooMuch:
            return MAX_COST_INTROSPECTION + 1  # counted alone, whatever @include leaves out elsewhere
        return self.spent - before

    def _named(self, node: FieldNode) -> list[Any]:
        """Return the type asked for; any type, if by a variable."""
        (argument,) = node.arguments or ()
        if not isinstance(argument.value, StringValueNode):
            return list(self._schema.type_map.values())
        found = self._schema.get_type(argument.value.value)
        return [found] if found else []

    def _read(self, selections: SelectionSetNode, kind_name: str, values: list[Any]) -> None:
        """Spend the cost of these objects of the schema and everything below."""
        kind = self._schema.type_map[kind_name]
        assert isinstance(kind, GraphQLObjectType)
        for node in selections.selections if values else ():
            if self._compiler.included(node.directives or ()) == 0:
                continue
            if isinstance(node, FieldNode):
                self._read_field(node, kind, values)
            else:
                fragment = self._compiler.fragment(node)
                if self._compiler.applies(fragment, kind):
                    self._read(fragment.selection_set, kind_name, values)

    def _read_field(self, node: FieldNode, kind: GraphQLObjectType, values: list[Any]) -> None:
        if node.name.value == "__typename":
            self._spend(len(values) * (LEAF_COST + len(kind.name) // UNIT_BYTES + _key_cost(node)))
            return
        definition = kind.fields[node.name.value]
        options = {"includeDeprecated": True} if "includeDeprecated" in definition.args else {}
        below: list[Any] = []
        for value in values:
            assert definition.resolve
            found = definition.resolve(value, self._info, **options)
            if not node.selection_set:
                values_in_it = len(found) if isinstance(found, list | tuple) else 0
                self._spend(LEAF_COST + _key_cost(node) + values_in_it + len(str(found).encode()) // UNIT_BYTES)
                continue
            rows = list(found) if is_list_type(_nullable(definition.type)) and found is not None else [found]
            below += [row for row in rows if row is not None]
            self._spend(LEAF_COST + _key_cost(node) + len(rows))
        if node.selection_set:
            self._read(node.selection_set, get_named_type(definition.type).name, below)

    def _spend(self, units: int) -> None:
        self.spent += units
        if self.spent > MAX_COST_INTROSPECTION:
            raise _TooMuch
