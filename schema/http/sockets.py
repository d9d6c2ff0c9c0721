"""uvicorn's connections with timeouts for peers that don't send or don't read.

uvicorn itself waits for ever for the rest of a request, and for a peer to read what was written, also when it closes.
Such a peer would hold a connection, and the task that writes to it, as long as it likes.
"""

import resource
from asyncio import AbstractEventLoop, TimerHandle
from asyncio.transports import BaseTransport, Transport
from collections.abc import Collection
from typing import Any, ClassVar, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from schema.graph.bearer import TRY_AGAIN_LATER
from schema.http import heads
from schema.http.refusals import refused
from services.kit.settings import current

ASKED_WITHIN_SECONDS = 10.0
ANSWER_TAKEN_WITHIN_SECONDS = 60.0  # a long answer over a slow line
TAKEN_WITHIN_SECONDS = 10.0
ENDED_WITHIN_SECONDS = 2.0
PIECE_BYTES = 4096
REFUSALS = {431: f"请求头太大。The head of a request has at most {heads.MAX_BYTES} bytes."}
IDLE_SECONDS = 5
BACKLOG = 1024
MAX_FILES = 65_536


def allow_files() -> None:
    """Raise this process's limit of open files as far as the system allows; the default is usually lower."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Flow(FlowControl):
    """uvicorn's flow control, except that nothing is read while requests wait behind the one that is answered."""

    def __init__(self, transport: Transport, waiting: Collection[Any]) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Read on, unless requests wait."""
        if not self._waiting:
            super().resume_reading()


def _without_chunks(app: Any, cycle: RequestResponseCycle) -> Any:
    """Return the app as HTTP/1.0 is answered: without a length, the answer ends with the connection."""

    async def run(scope: Any, receive: Any, send: Any) -> None:
        measured = True

        async def unchunked(message: Any) -> None:
            nonlocal measured
            if message["type"] == "http.response.start":
                measured = any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
                if not measured:
                    cycle.chunked_encoding = False
            elif not measured:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await app(scope, receive, unchunked)

    return run


class _Joined:
    """The transport of one answer: its head travels with the first piece of its body, when that follows at once."""

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._begun = False

    def write(self, data: bytes) -> None:
        """Write; the first time, in this turn of the loop or at its end."""
        if not self._begun:
            self._begun = True
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            head, self._head = self._head, b""
            self._transport.write(head + data)

    def _flush(self) -> None:
        if self._head and not self._transport.is_closing():
            self.write(b"")

    def close(self) -> None:
        """Close, when all is written."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Return whether nothing more can be written."""
        return self._transport.is_closing()


class Requests(HttpToolsProtocol):
    """One HTTP/1.1 connection. The head of a request has at most 16 KiB; a larger one is answered 431.

    A request's head must arrive within 10 s of the connection or the previous answer, and the peer must read each
    answer within 60 s. Beyond MAX_CONNECTIONS, the longest idle connection is closed. Requests sent ahead are answered
    one after another.
    """

    _open: ClassVar[set["Requests"]] = set()
    _resting: ClassVar[dict["Requests", None]] = {}  # idle, the longest first

    _idle_timer: TimerHandle | None = None
    _write_timer: TimerHandle | None = None
    _current: RequestResponseCycle | None = None  # answered now, or last; uvicorn's `cycle` is the last one parsed
    _received = b""  # what is not parsed yet
    _unclear_bytes = 0  # parsed since the last head or piece of a body was whole
    _in_body = False
    _refused_as = 400
    _refusal: bytes | None = None
    _deaf = False  # nothing more is parsed

    def connection_made(self, transport: BaseTransport) -> None:
        """Count the connection, and close the longest idle one where there are too many."""
        super().connection_made(cast(Transport, transport))
        self.flow = _Flow(self.transport, self.pipeline)
        self.transport.set_write_buffer_limits(high=0)
        self._open.add(self)
        self._start_idle()
        if len(self._open) > current().max_connections:
            longest = next(iter(self._resting))  # this one itself, where all others are busy
            longest._forget()
            longest.transport.abort()

    # -- reading ---------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Parse received data; ignore it once the connection was refused."""
        if not self._deaf:
            self._unset_keepalive_if_required()
            self._received += data
            self._parse()

    def _parse(self) -> None:
        """Parse what was received, until a request has to wait.

        They are parsed in small pieces, so that few wait: a request takes far more memory than the bytes of its head.
        """
        rest = memoryview(self._received)
        while rest and not self.pipeline and not self._deaf:
            piece, rest = rest[:PIECE_BYTES], rest[PIECE_BYTES:]
            self._unclear_bytes += len(piece)
            self._feed(piece)
        self._received = bytes(rest)

    def _feed(self, piece: bytes | memoryview) -> None:
        self._refused_as = 400
        try:
            self.parser.feed_data(piece)
        except HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._ignore_upgrade(memoryview(piece)[upgrade.args[0] :])
        except HttpParserError:
            self._refuse(self._refused_as)
        else:
            if self._unclear_bytes > heads.MAX_BYTES:  # of a head, of a chunk's first line, of trailers
                self._refuse(400 if self._in_body else 431)

    def _ignore_upgrade(self, rest: memoryview) -> None:
        """Parse a head again without its Upgrade, to HTTP/2 for instance: the parser would leave the body unread."""
        line = b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        headers = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = HttpRequestParser(self)
        self._feed(b"".join([line, *headers, b"\r\n"]))
        if not self._deaf:
            self._feed(rest)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Trailers are dropped: the request that they belong to has begun."""
        if not self._in_body:
            super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head is to be refused, or parsed again."""
        if fault := self._fault():
            self._refused_as = fault
            raise HttpParserError
        if self.parser.should_upgrade() and not self._should_upgrade():
            return
        if self.parser.get_http_version() == "1.0":
            self.expect_100_continue = False
        super().on_headers_complete()
        self._unclear_bytes = 0
        self._in_body = True

    def on_body(self, body: bytes) -> None:
        """Add to the body."""
        self._unclear_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the body."""
        if not self.parser.should_upgrade():
            self._unclear_bytes = 0
            self._in_body = False
            super().on_message_complete()
            if not self.parser.should_keep_alive():  # a trailer can say so, too
                self.cycle.keep_alive = False

    def _fault(self) -> int | None:
        """Return the status with which the head is to be refused."""
        method = self.parser.get_method()
        small = self._unclear_bytes + PIECE_BYTES <= heads.MAX_BYTES  # a first piece may not be counted
        if not small and heads.size(method, self.url, self.headers) > heads.MAX_BYTES:
            return 431
        return heads.fault(self.parser.get_http_version(), method, self.url, self.headers)

    def _should_upgrade(self) -> bool:
        return self.parser.get_http_version() == "1.1" and not self._answering() and super()._should_upgrade()

    def handle_websocket_upgrade(self) -> None:
        """Stop counting the connection as HTTP."""
        self._forget()
        self._deaf = True
        super().handle_websocket_upgrade()

    # -- answering -------------------------------------------------------------------------------------------------

    def _answering(self) -> bool:
        return self._current is not None and not self._current.response_complete

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._stop_idle()
        self._current = cycle
        cycle.transport = cast(Transport, _Joined(self.transport, self.loop))
        if cycle.scope["http_version"] == "1.0":
            app = _without_chunks(app, cycle)
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Start the idle time, unless the peer still reads the answer; a pipelined request may be there already."""
        if self._write_timer is None:
            self._start_idle()
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self._refusal is None:
            self._parse()
        elif not self._answering():
            self._end(self._refusal)

    def _refuse(self, status: int) -> None:
        """Refuse what can't be read, in the shape of every refusal and after the answers that are due, and close."""
        self.logger.warning("Invalid HTTP request received.")
        self._deaf = True
        if self._in_body and not self._give_up():
            self.transport.close()
            return
        text = REFUSALS.get(status, "Invalid HTTP request received.")
        answer = refused({"headers": []}, status, text, {"connection": "close"})
        headers = [b"%b: %b\r\n" % header for header in answer.raw_headers]
        self._refusal = b"".join([STATUS_LINE[status], *headers, b"\r\n", bytes(answer.body)])
        if not self._answering():
            self._end(self._refusal)

    def _give_up(self) -> bool:
        """Give up the request whose body is broken. False: it is being answered, what follows would be part of that."""
        if self.cycle is not self._current:
            self.pipeline.popleft()
        elif self.cycle.response_started:
            return False
        else:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._current = None
        return True

    def _end(self, refusal: bytes) -> None:
        """Write the last answer and half-close."""
        self.transport.write(refusal)
        # Closing while data arrives would send a reset, which can overtake the answer: read on for a while.
        self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(ENDED_WITHIN_SECONDS, self.transport.abort)

    def pause_writing(self) -> None:
        """Start the timeout: the system's buffers did not take the whole answer."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(ANSWER_TAKEN_WITHIN_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the timeout: the answer was taken."""
        self._stop_write_timer()
        if not self._answering():
            self._start_idle()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting and timing the connection; tell the request that is being answered."""
        self._forget()
        self._stop_write_timer()
        self._deaf = True
        self.pipeline.clear()
        if self._current is not None:
            self.cycle = self._current
        super().connection_lost(exc)

    # -- timing ----------------------------------------------------------------------------------------------------

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
    """One WebSocket. A peer must read what is written to it within 10 s; else it is told to come back, by 1013, and is
    cut off 2 s later."""

    _write_timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Start the timeout from the first byte that the system's buffers don't take."""
        super().connection_made(transport)
        cast(Transport, transport).set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        """Start the timeout."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(TAKEN_WITHIN_SECONDS, self._drop)

    def _drop(self) -> None:
        """Say, behind what still waits to be read, that the peer is too slow; and end the connection soon."""
        self.loop.call_later(ENDED_WITHIN_SECONDS, self.transport.abort)
        if self.handshake_complete and not self.close_sent:
            self.close_sent = self.disconnected = True  # nothing more is sent
            self.stop_keepalive()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": TRY_AGAIN_LATER})
            self.conn.send_close(TRY_AGAIN_LATER, "too slow")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

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
