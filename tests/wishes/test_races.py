"""Two at once on one wish, forced to meet: a third connection holds the lock until both wait for it."""

from typing import Any

import pytest

from models.enums import Role
from schema.graph import ids
from services.db import database
from tests.town import wishes
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import at_once
from tests.town.story import act, code, done
from tests.town.wishes import GIVEN, events_of, offers_of, rate_of, reward_of, row_of, wish_for
from tests.town.world import World, everybody


@pytest.mark.parametrize("first", [0, 1])
async def test_of_two_heads_who_accept_exactly_one_wins(world: World, api: Api, database_url: str, first: int) -> None:
    wish = await wishes.offered(api, world.a)
    one, other = world.a.head_people[first], world.a.head_people[1 - first]
    won, lost = await at_once(
        database_url,
        ("wishes", ids.find(wish, "Wish")),
        act(api, one, "WishAccept", wishId=wish),
        act(api, other, "WishAccept", wishId=wish),
    )
    assert code(won) is None and code(lost) == "ALREADY_TAKEN"
    assert (await row_of(wish))["head_id"] == world.a.heads[first].id
    assert await offers_of(wish) == {world.a.heads[first].id: "ACCEPTED", world.a.heads[1 - first].id: "WITHDRAWN"}
    assert len(await events_of(wish)) == 3


PAIRS = [
    (wishes.dispatched, ("head", "WishAccept"), ("staff", "WishRecall"), (None, None), "SUBMITTED"),
    (wishes.dispatched, ("staff", "WishRecall"), ("head", "WishAccept"), (None, "INVALID_STATE"), "SUBMITTED"),
    (wishes.dispatched, ("head", "WishAccept"), ("resident", "WishCancel"), (None, None), "CANCELLED"),
    (wishes.dispatched, ("resident", "WishCancel"), ("head", "WishAccept"), (None, "INVALID_STATE"), "CANCELLED"),
    (wishes.accepted, ("head", "WishComplete"), ("resident", "WishCancel"), (None, "INVALID_STATE"), "COMPLETED"),
    (wishes.accepted, ("head", "WishComplete"), ("head", "WishComplete"), (None, None), "COMPLETED"),
    (wishes.accepted, ("resident", "WishCancel"), ("head", "WishComplete"), (None, "INVALID_STATE"), "CANCELLED"),
    (wishes.completed, ("resident", "WishRate"), ("resident", "WishRedo"), (None, "INVALID_STATE"), "RATED"),
    (wishes.completed, ("resident", "WishRedo"), ("resident", "WishRate"), (None, "INVALID_STATE"), "ACCEPTED"),
    (wishes.submitted, ("staff", "WishDispatch"), ("worker", "WishDispatch"), (None, "INVALID_STATE"), "DISPATCHED"),
    (wishes.submitted, ("staff", "WishReject"), ("worker", "WishDispatch"), (None, "INVALID_STATE"), "REJECTED"),
]


@pytest.mark.parametrize(("make", "one", "other", "codes", "state"), PAIRS)
async def test_two_steps_at_once_come_one_after_the_other(
    world: World, api: Api, database_url: str, make: Any, one: Any, other: Any, codes: Any, state: str
) -> None:
    wish = await make(api, world.a)
    before = len(await events_of(wish))
    people = everybody(world)
    payloads = await at_once(
        database_url,
        ("wishes", ids.find(wish, "Wish")),
        *(act(api, people[name], step, wishId=wish, **GIVEN[step]) for name, step in (one, other)),
    )
    assert tuple(code(payload) for payload in payloads) == codes
    assert (await row_of(wish))["state"] == state
    made = 1 if one == other else codes.count(None)
    assert len(await events_of(wish)) == before + made


async def test_the_last_two_offers_declined_at_once(world: World, api: Api, database_url: str) -> None:
    wish = await wishes.offered(api, world.a)
    payloads = await at_once(
        database_url,
        ("wishes", ids.find(wish, "Wish")),
        *(act(api, head, "WishDecline", wishId=wish, reason="忙") for head in world.a.head_people),
    )
    assert [payload["wish"]["state"] for payload in payloads] == ["DISPATCHED", "SUBMITTED"]


async def test_two_residents_rate_at_once(world: World, api: Api, database_url: str) -> None:
    wish = await wishes.completed(api, world.a)
    other = await district.person("孙小明", Role.RESIDENT, household=world.a.households[0])
    payloads = await at_once(
        database_url,
        ("wishes", ids.find(wish, "Wish")),
        act(api, world.a.residents[0], "WishRate", wishId=wish, stars=5),
        act(api, other, "WishRate", wishId=wish, stars=1),
    )
    assert [code(payload) for payload in payloads] == [None, "INVALID_STATE"]
    assert await rate_of(world.a) == (1, 5) and await reward_of(wish) == ("POSTED", 25)


async def test_one_request_sent_twice_at_once_is_one_wish(world: World, api: Api, database_url: str) -> None:
    asked = wish_for(world)
    payloads = await at_once(
        database_url,
        ("households", world.a.households[0].id),
        *(act(api, world.a.residents[0], "WishSubmit", **asked) for _ in range(2)),
    )
    assert [code(payload) for payload in payloads] == [None, None]
    assert payloads[0]["wish"]["id"] == payloads[1]["wish"]["id"]
    assert await database.fetch_value("SELECT count(*) FROM wishes") == 1


async def test_two_wishes_at_once_are_not_both_the_twentieth(world: World, api: Api, database_url: str) -> None:
    for _ in range(19):
        await done(api, world.a.residents[0], "WishSubmit", **wish_for(world))
    payloads = await at_once(
        database_url,
        ("households", world.a.households[0].id),
        *(act(api, world.a.residents[0], "WishSubmit", **wish_for(world)) for _ in range(2)),
    )
    assert [code(payload) for payload in payloads] == [None, "LIMIT_REACHED"]


async def test_a_reveal_meets_a_recall(world: World, api: Api, database_url: str) -> None:
    """Once the wish is taken back, nothing more is shown, however close it was."""
    wish = await wishes.accepted(api, world.a)
    recalled, shown = await at_once(
        database_url,
        ("wishes", ids.find(wish, "Wish")),
        act(api, world.a.staff, "WishRecall", wishId=wish),
        act(api, world.a.head_people[0], "WishRevealContact", wishId=wish, kind="PHONE"),
    )
    assert code(recalled) is None and code(shown) == "NOT_FOUND" and shown["contact"] is None
    assert await database.fetch_value("SELECT count(*) FROM contact_reveals") == 0


async def test_two_completions_under_one_daily_cap(world: World, api: Api, database_url: str) -> None:
    """60 points a day: of four REPAIR wishes (20 each) completed at once, exactly three are paid."""
    made = [await wishes.accepted(api, world.a, index % 3) for index in range(4)]
    payloads = await at_once(
        database_url,
        ("household_heads", world.a.heads[0].id),
        *(act(api, world.a.head_people[0], "WishComplete", wishId=wish) for wish in made),
    )
    assert [code(payload) for payload in payloads] == [None] * 4
    assert sorted([await reward_of(wish) for wish in made]) == [("PENDING", 0)] + [("PENDING", 20)] * 3
