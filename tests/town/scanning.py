"""Reads QR codes as a till's scanner does: by a renderer and a decoder that know nothing of ours."""

import struct
import zlib
from collections.abc import Sequence

import resvg_py
import zxingcpp

PIXELS = 205  # a side of what an SVG is rendered to: 5 for each module of a pass's code
BLOCKS = {" ": (255, 255), "\u2580": (0, 255), "\u2584": (255, 0), "\u2588": (0, 0)}


def svg(document: str, width: int = PIXELS) -> list[str]:
    """The texts of the QR codes that an SVG shows on a dark page: its own white must make them readable."""
    return png(resvg_py.svg_to_bytes(svg_string=document, width=width, background="#000"))


def png(file: bytes) -> list[str]:
    """The texts of the QR codes in a PNG."""
    return [one.text for one in found(_pixels(file))]


def blocks(lines: Sequence[str]) -> list[str]:
    """The texts of the QR codes that lines of block characters show in black on white."""
    return [one.text for one in found(rows(lines))]


def rows(lines: Sequence[str]) -> list[list[int]]:
    """The grey of each pixel that lines of block characters show, row by row."""
    return [
        [BLOCKS[character][half] for character in line for _ in range(4)]
        for line in lines for half in (0, 1) for _ in range(4)
    ]  # fmt: skip


def found(pixels: Sequence[Sequence[int]]) -> list[zxingcpp.Barcode]:
    """The QR codes in a picture, dark on light."""
    picture = memoryview(b"".join(map(bytes, pixels))).cast("B", (len(pixels), len(pixels[0])))
    read = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    return [one for one in read if one.valid]


def _pixels(file: bytes) -> list[list[int]]:
    """The grey of each pixel, row by row (W3C PNG, for what is not interlaced and has no palette)."""
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = [], 8
    while at < len(file):
        length, kind = struct.unpack_from(">I4s", file, at)
        chunks.append((kind, file[at + 8 : at + 8 + length]))
        at += length + 12
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
    channels = {0: 1, 2: 3, 6: 4}[colour]
    step = max(1, channels * depth // 8)
    long = (width * channels * depth + 7) // 8
    raw = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    drawn, above = [], bytes(long)
    for start in range(0, height * (long + 1), long + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + long], above, step)
        if depth == 1:
            drawn.append([255 * (above[x // 8] >> (7 - x % 8) & 1) for x in range(width)])
        else:
            drawn.append([above[x * channels] for x in range(width)])
    return drawn


def _unfiltered(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    done = bytearray(row)
    for x in range(len(row)):
        left, corner = (done[x - step], above[x - step]) if x >= step else (0, 0)
        up = above[x]
        near = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        done[x] = (row[x] + (0, left, up, (left + up) // 2, near)[kind]) & 255
    return bytes(done)
