"""Seasons of honours."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.enums import SeasonAction, SeasonState, SeasonSubject
from schema.graph.batching import paged, to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import id_of
from schema.graph.pagination import Connection
from schema.graph.permissions import LONG_TEXT_COST, PUBLIC, REASON_COST, attribute, field, when
from schema.graph.readers import MANAGERS
from schema.graph.refs import AreaRef, DiscountRef, HouseholdHeadRef
from schema.honours.nominations import Nomination, NominationEvidence, SeasonObjection
from services.discounts import discounts
from services.honours import candidates, nominations, objections, seasons
from services.honours.rules import Rule
from services.people import areas, heads

DECIDERS = when("who administers or audits the area", seasons.may_decide)


@strawberry.type(description="优秀联户长的评选条件，每项为最低要求。What a head must have done at least.")
class SeasonRule:
    is_type_of = rows_of(Rule)

    months: int = field(PUBLIC, "任联户长的整月数。Whole months in office.")
    wishes: int = field(PUBLIC, "评过的心愿。Rated wishes.")
    households: int = field(PUBLIC, "帮助过的住户。Different households.")
    ratings: int = field(PUBLIC, "由人评的次数。Ratings by people.")
    average_tenths: int = field(PUBLIC, "平均星级，十分之一星：45 为 4.5 星。The average, in tenths of a star.")


@strawberry.type(
    description="可以提名的联户长：符合评选条件，还没有人提名。A head who meets the rule and whom nobody has proposed."
)
class SeasonCandidate:
    """By id, never by what they did."""

    is_type_of = rows_of(candidates.Candidate)

    head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "联户长。The head.")
    evidence: NominationEvidence = field(PUBLIC, "到现在为止的事迹。The evidence so far.", attribute("evidence"))


def _available_actions(self: Any, info: Info) -> list[SeasonAction]:
    return seasons.available_actions(info.context.viewer, self)


@strawberry.type(
    description="一期评选：为什么、按什么条件、在什么时间致谢谁；开启后不再改动。A season: for what, by which rule"
    " and when"
    " whom is thanked. It never changes once it is open."
)
class Season(Node):
    is_type_of = rows_of(seasons.Season)

    title: str = field(PUBLIC, "名称。The title.")
    subject: SeasonSubject = field(PUBLIC, "评的是谁。Who or what is honoured.")
    area: AreaRef = to_one(areas.by_ids, "area_id", "所在区域。The area.")
    basis: str = field(PUBLIC, "依据，如文件名和文号。On what it rests.", cost=REASON_COST)
    criteria: str = field(PUBLIC, "评选说明。For what is thanked.", cost=LONG_TEXT_COST)
    rule: SeasonRule | None = field(
        PUBLIC, "评选条件；只有优秀联户长有。The rule, of a season of heads.", attribute("rule")
    )
    deeds_from: date = field(PUBLIC, "事迹从哪天起。The first day whose deeds count.")
    deeds_until: date = field(PUBLIC, "事迹到哪天止（含当天）。The last one, inclusive.")
    nominate_from: date = field(PUBLIC, "提名从哪天起。The first day of nominating.")
    nominate_until: date = field(PUBLIC, "提名到哪天止（含当天）。The last one, inclusive.")
    quota: int = field(PUBLIC, "名额。How many are honoured at most.")
    notice_days: int = field(PUBLIC, "公示天数。For how many days the list is published.")
    benefit: DiscountRef | None = to_one(
        discounts.by_ids, "benefit_id", "附带的优惠；没有为空。What each honoured head can use, if anything."
    )
    benefit_quantity: int | None = field(PUBLIC, "每人几次。How often each.")
    benefit_valid_days: int | None = field(PUBLIC, "公布后几天内有效。Within how many days.")
    state: SeasonState = field(PUBLIC, "状态。The state.")
    opened_at: datetime | None = field(PUBLIC, "开启时间。When it was opened.")
    reviewed_at: datetime | None = field(PUBLIC, "转入审核的时间。When nominating ended.")
    published_at: datetime | None = field(PUBLIC, "公示开始的时间。When the list was published.")
    notice_until: datetime | None = field(PUBLIC, "公示到何时为止。Until when the notice stands.")
    concluded_at: datetime | None = field(PUBLIC, "公布的时间。When it was concluded.")
    cancelled_at: datetime | None = field(PUBLIC, "取消的时间。When it was cancelled.")
    cancel_reason: str | None = field(
        PUBLIC, "取消的原因。Why it was cancelled.", lambda self: self.cancel_reason or None, cost=REASON_COST
    )
    undecided: int | None = field(
        DECIDERS, "还没有决定的提名。Consented nominations without a decision.", attribute("undecided")
    )
    shortlisted: int | None = field(DECIDERS, "名单上的提名。Nominations on the list.", attribute("shortlisted"))
    supported: Nomination | None = to_one(
        nominations.supported_of_seasons,
        "id",
        "我家支持的提名；没有，或已退出、没有公示的，为空。The one that the viewer's household supports; null without"
        " one, and for one that is neither waiting nor published.",
    )
    nominations: Connection[Nomination] = to_page(
        nominations.of_seasons,
        "提名，按抽定的次序：看得到哪些，见 Nomination。The nominations, in the order that was drawn.",
    )
    candidates: Connection[SeasonCandidate] | None = to_page(
        candidates.of_seasons,
        "可以提名的联户长，供负责的人想到不声不响的人；提名期间才有。每页只查一段，可能不满或为空，后面还有的请接着取。"
        "Heads who could be proposed, for who decides, while it is open. A page looks at some of the heads: it may have"
        " fewer than were asked for, or none, while more follow.",
        MANAGERS,
        key="itself",
        cost=500,
    )
    open_objections: Connection[SeasonObjection] = to_page(
        objections.of_seasons, "待答复的异议，先提的在前。Objections that wait for an answer, the oldest first."
    )
    available_actions: list[SeasonAction] = field(
        PUBLIC, "当前用户现在可做的操作。What the viewer may do with it now.", _available_actions
    )


node_type("Season", seasons.by_ids)

Concerned = Annotated[
    strawberry.ID | None,
    id_of("Area", "区域：它的、其中的和它上级的；不填为全部。The area: its own, in it and above it; all without it."),
]


@strawberry.type
class SeasonQuery:
    seasons: Connection[Season] | None = paged(
        seasons.find,
        "各期评选，由新到旧，无需登录；起草中的只有负责的人看得到。The seasons, newest first; drafts for who decides.",
        filters={"area_id": Concerned},
    )
