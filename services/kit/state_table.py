"""State tables: (state, action, actor) → state. Pure."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Generic, TypeVar

from models.enums import Labelled
from services.kit.errors import ErrorCode, Refusal

State = TypeVar("State", bound=Labelled)
Action = TypeVar("Action", bound=Labelled)
Actor = TypeVar("Actor", bound=StrEnum | None)

ANYBODY: frozenset[None] = frozenset({None})  # for a table without actors


@dataclass(frozen=True, slots=True)
class Step(Generic[State, Actor]):
    """A possible step: the actor who takes it, and the state after it."""

    actor: Actor
    to_state: State


@dataclass(frozen=True, slots=True)
class StateTable(Generic[State, Action, Actor]):
    """The steps of one kind of thing, as (state, action, actor) → state.

    Of several actors, the first possible one in `steps` counts. The actor is None in a table without actors. `noun` and
    `forbidden` (with {action}) word a refusal; `field` is the input that it names.
    """

    steps: Mapping[tuple[State, Action, Actor], State]
    noun: str
    forbidden: str = ""
    field: str | None = None
    _leaving: dict[State, dict[Action, list[tuple[Actor, State]]]] = dataclass_field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _open_to: dict[tuple[State, frozenset[Actor]], list[tuple[Action, list[Actor]]]] = dataclass_field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for (at, action, actor), to_state in self.steps.items():
            self._leaving.setdefault(at, {}).setdefault(action, []).append((actor, to_state))

    def find(
        self,
        state: State,
        action: Action,
        actors: Set[Actor],
        problem: Callable[[Actor], Refusal | None] = lambda actor: None,
    ) -> Step[State, Actor] | Refusal | None:
        """Return the step of this action now, the first `problem` that prevents it, or None for no such step."""
        refusal = None
        for actor, to_state in self._leaving.get(state, {}).get(action, ()):
            if actor in actors:
                found = problem(actor)
                if found is None:
                    return Step(actor, to_state)
                refusal = refusal or found
        return refusal

    def reached(self, state: State, action: Action, actors: Set[Actor]) -> bool:
        """Return whether this is a state that the action leads to."""
        return any(
            (to_state, named) == (state, action) and actor in actors
            for (_, named, actor), to_state in self.steps.items()
        )

    def out_of_turn(self, state: State, action: Action, actors: Set[Actor]) -> Refusal:
        """Return INVALID_STATE when the actor may take the action in another state, else FORBIDDEN."""
        if any(named == action and actor in actors for _, named, actor in self.steps):
            message = f"{self.noun}{state.label}，现在不能{action.label}，请刷新后再看"
            return Refusal(ErrorCode.INVALID_STATE, message, self.field)
        return Refusal(ErrorCode.FORBIDDEN, self.forbidden.format(action=action.label))

    def step(
        self,
        state: State,
        action: Action,
        actors: Set[Actor],
        problem: Callable[[Actor], Refusal | None] = lambda actor: None,
    ) -> Step[State, Actor] | None:
        """Return the step of this action now, or None when the thing is already in that state.

        Raises the first `problem`, FORBIDDEN and INVALID_STATE as `out_of_turn`.
        """
        found = self.find(state, action, actors, problem)
        if found is None and self.reached(state, action, actors):
            return None
        if isinstance(found, Step):
            return found
        raise found or self.out_of_turn(state, action, actors)

    def available(
        self,
        state: State,
        actors: Set[Actor],
        problem: Callable[[Action, Actor], Refusal | None] = lambda action, actor: None,
    ) -> list[Action]:
        """Return the possible actions, in the table's order."""
        key = state, frozenset(actors)
        steps = self._open_to.get(key)
        if steps is None:
            steps = self._open_to[key] = self._steps(*key)
        possible = []
        for action, among in steps:
            for actor in among:
                if problem(action, actor) is None:
                    possible.append(action)
                    break
        return possible

    def _steps(self, state: State, actors: Set[Actor]) -> list[tuple[Action, list[Actor]]]:
        """Return the actions that leave a state, each with those of the actors who may take it."""
        leaving = self._leaving.get(state, {})
        found = {action: [actor for actor, _ in steps if actor in actors] for action, steps in leaving.items()}
        return [(action, among) for action, among in found.items() if among]
