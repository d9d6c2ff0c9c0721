"""Whatever a person can set, send, be, run or be answered is documented, in both languages."""

import re
from pathlib import Path

import pytest

from models.enums import Role
from schema.errors import OUTAGES
from services.errors import ErrorCode
from services.settings import Settings
from tests import documents

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
DOCS = (
    "api.md", "domain.md", "domain.zh-CN.md", "merchant.md", "merchant.zh-CN.md", "operations.md",
    "operations.zh-CN.md", "settlement.md",
)  # fmt: skip
PAGES = (*READMES, *(f"docs/{name}" for name in DOCS))


def text(page: str) -> str:
    return (ROOT / page).read_text()


def first_cells(page: str) -> list[str]:
    """The code that begins each row of the page's tables."""
    return re.findall(r"^\| (?:\[?`)(.+?)`", text(page), re.MULTILINE)


def test_every_operation_has_its_row_with_what_its_document_says() -> None:
    rows = dict(re.findall(r"^\| \[`(\w+)`\]\(operations/\1\.graphql\) \| \S+ \| (.+?) \|", text("docs/api.md"), re.M))
    assert sorted(rows) == documents.NAMES
    for name, about in rows.items():
        assert documents.text(name).partition("\n")[0].partition(" · ")[2].rstrip("。") == about, name


def test_every_error_code_has_its_row() -> None:
    assert {code.value for code in ErrorCode} <= set(first_cells("docs/api.md"))
    named = {
        code for path in (ROOT / "schema").glob("*.py") for code in re.findall(r'"code": "([A-Z_]+)"', path.read_text())
    }
    assert named and named | OUTAGES <= set(first_cells("docs/api.md"))


@pytest.mark.parametrize("page", READMES)
def test_every_setting_has_its_row_with_its_default(page: str) -> None:
    rows = dict(re.findall(r"^\| `([A-Z][A-Z_]+)` \| (\S+) \|", text(page), re.MULTILINE))
    for name, field in Settings.model_fields.items():
        assert name.upper() in rows, name
        default = field.get_default()
        plain = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        shown = str(plain).lower() if isinstance(plain, bool) else str(plain)
        assert rows[name.upper()] in (f"`{shown}`", "(empty)" if page == READMES[0] else "(空)"), name


@pytest.mark.parametrize("page", READMES)
def test_every_role_has_its_row(page: str) -> None:
    assert {role.value for role in Role} <= set(first_cells(page))


def test_both_readmes_have_the_same_commands_and_the_same_story() -> None:
    commands = [[cell for cell in first_cells(page) if cell.startswith("app.py")] for page in READMES]
    assert [cell.split()[:2] for cell in commands[0]] == [cell.split()[:2] for cell in commands[1]]
    for page in READMES:
        assert "sh docs/story.sh\n" in re.findall(r"^```sh\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL), page


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    place = (ROOT / page).parent
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", text(page)):
        path = (place / target).resolve() if target else ROOT / page
        assert path.exists(), f"{page}: {target}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}, anchor
