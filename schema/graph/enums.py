"""The enums, described for GraphQL. Importing this module registers them."""

from enum import Enum

import strawberry

from models import enums
from services.kit import errors


def described(kind: type[Enum], description: str, **values: str) -> None:
    """Make a plain enum a GraphQL enum with a description for each value. Raises TypeError unless exactly its values
    are described."""
    if set(values) != set(kind.__members__):
        raise TypeError(f"{kind.__name__}: describe each value, and only those")
    strawberry.enum(kind, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
        value.value = kind[value.name]  # inputs resolve to the member, not its text


described(
    enums.AreaKind,
    "区域级别。The levels of the tree of places.",
    DISTRICT="区。The district.",
    SUBDISTRICT="街道。A subdistrict.",
    COMMUNITY="社区。A community.",
    GRID="网格。A grid.",
    BUILDING="楼栋。A building.",
)
described(
    enums.Role,
    "身份。What a membership makes of an account.",
    RESIDENT="居民。A resident of a household.",
    HOUSEHOLD_HEAD="联户长。A household head.",
    GRID_WORKER="网格员。A grid worker.",
    COMMUNITY_STAFF="社区工作者。Staff of a community.",
    SHOP_STAFF="店主或店员。Staff of a shop: an owner or a cashier.",
    DISTRICT_ADMIN="区管理员。An administrator of the district.",
    AUDITOR="审计员，只读。Reads all, changes nothing.",
)
described(
    enums.MembershipAction,
    "对一个身份的操作。What can be done to a role.",
    END="收回。End it.",
)
described(
    enums.HeadAction,
    "对联户长的操作。What can be done to a household head.",
    JOIN_BOARD="参加积分榜。Join the leaderboard.",
    LEAVE_BOARD="退出积分榜。Leave the leaderboard.",
    SUSPEND="暂停。Suspend.",
    RESUME="恢复。Resume.",
    LEAVE="离任。Let the head leave.",
    CHANGE_PHONE="换手机号。Give another phone.",
    SHOW_CODE="给在场的本人开登录码。Show a code to the head, who is present.",
    GRANT="赠予专享优惠。Give a grant.",
)
described(
    enums.HouseholdAction,
    "对住户的操作。What can be done to a household.",
    SUBMIT_WISH="点单，自家的或代为点单。Submit a wish, one's own or on its behalf.",
    MOVE="调整联户长。Let another head look after it.",
    CHANGE_PHONE="联系人换手机号。Give its contact another phone.",
    SHOW_CODE="给在场的联系人开登录码。Show a code to its contact, who is present.",
)
described(
    enums.WishCategory,
    "微心愿类别。What kind of help is asked for.",
    ERRAND="代办。Errands.",
    REPAIR="维修。Repairs.",
    CARE="照护。Care.",
    COMPANY="陪伴。Company.",
    STUDY="辅导。Tutoring.",
    GOODS="物资。Goods.",
    OTHER="其他。Anything else.",
)
described(
    enums.WishState,
    "微心愿状态。The state of a wish.",
    SUBMITTED="已点单，待派单。Submitted, to be dispatched.",
    DISPATCHED="已派单，待接单。Dispatched, to be accepted.",
    ACCEPTED="已接单，办理中。Accepted, in hand.",
    COMPLETED="已办结，待评单。Completed, to be rated.",
    RATED="已评单。Rated.",
    REJECTED="已驳回。Rejected by staff.",
    CANCELLED="已取消。Cancelled before it was completed.",
)
described(
    enums.WishAction,
    "对微心愿的操作。What can be done to a wish.",
    SUBMIT="点单。Submit.",
    DISPATCH="派单。Dispatch.",
    ACCEPT="接单。Accept.",
    DECLINE="婉拒。Decline an offer.",
    HAND_BACK="退回。Hand back after accepting.",
    COMPLETE="办结。Complete.",
    RATE="评单。Rate.",
    REDO="返工。Ask to have it redone.",
    REJECT="驳回。Reject.",
    CANCEL="取消。Cancel.",
    RECALL="收回。Recall.",
    EXPIRE="超时未接，退回待派。Unaccepted for 48 h.",
    RATE_AUTOMATICALLY="超时自动评单。Unrated for 7 days.",
)
described(
    enums.WishActor,
    "操作人的身份。The capacity of the actor.",
    RESIDENT="该户居民。A resident of the household.",
    REQUESTER="提出人。The requester.",
    FILER="代为点单人。Who filed it on behalf.",
    ASSIGNED_HEAD="承办联户长。The assigned head.",
    OFFERED_HEAD="被派单的联户长之一。One of the heads it was offered to.",
    GRID_WORKER="网格员。A grid worker.",
    STAFF="社区工作者。Community staff.",
    TICK="系统定时。The system, by time.",
)
described(
    enums.RatingSource,
    "评价来源。Who gave the rating.",
    HOUSEHOLD="住户。The household.",
    CALL_BACK="社区回访。Staff, from a recorded call-back.",
    AUTOMATIC="超时自动。Automatic, after 7 days.",
)
described(
    enums.OfferState,
    "派单对象状态。The state of one head's offer.",
    OPEN="待接单。Open.",
    ACCEPTED="已接单。Accepted.",
    DECLINED="已婉拒。Declined.",
    WITHDRAWN="已撤回。Withdrawn.",
)
described(
    enums.ContactKind,
    "联系信息种类。Which contact detail.",
    ADDRESS="地址。The address.",
    PHONE="电话。The phone.",
)
described(
    enums.TransferKind,
    "积分流水类型。Why points moved.",
    REWARD_PENDING="奖励待入账。A reward became pending.",
    REWARD_POSTED="奖励入账。A reward was posted.",
    REWARD_VOIDED="奖励作废。A reward was voided.",
    REWARD_RETURNED="返工退回。A reward went back for a redo.",
    DEBT_REPAID="偿还欠分。A posting, or points given back, repaid debt.",
    HOLD="核销占用。Held for a preparation.",
    RELEASE="占用退回。A hold went back.",
    SPEND="用于优惠。Spent on a discount.",
    REFUND="退回积分：撤销核销或异议成立。Given back by a revocation or dispute.",
    REVERSAL="冲正。Taken back by a reversal.",
)
described(
    enums.RewardState,
    "奖励状态。The state of a wish's reward.",
    PENDING="待入账。Pending.",
    POSTED="已入账。Posted.",
    VOIDED="已作废。Voided.",
    RETURNED="返工中。Returned for a redo.",
    REVERSED="已冲正。Reversed.",
)
described(enums.RewardAction, "对积分奖励的操作。What can be done to a reward.", REVERSE="冲正。Take it back.")
described(
    enums.RewardRuleAction,
    "对积分规则的操作。What can be done to a version of the reward rule.",
    WITHDRAW="撤回尚未生效的版本。Withdraw it before it is in effect.",
)
described(
    enums.ShopCategory,
    "店铺类别。What a shop sells.",
    FOOD="餐饮。Food.",
    GROCERY="商超。Groceries.",
    PHARMACY="药店。A pharmacy.",
    CLINIC="诊所。A clinic.",
    HAIRDRESSING="理发。Hairdressing.",
    REPAIR="维修。Repairs.",
    CLOTHING="服装。Clothing.",
    EDUCATION="教育。Education.",
    LEISURE="休闲。Leisure.",
    PUBLIC_SERVICE="公共服务。Of partners (共建单位) alone: a public service.",
    PROPERTY="物业。Of partners (共建单位) alone: a property company.",
    OTHER="其他。Anything else.",
)
described(
    enums.ShopKind,
    "店铺的种类。What a shop is to the district.",
    SHOP="红城星店。A shop.",
    PARTNER="共建单位：医院、学校、物业等，手续与星店相同。A partner: a hospital, a school, a property company.",
)
described(
    enums.AgreementState,
    "共建协议的状态。The state of an agreement.",
    DRAFT="待签署，双方还没有都签。Not signed by both sides.",
    ACTIVE="生效中。Signed by both, in force.",
    ENDED="已终止，或已到期、未签作罢。Ended, ran out, or was given up before both had signed.",
)
described(
    enums.AgreementAction,
    "对共建协议的操作。What can be done to an agreement.",
    EDIT="修改，双方都还没有签署时。Change it, while nobody has signed.",
    SIGN="签署。Sign it for one's side.",
    END="终止，须写原因。End it, with a reason.",
)
described(
    enums.ShopState,
    "店铺状态。Whether a shop takes part.",
    APPLIED="已申请，待审核。Has applied.",
    REJECTED="未通过。Was not taken in.",
    ACTIVE="合作中。Takes part.",
    SUSPENDED="已暂停。Suspended.",
    LEFT="已退出。Has left.",
)
described(
    enums.ShopAction,
    "对店铺的操作。What can be done to a shop.",
    APPROVE="批准加入。Approve.",
    REJECT="驳回申请。Reject.",
    EDIT="修改资料。Edit.",
    SUSPEND="暂停。Suspend.",
    RESUME="恢复。Resume.",
    LEAVE="退出。Leave.",
    SET_CEILING="设置每月让利上限。Set the monthly ceiling.",
    ADD_STAFF="邀请店员。Invite staff.",
    DRAFT_DISCOUNT="起草优惠。Draft a discount.",
    CREATE_WEBHOOK="新增推送地址。Create a webhook endpoint.",
)
described(
    enums.ShopStaffAction,
    "对店员的操作。Actions on a member of a shop's staff.",
    MAKE_OWNER="设为店主。Make an owner.",
    MAKE_CASHIER="改为店员。Make a cashier.",
    REMOVE="移除。Remove.",
    SIGN_OUT="退出本店登录码打开的收银台。End the tills that the shop's codes opened.",
    SHOW_CODE="开登录码。Show a code.",
)
described(
    enums.ShopChangeState,
    "资料变更申请的状态。The state of a request to change a shop's particulars.",
    PENDING="待审核。Pending.",
    APPROVED="已批准。Approved.",
    REJECTED="已驳回。Rejected.",
    WITHDRAWN="已撤回。Withdrawn.",
    REPLACED="已被新的申请取代。Replaced by a later one.",
)
described(
    enums.ShopChangeAction,
    "对资料变更申请的操作。What can be done to such a request.",
    APPROVE="批准。Approve.",
    REJECT="驳回。Reject.",
    WITHDRAW="撤回。Withdraw.",
)
described(
    enums.InvitationState,
    "邀请的状态。The state of an invitation.",
    OPEN="待接受。Open.",
    ACCEPTED="已接受。Accepted.",
    WITHDRAWN="已撤回。Withdrawn.",
    EXPIRED="已过期。Expired.",
)
described(
    enums.ShopInvitationAction,
    "对店员邀请的操作。What can be done to an invitation.",
    WITHDRAW="撤回。Withdraw.",
    SHOW_CODE="给在场的店员开登录码。Show a code to who is present.",
)
described(
    enums.DiscountAudience,
    "优惠给谁。Whom a discount is for.",
    ALL="所有联户长。All heads.",
    GRANTED="专享：只给获赠的联户长，经区里赠予。Who holds a grant of it.",
)
described(
    enums.GrantSource,
    "专享的缘由。For what a grant was given.",
    HONOUR="荣誉。An honour.",
    THANKS="致谢。In thanks.",
    WELCOME="欢迎。As a welcome.",
)
described(
    enums.GrantState,
    "专享状态。Whether a grant can be used.",
    UPCOMING="尚未开始。From a later day on.",
    OPEN="可以使用。Can be used.",
    USED="已用完。Used up; a redemption that is taken back opens it again.",
    OVER="已到期。Its last day is over, or its head has left.",
    REVOKED="已收回。Revoked.",
)
described(enums.GrantAction, "对专享的操作。What can be done to a grant.", REVOKE="收回。Revoke it.")
described(
    enums.DiscountState,
    "优惠状态。Whether passes can be issued.",
    DRAFT="草稿。A draft.",
    SUBMITTED="待审核。Submitted, to be approved.",
    ACTIVE="进行中。Active.",
    PAUSED="已暂停。Paused.",
    REPLACED="已被新版本取代，已领的优惠码照旧可用。A newer version took its place; its passes hold.",
    ENDED="已结束。Ended.",
)
described(
    enums.DiscountAction,
    "对优惠的操作。What can be done to a version of a discount.",
    EDIT="修改草稿。Edit the draft.",
    SUBMIT="提交审核。Submit.",
    APPROVE="批准上线。Approve.",
    RETURN="退回修改。Return it as a draft.",
    REVISE="起草新版本。Draft a new version.",
    PAUSE="暂停。Pause.",
    RESUME="恢复。Resume.",
    END="结束。End.",
)
described(
    enums.PassState,
    "优惠码状态。The state of a pass.",
    LIVE="有效。Live.",
    SPENT="已使用。Spent.",
    CANCELLED="已取消。Cancelled.",
    EXPIRED="已过期。Expired.",
)
described(
    enums.PassAction,
    "对优惠码的操作。What can be done with a pass.",
    SHOW="出示：读取动态码，不是变更。Show it: its codes are read, without a mutation.",
    CANCEL="取消。Cancel.",
)
described(
    enums.PreparationAction, "对预核销的操作。What can be done to a preparation.", CONFIRM="确认核销。Confirm it."
)
described(
    enums.RedemptionState,
    "核销状态。The state of a redemption.",
    CONFIRMED="已核销。Confirmed.",
    REVOKED="店铺已撤销。Revoked by the shop.",
    REVERSED="异议成立，已冲正。Reversed, because a dispute was upheld.",
)
described(
    enums.RedemptionAction,
    "对核销的操作。What the viewer may do with a redemption.",
    REVOKE="撤销。Revoke.",
    DISPUTE="提出异议。Dispute.",
    THANK="致谢。Thank the shop.",
)
described(
    enums.ThankWord,
    "致谢的话。With which word a head thanks a shop.",
    QUICK="快捷。It was quick.",
    KIND="热心。They were kind.",
    GOOD="实惠。It was good value.",
)
described(
    enums.DisputeState,
    "异议状态。The state of a dispute.",
    OPEN="待裁定。To be decided.",
    UPHELD="异议成立，已冲正。Upheld; the redemption was reversed.",
    REJECTED="异议不成立。Rejected.",
    SETTLED="店铺已先行撤销。Settled: the shop revoked it first.",
)
described(
    enums.DisputeAction,
    "对异议的操作。What can be done to a dispute.",
    UPHOLD="裁定成立。Uphold.",
    REJECT="裁定不成立。Reject.",
)
described(
    enums.StatementRowKind,
    "结算行类别。What one row of a statement settles.",
    REDEMPTION="核销。A redemption of the day.",
    CORRECTION="更正：冲回以前结算的一笔。What an earlier day settled, taken back.",
)
described(
    enums.StatementSide,
    "确认方。Who acknowledges a statement.",
    SHOP="店铺。The shop.",
    DISTRICT="区里。The district.",
)
described(
    enums.StatementAction,
    "对结算单的操作。What can be done to a statement.",
    ACKNOWLEDGE="确认。Acknowledge.",
)
described(
    enums.StatementFormat,
    "结算单文件的格式。As what kind of file statements are had.",
    CSV="逗号分隔的表格，UTF-8。CSV in UTF-8.",
    XLSX="工作簿。A workbook.",
    JSON="某一天的规范格式，它的 SHA-256 就是指纹。The canonical form of one day, whose SHA-256 is acknowledged.",
)
described(
    enums.SignalKind,
    "提示类别，供人研判。What looked unusual, for a human to judge.",
    MUTUAL_SHARE="一店与一位联户长互占比例过高。One shop and one head make an unusual share of each other's redemptions.",
    BURST="短时间内核销密集。Many redemptions in a short time.",
    OUTSIDE_OPENING_HOURS="营业时间外核销。Redemptions outside the shop's opening hours.",
    JUST_ABOVE_MINIMUM="多笔原价刚过最低消费。Many bills just above the minimum spend.",
    FAR_APART="短时间内在相距很远的店核销。Shops far apart in quick succession.",
    WISH_CYCLE="一户与一位联户长之间的心愿过于集中。A cycle of wishes between one household and one head.",
    CODE_GUESSES="短码输错次数异常。An unusual number of wrong short codes.",
    SHARED_DEVICE="联户长和给他评单的住户用同一台设备登录。A head and a household that rates him sign in on one device.",
)
described(
    enums.CodePurpose,
    "验证码的用途，只作此用。What a code is for, and for nothing else.",
    SIGN_IN="登录。To sign in.",
    BIND_WECHAT="绑定微信。To bind a WeChat user.",
    CHANGE_PHONE="换手机号：现在的和新的号码各一个。To change one's phone: one for the present number, one for the new.",
    ERASE_ACCOUNT="注销账号，发到自己登记的手机号。To erase one's account: sent to the account's own phone.",
)
described(
    enums.ConsentKind,
    "同意的种类。What a person consents to.",
    PRIVACY_NOTICE="隐私告知：使用前必须同意。The privacy notice: before anything else.",
    CARE_DETAILS="照护信息的单独同意：心愿里写到健康等情况时。Sensitive details in wishes for care: one's own choice.",
)
described(
    enums.HouseholdJoinState,
    "入户申请状态。The state of a request to belong to a household.",
    OPEN="待确认。Open.",
    CONFIRMED="已确认，申请人成为居民。Confirmed: the asker is a resident.",
    REFUSED="已拒绝。Refused.",
    WITHDRAWN="本人已撤回。Withdrawn by the asker.",
    EXPIRED="七天无人确认，已过期。Nobody decided for 7 days.",
)
described(
    enums.HouseholdJoinAction,
    "对入户申请的操作。What can be done to a request to belong to a household.",
    VOUCH="联户长作证。The household's head vouches for the asker.",
    CONFIRM="确认。Confirm.",
    REFUSE="拒绝。Refuse.",
    WITHDRAW="撤回。Withdraw.",
)
described(
    enums.SignInMethod,
    "登录方式。How a session was opened.",
    OPERATOR="运维人员打开的。By an operator.",
    CODE="运维人员开的一次性登录码。By an operator's one-use code.",
    PHONE="短信验证码。By a code sent to the phone.",
    WECHAT="微信。By WeChat.",
    DESK="社区现场开的一次性登录码，只在该辖区内使用。By a desk's one-use code; it acts in that area alone.",
    SHOP="店主开的一次性登录码，只在该店使用。By a shop's one-use code; it acts in that shop alone.",
)
described(enums.SessionAction, "对登录的操作。What can be done to a session.", END="退出登录。Sign out.")
described(
    enums.SignalState,
    "提示的状态。What a human made of a signal.",
    OPEN="待研判。To be judged.",
    HARMLESS="无异常。Harmless.",
    FOLLOWED_UP="已跟进处理。Followed up.",
)
described(
    enums.SignalJudgement,
    "研判的结果。What a signal can be judged to be.",
    HARMLESS="无异常。Harmless.",
    FOLLOWED_UP="已跟进处理。Followed up.",
)
described(enums.SignalAction, "可对提示做的操作。What the viewer may do with a signal.", JUDGE="研判。Judge it.")
described(
    enums.NotificationKind,
    "通知的种类，只有这些。What people are told of; nothing else.",
    WISH_OFFERED="有心愿派给联户长。A wish was dispatched or offered to a head.",
    WISH_ACCEPTED="心愿有联户长接单。A head accepted the household's wish.",
    WISH_COMPLETED="心愿已办结，请评单；第五天再提醒一次。The wish was completed, to be rated; again on day 5 of the 7.",
    WISH_RATED="办结的心愿已评单。A wish that the head completed was rated.",
    WISH_RECALLED="派给联户长的心愿已收回。A wish was recalled from the head.",
    REDEMPTION_CONFIRMED="优惠码已核销。A pass of the head was redeemed.",
    DISPUTE_DECIDED="核销的异议已裁定。A dispute was decided, for the head and the shop's owners.",
    POINTS_REVERSED="积分已冲正。Points of the head were taken back.",
    GRANT_GIVEN="联户长获赠专享优惠。The head was given a grant.",
    GRANT_ENDS="专享优惠将到期，提前 30 天和 7 天。A grant of the head ends: 30 and 7 days before.",
    SHOP_DECIDED="店铺的申请或资料变更有了结果，或被暂停、恢复。An application, change or suspension of a shop was decided.",
    CODE_USED="有人用一次性登录码登录了本账号。Somebody signed in to the account by a one-use code.",
    PHONE_CHANGED="账号的手机号已更换。The account's phone was changed.",
    NOMINATION_ASKED="有人提名，请本人决定是否同意。Somebody was proposed, who must consent.",
    EVIDENCE_READY="事迹待本人在 48 小时内核对。The evidence is there, to be looked at within 48 hours.",
    OBJECTION_ANSWERED="提出的异议已答复。An objection was answered.",
    HONOUR_GIVEN="获得致谢。An honour was given.",
    ROLE_GIVEN="成为网格员或社区工作者。Work in a grid or a community was given.",
)
described(
    enums.NotificationAction, "对通知的操作。What can be done to a notification.", READ="标为已读。Mark it as read."
)
described(
    enums.WebhookEvent,
    "推送事件。The events sent to a shop's own system.",
    REDEMPTION_CONFIRMED="核销成功。A redemption was confirmed.",
    REDEMPTION_REVOKED="核销被撤销或冲正。A redemption was revoked or reversed.",
    STATEMENT_CLOSED="结算单生成。A day's statement was closed.",
)
described(
    enums.WebhookState,
    "推送地址状态。Whether an endpoint is sent anything.",
    ACTIVE="推送中。Active.",
    PAUSED="已暂停。Paused.",
    ENDED="已停用。Ended.",
)
described(
    enums.WebhookAction,
    "对推送地址的操作。What can be done to an endpoint.",
    EDIT="修改。Edit.",
    ROTATE_SECRET="更换密钥。Rotate the secret.",
    PAUSE="暂停。Pause.",
    RESUME="恢复。Resume.",
    END="停用。End.",
)
described(
    enums.WebhookDeliveryState,
    "推送结果。The result of delivering one event to one endpoint.",
    WAITING="待推送。To be sent, or sent again.",
    DELIVERED="已送达。Delivered.",
    FAILED="多次失败，已放弃。Given up.",
)
described(
    enums.WebhookDeliveryAction,
    "对一条推送的操作。What can be done to a delivery.",
    REDELIVER="重新推送。Deliver once more.",
)
described(
    enums.WebhookOutcome,
    "一次推送尝试的结果。How one attempt to deliver ended.",
    ANSWERED="对方有应答。The endpoint answered.",
    TIMED_OUT="超时。Timed out.",
    UNREACHABLE="无法连接。Unreachable.",
    INSECURE="证书有误或不是 https。No valid certificate, or no https.",
    ADDRESS_REFUSED="地址属于内网，不予访问。The address is a private one.",
    REDIRECT_REFUSED="重定向不被接受。A redirect that is not followed.",
    ANSWER_TOO_LARGE="应答过大。The answer was too large.",
)
described(
    enums.ErratumCause,
    "封榜以后更正的原因。Why a closed board is corrected.",
    REVERSAL="积分冲正：管理员收回了积分。An administrator took points back.",
    LATE_RATING="补评：自动评单后住户评了 1 或 2 星。A household rated 1 or 2 stars after the automatic rating.",
)
described(
    enums.LeaderboardPeriod,
    "积分榜周期。The window of a leaderboard, in Asia/Shanghai.",
    WEEK="本周，周一起。The week from Monday.",
    MONTH="本月。The month.",
    QUARTER="本季度。The quarter.",
    YEAR="本年。The year.",
    ALL="全部。All time.",
)
described(
    enums.LeaderboardMeasure,
    "积分榜按什么排。What a leaderboard counts.",
    POINTS="积分。Points.",
    WISHES="办成的心愿件数。Wishes that earned points.",
    HOUSEHOLDS="帮助的户数，同一户只计一次。Households helped, each once.",
)
described(
    enums.LeaderboardState,
    "一期积分榜的状态。Whether a leaderboard's window still runs.",
    LIVE="进行中。Its window runs, or it is of all time.",
    SETTLING="刚结束，24 小时内仍在核对。Ended within 24 hours: late postings may still move places.",
    CLOSED="已结束。Ended more than 24 hours ago.",
)
described(
    enums.LeaderboardBand,
    "我在榜上大致的位置。Roughly where a place is.",
    FIRST_TENTH="排在前面的不到十分之一。Fewer than a tenth are in front.",
    FIRST_QUARTER="排在前面的不到四分之一。Fewer than a quarter are in front.",
    FIRST_HALF="排在前面的不到一半。Fewer than half are in front.",
    OTHERS="其他。Any other.",
)
described(
    enums.AreaBand,
    "与整体相比。How an area compares with the whole.",
    ABOVE="高于：超出偶然的范围。Above what chance makes of the whole's rate.",
    SIMILAR="相近：差别可以是偶然的。Within what chance makes of it.",
    BELOW="低于：不到偶然的范围。Below it.",
    TOO_FEW="太少，无法比较。Too few wishes or households to compare.",
)
described(
    errors.ErrorCode,
    "操作未完成的原因。Why a mutation was refused.",
    UNAUTHENTICATED="需要登录。Sign in first.",
    FORBIDDEN="当前身份无权操作。Not for this role.",
    NOT_FOUND="找不到：不存在、格式不对、类型不对或不可见，答复一律相同。Unknown, malformed, wrong type or foreign.",
    INVALID_INPUT="输入不合要求。The input named in `field` cannot be used.",
    INVALID_STATE="当前状态下不能这样做。Not in this state.",
    ALREADY_TAKEN="已被他人抢先。Another request was first.",
    REQUEST_NO_REUSED="请求编号已用于内容不同的请求。The requestNo was used for another request.",
    LIMIT_REACHED="已达使用次数上限。The per-head limit is reached.",
    NEEDS_GRANT="只给获赠的联户长，没有可用的份数。For who holds a grant, and none can be used now.",
    NOT_ENOUGH_POINTS="可用积分不足。Not enough available points.",
    STAR_LEVEL_TOO_LOW="星级未达要求。The star level is too low.",
    OWN_SHOP="店主和店员不能在本店使用优惠。Staff of a shop can't redeem there.",
    DISCOUNT_NOT_AVAILABLE="优惠当前不可用。The discount or its shop is not active.",
    OUT_OF_STOCK="优惠已领完。No stock left.",
    CEILING_REACHED="店铺本月让利额度已用完。The shop's monthly ceiling is reached.",
    OUTSIDE_HOURS="不在可用日期或时段内。Outside the discount's dates or hours.",
    BELOW_MINIMUM_SPEND="未达最低消费。The bill is below the minimum spend.",
    CODE_INVALID="优惠码无效，原因不予区分。Unknown, expired, replayed or foreign code.",
    JUST_REDEEMED="这张码十分钟内已在本店核销成功，答复附有该笔核销。This shop redeemed that pass within ten minutes.",
    NOT_ELIGIBLE="顾客条件不满足，原因见顾客手机。A personal reason, shown on the head's phone.",
    PASS_IN_USE="优惠码正在另一收银台核销。Another cashier is preparing this pass.",
    PREPARATION_EXPIRED="预核销已超时，占用已退回。The preparation ran out; the hold went back.",
    PREPARATION_CANCELLED="预核销已取消，占用已退回。The preparation was cancelled; the hold went back.",
    ALREADY_CONFIRMED="已由另一请求确认。Another request confirmed this preparation.",
    NOT_REVOCABLE="已过可撤销的时间。Too late to revoke.",
    NOT_DISPUTABLE="已过可提出异议的时间，或这一笔已撤销或冲正。Too late to dispute, or no longer in force.",
    TOO_MANY_ATTEMPTS="尝试次数过多，请在 retryAt 之后再试。Too many tries; try again from `retryAt` on.",
)
described(
    enums.SeasonSubject,
    "评的是谁。Who or what a season honours.",
    HEAD="优秀联户长。Household heads.",
    HOUSEHOLD="最美家庭。Households.",
    UNIT="最美单元。Units of buildings.",
    BUILDING="最美楼栋。Buildings.",
)
described(
    enums.SeasonState,
    "一期评选的状态。The state of a season.",
    DRAFT="起草中。A draft.",
    OPEN="已开启，正在提名。Open for nominations.",
    REVIEW="提名已截止，正在审核。Under review.",
    NOTICE="名单公示中。The list is published.",
    CONCLUDED="已公布。Concluded.",
    CANCELLED="已取消。Cancelled.",
)
described(
    enums.SeasonAction,
    "对一期评选的操作。What can be done to a season.",
    EDIT="修改方案。Edit its terms.",
    OPEN="开启。Open it.",
    NOMINATE="提名。Propose somebody.",
    CLOSE="截止提名，由时间进行。Nominating ends, by time alone.",
    PUBLISH="公示名单。Publish the list.",
    CONCLUDE="公布结果。Conclude it.",
    CANCEL="取消。Cancel it.",
)
described(
    enums.NominationState,
    "提名的状态。The state of a nomination.",
    PROPOSED="等本人同意。The nominee is asked.",
    CONSENTED="本人已同意。The nominee consented.",
    LAPSED="已失效：本人谢绝、到期未同意，或已离任。Lapsed: declined, not answered in time, or the head has left.",
    WITHDRAWN="本人已退出。Withdrawn by the nominee.",
    SHORTLISTED="在公示名单上。On the list.",
    PASSED_OVER="本次未入选。Left off the list.",
    STRUCK="异议成立，已撤下。Struck, because an objection was upheld.",
    HONOURED="已获致谢。Honoured.",
    REVOKED="致谢已撤销。The honour was revoked.",
)
described(
    enums.NominationAction,
    "对提名的操作。What can be done to a nomination.",
    CONSENT="同意。Consent.",
    DECLINE="谢绝。Decline.",
    WITHDRAW="退出。Withdraw the consent.",
    SUPPORT="支持。Support it.",
    SHORTLIST="列入公示名单。Put it on the list.",
    PASS_OVER="不列入。Leave it off the list.",
    STRIKE="从公示名单撤下。Strike it from the list.",
    OBJECT="提出异议。Object to it.",
    HONOUR="致谢，随公布进行。Honour it, with the season's conclusion alone.",
    LAPSE="失效，随时间或取消进行。Let it lapse, by time or with the season.",
    REVOKE="撤销致谢。Revoke the honour.",
)
described(
    enums.ObjectionKind,
    "对什么的异议。What an objection is about.",
    EVIDENCE="对事迹的，由本人提出。The evidence, by the nominee.",
    NOTICE="对公示的。What a notice shows.",
)
described(
    enums.ObjectionState,
    "异议的状态。The state of an objection.",
    OPEN="待答复。To be answered.",
    UPHELD="成立。Upheld.",
    REJECTED="不成立。Rejected.",
    WITHDRAWN="提名已结束，不再答复。The nomination ended otherwise.",
)
described(enums.ObjectionAction, "对异议的操作。What can be done to an objection.", ANSWER="答复。Answer it.")
described(
    enums.RecordStanding,
    "服务证明核验结果。What a check of a service record comes to.",
    VALID="属实：与现在的记录一致。True: the records say the same today.",
    CHANGED_SINCE="开具后有变动：确由本系统开具，但记录已有更正。Ours, but the records were corrected since.",
    NOT_OURS="查无此证明：不是本系统开具的，或本人已注销。Not ours, or its person was forgotten.",
)
