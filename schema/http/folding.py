"""A package of many small modules as one, so that it is one request: each becomes a function that is called once, after
those from which it imports."""

import posixpath
import re
from collections.abc import Callable, Iterable

_IMPORT = re.compile(r"""^import \{([^}]*)\} from ["'](\.[^"']*)["'];\n""", re.MULTILINE)
_EXPORT = re.compile(r"^export \{([^}]*)\};\n?", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def folded(entries: Iterable[str], read: Callable[[str], str]) -> str:
    """Return one module with all that the entries export. `read` gives a module's text by its path.

    Raises ValueError for a module that imports or exports otherwise than by names in braces.
    """
    folding = _Folding(read)
    made = [folding.name(path) for path in entries]
    names = ", ".join(name for path in entries for name in folding.exports[path])
    return "".join([*folding.texts, f"export const {{ {names} }} = {{ {', '.join(f'...{one}' for one in made)} }};\n"])


class _Folding:
    """The functions in the order in which they are called, and what each module exports."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self._names: dict[str, str] = {}
        self.texts: list[str] = []
        self.exports: dict[str, list[str]] = {}

    def name(self, path: str) -> str:
        """Return the name of what a module exports, folded if it is not yet."""
        if path not in self._names:
            text = _IMPORT.sub(lambda found: self._imported(path, *found.groups()), self._read(path))
            exported = _EXPORT.findall(text)
            text = _EXPORT.sub("", text)
            other = _OTHER.search(text)
            if other or len(exported) != 1:
                raise ValueError(
                    f"{path} can't be folded: {other[0] if other else f'{len(exported)} lists of exports'}"
                )
            pairs = _names(exported[0])
            self.exports[path] = [outside for _, outside in pairs]
            self._names[path] = f"module{len(self._names)}"
            given = ", ".join(f"{outside}: {inside}" for inside, outside in pairs)
            self.texts.append(f"const {self._names[path]} = (() => {{\n{text}return {{ {given} }};\n}})();\n")
        return self._names[path]

    def _imported(self, path: str, names: str, wanted: str) -> str:
        name = self.name(posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted)))
        taken = ", ".join(": ".join(pair) for pair in _names(names))
        return f"const {{ {taken} }} = {name};\n"


def _names(listed: str) -> list[tuple[str, str]]:
    """`a as b, c` as [(a, b), (c, c)]."""
    parted = [one.strip().partition(" as ") for one in listed.split(",")]
    return [(first, second or first) for first, _, second in parted]
