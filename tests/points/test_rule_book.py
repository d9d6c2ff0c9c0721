"""Reward rules: read by everybody, made and withdrawn ahead of time by administrators of the district, never edited."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.enums import Role, WishCategory
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.points import rewards
from tests.town import story, wishes
from tests.town import world as making
from tests.town.documents import Api, instant
from tests.town.points import BASE, BONUS
from tests.town.postgres import holding, unchanged
from tests.town.story import act, code, done
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Travel, World, everybody

MICROSECOND = timedelta(microseconds=1)


def terms(**more: Any) -> dict[str, Any]:
    return {"base": BASE, "bonus": BONUS, "dailyCap": 200, "monthlyHouseholdCap": None, **more}


def given(**more: Any) -> dict[str, Any]:
    """A version that takes effect in an hour."""
    return terms(**{"effectiveFrom": soon(hours=1), "note": "", "requestNo": story.request_no(), **more})


def soon(**passing: float) -> str:
    return instant(clock.now() + timedelta(**passing))


async def rules(api: Api, token: str | None, **page: Any) -> list[dict[str, Any]]:
    data = await api.run(token, "RewardRules", **page)
    return [edge["node"] for edge in data["rewardRules"]["edges"]]


async def versions(api: Api) -> list[tuple[int, bool]]:
    return [(one["version"], one["inForce"]) for one in await rules(api, None)]


async def test_everybody_reads_by_which_rule_points_are_paid(travel: Travel, world: World, api: Api) -> None:
    await done(api, world.admin, "RewardRuleCreate", **given(note="春节加分"))
    for name, who in everybody(world).items():
        newest, first = await rules(api, who.token if who else None)
        told = ("春节加分", "管理员") if name in {"admin", "auditor"} else (None, None)
        assert (newest["note"], newest["author"]) == told, name
        assert (first["version"], first["inForce"], first["note"], first["author"]) == (1, True, None, None)
        assert (first["dailyCap"], first["monthlyHouseholdCap"], first["withdrawnAt"]) == (60, 120, None)
        worth = {one["category"]: one["points"] for one in first["base"]}
        assert list(worth) == list(WishCategory) and (worth["REPAIR"], worth["ERRAND"]) == (20, 10)
        assert first["bonus"] == [{"stars": 3, "points": 0}, {"stars": 4, "points": 2}, {"stars": 5, "points": 5}]


async def test_a_new_version_holds_for_what_is_completed_from_then_on(travel: Travel, world: World, api: Api) -> None:
    at = clock.now() + timedelta(hours=1)
    made = (await done(api, world.admin, "RewardRuleCreate", **given(note=" 加分 ")))["rewardRule"]
    assert made == {
        "id": made["id"], "version": 2, "effectiveFrom": instant(at), "inForce": False, "base": BASE,
        "bonus": BONUS, "dailyCap": 200, "monthlyHouseholdCap": None, "note": "加分", "author": "管理员",
        "createdAt": instant(clock.now()), "availableActions": ["WITHDRAW"],
    }  # fmt: skip
    row = await database.fetch_one("SELECT * FROM audit_entries WHERE action = 'reward_rule.create'")
    assert row is not None and row["account_id"] == world.admin.account_id
    assert row["subject_id"] == ids.find(made["id"], "RewardRule") and "加分" not in row["details"]

    travel.to(at - MICROSECOND)
    assert await versions(api) == [(2, False), (1, True)]
    before = await wishes.completed(api, world.a)
    travel.to(at)
    assert await versions(api) == [(2, True), (1, False)]
    after = await wishes.completed(api, world.a)
    explained = []
    for wish in (before, after):
        await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=5)
        told = (await api.run(world.admin.token, "ExplainReward", wishId=wish))["explainReward"]
        explained.append((told["ruleVersion"], told["points"], told["dailyCap"]["limit"]))
    assert explained == [(1, 25, 60), (2, 35, 200)], "the one rated later was completed earlier"
    node = await api.query(
        None, "query($id: ID!) { node(id: $id) { ... on RewardRule { version inForce } } }", id=made["id"]
    )
    assert node == {"node": {"version": 2, "inForce": True}}


async def test_the_same_number_makes_one_version(travel: Travel, world: World, api: Api) -> None:
    first = given()
    made = await done(api, world.admin, "RewardRuleCreate", **first)
    # The same instant, told with another offset, and the same terms in another order.
    same = first | {
        "effectiveFrom": datetime.fromisoformat(first["effectiveFrom"]).astimezone(UTC).isoformat(),
        "base": BASE[::-1],
    }
    travel.by(hours=3)
    async with unchanged():
        again = await done(api, world.admin, "RewardRuleCreate", **same)
        assert again["rewardRule"]["inForce"] and again["rewardRule"]["id"] == made["rewardRule"]["id"]
        for change in (
            {"note": "另"},
            {"dailyCap": 1},
            {"effectiveFrom": soon(hours=9)},
            {"bonus": _with(BONUS, 0, 9)},
        ):
            payload = await act(api, world.admin, "RewardRuleCreate", **first | change)
            assert code(payload) == "REQUEST_NO_REUSED", change


def _with(entries: list[dict[str, Any]], place: int, worth: int) -> list[dict[str, Any]]:
    changed = [dict(one) for one in entries]
    changed[place]["points"] = worth
    return changed


AMISS: list[tuple[str, Any]] = [
    ("base", []),
    ("base", BASE[1:]),
    ("base", [*BASE, BASE[0]]),
    ("base", [*BASE[1:], BASE[1]]),
    ("base", _with(BASE, 3, -1)),
    ("base", _with(BASE, 3, 1001)),
    ("base", _with(BASE, 3, 2**31 - 1)),
    ("bonus", []),
    ("bonus", BONUS[:2]),
    ("bonus", [*BONUS, BONUS[0]]),
    ("bonus", [*BONUS, {"stars": 2, "points": 0}]),
    ("bonus", [{"stars": 6, "points": 0}, *BONUS[:2]]),
    ("bonus", _with(BONUS, 0, -1)),
    ("bonus", _with(BONUS, 0, 1001)),
    ("dailyCap", -1),
    ("dailyCap", 100_001),
    ("monthlyHouseholdCap", -1),
    ("monthlyHouseholdCap", 100_001),
]


async def test_terms_have_their_bounds_in_a_version_and_in_a_trial(travel: Travel, world: World, api: Api) -> None:
    async with unchanged():
        for field, value in AMISS:
            payload = await act(api, world.admin, "RewardRuleCreate", **given(**{field: value}))
            assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_INPUT", ["input", field]), (field, value)
            response = await api.send(
                world.admin.token,
                {
                    "query": "query($base: [CategoryPointsInput!]!, $bonus: [StarsPointsInput!]!, $dailyCap: Int,"
                    " $monthlyHouseholdCap: Int) { rewardRuleTrial(base: $base, bonus: $bonus, dailyCap: $dailyCap,"
                    " monthlyHouseholdCap: $monthlyHouseholdCap) { month } }",
                    "variables": terms(**{field: value}),
                },
            )
            (error,) = response.json()["errors"]
            assert error["extensions"]["code"] == "INVALID_INPUT", (field, value)
    at_the_edge = given(
        base=_with(_with(BASE, 0, 0), 1, 1000), bonus=_with(BONUS, 2, 1000), dailyCap=0, monthlyHouseholdCap=100_000
    )
    await done(api, world.admin, "RewardRuleCreate", **at_the_edge)


async def test_a_version_takes_effect_after_now_and_after_all_others(travel: Travel, world: World, api: Api) -> None:
    for passing in ({"seconds": 59}, {"hours": -1}, {"days": 366, "seconds": 1}, {"days": 36500}):
        payload = await act(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=soon(**passing)))
        assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "effectiveFrom"])
    naive = given(effectiveFrom=soon(hours=1).removesuffix("+08:00"))
    assert "时区" in (await act(api, world.admin, "RewardRuleCreate", **naive))["errors"][0]["message"]
    for far in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        assert code(await act(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=far))) == "INVALID_INPUT"
    await done(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=soon(seconds=60)))
    await done(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=soon(days=366)))
    for passing in ({"days": 366}, {"days": 5}):
        payload = await act(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=soon(**passing)))
        assert code(payload) == "INVALID_INPUT" and "2027-05-16 12:00:00" in payload["errors"][0]["message"]
    assert await versions(api) == [(3, False), (2, False), (1, True)]


async def test_a_note_is_fit_to_keep(travel: Travel, world: World, api: Api) -> None:
    for note in ("长" * 201, "a\u202eb", "两\n行"):
        payload = await act(api, world.admin, "RewardRuleCreate", **given(note=note))
        assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "note"])
    await done(api, world.admin, "RewardRuleCreate", **given(note="长" * 200))


async def test_rules_are_made_one_at_a_time(travel: Travel, world: World, api: Api) -> None:
    payloads = await asyncio.gather(*(act(api, world.admin, "RewardRuleCreate", **given()) for _ in range(4)))
    assert sorted(str(code(payload)) for payload in payloads) == ["INVALID_INPUT"] * 3 + ["None"]
    assert await versions(api) == [(2, False), (1, True)]


async def test_completions_do_not_wait_for_whoever_makes_a_rule(travel: Travel, world: World, api: Api) -> None:
    """They take no lock that the making of a rule holds, and it says nothing about now."""
    async with holding("SELECT 1 FROM reward_rules WHERE version = 1 FOR NO KEY UPDATE"):
        async with asyncio.timeout(PATIENCE_SECONDS):
            wish = await wishes.rated(api, world.a)
    told = (await api.run(world.admin.token, "ExplainReward", wishId=wish))["explainReward"]
    assert (told["ruleVersion"], told["points"]) == (1, 25)


async def test_a_version_is_withdrawn_as_long_as_it_is_not_in_effect(travel: Travel, world: World, api: Api) -> None:
    at = clock.now() + timedelta(hours=1)
    made = (await done(api, world.admin, "RewardRuleCreate", **given()))["rewardRule"]
    travel.to(at - timedelta(seconds=60))
    assert await story.offered(api, world.admin, made["id"]) == ["WITHDRAW"]
    answer = (await done(api, world.admin, "RewardRuleWithdraw", rewardRuleId=made["id"]))["rewardRule"]
    assert answer == {
        "id": made["id"],
        "version": 2,
        "effectiveFrom": instant(at),
        "withdrawnAt": instant(clock.now()),
        "availableActions": [],
    }
    row = await database.fetch_one("SELECT * FROM audit_entries WHERE action = 'reward_rule.withdraw'")
    assert row is not None and row["account_id"] == world.admin.account_id
    async with unchanged():
        travel.by(days=3)
        again = await done(api, world.admin, "RewardRuleWithdraw", rewardRuleId=made["id"])
        assert again["rewardRule"] == answer
        assert await versions(api) == [(2, False), (1, True)]
        assert (await rewards.rule_at(clock.now())).version == 1
    # Its date is free again, its number is not.
    travel.to(at - timedelta(seconds=60))
    third = (await done(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=at.isoformat())))["rewardRule"]
    assert third["version"] == 3 and third["effectiveFrom"] == instant(at)
    travel.to(at)
    assert await versions(api) == [(3, True), (2, False), (1, False)]


async def test_what_is_in_effect_or_almost_stays(travel: Travel, world: World, api: Api) -> None:
    made = (await done(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=soon(seconds=119))))["rewardRule"]
    assert made["availableActions"] == ["WITHDRAW"]
    first = (await rules(api, None))[-1]
    assert first["version"] == 1
    for passing, rule in ((60, made), (59, made), (3600, made), (0, first)):
        travel.by(seconds=passing)
        async with unchanged():
            assert await story.offered(api, world.admin, rule["id"]) == []
            payload = await act(api, world.admin, "RewardRuleWithdraw", rewardRuleId=rule["id"])
            assert (code(payload), payload["errors"][0]["field"]) == ("INVALID_STATE", ["input", "rewardRuleId"])


async def test_rules_are_made_by_administrators_of_the_whole_district(travel: Travel, world: World, api: Api) -> None:
    made = (await done(api, world.admin, "RewardRuleCreate", **given()))["rewardRule"]
    local = await making.person("社区管理员", Role.DISTRICT_ADMIN, area=world.a.community)
    async with unchanged():
        for name, who in {**everybody(world), "local": local}.items():
            if name != "admin":
                expected = "FORBIDDEN" if who else "UNAUTHENTICATED"
                assert code(await act(api, who, "RewardRuleCreate", **given())) == expected, name
                assert code(await act(api, who, "RewardRuleWithdraw", rewardRuleId=made["id"])) == expected, name
                assert await story.offered(api, who, made["id"]) == [], name


async def test_each_page_goes_on_where_the_last_ended(travel: Travel, world: World, api: Api) -> None:
    for days in range(1, 5):
        await done(api, world.admin, "RewardRuleCreate", **given(effectiveFrom=soon(days=days)))
    seen, after = [], None
    for _ in range(3):
        page = (await api.run(None, "RewardRules", first=2, after=after))["rewardRules"]
        seen += [edge["node"]["version"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == [5, 4, 3, 2, 1] and not page["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize("column", ["version", "effective_from"])
async def test_the_database_holds_each_version_and_date_once(world: World, column: str) -> None:
    other = {"version": "effective_from", "effective_from": "version"}[column]
    change = {"version": "version + 1", "effective_from": "effective_from + interval '1 day'"}[other]
    statement = (
        f"INSERT INTO reward_rules (id, {column}, {other}, base, bonus, created_at)"
        f" SELECT gen_random_uuid(), {column}, {change}, base, bonus, created_at FROM reward_rules WHERE version = 1"
    )
    with pytest.raises(Exception, match=r"reward_rules_(version_unique|effective_once)"):
        await database.execute(statement)
