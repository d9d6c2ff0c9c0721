"""The operators' guide's example for nginx, run: TLS before two workers, a browser, WebSockets, sizes and limits."""

import asyncio
import base64
import json
import os
import pwd
import re
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, expect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from services.db import database
from services.roster.uploads import MAX_BODY_BYTES, MAX_BYTES
from services.till import attempts
from tests.evidence.programs import HOST, program
from tests.town import documents, wishes
from tests.town.documents import Api
from tests.town.guides import blocks
from tests.town.live import PROTOCOL, ask, greet
from tests.town.servers import ROOT, STARTS_WITHIN_SECONDS, STOPS_WITHIN_SECONDS, Server, free_port
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World

WHO = "{ viewer { displayName } }"
CONNECTIONS = 100
AROUND = """
daemon off; worker_processes 2; user {user}; pid {folder}/nginx.pid;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{example}
}}
"""


def certify(folder: Path) -> None:
    """A key, and a certificate of its own signing."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "xingdian.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "xingdian.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))


@dataclass
class Proxy:
    """A running nginx. It is asked by its name, at 127.0.0.1."""

    port: int
    plain_port: int
    trust: ssl.SSLContext

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{self.port}",
            verify=self.trust,
            headers={"host": HOST},
            timeout=180,
            limits=httpx.Limits(max_connections=20),
        )

    async def post(self, path: str, content: bytes, token: str | None = None, **headers: str) -> httpx.Response:
        bearer = {"authorization": f"Bearer {token}"} if token else {}
        async with self.client() as client:
            return await client.post(
                path,
                content=content,
                headers={"content-type": "application/json", **bearer, **headers},
                extensions={"sni_hostname": HOST},
            )

    def socket(self) -> Any:
        """A WebSocket to it, not opened yet."""
        return connect(
            f"wss://{HOST}/graphql",
            host="127.0.0.1",
            port=self.port,
            ssl=self.trust,
            proxy=None,
            subprotocols=[Subprotocol(PROTOCOL)],
            origin=f"https://{HOST}",
        )


@pytest.fixture
def proxy(servers: Callable[[int], list[Server]], tmp_path: Path) -> Iterator[Proxy]:
    """nginx with what the guide says to write, on other ports and with a certificate of its own."""
    (example,) = blocks((ROOT / "docs" / "operations.md").read_text(), "nginx")
    port, plain_port = free_port(), free_port()
    workers = [server.url.removeprefix("http://") for server in servers(2)]
    for written, meant in {
        "127.0.0.1:8001": workers[0],
        "127.0.0.1:8002": workers[1],
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{plain_port}",
        "/etc/ssl/": f"{tmp_path}/",
    }.items():
        assert written in example, written
        example = example.replace(written, meant)
    certify(tmp_path)
    user = pwd.getpwuid(os.geteuid()).pw_name
    (tmp_path / "nginx.conf").write_text(AROUND.format(user=user, folder=tmp_path, example=example))
    command = [program("nginx", "/usr/sbin/nginx"), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False, timeout=30)
    assert tried.returncode == 0, tried.stderr

    with (tmp_path / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        trust = ssl.create_default_context(cafile=str(tmp_path / "xingdian.pem"))
        made = Proxy(port, plain_port, trust)
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while asyncio.run(status(made)) != 200:
            assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "nginx.log").read_text()
            time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        assert process.wait(STOPS_WITHIN_SECONDS) == 0
    said = (tmp_path / "nginx.log").read_text()
    assert not re.search(r"\[(emerg|alert|crit)\]", said), said


async def status(proxy: Proxy) -> int | None:
    try:
        return (await proxy.post("/graphql", json.dumps({"query": "{ __typename }"}).encode())).status_code
    except httpx.TransportError:
        return None


async def test_it_passes_requests_on_without_a_redirect(world: World, proxy: Proxy) -> None:
    asked = json.dumps({"query": WHO}).encode()
    for path in ("/graphql", "/graphql/"):
        answer = await proxy.post(path, asked, world.a.head_people[0].token)
        assert answer.status_code == 200 and answer.json()["data"]["viewer"]["displayName"], answer.text
    async with proxy.client() as client:
        for path in ("/", "/graphql", "/graphql/", "/readyz"):
            got = await client.get(path, headers={"accept": "text/html"}, extensions={"sni_hostname": HOST})
            assert got.status_code == 200 and "http://" not in str(got.headers), (path, got.headers)
        shut = await client.get("/metrics", extensions={"sni_hostname": HOST})
        assert shut.status_code == 404 and "nginx" in shut.text


async def test_plain_http_leads_to_tls_and_stays_there(world: World, proxy: Proxy) -> None:
    async with httpx.AsyncClient(headers={"host": HOST}) as client:
        plain = await client.get(f"http://127.0.0.1:{proxy.plain_port}/graphql?a=b")
    assert plain.status_code == 301 and plain.headers["location"] == f"https://{HOST}/graphql?a=b"
    assert plain.headers["server"] == "nginx", "and tells no version"
    async with proxy.client() as client:
        for path in ("/", "/graphql", "/nothing-here"):
            got = await client.get(path, extensions={"sni_hostname": HOST})
            assert got.headers["strict-transport-security"] == "max-age=31536000", path


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_it_speaks_tls_of_today_alone(proxy: Proxy, version: ssl.TLSVersion, accepted: bool, tmp_path: Path) -> None:
    context = ssl.create_default_context(cafile=str(tmp_path / "xingdian.pem"))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or this side would refuse 1.1 by itself
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE_SECONDS) as raw:
        if not accepted:
            with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
                context.wrap_socket(raw, server_hostname=HOST)
            return
        with context.wrap_socket(raw, server_hostname=HOST) as spoken:
            chosen = spoken.cipher()
            assert spoken.version() == version.name.replace("_", ".") and chosen
            assert chosen[0].startswith(("TLS_", "ECDHE-")), chosen


@pytest.mark.usefixtures("work")
async def test_a_browser_reads_and_hears_through_it(
    rich: World, apis: Callable[[int], list[Api]], proxy: Proxy, browser: Browser
) -> None:
    context = await browser.new_context(ignore_https_errors=True, locale="zh-CN")
    page = await context.new_page()
    asked: list[str] = []
    sockets: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda opened: sockets.append(opened.url))
    await page.goto(f"https://{HOST}:{proxy.port}/graphql")
    await page.get_by_label("令牌 Token").fill(rich.a.head_people[0].token)
    await page.get_by_label("令牌 Token").press("Tab")
    await expect(page.locator("#who")).to_contain_text("HOUSEHOLD_HEAD")
    await page.locator("#list").get_by_role("link", name=re.compile("^WishChanged")).click()
    await page.get_by_role("button", name=re.compile("Execute query")).click()
    await expect(page.locator(".result-window")).to_contain_text("wishChanged")  # what it tells at its beginning
    await wishes.dispatched(apis(1)[0], rich.a)
    await expect(page.locator(".result-window")).to_contain_text("水龙头漏水")
    assert sockets and all(url.startswith(f"wss://{HOST}:{proxy.port}/") for url in sockets)
    assert all(url.startswith((f"https://{HOST}:{proxy.port}/", "data:", "blob:")) for url in asked), asked


async def test_it_passes_websockets_on(world: World, proxy: Proxy) -> None:
    async with proxy.socket() as socket:
        assert socket.subprotocol == PROTOCOL
        await greet(socket, Authorization=f"Bearer {world.a.head_people[0].token}")
        answer = await ask(socket, "1")
        assert answer["payload"]["data"]["viewer"]["displayName"]


async def test_a_roster_of_a_megabyte_passes_and_more_than_two_do_not(world: World, proxy: Proxy) -> None:
    file = "街道,社区,网格,联户长,联户长电话\r\n".encode()
    file += b"\r\n" * ((MAX_BYTES - len(file)) // 2)
    given = {"fileName": "x.csv", "contentBase64": base64.b64encode(file).decode(), "dryRun": True}
    body = json.dumps({"query": documents.text("RosterImport"), "variables": {"input": given}}).encode()
    assert 1_390_000 < len(body) < MAX_BODY_BYTES
    answer = await proxy.post("/graphql", body, world.a.staff.token)
    assert answer.status_code == 200 and answer.json()["data"]["rosterImport"]["errors"] == [], answer.text
    assert answer.json()["data"]["rosterImport"]["report"] is not None

    # Of more than they take, the workers themselves tell in JSON, which nginx lets them; of much more it tells.
    ours = await proxy.post("/graphql", body, world.a.head_people[0].token)
    assert ours.status_code == 413 and ours.json()["errors"][0]["extensions"]["code"] == "TOO_LARGE"
    refused = await proxy.post("/graphql", b" " * 3_000_000, world.a.staff.token)
    assert refused.status_code == 413 and refused.headers["content-type"].startswith("text/html")
    assert "nginx" in refused.text


async def test_too_many_requests_from_one_address_are_429(world: World, proxy: Proxy) -> None:
    """rate=30r/s with burst=60: of a burst some 60 pass at once, and 30 a second."""
    began = time.monotonic()
    async with proxy.client() as client:
        got = await asyncio.gather(
            *(client.get("/readyz", extensions={"sni_hostname": HOST}) for _ in range(400)), return_exceptions=True
        )
    took = time.monotonic() - began
    statuses = Counter(one.status_code if isinstance(one, httpx.Response) else repr(one) for one in got)
    assert statuses.keys() == {200, 429}, statuses
    assert 55 <= statuses[200] <= 61 + 30 * took + 1, (statuses, took)
    await asyncio.sleep(60 / 30)
    assert await status(proxy) == 200, "and soon it is let in again"


async def test_too_many_connections_from_one_address_are_429(world: World, proxy: Proxy) -> None:
    opened = []
    try:
        for _ in range(CONNECTIONS):
            opened.append(await proxy.socket())
            await asyncio.sleep(1 / 30)  # as fast as it may
        with pytest.raises(InvalidStatus) as refused:
            await proxy.socket()
        assert refused.value.response.status_code == 429
        await opened.pop().close()
        await asyncio.sleep(0.5)
        assert await status(proxy) == 200
    finally:
        await asyncio.gather(*(socket.close() for socket in opened))


async def test_what_a_client_says_of_its_own_address_is_gone(world: World, proxy: Proxy) -> None:
    """Mistyped codes are counted at the address that nginx sees, whatever the client writes."""
    given = {"code": "04214340161", "billFen": 8800}
    body = json.dumps({"query": documents.text("RedemptionPrepare"), "variables": {"input": given}}).encode()
    answer = await proxy.post("/graphql", body, world.a.cashier.token, **{"x-forwarded-for": "203.0.113.9"})
    assert answer.json()["data"]["redemptionPrepare"]["errors"][0]["code"] == "CODE_INVALID", answer.text
    counted = {row["key"] for row in await database.fetch("SELECT key FROM guess_windows WHERE kind = 'ADDRESS'")}
    assert counted == {attempts._address_key("127.0.0.1")}
