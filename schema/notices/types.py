"""Notifications, how they are pushed, and the subscription to new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from models.enums import NotificationAction, NotificationKind
from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.permissions import PUBLIC, SIGNED_IN, attribute, field
from schema.graph.refs import DisputeRef, GrantRef, NominationRef, RedemptionRef, SeasonObjectionRef, ShopRef, WishRef
from schema.graph.subscriptions import ChangedRows, Watch, rows_by, subscription
from services.grants import grants
from services.honours import nominations, objections
from services.kit.viewer import Viewer
from services.live import changes
from services.live.changes import Interest
from services.live.hub import MAX_CHANGED, News
from services.notices import notifications
from services.shops import shops
from services.till import disputes, redemptions
from services.wishes import wishes

MAX_KINDS = len(NotificationKind)


def _available_actions(self: Any) -> list[NotificationAction]:
    return notifications.available_actions(self)


@strawberry.type(description="通知：不含姓名、地址和心愿内容。A notification; it names nobody.")
class Notification(Node):
    """What it is about is seen as anywhere else: null where the viewer does not, or no longer, see it."""

    is_type_of = rows_of(notifications.Notification)

    kind: NotificationKind = field(PUBLIC, "种类。What it is about.")
    title: str = field(PUBLIC, "标题，可直接显示。The title, fit to show.")
    text: str = field(PUBLIC, "正文，可直接显示。The sentence, fit to show.")
    created_at: datetime = field(PUBLIC, "发生时间。When it happened.")
    read_at: datetime | None = field(PUBLIC, "读过的时间；未读为空。When it was read; null before.")
    wish: WishRef | None = to_one(wishes.by_ids, "wish_id", "所涉微心愿。The wish that it is about.")
    redemption: RedemptionRef | None = to_one(
        redemptions.by_ids, "redemption_id", "所涉核销。The redemption that it is about."
    )
    dispute: DisputeRef | None = to_one(disputes.by_ids, "dispute_id", "所涉异议。The dispute that it is about.")
    shop: ShopRef | None = to_one(shops.by_ids, "shop_id", "所涉店铺。The shop that it is about.")
    nomination: NominationRef | None = to_one(
        nominations.by_ids, "nomination_id", "所涉提名。The nomination that it is about."
    )
    objection: SeasonObjectionRef | None = to_one(
        objections.by_ids, "objection_id", "所涉异议。The objection to a nomination that it is about."
    )
    grant: GrantRef | None = to_one(grants.by_ids, "grant_id", "所涉专享。The grant that it is about.")
    available_actions: list[NotificationAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Notification", notifications.by_ids)


@strawberry.type(description="微信订阅消息的一个模板。One template of WeChat's subscribed messages.")
class MessageTemplate:
    template_id: str = field(PUBLIC, "模板编号，小程序据此请求订阅。The id by which the mini-program asks for consent.")
    kinds: list[NotificationKind] = field(PUBLIC, "用于哪些通知。For which kinds.", rows=MAX_KINDS)
    remaining: int = field(PUBLIC, "还可发送几条。How many messages are still agreed to.")


@strawberry.type(
    description="通知推送的设置；站内通知总是有。How one is pushed notifications; in the app they always are."
)
class NotificationSettings:
    wechat: bool = field(PUBLIC, "是否推送到微信。Whether by WeChat.")
    sms: bool = field(PUBLIC, "是否发送短信，只用于最要紧的。Whether by text message, for the most important.")
    wechat_bound: bool = field(PUBLIC, "是否绑定了微信，没有绑定就推送不到。Whether a WeChat user is bound.")
    templates: list[MessageTemplate] = field(
        PUBLIC, "可请求订阅的消息模板。The templates for which to ask consent.", rows=MAX_KINDS
    )


@dataclass(frozen=True, slots=True)
class Added(ChangedRows):
    """New notifications, and how many are unread now."""

    unread: int


@strawberry.type(description="有新的通知。There are new notifications.")
class NotificationChange:
    """Those of a second come in one message."""

    notifications: list[Notification] = field(PUBLIC, "新的通知。The new ones.", attribute("rows"), rows=MAX_CHANGED)
    unread_notifications: int = field(
        PUBLIC, "现在的未读数，最多数到 100。How many are unread now, at most 100.", attribute("unread")
    )
    changed_at: datetime = field(PUBLIC, "读取时间。As of when.")
    reload: bool = field(
        PUBLIC,
        "是否应重新读取列表：新的太多，或可能漏了消息。Whether to read the list anew, for there are more, or word may"
        " have been missed.",
    )


async def _own(viewer: Viewer) -> Interest:
    return changes.own_notifications(viewer)


async def _load(viewer: Viewer, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return dict(await notifications.by_ids(viewer, keys))


async def _added(viewer: Viewer, news: News) -> Added:
    new: ChangedRows = await rows_by(_load)(viewer, news)
    return Added(new.rows, new.changed_at, new.reload, await notifications.unread(viewer))


@strawberry.type
class NotificationSubscription:
    @subscription(
        SIGNED_IN,
        "新的通知：本账号的；最多每秒一条。New notifications of one's own account; at most once a second.",
        NotificationChange,
    )
    def notification_added(self: Any, info: Info) -> Watch:
        return Watch(_own, _added)
