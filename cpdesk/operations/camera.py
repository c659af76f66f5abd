"""Photos taken while a question waits: the system's own camera program, and what arrives in the folders it fills.

The camera itself is the business of the camera program. This module starts it and sees what is new in the folders where
it, or a phone, puts its pictures. Names of files are never logged.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from cpdesk.base.errors import EnvironmentFault

PROGRAMS: Final = ("snapshot", "cheese", "guvcview", "kamoso", "qtcam")
"""Camera programs of Linux desktops, the usual one first."""
WINDOWS_CAMERA: Final = "microsoft.windows.camera:"
EDGE_PREVIEW_PX: Final = 320
_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".heif")
_BYTES_MAX: Final = 60_000_000
_PIXELS_MAX: Final = 120_000_000
_ARRIVALS_MAX: Final = 8
"""Of one look: when a phone brings hundreds, the first are shown while the others follow."""
_TRIES_MAX: Final = 10
"""So often an unchanged file is read before it counts as one that cannot be opened: a copy may pause for seconds."""
_GRACE_S: Final = 0.5
"""A camera program that fails at the start is gone by then."""

Stamp = tuple[int, int]
"""When a file was last written (ns since 1970) and its size (bytes)."""


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder where pictures may arrive.

    Attributes:
        deep: its direct subfolders too: camera programs and phones make one of their own.
        outside: a stick, a phone or a share that may be connected later. What lies in it then is old. Any other folder
            that is missing will be made by the camera program, and what lies in it is new.
    """

    path: Path
    deep: bool = True
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture that arrived whole; `preview` is a small upright JPEG, empty when it is no picture we can read."""

    path: Path
    preview: bytes


def camera_folders() -> tuple[WatchedFolder, ...]:
    """Where camera programs of this system keep their pictures."""
    pictures = WatchedFolder(Path(platformdirs.user_pictures_dir()))  # with Webcam (cheese), Camera and others in it
    roll = _camera_roll()
    if roll is not None:
        return (WatchedFolder(roll), pictures)
    return (pictures, WatchedFolder(Path.home(), deep=False))  # some programs put pictures into the home folder


def start_camera(program: str = "") -> None:
    """Start the camera program: the one named, else that of the system. Its window is its own; nothing waits for it.

    Raises:
        EnvironmentFault: CP-2301 the named program is not there; CP-2302 the system has none; CP-2303 it did not start.
    """
    if program:
        found = shutil.which(program)
        if found is None:
            raise EnvironmentFault("CP-2301", program=program)
        _start(found)
        return
    start_by_uri = getattr(os, "startfile", None)  # Windows alone has it
    if start_by_uri is not None:
        try:
            start_by_uri(WINDOWS_CAMERA)
        except OSError as error:
            raise EnvironmentFault("CP-2302") from error
        return
    found = next((path for path in map(shutil.which, PROGRAMS) if path is not None), None)
    if found is None:
        raise EnvironmentFault("CP-2302")
    _start(found)


class Watch:
    """What is new in some folders. The first `look` learns what is old; each later one gives what arrived whole.

    A file is whole when two looks find it unchanged and it can be decoded to its end. Looks may block as long as the
    folders do; they are made one after the other, off the GUI thread.
    """

    def __init__(self, folders: Sequence[WatchedFolder]) -> None:
        self._folders = tuple(folders)
        self._begun: set[WatchedFolder] = set()
        self._settled: dict[Path, Stamp] = {}
        self._growing: dict[Path, tuple[Stamp, int]] = {}

    def look(self) -> list[Arrival]:
        """What arrived since the last look, the newest last."""
        arrived: list[tuple[int, Arrival]] = []
        for folder in self._folders:
            listed = _listed(folder)
            if listed is None:
                continue
            if folder not in self._begun:
                self._begun.add(folder)
                self._settled.update(listed)
                continue
            for path, stamp in listed.items():
                if len(arrived) == _ARRIVALS_MAX:
                    break
                if self._settled.get(path) != stamp and (found := self._arrival(path)) is not None:
                    arrived.append(found)
        arrived.sort(key=lambda found: found[0])
        return [arrival for _written_ns, arrival in arrived]

    def _arrival(self, path: Path) -> tuple[int, Arrival] | None:
        """The file when it is whole, with the moment it was written; None when it must be looked at again."""
        try:
            stamp = _stamp(path.stat())  # a listing may lag behind what is being written
            before, tries = self._growing.get(path, (None, 0))
            if stamp == self._settled.get(path) or stamp[1] == 0:
                return None
            if stamp != before:
                self._growing[path] = (stamp, 0)
                return None
            preview = _preview(path.read_bytes()) if stamp[1] <= _BYTES_MAX else b""
        except OSError:  # still held by who writes it, or gone again
            return None
        if not preview and tries < _TRIES_MAX:
            self._growing[path] = (stamp, tries + 1)
            return None
        self._growing.pop(path, None)
        self._settled[path] = stamp
        return stamp[0], Arrival(path, preview)


def _listed(folder: WatchedFolder) -> dict[Path, Stamp] | None:
    """The pictures of a folder; None when it cannot be read now."""
    try:
        return dict(_pictures(folder.path, deep=folder.deep))
    except FileNotFoundError:
        return None if folder.outside else {}
    except OSError:
        return None


def _pictures(folder: Path, *, deep: bool) -> Iterator[tuple[Path, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                if entry.name.lower().endswith(_SUFFIXES) and entry.is_file():
                    yield Path(entry.path), _stamp(entry.stat())
                elif deep and entry.is_dir():
                    yield from _pictures(Path(entry.path), deep=False)
            except OSError:  # taken away meanwhile, or not ours to read: the others still count
                continue


def _stamp(facts: os.stat_result) -> Stamp:
    return facts.st_mtime_ns, facts.st_size


def _preview(content: bytes) -> bytes:
    """A small upright JPEG of a picture; empty when it cannot be decoded to its end."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    edge_px = EDGE_PREVIEW_PX
    stream = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _PIXELS_MAX:
                return b""
            image.draft("RGB", (2 * edge_px, 2 * edge_px))  # a large JPEG is decoded at a part of its size
            image.load()
            small = ImageOps.exif_transpose(image)
        small.thumbnail((edge_px, edge_px), Image.Resampling.LANCZOS)
        small.convert("RGB").save(stream, "JPEG", quality=85)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    return stream.getvalue()


def _start(program: str) -> None:
    name = Path(program).name
    nowhere = subprocess.DEVNULL
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of our list, or the one the person named
            [program], stdin=nowhere, stdout=nowhere, stderr=nowhere, env=_environment(), start_new_session=True
        )
    except OSError as error:
        raise EnvironmentFault("CP-2303", program=name, reason=error.strerror or str(error)) from error
    try:
        code = process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, name="camera program", daemon=True).start()  # so that it can end wholly
        return
    if code:
        raise EnvironmentFault("CP-2303", program=name, reason=str(code))


def _environment() -> dict[str, str]:
    """The environment the person has: the built program puts its own libraries first, which others must not load."""
    environment = dict(os.environ)
    before = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        environment["LD_LIBRARY_PATH"] = before
    elif getattr(sys, "frozen", False):
        environment.pop("LD_LIBRARY_PATH", None)
    return environment


if sys.platform == "win32":
    import ctypes
    import uuid

    _CAMERA_ROLL: Final = uuid.UUID("{ab5fb87b-7ce2-4f83-915d-550846c9537b}")  # FOLDERID_CameraRoll

    def _camera_roll() -> Path | None:
        """Where the Camera app keeps its pictures; people and OneDrive move it."""
        place = ctypes.c_wchar_p()
        wanted = ctypes.create_string_buffer(_CAMERA_ROLL.bytes_le, 16)
        found = ctypes.windll.shell32.SHGetKnownFolderPath(wanted, 0, None, ctypes.byref(place))
        path = place.value
        ctypes.windll.ole32.CoTaskMemFree(place)
        if found != 0 or not path:
            return Path(platformdirs.user_pictures_dir()) / "Camera Roll"
        return Path(path)

else:

    def _camera_roll() -> Path | None:
        return None


__all__ = ["PROGRAMS", "WINDOWS_CAMERA", "Arrival", "Watch", "WatchedFolder", "camera_folders", "start_camera"]
