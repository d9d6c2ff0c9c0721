"""What an account is told of: the fixed list of kinds, whom each concerns, and in which words. Pure.

A text is not stored: it follows from the kind, and so holds no name, no address and nothing of what somebody needs.
Nobody is told to sign in, of a rank that was lost, or of a quota.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.enums import NotificationKind, PushChannel, Role, WishState

_K, _C = NotificationKind, PushChannel


class Audience(StrEnum):
    """Of what an account must be part to be told. The values are stored in the outbox."""

    HOUSEHOLD = "households"
    HEAD = "heads"
    SHOP = "shops"  # its owners
    ACCOUNT = "accounts"


class Subject(StrEnum):
    """What a kind is about. SIGN_IN: the account itself, of which there is nothing more to see."""

    WISH = "Wish"
    REDEMPTION = "Redemption"
    DISPUTE = "Dispute"
    SHOP = "Shop"
    NOMINATION = "Nomination"
    OBJECTION = "SeasonObjection"
    GRANT = "Grant"
    SIGN_IN = "SignIn"


ROLES: Mapping[Audience, Role] = {
    Audience.HOUSEHOLD: Role.RESIDENT,
    Audience.HEAD: Role.HOUSEHOLD_HEAD,
    Audience.SHOP: Role.SHOP_STAFF,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `brief` is what a push says, `text` the sentence in the app, `reminder` that of the second time.

    `channels` and `reminder_channels` are the ways of its push, the best first. `urgent`: pushed at night too.
    `while_`: a push is pointless once the wish is in another state. `warns`: pushed also when it was read, since who
    reads it may be the one of whom it warns.
    """

    subject: Subject
    audiences: tuple[Audience, ...]
    brief: str
    text: str
    reminder: str = ""
    urgent: bool = False
    channels: tuple[PushChannel, ...] = (_C.WECHAT,)
    reminder_channels: tuple[PushChannel, ...] = ()
    while_: WishState | None = None
    warns: bool = False


KINDS: Mapping[NotificationKind, Kind] = {
    _K.WISH_OFFERED: Kind(
        Subject.WISH,
        (Audience.HEAD,),
        "您有一条心愿待接单",
        "您有一条心愿待接单，请在 48 小时内答复",
        while_=WishState.DISPATCHED,
    ),
    _K.WISH_ACCEPTED: Kind(Subject.WISH, (Audience.HOUSEHOLD,), "您家的心愿已接单", "您家的一条心愿已有联户长接单"),
    # Silence pays after seven days, so the household is told at once, and once more before that.
    _K.WISH_COMPLETED: Kind(
        Subject.WISH,
        (Audience.HOUSEHOLD,),
        "您有一条心愿待评单",
        "您有一条心愿待评单，7 天不评将自动评单",
        "您有一条心愿待评单，2 天后将自动评单",
        reminder_channels=(_C.WECHAT, _C.SMS),
        while_=WishState.COMPLETED,
    ),
    _K.WISH_RATED: Kind(Subject.WISH, (Audience.HEAD,), "您办结的心愿已评单", "您办结的一条心愿已评单"),
    _K.WISH_RECALLED: Kind(Subject.WISH, (Audience.HEAD,), "派给您的心愿已收回", "派给您的一条心愿已由社区收回"),
    _K.REDEMPTION_CONFIRMED: Kind(
        Subject.REDEMPTION,
        (Audience.HEAD,),
        "您的优惠码已核销",
        "您的优惠码已核销；不是您本人使用的，请在 24 小时内提出异议",
        urgent=True,
    ),
    _K.DISPUTE_DECIDED: Kind(
        Subject.DISPUTE, (Audience.HEAD, Audience.SHOP), "一笔核销异议已裁定", "一笔核销的异议已有裁定，请查看"
    ),
    _K.POINTS_REVERSED: Kind(
        Subject.WISH, (Audience.HEAD,), "您的一笔积分已冲正", "您的一笔积分已冲正，请在积分流水里查看原因"
    ),
    _K.SHOP_DECIDED: Kind(
        Subject.SHOP, (Audience.SHOP, Audience.ACCOUNT), "您的店铺有审核结果", "您的店铺有新的审核结果，请查看"
    ),
    _K.GRANT_GIVEN: Kind(
        Subject.GRANT, (Audience.HEAD,), "您获赠一项专享优惠", "区里赠您一项专享优惠，请在“我的优惠码”里查看和领取"
    ),
    _K.GRANT_ENDS: Kind(
        Subject.GRANT,
        (Audience.HEAD,),
        "您的专享优惠将到期",
        "您有一项专享优惠将在 30 天内到期，请及时使用",
        "您有一项专享优惠将在 7 天内到期，请及时使用",
    ),
    _K.CODE_USED: Kind(
        Subject.SIGN_IN,
        (Audience.ACCOUNT,),
        "您的账号有新的登录",
        "有人用当面出示的登录码登录了您的账号；不是您本人，请到“我的登录”退出它，并告诉社区",
        urgent=True,
        warns=True,
    ),
    # The old number hears of it too: whoever holds it may be the one from whom it was taken.
    _K.PHONE_CHANGED: Kind(
        Subject.SIGN_IN,
        (Audience.ACCOUNT,),
        "您账号的手机号已更换",
        "您账号的手机号已更换；不是您本人要求的，请马上联系社区",
        urgent=True,
        warns=True,
        channels=(_C.SMS,),
    ),
    _K.ROLE_GIVEN: Kind(
        Subject.SIGN_IN,
        (Audience.ACCOUNT,),
        "您有了新的工作身份",
        "区里给了您新的工作身份，请到“工作台”查看；有疑问请联系社区",
    ),
    _K.NOMINATION_ASKED: Kind(
        Subject.NOMINATION,
        (Audience.HEAD, Audience.HOUSEHOLD),
        "有人提名您，请决定是否同意",
        "有人提名您参加评选，请决定是否同意；不同意的不会公开",
    ),
    # What is published is seen first by whom it is about.
    _K.EVIDENCE_READY: Kind(
        Subject.NOMINATION,
        (Audience.HEAD, Audience.HOUSEHOLD),
        "您的事迹待核对",
        "您的事迹已由系统算出，请在 48 小时内核对；有误的可以提出异议",
    ),
    _K.OBJECTION_ANSWERED: Kind(
        Subject.OBJECTION, (Audience.ACCOUNT,), "您的异议已答复", "您提出的异议已有答复，请查看"
    ),
    _K.HONOUR_GIVEN: Kind(
        Subject.NOMINATION, (Audience.HEAD, Audience.HOUSEHOLD), "您获得致谢", "您获得致谢，请在“评选”里查看"
    ),
}


def text(kind: NotificationKind, *, reminder: bool) -> str:
    """Return the sentence of a notification."""
    return (KINDS[kind].reminder if reminder else "") or KINDS[kind].text


def channels(kind: NotificationKind, *, reminder: bool) -> tuple[PushChannel, ...]:
    """Return the ways by which a notification may be pushed, the best first."""
    return (KINDS[kind].reminder_channels if reminder else ()) or KINDS[kind].channels


def heard_as(roles: frozenset[Role]) -> list[NotificationKind]:
    """Return the kinds that concern one who acts by these roles alone; those of the account itself among them."""
    return [
        kind
        for kind, one in KINDS.items()
        if any(audience not in ROLES or ROLES[audience] in roles for audience in one.audiences)
    ]
