"""Evidence (事迹): what a nominee did within the season's days, computed from rated wishes, and frozen with the review.

A wish counts once it was rated 3 stars or more, or by time, and stands; not for the head's own household. Of points
taken back count those of these days' wishes, whenever they were taken back, and what was taken back in these days.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from models.enums import SeasonSubject, TransferKind
from services.db import database
from services.db.sql import Args
from services.kit import clock

_COUNTED = "r.state = 'POSTED' AND NOT r.same_household"
_FIGURES = (
    f"SELECT count(*) FILTER (WHERE {_COUNTED}) AS wishes,"
    f" count(DISTINCT w.household_id) FILTER (WHERE {_COUNTED}) AS households,"
    " count(w.stars) FILTER (WHERE NOT r.same_household) AS ratings,"
    " coalesce(sum(w.stars) FILTER (WHERE NOT r.same_household), 0)::int AS stars,"
    " count(*) FILTER (WHERE r.state = 'REVERSED') AS reversals"
    " FROM wishes w JOIN rewards r ON r.wish_id = w.id"
)
_OFFICES = "('GRID_WORKER', 'COMMUNITY_STAFF', 'DISTRICT_ADMIN', 'AUDITOR')"


def in_office(head: str) -> str:
    """Return SQL: the account of a head holds an office in the district."""
    return (
        "EXISTS (SELECT 1 FROM memberships m JOIN memberships o ON o.account_id = m.account_id"
        f" WHERE m.head_id = {head} AND m.revoked_at IS NULL AND o.revoked_at IS NULL AND o.role IN {_OFFICES})"
    )


def months(created_at: str, after: str) -> str:
    """Return SQL for the whole months in office before the instant `after`, since the roster knows the head."""
    served = f"age({after} AT TIME ZONE 'Asia/Shanghai', {created_at} AT TIME ZONE 'Asia/Shanghai')"
    return f"greatest(0, (extract(year FROM {served}) * 12 + extract(month FROM {served}))::int)"


def of_head(hh: str, first: str, after: str) -> str:
    """Return SQL for the evidence of a row `hh` of household_heads as columns: from the instant `first` on, before
    `after`."""
    earlier = (
        "(SELECT count(*) FROM rewards r JOIN wishes w ON w.id = r.wish_id"
        f" WHERE r.head_id = {hh}.id AND r.state = 'REVERSED' AND NOT (w.rated_at >= {first} AND w.rated_at < {after})"
        " AND EXISTS (SELECT 1 FROM points_transfers t WHERE t.wish_id = r.wish_id"
        f" AND t.kind = '{TransferKind.REVERSAL}' AND t.created_at >= {first} AND t.created_at < {after}))"
    )
    of_wishes = "figures.wishes, figures.households, figures.ratings, figures.stars"
    return (
        f"SELECT {of_wishes}, figures.reversals + {earlier} AS reversals,"
        f" {months(f'{hh}.created_at', after)} AS months, {hh}.suspended_at IS NOT NULL AS suspended,"
        f" {in_office(f'{hh}.id')} AS in_office"
        f" FROM ({_FIGURES} WHERE w.head_id = {hh}.id AND w.state = 'RATED' AND w.rated_at >= {first}"
        f" AND w.rated_at < {after}) figures"
    )


def _of_nominee(subject: SeasonSubject, first: str, after: str) -> str:
    """Return SQL for the evidence of a row `n` of nominations, as one jsonb."""
    within = f"w.state = 'RATED' AND w.rated_at >= {first} AND w.rated_at < {after}"
    if subject == SeasonSubject.HEAD:
        return (
            "SELECT to_jsonb(facts) AS evidence FROM household_heads hh,"
            f" LATERAL ({of_head('hh', first, after)}) facts WHERE hh.id = n.head_id"
        )
    if subject == SeasonSubject.HOUSEHOLD:  # by the heads who live there
        of = (
            "w.head_id IN (SELECT m.head_id FROM memberships l JOIN memberships m ON m.account_id = l.account_id"
            " WHERE l.household_id = n.household_id AND l.revoked_at IS NULL AND m.revoked_at IS NULL)"
        )
    else:
        of = "w.household_id IN (SELECT h.id FROM households h WHERE h.building_id = n.building_id)"
    return (
        "SELECT jsonb_build_object('wishes', wishes, 'households', households) AS evidence"
        f" FROM ({_FIGURES} WHERE {of} AND {within}) figures"
    )


def window(deeds_from: date, deeds_until: date) -> tuple[datetime, datetime]:
    """Return the first instant that counts, and the first that no longer does."""
    return clock.start_of(deeds_from), clock.start_of(deeds_until + timedelta(days=1))


async def freeze(season_id: UUID, subject: SeasonSubject, deeds_from: date, deeds_until: date) -> int:
    """Freeze evidence and supports of the consented nominations of a locked season; return how many. One statement."""
    return await _freeze("n.season_id = {key} AND n.state = 'CONSENTED'", season_id, subject, deeds_from, deeds_until)


async def renew(nomination_id: UUID, subject: SeasonSubject, deeds_from: date, deeds_until: date) -> None:
    """Compute the evidence of a locked nomination anew, because what it rests on was found wrong. One statement."""
    await _freeze("n.id = {key}", nomination_id, subject, deeds_from, deeds_until)


async def _freeze(which: str, key: UUID, subject: SeasonSubject, deeds_from: date, deeds_until: date) -> int:
    args = Args()
    first, after = (f"{args(at)}::timestamptz" for at in window(deeds_from, deeds_until))
    now, condition = args(clock.now()), which.format(key=args(key))
    return await database.execute(
        "UPDATE nominations SET evidence = found.evidence, evidence_at = coalesce(nominations.evidence_at, "
        f"{now}), supports = coalesce(nominations.supports, found.supports) FROM (SELECT n.id, facts.evidence,"
        " (SELECT count(*) FROM nomination_supports s WHERE s.nomination_id = n.id) AS supports"
        f" FROM nominations n, LATERAL ({_of_nominee(subject, first, after)}) facts WHERE {condition}) found"
        " WHERE nominations.id = found.id",
        *args,
    )
