"""The pane beside the list and the sentences of defaults, from a made-up survey in a real store."""

import re

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from real_desk import first_day

from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table, text
from cpdesk.operations import assess, surveys
from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.operations.households import HouseholdQuery, household_ids, household_photos
from cpdesk.operations.photos import photos_named
from cpdesk.ui.language import tr
from cpdesk.ui.pages.site_preview import PreviewPane
from cpdesk.ui.presenters.defaults import assumptions
from cpdesk.ui.presenters.households import preview_of


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory):
    """One made-up household with a survey and its figures, one without."""
    folder = tmp_path_factory.mktemp("village")
    ctx = first_day(folder)
    import_sample_village(ctx, folder / "register.xlsx", households=2)
    first, second = household_ids(ctx, HouseholdQuery())
    survey = survey_household(ctx, first, seed=1)
    audit, _ = assess.assess_survey(ctx, survey)
    yield ctx, first, second, survey, audit
    ctx.close()


def test_the_preview_shows_where_heat_goes_and_three_pictures(dressed, qtbot, surveyed):
    ctx, household, _other, survey, audit = surveyed
    view = preview_of(ctx, household)
    shares = [share.share for share in view.shares]
    assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1.0, abs=0.02)
    largest = max(audit.baseline.loss_shares_pct, key=audit.baseline.loss_shares_pct.get)
    assert view.shares[0].words == tr(f"ui.part.{largest}")
    assert len(view.photos) == 3 and all(image.width() <= 320 for image in view.photos)
    taken = household_photos(ctx, household, limit=99)
    assert len(photos_named(ctx.store.records.get(survey).answers)) - len(taken) == 2, "signatures are no photographs"
    pane = PreviewPane()
    qtbot.addWidget(pane)
    pane.resize(364, 700)
    pane.show()
    pane.show_site(view)
    assert [picture.isVisible() for picture in pane.pictures] == [True, True, True]
    assert pane._strip.isVisible()


def test_a_household_nobody_visited_has_neither_bar_nor_pictures(dressed, qtbot, surveyed):
    ctx, _household, other, _survey, _audit = surveyed
    view = preview_of(ctx, other)
    assert view.shares == () and view.photos == ()
    pane = PreviewPane()
    qtbot.addWidget(pane)
    pane.show()
    pane.show_site(view)
    assert not pane._strip.isVisible() and not any(picture.isVisible() for picture in pane.pictures)


def test_a_default_names_the_usual_house_in_words(dressed, surveyed):
    ctx, _household, _other, survey, _audit = surveyed
    opened = surveys.open_survey(ctx, survey)
    for path in opened.session.answers():
        if re.search(r"/b_(wall|roof|win|floor)_(type|mm|insul_type|shape|frame|glazing)$", path):
            opened.session.set(path, None)
    audit = assess.assess_answers(ctx, opened.form, opened.session.counting_answers(), record=survey)
    said = assumptions(audit, opened.session)
    archetypes = [row["id"] for row in read_table(resource_path("tables/energy/archetypes.csv"), {"id": text})]
    words = {tr(f"ui.archetype.{archetype}") for archetype in archetypes}
    assert len(words) == len(archetypes) == 9
    assert any(word in sentence for word in words for sentence in said.values())
    assert not [sentence for sentence in said.values() if re.search(r"\bF\d\b", sentence)]
