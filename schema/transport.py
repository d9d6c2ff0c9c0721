"""GraphQL over HTTP: what a request must look like before GraphQL sees it, and what goes back."""

import json
from typing import Any

from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from uuid_utils.compat import uuid7

from schema.context import Context
from services import sessions
from services.errors import Unavailable
from services.policy import ANONYMOUS, Viewer

RESPONSE_TYPE = "application/graphql-response+json"


class Unauthenticated(HTTPException):
    """A bearer token that opens nothing."""

    def __init__(self) -> None:
        super().__init__(401, "登录已失效,请重新登录")


async def viewer_of(request: Request | WebSocket) -> Viewer:
    """Who sent this request. Raises Unauthenticated for a token that is unknown, ended or expired."""
    header = request.headers.get("authorization")
    if header is None:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    viewer = await sessions.authenticate(token.strip()) if scheme.lower() == "bearer" else None
    if viewer is None:
        raise Unauthenticated
    return viewer


class Transport(GraphQL[Context, None]):
    """Strawberry's ASGI app with guarded bodies, bearer tokens and one shape for every error."""

    def __init__(self, schema: Any, page: str | None) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql" if page else None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
        )
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever is wrong with it is told in GraphQL's own error shape."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive=receive)
        try:
            response = await self.run(request)
        except HTTPException as error:
            response = _refused(error.status_code, error.reason)
        except Unavailable:
            response = _refused(503, "服务繁忙,请稍后再试")
            response.headers["retry-after"] = "2"
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Any) -> Context:
        """The context of one request."""
        viewer = await viewer_of(request)
        return Context(viewer=viewer, request_id=str(uuid7()), request=request, response=response)

    async def render_graphql_ide(self, request: Request) -> Response:
        """The page for people."""
        return HTMLResponse(self._page or "")

    def decode_json(self, data: str | bytes) -> object:
        """A JSON object, and nothing else. Raises a 400 otherwise."""
        try:
            decoded = json.loads(data)
        except (ValueError, RecursionError):
            raise HTTPException(400, "the body is not JSON") from None
        if not isinstance(decoded, dict):
            raise HTTPException(400, "the body must be one JSON object with a `query`")
        if not isinstance(decoded.get("operationName"), str | None):
            raise HTTPException(400, "`operationName` must be a string or null")
        return decoded

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The answer; `data` is left out when execution never began."""
        answer = await super().process_result(request, result)
        if result.data is None and result.errors and all(not error.path for error in result.errors):
            answer.pop("data", None)
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """JSON as the client asked for it; a request that could not be executed is a 400 there."""
        media_type = sub_response.media_type or "application/json"
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = f"{media_type}; charset=utf-8"
        if media_type == RESPONSE_TYPE and "data" not in response_data:
            response.status_code = 400
        return response

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carries what the client accepts to the response."""
        response = await super().get_sub_response(request)
        if RESPONSE_TYPE in request.headers.get("accept", ""):
            response.media_type = RESPONSE_TYPE
        return response


def _refused(status: int, reason: str) -> Response:
    codes = {401: "UNAUTHENTICATED", 503: "UNAVAILABLE", 405: "METHOD_NOT_ALLOWED"}
    error = GraphQLError(reason, extensions={"code": codes.get(status, "BAD_REQUEST")})
    return JSONResponse({"errors": [error.formatted]}, status_code=status)
