"""The leaderboard. Public: names are masked, and no id leads from it to a person."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import LeaderboardBand, LeaderboardMeasure, LeaderboardPeriod, LeaderboardState
from schema.graph import ids
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import At, Measure, Period, Radius
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field
from schema.graph.refs import AreaRef, BoardClosingRef
from schema.graph.scalars import Points
from schema.graph.subscriptions import Watch, subscription
from services.kit.ids import Piece
from services.points import boards, closings, leaderboard, open_boards, watching

BOARD_COST = 2_000  # units: it adds up the counts of a board
TOTAL_COST = 100


@strawberry.type(description="榜上的联户长，姓名已脱敏。A head on the public board, masked.")
class LeaderboardHead:
    display_name: str = field(PUBLIC, "脱敏后的姓名。The masked name.")
    area_name: str | None = field(PUBLIC, "所在社区。The community.")


@strawberry.type(description="积分榜上的一个名次。One place on a leaderboard.")
class LeaderboardEntry:
    key: strawberry.ID = field(
        PUBLIC,
        "这一行的键，同一人在同一榜上不变，供列表和缓存用；不能用来查询。What to key the row by: the same for a head on"
        " this board, and no id of anything.",
    )
    rank: int = field(
        PUBLIC,
        "名次，同数同名次（1、2、2、4）；同名次的，先达到的在前。The rank: equal ones share it, and among them who got"
        " there earlier stands first.",
    )
    previous_rank: int | None = field(
        PUBLIC, "今天零点时的名次；那时不在榜上为空。The rank at the beginning of today; null for none."
    )
    points: Points = field(PUBLIC, "本期积分。The points of the period.")
    wishes: int = field(PUBLIC, "本期办成的心愿件数。The wishes of the period that earned points.")
    households: int = field(PUBLIC, "本期帮助的户数。The households helped in the period, each once.")
    head: LeaderboardHead = field(PUBLIC, "联户长。Whose place it is.")
    is_me: bool = field(PUBLIC, "是否是我。Whether it is the viewer's own.")
    corrected_rank: int | None = field(
        PUBLIC,
        "封榜以后更正的名次；没有变动为空。The rank with the errata of a closed board; null where they change nothing.",
    )


@strawberry.type(description="最好的一期。The window in which the viewer had the most points.")
class LeaderboardBest:
    period: LeaderboardPeriod = field(PUBLIC, "周期。The kind of window.")
    starts_at: datetime | None = field(PUBLIC, "开始时间；全部为空。Its first instant; null for all time.")
    points: Points = field(PUBLIC, "那一期的积分。The points of that window.")


@strawberry.type(description="我的名次，仅本人可见。The viewer's own place, told to nobody else.")
class LeaderboardStanding:
    rank: int = field(PUBLIC, "名次。The rank.")
    previous_rank: int | None = field(
        PUBLIC, "今天零点时的名次；那时不在榜上为空。The rank at the beginning of today; null for none."
    )
    movement: int | None = field(
        PUBLIC, "今天上升了几名，下降为负；今天新上榜为空。Ranks gained today, below 0 for lost; null for none before."
    )
    points: Points = field(PUBLIC, "本期积分。The points of the period.")
    wishes: int = field(PUBLIC, "本期办成的心愿件数。The wishes of the period that earned points.")
    households: int = field(PUBLIC, "本期帮助的户数。The households helped in the period, each once.")
    to_next: int | None = field(
        PUBLIC,
        "离前一名次还差多少（榜上所排的数）；第一名为空。How much of what counts is missing to the next better"
        " rank; null for the first.",
    )
    ahead_of: int = field(PUBLIC, "排在我后面的人数。How many have less.")
    band: LeaderboardBand = field(PUBLIC, "大致的位置。Roughly where it is.")
    best: LeaderboardBest = field(PUBLIC, "我最好的一期（同类周期）。The best window of this kind.")


@strawberry.type(description="上一期。The window before.")
class LeaderboardPrevious:
    wishes: int = field(PUBLIC, "上一期办成的心愿件数。The wishes of the window before.")


@strawberry.type(description="大家一起做的事：不分是否参加积分榜。What was done together, on the board or not.")
class LeaderboardTogether:
    wishes: int = field(
        PUBLIC, "办成的心愿件数：评了 3 星及以上，或到期自动评的。Wishes of the people here, rated well or by time."
    )
    households: int = field(PUBLIC, "得到帮助的户数，同一户只计一次。Households helped, each once.")
    heads: int = field(PUBLIC, "出力的联户长人数。Heads of the area who helped.")
    per_thousand_households: float | None = field(
        PUBLIC, "每千户办成的心愿件数；没有住户为空。Wishes for each 1,000 households; null without any."
    )
    previous: LeaderboardPrevious | None = field(PUBLIC, "上一期；全部为空。The window before; null for all time.")


@strawberry.type(
    description="积分榜：自愿参加的联户长在一段时间内入账的积分、心愿件数或户数。Points, wishes or households of"
    " what was posted in a period, by who opted in."
)
class Leaderboard(Node):
    is_type_of = rows_of(open_boards.Leaderboard)

    area: AreaRef = field(PUBLIC, "范围。The area whose heads compete.")
    period: LeaderboardPeriod = field(PUBLIC, "周期。The kind of window.")
    measure: LeaderboardMeasure = field(PUBLIC, "按什么排。What counts.")
    starts_at: datetime | None = field(PUBLIC, "开始时间；全部为空。The first instant that counts; null for all time.")
    ends_at: datetime | None = field(
        PUBLIC, "结束时间（不含）；全部为空。The first instant after it; null for all time."
    )
    state: LeaderboardState = field(PUBLIC, "进行中、核对中或已结束。Whether its window runs.")
    next_reset: datetime | None = field(
        PUBLIC, "何时重新开始；已结束的和全部为空。When it begins anew; null once it has ended, and for all time."
    )
    server_time: datetime = field(PUBLIC, "服务器时间，用于倒计时。Now, to count down from.")
    version: int = to_one(
        boards.together,
        "itself",
        "此区域的榜到现在变动过几次；与通知里的相比，可知是否最新。How often boards of the area have changed:"
        " compared with that of a notification, it tells whether anything was missed.",
        cost=TOTAL_COST,
        part="version",
    )
    participants: int = to_one(
        boards.together,
        "itself",
        "参加积分榜的联户长人数，不论有无积分；封榜以后是当时的。How many heads compete, with points or without; of a"
        " closed board, how many did then.",
        cost=TOTAL_COST,
        part="participants",
    )
    scored: int = to_one(boards.scored, "itself", "有积分的联户长人数。How many heads have points.", cost=BOARD_COST)
    sparse: bool = to_one(
        boards.sparse,
        "itself",
        "有积分的联户长是否不足 5 人；不足时名次不公开。Whether fewer than 5 heads have points: then the places are not"
        " public.",
    )
    together: LeaderboardTogether = to_one(
        boards.together,
        "itself",
        "大家一起做的事，人人可见。What was done together, for everybody.",
        cost=TOTAL_COST,
    )
    entries: Connection[LeaderboardEntry] | None = to_page(
        boards.entries,
        "名次，从高到低；榜上不足 5 人，或是网格、楼栋的榜而不在其中的，为空；管理此区域的人总能看到。"
        "The places, the best first; null while sparse, and of a grid or building for who is not of it; never for who"
        " works above.",
        key="itself",
        cost=BOARD_COST,
    )
    around: list[LeaderboardEntry] | None = to_one(
        boards.around,
        "itself",
        "我和前后几名；我不在榜上，或名次不公开的，为空。The viewer's place with those before and behind; null without"
        " one, and where places are not public.",
        filters={"radius": Radius},
        cost=BOARD_COST,
        rows=2 * leaderboard.MAX_RADIUS + 1,
    )
    me: LeaderboardStanding | None = to_one(
        boards.standings,
        "itself",
        "我的名次；不在榜上为空。The viewer's own place; null when not on the board.",
        cost=BOARD_COST,
    )
    closing: BoardClosingRef | None = to_one(
        closings.of_boards,
        "itself",
        "封榜存档；还没封榜为空。封榜以后，名次以存档为准。How it was closed; null before. From then on, the places are"
        " those of the closing.",
    )


node_type("Leaderboard", open_boards.by_ids, Piece.parse)


AreaId = Annotated[
    strawberry.ID | None, strawberry.argument(description="区域编号；空为全区。The area; null for the whole district.")
]


async def _leaderboard(
    self: Any, info: Info, period: Period, area_id: AreaId = None, at: At = None, measure: Measure = None
) -> Any:
    key = ids.find(area_id, "Area")
    if area_id is not None and key is None:
        return None
    return await open_boards.find(info.context.viewer, key, period, at, measure or LeaderboardMeasure.POINTS)


@strawberry.type
class LeaderboardQuery:
    leaderboard: Leaderboard | None = field(
        PUBLIC,
        "积分榜，无需登录；区域不存在，或是网格、楼栋已结束的一期，或是结束满 24 小时后按心愿、户数排的，为空。The"
        " public leaderboard; null when there is no such area, for a past window of a grid or building, and, from 24"
        " hours after its end, by wishes or households: boards are kept by points, with the wishes and households of"
        " each place.",
        _leaderboard,
    )


@strawberry.type(description="积分榜有变动，请重新读取。A leaderboard changed: query it again.")
class LeaderboardChange:
    """Changes within a second come in one message."""

    area: AreaRef = field(PUBLIC, "范围。The area whose heads compete.")
    period: LeaderboardPeriod = field(PUBLIC, "周期。The kind of window.")
    changed_at: datetime = field(PUBLIC, "通知时间。As of when.")
    version: int = field(
        PUBLIC,
        "此区域的榜到现在变动过几次；已读到的榜不旧于此，就没有漏掉什么。How often boards of the area have changed: one"
        " that was read with no lower number has missed nothing.",
    )


@strawberry.type
class LeaderboardSubscription:
    @subscription(
        PUBLIC,
        "积分榜变动，无需登录；最多每秒一条，新的一期开始时也有一条。Changes of a leaderboard, also when a new"
        " window begins; at most once a second.",
        LeaderboardChange,
    )
    def leaderboard_changed(self: Any, info: Info, period: Period, area_id: AreaId = None) -> Watch:
        key = None if area_id is None else ids.parse(area_id, "Area", "areaId")
        board = watching.Watched(key, period)
        return Watch(board.interest, board.change)
