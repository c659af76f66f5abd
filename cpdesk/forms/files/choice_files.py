"""Choice files as people have them, CSV, GeoJSON or XML, to tables. What is wrong is said with line and remedy."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any, Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.files.external import ChoiceTable, MemoryTable, Row, XmlTable
from cpdesk.forms.tree import read_xml

BYTES_MAX: Final = 30_000_000
ROWS_MAX: Final = 200_000
COLUMNS_MAX: Final = 500
_DELIMITERS: Final = (",", ";", "\t", "|")
"""In the order of preference of the specification; the bar is an extension of other engines."""
_GEOMETRIES: Final = ("Point", "LineString", "Polygon")


def read_choice_file(name: str, content: bytes) -> ChoiceTable:
    """The table of a file; `.geojson` and `.xml` say what they are, everything else is CSV.

    Raises:
        InputFault: CP-1231 too large; CP-1232 to CP-1236 CSV; CP-1237, CP-1238 GeoJSON; CP-1201 to CP-1203 XML.
    """
    if len(content) > BYTES_MAX:
        raise InputFault("CP-1231", file=name, what="bytes", found=len(content), limit=BYTES_MAX)
    ending = name.rpartition(".")[2].lower()
    if ending in ("geojson", "json"):
        return read_geojson(name, content)
    if ending == "xml":
        document, _ = read_xml(content)
        document.freeze()
        return XmlTable(document)
    return read_csv(name, content)


def read_csv(name: str, content: bytes) -> MemoryTable:
    """A CSV file: UTF-8 or the GBK of Chinese Excel, with or without byte-order mark; commas, semicolons, tabs or bars;
    quoted as RFC 4180 says. Blank lines and empty columns at the right edge, which spreadsheets leave, do not count.

    Raises:
        InputFault: CP-1232 no known encoding; CP-1233 quotes; CP-1234 no head, or two columns of one name; CP-1235 a
            row with more or fewer cells than the head; CP-1236 text under no head; CP-1231 too many rows or columns.
    """
    text = _decoded(name, content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    head: list[str] = []
    rows: list[Row] = []
    try:
        for cells in reader:
            if not any(cells):
                continue
            if not head:
                head = _head(name, cells, reader.line_num)
                continue
            if len(rows) >= ROWS_MAX:
                raise InputFault("CP-1231", file=name, what="rows", found=len(rows) + 1, limit=ROWS_MAX)
            rows.append(_row(name, cells, head, reader.line_num))
    except csv.Error as error:
        raise InputFault("CP-1233", file=name, line=reader.line_num, reason=str(error)) from None
    if not head:
        raise InputFault("CP-1234", file=name, line=1, columns="—")
    return MemoryTable([column for column in head if column], rows)


def _decoded(name: str, content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputFault("CP-1232", file=name)


def _delimiter(text: str) -> str:
    """The first of the known delimiters that stands in the head outside quotes."""
    quoted = False
    outside = set()
    for sign in text.lstrip("\r\n"):
        if sign == '"':
            quoted = not quoted
        elif not quoted:
            if sign in "\r\n":
                break
            outside.add(sign)
    return next((delimiter for delimiter in _DELIMITERS if delimiter in outside), ",")


def _head(name: str, cells: list[str], line: int) -> list[str]:
    head = [cell.strip() for cell in cells]
    while head and not head[-1]:
        head.pop()
    doubles = [column for column, times in Counter(head).items() if times > 1 and column]
    if doubles:
        raise InputFault("CP-1234", file=name, line=line, columns="、".join(doubles))
    if len(head) > COLUMNS_MAX:
        raise InputFault("CP-1231", file=name, what="columns", found=len(head), limit=COLUMNS_MAX)
    return head


def _row(name: str, cells: list[str], head: list[str], line: int) -> Row:
    width = len(head)
    if len(cells) < width or any(cells[width:]):
        raise InputFault("CP-1235", file=name, line=line, found=len(cells), expected=width)
    row = dict(zip(head, cells, strict=False))
    if row.pop("", ""):
        raise InputFault("CP-1236", file=name, line=line, column=head.index("") + 1)
    return row


def read_geojson(name: str, content: bytes) -> MemoryTable:
    """The features of a GeoJSON `FeatureCollection` as rows: geometry as ODK writes it, `id`, and the properties.

    Raises:
        InputFault: CP-1237 not JSON or no FeatureCollection; CP-1238 a feature with a geometry or a property that a
            choice cannot have; CP-1231 too many features.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise InputFault("CP-1237", file=name, line=line, reason=getattr(error, "msg", type(error).__name__)) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise InputFault("CP-1237", file=name, line=1, reason="no FeatureCollection")
    features = document.get("features")
    if not isinstance(features, list):
        raise InputFault("CP-1237", file=name, line=1, reason="no features")
    if len(features) > ROWS_MAX:
        raise InputFault("CP-1231", file=name, what="features", found=len(features), limit=ROWS_MAX)
    rows = [_feature(name, number, feature) for number, feature in enumerate(features, 1)]
    return MemoryTable(list(dict.fromkeys(column for row in rows for column in row)), rows)


def _feature(name: str, number: int, feature: Any) -> Row:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InputFault("CP-1238", file=name, feature=number, what="type", value=_shown(feature))
    row = {"geometry": _geometry(name, number, feature.get("geometry"))}
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise InputFault("CP-1238", file=name, feature=number, what="properties", value=_shown(properties))
    cells = dict(properties or {})
    if feature.get("id") is not None:
        cells["id"] = feature["id"]
    for key, value in cells.items():
        if isinstance(value, dict | list):
            raise InputFault("CP-1238", file=name, feature=number, what=key, value=_shown(value))
        if value is not None and key != "geometry":
            row[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return row


def _geometry(name: str, number: int, geometry: Any) -> str:
    """Longitude and latitude of GeoJSON to ODK's "latitude longitude altitude accuracy", points joined by ";"."""
    if geometry is None:
        return ""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _GEOMETRIES:
        raise InputFault("CP-1238", file=name, feature=number, what="geometry", value=_shown(kind))
    coordinates = geometry.get("coordinates")
    try:
        # ODK's shapes have no holes: of a polygon the outer ring counts.
        points = {"Point": [coordinates], "LineString": coordinates}.get(kind) or coordinates[0]
        return "; ".join(_point(point) for point in points)
    except (TypeError, IndexError, ValueError, KeyError):
        raise InputFault("CP-1238", file=name, feature=number, what=kind, value=_shown(coordinates)) from None


def _point(point: list[str]) -> str:
    """Raises ValueError, TypeError or IndexError when it is no position."""
    longitude, latitude = point[0], point[1]
    altitude = point[2] if len(point) > 2 else "0"
    if not (abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180):
        raise ValueError(point)
    float(altitude)
    return f"{latitude} {longitude} {altitude} 0"


def _shown(value: Any) -> str:
    return str(value)[:80]
