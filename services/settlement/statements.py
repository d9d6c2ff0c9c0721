"""Statements (结算单): what a shop and the district settle for one day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from models.enums import StatementRowKind, StatementSide
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args
from services.kit.errors import ErrorCode, Refusal
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer
from services.people import areas
from services.settlement.form import Form, Line
from services.shops import shops

COLUMNS = f"""
    st.id, st.shop_id, {areas.path_of("s.area_id")} AS shop_path, st.day,
    st.redemptions, st.corrections, st.revoked, st.bill_fen, st.saved_fen, st.payable_fen, st.points,
    st.previous_sha256, st.sha256, st.closed_at, st.shop_acknowledged_at, st.shop_acknowledged_by_id,
    st.district_acknowledged_at, st.district_acknowledged_by_id,
    ARRAY(SELECT m.account_id FROM memberships m WHERE m.shop_id = st.shop_id
        AND coalesce(m.revoked_at, 'infinity') >= (st.day + time '01:58') AT TIME ZONE 'Asia/Shanghai') AS staff_ids
"""
ROW_COLUMNS = (
    "sr.statement_id, sr.place, sr.kind, sr.redemption_id, sr.happened_at, sr.bill_fen, sr.saved_fen, sr.payable_fen,"
    " sr.points, (SELECT q.request_no FROM requests q WHERE q.result_id = sr.redemption_id"
    " AND q.operation = 'redemptionConfirm' LIMIT 1) AS request_no"
)
SOURCE = "statements st JOIN shops s ON s.id = st.shop_id"
NEWEST_FIRST = Keyset("statements", {"day": ("st.day", date), "id": ("st.id", UUID)}, descending=True)
IN_PLACE = Keyset("statementRows", {"place": ("sr.place", int)})


@dataclass(frozen=True, slots=True)
class Statement:
    """One closed day of one shop. Money in fen. `revoked` counts redemptions without a row.

    `staff_ids`: everyone who has worked in the shop since its day began, past staff included.
    """

    id: UUID
    shop_id: UUID
    shop_path: str
    day: date
    redemptions: int
    corrections: int
    revoked: int
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int
    previous_sha256: bytes | None
    sha256: bytes
    closed_at: datetime
    shop_acknowledged_at: datetime | None
    shop_acknowledged_by_id: UUID | None
    district_acknowledged_at: datetime | None
    district_acknowledged_by_id: UUID | None
    staff_ids: Sequence[UUID] = field(repr=False)

    @property
    def shop_day(self) -> tuple[UUID, date]:
        """The shop and its day."""
        return self.shop_id, self.day

    def acknowledged_at(self, side: StatementSide) -> datetime | None:
        """Return when a side acknowledged it."""
        return self.shop_acknowledged_at if side == StatementSide.SHOP else self.district_acknowledged_at


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One row of a statement; negative amounts for a correction. Money in fen.

    `request_no`: under which the shop's own system confirmed the redemption.
    """

    statement_id: UUID
    place: int
    kind: StatementRowKind
    redemption_id: UUID
    happened_at: datetime
    bill_fen: int
    saved_fen: int
    payable_fen: int
    points: int
    request_no: str | None


def next_day(until: str) -> str:
    """Return SQL over `shops s`: the first unclosed day up to `until` with something to settle; NULL for none."""
    still_open = f"> coalesce(s.closed_through, '-infinity') AND {{}} <= {until}"
    return (
        "least((SELECT min(nr.statement_day) FROM redemptions nr WHERE nr.shop_id = s.id"
        f" AND nr.statement_day {still_open.format('nr.statement_day')}),"
        " (SELECT min(nd.correction_day) FROM disputes nd WHERE nd.shop_id = s.id"
        f" AND nd.correction_day {still_open.format('nd.correction_day')}))"
    )


READING = Reading(Statement, COLUMNS, SOURCE, "st.id", shops.run_by)
by_ids = READING.by_ids


async def of_days(viewer: Viewer, days: Sequence[tuple[UUID, date]]) -> dict[tuple[UUID, date], Statement]:
    """Return the statement of each shop's day, where it is closed and settles anything. One statement."""
    args = Args()
    shop_ids, dates = args([shop_id for shop_id, _ in days]), args([day for _, day in days])
    rows = await database.read(
        Statement,
        f"SELECT {COLUMNS} FROM {SOURCE} JOIN unnest({shop_ids}::uuid[], {dates}::date[]) AS wanted (shop_id, day)"
        f" ON wanted.shop_id = st.shop_id AND wanted.day = st.day WHERE {shops.run_by(viewer, args)}",
        *args,
    )
    return {statement.shop_day: statement for statement in rows}


async def of_shops(
    viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[Statement]]:
    """Return a page of each shop's statements, newest day first. One statement for all the shops."""
    return await READING.of_parents(viewer, shop_ids, page, NEWEST_FIRST, "st.shop_id", only=only)


async def rows_of(viewer: Viewer, ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[StatementRow]]:
    """Return a page of each statement's rows, in order. One statement for all of them."""
    args = Args()
    select = (
        f"SELECT {ROW_COLUMNS} FROM statement_rows sr JOIN statements st ON st.id = sr.statement_id"
        " JOIN shops s ON s.id = st.shop_id"
        f" WHERE sr.statement_id = parent.id AND {shops.run_by(viewer, args)}"
    )
    return await IN_PLACE.fetch_each(StatementRow, page, ids, "statement_id", select, args)


async def all_rows(ids: Sequence[UUID]) -> dict[UUID, list[StatementRow]]:
    """Return all rows of each statement in order, without a visibility check. One statement."""
    found = await database.read(
        StatementRow,
        f"SELECT {ROW_COLUMNS} FROM statement_rows sr WHERE sr.statement_id = ANY($1) ORDER BY sr.place",
        list(ids),
    )
    rows: dict[UUID, list[StatementRow]] = {one: [] for one in ids}
    for row in found:
        rows[row.statement_id].append(row)
    return rows


def form(statement: Statement, rows: Sequence[StatementRow]) -> Form:
    """Return the hashed form of a statement, from its stored rows."""
    lines = [
        Line(row.kind, row.redemption_id, row.happened_at, row.bill_fen, row.saved_fen, row.payable_fen, row.points)
        for row in rows
    ]
    return Form(statement.shop_id, statement.day, lines, statement.revoked, statement.previous_sha256)


async def overseen(
    viewer: Viewer,
    area_id: UUID | None,
    day: date | None,
    month: date | None,
    waiting_for: StatementSide | None,
    page: PageRequest,
    only: Only = None,
) -> Page[Statement] | None:
    """Return a page of the statements of an area's shops, newest day first, within an administrator's or auditor's
    reach.

    Filtered by `day` or `month` (any day of it), and to those that `waiting_for` has not acknowledged. None for a
    viewer who oversees nothing, and for an area out of reach. Raises INVALID_INPUT. Two statements.
    """
    span = None if day is None and month is None else period(day, month)
    _, paths = await areas.reach(viewer, area_id, viewer.control_paths)
    if not paths:
        return None
    args = Args()
    shops_there = areas.shops_in(paths, args)
    wanted = ["st.shop_id = place.id"] if shops_there else []
    if span:
        wanted.append(f"st.day BETWEEN {args(span[0])} AND {args(span[1])}")
    if waiting_for:
        wanted.append(f"st.{waiting_for.lower()}_acknowledged_at IS NULL")
    where = NEWEST_FIRST.merged(page, args, "statements st", shops_there, wanted)
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only=only)


def period(day: date | None, month: date | None) -> tuple[date, date]:
    """Return the first and the last day: of one day, or of the calendar month of `month`.

    Raises INVALID_INPUT unless exactly one is given, within the years 2000 to 2199.
    """
    meant = month if day is None else day
    if meant is None or None not in (day, month):
        raise Refusal(ErrorCode.INVALID_INPUT, "请选择一天或一个月，二者取一", "month")
    if not EARLIEST_YEAR <= meant.year <= LATEST_YEAR:
        field = "month" if day is None else "day"
        raise Refusal(ErrorCode.INVALID_INPUT, f"日期须在 {EARLIEST_YEAR} 年至 {LATEST_YEAR} 年之间", field)
    if day is not None:
        return day, day
    first = meant.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
