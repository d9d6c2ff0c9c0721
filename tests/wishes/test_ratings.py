"""Ratings by the household, by call-back and by time, and what each does to the reward and the head's rate."""

from datetime import timedelta

import pytest

from models.enums import Role
from schema.graph import ids
from services.db import database
from services.points import ledger
from services.work import tick
from tests.town import story, wishes
from tests.town import world as district
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.story import act, code, done
from tests.town.wishes import automatically_rated, events_of, filed, is_due, rate_of, reward_of, row_of
from tests.town.world import World

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("stars", "reward"),
    [(1, ("VOIDED", 0)), (2, ("VOIDED", 0)), (3, ("POSTED", 20)), (4, ("POSTED", 22)), (5, ("POSTED", 25))],
)
async def test_stars_decide_the_reward(world: World, api: Api, stars: int, reward: tuple[str, int]) -> None:
    wish = await wishes.completed(api, world.a)
    assert await reward_of(wish) == ("PENDING", 20)
    answer = await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=stars, comment="谢谢\n你们")
    assert answer["wish"]["stars"] == stars and answer["wish"]["ratingSource"] == "HOUSEHOLD"
    assert answer["wish"]["ratingComment"] == "谢谢\n你们" and answer["wish"]["availableActions"] == []
    assert await reward_of(wish) == reward and await rate_of(world.a) == (1, stars)
    async with unchanged():
        await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=stars, comment="另一句")
        other = await act(api, world.a.residents[0], "WishRate", wishId=wish, stars=stars % 5 + 1)
        assert code(other) == "INVALID_STATE"
    assert await ledger.reconcile() == []


@pytest.mark.parametrize("stars", [-1, 0, 6, 2**31 - 1])
async def test_only_1_to_5_stars(world: World, api: Api, stars: int) -> None:
    wish = await wishes.completed(api, world.a)
    async with unchanged():
        payload = await act(api, world.a.residents[0], "WishRate", wishId=wish, stars=stars)
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "stars"]
        payload = await act(api, world.a.residents[0], "WishRate", wishId=wish, stars=5, comment="长" * 501)
        assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "comment"]


async def test_any_resident_of_the_household_rates_and_redoes(world: World, api: Api) -> None:
    wish = await wishes.completed(api, world.a)
    grandson = await district.person("孙小明", Role.RESIDENT, household=world.a.households[0])
    async with unchanged():
        assert (
            code(await act(api, grandson, "WishRate", wishId=wish, stars=5, callBackNote="打过电话")) == "INVALID_INPUT"
        )
    await done(api, grandson, "WishRedo", wishId=wish, reason="还在漏")
    async with unchanged():
        assert code(await act(api, grandson, "WishCancel", wishId=wish)) == "FORBIDDEN"
    await done(api, world.a.head_people[0], "WishComplete", wishId=wish)
    await done(api, grandson, "WishRate", wishId=wish, stars=4)
    assert (await row_of(wish))["rated_by_id"] == grandson.account_id


async def test_redo_twice_and_the_reward_follows(world: World, api: Api) -> None:
    wish = await wishes.completed(api, world.a)
    resident, head = world.a.residents[0], world.a.head_people[0]
    for count in (1, 2):
        answer = await done(api, resident, "WishRedo", wishId=wish, reason="还在漏")
        assert (answer["wish"]["state"], answer["wish"]["redoCount"]) == ("ACCEPTED", count)
        assert await reward_of(wish) == ("RETURNED", 0)
        async with unchanged():
            await done(api, resident, "WishRedo", wishId=wish, reason="还在漏")
        await done(api, head, "WishComplete", wishId=wish)
        assert await reward_of(wish) == ("PENDING", 20)
    async with unchanged():
        assert code(await act(api, resident, "WishRedo", wishId=wish, reason="还在漏")) == "LIMIT_REACHED"
    detail = (await api.run(resident.token, "WishDetail", id=wish))["node"]
    assert detail["availableActions"] == ["RATE"]
    await done(api, resident, "WishRate", wishId=wish, stars=5)
    assert await reward_of(wish) == ("POSTED", 25) and await ledger.reconcile() == []


async def test_another_head_completes_after_a_redo(world: World, api: Api) -> None:
    wish = await wishes.completed(api, world.a)
    await done(api, world.a.residents[0], "WishRedo", wishId=wish, reason="还在漏")
    await done(api, world.a.head_people[0], "WishHandBack", wishId=wish, reason="修不了")
    await done(api, world.a.staff, "WishDispatch", wishId=wish)  # type: ignore[arg-type]
    await done(api, world.a.head_people[1], "WishAccept", wishId=wish)
    await done(api, world.a.head_people[1], "WishComplete", wishId=wish)
    await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=3)
    assert await database.fetch_value("SELECT head_id FROM rewards WHERE state = 'POSTED'") == world.a.heads[1].id
    assert (await rate_of(world.a, 0), await rate_of(world.a, 1)) == ((0, 0), (1, 3))
    assert await ledger.reconcile() == []


async def test_staff_rate_from_a_call_back_what_was_filed_on_behalf(world: World, api: Api) -> None:
    filer = world.a.worker
    wish = await filed(api, world.a, filer)
    own = await wishes.completed(api, world.a)
    staff = world.a.staff
    async with unchanged():
        for note in (None, "", " ", "长" * 201):
            payload = await act(api, staff, "WishRate", wishId=wish, stars=4, callBackNote=note)
            assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", "callBackNote"]
        assert code(await act(api, staff, "WishRate", wishId=own, stars=4, callBackNote="电话")) == "FORBIDDEN"
        assert code(await act(api, filer, "WishRate", wishId=wish, stars=4, callBackNote="电话")) == "FORBIDDEN"
    answer = await done(api, staff, "WishRate", wishId=wish, stars=4, comment="很好", callBackNote="电话回访,本人说好")  # type: ignore[arg-type]
    assert answer["wish"]["ratingSource"] == "CALL_BACK"
    assert await reward_of(wish) == ("POSTED", 22) and await rate_of(world.a) == (1, 4)
    assert (await events_of(wish))[-1] == "STAFF RATE COMPLETED>RATED"
    assert await database.fetch_value("SELECT text FROM texts ORDER BY id DESC LIMIT 1") == "电话回访,本人说好"


async def test_neither_the_filer_nor_the_completer_rates(world: World, api: Api) -> None:
    """A staff member who filed it, and a head who lives in the household and completed it."""
    wish = await filed(api, world.a, world.a.staff)
    await district.grant(world.a.head_people[0].account_id, Role.RESIDENT, household=world.a.households[0])
    async with unchanged():
        payload = await act(api, world.a.staff, "WishRate", wishId=wish, stars=5, callBackNote="电话")
        assert code(payload) == "FORBIDDEN"
        assert code(await act(api, world.a.head_people[0], "WishRate", wishId=wish, stars=5)) == "FORBIDDEN"
    await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=5)


async def test_the_completer_does_not_rate_even_when_no_head_any_more(world: World, api: Api) -> None:
    wish = await wishes.completed(api, world.a)
    account_id = world.a.head_people[0].account_id
    await database.execute("UPDATE memberships SET revoked_at = now() WHERE account_id = $1", account_id)
    await district.grant(account_id, Role.RESIDENT, household=world.a.households[0])
    async with unchanged():
        assert code(await act(api, world.a.head_people[0], "WishRate", wishId=wish, stars=5)) == "FORBIDDEN"


async def test_one_s_own_household_earns_nothing(world: World, api: Api) -> None:
    await district.grant(world.a.head_people[0].account_id, Role.RESIDENT, household=world.a.households[0])
    wish = await wishes.completed(api, world.a)
    assert await reward_of(wish) == ("PENDING", 0)
    await done(api, world.a.residents[0], "WishRate", wishId=wish, stars=5)
    assert await reward_of(wish) == ("POSTED", 0)
    assert await database.fetch_value("SELECT count(*) FROM points_transfers") == 0


@pytest.mark.parametrize(("by", "points"), [("resident", 0), ("staff", 20)])
async def test_who_lives_with_the_requester_earns_nothing_elsewhere(
    world: World, api: Api, by: str, points: int
) -> None:
    """But who only files on behalf of a household is no requester."""
    filer = world.a.residents[0] if by == "resident" else world.a.staff
    assert filer and world.a.staff
    for account_id in (filer.account_id, world.a.head_people[0].account_id):
        await district.grant(account_id, Role.RESIDENT, household=world.a.households[1])
    consent = {} if by == "resident" else {"consentNote": "电话同意"}
    wish = (await done(
        api, filer, "WishSubmit", householdId=ids.make("Household", world.a.households[0].id), category="REPAIR",
        title="修灯", requestNo=story.request_no(), **consent,
    ))["wish"]["id"]  # fmt: skip
    head_id = ids.make("HouseholdHead", world.a.heads[0].id)
    await done(api, world.a.staff, "WishDispatch", wishId=wish, headId=head_id)
    for step in ("WishAccept", "WishComplete"):
        await done(api, world.a.head_people[0], step, wishId=wish)
    assert await reward_of(wish) == ("PENDING", points)


async def test_automatic_rating_posts_the_base_and_counts_in_no_rate(world: World, api: Api) -> None:
    wish = await wishes.completed(api, world.a)
    await automatically_rated(api, wish)
    row = await row_of(wish)
    assert (row["state"], row["rating_source"], row["stars"], row["deadline_at"]) == ("RATED", "AUTOMATIC", None, None)
    assert await reward_of(wish) == ("POSTED", 20) and await rate_of(world.a) == (0, 0)
    assert (await events_of(wish))[-1] == "TICK RATE_AUTOMATICALLY COMPLETED>RATED"


@pytest.mark.parametrize(
    ("stars", "reward", "available"),
    [(1, ("REVERSED", 0), 0), (2, ("REVERSED", 0), 0), (3, ("POSTED", 20), 20), (5, ("POSTED", 20), 20)],
)
async def test_a_late_rating_counts_once_and_1_or_2_takes_back(
    world: World, api: Api, stars: int, reward: tuple[str, int], available: int
) -> None:
    wish = await wishes.completed(api, world.a)
    await automatically_rated(api, wish, 30 * DAY - timedelta(minutes=1))
    resident = world.a.residents[0]
    assert (await api.run(resident.token, "WishDetail", id=wish))["node"]["availableActions"] == ["RATE"]
    answer = await done(api, resident, "WishRate", wishId=wish, stars=stars)
    assert answer["wish"]["ratingSource"] == "HOUSEHOLD" and answer["wish"]["availableActions"] == []
    assert await reward_of(wish) == reward and await rate_of(world.a) == (1, stars)
    home = await api.run(world.a.head_people[0].token, "WishDetail", id=wish)
    assert home["node"]["reward"]["state"] == reward[0]
    balance = await database.fetch_value(
        "SELECT balance FROM points_accounts WHERE head_id = $1 AND kind = 'AVAILABLE'", world.a.heads[0].id
    )
    assert balance == available and await ledger.reconcile() == []
    async with unchanged():
        await done(api, resident, "WishRate", wishId=wish, stars=stars)
        assert code(await act(api, resident, "WishRate", wishId=wish, stars=4)) == "INVALID_STATE"


async def test_after_30_days_the_automatic_rating_stands(world: World, api: Api) -> None:
    wish = await wishes.completed(api, world.a)
    await automatically_rated(api, wish, 30 * DAY)
    async with unchanged():
        assert code(await act(api, world.a.residents[0], "WishRate", wishId=wish, stars=1)) == "INVALID_STATE"


async def test_a_head_who_filed_it_earns_only_by_a_real_rating(world: World, api: Api) -> None:
    wish = await filed(api, world.a, world.a.head_people[0])
    await automatically_rated(api, wish)
    row = await row_of(wish)
    assert (row["state"], row["rating_source"]) == ("RATED", "AUTOMATIC")
    assert row["deadline_at"] == row["rated_at"] + 30 * DAY
    assert await reward_of(wish) == ("PENDING", 20)
    async with unchanged():
        await tick.run()
    await is_due(wish)
    counts = await tick.run()
    assert counts["rewards_voided"] == 1 and await reward_of(wish) == ("VOIDED", 0)
    assert (await row_of(wish))["deadline_at"] is None
    async with unchanged():
        assert (await tick.run())["rewards_voided"] == 0


@pytest.mark.parametrize(("stars", "reward"), [(1, ("VOIDED", 0)), (3, ("POSTED", 20)), (5, ("POSTED", 25))])
@pytest.mark.parametrize("by", ["resident", "staff"])
async def test_a_late_rating_decides_what_its_filer_earns(
    world: World, api: Api, stars: int, reward: tuple[str, int], by: str
) -> None:
    wish = await filed(api, world.a, world.a.head_people[0])
    await automatically_rated(api, wish, 10 * DAY)
    person = world.a.residents[0] if by == "resident" else world.a.staff
    note = {} if by == "resident" else {"callBackNote": "电话回访"}
    answer = await done(api, person, "WishRate", wishId=wish, stars=stars, **note)  # type: ignore[arg-type]
    assert answer["wish"]["ratingSource"] == ("HOUSEHOLD" if by == "resident" else "CALL_BACK")
    assert await reward_of(wish) == reward and (await row_of(wish))["deadline_at"] is None
    assert await ledger.reconcile() == []


async def test_another_head_than_the_filer_earns_by_time_too(world: World, api: Api) -> None:
    wish = await filed(api, world.a, world.a.head_people[1], household=2)
    await automatically_rated(api, wish)
    assert await reward_of(wish) == ("POSTED", 20) and (await row_of(wish))["deadline_at"] is None


async def test_staff_who_are_heads_earn_what_they_filed_by_a_rating(world: World, api: Api) -> None:
    await district.grant(world.a.head_people[0].account_id, Role.COMMUNITY_STAFF, area=world.a.community)
    wish = await filed(api, world.a, world.a.head_people[0], household=2)
    await automatically_rated(api, wish)
    assert await reward_of(wish) == ("PENDING", 20)
