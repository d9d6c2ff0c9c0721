"""Signals: unusual activity, for a human to judge."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from models.enums import Role, SignalAction, SignalJudgement, SignalKind, SignalState
from schema.graph import ids
from schema.graph.batching import paged, to_list, to_one
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, parse, rows_of
from schema.graph.inputs import AreaId, given
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, attribute, field, mutation, roles
from schema.graph.refs import HouseholdHeadRef, HouseholdRef, RedemptionRef, ShopRef, WishRef
from services.kit.viewer import Viewer
from services.people import heads, households
from services.shops import shops
from services.signals import evidence, signals
from services.signals import words as signal_words

READERS = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
JUDGES = roles(Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)


def _explanation(self: Any, info: Info) -> str:
    return str(self.figures.explanation())


def _figures(self: Any, info: Info) -> Any:
    return self.figures.figures()


async def _evidence(viewer: Viewer, signal_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """Return what is visible of each signal's evidence; none for a kind that has none."""
    found = await evidence.of_signals(viewer, signal_ids)
    seen = await ids.nodes(viewer, list({source for sources in found.values() for source in sources}))
    return {key: [seen[source] for source in sources if source in seen] for key, sources in found.items()}


def _available_actions(self: Any, info: Info) -> list[SignalAction]:
    return signals.available_actions(info.context.viewer, self)


@strawberry.type(description="提示的一项数据。One figure of a signal.")
class SignalFigure:
    """A figure and the threshold that it exceeded."""

    is_type_of = rows_of(signal_words.Figure)

    name: str = field(PUBLIC, "名称。What it is.")
    value: str = field(PUBLIC, "数值，可直接显示。Its value, fit to show.")
    threshold: str | None = field(
        PUBLIC, "当时的提示线；不与提示线相比的为空。The threshold it was held against; null where there is none."
    )


SignalEvidence = Annotated[
    RedemptionRef | WishRef,
    strawberry.union("SignalEvidence", description="提示所依据的核销或微心愿。A redemption or a wish behind a signal."),
]


@strawberry.type(
    description="异常提示，供人研判，本身没有任何后果。Something unusual, for a human to judge; it has no effect."
)
class Signal(Node):
    is_type_of = rows_of(signals.Signal)

    kind: SignalKind = field(PUBLIC, "类别。What looked unusual.")
    day: date = field(PUBLIC, "所属日期，店铺结算日。The day it is about, from 02:00 to 02:00.")
    explanation: str = field(
        PUBLIC, "一句话说明，含数据和提示线。What was seen and where the threshold lay, in a sentence.", _explanation
    )
    figures: list[SignalFigure] = field(PUBLIC, "逐项数据。The figures one by one.", _figures, rows=10)
    shop: ShopRef | None = to_one(shops.by_ids, "shop_id", "所涉店铺；不涉及为空。The shop it is about; null if none.")
    other_shop: ShopRef | None = to_one(
        shops.by_ids, "other_shop_id", "相距很远时的另一家店；其余为空。The second shop, of two that are far apart."
    )
    head: HouseholdHeadRef | None = to_one(
        heads.by_ids, "head_id", "所涉联户长；不涉及或不可见为空。The head it is about; null if none or not visible."
    )
    household: HouseholdRef | None = to_one(
        households.by_ids, "household_id", "所涉住户；不涉及或不可见为空。The household it is about, likewise."
    )
    evidence: list[SignalEvidence] = to_list(
        _evidence,
        "由哪些核销或心愿得出，由先到后，最多 100 条，仅可见的；营业时间外、短码和同一设备三类没有。The redemptions or"
        " wishes that it was raised from, oldest first, at most 100, those visible; of hours, codes and devices none.",
        rows=evidence.MAX_EVIDENCE,
    )
    raised_at: datetime = field(PUBLIC, "提示时间。When it was raised.")
    state: SignalState = field(PUBLIC, "状态。What a human made of it.")
    judged_at: datetime | None = field(PUBLIC, "研判时间；待研判为空。When it was judged; null before.")
    judged_by: str | None = field(PUBLIC, "研判人。The name of who judged it.", attribute("judged_by_name"))
    judgement: str | None = field(PUBLIC, "研判意见。What was found.")
    available_actions: list[SignalAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Signal", signals.by_ids)

Kinds = Annotated[list[SignalKind] | None, strawberry.argument(description="只要这些类别的。Only of these kinds.")]
SignalStates = Annotated[
    list[SignalState] | None,
    strawberry.argument(description="只要这些状态的；不填为待研判的。In these states; without it, those open."),
]


@strawberry.type
class SignalQuery:
    signals: Connection[Signal] | None = paged(
        signals.to_judge,
        "管理范围内的异常提示，由新到旧；社区工作者只见短码一类。The signals in the viewer's reach, newest first; for"
        " community staff those about wrong codes alone.",
        READERS,
        filters={"area_id": AreaId, "kinds": Kinds, "states": SignalStates},
    )


@strawberry.input(description="研判提示。To judge a signal.")
class SignalJudgeInput:
    signal_id: strawberry.ID = given("提示编号。The signal.")
    state: SignalJudgement = given("结果。The outcome.")
    judgement: str = given("研判意见，最多 200 字。What was found, at most 200 characters.")


@strawberry.type(description="研判的结果。The result of a judgement.")
class SignalJudgePayload(Payload):
    subject = "signal"
    signal: Signal | None = field(PUBLIC, "研判后的提示；未完成时为空。The signal afterwards; null when refused.")


@strawberry.type
class SignalMutation:
    @mutation(
        JUDGES,
        "研判提示：只作记录，不影响积分、店铺或联户长。Judge a signal: it is noted, and changes nothing else.",
        SignalJudgePayload,
    )
    async def signal_judge(
        self, info: Info, input: Annotated[SignalJudgeInput, strawberry.argument(description="输入。The input.")]
    ) -> Any:
        signal_id = parse(input.signal_id, "Signal", "signalId")
        return await signals.judge(info.context.viewer, signal_id, input.state, input.judgement)
