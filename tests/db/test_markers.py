"""The key's fingerprint: known from the first migration on, checked by whatever connects, never guessed."""

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from models.accounts import Account
from services.db import database, embedded, markers
from services.kit import clock, secrets, settings
from services.kit.errors import Unavailable
from services.kit.secrets import phone_columns
from services.kit.settings import current
from tests.town.keys import with_keys
from tests.town.postgres import ANOTHER, administer
from tests.town.world import World


@pytest_asyncio.fixture
async def connection(world: World, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A plain connection to the run's database, which knows no key."""
    made = await asyncpg.connect(database_url)
    yield made
    await made.close()


async def known(connection: asyncpg.Connection) -> str | None:
    value = await connection.fetchval("SELECT value #>> '{}' FROM markers WHERE key = 'secret_key'")
    return str(value) if value is not None else None


async def test_the_first_key_is_remembered_and_every_other_refused(
    connection: asyncpg.Connection, database_url: str
) -> None:
    await markers.check_key(connection)
    for _ in range(2):
        await markers.adopt_key(connection)
    assert await known(connection) == markers.fingerprint()
    with with_keys(ANOTHER):
        for refused in (markers.check_key(connection), markers.adopt_key(connection), database.migrate(database_url)):
            with pytest.raises(markers.WrongKey, match=r"^This database was made with another SECRET_KEY: .*\.$"):
                await refused
        with pytest.raises(markers.WrongKey):
            await database.check(database_url)
    await database.check(database_url)
    assert await known(connection) == markers.fingerprint()


async def test_a_fingerprint_tells_nothing_of_the_key() -> None:
    assert len(markers.fingerprint()) == 64 and secrets.key("fingerprint").hex() not in markers.fingerprint()
    with with_keys(ANOTHER):
        other = markers.fingerprint()
    assert other != markers.fingerprint()


async def test_a_database_from_before_is_adopted_by_its_key(connection: asyncpg.Connection) -> None:
    """It holds encrypted phones and no fingerprint."""
    with with_keys(ANOTHER), pytest.raises(markers.WrongKey):
        await markers.adopt_key(connection)
    assert await known(connection) is None, "nothing was written with the wrong key"
    # One value that is spoilt is no reason to lock everybody out.
    spoilt = {**phone_columns("13800138000"), "phone_encrypted": b"\1" + b"x" * 60}
    await Account.create(display_name="坏", created_at=clock.now(), **spoilt)
    await markers.adopt_key(connection)
    assert await known(connection) == markers.fingerprint()


async def test_two_that_start_at_once_agree_on_one_key(db: None, database_url: str) -> None:
    first, second = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    try:
        waited_for = first.transaction()
        await waited_for.start()
        await markers.adopt_key(first)
        # The key of the second is read when its statement was sent, and again when it went through.
        with with_keys(ANOTHER):
            late = asyncio.create_task(markers.adopt_key(second))
            await asyncio.sleep(0.1)
            assert not late.done(), "it waits for the first"
            await waited_for.commit()
            with pytest.raises(markers.WrongKey):
                await late
    finally:
        await first.close()
        await second.close()


async def test_a_pool_takes_no_connection_to_a_foreign_database(
    connection: asyncpg.Connection, database_url: str
) -> None:
    """Also one that was away when the process started: every connection is asked."""
    await markers.adopt_key(connection)
    with with_keys(ANOTHER):
        pool = await asyncpg.create_pool(database_url, min_size=0, init=markers.check_key)
        with pytest.raises(markers.WrongKey):
            await pool.acquire()
        await pool.close()
    credentials = database.config(current(), database_url)["connections"]["default"]["credentials"]
    assert credentials["init"] is database._check_fit
    assert issubclass(markers.WrongKey, Unavailable), "so clients are told to try later, and /readyz is 503"


async def test_tables_that_are_missing_or_old_are_told_as_such(
    db: None, server_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = f"xd_bare_{uuid.uuid4().hex[:12]}"
    url = await embedded.create_database(server_url, name)
    try:
        with pytest.raises(markers.NotMigrated, match=r"no tables yet: run `app\.py migrate`"):
            await database.check(url)
        connection = await asyncpg.connect(url)
        await markers.check_key(connection)
        await connection.execute("CREATE TABLE tortoise_migrations (name text)")
        await connection.execute("INSERT INTO tortoise_migrations VALUES ('0001_initial')")
        with pytest.raises(markers.NotMigrated, match=r"older than this program: run `app\.py migrate`"):
            await markers.check_migrated(connection)
        (tmp_path / "0001_initial.py").touch()
        monkeypatch.setattr(markers, "MIGRATIONS", tmp_path)
        await markers.check_migrated(connection)
        await connection.execute("INSERT INTO tortoise_migrations VALUES ('0002_of_tomorrow')")
        await markers.check_migrated(connection)
        await connection.close()
    finally:
        await administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_key_that_is_made_is_the_one_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any setting: the key lies in DATA_DIR, and stays the same."""
    with tempfile.TemporaryDirectory() as folder:
        made = settings.Settings.model_construct(secret_key=SecretStr(""), data_dir=Path(folder))
        monkeypatch.setattr(secrets, "current", lambda: made)
        seen = set()
        for _ in range(2):
            secrets.forget()
            seen.add(markers.fingerprint())
        (Path(folder) / "secret.key").unlink()
        secrets.forget()
        assert len(seen) == 1 and markers.fingerprint() not in seen
    secrets.forget()
