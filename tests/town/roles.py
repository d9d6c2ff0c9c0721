"""Roles in areas: one more of them, one for each of their mutations, and the story of one."""

from typing import Any

from models.accounts import Account, Membership
from models.enums import Role
from schema.graph import ids
from services.kit import clock
from services.kit.secrets import phone_columns
from tests.town.documents import nodes
from tests.town.story import Story
from tests.town.world import Community, Person, World, person

PHONE = "13800000601"

# What a text of a role must be, as in `amiss`.
TEXTS: dict[str, tuple[int, int, bool]] = {
    "RoleGiveInput.phone": (1, 11, False),
    "RoleGiveInput.name": (1, 64, False),
    "RoleEndInput.reason": (1, 200, False),
}


async def one_more_worker(place: Community, *, ended: str = "") -> str:
    """One more grid worker's role in the community; ended, where a reason is given. With a phone."""
    who = await person("褚网格", Role.GRID_WORKER, area=place.grid)
    made = await Membership.get(account_id=who.account_id)
    phone = f"138{who.account_id.int % 10**8:08}"
    await Account.filter(id=who.account_id).update(**phone_columns(phone))
    if ended:
        await Membership.filter(id=made.id).update(revoked_at=clock.now(), end_reason=ended)
    return ids.make("Membership", made.id)


def worker_for(place: Community) -> dict[str, Any]:
    """Somebody new, to work in the community's grid."""
    return {"role": "GRID_WORKER", "areaId": ids.make("Area", place.grid.id), "phone": PHONE, "name": "冯网格"}


async def one_of_each(place: Community, admin: Person) -> dict[str, tuple[Person, dict[str, Any]]]:
    """For each mutation who would send it, and an input that would do. `admin` looks after the community."""
    return {
        "RoleEnd": (admin, {"membershipId": await one_more_worker(place), "reason": "调离"}),
        "RoleGive": (admin, worker_for(place)),
    }


async def a_worker_comes_and_goes(told: Story) -> None:
    a, admin = told.a, told.world.admin
    grid = {
        "id": ids.make("Area", a.grid.id),
        "kind": "GRID",
        "name": "第一网格",
        "parent": {"id": ids.make("Area", a.community.id), "name": "A社区"},
    }
    given = await told.done(admin, "RoleGive", **worker_for(a))
    assert given == {
        "id": given["id"],
        "name": "冯网格",
        "phone": "138****0601",
        "role": "GRID_WORKER",
        "area": grid,
        "grantedAt": told.now,
        "availableActions": ["END"],
    }
    assert await told.done(admin, "RoleGive", **worker_for(a)) == given, "giving again changes nothing"
    rows = nodes((await told.run(told.staff, "Roles", areaId=grid["id"]))["roles"])
    assert rows[-1] == given | {"availableActions": []} and {row["role"] for row in rows} == {"GRID_WORKER"}
    found = nodes((await told.run(admin, "Roles", role="DISTRICT_ADMIN"))["roles"])
    assert [(row["name"], row["availableActions"]) for row in found] == [("管理员", [])]
    ended = await told.done(admin, "RoleEnd", membershipId=given["id"], reason="调到别处")
    assert ended == {
        "id": given["id"],
        "name": "冯网格",
        "role": "GRID_WORKER",
        "revokedAt": told.now,
        "endReason": "调到别处",
        "availableActions": [],
    }
    left = nodes((await told.run(admin, "Roles", areaId=grid["id"], role="GRID_WORKER"))["roles"])
    assert given["id"] not in {row["id"] for row in left} and left == [
        row | {"availableActions": ["END"]} for row in rows[:-1]
    ]


def refused(world: World, unknown: Any) -> dict[str, tuple[Person, dict[str, Any], str]]:
    """What each mutation says to something that is not there: who, what, and the field at fault."""
    worker = worker_for(world.a) | {"areaId": ids.make("Area", unknown)}
    ending = {"membershipId": ids.make("Membership", unknown), "reason": "原因"}
    return {"RoleEnd": (world.admin, ending, "membershipId"), "RoleGive": (world.admin, worker, "areaId")}
