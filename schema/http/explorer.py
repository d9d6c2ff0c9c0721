"""The page for developers: the frontends' operations in a browser, with nothing from another origin.

The page itself is static (web/graphiql.*); its operations are read once, from docs/operations and the schema. GraphiQL
is served from web/node_modules where it is installed; without it, the page has a plain editor.
"""

import json
import re
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    ast_from_value,
    parse,
    print_ast,
    type_from_ast,
    value_from_ast_untyped,
)
from starlette.responses import Response
from starlette.routing import Route

from schema.graph.trusted import OPERATIONS
from schema.http.assets import static
from schema.http.pages import WEB

FILES = {
    "graphiql.css": "text/css",
    "graphiql.js": "text/javascript",
    "graphiql-docs.js": "text/javascript",
    "graphiql-dom.js": "text/javascript",
    "graphiql-ide.js": "text/javascript",
    "graphiql-live.js": "text/javascript",
}
PACKAGES = WEB / "node_modules"
PACKAGED = {
    "react.production.min.js": ("react/umd", "text/javascript"),
    "react-dom.production.min.js": ("react-dom/umd", "text/javascript"),
    "graphiql.min.js": ("graphiql", "text/javascript"),
    "graphiql.min.css": ("graphiql", "text/css"),
    "graphql-ws.min.js": ("graphql-ws/umd", "text/javascript"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# GraphiQL's dialogs write a style element, and its style sheet embeds its fonts.
POLICY_WITH_GRAPHIQL = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'; font-src data:")

# The main sender of an operation: the first word of its document, `# 居民 · …`, in the order of the page's list.
GROUPS = {
    "所有人": "Everyone",
    "居民": "Resident",
    "联户长": "Household head",
    "社区与网格": "Community and grid",
    "店员": "Cashier",
    "店主": "Shop owner",
    "区管理与审计": "Administrators and auditors",
    "公众": "Public, no token",
}

KINDS = ("query", "mutation", "subscription")

# Initial values by the name of a field or variable, or else by scalar; any other is empty.
EXAMPLES = {"latitude": 27.7309, "longitude": 106.92, "stars": 5, "billFen": 8800}
SCALARS = {
    "Int": 0,
    "Fen": 0,
    "Float": 0.0,
    "Boolean": False,
    "Date": "2026-01-01",
    "LocalTime": "09:00",
    "YearMonth": "2026-01",
    "DateTime": "2026-01-01T00:00:00+08:00",
}


def page(packages: Path = PACKAGES) -> Response:
    """Return the page, under a policy that lets it load from its own origin alone; it says whether GraphiQL is
    there."""
    html = (WEB / "graphiql.html").read_text()
    policy = POLICY
    if _packaged(packages):
        html = html.replace("<html ", "<html data-graphiql ", 1)
        policy = POLICY_WITH_GRAPHIQL
    return Response(html, media_type="text/html", headers={"content-security-policy": policy})


def routes(schema: GraphQLSchema, packages: Path = PACKAGES) -> list[Route]:
    """Return the page's files, each by its exact name, and its operations."""
    offered = json.dumps(operations(schema), ensure_ascii=False).encode()
    return [
        Route("/web/operations.json", static(offered, "application/json"), methods=["GET"]),
        *(
            Route(f"/web/{name}", static((WEB / name).read_bytes(), kind), methods=["GET"])
            for name, kind in FILES.items()
        ),
        *(
            Route(f"/web/{path.name}", static(path.read_bytes(), kind), methods=["GET"])
            for path, kind in _packaged(packages).items()
        ),
    ]


def _packaged(packages: Path) -> dict[Path, str]:
    """Return GraphiQL's files with their types; none unless it is completely installed."""
    files = {packages / folder / name: kind for name, (folder, kind) in PACKAGED.items()}
    return files if all(path.is_file() for path in files) else {}


def operations(schema: GraphQLSchema) -> list[dict[str, Any]]:
    """Return the groups in their order, each with its queries, mutations and subscriptions, by name.

    Raises ValueError for a document whose first line names no group.
    """
    found = [_operation(schema, path) for path in sorted(OPERATIONS.glob("*.graphql"))]
    found.sort(key=lambda one: KINDS.index(one["kind"]))
    return [
        {"title": title, "english": english, "operations": [one for one in found if one["group"] == title]}
        for title, english in GROUPS.items()
    ]


def _operation(schema: GraphQLSchema, path: Path) -> dict[str, Any]:
    """Return one document as the page lists it."""
    text = path.read_text()
    first = re.match(r"# (\S+) · (.+)", text)
    if not first or first[1] not in GROUPS:
        raise ValueError(f"{path.name}: the first line must be `# GROUP · what for`, with one of {', '.join(GROUPS)}")
    (operation,) = (node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode))
    variables = operation.variable_definitions or ()
    return {
        "name": path.stem,
        "kind": operation.operation.value,
        "group": first[1],
        "about": first[2],
        "document": text,
        "types": {one.variable.name.value: print_ast(one.type) for one in variables},
        "variables": {one.variable.name.value: _of_variable(schema, one) for one in variables},
    }


def _of_variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> Any:
    if definition.default_value:
        return value_from_ast_untyped(definition.default_value)
    return skeleton(definition.variable.name.value, type_from_ast(schema, definition.type))


def skeleton(name: str, kind: Any) -> Any:
    """Return a template value of an input type: required fields filled, the rest null."""
    if not isinstance(kind, GraphQLNonNull):
        return None
    inner = kind.of_type
    if isinstance(inner, GraphQLList):
        return []
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if isinstance(inner, GraphQLInputObjectType):
        if inner.is_one_of:
            first, field = next(iter(inner.fields.items()))
            return {first: skeleton(first, GraphQLNonNull(field.type))}
        return {name: _of_field(name, field) for name, field in inner.fields.items()}
    return EXAMPLES.get(name, SCALARS.get(inner.name, ""))


def _of_field(name: str, field: GraphQLInputField) -> Any:
    default = None if field.default_value is Undefined else ast_from_value(field.default_value, field.type)
    return value_from_ast_untyped(default) if default else skeleton(name, field.type)
