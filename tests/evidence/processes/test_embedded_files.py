"""The embedded PostgreSQL's files: whatever the umask, as root and as a user, and after an earlier start broke them."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.db import embedded, server_files
from services.kit import data_dir, secrets
from services.kit.settings import SettingsError
from tests.town.servers import ROOT

ROOTS_OWN = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
NOBODY = 65534

# Everything is imported before the user changes, who may not be let to where Python lies.
START = """
import os, sys
from pathlib import Path
import asyncpg, encodings.idna, getpass, asyncio
from services.db import embedded
from services.kit import secrets
embedded._package()
folder, umask, uid = Path(sys.argv[1]), int(sys.argv[2], 8), int(sys.argv[3])
os.umask(umask)
if uid != os.geteuid():
    os.setgroups([]), os.setgid(uid), os.setuid(uid)
secrets.generated_key(folder / "secret.key")
async def ask(url):
    connection = await asyncpg.connect(url)
    print(await connection.fetchval("SELECT count(*) FROM pg_settings WHERE name = 'TimeZone' AND setting = 'UTC'"))
    await connection.close()
with embedded.server(folder, durable=False) as url:
    asyncio.run(ask(url))
assert os.umask(0) == umask, "it is the caller's"
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that anybody may write in."""
    with tempfile.TemporaryDirectory(prefix="xd-") as path:
        Path(path).chmod(0o777)
        yield Path(path)


def start(folder: Path, umask: int = 0o077, uid: int | None = None) -> subprocess.CompletedProcess[str]:
    """Start the server in a process of its own, ask it something, and stop it."""
    who = os.geteuid() if uid is None else uid
    return subprocess.run(
        [sys.executable, "-c", START, str(folder), oct(umask), str(who)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777], ids=oct)
@pytest.mark.parametrize("uid", [None, pytest.param(NOBODY, marks=ROOTS_OWN)], ids=["as we are", "as a user"])
def test_it_starts_under_every_umask(folder: Path, umask: int, uid: int | None) -> None:
    place = folder / "deep" / "data"
    ran = start(place, umask, uid)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", ""), ran
    assert mode(place / "secret.key") == 0o600
    assert mode(place / "postgres") == 0o700 and not (place / "postgres.new").exists()


def unreadable_configuration(postgres: Path) -> None:
    """What the earlier version left behind under umask 077."""
    for name in ("xingdian.conf", ".handle_pids.json"):
        (postgres / name).chmod(0o600)
        os.chown(postgres / name, os.geteuid(), os.getegid())


def root_took_everything(postgres: Path) -> None:
    for path in (postgres, *postgres.rglob("*")):
        os.chown(path, os.geteuid(), os.getegid())


def nobody_may_read_it(postgres: Path) -> None:
    for name in ("postgresql.conf", "pg_hba.conf", "xingdian.conf", "PG_VERSION"):
        (postgres / name).chmod(0o000)
    (postgres / "base").chmod(0o000)


def everybody_may(postgres: Path) -> None:
    postgres.chmod(0o777)


def without_our_configuration(postgres: Path) -> None:
    (postgres / "xingdian.conf").unlink()


BROKEN = [unreadable_configuration, root_took_everything, nobody_may_read_it, everybody_may, without_our_configuration]


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda one: one.__name__)
def test_a_broken_folder_heals(folder: Path, breaking: Callable[[Path], None]) -> None:
    assert start(folder / "data", 0o022).returncode == 0
    breaking(folder / "data" / "postgres")
    ran = start(folder / "data", 0o077)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", ""), ran


@ROOTS_OWN
def test_a_users_broken_folder_heals(folder: Path) -> None:
    place = folder / "data"
    assert start(place, 0o077, NOBODY).returncode == 0
    nobody_may_read_it(place / "postgres")
    for path in (place / "postgres", place / "secret.key", place):
        path.chmod(0o000)
    ran = start(place, 0o777, NOBODY)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", ""), ran


@ROOTS_OWN
def test_what_is_another_users_is_told(folder: Path) -> None:
    assert start(folder / "data").returncode == 0
    ran = start(folder / "data", uid=NOBODY)
    said = ran.stderr.splitlines()[-1]
    assert ran.returncode == 1 and "SettingsError: DATA_DIR is not usable" in said and "permission" in said, ran


def test_what_initdb_did_not_finish_is_begun_again(folder: Path) -> None:
    postgres = folder / "data" / "postgres"
    postgres.mkdir(parents=True)
    (postgres / "PG_VERSION").write_text("18\n")
    (folder / "data" / "postgres.new").mkdir()
    ran = start(folder / "data")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", ""), ran
    kept = [path.name for path in (folder / "data").iterdir() if "unfinished" in path.name]
    assert len(kept) == 1 and not (folder / "data" / "postgres.new").exists()


def test_the_programs_are_readable_however_they_were_installed(tmp_path: Path) -> None:
    for name in ("bin/postgres", "lib/x.so", "share/postgres.bki", "share/timezone/UTC", "include/left"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        path.chmod(0o700 if name.startswith("bin") else 0o600)
    for folder in (tmp_path / "share", tmp_path / "share" / "timezone", tmp_path / "bin"):
        folder.chmod(0o700)
    server_files.readable(tmp_path)
    assert {mode(tmp_path / name) for name in ("bin", "bin/postgres", "share", "share/timezone")} == {0o755}
    assert {mode(tmp_path / name) for name in ("lib/x.so", "share/postgres.bki", "share/timezone/UTC")} == {0o644}
    assert mode(tmp_path / "include" / "left") == 0o600, "nobody needs it"


def test_folders_above_are_opened_no_wider_than_needed(tmp_path: Path) -> None:
    inner = tmp_path / "home" / "data"
    inner.mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)
    server_files.passable(inner)
    assert mode(tmp_path / "home") == 0o711, "passed through, and not read"


def test_a_key_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        secrets.generated_key(tmp_path / "new" / "secret.key")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new" / "secret.key") == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret.key"]


def test_a_folder_that_can_not_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SettingsError, match=r"^DATA_DIR is not usable: .*: set DATA_DIR to a folder\.$"):
            data_dir.ensure(place)
        with pytest.raises(SettingsError, match="DATA_DIR"), embedded.server(place):
            pass
