"""The report: one plot, and the pages of bench/pages with their figures filled in."""

import os
import statistics
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import larger
import plot
import tills
import workers
from district import READS
from load import CONNECTIONS
from machine import facts
from measures import Found, Sample, ratio
from sides import ALL, BY_HAND, HERE, OURS, POSTGRAPHILE, STOCK

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
        **_beside_stock(found, "query"),
        **_beside_stock(found, "mutation"),
        "not_asked": ", ".join(found.not_asked) or "–",
        "tills": _tills(found),
        "workers": _workers(found),
        "larger": _larger(found),
        "cores": f"{os.cpu_count()}",
        "memory": _memory(found),
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


def _beside_stock(found: Found, kind: str) -> dict[str, str]:
    """The table of all queries or mutations, dearest in comparison first, with the median and the greatest ratio."""
    names = list(dict.fromkeys(one.what for one in found.samples if one.what.startswith(f"{kind} ")))
    ratios = {name: found.ratio(OURS.name, STOCK.name, name, lambda one: one.cpu) for name in names}
    ordered = sorted(names, key=lambda name: -ratios[name].median)
    medians = [one.median for one in ratios.values()]
    return {
        f"{kind}_rows": _rows(
            [
                name.removeprefix(f"{kind} "),
                str(ratios[name]),
                f"{found.median(OURS.name, name, lambda one: one.cpu) * 1e3:.2f}",
            ]
            for name in ordered
        ),
        f"{kind}_count": f"{sum(name.count(' + ') + 1 for name in names)}",
        f"{kind}_median": f"{statistics.median(medians):.2f}",
        f"{kind}_most": f"{max(medians):.2f}",
    }


def _tills(found: Found) -> str:
    def cells(way: str) -> list[str]:
        return [
            way,
            f"{found.median(way, tills.WHAT, lambda one: one.rate):.0f}",
            "" if way == tills.BARE else str(found.ratio(way, tills.BARE, tills.WHAT, lambda one: one.rate)),
            "" if way == tills.PGBENCH else f"{found.median(way, tills.WHAT, lambda one: one.cpu) * 1e3:.2f}",
            f"{found.median(way, tills.WHAT, lambda one: one.database_cpu) * 1e3:.2f}",
            f"{found.median(way, tills.WHAT, lambda one: one.at(0.5)) * 1e3:.1f}",
        ]

    return _rows(map(cells, (OURS.name, STOCK.name, tills.BARE, tills.PGBENCH)))


def _workers(found: Found) -> str:
    def cells(what: str) -> list[str]:
        one, two = (found.of(OURS.name, name.format(what)) for name in (workers.ONE, workers.TWO))
        gained = ratio(more.rate / alone.rate for more, alone in zip(two, one, strict=True))
        return [
            what,
            str(gained),
            *(f"{statistics.median(each.cores for each in samples):.2f}" for samples in (one, two)),
            *(f"{statistics.median(each.postgres_cpu / each.wall for each in samples):.2f}" for samples in (one, two)),
        ]

    return _rows(map(cells, READS))


def _larger(found: Found) -> str:
    """A row for each read and size; none where larger districts were not asked for."""

    def cells(what: str, heads: int) -> list[str]:
        name, least = (larger.AMONG.format(what, size) for size in (heads, found.larger[0]))
        samples = found.of(OURS.name, name)

        def grown(figure: Callable[[Sample], float]) -> str:
            pairs = zip(samples, found.of(OURS.name, least), strict=True)
            return str(ratio(figure(one) / figure(small) for one, small in pairs))

        return [
            what,
            f"{heads:,}",
            f"{statistics.median(one.rate for one in samples):.0f}",
            f"{statistics.median(one.cpu for one in samples) * 1e3:.2f}",
            grown(lambda one: one.cpu),
            f"{statistics.median(one.database_cpu for one in samples) * 1e3:.2f}",
            grown(lambda one: one.database_cpu),
        ]

    return _rows(cells(what, heads) for what in larger.ALL for heads in found.larger)


def _memory(found: Found) -> str:
    """The rows of memory over many requests; one that says so where that was not asked for."""
    return _rows([f"{requests:,}", f"{megabytes:.0f}"] for requests, megabytes in found.memory or [(0, 0.0)])


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
