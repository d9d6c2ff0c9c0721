"""Service records, and the check of a code."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import RecordStanding, Role, WishCategory
from schema.graph.context import Info
from schema.graph.ids import rows_of
from schema.graph.permissions import PUBLIC, field, roles
from services.reports import records

HEADS = roles(Role.HOUSEHOLD_HEAD)
RECORD_COST = 500  # units: what a head did in five years
CODE_COST = 20  # its text
CHECK_COST = 20_000  # so that one address checks some three hundred a minute


@strawberry.type(description="一类的件数。The deeds of one category.")
class CategoryDeeds:
    is_type_of = rows_of(records.CategoryDeeds)

    category: WishCategory = field(PUBLIC, "类别。The category.")
    deeds: int = field(PUBLIC, "件数。How many.")


@strawberry.type(
    description="服务证明：联户长一段时间里办成、并由住户或回访评过的心愿，没有时长。"
    "A service record: what a head did in a span of days, as households rated it. It knows no hours."
)
class ServiceRecord:
    is_type_of = rows_of(records.ServiceRecord)

    head_name: str = field(PUBLIC, "联户长姓名。The head's name.", lambda self: self.paper.name)
    begins: date = field(PUBLIC, "从哪天起（含）。The first day.", lambda self: self.paper.since, name="from")
    until: date = field(PUBLIC, "到哪天止（含）。The last day.", lambda self: self.paper.until)
    issued_at: datetime = field(
        PUBLIC,
        "开具时间，各数截至此刻。When it was issued; the figures are as of then.",
        lambda self: self.paper.issued_at,
    )
    deeds: int = field(
        PUBLIC,
        "件数：住户或回访评 3 星及以上的心愿；为自家办的不算。Wishes rated 3 stars or more by a household, or by"
        " call-back; none of the own household.",
        lambda self: self.paper.deeds,
    )
    households: int = field(PUBLIC, "其中的户数。How many households they were of.", lambda self: self.paper.households)
    by_category: list[CategoryDeeds] = field(
        PUBLIC, "按类别，没有的不列。By category; not those without.", rows=len(WishCategory)
    )
    rated_count: int = field(
        PUBLIC,
        "住户和回访共评了几次，1、2 星也算。How many ratings by people, 1 and 2 stars too.",
        lambda self: self.paper.rated,
    )
    average_stars: float | None = field(
        PUBLIC, "这些评分的平均，两位小数；没有评分为空。Their average, to two places; null without one."
    )
    automatic: int = field(
        PUBLIC,
        "另有几件到期无人评单、自动记为完成；不计入件数。Apart from the deeds: wishes that nobody rated in time.",
        lambda self: self.paper.automatic,
    )
    code: str = field(
        PUBLIC, "核验码，放进二维码或网址。The code by which anybody who holds the paper can check it.", cost=CODE_COST
    )


@strawberry.type(description="核验结果。What a check of a service record comes to.")
class ServiceRecordCheck:
    is_type_of = rows_of(records.RecordCheck)

    standing: RecordStanding = field(PUBLIC, "结果。The result.")
    record: ServiceRecord | None = field(
        PUBLIC,
        "证明上写的内容，供核对；不是本系统开具的为空。What the paper says, to be compared; null where it is not ours.",
    )


Since = Annotated[date, strawberry.argument(name="from", description="从哪天起（含）。The first day.")]
Until = Annotated[
    date,
    strawberry.argument(description="到哪天止（含），不晚于今天，最长五年。The last day, at most five years later."),
]
Code = Annotated[str, strawberry.argument(description="核验码。The code of the paper.")]


async def _record(self: Any, info: Info, since: Since, until: Until) -> Any:
    return await records.of_viewer(info.context.viewer, since, until)


async def _check(self: Any, info: Info, code: Code) -> Any:
    return await records.check(code)


@strawberry.type
class ServiceRecordQuery:
    service_record: ServiceRecord | None = field(
        HEADS,
        "当前联户长自己的服务证明；不是联户长为空。The service record of the viewer's own head.",
        _record,
        cost=RECORD_COST,
    )
    service_record_verify: ServiceRecordCheck = field(
        PUBLIC, "核验一份服务证明，无需登录。Check a service record.", _check, cost=CHECK_COST
    )
