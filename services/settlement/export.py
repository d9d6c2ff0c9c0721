"""Statements for operators: listed, and written to files."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from models.enums import StatementFormat
from services.db import database
from services.db.paging import Page, PageRequest
from services.db.sql import Args
from services.kit import ids
from services.people import directory
from services.people.directory import place_of
from services.settlement import files, statements
from services.settlement.statements import NEWEST_FIRST
from services.sheets.writing import new_file

MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class ListedStatement:
    """One closed day as an operator sees it. Money in fen; `shop` is its path of names."""

    id: UUID
    day: date
    shop: str
    redemptions: int
    corrections: int
    saved_fen: int
    payable_fen: int
    points: int
    shop_acknowledged_at: datetime | None
    district_acknowledged_at: datetime | None
    sha256: str


async def listed(page: PageRequest, shop: str | None, month: date | None) -> Page[ListedStatement]:
    """Return a page of statements, newest day first: of one shop (id, name or 社区/店名), of one month (any day of it).

    Raises NOT_FOUND, INVALID_INPUT.
    """
    args = Args()
    condition, order = NEWEST_FIRST.clause(page, args)
    if shop is not None:
        condition += f" AND st.shop_id = {args(await _shop(shop))}"
    if month is not None:
        first, last = statements.period(None, month)
        condition += f" AND st.day BETWEEN {args(first)} AND {args(last)}"
    rows = await database.read(
        ListedStatement,
        f"""
        SELECT st.id, st.day, array_to_string(place.names || s.name::text, '/') AS shop, st.redemptions, st.corrections,
            st.saved_fen, st.payable_fen, st.points, st.shop_acknowledged_at, st.district_acknowledged_at,
            encode(st.sha256, 'hex') AS sha256
        FROM (SELECT * FROM statements st WHERE {condition} {order}) st
        JOIN shops s ON s.id = st.shop_id, {place_of("s.area_id")} ORDER BY st.day DESC, st.id DESC
        """,
        *args,
    )
    found = rows
    return NEWEST_FIRST.page(page, found[::-1] if page.backwards else found)


async def export(shop: str, day: date | None, month: date | None, out: Path, *, force: bool) -> dict[str, int]:
    """Write a shop's day or month to a file, in the format of `out`'s suffix (else CSV); return the counts of
    statements and rows. `shop` is its id, its name or 社区/店名; it may have left.

    Raises NOT_FOUND, INVALID_INPUT as `files.requested` (beyond 100,000 rows), for an existing file without `force`,
    and where nothing can be written.
    """
    span = statements.period(day, month)
    ending = out.suffix.removeprefix(".").upper()
    file_format = StatementFormat(ending) if ending in set(StatementFormat) else StatementFormat.CSV
    files.check_format(file_format, span)
    shop_id = await _shop(shop)
    name = await database.fetch_value("SELECT name FROM shops WHERE id = $1", shop_id)
    settled = await files.settled(shop_id, name, span, MAX_ROWS, "请按天导出")
    with new_file(out, force=force) as file:
        file.write(files.written(settled, file_format))
    return {"statements": len(settled.days), "rows": sum(map(len, settled.rows.values()))}


async def _shop(given: str) -> UUID:
    kind, key = ids.split(given) or ("", None)
    return await directory.shop(key if key and kind == "Shop" else given)
