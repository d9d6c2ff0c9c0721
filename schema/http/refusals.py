"""Refusals over HTTP: statuses, codes and media types (a 429 with its Retry-After among them)."""

import json
import re
from functools import lru_cache
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from schema.graph import request_log
from schema.graph.context import new_request_id

RESPONSE_TYPE = "application/graphql-response+json"
PLAIN_TYPE = "application/json"
CODES = {
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "OVERLOADED",
    431: "TOO_LARGE",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def request_id_of(scope: Scope) -> str:
    """Return the request id; a new one for an app without the envelope."""
    state = scope.setdefault("state", {})
    if "request_id" not in state:
        state["request_id"] = new_request_id()
    return str(state["request_id"])


def quality(accept: str, media_type: str) -> float:
    """Return the quality of a media type in an Accept, 0 to 1, by its most specific range (RFC 9110, 12.5.1)."""
    ranges = {}
    for part in (accept or "*/*").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((text[2:].strip() for text in parameters if text.startswith("q=")), "1")
        ranges[name] = float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0
    candidates = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    return next((ranges[name] for name in candidates if name in ranges), 0.0)


@lru_cache(maxsize=64)
def _types(accept: str) -> tuple[str, str]:
    own, plain = quality(accept, RESPONSE_TYPE), quality(accept, PLAIN_TYPE)
    named = RESPONSE_TYPE in accept.lower()
    return (
        RESPONSE_TYPE if named and 0 < own >= plain else PLAIN_TYPE,
        RESPONSE_TYPE if own > 0 == plain else PLAIN_TYPE,
    )


def answer_type(scope: Scope) -> str:
    """Return the media type of an answer: GraphQL's own where Accept names it and does not prefer plain JSON."""
    return _types(_accept(scope))[0]


def refusal_type(scope: Scope) -> str:
    """Return the media type of a refusal: plain JSON wherever Accept allows it.

    Clients that get GraphQL's own type read the body alone; only with plain JSON do they heed status and Retry-After.
    """
    return _types(_accept(scope))[1]


def _accept(scope: Scope) -> str:
    return ",".join(Headers(scope=scope).getlist("accept"))


def refused(scope: Scope, status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """Return the answer to a request that never became an operation, shaped as a GraphQL error."""
    extensions: dict[str, Any] = {"code": CODES.get(status, "BAD_REQUEST"), "requestId": request_id_of(scope)}
    request_log.refused(extensions["code"])
    if retry_after := (headers or {}).get("retry-after"):
        extensions["retryAfterSeconds"] = int(retry_after)
    body = json.dumps({"errors": [{"message": message, "extensions": extensions}]}, ensure_ascii=False)
    return Response(
        body, status_code=status, headers={**(headers or {}), "content-type": f"{refusal_type(scope)}; charset=utf-8"}
    )


async def http_refused(request: Request, error: Exception) -> Response:
    """Return Starlette's own refusals (unknown path or method) in the same shape."""
    assert isinstance(error, HTTPException)
    return refused(request.scope, error.status_code, error.detail, dict(error.headers or {}))
