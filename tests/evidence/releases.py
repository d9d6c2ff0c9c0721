"""Higher releases than any, of every locked Python package: what may be on offer tomorrow."""

import base64
import hashlib
import re
import zipfile
from pathlib import Path

from tests.town.servers import ROOT

HIGHEST = "99999.0"
REQUIREMENTS = sorted(path.name for path in ROOT.glob("requirements*.txt"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]+)\])?==([^\s;\\]+)", re.MULTILINE)


def pinned(name: str) -> dict[str, tuple[str, str]]:
    """Each package of a requirements file: its version and extras."""
    found = PINNED.findall((ROOT / name).read_text())
    assert found
    return {normal(package): (version, extras) for package, extras, version in found}


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def write(folder: Path) -> Path:
    """Write a higher release of every locked package, which has its extras and needs nothing, into the folder."""
    locked = {package: extras for name in REQUIREMENTS for package, (_, extras) in pinned(name).items()}
    for package, extras in locked.items():
        stem = f"{package.replace('-', '_')}-{HIGHEST}"
        provided = "".join(f"Provides-Extra: {extra}\n" for extra in extras.split(",") if extra)
        files = {
            "METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {HIGHEST}\n{provided}",
            "WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            record = f"{stem}.dist-info/RECORD,,\n"
            for file, text in files.items():
                digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
                record += f"{stem}.dist-info/{file},sha256={digest},{len(text.encode())}\n"
                wheel.writestr(f"{stem}.dist-info/{file}", text)
            wheel.writestr(f"{stem}.dist-info/RECORD", record)
    return folder
