"""A season from its draft to a redeemed check-up, as its people live it: the acceptance of the part."""

from typing import Any

import pytest

from models.discounts import Discount
from models.enums import Role
from schema.graph import ids
from services.work import reconciliation
from tests.town import grants, honours, settlement, story, till
from tests.town.documents import Api, nodes
from tests.town.honours import head_id
from tests.town.story import code
from tests.town.world import Person, Travel, World, person


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    """Friday at noon."""


async def read(api: Api, who: Person | None, season: str) -> dict[str, Any]:
    return (await api.run(who.token if who else None, "SeasonDetail", id=season))["node"]


async def test_from_the_draft_to_a_redeemed_check_up(travel: Travel, world: World, api: Api) -> None:
    a, admin = world.a, world.admin
    second, third = [await person(name, Role.DISTRICT_ADMIN, area=world.district) for name in ("二管理", "三管理")]
    await honours.many_heads(a)
    await honours.deeds(a)
    gift = await grants.on_offer(api, world, a, stockTotal=2)
    benefit = {"discountId": gift, "quantity": 1, "validDays": 60}

    # 1 The benefit must be covered: three places are not, two are.
    season = await honours.drafted(api, admin, a.community, benefit=benefit, quota=3)
    assert code(await story.act(api, admin, "SeasonOpen", seasonId=season)) == "OUT_OF_STOCK"
    terms = honours.terms(benefit=benefit, quota=2)
    await story.done(api, admin, "SeasonEdit", seasonId=season, terms=terms)
    opened = (await story.done(api, admin, "SeasonOpen", seasonId=season))["season"]
    assert opened["state"] == "OPEN" and await grants.counter(gift) == (0, 0, 0, 2)

    # 2 A resident proposes the head, who consents.
    candidates = (await api.run(admin.token, "SeasonCandidates", id=season))["node"]["candidates"]
    assert [one["head"]["name"] for one in nodes(candidates)] == ["赵联户"]
    nomination = await honours.proposed(api, a.residents[0], season, nomineeId=head_id(a))
    assert nodes((await api.run(admin.token, "SeasonCandidates", id=season))["node"]["candidates"]) == []
    assert nodes((await read(api, a.residents[1], season))["nominations"]) == [], "not without consent"
    await story.done(api, a.head_people[0], "NominationConsent", nominationId=nomination)
    (listed,) = nodes((await read(api, a.residents[1], season))["nominations"])
    assert (listed["name"], listed["supports"], listed["evidence"]) == ("赵联户", None, None)
    await story.done(api, a.residents[1], "NominationSupport", nominationId=nomination)
    assert (await read(api, None, season))["nominations"]["edges"] == []

    # 3 Nominating ends: the evidence is what the rows say.
    assert (await honours.nominating_ends(travel))["seasons_closed"] == 1
    (mine,) = nodes((await api.run(a.head_people[0].token, "MyNominations"))["viewer"]["nominations"])
    assert mine["evidence"] == {
        "wishes": 6, "households": 3, "months": 13, "ratings": 6, "averageStars": 5.0, "reversals": 0,
        "suspended": False,
    }  # fmt: skip
    assert (mine["supports"], mine["unmet"], mine["availableActions"]) == (1, [], ["OBJECT", "WITHDRAW"])

    # 4 Another one decides and publishes.
    why = {"nominationId": nomination, "reason": "事迹属实"}
    await story.done(api, second, "NominationShortlist", **why)
    assert code(await story.act(api, second, "SeasonPublish", seasonId=season)) == "INVALID_STATE", "within 48 hours"
    await honours.days_pass(travel, hours=48)
    assert code(await story.act(api, admin, "SeasonPublish", seasonId=season)) == "FORBIDDEN", "who opened it"
    await story.done(api, second, "SeasonPublish", seasonId=season)

    # 5 Anybody reads the notice; a resident objects.
    (shown,) = nodes((await read(api, None, season))["nominations"])
    assert (shown["name"], shown["community"]["name"], shown["evidence"]["wishes"]) == ("赵联户", "A社区", 6)
    assert (shown["reason"], shown["decision"], shown["unmet"]) == (None, None, None)
    words = {"nominationId": nomination, "text": "三月那件不是他办的", "requestNo": "o-1"}
    objection = (await story.done(api, a.residents[2], "NominationObject", **words))["objection"]["id"]
    (seen,) = nodes((await api.run(a.head_people[0].token, "MyNominations"))["viewer"]["nominations"])
    assert [one["text"] for one in nodes(seen["objections"])] == ["三月那件不是他办的"]

    # 6 It is concluded once the objection is answered and the notice is over, by a third account.
    await honours.days_pass(travel, days=7)
    assert code(await story.act(api, third, "SeasonConclude", seasonId=season)) == "INVALID_STATE", "an open objection"
    answer = {"objectionId": objection, "upheld": False, "answer": "已核对记录，是他办的"}
    await story.done(api, a.staff, "SeasonObjectionAnswer", **answer)
    assert code(await story.act(api, second, "SeasonConclude", seasonId=season)) == "FORBIDDEN"
    assert code(await story.act(api, admin, "SeasonConclude", seasonId=season)) == "FORBIDDEN"
    await story.done(api, third, "SeasonConclude", seasonId=season)
    assert await grants.counter(gift) == (0, 0, 1, 0), "given, and the other place went back"
    assert (await reconciliation.drifts()) == []

    # 7 The head uses it once.
    row = Discount(id=ids.find(gift, "Discount"))
    phone = await till.phone(api, a, 0, row)
    redemption = await till.confirm(api, a.cashier, till.token(await till.prepare(api, a.cashier, phone.qr())))
    assert redemption["errors"] == [] and redemption["redemption"]["payableFen"] is not None
    again = await story.act(api, a.head_people[0], "PassIssue", discountId=gift, requestNo=story.request_no())
    assert code(again) == "NEEDS_GRANT"

    # 8 The clinic's statement has the row.
    await honours.days_pass(travel, days=1)
    statement = await settlement.settled_day(api, a)
    assert statement

    # 9 An upheld dispute gives it back.
    (honour,) = nodes((await api.run(None, "HonourRoll", year=2026))["honourRoll"])
    assert (honour["name"], honour["season"]["title"]) == ("赵联户", "年度优秀联户长")

    # 10 The honour is revoked.
    revoked = (await story.done(api, admin, "HonourRevoke", nominationId=nomination, reason="冒领"))["nomination"]
    assert (revoked["state"], revoked["revokeReason"]) == ("REVOKED", "冒领")
    assert (await api.run(None, "HonourRoll"))["honourRoll"]["edges"] == []
