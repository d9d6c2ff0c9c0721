"""The page for people who develop: GraphiQL with the frontends' operations and a place for the token."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    parse,
    type_from_ast,
    value_from_ast_untyped,
)

ROOT = Path(__file__).parents[1]
OPERATIONS = ROOT / "docs" / "operations"
CDN = "https://unpkg.com"

# What to write for a scalar; anything else is a text.
SCALARS = {"Int": 0, "Float": 0.0, "Boolean": False}


@dataclass(frozen=True, slots=True)
class Page:
    """The page and the policy under which a browser runs it: its own script and the CDN's, and no other."""

    html: str
    policy: str


def page(schema: GraphQLSchema) -> Page:
    """The page with every document of docs/operations in it."""
    operations = [_operation(schema, path.read_text()) for path in sorted(OPERATIONS.glob("*.graphql"))]
    template = (ROOT / "web" / "graphiql.html").read_text()
    # A `<` could end the element that the JSON stands in.
    html = template.replace("__OPERATIONS__", json.dumps(operations, ensure_ascii=False).replace("<", "\\u003c"))
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Page(
        html,
        f"default-src 'none'; script-src 'sha256-{digest}' {CDN}; style-src 'unsafe-inline' {CDN};"
        f" font-src data: {CDN}; img-src 'self' data:; connect-src 'self'; worker-src blob:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )


def _operation(schema: GraphQLSchema, text: str) -> dict[str, Any]:
    """One document as the page lists it."""
    (operation,) = [node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode)]
    return {
        "name": operation.name.value if operation.name else "",
        "kind": operation.operation.value,
        "about": text.splitlines()[0].removeprefix("#").strip(),
        "document": text,
        "variables": {
            definition.variable.name.value: _of_variable(schema, definition)
            for definition in operation.variable_definitions or ()
        },
    }


def _of_variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> Any:
    if definition.default_value:
        return value_from_ast_untyped(definition.default_value)
    return skeleton(type_from_ast(schema, definition.type))


def skeleton(kind: Any) -> Any:
    """A value of an input type to begin from: what is required, and null for the rest."""
    if not isinstance(kind, GraphQLNonNull):
        return None
    inner: GraphQLNamedType | GraphQLList[Any] = kind.of_type
    if isinstance(inner, GraphQLList):
        return []
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if isinstance(inner, GraphQLInputObjectType):
        return {
            name: skeleton(field.type) if field.default_value is Undefined else field.default_value
            for name, field in inner.fields.items()
        }
    assert isinstance(inner, GraphQLScalarType)
    return SCALARS.get(inner.name, "")
