"""uvicorn's connections with timeouts for peers that don't send or don't read.

uvicorn itself waits for ever for the rest of a request, and for a peer to read what was written, also when it closes.
Such a peer would hold a connection, and the task that writes to it, as long as it likes.
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
ANSWER_TAKEN_WITHIN_SECONDS = 60.0  # a long answer over a slow line
TAKEN_WITHIN_SECONDS = 10.0
ENDED_WITHIN_SECONDS = 2.0
MAX_HEAD_BYTES = 16 * 1024
REFUSALS = {431: f"请求头太大。The head of a request has at most {MAX_HEAD_BYTES} bytes."}
IDLE_SECONDS = 5
BACKLOG = 1024
MAX_FILES = 65_536


def allow_files() -> None:
    """Raise this process's limit of open files as far as the system allows; the default is usually lower."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Connection(h11.Connection):
    """h11's state of one connection, with a size limit for every head and no ambiguous body length.

    h11 itself bounds only an incomplete head: one that arrives at once may have any size.
    """

    refused_as = 400

    def next_event(self) -> Any:
        """Return h11's next event. Raises RemoteProtocolError, with its status in `refused_as`."""
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
        # Two servers in a row that disagree on the length can be made to read one request as two (RFC 9112, 6.1).
        # HTTP/1.0 has no transfer-encoding.
        if b"transfer-encoding" in named and (b"content-length" in named or head.http_version < b"1.1"):
            raise h11.RemoteProtocolError("the length of the body is in doubt")


class Requests(H11Protocol):
    """One HTTP/1.1 connection. The head of a request has at most 16 KiB; a larger one is answered 431.

    A request's head must arrive within 10 s of the connection or the previous answer, and the peer must read each
    answer within 60 s. Beyond MAX_CONNECTIONS, the longest idle connection is closed.
    """

    _open: ClassVar[set["Requests"]] = set()
    _resting: ClassVar[dict["Requests", None]] = {}  # idle, the longest first

    _idle_timer: TimerHandle | None = None
    _write_timer: TimerHandle | None = None
    _refused = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn = _Connection(h11.SERVER, MAX_HEAD_BYTES)

    def connection_made(self, transport: BaseTransport) -> None:
        """Count the connection, and close the longest idle one where there are too many."""
        super().connection_made(cast(Transport, transport))
        self.transport.set_write_buffer_limits(high=0)
        self._open.add(self)
        self._start_idle()
        if len(self._open) > current().max_connections:
            longest = next(iter(self._resting))  # this one itself, where all others are busy
            longest._forget()
            longest.transport.abort()

    def handle_events(self) -> None:
        """Handle received data; a complete head ends the idle time."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_idle()

    def on_response_complete(self) -> None:
        """Start the idle time, unless the peer still reads the answer; a pipelined request may be there already."""
        if self._write_timer is None:
            self._start_idle()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse a malformed request, in the shape of every refusal, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            status = cast(_Connection, self.conn).refused_as
            answer = refused({"headers": []}, status, REFUSALS.get(status, msg), {"connection": "close"})
            head = h11.Response(
                status_code=status, headers=answer.raw_headers, reason=HTTPStatus(status).phrase.encode()
            )
            for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
            # Closing while data arrives would send a reset, which can overtake the answer: read on for a while.
            self._refused = True
            self.transport.write_eof()
            self.loop.call_later(ENDED_WITHIN_SECONDS, self.transport.abort)
        else:  # ends an answer under way: what follows could not be distinguished from it
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Handle received data; ignore it once the connection was refused."""
        if not self._refused:
            super().data_received(data)

    def eof_received(self) -> None:
        """Close a refused connection when the peer has finished."""
        if self._refused:
            self.transport.close()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Stop counting the connection as HTTP."""
        self._forget()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """Start the timeout: the system's buffers did not take the whole answer."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(ANSWER_TAKEN_WITHIN_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the timeout: the answer was taken."""
        self._stop_write_timer()
        if self.cycle is None or self.cycle.response_complete:
            self._start_idle()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting and timing the connection."""
        self._forget()
        self._stop_write_timer()
        super().connection_lost(exc)

    def _start_idle(self) -> None:
        self._stop_idle()
        self._resting[self] = None
        self._idle_timer = self.loop.call_later(ASKED_WITHIN_SECONDS, self.transport.abort)

    def _stop_idle(self) -> None:
        self._resting.pop(self, None)
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _forget(self) -> None:
        self._open.discard(self)
        self._stop_idle()

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


class Sockets(WebSocketsSansIOProtocol):
    """One WebSocket. A peer must read what is written to it within 10 s, or is cut off."""

    _write_timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Start the timeout from the first byte that the system's buffers don't take."""
        super().connection_made(transport)
        cast(Transport, transport).set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        """Start the timeout."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(TAKEN_WITHIN_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the timeout."""
        self._stop_write_timer()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timeout."""
        self._stop_write_timer()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close the connection, and abort it soon."""
        super().shutdown()
        self.loop.call_later(ENDED_WITHIN_SECONDS, self.transport.abort)

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
