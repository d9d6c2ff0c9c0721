"""A bad network between a till and a server: a real HTTP proxy on 127.0.0.1 that loses answers, after a plan."""

import http.client
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PASS = "pass"  # the answer comes through
DROP = "drop"  # it is done, and the connection closed without a word
RESET = "reset"  # the same, reset
CUT = "cut"  # half of the answer comes
GARBLE = "garble"  # an answer comes that is none of ours
BUSY = "busy"  # 429, to come back in 3 s, and nothing was done
AWAY = "away"  # 502 of a proxy, and it was done
MOVED = "moved"  # 302 to somebody else, and nothing was done
REFUSE = "refuse"  # nothing is done, and nothing answered


class Lossy:
    """The proxy, and what it saw."""

    def __init__(self, url: str, plan: Sequence[str]) -> None:
        self.behind = urlsplit(url)
        self.plan = list(plan)
        self.seen: list[dict[str, Any]] = []  # each request's body
        self.told: list[str] = []  # what was done of each
        self.at: list[float] = []  # when each came, in seconds
        self.lost = threading.Event()  # an answer was

    def next(self, body: bytes) -> str:
        """What is done of this request; at the plan's end, everything passes."""
        done = self.plan.pop(0) if self.plan else PASS
        self.seen.append(json.loads(body))
        self.told.append(done)
        self.at.append(time.monotonic())
        return done

    def forward(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The server's own answer."""
        assert self.behind.hostname
        connection = http.client.HTTPConnection(self.behind.hostname, self.behind.port, timeout=30)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


@contextmanager
def between(url: str, *plan: str) -> Iterator[tuple[str, Lossy]]:
    """A proxy before the server at `url`, and its own URL."""
    lossy = Lossy(url, plan)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            done = lossy.next(body)
            if done == BUSY:
                self._answer(429, [("retry-after", "3")], b'{"errors":[{"extensions":{"code":"OVERLOADED"}}]}')
                return
            if done == MOVED:
                self._answer(302, [("location", "http://127.0.0.1:9/elsewhere")], b"")
                return
            answer = 0, [], b""
            if done != REFUSE:
                own = {name: self.headers[name] for name in ("content-type", "authorization")}
                answer = lossy.forward(self.path, own, body)
            if done == PASS:
                self._answer(*answer)
            elif done == CUT:
                self._answer(*answer, most=len(answer[2]) // 2)
            elif done == GARBLE:
                self._answer(200, [], "<html>请先登录网络</html>".encode())
            elif done == AWAY:
                self._answer(502, [], b"Bad Gateway")
            elif done == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(self.connection.detach())
            if done != PASS:
                lossy.lost.set()
            self.close_connection = True

        def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, most: int | None = None) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:most])

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/graphql", lossy
        finally:
            server.shutdown()
            thread.join()
