"""SECRET_KEY is replaced: everything is encrypted anew, found as before, and no process without the keys gets in."""

import os
from collections import Counter
from typing import Any

import asyncpg
import pytest

from services.accounts import accounts
from services.db import database, markers
from services.kit import secrets
from services.work import keys
from tests.town.commands import command, refused
from tests.town.documents import Api
from tests.town.keys import with_keys
from tests.town.postgres import ANOTHER
from tests.town.till import issued
from tests.town.world import World

FIRST = os.environ["SECRET_KEY"]
PHONE = "10000000009"
THIRD = "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXk="


async def sealed() -> dict[str, list[bytes]]:
    """All that is encrypted, by column."""
    return {
        f"{column.table}.{column.name}": [
            bytes(row["sealed"])
            for row in await database.fetch(
                f"SELECT {column.name} AS sealed FROM {column.table} WHERE {column.name} IS NOT NULL ORDER BY id"
            )
        ]
        for column in keys.ENCRYPTED
    }


async def plain() -> dict[str, list[bytes]]:
    """What all of it says."""
    purposes = {f"{column.table}.{column.name}": column.purpose for column in keys.ENCRYPTED}
    found = await sealed()
    return {name: [secrets.decrypt(purposes[name], one) for one in values] for name, values in found.items()}


async def give_phone(world: World, sealed: bytes) -> None:
    """The administrator's, encrypted as it is given."""
    await database.execute(
        "UPDATE accounts SET phone_encrypted = $1, phone_index = $2 WHERE id = $3",
        sealed,
        secrets.phone_index(PHONE),
        world.admin.account_id,
    )


async def adopted(database_url: str) -> None:
    """The database knows its key, as every real one does from its first migration on."""
    connection = await asyncpg.connect(database_url)
    try:
        await markers.adopt_key(connection)
    finally:
        await connection.close()


async def fits(database_url: str) -> bool:
    connection = await asyncpg.connect(database_url)
    try:
        await markers.check_key(connection)
    except markers.WrongKey:
        return False
    finally:
        await connection.close()
    return True


async def test_every_column_of_bytes_says_what_keys_it(connected: None) -> None:
    rows = await database.fetch(
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND data_type = 'bytea'"
    )
    encrypted = [f"{column.table}.{column.name}" for column in keys.ENCRYPTED]
    said = Counter([*encrypted, *keys.OF_INDEX_KEY, *keys.HASHES])
    assert {row["name"] for row in rows} == said.keys() and set(said.values()) == {1}
    assert {name for name in said if name.endswith("_encrypted")} == set(encrypted)


@pytest.fixture
def three_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "BATCH", 3)


async def test_everything_is_encrypted_anew(
    rich: World, api: Api, database_url: str, three_rows_at_a_time: None
) -> None:
    await adopted(database_url)
    await issued(api, rich.a)
    await give_phone(rich, secrets.encrypt("phone", PHONE.encode()))
    before, says = await sealed(), await plain()
    assert before["passes.secret_encrypted"] and before["households.phone_encrypted"]
    with with_keys(ANOTHER, FIRST, index=FIRST):
        done = await keys.rotate()
        assert done == {name: len(values) for name, values in before.items()}
        after = await sealed()
        assert all(one.startswith(secrets.prefix()) for values in after.values() for one in values)
        assert (await accounts.known(PHONE)).id == rich.admin.account_id
        assert sum((await keys.rotate()).values()) == 0
    with with_keys(ANOTHER, index=FIRST):
        assert await plain() == says, "without the old key"
        assert await fits(database_url)
    for others in ((FIRST,), (THIRD, FIRST), (ANOTHER,)):
        with with_keys(*others):
            assert not await fits(database_url), "neither the old key alone, nor another's index"
    with with_keys(THIRD, ANOTHER, index=FIRST):
        await keys.rotate()
    with with_keys(THIRD, index=FIRST):
        assert await plain() == says and await fits(database_url)
    (told,) = await database.fetch(
        "SELECT count(*) AS n FROM audit_entries WHERE action = 'key.rotate' AND account_id IS NULL"
    )
    assert told["n"] == 3


async def test_half_way_both_keys_are_needed(world: World, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await adopted(database_url)
    says = await plain()

    async def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with with_keys(ANOTHER, FIRST, index=FIRST):
        with monkeypatch.context() as patch:
            patch.setattr(keys, "_end", killed)
            with pytest.raises(KeyboardInterrupt):
                await keys.rotate()
        assert await fits(database_url) and await plain() == says
    for others in ((FIRST,), (ANOTHER,)):
        with with_keys(*others, index=FIRST):
            assert not await fits(database_url)
    with with_keys(FIRST, ANOTHER):
        assert await fits(database_url), "who reads with both may serve, whichever it writes with"
    with with_keys(ANOTHER, FIRST, index=FIRST):
        await keys.rotate()
    with with_keys(ANOTHER, index=FIRST):
        assert await fits(database_url) and await plain() == says


async def test_values_of_earlier_versions_name_no_key(world: World, database_url: str) -> None:
    await adopted(database_url)
    old = b"\1" + secrets.encrypt("phone", PHONE.encode())[1 + secrets.KEY_ID_BYTES :]
    assert secrets.decrypt("phone", old) == PHONE.encode()
    await give_phone(world, old)
    with with_keys(ANOTHER, FIRST, index=FIRST):
        assert secrets.decrypt("phone", old) == PHONE.encode()
        await keys.rotate()
    with with_keys(ANOTHER, index=FIRST):
        with pytest.raises(secrets.InvalidTag):
            secrets.decrypt("phone", old)
        assert PHONE.encode() in (await plain())["accounts.phone_encrypted"]


async def test_what_others_write_meanwhile_stays(
    rich: World, api: Api, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of a row and its writing."""
    await adopted(database_url)
    await issued(api, rich.a)
    other = await asyncpg.connect(database_url)
    execute, written = database.execute, 0

    async def late(sql: str, *args: Any) -> int:
        nonlocal written
        if sql.startswith("UPDATE passes") and not written:
            written = 1
            changed = secrets.encrypt("pass", b"written meanwhile")
            await other.execute("UPDATE passes SET secret_encrypted = $1", changed)
        return await execute(sql, *args)

    with with_keys(ANOTHER, FIRST, index=FIRST):
        monkeypatch.setattr(database, "execute", late)
        await keys.rotate()
        assert (await plain())["passes.secret_encrypted"] == [b"written meanwhile"]
    await other.close()


async def test_a_value_of_an_unknown_key_is_named(world: World, database_url: str) -> None:
    await adopted(database_url)
    with with_keys(THIRD):
        foreign = secrets.encrypt("phone", PHONE.encode())
    await give_phone(world, foreign)
    with with_keys(ANOTHER, FIRST, index=FIRST), pytest.raises(keys.Unreadable, match="SECRET_KEYS_OLD"):
        await keys.rotate()


def test_the_commands(world: World, database_url: str) -> None:
    made = command(database_url, "key", "new").stdout
    given = dict(line.split("=", 1) for line in made.splitlines())
    given = {name: value.strip("'") for name, value in given.items()}
    assert list(given) == ["SECRET_KEY", "SECRET_KEYS_OLD", "INDEX_KEY"]
    assert given["SECRET_KEYS_OLD"] == given["INDEX_KEY"] == FIRST != given["SECRET_KEY"]
    assert command(database_url, "migrate").returncode == 0, "it knows its key"
    rotated = command(database_url, "key", "rotate", **given)
    assert rotated.returncode == 0 and "现在可以删除 SECRET_KEYS_OLD" in rotated.stdout, rotated
    assert "SECRET_KEYS_OLD" in refused(command(database_url, "due"))
    later = {"SECRET_KEY": given["SECRET_KEY"], "INDEX_KEY": FIRST}
    assert command(database_url, "session", "list", **later).returncode == 0
    again = command(database_url, "key", "rotate", "--json", **later)
    assert again.returncode == 0 and '"accounts.phone_encrypted": 0' in again.stdout
