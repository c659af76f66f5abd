"""Breaks Chinese text with figures, units and inline marks into lines.

A line never starts with closing punctuation or a mark and never ends with an opening bracket; a figure stays with its
unit, a Latin word stays whole. Only what is wider than the whole column is cut between characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cpdesk.reports.fonts import faces

MARKS: Final = frozenset("MBEDU")
NO_START: Final = frozenset("，。、；：！？）」』》〉】”’·%％℃…—†,.;:!?)]")
NO_END: Final = frozenset("（「『《〈【“‘([①②③④⑤⑥⑦⑧⑨")
NO_BREAK: Final = "\u00a0"
MARK_SIZE: Final = 0.69
"""Size of the characters in a mark against the text around it, within 6.4 and 7.2 points."""

_PIECE: Final = re.compile(r"\{([MBEDU])\}|(\*\*)")
_ATOM: Final = re.compile(
    # a figure with its unit
    r"(?:[+−±<>≤≥约]?[0-9][0-9,.:/–−～~%]*(?: ?[A-Za-zµ°℃%²³₂/·]+[0-9²³₂]*| ?[元年月日户间天台米吨次层樘]+)?)"
    # a Latin word; a no-break space is part of it
    r"|[A-Za-z0-9][A-Za-z0-9_\u00a0.+/²³₂’'&@#\-–]*"
    r"|[^\S\u00a0]+|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text of one weight, or a mark (then `mark` is its letter and `text` empty)."""

    text: str
    bold: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its spans in order and their width in points."""

    spans: tuple[Span, ...]
    width_pt: float


@dataclass(frozen=True, slots=True)
class Marks:
    """The words of the inline marks in the language of the edition, e.g. D → 默."""

    words: tuple[tuple[str, str], ...]

    def word(self, mark: str) -> str:
        return dict(self.words)[mark]


def mark_size(size: float) -> float:
    """Points of the characters inside a mark beside text of `size` points."""
    return min(7.2, max(6.4, size * MARK_SIZE))


def mark_box_pt(word: str, size: float) -> float:
    """Width in points of the box of a mark."""
    inner = mark_size(size)
    return faces().width(word, inner, bold=True) + (2.4 if len(word) == 1 else 3.4)


def mark_gap_pt(size: float) -> float:
    """Space in points on either side of a mark."""
    return size * 0.07


def spans_of(text: str, *, bold: bool = False) -> list[Span]:
    """Splits inline marks and `**bold**` out of a text."""
    spans: list[Span] = []
    strong, place = bold, 0
    for found in _PIECE.finditer(text):
        if found.start() > place:
            spans.append(Span(text[place : found.start()], strong))
        if found.group(1):
            spans.append(Span("", strong, found.group(1)))
        else:
            strong = not strong
        place = found.end()
    if place < len(text):
        spans.append(Span(text[place:], strong))
    return spans


def bare(text: str) -> str:
    """The text without its marks and weights."""
    return _PIECE.sub("", text)


def width_of(spans: tuple[Span, ...] | list[Span], size: float, marks: Marks) -> float:
    """Width in points of spans set in one line."""
    return sum(_span_width(span, size, marks) for span in spans)


def _span_width(span: Span, size: float, marks: Marks) -> float:
    if span.mark:
        return mark_box_pt(marks.word(span.mark), size) + 2 * mark_gap_pt(size)
    return faces().width(span.text, size, bold=span.bold)


@lru_cache(maxsize=4096)
def break_lines(text: str, *, width_pt: float, size: float, marks: Marks, bold: bool = False) -> tuple[Line, ...]:
    """The lines of a text in a column `width_pt` wide; `\\n` starts a new line."""
    lines: list[Line] = []
    for part in text.split("\n"):
        lines.extend(_break_paragraph(spans_of(part, bold=bold), width_pt, size, marks))
    return tuple(lines)


def _break_paragraph(spans: list[Span], width_pt: float, size: float, marks: Marks) -> list[Line]:
    lines: list[Line] = []
    current: list[Span] = []
    used = 0.0
    for word in _words(spans):
        width = width_of(word, size, marks)
        if current and used + width > width_pt + 0.01 and not _is_space(word):
            lines.append(_line(current, size, marks))
            current, used = [], 0.0
        if not current and _is_space(word) and lines:
            continue
        *full, rest = _cut(word, width_pt, size, marks) if width > width_pt else [word]
        lines.extend(_line(piece, size, marks) for piece in full)
        current.extend(rest)
        used += width_of(rest, size, marks) if full else width
    lines.append(_line(current, size, marks))
    return lines


def _line(spans: list[Span], size: float, marks: Marks) -> Line:
    kept = list(spans)
    while kept and not kept[-1].mark and not kept[-1].text.strip(" "):
        kept.pop()
    if kept and not kept[-1].mark:
        kept[-1] = Span(kept[-1].text.rstrip(" "), kept[-1].bold)
    joined: list[Span] = []
    for span in kept:
        if joined and not span.mark and not joined[-1].mark and joined[-1].bold == span.bold:
            joined[-1] = Span(joined[-1].text + span.text, span.bold)
        else:
            joined.append(span)
    return Line(tuple(joined), width_of(joined, size, marks))


def _words(spans: list[Span]) -> Iterator[list[Span]]:
    """Groups of spans that no line may part."""
    word: list[Span] = []
    for span in _atoms(spans):
        if word and not _together(word[-1], span):
            yield word
            word = []
        word.append(span)
    if word:
        yield word


def _atoms(spans: list[Span]) -> Iterator[Span]:
    for span in spans:
        if span.mark:
            yield span
        else:
            for found in _ATOM.finditer(span.text):
                yield Span(found.group(), span.bold)


def _together(before: Span, after: Span) -> bool:
    if after.mark:
        return True
    if after.text[0] in NO_START or after.text[0] == NO_BREAK:
        return True
    return bool(before.text) and (before.text[-1] in NO_END or before.text[-1] == NO_BREAK)


def _is_space(word: list[Span]) -> bool:
    return all(not span.mark and not span.text.strip(" ") for span in word)


def _cut(word: list[Span], width_pt: float, size: float, marks: Marks) -> list[list[Span]]:
    """Parts a word that is wider than the column between its characters."""
    rows: list[list[Span]] = [[]]
    used = 0.0
    for span in word:
        for piece in [span] if span.mark else [Span(character, span.bold) for character in span.text]:
            width = _span_width(piece, size, marks)
            if rows[-1] and used + width > width_pt:
                rows.append([])
                used = 0.0
            rows[-1].append(piece)
            used += width
    return rows
