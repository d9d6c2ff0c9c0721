"""Load a roster into the database: all of it in one transaction, or nothing.

Records are copied in bounded lots into temporary tables, then merged by set-wide statements. Lock order: households by
id, accounts by id, heads by id, the shops' turns by id, shops, their discounts. Rows to be changed are compared again
once locked, and long work is done before taking the shops' turns, for their tills wait meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from uuid import UUID

import asyncpg
from tortoise.exceptions import IntegrityError

from services.audit import log as audit
from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.progress import Report as Progress
from services.kit.settings import current
from services.roster import heads, households, new_phones, people, places, sheets, staging
from services.roster.importers import Importer
from services.roster.offers import Offers
from services.roster.records import Line
from services.roster.report import Report
from services.roster.shops import Shops
from services.roster.sql import Import
from services.roster.staging import Staging
from services.writes import turns

WAITS_SECONDS = 5.0  # for another import
# For a till at work: while one is waited for, the tills of the roster's other shops wait too.
TURN_WITHIN_SECONDS = 0.3
TURN_TRIES = 4
TURN_AGAIN_SECONDS = 0.5
BUSY = "导入时收银台正忙，或有人正在修改同一批资料，名册没有导入任何内容，请稍后再导入一次"
_ASKS_AGAIN_SECONDS = 0.25
READING, WRITING = "读取", "写入"
# An import is no request: it may take minutes, and be idle between statements while it reads a slow file.
SETTINGS = (
    "SET LOCAL statement_timeout = '300s'; SET LOCAL lock_timeout = '10s';"
    " SET LOCAL idle_in_transaction_session_timeout = '120s'; SET LOCAL work_mem = '64MB'"
)


class Undone(Exception):
    """Rolls the transaction back; carries the report."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


@database.transactional
async def load(
    source: Path | bytes, name: str, sha256: str, importer: Importer, dry_run: bool, progress: Progress
) -> Report:
    """Load a roster. Raises Undone when there is any problem, and after a dry run, which does everything else too.

    Raises INVALID_STATE while another import runs for longer than WAITS_SECONDS, and while there is no district;
    OSError when `source` can't be read. Runs again from its start on a concurrent insert of the same thing.
    """
    work = Import(importer, Report(dry_run=dry_run, sha256=sha256))
    await database.bulk(SETTINGS)
    await _be_alone()
    await places.require_district()
    await database.bulk(f"{staging.CREATE};{places.CREATE};{people.CREATE}")
    staged = await _stage(work, source, name, progress)
    try:
        await _merge(work, staged, progress)
    except IntegrityError as error:
        if isinstance(error.__cause__, asyncpg.UniqueViolationError):
            raise database.Again from error
        raise
    if dry_run:
        raise Undone(work.report)
    return work.report


async def _be_alone() -> None:
    """Hold the lock of imports until the transaction ends."""
    key = database.lock_key(f"roster:{current().database_schema}")
    for _ in range(int(WAITS_SECONDS / _ASKS_AGAIN_SECONDS) + 1):
        if await database.fetch_value("SELECT pg_try_advisory_xact_lock($1)", key):
            return
        await asyncio.sleep(_ASKS_AGAIN_SECONDS)
    raise Refusal(ErrorCode.INVALID_STATE, "另一份名册正在导入，请等它完成后再试")


async def _stage(work: Import, source: Path | bytes, name: str, progress: Progress) -> Staging:
    """Read the file and copy its records into the temporary tables."""
    reading = await asyncio.to_thread(sheets.read, source, name)
    staged = Staging(reading)
    work.notes = reading.notes
    async with aclosing(staging.lots(staged)) as lots:
        async for lot in lots:
            for problem in lot.problems:
                work.refuse(problem.line, problem.column, problem.value, problem.message)
            await staging.copy(lot)
            progress(READING, reading.done, reading.of)
    progress(READING, reading.of, reading.of)
    await database.bulk(";".join(f"ANALYZE {table}" for table in staging.TABLES))
    work.report.rows, work.report.notices = reading.rows, reading.notices
    return staged


async def _merge(work: Import, staged: Staging, progress: Progress) -> None:
    """Plan everything, record the problems, and write it if there are none."""
    unread = bool(work.report.problems)
    spots = await places.load(work, staged)
    work.report.notes = work.notes.all()
    shops = Shops(work, spots)
    offers = Offers(work, shops)
    await new_phones.answer(work)
    await heads.identify()
    await households.identify()
    await people.identify(work)
    await places.check(work)
    await heads.check(work)
    await households.check(work, heads_known=not unread)
    await people.check(work)
    await shops.plan(staged.shops)
    await offers.plan(staged.discounts)
    _end_if_refused(work, staged)

    steps: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: heads.add(work),
        lambda: households.write(work),
        shops.plan_cashiers,
        lambda: people.write(work),
        lambda: households.grant(work),
        lambda: heads.change(work),
        lambda: households.check_heads_again(work),
        lambda: _write_shops(work, staged, shops, offers),
    )
    for done, step in enumerate(steps, start=1):
        work.at = clock.now()
        await step()
        progress(WRITING, done, len(steps))
    _end_if_refused(work, staged)
    await heads.summarize(work)
    await households.summarize(work)
    await people.summarize(work)
    shops.summarize()
    offers.summarize()
    work.report.changes.sort(key=lambda change: _place(staged, change.line))
    tallies = {kind: [tally.added, tally.changed, tally.unchanged] for kind, tally in work.report.tallies.items()}
    audit.record(
        work.importer.account_id,
        "roster.import",
        "Roster",
        work.id,
        sha256=work.report.sha256,
        rows=work.report.rows,
        tallies=tallies,
    )


async def _write_shops(work: Import, staged: Staging, shops: Shops, offers: Offers) -> None:
    """Write shops and discounts, last of all and in few statements."""
    _end_if_refused(work, staged)
    wanted = sorted({one.id for one in shops.wanted} | {offer.shop.id for offer in offers.wanted})
    if not wanted:
        return
    await _take_turns(wanted)
    await shops.compare_again(wanted)
    await offers.compare_again(wanted)
    _end_if_refused(work, staged)
    work.at = clock.now()  # under the locks: the opening hours by which a day is judged change with the commit
    await shops.write()
    await offers.write()


async def _take_turns(shop_ids: Sequence[UUID]) -> None:
    for _ in range(TURN_TRIES):
        if await turns.exclusive_soon(shop_ids, TURN_WITHIN_SECONDS):
            return
        await asyncio.sleep(TURN_AGAIN_SECONDS)
    raise Refusal(ErrorCode.INVALID_STATE, BUSY)


def _end_if_refused(work: Import, staged: Staging) -> None:
    """Raise Undone when there is any problem."""
    if work.report.problems:
        work.report.problems.sort(key=lambda problem: _place(staged, problem.line))
        work.report.tallies.clear()
        raise Undone(work.report)


def _place(staged: Staging, line: Line) -> tuple[int, int]:
    """Return a line's position in the whole file."""
    return staged.sheets.get(line.sheet, 0), line.row
