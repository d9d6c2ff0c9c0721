"""Whatever is sent amiss gets a clear answer and changes nothing: every argument and input field of the schema."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import hypothesis
import pytest_asyncio
from graphql import get_named_type, is_required_input_field
from hypothesis import strategies as st

from models.accounts import Account, Session
from models.enums import WishCategory
from schema.graph import ids
from services.accounts import sessions
from services.kit import clock
from services.kit.errors import ErrorCode
from tests.town import agreements, discounts, documents, entry, grants, honouring, shops, story, till, webhooks
from tests.town.amiss import (
    CHINESE,
    HUGE,
    LONG,
    MUTATIONS,
    NUMBERS,
    TEXTS,
    Stage,
    changed,
    fields,
    malformed,
    root,
    send,
    set_up,
    told,
    unusable,
    without,
)
from tests.town.documents import Api
from tests.town.postgres import snapshot, unchanged
from tests.town.sizes import share
from tests.town.world import Travel, World


@pytest_asyncio.fixture
async def stage(travel: Travel, world: World, api: Api) -> AsyncIterator[Stage]:
    async with entry.inbox():
        yield await set_up(world, api)


def refusal(name: str, response: httpx.Response) -> dict[str, Any] | None:
    """Why a mutation was refused, fit for the person at the screen; None for a developer's mistake. Never success."""
    if told(response):
        assert not (response.json().get("data") or {}).get(root(name))
        return None
    payload = response.json()["data"][root(name)]
    errors = payload.pop("errors")
    assert len(errors) == 1, response.request.content[-300:]
    assert payload and all(value is None for value in payload.values()), response.request.content[-300:]
    (error,) = errors
    assert ErrorCode(error["code"]) and CHINESE.search(error["message"]), error
    return dict(error)


async def test_what_the_stage_has_would_do(stage: Stage, api: Api) -> None:
    assert sorted(stage.valid) == MUTATIONS
    for name, (who, given) in stage.valid.items():
        await story.done(api, who, name, **given)


def test_every_text_and_number_has_its_limits_here() -> None:
    found = {place: get_named_type(field.type).name for name in MUTATIONS for place, field in fields(name).items()}
    assert sorted(place for place, kind in found.items() if kind == "String") == sorted(TEXTS)
    assert sorted(place for place, kind in found.items() if kind in {"Int", "Fen"}) == sorted(NUMBERS)


async def test_no_mutation_takes_what_is_unusable(stage: Stage, api: Api) -> None:
    """Each answer names the field at fault, and says in Chinese what is wrong with it."""
    for name, (who, given) in stage.valid.items():
        async with unchanged():
            for number, (place, field) in enumerate(fields(name).items(), start=len(name)):
                key = place.partition(".")[2]
                for value, code in share(list(unusable(stage, place, field.type)), number):
                    error = refusal(
                        name,
                        await send(api, who and who.token, documents.text(name), {"input": changed(given, key, value)}),
                    )
                    assert error is not None, (place, str(value)[:80])
                    assert (error["code"], error["field"]) == (code, ["input", *key.split(".")]), (
                        place,
                        str(value)[:80],
                        error,
                    )


async def test_no_mutation_takes_what_is_malformed(stage: Stage, api: Api) -> None:
    for name, (who, given) in stage.valid.items():
        places = {place.partition(".")[2]: field for place, field in fields(name).items()}
        inputs: list[Any] = [None, "x", 5, [], True, given | {"unheardOf": 1}]
        inputs += [{}] if any(map(is_required_input_field, places.values())) else []
        inputs += [changed(given, key, value) for key, field in places.items() for value in malformed(field.type)]
        inputs += [without(given, key) for key, field in places.items() if is_required_input_field(field)]
        async with unchanged():
            for one in share(inputs, len(name)):
                response = await send(api, who and who.token, documents.text(name), {"input": one})
                assert refusal(name, response) is None, (name, str(one)[:200])
            for variables in ({}, {"inpot": given}, [], "x"):
                assert told(await send(api, who and who.token, documents.text(name), variables)), (name, variables)


async def test_a_request_number_stands_for_one_content(stage: Stage, api: Api) -> None:
    """The same number again with any other content is refused, and the first one stands."""
    changes: dict[str, dict[str, Any]] = {
        "WishSubmit": {"title": "别的", "category": "GOODS", "details": "多", "consentNote": "另一句",
                       "householdId": ids.make("Household", stage.world.a.households[1].id)},
        "PassIssue": {"discountId": ids.make("Discount", stage.world.a.discount.id)},  # type: ignore[union-attr]
        "DiscountDraft": {
            "terms.title": "别的", "terms.stockTotal": 5, "terms.weekdays": [1], "terms.hours.until": "20:00",
            "terms.benefit.gift": {"name": "伞"},
        },
        "DiscountRevise": {"terms.title": "别的", "terms.limitTotal": 5, "discountId": discounts.key(stage.world.b)},
        "RedemptionConfirm": {},
        "RedemptionRevoke": {"reason": "另一个原因"},
        **webhooks.other_contents(stage.valid),
        **shops.other_contents(stage.world),
        **agreements.other_contents(stage.world),
        **grants.other_contents(stage.world),
        **honouring.other_contents(stage.valid),
        "PointsReverse": {"reason": "另一个原因", "wishId": stage.valid["WishRate"][1]["wishId"]},
        "RewardRuleCreate": {
            "base": [{"category": category.value, "points": 1} for category in WishCategory], "note": "另一句",
            "bonus": [{"stars": stars, "points": 1} for stars in (3, 4, 5)], "dailyCap": 1, "monthlyHouseholdCap": 1,
            "effectiveFrom": "2026-12-31T00:00:00+08:00",
        },
    }  # fmt: skip
    assert sorted(changes) == [name for name in MUTATIONS if any(place.endswith("requestNo") for place in fields(name))]
    second = await till.prepared(api, stage.world.a, head=1)
    changes["RedemptionConfirm"] = {"token": second["token"]}
    for name, others in changes.items():
        who, given = stage.valid[name]
        first = await story.done(api, who, name, **given)
        async with unchanged():
            for key, value in others.items():
                payload = await story.act(api, who, name, **changed(given, key, value))
                assert payload["errors"][0]["field"] == ["input", "requestNo"], (name, key)
                assert story.code(payload) == "REQUEST_NO_REUSED"
            again = await story.done(api, who, name, **given)
        assert [row.get("id", row) for row in again.values() if row] == [
            row.get("id", row) for row in first.values() if row
        ]


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
            if stage.valid[name][0] is None:
                continue  # signing in
            error = refusal(name, await send(api, None, documents.text(name), {"input": given}))
            assert error and (error["code"], error["field"]) == ("UNAUTHENTICATED", None), name


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
        sender = stage.valid[name][0] if name in stage.valid else None
        own = sender.token if sender else token
        chosen = data.draw(st.sampled_from([own, token]))
        sent = data.draw(variables(name))
        asyncio.run_coroutine_threadsafe(one(name, chosen, sent), loop).result()

    await asyncio.to_thread(run)
