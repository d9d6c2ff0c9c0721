"""Submitting wishes: for oneself, on behalf, twice the same, and too many."""

import pytest
from uuid_utils.compat import uuid7

from models.enums import Role
from schema.graph import ids
from services.db import database
from tests.town import wishes as town_wishes
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.story import act, code, done
from tests.town.wishes import wish_for
from tests.town.world import World, everybody


async def test_a_resident_submits_for_the_own_household(world: World, api: Api) -> None:
    payload = await done(
        api, world.a.residents[0], "WishSubmit", **wish_for(world, title=" 代买药 ", details="一盒\r\n降压药")
    )
    assert payload["wish"]["state"] == "SUBMITTED" and payload["wish"]["availableActions"] == ["CANCEL"]
    row = await database.fetch_one("SELECT * FROM wishes")
    assert row is not None
    assert (row["title"], row["details"], row["on_behalf"], row["consent_note"]) == (
        "代买药",
        "一盒\n降压药",
        False,
        None,
    )
    assert row["grid_id"] == world.a.grid.id and row["requester_id"] == world.a.residents[0].account_id
    async with unchanged():
        payload = await act(api, world.a.residents[0], "WishSubmit", **wish_for(world, consentNote="自己同意"))
        assert code(payload) == "INVALID_INPUT"


ON_BEHALF = {"head": True, "other head": False, "staff": True, "worker": True}


@pytest.mark.parametrize("name", ON_BEHALF)
async def test_who_files_on_behalf(world: World, api: Api, name: str) -> None:
    person = everybody(world)[name]
    async with unchanged():
        expected = {"INVALID_INPUT"} if ON_BEHALF[name] else {"NOT_FOUND"}
        for note in (None, "", "  "):
            assert {code(await act(api, person, "WishSubmit", **wish_for(world, consentNote=note)))} == expected
    payload = await act(api, person, "WishSubmit", **wish_for(world, consentNote="老人当面同意"))
    if not ON_BEHALF[name]:
        assert code(payload) == "NOT_FOUND"
        return
    assert code(payload) is None and payload["wish"]["onBehalf"]
    row = await database.fetch_one("SELECT * FROM wishes")
    assert row is not None
    assert row["filed_by_head_id"] == (world.a.heads[0].id if name == "head" else None)
    assert row["consent_note"] == "老人当面同意"
    event = await database.fetch_one("SELECT actor, account_id FROM wish_events")
    assert person and event == {"actor": "FILER", "account_id": person.account_id}
    async with unchanged():
        others = [one for one in everybody(world) if one not in {name, "resident", "nobody"}]
        for other in others:
            assert code(await act(api, everybody(world)[other], "WishCancel", wishId=payload["wish"]["id"])) is not None
    await done(api, person, "WishCancel", wishId=payload["wish"]["id"])


async def test_a_resident_cancels_what_was_filed_on_behalf(world: World, api: Api) -> None:
    payload = await done(api, world.a.head_people[0], "WishSubmit", **wish_for(world, consentNote="电话同意"))
    wish = payload["wish"]["id"]
    detail = (await api.run(world.a.residents[0].token, "WishDetail", id=wish))["node"]
    assert detail["availableActions"] == ["CANCEL"] and detail["consentNote"] == "电话同意"
    await done(api, world.a.residents[0], "WishCancel", wishId=wish)
    assert await database.fetch_value("SELECT actor FROM wish_events ORDER BY id DESC LIMIT 1") == "RESIDENT"


async def test_strangers_find_no_household(world: World, api: Api) -> None:
    """Whoever works elsewhere, lives next door or heads another cluster is told the same as for an unknown id."""
    unknown = wish_for(world, consentNote="同意") | {"householdId": ids.make("Household", uuid7())}
    wrong = wish_for(world, consentNote="同意") | {"householdId": ids.make("Wish", world.a.households[0].id)}
    async with unchanged():
        nothing = await act(api, world.a.staff, "WishSubmit", **unknown)
        assert code(nothing) == "NOT_FOUND" and nothing["errors"][0]["field"] == ["input", "householdId"]
        assert await act(api, world.a.staff, "WishSubmit", **wrong) == nothing
        for name in ("neighbour", "other head", "foreign resident", "foreign head", "foreign staff", "foreign worker"):
            payload = await act(api, everybody(world)[name], "WishSubmit", **wish_for(world, consentNote="同意"))
            assert payload == nothing, name
        for name in ("admin", "auditor", "cashier"):
            payload = await act(api, everybody(world)[name], "WishSubmit", **wish_for(world, consentNote="同意"))
            assert code(payload) == "FORBIDDEN", name
        assert code(await act(api, None, "WishSubmit", **wish_for(world))) == "UNAUTHENTICATED"


async def test_seeing_a_household_is_not_enough_to_file_for_it(world: World, api: Api) -> None:
    """A head who helps the household once, and an administrator who happens to be a resident elsewhere."""
    await town_wishes.accepted(api, world.a, head=1)
    await district.grant(world.admin.account_id, Role.RESIDENT, household=world.b.households[0])
    async with unchanged():
        for person in (world.a.head_people[1], world.admin):
            payload = await act(api, person, "WishSubmit", **wish_for(world, consentNote="同意"))
            assert code(payload) == "FORBIDDEN"


async def test_the_same_request_is_the_same_wish(world: World, api: Api) -> None:
    asked = wish_for(world)
    first = await done(api, world.a.residents[0], "WishSubmit", **asked)
    async with unchanged():
        again = await done(api, world.a.residents[0], "WishSubmit", **asked)
        assert again["wish"] == first["wish"]
        for other in ({"title": "代买米"}, {"category": "CARE"}, {"details": "急"}):
            assert code(await act(api, world.a.residents[0], "WishSubmit", **asked | other)) == "REQUEST_NO_REUSED"
    await done(api, world.a.residents[0], "WishCancel", wishId=first["wish"]["id"])
    async with unchanged():
        again = await done(api, world.a.residents[0], "WishSubmit", **asked)
        assert again["wish"]["id"] == first["wish"]["id"] and again["wish"]["state"] == "CANCELLED"
    neighbour = asked | {"householdId": ids.make("Household", world.a.households[1].id)}
    other = await done(api, world.a.residents[1], "WishSubmit", **neighbour)
    assert other["wish"]["id"] != first["wish"]["id"]


async def test_a_refused_request_does_not_use_up_its_number(world: World, api: Api) -> None:
    asked = wish_for(world)
    assert code(await act(api, world.a.staff, "WishSubmit", **asked)) == "INVALID_INPUT"
    await done(api, world.a.staff, "WishSubmit", **asked | {"consentNote": "老人当面同意"})  # type: ignore[arg-type]


async def test_at_most_20_open_wishes_a_household(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    wishes = [(await done(api, resident, "WishSubmit", **wish_for(world)))["wish"]["id"] for _ in range(20)]
    async with unchanged():
        assert code(await act(api, resident, "WishSubmit", **wish_for(world))) == "LIMIT_REACHED"
        payload = await act(api, world.a.staff, "WishSubmit", **wish_for(world, consentNote="同意"))
        assert code(payload) == "LIMIT_REACHED"
    await done(api, world.a.residents[1], "WishSubmit", **wish_for(world, household=1))
    await done(api, resident, "WishCancel", wishId=wishes[0])
    await done(api, resident, "WishSubmit", **wish_for(world))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"title": "换\n行"}, "title"),
        ({"title": "零\u0001"}, "title"),
        ({"title": "反\u202e转"}, "title"),
        ({"details": "长" * 501}, "details"),
        ({"details": "铃\x07"}, "details"),
        ({"requestNo": ""}, "requestNo"),
        ({"requestNo": "9" * 65}, "requestNo"),
        ({"requestNo": "a\nb"}, "requestNo"),
        ({"consentNote": "长" * 201}, "consentNote"),
    ],
)
async def test_what_can_not_be_kept(world: World, api: Api, given: dict[str, str], field: str) -> None:
    async with unchanged():
        payload = await act(api, world.a.residents[0], "WishSubmit", **wish_for(world, **given))
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", field]


async def test_limits_are_counted_in_characters(world: World, api: Api) -> None:
    payload = await done(
        api, world.a.residents[0], "WishSubmit", **wish_for(world, title="长" * 60, details="𠮷" * 500)
    )
    assert len(payload["wish"]["details"]) == 500
