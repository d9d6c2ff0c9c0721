"""Statements as files (结算单文件): a shop's day or month as a spreadsheet with Chinese headings; or one day's
canonical form, for computing its hash.

Amounts are numbers in yuan with two decimals, instants those of Asia/Shanghai. Nothing in a file is a formula.
"""

import asyncio
import base64
import codecs
import csv
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

from models.enums import StatementFormat
from services.db import database
from services.db.sql import Args
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.one_at_a_time import Turns
from services.kit.viewer import Viewer
from services.settlement import statements
from services.settlement.statements import Statement, StatementRow
from services.sheets.writing import guarded
from services.shops import shops

# Of a file that is asked for. A row of a workbook takes as long as ten of CSV.
MAX_REQUESTED_ROWS = {StatementFormat.XLSX: 2_500, StatementFormat.CSV: 5_000, StatementFormat.JSON: 5_000}

_BY_DAY = "请按天下载，或请运维人员用命令行导出"
HINTS = {StatementFormat.XLSX: f"请改下载 CSV；{_BY_DAY}", StatementFormat.CSV: _BY_DAY, StatementFormat.JSON: _BY_DAY}

MEDIA_TYPES = {
    StatementFormat.CSV: "text/csv; charset=utf-8",
    StatementFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    StatementFormat.JSON: "application/json",
}
AMOUNTS = ("原价(元)", "优惠(元)", "实付(元)", "积分")
HEADINGS = ("结算日", "店铺", "序号", "类别", "时间", "核销编号", "请求编号", *AMOUNTS)
DAY_HEADINGS = ("结算日", "店铺", "核销笔数", "更正笔数", "撤销笔数", *AMOUNTS, "指纹 SHA-256", "店铺确认", "区里确认")
TOTAL = "合计"

turns = Turns("workbooks")


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A file to send."""

    name: str
    media_type: str
    content: bytes

    @property
    def content_base64(self) -> str:
        """The content in base64."""
        return base64.b64encode(self.content).decode()


@dataclass(frozen=True, slots=True)
class Settled:
    """The data of a file: the statements of a span of days with their rows."""

    shop_name: str
    span: tuple[date, date]
    days: Sequence[Statement]
    rows: dict[UUID, list[StatementRow]]


async def requested(
    viewer: Viewer, shop_id: UUID, day: date | None, month: date | None, file_format: StatementFormat
) -> StatementFile | None:
    """Return a file of a shop's day or month (any day of it); None for a viewer who may not read the shop's statements.

    Raises INVALID_INPUT where nothing is settled, for JSON of more than one day, and for more rows than the
    format takes, and Overloaded while too many workbooks are being made. Three statements.
    """
    span = statements.period(day, month)
    check_format(file_format, span)
    args = Args()
    name = await database.fetch_value(
        f"SELECT s.name FROM shops s WHERE s.id = {args(shop_id)} AND {shops.run_by(viewer, args)}", *args
    )
    if name is None:
        return None
    async with turns.turn() if file_format == StatementFormat.XLSX else nullcontext():
        most = MAX_REQUESTED_ROWS[file_format]
        found = await settled(shop_id, name, span, most, HINTS[file_format])
        content = await asyncio.to_thread(written, found, file_format)
    return StatementFile(_file_name(found, file_format), MEDIA_TYPES[file_format], content)


def check_format(file_format: StatementFormat, span: tuple[date, date]) -> None:
    """Raise INVALID_INPUT for JSON of more than one day."""
    if file_format == StatementFormat.JSON and span[0] != span[1]:
        raise Refusal(ErrorCode.INVALID_INPUT, "JSON 是一天的规范格式，请选择一天", "day")


async def settled(shop_id: UUID, name: str, span: tuple[date, date], most: int, hint: str) -> Settled:
    """Return the data to write, without a visibility check. Raises INVALID_INPUT for none, or more rows than `most`.

    Two statements.
    """
    days = await database.read(
        Statement,
        f"SELECT {statements.COLUMNS} FROM {statements.SOURCE}"
        " WHERE st.shop_id = $1 AND st.day BETWEEN $2 AND $3 ORDER BY st.day",
        shop_id,
        *span,
    )
    if not days:
        raise Refusal(ErrorCode.INVALID_INPUT, "这段时间还没有结算单", "month")
    count = sum(one.redemptions + one.corrections for one in days)
    if count > most:
        raise Refusal(ErrorCode.INVALID_INPUT, f"共 {count:,} 行，一个文件最多 {most:,} 行：{hint}", "month")
    return Settled(name, span, days, await statements.all_rows([one.id for one in days]))


def _file_name(settled: Settled, file_format: StatementFormat) -> str:
    first, last = settled.span
    when = first.isoformat() if first == last else f"{first:%Y-%m}"
    name = re.sub(r"\W+", "_", settled.shop_name)
    return f"结算单_{name}_{when}.{file_format.lower()}"


def written(settled: Settled, file_format: StatementFormat) -> bytes:
    """Return the file's content."""
    if file_format == StatementFormat.JSON:
        return statements.form(settled.days[0], settled.rows[settled.days[0].id]).canonical
    return _csv(settled) if file_format == StatementFormat.CSV else _workbook(settled)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _amounts(one: Any) -> list[Any]:
    return [_yuan(one.bill_fen), _yuan(one.saved_fen), _yuan(one.payable_fen), one.points]


def _sums(settled: Settled) -> list[Any]:
    days = settled.days
    return [
        *(_yuan(sum(getattr(one, name) for one in days)) for name in ("bill_fen", "saved_fen", "payable_fen")),
        sum(one.points for one in days),
    ]


def _lines(settled: Settled) -> list[list[Any]]:
    """Return one row for each settled row."""
    shop = guarded(settled.shop_name)
    return [
        [
            one.day,
            shop,
            row.place,
            row.kind.label,
            clock.local(row.happened_at).replace(microsecond=0, tzinfo=None),
            str(row.redemption_id),
            guarded(row.request_no or ""),
            *_amounts(row),
        ]
        for one in settled.days
        for row in settled.rows[one.id]
    ]


def _csv(settled: Settled) -> bytes:
    """Return CSV in UTF-8 with a BOM for spreadsheets; the totals come last."""
    text = StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow(HEADINGS)
    sheet.writerows(_lines(settled))
    sheet.writerow([TOTAL, *[None] * (len(HEADINGS) - 1 - len(AMOUNTS)), *_sums(settled)])
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _workbook(settled: Settled) -> bytes:
    """Return a workbook: the rows on one sheet; the days with totals, hashes and acknowledgements on another."""
    from openpyxl import Workbook  # importing takes 0.1 s, which a CSV need not wait for

    book = Workbook(write_only=True)
    _sheet(book, "明细", HEADINGS, _lines(settled))
    counts = [sum(getattr(one, name) for one in settled.days) for name in ("redemptions", "corrections", "revoked")]
    days: list[list[Any]] = [
        [
            one.day,
            guarded(settled.shop_name),
            one.redemptions,
            one.corrections,
            one.revoked,
            *_amounts(one),
            one.sha256.hex(),
            *(
                clock.local(at).replace(microsecond=0, tzinfo=None) if at else None
                for at in (one.shop_acknowledged_at, one.district_acknowledged_at)
            ),
        ]
        for one in settled.days
    ]
    _sheet(book, TOTAL, DAY_HEADINGS, [*days, [TOTAL, None, *counts, *_sums(settled)]])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _sheet(book: Any, title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings):
        wide = 40 if heading in ("核销编号", "请求编号", "指纹 SHA-256") else 20 if heading in ("时间", "店铺") else 12
        sheet.column_dimensions["ABCDEFGHIJKL"[place]].width = wide
    sheet.append(list(headings))
    from openpyxl.cell import WriteOnlyCell

    amounts = [WriteOnlyCell(sheet) for _ in headings]  # one a column: a row is written as it is appended
    for cell in amounts:
        cell.number_format = "0.00"
    for row in rows:
        written = zip(amounts, row, strict=False)
        sheet.append([_set(cell, value) if isinstance(value, Decimal) else value for cell, value in written])


def _set(cell: Any, value: Decimal) -> Any:
    cell.value = value
    return cell
