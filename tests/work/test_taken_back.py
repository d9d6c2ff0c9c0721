"""What ended after a backup stays ended when it is restored: what people took back, doors, consents, names, addresses;
and what was decided against shops, offers, heads, agreements, honours and grants."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from models.discounts import DiscountCounter
from models.enums import ConsentKind, NominationState, ObjectionState, SeasonState, ShopState, WebhookEvent
from schema.graph import ids
from services.agreements import actions as agreement_actions
from services.consents import consents
from services.db import database, journal
from services.discounts import actions as discounts
from services.entry import second_factor as factors
from services.entry import wechat
from services.grants import actions as giving
from services.honours import concluding, nomination_actions, season_actions
from services.kit import clock
from services.kit.secrets import encrypt, mac
from services.kit.settings import current
from services.roles import heads
from services.shops import actions as shops
from services.webhooks import actions as webhooks
from services.work import reconciliation, relay, restoring
from tests.town import agreements, grants, honours, second_factor
from tests.town.closings import closed
from tests.town.documents import Api, nodes
from tests.town.story import done
from tests.town.world import World, shop, viewer

# By the kind of its line: what a row has once it is taken back, and what the backup has of it.
ROWS = {
    "identity.end": ("identities", "ended_at IS NOT NULL", "ended_at = NULL"),
    "second_factor.end": ("second_factors", "ended_at IS NOT NULL", "ended_at = NULL"),
    "consent.withdraw": ("consents", "withdrawn_at IS NOT NULL", "withdrawn_at = NULL"),
    "nomination.withdraw": ("nominations", "consent_withdrawn_at IS NOT NULL", "consent_withdrawn_at = NULL"),
    "head.leave_board": ("household_heads", "opted_in_at IS NULL", "opted_in_at = now()"),
    "webhook.end": ("webhook_endpoints", "state = 'ENDED'", "state = 'ACTIVE'"),
    "shop.suspend": ("shops", "state = 'SUSPENDED'", "state = 'ACTIVE', state_reason = ''"),
    "shop.resume": ("shops", "state = 'ACTIVE'", "state = 'SUSPENDED'"),
    "shop.leave": ("shops", "state = 'LEFT'", "state = 'ACTIVE', state_reason = ''"),
    "shop.leave_thanks": ("shops", "NOT thanks_listed", "thanks_listed = true"),
    "shop.join_thanks": ("shops", "thanks_listed", "thanks_listed = false"),
    "discount.end": ("discounts", "state = 'ENDED'", "state = 'ACTIVE'"),
    "head.suspend": ("household_heads", "suspended_at IS NOT NULL", "suspended_at = NULL"),
    "head.resume": ("household_heads", "suspended_at IS NULL", "suspended_at = now()"),
    "head.leave": ("household_heads", "left_at IS NOT NULL", "left_at = NULL"),
    "agreement.end": (
        "agreements",
        "state = 'ENDED'",
        "state = 'ACTIVE', ended_at = NULL, ended_by_id = NULL, ended_reason = ''",
    ),
    "season.cancel": (
        "seasons",
        "state = 'CANCELLED'",
        "state = 'OPEN', cancelled_at = NULL, cancelled_by_id = NULL, cancel_reason = ''",
    ),
    "nomination.strike": ("nominations", "state = 'STRUCK'", "state = 'SHORTLISTED'"),
    "nomination.revoke": (
        "nominations",
        "state = 'REVOKED'",
        "state = 'HONOURED', revoked_at = NULL, revoked_by_id = NULL, revoke_reason = ''",
    ),
    "grant.revoke": (
        "grants",
        "revoked_at IS NOT NULL",
        "closed_at = NULL, revoked_at = NULL, revoked_by_id = NULL, revoke_reason = NULL",
    ),
}

# What is ended by commands, of which another test runs the program.
IN_PROGRAMS = {"account.erase", "account.disable", "account.enable", "account.phone", "membership.revoke"}


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


async def all_ended(world: World, api: Api) -> dict[str, UUID]:
    """Everything of which a line tells."""
    above = await all_decided(world, api)
    return {**await all_taken_back(world), **above}


async def all_decided(world: World, api: Api) -> dict[str, UUID]:
    """Against each kind of thing something is decided, twice, as people do; a shop and a head begin again."""
    a, b, admin = world.a, world.b, await viewer(world.admin)
    suspended, left = [await shop(a.community, name) for name in ("停业店", "退出店")]
    resumed = await shop(a.community, "复业店", state=ShopState.SUSPENDED)
    unlisted, relisted = [await shop(a.community, name) for name in ("不列店", "再列店")]
    await database.execute("UPDATE shops SET thanks_listed = false WHERE id = $1", relisted.id)
    assert a.discount
    held = await grants.made(a, 1)
    partner = await agreements.partner(a)
    agreed = await agreements.in_force(api, a, partner)
    honour = await honours.nomination(
        await honours.season(a.community, SeasonState.CONCLUDED), NominationState.HONOURED, head=a.heads[1]
    )
    cancelled = await honours.season(a.community)
    struck = await honours.nomination(
        await honours.season(a.community, SeasonState.NOTICE), NominationState.SHORTLISTED, head=a.heads[1]
    )
    await honours.objection(struck, a.residents[1], state=ObjectionState.UPHELD)
    await database.execute("UPDATE household_heads SET suspended_at = now() WHERE id = $1", b.heads[0].id)
    await database.execute("DELETE FROM outbox_entries")
    owner = await viewer(partner.owner)
    found = {
        "shop.suspend": suspended.id,
        "shop.resume": resumed.id,
        "shop.leave": left.id,
        "shop.leave_thanks": unlisted.id,
        "shop.join_thanks": relisted.id,
        "discount.end": a.discount.id,
        "head.suspend": a.heads[1].id,
        "head.resume": b.heads[0].id,
        "head.leave": b.heads[1].id,
        "agreement.end": ids.find(agreed, "Agreement"),
        "season.cancel": cancelled.id,
        "nomination.strike": struck.id,
        "nomination.revoke": honour.id,
        "grant.revoke": grants.key(held),
    }
    for _ in range(2):
        await shops.suspend(admin, suspended.id, "核查")
        await shops.resume(admin, resumed.id)
        await shops.leave(admin, left.id, "关门")
        await shops.edit(admin, unlisted.id, thanks_listed=False)
        await shops.edit(admin, relisted.id, thanks_listed=True)
        await discounts.end(admin, a.discount.id, "重复")
        await heads.suspend(admin, a.heads[1].id, "核查")
        await heads.resume(admin, b.heads[0].id)
        await heads.leave(admin, b.heads[1].id, "搬走了")
        await agreement_actions.end(owner, found["agreement.end"], "另签")
        await season_actions.cancel(admin, cancelled.id, "重复")
        await nomination_actions.strike(admin, struck.id, "不是他办的")
        await concluding.revoke(admin, honour.id, "冒领")
        await giving.revoke(admin, found["grant.revoke"], "发错了人")
    return found


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
    of_the_grant = "discount_id = (SELECT g.discount_id FROM grants g WHERE g.id = $1)"
    await database.execute(
        f"UPDATE discount_counters SET granted = granted + 1 WHERE {of_the_grant}", taken["grant.revoke"]
    )
    await database.execute("DELETE FROM outbox_entries")
    await database.execute("DELETE FROM markers WHERE key = 'journal'")


async def standing(taken: dict[str, UUID]) -> set[str]:
    """What is not taken back now, by the kind of its line."""
    return {
        kind
        for kind, (table, ended, _) in ROWS.items()
        if not await database.fetch_value(f"SELECT {ended} FROM {table} WHERE id = $1", taken[kind])
    }


async def test_what_ends_is_told_once(world: World, api: Api, kept: Path) -> None:
    taken = await all_ended(world, api)
    await everything_relayed()
    assert sorted(lines(kept)) == sorted((kind, str(key)) for kind, key in taken.items())
    assert set(restoring.AGAIN) - ROWS.keys() == IN_PROGRAMS and await standing(taken) == set()


async def test_a_restored_database_takes_it_back_again(world: World, api: Api, kept: Path) -> None:
    await closed(world.a.community, 1, scored=2)
    taken = await all_ended(world, api)
    await everything_relayed()
    await as_the_backup_had_it(taken)
    assert await standing(taken) == ROWS.keys()
    assert len(nodes((await api.run(None, "HonourRoll"))["honourRoll"])) == 2
    done = await restoring.finish()
    assert {kind: done[kind] for kind in ROWS} == dict.fromkeys(ROWS, 1) and "refused" not in done
    assert await standing(taken) == set()
    assert nodes((await api.run(None, "HonourRoll"))["honourRoll"]) == []
    named = "SELECT count(*) FROM board_places p JOIN board_heads l USING (id) WHERE head_id = $1 AND name_masked <> ''"
    assert await database.fetch_value(named, world.a.heads[0].id) == 0
    await grants.agree()
    audited = await database.fetch_value("SELECT count(*) FROM audit_entries")
    await everything_relayed()
    assert "refused" not in await restoring.finish() and await standing(taken) == set()
    assert await database.fetch_value("SELECT count(*) FROM audit_entries") == audited + 1, "that it ran, and no more"


@pytest.mark.parametrize("failing", ROWS)
async def test_killed_in_the_middle_it_is_whole_afterwards(
    world: World, api: Api, kept: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    taken = await all_ended(world, api)
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


async def test_what_ended_and_began_again_goes_on(world: World, kept: Path) -> None:
    """Suspended and resumed, more than once: as it was last. An application that is not decided on waits."""
    a, admin = world.a, await viewer(world.admin)
    assert a.shop
    for _ in range(2):
        await shops.suspend(admin, a.shop.id, "核查")
        await shops.resume(admin, a.shop.id)
        await heads.suspend(admin, a.heads[0].id, "核查")
        await heads.resume(admin, a.heads[0].id)
    await everything_relayed()
    await database.execute("DELETE FROM outbox_entries")
    await database.execute("DELETE FROM markers WHERE key = 'journal'")
    assert "refused" not in await restoring.finish()
    shop_state = await database.fetch_value("SELECT state FROM shops WHERE id = $1", a.shop.id)
    suspended_at = await database.fetch_value("SELECT suspended_at FROM household_heads WHERE id = $1", a.heads[0].id)
    assert (shop_state, suspended_at) == ("ACTIVE", None)
    applied = await shop(a.community, "申请店", state=ShopState.APPLIED)
    assert await restoring._applied(journal.Entry(1, "x", "shop.suspend", str(applied.id), ""))
    assert await database.fetch_value("SELECT state FROM shops WHERE id = $1", applied.id) == "APPLIED"


async def test_a_shop_leaves_again_with_what_it_had_asked_for(world: World, api: Api, kept: Path) -> None:
    """Also where grants of its discount are open in the backup: people are told what is there no more."""
    a = world.a
    gift = await grants.on_offer(api, world, a)
    await grants.given(api, world, a, gift)
    assert a.shop and a.cashier
    await done(api, a.cashier, "ShopEdit", shopId=ids.make("Shop", a.shop.id), name="换个名")
    for kind, subject in (("discount.end", ids.find(gift, "Discount")), ("shop.leave", a.shop.id)):
        assert await restoring._applied(journal.Entry(1, "x", kind, str(subject), ""))
    assert await database.fetch_value("SELECT state FROM shop_changes WHERE shop_id = $1", a.shop.id) == "WITHDRAWN"
    (mine,) = await grants.mine(api, a.head_people[0])
    assert mine["discount"]["obstacle"]["code"] == "DISCOUNT_NOT_AVAILABLE"
    await grants.agree()


async def test_a_season_cancelled_again_gives_back_what_it_reserved(world: World, api: Api, kept: Path) -> None:
    """And ends what was open in it; a concluded one stays."""
    gift = await grants.on_offer(api, world, world.a)
    benefit = {"benefit_id": ids.find(gift, "Discount"), "benefit_quantity": 1, "benefit_valid_days": 60}
    season = await honours.season(world.a.community, SeasonState.NOTICE, **benefit)
    await DiscountCounter.update_or_create({"reserved": 2}, discount_id=benefit["benefit_id"])
    listed = await honours.nomination(season, NominationState.SHORTLISTED, head=world.a.heads[0])
    await honours.objection(listed, world.a.residents[1])
    over = await honours.season(world.a.community, SeasonState.CONCLUDED)
    for one in (season, over):
        assert await restoring._applied(journal.Entry(1, "x", "season.cancel", str(one.id), ""))
    found = await database.fetch("SELECT state FROM seasons WHERE id = ANY($1) ORDER BY id", [season.id, over.id])
    assert [row["state"] for row in found] == ["CANCELLED", "CONCLUDED"]
    assert await honours.state_of(honours.nomination_id(listed)) == "LAPSED"
    assert await grants.counter(gift) == (0, 0, 0, 0) and await reconciliation.drifts() == []
