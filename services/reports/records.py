"""The service record (服务证明): what a head did in a span of days, signed, so that whoever holds it can check it.

Nothing is kept of it: a code says all that the paper says, and a check counts anew, as of the instant of issue. Only
wishes that somebody rated are deeds; there are no hours, and nobody enters a deed by hand.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from models.enums import RecordStanding, WishCategory
from services.db import database
from services.db.personal import NAMELESS
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.periods import EARLIEST_YEAR
from services.kit.viewer import Viewer
from services.points.pricing import MIN_STARS_PAID
from services.reports import codes
from services.reports.codes import MAC_BYTES, Paper, Signed

PURPOSE = "service-record"
MAX_DAYS = 1827  # five years


@dataclass(frozen=True, slots=True)
class CategoryDeeds:
    """The deeds of one category."""

    category: WishCategory
    deeds: int


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """A paper and its code."""

    paper: Paper
    code: str

    @property
    def average_stars(self) -> float | None:
        """The average of all ratings by people, to two places; None without one."""
        return round(self.paper.stars / self.paper.rated, 2) if self.paper.rated else None

    @property
    def by_category(self) -> list[CategoryDeeds]:
        """The deeds by category, in the order of the categories; not those without."""
        counted = self.paper.by_category
        return [CategoryDeeds(category, counted[category]) for category in WishCategory if category in counted]


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """What a check comes to, and what the paper says; None where it is not ours."""

    standing: RecordStanding
    record: ServiceRecord | None


async def of_viewer(viewer: Viewer, since: date, until: date) -> ServiceRecord | None:
    """Return the viewer's own record from one day to another, both included, as of now; None for who is no head.

    Raises INVALID_INPUT for a span that ends before it begins, ends after today, or is longer than five years. One
    statement, which reads what the head did in the span.
    """
    now = clock.now()
    if since > until:
        raise Refusal(ErrorCode.INVALID_INPUT, "开始日期不能晚于结束日期", "from")
    if until > clock.day_of(now):
        raise Refusal(ErrorCode.INVALID_INPUT, "结束日期不能晚于今天", "until")
    if since.year < EARLIEST_YEAR or (until - since).days >= MAX_DAYS:
        raise Refusal(ErrorCode.INVALID_INPUT, "一份证明最长五年，请缩短起止日期", "from")
    found = None if viewer.head_id is None else await _paper(viewer.head_id, since, until, now)
    return None if found is None else ServiceRecord(found, _signed(found))


async def check(code: str) -> RecordCheck:
    """Return whether a code is ours and its paper still true. It tells no more than the paper does: where the records
    were corrected since, not how; and nothing of a person who was forgotten. One statement."""
    signed = codes.parsed(code)
    if signed is None or not secrets.was_signed(PURPOSE, signed.content, signed.key_number, signed.mac):
        return RecordCheck(RecordStanding.NOT_OURS, None)
    then = codes.paper(signed.content)
    now = await _paper(then.head_id, then.since, then.until, then.issued_at)
    if now is None:
        return RecordCheck(RecordStanding.NOT_OURS, None)
    standing = RecordStanding.VALID if now == then else RecordStanding.CHANGED_SINCE
    return RecordCheck(standing, ServiceRecord(then, code))


def _signed(paper: Paper) -> str:
    content = codes.content(paper)
    number, mac = secrets.signed(PURPOSE, content)
    return codes.text(Signed(content, number, mac[:MAC_BYTES]))


async def _paper(head_id: UUID, since: date, until: date, issued_at: datetime) -> Paper | None:
    """Return what a paper says that is issued then; None for a head who was forgotten, or never was.

    A rating counts on its own day, and a wish that nobody rated in time on the day when it was paid; one that is rated
    late, after the issue, was rated by nobody then. What an administrator took back counts no more, whenever that was,
    nor anything done for the own household.
    """
    row = await database.fetch_one(
        """
        SELECT hh.name, rated.*, automatic.* FROM household_heads hh
        CROSS JOIN LATERAL (
            SELECT count(*) AS rated, coalesce(sum(w.stars), 0)::int AS stars,
                count(*) FILTER (WHERE w.stars >= $5) AS deeds,
                count(DISTINCT w.household_id) FILTER (WHERE w.stars >= $5) AS households,
                coalesce(array_agg(w.category) FILTER (WHERE w.stars >= $5), '{}') AS categories
            FROM wishes w JOIN rewards r ON r.wish_id = w.id
            WHERE w.head_id = hh.id AND w.state = 'RATED' AND w.rating_source <> 'AUTOMATIC'
                AND w.rated_at >= $2 AND w.rated_at < $3 AND w.rated_at <= $4
                AND NOT r.same_household AND (w.stars < $5 OR r.state = 'POSTED')
        ) rated
        CROSS JOIN LATERAL (
            SELECT count(*) AS automatic FROM rewards r JOIN wishes w ON w.id = r.wish_id
            WHERE r.head_id = hh.id AND r.posted_at >= $2 AND r.posted_at < $3 AND r.posted_at <= $4
                AND r.state = 'POSTED' AND NOT r.same_household
                AND (w.rating_source = 'AUTOMATIC' OR w.rated_at > $4)
        ) automatic
        WHERE hh.id = $1 AND hh.name <> $6
        """,
        head_id,
        clock.start_of(since),
        clock.start_of(until + timedelta(days=1)),
        issued_at,
        MIN_STARS_PAID,
        NAMELESS,
    )
    if row is None:
        return None
    by_category = Counter(WishCategory(one) for one in row.pop("categories"))
    return Paper(head_id, since=since, until=until, issued_at=issued_at, by_category=by_category, **row)
