"""What stands below a result: a house whose heating is not worth changing may still have panels that pay."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cpdesk.ui.language import tr
from cpdesk.ui.presenters.result import _notes


@pytest.mark.parametrize(("npv", "said"), [(5000.0, True), (-1.0, False)])
def test_panels_that_pay_are_named_where_no_heating_works_do(npv: float, said: bool) -> None:
    best = SimpleNamespace(code="npv", combination=SimpleNamespace(npv_yuan=SimpleNamespace(value=npv)))
    audit: Any = SimpleNamespace(nothing_pays=True, only_comfort=False, by_criterion=(best,), factors=())
    notes = _notes(audit)
    assert notes[0] == tr("ui.result.nothing_pays")
    assert (tr("ui.result.other_pays") in notes) is said
