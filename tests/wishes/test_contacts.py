"""Contact details: who is shown them while, and what the household sees of it."""

import pytest

from schema.graph import ids
from services.db import database
from tests.town import wishes
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.story import act, code, done, offered
from tests.town.world import World, everybody

SHOWN = {
    "DISPATCHED": {"ADDRESS"},
    "ACCEPTED": {"ADDRESS", "PHONE"},
    "COMPLETED": {"ADDRESS"},
    "RATED": set(),
    "CANCELLED": set(),
}


@pytest.mark.parametrize("state", SHOWN)
@pytest.mark.parametrize("kind", ["ADDRESS", "PHONE"])
async def test_when_the_assigned_head_is_shown_what(world: World, api: Api, state: str, kind: str) -> None:
    make = {"DISPATCHED": wishes.dispatched, "COMPLETED": wishes.completed, "RATED": wishes.rated}.get(
        state, wishes.accepted
    )
    wish = await make(api, world.a, head=1)  # type: ignore[operator]
    if state == "CANCELLED":
        await done(api, world.a.residents[0], "WishCancel", wishId=wish)
    head = world.a.head_people[1]
    assert set(await offered(api, head, wish, "revealableContacts")) == SHOWN[state]
    if kind not in SHOWN[state]:
        async with unchanged():
            payload = await act(api, head, "WishRevealContact", wishId=wish, kind=kind)
            assert payload["contact"] is None and code(payload) == "INVALID_STATE"
        return
    payload = await done(api, head, "WishRevealContact", wishId=wish, kind=kind)
    value = {"ADDRESS": "1栋100室", "PHONE": "10000001100"}[kind]
    assert payload["contact"] == {"kind": kind, "name": "孙居民", "value": value}
    audited = await database.fetch_one("SELECT * FROM audit_entries WHERE action = 'wish.reveal_contact'")
    assert audited is not None and audited["account_id"] == head.account_id
    assert audited["subject_id"] == ids.find(wish, "Wish") and value not in audited["details"]


async def test_nobody_else_is_shown_anything(world: World, api: Api) -> None:
    wish = await wishes.accepted(api, world.a)
    async with unchanged():
        for name, person in everybody(world).items():
            for kind in ("ADDRESS", "PHONE"):
                if name != "head":
                    assert await offered(api, person, wish, "revealableContacts") == [], name
                    payload = await act(api, person, "WishRevealContact", wishId=wish, kind=kind)
                    assert payload["contact"] is None and code(payload) is not None, name
        payload = await act(api, world.a.head_people[1], "WishRevealContact", wishId=wish, kind="PHONE")
        assert code(payload) == "NOT_FOUND"


async def test_an_offer_to_many_shows_nothing_before_it_is_accepted(world: World, api: Api) -> None:
    wish = await wishes.offered(api, world.a, household=2)
    head = world.a.head_people[0]
    async with unchanged():
        for kind in ("ADDRESS", "PHONE"):
            assert code(await act(api, head, "WishRevealContact", wishId=wish, kind=kind)) == "FORBIDDEN"
        seen = (await api.run(head.token, "WishDetail", id=wish))["node"]
        assert seen["household"]["address"] is None and seen["household"]["contactName"] is None
        assert seen["requesterName"] is None
    await done(api, head, "WishAccept", wishId=wish)
    await done(api, head, "WishRevealContact", wishId=wish, kind="PHONE")
    seen = (await api.run(head.token, "WishDetail", id=wish))["node"]
    assert seen["household"]["address"] is None, "the address comes only by a reveal"
    assert seen["requesterName"] == "周居民" and seen["contactReveals"] is None


async def test_a_suspended_head_is_shown_nothing(world: World, api: Api) -> None:
    wish = await wishes.accepted(api, world.a)
    await database.execute("UPDATE household_heads SET suspended_at = now()")
    async with unchanged():
        payload = await act(api, world.a.head_people[0], "WishRevealContact", wishId=wish, kind="PHONE")
        assert code(payload) == "FORBIDDEN"
        assert await offered(api, world.a.head_people[0], wish, "revealableContacts") == []


async def test_a_household_without_a_phone(world: World, api: Api) -> None:
    await database.execute("UPDATE households SET phone_encrypted = NULL, phone_index = NULL")
    wish = await wishes.accepted(api, world.a)
    async with unchanged():
        payload = await act(api, world.a.head_people[0], "WishRevealContact", wishId=wish, kind="PHONE")
        assert code(payload) == "INVALID_STATE"
        assert await offered(api, world.a.head_people[0], wish, "revealableContacts") == ["ADDRESS"]


async def test_the_household_sees_each_reveal(world: World, api: Api) -> None:
    head = world.a.head_people[0]
    wish, other = await wishes.accepted(api, world.a), await wishes.dispatched(api, world.a)
    await done(api, head, "WishRevealContact", wishId=wish, kind="PHONE")
    await done(api, head, "WishRevealContact", wishId=wish, kind="PHONE")
    await done(api, head, "WishRevealContact", wishId=other, kind="ADDRESS")
    log = (await api.run(world.a.residents[0].token, "ContactReveals"))["viewer"]["household"]["contactReveals"]
    lines = [(edge["node"]["kind"], edge["node"]["shownTo"], edge["node"]["wish"]["id"]) for edge in log["edges"]]
    assert lines == [("ADDRESS", "赵联户", other), ("PHONE", "赵联户", wish), ("PHONE", "赵联户", wish)]
    page = await api.run(world.a.residents[0].token, "ContactReveals", first=1, after=log["edges"][0]["cursor"])
    assert page["viewer"]["household"]["contactReveals"]["edges"] == log["edges"][1:2]
    for name, person in everybody(world).items():
        node = (await api.run(person.token if person else None, "WishDetail", id=wish))["node"]
        if node is None:
            continue
        reveals = node["contactReveals"] and [edge["node"]["kind"] for edge in node["contactReveals"]["edges"]]
        assert reveals == (["PHONE", "PHONE"] if name in {"resident", "staff", "auditor"} else None), name
    assert (await api.run(world.a.residents[1].token, "ContactReveals"))["viewer"]["household"]["contactReveals"][
        "edges"
    ] == []


async def test_the_log_can_not_be_changed(world: World, api: Api) -> None:
    wish = await wishes.accepted(api, world.a)
    await done(api, world.a.head_people[0], "WishRevealContact", wishId=wish, kind="PHONE")
    for statement in ("DELETE FROM contact_reveals", "UPDATE contact_reveals SET kind = 'ADDRESS'"):
        with pytest.raises(Exception, match="append-only"):
            await database.execute(statement)
