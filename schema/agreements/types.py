"""Agreements between a partner and an area."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import AgreementAction, AgreementState
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import At, Period, id_of
from schema.graph.pagination import Connection
from schema.graph.permissions import LONG_TEXT_COST, PUBLIC, REASON_COST, attribute, field, when
from schema.graph.refs import AreaRef, ShopRef
from services.agreements import agreements, facts
from services.people import areas
from services.shops import shops

FACTS_COST = 100  # units: two counts over a window

FOLLOWERS = when(
    "owners of the partner; community staff, administrators and auditors above the area",
    lambda viewer, one: agreements.may_follow(viewer, one.partner_id, one.area_path),
)


def _available_actions(self: Any, info: Info) -> list[AgreementAction]:
    return agreements.available_actions(info.context.viewer, self)


def _ended_reason(self: Any, info: Info) -> Any:
    return self.ended_reason or None


@strawberry.type(
    description="共建协议在一段时间内的实情，由记录数出，无人填报，也不打分；各项最多数到 10000。"
    "What was done under an agreement, counted from what there is; at most 10,000 each."
)
class AgreementFacts:
    redemptions: int = field(
        PUBLIC,
        "这一区域的联户长在该单位有效的核销次数，按营业日计，自签署之日起。Redemptions that stand, at the partner, by"
        " heads of the area, since the day of signing.",
    )
    wishes_helped: int = field(
        PUBLIC,
        "该单位参与帮忙办结的本区域心愿数，按办结时间计，自双方签署起。Wishes of the area that it helped to complete,"
        " since both had signed.",
    )


@strawberry.type(
    description="共建协议：共建单位与社区或街道签订，双方各由一个账号签署后生效。An agreement of a partner with a"
    " community or subdistrict, in force once an account of each side has signed."
)
class Agreement(Node):
    """In force, it is public: title, partner, area and days."""

    is_type_of = rows_of(agreements.Agreement)

    partner: ShopRef = to_one(shops.by_right, "partner_id", "共建单位。The partner.")
    area: AreaRef = to_one(areas.by_ids, "area_id", "社区或街道。The community or subdistrict.")
    title: str = field(PUBLIC, "名称。The title.")
    state: AgreementState = field(PUBLIC, "状态。The state.")
    signed_on: date | None = field(PUBLIC, "双方签妥的日期；未签妥为空。The day of the second signature.")
    until: date = field(PUBLIC, "到期日，当天仍有效。The last day on which it holds.")
    text: str | None = field(FOLLOWERS, "协议内容。What was agreed.", attribute("text"), cost=2 * LONG_TEXT_COST)
    revision: int | None = field(
        FOLLOWERS,
        "内容的版次，改一次加一；签署时照填，表示签的是看过的这一版。The number of its text, to be named when signing.",
        attribute("revision"),
    )
    drafted_at: datetime | None = field(FOLLOWERS, "起草时间。When it was drafted.", attribute("drafted_at"))
    area_signed_by_name: str | None = field(
        FOLLOWERS, "代表社区或街道签署的人；未签为空。Who signed for the area.", attribute("area_signed_by_name")
    )
    area_signed_at: datetime | None = field(
        FOLLOWERS, "社区或街道签署的时间；未签为空。When the area signed.", attribute("area_signed_at")
    )
    partner_signed_by_name: str | None = field(
        FOLLOWERS, "代表共建单位签署的人；未签为空。Who signed for the partner.", attribute("partner_signed_by_name")
    )
    partner_signed_at: datetime | None = field(
        FOLLOWERS, "共建单位签署的时间；未签为空。When the partner signed.", attribute("partner_signed_at")
    )
    ended_at: datetime | None = field(
        FOLLOWERS, "终止的时间；没有终止、或刚到期为空。When it was ended.", attribute("ended_at")
    )
    ended_reason: str | None = field(FOLLOWERS, "终止的原因。Why it ended.", _ended_reason, cost=REASON_COST)
    facts: AgreementFacts | None = to_one(
        facts.of_agreements,
        "id",
        "一段时间内的实情；未签妥为空。What was done under it in a window; null before both have signed.",
        FOLLOWERS,
        filters={"period": Period, "at": At},
        cost=FACTS_COST,
    )
    available_actions: list[AgreementAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Agreement", agreements.by_ids)

Concerned = Annotated[
    strawberry.ID | None,
    id_of(
        "Area",
        "与这一区域有关的：它自己的、它之内的和它之上的；不填为不限。Those that concern the area: its own, of the areas"
        " in it and above it.",
    ),
]
Partner = Annotated[strawberry.ID | None, id_of("Shop", "只要这家共建单位的。Only the agreements of this partner.")]
InStates = Annotated[
    list[AgreementState] | None, strawberry.argument(description="只要这些状态的。Only agreements in these states.")
]


@strawberry.type
class AgreementQuery:
    agreements: Connection[Agreement] | None = paged(
        agreements.listed,
        "共建协议，由新到旧，无需登录；未生效的只有双方和上级可见。Agreements, newest first; those not in force only to"
        " their sides and those above.",
        filters={"area_id": Concerned, "partner_id": Partner, "states": InStates},
    )
