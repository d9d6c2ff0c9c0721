"""A started process whose host's clock is wrong: its Python reads the time through what a file says is to be added."""

from pathlib import Path

_SITE = """
import time
from pathlib import Path

_really, _ahead = time.time, Path({ahead!r})
time.time = lambda: _really() + float(_ahead.read_text())
"""


class MovedClock:
    """How far a process's clock is ahead, also while it runs: start it with `environment`."""

    def __init__(self, folder: Path, seconds: float) -> None:
        folder.mkdir()
        self._ahead = folder / "ahead"
        self.set(seconds)
        (folder / "sitecustomize.py").write_text(_SITE.format(ahead=str(self._ahead)))
        self.environment = {"PYTHONPATH": str(folder)}

    def set(self, seconds: float) -> None:
        """Move it, in one step, as a wrong time server or a resumed machine does."""
        fresh = self._ahead.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.rename(self._ahead)
