"""The log line of a request: which operation ran, and with which codes it was refused.

It holds no account, variable or token. A request, or an operation over a WebSocket, has one record, found through a
ContextVar.
"""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from graphql import DocumentNode, OperationDefinitionNode

log = logging.getLogger("xingdian.requests")

NONE = "-"
MAX_NAME = 64
# The client chooses the name, which could hold a phone number.
NUMBERS = re.compile(r"\d{7,}")


@dataclass(slots=True)
class Access:
    """One request while it is answered."""

    method: str
    request_id: str
    path: str
    operation: str = NONE
    status: int | None = None  # None for an operation over a WebSocket
    trace_id: str = ""  # of OpenTelemetry
    codes: dict[str, None] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    @property
    def took_seconds(self) -> float:
        """How long it has taken so far."""
        return time.perf_counter() - self.began

    def write(self) -> None:
        """Write the log line."""
        if not log.isEnabledFor(logging.INFO):
            return
        took_ms = round(self.took_seconds * 1000, 1)
        fields = {
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "status": self.status,
            "codes": list(self.codes),
            "duration_ms": took_ms,
            "request_id": self.request_id,
        }
        if self.trace_id:
            fields["trace_id"] = self.trace_id
        status, codes = NONE if self.status is None else self.status, ",".join(self.codes) or NONE
        text = f"{self.method} {self.path} {self.operation} {status} {codes} {took_ms:.1f} ms {self.request_id}"
        # As `log.info` does, which first walks the stack for its caller.
        log.handle(log.makeRecord(log.name, logging.INFO, __file__, 0, text, (), None, extra={"fields": fields}))


_current: ContextVar[Access | None] = ContextVar("access", default=None)


@contextmanager
def recorded(access: Access) -> Iterator[Access]:
    """Record the block in `access`, and write its line at the end."""
    token = _current.set(access)
    try:
        yield access
    finally:
        _current.reset(token)
        access.write()


def refused(code: str) -> None:
    """Record a refusal."""
    if access := _current.get():
        access.codes[code] = None


def named(document: DocumentNode | None, operation_name: str | None) -> None:
    """Record which operation of the document runs."""
    if access := _current.get():
        access.operation = _name(document, operation_name)


def operation() -> str:
    """Return the name of the operation that runs."""
    access = _current.get()
    return access.operation if access else NONE


def operated(name: str) -> None:
    """Record an operation that was named before, by `operation`."""
    if access := _current.get():
        access.operation = name


def numbered(request_id: str) -> None:
    """Record the request id of an operation over a WebSocket, under which its faults are logged."""
    if access := _current.get():
        access.request_id = request_id


def _name(document: DocumentNode | None, operation_name: str | None) -> str:
    """Return the operation's name in the document. The grammar allows only letters, digits and underscores."""
    operations = (
        [node for node in document.definitions if isinstance(node, OperationDefinitionNode)] if document else []
    )
    names = [node.name.value for node in operations if node.name]
    meant = operation_name if operation_name in names else names[0] if len(operations) == len(names) == 1 else None
    return NUMBERS.sub("N", meant)[:MAX_NAME] if meant else NONE
