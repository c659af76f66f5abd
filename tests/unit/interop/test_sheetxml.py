"""The XML of sheets as programs other than Excel write it."""

from __future__ import annotations

import io
from datetime import datetime
from xml.etree import ElementTree

import pytest

from cpdesk.interop.sheetxml import ErrorValue, RawSheet, read_formats, read_sheet, read_strings


def sheet(rows: str, *, formats: list[str] | None = None, from_1904: bool = False) -> RawSheet:
    content = f'<x:worksheet xmlns:x="urn:x"><x:sheetData>{rows}</x:sheetData></x:worksheet>'.encode()
    return read_sheet(io.BytesIO(content), "s", strings=["甲"], formats=formats or [], from_1904=from_1904)


def test_prefixes_gaps_and_kinds_of_cells() -> None:
    read = sheet(
        '<x:row r="2" hidden="1"><x:c r="B2" t="s"><x:v>0</x:v></x:c>'
        '<x:c r="D2" t="inlineStr"><x:is><x:r><x:t>乙</x:t></x:r><x:r><x:t>丙</x:t></x:r></x:is></x:c>'
        '<x:c t="b"><x:v>1</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c><x:c><x:f>A1</x:f></x:c></x:row>'
        '<x:row r="9"><x:c r="A9" s="3"/></x:row>'
    )
    assert read.rows == [(), (None, "甲", None, "乙丙", True, ErrorValue("#REF!"))]
    assert read.hidden_rows == {2} and read.unsaved == {(7, 2)}


def test_dates_and_leading_zeros_follow_the_format() -> None:
    row = (
        '<x:row><x:c s="0"><x:v>32</x:v></x:c><x:c s="1"><x:v>36526</x:v></x:c><x:c s="2"><x:v>1.5</x:v></x:c></x:row>'
    )
    formats = ["000;-000", "yyyy-mm-dd", "0.00"]
    assert sheet(row, formats=formats).rows == [("032", datetime(2000, 1, 1), 1.5)]
    assert sheet(row, formats=formats, from_1904=True).rows[0][1] == datetime(2004, 1, 2)


def test_formats_of_styles_are_own_or_built_in() -> None:
    styles = ElementTree.fromstring(
        '<s><numFmts><numFmt numFmtId="170" formatCode="000"/></numFmts>'
        '<cellXfs><xf numFmtId="170"/><xf numFmtId="14"/><xf/></cellXfs></s>'
    )
    assert read_formats(styles) == ["000", "mm-dd-yy", "General"]


def test_phonetic_guides_are_no_text() -> None:
    content = "<sst><si><t>石</t><rPh><t>shi</t></rPh></si><si><r><t>𬱖</t></r><r><t>某</t></r></si></sst>"
    assert read_strings(io.BytesIO(content.encode())) == ["石", "𬱖某"]


def test_rows_out_of_order_are_damage() -> None:
    with pytest.raises(ValueError, match="row 1 after row 2"):
        sheet('<x:row r="2"/><x:row r="1"/>')
