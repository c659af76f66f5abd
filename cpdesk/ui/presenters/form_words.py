"""Questions and answers of a form in words, without running a survey: for batch work over many of them."""

from __future__ import annotations

from typing import Final

from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.state import Choice, NodeState
from cpdesk.forms.versions.choice_lists import listed_choices
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.choices import said
from cpdesk.ui.presenters.controls import question_view
from cpdesk.ui.views import QuestionView
from cpdesk.ui.widgets.choices import Option

_FILES: Final = ("upload", "trigger")


def question_options(form: Form) -> list[Option]:
    """The questions of a form that can be answered by hand for many at once, in its order, with their section."""
    return [Option(node.path, _with_section(form, node)) for node in form.by_path.values() if _is_question(node)]


def _is_question(node: NodeDef) -> bool:
    return node.kind is Kind.QUESTION and bool(node.control) and node.control not in _FILES


def label_of(form: Form, path: str) -> str:
    """The label of a question by its template path; the path where it has none."""
    node = form.by_path.get(path)
    return (said(form, node.label, language()) if node is not None and node.label else "") or path


def _with_section(form: Form, node: NodeDef) -> str:
    section = node.parent
    while section is not None and section.parent is not None and not section.label:
        section = section.parent
    label = label_of(form, node.path)
    above = said(form, section.label, language()) if section is not None and section.label else ""
    return tr("ui.batch.question_in", label=label, section=above) if above else label


def answer_view(form: Form, path: str) -> QuestionView:
    """A question as it is asked once for many surveys: nothing is required, all choices of its list are there."""
    node = form.by_path[path]
    listed = listed_choices(form, node) or {}
    name = form.language_name(language())
    choices = tuple(Choice(code, choice.label(name) or code) for code, choice in listed.items())
    blank = NodeState(path, True, False, False, "", None, "", "", choices)
    view = question_view(form, node, blank)
    if node.is_select and not choices:  # which choices there are depends on files or other answers
        return QuestionView(path, "", "text", "")
    return view


def value_words(form: Form, path: str, value: str) -> str:
    """An answer in words; several choices one after the other, nothing as —."""
    node = form.by_path.get(path)
    if not value:
        return "—"
    if node is None or not node.is_select:
        return value
    listed, name = listed_choices(form, node) or {}, form.language_name(language())
    codes = value.split() if node.control != "select1" else [value]
    return tr("ui.list_separator").join(
        (listed[code].label(name) or code) if code in listed else code for code in codes
    )
