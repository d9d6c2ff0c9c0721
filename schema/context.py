"""What one operation knows: who asks, its loaders, and the number under which its faults are logged."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from services.policy import ANONYMOUS, Viewer

Load = Callable[..., Awaitable[dict[Any, Any]]]


@dataclass(slots=True)
class Context:
    """Made anew for each request; loaders are dropped at the start of each operation."""

    viewer: Viewer = ANONYMOUS
    request_id: str = ""
    request: Any = None
    response: Any = None
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop what was loaded: a mutation has changed it, or another operation begins."""
        self._loaders.clear()

    def loader(self, load: Load, *args: Hashable) -> DataLoader[Any, Any]:
        """The loader for one batch function and its arguments.

        `load(viewer, keys, *args)` is called once with all the keys and answers with a dict; what is missing is None.
        """
        found = self._loaders.get((load, args))
        if found is None:

            async def batch(keys: Sequence[Any]) -> list[Any]:
                answers = await load(self.viewer, keys, *args)
                return [answers.get(key) for key in keys]

            found = self._loaders[(load, args)] = DataLoader(load_fn=batch)
        return found


Info = strawberry.Info[Context, None]
