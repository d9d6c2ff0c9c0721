"""What waits for people, counted for badges: of their own work alone, at most 100, and a statement each."""

from dataclasses import replace
from typing import Any

import pytest

from models.enums import Role
from services.db import database
from services.kit.viewer import ANONYMOUS
from services.wishes import waiting
from tests.town import story, wishes
from tests.town import world as making
from tests.town.documents import Api
from tests.town.world import Person, World


async def counted(api: Api, who: Person) -> dict[str, Any]:
    """The badges that this person has."""
    todo = (await api.run(who.token, "MyTodo"))["viewer"]["todo"]
    return {name: count for name, count in todo.items() if count is not None}


async def test_a_wish_waits_for_one_after_the_other(world: World, api: Api) -> None:
    a, b = world.a, world.b
    assert a.staff and a.worker and b.staff
    resident, (head, neighbour) = a.residents[0], a.head_people
    key = await wishes.submitted(api, a)
    assert (await counted(api, a.staff))["wishesToDispatch"] == (await counted(api, a.worker))["wishesToDispatch"] == 1
    assert (await counted(api, b.staff))["wishesToDispatch"] == 0
    await story.act(api, a.staff, "WishDispatch", wishId=key)  # offered to all heads of the grid
    assert (await counted(api, a.staff))["wishesToDispatch"] == 0
    for one in (head, neighbour):
        assert await counted(api, one) == {"wishesToAnswer": 1, "nominationsToConsent": 0}
    assert await counted(api, b.head_people[0]) == {"wishesToAnswer": 0, "nominationsToConsent": 0}
    await story.act(api, head, "WishAccept", wishId=key)
    for one in (head, neighbour):
        assert await counted(api, one) == {"wishesToAnswer": 0, "nominationsToConsent": 0}
    assert await counted(api, resident) == {"wishesToRate": 0, "nominationsToConsent": 0}
    await story.act(api, head, "WishComplete", wishId=key)
    assert await counted(api, resident) == {"wishesToRate": 1, "nominationsToConsent": 0}
    assert await counted(api, a.residents[1]) == {"wishesToRate": 0, "nominationsToConsent": 0}
    await story.act(api, resident, "WishRate", wishId=key, stars=5)
    assert await counted(api, resident) == {"wishesToRate": 0, "nominationsToConsent": 0}


async def test_a_suspended_head_has_nothing_to_answer(world: World, api: Api) -> None:
    await wishes.dispatched(api, world.a)
    head = await making.viewer(world.a.head_people[0])
    assert await waiting.to_answer(head, 100) == 1
    assert await waiting.to_answer(replace(head, head_active=False), 100) == 0


async def test_no_more_is_counted_than_asked_for(world: World, api: Api) -> None:
    for _ in range(3):
        await wishes.completed(api, world.a)
    resident, head = [await making.viewer(one) for one in (world.a.residents[0], world.a.head_people[0])]
    assert [await waiting.to_rate(resident, most) for most in (1, 2, 3, 100)] == [1, 2, 3, 3]
    for _ in range(3):
        await wishes.dispatched(api, world.a)
    assert [await waiting.to_answer(head, most) for most in (1, 2, 3, 100)] == [1, 2, 3, 3]
    assert await waiting.to_rate(ANONYMOUS, 100) == 0


async def test_who_only_reads_has_nothing_to_do(world: World, api: Api) -> None:
    """Of the district an account audits and the grid where it works, the grid alone counts."""
    await wishes.submitted(api, world.a)
    await wishes.submitted(api, world.b)
    assert await counted(api, world.auditor) == {}
    assert set(await counted(api, world.admin)) == {
        "shopsToApprove", "shopChangesToApprove", "discountsToApprove", "disputesToDecide", "signalsToJudge",
        "nominationsToDecide", "seasonObjectionsToAnswer", "statementsToAcknowledge",
    }  # fmt: skip
    worker = world.a.worker
    assert worker
    await making.grant(worker.account_id, Role.AUDITOR, area=world.district)
    assert (await counted(api, worker))["wishesToDispatch"] == 1


@pytest.mark.parametrize("name", ["wishesToDispatch", "joinsToConfirm", "signalsToJudge"])
async def test_only_what_is_asked_for_is_counted(world: World, api: Api, name: str) -> None:
    assert world.a.staff
    statements = []
    for fields in ("displayName", f"todo {{ {name} }}"):
        with database.observed_statements() as seen:
            await api.query(world.a.staff.token, f"{{ viewer {{ {fields} }} }}")
        statements.append(len(seen))
    assert statements[1] == statements[0] + 1
