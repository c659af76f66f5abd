"""Visible defaults of the shipped forms: in any order of answers none is stale, and none writes over a person."""

from __future__ import annotations

import random
import re

import pytest
from form_filling import Filling, begun, shipped

from cpdesk.forms.form import Form
from cpdesk.operations.facts import is_default

ANSWERS = 250
YEARS = ("1955", "1962", "1975", "1985", "1996", "2005", "2012", "2019")


def any_answer(filling: Filling, path: str, rng: random.Random) -> str | None:
    state, definition = filling.session.state(path), filling.session.definition(path)
    if state.readonly or not state.relevant:
        return None
    if state.choices:
        return rng.choice(state.choices).value
    if definition.type in ("int", "decimal"):
        return rng.choice(YEARS) if definition.unit == "year" else str(rng.randint(1, 9))
    return None


def stale(filling: Filling, form: Form) -> list[str]:
    answers = filling.session.answers()
    return [
        path
        for path in answers
        if is_default(form, answers, path)
        and answers[path] != answers.get(f"{path}_now")
        and filling.session.state(path).relevant
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ["farmhouse", "community"])
def test_no_default_is_stale_and_none_writes_over_a_person(name: str, seed: int) -> None:
    form, rng = shipped(name), random.Random(seed)
    filling = begun(form)
    if name == "farmhouse":
        filling.put({"consent_ok": "yes"})
    paths = [path for path in filling.questions() if not path.endswith(("consent_ok", "visit_result"))]
    written: dict[str, str] = {}
    for _ in range(ANSWERS):
        path = rng.choice(paths)
        value = any_answer(filling, path, rng)
        if value is None:
            continue
        filling.session.set(path, value)
        definition = form.node(re.sub(r"\[[^\]]*\]", "", path))
        offered = "offered" in definition.attributes and is_default(form, filling.session.answers(), path)
        if offered:
            written.pop(path, None)
        else:
            written[path] = value
        assert stale(filling, form) == []
        assert {one: filling.session.answers().get(one) for one in written} == written
    assert len(written) > 30
