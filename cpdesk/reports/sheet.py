"""One A4 page, drawn in millimetres from its top: text, shapes, hatches, codes, photos.

x is counted from the left edge of the text block (170 mm wide), y from the top of the paper. Nothing may pass the end
of the content at 277 mm, and no text the room it was given: both are checked while drawing, since an overlap that is
seen only by eye is seen too late.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from cpdesk.base.errors import InputFault
from cpdesk.reports import qr as qr_codes
from cpdesk.reports.fonts import REGULAR, faces
from cpdesk.reports.theme import colour
from cpdesk.reports.typeset import (
    Line,
    Marks,
    Span,
    bare,
    break_lines,
    mark_box_pt,
    mark_gap_pt,
    mark_size,
    spans_of,
    width_of,
)

WIDTH_MM: Final = 170.0
CONTENT_TOP_MM: Final = 43.0
CONTENT_END_MM: Final = 277.0
BINDING_MM: Final = 25.0
OUTER_MM: Final = 15.0
PAPER_WIDTH_MM: Final = 210.0
MM: Final = 72 / 25.4
"""Points in a millimetre."""
_PAPER_PT: Final = (PAPER_WIDTH_MM * MM, 297 * MM)
_SLACK_MM: Final = 0.05
LEAST_PT: Final = 6.8
"""The smallest size of a text that found no room in its own; what needs less is not printed but said (CP-1601)."""
_STEP_PT: Final = 0.2


@dataclass(frozen=True, slots=True)
class Type:
    """Size and leading in points, weight and colour of a text."""

    size: float
    leading: float
    bold: bool = False
    colour: str = "ink"


TITLE: Final = Type(22, 30, True)
HEAD: Final = Type(13, 19, True)
ANSWER: Final = Type(15, 23, True)
FIGURE: Final = Type(23, 30, True)
BODY: Final = Type(10.5, 16)
TABLE: Final = Type(9.75, 14.5)
NOTE: Final = Type(9, 13.5, False, "ink2")
TABLE_HEAD: Final = Type(9, 11.5, True, "ink2")


class Sheet:
    """A page of a document; `mirrored` puts the binding margin at the right (even pages of a duplex print)."""

    def __init__(self, canvas: Canvas, marks: Marks, *, page: int, pages: int, mirrored: bool) -> None:
        self.canvas: Any = canvas
        self.marks = marks
        self.page = page
        self.pages = pages
        self.mirrored = mirrored
        self._left_mm = OUTER_MM if mirrored else BINDING_MM
        self._end_mm = CONTENT_END_MM

    # ---- text

    def text(
        self, x: float, y: float, text: str, style: Type, *, align: str = "left", room: float | None = None
    ) -> float:
        """One line with its baseline at `y`; returns its width in mm.

        `room` is the most it may take, the page's edge where none is given; a longer line is set smaller.

        Raises:
            InputFault: CP-1601 when it needs more room in the smallest size that can be read.
        """
        edge = {"left": WIDTH_MM - x, "centre": 2 * min(x, WIDTH_MM - x), "right": x}[align]
        style = self.fitted(text, style, edge if room is None else min(room, edge), smallest=LEAST_PT)
        spans = spans_of(text, bold=style.bold)
        width = width_of(spans, style.size, self.marks) / MM
        if room is not None and width > room + _SLACK_MM:
            raise InputFault("CP-1601", page=self.page, text=bare(text))
        left = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
        self._inside(left, y, width, 0.0, text)
        self._spans(left, y, spans, style)
        return width

    def width(self, text: str, style: Type) -> float:
        """Width in mm of a text set in one line."""
        return width_of(spans_of(text, bold=style.bold), style.size, self.marks) / MM

    def lines(self, text: str, width: float, style: Type) -> tuple[Line, ...]:
        """The lines of a text in a column of `width` mm."""
        return break_lines(text, width_pt=width * MM, size=style.size, marks=self.marks, bold=style.bold)

    def fitted(self, text: str, style: Type, room: float, *, smallest: float = 8.2) -> Type:
        """The style, its size reduced until the text takes no more than `room` mm, though never below `smallest`."""
        width = self.width(text, style)
        if width <= room + _SLACK_MM or style.size <= smallest:
            return style
        size = max(smallest, math.floor(style.size * room / width * 10) / 10)
        while size > smallest and self.width(text, replace(style, size=size)) > room:
            size = round(max(smallest, size - _STEP_PT), 1)  # marks shrink less than the words beside them
        return replace(style, size=size)

    def folded(self, text: str, style: Type, width: float, most: int) -> Type:
        """The style, size and leading reduced until the text takes no more than `most` lines, though not below the
        smallest size that can be read."""
        found = style
        while found.size > LEAST_PT and len(self.lines(text, width, found)) > most:
            size = round(max(LEAST_PT, found.size - _STEP_PT), 1)
            found = replace(style, size=size, leading=style.leading * size / style.size)
        return found

    def height(self, text: str, width: float, style: Type) -> float:
        """Height in mm of a paragraph."""
        return len(self.lines(text, width, style)) * style.leading / MM

    def para(
        self, x: float, y: float, width: float, text: str, style: Type, *, align: str = "left", most: int | None = None
    ) -> float:
        """A paragraph whose first line begins at `y`; returns where the next block may begin.

        One that needs more than `most` lines is set smaller.

        Raises:
            InputFault: CP-1601 when it needs more lines in the smallest size that can be read.
        """
        if most is not None:
            style = self.folded(text, style, width, most)
        lines = self.lines(text, width, style)
        if most is not None and len(lines) > most:
            raise InputFault("CP-1601", page=self.page, text=bare(text))
        for line in lines:
            line_mm = line.width_pt / MM
            left = x + {"left": 0.0, "centre": (width - line_mm) / 2, "right": width - line_mm}[align]
            baseline = y + baseline_mm(style)
            self._inside(left, baseline, line_mm, 0.0, text)
            self._spans(left, baseline, line.spans, style)
            y += style.leading / MM
        return y

    def _spans(self, x: float, y: float, spans: Iterable[Span], style: Type) -> None:
        place = self._x(x)
        for span in spans:
            if span.mark:
                self._mark(place + mark_gap_pt(style.size), self._y(y), span.mark, style.size)
                place += mark_box_pt(self.marks.word(span.mark), style.size) + 2 * mark_gap_pt(style.size)
                continue
            pen = self.canvas.beginText(place, self._y(y))
            pen.setFillColor(colour(style.colour))
            for font, piece in faces().runs(span.text, bold=span.bold):
                pen.setFont(font, style.size)
                pen.textOut(piece)
            self.canvas.drawText(pen)
            place += faces().width(span.text, style.size, bold=span.bold)

    def _mark(self, x_pt: float, y_pt: float, mark: str, size: float) -> None:
        """The box of a mark. Filled, grey, white and dashed differ without colour too."""
        word, inner = self.marks.word(mark), mark_size(size)
        width, height = mark_box_pt(word, size), inner + 2.4
        bottom = y_pt + size * 0.36 - height / 2
        ground = {"M": "ink", "B": "light_area", "E": "surface", "D": "warn_weak", "U": "surface"}[mark]
        edge = {"D": "warn", "U": "warn"}.get(mark, "ink")
        pen = self.canvas
        pen.saveState()
        pen.setFillColor(colour(ground))
        pen.setStrokeColor(colour(edge))
        pen.setLineWidth(0.6)
        if mark == "D":
            pen.setDash(1.6, 1.0)
        pen.roundRect(x_pt, bottom, width, height, 1.6 if mark == "U" else 0.4, stroke=1, fill=1)
        pen.restoreState()
        text = {"M": "surface", "D": "warn", "U": "warn"}.get(mark, "ink")
        runs = faces().runs(word, bold=True)
        start = x_pt + (width - faces().width(word, inner, bold=True)) / 2
        line = pen.beginText(start, bottom + height / 2 - inner * 0.37)
        line.setFillColor(colour(text))
        for font, piece in runs:
            line.setFont(font, inner)
            line.textOut(piece)
        pen.drawText(line)

    # ---- shapes

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "",
        stroke: str = "",
        line: float = 0.5,
        radius: float = 0.0,
        dash: tuple[float, float] | None = None,
    ) -> None:
        """A rectangle with its upper left corner at (x, y); `line` in points, the rest in mm, the dash in points."""
        self._inside(x, y, width, height, "")
        self._pen(fill, stroke, line, dash)
        place = (self._x(x), self._y(y + height), width * MM, height * MM)
        if radius:
            self.canvas.roundRect(*place, radius * MM, stroke=bool(stroke), fill=bool(fill))
        else:
            self.canvas.rect(*place, stroke=bool(stroke), fill=bool(fill))
        self._plain(dash)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        width: float = 0.5,
        stroke: str = "ink",
        dash: tuple[float, float] | None = None,
    ) -> None:
        """A straight line, `width` and dash in points."""
        self._pen("", stroke, width, dash)
        self.canvas.line(self._x(x1), self._y(y1), self._x(x2), self._y(y2))
        self._plain(dash)

    def polygon(
        self,
        points: Sequence[tuple[float, float]],
        *,
        fill: str = "",
        stroke: str = "",
        line: float = 0.5,
        close: bool = True,
    ) -> None:
        """A polygon, or a line through the points when it is not closed."""
        self._pen(fill, stroke, line, None)
        path = self.canvas.beginPath()
        path.moveTo(self._x(points[0][0]), self._y(points[0][1]))
        for x, y in points[1:]:
            path.lineTo(self._x(x), self._y(y))
        if close:
            path.close()
        self.canvas.drawPath(path, stroke=bool(stroke), fill=bool(fill))

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: str = "",
        stroke: str = "",
        line: float = 0.5,
        dash: tuple[float, float] | None = None,
    ) -> None:
        """A circle around (x, y)."""
        self._pen(fill, stroke, line, dash)
        self.canvas.circle(self._x(x), self._y(y), radius * MM, stroke=bool(stroke), fill=bool(fill))
        self._plain(dash)

    def hatch(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        kind: str,
        *,
        stroke: str = "ink",
        line: float = 0.4,
        pitch: float = 1.3,
    ) -> None:
        """Fills a rectangle with lines: `diagonal`, `upright` or `level`, `pitch` mm apart, cut at its edges."""
        self._pen("", stroke, line, None)
        code = [
            f"{self._x(x + x1):.2f} {self._y(y + y1):.2f} m {self._x(x + x2):.2f} {self._y(y + y2):.2f} l"
            for (x1, y1), (x2, y2) in _hatch_lines(width, height, kind, pitch)
        ]
        self._path(code, stroke=1, fill=0)

    def dots(self, points: Sequence[tuple[float, float]], *, radius: float, fill: str) -> None:
        """Many small squares turned on their corner, as one path."""
        self._pen(fill, "", 0.5, None)
        reach = radius * MM
        code = []
        for x, y in points:
            left, top = self._x(x), self._y(y)
            code.append(f"{left - reach:.2f} {top:.2f} m {left:.2f} {top + reach:.2f} l")
            code.append(f"{left + reach:.2f} {top:.2f} l {left:.2f} {top - reach:.2f} l h")
        self._path(code, stroke=0, fill=1)

    # ---- codes and photos

    def qr(self, x: float, y: float, size: float, text: str) -> None:
        """A QR code of `size` mm without its quiet zone, as one path."""
        modules = qr_codes.matrix(text)
        step = size * MM / len(modules)
        self._pen("ink", "", 0.5, None)
        left, top = self._x(x), self._y(y)
        code = [
            f"{left + column * step:.3f} {top - (row + 1) * step:.3f} {length * step:.3f} {step:.3f} re"
            for row, column, length in qr_codes.dark_runs(modules)
        ]
        self._path(code, stroke=0, fill=1)

    def photo(self, x: float, y: float, width: float, height: float, jpeg: bytes) -> None:
        """A photo that was made for this frame (`photos.for_frame`), with a fine outline."""
        image = ImageReader(io.BytesIO(jpeg))
        self.canvas.drawImage(image, self._x(x), self._y(y + height), width * MM, height * MM)
        self.rect(x, y, width, height, stroke="field", line=0.5)

    def picture(self, x: float, y: float, width: float, height: float, png: bytes) -> None:
        """A drawing without frame, its upper left corner at (x, y)."""
        self._inside(x, y, width, height, "")
        image = ImageReader(io.BytesIO(png))
        self.canvas.drawImage(image, self._x(x), self._y(y + height), width * MM, height * MM)

    # ---- places

    def outside_content(self) -> None:
        """From here on the foot is drawn: it lies below the end of the content."""
        self._end_mm = 290.0

    def _x(self, x: float) -> float:
        return (self._left_mm + x) * MM

    @staticmethod
    def _y(y: float) -> float:
        return _PAPER_PT[1] - y * MM

    def _inside(self, x: float, y: float, width: float, height: float, text: str) -> None:
        too_wide = x < -_SLACK_MM or x + width > WIDTH_MM + _SLACK_MM
        if too_wide or y + height > self._end_mm + _SLACK_MM:
            raise InputFault("CP-1601", page=self.page, text=bare(text))

    def _pen(self, fill: str, stroke: str, line: float, dash: tuple[float, float] | None) -> None:
        if fill:
            self.canvas.setFillColor(colour(fill))
        if stroke:
            self.canvas.setStrokeColor(colour(stroke))
            self.canvas.setLineWidth(line)
        if dash:
            self.canvas.setDash(*dash)

    def _path(self, code: list[str], *, stroke: int, fill: int) -> None:
        """Draws a path given as PDF operators: reportlab's own formatting of numbers is slow for thousands of them."""
        if code:
            self.canvas.drawPath(PDFPathObject(code=["n", *code]), stroke=stroke, fill=fill, fillMode=1)

    def _plain(self, dash: tuple[float, float] | None) -> None:
        if dash:
            self.canvas.setDash()


def baseline_mm(style: Type) -> float:
    """From the top of a line to its baseline, so that Chinese characters stand in its middle."""
    return (style.leading / 2 + style.size * 0.36) / MM


def new_canvas(target: io.BytesIO, *, title: str, author: str) -> Canvas:
    """An A4 canvas that gives the same bytes for the same drawing and refers to no font that is not embedded."""
    faces()
    rl_config.useA85 = 0  # streams as bytes, not as text: a fifth smaller, and several times quicker
    canvas = Canvas(
        target, pagesize=_PAPER_PT, pageCompression=1, invariant=1, initialFontName=REGULAR, initialFontSize=10
    )
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("cpdesk")
    return canvas


def _hatch_lines(
    width: float, height: float, kind: str, pitch: float
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    if kind == "upright":
        count = max(1, int(width / pitch))
        for index in range(count):
            x = width * (index + 0.5) / count
            yield (x, 0.0), (x, height)
    elif kind == "level":
        count = max(1, int(height / pitch))
        for index in range(count):
            y = height * (index + 0.5) / count
            yield (0.0, y), (width, y)
    else:
        step = pitch * 2**0.5
        reach = step / 2
        while reach < width + height:
            # the line x + y = reach, from the left or lower edge up to the upper or right edge
            low = (reach - height, height) if reach > height else (0.0, reach)
            high = (width, reach - width) if reach > width else (reach, 0.0)
            yield low, high
            reach += step
