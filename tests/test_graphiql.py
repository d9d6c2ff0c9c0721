"""The page for people: every operation is in it, with variables to begin from, and nothing from elsewhere may run."""

import base64
import hashlib
import json
import re
from typing import Any

import httpx
import pytest
from graphql import parse

import schema
from app import create_app
from schema import graphiql
from services import settings
from tests.conftest import OPERATIONS, Api

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def get(api: Api, **headers: str) -> httpx.Response:
    return await api.client.get("/graphql", headers=headers)


def operations(html: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="operations">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])  # type: ignore[no-any-return]


async def test_every_operation_is_offered_with_its_document(connected: None, api: Api) -> None:
    response = await get(api, accept=BROWSER)
    assert response.status_code == 200 and response.headers["content-type"] == "text/html; charset=utf-8"
    offered = {one["name"]: one for one in operations(response.text)}
    assert list(offered) == sorted(path.stem for path in OPERATIONS.glob("*.graphql"))
    for name, one in offered.items():
        assert one["document"] == (OPERATIONS / f"{name}.graphql").read_text()
        assert one["about"] and not one["about"].startswith("#")
        (operation,) = parse(one["document"]).definitions
        assert one["kind"] == operation.operation.value  # type: ignore[attr-defined]
        declared = operation.variable_definitions or ()  # type: ignore[attr-defined]
        assert set(one["variables"]) == {variable.variable.name.value for variable in declared}


async def test_the_variables_to_begin_from_have_the_right_types(connected: None, api: Api) -> None:
    """They are sent as they are: the answer may say no, but not that they are of the wrong type."""
    for one in operations((await get(api, accept=BROWSER)).text):
        response = await api.send(None, {"query": one["document"], "variables": one["variables"]})
        for error in response.json().get("errors", ()):
            assert "got invalid value" not in error["message"] or '"date"' in json.dumps(one["variables"]), error
            assert not error["message"].startswith("Variable") or "Date" in error["message"], error


async def test_a_program_does_not_get_the_page(connected: None, api: Api) -> None:
    for accept in ("*/*", "application/json", "application/graphql-response+json"):
        response = await get(api, accept=accept)
        assert response.status_code == 400 and "json" in response.headers["content-type"]
    asked = await api.client.get("/graphql?query={__typename}", headers={"accept": BROWSER})
    assert asked.json() == {"data": {"__typename": "Query"}}


async def test_only_the_pages_own_script_and_the_cdns_run(connected: None, api: Api) -> None:
    response = await get(api, accept=BROWSER)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    (script,) = re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy["script-src"] == f"'sha256-{digest}' https://unpkg.com"
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'" and policy["connect-src"] == "'self'"
    files = re.findall(r'\["(?:script|link)", "([^"]+)", "([^"]+)"\]', script)
    assert len(files) == 4
    for path, digest in files:
        assert re.match(r"[a-z-]+@\d+\.\d+\.\d+/", path), "a version that can't change"
        assert len(base64.b64decode(digest)) == 48, "checked by the browser"
    assert not re.search(r'(src|href)="https?:', response.text), "the page itself needs nothing from elsewhere"


async def test_the_start_page_leads_there(connected: None, api: Api) -> None:
    response = await api.client.get("/")
    assert response.status_code == 307 and response.headers["location"] == "/graphql"


async def test_it_can_be_switched_off(connected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    without = settings.current().model_copy(update={"graphiql": False})
    monkeypatch.setattr("app.current", lambda: without)
    transport = httpx.ASGITransport(app=create_app("unused"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/graphql", headers={"accept": BROWSER})
    assert response.status_code == 400 and response.json()["errors"]


def test_a_document_can_not_end_the_element_it_stands_in(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Evil.graphql").write_text("# </script><script>alert(1)</script>\nquery Evil { __typename }\n")
    monkeypatch.setattr(graphiql, "OPERATIONS", tmp_path)
    html = graphiql.page(schema.build()._schema).html
    assert "alert(1)</script>" not in html and operations(html)[0]["about"].startswith("</script>")


def test_a_skeleton_has_what_is_required() -> None:
    found = schema.build()._schema
    assert found.mutation_type
    for mutation in found.mutation_type.fields.values():
        value = graphiql.skeleton(mutation.args["input"].type)
        assert isinstance(value, dict) and value
