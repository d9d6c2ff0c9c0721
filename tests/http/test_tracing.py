"""The hook for tracing: a wrapper around the app, and the trace that a request's log line names."""

import json
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from commands.serving import wrapped
from schema.http.envelope import trace_of
from services.kit.settings import Settings, SettingsError
from tests.town import servers
from tests.town.servers import ROOT

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"

WRAPPER = f"""
def traced(app):
    async def outside(scope, receive, send):
        if scope["type"] == "http" and b"x-traced" in dict(scope["headers"]):
            scope.setdefault("state", {{}})["trace_id"] = "{TRACE}"
        await app(scope, receive, send)
    return outside
"""


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An app."""


@pytest.mark.parametrize("given", ["no_such_module:traced", "json:no_such_function"])
def test_a_wrapper_that_is_not_there_is_named(given: str) -> None:
    with pytest.raises(SettingsError, match=r"ASGI_WRAPPER is not usable.*beside app\.py.*找不到"):
        wrapped(nothing, given)
    Settings(asgi_wrapper=given)
    for bad in ("json", "json:", ":f", "a b:c", "json:loads;"):
        with pytest.raises(ValueError, match="asgi_wrapper"):
            Settings(asgi_wrapper=bad)


def test_without_a_wrapper_the_app_is_served() -> None:
    app: ASGIApp = nothing
    assert wrapped(app, "") is app


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", ""),
        (PARENT, TRACE),
        (PARENT.upper(), ""),
        (f"{PARENT}-more", ""),
        ("00-13800138000-00f067aa0ba902b7-01", ""),
    ],
)
def test_only_what_is_a_trace_is_taken_for_one(given: str, found: str) -> None:
    assert trace_of({"type": "http", "headers": [(b"traceparent", given.encode())]}) == found
    begun = {"type": "http", "headers": [(b"traceparent", given.encode())], "state": {"trace_id": "1f"}}
    assert trace_of(begun) == "1f"


def test_a_server_is_wrapped_and_its_log_names_traces(db: None, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "a_wrapper.py").write_text(WRAPPER)
    beside = {"PYTHONPATH": str(tmp_path), "ASGI_WRAPPER": "a_wrapper:traced", "LOG_FORMAT": "json"}
    server = servers.start(database_url, tmp_path / "log", **beside)
    try:
        for headers in ({}, {"traceparent": PARENT}, {"x-traced": "1"}):
            httpx.get(f"{server.url}/livez", headers=headers)
    finally:
        server.stop()
    lines = [json.loads(line) for line in server.written().splitlines() if line.startswith("{")]
    told = [line.get("trace_id") for line in lines if line.get("path") == "/livez"]
    assert told == [None, TRACE, TRACE]


def test_the_example_is_python() -> None:
    source = (ROOT / "docs" / "running" / "tracing.py").read_text()
    compile(source, "tracing.py", "exec")
    assert "def traced(app" in source
