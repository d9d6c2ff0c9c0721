"""Two roles: the one that serves can do whatever the API does, and none of what it never does."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import pytest_asyncio

from services.db import database, grants
from services.kit.settings import Settings, SettingsError, current, load
from tests.town.commands import command
from tests.town.postgres import SERVING, administer, as_serving, ask, make
from tests.town.servers import ROOT

OWNED = "postgresql://owner:secret@db.example/xingdian"
SERVED = "postgresql://xingdian%5Fserves:secret@db.example/xingdian"
NOTHING = "00000000-0000-0000-0000-000000000000"

FORBIDDEN = {
    "points_transfers": ("UPDATE points_transfers SET points = 1", "DELETE FROM points_transfers"),
    "wish_events": ("UPDATE wish_events SET number = 1", "DELETE FROM wish_events"),
    "contact_reveals": ("UPDATE contact_reveals SET id = id", "DELETE FROM contact_reveals"),
    "audit_entries": ("UPDATE audit_entries SET action = ''", "DELETE FROM audit_entries"),
    "statement_rows": ("UPDATE statement_rows SET points = 1", "DELETE FROM statement_rows"),
    "statements": (
        "UPDATE statements SET saved_fen = 0",
        "UPDATE statements SET sha256 = ''",
        "UPDATE statements SET shop_acknowledged_at = now(), day = now()::date",
        "DELETE FROM statements",
    ),
    "points_accounts": ("UPDATE points_accounts SET kind = 'SPENT'", "DELETE FROM points_accounts"),
    "reward_rules": ("UPDATE reward_rules SET base = '{}'", "DELETE FROM reward_rules"),
    "texts": ("UPDATE texts SET account_id = NULL", "DELETE FROM texts"),
    "accounts": ("DELETE FROM accounts", "TRUNCATE accounts", "DROP TABLE accounts", "ALTER TABLE accounts ADD c int"),
    "redemptions": ("DELETE FROM redemptions", "ALTER TABLE redemptions DISABLE TRIGGER ALL"),
    "tortoise_migrations": ("DELETE FROM tortoise_migrations", "INSERT INTO tortoise_migrations (name) VALUES ('x')"),
}
OTHERS = (
    "BEGIN; SET LOCAL xingdian.retention = 'on'; DELETE FROM audit_entries WHERE occurred_at < '2020-01-01'",
    "CREATE TABLE a_table (id int)",
    "CREATE FUNCTION a_function() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP FUNCTION refuse_change",
    "SET session_replication_role = replica",
    "CREATE ROLE somebody",
)
ALLOWED = (
    "UPDATE statements SET shop_acknowledged_at = NULL, district_acknowledged_by_id = NULL WHERE false",
    "UPDATE texts SET text = '', erased_at = now() WHERE false",
    "UPDATE points_accounts SET balance = balance WHERE false",
    f"SELECT 1 FROM statements WHERE id = '{NOTHING}' FOR NO KEY UPDATE",
    "DELETE FROM sign_in_codes WHERE false",
    "CREATE TEMP TABLE of_a_roster (id int) ON COMMIT DROP",
    "SELECT name FROM tortoise_migrations",
    "SELECT last_value FROM tortoise_migrations_id_seq",
)


@pytest.fixture(scope="module")
def served_url(server_url: str) -> Iterator[str]:
    """A database for all of these tests: what the role may do leaves no trace, and what it may not does nothing."""
    name = f"xd_grants_{os.getpid()}"
    yield asyncio.run(as_serving(asyncio.run(make(server_url, name))))
    asyncio.run(administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest_asyncio.fixture
async def serving(served_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the serving role."""
    connection = await asyncpg.connect(served_url)
    assert await connection.fetchval("SELECT current_user") == SERVING
    yield connection
    await connection.close()


async def test_every_table_says_what_may_be_done_with_it(connected: None) -> None:
    rows = await database.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()")
    assert {row["name"] for row in rows} == grants.TABLES.keys(), "say in services/db/grants.py what is done with it"
    for table, columns in grants.COLUMNS.items():
        assert grants.TABLES[table] == grants.APPENDED and columns


def test_rows_are_deleted_only_where_the_program_does() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "services").glob("*/*.py") if path.parent.name != "demo")
    named = {*re.findall(r"DELETE FROM (\w+)", source), *re.findall(r'delete_before\(\s*"(\w+)"', source)}
    # Old rows of the audit go as the role that owns them.
    assert named - {"audit_entries"} == {table for table, may in grants.TABLES.items() if "DELETE" in may}


@pytest.mark.parametrize("statement", [one for each in FORBIDDEN.values() for one in each] + list(OTHERS))
async def test_the_serving_role_is_refused(serving: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"permission denied|must be owner"):
        await serving.execute(statement)


@pytest.mark.parametrize("statement", ALLOWED)
async def test_the_serving_role_may(serving: asyncpg.Connection, statement: str) -> None:
    async with serving.transaction():
        await serving.execute(statement)


def test_the_whole_story_is_told_by_the_serving_role() -> None:
    """Every operation of docs/operations, imports, ticks and erasures among them."""
    telling = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/house/test_operations.py::test_the_story"]
    ran = subprocess.run(
        telling, cwd=ROOT, env={**os.environ, "AS_SERVING_ROLE": "yes"}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:]


# -- who gives them ----------------------------------------------------------------------------------------------------


def settings(**given: str) -> Settings:
    return current().model_copy(update=given)


def test_the_role_is_that_of_the_url_that_serves() -> None:
    assert grants.serving_role(settings(database_url=SERVED, migration_database_url=OWNED)) == "xingdian_serves"
    assert grants.serving_role(settings(database_url=SERVED, migration_database_url=SERVED)) is None
    assert grants.serving_role(settings(database_url=SERVED)) is None


def test_the_owner_s_url_alone_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATION_DATABASE_URL", OWNED)
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(SettingsError, match="MIGRATION_DATABASE_URL is given without DATABASE_URL"):
        load()


def test_migrating_gives_and_takes(bare: str, server_url: str) -> None:
    role = "xd a \"role\" 'of' its own"
    named = '"' + role.replace('"', '""') + '"'
    asyncio.run(administer(server_url, f"DROP ROLE IF EXISTS {named}"))
    there = bare.replace("postgres:@", "xd%20a%20%22role%22%20%27of%27%20its%20own:@")
    both = {"MIGRATION_DATABASE_URL": bare}
    gone = command(there, "migrate", **both)
    assert gone.returncode == 1 and "does not exist" in gone.stderr
    asyncio.run(administer(server_url, f"CREATE ROLE {named} LOGIN"))
    try:
        assert command(there, "migrate", **both).returncode == 0
        asyncio.run(administer(bare, f"GRANT DELETE ON accounts TO {named}"))
        again = command(there, "migrate", **both)
        assert (again.returncode, again.stdout) == (0, "已是最新\n")
        assert not ask(bare, f"SELECT has_table_privilege($${role}$$, 'accounts', 'DELETE')")
        assert ask(bare, f"SELECT has_table_privilege($${role}$$, 'accounts', 'INSERT')")
        assert command(there, "due").returncode == 0
        assert "permission denied" in command(there, "migrate").stderr
        printed = command(there, "grants", "--to", role).stdout
        assert printed == "".join(f"{one};\n" for one in grants.statements("public", role))
    finally:
        asyncio.run(administer(bare, f"DROP OWNED BY {named}"))
        asyncio.run(administer(server_url, f"DROP ROLE {named}"))


def test_a_wrong_url_of_the_owner_is_named() -> None:
    away = "postgresql://nobody@127.0.0.1:1/nowhere?sslmode=require&sslrootcert=/no/such/file"
    said = command("postgresql://u@h/d", "migrate", MIGRATION_DATABASE_URL=away).stderr
    assert "MIGRATION_DATABASE_URL" in said
