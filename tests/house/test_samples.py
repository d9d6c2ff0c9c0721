"""The sample rosters: as their script makes them, readable without a problem, and described."""

import io
import re
from collections import Counter
from typing import Any

import openpyxl
import pytest

from models.enums import DiscountKind, ShopCategory
from services.roster.headings import HEADINGS, Layout, recognise
from services.roster.records import DiscountRecord, HeadRecord, HouseholdRecord, ShopRecord, WorkerRecord
from services.roster.report import Problem
from services.roster.sheets import read
from services.sheets.words import Kind
from tests.town import sheets

README = (sheets.FOLDER / "README.md").read_text()


def contents(workbook: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return [
        (sheet.title, [[cell.value for cell in row] for row in sheet], sorted(map(str, sheet.merged_cells.ranges)))
        for sheet in book.worksheets
    ]


@pytest.mark.parametrize("name", sheets.made())
def test_the_files_are_as_their_script_makes_them(name: str) -> None:
    kept, made = (sheets.FOLDER / name).read_bytes(), sheets.made()[name]
    if name.endswith(".csv"):
        assert kept == made
    else:  # a workbook says when it was saved
        assert contents(kept) == contents(made)


def test_there_is_nothing_else() -> None:
    assert {path.name for path in sheets.FOLDER.iterdir()} == {*sheets.made(), "README.md", "miniprogram"}


@pytest.mark.parametrize(
    ("name", "counts", "notices"),
    [
        ("workers.csv", {WorkerRecord: 4}, []),
        ("heads.xlsx", {HeadRecord: 5, HouseholdRecord: 7}, []),
        ("households.csv", {HouseholdRecord: 6}, []),
        ("shops.xlsx", {ShopRecord: 3, DiscountRecord: 3}, []),
        ("partners.csv", {ShopRecord: 3, DiscountRecord: 1}, []),
    ],
)
def test_they_are_read_without_a_problem(name: str, counts: dict[type, int], notices: list[str]) -> None:
    reading = read(sheets.FOLDER / name, name)
    found = list(reading)
    assert not [one for one in found if isinstance(one, Problem)]
    assert Counter(map(type, found)) == counts


def test_the_same_people_in_both_forms_of_a_sheet() -> None:
    heads = {one.phone for one in read(sheets.FOLDER / "heads.xlsx", "heads.xlsx") if isinstance(one, HeadRecord)}
    for name in ("heads.xlsx", "households.csv"):
        for one in read(sheets.FOLDER / name, name):
            if isinstance(one, HouseholdRecord):
                assert one.head_phone == "" or one.head_phone in heads
                assert one.phone == "" or (one.phone and one.phone.startswith("1000000"))


def test_every_heading_and_word_is_described() -> None:
    for kind in Kind:
        assert f"### {kind}" in README
        for heading in HEADINGS[kind].values():
            assert f"| {heading} |" in README or f"| **{heading}** |" in README, heading
    for word in (one.label for one in (*ShopCategory, *DiscountKind)):
        assert word in README
    for name in sheets.made():
        assert f"`{name}`" in README


def test_every_other_name_of_a_heading_is_known() -> None:
    tried = 0
    for kind in Kind:
        fields = {heading: field for field, heading in HEADINGS[kind].items()}
        for line in README.split(f"### {kind}\n")[1].split("###")[0].splitlines():
            cells = [cell.strip(" *") for cell in line.split("|")]
            if len(cells) != 6 or cells[1] not in fields:
                continue
            for alias in re.sub("、姓名.*", "", cells[4]).split("、") if cells[4] else ():
                found = recognise([alias if heading == cells[1] else heading for heading in fields], "")
                assert isinstance(found, Layout) and found.kind == kind and found.has(fields[cells[1]]), alias
                tried += 1
    assert tried > 40
