"""The rules of the house that a machine can hold: which layer imports which, and what the lock files may say."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LAYERS = ("commands", "schema", "services", "models", "migrations")
TREE = (*LAYERS, "bench", "tests")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "import sys; from importlinter.cli import lint_imports_command; sys.argv[1:] = ['--no-cache'];"
    return subprocess.run(
        [sys.executable, "-c", f"{command} lint_imports_command()"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_imports_run_one_way() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "8 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("services/kit/text.py", "import schema.graph.ids", "Imports run one way"),
        ("models/base.py", "from services import clock", "Imports run one way"),
        ("services/wishes/wishes.py", "import strawberry", "know nothing of GraphQL"),
        ("services/accounts/sessions.py", "from starlette.requests import Request", "know nothing of GraphQL"),
        ("services/webhooks/sender.py", "import httpcore", "know nothing of GraphQL"),
        ("schema/accounts/viewer.py", "from services.db.database import fetch", "runs no statement"),
        ("schema/people/heads.py", "from models.people import HouseholdHead as Row", "the words alone"),
        ("services/kit/viewer.py", "from services.accounts import sessions", "Pure rules"),
        ("services/points/ledger.py", "from services.till import holds", "only parts below"),
        ("services/people/heads.py", "from services.accounts import sessions", "only parts below"),
        ("schema/people/heads.py", "from schema.wishes import types", "by name alone"),
        ("schema/graph/ids.py", "from schema.http import envelope", "by name alone"),
        ("services/discounts/prices.py", "import os", "Pure rules"),
        ("models/enums.py", "from tortoise import fields", "free of the ORM"),
    ],
)
def test_an_import_the_wrong_way_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    for name in LAYERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    broken = [row for row in result.stdout.splitlines() if " BROKEN" in row]
    assert any(contract in row for row in broken), result.stdout


def test_nothing_imports_the_wiring() -> None:
    checked = 0
    for folder in LAYERS:
        for path in (ROOT / folder).rglob("*.py"):
            checked += 1
            for node in ast.walk(ast.parse(path.read_text())):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                assert not {name.split(".")[0] for name in names} & {"app", "tests", "bench"}, path
    assert checked > 50


def imported(root: Path) -> dict[str, set[str]]:
    """For each module below `root` those that it imports: at the top, within functions, or for type checkers alone."""
    paths = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for folder in TREE
        for path in (root / folder).rglob("*.py")
        if "node_modules" not in path.parts
    }
    found: dict[str, set[str]] = {}
    for module, path in paths.items():
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0 and node.module, f"{path}: modules are named in full"
                # What is no module of its own stands in the package's __init__.
                asked = {f"{node.module}.{alias.name}" for alias in node.names}
                names |= {name if name in paths else node.module for name in asked}
        found[module] = (names & paths.keys()) - {module}
    return found


@pytest.fixture(scope="module")
def tree() -> dict[str, set[str]]:
    return imported(ROOT)


def test_no_module_leads_back_to_itself(tree: dict[str, set[str]]) -> None:
    assert len(tree) > 500
    TopologicalSorter(tree).prepare()  # or it raises, and names the circle


@pytest.mark.parametrize(
    "back",
    [
        "import services.one",
        "from services.one import x",
        "from services import one",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from services.one import x",
        "def f():\n    from services import one",
    ],
)
def test_a_circle_of_imports_is_found(tmp_path: Path, back: str) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "one.py").write_text("from services import two")
    (tmp_path / "services" / "two.py").write_text("import os")
    TopologicalSorter(imported(tmp_path)).prepare()
    (tmp_path / "services" / "two.py").write_text(back)
    with pytest.raises(CycleError):
        TopologicalSorter(imported(tmp_path)).prepare()


def test_tests_share_through_helpers_alone(tree: dict[str, set[str]]) -> None:
    """What two of them need stands in tests/town; what one folder alone needs, in a module beside it."""
    wrong = [
        f"{module} imports {name}"
        for module, names in tree.items()
        for name in names
        if name.rpartition(".")[2].startswith("test_") or name.rpartition(".")[2] == "conftest"
    ]
    assert wrong == []


LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))
PINNED = re.compile(
    r"^(?P<name>[a-z0-9][\w.-]*)(\[(?P<extras>[\w,-]+)\])?==(?P<version>[\w.!+]+)( ; [^\\]+)? \\$",
    re.MULTILINE | re.IGNORECASE,
)


@pytest.mark.parametrize("name", LOCKS)
def test_packages_are_locked_with_hashes_from_no_named_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text and not re.search(r"^\s*-(-index|-extra|-find|-trusted|i |f )", text, re.MULTILINE)
    packages = PINNED.findall(text)
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages) == len(entries) > 0
    assert text.count("--hash=sha256:") >= len(entries)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_keep_the_extras_that_their_packages_ask_for(name: str) -> None:
    """Without one, pip takes a newer release as soon as there is any, and refuses it for having no hash."""
    locked = {
        canonicalize_name(one["name"]): set((one["extras"] or "").split(",")) - {""}
        for one in PINNED.finditer((ROOT / name).read_text())
    }
    asked = 0
    for package, extras in locked.items():
        try:
            requires = metadata.requires(package) or []
        except metadata.PackageNotFoundError:  # for another system or another Python
            continue
        for requirement in map(Requirement, requires):
            wanted = [{"extra": extra} for extra in extras] or [{"extra": ""}]
            if requirement.extras and (not requirement.marker or any(map(requirement.marker.evaluate, wanted))):
                asked += 1
                assert requirement.extras <= locked[canonicalize_name(requirement.name)], (package, requirement)
    assert asked or name == "requirements.txt"


def test_every_dependency_is_locked_as_it_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    plain = (ROOT / "requirements.txt").read_text()
    everything = (ROOT / "requirements-dev.txt").read_text()

    def locked(requirement: str, text: str) -> bool:
        name = re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0]
        exact = re.search(r"==([\w.]+)$", requirement)
        version = re.escape(exact[1]) if exact else r"[\w.]+"
        return (
            re.search(rf"^{re.escape(name)}(\[[\w,]+\])?=={version} ", text, re.MULTILINE | re.IGNORECASE) is not None
        )

    for requirement in project["project"]["dependencies"]:
        assert locked(requirement, plain) and locked(requirement, everything), requirement
    for requirement in project["dependency-groups"]["dev"]:
        assert locked(requirement, everything), requirement
    for line in plain.splitlines():
        assert line in everything, "what is tested is what is installed"


def test_the_checkout_needs_nothing_that_is_not_kept() -> None:
    kept = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    if kept:  # a source archive has no git
        assert not [name for name in kept if name.startswith((".venv/", ".data/")) or name.endswith((".pyc", ".key"))]


MAX_NAME = 60


def test_a_name_of_a_test_is_read_at_a_glance() -> None:
    names = [
        node.name
        for path in (ROOT / "tests").rglob("*.py")
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_")
    ]
    assert len(names) > 1000 and [name for name in names if len(name) > MAX_NAME] == []
