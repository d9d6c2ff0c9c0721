"""Rosters (名册): what a district brings along in spreadsheets, read, checked, loaded and written back."""

import asyncio
import hashlib
from contextlib import suppress
from pathlib import Path

from services.db import database
from services.kit.errors import ErrorCode, NoConnection, Overloaded, Refusal, Unavailable, why
from services.kit.progress import Report as Progress
from services.roster import loading
from services.roster.importers import COMMAND_LINE, Importer
from services.roster.report import Report

MANY = 10_000  # rows that change how statements are best planned

__all__ = ["COMMAND_LINE", "Importer", "Report", "import_file"]


async def import_file(
    source: Path | bytes, name: str, importer: Importer, *, dry_run: bool, report_progress: Progress
) -> Report:
    """Load a roster into the database, all of it or nothing; what became of it, or what is wrong with it.

    A dry run does everything and undoes it, so that its report is that of the real one. `name` is what the file is
    called; `report_progress` is told how far it is. Raises INVALID_STATE while another import runs, while there is no
    district, and where busy tills were in the way for too long; INVALID_INPUT when the file can't be read at all.
    """
    try:
        sha256 = await asyncio.to_thread(_sha256, source)
        report = await loading.load(source, name, sha256, importer, dry_run, report_progress)
    except loading.Undone as undone:
        return undone.report
    except NoConnection:
        raise
    except Overloaded as error:  # a lock or a turn was waited for in vain; all of it was rolled back
        raise Refusal(ErrorCode.INVALID_STATE, loading.BUSY) from error
    except OSError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"读不了文件 {name}：{why(error)}", "file") from error
    if sum(tally.added for tally in report.tallies.values()) > MANY:
        with suppress(Unavailable):  # the statistics would otherwise come minutes later
            await database.fetch("ANALYZE")
    return report


def _sha256(source: Path | bytes) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    if source.exists() and not source.is_file() and not source.is_dir():
        # A device may have no end, and what comes through a pipe comes once: a roster is read several times.
        raise Refusal(ErrorCode.INVALID_INPUT, f"{source.name} 不是普通文件：请先另存为文件再导入", "file")
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
