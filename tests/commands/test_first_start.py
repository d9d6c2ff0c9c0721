"""From an empty database to people who are signed in, by the commands alone; and what all commands have in common."""

import asyncio
import json
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from typer.testing import CliRunner

import app
from commands import terminal
from services.db.paging import Keyset, Page
from services.roles.memberships import Membership
from tests.town import servers
from tests.town.commands import COMMANDS, command, refused
from tests.town.postgres import ANOTHER, administer
from tests.town.servers import ROOT
from tests.town.waiting import PATIENCE_SECONDS

PHONE, OTHER = "13800138000", "13900139000"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
WHO = "{ viewer { displayName roles areas(first: 9) { edges { node { name kind } } } } }"


LEFT_LYING = """
INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at)
VALUES (gen_random_uuid(), 'wish.changed', gen_random_uuid(), '{}', now() - interval '6 minutes')
"""


class Operator:
    """Somebody at the command line; remembers all that was said."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.said = ""

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        ran = command(self.url, *words, **environment)
        self.said += ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr and "\x1b" not in ran.stdout, ran
        return ran

    def done(self, *words: str, status: int = 0) -> str:
        """The answer of a command that must do what it is told."""
        ran = self.run(*words)
        assert ran.returncode == status, ran
        return ran.stdout

    def asked(self, *words: str, status: int = 0) -> Any:
        """The one JSON document of a command."""
        return json.loads(self.done(*words, "--json", status=status))

    def refused(self, *words: str, **environment: str) -> str:
        return refused(self.run(*words, **environment))


def viewer(server: servers.Server, token: str) -> dict[str, Any] | None:
    """Who bears the token; None when it opens nothing."""
    answer = httpx.post(f"{server.url}/graphql", json={"query": WHO}, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code in {200, 401}
    return dict(answer.json()["data"]["viewer"]) if answer.status_code == 200 else None


def test_from_nothing_to_people_who_are_signed_in(bare: str, tmp_path: Path) -> None:
    operator = Operator(bare)
    first = ("admin", "--name", "张三", "--phone", f"+86 {PHONE}", "--district", "汇川区", "--code", "520303")
    assert "run `app.py migrate` first" in operator.refused(*first)
    assert operator.asked("migrate")["migrations"][0] == "0001_initial"
    ran = operator.run(*first)
    token = ran.stdout.strip()
    assert ran.returncode == 0 and TOKEN.fullmatch(token), ran
    assert len(ran.stderr.splitlines()) == 1 and "only now" in ran.stderr

    server = servers.start(bare, tmp_path / "log")
    try:
        assert viewer(server, token) == {
            "displayName": "张三",
            "roles": ["DISTRICT_ADMIN"],
            "areas": {"edges": [{"node": {"name": "汇川区", "kind": "DISTRICT"}}]},
        }
        granted = operator.asked("role", "grant", "--role", "AUDITOR", "--phone", OTHER, "--name", "审计")
        assert granted["changed"] and granted["memberships"][0]["phone"] == "139****9000"
        listed = operator.done("role", "list").splitlines()
        assert len(listed) == 3 and re.match(r"身份 role +姓名 name", listed[0])
        assert re.fullmatch(r"AUDITOR +审计 +139\*{4}9000 +汇川区 +[0-9: -]+", listed[2])

        second = operator.done("session", "open", "--phone", OTHER, "--label", "社区电脑").strip()
        found = viewer(server, second)
        assert found and found["roles"] == ["AUDITOR"]
        listed = operator.asked("session", "list")
        assert listed["next"] is None
        assert [(row["label"], row["display_name"], row["phone"]) for row in listed["sessions"]] == [
            ("社区电脑", "审计", "139****9000"),
            ("首位区管理员", "张三", "138****8000"),
        ]
        end = ("session", "end", listed["sessions"][0]["id"])
        assert "add --yes" in operator.refused(*end) and viewer(server, second)
        assert operator.asked(*end, "--yes") == {"ended": 1}
        assert viewer(server, second) is None and viewer(server, token)
    finally:
        server.stop()
    # Nobody relays any more.
    asyncio.run(administer(bare, LEFT_LYING))
    assert operator.asked("due", status=1)["late"] is True
    # A machine with another key neither serves nor works on it.
    assert "another SECRET_KEY" in operator.refused("serve", SECRET_KEY=ANOTHER, PORT=str(servers.free_port()))
    said = operator.said + server.written()
    assert PHONE not in said and OTHER not in said
    assert (said.count(token), said.count(second)) == (1, 1), "shown once"


def test_reconcile_may_take_longer_than_a_request(db: None, database_url: str) -> None:
    ran = command(database_url, "reconcile", "--json", DATABASE_STATEMENT_TIMEOUT_SECONDS="0.001")
    assert (ran.returncode, json.loads(ran.stdout)) == (0, {"drifts": []}), ran


# -- what is shown and asked -----------------------------------------------------------------------------------------


class Terminal:
    """A keyboard."""

    def __init__(self, typed: str, there: bool = True) -> None:
        self.typed, self.there = typed, there

    def isatty(self) -> bool:
        return self.there

    def readline(self) -> str:
        return self.typed


@pytest.mark.parametrize("typed", ["y\n", "YES\n", " 是 \n"])
def test_yes_is_yes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    terminal.confirm("End it?", yes=False)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "End it? [y/N] "), "questions are no part of the answer"


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "yep\n", "no, yes\n"])
def test_anything_else_is_no(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with pytest.raises(terminal.NotConfirmed, match=r"^Nothing was changed\.$"):
        terminal.confirm("End it?", yes=False)


def test_who_can_not_be_asked_must_have_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n", there=False))
    terminal.confirm("End it?", yes=True)
    with pytest.raises(terminal.NotConfirmed, match="--yes"):
        terminal.confirm("End it?", yes=False)


def test_an_interrupt_ends_the_question(bare: str) -> None:
    """Also while the event loop runs, which takes interrupts for itself."""
    asking = (
        "import asyncio, os, sys; sys.stdin = os.fdopen(os.openpty()[1]); from commands import terminal\n"
        "async def ask(): terminal.confirm('Sure?', yes=False)\n"
        "asyncio.run(ask())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", asking], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr and process.stderr.read(6) == "Sure? "
        time.sleep(0.1)
        process.send_signal(2)
        _, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130 and "Traceback" not in complaints


def test_what_people_typed_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    row = Membership(uuid.UUID(int=1), uuid.UUID(int=2), "[red]王[/red]", None, "AUDITOR", False, "x" * 150, None, None)  # type: ignore[arg-type]
    page = Page([row], Keyset("memberships", {"id": ("id", uuid.UUID)}), has_next=True)
    terminal.page("memberships", page, as_json=False)
    said = capsys.readouterr()
    assert "[red]王[/red]" in said.out and "x" * 150 in said.out and len(said.out.splitlines()) == 2
    assert said.err == f"There is more (还有): --after {page.cursor(0)}\n"
    terminal.page("memberships", page, as_json=True)
    assert json.loads(capsys.readouterr().out)["next"] == page.cursor(0)


# -- each command ----------------------------------------------------------------------------------------------------


CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_and_option_has_its_help(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app.cli, [*words, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0 and f"app.py {' '.join(words)}".removeprefix("app.py") in shown.output
    for parameter in COMMANDS[words].params:
        assert getattr(parameter, "help", None) or parameter.name == "help", (words, parameter.name)
        if isinstance(parameter, click.Option):
            assert parameter.opts[-1] in shown.output


@pytest.mark.parametrize(
    "words",
    [
        ("role", "grant", "--role", "GRID_WORKER", "--phone", PHONE, "--head", "x"),
        ("role", "grant", "--role", "NOBODY", "--phone", PHONE),
        ("session", "end"),
        ("session", "end", "--all", "--phone", PHONE),
        ("session", "end", "no-id"),
        ("session", "list", "--limit", "0"),
        ("role", "list", "--limit", "1001"),
        ("admin",),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_told_before_anything_begins(words: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(app.cli, words)
    assert ran.exit_code == 2 and PHONE not in ran.output


@pytest.mark.parametrize(("page", "heading"), [("reference.md", "Commands"), ("reference.zh-CN.md", "命令")])
def test_the_reference_lists_each_command_with_its_options(page: str, heading: str) -> None:
    section = (ROOT / "docs" / page).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `app\.py ((?:[a-z]+(?:-[a-z]+)* ?)+)", section, re.MULTILINE)
    assert sorted(words.strip() for words in listed) == sorted(" ".join(words) for words in COMMANDS)
    for words, one in COMMANDS.items():
        (cell,) = re.findall(rf"^\| `app\.py {' '.join(words)}((?: [^`]*)?)` \|", section, re.MULTILINE)
        options = {name for parameter in one.params for name in parameter.opts if name.startswith("--")}
        assert set(re.findall(r"--[a-z-]+", cell)) == options, words
        arguments = {one.metavar or one.opts[0].upper() for one in one.params if isinstance(one, click.Argument)}
        assert arguments <= set(re.findall(r"[A-Z_]+", cell)), words
