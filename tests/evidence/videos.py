"""What a camera sees: a QR code held before it, turned, tilted, far away or in the dark, as a video for the browser."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import segno

from services.till.qr import CORRECTION, QUIET_ZONE

WIDTH, HEIGHT, FRAMES_A_SECOND = 640, 480, 20
FOCAL = 600  # pixels: some 56 degrees from left to right, as a phone's camera
PAPER, INK, WALL = 235, 16, 110  # luma
GREY = bytes([128])  # no colour
NOISES = 4099  # a prime, so that no line repeats another
SAMPLES = (0.25, 0.75)  # within a pixel, each way


@dataclass(frozen=True, slots=True)
class Held:
    """How a code is held: `share` of the picture's height that it takes; `turn` in its plane and `tilt` backwards, in
    degrees; `light` of 1 in which it is seen; `noise` of the sensor, in steps of luma."""

    share: float = 0.6
    turn: float = 0
    tilt: float = 0
    light: float = 1
    noise: float = 3


def write(path: Path, *texts: str, held: Held = Held(), seconds: float = 0.1) -> None:
    """Write a video (YUV4MPEG2, 4:2:0) of QR codes, each for so long, which a browser shows again and again."""
    times = max(1, round(seconds * FRAMES_A_SECOND))
    frames = [b"FRAME\n" + _picture(text, held) + GREY * (WIDTH * HEIGHT // 2) for text in texts for _ in range(times)]
    path.write_bytes(
        f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n".encode() + b"".join(frames)
    )


@lru_cache(maxsize=4)
def _picture(text: str, held: Held) -> bytes:
    """The luma of each pixel."""
    drawn = [
        list(row) for row in segno.make_qr(text, error=CORRECTION, boost_error=False).matrix_iter(border=QUIET_ZONE)
    ]
    rough = random.Random(0)
    noise = [round(rough.gauss(0, held.noise)) for _ in range(NOISES)]
    lumas = (round(luma * held.light) + noise[at % NOISES] for at, luma in enumerate(_lumas(drawn, held)))
    return bytes(min(255, max(0, luma)) for luma in lumas)


def _lumas(drawn: Sequence[Sequence[int]], held: Held) -> Iterator[float]:
    """The luma of each pixel in full light, row by row: of what its rays meet."""
    place, side = _Plane(held), len(drawn)
    for y, x in product(range(HEIGHT), range(WIDTH)):
        total = 0
        for down, right in product(SAMPLES, SAMPLES):
            u, v = place.met(x + right - WIDTH / 2, y + down - HEIGHT / 2)
            column, row = math.floor((u + 0.5) * side), math.floor((v + 0.5) * side)
            inside = 0 <= column < side and 0 <= row < side
            total += (INK if drawn[row][column] else PAPER) if inside else WALL
        yield total / 4


class _Plane:
    """The plane of a code whose side is 1 and whose middle is the origin, before a pinhole camera."""

    def __init__(self, held: Held) -> None:
        self._far = FOCAL / (held.share * HEIGHT)
        turn, tilt = math.radians(held.turn), math.radians(held.tilt)
        self._turn = math.cos(turn), math.sin(turn)
        self._tilt = math.cos(tilt), math.sin(tilt)

    def met(self, x: float, y: float) -> tuple[float, float]:
        """Where the ray through a pixel, counted from the middle, meets the plane."""
        (cos, sin), (flat, steep) = self._turn, self._tilt
        down = y * self._far / (FOCAL * flat - y * steep)
        right = x * (self._far + down * steep) / FOCAL
        return right * cos + down * sin, down * cos - right * sin
