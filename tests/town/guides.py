"""The pages of docs/, for tests that hold the program against what they say."""

import re

from tests.town.servers import ROOT

DOCS = ROOT / "docs"
PAGES = ("merchant.md", "merchant.zh-CN.md")


def text(page: str) -> str:
    """A page as it stands."""
    return (DOCS / page).read_text()


def blocks(written: str, language: str = "sh") -> list[str]:
    """The blocks of a language in a text, in their order. The language is a pattern."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", written, re.MULTILINE | re.DOTALL)
    return [block for labelled, block in found if re.fullmatch(language, labelled)]


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of each row of the tables with this heading; code without its marks."""
    found = re.findall(rf"^\| {re.escape(heading)} \|\n\|[-|]+\|\n((?:^\|.*\|\n)+)", text(page), re.MULTILINE)
    assert found, heading
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for table in found for line in table.splitlines()]


def code(cell: str) -> str:
    """The code that is all of a cell."""
    assert cell.startswith("`") and cell.endswith("`"), cell
    return cell[1:-1]
