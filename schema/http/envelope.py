"""Outermost middleware: request id, headers, one log line, and masked faults."""

import logging
import re
from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.graph import request_log
from schema.graph.errors import BROKEN, BUSY, log_fault, masked
from schema.http.refusals import refused, request_id_of
from services.kit import deadlines
from services.kit.errors import Overloaded, Unavailable

log = logging.getLogger("xingdian.requests")

METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
_RAW = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


TRACE = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(scope: Scope) -> str:
    """Return the id of the trace that a wrapper around the app has begun (ASGI_WRAPPER), or that the client names
    (W3C's traceparent); an empty text for none."""
    begun = scope.get("state", {}).get("trace_id")
    if begun is None:
        given = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
        found = TRACE.fullmatch(given)
        begun = found[1].decode() if found else ""
    return str(begun)


class Envelope:
    """ASGI middleware, inside only of Starlette's own. `build`: of the screens, which learn from each answer whether
    they are older than the server."""

    def __init__(self, app: ASGIApp, record: Callable[[request_log.Access], None], build: str) -> None:
        self.app = app
        self._record = record
        self._added = [*_RAW, (b"x-build", build.encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # On one connection, the next request may begin in the context of the previous one.
        with deadlines.lifted():
            if scope["type"] == "http":
                await self._http(scope, receive, send)
            elif scope["type"] == "websocket":
                await self._websocket(scope, receive, send)
            else:
                await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = request_id_of(scope)
        # An unknown path or method may hold anything.
        method = scope["method"] if scope["method"] in METHODS else "(unknown)"
        access = request_log.Access(method, request_id, "(unknown)", status=0, trace_id=trace_of(scope))
        with request_log.recorded(access) as line:
            await self._answer(line, scope, receive, send)
            line.path = scope["path"] if "endpoint" in scope else "(unknown)"
        self._record(line)

    async def _answer(self, line: request_log.Access, scope: Scope, receive: Receive, send: Send) -> None:
        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                line.status = message["status"]
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(one for one in self._added if one[0] not in given),
                    (b"x-request-id", line.request_id.encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, complete)
        except ClientDisconnect:
            line.status = line.status or 499  # the client is gone
        except Exception as error:
            await self._failed(error, line.status == 0, scope, receive, complete)

    async def _failed(self, error: Exception, unanswered: bool, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(error, Overloaded):  # the access line below suffices
            response = refused(scope, 429, masked(error)[1], {"retry-after": str(error.retry_after_seconds)})
        elif isinstance(error, Unavailable):
            log.warning("unavailable %s: %s", request_id_of(scope), error)
            response = refused(scope, 503, BUSY, {"retry-after": str(error.retry_after_seconds)})
        else:
            log_fault(request_id_of(scope), error)
            response = refused(scope, 500, BROKEN)
        if unanswered:
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
