"""Which question each default stands for, of the engine or of the form, and the sentence that says so under it."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.forms.session import Session
from cpdesk.model.assessment import Audit
from cpdesk.model.building import Input
from cpdesk.model.records import Answers, Quality
from cpdesk.operations.facts import is_default
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.words import number, unit_words

_HEATER: Final = re.compile(r"heater(\d+)\.(.+)")
_HOUSEHOLD: Final = ("site", "temperature", "people", "supply", "kitchen")
_WORDS: Final = {"win": "window"}


def assumptions(audit: Audit, session: Session) -> dict[str, str]:
    """Path of a question → what was taken for it and why; for defaults that stand for a question of the form."""
    quantities = {_plain(binding.quantity): path for path, binding in session.form.quantities.items()}
    answers = session.answers()
    blocks: list[str] = []
    found: dict[str, str] = {}
    for item in audit.inputs:
        if item.quality is not Quality.DEFAULT or not item.reason:
            continue
        for name, place in _candidates(item.key, blocks):
            template = quantities.get(name)
            path = _path_in_item(template, place, answers) if template is not None else None
            if path is not None:
                found[path] = _sentence(item, session, path)
                break
    return found


def filled_in(session: Session) -> dict[str, str]:
    """Path of a question → the sentence under a value that the form filled in and nobody touched."""
    offering = {node.name for node in session.form.nodes if "offered" in node.attributes}
    answers = session.answers() if offering else {}
    return {
        path: tr("ui.survey.filled_in")
        for path in answers
        if path.rpartition("/")[2] in offering and is_default(session.form, answers, path)
    }


def _candidates(key: str, blocks: list[str]) -> list[tuple[str, int]]:
    """Quantity names a key may stand for, each with the place of its item among its repeat."""
    heater = _HEATER.fullmatch(key)
    if heater:
        return [(_plain(f"heater.{heater[2]}"), int(heater[1]) - 1)]
    block, dot, rest = key.partition(".")
    if dot:
        if block not in blocks:
            blocks.append(block)
        place = blocks.index(block)
        return [(_plain(f"building.{rest}"), place), (_plain(f"building.{rest}.type"), place)]
    household = [(_plain(f"{where}.{key}"), 0) for where in _HOUSEHOLD]
    return [*household, (_plain(f"building.{key}"), 0), (_plain(f"building.{key}.type"), 0)]


def _plain(name: str) -> str:
    return "_".join(_WORDS.get(part, part) for part in re.split(r"[._]", name))


def _path_in_item(template: str, place: int, answers: Answers) -> str | None:
    """The template's path in the item at a place of its repeat; as it is when it stands in none."""
    steps = template.split("/")
    for length in range(1, len(steps)):
        repeat = "/".join(steps[:length])
        items = [path for path in answers if path.startswith(repeat + "[") and path.endswith("]")]
        if items:
            ranked = sorted(items, key=lambda path: answers[path])
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
