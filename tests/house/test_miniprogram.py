"""docs/samples/miniprogram against the schema: each document that it asks is there, and each field that its pages show
is one that the document asks for."""

import json
import re
from collections.abc import Iterator

import pytest
from graphql import FieldNode, SelectionSetNode

from tests.town import documents
from tests.town.servers import ROOT

FOLDER = ROOT / "docs/samples/miniprogram"
PAGES = {path.parent.name: path for path in sorted(FOLDER.glob("pages/*/*.wxml"))}
# What a page keeps of answers under the names of its data: the document, and the way there in its answer.
ANSWERS = {
    "wishes": {"wishes": ("HeadWishes", "viewer.householdHead.wishes.edges.node")},
    "card": {
        "head": ("HeadHome", "viewer.householdHead"),
        "shops": ("HeadHome", "shops.edges.node"),
        "passes": ("MyPasses", "viewer.householdHead.passes.edges.node"),
    },
    "sign-in": {},
    "notice": {},
}
KEPT_OF_ISSUED = {"id", "discount", "shop"}  # what the card shows of a pass, in whichever of two answers it came
ASKED = re.compile(r'(?:api\.ask|api\.subscribe|this\.enter|this\.step)\("(\w+)"')
LOOP = re.compile(r'wx:for="\{\{([\w.]+)\}\}" wx:for-item="(\w+)"')
SHOWN = re.compile(r"\{\{([^}]*)\}\}")
WAY = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)*")


def script(page: str) -> str:
    return PAGES[page].with_suffix(".js").read_text()


def own(page: str) -> set[str]:
    """The names of what a page keeps."""
    (data,) = re.findall(r"^  data: \{ (.*) \},$", script(page), re.MULTILINE)
    return set(re.findall(r"(\w+): ", re.sub(r"\{[^}]*\}|\[[^]]*\]", "x", data)))


def ways(page: str) -> Iterator[tuple[str, ...]]:
    """Each way through the page's data that its WXML names, its loops followed."""
    text = PAGES[page].read_text()
    loops = {item: tuple(way.split(".")) for way, item in LOOP.findall(text)}
    for expression in SHOWN.findall(text):
        for found in WAY.findall(re.sub(r"'[^']*'", "", expression)):
            way = tuple(found.split("."))
            while way[0] in loops:
                way = (*loops[way[0]], *way[1:])
            yield way


def selected(selections: SelectionSetNode | None, name: str) -> FieldNode | None:
    fields = selections.selections if selections else ()
    return next((one for one in fields if isinstance(one, FieldNode) and one.name.value == name), None)


def leads(document: str, way: list[str]) -> bool:
    """Whether a document asks for what lies there."""
    selections: SelectionSetNode | None = documents.operation(document).selection_set
    for name in way:
        field = selected(selections, name)
        if field is None:
            return False
        selections = field.selection_set
    return True


def test_each_document_that_it_asks_is_there() -> None:
    asked = {
        name for path in FOLDER.rglob("*.js") if "lib" not in path.parts for name in ASKED.findall(path.read_text())
    }
    assert asked <= {*documents.NAMES}
    assert {"HeadWishes", "WishAccept", "WishComplete", "MyPasses", "PassIssue", "SignInByWechat"} <= asked
    for page, answers in ANSWERS.items():
        assert {document for document, _ in answers.values()} <= set(ASKED.findall(script(page))), page


@pytest.mark.parametrize("page", PAGES)
def test_each_field_that_a_page_shows_is_asked_for(page: str) -> None:
    names, answers = own(page), ANSWERS[page]
    assert answers.keys() <= names
    shown = set(ways(page))
    assert {way[0] for way in shown} <= names, "what a page shows, it keeps"
    fields = {way for way in shown if way[0] in answers and way[1:] not in {(), ("length",)}}
    assert len(fields) >= 5 * len(answers) // 2
    for first, *rest in fields:
        document, place = answers[first]
        assert leads(document, [*place.split("."), *rest]), (first, *rest)


def test_what_a_card_keeps_of_a_pass_either_answer_has() -> None:
    shown = {way[1] for way in ways("card") if way[0] == "passes" and len(way) > 1}
    assert shown == KEPT_OF_ISSUED
    for way in {way[1:] for way in ways("card") if way[0] == "passes"}:
        assert leads("PassIssue", ["passIssue", "pass", *way]), way


def test_what_it_takes_from_the_repository_is_not_there_twice() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/docs/samples/miniprogram/lib/" in ignored
    taken = {
        found
        for path in FOLDER.rglob("*.js")
        for found in re.findall(r'"(?:\.\./)*(?:\./)?lib/([\w.-]+)"', path.read_text())
    }
    assert taken == {"documents.js", "xingdian.js"}
    copied = (FOLDER / "copy.sh").read_text()
    assert all(f"../../../web/{name}" in copied for name in ("xingdian.js", "pass-codes.js"))


def test_its_pages_are_those_of_its_manifest() -> None:
    manifest = json.loads((FOLDER / "app.json").read_text())
    assert set(manifest["pages"]) == {f"pages/{name}/{name}" for name in PAGES}
    for page in manifest["pages"]:
        assert json.loads((FOLDER / f"{page}.json").read_text())["navigationBarTitleText"]
        assert (FOLDER / f"{page}.js").is_file()
    assert {one["pagePath"] for one in manifest["tabBar"]["list"]} <= set(manifest["pages"])


@pytest.mark.parametrize("page", PAGES)
def test_each_tap_leads_to_something(page: str) -> None:
    handlers = set(re.findall(r'bind\w+="(\w+)"', PAGES[page].read_text()))
    assert handlers and handlers <= set(re.findall(r"^  (?:async )?(\w+)\(", script(page), re.MULTILINE))
