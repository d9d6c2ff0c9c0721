"""Requests to belong to a household: from a phone that nobody knows to a wish; who vouches, who decides, and that
asking tells nothing."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from models.accounts import Account
from models.enums import Role, SignInMethod
from models.people import Household
from schema.graph import ids
from services.accounts import sessions
from services.accounts.sessions import Opening
from services.db import database
from services.entry import join_actions
from services.entry.join_actions import Asked, Home
from services.entry.signing_in import Visitor
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns
from services.people import moves
from services.roles import accounts, heads
from services.work import due, tick
from tests.town import world as making
from tests.town.documents import Api, nodes
from tests.town.entry import DEVICE, another_home, asked, numbered, phone_code, somebody, ticket
from tests.town.postgres import at_once
from tests.town.story import act, code, done
from tests.town.world import Person, Travel, World, grant, person, viewer

NOBODY_S = "13900000021"
HERE = Visitor("203.0.113.7", DEVICE, "我的手机")


async def to_confirm(api: Api, who: Person | None, **given: Any) -> list[dict[str, Any]] | None:
    """What waits for somebody; None for a list that is not theirs."""
    assert who
    page = (await api.run(who.token, "HouseholdJoinsToConfirm", **given))["householdJoinsToConfirm"]
    return None if page is None else nodes(page)


async def mine(api: Api, who: Person) -> list[dict[str, Any]]:
    return list(nodes((await api.run(who.token, "MyHouseholdJoins"))["viewer"]["householdJoins"]))


async def state_of(join: str) -> str:
    return str(await database.fetch_value("SELECT state FROM household_joins WHERE id = $1", key(join)))


def key(join: str) -> UUID:
    found = ids.find(join, "HouseholdJoin")
    assert found
    return found


async def decided(api: Api, who: Person | None, join: str, *, confirm: bool = True) -> str | None:
    return code(await act(api, who, "HouseholdJoinDecide", joinId=join, confirm=confirm))


async def residents(household_id: UUID) -> set[UUID]:
    rows = await database.fetch(
        "SELECT account_id FROM memberships WHERE household_id = $1 AND revoked_at IS NULL", household_id
    )
    return {row["account_id"] for row in rows}


async def test_a_stranger_comes_to_submit_a_wish(travel: Travel, world: World, api: Api) -> None:
    a, home_code = world.a, await numbered(world.a)
    handle, sms = await phone_code(NOBODY_S)
    signed = (await done(api, None, "SignInByPhone", handle=handle, code=sms))["signedIn"]
    assert signed["token"] is None
    given = {
        "ticket": signed["ticket"],
        "name": "冯新居",
        "householdCode": home_code,
        "device": DEVICE,
        "label": "手机",
    }
    payload = await done(api, None, "HouseholdJoin", **given)
    who = somebody(payload["signedIn"]["token"])
    viewing = await viewer(who)
    assert not viewing.roles and viewing.display_name == "冯新居" and not viewing.bound
    row = await database.fetch_one("SELECT method, label, device_key FROM sessions ORDER BY id DESC LIMIT 1")
    assert row is not None and (row["method"], row["label"]) == ("PHONE", "手机") and row["device_key"]
    (waiting,) = await to_confirm(api, a.worker) or []
    assert (waiting["name"], waiting["phone"], waiting["vouchedAt"]) == ("冯新居", "139****0021", None)
    assert waiting["availableActions"] == ["CONFIRM", "REFUSE"]
    assert await decided(api, a.worker, waiting["id"]) is None
    (own,) = await mine(api, who)
    assert own["state"] == "CONFIRMED" and own["household"]["address"] and own["availableActions"] == []
    wish = {"householdId": own["household"]["id"], "category": "CARE", "title": "陪诊", "requestNo": "x"}
    assert (await done(api, who, "WishSubmit", **wish))["wish"]["state"] == "SUBMITTED"
    handle, sms = await phone_code(NOBODY_S)
    again = (await done(api, None, "SignInByPhone", handle=handle, code=sms))["signedIn"]
    assert again["token"], "and the phone signs in"
    actions = await database.fetch("SELECT action FROM audit_entries WHERE subject = 'HouseholdJoin' ORDER BY id")
    assert [one["action"] for one in actions] == ["household_join.ask", "household_join.confirm"]


async def newcomer(household_id: UUID | None) -> tuple[Person, str]:
    who = await person("新邻居")
    phone = await database.fetch_value("SELECT 13300000000 + count(*) FROM accounts")
    await Account.filter(id=who.account_id).update(**phone_columns(str(phone)))
    return who, await asked(who, household_id)


async def test_a_head_never_decides_for_who_pays_him(world: World, api: Api) -> None:
    a = world.a
    await grant(a.head_people[0].account_id, Role.GRID_WORKER, area=a.grid)
    who, join = await newcomer(a.households[0].id)
    (seen,) = await to_confirm(api, a.head_people[0]) or []
    assert seen["availableActions"] == ["VOUCH"] and seen["phone"] is None
    for confirm in (True, False):
        assert await decided(api, a.head_people[0], join, confirm=confirm) == "FORBIDDEN"
    await heads.suspend(await viewer(a.staff), a.heads[0].id, "核查")
    assert await decided(api, a.head_people[0], join) == "FORBIDDEN", "nor while suspended"
    assert await state_of(join) == "OPEN" and await decided(api, a.worker, join) is None
    assert who.account_id in await residents(a.households[0].id)
    _, other = await newcomer(a.households[2].id)
    assert await decided(api, a.head_people[0], other) is None, "but of another head's household"


async def test_nobody_decides_on_the_own_request(world: World, api: Api) -> None:
    a = world.a
    assert a.worker
    join = await asked(a.worker, a.households[0].id)
    assert await decided(api, a.worker, join) == "FORBIDDEN"
    own = await asked(a.head_people[0], a.households[0].id)
    assert code(await act(api, a.head_people[0], "HouseholdJoinVouch", joinId=own)) == "FORBIDDEN"


async def test_the_head_vouches_and_sees_no_phone(world: World, api: Api) -> None:
    a, head = world.a, world.a.head_people[0]
    asking = await join_actions.ask_with_ticket(await ticket(NOBODY_S), "冯新居", await numbered(a), None, HERE)
    assert isinstance(asking, Asked)
    (seen,) = await to_confirm(api, head) or []
    assert (seen["name"], seen["phone"], seen["availableActions"]) == ("冯新居", None, ["VOUCH"])
    assert await to_confirm(api, a.head_people[1]) == []
    join = seen["id"]
    first = (await done(api, head, "HouseholdJoinVouch", joinId=join))["join"]
    assert first["vouchedByName"] == a.heads[0].name and first["state"] == "OPEN" and first["availableActions"] == []
    before = await database.fetch_value("SELECT count(*) FROM audit_entries")
    assert (await done(api, head, "HouseholdJoinVouch", joinId=join))["join"] == first
    assert await database.fetch_value("SELECT count(*) FROM audit_entries") == before
    (waiting,) = await to_confirm(api, a.staff) or []
    assert waiting["vouchedByName"] == a.heads[0].name and waiting["availableActions"] == ["CONFIRM", "REFUSE"]
    (own,) = await mine(api, somebody(asking.signed_in.token or "" if asking.signed_in else ""))
    assert own["household"] is None, "that somebody vouched would tell that there is one"
    await moves.move(await viewer(world.admin), [key_of_home(waiting)], a.heads[1].id)
    assert await to_confirm(api, head) == []
    assert code(await act(api, head, "HouseholdJoinVouch", joinId=join)) == "NOT_FOUND"
    payload = await done(api, a.head_people[1], "HouseholdJoinVouch", joinId=join)
    assert payload["join"]["vouchedByName"] == a.heads[1].name, "the head is whoever it is now"


def key_of_home(join: dict[str, Any]) -> UUID:
    found = ids.find(join["household"]["id"], "Household")
    assert found
    return found


@pytest.mark.parametrize("alike", [True, False])
async def test_of_two_who_decide_at_once_one_does(world: World, api: Api, database_url: str, alike: bool) -> None:
    a = world.a
    who, join = await newcomer(a.households[0].id)
    lock = ("household_joins", key(join))
    said = ((a.worker, True), (a.staff, alike))
    steps = [act(api, one, "HouseholdJoinDecide", joinId=join, confirm=yes) for one, yes in said]
    payloads = await at_once(database_url, lock, *steps)
    assert [code(payload) for payload in payloads] == [None, None if alike else "INVALID_STATE"]
    assert await state_of(join) == "CONFIRMED" and who.account_id in await residents(a.households[0].id)
    decisions = await database.fetch("SELECT account_id FROM audit_entries WHERE action LIKE 'household_join.%'")
    assert [one["account_id"] for one in decisions] == [a.worker and a.worker.account_id]


@pytest.mark.parametrize("step", ["HouseholdJoinWithdraw", "expiry"])
async def test_what_ended_meanwhile_is_not_confirmed(
    travel: Travel, world: World, api: Api, database_url: str, step: str
) -> None:
    who, join = await newcomer(world.a.households[0].id)
    deciding = act(api, world.a.worker, "HouseholdJoinDecide", joinId=join, confirm=True)
    if step == "expiry":
        travel.by(days=7)
        await making.keep_signed_in()
        assert code(await deciding) == "INVALID_STATE"
        return
    ending = act(api, who, step, joinId=join)
    ended, refused = await at_once(database_url, ("household_joins", key(join)), ending, deciding)
    assert (code(ended), code(refused)) == (None, "INVALID_STATE")
    assert who.account_id not in await residents(world.a.households[0].id)


async def test_refused_is_told_and_may_be_asked_again(world: World, api: Api) -> None:
    a, home_code = world.a, await numbered(world.a)
    who = await person("新邻居")
    join = (await done(api, who, "HouseholdJoin", householdCode=home_code))["join"]["id"]
    assert await decided(api, a.staff, join, confirm=False) is None
    assert await decided(api, a.worker, join, confirm=False) is None, "so decided already"
    assert await decided(api, a.worker, join) == "INVALID_STATE"
    (own,) = await mine(api, who)
    assert own["state"] == "REFUSED" and own["decidedAt"] and own["household"] is None
    assert (await done(api, who, "HouseholdJoin", householdCode=home_code))["join"]["id"] != join


async def test_strangers_who_race_one_ticket_make_one_account(world: World) -> None:
    one, home_code = await ticket(NOBODY_S), await numbered(world.a)
    before = await database.fetch_value("SELECT count(*) FROM accounts")
    asking = [join_actions.ask_with_ticket(one, f"冯{n}", home_code, None, HERE) for n in range(8)]
    found = await asyncio.gather(*asking, return_exceptions=True)
    refused = [one.code for one in found if isinstance(one, Refusal)]
    assert refused == ["CODE_INVALID"] * 7 and sum(isinstance(one, Asked) for one in found) == 1
    assert await database.fetch_value("SELECT count(*) FROM accounts") == before + 1


async def test_two_tickets_of_one_phone_make_one_account(world: World) -> None:
    before = await database.fetch_value("SELECT count(*) FROM accounts")
    tickets = [await ticket(NOBODY_S) for _ in range(4)]
    asking = [join_actions.ask_with_ticket(one, "冯新居", "无此户", None, HERE) for one in tickets]
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert sorted(one.code for one in found if isinstance(one, Refusal)) == ["INVALID_STATE"] * 3
    assert await database.fetch_value("SELECT count(*) FROM accounts") == before + 1


async def test_a_phone_that_the_roster_knows_by_another_name(world: World) -> None:
    await Household.filter(id=world.a.households[0].id).update(**phone_columns(NOBODY_S))
    one = await ticket(NOBODY_S)
    with pytest.raises(Refusal, match="INVALID_STATE") as refused:
        await join_actions.ask_with_ticket(one, "冯新居", "无此户", None, HERE)
    assert "另一个姓名" in refused.value.message
    with pytest.raises(Refusal, match="CODE_INVALID"):
        await join_actions.ask_with_ticket(one, "孙居民", "无此户", None, HERE)


@pytest.mark.parametrize("with_ticket", [True, False])
async def test_known_and_unknown_homes_are_answered_alike(
    travel: Travel, world: World, api: Api, with_ticket: bool
) -> None:
    """The same answers in the same statements: asked, asked again, asked elsewhere, read, withdrawn."""
    home_code = await numbered(world.a)
    address = await database.fetch_value("SELECT address FROM households WHERE code = $1", home_code)
    known = [{"householdCode": home_code}, {"address": address}]
    unknown = [{"householdCode": "HC-0"}, {"address": "没有这个地址"}]
    told = []
    for number, wanted in enumerate([*known, *unknown]):
        told.append(await asks(api, f"1390000003{number}" if with_ticket else None, wanted))
    assert told[0] == told[1] == told[2] == told[3]
    matched = await database.fetch("SELECT household_id IS NOT NULL AS there FROM household_joins ORDER BY id")
    assert [one["there"] for one in matched] == [True, True, False, False], "though two of them fit"


async def asks(api: Api, phone: str | None, wanted: dict[str, str]) -> list[Any]:
    """All that somebody is told who asks, and how many statements each answer took."""
    said: list[Any] = []

    async def tell(work: Any) -> dict[str, Any]:
        with database.observed_statements() as seen:
            answer = dict(await work)
        said.append((len(seen), without_ids(answer)))
        return answer

    who: Person | None = None if phone else await person("冯新居")
    given = {**wanted, "ticket": await ticket(phone), "name": "冯新居"} if phone else wanted
    first = await tell(act(api, who, "HouseholdJoin", **given))
    who = somebody(first["signedIn"]["token"]) if phone else who
    assert who
    join = first["join"]["id"]
    assert (await tell(act(api, who, "HouseholdJoin", **wanted)))["join"]["id"] == join, "the open one"
    for other in ({"householdCode": "HC-1"}, {"address": "别处"}):
        assert code(await tell(act(api, who, "HouseholdJoin", **other))) == "INVALID_STATE"
    await tell(api.run(who.token, "MyHouseholdJoins"))
    shown = "state name phone household { id } vouchedAt vouchedByName decidedAt availableActions"
    everything = f"query($id: ID!) {{ node(id: $id) {{ ... on HouseholdJoin {{ {shown} }} }} }}"
    await tell(api.query(who.token, everything, id=join))
    await tell(act(api, who, "HouseholdJoinWithdraw", joinId=join))
    return said


def without_ids(answer: Any) -> Any:
    """An answer without what differs anyhow: ids, tokens, cursors."""
    if isinstance(answer, dict):
        left_out = {"id", "token", "endCursor"}
        return {name: without_ids(one) for name, one in answer.items() if name not in left_out}
    return [without_ids(one) for one in answer] if isinstance(answer, list) else answer


async def test_an_address_of_several_households_fits_none(world: World, api: Api) -> None:
    one, _ = [await another_home(world.a) for _ in range(2)]
    await database.execute("UPDATE households SET address = '同一地址' WHERE contact_name = '褚住户'")
    who = await person("新邻居")
    await done(api, who, "HouseholdJoin", address=" 同一地址　")
    assert await to_confirm(api, world.a.staff) == [] and await to_confirm(api, world.admin) == []
    await database.execute("UPDATE households SET address = '另一地址' WHERE id = $1", one)
    await done(api, await person("冯新居"), "HouseholdJoin", address="另一地址")
    assert len(await to_confirm(api, world.a.staff) or []) == 1


@pytest.mark.parametrize("given", [{}, {"householdCode": " "}, {"householdCode": "HC-1", "address": "别处"}])
async def test_one_home_is_named_in_one_way(world: World, api: Api, given: dict[str, str]) -> None:
    payload = await act(api, await person("新邻居"), "HouseholdJoin", **given)
    assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "householdCode"]


async def test_three_a_day(travel: Travel, world: World, api: Api) -> None:
    who = await person("新邻居")
    for number in range(3):
        join = (await done(api, who, "HouseholdJoin", householdCode=f"HC-{number}"))["join"]["id"]
        assert (await done(api, who, "HouseholdJoin", householdCode=f"HC-{number}"))["join"]["id"] == join
        await done(api, who, "HouseholdJoinWithdraw", joinId=join)
        await done(api, who, "HouseholdJoinWithdraw", joinId=join)
    late = await act(api, who, "HouseholdJoin", householdCode="HC-9")
    assert code(late) == "TOO_MANY_ATTEMPTS" and late["errors"][0]["retryAt"] == "2026-05-16T00:00:00+08:00"
    travel.by(hours=11, minutes=59)
    assert code(await act(api, who, "HouseholdJoin", householdCode="HC-9")) == "TOO_MANY_ATTEMPTS"
    travel.by(minutes=1)
    await done(api, who, "HouseholdJoin", householdCode="HC-9")


async def test_two_at_once_make_one_request(world: World) -> None:
    who = await person("新邻居")
    asking = [join_actions.ask(await viewer(who), Home("code", f"HC-{n // 2}")) for n in range(6)]
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert len({one.join.id for one in found if isinstance(one, Asked)}) == 1
    assert [one.code for one in found if isinstance(one, Refusal)] == ["INVALID_STATE"] * 4
    assert await database.fetch_value("SELECT count(*) FROM household_joins") == 1


async def test_after_seven_days_it_is_over(travel: Travel, world: World, api: Api) -> None:
    a, home_code = world.a, await numbered(world.a)
    who = await person("新邻居")
    await done(api, who, "HouseholdJoin", householdCode=home_code)
    unmatched = await person("冯新居")
    await done(api, unmatched, "HouseholdJoin", householdCode="HC-0")
    (waiting,) = [one for one in await due.waiting() if one.kind == "household_joins_to_confirm"]
    assert (waiting.count, waiting.since, waiting.late) == (1, travel.at, False)
    travel.by(days=7, microseconds=-1)
    await making.keep_signed_in()
    assert len(await to_confirm(api, a.worker) or []) == 1
    assert (await tick.run())["household_joins_expired"] == 0
    travel.by(microseconds=1)
    await making.keep_signed_in()
    told = [await mine(api, one) for one in (who, unmatched)]
    assert [(one["state"], one["decidedAt"]) for (one,) in told] == [("EXPIRED", told[0][0]["expiresAt"])] * 2
    assert await to_confirm(api, a.worker) == []
    assert not [one for one in await due.waiting() if one.kind == "household_joins_to_confirm" and one.count]
    again = (await done(api, who, "HouseholdJoin", householdCode=home_code))["join"]
    assert again["state"] == "OPEN", "before the tick has ended the old one"
    assert (await tick.run())["household_joins_expired"] == 1
    assert [one["state"] for one in await mine(api, unmatched)] == ["EXPIRED"]


async def test_a_bound_session_neither_asks_nor_sees(world: World, api: Api) -> None:
    a = world.a
    who = a.residents[0]
    join = await asked(who, a.households[2].id)
    token = await sessions.open_session(who.account_id, how=Opening(SignInMethod.DESK, area_id=a.community.id))
    bound = somebody(token)
    payload = await act(api, bound, "HouseholdJoin", householdCode="HC-0")
    assert code(payload) == "FORBIDDEN"
    assert await mine(api, bound) == [] and len(await mine(api, who)) == 1
    assert code(await act(api, bound, "HouseholdJoinWithdraw", joinId=join)) == "NOT_FOUND"


async def test_who_lives_there_need_not_ask(world: World, api: Api) -> None:
    home_code = await numbered(world.a)
    who = await person("住户")
    home_id = await database.fetch_value("SELECT id FROM households WHERE code = $1", home_code)
    await grant(who.account_id, Role.RESIDENT, household=await Household.get(id=home_id))
    assert code(await act(api, who, "HouseholdJoin", householdCode=home_code)) == "INVALID_STATE"
    assert code(await act(api, None, "HouseholdJoin", householdCode=home_code)) == "UNAUTHENTICATED"


async def test_a_household_that_moves_is_decided_where_it_is(world: World, api: Api) -> None:
    a, b = world.a, world.b
    _, join = await newcomer(a.households[0].id)
    await database.execute(
        "UPDATE households SET grid_id = $2, building_id = NULL, head_id = $3 WHERE id = $1",
        a.households[0].id,
        b.grid.id,
        b.heads[0].id,
    )
    assert await decided(api, a.worker, join) == "NOT_FOUND" and await to_confirm(api, a.worker) == []
    assert await to_confirm(api, a.head_people[0]) == []
    assert [one["id"] for one in await to_confirm(api, b.head_people[0]) or []] == [join]
    assert await decided(api, b.worker, join) is None


async def test_a_disabled_or_merged_account(world: World, api: Api) -> None:
    a = world.a
    gone, join = await newcomer(a.households[0].id)
    await accounts.disable(gone.account_id)
    assert await decided(api, a.worker, join) == "INVALID_STATE"
    assert gone.account_id not in await residents(a.households[0].id)
    emptied, moved = await newcomer(a.households[1].id)
    assert a.worker
    await database.execute("UPDATE accounts SET display_name = '新邻居' WHERE id = $1", a.worker.account_id)
    await accounts.merge(emptied.account_id, a.worker.account_id)
    assert await decided(api, a.worker, moved) == "FORBIDDEN", "it is the own request now"
    second, stays = await newcomer(a.households[0].id)
    await accounts.merge(second.account_id, a.worker.account_id)
    assert await decided(api, a.staff, stays) == "INVALID_STATE"


async def pages(api: Api, who: Person, **given: Any) -> list[str]:
    """All that waits for somebody, by pages of two."""
    found: list[str] = []
    after = None
    while True:
        page = await api.run(who.token, "HouseholdJoinsToConfirm", first=2, after=after, **given)
        page = page["householdJoinsToConfirm"]
        found += [one["id"] for one in nodes(page)]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


async def test_who_sees_what_waits_the_oldest_first(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    made = []
    for place, home in ((a, 2), (b, 0), (a, 0), (a, 1), (b, 2)):
        travel.by(minutes=1)
        made.append((await newcomer(place.households[home].id))[1])
    await newcomer(None)
    assert a.worker and a.staff and b.staff
    in_a, in_b = [made[0], made[2], made[3]], [made[1], made[4]]
    both = await person("两处社工", Role.COMMUNITY_STAFF, area=a.community)
    await grant(both.account_id, Role.HOUSEHOLD_HEAD, head=await making.head(b.grid, "两处社工"))
    assert [await pages(api, one) for one in (world.admin, world.auditor)] == [made, made]
    assert [await pages(api, one) for one in (a.worker, a.staff, both)] == [in_a] * 3
    assert await pages(api, b.staff) == in_b
    assert await pages(api, world.admin, areaId=ids.make("Area", b.grid.id)) == in_b
    assert await pages(api, a.head_people[0]) == made[2:4] and await pages(api, a.head_people[1]) == made[:1]
    await grant(a.head_people[0].account_id, Role.GRID_WORKER, area=b.grid)
    assert await pages(api, a.head_people[0]) == [made[1], *made[2:]], "as head and as worker, each once"
    assert await to_confirm(api, a.staff, areaId=ids.make("Area", b.grid.id)) is None
    assert await to_confirm(api, a.residents[0]) is None
    await heads.suspend(await viewer(a.staff), a.heads[1].id, "核查")
    assert await to_confirm(api, a.head_people[1]) is None
