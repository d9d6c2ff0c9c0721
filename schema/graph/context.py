"""The context of an operation: viewer, loaders, and the request id under which its faults are logged."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader
from uuid_utils import uuid7

from services.kit.viewer import ANONYMOUS, Viewer

Load = Callable[..., Awaitable[dict[Any, Any]]]

Only = frozenset[str] | None
"""The attributes that are asked of a load's rows; None for all."""


class _Loader(DataLoader[Any, Any]):
    """A loader whose objects several parents wait for: where graphql-core gives up one of them, for the failure of a
    sibling, the others wait on."""

    def load(self, key: Any) -> Awaitable[Any]:
        """Return the object of a key, or raise its exception."""
        return asyncio.shield(super().load(key))


def new_request_id() -> str:
    """Return a request id, sent with the answer and written to the log lines."""
    return str(uuid7())


@dataclass(slots=True)
class Context:
    """One for each HTTP request; for a WebSocket, one for the connection and a copy for each operation."""

    viewer: Viewer = ANONYMOUS
    request_id: str = field(default_factory=new_request_id)
    request: Any = None
    response: Any = None
    address: str | None = field(default=None, repr=False)  # the client's; stored only as a keyed hash
    spend: Callable[[int], None] | None = field(default=None, repr=False)  # charges units; raises OverQuota
    connection_params: dict[str, Any] | None = None  # of a WebSocket's connection_init; set by Strawberry
    personal: set[tuple[str, Any]] = field(default_factory=set)  # persons whose data is in the answer, by type and id
    loaded: dict[Hashable, dict[Any, Any]] = field(default_factory=dict)  # by loader and its arguments (compiled.py)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    _asker: Viewer | None = None  # who sent the operation, while a mutation's answer is read by other rights

    def begin_mutation(self) -> None:
        """Begin the next mutation of an operation: whoever sent it asks for that one, too."""
        if self._asker is not None:
            self.viewer, self._asker = self._asker, None

    def answer(self, viewer: Viewer) -> None:
        """Let the rest of this mutation's answer be read by a viewer whom it signed in, or whose roles it changed."""
        self._asker = self._asker or self.viewer
        self.viewer = viewer

    def for_operation(self) -> "Context":
        """Return a context for the same viewer with its own request id and loaders."""
        return replace(self, request_id=new_request_id(), personal=set(), loaded={}, _loaders={})

    def forget(self) -> None:
        """Drop what was loaded, after a mutation has changed it."""
        self.loaded.clear()
        self._loaders.clear()

    def loader(self, load: Load, *args: Hashable, **filters: Hashable) -> DataLoader[Any, Any]:
        """Return the loader for a batch function and its arguments.

        `load(viewer, keys, *args, **filters)` is called once with all the keys and returns a dict; a missing key loads
        None.
        """
        known = (load, args, tuple(filters.items()))
        found = self._loaders.get(known)
        if found is None:

            async def batch(keys: Sequence[Any]) -> list[Any]:
                answers = await load(self.viewer, keys, *args, **filters)
                return [answers.get(key) for key in keys]

            found = self._loaders[known] = _Loader(load_fn=batch)
        return found


Info = strawberry.Info[Context, None]
