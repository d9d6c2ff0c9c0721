"""The closed sets of words. Free of the ORM, so that pure rules can import it."""

from enum import StrEnum


class AreaKind(StrEnum):
    """区 / 街道 / 社区 / 网格 / 楼栋, from the root of the tree to its leaves."""

    DISTRICT = "DISTRICT"
    SUBDISTRICT = "SUBDISTRICT"
    COMMUNITY = "COMMUNITY"
    GRID = "GRID"
    BUILDING = "BUILDING"


class Role(StrEnum):
    """What a membership makes of an account."""

    RESIDENT = "RESIDENT"
    HOUSEHOLD_HEAD = "HOUSEHOLD_HEAD"
    GRID_WORKER = "GRID_WORKER"
    COMMUNITY_STAFF = "COMMUNITY_STAFF"
    SHOP_STAFF = "SHOP_STAFF"
    DISTRICT_ADMIN = "DISTRICT_ADMIN"
    AUDITOR = "AUDITOR"


class WishCategory(StrEnum):
    """What kind of help is asked for."""

    ERRAND = "ERRAND"
    REPAIR = "REPAIR"
    CARE = "CARE"
    COMPANY = "COMPANY"
    STUDY = "STUDY"
    GOODS = "GOODS"
    OTHER = "OTHER"


class WishState(StrEnum):
    """Where a wish stands in the four orders."""

    SUBMITTED = "SUBMITTED"
    DISPATCHED = "DISPATCHED"
    ACCEPTED = "ACCEPTED"
    COMPLETED = "COMPLETED"
    RATED = "RATED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class WishAction(StrEnum):
    """What can be done to a wish. SUBMIT is only ever an event, never available."""

    SUBMIT = "SUBMIT"
    DISPATCH = "DISPATCH"
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    HAND_BACK = "HAND_BACK"
    COMPLETE = "COMPLETE"
    RATE = "RATE"
    REDO = "REDO"
    REJECT = "REJECT"
    CANCEL = "CANCEL"
    RECALL = "RECALL"
    EXPIRE = "EXPIRE"
    RATE_AUTOMATICALLY = "RATE_AUTOMATICALLY"


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


class RewardState(StrEnum):
    """What became of a wish's reward."""

    PENDING = "PENDING"
    POSTED = "POSTED"
    VOIDED = "VOIDED"
    RETURNED = "RETURNED"
    REVERSED = "REVERSED"


class ShopCategory(StrEnum):
    """What a shop sells."""

    FOOD = "FOOD"
    GROCERY = "GROCERY"
    PHARMACY = "PHARMACY"
    CLINIC = "CLINIC"
    HAIRDRESSING = "HAIRDRESSING"
    REPAIR = "REPAIR"
    CLOTHING = "CLOTHING"
    EDUCATION = "EDUCATION"
    LEISURE = "LEISURE"
    OTHER = "OTHER"


class ShopState(StrEnum):
    """Whether a shop takes part."""

    APPLIED = "APPLIED"
    REJECTED = "REJECTED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    LEFT = "LEFT"


class ShopAction(StrEnum):
    """What can be done to a shop."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"
    EDIT = "EDIT"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    LEAVE = "LEAVE"


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


class DiscountKind(StrEnum):
    """How a discount reduces a bill."""

    PERCENT_OFF = "PERCENT_OFF"
    AMOUNT_OFF = "AMOUNT_OFF"
    GIFT = "GIFT"


class DiscountState(StrEnum):
    """Whether passes can be issued for a version of a discount."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    REPLACED = "REPLACED"
    ENDED = "ENDED"


class DiscountAction(StrEnum):
    """What can be done to a version of a discount."""

    EDIT = "EDIT"
    SUBMIT = "SUBMIT"
    APPROVE = "APPROVE"
    RETURN = "RETURN"
    REVISE = "REVISE"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    END = "END"


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


class DisputeState(StrEnum):
    """What became of a dispute. SETTLED: the shop revoked the redemption before anybody decided."""

    OPEN = "OPEN"
    UPHELD = "UPHELD"
    REJECTED = "REJECTED"
    SETTLED = "SETTLED"


class DisputeAction(StrEnum):
    """What the viewer may do with a dispute now."""

    UPHOLD = "UPHOLD"
    REJECT = "REJECT"


class StatementRowKind(StrEnum):
    """What one row of a statement settles."""

    REDEMPTION = "REDEMPTION"
    CORRECTION = "CORRECTION"


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


class WebhookState(StrEnum):
    """Whether an endpoint is sent anything."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


class WebhookAction(StrEnum):
    """What can be done to an endpoint."""

    EDIT = "EDIT"
    ROTATE_SECRET = "ROTATE_SECRET"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    END = "END"


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
