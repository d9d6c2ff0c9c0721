"""Many small modules as one: in the order of their imports, each once, under the names by which they are known."""

from collections.abc import Mapping

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


def test_each_is_called_once_after_what_it_imports() -> None:
    assert fold("a.js", "d.js") == (
        "const module0 = (() => {\n"
        "globalThis.loads = (globalThis.loads ?? 0) + 1;\nconst two = 2;\nreturn { two: two };\n})();\n"
        "const module1 = (() => {\n"
        "const { two: two } = module0;\nlet x = two - 1;\nreturn { one: x };\n})();\n"
        "const module2 = (() => {\n"
        "const { one: first } = module1;\nconst { two: two } = module0;\nconst sum = first + two;\n"
        "return { total: sum, two: two };\n})();\n"
        "const module3 = (() => {\nconst x = 'export { nothing }';\nreturn { x: x };\n})();\n"
        "export const { total, two, x } = { ...module2, ...module3 };\n"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export default 5;\n", "export default 5;"),
        ("const x = 1;\n", "0 lists of exports"),
        ("const x = 1;\nexport { x };\nexport { x as y };\n", "2 lists of exports"),
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
