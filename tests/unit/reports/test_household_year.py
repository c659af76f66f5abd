"""The page on the whole year: columns that add up, the same heating as on the pages before, and room for the worst."""

from __future__ import annotations

import re
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
from cpdesk.reports.household_pdf import page_count, render_household
from cpdesk.reports.year_content import YearPage
from cpdesk.reports.year_words import years_words

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
    """With several bars of the sun who pays and who gains takes a page of its own."""
    made = content(house, language)
    pdf = pypdfium2.PdfDocument(render_household(made, language=language))
    assert made.year is not None
    assert made.year.payers is not None
    assert len(pdf) == (6 if len(made.year.suns) > 1 else 5) == page_count(made)
    last = "".join(pdf[len(pdf) - 1].get_textpage().get_text_range().split())
    assert all("".join(row.name.split()) in last for row in made.year.payers.rows[:3])
    assert made.year.payers.rows[2].figures[0].text in last
    text = "".join(pdf[4].get_textpage().get_text_range().split())
    assert made.year is not None
    assert made.year.total.yuan.text in text
    assert "report." not in text


@pytest.mark.parametrize("house", HOUSES)
def test_what_household_and_government_pay_and_gain_adds_up(house: str) -> None:
    found = content(house)
    assert found.year is not None
    payers = found.year.payers
    assert payers is not None
    assert len(payers.choices) == (1 if found.kind == NOTHING else 2)
    for row in payers.rows:
        values = [figure.scaled for figure in row.figures]
        for at in range(0, len(values), 3):
            household, government, society = values[at : at + 3]
            assert household is not None
            assert government is not None
            assert society == household + government
    if found.choices.total is not None:
        now, yearly = payers.rows[:2]
        total = found.choices.total
        assert [figure.scaled for figure in now.figures[:3]] == [
            total.own.scaled, total.subsidy.scaled, total.total.scaled
        ]  # fmt: skip
        assert total.saving.scaled is not None
        assert (yearly.figures[0].scaled or 0) <= total.saving.scaled


def test_who_pays_is_that_of_the_views() -> None:
    found, audited_house = content("coal"), audited("coal")
    assert found.year is not None
    assert found.year.payers is not None
    package = next(one for one in audited_house.packages if one.code == audited_house.recommended)
    best = next(one for one in audited_house.by_criterion if one.code == "npv")
    _, _, npv, tonne = found.year.payers.rows
    for at, views in ((0, package.views), (3, best.combination.views)):
        for row, code, step in ((npv, "npv_{}", 5), (tonne, "{}_yuan_t", 5)):
            for column, payer in enumerate(("household", "government", "society")):
                figure = views[code.format(payer)]
                assert figure is not None
                assert row.figures[at + column].scaled == pytest.approx(figure.value, abs=2 * step)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_pays_finds_room_under_one_bar_of_the_sun(language: str) -> None:
    made, whole = fullest("heat_pump_and_sun", language), content("heat_pump_and_sun", language)
    assert made.year is not None
    assert whole.year is not None
    assert made.year.payers is not None
    large = tuple(replace(row, figures=tuple(Figure(-9_999_990) for _ in row.figures)) for row in made.year.payers.rows)
    now, after = made.year.now[:-1], made.year.after[:-1]
    year = replace(
        made.year, now=now, after=after, suns=made.year.suns[:1], best=whole.year.best,
        payers=replace(made.year.payers, rows=large),
    )  # fmt: skip
    pdf = pypdfium2.PdfDocument(render_household(replace(made, year=year), language=language))
    assert len(pdf) == 5
    text = "".join(pdf[4].get_textpage().get_text_range().split())
    assert text.count("9,999,990") == 4 * (len(now) + 1) + 6 * (len(after) + 1) + 6 * 4


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


@pytest.mark.parametrize(
    ("years", "zh", "en"),
    [(None, "—", "—"), (0, "1 年以内", "under 1 year"), (1, "1 年", "1 year"), (12, "12 年", "12 years")],
)
def test_years_are_said_as_people_say_them(years: int | None, zh: str, en: str) -> None:
    assert years_words(Figure(years), Translator("zh")) == zh
    assert years_words(Figure(years), Translator("en")) == en


def test_no_report_says_one_years_or_no_years() -> None:
    """A draught strip that pays back in weeks, and one that takes a year."""
    package = next(one for one in audited("coal").packages if one.code == "A")
    for own, said in ((300.0, "under 1 year"), (2300.0, "1 year")):
        part = own / len(package.items)
        items = tuple(
            replace(
                item,
                investment_yuan=replace(item.investment_yuan, value=part),
                subsidy_yuan=replace(item.subsidy_yuan, value=0.0),
                saving_yuan=replace(item.saving_yuan, value=package.saving_yuan.value / len(package.items)),
            )
            for item in package.items
        )
        cheap = replace(
            package, items=items,
            investment_yuan=replace(package.investment_yuan, value=own),
            subsidy_yuan=replace(package.subsidy_yuan, value=0.0),
        )  # fmt: skip
        found = replace(audited("coal"), packages=(cheap,))
        visit = Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact)
        made = household_content(found, visit, language="en")
        text = pypdfium2.PdfDocument(render_household(made, language="en"))[0].get_textpage().get_text_range()
        assert said in text
        assert not re.search(r"\b[01] years", text)


def test_a_wide_arrow_of_the_roof_leaves_its_figure_alone() -> None:
    made = content("coal")
    shares = {"roof": 62, "wall": 20, "window": 10, "air": 6, "floor": 2}
    losses = tuple(replace(loss, yuan=Figure(shares[loss.part])) for loss in made.losses)
    page_one = pypdfium2.PdfDocument(render_household(replace(made, losses=losses)))[0]
    place = page_one.get_textpage().search("62").get_next()
    assert place is not None
    left_mm = page_one.get_textpage().get_charbox(place[0])[0] / 72.0 * 25.4
    arrow_mm = 25.0 + 105.0 + 0.78 * 62 * 0.30
    assert left_mm > arrow_mm + 1.0
