"""Around every request: its number, its headers, one log line, and nothing of a fault let out."""

import json
import logging
import re
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.graph import access
from schema.graph.context import new_request_id
from schema.graph.errors import BROKEN, BUSY, CROWDED, log_fault
from services.kit import deadlines
from services.kit.errors import Overloaded, Unavailable

log = logging.getLogger("xingdian.requests")

RESPONSE_TYPE = "application/graphql-response+json"
PLAIN_TYPE = "application/json"
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
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
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


def request_id_of(scope: Scope) -> str:
    """The number of the request; one of its own for an app that stands without the envelope."""
    state = scope.setdefault("state", {})
    return str(state.setdefault("request_id", new_request_id()))


def quality(scope: Scope, media_type: str) -> float:
    """How much the request's Accept wants a media type, 0 to 1: its most specific range counts (RFC 9110, 12.5.1)."""
    accept = ",".join(Headers(scope=scope).getlist("accept")) or "*/*"
    ranges = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((text[2:].strip() for text in parameters if text.startswith("q=")), "1")
        ranges[name] = float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0
    candidates = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    return next((ranges[name] for name in candidates if name in ranges), 0.0)


def answer_type(scope: Scope) -> str:
    """The media type of an answer: GraphQL's own where Accept names it and does not want plain JSON more."""
    named = RESPONSE_TYPE in ",".join(Headers(scope=scope).getlist("accept")).lower()
    own = quality(scope, RESPONSE_TYPE)
    return RESPONSE_TYPE if named and 0 < own >= quality(scope, PLAIN_TYPE) else PLAIN_TYPE


def refusal_type(scope: Scope) -> str:
    """The media type of a refusal: plain JSON wherever Accept allows it.

    Clients that get GraphQL's own type look at the body alone; only of plain JSON do they see status and Retry-After.
    """
    return RESPONSE_TYPE if quality(scope, RESPONSE_TYPE) > 0 == quality(scope, PLAIN_TYPE) else PLAIN_TYPE


def refused(scope: Scope, status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """An answer to a request that never became an operation, in GraphQL's own shape of an error."""
    extensions: dict[str, Any] = {"code": CODES.get(status, "BAD_REQUEST"), "requestId": request_id_of(scope)}
    access.refused(extensions["code"])
    if retry_after := (headers or {}).get("retry-after"):
        extensions["retryAfterSeconds"] = int(retry_after)
    body = json.dumps({"errors": [{"message": message, "extensions": extensions}]}, ensure_ascii=False)
    return Response(
        body, status_code=status, headers={**(headers or {}), "content-type": f"{refusal_type(scope)}; charset=utf-8"}
    )


async def http_refused(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such page, no such method) in the same shape."""
    assert isinstance(error, HTTPException)
    return refused(request.scope, error.status_code, error.detail, dict(error.headers or {}))


class Envelope:
    """ASGI middleware; the outermost but for Starlette's own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        # Of a connection, the next request may begin in the context of the one before.
        with deadlines.lifted():
            if scope["type"] == "http":
                await self._http(scope, receive, send)
            elif scope["type"] == "websocket":
                await self._websocket(scope, receive, send)
            else:
                await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = request_id_of(scope)
        # A path or method that is none of ours may say anything.
        method = scope["method"] if scope["method"] in METHODS else "(unknown)"
        with access.recorded(access.Access(method, request_id, "(unknown)", status=0)) as line:
            await self._answer(line, scope, receive, send)
            line.path = scope["path"] if "endpoint" in scope else "(unknown)"

    async def _answer(self, line: access.Access, scope: Scope, receive: Receive, send: Send) -> None:
        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                line.status = message["status"]
                given = {name for name, _ in message["headers"]}
                ours = {**HEADERS, "x-request-id": line.request_id}
                message["headers"] = [
                    *message["headers"],
                    *((name.encode(), value.encode()) for name, value in ours.items() if name.encode() not in given),
                ]
            await send(message)

        try:
            await self.app(scope, receive, complete)
        except ClientDisconnect:
            line.status = line.status or 499  # nobody is left to be told
        except Exception as error:
            await self._failed(error, line.status == 0, scope, receive, complete)

    async def _failed(self, error: Exception, untold: bool, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(error, Overloaded):  # its line below says enough of it
            response = refused(scope, 429, CROWDED, {"retry-after": str(error.retry_after_seconds)})
        elif isinstance(error, Unavailable):
            log.warning("unavailable %s: %s", request_id_of(scope), error)
            response = refused(scope, 503, BUSY, {"retry-after": str(error.retry_after_seconds)})
        else:
            log_fault(request_id_of(scope), error)
            response = refused(scope, 500, BROKEN)
        if untold:
            await response(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            log_fault(request_id_of(scope), error)
            try:
                await send({"type": "websocket.close", "code": 1011, "reason": "internal error"})
            except Exception as gone:
                log.info("websocket %s: %s", request_id_of(scope), type(gone).__name__)
