"""A statement's files as LibreOffice takes them: numbers are numbers, times are times, nothing is a formula."""

import csv
import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from models.enums import StatementFormat, StatementRowKind
from services.settlement.files import Settled, written
from services.settlement.statements import Statement, StatementRow
from tests.evidence.office import Office

HOSTILE = '=HYPERLINK("http://x","店")'
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def settled() -> Settled:
    """A day with a redemption and a correction, of a shop with a name that could be a formula."""
    at = datetime(2026, 5, 15, 4, 0, tzinfo=UTC)
    day, shop, one = date(2026, 5, 15), UUID(int=1), UUID(int=2)
    statement = Statement(
        one, shop, "d/", day, 1, 1, 0, 5_000, 1_005, 3_995, 0, None, bytes(32), at, at, UUID(int=3), None, None, []
    )
    rows = [
        StatementRow(one, 1, StatementRowKind.REDEMPTION, UUID(int=4), at, 8_800, 1_760, 7_040, 10, "=1+1"),
        StatementRow(one, 2, StatementRowKind.CORRECTION, UUID(int=5), at, -3_800, -755, -3_045, -10, None),
    ]
    return Settled(HOSTILE, (day, day), [statement], {one: rows})


def cells(path: Path, sheet: int) -> list[list[tuple[str, str]]]:
    """Each cell of a sheet that LibreOffice wrote as flat XML: its type, and its value or text."""
    table = ElementTree.parse(path).getroot().findall(f".//{TABLE}table")[sheet]
    assert table.findall(f".//*[@{TABLE}formula]") == []
    return [
        [
            (kind, cell.get(f"{OFFICE}value") or cell.get(f"{OFFICE}date-value") or "".join(cell.itertext()).strip())
            for cell in row
            if (kind := cell.get(f"{OFFICE}value-type"))
        ]
        for row in table.findall(f".//{TABLE}table-row")
    ]


@pytest.mark.parametrize("file_format", [StatementFormat.CSV, StatementFormat.XLSX])
def test_libreoffice_reads_what_was_meant(office: Office, tmp_path: Path, file_format: StatementFormat) -> None:
    made = tmp_path / f"made.{file_format.lower()}"
    made.write_bytes(written(settled(), file_format))
    office.convert("fods", tmp_path / "read", made)
    read = cells(tmp_path / "read" / "made.fods", 0)
    assert [text for _, text in read[0]][:4] == ["结算日", "店铺", "序号", "类别"]
    first, correction = read[1], read[2]
    assert first[1] == ("string", f"'{HOSTILE}") and first[6] == ("string", "'=1+1")
    assert first[0][0] == first[4][0] == "date"
    assert (first[0][1][:10], first[4][1][:19]) == ("2026-05-15", "2026-05-15T12:00:00")
    amounts = [(kind, float(value)) for kind, value in first[-4:]]
    assert amounts == [("float", 88.0), ("float", 17.6), ("float", 70.4), ("float", 10.0)]
    amounts = [(kind, float(value)) for kind, value in correction[-4:]]
    assert amounts == [("float", -38.0), ("float", -7.55), ("float", -30.45), ("float", -10.0)]
    if file_format == StatementFormat.CSV:
        assert [float(value) for _, value in read[3][-4:]] == [50.0, 10.05, 39.95, 0.0]
        assert list(csv.reader(made.read_text("utf-8-sig").splitlines()))[3][0] == "合计"
    else:
        days = cells(tmp_path / "read" / "made.fods", 1)
        assert ("string", "0" * 64) in days[1] and re.search("合计", str(days[2]))
