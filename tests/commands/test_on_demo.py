"""Commands that change a real district keep off a demo; and what all commands that list or take a role share."""

import asyncio
import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import app
from commands.cli import GROUPS, WORDS
from models.enums import Role
from tests.town.commands import COMMANDS, command, refused, seed_small
from tests.town.postgres import administer, ask, make
from tests.town.servers import ROOT

PHONE = "13800138000"
CHANGES = {
    ("admin",): ("--name", "张三", "--phone", PHONE, "--district", "红城区"),
    ("import",): ("docs/samples/heads.xlsx",),
    ("role", "grant"): ("--role", "AUDITOR", "--phone", PHONE, "--name", "审计", "--area", "汇川区"),
    ("role", "revoke"): ("--role", "AUDITOR", "--phone", PHONE, "--yes"),
    ("phone", "change"): ("--phone", PHONE, "--to", "13800138001", "--name", "张三", "--yes"),
    ("account", "rename"): ("--phone", PHONE, "--name", "李四", "--yes"),
    ("account", "merge"): ("--phone", PHONE, "--into", "13800138001", "--yes"),
    ("account", "disable"): ("--phone", PHONE, "--yes"),
    ("account", "enable"): ("--phone", PHONE),
    ("account", "erase"): ("--phone", PHONE, "--name", "张三", "--yes"),
    ("account", "end-second-factor"): ("--phone", PHONE, "--name", "张三", "--yes"),
    ("session", "open"): ("--phone", PHONE),
    ("session", "code"): ("--phone", PHONE),
    ("session", "end"): ("--all", "--yes"),
}
FREE = {
    # what a demo is made, kept and looked after with
    ("demo",), ("seed",), ("token",), ("advance",), ("serve",), ("migrate",), ("tick",), ("work",),
    ("retention",), ("key", "new"), ("key", "rotate"), ("restored",),
    # what changes nothing
    ("due",), ("reconcile",), ("export",), ("role", "list"), ("session", "list"), ("statement", "list"),
    ("statement", "export"), ("qr",), ("grants",), ("schema",), ("documents",),
}  # fmt: skip


@pytest.fixture(scope="module")
def demo_url(server_url: str) -> Iterator[str]:
    """A database of its own with a small demo in it."""
    name = f"xd_demo_{uuid.uuid4().hex[:12]}"

    url = asyncio.run(make(server_url, name))
    seed_small(url)
    yield url
    asyncio.run(administer(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def test_every_command_says_whether_it_changes_a_district() -> None:
    assert set(COMMANDS) == CHANGES.keys() | FREE and not CHANGES.keys() & FREE
    asking = {words for words, one in COMMANDS.items() if any("--on-demo" in p.opts for p in one.params)}
    assert asking == CHANGES.keys()


def rows(url: str) -> dict[str, int]:
    """How many rows each table of people and places has."""
    tables = ("accounts", "memberships", "sessions", "areas", "household_heads", "households", "shops", "audit_entries")
    return {table: ask(url, f"SELECT count(*) FROM {table}") for table in tables}


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_it_refuses_on_a_demo_and_says_what_to_do(words: tuple[str, ...], demo_url: str) -> None:
    before = rows(demo_url)
    said = refused(command(demo_url, *words, *CHANGES[words]))
    assert "演示" in said and "--on-demo" in said and "DATA_DIR" in said and not re.search("[a-z]{3} [a-z]{3}", said)
    assert rows(demo_url) == before


def test_where_it_is_told_to_it_does_it(demo_url: str) -> None:
    done = command(demo_url, "role", "grant", *CHANGES["role", "grant"], "--on-demo", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["changed"], done
    opened = command(demo_url, "session", "open", "--phone", PHONE, "--on-demo")
    assert opened.returncode == 0 and len(opened.stdout.strip()) == 43, opened
    ended = command(demo_url, "session", "end", "--phone", PHONE, "--yes", "--on-demo", "--json")
    assert json.loads(ended.stdout) == {"ended": 1}, ended
    gone = command(demo_url, "role", "revoke", *CHANGES["role", "revoke"], "--on-demo", "--json")
    assert json.loads(gone.stdout)["changed"], gone


def test_a_dry_run_may_look_at_a_demo(demo_url: str) -> None:
    before = rows(demo_url)
    ran = command(demo_url, "import", "docs/samples/heads.xlsx", "--dry-run", "--json")
    assert ran.returncode in {0, 1} and json.loads(ran.stdout), ran
    assert rows(demo_url) == before


@pytest.mark.parametrize("words", [("admin",), ("session", "open")], ids=" ".join)
def test_a_token_into_a_file_leaves_none_where_it_was_refused(
    words: tuple[str, ...], demo_url: str, tmp_path: Path
) -> None:
    out = tmp_path / "a.token"
    refused(command(demo_url, *words, *CHANGES[words], "--out", str(out)))
    assert list(tmp_path.iterdir()) == []


def test_a_token_goes_into_a_file_of_its_own(demo_url: str, tmp_path: Path) -> None:
    phone = "13700137000"
    who = ("--role", "AUDITOR", "--phone", phone, "--name", "审计", "--area", "汇川区")
    assert command(demo_url, "role", "grant", *who, "--on-demo").returncode == 0
    out = tmp_path / "a.token"
    opening = ("session", "open", "--phone", phone, "--on-demo", "--out", str(out))
    ran = command(demo_url, *opening)
    assert ran.returncode == 0 and ran.stdout == "" and len(out.read_text().strip()) == 43, ran
    assert out.stat().st_mode & 0o777 == 0o600
    sessions = rows(demo_url)["sessions"]
    assert "已存在" in refused(command(demo_url, *opening))
    assert "文件夹" in refused(command(demo_url, *opening[:-1], str(tmp_path / "no" / "x")))
    assert rows(demo_url)["sessions"] == sessions, "where it could not be written, none was opened"


TAKE_A_ROLE = [words for words, one in COMMANDS.items() if any(p.name == "role" for p in one.params)]


@pytest.mark.parametrize("words", TAKE_A_ROLE, ids=" ".join)
def test_a_role_is_taken_in_any_case(words: tuple[str, ...]) -> None:
    for role in Role:
        for given in (role.value, role.value.lower(), role.value.title()):
            needed = [] if words == ("token",) else ["--phone", PHONE]
            context = COMMANDS[words].make_context(words[-1], ["--role", given, *needed])
            assert context.params["role"] == role.value
    ran = CliRunner().invoke(app.cli, [*words, "--role", "mayor"])
    assert ran.exit_code == 2 and "mayor" in ran.output


def test_a_token_for_a_role_in_lower_case(demo_url: str) -> None:
    ran = command(demo_url, "token", "--role", "shop_staff")
    assert ran.returncode == 0 and len(ran.stdout.strip()) == 43, ran


@pytest.mark.parametrize(
    ("words", "name", "says"),
    [
        (("role", "list", "--role", "AUDITOR"), "memberships", "没有符合条件的身份"),
        (("session", "list"), "sessions", "没有符合条件的登录"),
        (("statement", "list"), "statements", "没有符合条件的结算单"),
        (("statement", "list", "--month", "2020-01"), "statements", "没有符合条件的结算单"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_list_of_nothing_says_so(db: None, database_url: str, words: tuple[str, ...], name: str, says: str) -> None:
    ran = command(database_url, *words)
    assert ran.returncode == 0 and ran.stdout.startswith(says) and ran.stdout.count("\n") == 1, ran
    assert json.loads(command(database_url, *words, "--json").stdout) == {name: [], "next": None}


def test_the_version_is_the_projects() -> None:
    ran = command("", "--version")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (ran.returncode, ran.stdout) == (0, f"xingdian {project['version']}\n"), ran


def test_each_command_is_looked_for_where_it_is() -> None:
    assert {words[0] for words in COMMANDS} == set(WORDS)
    for words, one in COMMANDS.items():
        assert one.callback and one.callback.__module__ == f"commands.{WORDS[words[0]]}", words


def test_help_is_grouped() -> None:
    shown = CliRunner().invoke(app.cli, ["--help"], env={"COLUMNS": "120"}).output
    places = [shown.index(f"─ {group} ─") for group in GROUPS]
    assert places == sorted(places) and [group.split()[0] for group in GROUPS] == [
        "demo",
        "serve",
        "people",
        "data",
        "settlement",
    ]
    for name, group in (("token", 0), ("work", 1), ("session", 2), ("import", 3), ("reconcile", 4)):
        following = places[group + 1] if group + 1 < len(places) else len(shown)
        assert places[group] < shown.index(f"│ {name} ") < following, name
