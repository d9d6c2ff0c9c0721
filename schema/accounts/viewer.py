"""The viewer: the signed-in account and what belongs to it."""

from typing import Annotated, Any

import strawberry

from models.enums import ConsentKind, Role
from schema.accounts.sessions import Session
from schema.accounts.todo import Todo
from schema.graph.batching import paged, to_list, to_one
from schema.graph.context import Info
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field
from schema.graph.refs import (
    AreaRef,
    ConsentRef,
    HouseholdHeadRef,
    HouseholdJoinRef,
    HouseholdRef,
    NominationRef,
    NotificationRef,
    NotificationSettingsRef,
    SecondFactorRef,
    ShopRef,
)
from services.accounts import sessions
from services.consents import consents
from services.entry import joins, second_factor
from services.honours import nominations
from services.notices import choices, notifications
from services.people import areas, heads, households
from services.shops import shops

_FILTERS = {
    "unread_only": Annotated[bool | None, strawberry.argument(description="只要未读的。Only unread ones.")],
}


async def _unread(self: Any, info: Info) -> int:
    return await notifications.unread(info.context.viewer)


@strawberry.type(description="当前用户。Who is signed in.")
class Viewer:
    display_name: str = field(PUBLIC, "显示名。The name to greet by.")
    roles: list[Role] = field(PUBLIC, "身份。The roles held.", lambda self: sorted(self.roles))
    bound: bool = field(
        PUBLIC,
        "本次登录是否只限一处：用社区或店主当面出示的登录码登录的，不能改动账号本身。Whether a desk's or a shop's"
        " code opened this session, which acts in one area or shop alone and changes nothing of the account itself.",
    )
    household: HouseholdRef | None = to_one(households.by_ids, "household_id", "所在住户。The household lived in.")
    household_head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "联户长身份。The household head one is.")
    shop: ShopRef | None = to_one(shops.by_ids, "shop_id", "所在店铺。The shop worked in.")
    shops: Connection[ShopRef] = paged(
        shops.of_viewer, "自己的店铺，含申请中的，由新到旧。The shops worked in or applied for, newest first."
    )
    areas: Connection[AreaRef] = paged(
        areas.of_viewer, "所属和管理的区域，由近及远。Where one lives or works, and what lies above, nearest first."
    )
    household_joins: Connection[HouseholdJoinRef] = paged(
        joins.of_viewer, "自己的入户申请，由新到旧。One's requests to belong to a household, newest first."
    )
    nominations: Connection[NominationRef] = paged(
        nominations.of_viewer,
        "我的提名，由新到旧：被提名的，和自己提名的。The nominations of oneself, of one's household and building, and"
        " those that"
        " one made, newest first.",
    )
    sessions: Connection[Session] = paged(
        sessions.of_viewer, "我的登录，由新到旧。Where one is signed in, newest first."
    )
    consents: list[ConsentRef] = to_list(
        consents.of_accounts,
        "我的同意，每种最近一次。What one has consented to: the last of each kind.",
        key="account_id",
        rows=len(ConsentKind),
    )
    second_factor: SecondFactorRef | None = to_one(
        second_factor.of_sessions, "session_id", "我的两步验证。One's second factor, as this session sees it."
    )
    notifications: Connection[NotificationRef] = paged(
        notifications.of_viewer,
        "我的通知，由新到旧，保留 90 天。One's notifications of 90 days, newest first.",
        filters=_FILTERS,
    )
    unread_notifications: int = field(
        PUBLIC, "未读通知数，最多数到 100，显示为 99+。How many are unread, at most 100: shown as 99+.", _unread
    )
    todo: Todo = field(
        PUBLIC,
        "我的待办，各有多少；只有查询的才去数。What waits for the viewer; only what is asked for is counted.",
        lambda self: self,
    )
    notification_settings: NotificationSettingsRef | None = to_one(
        choices.of_accounts, "account_id", "通知推送的设置。How one is pushed notifications."
    )


def _viewer(self: Any, info: Info) -> Any:
    return info.context.viewer if info.context.viewer.signed_in else None


@strawberry.type
class ViewerQuery:
    viewer: Viewer | None = field(PUBLIC, "当前用户；未登录为空。Who is signed in; null for anonymous.", _viewer)
