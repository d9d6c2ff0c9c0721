"""A lock finds a row whose place moves while it waits: an import that moves a head, a shop that moves."""

import asyncio
from typing import Any

import pytest

from models.enums import AreaKind, Role
from schema.graph import ids
from services.db import database
from services.kit.errors import Refusal
from services.roles import memberships
from tests.town import till, wishes
from tests.town.documents import Api
from tests.town.postgres import holding, until_blocked
from tests.town.roster import HEADS, A, load, table
from tests.town.story import act, code
from tests.town.world import Person, World, area, grant, person

MOVES_HEAD = "UPDATE household_heads SET grid_id = $2 WHERE id = $1"
MOVES_SHOP = "UPDATE shops SET area_id = $2 WHERE id = $1"


async def while_head_moves(world: World, doing: Any) -> dict[str, Any]:
    """What comes of it when the head's grid changes while it waits for the head."""
    grid = await area(world.a.community, AreaKind.GRID, "g2", "第二网格")
    async with holding(MOVES_HEAD, world.a.heads[0].id, grid.id):
        task = asyncio.create_task(doing)
        await until_blocked()
    return dict(await task)


async def test_a_head_who_moves_accepts_a_wish(world: World, api: Api) -> None:
    wish = await wishes.dispatched(api, world.a)
    payload = await while_head_moves(world, act(api, world.a.head_people[0], "WishAccept", wishId=wish))
    assert code(payload) is None and payload["wish"]["state"] == "ACCEPTED"


async def test_a_head_who_moves_completes_a_wish(world: World, api: Api) -> None:
    wish = await wishes.accepted(api, world.a)
    payload = await while_head_moves(world, act(api, world.a.head_people[0], "WishComplete", wishId=wish))
    assert code(payload) is None and payload["wish"]["state"] == "COMPLETED"


async def test_a_wish_of_a_head_who_moves_is_rated(world: World, api: Api) -> None:
    wish = await wishes.completed(api, world.a)
    payload = await while_head_moves(world, act(api, world.a.residents[0], "WishRate", wishId=wish, stars=5))
    assert code(payload) is None and payload["wish"]["state"] == "RATED"


async def test_a_head_who_moves_is_dispatched_to(world: World, api: Api) -> None:
    wish = await wishes.submitted(api, world.a)
    head_id = ids.make("HouseholdHead", world.a.heads[0].id)
    payload = await while_head_moves(world, act(api, world.a.staff, "WishDispatch", wishId=wish, headId=head_id))
    assert code(payload) is None and payload["wish"]["state"] == "DISPATCHED"


@pytest.mark.parametrize("shape", ["qr", "short"])
async def test_the_code_of_a_head_who_moves_is_good(rich: World, api: Api, shape: str) -> None:
    phone = await till.phone(api, rich.a)
    payload = await while_head_moves(rich, till.prepare(api, rich.a.cashier, getattr(phone, shape)()))
    assert code(payload) is None
    assert await database.fetch_value("SELECT coalesce(sum(misses), 0) FROM guess_windows") == 0
    assert await database.fetch_value("SELECT sum(slot_misses) FROM passes") == 0


async def test_a_head_who_moves_is_confirmed(rich: World, api: Api) -> None:
    token = await till.promised(api, rich.a)
    payload = await while_head_moves(rich, till.confirm(api, rich.a.cashier, token))
    assert code(payload) is None
    assert await till.books(rich.a) == till.TAKEN


async def test_a_head_who_moves_is_suspended(world: World, api: Api) -> None:
    payload = await while_head_moves(
        world,
        act(api, world.admin, "HeadSuspend", headId=ids.make("HouseholdHead", world.a.heads[0].id), reason="核查"),
    )
    assert code(payload) is None


@pytest.mark.parametrize("importing", [False, True])
async def test_an_import_that_moves_a_head_is_waited_for(world: World, api: Api, importing: bool) -> None:
    """The same with a real import on its way: it holds the head until it commits."""
    wish = await wishes.dispatched(api, world.a)
    if importing:
        async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", world.a.heads[0].id):
            moving = asyncio.create_task(
                load(table(HEADS, ("上海路街道", "B社区", "第一网格", "赵联户", "10000001000")))
            )
            await until_blocked()
            accepting = asyncio.create_task(act(api, world.a.head_people[0], "WishAccept", wishId=wish))
            await until_blocked(2)
        assert (await moving).problems == []
        payload = await accepting
    else:
        await load(table(HEADS, (*A, "赵联户", "10000001000")))
        payload = await act(api, world.a.head_people[0], "WishAccept", wishId=wish)
    assert code(payload) is None


async def test_households_that_move_to_another_grid_are_given(world: World, api: Api) -> None:
    a = world.a
    moved = [ids.make("Household", home.id) for home in a.households]
    async with holding("UPDATE households SET grid_id = $2 WHERE id = $1", a.households[1].id, world.b.grid.id):
        giving = asyncio.create_task(
            act(api, world.admin, "HouseholdsMove", householdIds=moved, headId=ids.make("HouseholdHead", a.heads[1].id))
        )
        await until_blocked()
    assert code(await giving) is None
    heads = await database.fetch("SELECT DISTINCT head_id FROM households WHERE grid_id = ANY($1)", [a.grid.id])
    assert [row["head_id"] for row in heads] == [a.heads[1].id]


@pytest.mark.parametrize("step", ["issue", "prepare", "confirm", "revoke"])
async def test_a_shop_that_moves_goes_on(rich: World, api: Api, step: str) -> None:
    a = rich.a
    discount = ids.make("Discount", a.discount.id)
    if step == "issue":
        doing = act(api, a.head_people[0], "PassIssue", discountId=discount, requestNo="p-1")
    elif step == "prepare":
        doing = till.prepare(api, a.cashier, (await till.issued(api, a))["code"])
    elif step == "confirm":
        doing = till.confirm(api, a.cashier, await till.promised(api, a))
    else:
        doing = till.revoke(api, a.cashier, (await till.redeemed(api, a))["id"])
    async with holding(MOVES_SHOP, a.shop.id, rich.b.community.id):
        task = asyncio.create_task(doing)
        await until_blocked()
    assert code(await task) is None


async def test_of_the_last_two_administrators_one_stays(world: World) -> None:
    """A membership that goes to another account while it is waited for is an administrator's all the same."""
    other: Person = await person("另一管理员")
    kept = await grant(other.account_id, Role.DISTRICT_ADMIN, area=world.district)
    mine = await database.fetch_value("SELECT id FROM memberships WHERE account_id = $1", world.admin.account_id)
    someone = await person("接任的人")
    async with holding("UPDATE memberships SET account_id = $2 WHERE id = $1", kept.id, someone.account_id):
        revoking = asyncio.create_task(memberships.revoke(mine))
        await until_blocked()
    assert (await revoking).changed
    with pytest.raises(Refusal, match="INVALID_STATE"):
        await memberships.revoke(kept.id)
