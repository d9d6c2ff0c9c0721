"""The hand-written table of permissions, executed whole; and the schema walked for what is missing in it."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema
from uuid_utils.compat import uuid7

from models.enums import DiscountState, Role, ShopState, SignalKind
from models.people import Household, HouseholdHead
from schema.graph import ids
from schema.root import build
from services.db import database
from services.kit import clock
from tests.conftest import Api
from tests.house import permissions_scene as scenes
from tests.house import permissions_table as table
from tests.town import discounting, hooks, rewarding, rosters, settling, shopping, signalling, story
from tests.town import world as making
from tests.town.snapshot import unchanged
from tests.town.subscribing import hearing, relay_all, streaming
from tests.town.travel import Travel
from tests.town.world import Community, Person, World, another_session

SCHEMA: GraphQLSchema = build()._schema


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
        if given.endswith("Id") or given in {"code", "token"}
    }
    assert there == {(name, given) for name, inputs in table.IDS.items() for given in inputs}


async def test_every_actor_gets_what_the_table_says(travel: Travel, world: World, api: Api, database_url: str) -> None:
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
        await story.rated(api, world.a)
        await story.redeemed(api, world.a)
        await story.alerted(world.a)
        await relay_all()
        await asyncio.wait([stream.pending for _, _, stream in streams], timeout=2)
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


Prepare = Callable[[Api, Community], Awaitable[dict[str, Any]]]


def with_wish(made: Callable[[Api, Community], Awaitable[str]], **more: Any) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"wishId": await made(api, place), **more}

    return prepare


def filed(by: str, until: str) -> Callable[[Api, Community], Awaitable[str]]:
    """A wish filed on behalf of household 0, with head 0."""

    async def made(api: Api, place: Community) -> str:
        head = place.head_people[0]
        wish = await scenes.filed_by(api, place, place.staff if by == "staff" else head)
        head_id = ids.make("HouseholdHead", place.heads[0].id)
        await story.done(api, place.staff, "WishDispatch", wishId=wish, headId=head_id)
        if until == "completed":
            await story.done(api, head, "WishAccept", wishId=wish)
            await story.done(api, head, "WishComplete", wishId=wish)
        return wish

    return made


async def submitting(api: Api, place: Community) -> dict[str, Any]:
    return {"householdId": ids.make("Household", place.households[0].id), "category": "CARE", "title": "量血压"}


async def issuing(api: Api, place: Community) -> dict[str, Any]:
    return {"discountId": ids.make("Discount", place.discount.id), "requestNo": None}


async def cancelling(api: Api, place: Community) -> dict[str, Any]:
    return {"passId": (await story.issued(api, place))["id"]}


async def lapse() -> None:
    """What somebody prepared runs out, so that somebody else may."""
    await database.execute(
        "UPDATE preparations SET expires_at = $1 WHERE state = 'LIVE'", clock.now() - timedelta(seconds=1)
    )


async def preparing(api: Api, place: Community) -> dict[str, Any]:
    await lapse()
    return {"code": (await story.issued(api, place))["code"], "billFen": 8800}


async def confirming(api: Api, place: Community) -> dict[str, Any]:
    return {"token": (await story.prepared(api, place))["token"], "requestNo": None}


async def revoking(api: Api, place: Community) -> dict[str, Any]:
    return {"redemptionId": (await story.redeemed(api, place))["id"], "requestNo": None, "reason": "点错了"}


async def disputing(api: Api, place: Community) -> dict[str, Any]:
    return {"redemptionId": (await story.redeemed(api, place))["id"], "reason": "没有去过"}


async def deciding(api: Api, place: Community) -> dict[str, Any]:
    return {"disputeId": await story.disputed(api, place), "reason": "已核实"}


def judging(kind: SignalKind) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"signalId": await signalling.flagged(place, kind), "state": "FOLLOWED_UP", "judgement": "已走访"}

    return prepare


async def signed_in_elsewhere(api: Api, place: Community) -> dict[str, Any]:
    return {"sessionId": ids.make("Session", await another_session(place.residents[0]))}


async def with_nothing(api: Api, place: Community) -> dict[str, Any]:
    return {}


async def signing_out_everywhere(api: Api, place: Community) -> dict[str, Any]:
    return {"keepCurrent": False}


async def making_a_rule(api: Api, place: Community) -> dict[str, Any]:
    return {**await rewarding.next_rule(), "requestNo": None}


async def withdrawing_a_rule(api: Api, place: Community) -> dict[str, Any]:
    return {"rewardRuleId": ids.make("RewardRule", (await rewarding.upcoming_rule()).id)}


async def importing(api: Api, place: Community) -> dict[str, Any]:
    return {"fileName": "名册.csv", "contentBase64": rosters.in_base64(rosters.CORRECTED)}


def with_head(**more: Any) -> Prepare:
    """Head 0 with some columns changed."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        await HouseholdHead.filter(id=place.heads[0].id).update(**more)
        return {"headId": ids.make("HouseholdHead", place.heads[0].id), "reason": "核实情况"}

    return prepare


def without_reason(prepare: Prepare) -> Prepare:
    async def prepared(api: Api, place: Community) -> dict[str, Any]:
        given = await prepare(api, place)
        return {name: value for name, value in given.items() if name != "reason"}

    return prepared


async def renumbering_a_head(api: Api, place: Community) -> dict[str, Any]:
    head = place.heads[0]
    return {"headId": ids.make("HouseholdHead", head.id), "name": head.name, "phone": "13800000077"}


async def renumbering_a_household(api: Api, place: Community) -> dict[str, Any]:
    home = place.households[0]
    return {"householdId": ids.make("Household", home.id), "name": home.contact_name, "phone": "13800000078"}


async def letting_go(api: Api, place: Community) -> dict[str, Any]:
    given = await with_head(left_at=None)(api, place)
    return {**given, "successorId": ids.make("HouseholdHead", place.heads[1].id)}


async def moving(api: Api, place: Community) -> dict[str, Any]:
    """From whoever has household 0 now to the other head."""
    home = await Household.get(id=place.households[0].id)
    (other,) = (head.id for head in place.heads if head.id != home.head_id)
    return {"householdIds": [ids.make("Household", home.id)], "headId": ids.make("HouseholdHead", other)}


async def applying(api: Api, place: Community) -> dict[str, Any]:
    return {**story.shop_for(place), "requestNo": None}


async def entering(api: Api, place: Community) -> dict[str, Any]:
    return {**await applying(api, place), "cashierName": "王店员", "cashierPhone": scenes.CASHIER_PHONE}


def with_application(**more: Any) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"shopId": await story.applied(api, place, place.residents[0]), **more}

    return prepare


def with_shop(state: ShopState = ShopState.ACTIVE, **more: Any) -> Prepare:
    """One more shop, in which the community's cashier works too."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"shopId": await shopping.running(place, state), **more}

    return prepare


async def correcting_an_entry(api: Api, place: Community) -> dict[str, Any]:
    shop, area = await story.entered(api, place), ids.make("Area", place.community.id)
    return {"shopId": shop, "areaId": area, "address": "别处"}


def with_colleague(*, owner: bool) -> Prepare:
    """One more who works in the community's shop."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        colleague = await making.person("冯店员")
        working = await making.grant(colleague.account_id, Role.SHOP_STAFF, shop=place.shop, owner=owner)
        return {"staffId": ids.make("ShopStaff", working.id)}

    return prepare


async def inviting(api: Api, place: Community) -> dict[str, Any]:
    return {"invitationId": await shopping.inviting(api, place)}


def asking_for_a_change(**more: Any) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"changeId": await shopping.asking(api, place), **more}

    return prepare


async def drafting(api: Api, place: Community) -> dict[str, Any]:
    return {**discounting.OTHER, "shopId": ids.make("Shop", place.shop.id), "requestNo": None}


def with_discount(state: DiscountState, **more: Any) -> Prepare:
    """One more discount of the community's shop."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        made = await making.discount(place.shop, title=story.request_no(), state=state)
        return {"discountId": ids.make("Discount", made.id), **more}

    return prepare


def with_webhook(paused: bool = False, **more: Any) -> Prepare:
    """One more endpoint of the community's shop."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        made = {"endpointId": (await hooks.endpoint(api, place))["id"]}
        if paused:
            await story.done(api, place.cashier, "WebhookPause", **made)
        return {**made, **more}

    return prepare


async def redelivering(api: Api, place: Community) -> dict[str, Any]:
    return {"deliveryId": await hooks.made_before((await hooks.endpoint(api, place))["id"])}


# What each case of the table is tried on, in a community: the input, apart from what differs by who sends it.
PREPARED: dict[str, Prepare] = {
    "discountApprove": with_discount(DiscountState.SUBMITTED),
    "discountDraft": drafting,
    "discountEdit": with_discount(DiscountState.DRAFT, **discounting.OTHER),
    "discountEnd": with_discount(DiscountState.ACTIVE, reason="活动结束"),
    "discountPause": with_discount(DiscountState.ACTIVE, reason="投诉核查"),
    "discountResume": with_discount(DiscountState.PAUSED),
    "discountReturn": with_discount(DiscountState.SUBMITTED, reason="请写明时段"),
    "discountRevise": with_discount(DiscountState.ACTIVE, **discounting.OTHER, requestNo=None),
    "discountSubmit": with_discount(DiscountState.DRAFT),
    "disputeReject": deciding,
    "disputeUphold": deciding,
    "headJoinBoard": without_reason(with_head(opted_in_at=None)),
    "headLeave": letting_go,
    "headLeaveBoard": without_reason(with_head(opted_in_at=clock.now())),
    "headResume": with_head(suspended_at=clock.now()),
    "headChangePhone": renumbering_a_head,
    "headSuspend": with_head(suspended_at=None),
    "householdChangePhone": renumbering_a_household,
    "householdsMove": moving,
    "passCancel": cancelling,
    "passIssue": issuing,
    "pointsReverse": with_wish(story.rated, reason="冒名办结", requestNo=None),
    "redemptionConfirm": confirming,
    "redemptionDispute": disputing,
    "redemptionPrepare": preparing,
    "redemptionRevoke": revoking,
    "rewardRuleCreate": making_a_rule,
    "rewardRuleWithdraw": withdrawing_a_rule,
    "rosterImport": importing,
    "sessionEnd": signed_in_elsewhere,
    "sessionEnd, the one in use": with_nothing,
    "sessionsEnd": signing_out_everywhere,
    "shopApply": applying,
    "shopApprove": with_application(),
    "shopChangeApprove": asking_for_a_change(),
    "shopChangeReject": asking_for_a_change(reason="与证照不符"),
    "shopChangeWithdraw": asking_for_a_change(),
    "shopEdit": correcting_an_entry,
    "shopEdit, an application": with_application(address="别处"),
    "shopEdit, taking part": with_shop(address="别处"),
    "shopEnter": entering,
    "shopInvitationWithdraw": inviting,
    "shopLeave": with_shop(),
    "shopLeave, an application": with_application(),
    "shopReject": with_application(reason="资料不全"),
    "shopResume": with_shop(ShopState.SUSPENDED),
    "shopSetCeiling": with_shop(monthlyCeilingFen=50_000),
    "shopSetCeiling, an application": with_application(monthlyCeilingFen=50_000),
    "shopStaffAdd": with_shop(phone=scenes.CASHIER_PHONE, displayName="王店员"),
    "shopStaffMakeCashier": with_colleague(owner=True),
    "shopStaffMakeOwner": with_colleague(owner=False),
    "shopStaffRemove": with_colleague(owner=False),
    "shopSuspend": with_shop(reason="投诉核查"),
    "signalJudge": judging(SignalKind.WISH_CYCLE),
    "signalJudge, wrong codes": judging(SignalKind.CODE_GUESSES),
    "statementAcknowledge": settling.acknowledging,
    "webhookCreate": with_shop(url="https://hooks.example/", events=hooks.EVERYTHING, requestNo=None),
    "webhookEdit": with_webhook(url="https://other.example/"),
    "webhookEnd": with_webhook(),
    "webhookPause": with_webhook(),
    "webhookRedeliver": redelivering,
    "webhookResume": with_webhook(paused=True),
    "webhookRotateSecret": with_webhook(requestNo=None),
    "wishAccept": with_wish(story.dispatched),
    "wishAccept, offered to the whole grid": with_wish(story.offered),
    "wishCancel": with_wish(story.dispatched),
    "wishCancel, filed by staff": with_wish(filed("staff", until="dispatched")),
    "wishComplete": with_wish(story.accepted),
    "wishDecline": with_wish(story.dispatched, reason="家里有事"),
    "wishDecline, offered to the whole grid": with_wish(story.offered, reason="家里有事"),
    "wishDispatch": with_wish(story.submitted),
    "wishHandBack": with_wish(story.accepted, reason="办不了"),
    "wishRate": with_wish(story.completed, stars=4),
    "wishRate, filed by the head": with_wish(filed("head", until="completed"), stars=4),
    "wishRate, filed by staff": with_wish(filed("staff", until="completed"), stars=4),
    "wishRecall": with_wish(story.dispatched),
    "wishRecall, accepted": with_wish(story.accepted),
    "wishRedo": with_wish(story.completed, reason="还在漏"),
    "wishReject": with_wish(story.submitted, reason="不属于范围"),
    "wishRevealContact": with_wish(story.accepted, kind="PHONE"),
    "wishRevealContact, offered to the whole grid": with_wish(story.offered, kind="ADDRESS"),
    "wishSubmit": submitting,
}


def given_by(actor: str, name: str, prepared: dict[str, Any]) -> dict[str, Any]:
    """The input as this actor would send it."""
    given = dict(prepared)
    if "requestNo" in given or name == "wishSubmit":
        given["requestNo"] = story.request_no()
    if name == "wishSubmit" and actor not in table.RESIDENTS:
        given["consentNote"] = "电话里同意"
    if name == "wishRate" and actor not in table.RESIDENTS:
        given["callBackNote"] = "电话回访满意"
    return given


async def send(api: Api, who: Person | None, name: str, given: dict[str, Any]) -> dict[str, Any]:
    return await story.act(api, who, name[0].upper() + name[1:], **given)


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
                payload = await send(api, people[actor], name, given_by(actor, name, prepared))
                if refused(payload) != answer:
                    wrong.append(f"{actor}: {refused(payload)} instead of {answer}")
                    break  # it may have had an effect
        assert wrong == []
    for actor in [actor for actor, answer in row.items() if answer == table.OK]:
        payload = await send(api, people[actor], name, given_by(actor, name, await PREPARED[case](api, world.a)))
        if refused(payload) is not None:
            wrong.append(f"{actor}: {refused(payload)} instead of OK")
    assert wrong == []


def refused(payload: dict[str, Any]) -> str | None:
    """The code of a refusal that gave nothing away; None for success."""
    given = [value for key, value in payload.items() if key != "errors"]
    assert given and all(value is None for value in given) == bool(payload["errors"])
    return story.code(payload)


async def give_points(world: World) -> None:
    for place in (world.a, world.b):
        for head in place.heads:
            await story.give_points(head.id, 100)


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
        return [good[:-1], good[:-1] + ("A" if good[-1] != "A" else "Q"), good.swapcase()]
    key = ids.find(good, kind)
    assert key is not None
    other = "Wish" if kind != "Wish" else "Household"
    return [ids.make(kind, uuid7()), ids.make("Area", world.a.grid.id), ids.make(other, key), str(key), good + "="]


async def test_reads_of_what_is_no_such_thing_here_are_null(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    foreign_wish = await story.rated(api, b)
    ours = {
        "query($id: ID!) { node(id: $id) { id } }": (a.head_people[0], "Household", b.households[0].id),
        "query($id: ID!) { explainReward(wishId: $id) { points } }": (
            a.head_people[0], "Wish", ids.find(foreign_wish, "Wish"),
        ),
        'query($id: ID!) { shopDay(shopId: $id, date: "2026-05-15") { count } }': (a.cashier, "Shop", b.shop.id),
        "query($id: ID!) { wishes(areaId: $id, first: 1) { edges { cursor } } }": (a.staff, "Area", b.grid.id),
        "query($id: ID!) { leaderboard(areaId: $id, period: ALL) { period } }": (None, "Area", a.building.id),
    }  # fmt: skip
    for document, (who, kind, foreign) in ours.items():
        other = "Wish" if kind != "Wish" else "Household"
        for value in ("", "x", "不是编号", ids.make(kind, foreign), ids.make(kind, uuid7()), ids.make(other, foreign)):
            data = await api.query(who.token if who else None, document, id=value)
            assert list(data.values()) == [None], (document, value)
