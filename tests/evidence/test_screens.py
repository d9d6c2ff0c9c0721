"""What screens load, with their packages installed: little, from here alone, and kept for ever under hashed names."""

import gzip
import hashlib
import json
import re

import pytest

from schema.http import assets, pages
from tests.http.references import OTHER_ORIGIN, References, policy_of
from tests.town import documents
from tests.town.documents import Api

MAX_SCRIPT_BYTES = 60_000  # compressed
LATER = ("parts/scanner.js", "scanning/worker.js")  # where the scanner and its decoder begin
DECODER = "packages/nuintun-qrcode.js"
HASHED = re.compile(r"/web/[\w/-]+\.[0-9a-f]{16}\.(js|css)")


@pytest.fixture(scope="module")
def made() -> dict[str, assets.Asset]:
    return assets.hashed(*pages.sources(pages.documents(by_id=True), pages.NODE_MODULES))


@pytest.mark.parametrize("path", pages.SCREENS)
async def test_a_screen_loads_what_is_kept_for_ever(api: Api, path: str) -> None:
    response = await api.client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert response.headers["cache-control"] == "no-cache" and "set-cookie" not in response.headers
    policy = policy_of(response)
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "style", "connect")} == {"'self'"}
    page = References(response.text)
    assert page.inline == [] and "<!--" not in response.text and "$" not in response.text
    assert pages.SCREENS[path].title in response.text
    loaded = [one for one in page.found if one.startswith("/web/") and one != "/web/icon.svg"]
    assert len([one for one in loaded if one.endswith(".css")]) == 1 and len(set(loaded)) > 8
    for url in loaded:
        assert HASHED.fullmatch(url), url
        file = await api.client.get(url)
        assert file.status_code == 200 and "immutable" in file.headers["cache-control"], url
    assert "install.sh" not in response.text
    assert response.headers["x-build"] == re.findall(r'data-build="([0-9a-f]{16})"', response.text)[0]


def test_every_module_is_a_screens(made: dict[str, assets.Asset]) -> None:
    begun = {one.url for screen in pages.SCREENS.values() for one in made[f"screens/{screen.module}.js"].needed()}
    later = {path for path, one in made.items() if one.url not in begun and path.endswith(".js")} - {pages.OPENING}
    text = "".join(one.content.decode() for one in made.values())
    wanted = {path for path, one in made.items() if f'import("{one.url}")' in text} | {*LATER}
    assert {"parts/sessions.js", "admin/audit.js", "desk/roster.js", "card/wishes.js"} <= wanted <= later, (
        "loaded when first wanted"
    )
    assert {made[path].url for path in later} <= {one.url for path in wanted for one in made[path].needed()}


async def test_the_service_worker_keeps_two_pages_whole(api: Api, made: dict[str, assets.Asset]) -> None:
    response = await api.client.get("/sw.js")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert policy_of(response)["connect-src"] == "'self'", "or it could ask for nothing"
    first, rest = response.text.split("\n", 1)
    assert rest == (pages.WEB / pages.WORKER).read_text()
    kept = json.loads(first.removeprefix("const KEPT = ").removesuffix(";"))
    assert kept["build"] == response.headers["x-build"] and kept["pages"] == ["/card", "/wall"]
    for path in kept["pages"]:
        script = made[f"screens/{pages.SCREENS[path].module}.js"]
        assert {one.url for one in script.needed(ever=True)} <= {*kept["files"]}
        page = References((await api.client.get(path)).text)
        assert {one for one in page.found if one.startswith("/web/")} <= {*kept["files"]}
    assert not any("/till" in one for one in kept["files"])
    for path in kept["files"]:
        assert (await api.client.get(path)).status_code == 200, path


@pytest.mark.parametrize("path", pages.SCREENS)
def test_a_screen_weighs_little(made: dict[str, assets.Asset], path: str) -> None:
    assert weight(made[f"screens/{pages.SCREENS[path].module}.js"]) <= MAX_SCRIPT_BYTES


def test_the_scanner_and_its_decoder_weigh_little(made: dict[str, assets.Asset]) -> None:
    assert all(weight(made[path]) <= MAX_SCRIPT_BYTES for path in LATER)


def weight(begun: assets.Asset) -> int:
    """The bytes of a module and all that it can't begin without, compressed."""
    return sum(len(gzip.compress(one.content)) for one in begun.needed())


def test_no_file_loads_from_another_origin(made: dict[str, assets.Asset]) -> None:
    for path, one in made.items():
        text = one.content.decode()
        if path.startswith("packages/"):
            text = re.sub(r'"http://www\.w3\.org/[\w/]+"', '""', text)  # names, which nothing loads
            text = re.sub(r"^ *(\* @see|//) .*\n", "", text, flags=re.MULTILINE)  # remarks
        assert OTHER_ORIGIN.findall(text.replace("base64url(", "")) == [], path
        if not path.startswith("packages/"):
            assert not re.search(r"\b(eval|Function)\(|innerHTML|document\.cookie", text), path


def test_screens_ask_by_name_for_documents_that_are_there(made: dict[str, assets.Asset]) -> None:
    ids = json.loads(made[pages.DOCUMENTS].content.decode().removeprefix("export default ").removesuffix(";\n"))
    assert list(ids) == documents.NAMES
    assert ids["Viewer"] == hashlib.sha256(documents.text("Viewer").encode()).hexdigest()
    assert pages.documents(by_id=False)["Viewer"] == documents.text("Viewer")
    text = "".join(one.content.decode() for one in made.values())
    asked = set(re.findall(r'api\.(?:ask|subscribe)\("(\w+)"', text))
    assert {"RedemptionConfirm", "SignInByPhone", "RedemptionChanged"} <= asked <= {*documents.NAMES}
