"""The log: each request's line names the operation and the codes of its refusal, and nothing of who and what about;
with LOG_FORMAT=json each line is one JSON object."""

import asyncio
import json
import logging
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.kit import logs
from tests.town import servers as processes
from tests.town.commands import command
from tests.town.documents import OPERATIONS, Api
from tests.town.live import ask, greet, opened
from tests.town.servers import Server
from tests.town.world import World

FIELDS = {"method", "path", "operation", "status", "codes", "duration_ms", "request_id"}
PRIVATE = "张三丰"
ACCEPT = (OPERATIONS / "WishAccept.graphql").read_text()
TEXT = re.compile(r"(\S+) (\S+) (\S+) (\S+) (\S+) [0-9.]+ ms [0-9a-f-]{36}")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """The fields of each request's line so far; the line for people says the same."""
    caplog.set_level(logging.INFO, "xingdian.requests")

    def read() -> list[dict[str, Any]]:
        found = []
        for record in caplog.records:
            if record.name == "xingdian.requests":
                fields: dict[str, Any] = record.fields  # type: ignore[attr-defined]
                said = TEXT.fullmatch(record.getMessage())
                assert said and fields.keys() == FIELDS, record.getMessage()
                codes = ",".join(fields["codes"]) or "-"
                told = (fields["method"], fields["path"], fields["operation"], str(fields["status"] or "-"), codes)
                assert said.groups() == told
                found.append(fields)
        return found

    return read


async def line_of(lines: Any, api: Api, token: str | None, body: Any, **headers: str) -> tuple[str, int, list[str]]:
    before = len(lines())
    await api.send(token, body, **headers)
    (one,) = lines()[before:]
    return one["operation"], one["status"], one["codes"]


async def test_a_line_names_the_operation_and_the_codes(lines: Any, world: World, api: Api) -> None:
    token = world.a.residents[0].token
    unknown = {"query": ACCEPT, "variables": {"input": {"wishId": str(uuid.uuid4())}}}
    several = "query One { viewer { displayName } } query Two { viewer { displayName } }"
    for who, body, expected in (
        (None, {"query": "query Named { viewer { displayName } }"}, ("Named", 200, [])),
        (None, {"query": "{ viewer { displayName } }"}, ("-", 200, [])),
        (token, {"query": several, "operationName": "Two"}, ("Two", 200, [])),
        (token, {"query": several, "operationName": "Three"}, ("-", 400, ["BAD_REQUEST"])),
        (token, {"query": several}, ("-", 200, ["BAD_REQUEST"])),
        (None, unknown, ("WishAccept", 200, ["UNAUTHENTICATED"])),
        (token, unknown, ("WishAccept", 200, ["FORBIDDEN"])),
        (world.a.head_people[0].token, unknown, ("WishAccept", 200, ["NOT_FOUND"])),
        (None, {"query": "query Wrong { nothing }"}, ("Wrong", 200, ["BAD_REQUEST"])),
        (None, {"query": "query Broken {"}, ("-", 200, ["BAD_REQUEST"])),
        (None, {"query": "query P { shops(first: 0) { pageInfo { hasNextPage } } }"}, ("P", 200, ["BAD_PAGINATION"])),
        (None, {"query": 5}, ("-", 400, ["BAD_REQUEST"])),
        ("x" * 43, {"query": "{ viewer { displayName } }"}, ("-", 401, ["UNAUTHENTICATED"])),
        (None, {"query": "#" * 140_000}, ("-", 413, ["TOO_LARGE"])),
    ):
        assert await line_of(lines, api, who, body) == expected, body


async def test_codes_are_noted_though_the_client_asks_for_none(lines: Any, world: World, api: Api) -> None:
    blind = "mutation Blind($input: WishAcceptInput!) { wishAccept(input: $input) { wish { id } } }"
    body = {"query": blind, "variables": {"input": {"wishId": "x"}}}
    assert await line_of(lines, api, world.a.head_people[0].token, body) == ("Blind", 200, ["NOT_FOUND"])


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("a" * 1000, "a" * 64),
        ("Call13800138000", "CallN"),
        ("_1_2", "_1_2"),
        ("P520303199001011234X", "PNX"),
        ("Top10", "Top10"),
    ],
)
async def test_a_name_is_short_and_no_number(lines: Any, db: None, api: Api, name: str, noted: str) -> None:
    assert await line_of(lines, api, None, {"query": f"query {name} {{ viewer {{ displayName }} }}"}) == (
        noted,
        200,
        [],
    )


async def test_nothing_else_of_a_request_is_told(
    lines: Any, world: World, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    token = world.a.residents[0].token
    query = f"# {PRIVATE}\nquery Q($a: String) {{ viewer {{ displayName }} x: viewer {{ {'n' * 3}: displayName }} }}"
    await api.send(token, {"query": query, "variables": {"a": PRIVATE}, "operationName": PRIVATE})
    await api.client.get(f"/{PRIVATE}?name={PRIVATE}")
    await api.client.request(PRIVATE.encode().hex().upper(), "/graphql")
    text = caplog.text + json.dumps(lines(), ensure_ascii=False)
    assert PRIVATE not in text and token not in text and PRIVATE.encode().hex().upper() not in text
    assert [line["path"] for line in lines()][-2:] == ["(unknown)", "/graphql"]


async def test_operations_over_a_websocket_have_their_lines(
    world: World, servers: Callable[[int], list[Server]]
) -> None:
    server = servers(1)[0]
    before = len(server.written())
    name = f"Over{uuid.uuid4().hex[:6]}x"
    async with opened(server) as socket:
        await greet(socket, Authorization=f"Bearer {world.a.head_people[0].token}")
        await ask(socket, "1", f"query {name}A {{ viewer {{ displayName }} }}")
        await ask(socket, "2", ACCEPT.replace("WishAccept(", f"{name}B("), variables={"input": {"wishId": "x"}})
        await ask(socket, "3", f"query {name}C {{ nothing }}")
    noted = [line for line in server.written()[before:].splitlines() if name in line]
    wanted = (("A", "-"), ("B", "NOT_FOUND"), ("C", "BAD_REQUEST"))
    assert len(noted) == 3
    for line, (which, codes) in zip(noted, wanted, strict=True):
        assert re.search(rf" WEBSOCKET /graphql {name}{which} - {codes} [0-9.]+ ms [0-9a-f-]{{36}}$", line), line


def objects(written: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in written.splitlines()]
    assert found and all({"time", "level", "logger", "message"} <= one.keys() for one in found)
    return found


async def test_with_json_every_line_is_an_object(world: World, database_url: str, tmp_path: Path) -> None:
    server = await asyncio.to_thread(
        processes.start, database_url, tmp_path / "log", LOG_FORMAT="JSON", PYTHONWARNINGS="always"
    )
    try:
        async with opened(server) as socket:
            await greet(socket)
            await ask(socket, "1", "query Here { viewer { displayName } }")
    finally:
        server.process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(server.process.wait, 30) == 0
    found = objects(server.written())
    assert any("Serving on" in one["message"] for one in found)
    requests = [one for one in found if one["logger"] == "xingdian.requests"]
    assert all(one.keys() >= FIELDS for one in requests)
    assert {("GET", "/readyz", "-", 200), ("WEBSOCKET", "/graphql", "Here", None)} <= {
        (one["method"], one["path"], one["operation"], one["status"]) for one in requests
    }


@pytest.mark.parametrize("words", [("serve",), ("role", "list"), ("demo",)], ids=" ".join)
def test_with_json_a_failure_is_an_object_too(words: tuple[str, ...]) -> None:
    for url, port in (("postgresql://u:p@127.0.0.1:1/d" if words[0] != "serve" else "x", "8001"), ("", "http")):
        ran = command(url, *words, PORT=port, LOG_FORMAT="json")
        assert ran.returncode == 1 and ran.stdout == "", ran
        (one,) = objects(ran.stderr)
        assert one["level"] == "CRITICAL" and "Traceback" not in ran.stderr


def test_warnings_and_faults_are_objects() -> None:
    saying = (
        "import logging, warnings; from services.kit import logs; logs.configure()\n"
        "warnings.warn('old\\nway'); logging.getLogger('uvicorn.error').error('a\\nb')\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logs.log.exception('红')\n"
        "[][1]"
    )
    ran = subprocess.run(
        [sys.executable, "-c", saying],
        cwd=processes.ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOG_FORMAT": "json"},
    )
    found = objects(ran.stderr)
    assert [one["logger"] for one in found] == ["py.warnings", "uvicorn.error", "xingdian", "xingdian"]
    assert found[2]["message"] == "红" and "ZeroDivisionError" in found[2]["exception"]
    assert "IndexError" in found[3]["exception"] and ran.stderr.isascii()


def test_a_format_that_is_none_is_told() -> None:
    ran = command("", "schema", LOG_FORMAT="xml")
    assert ran.returncode == 1 and "LOG_FORMAT is not usable" in ran.stderr and "'xml'" in ran.stderr


def test_the_forms_have_one_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    for given, wanted in (("json", True), (" JSON ", True), ("text", False), ("", False)):
        monkeypatch.setenv("LOG_FORMAT", given)
        assert logs.wanted_json() is wanted
