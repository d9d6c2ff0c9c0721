"""The npm client of the protocol against two real workers: subscribe, receive, reconnect, complete."""

from collections.abc import Callable
from typing import Any

import pytest

from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.evidence.programs import Client
from tests.town import documents, wishes
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

pytestmark = pytest.mark.usefixtures("work")

Start = Callable[..., Client]


def urls(running: list[Server]) -> list[str]:
    return [f"{server.url.replace('http', 'ws', 1)}/graphql" for server in running]


def told(fact: dict[str, Any]) -> bool:
    return "next" in fact


def states(fact: dict[str, Any]) -> list[str]:
    return [wish["state"] for wish in fact["answer"]["data"]["wishChanged"]["wishes"]]


async def test_what_one_worker_posts_reaches_the_others_subscriber(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], client: Start
) -> None:
    one, other = apis(2)
    community = ids.make("Area", world.a.community.id)
    screen = client(
        urls=urls(servers(2))[1:],
        query=documents.text("LeaderboardChanged"),
        variables={"areaId": community, "period": "MONTH"},
    )
    screen.wait(told)
    head = client(urls=urls(servers(2))[1:], query=documents.text("WishChanged"), token=world.a.head_people[0].token)
    head.wait(told)

    await wishes.rated(one, world.a)
    (heard,) = screen.wait(told, seconds=2)
    change = heard["answer"]["data"]["leaderboardChanged"]
    assert (change["area"]["id"], change["period"]) == (community, "MONTH")
    head.wait(lambda fact: told(fact) and "RATED" in states(fact), seconds=4)

    # Cut off and back again: the next change is heard.
    screen.tell("drop")
    screen.wait(lambda fact: "closed" in fact)
    screen.wait(told)
    await wishes.rated(other, world.a, household=1)
    screen.wait(told, seconds=2)

    screen.tell("complete")
    screen.wait(lambda fact: "complete" in fact)


async def test_a_token_that_was_revoked_hears_no_more(
    world: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], client: Start
) -> None:
    (api,) = apis(1)
    head = world.a.head_people[0]
    phone = client(urls=urls(servers(1)), query=documents.text("WishChanged"), token=head.token)
    phone.wait(told)
    await wishes.dispatched(api, world.a)
    phone.wait(told, seconds=4)
    await database.execute("UPDATE sessions SET revoked_at = $2 WHERE account_id = $1", head.account_id, clock.now())
    before = sum(told(fact) for fact in phone.said)
    await wishes.dispatched(api, world.a, household=1)
    (closed,) = phone.wait(lambda fact: "closed" in fact, seconds=5)
    assert closed["code"] == 4403
    assert sum(told(fact) for fact in phone.said) == before
