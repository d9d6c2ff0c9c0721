"""Households moved between heads: by whom, to whom, how many at once, and what stays where it is."""

import asyncio
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from models.enums import AreaKind, Role
from models.people import Area, Household, HouseholdHead
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.kit import clock
from services.kit.errors import Refusal
from services.people import moves
from tests.town import wishes
from tests.town import world as district
from tests.town.documents import Api
from tests.town.people import audited, head_id, households_of
from tests.town.postgres import holding, unchanged, until_blocked
from tests.town.story import act, code, done
from tests.town.wishes import row_of, wish_for
from tests.town.world import World, everybody


def moving(world: World, *households: int, to: int = 1) -> dict[str, Any]:
    found = [ids.make("Household", world.a.households[index].id) for index in households]
    return {"householdIds": found, "headId": head_id(world, to)}


async def test_households_change_hands_and_their_open_wishes_do_not(world: World, api: Api) -> None:
    a = world.a
    assert a.staff
    in_hand, offered = await wishes.accepted(api, a), await wishes.offered(api, a, household=1)
    payload = await done(api, a.staff, "HouseholdsMove", **moving(world, 1, 0, 2, 1))
    assert [one["contactName"] for one in payload["households"]] == ["李居民", "孙居民", "周居民"], (
        "as asked, each once"
    )
    assert {one["head"]["id"] for one in payload["households"]} == {head_id(world, 1)}
    assert await households_of(world, 1) == [0, 1, 2]
    assert (await row_of(in_hand))["head_id"] == a.heads[0].id and (await row_of(offered))["state"] == "DISPATCHED"
    details = {"from_head_id": str(a.heads[0].id), "to_head_id": str(a.heads[1].id)}
    for index, expected in ((0, 1), (1, 1), (2, 0)):
        moved = [row for row in await audited(a.households[index].id) if row[0] == "household.move"]
        assert moved == [("household.move", a.staff.account_id, details)] * expected
    async with unchanged():
        await done(api, world.admin, "HouseholdsMove", **moving(world, 0, 1, 2))

    # The new head files for them and reads where they live; the old one only helps out what is in hand.
    assert code(await act(api, a.head_people[0], "WishSubmit", **wish_for(world, consentNote="同意"))) == "FORBIDDEN"
    await done(api, a.head_people[1], "WishSubmit", **wish_for(world, consentNote="同意"))
    home = ids.make("Household", a.households[0].id)
    document = "query($id: ID!) { node(id: $id) { ... on Household { address } } }"
    read = [(await api.query(one.token, document, id=home))["node"]["address"] for one in a.head_people]
    assert read == [None, "1栋100室"]
    await done(api, a.head_people[0], "WishComplete", wishId=in_hand)


async def test_a_household_is_seen_while_an_offer_of_it_is_open(world: World, api: Api) -> None:
    other, home = world.a.head_people[1], ids.make("Household", world.a.households[0].id)
    document = "query($id: ID!) { node(id: $id) { id } }"
    assert (await api.query(other.token, document, id=home))["node"] is None
    wish = await wishes.offered(api, world.a)
    assert (await api.query(other.token, document, id=home))["node"] == {"id": home}
    await done(api, other, "WishDecline", wishId=wish, reason="出差")
    assert (await api.query(other.token, document, id=home))["node"] is None


async def test_a_household_of_nobody_finds_a_head(world: World, api: Api) -> None:
    await done(api, world.a.staff, "HeadLeave", headId=head_id(world), reason="搬家")
    await done(api, world.a.staff, "HouseholdsMove", **moving(world, 0, 1))
    action, _, details = (await audited(world.a.households[0].id))[-1]
    assert (action, details) == ("household.move", {"from_head_id": None, "to_head_id": str(world.a.heads[1].id)})


async def test_who_moves_households(world: World, api: Api) -> None:
    async with unchanged():
        for who, person in everybody(world).items():
            if who not in {"staff", "admin"}:
                expected = {"nobody": "UNAUTHENTICATED", "foreign staff": "NOT_FOUND"}.get(who, "FORBIDDEN")
                assert code(await act(api, person, "HouseholdsMove", **moving(world, 0))) == expected, who
    for turn, person in enumerate((world.a.staff, world.admin)):
        await done(api, person, "HouseholdsMove", **moving(world, 0, to=1 - turn))


async def test_both_ends_must_be_in_reach(world: World, api: Api) -> None:
    """Staff of both communities moves between them; staff of one, who only reads the other, does not."""
    assert world.a.staff
    here, there = ids.make("Household", world.a.households[0].id), ids.make("Household", world.b.households[0].id)
    foreign_head, gone = ids.make("HouseholdHead", world.b.heads[0].id), ids.make("Household", uuid7())
    await district.grant(world.a.staff.account_id, Role.GRID_WORKER, area=world.b.grid)
    tried: list[tuple[list[str], str, str]] = [
        ([here, there], head_id(world, 1), "householdIds"),
        ([here, gone], head_id(world, 1), "householdIds"),
        ([here], foreign_head, "headId"),
        ([there], foreign_head, "householdIds"),
        ([here, head_id(world)], head_id(world, 1), "householdIds"),
        ([here], here, "headId"),
    ]
    async with unchanged():
        for households, head, field in tried:
            payload = await act(api, world.a.staff, "HouseholdsMove", householdIds=households, headId=head)
            assert (code(payload), payload["errors"][0]["field"]) == ("NOT_FOUND", ["input", field])
    await district.grant(world.a.staff.account_id, Role.COMMUNITY_STAFF, area=world.b.community)
    await done(api, world.a.staff, "HouseholdsMove", householdIds=[here, there], headId=foreign_head)
    assert {one.head_id for one in await Household.filter(head_id=world.b.heads[0].id)} == {world.b.heads[0].id}


async def test_only_an_active_head_takes_households(world: World, api: Api) -> None:
    for column in ("suspended_at", "left_at"):
        await HouseholdHead.filter(id=world.a.heads[1].id).update(suspended_at=None, left_at=None)
        await HouseholdHead.filter(id=world.a.heads[1].id).update(**{column: clock.now()})
        async with unchanged():
            payload = await act(api, world.a.staff, "HouseholdsMove", **moving(world, 0))
            assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "headId"])


async def test_a_hundred_at_once_and_no_more(world: World, api: Api) -> None:
    grid = await Area.get(id=world.a.grid.id)
    made = [
        Household(
            grid_id=grid.id, head_id=world.a.heads[0].id, address=f"{n}室", contact_name="某", created_at=clock.now()
        )
        for n in range(101)
    ]
    await Household.bulk_create(made)
    every = [ids.make("Household", one.id) for one in made]
    async with unchanged():
        payload = await act(api, world.a.staff, "HouseholdsMove", householdIds=[], headId=head_id(world, 1))
        assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "householdIds"])
        staff = await sessions.authenticate(world.a.staff.token)
        assert staff
        for many in ([one.id for one in made], [made[0].id] * 101):
            with pytest.raises(Refusal) as refused:
                await moves.move(staff, many, world.a.heads[1].id)
            assert (refused.value.code, refused.value.field) == ("INVALID_INPUT", "householdIds")
    with database.observed_statements() as few:
        await done(api, world.a.staff, "HouseholdsMove", householdIds=every[:1], headId=head_id(world, 1))
    with database.observed_statements() as full:
        await done(api, world.a.staff, "HouseholdsMove", householdIds=every[:100], headId=head_id(world, 1))
    recorded = 2  # statements: who is shown a hundred addresses leaves a row of the audit
    assert len(full) == len(few) + recorded and await Household.filter(head_id=world.a.heads[1].id).count() == 101
    assert (await Household.get(id=made[100].id)).head_id == world.a.heads[0].id


async def test_a_head_of_another_grid_of_the_community_may_take_them(world: World, api: Api) -> None:
    beside = await district.area(world.a.community, AreaKind.GRID, "g2", "第二网格")
    other = await district.head(beside, "孙联户")
    given = {**moving(world, 0), "headId": ids.make("HouseholdHead", other.id)}
    (moved,) = (await done(api, world.a.staff, "HouseholdsMove", **given))["households"]
    assert moved["head"]["name"] == "孙联户"
    assert (await Household.get(id=world.a.households[0].id)).grid_id == world.a.grid.id


async def test_two_moves_of_the_same_households_follow_each_other(world: World, api: Api) -> None:
    """Asked for in opposite orders, locked in one: neither waits for the other for ever."""
    async with holding("SELECT 1 FROM households WHERE id = ANY($1) FOR UPDATE", [world.a.households[0].id]):
        tasks = []
        for order, to in (((0, 1, 2), 1), ((2, 1, 0), 0)):
            tasks.append(
                asyncio.ensure_future(act(api, world.a.staff, "HouseholdsMove", **moving(world, *order, to=to)))
            )
            await until_blocked(len(tasks))
    assert [code(payload) for payload in await asyncio.gather(*tasks)] == [None, None]
    assert await households_of(world, 0) == [0, 1, 2]
    moved = [details["to_head_id"] for action, _, details in await audited(world.a.households[0].id)]
    assert moved == [str(world.a.heads[1].id), str(world.a.heads[0].id)]
