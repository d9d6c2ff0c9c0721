"""What people took back after a backup stays taken back when it is restored: doors, consents, names and addresses."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from models.enums import ConsentKind, NominationState, SeasonState, WebhookEvent
from services.consents import consents
from services.db import database, journal
from services.entry import second_factor as factors
from services.entry import wechat
from services.honours import nomination_actions
from services.kit import clock
from services.kit.secrets import encrypt, mac
from services.kit.settings import current
from services.roles import heads
from services.webhooks import actions as webhooks
from services.work import relay, restoring
from tests.town import honours, second_factor
from tests.town.closings import closed
from tests.town.documents import Api, nodes
from tests.town.world import World, viewer

# By the kind of its line: what a row has once it is taken back, and what the backup has of it.
ROWS = {
    "identity.end": ("identities", "ended_at IS NOT NULL", "ended_at = NULL"),
    "second_factor.end": ("second_factors", "ended_at IS NOT NULL", "ended_at = NULL"),
    "consent.withdraw": ("consents", "withdrawn_at IS NOT NULL", "withdrawn_at = NULL"),
    "nomination.withdraw": ("nominations", "consent_withdrawn_at IS NOT NULL", "consent_withdrawn_at = NULL"),
    "head.leave_board": ("household_heads", "opted_in_at IS NULL", "opted_in_at = now()"),
    "webhook.end": ("webhook_endpoints", "state = 'ENDED'", "state = 'ACTIVE'"),
}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a journal."""
    configured = current().model_copy(update={"journal_dir": str(tmp_path / "journal")})
    monkeypatch.setattr(journal, "current", lambda: configured)
    return tmp_path / "journal" / journal.FILE


def lines(file: Path) -> list[tuple[str, str]]:
    found = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [(one["kind"], one["subject"]) for one in found]


async def everything_relayed() -> None:
    while await relay.relay():
        pass


async def all_taken_back(world: World) -> dict[str, UUID]:
    """A head unbinds WeChat, loses a second factor, withdraws a consent and an honour, and leaves the boards; a shop's
    owner ends an endpoint. Each step twice, as people do."""
    a, who = world.a, await viewer(world.a.head_people[0])
    assert who.account_id and a.shop
    bound = await database.fetch_value(
        "INSERT INTO identities (id, account_id, provider, subject_encrypted, subject_index, created_at)"
        " VALUES (gen_random_uuid(), $1, 'WECHAT', $2, $3, $4) RETURNING id",
        who.account_id,
        encrypt("openid", b"x"),
        mac("openid", b"x"),
        clock.now(),
    )
    await second_factor.enrol(who.account_id)
    factor = await database.fetch_value("SELECT id FROM second_factors WHERE account_id = $1", who.account_id)
    await consents.give(who, ConsentKind.CARE_DETAILS, 1)
    consent = await database.fetch_value("SELECT id FROM consents WHERE account_id = $1", who.account_id)
    season = await honours.season(a.community, SeasonState.CONCLUDED)
    honour = await honours.nomination(season, NominationState.HONOURED, head=a.heads[0])
    owner = await viewer(a.cashier)
    endpoint = await webhooks.create(
        owner, a.shop.id, "https://example.com/hook", [WebhookEvent.REDEMPTION_CONFIRMED], "taken-back"
    )
    for _ in range(2):
        await wechat.unbind(who, end_sessions=False)
        await factors.end_lost(who.account_id)
        await consents.withdraw(who, ConsentKind.CARE_DETAILS)
        await nomination_actions.withdraw(who, honour.id)
        await heads.leave_board(who, a.heads[0].id)
        await webhooks.end(owner, endpoint.id)
    return {
        "identity.end": bound,
        "second_factor.end": factor,
        "consent.withdraw": consent,
        "nomination.withdraw": honour.id,
        "head.leave_board": a.heads[0].id,
        "webhook.end": endpoint.id,
    }


async def as_the_backup_had_it(taken: dict[str, UUID]) -> None:
    for kind, (table, _, before) in ROWS.items():
        await database.execute(f"UPDATE {table} SET {before} WHERE id = $1", taken[kind])
    await database.execute("UPDATE board_places SET withdrawn_at = NULL, name_masked = '某**'")
    await database.execute("DELETE FROM outbox_entries")
    await database.execute("DELETE FROM markers WHERE key = 'journal'")


async def standing(taken: dict[str, UUID]) -> set[str]:
    """What is not taken back now, by the kind of its line."""
    return {
        kind
        for kind, (table, ended, _) in ROWS.items()
        if not await database.fetch_value(f"SELECT {ended} FROM {table} WHERE id = $1", taken[kind])
    }


async def test_what_is_taken_back_is_told_once(world: World, kept: Path) -> None:
    taken = await all_taken_back(world)
    await everything_relayed()
    assert sorted(lines(kept)) == sorted((kind, str(key)) for kind, key in taken.items())
    assert set(restoring.AGAIN) >= ROWS.keys() and await standing(taken) == set()


async def test_a_restored_database_takes_it_back_again(world: World, api: Api, kept: Path) -> None:
    await closed(world.a.community, 1, scored=2)
    taken = await all_taken_back(world)
    await everything_relayed()
    await as_the_backup_had_it(taken)
    assert await standing(taken) == ROWS.keys()
    assert len(nodes((await api.run(None, "HonourRoll"))["honourRoll"])) == 1
    done = await restoring.finish()
    assert {kind: done[kind] for kind in ROWS} == dict.fromkeys(ROWS, 1) and "refused" not in done
    assert await standing(taken) == set()
    assert nodes((await api.run(None, "HonourRoll"))["honourRoll"]) == []
    named = "SELECT count(*) FROM board_places p JOIN board_heads l USING (id) WHERE head_id = $1 AND name_masked <> ''"
    assert await database.fetch_value(named, world.a.heads[0].id) == 0
    audited = await database.fetch_value("SELECT count(*) FROM audit_entries")
    await everything_relayed()
    assert "refused" not in await restoring.finish() and await standing(taken) == set()
    assert await database.fetch_value("SELECT count(*) FROM audit_entries") == audited + 1, "that it ran, and no more"


@pytest.mark.parametrize("failing", ROWS)
async def test_killed_in_the_middle_it_is_whole_afterwards(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    taken = await all_taken_back(world)
    await everything_relayed()
    await as_the_backup_had_it(taken)

    async def dies(_: UUID) -> None:
        raise asyncio.CancelledError

    again: dict[str, Callable[[UUID], Awaitable[Any]]] = {**restoring.AGAIN, failing: dies}
    with monkeypatch.context() as patched:
        patched.setattr(restoring, "AGAIN", again)
        with pytest.raises(asyncio.CancelledError):
            await restoring.finish()
    assert failing in await standing(taken)
    await restoring.finish()
    assert await standing(taken) == set()


async def test_what_the_backup_has_not_is_passed_over(world: World, kept: Path) -> None:
    for again in restoring.AGAIN:
        await restoring._applied(journal.Entry(1, str(world.admin.account_id), again, str(UUID(int=7)), ""))
    assert not await restoring._applied(journal.Entry(1, "x", "of a later version", str(UUID(int=7)), ""))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NominationState.PROPOSED, NominationState.WITHDRAWN),
        (NominationState.CONSENTED, NominationState.WITHDRAWN),
        (NominationState.SHORTLISTED, NominationState.WITHDRAWN),
        (NominationState.PASSED_OVER, NominationState.WITHDRAWN),
        (NominationState.STRUCK, NominationState.STRUCK),
    ],
)
async def test_an_open_nomination_ends_with_its_consent(
    world: World, kept: Path, before: NominationState, after: NominationState
) -> None:
    made = await honours.nomination(
        await honours.season(world.a.community, SeasonState.NOTICE), before, head=world.a.heads[0]
    )
    objection = await honours.objection(made, world.a.residents[1])
    assert await restoring._applied(journal.Entry(1, "x", "nomination.withdraw", str(made.id), ""))
    row = await database.fetch_one("SELECT state, consent_withdrawn_at FROM nominations WHERE id = $1", made.id)
    assert row and row["state"] == after and row["consent_withdrawn_at"]
    assert await database.fetch_value("SELECT state FROM season_objections WHERE id = $1", objection.id) == "WITHDRAWN"
