"""QR codes (二维码): of a pass's code, or of any text an operator wants to print."""

import io
import sys
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

import segno

from services.kit.errors import ErrorCode, Refusal
from services.sheets.writing import new_file

CORRECTION = "m"  # up to 15 percent may be unreadable
QUIET_ZONE = 4  # modules, by ISO/IEC 18004
MAX_BYTES = 2331  # that fit into the largest code
PIXELS = 8  # per module in a PNG

_BLOCKS = {(0, 0): " ", (1, 0): "\u2580", (0, 1): "\u2584", (1, 1): "\u2588"}  # by (upper, lower) half dark
_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m{}\x1b[0m"  # whatever the terminal's colours


def svg(text: str) -> str:
    """Return a QR code as an SVG document to embed: black on white, without a size of its own.

    Raises INVALID_INPUT for a text that no QR code can hold.
    """
    return _svg(text)


@lru_cache(maxsize=256)  # a pass is often read again within its step, and drawing takes 4 ms
def _svg(text: str) -> str:
    made = io.BytesIO()
    _made(text).save(
        made,
        kind="svg",
        border=QUIET_ZONE,
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return made.getvalue().decode()


def png(text: str) -> bytes:
    """Return a QR code as a PNG. Raises INVALID_INPUT for a text that no QR code can hold."""
    made = io.BytesIO()
    _made(text).save(made, kind="png", border=QUIET_ZONE, scale=PIXELS)
    return made.getvalue()


def blocks(text: str) -> list[str]:
    """Return a QR code as lines of block characters, two rows of modules a line; a block is dark.

    Raises INVALID_INPUT for a text that no QR code can hold.
    """
    rows = [list(row) for row in _made(text).matrix_iter(border=QUIET_ZONE)]
    light = [0] * len(rows[0])
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=light)
    return ["".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]


def show(text: str, out: Path | None) -> None:
    """Draw a QR code on the terminal, or write it to a new .svg or .png file.

    Raises INVALID_INPUT for a text that no QR code can hold and for a file that can't be written.
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
    # Scanners expect UTF-8; by default segno would encode some Chinese as Shift JIS.
    return segno.make_qr(text, error=CORRECTION, boost_error=False, encoding="utf-8")
