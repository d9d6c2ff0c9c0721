"""uvicorn's connections, with an end to those whose other side says nothing, or takes nothing any more.

uvicorn waits for ever for a request that was begun, and until a peer has read what was written, also when it closes.
Such a peer would hold a connection, and whoever writes to it, for as long as it likes.
"""

import resource
from asyncio import TimerHandle
from asyncio.transports import BaseTransport, Transport
from http import HTTPStatus
from typing import Any, ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from schema.http.refusals import refused
from services.kit.settings import current

ASKED_WITHIN_SECONDS = 10.0
ANSWER_TAKEN_WITHIN_SECONDS = 60.0  # a long answer through a slow line
TAKEN_WITHIN_SECONDS = 10.0
ENDED_WITHIN_SECONDS = 2.0
MAX_HEAD_BYTES = 16 * 1024
REFUSALS = {431: f"请求头太大。The head of a request has at most {MAX_HEAD_BYTES} bytes."}
IDLE_SECONDS = 5
BACKLOG = 1024
MAX_FILES = 65_536


def allow_files() -> None:
    """Let this process have as many connections open as the system allows it; usually it begins with fewer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Connection(h11.Connection):
    """h11's view of one connection, with a bound that holds for each head, and no doubt about where a body ends.

    h11 itself bounds only a head that is not yet whole: one that arrives at once may have any size.
    """

    refused_as = 400

    def next_event(self) -> Any:
        """The next event, as h11's. Raises RemoteProtocolError, with the status for it in `refused_as`."""
        before = len(self.trailing_data[0]) if self.their_state is h11.IDLE else 0
        try:
            event = super().next_event()
            if isinstance(event, h11.Request):
                self._check(event, before - len(self.trailing_data[0]))
        except h11.RemoteProtocolError as error:
            self.refused_as = error.error_status_hint
            raise
        return event

    def _check(self, head: h11.Request, size: int) -> None:
        if size > MAX_HEAD_BYTES:
            raise h11.RemoteProtocolError("the head is too large", error_status_hint=431)
        named = {name for name, _ in head.headers}
        # Two servers in a row that don't agree on which one counts can be made to take one request for two (RFC 9112,
        # 6.1). In HTTP/1.0 there is no such thing.
        if b"transfer-encoding" in named and (b"content-length" in named or head.http_version < b"1.1"):
            raise h11.RemoteProtocolError("the length of the body is in doubt")


class Requests(H11Protocol):
    """One HTTP/1.1 connection. The head of a request has at most 16 KiB; a larger one is answered 431.

    The head of a request must be here 10 s after the connection was made or the answer before was given, and each
    answer must be taken within 60 s. Of more than MAX_CONNECTIONS, the one that has waited longest for a request gives
    way.
    """

    _open: ClassVar[set["Requests"]] = set()
    _resting: ClassVar[dict["Requests", None]] = {}  # they wait for a request, in the order in which they began to

    _patience: TimerHandle | None = None
    _deadline: TimerHandle | None = None
    _refused = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn = _Connection(h11.SERVER, MAX_HEAD_BYTES)

    def connection_made(self, transport: BaseTransport) -> None:
        """Make room for one more."""
        super().connection_made(cast(Transport, transport))
        self.transport.set_write_buffer_limits(high=0)
        self._open.add(self)
        self._rest()
        if len(self._open) > current().max_connections:
            longest = next(iter(self._resting))  # this one itself, where all others are busy
            longest._over()
            longest.transport.abort()

    def handle_events(self) -> None:
        """Something was sent; with a whole head of a request, the waiting is over."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._rest_no_more()

    def on_response_complete(self) -> None:
        """The answer is given; once it is taken, the next request may come, or be here already."""
        if self._deadline is None:
            self._rest()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, in the shape of every refusal, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            status = cast(_Connection, self.conn).refused_as
            answer = refused({"headers": []}, status, REFUSALS.get(status, msg), {"connection": "close"})
            head = h11.Response(
                status_code=status, headers=answer.raw_headers, reason=HTTPStatus(status).phrase.encode()
            )
            for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
            # To close while something comes would be a reset, which can overtake the answer: let it come for a while.
            self._refused = True
            self.transport.write_eof()
            self.loop.call_later(ENDED_WITHIN_SECONDS, self.transport.abort)
        else:  # an answer that was under way ends here: what follows can't be told from it
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Something was sent; of no interest once the connection was refused."""
        if not self._refused:
            super().data_received(data)

    def eof_received(self) -> None:
        """The other side has no more to say."""
        if self._refused:
            self.transport.close()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """It is another kind of connection from now on."""
        self._over()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """Something of the answer was left over."""
        super().pause_writing()
        self._deadline = self.loop.call_later(ANSWER_TAKEN_WITHIN_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """All of it left."""
        self._taken()
        if self.cycle is None or self.cycle.response_complete:
            self._rest()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._over()
        self._taken()
        super().connection_lost(exc)

    def _rest(self) -> None:
        self._rest_no_more()
        self._resting[self] = None
        self._patience = self.loop.call_later(ASKED_WITHIN_SECONDS, self.transport.abort)

    def _rest_no_more(self) -> None:
        self._resting.pop(self, None)
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _over(self) -> None:
        self._open.discard(self)
        self._rest_no_more()

    def _taken(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Sockets(WebSocketsSansIOProtocol):
    """One WebSocket. What is written to it must leave for the network within 10 s, or it is cut off."""

    _deadline: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Count from the first byte that the system's own buffers did not take."""
        super().connection_made(transport)
        cast(Transport, transport).set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        """Something was left over."""
        super().pause_writing()
        self._deadline = self.loop.call_later(TAKEN_WITHIN_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """All of it left."""
        self._no_deadline()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._no_deadline()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: say so, and don't wait for long."""
        super().shutdown()
        self.loop.call_later(ENDED_WITHIN_SECONDS, self.transport.abort)

    def _no_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
