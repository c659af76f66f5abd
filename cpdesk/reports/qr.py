"""QR codes as one path of rectangles."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from reportlab.graphics.barcode.qr import QrCodeWidget


@lru_cache(maxsize=16)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a code of level M, row by row, without the quiet zone."""
    code = QrCodeWidget(text, barLevel="M").qr
    code.make()
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def dark_runs(modules: tuple[tuple[bool, ...], ...]) -> Iterator[tuple[int, int, int]]:
    """(row, first column, length) of each run of dark modules."""
    for number, row in enumerate(modules):
        column = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield number, column, length
            column += length
