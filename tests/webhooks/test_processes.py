"""Webhooks as the real service sends them: `app.py work`, killed in the middle, over TLS, and where it may not go."""

import asyncio
from pathlib import Path

from standardwebhooks import Webhook

from services.db import database
from tests.town import receiver, webhooks
from tests.town.documents import Api
from tests.town.postgres import holding, until_blocked
from tests.town.receiver import receiving
from tests.town.servers import working
from tests.town.webhooks import attempts, deliveries, endpoint, moved, states, until
from tests.town.world import World

LOOPBACK = "127.0.0.0/8,::1/128"
SECONDS = 5.0


async def test_killed_between_sending_and_noting_it_is_sent_again(
    rich: World, api: Api, database_url: str, tmp_path: Path
) -> None:
    settings = {"WEBHOOK_NETWORKS": LOOPBACK, "WEBHOOK_TIMEOUT_SECONDS": str(SECONDS)}
    gate = asyncio.Event()

    async def at_last(request: receiver.Received, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await receiver.answering()(request, writer)

    async with receiving(at_last) as receiver_:
        made = await endpoint(api, rich.a)
        await moved(made["id"], receiver_.url())
        await webhooks.told(api, rich.a)
        (row,) = await deliveries()
        with working(database_url, tmp_path / "1", **settings) as process:
            await receiver_.until(1)
            async with holding("SELECT 1 FROM webhook_deliveries WHERE id = $1 FOR UPDATE", row["id"]):
                gate.set()  # the answer comes, and noting it waits for the lock
                await until_blocked()
                process.kill()
                await asyncio.to_thread(process.wait)
                await database.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
        (row,) = await deliveries()
        assert (row["state"], row["attempts"], await attempts()) == ("WAITING", 1, [])
        with working(database_url, tmp_path / "2", **settings):
            await until("DELIVERED")  # when the lease has run out
    first, second = receiver_.received
    assert (first.id, first.body) == (second.id, second.body)
    for one in (first, second):
        Webhook(made["secret"]).verify(one.body, one.headers)
    assert (await deliveries())[0]["attempts"] == 2 and await attempts() == [("ANSWERED", 200)]
    assert "Traceback" not in (tmp_path / "1").read_text() + (tmp_path / "2").read_text()


async def test_over_tls_by_the_machines_own_names_and_certificates(
    rich: World, api: Api, database_url: str, tmp_path: Path
) -> None:
    authority = receiver.authority(tmp_path)
    settings = {"WEBHOOK_NETWORKS": LOOPBACK, "SSL_CERT_FILE": str(authority.file)}
    async with receiving(tls=authority.serving(["localhost"])) as receiver_:
        made = await endpoint(api, rich.a)
        await moved(made["id"], receiver_.url(host="localhost"))
        with working(database_url, tmp_path / "log", **settings):
            await webhooks.told(api, rich.a)
            await until("DELIVERED")
    (request,) = receiver_.received
    assert receiver_.names == ["localhost"] and request.headers["host"] == f"localhost:{receiver_.port}"
    Webhook(made["secret"]).verify(request.body, request.headers)


async def test_without_the_setting_nothing_inside_is_reached(
    rich: World, api: Api, database_url: str, tmp_path: Path
) -> None:
    async with receiving() as receiver_:
        for url in (receiver_.url(), f"https://localhost:{receiver_.port}/", f"https://127.0.0.1:{receiver_.port}/"):
            await moved((await endpoint(api, rich.a))["id"], url)
        with working(database_url, tmp_path / "log"):
            await webhooks.told(api, rich.a)
            await webhooks.attempted(3)
    assert receiver_.connections == 0 and await states() == ["WAITING"] * 3
    assert set(await attempts()) == {("ADDRESS_REFUSED", None)}
