"""The page on the whole year: columns that add up, the same heating as on the pages before, and room for the worst."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import household_samples as samples
import pypdfium2
import pytest

from cpdesk.base.i18n import Translator
from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.audit.household import audit
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Audit
from cpdesk.model.building import Answer, BillFacts, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.energy_uses import UseFacts
from cpdesk.reports.household_build import Visit, household_content
from cpdesk.reports.household_content import NOTHING, Figure, HouseholdContent
from cpdesk.reports.household_pdf import render_household
from cpdesk.reports.year_content import YearPage

SUN = UseFacts(
    residents=Answer(3.0), cook_fuels=Answer("lpg wood coal electric"), hot_water=Answer("electric_tank gas_heater"),
    vehicle=Answer("car"), pv_has=Answer("yes"), pv_kwp=Answer(6.0),
)  # fmt: skip
HOUSES = {
    "coal": ("coal_boiler", 1996.0, UseFacts(residents=Answer(4.0)), BillFacts()),
    "heat_pump_and_sun": ("ashp_water", 1998.0, SUN, BillFacts(elec_other_month_kwh=Answer(200.0))),
    "good": ("ashp_air", 2015.0, UseFacts(residents=Answer(2.0)), BillFacts()),
}


@cache
def audited(house: str) -> Audit:
    tables = EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns))
    heater, year, uses, bills = HOUSES[house]
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(year), structure=Answer("brick_concrete"),
        bays=Answer(4.0), length_m=Answer(13.2), depth_m=Answer(6.0), storey_height_m=Answer(3.0),
    )  # fmt: skip
    return audit(
        BuildingFacts(blocks=(block,), heaters=(HeaterFacts(type=Answer(heater)),), uses=uses, bills=bills), tables
    )


def content(house: str, language: str = "zh") -> HouseholdContent:
    visit = Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact)
    return household_content(audited(house), visit, language=language)


def page(house: str) -> YearPage:
    found = content(house).year
    assert found is not None
    return found


@pytest.mark.parametrize("house", HOUSES)
def test_every_column_adds_up(house: str) -> None:
    year = page(house)
    for name in ("kwh", "yuan", "co2_kg", "coal_kg"):
        assert sum(getattr(row, name).scaled for row in year.now) == getattr(year.total, name).scaled
    for name in ("yuan", "co2_kg"):
        for column in range(len(year.columns)):
            parts = [getattr(row, name)[column].scaled or 0 for row in year.after]
            assert sum(parts) == getattr(year.after_total, name)[column].scaled
    assert year.after_total.yuan[0].scaled == year.total.yuan.scaled
    assert year.after_total.co2_kg[0].scaled == year.total.co2_kg.scaled
    for bar in year.suns:
        parts = [bar.others.scaled, bar.heating.scaled, bar.sold.scaled, bar.unused.scaled]
        assert sum(part or 0 for part in parts) == bar.generated.scaled


def test_heating_is_that_of_the_pages_before() -> None:
    found = content("coal")
    assert found.year is not None
    heating = found.year.after[0].yuan
    bars = {bar.kind: bar.yuan.scaled for bar in found.choices.bars}
    assert heating[0].scaled == bars["now"]
    assert heating[1].scaled == bars["after"]
    assert found.year.columns[1] == found.year.shown


def test_a_house_with_nothing_to_do_still_has_its_year() -> None:
    found = content("good")
    assert found.kind == NOTHING
    assert found.year is not None
    assert found.year.shown == ""
    assert len(found.year.columns) >= 1


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("house", HOUSES)
def test_it_fits_on_one_page_after_the_fourth(house: str, language: str) -> None:
    made = content(house, language)
    pdf = pypdfium2.PdfDocument(render_household(made, language=language))
    assert len(pdf) == 5
    text = "".join(pdf[4].get_textpage().get_text_range().split())
    assert made.year is not None
    assert made.year.total.yuan.text in text
    assert "report." not in text


def test_an_audit_without_a_year_takes_four_pages() -> None:
    visit = Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact)
    old = household_content(replace(audited("coal"), year=None), visit)
    assert old.year is None
    assert len(pypdfium2.PdfDocument(render_household(old))) == 4


def fullest(house: str, language: str) -> HouseholdContent:
    """A page with every line at its longest and every figure at its largest."""
    made = content(house, language)
    year = made.year
    assert year is not None
    large = Figure(-9_999_990)
    what = ("、" if language == "zh" else ", ").join(
        Translator(language)(f"energy.carrier.{carrier}") + " 99,999 kWh"
        for carrier in ("coal", "lpg", "wood", "pellets")
    )
    long = max(
        (*year.columns, "预算内净收益最大" if language == "zh" else "Most profitable within the budget"), key=len
    )
    shares = Translator(language)("report.year.sun_shares", own=100, cover=100)
    label = Translator(language)("report.year.sun_total", column=long, generated="1,999,999")
    bars = year.suns * 3
    full = replace(
        year,
        now=tuple(
            replace(
                row, what=what if len(row.what) > 24 else row.what, kwh=large, yuan=large, co2_kg=large, coal_kg=large
            )
            for row in (*year.now, year.now[-1])
        ),
        total=replace(year.total, kwh=large, yuan=large, co2_kg=large, coal_kg=large),
        columns=(year.columns[0], *year.columns[1:2], long)[:3],
        after=tuple(replace(row, yuan=(large,) * 3, co2_kg=(large,) * 3) for row in (*year.after, year.after[-1])),
        after_total=replace(year.after_total, yuan=(large,) * 3, co2_kg=(large,) * 3),
        best=(year.best or year.note) * 2,
        suns=tuple(replace(bar, label=label, shares=shares) for bar in bars[:3]),
    )
    return replace(made, year=full)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_lines_and_the_largest_figures_find_room_whole(language: str) -> None:
    made = fullest("heat_pump_and_sun", language)
    assert made.year is not None
    assert len(made.year.suns) == 3
    assert len(made.year.now) >= 6
    pdf = pypdfium2.PdfDocument(render_household(made, language=language))
    text = "".join(pdf[4].get_textpage().get_text_range().split())
    assert text.count("9,999,990") == 4 * (len(made.year.now) + 1) + 6 * (len(made.year.after) + 1)
    assert "".join(made.year.suns[0].shares.split()) in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_balance_of_a_house_that_loses_much_has_room_for_its_axis(language: str) -> None:
    made = content("coal", language)
    months = tuple(
        replace(
            month,
            gains_kwh=tuple(Figure(30_000) for _ in month.gains_kwh),
            losses_kwh=tuple(Figure(30_000) for _ in month.losses_kwh),
        )
        for month in made.method.balance.months
    )
    balance = replace(made.method.balance, months=months)
    pdf = pypdfium2.PdfDocument(
        render_household(replace(made, method=replace(made.method, balance=balance)), language=language)
    )
    assert "−100,000" in pdf[2].get_textpage().get_text_range()


def test_words_of_a_step_stay_clear_of_its_money_however_dear() -> None:
    made = content("coal", "en")
    assert made.steps
    dear = replace(made, steps=tuple(replace(step, own=Figure(1_234_560), note=step.note * 2) for step in made.steps))
    page_one = pypdfium2.PdfDocument(render_household(dear, language="en"))[0].get_textpage()
    found = page_one.search("1,234,560 CNY")
    start = found.get_next()
    assert start is not None
    left = page_one.get_charbox(start[0])[0]
    words = page_one.search(made.steps[0].title).get_next()
    assert words is not None
    assert page_one.get_charbox(words[0] + words[1] - 1)[2] < left
