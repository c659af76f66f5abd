"""Pages after the fourth: the whole year, who pays, the full list of measures, photos that found no room before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cpdesk.reports.household_content import HouseholdContent, Photo
from cpdesk.reports.household_pdf import year
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.household_pdf.page2 import measure_table
from cpdesk.reports.household_pdf.page4 import ON_PAGE, place_photo
from cpdesk.reports.sheet import Sheet

PHOTOS_A_PAGE = 16
_ROW_MM = 46.0


def painters(content: HouseholdContent) -> Iterator[tuple[str, Callable[[Sheet, Copy], None]]]:
    """Title key and painter of each page that this report needs after its fourth."""
    if content.year is not None:
        yield "report.appendix.year", year.draw
        if year.apart(content.year):
            yield "report.appendix.payers", year.draw_payers
    if content.choices.all_measures:
        yield "report.appendix.measures", _measures
    rest = content.closing.photos[ON_PAGE:]
    for start in range(0, len(rest), PHOTOS_A_PAGE):
        yield "report.appendix.photos", _photos(rest[start : start + PHOTOS_A_PAGE])


def _measures(sheet: Sheet, copy: Copy) -> None:
    choices = copy.content.choices
    measure_table(sheet, 36.0, choices.all_measures, choices.total, copy)


def _photos(photos: tuple[Photo, ...]) -> Callable[[Sheet, Copy], None]:
    def draw(sheet: Sheet, copy: Copy) -> None:
        for number, photo in enumerate(photos):
            row, column = divmod(number, 4)
            place_photo(sheet, column * 43.5, 36.0 + row * _ROW_MM, photo, copy)

    return draw
