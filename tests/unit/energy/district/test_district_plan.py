"""Rows of the plan's targets against the text of the plan: article, words, and no year that the text does not name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cpdesk.operations.district import district_figures

PLAN = Path(__file__).resolve().parents[5] / "shared" / "plan" / "changping_carbon_peak_plan.txt"
WORDS = {
    "energy_saving": "抗震节能农宅", "ultra_low_energy": "超低能耗农宅", "zero_carbon": "零碳农宅试点",
    "pv": "户用光伏电站", "solar_water": "太阳能热水器", "heat_pump_hills": "北部山区发展地源热泵",
    "no_bottled_gas": "替代液化石油气", "carbon": "如期实现碳达峰",
}  # fmt: skip


def _articles(text: str) -> dict[int | None, str]:
    """Text by number of the article; that before the first article without a number."""
    parts = re.split(r"^(\d+)\.", text, flags=re.MULTILINE)
    return {None: parts[0]} | {int(number): body for number, body in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.skipif(not PLAN.exists(), reason="the plan's text lies beside the repository")
def test_targets_say_what_the_plan_says() -> None:
    articles = _articles(PLAN.read_text(encoding="utf-8"))
    rows = {row.key: row for row in district_figures().targets}
    assert set(rows) == set(WORDS)
    for key, row in rows.items():
        sentences = [one for one in re.split("[。；]", articles[row.article]) if WORDS[key] in one]
        assert sentences, key
        years = {int(year) for one in sentences for year in re.findall(r"到(\d{4})年", one)}
        assert years == (set() if row.by_year is None else {row.by_year}), key
        assert row.target is None
        assert "draft for comments" in row.source
