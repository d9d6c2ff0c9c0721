"""A progress bar in the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from services.kit import logs

Report = Callable[[str, int, int], None]
"""Report a task's name, the amount done, and the total."""


@contextmanager
def bar() -> Iterator[Report]:
    """Yield a report function that shows a bar per task on stderr; without reports, nothing is shown."""
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
