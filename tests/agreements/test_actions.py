"""The steps of an agreement: drafted, edited, signed by two accounts, ended; and what goes with a partner."""

import json
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.agreements import Agreement
from models.enums import Role, ShopCategory, ShopState
from schema.graph import ids
from services.agreements.table import MAX_DRAFTS
from services.db import database
from services.roles import accounts
from tests.town import agreements as agreed
from tests.town import wishes
from tests.town import world as district
from tests.town.agreements import Partner, detail, drafted, for_draft, in_days, in_force, partner, sign
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.shops import shop_for
from tests.town.story import act, code, done
from tests.town.world import Person, Travel, World


def refused(payload: dict[str, Any]) -> tuple[str, str | None]:
    """The code and the input at fault."""
    (error,) = payload["errors"]
    return error["code"], error["field"][-1] if error["field"] else None


async def audited(agreement: str) -> list[str]:
    rows = await database.fetch(
        "SELECT action FROM audit_entries WHERE subject_id = $1 ORDER BY id", ids.find(agreement, "Agreement")
    )
    return [row["action"] for row in rows]


@pytest.mark.parametrize("partner_first", [False, True])
async def test_two_accounts_sign_in_either_order(travel: Travel, world: World, api: Api, partner_first: bool) -> None:
    of, staff = await partner(world.a), world.a.staff
    key = await drafted(api, world.a, of)
    one, other = (of.owner, staff) if partner_first else (staff, of.owner)
    assert (await sign(api, one, key))["state"] == "DRAFT"
    async with unchanged():
        assert (await sign(api, one, key))["state"] == "DRAFT", "again"
    assert await agreed.listed(api, None) == []
    made = await sign(api, other, key)
    assert (made["state"], made["signedOn"]) == ("ACTIVE", "2026-05-15")
    assert await agreed.listed(api, None) == [key]
    async with unchanged():
        for who in (one, other):
            assert (await sign(api, who, key))["state"] == "ACTIVE"
    assert await audited(key) == ["agreement.draft", "agreement.sign", "agreement.sign"]


async def test_who_works_at_the_partner_never_stands_for_the_area(world: World, api: Api) -> None:
    of = await partner(world.a)
    both = await district.person("两边的人", Role.COMMUNITY_STAFF, area=world.a.community)
    await district.grant(both.account_id, Role.SHOP_STAFF, shop=of.shop, owner=True)
    assert refused(await act(api, both, "AgreementDraft", **for_draft(of, world.a.community))) == (
        "FORBIDDEN",
        "partnerId",
    )
    key = await drafted(api, world.a, of)
    read = await detail(api, both, key)
    assert read and read["availableActions"] == ["SIGN", "END"], "as the partner's, which edits nothing"
    assert (await sign(api, both, key))["partnerSignedByName"] == "两边的人"
    async with unchanged():
        assert (await sign(api, both, key))["state"] == "DRAFT", "the other side is somebody else's"


async def test_who_signed_for_the_area_never_signs_for_the_partner(world: World, api: Api) -> None:
    of, staff = await partner(world.a), world.a.staff
    assert staff
    key = await drafted(api, world.a, of)
    await sign(api, staff, key)
    await district.grant(staff.account_id, Role.SHOP_STAFF, shop=of.shop, owner=True)
    async with unchanged():
        assert code(await act(api, staff, "AgreementSign", agreementId=key, revision=1)) == "FORBIDDEN"
    read = await detail(api, staff, key)
    assert read and "SIGN" not in read["availableActions"]
    # Nor does a second account of the same person, once it is known as such.
    second = await district.person("吴社工", Role.SHOP_STAFF, shop=of.shop, owner=True)
    await accounts.merge(staff.account_id, second.account_id)
    async with unchanged():
        assert code(await act(api, second, "AgreementSign", agreementId=key, revision=1)) == "FORBIDDEN"


async def test_the_database_itself_wants_two_accounts(world: World, api: Api) -> None:
    key = await in_force(api, world.a, await partner(world.a))
    with pytest.raises(IntegrityError, match="agreements_two_accounts"):
        await Agreement.filter(id=ids.find(key, "Agreement")).update(
            partner_signed_by_id=await Agreement.all().first().values_list("area_signed_by_id", flat=True)
        )


async def test_a_signature_is_for_the_text_that_was_read(world: World, api: Api) -> None:
    of, staff = await partner(world.a), world.a.staff
    key = await drafted(api, world.a, of)
    edited = (await done(api, staff, "AgreementEdit", agreementId=key, text="改过"))["agreement"]
    assert (edited["text"], edited["revision"], edited["title"]) == ("改过", 2, "健康共建协议")
    async with unchanged():
        for revision in (1, 3):
            payload = await act(api, of.owner, "AgreementSign", agreementId=key, revision=revision)
            assert refused(payload) == ("INVALID_STATE", "revision")
            assert "看过新的内容" in payload["errors"][0]["message"]
        same = await done(api, staff, "AgreementEdit", agreementId=key, text=" 改过 ", title="健康共建协议")
        assert same["agreement"]["revision"] == 2, "equal values are no change"
    await sign(api, of.owner, key, revision=2)
    async with unchanged():
        assert code(await act(api, staff, "AgreementEdit", agreementId=key, title="又改")) == "INVALID_STATE"
        assert code(await act(api, of.owner, "AgreementEdit", agreementId=key, title="又改")) == "FORBIDDEN"


async def test_one_in_force_of_the_same_two(travel: Travel, world: World, api: Api) -> None:
    of, staff = await partner(world.a), world.a.staff
    first = await in_force(api, world.a, of, until=in_days(10))
    second = await drafted(api, world.a, of)
    await sign(api, staff, second)
    async with unchanged():
        payload = await act(api, of.owner, "AgreementSign", agreementId=second, revision=1)
        assert code(payload) == "INVALID_STATE" and "先终止那一份" in payload["errors"][0]["message"]
    await in_force(api, world.b, of)
    travel.by(days=11)
    await district.keep_signed_in()
    # The first has run out, though no tick has come.
    assert (await sign(api, of.owner, second))["state"] == "ACTIVE"
    assert await agreed.listed(api, None, areaId=ids.make("Area", world.a.community.id)) == [second]
    assert (await audited(first))[-1] == "agreement.end"


@pytest.mark.parametrize("signed", [0, 1, 2])
@pytest.mark.parametrize("by_partner", [False, True])
async def test_either_side_ends_it_with_a_reason(world: World, api: Api, signed: int, by_partner: bool) -> None:
    of, staff = await partner(world.a), world.a.staff
    key = await drafted(api, world.a, of)
    for who in (staff, of.owner)[:signed]:
        await sign(api, who, key)
    who = of.owner if by_partner else staff
    async with unchanged():
        assert refused(await act(api, who, "AgreementEnd", agreementId=key, reason=" ")) == ("INVALID_INPUT", "reason")
    ended = (await done(api, who, "AgreementEnd", agreementId=key, reason="另有安排"))["agreement"]
    assert (ended["state"], ended["endedReason"], ended["availableActions"]) == ("ENDED", "另有安排", [])
    async with unchanged():
        again = await done(api, who, "AgreementEnd", agreementId=key, reason="再终止")
        assert again["agreement"]["endedReason"] == "另有安排"
        if signed < 2:
            assert code(await act(api, staff, "AgreementSign", agreementId=key, revision=1)) == "INVALID_STATE"


async def test_an_agreement_is_made_for_ones_own_areas(world: World, api: Api) -> None:
    of, staff, b = await partner(world.a), world.a.staff, world.b
    street = await database.fetch_value("SELECT id FROM areas WHERE kind = 'SUBDISTRICT'")
    for area in (b.community.id, world.a.grid.id, world.a.building.id, world.district.id, street):
        payload = await act(
            api, staff, "AgreementDraft", **for_draft(of, world.a.community, areaId=ids.make("Area", area))
        )
        assert refused(payload) == ("NOT_FOUND", "areaId")
    made = await done(
        api, world.admin, "AgreementDraft", **for_draft(of, world.a.community, areaId=ids.make("Area", street))
    )
    assert made["agreement"]["area"]["name"] == "上海路街道"
    await drafted(api, world.a, await partner(b))  # a partner may be of another community


async def test_with_whom_no_agreement_is_made(world: World, api: Api) -> None:
    async def tried(of: str) -> tuple[str, str | None]:
        given = {**for_draft(there, world.a.community), "partnerId": of}
        async with unchanged():
            return refused(await act(api, world.a.staff, "AgreementDraft", **given))

    there = await partner(world.a)
    assert world.a.shop
    assert await tried(ids.make("Shop", world.a.shop.id)) == ("INVALID_INPUT", "partnerId")
    for state in (ShopState.APPLIED, ShopState.SUSPENDED, ShopState.LEFT, ShopState.REJECTED):
        own, foreign = await partner(world.a, state=state), await partner(world.b, state=state)
        assert await tried(own.id) == ("INVALID_STATE", "partnerId")
        assert await tried(foreign.id) == ("NOT_FOUND", "partnerId")


async def test_the_same_number_makes_one_draft(world: World, api: Api) -> None:
    of = await partner(world.a)
    given = for_draft(of, world.a.community)
    made = await done(api, world.a.staff, "AgreementDraft", **given)
    async with unchanged():
        assert await done(api, world.a.staff, "AgreementDraft", **given) == made
        other = await act(api, world.a.staff, "AgreementDraft", **given | {"title": "别的"})
        assert code(other) == "REQUEST_NO_REUSED"


async def test_the_same_number_after_midnight_is_the_same_draft(travel: Travel, world: World, api: Api) -> None:
    given = for_draft(await partner(world.a), world.a.community, until=in_days(0))
    made = await done(api, world.a.staff, "AgreementDraft", **given)
    travel.by(days=1)
    await district.keep_signed_in()
    again = await done(api, world.a.staff, "AgreementDraft", **given)
    assert again["agreement"]["id"] == made["agreement"]["id"]
    assert refused(await act(api, world.a.staff, "AgreementDraft", **given | {"requestNo": "another"})) == (
        "INVALID_INPUT",
        "until",
    )


async def test_all_that_is_unfit_is_told_at_once(world: World, api: Api) -> None:
    given = for_draft(await partner(world.a), world.a.community, title="", text="长" * 1001, until=in_days(-1))
    async with unchanged():
        payload = await act(api, world.a.staff, "AgreementDraft", **given)
    assert [error["field"][-1] for error in payload["errors"]] == ["title", "text", "until"]


async def test_drafts_have_a_limit(world: World, api: Api) -> None:
    of, staff = await partner(world.a), world.a.staff
    assert staff
    last = ""
    for _ in range(MAX_DRAFTS):
        last = await drafted(api, world.a, of)
    payload = await act(api, staff, "AgreementDraft", **for_draft(of, world.a.community))
    assert code(payload) == "LIMIT_REACHED" and "50" in payload["errors"][0]["message"]
    await done(api, staff, "AgreementEnd", agreementId=last, reason="作罢")
    await drafted(api, world.a, of)


@pytest.mark.parametrize("step", ["ShopSuspend", "ShopLeave"])
async def test_a_partner_that_goes_has_no_agreements(world: World, api: Api, step: str) -> None:
    of, other = await partner(world.a), await partner(world.a)
    open_ones = [await in_force(api, world.a, of), await drafted(api, world.a, of)]
    kept = await in_force(api, world.a, other)
    who: Person = world.admin if step == "ShopSuspend" else of.owner
    await done(api, who, step, shopId=of.id, reason="原因")
    for key in open_ones:
        read = await detail(api, world.admin, key)
        assert read and read["state"] == "ENDED" and read["partner"]["name"] == of.shop.name
        assert read["endedReason"] == ("共建单位已被暂停" if step == "ShopSuspend" else "共建单位已退出")
        assert (await audited(key))[-1] == "agreement.end"
        # Who is not above the partner still reads with whom it was.
        assert await detail(api, world.a.staff, key)
    assert await agreed.listed(api, None) == [kept]


async def test_staff_of_another_community_read_with_whom_it_was(world: World, api: Api) -> None:
    of = await partner(world.b)
    key = await in_force(api, world.a, of)
    await done(api, of.owner, "ShopLeave", shopId=of.id)
    read = await detail(api, world.a.staff, key)
    assert read and read["partner"]["name"] == of.shop.name


# -- Partners as shops of another kind ---------------------------------------------------------------------------------


async def test_a_partner_comes_in_as_a_shop_does(world: World, api: Api) -> None:
    doctor = await district.person("何院长")
    asked = {**shop_for(world.a), "kind": "PARTNER", "category": "PUBLIC_SERVICE"}
    made = (await done(api, doctor, "ShopApply", **asked))["shop"]
    assert (made["kind"], made["state"]) == ("PARTNER", "APPLIED")
    assert (await done(api, world.admin, "ShopApprove", shopId=made["id"]))["shop"]["state"] == "ACTIVE"
    entered = {**shop_for(world.a), "kind": "PARTNER", "category": "PROPERTY"}
    assert (await done(api, world.a.staff, "ShopEnter", **entered))["shop"]["kind"] == "PARTNER"
    assert (await done(api, doctor, "ShopApply", **shop_for(world.a)))["shop"]["kind"] == "SHOP"


@pytest.mark.parametrize("category", ["PUBLIC_SERVICE", "PROPERTY"])
async def test_categories_that_only_partners_have(world: World, api: Api, category: str) -> None:
    assert world.a.shop
    async with unchanged():
        for who, step in ((world.a.residents[0], "ShopApply"), (world.a.staff, "ShopEnter")):
            payload = await act(api, who, step, **shop_for(world.a) | {"category": category})
            assert refused(payload) == ("INVALID_INPUT", "category") and "共建单位" in payload["errors"][0]["message"]
        shop = ids.make("Shop", world.a.shop.id)
        assert refused(await act(api, world.admin, "ShopEdit", shopId=shop, category=category)) == (
            "INVALID_INPUT",
            "category",
        )
    of = await partner(world.a)
    assert code(await act(api, of.owner, "ShopEdit", shopId=of.id, category=category)) is None
    with pytest.raises(IntegrityError, match="shops_categories_of_partners"):
        await database.execute("UPDATE shops SET category = $2 WHERE id = $1", world.a.shop.id, category)
    assert ShopCategory(category).label


# -- Partners that help with a wish ------------------------------------------------------------------------------------


async def completing(api: Api, world: World, *partners: Partner, **given: Any) -> dict[str, Any]:
    wish = await wishes.accepted(api, world.a)
    return await act(
        api, world.a.head_people[0], "WishComplete", wishId=wish, partnerIds=[one.id for one in partners], **given
    )


async def test_partners_that_help_are_named_as_they_were(world: World, api: Api) -> None:
    of, street = await partner(world.a, "A医院"), await partner(world.b, "B物业", category=ShopCategory.PROPERTY)
    await in_force(api, world.a, of)
    subdistrict = await database.fetch_value("SELECT id FROM areas WHERE kind = 'SUBDISTRICT'")
    above = await done(
        api, world.admin, "AgreementDraft",
        **for_draft(street, world.a.community, areaId=ids.make("Area", subdistrict)),
    )  # fmt: skip
    for who in (world.admin, street.owner):
        await sign(api, who, above["agreement"]["id"])
    payload = await completing(api, world, of, street, of, helpers=["红管家", "A医院"])
    assert code(payload) is None
    assert sorted(payload["wish"]["helpers"]) == sorted(["红管家", "A医院", "A医院", "B物业"])
    await done(api, world.a.residents[0], "WishRedo", wishId=payload["wish"]["id"], reason="还没好")
    again = await done(api, world.a.head_people[0], "WishComplete", wishId=payload["wish"]["id"], partnerIds=[of.id])
    assert len(again["wish"]["helpers"]) == 4, "once is enough"


async def test_other_partners_cannot_have_helped(world: World, api: Api) -> None:
    unsigned, elsewhere = await partner(world.a), await partner(world.a)
    await drafted(api, world.a, unsigned)
    await in_force(api, world.b, elsewhere)
    over = await partner(world.a)
    await done(api, over.owner, "AgreementEnd", agreementId=await in_force(api, world.a, over), reason="原因")
    fine = await partner(world.a)
    await in_force(api, world.a, fine)
    for wrong in (unsigned, elsewhere, over):
        assert refused(await completing(api, world, fine, wrong)) == ("NOT_FOUND", "partnerIds")
    wish = await wishes.accepted(api, world.a)
    head = world.a.head_people[0]
    for keys, wanted in ((["x"], "NOT_FOUND"), ([fine.id] * 11, "INVALID_INPUT")):
        async with unchanged():
            assert refused(await act(api, head, "WishComplete", wishId=wish, partnerIds=keys)) == (wanted, "partnerIds")


async def test_the_audit_says_what_changed(world: World, api: Api) -> None:
    key = await drafted(api, world.a, await partner(world.a))
    await done(api, world.a.staff, "AgreementEdit", agreementId=key, title="改名", until=in_days(9))
    row = await database.fetch_one("SELECT details FROM audit_entries WHERE action = 'agreement.edit'")
    assert row and json.loads(row["details"])["changed"] == ["title", "until"]
