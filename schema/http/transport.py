"""GraphQL over HTTP: checks on requests before GraphQL sees them, and the encoding of answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from cross_web import HTTPException
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.graph.bearer import Unauthenticated, authorization_of
from schema.graph.context import Context
from schema.graph.errors import OUTAGES
from schema.graph.execution import Schema
from schema.graph.permissions import may
from schema.graph.request_log import Access
from schema.http import parsing
from schema.http.admission import Admission
from schema.http.charging import Charging
from schema.http.kept import Answer, Kept
from schema.http.lanes import Asker, Lanes, Standing, asker, is_till
from schema.http.refusals import RESPONSE_TYPE, answer_type, refusal_type, refused, request_id_of
from schema.http.websocket import INIT_WITHIN, MAX_SUBSCRIPTIONS, Handler, Socket, SocketCounts, admit
from schema.roster import IMPORTERS
from services.kit import deadlines
from services.kit.errors import retry_after_seconds
from services.kit.settings import Settings
from services.kit.viewer import Viewer
from services.roster.uploads import MAX_BODY_BYTES

# What each method may run. (HTTP answers once; subscriptions need a WebSocket.)
ALLOWED = {
    "GET": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}
METHODS = tuple(ALLOWED)

MAX_SHARED_BYTES = 16 * 1024  # of a request that is parsed before its turn, to be answered by what is kept
LARGE_BODY_SECONDS = 60.0  # for a roster over a slow line, and for the work before the import itself


@dataclass(slots=True)
class _Request:
    """A request whose body has arrived. `viewer`: who was authenticated for a large one."""

    scope: Scope
    headers: Headers
    receive: Receive
    body: bytes
    by: Asker
    viewer: Viewer | None
    _asked: parsing.Asked | None = None

    @property
    def address(self) -> str | None:
        """The client's address."""
        return self.scope["client"][0] if self.scope["client"] else None

    def asked(self) -> parsing.Asked:
        """Return what it asks for, parsed once. Raises as `parsing.asked`."""
        if self._asked is None:
            self._asked = parsing.asked(self.scope, self.headers, self.body)
        return self._asked


class Transport(GraphQL[Context, None]):
    """Strawberry's ASGI app with limited bodies, bearer tokens and one shape for every error."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Socket

    def __init__(
        self, schema: Any, page: Response | None, settings: Settings, record: Callable[[Access], None]
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,  # the page is our own
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
            allowed_origins=["*"],  # there are no cookies: another site's page has no session to abuse
            connection_init_wait_timeout=INIT_WITHIN,
        )
        self.admission = Admission(settings.max_operations, settings.max_waiting_operations)
        self.lanes = Lanes()
        self.record = record
        self.charging = Charging(settings)
        self.request_timeout_seconds = settings.request_timeout_seconds
        self._page = page
        self._kept = Kept(settings.shared_answer_seconds)
        self._max_body_bytes = settings.max_body_bytes
        self.sockets = SocketCounts(settings.max_websockets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every refusal has GraphQL's shape of an error."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            response = await self._answer(scope, receive)
        except Unauthenticated:
            response = refused(scope, 401, "登录已失效，请重新登录", {"www-authenticate": "Bearer"})
        except HTTPException as error:
            response = refused(scope, error.status_code, error.reason, _headers_of(error.status_code))
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        """Answer one request within its deadline, which starts before its body is read."""
        if scope["method"] not in METHODS:
            raise HTTPException(405, "GraphQL is asked by GET and POST")
        headers = Headers(scope=scope)
        if self._page and _is_a_visit(scope, headers):
            return self._page
        by = asker(headers.get("authorization"), scope["client"][0] if scope["client"] else None)
        shares = by.authorization is None and _content_length(headers) <= MAX_SHARED_BYTES
        if (standing := self.lanes.remembered(by)) is not None and not shares:
            self._check_room(standing)
        deadlines.start(_patience_seconds(headers, self.request_timeout_seconds))
        most, viewer = await self._body_limit(headers, by)
        bounded = _limited(headers, receive, most)
        body = await self.admission.arrival(lambda: _read_body(bounded))
        request = _Request(scope, headers, receive, body, by, viewer)
        return await self._shared(request) if shares else (await self._made(request)).response

    async def _shared(self, request: "_Request") -> Response:
        """Answer a request without a token by what is kept for all, or else in its turn."""
        asked, schema = request.asked(), cast(Schema, self.schema)
        text = schema.text(asked.document)
        if not text:
            return (await self._made(request)).response
        key = answer_type(request.scope), text, asked.operation_name, _ENCODER.encode(asked.variables)
        answer = await self._kept.answer(key, lambda: self._made(request))
        gets = request.scope["method"] == "GET"
        return answer.to_get(request.headers, self._kept.seconds) if gets else answer.response

    async def _made(self, request: "_Request") -> Answer:
        """Execute a request in its turn."""
        by, schema = request.by, cast(Schema, self.schema)
        standing = await self.lanes.standing(by)
        self.charging.check(standing)
        # Anybody's but a shop's is parsed in its turn.
        ticket = standing.ticket(till=standing.shop_id is not None and self._is_till(request.asked()))
        async with self.admission.turn(ticket, lambda: _hung_up(request.receive)) as turn:
            viewer = request.viewer or await by.viewer(waited=turn.waited)
            spend = self.charging.to(standing)
            context = Context(viewer, request_id_of(request.scope), address=request.address, spend=spend)
            asked = request.asked()
            result = await self._executed(request.scope["method"], asked, context)
            shared = by.authorization is None and not result.errors
            shared = shared and schema.reads(schema.text(asked.document), asked.operation_name)
            return Answer(_response(request.scope, result), shared)

    def _check_room(self, standing: Standing) -> None:
        """Refuse before the body is read what would be refused afterwards: no room to wait, nothing left to spend."""
        ticket = standing.ticket(till=True)
        self.admission.check_room(ticket.lane, ticket.group)
        self.charging.check(standing)

    def _is_till(self, asked: parsing.Asked) -> bool:
        schema = cast(Schema, self.schema)
        return is_till(schema._schema, schema.text(asked.document), asked.operation_name, asked.variables)

    async def _body_limit(self, headers: Headers, by: Asker) -> tuple[int, Viewer | None]:
        """Return the limit of this request's body: larger, when announced, for viewers who may import a roster.

        They are authenticated before any of the body is read, and returned.
        """
        if self._max_body_bytes < _content_length(headers) <= MAX_BODY_BYTES:
            ticket = (await self.lanes.standing(by)).ticket()
            async with self.admission.turn(ticket) as turn:
                viewer = await by.viewer(waited=turn.waited)
            if may(viewer, IMPORTERS):
                deadlines.start(LARGE_BODY_SECONDS)
                return MAX_BODY_BYTES, viewer
            return self._max_body_bytes, viewer
        return self._max_body_bytes, None

    async def _executed(self, method: str, asked: parsing.Asked, context: Context) -> ExecutionResult:
        """Run one operation. Raises a 400 or 405 where there is none to run."""
        try:
            return await self.schema.execute(
                asked.document,  # type: ignore[arg-type]  # as our own schema takes it
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=ALLOWED[method],
                operation_extensions=asked.extensions,
            )
        except MissingQueryError:
            raise HTTPException(400, "there is no `query` and no `documentId` in the request") from None
        except CannotGetOperationTypeError:
            raise HTTPException(400, "there is no operation of that name in the document") from None
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise HTTPException(400, "a subscription is sent over a WebSocket (graphql-transport-ws)") from None
            raise HTTPException(405, "a mutation is sent by POST") from None

    # -- for Strawberry's WebSockets -----------------------------------------------------------------------------------

    async def get_context(self, request: Request | WebSocket, response: Any) -> Context:
        """Return the context of one WebSocket, whose viewer is found at connection_init."""
        address = request.client.host if request.client else None
        return Context(request_id=request_id_of(request.scope), request=request, response=response, address=address)

    async def on_ws_connect(self, context: Context) -> dict[str, object] | None:
        deadlines.start(self.request_timeout_seconds)
        by = asker(authorization_of(context), context.address)
        ticket = (await self.lanes.standing(by)).ticket()
        async with self.admission.turn(ticket) as turn:
            await admit(context, by, waited=turn.waited)
        return None

    def decode_json(self, data: str | bytes) -> object:
        """Decode a frame. Raises JSONDecodeError."""
        return parsing.decode(data)

    def encode_json(self, data: object) -> str:
        """Encode a message, Chinese unescaped."""
        return _ENCODER.encode(data).decode()


def _response(scope: Scope, result: ExecutionResult) -> Response:
    """Return the answer in the media type that the client asked for, without `data` where execution never began.

    429 or 503 for an outage; 400 for a request that could not be executed, where the media type is GraphQL's own.
    """
    media_type, status, headers = answer_type(scope), 200, {}
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
        if result.data is None and all(not error.path for error in result.errors):
            del answer["data"]
        if outage := _outage(answer):
            waits = (error["extensions"]["retryAfterSeconds"] for error in answer["errors"])
            media_type, status, headers = refusal_type(scope), outage, {"retry-after": str(max(waits))}
        elif media_type == RESPONSE_TYPE and "data" not in answer:
            status = 400
    return Response(_ENCODER.encode(answer), status, {**headers, "content-type": f"{media_type}; charset=utf-8"})


def _is_a_visit(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser came without a query."""
    visits = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
    return visits and not {"query", "documentId"} & QueryParams(scope["query_string"]).keys()


def _outage(answer: Any) -> int | None:
    """Return the status of an answer without data because of an outage: 429 for crowding, else 503."""
    errors = answer.get("errors")
    if not errors or any(value is not None for value in (answer.get("data") or {}).values()):
        return None
    codes = {error.get("extensions", {}).get("code") for error in errors}
    if not codes <= OUTAGES:
        return None
    return 429 if codes == {"OVERLOADED"} else 503


def _headers_of(status: int) -> dict[str, str] | None:
    """Return the headers of a refusal's status."""
    if status == 405:
        return {"allow": ", ".join(METHODS)}
    if status == 408:  # the rest of the body is not read
        return {"connection": "close", "retry-after": str(retry_after_seconds())}
    return None


def _patience_seconds(headers: Headers, most: float) -> float:
    """Return how long the client waits: `Prefer: wait=SECONDS` (RFC 7240), 1 to `most`."""
    for preference in ",".join(headers.getlist("prefer")).split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        seconds = value.strip().strip('"')
        if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdecimal():
            return min(max(float(seconds[:9]), 1.0), most)
    return most


async def _read_body(receive: Receive) -> bytes:
    """Read the body of a request. Raises ClientDisconnect when it is cut off."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _hung_up(receive: Receive) -> None:
    """Return when the client of a request whose body was read has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _content_length(headers: Headers) -> int:
    """Return the announced length of the body in bytes; 0 without one."""
    announced = headers.get("content-length", "")
    return int(announced[:20]) if announced.isascii() and announced.isdigit() else 0


def _limited(headers: Headers, receive: Receive, most: int) -> Receive:
    """Return a `receive` that raises a 413 beyond so many bytes of body, before reading on."""
    too_large = HTTPException(
        413, f"内容太大：最多 {most} 字节，导入的名册最多 1 MB。At most {most} bytes; a roster 1 MB."
    )
    if _content_length(headers) > most:
        raise too_large
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise too_large
        return message

    return bounded


def _plain(value: object) -> str:
    """Return a value of a kind of string as the string that it is."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
