"""The hand-written table of permissions, executed whole; and the schema walked for what is missing in it."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLEnumType, GraphQLObjectType, get_named_type
from uuid_utils.compat import uuid7

from models.enums import Role
from schema.graph import cost, ids
from services.reports import rules
from tests.house import permissions_scene as scenes
from tests.house import permissions_table as table
from tests.house.permissions_offers import NO_MUTATION, NOT_OFFERED, OFFERED, offered
from tests.house.permissions_steps import PREPARED, give_points, given_by, lapse, refused, send
from tests.town import entry, signals, till, wishes
from tests.town import world as making
from tests.town.documents import Api
from tests.town.live import Stream, hearing, relay_all, streaming
from tests.town.postgres import unchanged
from tests.town.schema import SCHEMA
from tests.town.servers import ROOT
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Travel, World


def object_types() -> dict[str, set[str]]:
    return {
        name: set(kind.fields)
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }


def structural(name: str) -> set[str] | None:
    if name.endswith("Connection"):
        return table.CONNECTION
    return table.EDGE if name.endswith("Edge") else table.STRUCTURAL.get(name)


def test_every_field_has_its_row() -> None:
    there = {
        f"{name}.{one}"
        for name, fields in object_types().items()
        if structural(name) is None and name != "Mutation"
        for one in fields
    }
    assert there - table.FIELDS.keys() == set(), "fields without a row"
    assert table.FIELDS.keys() - there == set(), "rows without a field"
    named = {row for rows in (*table.PARTICULAR.values(), table.NAME_IN_FULL) for row in rows}
    assert named - there == set(), "rows without a field"


def test_structural_types_hold_nothing_else() -> None:
    types = object_types()
    wrong = {name: fields for name, fields in types.items() if structural(name) not in (None, fields)}
    assert wrong == {} and table.STRUCTURAL.keys() <= types.keys()


def test_every_mutation_has_its_rows() -> None:
    there = object_types()["Mutation"]
    assert {case.split(",")[0] for case in table.MUTATIONS} == there == table.IDS.keys()
    assert table.MUTATIONS.keys() == PREPARED.keys()
    assert all(row.keys() == table.EVERYBODY for row in table.MUTATIONS.values())


def test_every_subscription_has_its_rows() -> None:
    assert object_types()["Subscription"] == table.SUBSCRIPTIONS.keys()
    assert all(row.keys() == table.EVERYBODY for row in table.SUBSCRIPTIONS.values())


def test_every_id_of_an_input_has_its_row() -> None:
    there = {
        (name, given)
        for name, one in SCHEMA.mutation_type.fields.items()
        for given in one.args["input"].type.of_type.fields
        if (given.endswith("Id") or given in {"code", "token"}) and name not in table.SIGNING_IN
    }
    assert there == {(name, given) for name, inputs in table.IDS.items() for given in inputs}


def actions(type_name: str) -> set[str]:
    """The values of a type's `availableActions`; none where it has no such field."""
    field = SCHEMA.type_map[type_name].fields.get("availableActions")
    kind = get_named_type(field.type) if field else None
    return set(kind.values) if isinstance(kind, GraphQLEnumType) else set()


def test_every_id_that_a_mutation_takes_is_offered() -> None:
    there = {
        f"{name}.{given}"
        for name, one in SCHEMA.mutation_type.fields.items()
        for given, found in one.args["input"].type.of_type.fields.items()
        if get_named_type(found.type).name == "ID"
    }
    assert OFFERED.keys() & NOT_OFFERED.keys() == set()
    assert there ^ (OFFERED.keys() | NOT_OFFERED.keys()) == {"redemptionConfirm.token"}, "which is no global id"
    named = {f"{kind}.{action}" for kind, *some in OFFERED.values() for action in some}
    known = {f"{kind}.{action}" for kind in object_types() for action in actions(kind)}
    assert named - known == set(), "there is no such action"
    assert known - named == NO_MUTATION, "there is no such mutation"
    section = (ROOT / "docs/api.md").read_text().partition("\n## 现在可以做什么")[2].partition("\n## ")[0]
    rows = [one for one in section.splitlines() if one.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`(\w+\.\w+)`", row.split("|")[1])}
    assert listed == {*NOT_OFFERED, "pointsReverse.wishId"}


@pytest_asyncio.fixture
async def with_providers() -> AsyncIterator[None]:
    """A district with WeChat: there are templates to be shown."""
    async with entry.inbox():
        yield


async def test_every_actor_gets_what_the_table_says(
    travel: Travel, world: World, api: Api, with_providers: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A trial of a rule is dearer than anybody may spend without a session; here it matters who is shown one.
    monkeypatch.setattr(cost, "MAX_COST_ANONYMOUS", cost.MAX_COST)
    # In the scene there is one head to be counted; here it matters who is told.
    monkeypatch.setattr(rules, "MIN_HEADS", 1)
    scene = await scenes.make(world, api, SCHEMA)
    assert scene.people.keys() == table.EVERYBODY
    shown: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    said: dict[str, str] = {}
    async with unchanged():
        for actor in table.EVERYBODY:
            said[actor] = await read(scene, api, actor, scene.plain, shown)
    for actor in table.EVERYBODY:
        await lapse()
        said[actor] += await read(scene, api, actor, scene.acts, shown)
    answered = await listen(scene, world, api, database_url, shown, said)

    wrong = differences(table.FIELDS, shown)
    wrong += [f"{name}: {answered[name]}" for name, row in table.SUBSCRIPTIONS.items() if answered[name] != row]
    seen = set()
    async for name, document in scenes.particular(world, api, SCHEMA):
        seen.add(name)
        wrong += [
            f"{name}: {line}" for line in differences(table.PARTICULAR[name], await see(scene, api, name, document))
        ]
    assert seen == table.PARTICULAR.keys()
    for row, in_full in table.NAME_IN_FULL.items():
        for actor, names in shown[row].items():
            expected = scenes.HEAD_IN_FULL if actor in in_full else scenes.HEAD_MASKED
            wrong += [f"{row}: {actor} reads {name}" for name in names if name != expected]
    assert scene.told.keys() == table.TOLD_ONLY_TO.keys()
    for what, text in scene.told.items():
        told = {actor for actor, answer in said.items() if text in answer}
        wrong += differences({what: table.TOLD_ONLY_TO[what]}, {what: {actor: [text] for actor in told}})
    assert wrong == [], "\n" + "\n".join(wrong)


async def read(scene: scenes.Scene, api: Api, actor: str, documents: list[scenes.Document], shown: Any) -> str:
    """Send documents as an actor; what came back as text, ids and cursors decoded."""
    who = scene.people[actor]
    said = []
    for document, variables in documents:
        data = await api.query(who.token if who else None, document, **variables)
        root = SCHEMA.mutation_type if document.startswith("mutation") else SCHEMA.query_type
        for row, value in scenes.values(SCHEMA, root, data):
            shown[row][actor].append(value)
        said.append(json.dumps(data, ensure_ascii=False))
    return scenes.decoded("\n".join(said))


async def everybody_told(streams: list[Stream]) -> None:
    """Until nobody has been told anything for a while: of most things, most hear nothing."""
    pending = {stream.pending for stream in streams}
    await asyncio.wait(pending, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    told = None
    while told != (told := sum(one.done() for one in pending)):
        await asyncio.wait(pending, timeout=2)


async def listen(
    scene: scenes.Scene, world: World, api: Api, url: str, shown: Any, said: dict[str, str]
) -> dict[str, dict[str, str]]:
    """Everybody listens to everything while the story goes on; how each was answered. Adds what was told."""
    answered: dict[str, dict[str, str]] = defaultdict(dict)
    await relay_all()
    async with hearing(url), AsyncExitStack() as stack:
        streams = [
            (actor, name, await stack.enter_async_context(streaming(who, document, **variables)))
            for name, (document, variables) in scene.live.items()
            for actor, who in scene.people.items()
        ]
        await wishes.rated(api, world.a)
        await lapse()
        await till.redeemed(api, world.a)
        await signals.alerted(world.a)
        await relay_all()
        await everybody_told([stream for _, _, stream in streams])
        for actor, name, stream in streams:
            told = await stream.result() if stream.pending.done() else None
            errors = told.errors or [] if told else []
            answered[name][actor] = next((error.extensions["code"] for error in errors if error.extensions), table.OK)
            for row, value in scenes.values(SCHEMA, SCHEMA.subscription_type, (told and told.data) or {}):
                shown[row][actor].append(value)
            said[actor] += scenes.decoded(json.dumps(told and told.data, ensure_ascii=False))
    return answered


async def see(scene: scenes.Scene, api: Api, name: str, document: scenes.Document) -> dict[str, dict[str, list[Any]]]:
    """What everybody is shown of one particular object; of a step, only of that step."""
    shown: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    action = table.STEPS.get(name)
    for actor, who in scene.people.items():
        if action is None:
            await read(scene, api, actor, [document], shown)
            continue
        wish = (await api.query(who.token if who else None, document[0], **document[1]))["node"]
        for step in wish["events"] if wish else []:
            if step["action"] == action:
                for row, value in scenes.values(SCHEMA, SCHEMA.type_map["WishEvent"], step):
                    shown[row][actor].append(value)
    return shown


def differences(rows: dict[str, set[str]], shown: Any) -> list[str]:
    """Who gets what they should not, and who does not get what they should."""
    lines = []
    for row, actors in rows.items():
        got = set(shown.get(row, {}))
        lines += [f"{row}: {actor} gets it" for actor in sorted(got - actors)]
        lines += [f"{row}: {actor} does not get it" for actor in sorted(actors - got)]
    return lines


@pytest.mark.parametrize("case", table.MUTATIONS)
async def test_every_actor_may_do_what_the_table_says(travel: Travel, world: World, api: Api, case: str) -> None:
    name, row = case.split(",", maxsplit=1)[0], table.MUTATIONS[case]
    people = await scenes.people(world)
    await give_points(world)
    wrong = []
    prepared = await PREPARED[case](api, world.a)
    async with unchanged():
        for actor, answer in row.items():
            if answer != table.OK:
                if any(await offered(api, people[actor], name, prepared)):
                    wrong.append(f"{actor} is offered it")
                payload = await send(api, people[actor], name, given_by(actor, name, prepared))
                if refused(payload) != answer:
                    wrong.append(f"{actor}: {refused(payload)} instead of {answer}")
                    break  # it may have had an effect
        assert wrong == []
    for actor in [actor for actor, answer in row.items() if answer == table.OK]:
        prepared = await PREPARED[case](api, world.a)
        if not all(await offered(api, people[actor], name, prepared)):
            wrong.append(f"{actor} is not offered it")
        payload = await send(api, people[actor], name, given_by(actor, name, prepared))
        if refused(payload) is not None:
            wrong.append(f"{actor}: {refused(payload)} instead of OK")
    assert wrong == []


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, given in table.IDS.items() for field in given])
async def test_what_is_no_such_thing_here_gets_one_answer(
    travel: Travel, world: World, api: Api, name: str, field: str
) -> None:
    kind, actor, answer = table.IDS[name][field]
    people = await scenes.people(world)
    await give_points(world)
    prepared, foreign = await PREPARED[name](api, world.a), await PREPARED[name](api, world.b)
    if field == "headId":
        prepared["headId"] = ids.make(kind, world.a.heads[0].id)
        foreign["headId"] = ids.make(kind, world.b.heads[0].id)
    tried = ["", "x", "不是编号", "\x01", "A" * 5000, *wrong_ids(kind, prepared[field], world)]
    if f"{name}.{field}" not in table.NOTHING_FOREIGN:
        tried.append(foreign[field])
    said = set()
    async with unchanged():
        for value in tried:
            payload = await send(api, people[actor], name, {**given_by(actor, name, prepared), field: value})
            said.add(json.dumps(payload, ensure_ascii=False))
    assert len(said) == 1, said
    assert refused(json.loads(said.pop())) == answer
    # It was the id alone that made the difference.
    assert refused(await send(api, people[actor], name, given_by(actor, name, prepared))) is None


def wrong_ids(kind: str | None, good: str, world: World) -> list[str]:
    """Ids of nothing, and of another type; for what is no global id, the good one spoilt."""
    if kind is None:
        return [
            good[:-1],
            good[:-1] + ("A" if good[-1] != "A" else "Q"),
            good.swapcase() if good.swapcase() != good else "",
        ]
    key = ids.find(good, kind)
    assert key is not None
    other = "Wish" if kind != "Wish" else "Household"
    return [ids.make(kind, uuid7()), ids.make("Area", world.a.grid.id), ids.make(other, key), str(key), good + "="]


async def test_reads_of_what_is_no_such_thing_here_are_null(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    foreign_wish = await wishes.rated(api, b)
    outside = await making.person("外管理", Role.DISTRICT_ADMIN, area=b.community)
    ours = {
        "query($id: ID!) { node(id: $id) { id } }": (a.head_people[0], "Household", b.households[0].id),
        "query($id: ID!) { explainReward(wishId: $id) { points } }": (
            a.head_people[0],
            "Wish",
            ids.find(foreign_wish, "Wish"),
        ),
        'query($id: ID!) { shopDay(shopId: $id, date: "2026-05-15") { count } }': (a.cashier, "Shop", b.shop.id),
        "query($id: ID!) { wishes(areaId: $id, first: 1) { edges { cursor } } }": (a.staff, "Area", b.grid.id),
        "query($id: ID!) { leaderboard(areaId: $id, period: ALL) { period } }": (None, "Area", a.building.id),
        "query($id: ID!) { areaBoard(areaId: $id, period: ALL) { period } }": (world.admin, "Area", a.building.id),
        "query($id: ID!) { pointsEconomy(areaId: $id) { issued } }": (outside, "Area", a.community.id),
    }
    for document, (who, kind, foreign) in ours.items():
        other = "Wish" if kind != "Wish" else "Household"
        for value in ("", "x", "不是编号", ids.make(kind, foreign), ids.make(kind, uuid7()), ids.make(other, foreign)):
            data = await api.query(who.token if who else None, document, id=value)
            assert list(data.values()) == [None], (document, value)
