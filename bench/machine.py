"""What the figures were measured on, and with what."""

import json
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import psutil
from sides import HERE, node

PACKAGES = ("strawberry-graphql", "graphql-core", "asyncpg", "starlette", "uvicorn", "uvloop", "httptools")


def facts() -> dict[str, str]:
    """Return what is known of the machine, and the versions of what was compared."""
    memory = psutil.virtual_memory().total / 1e9
    found = {
        "CPU": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Python": platform.python_version(),
    }
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    found["Node"] = subprocess.run([node(), "--version"], check=True, capture_output=True, text=True).stdout.strip()
    found["PostGraphile"] = locked["node_modules/postgraphile"]["version"]
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
