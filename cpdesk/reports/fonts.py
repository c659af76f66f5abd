"""The two fonts of paper, and what happens to a character they lack.

A character missing from Bold is drawn in Regular, one missing there in an installed font of rare characters (HanaMin,
SimSun-ExtB) where the machine has one, and one that nothing covers as 〓. `missing_characters` lists those before
anything is printed, so that no name vanishes silently.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from cpdesk.base.resources import resource_path

REGULAR: Final = "NotoSansSC-Regular"
BOLD: Final = "NotoSansSC-Bold"
RARE: Final = "CpdeskRare"
GETA: Final = "〓"
"""Stands where no font has the character."""

RARE_PLACES: Final = (
    Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
    Path("/usr/share/fonts/truetype/fonts-hanazono/HanaMinB.ttf"),
    Path("C:/Windows/Fonts/simsunb.ttf"),
)


class PaperFont(TTFont):  # type: ignore[misc]
    """A TrueType font whose text can be copied out of the PDF, also beyond U+FFFF.

    reportlab writes such characters into the ToUnicode table as five hex digits, which readers take for something else;
    they belong there as UTF-16. Blocks hold 100 entries at most (PDF 32000-1, 9.7.6.2).
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802 — reportlab's name
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for key, stream in doc.idToObject.items():
            if key.startswith("toUnicodeCMap:") and self._owns(key):
                number = _subset_number(key)
                name = key.removeprefix("toUnicodeCMap:")
                stream.content = _to_unicode(name, subsets[number])

    def _owns(self, key: str) -> bool:
        return key.endswith("+" + (self.face.name + self.face.subfontNameX).decode("latin-1"))


def _subset_number(key: str) -> int:
    letters = key.removeprefix("toUnicodeCMap:").partition("+")[0]
    return int(letters.translate(str.maketrans("ABCDEFGIJK", "0123456789")))


def _to_unicode(name: str, subset: list[int]) -> str:
    entries = [
        f"<{code:02X}> <{chr(character).encode('utf-16-be').hex().upper()}>"
        for code, character in enumerate(subset)
        if character
    ]
    blocks = []
    for start in range(0, len(entries), 100):
        block = entries[start : start + 100]
        blocks.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar")
    head = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def\n"
        f"/CMapName /{name} def\n/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
    )
    tail = "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    return head + "\n".join(blocks) + tail


class Faces:
    """The registered fonts: which one draws a character, and how wide it is."""

    def __init__(self, rare: Path | None = None) -> None:
        regular = _register(REGULAR, resource_path(f"fonts/{REGULAR}.ttf"))
        bold = _register(BOLD, resource_path(f"fonts/{BOLD}.ttf"))
        self._chains: dict[bool, list[PaperFont]] = {False: [regular], True: [bold, regular]}
        if rare is not None:
            extra = _register(RARE, rare)
            for chain in self._chains.values():
                chain.append(extra)
        self._known: dict[bool, dict[str, tuple[str, str, float]]] = {False: {}, True: {}}

    def runs(self, text: str, *, bold: bool = False) -> list[tuple[str, str]]:
        """(font name, text) pieces that draw the whole text; characters nobody has are replaced by 〓."""
        pieces: list[tuple[str, str]] = []
        for character in text:
            font, drawn, _ = self._of(character, bold)
            if pieces and pieces[-1][0] == font:
                pieces[-1] = (font, pieces[-1][1] + drawn)
            else:
                pieces.append((font, drawn))
        return pieces

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Width in points of a text set at `size` points."""
        return sum(self._of(character, bold)[2] for character in text) * size / 1000

    def missing(self, text: str) -> list[str]:
        """Characters of the text that no font covers, each once, in order."""
        return [character for character in dict.fromkeys(text) if self._of(character, False)[1] != _drawn(character)]

    def _of(self, character: str, bold: bool) -> tuple[str, str, float]:
        known = self._known[bold].get(character)
        if known is None:
            known = self._known[bold][character] = self._look_up(_drawn(character), bold)
        return known

    def _look_up(self, character: str, bold: bool) -> tuple[str, str, float]:
        for font in self._chains[bold]:
            if ord(character) in font.face.charToGlyph:
                return font.fontName, character, font.face.getCharWidth(ord(character))
        font = self._chains[bold][0]
        return font.fontName, GETA, font.face.getCharWidth(ord(GETA))


def _drawn(character: str) -> str:
    return " " if character.isspace() and character != "\u3000" else character


def _register(name: str, path: Path) -> PaperFont:
    font = PaperFont(name, str(path), shapable=False)
    pdfmetrics.registerFont(font)
    return font


@cache
def faces() -> Faces:
    """The fonts of this process; read once (about 0.2 s), since they are large."""
    return Faces(next((path for path in RARE_PLACES if path.is_file()), None))


def missing_characters(texts: Iterable[str]) -> list[str]:
    """Characters that would print as 〓, each once, in order."""
    return list(dict.fromkeys(character for text in texts for character in faces().missing(text)))
