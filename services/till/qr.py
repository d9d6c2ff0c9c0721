"""QR codes (二维码): of a pass's code, and of whatever an operator wants to print."""

import io
import sys
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

import segno

from services.kit.errors import ErrorCode, Refusal
from services.sheets.writing import new_file

CORRECTION = "m"  # 15 percent of it may be unreadable
QUIET_ZONE = 4  # modules, as ISO/IEC 18004 wants it
MAX_BYTES = 2331  # of a text that has the largest code to itself
PIXELS = 8  # of a module in a PNG

_BLOCKS = {(0, 0): " ", (1, 0): "\u2580", (0, 1): "\u2584", (1, 1): "\u2588"}  # by the dark of upper and lower half
_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m{}\x1b[0m"  # whatever the terminal's own colours are


def svg(text: str) -> str:
    """A QR code as an SVG document that can stand inside another one: black on white, of no size of its own.

    Raises INVALID_INPUT for what no QR code can hold.
    """
    return _svg(text)


@lru_cache(maxsize=256)  # the same pass is often asked for again within its step; one takes 4 ms to make
def _svg(text: str) -> str:
    made = io.BytesIO()
    _made(text).save(
        made, kind="svg", border=QUIET_ZONE, light="#fff", xmldecl=False, omitsize=True, svgclass=None, lineclass=None,
        nl=False,
    )  # fmt: skip
    return made.getvalue().decode()


def png(text: str) -> bytes:
    """A QR code as a PNG. Raises INVALID_INPUT for what no QR code can hold."""
    made = io.BytesIO()
    _made(text).save(made, kind="png", border=QUIET_ZONE, scale=PIXELS)
    return made.getvalue()


def blocks(text: str) -> list[str]:
    """A QR code as lines of block characters, two rows of modules a line; a block is dark.

    Raises INVALID_INPUT for what no QR code can hold.
    """
    rows = [list(row) for row in _made(text).matrix_iter(border=QUIET_ZONE)]
    light = [0] * len(rows[0])
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=light)
    return ["".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]


def show(text: str, out: Path | None) -> None:
    """Draw a QR code on the terminal, or write it to a new file that ends in .svg or .png.

    Raises INVALID_INPUT for what no QR code can hold and for a file that can't be written.
    """
    if out is None:
        line = _BLACK_ON_WHITE if sys.stdout.isatty() else "{}"
        print("\n".join(line.format(row) for row in blocks(text)))
        return
    match out.suffix.lower():
        case ".svg":
            drawn = svg(text).encode()
        case ".png":
            drawn = png(text)
        case _:
            raise Refusal(ErrorCode.INVALID_INPUT, "文件名须以 .svg 或 .png 结尾", "out")
    with new_file(out) as file:
        file.write(drawn)


def _made(text: str) -> segno.QRCode:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Refusal(ErrorCode.INVALID_INPUT, "内容不是有效的文字，请核对", "text") from None
    if not 1 <= size <= MAX_BYTES:
        most = f"二维码最多容纳 {MAX_BYTES} 字节，这里有 {size} 字节，请缩短内容" if size else "内容不能为空"
        raise Refusal(ErrorCode.INVALID_INPUT, most, "text")
    # In UTF-8, as every scanner reads it; without that word, some Chinese would go out as Shift JIS.
    return segno.make_qr(text, error=CORRECTION, boost_error=False, encoding="utf-8")
