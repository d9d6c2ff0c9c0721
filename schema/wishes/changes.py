"""Subscription to changes of the viewer's own wishes."""

from datetime import datetime
from typing import Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.permissions import PUBLIC, attribute, field, roles
from schema.graph.subscriptions import Watch, rows_by, subscription
from schema.wishes.types import Wish
from services.kit.viewer import Viewer
from services.live import changes
from services.live.changes import Interest
from services.live.hub import MAX_CHANGED
from services.wishes import wishes

OWNERS = roles(Role.RESIDENT, Role.HOUSEHOLD_HEAD, Role.GRID_WORKER, Role.COMMUNITY_STAFF)


@strawberry.type(description="本户或本人的微心愿有变动。The viewer's own wishes changed.")
class WishChange:
    """Changes within a second come in one message."""

    wishes: list[Wish] = field(
        PUBLIC,
        "有变动的微心愿，现在的样子。The wishes that changed, as they are now.",
        attribute("rows"),
        rows=MAX_CHANGED,
    )
    changed_at: datetime = field(PUBLIC, "读取时间。As of when.")
    reload: bool = field(
        PUBLIC,
        "是否应重新读取列表：变动太多、有的已看不到，或可能漏了消息。Whether to "
        "read the list anew, for more changed, or"
        " something is out of sight now, or word may have been missed.",
    )


async def _own(viewer: Viewer) -> Interest:
    return changes.own_wishes(viewer)


@strawberry.type
class WishSubscription:
    @subscription(
        OWNERS,
        "微心愿变动：本户的、派给本人的，以及所派单的辖区里的；最多每秒一条。Changes of wishes of one's household, of"
        " those a head is assigned or offered, and of the areas where one dispatches; at most once a second.",
        WishChange,
    )
    def wish_changed(self: Any, info: Info) -> Watch:
        return Watch(_own, rows_by(wishes.by_ids))
