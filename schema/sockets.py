"""uvicorn's WebSockets, with an end to those whose other side takes nothing any more.

uvicorn waits for ever until a peer has read what was written, also when it closes. Such a peer would hold a connection,
and whoever writes to it, for as long as it likes.
"""

from asyncio import TimerHandle
from asyncio.transports import BaseTransport, Transport
from typing import cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

TAKEN_WITHIN_SECONDS = 10.0
ENDED_WITHIN_SECONDS = 2.0


class Sockets(WebSocketsSansIOProtocol):
    """One connection. What is written to it must leave for the network within 10 s, or it is cut off."""

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
