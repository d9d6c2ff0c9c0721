"""The story as the frontends tell it: mutations by their documents, and one run through the district."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from schema.graph import ids
from tests.town.documents import Api, Recorder, instant
from tests.town.world import Community, Person, Travel, World

_numbers = count(1)


def request_no() -> str:
    """A requestNo that nobody used."""
    return f"t-{next(_numbers)}"


async def act(api: Api, who: Person | None, operation: str, **given: Any) -> dict[str, Any]:
    """Send a mutation; its payload."""
    data = await api.run(who.token if who else None, operation, input=given)
    return dict(data[operation[0].lower() + operation[1:]])


async def done(api: Api, who: Person | None, operation: str, **given: Any) -> dict[str, Any]:
    """Send a mutation that must succeed; its payload."""
    payload = await act(api, who, operation, **given)
    assert payload["errors"] == [], payload["errors"]
    return payload


def code(payload: dict[str, Any]) -> str | None:
    """The payload's error code, or None for success."""
    return payload["errors"][0]["code"] if payload["errors"] else None


async def offered(api: Api, who: Person | None, key: str, name: str = "availableActions") -> list[str]:
    """The actions of an object that somebody may take now; none of one that they do not see."""
    (of, _) = ids.split(key) or ("", None)
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on {of} {{ {name} }} }} }}"
    node = (await api.query(who.token if who else None, document, id=key))["node"]
    return list(node[name]) if node else []


@dataclass
class Story:
    """One run through the district, and what came into being on the way."""

    api: Recorder
    world: World
    travel: Travel
    wish: str = ""
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def a(self) -> Community:
        return self.world.a

    @property
    def head(self) -> Person:
        return self.a.head_people[0]

    @property
    def staff(self) -> Person:
        assert self.a.staff
        return self.a.staff

    @property
    def cashier(self) -> Person:
        assert self.a.cashier
        return self.a.cashier

    @property
    def now(self) -> str:
        """This moment, as an answer tells it."""
        return instant(self.travel.at)

    async def run(self, who: Person | None, name: str, /, **variables: Any) -> dict[str, Any]:
        """A document's data."""
        return await self.api.run(who.token if who else None, name, **variables)

    async def done(self, who: Person | None, name: str, /, **given: Any) -> dict[str, Any]:
        """The object of a mutation that must succeed."""
        payload = await done(self.api, who, name, **given)
        if name == "RedemptionPrepare":
            assert payload.pop("redemption") is None, "goes along with a refusal alone"
        (value,) = (value for key, value in payload.items() if key != "errors")
        return dict(value)
