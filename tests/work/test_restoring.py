"""A backup that is restored brings nothing back that was ended since: a journal outside the database says what."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from models.live import OutboxEntry
from services.db import database, embedded, journal
from services.kit.settings import current
from services.roles import accounts, memberships
from services.work import privacy, relay
from tests.town.commands import command, refused
from tests.town.postgres import administer, ask
from tests.town.servers import working
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World

PHONES = {"erased": "13800138001", "revoked": "13800138002", "disabled": "13800138003", "changed": "13800138004"}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a journal."""
    configured = current().model_copy(update={"journal_dir": str(tmp_path / "journal")})
    monkeypatch.setattr(journal, "current", lambda: configured)
    return tmp_path / "journal"


def lines(folder: Path) -> list[dict[str, Any]]:
    file = folder / journal.FILE
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def known() -> int:
    return int(await database.fetch_value("SELECT value #>> '{}' FROM markers WHERE key = 'journal'") or 0)


async def everything_relayed() -> None:
    while await relay.relay():
        pass


def cut_off(folder: Path) -> None:
    folder.mkdir()
    (folder / journal.FILE).write_bytes(b'{"sequence": 1, "id": "0')


async def test_what_is_ended_is_on_disk_with_its_number(world: World, kept: Path) -> None:
    worker = world.a.worker
    assert worker is not None
    (role,) = await database.fetch(
        "SELECT id FROM memberships WHERE account_id = $1 AND revoked_at IS NULL", worker.account_id
    )
    await memberships.revoke(role["id"])
    await memberships.revoke(role["id"])
    await accounts.disable(worker.account_id)
    await accounts.enable(worker.account_id)
    resident = world.a.residents[0].account_id
    await privacy.erase(resident)
    await everything_relayed()
    found = lines(kept)
    assert [one["sequence"] for one in found] == list(range(1, len(found) + 1)) and await known() == len(found)
    told = [(one["kind"], one["subject"]) for one in found]
    assert told.count(("membership.revoke", str(role["id"]))) == 1
    assert [kind for kind, subject in told if subject == str(worker.account_id)] == [
        "account.disable",
        "account.enable",
    ]
    assert ("account.erase", str(resident)) in told
    assert all(one.keys() == {"sequence", "id", "kind", "subject", "at"} for one in found), "and nothing else"
    assert (kept / journal.FILE).stat().st_mode & 0o777 == 0o600


async def test_a_phone_that_is_changed_is_told_without_it(world: World, kept: Path) -> None:
    await database.execute(
        "UPDATE accounts SET phone_encrypted = 'x', phone_index = 'x' WHERE id = $1", world.admin.account_id
    )
    await database.execute("UPDATE accounts SET phone_index = 'y' WHERE id = $1", world.admin.account_id)
    await everything_relayed()
    assert [(one["kind"], one["subject"]) for one in lines(kept)] == [("account.phone", str(world.admin.account_id))]


async def test_nothing_is_published_that_is_not_on_disk(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accounts.disable(world.admin.account_id, force=True)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_append", full)
        with pytest.raises(OSError, match="No space"):
            await relay.relay()
    assert await OutboxEntry.filter(relayed_at__isnull=False).count() == 0 and await known() == 0
    await everything_relayed()
    assert [one["kind"] for one in lines(kept)] == ["account.disable"]


async def test_a_line_that_was_cut_off_is_passed_over(world: World, kept: Path) -> None:
    cut_off(kept)
    await accounts.disable(world.admin.account_id, force=True)
    await everything_relayed()
    assert [entry.kind for entry in journal.entries(0)] == ["account.disable"] and journal.last_sequence() == 1


async def test_written_and_not_marked_is_no_restored_database(world: World, kept: Path, database_url: str) -> None:
    """Killed between the two: the rows are there, and are written once more."""
    await accounts.disable(world.admin.account_id, force=True)
    (row,) = await OutboxEntry.filter(topic=journal.TOPIC)
    names = ("id", "payload", "subject_id", "created_at")
    await journal.keep([{name: getattr(row, name) for name in names}], 0)
    connection = await asyncpg.connect(database_url)
    try:
        await journal.check(connection)
        await everything_relayed()
        await journal.check(connection)
        await database.execute("DELETE FROM markers WHERE key = 'journal'")
        await database.execute("DELETE FROM outbox_entries")
        with pytest.raises(journal.Restored):
            await journal.check(connection)
        with journal.passing():
            await journal.check(connection)
    finally:
        await connection.close()


async def test_it_goes_on_where_nothing_is_ended(db: None, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await relay._beat()
        await everything_relayed()
    assert [one["kind"] for one in lines(kept)] == ["beat"]
    monkeypatch.setattr(relay, "BEAT_SECONDS", 0.0)
    await relay._beat()
    await relay._beat()
    await everything_relayed()
    assert [one["kind"] for one in lines(kept)] == ["beat"] * 2


async def test_without_a_journal_nothing_is_kept(world: World) -> None:
    await accounts.disable(world.admin.account_id, force=True)
    await relay._beat()
    await everything_relayed()
    assert await known() == 0 and journal.last_sequence() == 0


# -- with the real programs --------------------------------------------------------------------------------------------


@pytest.fixture
def copied(fresh: str, server_url: str) -> Iterator[str]:
    """The name of a backup, which is removed again."""
    name = f"xd_restored_{uuid.uuid4().hex[:12]}"
    yield name
    asyncio.run(administer(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def id_of(url: str, name: str) -> str:
    return str(ask(url, f"SELECT id FROM accounts WHERE display_name = '{name}'"))


def test_a_restored_database_is_finished_first(fresh: str, copied: str, server_url: str, tmp_path: Path) -> None:
    beside = {"JOURNAL_DIR": str(tmp_path / "journal")}

    def run(url: str, *words: str) -> str:
        done = command(url, *words, **beside)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    run(fresh, "migrate")
    run(fresh, "admin", "--name", "管理员", "--phone", "13800138000", "--district", "红城区")
    for name, phone in PHONES.items():
        run(fresh, "role", "grant", "--role", "AUDITOR", "--phone", phone, "--name", name, "--area", "红城区")
    run(fresh, "session", "open", "--phone", PHONES["disabled"])
    subjects = {name: id_of(fresh, name) for name in PHONES}
    asyncio.run(administer(server_url, f'CREATE DATABASE "{copied}" TEMPLATE "{urlsplit(fresh).path[1:]}"'))
    restored = embedded.with_database(fresh, copied)

    run(fresh, "account", "erase", "--phone", PHONES["erased"], "--name", "erased", "--yes")
    run(fresh, "role", "revoke", "--role", "AUDITOR", "--phone", PHONES["revoked"], "--area", "红城区", "--yes")
    run(fresh, "account", "disable", "--phone", PHONES["disabled"], "--yes")
    run(fresh, "phone", "change", "--phone", PHONES["changed"], "--to", "13800138009", "--name", "changed", "--yes")
    with working(fresh, tmp_path / "log", **beside):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not {"account.erase", "account.phone"} <= {one["kind"] for one in lines(tmp_path / "journal")}:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
    assert "管理员" in run(fresh, "role", "list"), "the newer one goes on"

    for words in (("due",), ("session", "list"), ("serve",), ("work",)):
        assert "app.py restored" in refused(command(restored, *words, **beside))
    told = json.loads(run(restored, "restored", "--yes", "--json"))["restored"]
    assert told["sessions"] >= 2 and told["account.erase"] == 1 and "refused" not in told
    run(restored, "due")
    run(restored, "reconcile")
    states = {
        name: ask(
            restored,
            "SELECT array[erased_at IS NOT NULL, disabled_at IS NOT NULL, phone_index IS NOT NULL, EXISTS ("
            "SELECT 1 FROM memberships m WHERE m.account_id = a.id AND m.revoked_at IS NULL)]"
            f" FROM accounts a WHERE id = '{key}'",
        )
        for name, key in subjects.items()
    }
    assert states == {
        "erased": [True, True, False, False],
        "revoked": [False, False, True, False],
        "disabled": [False, True, True, True],
        "changed": [False, False, False, True],
    }
    assert ask(restored, "SELECT count(*) FROM sessions WHERE revoked_at IS NULL") == 0
    assert json.loads(run(restored, "restored", "--yes", "--json"))["restored"]["sessions"] == 0, "and once more"


def test_without_a_journal_it_says_what_is_left(fresh: str) -> None:
    assert command(fresh, "migrate").returncode == 0
    done = command(fresh, "restored", "--yes")
    assert done.returncode == 0 and "没有设 JOURNAL_DIR" in done.stdout
