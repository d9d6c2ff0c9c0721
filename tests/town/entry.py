"""Signing in: an inbox of text messages, codes as they are shown, and the story's chapter."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from models.entry import HouseholdJoin
from models.enums import CodePurpose, ConsentKind, HouseholdJoinState, Role, SignInMethod
from schema.graph import ids
from services.consents import consents
from services.db import database
from services.entry import join_table, one_use_codes, phone_codes, sending, tickets
from services.kit import clock, settings
from services.kit.secrets import phone_columns, phone_index
from tests.town import story
from tests.town import world as making
from tests.town.providers import Town, providers
from tests.town.story import Story
from tests.town.world import Community, Person

PHONE, STRANGER = "10000001100", "13900000001"  # of household 0 of community A; nobody's
NEW_PHONE = "13900000002"
DEVICE = "device-0123456789abcdef"
_numbers = count(1)


@dataclass
class Inbox:
    """The messages that a gateway of the district's own was given, and WeChat beside it."""

    town: Town

    async def code(self, phone: str) -> str:
        """The newest code sent to a phone."""
        await sending.finish()
        return str([one["parameters"]["code"] for one in self.town.sent if one["phone"] == phone][-1])


@asynccontextmanager
async def inbox(**more: str) -> AsyncIterator[Inbox]:
    """Let services on loopback stand for the gateway of text messages and for WeChat."""
    before = dict(os.environ)
    async with providers() as town:
        os.environ |= town.settings("webhook") | {name.upper(): more[name] for name in more}
        settings.current.cache_clear()
        try:
            yield Inbox(town)
            await sending.finish()
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.current.cache_clear()


async def phone_code(
    phone: str, purpose: CodePurpose = CodePurpose.SIGN_IN, account_id: UUID | None = None
) -> tuple[str, str]:
    """A handle and its code, that nobody sent; the phone's earlier ones are of two minutes ago."""
    await database.execute(
        "UPDATE sign_in_codes SET created_at = created_at - interval '2 minutes' WHERE phone_index = $1",
        phone_index(phone),
    )
    sent, code = await phone_codes._make(phone, purpose, None, account_id)
    return sent.handle, code


@database.transactional
async def ticket(phone: str) -> str:
    """A ticket that proves a phone, as signing in by it gives."""
    return await tickets.for_phone(phone)


async def another_home(place: Community) -> UUID:
    """One more household of the first head."""
    return (await making.household(place.grid, place.heads[0], "褚住户", f"135{next(_numbers):08}")).id


async def numbered(place: Community) -> str:
    """The number (户编号) of one more household of the first head."""
    home_id, code = await another_home(place), f"HC-{next(_numbers)}"
    await database.execute("UPDATE households SET code = $2 WHERE id = $1", home_id, code)
    return code


async def asked(who: Person, household_id: UUID | None, **more: Any) -> str:
    """An open request to belong to a household, the only one of that person; its global id."""
    now = clock.now()
    await database.execute(
        "UPDATE household_joins SET state = 'WITHDRAWN', decided_at = $2 WHERE account_id = $1 AND state = 'OPEN'",
        who.account_id,
        now,
    )
    given = {"account_id": who.account_id, "household_id": household_id, "asked_mac": bytes(32), "created_at": now}
    given |= {"state": HouseholdJoinState.OPEN, "expires_at": now + join_table.VALID_FOR}
    return ids.make("HouseholdJoin", (await HouseholdJoin.create(**(given | more))).id)


@database.transactional
async def operators_code(person: Person) -> str:
    """A one-use code, as an operator shows it."""
    return (await one_use_codes.issue(person.account_id, SignInMethod.CODE)).text


@database.transactional
async def desk_code(person: Person, area_id: UUID) -> str:
    """A one-use code, as a desk of an area shows it."""
    return (await one_use_codes.issue(person.account_id, SignInMethod.DESK, area_id=area_id)).text


async def with_the_roster_phone(household_id: UUID) -> None:
    """Give a household's resident the phone and the name that the roster has, as an import does."""
    await database.execute(
        "UPDATE accounts a SET phone_encrypted = h.phone_encrypted, phone_index = h.phone_index,"
        " display_name = h.contact_name FROM households h JOIN memberships m ON m.household_id = h.id"
        " WHERE h.id = $1 AND m.revoked_at IS NULL AND a.id = m.account_id",
        household_id,
    )


def somebody(token: str) -> Person:
    """Who has just signed in."""
    return Person(UUID(int=0), token, "")


async def people_sign_in(told: Story) -> None:
    """By text message, and at the desk and the till by a code that is shown."""
    await _by_phone(told)
    await _at_the_desk(told)
    await _at_the_till(told)
    await _by_wechat(told)
    await _with_another_phone(told)
    await _into_a_household(told)
    async with inbox(max_wrong_codes_per_address="1"):
        guesses = (
            ("SignInByCode", {"code": "AAAA-AAAA-AAAA"}),
            ("SignInByPhone", {"handle": "A" * 43, "code": "000000"}),
        )
        for name, given in guesses:
            await story.act(told.api, None, name, **given)
            late = await story.act(told.api, None, name, **given)
            assert story.code(late) == "TOO_MANY_ATTEMPTS" and late["errors"][0]["retryAt"]


async def _by_phone(told: Story) -> None:
    async with inbox() as messages:
        await with_the_roster_phone(told.a.households[0].id)
        sent = await told.done(None, "SignInCodeSend", phone=PHONE)
        assert sent["digits"] == 6
        again = await story.act(told.api, None, "SignInCodeSend", phone=PHONE)
        assert story.code(again) == "TOO_MANY_ATTEMPTS" and again["errors"][0]["retryAt"] == sent["againAt"]
        given = {"handle": sent["handle"], "code": await messages.code(PHONE), "device": DEVICE, "label": "我的手机"}
        signed = await told.done(None, "SignInByPhone", **given)
        node = await _session(told, signed["token"])
        assert (node["method"], node["label"], node["isCurrent"]) == ("PHONE", "我的手机", True)
        sent = await told.done(None, "SignInCodeSend", phone=STRANGER, purpose="SIGN_IN")
        given = {"handle": sent["handle"], "code": await messages.code(STRANGER)}
        signed = await told.done(None, "SignInByPhone", **given)
        assert signed["token"] is None and len(signed["ticket"]) == 43


async def _at_the_desk(told: Story) -> None:
    assert told.a.worker
    home = {"householdId": ids.make("Household", told.a.households[2].id)}
    shown = await told.done(told.a.worker, "HouseholdShowCode", **home)
    assert shown["qr"] == "XD1:" + shown["text"].replace("-", "") and shown["qrSvg"].startswith("<svg")
    signed = await told.done(None, "SignInByCode", code=shown["text"], device=DEVICE, label="家里")
    node = await _session(told, signed["token"])
    assert (node["method"], node["openedBy"], node["label"]) == ("DESK", told.a.worker.name, "家里")
    bound = await story.act(told.api, somebody(signed["token"]), "WechatUnbind", endSessions=True)
    assert story.code(bound) == "FORBIDDEN"
    await told.done(told.staff, "HeadShowCode", headId=ids.make("HouseholdHead", told.a.heads[0].id))


async def _at_the_till(told: Story) -> None:
    assert told.a.shop
    given = {"shopId": ids.make("Shop", told.a.shop.id), "phone": "13800000502", "displayName": "新店员"}
    invited = await told.done(told.cashier, "ShopStaffAdd", **given)
    shown = await told.done(told.cashier, "ShopInvitationShowCode", invitationId=invited["id"])
    assert shown["displayName"] == "新店员"
    signed = await told.done(None, "SignInByCode", code=shown["qr"])
    assert (await told.run(somebody(signed["token"]), "Viewer"))["viewer"]["roles"] == ["SHOP_STAFF"]
    staff_id = await database.fetch_value(
        "SELECT m.id FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE a.display_name = '新店员'"
    )
    whom = {"staffId": ids.make("ShopStaff", staff_id)}
    await told.done(told.cashier, "ShopStaffShowCode", **whom)
    assert (await story.done(told.api, told.cashier, "ShopStaffSignOut", **whom))["ended"] == 1


async def _by_wechat(told: Story) -> None:
    """The resident of household 0, whose phone the roster knows, in both ways; and a stranger, in both ways."""
    async with inbox() as messages:
        for number, phone in enumerate((PHONE, STRANGER)):
            known = phone == PHONE
            told.travel.by(minutes=2)
            signed = await told.done(None, "SignInByWechat", code=f"js-ann{number}-1", device=DEVICE, label="小程序")
            sent = await told.done(None, "SignInCodeSend", phone=phone, purpose="BIND_WECHAT")
            given = {"handle": sent["handle"], "code": await messages.code(phone), "device": DEVICE, "label": "小程序"}
            bound = await told.done(None, "WechatBind", ticket=signed["wechatTicket"], **given)
            assert (bound["token"] is not None, bound["ticket"] is None) == (known, known)
            signed = await told.done(None, "SignInByWechat", code=f"js-bob{number}-1")
            given = {"phoneCode": f"phone-{phone}-1", "device": DEVICE, "label": ""}
            bound = await told.done(None, "WechatBindByNumber", ticket=signed["wechatTicket"], **given)
            assert (bound["token"] is not None, bound["ticket"] is None) == (known, known)
        assert story.code(await story.act(told.api, None, "SignInByWechat", code="js-bob0-1")) == "CODE_INVALID"
        signed = await told.done(None, "SignInByWechat", code="js-bob0-2")
        assert (await _session(told, signed["token"]))["method"] == "WECHAT" and signed["wechatTicket"] is None
        unbound = await story.done(told.api, somebody(signed["token"]), "WechatUnbind", endSessions=True)
        assert unbound["unbound"] is True
        signed = await told.done(None, "SignInByWechat", code="js-eve-1")
        given = {"ticket": signed["wechatTicket"]}
        assert (await story.done(told.api, told.head, "WechatBindOwn", **given))["bound"] is True
        signed = await told.done(None, "SignInByWechat", code="js-eve-2")
        assert (await told.run(somebody(signed["token"]), "Viewer"))["viewer"]["displayName"] == told.head.name


async def _with_another_phone(told: Story) -> None:
    async with inbox() as messages:
        told.travel.by(minutes=2)
        sent = await told.done(None, "SignInCodeSend", phone=PHONE)
        signed = await told.done(None, "SignInByPhone", handle=sent["handle"], code=await messages.code(PHONE))
        me, given = somebody(signed["token"]), {}
        told.travel.by(minutes=2)
        for prefix, phone in (("old", PHONE), ("", NEW_PHONE)):
            sent = await told.done(me, "SignInCodeSend", phone=phone, purpose="CHANGE_PHONE")
            given |= {named(prefix, "handle"): sent["handle"], named(prefix, "code"): await messages.code(phone)}
        assert (await story.done(told.api, me, "PhoneChange", **given))["changed"] is True
        leaving, _ = await erasing()
        phone = f"137{next(_numbers) - 1:08}"
        assert phone in (await story.done(told.api, leaving, "PrivacyExport", maxRows=100))["export"]
        late = await story.act(told.api, leaving, "PrivacyExport", maxRows=0)
        assert story.code(late) == "INVALID_INPUT" and late["errors"][0]["field"] == ["input", "maxRows"]
        told.travel.by(minutes=2)
        sent = await told.done(leaving, "SignInCodeSend", phone=phone, purpose="ERASE_ACCOUNT")
        given = {"handle": sent["handle"], "code": await messages.code(phone)}
        assert (await story.done(told.api, leaving, "AccountErase", **given))["erased"] is True


def named(prefix: str, name: str) -> str:
    """`oldHandle` of `old` and `handle`."""
    return prefix + name.capitalize() if prefix else name


async def _into_a_household(told: Story) -> None:
    """From a phone that nobody knows to a resident."""
    handle, code = await phone_code("13900000012")
    signed = await told.done(None, "SignInByPhone", handle=handle, code=code)
    given = {"ticket": signed["ticket"], "name": "冯新居", "householdCode": await numbered(told.a), "device": DEVICE}
    asked_first = await story.done(told.api, None, "HouseholdJoin", **given)
    who = somebody(asked_first["signedIn"]["token"])
    ended = await told.done(who, "HouseholdJoinWithdraw", joinId=asked_first["join"]["id"])
    assert ended["state"] == "WITHDRAWN" and ended["decidedAt"] == told.now
    given = {"householdCode": await numbered(told.a)}
    join = (await story.done(told.api, who, "HouseholdJoin", **given))["join"]
    assert (join["state"], join["name"], join["availableActions"]) == ("OPEN", "冯新居", ["WITHDRAW"])
    assert join["createdAt"] == told.now
    seen = [await told.run(one, "HouseholdJoinsToConfirm") for one in (told.head, told.staff)]
    rows = [answer["householdJoinsToConfirm"]["edges"][0]["node"] for answer in seen]
    assert [(row["phone"], row["availableActions"]) for row in rows] == [
        (None, ["VOUCH"]), ("139****0012", ["CONFIRM", "REFUSE"]),
    ]  # fmt: skip
    assert (await told.done(told.head, "HouseholdJoinVouch", joinId=join["id"]))["vouchedAt"] == told.now
    page = (await told.run(told.staff, "HouseholdJoinsToConfirm"))["householdJoinsToConfirm"]
    assert page["edges"][0]["node"]["vouchedByName"]
    mine = (await told.run(who, "MyHouseholdJoins"))["viewer"]["householdJoins"]["edges"]
    assert [one["node"]["household"] for one in mine] == [None, None]
    decided = await told.done(told.staff, "HouseholdJoinDecide", joinId=join["id"], confirm=True)
    assert decided["state"] == "CONFIRMED"
    (mine, _) = (await told.run(who, "MyHouseholdJoins"))["viewer"]["householdJoins"]["edges"]
    assert mine["node"]["household"] == decided["household"]
    last = (await story.done(told.api, who, "HouseholdJoin", address="没有这个地址"))["join"]
    await told.done(who, "HouseholdJoinWithdraw", joinId=last["id"])
    late = await story.act(told.api, who, "HouseholdJoin", address="没有这个地址")
    assert story.code(late) == "TOO_MANY_ATTEMPTS" and late["errors"][0]["retryAt"]


async def _session(told: Story, token: str) -> dict[str, Any]:
    page = (await told.run(somebody(token), "MySessions"))["viewer"]["sessions"]
    return dict(page["edges"][0]["node"])


async def one_of_each(place: Community) -> dict[str, tuple[Person | None, dict[str, Any]]]:
    """For each mutation of signing in, who sends it, and an input that would do."""
    assert place.shop and place.cashier and place.worker
    handle, code = await phone_code(STRANGER)
    cashier = await making.person("发码店员")
    working = await making.grant(cashier.account_id, Role.SHOP_STAFF, shop=place.shop)
    given = {"device": DEVICE, "label": ""}
    homes = [await another_home(place) for _ in range(3)]
    newcomers = [await making.person("新邻居") for _ in range(2)]
    return {
        "HouseholdJoin": (
            None,
            {"ticket": await ticket(f"134{next(_numbers):08}"), "name": "新邻居", **given}
            | {"householdCode": await numbered(place)},
        ),
        "HouseholdJoinDecide": (place.worker, {"joinId": await asked(newcomers[0], homes[0]), "confirm": True}),
        "HouseholdJoinVouch": (place.head_people[0], {"joinId": await asked(newcomers[1], homes[1])}),
        "HouseholdJoinWithdraw": (place.residents[0], {"joinId": await asked(place.residents[0], homes[2])}),
        "SignInCodeSend": (None, {"phone": PHONE}),
        "SignInByPhone": (None, {"handle": handle, "code": code, **given}),
        "SignInByCode": (None, {"code": await operators_code(cashier), **given}),
        "HouseholdShowCode": (place.worker, {"householdId": ids.make("Household", place.households[0].id)}),
        "HeadShowCode": (place.worker, {"headId": ids.make("HouseholdHead", place.heads[0].id)}),
        "ShopStaffShowCode": (place.cashier, {"staffId": ids.make("ShopStaff", working.id)}),
        "SignInByWechat": (None, {"code": "js-cat-1", **given}),
        "WechatBind": (None, {"ticket": await wechat_ticket("dora"), **await binding(), **given}),
        "WechatBindByNumber": (
            None,
            {"ticket": await wechat_ticket("finn"), "phoneCode": f"phone-{STRANGER}-2", **given},
        ),
        "WechatBindOwn": (place.worker, {"ticket": await wechat_ticket("gina")}),
        "ShopStaffSignOut": (place.cashier, {"staffId": ids.make("ShopStaff", working.id)}),
        "WechatUnbind": (cashier, {"endSessions": True}),
        "PhoneChange": await changing_phones(),
        "AccountErase": await erasing(),
        "ConsentGive": (await making.person("同意的人"), {"kind": "PRIVACY_NOTICE", "version": 1}),
        "ConsentWithdraw": (await consenting("CARE_DETAILS"), {"kind": "CARE_DETAILS"}),
        "PrivacyExport": (await making.person("导出的人"), {"maxRows": 100}),
    }


async def consenting(kind: str) -> Person:
    """Somebody who consents to the first version of a text."""
    who = await making.person("撤回的人")
    viewer = await making.viewer(who)
    await consents.give(viewer, ConsentKind(kind), 1)
    return who


async def bind_everybody() -> None:
    """Bind a WeChat user of its own to each account that has none."""
    await database.execute(
        "INSERT INTO identities (id, account_id, provider, subject_encrypted, subject_index, created_at)"
        " SELECT gen_random_uuid(), id, 'WECHAT', '', sha256(id::text::bytea), now() FROM accounts"
        " ON CONFLICT DO NOTHING"
    )


async def binding() -> dict[str, str]:
    """A code of purpose BIND_WECHAT, with its handle."""
    handle, code = await phone_code(f"136{next(_numbers):08}", CodePurpose.BIND_WECHAT)
    return {"handle": handle, "code": code}


@database.transactional
async def wechat_ticket(openid: str) -> str:
    """A ticket of a WeChat user."""
    return await tickets.for_wechat(openid)


async def erasing() -> tuple[Person, dict[str, Any]]:
    """Somebody, and what erases the account."""
    who, phone = await making.person("注销的人"), f"137{next(_numbers):08}"
    columns = phone_columns(phone)
    await database.execute(
        "UPDATE accounts SET phone_encrypted = $2, phone_index = $3 WHERE id = $1",
        who.account_id,
        columns["phone_encrypted"],
        columns["phone_index"],
    )
    handle, code = await phone_code(phone, CodePurpose.ERASE_ACCOUNT, who.account_id)
    return who, {"handle": handle, "code": code}


async def changing_phones() -> tuple[Person, dict[str, Any]]:
    """Somebody, and what changes the phone."""
    who = await making.person("换号的人")
    old, new = (f"137{next(_numbers):08}" for _ in range(2))
    columns = phone_columns(old)
    await database.execute(
        "UPDATE accounts SET phone_encrypted = $2, phone_index = $3 WHERE id = $1",
        who.account_id,
        columns["phone_encrypted"],
        columns["phone_index"],
    )
    given = {}
    for prefix, phone in (("old", old), ("", new)):
        handle, code = await phone_code(phone, CodePurpose.CHANGE_PHONE, who.account_id)
        given |= {named(prefix, "handle"): handle, named(prefix, "code"): code}
    return who, given


TEXTS = {
    "HouseholdJoinInput.address": (0, 120, False),
    "HouseholdJoinInput.device": (0, 64, False),
    "HouseholdJoinInput.householdCode": (1, 32, False),
    "HouseholdJoinInput.label": (0, 64, False),
    "HouseholdJoinInput.name": (1, 64, False),
    "HouseholdJoinInput.ticket": (1, 0, False),
    "SignInCodeSendInput.phone": (1, 11, False),
    "SignInByPhoneInput.handle": (1, 0, False),
    "SignInByPhoneInput.code": (1, 0, False),
    "SignInByPhoneInput.device": (0, 64, False),
    "SignInByPhoneInput.label": (0, 64, False),
    "SignInByCodeInput.code": (1, 0, False),
    "SignInByCodeInput.device": (0, 64, False),
    "SignInByCodeInput.label": (0, 64, False),
    "SignInByWechatInput.code": (1, 0, False),
    "SignInByWechatInput.device": (0, 64, False),
    "SignInByWechatInput.label": (0, 64, False),
    "WechatBindInput.ticket": (1, 0, False),
    "WechatBindInput.handle": (1, 0, False),
    "WechatBindInput.code": (1, 0, False),
    "WechatBindInput.device": (0, 64, False),
    "WechatBindInput.label": (0, 64, False),
    "WechatBindByNumberInput.ticket": (1, 0, False),
    "WechatBindByNumberInput.phoneCode": (1, 0, False),
    "WechatBindByNumberInput.device": (0, 64, False),
    "WechatBindByNumberInput.label": (0, 64, False),
    "WechatBindOwnInput.ticket": (1, 0, False),
    "PhoneChangeInput.oldHandle": (1, 0, False),
    "PhoneChangeInput.oldCode": (1, 0, False),
    "PhoneChangeInput.handle": (1, 0, False),
    "PhoneChangeInput.code": (1, 0, False),
    "AccountEraseInput.handle": (1, 0, False),
    "AccountEraseInput.code": (1, 0, False),
}


def refused(told: Story, unknown: UUID) -> dict[str, tuple[Person | None, dict[str, Any], str]]:
    """Each mutation with something that is not there, and the field that is told."""
    return {
        "SignInByPhone": (None, {"handle": "A" * 43, "code": "000000"}, "code"),
        "SignInByCode": (None, {"code": "AAAA-AAAA-AAAA"}, "code"),
        "PhoneChange": (
            told.a.worker,
            dict.fromkeys(("oldHandle", "handle"), "A" * 43) | dict.fromkeys(("oldCode", "code"), "000000"),
            "oldCode",
        ),
        "AccountErase": (told.a.worker, {"handle": "A" * 43, "code": "000000"}, "code"),
        "HouseholdShowCode": (told.a.worker, {"householdId": ids.make("Household", unknown)}, "householdId"),
        "HouseholdJoin": (None, {"ticket": "A" * 43, "name": "冯新居", "householdCode": "HC-0"}, "ticket"),
        "HouseholdJoinDecide": (
            told.a.worker, {"joinId": ids.make("HouseholdJoin", unknown), "confirm": True}, "joinId",
        ),
        "HouseholdJoinVouch": (told.head, {"joinId": ids.make("HouseholdJoin", unknown)}, "joinId"),
        "HouseholdJoinWithdraw": (told.head, {"joinId": ids.make("HouseholdJoin", unknown)}, "joinId"),
        "HeadShowCode": (told.a.worker, {"headId": ids.make("HouseholdHead", unknown)}, "headId"),
        "ShopStaffShowCode": (told.cashier, {"staffId": ids.make("ShopStaff", unknown)}, "staffId"),
        "ShopStaffSignOut": (told.cashier, {"staffId": ids.make("ShopStaff", unknown)}, "staffId"),
        "WechatBind": (None, {"ticket": "A" * 43, "handle": "A" * 43, "code": "000000"}, "code"),
        "WechatBindByNumber": (None, {"ticket": "A" * 43, "phoneCode": "phone"}, "ticket"),
        "WechatBindOwn": (told.a.worker, {"ticket": "A" * 43}, "ticket"),
        "ShopInvitationShowCode": (
            told.cashier, {"invitationId": ids.make("ShopInvitation", unknown)}, "invitationId",
        ),
    }  # fmt: skip
