"""The life of a reward, and what its head reads of it, against a real ledger."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from models.enums import PointsAccountKind as Kind
from models.enums import RewardState, TransferKind, WishCategory
from models.live import OutboxEntry
from models.people import HouseholdHead
from models.points import Reward, RewardRule
from models.wishes import Wish
from schema.graph import ids
from services.db import database
from services.db.paging import PageRequest
from services.kit import clock
from services.kit.viewer import ANONYMOUS, Viewer
from services.points import balances as points_balances
from services.points import explanations, ledger, rewards
from services.points import history as entries
from services.points.ledger import Move
from services.till import holds
from services.wishes import reversals
from tests.town import story, till
from tests.town.documents import Api
from tests.town.points import award, complete, completed_wish, rate, returned, reverse, voided
from tests.town.postgres import until_blocked
from tests.town.world import World

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)
HAS = (Kind.PENDING, Kind.AVAILABLE, Kind.HELD, Kind.DEBT)
REPAIR, ERRAND = WishCategory.REPAIR, WishCategory.ERRAND

transfer = database.transactional(ledger.transfer)
lock = database.transactional(ledger.lock)


async def standing(head: HouseholdHead) -> dict[str, int]:
    """What a head has, without what is 0 and what was issued and spent."""
    balances = await lock(head.id)
    found = {kind.value: balances[kind] for kind in HAS if balances[kind]}
    earned = await database.fetch_value("SELECT points_earned FROM household_heads WHERE id = $1", head.id)
    return {**found, **({"earned": earned} if earned else {})}


async def reward_of(wish: Wish) -> Reward:
    return await Reward.get(wish_id=wish.id)


async def told() -> int:
    """How often word was left for the leaderboard."""
    return await OutboxEntry.filter(topic="leaderboard.changed").count()


async def test_a_good_rating_posts_base_and_bonus(world: World) -> None:
    a = world.a
    wish = await completed_wish(a, at=NOON)
    assert await standing(a.heads[0]) == {"PENDING": 20} and await told() == 0
    await rate(wish, 5, NOON + DAY)
    assert await standing(a.heads[0]) == {"AVAILABLE": 25, "earned": 25}
    reward = await reward_of(wish)
    assert (reward.state, reward.points, reward.board_points, reward.posted_at) == (
        RewardState.POSTED,
        25,
        25,
        NOON + DAY,
    )
    assert reward.day == clock.day_of(NOON) and await told() == 1
    assert await ledger.reconcile() == []


@pytest.mark.parametrize(("stars", "points_"), [(3, 20), (4, 22), (None, 20)])
async def test_what_other_ratings_post(world: World, stars: int | None, points_: int) -> None:
    await award(world.a, stars=stars, at=NOON)
    assert await standing(world.a.heads[0]) == {"AVAILABLE": points_, "earned": points_}


@pytest.mark.parametrize("stars", [1, 2])
async def test_a_bad_rating_voids(world: World, stars: int) -> None:
    wish = await completed_wish(world.a, at=NOON)
    await rate(wish, stars, NOON)
    reward = await reward_of(wish)
    assert (reward.state, reward.points, reward.posted_at) == (RewardState.VOIDED, 0, None)
    assert await standing(world.a.heads[0]) == {} and await told() == 0
    assert await ledger.reconcile() == []


async def test_a_reward_that_nobody_rated_in_time_is_voided(world: World) -> None:
    wish = await completed_wish(world.a, at=NOON)
    await voided(wish_id=wish.id)
    assert (await reward_of(wish)).state == RewardState.VOIDED
    assert await standing(world.a.heads[0]) == {}


async def test_what_is_not_pending_is_left_alone(world: World) -> None:
    a = world.a
    posted = await award(a, at=NOON)
    before = await standing(a.heads[0])
    await rate(posted, 5, NOON)
    await rate(posted, 1, NOON)
    await voided(wish_id=posted.id)
    await returned(wish_id=posted.id)
    void = await completed_wish(a, at=NOON)
    await rate(void, 1, NOON)
    await rate(void, 5, NOON)
    await reverse(wish_id=void.id, reason="误操作", account_id=None)
    never = await Wish.create(**{**_columns(void), "id": UUID(int=7)})
    for step in (
        rate(never, 5, NOON),
        returned(wish_id=never.id),
        reverse(wish_id=never.id, reason="误操作", account_id=None),
    ):
        await step
    assert await standing(a.heads[0]) == before
    assert await ledger.reconcile() == []


def _columns(wish: Wish) -> dict[str, Any]:
    return {name: getattr(wish, name) for name in Wish._meta.db_fields}


async def test_a_redo_is_priced_anew(world: World) -> None:
    a = world.a
    wish = await completed_wish(a, at=NOON)
    await returned(wish_id=wish.id)
    reward = await reward_of(wish)
    assert (reward.state, reward.points) == (RewardState.RETURNED, 0) and await standing(a.heads[0]) == {}
    # Another rule, another day, another head: as if it had never been done before.
    await RewardRule.create(version=2, effective_from=NOON + DAY, base={"REPAIR": 7}, bonus={"5": 1}, created_at=NOON)
    await complete(wish, at=NOON + DAY, head=a.heads[1])
    reward = await reward_of(wish)
    assert (reward.points, reward.day, reward.head_id) == (7, clock.day_of(NOON + DAY), a.heads[1].id)
    assert await standing(a.heads[0]) == {} and await standing(a.heads[1]) == {"PENDING": 7}
    await rate(wish, 5, NOON + 2 * DAY)
    assert await standing(a.heads[1]) == {"AVAILABLE": 8, "earned": 8}
    assert await Reward.all().count() == 1 and await ledger.reconcile() == []


async def test_the_rule_is_that_of_completion(world: World) -> None:
    wish = await completed_wish(world.a, at=NOON)
    await RewardRule.create(
        version=2, effective_from=NOON + timedelta(seconds=1), base={"REPAIR": 99}, bonus={"5": 99}, created_at=NOON
    )
    await rate(wish, 5, NOON + DAY)
    assert await standing(world.a.heads[0]) == {"AVAILABLE": 25, "earned": 25}


async def test_ones_own_household_gets_a_reward_of_0(world: World) -> None:
    wish = await completed_wish(world.a, at=NOON, same_household=True)
    await rate(wish, 5, NOON)
    reward = await reward_of(wish)
    assert (reward.state, reward.points, reward.base, reward.bonus) == (RewardState.POSTED, 0, 20, 5)
    assert await standing(world.a.heads[0]) == {} and await told() == 0


async def test_the_daily_cap_counts_the_head_and_the_day_of_completion(world: World) -> None:
    a, head = world.a, world.a.heads[0]
    midnight = clock.start_of(clock.day_of(NOON))
    for _ in range(3):
        await completed_wish(a, at=midnight)
    fourth = await completed_wish(a, at=midnight + DAY - timedelta(microseconds=1), household=1)
    reward = await reward_of(fourth)
    assert (reward.points, reward.capped_by_day, reward.used_by_day) == (0, 20, 60)
    await completed_wish(a, at=midnight + DAY)  # the next day
    await completed_wish(a, at=midnight, head=a.heads[1])  # another head
    assert await standing(head) == {"PENDING": 80} and await standing(a.heads[1]) == {"PENDING": 20}


async def test_what_was_voided_or_returned_frees_the_cap(world: World) -> None:
    a = world.a
    wishes = [await completed_wish(a, at=NOON) for _ in range(3)]
    await rate(wishes[0], 1, NOON)
    await returned(wish_id=wishes[1].id)
    assert (await reward_of(await completed_wish(a, at=NOON))).points == 20
    # Completing the returned one again does not count itself.
    await complete(wishes[1], at=NOON)
    assert (await reward_of(wishes[1])).points == 20


async def test_the_bonus_takes_what_the_cap_still_leaves(world: World) -> None:
    a = world.a
    wishes = [await completed_wish(a, at=NOON, category=category) for category in (REPAIR, REPAIR, ERRAND, ERRAND)]
    await rate(wishes[3], 2, NOON)
    # 50 of 60 are taken: the first two bonuses fit, of the third nothing does.
    for wish in wishes[:3]:
        await rate(wish, 5, NOON + DAY)
    assert [(await reward_of(wish)).points for wish in wishes[:3]] == [25, 25, 10]
    last = await reward_of(wishes[2])
    assert (last.bonus, last.capped_by_day, last.used_by_day) == (5, 5, 50)


async def test_the_monthly_cap_counts_head_and_household(world: World) -> None:
    a = world.a
    first = datetime(2026, 5, 1, 4, tzinfo=UTC)
    for day in range(6):
        await completed_wish(a, at=first + day * DAY)
    capped = await reward_of(await completed_wish(a, at=datetime(2026, 5, 31, 15, 59, tzinfo=UTC)))
    assert (capped.points, capped.capped_by_month, capped.used_by_month) == (0, 20, 120)
    free = [
        await completed_wish(a, at=datetime(2026, 5, 31, 16, tzinfo=UTC)),  # 1 June in the district
        await completed_wish(a, at=NOON, household=1),
        await completed_wish(a, at=NOON, head=a.heads[1]),
    ]
    assert [(await reward_of(wish)).points for wish in free] == [20, 20, 20]


async def test_a_month_ends_with_its_last_day(world: World) -> None:
    """April has 30 days: what was completed on 1 May uses nothing of April's cap, though it came first."""
    a = world.a
    april = datetime(2026, 4, 1, 4, tzinfo=UTC)
    for _ in range(3):
        await completed_wish(a, at=april + 30 * DAY)
    wishes = [await completed_wish(a, at=april + (24 + day) * DAY) for day in range(6)]
    assert [(await reward_of(wish)).points for wish in wishes] == [20] * 6


async def test_two_completions_racing_under_one_cap(world: World) -> None:
    a, head = world.a, world.a.heads[0]
    for _ in range(2):
        await completed_wish(a, at=NOON)
    one, other = [await completed_wish(a, at=NOON, reward=False, household=which) for which in (0, 1)]
    counted, commit = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def first() -> None:
        await rewards.reward_completed(
            wish_id=one.id,
            head_id=head.id,
            household_id=one.household_id,
            category=REPAIR,
            completed_at=NOON,
            same_household=False,
        )
        counted.set()
        await commit.wait()

    racing = asyncio.create_task(first())
    await counted.wait()
    late = asyncio.create_task(complete(other, at=NOON))
    await until_blocked()
    commit.set()
    await asyncio.gather(racing, late)
    assert ((await reward_of(one)).points, (await reward_of(other)).points) == (20, 0)
    assert await standing(head) == {"PENDING": 60}


async def test_two_bonuses_racing_under_one_cap(world: World) -> None:
    a = world.a
    wishes = [await completed_wish(a, at=NOON, category=category) for category in (REPAIR, REPAIR, WishCategory.STUDY)]
    await asyncio.gather(*(rate(wish, 5, NOON) for wish in wishes))
    # 55 are pending and 5 are left: one bonus fits, whichever comes first.
    assert sum([(await reward_of(wish)).points for wish in wishes]) == 60
    assert await ledger.reconcile() == []


async def test_one_reward_rated_twice_at_once_is_posted_once(world: World) -> None:
    """Even where nobody locked the wish."""
    wish = await completed_wish(world.a, at=NOON)
    rated = database.transactional(rewards.reward_rated)
    await asyncio.gather(*(rated(wish_id=wish.id, stars=5, at=NOON) for _ in range(4)))
    assert await standing(world.a.heads[0]) == {"AVAILABLE": 25, "earned": 25} and await told() == 1


async def test_a_reversal_takes_back_what_is_there(world: World) -> None:
    a = world.a
    wish = await award(a, at=NOON)
    await reverse(wish_id=wish.id, reason="冒名办结", account_id=world.admin.account_id)
    reward = await reward_of(wish)
    assert (reward.state, reward.points, reward.board_points, reward.posted_at) == (RewardState.REVERSED, 0, 0, NOON)
    assert await standing(a.heads[0]) == {} and await told() == 2
    row = await database.fetch_one("SELECT account_id, details FROM audit_entries WHERE action = 'reward.reverse'")
    assert row is not None and row["account_id"] == world.admin.account_id
    assert json.loads(row["details"]) == {"points": 25, "shortfall": 0}
    await reverse(wish_id=wish.id, reason="再来一次", account_id=None)
    assert await standing(a.heads[0]) == {} and await told() == 2
    assert await ledger.reconcile() == []


async def spend(head: HouseholdHead, amount: int) -> None:
    await transfer(
        head.id,
        [
            Move(TransferKind.HOLD, Kind.AVAILABLE, Kind.HELD, amount),
            Move(TransferKind.SPEND, Kind.HELD, Kind.SPENT, amount),
        ],
    )


async def test_a_shortfall_becomes_debt_and_is_repaid_first(world: World) -> None:
    a, head = world.a, world.a.heads[0]
    wish = await award(a, at=NOON)
    await spend(head, 22)
    await reverse(wish_id=wish.id, reason="冒名办结", account_id=None)
    assert await standing(head) == {"DEBT": -22}
    await award(a, category=ERRAND, at=NOON)
    assert await standing(head) == {"DEBT": -7, "earned": 15}
    await award(a, category=ERRAND, at=NOON)
    assert await standing(head) == {"AVAILABLE": 8, "earned": 30}
    assert await ledger.reconcile() == []


async def test_reconcile_compares_each_reward_with_its_transfers(world: World) -> None:
    wish, head = await award(world.a, at=NOON), world.a.heads[0]
    await Reward.filter(wish_id=wish.id).update(base=21, points=26, board_points=26)
    assert sorted(await ledger.reconcile()) == [
        f"head {head.id}: 25 points earned, posted rewards make 26",
        f"wish {wish.id}, head {head.id}: reward 26, transfers make 25",
    ]


async def test_a_reversal_first_gives_back_a_hold_that_ran_out(world: World, api: Api) -> None:
    a, head = world.a, world.a.heads[0]
    wish = await award(a, at=NOON)
    await till.prepared(api, a)
    assert await standing(head) == {"AVAILABLE": 15, "HELD": 10, "earned": 25}
    await database.execute("UPDATE preparations SET expires_at = $1", clock.now() - timedelta(seconds=1))
    await reversals.reverse(admin(world), wish.id, "冒名办结", story.request_no())
    assert await standing(head) == {}


def viewer(world: World, head: int = 0) -> Viewer:
    return Viewer(account_id=world.a.head_people[head].account_id, head_id=world.a.heads[head].id)


def admin(world: World) -> Viewer:
    return Viewer(account_id=world.admin.account_id, admin_paths=(world.district.path,))


async def test_balances_are_for_the_head_and_oversight(world: World) -> None:
    a = world.a
    wish = await award(a, at=NOON)
    await spend(a.heads[0], 25)
    await reverse(wish_id=wish.id, reason="冒名办结", account_id=None)
    await completed_wish(a, at=NOON)
    wanted = [head.id for head in a.heads]
    own = await points_balances.balances(viewer(world), wanted)
    assert own == {a.heads[0].id: points_balances.Balances(a.heads[0].id, pending=20, available=0, held=0, debt=25)}
    assert set(await points_balances.balances(admin(world), wanted)) == set(wanted)
    staff = Viewer(account_id=UUID(int=1), staff_paths=(world.district.path,), worker_paths=(world.district.path,))
    for stranger in (ANONYMOUS, staff, Viewer(account_id=UUID(int=1), admin_paths=(world.b.community.path,))):
        assert await points_balances.balances(stranger, wanted) == {}


async def test_a_hold_that_ran_out_reads_as_available(world: World, api: Api) -> None:
    a, head = world.a, world.a.heads[0]
    await award(a, at=NOON)
    await till.prepared(api, a)
    seen = (await points_balances.balances(viewer(world), [head.id]))[head.id]
    assert (seen.available, seen.held) == (15, 10)
    await database.execute("UPDATE preparations SET expires_at = $1", clock.now())
    seen = (await points_balances.balances(viewer(world), [head.id]))[head.id]
    assert (seen.available, seen.held) == (25, 0)


async def history(world: World, head: int = 0) -> list[tuple[Any, ...]]:
    one = world.a.heads[head].id
    page = (await entries.of_heads(viewer(world, head), [one], PageRequest(100)))[one]
    return [(row.kind.value, row.points, row.debt_points, row.balance, row.debt) for row in page.rows]


async def test_history_with_its_running_balance(world: World) -> None:
    a, head = world.a, world.a.heads[0]
    wish = await award(a, at=NOON)
    await completed_wish(a, at=NOON)  # pending: not in the history yet
    await transfer(head.id, [Move(TransferKind.HOLD, Kind.AVAILABLE, Kind.HELD, 20)])
    await transfer(head.id, [Move(TransferKind.RELEASE, Kind.HELD, Kind.AVAILABLE, 5)])
    await reverse(wish_id=wish.id, reason="冒名办结", account_id=None)
    await award(a, at=NOON)
    assert await history(world) == [
        ("REWARD_POSTED", 10, 0, 10, 0),
        ("DEBT_REPAID", 0, -15, 0, 0),
        ("REVERSAL", 0, 15, 0, 15),
        ("REVERSAL", -10, 0, 0, 0),
        ("RELEASE", 5, 0, 10, 0),
        ("HOLD", -20, 0, 5, 0),
        ("REWARD_POSTED", 25, 0, 25, 0),
    ]
    lines = (await history(world))[::-1]
    for before, after in pairwise(lines):
        assert (after[3], after[4]) == (before[3] + after[1], before[4] + after[2])


async def test_each_page_of_history_goes_on_where_the_last_ended(world: World) -> None:
    a, one = world.a, world.a.heads[0].id
    for _ in range(3):
        await award(a, category=ERRAND, at=NOON)
        await spend(a.heads[0], 1)
    whole = await entries.of_heads(viewer(world), [one], PageRequest(100))
    seen, cursor = [], None
    for _ in range(3):
        page = (await entries.of_heads(viewer(world), [one], PageRequest(2, cursor)))[one]
        seen += [row.id for row in page.rows]
        cursor = page.cursor(-1)
    assert seen == [row.id for row in whole[one].rows] and len(seen) == 6
    back = (await entries.of_heads(viewer(world), [one], PageRequest(2, cursor, backwards=True)))[one]
    assert [row.id for row in back.rows] == seen[3:5]


async def test_the_history_is_nobody_elses_business(world: World) -> None:
    a = world.a
    await award(a, at=NOON)
    pending, entry = [
        row["id"]
        for row in await database.fetch(
            "SELECT id FROM points_transfers WHERE number < 4 AND number <> 2 ORDER BY number"
        )
    ]
    one = a.heads[0].id
    assert set(await entries.by_ids(viewer(world), [entry])) == {entry}
    assert await entries.by_ids(viewer(world), [pending]) == {}  # not a line of the history
    for stranger in (viewer(world, 1), ANONYMOUS):
        assert await entries.by_ids(stranger, [entry]) == {}
        assert not (await entries.of_heads(stranger, [one], PageRequest(10)))[one].rows


async def test_node_gives_an_entry(world: World, api: Api) -> None:
    await award(world.a, at=NOON)
    answer = await api.run(world.a.head_people[0].token, "PointsHistory", first=1)
    (edge,) = answer["viewer"]["householdHead"]["pointsEntries"]["edges"]
    document = "query ($id: ID!) { node(id: $id) { id ... on PointsEntry { points balance } } }"
    own = await api.query(world.a.head_people[0].token, document, id=edge["node"]["id"])
    assert own == {"node": {"id": edge["node"]["id"], "points": 25, "balance": 25}}
    assert await api.query(world.a.head_people[1].token, document, id=edge["node"]["id"]) == {"node": None}


async def test_an_explanation_tells_rule_sums_and_caps_that_bit(world: World) -> None:
    a = world.a
    for _ in range(2):
        await completed_wish(a, at=NOON)
    await completed_wish(a, at=NOON, category=ERRAND)
    wish = await award(a, at=NOON, stars=5)
    found = await explanations.explain_reward(viewer(world), wish.id)
    assert found is not None
    assert (found.rule_version, found.base, found.bonus, found.points, found.state) == (
        1,
        20,
        5,
        10,
        RewardState.POSTED,
    )
    assert found.by_day == explanations.Cap(60, 50, 15) and found.by_month == explanations.Cap(120, 50, 0)
    assert found.lines == [
        "按积分规则第 1 版计算",
        "基础分：维修 20 分",
        "评价加分：5 星，加 5 分",
        "每日上限 60 分，其他心愿已占 50 分，扣减 15 分",
        "合计 10 分，已入账",
    ]


@pytest.mark.parametrize(
    ("stars", "same_household", "lines"),
    [
        (None, False, ["评价加分：超时自动评单，不加分", "合计 20 分，已入账"]),
        (1, False, ["评价 1 星，低于 3 星，不计积分", "合计 0 分，已作废，不计积分"]),
        (4, True, ["评价加分：4 星，加 2 分", "联户长与提出人同属一户，不计积分", "合计 0 分，已入账"]),
    ],
)
async def test_an_explanation_of_each_rating(
    world: World, stars: int | None, same_household: bool, lines: list[str]
) -> None:
    wish = await completed_wish(world.a, at=NOON, same_household=same_household)
    await rate(wish, stars, NOON)
    found = await explanations.explain_reward(viewer(world), wish.id)
    assert found is not None and found.lines[2:] == lines


async def test_an_explanation_before_the_rating_and_of_the_monthly_cap(world: World) -> None:
    a = world.a
    for day in range(6):
        await completed_wish(a, at=NOON - day * DAY)
    wish = await completed_wish(a, at=NOON + DAY)
    found = await explanations.explain_reward(viewer(world), wish.id)
    assert found is not None
    assert found.lines[2:] == [
        "评价加分：尚未评单",
        "每户每月上限 120 分，其他心愿已占 120 分，扣减 20 分",
        "合计 0 分，待评单后入账",
    ]


async def test_an_explanation_is_for_the_head_and_oversight(world: World, api: Api) -> None:
    wish = ids.make("Wish", (await award(world.a, at=NOON)).id)
    for person in (world.a.head_people[0], world.admin, world.auditor):
        answer = await api.run(person.token, "ExplainReward", wishId=wish)
        assert answer["explainReward"]["points"] == 25
    assert world.a.staff and world.a.worker
    strangers = (world.a.head_people[1], world.b.head_people[0], world.a.residents[0], world.a.staff, world.a.worker)
    for token in (None, *(person.token for person in strangers)):
        assert await api.run(token, "ExplainReward", wishId=wish) == {"explainReward": None}
    for bad in ("", "x", ids.make("Household", UUID(int=1)), ids.make("Wish", UUID(int=1))):
        assert await api.run(world.admin.token, "ExplainReward", wishId=bad) == {"explainReward": None}


async def told_history(api: Api, token: str) -> list[dict[str, Any]]:
    answer = await api.run(token, "PointsHistory")
    return [edge["node"] for edge in answer["viewer"]["householdHead"]["pointsEntries"]["edges"]]


async def test_points_history_leads_to_what_is_behind_each_line(world: World, api: Api) -> None:
    a, token = world.a, world.a.head_people[0].token
    await award(a, at=NOON)
    first = await till.redeemed(api, a)
    nodes = await told_history(api, token)
    assert [(node["kind"], node["points"], node["balance"]) for node in nodes] == [
        ("SPEND", -10, 15),
        ("REWARD_POSTED", 25, 25),
    ]
    assert nodes[0]["redemption"]["id"] == first["id"] and nodes[0]["redemption"]["discount"]["title"] == "全场八折"
    assert nodes[0]["wish"] is None and nodes[1]["redemption"] is None
    assert nodes[1]["wish"]["title"] == "水龙头漏水"


async def test_a_hold_let_go_leads_nowhere_a_revocation_does(world: World, api: Api) -> None:
    a, token = world.a, world.a.head_people[0].token
    await award(a, at=NOON)
    redemption = await till.redeemed(api, a)
    assert a.cashier
    await story.done(
        api, a.cashier, "RedemptionRevoke", redemptionId=redemption["id"], requestNo="revoke", reason="顾客退货"
    )
    await till.prepared(api, a)
    await database.execute("UPDATE preparations SET expires_at = $1 WHERE state = 'LIVE'", clock.now())
    await holds.release_expired()
    nodes = await told_history(api, token)
    assert [(node["kind"], node["redemption"] and node["redemption"]["id"]) for node in nodes] == [
        ("RELEASE", None),
        ("HOLD", None),
        ("REFUND", redemption["id"]),
        ("SPEND", redemption["id"]),
        ("REWARD_POSTED", None),
    ]
    assert [node["balance"] for node in nodes] == [25, 15, 25, 15, 25]
