"""Agreements: a partner, one drafted, one in force, one for each of their mutations, and the story of one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from models.enums import Role, ShopCategory, ShopKind
from models.people import Area
from models.shops import Shop
from schema.graph import ids
from services.kit import clock
from tests.town import story
from tests.town.documents import Api, instant, nodes
from tests.town.story import Story
from tests.town.world import Community, Person, World, grant, person, shop

WORDS = "每月一次免费体检\n每季度一次健康讲座"

# As in `amiss`.
TEXTS: dict[str, tuple[int, int, bool]] = {
    **{
        f"Agreement{step}Input.{field}": bounds
        for step in ("Draft", "Edit")
        for field, bounds in {"title": (1, 60, False), "text": (1, 1000, True)}.items()
    },
    "AgreementDraftInput.requestNo": (1, 64, False),
    "AgreementEndInput.reason": (1, 200, False),
}


@dataclass
class Partner:
    """A partner that takes part, and who owns it."""

    shop: Shop
    owner: Person

    @property
    def id(self) -> str:
        return ids.make("Shop", self.shop.id)


def in_days(days: int) -> str:
    """A day so many days from today, as an input."""
    return str(clock.day_of(clock.now()) + timedelta(days=days))


async def partner(place: Community, name: str = "", owner: Person | None = None, **given: Any) -> Partner:
    """A partner of the community, with an owner."""
    terms = {"kind": ShopKind.PARTNER, "category": ShopCategory.CLINIC, **given}
    made = await shop(place.community, name or f"卫生院{story.request_no()}", **terms)
    owner = owner or await person("何院长")
    await grant(owner.account_id, Role.SHOP_STAFF, shop=made, owner=True)
    return Partner(made, owner)


def for_draft(with_: Partner, area: Area, **given: Any) -> dict[str, Any]:
    """An input that would do."""
    content = {"title": "健康共建协议", "text": WORDS, "until": in_days(365), "requestNo": story.request_no()}
    return {"partnerId": with_.id, "areaId": ids.make("Area", area.id), **content, **given}


async def drafted(api: Api, place: Community, with_: Partner, area: Area | None = None, **given: Any) -> str:
    """A draft of the community's staff."""
    made = await story.done(api, place.staff, "AgreementDraft", **for_draft(with_, area or place.community, **given))
    return str(made["agreement"]["id"])


async def sign(api: Api, who: Person | None, agreement: str, revision: int = 1) -> dict[str, Any]:
    """A signature that must succeed."""
    made = await story.done(api, who, "AgreementSign", agreementId=agreement, revision=revision)
    return dict(made["agreement"])


async def in_force(api: Api, place: Community, with_: Partner, **given: Any) -> str:
    """An agreement that both have signed."""
    made = await drafted(api, place, with_, **given)
    await sign(api, place.staff, made)
    assert (await sign(api, with_.owner, made))["state"] == "ACTIVE"
    return made


async def detail(api: Api, who: Person | None, agreement: str, **given: Any) -> dict[str, Any] | None:
    """An agreement as somebody reads it; None where it is not there for them."""
    node = (await api.run(who.token if who else None, "AgreementDetail", id=agreement, **given))["node"]
    return dict(node) if node else None


async def listed(api: Api, who: Person | None, **given: Any) -> list[str] | None:
    """The ids that somebody is listed; None where there is no list."""
    page = (await api.run(who.token if who else None, "Agreements", **given))["agreements"]
    return None if page is None else [one["id"] for one in nodes(page)]


async def one_of_each(api: Api, place: Community) -> dict[str, tuple[Person, dict[str, Any]]]:
    """For each mutation who would send it, and an input that would do."""
    assert place.staff
    of = await partner(place, "协议医院")
    ready = await drafted(api, place, of)
    return {
        "AgreementDraft": (place.staff, for_draft(of, place.community)),
        "AgreementEdit": (
            place.staff,
            {"agreementId": await drafted(api, place, of), "title": "改名", "text": "改文", "until": in_days(30)},
        ),
        "AgreementSign": (place.staff, {"agreementId": ready, "revision": 1}),
        "AgreementEnd": (of.owner, {"agreementId": await drafted(api, place, of), "reason": "原因"}),
    }


def other_contents(world: World) -> dict[str, dict[str, Any]]:
    """For each mutation with a requestNo, what may not come under the same number."""
    return {
        "AgreementDraft": {
            "title": "别的协议",
            "text": "别的内容",
            "until": in_days(7),
            "areaId": ids.make("Area", world.b.community.id),
            "partnerId": ids.make("Shop", world.b.shop.id if world.b.shop else world.district.id),
        }
    }


def refused(told: Story, unknown: UUID) -> dict[str, tuple[Person, dict[str, Any], str]]:
    """For each mutation an input that names nothing, who sends it, and the input at fault."""
    agreement = {"agreementId": ids.make("Agreement", unknown)}
    content = {"title": "协议", "text": WORDS, "until": in_days(7), "requestNo": "x"}
    area = {"areaId": ids.make("Area", told.a.community.id)}
    return {
        "AgreementDraft": (told.staff, {"partnerId": ids.make("Shop", unknown), **area, **content}, "partnerId"),
        "AgreementEdit": (told.staff, {**agreement, "title": "改名"}, "agreementId"),
        "AgreementSign": (told.staff, {**agreement, "revision": 1}, "agreementId"),
        "AgreementEnd": (told.staff, {**agreement, "reason": "原因"}, "agreementId"),
    }


async def a_partner_agrees_and_helps(told: Story) -> None:
    """It applies, signs with the community, helps with a wish, and the agreement ends."""
    a, staff, admin = told.a, told.staff, told.world.admin
    doctor = await person("何院长")
    area = {"id": ids.make("Area", a.community.id), "name": "A社区"}
    asked = {
        "areaId": area["id"], "name": "A社区卫生院", "category": "PUBLIC_SERVICE", "address": "香港路9号",
        "latitude": 27.73, "longitude": 106.92, "openingHours": "8:00-17:00", "requestNo": "partner-1",
        "kind": "PARTNER",
    }  # fmt: skip
    applied = await told.done(doctor, "ShopApply", **asked)
    assert (applied["kind"], applied["monthlyCeilingFen"]) == ("PARTNER", None)
    await told.done(admin, "ShopApprove", shopId=applied["id"])
    found = (await told.run(None, "Partners", areaId=area["id"]))["partners"]
    assert [(one["name"], one["area"]) for one in nodes(found)] == [("A社区卫生院", area)]
    today, until = in_days(0), in_days(365)
    content = {"title": "健康共建协议", "text": "每月一次体检", "until": until}
    drafted = await told.done(
        staff, "AgreementDraft", partnerId=applied["id"], areaId=area["id"], **content, requestNo="agree-1"
    )
    key = drafted["id"]
    assert drafted == {
        "id": key, **content, "revision": 1, "state": "DRAFT", "partner": {"id": applied["id"], "name": "A社区卫生院"},
        "area": area, "availableActions": ["EDIT", "SIGN", "END"],
    }  # fmt: skip
    edited = await told.done(staff, "AgreementEdit", agreementId=key, text=WORDS)
    assert (edited["text"], edited["revision"]) == (WORDS, 2)
    first = await told.done(doctor, "AgreementSign", agreementId=key, revision=2)
    assert (first["state"], first["partnerSignedByName"], first["availableActions"]) == ("DRAFT", "何院长", ["END"])
    second = await told.done(staff, "AgreementSign", agreementId=key, revision=2)
    assert second == {
        "id": key, "state": "ACTIVE", "areaSignedByName": staff.name, "areaSignedAt": told.now,
        "partnerSignedByName": "何院长", "partnerSignedAt": told.now, "signedOn": today,
        "availableActions": ["END"],
    }  # fmt: skip
    (public,) = nodes((await told.run(None, "Agreements", areaId=ids.make("Area", a.grid.id)))["agreements"])
    assert public == {
        "id": key, "title": "健康共建协议", "state": "ACTIVE", "signedOn": today, "until": until,
        "partner": {"id": applied["id"], "name": "A社区卫生院", "category": "PUBLIC_SERVICE"},
        "area": {**area, "kind": "COMMUNITY"}, "availableActions": [],
    }  # fmt: skip
    (own,) = nodes((await told.run(doctor, "Agreements", partnerId=applied["id"], states=["ACTIVE"]))["agreements"])
    assert own == {**public, "availableActions": ["END"]}
    wish = await told.done(
        a.residents[0], "WishSubmit", householdId=ids.make("Household", a.households[0].id), category="CARE",
        title="上门体检", requestNo="wish-agreed",
    )  # fmt: skip
    head_id = ids.make("HouseholdHead", a.heads[0].id)
    await told.done(staff, "WishDispatch", wishId=wish["id"], headId=head_id)
    await told.done(told.head, "WishAccept", wishId=wish["id"])
    completed = await told.done(told.head, "WishComplete", wishId=wish["id"], partnerIds=[applied["id"]])
    assert completed["helpers"] == ["A社区卫生院"]
    read = (await told.run(staff, "AgreementDetail", id=key, period="MONTH"))["node"]
    assert read["facts"] == {"redemptions": 0, "wishesHelped": 1}
    ended = await told.done(doctor, "AgreementEnd", agreementId=key, reason="另签新协议")
    assert ended == {
        "id": key, "state": "ENDED", "endedAt": instant(told.travel.at), "endedReason": "另签新协议",
        "availableActions": [],
    }  # fmt: skip
    assert (await told.run(doctor, "AgreementDetail", id=key))["node"]["endedReason"] == "另签新协议"
    await told.done(a.residents[0], "WishRate", wishId=wish["id"], stars=2)
    await told.done(doctor, "ShopLeave", shopId=applied["id"])
