"""The catalogue: a district adds a row without a programmer, and a misspelt one is refused with its line."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.catalogue import EFFECTS, ENVELOPE_GROUPS, EXTRA_GROUPS, PLANT_GROUPS, RULES
from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit import extras, rules
from cpdesk.energy.retrofit.measures import base_row, edge_gain, finish, judge, make_option
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.zone.envelope import AIR, WALL, layout, to_outdoors
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import BuildingFacts

TABLE = "tables/energy/measures.csv"


def _loaded(folder: Path, **cells: str) -> EnergyTables:
    """The tables with one more measure: external EPS of 120 mm, some cells changed."""
    with resource_path(TABLE).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    added = dict(next(row for row in rows if row["id"] == "wall_eps100"), id="wall_eps120", thickness_mm="120")
    added |= {"cost_low": "135", "cost_mid": "180", "cost_high": "235"} | cells
    path = folder / "measures.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows([*rows, added])
    return EnergyTables.load(lambda name, columns: read_table(path if name == TABLE else resource_path(name), columns))


def test_a_row_adds_a_measure(tmp_path: Path, f5_facts: BuildingFacts) -> None:
    tables = _loaded(tmp_path)
    building = build(f5_facts, tables)
    verdicts = {item.measure.id: item for item in judge(building, layout(building), tables, Wishes())}
    thicker, thinner = verdicts["wall_eps120"].option, verdicts["wall_eps100"].option
    assert thicker is not None
    assert thinner is not None
    assert thicker.difference[WALL] < thinner.difference[WALL] < 0
    assert thicker.cost_yuan[1] == pytest.approx(180 * thicker.amount)


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        ({"effect": "insulat"}, "CP-1002", "effect"),
        ({"rule": "wall_outsied"}, "CP-1002", "rule"),
        ({"unit": "m3"}, "CP-1002", "unit"),
        ({"group": "walls"}, "CP-1002", "group"),
        ({"thickness_mm": ""}, "CP-1375", "thickness_mm"),
        ({"material": "foam"}, "CP-1375", "material"),
        ({"life_a": "0"}, "CP-1375", "life_a"),
        ({"id": "wall_eps100"}, "CP-1376", "wall_eps100"),
        ({"cost_low": "500"}, "CP-1377", "wall_eps120"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, cells: dict[str, str], code: str, words: str) -> None:
    with pytest.raises(InputFault) as caught:
        _loaded(tmp_path, **cells)
    assert caught.value.code == code
    for language in ("zh", "en"):
        message = caught.value.message(language)
        assert "64" in message  # the line of the row
        assert words in message
        assert caught.value.remedy(language)


def test_every_rule_and_effect_of_the_catalogue_is_known_to_the_engine(tables: EnergyTables) -> None:
    assert set(rules.RULES) | set(extras._RULES) == set(RULES)
    assert {row.effect for row in tables.measures} == set(EFFECTS)
    assert {row.group for row in tables.measures} == {*ENVELOPE_GROUPS, *PLANT_GROUPS, *EXTRA_GROUPS}


def test_every_measure_has_a_name_in_both_languages(tables: EnergyTables) -> None:
    translator = Translator("zh")
    assert len(tables.measures) >= 60
    assert not [row.id for row in tables.measures if not translator.has(f"energy.measure.{row.id}")]


def test_every_envelope_measure_spares_heat(f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    """No measure raises the conductance to outdoors; what the curtain does shows at night only."""
    building = build(f5_facts, tables)
    columns = layout(building)
    base = base_row(building, columns, tables)
    before = float(to_outdoors(finish(base[None, :], building, columns, tables))[0])
    for measure in tables.measures:
        if measure.group not in ENVELOPE_GROUPS or measure.group == "curtain":
            continue
        option = make_option(building, measure, columns, tables)
        row = finish((base + option.difference)[None, :], building, columns, tables)
        assert float(to_outdoors(row)[0]) <= before + 1e-9, measure.id
        assert row[0, AIR] >= 0
        assert option.cost_yuan[0] <= option.cost_yuan[1] <= option.cost_yuan[2]


def test_edge_insulation_by_hand() -> None:
    """ISO 13370, vertical edge board: lambda/pi x (ln(2D/d + 1) - ln(2D/(d + d1) + 1)), 1.5, 0.74, 0.6, 2.7."""
    by_hand = 1.5 / np.pi * (np.log(1.2 / 0.74 + 1) - np.log(1.2 / (0.74 + 2.7) + 1))
    assert by_hand == pytest.approx(0.317, abs=1e-3)
    assert edge_gain(1.5, 0.74, 0.6, 2.7) == pytest.approx(by_hand, rel=1e-12)
    assert edge_gain(1.5, 0.74, 0.0, 2.7) == 0.0
