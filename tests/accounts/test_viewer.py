from models.enums import AreaKind, Role
from tests.town import world as making
from tests.town.documents import Api
from tests.town.world import World


async def test_viewer_says_who_asks(world: World, api: Api) -> None:
    answer = await api.run(world.a.head_people[0].token, "Viewer")
    viewer = answer["viewer"]
    assert viewer["displayName"] == "赵联户" and viewer["roles"] == ["HOUSEHOLD_HEAD"]
    assert viewer["household"] is None and viewer["householdHead"]["id"]
    assert [edge["node"]["kind"] for edge in viewer["areas"]["edges"]] == [
        "GRID",
        "COMMUNITY",
        "SUBDISTRICT",
        "DISTRICT",
    ]


async def test_who_looks_after_many_areas_is_told_of_each(world: World, api: Api) -> None:
    """A screen lets one choose among them."""
    assert world.a.worker
    grids = [await making.area(world.a.community, AreaKind.GRID, f"m{one}", f"网格{one}") for one in range(12)]
    for grid in grids:
        await making.grant(world.a.worker.account_id, Role.GRID_WORKER, area=grid)
    viewer = (await api.run(world.a.worker.token, "Viewer"))["viewer"]
    names = {edge["node"]["name"] for edge in viewer["areas"]["edges"]}
    assert names >= {grid.name for grid in grids}


async def test_anonymous_is_nobody(world: World, api: Api) -> None:
    assert await api.run(None, "Viewer") == {"viewer": None}
