"""Passes, which a head shows at the till."""

import asyncio
import base64
from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import PassAction, PassState, Role
from schema.graph.batching import to_one
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, parse, rows_of
from schema.graph.permissions import PUBLIC, field, mutation, roles, when
from schema.graph.refs import DiscountRef, RedemptionRef, ShopRef
from services.discounts import discounts
from services.kit import clock
from services.kit.errors import ErrorCode
from services.shops import shops
from services.till import codes, passes, redemptions

OWN_HEAD = when("the head whose pass it is", lambda viewer, one: viewer.head_id == one.head_id)
HEADS = roles(Role.HOUSEHOLD_HEAD)


def _code(self: Any, info: Info) -> Any:
    return self.code()


async def _qr_svg(self: Any, info: Info) -> Any:
    return await asyncio.to_thread(self.qr_svg)  # a few milliseconds each, during which tills are answered


def _short_code(self: Any, info: Info) -> Any:
    return self.short_code()


def _secret(self: Any, info: Info) -> str | None:
    secret = self.secret()
    return base64.urlsafe_b64encode(secret).decode().rstrip("=") if secret else None


def _available_actions(self: Any) -> list[PassAction]:
    return passes.available_actions(self)


def server_time(self: Any) -> datetime:
    """Return the server's time, for a device to count from."""
    return clock.now()


QR_COST = 1_200  # units: an SVG takes some 6 ms to draw


@strawberry.type(description="此刻不能领取或使用的原因。Why a head could not take or use something now.")
class Obstacle:
    """At the till the personal ones are all NOT_ELIGIBLE."""

    code: ErrorCode = field(PUBLIC, "原因代码，供程序判断。For the program.")
    message: str = field(PUBLIC, "中文说明，可直接显示。A sentence in Chinese, fit to show.")
    retry_at: datetime | None = field(
        PUBLIC, "何时起不再受此限制；与时间无关的为空。From when on it no longer bars, if time helps."
    )


@strawberry.type(description="优惠码：出示一次，核销一次。A pass, good for one redemption; its codes rotate.")
class Pass(Node):
    """The phone computes its codes without a network, counting from `serverTime`."""

    is_type_of = rows_of(passes.Pass)

    state: PassState = field(PUBLIC, "状态。The state.")
    code: str | None = field(
        OWN_HEAD, "当前二维码内容；失效后为空。The text of the QR code now; null once it is not live.", _code
    )
    qr_svg: str | None = field(
        OWN_HEAD,
        "当前这一步的二维码图片，SVG 文档，过了这一步须重新读取；失效后为空。The QR code of the current step, as an SVG"
        " document: read it anew for the next step; null once it is not live.",
        _qr_svg,
        cost=QR_COST,
    )
    short_code: str | None = field(
        OWN_HEAD,
        "当前十一位短码；失效后、输错五次后、店铺短码已用完时为空，请扫码。The short code now; null once not live, when"
        " missed five times, and where the shop had none left: then the QR code is scanned.",
        _short_code,
    )
    secret: str | None = field(
        OWN_HEAD,
        "密钥，base64url，32 字节；失效后为空。The secret, 32 bytes in base64url; null once it is not live.",
        _secret,
    )
    algorithm: str = field(
        PUBLIC,
        "动态码算法，见 docs/merchant.zh-CN.md。How the codes are computed: docs/merchant.md says it.",
        lambda: codes.ALGORITHM,
    )
    step_seconds: int = field(PUBLIC, "动态码步长，秒。How long a code stays.", lambda: codes.STEP_SECONDS)
    server_time: datetime = field(
        PUBLIC, "服务器时间，据此计步。The server's time, to count the steps from.", server_time
    )
    issued_at: datetime = field(PUBLIC, "领取时间。When it was issued.")
    expires_at: datetime = field(PUBLIC, "有效期至。When it runs out.")
    discount: DiscountRef = to_one(discounts.by_ids, "discount_id", "优惠。The discount it is for.")
    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop it is good at.")
    redemption: RedemptionRef | None = to_one(
        redemptions.of_passes, "id", "用它核销的一笔；未用为空。The redemption it was spent on; null before."
    )
    obstacle: Obstacle | None = to_one(
        passes.obstacles,
        "id",
        "此刻不能使用的个人原因，收银台不可见。Why the head could not use it now; null when nothing bars it.",
        OWN_HEAD,
    )
    available_actions: list[PassAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Pass", passes.by_ids)


@strawberry.type(description="领取或取消优惠码的结果。The result of issuing or cancelling a pass.")
class PassPayload(Payload):
    subject = "issued"
    issued: Pass | None = field(PUBLIC, "优惠码；未完成时为空。The pass; null when refused.", name="pass")


@strawberry.input(description="领取优惠码。Which discount a pass is wanted for.")
class PassIssueInput:
    discount_id: strawberry.ID = strawberry.field(description="优惠编号。The discount.")
    request_no: str = strawberry.field(
        description="客户端自编的请求编号，最多 64 个字符，重发时不变。"
        "The client's own number, the same when sent again."
    )


@strawberry.input(description="取消优惠码。The pass to cancel.")
class PassCancelInput:
    pass_id: strawberry.ID = strawberry.field(description="优惠码编号。The pass.")


_input = strawberry.argument(description="输入。The input.")


@strawberry.type
class PassMutation:
    @mutation(HEADS, "领取优惠码；已有有效的则返回它。Get a pass; the live one if there is one.", PassPayload)
    async def pass_issue(self, info: Info, input: Annotated[PassIssueInput, _input]) -> Any:
        discount_id = parse(input.discount_id, "Discount", "discountId")
        return await passes.issue(info.context.viewer, discount_id, input.request_no)

    @mutation(
        HEADS, "取消优惠码；收银台尚未确认的一并取消。Cancel a pass, and what a till has prepared with it.", PassPayload
    )
    async def pass_cancel(self, info: Info, input: Annotated[PassCancelInput, _input]) -> Any:
        return await passes.cancel(info.context.viewer, parse(input.pass_id, "Pass", "passId"))
