"""Old rows of the audit go on demand, in batches; nothing goes within six months, nor by the role that serves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from models.audit import AuditEntry
from services.db import database
from services.kit import clock
from services.work import retention
from tests.town.commands import command
from tests.town.postgres import as_serving
from tests.town.world import World


async def aged(*days: float) -> list[UUID]:
    """Rows of the audit that are so many days old."""
    made = []
    for age in days:
        row: dict[str, Any] = {"action": "test", "subject": "Test", "subject_id": uuid7(), "details": {}}
        made.append(await AuditEntry.create(**row, occurred_at=clock.now() - timedelta(days=age)))
    return [row.id for row in made]


async def left() -> set[UUID]:
    return set(await AuditEntry.filter(action="test").values_list("id", flat=True))


async def test_what_is_older_goes_in_batches(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    old, young = await aged(400.1, 401, 500, 600, 700), await aged(0, 200, 399.9)
    assert await retention.sweep(400) == len(old)
    assert await left() == set(young)
    told = await AuditEntry.filter(action="audit.delete").order_by("id").values_list("details", flat=True)
    assert [one["deleted"] for one in told] == [2, 2, 1], "each batch left a row of its own"
    assert await retention.sweep(400) == 0


async def test_nothing_of_six_months_goes(db: None) -> None:
    rows = await aged(0, 182, 184)
    assert await retention.sweep(1) == 1, "a lower number is that of the law"
    assert await left() == set(rows[:2])
    for statement in (f"DELETE FROM audit_entries WHERE id = '{rows[1]}'", "UPDATE audit_entries SET action = 'x'"):
        with pytest.raises(Exception, match="audit_entries is append-only"):
            await said(statement)
    with pytest.raises(Exception, match="audit_entries is append-only"):
        await database.execute("DELETE FROM audit_entries")


@database.transactional
async def said(statement: str) -> None:
    """Run a statement as the retention does."""
    await database.execute("SET LOCAL xingdian.retention = 'on'")
    await database.execute(statement)


async def test_the_command_asks_for_a_number(db: None, database_url: str, world: World) -> None:
    await aged(500)
    kept = command(database_url, "retention")
    assert (kept.returncode, kept.stdout) == (0, "审计记录全部保留，没有删除\n")
    assert command(database_url, "retention", "--audit-days", "182").returncode == 2
    serving = await as_serving(database_url)
    refused = command(serving, "retention", "--audit-days", "365")
    assert refused.returncode == 1 and "permission denied" in refused.stderr and "没有权限" in refused.stderr
    done = command(serving, "retention", "--audit-days", "365", "--json", MIGRATION_DATABASE_URL=database_url)
    assert (done.returncode, done.stdout.strip()) == (0, '{"audit": 1}')
    assert await left() == set()
