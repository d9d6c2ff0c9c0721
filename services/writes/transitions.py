"""One step of a thing with states: a transition of its state table, the conditional UPDATE, and its audit row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from services.audit import log as audit
from services.db import database
from services.db.sql import Args
from services.kit.state_table import Action, Actor, State, Step
from services.kit.viewer import Viewer

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Stateful(Protocol):
    """A thing with states, as it is read."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def state(self) -> Any:
        """Its current state."""


Thing = TypeVar("Thing", bound=Stateful)


@dataclass(frozen=True, slots=True)
class Transition(Generic[Thing, State, Action, Actor]):
    """A locked thing and the step to take, with its instant and the viewer (an account or the system)."""

    thing: Thing
    action: Action
    step: Step[State, Actor]
    at: datetime
    viewer: Viewer


async def move(table: str, thing: Stateful, to_state: StrEnum, changes: Mapping[str, Any] = NOTHING) -> None:
    """Move a locked row of `table` to another state, and update the columns in `changes`."""
    args = Args()
    assignments = "".join(f", {column} = {args(value)}" for column, value in changes.items())
    touched = await database.execute(
        f"UPDATE {table} SET state = {args(to_state.value)}{assignments}"
        f" WHERE id = {args(thing.id)} AND state = {args(thing.state.value)}",
        *args,
    )
    assert touched == 1, f"a row of {table} is locked before it is read, and moved from the state that was read"


def record(subject: str, name: str, transition: Transition[Any, Any, Any, Any], **details: Any) -> None:
    """Record the audit row of a step. `subject` is the kind of thing, `name` the prefix of its actions."""
    step = transition.step
    capacity = {} if step.actor is None else {"actor": step.actor}
    audit.record(
        transition.viewer.account_id,
        f"{name}.{transition.action.lower()}",
        subject,
        transition.thing.id,
        **capacity,
        state=step.to_state,
        was=transition.thing.state,
        **details,
    )
