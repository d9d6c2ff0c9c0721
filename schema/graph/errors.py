"""Errors as clients see them: user errors in payloads, developer errors at the top, faults masked."""

import logging
import re
from datetime import datetime
from typing import Any, ClassVar, Self

import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

import schema.graph.enums  # noqa: F401  (registers ErrorCode)
from schema.graph import request_log
from schema.graph.context import Info
from schema.graph.permissions import PUBLIC, field
from schema.graph.refs import ViewerRef
from services.db.paging import CursorInvalid
from services.kit.errors import ErrorCode, Overloaded, OverQuota, ReadEnough, Refusal, Unavailable
from services.kit.forms import MAX_PROBLEMS

log = logging.getLogger("xingdian.faults")

MAX_MESSAGE_CHARACTERS = 500
MAX_PATH = 5  # names: of a field of an input that is four inputs deep
# GraphQL's messages quote misplaced input, which could be a phone or an identity number.
LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){10,}")
# What graphql-core proposes for a misspelt name: names in quotation marks, and words between them.
HINT = re.compile(r" Did you mean [\w' ,]+\?")


@strawberry.type(description="用户可见的错误。Something the person at the screen can understand and act on.")
class UserError:
    code: ErrorCode = field(PUBLIC, "错误代码，供程序判断。For the program.")
    message: str = field(PUBLIC, "中文说明，可直接显示。A sentence in Chinese, fit to show.")
    retry_at: datetime | None = field(
        PUBLIC, "何时起可再试；与时间无关的为空。From when on to try again, if time helps."
    )
    field: list[str] | None = field(PUBLIC, "出错的输入项路径。The path of the input at fault.", rows=MAX_PATH)


def user_errors(refusal: Refusal) -> list[UserError]:
    """Return a refusal as a payload's user errors: several where several inputs are unfit."""
    request_log.refused(refusal.code.value)
    return [_user_error(one) for one in refusal.all]


def _user_error(refusal: Refusal) -> UserError:
    path = ["input", *refusal.field.split(".")] if refusal.field else None
    return UserError(code=refusal.code, message=refusal.message, field=path, retry_at=refusal.retry_at)


def _viewer(self: Any, info: Info) -> Any:
    return info.context.viewer if info.context.viewer.signed_in else None


@strawberry.interface(description="变更的结果：对象，或未完成的原因。What a mutation answers: its object, or why not.")
class Payload:
    """Base of the mutations' payloads: the object, in the field named by `subject`, or why it was refused."""

    subject: ClassVar[str]
    errors: list[UserError] = field(
        PUBLIC,
        "未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once,"
        " at most 20.",
        rows=MAX_PROBLEMS,
    )
    viewer: ViewerRef | None = field(
        PUBLIC,
        "当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read"
        " what else has changed; null for anonymous.",
        _viewer,
    )

    @classmethod
    def done(cls, result: Any) -> Self:
        """Return the payload of a success."""
        return cls(**{cls.subject: result}, errors=[])

    @classmethod
    def refused(cls, refusal: Refusal) -> Self:
        """Return the payload of a refusal."""
        return cls(**{cls.subject: None}, errors=user_errors(refusal))


class ClientError(GraphQLError):
    """A developer's mistake: shown as it is, with a code, never masked."""

    def __init__(self, message: str, code: str = "BAD_REQUEST") -> None:
        super().__init__(message, extensions={"code": code})


class CostExceeded(GraphQLError):
    """The operation costs more than its viewer may spend at once (schema/graph/cost.py)."""

    def __init__(self, cost: int, limit: int) -> None:
        super().__init__(
            f"this operation costs {cost} units, and at most {limit} are allowed: ask for fewer rows or fields",
            extensions={"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": limit},
        )


BUSY = "服务繁忙，请稍后再试"
CROWDED = "现在使用的人太多，请过几秒再试"
SPENT = "您的请求太频繁，请稍候再试。Too many requests from this session or address; wait as long as Retry-After says."
READ_ENOUGH = (
    "您这一小时查看的住户和个人资料已达上限，请到下一个整点再查；确有工作需要请联系区管理员。"
    "Too much personal data was read in this hour; wait as long as Retry-After says."
)
OUTAGES = frozenset(["OVERLOADED", "UNAVAILABLE"])
BROKEN = "系统出现故障，请稍后再试"


def shown(error: GraphQLError, request_id: str, *, hints: bool = True) -> GraphQLError:
    """Return a top-level error as the client may see it. Log a fault under the request id and mask it.

    Without `hints` it proposes no names of the schema.
    """
    cause = _cause(error)
    if cause is None or isinstance(cause, GraphQLError):
        mistake = _developer_error(error, hints)
        request_log.refused(str((mistake.extensions or {})["code"]))
        return mistake
    code, message = masked(cause)
    request_log.refused(code)
    if code == "INTERNAL":
        log_fault(request_id, cause, error.path)
    elif code in OUTAGES and not isinstance(cause, OverQuota):
        log.warning("unavailable %s at %s: %s", request_id, error.path, cause)
    extensions = extensions_of(cause, code) | {"requestId": request_id}
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)


def extensions_of(cause: BaseException, code: str) -> dict[str, Any]:
    """Return an error's extensions: the code, and when to retry where that may help."""
    if isinstance(cause, Unavailable):
        return {"code": code, "retryAfterSeconds": cause.retry_after_seconds}
    return {"code": code}


def _cause(error: GraphQLError) -> BaseException | None:
    """Return the exception behind an error; None for GraphQL's own error to the developer."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error:
        cause = cause.original_error
    answered_amiss = isinstance(cause, GraphQLError) and error.path and not cause.nodes
    if answered_amiss and not isinstance(cause, ClientError):
        # A value that its own type can't carry is raised while answering, so the fault is ours.
        return ValueError("a value that its GraphQL type can't carry")
    return cause


def masked(cause: BaseException) -> tuple[str, str]:
    """Return the code and message of an exception."""
    if isinstance(cause, CursorInvalid):
        return "CURSOR_INVALID", str(cause)
    if isinstance(cause, Refusal):
        return cause.code.value, cause.message
    if isinstance(cause, Overloaded):
        return "OVERLOADED", _crowded(cause)
    if isinstance(cause, Unavailable):
        return "UNAVAILABLE", BUSY
    if isinstance(cause, MissingQueryError | CannotGetOperationTypeError | InvalidOperationTypeError):
        return "BAD_REQUEST", "there is no such operation in the document, or it may not be run this way"
    return "INTERNAL", BROKEN


def _crowded(cause: Overloaded) -> str:
    if isinstance(cause, ReadEnough):
        return READ_ENOUGH
    return SPENT if isinstance(cause, OverQuota) else CROWDED


def _developer_error(error: GraphQLError, hints: bool) -> GraphQLError:
    """Return GraphQL's own error, shortened and with a code: a copy, for the original may be cached."""
    message = LONG_NUMBER.sub("…", error.message if hints else HINT.sub("", error.message))
    if len(message) > MAX_MESSAGE_CHARACTERS:
        message = message[:MAX_MESSAGE_CHARACTERS] + "…"
    return GraphQLError(
        message,
        error.nodes,
        error.source,
        error.positions,
        error.path,
        extensions={"code": "BAD_REQUEST", **(error.extensions or {})},
    )


class _Fault(Exception):
    """Replaces, in the log, a fault whose own text could hold personal data."""


def log_fault(request_id: str, cause: BaseException, place: Any = None) -> None:
    """Log a fault by its type and traceback; its text could hold personal data."""
    stand_in = _Fault(type(cause).__qualname__)
    log.error(
        "fault %s at %s: %s",
        request_id,
        place,
        type(cause).__qualname__,
        exc_info=(_Fault, stand_in, cause.__traceback__),
    )
