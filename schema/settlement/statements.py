"""Statements between a shop and the district, and their acknowledgements."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import Role, StatementAction, StatementFormat, StatementRowKind, StatementSide
from schema.graph import ids
from schema.graph.batching import paged, to_one, to_page
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import AreaId, Month, given
from schema.graph.pagination import Connection
from schema.graph.permissions import HASH_COST, PUBLIC, field, mutation, owners_or, roles
from schema.graph.refs import RedemptionRef, ShopRef
from schema.graph.scalars import Fen, Points, YearMonth
from services.kit.ids import Piece
from services.settlement import acknowledging, statements
from services.settlement import files as statement_files
from services.settlement import months as statement_months
from services.shops import shops
from services.till import redemptions

READERS = owners_or(Role.DISTRICT_ADMIN, Role.AUDITOR)
OVERSEERS = roles(Role.DISTRICT_ADMIN, Role.AUDITOR)
SIDES = owners_or(Role.DISTRICT_ADMIN)


@strawberry.type(description="结算单的一行。What one row of a statement settles; a correction in negative amounts.")
class StatementRow:
    is_type_of = rows_of(statements.StatementRow)

    place: int = field(PUBLIC, "序号，从 1 起。Its place, from 1.")
    kind: StatementRowKind = field(PUBLIC, "类别。What it settles.")
    redemption: RedemptionRef = to_one(redemptions.by_ids, "redemption_id", "核销。The redemption.")
    happened_at: datetime = field(
        PUBLIC, "核销或裁定的时间。When it was confirmed; of a correction, when the dispute was decided."
    )
    bill_fen: Fen = field(PUBLIC, "原价，分。The bill, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠金额，分。What was saved, in fen.")
    payable_fen: Fen = field(PUBLIC, "实付，分。What was paid, in fen.")
    points: int = field(PUBLIC, "所用积分。What it cost in points.")
    request_no: str | None = field(
        PUBLIC, "确认核销时的请求编号，供与收银系统核对。The number under which the till confirmed it."
    )


def _acknowledgeable_as(self: Any, info: Info) -> list[StatementSide]:
    return acknowledging.acknowledgeable_as(info.context.viewer, self)


def _available_actions(self: Any, info: Info) -> list[StatementAction]:
    return acknowledging.available_actions(info.context.viewer, self)


@strawberry.type(description="结算单：店铺已关账的一天。A shop's closed day, for both sides to acknowledge.")
class Statement(Node):
    is_type_of = rows_of(statements.Statement)

    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    day: date = field(PUBLIC, "结算日，以 02:00 为界。The day, from 02:00 to 02:00.", name="date")
    redemptions: int = field(PUBLIC, "核销笔数。How many redemptions it settles.")
    corrections: int = field(PUBLIC, "更正笔数。How many corrections it settles.")
    revoked: int = field(PUBLIC, "当天撤销、不结算的笔数。How many of the day were revoked and are not settled.")
    bill_fen: Fen = field(PUBLIC, "原价合计，分。The bills, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠合计，分。What was saved, in fen.")
    payable_fen: Fen = field(PUBLIC, "实付合计，分。What was paid, in fen.")
    points: Points = field(PUBLIC, "积分合计。What it cost in points.")
    rows: Connection[StatementRow] = to_page(
        statements.rows_of, "各行，按序号；更正在后。The rows in their places, corrections last."
    )
    sha256: str = field(
        PUBLIC,
        "指纹：规范格式的 SHA-256，十六进制；确认时写明。The SHA-256 of its canonical form, in hexadecimal.",
        lambda self: self.sha256.hex(),
        cost=HASH_COST,
    )
    previous_sha256: str | None = field(
        PUBLIC,
        "上一张结算单的指纹；第一张为空。The hash of the shop's statement before; null for the first.",
        lambda self: self.previous_sha256.hex() if self.previous_sha256 else None,
        cost=HASH_COST,
    )
    closed_at: datetime = field(PUBLIC, "关账时间。When it was closed.")
    shop_acknowledged_at: datetime | None = field(PUBLIC, "店铺确认时间。When the shop acknowledged it.")
    district_acknowledged_at: datetime | None = field(PUBLIC, "区里确认时间。When the district acknowledged it.")
    acknowledgeable_as: list[StatementSide] = field(
        PUBLIC,
        "当前用户现在可以代表哪一方确认。For which side the viewer may acknowledge it now; empty for none.",
        _acknowledgeable_as,
    )
    available_actions: list[StatementAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Statement", statements.by_ids)


@strawberry.type(description="店铺一个月的结算汇总，由每日结算单相加。What a shop's closed days of a month add up to.")
class StatementMonth(Node):
    is_type_of = rows_of(statement_months.StatementMonth)

    shop: ShopRef = to_one(shops.by_ids, "shop_id", "店铺。The shop.")
    month: YearMonth = field(PUBLIC, "月份。The month.")
    days: int = field(PUBLIC, "有结算单的天数。How many days have a statement.")
    acknowledged: int = field(PUBLIC, "其中双方都已确认的天数。Of them, how many both sides acknowledged.")
    redemptions: int = field(PUBLIC, "核销笔数。How many redemptions.")
    corrections: int = field(PUBLIC, "更正笔数。How many corrections.")
    revoked: int = field(
        PUBLIC,
        "有结算单的日子里，撤销、不结算的笔数。How many were revoked and "
        "are not settled, on the days with a statement.",
    )
    bill_fen: Fen = field(PUBLIC, "原价合计，分。The bills, in fen.")
    saved_fen: Fen = field(PUBLIC, "优惠合计，分。What was saved, in fen.")
    payable_fen: Fen = field(PUBLIC, "实付合计，分。What was paid, in fen.")
    points: Points = field(PUBLIC, "积分合计。What it cost in points.")
    complete: bool = field(
        PUBLIC, "是否已全部关账，不会再增加。Whether all its days are closed, and nothing is added any more."
    )


node_type("StatementMonth", statement_months.by_ids, Piece.parse)


@strawberry.type(description="结算单文件。A file of statements.")
class StatementFile:
    is_type_of = rows_of(statement_files.StatementFile)

    name: str = field(PUBLIC, "文件名。The file's name.")
    media_type: str = field(PUBLIC, "媒体类型。The media type.")
    content_base64: str = field(PUBLIC, "内容，base64。The content, in base64.")


ShopId = Annotated[strawberry.ID, strawberry.argument(description="店铺编号。The shop.")]
ADay = Annotated[date | None, strawberry.argument(description="只要这一天。Of this day only.", name="date")]
AMonth = Annotated[YearMonth | None, strawberry.argument(description="只要这个月。Of this month only.")]
WaitingFor = Annotated[
    StatementSide | None,
    strawberry.argument(description="只要这一方还没确认的。Only those that this side has not acknowledged."),
]
AFormat = Annotated[StatementFormat, strawberry.argument(description="格式。The format.", name="format")]


async def _month(
    self: Any,
    info: Info,
    shop_id: ShopId,
    month: Month = None,
) -> Any:
    key = ids.find(shop_id, "Shop")
    return await statement_months.find(info.context.viewer, key, month) if key else None


async def _file(
    self: Any, info: Info, shop_id: ShopId, file_format: AFormat, day: ADay = None, month: AMonth = None
) -> Any:
    key = ids.find(shop_id, "Shop")
    return await statement_files.requested(info.context.viewer, key, day, month, file_format) if key else None


@strawberry.type
class StatementQuery:
    statements: Connection[Statement] | None = paged(
        statements.overseen,
        "管理范围内各店的结算单，由新到旧；可按区域、日期、月份和待确认的一方筛选。"
        "The statements of the shops in reach, newest day first.",
        OVERSEERS,
        filters={"area_id": AreaId, "day": ADay, "month": AMonth, "waiting_for": WaitingFor},
    )
    statement_month: StatementMonth | None = field(
        READERS, "店铺一个月的结算汇总；不可见为空。What a shop's closed days of a month add up to.", _month
    )
    statement_file: StatementFile | None = field(
        READERS,
        "店铺一天或一个月的结算单文件；不可见为空。The statements of a day or a month as a file.",
        _file,
        cost=84_000,  # 2,500 rows as a workbook
    )


@strawberry.input(description="确认结算单。To acknowledge a statement.")
class StatementAcknowledgeInput:
    statement_id: strawberry.ID = given("结算单编号。The statement.")
    sha256: str = given("所核对的结算单的指纹。The hash of the statement that was seen.")


@strawberry.type(description="确认结算单的结果。The result of an acknowledgement.")
class StatementPayload(Payload):
    subject = "statement"
    statement: Statement | None = field(PUBLIC, "结算单；未完成为空。The statement; null when refused.")


@strawberry.type
class StatementMutation:
    @mutation(
        SIDES,
        "确认结算单：店主代表店铺，区管理员代表区里；当天起在本店工作过的人不能代表区里。Acknowledge a statement:"
        " its owners for the shop, administrators above for the district.",
        StatementPayload,
    )
    async def statement_acknowledge(
        self,
        info: Info,
        input: Annotated[StatementAcknowledgeInput, strawberry.argument(description="输入。The input.")],
    ) -> Any:
        return await acknowledging.acknowledge(
            info.context.viewer, ids.parse(input.statement_id, "Statement", "statementId"), input.sha256
        )
