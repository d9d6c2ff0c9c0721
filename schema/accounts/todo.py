"""What waits for the viewer, counted for badges: each count costs a statement where it is selected, and only there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import strawberry

from models.enums import Role, ShopState, WishState
from schema.graph.context import Info
from schema.graph.permissions import Access, field, owners_or, roles
from services.db.paging import PageRequest
from services.discounts import discounts
from services.entry import joins
from services.honours import waiting as seasons
from services.kit.viewer import Viewer
from services.settlement import acknowledging
from services.shops import change_requests, shops
from services.signals import signals
from services.till import disputes
from services.wishes import waiting, wishes

MAX_COUNTED = 100
COUNT_COST = 200  # units: a statement, and the ids of at most so many rows

DISPATCHERS = roles(Role.GRID_WORKER, Role.COMMUNITY_STAFF)
ADMINISTRATORS = roles(Role.DISTRICT_ADMIN)


def _counted(access: Access, description: str, count: Callable[[Viewer, int], Awaitable[int]]) -> Any:
    async def resolve(self: Any, info: Info) -> int:
        return await count(info.context.viewer, MAX_COUNTED)

    return field(access, description, resolve, cost=COUNT_COST)


def _queued(load: Callable[..., Awaitable[Any]], **filters: Any) -> Callable[[Viewer, int], Awaitable[int]]:
    """Return how the rows of a list of work are counted: those that the viewer may act on, and not only read."""

    async def count(viewer: Viewer, most: int) -> int:
        acting = replace(viewer, auditor_paths=())
        page = await load(acting, area_id=None, page=PageRequest(most), only=frozenset({"id"}), **filters)
        return len(page.rows) if page else 0

    return count


def _dispatched(load: Callable[..., Awaitable[Any]], **filters: Any) -> Callable[[Viewer, int], Awaitable[int]]:
    """Return as `_queued` how work of grid workers and community staff is counted."""
    count = _queued(load, **filters)
    return lambda viewer, most: count(replace(viewer, admin_paths=(), head_id=None), most)


@strawberry.type(
    description="待办的数目，供角标用：最多数到 100，显示为 99+；没有这项工作的为空。What waits for the viewer, for"
    " badges: at most 100, shown as 99+; null for whoever has no such work."
)
class Todo:
    wishes_to_rate: int | None = _counted(
        roles(Role.RESIDENT), "本户已办结待评的微心愿。Completed wishes of the household to rate.", waiting.to_rate
    )
    wishes_to_answer: int | None = _counted(
        roles(Role.HOUSEHOLD_HEAD),
        "派给我、等我接单或谢绝的微心愿。Wishes dispatched to the viewer, to accept or decline.",
        waiting.to_answer,
    )
    wishes_to_dispatch: int | None = _counted(
        DISPATCHERS, "待派的微心愿。Wishes to dispatch.", _dispatched(wishes.queue, states=[WishState.SUBMITTED])
    )
    joins_to_confirm: int | None = _counted(
        DISPATCHERS, "待确认的入户申请。Requests to belong to a household to confirm.", _dispatched(joins.to_confirm)
    )
    shops_to_approve: int | None = _counted(
        ADMINISTRATORS, "待审核的店铺。Shops that applied.", _queued(shops.to_manage, states=[ShopState.APPLIED])
    )
    shop_changes_to_approve: int | None = _counted(
        ADMINISTRATORS, "待审核的店铺资料变更。Changes of shops to approve.", _queued(change_requests.to_approve)
    )
    discounts_to_approve: int | None = _counted(
        ADMINISTRATORS, "待审核的优惠。Discounts to approve.", _queued(discounts.to_approve)
    )
    disputes_to_decide: int | None = _counted(
        ADMINISTRATORS, "待裁定的异议。Disputes to decide.", _queued(disputes.to_decide, states=None)
    )
    signals_to_judge: int | None = _counted(
        roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN),
        "待处理的异常提示。Signals to judge.",
        _queued(signals.to_judge, kinds=None, states=None),
    )
    nominations_to_consent: int | None = _counted(
        roles(Role.RESIDENT, Role.HOUSEHOLD_HEAD),
        "等我或我家同意的提名。Nominations of the viewer, the household or the building that wait for consent.",
        seasons.to_consent,
    )
    nominations_to_decide: int | None = _counted(
        roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN),
        "待列入或不列入的提名，与自己有关的除外。Nominations under review to decide on, but for one's own.",
        seasons.to_decide,
    )
    season_objections_to_answer: int | None = _counted(
        roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN),
        "待答复的评选异议，与自己有关的除外。Objections in seasons to answer, but for one's own.",
        seasons.to_answer,
    )
    statements_to_acknowledge: int | None = _counted(
        owners_or(Role.DISTRICT_ADMIN),
        "待确认的结算单：店主数本店的，区管理员数区里的。Statements to acknowledge: owners count their shops', "
        "administrators the district's.",
        acknowledging.waiting,
    )
