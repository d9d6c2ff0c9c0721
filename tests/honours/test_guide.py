"""docs/honours.md and its Chinese twin, played: each block is sent as it stands, by who it says, when it says."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from models.enums import Role
from schema.graph import ids
from services.work import reconciliation
from tests.town import grants, guides, honours, story
from tests.town.documents import Api
from tests.town.world import Person, Travel, World, person

PAGES = ("honours.md", "honours.zh-CN.md")


def steps(page: str) -> list[dict[str, Any]]:
    return [json.loads(block) for block in guides.blocks(guides.text(page), "json")]


def test_both_pages_tell_the_same_steps() -> None:
    english, chinese = map(steps, PAGES)
    assert english == chinese and len(english) == 14


async def test_the_guide_is_followed(travel: Travel, world: World, api: Api) -> None:
    a, today = world.a, honours.today()
    await honours.many_heads(a)
    await honours.deeds(a)
    admins = [world.admin, *[await person(name, Role.DISTRICT_ADMIN, area=world.district) for name in ("二", "三")]]
    people: dict[str, Person | None] = {
        **{f"ADMIN_{number}": who for number, who in enumerate(admins, 1)},
        "STAFF": a.staff,
        "CASHIER": a.cashier,
        "RESIDENT": a.residents[0],
        "NEIGHBOUR": a.residents[1],
        "HEAD_PERSON": a.head_people[0],
    }
    words = {
        "AREA": ids.make("Area", a.community.id),
        "GIFT": await grants.on_offer(api, world, a),
        "THE_HEAD": honours.head_id(a),
        "BASIS": "一份文件",
        "DEEDS_FROM": (today - timedelta(days=365)).isoformat(),
        "DEEDS_UNTIL": today.isoformat(),
        "NOMINATE_FROM": today.isoformat(),
        "NOMINATE_UNTIL": (today + timedelta(days=2)).isoformat(),
    }
    before: dict[str, Callable[[], Awaitable[Any]]] = {
        "NominationShortlist": lambda: honours.nominating_ends(travel),
        "SeasonPublish": lambda: honours.days_pass(travel, hours=48),
        "SeasonConclude": lambda: honours.days_pass(travel, days=7),
    }
    for one in steps(PAGES[0]):
        if one["operation"] in before:
            await before[one["operation"]]()
        payload = await story.done(api, people[one["by"]], one["operation"], **filled(one["input"], words))
        words |= given_by(payload)
    assert await honours.state_of(words["NOMINATION"]) == "REVOKED"
    assert await reconciliation.drifts() == []


def filled(given: Any, words: dict[str, str]) -> Any:
    """The input with what earlier answers gave in place of the words in capitals."""
    if isinstance(given, dict):
        return {name: filled(value, words) for name, value in given.items()}
    return words.get(given, given) if isinstance(given, str) else given


def given_by(payload: dict[str, Any]) -> dict[str, str]:
    """What later steps need of an answer."""
    found = {}
    for name in ("season", "nomination", "objection"):
        if payload.get(name):
            found[name.upper()] = payload[name]["id"]
    if payload.get("pass"):
        found["CODE"] = payload["pass"]["code"]
    if payload.get("preparation"):
        found["TOKEN"] = payload["preparation"]["token"]
    return found
