"""What people do with notifications: mark them as read, note consents to messages, choose the channels of pushes."""

from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from services.accounts.acting import check_unbound
from services.audit import log as audit
from services.db import database
from services.db.sql import Args, any_of
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer
from services.notices import choices, notifications
from services.notices.choices import Choices
from services.notices.notifications import visible_to
from services.notices.rules import MAX_CONSENTS
from services.writes.write import Unchanged, write

MAX_READ = 100  # by their ids, at once
MAX_TEMPLATES = 10  # noted at once; WeChat asks for three at most


@write
async def read(viewer: Viewer, keys: Sequence[UUID] | None = None, up_to: UUID | None = None) -> int:
    """Mark notifications as read: those of `keys`, 1 to 100, and all up to one; return how many are left unread.

    Raises INVALID_INPUT unless something is given, NOT_FOUND for any of somebody else. Locks the notifications by id.
    """
    named = [key for key in (*(keys or ()), up_to) if key is not None]
    if not named or len(keys or ()) > MAX_READ or keys == []:
        message = f"请给出要标为已读的通知（1 到 {MAX_READ} 条），或读到了哪一条"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "notificationIds")
    found = await notifications.by_ids(viewer, named)
    if up_to is not None and up_to not in found:
        raise not_found("upToId")
    if set(named) - set(found):
        raise not_found("notificationIds")
    args = Args()
    chosen = any_of([f"n.id = ANY({args(list(keys))})" if keys else None, f"n.id <= {args(up_to)}" if up_to else None])
    done = await database.execute(
        f"UPDATE notifications n SET read_at = {args(clock.now())} FROM (SELECT n.id FROM notifications n"
        f" WHERE {visible_to(viewer, args)} AND n.read_at IS NULL AND {chosen} ORDER BY n.id FOR NO KEY UPDATE) unread"
        " WHERE n.id = unread.id AND n.read_at IS NULL",
        *args,
    )
    left = await notifications.unread(viewer)
    if not done:
        raise Unchanged(left)
    audit.record(viewer.account_id, "notification.read", "Account", _account(viewer), count=done)
    return left


@write
async def note_consents(viewer: Viewer, template_ids: Sequence[str]) -> Choices:
    """Note that the person agreed in the mini-program to one more message of each of these templates of WeChat's; at
    most 20 are kept of each.

    Raises FORBIDDEN for a bound session, INVALID_STATE where this district sends no messages by WeChat, INVALID_INPUT
    for a template that it does not use. Locks the account's consents.
    """
    check_unbound(viewer)
    if not choices.templates():
        raise Refusal(ErrorCode.INVALID_STATE, "本区暂未开通微信消息，请在“我的通知”里查看", None)
    wanted = sorted(set(template_ids))
    if len(wanted) > MAX_TEMPLATES:
        raise Refusal(ErrorCode.INVALID_INPUT, f"一次最多登记 {MAX_TEMPLATES} 个消息模板", "templateIds")
    if set(wanted) - set(choices.templates()):
        message = "本区没有这个消息模板，请更新小程序后再试"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "templateIds")
    if not wanted:
        raise Unchanged(await choices.of_viewer(viewer))
    await database.fetch(
        "SELECT id FROM message_consents WHERE account_id = $1 ORDER BY id FOR NO KEY UPDATE", viewer.account_id
    )
    await database.execute(
        "INSERT INTO message_consents (id, account_id, template_id, remaining, changed_at)"
        " SELECT id, $2, template_id, 1, $4 FROM unnest($1::uuid[], $3::text[]) AS t (id, template_id)"
        f" ON CONFLICT (account_id, template_id) DO UPDATE SET changed_at = excluded.changed_at,"
        f" remaining = LEAST(message_consents.remaining + 1, {MAX_CONSENTS})",
        [uuid7() for _ in wanted],
        viewer.account_id,
        wanted,
        clock.now(),
    )
    audit.record(viewer.account_id, "notification.consent", "Account", _account(viewer), templates=len(wanted))
    return await choices.of_viewer(viewer)


@write
async def choose(viewer: Viewer, wechat: bool | None = None, sms: bool | None = None) -> Choices:
    """Choose whether to be pushed notifications by WeChat and by text message; None leaves a channel as it is.

    Raises FORBIDDEN for a bound session. Locks the account's choices.
    """
    check_unbound(viewer)
    before = await choices.of_viewer(viewer)
    wanted = {
        "wechat": before.wechat if wechat is None else wechat,
        "sms": before.sms if sms is None else sms,
    }
    if wanted == {"wechat": before.wechat, "sms": before.sms}:
        raise Unchanged(before)
    await database.execute(
        "INSERT INTO push_choices (id, account_id, wechat, sms, changed_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (account_id) DO UPDATE SET wechat = coalesce($6, push_choices.wechat),"
        " sms = coalesce($7, push_choices.sms), changed_at = $5",
        uuid7(),
        viewer.account_id,
        wanted["wechat"],
        wanted["sms"],
        clock.now(),
        wechat,
        sms,
    )
    audit.record(viewer.account_id, "notification.choose", "Account", _account(viewer), **wanted)
    return await choices.of_viewer(viewer)


def _account(viewer: Viewer) -> UUID:
    assert viewer.account_id is not None, "declared on the mutation"
    return viewer.account_id
