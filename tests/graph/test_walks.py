"""What leads from one object to others is loaded for all parents at once: two take as many statements as one, by either
executor."""

from typing import Any
from uuid import UUID

import pytest

from models.enums import SignalKind
from models.till import Dispute, Redemption
from schema.graph import execution, ids
from services.db import database, together
from services.kit.settings import Executor, Settings, current
from tests.town import points, settlement, signals, story, till, wishes
from tests.town.documents import Api
from tests.town.world import Person, Travel, World

PAGE = "(first: 5) { edges { node { id } } }"
HEAD, ADMIN = "the head", "the administrator"
WALKS = (
    (HEAD, "Pass", "redemption { id }"),
    (HEAD, "Redemption", "pass { id }"),
    (HEAD, "Redemption", "pointsEntries { id }"),
    (ADMIN, "Redemption", "statement { id }"),
    (HEAD, "Wish", "reward { rule { id } }"),
    (HEAD, "Wish", "reward { wish { id } }"),
    (HEAD, "Wish", "reward { head { id } }"),
    (HEAD, "Wish", "reward { entry { id } }"),
    (HEAD, "PointsEntry", "head { id }"),
    (ADMIN, "Shop", "day { count }"),
    (ADMIN, "Shop", 'month(month: "2026-05") { days }'),
    (ADMIN, "Shop", f"redemptions{PAGE}"),
    (ADMIN, "Shop", f"disputes{PAGE}"),
    (ADMIN, "Dispute", "shop { id }"),
    (ADMIN, "Dispute", "correction { id }"),
    (ADMIN, "Area", f"households{PAGE}"),
    (ADMIN, "Area", f"heads{PAGE}"),
    (ADMIN, "Area", f"wishes{PAGE}"),
    (ADMIN, "Area", "wishes(first: 5, states: [RATED, SUBMITTED]) { edges { node { id } } }"),
    (ADMIN, "Area", f"shops{PAGE}"),
    (ADMIN, "Area", "leaderboard(period: ALL) { entries(first: 5) { edges { node { rank } } } }"),
    (HEAD, "own Area", "leaderboard(period: ALL) { me { rank } }"),
    (ADMIN, "Signal", "evidence { ... on Redemption { id } ... on Wish { id } }"),
)


async def pairs(world: World, api: Api) -> dict[str, list[str]]:
    """Two objects of each type, with something behind each."""
    a, b, head = world.a, world.b, world.a.head_people[0]
    assert a.shop and b.shop
    for place in (a, b):
        await points.give_points(place.heads[0].id, 100)
        await wishes.submitted(api, place)
    disputes = [await till.disputed(api, place) for place in (a, b)]
    for dispute, place in zip(disputes, (a, b), strict=True):
        await story.done(api, world.admin, "DisputeUphold", disputeId=dispute, reason="监控未见本人")
        await settlement.settled_day(api, place)
        closed = await settlement.closed_through(place)
        await Dispute.filter(id=ids.find(dispute, "Dispute")).update(correction_day=closed)
    await settlement.settled_day(api, a)
    used = await Redemption.filter(shop_id=a.shop.id, state="CONFIRMED").order_by("id")
    raised = [await signals.flagged(place, SignalKind.BURST) for place in (a, b)]
    rated = [await wishes.rated(api, a), await wishes.rated(api, a)]
    await wishes.rated(api, b)
    entries = await api.run(head.token, "PointsHistory", first=2)
    return {
        "Pass": [ids.make("Pass", one.issued_pass_id) for one in used],
        "Redemption": [ids.make("Redemption", one.id) for one in used],
        "Wish": rated,
        "PointsEntry": [one["node"]["id"] for one in entries["viewer"]["householdHead"]["pointsEntries"]["edges"]],
        "Shop": [ids.make("Shop", place.shop.id) for place in (a, b)],
        "Dispute": disputes,
        "Area": [ids.make("Area", place.community.id) for place in (a, b)],
        "own Area": [ids.make("Area", a.community.id), ids.make("Area", a.grid.id)],
        "Signal": raised,
    }


async def walked(api: Api, who: Person, document: str) -> tuple[int, list[Any]]:
    """How many statements a document takes, and what it leads to from each parent."""
    with database.observed_statements() as seen:
        answer = await api.query(who.token, document)
    return len(seen), list(answer.values())


def empty(value: Any) -> bool:
    """Whether a walk led to nothing."""
    if isinstance(value, dict):
        return not value or any(map(empty, value.values()))
    return value is None or value == []


async def test_two_parents_take_as_many_statements_as_one(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, objects = {HEAD: world.a.head_people[0], ADMIN: world.admin}, await pairs(world, api)
    monkeypatch.setattr(together, "MAX_TOGETHER", 1)  # each statement by itself
    wrong = []
    for executor in Executor:
        settings: Settings = current().model_copy(update={"executor": executor})
        monkeypatch.setattr(execution, "current", lambda settings=settings: settings)
        for who, what, walk in WALKS:
            fragment = f"fragment walk on {what.removeprefix('own ')} {{ {walk} }}"
            one, two = (f'p{place}: node(id: "{key}") {{ ...walk }}' for place, key in enumerate(objects[what][:2]))
            few, (first,) = await walked(api, people[who], f"{{ {one} }} {fragment}")
            many, both = await walked(api, people[who], f"{{ {one} {two} }} {fragment}")
            if many != few or first != both[0] or any(map(empty, both)):
                wrong.append((executor, what, walk, few, many, both))
    assert wrong == []


async def test_what_was_done_leads_to_its_objects_a_statement_a_type(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    rated = [await wishes.rated(api, world.a) for _ in range(3)]
    monkeypatch.setattr(together, "MAX_TOGETHER", 1)
    counts = []
    for first in (1, 3):
        document = f'{{ auditEntries(first: {first}, action: "wish.rate") {{ edges {{ node {{ node {{ id }} }} }} }} }}'
        count, (found,) = await walked(api, world.auditor, document)
        counts.append(count)
        assert [edge["node"]["node"]["id"] for edge in found["edges"]] == rated[::-1][:first]
    assert counts[0] == counts[1]


async def test_a_page_of_each_area_goes_on_where_it_ended(travel: Travel, world: World, api: Api) -> None:
    """Of each area page by page, of several at once, and of the whole district as of its parts together."""
    document = """query ($id: ID!, $after: String) { node(id: $id) { ... on Area {
        heads(first: 1, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage } } } } }"""
    district = await database.fetch_value("SELECT id FROM areas WHERE parent_id IS NULL")
    everyone: dict[UUID, list[str]] = {}
    for area in (world.a.community.id, world.b.community.id, district):
        found, after, more = [], None, True
        while more:
            page = (await api.query(world.admin.token, document, id=ids.make("Area", area), after=after))["node"][
                "heads"
            ]
            found += [edge["node"]["id"] for edge in page["edges"]]
            after, more = page["edges"][-1]["cursor"], page["pageInfo"]["hasNextPage"]
        everyone[area] = found
    a, b, whole = everyone.values()
    assert len(a) == len(world.a.heads) and len(b) == len(world.b.heads) and sorted(whole) == sorted(a + b)
    lists = "heads(first: 9) { edges { node { id } } }"
    of_each = " ".join(
        f'a{place}: node(id: "{ids.make("Area", area)}") {{ ... on Area {{ {lists} }} }}'
        for place, area in enumerate(everyone)
    )
    answer = await api.query(world.admin.token, f"{{ {of_each} }}")
    assert [[edge["node"]["id"] for edge in one["heads"]["edges"]] for one in answer.values()] == [a, b, whole]


async def test_an_area_lists_as_the_root_does(travel: Travel, world: World, api: Api) -> None:
    """To whomever: a larger area shows one's own part, a smaller one its own, a foreign one nothing."""
    a = world.a
    await wishes.rated(api, a)
    await wishes.submitted(api, a)
    await wishes.submitted(api, world.b)
    page = "(first: 50%s) { edges { node { id } } }"
    district = await database.fetch_value("SELECT id FROM areas WHERE parent_id IS NULL")
    places = [district, a.community.id, a.grid.id, a.building.id, world.b.grid.id]
    seen = 0
    for who in (None, world.admin, world.auditor, a.staff, a.worker, a.residents[0], a.head_people[0]):
        for place in places:
            for name, more in (("heads", ""), ("households", ""), ("wishes", ""), ("wishes", ", states: [SUBMITTED]")):
                root = page % f", areaId: $id{more}"
                document = (
                    f"query ($id: ID!) {{ node(id: $id) {{ ... on Area {{ list: {name}{page % more} }} }}"
                    f" list: {name}{root} }}"
                )
                answer = await api.query(who.token if who else None, document, id=ids.make("Area", place))
                assert ((answer["node"] or {}).get("list")) == answer["list"], (who and who.name, place, name)
                seen += bool(answer["list"] and answer["list"]["edges"])
    assert seen > 30


async def test_an_areas_shops_are_those_for_everyone(travel: Travel, world: World, api: Api) -> None:
    lists = "shops(first: 9) { edges { node { id } } }"
    areas = {"a": world.a.community, "b": world.b.community, "grid": world.a.grid}
    nodes = " ".join(
        f'{name}: node(id: "{ids.make("Area", one.id)}") {{ ... on Area {{ {lists} }} }}' for name, one in areas.items()
    )
    answer = await api.query(None, f"{{ {lists} district {{ {lists} }} {nodes} }}")
    of = {name: [edge["node"]["id"] for edge in answer[name]["shops"]["edges"]] for name in (*areas, "district")}
    whole = [edge["node"]["id"] for edge in answer["shops"]["edges"]]
    assert world.a.shop and world.b.shop
    assert of["a"] == [ids.make("Shop", world.a.shop.id)] and of["b"] == [ids.make("Shop", world.b.shop.id)]
    assert whole == of["district"] == of["a"] + of["b"] and of["grid"] == []


async def test_a_cursor_belongs_to_one_board(travel: Travel, world: World, api: Api) -> None:
    """Beside a board whose cursor it is, another one fails by itself."""
    await wishes.rated(api, world.a)
    board = "leaderboard(period: ALL) { entries(first: 1%s) { edges { cursor } } }"
    one, other = ids.make("Area", world.a.community.id), ids.make("Area", world.a.grid.id)
    first = await api.query(world.admin.token, f'{{ node(id: "{one}") {{ ... on Area {{ {board % ""} }} }} }}')
    (edge,) = first["node"]["leaderboard"]["entries"]["edges"]
    after = board % f', after: "{edge["cursor"]}"'
    both = " ".join(
        f'{name}: node(id: "{key}") {{ ... on Area {{ {after} }} }}' for name, key in (("a", one), ("b", other))
    )
    answer = (await api.send(world.admin.token, {"query": f"{{ {both} }}"})).json()
    assert answer["data"]["a"]["leaderboard"] == {"entries": {"edges": []}}
    assert [error["path"][0] for error in answer["errors"]] == ["b"]
