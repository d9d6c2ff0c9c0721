"""One's own place: what is told to oneself alone; and of which board a rank is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.enums import AreaKind, WishCategory
from models.enums import LeaderboardPeriod as P
from models.people import Area, HouseholdHead
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.kit.viewer import ANONYMOUS, Viewer
from services.points import open_boards, scores, standings
from tests.town import buffers
from tests.town import world as making
from tests.town.boards import becomes, board_of
from tests.town.documents import Api, text
from tests.town.points import award, reverse
from tests.town.world import Community, World

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
ERRAND, REPAIR = WishCategory.ERRAND, WishCategory.REPAIR


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after what happens here."""
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))


async def me(world: World, api: Api, head: int = 0, **variables: Any) -> dict[str, Any]:
    """What a head is told of the own place in the own community, this month."""
    given = {"areaId": ids.make("Area", world.a.community.id), "period": "MONTH"} | variables
    board = (await api.run(world.a.head_people[head].token, "LeaderboardMe", **given))["leaderboard"]
    return dict(board)


def viewer(world: World, head: int = 0) -> Viewer:
    return Viewer(account_id=world.a.head_people[head].account_id, head_id=world.a.heads[head].id)


async def more(of: Community, count: int, *, grid: Area | None = None, **given: Any) -> list[HouseholdHead]:
    """So many more heads, of another grid if given, each with a wish of a household of A's that was rated."""
    found = [await making.head(grid or of.grid, f"{number}联户") for number in range(count)]
    for head in found:
        await award(of, head=head, **{"at": NOON} | given)
    return found


async def test_what_is_missing_and_who_is_behind(world: World, api: Api) -> None:
    """Two with 50 each share the first rank; the third, with 20, lacks 30."""
    a = world.a
    for head, household in ((0, 0), (0, 1), (1, 0), (1, 1)):
        await award(a, at=NOON - DAY, head=a.heads[head], household=household)
    (third,) = await more(a, 1, category=ERRAND)
    own = Viewer(account_id=UUID(int=1), head_id=third.id)
    board = await board_of(a.community, P.MONTH, NOON)
    last = (await standings.standings(own, [board]))[board]
    assert (last.rank, last.points, last.to_next, last.ahead_of) == (3, 15, 35, 0)
    for head in (0, 1):
        found = (await me(world, api, head))["me"]
        assert found == {
            "rank": 1, "previousRank": 1, "movement": 0, "points": 50, "wishes": 2, "households": 2, "toNext": None,
            "aheadOf": 1, "band": "FIRST_TENTH",
            "best": {"period": "MONTH", "startsAt": "2026-05-01T00:00:00+08:00", "points": 50},
        }  # fmt: skip
    assert (await me(world, api))["around"] is None, "of three, nobody is shown the places"


@pytest.mark.parametrize("column", ["suspended_at", "left_at"])
async def test_who_is_suspended_or_gone_is_nowhere(world: World, api: Api, column: str) -> None:
    """Off the board, the ranks, the neighbours and the counts."""
    a = world.a
    heads = [*a.heads, *await more(a, 4, at=NOON - DAY, category=ERRAND)]
    for head in a.heads:
        await award(a, at=NOON - DAY, head=head)
    before = await me(world, api)
    assert (before["participants"], before["scored"], len(before["around"])) == (6, 6, 4)
    await becomes(heads[1], **{column: NOON})
    after = await me(world, api)
    assert (after["participants"], after["scored"], after["me"]["rank"], after["me"]["aheadOf"]) == (5, 5, 1, 4)
    assert "钱**" not in [one["head"]["displayName"] for one in after["around"]]
    assert [one["rank"] for one in after["around"]] == [1, 2, 2, 2]
    await becomes(heads[0], **{column: NOON})
    gone = await me(world, api)
    assert (gone["participants"], gone["scored"], gone["me"], gone["around"]) == (4, 4, None, None)


@pytest.mark.parametrize(("place", "radius"), [(0, 3), (1, 3), (3, 1), (5, 10), (5, None)])
async def test_the_places_around_ones_own(world: World, api: Api, place: int, radius: int | None) -> None:
    """At both ends and between; from the second on, all have as many points, and who had them earlier leads."""
    a = world.a
    order = [await making.head(a.grid, f"{number}联户") for number in range(5)]
    order.insert(place, a.heads[0])
    for number, head in enumerate(order):
        await award(a, at=NOON + timedelta(minutes=number), head=head)
    await award(a, at=NOON, head=order[0], household=1)
    found = (await me(world, api, **({} if radius is None else {"radius": radius})))["around"]
    size = radius or 3
    expected = order[max(0, place - size) : place + size + 1]
    assert [one["head"]["displayName"][0] for one in found] == [head.name[0] for head in expected]
    assert [one["isMe"] for one in found] == [head is a.heads[0] for head in expected]
    assert [one["rank"] for one in found] == [1 if head is order[0] else 2 for head in expected]


async def test_around_is_nothing_for_who_has_no_place(world: World, api: Api) -> None:
    a = world.a
    await more(a, 5)
    assert (await me(world, api))["around"] is None  # no points yet
    assert a.staff
    board = await board_of(a.community, P.MONTH, NOON)
    for person in (a.staff, world.admin, a.residents[0]):
        answer = await api.run(person.token, "LeaderboardMe", areaId=ids.make("Area", board.area.id), period="MONTH")
        assert (answer["leaderboard"]["around"], answer["leaderboard"]["me"]) == (None, None)


@pytest.mark.parametrize("radius", [0, 11, -1])
async def test_a_radius_is_one_to_ten(world: World, api: Api, radius: int) -> None:
    variables = {"period": "MONTH", "radius": radius}
    body = {"query": text("LeaderboardMe"), "variables": variables}
    (error,) = (await api.send(world.a.head_people[0].token, body)).json()["errors"]
    assert (error["extensions"]["code"], error["message"]) == ("INVALID_INPUT", "前后名次数须为 1 到 10")


async def test_what_was_posted_today_moves_a_place(world: World, api: Api) -> None:
    a = world.a
    await more(a, 4, at=NOON - DAY)
    await award(a, at=NOON - 2 * DAY, category=ERRAND)
    before = (await me(world, api))["me"]
    assert (before["rank"], before["previousRank"], before["movement"]) == (5, 5, 0)
    today = await award(a, at=NOON, household=1)
    after = await me(world, api)
    assert (after["me"]["rank"], after["me"]["previousRank"], after["me"]["movement"]) == (1, 5, 4)
    assert [(one["rank"], one["previousRank"]) for one in after["around"]] == [(1, 5), (2, 1), (2, 1), (2, 1)]
    await reverse(wish_id=today.id, reason="误评", account_id=None)
    assert (await me(world, api))["me"] == before
    assert (await me(world, api, period="WEEK"))["me"]["movement"] == 0, "each board by its own window"


async def test_who_is_new_today_was_nowhere(world: World, api: Api) -> None:
    await award(world.a, at=NOON)
    found = (await me(world, api))["me"]
    assert (found["previousRank"], found["movement"]) == (None, None)


async def test_a_new_day_forgets_the_movement(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await more(world.a, 4, at=NOON - DAY)
    await award(world.a, at=NOON, household=0)
    await award(world.a, at=NOON, household=1)
    assert (await me(world, api))["me"]["previousRank"] is None
    for folded in (False, True):
        later = NOON + (2 if folded else 1) * DAY
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        while folded and await scores.waits():
            await scores.fold()
        found = (await me(world, api))["me"]
        assert (found["rank"], found["previousRank"], found["movement"]) == (1, 1, 0)
    days = await database.fetch("SELECT DISTINCT since::text FROM board_counts")
    assert [row["since"] for row in days] == ["-infinity"]


async def test_by_wishes_and_by_households(world: World, api: Api) -> None:
    a = world.a
    heads = [*a.heads, *await more(a, 3, at=NOON - DAY, stars=3)]
    for household in (0, 0, 0):
        await award(a, at=NOON, household=household, category=ERRAND, stars=3)
    for household in (0, 1):
        await award(a, at=NOON, head=heads[1], household=household)
    found = {
        measure: [(one["rank"], one["wishes"], one["households"], one["points"]) for one in board["around"]]
        for measure in ("POINTS", "WISHES", "HOUSEHOLDS")
        for board in [await me(world, api, measure=measure, radius=10)]
        if board["measure"] == measure
    }
    assert found["WISHES"][:2] == [(1, 3, 1, 30), (2, 2, 2, 50)]
    assert found["HOUSEHOLDS"][0] == (1, 2, 2, 50) and (2, 3, 1, 30) in found["HOUSEHOLDS"]
    assert found["POINTS"][:2] == [(1, 2, 2, 50), (2, 3, 1, 30)]
    wishes = (await me(world, api, measure="WISHES"))["me"]
    households = (await me(world, api, measure="HOUSEHOLDS"))["me"]
    assert (wishes["rank"], wishes["toNext"], wishes["aheadOf"]) == (1, None, 4)
    assert (households["rank"], households["toNext"], households["aheadOf"]) == (2, 1, 0)


async def test_the_best_window_is_of_the_same_kind(world: World, api: Api) -> None:
    for months in (1, 2):
        for household in range(months):
            await award(world.a, at=NOON - months * 31 * DAY, household=household)
    await award(world.a, at=NOON, category=ERRAND)
    found = (await me(world, api))["me"]
    assert (found["points"], found["best"]["points"]) == (15, 50)
    assert found["best"]["startsAt"].startswith("2026-03-01")
    ever = (await me(world, api, period="ALL"))["me"]["best"]
    assert ever == {"period": "ALL", "startsAt": None, "points": 90}


# -- the board of a rank -----------------------------------------------------------------------------------------------


async def test_a_rank_is_of_the_smallest_board_that_is_not_sparse(world: World, api: Api) -> None:
    a, b, own = world.a, world.b, world.a.heads[0].id
    mine = viewer(world)
    await award(a, at=NOON)

    async def found() -> tuple[Any, Any]:
        with database.observed_statements() as seen:
            board = (await standings.boards_of(mine, [own])).get(own)
            rank = (await standings.ranks_of(mine, [own])).get(own)
        assert len(seen) == 2
        return board and (board.area.kind, board.period), rank

    assert await found() == (None, None)
    town = await making.area(world.district, AreaKind.SUBDISTRICT, "s2", "南关街道")
    far = await making.area(await making.area(town, AreaKind.COMMUNITY, "z", "丙社区"), AreaKind.GRID, "g1", "一")
    await more(a, 4, grid=far)
    assert await found() == ((AreaKind.DISTRICT, P.MONTH), 1)
    await more(a, 4, grid=b.grid, at=NOON - 35 * DAY, household=1)
    assert await found() == ((AreaKind.SUBDISTRICT, P.QUARTER), 1)
    await more(a, 4, grid=b.grid, category=ERRAND)
    assert await found() == ((AreaKind.SUBDISTRICT, P.MONTH), 1)
    await more(a, 4, at=NOON - 35 * DAY, household=2)
    assert await found() == ((AreaKind.COMMUNITY, P.QUARTER), 1)
    (better, *_) = await more(a, 4, household=2)
    await award(a, at=NOON, head=better, household=1)
    assert await found() == ((AreaKind.COMMUNITY, P.MONTH), 2)
    standing = (await api.run(a.head_people[0].token, "HeadStanding"))["viewer"]["householdHead"]
    assert (standing["rank"], standing["rankBoard"]["area"]["name"], standing["rankBoard"]["period"]) == (
        2, "A社区", "MONTH"
    )  # fmt: skip


async def test_a_rank_is_for_the_head_oversight_and_who_opted_in(world: World) -> None:
    a, one = world.a, world.a.heads[0].id
    await more(a, 4)
    await award(a, at=NOON)
    assert await standings.ranks_of(viewer(world), [one]) == {one: 1}
    staff = Viewer(account_id=UUID(int=1), staff_paths=(world.district.path,))
    for stranger in (viewer(world, 1), staff, ANONYMOUS):
        assert await standings.ranks_of(stranger, [one]) == {}
        assert await standings.boards_of(stranger, [one]) == {}
    await more(a, 1)
    await becomes(a.heads[0], opted_in_at=None)
    assert await standings.ranks_of(viewer(world), [one]) == {}
    assert set(await standings.boards_of(viewer(world), [one])) == {one}, "the board is there, the place is not"


async def test_ranks_of_many_heads_take_one_statement(world: World) -> None:
    heads = [head.id for head in await more(world.a, 6)]
    admin = Viewer(account_id=world.admin.account_id, admin_paths=(world.district.path,))
    with database.observed_statements() as seen:
        assert await standings.ranks_of(admin, heads) == dict.fromkeys(heads, 1)
    assert len(seen) == 1


async def test_a_heads_score_is_found_by_the_head(world: World) -> None:
    await award(world.a, at=NOON)
    board = await open_boards.find(ANONYMOUS, None, P.MONTH, None)
    assert board
    with buffers.sent() as statements:
        await standings.standings(viewer(world), [board])
    for statement in statements:
        assert {name for name in await buffers.indexes_of(statement) if "scores" in name} == {"scores_once_a_window"}


async def test_points_and_rank_on_the_head(world: World, api: Api) -> None:
    await more(world.a, 4)
    await award(world.a, at=NOON)
    document = """query ($id: ID!) { node(id: $id) { ... on HouseholdHead { name rank rankBoard { period }
        points { available pending held debt } pointsEntries(first: 1) { edges { node { points } } } } } }"""
    head_id = ids.make("HouseholdHead", world.a.heads[0].id)
    full = {
        "name": "赵联户",
        "rank": 1,
        "rankBoard": {"period": "MONTH"},
        "points": {"available": 25, "pending": 0, "held": 0, "debt": 0},
        "pointsEntries": {"edges": [{"node": {"points": 25}}]},
    }
    for person in (world.a.head_people[0], world.admin, world.auditor):
        assert (await api.query(person.token, document, id=head_id))["node"] == full
    assert world.a.staff and world.a.worker
    nothing = {"name": "赵联户", "rank": None, "rankBoard": None, "points": None, "pointsEntries": None}
    for person in (world.a.staff, world.a.worker, world.a.residents[0]):
        assert (await api.query(person.token, document, id=head_id))["node"] == nothing
