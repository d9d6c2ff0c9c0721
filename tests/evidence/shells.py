"""What people type, typed: by a shell that is given it, and pasted into one that somebody sits at."""

import os
import pty
import select
import shutil
import subprocess
import threading
from pathlib import Path

# The interactive shells of this machine, with the flags that keep their users' own settings out.
SHELLS = {
    name: flags
    for name, flags in {"bash": ["--norc", "--noprofile"], "dash": [], "zsh": ["-f"]}.items()
    if shutil.which(name)
}
MAX_SECONDS = 300
SETTLED_SECONDS = 0.2


def run(shell: str, commands: str, place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Give a shell the commands, in that folder."""
    # Into a file: what goes on in the background would keep a pipe open.
    with (place / "printed").open("w+") as printed:
        ran = subprocess.run(
            [shell, "-c", commands],
            cwd=place,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            timeout=MAX_SECONDS,
            check=False,
        )
        printed.seek(0)
        return subprocess.CompletedProcess(ran.args, ran.returncode, printed.read())


def paste(shell: str, text: str, place: Path, **environment: str) -> str:
    """What stands on an interactive shell's terminal after the text was pasted, with `ended STATUS` at the end."""
    terminal, end = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8", **environment}
    process = subprocess.Popen(
        [shell, *SHELLS[shell], "-i"],
        cwd=place,
        env=environment,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    )
    limit = threading.Timer(MAX_SECONDS, process.kill)
    limit.start()
    typed = f"{text}\nprintf 'ended %s\\n' $?\nexit\n".encode()

    def type_in() -> None:
        for line in typed.splitlines(keepends=True):
            os.write(terminal, line)

    typist = threading.Thread(target=type_in, daemon=True)
    typist.start()
    shown = b""
    # Its end stays open here until all is read: what a shell says last may be lost where nobody holds the terminal.
    while True:
        gone = process.poll() is not None
        if select.select([terminal], [], [], SETTLED_SECONDS)[0]:
            shown += os.read(terminal, 65536)
        elif gone:
            break
    limit.cancel()
    os.close(end)
    os.close(terminal)
    return shown.decode(errors="replace").replace("\r", "")
