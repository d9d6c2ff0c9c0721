"""How many postings a second 8 clients get through the services, against the same beside two rows that all share, as
ISSUANCE and SPENT once were: side by side in one run, as a ratio.

`.venv/bin/python bench/postings.py [ROUNDS]`; it starts an embedded server of its own in a temporary folder, in about a
minute. A posting is a service's whole transaction: a wish is completed (its reward becomes pending), rated (posted with
a bonus), or a preparation's points are held and spent. Each client has a head of its own.

Each round runs every way in turn, so that the machine's moods fall on all alike: as it is and beside the shared rows,
with statements that take what they take and with 2 ms added to each, as across a network. Printed are the postings a
second and the median over the rounds of (as it is ÷ shared), with the quartiles.
"""

import asyncio
import base64
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SECRET_KEY", base64.b64encode(bytes(32)).decode())  # of a district that nobody lives in

from uuid_utils.compat import uuid7

from models.enums import PointsAccountKind, TransferKind, WishCategory
from services.db import database, embedded, engine
from services.kit import clock
from services.kit.settings import current
from services.points import ledger, rewards
from services.points.ledger import Move

CLIENTS = 8
SECONDS = 2.0  # of each way in each round
ROUNDS, WARM_UP = 8, 1
DELAY_SECONDS = 0.002
SHARED = (PointsAccountKind.ISSUANCE, PointsAccountKind.SPENT)
HELD, SPENT = PointsAccountKind.HELD, PointsAccountKind.SPENT

# A district with a head, a household and an account for each client, and no caps.
_PEOPLE = (
    "INSERT INTO areas (id, kind, code, name, path) VALUES ($1, 'DISTRICT', 'd', '区', 'd/')",
    "INSERT INTO accounts (id, display_name, created_at) VALUES ($1, '管理员', now())",
    "INSERT INTO household_heads (id, grid_id, name, points_earned, ratings_count, ratings_sum, created_at)"
    " SELECT head, $1, '联户长', 0, 0, 0, now() FROM unnest($2::uuid[]) head",
    "INSERT INTO households (id, grid_id, head_id, address, contact_name, created_at)"
    " SELECT head, $1, head, '1号', '某某', now() FROM unnest($2::uuid[]) head",
)
_WISH = (
    "INSERT INTO wishes (id, household_id, grid_id, requester_id, on_behalf, category, title, details, state, head_id,"
    " redo_count, submitted_at, completed_at, completed_by_id, completion_note, rating_comment)"
    " VALUES ($1, $2, $3, $3, false, 'REPAIR', '水龙头漏水', '', 'COMPLETED', $2, 0, now(), now(), $3, '', '')"
)


class Ways:
    """The ways in which the same postings are made: what is patched is this program, not the server."""

    def __init__(self) -> None:
        self.shared = self.slow = False
        self._transfer, self._send = ledger.transfer, engine._Guarded._translate_exceptions
        ledger.transfer = self.transfer
        ways, send = self, self._send

        async def sent(self: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
            if ways.slow:
                await asyncio.sleep(DELAY_SECONDS)
            return await send(self, function, *args, **kwargs)

        engine._Guarded._translate_exceptions = sent  # type: ignore[method-assign]

    async def transfer(self, head_id: UUID, moves: Sequence[Move]) -> None:
        """The ledger's, and after it, where asked, the two rows in the order in which they were locked."""
        await self._transfer(head_id, moves)
        for kind in SHARED if self.shared else ():
            change = sum(move.points * ((move.target == kind) - (move.source == kind)) for move in moves)
            if change:
                await database.execute("UPDATE shared SET balance = balance + $2 WHERE kind = $1", kind.value, change)


class Client:
    """One head's postings, one after the other."""

    def __init__(self, head: UUID, area: UUID) -> None:
        self.head, self.area = head, area
        self._days = count()

    async def run(self, until: float) -> int:
        """How many postings there were before `until`."""
        made = 0
        while time.perf_counter() < until:
            wish = uuid7()
            await database.execute(_WISH, wish, self.head, self.area)
            at = clock.now() - timedelta(days=next(self._days))  # each day's rewards are summed for its cap
            for step in (self._complete(wish, at), self._rate(wish, at), self._spend()):
                await step
                made += 1
        return made

    @database.transactional
    async def _complete(self, wish: UUID, at: Any) -> None:
        await rewards.reward_completed(
            wish_id=wish,
            head_id=self.head,
            household_id=self.head,
            category=WishCategory.REPAIR,
            completed_at=at,
            same_household=False,
        )

    @database.transactional
    async def _rate(self, wish: UUID, at: Any) -> None:
        await rewards.reward_rated(wish_id=wish, stars=5, at=at)

    @database.transactional
    async def _spend(self) -> None:
        await ledger.transfer(
            self.head,
            [
                Move(TransferKind.HOLD, PointsAccountKind.AVAILABLE, HELD, 10),
                Move(TransferKind.SPEND, HELD, SPENT, 10),
            ],
        )


async def measure(clients: Sequence[Client], rounds: int) -> None:
    """Run every way in rounds, and print."""
    ways = Ways()
    rates: dict[tuple[bool, bool], list[float]] = {
        (slow, shared): [] for slow in (False, True) for shared in (True, False)
    }
    for turn in range(WARM_UP + rounds):
        for (slow, shared), found in rates.items():
            ways.slow, ways.shared = slow, shared
            began = time.perf_counter()
            made = await asyncio.gather(*(client.run(began + SECONDS) for client in clients))
            if turn >= WARM_UP:
                found.append(sum(made) / (time.perf_counter() - began))
    print(f"{'a statement takes':20}{'shared/s':>10}{'as it is/s':>12}{'ratio':>8}{'lower':>8}{'upper':>8}")
    for slow, name in ((False, "what it takes"), (True, f"{DELAY_SECONDS * 1000:.0f} ms more")):
        before, after = rates[slow, True], rates[slow, False]
        lower, median, upper = statistics.quantiles([a / b for a, b in zip(after, before, strict=True)], n=4)
        print(
            f"{name:20}{statistics.median(before):10.0f}{statistics.median(after):12.0f}"
            f"{median:8.2f}{lower:8.2f}{upper:8.2f}"
        )
    ledger.transfer = ways._transfer
    drifts = [drift for drift in await ledger.reconcile() if " HELD " not in drift]
    print(f"reconcile: {drifts or 'no drift'}")


async def run(server: str, rounds: int) -> None:
    """Make the district, and measure."""
    settings = current()
    url = await embedded.create_database(server, "bench")
    await database.migrate(url, settings)
    async with database.connected(url, settings):
        area, heads = uuid7(), [uuid7() for _ in range(CLIENTS)]
        for number, statement in enumerate(_PEOPLE):
            await database.fetch(statement, area, *([heads] if number > 1 else []))
        await database.fetch("UPDATE reward_rules SET daily_cap = NULL, monthly_household_cap = NULL")
        await database.fetch("CREATE TABLE shared (kind text PRIMARY KEY, balance bigint NOT NULL)")
        for kind in SHARED:
            await database.fetch("INSERT INTO shared VALUES ($1, 0)", kind.value)
        await measure([Client(head, area) for head in heads], rounds)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory(prefix="xd-") as folder, embedded.server(Path(folder)) as server:
        asyncio.run(run(server, rounds))


if __name__ == "__main__":
    main()
