"""A shop's own system, for tests: a real HTTP(S) server on loopback that behaves as badly as it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.town.waiting import until

HOST = "hooks.example"


@dataclass
class Received:
    """One request, as it came. Names of headers in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Behaviour = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """What came, and how it is answered: by path, or else by `behaves`; the last of several for all that follow."""

    behaves: list[Behaviour]
    paths: dict[str, Behaviour] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # asked for in TLS, by SNI
    connections: int = 0
    open: int = 0
    most_open: int = 0
    sent_bytes: int = 0
    port: int = 0
    scheme: str = "http"

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def ids(self) -> list[str]:
        return [one.id for one in self.received]

    async def until(self, count: int) -> None:
        """Wait for so many requests."""
        await until(lambda: len(self.received) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while (request := await _read(reader)) is not None:
                self.received.append(request)
                behaviour = self.paths.get(request.path) or self.behaves[0]
                if behaviour is self.behaves[0] and len(self.behaves) > 1:
                    del self.behaves[0]
                await behaviour(request, writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.open -= 1
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    line, *rest = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    assert len(headers) == len(rest), "no header comes twice"
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = line.split(" ")
    assert method == "POST"
    return Received(path, headers, body)


@asynccontextmanager
async def receiving(
    *behaves: Behaviour, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Receiver]:
    """A receiver that behaves so, one request after the other; 200 unless said otherwise."""
    receiver = Receiver(list(behaves) or [answering()], scheme="https" if tls else "http")
    if tls:
        tls.sni_callback = lambda _, name, __: receiver.names.append(name)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(receiver.serve(reader, writer)))

    server = await asyncio.start_server(accept, host, port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 2)


# How a receiver can behave


def answering(status: int = 200, body: bytes = b"ok", **headers: str) -> Behaviour:
    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{more}\r\n".encode() + body)

    return behave


def saying(raw: bytes, then_close: bool = True) -> Behaviour:
    """Exactly these bytes, and the end of the connection."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        if then_close:
            writer.close()

    return behave


async def hanging(_: Received, __: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(3600)


async def dropping(_: Received, writer: asyncio.StreamWriter) -> None:
    """Resets the connection instead of answering."""
    writer.transport.abort()


async def dropping_mid_answer(_: Received, writer: asyncio.StreamWriter) -> None:
    """Promises more than comes."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nsome")
    await writer.drain()
    writer.transport.abort()


async def dripping(_: Received, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


def flooding(begin: bytes, again: bytes, count: list[int]) -> Behaviour:
    """As much as goes, for ever; `count` is told how many bytes went."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(again)
            await writer.drain()
            count[0] += len(again)

    return behave


# Certificates


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own, and what it has signed."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    folder: Path

    @property
    def file(self) -> Path:
        """Its certificate, as a client trusts it."""
        return self.folder / "authority.pem"

    def trusted(self) -> ssl.SSLContext:
        """What a client that trusts it uses."""
        return ssl.create_default_context(cafile=str(self.file))

    def serving(self, hosts: Sequence[str] = (HOST,), *, expired: bool = False) -> ssl.SSLContext:
        """What a server with a certificate for these names and addresses uses."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = []
        for host in hosts:
            try:
                names.append(x509.IPAddress(ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        ends = datetime.now(UTC) + timedelta(days=-1 if expired else 30)
        made = _builder("server", "authority", key.public_key(), ends).add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
        certificate = made.sign(self.key, hashes.SHA256())
        path = self.folder / f"{certificate.serial_number}.pem"
        path.write_bytes(_pem(certificate) + _pem_key(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def authority(folder: Path) -> Authority:
    """A new one, whose files are kept in `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _builder("authority", "authority", key.public_key(), datetime.now(UTC) + timedelta(days=365)).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    found = Authority(made.sign(key, hashes.SHA256()), key, folder)
    found.file.write_bytes(_pem(found.certificate))
    return found


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePublicKey, ends: datetime) -> x509.CertificateBuilder:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=60))
        .not_valid_after(ends)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
