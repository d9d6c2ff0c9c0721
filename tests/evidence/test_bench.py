"""`make bench`, quickly: all sides answer the same, and the report is whole. What it measures is no matter here."""

import re
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from schema.graph import ids
from tests.town.servers import ROOT

SIDES = ("compiled", "stock", "PostGraphile", "plain", "by hand", "one statement")
READS = ("HeadHome", "Nearby", "WishQueue")
QUICK = ("--rounds", "1", "--seconds", "0.15", "--size", "small", "--requests", "100")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a quick run's report."""
    into = tmp_path_factory.mktemp("report")
    command = [sys.executable, "bench/performance.py", *QUICK, "--into", str(into)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return into


def rows(page: str, section: str) -> list[list[str]]:
    """The rows of a section's table, without its heading."""
    table = page.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    return found[2:]


def figures(page: str) -> list[list[str]]:
    """All rows of figures, in order."""
    return [line.split("|")[1:-1] for line in page.splitlines() if re.search(r"\| +\d", line)]


def test_every_side_has_its_figures(report: Path) -> None:
    page = (report / "performance.md").read_text()
    for what in READS:
        assert [row[0] for row in rows(page, what)] == list(SIDES), what
    documents = {path.stem: path.read_text() for path in (ROOT / "docs/operations").glob("*.graphql")}
    for section, word, least in (("Queries", "query", 42), ("Mutations", "mutation", 20)):
        named = {name for name, text in documents.items() if f"\n{word} " in text}
        measured = [name for row in rows(page, f"{section}, compiled ÷ stock") for name in row[0].split(" + ")]
        assert set(measured) <= named and len(set(measured)) == len(measured) >= least, named - set(measured)
    assert [row[0] for row in rows(page, "A redemption: prepare and confirm")] == [
        "compiled", "stock", "asyncpg loop", "pgbench",
    ]  # fmt: skip
    assert [row[0] for row in rows(page, "Two workers ÷ one")] == list(READS)


def test_answers_were_compared(report: Path) -> None:
    page = (report / "performance.md").read_text()
    compared = re.search(r"([\d,]+) answers were compared", page)
    assert compared and int(compared[1].replace(",", "")) >= 400


def test_both_pages_have_the_same_figures(report: Path) -> None:
    english, chinese = ((report / name).read_text() for name in ("performance.md", "performance.zh-CN.md"))
    assert figures(english) == figures(chinese) and len(figures(english)) > 80
    for page in (english, chinese):
        assert not re.search(r"\{\w+\}", page), "a place that nothing was put into"
        assert english.count("\n## ") == page.count("\n## ")


def test_the_plot_shows_every_side(report: Path) -> None:
    said = [text.text for text in ET.parse(report / "performance.svg").iter("{http://www.w3.org/2000/svg}text")]
    for what in (*READS, *SIDES):
        assert said.count(what) == (1 if what in READS else 3), what


def test_only_spellings_may_differ() -> None:
    answers: dict[str, Any] = runpy.run_path(str(ROOT / "bench/answers.py"))
    key = uuid4()

    def plain(**wish: Any) -> Any:
        return answers["plain"]({"wishes": [{"title": "灯坏了", "cursor": "a", **wish}]})

    ours = plain(id=ids.make("Wish", key), submittedAt="2026-05-15T12:00:00+08:00")
    theirs = plain(id=str(key), submittedAt="2026-05-15T04:00:00+00:00", cursor="b")
    assert answers["difference"](ours, theirs) is None
    for other in (
        {"id": str(uuid4())},
        {"title": "水管漏了"},
        {"submittedAt": "2026-05-15T04:00:01Z"},
        {"cursor": None},
    ):
        wrong = plain(**{"id": str(key), "submittedAt": "2026-05-15T04:00:00Z", **other})
        assert answers["difference"](ours, wrong), other
    assert answers["difference"](ours, {"wishes": []}) and answers["difference"](ours, {})
