"""The report: one plot, and the pages of bench/pages with their figures filled in."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import plot
from district import READS
from load import CONNECTIONS
from machine import facts
from measures import Found
from sides import ALL, BY_HAND, HERE, POSTGRAPHILE

PAGES = HERE / "pages"
SIDES = [kind.name for kind in ALL]


def write(found: Found, into: Path) -> list[Path]:
    """Write the pages and the plot into a folder; return their paths."""
    into.mkdir(parents=True, exist_ok=True)
    figures = {
        "day": f"{datetime.now(UTC).date()}",
        "rounds": f"{found.rounds}",
        "seconds": f"{found.seconds:g}",
        "connections": f"{CONNECTIONS}",
        "heads": f"{found.place.heads:,}",
        "wishes": f"{found.place.wishes:,}",
        "compared": f"{found.compared:,}",
        "servers": _servers(found),
        "machine": _rows([name, value] for name, value in facts().items()),
        **{what: _read(found, what) for what in READS},
    }
    made = {page.name: page.read_text().format(**figures) for page in sorted(PAGES.glob("*.md"))}
    made["performance.svg"] = plot.bars(found)
    for name, text in made.items():
        (into / name).write_text(text)
    return [into / name for name in made]


def _rows(rows: Iterable[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _read(found: Found, what: str) -> str:
    def cells(side: str) -> list[str]:
        return [
            side,
            f"{found.median(side, what, lambda one: one.rate):.0f}",
            *(
                "" if side == other.name else str(found.ratio(side, other.name, what, lambda one: one.rate))
                for other in (POSTGRAPHILE, BY_HAND)
            ),
            f"{found.median(side, what, lambda one: one.cpu) * 1e3:.2f}",
            f"{found.median(side, what, lambda one: one.database_cpu) * 1e3:.2f}",
            f"{found.median(side, what, lambda one: one.at(0.5)) * 1e3:.1f}",
            f"{found.median(side, what, lambda one: one.spread):.1f}",
        ]

    return _rows(map(cells, SIDES))


def _servers(found: Found) -> str:
    return _rows(
        [
            side,
            f"{found.seconds_to_start[side]:.1f}",
            f"{found.megabytes_at_start[side]:.0f}",
            f"{found.megabytes_after[side]:.0f}",
        ]
        for side in SIDES
    )
