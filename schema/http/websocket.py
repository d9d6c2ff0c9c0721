"""GraphQL over WebSocket (graphql-transport-ws): well-formed messages only, and the token checked for each
operation."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Protocol, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketState
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation

from schema.graph import request_log
from schema.graph.bearer import TRY_AGAIN_LATER, Closing, Overcrowded, Unauthenticated, authorization_of, viewer_of
from schema.graph.context import Context
from schema.graph.errors import extensions_of, log_fault, masked
from schema.graph.trusted import Wanted
from schema.http.admission import Admission, Turn
from services.kit import deadlines
from services.kit.errors import Unavailable

MAX_ID_CHARACTERS = 64
MAX_SUBSCRIPTIONS = 20  # of a connection
INIT_WITHIN = timedelta(seconds=10)  # from connecting to connection_init


class View(Protocol):
    """The part of the transport that counts connections and admits operations."""

    admission: Admission
    request_timeout_seconds: float

    def room(self) -> AbstractContextManager[bool]:
        """Count one connection while the block runs; yield whether there is room for it."""
        ...


def _text_or_none(value: Any) -> bool:
    return isinstance(value, str | None)


def well_formed(message: Any) -> bool:
    """Return whether a frame is a message of the protocol, each part of it of the right type."""
    if not isinstance(message, dict):
        return False
    kind, payload = message.get("type"), message.get("payload")
    if kind in ("connection_init", "ping", "pong"):
        return isinstance(payload, dict | None)
    if not isinstance(message.get("id"), str) or not 0 < len(message["id"]) <= MAX_ID_CHARACTERS:
        return False
    if kind == "subscribe":
        return (
            isinstance(payload, dict)
            and _names_one(payload)
            and isinstance(payload.get("variables"), dict | None)
            and _text_or_none(payload.get("operationName"))
        )
    return kind == "complete"


def _names_one(payload: dict[str, Any]) -> bool:
    """Return whether a payload says in one way which document it wants."""
    query, document_id, extensions = (payload.get(name) for name in ("query", "documentId", "extensions"))
    if not _text_or_none(query) or not _text_or_none(document_id) or not isinstance(extensions, dict | None):
        return False
    if document_id is not None:
        return not query
    return query is not None or "persistedQuery" in (extensions or {})


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._turns: dict[str, Turn] = {}  # of operations that have sent nothing yet

    async def handle(self) -> None:
        """Serve the connection to its end, if there is room for it."""
        with cast(View, self.view).room() as room:
            if room:
                await super().handle()
            else:
                await self._close(Overcrowded())

    async def handle_message(self, message: Any) -> None:
        """Handle one frame; a malformed one closes the connection, as the protocol requires."""
        if well_formed(message):
            if message.get("payload", ...) is None:
                del message["payload"]
            if message["type"] == "subscribe":  # `query` travels as it is, to `Schema.stream`
                payload = message["payload"]
                payload["query"] = Wanted(payload.get("query"), payload.get("documentId"), payload.get("extensions"))
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("not a message of graphql-transport-ws")

    async def handle_connection_init(self, message: Any) -> None:
        """Authenticate. `connection_init` may carry `{"Authorization": "Bearer …"}`, as browsers need."""
        try:
            await super().handle_connection_init(message)
        except Unavailable:
            await self.websocket.close(code=TRY_AGAIN_LATER, reason="unavailable")

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Execute in the operation's turn. The session is authenticated then, so that a revoked token opens nothing
        more. Writes its own log line at the end."""
        with request_log.recorded(request_log.Access("WEBSOCKET", self.context.request_id, "/graphql")):
            await self._run(operation)

    async def _run(self, operation: Operation[Context, None]) -> None:
        view = cast(View, self.view)
        deadlines.start(view.request_timeout_seconds)
        turn: Turn | None = None
        try:
            self._turns[operation.id] = turn = await view.admission.begin()
            self.context.viewer = await viewer_of(authorization_of(self.context))
        except Unauthenticated as ended:
            request_log.refused("UNAUTHENTICATED")
            self.operations.pop(operation.id, None)
            await self._close(ended)
        except Unavailable as error:
            code, message = masked(error)
            request_log.refused(code)
            await operation.send_initial_errors([GraphQLError(message, extensions=extensions_of(error, code))])
        else:
            await super().run_operation(operation)
        finally:
            if turn is not None:
                turn.end()
                if self._turns.get(operation.id) is turn:
                    del self._turns[operation.id]

    async def send_message(self, message: Any) -> None:
        """Send a message. The operation's first message ends its turn, even if the peer does not read it, and for a
        subscription that goes on."""
        if turn := self._turns.pop(message.get("id"), None):
            turn.end()
        await super().send_message(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Close the connection for an error that ends it; log a fault. A peer that hung up is none."""
        if isinstance(error, Closing):
            await self._close(error)
            return
        # The first send after the peer hung up raises ClientDisconnect; later ones raise Starlette's RuntimeError.
        hung_up = isinstance(error, WebSocketDisconnected) or (
            isinstance(error, RuntimeError) and self.context.response.application_state == WebSocketState.DISCONNECTED
        )
        if not hung_up:
            log_fault(self.context.request_id, error)

    async def _close(self, ended: Closing) -> None:
        if self.context.response.application_state != WebSocketState.DISCONNECTED:  # closed by another operation before
            await self.websocket.close(code=ended.code, reason=ended.reason)


async def admit(context: Context) -> None:
    """Admit a connection, or refuse it for an invalid token."""
    try:
        context.viewer = await viewer_of(authorization_of(context))
    except Unauthenticated:
        raise ConnectionRejectionError from None
