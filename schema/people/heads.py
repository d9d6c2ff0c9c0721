"""Household heads."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import HeadAction
from schema.graph.batching import paged, to_list, to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import AreaId, States
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, REASON_COST, attribute, field, when
from schema.graph.readers import OVERSIGHT, POINTS_READERS
from schema.graph.refs import (
    AreaRef,
    GrantRef,
    HeadPointsRef,
    HouseholdRef,
    LeaderboardRef,
    NominationRef,
    PassRef,
    PointsEntryRef,
    RedemptionRef,
    WishRef,
)
from services.entry import offers
from services.grants import grants
from services.honours import nominations
from services.people import areas, heads, households
from services.points import balances, history, standings
from services.till import passes, redemptions
from services.wishes import wishes

OWN_PASSES = when("the head", lambda viewer, head: viewer.head_id == head.id)

STATE_READERS = when(
    "the head and oversight", lambda viewer, head: heads.may_read_head_state(viewer, head.id, head.grid_path)
)


def _state_reason(self: Any, info: Info) -> Any:
    return self.state_reason or None


@strawberry.type(description="联户长。A household head: a volunteer who looks after neighbouring households.")
class HouseholdHead(Node):
    is_type_of = rows_of(heads.HouseholdHead)

    name: str = field(PUBLIC, "姓名。The name.")
    star_level: int = field(PUBLIC, "星级，1 到 5。The star level, by points ever earned.")
    on_board: bool | None = field(
        STATE_READERS,
        "是否在积分榜上：已参加，且未暂停、未离任。Whether the head competes on the leaderboard now.",
        attribute("on_board"),
    )
    suspended_at: datetime | None = field(
        STATE_READERS, "暂停时间；未暂停为空。Since when the head is suspended.", attribute("suspended_at")
    )
    left_at: datetime | None = field(STATE_READERS, "离任时间；在任为空。When the head left.", attribute("left_at"))
    state_reason: str | None = field(
        STATE_READERS, "最近一次暂停、恢复或离任的原因。Why that was so decided last.", _state_reason, cost=REASON_COST
    )
    grid: AreaRef = to_one(areas.by_ids, "grid_id", "所在网格。The grid.")
    households: Connection[HouseholdRef] = to_page(households.of_heads, "所联住户。The households looked after.")
    wishes: Connection[WishRef] = to_page(
        wishes.of_heads,
        "派给和承办的微心愿，由新到旧；不指定状态则为手上的。Wishes assigned or offered; by default those in hand.",
        filters={"states": States},
    )
    points: HeadPointsRef | None = to_one(
        balances.balances,
        "id",
        "积分；本人、区管理员和审计员可见。The points; for the head, admins and auditors.",
        POINTS_READERS,
    )
    points_entries: Connection[PointsEntryRef] | None = to_page(
        history.of_heads,
        "积分流水，由新到旧；本人、区管理员和审计员可见。The history of points, newest first.",
        POINTS_READERS,
    )
    rank: int | None = to_one(
        standings.ranks_of,
        "id",
        "在 `rankBoard` 上的名次；未参加或没有积分为空。The rank on `rankBoard`; null if not on that board.",
        POINTS_READERS,
        cost=20,
    )
    rank_board: LeaderboardRef | None = to_one(
        standings.boards_of,
        "id",
        "名次所在的榜：社区本月、社区本季、街道本月、街道本季、全区本月中，第一个有积分的人够 5 人的；都不够为空。"
        "The board of that rank: the first that is not sparse of the community's month, its quarter, the subdistrict's"
        " month, its quarter, and the district's month; null if all are.",
        POINTS_READERS,
    )
    passes: Connection[PassRef] | None = to_page(
        passes.of_heads, "优惠码，由新到旧；仅本人可见。The passes, newest first; for the head alone.", OWN_PASSES
    )
    grants: Connection[GrantRef] | None = to_page(
        grants.of_heads,
        "专享优惠，由新到旧；本人、区管理员和审计员可见。The grants, newest first.",
        POINTS_READERS,
    )
    redemptions: Connection[RedemptionRef] | None = to_page(
        redemptions.of_heads,
        "核销记录，由新到旧；本人、区管理员和审计员可见。The redemptions, newest first.",
        POINTS_READERS,
    )
    honours: Connection[NominationRef] = to_page(
        nominations.of_heads, "致谢，由新到旧：本人同意公开的；本人和负责的人看到全部。The honours, the latest first."
    )
    available_actions: list[HeadAction] = to_list(
        offers.of_heads, "当前用户现在可做的操作。What the viewer may do with it now."
    )


node_type("HouseholdHead", heads.by_ids)

HeadSearch = Annotated[
    str | None,
    strawberry.argument(
        description="姓名的开头，或完整的电话，最多 64 字。How the name begins, or a whole phone number."
    ),
]


@strawberry.type
class HeadQuery:
    heads: Connection[HouseholdHead] | None = paged(
        heads.find,
        "管理范围内的联户长，含暂停和离任的。The heads in the viewer's reach, active or not.",
        OVERSIGHT,
        filters={"area_id": AreaId, "search": HeadSearch},
        cost=500,
    )
