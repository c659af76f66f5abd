"""The last visit beside the survey: what is other now, by how much, and what taking over would put in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cpdesk.forms.session import Session
from cpdesk.operations.visits import LastAnswers
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.choices import choice_label
from cpdesk.ui.presenters.survey_book import order_of, stands
from cpdesk.ui.presenters.words import in_a_row, unit_words
from cpdesk.ui.survey_views import LastAnswer

_NUMBERS: Final = frozenset({"int", "integer", "decimal"})
_DIGITS: Final = 10


@dataclass
class LastVisit:
    """What the last visit answered; which questions have another answer now, and which none yet."""

    answers: LastAnswers
    at: str
    changed: set[str] = field(default_factory=set)
    blank: set[str] = field(default_factory=set)

    def read(self, session: Session) -> None:
        """Compare all answers."""
        self.changed.clear()
        self.blank.clear()
        self.touched(session, self.answers.values)

    def touched(self, session: Session, paths: Iterable[str]) -> None:
        """Compare the answers at some paths again."""
        for path in paths:
            then = self.answers.values.get(path)
            if then is None:
                continue
            now = session.value_at(path)
            self.changed.discard(path)
            self.blank.discard(path)
            if now and now != then:
                self.changed.add(path)
            elif then and not now and stands(session, path) and session.state(path).relevant:
                self.blank.add(path)

    def in_order(self, session: Session, *, only_changes: bool) -> list[str]:
        """Paths that were answered then or now, in the order of the form."""
        wanted = [path for path in self.changed if stands(session, path)]
        if not only_changes:
            wanted += [path for path, then in self.answers.values.items() if then and path not in self.changed]
        return sorted(wanted, key=lambda path: order_of(session, path))

    def beside(self, session: Session, path: str, place: str = "") -> LastAnswer | None:
        """The last visit's answer to one question; None where it was not asked then."""
        then = self.answers.values.get(path)
        if then is None or not stands(session, path):
            return None
        changed = path in self.changed
        if not then and not changed:
            return None
        node, state = session.definition(path), session.state(path)
        can_take = (
            (changed or path in self.blank) and not state.readonly and state.relevant and node.control != "upload"
        )
        return LastAnswer(
            path=path,
            at=self.at,
            words=displayed(session, path, self.answers.words.get(path, "")),
            changed=changed,
            difference=difference(session, path, then) if changed else "",
            value=then if can_take else None,
            place=place,
        )


def difference(session: Session, path: str, then: str) -> str:
    """Now less then, signed, with the unit; "" where they are no numbers."""
    node = session.definition(path)
    if node.type not in _NUMBERS:
        return ""
    try:
        step = round(float(session.value_at(path)) - float(then), _DIGITS)
    except ValueError:
        return ""
    return f"{step:+,.10g} {unit_words(node.unit)}".strip().replace("-", "−")


def shown_answer(session: Session, path: str) -> str:
    """What stands now, in displayed words; "" for nothing."""
    value = session.value_at(path)
    node = session.definition(path)
    if not value:
        return ""
    if node.control == "upload":
        return tr("ui.survey.file")
    if not node.is_select:
        return displayed(session, path, value)
    labels = [choice_label(session.form, node, code, language()) for code in value.split()]
    if all(labels):
        return "、".join(labels)
    known = {choice.value: choice.label for choice in session.state(path).choices}
    return "、".join(known.get(code, code) for code in value.split())


def displayed(session: Session, path: str, words: str) -> str:
    """Words of an answer as people write them: moments to the minute, the true minus, the unit behind."""
    node = session.definition(path)
    if node.type == "dateTime":
        return words[:16].replace("T", " ")
    if node.type in _NUMBERS and words.startswith("-"):
        words = words.replace("-", "−", 1)
    return f"{words} {unit_words(node.unit)}".strip() if words else ""


def place_words(session: Session, path: str) -> str:
    """Which row of a grid or item of a repeat a question stands in: 第 2 行; "" outside of repeats."""
    places: list[str] = []
    end = path.find("]")
    while end >= 0:
        item = path[: end + 1]
        items = session.children(item[: item.rindex("[")])
        places.append(tr("ui.survey.item_place", n=items.index(item) + 1 if item in items else "—"))
        end = path.find("]", end + 1)
    return in_a_row(*places)
