"""Answers that never arrive: however often a confirmation is sent again, it is done once, and told as it was done.

Short in `make test`; `make torture` throws a thousand answers away.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from schema.graph import ids
from services.db import database
from tests.town import torture
from tests.town.postgres import snapshot
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.torture import Answer, Broken, Clients, Head, Wire, asked, at_once, reported
from tests.town.world import Person, World

CONFIRMATIONS = size(50, 1000)
HEADS = 10
ROUNDS = size(4, 50)


@pytest.fixture
def clients(servers: Callable[[int], list[Server]]) -> Clients:
    """Clients of two server processes."""
    running = servers(2)
    return Clients(lambda: [server.url for server in running])


async def throw_away(clients: Clients, operation: str, who: Person, given: dict[str, Any]) -> str:
    """Send a request and hang up somewhere before its answer is read; where."""
    way = clients.random.choice(["at once", "half sent", "meanwhile", "first byte", "half read"])
    request = asked(operation, who, given)
    try:
        wire = await Wire.open(clients.url())
    except Broken:
        return "refused"
    sent = len(request) // 2 if way == "half sent" else len(request)
    wire.writer.write(request[:sent])
    await wire.writer.drain()
    if way == "meanwhile":
        await asyncio.sleep(clients.random.uniform(0, 0.08))
    elif way in ("first byte", "half read"):
        async with asyncio.timeout(torture.ANSWERED_WITHIN_SECONDS):
            await (wire.reader.readexactly(1) if way == "first byte" else wire.reader.readuntil(b"\r\n\r\n"))
    (wire.cut if clients.random.random() < 0.5 else wire.close)()
    return way


async def prepared(clients: Clients, head: Head, till: Person, discount_id: str, name: str, bill_fen: int) -> str:
    """The token of a fresh preparation."""
    phone = await head.phone(clients, discount_id, name)
    assert not isinstance(phone, str), phone
    answer = await clients.insist("RedemptionPrepare", till, code=phone.qr(), billFen=bill_fen)
    assert answer.done, answer
    return str(answer.payload["preparation"]["token"])


async def row_of(redemption: str) -> dict[str, Any]:
    """What the database says, in the words of the answer."""
    row = await database.fetch_one(
        "SELECT state, bill_fen, payable_fen, saved_fen, cost_points, confirmed_at, revocable_until, revoked_at"
        " FROM redemptions WHERE id = $1",
        ids.find(redemption, "Redemption"),
    )
    assert row
    return {
        "id": redemption,
        "state": row["state"],
        "billFen": row["bill_fen"],
        "payableFen": row["payable_fen"],
        "savedFen": row["saved_fen"],
        "costPoints": row["cost_points"],
        "confirmedAt": row["confirmed_at"],
        "revocableUntil": row["revocable_until"],
        "revokedAt": row["revoked_at"],
    }


def said(answer: Answer) -> dict[str, Any]:
    """What an answer says of the redemption, with times as times."""
    shown = dict(answer.payload["redemption"])
    for name in shown.keys() & {"confirmedAt", "revocableUntil", "revokedAt"}:
        shown[name] = shown[name] and datetime.fromisoformat(shown[name])
    return shown


async def test_answers_that_are_thrown_away(world: World, clients: Clients) -> None:
    assert world.a.discount
    offer = ids.make("Discount", world.a.discount.id)
    heads = await torture.heads(world.a, HEADS, points=10 * CONFIRMATIONS)
    tills = await torture.cashiers(world.a, 4)
    thrown = 0

    async def shopper(head: Head, numbers: range, gate: asyncio.Event) -> tuple[int, int]:
        nonlocal thrown
        await gate.wait()
        revoked = 0
        for number in numbers:
            till = clients.random.choice(tills)
            token = await prepared(clients, head, till, offer, f"p-{number}", 8800 + number)
            steps = [("RedemptionConfirm", {"token": token, "requestNo": f"n-{number}"})]
            while steps:
                operation, given = steps.pop()
                for _ in range(clients.random.randint(1, 3)):
                    await throw_away(clients, operation, till, given)
                    thrown += 1
                answer = await clients.insist(operation, till, **given)
                assert answer.done, answer
                row, told = await row_of(answer.payload["redemption"]["id"]), said(answer)
                assert [row[name] for name in row if name in told] == [told[name] for name in row if name in told]
                if operation == "RedemptionConfirm":
                    assert row["billFen"] == 8800 + number
                    if number % 5 == 0:
                        what = {"redemptionId": row["id"], "requestNo": f"n-{number}", "reason": "顾客退货"}
                        steps.append(("RedemptionRevoke", what))
                else:
                    revoked += 1
        return len(numbers), revoked

    async with reported(f"{CONFIRMATIONS} confirmations, answers thrown away", clients) as figures:
        each = CONFIRMATIONS // HEADS
        parts = [range(n * each, (n + 1) * each) for n in range(HEADS)]
        ended = await at_once(
            [lambda gate, h=head, r=part: shopper(h, r, gate) for head, part in zip(heads, parts, strict=True)]
        )
        done, revoked = sum(one for one, _ in ended), sum(other for _, other in ended)
        figures |= {"answers thrown away": thrown, "confirmed": done, "revoked": revoked}
    assert done == CONFIRMATIONS
    effects = await database.fetch_one(
        """
        SELECT (SELECT count(*) FROM redemptions) AS redemptions,
            (SELECT count(*) FROM requests WHERE operation = 'redemptionConfirm') AS claims,
            (SELECT count(*) FROM passes WHERE state = 'SPENT') AS passes,
            (SELECT count(*) FROM points_transfers WHERE kind = 'SPEND') AS spent,
            (SELECT count(*) FROM audit_entries WHERE action = 'redemption.confirm') AS audited,
            (SELECT count(*) FROM outbox_entries WHERE payload ->> 'event' = 'redemption.confirmed') AS told,
            (SELECT count(*) FROM redemptions WHERE state = 'REVOKED') AS revoked,
            (SELECT count(*) FROM points_transfers WHERE kind = 'REFUND') AS refunded,
            (SELECT used FROM discount_counters WHERE discount_id = $1)::bigint AS used
        """,
        world.a.discount.id,
    )
    assert effects == {
        **dict.fromkeys(("redemptions", "claims", "passes", "spent", "audited", "told"), done),
        "revoked": revoked,
        "refunded": revoked,
        "used": done - revoked,
    }
    await torture.assert_whole()


async def test_a_number_stands_for_one_content(world: World, clients: Clients) -> None:
    """Asked with other content, before, at once with and after the first: refused every time, and nothing changed."""
    assert world.a.discount
    offer = ids.make("Discount", world.a.discount.id)
    one, other = await torture.heads(world.a, 2, points=100 * ROUNDS)
    (till, *_) = tills = await torture.cashiers(world.a, 4)

    async def several(operation: str, contents: list[dict[str, Any]]) -> list[Answer]:
        """Each content twice, all at once, by different cashiers."""

        async def ask(number: int, gate: asyncio.Event) -> Answer:
            await gate.wait()
            return await clients.insist(operation, tills[number % 4], **contents[number % 2])

        return await at_once([lambda gate, number=number: ask(number, gate) for number in range(4)])

    def won(answers: list[Answer]) -> int:
        """Which content was done, by both who asked for it; the other was refused, to both."""
        words = [answer.word for answer in answers]
        first = words.index("done")
        assert [words[first % 2], words[first % 2 + 2]] == ["done"] * 2, words
        assert [words[1 - first % 2], words[3 - first % 2]] == ["REQUEST_NO_REUSED"] * 2, words
        assert answers[first % 2].payload == answers[first % 2 + 2].payload
        return first % 2

    async with reported(f"{ROUNDS} numbers with two contents", clients) as figures:
        for turn in range(ROUNDS):
            tokens = [
                await prepared(clients, head, till, offer, f"{name}-{turn}", 8800)
                for name, head in (("one", one), ("other", other))
            ]
            answers = await several("RedemptionConfirm", [{"token": t, "requestNo": f"c-{turn}"} for t in tokens])
            winner = won(answers)
            before = await snapshot()
            repeated = {"token": tokens[1 - winner], "requestNo": f"c-{turn}"}
            for _ in range(3):
                assert (await clients.insist("RedemptionConfirm", till, **repeated)).refused == "REQUEST_NO_REUSED"
            assert await snapshot() == before
            own = await clients.insist("RedemptionConfirm", till, token=tokens[1 - winner], requestNo=f"o-{turn}")
            assert own.done, "the refusals have left its preparation as it was"

            done = [answers[winner].payload["redemption"]["id"], own.payload["redemption"]["id"]]
            contents = [
                {"redemptionId": done[0], "requestNo": f"v-{turn}", "reason": "点错了"},
                {
                    "redemptionId": done[turn % 2],
                    "requestNo": f"v-{turn}",
                    "reason": "顾客退货" if turn % 4 < 2 else "退",
                },
            ]
            last = contents[1 - won(await several("RedemptionRevoke", contents))]
            before = await snapshot()
            assert (await clients.insist("RedemptionRevoke", till, **last)).refused == "REQUEST_NO_REUSED"
            assert await snapshot() == before
        figures["refused"] = clients.total("RedemptionConfirm", "REQUEST_NO_REUSED") + clients.total(
            "RedemptionRevoke", "REQUEST_NO_REUSED"
        )
    states = await database.fetch("SELECT state, count(*) AS n FROM redemptions GROUP BY state")
    assert {row["state"]: row["n"] for row in states} == {"CONFIRMED": ROUNDS, "REVOKED": ROUNDS}
    await torture.assert_whole()
