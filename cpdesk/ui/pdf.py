"""Pages of a PDF as pictures, by pdfium. Its library is not thread-safe: hand all work over with the key `PDF_KEY`."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QImage

PDF_KEY: Final = "pdf"


def page_count(content: bytes) -> int:
    """How many pages a PDF has."""
    import pypdfium2  # late: 30 ms

    document = pypdfium2.PdfDocument(content)
    try:
        return len(document)
    finally:
        document.close()


def render_page(content: bytes, page: int, width_px: int) -> QImage:
    """One page, `width_px` wide."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        sheet = document[page]
        bitmap = sheet.render(scale=width_px / sheet.get_width(), rev_byteorder=True, prefer_bgrx=True)
        image = QImage(bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGBX8888)
        return image.copy()  # the picture must not lean on pdfium's memory
    finally:
        document.close()
