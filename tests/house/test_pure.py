"""The pure rules: what import-linter keeps free of I/O is what `make test` wants every branch of, and nothing else."""

import ast
import re
import subprocess
import sys

import grimp
from importlinter.domain.fields import ModuleExpressionField
from importlinter.domain.helpers import module_expressions_to_modules

from tests.house import pure
from tests.town.servers import ROOT


def printed(*words: str) -> list[str]:
    command = [sys.executable, "tests/house/pure.py", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_the_gate_names_what_the_contract_matches() -> None:
    """As import-linter itself understands the patterns."""
    graph = grimp.build_graph("services", "schema", cache_dir=None)
    expressions = [ModuleExpressionField().parse(one) for one in pure.patterns()]
    matched = sorted(one.name for one in module_expressions_to_modules(graph, expressions))
    assert len(matched) > 40 and pure.modules() == matched
    files = [pure.tests_of(module) for module in matched]
    assert [one for one in files if not (ROOT / one).is_file()] == []
    options = [f"--cov={module}" for module in matched]
    bound = ["--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100"]
    assert printed() == files + options + bound
    assert printed("others") == [f"--ignore={one}" for one in files]


def test_make_test_asks_for_the_gate_first_and_for_all_else() -> None:
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    first, then = recipe[1].splitlines()
    assert "rules=$$(.venv/bin/python tests/house/pure.py) && " in first and first.endswith("$$rules")
    assert "others=$$(.venv/bin/python tests/house/pure.py others) && " in then and then.endswith("$$others")


def test_tests_of_pure_rules_ask_for_no_database() -> None:
    """They run first, and under a tracer with which asyncpg's compiled code does not get along."""
    needs = {"server_url"}
    fixtures = {
        node.name: {argument.arg for argument in node.args.args}
        for node in ast.parse((ROOT / "tests" / "conftest.py").read_text()).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    while more := {name for name, asked in fixtures.items() if asked & needs} - needs:
        needs |= more
    assert {"db", "world", "api", "connected"} <= needs
    for module in pure.modules():
        for node in ast.walk(ast.parse((ROOT / pure.tests_of(module)).read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                assert not {argument.arg for argument in node.args.args} & needs, (module, node.name)
