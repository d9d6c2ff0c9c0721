"""Who asks: the bearer token of a request or a WebSocket, and what ends a connection."""

from typing import ClassVar

from schema.graph.context import Context
from services.accounts import sessions
from services.kit.viewer import ANONYMOUS, Viewer

TRY_AGAIN_LATER = 1013
FORBIDDEN = 4403


class Closing(Exception):
    """Ends the whole connection, whichever operation comes upon it."""

    code: ClassVar[int]
    reason: ClassVar[str]


class Unauthenticated(Closing):
    """A bearer token that opens nothing, or nothing any more."""

    code, reason = FORBIDDEN, "Forbidden"


class Overcrowded(Closing):
    """This process has as many connections or subscribers as it can have; another may have room."""

    code, reason = TRY_AGAIN_LATER, "too many connections"


async def viewer_of(authorization: str | None) -> Viewer:
    """Who an `Authorization` value stands for; without one, nobody in particular. Raises Unauthenticated."""
    if authorization is None:
        return ANONYMOUS
    scheme, _, token = authorization.partition(" ")
    viewer = await sessions.authenticate(token.strip()) if scheme.lower() == "bearer" else None
    if viewer is None:
        raise Unauthenticated
    return viewer


def authorization_of(context: Context) -> str | None:
    """The `Authorization` of a WebSocket: of its connection_init, else of the request that opened it."""
    for name, value in (context.connection_params or {}).items():
        if name.lower() == "authorization":
            return value if isinstance(value, str) else ""
    found = context.request.headers.get("authorization")
    return found if isinstance(found, str) else None
