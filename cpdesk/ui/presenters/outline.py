"""From a running form to sections and questions: which control, which number, what is shown where.

A top-level group is a section; so is each item of a repeat, with the groups inside it as sections of their own below.
A repeat of a few short questions is one grid inside its section; one with many has a section for every item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cpdesk.forms.form import Kind
from cpdesk.forms.session import Session
from cpdesk.forms.state import NodeState
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.choices import choice_label
from cpdesk.ui.presenters.controls import (
    appearances,
    media_views,
    option_views,
    question_view,
    shown_figure,
)
from cpdesk.ui.presenters.defaults import is_filled_in, with_mark
from cpdesk.ui.presenters.grids import can_add, fits_grid, grid_view, has_overview
from cpdesk.ui.presenters.known import ItemPart, Known, Section, around_of
from cpdesk.ui.presenters.words import unit_words
from cpdesk.ui.views import (
    FigureView,
    GridView,
    HeadingView,
    Item,
    MatrixView,
    PlaceView,
    QuestionView,
    RepeatView,
    SectionPage,
    SectionView,
    Tone,
)

_CHOICES_MANY: Final = 100
"""From here on a question is kept until it changes: making 20,000 choices takes a fifth of a second."""
_UNKNOWN: Final = "unknown"
"""The choice of all forms for what nobody knows."""
_TABLE_LABEL: Final = "generated_table_list_label_"
"""pyxform gives a table-list's own label to a note of this name, and its head to a question with appearance `label`."""
_ROW: Final = "/*"
_TONES: Final[dict[str, Tone]] = {"soft": "warn", "stop": "bad"}
"""What a cross-check of the form (`bind::cpdesk:check`) sounds like: look again, or go no further."""


def outline(session: Session, known: Known | None = None) -> list[Section]:
    """The sections of a survey as it stands, in order; what is not asked is left out. Items of repeats that are
    `known` are not looked through again, and those that are looked through are kept there."""
    known = known or Known()
    sections: list[Section] = []
    for path in session.children(""):
        node, state = session.definition(path), session.state(path)
        if not state.relevant or (not state.label and node.kind in (Kind.GROUP, Kind.REPEAT)):
            continue
        if node.kind is Kind.GROUP:
            sections += _of_group(session, path, state.label, known, depth=0)
        elif node.kind is Kind.REPEAT:
            sections += _of_repeat(session, path, known, depth=0)
        elif node.kind is not Kind.HIDDEN:
            if not sections or sections[-1].path:
                sections.append(Section("", session.form.title(language())))
            sections[-1].members.append(path)
    return sections


def _of_group(session: Session, path: str, title: str, known: Known, *, depth: int) -> list[Section]:
    own = Section(path, title, depth)
    below: list[Section] = []
    for child in session.children(path):
        node = session.definition(child)
        if node.kind is Kind.REPEAT and not fits_grid(node):
            if session.state(child).relevant:
                below += _of_repeat(session, child, known, depth=depth + 1)
        elif node.kind is not Kind.HIDDEN:
            own.members.append(child)
    return [own, *below] if own.members or not below else below


def _of_repeat(session: Session, path: str, known: Known, *, depth: int) -> list[Section]:
    node = session.definition(path)
    if fits_grid(node):
        return [Section(path, session.state(path).label, depth, [path])]
    sections: list[Section] = []
    items = session.children(path)
    label = session.state(path).label.rsplit("：", 1)[-1]
    if has_overview(node):
        sections.append(Section(path, tr("ui.survey.overview", what=label), depth, [f"={path}"]))
    parts = [_item_part(session, item, known, depth) for item in items]
    titles = _item_titles([part.words for part in parts], label)
    for item, title, part in zip(items, titles, parts, strict=True):
        own = [Section(item, title, depth, part.loose)] if part.loose else []
        for below in part.groups:
            if below and not own and len(items) > 1:
                own.append(Section(below[0].path, f"{title}·{below[0].title}", below[0].depth, below[0].members))
                own += below[1:]
            else:
                own += below
        if own:
            own[0] = Section(own[0].path, own[0].title, own[0].depth, own[0].members, path)
        sections += own
    if sections:
        sections[-1] = replace(sections[-1], members=[*sections[-1].members, f"+{path}"])
    else:
        sections.append(Section(path, session.state(path).label, depth, [f"+{path}"]))
    return sections


def _item_part(session: Session, item: str, known: Known, depth: int) -> ItemPart:
    """What the outline takes of one item of a repeat; made once and kept until an answer in the item touches it."""
    part = known.items.get(item)
    if part is None:
        kinds = {each: session.definition(each).kind for each in session.children(item)}
        loose = [each for each, kind in kinds.items() if kind not in (Kind.GROUP, Kind.HIDDEN)]
        groups: list[list[Section]] = []
        for group in (each for each, kind in kinds.items() if kind is Kind.GROUP):
            state = session.state(group)
            if state.relevant:
                groups.append(_of_group(session, group, state.label, known, depth=depth + bool(loose)))
        part = known.items[item] = ItemPart(_first_choice(session, item), loose, groups)
        known.made += 1
    return part


def _item_titles(chosen: list[str], label: str) -> list[str]:
    """The first choice that was made in an item names it (正房, 空气源热泵); else the repeat's label and its place."""
    often = Counter(chosen)
    seen: Counter[str] = Counter()
    titles: list[str] = []
    for place, words in enumerate(chosen, 1):
        seen[words] += 1
        if words:
            titles.append(f"{words} {seen[words]}" if often[words] > 1 else words)
        else:
            titles.append(f"{label} {place}" if len(chosen) > 1 else label)
    return titles


def _first_choice(session: Session, item: str) -> str:
    for path in session.children(item):
        node = session.definition(path)
        for each in session.children(path) if node.kind is Kind.GROUP else [path]:
            question = session.definition(each)
            if not question.is_select:
                continue
            value = session.value_at(each)
            if label := choice_label(session.form, question, value, language()) if value else "":
                return label  # without the cost of all its choices: there may be hundreds of items
            state = session.state(each)
            if state.choices and state.relevant:
                return next((choice.label for choice in state.choices if choice.value == state.value), "")
    return ""


Counts = dict[str, tuple[int, int, int]]
"""Answered, asked and wrong questions by the path of a section, or of an item of a grid with `/*` behind it."""


def forget_counts(counts: Counts, touched: Iterable[str]) -> None:
    """Drop the counts of what the touched paths lie in."""
    for place in {place for path in touched for place in around_of(path)}:
        counts.pop(place, None)
        counts.pop(f"{place}{_ROW}", None)


def section_views(session: Session, sections: list[Section], counts: Counts) -> tuple[SectionView, ...]:
    """The section list; counts that are known already are not made again."""
    views, number, below = [], 0, 0
    for section in sections:
        if section.depth == 0:
            number, below = number + 1, 0
            shown = str(number)
        else:
            below += 1
            shown = f"{number}.{below}"
        if section.path not in counts:
            counts[section.path] = _counts(session, section, counts)
        answered, asked, problems = counts[section.path]
        views.append(SectionView(section.path, shown, section.title, answered, asked, problems, section.depth))
    return tuple(views)


def _counts(session: Session, section: Section, counts: Counts) -> tuple[int, int, int]:
    answered = asked = problems = 0
    for path in section.members:
        if path.startswith(("+", "=")):
            continue
        if session.definition(path).kind is Kind.REPEAT and session.state(path).relevant:
            found = [_of_row(session, item, counts) for item in session.children(path)]
        else:
            progress = session.progress(path)
            found = [(progress.answered, progress.asked, progress.problems)]
        answered += sum(each[0] for each in found)
        asked += sum(each[1] for each in found)
        problems += sum(each[2] for each in found)
    return answered, asked, problems


def _of_row(session: Session, item: str, counts: Counts) -> tuple[int, int, int]:
    """The counts of one row of a grid, kept by themselves: a grid may have thousands."""
    key = f"{item}{_ROW}"
    if key not in counts:
        progress = session.progress(item)
        counts[key] = (progress.answered, progress.asked, progress.problems)
    return counts[key]


def section_page(
    session: Session,
    section: Section,
    number: str,
    assumed: Mapping[str, str],
    places: tuple[PlaceView, ...] = (),
    known: Known | None = None,
) -> SectionPage:
    """The questions of a section as they stand. `places` are what maps show; what is `known` is not made again, and
    what is made is kept there."""
    items: list[Item] = []
    around = _Around(assumed, places, known or Known())
    for path in section.members:
        if path.startswith("+"):
            items.append(_add_button(session, path[1:]))
        elif path.startswith("="):
            items.append(grid_view(session, path[1:], session.state(path[1:]), around.known, section.title))
        else:
            items += _items(session, path, around)
    return SectionPage(
        section.path,
        number,
        section.title,
        session.state(section.path).hint if section.path else "",
        tuple(_numbered(items, number)),
        item=_removable(session, section),
    )


def _removable(session: Session, section: Section) -> str:
    """The repeat item a section begins, when the form lets it go."""
    if not section.repeat or section.path == section.repeat:
        return ""
    node = session.definition(section.repeat)
    least = node.attributes.get("min_items", "")
    items = session.children(section.repeat)
    enough = len(items) > (int(least) if least.isdigit() else 0)
    return next((item for item in items if section.path.startswith(item)), "") if enough else ""


@dataclass(frozen=True, slots=True)
class _Around:
    """What questions show that is not in the form: what was taken for blanks, and the places of the map."""

    assumed: Mapping[str, str]
    places: tuple[PlaceView, ...]
    known: Known


def _items(session: Session, path: str, around: _Around) -> Iterator[Item]:
    kept = around.known.questions.get(path)
    if kept is not None and kept[0] == around.assumed.get(path, ""):
        yield kept[1]
        return
    node, state = session.definition(path), session.state(path)
    if not state.relevant or node.kind is Kind.HIDDEN:
        return
    if node.kind is Kind.GROUP:
        yield from _of_page(session, path, state, around)
    elif node.kind is Kind.REPEAT:
        yield grid_view(session, path, state, around.known)
    elif node.kind is Kind.NOTE and not state.value:
        tone = _TONES.get(node.attributes.get("check", ""), "mute")
        yield HeadingView(path, "", state.label, media_views(state), state.guidance, tone)
    elif node.kind is Kind.NOTE or (state.readonly and node.control == "input"):
        yield FigureView(path, state.label, shown_figure(node, state.value), unit_words(node.unit), state.hint)
    else:
        view = question_view(session.form, node, state, _taken(session, path, state.value, around), around.places)
        view = with_mark(session, view)
        if len(view.options) >= _CHOICES_MANY:
            around.known.questions[path] = (around.assumed.get(path, ""), view)
        yield view


def _taken(session: Session, path: str, value: str, around: _Around) -> str:
    """What the figures stand on; nothing where a person answered, though they may still be those of the blank."""
    if value and value != _UNKNOWN and not is_filled_in(session, path):
        return ""
    return around.assumed.get(path, "")


def _of_page(session: Session, path: str, state: NodeState, around: _Around) -> Iterator[Item]:
    """A group's questions; neighbours that share their choices are one matrix."""
    children = session.children(path)
    title = ""
    if state.label:
        yield HeadingView(path, state.label, state.hint, media_views(state))
    place = 0
    while place < len(children):
        child = children[place]
        node = session.definition(child)
        if node.name.startswith(_TABLE_LABEL):
            title = session.state(child).label
        elif node.is_select and "label" in appearances(node):
            end = _end_of_matrix(session, children, place + 1)
            yield from _matrix(session, child, children[place + 1 : end], title)
            place, title = end, ""
            continue
        else:
            yield from _items(session, child, around)
        place += 1


def _end_of_matrix(session: Session, children: list[str], start: int) -> int:
    end = start
    while end < len(children):
        node = session.definition(children[end])
        if not node.is_select or not appearances(node) & {"list-nolabel", "list"}:
            break
        end += 1
    return end


def _matrix(session: Session, head: str, questions: list[str], title: str) -> Iterator[Item]:
    """The question with appearance `label` names the columns; it is not answered itself."""
    node, state = session.definition(head), session.state(head)
    states = [(session.definition(path), session.state(path)) for path in questions]
    rows = tuple(question_view(session.form, *each) for each in states if each[1].relevant)
    if state.relevant and rows:
        label = title or state.label.strip()
        yield MatrixView(head, "", label, option_views(session.form, node, state), rows, state.hint)


def _add_button(session: Session, path: str) -> RepeatView:
    label = session.state(path).label.rsplit("：", 1)[-1]
    return RepeatView(path, label, tr("ui.survey.add_item", what=label) if can_add(session, path) else "")


def _numbered(items: list[Item], number: str) -> Iterator[Item]:
    place = 0
    for item in items:
        if isinstance(item, (QuestionView, GridView, MatrixView)):
            place += 1
            yield replace(item, number=f"{number}.{place}")
        elif not isinstance(item, RepeatView) or item.add_words:
            yield item
