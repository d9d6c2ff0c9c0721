"""What only ages goes by time: no earlier, so many a tick, beside another tick; and the docs say when."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.accounts import sessions
from services.db import database
from services.entry import numbers
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.settings import Settings, current
from services.roles import phones
from services.till import preparations
from services.work import tick
from services.work.parts import PARTS
from services.writes import requests
from tests.town import till
from tests.town.documents import Api
from tests.town.world import Travel, World, viewer

ROOT = Path(__file__).parents[2]
KEPT = {kept.what: kept.periods for part in PARTS for kept in part.kept}
HOURS = {"docs/privacy.md": ("hours", "day"), "docs/privacy.zh-CN.md": ("小时", "天")}


@database.transactional
async def asked(request_no: str, operation: str = "wishSubmit") -> UUID | None:
    return await requests.claim(UUID(int=1), operation, request_no, {}, uuid4())


async def count(table: str, condition: str = "true") -> int:
    return int(await database.fetch_value(f"SELECT count(*) FROM {table} WHERE {condition}"))


def shown(period: timedelta | str, hours: str, days: str) -> str:
    """How a page writes a period."""
    if isinstance(period, str):
        return f"`{period}`"
    return f"{period.days} {days}" if period.days else f"{period.seconds // 3600} {hours}"


@pytest.mark.parametrize("page", HOURS)
def test_the_page_lists_all_that_goes_by_time(page: str) -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.+?) \|", (ROOT / page).read_text(), re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(KEPT)
    for name, cell in rows:
        for period in KEPT[name]:
            assert shown(period, *HOURS[page]) in cell, name


def test_each_sweep_and_each_setting_is_declared() -> None:
    text = "".join(path.read_text() for path in (ROOT / "services").rglob("*.py"))
    swept = set(re.findall(r'delete_before\(\s*"(\w+)"', text))
    swept -= {"audit_entries"}  # on demand: services/work/retention.py
    assert swept and swept <= {name.partition(".")[0] for name in KEPT}
    named = {period for periods in KEPT.values() for period in periods if isinstance(period, str)}
    assert named <= {name.upper() for name in Settings.model_fields}
    assert named >= {name.upper() for name in Settings.model_fields if name.endswith("_kept_days")}


async def test_numbers_go_where_no_money_moved(travel: Travel, db: None) -> None:
    for operation in ("wishSubmit", "passIssue", "redemptionConfirm", "redemptionRevoke", "pointsReverse"):
        await asked("n-1", operation)
    kept = current().requests_kept_days
    travel.by(days=kept, seconds=-30)
    assert await requests.sweep(500) == 0
    travel.by(minutes=1)
    assert await requests.sweep(1) == 1
    assert await requests.sweep(500) == 1
    left = await database.fetch("SELECT operation FROM requests ORDER BY operation")
    assert [row["operation"] for row in left] == ["pointsReverse", "redemptionConfirm", "redemptionRevoke"]
    assert await asked("n-1") is None, "it is new again"


async def test_a_number_swept_while_it_is_asked_is_new(
    travel: Travel, db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number was there when it was claimed, and gone when its result was looked up."""
    await asked("n-1")
    look = database.fetch_one
    other, swept = await asyncpg.connect(database_url), []

    async def look_late(sql: str, *args: Any) -> Any:
        if "FROM requests" in sql and not swept:
            swept.append(await other.execute("DELETE FROM requests"))
        return await look(sql, *args)

    monkeypatch.setattr(database, "fetch_one", look_late)
    assert await asked("n-1") is None and swept == ["DELETE 1"]
    await other.close()


async def test_the_secret_of_a_pass_goes_after_its_end(travel: Travel, rich: World, api: Api) -> None:
    a = rich.a
    code = (await till.issued(api, a))["code"]
    travel.by(hours=24, minutes=1)
    assert (await tick.run())["passes_expired"] == 1
    kept = current().pass_secrets_kept_days
    travel.by(days=kept, minutes=-1)
    assert (await tick.run())["pass_secrets_forgotten"] == 0
    travel.by(minutes=2)
    assert (await tick.run())["pass_secrets_forgotten"] == 1
    assert (await tick.run())["pass_secrets_forgotten"] == 0
    assert await count("passes", "secret_encrypted IS NULL") == 1
    with pytest.raises(Refusal) as caught:
        await preparations.prepare(await viewer(a.cashier), code, 8800)
    assert caught.value.code == ErrorCode.CODE_INVALID
    assert (await till.issued(api, a))["code"]


async def test_ended_sessions_go_and_live_ones_stay(travel: Travel, world: World) -> None:
    who = world.a.residents[0].account_id
    ended = await sessions.open_session(who, "旧手机")
    known = await sessions.authenticate(ended)
    assert known and known.session_id
    await sessions.revoke(known.session_id)
    before = await count("sessions")
    kept = current().sessions_kept_days
    travel.by(days=kept, minutes=-1)
    assert await sessions.sweep(500) == 0
    travel.by(minutes=2)
    assert await sessions.sweep(500) == 1, "the others expire later"
    assert await count("sessions", "label = '旧手机'") == 0 and await count("sessions") == before - 1
    travel.by(days=current().session_absolute_days)
    live = await sessions.open_session(who)
    counts = await asyncio.gather(*(sessions.sweep(500) for _ in range(3)))
    assert sum(counts) == before - 1 and await count("sessions") == 1
    assert await sessions.authenticate(live)


async def test_ended_bindings_go(travel: Travel, world: World) -> None:
    columns = secrets.openid_columns("o-1")
    for ended in (None, clock.now()):
        await database.execute(
            "INSERT INTO identities (id, account_id, provider, subject_encrypted, subject_index, created_at, ended_at)"
            " VALUES (gen_random_uuid(), $1, 'WECHAT', $2, $3, $4, $5)",
            world.a.residents[0].account_id,
            columns["subject_encrypted"],
            columns["subject_index"],
            clock.now(),
            ended,
        )
    travel.by(days=current().sessions_kept_days, minutes=1)
    assert (await tick.run())["bindings_swept"] == 1
    assert await count("identities") == await count("identities", "ended_at IS NULL") == 1


async def test_changed_phones_go_with_the_notice_of_them(travel: Travel, world: World) -> None:
    """When they no longer tell that the number is in use; one of later stays."""
    first, later = (who.account_id for who in world.a.residents[:2])
    await phones.change(first, "13900000001")
    travel.by(days=1)
    await phones.change(later, "13900000002")
    travel.by(days=current().sessions_kept_days - 1, minutes=-1)
    assert (await tick.run())["phone_changes_swept"] == 0
    travel.by(minutes=2)
    assert (await tick.run())["phone_changes_swept"] == 1 and (await tick.run())["phone_changes_swept"] == 0
    assert await count("phone_changes") == await count("phone_changes", f"account_id = '{later}'") == 1
    owner = await numbers.owner_of("13900000001")
    assert owner and numbers.refusal(owner), "as it was refused before"


@pytest.mark.parametrize(
    ("index", "sweep"),
    [
        ("requests_by_age", "DELETE FROM requests WHERE created_at < now() AND"
         " operation NOT IN ('redemptionConfirm', 'redemptionRevoke', 'pointsReverse')"),
        ("sessions_by_end", "DELETE FROM sessions WHERE LEAST(revoked_at, expires_at) < now()"),
        ("phone_changes_by_time", "DELETE FROM phone_changes WHERE changed_at < now()"),
        ("identities_by_end", "DELETE FROM identities WHERE ended_at < now()"),
        ("passes_secrets_due", "SELECT 1 FROM passes WHERE ended_at < now() AND secret_encrypted IS NOT NULL"),
    ],
)  # fmt: skip
async def test_what_is_due_is_found_by_an_index(db: None, index: str, sweep: str) -> None:
    rows = await planned(sweep)
    assert index in rows


@database.transactional
async def planned(statement: str) -> str:
    await database.fetch("SET LOCAL enable_seqscan = off")
    return "\n".join(row["QUERY PLAN"] for row in await database.fetch(f"EXPLAIN {statement}"))
