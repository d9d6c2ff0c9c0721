"""A dry run says what the ledger then really pays, to the point, when the same time is lived through again."""

from collections import Counter
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest

from models.enums import Role, WishCategory
from models.points import RewardRule
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.points import ledger
from services.points import replay as rule_trial
from services.points import trials as reward_trials
from services.points.pricing import Price
from services.points.rule_book import CategoryPoints, StarsPoints, Terms
from tests.town import documents
from tests.town import wishes as town_wishes
from tests.town.documents import Api
from tests.town.emptying import Emptying
from tests.town.points import Author, Player, Told, seen_in
from tests.town.world import Travel, World, everybody, person

BEGIN, END = datetime(2026, 4, 24, 1, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC)
MONTHS = [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)]


def terms(base: dict[str, int], bonus: tuple[int, int, int], daily: int | None, monthly: int | None) -> Terms:
    return Terms(
        [CategoryPoints(category, base.get(category, base["*"])) for category in WishCategory],
        [StarsPoints(stars, points) for stars, points in zip((3, 4, 5), bonus, strict=True)],
        daily,
        monthly,
    )


V1 = terms({"*": 10, "REPAIR": 20, "CARE": 20, "COMPANY": 15, "STUDY": 15}, (0, 2, 5), 60, 120)
RULES = [
    terms({"*": 17, "REPAIR": 40, "OTHER": 0}, (1, 7, 20), 50, 75),
    terms({"*": 30, "CARE": 5}, (10, 0, 3), None, 100),
    terms({"*": 9, "GOODS": 1000}, (0, 0, 1000), 1100, None),
]


async def paid_by_the_ledger() -> dict[tuple[UUID, UUID], int]:
    """What each wish has paid each head: posted, less what was taken back. From the transfers alone."""
    rows = await database.fetch(
        "SELECT wish_id, head_id, sum(CASE kind WHEN 'REVERSAL' THEN -points ELSE points END)::int AS points"
        " FROM points_transfers WHERE kind IN ('REWARD_POSTED', 'DEBT_REPAID', 'REVERSAL') GROUP BY wish_id, head_id"
    )
    return {(row["wish_id"], row["head_id"]): row["points"] for row in rows}


async def rewards_of(month: date) -> dict[UUID, dict[str, Any]]:
    rows = await database.fetch("SELECT * FROM rewards WHERE date_trunc('month', day)::date = $1", month)
    return {row["wish_id"]: row for row in rows}


async def play_again(empty: Emptying, travel: Travel, told: list[Told], rule: Terms | None) -> Player:
    """The same steps at the same instants in an emptied database, in which a rule has long been in force."""
    await empty()
    if rule:
        priced = rule.rule()
        await RewardRule.create(
            version=2,
            effective_from=datetime(2021, 1, 1, tzinfo=UTC),
            created_at=clock.now(),
            base={category.value: points for category, points in priced.base.items()},
            bonus={str(stars): points for stars, points in priced.bonus.items()},
            daily_cap=priced.daily_cap,
            monthly_household_cap=priced.monthly_household_cap,
        )
    player = await Player.begin(travel, BEGIN)
    for step in told:
        await player.play(step)
    return player


async def trials(player: Player, rule: Terms) -> dict[date, tuple[reward_trials.RewardTrial, dict[int, Any]]]:
    """For each month what the dry run says, in sum and for each wish by its place in the story."""
    admin = player.people["admin"]
    places = {wish.id: place for place, wish in enumerate(player.wishes)}
    found = {}
    for month in MONTHS:
        real, steps = await reward_trials.read(admin, month)
        tried = rule_trial.replay(rule.rule(), steps)
        found[month] = (
            await reward_trials.trial(admin, rule, month),
            {places[wish]: tried[wish] for wish in real},
        )
    return found


async def assert_paid(player: Player, said: dict[date, Any]) -> None:
    """The ledger of this player pays what was said, per wish, head, category and in sum, to the point."""
    ledger_paid = await paid_by_the_ledger()
    heads = {head.id: place for place, head in enumerate(player.world.a.heads)}
    for month, (trial, tried) in said.items():
        real = await rewards_of(month)
        places = {place: real[wish.id] for place, wish in enumerate(player.wishes) if wish.id in real}
        assert tried.keys() == places.keys()
        by_head: Counter[int] = Counter()
        by_category: Counter[str] = Counter()
        for place, row in places.items():
            one = tried[place]
            key = (row["wish_id"], row["head_id"])
            assert one.paid == ledger_paid.get(key, 0), (month, place)
            by_head[heads[row["head_id"]]] += ledger_paid.get(key, 0)
            by_category[one.completion.category] += ledger_paid.get(key, 0)
            if one.state != "REVERSED":  # what was worth 0 could not be reversed
                assert one.state == row["state"], (month, place)
            assert one.price == Price(**{name: row[name] for name in Price.__dataclass_fields__}), (month, place)
        assert trial.found.whole.would == sum(by_head.values())
        assert sorted(sums.would for sums in trial.found.heads.values()) == sorted(
            by_head[place] for place in {heads[row["head_id"]] for row in places.values() if row["state"] != "RETURNED"}
        )
        assert {one.category: one.sums.would for one in trial.categories if one.sums.would} == +by_category
    assert await ledger.reconcile() == []


HAPPENS = {
    "rated in time well", "rated in time badly", "rated late well", "rated late badly", "rated by time", "lapsed",
    "redo", "hand_on", "reverse", "cut by day", "cut by month", "same household", "redone by another head",
    "redone on another day", "redone in another month", "returned at the end", "move_in", "move_out",
}  # fmt: skip


async def test_a_dry_run_is_what_the_ledger_pays_in_the_same_time(travel: Travel, empty: Emptying) -> None:
    seen: Counter[str] = Counter()
    for seed, rule in enumerate(RULES):
        await empty()
        player = await Player.begin(travel, BEGIN)
        told = await Author(player, Random(seed), BEGIN).write(END)
        seen += await seen_in(player)
        # What was in force is what was paid.
        own = await trials(player, V1)
        await assert_paid(player, own)
        assert all(one.found.whole.difference == 0 and one.heads == [] for one, _ in own.values())
        said = await trials(player, rule)
        assert any(one.found.whole.difference for one, _ in said.values())
        await assert_paid(await play_again(empty, travel, told, rule), said)
    assert HAPPENS - seen.keys() == set() and min(seen[name] for name in HAPPENS) > 0, seen


def asked(**more: Any) -> dict[str, Any]:
    """Twice what the first version pays, without caps."""
    worth = dict.fromkeys(WishCategory, 20) | {WishCategory.REPAIR: 40}
    return {
        "base": [{"category": category.value, "points": points} for category, points in worth.items()],
        "bonus": [{"stars": stars, "points": points} for stars, points in ((3, 0), (4, 4), (5, 10))],
        **more,
    }


async def test_a_dry_run_as_the_screen_shows_it(travel: Travel, world: World, api: Api) -> None:
    a, b = world.a, world.b
    for _ in range(3):
        await town_wishes.rated(api, a)  # 25, 25, and a cap leaves 10
    await town_wishes.rated(api, a, household=2, head=1, stars=1)
    await town_wishes.completed(api, a, household=2, head=1, category="GOODS")
    await town_wishes.rated(api, b, stars=3)
    travel.by(days=20)  # June
    told = {}
    for name, who in everybody(world).items():
        if who is None:
            continue  # whoever has no session may not ask what costs so much
        data = await api.run(who.token, "RewardRuleTrial", **asked())
        told[name] = data["rewardRuleTrial"]
    assert {name for name, answer in told.items() if answer} == {"admin", "auditor"}
    shown = told["admin"]
    assert shown == told["auditor"]
    assert shown["month"] == "2026-05"
    assert shown["whole"] == {"wishes": 6, "paid": 80, "wouldPay": 190, "difference": 110}
    assert (shown["waiting"], shown["capped"], shown["wouldCap"]) == (1, 1, 0)
    assert {one["category"]: one["sums"]["wouldPay"] for one in shown["categories"] if one["sums"]["wishes"]} == {
        "REPAIR": 190,
        "GOODS": 0,
    }
    assert [(one["head"]["name"], one["sums"]["paid"], one["sums"]["difference"]) for one in shown["heads"]] == [
        ("赵联户", 60, 90),
        ("赵联户", 20, 20),
    ]
    assert shown["heads"][0]["head"]["id"] == ids.make("HouseholdHead", a.heads[0].id)


async def test_a_dry_run_is_about_the_heads_in_reach(travel: Travel, world: World, api: Api) -> None:
    """Who does a wish in the end decides, and caps are counted among all the same."""
    a, b = world.a, world.b
    await town_wishes.rated(api, a)
    await town_wishes.rated(api, b, stars=3)
    for place, points in ((a, 25), (b, 20)):
        who = await person("社区审计员", Role.AUDITOR, area=place.community)
        trial = (await api.run(who.token, "RewardRuleTrial", **asked(month="2026-05")))["rewardRuleTrial"]
        assert (trial["whole"]["wishes"], trial["whole"]["paid"], len(trial["heads"])) == (1, points, 1)


async def test_a_month_is_over_or_this_one(travel: Travel, world: World, api: Api) -> None:
    await town_wishes.rated(api, world.a)
    for month, wishes in (("2026-05", 1), ("2026-04", 0), ("2000-01", 0)):
        trial = (await api.run(world.admin.token, "RewardRuleTrial", **asked(month=month)))["rewardRuleTrial"]
        assert (trial["month"], trial["whole"]["wishes"]) == (month, wishes)
    last = (await api.run(world.admin.token, "RewardRuleTrial", **asked()))["rewardRuleTrial"]
    assert last["month"] == "2026-04"
    for month in ("2026-06-01", "1999-12-31", "0001-01-01", "9999-12-31"):
        with pytest.raises(Refusal) as refused:
            await reward_trials.trial(Viewer(admin_paths=(world.district.path,)), V1, date.fromisoformat(month))
        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "month")


async def test_a_month_with_too_many_steps_is_refused(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town_wishes.rated(api, world.a)  # two steps
    this = {"query": documents.text("RewardRuleTrial"), "variables": asked(month="2026-05")}
    for most, refused in ((2, False), (1, True)):
        monkeypatch.setattr(reward_trials, "MAX_STEPS", most)
        answer = (await api.send(world.admin.token, this)).json()
        assert ("errors" in answer) is refused
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert answer["errors"][0]["message"] == "该月心愿的步骤超过 1 条，无法在线试算"


async def test_trials_take_turns_and_nobody_waits_long(travel: Travel, world: World, api: Api) -> None:
    this = {"query": documents.text("RewardRuleTrial"), "variables": asked(month="2026-05")}
    async with reward_trials.turns.turn():
        response = await api.send(world.admin.token, this)
        assert response.status_code == 429 and response.headers["retry-after"]
        assert response.json()["errors"][0]["extensions"]["code"] == "OVERLOADED"
    assert "errors" not in (await api.send(world.admin.token, this)).json()
