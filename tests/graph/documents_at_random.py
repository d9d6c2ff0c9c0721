"""Valid documents at random, by walking a schema: every kind of selection, argument and condition that it allows."""

import json
import random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

MAX_DEPTH = 5
SCALARS: dict[str, tuple[Any, ...]] = {
    "Int": (0, 1, 3, 50),
    "Float": (0.5, 2),
    "String": ("a", "甲"),
    "Boolean": (True, False),
    "ID": ("QXJlYTox", "1"),
}


class Documents:
    """Makes documents of one schema. `values` gives values for scalars and for arguments by name."""

    def __init__(self, schema: GraphQLSchema, seed: int, values: dict[str, tuple[Any, ...]] | None = None) -> None:
        self._schema = schema
        self._dice = random.Random(seed)
        self._values = {**SCALARS, **(values or {})}
        self._variables: dict[str, tuple[str, Any]] = {}
        self._fragments: dict[str, str] = {}
        self._left = 0

    def operation(self, kind: str = "query", fields: int = 40) -> tuple[str, dict[str, Any]]:
        """Return a document of one operation with at most about so many fields, and its variables."""
        self._variables, self._fragments, self._left = {}, {}, fields
        root = {"query": self._schema.query_type, "mutation": self._schema.mutation_type}[kind]
        assert root is not None
        selected = self._selected(root, 0)
        declared = ", ".join(f"${name}: {of}" for name, (of, _) in self._variables.items())
        text = f"{kind} Q{f'({declared})' if declared else ''} {selected}\n" + "\n".join(self._fragments.values())
        given = {name: value for name, (_, value) in self._variables.items() if value is not ...}
        return text, given

    def _selected(self, kind: Any, depth: int) -> str:
        parts = []
        for _ in range(self._dice.randint(1, 5)):
            parts += self._part(kind, depth)
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _part(self, kind: Any, depth: int) -> list[str]:
        roll = self._dice.random()
        if roll < 0.08 or self._left <= 0:
            return [f"{self._alias('__typename')}__typename{self._condition()}"]
        if roll < 0.2 and depth < MAX_DEPTH:
            on = self._narrowed(kind)
            head = f"... on {on.name}" if on is not kind or self._dice.random() < 0.5 else "..."
            return [f"{head}{self._condition()} {self._selected(on, depth + 1)}"]
        if roll < 0.3 and depth < MAX_DEPTH:
            on = self._narrowed(kind)
            name = f"F{len(self._fragments)}"
            self._fragments[name] = ""  # its place, before those that it spreads
            self._fragments[name] = f"fragment {name} on {on.name} {self._selected(on, depth + 1)}"
            again = [f"...{name}"] if self._dice.random() < 0.3 else []
            return [f"...{name}{self._condition()}", *again]
        return self._field(kind, depth)

    def _narrowed(self, kind: Any) -> Any:
        kinds = [kind]
        if is_abstract_type(kind):
            kinds += self._schema.get_possible_types(kind)
        elif kind.interfaces:
            kinds += kind.interfaces
        return self._dice.choice(kinds)

    def _field(self, kind: Any, depth: int) -> list[str]:
        fields = getattr(kind, "fields", {})
        names = [
            name
            for name, field in fields.items()
            if depth < MAX_DEPTH or not is_composite_type(get_named_type(field.type))
        ]
        if not names:
            return ["__typename"]
        name = self._dice.choice(names)
        field = fields[name]
        self._left -= 1
        arguments = self._arguments(field)
        # An alias of its own, so that the same key never means two things.
        alias = f"f{self._left}_{len(self._variables)}: " if arguments or self._dice.random() < 0.5 else ""
        if not alias and any(is_composite_type(get_named_type(one.type)) for one in [field]):
            alias = f"g{self._left}: "
        inner = (
            self._selected(get_named_type(field.type), depth + 1)
            if is_composite_type(get_named_type(field.type))
            else ""
        )
        if not alias and is_abstract_type(kind):
            alias = f"h{self._left}: "
        text = f"{alias or self._safe(kind, name)}{name}{arguments}{self._condition()} {inner}"
        return [text, text] if self._dice.random() < 0.05 else [text]

    def _safe(self, kind: Any, name: str) -> str:
        """An alias by the field's type, so that the same key in two types never merges two kinds of value."""
        return f"{name}_{kind.name}: "

    def _alias(self, name: str) -> str:
        return f"t{self._dice.randint(0, 3)}: " if self._dice.random() < 0.5 else ""

    def _condition(self) -> str:
        roll = self._dice.random()
        if roll > 0.12:
            return ""
        value = self._dice.random() < 0.7
        which = self._dice.choice(["include", "skip"])
        if roll > 0.06:
            return f" @{which}(if: {str(value).lower()})"
        return f" @{which}(if: ${self._variable('Boolean!', value)})"

    def _variable(self, of: str, value: Any) -> str:
        name = f"v{len(self._variables)}"
        self._variables[name] = (of, value)
        return name

    def _arguments(self, field: GraphQLField) -> str:
        given = []
        for name, argument in field.args.items():
            if not is_required_argument(argument) and self._dice.random() < 0.4:
                continue
            value = self._value(argument.type, name)
            if self._dice.random() < 0.4:
                of = str(argument.type)
                if not of.endswith("!") and self._dice.random() < 0.15:
                    value = ...  # declared and not given
                elif self._dice.random() < 0.1 and value is not None:
                    of = f"{of} = {self._literal(argument.type, value)}"
                    value = ...
                given.append(f"{name}: ${self._variable(of, value)}")
            else:
                given.append(f"{name}: {self._literal(argument.type, value)}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, kind: Any, name: str) -> Any:
        """Return a value as JSON carries it."""
        if is_non_null_type(kind):
            kind = kind.of_type
            return self._value_of(kind, name)
        return None if self._dice.random() < 0.15 else self._value_of(kind, name)

    def _value_of(self, kind: Any, name: str) -> Any:
        if is_list_type(kind):
            return [self._value(kind.of_type, name) for _ in range(self._dice.randint(0, 2))]
        if is_enum_type(kind):
            return self._dice.choice(list(kind.values))
        if is_input_object_type(kind):
            if kind.is_one_of:
                key = self._dice.choice(list(kind.fields))
                return {key: self._value_of(kind.fields[key].type, key)}
            return {
                key: self._value(field.type, key)
                for key, field in kind.fields.items()
                if is_non_null_type(field.type) or self._dice.random() < 0.6
            }
        known = self._values.get(name) or self._values.get(kind.name)
        assert known, f"no values of {kind}"
        return self._dice.choice(known)

    def _literal(self, kind: Any, value: Any) -> str:
        """Return a value as GraphQL writes it."""
        if is_non_null_type(kind):
            kind = kind.of_type
        if value is None:
            return "null"
        if is_list_type(kind):
            return f"[{', '.join(self._literal(kind.of_type, one) for one in value)}]"
        if is_enum_type(kind):
            return str(value)
        if is_input_object_type(kind):
            pairs = (f"{key}: {self._literal(kind.fields[key].type, one)}" for key, one in value.items())
            return "{" + ", ".join(pairs) + "}"
        return json.dumps(value, ensure_ascii=False)
