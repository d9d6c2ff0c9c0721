"""Trusted documents over HTTP and WebSocket: asked for by id, as Apollo's clients do, and where nothing else is."""

import asyncio
import hashlib
import json
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from graphql import get_introspection_query
from starlette.applications import Starlette

from schema.http.asgi import create_app
from services.kit.settings import SettingsError, TrustedDocuments, current
from tests.town import documents, servers
from tests.town.commands import command, refused
from tests.town.documents import Api
from tests.town.live import ending, greet, hear, opened, say
from tests.town.servers import ROOT, Server
from tests.town.world import World

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MINE = "query Mine { viewer { displayName } }\n"
UNKNOWN = "0" * 64


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def id_of(name: str) -> str:
    return sha(documents.text(name))


def apollo(sha256: Any, **beside: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256}}, **beside}


def refusal(response: httpx.Response, status: int = 200) -> tuple[str, str]:
    """The code and message of the one error of an answer without data."""
    answer = response.json()
    (error,) = answer["errors"]
    assert response.status_code == status and "data" not in answer, answer
    return error["extensions"]["code"], error["message"]


def app_with(monkeypatch: pytest.MonkeyPatch, **given: Any) -> Starlette:
    monkeypatch.setattr("schema.http.asgi.current", lambda: current().model_copy(update=given))
    return create_app("unused")


@pytest.fixture(scope="module")
def only(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server that runs trusted documents only, one of the operator's own among them."""
    folder = tmp_path_factory.mktemp("trusted")
    (folder / "Mine.graphql").write_text(MINE)
    log = folder / "log"
    running = servers.start(database_url, log, TRUSTED_DOCUMENTS="only", TRUSTED_DOCUMENTS_DIR=str(folder))
    yield running
    running.stop()
    assert "Traceback" not in running.written(), running.written()


@pytest_asyncio.fixture
async def asker(only: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that server."""
    async with httpx.AsyncClient(base_url=only.url, timeout=30) as client:
        yield client


# -- by its id -------------------------------------------------------------------------------------------------------


async def test_a_file_s_sha256sum_asks_for_it(world: World, apis: Callable[[int], list[Api]]) -> None:
    line = "sha256sum docs/operations/Viewer.graphql"
    assert f"\n{line}\n" in (ROOT / "docs/api.md").read_text(), "as the guide has it"
    printed = await asyncio.to_thread(subprocess.check_output, line.split(), cwd=ROOT, text=True)
    document_id = printed.split()[0]
    (api,) = apis(1)
    token = {"authorization": f"Bearer {world.admin.token}"}
    wanted = await api.run(world.admin.token, "Viewer")
    assert wanted["viewer"]["displayName"] == "管理员"
    for named in (document_id, f"sha256:{document_id}"):
        posted = await api.send(world.admin.token, {"documentId": named, "query": None})
        got = await api.client.get("/graphql", params={"documentId": named}, headers=token)
        for response in (posted, got):
            assert response.status_code == 200 and response.json() == {"data": wanted}


async def test_variables_and_operation_name_go_with_an_id(db: None, api: Api) -> None:
    place = {"latitude": 27.7, "longitude": 106.9}
    asked = {"documentId": id_of("Nearby"), "operationName": "Nearby", "variables": place}
    assert (await api.send(None, asked)).json()["data"]["shops"]["edges"] == []
    got = await api.client.get("/graphql", params={**asked, "variables": json.dumps(place)})
    assert got.json()["data"]["shops"]["edges"] == []
    assert refusal(await api.send(None, {**asked, "operationName": "Other"}), 400)[0] == "BAD_REQUEST"
    assert refusal(await api.send(None, {**asked, "variables": {**place, "latitude": "north"}}))[0] == "BAD_REQUEST"


async def test_every_document_of_the_frontends_has_an_id(db: None, api: Api) -> None:
    for name in documents.NAMES:
        response = await api.send(None, {"documentId": id_of(name), "variables": {}})
        said = response.text
        assert "PERSISTED_DOCUMENT_NOT_FOUND" not in said, name
        assert ("over a WebSocket" in said) == documents.is_subscription(name), said


@pytest.mark.parametrize(
    "document_id",
    [id_of("Viewer").upper(), id_of("Viewer")[:-1], id_of("Viewer") + "0", f"md5:{UNKNOWN}", "Viewer", "", 5, True, [],
     {}, ["x"]],
    ids=str,
)  # fmt: skip
async def test_what_can_be_no_id_is_a_400(connected: None, api: Api, document_id: Any) -> None:
    for accept in (JSON, RESPONSE):
        code, says = refusal(await api.send(None, {"documentId": document_id}, accept=accept), 400)
        assert code == "BAD_REQUEST" and "`documentId` must be" in says
    if isinstance(document_id, str) and document_id:
        got = await api.client.get("/graphql", params={"documentId": document_id})
        assert refusal(got, 400)[0] == "BAD_REQUEST"


async def test_both_a_query_and_an_id_are_a_400(connected: None, api: Api) -> None:
    both = {"documentId": id_of("Viewer"), "query": documents.text("Viewer")}
    for response in (
        await api.send(None, both),
        await api.send(None, both, accept=RESPONSE),
        await api.client.get("/graphql", params=both),
    ):
        assert refusal(response, 400) == ("BAD_REQUEST", "send `query` or `documentId`, not both")


async def test_an_unknown_id_is_an_error_of_the_document(connected: None, api: Api) -> None:
    for accept, status in ((JSON, 200), (RESPONSE, 400)):
        posted = await api.send(None, {"documentId": UNKNOWN}, accept=accept)
        got = await api.client.get("/graphql", params={"documentId": UNKNOWN}, headers={"accept": accept})
        for response in (posted, got):
            code, says = refusal(response, status)
            assert code == "PERSISTED_DOCUMENT_NOT_FOUND" and "no trusted document has this `documentId`" in says


async def test_a_mutation_is_not_run_by_get(world: World, api: Api) -> None:
    for params in (
        {"documentId": id_of("SessionsEnd")},
        {"extensions": json.dumps(apollo(id_of("SessionsEnd"))["extensions"])},
    ):
        response = await api.client.get(
            "/graphql",
            params={**params, "variables": json.dumps({"input": {"keepCurrent": False}})},
            headers={"authorization": f"Bearer {world.admin.token}"},
        )
        assert refusal(response, 405)[0] == "METHOD_NOT_ALLOWED"
    assert (await api.run(world.admin.token, "Viewer"))["viewer"], "still signed in"


async def test_a_browser_with_an_id_asks_the_api(db: None, api: Api) -> None:
    got = await api.client.get("/graphql", params={"documentId": id_of("Viewer")}, headers=BROWSER)
    assert got.json() == {"data": {"viewer": None}}


async def test_the_log_names_the_operation_of_an_id(
    db: None, apis: Callable[[int], list[Api]], servers: Callable[[int], list[Server]]
) -> None:
    (api,) = apis(1)
    before = len(servers(1)[0].written())
    await api.send(None, {"documentId": id_of("HeadHome")})
    await api.send(None, {"documentId": UNKNOWN})
    await api.send(None, {"documentId": id_of("Viewer")})  # by then, what came before it is logged
    written = servers(1)[0].written()[before:]
    assert "POST /graphql HeadHome 200 - " in written
    assert "POST /graphql - 200 PERSISTED_DOCUMENT_NOT_FOUND " in written and UNKNOWN not in written


# -- as Apollo's clients do ------------------------------------------------------------------------------------------


async def test_apollo_s_hash_asks_for_a_trusted_document(world: World, api: Api) -> None:
    wanted = await api.run(world.admin.token, "Viewer")
    posted = await api.send(world.admin.token, apollo(id_of("Viewer"), operationName="Viewer", variables={}))
    got = await api.client.get(
        "/graphql",
        params={"operationName": "Viewer", "extensions": json.dumps(apollo(id_of("Viewer"))["extensions"])},
        headers={"authorization": f"Bearer {world.admin.token}"},
    )
    assert posted.json() == got.json() == {"data": wanted}
    prefixed = await api.send(world.admin.token, apollo(f"sha256:{id_of('Viewer')}"))
    assert prefixed.json() == {"data": wanted}, "as code generators write it"


async def test_apollo_s_clients_are_told_to_send_the_query(connected: None, api: Api) -> None:
    for accept, status in ((JSON, 200), (RESPONSE, 400)):
        for body in (apollo(UNKNOWN), apollo(5), {"extensions": {"persistedQuery": "x"}}):
            response = await api.send(None, body, accept=accept)
            assert refusal(response, status) == ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
    query = "{ __typename }"
    answer = await api.send(None, apollo(sha(query), query=query))
    assert answer.json() == {"data": {"__typename": "Query"}}
    assert refusal(await api.send(None, {"extensions": {"other": 1}}), 400)[0] == "BAD_REQUEST", "names no document"


# -- over a WebSocket ------------------------------------------------------------------------------------------------


async def test_a_websocket_takes_ids_too(world: World, server: Server) -> None:
    wanted = {"data": {"viewer": {"displayName": "管理员"}}}
    async with opened(server) as socket:
        await greet(socket, Authorization=f"Bearer {world.admin.token}")
        for number, payload in enumerate(
            ({"documentId": id_of("Viewer")}, {"documentId": f"sha256:{id_of('Viewer')}", "query": None},
             {"documentId": id_of("Viewer"), "query": ""}, apollo(id_of("Viewer")),
             apollo(UNKNOWN, query="{ viewer { displayName } }"))
        ):  # fmt: skip
            await say(socket, id=str(number), type="subscribe", payload=payload)
            heard = (await hear(socket))["payload"]
            assert heard["data"]["viewer"]["displayName"] == "管理员", payload
            assert await hear(socket) == {"id": str(number), "type": "complete"}
        assert heard == wanted
        board = {"documentId": id_of("LeaderboardChanged"), "variables": {"period": "MONTH"}}
        await say(socket, id="board", type="subscribe", payload=board)
        assert "leaderboardChanged" in (await hear(socket))["payload"]["data"]


async def test_an_unknown_id_ends_only_its_operation(world: World, server: Server) -> None:
    async with opened(server) as socket:
        await greet(socket)
        unknown = [{"documentId": UNKNOWN}, {"documentId": "X"}, apollo(UNKNOWN)]
        codes = ["PERSISTED_DOCUMENT_NOT_FOUND", "PERSISTED_DOCUMENT_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED"]
        for number, (payload, code) in enumerate(zip(unknown, codes, strict=True)):
            await say(socket, id=str(number), type="subscribe", payload=payload)
            heard = await hear(socket)
            assert heard["type"] == "error" and heard["id"] == str(number)
            (error,) = heard["payload"]
            assert error["extensions"]["code"] == code
        await say(socket, id="well", type="subscribe", payload={"documentId": id_of("Viewer")})
        assert (await hear(socket))["payload"] == {"data": {"viewer": None}}


@pytest.mark.parametrize(
    "payload",
    [
        {"documentId": 5}, {"documentId": []}, {"documentId": None}, {"documentId": id_of("Viewer"), "query": "{ a }"},
        {"documentId": id_of("Viewer"), "query": 5}, {"extensions": {}}, {"extensions": 5, "query": "{ a }"},
        {"extensions": [], "documentId": id_of("Viewer")}, {"variables": {}},
    ],
    ids=str,
)  # fmt: skip
async def test_a_payload_that_names_no_document_ends_the_socket(server: Server, payload: dict[str, Any]) -> None:
    async with opened(server) as socket:
        await greet(socket)
        await say(socket, id="1", type="subscribe", payload=payload)
        assert (await ending(socket))[0] == 4400


# -- off -------------------------------------------------------------------------------------------------------------


async def test_a_server_may_take_no_ids(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_with(monkeypatch, trusted_documents=TrustedDocuments.OFF, trusted_documents_dir="nowhere")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        code, says = refusal(await client.post("/graphql", json={"documentId": id_of("Viewer")}))
        assert code == "PERSISTED_DOCUMENT_NOT_FOUND" and "TRUSTED_DOCUMENTS=off" in says
        response = await client.post("/graphql", json=apollo(id_of("Viewer")))
        assert refusal(response) == ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
        asked = await client.post("/graphql", json={"query": documents.text("Viewer")})
        assert asked.json() == {"data": {"viewer": None}}
        assert (await client.get("/schema.graphql")).status_code == 200


# -- only ------------------------------------------------------------------------------------------------------------


async def test_only_trusted_documents_run(world: World, asker: httpx.AsyncClient) -> None:
    viewer, token = documents.text("Viewer"), {"authorization": f"Bearer {world.admin.token}"}
    for body in (
        {"documentId": id_of("Viewer")}, {"query": viewer}, apollo(id_of("Viewer")), apollo(UNKNOWN, query=viewer),
        {"documentId": sha(MINE)}, {"query": MINE}, apollo(sha(MINE)),
    ):  # fmt: skip
        answer = (await asker.post("/graphql", json=body, headers=token)).json()
        assert answer["data"]["viewer"]["displayName"] == "管理员", body
    for accept, status in ((JSON, 200), (RESPONSE, 400)):
        for query in (viewer + " ", MINE.strip(), "{ __typename }", "{ nothing }", "{", get_introspection_query()):
            for response in (
                await asker.post("/graphql", json={"query": query}, headers={**token, "accept": accept}),
                await asker.post("/graphql", json=apollo(id_of("Viewer"), query=query), headers={"accept": accept}),
                await asker.get("/graphql", params={"query": query}, headers={"accept": accept}),
            ):
                code, says = refusal(response, status)
                assert code == "DOCUMENT_NOT_TRUSTED" and "TRUSTED_DOCUMENTS_DIR" in says
    response = await asker.post("/graphql", json=apollo(UNKNOWN))
    assert refusal(response)[0] == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert refusal(await asker.post("/graphql", json={}), 400)[0] == "BAD_REQUEST"


async def test_only_trusted_documents_run_over_a_websocket(world: World, only: Server) -> None:
    async with opened(only) as socket:
        await greet(socket, Authorization=f"Bearer {world.admin.token}")
        for number, payload in enumerate(({"query": MINE}, {"documentId": sha(MINE)}, {"documentId": id_of("Viewer")})):
            await say(socket, id=str(number), type="subscribe", payload=payload)
            assert (await hear(socket))["payload"]["data"]["viewer"]["displayName"] == "管理员"
            assert (await hear(socket))["type"] == "complete"
        for query in (MINE + " ", "{ __typename }", "subscription { leaderboardChanged { changedAt } }"):
            await say(socket, id="other", type="subscribe", payload={"query": query})
            heard = await hear(socket)
            assert heard["type"] == "error", heard
            assert heard["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        misspelt = {"documentId": id_of("WishSubmit"), "variables": {"input": {"householdIdd": ""}}}
        await say(socket, id="hint", type="subscribe", payload=misspelt)
        assert "Did you mean" not in json.dumps(await hear(socket))


async def test_the_schema_is_shown_to_nobody(asker: httpx.AsyncClient) -> None:
    page = await asker.get("/graphql", headers=BROWSER)
    assert refusal(page, 400)[0] == "BAD_REQUEST"
    for path in ("/schema.graphql", "/web/operations.json", "/web/graphiql.js"):
        assert refusal(await asker.get(path), 404)[0] == "NOT_FOUND", path
    front = await asker.get("/")
    assert front.status_code == 200 and 'href="/graphql' not in front.text and "schema.graphql" not in front.text
    assert "<!--" not in front.text and (await asker.get("/readyz")).json() == {"status": "ok"}
    misspelt = {"documentId": id_of("WishSubmit"), "variables": {"input": {"householdIdd": ""}}}
    said = (await asker.post("/graphql", json=misspelt)).text
    assert "householdIdd" in said and "Did you mean" not in said


# -- at the start ----------------------------------------------------------------------------------------------------


def test_a_broken_document_stops_the_start(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Mine.graphql").write_text("{ nothing }")
    port = str(servers.free_port())
    said = refused(command(database_url, "serve", TRUSTED_DOCUMENTS_DIR=str(tmp_path), PORT=port))
    assert f"{tmp_path}/Mine.graphql cannot be trusted: Cannot query field 'nothing'" in said
    with pytest.raises(SettingsError, match=r"Mine\.graphql cannot be trusted"):
        app_with(monkeypatch, trusted_documents_dir=str(tmp_path))
