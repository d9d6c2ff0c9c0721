"""A server whose database's disk is full is not ready, and is so again by itself when there is room."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.db import embedded
from tests.town import servers
from tests.town.commands import command
from tests.town.postgres import make
from tests.town.waiting import PATIENCE_SECONDS

MEGABYTES = 320  # for the files of a new server, and some segments of its log


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0755", "tmpfs", str(place)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("only root mounts disks")
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(file: Path, leaving: int = 0) -> None:
    with file.open("wb", buffering=0) as filling:
        try:
            while True:
                filling.write(bytes(1 << 16))
        except OSError:
            pass
    if leaving:
        with file.open("r+b") as filling:
            filling.truncate(file.stat().st_size - leaving)


def status(url: str) -> tuple[int, str]:
    answer = httpx.get(f"{url}/readyz", timeout=PATIENCE_SECONDS)
    return answer.status_code, answer.json().get("status", "")


def until(url: str, wanted: tuple[int, str], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while (found := status(url)) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


def test_a_database_whose_disk_is_full(disk: Path, tmp_path: Path) -> None:
    with embedded.server(disk, durable=False) as url:
        there = asyncio.run(make(url, "xd_full"))
        server = servers.start(there, tmp_path / "log", DATABASE_URL=there)
        try:
            fill(disk / "filling")
            until(server.url, (503, "cannot write"))
            assert httpx.get(f"{server.url}/livez").status_code == 200
            (disk / "filling").unlink()
            until(server.url, (200, "ok"))
        finally:
            server.stop()
        assert "Traceback" not in server.written()


def test_the_embedded_server_s_disk_is_nearly_full(disk: Path, tmp_path: Path) -> None:
    assert command("", "migrate", DATA_DIR=str(disk / "data")).returncode == 0
    server = servers.start("", tmp_path / "log", DATA_DIR=str(disk / "data"), DATABASE_URL="")
    try:
        fill(disk / "filling", leaving=50_000_000)
        until(server.url, (503, "cannot write"))
        (disk / "filling").unlink()
        until(server.url, (200, "ok"))
    finally:
        server.stop()
