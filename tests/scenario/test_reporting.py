"""Reports as a clerk makes them: real store, real form, real audit, and the finished PDF read back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from cpdesk.base.clock import FixedClock
from cpdesk.base.paths import Paths
from cpdesk.context import Context
from cpdesk.operations.demo.photos import draw_photo
from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.operations.desk import first_start
from cpdesk.operations.households import HouseholdQuery, household_ids
from cpdesk.operations.photos import keep_photo
from cpdesk.operations.reporting import (
    household_report,
    print_household,
    print_households,
    print_village,
    verify_report,
    write_ledger_of,
)
from cpdesk.operations.surveys import find_question, open_survey, save_answers
from cpdesk.reports.fonts import missing_characters
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost

RARE = "亓㛃𬱖"
QUICK = PinCost(memory_kib=1024, passes=1, lanes=1)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Context, list[str]]]:
    """A desk with two surveyed households; tests that change answers put them back."""
    paths = Paths.under(tmp_path_factory.mktemp("reports"))
    clock = FixedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    ctx, _ = first_start(
        paths, pin="135790", person="周敏", clock=clock, key_store=FileKeyStore(paths.config), cost=QUICK
    )
    import_sample_village(ctx, paths.data / "register.xlsx", households=2)
    households = household_ids(ctx, HouseholdQuery())
    yield ctx, [survey_household(ctx, one, seed=number, finish=False) for number, one in enumerate(households, 1)]
    ctx.close()


class Changed:
    """Answers, by the names of their questions, changed for the length of a block."""

    def __init__(self, ctx: Context, survey: str, **answers: str | None) -> None:
        self._ctx, self._survey = ctx, survey
        session = open_survey(ctx, survey).session
        self._new = {find_question(session, name): value for name, value in answers.items()}

    def __enter__(self) -> None:
        kept = self._ctx.store.records.get(self._survey).answers
        self._old = {path: kept.get(path) for path in self._new}
        save_answers(self._ctx, self._survey, self._new)

    def __exit__(self, *_: object) -> None:
        save_answers(self._ctx, self._survey, self._old)


def page_texts(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def code_on_page(path: Path, page: int) -> str:
    """What the first code on a printed page says, read from its picture at 150 dots an inch."""
    with pypdfium2.PdfDocument(path) as document:
        image = document[page - 1].render(scale=150 / 72).to_pil()
    return zxingcpp.read_barcodes(image)[0].text


def test_a_report_has_four_pages_and_its_year_and_the_name_with_its_rare_characters(
    village: tuple[Context, list[str]], tmp_path: Path
) -> None:
    ctx, (survey, _) = village
    with Changed(ctx, survey, householder_name=RARE):
        missing = print_household(ctx, survey, tmp_path / "a.pdf")
    assert missing == missing_characters([RARE])
    pages = page_texts(tmp_path / "a.pdf")
    assert len(pages) == 5
    shown = "".join("〓" if sign in missing else sign for sign in RARE)
    assert all(shown in text or RARE in text for text in pages)


def test_a_page_is_verified_against_the_record_until_an_answer_changes(
    village: tuple[Context, list[str]], tmp_path: Path
) -> None:
    ctx, (survey, _) = village
    print_household(ctx, survey, tmp_path / "a.pdf")
    codes = [code_on_page(tmp_path / "a.pdf", page) for page in (1, 2, 4)]
    assert all(verify_report(ctx, code).agrees for code in codes)
    with Changed(ctx, survey, b_wall_mm="490"):
        assert [verify_report(ctx, code).differences for code in codes] == [("hash",)] * 3
    assert verify_report(ctx, codes[0]).agrees


def test_a_damaged_photo_leaves_a_frame_that_names_the_error(
    village: tuple[Context, list[str]], tmp_path: Path
) -> None:
    ctx, surveys = village
    survey = surveys[0]
    before = household_report(ctx, survey).content
    reference = keep_photo(ctx, draw_photo("front", 77))
    with Changed(ctx, survey, b_photo_front=reference):
        whole = household_report(ctx, survey).content.hash()
        (blob,) = ctx.store.folder.rglob(reference.split(".", 1)[0])
        blob.write_bytes(b"spoiled" + blob.read_bytes()[7:])
        report = household_report(ctx, survey)
        assert [error.code for error in report.damaged.values()] == ["CP-3104"]
        batch = print_village(ctx, surveys, tmp_path / "v.pdf")
    assert report.content.hash() == whole != before.hash()  # what this computer lost does not change the record
    assert len(batch.printed) == 2
    assert [named for named, _ in batch.damaged] == [survey]
    assert batch.damaged[0][1].code.startswith("CP-310")
    assert batch.damaged[0][1].code in page_texts(tmp_path / "v.pdf")[3]


def test_answers_against_physics_are_listed_and_the_others_printed(
    village: tuple[Context, list[str]], tmp_path: Path
) -> None:
    ctx, (wrong, right) = village
    with Changed(ctx, wrong, b_depth_m="30"):
        as_one = print_village(ctx, [wrong, right], tmp_path / "village.pdf")
        as_many = print_households(ctx, [wrong, right], tmp_path / "each")
        write_ledger_of(ctx, [wrong, right], tmp_path / "ledger.xlsx")
    for batch in (as_one, as_many):
        assert [(survey, error.code[:5]) for survey, error in batch.failures] == [(wrong, "CP-13")]
        assert batch.printed == (right,)
        assert len(batch.files) == 1
    assert len(page_texts(tmp_path / "village.pdf")) == 5
    assert as_one.pages == 6  # three leaves, the last one printed on one side


def test_a_village_is_one_pdf_with_each_report_on_its_own_leaf(
    village: tuple[Context, list[str]], tmp_path: Path
) -> None:
    ctx, surveys = village
    steps: list[tuple[int, int]] = []
    batch = print_village(ctx, surveys, tmp_path / "village.pdf", step=lambda done, total: steps.append((done, total)))
    pages = page_texts(tmp_path / "village.pdf")
    assert (batch.printed, batch.pages, batch.failures) == (tuple(surveys), 12, ())
    assert [number for number, text in enumerate(pages) if "第1页，共5页" in text] == [0, 6]
    assert steps == [(1, 2), (2, 2)]
    stopped = print_village(ctx, surveys, tmp_path / "none.pdf", cancel=lambda: True)
    assert stopped.files == ()
    assert not (tmp_path / "none.pdf").exists()


def test_a_rebuild_that_is_near_and_a_danger_to_life_stand_on_page_1(
    village: tuple[Context, list[str]], tmp_path: Path
) -> None:
    ctx, (survey, _) = village
    with Changed(ctx, survey, rebuild_plan="rebuild", h_co_risk="yes", h_type="coal_boiler"):
        content = household_report(ctx, survey).content
        print_household(ctx, survey, tmp_path / "a.pdf")
    first = page_texts(tmp_path / "a.pdf")[0]
    assert content.answer.startswith("近几年要翻建，只看 1,000 元以内的")
    assert first.index("煤气中毒") < first.index("近几年要翻建")
    assert all((row.total.number or 0) <= 1000 for row in content.choices.measures)


def test_a_photo_that_was_not_taken_gives_its_place_to_another(village: tuple[Context, list[str]]) -> None:
    ctx, (survey, _) = village
    meter = keep_photo(ctx, draw_photo("wall", 5))
    with Changed(ctx, survey, photo_gate=None, b_photo_front=None, meter_box_photo=meter):
        photos = household_report(ctx, survey).content.closing.photos
    assert [bool(photo.sha256) for photo in photos] == [True, False, True, True]
    assert photos[0].caption == "电表箱"
    assert photos[1].reason == "没拍"


def test_signatures_taken_on_the_screen_stand_on_page_4(village: tuple[Context, list[str]]) -> None:
    ctx, (survey, _) = village
    report = household_report(ctx, survey)
    assert [one.role for one in report.content.closing.signatures] == ["householder", "surveyor"]
    assert {one.signed_on for one in report.content.closing.signatures} == {"2026-11-20"}
    assert all(one.sha256 in report.photos for one in report.content.closing.signatures)
