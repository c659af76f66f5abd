"""Several answers at once: the same state as one by one, nothing half done, each rule run once."""

from __future__ import annotations

from itertools import count

import pytest

from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import InputFault
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form

FORM = load_form(
    compile_xlsform(
        """
| survey | type | name | label | calculation | readonly |
| | begin_repeat | room | Room | | |
| | integer | temp | Temperature | | |
| | end_repeat | | | | |
| | integer | total | Total | sum(${temp}) | |
| | text | fixed | Fixed | | ${total} > 50 |
""",
        name="t",
    )
)


def session(items: int) -> Session:
    ids = count(1)
    answers = {f"room[i{number}]": f"{number:05}" for number in range(items)}
    return Session(FORM, answers, clock=SystemClock(), new_id=lambda: f"n{next(ids)}")


def test_the_state_is_that_of_one_by_one() -> None:
    values = {f"room[i{number}]/temp": str(number) for number in range(20)} | {"room[i3]/temp#quality": "M"}
    at_once, one_by_one = session(20), session(20)
    touched = at_once.set_many(values)
    for path, value in values.items():
        one_by_one.set(path, value)
    assert at_once.answers() == one_by_one.answers()
    assert touched.values["total"] == str(sum(range(20))) and touched.values["room[i3]/temp#quality"] == "M"


@pytest.mark.parametrize(("path", "code"), [("room[gone]/temp", "CP-1212"), ("room[i0]", "CP-1213")])
def test_nothing_is_set_when_one_cannot_be(path: str, code: str) -> None:
    running = session(2)
    before = running.answers()
    with pytest.raises(InputFault) as refused:
        running.set_many({"room[i0]/temp": "5", path: "1"})
    assert refused.value.code == code and running.answers() == before


def test_a_sum_over_five_thousand_items_is_worked_out_once() -> None:
    running = session(5_000)
    values = {f"room[i{number}]/temp": "2" for number in range(5_000)}
    runs = []
    rule = next(node for node in FORM.nodes if node.name == "total").calculate
    assert rule is not None
    evaluate = rule.evaluate
    object.__setattr__(rule, "evaluate", lambda context: (runs.append(1), evaluate(context))[1])
    try:
        running.set_many(values)
    finally:
        object.__setattr__(rule, "evaluate", evaluate)
    assert running.value_at("total") == "10000" and len(runs) == 1
