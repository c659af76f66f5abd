"""Photographs and signatures of a survey: made small enough, kept by their hash, named in the answer."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import Answers

if TYPE_CHECKING:
    from PIL.Image import Exif, Image  # late everywhere in this file: a desk that starts shows no photo yet

EDGE_MAX_PX: Final = 1600
_PIXELS_MAX: Final = 120_000_000
_REFERENCE: Final = re.compile(r"([0-9a-f]{64})\.(jpg|png)")
_MIME: Final = {"jpg": "image/jpeg", "png": "image/png"}


def keep_photo(ctx: Context, content: bytes, *, name: str = "", edge_max_px: int = EDGE_MAX_PX) -> str:
    """Keep a picture and give the text that stands in the answer: `<sha256>.jpg` or `.png`.

    The longer edge is brought to `edge_max_px` at most and the picture turned upright; time and place of the shot stay.

    Raises:
        InputFault: CP-1513 when the content is no picture this program can read; CP-1514 when it is too large.
    """
    image = _opened(content, name)
    suffix = "png" if image.format == "PNG" else "jpg"
    if suffix == "jpg" and image.format == "JPEG" and max(image.size) <= edge_max_px and _orientation(image) == 1:
        kept = content
    else:
        kept = _made_small(image, suffix, edge_max_px)
    return f"{ctx.store.blobs.put(kept, _MIME[suffix])}.{suffix}"


def photo_content(ctx: Context, reference: str) -> bytes | None:
    """The picture an answer names; None when it has not come to this desk yet.

    Raises:
        IntegrityFault: CP-31xx when the file is not what its hash says.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None or ctx.store.blobs.info(match[1]) is None or match[1] in ctx.store.blobs.missing(limit=10_000):
        return None
    return ctx.store.blobs.get(match[1])


def photos_named(answers: Answers) -> list[str]:
    """Hashes of all pictures that answers name."""
    return [match[1] for value in answers.values() if (match := _REFERENCE.fullmatch(value))]


def photos_taken(answers: Answers) -> list[str]:
    """References of the photographs in the order of the answers' paths. A signature is drawn, not taken: it is kept as
    PNG at a path whose last name begins with `sign`."""
    named = sorted((path, value) for path, value in answers.items() if _REFERENCE.fullmatch(value))
    return [value for path, value in named if not path.rsplit("/", 1)[-1].startswith("sign")]


def _opened(content: bytes, name: str) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(content))
        if image.width * image.height > _PIXELS_MAX:
            raise InputFault("CP-1514", name=name, width=image.width, height=image.height)
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputFault("CP-1513", name=name) from error
    return image


def _orientation(image: Image) -> int:
    from PIL import ExifTags

    return int(image.getexif().get(ExifTags.Base.Orientation, 1))


def _made_small(image: Image, suffix: str, edge_max_px: int) -> bytes:
    from PIL import Image, ImageOps

    exif = image.getexif()
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((edge_max_px, edge_max_px), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    if suffix == "png":
        upright.save(stream, "PNG", optimize=True)
    else:
        upright.convert("RGB").save(stream, "JPEG", quality=85, exif=_shot_of(exif))
    return stream.getvalue()


def _shot_of(exif: Exif) -> Exif:
    """What a camera wrote of a shot: when, where and with what."""
    from PIL import ExifTags, Image

    kept = Image.Exif()
    kept.update({tag: exif[tag] for tag in _kept_tags() if tag in exif})
    for block in (ExifTags.IFD.GPSInfo, ExifTags.IFD.Exif):
        if values := exif.get_ifd(block):
            kept.get_ifd(block).update(values)
    return kept


def with_shot_of(content: bytes, source: bytes, *, name: str = "") -> bytes:
    """A JPEG with the time and place of another picture: marks drawn over a photo leave it the shot it was.

    Raises:
        InputFault: CP-1513, CP-1514 when the content is no picture this program can read; a source that is none has
            nothing to give.
    """
    image = _opened(content, name)
    try:
        exif = _opened(source, name).getexif()
    except InputFault:
        return content
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality="keep", exif=_shot_of(exif))
    return stream.getvalue()


def _kept_tags() -> tuple[int, ...]:
    """When and with what the picture was taken."""
    from PIL import ExifTags

    return ExifTags.Base.DateTime, ExifTags.Base.Make, ExifTags.Base.Model
