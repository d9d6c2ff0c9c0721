"""How long the import of a district's roster takes, and how much memory: a CSV of 180,000 made-up households with
their heads, loaded into an empty database by `app.py import`, and again.

`.venv/bin/python bench/roster.py [HOUSEHOLDS]`; it starts an embedded server of its own in a temporary folder. Printed
are the seconds from start to end of the command and the peak of its resident memory (the server's aside).
"""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from services.db import embedded

HOUSEHOLDS = 180_000
COMMUNITIES, GRIDS, HEADS = 62, 556, 5_986
HEADINGS = ("街道", "社区", "网格", "联户长", "联户长电话", "楼栋", "户编号", "地址", "联系人", "电话")
SURNAMES, NAMES = "王李张刘陈杨黄赵吴周", "伟芳娜秀英敏静丽强磊军洋勇艳杰涛明超兰霞平刚桂"


def write(path: Path, households: int) -> None:
    """A roster of so many households; the phones, 1000…, are nobody's."""
    random, phones = Random(1), count(10_001_000_000)  # noqa: S311  (a bench)

    def name() -> str:
        return random.choice(SURNAMES) + "".join(random.sample(NAMES, 2))

    each = -(-households // HEADS)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        for number in range(households):
            head, home = divmod(number, each)
            if home == 0:
                leader = (name(), next(phones))
            grid = head * GRIDS // HEADS
            community = grid * COMMUNITIES // GRIDS
            place = (f"第{community % 14 + 1}街道", f"第{community + 1}社区", f"第{grid + 1}网格")
            address = f"{home // 4 + 1}层{home % 4 + 1}号"
            out.writerow((*place, *leader, f"{head + 1}栋", f"H{number:06}", address, name(), next(phones)))


def run(url: str, *words: str) -> tuple[float, float]:
    """Seconds and MB of one command. Ends the bench when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "app.py", *words], cwd=ROOT, env={**os.environ, "DATABASE_URL": url})
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"app.py {' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - began, used.ru_maxrss * unit / 1_000_000


def main() -> None:
    """Measure and print."""
    assert resource.RUSAGE_CHILDREN, "a system that tells what a process used"
    households = int(sys.argv[1]) if len(sys.argv) > 1 else HOUSEHOLDS
    with tempfile.TemporaryDirectory(prefix="xd-") as folder, embedded.server(Path(folder)) as server:
        import asyncio

        url = asyncio.run(embedded.create_database(server, "bench"))
        file = Path(folder) / "roster.csv"
        write(file, households)
        print(f"{households} households, {file.stat().st_size / 1_000_000:.1f} MB of CSV")
        run(url, "migrate", "--json")
        run(url, "admin", "--name", "管理员", "--phone", "10000000000", "--district", "汇川区", "--code", "d")
        for what in ("first import", "the same again"):
            seconds, megabytes = run(url, "import", str(file))
            print(f"{what:16}{seconds:8.1f} s{megabytes:8.0f} MB")


if __name__ == "__main__":
    main()
