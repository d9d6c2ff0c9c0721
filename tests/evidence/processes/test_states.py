"""The program started where something is wrong: one sentence that says what, where and what to do, and no traceback."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.kit.settings import SECRETS, Settings, SettingsError, load
from tests.town import postgres as postgres_servers
from tests.town.commands import command, refused
from tests.town.postgres import OLD, WEB, administer, answering, ask
from tests.town.servers import ROOT

CANARY = "canary-5f2e"
CHINESE = "[\u4e00-\u9fff]"


# -- DATA_DIR --------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of 4 MB, which a test may fill or remount."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0755", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root mounts disks")
    tmp_path.chmod(0o755)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


def fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


@pytest.mark.parametrize("below", [".", "data", "deep/data"])
@pytest.mark.parametrize("words", [("demo",), ("migrate",)], ids=" ".join)
def test_a_read_only_disk(disk: Path, below: str, words: tuple[str, ...]) -> None:
    read_only(disk)
    said = refused(command("", *words, DATA_DIR=str(disk / below)))
    assert (
        "DATA_DIR" in said and str(disk) in said and "read-only" in said and "只读" in said and "set DATA_DIR" in said
    )


def test_a_read_only_disk_for_the_key_alone(disk: Path, bare: str) -> None:
    read_only(disk)
    said = refused(command(bare, "migrate", DATA_DIR=str(disk / "data"), SECRET_KEY=""))
    assert "DATA_DIR" in said and "read-only" in said
    assert ask(bare, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0, "before anything is made"


@pytest.mark.parametrize("full", [True, False], ids=["full", "full after a while"])
def test_a_full_disk(disk: Path, full: bool) -> None:
    if full:
        fill(disk)
    for _ in range(2):
        said = refused(command("", "migrate", DATA_DIR=str(disk / "data")))
        assert str(disk / "data") in said and "no space left" in said.lower() and "free some space" in said
        assert not (disk / "data" / "postgres.new").exists(), "what was begun does not fill it further"


def test_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "loop", tmp_path / ("x" * 300)):
        said = refused(command("", "migrate", DATA_DIR=str(place)))
        assert "DATA_DIR is not usable" in said and str(tmp_path) in said


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    said = refused(command("", "migrate", DATA_DIR=os.fsdecode(os.fsencode(tmp_path) + b"/\xff")))
    assert "set DATA_DIR" in said and "\\udcff" in said


def test_programs_that_fail_say_why(tmp_path: Path) -> None:
    """initdb, as far as another can make it fail: no file may be as large as its own; then pg_ctl."""
    tmp_path.chmod(0o755)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # what is started from here has it too
    try:
        said = refused(command("", "migrate", DATA_DIR=str(tmp_path / "data")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "Traceback" not in said and "(initdb)" in said
    postgres = tmp_path / "data" / "postgres"
    assert command("", "migrate", DATA_DIR=str(tmp_path / "data")).returncode == 0
    with (postgres / "postgresql.conf").open("a") as file:
        file.write("nonsense = 1\n")
    said = refused(command("", "migrate", DATA_DIR=str(tmp_path / "data")))
    assert str(postgres) in said and "postgresql.conf" in said and "see " in said


# -- DATABASE_URL ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def there() -> Iterator[str]:
    """A PostgreSQL on a port."""
    with postgres_servers.on_a_port() as place:
        url = f"postgresql://postgres@{place}/postgres"
        for statement in (
            "CREATE ROLE with_password LOGIN PASSWORD 'right'",
            "CREATE ROLE with_tls LOGIN",
            "CREATE ROLE without_rights LOGIN",
            "REVOKE ALL ON SCHEMA public FROM public",
            "CREATE SCHEMA to_look_at",
            "GRANT USAGE ON SCHEMA to_look_at TO without_rights",
        ):
            asyncio.run(administer(url, statement))
        yield place


WRONG = {
    "unknown host": (f"postgresql://u:{CANARY}@nowhere.invalid/d", "nowhere.invalid:5432", "unknown"),
    "impossible host": (f"postgresql://u:{CANARY}@a..b/d", "a..b", "DATABASE_URL"),
    "wrong port": (f"postgresql://u:{CANARY}@127.0.0.1:1/d", "127.0.0.1:1", "nothing answers"),
    "no socket": (f"postgresql://u:{CANARY}@/d?host=/nowhere", "/nowhere", "nothing answers"),
    "wrong password": (f"postgresql://with_password:{CANARY}@THERE/postgres", "with_password", "check the user"),
    "no such role": (f"postgresql://nobody_there:{CANARY}@THERE/postgres", "nobody_there", "check the user"),
    "no such database": (f"postgresql://postgres:{CANARY}@THERE/nothing", "nothing", "check the name"),
    "not let in": (f"postgresql://stranger:{CANARY}@THERE/postgres", "stranger", "pg_hba.conf"),
    "TLS is wanted there": (f"postgresql://with_tls:{CANARY}@THERE/postgres", "with_tls", "add sslmode=require"),
    "TLS is wanted here": (f"postgresql://postgres:{CANARY}@THERE/postgres?sslmode=require", "THERE", "no TLS"),
    "no certificates": (
        f"postgresql://postgres:{CANARY}@THERE/postgres?sslmode=verify-full&sslrootcert=/nowhere",
        "sslrootcert",
        "is not there",
    ),
    "a mode that is none": (f"postgresql://postgres:{CANARY}@THERE/d?sslmode={CANARY}", "sslmode", "verify-full"),
    "no setting of the server": (f"postgresql://postgres:{CANARY}@THERE/postgres?x=1", "THERE", '"x"'),
    "no rights in the schema": (f"postgresql://without_rights:{CANARY}@THERE/postgres", "public", "own the database"),
    "too old": (f"postgresql://postgres:{CANARY}@OLD/postgres", "OLD", "15 or later"),
    "no PostgreSQL": (f"postgresql://postgres:{CANARY}@WEB/postgres", "WEB", "no PostgreSQL"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_database_that_can_not_be_used(wrong: str, there: str) -> None:
    with answering(OLD) as old, answering(WEB) as web:

        def meant(text: str) -> str:
            return text.replace("THERE", there).replace("OLD", old).replace("WEB", web)

        url, where, what = map(meant, WRONG[wrong])
        said = refused(command(url, "migrate"))
        assert where in said and what in said and CANARY not in said, said
        assert "DATABASE_URL" in said, "what to change"


def test_rights_to_look_and_not_to_make(there: str) -> None:
    url = f"postgresql://without_rights@{there}/postgres"
    assert "permission denied" in refused(command(url, "migrate", DATABASE_SCHEMA="to_look_at"))
    assert "permission denied" in refused(command(url, "migrate", DATABASE_SCHEMA="to_be_made"))
    assert "permission denied" in refused(command(url, "role", "list"))


@pytest.mark.parametrize(
    "url",
    [
        CANARY, f"postgresql://u:{CANARY}#x@h/d", f"postgresql://u:{CANARY}/x@h/d", f"postgresql://u:{CANARY}[@h/d",
        f"postgresql://u:{CANARY}\u2100@h/d", f"mysql://u:{CANARY}@h/d", f"postgresql://u:{CANARY}@h/d?{CANARY}",
        f"postgresql://{CANARY}", f"postgresql://u:{CANARY}@h:0x/d", f"//{CANARY}", f"postgresql://u:{CANARY}@[::/d",
    ],
)  # fmt: skip
def test_a_url_that_is_none_shows_nothing_of_itself(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsError, match=r"^DATABASE_URL is not usable: must [^\n]*\.$") as caught:
        load()
    assert CANARY not in str(caught.value)


# -- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if field.annotation is not str])
def test_a_setting_of_the_wrong_kind_is_shown_unless_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if name == "data_dir":
        pytest.skip("any text names a folder")
    monkeypatch.setenv(name.upper(), f"{CANARY}\n\x1b[31m")
    with pytest.raises(SettingsError, match=f"^{name.upper()} is not usable: ") as caught:
        load()
    said = str(caught.value)
    assert (CANARY in said) == (name not in SECRETS) and said.isprintable() and said.endswith(".")


def test_a_long_value_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9" * 5000)
    with pytest.raises(SettingsError) as caught:
        load()
    assert "999…" in str(caught.value) and len(str(caught.value)) < 200


def test_a_host_that_is_none() -> None:
    for host in ("nonsense.invalid", "a..b"):
        assert f"Cannot serve on {host}" in refused(command("", "serve", HOST=host))


# -- files, pipes and words ------------------------------------------------------------------------------------------


def shell(line: str, url: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line in which `app` is the program."""
    return subprocess.run(
        ["bash", "-c", f'app() {{ "{sys.executable}" app.py "$@"; }}\n{line}'],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_who_has_read_enough_ends_it_without_a_word() -> None:
    ran = shell("set -o pipefail; app schema | head -1; echo ${PIPESTATUS[0]}")
    assert ran.stderr == "" and ran.stdout.splitlines()[-1] != "0", ran


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("words", ["schema", "--version", "qr x"])
def test_an_answer_that_can_not_be_written_is_told(words: str) -> None:
    ran = shell(f"app {words} > /dev/full")
    assert ran.returncode == 1 and ran.stderr.startswith("xingdian: no space left") and ran.stderr.count("\n") == 1, ran


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(closed: str, fresh: str) -> None:
    ran = shell(f"app migrate {closed}", fresh)
    assert ran.returncode == 0 and "Traceback" not in ran.stderr, ran
    ran = shell(f"app session end --all {closed}", fresh)
    assert ran.returncode == 1 and "Traceback" not in ran.stderr and ("2>" in closed or "--yes" in ran.stderr), ran


def test_a_terminal_that_shows_no_chinese(fresh: str) -> None:
    ran = shell("app role list", fresh, PYTHONIOENCODING="ascii")
    assert ran.returncode == 0 and "\\u" in ran.stdout and ran.stderr == "", ran


def test_words_that_are_no_text() -> None:
    ran = shell(r"app role list --phone $'\xff'")
    assert ran.returncode == 1 and "is not UTF-8" in ran.stderr and ran.stderr.count("\n") == 1, ran


def test_files_to_import(fresh: str, tmp_path: Path) -> None:
    first = ("admin", "--name", "张三", "--phone", "13800138000", "--district", "红城区")
    assert command(fresh, *first).returncode == 0
    for path in (tmp_path, tmp_path / "none.csv", tmp_path / "none" / "x.csv", Path("/dev/null"), Path("/dev/zero")):
        said = refused(command(fresh, "import", str(path)))
        assert path.name in said, said


def test_an_export_that_can_not_be_written_leaves_nothing(fresh: str, disk: Path) -> None:
    fill(disk)
    for out in ("all", "heads.csv", "all.xlsx"):
        kind = ("--kind", "heads") if out == "heads.csv" else ()
        said = refused(command(fresh, "export", "--out", str(disk / out), *kind))
        assert "磁盘已满" in said and out in said
    assert "磁盘已满" in refused(command("", "qr", "x", "--out", str(disk / "x.svg")))
    assert [path.name for path in disk.iterdir()] == ["filling"]
    read_only(disk)
    for words in (("export", "--out", str(disk / "all")), ("qr", "x", "--out", str(disk / "x.png"))):
        assert "只读" in refused(command(fresh, *words))
