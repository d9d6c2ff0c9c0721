"""Sessions of the viewer, and signing out."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import SessionAction, SignInMethod
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, parse, rows_of
from schema.graph.permissions import PUBLIC, SIGNED_IN, attribute, field, mutation
from services.accounts import sessions


def _is_current(self: Any, info: Info) -> bool:
    return bool(self.id == info.context.viewer.session_id)


def _available_actions(self: Any) -> list[SessionAction]:
    return sessions.available_actions(self)


@strawberry.type(description="登录：在哪里登录。A session: one sign-in of an account.")
class Session(Node):
    """Expose nothing of the token."""

    is_type_of = rows_of(sessions.Session)

    label: str = field(PUBLIC, "备注。A note given at sign-in.")
    method: SignInMethod = field(PUBLIC, "怎样登录的。How it was opened.")
    opened_by: str | None = field(
        PUBLIC,
        "谁开的登录码；不是用登录码登录的为空。Whose one-use code it was; else null.",
        attribute("opened_by_name"),
    )
    is_current: bool = field(PUBLIC, "是否当前登录。Whether it is the one in use.", _is_current)
    created_at: datetime = field(PUBLIC, "登录时间。When it was opened.")
    last_seen_at: datetime = field(PUBLIC, "最近使用，至多差五分钟。When it was last used, to within 5 minutes.")
    expires_at: datetime = field(PUBLIC, "最迟到期时间。When it ends at the latest.")
    ended_at: datetime | None = field(PUBLIC, "退出时间；未退出为空。When it was ended; null before.")
    available_actions: list[SessionAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Session", sessions.by_ids)


@strawberry.type(description="退出登录的结果。The result of signing out.")
class SessionPayload(Payload):
    subject = "session"
    session: Session | None = field(
        PUBLIC, "已退出的登录；未完成时为空。The session that was ended; null when refused."
    )


@strawberry.type(description="全部退出的结果。The result of signing out everywhere.")
class SessionsPayload(Payload):
    subject = "ended"
    ended: int | None = field(PUBLIC, "退出了几个登录；未完成时为空。How many were ended; null when refused.")


@strawberry.input(description="退出登录。The session to end.")
class SessionEndInput:
    session_id: strawberry.ID | None = strawberry.field(
        default=None, description="登录编号；不填则为当前登录。The session; without one, the one in use."
    )


@strawberry.input(description="全部退出。The sessions to end.")
class SessionsEndInput:
    keep_current: bool = strawberry.field(description="是否保留当前登录。Whether the one in use is kept.")


_input = strawberry.argument(description="输入。The input.")


@strawberry.type
class SessionMutation:
    @mutation(SIGNED_IN, "退出登录：当前的，或自己的另一个。Sign out, here or elsewhere.", SessionPayload)
    async def session_end(self, info: Info, input: Annotated[SessionEndInput, _input]) -> Any:
        given = input.session_id
        session_id = None if given is None else parse(given, "Session", "sessionId")
        return await sessions.end_own(info.context.viewer, session_id)

    @mutation(SIGNED_IN, "退出自己的全部登录。Sign out everywhere.", SessionsPayload)
    async def sessions_end(self, info: Info, input: Annotated[SessionsEndInput, _input]) -> Any:
        return await sessions.end_all_own(info.context.viewer, keep_current=input.keep_current)
