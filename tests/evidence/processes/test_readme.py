"""The story that the README calls, in each shell that people have: as a file, pasted, and with nothing to talk to."""

import asyncio
import os
import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.demo import seeding
from services.demo.size import SMALL
from tests.evidence.shells import MAX_SECONDS, SHELLS, paste
from tests.town.servers import Server, free_port

ROOT = Path(__file__).parents[3]
STORY = ROOT / "docs" / "story.sh"
LAST_BUT_ONE = re.compile(r"5★ → \+25 points → (\d+\.\d\d) yuan saved")


def run(shell: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The story as a file."""
    return subprocess.run(
        [shell, STORY],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
        check=False,
    )


def test_every_shell_is_tried() -> None:
    assert SHELLS.keys() == {"bash", "dash", "zsh"}


async def test_the_story_works_in_each_shell_as_a_file_and_pasted(
    db: None, database_url: str, servers: Callable[[int], list[Server]]
) -> None:
    assert await seeding.seed(database_url, lambda what, done, of: None, SMALL)
    port = str(urlsplit(servers(1)[0].url).port)
    for people, shell in enumerate(SHELLS, start=1):
        at = {"DATABASE_URL": database_url, "PORT": port, "SET": str(people)}
        ran = await asyncio.to_thread(run, shell, **at)
        assert (ran.returncode, ran.stderr) == (0, ""), (shell, ran.stderr)
        lines = ran.stdout.splitlines()
        saved = LAST_BUT_ONE.fullmatch(lines[-2])
        assert saved and lines[-1] == f"5★ → 积分 +25 → 省下 {saved[1]} 元", (shell, ran.stdout)
        assert f"and saves {saved[1]}" in ran.stdout and "limits" not in ran.stdout
        if people == 1:
            for page, line in (("README.md", lines[-2]), ("README.zh-CN.md", lines[-1])):
                assert f"\n```text\n{line}\n```\n" in (ROOT / page).read_text(), page
            assert "bill 88.00 yuan: the head pays 70.40" in ran.stdout

        shown = await asyncio.to_thread(paste, shell, STORY.read_text(), ROOT, **at)
        after = shown[shown.rindex("The resident submits a wish: 厨房水龙头漏水 (") :]
        assert lines[-2] in after and "ended 0" in after, (shell, shown[-3000:])
        assert not re.search("not found|error|Traceback", after), (shell, after)
    for points in (10, 0):
        again = await asyncio.to_thread(run, "sh", DATABASE_URL=database_url, PORT=port)
        assert f"5★ → +{points} points → 17.60 yuan saved" in again.stdout, again.stdout + again.stderr
        assert "for there are limits" in again.stdout


async def test_tokens_that_the_server_does_not_know_are_one_sentence(
    db: None, servers: Callable[[int], list[Server]]
) -> None:
    foreign = dict.fromkeys(("RESIDENT_TOKEN", "STAFF_TOKEN", "HEAD_TOKEN", "CASHIER_TOKEN"), "x" * 43)
    port = str(urlsplit(servers(1)[0].url).port)
    ran = await asyncio.to_thread(run, "sh", PORT=port, **foreign)
    assert ran.returncode == 1 and ran.stdout == ""
    assert "with the same DATA_DIR?" in ran.stderr and ran.stderr.count("\n") == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_answers(shell: str) -> None:
    port = str(free_port())
    ran = run(shell, PORT=port)
    assert ran.returncode == 1 and ran.stdout == ""
    asked = f"Nothing answers at http://127.0.0.1:{port}/graphql: is the demo being served (make demo), on which PORT?"
    assert ran.stderr.startswith(asked) and ran.stderr.count("\n") == 1

    shown = paste(shell, STORY.read_text(), ROOT, PORT=port)
    assert asked in shown and "ended 1" in shown, "the shell that it was pasted into goes on"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """The port of something that is not ours."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield str(server.server_port)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b""),
        (200, b"[]"),
        (200, b"null"),
        (200, b"\xff"),
        (200, b'{"data": []}'),
        (404, b"no"),
        (503, b"{}"),
        (200, b'{"data": {}}'),
    ],
)
def test_something_else_answers(status: int, body: bytes) -> None:
    with answering(status, body) as port:
        ran = run("sh", PORT=port)
    assert ran.returncode == 1 and ran.stdout == ""
    assert f":{port}/graphql" in ran.stderr and "PORT" in ran.stderr and ran.stderr.count("\n") == 1


def test_what_listens_there_speaks_no_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.recv(1)
            connection.sendall(b"220 mail\r\n")
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        ran = run("sh", PORT=str(listening.getsockname()[1]))
    assert ran.returncode == 1 and "PORT" in ran.stderr and ran.stderr.count("\n") == 1


def test_another_folder_is_one_sentence(tmp_path: Path) -> None:
    ran = subprocess.run(["sh", STORY], cwd=tmp_path, capture_output=True, text=True, timeout=MAX_SECONDS, check=False)
    assert ran.returncode == 1 and "Change into the folder" in ran.stderr and ran.stderr.count("\n") == 1
