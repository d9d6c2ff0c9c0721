"""The types that `make schema` writes, under `tsc`: sound, rightly used by the screens, and mistakes are found."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.evidence.programs import HERE, NODE
from tests.town.servers import ROOT

TYPES = HERE / "types"
MISTAKES = """\
import { connect, yuan } from "./xingdian.js";
const api = connect({ url: "/graphql", documents: {} });
const { viewer } = await api.ask("MyWishes", { first: 5 });
const wishes = viewer?.household?.wishes.edges ?? [];
for (const { node } of wishes) console.log(node.title, node.state === "RATED");
await api.ask("MyOwnDocument", { any: 1 });
api.subscribe("WishChanged", {}, (data) => console.log(data.wishChanged.reload));
yuan((await api.ask("ShopDay", { shopId: "x", date: "2026-05-15" })).shopDay?.payableFen ?? 0);
// From here on each line has one.
console.log(viewer.household);
console.log(wishes[0].node.name);
console.log(wishes[0].node.state === "DONE");
await api.ask("MyWishes", { first: "5" });
await api.ask("WishSubmit", { input: { householdId: "x", category: "REPAIR", requestNo: "1" } });
/** @type {Graph.DiscountBenefitInput} */ const both = { gift: { name: "x" }, amountOff: { amountFen: 1 } };
api.subscribe("WishChanged", {}, (data) => console.log(data.wishchanged));
yuan("8800");
"""
FIRST_MISTAKE = 10


def tsc(project: Path) -> list[str]:
    """What `tsc` finds in a project: `file(line,column): error …`."""
    command = [NODE, HERE / "node_modules" / "typescript" / "bin" / "tsc", "--pretty", "false", "--project", project]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (ran.returncode == 0) == (ran.stdout == ""), ran.stdout + ran.stderr
    return [line for line in ran.stdout.splitlines() if not line.startswith(" ")]


@pytest.mark.parametrize("project", ["shared", "screens"])
def test_what_is_served_has_no_mistake_of_types(project: str) -> None:
    assert tsc(TYPES / f"{project}.json") == []


def test_each_mistake_is_found_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "page.js").write_text(MISTAKES)
    for name in ("xingdian.js", "pass-codes.js", "schema.d.ts"):
        (tmp_path / name).write_text((ROOT / "web" / name).read_text())
    project = json.loads((TYPES / "shared.json").read_text()) | {"files": ["page.js"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(project))
    found = [re.search(r"page\.js\((\d+),\d+\): error", line) for line in tsc(tmp_path / "tsconfig.json")]
    lines = [int(one[1]) for one in found if one]
    assert len(lines) == len(found), "in the page alone"
    assert sorted(set(lines)) == list(range(FIRST_MISTAKE, MISTAKES.count("\n") + 1))
