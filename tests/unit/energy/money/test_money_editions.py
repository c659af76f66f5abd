"""Editions as a district enters them, as a survey's day picks them and as a report prints them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.resources import resource_path
from cpdesk.context import load_energy_tables
from cpdesk.energy.money.factors import editions_used
from cpdesk.energy.money.prices import marginal_price, rows_of
from cpdesk.energy.tables import EnergyTables
from cpdesk.operations import assess
from cpdesk.operations.assess import priced_on


def copied(folder: Path, name: str, old: str, new: str) -> Path:
    text = resource_path(f"tables/energy/{name}").read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_district_adds_a_price_as_a_new_row(tmp_path: Path) -> None:
    old = "coal,coal,tier,,0,,1.10,kg"
    new = "coal_2025,coal,tier,,0,,1.45,kg,,,,,,2025-09-01,,confirmed,price list of the district\n"
    tables = load_energy_tables(copied(tmp_path, "tariffs.csv", old, new + old))
    assert marginal_price(0.0, "coal", tables) == 1.45
    assert marginal_price(0.0, "coal", priced_on(tables, "2025-08-31")) == 1.10
    assert marginal_price(0.0, "coal", priced_on(tables, "2025-09-01")) == 1.45
    used = {item.code: item for item in editions_used(["coal"], tables)}
    assert (used["coal_2025"].year, used["coal_2025"].status) == ("2025", "confirmed")
    assert "coal" not in used


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "words"),
    [
        ("tariffs.csv", "tier,,1500,2500,2.83", "tier,,1501,2500,2.83", "CP-1371", ("gas_tier_2", "1500", "1501")),
        ("tariffs.csv", "2020,2025-05-31", "2020,2019-05-31", "CP-1372", ("elec_feed_in_2020", "2019-05-31")),
        ("tariffs.csv", "2012-07-01,,confirmed,B", "2012-07-99,,confirmed,B", "CP-1002", ("valid_from", "2012-07-99")),
        ("tariffs.csv", "20-8,11-01/03-31,,,,2017", "20:8,11-01/03-31,,,,2017", "CP-1002", ("hours", "20:8")),
        ("subsidies.csv", "yuan_per_m2", "yuan_per_mu", "CP-1002", ("basis", "yuan_per_mu")),
        ("factors.csv", "lpg,lpg,", "lgp,lgp,", "CP-1306", ("lpg",)),
        ("pollutants.csv", "gas_boiler,nox", "gas_kettle,nox", "CP-1306", ("gas_kettle",)),
        ("price_paths.csv", "mid_coal,mid", "mid_coal,low", "CP-1306", ("coal",)),
    ],
)
def test_a_districts_slip_is_told_with_its_place(
    tmp_path: Path, name: str, old: str, new: str, code: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(InputFault) as caught:
        load_energy_tables(copied(tmp_path, name, old, new))
    assert caught.value.code == code
    assert all(word in caught.value.message() for word in words), caught.value.message()
    assert caught.value.remedy()


@pytest.mark.parametrize("day", ["", "soon", "2026"])
def test_without_a_day_the_latest_stand(tables: EnergyTables, day: str) -> None:
    assert priced_on(tables, day) is tables


def test_a_survey_is_priced_as_of_its_day(tables: EnergyTables) -> None:
    before = priced_on(tables, "2016-12-01T09:00:00")
    assert not rows_of(before, "electricity", "heating_valley") and not before.subsidies
    used = {item.code: item for item in editions_used(["electricity", "gas"], before)}
    assert used["gas_tier_1"].status == "to_confirm" and used["elec_tier_1"].status == "confirmed"
    assert (used["electricity.carbon"].value, used["electricity.carbon"].year) == (0.5688, "2021")


def test_an_audit_of_a_survey_uses_the_tables_of_its_day(tables: EnergyTables, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[EnergyTables] = []
    reading = SimpleNamespace(text={"survey.date": "2016-12-01"}.get)

    def built(_: object, given: EnergyTables) -> SimpleNamespace:
        used.append(given)
        return SimpleNamespace(terrain="plain", height_m=50.0)

    for name, fake in (
        ("read_answers", lambda *_: reading), ("building_facts", lambda *_: None), ("weather_stamp", lambda *_: ""),
        ("weather_for", lambda *_: None), ("_village", lambda *_: ()), ("wishes_of", lambda *_, **__: None),
        ("build", built),
        ("audit", lambda _, given, **__: used.append(given)),
    ):  # fmt: skip
        monkeypatch.setattr(assess, name, fake)
    ctx = SimpleNamespace(audits={}, energy=tables)
    assess.assess_answers(ctx, SimpleNamespace(id="f", version="1"), {}, record="r")  # type: ignore[arg-type]
    assert [item.day for item in used] == [date(2016, 12, 1)] * 2


def test_editions_name_region_unit_and_year(tables: EnergyTables) -> None:
    used = {item.code: item for item in editions_used(["electricity"], tables)}
    assert set(used) == {
        "electricity.calorific_value", "electricity.standard_coal", "electricity.carbon", "elec_tier_1", "elec_tier_2",
        "elec_tier_3", "elec_heat_day", "elec_heat_valley", "elec_valley_subsidy", "ashp_city", "envelope_one",
    }  # fmt: skip
    assert used["ashp_city"].unit == "CNY/m2" and used["envelope_one"].unit == ""
    assert used["elec_tier_1"].year == "2012"
    north = {item.code for item in editions_used(["electricity"], tables.on(tables.day, region="north_china"))}
    assert "electricity.carbon.north_china" in north
