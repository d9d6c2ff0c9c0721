"""Files under names with their hash: rewritten imports, how long they are kept, and how they are sent."""

import gzip
import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from schema.http import assets

MODULES = {
    "a.js": 'import { b } from "./parts/b.js";\nconst later = () => import("./parts/c.js");\n'
    'const beside = () => new Worker(new URL("./work.js", import.meta.url));\nnew URL("https://elsewhere/");\n',
    "work.js": 'import "lib";\n',
    "parts/b.js": "import{x}from'lib';export * from \"../d.js\";\n",
    "parts/c.js": 'import "../d.js"; // from "elsewhere", and from "./no comment is read" \n',
    "d.js": 'export const d = "from afar";\n',
    "packages/lib.js": "export const x=1;\n//# sourceMappingURL=lib.js.map\n",
    "style.css": 'a::after { content: "from" "./d.js"; }\n',
}
PACKAGES = {"lib": "packages/lib.js"}


def made(**changed: str) -> dict[str, assets.Asset]:
    given = {name.replace("__", "/").replace("_", "."): text for name, text in changed.items()}
    sources = MODULES | {"parts/c.js": 'import "../d.js";\n'} | given
    return assets.hashed(sources, PACKAGES)


def test_imports_lead_to_names_with_hashes() -> None:
    found = made()
    for path, one in found.items():
        stem, _, kind = path.rpartition(".")
        assert re.fullmatch(rf"/web/{stem}\.[0-9a-f]{{16}}\.{kind}", one.url), one.url
    a, b, c, d, work = (found[path] for path in ("a.js", "parts/b.js", "parts/c.js", "d.js", "work.js"))
    assert a.content.decode() == (
        f'import {{ b }} from "{b.url}";\nconst later = () => import("{c.url}");\n'
        f'const beside = () => new Worker(new URL("{work.url}", import.meta.url));\nnew URL("https://elsewhere/");\n'
    )
    assert b.content.decode() == f'import{{x}}from"{found["packages/lib.js"].url}";export * from "{d.url}";\n'
    assert found["packages/lib.js"].content == b"export const x=1;\n", "its map is not served"
    assert found["style.css"].content.decode() == MODULES["style.css"]


def test_what_begins_with_a_module_is_what_it_imports_at_once() -> None:
    found = made()
    wanted = ["a.js", "parts/b.js", "packages/lib.js", "d.js"]
    assert [one.url for one in found["a.js"].needed()] == [found[path].url for path in wanted]
    ever = [one.url for one in found["a.js"].needed(ever=True)]
    assert sorted(ever) == sorted(found[path].url for path in (*wanted, "parts/c.js", "work.js")), "each once"


def test_a_change_renames_all_that_leads_to_it() -> None:
    before, after = made(), made(d_js="export const d = 2;\n")
    assert {path for path in before if before[path].url != after[path].url} == {
        "a.js",
        "parts/b.js",
        "parts/c.js",
        "d.js",
    }


def test_an_import_that_leads_nowhere_stops_the_start() -> None:
    with pytest.raises(ValueError, match=r"d\.js imports \./gone\.js, which is not there"):
        made(d_js='import "./gone.js";\n')
    with pytest.raises(ValueError, match=r"a\.js imports parts/b\.js imports d\.js imports a\.js: in a circle"):
        made(d_js='import "./a.js";\n')


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
    ],
)
async def test_it_is_compressed_for_who_takes_it_so(accepted: str, taken: bool) -> None:
    content = b"a" * 1000
    app = Starlette(routes=[Route("/a", assets.static(content, "text/css", cache=assets.FOR_EVER))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        async with client.stream("GET", "/a", headers={"accept-encoding": accepted}) as response:
            sent = b"".join([piece async for piece in response.aiter_raw()])
        assert (response.headers.get("content-encoding") == "gzip") == taken
        assert (gzip.decompress(sent) if taken else sent) == content
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["vary"] == "Accept-Encoding"
        tag = response.headers["etag"]
        again = await client.get("/a", headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
