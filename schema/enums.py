"""The closed sets of words, described for GraphQL. Importing this module registers them all."""

from enum import Enum

import strawberry

from models import enums
from services import errors


def described(kind: type[Enum], description: str, **values: str) -> None:
    """Make a plain enum a GraphQL enum with a description for each value. A value without one does not build."""
    if set(values) != set(kind.__members__):
        raise TypeError(f"{kind.__name__}: describe each value, and only those")
    strawberry.enum(kind, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


described(
    enums.AreaKind, "区域级别。The levels of the tree of places.",
    DISTRICT="区。The district.", SUBDISTRICT="街道。A subdistrict.", COMMUNITY="社区。A community.",
    GRID="网格。A grid.", BUILDING="楼栋。A building.",
)  # fmt: skip
described(
    enums.Role, "身份。What a membership makes of an account.",
    RESIDENT="居民。A resident of a household.", HOUSEHOLD_HEAD="联户长。A household head.",
    GRID_WORKER="网格员。A grid worker.", COMMUNITY_STAFF="社区工作者。Staff of a community.",
    SHOP_STAFF="店员。Staff of a shop.", DISTRICT_ADMIN="区管理员。An administrator of the district.",
    AUDITOR="审计员,只读。Reads all, changes nothing.",
)  # fmt: skip
described(
    enums.WishCategory, "微心愿类别。What kind of help is asked for.",
    ERRAND="代办。Errands.", REPAIR="维修。Repairs.", CARE="照护。Care.", COMPANY="陪伴。Company.",
    STUDY="辅导。Tutoring.", GOODS="物资。Goods.", OTHER="其他。Anything else.",
)  # fmt: skip
described(
    enums.WishState, "微心愿状态。Where a wish stands.",
    SUBMITTED="已点单,待派单。Submitted, to be dispatched.", DISPATCHED="已派单,待接单。Dispatched, to be accepted.",
    ACCEPTED="已接单,办理中。Accepted, in hand.", COMPLETED="已办结,待评单。Completed, to be rated.",
    RATED="已评单。Rated.", REJECTED="已驳回。Rejected by staff.", CANCELLED="已取消。Cancelled before it was completed.",
)  # fmt: skip
described(
    enums.WishAction, "对微心愿的操作。What can be done to a wish.",
    SUBMIT="点单。Submit.", DISPATCH="派单。Dispatch.", ACCEPT="接单。Accept.", DECLINE="婉拒。Decline an offer.",
    HAND_BACK="退回。Hand back after accepting.", COMPLETE="办结。Complete.", RATE="评单。Rate.",
    REDO="返工。Ask to have it redone.", REJECT="驳回。Reject.", CANCEL="取消。Cancel.", RECALL="收回。Recall.",
    EXPIRE="超时未接,退回待派。Unaccepted for 48 h.", RATE_AUTOMATICALLY="超时自动评单。Unrated for 7 days.",
)  # fmt: skip
described(
    enums.WishActor, "操作人的身份。In which capacity somebody acted.",
    RESIDENT="该户居民。A resident of the household.", REQUESTER="提出人。The requester.",
    FILER="代为点单人。Who filed it on behalf.", ASSIGNED_HEAD="承办联户长。The assigned head.",
    OFFERED_HEAD="被派单的联户长之一。One of the heads it was offered to.", GRID_WORKER="网格员。A grid worker.",
    STAFF="社区工作者。Community staff.", TICK="系统定时。The system, by time.",
)  # fmt: skip
described(
    enums.RatingSource, "评价来源。Who gave the rating.",
    HOUSEHOLD="住户。The household.", CALL_BACK="社区回访。Staff, from a recorded call-back.",
    AUTOMATIC="超时自动。Automatic, after 7 days.",
)  # fmt: skip
described(
    enums.OfferState, "派单对象状态。What became of one head's offer.",
    OPEN="待接单。Open.", ACCEPTED="已接单。Accepted.", DECLINED="已婉拒。Declined.", WITHDRAWN="已撤回。Withdrawn.",
)  # fmt: skip
described(
    enums.ContactKind, "联系信息种类。Which contact detail.",
    ADDRESS="地址。The address.", PHONE="电话。The phone.",
)  # fmt: skip
described(
    enums.TransferKind, "积分流水类型。Why points moved.",
    REWARD_PENDING="奖励待入账。A reward became pending.", REWARD_POSTED="奖励入账。A reward was posted.",
    REWARD_VOIDED="奖励作废。A reward was voided.", REWARD_RETURNED="返工退回。A reward went back for a redo.",
    DEBT_REPAID="偿还欠分。A posting repaid debt.", HOLD="核销占用。Held for a preparation.",
    RELEASE="占用退回。A hold went back.", SPEND="消费。Spent on a discount.", REFUND="撤销退分。Given back by a revocation.",
    REVERSAL="冲正。Taken back by a reversal.",
)  # fmt: skip
described(
    enums.RewardState, "奖励状态。What became of a wish's reward.",
    PENDING="待入账。Pending.", POSTED="已入账。Posted.", VOIDED="已作废。Voided.", RETURNED="返工中。Returned for a redo.",
    REVERSED="已冲正。Reversed.",
)  # fmt: skip
described(
    enums.ShopCategory, "店铺类别。What a shop sells.",
    FOOD="餐饮。Food.", GROCERY="商超。Groceries.", PHARMACY="药店。A pharmacy.", CLINIC="诊所。A clinic.",
    HAIRDRESSING="理发。Hairdressing.", REPAIR="维修。Repairs.", CLOTHING="服装。Clothing.", EDUCATION="教育。Education.",
    LEISURE="休闲。Leisure.", OTHER="其他。Anything else.",
)  # fmt: skip
described(
    enums.ShopState, "店铺状态。Whether a shop takes part.",
    APPLIED="已申请,待审核。Has applied.", REJECTED="未通过。Was not taken in.", ACTIVE="合作中。Takes part.",
    SUSPENDED="已暂停。Suspended.", LEFT="已退出。Has left.",
)  # fmt: skip
described(
    enums.ShopAction, "对店铺的操作。What can be done to a shop.",
    APPROVE="批准加入。Approve.", REJECT="不予通过。Reject.", EDIT="修改资料。Edit.", SUSPEND="暂停。Suspend.",
    RESUME="恢复。Resume.", LEAVE="退出。Leave.",
)  # fmt: skip
described(
    enums.DiscountKind, "优惠方式。How a discount reduces a bill.",
    PERCENT_OFF="打折。A percentage off.", AMOUNT_OFF="立减。An amount off.", GIFT="赠品。A gift; saves 0 fen.",
)  # fmt: skip
described(
    enums.DiscountState, "优惠状态。Whether passes can be issued.",
    DRAFT="草稿。A draft.", SUBMITTED="待审核。Submitted, to be approved.", ACTIVE="进行中。Active.",
    PAUSED="已暂停。Paused.", REPLACED="已被新版本取代,已领的码照旧可用。A newer version took its place; its passes hold.",
    ENDED="已结束。Ended.",
)  # fmt: skip
described(
    enums.DiscountAction, "对优惠的操作。What can be done to a version of a discount.",
    EDIT="修改草稿。Edit the draft.", SUBMIT="提交审核。Submit.", APPROVE="批准上线。Approve.",
    RETURN="退回修改。Return it as a draft.", REVISE="起草新版本。Draft a new version.", PAUSE="暂停。Pause.",
    RESUME="恢复。Resume.", END="结束。End.",
)  # fmt: skip
described(
    enums.PassState, "优惠码状态。What became of a pass.",
    LIVE="有效。Live.", SPENT="已使用。Spent.", CANCELLED="已取消。Cancelled.", EXPIRED="已过期。Expired.",
)  # fmt: skip
described(
    enums.RedemptionState, "核销状态。Whether a redemption stands.",
    CONFIRMED="已核销。Confirmed.", REVOKED="已撤销。Revoked.",
)  # fmt: skip
described(
    enums.RedemptionAction, "对核销的操作。What the viewer may do with a redemption.",
    REVOKE="撤销。Revoke.",
)  # fmt: skip
described(
    enums.LeaderboardPeriod, "积分榜周期。The window of a leaderboard, in Asia/Shanghai.",
    WEEK="本周,周一起。The week from Monday.", MONTH="本月。The month.", QUARTER="本季度。The quarter.",
    YEAR="本年。The year.", ALL="全部。All time.",
)  # fmt: skip
described(
    errors.ErrorCode, "操作未完成的原因。Why a mutation was refused.",
    UNAUTHENTICATED="需要登录。Sign in first.", FORBIDDEN="当前身份无权操作。Not for this role.",
    NOT_FOUND="找不到:不存在、格式不对、类型不对或不可见,答复一律相同。Unknown, malformed, wrong type or foreign.",
    INVALID_INPUT="输入不合要求。The input named in `field` cannot be used.",
    INVALID_STATE="当前状态下不能这样做。Not in this state.", ALREADY_TAKEN="已被他人抢先。Somebody else was first.",
    REQUEST_NO_REUSED="请求编号已用于内容不同的请求。The requestNo stands for another request.",
    LIMIT_REACHED="已达使用次数上限。The per-head limit is reached.",
    NOT_ENOUGH_POINTS="可用积分不足。Not enough available points.",
    STAR_LEVEL_TOO_LOW="星级未达要求。The star level is too low.",
    OWN_SHOP="店员不能在本店使用优惠。Staff of a shop can't redeem there.",
    DISCOUNT_NOT_AVAILABLE="优惠当前不可用。The discount or its shop is not active.",
    OUT_OF_STOCK="优惠已领完。No stock left.", CEILING_REACHED="商家本月让利额度已用完。The shop's monthly ceiling is reached.",
    OUTSIDE_HOURS="不在可用日期或时段内。Outside the discount's dates or hours.",
    BELOW_MINIMUM_SPEND="未达最低消费。The bill is below the minimum spend.",
    CODE_INVALID="优惠码无效,原因不予区分。Unknown, expired, replayed or foreign code.",
    NOT_ELIGIBLE="顾客条件不满足,原因见顾客手机。A personal reason, told on the head's phone.",
    PASS_IN_USE="优惠码正在另一收银台核销。Another cashier is preparing this pass.",
    PREPARATION_EXPIRED="预核销已超时,占用已退回。The preparation ran out; the hold went back.",
    PREPARATION_CANCELLED="预核销已取消,占用已退回。The preparation was cancelled; the hold went back.",
    ALREADY_CONFIRMED="已由另一请求确认。Another request confirmed this preparation.",
    NOT_REVOCABLE="已过可撤销的时间。Too late to revoke.",
)  # fmt: skip
