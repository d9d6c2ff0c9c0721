"""/metrics: for who has the token; figures that agree with what was done; bounded labels, and nothing of anybody."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from models.enums import TransferKind
from schema.http.asgi import create_app
from schema.http.metrics import OTHER
from services.db import database
from services.kit import clock
from services.kit.errors import Unavailable
from services.kit.settings import SecretStr, current
from services.work import figures
from tests.town import till, wishes
from tests.town.documents import Api
from tests.town.postgres import engine
from tests.town.story import done
from tests.town.waiting import until
from tests.town.world import Travel, World

TOKEN = "a-token-of-the-monitoring"
Labels = tuple[str, ...]


class Monitored(Api):
    """The app with /metrics."""

    async def metrics(self, token: str = TOKEN) -> dict[str, dict[Labels, float]]:
        """The values of each metric, by its labels."""
        response = await self.client.get("/metrics", headers={"authorization": f"Bearer {token}"})
        assert response.status_code == 200, response.text
        return {
            sample.name: values
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
            for values in [{tuple(one.labels.values()): one.value for one in family.samples if one.name == sample.name}]
        }


@pytest_asyncio.fixture
async def monitored(connected: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Monitored]:
    """A client of an app with /metrics."""
    given = current().model_copy(update={"metrics_token": SecretStr(TOKEN)})
    monkeypatch.setattr("schema.http.asgi.current", lambda: given)
    monkeypatch.setattr(figures, "KEPT_SECONDS", 0.0)
    transport = httpx.ASGITransport(app=create_app("unused"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Monitored(client)


async def test_nothing_is_there_without_the_token(db: None, api: Api, monitored: Monitored) -> None:
    shown: list[Any] = [await api.client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})]
    for given in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "口令"},
    ):
        raw = {name: value.encode() for name, value in given.items()}
        shown.append(await monitored.client.get("/metrics", headers=raw))
    assert {one.status_code for one in shown} == {404}
    unknown = (await monitored.client.get("/nothing")).json()["errors"][0]["message"]
    assert {one.json()["errors"][0]["message"] for one in shown} == {unknown}
    assert (await monitored.client.post("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).status_code == 405
    assert "xingdian_websockets" in await monitored.metrics()


async def test_operations_are_counted_by_name_and_outcome(world: World, monitored: Monitored) -> None:
    token = world.a.residents[0].token
    await monitored.run(token, "Viewer")
    await monitored.run(token, "Viewer")
    await monitored.run(token, "WishAccept", input={"wishId": "none"})
    await monitored.query(token, "query MyOwn { viewer { displayName } }")
    await monitored.query(token, "{ viewer { displayName } }")
    await monitored.send(token, {"query": "{ nonsense }"})
    await monitored.send("unknown", {"query": "{ __typename }"})
    found = await monitored.metrics()
    assert found["xingdian_operations_total"] == {
        ("Viewer", "ok"): 2,
        ("WishAccept", "FORBIDDEN"): 1,
        (OTHER, "ok"): 2,
        (OTHER, "BAD_REQUEST"): 1,
        (OTHER, "UNAUTHENTICATED"): 1,
    }
    assert found["xingdian_operation_seconds_count"] == {("Viewer",): 2, ("WishAccept",): 1, (OTHER,): 4}
    assert 0 < found["xingdian_operation_seconds_sum"]["Viewer",] < 60


async def test_the_number_of_labels_is_bounded(db: None, monitored: Monitored) -> None:
    await monitored.query(None, "{ __typename }")
    before = {name: len(values) for name, values in (await monitored.metrics()).items()}
    for number in range(50):
        await monitored.query(None, f"query Q{number} {{ __typename }}")
        await monitored.client.get(f"/{number}")
        await monitored.client.post(f"/graphql/{number}")
    after = {name: len(values) for name, values in (await monitored.metrics()).items()}
    assert after == before


async def test_lanes_and_connections_are_told(db: None, monitored: Monitored, database_url: str) -> None:
    found = await monitored.metrics()
    lanes = {"till", "signed_in", "anonymous"}
    assert found["xingdian_lane_operations"] == {(lane, state): 0 for lane in lanes for state in ("running", "waiting")}
    assert found["xingdian_lane_turned_away_total"] == {(lane,): 0 for lane in lanes}
    assert found["xingdian_websockets"] == {(): 0}
    async with engine(database_url) as pool:
        taken = await pool.take()
        assert figures.pool() == figures.Pool(1, 1, 0)
        waits = [asyncio.create_task(pool.take()) for _ in range(4)]
        # A connection that is still being made is waited for.
        await until(lambda: figures.pool() == figures.Pool(4, 4, 1))
        await pool.give_back(taken)
        for connection in await asyncio.gather(*waits):
            await pool.give_back(connection)
        assert figures.pool().in_use == figures.pool().waiting == 0


async def test_what_waits_is_told(world: World, monitored: Monitored) -> None:
    past = clock.now() - timedelta(minutes=10)
    await database.fetch("DELETE FROM outbox_entries")
    await database.fetch(
        "INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at)"
        " VALUES (gen_random_uuid(), 'WISH', gen_random_uuid(), '{}', $1)",
        past,
    )
    found = await monitored.metrics()
    assert found["xingdian_database_answers"] == {(): 1}
    assert found["xingdian_waiting"]["relay", "changes_to_publish"] == 1
    assert 590 < found["xingdian_waiting_oldest_seconds"]["relay", "changes_to_publish"] < 700
    assert found["xingdian_waiting_oldest_seconds"]["tick", "wishes_to_return"] == 0


async def test_points_that_moved_are_counted_once(
    travel: Travel, rich: World, api: Api, monitored: Monitored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issued, spent, given back and taken back, each in a count of its own that never falls."""
    a = rich.a
    travel.by(minutes=5)
    counted = [(await monitored.metrics())["xingdian_points_moved_total"]]
    assert counted[0].keys() == {(kind.value,) for kind in TransferKind}
    fresh = await figures.Kept().figures()
    assert fresh and not any(fresh.points.values()), "what was before a process is not its count"

    async def moved() -> dict[str, float]:
        counted.append((await monitored.metrics())["xingdian_points_moved_total"])
        return {
            kind: points - counted[0][kind,] for (kind,), points in counted[-1].items() if points > counted[0][kind,]
        }

    posted = await wishes.rated(api, a)
    assert await moved() == {}, "it may not be committed everywhere"
    travel.by(minutes=2, seconds=1)
    assert await moved() == await moved() == {"REWARD_PENDING": 25, "REWARD_POSTED": 25}
    redeemed = await till.redeemed(api, a)
    await done(api, a.cashier, "RedemptionRevoke", redemptionId=redeemed["id"], requestNo="x", reason="退货")
    await done(api, rich.admin, "PointsReverse", wishId=posted, requestNo="x", reason="冒名")
    travel.by(minutes=3)
    with monkeypatch.context() as away:
        away.setattr(figures.due, "waiting", unavailable)
        assert "xingdian_points_moved_total" not in await monitored.metrics()
    found = await moved()
    assert (found["SPEND"], found["REFUND"], found["REVERSAL"], found["REWARD_POSTED"]) == (10, 10, 25, 25)
    assert await moved() == found
    for before, after in itertools.pairwise(counted):
        assert all(after[kind] >= points for kind, points in before.items())


async def unavailable() -> None:
    raise Unavailable("away")


async def test_figures_are_kept_and_do_without_a_database(
    world: World, monitored: Monitored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "KEPT_SECONDS", 60.0)
    with database.observed_statements() as seen:
        await asyncio.gather(*(monitored.metrics() for _ in range(5)))
        await monitored.metrics()
    assert len(seen) == 2
    other = figures.Kept()
    async with engine("postgresql://postgres@127.0.0.1:1/nowhere"):
        assert await other.figures() is None


async def test_nothing_of_anybody_is_told(world: World, monitored: Monitored) -> None:
    person = world.a.residents[0]
    await monitored.run(person.token, "Viewer")
    await monitored.send(person.token, {"query": f"query Q{'13800138000'} {{ __typename }}"})
    shown = (await monitored.client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).text
    assert "13800138000" not in shown and person.token not in shown and str(person.account_id) not in shown
