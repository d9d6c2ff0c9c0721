"""LibreOffice, to open what we write and to write what we open."""

import subprocess
import time
from pathlib import Path

from tests.evidence.programs import environment, program


class Office:
    """LibreOffice with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        self._profile = (folder / "profile").as_uri()

    def convert(self, to: str, out: Path, *files: Path) -> float:
        """Open files and save them otherwise in `out`; in how many seconds. (A CSV is opened as UTF-8, as its window
        proposes where the mark stands before it.)"""
        began = time.monotonic()
        opening = ["--infilter=Text - txt - csv (StarCalc):44,34,76,1"] if files[0].suffix == ".csv" else []
        words = ["--headless", *opening, "--convert-to", to, "--outdir", str(out), *map(str, files)]
        ran = subprocess.run(
            [program("soffice"), f"-env:UserInstallation={self._profile}", *words],
            env=environment() | {"HOME": str(out)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert ran.returncode == 0 and ran.stdout.count("convert ") == len(files) and "Error" not in ran.stderr, ran
        return time.monotonic() - began
