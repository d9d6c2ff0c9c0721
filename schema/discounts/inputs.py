"""Inputs of the discount mutations."""

from datetime import date
from typing import Any

import strawberry

from models.enums import DiscountAudience
from schema.discounts.benefits import DiscountBenefitInput
from schema.graph.inputs import given
from schema.graph.scalars import Fen, LocalTime
from services.discounts.terms import Terms
from services.kit.hours import EVERY_DAY, weekday_mask


def _discount_id() -> Any:
    return given("优惠编号。The discount, by one of its versions.")


def _terms() -> Any:
    return given("全部条件。All its terms.")


def _request_no() -> Any:
    return given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )


def _reason() -> Any:
    return given("原因，管理员必填，最多 200 字。Why, at most 200 characters; required of administrators.", default="")


@strawberry.input(description="可用时段，店铺当地时间。The hours of a discount, on the local clock.")
class DiscountHoursInput:
    """Run past midnight when they end no later than they begin."""

    begins: LocalTime = given("开始。When they begin.", name="from")
    until: LocalTime = given("结束（不含）；不晚于开始即为次日。Before when they end; the next day if not later.")


@strawberry.input(description="优惠的条件。The terms of a discount.")
class DiscountTermsInput:
    title: str = given("名称，最多 60 字。The title, at most 60 characters.")
    benefit: DiscountBenefitInput = given("优惠内容。What it gives.")
    audience: DiscountAudience = given(
        "给谁；专享的不收积分、不设星级和每人次数，须填总份数，新版本不能改。Whom it is for; what is for grants costs"
        " no points, has no star level and no limits, needs a stock, and stays so in all versions.",
        default=DiscountAudience.ALL,
    )
    min_spend_fen: Fen = given("最低消费，分。The least bill, in fen.", default=0)
    cost_points: int = given("所需积分，0 到 100000。What it costs in points.", default=0)
    min_star_level: int = given("最低星级，1 到 5。The least star level.", default=1)
    limit_per_day: int | None = given("每人每天次数，最多 1000；空为不限。Times a head and day.", default=None)
    limit_per_month: int | None = given("每人每月次数，最多 1000；空为不限。Times a head and month.", default=None)
    limit_total: int | None = given("每人总次数，最多 1000；空为不限。Times a head ever.", default=None)
    stock_total: int | None = given(
        "总份数，各版本合计，最多 1000000；空为不限。The stock of all versions together; null for unlimited.",
        default=None,
    )
    valid_from: date | None = given("开始日期；空为不限。The first day; null for none.", default=None)
    valid_until: date | None = given(
        "结束日期（含当天）；空为不限。The last day, inclusive; null for none.", default=None
    )
    weekdays: list[int] | None = given(
        "可用的星期，周一为 1；空为每天。The weekdays, Monday 1 to Sunday 7; null for all.", default=None
    )
    hours: DiscountHoursInput | None = given(
        "可用时段，过夜的算在开始那天；空为全天。The hours, of the day they begin on; null for all day.", default=None
    )

    def terms(self) -> Terms:
        """Return the terms as sent, unchecked."""
        return Terms(
            **self.benefit.columns(),
            title=self.title,
            audience=self.audience,
            min_spend_fen=self.min_spend_fen,
            cost_points=self.cost_points,
            min_star_level=self.min_star_level,
            limit_per_day=self.limit_per_day,
            limit_per_month=self.limit_per_month,
            limit_total=self.limit_total,
            stock_total=self.stock_total,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            weekdays=EVERY_DAY if self.weekdays is None else weekday_mask(self.weekdays),
            from_minute=self.hours.begins if self.hours else None,
            until_minute=self.hours.until if self.hours else None,
        )


@strawberry.input(description="起草优惠。To draft a discount.")
class DiscountDraftInput:
    shop_id: strawberry.ID = given("哪家店铺的。Whose discount it is.")
    terms: DiscountTermsInput = _terms()
    request_no: str = _request_no()


@strawberry.input(description="修改草稿，各项条件以此为准。To give a draft other terms, all of them.")
class DiscountEditInput:
    discount_id: strawberry.ID = _discount_id()
    terms: DiscountTermsInput = _terms()


@strawberry.input(description="起草新版本，各项条件以此为准。To draft a new version, with all its terms.")
class DiscountReviseInput:
    discount_id: strawberry.ID = _discount_id()
    terms: DiscountTermsInput = _terms()
    request_no: str = _request_no()


@strawberry.input(description="提交审核。To submit a draft.")
class DiscountSubmitInput:
    discount_id: strawberry.ID = _discount_id()


@strawberry.input(description="批准上线。To approve what was submitted.")
class DiscountApproveInput:
    discount_id: strawberry.ID = _discount_id()


@strawberry.input(description="退回修改，或由店铺撤回。To return what was submitted, or take it back.")
class DiscountReturnInput:
    discount_id: strawberry.ID = _discount_id()
    reason: str = _reason()


@strawberry.input(description="暂停。To pause a discount.")
class DiscountPauseInput:
    discount_id: strawberry.ID = _discount_id()
    reason: str = _reason()


@strawberry.input(description="恢复。To resume a paused discount.")
class DiscountResumeInput:
    discount_id: strawberry.ID = _discount_id()


@strawberry.input(description="结束。To end a discount or a draft.")
class DiscountEndInput:
    discount_id: strawberry.ID = _discount_id()
    reason: str = _reason()
