"""A thousand random mutations of the sample rosters: taken, and the database says what the file says; or refused with a
reason, and nothing of it is written. Never a traceback."""

import asyncio
import copy
import csv
import io
import json
import re
import zipfile
from collections import Counter
from datetime import datetime
from typing import Any

import hypothesis
import openpyxl
import pytest
from hypothesis import strategies as st
from openpyxl.cell.cell import MergedCell

from models.enums import AreaKind
from services.db import database
from services.roster.report import Problem
from services.roster.sheets import read
from tests.evidence.believed import Believed, stands
from tests.evidence.mistakes import SAYS_WHAT_TO_DO
from tests.town import sheets
from tests.town.roster import load, versions
from tests.town.sizes import size
from tests.town.world import area

EXAMPLES = size(25, 250)  # of each sample
SAMPLES = {name: (sheets.FOLDER / name).read_bytes() for name in sheets.made()}
# What there is before: for all, everything of the samples; else as little as the sample can do with.
BEFORE = {name: ("heads" if name == "households.csv" else "bare", "all") for name in SAMPLES}
DONE: Counter[str] = Counter()

ODD: list[Any] = [
    None, "", " ", "\u3000", "无", "/", "不限", "长期", "=1+1", "#REF!", "####", "10000009999",
    "１００００００９９９８", "+86 100-0000-9997", "1.38E+10", 10000009996, 10000009995.0, 0, -1, 7, 12.5, 1e20, True,
    "王明", "王 明", "王明明", "Anna  Li", "长" * 65, "长" * 130, "王\u200b明", "\ufffd", "𠮷田", "é", "甲\n乙",
    '"', "'", "'=x", "八折",
    "0折", "80%", 0.2, "20%", "8.8元", "减", "打折", "赠品", "餐饮", "2026-02-30", "2026年11月9日", 46327, "周一",
    "周五到周一", "全天", "22:00-次日02:00", "08:00-", datetime(2026, 11, 9), datetime(2026, 11, 9, 8, 30), "SF-1-001",
    "SF-2-002", "52010119900101123X", "同上", "〃", "3月1日", "王?", "'0012", "⻢超", "满30减5", "合计",
    "10000009999/10000009998", "1号楼", "第1网格", "第一网格", "第九网格", "3栋", "示范社区", "网格", "电话", "联户长",
]  # fmt: skip
# What may well be right where it is put.
FAIR = [
    "王明",
    "新街88号",
    "10000009999",
    "SF-9-999",
    "第九网格",
    "9栋",
    "8.5折",
    "5元",
    "2027-01-01",
    3,
    "新社区",
    "欧阳敏",
]
ANY = st.sampled_from(FAIR) | st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


# -- files as grids ----------------------------------------------------------------------------------------------------


def rows_of(content: bytes) -> list[list[Any]]:
    """The rows of a sample CSV."""
    text = content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030")
    return [list(row) for row in csv.reader(io.StringIO(text))]


def written(rows: list[list[Any]], draw: st.DrawFn) -> bytes:
    """A CSV in any of the encodings and separators that are read."""
    out = io.StringIO()
    csv.writer(out, delimiter=draw(st.sampled_from(",,,;\t"))).writerows(rows)
    return out.getvalue().encode(draw(st.sampled_from(["utf-8-sig", "utf-8", "gb18030", "utf-16"])), "replace")


def turned(rows: list[list[Any]], draw: st.DrawFn, kind: str) -> None:
    """Mutate rows in place: some cells, some rows, or the columns."""
    at = st.integers(0, max(0, len(rows) - 1))
    for _ in range(draw(st.integers(1, 3))):
        if not rows:
            return
        row, other = draw(at) % len(rows), draw(at) % len(rows)
        if kind == "cells" and rows[row]:
            column = draw(st.integers(0, len(rows[row]) - 1))
            elsewhere = rows[other][draw(st.integers(0, len(rows[other]) - 1))] if rows[other] else None
            rows[row][column] = draw(ANY | st.just(elsewhere))
        elif kind == "rows":
            match draw(st.integers(0, 4)):
                case 0:
                    del rows[row]
                case 1:
                    rows.insert(other, list(rows[row]))
                case 2:
                    rows[row], rows[other] = rows[other], rows[row]
                case 3:
                    rows.insert(row, [])
                case _:
                    rows[row] = rows[row][: draw(st.integers(0, 12))]
        elif kind == "columns":
            width = max(map(len, rows)) or 1
            for one in rows:
                one.extend([None] * (width - len(one)))
            first, second = draw(st.integers(0, width - 1)), draw(st.integers(0, width - 1))
            what = draw(st.integers(0, 3))
            for one in rows:
                match what:
                    case 0:
                        one[first], one[second] = one[second], one[first]
                    case 1:
                        del one[first]
                    case 2:
                        one.insert(second, one[first])
                    case _:
                        pass
            if what == 3:
                rows[0][first] = draw(ANY)


def turned_workbook(content: bytes, draw: st.DrawFn, kind: str) -> bytes:
    """The same of one of the sheets; merged cells stay merged where their cells are."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[draw(st.sampled_from(book.sheetnames))]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    was = copy.deepcopy(rows)
    turned(rows, draw, kind)
    if kind != "cells" and draw(st.booleans()):
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
    for number in range(max(len(rows), len(was))):
        row = rows[number] if number < len(rows) else []
        for column in range(max(len(row), len(was[number]) if number < len(was) else 0)):
            cell = sheet.cell(number + 1, column + 1)
            if not isinstance(cell, MergedCell):
                value = row[column] if column < len(row) else None
                cell.value = re.sub("[\0-\x08\x0b-\x1f\ufffe\uffff]", "", value) if isinstance(value, str) else value
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# -- files as bytes ----------------------------------------------------------------------------------------------------


def bitten(content: bytes, draw: st.DrawFn) -> bytes:
    """The file with some bytes changed, left out, or put in; or cut off."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=4)) + content[at + draw(st.integers(0, 4)) :]
    return content[: draw(st.integers(0, len(content)))] if draw(st.integers(0, 9)) == 0 else content


def repacked(content: bytes, draw: st.DrawFn) -> bytes:
    """The workbook with one of its parts changed, left out, emptied, or put in twice."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    what = draw(st.integers(0, 4))
    if what == 0:
        del parts[name]
    elif what == 1:
        parts[name] = b""
    elif what == 2:
        parts[draw(st.sampled_from(sorted(parts)))] = parts[name]
    elif what == 3:
        digits = [found.start() for found in re.finditer(b"[0-9]", parts[name])] or [0]
        at = draw(st.sampled_from(digits))
        parts[name] = parts[name][:at] + str(draw(st.integers(0, 99))).encode() + parts[name][at + 1 :]
    else:
        parts[name] = bitten(parts[name], draw)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]))) as archive:
        for one, part in parts.items():
            archive.writestr(one, part)
    return file.getvalue()


@st.composite
def mutated(draw: st.DrawFn, name: str) -> tuple[str, bytes]:
    """A mutation of a sample, and of what kind."""
    content, is_csv = SAMPLES[name], name.endswith(".csv")
    kind = draw(st.sampled_from(["cells", "cells", "rows", "columns", "bytes", *([] if is_csv else ["parts"])]))
    if kind == "bytes":
        return kind, bitten(content, draw)
    if kind == "parts":
        return kind, repacked(content, draw)
    if not is_csv:
        return kind, turned_workbook(content, draw, kind)
    rows = rows_of(content)
    turned(rows, draw, kind)
    return kind, written(rows, draw)


# -- the database ------------------------------------------------------------------------------------------------------


class Before:
    """States of the database to go back to: copies of all tables in schemas of their own."""

    def __init__(self) -> None:
        self.said: dict[str, Believed] = {}
        self._tables: list[str] = []

    async def keep(self, name: str) -> None:
        """Keep it as it is now."""
        rows = await database.fetch(
            "SELECT quote_ident(tablename) AS name FROM pg_tables"
            " WHERE schemaname = current_schema() AND tablename <> 'tortoise_migrations'"
        )
        self._tables = [row["name"] for row in rows]
        await database.fetch(f"CREATE SCHEMA kept_{name}")
        for table in self._tables:
            await database.fetch(f"CREATE TABLE kept_{name}.{table} AS TABLE {table}")
        self.said[name] = await stands()

    async def back(self, name: str) -> None:
        """As it was then."""
        copies = "\n".join(
            f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{name}.{table};" for table in self._tables
        )
        await database.fetch(f"DO $back$ BEGIN SET LOCAL session_replication_role = replica; {copies} END $back$")

    async def forget(self) -> None:
        """Drop the copies."""
        for name in self.said:
            await database.fetch(f"DROP SCHEMA kept_{name} CASCADE")


async def prepare() -> Before:
    before = Before()
    await area(None, AreaKind.DISTRICT, "520303", "汇川区")
    await before.keep("bare")
    for name, content in sorted(SAMPLES.items()):  # heads first
        assert (await load(content, name=name)).problems == []
        if name == "heads.xlsx":
            await before.keep("heads")
    await before.keep("all")
    return before


async def outcome(before: Before, state: str, name: str, kind: str, content: bytes) -> bool:
    """Import it; whether it was taken. Fails the test when what is there then is neither as before nor as the file
    says, and when importing it again would change anything."""
    was = await versions(audit=True)
    report = await load(content, name=name)
    if report.problems:
        assert await versions(audit=True) == was, "nothing of it is written"
        for one in report.problems:
            assert one.message and SAYS_WHAT_TO_DO.search(one.message), one
            assert one.line.row >= 1 and one.line.sheet and not re.search("1000000[0-9]{4}", one.value), one
        assert not report.tallies
        return False
    records = [one for one in read(content, name) if not isinstance(one, Problem)]
    differ = (await stands()).unlike(before.said[state].loaded(records))
    assert not differ, f"{kind}, {state}: {differ}"
    is_now = await versions()
    again = await load(content, name=name)
    assert await versions() == is_now and not again.changes, "again it changes nothing"
    await before.back(state)
    return True


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_mutated_sample_is_taken_as_it_says_or_refused(db: None, name: str, kept: Any) -> None:
    before = await prepare()
    loop = asyncio.get_running_loop()
    now = {"state": "all"}

    async def one(state: str, kind: str, content: bytes) -> None:
        if now["state"] != state:
            await before.back(state)
        now["state"] = "unknown"  # until it ends well: one that fails is tried again, smaller
        taken = await outcome(before, state, name, kind, content)
        now["state"] = state
        DONE[f"{name} {kind} {'taken' if taken else 'refused'}"] += 1

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(hypothesis.HealthCheck), print_blob=True
    )
    @hypothesis.given(st.sampled_from(BEFORE[name]), mutated(name))
    def run(state: str, made: tuple[str, bytes]) -> None:
        asyncio.run_coroutine_threadsafe(one(state, *made), loop).result()

    try:
        await asyncio.to_thread(run)
    finally:
        await before.forget()
    mine = Counter({key.rpartition(" ")[2]: 0 for key in DONE})
    for key, count in DONE.items():
        if key.startswith(name):
            mine[key.rpartition(" ")[2]] += count
    assert mine.total() >= EXAMPLES and min(mine["taken"], mine["refused"]) >= EXAMPLES // 40, DONE
    (kept / "mutated_rosters.json").write_text(json.dumps(DONE, indent=2, ensure_ascii=False))
    print(name, dict(mine))
