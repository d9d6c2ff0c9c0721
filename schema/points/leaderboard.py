"""The leaderboard. Public: names are masked, and no id leads from it to a person."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import LeaderboardPeriod
from schema.graph import ids
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import At, Period
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field
from schema.graph.refs import AreaRef, BoardClosingRef
from schema.graph.scalars import Points
from schema.graph.subscriptions import Watch, subscription
from services.kit.ids import Piece
from services.points import boards, closings, leaderboard

BOARD_COST = 2_000  # units: it ranks every head of the area


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
    rank: int = field(PUBLIC, "名次，同分同名次。The rank; equal points share it (1, 2, 2, 4).")
    points: Points = field(PUBLIC, "本期积分。The points of the period.")
    head: LeaderboardHead = field(PUBLIC, "联户长。Whose place it is.")
    is_me: bool = field(PUBLIC, "是否是我。Whether it is the viewer's own.")
    corrected_rank: int | None = field(
        PUBLIC,
        "封榜以后更正的名次；没有变动为空。The rank with the errata of a closed board; null where they change nothing.",
    )


@strawberry.type(description="我的名次。The viewer's own place.")
class LeaderboardStanding:
    rank: int = field(PUBLIC, "名次。The rank.")
    points: Points = field(PUBLIC, "本期积分。The points of the period.")


@strawberry.type(
    description="积分榜：自愿参加的联户长在一段时间内入账的积分。Points posted in a period, by who opted in."
)
class Leaderboard(Node):
    is_type_of = rows_of(leaderboard.Leaderboard)

    area: AreaRef = field(PUBLIC, "范围。The area whose heads compete.")
    period: LeaderboardPeriod = field(PUBLIC, "周期。The kind of window.")
    starts_at: datetime | None = field(PUBLIC, "开始时间；全部为空。The first instant that counts; null for all time.")
    ends_at: datetime | None = field(
        PUBLIC, "结束时间（不含）；全部为空。The first instant after it; null for all time."
    )
    scored: int = to_one(boards.scored, "itself", "有积分的联户长人数。How many heads have points.", cost=BOARD_COST)
    sparse: bool = to_one(
        boards.sparse,
        "itself",
        "有积分的联户长是否不足 5 人；不足时名次不公开。Whether fewer than 5 heads have points: then the places are not"
        " public.",
    )
    entries: Connection[LeaderboardEntry] | None = to_page(
        boards.entries,
        "名次，从高到低；榜上不足 5 人，或是网格、楼栋的榜而不在其中的，为空；管理此区域的人总能看到。"
        "The places, the best first; null while sparse, and of a grid or building for who is not of it; never for who"
        " works above.",
        key="itself",
        cost=BOARD_COST,
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


node_type("Leaderboard", leaderboard.by_ids, Piece.parse)


AreaId = Annotated[
    strawberry.ID | None, strawberry.argument(description="区域编号；空为全区。The area; null for the whole district.")
]


async def _leaderboard(self: Any, info: Info, period: Period, area_id: AreaId = None, at: At = None) -> Any:
    key = ids.find(area_id, "Area")
    if area_id is not None and key is None:
        return None
    return await leaderboard.find(info.context.viewer, key, period, at)


@strawberry.type
class LeaderboardQuery:
    leaderboard: Leaderboard | None = field(
        PUBLIC,
        "积分榜，无需登录；区域不存在为空。The public leaderboard; null when there is no such area.",
        _leaderboard,
    )


@strawberry.type(description="积分榜有变动，请重新读取。A leaderboard changed: query it again.")
class LeaderboardChange:
    """Changes within a second come in one message."""

    area: AreaRef = field(PUBLIC, "范围。The area whose heads compete.")
    period: LeaderboardPeriod = field(PUBLIC, "周期。The kind of window.")
    changed_at: datetime = field(PUBLIC, "通知时间。As of when.")


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
        board = leaderboard.Watched(key, period)
        return Watch(board.interest, board.change)
