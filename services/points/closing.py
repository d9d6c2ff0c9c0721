"""Closing boards (封榜): 24 hours after its end, the board of a community, a subdistrict or the district is kept for
good.

Each board is a transaction of its own, so a killed run leaves every board either closed or untouched. It reads what the
live board reads, and waits for nobody: only at its end does it hold what closed boards say, to see whether it still
holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import AreaKind, LeaderboardPeriod
from services.audit import log as audit
from services.db import database
from services.db.sql import Args
from services.kit import clock
from services.kit.periods import window
from services.kit.settings import current
from services.points import places
from services.points.form import Form
from services.points.open_boards import SETTLES_FOR
from services.points.places import Closing

_KINDS = ", ".join(f"'{kind}'" for kind in places.KINDS)
_LENGTHS = {"WEEK": "1 week", "MONTH": "1 month", "QUARTER": "3 months", "YEAR": "1 year"}


@dataclass(frozen=True, slots=True)
class Due:
    """The next board of an area and a kind of window to close."""

    area_id: UUID
    kind: AreaKind
    period: LeaderboardPeriod
    starts_at: datetime
    ends_at: datetime

    def closed(self, at: datetime) -> Closing:
        """Return its closing, at an instant."""
        return Closing(uuid7(), self.area_id, self.kind, self.period, self.starts_at, self.ends_at, at)


def waiting(args: Args, now: datetime) -> str:
    """Return SQL: for each area and kind of window, the first window to close, where there is one, as a Due.

    The first of all is the first in which anybody of the district has points; from there on each is closed, also where
    nobody has any.
    """
    ended = {period: _last_to_close(period, now) for period in places.PERIODS}
    lengths = " ".join(f"WHEN '{period}' THEN interval '{length}'" for period, length in _LENGTHS.items())
    return f"""
    SELECT a.id AS area_id, a.kind, due.period, open.starts_at,
        (open.starts_at AT TIME ZONE 'Asia/Shanghai' + CASE due.period {lengths} END) AT TIME ZONE 'Asia/Shanghai'
            AS ends_at
    FROM unnest({args([*ended])}::text[], {args([*ended.values()])}::timestamptz[]) AS due (period, starts_at)
    CROSS JOIN LATERAL (
        SELECT min(s.starts_at) AS starts_at FROM scores s WHERE s.competes AND s.period = due.period
            AND s.district_id = (SELECT d.id FROM areas d WHERE d.kind = 'DISTRICT')
    ) first
    JOIN areas a ON a.kind <> 'BUILDING' AND a.kind IN ({_KINDS})
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT c.ends_at FROM board_closings c WHERE c.area_id = a.id AND c.period = due.period
            ORDER BY c.starts_at DESC LIMIT 1), first.starts_at) AS starts_at
    ) open
    WHERE open.starts_at <= due.starts_at
    """


def _last_to_close(period: LeaderboardPeriod, now: datetime) -> datetime:
    """Return when the last window begins that ended 24 hours ago."""
    ends_at = window(period, now - SETTLES_FOR).starts_at
    assert ends_at is not None, "these windows end"
    starts_at = window(period, ends_at - timedelta(microseconds=1)).starts_at
    assert starts_at is not None, "and begin"
    return starts_at


async def close_due(limit: int = 500, failed: Callable[[UUID, Exception], bool] | None = None) -> int:
    """Close at most `limit` boards whose window ended 24 hours ago, the oldest first; return how many. For `tick`.

    Covers any number of missed windows. Safe to repeat, beside itself and beside what changes boards. An area whose
    board fails is passed to `failed`, which returns whether to continue, and is left for the next run; without
    `failed`, it raises.
    """
    done = 0
    left: set[tuple[UUID, LeaderboardPeriod]] = set()
    while boards := [due for due in await _due() if (due.area_id, due.period) not in left]:
        for due in (due for due in boards if due.ends_at == boards[0].ends_at):
            try:
                if done == limit or not await close(due):
                    return done
                done += 1
            except Exception as error:  # one bad board must not block the rest
                if failed is None:
                    raise
                if not failed(due.area_id, error):
                    return done
                left.add((due.area_id, due.period))
    return done


async def _due() -> list[Due]:
    args = Args()
    return await database.read(Due, f"{waiting(args, clock.now())} ORDER BY ends_at, due.period, a.id", *args)


@database.transactional
async def close(due: Due) -> bool:
    """Close a board; return False, having done nothing, when another process closes boards or has closed this one.

    Starts over when points of the window were taken back meanwhile, or a head no longer competes there. Locks as
    `places.hold`, at its end.
    """
    key = database.lock_key(f"close-boards:{current().database_schema}")
    if not await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
        return False
    if due not in await _due():
        return False
    closing = due.closed(clock.now())
    await keep([closing], checked=True)
    return True


async def keep(closings: Sequence[Closing], *, checked: bool = False) -> None:
    """Write closings, each after the one before of its area and kind of window, with their places as they stand now.

    Inside the caller's transaction. `checked`: others may work beside it; raises Again when that changed the board.
    """
    await database.take_minutes()
    before = await places.marks(closings) if checked else {}
    await places.write(closings)
    scored, competing = await places.counted(closings), await places.participants(closings)
    forms = {
        closing.id: Form(
            closing.area_id,
            closing.period,
            closing.starts_at,
            closing.ends_at,
            closing.closed_at,
            participants=max(competing[closing.area_id], scored[closing.id]),  # one may be suspended since
            scored=scored[closing.id],
        )
        for closing in closings
    }
    hashings, last = await places.hashed(forms), await _last_hashes(closings)
    rows = []
    for key, form in forms.items():
        previous = last.get((form.area_id, form.period))
        last[form.area_id, form.period] = sha256 = hashings[key].sha256(previous)
        rows.append((key, form, previous, sha256))
    if checked:
        await places.hold()
        if await places.changed_since(closings, before):
            raise database.Again
    await _write(rows)


async def _last_hashes(closings: Sequence[Closing]) -> dict[tuple[UUID, LeaderboardPeriod], bytes]:
    rows = await database.fetch(
        "SELECT DISTINCT ON (c.area_id, c.period) c.area_id, c.period, c.sha256 FROM board_closings c"
        " JOIN (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[]) AS one (area_id, period)) chain"
        " ON chain.area_id = c.area_id AND chain.period = c.period"
        " ORDER BY c.area_id, c.period, c.starts_at DESC",
        [closing.area_id for closing in closings],
        [closing.period.value for closing in closings],
    )
    return {(row["area_id"], LeaderboardPeriod(row["period"])): bytes(row["sha256"]) for row in rows}


async def _write(rows: Sequence[tuple[UUID, Form, bytes | None, bytes]]) -> None:
    await database.execute(
        """
        INSERT INTO board_closings (id, area_id, period, starts_at, ends_at, closed_at, participants, scored,
            previous_sha256, sha256)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[],
            $6::timestamptz[], $7::int[], $8::int[], $9::bytea[], $10::bytea[])
        """,
        [key for key, _, _, _ in rows],
        [form.area_id for _, form, _, _ in rows],
        [form.period.value for _, form, _, _ in rows],
        [form.starts_at for _, form, _, _ in rows],
        [form.ends_at for _, form, _, _ in rows],
        [form.closed_at for _, form, _, _ in rows],
        [form.participants for _, form, _, _ in rows],
        [form.scored for _, form, _, _ in rows],
        [previous for _, _, previous, _ in rows],
        [sha256 for _, _, _, sha256 in rows],
    )
    details = {
        key: {
            "period": form.period,
            "first": clock.day_of(form.starts_at).isoformat(),
            "scored": form.scored,
            "sha256": sha256.hex(),
        }
        for key, form, _, sha256 in rows
    }
    audit.record_each(None, "board.close", "BoardClosing", details, details)
