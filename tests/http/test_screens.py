"""The screens' pages, without the packages that they load: what they say then, and what holds of our own files."""

import re
from pathlib import Path

import httpx
from starlette.applications import Starlette

from schema.http import pages
from tests.town import documents
from tests.town.documents import Api


def client_of(found: pages.Pages) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=found.routes))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_each_answer_says_of_which_build_it_is(api: Api) -> None:
    build = (await api.client.get("/till")).headers["x-build"]
    answer = await api.client.post("/graphql", json={"query": "{ __typename }"})
    assert answer.headers["x-build"] == build
    assert (await api.client.get("/nowhere")).headers["x-build"] == build


async def test_what_is_not_there_is_not_kept(api: Api) -> None:
    gone = await api.client.get("/web/screens/till.0123456789abcdef.js")
    assert gone.status_code == 404 and gone.headers["cache-control"] == "no-store"
    for path in ("/web/screens/till.js", "/web/screen.html", "/till/", "/web/packages/preact.js"):
        assert (await api.client.get(path)).status_code == 404, path
    assert (await api.client.post("/till")).status_code == 405


def test_only_mutations_take_an_input() -> None:
    for name in documents.NAMES:  # by which a client knows what it may send again
        given = {one.variable.name.value for one in documents.operation(name).variable_definitions or ()}
        assert ("input" in given) == documents.is_mutation(name), name


async def test_without_its_packages_a_screen_says_so(tmp_path: Path) -> None:
    found = pages.pages("type Query", explorer=False, node_modules=tmp_path)
    async with client_of(found) as client:
        for path in pages.SCREENS:
            response = await client.get(path)
            assert "sh web/install.sh" in response.text and "<script" not in response.text, path
            assert (await client.get("/sw.js")).status_code == 404
            for url in re.findall(r'href="(/web/[^"]+)"', response.text):
                assert (await client.get(url)).status_code == 200
