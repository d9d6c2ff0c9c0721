"""Errors at the top of an answer: the developer's are told plainly, a rule's with its code, ours not at all."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from schema.graph.context import Context
from schema.graph.errors import ClientError, user_errors
from schema.graph.execution import Prepared, Schema
from services.db.paging import CursorInvalid
from services.kit.errors import ErrorCode, Overloaded, Refusal, Unavailable, not_found

SECRET = "张三 10000000001"
RAISED: dict[str, Exception] = {
    "fault": LookupError(SECRET),
    "key": KeyError(SECRET),
    "recursion": RecursionError(SECRET),
    "refusal": Refusal(ErrorCode.FORBIDDEN, "您当前的身份不能进行此操作"),
    "cursor": CursorInvalid("this cursor is not one of this connection"),
    "client": ClientError("give exactly one of them", "BAD_PAGINATION"),
    "outage": Unavailable("QueryCanceledError"),
    "crowd": Overloaded("no connection came free"),
}


@strawberry.type
class Query:
    @strawberry.field
    def fails(self, how: str) -> int | None:
        raise RAISED[how]

    @strawberry.field
    async def fails_later(self, how: str) -> int | None:
        raise RAISED[how]

    @strawberry.field
    def too_big(self) -> int | None:
        return 2**40

    @strawberry.field
    def no_number(self) -> int | None:
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def nothing(self) -> int:
        return None  # type: ignore[return-value]

    @strawberry.field
    def echo(self, value: int) -> int:
        return value


class Broken(SchemaExtension):
    """Fails outside of any resolver."""

    def on_execute(self) -> Iterator[None]:
        raise LookupError(SECRET)
        yield


SCHEMA = Schema(query=Query, extensions=[Prepared])


async def ask(query: str, schema: Schema = SCHEMA, **options: Any) -> dict[str, Any]:
    context = Context(request_id="number-1")
    result = await schema.execute(query, context_value=context, **options)
    assert result.errors
    (error,) = result.errors
    return dict(error.formatted)


@pytest.mark.parametrize("field", ["fails", "failsLater"])
@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        ("fault", "INTERNAL", "系统出现故障"),
        ("key", "INTERNAL", "系统出现故障"),
        ("recursion", "INTERNAL", "系统出现故障"),
        ("refusal", "FORBIDDEN", "您当前的身份不能进行此操作"),
        ("cursor", "CURSOR_INVALID", "this cursor"),
        ("client", "BAD_PAGINATION", "give exactly one"),
        ("outage", "UNAVAILABLE", "服务繁忙"),
        ("crowd", "OVERLOADED", "现在使用的人太多"),
    ],
)
async def test_what_a_resolver_raises(
    caplog: pytest.LogCaptureFixture, field: str, how: str, code: str, message: str
) -> None:
    told = await ask(f'{{ {field}(how: "{how}") }}')
    assert told["extensions"]["code"] == code and told["message"].startswith(message)
    assert told["path"] == [field] and told["locations"]
    logged = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(logged) == (code in ("INTERNAL", "UNAVAILABLE", "OVERLOADED"))
    if logged:
        assert told["extensions"]["requestId"] == "number-1" and "number-1" in caplog.text
    assert "张三" not in caplog.text and "张三" not in str(told)


@pytest.mark.parametrize("field", ["tooBig", "noNumber", "nothing"])
async def test_an_answer_that_does_not_fit_its_type_is_our_fault(caplog: pytest.LogCaptureFixture, field: str) -> None:
    told = await ask(f"{{ {field} }}")
    assert told["extensions"] == {"code": "INTERNAL", "requestId": "number-1"}
    assert "张三" not in str(told) + caplog.text and "1099511627776" not in str(told)
    assert "fault number-1" in caplog.text


async def test_a_fault_outside_of_any_resolver_is_masked_too(caplog: pytest.LogCaptureFixture) -> None:
    told = await ask("{ echo(value: 1) }", Schema(query=Query, extensions=[Prepared, Broken]))
    assert told["extensions"]["code"] == "INTERNAL" and "张三" not in str(told) + caplog.text
    assert "LookupError" in caplog.text


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ echo }", {}),
        ('{ echo(value: "x") }', {}),
        ("query ($x: Int!) { echo(value: $x) }", {}),
        ("query ($x: Int!) { echo(value: $x) }", {"x": "five"}),
        ("query ($x: Int) { echo(value: 4294967296) }", {}),
        ("{ nowhere }", {}),
        ("{ echo(value: 1) ", {}),
    ],
)
async def test_the_developers_mistakes_are_told_and_not_logged(
    caplog: pytest.LogCaptureFixture, query: str, variables: dict[str, Any]
) -> None:
    context = Context(request_id="number-1")
    result = await SCHEMA.execute(query, context_value=context, variable_values=variables)
    assert result.errors
    for error in result.errors:
        assert error.extensions == {"code": "BAD_REQUEST"} and "故障" not in error.message
    assert not caplog.records


@pytest.mark.parametrize("typed", ["13800138000", "138 0013-8000", "１３８００１３８０００", "52010119900101123X"])
async def test_a_number_in_the_wrong_place_is_not_told_again(typed: str) -> None:
    """It could be somebody's; a day, an amount and an id are told."""
    for query, variables in (
        ("query ($x: Int!) { echo(value: $x) }", {"x": typed}),
        (f'{{ echo(value: "{typed}") }}', {}),
    ):
        told = await ask(query, variable_values=variables)
        assert typed[:11] not in told["message"] and "…" in told["message"], told
    told = await ask("query ($x: Int!) { echo(value: $x) }", variable_values={"x": "2026-05-15 08:30, 8800"})
    assert "2026-05-15 08:30, 8800" in told["message"]


async def test_over_one_connection_each_operation_has_its_own_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    context = Context(request_id="of the connection")
    numbers = set()
    for _ in range(2):
        async for result in await SCHEMA.stream('{ fails(how: "fault") }', context_value=context):
            (error,) = result.errors or [GraphQLError("none")]
            assert error.extensions and error.extensions["code"] == "INTERNAL"
            numbers.add(error.extensions["requestId"])
    assert len(numbers) == 2 and "of the connection" not in numbers
    assert all(number in caplog.text for number in numbers) and "张三" not in caplog.text


def test_a_refusal_as_a_payload_carries_it() -> None:
    (told,) = user_errors(not_found("wishId"))
    assert (told.code, told.field) == (ErrorCode.NOT_FOUND, ["input", "wishId"]) and told.message
    also = Refusal(ErrorCode.INVALID_INPUT, "请填写此项", "terms.title")
    first, second = user_errors(Refusal(ErrorCode.INVALID_INPUT, "不行", others=[also]))
    assert (first.field, second.field) == (None, ["input", "terms", "title"])


async def test_a_loader_belongs_to_one_operation() -> None:
    asked: list[list[int]] = []

    async def load(viewer: Any, keys: list[int]) -> dict[int, str]:
        asked.append(list(keys))
        return {key: f"{key}" for key in keys if key != 2}

    context = Context()
    first = context.loader(load)
    assert await first.load_many([1, 2]) == ["1", None] and await context.loader(load).load(1) == "1"
    assert asked == [[1, 2]]
    assert context.loader(load, "other") is not first
    context.forget()
    assert await context.loader(load).load(1) == "1" and asked == [[1, 2], [1]]
    other = context.for_operation()
    assert await other.loader(load).load(1) == "1" and asked == [[1, 2], [1], [1]]
    assert other.viewer is context.viewer and other.request_id != context.request_id
