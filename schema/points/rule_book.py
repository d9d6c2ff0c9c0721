"""Reward rules: their versions, new ones, and dry runs over a past month."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import RewardRuleAction, Role, WishCategory
from schema.graph.batching import paged, to_one
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import Node, node_type, parse, rows_of
from schema.graph.inputs import given
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, REASON_COST, attribute, field, mutation, roles
from schema.graph.refs import HouseholdHeadRef
from schema.graph.scalars import Points, YearMonth
from services.people import heads
from services.points import rule_book, trials
from services.points.replay import MAX_HEADS

ADMINS = roles(Role.DISTRICT_ADMIN)
CONTROL = roles(Role.DISTRICT_ADMIN, Role.AUDITOR)

TRIAL_COST = 60_000  # units: it reads and replays a month

BASE = "七类心愿各一项的基础分，各 0 到 1000。The base of each of the seven categories, 0 to 1000."
BONUS = "3、4、5 星各一项的评价加分，各 0 到 1000。The bonus for 3, 4 and 5 stars, 0 to 1000."
DAILY_CAP = "每人每日上限，0 到 100000；空为不设。The cap a head and day, up to 100000; null for none."
HOUSEHOLD_CAP = "每人每户每月上限，0 到 100000；空为不设。The cap a head, household and month; null for none."


@strawberry.type(description="一类心愿的基础分。The base of one category.")
class CategoryPoints:
    category: WishCategory = field(PUBLIC, "心愿类别。The category.")
    points: int = field(PUBLIC, "基础分。The base.")


@strawberry.type(description="一种评价的加分。The bonus for one rating.")
class StarsPoints:
    stars: int = field(PUBLIC, "星级。The stars.")
    points: int = field(PUBLIC, "评价加分。The bonus.")


def _available_actions(self: Any, info: Info) -> list[RewardRuleAction]:
    return rule_book.available_actions(info.context.viewer, self)


@strawberry.type(description="积分规则的一个版本。One version of the reward rule.")
class RewardRule(Node):
    """Never edited."""

    is_type_of = rows_of(rule_book.RewardRule)

    version: int = field(PUBLIC, "版本号。The version.")
    effective_from: datetime = field(PUBLIC, "生效时间，按办结时间适用。It holds for what is completed from then on.")
    in_force: bool = field(PUBLIC, "现在是否适用。Whether completions are priced by it now.")
    base: list[CategoryPoints] = field(
        PUBLIC,
        "各类心愿的基础分。The base of each category.",
        lambda self: self.base_by_category,
        rows=len(WishCategory),
    )
    bonus: list[StarsPoints] = field(
        PUBLIC,
        "各星级的评价加分；1、2 星不计积分。The bonus by stars; 1 and 2 earn nothing.",
        lambda self: self.bonus_by_stars,
        rows=3,
    )
    daily_cap: int | None = field(PUBLIC, "每人每日上限；空为不设。The cap a head and day; null for none.")
    monthly_household_cap: int | None = field(
        PUBLIC, "每人每户每月上限；空为不设。The cap a head, household and month; null for none."
    )
    created_at: datetime = field(PUBLIC, "制定时间。When it was made.")
    withdrawn_at: datetime | None = field(
        PUBLIC, "撤回时间；撤回的版本不会生效。When it was withdrawn; it never holds."
    )
    note: str | None = field(
        CONTROL,
        "说明；区管理员和审计员可见。The note, for administrators and auditors.",
        attribute("note"),
        cost=REASON_COST,
    )
    author: str | None = field(
        CONTROL, "制定人；区管理员和审计员可见。Who made it, for administrators and auditors.", attribute("author")
    )
    available_actions: list[RewardRuleAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("RewardRule", rule_book.by_ids)


@strawberry.input(description="一类心愿的基础分。The base of one category.")
class CategoryPointsInput:
    category: WishCategory = given("心愿类别。The category.")
    points: int = given("基础分，0 到 1000。The base, 0 to 1000.")


@strawberry.input(description="一种评价的加分。The bonus for one rating.")
class StarsPointsInput:
    stars: int = given("星级，3 到 5。The stars, 3 to 5.")
    points: int = given("评价加分，0 到 1000。The bonus, 0 to 1000.")


@strawberry.input(description="制定新版积分规则。To make a new version of the reward rule.")
class RewardRuleCreateInput:
    base: list[CategoryPointsInput] = given(BASE)
    bonus: list[StarsPointsInput] = given(BONUS)
    effective_from: datetime = given(
        "生效时间：一分钟以后、一年以内，且晚于最新版本。From when it holds: in a minute to a year, after the latest."
    )
    request_no: str = given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )
    daily_cap: int | None = given(DAILY_CAP, default=None)
    monthly_household_cap: int | None = given(HOUSEHOLD_CAP, default=None)
    note: str = given("说明，最多 200 字。A note, at most 200 characters.", default="")


@strawberry.input(description="撤回尚未生效的版本。To withdraw a version that is not in effect yet.")
class RewardRuleWithdrawInput:
    reward_rule_id: strawberry.ID = given("积分规则编号。The version.")


@strawberry.type(description="对积分规则操作的结果。The result of a mutation.")
class RewardRulePayload(Payload):
    subject = "reward_rule"
    reward_rule: RewardRule | None = field(PUBLIC, "积分规则；未完成时为空。The version; null when refused.")


@strawberry.type(description="试算的合计。Sums of a dry run.")
class RewardSums:
    wishes: int = field(PUBLIC, "办结的心愿数。How many wishes.")
    paid: Points = field(PUBLIC, "实际入账的积分。What was posted.")
    would: Points = field(PUBLIC, "按试算规则应入账的积分。What would have been posted.", name="wouldPay")
    difference: Points = field(PUBLIC, "差额；正数为多付。The difference; more than 0: it would have paid more.")


@strawberry.type(description="一类心愿的试算。The dry run for one category.")
class CategoryTrial:
    category: WishCategory = field(PUBLIC, "心愿类别。The category.")
    sums: RewardSums = field(PUBLIC, "合计。The sums.")


@strawberry.type(description="一位联户长的试算。The dry run for one head.")
class HeadTrial:
    head: HouseholdHeadRef = to_one(heads.by_ids, "head_id", "联户长。The head.")
    sums: RewardSums = field(PUBLIC, "合计。The sums.")


@strawberry.type(description="积分规则的试算结果。The result of a dry run of a rule.")
class RewardRuleTrial:
    """A month, paid once as it was and once by the rule on trial."""

    month: YearMonth = field(PUBLIC, "试算的月份。The month that was tried.")
    whole: RewardSums = field(PUBLIC, "全部心愿的合计。The sums over all wishes.", lambda self: self.found.whole)
    waiting: int = field(
        PUBLIC,
        "其中尚未评单、两边都未计入的心愿数。How many are not rated yet and count on neither side.",
        lambda self: self.found.waiting,
    )
    capped: int = field(PUBLIC, "实际被上限扣减的心愿数。How many a cap cut in fact.", lambda self: self.found.capped)
    would_cap: int = field(
        PUBLIC, "按试算规则会被上限扣减的心愿数。How many a cap would have cut.", lambda self: self.found.would_cap
    )
    categories: list[CategoryTrial] = field(PUBLIC, "按类别。By category.", rows=len(WishCategory))
    heads: list[HeadTrial] = field(
        PUBLIC, "增减最多的联户长，至多 10 位。The heads who would gain or lose most, at most 10.", rows=MAX_HEADS
    )


async def _trial(
    self: Any,
    info: Info,
    base: Annotated[list[CategoryPointsInput], strawberry.argument(description=BASE)],
    bonus: Annotated[list[StarsPointsInput], strawberry.argument(description=BONUS)],
    daily_cap: Annotated[int | None, strawberry.argument(description=DAILY_CAP)] = None,
    monthly_household_cap: Annotated[int | None, strawberry.argument(description=HOUSEHOLD_CAP)] = None,
    month: Annotated[
        YearMonth | None,
        strawberry.argument(description="试算哪个月；不填为上月。The month to try; without it, the last month."),
    ] = None,
) -> Any:
    terms = _terms(base, bonus, daily_cap, monthly_household_cap)
    return await trials.trial(info.context.viewer, terms, month)


def _terms(
    base: list[CategoryPointsInput], bonus: list[StarsPointsInput], daily_cap: int | None, household_cap: int | None
) -> rule_book.Terms:
    return rule_book.Terms(
        [rule_book.CategoryPoints(WishCategory(one.category), one.points) for one in base],
        [rule_book.StarsPoints(one.stars, one.points) for one in bonus],
        daily_cap,
        household_cap,
    )


@strawberry.type
class RewardRuleQuery:
    reward_rules: Connection[RewardRule] | None = paged(
        rule_book.page, "积分规则各版本，由新到旧。The versions of the reward rule, newest first."
    )
    reward_rule_trial: RewardRuleTrial | None = field(
        CONTROL,
        "试算：某月办结的心愿若按这套规则会入账多少。What a month's wishes would have paid under these terms.",
        _trial,
        cost=TRIAL_COST,
    )


_input = strawberry.argument(description="输入。The input.")


@strawberry.type
class RewardRuleMutation:
    @mutation(
        ADMINS,
        "制定新版积分规则：自生效时间起适用，不能修改。Make a new version; it is never edited.",
        RewardRulePayload,
    )
    async def reward_rule_create(self, info: Info, input: Annotated[RewardRuleCreateInput, _input]) -> Any:
        terms = _terms(input.base, input.bonus, input.daily_cap, input.monthly_household_cap)
        return await rule_book.create(info.context.viewer, terms, input.effective_from, input.note, input.request_no)

    @mutation(ADMINS, "撤回尚未生效的版本。Withdraw a version that is not in effect yet.", RewardRulePayload)
    async def reward_rule_withdraw(self, info: Info, input: Annotated[RewardRuleWithdrawInput, _input]) -> Any:
        rule_id = parse(input.reward_rule_id, "RewardRule", "rewardRuleId")
        return await rule_book.withdraw(info.context.viewer, rule_id)
