"""What a request over HTTP asks for: its JSON, by the letter, and the operation in it."""

import json
from typing import Any, NamedTuple

from cross_web import HTTPException
from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope
from strawberry.http.parse_content_type import parse_content_type

from schema.graph.trusted import Wanted, digest

JSON_TYPE = "application/json"

_KINDS = (
    ("query", str, "a string"),
    ("documentId", str, "a string"),
    ("operationName", str, "a string or null"),
    ("variables", dict, "an object or null"),
    ("extensions", dict, "an object or null"),
)


class Asked(NamedTuple):
    """What a request asks for."""

    document: Wanted
    operation_name: str | None
    variables: dict[str, Any] | None
    extensions: dict[str, Any] | None


def asked(scope: Scope, headers: Headers, body: bytes) -> Asked:
    """Return what a request asks for. Raises a 400 or 415 that says what is wrong with it.

    A POST must be declared as JSON: a form of another site can't send that without a CORS preflight.
    """
    if scope["method"] == "GET":
        parameters: Any = {name: value for name, value in QueryParams(scope["query_string"]).items() if value}
        for name in {"variables", "extensions"} & parameters.keys():
            parameters[name] = _json(parameters[name], f"`{name}`")
    else:
        declared = headers.get("content-type", "")
        if declared != JSON_TYPE and parse_content_type(declared)[0] != JSON_TYPE:
            raise HTTPException(415, "send application/json")
        parameters = _json(body, "the body")
        if not isinstance(parameters, dict):
            raise HTTPException(400, "the body must be one JSON object with a `query` or `documentId`")
    given = [parameters.get(name) for name, _, _ in _KINDS]
    for value, (name, kind, wanted) in zip(given, _KINDS, strict=True):
        if value is not None and not isinstance(value, kind):
            raise HTTPException(400, f"`{name}` must be {wanted}")
    query, document_id, operation_name, variables, extensions = given
    if document_id is not None:
        _check_id(document_id, query)
    return Asked(Wanted(query, document_id, extensions), operation_name, variables, extensions)


def _check_id(document_id: str, query: str | None) -> None:
    """Raise a 400 for an id that can be none, or beside a query."""
    if digest(document_id) is None:
        raise HTTPException(
            400, "`documentId` must be a SHA-256: 64 hexadecimal digits in lower case, with or without `sha256:` before"
        )
    if query:
        raise HTTPException(400, "send `query` or `documentId`, not both")


def _json(text: str | bytes, what: str) -> Any:
    try:
        return decode(text)
    except json.JSONDecodeError as error:
        raise HTTPException(400, f"{what} is not usable JSON: {error.msg}") from None


def decode(data: str | bytes) -> object:
    """Decode strict JSON (RFC 8259, in UTF-8), without characters that can't be stored. Raises JSONDecodeError."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        decoded = _STRICT.decode(text)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", "", 0) from None
    except ValueError as error:  # not UTF-8, NaN, or a number of thousands of digits
        raise json.JSONDecodeError("not UTF-8, or a number that is none", "", 0) from error
    if "\\u" in text:
        _refuse_unstorable(decoded)
    return decoded


def _no_number(_: str) -> Any:
    raise ValueError


_STRICT = json.JSONDecoder(parse_constant=_no_number)


def _refuse_unstorable(decoded: object) -> None:
    """Raise for U+0000, which PostgreSQL can't store, and for lone surrogates, which are no characters."""
    waiting = [decoded]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and ("\0" in value or not _encodable(value)):
            raise json.JSONDecodeError("a string holds U+0000 or half a surrogate pair", "", 0)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
