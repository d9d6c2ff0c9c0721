"""Mutations of seasons, nominations and objections."""

from typing import Annotated, Any

import strawberry

from models.enums import Role
from schema.graph.context import Info
from schema.graph.errors import Payload
from schema.graph.ids import parse
from schema.graph.permissions import PUBLIC, SIGNED_IN, field, mutation, roles
from schema.graph.readers import MANAGERS
from schema.honours import inputs
from schema.honours.nominations import Nomination, SeasonObjection
from schema.honours.seasons import Season
from services.honours import concluding, nomination_actions, objection_actions, season_actions

ADMINS = roles(Role.DISTRICT_ADMIN)
NOMINEES = roles(Role.HOUSEHOLD_HEAD, Role.RESIDENT)
RESIDENTS = roles(Role.RESIDENT)
PROPOSERS = roles(Role.RESIDENT, Role.HOUSEHOLD_HEAD, Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN)

_input = strawberry.argument(description="输入。The input.")


@strawberry.type(description="对一期评选操作的结果。The result of a step of a season.")
class SeasonPayload(Payload):
    subject = "season"
    season: Season | None = field(PUBLIC, "操作后的这一期；未完成时为空。The season afterwards; null when refused.")


@strawberry.type(description="对提名操作的结果。The result of a step of a nomination.")
class NominationPayload(Payload):
    subject = "nomination"
    nomination: Nomination | None = field(
        PUBLIC, "操作后的提名；未完成时为空。The nomination afterwards; null when refused."
    )


@strawberry.type(description="对异议操作的结果。The result of a step of an objection.")
class SeasonObjectionPayload(Payload):
    subject = "objection"
    objection: SeasonObjection | None = field(
        PUBLIC, "操作后的异议；未完成时为空。The objection afterwards; null when refused."
    )


@strawberry.type
class SeasonMutation:
    @mutation(MANAGERS, "起草一期评选。Draft a season.", SeasonPayload)
    async def season_draft(self, info: Info, input: Annotated[inputs.SeasonDraftInput, _input]) -> Any:
        area_id = parse(input.area_id, "Area", "areaId")
        return await season_actions.draft(info.context.viewer, area_id, input.terms.terms(), input.request_no)

    @mutation(MANAGERS, "修改起草中的一期。Edit a draft.", SeasonPayload)
    async def season_edit(self, info: Info, input: Annotated[inputs.SeasonEditInput, _input]) -> Any:
        season_id = parse(input.season_id, "Season", "seasonId")
        return await season_actions.edit(info.context.viewer, season_id, input.terms.terms())

    @mutation(
        MANAGERS,
        "开启一期：方案从此公开，不再改动；附带优惠的，留足份数。Open a season: its terms are public and stand; a"
        " benefit is"
        " reserved.",
        SeasonPayload,
    )
    async def season_open(self, info: Info, input: Annotated[inputs.SeasonOpenInput, _input]) -> Any:
        return await season_actions.open_(info.context.viewer, parse(input.season_id, "Season", "seasonId"))

    @mutation(
        MANAGERS, "公示名单，由没有开启这一期的人办理。Publish the list, by who did not open the season.", SeasonPayload
    )
    async def season_publish(self, info: Info, input: Annotated[inputs.SeasonPublishInput, _input]) -> Any:
        return await season_actions.publish(info.context.viewer, parse(input.season_id, "Season", "seasonId"))

    @mutation(
        MANAGERS,
        "公示期满后公布结果，由第三个人办理；附带优惠的，随即赠予。Conclude a season after its notice, by a third"
        " account; its"
        " benefit is given.",
        SeasonPayload,
    )
    async def season_conclude(self, info: Info, input: Annotated[inputs.SeasonConcludeInput, _input]) -> Any:
        return await concluding.conclude(info.context.viewer, parse(input.season_id, "Season", "seasonId"))

    @mutation(MANAGERS, "取消一期，须说明原因。Cancel a season, with a reason.", SeasonPayload)
    async def season_cancel(self, info: Info, input: Annotated[inputs.SeasonCancelInput, _input]) -> Any:
        season_id = parse(input.season_id, "Season", "seasonId")
        return await season_actions.cancel(info.context.viewer, season_id, input.reason)

    @mutation(
        PROPOSERS,
        "提名，也可以提名自己；本人同意后才算。居民和联户长每人每期一项。Propose somebody, or oneself; it takes the"
        " nominee's"
        " consent.",
        NominationPayload,
    )
    async def nomination_propose(self, info: Info, input: Annotated[inputs.NominationProposeInput, _input]) -> Any:
        return await nomination_actions.propose(
            info.context.viewer,
            parse(input.season_id, "Season", "seasonId"),
            input.nominee(),
            input.reason,
            input.request_no,
        )

    @mutation(
        NOMINEES,
        "同意提名：姓名在本区域内可见，入选后公示、上荣誉榜；随时可以退出。Consent to a nomination, and to one's name"
        " being"
        " shown; it can be withdrawn at any time.",
        NominationPayload,
    )
    async def nomination_consent(self, info: Info, input: Annotated[inputs.NominationConsentInput, _input]) -> Any:
        return await nomination_actions.consent(info.context.viewer, _nomination(input))

    @mutation(NOMINEES, "谢绝提名。Decline a nomination.", NominationPayload)
    async def nomination_decline(self, info: Info, input: Annotated[inputs.NominationDeclineInput, _input]) -> Any:
        return await nomination_actions.decline(info.context.viewer, _nomination(input))

    @mutation(
        NOMINEES,
        "退出，撤回同意；已获致谢的，致谢仍在，姓名不再公开。Withdraw one's consent; an honour stands, and its name"
        " leaves the"
        " public.",
        NominationPayload,
    )
    async def nomination_withdraw(self, info: Info, input: Annotated[inputs.NominationWithdrawInput, _input]) -> Any:
        return await nomination_actions.withdraw(info.context.viewer, _nomination(input))

    @mutation(
        RESIDENTS,
        "支持一项提名：每户每期一次，不能支持自己家；只供参考。Support a nomination, once a household and season; it"
        " only"
        " informs.",
        NominationPayload,
    )
    async def nomination_support(self, info: Info, input: Annotated[inputs.NominationSupportInput, _input]) -> Any:
        return await nomination_actions.support(info.context.viewer, _nomination(input))

    @mutation(MANAGERS, "列入公示名单。Put a nomination on the list.", NominationPayload)
    async def nomination_shortlist(self, info: Info, input: Annotated[inputs.NominationShortlistInput, _input]) -> Any:
        return await nomination_actions.shortlist(info.context.viewer, _nomination(input), input.reason)

    @mutation(MANAGERS, "不列入公示名单。Leave a nomination off the list.", NominationPayload)
    async def nomination_pass_over(self, info: Info, input: Annotated[inputs.NominationPassOverInput, _input]) -> Any:
        return await nomination_actions.pass_over(info.context.viewer, _nomination(input), input.reason)

    @mutation(
        MANAGERS,
        "异议成立的，从公示名单撤下，由没有开启也没有公示的人办理。Strike a nomination to which an objection was"
        " upheld, by"
        " who neither opened nor published the season.",
        NominationPayload,
    )
    async def nomination_strike(self, info: Info, input: Annotated[inputs.NominationStrikeInput, _input]) -> Any:
        return await nomination_actions.strike(info.context.viewer, _nomination(input), input.reason)

    @mutation(
        SIGNED_IN,
        "提出异议：本人对事迹，48 小时内；本区域的人对公示，公示期内。Object: the nominee to the evidence, within 48"
        " hours;"
        " anybody of the area to the notice.",
        SeasonObjectionPayload,
    )
    async def nomination_object(self, info: Info, input: Annotated[inputs.NominationObjectInput, _input]) -> Any:
        return await objection_actions.file(info.context.viewer, _nomination(input), input.text, input.request_no)

    @mutation(
        MANAGERS,
        "答复异议，由与提名和异议都无关的人办理。Answer an objection, by who is no party to it.",
        SeasonObjectionPayload,
    )
    async def season_objection_answer(
        self, info: Info, input: Annotated[inputs.SeasonObjectionAnswerInput, _input]
    ) -> Any:
        key = parse(input.objection_id, "SeasonObjection", "objectionId")
        return await objection_actions.answer(info.context.viewer, key, upheld=input.upheld, words=input.answer)

    @mutation(
        ADMINS,
        "撤销致谢：没用完的优惠随之结束，用过的不变。Revoke an honour: its open grant ends, what was used stands.",
        NominationPayload,
    )
    async def honour_revoke(self, info: Info, input: Annotated[inputs.HonourRevokeInput, _input]) -> Any:
        return await concluding.revoke(info.context.viewer, _nomination(input), input.reason)


def _nomination(input: Any) -> Any:
    return parse(input.nomination_id, "Nomination", "nominationId")
