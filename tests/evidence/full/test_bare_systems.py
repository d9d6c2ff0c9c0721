"""A Debian with Python, its own pip, make and git, and nothing else: both of the commands, as a newcomer has them.

As root under `umask 077` while higher releases of every package are on offer, and as an ordinary user.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.evidence.programs import program
from tests.town.servers import ROOT, free_port

PACKAGES = "python3,python3-venv,python3-pip,make,git,ca-certificates"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
INSTALLS_WITHIN_SECONDS = 900
SERVES_WITHIN_SECONDS = 600
TESTS_WITHIN_SECONDS = 3600
# How to reach the network is all that is taken over.
NETWORK = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY")


@dataclass(frozen=True)
class System:
    """A folder that is the root of a system, and who somebody is there."""

    root: Path
    user: str = "root"
    home: str = "/root"
    umask: str = "022"
    find_links: str = ""

    def start(self, command: str, log: Path, **settings: str) -> subprocess.Popen[bytes]:
        """Start a shell command in the home; what it says goes to the log."""
        inside = f"umask {self.umask}; cd; {command}"
        own = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": self.home,
            **dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), f"/{CERTIFICATES}"),
            **{name: os.environ[name] for name in NETWORK if name in os.environ},
            **({"PIP_FIND_LINKS": self.find_links} if self.find_links else {}),
            **settings,
        }
        # No namespace of processes for each command: those who share an embedded server know each other by their ids.
        words = [
            "unshare",
            "--mount",
            "sh",
            "-c",
            'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot --userspec="$1" "$0" sh -c "$2"',
            str(self.root),
            self.user,
            inside,
        ]
        with log.open("ab") as output:
            return subprocess.Popen(words, env=own, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

    def run(self, command: str, log: Path, within: float, **settings: str) -> str:
        """What a shell command says that must succeed."""
        before = log.stat().st_size if log.exists() else 0
        process = self.start(command, log, **settings)
        try:
            status = process.wait(within)
        finally:
            end(process)
        said = log.read_text(errors="replace")[before:]
        assert status == 0, said[-5000:]
        return said


def end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs of a command."""
    with suppress(psutil.NoSuchProcess):
        for one in [*psutil.Process(process.pid).children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()


@pytest.fixture(scope="module")
def bare() -> Iterator[Path]:
    """A bare system, of the release and mirror that this one has."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    with tempfile.TemporaryDirectory(prefix="xd-") as folder:
        root = Path(folder) / "root"
        words = [program("debootstrap"), "--variant=minbase", f"--include={PACKAGES}", targets[0], root, targets[1]]
        made = subprocess.run(words, capture_output=True, text=True, timeout=900, check=False)
        assert made.returncode == 0, made.stdout[-3000:]
        for file in (CERTIFICATES, "etc/resolv.conf", "etc/hosts"):
            shutil.copy(Path("/") / file, root / file)
        subprocess.run(["chroot", root, "useradd", "--create-home", "newcomer"], check=True)
        yield root


@pytest.fixture(params=["root", "newcomer"])
def system(request: pytest.FixtureRequest, bare: Path, releases: Path) -> System:
    """Either of the two who may sit there, with a clone of the last commit."""
    if request.param == "root":
        shutil.copytree(releases, bare / "releases", dirs_exist_ok=True)
        found = System(bare, umask="077", find_links="/releases")
    else:
        found = System(bare, user="newcomer:newcomer", home="/home/newcomer")
    clone = bare / found.home.strip("/") / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    if request.param != "root":
        subprocess.run(["chroot", bare, "chown", "-R", "newcomer:newcomer", f"{found.home}/clone"], check=True)
    return found


def test_both_commands_on_a_bare_system(system: System, tmp_path: Path) -> None:
    log, port = tmp_path / "log", free_port()
    began = time.monotonic()
    system.run("cd clone && make install", log, INSTALLS_WITHIN_SECONDS)
    demo = system.start("cd clone && exec make demo", log, PORT=str(port))
    try:
        deadline = time.monotonic() + SERVES_WITHIN_SECONDS
        while time.monotonic() < deadline and demo.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        assert demo.poll() is None, log.read_text(errors="replace")[-5000:]
        print(f"{system.user}: served after {time.monotonic() - began:.0f} s")
        assert "→" in system.run("cd clone && sh docs/story.sh", log, 120, PORT=str(port))
        for process in psutil.Process(demo.pid).children(recursive=True):
            if "app.py" in process.cmdline():
                process.send_signal(signal.SIGINT)
        demo.wait(30)
    finally:
        end(demo)
    assert "Traceback" not in log.read_text(errors="replace")
    began = time.monotonic()
    said = system.run("cd clone && make test", log, TESTS_WITHIN_SECONDS)
    assert "passed" in said
    print(f"{system.user}: make test took {time.monotonic() - began:.0f} s")
