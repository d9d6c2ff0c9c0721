"""Whoever is stopped with one head's posting in hand stops no other head's: they share no row of the ledger."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from schema.graph import ids
from services.db import database
from services.points import ledger
from services.points.ledger import Move
from tests.town import points, story, till, wishes
from tests.town import world as making
from tests.town.documents import Api
from tests.town.postgres import PATIENCE_SECONDS
from tests.town.till import WORDS
from tests.town.world import Community, Person, World

Step = Callable[[], Awaitable[Any]]
LEDGER = ("points_accounts", "points_transfers", "rewards")


class Stage:
    """Gets a head to where one thing more makes a posting."""

    def __init__(self, api: Api, admin: Person) -> None:
        self.api, self.admin = api, admin

    def _do(self, who: Person | None, operation: str, **given: Any) -> Step:
        assert who
        return lambda: story.done(self.api, who, operation, **given)

    async def _discount(self, place: Community) -> UUID:
        """One of its own: a pass is good for one redemption of one discount."""
        place.discount = await making.discount(place.shop, title=story.request_no())
        return place.discount.id

    async def complete(self, place: Community, head: int) -> Step:
        wish = await wishes.accepted(self.api, place, head, head=head)
        return self._do(place.head_people[head], "WishComplete", wishId=wish)

    async def rate(self, place: Community, head: int) -> Step:
        wish = await wishes.completed(self.api, place, head, head=head)
        return self._do(place.residents[head], "WishRate", wishId=wish, stars=5)

    async def void(self, place: Community, head: int) -> Step:
        wish = await wishes.completed(self.api, place, head, head=head)
        return self._do(place.residents[head], "WishRate", wishId=wish, stars=1)

    async def redo(self, place: Community, head: int) -> Step:
        wish = await wishes.completed(self.api, place, head, head=head)
        return self._do(place.residents[head], "WishRedo", wishId=wish, reason="还在漏")

    async def reverse(self, place: Community, head: int) -> Step:
        wish = await wishes.rated(self.api, place, head, head=head)
        return self._do(self.admin, "PointsReverse", wishId=wish, reason="冒名办结", requestNo=story.request_no())

    async def prepare(self, place: Community, head: int) -> Step:
        await self._discount(place)
        code = (await till.issued(self.api, place, head))["code"]
        return self._do(place.cashier, "RedemptionPrepare", code=code, billFen=8800)

    async def release(self, place: Community, head: int) -> Step:
        discount = await self._discount(place)
        await till.prepared(self.api, place, head)
        live = await database.fetch_value("SELECT id FROM passes WHERE discount_id = $1", discount)
        return self._do(place.head_people[head], "PassCancel", passId=ids.make("Pass", live))

    async def confirm(self, place: Community, head: int) -> Step:
        await self._discount(place)
        token = (await till.prepared(self.api, place, head))["token"]
        return self._do(place.cashier, "RedemptionConfirm", token=token, requestNo=story.request_no())

    async def revoke(self, place: Community, head: int) -> Step:
        await self._discount(place)
        made = (await till.redeemed(self.api, place, head))["id"]
        return self._do(
            place.cashier, "RedemptionRevoke", redemptionId=made, requestNo=story.request_no(), reason="顾客退货"
        )

    async def uphold(self, place: Community, head: int) -> Step:
        await self._discount(place)
        made = await till.disputed(self.api, place, head, WORDS)
        return self._do(self.admin, "DisputeUphold", disputeId=made, reason="当天未到店")


STEPS = [name for name in vars(Stage) if not name.startswith("_")]
OF_WISHES = ("complete", "rate", "reverse")  # no more than the day's cap leaves one head


@asynccontextmanager
async def stopped(step: Step, head_id: UUID, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The step, stopped after its posting for that head and before its COMMIT, until the block ends."""
    posted, go_on = asyncio.Event(), asyncio.Event()
    real = ledger.transfer

    async def transfer(head: UUID, moves: Sequence[Move]) -> None:
        await real(head, moves)
        if head == head_id:
            posted.set()
            await go_on.wait()

    monkeypatch.setattr(ledger, "transfer", transfer)
    task = asyncio.ensure_future(step())
    try:
        await asyncio.wait_for(posted.wait(), PATIENCE_SECONDS)
        yield
    finally:
        go_on.set()
        await task


async def locked_heads(table: str) -> set[UUID]:
    """Whose rows of a table somebody has locked in any way; a row that is new is seen by nobody else."""
    free = await database.fetch(f"SELECT id FROM {table} FOR UPDATE SKIP LOCKED")
    rows = await database.fetch(
        f"SELECT DISTINCT head_id FROM {table} WHERE id <> ALL($1)", [row["id"] for row in free]
    )
    return {row["head_id"] for row in rows}


@pytest.fixture
async def neighbours(world: World) -> World:
    """Both communities have a shop, and every head of both has points."""
    for place in (world.a, world.b):
        for head in place.heads:
            await points.give_points(head.id, 100)
    assert world.b.shop
    return world


@pytest.mark.parametrize("name", STEPS)
async def test_a_posting_that_is_stopped_stops_no_other_heads(
    neighbours: World, api: Api, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    a, b, stage = neighbours.a, neighbours.b, Stage(api, neighbours.admin)
    stays = await getattr(stage, name)(a, 0)
    others = [await getattr(stage, each)(b, number % 2) for number, each in enumerate(STEPS)]
    others += [await getattr(stage, each)(a, 1) for each in OF_WISHES]
    async with stopped(stays, a.heads[0].id, monkeypatch):
        for table in LEDGER:
            assert await locked_heads(table) <= {a.heads[0].id}, table
        assert a.heads[0].id in await locked_heads("points_accounts")
        for other in others:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await other()
    assert await ledger.reconcile() == []
