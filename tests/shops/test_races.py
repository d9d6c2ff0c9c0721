"""Two at once on one shop, forced to meet: a third connection holds the lock until both wait for it."""

import asyncio
from typing import Any

import pytest

from models.enums import Role
from schema.graph import ids
from services.db import database
from services.discounts.discounts import Discount
from tests.town import shops, story, till
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import at_once, holding, until_blocked
from tests.town.shops import audited, row_of, shop_for, shop_id, staff_id, working_in
from tests.town.story import act, code, done
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World


async def test_two_approvals_make_one_shop_and_one_cashier(world: World, api: Api, database_url: str) -> None:
    shop = await shops.applied(api, world.a, world.a.residents[0])
    other = await district.person("另一管理员", Role.DISTRICT_ADMIN, area=world.district)
    payloads = await at_once(
        database_url,
        ("shops", ids.find(shop, "Shop")),
        act(api, world.admin, "ShopApprove", shopId=shop),
        act(api, other, "ShopApprove", shopId=shop),
    )
    assert [code(payload) for payload in payloads] == [None, None]
    assert payloads[0]["shop"]["state"] == payloads[1]["shop"]["state"] == "ACTIVE"
    assert await working_in(shop) == [world.a.residents[0].account_id]
    assert await audited(shop) == ["shop.apply", "shop.approve"]


PAIRS = [
    (("admin", "ShopApprove"), ("admin", "ShopReject"), (None, "INVALID_STATE"), "ACTIVE"),
    (("admin", "ShopReject"), ("admin", "ShopApprove"), (None, "INVALID_STATE"), "REJECTED"),
    (("admin", "ShopApprove"), ("applicant", "ShopLeave"), (None, "INVALID_STATE"), "ACTIVE"),
    (("applicant", "ShopLeave"), ("admin", "ShopApprove"), (None, "INVALID_STATE"), "LEFT"),
    (("applicant", "ShopEdit"), ("admin", "ShopApprove"), (None, None), "ACTIVE"),
]


@pytest.mark.parametrize(("one", "other", "codes", "state"), PAIRS)
async def test_two_steps_at_once_come_one_after_the_other(
    world: World, api: Api, database_url: str, one: Any, other: Any, codes: Any, state: str
) -> None:
    shop = await shops.applied(api, world.a, world.a.residents[0])
    people = {"admin": world.admin, "applicant": world.a.residents[0]}
    given = {"ShopReject": {"reason": "资料不全"}, "ShopEdit": {"address": "别处"}}
    payloads = await at_once(
        database_url,
        ("shops", ids.find(shop, "Shop")),
        *(act(api, people[name], step, shopId=shop, **given.get(step, {})) for name, step in (one, other)),
    )
    assert tuple(code(payload) for payload in payloads) == codes
    assert (await row_of(shop))["state"] == state
    assert len(await audited(shop)) == 1 + codes.count(None)


@pytest.mark.parametrize("first_commits", [True, False])
async def test_two_applications_with_one_name(world: World, api: Api, first_commits: bool) -> None:
    """The second waits for the first to commit or give up, and then is refused in a sentence, or taken."""
    written, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def first() -> None:
        await district.shop(world.a.community, "好味面馆", state="APPLIED")
        written.set()
        await let_go.wait()
        if not first_commits:
            raise RuntimeError("the first came to nothing")

    one = asyncio.create_task(first())
    await written.wait()
    other = asyncio.create_task(act(api, world.a.residents[0], "ShopApply", **shop_for(world.a, "好味面馆")))
    await until_blocked()
    let_go.set()
    await asyncio.wait({one, other})
    assert (one.exception() is None) is first_commits
    payload = other.result()
    assert code(payload) == ("INVALID_INPUT" if first_commits else None)
    assert await database.fetch_value("SELECT count(*) FROM shops WHERE name = '好味面馆'") == 1
    if first_commits:
        assert payload["errors"][0]["field"] == ["input", "name"]
        assert await database.fetch_value("SELECT count(*) FROM requests") == 0, "the number is free again"


async def test_two_applications_at_once_are_not_both_the_third(world: World, api: Api, database_url: str) -> None:
    resident = world.a.residents[0]
    for _ in range(2):
        await shops.applied(api, world.a, world.a.residents[0])
    payloads = await at_once(
        database_url,
        ("accounts", resident.account_id),
        *(act(api, resident, "ShopApply", **shop_for(world.a)) for _ in range(2)),
    )
    assert [code(payload) for payload in payloads] == [None, "LIMIT_REACHED"]


async def test_a_suspension_that_committed_is_seen_by_the_confirmation(rich: World, api: Api) -> None:
    """The confirmation has begun, and waits for the shop while the suspension commits."""
    world = rich
    assert world.a.shop
    token = await till.promised(api, world.a)
    async with holding("UPDATE shops SET state = 'SUSPENDED' WHERE id = $1", world.a.shop.id):
        confirming = asyncio.create_task(till.confirm(api, world.a.cashier, token))
        await until_blocked()
    assert code(await confirming) == "PREPARATION_CANCELLED"
    assert await till.books(world.a) == till.UNTOUCHED


async def test_a_confirmation_that_began_first_is_waited_for(rich: World, api: Api, database_url: str) -> None:
    """The confirmation has looked at the shop and waits further down; the suspension waits for it, and both happen."""
    world = rich
    assert world.a.shop and world.a.discount
    token = await till.promised(api, world.a)
    counter = "SELECT 1 FROM discount_counters WHERE discount_id = $1 FOR UPDATE"
    async with holding(counter, world.a.discount.id):
        confirming = asyncio.create_task(till.confirm(api, world.a.cashier, token))
        await until_blocked()
        suspending = asyncio.create_task(act(api, world.admin, "ShopSuspend", shopId=shop_id(world.a), reason="投诉"))
        await until_blocked(2)
    confirmed, suspended = await confirming, await suspending
    assert code(confirmed) is None and code(suspended) is None
    assert (await row_of(shop_id(world.a)))["state"] == "SUSPENDED"
    assert await till.books(world.a) == till.TAKEN


async def test_a_confirmation_waits_no_longer_than_its_promise_lasts(rich: World, api: Api, travel: Any) -> None:
    """The clock is read once the shop was waited for."""
    world = rich
    assert world.a.shop
    token = await till.promised(api, world.a)
    async with holding("UPDATE shops SET address = '别处' WHERE id = $1", world.a.shop.id):
        confirming = asyncio.create_task(till.confirm(api, world.a.cashier, token))
        await until_blocked()
        travel.by(seconds=120)
    assert code(await confirming) == "PREPARATION_EXPIRED"


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ("UPDATE shops SET state = 'SUSPENDED' WHERE id = $1", "DISCOUNT_NOT_AVAILABLE"),
        ("UPDATE shops SET state = 'LEFT' WHERE id = $1", "DISCOUNT_NOT_AVAILABLE"),
        ("UPDATE shops SET monthly_ceiling_fen = 5 WHERE id = $1", "CEILING_REACHED"),
    ],
)
async def test_what_was_decided_of_the_shop_is_seen_by_the_preparation(
    rich: World, api: Api, change: str, answer: str
) -> None:
    world = rich
    assert world.a.shop
    live = await till.issued(api, world.a)
    async with holding(change, world.a.shop.id):
        preparing = asyncio.create_task(till.prepare(api, world.a.cashier, live["code"]))
        await until_blocked()
    assert code(await preparing) == answer
    assert await till.books(world.a) == till.UNTOUCHED


async def test_no_pass_is_issued_past_a_suspension(rich: World, api: Api) -> None:
    world = rich
    assert world.a.shop and world.a.discount
    given = {"discountId": ids.make("Discount", world.a.discount.id), "requestNo": story.request_no()}
    async with holding("UPDATE shops SET state = 'SUSPENDED' WHERE id = $1", world.a.shop.id):
        issuing = asyncio.create_task(act(api, world.a.head_people[0], "PassIssue", **given))
        await until_blocked()
    assert code(await issuing) == "DISCOUNT_NOT_AVAILABLE"
    assert await database.fetch_value("SELECT count(*) FROM passes") == 0


async def test_tills_of_one_shop_do_not_wait_for_each_other(rich: World, api: Api) -> None:
    """They share the shop: while one has it, another prepares."""
    world = rich
    assert world.a.shop
    live = await till.issued(api, world.a)
    async with holding("SELECT 1 FROM shops WHERE id = $1 FOR SHARE", world.a.shop.id):
        assert till.token(await till.prepare(api, world.a.cashier, live["code"]))


async def test_two_owners_who_remove_each_other(world: World, api: Api, database_url: str) -> None:
    """The second is no owner any more when its turn comes: somebody stays."""
    assert world.a.shop and world.a.cashier
    one, other = world.a.cashier, await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop, owner=True)
    third = await district.person("陈店员", Role.SHOP_STAFF, shop=world.a.shop)
    payloads = await at_once(
        database_url,
        ("shops", world.a.shop.id),
        act(api, one, "ShopStaffRemove", staffId=await staff_id(other)),
        act(api, other, "ShopStaffRemove", staffId=await staff_id(one)),
    )
    assert [code(payload) for payload in payloads] == [None, "NOT_FOUND"]
    assert await working_in(shop_id(world.a)) == [one.account_id, third.account_id]


async def test_two_invitations_at_once_are_one_or_not_both_the_last(world: World, api: Api, database_url: str) -> None:
    assert world.a.shop and world.a.cashier
    shop = shop_id(world.a)
    payloads = await at_once(
        database_url,
        ("shops", world.a.shop.id),
        *(
            act(api, who, "ShopStaffAdd", shopId=shop, phone="13800000001", displayName="小王")
            for who in (world.a.cashier, world.admin)
        ),
    )
    assert [code(payload) for payload in payloads] == [None, None]
    assert payloads[0]["invitation"]["id"] == payloads[1]["invitation"]["id"]
    await database.execute(
        "WITH made AS (INSERT INTO accounts (id, display_name, created_at)"
        " SELECT gen_random_uuid(), 'x', now() FROM generate_series(1, 47) RETURNING id)"
        " INSERT INTO memberships (id, account_id, role, shop_id, granted_at)"
        " SELECT gen_random_uuid(), id, 'SHOP_STAFF', $1, now() FROM made",
        world.a.shop.id,
    )
    payloads = await at_once(
        database_url,
        ("shops", world.a.shop.id),
        *(
            act(api, world.admin, "ShopStaffAdd", shopId=shop, phone=f"1380000001{last}", displayName="小李")
            for last in (1, 2)
        ),
    )
    assert [code(payload) for payload in payloads] == [None, "LIMIT_REACHED"]
    invited = await database.fetch_value("SELECT count(*) FROM invitations WHERE state = 'OPEN'")
    assert (len(await working_in(shop)), invited) == (48, 2)


async def test_leaving_against_a_preparation(rich: World, api: Api) -> None:
    """A preparation that has the shop keeps its promise; the shop leaves after it, and it may be confirmed."""
    world = rich
    assert world.a.shop and world.a.discount and world.a.cashier
    live = await till.issued(api, world.a)
    counter = "SELECT 1 FROM discount_counters WHERE discount_id = $1 FOR UPDATE"
    async with holding(counter, world.a.discount.id):
        preparing = asyncio.create_task(till.prepare(api, world.a.cashier, live["code"]))
        await until_blocked()
        leaving = asyncio.create_task(done(api, world.admin, "ShopLeave", shopId=shop_id(world.a)))
        await until_blocked(2)
    token = till.token(await preparing)
    await leaving
    assert code(await till.confirm(api, world.a.cashier, token)) is None


async def test_a_stranger_makes_no_till_wait(rich: World, api: Api) -> None:
    """Whose shop it is not is told so before anything of it is locked."""
    await till.prepared(api, rich.a)
    async with holding("SELECT id FROM preparations WHERE shop_id = $1 FOR UPDATE", rich.a.shop.id):
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert code(await act(api, rich.b.cashier, "ShopLeave", shopId=shop_id(rich.a))) == "NOT_FOUND"


async def test_a_shop_suspended_meanwhile_does_not_break_an_answer(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may read a discount may read its shop, though it was suspended between the two statements."""
    read = database.read

    async def suspended_after(kind: type, *given: Any, **more: Any) -> Any:
        rows = await read(kind, *given, **more)
        if kind is Discount:
            await database.execute("UPDATE shops SET state = 'SUSPENDED' WHERE id = $1", world.a.shop.id)  # type: ignore[union-attr]
        return rows

    monkeypatch.setattr(database, "read", suspended_after)
    document = "query($id: ID!) { node(id: $id) { ... on Discount { title shop { name state } } } }"
    key = ids.make("Discount", world.a.discount.id)  # type: ignore[union-attr]
    node = (await api.query(None, document, id=key))["node"]
    assert node["shop"] == {"name": "A小吃店", "state": "SUSPENDED"}
    assert (await api.query(None, document, id=key))["node"] is None, "from the next answer on"
