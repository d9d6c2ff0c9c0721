"""Areas compared: in bands, by name, without ranks."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import AreaBand, LeaderboardPeriod
from schema.graph import ids
from schema.graph.batching import to_one, to_page
from schema.graph.context import Info
from schema.graph.cost import ROOT_COST
from schema.graph.ids import rows_of
from schema.graph.inputs import At, Period
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, attribute, field, reading, when
from schema.graph.refs import AreaRef
from services.points import area_board

FIGURES = when("who works in or above the area", area_board.may_read_figures)


@strawberry.type(description="一个区域一个周期的数字。What one area has in a window.")
class AreaFigures:
    is_type_of = rows_of(area_board.AreaFigures)

    wishes: int = field(
        PUBLIC,
        "心愿数：评为三星以上或到期自动评单、没有冲正的。Wishes rated 3 stars or more, or by time, and not reversed.",
    )
    households: int = field(PUBLIC, "今天的户数。The households of today.")
    rate: float | None = field(PUBLIC, "每千户心愿数；没有住户为空。Wishes per 1,000 households; null for none.")


@reading("wishes", "households", "whole_wishes", "whole_households", "path")
def _band(self: Any, info: Info) -> AreaBand:
    return area_board.band_of(info.context.viewer, self)


@strawberry.type(description="对比中的一个区域，没有名次。One area beside the whole; it has no rank.")
class AreaRow:
    is_type_of = rows_of(area_board.AreaRow)

    area: AreaRef = field(PUBLIC, "区域。The area.")
    band: AreaBand = field(
        PUBLIC,
        "与整体相比；公众只看到“高于”，其余都是“相近”。How it compares with the whole; the public is told of ABOVE, and"
        " SIMILAR for all else.",
        _band,
    )
    households: int = field(PUBLIC, "今天的户数。The households of today.")
    wishes: int | None = field(
        FIGURES,
        "心愿数；只给在此工作或管理它的人。Wishes rated well; for who works in or above the area.",
        attribute("wishes"),
    )
    rate: float | None = field(
        FIGURES, "每千户心愿数；没有住户为空。Wishes per 1,000 households; null for none.", attribute("rate")
    )
    expected: float | None = field(
        FIGURES,
        "同样多的住户按整体水平该有的心愿数。What as many households have at the rate of the whole.",
        attribute("expected"),
    )
    least: int | None = field(
        FIGURES, "偶然范围的下限（99%）。The least that chance makes of it, 99 times of 100.", attribute("least")
    )
    most: int | None = field(
        FIGURES, "偶然范围的上限（99%）。The most that chance makes of it, 99 times of 100.", attribute("most")
    )
    previous: AreaFigures | None = field(
        FIGURES, "上一周期；全部为空。The window before; null for all time.", attribute("previous")
    )


@strawberry.type(
    description="区域对比：下级区域每千户的心愿数，与整体相比，按名称排列。"
    "The parts of an area, each beside the whole; by name."
)
class AreaBoard:
    is_type_of = rows_of(area_board.AreaBoard)

    area: AreaRef = field(PUBLIC, "整体。The whole.")
    period: LeaderboardPeriod = field(PUBLIC, "周期。The kind of window.")
    starts_at: datetime | None = field(PUBLIC, "开始时间；全部为空。The first instant that counts; null for all time.")
    ends_at: datetime | None = field(
        PUBLIC, "结束时间（不含）；全部为空。The first instant after it; null for all time."
    )
    whole: AreaFigures = to_one(area_board.wholes, "itself", "整体的数字。The figures of the whole.")
    rows: Connection[AreaRow] | None = to_page(
        area_board.rows,
        "各社区，按名称；一个社区的，是其网格，只给在此工作或管理它的人。"
        "The communities, by name; of a community its grids, for who works in or above them.",
        key="itself",
        cost=ROOT_COST,
    )


AreaId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="区、街道或社区；空为全区。A district, subdistrict or community; null: the district."
    ),
]


async def _area_board(self: Any, info: Info, period: Period, area_id: AreaId = None, at: At = None) -> Any:
    key = ids.find(area_id, "Area")
    if area_id is not None and key is None:
        return None
    return await area_board.find(info.context.viewer, key, period, at)


@strawberry.type
class AreaBoardQuery:
    area_board: AreaBoard | None = field(
        PUBLIC,
        "区域对比，无需登录；没有这个区域，或是网格、楼栋，为空。"
        "Areas compared; null when there is no such area, and for grids and buildings.",
        _area_board,
        cost=ROOT_COST,
    )
