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


async def test_anonymous_is_nobody(world: World, api: Api) -> None:
    assert await api.run(None, "Viewer") == {"viewer": None}
