"""Shops."""

from typing import Annotated, Any

import strawberry

from models.enums import DisputeState, Role, ShopAction, ShopCategory, ShopKind, ShopState
from schema.graph.batching import paged, to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import AreaId, BusinessDay, Month, id_of
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, REASON_COST, attribute, field, roles, when
from schema.graph.refs import (
    AreaRef,
    DiscountRef,
    DisputeRef,
    RedemptionRef,
    ShopAlertRef,
    ShopApplicantRef,
    ShopChangeRef,
    ShopDayRef,
    ShopInvitationRef,
    ShopStaffRef,
    StatementMonthRef,
    StatementRef,
    WebhookEndpointRef,
)
from schema.graph.scalars import Fen
from services.discounts import discounts
from services.people import areas
from services.settlement import days, months, statements
from services.shops import change_requests, invitations, shops
from services.shops import staff as shop_staff
from services.shops.shops import partners, to_manage, with_discounts
from services.shops.thanked import thanked
from services.signals import alerts as shop_alerts
from services.till import disputes, redemptions
from services.webhooks import endpoints as webhooks

SUMS_COST = 30  # units: sums over a day or a month

DisputesInStates = Annotated[
    list[DisputeState] | None,
    strawberry.argument(description="只要这些状态的；不填为全部。In these states; without it, in every state."),
]

SHOP_MANAGERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)

SHOP_RUNNERS = when(
    "owners of the shop, administrators and auditors above",
    lambda viewer, shop: discounts.may_run_shop(viewer, shop.id, shop.area_path),
)
TILL_READERS = when(
    "staff of the shop, administrators and auditors above",
    lambda viewer, shop: shops.may_read_till(viewer, shop.id, shop.area_path),
)
ALERT_READERS = when(
    "owners of the shop, community staff, administrators and auditors above",
    lambda viewer, shop: shop_alerts.may_read_alerts(viewer, shop.id, shop.area_path),
)
SHOP_FOLLOWERS = when(
    "those who run the shop, who applied, who entered it",
    lambda viewer, shop: shops.may_follow_shop(viewer, shop.id, shop.area_path, shop.parties),
)
CEILING_READERS = when(
    "those who run the shop; before that, who applied and who entered it",
    lambda viewer, shop: shops.may_read_ceiling(
        viewer, shop.id, shop.area_path, shop.parties, applied=shop.state == ShopState.APPLIED
    ),
)


def _available_actions(self: Any, info: Info) -> Any:
    return shops.available_actions(info.context.viewer, self)


def _state_reason(self: Any, info: Info) -> Any:
    return self.state_reason or None


@strawberry.type(description="红城星店，或共建单位（kind）。A shop, or a partner.")
class Shop(Node):
    """Coordinates are GCJ-02."""

    is_type_of = rows_of(shops.Shop)

    kind: ShopKind = field(PUBLIC, "种类：星店或共建单位。Whether it is a shop or a partner.")
    name: str = field(PUBLIC, "店名。The name.")
    category: ShopCategory = field(PUBLIC, "类别。What it sells.")
    address: str = field(PUBLIC, "地址。The address.")
    latitude: float = field(PUBLIC, "纬度，GCJ-02。Degrees north, GCJ-02.")
    longitude: float = field(PUBLIC, "经度，GCJ-02。Degrees east, GCJ-02.")
    opening_hours: str | None = field(PUBLIC, "营业时间。When it is open.", lambda self: self.opening_hours or None)
    state: ShopState = field(PUBLIC, "状态。Whether it takes part.")
    distance_metres: int | None = field(
        PUBLIC, "距离，米；未按坐标查找时为空。The distance in metres; null unless asked for by a place."
    )
    area: AreaRef = to_one(areas.by_ids, "area_id", "所在区域。The area it lies in.")
    discounts: Connection[DiscountRef] = to_page(
        discounts.of_shops,
        "进行中的优惠；本店和管理人员可见全部。The live discounts; all of them to those who run the shop.",
    )
    monthly_ceiling_fen: Fen | None = field(
        CEILING_READERS,
        "每月让利上限，分；空为不限。What it gives away in a month at most, in fen; null for no limit.",
        attribute("monthly_ceiling_fen"),
    )
    ceiling_left_fen: Fen | None = to_one(
        shops.ceilings_left, "id", "本月剩余让利额度，分。What is left of it this month, in fen.", SHOP_RUNNERS
    )
    thanks_listed: bool | None = field(
        SHOP_RUNNERS,
        "是否列入公开的鸣谢名单。Whether the public list of thanks names it.",
        attribute("thanks_listed"),
    )
    promised: int | None = field(
        SHOP_RUNNERS,
        "已许诺、尚未使用的专享份数，含预留的；不为 0 时不能退出。How many uses of what it has on offer are promised to"
        " heads, or reserved, and not used yet; until there are none it does not leave.",
        attribute("promised"),
    )
    state_reason: str | None = field(
        SHOP_FOLLOWERS,
        "未通过、暂停或退出的原因。Why it was rejected or suspended, or left.",
        _state_reason,
        cost=REASON_COST,
    )
    applicant: ShopApplicantRef | None = to_one(
        shop_staff.applicants,
        "id",
        "申请人，批准后成为店主；录入时指定的在登录后。Who applied, or is named; owns it once approved and signed in.",
        SHOP_FOLLOWERS,
    )
    staff: Connection[ShopStaffRef] | None = to_page(
        shop_staff.of_shops, "店主和店员，先来的在前。Its staff, in the order of joining.", SHOP_RUNNERS
    )
    invitations: Connection[ShopInvitationRef] | None = to_page(
        invitations.of_shops, "待接受的店员邀请，先发的在前。Who is invited to work there, oldest first.", SHOP_RUNNERS
    )
    pending_change: ShopChangeRef | None = to_one(
        change_requests.pending_of, "id", "待审核的资料变更；没有为空。The change waiting for approval.", SHOP_RUNNERS
    )
    changes: Connection[ShopChangeRef] | None = to_page(
        change_requests.of_shops, "资料变更申请，由新到旧。Changes that were asked for, newest first.", SHOP_RUNNERS
    )
    alerts: Connection[ShopAlertRef] | None = to_page(
        shop_alerts.of_shops, "短码提醒，由新到旧。When many typed codes were wrong, newest first.", ALERT_READERS
    )
    statements: Connection[StatementRef] | None = to_page(
        statements.of_shops, "结算单，由新到旧。Its statements, newest day first.", SHOP_RUNNERS
    )
    day: ShopDayRef | None = to_one(
        days.of_shops,
        "id",
        "某天的核销汇总，以 02:00 为界；店员可见。Its totals of a day, for its staff.",
        TILL_READERS,
        filters={"day": BusinessDay},
        cost=SUMS_COST,
    )
    month: StatementMonthRef | None = to_one(
        months.of_shops,
        "id",
        "一个月的结算汇总；店主可见。What its closed days of a month add up to, for its owners.",
        SHOP_RUNNERS,
        filters={"month": Month},
        cost=SUMS_COST,
    )
    redemptions: Connection[RedemptionRef] | None = to_page(
        redemptions.of_shops,
        "核销，由新到旧，含已撤销；店员可见。Its redemptions, newest first, revoked ones too, for its staff.",
        TILL_READERS,
    )
    disputes: Connection[DisputeRef] | None = to_page(
        disputes.of_shops,
        "对其核销的异议，由新到旧；店员可见。Disputes about its redemptions, newest first, for its staff.",
        TILL_READERS,
        filters={"states": DisputesInStates},
    )
    webhooks: Connection[WebhookEndpointRef] | None = to_page(
        webhooks.of_shops, "推送地址，由新到旧。Its webhook endpoints, newest first.", SHOP_RUNNERS
    )
    available_actions: list[ShopAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Shop", shops.by_ids)

Category = Annotated[ShopCategory | None, strawberry.argument(description="只要这一类。Only shops of this category.")]
Latitude = Annotated[
    float | None, strawberry.argument(description="所在纬度，GCJ-02，与经度同时给。Degrees north; with longitude.")
]
Longitude = Annotated[
    float | None, strawberry.argument(description="所在经度，GCJ-02，与纬度同时给。Degrees east; with latitude.")
]

Usable = Annotated[
    bool | None,
    strawberry.argument(
        description="只要当前联户长此刻能领能用的（至少一个优惠的 obstacle 为空）；其他人不受影响。Only shops with a"
        " discount whose obstacle is null for the viewer's head; changes nothing for who is no head."
    ),
]

Kind = Annotated[
    ShopKind | None,
    strawberry.argument(
        description="只要星店，或只要共建单位；不填为都要。Only shops, or only partners; without it, both."
    ),
]
InArea = Annotated[
    strawberry.ID | None,
    id_of("Area", "只要这一区域内的；不填为全区。Only those in this area; the district without it."),
]
ThankedIn = Annotated[
    strawberry.ID | None, id_of("Area", "区域；不填为全区。The area; without it, the whole district.")
]
ShopStates = Annotated[
    list[ShopState] | None, strawberry.argument(description="只要这些状态的。Only shops in these states.")
]

ShopName = Annotated[
    str | None, strawberry.argument(description="店名的开头，最多 64 字。How the name begins, at most 64 characters.")
]


@strawberry.type
class ShopQuery:
    shops: Connection[Shop] = paged(
        with_discounts,
        "有进行中优惠的店铺，无需登录；有坐标则由近及远。Shops with live discounts, nearest first if a place is given.",
        filters={"category": Category, "latitude": Latitude, "longitude": Longitude, "usable": Usable, "kind": Kind},
    )
    partners: Connection[Shop] | None = paged(
        partners,
        "参加共建的单位，没有优惠的也在内，无需登录。The partners that take part, also those that offer nothing.",
        filters={"area_id": InArea, "name": ShopName},
    )
    shops_thanked: Connection[Shop] | None = paged(
        thanked,
        "鸣谢名单：当月有过核销的合作店铺，按店名，无需登录；区域不存在为空。The list of thanks: active shops with a"
        " redemption in the month, by name.",
        filters={"area_id": ThankedIn, "month": Month},
    )
    shops_to_manage: Connection[Shop] | None = paged(
        to_manage,
        "管理范围内的店铺，含申请中的，由新到旧。The shops in the viewer's reach, applications too, newest first.",
        SHOP_MANAGERS,
        filters={"area_id": AreaId, "states": ShopStates, "name": ShopName, "kind": Kind},
    )
