"""The graph's types for TypeScript: the schema's, and what each document of docs/operations sends and gets.

For screens, mini-programs and pages of others, in an editor and under `tsc`; nothing of it runs.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    SelectionSetNode,
    is_introspection_type,
    is_required_input_field,
    is_specified_scalar_type,
    parse,
    type_from_ast,
)

BUILT_IN = {"ID": "string", "String": "string", "Boolean": "boolean", "Int": "number", "Float": "number"}
# How JSON carries our own: a scalar that is not here fails the build, for nobody has said yet.
OUR_OWN = {
    "Date": "string", "DateTime": "string", "Fen": "number", "LocalTime": "string", "Points": "number",
    "YearMonth": "string",
}  # fmt: skip

HEAD = """\
// The types of schema.graphql and of docs/operations, for TypeScript and for JSDoc. `make schema` writes this file.
//
// `Data<"MyWishes">` is what the document MyWishes gets, `Variables<"MyWishes">` what it is given. New values of enums
// and new members of unions come without notice (docs/api.md): have a branch for what is not here yet.

export as namespace Graph;

/** What a document of docs/operations gets; of a document of one's own, anything. */
export type Data<Name extends string> = Name extends keyof Operations ? Operations[Name]["data"] : any;

/** What a document of docs/operations is given; a document of one's own, anything. */
export type Variables<Name extends string> = Name extends keyof Operations ? Operations[Name]["variables"] : any;"""

Written = Callable[[GraphQLNamedType], str]


def types(schema: GraphQLSchema, documents: Mapping[str, str]) -> str:
    """Return the declarations, each with its description. `documents`: texts by name, each of one valid operation.

    Raises KeyError for a scalar of which nobody has said how JSON carries it.
    """
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    named = [
        _declared(schema, kind)
        for name, kind in sorted(schema.type_map.items())
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind) and kind not in roots
    ]
    fields = [
        _comment(_first_line(text)) + f"{name}: {_Document(schema, text).written()};"
        for name, text in sorted(documents.items())
    ]
    operations = f"/** The documents of docs/operations, by name. */\nexport interface Operations {_block(fields)}"
    return "\n\n".join([HEAD, *named, operations])


# -- the schema -------------------------------------------------------------------------------------------------------


def _declared(schema: GraphQLSchema, kind: GraphQLNamedType) -> str:
    about = _comment(kind.description)
    if isinstance(kind, GraphQLScalarType):
        return f"{about}export type {kind.name} = {OUR_OWN[kind.name]};"
    if isinstance(kind, GraphQLEnumType):
        values = [_about(value) + f'| "{name}"' for name, value in kind.values.items()]
        return f"{about}export type {kind.name} =\n{_indented(values)};"
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        members = " | ".join(sorted(one.name for one in schema.get_possible_types(kind))) or "never"
        return f"{about}export type {kind.name} = {members};"
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of:
            return f"{about}export type {kind.name} =\n{_indented(_one_of(kind))};"
        return f"{about}export interface {kind.name} {_block(_given(kind.fields))}"
    assert isinstance(kind, GraphQLObjectType)
    fields = [_about(one) + f"{name}: {_wrapped(one.type, _name)};" for name, one in kind.fields.items()]
    typename = f'__typename?: "{kind.name}";'
    return f"{about}export interface {kind.name} {_block([typename, *fields])}"


def _given(fields: Mapping[str, Any]) -> list[str]:
    """Return the fields of an input: what need not be given is optional, and may be null as well."""
    return [
        _about(one) + f"{name}{'' if is_required_input_field(one) else '?'}: {_wrapped(one.type, _name)};"
        for name, one in fields.items()
    ]


def _one_of(kind: GraphQLInputObjectType) -> Iterator[str]:
    """Yield each way to give exactly one of the fields."""
    for name, one in kind.fields.items():
        others = "".join(f"; {other}?: never" for other in kind.fields if other != name)
        yield _about(one) + f"| {{ {name}: {_certain(one.type, _name)}{others} }}"


# -- the documents ----------------------------------------------------------------------------------------------------


class _Document:
    """What one operation is given, and what it gets."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self._schema = schema
        definitions = parse(text).definitions
        self._fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        (self._operation,) = (one for one in definitions if isinstance(one, OperationDefinitionNode))

    def written(self) -> str:
        root = self._schema.get_root_type(self._operation.operation)
        assert root
        variables = [
            f"{one.variable.name.value}{'' if self._is_required(one) else '?'}:"
            f" {_wrapped(type_from_ast(self._schema, one.type), _name)};"
            for one in self._operation.variable_definitions or ()
        ]
        got = self._object(root, [self._operation.selection_set])
        return _block([f"variables: {_block(variables)};", f"data: {got};"])

    @staticmethod
    def _is_required(variable: Any) -> bool:
        return variable.type.kind == "non_null_type" and variable.default_value is None

    def _object(self, kind: Any, selected: list[SelectionSetNode]) -> str:
        """Return what is selected of a type; of an abstract one, a variant for all types that answer the same.

        A variant says of each field that only others have that it is not there: it can be asked for all the same.
        """
        abstract = isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)
        variants: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for one in sorted(self._schema.get_possible_types(kind), key=lambda one: one.name) if abstract else [kind]:
            variants.setdefault(tuple(self._fields(one, selected).items()), []).append(one.name)
        every = dict.fromkeys(key for fields in variants for key, _ in fields)
        written = []
        for fields, names in variants.items():
            typename = " | ".join(f'"{name}"' for name in names)
            lines = [f"{key}: {value or typename};" for key, value in fields]
            there = {key.rstrip("?") for key, _ in fields}
            lines += [f"{key.rstrip('?')}?: never;" for key in every if key.rstrip("?") not in there]
            written.append(_block(lines))
        return " | ".join(written)

    def _fields(self, kind: GraphQLObjectType, selected: list[SelectionSetNode]) -> dict[str, str]:
        """Return the type of each selected field by its name in the answer, which ends in `?` where it may be left out.
        That of `__typename` is empty."""
        asked: dict[str, list[FieldNode]] = {}
        certain: set[str] = set()
        for node, always in self._collected(kind, selected, always=True):
            name = (node.alias or node.name).value
            asked.setdefault(name, []).append(node)
            certain |= {name} if always else set()
        return {name if name in certain else f"{name}?": self._field(kind, nodes) for name, nodes in asked.items()}

    def _collected(
        self, kind: GraphQLObjectType, selected: list[SelectionSetNode], *, always: bool
    ) -> Iterator[tuple[FieldNode, bool]]:
        """Yield the fields that a type is asked for, and whether whatever the variables are."""
        for node in (node for one in selected for node in one.selections):
            there = always and not node.directives  # @include, @skip
            if isinstance(node, FieldNode):
                yield node, there
                continue
            fragment: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if self._applies(fragment.type_condition, kind):
                yield from self._collected(kind, [fragment.selection_set], always=there)

    def _applies(self, condition: Any, kind: GraphQLObjectType) -> bool:
        wanted: Any = condition and self._schema.get_type(condition.name.value)
        return wanted in (None, kind) or (
            not isinstance(wanted, GraphQLObjectType) and self._schema.is_sub_type(wanted, kind)
        )

    def _field(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return ""
        below = [node.selection_set for node in nodes if node.selection_set]
        return _wrapped(kind.fields[name].type, lambda named: self._object(named, below) if below else _name(named))


# -- writing ----------------------------------------------------------------------------------------------------------


def _wrapped(kind: Any, written: Written) -> str:
    """Return a type: its innermost as `written` says, in lists, and null where it may be."""
    return _certain(kind, written) if isinstance(kind, GraphQLNonNull) else f"{_certain(kind, written)} | null"


def _certain(kind: Any, written: Written) -> str:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return f"Array<{_wrapped(inner.of_type, written)}>" if isinstance(inner, GraphQLList) else written(inner)


def _name(kind: GraphQLNamedType) -> str:
    return BUILT_IN.get(kind.name, kind.name)


def _about(element: Any) -> str:
    """Return the comment on a field or value, with why not to use it any more."""
    gone = f"\n@deprecated {element.deprecation_reason}" if element.deprecation_reason else ""
    return _comment(f"{element.description or ''}{gone}".strip())


def _comment(text: str | None) -> str:
    if not text:
        return ""
    lines = text.replace("*/", "* /").splitlines()
    return f"/** {lines[0]} */\n" if len(lines) == 1 else "/**\n" + "".join(f" * {one}\n" for one in lines) + " */\n"


def _first_line(text: str) -> str:
    return text.splitlines()[0].lstrip("# ")


def _block(lines: list[str]) -> str:
    return f"{{\n{_indented(lines)}\n}}" if lines else "{}"


def _indented(parts: Any) -> str:
    return "\n".join(f"  {line}" for part in parts for line in part.splitlines())
