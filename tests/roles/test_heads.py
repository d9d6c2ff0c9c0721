"""What becomes of a head: on the board and off it, suspended, resumed, and gone; and what meets a leaving halfway."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

import pytest

from models.enums import Role
from models.people import Household, HouseholdHead
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points import ledger
from tests.town import grants, points, till, wishes
from tests.town import world as district
from tests.town.documents import Api
from tests.town.people import audited, head_id, households_of, leaving
from tests.town.points import award
from tests.town.postgres import holding, unchanged, until_blocked
from tests.town.story import act, code, done
from tests.town.wishes import events_of, offers_of, reward_of, row_of, wish_for
from tests.town.world import Person, World, everybody


async def state_of(world: World, index: int = 0) -> HouseholdHead:
    return await HouseholdHead.get(id=world.a.heads[index].id)


async def told_of_the_board() -> list[tuple[Any, dict[str, Any]]]:
    rows = await database.fetch(
        "SELECT subject_id, payload FROM outbox_entries WHERE topic = 'leaderboard.changed' ORDER BY id"
    )
    return [(row["subject_id"], json.loads(row["payload"])) for row in rows]


# -- the board -------------------------------------------------------------------------------------------------------


async def test_a_head_leaves_the_board_and_joins_it_again(rich: World, api: Api) -> None:
    world, head = rich, rich.a.head_people[0]
    await wishes.rated(api, world.a)
    for name in ("孙联户", "李联户", "周联户", "吴联户"):  # with four of as many points, the board is not sparse
        await award(world.a, at=clock.now(), head=await district.head(world.a.grid, name))
    before = len(await told_of_the_board())
    place = {"areaId": ids.make("Area", world.a.community.id), "period": "MONTH"}
    assert (await api.run(head.token, "Leaderboard", **place))["leaderboard"]["me"] == {"rank": 1, "points": 25}
    for name, on_board, me, rank in (
        ("HeadLeaveBoard", False, None, None),
        ("HeadJoinBoard", True, {"rank": 1, "points": 25}, 1),
    ):
        payload = await done(api, head, name, headId=head_id(world))
        assert payload["head"]["onBoard"] is on_board
        assert (await api.run(head.token, "Leaderboard", **place))["leaderboard"]["me"] == me
        assert (await api.run(head.token, "HeadHome"))["viewer"]["householdHead"]["rank"] == rank
        async with unchanged():
            assert (await done(api, head, name, headId=head_id(world)))["head"]["onBoard"] is on_board
    key = world.a.heads[0].id
    assert await audited(key) == [
        ("head.leave_board", head.account_id, {}),
        ("head.join_board", head.account_id, {}),
    ]
    assert (await told_of_the_board())[before:] == [(key, {"path": world.a.grid.path, "posted_at": None})] * 2


@pytest.mark.parametrize("name", ["HeadJoinBoard", "HeadLeaveBoard"])
async def test_the_board_is_nobodys_choice_but_the_heads(world: World, api: Api, name: str) -> None:
    await HouseholdHead.filter(id=world.a.heads[0].id).update(opted_in_at=None)
    async with unchanged():
        for who, person in everybody(world).items():
            if who != "head":
                expected = {"nobody": "UNAUTHENTICATED"}.get(who, "NOT_FOUND" if "head" in who else "FORBIDDEN")
                assert code(await act(api, person, name, headId=head_id(world))) == expected, who


async def test_a_suspended_head_still_chooses_one_who_left_does_not(world: World, api: Api) -> None:
    head = world.a.head_people[0]
    await done(api, world.a.staff, "HeadSuspend", headId=head_id(world), reason="核实情况")
    await done(api, head, "HeadLeaveBoard", headId=head_id(world))
    await done(api, head, "HeadJoinBoard", headId=head_id(world))
    await done(api, head, "HeadLeave", **leaving(world))
    await done(api, head, "HeadLeaveBoard", headId=head_id(world))
    async with unchanged():
        assert code(await act(api, head, "HeadJoinBoard", headId=head_id(world))) == "INVALID_STATE"


# -- suspended -------------------------------------------------------------------------------------------------------


async def test_suspended_and_resumed(rich: World, api: Api) -> None:
    world, a, head = rich, rich.a, rich.a.head_people[0]
    assert a.staff and a.cashier
    offered, in_hand = await wishes.offered(api, a), await wishes.accepted(api, a)
    prepared, other = await till.prepared(api, a), await district.discount(a.shop, title="立减")
    live = await done(api, head, "PassIssue", discountId=ids.make("Discount", world.b.discount.id), requestNo="one")
    payload = await done(api, a.staff, "HeadSuspend", headId=head_id(world), reason=" 核实情况 ")
    assert payload["head"]["stateReason"] == "核实情况" and payload["head"]["suspendedAt"]
    async with unchanged():
        again = await done(api, world.admin, "HeadSuspend", headId=head_id(world), reason="别的原因")
        del again["head"]["availableActions"], payload["head"]["availableActions"]  # who repeats it may do other things
        assert again["head"] == payload["head"]
        assert code(await act(api, head, "WishAccept", wishId=offered)) == "FORBIDDEN"
        filing = wish_for(world, consentNote="当面同意")
        assert code(await act(api, head, "WishSubmit", **filing)) == "FORBIDDEN"
        given = {"discountId": ids.make("Discount", other.id), "requestNo": "two"}
        assert code(await act(api, head, "PassIssue", **given)) == "NOT_ELIGIBLE"
        shown = {"code": live["pass"]["code"], "billFen": 2000}
        assert code(await act(api, world.b.cashier, "RedemptionPrepare", **shown)) == "NOT_ELIGIBLE"
    assert (await row_of(in_hand))["state"] == "ACCEPTED", "what is in hand stays"
    refused = await act(api, a.cashier, "RedemptionConfirm", token=prepared["token"], requestNo="x")
    assert code(refused) == "PREPARATION_CANCELLED"

    payload = await done(api, world.admin, "HeadResume", headId=head_id(world), reason="已核实")
    assert (payload["head"]["suspendedAt"], payload["head"]["stateReason"]) == (None, "已核实")
    async with unchanged():
        await done(api, a.staff, "HeadResume", headId=head_id(world))
    await done(api, head, "WishAccept", wishId=offered)
    await done(api, head, "WishSubmit", **wish_for(world, consentNote="当面同意"))
    assert await audited(a.heads[0].id) == [
        ("head.suspend", a.staff.account_id, {}),
        ("head.resume", world.admin.account_id, {}),
    ]


async def test_the_boards_are_told_where_a_head_comes_or_goes(world: World, api: Api) -> None:
    """A step that moves nobody on a board tells it nothing."""
    head, staff, key = world.a.head_people[0], world.a.staff, world.a.heads[0].id
    told = (key, {"path": world.a.grid.path, "posted_at": None})
    reason = {"headId": head_id(world), "reason": "核实情况"}
    choice = {"headId": head_id(world)}
    for who, name, given, moves in (
        (staff, "HeadSuspend", reason, True),
        (staff, "HeadSuspend", reason, False),
        (head, "HeadLeaveBoard", choice, False),
        (head, "HeadJoinBoard", choice, False),
        (staff, "HeadResume", reason, True),
        (staff, "HeadResume", reason, False),
        (head, "HeadLeaveBoard", choice, True),
        (staff, "HeadSuspend", reason, False),
        (head, "HeadJoinBoard", choice, False),
        (staff, "HeadLeave", reason, False),
    ):
        before = await told_of_the_board()
        await done(api, who, name, **given)
        assert await told_of_the_board() == before + [told] * moves, name


async def test_points_of_a_head_who_does_not_compete_tell_no_board(world: World, api: Api) -> None:
    await done(api, world.a.staff, "HeadSuspend", headId=head_id(world), reason="核实情况")
    before = await told_of_the_board()
    await award(world.a, at=clock.now())
    assert await told_of_the_board() == before
    await award(world.a, at=clock.now(), head=world.a.heads[1])
    assert len(await told_of_the_board()) == len(before) + 1


@pytest.mark.parametrize("name", ["HeadSuspend", "HeadResume"])
async def test_who_suspends_and_resumes(world: World, api: Api, name: str) -> None:
    if name == "HeadResume":
        await done(api, world.admin, "HeadSuspend", headId=head_id(world), reason="核实情况")
    given = {"headId": head_id(world), "reason": "原因"}
    async with unchanged():
        for who, person in everybody(world).items():
            if who not in {"staff", "admin"}:
                expected = {"nobody": "UNAUTHENTICATED", "foreign staff": "NOT_FOUND"}.get(who, "FORBIDDEN")
                assert code(await act(api, person, name, **given)) == expected, who
    for person in (world.a.staff, world.admin):
        await done(api, person, name, **given)


async def test_a_worker_who_is_staff_elsewhere_suspends_nobody_here(world: World, api: Api) -> None:
    await district.grant(world.b.staff.account_id, Role.GRID_WORKER, area=world.a.grid)
    async with unchanged():
        for name in ("HeadSuspend", "HeadLeave"):
            assert code(await act(api, world.b.staff, name, **leaving(world))) == "NOT_FOUND"


async def test_who_left_is_neither_suspended_nor_resumed(world: World, api: Api) -> None:
    await done(api, world.a.staff, "HeadLeave", **leaving(world))
    async with unchanged():
        for name in ("HeadSuspend", "HeadResume"):
            payload = await act(api, world.a.staff, name, headId=head_id(world), reason="原因")
            assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_STATE", ["input", "headId"])


# -- leaving ---------------------------------------------------------------------------------------------------------


async def test_what_a_leaving_ends_and_what_it_lets_finish(rich: World, api: Api) -> None:
    world, a, head = rich, rich.a, rich.a.head_people[0]
    assert a.staff and a.cashier and world.b.cashier
    alone, offered = await wishes.dispatched(api, a), await wishes.offered(api, a)
    in_hand, completed, rated = (
        await wishes.accepted(api, a),
        await wishes.completed(api, a),
        await wishes.rated(api, a),
    )
    prepared = await till.prepared(api, a)
    live = await done(api, head, "PassIssue", discountId=ids.make("Discount", world.b.discount.id), requestNo="one")
    given = await grants.made(a)
    boards = len(await told_of_the_board())

    left = (await done(api, a.staff, "HeadLeave", **leaving(world)))["head"]
    assert (left["stateReason"], left["onBoard"]) == ("搬家离开", False) and left["leftAt"]

    assert [(await row_of(wish))["state"] for wish in (alone, offered, in_hand, completed)] == [
        "SUBMITTED",
        "DISPATCHED",
        "SUBMITTED",
        "COMPLETED",
    ]
    assert await offers_of(offered) == {a.heads[0].id: "WITHDRAWN", a.heads[1].id: "OPEN"}
    assert (await events_of(in_hand))[-1] == "STAFF RECALL ACCEPTED>SUBMITTED"
    states = await database.fetch("SELECT state FROM passes ORDER BY id")
    assert [row["state"] for row in states] == ["CANCELLED", "CANCELLED"]
    assert await households_of(world, None) == [0, 1] and await households_of(world, 0) == []
    ((action, account, details),) = await audited(a.heads[0].id)
    assert (action, account) == ("head.leave", a.staff.account_id)
    assert details == {"wishes": 2, "passes": 2, "grants": 1, "households": 2, "successor_id": None}
    closed = await database.fetch_value("SELECT closed_at FROM grants WHERE id = $1", grants.key(given))
    assert closed is not None
    await grants.agree()
    for one in a.households[:2]:
        moved = {"from_head_id": str(a.heads[0].id), "to_head_id": None}
        assert (await audited(one.id))[-1] == ("household.move", a.staff.account_id, moved)
    assert (await told_of_the_board())[boards:] == [(a.heads[0].id, {"path": a.grid.path, "posted_at": None})]

    # What was prepared may finish, and what was completed pays.
    await done(api, a.cashier, "RedemptionConfirm", token=prepared["token"], requestNo="x")
    await done(api, a.residents[0], "WishRate", wishId=completed, stars=5)
    assert await reward_of(completed) == ("POSTED", 25)
    # On the board no more; the own history is there to read.
    place = {"areaId": ids.make("Area", a.community.id), "period": "MONTH"}
    board = (await api.run(head.token, "Leaderboard", **place))["leaderboard"]
    assert (board["me"], board["scored"]) == (None, 0)
    history = (await api.run(head.token, "HeadWishes", states=["RATED"]))["viewer"]["householdHead"]["wishes"]
    assert {edge["node"]["id"] for edge in history["edges"]} == {completed, rated}
    assert (await api.run(head.token, "HeadHouseholds"))["viewer"]["householdHead"]["households"]["edges"] == []
    entries = (await api.run(head.token, "PointsHistory"))["viewer"]["householdHead"]["pointsEntries"]["edges"]
    assert [edge["node"]["kind"] for edge in entries][:2] == ["REWARD_POSTED", "SPEND"]
    async with unchanged():
        for name, given, expected in (
            ("WishAccept", {"wishId": offered}, "INVALID_STATE"),
            ("WishComplete", {"wishId": in_hand}, "NOT_FOUND"),
            ("WishRevealContact", {"wishId": completed, "kind": "ADDRESS"}, "FORBIDDEN"),
            ("WishSubmit", wish_for(world, consentNote="当面同意"), "FORBIDDEN"),
            ("PassIssue", {"discountId": ids.make("Discount", a.discount.id), "requestNo": "two"}, "NOT_ELIGIBLE"),
        ):
            assert code(await act(api, head, name, **given)) == expected, name
        shown = {"code": live["pass"]["code"], "billFen": 2000}
        assert code(await act(api, world.b.cashier, "RedemptionPrepare", **shown)) == "CODE_INVALID"
        refused = await act(api, a.staff, "WishDispatch", wishId=alone, headId=head_id(world))
        assert (code(refused), refused["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "headId"])
        again = await done(
            api, world.admin, "HeadLeave", **leaving(world, reason="别的", successorId=head_id(world, 1))
        )
        assert again["head"] == left, "and once more is the same"


async def test_a_successor_takes_over_the_households(world: World, api: Api) -> None:
    waiting = await wishes.submitted(api, world.a)
    await done(api, world.a.head_people[0], "HeadLeave", **leaving(world, successorId=head_id(world, 1)))
    assert await households_of(world, 1) == [0, 1, 2]
    assert (await row_of(waiting))["state"] == "SUBMITTED"
    details = [details for action, _, details in await audited(world.a.households[0].id) if action == "household.move"]
    assert details == [{"from_head_id": str(world.a.heads[0].id), "to_head_id": str(world.a.heads[1].id)}]
    await done(api, world.a.head_people[1], "WishSubmit", **wish_for(world, consentNote="当面同意"))


async def test_who_lets_a_head_leave(world: World, api: Api) -> None:
    given = leaving(world)
    async with unchanged():
        for who, person in everybody(world).items():
            if who not in {"head", "staff", "admin"}:
                hidden = "head" in who or who == "foreign staff"
                expected = {"nobody": "UNAUTHENTICATED"}.get(who, "NOT_FOUND" if hidden else "FORBIDDEN")
                assert code(await act(api, person, "HeadLeave", **given)) == expected, who
    await done(api, world.admin, "HeadLeave", **given)
    await done(api, world.a.head_people[1], "HeadLeave", **leaving(world, 1))
    await done(api, world.b.staff, "HeadLeave", headId=ids.make("HouseholdHead", world.b.heads[0].id), reason="调动")


async def test_who_can_take_over(world: World, api: Api) -> None:
    """For a head on the own word: active heads of the own grid. For staff: of the community. Never oneself."""
    other_grid = await district.area(world.a.community, world.a.grid.kind, "g2", "第二网格")
    far = await district.head(other_grid, "孙联户")
    foreign = world.b.heads[0].id
    head, staff = world.a.head_people[0], world.a.staff
    await HouseholdHead.filter(id=world.a.heads[1].id).update(suspended_at=world.a.heads[1].created_at)
    tried: list[tuple[Person | None, Any, str]] = [
        (head, far.id, "NOT_FOUND"),
        (head, foreign, "NOT_FOUND"),
        (staff, foreign, "NOT_FOUND"),
        (head, world.a.heads[0].id, "INVALID_INPUT"),
        (staff, world.a.heads[0].id, "INVALID_INPUT"),
        (head, world.a.heads[1].id, "INVALID_INPUT"),
        (staff, world.a.heads[1].id, "INVALID_INPUT"),
    ]
    await wishes.accepted(api, world.a)
    async with unchanged():
        for who, key, expected in tried:
            payload = await act(api, who, "HeadLeave", **leaving(world, successorId=ids.make("HouseholdHead", key)))
            assert (code(payload), payload["errors"][0]["field"]) == (expected, ["input", "successorId"]), key
    await done(api, staff, "HeadLeave", **leaving(world, successorId=ids.make("HouseholdHead", far.id)))
    assert {one.head_id for one in await Household.filter(id__in=[one.id for one in world.a.households[:2]])} == {
        far.id
    }


async def test_a_redo_of_a_gone_heads_wish_goes_into_the_queue(world: World, api: Api) -> None:
    resident, wish = world.a.residents[0], await wishes.completed(api, world.a)
    await done(api, world.a.staff, "HeadLeave", **leaving(world))
    payload = await done(api, resident, "WishRedo", wishId=wish, reason="还在漏")
    assert payload["wish"]["state"] == "SUBMITTED" and payload["wish"]["redoCount"] == 1
    assert (await events_of(wish))[-2:] == ["RESIDENT REDO COMPLETED>ACCEPTED", "STAFF RECALL ACCEPTED>SUBMITTED"]
    assert await reward_of(wish) == ("RETURNED", 0)
    async with unchanged():
        assert (await done(api, resident, "WishRedo", wishId=wish, reason="还在漏"))["wish"]["state"] == "SUBMITTED"
    await done(api, world.a.staff, "WishDispatch", wishId=wish, headId=head_id(world, 1))
    await done(api, world.a.head_people[1], "WishAccept", wishId=wish)
    await done(api, world.a.head_people[1], "WishComplete", wishId=wish)
    await done(api, resident, "WishRate", wishId=wish, stars=4)
    row = await database.fetch_one("SELECT head_id, state, points FROM rewards")
    assert row == {"head_id": world.a.heads[1].id, "state": "POSTED", "points": 22}
    assert await ledger.reconcile() == []


# -- what meets a leaving halfway ------------------------------------------------------------------------------------

# Where a step that gives the head something stops, when this table can't be written: all is done, nothing committed.
NO_AUDIT = "LOCK TABLE audit_entries IN EXCLUSIVE MODE"


async def meeting(lock: str, *steps: Awaitable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run the steps so that each stops behind the lock, or behind one that stopped before; their payloads."""
    async with holding(lock):
        tasks = []
        for step in steps:
            tasks.append(asyncio.ensure_future(step))
            await until_blocked(len(tasks))
    return await asyncio.gather(*tasks)


async def stopping_a_leaving(world: World, api: Api) -> str:
    """A lock behind which the leaving of head 0 stops with the head in its hand: that of a pass it will cancel."""
    await points.give_points(world.a.heads[0].id, 100)
    live = await till.issued(api, world.a)
    return f"SELECT 1 FROM passes WHERE id = '{ids.find(live['id'], 'Pass')}' FOR UPDATE"


def leave(world: World, api: Api) -> Awaitable[dict[str, Any]]:
    return act(api, world.a.staff, "HeadLeave", **leaving(world))


async def check_nothing_is_left(world: World) -> None:
    """Whatever was given and whenever it came: one who has left has nothing."""
    key = world.a.heads[0].id
    assert (await state_of(world)).left_at is not None
    for given in (
        "SELECT count(*) FROM wishes WHERE head_id = $1 AND state IN ('DISPATCHED', 'ACCEPTED')",
        "SELECT count(*) FROM wish_offers WHERE head_id = $1 AND state = 'OPEN'",
        "SELECT count(*) FROM households WHERE head_id = $1",
        "SELECT count(*) FROM passes WHERE head_id = $1 AND state = 'LIVE'",
    ):
        assert await database.fetch_value(given, key) == 0, given


@pytest.mark.parametrize("to_all", [True, False])
async def test_a_dispatch_comes_first(world: World, api: Api, to_all: bool) -> None:
    wish = await wishes.submitted(api, world.a)
    given = {"wishId": wish} if to_all else {"wishId": wish, "headId": head_id(world)}
    dispatched, left = await meeting(NO_AUDIT, act(api, world.a.staff, "WishDispatch", **given), leave(world, api))
    assert code(dispatched) is None and code(left) is None
    await check_nothing_is_left(world)
    assert (await row_of(wish))["state"] == ("DISPATCHED" if to_all else "SUBMITTED")
    assert (await offers_of(wish))[world.a.heads[0].id] == "WITHDRAWN"
    assert [action for action, _, _ in await audited(world.a.heads[0].id)] == ["head.leave"]


@pytest.mark.parametrize("to_all", [True, False])
async def test_a_dispatch_comes_second(world: World, api: Api, to_all: bool) -> None:
    wish, lock = await wishes.submitted(api, world.a), await stopping_a_leaving(world, api)
    given = {"wishId": wish} if to_all else {"wishId": wish, "headId": head_id(world)}
    left, dispatched = await meeting(lock, leave(world, api), act(api, world.a.staff, "WishDispatch", **given))
    assert code(left) is None and code(dispatched) == (None if to_all else "INVALID_INPUT")
    await check_nothing_is_left(world)
    assert await offers_of(wish) == ({world.a.heads[1].id: "OPEN"} if to_all else {})


@pytest.mark.parametrize("first", ["accept", "leave"])
async def test_an_acceptance(world: World, api: Api, first: str) -> None:
    wish = await wishes.offered(api, world.a)
    lock = f"SELECT 1 FROM wishes WHERE id = '{ids.find(wish, 'Wish')}' FOR UPDATE"
    accept = act(api, world.a.head_people[0], "WishAccept", wishId=wish)
    if first == "accept":
        accepted, left = await meeting(lock, accept, leave(world, api))
        assert code(accepted) is None and (await row_of(wish))["state"] == "SUBMITTED"
    else:
        left, accepted = await meeting(lock, leave(world, api), accept)
        assert code(accepted) == "INVALID_STATE" and (await row_of(wish))["state"] == "DISPATCHED"
    assert code(left) is None
    await check_nothing_is_left(world)


@pytest.mark.parametrize("first", ["redo", "leave"])
async def test_a_redo(world: World, api: Api, first: str) -> None:
    wish = await wishes.completed(api, world.a)
    redo = act(api, world.a.residents[0], "WishRedo", wishId=wish, reason="还在漏")
    if first == "redo":
        again, left = await meeting(NO_AUDIT, redo, leave(world, api))
    else:
        left, again = await meeting(await stopping_a_leaving(world, api), leave(world, api), redo)
    assert code(again) is None and code(left) is None
    assert (await row_of(wish))["state"] == "SUBMITTED"
    await check_nothing_is_left(world)


@pytest.mark.parametrize("first", ["move", "leave"])
async def test_a_household_that_is_moved_there(world: World, api: Api, first: str) -> None:
    home = ids.make("Household", world.a.households[2].id)
    move = act(api, world.admin, "HouseholdsMove", householdIds=[home], headId=head_id(world))
    if first == "move":
        moved, left = await meeting(NO_AUDIT, move, leave(world, api))
        assert code(moved) is None and await households_of(world, None) == [0, 1, 2]
    else:
        left, moved = await meeting(await stopping_a_leaving(world, api), leave(world, api), move)
        assert code(moved) == "INVALID_INPUT" and await households_of(world, 1) == [2]
    assert code(left) is None
    await check_nothing_is_left(world)


@pytest.mark.parametrize("first", ["issue", "leave"])
async def test_a_pass(rich: World, api: Api, first: str) -> None:
    world, discount = rich, ids.make("Discount", rich.b.discount.id)
    issue = act(api, world.a.head_people[0], "PassIssue", discountId=discount, requestNo="one")
    if first == "issue":
        issued, left = await meeting(NO_AUDIT, issue, leave(world, api))
    else:
        left, issued = await meeting(await stopping_a_leaving(world, api), leave(world, api), issue)
    assert code(left) is None and code(issued) == (None if first == "issue" else "NOT_ELIGIBLE")
    await check_nothing_is_left(world)


async def test_two_let_the_same_head_leave(world: World, api: Api) -> None:
    await wishes.accepted(api, world.a)
    lock = await stopping_a_leaving(world, api)
    payloads = await meeting(
        lock, leave(world, api), act(api, world.admin, "HeadLeave", **leaving(world, reason="别的"))
    )
    assert [payload["head"]["stateReason"] for payload in payloads] == ["搬家离开"] * 2
    assert [action for action, _, _ in await audited(world.a.heads[0].id)] == ["head.leave"]
    await check_nothing_is_left(world)


async def test_two_heads_leave_to_each_other(world: World, api: Api) -> None:
    """Whoever comes second finds the other gone; and nobody's households are lost on the way."""
    lock = await stopping_a_leaving(world, api)
    payloads = await meeting(
        lock,
        act(api, world.a.staff, "HeadLeave", **leaving(world, successorId=head_id(world, 1))),
        act(api, world.a.staff, "HeadLeave", **leaving(world, 1, successorId=head_id(world, 0))),
    )
    assert [code(payload) for payload in payloads] == [None, "INVALID_INPUT"]
    assert await households_of(world, 1) == [0, 1, 2]
