"""Drawn stand-ins for the photographs of a survey, so that a demonstration has pictures of nobody's house."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

SIZE_PX: Final = (1200, 900)
_Draw = ImageDraw.ImageDraw
_BRICKS: Final = ("#9a5a44", "#a4664d", "#8d5240", "#ab7258")


def draw_photo(subject: str, seed: int) -> bytes:
    """A JPEG of `subject` (a key of the table at the end of this module), different for each seed."""
    rng = random.Random(f"{subject}-{seed}")  # noqa: S311 - decoration, not a secret
    image = Image.new("RGB", SIZE_PX, _sky(rng))
    _SUBJECTS[subject](ImageDraw.Draw(image), rng)
    image = _grain(image.filter(ImageFilter.GaussianBlur(0.8)), rng)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82)
    return stream.getvalue()


def draw_signature(seed: int) -> bytes:
    """A PNG scrawl on white, in place of a signature."""
    rng = random.Random(f"signature-{seed}")  # noqa: S311
    image = Image.new("RGB", (900, 360), "white")
    draw = ImageDraw.Draw(image)
    for left in (120, 350, 580):
        corners = [(left + rng.uniform(0, 200), rng.uniform(80, 280)) for _ in range(7)]
        draw.line(_smooth(corners), fill="#1c2a4a", width=8, joint="curve")
    stream = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.2)).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _smooth(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points of the quadratic curves through the middles of the edges, as a pen would run."""
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(corners)]
    points = []
    for (start, end), corner in zip(pairwise(middles), corners[1:], strict=False):
        for step in range(13):
            t = step / 12
            weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
            points.append(
                tuple(sum(w * p[axis] for w, p in zip(weights, (start, corner, end), strict=True)) for axis in (0, 1))
            )
    return [(x, y) for x, y in points]


def _sky(rng: random.Random) -> tuple[int, int, int]:
    light = rng.randint(-12, 12)
    return 176 + light, 198 + light, 216 + light


def _house(draw: _Draw, rng: random.Random) -> None:
    width, height = SIZE_PX
    draw.rectangle((0, 660, width, height), fill="#b9ad9c")
    left, right, top, bottom = 110, width - 110, 380, 680
    _brickwork(draw, (left, top, right, bottom), rng)
    draw.polygon([(left - 60, top), (width // 2, top - 190), (right + 60, top)], fill="#6d4a40")
    for offset in range(0, 180, 22):
        draw.line([(left - 60 + offset * 2.6, top - offset), (right + 60 - offset * 2.6, top - offset)], fill="#5c3d35")
    bays = rng.choice((3, 5, 5))
    step = (right - left) / bays
    for bay in range(bays):
        centre = left + step * (bay + 0.5)
        if bay == bays // 2:
            draw.rectangle((centre - 42, 470, centre + 42, bottom), fill="#4c3a32", outline="#2d2420", width=4)
        else:
            _window(draw, (centre - 60, 460, centre + 60, 590))


def _back(draw: _Draw, rng: random.Random) -> None:
    width, height = SIZE_PX
    draw.rectangle((0, 700, width, height), fill="#a89f90")
    _brickwork(draw, (80, 320, width - 80, 710), rng)
    draw.rectangle((50, 280, width - 50, 330), fill="#6d4a40")
    for centre in (370, 830):
        _window(draw, (centre - 50, 430, centre + 50, 530))


def _gate(draw: _Draw, rng: random.Random) -> None:
    width, height = SIZE_PX
    draw.rectangle((0, 720, width, height), fill="#b3a996")
    _brickwork(draw, (0, 330, width, 730), rng)
    draw.rectangle((400, 250, 800, 740), fill="#7c3b33", outline="#4b211c", width=10)
    draw.line((600, 250, 600, 740), fill="#4b211c", width=8)
    draw.rectangle((370, 200, 830, 262), fill="#5d4a40")
    draw.rectangle((850, 400, 960, 460), fill="#24568a", outline="white", width=4)


def _wall(draw: _Draw, rng: random.Random) -> None:
    _brickwork(draw, (0, 0, 760, SIZE_PX[1]), rng)
    draw.rectangle((760, 0, SIZE_PX[0], SIZE_PX[1]), fill="#d8d2c6")
    draw.rectangle((120, 420, 1040, 470), fill="#f2d53c")
    for x in range(120, 1040, 23):
        draw.line((x, 420, x, 470 if x % 115 == 5 else 445), fill="#2a2a2a", width=3)


def _window_close(draw: _Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, *SIZE_PX), fill="#c9beb0")
    _window(draw, (300, 160, 900, 740), frame=28)


def _stove(draw: _Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, *SIZE_PX), fill="#d2ccc0")
    draw.rectangle((0, 720, *SIZE_PX), fill="#9b8f80")
    shift = rng.randint(-120, 120)
    draw.rectangle((430 + shift, 360, 780 + shift, 760), fill="#3b3f45", outline="#22252a", width=8)
    draw.rectangle((500 + shift, 540, 710 + shift, 640), fill="#d9752b", outline="#22252a", width=6)
    draw.rectangle((580 + shift, 0, 640 + shift, 360), fill="#55595f")


def _heat_pump(draw: _Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, *SIZE_PX), fill="#cfc6b8")
    draw.rectangle((0, 720, *SIZE_PX), fill="#9b8f80")
    shift = rng.randint(-90, 90)
    draw.rectangle((280 + shift, 300, 920 + shift, 740), fill="#e9ebec", outline="#9aa0a5", width=8)
    draw.ellipse((330 + shift, 340, 690 + shift, 700), fill="#5c6369", outline="#3b4046", width=10)
    for angle in range(0, 360, 45):
        draw.pieslice((350 + shift, 360, 670 + shift, 680), angle, angle + 18, fill="#8a9197")


def _plate(draw: _Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, *SIZE_PX), fill="#8f959a")
    draw.rectangle((180, 160, 1020, 740), fill="#e7e8e3", outline="#4a4e52", width=8)
    for row in range(8):
        y = 230 + row * 60
        draw.rectangle((230, y, 430, y + 18), fill="#565a5e")
        draw.rectangle((480, y, 480 + rng.randint(180, 460), y + 18), fill="#7a7e82")


def _meter(draw: _Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, *SIZE_PX), fill="#b7afa3")
    draw.rectangle((330, 120, 870, 800), fill="#dfe3e5", outline="#6b7075", width=10)
    draw.rectangle((420, 240, 780, 400), fill="#b8c7a5", outline="#4a4e52", width=6)
    for place in range(5):
        draw.rectangle((450 + place * 62, 280, 490 + place * 62, 360), fill="#2b2f2a")
    draw.rectangle((480, 520, 720, 700), fill="#2f343a")


def _brickwork(draw: _Draw, box: tuple[int, int, int, int], rng: random.Random) -> None:
    left, top, right, bottom = box
    draw.rectangle(box, fill="#c0a898")
    for row, y in enumerate(range(top, bottom, 24)):
        for x in range(left - (row % 2) * 32, right, 64):
            edges = (max(x, left), y, min(x + 60, right), min(y + 20, bottom))
            if edges[2] > edges[0]:
                draw.rectangle(edges, fill=rng.choice(_BRICKS))


def _window(draw: _Draw, box: tuple[float, float, float, float], frame: int = 10) -> None:
    left, top, right, bottom = box
    draw.rectangle(box, fill="#7fa0b5", outline="#6a4a2e", width=frame)
    draw.line(((left + right) / 2, top, (left + right) / 2, bottom), fill="#6a4a2e", width=frame)
    draw.line((left, (top + bottom) / 2, right, (top + bottom) / 2), fill="#6a4a2e", width=frame // 2 + 2)


def _grain(image: Image.Image, rng: random.Random) -> Image.Image:
    noise = Image.frombytes("L", (150, 112), rng.randbytes(150 * 112)).resize(SIZE_PX)
    return Image.blend(image, Image.merge("RGB", (noise, noise, noise)), 0.05)


_SUBJECTS: Final[dict[str, Callable[[_Draw, random.Random], None]]] = {
    "front": _house,
    "back": _back,
    "gate": _gate,
    "wall": _wall,
    "window": _window_close,
    "stove": _stove,
    "heat_pump": _heat_pump,
    "plate": _plate,
    "meter": _meter,
}
