"""Errors as clients see them: user errors in payloads, developer errors at the top, faults masked."""

import logging
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

import schema.enums  # noqa: F401  (registers ErrorCode)
from schema.permissions import PUBLIC, field
from services.errors import ErrorCode, Refusal, Unavailable
from services.paging import CursorInvalid

log = logging.getLogger("xingdian.faults")


@strawberry.type(description="用户可见的错误。Something the person at the screen can understand and act on.")
class UserError:
    """One refusal, as a payload carries it."""

    code: ErrorCode = field(PUBLIC, "错误代码,供程序判断。For the program.")
    message: str = field(PUBLIC, "中文说明,可直接显示。A sentence in Chinese, fit to show.")
    field: list[str] | None = field(PUBLIC, "出错的输入项路径。The path of the input at fault.")


def user_error(refusal: Refusal) -> UserError:
    """A refusal as a payload carries it."""
    path = ["input", refusal.field] if refusal.field else None
    return UserError(code=refusal.code, message=refusal.message, field=path)


class ClientError(GraphQLError):
    """The developer's mistake: told plainly, with a code, never masked."""

    def __init__(self, message: str, code: str = "BAD_REQUEST") -> None:
        super().__init__(message, extensions={"code": code})


def shown(error: GraphQLError, request_id: str) -> GraphQLError:
    """What a client is told of a top-level error. A fault is logged under the request id and masked."""
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error:
        original = original.original_error
    if original is None or isinstance(original, GraphQLError):
        return error
    if isinstance(original, CursorInvalid):
        code, message = "CURSOR_INVALID", str(original)
    elif isinstance(original, Refusal):
        code, message = original.code.value, original.message
    elif isinstance(original, Unavailable):
        code, message = "UNAVAILABLE", "服务繁忙,请稍后再试"
    else:
        # The type and place are enough to find it; its text could hold personal data.
        log.error("fault %s at %s: %s", request_id, error.path, type(original).__name__, exc_info=_place(original))
        code, message = "INTERNAL", "系统出现故障,请稍后再试"
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions={"code": code, "requestId": request_id})


class _Fault(Exception):
    """Stands in the log for a fault whose own text could hold personal data."""


def _place(original: BaseException) -> tuple[type[BaseException], BaseException, Any]:
    return _Fault, _Fault(type(original).__qualname__), original.__traceback__


class MaskFaults(SchemaExtension):
    """Lets nothing of a fault out but a request id."""

    def on_operation(self) -> Iterator[None]:
        """Strawberry's hook around one operation."""
        yield
        result = self.execution_context.result
        found = getattr(result, "errors", None)
        if found:
            request_id = self.execution_context.context.request_id
            result.errors = [shown(error, request_id) for error in found]  # type: ignore[union-attr]
