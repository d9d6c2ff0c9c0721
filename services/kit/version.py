"""The program's version, from pyproject.toml."""

import tomllib
from functools import cache

from services.kit.settings import ROOT


@cache
def version() -> str:
    """Return the version of this program, such as 0.1.0."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
