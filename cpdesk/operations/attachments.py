"""Files of answers: pictures, sounds, films and others, kept by their hash and named in the answer; what they say of
themselves; and the files of the form."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.operations.photos import EDGE_MAX_PX, keep_photo

BYTES_MAX: Final = 100_000_000
"""Of one file: a film of some minutes. More would block the line of a township for an hour."""
PICTURES: Final = ("jpg", "jpeg", "png")
_REFERENCE: Final = re.compile(r"([0-9a-f]{64})\.([0-9a-z]{1,8})")
_TYPES: Final = {
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "wav": "audio/wav", "amr": "audio/amr", "ogg": "audio/ogg",
    "aac": "audio/aac", "mp4": "video/mp4", "mov": "video/quicktime", "3gp": "video/3gpp", "pdf": "application/pdf",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a kept file: bytes; of a picture also its edges (px), the local time of the shot (ISO 8601) and
    its place (WGS 84 degrees), as the camera wrote them."""

    size_bytes: int
    width_px: int = 0
    height_px: int = 0
    taken_at: str = ""
    position: tuple[float, float] | None = None


def keep_picture(ctx: Context, content: bytes, *, name: str, edge_max_px: int | None = None) -> str:
    """Keep a picture, made small enough, and give its name for the answer.

    Args:
        edge_max_px: what the form allows for the longer edge; never more than 1,600 px are kept.

    Raises:
        InputFault: CP-1513, CP-1514 as `keep_photo`.
    """
    return keep_photo(ctx, content, name=name, edge_max_px=min(edge_max_px or EDGE_MAX_PX, EDGE_MAX_PX))


def keep_file(ctx: Context, content: bytes, *, name: str) -> str:
    """Keep any other file as it is and give its name for the answer: `<sha256>.<suffix>`.

    Raises:
        InputFault: CP-1541 it is empty; CP-1542 it is larger than 100 MB.
    """
    if not content:
        raise InputFault("CP-1541", name=name)
    if len(content) > BYTES_MAX:
        raise InputFault("CP-1542", name=name, size_mb=len(content) // 1_000_000, limit_mb=BYTES_MAX // 1_000_000)
    suffix = re.sub(r"[^0-9a-z]", "", name.rpartition(".")[2].lower())[:8] if "." in name else ""
    suffix = suffix or "bin"
    return f"{ctx.store.blobs.put(content, _TYPES.get(suffix, 'application/octet-stream'))}.{suffix}"


def content(ctx: Context, reference: str) -> bytes | None:
    """The file an answer names; None when it has not come to this desk yet.

    Raises:
        IntegrityFault: CP-3104 when the file is not what its hash says.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None or ctx.store.blobs.info(match[1]) is None:
        return None
    return ctx.store.blobs.get(match[1])


def facts(ctx: Context, reference: str) -> FileFacts | None:
    """What is known of the file an answer names; None when it has not come to this desk yet."""
    match = _REFERENCE.fullmatch(reference)
    info = ctx.store.blobs.info(match[1]) if match is not None else None
    if match is None or info is None:
        return None
    if match[2] not in PICTURES:
        return FileFacts(info.size)
    return picture_facts(ctx.store.blobs.get(match[1]))


def picture_facts(content: bytes) -> FileFacts:
    """What a picture says of itself; only its size in bytes when it cannot be read."""
    from PIL import ExifTags, Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(content))
        exif = image.getexif()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return FileFacts(len(content))
    shot = exif.get_ifd(ExifTags.IFD.Exif)
    taken = str(shot.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "")
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    return FileFacts(len(content), image.width, image.height, _moment(taken), _position(place))


def form_file(ctx: Context, form: Form, name: str) -> bytes | None:
    """A file that travels with a form (a picture beside a label), by its plain name; None when the form has none."""
    return ctx.store.forms.files.content(form.id, form.version, name.rpartition("/")[2])


def _moment(written: str) -> str:
    """`2026:11:23 14:05:09` as ISO 8601 in the time of Beijing."""
    match = re.fullmatch(r"(\d{4}):(\d{2}):(\d{2}) (\d{2}:\d{2}:\d{2})", written.strip("\0 "))
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}+08:00" if match is not None else ""


def _position(place: dict[int, object]) -> tuple[float, float] | None:
    from PIL import ExifTags

    tags = ExifTags.GPS
    latitude = _degrees(place.get(tags.GPSLatitude), place.get(tags.GPSLatitudeRef))
    longitude = _degrees(place.get(tags.GPSLongitude), place.get(tags.GPSLongitudeRef))
    return None if latitude is None or longitude is None else (latitude, longitude)


def _degrees(parts: object, half: object) -> float | None:
    """Degrees, minutes and seconds as one angle; None where a camera wrote something else."""
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    try:
        angle = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return -angle if str(half) in ("S", "W") else angle
