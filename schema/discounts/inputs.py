"""Inputs of the discount mutations."""

from datetime import date
from typing import Any

import strawberry

from models.enums import DiscountKind
from schema.graph.scalars import Fen
from services.discounts.terms import Terms
from services.kit import hours


def given(description: str, **options: Any) -> Any:
    return strawberry.field(description=description, **options)


def _discount_id() -> Any:
    return given("优惠编号。The discount, by one of its versions.")


def _request_no() -> Any:
    return given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )


def _reason() -> Any:
    return given("原因，管理员必填，最多 200 字。Why, at most 200 characters; required of administrators.", default="")


@strawberry.input
class TermsInput:
    """Terms shared by several inputs."""

    title: str = given("名称，最多 60 字。The title, at most 60 characters.")
    kind: DiscountKind = given("优惠方式。How it reduces a bill.")
    percent_off: int | None = given("打折：减去的百分比，1 到 100；20 即八折。Percent taken off.", default=None)
    max_saved_fen: Fen | None = given("打折：最多减多少分。What a percentage takes off at most, in fen.", default=None)
    amount_off_fen: Fen | None = given("立减：减多少分。What is taken off, in fen.", default=None)
    gift: str | None = given("赠品：送什么，最多 60 字。The gift, at most 60 characters.", default=None)
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
    hours_from: str | None = given("每天从几点起，HH:MM；空为全天。When the hours begin.", default=None)
    hours_until: str | None = given(
        "到几点止（不含），HH:MM，可到 24:00；不晚于开始即为次日。Before when they end; the next day if not later.",
        default=None,
    )

    def terms(self) -> Terms:
        """Return the terms as sent, unchecked."""
        return Terms(
            title=self.title,
            kind=self.kind,
            percent_off=self.percent_off,
            max_saved_fen=self.max_saved_fen,
            amount_off_fen=self.amount_off_fen,
            gift=self.gift,
            min_spend_fen=self.min_spend_fen,
            cost_points=self.cost_points,
            min_star_level=self.min_star_level,
            limit_per_day=self.limit_per_day,
            limit_per_month=self.limit_per_month,
            limit_total=self.limit_total,
            stock_total=self.stock_total,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            weekdays=(hours.EVERY_DAY if self.weekdays is None else hours.weekday_mask(self.weekdays)),
            from_minute=hours.minute_of(self.hours_from),
            until_minute=hours.minute_of(self.hours_until, ends=True),
        )


@strawberry.input(description="起草优惠。To draft a discount.")
class DiscountDraftInput(TermsInput):
    shop_id: strawberry.ID = given("哪家店铺的。Whose discount it is.")
    request_no: str = _request_no()


@strawberry.input(description="修改草稿，各项条件以此为准。To give a draft other terms, all of them.")
class DiscountEditInput(TermsInput):
    discount_id: strawberry.ID = _discount_id()


@strawberry.input(description="起草新版本，各项条件以此为准。To draft a new version, with all its terms.")
class DiscountReviseInput(TermsInput):
    discount_id: strawberry.ID = _discount_id()
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
