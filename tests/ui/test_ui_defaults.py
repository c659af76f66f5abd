"""What the window says under a value that the form filled in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.ui.presenters.defaults import filled_in
from cpdesk.ui.presenters.outline import outline, section_page
from cpdesk.ui.views import QuestionView


def test_a_value_the_form_filled_in_says_so_until_a_person_changes_or_confirms_it(dressed: object) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 6, 32, tzinfo=UTC))
    form = load_form(resource_path("forms/farmhouse.xml").read_text(encoding="utf-8"))
    session = Session(form, {}, clock=clock, new_id=IdMaker(clock).new)
    session.set("household/consent_ok", "yes")
    body = f"{session.children('building')[0]}/b_body"
    session.set(f"{body}/b_build_year", "1996")
    depth, height = f"{body}/b_depth_m", f"{body}/b_storey_height_m"
    assert {depth, height} <= set(filled_in(session))
    pages = [section_page(session, section, "1", {}) for section in outline(session)]
    under = {item.path: item.assumed for page in pages for item in page.items if isinstance(item, QuestionView)}
    assert "请核对" in under[depth]
    assert under[f"{body}/b_build_year"] == ""
    session.set(depth, "7")
    session.set(f"{height}#quality", "M")
    assert not {depth, height} & set(filled_in(session))
