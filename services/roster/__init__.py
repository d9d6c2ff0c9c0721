"""Rosters (名册): what a district brings along in spreadsheets, read, checked, loaded and written back."""

import asyncio
import hashlib
from pathlib import Path

from services.errors import ErrorCode, Refusal
from services.progress import Report as Progress
from services.roster import loading
from services.roster.importers import COMMAND_LINE, Importer
from services.roster.report import Report

__all__ = ["COMMAND_LINE", "Importer", "Report", "import_file"]


async def import_file(
    source: Path | bytes, name: str, importer: Importer, *, dry_run: bool, report_progress: Progress
) -> Report:
    """Load a roster into the database, all of it or nothing; what became of it, or what is wrong with it.

    A dry run does everything and undoes it, so that its report is that of the real one. `name` is what the file is
    called; `report_progress` is told how far it is. Raises INVALID_STATE while another import runs, and while there
    is no district; INVALID_INPUT when the file can't be read at all.
    """
    try:
        sha256 = await asyncio.to_thread(_sha256, source)
        return await loading.load(source, name, sha256, importer, dry_run, report_progress)
    except loading.Undone as undone:
        return undone.report
    except OSError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"读不了文件 {name}:{error.strerror}", "file") from error


def _sha256(source: Path | bytes) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
