"""A report made from a real audit of sample houses: its figures add up, agree with each other and fit their pages."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache

import household_samples as samples
import pypdfium2
import pytest

from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.audit.household import audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Audit, BillCheck, Wishes
from cpdesk.model.building import Answer, BillFacts, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.certainty import Advice
from cpdesk.model.records import Quality
from cpdesk.reports.household_build import Visit, household_content
from cpdesk.reports.household_content import COMFORT, NOTHING, RETROFIT, Figure, HouseholdContent, texts_of
from cpdesk.reports.household_pdf import missing_glyphs, render_household

HOUSES = ("coal", "coal_budget", "stove", "electric")


@cache
def tables() -> EnergyTables:
    return EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns))


def facts(heater: str, *, coal_t: float | None = None, year: float = 1996.0) -> BuildingFacts:
    block = BlockFacts(
        kind=Answer("main"),
        heated=Answer("full"),
        build_year=Answer(year),
        structure=Answer("brick_concrete"),
        bays=Answer(5.0, Quality.MEASURED),
        length_m=Answer(18.15, Quality.MEASURED),
        depth_m=Answer(6.5, Quality.MEASURED),
        storey_height_m=Answer(3.1, Quality.MEASURED),
    )
    bills = BillFacts() if coal_t is None else BillFacts(coal_briquette_t=Answer(coal_t, Quality.BILL))
    return BuildingFacts(blocks=(block,), heaters=(HeaterFacts(type=Answer(heater)),), bills=bills)


@cache
def audited(house: str) -> Audit:
    made = {
        "coal": (facts("coal_boiler", coal_t=3.43), Wishes(seed=1)),
        "coal_budget": (facts("coal_boiler"), Wishes(budget_yuan=3000.0, seed=2)),
        "stove": (
            facts("coal_stove", year=1985.0),
            Wishes(budget_yuan=40000.0, refused=frozenset({"heat_pump"}), seed=4),
        ),
        "electric": (facts("ashp_air", year=2015.0), Wishes(budget_yuan=15000.0, seed=3)),
    }[house]
    return audit(build(made[0], tables()), tables(), wishes=made[1])


@cache
def content_of(house: str) -> HouseholdContent:
    closing = samples.retrofit().closing
    visit = Visit(identity=samples.IDENTITY, contact=closing.contact, photos=samples.PHOTOS, consents=closing.consents)
    return household_content(audited(house), visit)


def scaled(figure: Figure) -> int:
    assert figure.scaled is not None
    return figure.scaled


@pytest.mark.parametrize("house", HOUSES)
def test_the_kind_of_report_follows_the_audit(house: str) -> None:
    found, content = audited(house), content_of(house)
    assert found.nothing_pays == (house == "electric")
    assert content.kind == (NOTHING if found.nothing_pays else COMFORT if found.only_comfort else RETROFIT)
    assert len(content.tiles) == 4
    assert content == household_content(
        found,
        Visit(
            identity=content.identity,
            contact=content.closing.contact,
            photos=content.closing.photos,
            consents=content.closing.consents,
        ),
    )


@pytest.mark.parametrize("house", HOUSES[:3])
def test_rows_sum_to_totals_and_the_waterfall_ends_where_it_says(house: str) -> None:
    choices = content_of(house).choices
    assert choices.total is not None
    for column in ("total", "subsidy", "own", "saving_same", "saving"):
        assert sum(scaled(getattr(row, column)) for row in choices.measures) == scaled(getattr(choices.total, column))
    for row in (*choices.measures, choices.total):
        assert scaled(row.total) - scaled(row.subsidy) == scaled(row.own)
    assert sum(scaled(bar.yuan) for bar in choices.bars[:-1]) == scaled(choices.bars[-1].yuan)
    assert choices.bars[0].kind == "now"


@pytest.mark.parametrize("house", HOUSES[:3])
def test_a_figure_is_the_same_on_every_page(house: str) -> None:
    content = content_of(house)
    choices, total = content.choices, content.choices.total
    shown = next(choice for choice in choices.choices if choice.letter == choices.shown)
    assert total is not None
    assert shown.own.scaled == total.own.scaled == content.tiles[1].figure.scaled
    assert shown.saving.scaled == total.saving.scaled
    assert choices.bars[0].yuan.scaled == content.tiles[0].figure.scaled
    assert sum(scaled(step.own) for step in content.steps) == total.own.scaled
    assert sum(scaled(step.saving) for step in content.steps) == total.saving.scaled
    assert f"{scaled(total.own):,} 元" in content.answer
    assert content.comfort is not None
    assert content.comfort.after.scaled == shown.coldest.scaled


@pytest.mark.parametrize("house", HOUSES)
def test_balance_parts_sum_to_their_totals(house: str) -> None:
    balance = content_of(house).method.balance
    for number, total in enumerate(balance.gain_totals):
        assert sum(scaled(month.gains_kwh[number]) for month in balance.months) == total.scaled
    for number, total in enumerate(balance.loss_totals):
        assert sum(scaled(month.losses_kwh[number]) for month in balance.months) == total.scaled
    losses = audited(house).baseline.losses_kwh
    assert sum(map(scaled, balance.loss_totals)) == pytest.approx(sum(losses.values()), abs=len(losses))


@pytest.mark.parametrize("house", HOUSES[:3])
def test_losses_are_ranked_and_sum_to_a_hundred(house: str) -> None:
    shares = [scaled(loss.yuan) for loss in content_of(house).losses]
    assert sum(shares) == 100
    assert shares == sorted(shares, reverse=True)
    assert {loss.part for loss in content_of(house).losses} == {"wall", "roof", "window", "air", "floor"}


@pytest.mark.parametrize("house", HOUSES)
def test_the_check_by_hand_can_be_followed(house: str) -> None:
    check = content_of(house).method.check
    figures = [float(text.replace(",", "").replace("−", "-")) for text in re.findall(r"[+−]?\d[\d,]*", check)]
    loss, used, gains, share, need, hourly, percent = figures[:7]
    assert loss - used == need
    assert share == pytest.approx(100 * used / gains, abs=0.5)
    assert percent == pytest.approx(100 * (need - hourly) / hourly, abs=0.5)


def test_a_bill_that_disagrees_is_said_on_page_1_and_takes_the_mark_of_a_bill_away() -> None:
    found = audited("coal")
    off = replace(found, calibration=None, bill_checks=(BillCheck("coal", 4660.0, 3430.0, "kg", 4660 / 3430),))
    near = replace(found, calibration=None, bill_checks=(BillCheck("coal", 3500.0, 3430.0, "kg", 3500 / 3430),))
    visit = Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact)
    warned, fine = household_content(off, visit), household_content(near, visit)
    assert any("26%" in note for note in warned.notes)
    assert "{E}" in warned.tiles[0].lines[0]
    assert "+36%" in warned.method.bill_note
    assert not any("账单" in note for note in fine.notes)
    assert "{B}" in fine.tiles[0].lines[0]


def test_calibrated_figures_are_marked_as_billed_and_shown_beside_the_bill() -> None:
    content, report = content_of("coal"), audited("coal").calibration
    assert report is not None
    assert report.used
    assert "{B}" in content.tiles[0].lines[0]
    assert not any("账单" in note for note in content.notes)
    assert "已按账单校准" in content.method.bill_note
    assert [bar.kind for bar in content.method.bills] == ["modelled", "billed", "calibrated"]


def test_page_2_says_which_level_the_house_can_reach() -> None:
    reasons = {reason.head: reason.sentence for reason in content_of("coal").choices.reasons}
    assert "零碳农宅" in reasons["能到哪一级"]
    assert "超低能耗农宅" in reasons["能到哪一级"]


def test_without_bills_the_report_says_that_nothing_was_calibrated() -> None:
    assert content_of("coal_budget").method.bills == ()
    assert "没有账单，没校准" in content_of("coal_budget").method.bill_note


def test_only_comfort_is_never_shown_as_a_negative_saving() -> None:
    found = audited("coal")
    package = found.packages[0]
    dear = replace(
        package,
        saving_yuan=replace(package.saving_yuan, value=-300.0, low=-500.0, high=-100.0),
        items=tuple(
            replace(item, saving_yuan=replace(item.saving_yuan, value=-300.0 / len(package.items)))
            for item in package.items
        ),
    )
    visit = Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact)
    content = household_content(replace(found, packages=(dear,), only_comfort=True), visit)
    assert content.kind == COMFORT
    assert "多花约 300 元" in content.answer
    assert "省约" not in content.answer
    assert [tile.figure.text for tile in content.tiles][2] == "300"
    assert len(render_household(content)) > 10_000


def test_many_measures_are_folded_and_listed_on_an_extra_page() -> None:
    found = audited("coal")
    package = found.packages[0]
    items = tuple(
        replace(item, code=f"{item.code}_{number}") for number, item in zip(range(10), itertools.cycle(package.items))
    )
    content = household_content(
        replace(found, packages=(replace(package, items=items),)),
        Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact),
    )
    assert len(content.choices.measures) == 7
    assert "其余 4 项" in content.choices.measures[-1].name
    assert len(content.choices.all_measures) == 10
    assert len(content.steps) == 3
    assert len(content.choices.bars) <= 8
    assert len(pypdfium2.PdfDocument(render_household(content))) == 6  # four, the whole year, the measures


@pytest.mark.parametrize("house", HOUSES)
def test_no_key_of_a_text_and_no_unfilled_place_reaches_the_paper(house: str) -> None:
    content = content_of(house)
    for text in texts_of(content):
        assert not re.search(r"\b(?:report|energy)\.[a-z]", text), text
        assert not re.search(r"\{(?![MBEDU]\})", text), text
        assert "None" not in text
        assert "nan" not in text
    assert missing_glyphs(content) == []


def overlaps(pdf: bytes) -> list[str]:
    """Texts that are printed over each other, as rectangles of the finished PDF."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), 1):
        text = page.get_textpage()
        boxes = [text.get_rect(index) for index in range(text.count_rects())]
        for one, two in itertools.combinations(boxes, 2):
            across = min(one[2], two[2]) - max(one[0], two[0])
            down = min(one[3], two[3]) - max(one[1], two[1])
            if across > 1.0 and down > 2.5:
                found.append(f"page {number}: {text.get_text_bounded(*one)!r} / {text.get_text_bounded(*two)!r}")
    return found


@pytest.mark.parametrize("house", HOUSES)
def test_nothing_is_printed_over_anything_else(house: str) -> None:
    assert overlaps(render_household(content_of(house), samples.photos())) == []


@pytest.mark.parametrize("sample", [samples.retrofit, samples.nothing])
def test_nothing_of_the_samples_is_printed_over_anything_else(sample: object) -> None:
    assert callable(sample)
    assert overlaps(render_household(sample(), samples.photos())) == []


def test_english_content_is_english() -> None:
    visit = Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact)
    content = household_content(audited("coal"), visit, language="en")
    assert not re.search(r"[\u4e00-\u9fff]", content.answer)
    assert content.tiles[1].figure == content_of("coal").tiles[1].figure
    assert len(render_household(content, language="en")) > 10_000


VISIT = Visit(identity=samples.IDENTITY, contact=samples.retrofit().closing.contact)


def _with_advice(after: float, text: str = "energy.advice.measure") -> Audit:
    """An audit whose saving is known to ±800 CNY, and to ± `after` once the wall is measured."""
    found = audited("coal")
    assert found.certainty is not None
    one = Advice(
        "building.wall.mm", "energy.block.main", "energy.input.mm", Quality.ESTIMATED, 60.0, 800.0, after, text,
        {"place": "energy.block.main", "name": "energy.input.mm", "before": 800.0, "after": after},
    )  # fmt: skip
    return replace(found, certainty=replace(found.certainty, advice=(one,)))


@pytest.mark.parametrize(("language", "word"), [("zh", "量准"), ("en", "measure")])
def test_an_answer_worth_measuring_stands_on_pages_3_and_4(language: str, word: str) -> None:
    content = household_content(_with_advice(400.0), VISIT, language=language)
    agreed = [row for row in content.closing.agreements if word in row.text and "±400" in row.text]
    assert len(agreed) == 1
    assert agreed[0].who == VISIT.identity.surveyor
    for figure in ("±800", "±400"):
        assert figure in content.method.advice
        assert figure in agreed[0].text
    assert "energy." not in content.method.advice
    assert render_household(content, {}, language=language)


def test_a_few_yuan_send_nobody_out_again() -> None:
    content = household_content(_with_advice(790.0), VISIT)
    assert content.method.advice == ""
    assert not any("±" in row.text for row in content.closing.agreements)


def test_shares_in_any_order_sum_to_the_printed_saving() -> None:
    """The sentence's parts, as a reader adds them up."""
    found = audited("stove")
    package = next(one for one in found.packages if one.code == found.recommended)
    content = household_content(found, VISIT)
    told = [reason for reason in content.choices.reasons if reason.spare and "合计" in reason.sentence]
    away = max(abs(one.share.saving_yuan.value - one.saving_yuan.value) for one in package.items if one.share)
    if len(package.items) < 2 or away < 0.02 * package.saving_yuan.value:
        assert not told
        return
    figures = [int(text.replace(",", "")) for text in re.findall(r"([−\d,]+) 元", told[0].sentence)]
    assert sum(figures[:-1]) == figures[-1]
    assert content.choices.total is not None
    assert f"{figures[-1]:,}" == content.choices.total.saving.text
