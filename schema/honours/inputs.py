"""Inputs of the mutations of seasons, nominations and objections."""

from datetime import date
from typing import Any

import strawberry

from models.enums import SeasonSubject
from schema.graph.ids import parse, split
from schema.graph.inputs import given
from services.honours.nomination_actions import TYPES, Nominee
from services.honours.rules import Rule
from services.honours.terms import NOTICE_DAYS, Benefit, Terms
from services.kit.errors import not_found


def _season_id() -> Any:
    return given("这一期的编号。The season.")


def _nomination_id() -> Any:
    return given("提名编号。The nomination.")


def _request_no() -> Any:
    return given(
        "客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries."
    )


def _reason(whom: str) -> Any:
    return given(f"理由，{whom}可见，最多 200 字。Why, at most 200 characters.")


@strawberry.input(description="优秀联户长的评选条件，每项为最低要求。What a head must have done at least.")
class SeasonRuleInput:
    months: int = given("任联户长的整月数，0 到 60。Whole months in office.")
    wishes: int = given("评过的心愿，0 到 1000。Rated wishes.")
    households: int = given("帮助过的住户，0 到 1000。Different households.")
    ratings: int = given("由人评的次数，0 到 1000。Ratings by people.")
    average_tenths: int = given("平均星级，十分之一星，0 到 50。The average, in tenths of a star.")

    def rule(self) -> Rule:
        """Return the rule as sent, unchecked."""
        return Rule(self.months, self.wishes, self.households, self.ratings, self.average_tenths)


@strawberry.input(description="附带的优惠：给获赠者的专享优惠。What each honoured head gets: a discount for grants.")
class SeasonBenefitInput:
    discount_id: strawberry.ID = given("优惠编号。The discount.")
    quantity: int = given("每人几次，1 到 10。How often each.", default=1)
    valid_days: int = given("公布后几天内有效，1 到 366。Within how many days.", default=366)

    def benefit(self) -> Benefit:
        """Return the benefit as sent, unchecked. Raises NOT_FOUND."""
        key = parse(self.discount_id, "Discount", "terms.benefit.discountId")
        return Benefit(key, self.quantity, self.valid_days)


@strawberry.input(description="一期的方案；日期都含当天。The terms of a season; days are inclusive.")
class SeasonTermsInput:
    title: str = given("名称，最多 40 字。The title, at most 40 characters.")
    subject: SeasonSubject = given("评的是谁。Who or what is honoured.")
    basis: str = given("依据，如文件名和文号，最多 120 字。On what it rests, at most 120 characters.")
    criteria: str = given("评选说明，最多 500 字。For what is thanked, at most 500 characters.")
    deeds_from: date = given("事迹从哪天起。The first day whose deeds count.")
    deeds_until: date = given("事迹到哪天止，不晚于提名截止。The last one, no later than the end of nominating.")
    nominate_from: date = given("提名从哪天起。The first day of nominating.")
    nominate_until: date = given("提名到哪天止，最长 93 天。The last one, within 93 days.")
    quota: int = given("名额，1 到 150；优秀联户长最多为联户长的 5%。At most 150, and 5 % of the area's heads.")
    notice_days: int = given("公示天数，5 到 30。For how many days the list is published.", default=NOTICE_DAYS)
    rule: SeasonRuleInput | None = given(
        "评选条件，只用于优秀联户长；空为默认。The rule, of heads; null for the default.", default=None
    )
    benefit: SeasonBenefitInput | None = given(
        "附带的优惠，只用于优秀联户长，由区管理员开启。A benefit, of heads; opened by an administrator.", default=None
    )

    def terms(self) -> Terms:
        """Return the terms as sent, unchecked. Raises NOT_FOUND for the benefit."""
        return Terms(
            title=self.title,
            subject=self.subject,
            basis=self.basis,
            criteria=self.criteria,
            deeds_from=self.deeds_from,
            deeds_until=self.deeds_until,
            nominate_from=self.nominate_from,
            nominate_until=self.nominate_until,
            quota=self.quota,
            notice_days=self.notice_days,
            rule=None if self.rule is None else self.rule.rule(),
            benefit=None if self.benefit is None else self.benefit.benefit(),
        )


@strawberry.input(description="起草一期评选。To draft a season.")
class SeasonDraftInput:
    area_id: strawberry.ID = given("区、街道或社区，须在管理范围内。The area, in the viewer's reach.")
    terms: SeasonTermsInput = given("方案。Its terms.")
    request_no: str = _request_no()


@strawberry.input(description="修改起草中的一期。To edit a draft.")
class SeasonEditInput:
    season_id: strawberry.ID = _season_id()
    terms: SeasonTermsInput = given("方案，全部填写。All its terms.")


@strawberry.input(description="开启一期。To open a season.")
class SeasonOpenInput:
    season_id: strawberry.ID = _season_id()


@strawberry.input(description="公示名单。To publish the list.")
class SeasonPublishInput:
    season_id: strawberry.ID = _season_id()


@strawberry.input(description="公布结果。To conclude a season.")
class SeasonConcludeInput:
    season_id: strawberry.ID = _season_id()


@strawberry.input(description="取消一期。To cancel a season.")
class SeasonCancelInput:
    season_id: strawberry.ID = _season_id()
    reason: str = _reason("所有人")


@strawberry.input(description="提名。To propose somebody.")
class NominationProposeInput:
    season_id: strawberry.ID = _season_id()
    nominee_id: strawberry.ID = given(
        "被提名的联户长、住户或楼栋，按这一期评的是谁。The head, the household or the building, whichever the season"
        " honours."
    )
    reason: str = given("理由，本人和负责的人可见，最多 300 字。Why, at most 300 characters.")
    request_no: str = _request_no()
    unit: str = given("单元，如 2单元，最多 20 字；只有最美单元要填。The unit, at most 20 characters.", default="")

    def nominee(self) -> Nominee:
        """Return whom it proposes. Raises NOT_FOUND for what is no id."""
        found = split(str(self.nominee_id))
        if found is None or found[0] not in TYPES.values():
            raise not_found("nomineeId")
        return Nominee(*found, self.unit)


@strawberry.input(description="同意提名，并同意公开姓名。To consent to a nomination, and to one's name being public.")
class NominationConsentInput:
    nomination_id: strawberry.ID = _nomination_id()


@strawberry.input(description="谢绝提名。To decline a nomination.")
class NominationDeclineInput:
    nomination_id: strawberry.ID = _nomination_id()


@strawberry.input(description="退出，撤回同意。To withdraw one's consent.")
class NominationWithdrawInput:
    nomination_id: strawberry.ID = _nomination_id()


@strawberry.input(description="以自家支持一项提名。To support a nomination, for one's household.")
class NominationSupportInput:
    nomination_id: strawberry.ID = _nomination_id()


@strawberry.input(description="列入公示名单。To put a nomination on the list.")
class NominationShortlistInput:
    nomination_id: strawberry.ID = _nomination_id()
    reason: str = _reason("被提名人和负责的人")


@strawberry.input(description="不列入公示名单。To leave a nomination off the list.")
class NominationPassOverInput:
    nomination_id: strawberry.ID = _nomination_id()
    reason: str = _reason("被提名人和负责的人")


@strawberry.input(description="从公示名单撤下。To strike a nomination from the published list.")
class NominationStrikeInput:
    nomination_id: strawberry.ID = _nomination_id()
    reason: str = _reason("被提名人和负责的人")


@strawberry.input(description="提出异议。To object to a nomination.")
class NominationObjectInput:
    nomination_id: strawberry.ID = _nomination_id()
    text: str = given("内容，被提名人看得到内容、看不到是谁，最多 500 字。Its words, at most 500 characters.")
    request_no: str = _request_no()


@strawberry.input(description="答复异议。To answer an objection.")
class SeasonObjectionAnswerInput:
    objection_id: strawberry.ID = given("异议编号。The objection.")
    upheld: bool = given("异议是否成立。Whether it is upheld.")
    answer: str = given("答复，提出人和被提名人可见，最多 500 字。The answer, at most 500 characters.")


@strawberry.input(description="撤销致谢。To revoke an honour.")
class HonourRevokeInput:
    nomination_id: strawberry.ID = _nomination_id()
    reason: str = _reason("本人和负责的人")
