"""The pure rules: which they are, and how pytest is to test them, every branch.

`pyproject.toml` lists them once, in import-linter's contract. `python tests/house/pure.py` prints what `make test`
gives to pytest for them; with the word `others`, what keeps them out of the run of everything else.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACT = "Pure rules import no I/O"


def patterns(root: Path = ROOT) -> list[str]:
    """The contract's modules as they are written: `services.*.table` is that of every part."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (found,) = (one["source_modules"] for one in contracts if one["name"] == CONTRACT)
    return list(found)


def modules(root: Path = ROOT) -> list[str]:
    """The modules that match, in the order of their names."""
    files = {path for one in patterns(root) for path in root.glob(one.replace(".", "/") + ".py")}
    return sorted(".".join(path.relative_to(root).with_suffix("").parts) for path in files)


def tests_of(module: str) -> str:
    """Where a module has its own tests."""
    *_, part, name = module.split(".")
    return f"tests/{part}/test_{name}.py"


def arguments(root: Path = ROOT) -> Iterator[str]:
    """What pytest is given: their test files, and that every branch of them be reached."""
    yield from map(tests_of, modules(root))
    yield from (f"--cov={module}" for module in modules(root))
    yield from ("--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100")


if __name__ == "__main__":
    others = [f"--ignore={tests_of(module)}" for module in modules()]
    print(*(others if sys.argv[1:] == ["others"] else arguments()))
