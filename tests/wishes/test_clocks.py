"""Hosts whose clocks disagree tell a wish's story in one order all the same: that in which it was locked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from schema.graph import ids
from services.db import database
from services.kit import clock
from services.wishes import steps as wish_steps
from tests.town import wishes
from tests.town.documents import Api
from tests.town.postgres import at_once, unchanged
from tests.town.story import act, code, done
from tests.town.wishes import GIVEN, row_of
from tests.town.world import World, everybody

AHEAD, BEHIND = timedelta(minutes=10), timedelta(minutes=-10)


class Hosts:
    """Whose clock the next step is by: how far it is off, for the time that is written as for the ids that are made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.off: Iterator[timedelta] = cycle([timedelta()])
        self._now = timedelta()
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + self._now)
        monkeypatch.setattr(wish_steps, "uuid7", self._key)

    def _key(self) -> UUID:
        return UUID(int=uuid7().int + (self._now // timedelta(milliseconds=1) << 80))

    def take(self, *off: timedelta) -> None:
        """Each step comes to the next of these hosts in turn."""
        self.off = cycle(off)

    def next(self) -> None:
        """The next step comes to another host."""
        self._now = next(self.off)


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Hosts:
    return Hosts(monkeypatch)


async def events(wish: str) -> list[dict[str, Any]]:
    return await database.fetch(
        "SELECT number, id, occurred_at, action, from_state, to_state FROM wish_events WHERE wish_id = $1"
        " ORDER BY number",
        ids.find(wish, "Wish"),
    )


async def tell_one_story(wish: str) -> None:
    """Assert that the wish's steps lead from one to the next without a gap."""
    told = await events(wish)
    assert [event["number"] for event in told] == list(range(1, len(told) + 1))
    for before, after in pairwise(told):
        assert before["to_state"] == after["from_state"], told


# Each ends in a step that was made before, and is another one now.
AGAIN = {
    "dispatch": (wishes.submitted, ["staff WishDispatch", "staff WishRecall", "staff WishDispatch"], "DISPATCHED"),
    "accept": (
        wishes.dispatched,
        ["head WishAccept", "head WishHandBack", "staff WishDispatch", "head WishAccept"],
        "ACCEPTED",
    ),
    "recall": (wishes.dispatched, ["staff WishRecall", "staff WishDispatch", "staff WishRecall"], "SUBMITTED"),
    "decline": (wishes.dispatched, ["head WishDecline", "staff WishDispatch", "head WishDecline"], "SUBMITTED"),
    "hand back": (
        wishes.accepted,
        ["head WishHandBack", "staff WishDispatch", "head WishAccept", "head WishHandBack"],
        "SUBMITTED",
    ),
    "complete": (wishes.accepted, ["head WishComplete", "resident WishRedo", "head WishComplete"], "COMPLETED"),
    "redo": (wishes.completed, ["resident WishRedo", "head WishComplete", "resident WishRedo"], "ACCEPTED"),
}


class Steps:
    """The steps of one wish, each at the next host."""

    def __init__(self, world: World, api: Api, hosts: Hosts, wish: str) -> None:
        self.world, self.api, self.hosts, self.wish = world, api, hosts, wish
        self.people = everybody(world)

    async def take(self, step: str) -> dict[str, Any]:
        name, operation = step.split()
        given = dict(GIVEN[operation])
        if operation == "WishDispatch":
            given = {"headId": ids.make("HouseholdHead", self.world.a.heads[0].id)}
        self.hosts.next()
        return await act(self.api, self.people[name], operation, wishId=self.wish, **given)


@pytest.mark.parametrize("name", AGAIN)
async def test_what_was_done_long_ago_is_not_done_already(world: World, api: Api, hosts: Hosts, name: str) -> None:
    make, steps, state = AGAIN[name]
    wish = await make(api, world.a)
    hosts.take(AHEAD, *[timedelta()] * (len(steps) - 1))
    scene = Steps(world, api, hosts, wish)
    for step in steps:
        assert code(await scene.take(step)) is None, step
    assert (await row_of(wish))["state"] == state
    await tell_one_story(wish)


@pytest.mark.parametrize("name", AGAIN)
async def test_what_was_done_last_is_done_already(world: World, api: Api, hosts: Hosts, name: str) -> None:
    """Though a host that is behind did it, and whatever host is asked again."""
    make, steps, _ = AGAIN[name]
    wish = await make(api, world.a)
    hosts.take(*[AHEAD] * (len(steps) - 1), BEHIND, AHEAD, BEHIND, timedelta())
    scene = Steps(world, api, hosts, wish)
    for step in steps:
        assert code(await scene.take(step)) is None, step
    async with unchanged():
        for _ in range(3):
            assert code(await scene.take(steps[-1])) is None
    await tell_one_story(wish)


async def test_the_story_is_read_in_its_order(
    world: World, api: Api, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = await wishes.submitted(api, world.a)
    hosts.take(AHEAD, BEHIND, timedelta())
    scene = Steps(world, api, hosts, wish)
    told = ["SUBMIT"]
    for step in (
        "staff WishDispatch",
        "head WishAccept",
        "head WishComplete",
        "resident WishRedo",
        "head WishComplete",
    ):
        assert code(await scene.take(step)) is None
        told.append(step.split()[1].removeprefix("Wish").upper())
    assert world.a.staff
    node = (await api.run(world.a.staff.token, "WishDetail", id=wish))["node"]
    assert [event["action"] for event in node["events"]] == told
    assert sorted(one["id"] for one in await events(wish)) != [one["id"] for one in await events(wish)]
    monkeypatch.setattr("services.wishes.events.MAX_EVENTS", 3)
    node = (await api.run(world.a.staff.token, "WishDetail", id=wish))["node"]
    assert [event["action"] for event in node["events"]] == told[-3:]


PAIRS = [
    (wishes.dispatched, "head WishAccept", "staff WishRecall"),
    (wishes.offered, "head WishDecline", "head WishAccept"),
    (wishes.offered, "head WishDecline", "other_head WishDecline"),
    (wishes.accepted, "head WishHandBack", "staff WishRecall"),
    (wishes.accepted, "head WishComplete", "resident WishCancel"),
    (wishes.completed, "resident WishRedo", "head WishComplete"),
    (wishes.submitted, "staff WishDispatch", "resident WishCancel"),
]


@pytest.mark.parametrize(("make", "one", "other"), PAIRS + [(make, other, one) for make, one, other in PAIRS])
@pytest.mark.parametrize("off", [AHEAD, BEHIND])
async def test_two_hosts_meet_on_one_wish(
    world: World, api: Api, hosts: Hosts, database_url: str, make: Any, one: str, other: str, off: timedelta
) -> None:
    """Forced to meet at the wish's lock: the numbers follow the order in which they got it, and so does each repeat."""
    wish = await make(api, world.a)
    scene = Steps(world, api, hosts, wish)
    scene.people["other_head"] = world.a.head_people[1]
    hosts.take(off, -off)
    payloads = await at_once(database_url, ("wishes", ids.find(wish, "Wish")), scene.take(one), scene.take(other))
    assert code(payloads[0]) is None
    await tell_one_story(wish)
    state = (await row_of(wish))["state"]
    assert state == (await events(wish))[-1]["to_state"]
    last = other if code(payloads[1]) is None else one
    async with unchanged():
        assert code(await scene.take(last)) is None


async def test_two_steps_have_no_one_number(world: World, api: Api) -> None:
    wish = await wishes.dispatched(api, world.a)
    with pytest.raises(Exception, match="wish_events_number_once"):
        await database.fetch(
            "INSERT INTO wish_events SELECT (jsonb_populate_record(e, jsonb_build_object('id', $2::text))).*"
            " FROM wish_events e WHERE wish_id = $1 AND number = 2",
            ids.find(wish, "Wish"),
            str(uuid7()),
        )
    await done(api, world.a.head_people[0], "WishAccept", wishId=wish)
    assert [one["number"] for one in await events(wish)] == [1, 2, 3]
