"""The HTTP client of webhooks, the only module that sends HTTP to the outside: check, connect, send, all bounded.

A name is looked up once per connection, all its addresses are checked, and the connection goes to a checked address:
nothing can change in between (DNS rebinding). Nothing is kept between attempts: no connection, cookie or address; and
no proxy is taken from the environment.
"""

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import httpcore

from models.enums import WebhookOutcome
from services.kit.networks import Network
from services.webhooks.addresses import Address, literal, reachable
from services.webhooks.urls import Url, parse, redirected

log = logging.getLogger("xingdian.webhooks")

MAX_ANSWER_BYTES = 16 * 1024  # with headers; the rest is cut off
MAX_REDIRECTS = 3
FOLLOWED = (307, 308)  # redirects that keep method and body
MAX_ADDRESSES = 4  # per name, tried in turn
CONNECTS_WITHIN_SECONDS = 4.0  # per address
RESOLVES_WITHIN_SECONDS = 4.0
MAX_LOOKUPS = 64  # concurrent names, abandoned lookups included
USER_AGENT = "xingdian-webhooks/1"

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """How one attempt ended. `status` is that of the last response, if there was one."""

    outcome: WebhookOutcome
    status: int | None
    milliseconds: int


class _Stopped(Exception):
    """The attempt ends here, with an outcome of our own."""

    def __init__(self, outcome: WebhookOutcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Client:
    """Sends webhooks, at most `max_connections` at once. `named` are the networks allowed besides public addresses.
    `resolve` and `trusted` replace the machine's resolver and certificates.
    """

    def __init__(
        self,
        named: Sequence[Network],
        timeout_seconds: float,
        max_connections: int,
        *,
        resolve: Resolve | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self.timeout_seconds = timeout_seconds
        # The machine's certificates and Mozilla's; SSL_CERT_FILE adds a district's own.
        trusted = trusted or httpcore.default_ssl_context()
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=trusted,
                max_connections=max_connections,
                max_keepalive_connections=0,
                network_backend=_Network(named, resolve or look_up, secure=scheme == "https"),
            )
            for scheme in ("http", "https")
        }

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body to an endpoint, within one timeout for all of it. Raises nothing but a cancellation."""
        began = time.monotonic()
        statuses: list[int] = []
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self._follow(parse(url), headers, body, statuses)
            outcome = WebhookOutcome.ANSWERED
        except _Stopped as stopped:
            outcome = stopped.outcome
        except (TimeoutError, httpcore.TimeoutException):
            outcome = WebhookOutcome.TIMED_OUT
        except (httpcore.NetworkError, httpcore.ProtocolError):
            outcome = WebhookOutcome.UNREACHABLE
        except Exception as error:  # one failing endpoint must not stop the other deliveries
            log.error("an attempt failed in no known way: %s", type(error).__name__)
            outcome = WebhookOutcome.UNREACHABLE
        took = round((time.monotonic() - began) * 1000)
        return Answer(outcome, statuses[-1] if statuses else None, took)

    async def _follow(self, url: Url, headers: Mapping[str, str], body: bytes, statuses: list[int]) -> None:
        """Send, following redirects; every hop is checked anew."""
        for hop in range(MAX_REDIRECTS + 1):
            try:
                location = await self._send(url, headers, body, statuses)
            except _Stopped as stopped:
                if hop and stopped.outcome == WebhookOutcome.ADDRESS_REFUSED:
                    raise _Stopped(WebhookOutcome.REDIRECT_REFUSED) from None
                raise
            if location is None:
                return
            try:
                url = redirected(url, location)
            except ValueError:
                break
        raise _Stopped(WebhookOutcome.REDIRECT_REFUSED)

    async def _send(self, url: Url, headers: Mapping[str, str], body: bytes, statuses: list[int]) -> str | None:
        """Send one hop; return where it redirects to, or None for the last. Adds the status as soon as it is known."""
        own = {"host": url.authority, "content-length": str(len(body)), "connection": "close", "user-agent": USER_AGENT}
        # Already parsed, so that no second URL parser arrives at another host.
        target = httpcore.URL(
            scheme=url.scheme.encode(), host=url.host.encode(), port=url.port, target=url.target.encode()
        )
        sent = [(name.encode(), value.encode()) for name, value in {**own, **headers}.items()]
        async with self._pools[url.scheme].stream("POST", target, headers=sent, content=body) as answer:
            statuses.append(answer.status)
            if 300 <= answer.status <= 399:
                return _location(answer)
            if 200 <= answer.status <= 299:  # a success counts once its body is complete
                async for _ in answer.aiter_stream():
                    pass
        return None

    async def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.aclose()


def _location(answer: httpcore.Response) -> str:
    """Return where a redirect leads. Raises _Stopped unless it is of a followed kind with exactly one Location."""
    found = [value for name, value in answer.headers if name.lower() == b"location"]
    if answer.status not in FOLLOWED or len(found) != 1:
        raise _Stopped(WebhookOutcome.REDIRECT_REFUSED)
    return found[0].decode("ascii", "replace")


class _Network(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, named: Sequence[Network], resolve: Resolve, *, secure: bool) -> None:
        self._named = named
        self._resolve = resolve
        self._secure = secure
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the host's addresses, if all of them are allowed."""
        failed: Exception = httpcore.ConnectError("no address")
        for address in (await self._checked(host, port))[:MAX_ADDRESSES]:
            try:
                # A literal address: no second lookup.
                return _Stream(await self._plain.connect_tcp(str(address), port, CONNECTS_WITHIN_SECONDS))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def _checked(self, host: str, port: int) -> list[Address]:
        found = [literal(host)] if literal(host) else [literal(one) for one in await self._names(host, port)]
        addresses = [address for address in dict.fromkeys(found) if address is not None]
        if not all(reachable(address, self._named, secure=self._secure) for address in addresses):
            raise _Stopped(WebhookOutcome.ADDRESS_REFUSED)
        return addresses

    async def _names(self, host: str, port: int) -> Sequence[str]:
        try:
            return await asyncio.wait_for(self._resolve(host, port), RESOLVES_WITHIN_SECONDS)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no such name ({type(error).__name__})") from error


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that limits the bytes read, and tells certificate failures apart."""

    def __init__(self, plain: httpcore.AsyncNetworkStream) -> None:
        self._plain = plain
        self._left = MAX_ANSWER_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return received bytes. Raises _Stopped beyond the limit."""
        if self._left <= 0:
            raise _Stopped(WebhookOutcome.ANSWER_TOO_LARGE)
        some = await self._plain.read(min(max_bytes, self._left), timeout)
        self._left -= len(some)
        return some

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        await self._plain.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close."""
        await self._plain.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Return the connection over TLS. Raises _Stopped for a bad certificate."""
        try:
            return _Stream(await self._plain.start_tls(ssl_context, server_hostname, timeout))
        except BaseException as error:
            # Nothing else closes it any more: a hanging handshake is only cancelled.
            await self._plain.aclose()
            if isinstance(error, httpcore.ConnectError) and isinstance(error.__cause__, ssl.SSLError):
                raise _Stopped(WebhookOutcome.INSECURE) from error
            raise

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._plain.get_extra_info(info)


_lookups: dict[str, Future[Sequence[str]]] = {}  # pending, by name
_lookups_lock = threading.Lock()


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name (the same for each port), as the machine resolves it, in its order. Raises
    OSError.

    Concurrent callers of one name share a lookup, so a hanging one occupies a single thread. Runs in a daemon thread: a
    hanging resolver can't be interrupted and must not delay the end of the process. Not in the loop's own threads,
    which look up the database's address.
    """
    # Cancelling this wait leaves the lookup alone: a running future can't be cancelled.
    return await asyncio.wrap_future(_lookup(host))


def _lookup(host: str) -> Future[Sequence[str]]:
    """Return the pending lookup of a name, or start one."""
    with _lookups_lock:
        if host in _lookups:
            return _lookups[host]
        if len(_lookups) >= MAX_LOOKUPS:
            raise OSError("too many names are being looked up")
        found: Future[Sequence[str]] = Future()
        found.set_running_or_notify_cancel()
        try:
            threading.Thread(target=_look, args=(host, found), name="look-up", daemon=True).start()
        except RuntimeError as error:
            raise OSError("no thread is to be had") from error
        _lookups[host] = found
        return found


def _look(host: str, found: Future[Sequence[str]]) -> None:
    addresses: Sequence[str] = ()
    failed: Exception | None = None
    try:
        addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except Exception as error:
        failed = error
    with _lookups_lock:
        del _lookups[host]
    if failed is None:
        found.set_result(addresses)
    else:
        found.set_exception(failed)
