"""The closed sets of words. Free of the ORM, so that pure rules can import it."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A closed set whose members people read by a Chinese label."""

    _value_: str
    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """A member, `NAME = "NAME", "标签"`; or the one that has the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class AreaKind(Labelled):
    """区 / 街道 / 社区 / 网格 / 楼栋, from the root of the tree to its leaves."""

    DISTRICT = "DISTRICT", "区"
    SUBDISTRICT = "SUBDISTRICT", "街道"
    COMMUNITY = "COMMUNITY", "社区"
    GRID = "GRID", "网格"
    BUILDING = "BUILDING", "楼栋"


class Role(Labelled):
    """What a membership makes of an account."""

    RESIDENT = "RESIDENT", "居民"
    HOUSEHOLD_HEAD = "HOUSEHOLD_HEAD", "联户长"
    GRID_WORKER = "GRID_WORKER", "网格员"
    COMMUNITY_STAFF = "COMMUNITY_STAFF", "社区工作者"
    SHOP_STAFF = "SHOP_STAFF", "店员"
    DISTRICT_ADMIN = "DISTRICT_ADMIN", "区管理员"
    AUDITOR = "AUDITOR", "审计员"


class WishCategory(Labelled):
    """What kind of help is asked for."""

    ERRAND = "ERRAND", "代办"
    REPAIR = "REPAIR", "维修"
    CARE = "CARE", "照护"
    COMPANY = "COMPANY", "陪伴"
    STUDY = "STUDY", "辅导"
    GOODS = "GOODS", "物资"
    OTHER = "OTHER", "其他"


class WishState(Labelled):
    """Where a wish stands in the four orders."""

    SUBMITTED = "SUBMITTED", "待派单"
    DISPATCHED = "DISPATCHED", "待接单"
    ACCEPTED = "ACCEPTED", "办理中"
    COMPLETED = "COMPLETED", "待评单"
    RATED = "RATED", "已评单"
    REJECTED = "REJECTED", "已驳回"
    CANCELLED = "CANCELLED", "已取消"


class WishAction(Labelled):
    """What can be done to a wish. SUBMIT is only ever an event, never available."""

    SUBMIT = "SUBMIT", "点单"
    DISPATCH = "DISPATCH", "派单"
    ACCEPT = "ACCEPT", "接单"
    DECLINE = "DECLINE", "婉拒"
    HAND_BACK = "HAND_BACK", "退回"
    COMPLETE = "COMPLETE", "办结"
    RATE = "RATE", "评单"
    REDO = "REDO", "要求返工"
    REJECT = "REJECT", "驳回"
    CANCEL = "CANCEL", "取消"
    RECALL = "RECALL", "收回"
    EXPIRE = "EXPIRE", "超时退回"
    RATE_AUTOMATICALLY = "RATE_AUTOMATICALLY", "自动评单"


class WishActor(StrEnum):
    """In which capacity somebody acts on a wish: the columns of the wish table."""

    RESIDENT = "RESIDENT"
    REQUESTER = "REQUESTER"
    FILER = "FILER"
    ASSIGNED_HEAD = "ASSIGNED_HEAD"
    OFFERED_HEAD = "OFFERED_HEAD"
    GRID_WORKER = "GRID_WORKER"
    STAFF = "STAFF"
    TICK = "TICK"


class RatingSource(StrEnum):
    """Who gave the rating."""

    HOUSEHOLD = "HOUSEHOLD"
    CALL_BACK = "CALL_BACK"
    AUTOMATIC = "AUTOMATIC"


class OfferState(StrEnum):
    """What became of one head's offer of a wish."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class ContactKind(StrEnum):
    """Which contact detail was revealed."""

    ADDRESS = "ADDRESS"
    PHONE = "PHONE"


class PointsAccountKind(StrEnum):
    """A head's accounts in the ledger. ISSUANCE is what was issued to the head, SPENT what the head has spent."""

    ISSUANCE = "ISSUANCE"
    SPENT = "SPENT"
    PENDING = "PENDING"
    AVAILABLE = "AVAILABLE"
    HELD = "HELD"
    DEBT = "DEBT"


class TransferKind(StrEnum):
    """Why points moved."""

    REWARD_PENDING = "REWARD_PENDING"
    REWARD_POSTED = "REWARD_POSTED"
    REWARD_VOIDED = "REWARD_VOIDED"
    REWARD_RETURNED = "REWARD_RETURNED"
    DEBT_REPAID = "DEBT_REPAID"
    HOLD = "HOLD"
    RELEASE = "RELEASE"
    SPEND = "SPEND"
    REFUND = "REFUND"
    REVERSAL = "REVERSAL"


class RewardState(Labelled):
    """What became of a wish's reward."""

    PENDING = "PENDING", "待评单后入账"
    POSTED = "POSTED", "已入账"
    VOIDED = "VOIDED", "已作废，不计积分"
    RETURNED = "RETURNED", "返工中，再次办结后重新计算"
    REVERSED = "REVERSED", "已冲正，积分收回"


class ShopCategory(Labelled):
    """What a shop sells."""

    FOOD = "FOOD", "餐饮"
    GROCERY = "GROCERY", "商超"
    PHARMACY = "PHARMACY", "药店"
    CLINIC = "CLINIC", "诊所"
    HAIRDRESSING = "HAIRDRESSING", "理发"
    REPAIR = "REPAIR", "维修"
    CLOTHING = "CLOTHING", "服装"
    EDUCATION = "EDUCATION", "教育"
    LEISURE = "LEISURE", "休闲"
    OTHER = "OTHER", "其他"


class ShopState(Labelled):
    """Whether a shop takes part."""

    APPLIED = "APPLIED", "待审核"
    REJECTED = "REJECTED", "未通过审核"
    ACTIVE = "ACTIVE", "合作中"
    SUSPENDED = "SUSPENDED", "已暂停"
    LEFT = "LEFT", "已退出"


class ShopAction(Labelled):
    """What can be done to a shop."""

    APPROVE = "APPROVE", "批准"
    REJECT = "REJECT", "驳回"
    EDIT = "EDIT", "修改资料"
    SUSPEND = "SUSPEND", "暂停"
    RESUME = "RESUME", "恢复"
    LEAVE = "LEAVE", "退出"


class ShopStaffAction(StrEnum):
    """What can be done to somebody's work in a shop."""

    MAKE_OWNER = "MAKE_OWNER"
    MAKE_CASHIER = "MAKE_CASHIER"
    REMOVE = "REMOVE"


class ShopChangeState(StrEnum):
    """What became of a request to change a shop's particulars. REPLACED: by a later one of the shop."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    REPLACED = "REPLACED"


class ShopChangeAction(StrEnum):
    """What can be done to such a request."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


class InvitationState(StrEnum):
    """What became of an invitation."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class DiscountKind(Labelled):
    """How a discount reduces a bill."""

    PERCENT_OFF = "PERCENT_OFF", "打折"
    AMOUNT_OFF = "AMOUNT_OFF", "立减"
    GIFT = "GIFT", "赠品"


class DiscountState(Labelled):
    """Whether passes can be issued for a version of a discount."""

    DRAFT = "DRAFT", "还是草稿"
    SUBMITTED = "SUBMITTED", "正在等待审核"
    ACTIVE = "ACTIVE", "正在进行"
    PAUSED = "PAUSED", "已暂停"
    REPLACED = "REPLACED", "已被新版本取代"
    ENDED = "ENDED", "已结束"


class DiscountAction(Labelled):
    """What can be done to a version of a discount."""

    EDIT = "EDIT", "修改"
    SUBMIT = "SUBMIT", "提交审核"
    APPROVE = "APPROVE", "批准"
    RETURN = "RETURN", "退回"
    REVISE = "REVISE", "起草新版本"
    PAUSE = "PAUSE", "暂停"
    RESUME = "RESUME", "恢复"
    END = "END", "结束"


class PassState(StrEnum):
    """What became of a pass."""

    LIVE = "LIVE"
    SPENT = "SPENT"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class PreparationState(StrEnum):
    """What became of a preparation and the holds it took."""

    LIVE = "LIVE"
    CONFIRMED = "CONFIRMED"
    REPLACED = "REPLACED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class RedemptionState(StrEnum):
    """Whether a redemption stands. Revoked by the shop, or reversed because a dispute was upheld, it does not."""

    CONFIRMED = "CONFIRMED"
    REVOKED = "REVOKED"
    REVERSED = "REVERSED"


class RedemptionAction(StrEnum):
    """What the viewer may do with a redemption now."""

    REVOKE = "REVOKE"
    DISPUTE = "DISPUTE"


class DisputeState(Labelled):
    """What became of a dispute. SETTLED: the shop revoked the redemption before anybody decided."""

    OPEN = "OPEN", "待裁定"
    UPHELD = "UPHELD", "已裁定成立"
    REJECTED = "REJECTED", "已裁定不成立"
    SETTLED = "SETTLED", "已因店铺撤销核销而了结"


class DisputeAction(Labelled):
    """What the viewer may do with a dispute now."""

    UPHOLD = "UPHOLD", "裁定成立"
    REJECT = "REJECT", "裁定不成立"


class StatementRowKind(Labelled):
    """What one row of a statement settles."""

    REDEMPTION = "REDEMPTION", "核销"
    CORRECTION = "CORRECTION", "更正"


class StatementSide(StrEnum):
    """Who acknowledges a statement."""

    SHOP = "SHOP"
    DISTRICT = "DISTRICT"


class StatementFormat(StrEnum):
    """As what kind of file statements are had. JSON is the canonical form of one day, whose hash is acknowledged."""

    CSV = "CSV"
    XLSX = "XLSX"
    JSON = "JSON"


class SignalKind(StrEnum):
    """What looked unusual. A signal is for a human to judge and has no effect of its own."""

    MUTUAL_SHARE = "MUTUAL_SHARE"
    BURST = "BURST"
    OUTSIDE_OPENING_HOURS = "OUTSIDE_OPENING_HOURS"
    JUST_ABOVE_MINIMUM = "JUST_ABOVE_MINIMUM"
    FAR_APART = "FAR_APART"
    WISH_CYCLE = "WISH_CYCLE"
    CODE_GUESSES = "CODE_GUESSES"


class SignalState(StrEnum):
    """What a human made of a signal."""

    OPEN = "OPEN"
    HARMLESS = "HARMLESS"
    FOLLOWED_UP = "FOLLOWED_UP"


class SignalAction(StrEnum):
    """What the viewer may do with a signal now."""

    JUDGE = "JUDGE"


class GuessWindowKind(StrEnum):
    """By what mistyped codes are counted."""

    CASHIER = "CASHIER"
    ADDRESS = "ADDRESS"
    SHOP = "SHOP"


class WebhookEvent(StrEnum):
    """What a shop's own system can be told of. The values are the events' names on the wire."""

    REDEMPTION_CONFIRMED = "redemption.confirmed"
    REDEMPTION_REVOKED = "redemption.revoked"
    STATEMENT_CLOSED = "statement.closed"


class WebhookState(Labelled):
    """Whether an endpoint is sent anything."""

    ACTIVE = "ACTIVE", "推送中"
    PAUSED = "PAUSED", "已暂停"
    ENDED = "ENDED", "已停用"


class WebhookAction(Labelled):
    """What can be done to an endpoint."""

    EDIT = "EDIT", "修改"
    ROTATE_SECRET = "ROTATE_SECRET", "更换密钥"
    PAUSE = "PAUSE", "暂停"
    RESUME = "RESUME", "恢复"
    END = "END", "停用"


class WebhookDeliveryState(StrEnum):
    """What became of one event for one endpoint."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class WebhookOutcome(StrEnum):
    """How one attempt to deliver ended. ANSWERED: whatever its status was."""

    ANSWERED = "ANSWERED"
    TIMED_OUT = "TIMED_OUT"
    UNREACHABLE = "UNREACHABLE"
    INSECURE = "INSECURE"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    REDIRECT_REFUSED = "REDIRECT_REFUSED"
    ANSWER_TOO_LARGE = "ANSWER_TOO_LARGE"


class LeaderboardPeriod(StrEnum):
    """The window of a leaderboard, in Asia/Shanghai."""

    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    ALL = "ALL"
