"""Subscriptions over real connections to two servers: who hears of what, how soon, how often, and how each one ends."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import pairwise

import httpx
import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from models.accounts import Membership
from models.enums import WishState
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.kit import clock
from services.live import listener, outbox
from tests.town import documents, story, wishes
from tests.town import servers as processes
from tests.town import till as town_till
from tests.town.documents import Api
from tests.town.live import ask, ending, greet, hear, opened, say, subscribed
from tests.town.servers import Server
from tests.town.waiting import until
from tests.town.world import Person, World


@pytest.fixture(scope="module")
def running(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two workers; the first does the work too."""
    logs = tmp_path_factory.mktemp("workers")
    with processes.pool(database_url, logs) as found:
        found.append(processes.start(database_url, logs / "1.log", WORK_INSIDE="true"))
        found.append(processes.start(database_url, logs / "2.log"))
        yield found


@pytest_asyncio.fixture
async def workers(db: None, running: list[Server]) -> AsyncIterator[list[Server]]:
    """Two workers, whose logs tell of no fault afterwards."""
    before = [len(server.written()) for server in running]
    yield running
    for server, length in zip(running, before, strict=True):
        written = server.written()[length:]
        assert "Traceback" not in written and "fault" not in written and "ERROR" not in written, written


@pytest_asyncio.fixture
async def first(workers: list[Server]) -> AsyncIterator[Api]:
    """A client of the first worker."""
    async with httpx.AsyncClient(base_url=workers[0].url, timeout=30) as client:
        yield Api(client)


@database.transactional
async def board_changes(world: World, at: datetime | None = None, path: str = "") -> None:
    outbox.leaderboard_changed(world.a.heads[0].id, path or world.a.grid.path, at)


@database.transactional
async def wish_changes(world: World) -> None:
    """Word of a wish of household 0 that nobody can see."""
    outbox.wish_changed(world.a.heads[0].id, WishState.RATED, world.a.households[0].id, world.a.grid.path, [])


def area(world: World) -> str:
    return ids.make("Area", world.a.community.id)


async def test_a_rating_moves_the_wall_screen_of_another_worker(
    workers: list[Server], world: World, first: Api
) -> None:
    async with (
        subscribed(workers[1], "LeaderboardChanged", areaId=area(world), period="WEEK") as screen,
        subscribed(workers[1], "LeaderboardChanged", areaId=ids.make("Area", world.b.community.id), period="ALL") as b,
        subscribed(workers[1], "LeaderboardChanged", world.admin, period="MONTH") as district,
    ):
        await wishes.rated(first, world.a)
        event = await screen.event()
        version = event.pop("version")
        assert event.pop("changedAt") and event == {"area": {"id": area(world), "name": "A社区"}, "period": "WEEK"}
        assert (await district.event())["area"]["name"] == "汇川区"
        board = await first.run(None, "Leaderboard", areaId=area(world), period="WEEK")
        assert board["leaderboard"]["scored"] == 1, "and what it asks then is there"
        assert board["leaderboard"]["version"] == version == 1, "nothing was missed"
        await b.quiet()


async def test_a_reversal_counts_in_the_period_of_its_posting(workers: list[Server], world: World) -> None:
    async with (
        subscribed(workers[1], "LeaderboardChanged", areaId=area(world), period="WEEK") as week,
        subscribed(workers[1], "LeaderboardChanged", areaId=area(world), period="ALL") as ever,
    ):
        await board_changes(world, world.a.heads[0].opted_in_at)
        assert (await ever.event())["period"] == "ALL"
        await week.quiet()


async def test_each_hears_of_wishes_as_far_as_the_own_eyes_reach(
    workers: list[Server], world: World, first: Api
) -> None:
    a = world.a
    async with AsyncExitStack() as stack:
        resident, head, neighbour, other = [
            await stack.enter_async_context(subscribed(workers[1], "WishChanged", who))
            for who in (a.residents[0], a.head_people[0], a.head_people[1], a.residents[2])
        ]
        wish = await wishes.submitted(first, a)
        event = await resident.event()
        (told,) = event["wishes"]
        assert (told["id"], told["state"], told["head"], event["reload"]) == (wish, "SUBMITTED", None, False)
        assert "CANCEL" in told["availableActions"]

        await story.done(first, a.staff, "WishDispatch", wishId=wish)
        for one in (head, neighbour):
            (told,) = (await one.event())["wishes"]
            assert told["id"] == wish and {"ACCEPT", "DECLINE"} <= set(told["availableActions"])
        assert (await resident.event())["wishes"][0]["state"] == "DISPATCHED"

        await asyncio.sleep(1.1)
        await story.done(first, a.head_people[0], "WishAccept", wishId=wish)
        assert (await head.event())["wishes"][0]["availableActions"] == ["HAND_BACK", "COMPLETE"]
        gone = await neighbour.event()
        assert gone.pop("changedAt") and gone == {"wishes": [], "reload": True}, "it is out of sight: reload"
        assert (await resident.event())["wishes"][0]["head"]["name"] == "赵联户"
        await other.quiet(0.5)


async def test_both_sides_of_the_till_hear_at_once(workers: list[Server], rich: World, first: Api) -> None:
    a = rich.a
    assert a.cashier and rich.b.cashier
    async with (
        subscribed(workers[1], "RedemptionChanged", a.head_people[0]) as head,
        subscribed(workers[0], "RedemptionChanged", a.cashier) as till,
        subscribed(workers[1], "RedemptionChanged", rich.b.cashier) as elsewhere,
    ):
        made = await town_till.redeemed(first, a)
        (seen,) = (await head.event())["redemptions"]
        assert (seen["id"], seen["state"], seen["headName"]) == (made["id"], "CONFIRMED", "赵联户")
        (seen,) = (await till.event())["redemptions"]
        assert (seen["id"], seen["headName"], seen["availableActions"]) == (made["id"], "赵**", ["REVOKE"])
        await story.done(
            first, a.cashier, "RedemptionRevoke", redemptionId=made["id"], requestNo=story.request_no(), reason="错"
        )
        assert (await head.event())["redemptions"][0]["state"] == "REVOKED"
        await elsewhere.quiet(0.5)


async def test_one_message_a_second_and_the_last_change_is_told(workers: list[Server], world: World) -> None:
    """By the server's own times, to a loop's milliseconds: when this process hears of it is a matter of its load."""
    async with (
        subscribed(workers[0], "LeaderboardChanged", areaId=area(world), period="ALL") as one,
        subscribed(workers[1], "LeaderboardChanged", period="ALL") as two,
    ):
        began = last = clock.now()
        while last - began < timedelta(seconds=4):
            await asyncio.sleep(0.02)
            last = clock.now()
            await board_changes(world)
        for screen in (one, two):
            times = [began]
            while times[-1] < last:
                times.append(datetime.fromisoformat((await screen.event(60))["changedAt"]))
            assert len(times) > 3, times
            assert all(later - sooner > timedelta(seconds=0.99) for sooner, later in pairwise(times[1:])), times


async def test_more_than_twenty_wishes_are_told_as_one_word(workers: list[Server], world: World) -> None:
    household = world.a.households[0].id
    async with subscribed(workers[1], "WishChanged", world.a.residents[0]) as resident:
        payload = json.dumps({"household_id": str(household), "path": "d/", "head_ids": []})
        await database.execute(
            "INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at)"
            " SELECT gen_random_uuid(), 'wish.changed', gen_random_uuid(), $1, now() FROM generate_series(1, 21)",
            payload,
        )
        event = await resident.event()
        assert event["reload"] and event["wishes"] == []


async def test_each_event_reads_anew(workers: list[Server], world: World, first: Api) -> None:
    """Neither what was loaded for the event before, nor the rights of then."""
    a = world.a
    async with subscribed(workers[1], "WishChanged", a.residents[0]) as resident:
        wish = await wishes.dispatched(first, a)
        await resident.event()
        await asyncio.sleep(1.1)
        await database.execute("UPDATE household_heads SET name = '新名字' WHERE id = $1", a.heads[0].id)
        await story.done(first, a.head_people[0], "WishAccept", wishId=wish)
        found = (await resident.event())["wishes"]
        while found[0]["state"] != "ACCEPTED":
            found = (await resident.event())["wishes"]
        assert found[0]["head"]["name"] == "新名字"


async def revoke(who: Person) -> None:
    viewer = await sessions.authenticate(who.token)
    assert viewer is not None and viewer.session_id is not None
    await sessions.revoke(viewer.session_id)


async def test_a_session_that_ended_is_told_nothing_more(workers: list[Server], world: World) -> None:
    async with (
        subscribed(workers[1], "WishChanged", world.a.residents[0]) as resident,
        subscribed(workers[1], "LeaderboardChanged", world.a.residents[1], period="ALL") as other,
    ):
        await revoke(world.a.residents[0])
        await database.execute(
            "UPDATE sessions SET expires_at = now() WHERE account_id = $1", world.a.residents[1].account_id
        )
        await wish_changes(world)
        await board_changes(world)
        for one in (resident, other):
            with pytest.raises(ConnectionClosed):
                await one.message()
            assert (one.socket.close_code, one.socket.close_reason) == (4403, "Forbidden")


async def test_two_subscriptions_of_one_session_end_together(workers: list[Server], world: World) -> None:
    async with subscribed(workers[0], "LeaderboardChanged", world.admin, period="ALL") as one:
        payload = {"query": documents.text("LeaderboardChanged"), "variables": {"period": "WEEK"}}
        await say(one.socket, id="2", type="subscribe", payload=payload)
        second = await one.message()
        assert (second["id"], second["type"]) == ("2", "next"), "both stand"
        await revoke(world.admin)
        await board_changes(world)
        assert await ending(one.socket) == (4403, "Forbidden")


async def test_a_role_that_was_taken_away_ends_the_subscription(workers: list[Server], world: World) -> None:
    async with subscribed(workers[1], "WishChanged", world.a.residents[0]) as resident:
        await Membership.filter(account_id=world.a.residents[0].account_id).delete()
        await wish_changes(world)
        message = await resident.message()
        assert message["payload"]["data"] is None
        assert message["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert await resident.message() == {"id": "1", "type": "complete"}


@pytest.mark.parametrize("bad", ["", "x", "不是编号", "unknown", "a building", "of another type"])
async def test_a_board_that_does_not_exist_is_told_so(workers: list[Server], world: World, bad: str) -> None:
    known = {
        "unknown": ids.make("Area", world.a.heads[0].id),
        "a building": ids.make("Area", world.a.building.id),
        "of another type": ids.make("Shop", world.a.community.id),
    }
    async with opened(workers[0]) as socket:
        await greet(socket)
        variables = {"areaId": known.get(bad, bad), "period": "WEEK"}
        payload = {"query": documents.text("LeaderboardChanged"), "variables": variables}
        await say(socket, id="1", type="subscribe", payload=payload)
        message = await hear(socket)
        (error,) = message["payload"]["errors"]
        assert message["type"] == "next" and message["payload"]["data"] is None
        assert error["extensions"]["code"] == "NOT_FOUND" and error["message"].startswith("找不到")
        assert await hear(socket) == {"id": "1", "type": "complete"}
        assert (await ask(socket, "2"))["type"] == "next", "the connection lives on"


async def test_a_building_has_its_board_for_those_who_work_there(workers: list[Server], world: World) -> None:
    variables = {"areaId": ids.make("Area", world.a.building.id), "period": "WEEK"}
    async with subscribed(workers[0], "LeaderboardChanged", world.a.staff, **variables) as staff:
        await board_changes(world, path=world.a.building.path)
        assert (await staff.event())["area"]["name"] == "1栋"


@pytest.mark.parametrize("name", ["WishChanged", "RedemptionChanged"])
async def test_who_has_nothing_of_the_own_is_told_so(workers: list[Server], world: World, name: str) -> None:
    for who, code in ((None, "UNAUTHENTICATED"), (world.auditor, "FORBIDDEN"), (world.admin, "FORBIDDEN")):
        async with opened(workers[0]) as socket:
            await greet(socket, **({"Authorization": f"Bearer {who.token}"} if who else {}))
            await say(socket, id="1", type="subscribe", payload={"query": documents.text(name)})
            message = await hear(socket)
            assert message["payload"]["data"] is None
            assert [error["extensions"]["code"] for error in message["payload"]["errors"]] == [code]
            assert await hear(socket) == {"id": "1", "type": "complete"}


async def test_who_dispatches_hears_of_wishes_of_the_own_areas(workers: list[Server], world: World, first: Api) -> None:
    a = world.a
    async with (
        subscribed(workers[1], "WishChanged", a.staff) as staff,
        subscribed(workers[1], "WishChanged", a.worker) as worker,
        subscribed(workers[1], "WishChanged", world.b.staff) as foreign,
    ):
        wish = await wishes.submitted(first, a)
        for one in (staff, worker):
            (told,) = (await one.event())["wishes"]
            assert told["id"] == wish and "DISPATCH" in told["availableActions"]
        await story.done(first, a.worker, "WishDispatch", wishId=wish)
        for one in (staff, worker):
            assert (await one.event())["wishes"][0]["state"] == "DISPATCHED"
        await foreign.quiet(0.5)


async def test_when_the_listener_was_away_everybody_is_told_to_reload(workers: list[Server], world: World) -> None:
    async with (
        subscribed(workers[0], "WishChanged", world.a.residents[0]) as resident,
        subscribed(workers[1], "RedemptionChanged", world.a.cashier) as cashier,
        subscribed(workers[1], "LeaderboardChanged", areaId=area(world), period="WEEK") as screen,
    ):
        await database.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = $1 AND datname = current_database()",
            listener.APPLICATION,
        )
        assert (await resident.event())["reload"] and (await cashier.event())["reload"]
        assert (await screen.event())["period"] == "WEEK"
        await asyncio.sleep(1.1)
        await board_changes(world)
        assert await screen.event()
        await resident.quiet(0.5)


async def test_a_subscription_can_be_completed_and_its_id_used_again(workers: list[Server], world: World) -> None:
    async with subscribed(workers[0], "LeaderboardChanged", period="ALL") as one:
        await say(one.socket, id="1", type="complete")
        await ask(one.socket, "then")
        await board_changes(world)
        await one.quiet()
        payload = {"query": documents.text("LeaderboardChanged"), "variables": {"period": "ALL"}}
        await say(one.socket, id="1", type="subscribe", payload=payload)
        assert await one.event(), "its beginning"
        await board_changes(world)
        assert await one.event()


async def test_over_http_there_are_no_subscriptions(workers: list[Server], world: World, first: Api) -> None:
    body = {"query": documents.text("LeaderboardChanged"), "variables": {"period": "ALL"}}
    for accept in ("application/json", "text/event-stream", "multipart/mixed;subscriptionSpec=1.0,application/json"):
        response = await first.send(None, body, accept=accept)
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST", response.text


async def test_a_server_without_room_says_try_again_later(world: World, database_url: str, tmp_path: object) -> None:
    log = tmp_path / "log"  # type: ignore[operator]
    server = await asyncio.to_thread(processes.start, database_url, log, MAX_WEBSOCKETS="8")
    try:
        async with AsyncExitStack() as stack:
            at = [{"X-Forwarded-For": f"10.0.0.{number}"} for number in range(6)]
            two = [await stack.enter_async_context(opened(server, additional_headers=at[0])) for _ in range(2)]
            for one in two:
                await greet(one)
            async with opened(server, additional_headers=at[0]) as third:
                assert await ending(third) == (1013, "too many connections"), "of one address, a quarter"
            for address in (1, 1, 2, 2, 3, 3):
                await greet(await stack.enter_async_context(opened(server, additional_headers=at[address])))
            async with opened(server, additional_headers=at[4]) as ninth:
                assert await ending(ninth) == (1013, "too many connections")
            await ask(two[0], "1")
        async with opened(server, additional_headers=at[0]) as again:
            await greet(again)
    finally:
        await asyncio.to_thread(server.stop)
    assert "Traceback" not in server.written()


@pytest.mark.parametrize("ending_signal", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_told_to_end_says_so_and_ends(
    world: World, database_url: str, tmp_path: object, ending_signal: signal.Signals
) -> None:
    log = tmp_path / "log"  # type: ignore[operator]
    server = await asyncio.to_thread(processes.start, database_url, log, WORK_INSIDE="true")
    before = await listeners()
    try:
        async with AsyncExitStack() as stack:
            subscriptions = [
                await stack.enter_async_context(subscribed(server, name, who))
                for name, who in (("WishChanged", world.a.residents[0]), ("RedemptionChanged", world.a.cashier))
                for _ in range(5)
            ]
            server.process.send_signal(ending_signal)
            for one in subscriptions:
                assert (await ending(one.socket))[0] == 1012
        status = await asyncio.to_thread(server.process.wait, processes.STOPS_WITHIN_SECONDS)
        assert status == (143 if ending_signal == signal.SIGTERM else 0)
    finally:
        await asyncio.to_thread(server.stop)
    written = server.written()
    assert "Traceback" not in written and "ERROR" not in written and "WARNING" not in written, written

    async def left_nothing() -> bool:
        return await listeners() <= before

    await until(left_nothing)


async def listeners() -> set[int]:
    """The backends of servers that listen."""
    rows = await database.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
        listener.APPLICATION,
    )
    return {row["pid"] for row in rows}
