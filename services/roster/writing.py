"""Export rosters in the formats of the import: an unchanged export imports without changes.

Everything is read from one snapshot, in bounded lots from a server-side cursor, and written as it comes.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from uuid_utils.compat import uuid7

from services.audit import log as audit
from services.db import database
from services.kit.errors import ErrorCode, Refusal, why
from services.kit.progress import Report as Progress
from services.people.directory import place_of
from services.roster import listings
from services.roster.listings import Listing
from services.sheets.words import Kind
from services.sheets.workbooks import MAX_ROWS
from services.sheets.writing import Files, Format, files


class WrittenKind(StrEnum):
    """What to export."""

    ALL = "all"
    HOUSEHOLDS = "households"
    HEADS = "heads"
    WORKERS = "workers"
    SHOPS = "shops"
    PARTNERS = "partners"


KINDS = {WrittenKind(kind.name.lower()): (kind,) for kind in Kind} | {WrittenKind.ALL: tuple(Kind)}
LOT = 5_000
WRITING = "导出"
SETTINGS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = '300s';"
    " SET LOCAL idle_in_transaction_session_timeout = '120s'; SET LOCAL cursor_tuple_fraction = 1"
)


async def export(
    kinds: Sequence[Kind],
    file_format: Format,
    out: Path,
    area: str | None,
    *,
    with_phones: bool,
    force: bool,
    report_progress: Progress,
) -> dict[Kind, int]:
    """Export a roster; return the number of rows of each kind. `out` is the file, or the folder for the CSVs of several
    kinds; `area` is 街道/社区/网格, as many levels as needed, and None the whole district.

    Without phones their columns are left out: heads and grid workers, identified by nothing else, can't be imported
    again then. An audit row is written. Files appear whole or not at all, readable by their owner alone.
    Raises INVALID_INPUT for an unknown area, for an existing file without `force`, for more rows than a workbook may
    have, and where writing fails.
    """
    try:
        with files(kinds, file_format, out, force=force) as made:
            return await _write(made, file_format, area, with_phones, report_progress)
    except OSError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"写不了 {out}：{why(error)}", "out") from error


@database.transactional
async def _write(
    made: Files, file_format: Format, area: str | None, with_phones: bool, progress: Progress
) -> dict[Kind, int]:
    await database.bulk(SETTINGS)
    path = await _path(area)
    sheets = made.begin()
    chosen = {kind: listings.LISTINGS[kind] for kind in sheets}
    counts = {kind: await _count(listing, path) for kind, listing in chosen.items()}
    rows = sum(counts.values()) + len(counts)
    if file_format == Format.XLSX and rows > MAX_ROWS:
        hint = "请用 --format csv，或用 --area 缩小范围"
        raise Refusal(ErrorCode.INVALID_INPUT, f"共 {rows:,} 行，一个 .xlsx 文件最多 {MAX_ROWS:,} 行：{hint}", "format")
    done = 0
    for kind, listing in chosen.items():
        sheet = sheets[kind]
        sheet.write([listing.headings(with_phones)])
        await database.bulk(f"DECLARE roster_{kind.name} NO SCROLL CURSOR FOR {listing.sql} {listing.order}", path)
        while lot := await database.fetch(f"FETCH {LOT} FROM roster_{kind.name}"):
            sheet.write(listing.cells(row, with_phones) for row in lot)
            done += len(lot)
            progress(WRITING, done, sum(counts.values()))
    audit.record(
        None,
        "roster.export",
        "Roster",
        uuid7(),
        path=path,
        rows={kind.name.lower(): counts[kind] for kind in counts},
        phones=with_phones,
    )
    return counts


async def _count(listing: Listing, path: str) -> int:
    return int(await database.fetch_value(f"SELECT count(*) FROM ({listing.sql}) listed", path))


async def _path(area: str | None) -> str:
    """Return the path of an area, named by the end of its names from the district down."""
    if area is None:
        return ""
    names = [name.strip() for name in area.replace("\uff0f", "/").strip("/").split("/")]
    rows = await database.fetch(
        f"SELECT a.path FROM areas a, {place_of('a.id')} WHERE a.name = $2"
        " AND place.names[cardinality(place.names) - cardinality($1::text[]) + 1:] = $1::text[] LIMIT 2",
        names,
        names[-1],
    )
    if len(rows) != 1:
        found = "不止一处，请写上级，如 街道/社区/网格" if rows else "找不到，请按 街道/社区/网格 填写"
        raise Refusal(ErrorCode.INVALID_INPUT, f"“{area}”{found}", "area")
    return str(rows[0]["path"])
