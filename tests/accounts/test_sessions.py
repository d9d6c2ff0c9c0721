"""Bearer tokens: kept hashed, revoked at once, ended by idleness and age, looked up in one statement."""

import asyncio
import hashlib
import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.accounts import Account, Session
from models.audit import AuditEntry
from models.enums import Role
from schema.graph import ids
from services.accounts import sessions
from services.accounts.tokens import new_token, token_hash
from services.db import database
from services.db.paging import PageRequest
from services.entry import signing_in
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns
from services.kit.settings import current
from services.kit.viewer import Viewer
from tests.town import story
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.servers import Server
from tests.town.world import World, another_session, grant, person

WHO = "{ viewer { displayName } }"


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the clock."""
    now = clock.now

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: now() + by)

    return move


async def test_a_token_has_256_random_bits_and_only_its_hash_is_kept(world: World) -> None:
    tokens = {new_token()[0] for _ in range(200)}
    assert len(tokens) == 200 and all(len(token) == 43 for token in tokens), "32 bytes in base64"
    token = await sessions.open_session(world.admin.account_id, label="测试")
    row = await Session.filter(account_id=world.admin.account_id).order_by("-id").first()
    assert row is not None and bytes(row.token_hash) == hashlib.sha256(token.encode()).digest()
    everything = await database.fetch("SELECT s.*::text AS row FROM sessions s")
    assert not any(token in found["row"] for found in everything)


async def test_a_session_knows_the_union_of_what_its_account_may_be(world: World) -> None:
    who = await person("多面手", Role.RESIDENT, household=world.a.households[0])
    await grant(who.account_id, Role.HOUSEHOLD_HEAD, head=await _another_head(world))
    await grant(who.account_id, Role.SHOP_STAFF, shop=world.a.shop)
    await grant(who.account_id, Role.SHOP_STAFF, shop=world.b.shop, owner=True)
    await grant(who.account_id, Role.GRID_WORKER, area=world.a.grid)
    await grant(who.account_id, Role.COMMUNITY_STAFF, area=world.b.community)
    ended = await grant(who.account_id, Role.DISTRICT_ADMIN, area=world.district)
    await database.execute("UPDATE memberships SET revoked_at = now() WHERE id = $1", ended.id)
    with database.observed_statements() as seen:
        viewer = await sessions.authenticate(who.token)
    assert len(seen) == 1 and viewer is not None
    assert viewer.roles == {Role.RESIDENT, Role.HOUSEHOLD_HEAD, Role.SHOP_STAFF, Role.GRID_WORKER, Role.COMMUNITY_STAFF}
    assert viewer.household_ids == (world.a.households[0].id,) and world.a.shop and world.b.shop
    assert (viewer.shop_ids, viewer.owned_shop_ids) == ((world.a.shop.id, world.b.shop.id), (world.b.shop.id,))
    assert (viewer.worker_paths, viewer.staff_paths) == ((world.a.grid.path,), (world.b.community.path,))
    assert viewer.head_id is not None and viewer.admin_paths == () and viewer.auditor_paths == ()


async def _another_head(world: World) -> Any:
    from tests.town.world import head

    return await head(world.a.grid, "新联户")


async def test_an_account_without_any_role_is_still_somebody(world: World) -> None:
    viewer = await sessions.authenticate((await person("新人")).token)
    assert viewer is not None and viewer.signed_in and viewer.roles == frozenset()


async def test_idleness_ends_a_session(world: World, travel: Callable[[timedelta], None]) -> None:
    idle = timedelta(days=current().session_idle_days)
    travel(idle - timedelta(seconds=5))
    assert await sessions.authenticate(world.admin.token), "and this use counts"
    travel(2 * idle - timedelta(seconds=20))
    assert await sessions.authenticate(world.admin.token)
    travel(3 * idle)
    assert await sessions.authenticate(world.admin.token) is None


async def test_age_ends_a_session_however_much_it_is_used(world: World, travel: Callable[[timedelta], None]) -> None:
    most = timedelta(days=current().session_absolute_days)
    used = timedelta()
    while used + timedelta(days=20) < most:
        used += timedelta(days=20)
        travel(used)
        assert await sessions.authenticate(world.admin.token)
    travel(most - timedelta(seconds=5))
    assert await sessions.authenticate(world.admin.token)
    travel(most)
    assert await sessions.authenticate(world.admin.token) is None


async def test_use_is_stamped_at_most_once_in_5_minutes(world: World, travel: Callable[[timedelta], None]) -> None:
    async def statements() -> int:
        with database.observed_statements() as seen:
            assert await sessions.authenticate(world.admin.token)
        return len(seen)

    assert await statements() == 1
    travel(timedelta(minutes=4, seconds=50))
    assert await statements() == 1
    travel(timedelta(minutes=5, seconds=10))
    assert [await statements() for _ in range(3)] == [2, 1, 1]
    travel(timedelta(minutes=20))
    stamped = asyncio.gather(*(sessions.authenticate(world.admin.token) for _ in range(6)))
    assert all(await stamped)
    assert await statements() == 1


async def test_a_disabled_account_is_shut_out_at_once(world: World, api: Api) -> None:
    await Account.filter(id=world.admin.account_id).update(disabled_at=clock.now())
    assert await sessions.authenticate(world.admin.token) is None
    await refused(api, world.admin.token)


async def test_a_revoked_session_is_refused_at_once_by_every_server(
    world: World, apis: Callable[[int], list[Api]]
) -> None:
    first, second = apis(2)
    assert (await first.query(world.admin.token, WHO))["viewer"] and (await second.query(world.admin.token, WHO))[
        "viewer"
    ]
    viewer = await sessions.authenticate(world.admin.token)
    assert viewer is not None and viewer.session_id is not None
    assert await sessions.revoke(viewer.session_id, by=viewer.account_id)
    assert not await sessions.revoke(viewer.session_id)
    for one in (first, second):
        await refused(one, world.admin.token)
    entries = await AuditEntry.filter(subject_id=viewer.session_id)
    assert [(entry.action, entry.account_id) for entry in entries] == [("session.revoke", viewer.account_id)]


async def refused(api: Api, token: str | None, **headers: str) -> None:
    response = await api.send(token, {"query": WHO}, **headers)
    assert response.status_code == 401, response.text
    (error,) = response.json()["errors"]
    assert error["message"] == "登录已失效，请重新登录"
    assert error["extensions"] == {"code": "UNAUTHENTICATED", "requestId": response.headers["x-request-id"]}
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer", "Bearer ", "Bearer x", "bearer " + "A" * 43, "Bearer " + "A" * 100_00, "Basic dXNlcjpwYXNz",
        "令牌", "Bearer 令牌", "Bearer \x7f", "", "Bearer a b", "Token abc", "Bearer ' OR 1=1 --",
    ],
)  # fmt: skip
async def test_what_is_no_token_of_ours_is_a_clear_401(db: None, api: Api, header: str) -> None:
    response = await api.client.post("/graphql", json={"query": WHO}, headers={"authorization": header.encode()})
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_can_be_no_token_costs_no_statement(db: None) -> None:
    for token in ("", "x" * 129, "令牌", "\ud800"):
        with database.observed_statements() as seen:
            assert await sessions.authenticate(token) is None
        assert not seen


async def test_the_scheme_may_be_written_any_way(world: World, api: Api) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        response = await api.send(None, {"query": WHO}, authorization=f"{scheme}  {world.admin.token} ")
        assert response.json() == {"data": {"viewer": {"displayName": "管理员"}}}


async def test_no_token_gets_into_a_log(world: World, servers: Callable[[int], list[Server]], apis: Any) -> None:
    (api,) = apis(1)
    await api.query(world.admin.token, WHO)
    await refused(api, "A" * 43)
    written = servers(1)[0].written()
    assert world.admin.token not in written and "A" * 43 not in written


# -- listed and ended ------------------------------------------------------------------------------------------------

PHONE = "13800138000"


async def with_phone(world: World) -> UUID:
    """The administrator, whose phone is known."""
    await Account.filter(id=world.admin.account_id).update(**phone_columns(PHONE))
    return world.admin.account_id


async def test_an_operator_opens_a_session_for_who_is_there(world: World) -> None:
    account_id = await with_phone(world)
    token = await signing_in.open_for("138-0013-8000", " 社区电脑 ")
    viewer = await sessions.authenticate(token)
    assert viewer is not None and viewer.account_id == account_id
    row = await Session.get(id=viewer.session_id)
    assert row.label == "社区电脑"
    entry = await AuditEntry.get(action="session.open")
    assert (entry.account_id, entry.subject_id) == (None, row.id) and entry.details == {"member_id": str(account_id)}
    async with unchanged():
        for phone, label, code in (
            ("13900139000", "", "NOT_FOUND"),
            ("1", "", "INVALID_INPUT"),
            (PHONE, "x" * 65, "INVALID_INPUT"),
        ):
            with pytest.raises(Refusal) as caught:
                await signing_in.open_for(phone, label)
            assert caught.value.code == code
    await Account.filter(id=account_id).update(disabled_at=clock.now())
    async with unchanged():
        with pytest.raises(Refusal, match="停用"):
            await signing_in.open_for(PHONE)


async def test_what_is_listed_is_what_opens_something(
    world: World, monkeypatch: pytest.MonkeyPatch, travel: Callable[[timedelta], None]
) -> None:
    account_id = await with_phone(world)
    made = [await sessions.open_session(account_id, f"第{number}处") for number in range(5)]
    gone, expired, idle = made[:3]
    now = clock.now()
    await Session.filter(token_hash=token_hash(gone)).update(revoked_at=now)
    await Session.filter(token_hash=token_hash(expired)).update(expires_at=now)
    await Session.filter(token_hash=token_hash(idle)).update(
        last_seen_at=now - timedelta(days=current().session_idle_days)
    )
    assert [await sessions.authenticate(token) is not None for token in made] == [False] * 3 + [True] * 2
    page = await sessions.listed(PageRequest(2), PHONE)
    assert [row.label for row in page.rows] == ["第4处", "第3处"] and page.has_next
    rest = await sessions.listed(PageRequest(9, page.cursor(-1)), PHONE)
    assert [(row.display_name, row.label, row.phone) for row in rest.rows] == [("管理员", "", "138****8000")]
    assert not any(token in repr(page) + repr(rest) for token in (*made, PHONE))
    own = await sessions.of_viewer(Viewer(account_id=account_id), PageRequest(9))
    assert [row.label for row in own.rows] == ["第4处", "第3处", ""]
    everybody = await sessions.listed(PageRequest(100))
    assert len(everybody.rows) == await Account.all().count() + 2
    await Account.filter(id=account_id).update(disabled_at=now)
    assert (await sessions.listed(PageRequest(9), PHONE)).rows == []


async def test_all_of_an_account_or_of_everybody_end_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "BATCH", 2)
    for _ in range(4):
        await sessions.open_session(world.admin.account_id)
    assert await sessions.end_all(world.admin.account_id) == 5
    assert await sessions.authenticate(world.admin.token) is None and await sessions.authenticate(world.auditor.token)
    others = await Account.all().count() - 1
    assert await sessions.end_all() == others and await sessions.end_all() == 0
    assert await sessions.authenticate(world.auditor.token) is None
    entries = await AuditEntry.filter(action="session.revoke")
    assert len({entry.subject_id for entry in entries}) == len(entries) == 5 + others


async def test_a_batch_ends_no_more_than_it_may_by_any_plan(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "BATCH", 2)

    @database.transactional
    async def with_loops() -> int:
        """With all joins made as nested loops: these run a choice behind IN again for every row."""
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            await database.execute(f"SET LOCAL enable_{way} = off")
        ended: int = await inspect.unwrap(sessions._end_batch)(None, None, None)
        return ended

    assert await with_loops() == 2


async def test_signing_out_here_there_and_everywhere(world: World, api: Api) -> None:
    who = world.admin
    elsewhere = [ids.make("Session", await another_session(who)) for _ in range(3)]
    assert await story.offered(api, who, elsewhere[0]) == ["END"]
    first = await story.done(api, who, "SessionEnd", sessionId=elsewhere[0])
    assert await story.offered(api, who, elsewhere[0]) == []
    async with unchanged():
        assert await story.done(api, who, "SessionEnd", sessionId=elsewhere[0]) == first, "once is enough"
    foreign = ids.make("Session", await another_session(world.auditor))
    assert story.code(await story.act(api, who, "SessionEnd", sessionId=foreign)) == "NOT_FOUND"
    assert (await story.done(api, who, "SessionsEnd", keepCurrent=True))["ended"] == 2
    shown = (await api.run(who.token, "MySessions"))["viewer"]["sessions"]["edges"]
    assert [edge["node"]["isCurrent"] for edge in shown] == [True]
    await story.done(api, who, "SessionEnd")
    await refused(api, who.token)
    assert await sessions.authenticate(world.auditor.token)
    assert (await story.done(api, world.auditor, "SessionsEnd", keepCurrent=False))["ended"] == 2
    await refused(api, world.auditor.token)
    entries = await AuditEntry.filter(action="session.revoke", account_id=who.account_id)
    assert len(entries) == 4
