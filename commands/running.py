"""How commands run: connected to the database, until a signal, or printing a token."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from commands import terminal
from services import demo
from services.db import database, embedded
from services.db.journal import Restored
from services.db.markers import WrongKey
from services.kit.errors import ClocksDiffer, Unavailable
from services.kit.settings import Settings, current
from services.sheets.writing import new_file

T = TypeVar("T")
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop(number: int, _: FrameType | None, status: int | None = None) -> None:
    """Exit through every `finally`, so that the embedded server stops too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second signal must not interrupt the shutdown
    sys.exit(128 + number if status is None else status)


def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`. A signal cancels it, which rolls back its transaction, and then ends the process as usual."""
    ended_by: list[int] = []

    async def watched() -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None

        def cancel(number: int, _: FrameType | None) -> None:
            if not ended_by:
                ended_by.append(number)
                loop.call_soon_threadsafe(task.cancel)

        before = {ending: signal.signal(ending, cancel) for ending in ENDINGS}
        try:
            return await work
        finally:
            for ending, handler in before.items():
                signal.signal(ending, handler)

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        if ended_by:
            signal.raise_signal(ended_by[0])
        raise


def with_database(
    work: Callable[[], Awaitable[Any]], settings: Settings, *, on_demo: bool = True, owner: bool = False
) -> Any:
    """Run `work` with the models connected to the configured database; `owner`: as the role that owns the tables.

    `on_demo=False` is for changes to a real district: raises IsADemo on a demo. Raises also for a database that does
    not fit this program.
    """

    async def run(url: str) -> Any:
        await database.check(url, settings)
        async with database.connected(url, settings):
            if not on_demo:
                await demo.refuse()
            return await work()

    opened = embedded.owner_url if owner else embedded.database_url
    with opened(settings) as url:
        return to_its_end(run(url))


def runs_until_interrupted() -> None:
    """Make Ctrl-C the regular end, with status 0."""
    signal.signal(signal.SIGINT, lambda number, frame: stop(number, frame, 0))


def check_database(url: str, settings: Settings) -> None:
    """Raise for a database that does not fit this program; one that is unavailable may come up later."""
    try:
        to_its_end(database.check(url, settings))
    except Unavailable as error:
        if isinstance(error, WrongKey | ClocksDiffer | Restored):
            raise
        terminal.remark(f"xingdian: {error}; going on, and trying again (继续运行并重试).")


def give_token(make: Callable[[], Awaitable[str]], out: Path | None, *, on_demo: bool) -> None:
    """Create a token; print it alone on stdout, or write it into a file that appears complete."""
    if out is None:
        print(with_database(make, current(), on_demo=on_demo))
    else:
        with new_file(out) as file:
            file.write(f"{with_database(make, current(), on_demo=on_demo)}\n".encode())
    terminal.remark("This token is shown only now (此令牌只显示这一次): keep it, or end it by `app.py session end`.")
