"""Alerts to a shop and the staff above: many short codes typed there were wrong."""

from datetime import datetime
from typing import Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.ids import rows_of
from schema.graph.permissions import PUBLIC, attribute, field, owners_or
from schema.graph.refs import ShopRef
from schema.graph.subscriptions import Watch, rows_by, subscription
from services.kit.viewer import Viewer
from services.live import changes
from services.live.changes import Interest
from services.live.hub import MAX_CHANGED
from services.shops import shops
from services.signals import alerts

ALERTED = owners_or(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)


@strawberry.type(description="短码提醒：本店短时间内输错的短码较多。Many short codes typed in a shop were wrong.")
class ShopAlert:
    """Keeps the figures of when it was raised. For a human to judge, without an effect of its own."""

    is_type_of = rows_of(alerts.ShopAlert)

    raised_at: datetime = field(PUBLIC, "提醒时间。When it was raised.")
    misses: int = field(PUBLIC, "输错的短码次数。How many codes were wrong.")
    minutes: int = field(PUBLIC, "在多少分钟之内。Within how many minutes.")
    least_count: int = field(PUBLIC, "达到多少次即提醒。From how many on it is raised.")
    cashiers: int = field(PUBLIC, "出自几位店员的账号。By how many cashiers' accounts.")
    addresses: int = field(PUBLIC, "出自几个网络地址。From how many network addresses.")


@strawberry.type(description="店铺有新的短码提醒。Shops have a new alert.")
class ShopAlertChange:
    """Changes within a second come in one message."""

    shops: list[ShopRef] = field(
        PUBLIC, "有新提醒的店铺。The shops that have one.", attribute("rows"), rows=MAX_CHANGED
    )
    changed_at: datetime = field(PUBLIC, "读取时间。As of when.")
    reload: bool = field(
        PUBLIC,
        "是否应重新读取列表：变动太多，或可能漏了消息。Whether to read the list anew, for more changed or word may have"
        " been missed.",
    )


async def _in_reach(viewer: Viewer) -> Interest:
    return changes.shop_alerts(viewer)


@strawberry.type
class ShopAlertSubscription:
    @subscription(
        ALERTED,
        "短码提醒：本店的，以及管理范围内店铺的；最多每秒一条。Alerts of the shops owned, and of those"
        " that one oversees; at most once a second.",
        ShopAlertChange,
    )
    def shop_alerted(self: Any, info: Info) -> Watch:
        return Watch(_in_reach, rows_by(shops.by_ids))
