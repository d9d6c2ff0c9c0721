"""Whatever is sent amiss gets a clear answer and changes nothing: every argument and input field of the schema."""

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import hypothesis
import pytest_asyncio
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_required_input_field,
)
from hypothesis import strategies as st

import schema
from models.accounts import Account, Session
from schema import ids
from services import clock, sessions
from services.errors import ErrorCode
from tests import documents, story
from tests.conftest import Api
from tests.snapshot import snapshot, unchanged
from tests.travel import Travel
from tests.world import Community, Person, World

SCHEMA = schema.build()._schema
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HUGE = "<1e400>"  # stands for the number 1e400, which json.dumps would not write
LONG = "x" * 100_000
NOBODY = UUID(int=1)

# What a text must be: from how many to how many characters, and whether it may have several lines.
TEXTS: dict[str, tuple[int, int, bool]] = {
    "WishSubmitInput.title": (1, 60, False),
    "WishSubmitInput.details": (0, 500, True),
    "WishSubmitInput.requestNo": (1, 64, False),
    "WishSubmitInput.consentNote": (1, 200, False),
    "WishDeclineInput.reason": (1, 200, False),
    "WishHandBackInput.reason": (1, 200, False),
    "WishCompleteInput.note": (0, 500, True),
    "WishCompleteInput.helpers": (1, 64, False),
    "WishRateInput.comment": (0, 500, True),
    "WishRateInput.callBackNote": (1, 200, False),
    "WishRedoInput.reason": (1, 200, False),
    "WishCancelInput.reason": (0, 200, False),
    "WishRejectInput.reason": (1, 200, False),
    "WishRecallInput.reason": (0, 200, False),
    "PassIssueInput.requestNo": (1, 64, False),
    "RedemptionPrepareInput.code": (1, 0, False),
    "RedemptionConfirmInput.token": (1, 0, False),
    "RedemptionConfirmInput.requestNo": (1, 64, False),
    "RedemptionRevokeInput.requestNo": (1, 64, False),
    "RedemptionRevokeInput.reason": (1, 200, False),
}
NUMBERS: dict[str, tuple[int, int]] = {
    "WishRateInput.stars": (1, 5),
    "RedemptionPrepareInput.billFen": (1, 10_000_000),
}


@dataclass
class Stage:
    """A district in which every mutation has something to work on: who would send it, and an input that would do."""

    world: World
    valid: dict[str, tuple[Person, dict[str, Any]]]
    foreign: dict[str, str]  # of each type, something that exists in the other community

    def everybody(self) -> list[Person]:
        return list({id(who): who for who, _ in self.valid.values()}.values())


@pytest_asyncio.fixture
async def stage(travel: Travel, world: World, api: Api) -> Stage:
    a, b = world.a, world.b
    assert a.staff and a.cashier and b.discount
    for one in (*a.heads, *b.heads):
        await story.give_points(one.id, 100)
    head, resident = a.head_people[0], a.residents[0]
    why = {"reason": "原因"}
    at_home = {"householdId": ids.make("Household", a.households[0].id)}
    await story.rated(api, a)
    redemption = await story.redeemed(api, a)
    live = await story.issued(api, a)
    at_the_till = {"code": live["code"], "billFen": 2000}
    prepared = await story.done(api, a.cashier, "RedemptionPrepare", **at_the_till)
    filed = await story.done(
        api, head, "WishSubmit", **at_home, category="CARE", title="代", consentNote="当面", requestNo="filed"
    )
    await story.done(api, a.staff, "WishDispatch", wishId=filed["wish"]["id"], headId=head_id(a))
    await story.done(api, head, "WishAccept", wishId=filed["wish"]["id"])
    await story.done(api, head, "WishComplete", wishId=filed["wish"]["id"])
    valid: dict[str, tuple[Person, dict[str, Any]]] = {
        "WishSubmit": (
            head,
            {**at_home, "category": "CARE", "title": "陪诊", "requestNo": "x", "consentNote": "电话", "details": ""},
        ),
        "WishDispatch": (a.staff, {"wishId": await story.submitted(api, a), "headId": head_id(a)}),
        "WishAccept": (head, {"wishId": await story.offered(api, a)}),
        "WishDecline": (head, {"wishId": await story.offered(api, a), **why}),
        "WishHandBack": (head, {"wishId": await story.accepted(api, a), **why}),
        "WishComplete": (head, {"wishId": await story.accepted(api, a), "note": "好", "helpers": ["甲"]}),
        "WishRate": (a.staff, {"wishId": filed["wish"]["id"], "stars": 5, "comment": "", "callBackNote": "本人"}),
        "WishRedo": (resident, {"wishId": await story.completed(api, a), **why}),
        "WishCancel": (resident, {"wishId": await story.submitted(api, a), **why}),
        "WishReject": (a.staff, {"wishId": await story.submitted(api, a), **why}),
        "WishRecall": (a.staff, {"wishId": await story.offered(api, a), **why}),
        "WishRevealContact": (head, {"wishId": await story.accepted(api, a), "kind": "PHONE"}),
        "PassIssue": (head, {"discountId": ids.make("Discount", b.discount.id), "requestNo": "x"}),
        "PassCancel": (a.head_people[1], {"passId": (await story.issued(api, a, head=1))["id"]}),
        "RedemptionPrepare": (a.cashier, at_the_till),
        "RedemptionConfirm": (a.cashier, {"token": prepared["preparation"]["token"], "requestNo": "x"}),
        "RedemptionRevoke": (a.cashier, {"redemptionId": redemption["id"], "requestNo": "x", **why}),
    }  # fmt: skip
    await story.done(api, head, "WishRevealContact", wishId=valid["WishRevealContact"][1]["wishId"], kind="ADDRESS")
    foreign = {
        "Wish": await story.offered(api, b),
        "Household": ids.make("Household", b.households[0].id),
        "HouseholdHead": ids.make("HouseholdHead", b.heads[0].id),
        "Pass": (await story.issued(api, b))["id"],
        "Redemption": (await story.redeemed(api, b))["id"],
    }
    return Stage(world, valid, foreign)


def head_id(place: Community) -> str:
    return ids.make("HouseholdHead", place.heads[0].id)


async def send(api: Api, token: str | None, document: str, variables: Any) -> httpx.Response:
    """Lone surrogates, NaN and what no number holds travel as they are written in JSON."""
    body = json.dumps({"query": document, "variables": variables}).replace(f'"{HUGE}"', "1e400")
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    return await api.client.post("/graphql", content=body.encode(), headers=headers)


def told(response: httpx.Response) -> list[dict[str, Any]]:
    """The top-level errors of an answer, each fit for a developer. Never a fault."""
    assert response.status_code < 500, response.text
    errors = response.json().get("errors", [])
    for error in errors:
        assert error["message"] and len(error["message"]) <= 501, error
        assert error["extensions"]["code"] not in {"INTERNAL", "UNAVAILABLE"}, error
    assert response.status_code == 200 or errors
    return list(errors)


def refusal(name: str, response: httpx.Response) -> dict[str, Any] | None:
    """Why a mutation was refused, fit for the person at the screen; None for a developer's mistake. Never success."""
    if told(response):
        assert not (response.json().get("data") or {}).get(root(name))
        return None
    payload = response.json()["data"][root(name)]
    errors = payload.pop("errors")
    assert len(errors) == 1 and list(payload.values()) == [None], response.request.content[-300:]
    (error,) = errors
    assert ErrorCode(error["code"]) and CHINESE.search(error["message"]), error
    return dict(error)


def root(name: str) -> str:
    return documents.roots(name)[0]


MUTATIONS = [name for name in documents.NAMES if documents.is_mutation(name)]


def fields(name: str) -> dict[str, Any]:
    """The fields of a mutation's input, by name."""
    assert SCHEMA.mutation_type
    kind = get_named_type(SCHEMA.mutation_type.fields[root(name)].args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    return {f"{kind.name}.{field}": given for field, given in kind.fields.items()}


def malformed(kind: Any) -> list[Any]:
    """JSON that is not of this type, and is not taken for it either."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList):
        return [{}, 5, [5], [None], [[]], ["x"] * 10_000, True]
    wrong: dict[str, list[Any]] = {
        "String": [5, 5.5, True, [], {}, ["x", "y"], [[]]],
        "ID": [5.5, True, [], {}, HUGE, float("nan")],
        "Int": ["5", "", 5.5, True, [], {}, 2**31, -(2**31) - 1, 10**400, HUGE, float("nan"), float("-inf")],
        "Float": ["5", "", True, [], {}, HUGE, f"-{HUGE}", 10**400, float("nan"), float("inf"), float("-inf")],
        "Date": ["", "x", "2026-02-30", "10000-01-01", "0000-01-01", "-0001-01-01", "2026-05-15T00:00", 20260515, True],
        "DateTime": ["", "x", "2026-05-15T25:00:00Z", "10000-01-01T00:00:00Z", "99999999999999", 0, True, [], {}],
    }
    values = ["UNHEARD_OF", "", "care", 5, True, [], {}] if isinstance(inner, GraphQLEnumType) else wrong[inner.name]
    return [*values, "\ud800", "a\0b", *([None] if isinstance(kind, GraphQLNonNull) else [])]


def unusable_ids(stage: Stage, kind: str) -> list[Any]:
    """What is no id of an object of this type that exists for the sender. All are answered alike."""
    own = ids.make(kind, stage.world.a.heads[0].id)
    wrong_type = ids.make("Area" if kind != "Area" else "Shop", stage.world.a.community.id)
    return [
        ids.make(kind, NOBODY), wrong_type, str(NOBODY), "", "  ", "x", "5", 5, "你好", own + "=", own + "A", own[:-1],
        own.lower(), " " + own, "\u202e" + own, f"{kind}:{NOBODY}", "' OR 1=1 --", LONG,
        *([stage.foreign[kind]] if kind in stage.foreign else []),
    ]  # fmt: skip


def unusable_texts(place: str) -> list[str]:
    """What a text field can't keep."""
    least, most, lines = TEXTS[place]
    controls = ["a\u202eb", "a\u2066b", "a\u0007b", "a\u200bb", "a\ufeffb", "a\x7fb", "a\uffffb", "a\u2028b", "a\tb"]
    blank = ["", " ", "\u3000\t", "\n", "\u00a0"] if least else []
    return [*controls, *blank, "长" * (most + 1), LONG, *([] if lines else ["a\nb"])]


def unusable(stage: Stage, place: str, kind: Any) -> list[tuple[Any, str]]:
    """Values of the right type that a field can't take, each with the code that it is refused with."""
    inner = get_named_type(kind).name
    if inner == "ID":
        of = place.partition(".")[2].removesuffix("Id")
        names = {"head": "HouseholdHead"}
        return [(value, "NOT_FOUND") for value in unusable_ids(stage, names.get(of, of[0].upper() + of[1:]))]
    if inner == "Int":
        least, most = NUMBERS[place]
        return [(value, "INVALID_INPUT") for value in (least - 1, most + 1, -5, -(2**31), 2**31 - 1)]
    if place in TEXTS:
        code = {"code": "CODE_INVALID", "token": "NOT_FOUND"}.get(place.partition(".")[2], "INVALID_INPUT")
        texts: list[Any] = list(unusable_texts(place))
        if isinstance(kind, GraphQLNonNull) and isinstance(kind.of_type, GraphQLList):
            return [([text], code) for text in texts] + [([f"帮手{n}" for n in range(11)], code)]
        return [(text, code) for text in texts]
    return []


async def test_what_the_stage_has_would_do(stage: Stage, api: Api) -> None:
    assert sorted(stage.valid) == MUTATIONS
    for name, (who, given) in stage.valid.items():
        await story.done(api, who, name, **given)


def test_every_text_and_number_has_its_limits_here() -> None:
    found = {place: get_named_type(field.type).name for name in MUTATIONS for place, field in fields(name).items()}
    assert sorted(place for place, kind in found.items() if kind == "String") == sorted(TEXTS)
    assert sorted(place for place, kind in found.items() if kind == "Int") == sorted(NUMBERS)


async def test_no_mutation_takes_what_is_unusable(stage: Stage, api: Api) -> None:
    """Each answer names the field at fault, and says in Chinese what is wrong with it."""
    for name, (who, given) in stage.valid.items():
        async with unchanged():
            for place, field in fields(name).items():
                key = place.partition(".")[2]
                for value, code in unusable(stage, place, field.type):
                    error = refusal(
                        name, await send(api, who.token, documents.text(name), {"input": given | {key: value}})
                    )
                    assert error is not None, (place, str(value)[:80])
                    assert (error["code"], error["field"]) == (code, ["input", key]), (place, str(value)[:80], error)


async def test_no_mutation_takes_what_is_malformed(stage: Stage, api: Api) -> None:
    for name, (who, given) in stage.valid.items():
        places = {place.partition(".")[2]: field for place, field in fields(name).items()}
        inputs: list[Any] = [None, "x", 5, [], True, {}, given | {"unheardOf": 1}]
        inputs += [given | {key: value} for key, field in places.items() for value in malformed(field.type)]
        inputs += [
            {key: value for key, value in given.items() if key != left_out}
            for left_out, field in places.items()
            if is_required_input_field(field)
        ]
        async with unchanged():
            for one in inputs:
                response = await send(api, who.token, documents.text(name), {"input": one})
                assert refusal(name, response) is None, (name, str(one)[:200])
            for variables in ({}, {"inpot": given}, [], "x"):
                assert told(await send(api, who.token, documents.text(name), variables)), (name, variables)


async def test_a_request_number_stands_for_one_content(stage: Stage, api: Api) -> None:
    """The same number again with any other content is refused, and the first one stands."""
    changes: dict[str, dict[str, Any]] = {
        "WishSubmit": {"title": "别的", "category": "GOODS", "details": "多", "consentNote": "另一句",
                       "householdId": ids.make("Household", stage.world.a.households[1].id)},
        "PassIssue": {"discountId": ids.make("Discount", stage.world.a.discount.id)},  # type: ignore[union-attr]
        "RedemptionConfirm": {},
        "RedemptionRevoke": {"reason": "另一个原因"},
    }  # fmt: skip
    assert sorted(changes) == [name for name in MUTATIONS if any(place.endswith("requestNo") for place in fields(name))]
    second = await story.prepared(api, stage.world.a, head=1)
    changes["RedemptionConfirm"] = {"token": second["token"]}
    for name, changed in changes.items():
        who, given = stage.valid[name]
        first = await story.done(api, who, name, **given)
        async with unchanged():
            for key, value in changed.items():
                payload = await story.act(api, who, name, **(given | {key: value}))
                assert payload["errors"][0]["field"] == ["input", "requestNo"], (name, key)
                assert story.code(payload) == "REQUEST_NO_REUSED"
            again = await story.done(api, who, name, **given)
        assert [row and row["id"] for row in again.values() if row] == [row["id"] for row in first.values() if row]


async def test_a_token_that_opens_nothing_opens_no_operation(stage: Stage, api: Api) -> None:
    a = stage.world.a
    ended, gone, disabled = a.head_people[0], a.residents[0], a.residents[1]
    await Session.filter(account_id=ended.account_id).update(expires_at=clock.now() - timedelta(seconds=1))
    viewer = await sessions.authenticate(gone.token)
    assert viewer and viewer.session_id and await sessions.revoke(viewer.session_id)
    await Account.filter(id=disabled.account_id).update(disabled_at=clock.now())
    async with unchanged():
        for name in documents.NAMES:
            for token in (ended.token, gone.token, disabled.token, "garbage", "A" * 43, "x" * 5000, gone.token[:-1]):
                response = await send(api, token, documents.text(name), {})
                (error,) = told(response)
                assert (response.status_code, error["extensions"]["code"]) == (401, "UNAUTHENTICATED"), name
                assert CHINESE.search(error["message"])


async def test_nobody_in_particular_changes_nothing(stage: Stage, api: Api) -> None:
    async with unchanged():
        for name, (_, given) in stage.valid.items():
            error = refusal(name, await send(api, None, documents.text(name), {"input": given}))
            assert error and (error["code"], error["field"]) == ("UNAUTHENTICATED", None), name


# Reads

# Where each connection is found, and who can page it.
PLACES: dict[str, tuple[str, str]] = {
    "Query.shops": ("nobody", "{ %s }"),
    "Query.wishes": ("staff", "{ %s }"),
    "Viewer.areas": ("staff", "{ viewer { %s } }"),
    "Household.wishes": ("resident", "{ viewer { household { %s } } }"),
    "Household.contactReveals": ("resident", "{ viewer { household { %s } } }"),
    "HouseholdHead.households": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.wishes": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.pointsEntries": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.passes": ("head", "{ viewer { householdHead { %s } } }"),
    "HouseholdHead.redemptions": ("head", "{ viewer { householdHead { %s } } }"),
    "Wish.contactReveals": ("staff", "{ wishes(first: 1) { edges { node { %s } } } }"),
    "Wish.candidates": ("staff", "{ wishes(first: 1) { edges { node { %s } } } }"),
    "Shop.discounts": ("head", "{ shops(first: 1) { edges { node { %s } } } }"),
    "Leaderboard.entries": ("nobody", "{ leaderboard(period: ALL) { %s } }"),
    "ShopDay.redemptions": ("cashier", '{ shopDay(shopId: "SHOP", date: "2026-05-15") { %s } }'),
}
PAGING = ("first", "after", "last", "before")


def objects() -> list[GraphQLObjectType]:
    return [kind for name, kind in SCHEMA.type_map.items() if isinstance(kind, GraphQLObjectType) and name[:2] != "__"]


def with_arguments() -> dict[str, GraphQLField]:
    """Each field of an object (mutations aside) that takes arguments."""
    return {
        f"{kind.name}.{name}": field
        for kind in objects()
        for name, field in kind.fields.items()
        if field.args and kind is not SCHEMA.mutation_type
    }


def asked_as(stage: Stage, place: str) -> tuple[str | None, str]:
    """The token and the document around `%s`, to ask for a field."""
    who, around = PLACES.get(place, ("cashier" if "redemption" in place else "head", "{ %s }"))
    a = stage.world.a
    assert a.shop and a.staff and a.cashier
    people = {"staff": a.staff, "cashier": a.cashier, "head": a.head_people[0], "resident": a.residents[0]}
    return people[who].token if who in people else None, around.replace("SHOP", ids.make("Shop", a.shop.id))


def test_each_connection_has_its_place() -> None:
    assert sorted(PLACES) == sorted(place for place, field in with_arguments().items() if "after" in field.args)


async def test_a_page_is_asked_for_in_one_way(stage: Stage, api: Api) -> None:
    garbage = [
        "",
        " ",
        "x",
        "=",
        "你好",
        "\u202e",
        "\ud800",
        "A" * 2000,
        LONG,
        ids.make("Wish", NOBODY),
        "W10",
        "bnVsbA",
    ]
    amiss = [
        {}, {"first": 0}, {"first": -1}, {"first": 101}, {"last": 0}, {"last": 101}, {"first": 2**31 - 1},
        {"first": 1, "last": 1}, {"first": None}, {"first": 1, "before": "x"}, {"last": 1, "after": "x"},
        {"after": "x"}, {"first": 1, "after": "x", "before": "x"},
    ]  # fmt: skip
    wrong = [{"first": value} for value in malformed(SCHEMA.type_map["Int"]) if value is not None]
    wrong += [{"first": 1, "after": value} for value in malformed(SCHEMA.type_map["String"]) if value != "a\0b"]
    cursors = {place: await first_cursor(stage, api, place) for place in PLACES}
    async with unchanged():
        for place in PLACES:
            for page in amiss:
                assert await code_of(stage, api, place, page) == "BAD_PAGINATION", (place, page)
            for page in wrong:
                assert await code_of(stage, api, place, page) in {"BAD_REQUEST", "CURSOR_INVALID"}, (place, page)
            foreign = [cursor for other, cursor in cursors.items() if other.split(".")[1] not in place]
            assert len(foreign) > 5
            own = cursors[place]
            for cursor in [*garbage, *foreign, own[:-4], own + "A", own.swapcase()]:
                for page in ({"first": 1, "after": cursor}, {"last": 1, "before": cursor}):
                    code = await code_of(stage, api, place, page)
                    assert code == ("BAD_REQUEST" if cursor == "\ud800" else "CURSOR_INVALID"), (place, cursor[:80])
            assert await code_of(stage, api, place, {"first": 1, "after": own}) is None


async def first_cursor(stage: Stage, api: Api, place: str) -> str:
    token, around = asked_as(stage, place)
    name = place.partition(".")[2]
    answer = await send(api, token, around % f"{name}(first: 1) {{ edges {{ cursor }} }}", {})
    return str(re.findall('"cursor":"(.*?)"', answer.text)[0])


async def code_of(stage: Stage, api: Api, place: str, page: dict[str, Any]) -> str | None:
    """The code with which a page of a connection is refused; None when it is answered."""
    token, around = asked_as(stage, place)
    name = place.partition(".")[2]
    asked = ", ".join(f"{key}: ${key}" for key in page)
    selected = f"{name}{f'({asked})' if asked else ''} {{ edges {{ cursor }} }}"
    head = "query($first: Int, $last: Int, $after: String, $before: String)"
    # All four are used, so that the document is valid whichever are given.
    used = "unused: shops(first: $first, last: $last, after: $after, before: $before) @skip(if: true) { __typename }"
    document = f"{head} {(around % selected).replace('{', '{ ' + used, 1)}"
    errors = told(await send(api, token, document, page))
    return errors[0]["extensions"]["code"] if errors else None


def asking(place: str, field: GraphQLField) -> str:
    """A document that asks for a field with all of its arguments as variables."""
    declared = ", ".join(f"${name}: {argument.type}" for name, argument in field.args.items())
    given = ", ".join(f"{name}: ${name}" for name in field.args)
    _, around = PLACES.get(place, ("", "{ %s }"))
    name = place.partition(".")[2]
    return f"query({declared}) {around % f'{name}({given}) {{ __typename }}'}"


def valid_arguments(stage: Stage) -> dict[str, dict[str, Any]]:
    """For each field, arguments that are answered."""
    a = stage.world.a
    assert a.shop
    wish = stage.valid["WishAccept"][1]["wishId"]
    return {
        "Query.node": {"id": wish},
        "Query.explainReward": {"wishId": stage.valid["WishRate"][1]["wishId"]},
        "Query.leaderboard": {
            "areaId": ids.make("Area", a.community.id), "period": "WEEK", "at": "2026-05-15T00:00:00Z",
        },
        "Query.redemptionByRequestNo": {"requestNo": "x"},
        "Query.shopDay": {"shopId": ids.make("Shop", a.shop.id), "date": "2026-05-15"},
        "Query.shops": {"category": "FOOD", "latitude": 27.7, "longitude": 106.9, "first": 1},
        "Query.wishes": {"areaId": ids.make("Area", a.community.id), "states": ["RATED"], "first": 1},
        "HouseholdHead.wishes": {"states": ["RATED"], "first": 1},
    }  # fmt: skip


async def test_no_read_takes_what_is_malformed(stage: Stage, api: Api) -> None:
    valid = valid_arguments(stage)
    assert sorted(valid) == sorted(
        place for place, field in with_arguments().items() if set(field.args) - set(PAGING)
    ), "each field with arguments of its own"
    async with unchanged():
        for place, given in valid.items():
            field = with_arguments()[place]
            token, _ = asked_as(stage, place)
            document = asking(place, field)
            assert told(await send(api, token, document, given)) == [], place
            for name, argument in field.args.items():
                for value in malformed(argument.type):
                    if name not in PAGING:
                        errors = told(await send(api, token, document, given | {name: value}))
                        assert errors and errors[0]["extensions"]["code"] == "BAD_REQUEST", (place, name, value)


async def test_what_can_not_be_found_is_null_for_everybody(stage: Stage, api: Api) -> None:
    kinds = {"Query.node": "Wish", "Query.explainReward": "Wish", "Query.leaderboard": "Area", "Query.shopDay": "Shop",
             "Query.wishes": "Area"}  # fmt: skip
    valid = valid_arguments(stage)
    async with unchanged():
        for place, kind in kinds.items():
            field = with_arguments()[place]
            (name,) = (name for name, argument in field.args.items() if get_named_type(argument.type).name == "ID")
            token, _ = asked_as(stage, place)
            for value in unusable_ids(stage, kind):
                response = await send(api, token, asking(place, field), valid[place] | {name: value})
                found = {place.partition(".")[2]: None}
                # (A node of another type may well exist: the areas are public.)
                if place != "Query.node" or value != ids.make("Area", stage.world.a.community.id):
                    assert told(response) == [] and response.json()["data"] == found, (place, str(value)[:80])
        token, _ = asked_as(stage, "Query.redemptionByRequestNo")
        field = with_arguments()["Query.redemptionByRequestNo"]
        for text in unusable_texts("PassIssueInput.requestNo"):
            sent = {"requestNo": text}
            response = await send(api, token, asking("Query.redemptionByRequestNo", field), sent)
            assert told(response) == [] and response.json()["data"] == {"redemptionByRequestNo": None}


async def test_coordinates_are_on_earth(world: World, api: Api) -> None:
    document = "query($a: Float, $b: Float) { shops(first: 1, latitude: $a, longitude: $b) { __typename } }"
    amiss = [
        (91, 0),
        (-90.0001, 0),
        (0, 180.5),
        (0, -181),
        (1e308, 0),
        (0, -1e308),
        (2**53, 1),
        (27, None),
        (None, 106),
    ]
    for latitude, longitude in amiss:
        (error,) = told(await send(api, None, document, {"a": latitude, "b": longitude}))
        assert error["extensions"]["code"] == "INVALID_INPUT" and CHINESE.search(error["message"])
    for latitude, longitude in ((90, 180), (-90, -180), (0, 0), (5e-324, -0.0)):
        assert told(await send(api, None, document, {"a": latitude, "b": longitude})) == []


FAR_DAYS = ["0001-01-01", "0001-01-02", "0099-12-31", "1582-10-10", "1900-01-01", "2999-12-31", "9999-12-31"]


async def test_far_days_are_refused_and_those_at_the_edge_empty(world: World, api: Api) -> None:
    assert world.a.cashier and world.a.shop
    shop = ids.make("Shop", world.a.shop.id)
    async with unchanged():
        for day in [*FAR_DAYS, "1999-12-31", "2200-01-01", "2000-01-01", "2199-12-31"]:
            response = await send(api, world.a.cashier.token, documents.text("ShopDay"), {"shopId": shop, "date": day})
            errors = told(response)
            if day in {"2000-01-01", "2199-12-31"}:
                assert errors == [] and response.json()["data"]["shopDay"]["count"] == 0
            else:
                assert errors[0]["extensions"]["code"] == "INVALID_INPUT" and "2199" in errors[0]["message"], day


async def test_boards_of_far_moments_are_refused_and_those_at_the_edge_empty(world: World, api: Api) -> None:
    for period in ("WEEK", "MONTH", "QUARTER", "YEAR", "ALL"):
        for at in [f"{day}T{time}" for day in FAR_DAYS for time in ("00:00:00+14:00", "23:59:59-12:00", "12:00:00")]:
            (error,) = told(await send(api, None, documents.text("Leaderboard"), {"period": period, "at": at}))
            assert error["extensions"]["code"] == "INVALID_INPUT" and "2199" in error["message"], at
        for at in ("2000-01-01T00:00:00+14:00", "2199-12-31T23:59:59-12:00", "2026-02-28T24:00:00Z"):
            response = await send(api, None, documents.text("Leaderboard"), {"period": period, "at": at})
            assert told(response) == [] and response.json()["data"]["leaderboard"]["entries"]["edges"] == [], at


async def test_lists_have_an_end(stage: Stage, api: Api) -> None:
    token, _ = asked_as(stage, "Query.wishes")
    for count, refused in ((100, False), (101, True), (10_000, True)):
        errors = told(await send(api, token, documents.text("WishQueue"), {"states": ["RATED"] * count}))
        assert bool(errors) is refused


# Anything at all

ANY_TEXT = st.text(st.characters(), max_size=80) | st.sampled_from(["\ud800", "a\0", "\u202e", LONG, ""])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-5, 105) | st.floats() | ANY_TEXT | st.just(HUGE),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)


async def test_anything_at_all(stage: Stage, api: Api) -> None:
    """Random JSON in place of some or all of an operation's variables, from everybody and nobody."""
    texts = [value for _, given in stage.valid.values() for value in given.values() if isinstance(value, str)]
    anything = ANY_JSON | st.sampled_from([*texts, *stage.foreign.values()])
    reads = {name: {"first": 1} for name in documents.NAMES if name not in MUTATIONS}
    tokens = [None, *(who.token for who in stage.everybody())]
    seen: dict[str, Any] = {"before": await snapshot()}
    loop = asyncio.get_running_loop()

    @st.composite
    def variables(draw: st.DrawFn, name: str) -> dict[str, Any]:
        if name in reads:
            declared = [one.variable.name.value for one in documents.operation(name).variable_definitions or ()]
            return {key: draw(anything) for key in declared if draw(st.booleans())}
        _, given = stage.valid[name]
        touched = draw(st.sets(st.sampled_from([place.partition(".")[2] for place in fields(name)]), min_size=1))
        return {"input": draw(st.just(given | {key: draw(anything) for key in touched}) | ANY_JSON)}

    async def one(name: str, token: str | None, sent: dict[str, Any]) -> None:
        response = await send(api, token, documents.text(name), sent)
        errors = told(response)
        data = response.json().get("data") or {}
        after = await snapshot()
        if errors or name in reads or data[root(name)]["errors"]:
            assert [table for table in after if after[table] != seen["before"][table]] == []
        seen["before"] = after

    @hypothesis.settings(max_examples=300, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(st.data(), st.sampled_from(documents.NAMES), st.sampled_from(tokens))
    def run(data: st.DataObject, name: str, token: str | None) -> None:
        own = stage.valid[name][0].token if name in stage.valid else token
        chosen = data.draw(st.sampled_from([own, token]))
        sent = data.draw(variables(name))
        asyncio.run_coroutine_threadsafe(one(name, chosen, sent), loop).result()

    await asyncio.to_thread(run)
