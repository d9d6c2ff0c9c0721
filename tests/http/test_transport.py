"""GraphQL over HTTP: whatever is wrong with a request is a clear 4xx; nothing of a fault gets out or into the log."""

import json
import logging
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from schema.graph.limits import MAX_ERRORS
from schema.http import refusals
from schema.http.asgi import create_app
from services.accounts import sessions
from services.db.paging import Keyset
from services.kit.errors import Unavailable
from services.kit.settings import current
from tests.town.documents import Api
from tests.town.servers import Server
from tests.town.world import World

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
QUERY = {"query": "{ __typename }"}
ORIGIN = "https://app.example.cn"
DEEP = b"[" * 5000 + b"]" * 5000

# name → (method, path, headers, body, status, what the message says)
BAD: dict[str, tuple[str, str, dict[str, str], bytes, int, str]] = {
    "null": ("POST", "", {}, b"null", 400, "one JSON object"),
    "a number": ("POST", "", {}, b"5", 400, "one JSON object"),
    "a string": ("POST", "", {}, b'"x"', 400, "one JSON object"),
    "a list": ("POST", "", {}, b"[]", 400, "one JSON object"),
    "a batch": ("POST", "", {}, json.dumps([QUERY]).encode(), 400, "one JSON object"),
    "5000 lists": ("POST", "", {}, DEEP, 400, "not usable JSON"),
    "5000 lists in the variables": ("POST", "", {}, b'{"variables":' + DEEP + b"}", 400, "not usable JSON"),
    "nothing": ("POST", "", {}, b"", 400, "not usable JSON"),
    "half an object": ("POST", "", {}, b'{"query":', 400, "not usable JSON"),
    "no UTF-8": ("POST", "", {}, b'{"query":"\xff"}', 400, "not usable JSON"),
    "surrogates in UTF-8": ("POST", "", {}, b'{"query":"\xed\xa0\x80"}', 400, "not usable JSON"),
    "UTF-16": ("POST", "", {}, json.dumps(QUERY).encode("utf-16"), 400, "not usable JSON"),
    "NaN": ("POST", "", {}, b'{"query":"{a}","variables":{"a":NaN}}', 400, "not usable JSON"),
    "Infinity": ("POST", "", {}, b'{"query":"{a}","variables":{"a":-Infinity}}', 400, "not usable JSON"),
    "a huge number": ("POST", "", {}, b'{"variables":{"a":' + b"9" * 5000 + b"}}", 400, "not usable JSON"),
    "a lone surrogate": ("POST", "", {}, b'{"query":"{a}","variables":{"a":"\\ud800"}}', 400, "surrogate"),
    "a lone surrogate in a key": ("POST", "", {}, b'{"query":"{a}","variables":{"\\udfff":1}}', 400, "surrogate"),
    "a lone surrogate in the query": ("POST", "", {}, b'{"query":"# \\ud800\\n{__typename}"}', 400, "surrogate"),
    "NUL": ("POST", "", {}, b'{"query":"{a}","variables":{"a":["x\\u0000"]}}', 400, "U+0000"),
    "no query": ("POST", "", {}, b"{}", 400, "no `query`"),
    "an empty query": ("POST", "", {}, b'{"query":""}', 400, "no `query`"),
    "query null": ("POST", "", {}, b'{"query":null}', 400, "no `query`"),
    "query a number": ("POST", "", {}, b'{"query":0}', 400, "`query` must be"),
    "variables a number": ("POST", "", {}, b'{"query":"{a}","variables":5}', 400, "`variables` must be"),
    "variables a list": ("POST", "", {}, b'{"query":"{a}","variables":[]}', 400, "`variables` must be"),
    "variables false": ("POST", "", {}, b'{"query":"{a}","variables":false}', 400, "`variables` must be"),
    "operationName a number": ("POST", "", {}, b'{"query":"{a}","operationName":5}', 400, "`operationName` must be"),
    "extensions a string": ("POST", "", {}, b'{"query":"{a}","extensions":"x"}', 400, "`extensions` must be"),
    "an unknown operation": ("POST", "", {}, b'{"query":"query A{__typename}","operationName":"B"}', 400, "that name"),
    "two operations, no name": ("POST", "", {}, b'{"query":"query A{__typename} query B{__typename}"}', 200, "Name"),
    "no operation": ("POST", "", {}, b'{"query":"fragment A on Query{__typename}"}', 200, "never used"),
    "a form": ("POST", "", {"content-type": "application/x-www-form-urlencoded"}, b"query=x", 415, "application/json"),
    "plain text": ("POST", "", {"content-type": "text/plain"}, json.dumps(QUERY).encode(), 415, "application/json"),
    "plain text that says JSON": ("POST", "", {"content-type": "text/plain; application/json"}, b"{}", 415, "json"),
    "like JSON": ("POST", "", {"content-type": "application/jsonp"}, b"{}", 415, "application/json"),
    "no type": ("POST", "", {"content-type": ""}, json.dumps(QUERY).encode(), 415, "application/json"),
    "multipart": ("POST", "", {"content-type": "multipart/form-data; boundary=x"}, b"--x--", 415, "application/json"),
    "GET without a query": ("GET", "", {"accept": JSON}, b"", 400, "no `query`"),
    "GET with variables=5": ("GET", "?query={__typename}&variables=5", {}, b"", 400, "`variables` must be"),
    "GET with variables={": ("GET", "?query={__typename}&variables={", {}, b"", 400, "not usable JSON"),
    "GET with NUL": ("GET", '?query={a}&variables={"a":"%5Cu0000"}', {}, b"", 400, "U+0000"),
    "a mutation by GET": ("GET", "?query=mutation{__typename}", {}, b"", 405, "by POST"),
    "PUT": ("PUT", "", {}, json.dumps(QUERY).encode(), 405, "GET and POST"),
    "DELETE": ("DELETE", "", {}, b"", 405, "GET and POST"),
    "PATCH": ("PATCH", "", {}, b"{}", 405, "GET and POST"),
    "OPTIONS": ("OPTIONS", "", {"origin": "https://evil.example"}, b"", 405, "GET and POST"),
    "another page": ("GET", "/../admin.php", {}, b"", 404, "Not Found"),
}


async def send(client: httpx.AsyncClient, name: str) -> httpx.Response:
    method, path, headers, body, _, _ = BAD[name]
    return await client.request(
        method, f"/graphql{path}", headers={"content-type": JSON, **headers}, content=body if body else None
    )


def check(response: httpx.Response, name: str) -> None:
    *_, status, says = BAD[name]
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert says in error["message"] and len(error["message"]) < 200
    UUID(response.headers["x-request-id"])
    if status != 200:
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]
        assert error["extensions"]["code"] == {
            404: "NOT_FOUND",
            405: "METHOD_NOT_ALLOWED",
            415: "UNSUPPORTED_MEDIA_TYPE",
        }.get(status, "BAD_REQUEST")
    if status == 405:
        assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("name", BAD)
async def test_what_is_wrong_with_a_request_is_told(connected: None, api: Api, name: str) -> None:
    check(await send(api.client, name), name)


async def test_the_same_from_a_real_server_whose_log_stays_quiet(
    db: None, apis: Callable[[int], list[Api]], servers: Callable[[int], list[Server]]
) -> None:
    (api,) = apis(1)
    for name in BAD:
        check(await send(api.client, name), name)
    response = await api.client.post("/graphql", content=b"x" * (current().max_body_bytes + 1))
    assert response.status_code == 413
    response = await api.client.head("/graphql")
    assert (response.status_code, response.content) == (405, b"")
    written = servers(1)[0].written()
    assert "Traceback" not in written and " 500 " not in written and "ERROR" not in written
    assert "admin.php" not in written and "variables" not in written, "neither unknown paths nor query strings"
    assert re.search(r"POST /graphql \S+ 400 \S+ [\d.]+ ms [0-9a-f-]{36}", written)


# -- size ------------------------------------------------------------------------------------------------------------


async def test_a_body_beyond_the_limit_is_a_413(db: None, api: Api) -> None:
    most = current().max_body_bytes
    fits = json.dumps({"query": "{__typename}", "variables": {"x": ""}})
    for size, status in ((most, 200), (most + 1, 413)):
        padded = fits.replace('""', f'"{"x" * (size - len(fits))}"').encode()
        assert len(padded) == size

        async def pieces(padded: bytes = padded) -> Any:
            for start in range(0, len(padded), 10_000):
                yield padded[start : start + 10_000]

        for content in (padded, pieces()):  # with and without a content-length
            response = await api.client.post("/graphql", content=content, headers={"content-type": JSON})
            assert response.status_code == status
            if status == 413:
                (error,) = response.json()["errors"]
                assert error["extensions"]["code"] == "TOO_LARGE" and str(most) in error["message"]


# -- what comes back -------------------------------------------------------------------------------------------------


async def test_the_form_of_an_answer_is_the_one_asked_for(db: None, api: Api) -> None:
    for accept, kind in (
        (JSON, JSON), ("*/*", JSON), (RESPONSE, RESPONSE), (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{JSON}, {RESPONSE};q=0.5", JSON), (f"{RESPONSE};q=0, */*", JSON), (f"{JSON};q=0, {RESPONSE}", RESPONSE),
        (RESPONSE.upper(), RESPONSE), (f"{RESPONSE}; charset=utf-8", RESPONSE), ("text/html", JSON), ("", JSON),
    ):  # fmt: skip
        good = await api.send(None, QUERY, accept=accept)
        assert good.headers["content-type"] == f"{kind}; charset=utf-8"
        assert (good.status_code, good.json()) == (200, {"data": {"__typename": "Query"}})
        for broken in ("{ nothing }", "{", "query ($x: Int!) { __typename @skip(if: $x) }"):
            response = await api.send(None, {"query": broken}, accept=accept)
            assert response.status_code == (400 if kind == RESPONSE else 200)
            assert response.json()["errors"] and "data" not in response.json()
        for name in ("no query", "PUT"):
            response = await api.client.request(
                BAD[name][0], "/graphql", content=b"{}", headers={"accept": accept, "content-type": JSON}
            )
            plain = accept not in (RESPONSE, RESPONSE.upper(), f"{JSON};q=0, {RESPONSE}", f"{RESPONSE}; charset=utf-8")
            assert response.headers["content-type"] == f"{JSON if plain else RESPONSE}; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON), ("*/*", JSON), (JSON, JSON), ("application/*", JSON), (f"{RESPONSE},{JSON};q=0.9", JSON),
        (f"{RESPONSE}, */*;q=0.1", JSON), (f"{RESPONSE}, {JSON};q=0.001", JSON), ("text/html", JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON};q=0", RESPONSE), (f"{RESPONSE}, application/*;q=0.0", RESPONSE),
        (f"{RESPONSE}, */*;q=0", RESPONSE), (f"{RESPONSE};q=nonsense", JSON), (",;q=,", JSON),
    ],
)  # fmt: skip
def test_a_refusal_is_plain_json_wherever_it_may_be(accept: str, kind: str) -> None:
    """Apollo's RetryLink and their like see status and Retry-After of plain JSON alone."""
    scope = {"type": "http", "headers": [(b"accept", accept.encode())] if accept else []}
    for status in (408, 413, 429, 503):
        response = refusals.refused(scope, status, "x", {"retry-after": "2"} if status != 413 else None)
        assert response.headers["content-type"] == f"{kind}; charset=utf-8"
        (error,) = json.loads(response.body)["errors"]
        assert error["extensions"].get("retryAfterSeconds") == (None if status == 413 else 2)


async def test_a_query_may_come_by_get(db: None, api: Api) -> None:
    response = await api.client.get(
        "/graphql",
        params={
            "query": 'query A($n: Boolean!) { __typename @skip(if: $n) } query B { node(id: "") { id } }',
            "variables": '{"n": false}',
            "operationName": "A",
        },
    )
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_chinese_travels_as_it_is(world: World, api: Api) -> None:
    response = await api.send(world.admin.token, {"query": "{ viewer { displayName } }"})
    assert "管理员" in response.text and response.json()["data"]["viewer"]["displayName"] == "管理员"


@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_address_leads_elsewhere(db: None, application: Starlette, path: str, scheme: str) -> None:
    """Behind a proxy with TLS, a redirect of ours would name http and lose a POST's body."""
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://test") as client:
        answered = await client.post(path, json=QUERY)
        assert (answered.status_code, answered.json()) == (200, {"data": {"__typename": "Query"}})
        assert (await client.get(path, params=QUERY)).status_code == 200
        assert (await client.get(path, headers={"accept": "text/html"})).status_code == 200
        for other in ("/readyz/", "/schema.graphql/", "/web/index.css/", "/graphql//"):
            elsewhere = await client.get(other)
            assert elsewhere.status_code == 404 and "location" not in elsewhere.headers, other


@pytest.fixture(params=["*", "https://app.example.cn,http://localhost:5173"])
def open_to_others(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """An app that pages of other origins may ask."""
    settings = current().model_copy(update={"cors_origins": request.param})
    monkeypatch.setattr("schema.http.asgi.current", lambda: settings)
    return create_app("unused")


async def test_pages_of_other_origins_may_ask_where_a_setting_says_so(
    connected: None, db: None, open_to_others: Starlette
) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=open_to_others), base_url="http://test", headers={"origin": ORIGIN}
    ) as client:
        named = "authorization,content-type,prefer,x-apollo-operation-name"
        wanted = {"access-control-request-method": "POST", "access-control-request-headers": named}
        asked = await client.options("/graphql", headers=wanted)
        assert asked.status_code == 200 and asked.headers["access-control-allow-origin"] in ("*", ORIGIN)
        assert "POST" in asked.headers["access-control-allow-methods"]
        allowed = asked.headers["access-control-allow-headers"].replace(" ", "").lower()
        assert set(named.split(",")) <= set(allowed.split(","))
        assert "access-control-allow-credentials" not in asked.headers
        for answered in (
            await client.post("/graphql", json=QUERY),
            await client.post("/graphql", json=QUERY, headers={"authorization": "Bearer of nothing"}),
            await client.post("/graphql", content=b"x" * 200_000, headers={"content-type": JSON}),
            await client.get("/readyz"),
            await client.get("/nothing"),
        ):
            assert answered.headers["access-control-allow-origin"] in ("*", ORIGIN), answered
            assert answered.headers["access-control-expose-headers"] == "Date, ETag, Retry-After, X-Build, X-Request-Id"
    assert answered.status_code == 404
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=open_to_others), base_url="http://test", headers={"origin": "https://e.cn"}
    ) as client:
        given = (await client.post("/graphql", json=QUERY)).headers.get("access-control-allow-origin")
        assert given == ("*" if current_origins(open_to_others) == ["*"] else None)


def current_origins(app: Starlette) -> list[str]:
    return list(app.user_middleware[0].kwargs["allow_origins"])


async def test_headers_are_sane(db: None, api: Api) -> None:
    seen = set()
    for response in (
        await api.send(None, QUERY, origin="https://evil.example"),
        await api.client.get("/readyz"),
        await api.client.get("/nothing"),
        await api.client.post("/graphql", content=b"null", headers={"content-type": JSON}),
    ):
        headers = response.headers
        seen.add(headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert not [name for name in headers if name.startswith("access-control")], "no other site may read this"
        assert "set-cookie" not in headers
    assert len(seen) == 4


async def test_a_request_id_is_ours_alone(db: None, api: Api) -> None:
    response = await api.send(None, QUERY, **{"x-request-id": "forged"})
    assert response.headers.get_list("x-request-id") != ["forged"] and UUID(response.headers["x-request-id"])


# -- faults ----------------------------------------------------------------------------------------------------------

SECRET = "张三 10000000001 汇川区香港路1号"


def fail_with(error: Exception) -> Callable[..., Any]:
    async def fail(*_: Any, **__: Any) -> Any:
        personal = SECRET  # a local variable, as a real fault would have around it
        raise error from ValueError(personal)

    return fail


AREAS = "{ viewer { displayName areas(first: 1) { edges { node { id } } } } }"


async def test_a_resolvers_fault_is_masked_and_logged_without_text(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Keyset, "fetch", fail_with(KeyError(SECRET)))
    with caplog.at_level(logging.DEBUG):
        response = await api.send(world.admin.token, {"query": AREAS})
    assert response.status_code == 200
    (error,) = response.json()["errors"]
    request_id = response.headers["x-request-id"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": request_id}
    assert error["path"] == ["viewer", "areas"] and error["message"] == "系统出现故障，请稍后再试"
    assert SECRET not in response.text and "KeyError" not in response.text
    faults = [record for record in caplog.records if record.name == "xingdian.faults"]
    assert len(faults) == 1 and faults[0].levelno == logging.ERROR
    assert request_id in caplog.text and "KeyError" in caplog.text and "test_transport.py" in caplog.text
    ours = "\n".join(line for line in caplog.text.splitlines() if "tortoise" not in line)
    assert "张三" not in ours and "10000000001" not in ours and world.admin.token not in ours


async def test_an_outage_in_a_resolver_says_try_again(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Keyset, "fetch", fail_with(Unavailable("no connection")))
    response = await api.send(world.admin.token, {"query": AREAS})
    (error,) = response.json()["errors"]
    assert response.status_code == 503 and error["extensions"]["code"] == "UNAVAILABLE"
    assert error["message"] == "服务繁忙，请稍后再试"
    assert "Traceback" not in caplog.text and error["extensions"]["requestId"] in caplog.text


async def test_an_outage_while_signing_in_is_a_503(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_look_up", fail_with(Unavailable("no connection")))
    response = await api.send(world.admin.token, {"query": AREAS})
    assert response.status_code == 503 and response.headers["retry-after"] in ("1", "2", "3")
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


async def test_a_fault_outside_of_graphql_is_a_500_that_shows_nothing(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sessions, "_look_up", fail_with(LookupError(SECRET)))
    response = await api.send(world.admin.token, {"query": AREAS})
    assert response.status_code == 500
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": response.headers["x-request-id"]}
    assert error["message"] == "系统出现故障，请稍后再试"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "LookupError" in caplog.text and response.headers["x-request-id"] in caplog.text
    assert "张三" not in caplog.text


async def test_many_faults_in_one_answer_are_bounded(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Keyset, "fetch", fail_with(KeyError(SECRET)))
    names = ["viewer", *(f"a{index}: viewer" for index in range(20))]
    fields = " ".join(f"{name} {{ areas(first: 1) {{ edges {{ cursor }} }} }}" for name in names)
    response = await api.send(world.admin.token, {"query": f"{{ {fields} }}"})
    assert len(response.json()["errors"]) == MAX_ERRORS
    assert len([record for record in caplog.records if record.name == "xingdian.faults"]) == MAX_ERRORS


async def test_ready_tells_of_the_database(db: None, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await api.client.get("/readyz")).json() == {"status": "ok"}
    from services.db import database

    monkeypatch.setattr(database, "fetch_value", fail_with(Unavailable("gone")))
    assert (await api.client.get("/readyz")).status_code == 503


async def test_a_client_that_hangs_up_leaves_no_traceback(db: None, servers: Callable[[int], list[Server]]) -> None:
    import asyncio

    server = servers(1)[0]
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
        )
        await writer.drain()
        writer.close()
    assert (await asyncio.to_thread(httpx.get, f"{server.url}/readyz")).status_code == 200
    assert "Traceback" not in server.written()
