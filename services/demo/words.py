"""What people of the demo district wish for, and how they comment."""

from models.enums import WishCategory

# The frequency of each category, and its titles.
WISHES: dict[WishCategory, tuple[int, tuple[str, ...]]] = {
    WishCategory.ERRAND: (
        26,
        ("帮忙代取快递", "代缴本月水费", "陪同到社区办医保年审", "代买降压药", "帮忙复印材料送到窗口", "代取老年证"),
    ),
    WishCategory.REPAIR: (
        20,
        ("厨房水龙头漏水", "楼道灯不亮了", "门锁打不开", "卫生间下水道堵了", "插座没有电", "纱窗破了想换一张"),
    ),
    WishCategory.CARE: (
        17,
        (
            "老人独自在家，请帮忙看一看",
            "术后换药需要人搭把手",
            "想请人帮老人理发",
            "帮忙量一次血压",
            "送一顿热饭给老人",
        ),
    ),
    WishCategory.COMPANY: (
        12,
        ("想找人陪老人说说话", "陪老人去医院复查", "周末想找人下象棋", "陪孩子参加社区活动", "陪母亲散散步"),
    ),
    WishCategory.STUDY: (
        10,
        ("孩子数学作业请人辅导", "教老人用智能手机", "暑假想请人辅导英语", "教我用手机挂号", "孩子练字没有人看"),
    ),
    WishCategory.GOODS: (
        9,
        ("想借一副轮椅用几天", "孩子需要一套旧课本", "想要一床旧棉被", "借一架梯子换灯泡", "需要一张旧书桌"),
    ),
    WishCategory.OTHER: (
        6,
        ("楼上漏水请帮忙协调", "想给院子里的花浇浇水", "楼道杂物请帮忙清理", "请帮忙找走失的小猫"),
    ),
}
DETAILS = (
    "",
    "",
    "",
    "下午都在家，随时可以来。",
    "请来之前先打个电话。",
    "不急，这几天都可以。",
    "老人听力不好，敲门请重一些。",
)
COMPLETION_NOTES = ("", "已办好，住户在场确认。", "已上门处理。", "当天办结。", "和楼栋红管家一起办好了。")
COMMENTS = {
    5: ("", "非常感谢！", "来得很快，特别热心。", "帮了大忙，谢谢联户长！", "很周到。"),
    4: ("", "挺好的，谢谢。", "办得不错。", "就是等了一会儿。"),
    3: ("", "还可以。", "办好了，时间有点长。"),
    2: ("来得太晚了。", "没有完全办好。"),
    1: ("没有办好。", "约好的时间没有来。"),
}
REDO_REASONS = ("还是漏水，请再看看。", "少了一样东西。", "今天又坏了。")
CANCEL_REASONS = ("家人已经办好了。", "暂时不需要了。")
REJECT_REASONS = ("超出服务范围，已转物业处理。", "重复点单，已有一个在办。")
CONSENTS = ("电话征得本人同意", "上门走访时本人口头同意")
CALL_BACK = "电话回访，住户满意。"
# The frequency of each rating, out of a hundred.
STARS = {5: 64, 4: 24, 3: 8, 2: 3, 1: 1}
