"""Whatever a person can set, send, be, run or be answered is documented, in both languages."""

import re
import tomllib
from pathlib import Path

import pytest

from models.enums import Role
from schema.graph.errors import OUTAGES
from services.kit.errors import ErrorCode
from services.kit.settings import Settings
from tests.town import documents

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
MAX_README_BYTES = 9_000
REFERENCES = ("docs/reference.md", "docs/reference.zh-CN.md")
DOCS = (
    "api.md",
    "domain.md",
    "domain.zh-CN.md",
    "honours.md",
    "honours.zh-CN.md",
    "merchant.md",
    "merchant.zh-CN.md",
    "notices.md",
    "notices.zh-CN.md",
    "operations.md",
    "operations.zh-CN.md",
    "privacy.md",
    "privacy.zh-CN.md",
    "security.md",
    "security.zh-CN.md",
    "settlement.md",
    "sign-in.md",
    "sign-in.zh-CN.md",
)
PAGES = (*READMES, *REFERENCES, "CONTRIBUTING.md", *(f"docs/{name}" for name in DOCS))


def text(page: str) -> str:
    return (ROOT / page).read_text()


def first_cells(page: str) -> list[str]:
    """The code that begins each row of the page's tables."""
    return re.findall(r"^\| (?:\[?`)(.+?)`", text(page), re.MULTILINE)


def links(page: str) -> list[str]:
    """The files that the page links to, in their order."""
    return re.findall(r"\]\((?!https?:)([^)#\s]+)", text(page))


def shell(page: str) -> list[str]:
    """The page's blocks of shell commands without their comments, which are in its language."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL)
    return [re.sub(r" *#.*", "", block) for block in blocks]


def test_every_operation_has_its_row_with_what_its_document_says() -> None:
    rows = dict(re.findall(r"^\| \[`(\w+)`\]\(operations/\1\.graphql\) \| \S+ \| (.+?) \|", text("docs/api.md"), re.M))
    assert sorted(rows) == documents.NAMES
    for name, about in rows.items():
        assert documents.text(name).partition("\n")[0].partition(" · ")[2].rstrip("。") == about, name


def test_every_error_code_has_its_row() -> None:
    assert {code.value for code in ErrorCode} <= set(first_cells("docs/api.md"))
    named = {
        code
        for path in (ROOT / "schema").rglob("*.py")
        for code in re.findall(r'(?:"code": |ClientError\([^()]*)"([A-Z_]+)"', path.read_text())
    }
    assert named and named | OUTAGES <= set(first_cells("docs/api.md"))


@pytest.mark.parametrize("page", REFERENCES)
def test_every_setting_has_its_row_with_its_default(page: str) -> None:
    rows = dict(re.findall(r"^\| `([A-Z][A-Z_]+)` \| (\S+) \|", text(page), re.MULTILINE))
    for name, field in Settings.model_fields.items():
        assert name.upper() in rows, name
        default = field.get_default()
        plain = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        shown = str(plain).lower() if isinstance(plain, bool) else str(plain)
        assert rows[name.upper()] in (f"`{shown}`", "(empty)" if page == REFERENCES[0] else "(空)"), name


@pytest.mark.parametrize("page", REFERENCES)
def test_every_role_has_its_row_and_a_shop_s_two(page: str) -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\w+)", text(page).split("\n## ")[1], re.MULTILINE)
    assert {role for role, _ in rows} == {role.value for role in Role}
    assert sorted(who for role, who in rows if role == Role.SHOP_STAFF) == sorted(["店员", "店主"])


def test_both_references_have_the_same_sections_and_rows() -> None:
    english, chinese = (
        [cell.split(" [")[0].split(" (")[0] for cell in first_cells(page) if not cell.startswith("app.py role")]
        for page in REFERENCES
    )
    assert english == chinese
    assert len({len(re.findall(r"^## ", text(page), re.MULTILINE)) for page in REFERENCES}) == 1


@pytest.mark.parametrize("page", READMES)
def test_a_readme_is_read_in_one_sitting(page: str) -> None:
    assert len(text(page).encode()) <= MAX_README_BYTES


def test_both_readmes_are_built_alike() -> None:
    for shape in (r"^(#+) ", r"^(```\w+)$", r"^(\|)", r"^(- \*\*)"):
        english, chinese = (re.findall(shape, text(page), re.MULTILINE) for page in READMES)
        assert english == chinese, shape
    for page in READMES:
        assert shell(page) == ["make demo\nmake test\n", "sh docs/story.sh\n"], page
        assert text(page).split("\n## ")[-1].count("\n- **") == 4, "the four doors"


def test_both_readmes_lead_to_the_same_pages() -> None:
    english, chinese = map(links, READMES)
    assert sorted(one.replace(".zh-CN", "") for one in english) == sorted(one.replace(".zh-CN", "") for one in chinese)
    assert [one for one in english if ".zh-CN" in one] == ["README.zh-CN.md"]
    for target in {one for one in chinese if not one.endswith(".zh-CN.md")} - {"README.md"}:
        translated = ROOT / f"{target.removesuffix('.md')}.zh-CN.md"
        assert not translated.exists(), target


@pytest.mark.parametrize("page", READMES)
def test_a_readme_names_the_pythons(page: str) -> None:
    """The oldest that is taken, and each that the locks are resolved for."""
    oldest = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
    (later,) = re.findall(r"^LATER_PYTHONS = .*full=(\(.*\))\)$", text("tests/evidence/test_locks.py"), re.MULTILINE)
    named = set(re.findall(r"\b3\.\d+\b", text(page)))
    assert named == {oldest, *re.findall(r'"(.+?)"', later)}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    place = (ROOT / page).parent
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", text(page)):
        path = (place / target).resolve() if target else ROOT / page
        assert path.exists(), f"{page}: {target}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}, anchor
