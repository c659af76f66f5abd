"""Sheets, headers, names, types, groups and lists."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from cpdesk.forms.lint.context import Look
from cpdesk.forms.lint.findings import NOTHING_NEAR, Place
from cpdesk.forms.lint.survey import Question, listed
from cpdesk.forms.lint.workbook import Sheet

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")
_CODE: Final = re.compile(r"[\x21-\x7e]+\Z")
_VERSION: Final = re.compile(r"\d{10}\Z")
_TRANSLATED: Final = re.compile(r"([^:]+)::?\s*(.+)\Z")
_INSTANCE: Final = re.compile(r"instance\(\s*['\"]([^'\"]*)['\"]\s*\)")
_MEDIA: Final = frozenset(("image", "big-image", "audio", "video"))
TRANSLATABLE: Final = frozenset(("label", "hint", "guidance_hint", "constraint_message", "required_message")) | _MEDIA
SURVEY_COLUMNS: Final = (
    "type", "name", "label", "hint", "guidance_hint", "required", "required_message", "relevant", "constraint",
    "constraint_message", "calculation", "default", "readonly", "read_only", "appearance", "choice_filter", "trigger",
    "repeat_count", "parameters", "image", "big-image", "audio", "video", "body::accuracyThreshold", "intent",
    "save_to", "note", "media::image", "media::big-image", "media::audio", "media::video", "autoplay", "query",
)  # fmt: skip
_SETTINGS: Final = (
    "form_title", "form_id", "version", "default_language", "style", "instance_name", "name", "namespaces",
    "public_key", "submission_url", "auto_send", "auto_delete", "allow_choice_duplicates", "clean_text_values",
    "instance_xmlns", "prefix", "sms_keyword", "sms_separator", "id_string", "title", "compact_prefix", "compact_tag",
)  # fmt: skip
_SHEETS: Final = ("survey", "choices", "settings", "entities", "osm", "external_choices")
TYPES: Final = frozenset(
    (
        "text", "integer", "decimal", "date", "time", "datetime", "dateTime", "geopoint", "geotrace", "geoshape",
        "barcode", "image", "audio", "video", "file", "note", "calculate", "hidden", "acknowledge", "trigger", "range",
        "start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit", "start-geopoint",
        "background-audio", "background-geopoint", "xml-external", "csv-external", "select_one", "select_multiple",
        "rank", "group", "repeat", "osm", "photo", "string", "int", "location", "signature", "csv-external",
    )
)  # fmt: skip


def look_at_sheets(look: Look) -> None:
    """Sheets and headers that are missing, doubled or misspelt."""
    for name in look.sheets:
        near = NOTHING_NEAR if name in _SHEETS else look.nearest(name, _SHEETS, 0.75)
        if near != NOTHING_NEAR:
            look.warning("sheet_unknown", Place(name), nearest=near)
    for name, needed in (("survey", ("type", "name")), ("choices", ("list_name", "name"))):
        sheet = look.sheets.get(name)
        if sheet is None:
            if name == "survey":
                look.error("sheet_missing", Place(name))
            continue
        for column in needed:
            if column not in sheet.header and column.replace("_", " ") not in sheet.header:
                look.error("column_missing", Place(name, sheet.header_row), column=column)
        for column, times in Counter(text for text in sheet.header if text).items():
            if times > 1:
                look.error("column_twice", _header(sheet, column), column=column)
    _headers(look)


def _headers(look: Look) -> None:
    """Columns of the survey sheet that nothing reads."""
    sheet = look.sheets.get("survey")
    for column in sheet.header if sheet is not None else ():
        match = _TRANSLATED.match(column)
        base = match[1].strip() if match else column
        if not column or base in SURVEY_COLUMNS or base in ("bind", "body", "instance", "control", "media"):
            continue
        assert sheet is not None
        nearest = look.nearest(base.lower(), SURVEY_COLUMNS, 0.75)
        look.warning("column_unknown", _header(sheet, column), column=column, nearest=nearest)


def _header(sheet: Sheet, column: str) -> Place:
    return Place(sheet.name, sheet.header_row, column, sheet.letters.get(column, ""))


def look_at_settings(look: Look) -> None:
    """What the form is called and which version it is."""
    sheet = look.sheets.get("settings")
    if sheet is None or not sheet.rows:
        look.error("settings_missing", Place("settings"))
        return
    row = sheet.rows[0]
    for column in row.cells:
        known = column in _SETTINGS or ":" in column
        near = NOTHING_NEAR if known else look.nearest(column, _SETTINGS, 0.8)
        if near != NOTHING_NEAR:
            look.warning("column_unknown", row.place(column), column=column, nearest=near)
    form_id, version = row.get("form_id") or row.get("id_string"), row.get("version")
    if not form_id:
        look.error("form_id_missing", row.place("form_id"))
    elif not NAME.match(form_id):
        look.error("name_not_ascii", row.place("form_id"), name=form_id)
    if not version:
        look.error("version_missing", row.place("version"))
    elif not _VERSION.match(version):
        look.note("version_odd", row.place("version"), version=version)
    if look.previous is not None and version and version <= look.previous.version:
        look.error("version_not_newer", row.place("version"), version=version, before=look.previous.version)


def look_at_names(look: Look) -> None:
    """Names that XForms cannot take, that come twice, or that differ only in case."""
    seen: dict[str, Question] = {}
    spelt: dict[str, str] = {}
    for question in look.survey.questions:
        place = question.row.place("name")
        if not question.name:
            if question.type not in ("audit", "start", "end", "today", "deviceid", "username", "email", "phonenumber"):
                look.error("name_missing", place)
            continue
        if not question.name.isascii():
            look.error("name_not_ascii", place, name=question.name)
        elif not NAME.match(question.name):
            look.error("name_odd", place, name=question.name)
        if question.path in seen:
            look.error("name_twice", place, name=question.name, row=str(seen[question.path].row.number))
        seen.setdefault(question.path, question)
        if spelt.setdefault(question.name.lower(), question.name) != question.name:
            look.warning("name_case", place, name=question.name, other=spelt[question.name.lower()])


def look_at_types(look: Look) -> None:
    """Types nobody knows, groups that do not close, lists that are not there."""
    for row in look.survey.unmatched:
        look.error("group_unbalanced", row.place("type"), type=row.get("type"))
    holding = {question.path.rpartition("/")[0] for question in look.survey.questions}
    for question in look.survey.questions:
        place = question.row.place("type")
        words = question.type.split()
        if question.type not in TYPES and not (words and words[0] in ("osm", "range")):
            if question.type.startswith(("select", "rank")):
                look.error("list_not_named", place, type=question.type)
            else:
                look.error("type_unknown", place, type=question.type, nearest=look.nearest(question.type, TYPES))
        if " or_other" in question.row.get("type") or " or other" in question.row.get("type"):
            look.warning("or_other", place)
        if question.choices and question.choices not in look.codes:
            look.error("list_missing", place, list=question.choices, nearest=look.nearest(question.choices, look.codes))
        if question.is_group and question.type == "repeat" and question.path not in holding:
            look.warning("repeat_empty", place, name=question.name)


def look_at_choices(look: Look) -> None:
    """Codes that are missing, come twice or break a list of several answers; lists nobody asks for."""
    used = {question.choices for question in look.survey.questions if question.choices}
    several = {question.choices for question in look.survey.questions if question.type in ("select_multiple", "rank")}
    settings = look.sheets.get("settings")
    twice_allowed = bool(
        settings and settings.rows and settings.rows[0].get("allow_choice_duplicates").lower() == "yes"
    )
    seen: set[tuple[str, str]] = set()
    for name, code, row in listed(look.sheets.get("choices")):
        if not name:
            look.error("choice_without_list", row.place("list_name"), code=code)
            continue
        if not code:
            look.error("choice_without_code", row.place("name"), list=name)
        elif " " in code:
            rule = look.error if name in several else look.warning
            rule("choice_with_space", row.place("name"), code=code, list=name)
        elif not _CODE.match(code):
            look.error("choice_not_ascii", row.place("name"), code=code, list=name)
        if (name, code) in seen and not twice_allowed:
            look.error("choice_twice", row.place("name"), code=code, list=name)
        seen.add((name, code))
    mentioned = {name for row in _all_rows(look) for cell in row for name in _INSTANCE.findall(cell)}
    for name in look.codes:
        if name not in used | mentioned:
            look.note("list_unused", next(iter(look.codes[name].values())).place("list_name"), list=name)


def _all_rows(look: Look) -> list[list[str]]:
    sheet = look.sheets.get("survey")
    return [list(row.cells.values()) for row in sheet.rows] if sheet is not None else []
