"""How fast this is beside others, in one run on one database: `make bench`, which writes docs/performance.md.

`make bench ROUNDS=1 SECONDS=1` is a quick look, written into .bench/ instead. The measures alternate in rounds, so that
the machine's moods fall on all alike; what is claimed are medians of ratios within a round.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import uvloop

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import larger
import mutations
import operations
import reads
import report
import sides
import tills
import workers
from district import SIZES, District, district
from measures import Found
from sides import FOLDER

WHOLE_ROUNDS = 3  # fewer are a quick look


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure side by side.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each time")
    parser.add_argument("--requests", type=int, default=0, help="also watch the memory over so many, on a new server")
    parser.add_argument("--heads", type=int, nargs="*", default=[], help="also of larger districts, with so many heads")
    parser.add_argument("--size", choices=SIZES, default="full", help="of the demo district")
    parser.add_argument("--into", type=Path, help="where the report goes")
    return parser.parse_args()


async def measured(place: District, districts: Sequence[District], told: argparse.Namespace) -> Found:
    """Start every side, check that all answer the same, and measure."""
    found = Found(place, told.rounds, told.seconds)
    running = [sides.Side(kind, place.url) for kind in sides.ALL]
    of = {side.kind.name: side for side in running}
    try:
        for side in running:
            await side.start(reads.probe(side.kind, place))
            found.seconds_to_start[side.kind.name] = side.seconds_to_start
            found.megabytes_at_start[side.kind.name] = side.megabytes()
        found.compared = await reads.compare(running, place)
        await reads.measure(running, place, found)
        await workers.measure(of[sides.OURS.name], place, found)
        await operations.measure(of[sides.OURS.name], of[sides.STOCK.name], place, found)
        await mutations.measure(of[sides.OURS.name], of[sides.STOCK.name], place, found)
        await tills.measure(of[sides.OURS.name], of[sides.STOCK.name], place, found)
    finally:
        sides.stop_all(running)
    if districts:
        await larger.measure([place, *districts], found)
    if told.requests:
        await reads.endure(place, told.requests, found)
    return found


def main() -> None:
    """Measure, and write the report."""
    told = _parsed()
    into = told.into or (ROOT / "docs" if told.rounds >= WHOLE_ROUNDS else FOLDER)
    FOLDER.mkdir(exist_ok=True)
    with ExitStack() as running:
        place = running.enter_context(district(FOLDER / "data", told.size))
        districts = [running.enter_context(larger.grown(FOLDER / f"heads-{heads}", heads)) for heads in told.heads]
        found = uvloop.run(measured(place, districts, told))
    for path in report.write(found, into):
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


if __name__ == "__main__":
    main()
