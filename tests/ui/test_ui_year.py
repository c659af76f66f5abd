"""The whole year in the result panel: whole numbers that add up, each opens its proof in both languages."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt

from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.audit.household import audit
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.energy_uses import UseFacts
from cpdesk.ui import language
from cpdesk.ui.pages.choice_tables import FigureButton
from cpdesk.ui.pages.result_year import YearPart
from cpdesk.ui.presenters.explanations import explanation_view, proof
from cpdesk.ui.presenters.result_year import year_view


class Audits(dict):
    """Audits by whether panels stand on the roof, short in reports of failures."""

    def __repr__(self):
        return "Audits"


@pytest.fixture(scope="module")
def audits():
    """A made-up house with a heat pump, without and with panels on its roof."""
    tables = EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns))
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(4.0), length_m=Answer(13.2), depth_m=Answer(6.0), storey_height_m=Answer(3.0),
    )  # fmt: skip
    found = Audits()
    for sun in (False, True):
        roof = {"pv_has": Answer("yes"), "pv_kwp": Answer(5.0)} if sun else {}
        uses = UseFacts(residents=Answer(3.0), cook_fuels=Answer("lpg"), **roof)
        found[sun] = audit(BuildingFacts(blocks=(block,), heaters=(HeaterFacts(type=Answer("ashp_air")),), uses=uses),
                           tables)  # fmt: skip
    return found


def whole(words):
    return int(words.replace(",", "").replace("−", "-"))


@pytest.mark.parametrize("sun", [False, True])
@pytest.mark.parametrize("code", ["zh", "en"])
def test_columns_add_up_and_every_figure_opens(dressed, audits, sun, code):
    language.set_language(dressed, code)
    found = audits[sun]
    view = year_view(found)
    assert view.rows[-1].strong
    for column in range(3):
        *parts, total = [whole(row.figures[column].value) for row in view.rows]
        assert sum(parts) == total
    assert len(view.rows) == len(found.year.now.uses) + (2 if sun else 1)
    names = [fact.figure for row in view.rows for fact in row.figures] + [line.path for line in view.lines]
    for name in names:
        shown = explanation_view(found, proof(found, name), {})
        text = shown.as_text()
        assert shown.place, name
        assert not any(part in text for part in ("energy.", "ui.", "None", "year.")), text
    assert any("kWh" in line.text for line in view.lines)


def test_a_press_asks_for_the_proof(qtbot, dressed, audits):
    part = YearPart()
    qtbot.addWidget(part)
    part.show_year(year_view(audits[True]))
    part.show()
    asked = []
    part.figure_wanted.connect(asked.append)
    first = part.findChildren(FigureButton)[0]
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert asked == ["year.now.uses.heating.energy_kwh"]
    part.lines.opened.emit(part.lines.lines()[0].key)
    assert asked[-1].startswith("year.")
    part.show_year(None)
    assert not part.isVisible()


def test_an_audit_without_a_year_shows_none(dressed, audits):
    from dataclasses import replace

    assert year_view(replace(audits[False], year=None)) is None
