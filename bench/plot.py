"""One plot: requests a second of each side, as a multiple of the hand-written limit of the same round."""

from district import READS
from measures import Found
from sides import ALL, BY_HAND

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 720, 120, 70, 16, 34, 30
COLOURS = ("#c8102e", "#e79aa6", "#4c78a8", "#b0b0b0", "#54a24b", "#2f6f2b")


def bars(found: Found) -> str:
    """Return the plot as SVG: a group of bars for each read, with the quartiles as a line through the end of a bar."""
    ratios = {
        (what, kind.name): found.ratio(kind.name, BY_HAND.name, what, lambda one: one.rate)
        for what in READS
        for kind in ALL
    }
    most = max(one.upper for one in ratios.values())

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * value / most

    drawn, y = [], TOP
    for what in READS:
        drawn.append(f'<text x="8" y="{y}" font-weight="bold">{what}</text>')
        y += 8
        for kind, colour in zip(ALL, COLOURS, strict=True):
            one, middle = ratios[what, kind.name], y + BAR / 2
            drawn += [
                f'<text x="{LEFT - 6}" y="{middle + 4}" text-anchor="end">{kind.name}</text>',
                f'<rect x="{LEFT}" y="{y}" width="{x(one.median) - LEFT:.1f}" height="{BAR - 2}" fill="{colour}"/>',
                f'<path d="M{x(one.lower):.1f} {middle}H{x(one.upper):.1f}" stroke="#222"/>',
                f'<text x="{x(max(one.upper, one.median)) + 6:.1f}" y="{middle + 4}">{one.median:.2f}</text>',
            ]
            y += BAR
        y += GAP
    line = f'<path d="M{x(1):.1f} {TOP}V{y - GAP}" stroke="#222" stroke-dasharray="3 3"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{y}" fill="#fff"/>\n' + "\n".join([*drawn, line]) + "\n</svg>\n"
    )
