"""GraphQL over HTTP: checks on requests before GraphQL sees them, and the encoding of answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.graph.bearer import Unauthenticated, viewer_of
from schema.graph.context import Context
from schema.graph.errors import OUTAGES
from schema.graph.permissions import may
from schema.http.admission import Admission
from schema.http.refusals import RESPONSE_TYPE, answer_type, refusal_type, refused, request_id_of
from schema.http.websocket import INIT_WITHIN, MAX_SUBSCRIPTIONS, Handler, admit
from schema.roster import IMPORTERS
from services.kit import deadlines
from services.kit.errors import retry_after_seconds
from services.kit.settings import Settings
from services.roster.uploads import MAX_BODY_BYTES

# What each method may run. (HTTP answers once; subscriptions need a WebSocket.)
ALLOWED = {
    "GET": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}
METHODS = tuple(ALLOWED)
JSON_TYPE = "application/json"

LARGE_BODY_SECONDS = 60.0  # for a roster over a slow line, and for the work before the import itself

_VIEWER = "viewer"  # in the request's state, because the limit of the body's size needed the viewer already


class Transport(GraphQL[Context, None]):
    """Strawberry's ASGI app with limited bodies, bearer tokens and one shape for every error."""

    graphql_transport_ws_handler_class = Handler

    def __init__(self, schema: Any, page: Response | None, settings: Settings) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql" if page else None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
            allowed_origins=["*"],  # there are no cookies: another site's page has no session to abuse
            connection_init_wait_timeout=INIT_WITHIN,
        )
        self.admission = Admission(settings.max_operations, settings.max_waiting_operations)
        self.request_timeout_seconds = settings.request_timeout_seconds
        self._page = page
        self._max_body_bytes = settings.max_body_bytes
        self._max_websockets = settings.max_websockets
        self._websockets = 0

    @contextmanager
    def room(self) -> Iterator[bool]:
        """Count one WebSocket while the block runs; yield whether there is room for it."""
        self._websockets += 1
        try:
            yield self._websockets <= self._max_websockets
        finally:
            self._websockets -= 1

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
        if self.should_render_graphql_ide(Request(scope)):
            return await self.render_graphql_ide(Request(scope))
        self.admission.check_room()
        deadlines.start(_patience_seconds(scope, self.request_timeout_seconds))
        bounded = _limited(scope, receive, await self._body_limit(scope))
        body = await self.admission.arrival(lambda: _read_body(bounded))
        async with self.admission.turn(lambda: _hung_up(receive)):
            response = await self.run(Request(scope, receive=_replayed(body, receive)))
        if response.status_code in (429, 503):
            response.headers["content-type"] = f"{refusal_type(scope)}; charset=utf-8"
        return response

    async def _body_limit(self, scope: Scope) -> int:
        """Return the limit of this request's body: larger, when announced, for viewers who may import a roster.

        They are authenticated before any of the body is read.
        """
        if self._max_body_bytes < _content_length(scope) <= MAX_BODY_BYTES:
            async with self.admission.turn():
                viewer = await viewer_of(Headers(scope=scope).get("authorization"))
            scope.setdefault("state", {})[_VIEWER] = viewer
            if may(viewer, IMPORTERS):
                deadlines.start(LARGE_BODY_SECONDS)
                return MAX_BODY_BYTES
        return self._max_body_bytes

    async def get_context(self, request: Request | WebSocket, response: Any) -> Context:
        """Return the context of one request, or of one WebSocket, whose viewer is found at connection_init."""
        address = request.client.host if request.client else None
        context = Context(request_id=request_id_of(request.scope), request=request, response=response, address=address)
        if isinstance(request, Request):
            known = request.scope.get("state", {}).get(_VIEWER)
            context.viewer = known or await viewer_of(request.headers.get("authorization"))
        return context

    async def on_ws_connect(self, context: Context) -> dict[str, object] | None:
        deadlines.start(self.request_timeout_seconds)
        async with self.admission.turn():
            await admit(context)
        return None

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Return whether a browser came without a query."""
        return bool(
            self._page
            and request.method == "GET"
            and request.query_params.get("query") is None
            and "text/html" in request.headers.get("accept", "")
        )

    async def render_graphql_ide(self, request: Request) -> Response:
        assert self._page is not None
        return self._page

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Parse the request. Raises a 400 or 415 that says what is wrong with it.

        A POST must be declared as JSON: a form of another site can't send that without a CORS preflight.
        """
        if request.method == "GET":
            data: dict[str, Any] = {name: value for name, value in dict(request.query_params).items() if value}
            for name in {"variables", "extensions"} & data.keys():
                data[name] = self._json(data[name], f"`{name}`")
        else:
            if request.content_type != JSON_TYPE and parse_content_type(request.content_type or "")[0] != JSON_TYPE:
                raise HTTPException(415, "send application/json")
            body = self._json(await request.get_body(), "the body")
            if not isinstance(body, dict):
                raise HTTPException(400, "the body must be one JSON object with a `query`")
            data = body
        for name, kind, wanted in (
            ("query", str, "a string"),
            ("operationName", str, "a string or null"),
            ("variables", dict, "an object or null"),
            ("extensions", dict, "an object or null"),
        ):
            if not isinstance(data.get(name), kind | None):
                raise HTTPException(400, f"`{name}` must be {wanted}")
        return GraphQLRequestData(
            data.get("query"), data.get("variables"), data.get("operationName"), data.get("extensions")
        )

    def _json(self, text: str | bytes, what: str) -> Any:
        try:
            return self.decode_json(text)
        except json.JSONDecodeError as error:
            raise HTTPException(400, f"{what} is not usable JSON: {error.msg}") from None

    def decode_json(self, data: str | bytes) -> object:
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

    def encode_json(self, data: object) -> str:
        """Encode JSON, Chinese unescaped."""
        return _ENCODER.encode(data).decode()

    async def execute_single(  # type: ignore[override]  # called by name
        self, request: Request, request_data: GraphQLRequestData, context: Context, **_: Any
    ) -> ExecutionResult:
        """Run one operation. Raises a 400 or 405 where there is none to run."""
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=ALLOWED[request.method],
                operation_extensions=request_data.extensions,
            )
        except MissingQueryError:
            raise HTTPException(400, "there is no `query` in the request") from None
        except CannotGetOperationTypeError:
            raise HTTPException(400, "there is no operation of that name in the document") from None
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise HTTPException(400, "a subscription is sent over a WebSocket (graphql-transport-ws)") from None
            raise HTTPException(405, "a mutation is sent by POST") from None

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the answer; `data` is left out when execution never began."""
        answer = await super().process_result(request, result)
        if result.data is None and result.errors and all(not error.path for error in result.errors):
            answer.pop("data", None)
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """Return JSON in the media type that the client asked for; 400 for a request that could not be executed."""
        media_type = sub_response.media_type
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = f"{media_type}; charset=utf-8"
        if status := _outage(response_data):
            response.status_code = status
            waits = (error["extensions"]["retryAfterSeconds"] for error in response_data["errors"])
            response.headers["retry-after"] = str(max(waits))
        elif media_type == RESPONSE_TYPE and "data" not in response_data:
            response.status_code = 400
        return response

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Return the response with the request's Accept."""
        response = await super().get_sub_response(request)
        response.media_type = answer_type(request.scope)
        return response


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


def _patience_seconds(scope: Scope, most: float) -> float:
    """Return how long the client waits: `Prefer: wait=SECONDS` (RFC 7240), 1 to `most`."""
    for preference in ",".join(Headers(scope=scope).getlist("prefer")).split(","):
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


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that replays the body."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def _hung_up(receive: Receive) -> None:
    """Return when the client of a request whose body was read has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _content_length(scope: Scope) -> int:
    """Return the announced length of the body in bytes; 0 without one."""
    announced = Headers(scope=scope).get("content-length", "")
    return int(announced[:20]) if announced.isascii() and announced.isdigit() else 0


def _limited(scope: Scope, receive: Receive, most: int) -> Receive:
    """Return a `receive` that raises a 413 beyond so many bytes of body, before reading on."""
    too_large = HTTPException(
        413, f"内容太大：最多 {most} 字节，导入的名册最多 1 MB。At most {most} bytes; a roster 1 MB."
    )
    if _content_length(scope) > most:
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


def _no_number(_: str) -> Any:
    raise ValueError


def _plain(value: object) -> str:
    """Return a value of a kind of string as the string that it is."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
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
