"""A refusal that ends by itself says when: every one that the services make, against the table of docs/api.md."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.kit.errors import ErrorCode
from tests.town.servers import ROOT

# Where `retry_at` stands among the arguments.
PLACE = {"Refusal": 3, "Obstacle": 2}
# Of the codes that may end by themselves, those that time alone does not end, and what does.
NEVER_BY_TIME = {
    ("services/agreements/actions.py", "_check_drafts"): "one is signed or given up",
    ("services/discounts/steps.py", "no_room"): "one is ended",
    ("services/honours/nomination_actions.py", "_check_room"): "never, for this season",
    ("services/honours/objection_actions.py", "_check_room"): "never, for this season",
    ("services/honours/season_actions.py", "_check_quota"): "there are more heads, or the quota is smaller",
    ("services/honours/table.py", "_not_to_publish"): "the list is shorter",
    ("services/shops/actions.py", "_check_open"): "one is decided",
    ("services/shops/invitations.py", "_check_room"): "one is accepted, withdrawn or removed; the day's has its time",
    ("services/shops/invitations.py", "accept_present"): "somebody is removed",
    ("services/roles/memberships.py", "_employ"): "somebody is removed",
    ("services/roles/officials.py", "_check_room"): "one is ended",
    ("services/till/passes.py", "_check"): "its last day is over; one that is to come has its time",
    ("services/webhooks/actions.py", "create"): "one is ended",
    ("services/webhooks/rules.py", "not_to_redeliver"): "never",
    ("services/wishes/submissions.py", "_check_open_wishes"): "one is completed or cancelled",
    ("services/wishes/table.py", "_may_redo"): "never",
}
# What says to come back, though nobody knows when.
NOBODY_KNOWS_WHEN = {
    # Another import ends.
    ("services/roster/uploads.py", "upload"),
    ("services/roster/loading.py", "_be_alone"),
}
COME_BACK = re.compile("稍后|稍候|明天|下月|以后再|完成后再")


@dataclass(frozen=True)
class Made:
    """A refusal as it is made: where, with which code, whether it says when, and its words where they stand there."""

    file: str
    function: str
    code: ErrorCode
    timed: bool
    words: str


def made() -> Iterator[Made]:
    for path in sorted((ROOT / "services").rglob("*.py")):
        file, tree = str(path.relative_to(ROOT)), ast.parse(path.read_text())
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in PLACE:
                        yield from _refusal(file, function, call, PLACE[call.func.id])


def _refusal(file: str, function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call, place: int) -> Iterator[Made]:
    code = call.args[0] if call.args else None
    if isinstance(code, ast.Attribute) and isinstance(code.value, ast.Name) and code.value.id == "ErrorCode":
        timed = len(call.args) > place or any(one.arg == "retry_at" for one in call.keywords)
        yield Made(file, function.name, ErrorCode[code.attr], timed, _words(function, call))


def _words(function: ast.AST, call: ast.Call) -> str:
    """The literal text of the message: what stands in the call, or what a name in it was given last before."""
    given = {
        target.id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and node.lineno < call.lineno
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    named = [given[node.id] for node in ast.walk(call) if isinstance(node, ast.Name) and node.id in given]
    texts = [node.value for part in (call, *named) for node in ast.walk(part) if isinstance(node, ast.Constant)]
    return " ".join(text for text in texts if isinstance(text, str))


MADE = list(made())


def documented() -> set[str]:
    """The codes with a row in the table of `retryAt`."""
    table = (ROOT / "docs/api.md").read_text().partition("| 代码 | `retryAt` | `retryAt` is |")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_they_are_found() -> None:
    assert len(MADE) > 200 and len({one.code for one in MADE}) > 15


def test_what_may_end_by_itself_says_when() -> None:
    untimed = {(one.file, one.function) for one in MADE if one.code in documented() and not one.timed}
    assert untimed - NEVER_BY_TIME.keys() == set(), "say when it ends, or what ends it"
    assert NEVER_BY_TIME.keys() - untimed == set(), "there is no such refusal"


def test_what_says_when_is_in_the_table() -> None:
    assert {one.code for one in MADE if one.timed} == documented()


def test_whoever_is_told_to_come_back_is_told_when() -> None:
    told = {(one.file, one.function) for one in MADE if COME_BACK.search(one.words) and not one.timed}
    assert told - NEVER_BY_TIME.keys() == NOBODY_KNOWS_WHEN
