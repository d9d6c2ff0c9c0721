"""The HTTP client of external services that the operator names: one timeout, bounded answers, no redirects.

Nothing is kept between calls: a connection that the other side is about to close would turn calls that were not sent
into ones of unknown outcome. No proxy is taken from the environment. URLs and headers hold secrets, so no exception and
no line of the log has any of either.
"""

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpcore

from services.db import database
from services.kit import deadlines
from services.providers.outcomes import Busy, NoBalance, NotSent, ProviderError, Refused, Stale, Unknown, Unreachable

log = logging.getLogger("xingdian.providers")

MAX_ANSWER_BYTES = 64 * 1024
MAX_CONNECTIONS = 16  # per service; more calls wait, within their timeout
PAUSE_SECONDS = 0.2  # before a call is made again
USER_AGENT = "xingdian/1"
MAX_ADDRESSES = 4  # per name, tried in turn
CONNECTS_WITHIN_SECONDS = 2.0  # per address
_SENDS = "http11.send_request_headers.started"

# Not the loop's own threads, which look up the database's address: a resolver may hang.
_resolvers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="providers-look-up")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status and its whole body."""

    provider: str
    status: int
    body: bytes

    @property
    def succeeded(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status <= 299

    def fields(self) -> dict[str, Any]:
        """Return the body as a JSON object. Raises Unknown if it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Unknown(self.provider, f"the answer is no JSON object (HTTP {self.status})")
        return found


@contextmanager
def logged() -> Iterator[None]:
    """Log a failure in the block that the operator has to know of, and raise it again: the service was not reached, or
    is down; the money is gone; or a refusal that no person's input explains."""
    try:
        yield
    except ProviderError as error:
        if isinstance(error, Unreachable | NoBalance | Busy) or type(error) in (Refused, Stale):
            log.warning("%s", error)
        raise


def unavailable(answer: Answer) -> None:
    """Raise Busy for a 503, where it is no answer of the service's own: what stands before it says that it can't take
    anything now (RFC 9110, 15.6.4)."""
    if answer.status == 503:
        raise Busy(answer.provider, "HTTP 503")


def _untold(_: Answer) -> None:
    """Raise nothing: an answer 5xx does not tell what was done."""


class Client:
    """Calls one service at its URL. `trusted` replaces the machine's certificates and Mozilla's.

    `failed` raises what an answer 5xx of this service means, where it tells more than Unknown.
    """

    def __init__(
        self,
        provider: str,
        url: str,
        timeout_seconds: float,
        *,
        trusted: ssl.SSLContext | None = None,
        failed: Callable[[Answer], None] = _untold,
    ) -> None:
        parts = urlsplit(url)
        self._told = failed
        self.provider = provider
        self.timeout_seconds = timeout_seconds
        self.host = parts.netloc.lower()
        self._scheme = parts.scheme
        self._name = parts.hostname or ""
        self._port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        self._path = parts.path
        self._query = parts.query
        self._pool = httpcore.AsyncConnectionPool(
            # SSL_CERT_FILE adds a district's own certificates.
            ssl_context=trusted or httpcore.default_ssl_context(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=0,
            network_backend=_Network(),
        )

    async def call(
        self,
        method: str,
        path: str = "",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        repeatable: bool = False,
    ) -> Answer:
        """Make one call, and return an answer below 500; `path` and `query` are appended to those of the URL.

        One that was not sent is made again once, and so is one of unknown outcome if it is `repeatable`; all within one
        timeout and the deadline of the request. Raises NotSent or Unknown; Busy for a 503 that says when to come again,
        and what `failed` raises; and RuntimeError inside a transaction, which would hold its locks for as long, and
        may run again from its start.
        """
        if database.in_transaction():
            raise RuntimeError(f"{self.provider} is called inside a transaction")
        attempt = _Attempt()
        try:
            async with asyncio.timeout(deadlines.bounded(self.timeout_seconds)):
                try:
                    return await self._attempted(attempt, method, path, query, headers, body)
                except NotSent:
                    pass
                except Unknown:
                    if not repeatable:
                        raise
                await asyncio.sleep(PAUSE_SECONDS)
                return await self._attempted(attempt, method, path, query, headers, body)
        except TimeoutError:
            raise self._failed(attempt, "no answer in time") from None

    async def _attempted(
        self,
        attempt: "_Attempt",
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        body: bytes,
    ) -> Answer:
        """Make the call once. Raises NotSent, Unknown, Refused for an answer 5xx that says so, and TimeoutError."""
        own = {"host": self.host, "user-agent": USER_AGENT, "connection": "close", "content-length": str(len(body))}
        sent = [(name.encode(), value.encode()) for name, value in {**own, **(headers or {})}.items()]
        asked = {"trace": attempt.watch}
        try:
            async with self._pool.stream(
                method, self._url(path, query or {}), headers=sent, content=body, extensions=asked
            ) as answer:
                found = Answer(self.provider, answer.status, await self._read(answer))
                if found.status >= 500:
                    if found.status == 503 and any(name.lower() == b"retry-after" for name, _ in answer.headers):
                        raise Busy(self.provider, "HTTP 503")
                    self._told(found)
                    raise Unknown(self.provider, f"the service failed (HTTP {answer.status})")
                return found
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            # Without its cause, whose text is not ours.
            raise self._failed(attempt, _words(error)) from None

    async def _read(self, answer: httpcore.Response) -> bytes:
        """Return the body. Raises Unknown beyond the limit."""
        body = b""
        async for part in answer.aiter_stream():
            body += part
            if len(body) > MAX_ANSWER_BYTES:
                raise Unknown(self.provider, "the answer is too large")
        return body

    def _url(self, path: str, query: Mapping[str, str]) -> httpcore.URL:
        asked = "&".join(one for one in (self._query, urlencode(query, quote_via=quote, safe="~")) if one)
        target = (self._path + path or "/") + (f"?{asked}" if asked else "")
        return httpcore.URL(
            scheme=self._scheme.encode(), host=self._name.encode(), port=self._port, target=target.encode()
        )

    def _failed(self, attempt: "_Attempt", why: str) -> Unreachable:
        """Return the error of an attempt that got no answer."""
        kind = Unknown if attempt.sent else NotSent
        return kind(self.provider, f"{why}{', after sending' if attempt.sent else ''}")


class _Network(httpcore.AsyncNetworkBackend):
    """Connects to the addresses of a name in turn."""

    def __init__(self) -> None:
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the host's addresses."""
        failed: Exception = httpcore.ConnectError("no address")
        for address in (await _addresses(host))[:MAX_ADDRESSES]:
            try:
                return _Stream(await self._plain.connect_tcp(address, port, CONNECTS_WITHIN_SECONDS))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


async def _addresses(host: str) -> list[str]:
    """Return the addresses of a name. Raises ConnectError."""
    with suppress(ValueError):
        return [str(ip_address(host))]
    try:
        found = await asyncio.get_running_loop().run_in_executor(_resolvers, _looked_up, host)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("no such name") from error
    return list(dict.fromkeys(found))


def _looked_up(host: str) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that ends with a handshake that fails: a cancelled one would be left open."""

    def __init__(self, plain: httpcore.AsyncNetworkStream) -> None:
        self._plain = plain

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return received bytes."""
        return await self._plain.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        await self._plain.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close."""
        await self._plain.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Return the connection over TLS."""
        try:
            return _Stream(await self._plain.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self._plain.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._plain.get_extra_info(info)


class _Attempt:
    """Whether anything of the call has been sent, in any of its attempts."""

    def __init__(self) -> None:
        self.sent = False

    async def watch(self, event: str, _: dict[str, Any]) -> None:
        """Take note of httpcore's events."""
        self.sent = self.sent or event == _SENDS


def _words(error: Exception) -> str:
    if isinstance(error.__cause__, ssl.SSLError) or isinstance(error.__context__, ssl.SSLError):
        return "no secure connection"
    return {
        httpcore.ConnectError: "no connection",
        httpcore.ConnectTimeout: "no connection in time",
        httpcore.PoolTimeout: "too many calls at once",
        httpcore.RemoteProtocolError: "an answer that is no HTTP",
    }.get(type(error), "the connection broke")
