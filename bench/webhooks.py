"""Whether a till is slower while its shop's own system hangs and floods, side by side in one run.

Serve the demo so that it reaches this machine (`WEBHOOK_NETWORKS=127.0.0.0/8 make demo`; its server then also sends the
webhooks), then: `.venv/bin/python bench/webhooks.py` (PORT as for the demo).

The shop has two endpoints here: one takes a request and never answers, one answers without end. In turn they are
paused and resumed; each time so many redemptions are confirmed (and revoked, so that nothing is used up). Printed is
the median over the turns of (confirmation while both are at it ÷ confirmation while both are paused), with quartiles.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
URL = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/graphql"
TURNS = 12
CONFIRMATIONS = 15


def token(role: str) -> str:
    """A demo token."""
    command = [sys.executable, "app.py", "token", "--role", role]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


class Till:
    """The demo's head and cashier of one story set."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.head, self.cashier = token("HOUSEHOLD_HEAD"), token("SHOP_STAFF")

    async def ask(self, bearer: str, name: str, **variables: Any) -> dict[str, Any]:
        """Send one of docs/operations; its data."""
        document = (ROOT / "docs/operations" / f"{name}.graphql").read_text()
        answer = await self.client.post(
            URL, json={"query": document, "variables": variables}, headers={"authorization": f"Bearer {bearer}"}
        )
        data = answer.json().get("data")
        if not data:
            raise SystemExit(answer.text)
        return dict(data)

    async def act(self, bearer: str, name: str, **given: Any) -> Any:
        """Send a mutation; its object."""
        (payload,) = (await self.ask(bearer, name, input=given)).values()
        if payload["errors"]:
            raise SystemExit(json.dumps(payload["errors"], ensure_ascii=False))
        return next(value for key, value in payload.items() if key != "errors")

    async def confirmation(self, discount: str) -> float:
        """How many seconds one confirmation takes."""
        shown = await self.act(self.head, "PassIssue", discountId=discount, requestNo=str(uuid.uuid4()))
        prepared = await self.act(self.cashier, "RedemptionPrepare", code=shown["code"], billFen=8800)
        began = time.perf_counter()
        made = await self.act(self.cashier, "RedemptionConfirm", token=prepared["token"], requestNo=str(uuid.uuid4()))
        took = time.perf_counter() - began
        given = {"redemptionId": made["id"], "requestNo": str(uuid.uuid4()), "reason": "bench"}
        await self.act(self.cashier, "RedemptionRevoke", **given)
        return took


class Bad:
    """A shop's own system that hangs or floods, and how often it was tried."""

    def __init__(self, floods: bool) -> None:
        self.floods, self.tried = floods, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a request; then hang, or flood."""
        self.tried += 1
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + (b"\r\n" if self.floods else b""))
            while self.floods:
                writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                await writer.drain()
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def misbehave() -> None:
    """Be both of them, in a process of their own, until standard input ends; then tell how often each was tried."""
    bad = [Bad(floods) for floods in (False, True)]
    servers = [await asyncio.start_server(one.serve, "127.0.0.1", 0) for one in bad]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(f"attempts: {bad[0].tried} hung, {bad[1].tried} flooded", flush=True)
    os._exit(0)  # with whatever hangs


async def main() -> None:
    """Measure and print."""
    bad = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "misbehave", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert bad.stdin and bad.stdout
    ports = (await bad.stdout.readline()).decode().split()
    async with httpx.AsyncClient(timeout=30) as client:
        till = Till(client)
        shop = (await till.ask(till.cashier, "Viewer"))["viewer"]["shop"]
        discount = shop["discounts"]["edges"][0]["node"]["id"]
        asked = {"shopId": shop["id"], "events": ["REDEMPTION_CONFIRMED", "REDEMPTION_REVOKED"]}
        endpoints = [
            await till.act(
                till.cashier, "WebhookCreate", **asked, requestNo=str(uuid.uuid4()), url=f"http://127.0.0.1:{port}/"
            )
            for port in ports
        ]
        try:
            ratios, quiet, noisy = await turns(till, discount, endpoints)
        finally:
            for endpoint in endpoints:
                await till.act(till.cashier, "WebhookEnd", endpointId=endpoint["id"])
    bad.stdin.close()
    low, middle, high = statistics.quantiles(ratios, n=4)
    print((await bad.stdout.read()).decode().strip())
    print(f"a confirmation: {quiet * 1000:.1f} ms while paused, {noisy * 1000:.1f} ms while at it (medians)")
    print(f"ratio {middle:.2f} ({low:.2f} to {high:.2f})")


async def turns(till: Till, discount: str, endpoints: list[dict[str, Any]]) -> tuple[list[float], float, float]:
    """The ratio of each turn, and the medians of all confirmations: while paused, and while not."""
    ratios = []
    seconds: dict[str, list[float]] = {"WebhookPause": [], "WebhookResume": []}
    for turn in range(TURNS + 1):
        medians = {}
        for step in sorted(seconds, reverse=bool(turn % 2)):
            for endpoint in endpoints:
                await till.act(till.cashier, step, endpointId=endpoint["id"])
            took = [await till.confirmation(discount) for _ in range(CONFIRMATIONS)]
            medians[step] = statistics.median(took)
            if turn:  # the first is to warm up
                seconds[step] += took
        if turn:
            ratios.append(medians["WebhookResume"] / medians["WebhookPause"])
    return ratios, *(statistics.median(some) for some in seconds.values())


if __name__ == "__main__":
    asyncio.run(misbehave() if sys.argv[1:] == ["misbehave"] else main())
