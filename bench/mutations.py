"""Mutations of docs/operations, compiled ÷ stock: CPU of the server's process a request, on wishes of its own.

The people of the demo's first story set take some wishes through all that may become of them, each step for all wishes
before the next. What is undone by another mutation is measured together with it.
"""

import time
import uuid
from typing import Any

from district import District
from load import Connection, Failed, Request
from measures import Found, Sample
from operations import DOCUMENTS
from sides import PostgreSQL, Side

from models.enums import Role
from schema.graph import ids
from services import demo
from services.db import database
from services.kit.settings import current

MAX_WISHES = 18  # a household may have 20 open
HEAD, RESIDENT, STAFF, SHOP = Role.HOUSEHOLD_HEAD, Role.RESIDENT, Role.COMMUNITY_STAFF, Role.SHOP_STAFF
ADMIN = Role.DISTRICT_ADMIN
REASON = {"reason": "测量"}

Step = tuple[str, Role, dict[str, Any]]  # a document, who sends it, and what it is told besides the id

_TO_HEAD: Step = ("WishDispatch", STAFF, {"headId": "head"})
_SUBMITTED: Step = ("WishSubmit", RESIDENT, {"householdId": "household", "category": "REPAIR", "title": "灯坏了"})
LIVES: tuple[tuple[Step, ...], ...] = (
    (
        _SUBMITTED,
        _TO_HEAD,
        ("WishDecline", HEAD, REASON),
        _TO_HEAD,
        ("WishRecall", STAFF, REASON),
        _TO_HEAD,
        ("WishAccept", HEAD, {}),
        ("WishRevealContact", HEAD, {"kind": "PHONE"}),
        ("WishHandBack", HEAD, REASON),
        _TO_HEAD,
        ("WishAccept", HEAD, {}),
        ("WishComplete", HEAD, {}),
        ("WishRedo", RESIDENT, REASON),
        ("WishComplete", HEAD, {}),
        ("WishRate", RESIDENT, {"stars": 5}),
    ),
    (_SUBMITTED, ("WishCancel", RESIDENT, REASON)),
    (_SUBMITTED, ("WishReject", STAFF, REASON)),
)
UNDONE: tuple[tuple[Step, Step], ...] = (
    (("PassIssue", HEAD, {"discountId": "discount"}), ("PassCancel", HEAD, {"passId": "made"})),
    (
        ("DiscountPause", SHOP, {"discountId": "discount", **REASON}),
        ("DiscountResume", SHOP, {"discountId": "discount"}),
    ),
    (("HeadSuspend", STAFF, {"headId": "head", **REASON}), ("HeadResume", STAFF, {"headId": "head"})),
    (("HeadLeaveBoard", HEAD, {"headId": "head"}), ("HeadJoinBoard", HEAD, {"headId": "head"})),
    (("ShopSuspend", ADMIN, {"shopId": "shop", **REASON}), ("ShopResume", ADMIN, {"shopId": "shop"})),
)


class Turn:
    """One side's turn: what it took is summed up by document."""

    def __init__(
        self, side: Side, postgres: PostgreSQL, tokens: dict[Role, str], known: dict[str, str], count: int
    ) -> None:
        self._side, self._postgres, self._tokens, self._known, self._count = side, postgres, tokens, known, count
        self._spent: dict[str, list[list[float]]] = {}

    async def live(self, connection: Connection, steps: tuple[Step, ...]) -> None:
        """Take wishes through these steps."""
        wishes: list[str] = []
        for step in steps:
            before = self._used()
            if wishes:
                for wish in wishes:
                    await self._send(connection, step, {"wishId": wish})
            else:
                wishes = [
                    await self._send(connection, step, {"requestNo": str(uuid.uuid4())}) for _ in range(self._count)
                ]
            self._note(step[0], before, len(wishes))

    async def undo(self, connection: Connection, one: Step, other: Step) -> None:
        """Do and undo."""
        before = self._used()
        for _ in range(self._count):
            number = {"requestNo": str(uuid.uuid4())} if one[0] == "PassIssue" else {}
            self._known["made"] = await self._send(connection, one, number)
            await self._send(connection, other, {})
        self._note(f"{one[0]} + {other[0]}", before, self._count)

    def samples(self, turn: int) -> list[Sample]:
        """What was spent."""
        made = []
        for name, spent in self._spent.items():
            wall, server, database_, count = (sum(column) for column in zip(*spent, strict=True))
            taken = [wall / count] * int(count)
            made.append(Sample(self._side.kind.name, f"mutation {name}", turn, wall, taken, server, database_, 0.0))
        return made

    def _used(self) -> tuple[float, float, float]:
        return time.perf_counter(), self._side.cpu_seconds(), self._postgres.cpu_seconds()

    def _note(self, name: str, before: tuple[float, ...], count: int) -> None:
        spent = [after - earlier for earlier, after in zip(before, self._used(), strict=True)]
        self._spent.setdefault(name, []).append([*spent, count])

    async def _send(self, connection: Connection, step: Step, more: dict[str, Any]) -> str:
        """Send one mutation; return the id of what it was about. Raises Failed when it was refused."""
        name, role, told = step
        given = {key: self._known.get(value, value) if key.endswith("Id") else value for key, value in told.items()}
        body = {"query": (DOCUMENTS / f"{name}.graphql").read_text(), "variables": {"input": {**given, **more}}}
        answer = await connection.ask(Request("/graphql", body, self._tokens[role]))
        (payload,) = (answer.get("data") or {"": None}).values()
        if not payload or payload["errors"]:
            raise Failed(f"{name} was refused: {answer}")
        return next((str(thing["id"]) for thing in payload.values() if isinstance(thing, dict) and "id" in thing), "")


async def _known() -> tuple[dict[Role, str], dict[str, str]]:
    """Return the tokens, and the ids by the words that stand for them."""
    tokens = {role: (await demo.bearer(role)).token for role in (HEAD, RESIDENT, STAFF, SHOP, ADMIN)}
    row = await database.fetch_one(
        "SELECT head.head_id AS head, home.household_id AS household, work.shop_id AS shop, d.id AS discount"
        " FROM markers, LATERAL (SELECT value->'sets'->0 AS people) story"
        " JOIN memberships head ON head.account_id = (people->>'HOUSEHOLD_HEAD')::uuid"
        " JOIN memberships home ON home.account_id = (people->>'RESIDENT')::uuid AND home.household_id IS NOT NULL"
        " JOIN memberships work ON work.account_id = (people->>'SHOP_STAFF')::uuid"
        " JOIN discounts d ON d.shop_id = work.shop_id AND d.state = 'ACTIVE' AND d.audience = 'ALL'"
        " WHERE key = $1 AND head.head_id IS NOT NULL AND work.shop_id IS NOT NULL"
        " ORDER BY d.cost_points, d.id LIMIT 1",
        demo.MARKER,
    )
    assert row, "a demo has its story"
    kinds = {"head": "HouseholdHead", "household": "Household", "shop": "Shop", "discount": "Discount"}
    return tokens, {word: ids.make(kind, row[word]) for word, kind in kinds.items()}


async def measure(compiled: Side, stock: Side, place: District, found: Found) -> None:
    """Let both do the same, in turn; the first turn is to warm up."""
    postgres = PostgreSQL(place.postmaster)
    async with database.connected(place.url, current()):
        tokens, known = await _known()
    count = max(2, min(MAX_WISHES, int(MAX_WISHES * found.seconds / 4)))
    for turn in range(-1, found.rounds):
        for side in (compiled, stock) if turn % 2 else (stock, compiled):
            one = Turn(side, postgres, tokens, known, count)
            async with Connection(side.port) as connection:
                for steps in LIVES:
                    await one.live(connection, steps)
                for do, undo in UNDONE:
                    await one.undo(connection, do, undo)
            if turn >= 0:
                found.samples += one.samples(turn)
