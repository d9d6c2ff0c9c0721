"""Closing a shop's day: at two and not before, once, whatever happens meanwhile, and whatever comes too late."""

import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.enums import ShopState
from models.shops import Shop
from schema.graph import ids
from services.db import database
from services.kit import business_days
from services.kit.errors import Refusal, Unavailable
from services.settlement import closing as statement_closing
from services.settlement import days as shop_days
from services.settlement.drifts import drifts
from services.till import dispute_actions, redemptions
from services.work import due, tick
from tests.town import points, story
from tests.town.documents import Api
from tests.town.postgres import holding, unchanged, until_blocked
from tests.town.settlement import (
    FRIDAY,
    at,
    canonical,
    closed_at,
    closed_through,
    digest,
    disputed,
    kept,
    redeemed,
    upheld,
    viewer,
)
from tests.town.till import promised, revoke
from tests.town.world import Travel, World, keep_signed_in

SATURDAY = FRIDAY + timedelta(days=1)
SUMS = ("redemptions", "corrections", "revoked", "bill_fen", "saved_fen", "payable_fen", "points")


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


def sums(statement: dict[str, Any]) -> tuple[int, ...]:
    return tuple(statement[name] for name in SUMS)


# When, and what


async def test_a_day_closes_at_two_and_not_before(rich: World, api: Api, travel: Travel) -> None:
    a = rich.a
    first = await redeemed(api, travel, a, "2026-05-15T02:00")
    second = await redeemed(api, travel, a, "2026-05-15T12:00", bill_fen=5000)
    await story.done(
        api,
        a.cashier,
        "RedemptionRevoke",
        reason="点错了",
        requestNo="r",
        redemptionId=ids.make("Redemption", await redeemed(api, travel, a, "2026-05-15T13:00")),
    )
    last = await redeemed(api, travel, a, "2026-05-16T01:59:59.999999")
    async with unchanged():
        assert await statement_closing.close_due() == 0
    assert await closed_at(travel, "2026-05-16T02:00") == 1
    (made,) = await kept(a)
    assert (made["day"], await closed_through(a)) == (FRIDAY, FRIDAY)
    assert [(row["place"], row["kind"], row["redemption_id"]) for row in made["rows"]] == [
        (1, "REDEMPTION", first),
        (2, "REDEMPTION", second),
        (3, "REDEMPTION", last),
    ]
    assert [row["happened_at"] for row in made["rows"]][::2] == [
        at("2026-05-15T02:00"),
        at("2026-05-16T01:59:59.999999"),
    ]
    assert sums(made) == (3, 0, 1, 22_600, 4_520, 18_080, 30)
    assert (made["closed_at"], made["previous_sha256"]) == (at("2026-05-16T02:00"), None)
    assert made["sha256"].hex() == digest(canonical(made))
    audit = await database.fetch_one("SELECT * FROM audit_entries WHERE action = 'statement.close'")
    assert audit and (audit["account_id"], audit["subject"], audit["subject_id"]) == (None, "Statement", made["id"])
    assert json.loads(audit["details"]) == {"day": "2026-05-15", "rows": 3, "sha256": made["sha256"].hex()}
    told = await database.fetch_one("SELECT * FROM outbox_entries WHERE topic = 'statement.closed'")
    assert told and told["subject_id"] == made["id"]
    assert json.loads(told["payload"]) == {"shop_id": str(a.shop.id), "event": "statement.closed"}
    async with unchanged():
        assert await statement_closing.close_due() == 0, "and once only"
    assert await drifts() == []


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("2026-05-31", "2026-06-01"),  # a month's end
        ("2026-12-31", "2027-01-01"),
        ("2028-02-28", "2028-02-29"),
        ("2028-02-29", "2028-03-01"),
        ("2027-02-28", "2027-03-01"),
    ],
)
async def test_the_calendar(rich: World, api: Api, travel: Travel, last: str, first: str) -> None:
    late = await redeemed(api, travel, rich.a, f"{first}T01:59:59")
    early = await redeemed(api, travel, rich.a, f"{first}T02:00:00")
    assert await statement_closing.close_due() == 1
    following = datetime.fromisoformat(first) + timedelta(days=1)
    assert await closed_at(travel, f"{following:%Y-%m-%d}T01:59:59") == 0
    assert await closed_at(travel, f"{following:%Y-%m-%d}T02:00:00") == 1
    made = await kept(rich.a)
    assert [(str(one["day"]), [row["redemption_id"] for row in one["rows"]]) for one in made] == [
        (last, [late]),
        (first, [early]),
    ]


async def test_days_that_were_missed_are_closed_in_their_order(rich: World, api: Api, travel: Travel) -> None:
    days = ("2026-05-15", "2026-05-16", "2026-05-20", "2026-06-02")
    for day in days:
        await redeemed(api, travel, rich.a, f"{day}T12:00")
    travel.to(at("2026-06-30T12:00"))
    assert await statement_closing.close_due(limit=1) == 1
    assert [str(one["day"]) for one in await kept(rich.a)] == ["2026-05-15"]
    assert await statement_closing.close_due(limit=2) == 2
    assert await statement_closing.close_due(limit=100) == 1
    made = await kept(rich.a)
    assert tuple(str(one["day"]) for one in made) == days, "a day with nothing in it makes no statement"
    assert [one["previous_sha256"] for one in made] == [None, *(one["sha256"] for one in made[:-1])]
    assert [one["sha256"].hex() for one in made] == [digest(canonical(one)) for one in made]
    assert await drifts() == []


async def test_a_day_of_which_nothing_stands_makes_no_statement(rich: World, api: Api, travel: Travel) -> None:
    made = await redeemed(api, travel, rich.a, "2026-05-15T12:00")
    await revoke(api, rich.a.cashier, ids.make("Redemption", made))
    assert await closed_at(travel, "2026-05-16T02:00") == 1
    assert await kept(rich.a) == [] and await closed_through(rich.a) == FRIDAY
    async with unchanged():
        assert await statement_closing.close_due() == 0
    assert await drifts() == []


@pytest.mark.parametrize("state", [ShopState.SUSPENDED, ShopState.LEFT])
async def test_a_shop_that_takes_part_no_more_is_settled_too(
    rich: World, api: Api, travel: Travel, state: ShopState
) -> None:
    await redeemed(api, travel, rich.a, "2026-05-15T12:00")
    await Shop.filter(id=rich.a.shop.id).update(state=state)
    assert await closed_at(travel, "2026-05-16T02:00") == 1
    assert len(await kept(rich.a)) == 1


async def test_each_shop_has_its_own_chain(rich: World, api: Api, travel: Travel) -> None:
    await points.give_points(rich.b.heads[0].id, 100)
    for place in (rich.a, rich.b):
        for day in ("15", "16"):
            await redeemed(api, travel, place, f"2026-05-{day}T12:00")
    assert await closed_at(travel, "2026-05-17T02:00") == 4
    for place in (rich.a, rich.b):
        first, second = await kept(place)
        assert (first["previous_sha256"], second["previous_sha256"]) == (None, first["sha256"])
    assert await drifts() == []


# Corrections


async def test_what_is_reversed_after_settling_is_corrected_later(rich: World, api: Api, travel: Travel) -> None:
    a = rich.a
    wrong = await redeemed(api, travel, a, "2026-05-15T20:00")
    await redeemed(api, travel, a, "2026-05-15T21:00", bill_fen=5000)
    await closed_at(travel, "2026-05-16T02:00")
    before = await kept(a)
    day = await shop_days.find(await viewer(a.cashier), a.shop.id, FRIDAY)
    travel.to(at("2026-05-16T09:00"))
    dispute_id = await upheld(rich, wrong)
    assert await database.fetch_value("SELECT correction_day FROM disputes WHERE id = $1", dispute_id) == SATURDAY
    given = await redeemed(api, travel, a, "2026-05-16T12:00")
    assert await closed_at(travel, "2026-05-17T02:00") == 1
    settled, corrected = await kept(a)
    assert [settled] == before, "what was closed stays as it was"
    assert [(row["kind"], row["redemption_id"], row["bill_fen"], row["points"]) for row in corrected["rows"]] == [
        ("REDEMPTION", given, 8800, 10),
        ("CORRECTION", wrong, -8800, -10),
    ]
    row = corrected["rows"][1]
    assert (row["saved_fen"], row["payable_fen"], row["happened_at"]) == (-1760, -7040, at("2026-05-16T09:00"))
    assert sums(corrected) == (1, 1, 0, 0, 0, 0, 0) and corrected["sha256"].hex() == digest(canonical(corrected))
    assert await shop_days.find(await viewer(a.cashier), a.shop.id, FRIDAY) == day, "as it was settled"
    assert await drifts() == []


async def test_a_day_with_nothing_but_a_correction(rich: World, api: Api, travel: Travel) -> None:
    wrong = await redeemed(api, travel, rich.a, "2026-05-15T20:00")
    await closed_at(travel, "2026-05-16T02:00")
    travel.to(at("2026-05-16T09:00"))
    await upheld(rich, wrong)
    assert await closed_at(travel, "2026-05-17T01:59:59") == 0
    assert await closed_at(travel, "2026-05-17T02:00") == 1
    _, corrected = await kept(rich.a)
    assert (corrected["day"], sums(corrected)) == (SATURDAY, (0, 1, 0, -8800, -1760, -7040, -10))
    totals = [
        sum(one[name] for one in await kept(rich.a)) for name in ("bill_fen", "saved_fen", "payable_fen", "points")
    ]
    assert totals == [0, 0, 0, 0]


async def test_what_is_reversed_before_it_is_settled_never_is(rich: World, api: Api, travel: Travel) -> None:
    wrong = await redeemed(api, travel, rich.a, "2026-05-15T20:00")
    right = await redeemed(api, travel, rich.a, "2026-05-15T21:00")
    await upheld(rich, wrong)
    assert await closed_at(travel, "2026-05-16T02:00") == 1
    (made,) = await kept(rich.a)
    assert [row["redemption_id"] for row in made["rows"]] == [right] and made["revoked"] == 1
    day = await shop_days.find(await viewer(rich.a.cashier), rich.a.shop.id, FRIDAY)
    assert day and (day.standing, day.revoked, day.saved_fen) == (1, 1, 1760)
    assert await closed_at(travel, "2026-05-20T02:00") == 0


async def test_a_dispute_that_is_open_or_rejected_changes_nothing(rich: World, api: Api, travel: Travel) -> None:
    made = await redeemed(api, travel, rich.a, "2026-05-15T20:00")
    dispute_id = await disputed(rich.a, made)
    assert await closed_at(travel, "2026-05-16T02:00") == 1
    await dispute_actions.reject(await viewer(rich.admin), dispute_id, "小票和监控相符")
    assert await closed_at(travel, "2026-05-20T02:00") == 0
    (one,) = await kept(rich.a)
    assert sums(one)[:3] == (1, 0, 0)


# Beside the tills: each of the two comes first, and the other has waited


async def test_a_confirmation_begun_before_two_is_waited_for(rich: World, api: Api, travel: Travel) -> None:
    a = rich.a
    travel.to(at("2026-05-16T01:59:59"))
    await keep_signed_in()
    cashier, token = await viewer(a.cashier), await promised(api, a)
    # The till has the shop and read its clock; it waits for the head's points.
    async with holding("SELECT 1 FROM points_accounts WHERE head_id = $1 FOR NO KEY UPDATE", a.heads[0].id):
        confirming = asyncio.create_task(redemptions.confirm(cashier, token, "late"))
        await until_blocked(1)
        travel.to(at("2026-05-16T02:00:01"))
        closing = asyncio.create_task(statement_closing.close_next(a.shop.id))
        await until_blocked(2)
    made = await confirming
    assert made.statement_day == FRIDAY and await closing == FRIDAY
    (one,) = await kept(a)
    assert [row["redemption_id"] for row in one["rows"]] == [made.id]
    assert await drifts() == []


async def test_a_till_whose_clock_is_slow_falls_into_the_next_day(rich: World, api: Api, travel: Travel) -> None:
    a = rich.a
    await redeemed(api, travel, a, "2026-05-15T12:00")
    travel.to(at("2026-05-16T01:59:30"))
    await keep_signed_in()
    cashier, token = await viewer(a.cashier), await promised(api, a)
    travel.to(at("2026-05-16T02:00"))
    # The day is being closed: the shop is locked, the statement not yet written.
    async with holding("LOCK TABLE statements IN SHARE MODE"):
        closing = asyncio.create_task(statement_closing.close_next(a.shop.id))
        await until_blocked(1)
        travel.to(at("2026-05-16T01:59:45"))
        confirming = asyncio.create_task(redemptions.confirm(cashier, token, "slow"))
        await until_blocked(2)
    made = await confirming
    assert await closing == FRIDAY
    assert made.statement_day == SATURDAY and made.revocable_until == at("2026-05-16T02:59:45")
    assert len((await kept(a))[0]["rows"]) == 1
    assert await closed_at(travel, "2026-05-17T02:00") == 1
    assert [row["redemption_id"] for row in (await kept(a))[1]["rows"]] == [made.id]
    assert await drifts() == []


async def test_a_revocation_that_came_first_is_not_settled(rich: World, api: Api, travel: Travel) -> None:
    a = rich.a
    made = await redeemed(api, travel, a, "2026-05-16T01:30")
    cashier = await viewer(a.cashier)
    travel.to(at("2026-05-16T01:59:59"))
    async with holding("SELECT 1 FROM points_accounts WHERE head_id = $1 FOR NO KEY UPDATE", a.heads[0].id):
        revoking = asyncio.create_task(redemptions.revoke(cashier, made, "r", "退货"))
        await until_blocked(1)
        travel.to(at("2026-05-16T02:00:01"))
        closing = asyncio.create_task(statement_closing.close_next(a.shop.id))
        await until_blocked(2)
    assert (await revoking).state == "REVOKED" and await closing == FRIDAY
    assert await kept(a) == [] and await drifts() == []


async def test_a_revocation_that_came_too_late_is_refused(rich: World, api: Api, travel: Travel) -> None:
    a = rich.a
    made = await redeemed(api, travel, a, "2026-05-16T01:30")
    cashier = await viewer(a.cashier)
    travel.to(at("2026-05-16T02:00"))
    async with holding("LOCK TABLE statements IN SHARE MODE"):
        closing = asyncio.create_task(statement_closing.close_next(a.shop.id))
        await until_blocked(1)
        travel.to(at("2026-05-16T01:59:59"))  # by the till's own clock there is time
        revoking = asyncio.create_task(redemptions.revoke(cashier, made, "r", "退货"))
        await until_blocked(2)
    with pytest.raises(Refusal, match="NOT_REVOCABLE"):
        await revoking
    assert await closing == FRIDAY and len((await kept(a))[0]["rows"]) == 1
    assert await drifts() == []


@pytest.mark.parametrize("closing_first", [True, False])
async def test_a_decision_and_the_closing(rich: World, api: Api, travel: Travel, closing_first: bool) -> None:
    a = rich.a
    made = await redeemed(api, travel, a, "2026-05-15T20:00")
    dispute_id, admin = await disputed(a, made), await viewer(rich.admin)
    travel.to(at("2026-05-16T02:00"))
    waits_for = (
        ("LOCK TABLE statements IN SHARE MODE",)
        if closing_first
        else ("SELECT 1 FROM points_accounts WHERE head_id = $1 FOR NO KEY UPDATE", a.heads[0].id)
    )
    async with holding(*waits_for):
        works = [
            lambda: statement_closing.close_next(a.shop.id),
            lambda: dispute_actions.uphold(admin, dispute_id, "监控未见本人"),
        ]
        tasks = []
        for place, work in enumerate(works if closing_first else reversed(works), start=1):
            tasks.append(asyncio.create_task(work()))
            await until_blocked(place)
    await asyncio.gather(*tasks)
    corrected_on = await database.fetch_value("SELECT correction_day FROM disputes WHERE id = $1", dispute_id)
    assert corrected_on == (SATURDAY if closing_first else None)
    assert len(await kept(a)) == closing_first
    await closed_at(travel, "2026-05-17T02:00")
    assert [sums(one)[:2] for one in await kept(a)] == ([(1, 0), (0, 1)] if closing_first else [])
    assert await drifts() == []


async def test_two_closers_close_a_day_once(rich: World, api: Api, travel: Travel) -> None:
    for day in ("15", "16"):
        await redeemed(api, travel, rich.a, f"2026-05-{day}T12:00")
    travel.to(at("2026-05-17T02:00"))
    async with holding("SELECT 1 FROM shops WHERE id = $1 FOR SHARE", rich.a.shop.id):
        closers = [asyncio.create_task(statement_closing.close_due()) for _ in range(3)]
        await until_blocked(3)
    assert sum(await asyncio.gather(*closers)) == 2
    assert [len(one["rows"]) for one in await kept(rich.a)] == [1, 1]
    assert await drifts() == []


async def test_a_closer_whose_clock_is_fast_does_no_harm(rich: World, api: Api, travel: Travel) -> None:
    a = rich.a
    await redeemed(api, travel, a, "2026-05-15T12:00")
    assert await closed_at(travel, "2026-05-16T02:00") == 1, "by a clock that is half a day fast"
    later = await redeemed(api, travel, a, "2026-05-15T15:00")
    assert await closed_at(travel, "2026-05-16T02:00") == 0
    assert await closed_at(travel, "2026-05-17T02:00") == 1
    assert [[row["redemption_id"] for row in one["rows"]] for one in await kept(a)][1] == [later]
    assert await drifts() == []


# Whatever breaks it off


@pytest.mark.parametrize("how", ["cancelled", "terminated"])
async def test_a_closing_that_is_broken_off_leaves_nothing(rich: World, api: Api, travel: Travel, how: str) -> None:
    await redeemed(api, travel, rich.a, "2026-05-15T12:00")
    travel.to(at("2026-05-16T02:00"))
    async with unchanged(), holding("LOCK TABLE statement_rows IN SHARE MODE"):
        closing = asyncio.create_task(statement_closing.close_due())
        await until_blocked(1)
        if how == "cancelled":
            closing.cancel()
        else:
            await database.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            )
        (ended,) = await asyncio.gather(closing, return_exceptions=True)
    assert isinstance(ended, asyncio.CancelledError if how == "cancelled" else Unavailable)
    assert await statement_closing.close_due() == 1
    assert len(await kept(rich.a)) == 1 and await drifts() == []


async def test_a_shop_that_fails_keeps_no_other_waiting(
    rich: World, api: Api, travel: Travel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await points.give_points(rich.b.heads[0].id, 100)
    for place in (rich.a, rich.b):
        await redeemed(api, travel, place, "2026-05-15T12:00")
    travel.to(at("2026-05-16T02:00"))
    really = statement_closing._form

    async def broken(shop_id: UUID, day: date) -> Any:
        if shop_id == rich.a.shop.id:
            raise ZeroDivisionError("王店员")
        return await really(shop_id, day)

    monkeypatch.setattr(statement_closing, "BATCH", 1)
    with monkeypatch.context() as patch:
        patch.setattr(statement_closing, "_form", broken)
        counts = await tick.run()
        assert (counts["shop_days_closed"], counts["failed"]) == (1, 1)
        with pytest.raises(ZeroDivisionError):
            await statement_closing.close_due()
    assert f"shop {rich.a.shop.id}: ZeroDivisionError" in caplog.text and "王店员" not in caplog.text
    assert await kept(rich.a) == [] and len(await kept(rich.b)) == 1
    counts = await tick.run()
    assert (counts["shop_days_closed"], counts["failed"]) == (1, 0)


async def test_when_the_database_gives_up_so_does_the_closing(
    rich: World, api: Api, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.town.world import shop

    tried = []

    async def away(shop_id: UUID) -> None:
        tried.append(shop_id)
        raise Unavailable("away")

    shops = [await shop(rich.a.community, f"{number}号店") for number in range(8)]

    async def due_shops(after: UUID | None) -> list[UUID]:
        return [one.id for one in shops]

    monkeypatch.setattr(statement_closing, "_due", due_shops)
    monkeypatch.setattr(statement_closing, "close_next", away)
    assert (await tick.run())["failed"] == tick.MAX_OUTAGES == len(tried)


# What an operator sees


async def test_what_is_to_be_closed_is_due_from_two_on(rich: World, api: Api, travel: Travel) -> None:
    async def waiting() -> due.Waiting:
        return next(one for one in await due.waiting() if one.kind == "shop_days_to_close")

    await redeemed(api, travel, rich.a, "2026-05-15T12:00")
    await redeemed(api, travel, rich.a, "2026-05-16T01:59:59")
    assert (await waiting()).count == 0
    travel.to(at("2026-05-16T02:05"))
    found = await waiting()
    assert (found.by, found.count, found.since, found.late) == (
        "tick",
        1,
        business_days.statement_closes_at(FRIDAY),
        False,
    )
    travel.by(seconds=1)
    assert (await waiting()).late
    assert (await tick.run())["shop_days_closed"] == 1
    assert (await waiting()).count == 0
    wrong = (await kept(rich.a))[0]["rows"][0]["redemption_id"]
    await upheld(rich, wrong)
    assert await closed_at(travel, "2026-05-17T01:59:59") == 0 and (await waiting()).count == 0
    travel.to(at("2026-05-17T02:00"))
    assert ((await waiting()).count, (await waiting()).since) == (1, at("2026-05-17T02:00"))


async def test_of_a_statement_only_acknowledgements_change(rich: World, api: Api, travel: Travel) -> None:
    await redeemed(api, travel, rich.a, "2026-05-15T12:00")
    await closed_at(travel, "2026-05-16T02:00")
    async with unchanged():
        for change in (
            "UPDATE statements SET saved_fen = 0, payable_fen = bill_fen",
            "UPDATE statements SET sha256 = sha256",
            "DELETE FROM statements",
            "UPDATE statement_rows SET place = 2",
            "DELETE FROM statement_rows",
        ):
            with pytest.raises(Exception, match="append-only"):
                await database.execute(change)
