"""The embedded PostgreSQL: wherever the checkout lies, whoever else uses it, and whatever a crash left behind."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.db import embedded, server_files
from services.kit import data_dir
from services.kit.settings import SettingsError
from tests.town.postgres import administer, ask
from tests.town.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder of this test's own, that the server's user may enter."""
    with tempfile.TemporaryDirectory(prefix="xd-") as path:
        yield Path(path)


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def gone(pid: int) -> bool:
    """Whether a process has ended, buried or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("name", ["plain", "d" * 200, "with space", "it's (1)", "红城"])
def test_it_starts_wherever_the_folder_lies(folder: Path, name: str) -> None:
    place = folder / name
    for _ in range(2):
        with embedded.server(place, durable=False) as url:
            assert ask(url, "SHOW server_version_num").startswith("18")
            assert ask(url, "SHOW server_encoding") == "UTF8"
            pid = postmaster(place)
        assert gone(pid), "stopped with its last user"


@pytest.mark.parametrize("name", ['a"b', "$HOME", "a`b`", "a\\b", "a\nb"])
def test_where_it_could_not_start_it_says_so_and_makes_nothing(folder: Path, name: str) -> None:
    with (
        pytest.raises(
            SettingsError, match=r"^The embedded PostgreSQL cannot run under .* in it: set DATA_DIR\.$"
        ) as no,
        embedded.server(folder / name / "data"),
    ):
        pass
    assert "\n" not in str(no.value) and list(folder.iterdir()) == []
    with pytest.raises(SettingsError, match="move the checkout, or set DATABASE_URL"):
        embedded.check_place(folder, folder / name / "site-packages")


def test_only_its_own_user_reaches_the_socket(folder: Path) -> None:
    with embedded.server(folder, durable=False) as url:
        socket = Path(url.split("host=")[1]) / ".s.PGSQL.5432"
        assert stat.S_ISSOCK(socket.stat().st_mode) and stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert len(str(socket)) < 100
        assert ask(url, "SHOW listen_addresses") == "", "no port is opened"
        directory = socket.parent
    assert not directory.exists(), "nothing is left behind"


def test_what_is_to_last_is_durable(folder: Path) -> None:
    settings = "SELECT string_agg(setting, ',' ORDER BY name) FROM pg_settings WHERE name IN"
    with embedded.server(folder / "a") as url:
        assert ask(url, f"{settings} ('fsync', 'synchronous_commit', 'full_page_writes')") == "on,on,on"
    with embedded.server(folder / "b", durable=False) as url:
        assert ask(url, f"{settings} ('fsync', 'synchronous_commit', 'full_page_writes')") == "off,off,off"


HOLD = """
import sys
from pathlib import Path
from services.db import embedded, server_files
with embedded.server(Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


def hold(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Another process that uses the server until it hears a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    return process


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def let_go(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=PATIENCE_SECONDS)
    assert process.returncode == 0


def test_processes_share_it_and_the_last_one_stops_it(folder: Path) -> None:
    users = [hold(folder) for _ in range(3)]
    urls = {url_of(user) for user in users}
    assert len(urls) == 1 and urls != {""}
    pid = postmaster(folder)
    for user in users[:-1]:
        let_go(user)
        assert ask(urls.copy().pop(), "SELECT 1") == 1
    let_go(users[-1])
    assert gone(pid)


def test_a_user_that_was_killed_does_not_keep_it_alive_for_ever(folder: Path) -> None:
    killed = hold(folder)
    url = url_of(killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    pid = postmaster(folder)
    assert not gone(pid) and ask(url, "SELECT 1") == 1
    with embedded.server(folder, durable=False) as again:
        assert again == url and postmaster(folder) == pid
    assert gone(pid)


def test_it_comes_back_after_a_crash(folder: Path) -> None:
    with embedded.server(folder) as url:
        asyncio.run(administer(url, "CREATE TABLE kept AS SELECT 1 AS x"))
        server = psutil.Process(postmaster(folder))
        children = server.children()
        server.kill()
        psutil.wait_procs([server, *children], timeout=PATIENCE_SECONDS)
    assert (folder / "postgres" / "postmaster.pid").exists()
    with embedded.server(folder) as url:
        assert ask(url, "SELECT x FROM kept") == 1


def test_a_pid_that_is_somebody_elses_by_now_is_no_server(folder: Path) -> None:
    """After a power cut, or a container's restart, the number in the file may be that of any process."""
    with embedded.server(folder, durable=False):
        lines = (folder / "postgres" / "postmaster.pid").read_text().split("\n")
    users = folder / "postgres" / ".handle_pids.json"
    users.write_text(json.dumps([*json.loads(users.read_text()), 2**22 - 3]))
    (folder / "postgres" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with embedded.server(folder, durable=False) as url:
        assert ask(url, "SELECT 1") == 1
        pid = postmaster(folder)
    assert gone(pid)


def test_a_locale_that_is_not_installed_is_no_hindrance(folder: Path) -> None:
    user = hold(folder, LANG="zh_CN.GB18030", LC_ALL="xx_YY.UTF-8", LC_MESSAGES="nothing")
    assert url_of(user)
    let_go(user)


def test_nothing_is_said_on_the_way(folder: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        input="\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
        env={name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"},
    )
    assert result.stderr == ""


def test_a_runtime_folder_of_somebody_else_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    (folder / f"xingdian-{os.geteuid()}").symlink_to("/tmp")
    with pytest.raises(SettingsError, match="TMPDIR"):
        embedded.runtime_dir()


def test_a_server_that_ends_meanwhile_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder is gone between the look at what there is and the look at it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ending = embedded.runtime_dir() / "socket"
    ending.mkdir()
    looked_at = data_dir.allow_owner

    def ended_before(path: Path) -> None:
        if path == ending:
            ending.rmdir()
        looked_at(path)

    monkeypatch.setattr(data_dir, "allow_owner", ended_before)
    assert embedded.runtime_dir() == ending.parent and not ending.exists()


def test_a_database_is_made_once_whoever_asks(folder: Path) -> None:
    async def make(url: str) -> set[str]:
        return set(
            await asyncio.gather(*(embedded.create_database(url, "once", template="template0") for _ in range(5)))
        )

    with embedded.server(folder, durable=False) as url:
        (made,) = asyncio.run(make(url))
        assert ask(made, "SELECT current_database()") == "once"


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("postgresql://postgres:@/postgres?host=/tmp/x", "postgresql://postgres:@/other?host=/tmp/x"),
        ("postgresql://u:p@h:5433/d", "postgresql://u:p@h:5433/other"),
        (
            "postgresql://h/d?sslmode=require&application_name=a/b",
            "postgresql://h/other?sslmode=require&application_name=a/b",
        ),
    ],
)
def test_the_url_of_another_database(url: str, other: str) -> None:
    assert embedded.with_database(url, "other") == other


def test_the_wheels_own_libraries_are_readable_too(tmp_path: Path) -> None:
    """They lie beside the package, and were installed as the umask said."""
    library, program = tmp_path / "server.libs" / "libpq.so", tmp_path / "server" / "pginstall" / "bin" / "initdb"
    for path, mode in ((library, 0o600), (program, 0o700)):
        path.parent.mkdir(parents=True, mode=0o700)
        path.write_text("")
        path.chmod(mode)
        path.parent.chmod(0o700)
    server_files.readable(tmp_path / "server" / "pginstall")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (library, library.parent, program, program.parent)]
    assert modes == [0o644, 0o755, 0o755, 0o755]
