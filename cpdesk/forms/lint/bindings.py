"""Bindings to calculation, limits and messages: the `bind::cpdesk:…` columns and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cpdesk.forms.lint.context import Look
from cpdesk.forms.lint.survey import Question
from cpdesk.forms.lint.workbook import Row

PREFIX: Final = "bind::cpdesk:"
_KNOWN: Final = (
    "ask", "unit", "soft_min", "soft_max", "quantity", "prefill", "suggest", "check", "min_items", "max_items",
    "offered", "status", "formerly", "item_key", "source", "personal",
)  # fmt: skip
_ASK: Final = ("R", "S", "O")
_NUMBERS: Final = ("integer", "decimal", "range", "calculate")


def look_at_bindings(look: Look) -> None:
    """Quantities that nobody knows, units that differ, limits that make no sense."""
    sheet = look.sheets.get("survey")
    for column in sheet.header if sheet is not None else ():
        name = column.removeprefix(PREFIX)
        if sheet is not None and column.startswith(PREFIX) and name not in _KNOWN:
            place = Row(sheet, sheet.header_row, {}).place(column)
            look.warning("binding_unknown", place, column=column, nearest=look.nearest(name, _KNOWN))
    for question in look.survey.questions:
        row = question.row
        ask = row.get(PREFIX + "ask")
        if ask and ask not in _ASK:
            look.error("ask_unknown", row.place(PREFIX + "ask"), value=ask)
        _soft_limits(look, question)
        if row.get("constraint") and not any(column.startswith("constraint_message") for column in row.cells):
            look.warning("message_missing", row.place("constraint"), name=question.name)
        _quantity(look, question)
    _lost(look)


def _soft_limits(look: Look, question: Question) -> None:
    limits: dict[str, float] = {}
    for side in ("soft_min", "soft_max"):
        text = question.row.get(PREFIX + side)
        if not text:
            continue
        try:
            limits[side] = float(text)
        except ValueError:
            look.error("limit_no_number", question.row.place(PREFIX + side), value=text)
    if limits and question.type.split()[0] not in _NUMBERS:
        look.warning("limit_on_text", question.row.place(PREFIX + next(iter(limits))), type=question.type)
    if len(limits) == 2 and limits["soft_min"] > limits["soft_max"]:
        look.error(
            "limits_crossed",
            question.row.place(PREFIX + "soft_min"),
            low=question.row.get(PREFIX + "soft_min"),
            high=question.row.get(PREFIX + "soft_max"),
        )


def _quantity(look: Look, question: Question) -> None:
    quantity, unit = question.row.get(PREFIX + "quantity"), question.row.get(PREFIX + "unit")
    if not quantity or look.quantities is None:
        return
    place = question.row.place(PREFIX + "quantity")
    if quantity not in look.quantities:
        look.error("quantity_unknown", place, quantity=quantity, nearest=look.nearest(quantity, look.quantities))
    elif unit != look.quantities[quantity]:
        expected = look.quantities[quantity] or "—"
        look.error(
            "unit_differs", question.row.place(PREFIX + "unit"), quantity=quantity, unit=unit or "—", expected=expected
        )


def _lost(look: Look) -> None:
    """Quantities the version before gave to calculation and this one does not."""
    if look.previous is None:
        return
    sheet = look.sheets.get("survey")
    given = {row.get(PREFIX + "quantity") for row in _rows(look)}
    for path, binding in look.previous.quantities.items():
        if binding.quantity not in given and sheet is not None:
            look.warning(
                "quantity_lost",
                Row(sheet, sheet.header_row, {}).place(PREFIX + "quantity"),
                quantity=binding.quantity,
                question=path,
            )


def _rows(look: Look) -> Iterator[Row]:
    return (question.row for question in look.survey.questions)
