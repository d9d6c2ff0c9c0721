"""The enums. Free of the ORM, so that pure rules can import them."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An enum whose members have a Chinese label."""

    __hash__ = str.__hash__  # Enum's own hashes the name, which is the same, in Python

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
    """The role of a membership."""

    RESIDENT = "RESIDENT", "居民"
    HOUSEHOLD_HEAD = "HOUSEHOLD_HEAD", "联户长"
    GRID_WORKER = "GRID_WORKER", "网格员"
    COMMUNITY_STAFF = "COMMUNITY_STAFF", "社区工作者"
    SHOP_STAFF = "SHOP_STAFF", "店员"
    DISTRICT_ADMIN = "DISTRICT_ADMIN", "区管理员"
    AUDITOR = "AUDITOR", "审计员"


class MembershipAction(StrEnum):
    """The actions on a role in an area."""

    END = "END"


class HeadAction(Labelled):
    """The actions on a household head."""

    JOIN_BOARD = "JOIN_BOARD", "参加积分榜"
    LEAVE_BOARD = "LEAVE_BOARD", "退出积分榜"
    SUSPEND = "SUSPEND", "暂停"
    RESUME = "RESUME", "恢复"
    LEAVE = "LEAVE", "办理离任"
    CHANGE_PHONE = "CHANGE_PHONE", "换手机号"
    SHOW_CODE = "SHOW_CODE", "开登录码"
    GRANT = "GRANT", "赠予优惠"


class HouseholdAction(StrEnum):
    """The actions on a household."""

    SUBMIT_WISH = "SUBMIT_WISH"
    MOVE = "MOVE"
    CHANGE_PHONE = "CHANGE_PHONE"
    SHOW_CODE = "SHOW_CODE"


class WishCategory(Labelled):
    """The kind of help requested."""

    ERRAND = "ERRAND", "代办"
    REPAIR = "REPAIR", "维修"
    CARE = "CARE", "照护"
    COMPANY = "COMPANY", "陪伴"
    STUDY = "STUDY", "辅导"
    GOODS = "GOODS", "物资"
    OTHER = "OTHER", "其他"


class WishState(Labelled):
    """The state of a wish in the four orders."""

    SUBMITTED = "SUBMITTED", "待派单"
    DISPATCHED = "DISPATCHED", "待接单"
    ACCEPTED = "ACCEPTED", "办理中"
    COMPLETED = "COMPLETED", "待评单"
    RATED = "RATED", "已评单"
    REJECTED = "REJECTED", "已驳回"
    CANCELLED = "CANCELLED", "已取消"


class WishAction(Labelled):
    """The actions on a wish. SUBMIT is only ever an event, never available."""

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
    """The capacities in which an account acts on a wish."""

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
    """The outcome of one head's offer of a wish."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class ContactKind(StrEnum):
    """The contact detail that was revealed."""

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


class RewardEndingKind(StrEnum):
    """Why no points of a wish's reward move any more."""

    LAPSED = "LAPSED"  # never really rated
    REVERSED = "REVERSED"  # taken back by an administrator


class ErratumCause(Labelled):
    """Why a closed board is corrected."""

    REVERSAL = "REVERSAL", "积分冲正"
    LATE_RATING = "LATE_RATING", "补评"


class RewardState(Labelled):
    """The state of a wish's reward."""

    PENDING = "PENDING", "待评单后入账"
    POSTED = "POSTED", "已入账"
    VOIDED = "VOIDED", "已作废，不计积分"
    RETURNED = "RETURNED", "返工中，再次办结后重新计算"
    REVERSED = "REVERSED", "已冲正，积分收回"


class RewardAction(StrEnum):
    """The actions on a wish's reward."""

    REVERSE = "REVERSE"


class RewardRuleAction(StrEnum):
    """The actions on a version of the reward rule."""

    WITHDRAW = "WITHDRAW"


class ShopCategory(Labelled):
    """The kind of goods or services of a shop."""

    FOOD = "FOOD", "餐饮"
    GROCERY = "GROCERY", "商超"
    PHARMACY = "PHARMACY", "药店"
    CLINIC = "CLINIC", "诊所"
    HAIRDRESSING = "HAIRDRESSING", "理发"
    REPAIR = "REPAIR", "维修"
    CLOTHING = "CLOTHING", "服装"
    EDUCATION = "EDUCATION", "教育"
    LEISURE = "LEISURE", "休闲"
    PUBLIC_SERVICE = "PUBLIC_SERVICE", "公共服务"
    PROPERTY = "PROPERTY", "物业"
    OTHER = "OTHER", "其他"


class ShopKind(Labelled):
    """What a shop is to the district: a shop, or another unit that helps to build the community."""

    SHOP = "SHOP", "星店"
    PARTNER = "PARTNER", "共建单位"


class ShopState(Labelled):
    """The state of a shop."""

    APPLIED = "APPLIED", "待审核"
    REJECTED = "REJECTED", "未通过审核"
    ACTIVE = "ACTIVE", "合作中"
    SUSPENDED = "SUSPENDED", "已暂停"
    LEFT = "LEFT", "已退出"


class ShopAction(Labelled):
    """The actions on a shop."""

    APPROVE = "APPROVE", "批准"
    REJECT = "REJECT", "驳回"
    EDIT = "EDIT", "修改资料"
    SUSPEND = "SUSPEND", "暂停"
    RESUME = "RESUME", "恢复"
    LEAVE = "LEAVE", "退出"
    SET_CEILING = "SET_CEILING", "设置让利上限"
    ADD_STAFF = "ADD_STAFF", "邀请店员"
    DRAFT_DISCOUNT = "DRAFT_DISCOUNT", "起草优惠"
    CREATE_WEBHOOK = "CREATE_WEBHOOK", "新增推送地址"


class AgreementState(Labelled):
    """The state of an agreement between a partner and an area."""

    DRAFT = "DRAFT", "待签署"
    ACTIVE = "ACTIVE", "生效中"
    ENDED = "ENDED", "已终止"


class AgreementAction(Labelled):
    """The actions on an agreement."""

    EDIT = "EDIT", "修改"
    SIGN = "SIGN", "签署"
    END = "END", "终止"


class ShopStaffAction(StrEnum):
    """The actions on a staff member of a shop."""

    MAKE_OWNER = "MAKE_OWNER"
    MAKE_CASHIER = "MAKE_CASHIER"
    REMOVE = "REMOVE"
    SIGN_OUT = "SIGN_OUT"
    SHOW_CODE = "SHOW_CODE"


class ShopChangeState(StrEnum):
    """The state of a request to change a shop's particulars. REPLACED: by a later one of the shop."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    REPLACED = "REPLACED"


class ShopChangeAction(StrEnum):
    """The actions on such a request."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


class InvitationState(StrEnum):
    """The state of an invitation."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class ShopInvitationAction(StrEnum):
    """The actions on an invitation to work in a shop."""

    WITHDRAW = "WITHDRAW"
    SHOW_CODE = "SHOW_CODE"


class DiscountKind(Labelled):
    """How a discount reduces a bill."""

    PERCENT_OFF = "PERCENT_OFF", "打折"
    AMOUNT_OFF = "AMOUNT_OFF", "立减"
    GIFT = "GIFT", "赠品"


class DiscountAudience(Labelled):
    """Whom a discount is for. GRANTED: only who holds a grant of it."""

    ALL = "ALL", "所有联户长"
    GRANTED = "GRANTED", "获赠的联户长"


class DiscountState(Labelled):
    """Whether passes can be issued for a version of a discount."""

    DRAFT = "DRAFT", "还是草稿"
    SUBMITTED = "SUBMITTED", "正在等待审核"
    ACTIVE = "ACTIVE", "正在进行"
    PAUSED = "PAUSED", "已暂停"
    REPLACED = "REPLACED", "已被新版本取代"
    ENDED = "ENDED", "已结束"


class DiscountAction(Labelled):
    """The actions on a version of a discount."""

    EDIT = "EDIT", "修改"
    SUBMIT = "SUBMIT", "提交审核"
    APPROVE = "APPROVE", "批准"
    RETURN = "RETURN", "退回"
    REVISE = "REVISE", "起草新版本"
    PAUSE = "PAUSE", "暂停"
    RESUME = "RESUME", "恢复"
    END = "END", "结束"


class GrantSource(Labelled):
    """Why a head was given a grant."""

    HONOUR = "HONOUR", "荣誉"
    THANKS = "THANKS", "致谢"
    WELCOME = "WELCOME", "欢迎"


class GrantState(Labelled):
    """Whether a grant can be used. UPCOMING: from a later day on."""

    UPCOMING = "UPCOMING", "尚未开始"
    OPEN = "OPEN", "可以使用"
    USED = "USED", "已用完"
    OVER = "OVER", "已到期"
    REVOKED = "REVOKED", "已收回"


class GrantAction(Labelled):
    """The actions on a grant."""

    REVOKE = "REVOKE", "收回"


class PassState(StrEnum):
    """The state of a pass."""

    LIVE = "LIVE"
    SPENT = "SPENT"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class PassAction(StrEnum):
    """The actions on a pass. SHOW is no mutation: its codes are read."""

    SHOW = "SHOW"
    CANCEL = "CANCEL"


class PreparationState(StrEnum):
    """The state of a preparation and its holds."""

    LIVE = "LIVE"
    CONFIRMED = "CONFIRMED"
    REPLACED = "REPLACED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class PreparationAction(StrEnum):
    """The actions on a preparation."""

    CONFIRM = "CONFIRM"


class RedemptionState(StrEnum):
    """The state of a redemption: confirmed, revoked by the shop, or reversed by an upheld dispute."""

    CONFIRMED = "CONFIRMED"
    REVOKED = "REVOKED"
    REVERSED = "REVERSED"


class RedemptionAction(StrEnum):
    """The actions on a redemption."""

    REVOKE = "REVOKE"
    DISPUTE = "DISPUTE"
    THANK = "THANK"


class ThankWord(Labelled):
    """The word with which a head thanks a shop for a redemption."""

    QUICK = "QUICK", "快捷"
    KIND = "KIND", "热心"
    GOOD = "GOOD", "实惠"


class DisputeState(Labelled):
    """The state of a dispute. SETTLED: the shop revoked the redemption before a decision."""

    OPEN = "OPEN", "待裁定"
    UPHELD = "UPHELD", "已裁定成立"
    REJECTED = "REJECTED", "已裁定不成立"
    SETTLED = "SETTLED", "已因店铺撤销核销而了结"


class DisputeAction(Labelled):
    """The actions on a dispute."""

    UPHOLD = "UPHOLD", "裁定成立"
    REJECT = "REJECT", "裁定不成立"


class StatementRowKind(Labelled):
    """The kind of a statement's row."""

    REDEMPTION = "REDEMPTION", "核销"
    CORRECTION = "CORRECTION", "更正"


class StatementSide(StrEnum):
    """Who acknowledges a statement."""

    SHOP = "SHOP"
    DISTRICT = "DISTRICT"


class StatementAction(StrEnum):
    """The actions on a statement."""

    ACKNOWLEDGE = "ACKNOWLEDGE"


class StatementFormat(StrEnum):
    """The file formats of statements. JSON is the canonical form of one day, whose hash is acknowledged."""

    CSV = "CSV"
    XLSX = "XLSX"
    JSON = "JSON"


class SignalKind(StrEnum):
    """The kinds of unusual activity. A signal is for a human to judge and has no effect of its own."""

    MUTUAL_SHARE = "MUTUAL_SHARE"
    BURST = "BURST"
    OUTSIDE_OPENING_HOURS = "OUTSIDE_OPENING_HOURS"
    JUST_ABOVE_MINIMUM = "JUST_ABOVE_MINIMUM"
    FAR_APART = "FAR_APART"
    WISH_CYCLE = "WISH_CYCLE"
    CODE_GUESSES = "CODE_GUESSES"
    SHARED_DEVICE = "SHARED_DEVICE"


class SignalState(StrEnum):
    """The judgement of a signal."""

    OPEN = "OPEN"
    HARMLESS = "HARMLESS"
    FOLLOWED_UP = "FOLLOWED_UP"


class SignalJudgement(StrEnum):
    """The states into which a signal can be judged."""

    HARMLESS = SignalState.HARMLESS.value
    FOLLOWED_UP = SignalState.FOLLOWED_UP.value


class SignalAction(StrEnum):
    """The actions on a signal."""

    JUDGE = "JUDGE"


class GuessWindowKind(StrEnum):
    """The sources by which mistyped codes are counted."""

    CASHIER = "CASHIER"
    ADDRESS = "ADDRESS"
    SHOP = "SHOP"


class SignInMethod(Labelled):
    """How a session was opened."""

    OPERATOR = "OPERATOR", "运维人员"
    CODE = "CODE", "运维人员的一次性登录码"
    PHONE = "PHONE", "手机验证码"
    WECHAT = "WECHAT", "微信"
    DESK = "DESK", "社区现场的一次性登录码"
    SHOP = "SHOP", "店主的一次性登录码"


class SessionAction(StrEnum):
    """The actions on a session."""

    END = "END"


class CodePurpose(StrEnum):
    """What a code sent to a phone may be used for."""

    SIGN_IN = "SIGN_IN"
    BIND_WECHAT = "BIND_WECHAT"
    CHANGE_PHONE = "CHANGE_PHONE"
    ERASE_ACCOUNT = "ERASE_ACCOUNT"


class TicketKind(StrEnum):
    """What a ticket proves."""

    PHONE = "PHONE"
    WECHAT = "WECHAT"


class IdentityProvider(StrEnum):
    """Who else vouches for an account's holder."""

    WECHAT = "WECHAT"


class HouseholdJoinState(Labelled):
    """The state of a request to belong to a household."""

    OPEN = "OPEN", "待确认"
    CONFIRMED = "CONFIRMED", "已确认"
    REFUSED = "REFUSED", "已拒绝"
    WITHDRAWN = "WITHDRAWN", "已撤回"
    EXPIRED = "EXPIRED", "已过期"


class HouseholdJoinAction(Labelled):
    """The actions on such a request."""

    VOUCH = "VOUCH", "作证"
    CONFIRM = "CONFIRM", "确认"
    REFUSE = "REFUSE", "拒绝"
    WITHDRAW = "WITHDRAW", "撤回"


class MissesBy(StrEnum):
    """The sources by which wrong codes are counted at sign-in."""

    ADDRESS = "ADDRESS"
    ACCOUNT = "ACCOUNT"


class NotificationKind(Labelled):
    """The fixed list of what an account is told of; the label is the title."""

    WISH_OFFERED = "WISH_OFFERED", "有新的派单"
    WISH_ACCEPTED = "WISH_ACCEPTED", "心愿已接单"
    WISH_COMPLETED = "WISH_COMPLETED", "心愿已办结"
    WISH_RATED = "WISH_RATED", "心愿已评单"
    WISH_RECALLED = "WISH_RECALLED", "派单已收回"
    REDEMPTION_CONFIRMED = "REDEMPTION_CONFIRMED", "核销成功"
    DISPUTE_DECIDED = "DISPUTE_DECIDED", "异议已裁定"
    POINTS_REVERSED = "POINTS_REVERSED", "积分已冲正"
    SHOP_DECIDED = "SHOP_DECIDED", "店铺有审核结果"
    GRANT_GIVEN = "GRANT_GIVEN", "获赠专享优惠"
    GRANT_ENDS = "GRANT_ENDS", "专享优惠将到期"
    CODE_USED = "CODE_USED", "登录码已使用"
    PHONE_CHANGED = "PHONE_CHANGED", "手机号已更换"
    NOMINATION_ASKED = "NOMINATION_ASKED", "有人提名您"
    EVIDENCE_READY = "EVIDENCE_READY", "事迹待您核对"
    OBJECTION_ANSWERED = "OBJECTION_ANSWERED", "异议已答复"
    HONOUR_GIVEN = "HONOUR_GIVEN", "您获得致谢"
    ROLE_GIVEN = "ROLE_GIVEN", "您有了新的身份"


class NotificationAction(StrEnum):
    """The actions on a notification."""

    READ = "READ"


class PushChannel(StrEnum):
    """The ways by which a notification is pushed; it is in the app in any case."""

    WECHAT = "WECHAT"
    SMS = "SMS"


class PushState(StrEnum):
    """The state of a notification's push. UNKNOWN: begun, and whether it was done is not known."""

    WAITING = "WAITING"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class WebhookEvent(StrEnum):
    """The events that a shop's own system can subscribe to. The values are their names on the wire."""

    REDEMPTION_CONFIRMED = "redemption.confirmed"
    REDEMPTION_REVOKED = "redemption.revoked"
    STATEMENT_CLOSED = "statement.closed"


class WebhookState(Labelled):
    """The state of an endpoint."""

    ACTIVE = "ACTIVE", "推送中"
    PAUSED = "PAUSED", "已暂停"
    ENDED = "ENDED", "已停用"


class WebhookAction(Labelled):
    """The actions on an endpoint."""

    EDIT = "EDIT", "修改"
    ROTATE_SECRET = "ROTATE_SECRET", "更换密钥"
    PAUSE = "PAUSE", "暂停"
    RESUME = "RESUME", "恢复"
    END = "END", "停用"


class WebhookDeliveryState(StrEnum):
    """The state of one event's delivery to one endpoint."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class WebhookDeliveryAction(StrEnum):
    """The actions on a delivery."""

    REDELIVER = "REDELIVER"


class WebhookOutcome(StrEnum):
    """The outcome of one delivery attempt. ANSWERED: with any status."""

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


class LeaderboardMeasure(StrEnum):
    """What a leaderboard counts."""

    POINTS = "POINTS"
    WISHES = "WISHES"
    HOUSEHOLDS = "HOUSEHOLDS"


class LeaderboardState(StrEnum):
    """Whether what a leaderboard says may still change, and how much."""

    LIVE = "LIVE"
    SETTLING = "SETTLING"
    CLOSED = "CLOSED"


class LeaderboardBand(StrEnum):
    """How far in front a place is among those who have points."""

    FIRST_TENTH = "FIRST_TENTH"
    FIRST_QUARTER = "FIRST_QUARTER"
    FIRST_HALF = "FIRST_HALF"
    OTHERS = "OTHERS"


class RecordStanding(Labelled):
    """What a look at a service record's code comes to."""

    VALID = "VALID", "属实"
    CHANGED_SINCE = "CHANGED_SINCE", "开具后有变动"
    NOT_OURS = "NOT_OURS", "查无此证明"


class AreaBand(Labelled):
    """How an area compares with the whole: beyond what chance makes of a common rate, or within it."""

    ABOVE = "ABOVE", "高于"
    SIMILAR = "SIMILAR", "相近"
    BELOW = "BELOW", "低于"
    TOO_FEW = "TOO_FEW", "太少，无法比较"


class ConsentKind(StrEnum):
    """What a person consents to; the texts stand in docs/consents."""

    PRIVACY_NOTICE = "PRIVACY_NOTICE"
    CARE_DETAILS = "CARE_DETAILS"


class SeasonSubject(Labelled):
    """Who or what a season honours."""

    HEAD = "HEAD", "优秀联户长"
    HOUSEHOLD = "HOUSEHOLD", "最美家庭"
    UNIT = "UNIT", "最美单元"
    BUILDING = "BUILDING", "最美楼栋"


class SeasonState(Labelled):
    """The state of a season."""

    DRAFT = "DRAFT", "还在起草"
    OPEN = "OPEN", "正在提名"
    REVIEW = "REVIEW", "正在审核"
    NOTICE = "NOTICE", "正在公示"
    CONCLUDED = "CONCLUDED", "已公布"
    CANCELLED = "CANCELLED", "已取消"


class SeasonAction(Labelled):
    """The actions on a season. CLOSE is taken by time alone."""

    EDIT = "EDIT", "修改"
    OPEN = "OPEN", "开启"
    NOMINATE = "NOMINATE", "提名"
    CLOSE = "CLOSE", "截止提名"
    PUBLISH = "PUBLISH", "公示"
    CONCLUDE = "CONCLUDE", "公布"
    CANCEL = "CANCEL", "取消"


class NominationState(Labelled):
    """The state of a nomination."""

    PROPOSED = "PROPOSED", "等待本人同意"
    CONSENTED = "CONSENTED", "本人已同意"
    LAPSED = "LAPSED", "已失效"
    WITHDRAWN = "WITHDRAWN", "本人已退出"
    SHORTLISTED = "SHORTLISTED", "已入选公示名单"
    PASSED_OVER = "PASSED_OVER", "本次未入选"
    STRUCK = "STRUCK", "已从公示名单撤下"
    HONOURED = "HONOURED", "已获致谢"
    REVOKED = "REVOKED", "致谢已撤销"


class NominationAction(Labelled):
    """The actions on a nomination. HONOUR and LAPSE come with a step of the season or by time."""

    CONSENT = "CONSENT", "同意"
    DECLINE = "DECLINE", "谢绝"
    WITHDRAW = "WITHDRAW", "退出"
    SUPPORT = "SUPPORT", "支持"
    SHORTLIST = "SHORTLIST", "列入公示名单"
    PASS_OVER = "PASS_OVER", "不列入"
    STRIKE = "STRIKE", "撤下"
    OBJECT = "OBJECT", "提出异议"
    HONOUR = "HONOUR", "致谢"
    LAPSE = "LAPSE", "失效"
    REVOKE = "REVOKE", "撤销"


class ObjectionKind(Labelled):
    """What an objection is about: the evidence, by the nominee; or the notice, by anybody of the area."""

    EVIDENCE = "EVIDENCE", "对事迹的异议"
    NOTICE = "NOTICE", "对公示的异议"


class ObjectionState(Labelled):
    """The state of an objection. WITHDRAWN: who made it is forgotten, or the nomination ended otherwise."""

    OPEN = "OPEN", "待答复"
    UPHELD = "UPHELD", "成立"
    REJECTED = "REJECTED", "不成立"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class ObjectionAction(Labelled):
    """The actions on an objection."""

    ANSWER = "ANSWER", "答复"
