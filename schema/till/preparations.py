"""What a till prepares: the promise, and the mutation that makes it."""

from datetime import datetime
from typing import Annotated, Any, Self

import strawberry

from models.enums import PreparationAction
from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.errors import Payload, user_errors
from schema.graph.ids import rows_of
from schema.graph.permissions import PUBLIC, field, mutation
from schema.graph.readers import CASHIERS
from schema.graph.refs import DiscountRef, ShopRef
from schema.graph.scalars import Fen
from schema.till.passes import server_time
from schema.till.redemptions import Redemption
from services.discounts import discounts
from services.kit.errors import Refusal
from services.shops import shops
from services.till import preparations


def _available_actions(self: Any, info: Info) -> list[PreparationAction]:
    return preparations.available_actions(info.context.viewer, self)


@strawberry.type(
    description="预核销：为收银台保留 120 秒，尚未用掉。A promise to a till for 120 s; nothing is consumed yet."
)
class Preparation:
    """What the cashier sees: the benefit and a masked name."""

    is_type_of = rows_of(preparations.Preparation)

    token: str = field(PUBLIC, "确认时用的凭据。What to confirm it with.")
    head_name: str = field(PUBLIC, "联户长姓氏，如“王**”。The head's masked name.")
    discount: DiscountRef = to_one(discounts.by_ids, "discount_id", "优惠。The discount.")
    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    bill_fen: Fen = field(PUBLIC, "原价，分。The bill, in fen.")
    payable_fen: Fen = field(PUBLIC, "应付，分。What is to be paid, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠金额，分。What is saved, in fen.")
    cost_points: int = field(PUBLIC, "所用积分。What it costs in points.")
    expires_at: datetime = field(PUBLIC, "须在此之前确认。Until when it can be confirmed.")
    server_time: datetime = field(
        PUBLIC,
        "服务器时间，倒计时以此为准，不看收银台自己的钟。The server's time, by which a till counts down.",
        server_time,
    )
    available_actions: list[PreparationAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


@strawberry.type(description="预核销的结果。The result of preparing.")
class RedemptionPreparePayload(Payload):
    subject = "preparation"
    preparation: Preparation | None = field(PUBLIC, "预核销；未完成时为空。The preparation; null when refused.")
    redemption: Redemption | None = field(
        PUBLIC,
        "这张码刚刚在本店完成的核销；仅随 JUST_REDEEMED 给出。The redemption of that pass; with JUST_REDEEMED alone.",
    )

    @classmethod
    def done(cls, result: Any) -> Self:
        return cls(preparation=result, redemption=None, errors=[])

    @classmethod
    def refused(cls, refusal: Refusal) -> Self:
        """Return the payload of a refusal; of JUST_REDEEMED, with that redemption."""
        redemption: Any = refusal.redemption if isinstance(refusal, preparations.JustRedeemed) else None
        return cls(preparation=None, redemption=redemption, errors=user_errors(refusal))


@strawberry.input(description="预核销。What was scanned or typed, and the bill.")
class RedemptionPrepareInput:
    code: str = strawberry.field(description="二维码内容或十一位短码。The QR code's text, or the short code.")
    bill_fen: Fen = strawberry.field(
        description="消费金额（原价），分，0 到 10000000；只有不设最低消费的赠品可以是 0。The bill, in fen, at most"
        " 100 000 yuan; 0 for a gift without minimum spend alone."
    )


_input = strawberry.argument(description="输入。The input.")


@strawberry.type
class PreparationMutation:
    @mutation(
        CASHIERS,
        "预核销：扫码或输码，填金额，保留 120 秒。Prepare: a code and a bill become a promise of 120 s.",
        RedemptionPreparePayload,
    )
    async def redemption_prepare(self, info: Info, input: Annotated[RedemptionPrepareInput, _input]) -> Any:
        return await preparations.prepare(info.context.viewer, input.code, input.bill_fen, info.context.address)
