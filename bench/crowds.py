"""A till beside crowds: how long prepare and confirm take alone, and beside so many connections of readers of shops, of
people who send the twenty dearest documents that `bench/dearest.py` has found, or who watch the board.

`python bench/crowds.py [--tree FOLDER]` prints one table; FOLDER is another checkout, such as that of an earlier
version. The dearest are sent by who is not signed in, and by anybody. Each connection of a crowd has an address of its
own, unless `--one-address`, and waits as long as a 429 says.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvloop

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import dearest
import tills
from district import SIZES, District, district
from load import Request
from sides import FOLDER, OURS, Side

from services.db import database
from services.kit import clock
from services.kit.settings import current
from services.till.codes import qr_text, step_at

SHOPS = (
    "{ shops(first: 100) { edges { node { id name category address latitude longitude openingHours"
    " discounts(first: 6) { edges { node { id title benefit { __typename ... on PercentOff { percent maxSavedFen }"
    " ... on AmountOff { amountFen } ... on Gift { name } } minSpendFen costPoints"
    " minStarLevel stockLeft validUntil weekdays hours { from until } } } } } } } }"
)
BOARD = (ROOT / "docs" / "operations" / "Leaderboard.graphql").read_text()
SIZES_OF_CROWDS = (1, 4, 20, 64)
DEAREST = 20
BETWEEN_SECONDS = 0.05  # redemptions of the till


@dataclass(slots=True)
class Turn:
    """What was seen beside one crowd."""

    prepared: list[float] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)
    refused: int = 0  # of the till's requests
    answered: int = 0  # of the crowd's
    turned_away: int = 0


class Client:
    """One connection, which is opened again when the server has closed it."""

    def __init__(self, port: int, address: str | None = None) -> None:
        self._port, self._address = port, address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> tuple[int, float, bytes]:
        """Send one request; return status, seconds to wait before the next, and the body."""
        sent = request.bytes()
        if self._address:
            sent = sent.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: %b\r\n\r\n" % self._address.encode(), 1)
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        try:
            writer.write(sent)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            body = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            return 0, 0.1, b""
        waits = head.partition(b"retry-after:")[2].split(b"\r\n", 1)[0]
        return int(head.split(b" ", 2)[1]), float(waits or 0), body

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


Crowd = tuple[str, int, list[Request]]  # its name, how many connections, what they send in turn


async def crowds(told: str) -> list[Crowd]:
    """Return the crowds whose name holds this. Needs a connected database."""
    shops = [Request("/graphql", {"query": SHOPS})]
    board = [Request("/graphql", {"query": BOARD, "variables": {"period": "MONTH"}})]
    found, who = dearest.saved(), await dearest.tokens()
    if not found:
        print("`python bench/dearest.py` has not looked for the dearest documents yet")
    anonymous = [one for one in found if one.who == dearest.ANONYMOUS][:DEAREST]
    dear = {"of the dearest, anonymous": anonymous, "of the dearest, anybody": found[:DEAREST]}
    every: list[Crowd] = [(f"{count} readers of shops", count, shops) for count in SIZES_OF_CROWDS]
    for name, documents in dear.items():
        sent = [Request("/graphql", {"query": one.query}, who[one.who]) for one in documents]
        every += [(f"{count} {name}", count, sent) for count in SIZES_OF_CROWDS if sent]
    every.append(("40 readers of the board", 40, board))
    return [("alone", 0, []), *(one for one in every if told in one[0])]


async def _crowd(port: int, count: int, requests: list[Request], one_address: bool, seen: Turn) -> None:
    async def one(number: int) -> None:
        client = Client(port, "10.9.0.1" if one_address else f"10.{number // 250}.{number % 250}.7")
        try:
            for turn in itertools.count(number):
                status, waits, _ = await client.ask(requests[turn % len(requests)])
                if status == 200:
                    seen.answered += 1
                else:
                    seen.turned_away += 1
                    await asyncio.sleep(waits)
        finally:
            client.close()

    await asyncio.gather(*(one(number) for number in range(count)))


async def _redeem(client: Client, till: tills.Till, texts: list[str], pass_id: Any, seen: Turn) -> None:
    async def step(text: str, taken: list[float], **given: Any) -> dict[str, Any] | None:
        began = time.perf_counter()
        request = Request("/graphql", {"query": text, "variables": {"input": given}}, till.token)
        status, _, body = await client.ask(request)
        taken.append(time.perf_counter() - began)
        if status != 200:
            seen.refused += 1
            return None
        (payload,) = json.loads(body)["data"].values()
        assert payload and not payload["errors"], body
        return dict(payload)

    code = qr_text(tills.SECRET, pass_id, step_at(clock.now()))
    if done := await step(texts[0], seen.prepared, code=code, billFen=tills.BILL_FEN):
        await step(texts[1], seen.confirmed, token=done["preparation"]["token"], requestNo=str(uuid.uuid4()))


async def _turn(side: Side, till: tills.Till, crowd: tuple[int, list[Request]], told: argparse.Namespace) -> Turn:
    texts = [(tills.DOCUMENTS / f"Redemption{step}.graphql").read_text() for step in ("Prepare", "Confirm")]
    passes = await till.issue(int(told.seconds / BETWEEN_SECONDS))
    till.heads = [*till.heads[len(passes) :], *till.heads[: len(passes)]]  # some passes are left over
    seen, client = Turn(), Client(side.port, "10.200.0.1")
    pressing = asyncio.create_task(_crowd(side.port, *crowd, told.one_address, seen))
    try:
        await asyncio.sleep(1.0)
        seen.answered = seen.turned_away = 0
        until = time.monotonic() + told.seconds
        for pass_id in passes:
            await _redeem(client, till, texts, pass_id, seen)
            await asyncio.sleep(BETWEEN_SECONDS)
            if time.monotonic() > until:
                break
    finally:
        pressing.cancel()
        await asyncio.wait([pressing])
        client.close()
    await asyncio.sleep(0.5)
    return seen


async def measured(place: District, told: argparse.Namespace) -> None:
    """Print a line for each crowd."""
    kind = replace(OURS, name="crowds", environment={**OURS.environment, **dict(told.set)})
    side = Side(kind, place.url, told.tree)
    try:
        await side.start(Request("/graphql", {"query": "{ __typename }"}))
        async with database.connected(place.url, current()):
            till = (await tills.tills())[0]
            every = await crowds(told.beside)
            assert len(till.heads) > told.seconds / BETWEEN_SECONDS * (len(every) + 1), "a head for each pass"
            await _turn(side, till, (0, []), told)  # to warm up
            print(f"{'beside':30} {'prepare ms':>12} {'÷ alone':>8} {'confirm ms':>12} {'÷ alone':>8} {'p95 ms':>8}")
            alone: Turn | None = None
            for name, count, requests in every:
                seen = await _turn(side, till, (count, requests), told)
                alone = alone or seen
                _print(name, seen, alone, told.seconds)
    finally:
        side.stop()


def _print(name: str, seen: Turn, alone: Turn, seconds: float) -> None:
    columns = []
    for taken, of_alone in ((seen.prepared, alone.prepared), (seen.confirmed, alone.confirmed)):
        median = statistics.median(taken) if taken else float("nan")
        columns.append(f"{median * 1000:12.1f} {median / statistics.median(of_alone):8.1f}")
    late = sorted([*seen.prepared, *seen.confirmed]) or [float("nan")]
    print(
        f"{name:30} {' '.join(columns)} {late[int(len(late) * 0.95)] * 1000:8.0f}"
        f"   {len(late)} of the till, {seen.refused} refused;"
        f" {seen.answered / seconds:.1f}/s of the crowd, {seen.turned_away} turned away",
        flush=True,
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="Measure a till beside crowds.")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long beside each crowd")
    parser.add_argument("--size", choices=SIZES, default="full", help="of the demo district")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout whose server is measured")
    parser.add_argument("--one-address", action="store_true", help="the whole crowd at one address")
    parser.add_argument("--beside", default="", help="only the crowds whose name holds this")
    parser.add_argument("--set", action="append", default=[], type=lambda text: text.split("=", 1), help="NAME=VALUE")
    told = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with district(FOLDER / "data", told.size) as place:
        uvloop.run(measured(place, told))


if __name__ == "__main__":
    main()
