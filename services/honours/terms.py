"""What a season may be like (评选方案): each bound, with a sentence for each mistake. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from models.enums import SeasonSubject
from services.honours.rules import Rule, with_rule
from services.kit import text
from services.kit.errors import ErrorCode, Refusal
from services.kit.forms import Form
from services.kit.periods import EARLIEST_YEAR

MAX_TITLE, MAX_BASIS, MAX_CRITERIA = 40, 120, 500
MAX_QUOTA, HEADS_A_PLACE = 150, 20  # at most 5 % of the area's heads
MIN_NOTICE_DAYS, NOTICE_DAYS, MAX_NOTICE_DAYS = 5, 7, 30
MAX_DEEDS, MAX_NOMINATING = timedelta(days=731), timedelta(days=92)
MAX_QUANTITY, MAX_VALID_DAYS = 10, 366


@dataclass(frozen=True, slots=True)
class Benefit:
    """What each honoured head gets: so many uses of a discount for who holds a grant, for so many days."""

    discount_id: UUID
    quantity: int
    valid_days: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a season. Days are inclusive."""

    title: str
    subject: SeasonSubject
    basis: str
    criteria: str
    deeds_from: date
    deeds_until: date
    nominate_from: date
    nominate_until: date
    quota: int
    rule: Rule | None = None
    notice_days: int = NOTICE_DAYS
    benefit: Benefit | None = None


def fit(terms: Terms, today: date) -> Terms:
    """Return the terms, cleaned. Raises INVALID_INPUT for all that are unfit."""
    with Form() as form:
        title = form(text.clean, terms.title, "terms.title", least=1, most=MAX_TITLE)
        basis = form(text.clean, terms.basis, "terms.basis", least=1, most=MAX_BASIS)
        criteria = form(text.clean, terms.criteria, "terms.criteria", least=1, most=MAX_CRITERIA, lines=True)
        form(_check_days, terms, today)
        form(text.whole, terms.quota, "terms.quota", least=1, most=MAX_QUOTA)
        form(text.whole, terms.notice_days, "terms.noticeDays", least=MIN_NOTICE_DAYS, most=MAX_NOTICE_DAYS)
        form(_check_rule, terms)
        form(_check_benefit, terms)
    return replace(terms, title=title, basis=basis, criteria=criteria, rule=with_rule(terms.subject, terms.rule))


def largest_quota(heads: int) -> int:
    """Return how many of so many heads can be honoured."""
    return min(MAX_QUOTA, heads // HEADS_A_PLACE)


def _check_days(terms: Terms, today: date) -> None:
    with Form() as form:
        form(_in_order, terms.deeds_from, terms.deeds_until, MAX_DEEDS, "事迹期间", "terms.deedsUntil")
        form(_in_order, terms.nominate_from, terms.nominate_until, MAX_NOMINATING, "提名期间", "terms.nominateUntil")
    if terms.deeds_from.year < EARLIEST_YEAR:
        raise _unfit(f"事迹的起始日不能早于 {EARLIEST_YEAR} 年", "terms.deedsFrom")
    if terms.nominate_until < today:
        raise _unfit("提名的截止日不能早于今天", "terms.nominateUntil")
    if terms.nominate_until > today + MAX_DEEDS:
        raise _unfit("提名的截止日最晚在两年之内", "terms.nominateUntil")
    if terms.deeds_until > terms.nominate_until:
        raise _unfit("事迹的截止日不能晚于提名的截止日", "terms.deedsUntil")


def _in_order(first: date, last: date, most: timedelta, what: str, field: str) -> None:
    if last < first:
        raise _unfit(f"{what}的截止日不能早于起始日", field)
    if last - first > most:
        raise _unfit(f"{what}最长 {most.days} 天", field)


def _check_rule(terms: Terms) -> None:
    if terms.rule is None:
        return
    if terms.subject != SeasonSubject.HEAD:
        raise _unfit("只有优秀联户长可以设评选条件，请删去这一项", "terms.rule")
    terms.rule.checked()


def _check_benefit(terms: Terms) -> None:
    if terms.benefit is None:
        return
    if terms.subject != SeasonSubject.HEAD:
        raise _unfit("只有优秀联户长可以附带优惠，请删去这一项", "terms.benefit")
    with Form() as form:
        form(text.whole, terms.benefit.quantity, "terms.benefit.quantity", least=1, most=MAX_QUANTITY)
        form(text.whole, terms.benefit.valid_days, "terms.benefit.validDays", least=1, most=MAX_VALID_DAYS)


def _unfit(message: str, field: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_INPUT, message, field)
