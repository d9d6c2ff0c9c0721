"""Imports as people run them, by command and by mutation, and what may come in between: another, a wish, a kill."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
from hypothesis import strategies as st

from models.accounts import Account, Membership
from models.enums import AreaKind, Role
from models.people import Household
from services.db import database
from services.kit.errors import Refusal
from services.kit.settings import current
from services.roster import loading, staging, uploads
from tests.town import roster, story
from tests.town import wishes as town_wishes
from tests.town import world as making
from tests.town.commands import command, refused
from tests.town.documents import OPERATIONS, Api
from tests.town.postgres import holding, until_blocked
from tests.town.roster import CLUSTERS, HEADS, HOUSEHOLDS, A, load, loaded, table, untouched, versions
from tests.town.servers import ROOT
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import World

SAMPLES = ROOT / "docs" / "samples"
NEW = ("新街道", "新社区", "一网格")


def many(count: int, *, phone: int = 10_003_000_000, contact: str = "李雷") -> bytes:
    """A head with so many households of that contact's name, whose phones begin with that one."""
    return table(
        CLUSTERS,
        *(
            (
                *NEW,
                "韩梅",
                "10000009001",
                f"{number // 100 + 1}栋",
                f"K{number}",
                f"{number}号",
                contact,
                phone + number,
            )
            for number in range(count)
        ),
    )


# By the command


def test_the_command_tries_imports_corrects_and_exports(db: None, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "名册.csv"
    file.write_bytes(many(3))
    said = refused(command(database_url, "import", str(file)))
    assert "app.py admin" in said
    made = command(database_url, "admin", "--name", "管理员", "--phone", "10000000001", "--district", "汇川区")
    assert made.returncode == 0, made.stderr

    tried = command(database_url, "import", str(file), "--dry-run")
    assert tried.returncode == 0 and "没有写入任何内容" in tried.stdout, tried.stderr
    ran = command(database_url, "import", str(file), "--json")
    report = json.loads(ran.stdout)
    assert ran.returncode == 0 and report["problems"] == [] and not report["dry_run"]
    assert report["tallies"]["住户"] == {"added": 3, "changed": 0, "unchanged": 0} and len(report["sha256"]) == 64

    file.write_bytes(many(3).replace("2号".encode(), "5号".encode()))
    ran = command(database_url, "import", str(file))
    assert ran.returncode == 0 and "住户 K2" in ran.stdout and "地址" in ran.stdout and "100%" in ran.stderr

    file.write_bytes(many(3).replace(b"10003000001", b"12345").replace(b"10003000002", b"x"))
    for more in ([], ["--json"]):
        ran = command(database_url, "import", str(file), *more)
        assert ran.returncode == 1 and "发现 2 处问题" in ran.stderr and "手机号应为" in ran.stderr
        assert "Traceback" not in ran.stderr and "10003000000" not in ran.stdout + ran.stderr
    assert [one["line"]["row"] for one in json.loads(ran.stdout)["problems"]] == [3, 4]

    out = tmp_path / "out"
    ran = command(database_url, "export", "--out", str(out), "--with-phones", "--json")
    assert json.loads(ran.stdout) == {"rows": {"households": 3, "heads": 1, "workers": 0, "shops": 0, "partners": 0}}
    ran = command(database_url, "import", str(out / "住户.csv"), "--json")
    assert json.loads(ran.stdout)["changes"] == []
    assert "--force" in refused(command(database_url, "export", "--out", str(out)))
    ran = command(database_url, "export", "--kind", "heads", "--out", str(tmp_path / "heads.xlsx"))
    assert ran.returncode == 0 and ran.stdout == "联户长 1\n"
    assert (tmp_path / "heads.xlsx").read_bytes().startswith(b"PK"), "what its name says"


def test_a_file_that_is_not_there_is_one_sentence(database_url: str, tmp_path: Path) -> None:
    assert "读不了文件" in refused(command(database_url, "import", str(tmp_path / "nothing.csv")))


async def test_the_samples_make_a_district(db: None) -> None:
    """One after the other, as the guide has it, and again, which changes nothing."""
    await making.area(None, AreaKind.DISTRICT, "district", "汇川区")
    files = ["heads.xlsx", "households.csv", "workers.csv", "shops.xlsx", "partners.csv"]
    assert sorted(files) == sorted(path.name for path in SAMPLES.iterdir() if path.is_file() and path.suffix != ".md")
    found: dict[str, int] = {}
    for name in files:
        for kind, (added, _, _) in (await loaded((SAMPLES / name).read_bytes())).items():
            found[kind] = found.get(kind, 0) + added
    assert all(
        found[kind] for kind in ("街道", "社区", "网格", "楼栋", "联户长", "住户", "网格员", "店铺", "共建单位", "优惠")
    )
    async with untouched():
        for name in files:
            assert all(
                not added + changed for added, changed, _ in (await loaded((SAMPLES / name).read_bytes())).values()
            )


# By the mutation


async def send(api: Api, who: making.Person, file: bytes, **given: Any) -> dict[str, Any]:
    content = base64.b64encode(file).decode()
    return await story.act(api, who, "RosterImport", **{"fileName": "x.csv", "contentBase64": content, **given})


async def test_staff_import_up_to_a_megabyte(world: World, api: Api) -> None:
    head = table(HEADS, (*A, "韩梅", "10000009001"))
    payload = await send(api, world.a.staff, head)
    assert payload["errors"] == [] and payload["report"]["tallies"][-1] == {
        "kind": "联户长",
        "added": 1,
        "changed": 0,
        "unchanged": 0,
    }
    padded = head + b"\r\n" * ((uploads.MAX_BYTES - len(head)) // 2)
    assert (await send(api, world.a.staff, padded))["errors"] == []
    assert (await send(api, world.admin, padded + b"\n\n"))["errors"][0]["field"] == ["input", "contentBase64"]


@pytest.mark.parametrize(
    ("content", "message"), [("", "空"), ("====", "不完整"), ("YQ", "不完整"), ("一", "不完整"), ("YQ==\n", "不完整")]
)
async def test_what_is_no_file_is_refused(world: World, api: Api, content: str, message: str) -> None:
    payload = await send(api, world.a.staff, b"", contentBase64=content)
    assert story.code(payload) == "INVALID_INPUT" and message in payload["errors"][0]["message"]


async def test_only_who_may_import_may_send_so_much(world: World, api: Api) -> None:
    """And who it is is known before anything of it is read."""
    document = (OPERATIONS / "RosterImport.graphql").read_text()
    limit = current().max_body_bytes

    async def post(token: str | None, size: int, *, announced: bool = True, **variables: Any) -> int:
        body = json.dumps({"query": document, "variables": variables}).encode()
        body += b" " * (size - len(body))
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}

        async def unannounced() -> Any:
            for start in range(0, len(body), 50_000):
                yield body[start : start + 50_000]

        content = body if announced else unannounced()
        return (await api.client.post("/graphql", content=content, headers=headers)).status_code

    given = {"input": {"fileName": "x.csv", "contentBase64": base64.b64encode(b"x").decode()}}
    for who in (world.a.staff, world.admin):
        assert await post(who.token, uploads.MAX_BODY_BYTES, **given) == 200
        assert await post(who.token, uploads.MAX_BODY_BYTES + 1, **given) == 413
        assert await post(who.token, limit + 1, announced=False, **given) == 413
    others = (world.a.residents[0], world.a.head_people[0], world.a.cashier, world.a.worker, world.auditor)
    for token in (None, *(who.token for who in others)):
        assert await post(token, limit, **given) == 200
        assert await post(token, limit + 1, **given) == 413
    assert await post("A" * 43, limit + 1, **given) == 401


async def test_who_sends_so_much_is_looked_up_once(world: World, api: Api) -> None:
    padded = b"\xef\xbb\xbf" + b"\r\n" * 100_000
    with database.observed_statements() as seen:
        await send(api, world.a.staff, padded)
    assert sum("FROM sessions" in statement for statement in seen) == 1


async def test_one_at_a_time_in_a_process_and_none_for_ever(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, slow = asyncio.Event(), asyncio.Event()
    real = loading.load

    async def waiting(*args: Any) -> Any:
        begun.set()
        await slow.wait()
        return await real(*args)

    monkeypatch.setattr(loading, "load", waiting)
    first = asyncio.create_task(send(api, world.a.staff, many(1)))
    await begun.wait()
    payload = await send(api, world.b.staff, many(1))
    assert story.code(payload) == "INVALID_STATE" and "正在导入" in payload["errors"][0]["message"]
    slow.set()
    assert (await first)["errors"] == []
    slow.clear()
    monkeypatch.setattr(uploads, "DEADLINE_SECONDS", 0.05)
    payload = await send(api, world.a.staff, many(1))
    assert story.code(payload) == "INVALID_INPUT" and "分成几份" in payload["errors"][0]["message"]
    monkeypatch.undo()
    assert (await send(api, world.admin, many(1)))["errors"] == [], "nothing is left of it"


async def test_the_server_answers_others_meanwhile(world: World, api: Api) -> None:
    """Reading 20,000 rows takes a while, of which the event loop has next to nothing."""
    file = table(HOUSEHOLDS[:7], *((*A, "1栋", f"K{number}", f"{number}号", "李雷") for number in range(15_000)))
    assert len(file) < uploads.MAX_BYTES
    # By what they compute, which is the same on a busy machine.
    longest, last, began = 0.0, time.thread_time(), time.process_time()
    importing = asyncio.create_task(send(api, world.a.staff, file, dryRun=True))
    while not importing.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.thread_time() - last), time.thread_time()
    assert (await importing)["report"]["rows"] == 15_000
    assert longest < (time.process_time() - began) / 2


# What comes in between


async def test_one_import_at_a_time_and_the_other_is_told(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "WAITS_SECONDS", 0.3)
    other = await asyncpg.connect(database_url)
    try:
        key = database.lock_key(f"roster:{current().database_schema}")
        await other.execute("SELECT pg_advisory_lock($1)", key)
        with pytest.raises(Refusal, match="正在导入"):
            await load(many(1))
        monkeypatch.setattr(loading, "WAITS_SECONDS", PATIENCE_SECONDS)
        waiting = asyncio.create_task(load(many(1)))
        await asyncio.sleep(0.1)
        await other.execute("SELECT pg_advisory_unlock($1)", key)
        assert (await waiting).problems == []
    finally:
        await other.close()


async def test_what_is_made_at_the_same_moment_is_found_then(world: World, database_url: str) -> None:
    """A head with the same phone, committed after the import has looked and before it writes."""
    other = await asyncpg.connect(database_url)
    try:
        held = other.transaction()
        await held.start()
        await other.execute(
            "INSERT INTO household_heads (id, grid_id, name, phone_index, phone_encrypted, points_earned,"
            " ratings_count, ratings_sum, created_at) VALUES (gen_random_uuid(), $1, '韩梅', $2, 'x', 0, 0, 0, now())",
            world.a.grid.id,
            making.phone_columns("10000009001")["phone_index"],
        )
        importing = asyncio.create_task(load(table(HEADS, (*A, "韩梅", "10000009001"))))
        await until_blocked()
        await held.commit()
        report = await importing
    finally:
        await other.close()
    assert report.problems == [] and roster.tallies(report)["联户长"] == (0, 0, 1)


async def test_what_changes_while_the_import_waits_is_not_overlooked(world: World) -> None:
    """The contact becomes another one in between: it is that one who then hands over, and not the one before."""
    home, old, between = world.a.households[0], world.a.residents[0], await making.person("在中间")
    await Account.filter(id=old.account_id).update(**making.phone_columns("10000001100"))
    phone = making.phone_columns("10000009102")
    await Account.filter(id=between.account_id).update(**phone)
    moved = (*A, "1栋", "1栋100室", "孙居民", "10000009103")
    change = "UPDATE households SET phone_index = $2, phone_encrypted = $3, contact_name = '新' WHERE id = $1"
    async with holding(change, home.id, phone["phone_index"], phone["phone_encrypted"]):
        importing = asyncio.create_task(load(table(("街道", "社区", "网格", "楼栋", "地址", "联系人", "电话"), moved)))
        await until_blocked()
        await making.grant(between.account_id, Role.RESIDENT, household=home)
    report = await importing
    assert roster.changes(report) == [(2, "住户", ("联系人", "电话"))]
    new = await Account.get(phone_index=making.phone_columns("10000009103")["phone_index"])
    held = await Membership.filter(household=home, revoked_at=None)
    assert {row.account_id for row in held} == {old.account_id, new.id}


async def test_wishes_go_on_while_households_move(world: World, api: Api) -> None:
    """Submitted, dispatched and accepted, while imports move the households to and fro: no deadlock, nothing lost."""
    a = world.a
    for number, home in enumerate(a.households):
        await Household.filter(id=home.id).update(code=f"H{number}")
    phones = ("10000001000", "10000001001")

    def turn(number: int) -> bytes:
        rows = [
            (*A, "1栋", f"H{home}", f"{home}号", "居民", f"1000000110{home}", "", phones[(number + home) % 2])
            for home in range(3)
        ]
        heads = [(*A, f"联户{number}甲", phones[0]), (*A, f"联户{number}乙", phones[1])]
        return table(HOUSEHOLDS, *rows) if number % 2 else table(HEADS, *heads)

    async def imports() -> None:
        for number in range(16):
            report = await load(turn(number))
            assert report.problems == []

    async def wishes(household: int) -> list[str]:
        made = []
        for number in range(6):
            wish = await (town_wishes.accepted if number % 2 else town_wishes.offered)(api, a, household)
            made.append(wish)
        return made

    _, *made = await asyncio.gather(imports(), *(wishes(household) for household in range(3)))
    rows = await database.fetch("SELECT state, count(*) AS many FROM wishes GROUP BY state ORDER BY state")
    assert [(row["state"], row["many"]) for row in rows] == [("ACCEPTED", 9), ("DISPATCHED", 9)]
    assert len({wish for wishes in made for wish in wishes}) == 18


async def test_a_killed_import_leaves_nothing_and_can_be_run_again(
    world: World, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "名册.csv"
    file.write_bytes(many(6_000))
    before = await versions(audit=True)
    watching = await asyncpg.connect(database_url)
    try:
        # The import waits at the very end, for a row that it is about to write: all else is done.
        held = watching.transaction()
        await held.start()
        await watching.execute("LOCK TABLE audit_entries IN SHARE MODE")
        process = subprocess.Popen(  # noqa: ASYNC220  (it is killed, not talked to)
            [sys.executable, "app.py", "import", str(file)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await until_written()
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        await held.rollback()
    finally:
        await watching.close()
    await until_gone()
    assert await versions(audit=True) == before
    assert roster.tallies(await load(file.read_bytes()))["住户"] == (6_000, 0, 0)


async def until_written() -> None:
    """Until the import has written its households and waits for the table that is held."""

    async def written() -> int:
        return int(
            await database.fetch_value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND query LIKE '%audit_entries%'"
            )
        )

    await until(written)


async def until_gone() -> None:
    """Until the server has noticed that the process is gone."""

    async def gone() -> bool:
        return not await database.fetch_value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")

    await until(gone)


# However large


async def test_the_statements_do_not_grow_with_the_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await loaded(many(1))
    counts = []
    for rows, contact in ((1, "吴雨"), (40, "周晴")):  # the first household is another's each time
        with database.observed_statements() as seen:
            await loaded(many(rows, phone=10_004_000_000 + 1000 * rows, contact=contact))
        counts.append(len(seen))
    assert counts[0] == counts[1]
    monkeypatch.setattr(staging, "LOT", 41)
    with database.observed_statements() as seen:
        await loaded(many(120, phone=10_005_000_000, contact="郑风"))
    per_lot = 2 * 2  # a time-out and a COPY, of heads and of households
    assert len(seen) <= counts[0] + 2 * per_lot


async def test_as_many_lots_as_it_takes_are_one_import(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = await load(many(50), dry_run=True)
    monkeypatch.setattr(staging, "LOT", 7)
    assert await load(many(50), dry_run=True) == whole


async def test_a_roster_has_its_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "MAX_RECORDS", 10)
    ((row, _, _, message),) = await roster.wrong(many(30))
    assert row == 11 and "分成几份" in message


# Whatever it holds

PLACES = [("新街道", "新社区", grid) for grid in ("一网格", "二网格")]
HOMES = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.sampled_from([("韩梅", "10000009001"), ("苏杭", "10000009002")]),
        st.sampled_from(["1栋", "2栋", "无"]),
        st.sampled_from(["", "K1", "K2", "K3"]),
        st.sampled_from(["101", "102", "１０３"]),
        st.sampled_from(["李雷", "吴雨", "John Smith"]),
        st.sampled_from(["", "10000009101", "10000009102", "10000009001"]),
    ),
    max_size=4,
)


async def test_whatever_was_imported_is_so_and_again_changes_nothing(world: World) -> None:
    """Random rosters one after the other: refused with nothing written, or done, and then the same again is nothing;
    a dry run before it says the same."""
    loop = asyncio.get_running_loop()
    seen = {"done": 0, "refused": 0}

    async def one(homes: list[Any]) -> None:
        heads = {phone: place for place, (_, phone), *_ in homes}
        rows = [
            (*place, building, code, address, name, phone, head, head_phone)
            for place, (head, head_phone), building, code, address, name, phone in homes
        ]
        names = {"10000009001": "韩梅", "10000009002": "苏杭"}
        known = [(*place, names[phone], phone) for phone, place in heads.items()]
        await loaded(table(HEADS, *known, (*A, "赵联户", "10000001000")))
        file = table(HOUSEHOLDS, *rows, (*A, "1栋", "", "1栋100室", "孙居民", "10000001100", "赵联户", "10000001000"))
        before = await versions(audit=True)
        dry = await load(file, dry_run=True)
        assert await versions(audit=True) == before
        report = await load(file)
        dry.dry_run = False
        assert dry == report
        if report.problems:
            seen["refused"] += 1
            assert await versions(audit=True) == before
            return
        seen["done"] += 1
        async with untouched():
            again = await load(file)
        assert again.changes == [] and all(one.added == one.changed == 0 for one in again.tallies.values())

    @hypothesis.settings(max_examples=25, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(HOMES)
    def run(homes: list[Any]) -> None:
        asyncio.run_coroutine_threadsafe(one(homes), loop).result()

    await asyncio.to_thread(run)
    assert min(seen.values()) > 2, seen
