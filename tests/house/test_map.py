"""docs/house.md: each row of its table leads to what it says, and its floors are those of the contract."""

import ast
import re
import tomllib

import pytest

from tests.town.servers import ROOT

PAGE = (ROOT / "docs/house.md").read_text()
ROWS = re.findall(r"^\| ([^|`]+) \| `([\w/.]+\.py)` \| `(\w+)` \|$", PAGE, re.MULTILINE)
HOPS = re.findall(r"^\| `([\w/.]+\.py):([\w.]+)` \|", PAGE, re.MULTILINE)
FOLDERS = re.findall(
    r"^\| `([\w/]+)` \| (.+) \|$", PAGE.partition("## Every file of a part\n")[2].partition("\n## ")[0], re.M
)
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


def plumbing() -> list[str]:
    """The files that the table of the plumbing names."""
    table = PAGE.split("## The plumbing\n")[1].split("\n## ")[0]
    named = []
    for cell in re.findall(r"^\| (`[^|]+\.py`) \|", table, re.MULTILINE):
        first, *others = re.findall(r"`([\w/.]+)`", cell)
        named += [first, *(f"{first.rpartition('/')[0]}/{other}" for other in others)]
    return named


def test_it_says_what_each_file_of_the_plumbing_holds() -> None:
    named = plumbing()
    folders = sorted({name.rpartition("/")[0] for name in named})
    assert {f"services/{one}" for one in ("kit", "db", "sheets", "writes")} <= set(folders)
    files = [path for folder in folders for path in (ROOT / folder).glob("*.py") if path.stem != "__init__"]
    shared = {"services/live/upkeep.py"}  # as every part has one
    assert sorted(named) == sorted({str(path.relative_to(ROOT)) for path in files} - shared)


def test_it_says_what_each_file_of_a_part_holds() -> None:
    rows = dict(FOLDERS)
    assert len(rows) == len(FOLDERS), "a folder has two rows"
    folders = {path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists()}
    parts = folders - {name.split("/")[1] for name in plumbing()}
    assert parts == {folder for folder in rows if (ROOT / "services" / folder).is_dir()}
    for folder, place in {"commands/": ROOT / "commands", **{part: ROOT / "services" / part for part in parts}}.items():
        files = sorted(path.name for path in place.glob("*.py") if path.stem != "__init__")
        assert sorted(re.findall(r"`(\w+\.py)`", rows[folder])) == files, folder


def test_it_names_no_file_of_a_folder_that_is_none() -> None:
    for folder, about in FOLDERS:
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
