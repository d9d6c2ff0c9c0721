"""Bulk reads of personal data: counted by both executors, recorded by the hundred, refused beyond a bound."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter

from models.people import Household
from schema.graph import execution
from services.audit import reads
from services.db import database
from services.kit import clock
from services.kit.errors import ReadEnough, Unavailable
from services.kit.settings import Executor, current
from tests.town import wishes
from tests.town.documents import Api
from tests.town.schema import SCHEMA
from tests.town.world import Community, Person, Travel, World

HOUSEHOLDS = (
    "query($after: String) { households(first: 100, after: $after)"
    " { edges { node { id address } } pageInfo { endCursor } } }"
)
NAMELESS = "{ households(first: 100) { edges { node { id grid { name } } } } }"
PERSONAL = {
    "Household.contactName",
    "Household.address",
    "Household.code",
    "HouseholdJoin.name",
    "HouseholdJoin.phone",
    "Nomination.name",
    "SeasonObjection.requesterName",
    "Wish.requesterName",
}


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    reads.tally.clear()
    yield
    reads.tally.clear()


async def many(place: Community, number: int) -> None:
    """So many households more."""
    (grid_id,) = {home.grid_id for home in place.households[:1]}
    await Household.bulk_create(
        [
            Household(grid_id=grid_id, address=f"香港路{one}号", contact_name=f"住户{one}", created_at=clock.now())
            for one in range(number)
        ]
    )


async def trail(who: Person) -> list[dict[str, Any]]:
    rows = await database.fetch(
        "SELECT details->>'records' AS records, details->>'Household' AS homes, occurred_at FROM audit_entries"
        " WHERE account_id = $1 AND action = 'personal_data.read' ORDER BY id",
        who.account_id,
    )
    return [{**row} for row in rows]


async def counts(who: Person) -> list[int]:
    return [int(row["records"]) for row in await trail(who)]


def executed_by(monkeypatch: pytest.MonkeyPatch, executor: str) -> None:
    settings = current().model_copy(update={"executor": Executor(executor)})
    monkeypatch.setattr(execution, "current", lambda: settings)


def limited(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    settings = current().model_copy(update={"personal_records_per_hour": most})
    monkeypatch.setattr(reads, "current", lambda: settings)


async def page(api: Api, who: Person, after: str | None = None) -> str:
    data = await api.query(who.token, HOUSEHOLDS, after=after)
    return str(data["households"]["pageInfo"]["endCursor"])


def test_these_fields_are_personal() -> None:
    marked = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if (declared := field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF))
        and declared.metadata.get("personal")
    }
    assert marked == PERSONAL


@pytest.mark.parametrize("executor", ["compiled", "stock"])
async def test_each_hundred_persons_leave_a_row(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch, executor: str
) -> None:
    executed_by(monkeypatch, executor)
    await many(world.a, 250)
    assert world.a.staff
    who, after = world.a.staff, None
    for _ in range(3):
        after = await page(api, who, after)
    assert await counts(who) == [100, 100], "the other fifty stay in memory"
    assert [row["homes"] for row in await trail(who)] == ["100", "100"]


async def test_the_same_person_again_counts_once(world: World, api: Api) -> None:
    await many(world.a, 95)
    assert world.a.staff
    for _ in range(5):
        await page(api, world.a.staff)
    assert await counts(world.a.staff) == []


async def test_what_says_nothing_of_a_person_counts_nothing(world: World, api: Api) -> None:
    await many(world.a, 200)
    assert world.a.staff
    await api.query(world.a.staff.token, NAMELESS)
    assert await counts(world.a.staff) == []
    reads.tally.check(world.a.staff.account_id, 1)


async def test_joins_and_requesters_count(world: World, api: Api) -> None:
    assert world.a.staff
    await wishes.submitted(api, world.a)
    await api.query(world.a.staff.token, "{ wishes(first: 5) { edges { node { id requesterName } } } }")
    with pytest.raises(ReadEnough):
        reads.tally.check(world.a.staff.account_id, 1)


@pytest.mark.parametrize("executor", ["compiled", "stock"])
async def test_beyond_the_bound_until_the_next_hour(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch, executor: str
) -> None:
    executed_by(monkeypatch, executor)
    limited(monkeypatch, 150)
    await many(world.a, 300)
    assert world.a.staff
    who = world.a.staff
    travel.by(minutes=20)
    after = await page(api, who, await page(api, who))
    refused = await api.send(who.token, {"query": HOUSEHOLDS, "variables": {"after": after}})
    answer = refused.json()
    assert refused.status_code == 429 and answer.get("data") is None
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "OVERLOADED" and "个人资料已达上限" in error["message"]
    assert 40 * 60 <= error["extensions"]["retryAfterSeconds"] <= 40 * 60 + 5
    assert int(refused.headers["retry-after"]) >= 40 * 60
    assert await api.query(who.token, NAMELESS), "the rest of the work goes on"
    assert await api.query(world.b.staff and world.b.staff.token, HOUSEHOLDS), "others are not concerned"
    travel.by(minutes=40)
    await page(api, who, after)


async def test_no_bound_at_all(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 0)
    await many(world.a, 400)
    assert world.a.staff
    after = None
    for _ in range(4):
        after = await page(api, world.a.staff, after)
    assert await counts(world.a.staff) == [100] * 4


async def test_another_process_is_heard_of(travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each counts for itself, and learns what the other recorded when it records itself."""
    assert world.a.staff
    who = world.a.staff.account_id
    here, there = reads.Tally(), reads.Tally()
    for process in (here, there, here):
        monkeypatch.setattr(reads, "tally", process)
        await reads.shown(who, homes(100))
    assert await counts(world.a.staff) == [100, 100, 100]
    for process, most in ((here, 300), (there, 200)):
        with pytest.raises(ReadEnough):
            process.check(who, most)
        process.check(who, most + 1)


async def test_what_cannot_be_recorded_is_not_shown(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await many(world.a, 100)
    assert world.a.staff

    async def away(*_: Any) -> int:
        raise Unavailable("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(reads, "_record", away)
        response = await api.send(world.a.staff.token, {"query": HOUSEHOLDS})
        assert response.json().get("data") is None and "香港路" not in response.text
    await page(api, world.a.staff)
    assert await counts(world.a.staff) == [100], "though they count as seen"


async def test_many_reads_at_once_lose_nothing(world: World) -> None:
    assert world.a.staff
    await asyncio.gather(*(reads.shown(world.a.staff.account_id, homes(30)) for _ in range(40)))
    assert sum(await counts(world.a.staff)) == 1200


def homes(number: int) -> list[reads.Shown]:
    return [("Household", uuid4()) for _ in range(number)]


def test_a_process_keeps_so_many_accounts() -> None:
    tally = reads.Tally(max_accounts=2)
    first, second, third = (UUID(int=one) for one in (1, 2, 3))
    for account in (first, second, third):
        tally.note(account, homes(10))
    tally.check(first, 10)
    with pytest.raises(ReadEnough):
        tally.check(third, 10)


def test_an_hour_is_the_clock_s(travel: Travel) -> None:
    tally, who = reads.Tally(), uuid4()
    travel.to(datetime(2026, 5, 15, 4, 59, 59, tzinfo=clock.now().tzinfo))
    tally.note(who, homes(99))
    travel.by(seconds=1)
    tally.check(who, 99)
    assert tally.note(who, homes(99)) == {}
