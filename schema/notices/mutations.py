"""Mutations of notifications: read, consents to WeChat's messages, and by which channels one is pushed."""

from typing import Annotated, Any

import strawberry

from schema.graph import ids
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.inputs import given
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation
from schema.notices.types import NotificationSettings
from services.notices import actions


@strawberry.input(description="标为已读：若干条，或读到了哪一条。Some notifications, all up to one, or both.")
class NotificationsReadInput:
    notification_ids: list[strawberry.ID] | None = given(
        "要标为已读的通知，1 到 100 条。The notifications, 1 to 100.", default=None
    )
    up_to_id: strawberry.ID | None = given(
        "读到了哪一条，它和更早的都标为已读。This one and all before it.", default=None
    )


@strawberry.type(description="标为已读的结果。The result of marking notifications as read.")
class NotificationsReadPayload(Payload):
    subject = "unread_notifications"
    unread_notifications: int | None = field(
        PUBLIC, "还有几条未读，最多数到 100；未完成时为空。How many are left unread; null when refused."
    )


@strawberry.input(description="登记本人在小程序里同意接收的消息。What the person agreed to in the mini-program.")
class MessageConsentsNoteInput:
    template_ids: list[str] = given(
        "同意了的模板编号，每个记一条，最多 10 个。The templates, one message more of each; at most 10."
    )


@strawberry.input(description="修改通知推送的设置，只填要改的。Whether to be pushed notifications: what is to change.")
class NotificationSettingsChangeInput:
    wechat: bool | None = given("是否推送到微信。Whether by WeChat.", default=None)
    sms: bool | None = given("是否发送短信。Whether by text message.", default=None)


@strawberry.type(description="通知推送设置的结果。The result of a change of how one is pushed notifications.")
class NotificationSettingsPayload(Payload):
    subject = "settings"
    settings: NotificationSettings | None = field(
        PUBLIC, "现在的设置；未完成时为空。The settings as they are now; null when refused."
    )


_input = strawberry.argument(description="输入。The input.")


@strawberry.type
class NotificationMutation:
    @mutation(SIGNED_IN, "把通知标为已读。Mark notifications as read.", NotificationsReadPayload)
    async def notifications_read(self, info: Info, input: Annotated[NotificationsReadInput, _input]) -> Any:
        chosen = input.notification_ids
        keys = None if chosen is None else [ids.parse(one, "Notification", "notificationIds") for one in chosen]
        up_to = None if input.up_to_id is None else ids.parse(input.up_to_id, "Notification", "upToId")
        return await actions.read(info.context.viewer, keys, up_to)

    @mutation(
        SIGNED_IN,
        "登记小程序里同意接收的微信消息。Note consents to WeChat's messages.",
        NotificationSettingsPayload,
    )
    async def message_consents_note(self, info: Info, input: Annotated[MessageConsentsNoteInput, _input]) -> Any:
        return await actions.note_consents(info.context.viewer, input.template_ids)

    @mutation(SIGNED_IN, "修改通知推送的设置。Choose how to be pushed notifications.", NotificationSettingsPayload)
    async def notification_settings_change(
        self, info: Info, input: Annotated[NotificationSettingsChangeInput, _input]
    ) -> Any:
        return await actions.choose(info.context.viewer, input.wechat, input.sms)
