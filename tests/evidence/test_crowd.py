"""200 subscribers at two workers while a hundred rewards a second are posted: all hear of each within two seconds,
though one of them reads nothing; memory stays flat; the listeners' connections are cut in the middle."""

import asyncio
import bisect
import json
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from uuid_utils.compat import uuid7

from models.enums import PointsAccountKind, RewardState, TransferKind, WishCategory, WishState
from models.points import Reward, RewardRule
from models.wishes import Wish
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points import rewards as points
from services.points.ledger import Move, transfer
from tests.evidence.programs import Client
from tests.town import documents
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World, head

pytestmark = pytest.mark.usefixtures("work")

SUBSCRIBERS, STALLED = size(50, 200), 1
SECONDS, POSTINGS_A_SECOND = size(10, 60), 100
HEADS, POINTS = 50, 20
WITHIN_SECONDS = 10.0  # one or two, and a machine that is busy
MAX_GROWTH_MIB = 8
CUT_AT_SECOND = SECONDS // 2


async def rewards(world: World, count: int) -> list[UUID]:
    """The wishes of so many pending rewards of many heads."""
    made = [await head(world.a.grid, f"联户{index}") for index in range(HEADS)]
    rule = await RewardRule.get(version=1)
    now = clock.now()
    wishes = [
        Wish(
            id=uuid7(), household_id=world.a.households[0].id, grid_id=world.a.grid.id,
            requester_id=world.a.residents[0].account_id, category=WishCategory.REPAIR, title="水龙头漏水",
            state=WishState.COMPLETED, head_id=made[index % HEADS].id, submitted_at=now, dispatched_at=now,
            accepted_at=now, completed_at=now, completed_by_id=world.a.head_people[0].account_id,
            deadline_at=now + timedelta(days=7),
        )
        for index in range(count)
    ]  # fmt: skip
    await Wish.bulk_create(wishes, batch_size=500)
    await Reward.bulk_create(
        [
            Reward(
                wish_id=wish.id,
                head_id=wish.head_id,
                household_id=wish.household_id,
                rule_id=rule.id,
                state=RewardState.PENDING,
                day=clock.day_of(now) - timedelta(days=index // HEADS),
                base=POINTS,
                points=POINTS,
                completed_at=now,
            )
            for index, wish in enumerate(wishes)
        ],
        batch_size=500,
    )

    @database.transactional
    async def pending(head_id: UUID) -> None:
        owed = POINTS * sum(wish.head_id == head_id for wish in wishes)
        await transfer(
            head_id,
            [Move(TransferKind.REWARD_PENDING, PointsAccountKind.ISSUANCE, PointsAccountKind.PENDING, owed)],
        )

    for one in made:
        await pending(one.id)
    return [wish.id for wish in wishes]


@database.transactional
async def post(wish_id: UUID) -> None:
    await points.reward_rated(wish_id=wish_id, stars=None, at=clock.now())


async def post_all(wishes: list[UUID]) -> list[float]:
    """Post each in its turn, so many a second; when each was committed."""
    posted: list[float] = []
    lanes = asyncio.Semaphore(6)
    began = time.monotonic()

    async def one(wish_id: UUID) -> None:
        async with lanes:
            await post(wish_id)
            posted.append(time.time())

    tasks = []
    for index, wish_id in enumerate(wishes):
        await asyncio.sleep(max(0.0, began + index / POSTINGS_A_SECOND - time.monotonic()))
        tasks.append(asyncio.create_task(one(wish_id)))
    await asyncio.gather(*tasks)
    return sorted(posted)


async def cut() -> int:
    """Cut every listener's connection."""
    await asyncio.sleep(CUT_AT_SECOND)
    return len(
        await database.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query ILIKE 'LISTEN%' OR application_name ILIKE '%listener%'"
        )
    )


SEEN: list[list[float]] = []


async def memory(running: list[Server]) -> None:
    """Note the resident memory of each server from time to time."""
    while True:
        SEEN.append([round(psutil.Process(server.process.pid).memory_info().rss / 2**20, 1) for server in running])
        await asyncio.sleep(SECONDS / 6)


def late(posted: list[float], heard: list[float]) -> float:
    """The longest that a posting waited for the next message, in seconds."""
    waits = []
    for at in posted:
        place = bisect.bisect_left(heard, at)
        waits.append(heard[place] - at if place < len(heard) else float("inf"))
    return max(waits)


async def test_a_crowd_hears_of_every_posting(
    world: World, servers: Callable[[int], list[Server]], client: Callable[..., Client], kept: Path
) -> None:
    running = servers(2)
    wishes = await rewards(world, SECONDS * POSTINGS_A_SECOND)
    crowd = client(
        urls=[f"{server.url.replace('http', 'ws', 1)}/graphql" for server in running],
        count=SUBSCRIBERS,
        stalled=STALLED,
        query=documents.text("LeaderboardChanged"),
        variables={"areaId": ids.make("Area", world.a.community.id), "period": "MONTH"},
    )
    # Each is told once at its beginning; that makes the stalled one stall.
    await asyncio.to_thread(crowd.wait, lambda fact: "next" in fact, PATIENCE_SECONDS, SUBSCRIBERS)

    watching = asyncio.create_task(memory(running))
    cutting = asyncio.create_task(cut())
    began = time.monotonic()
    posted = await post_all(wishes)
    took = time.monotonic() - began
    assert await cutting == 2, "each worker has one listener"
    await asyncio.sleep(WITHIN_SECONDS)
    watching.cancel()

    heard: dict[int, list[float]] = defaultdict(list)
    for fact in list(crowd.said):
        if "next" in fact:
            heard[fact["next"]].append(fact["at"] / 1000)
    others = range(STALLED, SUBSCRIBERS)
    worst = max(late(posted, heard[index]) for index in others)
    fastest = min(second - first for index in others for first, second in pairwise(heard[index]))
    figures = {
        "subscribers": SUBSCRIBERS,
        "postings": len(posted),
        "postings_a_second": round(len(posted) / took, 1),
        "longest_wait_seconds": round(worst, 3),
        "messages_each": round(sum(len(heard[index]) for index in others) / len(others), 1),
        "shortest_gap_seconds": round(fastest, 3),
        "memory_mib_each_sixth": SEEN,
    }
    (kept / "crowd.json").write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures))
    assert worst <= WITHIN_SECONDS
    # What a first load allocates once is there after the first third.
    assert all(last - settled <= MAX_GROWTH_MIB for settled, last in zip(SEEN[len(SEEN) // 3], SEEN[-1], strict=True))
    assert all(server.alive for server in running)
