"""Races between two real server processes: exactly the right one wins."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points import ledger
from tests.town import points, till
from tests.town import wishes as town_wishes
from tests.town.documents import Api
from tests.town.story import act, code, done
from tests.town.world import World

ROOT = Path(__file__).parents[2]
ROUNDS = 8

Apis = Callable[[int], list[Api]]


async def test_two_heads_accept_one_offered_wish(world: World, apis: Apis) -> None:
    one, other = apis(2)
    for _ in range(ROUNDS):
        wish = await town_wishes.offered(one, world.a)
        payloads = await asyncio.gather(
            act(one, world.a.head_people[0], "WishAccept", wishId=wish),
            act(other, world.a.head_people[1], "WishAccept", wishId=wish),
        )
        assert sorted(code(payload) or "" for payload in payloads) == ["", "ALREADY_TAKEN"]
        winner = next(index for index, payload in enumerate(payloads) if code(payload) is None)
        row = await database.fetch_one("SELECT state, head_id FROM wishes WHERE id = $1", ids.find(wish, "Wish"))
        assert row == {"state": "ACCEPTED", "head_id": world.a.heads[winner].id}
        accepts = await database.fetch_value(
            "SELECT count(*) FROM wish_events WHERE wish_id = $1 AND action = 'ACCEPT'", ids.find(wish, "Wish")
        )
        assert accepts == 1


async def test_two_confirmations_of_one_preparation(world: World, apis: Apis) -> None:
    one, other = apis(2)
    await points.give_points(world.a.heads[0].id, 10 * ROUNDS)
    assert world.a.cashier
    for turn in range(ROUNDS):
        preparation = await till.prepared(one, world.a)
        payloads = await asyncio.gather(
            *(
                act(api, world.a.cashier, "RedemptionConfirm", token=preparation["token"], requestNo=f"{turn}-{name}")
                for api, name in ((one, "one"), (other, "other"))
            )
        )
        assert sorted(code(payload) or "" for payload in payloads) == ["", "ALREADY_CONFIRMED"]
    assert await database.fetch_value("SELECT count(*) FROM redemptions") == ROUNDS
    assert await balances(world) == {"PENDING": 0, "AVAILABLE": 0, "HELD": 0, "DEBT": 0, "ISSUANCE": -80, "SPENT": 80}


async def test_one_confirmation_sent_twice_at_once_has_one_effect(world: World, apis: Apis) -> None:
    one, other = apis(2)
    await points.give_points(world.a.heads[0].id, 100)
    assert world.a.cashier
    preparation = await till.prepared(one, world.a)
    payloads = await asyncio.gather(
        *(
            act(api, world.a.cashier, "RedemptionConfirm", token=preparation["token"], requestNo="same")
            for api in (one, other, one, other)
        )
    )
    assert [code(payload) for payload in payloads] == [None] * 4
    assert len({json.dumps(payload["redemption"], sort_keys=True) for payload in payloads}) == 1
    assert await database.fetch_value("SELECT count(*) FROM redemptions") == 1
    assert (await balances(world))["AVAILABLE"] == 90


async def test_a_rating_against_the_tick(world: World, apis: Apis, database_url: str) -> None:
    (api,) = apis(1)
    for turn in range(4):
        # Two wishes a head: within the daily cap even with the bonus.
        household = 2 * (turn % 2)
        wish = await town_wishes.completed(api, world.a, household, head=turn % 2)
        key = ids.find(wish, "Wish")
        await database.execute(
            "UPDATE wishes SET deadline_at = $2 WHERE id = $1", key, clock.now() - timedelta(seconds=1)
        )
        tick = await asyncio.create_subprocess_exec(
            sys.executable,
            "app.py",
            "tick",
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        # A process takes about two seconds to start; these land before, at about the same time, and after.
        await asyncio.sleep(turn * 0.6)
        payload = await act(api, world.a.residents[household], "WishRate", wishId=wish, stars=5, comment="")
        output, _ = await tick.communicate()
        assert tick.returncode == 0, output.decode()
        assert code(payload) is None
        row = await database.fetch_one(
            "SELECT w.state, w.stars, w.rating_source, r.state AS reward, r.points,"
            " (SELECT count(*) FROM wish_events e WHERE e.wish_id = w.id"
            "  AND e.action = 'RATE_AUTOMATICALLY') AS automatic"
            " FROM wishes w JOIN rewards r ON r.wish_id = w.id WHERE w.id = $1",
            key,
        )
        assert row is not None
        assert (row["state"], row["stars"], row["rating_source"]) == ("RATED", 5, "HOUSEHOLD")
        assert row["reward"] == "POSTED"
        # Before the tick the bonus is paid, after it the base alone stands; never both, never neither.
        assert row["points"] == (20 if row["automatic"] else 25)
    assert await ledger.reconcile() == []


async def test_two_completions_under_one_daily_cap(world: World, apis: Apis) -> None:
    one, other = apis(2)
    # The cap is 60 a day and each repair 20: of four at once, exactly three are paid.
    for household in (0, 2):
        for _ in range(2):
            await town_wishes.accepted(one, world.a, household)
    wishes = [
        ids.make("Wish", row["id"]) for row in await database.fetch("SELECT id FROM wishes WHERE state = 'ACCEPTED'")
    ]
    assert len(wishes) == 4
    await asyncio.gather(
        *(
            done(api, world.a.head_people[0], "WishComplete", wishId=wish, note="")
            for api, wish in zip((one, other, one, other), wishes, strict=True)
        )
    )
    rewards = await database.fetch("SELECT points FROM rewards ORDER BY points")
    assert [row["points"] for row in rewards] == [0, 20, 20, 20]
    assert (await balances(world))["PENDING"] == 60
    assert await ledger.reconcile() == []


async def balances(world: World) -> dict[str, Any]:
    rows = await database.fetch("SELECT kind, balance FROM points_accounts WHERE head_id = $1", world.a.heads[0].id)
    return {row["kind"]: row["balance"] for row in rows}
