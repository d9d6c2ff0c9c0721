"""The tables that the migrations make are the ones that the models declare, down to each constraint and index."""

import asyncio
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.operations import RunSQL
from tortoise.models import Model
from uuid_utils.compat import uuid7

import models
from models.audit import AuditEntry
from models.shops import PastHours
from services.db import database, embedded
from services.kit import clock
from services.kit.errors import Unavailable
from services.kit.settings import current
from tests.town import wishes
from tests.town.documents import Api
from tests.town.postgres import administer
from tests.town.story import done
from tests.town.world import Travel, World

ROOT = Path(__file__).parents[2]
APPEND_ONLY = (
    "points_transfers",
    "wish_events",
    "contact_reveals",
    "audit_entries",
    "past_hours",
    "reward_endings",
    "redemption_thanks",
    "statements",
    "statement_rows",
)


def tables() -> list[type[Model]]:
    return sorted(Tortoise.apps["models"].values(), key=lambda model: model._meta.db_table)


def columns(model: type[Model], names: tuple[str, ...]) -> list[str]:
    fields = model._meta.fields_db_projection
    return [fields.get(name, name) for name in names]


async def value(sql: str, *args: Any) -> Any:
    return await database.fetch_value(sql, *args)


async def constraint(name: str) -> dict[str, Any] | None:
    return await database.fetch_one(
        "SELECT contype::text AS kind, conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS definition,"
        " convalidated AS validated FROM pg_constraint"
        " WHERE conname = $1 AND connamespace = current_schema()::regnamespace",
        name,
    )


async def indexed(name: str) -> str | None:
    found = await value("SELECT indexdef FROM pg_indexes WHERE indexname = $1 AND schemaname = current_schema()", name)
    return found and re.sub(r" ON \S+ USING", " USING", found)


# -- what the models declare -----------------------------------------------------------------------------------------


async def test_every_module_of_models_is_known(connected: None) -> None:
    files = {path.stem for path in Path(models.__file__).parent.glob("*.py")}
    assert set(database.MODULES) == files - {"__init__", "base", "enums"}
    made = {
        row["tablename"]
        for row in await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    }
    assert made - {"tortoise_migrations"} == {model._meta.db_table for model in tables()}


async def test_every_column_is_there_and_nothing_else(connected: None) -> None:
    for model in tables():
        found = await database.fetch(
            "SELECT column_name AS name, is_nullable = 'YES' AS nullable, character_maximum_length AS most"
            " FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1",
            model._meta.db_table,
        )
        fields = {name: model._meta.fields_map[field] for field, name in model._meta.fields_db_projection.items()}
        assert {row["name"]: row["nullable"] for row in found} == {name: field.null for name, field in fields.items()}
        for row in found:
            wanted = getattr(fields[row["name"]], "max_length", None)
            assert row["most"] == wanted or row["most"] is None, (model, row)


@asynccontextmanager
async def copy_of(model: type[Model]) -> AsyncIterator[None]:
    """An empty table `copy` with the model's columns: PostgreSQL writes conditions its own way, so it writes what is
    declared there, and the two are compared."""
    async with get_connection("default")._in_transaction():
        await database.fetch(f'CREATE TEMP TABLE copy ON COMMIT DROP AS TABLE "{model._meta.db_table}" WITH NO DATA')
        yield


async def same_index(model: type[Model], name: str, fields: tuple[str, ...], where: str, unique: str = "") -> None:
    """Assert that the table has this index, to the letter."""
    over = ", ".join(columns(model, fields))
    await database.fetch(f'CREATE {unique} INDEX "{name}_again" ON copy ({over}){where}')
    wanted = await value("SELECT indexdef FROM pg_indexes WHERE indexname = $1", f"{name}_again")
    found = await indexed(name)
    assert found, f"{model._meta.db_table} lacks {name}"
    assert plain(found) == plain(re.sub(r" ON \S+ USING", " USING", wanted).replace("_again", "")), name


async def test_every_declared_constraint_holds_in_the_database(connected: None) -> None:
    checked = 0
    for model in tables():
        async with copy_of(model):
            for declared in model._meta.constraints:
                checked += 1
                name = declared.name
                if isinstance(declared, CheckConstraint):
                    await database.fetch(f'ALTER TABLE copy ADD CONSTRAINT "{name}_again" CHECK ({declared.check})')
                    wanted = await value(
                        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", f"{name}_again"
                    )
                    found = await constraint(name)
                    assert found, f"{model._meta.db_table} lacks {name}"
                    assert (found["kind"], found["of"], found["validated"]) == ("c", model._meta.db_table, True)
                    assert plain(found["definition"]) == plain(wanted), name
                else:
                    assert isinstance(declared, UniqueConstraint)
                    where = f" WHERE {declared.condition}" if declared.condition else ""
                    await same_index(model, name, declared.fields, where, "UNIQUE")
    assert checked > 50


def plain(definition: str) -> str:
    """Without the casts that differ between a varchar column and a copy of it."""
    return (
        re.sub(r"::(character varying|text|bpchar)(\(\d+\))?(\[\])?", "", definition).replace("(", "").replace(")", "")
    )


async def test_every_declared_index_is_there(connected: None) -> None:
    checked = 0
    for model in tables():
        async with copy_of(model):
            for declared in model._meta.indexes:
                checked += 1
                await same_index(model, declared.name, tuple(declared.fields), declared.extra)
        for name, field in model._meta.fields_map.items():
            if field.index and not field.pk:
                checked += 1
                column = field.source_field or name
                assert await value(
                    "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1"
                    " AND indexdef LIKE '%btree (' || $2 || ')%'",
                    model._meta.db_table,
                    column,
                ), f"{model._meta.db_table}.{column} has no index"
    assert checked > 40


async def test_every_reference_refuses_to_delete_what_it_points_to(connected: None) -> None:
    checked = 0
    for model in tables():
        for field in model._meta.fields_map.values():
            if isinstance(field, ForeignKeyFieldInstance):
                checked += 1
                definition = await value(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid ="
                    " $1::text::regclass AND pg_get_constraintdef(oid) LIKE 'FOREIGN KEY (' || $2 || ')%'",
                    model._meta.db_table,
                    field.source_field,
                )
                assert definition, f"{model._meta.db_table}.{field.source_field}"
                target = field.related_model._meta.db_table
                assert f"REFERENCES {target}(id)" in definition and "ON DELETE RESTRICT" in definition
    assert checked > 40


# -- what is written by hand -----------------------------------------------------------------------------------------


async def test_a_subtree_is_one_index_range(connected: None) -> None:
    found = await database.fetch_one(
        "SELECT collname, atttypmod FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation"
        " WHERE attrelid = 'areas'::regclass AND attname = 'path'"
    )
    assert found == {"collname": "C", "atttypmod": 200 + 4}
    async with get_connection("default")._in_transaction():
        await database.fetch("SET LOCAL enable_seqscan = off")
        plan = await database.fetch("EXPLAIN (COSTS OFF) SELECT 1 FROM areas WHERE path >= 'd/s/' AND path < 'd/s0'")
    assert any("areas_path_unique" in row["QUERY PLAN"] for row in plan), plan


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_what_is_append_only_has_its_trigger(connected: None, table: str) -> None:
    enabled = await value(
        "SELECT tgenabled::text FROM pg_trigger WHERE tgname = $1 AND tgrelid = $2::text::regclass",
        f"{table}_append_only",
        table,
    )
    assert enabled == "O"


async def test_an_append_only_row_is_neither_changed_nor_deleted(world: World) -> None:
    row = await AuditEntry.create(
        account_id=world.admin.account_id,
        action="test",
        subject="Test",
        subject_id=world.admin.account_id,
        details={},
        occurred_at=clock.now(),
    )
    for change in ("UPDATE audit_entries SET action = 'other'", "DELETE FROM audit_entries"):
        with pytest.raises(Exception, match="audit_entries is append-only"):
            await database.execute(f"{change} WHERE id = $1", row.id)
    assert (await AuditEntry.get(id=row.id)).action == "test"


async def moved_out_of_the_audit() -> None:
    """What migration 0023 makes of the rows that are there."""
    operations = importlib.import_module("migrations.0023_running").Migration.operations
    for operation in operations:
        if isinstance(operation, RunSQL) and str(operation.sql).startswith("INSERT"):
            await database.execute(str(operation.sql))


async def test_the_hours_that_the_audit_held_are_moved(world: World) -> None:
    """From rows of the audit as earlier versions wrote them."""
    shop = world.a.shop
    assert shop is not None
    for action, subject, subject_id, details in (
        ("shop.edit", "Shop", shop.id, {"opening_hours_were": "9:00-18:00"}),
        ("shop.edit", "Shop", shop.id, {"changed": ["name"]}),
        ("shop.edit", "Shop", uuid7(), {"opening_hours_were": "of no shop"}),
    ):
        entry = {"action": action, "subject": subject, "subject_id": subject_id, "details": details}
        await AuditEntry.create(**entry, occurred_at=clock.now())
    await moved_out_of_the_audit()
    assert await PastHours.all().values_list("shop_id", "hours") == [(shop.id, "9:00-18:00")]


async def test_the_endings_that_the_audit_held_are_moved(travel: Travel, world: World, api: Api) -> None:
    """The same that a reversal and a lapse write today, under the ids of the audit's rows."""
    reversed_one = await wishes.rated(api, world.a)
    await wishes.rated(api, world.a)
    travel.by(hours=1)
    reason = {"reason": "冒名办结", "requestNo": "x"}
    await done(api, world.admin, "PointsReverse", wishId=reversed_one, **reason)
    lapsing = await wishes.filed(api, world.a, world.a.head_people[0])
    await wishes.automatically_rated(api, lapsing)
    travel.by(days=31)
    await wishes.automatically_rated(api, lapsing)
    wanted = "SELECT reward_id, kind, ended_at FROM reward_endings ORDER BY kind"
    today = await database.fetch(wanted)
    await database.execute("TRUNCATE reward_endings")
    await moved_out_of_the_audit()
    assert await database.fetch(wanted) == today and [row["kind"] for row in today] == ["LAPSED", "REVERSED"]
    assert await value("SELECT count(*) FROM reward_endings e JOIN audit_entries a ON a.id = e.id") == 2


async def test_the_migrations_leave_the_first_rule(db: None) -> None:
    assert await value("SELECT count(*) FROM points_accounts") == 0, "each belongs to a head"
    rules = await database.fetch("SELECT version, daily_cap, monthly_household_cap FROM reward_rules")
    assert rules == [{"version": 1, "daily_cap": 60, "monthly_household_cap": 120}]


# -- migrating -------------------------------------------------------------------------------------------------------


def migrate(url: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "app.py", "migrate"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(process: subprocess.Popen[bytes], status: int = 0) -> str:
    """What it said, after it ended as it should."""
    output, _ = process.communicate(timeout=240)
    assert process.returncode == status, output.decode()
    return output.decode()


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """A database of this test's own, with nothing in it."""
    name = f"xd_empty_{os.getpid()}"
    yield asyncio.run(embedded.create_database(server_url, name))
    asyncio.run(administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def catalogue(url: str, schema: str) -> set[str]:
    """Everything in a schema, in words that do not name it."""
    connection = await asyncpg.connect(url, server_settings={"search_path": schema})
    try:
        rows = await connection.fetch(
            "SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS what"
            " FROM pg_constraint WHERE connamespace = $1::text::regnamespace UNION ALL"
            " SELECT 'index ' || replace(indexdef, $1 || '.', '') FROM pg_indexes WHERE schemaname = $1 UNION ALL"
            " SELECT 'trigger ' || replace(pg_get_triggerdef(t.oid), $1 || '.', '') FROM pg_trigger t"
            "  JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT tgisinternal AND relnamespace = $1::text::regnamespace"
            " UNION ALL SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' '"
            "  || coalesce(collation_name, '') FROM information_schema.columns WHERE table_schema = $1",
            schema,
        )
        return {row["what"] for row in rows}
    finally:
        await connection.close()


def test_two_at_once_and_once_more_and_in_another_schema(empty_url: str, database_url: str) -> None:
    for process in [migrate(empty_url), migrate(empty_url)]:
        run(process)
    assert run(migrate(empty_url)) == "已是最新\n"
    schema = current().database_schema
    wanted = asyncio.run(catalogue(database_url, schema))
    assert len(wanted) > 200
    assert asyncio.run(catalogue(empty_url, schema)) == wanted

    run(migrate(empty_url, DATABASE_SCHEMA="huichuan_2"))
    assert asyncio.run(catalogue(empty_url, "huichuan_2")) == wanted
    assert asyncio.run(catalogue(empty_url, schema)) == wanted, "the first district is left alone"


def test_the_models_ask_for_no_further_migration(tmp_path: Path) -> None:
    for name in ("models", "services", "migrations", "pyproject.toml"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    result = subprocess.run(
        [sys.executable, "-m", "tortoise", "makemigrations"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "No changes detected" in result.stdout, result.stdout
    names = {path.name for path in (ROOT / "migrations").glob("[0-9]*.py")}
    assert {path.name for path in (tmp_path / "migrations").glob("[0-9]*.py")} == names


def test_without_a_server_migrating_fails_in_one_sentence() -> None:
    output = run(migrate("postgresql://postgres@127.0.0.1:1/none"), status=1)
    assert len(output.strip().splitlines()) == 1 and "the database cannot be reached" in output


async def test_a_server_that_is_away_is_told_as_such(connected: None) -> None:
    with pytest.raises(Unavailable):
        await embedded.create_database("postgresql://postgres@127.0.0.1:1/none", "x")
