"""Which control each question gets, and what it needs to know: by type, appearance, number and length of choices."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from cpdesk.forms.form import Form, Kind, NodeDef, RangeBounds
from cpdesk.forms.state import NodeState
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.choices import other_words, said
from cpdesk.ui.presenters.words import unit_words
from cpdesk.ui.views import Bounds, Control, MediaView, OptionView, PlaceView, QuestionView

BUTTONS_MAX: Final = 6
_COMBO_MAX: Final = 60
_CHECKS_MAX: Final = 12
_BUTTON_WORDS_MAX: Final = 60
_SHORT_CHOICES: Final = 34
_COLUMNS: Final = re.compile(r"columns(?:-(\d+))?\Z")
_COLUMNS_USUAL: Final = 3
_PICKED_MAX: Final = 1000
"""Numbers that a picker offers."""
_SHORT: Final = frozenset(
    ("number", "date", "month", "year", "time", "combo", "lookup", "text", "masked", "barcode", "rating")
)
_TYPED: Final[dict[str, Control]] = {
    "int": "number",
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "time": "time",
    "dateTime": "moment",
    "geopoint": "point",
    "geotrace": "trace",
    "geoshape": "shape",
    "barcode": "barcode",
}
_DATES: Final[dict[str, Control]] = {"month-year": "month", "year": "year"}
_GRID_TYPES: Final = frozenset(("string", "int", "integer", "decimal", "date", "time", "barcode"))


def appearances(node: NodeDef) -> frozenset[str]:
    """The words of an appearance."""
    return frozenset(node.appearance.split())


def fits_cell(node: NodeDef) -> bool:
    """Whether a question is short enough to be a cell of a grid."""
    if node.kind is not Kind.QUESTION or node.control not in ("input", "select1", "select"):
        return False
    return node.is_select or (node.type in _GRID_TYPES and "multiline" not in appearances(node))


def question_view(
    form: Form, node: NodeDef, state: NodeState, assumed: str = "", places: tuple[PlaceView, ...] = ()
) -> QuestionView:
    """One question with its control."""
    looks = appearances(node)
    control = control_of(node, state)
    options = option_views(form, node, state)
    words = sum(len(option.words) for option in options)
    columns = 1 if "image-map" in looks else _columns(looks)
    problem = state.problem
    return QuestionView(
        path=state.path,
        number="",
        control=control,
        label=state.label,
        hint=state.hint,
        value=state.value or None,
        options=options,
        required=state.required,
        readonly=state.readonly,
        unit=unit_words(node.unit),
        problem=problem.message(language()) if problem is not None else "",
        soft=problem is not None and not problem.blocks,
        assumed=assumed,
        whole=node.type in ("int", "integer"),
        short=control in _SHORT or (control == "choice" and words <= _SHORT_CHOICES and not columns),
        columns=columns,
        quick=bool(looks & {"quick", "quickcompact"}),
        grouped="thousands-sep" in looks,
        places=places if control in ("point", "trace", "shape") else (),
        map=bool(looks & {"maps", "placement-map"}),
        cascades=node.itemset is not None and "[" in node.itemset.nodeset.source,
        file_kind=node.mediatype if control == "attachment" else "",
        bounds=_bounds(node, looks),
        media=media_views(state),
        guidance=state.guidance,
    )


def column_view(form: Form, node: NodeDef) -> QuestionView:
    """The head of a column of a grid without rows: what is known of a question before anything is asked."""
    blank = NodeState("", True, False, node.readonly is not None, "", None, said(form, node.label, language()), "")
    return replace(question_view(form, node, blank), cascades=node.is_select)


def option_views(form: Form, node: NodeDef, state: NodeState) -> tuple[OptionView, ...]:
    """The choices of a question as they stand; a trigger has one, a range that is picked all its numbers."""
    if node.control == "trigger":
        return (OptionView("OK", tr("ui.survey.acknowledge")),)
    if node.control == "range" and node.range is not None and "picker" in appearances(node):
        return tuple(OptionView(number, number) for number in _numbers(node.range))
    if not state.choices:
        return ()
    others = other_words(form, node)
    return tuple(
        OptionView(choice.value, choice.label, others.get(choice.value, ()), choice.media.get("image", ""))
        for choice in state.choices
    )


def media_views(state: NodeState) -> tuple[MediaView, ...]:
    """What stands beside the label: the picture first, then sound and film."""
    kinds: tuple[Literal["image", "audio", "video"], ...] = ("image", "audio", "video")
    big = state.media.get("big-image", "")
    return tuple(
        MediaView(kind, state.media[kind], big if kind == "image" else "") for kind in kinds if state.media.get(kind)
    )


def _numbers(bounds: RangeBounds) -> list[str]:
    start, end, step = (Decimal(str(number)) for number in (bounds.start, bounds.end, bounds.step))
    count = min(_PICKED_MAX, int(abs(end - start) / step))
    return [f"{(start + place * (step if end >= start else -step)).normalize():f}" for place in range(count + 1)]


def _bounds(node: NodeDef, looks: frozenset[str]) -> Bounds | None:
    if node.control != "range" or node.range is None:
        return None
    limits = node.range
    return Bounds(limits.start, limits.end, limits.step, "vertical" in looks, "no-ticks" not in looks)


def control_of(node: NodeDef, state: NodeState) -> Control:
    """Which control a question gets."""
    looks = appearances(node)
    if node.control == "trigger":
        return "choice"
    if node.control == "rank":
        return "rank"
    if node.control == "range":
        return "rating" if "rating" in looks else "combo" if "picker" in looks else "range"
    if node.control == "select":
        many = len(state.choices) > _CHECKS_MAX or bool(looks & {"minimal", "autocomplete"})
        return "checklist" if many else "multi"
    if node.is_select:
        return _select_one(state, looks)
    return _upload(node, looks) if node.control == "upload" else _typed(node, looks)


def _typed(node: NodeDef, looks: frozenset[str]) -> Control:
    if node.type == "date":
        return next((control for look, control in _DATES.items() if look in looks), "date")
    if node.type in _TYPED:
        return _TYPED[node.type]
    if "masked" in looks:
        return "masked"
    return "long" if "multiline" in looks else "text"


def _select_one(state: NodeState, looks: frozenset[str]) -> Control:
    count = len(state.choices)
    if "autocomplete" in looks or "search" in looks or count > _COMBO_MAX:
        return "lookup"
    if "likert" in looks:
        return "likert"
    if "minimal" in looks:
        return "combo"
    laid_out = _columns(looks) or bool(looks & {"quick", "quickcompact", "list", "list-nolabel", "label", "image-map"})
    words = sum(len(choice.label) for choice in state.choices)
    few = count <= BUTTONS_MAX and words <= _BUTTON_WORDS_MAX * (1 if language() == "zh" else 2)
    return "choice" if few or laid_out else "combo"


def _upload(node: NodeDef, looks: frozenset[str]) -> Control:
    if not node.mediatype.startswith("image/"):
        return "attachment"
    for look, control in (("signature", "signature"), ("draw", "drawing"), ("annotate", "annotation")):
        if look in looks:
            return control  # type: ignore[return-value]
    return "photo"


def _columns(looks: frozenset[str]) -> int:
    for look in looks:
        if found := _COLUMNS.match(look):
            return int(found[1] or _COLUMNS_USUAL)
    return 0


def shown_figure(node: NodeDef, value: str) -> str:
    """What was worked out, as a person reads it: numbers with thousands and the true minus."""
    if node.type not in ("int", "integer", "decimal"):
        return value or "—"
    try:
        shown = f"{Decimal(value):,f}"
    except InvalidOperation:
        return value or "—"
    return shown.replace("-", "−")
