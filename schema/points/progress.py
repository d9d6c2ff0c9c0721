"""A head's own progress, told to the head alone."""

from datetime import date
from typing import Any

import strawberry

from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.permissions import PUBLIC, Access, field
from schema.graph.scalars import Points
from services.points import progress
from services.wishes import chances

HEADS = Access("heads", lambda viewer, _: viewer.head_id is not None, by_viewer=True)


@strawberry.type(description="一个月做的事。What a head did in one month.")
class MonthDone:
    month: date = field(PUBLIC, "月份的第一天。The first day of the month.")
    wishes: int = field(PUBLIC, "办成并得了积分的心愿件数。Wishes that earned points.")
    households: int = field(PUBLIC, "帮助的户数。Households helped, each once.")
    points: Points = field(PUBLIC, "积分。The points.")


@strawberry.type(description="我的进展，不论是否参加积分榜，仅本人可见。The head's own progress, on the board or not.")
class HeadProgress:
    this_month: MonthDone = field(PUBLIC, "本月。This month.")
    last_month: MonthDone = field(PUBLIC, "上月。The month before.")
    best_month: MonthDone | None = field(
        PUBLIC, "最好的一个月：件数最多的；还没有为空。The month with most wishes; null for none yet."
    )
    offered: int = to_one(
        chances.offers_of,
        "head_id",
        "近 30 天派给我的件数。How many were offered in the last 30 days, alone or with others.",
        part="offered",
    )
    accepted: int = to_one(
        chances.offers_of, "head_id", "其中我接下的件数。How many of them were accepted.", part="accepted"
    )


async def _head_progress(self: Any, info: Info) -> Any:
    return await progress.of_viewer(info.context.viewer)


@strawberry.type
class HeadProgressQuery:
    head_progress: HeadProgress | None = field(
        HEADS, "我的进展；不是联户长为空。The viewer's own progress; null for who is no head.", _head_progress
    )
