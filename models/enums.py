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
    """The accounts of the ledger. ISSUANCE and SPENT belong to nobody."""

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
    """Whether a redemption stands."""

    CONFIRMED = "CONFIRMED"
    REVOKED = "REVOKED"


class RedemptionAction(StrEnum):
    """What the viewer may do with a redemption now."""

    REVOKE = "REVOKE"


class LeaderboardPeriod(StrEnum):
    """The window of a leaderboard, in Asia/Shanghai."""

    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    ALL = "ALL"
