"""Which boards there are, whether their window runs, and when it begins anew."""

from datetime import UTC, datetime, timedelta

import pytest

from models.enums import LeaderboardMeasure as M
from models.enums import LeaderboardPeriod as P
from schema.graph import ids
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.ids import Piece
from services.kit.viewer import ANONYMOUS
from services.points import open_boards, watching
from tests.town.boards import board_of
from tests.town.documents import Api
from tests.town.points import award
from tests.town.world import World, everybody, viewer

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
END = datetime(2026, 5, 31, 16, tzinfo=UTC)  # of May, in Shanghai
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (NOON, "LIVE"),
        (END - MOMENT, "LIVE"),
        (END, "SETTLING"),
        (END + timedelta(hours=24) - MOMENT, "SETTLING"),
        (END + timedelta(hours=24), "CLOSED"),
    ],
)
async def test_a_board_settles_for_a_day(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, now: datetime, state: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    found = (await api.run(None, "Leaderboard", period="MONTH", at=NOON.isoformat()))["leaderboard"]
    ends = "2026-06-01T00:00:00+08:00"
    assert (found["state"], found["endsAt"]) == (state, ends)
    assert found["nextReset"] == (ends if state == "LIVE" else None)
    assert datetime.fromisoformat(found["serverTime"]) == now
    ever = (await api.run(None, "Leaderboard", period="ALL"))["leaderboard"]
    assert (ever["state"], ever["nextReset"], ever["endsAt"]) == ("LIVE", None, None)


async def test_there_are_no_past_boards_of_grids_and_buildings(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    a = world.a
    assert a.staff
    document = """query ($id: ID!, $at: DateTime) { node(id: $id) { ... on Area {
        leaderboard(period: MONTH, at: $at) { state } } } }"""
    for area in (a.grid, a.building, a.community):
        key = ids.make("Area", area.id)
        for at, there in ((NOON, True), (NOON - timedelta(days=31), area is a.community)):
            answer = await api.run(a.staff.token, "Leaderboard", areaId=key, period="MONTH", at=at.isoformat())
            below = (await api.query(a.staff.token, document, id=key, at=at.isoformat()))["node"]["leaderboard"]
            assert (answer["leaderboard"] is not None, below is not None) == (there, there), (area.name, at)
        april = Piece(area.id, "MONTH/2026-04-01")
        assert bool(await open_boards.by_ids(ANONYMOUS, [april])) == (area is a.community)


async def test_the_board_of_a_building_is_for_its_own(world: World, api: Api) -> None:
    """For who lives there, or is the head of a household there, and who works there: no places, what was done together.
    Also by its id, and for who subscribes."""
    a = world.a
    await award(a, at=clock.now())
    document = """query ($id: ID!) { node(id: $id) { ... on Leaderboard {
        together { wishes } entries { edges { cursor } } } } }"""
    board = (await board_of(a.building, P.MONTH, clock.now())).id
    found = {}
    for name, who in everybody(world).items():
        token = who and who.token
        own = (await api.run(token, "Leaderboard", areaId=ids.make("Area", a.building.id), period="MONTH"))[
            "leaderboard"
        ]
        again = (await api.query(token, document, id=ids.make("Leaderboard", board)))["node"]
        assert (own is None) == (again is None), name
        watched = watching.Watched(a.building.id, P.MONTH)
        seen = await viewer(who) if who else ANONYMOUS
        if own is None:
            with pytest.raises(Refusal):
                await watched.interest(seen)
        else:
            await watched.interest(seen)
            assert await watched.interest(seen), "and goes on"
            assert own["area"]["name"] == "1栋" and again["together"] == {"wishes": 1}
            found[name] = again["entries"] is None
    live = {"resident", "neighbour", "head", "other head"}
    assert found == dict.fromkeys(live, True) | dict.fromkeys(("worker", "staff", "admin", "auditor"), False)


@pytest.mark.parametrize("period", [P.MONTH, P.QUARTER, P.YEAR])
async def test_the_first_board_of_all_is_found_by_its_id(world: World, api: Api, period: P) -> None:
    asked = {"period": period.value, "at": "2000-01-01T00:00:00+08:00"}
    document = "query($period: LeaderboardPeriod!, $at: DateTime) { leaderboard(period: $period, at: $at) { id } }"
    board = (await api.query(None, document, **asked))["leaderboard"]
    assert await api.query(None, "query($id: ID!) { node(id: $id) { id } }", id=board["id"]) == {"node": board}


async def test_a_board_by_another_measure_is_another_board(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    month = await board_of(world.district, P.MONTH, NOON)
    boards = [open_boards.Leaderboard(month.area, month.period, month.window, measure) for measure in M]
    assert len({board.name for board in boards}) == len({board.id for board in boards}) == len(M)
    assert await open_boards.by_ids(ANONYMOUS, [board.id for board in boards]) == {board.id: board for board in boards}
    assert boards[0].id == Piece(world.district.id, "MONTH/2026-05-01"), "as it was before there were others"
    wrong = [Piece(world.district.id, f"MONTH/2026-05-01/{name}") for name in ("points", "POINTS/", "RATE")]
    assert [key for key in wrong if await open_boards.by_ids(ANONYMOUS, [key])] == []


async def test_boards_are_closed_by_points_alone(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no board by wishes or households of a window that is closed: it would be made of the heads of today."""
    for hours, measures in ((23, {"POINTS", "WISHES", "HOUSEHOLDS"}), (24, {"POINTS"})):
        monkeypatch.setattr(clock, "now", lambda hours=hours: END + timedelta(hours=hours))
        asked = {"period": "MONTH", "at": NOON.isoformat()}
        found = {
            measure for measure in M if (await api.run(None, "Leaderboard", measure=measure, **asked))["leaderboard"]
        }
        assert found == measures
