"""Photos made ready for paper: upright, cut to their frame, no finer than print needs."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps

from cpdesk.base.errors import InputFault

DOTS_PER_INCH: Final = 200
JPEG_QUALITY: Final = 80


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
