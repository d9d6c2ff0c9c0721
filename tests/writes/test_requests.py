"""requestNo: one effect however often it is sent, and one meaning."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from services.db import database
from services.kit.errors import ErrorCode, Refusal
from services.writes import requests

OWNER = uuid4()


@database.transactional
async def ask(request_no: str, content: dict[str, Any], *, owner: UUID = OWNER, fail: bool = False) -> UUID:
    """An operation that makes one marker, once for each number."""
    result = uuid7()
    earlier = await requests.claim(owner, "test", request_no, content, result)
    if earlier is not None:
        return earlier
    await asyncio.sleep(0.01)
    await database.fetch("INSERT INTO markers (key, value) VALUES ($1, '1')", result.hex)
    if fail:
        raise LookupError
    return result


async def found(request_no: str, *, owner: UUID = OWNER, operation: str = "test") -> UUID | None:
    return next(iter(await requests.results([uuid4(), owner], [operation], request_no)), None)


async def made() -> int:
    return int(await database.fetch_value("SELECT count(*) FROM markers"))


async def test_the_same_again_gives_the_same(db: None) -> None:
    first = await ask("n-1", {"bill": 5})
    assert await ask("n-1", {"bill": 5}) == first == await ask(" n-1 ", {"bill": 5})
    assert await ask("n-2", {"bill": 5}) != first and await ask("n-1", {"bill": 5}, owner=uuid4()) != first
    assert await made() == 3
    assert await found("n-1") == first == await found(" n-1 ")
    assert await found("n-1", operation="other") is None and await found("n-1", owner=uuid4()) is None


async def test_something_else_under_the_same_number_is_refused(db: None) -> None:
    await ask("n-1", {"bill": 5})
    with pytest.raises(Refusal) as caught:
        await ask("n-1", {"bill": 6})
    assert (caught.value.code, caught.value.field) == (ErrorCode.REQUEST_NO_REUSED, "requestNo")
    assert await made() == 1


async def test_what_failed_leaves_its_number_free(db: None) -> None:
    with pytest.raises(LookupError):
        await ask("n-1", {"bill": 5}, fail=True)
    assert await found("n-1") is None
    await ask("n-1", {"bill": 6})
    assert await made() == 1


async def test_at_once_there_is_one_effect_and_all_get_its_answer(db: None) -> None:
    answers = await asyncio.gather(*(ask("n-1", {"bill": 5}) for _ in range(12)))
    assert len(set(answers)) == 1 and await made() == 1


async def test_at_once_with_different_contents_one_wins(db: None) -> None:
    answers = await asyncio.gather(*(ask("n-1", {"bill": bill}) for bill in range(8)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(refused) == 7 and await made() == 1


async def test_at_once_when_the_first_fails_the_next_one_does_it(db: None) -> None:
    answers = await asyncio.gather(
        ask("n-1", {}, fail=True), *(ask("n-1", {}) for _ in range(4)), return_exceptions=True
    )
    assert isinstance(answers[0], LookupError) or answers[0] == answers[1]
    assert len(set(answers[1:])) == 1 and await made() == 1


@pytest.mark.parametrize("bad", ["", "  ", "x" * 65, "a\0b", "a\nb", "\u202e"])
async def test_a_number_must_be_usable(db: None, bad: str) -> None:
    with pytest.raises(Refusal) as caught:
        await ask(bad, {})
    assert caught.value.field == "requestNo"
    assert await found(bad) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
contents = st.dictionaries(st.text(max_size=4), json_values, max_size=4)


@given(contents, contents)
def test_the_hash_tells_contents_apart_and_not_their_order(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert requests.content_hash(first) == requests.content_hash(dict(reversed(first.items())))
    same = json.dumps(first, sort_keys=True, default=str) == json.dumps(second, sort_keys=True, default=str)
    assert (requests.content_hash(first) == requests.content_hash(second)) == same


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 1), st.booleans()), max_size=8))
async def test_against_a_plain_model(db: None, steps: list[tuple[str, int, bool]]) -> None:
    owner = uuid4()
    model: dict[str, tuple[int, UUID]] = {}
    for number, bill, fail in steps:
        try:
            answer: UUID | Exception = await ask(number, {"bill": bill}, owner=owner, fail=fail)
        except (LookupError, Refusal) as error:
            answer = error
        if number not in model:
            assert isinstance(answer, LookupError) == fail
            if isinstance(answer, UUID):
                model[number] = (bill, answer)
        elif model[number][0] == bill:
            assert answer == model[number][1]
        else:
            assert isinstance(answer, Refusal)
