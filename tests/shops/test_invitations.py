"""Who is invited to work in a shop: by phone, without an account, until that phone signs in."""

from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from models.accounts import Account, Membership
from models.enums import Role, ShopState
from models.shops import Shop
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.entry import signing_in
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import phone_columns
from services.shops import invitations, shops
from services.shops.invitations import MAX_A_DAY_PER_ACCOUNT, MAX_A_DAY_PER_SHOP, MAX_OPEN
from services.shops.staff import MAX_STAFF
from services.work import tick
from tests.town import shops as town_shops
from tests.town import world as district
from tests.town.documents import Api, instant
from tests.town.postgres import at_once, unchanged
from tests.town.shops import PHONE, add, joined, shop_id, staff_of, working_in
from tests.town.story import act, code, done, offered
from tests.town.world import Person, Travel, World


async def invited(api: Api, who: Person | None, shop: str) -> list[tuple[str, str, bool]] | None:
    """Names, phones and whether as an owner, as somebody reads the open invitations."""
    node = (await api.run(who.token if who else None, "ShopInvitations", id=shop))["node"]
    if node is None or node["invitations"] is None:
        return None
    nodes = [edge["node"] for edge in node["invitations"]["edges"]]
    return [(one["name"], one["phone"], one["asOwner"]) for one in nodes]


async def signed_in_again(who: Person) -> Person:
    """With a session that is not idle after all that time."""
    return Person(who.account_id, await sessions.open_session(who.account_id), who.name)


async def stranger(world: World, phone: str = PHONE) -> Person:
    """Somebody of another community who has that phone."""
    found = world.b.residents[0]
    await Account.filter(id=found.account_id).update(**phone_columns(phone))
    return found


async def test_somebody_new_has_an_account_once_the_phone_signs_in(travel: Travel, world: World, api: Api) -> None:
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier
    made = (await add(api, cashier, shop, " 138-0000-0001 "))["invitation"]
    assert (made["name"], made["phone"], made["state"], made["shop"]["id"]) == ("小王", "138****0001", "OPEN", shop)
    assert made["expiresAt"] == instant(clock.now() + timedelta(days=30))
    assert await working_in(shop) == [cashier.account_id]
    assert not await Account.filter(display_name="小王").exists()
    assert await invited(api, cashier, shop) == [("小王", "138****0001", False)]
    token = await signing_in.open_for("13800000001")
    account = await Account.get(display_name="小王")
    assert await working_in(shop) == [cashier.account_id, account.id]
    assert await staff_of(api, cashier, shop) == [("王店员", None), ("小王", "138****0001")]
    assert await invited(api, cashier, shop) == []
    assert (await api.run(token, "Viewer"))["viewer"]["shop"]["id"] == shop
    assert not (await Membership.get(account_id=account.id)).owner
    audited = await database.fetch("SELECT action, account_id, details FROM audit_entries ORDER BY id")
    assert [(row["action"], row["account_id"]) for row in audited] == [
        ("invitation.make", cashier.account_id),
        ("account.create", None),
        ("membership.grant", cashier.account_id),
        ("invitation.accept", account.id),
        ("session.open", None),
    ]
    assert not any(text in row["details"] for row in audited for text in (PHONE, "小王"))
    kept = await database.fetch_one("SELECT * FROM invitations")
    assert kept and (kept["phone_index"], kept["phone_encrypted"], kept["name"]) == (None, None, None)


async def test_the_answer_tells_nothing_of_the_phone(travel: Travel, world: World, api: Api) -> None:
    """Unknown, a stranger's, a colleague's, one's own, a disabled account's: the same answer by the same statements."""
    shop, cashier = shop_id(world.a), world.a.cashier
    assert cashier
    phones = [f"1380000100{number}" for number in range(5)]
    await stranger(world, phones[1])
    colleague = await district.person("冯店员", Role.SHOP_STAFF, shop=world.a.shop)
    await Account.filter(id=colleague.account_id).update(**phone_columns(phones[2]))
    await Account.filter(id=cashier.account_id).update(**phone_columns(phones[3]))
    disabled = await district.person("停用")
    await Account.filter(id=disabled.account_id).update(disabled_at=clock.now(), **phone_columns(phones[4]))
    answers, statements = [], []
    for phone in phones:
        with database.observed_statements() as seen:
            payload = await add(api, cashier, shop, phone)
        assert code(payload) is None
        answers.append({name: value for name, value in payload["invitation"].items() if name not in {"id", "phone"}})
        statements.append(list(seen))
    assert all(answer == answers[0] for answer in answers)
    assert all(seen == statements[0] for seen in statements)
    # Reading a shop that has only applied tells whose it is to be: by its own invitation, never by what is typed.
    others = [one.replace(shops.COLUMNS, "") for one in statements[0]]
    assert not any("accounts" in one and "phone_index" in one for one in others), "no account is looked for"
    assert len(await invited(api, cashier, shop) or []) == 5


async def test_a_known_account_joins_and_the_shop_learns_no_name(world: World, api: Api) -> None:
    shop, cashier, found = shop_id(world.a), world.a.cashier, await stranger(world)
    await joined(api, cashier, shop, name="猜的名字")
    assert await staff_of(api, cashier, shop) == [("王店员", None), ("猜的名字", "138****0001")]
    viewer = (await api.run(found.token, "Viewer"))["viewer"]
    assert viewer["displayName"] == "孙居民" and viewer["roles"] == ["RESIDENT", "SHOP_STAFF"]
    for who in (cashier, world.admin, world.auditor):
        assert who and "孙居民" not in str(await api.run(who.token, "ShopStaff", id=shop))


async def test_who_is_invited_by_the_right_name_is_known_by_it(world: World, api: Api) -> None:
    shop, found = shop_id(world.a), await stranger(world)
    await joined(api, world.a.cashier, shop, name="孙 居民")
    await Account.filter(id=found.account_id).update(display_name="孙更名")
    assert ("孙更名", "138****0001") in (await staff_of(api, world.a.cashier, shop) or [])


async def test_one_phone_is_invited_once_and_the_last_word_counts(travel: Travel, world: World, api: Api) -> None:
    shop = shop_id(world.a)
    first = (await add(api, world.a.cashier, shop, name="小汪"))["invitation"]
    travel.by(days=29)
    admin = await signed_in_again(world.admin)
    given = {"shopId": shop, "phone": "+8613800000001", "displayName": " 小王 ", "asOwner": True}
    again = await done(api, admin, "ShopStaffAdd", **given)
    assert again["invitation"]["id"] == first["id"]
    assert await invited(api, admin, shop) == [("小王", "138****0001", True)]
    travel.by(days=29)
    await signing_in.open_for(PHONE)
    assert (await Membership.get(account_id=(await Account.get(display_name="小王")).id)).owner


async def test_several_shops_are_joined_at_once_and_only_once(world: World, api: Api) -> None:
    for place in (world.b, world.a):
        await add(api, place.cashier, shop_id(place), name=f"{place.community.name}的小王")
    await signing_in.open_for(PHONE)
    account = await Account.get(display_name="B社区的小王")
    assert await Membership.filter(account_id=account.id, revoked_at=None).count() == 2
    before = await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action <> 'session.open'")
    await signing_in.open_for(PHONE)
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action <> 'session.open'") == before


async def test_who_works_there_stays_and_may_become_an_owner(world: World, api: Api) -> None:
    shop = shop_id(world.a)
    first = await joined(api, world.a.cashier, shop)
    assert await joined(api, world.a.cashier, shop, name="王老板") == first
    as_owner = {"shopId": shop, "phone": PHONE, "displayName": "小王", "asOwner": True}
    await done(api, world.admin, "ShopStaffAdd", **as_owner)
    await signing_in.open_for(PHONE)
    assert (await Membership.get(id=ids.find(first, "ShopStaff"))).owner


async def test_a_disabled_account_accepts_nothing(world: World, api: Api) -> None:
    found = await stranger(world)
    await add(api, world.a.cashier, shop_id(world.a))
    await Account.filter(id=found.account_id).update(disabled_at=clock.now())
    async with unchanged():
        with pytest.raises(Refusal) as caught:
            await signing_in.open_for(PHONE)
    assert caught.value.code == "INVALID_STATE"


async def test_who_is_invited_nowhere_has_no_account(world: World) -> None:
    async with unchanged():
        with pytest.raises(Refusal) as caught:
            await signing_in.open_for(PHONE)
    assert caught.value.code == "NOT_FOUND"


async def test_what_was_withdrawn_is_not_accepted(world: World, api: Api) -> None:
    shop, cashier = shop_id(world.a), world.a.cashier
    made = (await add(api, cashier, shop))["invitation"]["id"]
    withdrawn = (await done(api, cashier, "ShopInvitationWithdraw", invitationId=made))["invitation"]  # type: ignore[arg-type]
    assert (withdrawn["state"], withdrawn["phone"]) == ("WITHDRAWN", None)
    async with unchanged():
        again = (await done(api, world.admin, "ShopInvitationWithdraw", invitationId=made))["invitation"]
        assert again == withdrawn
        with pytest.raises(Refusal):
            await signing_in.open_for(PHONE)
    assert await invited(api, cashier, shop) == []
    second = (await add(api, cashier, shop))["invitation"]["id"]
    assert second != made
    await signing_in.open_for(PHONE)
    refused = await act(api, cashier, "ShopInvitationWithdraw", invitationId=second)
    assert code(refused) == "INVALID_STATE" and "移除" in refused["errors"][0]["message"]


async def test_an_invitation_expires_and_forgets_the_phone(travel: Travel, world: World, api: Api) -> None:
    shop, cashier = shop_id(world.a), world.a.cashier
    made = (await add(api, cashier, shop))["invitation"]["id"]
    travel.by(days=30)
    document = "query($id: ID!) { node(id: $id) { ... on ShopInvitation { state phone name } } }"
    token = (await signed_in_again(world.admin)).token
    expired = {"state": "EXPIRED", "phone": None, "name": "小王"}
    assert (await api.query(token, document, id=made))["node"] == expired
    with pytest.raises(Refusal):
        await signing_in.open_for(PHONE)
    assert (await tick.run())["invitations_expired"] == 1
    assert (await api.query(token, document, id=made))["node"] == expired
    assert await database.fetch_value("SELECT phone_index FROM invitations") is None
    assert (await tick.run())["invitations_expired"] == 0


async def test_who_reads_and_withdraws_them(world: World, api: Api) -> None:
    shop, a, b = shop_id(world.a), world.a, world.b
    made = (await add(api, a.cashier, shop))["invitation"]["id"]
    plain = await district.person("冯店员", Role.SHOP_STAFF, shop=a.shop)
    only_b = await district.person("外管理", Role.DISTRICT_ADMIN, area=b.community)
    document = "query($id: ID!) { node(id: $id) { id } }"
    async with unchanged():
        no, unknown = "FORBIDDEN", "NOT_FOUND"
        for who, answer in ((plain, no), (a.staff, no), (b.cashier, unknown), (only_b, unknown)):
            assert code(await act(api, who, "ShopInvitationWithdraw", invitationId=made)) == answer
            assert await invited(api, who, shop) is None
            assert who and (await api.query(who.token, document, id=made))["node"] is None
        for bad in (ids.make("ShopInvitation", uuid7()), shop, "?"):
            assert code(await act(api, world.admin, "ShopInvitationWithdraw", invitationId=bad)) == "NOT_FOUND"
    for who in (a.cashier, world.admin, world.auditor):
        assert await invited(api, who, shop) == [("小王", "138****0001", False)]


async def test_what_is_offered_of_an_invitation(travel: Travel, world: World, api: Api) -> None:
    shop, cashier = shop_id(world.a), world.a.cashier
    given = {"shopId": shop, "phone": "13800000009", "displayName": "小李", "asOwner": True}
    owner = (await done(api, cashier, "ShopStaffAdd", **given))["invitation"]["id"]
    made = (await add(api, cashier, shop))["invitation"]["id"]
    assert await offered(api, cashier, made) == ["WITHDRAW", "SHOW_CODE"]
    assert await offered(api, cashier, owner) == await offered(api, world.admin, made) == ["WITHDRAW"]
    assert await offered(api, world.auditor, made) == []
    async with unchanged():
        assert code(await act(api, cashier, "ShopInvitationShowCode", invitationId=owner)) == "INVALID_STATE"
        assert code(await act(api, world.admin, "ShopInvitationShowCode", invitationId=made)) == "FORBIDDEN"
    travel.by(days=30)
    cashier = await signed_in_again(cashier)  # type: ignore[arg-type]
    assert await offered(api, cashier, made) == []
    assert code(await act(api, cashier, "ShopInvitationShowCode", invitationId=made)) == "INVALID_STATE"


@pytest.mark.parametrize("limit", ["open", "staff", "day of the shop", "day of the account"])
async def test_limits(travel: Travel, world: World, api: Api, limit: str) -> None:
    """Each with what it takes to reach it; whoever is invited already may be invited again."""
    shop, cashier, now = world.a.shop, world.a.cashier, clock.now()
    assert shop and cashier
    await add(api, cashier, shop_id(world.a))
    others = [await district.shop(world.a.community, f"{number}店") for number in range(3)]

    async def before(count: int, state: str, at: Any, place: Shop, by: Any = None) -> None:
        sealed = [phone_columns(f"139{number:08d}") for number in range(count)] if state == "OPEN" else [None] * count
        for one in sealed:
            await database.execute(
                "INSERT INTO invitations (id, role, shop_id, name, phone_encrypted, phone_index, state, invited_by_id,"
                " created_at, expires_at, ended_at) VALUES ($1, 'SHOP_STAFF', $2, 'x', $3, $4, $5, $6, $7, $8, $9)",
                uuid7(),
                place.id,
                one and one["phone_encrypted"],
                one and one["phone_index"],
                state,
                by,
                at,
                now + timedelta(days=9),
                None if one else now,
            )

    yesterday = now - timedelta(days=1)
    answer = "LIMIT_REACHED"
    if limit == "open":
        await before(MAX_OPEN - 1, "OPEN", yesterday, shop)
    elif limit == "staff":
        people = [Account(display_name=f"店员{number}", created_at=now) for number in range(MAX_STAFF - 2)]
        await Account.bulk_create(people)
        for one in people:
            await district.grant(one.id, Role.SHOP_STAFF, shop=shop)
    elif limit == "day of the shop":
        await before(MAX_A_DAY_PER_SHOP - 1, "WITHDRAWN", now, shop)
        answer = "TOO_MANY_ATTEMPTS"
    else:
        await before(MAX_A_DAY_PER_ACCOUNT - 1, "WITHDRAWN", now, others[0], cashier.account_id)
        answer = "TOO_MANY_ATTEMPTS"
    async with unchanged():
        refused = await add(api, cashier, shop_id(world.a), "13800000002")
    assert code(refused) == answer
    midnight = clock.start_of(clock.day_of(now)) + timedelta(days=1)
    retry_at = refused["errors"][0]["retryAt"]
    assert retry_at == (instant(midnight) if answer == "TOO_MANY_ATTEMPTS" else None)
    assert code(await add(api, cashier, shop_id(world.a))) is None, "who is invited already"


async def test_a_day_later_others_can_be_invited(travel: Travel, world: World, api: Api) -> None:
    shop = shop_id(world.a)
    for number in range(MAX_A_DAY_PER_SHOP):
        made = (await add(api, world.admin, shop, f"139{number:08d}"))["invitation"]["id"]
        await done(api, world.admin, "ShopInvitationWithdraw", invitationId=made)
    assert code(await add(api, world.admin, shop)) == "TOO_MANY_ATTEMPTS", "to withdraw makes no room"
    travel.by(hours=12)
    assert code(await add(api, world.admin, shop)) is None


async def test_a_shop_without_room_leaves_the_invitation_open(world: World, api: Api) -> None:
    shop = world.a.shop
    assert shop
    await add(api, world.a.cashier, shop_id(world.a))
    await stranger(world)
    people = [Account(display_name=f"店员{number}", created_at=clock.now()) for number in range(MAX_STAFF - 1)]
    await Account.bulk_create(people)
    for one in people:
        await district.grant(one.id, Role.SHOP_STAFF, shop=shop)
    assert await signing_in.open_for(PHONE), "and does not keep anybody from signing in"
    assert len(await working_in(shop_id(world.a))) == MAX_STAFF
    assert await invited(api, world.a.cashier, shop_id(world.a)) == [("小王", "138****0001", False)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "1380000"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"displayName": " "}, "displayName"),
        ({"displayName": "王" * 65}, "displayName"),
        ({"displayName": "王\n五"}, "displayName"),
    ],
)
async def test_what_can_not_be_kept_is_refused(world: World, api: Api, given: dict[str, str], field: str) -> None:
    asked = {"shopId": shop_id(world.a), "phone": PHONE, "displayName": "小王"} | given
    async with unchanged():
        payload = await act(api, world.a.cashier, "ShopStaffAdd", **asked)
    assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", field]


async def test_withdrawing_and_accepting_at_once(world: World, api: Api, database_url: str) -> None:
    """Whichever comes first counts, and the other finds it so."""
    shop = world.a.shop
    assert shop
    await stranger(world)
    made = (await add(api, world.a.cashier, shop_id(world.a)))["invitation"]["id"]
    withdrawn, _ = await at_once(
        database_url,
        ("shops", shop.id),
        act(api, world.a.cashier, "ShopInvitationWithdraw", invitationId=made),
        signing_in.open_for(PHONE),
    )
    assert code(withdrawn) is None
    assert len(await working_in(shop_id(world.a))) == 1


async def test_two_sign_ins_at_once_join_once(world: World, api: Api, database_url: str) -> None:
    shop = world.a.shop
    assert shop
    await add(api, world.a.cashier, shop_id(world.a))
    await at_once(database_url, ("shops", shop.id), signing_in.open_for(PHONE), signing_in.open_for(PHONE))
    assert len(await working_in(shop_id(world.a))) == 2
    assert await Account.filter(display_name="小王").count() == 1


async def test_a_shop_that_has_left_invites_nobody(world: World, api: Api) -> None:
    await add(api, world.a.cashier, shop_id(world.a))
    await done(api, world.a.cashier, "ShopLeave", shopId=shop_id(world.a))  # type: ignore[arg-type]
    assert await database.fetch_value("SELECT state FROM invitations") == "WITHDRAWN"
    with pytest.raises(Refusal):
        await signing_in.open_for(PHONE)


async def test_approval_gives_the_invited_their_time_again(travel: Travel, world: World, api: Api) -> None:
    shop = await town_shops.entered(api, world.a, PHONE)
    travel.by(days=29)
    await done(api, await signed_in_again(world.admin), "ShopApprove", shopId=shop)
    travel.by(days=29)
    await signing_in.open_for(PHONE)
    assert len(await working_in(shop)) == 1
    assert (await Shop.get(id=ids.find(shop, "Shop"))).state == ShopState.ACTIVE


async def test_invited_by_whoever_is_gone_meanwhile(world: World) -> None:
    """The command line invites too: then nobody is named."""
    assert world.a.shop

    @database.transactional
    async def invite() -> None:
        assert world.a.shop
        await invitations.invite(world.a.shop.id, PHONE, "小王", None)

    await invite()
    await signing_in.open_for(PHONE)
    member = await Membership.get(account_id=(await Account.get(display_name="小王")).id)
    assert member.granted_by_id is None
