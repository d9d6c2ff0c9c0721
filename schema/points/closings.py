"""Closed boards, their places and errata. Public as the boards are: names are masked, and no id leads to a person."""

from datetime import datetime
from typing import Annotated

import strawberry

from models.enums import ErratumCause, LeaderboardPeriod
from schema.graph.batching import paged, to_one, to_page
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import Period, id_of
from schema.graph.pagination import Connection
from schema.graph.permissions import HASH_COST, PUBLIC, field
from schema.graph.refs import AreaRef
from schema.graph.scalars import Points
from schema.points.leaderboard import LeaderboardHead
from services.people import areas
from services.points import closings


@strawberry.type(description="封榜存档里的一个名次，封榜以后不再改变。One place of a closed board; it never changes.")
class BoardPlace:
    key: strawberry.ID = field(
        PUBLIC,
        "这一行的键，随机生成，在指纹里代表这位联户长；不能用来查询。Drawn at random; it stands for the head in the"
        " hash, and leads to nobody.",
    )
    position: int = field(PUBLIC, "行号，从 1 起。Its position, from 1.")
    rank: int = field(PUBLIC, "封榜时的名次，同分同名次。The rank when it was closed; equal points share it.")
    corrected_rank: int | None = field(
        PUBLIC,
        "更正后的名次；没有变动，或积分已全部冲正，为空。The rank with all errata; null where they change nothing, and"
        " where no points are left.",
    )
    points: Points = field(PUBLIC, "封榜时的积分。The points when it was closed.")
    corrected_points: Points | None = field(
        PUBLIC, "更正后的积分；没有更正为空。The points with all errata; null without any."
    )
    wishes: int = field(PUBLIC, "心愿数。How many wishes made them.")
    households: int = field(PUBLIC, "帮助的户数。Of how many households.")
    reached_at: datetime = field(PUBLIC, "达到这个积分的时间。When the points were reached.")
    head: LeaderboardHead = field(
        PUBLIC, "联户长，姓名已脱敏；后来退出的写“已退出”。Whose place it is; 已退出 once the head has left the board."
    )
    withdrawn: bool = field(PUBLIC, "是否已退出积分榜。Whether the head has left the board since.")
    is_me: bool = field(PUBLIC, "是否是我。Whether it is the viewer's own.")


@strawberry.type(description="封榜以后的一条更正。One erratum of a closed board.")
class BoardErratum:
    number: int = field(PUBLIC, "序号，从 1 起，不跳号。Its number, from 1, without gaps.")
    position: int = field(PUBLIC, "更正的是第几行。The position of the place.")
    head: LeaderboardHead = field(PUBLIC, "联户长。Whose place it is.")
    from_points: Points = field(PUBLIC, "更正前的积分。The points before.")
    to_points: Points = field(PUBLIC, "更正后的积分。The points with it.")
    from_rank: int = field(PUBLIC, "更正前的名次。The rank before.")
    to_rank: int | None = field(
        PUBLIC, "更正后的名次；积分已全部冲正为空。The rank with it; null where no points are left."
    )
    cause: ErratumCause = field(PUBLIC, "原因。The cause.")
    at: datetime = field(PUBLIC, "更正时间。When it was appended.")
    sha256: str = field(
        PUBLIC,
        "指纹，含上一条更正的指纹；第一条含封榜的指纹。The SHA-256 of its canonical form, which contains the hash"
        " before.",
        lambda self: self.sha256.hex(),
        cost=HASH_COST,
    )


@strawberry.type(
    description="封榜存档：一期结束 24 小时以后的积分榜，不再改变；后来的冲正另记更正。A board as it was closed, 24"
    " hours after its end: it never changes, and later reversals are appended as errata."
)
class BoardClosing(Node):
    is_type_of = rows_of(closings.BoardClosing)

    area: AreaRef = to_one(areas.by_ids, "area_id", "范围。The area.")
    period: LeaderboardPeriod = field(PUBLIC, "周期。The kind of window.")
    starts_at: datetime = field(PUBLIC, "开始时间。The first instant that counts.")
    ends_at: datetime = field(PUBLIC, "结束时间（不含）。The first instant after it.")
    closed_at: datetime = field(PUBLIC, "封榜时间。When it was closed.")
    participants: int = field(PUBLIC, "当时参加的人数。How many heads competed.")
    scored: int = field(PUBLIC, "其中有积分的人数。How many of them had points.")
    sparse: bool = field(
        PUBLIC,
        "有积分的是否不足 5 人；不足时名次不公开。Whether fewer than 5 had points: then the places are not public.",
    )
    corrections: int = field(PUBLIC, "更正条数。How many errata it has.")
    sha256: str = field(
        PUBLIC,
        "指纹：规范格式的 SHA-256，十六进制。The SHA-256 of its canonical form, in hexadecimal.",
        lambda self: self.sha256.hex(),
        cost=HASH_COST,
    )
    previous_sha256: str | None = field(
        PUBLIC,
        "同一区域同一周期上一次封榜的指纹；第一次为空。The hash of the closing before; null for the first.",
        lambda self: self.previous_sha256.hex() if self.previous_sha256 else None,
        cost=HASH_COST,
    )
    places: Connection[BoardPlace] | None = to_page(
        closings.places,
        "名次；不足 5 人时为空，管理此区域的人总能看到。The places; null while sparse, but for who works above.",
        key="itself",
    )
    errata: Connection[BoardErratum] | None = to_page(
        closings.errata, "更正，按先后；可见范围同名次。The errata as they came; seen as the places are.", key="itself"
    )
    me: BoardPlace | None = to_one(
        closings.own_places, "itself", "我的名次；没有或已退出为空。The viewer's own place; null without one."
    )


node_type("BoardClosing", closings.by_ids)


AreaId = Annotated[strawberry.ID | None, id_of("Area", "区域；不填为全区。The area; without it, the whole district.")]


@strawberry.type
class BoardClosingQuery:
    board_closings: Connection[BoardClosing] | None = paged(
        closings.of_area,
        "一个区域的封榜存档，由新到旧，无需登录；区域不存在为空。The closed boards of an area, the newest first; null"
        " when there is no such area.",
        filters={"period": Period, "area_id": AreaId},
    )
