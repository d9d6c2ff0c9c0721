"""Agreements as they are read: who sees what, which list has which, and the partners beside them."""

from typing import Any

import pytest

from models.enums import Role, ShopKind, ShopState
from schema.graph import ids
from services.db import database
from services.work import tick
from tests.town import agreements as agreed
from tests.town import world as district
from tests.town.agreements import WORDS, detail, drafted, in_days, in_force, listed, partner
from tests.town.documents import Api, nodes
from tests.town.story import act, code, done
from tests.town.world import Person, Travel, World, everybody

PUBLIC = {"id", "title", "state", "signedOn", "until", "partner", "area", "availableActions"}
FOLLOWING = {"owner", "admin", "auditor", "staff"}


async def test_in_force_it_is_public_and_its_text_is_not(travel: Travel, world: World, api: Api) -> None:
    of = await partner(world.a)
    key = await in_force(api, world.a, of)
    people = {**everybody(world), "owner": of.owner}
    for name, who in people.items():
        read = await detail(api, who, key)
        assert read and (read["title"], read["partner"]["name"]) == ("健康共建协议", of.shop.name), name
        told = {field for field, value in read.items() if value is not None}
        assert (read["text"] == WORDS) == (name in FOLLOWING), name
        assert told == PUBLIC or name in FOLLOWING, name
        assert read["facts"] == ({"redemptions": 0, "wishesHelped": 0} if name in FOLLOWING else None)
        assert await listed(api, who) == [key]


@pytest.mark.parametrize("ended", [False, True])
async def test_what_is_not_in_force_is_there_for_its_sides(world: World, api: Api, ended: bool) -> None:
    of = await partner(world.a)
    key = await drafted(api, world.a, of)
    if ended:
        await done(api, of.owner, "AgreementEnd", agreementId=key, reason="作罢")
    for name, who in {**everybody(world), "owner": of.owner}.items():
        there = name in FOLLOWING
        assert (await detail(api, who, key) is not None) == there, name
        assert await listed(api, who) == ([key] if there else []), name
        assert await listed(api, who, states=["DRAFT", "ENDED"]) == ([key] if there else []), name
        assert await listed(api, who, states=["ACTIVE"]) == []


async def test_cashiers_of_the_partner_follow_nothing(world: World, api: Api) -> None:
    of = await partner(world.a)
    key = await drafted(api, world.a, of)
    cashier = await district.person("小护士", Role.SHOP_STAFF, shop=of.shop)
    assert await detail(api, cashier, key) is None
    assert code(await act(api, cashier, "AgreementSign", agreementId=key, revision=1)) == "FORBIDDEN"
    await agreed.sign(api, world.a.staff, key)
    await agreed.sign(api, of.owner, key)
    read = await detail(api, cashier, key)
    assert read and (read["text"], read["availableActions"]) == (None, [])


async def test_the_list_of_an_area_has_what_concerns_it(world: World, api: Api) -> None:
    a, b = world.a, world.b
    of = await partner(a)
    subdistrict = await database.fetch_one("SELECT id FROM areas WHERE kind = 'SUBDISTRICT'")
    assert subdistrict
    street = await done(
        api, world.admin, "AgreementDraft", **agreed.for_draft(of, a.community, areaId=key_of(subdistrict["id"]))
    )
    of_street = street["agreement"]["id"]
    await agreed.sign(api, world.admin, of_street)
    await agreed.sign(api, of.owner, of_street)
    of_a = await in_force(api, a, of)
    of_b = await in_force(api, b, await partner(b))
    wanted = {
        key_of(world.district.id): [of_b, of_a, of_street],
        key_of(subdistrict["id"]): [of_b, of_a, of_street],
        key_of(a.community.id): [of_a, of_street],
        key_of(a.grid.id): [of_a, of_street],
        key_of(b.grid.id): [of_b, of_street],
    }
    for area, found in wanted.items():
        assert await listed(api, None, areaId=area) == found
        assert await listed(api, None, areaId=area, states=["ACTIVE"]) == found
    assert await listed(api, None, partnerId=of.id) == [of_a, of_street]
    assert await listed(api, None, partnerId=of.id, areaId=key_of(a.community.id)) == [of_a, of_street]
    assert await listed(api, None, areaId=key_of(b.community.id), partnerId=of.id) == [of_street]


def key_of(area_id: Any) -> str:
    return ids.make("Area", area_id)


async def test_a_building_is_no_area_for_strangers(world: World, api: Api) -> None:
    await in_force(api, world.a, await partner(world.a))
    building = ids.make("Area", world.a.building.id)
    assert await listed(api, None, areaId=building) is None
    assert len(await listed(api, world.a.worker, areaId=building) or []) == 1
    assert await listed(api, None, areaId="x") is None
    assert await listed(api, None, partnerId=building) is None


async def test_pages_go_on_where_they_ended(world: World, api: Api) -> None:
    made = [await in_force(api, world.a, await partner(world.a)) for _ in range(5)][::-1]
    area = ids.make("Area", world.a.community.id)
    found: list[str] = []
    after = None
    for _ in range(3):
        page = (await api.run(None, "Agreements", areaId=area, first=2, after=after))["agreements"]
        found += [one["id"] for one in nodes(page)]
        after = page["pageInfo"]["endCursor"]
    assert found == made and not page["pageInfo"]["hasNextPage"]


async def test_past_its_last_day_it_is_over_before_the_tick(travel: Travel, world: World, api: Api) -> None:
    of = await partner(world.a)
    key = await in_force(api, world.a, of, until=in_days(1))
    waiting = await drafted(api, world.a, of, until=in_days(1))
    travel.by(days=1, hours=11, minutes=59)
    await district.keep_signed_in()
    assert await listed(api, None) == [key], "the last day counts to its end"
    travel.by(minutes=1)
    assert await listed(api, None) == [] and await detail(api, None, key) is None
    read = await detail(api, of.owner, key)
    assert read and (read["state"], read["endedReason"], read["availableActions"]) == ("ENDED", "协议已到期", [])
    assert await listed(api, of.owner, states=["ENDED"]) == [waiting, key]
    assert await listed(api, of.owner, states=["DRAFT", "ACTIVE"]) == []
    for step in ("AgreementSign", "AgreementEnd"):
        given: dict[str, Any] = {"revision": 1} if step == "AgreementSign" else {"reason": "原因"}
        refused = code(await act(api, of.owner, step, agreementId=waiting, **given))
        assert refused == ("INVALID_STATE" if step == "AgreementSign" else None)
    assert (await tick.run())["agreements_ended"] == 2
    rows = await database.fetch("SELECT state, ended_reason, ended_by_id, ended_at FROM agreements")
    assert {(row["state"], row["ended_reason"], row["ended_by_id"]) for row in rows} == {("ENDED", "协议已到期", None)}
    assert (await tick.run())["agreements_ended"] == 0


async def test_partners_are_found_also_those_that_offer_nothing(world: World, api: Api) -> None:
    of_a, of_b = await partner(world.a, "A医院"), await partner(world.b, "B医院")
    await partner(world.a, "A停办医院", state=ShopState.SUSPENDED)

    async def names(**given: Any) -> list[str] | None:
        page = (await api.run(None, "Partners", **given))["partners"]
        return None if page is None else [one["name"] for one in nodes(page)]

    assert await names() == ["A医院", "B医院"]
    assert await names(areaId=key_of(world.a.community.id)) == ["A医院"]
    assert await names(areaId=key_of(world.a.grid.id)) == []
    assert await names(areaId=ids.make("Area", world.a.building.id)) is None
    assert (of_a.shop.kind, of_b.shop.kind) == (ShopKind.PARTNER, ShopKind.PARTNER)


async def test_partners_are_found_by_how_their_names_begin(world: World, api: Api) -> None:
    for number in range(3):
        await partner(world.a, f"仁医院{number}号")
    await partner(world.b, "仁和物业")
    await partner(world.b, "仁停办医院", state=ShopState.SUSPENDED)
    of_a = key_of(world.a.community.id)

    async def names(**given: Any) -> list[str]:
        return [one["name"] for one in nodes((await api.run(None, "Partners", **given))["partners"])]

    assert await names(name="仁") == ["仁医院0号", "仁医院1号", "仁医院2号", "仁和物业"]
    assert await names(name=" 仁和 ") == ["仁和物业"]
    assert await names(name="仁", areaId=of_a) == ["仁医院0号", "仁医院1号", "仁医院2号"]
    assert await names(name="仁和", areaId=of_a) == []
    assert [await names(name=name) for name in ("A小吃店", "医院", "仁%")] == [[], [], []]
    assert await names(name="") == await names()
    page = (await api.run(None, "Partners", name="仁", first=2))["partners"]
    rest = await names(name="仁", first=2, after=page["pageInfo"]["endCursor"])
    assert [one["name"] for one in nodes(page)] + rest == await names(name="仁")
    document = "query($name: String) { partners(name: $name, first: 1) { edges { cursor } } }"
    for name in ("长" * 65, "a\nb"):
        answer = (await api.send(None, {"query": document, "variables": {"name": name}})).json()
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_shops_of_one_kind_and_all_nearby(world: World, api: Api) -> None:
    of = await partner(world.a, "A医院")
    await district.discount(of.shop)
    document = "query($kind: ShopKind) { shops(kind: $kind) { edges { node { name kind } } } }"
    for kind, wanted in (
        ("SHOP", {"A小吃店", "B小吃店"}),
        ("PARTNER", {"A医院"}),
        (None, {"A小吃店", "B小吃店", "A医院"}),
    ):
        found = nodes((await api.query(None, document, kind=kind))["shops"])
        assert {one["name"] for one in found} == wanted
    nearby = nodes((await api.run(None, "Nearby", latitude=27.73, longitude=106.92))["shops"])
    assert {one["name"] for one in nearby} >= {"A医院", "A小吃店"}
    for who in (world.a.staff, world.admin):
        for kind, wanted in (("PARTNER", {"A医院"}), ("SHOP", {"A小吃店"})):
            page = (await token(api, who, kind, world))["shopsToManage"]
            assert {one["name"] for one in nodes(page)} == wanted


async def token(api: Api, who: Person | None, kind: str, world: World) -> dict[str, Any]:
    assert who
    return await api.run(who.token, "ShopsToManage", kind=kind, areaId=key_of(world.a.community.id))
