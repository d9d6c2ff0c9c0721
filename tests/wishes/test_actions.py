"""The steps of a wish as people make them: who may, who may not, twice the same, and what stays behind."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from models.enums import Role, WishAction
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.wishes import actions as wish_actions
from tests.town import wishes
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.states import Noun, State, Steps
from tests.town.story import act, code, done
from tests.town.wishes import GIVEN, events_of, offers_of, row_of, sees
from tests.town.world import Community, Person, World, everybody


async def rejected(api: Api, place: Community) -> str:
    wish = await wishes.submitted(api, place)
    assert place.staff
    await done(api, place.staff, "WishReject", wishId=wish, reason="重复")
    return wish


async def cancelled(api: Api, place: Community) -> str:
    wish = await wishes.accepted(api, place)
    await done(api, place.residents[0], "WishCancel", wishId=wish)
    return wish


def in_a(make: Callable[[Api, Community], Awaitable[str]], possible: Steps, already: Steps) -> State:
    return State(lambda api, world: make(api, world.a), possible, already)


# The wish is of household 0, submitted by its resident; dispatched, accepted and completed it is head 0's.
STATES = {
    "SUBMITTED": in_a(
        wishes.submitted,
        {("staff", "WishDispatch"), ("worker", "WishDispatch"), ("staff", "WishReject"), ("resident", "WishCancel")},
        set(),
    ),
    "OFFERED": in_a(
        wishes.offered,
        {(head, step) for head in ("head", "other head") for step in ("WishAccept", "WishDecline")}
        | {("staff", "WishRecall"), ("resident", "WishCancel")},
        {("staff", "WishDispatch")},
    ),
    "DISPATCHED": in_a(
        wishes.dispatched,
        {("head", "WishAccept"), ("head", "WishDecline"), ("staff", "WishRecall"), ("resident", "WishCancel")},
        set(),
    ),
    "ACCEPTED": in_a(
        wishes.accepted,
        {("head", "WishHandBack"), ("head", "WishComplete"), ("staff", "WishRecall"), ("resident", "WishCancel")},
        {("head", "WishAccept")},
    ),
    "COMPLETED": in_a(
        wishes.completed,
        {("resident", "WishRate"), ("resident", "WishRedo")},
        {("head", "WishComplete")},
    ),
    "RATED": in_a(wishes.rated, set(), {("resident", "WishRate")}),
    "REJECTED": in_a(rejected, set(), {("staff", "WishReject")}),
    "CANCELLED": in_a(cancelled, set(), {("resident", "WishCancel")}),
}
HEADS = {"head", "other head"}
ROLES_OF = {
    "WishDispatch": {"staff", "worker"},
    "WishReject": {"staff"},
    "WishRecall": {"staff"},
    "WishRedo": {"resident", "neighbour"},
    "WishRate": {"resident", "neighbour", "staff"},
    "WishCancel": {"resident", "neighbour", "head", "other head", "staff", "worker"},
    **dict.fromkeys(("WishAccept", "WishDecline", "WishHandBack", "WishComplete"), HEADS),
}


async def shown(api: Api, who: Person | None, wish: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await api.run(who.token if who else None, "WishDetail", id=wish))["node"]
    return found


def refused(name: str, step: str, seen: bool) -> set[str] | None:
    if name.removeprefix("foreign ") not in ROLES_OF[step]:
        return {"UNAUTHENTICATED"} if name == "nobody" else {"FORBIDDEN"}
    return None if seen or name in HEADS else {"NOT_FOUND"}


WISH = Noun("Wish", STATES, GIVEN, shown, refused, events_of)


@pytest.mark.parametrize("state", STATES)
async def test_who_may_do_what_in_each_state(world: World, api: Api, state: str) -> None:
    await WISH.everybody_tries(api, world, state)


@pytest.mark.parametrize(("state", "name", "step"), list(WISH.every_step()))
async def test_each_step_once_and_again(world: World, api: Api, state: str, name: str, step: str) -> None:
    wish, _, before = await WISH.once_and_again(api, world, state, name, step)
    assert len(await events_of(wish)) == len(before) + 1


async def test_the_whole_story_leaves_its_traces(world: World, api: Api) -> None:
    wish = await wishes.rated(api, world.a)
    assert await events_of(wish) == [
        "REQUESTER SUBMIT None>SUBMITTED",
        "STAFF DISPATCH SUBMITTED>DISPATCHED",
        "OFFERED_HEAD ACCEPT DISPATCHED>ACCEPTED",
        "ASSIGNED_HEAD COMPLETE ACCEPTED>COMPLETED",
        "RESIDENT RATE COMPLETED>RATED",
    ]
    key = ids.find(wish, "Wish")
    audited = await database.fetch(
        "SELECT action, account_id FROM audit_entries WHERE subject = 'Wish' AND subject_id = $1 ORDER BY id", key
    )
    assert world.a.staff
    assert [(row["action"], row["account_id"]) for row in audited] == [
        ("wish.submit", world.a.residents[0].account_id),
        ("wish.dispatch", world.a.staff.account_id),
        ("wish.accept", world.a.head_people[0].account_id),
        ("wish.complete", world.a.head_people[0].account_id),
        ("wish.rate", world.a.residents[0].account_id),
    ]
    told = await database.fetch(
        "SELECT payload ->> 'state' AS state FROM outbox_entries WHERE topic = 'wish.changed' AND subject_id = $1"
        " ORDER BY id",
        key,
    )
    assert [row["state"] for row in told] == ["SUBMITTED", "DISPATCHED", "ACCEPTED", "COMPLETED", "RATED"]
    row = await row_of(wish)
    assert row["deadline_at"] is None and row["stars"] == 5 and row["rating_source"] == "HOUSEHOLD"
    assert row["rated_by_id"] == world.a.residents[0].account_id


async def test_offered_to_all_active_heads_of_the_grid(world: World, api: Api) -> None:
    world.a.heads[1].suspended_at = clock.now()
    await world.a.heads[1].save()
    third = await district.head(world.a.grid, "冯联户")
    wish = await wishes.offered(api, world.a)
    assert await offers_of(wish) == {world.a.heads[0].id: "OPEN", third.id: "OPEN"}
    assert (await row_of(wish))["head_id"] is None
    assert not await sees(api, world.a.head_people[1], wish) and await sees(api, world.a.head_people[0], wish)


async def test_one_head_wins_the_others_are_told(world: World, api: Api) -> None:
    wish = await wishes.offered(api, world.a)
    await done(api, world.a.head_people[1], "WishAccept", wishId=wish)
    assert await offers_of(wish) == {world.a.heads[0].id: "WITHDRAWN", world.a.heads[1].id: "ACCEPTED"}
    async with unchanged():
        for step in ("WishAccept", "WishDecline"):
            assert code(await act(api, world.a.head_people[0], step, wishId=wish, **GIVEN[step])) == "ALREADY_TAKEN"
        assert code(await act(api, world.a.head_people[0], "WishComplete", wishId=wish)) == "NOT_FOUND"
    assert not await sees(api, world.a.head_people[0], wish)


async def test_an_offer_that_ended_can_not_be_accepted(world: World, api: Api) -> None:
    wish = await wishes.offered(api, world.a)
    assert world.a.staff
    await done(api, world.a.staff, "WishRecall", wishId=wish, reason="重派")
    async with unchanged():
        assert code(await act(api, world.a.head_people[0], "WishAccept", wishId=wish)) == "INVALID_STATE"


async def test_declining_removes_only_the_own_offer_until_the_last(world: World, api: Api) -> None:
    one, other = world.a.head_people
    wish = await wishes.offered(api, world.a)
    answer = await done(api, one, "WishDecline", wishId=wish, reason="出差")
    assert answer["wish"]["state"] == "DISPATCHED" and answer["wish"]["availableActions"] == []
    assert await offers_of(wish) == {world.a.heads[0].id: "DECLINED", world.a.heads[1].id: "OPEN"}
    assert (await row_of(wish))["deadline_at"] is not None
    assert not await sees(api, one, wish)
    async with unchanged():
        assert code(await act(api, one, "WishAccept", wishId=wish)) == "INVALID_STATE"
    answer = await done(api, other, "WishDecline", wishId=wish, reason="生病")
    assert answer["wish"]["state"] == "SUBMITTED"
    async with unchanged():
        for person in (one, other):
            assert (await done(api, person, "WishDecline", wishId=wish, reason="再说一次"))["wish"]["id"] == wish
    row = await row_of(wish)
    assert (row["head_id"], row["dispatched_at"], row["deadline_at"]) == (None, None, None)


async def test_a_dispatch_to_all_stands_while_some_decline(world: World, api: Api) -> None:
    wish = await wishes.offered(api, world.a)
    assert world.a.staff
    await done(api, world.a.head_people[0], "WishDecline", wishId=wish, reason="出差")
    async with unchanged():
        await done(api, world.a.staff, "WishDispatch", wishId=wish)
    await done(api, world.a.head_people[1], "WishDecline", wishId=wish, reason="生病")
    await done(api, world.a.staff, "WishDispatch", wishId=wish)
    assert (await row_of(wish))["state"] == "DISPATCHED", "a new round, for the one before has ended"


async def test_who_declined_reads_nothing_of_what_others_make_of_it(world: World, api: Api) -> None:
    one, other = world.a.head_people
    wish = await wishes.offered(api, world.a)
    await done(api, one, "WishDecline", wishId=wish, reason="出差")
    await done(api, other, "WishAccept", wishId=wish)
    payload = await act(api, one, "WishDecline", wishId=wish, reason="出差")
    assert code(payload) == "ALREADY_TAKEN" and payload["wish"] is None


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.RESIDENT])
async def test_a_head_who_sees_the_wish_by_another_role_is_told_too(world: World, api: Api, role: Role) -> None:
    one, other = world.a.head_people
    scope = {"area": world.a.grid} if role == Role.GRID_WORKER else {"household": world.a.households[0]}
    await district.grant(one.account_id, role, **scope)
    wish = await wishes.offered(api, world.a)
    await done(api, other, "WishAccept", wishId=wish)
    assert code(await act(api, one, "WishAccept", wishId=wish)) == "ALREADY_TAKEN"
    assert world.a.staff
    await done(api, world.a.staff, "WishRecall", wishId=wish)
    assert code(await act(api, one, "WishAccept", wishId=wish)) == "INVALID_STATE"


async def test_who_declined_can_be_asked_again(world: World, api: Api) -> None:
    wish = await wishes.dispatched(api, world.a)
    assert world.a.staff
    await done(api, world.a.head_people[0], "WishDecline", wishId=wish, reason="出差")
    await done(api, world.a.staff, "WishDispatch", wishId=wish)
    await done(api, world.a.head_people[0], "WishDecline", wishId=wish, reason="还没回来")
    assert (await offers_of(wish))[world.a.heads[1].id] == "OPEN"
    await done(api, world.a.head_people[1], "WishAccept", wishId=wish)
    assert (await row_of(wish))["head_id"] == world.a.heads[1].id


async def test_whom_a_wish_can_be_dispatched_to(world: World, api: Api) -> None:
    staff, worker = world.a.staff, world.a.worker
    wish = await wishes.submitted(api, world.a)
    unknown = ids.make("HouseholdHead", uuid7())
    foreign = ids.make("HouseholdHead", world.b.heads[0].id)
    wrong_type = ids.make("Household", world.a.households[0].id)
    next_grid = await district.area(world.a.community, district.AreaKind.GRID, "g2", "第二网格")
    next_head = ids.make("HouseholdHead", (await district.head(next_grid, "陈联户")).id)
    gone = await district.head(world.a.grid, "褚联户")
    gone.left_at = clock.now()
    await gone.save()
    async with unchanged():
        not_there = [
            await act(api, staff, "WishDispatch", wishId=wish, headId=head)
            for head in (unknown, foreign, wrong_type, "?", "")
        ]
        assert {code(payload) for payload in not_there} == {"NOT_FOUND"}
        assert all(payload == not_there[0] for payload in not_there)
        assert not_there[0]["errors"][0]["field"] == ["input", "headId"]
        assert code(await act(api, worker, "WishDispatch", wishId=wish, headId=next_head)) == "NOT_FOUND"
        payload = await act(api, staff, "WishDispatch", wishId=wish, headId=ids.make("HouseholdHead", gone.id))
        assert code(payload) == "INVALID_INPUT"
    await done(api, staff, "WishDispatch", wishId=wish, headId=next_head)
    async with unchanged():
        again = await done(api, staff, "WishDispatch", wishId=wish, headId=next_head)
        assert again["wish"]["head"]["id"] == next_head
        for other in ({"headId": ids.make("HouseholdHead", world.a.heads[0].id)}, {}):
            assert code(await act(api, staff, "WishDispatch", wishId=wish, **other)) == "INVALID_STATE"
        assert code(await act(api, worker, "WishDispatch", wishId=wish, headId=next_head)) == "INVALID_STATE"


async def test_a_grid_without_heads_can_not_be_offered_to(world: World, api: Api) -> None:
    wish = await wishes.submitted(api, world.a)
    await database.execute("UPDATE household_heads SET left_at = now()")
    async with unchanged():
        assert code(await act(api, world.a.staff, "WishDispatch", wishId=wish)) == "INVALID_STATE"


async def test_a_suspended_head_finishes_what_is_in_hand_alone(world: World, api: Api) -> None:
    wish, in_hand = await wishes.dispatched(api, world.a), await wishes.accepted(api, world.a)
    await database.execute("UPDATE household_heads SET suspended_at = now()")
    async with unchanged():
        assert code(await act(api, world.a.head_people[0], "WishAccept", wishId=wish)) == "FORBIDDEN"
    node = (await api.run(world.a.head_people[0].token, "WishDetail", id=wish))["node"]
    assert node["availableActions"] == ["DECLINE"]
    await done(api, world.a.head_people[0], "WishDecline", wishId=wish, reason="停职")
    await done(api, world.a.head_people[0], "WishComplete", wishId=in_hand)


@pytest.mark.parametrize("step", ["WishHandBack", "WishRecall"])
async def test_back_to_the_queue_and_on_to_another_head(world: World, api: Api, step: str) -> None:
    wish = await wishes.accepted(api, world.a)
    person = world.a.staff if step == "WishRecall" else world.a.head_people[0]
    await done(api, person, step, wishId=wish, **GIVEN[step])  # type: ignore[arg-type]
    row = await row_of(wish)
    assert row["state"] == "SUBMITTED"
    assert [row[name] for name in ("head_id", "dispatched_at", "accepted_at", "deadline_at")] == [None] * 4
    assert not await sees(api, world.a.head_people[0], wish)
    other = ids.make("HouseholdHead", world.a.heads[1].id)
    await done(api, world.a.worker, "WishDispatch", wishId=wish, headId=other)  # type: ignore[arg-type]
    await done(api, world.a.head_people[1], "WishAccept", wishId=wish)
    await done(api, world.a.head_people[1], "WishComplete", wishId=wish)
    assert await database.fetch_value("SELECT head_id FROM rewards") == world.a.heads[1].id


async def test_helpers_are_recorded_once_each_and_stay(world: World, api: Api) -> None:
    wish = await wishes.accepted(api, world.a)
    head, resident = world.a.head_people[0], world.a.residents[0]
    async with unchanged():
        for helpers, field in (
            ([f"帮手{n}" for n in range(11)], "helpers"),
            (["  "], "helpers"),
            (["甲" * 65], "helpers"),
        ):
            payload = await act(api, head, "WishComplete", wishId=wish, helpers=helpers)
            assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", field]
    answer = await done(api, head, "WishComplete", wishId=wish, note="修\n好", helpers=["何管家", " 何管家 ", "吕管家"])
    assert answer["wish"]["helpers"] == ["何管家", "吕管家"] and answer["wish"]["completionNote"] == "修\n好"
    await done(api, resident, "WishRedo", wishId=wish, reason="还在漏")
    row = await row_of(wish)
    assert (row["completed_at"], row["completed_by_id"], row["completion_note"], row["deadline_at"]) == (
        None,
        None,
        "",
        None,
    )
    answer = await done(api, head, "WishComplete", wishId=wish, helpers=["吕管家", "施管家"])
    assert answer["wish"]["helpers"] == ["何管家", "吕管家", "施管家"]


@pytest.mark.parametrize("step", ["WishDecline", "WishHandBack", "WishRedo", "WishReject", "WishRecall", "WishCancel"])
async def test_reasons_are_checked(world: World, api: Api, step: str) -> None:
    make = {
        "WishDecline": wishes.dispatched,
        "WishHandBack": wishes.accepted,
        "WishRedo": wishes.completed,
        "WishReject": wishes.submitted,
        "WishRecall": wishes.accepted,
        "WishCancel": wishes.submitted,
    }[step]
    by = {"WishDecline": "head", "WishHandBack": "head", "WishRedo": "resident", "WishCancel": "resident"}.get(
        step, "staff"
    )
    wish = await make(api, world.a)  # type: ignore[operator]
    bad = ["长" * 201, "换\n行", "铃\x07"] + ([] if step in {"WishRecall", "WishCancel"} else ["", "  "])
    async with unchanged():
        for reason in bad:
            payload = await act(api, everybody(world)[by], step, wishId=wish, reason=reason)
            assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "reason"]
    await done(api, everybody(world)[by], step, wishId=wish, reason=" 事出有因 ")  # type: ignore[arg-type]
    note = await database.fetch_value("SELECT text FROM texts ORDER BY id DESC LIMIT 1")
    assert note == "事出有因"


@pytest.mark.parametrize("bad", ["", "?", "V2lzaDo", "SG91c2Vob2xkOjAw", "微心愿", "a" * 5000])
async def test_malformed_and_wrong_type_ids_are_not_found(world: World, api: Api, bad: str) -> None:
    unknown = await act(api, world.a.staff, "WishDispatch", wishId=ids.make("Wish", uuid7()))
    wrong = ids.make("Household", world.a.households[0].id)
    for wish in (bad, wrong):
        payload = await act(api, world.a.staff, "WishDispatch", wishId=wish)
        assert payload == unknown and code(payload) == "NOT_FOUND"
        assert payload["errors"][0]["field"] == ["input", "wishId"]
        assert (await api.run(world.a.staff.token, "WishDetail", id=wish))["node"] is None or wish == wrong  # type: ignore[union-attr]


async def test_cancelling_ends_offers_and_keeps_the_head_informed(world: World, api: Api) -> None:
    wish = await wishes.offered(api, world.a)
    await done(api, world.a.residents[0], "WishCancel", wishId=wish, reason="不用了")
    assert set((await offers_of(wish)).values()) == {"WITHDRAWN"}
    assert not await sees(api, world.a.head_people[0], wish)
    wish = await cancelled(api, world.a)
    seen = (await api.run(world.a.head_people[0].token, "WishDetail", id=wish))["node"]
    assert seen["state"] == "CANCELLED" and seen["availableActions"] == []


async def test_a_head_who_leaves_has_nothing_open_left(world: World, api: Api) -> None:
    leaving = world.a.heads[0]
    alone = await wishes.dispatched(api, world.a)
    in_hand = await wishes.accepted(api, world.a)
    offered = await wishes.offered(api, world.a)
    completed = await wishes.completed(api, world.a)
    others = await wishes.accepted(api, world.a, head=1)
    last = await wishes.offered(api, world.a)
    await done(api, world.a.head_people[1], "WishDecline", wishId=last, reason="忙")

    @database.transactional
    async def leave() -> int:
        return await wish_actions.recall_all_of_head(leaving.id, world.admin.account_id)

    assert await leave() == 3
    for wish in (alone, in_hand, last):
        row = await row_of(wish)
        assert (row["state"], row["head_id"], row["deadline_at"]) == ("SUBMITTED", None, None)
        assert (await events_of(wish))[-1].startswith("STAFF RECALL")
    assert (await row_of(offered))["state"] == "DISPATCHED"
    assert await offers_of(offered) == {leaving.id: "WITHDRAWN", world.a.heads[1].id: "OPEN"}
    assert (await row_of(completed))["state"] == "COMPLETED" and (await row_of(others))["state"] == "ACCEPTED"
    withdrawn = "SELECT count(*) FROM audit_entries WHERE action = 'wish.withdraw_offer' AND subject_id = $1"
    assert await database.fetch_value(withdrawn, ids.find(offered, "Wish")) == 1
    async with unchanged():
        assert await leave() == 0


async def test_every_action_but_the_system_s_has_its_mutation() -> None:
    assert {WISH.step(action) for action in WishAction} - set(GIVEN) == {
        "WishSubmit",
        "WishExpire",
        "WishRateAutomatically",
    }
