"""Making the control of a question. Controls that few forms use are loaded when the first such question is shown."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from cpdesk.ui.views import Bounds, QuestionView
from cpdesk.ui.widgets.choices import ChoiceButtons, ComboBox, MultiChoice, Option
from cpdesk.ui.widgets.editor import Editor
from cpdesk.ui.widgets.fields import LongTextField, NumberField, TextField

AnyEditor = Editor | TextField | LongTextField | ComboBox
_NUMBER_WIDTH: Final = 112
_TEXT_WIDTH: Final = 288
_STARS: Final = Bounds(1, 5, 1)
_SLIDER: Final = Bounds(0, 100, 1)


def make_editor(view: QuestionView, parent: QWidget | None = None) -> AnyEditor:
    """The control of a question, with its value."""
    control = view.control
    if control in ("choice", "multi", "combo", "lookup", "checklist", "likert", "rank"):
        return _choosing(view, parent)
    if control in ("range", "rating"):
        from cpdesk.ui.widgets.ranges import RangeField, Rating

        if control == "rating":
            return Rating(view.bounds or _STARS, view.value, parent)
        return RangeField(view.bounds or _SLIDER, view.value, parent)
    if control in ("date", "month", "year", "time", "moment"):
        return _of_time(view, parent)
    if control in ("point", "trace", "shape"):
        from cpdesk.ui.widgets.positions import LineField, PointField

        if control == "point":
            return PointField(view.value, view.places, parent, map_open=view.map)
        return LineField(view.value, view.places, parent, closed=control == "shape")
    if control in ("photo", "signature", "drawing", "annotation", "attachment"):
        return _of_file(view, parent)
    return _typed(view, parent)


def _choosing(view: QuestionView, parent: QWidget | None) -> AnyEditor:
    options = [Option(option.code, option.words, option.image) for option in view.options]
    if view.control in ("choice", "multi"):
        kind = ChoiceButtons if view.control == "choice" else MultiChoice
        return kind(options, view.value, parent, columns=view.columns)
    if view.control == "combo":
        return ComboBox(options, view.value, parent)
    if view.control == "likert":
        from cpdesk.ui.widgets.likert import Scale

        return Scale(options, view.value, parent)
    if view.control == "rank":
        from cpdesk.ui.widgets.ranking import RankList

        return RankList(options, view.value, parent)
    from cpdesk.ui.widgets.lookup import CheckList, LookupField

    kinds = {"lookup": LookupField, "checklist": CheckList}
    return kinds[view.control](options, view.value, parent)


def _of_time(view: QuestionView, parent: QWidget | None) -> AnyEditor:
    from cpdesk.ui.widgets import temporal

    value = view.value or ""
    if view.control == "date":
        return temporal.DayField(value, parent)
    if view.control == "moment":
        return temporal.MomentField(value, parent)
    kinds = {"month": temporal.MonthField, "year": temporal.YearField, "time": temporal.TimeField}
    field = kinds[view.control](parent=parent)
    field.setPlaceholderText({"month": "2026-11", "year": "1996", "time": "08:30"}[view.control])
    field.show_value(value)
    field.setFixedWidth(_NUMBER_WIDTH)
    return field


def _of_file(view: QuestionView, parent: QWidget | None) -> AnyEditor:
    if view.control == "attachment":
        from cpdesk.ui.widgets.attachments import AttachmentField

        return AttachmentField(view.file_kind, view.value, parent)
    if view.control == "photo":
        from cpdesk.ui.widgets.photos import PhotoField

        return PhotoField(view.value, parent)
    from cpdesk.ui.widgets.drawing import AnnotationField, DrawingField, SignaturePad

    kinds = {"signature": SignaturePad, "drawing": DrawingField, "annotation": AnnotationField}
    return kinds[view.control](view.value, parent)


def _typed(view: QuestionView, parent: QWidget | None) -> AnyEditor:
    value = view.value or ""
    if view.control == "number":
        number = NumberField(value, step=1 if view.whole else 0, grouped=view.grouped, parent=parent)
        number.setFixedWidth(_NUMBER_WIDTH)
        return number
    if view.control == "long":
        return LongTextField(value, parent)
    if view.control == "barcode":
        from cpdesk.ui.widgets.barcodes import BarcodeField

        return BarcodeField(value, parent)
    line = TextField(value, parent=parent)
    line.setMinimumWidth(120)
    line.setMaximumWidth(_TEXT_WIDTH)
    if view.control == "masked":
        line.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
    return line


def flows(editor: AnyEditor) -> bool:
    """Whether the control takes the whole width of its question."""
    return isinstance(editor, Editor)


def is_fixed(editor: AnyEditor) -> bool:
    """Whether the control keeps its own width, so that unit and help stand right behind it."""
    return isinstance(editor, (NumberField, ComboBox)) or editor.minimumWidth() == editor.maximumWidth()
