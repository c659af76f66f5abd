"""Defaults, of the engine and of the form: which question each stands for, what is said, how a person agrees."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Final

from cpdesk.forms.form import NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import Touched
from cpdesk.model.assessment import Audit
from cpdesk.model.building import Input
from cpdesk.model.records import Answers, Quality
from cpdesk.operations.facts import is_default
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.words import number, unit_words
from cpdesk.ui.views import QuestionView

_HEATER: Final = re.compile(r"heater(\d+)\.(.+)")
_HOUSEHOLD: Final = ("site", "temperature", "people", "supply", "kitchen")
_WORDS: Final = {"win": "window"}
_BLOCK: Final = re.compile(r"block(\d+)")
_BESIDE: Final = ("bill", "uses", "solar", "heating")
"""How keys begin that are of no building."""
_CAUSES: Final = {
    "wall_u": "building.wall.type",
    "roof_u": "building.roof.insul_type",
    "ceiling": "building.roof.ceiling",
    "front.window_u": "building.window.front.glazing",
    "back.window_u": "building.window.back.glazing",
    "left.window_u": "building.window.left.glazing",
    "right.window_u": "building.window.right.glazing",
    "door_u": "building.door.type",
    "floor_u": "building.floor.type",
    "air_change": "building.leak.hand",
    "shading": "building.shade",
    "efficiency": "heater.type",
    "distribution": "heater.pipe_insulated",
    "day_c": "temperature.usual_day_c",
    "night_c": "temperature.usual_night_c",
    "absence_days": "people.winter_absence_days",
    "uses.residents": "people.residents",
    "uses.showers_week": "dhw.showers_week",
    "uses.led": "kitchen.led",
    "uses.vehicle": "kitchen.ev",
    "solar.pv_has": "pv.has",
    "solar.pv_strength": "building.roof.pv_strength",
}
"""End of an input's key → the question it is worked out from."""
_MARKS: Final = (Quality.MEASURED.value, Quality.BILL.value, Quality.ESTIMATED.value)
_MEASURE: Final = re.compile(r"(?<![热容数用电质流重产])量|\bmeasur", re.IGNORECASE)
"""A hint to measure, as the forms word it in both languages; not 容量, 用量, 数量."""
_OWN: Final = "-"
MARK: Final = "#quality"
FILE_NAME: Final = "#file"


def assumptions(audit: Audit, session: Session) -> dict[str, str]:
    """Path of a question → what was taken for it and why; for defaults that stand for a question of the form."""
    paths = questions(audit, session)
    return {
        paths[item.key]: _sentence(item, session, paths[item.key])
        for item in audit.inputs
        if item.quality is Quality.DEFAULT and item.reason and item.key in paths
    }


def questions(audit: Audit, session: Session, *, causes: bool = False) -> dict[str, str]:
    """Key of an input → path of the question that asks for it; inputs that no question asks for are left out.

    Args:
        causes: also take the question that an input is worked out from: the wall's kind for its heat transfer.
    """
    quantities = {_plain(binding.quantity): path for path, binding in session.form.quantities.items()}
    items = _items(session)
    blocks: list[str] = []
    found: dict[str, str] = {}
    for item in audit.inputs:
        wanted = _candidates(item.key, blocks)
        if causes and wanted:
            place = wanted[0][1]
            wanted += [(_plain(cause), place) for end, cause in _CAUSES.items() if _ends(item.key, end)]
        for name, place in wanted:
            template = quantities.get(name)
            path = _path_in_item(template, place, items) if template is not None else None
            if path is not None:
                found[item.key] = path
                break
    return found


def _ends(key: str, end: str) -> bool:
    return key == end or key.endswith(f".{end}")


def question_of(quantity: str, session: Session) -> str:
    """Path of the question that asks for a quantity, in the first item where it is asked for several; else empty."""
    wanted = _plain(quantity)
    for path, binding in session.form.quantities.items():
        if _plain(binding.quantity) == wanted:
            return _path_in_item(path, 0, _items(session)) or ""
    return ""


def is_filled_in(session: Session, path: str) -> bool:
    """Whether the form filled an answer in and nobody agreed with it yet."""
    offer = _offer(session, path)
    if not offer:
        return False
    return is_default(session.form, {each: session.entry(each) for each in (path, f"{path}{MARK}", offer)}, path)


def with_mark(session: Session, view: QuestionView) -> QuestionView:
    """A question with what is to be said of its answer: that it is a default, or how it is known."""
    filled = bool(view.value) and is_filled_in(session, view.path)
    marks = marks_of(session.definition(view.path)) if view.control == "number" else ()
    if not filled and not marks:
        return view
    mark = session.entry(f"{view.path}{MARK}") if view.value else ""
    return replace(view, default=tr("ui.default.filled_in") if filled else "", mark=mark, marks=marks)


def marks_of(node: NodeDef) -> tuple[str, ...]:
    """The marks of quality a person may give an answer: none where a count is a count, or where one question says it
    for all figures of bills; a year is not measured."""
    quantity = node.attributes.get("quantity", "")
    if node.is_select or quantity.startswith("bill.") or not (quantity or "offered" in node.attributes):
        return ()
    return () if node.unit == "1" else _MARKS[1:] if node.unit == "year" else _MARKS


def agree(session: Session, path: str, mark: str = "") -> Touched:
    """Say how an answer is known, and so take a default as one's own; without a mark the usual one of the question.

    The default that was offered is let go too (`-`, as the form itself writes it where a person overwrote one), so that
    the answer stays when what it was worked out from changes.
    """
    touched = session.set(f"{path}{MARK}", mark or usual_mark(session, path).value)
    offer = _offer(session, path)
    return touched | session.set(offer, _OWN) if offer and session.entry(offer) != _OWN else touched


def usual_mark(session: Session, path: str) -> Quality:
    """Measured where the hint says to measure, seen where it is a choice; else estimated."""
    node = session.definition(path)
    measured = node.is_select or any(_MEASURE.search(text) for text in _plain_texts(node))
    return Quality.MEASURED if measured else Quality.ESTIMATED


def give(session: Session, path: str, value: str | None, file_name: str = "") -> Touched:
    """Answer a question: a figure under a hint to measure is marked as measured, and marks go with their answer.

    Args:
        file_name: of an answer that is a file, what it was called.

    Raises:
        InputFault: as `Session.set`.
    """
    touched = session.set(path, value)
    if "#" in path:
        return touched
    if session.entry(f"{path}{FILE_NAME}") != file_name:
        touched |= session.set(f"{path}{FILE_NAME}", file_name)
    marked = session.entry(f"{path}{MARK}")
    if not value and marked:
        return touched | session.set(f"{path}{MARK}", None)
    node = session.definition(path)
    if value and not marked and marks_of(node) and usual_mark(session, path) is Quality.MEASURED:
        return touched | session.set(f"{path}{MARK}", Quality.MEASURED.value)
    return touched


def _offer(session: Session, path: str) -> str:
    """The hidden question that keeps what was filled in."""
    offered = session.definition(path).attributes.get("offered", "")
    return f"{path.rpartition('/')[0]}/{offered}" if offered else ""


def _plain_texts(node: NodeDef) -> list[str]:
    parts = [part for text in node.hint.values() for part in text.parts]
    return [part for part in parts if isinstance(part, str)]


def _candidates(key: str, blocks: list[str]) -> list[tuple[str, int]]:
    """Quantity names a key may stand for, each with the place of its item among its repeat."""
    heater = _HEATER.fullmatch(key)
    if heater:
        return [(_plain(f"heater.{heater[2]}"), int(heater[1]) - 1)]
    block, dot, rest = key.partition(".")
    if block in _BESIDE:
        return [(_plain(key), 0)]
    numbered = _BLOCK.fullmatch(block)
    if numbered:
        return [(_plain(f"building.{rest}"), int(numbered[1]) - 1)]
    if dot:
        if block not in blocks:
            blocks.append(block)
        place = blocks.index(block)
        return [(_plain(f"building.{rest}"), place), (_plain(f"building.{rest}.type"), place)]
    household = [(_plain(f"{where}.{key}"), 0) for where in _HOUSEHOLD]
    return [*household, (_plain(f"building.{key}"), 0), (_plain(f"building.{key}.type"), 0)]


@cache
def _plain(name: str) -> str:
    return "_".join(_WORDS.get(part, part) for part in re.split(r"[._]", name))


def _items(session: Session) -> Answers:
    """Those of the answers that are items of repeats."""
    return {path: value for path, value in session.answers().items() if path.endswith("]")}


def _path_in_item(template: str, place: int, each: Answers) -> str | None:
    """The template's path in the item at a place of its repeat; as it is when it stands in none."""
    steps = template.split("/")
    for length in range(1, len(steps)):
        repeat = "/".join(steps[:length])
        items = [path for path in each if path.startswith(repeat + "[")]
        if items:
            ranked = sorted(items, key=lambda path: each[path])
            return ranked[place] + template[len(repeat) :] if place < len(ranked) else None
    return template


def _sentence(item: Input, session: Session, path: str) -> str:
    if isinstance(item.value, str):
        words = {choice.value: choice.label for choice in session.state(path).choices}
        shown = words.get(item.value, item.value)
    else:
        digits = 0 if float(item.value).is_integer() else 1
        shown = f"{number(item.value, digits)} {unit_words(item.unit)}".strip()
    fields = dict(item.reason_fields)
    if "archetype" in fields:
        fields["archetype"] = tr(f"ui.archetype.{fields['archetype']}")
    return tr("ui.survey.assumed", value=shown, reason=tr(item.reason, **fields))
