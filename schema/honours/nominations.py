"""Nominations, honours, and objections to them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import (
    NominationAction,
    NominationState,
    ObjectionAction,
    ObjectionKind,
    ObjectionState,
    SeasonSubject,
)
from schema.graph.batching import paged, to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import AreaId
from schema.graph.pagination import Connection
from schema.graph.permissions import LONG_TEXT_COST, PUBLIC, REASON_COST, attribute, field, reading, when
from schema.graph.refs import AreaRef, HouseholdHeadRef, HouseholdRef, NominationRef, SeasonRef
from services.honours import nominations, objections, seasons
from services.honours.rules import Evidence
from services.people import areas, heads, households

MAX_UNMET = 8
PROPOSAL_COST = 18  # of 300 characters
DECISION_READERS = when("the nominee, who administers or audits the area", nominations.may_read_decision)
REASON_READERS = when("also who proposed it", nominations.may_read_reason)
EVIDENCE_READERS = when("also everybody, until 30 days after the notice", nominations.may_read_evidence)
SUPPORT_READERS = when("who sees it, from the review on", nominations.may_read_supports)
REQUESTER_READERS = when("who objected, who decides and is no party", objections.may_read_requester)


@strawberry.type(
    description="事迹：由系统从评过的心愿算出，无人填写。What a nominee did, computed from rated wishes; nobody types"
    " it."
)
class NominationEvidence:
    is_type_of = rows_of(Evidence)

    wishes: int = field(
        PUBLIC,
        "评过的心愿，3 星及以上或自动评单；楼栋和单元的为住在这栋楼的住户的，家庭的为家中联户长办结的。Wishes rated 3"
        " stars or more, or by time: of a head or of those who live in a household, or of the building's households.",
    )
    households: int = field(PUBLIC, "帮助过的住户。How many different households were helped.")
    months: int | None = field(
        PUBLIC, "任联户长的整月数；不是联户长的为空。Whole months in office; null for who is no head."
    )
    ratings: int | None = field(PUBLIC, "由人评的次数。How many ratings were given by people.")
    average_stars: float | None = field(
        PUBLIC, "由人评的平均星级；没有为空。The average of those ratings, in stars.", attribute("average")
    )
    reversals: int | None = field(PUBLIC, "积分被冲正的心愿。Wishes whose points were taken back.")
    suspended: bool | None = field(PUBLIC, "当时是否暂停。Whether the head was suspended then.")


def _available_actions(self: Any, info: Info) -> list[NominationAction]:
    return nominations.available_actions(info.context.viewer, self)


def _objection_actions(self: Any, info: Info) -> list[ObjectionAction]:
    return objections.available_actions(info.context.viewer, self)


@reading("decision")
def _decision(self: Any, info: Info) -> str | None:
    return self.decision or None


@reading("revoke_reason")
def _revoke_reason(self: Any, info: Info) -> str | None:
    return self.revoke_reason or None


@strawberry.type(
    description="提名；公布之后即为致谢。名单按抽定的次序排列，从不按支持数。A nomination, and, once the season is"
    " concluded, an honour. Lists stand in an order that was drawn, never by supports."
)
class Nomination(Node):
    """What is decided of it before the notice is shown to the nominee and to who decides, as are its reasons."""

    is_type_of = rows_of(nominations.Nomination)

    season: SeasonRef = to_one(seasons.by_ids, "season_id", "哪一期。The season.")
    subject: SeasonSubject = field(PUBLIC, "评的是谁。Who or what is honoured.")
    name: str = field(
        PUBLIC,
        "姓名、户主姓名，或楼栋和单元；本人同意后才公开。The name of the head, of the household's contact, or of the"
        " building; public by consent alone.",
        attribute("name"),
        personal=True,
    )
    community: AreaRef | None = to_one(areas.by_ids, "community_id", "所在社区。The community.")
    head: HouseholdHeadRef | None = to_one(
        heads.by_ids, "head_id", "联户长；看得到的人才有。The head, to who sees one."
    )
    household: HouseholdRef | None = to_one(
        households.by_ids, "household_id", "住户；看得到的人才有。The household, to who sees one."
    )
    state: NominationState = field(PUBLIC, "状态。The state, as far as the viewer may know it.")
    reason: str | None = field(
        REASON_READERS, "提名的理由。Why it was proposed.", attribute("reason"), cost=PROPOSAL_COST
    )
    proposed_at: datetime = field(PUBLIC, "提名时间。When it was proposed.")
    consented_at: datetime | None = field(PUBLIC, "本人同意的时间；未同意为空。When the nominee consented.")
    consent_withdrawn_at: datetime | None = field(
        DECISION_READERS,
        "本人撤回同意的时间；没有为空。When the consent was withdrawn.",
        attribute("consent_withdrawn_at"),
    )
    evidence: NominationEvidence | None = field(
        EVIDENCE_READERS,
        "事迹，提名截止时算定；公示期满（或取消）30 天后删除，随后为空。The evidence, frozen when nominating ends; it"
        " is deleted 30 days after the notice, or the season's cancellation.",
        attribute("evidence"),
    )
    evidence_until: datetime | None = field(
        DECISION_READERS,
        "本人可对事迹提出异议的截止时间。Until when the nominee can object to the evidence.",
        attribute("evidence_until"),
    )
    unmet: list[str] | None = field(
        DECISION_READERS,
        "不符合的评选条件，可直接显示；都符合为空列表。What of the rule is not met, fit to show.",
        attribute("unmet"),
        rows=MAX_UNMET,
    )
    supports: int | None = field(
        SUPPORT_READERS,
        "支持的户数，提名截止后才显示，只供参考。How many households support it, from the review on; it only informs.",
        attribute("supports"),
    )
    supported: bool = field(PUBLIC, "我家是否支持它。Whether the viewer's household supports it.")
    decided_at: datetime | None = field(DECISION_READERS, "决定的时间。When it was decided.", attribute("decided_at"))
    decision: str | None = field(DECISION_READERS, "决定的理由。Why it was so decided.", _decision, cost=REASON_COST)
    honoured_at: datetime | None = field(PUBLIC, "获致谢的时间；没有为空。When it became an honour.")
    honoured_until: datetime | None = field(PUBLIC, "致谢的有效期，12 个月。Until when the honour is in force.")
    revoked_at: datetime | None = field(
        DECISION_READERS, "撤销的时间；没有为空。When the honour was revoked.", attribute("revoked_at")
    )
    revoke_reason: str | None = field(
        DECISION_READERS, "撤销的原因。Why it was revoked.", _revoke_reason, cost=REASON_COST
    )
    objections: Connection["SeasonObjection"] = to_page(
        objections.of_nominations,
        "异议，先提的在前：自己的；本人和负责的人看到全部。Objections, the oldest first: one's own; all of them to the"
        " nominee and to who decides.",
    )
    available_actions: list[NominationAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Nomination", nominations.by_ids)


@strawberry.type(
    description="异议：对事迹的由本人在 48 小时内提出，对公示的由本区域的人在公示期内提出。An objection: of the"
    " nominee to the"
    " evidence, or of anybody of the area to what a notice shows."
)
class SeasonObjection(Node):
    """The nominee reads the words, and never whose they are."""

    is_type_of = rows_of(objections.SeasonObjection)

    nomination: NominationRef | None = to_one(nominations.by_ids, "nomination_id", "所涉提名。The nomination.")
    kind: ObjectionKind = field(PUBLIC, "对什么的异议。What it is about.")
    text: str = field(PUBLIC, "内容。Its words.", cost=LONG_TEXT_COST)
    requester_name: str | None = field(
        REQUESTER_READERS,
        "提出人；被提名人看不到。Who objected; never told to the nominee.",
        attribute("requester_name"),
        personal=True,
    )
    state: ObjectionState = field(PUBLIC, "状态。The state.")
    submitted_at: datetime = field(PUBLIC, "提出时间。When it was made.")
    answered_at: datetime | None = field(PUBLIC, "答复时间；待答复为空。When it was answered.")
    answer: str | None = field(PUBLIC, "答复。The answer.", lambda self: self.answer or None, cost=LONG_TEXT_COST)
    available_actions: list[ObjectionAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _objection_actions
    )


node_type("SeasonObjection", objections.by_ids)

Subject = Annotated[
    SeasonSubject | None,
    strawberry.argument(description="只要这一类的；不填为全部。Only of this kind; all without it."),
]
Year = Annotated[
    int | None, strawberry.argument(description="只要这一年的；不填为历年。Only of this year; of all without it.")
]


@strawberry.type
class HonourQuery:
    honour_roll: Connection[Nomination] | None = paged(
        nominations.roll,
        "荣誉榜，由新到旧，无需登录：本人同意公开的致谢。The roll of honour, the latest first: by the nominees'"
        " consent.",
        filters={"area_id": AreaId, "subject": Subject, "year": Year},
    )
