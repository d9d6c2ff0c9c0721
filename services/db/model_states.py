"""The states of the models between the operations of migrations, made only as far as they are used.

Tortoise copies the whole state before each of some three hundred operations, and makes classes and querysets of each
copy's sixty models. Nearly no operation looks at the copy, and none at a queryset: without them an empty database is
migrated in a fifth of the time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps


class _Copy(State):
    """A copy of a state, whose classes are made when somebody looks at them."""

    def __init__(self, of: State) -> None:
        self.models = {key: model.clone() for key, model in of.models.items()}
        self._like = of.apps

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._like.clone(model_states=self.models)


def _copy(state: State) -> State:
    return _Copy(state)


@contextmanager
def lean() -> Iterator[None]:
    """Migrate inside the block without what nobody uses."""
    prepare, clone = StateApps._build_initial_querysets, State.clone
    StateApps._build_initial_querysets = lambda _: None  # type: ignore[assignment,method-assign]
    State.clone = _copy  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        StateApps._build_initial_querysets = prepare  # type: ignore[method-assign]
        State.clone = clone  # type: ignore[method-assign]
