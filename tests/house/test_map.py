"""docs/house.md: each row of its table leads to what it says, and its floors are those of the contract."""

import ast
import re
import tomllib

import pytest

from tests.town.servers import ROOT

PAGE = (ROOT / "docs/house.md").read_text()
ROWS = re.findall(r"^\| ([^|`]+) \| `([\w/.]+\.py)` \| `(\w+)` \|$", PAGE, re.MULTILINE)
HOPS = re.findall(r"^\| `([\w/.]+\.py):([\w.]+)` \|", PAGE, re.MULTILINE)


def rows_of(section: str) -> list[tuple[str, str]]:
    """The folders of a section's table, each with what is said of its files."""
    table = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w/]+)` \| (.+) \|$", table, re.MULTILINE)


FOLDERS = rows_of("Every file of a part")
PLUMBING = rows_of("The plumbing")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def defined(tree: ast.Module) -> set[str]:
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    targets = [
        target
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return names | {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def test_it_answers_forty_questions_each_once() -> None:
    assert len(ROWS) >= 40 and len({question for question, _, _ in ROWS}) == len(ROWS)
    table = PAGE.split("## I look for …\n")[1].split("\n## ")[0]
    assert table.count("\n| ") == len(ROWS) + 1, "a row that is none"


@pytest.mark.parametrize(("question", "file", "name"), ROWS, ids=[question for question, _, _ in ROWS])
def test_each_row_leads_there(question: str, file: str, name: str) -> None:
    assert name in defined(ast.parse((ROOT / file).read_text()))


def test_it_says_what_each_part_holds() -> None:
    table = PAGE.split("## The parts\n")[1].split("\n## ")[0]
    named = {
        name for cell in re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    folders = {path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists()}
    assert named == folders - {"kit", "db", "sheets"}, "the plumbing is told of above"


def files_of(folder: str) -> list[str]:
    return sorted(path.name for path in (ROOT / folder).glob("*.py") if path.stem != "__init__")


def test_it_says_what_each_file_of_the_plumbing_holds() -> None:
    rows = dict(PLUMBING)
    assert len(rows) == len(PLUMBING), "a folder has two rows"
    assert rows.pop("migrations/")
    assert {"schema/graph", "schema/http", *(f"services/{one}" for one in ("kit", "db", "sheets"))} <= set(rows)
    for folder, about in rows.items():
        for entry in about.split("; "):
            assert re.fullmatch(r"`\w+\.py`( \S+){3,}", entry), f"{folder}: no file with a phrase of its own: {entry}"
        assert sorted(re.findall(r"`(\w+\.py)`", about)) == files_of(folder), folder


def test_it_says_what_each_file_of_a_part_holds() -> None:
    rows = dict(FOLDERS)
    assert len(rows) == len(FOLDERS), "a folder has two rows"
    folders = {path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists()}
    parts = folders - {folder.removeprefix("services/") for folder, _ in PLUMBING}
    assert parts == {folder for folder in rows if (ROOT / "services" / folder).is_dir()}
    for folder, place in {"commands/": "commands", **{part: f"services/{part}" for part in parts}}.items():
        assert sorted(re.findall(r"`(\w+\.py)`", rows[folder])) == files_of(place), folder


def test_it_names_no_file_of_a_folder_that_is_none() -> None:
    for folder, about in FOLDERS + PLUMBING:
        place = ROOT / folder.replace("schema/PART", "schema")
        place = place if place.is_dir() else ROOT / "services" / folder
        for name in re.findall(r"`([\w/-]+\.\w+)`", about):
            assert any(place.rglob(name)), f"{folder}: {name}"


def test_the_floors_are_those_of_the_contract() -> None:
    (floors,) = (one["layers"] for one in CONTRACTS if one.get("containers") == ["services"])
    shown = re.findall(r'f\d+\["([\w ·]+)"\]', PAGE)
    drawn = {int(number): text for number, text in re.findall(r'f(\d+)\["([\w ·]+)"\]', PAGE)}
    assert len(shown) == len(drawn)
    assert [drawn[number].replace(" · ", " | ") for number in sorted(drawn, reverse=True)] == floors


@pytest.mark.parametrize(("file", "name"), sorted(set(HOPS)), ids=lambda one: one)
def test_each_hop_of_a_walk_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    *outer, last = name.split(".")
    for part in outer:
        found = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == part]
        assert found, f"{file} has no {part}"
        tree = ast.Module(found[0].body, [])
    assert last in defined(tree), f"{file} has no {name}"
