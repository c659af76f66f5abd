"""What a control asks for beyond an answer: files to choose, keep or open, photos to take, media to play, agreement
with a default, changes of a grid."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileWanted:
    """A person wants to choose a file for the question at `path`."""

    path: str


@dataclass(frozen=True, slots=True)
class FileOpened:
    """A person wants to see the file of an answer with the program the system has for it."""

    path: str


@dataclass(frozen=True, slots=True)
class MediaOpened:
    """A person wants to hear or see a medium of the form."""

    name: str


@dataclass(frozen=True, slots=True)
class ContentGiven:
    """A file was drawn, dropped or pasted: its bytes, or where it lies. `over` says that it is the picture of the
    answer with marks over it, so that time and place of the shot stay."""

    path: str
    name: str
    content: bytes = b""
    file: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class CameraWanted:
    """A person wants to take a photo for the question at `path` with the system's camera program."""

    path: str


@dataclass(frozen=True, slots=True)
class CameraStopped:
    """A person waits for photos no longer."""

    path: str


@dataclass(frozen=True, slots=True)
class PictureChosen:
    """Of the pictures that arrived a person takes the one with this key."""

    path: str
    key: str


@dataclass(frozen=True, slots=True)
class PhotoFolderWanted:
    """A person wants to choose the folder where the photos of a phone arrive."""

    path: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A person says how the answer at `path` is known, and so agrees with a default; without a `mark` in the way that
    is usual for the question."""

    path: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class GridEdit:
    """One change of a grid, which undo takes back as one step, done in this order.

    Attributes:
        repeat: path of the repeat.
        cells: path of a question and its new value.
        added: the values of each new item by the name of the question below the item.
        after: the item behind which new items stand; None stands for the end.
        removed: items to take away.
        moved: an item and the one it goes before (None: the end).
    """

    repeat: str
    cells: tuple[tuple[str, str | None], ...] = ()
    added: tuple[tuple[tuple[str, str], ...], ...] = ()
    after: str | None = None
    removed: tuple[str, ...] = ()
    moved: tuple[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class ColumnsSized:
    """A person gave the columns of the grid at `path` these widths, px."""

    path: str
    widths: tuple[int, ...]


CameraRequest = CameraWanted | CameraStopped | PictureChosen | PhotoFolderWanted
Request = FileWanted | FileOpened | MediaOpened | ContentGiven | CameraRequest | Marked | ColumnsSized | GridEdit
