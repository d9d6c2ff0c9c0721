"""The texts to which people consent (告知和同意书), by kind and version: the files of docs/consents.

A text that somebody may have consented to is never changed: a new version is a new file, and everybody is asked anew.
"""

import re
from dataclasses import dataclass
from functools import cache

from models.enums import ConsentKind
from services.kit.settings import ROOT

FOLDER = ROOT / "docs" / "consents"
REQUIRED = frozenset({ConsentKind.PRIVACY_NOTICE})  # before a frontend goes on; the others are a person's choice
_NAME = re.compile(r"([A-Z_]+)\.([1-9][0-9]{0,3})\.md")


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The current text of one kind, as Markdown in Chinese."""

    kind: ConsentKind
    version: int
    text: str
    required: bool


@cache
def current() -> dict[ConsentKind, ConsentText]:
    """Return the newest text of each kind, read once. Raises KeyError or ValueError for a folder that lacks one or has
    a file of another name."""
    newest: dict[ConsentKind, int] = {}
    for path in FOLDER.iterdir():
        named = _NAME.fullmatch(path.name)
        if named is None:
            raise ValueError(f"docs/consents/{path.name} is not named KIND.VERSION.md")
        kind = ConsentKind(named[1])
        newest[kind] = max(newest.get(kind, 0), int(named[2]))
    return {kind: _read(kind, newest[kind]) for kind in ConsentKind}


@cache
def text_of(kind: ConsentKind, version: int) -> str | None:
    """Return the text of one version, read once; None where this release does not have it: a later one was here."""
    path = FOLDER / f"{kind}.{version}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _read(kind: ConsentKind, version: int) -> ConsentText:
    text = (FOLDER / f"{kind}.{version}.md").read_text(encoding="utf-8")
    return ConsentText(kind, version, text, kind in REQUIRED)
