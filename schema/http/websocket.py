"""GraphQL over WebSocket (graphql-transport-ws): well-formed messages only, and the token checked for each
operation."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation

from schema.graph import request_log
from schema.graph.bearer import TRY_AGAIN_LATER, Closing, Overcrowded, Unauthenticated, authorization_of
from schema.graph.context import Context
from schema.graph.errors import extensions_of, log_fault, masked
from schema.graph.execution import Schema
from schema.graph.trusted import Wanted
from schema.http.admission import Admission, Turn
from schema.http.charging import Charging
from schema.http.lanes import Asker, Lanes, asker, is_till
from services.kit import deadlines
from services.kit.errors import Unavailable
from services.kit.networks import network_of
from services.kit.places import quarter

MAX_ID_CHARACTERS = 64
MAX_SUBSCRIPTIONS = 20  # of a connection
MAX_SOCKETS_OF_SESSION = 20
INIT_WITHIN = timedelta(seconds=10)  # from connecting to connection_init


class View(Protocol):
    """The part of the transport that counts connections and admits operations."""

    schema: Schema
    admission: Admission
    lanes: Lanes
    charging: Charging
    sockets: "SocketCounts"
    record: Callable[[request_log.Access], None]
    request_timeout_seconds: float


class SocketCounts:
    """The open WebSockets of a process: of an address at most a quarter, of a session at most 20."""

    def __init__(self, most: int) -> None:
        self._most = {"all": most, "address": quarter(most), "session": MAX_SOCKETS_OF_SESSION}
        self._counts: Counter[tuple[str, object]] = Counter()

    @property
    def open(self) -> int:
        """How many are open."""
        return self._counts["all", None]

    def add(self, *who: tuple[str, object]) -> bool:
        """Count one of each; return whether there was room for all."""
        self._counts.update(who)
        return all(self._counts[one] <= self._most[one[0]] for one in who)

    def remove(self, *who: tuple[str, object]) -> None:
        """Count one of each less."""
        self._counts.subtract(who)
        for one in who:
            if not self._counts[one]:
                del self._counts[one]


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


class Socket(ASGIWebSocketAdapter):
    """What is said on a connection, by several tasks: once one of them has closed it, or the peer has hung up, the
    others say no more."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message. Raises WebSocketDisconnected on a closed connection."""
        if self._closed:
            raise WebSocketDisconnected
        await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close the connection, unless it is closed."""
        if not self._closed:
            with suppress(WebSocketDisconnect):  # the peer was first
                await super().close(code, reason)

    @property
    def _closed(self) -> bool:
        return self.ws.application_state == WebSocketState.DISCONNECTED


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._turns: dict[str, Turn] = {}  # of operations that have sent nothing yet
        self._counted: list[tuple[str, object]] = []  # among all, of its address and, once known, of its session

    async def handle(self) -> None:
        """Serve the connection to its end, if there is room for it."""
        try:
            if self._room(("all", None), ("address", network_of(self.context.address))):
                await super().handle()
            else:
                await self._close(Overcrowded())
        finally:
            cast(View, self.view).sockets.remove(*self._counted)

    def _room(self, *who: tuple[str, object]) -> bool:
        """Count the connection; return whether there was room."""
        self._counted += who
        return cast(View, self.view).sockets.add(*who)

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
        session, counted = self.context.viewer.session_id, len(self._counted) > 2
        if session is not None and not counted and not self._room(("session", session)):
            await self._close(Overcrowded())

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Execute in the operation's turn. The session is authenticated then, so that a revoked token opens nothing
        more. Writes its own log line at the end."""
        access = request_log.Access("WEBSOCKET", self.context.request_id, "/graphql")
        try:
            with request_log.recorded(access):
                await self._run(operation)
        finally:
            cast(View, self.view).record(access)

    async def _run(self, operation: Operation[Context, None]) -> None:
        view = cast(View, self.view)
        deadlines.start(view.request_timeout_seconds)
        turn: Turn | None = None
        by = asker(authorization_of(self.context), self.context.address)
        try:
            standing = await view.lanes.standing(by)
            view.charging.check(standing)
            ticket = standing.ticket(till=standing.shop_id is not None and self._is_till(operation))
            self._turns[operation.id] = turn = await view.admission.begin(ticket)
            self.context.viewer = await by.viewer(waited=turn.waited, listens=await self._listens(operation))
            self.context.spend = view.charging.to(standing)
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

    def _is_till(self, operation: Operation[Context, None]) -> bool:
        schema = cast(View, self.view).schema
        text = schema.text(cast(Wanted, operation.query))
        return is_till(schema._schema, text, operation.operation_name, operation.variables)

    async def _listens(self, operation: Operation[Context, None]) -> bool:
        schema = cast(View, self.view).schema
        return await schema.listens(schema.text(cast(Wanted, operation.query)), operation.operation_name)

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
        if not isinstance(error, WebSocketDisconnected):
            log_fault(self.context.request_id, error)

    async def _close(self, ended: Closing) -> None:
        await self.websocket.close(code=ended.code, reason=ended.reason)


async def admit(context: Context, by: Asker, *, waited: bool) -> None:
    """Admit a connection, or refuse it for an invalid token."""
    try:
        context.viewer = await by.viewer(waited=waited, listens=True)
    except Unauthenticated:
        raise ConnectionRejectionError from None
