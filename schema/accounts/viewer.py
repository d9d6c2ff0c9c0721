"""The viewer: the signed-in account and what belongs to it."""

from typing import Any

import strawberry

from models.enums import Role
from schema.accounts.sessions import Session
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field
from schema.graph.refs import AreaRef, HouseholdHeadRef, HouseholdRef, ShopRef
from services.accounts import sessions
from services.people import areas, heads, households
from services.shops import shops


@strawberry.type(description="当前用户。Who is signed in.")
class Viewer:
    display_name: str = field(PUBLIC, "显示名。The name to greet by.")
    roles: list[Role] = field(PUBLIC, "身份。The roles held.", lambda self: sorted(self.roles))
    household: HouseholdRef | None = to_one(households.by_ids, "household_id", "所在住户。The household lived in.")
    household_head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "联户长身份。The household head one is.")
    shop: ShopRef | None = to_one(shops.by_ids, "shop_id", "所在店铺。The shop worked in.")
    shops: Connection[ShopRef] = paged(
        shops.of_viewer, "自己的店铺，含申请中的，由新到旧。The shops worked in or applied for, newest first."
    )
    areas: Connection[AreaRef] = paged(
        areas.of_viewer, "所属和管理的区域，由近及远。Where one lives or works, and what lies above, nearest first."
    )
    sessions: Connection[Session] = paged(
        sessions.of_viewer, "我的登录，由新到旧。Where one is signed in, newest first."
    )


def _viewer(self: Any, info: Info) -> Any:
    return info.context.viewer if info.context.viewer.signed_in else None


@strawberry.type
class ViewerQuery:
    viewer: Viewer | None = field(PUBLIC, "当前用户；未登录为空。Who is signed in; null for anonymous.", _viewer)
