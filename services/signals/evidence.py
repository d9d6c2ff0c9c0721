"""What a signal was raised from: the redemptions or wishes that its figures count, found again. Exactly those, also
where some were taken back or rated anew since.

Nothing is kept of wrong codes and of shared devices, and which redemptions were outside the opening hours depends on
how these were read then: those kinds have no evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from models.enums import SignalKind
from services.db import database
from services.db.sql import Args
from services.kit.viewer import Viewer
from services.signals import signals

MAX_EVIDENCE = 100


class Source(NamedTuple):
    """A row that counted: of a type of the graph, with its id."""

    type_name: str
    id: UUID


@dataclass(frozen=True, slots=True)
class _Row:
    signal_id: UUID
    type_name: str
    source_id: UUID


_SINCE, _UNTIL = "(g.figures ->> 'since')", "(g.figures ->> 'until')"
_MOMENTS = f"BETWEEN {_SINCE}::timestamptz AND {_UNTIL}::timestamptz"
_NIGHT_BEFORE = "r.statement_day BETWEEN g.day - 1 AND g.day"
_WINDOW = f"r.statement_day BETWEEN {_SINCE}::date AND {_UNTIL}::date"
# It stood when the signal was raised.
_STOOD = (
    "(r.state = 'CONFIRMED' OR EXISTS (SELECT 1 FROM disputes d WHERE d.redemption_id = r.id AND d.state = 'UPHELD'"
    " AND d.decided_at > g.raised_at))"
)


def _in_window(at: str) -> str:
    """Return SQL: an instant lies in the window's days, from 02:00 on."""
    begin = f"({_SINCE}::date + time '02:00') AT TIME ZONE 'Asia/Shanghai'"
    end = f"({_UNTIL}::date + 1 + time '02:00') AT TIME ZONE 'Asia/Shanghai'"
    return f"{at} >= {begin} AND {at} < {end}"


def _redemptions(kind: SignalKind, among: str, wanted: str) -> str:
    return (
        f"SELECT 'Redemption' AS type_name, r.id AS source_id, r.confirmed_at AS at FROM {among}"
        f" WHERE g.kind = '{kind}' AND {wanted}"
    )


# As services/signals/searches.py counted them, over `signals g`, each along an index of its shop, head or household.
_FOUND = (
    _redemptions(
        SignalKind.BURST,
        "redemptions r",
        f"r.shop_id = g.shop_id AND {_NIGHT_BEFORE} AND r.confirmed_at {_MOMENTS}",
    ),
    _redemptions(
        SignalKind.BURST,
        "redemptions r",
        f"r.head_id = g.head_id AND {_NIGHT_BEFORE} AND r.confirmed_at {_MOMENTS}",
    ),
    _redemptions(
        SignalKind.FAR_APART,
        f"(VALUES (g.shop_id, {_SINCE}::timestamptz), (g.other_shop_id, {_UNTIL}::timestamptz)) stop (shop_id, at)"
        " JOIN redemptions r ON r.shop_id = stop.shop_id AND r.confirmed_at = stop.at",
        f"r.head_id = g.head_id AND {_NIGHT_BEFORE}",
    ),
    _redemptions(
        SignalKind.MUTUAL_SHARE,
        "redemptions r",
        f"r.shop_id = g.shop_id AND r.head_id = g.head_id AND {_WINDOW} AND {_STOOD}",
    ),
    _redemptions(
        SignalKind.JUST_ABOVE_MINIMUM,
        "redemptions r JOIN discounts o ON o.id = r.discount_id",
        f"r.shop_id = g.shop_id AND {_WINDOW} AND {_STOOD} AND o.min_spend_fen > 0 AND"
        " r.bill_fen::bigint * 100 <= o.min_spend_fen::bigint * (100 + (g.figures ->> 'above_percent')::int)",
    ),
    "SELECT 'Wish' AS type_name, w.id AS source_id, w.submitted_at AS at FROM wishes w"
    f" WHERE g.kind = '{SignalKind.WISH_CYCLE}' AND w.household_id = g.household_id AND w.head_id = g.head_id"
    # One that was rated by time, and by the household after the signal was raised, has its new time.
    f" AND w.state = 'RATED' AND (({_in_window('w.rated_at')}) OR (w.rated_at > g.raised_at AND EXISTS ("
    f"SELECT 1 FROM wish_events e WHERE e.wish_id = w.id AND e.to_state = 'RATED' AND {_in_window('e.occurred_at')})))",
)


async def of_signals(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, list[Source]]:
    """Return what each signal that the viewer sees was raised from, oldest first, at most MAX_EVIDENCE; absent for a
    kind without evidence. One statement for all the signals."""
    args = Args()
    each = " UNION ALL ".join(f"({found} ORDER BY at, source_id LIMIT {MAX_EVIDENCE})" for found in _FOUND)
    rows = await database.read(
        _Row,
        f"""
        SELECT g.id AS signal_id, found.type_name, found.source_id
        FROM signals g CROSS JOIN LATERAL ({each}) found
        WHERE g.id = ANY({args(list(ids))}) AND {signals.visible_to(viewer, args)}
        ORDER BY g.id, found.at, found.source_id
        """,
        *args,
    )
    sources: dict[UUID, list[Source]] = {}
    for row in rows:
        sources.setdefault(row.signal_id, []).append(Source(row.type_name, row.source_id))
    return sources
