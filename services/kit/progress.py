"""A progress bar for people at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from services.kit import logs

Report = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is, and how much there is."""


@contextmanager
def bar() -> Iterator[Report]:
    """Reports shown as a bar for each thing that is done, on stderr; nothing at all when nothing is reported."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    progress = Progress(*columns, console=Console(stderr=True, quiet=logs.wanted_json()))
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, of: int) -> None:
        if not tasks:
            progress.start()
        if what not in tasks:
            tasks[what] = progress.add_task(what)
        progress.update(tasks[what], completed=done, total=of)

    try:
        yield report
    finally:
        if tasks:
            progress.stop()
