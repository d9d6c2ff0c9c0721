"""Shops: how one is applied for, what is kept of it, one for each of their mutations, and the story of one."""

from datetime import timedelta
from typing import Any

from models.enums import Role, ShopState
from models.shops import Shop
from schema.graph import ids
from services.db import database
from services.entry import signing_in
from services.kit import clock
from services.kit.secrets import phone_index
from services.shops import invitations
from tests.town import story
from tests.town.documents import Api, instant
from tests.town.story import Story
from tests.town.world import Community, Person, World, grant, person, shop

# What whoever manages a shop that takes part may do beside its steps.
MANAGING = ["SET_CEILING", "ADD_STAFF", "CREATE_WEBHOOK"]
PHONE, OTHER_PHONE = "13800000001", "13800000002"

# What a text of a shop must be, as in `amiss`: from how many to how many characters, and no line breaks.
TEXTS: dict[str, tuple[int, int, bool]] = {
    **{
        f"Shop{operation}Input.{field}": bounds
        for operation in ("Apply", "Enter", "Edit")
        for field, bounds in {
            "name": (1, 64, False),
            "address": (1, 120, False),
            "openingHours": (0, 60, False),
        }.items()
    },
    "ShopApplyInput.requestNo": (1, 64, False),
    "ShopEnterInput.requestNo": (1, 64, False),
    "ShopEnterInput.cashierName": (1, 64, False),
    "ShopEnterInput.cashierPhone": (1, 11, False),
    "ShopRejectInput.reason": (1, 200, False),
    "ShopSuspendInput.reason": (1, 200, False),
    "ShopLeaveInput.reason": (0, 200, False),
    "ShopStaffAddInput.phone": (1, 11, False),
    "ShopStaffAddInput.displayName": (1, 64, False),
    "ShopChangeRejectInput.reason": (1, 200, False),
}
NUMBERS = {
    f"Shop{operation}Input.monthlyCeilingFen": (0, 1_000_000_000) for operation in ("Apply", "Enter", "SetCeiling")
}


async def running(place: Community, state: ShopState = ShopState.ACTIVE) -> str:
    """One more shop of the community, in which its staff work too."""
    assert place.cashier
    made: Shop = await shop(place.community, story.request_no(), state=state)
    await grant(place.cashier.account_id, Role.SHOP_STAFF, shop=made, owner=True)
    if place.plain_cashier:
        await grant(place.plain_cashier.account_id, Role.SHOP_STAFF, shop=made)
    return ids.make("Shop", made.id)


async def inviting(api: Api, place: Community) -> str:
    """An open invitation into one more shop of the community."""
    assert place.cashier
    given = {"shopId": await running(place), "phone": PHONE, "displayName": "小王"}
    return str((await story.done(api, place.cashier, "ShopStaffAdd", **given))["invitation"]["id"])


async def asking(api: Api, place: Community) -> str:
    """A change that is asked for, of one more shop of the community."""
    assert place.cashier
    edited = await story.done(api, place.cashier, "ShopEdit", shopId=await running(place), address="迁往别处")
    return str(edited["shop"]["pendingChange"]["id"])


async def one_of_each(api: Api, place: Community, admin: Person) -> dict[str, tuple[Person, dict[str, Any]]]:
    """For each mutation who would send it, and an input that would do. `admin` looks after the community."""
    assert place.staff and place.cashier
    full = {"openingHours": "9:00-21:00", "monthlyCeilingFen": 50_000}
    colleague = await person("冯店员")
    leaving = await grant(colleague.account_id, Role.SHOP_STAFF, shop=place.shop)
    rising, other_owner = [
        await grant((await person(name)).account_id, Role.SHOP_STAFF, shop=place.shop, owner=owner)
        for name, owner in (("陈店员", False), ("褚店主", True))
    ]
    area = {"areaId": ids.make("Area", place.community.id)}
    applicant = place.residents[1]
    first, second = [await applied(api, place, applicant) for _ in range(2)]
    entry = {**shop_for(place), **full, "cashierName": "小王", "cashierPhone": PHONE}
    changes = {**area, "name": "改名", "category": "FOOD", "address": "别处", "latitude": 27.7, "longitude": 106.9}
    return {
        "ShopApply": (applicant, {**shop_for(place), **full}),
        "ShopApprove": (admin, {"shopId": first}),
        "ShopEdit": (place.staff, {"shopId": await entered(api, place), **changes, "openingHours": "全天"}),
        "ShopEnter": (place.staff, entry),
        "ShopLeave": (place.cashier, {"shopId": await running(place), "reason": "转让"}),
        "ShopReject": (admin, {"shopId": second, "reason": "资料不全"}),
        "ShopResume": (admin, {"shopId": await running(place, ShopState.SUSPENDED)}),
        "ShopSetCeiling": (place.cashier, {"shopId": await running(place), "monthlyCeilingFen": 50_000}),
        "ShopStaffAdd": (place.cashier, {"shopId": await running(place), "phone": PHONE, "displayName": "小王"}),
        "ShopInvitationWithdraw": (place.cashier, {"invitationId": await inviting(api, place)}),
        "ShopChangeApprove": (admin, {"changeId": await asking(api, place)}),
        "ShopChangeReject": (admin, {"changeId": await asking(api, place), "reason": "与证照不符"}),
        "ShopChangeWithdraw": (place.cashier, {"changeId": await asking(api, place)}),
        "ShopStaffMakeCashier": (place.cashier, {"staffId": ids.make("ShopStaff", other_owner.id)}),
        "ShopStaffMakeOwner": (place.cashier, {"staffId": ids.make("ShopStaff", rising.id)}),
        "ShopStaffRemove": (place.cashier, {"staffId": ids.make("ShopStaff", leaving.id)}),
        "ShopSuspend": (admin, {"shopId": await running(place), "reason": "投诉核查"}),
    }


def other_contents(world: World) -> dict[str, dict[str, Any]]:
    """For each mutation with a requestNo, what may not come under the same number."""
    changed = {
        "name": "别的店",
        "category": "GROCERY",
        "address": "别处",
        "latitude": 27.5,
        "longitude": 106.5,
        "openingHours": "全天",
        "monthlyCeilingFen": 7,
        "kind": "PARTNER",
        "areaId": ids.make("Area", world.b.community.id),
    }
    return {"ShopApply": changed, "ShopEnter": changed | {"cashierName": "小李", "cashierPhone": OTHER_PHONE}}


async def a_shop_joins_works_and_leaves(told: Story) -> None:
    """One applies, one is entered by staff, one is turned down."""
    a, admin, staff = told.a, told.world.admin, told.staff
    owner = await person("刘老板")
    area = {"id": ids.make("Area", a.community.id), "name": "A社区"}
    particulars = {"name": "刘记面馆", "category": "FOOD", "address": "香港路8号", "openingHours": "7:00-14:00"}
    asked = {**shop_for(a), **particulars, "monthlyCeilingFen": 80_000}
    applied = await told.done(owner, "ShopApply", **asked)
    key = applied.pop("id")
    assert applied == {
        **particulars,
        "kind": "SHOP",
        "state": "APPLIED",
        "monthlyCeilingFen": 80_000,
        "area": area,
        "availableActions": ["EDIT", "LEAVE", "SET_CEILING"],
    }
    edited = await told.done(owner, "ShopEdit", shopId=key, name="刘记牛肉面馆")
    assert edited["name"] == "刘记牛肉面馆" and edited["area"] == area and edited["openingHours"] == "7:00-14:00"
    entered = await told.done(
        staff,
        "ShopEnter",
        **(asked | {"name": "陈记修表", "requestNo": "shop-2"}),
        cashierName="陈师傅",
        cashierPhone="138 0000 0001",
    )
    assert entered["applicant"] == {"name": "陈师傅", "phone": "138****0001"}
    assert (await told.run(admin, "ShopToManage", id=entered["id"]))["node"]["applicant"] == entered["applicant"]
    waiting = (await told.run(staff, "ShopsToManage", areaId=area["id"], states=["APPLIED"]))["shopsToManage"]
    assert [edge["node"]["name"] for edge in waiting["edges"]] == ["陈记修表", "刘记牛肉面馆"]

    rejected = await told.done(owner, "ShopApply", **(asked | {"name": "刘记分店", "requestNo": "shop-3"}))
    no = await told.done(admin, "ShopReject", shopId=rejected["id"], reason="已有一家,请先经营")
    assert no == {"id": rejected["id"], "state": "REJECTED", "stateReason": "已有一家,请先经营", "availableActions": []}
    await signing_in.open_for(PHONE)
    for one in (key, entered["id"]):
        approved = await told.done(admin, "ShopApprove", shopId=one)
        assert approved["state"] == "ACTIVE" and approved["availableActions"] == ["EDIT", "SUSPEND", "LEAVE", *MANAGING]
    (chef,) = [edge["node"] for edge in approved["staff"]["edges"]]
    assert (chef["name"], chef["phone"], chef["grantedAt"]) == ("陈师傅", "138****0001", instant(clock.now()))

    ceiling = await told.done(owner, "ShopSetCeiling", shopId=key, monthlyCeilingFen=60_000)
    assert ceiling.pop("availableActions") == ["EDIT", "LEAVE", *MANAGING, "DRAFT_DISCOUNT"]
    assert ceiling == {"id": key, "monthlyCeilingFen": 60_000, "ceilingLeftFen": 60_000}
    helper = await told.done(owner, "ShopStaffAdd", shopId=key, phone=OTHER_PHONE, displayName="小刘")
    assert helper["shop"] == {"id": key, "name": "刘记牛肉面馆"} and helper["phone"] == "138****0002"
    waiting = (await told.run(owner, "ShopInvitations", id=key))["node"]["invitations"]["edges"]
    assert [(edge["node"]["name"], edge["node"]["state"]) for edge in waiting] == [("小刘", "OPEN")]
    mistyped = await told.done(owner, "ShopStaffAdd", shopId=key, phone=PHONE, displayName="小牛")
    taken_back = await told.done(owner, "ShopInvitationWithdraw", invitationId=mistyped["id"])
    assert (taken_back["state"], taken_back["phone"]) == ("WITHDRAWN", None)
    assert taken_back["availableActions"] == [] and mistyped["availableActions"] == ["WITHDRAW", "SHOW_CODE"]
    await signing_in.open_for(OTHER_PHONE)
    listed = (await told.run(owner, "ShopStaff", id=key))["node"]["staff"]["edges"]
    assert [(edge["node"]["name"], edge["node"]["isOwner"]) for edge in listed] == [("刘老板", True), ("小刘", False)]
    helper = listed[1]["node"]
    raised = await told.done(owner, "ShopStaffMakeOwner", staffId=helper["id"])
    assert raised == {
        "id": helper["id"],
        "name": "小刘",
        "isOwner": True,
        "availableActions": ["MAKE_CASHIER", "REMOVE", "SIGN_OUT", "SHOW_CODE"],
        "shop": {"id": key},
    }
    lowered = await told.done(owner, "ShopStaffMakeCashier", staffId=helper["id"])
    assert not lowered["isOwner"]
    assert lowered["availableActions"] == ["MAKE_OWNER", "REMOVE", "SIGN_OUT", "SHOW_CODE"]
    gone = await told.done(owner, "ShopStaffRemove", staffId=helper["id"])
    assert (gone["name"], gone["revokedAt"], gone["shop"]) == ("小刘", instant(clock.now()), {"id": key})

    await invites_too_many(told, owner, key)
    await moves(told, owner, key)
    suspended = await told.done(admin, "ShopSuspend", shopId=key, reason="证照到期")
    assert suspended["stateReason"] == "证照到期"
    assert suspended["availableActions"] == ["EDIT", "RESUME", "LEAVE", *MANAGING]
    shown = (await told.run(admin, "ShopsToManage", states=["SUSPENDED"]))["shopsToManage"]["edges"]
    assert [edge["node"]["stateReason"] for edge in shown] == ["证照到期"]
    whole = (await told.run(admin, "ShopToManage", id=key))["node"]
    assert (whole["stateReason"], whole["applicant"]["name"], whole["pendingChange"]) == ("证照到期", "刘老板", None)
    resumed = await told.done(admin, "ShopResume", shopId=key)
    assert resumed == {"id": key, "state": "ACTIVE", "availableActions": ["EDIT", "SUSPEND", "LEAVE", *MANAGING]}
    left = await told.done(owner, "ShopLeave", shopId=key, reason="转让")
    assert left == {"id": key, "state": "LEFT", "stateReason": "转让", "availableActions": []}
    mine = (await told.run(owner, "MyShops"))["viewer"]["shops"]["edges"]
    assert [(edge["node"]["state"], edge["node"]["stateReason"]) for edge in mine] == [
        ("REJECTED", "已有一家,请先经营"),
        ("LEFT", "转让"),
    ]
    (own,) = (await told.run(told.cashier, "MyShops"))["viewer"]["shops"]["edges"]
    assert own["node"]["availableActions"] == ["EDIT", "LEAVE", *MANAGING, "DRAFT_DISCOUNT"]
    assert own["node"]["ceilingLeftFen"] is not None


async def invites_too_many(told: Story, owner: Person, shop: str) -> None:
    """An owner who types phones all day is told when to go on."""
    for number in range(invitations.MAX_A_DAY_PER_SHOP - 2):  # two were invited today
        await told.done(owner, "ShopStaffAdd", shopId=shop, phone=f"138000003{number:02}", displayName="小刘")
    payload = await story.act(told.api, owner, "ShopStaffAdd", shopId=shop, phone="13800000399", displayName="小刘")
    (error,) = payload["errors"]
    tomorrow = clock.start_of(clock.day_of(clock.now())) + timedelta(days=1)
    assert (error["code"], error["retryAt"]) == ("TOO_MANY_ATTEMPTS", instant(tomorrow))


async def moves(told: Story, owner: Person, shop: str) -> None:
    """An owner asks for another name, address and community: withdrawn, turned down, and at last approved."""
    admin, there = told.world.admin, ids.make("Area", told.world.b.community.id)
    wanted = {"name": "刘记面庄", "address": "香港路88号", "latitude": 27.71, "longitude": 106.91}
    for step, who, given, state in (
        ("ShopChangeWithdraw", owner, {}, "WITHDRAWN"),
        ("ShopChangeReject", admin, {"reason": "与证照不符"}, "REJECTED"),
        ("ShopChangeApprove", admin, {}, "APPROVED"),
    ):
        edited = await told.done(owner, "ShopEdit", shopId=shop, areaId=there, openingHours="全天", **wanted)
        assert (edited["address"], edited["openingHours"]) == ("香港路8号", "全天")
        asked = edited["pendingChange"]
        assert {name: asked[name] for name in wanted} == wanted and asked["area"] == {"id": there, "name": "B社区"}
        assert asked["availableActions"] == ["WITHDRAW"]
        shown = (await told.run(owner, "ShopChanges", id=shop))["node"]
        assert shown["pendingChange"] == {"id": asked["id"]}
        assert shown["changes"]["edges"][0]["node"]["availableActions"] == ["WITHDRAW"]
        (queued,) = (await told.run(admin, "ShopChangesToApprove"))["shopChangesToApprove"]["edges"]
        assert queued["node"]["id"] == asked["id"] and queued["node"]["shop"]["address"] == "香港路8号"
        assert (queued["node"]["askedByName"], queued["node"]["availableActions"]) == ("刘老板", ["APPROVE", "REJECT"])
        above = (await told.run(admin, "ShopToManage", id=shop))["node"]
        assert above["pendingChange"] | asked == above["pendingChange"] | {"availableActions": ["WITHDRAW"]}
        ended = await told.done(who, step, changeId=asked["id"], **given)
        assert (ended["state"], ended["reason"]) == (state, given.get("reason"))
    assert ended["shop"]["address"] == "香港路88号"
    asked = (await told.run(owner, "ShopChanges", id=shop))["node"]["changes"]["edges"]
    assert [edge["node"]["state"] for edge in asked] == ["APPROVED", "REJECTED", "WITHDRAWN"]


def refused(told: Story, unknown: Any) -> dict[str, tuple[Person, dict[str, Any], str]]:
    """What each mutation says to something that is not there: who, what, and the field at fault."""
    shop_id, admin = {"shopId": ids.make("Shop", unknown)}, told.world.admin
    asked = {**shop_for(told.a), "areaId": ids.make("Area", unknown)}
    return {
        "ShopApply": (told.head, asked, "areaId"),
        "ShopApprove": (admin, shop_id, "shopId"),
        "ShopEdit": (told.cashier, shop_id, "shopId"),
        "ShopEnter": (told.staff, asked, "areaId"),
        "ShopLeave": (told.cashier, shop_id, "shopId"),
        "ShopReject": (admin, shop_id | {"reason": "原因"}, "shopId"),
        "ShopResume": (admin, shop_id, "shopId"),
        "ShopSetCeiling": (told.cashier, shop_id | {"monthlyCeilingFen": 5}, "shopId"),
        "ShopStaffAdd": (told.cashier, shop_id | {"phone": PHONE, "displayName": "小王"}, "shopId"),
        "ShopInvitationWithdraw": (
            told.cashier,
            {"invitationId": ids.make("ShopInvitation", unknown)},
            "invitationId",
        ),
        "ShopChangeApprove": (admin, {"changeId": ids.make("ShopChange", unknown)}, "changeId"),
        "ShopChangeReject": (admin, {"changeId": ids.make("ShopChange", unknown), "reason": "原因"}, "changeId"),
        "ShopChangeWithdraw": (told.cashier, {"changeId": ids.make("ShopChange", unknown)}, "changeId"),
        "ShopStaffMakeCashier": (told.cashier, {"staffId": ids.make("ShopStaff", unknown)}, "staffId"),
        "ShopStaffMakeOwner": (told.cashier, {"staffId": ids.make("ShopStaff", unknown)}, "staffId"),
        "ShopStaffRemove": (told.cashier, {"staffId": ids.make("ShopStaff", unknown)}, "staffId"),
        "ShopSuspend": (admin, shop_id | {"reason": "原因"}, "shopId"),
    }


# -- What is kept of a shop, and who works there -----------------------------------------------------------------------


def shop_id(place: Community) -> str:
    assert place.shop
    return ids.make("Shop", place.shop.id)


async def row_of(shop: str) -> dict[str, Any]:
    """The shop as the database has it."""
    row = await database.fetch_one("SELECT * FROM shops WHERE id = $1", ids.find(shop, "Shop"))
    assert row is not None
    return row


async def audited(shop: str) -> list[str]:
    rows = await database.fetch(
        "SELECT action FROM audit_entries WHERE subject = 'Shop' AND subject_id = $1 ORDER BY id",
        ids.find(shop, "Shop"),
    )
    return [row["action"] for row in rows]


async def working_in(shop: str) -> list[Any]:
    rows = await database.fetch(
        "SELECT account_id FROM memberships WHERE shop_id = $1 AND revoked_at IS NULL ORDER BY id",
        ids.find(shop, "Shop"),
    )
    return [row["account_id"] for row in rows]


async def seen(api: Api, who: Person | None, shop: str) -> dict[str, Any] | None:
    """The shop as its page shows it to somebody."""
    document = (
        "query($id: ID!) { node(id: $id) { ... on Shop { state availableActions stateReason monthlyCeilingFen"
        " applicant { name phone } staff(first: 5) { edges { node { name phone } } } } } }"
    )
    found: dict[str, Any] | None = (await api.query(who.token if who else None, document, id=shop))["node"]
    return found


async def rejected(api: Api, world: World) -> str:
    shop = await applied(api, world.a, world.a.residents[0])
    await story.done(api, world.admin, "ShopReject", shopId=shop, reason="资料不全")
    return shop


async def add(api: Api, who: Person | None, shop: str, phone: str = PHONE, name: str = "小王") -> dict[str, Any]:
    return await story.act(api, who, "ShopStaffAdd", shopId=shop, phone=phone, displayName=name)


async def joined(api: Api, who: Person | None, shop: str, phone: str = PHONE, name: str = "小王") -> str:
    """Who is invited and signs in: the membership, as its global id."""
    assert story.code(await add(api, who, shop, phone, name)) is None
    await signing_in.open_for(phone)
    key = await database.fetch_value(
        "SELECT m.id FROM memberships m JOIN accounts a ON a.id = m.account_id"
        " WHERE m.shop_id = $1 AND a.phone_index = $2 AND m.revoked_at IS NULL",
        ids.find(shop, "Shop"),
        phone_index(phone),
    )
    return ids.make("ShopStaff", key)


async def staff_of(api: Api, who: Person | None, shop: str) -> list[tuple[str, str | None]] | None:
    """Names and phones, as somebody reads them."""
    node = (await api.run(who.token if who else None, "ShopStaff", id=shop))["node"]
    if node is None or node["staff"] is None:
        return None
    return [(edge["node"]["name"], edge["node"]["phone"]) for edge in node["staff"]["edges"]]


async def staff_id(person: Person) -> str:
    """The membership of a cashier, as its global id."""
    key = await database.fetch_value(
        "SELECT id FROM memberships WHERE account_id = $1 AND role = 'SHOP_STAFF'", person.account_id
    )
    return ids.make("ShopStaff", key)


# -- Shops in a certain state ------------------------------------------------------------------------------------------


def shop_for(place: Community, name: str | None = None) -> dict[str, Any]:
    """The input with which a shop is applied for, or entered, in a community."""
    number = story.request_no()
    return {
        "areaId": ids.make("Area", place.community.id),
        "name": name or f"新店{number}",
        "category": "FOOD",
        "address": "香港路2号",
        "latitude": 27.73,
        "longitude": 106.92,
        "requestNo": number,
    }


async def applied(api: Api, place: Community, who: Person, name: str | None = None, **more: Any) -> str:
    """A shop that somebody has applied for."""
    payload = await story.done(api, who, "ShopApply", **shop_for(place, name), **more)
    return str(payload["shop"]["id"])


async def entered(api: Api, place: Community, phone: str | None = None, **more: Any) -> str:
    """A shop that the community's staff entered, with a first cashier where a phone is given."""
    assert place.staff
    cashier = {"cashierName": "小王", "cashierPhone": phone} if phone else {}
    payload = await story.done(api, place.staff, "ShopEnter", **(shop_for(place) | cashier | more))
    return str(payload["shop"]["id"])
