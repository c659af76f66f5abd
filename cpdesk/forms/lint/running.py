"""What only shows when the form is compiled and loaded: pyxform's complaints, circles, and older answers."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form, NodeDef
from cpdesk.forms.lint.context import Look
from cpdesk.forms.lint.findings import Place
from cpdesk.forms.lint.survey import Question
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.versions.choice_lists import listed_choices
from cpdesk.forms.versions.migration import Why, compare_forms
from cpdesk.forms.xform import load_form

_PLACE: Final = re.compile(r"(survey|choices|settings|entities)[^\d]{0,12}(\d+)")
_RULES: Final = {"CP-1211": "circle"}


def look_at_running(look: Look, source: bytes | str, name: str) -> Form | None:
    """Compile and load; the form when that works."""
    try:
        form = load_form(compile_xlsform(source, name=name))
    except InputFault as fault:
        if fault.code == "CP-1211":
            circle = str(fault.fields["cycle"])
            look.error("circle", _place_of(look, circle), circle=circle)
        elif not look.errors:  # else the rules have said it already, with a better place
            look.error("does_not_run", _place_of(look, str(fault)), reason=fault.message("zh"), reason_en=str(fault))
        return None
    if look.previous is not None and look.previous.id == form.id:
        _older_answers(look, look.previous, form)
    return form


def _place_of(look: Look, text: str) -> Place:
    """The row a message speaks of: by its number, else by the first path in it that the form has."""
    match = _PLACE.search(text)
    if match:
        return Place(match[1], int(match[2]))
    for word in re.findall(r"[\w.\-]+(?:/[\w.\-]+)*", text):
        for question in look.survey.questions:
            if word in (question.path, f"data/{question.path}") or (word == question.name and word):
                return question.row.place("name")
    return Place("survey")


def _older_answers(look: Look, old: Form, new: Form) -> None:
    """What would orphan answers given with the version before."""
    change = compare_forms(old, new)
    questions = {question.path: question for question in look.survey.questions}
    whole = Place("survey")
    for move in change.aside:
        node = old.by_path[move.old]
        if node.control or not node.is_leaf:
            here = questions.get(move.old)
            rule = {Why.UNIT: "orphan_unit", Why.REPEAT: "orphan_repeat"}.get(move.why or Why.GONE, "orphan")
            look.warning(rule, here.row.place("name") if here else whole, name=move.old, label=_label(old, node))
    for move in change.moves.values():
        question = questions.get(move.new or "")
        if question is None or move.new is None:
            continue
        before, after = old.by_path[move.old], new.by_path[move.new]
        if before.type != after.type and not before.is_select and not after.is_select:
            fields = {"name": question.name, "before": before.type, "after": after.type}
            look.warning("type_changed", question.row.place("type"), **fields)
        _choices(look, old, before, new, after, question, dict(move.conversion.codes))


def _choices(
    look: Look, old: Form, before: NodeDef, new: Form, after: NodeDef, question: Question, renamed: dict[str, str]
) -> None:
    known, now = listed_choices(old, before), listed_choices(new, after)
    if known is None or now is None:
        return
    for code, choice in known.items():
        if code not in now and code not in renamed:
            look.warning(
                "choice_gone",
                question.row.place("type"),
                code=code,
                label=choice.label(old.default_language),
                list=question.choices,
                name=question.name,
            )


def _label(form: Form, node: NodeDef) -> str:
    text = node.label.get(form.default_language) or node.label.get("")
    return "".join(part for part in text.parts if isinstance(part, str)) if text is not None else node.name
