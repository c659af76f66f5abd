"""The worked example of docs/method.md, "Certainty", recomputed: what the page says is what the program does."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from cpdesk.energy.certainty.calibrate import bill_noise, chi_square_tail
from cpdesk.energy.certainty.response import Response
from cpdesk.energy.certainty.unsure import FACTOR, Z90, Member, Unsure
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Bill
from cpdesk.model.records import Quality

METHOD = Path(__file__).resolve().parents[4] / "docs" / "method.md"
MIDDLE_KG, SPREAD = 4300.0, 0.24


@pytest.fixture(scope="module")
def page() -> dict[str, str]:
    """Rows of the example by their first cell."""
    text = METHOD.read_text(encoding="utf-8")
    section = text.split("### Example: an efficiency, a bill, a thermometer", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line[:1] == "|"]
    return {cells[0].strip(): cells[1].split()[0] for cells in rows[2:]}


def _check(page: dict[str, str], begins: str, value: float) -> None:
    said = next(number for label, number in page.items() if label.startswith(begins))
    decimals = len(said.partition(".")[2])
    assert f"{value:.{decimals}f}" == said, begins


def test_the_efficiency(page: dict[str, str]) -> None:
    item = Unsure("one", FACTOR, (Member("heater1.efficiency", 0.6, 0.75, 0.68 / 0.6),), "name")
    low, high = item.values(np.array([-1.0, 1.0]))
    _check(page, "efficiency", float(low))
    _check(page, "the same at z", float(high))


def test_the_bill(page: dict[str, str], tables: EnergyTables) -> None:
    share = tables.bill_errors["coal"].bill
    bill = Bill("coal", 3000.0, "kg", Quality.BILL, 3000.0 * (1 - share), 3000.0 * (1 + share))
    noise = float(bill_noise((bill,), tables)[0, 0])
    _check(page, "coal, survey: P10", MIDDLE_KG * math.exp(-Z90 * SPREAD))
    _check(page, "coal, survey: P90", MIDDLE_KG * math.exp(Z90 * SPREAD))
    _check(page, "bill 3000 kg", noise**0.5)
    away = math.log(3000.0 / MIDDLE_KG)
    _check(page, "probability p", chi_square_tail(away**2 / (SPREAD**2 + noise), 1))
    after = Response(np.array([SPREAD]), np.eye(1), 0.0).knowing(np.array([SPREAD]), noise)
    middle = MIDDLE_KG * math.exp(SPREAD**2 / (SPREAD**2 + noise) * away)
    for label, z in (("calibrated P10", -Z90), ("calibrated P50", 0.0), ("calibrated P90", Z90)):
        _check(page, label, middle * math.exp(z * after.variance**0.5))
    _check(page, "bill 2000 kg", chi_square_tail(math.log(2000.0 / MIDDLE_KG) ** 2 / (SPREAD**2 + noise), 1))


def test_the_thermometer(page: dict[str, str]) -> None:
    whole = Response(np.array([30.0, 40.0, 120.0]), np.eye(3), 0.0)
    _check(page, "saving of three parts", Z90 * whole.variance**0.5)
    after = whole.knowing(np.array([0.0, 0.0, 1.0]), (1 / 9) / (1 - 1 / 9))
    _check(page, "the largest measured", Z90 * after.variance**0.5)
