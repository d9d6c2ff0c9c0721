"""The services in docs/running: systemd understands them, they may do little, and run commands that are there."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.work import retention
from tests.town.commands import COMMANDS
from tests.town.servers import ROOT

RUNNING = ROOT / "docs" / "running"
SERVICES = ("xingdian@.service", "xingdian-work.service", "xingdian-retention.service")
UNITS = (*SERVICES, "xingdian-retention.timer")
MAX_EXPOSURE = 2.0  # of 10, as `systemd-analyze security` counts


class Unit(configparser.RawConfigParser):
    """A unit, whose settings may be given several times."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, delimiters=("=",), interpolation=None)
        self.read(RUNNING / name)

    def optionxform(self, optionstr: str) -> str:
        """Settings are told apart by capitals."""
        return optionstr


def test_there_are_no_others() -> None:
    there = {path.name for path in RUNNING.iterdir() if path.suffix in (".service", ".timer")}
    assert there == set(UNITS)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_a_command_and_may_do_little_else(name: str) -> None:
    service = Unit(name)["Service"]
    words = service["ExecStart"].removeprefix("/srv/xingdian/.venv/bin/python app.py ").split()
    assert (words[0],) in COMMANDS and service["User"].startswith("xingdian") and service["UMask"] == "0077"
    for refused in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "MemoryDenyWriteExecute"):
        assert service[refused] == "true", refused
    assert service["ProtectSystem"] == "strict" and service["CapabilityBoundingSet"] == ""


def test_all_three_have_the_same_fence() -> None:
    texts = [(RUNNING / name).read_text() for name in SERVICES]
    fences = {re.search(r"^# It needs the network.*?(?=\n\n|\Z)", text.strip(), re.M | re.S)[0] for text in texts}  # type: ignore[index]
    assert len(fences) == 1


def test_the_retention_keeps_what_must_be_kept() -> None:
    words = Unit("xingdian-retention.service")["Service"]["ExecStart"].split()
    assert int(words[words.index("--audit-days") + 1]) >= retention.MIN_DAYS
    given = (RUNNING / "xingdian-retention.service").read_text()
    assert "xingdian-owner.env" in given and "xingdian-owner.env" not in (RUNNING / SERVICES[0]).read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_it(name: str, tmp_path: Path) -> None:
    for each in UNITS:
        text = (RUNNING / each).read_text().replace("/srv/xingdian/.venv/bin/python", sys.executable)
        (tmp_path / each).write_text(text)
    looked = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert looked.returncode == 0 and name.replace("@.", "@") not in looked.stderr, looked.stderr
    if name.endswith(".service"):
        asked = ["systemd-analyze", "--offline=true", "--no-pager", "security", str(tmp_path / name)]
        found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        exposure = re.search(r"exposure level for \S+: ([0-9.]+)", found)
        assert exposure is not None and float(exposure[1]) <= MAX_EXPOSURE, found[-300:]
