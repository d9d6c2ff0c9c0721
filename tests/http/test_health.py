"""What supervisors and load balancers are told: the process lives, and its database answers and takes writes."""

import asyncpg
import httpx
import pytest

from schema.http import health
from services.db import database, readiness
from services.kit.settings import current
from tests.town.documents import Api
from tests.town.postgres import engine, keys


@pytest.fixture
def unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered of the last write."""
    monkeypatch.setattr(readiness, "PROBED_EVERY_SECONDS", 0.0)


async def test_a_process_lives_without_its_database(db: None, api: Api) -> None:
    async with engine("postgresql://postgres@127.0.0.1:1/nowhere"):
        lives = await api.client.get("/livez")
        assert (lives.status_code, lives.json()) == (200, {"status": "ok"})
        assert (await api.client.get("/readyz")).status_code == 503
    assert (await api.client.get("/health")).status_code == 404


async def test_one_write_in_a_while_is_enough(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = readiness.Writing()
    with database.observed_statements() as seen:
        await writing.check()
        written = len(seen)
        await writing.check()
    assert written == len(seen) == 3 and readiness.MARKER in await keys()
    monkeypatch.setattr(readiness, "PROBED_EVERY_SECONDS", 0.0)
    writing = readiness.Writing()
    with database.observed_statements() as seen:
        await writing.check()
        await writing.check()
    assert len(seen) == 6


async def test_a_database_that_takes_no_writes_is_not_ready(
    db: None, api: Api, database_url: str, application: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await api.client.get("/readyz")).json() == {"status": "ok"}
    monkeypatch.setattr(readiness, "PROBED_EVERY_SECONDS", 0.0)
    async with engine(f"{database_url}&options=-c%20default_transaction_read_only%3Don") as pool:
        told = await ready(api)
        assert told.status_code == 503 and told.json()["status"] == "cannot write"
        assert "ReadOnlySQLTransactionError" in told.json()["detail"]
        assert (await ready(api)).status_code == 503, "and it is looked at anew each time"
        assert pool.in_use == 0
    assert (await ready(api)).json() == {"status": "ok"}


async def ready(api: Api) -> httpx.Response:
    """An answer of a worker that remembers no write."""
    found: httpx.Response = await api.client.get("/readyz")
    return found


async def test_a_disk_that_is_nearly_full_is_not_ready(
    db: None, api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    embedded = current().model_copy(update={"database_url": "", "data_dir": tmp_path_factory.getbasetemp()})
    monkeypatch.setattr(readiness, "current", lambda: embedded)
    assert (await api.client.get("/readyz")).json() == {"status": "ok"}
    monkeypatch.setattr(readiness, "MIN_FREE_BYTES", 10**18)
    told = await api.client.get("/readyz")
    assert told.status_code == 503 and "磁盘快满了" in told.json()["detail"]
    elsewhere = embedded.model_copy(update={"database_url": "postgresql://elsewhere/db"})
    monkeypatch.setattr(readiness, "current", lambda: elsewhere)
    assert (await api.client.get("/readyz")).json() == {"status": "ok"}, "the disk is not the database's"


def test_an_outage_is_no_fault() -> None:
    assert issubclass(readiness.CannotWrite, health.Unavailable)
    assert issubclass(asyncpg.DiskFullError, asyncpg.InsufficientResourcesError)
