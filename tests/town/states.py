"""What has states and steps, tried out: by everybody in every state, and each possible step once and again."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from uuid_utils.compat import uuid7

from schema.graph import ids
from tests.town import story
from tests.town.documents import Api
from tests.town.postgres import unchanged
from tests.town.world import Person, World, everybody

Steps = set[tuple[str, str]]  # who, as `everybody` calls them, and which mutation


@dataclass(frozen=True)
class State:
    """How something comes into it, which steps are possible in it, and which find it done and change nothing."""

    make: Callable[[Api, World], Awaitable[str]]
    possible: Steps = field(default_factory=set)
    already: Steps = field(default_factory=set)


@dataclass(frozen=True)
class Noun:
    """What is tried: its type, its states by name, and what is sent with each mutation beside its id."""

    name: str
    states: dict[str, State]
    given: dict[str, dict[str, Any]]
    # What somebody is shown of it, with its availableActions; None where it does not exist for them.
    shown: Callable[[Api, Person | None, str], Awaitable[dict[str, Any] | None]]
    # With which codes whom a step may be refused, and whether they are shown it; None: with any.
    refused: Callable[[str, str, bool], set[str] | None]
    # What is written down of it, one line a step.
    traces: Callable[[str], Awaitable[list[str]]]
    # Actions for which there are mutations of another name, tried in tests/house/test_permissions.py.
    elsewhere: frozenset[str] = frozenset()

    def step(self, action: str) -> str:
        """HAND_BACK → WishHandBack."""
        return self.name + "".join(word.title() for word in action.split("_"))

    def sent(self, step: str, key: str) -> dict[str, Any]:
        """The whole input; a requestNo that is None is one that nobody used."""
        given = {f"{self.name.lower()}Id": key, **self.given[step]}
        return given | ({"requestNo": story.request_no()} if "requestNo" in given else {})

    def every_step(self) -> Iterator[tuple[str, str, str]]:
        """State, who and mutation of each possible step."""
        for name, state in self.states.items():
            yield from ((name, *one) for one in sorted(state.possible))

    async def everybody_tries(self, api: Api, world: World, state: str) -> None:
        """Everybody tries everything that is not possible, and nothing happens; what is offered is what is possible."""
        case, kind = self.states[state], self.name.lower()
        key, unknown = await case.make(api, world), ids.make(self.name, uuid7())
        for name, who in everybody(world).items():
            possible = {step for one, step in case.possible if one == name}
            shown = await self.shown(api, who, key)
            actions = set(shown["availableActions"]) - self.elsewhere if shown else set()
            offered = {self.step(action) for action in actions}
            assert offered == possible, name
            async with unchanged():
                for step in [one for one in self.given if one not in possible]:
                    given = self.sent(step, key)
                    payload = await story.act(api, who, step, **given)
                    code, what = story.code(payload), (name, step, payload)
                    if (name, step) in case.already:
                        assert code is None and payload[kind]["id"] == key, what
                        continue
                    assert code is not None and payload[kind] is None, what
                    if who is None:
                        assert code == "UNAUTHENTICATED", what
                    elif (codes := self.refused(name, step, shown is not None)) is not None:
                        assert code in codes, what
                    if code == "NOT_FOUND":  # it is as if it were not there
                        assert payload == await story.act(api, who, step, **given | {f"{kind}Id": unknown}), what

    async def once_and_again(
        self, api: Api, world: World, state: str, name: str, step: str
    ) -> tuple[str, dict[str, Any], list[str]]:
        """A step is made, and a second time in vain; the id, what it answered, and what was written down before."""
        key, who = await self.states[state].make(api, world), everybody(world)[name]
        assert who
        before, given = await self.traces(key), self.sent(step, key)
        made = (await story.done(api, who, step, **given))[self.name.lower()]
        async with unchanged():
            assert (await story.done(api, who, step, **given))[self.name.lower()] == made
        return key, made, before
