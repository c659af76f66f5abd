"""Why a question is asked, why a choice is missing, why a repeat has that many items, why a section is not there."""

from __future__ import annotations

from typing import Final

from cpdesk.forms.form import Kind
from cpdesk.forms.session import Session
from cpdesk.operations.families import FAMILIES
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.choices import other_words
from cpdesk.ui.survey_views import PanelLine

_LEFT_OUT_SHOWN: Final = 3


def why(session: Session, path: str) -> tuple[str, str]:
    """What a question, group or repeat is called, and everything that decides about it, line by line."""
    words = [session.explain(path).text(), *_left_out(session, path)]
    said = "\n".join(line for line in words if line)
    known = session.form.id in {family.id for family in FAMILIES}
    return session.state(path).label, said or tr(f"ui.survey.always_asked.{session.form.id if known else 'farmhouse'}")


def _left_out(session: Session, path: str) -> list[str]:
    """Why the first of the choices that a filter leaves out are not there."""
    node, state = session.definition(path), session.state(path)
    if not node.is_select or node.itemset is None:
        return []
    offered = {choice.value for choice in state.choices}
    lines: list[str] = []
    for value in other_words(session.form, node):
        if value in offered:
            continue
        lines.append(session.explain(path, choice=value).text())
        if len(lines) == _LEFT_OUT_SHOWN:
            break
    return lines


def hidden_sections(session: Session, *, why: bool) -> tuple[int, tuple[PanelLine, ...]]:
    """How many sections the form has that are not asked now; with `why` the lines that say it."""
    hidden = []
    for path in session.children(""):
        if session.definition(path).kind not in (Kind.GROUP, Kind.REPEAT):
            continue
        state = session.state(path)
        if not state.relevant and state.label:
            hidden.append((path, state.label))
    if not why:
        return len(hidden), ()
    lines = []
    for path, label in hidden:
        reasons = session.explain(path).reasons
        needs = tr("ui.survey.hidden_needs", rule=reasons[0].expression) if reasons else ""
        lines.append(PanelLine(path, path, label, needs))
    return len(hidden), tuple(lines)
