"""Roles in areas, given and ended at a screen: by whom, to whom, where, and what it changes at once."""

import asyncio
import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models.accounts import Account, Membership
from models.enums import AreaKind, Role
from schema.graph import ids
from services.accounts import accounts, sessions
from services.db import database
from services.kit import clock
from services.kit.secrets import phone_columns
from services.roles import memberships, officials
from services.work import privacy
from tests.town.documents import Api, nodes
from tests.town.postgres import at_once, unchanged, until_blocked
from tests.town.roles import PHONE, one_more_worker, worker_for
from tests.town.story import act, code, done, offered
from tests.town.world import Person, World, area, everybody, grant, person, viewer


def staff_for(world: World, **more: Any) -> dict[str, Any]:
    place = {"areaId": ids.make("Area", world.a.community.id)}
    return {"role": "COMMUNITY_STAFF", **place, "phone": PHONE, "name": "冯社工", **more}


async def with_the_phone(who: Person) -> UUID:
    """Give somebody the phone of whom a role is for; the account's id."""
    await Account.filter(id=who.account_id).update(**phone_columns(PHONE))
    return who.account_id


def key(membership_id: UUID) -> str:
    return ids.make("Membership", membership_id)


async def names(api: Api, who: Person | None, **given: Any) -> list[tuple[str, str]] | None:
    """Who has which role, as somebody reads it; None where it is not allowed."""
    found = (await api.run(who.token if who else None, "Roles", **given))["roles"]
    return found and [(row["name"], row["role"]) for row in nodes(found)]


async def refused(api: Api, who: Person | None, operation: str, given: dict[str, Any]) -> tuple[str | None, str, str]:
    """The code, field and sentence with which something is refused, changing nothing."""
    async with unchanged():
        payload = await act(api, who, operation, **given)
    assert payload["membership"] is None, payload
    (error,) = payload["errors"]
    return error["code"], (error["field"] or ["", ""])[-1], error["message"]


# -- Who has which role ------------------------------------------------------------------------------------------------

WORKER, STAFF = ("郑网格", "GRID_WORKER"), ("吴社工", "COMMUNITY_STAFF")
ABOVE = [("管理员", "DISTRICT_ADMIN"), ("审计员", "AUDITOR")]


async def test_each_reads_who_works_in_their_reach(world: World, api: Api) -> None:
    everyone = [STAFF, WORKER, STAFF, WORKER, *ABOVE]
    expected = {"admin": everyone, "auditor": everyone, "staff": [WORKER], "foreign staff": [WORKER]}
    for name, who in everybody(world).items():
        assert await names(api, who) == expected.get(name), name
    grid, community = ids.make("Area", world.a.grid.id), ids.make("Area", world.a.community.id)
    assert await names(api, world.admin, areaId=grid) == [WORKER]
    assert await names(api, world.admin, areaId=community) == [STAFF, WORKER]
    assert await names(api, world.admin, role="AUDITOR") == [ABOVE[1]]
    assert await names(api, world.admin, areaId=community, role="COMMUNITY_STAFF") == [STAFF]
    assert await names(api, world.a.staff, role="COMMUNITY_STAFF") == []
    assert await names(api, world.a.staff, areaId=ids.make("Area", world.b.community.id)) is None
    assert await names(api, world.a.staff, areaId=ids.make("Area", world.district.id)) == [WORKER]


async def test_staff_who_audits_elsewhere_reads_both(world: World, api: Api) -> None:
    assert world.a.staff
    await grant(world.a.staff.account_id, Role.AUDITOR, area=world.b.community)
    own_audit = ("吴社工", "AUDITOR")
    assert await names(api, world.a.staff) == [WORKER, STAFF, WORKER, own_audit]


async def test_past_roles_are_listed_no_longer(world: World, api: Api) -> None:
    made = await one_more_worker(world.a)
    assert len(await names(api, world.a.staff) or []) == 2
    await done(api, world.admin, "RoleEnd", membershipId=made, reason="调离")
    assert await names(api, world.a.staff) == [WORKER]


@pytest.mark.parametrize("role", ["RESIDENT", "HOUSEHOLD_HEAD", "SHOP_STAFF"])
async def test_roles_of_homes_and_shops_are_read_there(world: World, api: Api, role: str) -> None:
    document = "query($role: Role) { roles(role: $role, first: 1) { edges { cursor } } }"
    answer = (await api.send(world.admin.token, {"query": document, "variables": {"role": role}})).json()
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT" and "住户、联户长和店铺" in error["message"]
    one = await Membership.get(account_id=world.a.residents[0].account_id)
    node = await api.query(world.admin.token, "query($id: ID!) { node(id: $id) { id } }", id=key(one.id))
    assert node == {"node": None}


async def test_pages_of_roles_go_through_all_once(world: World, api: Api) -> None:
    made = [await one_more_worker(world.a) for _ in range(5)]
    for who in (world.admin, world.a.staff):
        assert who
        seen: list[str] = []
        after = None
        while True:
            given = {"role": "GRID_WORKER", "areaId": ids.make("Area", world.a.community.id), "first": 2}
            page = (await api.run(who.token, "Roles", **given, after=after))["roles"]
            seen += [row["id"] for row in nodes(page)]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen[1:] == made and len(set(seen)) == 6


# -- Given -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", officials.GIVEN)
async def test_a_role_counts_from_the_next_request(world: World, api: Api, role: Role) -> None:
    given = worker_for(world.a) if role == Role.GRID_WORKER else staff_for(world)
    made = (await done(api, world.admin, "RoleGive", **given))["membership"]
    row = await Membership.get(id=ids.find(made["id"], "Membership"))
    assert (row.role, row.granted_by_id, row.end_reason) == (role, world.admin.account_id, "")
    account = await Account.get(id=row.account_id)
    assert account.display_name == given["name"] and made["phone"] == "138****0601"
    entries = await database.fetch("SELECT action, account_id, details FROM audit_entries ORDER BY id DESC LIMIT 2")
    assert {entry["action"] for entry in entries} == {"membership.grant", "account.create"}
    assert all(entry["account_id"] == world.admin.account_id for entry in entries)
    assert PHONE not in json.dumps([entry["details"] for entry in entries])
    async with unchanged():
        again = (await done(api, world.admin, "RoleGive", **given))["membership"]
    assert again == made


async def test_who_is_here_already_keeps_the_account(world: World, api: Api) -> None:
    resident = world.a.residents[0]
    await with_the_phone(resident)
    given = worker_for(world.a) | {"name": "孙 居民"}
    await done(api, world.admin, "RoleGive", **given)
    assert (await viewer(resident)).roles == {Role.RESIDENT, Role.GRID_WORKER}
    assert (await viewer(resident)).worker_paths == (world.a.grid.path,)


async def test_nobody_gives_what_is_not_theirs_to_give(world: World, api: Api) -> None:
    a, admin = world.a, world.admin
    for role in ("DISTRICT_ADMIN", "AUDITOR"):
        given = staff_for(world, role=role, areaId=ids.make("Area", world.district.id))
        assert (await refused(api, admin, "RoleGive", given))[:2] == ("FORBIDDEN", "role")
    for role in ("RESIDENT", "HOUSEHOLD_HEAD", "SHOP_STAFF"):
        assert (await refused(api, admin, "RoleGive", staff_for(world, role=role)))[:2] == ("INVALID_INPUT", "role")
    for who in (a.staff, a.worker, world.auditor, a.cashier, a.residents[0], a.head_people[0]):
        assert (await refused(api, who, "RoleGive", staff_for(world)))[0] == "FORBIDDEN"
    assert (await refused(api, None, "RoleGive", staff_for(world)))[0] == "UNAUTHENTICATED"
    local = await person("外管理", Role.DISTRICT_ADMIN, area=world.b.community)
    assert (await refused(api, local, "RoleGive", staff_for(world)))[:2] == ("NOT_FOUND", "areaId")


async def test_the_area_fits_the_role(world: World, api: Api) -> None:
    for one in (world.district, world.a.grid, world.a.building):
        given = staff_for(world, areaId=ids.make("Area", one.id))
        assert (await refused(api, world.admin, "RoleGive", given))[:2] == ("NOT_FOUND", "areaId")
    given = worker_for(world.a) | {"areaId": ids.make("Area", world.a.community.id)}
    assert (await refused(api, world.admin, "RoleGive", given))[:2] == ("NOT_FOUND", "areaId")


async def test_nobody_changes_their_own_roles(world: World, api: Api) -> None:
    admin = world.admin
    await with_the_phone(admin)
    said = await refused(api, admin, "RoleGive", staff_for(world, name="管理员"))
    assert said[:2] == ("FORBIDDEN", "phone") and "另一位" in said[2]
    own = await grant(admin.account_id, Role.COMMUNITY_STAFF, area=world.a.community)
    assert await offered(api, admin, key(own.id)) == []
    said = await refused(api, admin, "RoleEnd", {"membershipId": key(own.id), "reason": "不做了"})
    assert said[:2] == ("FORBIDDEN", "membershipId") and "另一位" in said[2]
    other = await person("另一位", Role.DISTRICT_ADMIN, area=world.district)
    await done(api, other, "RoleEnd", membershipId=key(own.id), reason="不做了")


async def test_a_mistyped_person_gets_nothing(world: World, api: Api) -> None:
    account_id = await with_the_phone(world.a.residents[2])
    said = await refused(api, world.admin, "RoleGive", staff_for(world))
    assert said[:2] == ("INVALID_INPUT", "name") and "周居民" not in said[2]
    payload = await act(api, world.admin, "RoleGive", **staff_for(world, phone="123", name=""))
    assert [error["field"][-1] for error in payload["errors"]] == ["phone", "name"], "both at once"
    await Account.filter(id=account_id).update(disabled_at=clock.now())
    said = await refused(api, world.admin, "RoleGive", staff_for(world, name="周居民"))
    assert said[:2] == ("INVALID_STATE", "phone")


async def test_an_area_has_room_for_so_many(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr(officials, "MAX_HOLDERS", 2)
    new = [staff_for(world, phone=f"1380000070{n}", name="新人") for n in range(3)]
    both = await at_once(
        database_url, ("areas", world.a.community.id), *(act(api, world.admin, "RoleGive", **one) for one in new)
    )
    assert sorted(map(str, map(code, both))) == ["LIMIT_REACHED", "LIMIT_REACHED", "None"]
    (taken,) = (payload["membership"] for payload in both if payload["membership"])
    full = next(payload for payload in both if payload["errors"])["errors"][0]
    assert full["field"][-1] == "areaId" and "2 位" in full["message"]
    await done(api, world.admin, "RoleGive", **worker_for(world.a))  # another role has its own room
    await done(api, world.admin, "RoleEnd", membershipId=taken["id"], reason="调离")
    await done(api, world.admin, "RoleGive", **staff_for(world, name="冯网格"))


async def test_of_two_who_give_the_same_one_finds_it_done(world: World, api: Api) -> None:
    made = await asyncio.gather(*(done(api, world.admin, "RoleGive", **staff_for(world)) for _ in range(4)))
    assert len({payload["membership"]["id"] for payload in made}) == 1
    assert await Membership.filter(area_id=world.a.community.id, role=Role.COMMUNITY_STAFF).count() == 2


async def test_who_is_disabled_meanwhile_gets_no_role(world: World, api: Api, database_url: str) -> None:
    account_id = await with_the_phone(world.a.residents[2])
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE", account_id)
            giving = asyncio.ensure_future(act(api, world.admin, "RoleGive", **staff_for(world, name="周居民")))
            await until_blocked()
            await other.execute("UPDATE accounts SET disabled_at = now() WHERE id = $1", account_id)
    finally:
        await other.close()
    assert code(await giving) == "INVALID_STATE"
    assert await Membership.filter(account_id=account_id, role=Role.COMMUNITY_STAFF).count() == 0


# -- Ended -------------------------------------------------------------------------------------------------------------


async def test_an_ended_role_is_gone_with_the_next_request(world: World, api: Api) -> None:
    worker = world.a.worker
    assert worker and (await viewer(worker)).worker_paths
    row = await Membership.get(account_id=worker.account_id)
    ended = (await done(api, world.admin, "RoleEnd", membershipId=key(row.id), reason="  调到别处 "))["membership"]
    assert ended["endReason"] == "调到别处" and ended["revokedAt"]
    now = await viewer(worker)
    assert now.roles == frozenset() and now.signed_in, "the account and its sessions stay"
    assert (await api.run(worker.token, "WishQueue"))["wishes"] is None
    entry = await database.fetch_one("SELECT * FROM audit_entries ORDER BY id DESC LIMIT 1")
    assert entry and (entry["action"], entry["subject_id"]) == ("membership.revoke", row.id)
    assert entry["account_id"] == world.admin.account_id and "调到别处" not in entry["details"]
    async with unchanged():
        again = (await done(api, world.admin, "RoleEnd", membershipId=key(row.id), reason="又一次"))["membership"]
    assert again == ended, "an ended one stays as it is"


async def test_the_audit_leads_to_the_role(world: World, api: Api) -> None:
    made = (await done(api, world.admin, "RoleGive", **worker_for(world.a)))["membership"]
    document = (
        "query($id: ID!) { auditEntries(subjectId: $id, first: 9) { edges { node { action node {"
        " ... on Membership { name role endReason } } } } } }"
    )
    await done(api, world.admin, "RoleEnd", membershipId=made["id"], reason="调离")
    rows = nodes((await api.query(world.auditor.token, document, id=made["id"]))["auditEntries"])
    role = {"name": "冯网格", "role": "GRID_WORKER", "endReason": "调离"}
    assert rows == [{"action": f"membership.{what}", "node": role} for what in ("revoke", "grant")]


async def test_nobody_ends_what_is_not_theirs_to_end(world: World, api: Api) -> None:
    made, reason = await one_more_worker(world.a), {"reason": "调离"}
    for who in (world.a.staff, world.a.worker, world.auditor):
        assert (await refused(api, who, "RoleEnd", {"membershipId": made, **reason}))[0] == "FORBIDDEN"
    other = await person("另一位", Role.DISTRICT_ADMIN, area=world.district)
    for who in (other, world.auditor):
        one = await Membership.get(account_id=who.account_id)
        said = await refused(api, world.admin, "RoleEnd", {"membershipId": key(one.id), **reason})
        assert said[:2] == ("FORBIDDEN", "membershipId") and "运维" in said[2]
    for who in (world.a.residents[0], world.a.head_people[0], world.a.cashier):
        assert who
        one = await Membership.get(account_id=who.account_id)
        said = await refused(api, world.admin, "RoleEnd", {"membershipId": key(one.id), **reason})
        assert said[:2] == ("NOT_FOUND", "membershipId")
    local = await person("外管理", Role.DISTRICT_ADMIN, area=world.b.community)
    await grant(local.account_id, Role.AUDITOR, area=world.a.community)
    said = await refused(api, local, "RoleEnd", {"membershipId": made, **reason})
    assert said[:2] == ("FORBIDDEN", "membershipId") and "所在区域" in said[2]
    assert (await refused(api, world.admin, "RoleEnd", {"membershipId": made, "reason": " "}))[1] == "reason"


async def test_a_role_comes_again_after_it_ended(world: World, api: Api) -> None:
    first = (await done(api, world.admin, "RoleGive", **worker_for(world.a)))["membership"]
    await done(api, world.admin, "RoleEnd", membershipId=first["id"], reason="调离")
    second = (await done(api, world.admin, "RoleGive", **worker_for(world.a)))["membership"]
    assert second["id"] != first["id"] and second["availableActions"] == ["END"]
    found = await memberships.find(Role.GRID_WORKER, PHONE)
    assert key(found.id) == second["id"]


async def test_why_a_role_ended_is_exported_and_forgotten(world: World, api: Api) -> None:
    made = (await done(api, world.admin, "RoleGive", **worker_for(world.a)))["membership"]
    row = await Membership.get(id=ids.find(made["id"], "Membership"))
    await done(api, world.admin, "RoleEnd", membershipId=made["id"], reason="调到别处")
    account = await Account.get(id=row.account_id)
    who = Person(account.id, await sessions.open_session(account.id), account.display_name)
    assert "调到别处" in await privacy.export(await viewer(who))
    await privacy.erase(account.id)
    assert (await Membership.get(id=row.id)).end_reason == ""


async def test_a_grid_of_another_community_is_another_place(world: World, api: Api) -> None:
    second = await area(world.a.community, AreaKind.GRID, "g2", "第二网格")
    both = [
        (await done(api, world.admin, "RoleGive", **(worker_for(world.a) | {"areaId": ids.make("Area", one.id)})))
        for one in (world.a.grid, second)
    ]
    assert len({payload["membership"]["id"] for payload in both}) == 2
    known = await accounts.known(PHONE)
    assert await Membership.filter(account_id=known.id, revoked_at=None).count() == 2
