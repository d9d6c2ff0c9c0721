"""The tables of (state, action, actor) → state of a season and of a nomination, and who may take which step when. Pure.

The only source of which step is possible, for refusals and for `availableActions`. Nothing here counts supports.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from models.enums import NominationAction, NominationState, SeasonAction, SeasonState
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.state_table import StateTable, Step

MIN_DECIDERS = 3  # who opens, publishes and concludes a season are three accounts
MAX_NOMINATIONS = 1000  # of a season
MAX_OBJECTIONS = 3  # of an account and season
EVIDENCE_SHOWN_FOR = timedelta(hours=48)  # to the nominee alone, before anything is published
PUBLIC_AFTER = timedelta(days=30)  # of what a notice shows of a person, after its end
IN_FORCE_MONTHS = 12


class SeasonActor(StrEnum):
    """The capacity in which an account acts on a season.

    DECIDER administers its area, or the one above it: community staff and administrators. MEMBER lives or works in it.
    """

    DECIDER = "DECIDER"
    MEMBER = "MEMBER"


class NominationActor(StrEnum):
    """The capacity in which an account acts on a nomination.

    NOMINEE is the head, a resident of the household or of the building; DECIDER as of the season, and ADMIN among them
    an administrator; MEMBER lives or works in the season's area, and RESIDENT has a household there.
    """

    NOMINEE = "NOMINEE"
    DECIDER = "DECIDER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"
    RESIDENT = "RESIDENT"


_SA, _SS, _SW = SeasonAction, SeasonState, SeasonActor
_NA, _NS, _NW = NominationAction, NominationState, NominationActor

SEASONS: StateTable[SeasonState, SeasonAction, SeasonActor] = StateTable(
    {
        (_SS.DRAFT, _SA.EDIT, _SW.DECIDER): _SS.DRAFT,
        (_SS.DRAFT, _SA.OPEN, _SW.DECIDER): _SS.OPEN,
        (_SS.OPEN, _SA.NOMINATE, _SW.DECIDER): _SS.OPEN,
        (_SS.OPEN, _SA.NOMINATE, _SW.MEMBER): _SS.OPEN,
        (_SS.REVIEW, _SA.PUBLISH, _SW.DECIDER): _SS.NOTICE,
        (_SS.NOTICE, _SA.CONCLUDE, _SW.DECIDER): _SS.CONCLUDED,
        **{(state, _SA.CANCEL, _SW.DECIDER): _SS.CANCELLED for state in (_SS.DRAFT, _SS.OPEN, _SS.REVIEW, _SS.NOTICE)},
    },
    noun="这一期",
    forbidden="您不能{action}这一期",
    field="seasonId",
)

UNDECIDED = (_NS.PROPOSED, _NS.CONSENTED, _NS.SHORTLISTED)  # what can still become something
OPEN_TO_CONSENT = (*UNDECIDED, _NS.PASSED_OVER)  # what ends with the nominee's consent
PUBLISHED = (_NS.SHORTLISTED, _NS.HONOURED)  # once the notice has begun
CONSENTING = (_NS.CONSENTED, _NS.SHORTLISTED, _NS.HONOURED)

NOMINATIONS: StateTable[NominationState, NominationAction, NominationActor] = StateTable(
    {
        (_NS.PROPOSED, _NA.CONSENT, _NW.NOMINEE): _NS.CONSENTED,
        (_NS.PROPOSED, _NA.DECLINE, _NW.NOMINEE): _NS.LAPSED,
        (_NS.CONSENTED, _NA.SUPPORT, _NW.RESIDENT): _NS.CONSENTED,
        (_NS.CONSENTED, _NA.SHORTLIST, _NW.DECIDER): _NS.SHORTLISTED,
        (_NS.CONSENTED, _NA.PASS_OVER, _NW.DECIDER): _NS.PASSED_OVER,
        (_NS.CONSENTED, _NA.OBJECT, _NW.NOMINEE): _NS.CONSENTED,
        (_NS.CONSENTED, _NA.WITHDRAW, _NW.NOMINEE): _NS.WITHDRAWN,
        (_NS.PASSED_OVER, _NA.SHORTLIST, _NW.DECIDER): _NS.SHORTLISTED,
        (_NS.PASSED_OVER, _NA.OBJECT, _NW.NOMINEE): _NS.PASSED_OVER,
        (_NS.PASSED_OVER, _NA.WITHDRAW, _NW.NOMINEE): _NS.WITHDRAWN,
        (_NS.SHORTLISTED, _NA.PASS_OVER, _NW.DECIDER): _NS.PASSED_OVER,
        (_NS.SHORTLISTED, _NA.OBJECT, _NW.NOMINEE): _NS.SHORTLISTED,
        (_NS.SHORTLISTED, _NA.OBJECT, _NW.MEMBER): _NS.SHORTLISTED,
        (_NS.SHORTLISTED, _NA.STRIKE, _NW.DECIDER): _NS.STRUCK,
        (_NS.SHORTLISTED, _NA.WITHDRAW, _NW.NOMINEE): _NS.WITHDRAWN,
        # The honour stands; the name leaves the public.
        (_NS.HONOURED, _NA.WITHDRAW, _NW.NOMINEE): _NS.HONOURED,
        (_NS.HONOURED, _NA.REVOKE, _NW.ADMIN): _NS.REVOKED,
    },
    noun="这项提名",
    forbidden="您不能{action}这项提名",
    field="nominationId",
)


@dataclass(frozen=True, slots=True)
class SeasonFacts:
    """What the rules ask of a season. `nominating_ends`: the first instant after its last day. `opened_by`,
    `published_by`: the accounts. `undecided`: consented nominations that nobody has decided on; `shortlisted`: those of
    the list. `objections`: open ones, of the evidence in review and of the notice later; `upheld`: shortlisted
    nominations to which an objection was upheld. `benefit`: there is one."""

    state: SeasonState
    nominate_from: datetime
    nominating_ends: datetime
    quota: int
    opened_by: UUID | None
    published_by: UUID | None
    reviewed_at: datetime | None
    notice_until: datetime | None
    undecided: int
    shortlisted: int
    objections: int
    upheld: int
    benefit: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts on a season: the account, its capacities, whether it is party to a nomination of the list (as the
    nominee, of the nominee's household, or as who proposed), and whether it may promise a benefit (administrators)."""

    account: UUID | None
    actors: Set[SeasonActor]
    party: bool = False
    promises: bool = False


def first_conclusion(nominate_until: date, notice_days: int) -> date:
    """Return the first day on which a season can be concluded: nominating ends with its last day, then come the review
    and the notice."""
    return nominate_until + timedelta(days=1) + EVIDENCE_SHOWN_FOR + timedelta(days=notice_days)


def season_step(
    facts: SeasonFacts, action: SeasonAction, who: Who, now: datetime
) -> Step[SeasonState, SeasonActor] | None:
    """Return the step for this action; None when the season is already in that state.

    Raises FORBIDDEN for who never may, and for who took another of the three decisions or is party to a nomination;
    INVALID_STATE for what the season's state or time does not allow yet, LIMIT_REACHED beyond the quota.
    """
    return SEASONS.step(facts.state, action, who.actors, lambda _: _season_problem(facts, action, who, now))


def season_actions(facts: SeasonFacts, who: Who, now: datetime) -> list[SeasonAction]:
    """Return the possible actions, in the table's order."""
    return SEASONS.available(facts.state, who.actors, lambda action, _: _season_problem(facts, action, who, now))


def _season_problem(facts: SeasonFacts, action: SeasonAction, who: Who, now: datetime) -> Refusal | None:
    if action == _SA.NOMINATE:
        return _early(facts.nominate_from, now, "提名从 {at} 开始") or _ended(facts.nominating_ends, now, "seasonId")
    if action == _SA.OPEN:
        return _not_to_open(facts, who, now)
    if action == _SA.PUBLISH:
        return _other_account(who, facts.opened_by) or _not_to_publish(facts, now)
    if action == _SA.CONCLUDE:
        return _other_account(who, facts.opened_by, facts.published_by) or _not_to_conclude(facts, now)
    return None


def _not_to_open(facts: SeasonFacts, who: Who, now: datetime) -> Refusal | None:
    if facts.benefit and not who.promises:
        return _forbidden("附带优惠的由区管理员开启，请区管理员来办，或去掉优惠")
    return _not_now("提名的截止日已过，请先修改方案的日期") if now >= facts.nominating_ends else None


def _other_account(who: Who, *before: UUID | None) -> Refusal | None:
    if who.account in before:
        return _forbidden("开启、公示、公布须由三个人分别办理，请由另一位来办")
    if who.party:
        return _forbidden("名单里有您本人、您家人或您提名的，请由另一位来办")
    return None


def _not_to_publish(facts: SeasonFacts, now: datetime) -> Refusal | None:
    assert facts.reviewed_at is not None, "it is in review"
    if facts.undecided:
        return _not_now(f"还有 {facts.undecided} 项提名没有决定，请先逐项列入或不列入")
    if facts.objections:
        return _not_now(f"还有 {facts.objections} 件对事迹的异议没有答复，请先答复")
    if not facts.shortlisted:
        return _not_now("公示名单是空的：请先列入，或取消这一期")
    if facts.shortlisted > facts.quota:
        message = f"公示名单有 {facts.shortlisted} 项，多于名额 {facts.quota} 个，请先减少"
        return Refusal(ErrorCode.LIMIT_REACHED, message, "seasonId")
    return _early(facts.reviewed_at + EVIDENCE_SHOWN_FOR, now, "被提名人核对事迹的 48 小时到 {at} 为止，之后再公示")


def _not_to_conclude(facts: SeasonFacts, now: datetime) -> Refusal | None:
    assert facts.notice_until is not None, "it is being published"
    if facts.objections:
        return _not_now(f"还有 {facts.objections} 件异议没有答复，请先答复")
    if facts.upheld:
        return _not_now(f"有 {facts.upheld} 项提名的异议成立，请先从名单撤下")
    return _early(facts.notice_until, now, "公示到 {at} 为止，之后再公布")


@dataclass(frozen=True, slots=True)
class NominationFacts:
    """What the rules ask of a nomination and its season. `nominating_ends`, `opened_by`, `published_by`: of the season.
    `evidence_until`: until when the nominee can object to the evidence. `upheld`: an objection to the notice of it was
    upheld. `withdrawn`: the consent to an honour was withdrawn."""

    state: NominationState
    season: SeasonState
    nominating_ends: datetime
    opened_by: UUID | None
    published_by: UUID | None
    evidence_until: datetime | None
    notice_until: datetime | None
    upheld: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Party:
    """Who acts on a nomination: the account, its capacities, whether it is party to the nomination, and whether the
    household that it would support for is the nominee's own."""

    account: UUID | None
    actors: Set[NominationActor]
    party: bool = False
    own: bool = False


_SEASON: dict[NominationAction, tuple[SeasonState, ...]] = {
    _NA.CONSENT: (_SS.OPEN,),
    _NA.DECLINE: (_SS.OPEN,),
    _NA.SUPPORT: (_SS.OPEN,),
    _NA.SHORTLIST: (_SS.REVIEW,),
    _NA.PASS_OVER: (_SS.REVIEW,),
    _NA.OBJECT: (_SS.REVIEW, _SS.NOTICE),
    _NA.WITHDRAW: (_SS.OPEN, _SS.REVIEW, _SS.NOTICE, _SS.CONCLUDED),
    _NA.STRIKE: (_SS.NOTICE,),
    _NA.REVOKE: (_SS.CONCLUDED,),
}
_DECIDING = {_NA.SHORTLIST, _NA.PASS_OVER, _NA.STRIKE, _NA.REVOKE}


def nomination_step(
    facts: NominationFacts, action: NominationAction, who: Party, now: datetime
) -> Step[NominationState, NominationActor] | None:
    """Return the step for this action; None when the nomination is already in that state.

    Raises FORBIDDEN for who never may, for the parties where something is decided, and for one's own household's
    support; INVALID_STATE for what the state or the time does not allow.
    """
    return NOMINATIONS.step(facts.state, action, who.actors, _problems(facts, action, who, now))


def nomination_actions(facts: NominationFacts, who: Party, now: datetime) -> list[NominationAction]:
    """Return the possible actions, in the table's order."""
    return NOMINATIONS.available(
        facts.state, who.actors, lambda action, actor: _problems(facts, action, who, now)(actor)
    )


def _problems(
    facts: NominationFacts, action: NominationAction, who: Party, now: datetime
) -> Callable[[NominationActor], Refusal | None]:
    return lambda actor: _parties(facts, action, who) or _season(facts, action) or _time(facts, action, actor, now)


def _parties(facts: NominationFacts, action: NominationAction, who: Party) -> Refusal | None:
    if action in _DECIDING and who.party:
        return _forbidden("与您本人、您家或您的提名有关，请由另一位来办", "nominationId")
    if action == _NA.STRIKE and who.account in {facts.opened_by, facts.published_by}:
        return _forbidden("由没有开启、也没有公示这一期的人撤下", "nominationId")
    if action == _NA.SUPPORT and who.own:
        return _forbidden("不能支持自己家，请支持别家", "nominationId")
    return None


def _season(facts: NominationFacts, action: NominationAction) -> Refusal | None:
    if facts.season not in _SEASON[action]:
        return _not_now(f"这一期{facts.season.label}，现在不能{action.label}", "nominationId")
    if action == _NA.STRIKE and not facts.upheld:
        return _not_now("只有异议成立的才能撤下，请先答复异议", "nominationId")
    if action == _NA.WITHDRAW and facts.withdrawn:
        return _not_now("您已退出，名字已不再公开", "nominationId")
    return None


def _time(facts: NominationFacts, action: NominationAction, actor: NominationActor, now: datetime) -> Refusal | None:
    if action in {_NA.CONSENT, _NA.SUPPORT}:
        return _ended(facts.nominating_ends, now)
    if action != _NA.OBJECT:
        return None
    if facts.season == _SS.NOTICE:  # the nominee, too, may object to what is published
        return _late(facts.notice_until, now, "公示已结束，不再收异议")
    if actor != _NW.NOMINEE:
        return _not_now("公示后才能提出异议", "nominationId")
    return _late(facts.evidence_until, now, "核对事迹的 48 小时已过；公示期间还可以提出异议")


def _ended(ends: datetime, now: datetime, field: str = "nominationId") -> Refusal | None:
    """Nominating ends with its last day, also where the tick has not come yet."""
    return _not_now("提名已截止，正在转入审核", field) if now >= ends else None


def _early(begins: datetime, now: datetime, words: str) -> Refusal | None:
    if now >= begins:
        return None
    return _not_now(words.format(at=f"{clock.local(begins):%m月%d日 %H:%M}"))


def _late(until: datetime | None, now: datetime, words: str) -> Refusal | None:
    return None if until is not None and now < until else _not_now(words, "nominationId")


def _forbidden(message: str, field: str = "seasonId") -> Refusal:
    return Refusal(ErrorCode.FORBIDDEN, message, field)


def _not_now(message: str, field: str = "seasonId") -> Refusal:
    return Refusal(ErrorCode.INVALID_STATE, message, field)
