"""The service record: what counts in it, its code, and what a check of one comes to, today and after corrections."""

import base64
import re
from datetime import timedelta
from typing import Any

import pytest

from models.people import HouseholdHead
from schema.graph import ids
from services.kit import clock
from services.reports import codes
from services.reports.codes import Signed
from services.work import privacy
from tests.town import reports, wishes
from tests.town.documents import Api, instant, text
from tests.town.keys import with_keys
from tests.town.story import done
from tests.town.world import Person, Travel, World, keep_signed_in

SPAN = {"from": "2026-01-01", "until": "2026-05-15"}


async def record(api: Api, who: Person, **span: str) -> Any:
    return (await api.run(who.token, "ServiceRecord", **(SPAN | span)))["serviceRecord"]


async def check(api: Api, code: str) -> Any:
    """As anybody who holds the paper."""
    return (await api.run(None, "ServiceRecordVerify", code=code))["serviceRecordVerify"]


async def standing(api: Api, paper: Any) -> str:
    return str((await check(api, paper["code"]))["standing"])


async def test_rated_deeds_by_category(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    head = a.head_people[0]
    for household, stars in ((1, 5), (1, 3), (2, 4), (2, 2)):
        await wishes.rated(api, a, household=household, stars=stars)
    errand = await wishes.completed(api, a, household=2, category="ERRAND")
    await done(api, a.residents[2], "WishRate", wishId=errand, stars=5)
    await wishes.completed(api, a, household=1)
    paper = await record(api, head)
    assert paper.pop("code")
    assert paper == {
        "headName": a.heads[0].name,
        **SPAN,
        "issuedAt": instant(clock.now()),
        "deeds": 4,
        "households": 2,
        "byCategory": [{"category": "ERRAND", "deeds": 1}, {"category": "REPAIR", "deeds": 3}],
        "ratedCount": 5,
        "averageStars": 3.8,
        "automatic": 0,
    }
    nothing = await record(api, a.head_people[1])
    assert (nothing["deeds"], nothing["averageStars"], nothing["byCategory"]) == (0, None, [])


async def test_a_paper_that_is_true(travel: Travel, world: World, api: Api) -> None:
    await wishes.rated(api, world.a, household=1)
    paper = await record(api, world.a.head_people[0])
    assert await check(api, paper["code"]) == {
        "standing": "VALID",
        "record": {name: value for name, value in paper.items() if name != "code"},
    }
    travel.by(hours=1)
    await wishes.rated(api, world.a, household=2)
    assert await standing(api, paper) == "VALID", "what was done later is not on the paper"


async def test_what_nobody_rated_in_time_stands_apart(travel: Travel, world: World, api: Api) -> None:
    """And stays so on a paper that was issued before somebody rated it late, unless that took it back."""
    a = world.a
    made = [await wishes.completed(api, a, household=1) for _ in range(2)]
    for wish in made:
        await wishes.automatically_rated(api, wish)
    paper = await record(api, a.head_people[0])
    assert (paper["deeds"], paper["automatic"], paper["ratedCount"]) == (0, 2, 0)
    travel.by(days=1)
    await keep_signed_in()
    await done(api, a.residents[1], "WishRate", wishId=made[0], stars=5)
    assert await standing(api, paper) == "VALID"
    later = await record(api, a.head_people[0], until="2026-05-16")
    assert (later["deeds"], later["automatic"]) == (1, 1)
    await done(api, a.residents[1], "WishRate", wishId=made[1], stars=1)
    assert await standing(api, paper) == "CHANGED_SINCE"


async def test_what_was_taken_back_counts_no_more(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    wish = await wishes.rated(api, a, household=1)
    paper = await record(api, a.head_people[0])
    await done(api, world.admin, "PointsReverse", wishId=wish, reason="冒名办结", requestNo="r")
    checked = await check(api, paper["code"])
    assert checked["standing"] == "CHANGED_SINCE" and checked["record"]["deeds"] == 1, "what the paper says, not more"
    assert (await record(api, a.head_people[0]))["deeds"] == 0


async def test_another_name_is_a_change(travel: Travel, world: World, api: Api) -> None:
    paper = await record(api, world.a.head_people[0])
    await HouseholdHead.filter(id=world.a.heads[0].id).update(name="赵改名")
    checked = await check(api, paper["code"])
    assert checked["standing"] == "CHANGED_SINCE" and checked["record"]["headName"] == paper["headName"]


async def test_after_an_erasure_it_is_not_ours(travel: Travel, world: World, api: Api) -> None:
    await wishes.rated(api, world.a, household=1)
    paper = await record(api, world.a.head_people[0])
    await privacy.erase(world.a.head_people[0].account_id)
    assert await check(api, paper["code"]) == {"standing": "NOT_OURS", "record": None}


async def test_a_head_who_left_did_what_was_done(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    assert a.staff
    await wishes.rated(api, a, household=1)
    paper = await record(api, a.head_people[0])
    successor = ids.make("HouseholdHead", a.heads[1].id)
    head = ids.make("HouseholdHead", a.heads[0].id)
    await done(api, a.staff, "HeadLeave", headId=head, successorId=successor, reason="搬离")
    assert await standing(api, paper) == "VALID"


async def test_what_is_not_ours(travel: Travel, world: World, api: Api) -> None:
    """Codes with anything changed, of nobody, of another key; and no code at all."""
    good = (await record(api, world.a.head_people[0]))["code"]
    signed = codes.parsed(good)
    assert signed is not None
    wrong = [
        "", "x", "不是编号", "A" * 5_000, good[:-1], good + "A", good.swapcase(),
        *(codes.text(Signed(content, signed.key_number, signed.mac)) for content in spoilt(signed.content)),
        *(codes.text(Signed(signed.content, signed.key_number, mac)) for mac in spoilt(signed.mac)),
        *(codes.text(Signed(signed.content, number, signed.mac)) for number in spoilt(signed.key_number)),
        reports.paper(world.a, head_id=world.district.id),
    ]  # fmt: skip
    for code in wrong:
        assert await check(api, code) == {"standing": "NOT_OURS", "record": None}, code
    assert (await check(api, good))["standing"] == "VALID"


def spoilt(content: bytes) -> list[bytes]:
    """With each bit of each byte changed in turn."""
    return [
        content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
        for place in range(len(content))
        for bit in (1, 128)
    ]


async def test_old_keys_still_check(travel: Travel, world: World, api: Api) -> None:
    """A paper of an earlier key is checked while this process has that key, as whichever; and not without it."""
    old, new, newer = (base64.b64encode(bytes([number]) * 32).decode() for number in range(3))
    with with_keys(old):
        paper = await record(api, world.a.head_people[0])
        assert await standing(api, paper) == "VALID"
    for keys in (with_keys(new, old), with_keys(new, index=old), with_keys(newer, new, old)):
        with keys:
            assert await standing(api, paper) == "VALID"
    with with_keys(new):
        assert await standing(api, paper) == "NOT_OURS"
    with with_keys(new, index=old):
        later = await record(api, world.a.head_people[0])
    with with_keys(newer, new, index=old):
        assert await standing(api, later) == "VALID", "signed by the key of indexes, which stays when keys are rotated"


@pytest.mark.parametrize(
    ("span", "field"),
    [
        ({"from": "2026-05-16", "until": "2026-05-15"}, "from"),
        ({"from": "2026-05-01", "until": "2026-05-16"}, "until"),
        ({"from": "2021-05-14", "until": "2026-05-15"}, "from"),
        ({"from": "1999-12-31", "until": "2000-01-01"}, "from"),
    ],
)
async def test_a_span_that_can_not_be(travel: Travel, world: World, api: Api, span: dict[str, str], field: str) -> None:
    answer = await api.send(world.a.head_people[0].token, {"query": text("ServiceRecord"), "variables": span})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT" and re.search("日期", error["message"]) and field in span


async def test_the_longest_span(travel: Travel, world: World, api: Api) -> None:
    until = clock.day_of(clock.now())
    since = until - timedelta(days=1826)
    paper = await record(api, world.a.head_people[0], **{"from": since.isoformat(), "until": until.isoformat()})
    assert paper["from"] == since.isoformat()


async def test_others_have_none(travel: Travel, world: World, api: Api) -> None:
    assert world.a.staff
    for who in (None, world.a.residents[0], world.a.staff, world.admin):
        given = await api.run(who.token if who else None, "ServiceRecord", **SPAN)
        assert given == {"serviceRecord": None}


async def test_it_says_nothing_of_the_households(travel: Travel, world: World, api: Api) -> None:
    await wishes.rated(api, world.a, household=1)
    paper = await record(api, world.a.head_people[0])
    assert set(paper) == {
        "headName", "from", "until", "issuedAt", "deeds", "households", "byCategory", "ratedCount", "averageStars",
        "automatic", "code",
    }  # fmt: skip
