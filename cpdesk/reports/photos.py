"""Photos and signatures made ready for paper: upright, cut to their frame, no finer than print needs."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps

from cpdesk.base.errors import InputFault

DOTS_PER_INCH: Final = 200
JPEG_QUALITY: Final = 80
_PAPER_FROM: Final = 225
"""Grey level from which a dot counts as paper."""


def signature(data: bytes, *, width_mm: float, height_mm: float, caption: str) -> tuple[bytes, float, float]:
    """A signature or thumb print cut to its strokes, as large as fits: a grey PNG and its width and height in mm.

    Raises:
        InputFault: CP-1603 when the picture cannot be read or is blank; it names the caption.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            drawn = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputFault("CP-1603", caption=caption) from error
    paper = Image.new("RGBA", drawn.size, "white")
    grey = Image.alpha_composite(paper, drawn).convert("L")
    strokes = grey.point([255 if level < _PAPER_FROM else 0 for level in range(256)]).getbbox()
    if strokes is None:
        raise InputFault("CP-1603", caption=caption)
    cut = grey.crop(strokes)
    scale = min(width_mm / cut.width, height_mm / cut.height)
    size_mm = (cut.width * scale, cut.height * scale)
    dots = (max(1, round(size_mm[0] / 25.4 * DOTS_PER_INCH)), max(1, round(size_mm[1] / 25.4 * DOTS_PER_INCH)))
    target = io.BytesIO()
    cut.resize(dots, Image.Resampling.BICUBIC).save(target, "PNG")
    return target.getvalue(), *size_mm


def for_frame(data: bytes, *, width_mm: float, height_mm: float, caption: str) -> bytes:
    """A JPEG of the photo that fills the frame, turned as its EXIF orientation says and without any metadata.

    Raises:
        InputFault: CP-1603 when the photo cannot be read; it names the caption.
    """
    size = (round(width_mm / 25.4 * DOTS_PER_INCH), round(height_mm / 25.4 * DOTS_PER_INCH))
    try:
        with Image.open(io.BytesIO(data)) as photo:
            photo.draft("RGB", (max(size), max(size)))  # decodes a large JPEG at a fraction of its size
            ImageOps.exif_transpose(photo, in_place=True)
            upright = photo.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputFault("CP-1603", caption=caption) from error
    target = io.BytesIO()
    ImageOps.fit(upright, size, Image.Resampling.BICUBIC).save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()
